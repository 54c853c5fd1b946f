/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - sources: file descriptors that the tasks of a process wait for, see source.c
 *
 * A part of device.h.
 */
#ifndef COTASK_SOURCE_H
#define COTASK_SOURCE_H

/**
 * struct cotask_poller - a process that waits for file descriptors, see poller.c
 * @node: in cotask_file.pollers, by @files; removed once the process has closed its last
 *	descriptor
 * @files: its table of descriptors, which identifies it [I]
 * @mm: its memory, a reference to the struct; NULL once it was removed
 * @sources: its sources that hold a file, by file and events
 * @n: number of sources and callers that refer to it
 * @fd: where in the table the file of the device was; a hint
 *
 * Guarded by polls_lock of the file.
 */
struct cotask_poller {
	struct rb_node		node;
	const void		*files;
	struct mm_struct	*mm;
	struct rb_root		sources;
	unsigned int		n;
	unsigned int		fd;
};

/* Wait queues that one file can have. */
#define COTASK_PLACES	2

/**
 * struct cotask_place - a place in a wait queue
 * @entry: the place
 * @head: the queue; NULL: it is gone [RCU]
 * @s: whose
 */
struct cotask_place {
	wait_queue_entry_t	entry;
	wait_queue_head_t	*head;
	struct cotask_source	*s;
};

/**
 * struct cotask_source - events of a file that tasks of one process wait for
 * @base: what the tasks wait on; its references are those of @users, of a post that is on
 *	its way, and of a thread that ends it
 * @aux: what each POLL refers to
 * @users: waits and objects that refer to it [L]
 * @f: the file of the device [I]
 * @by: the process [I]
 * @node: in @by->sources, as long as @file is set
 * @file: the file, a reference; NULL: it was released.  Guarded by polls_lock
 * @events: the events, with EPOLLERR and EPOLLHUP [I]
 * @happened: those that have come since the last post has arrived [A]
 * @at_start: those that the file had when the source was made [L]
 * @looked: the call that has made it has not made use of that yet [L]
 * @fresh: one has come since the last try, see op_io.c [A]
 * @drained: kinds of tries that have found nothing since then, a mask [L]
 * @ended: the waits are over, with @error [A]
 * @charged: it counts as an object by itself, since nothing uses it any more
 * @error: 0 or a negative errno
 * @n: how many of @queue are in use; more: the file has too many of them
 * @queue: its places in wait queues
 */
struct cotask_source {
	struct cotask_awaitable	base;
	struct cotask_aux	aux;
	unsigned int		users;
	struct cotask_file	*f;
	struct cotask_poller	*by;
	struct rb_node		node;
	struct file		*file;
	__poll_t		events;
	atomic_t		happened;
	__poll_t		at_start;
	bool			looked;
	bool			fresh;
	u8			drained;
	bool			ended;
	bool			charged;
	int			error;
	unsigned int		n;
	struct cotask_place	queue[COTASK_PLACES];
};

/* The file has not said which events have come. */
#define COTASK_SOURCE_UNKNOWN	BIT(30)

/* source.c */
struct cotask_source *cotask_source_get(struct cotask_file *f, struct file *file,
					__poll_t events);
void cotask_source_unuse(struct cotask_source *s);
struct file *cotask_source_file(struct cotask_source *s);
__poll_t cotask_source_look(struct cotask_source *s);
struct cotask_await cotask_source_wait(struct cotask *task, struct cotask_source *s);
struct cotask_source *cotask_source_take(struct cotask_poller *by, const struct file *of,
					 struct file **file);
void cotask_source_end(struct cotask_source *s, struct file *file, int error);

/*
 * With polls_lock: whether the process uses the file; a process that was removed is not looked up
 * again.
 */
static inline bool cotask_poller_is_there(const struct cotask_poller *by)
{
	return !RB_EMPTY_NODE(&by->node);
}

/* poller.c */
struct cotask_poller *cotask_poller_find(struct cotask_file *f, const void *files);
struct cotask_poller *cotask_poller_get(struct cotask_file *f);
void cotask_poller_put(struct cotask_file *f, struct cotask_poller *by);
void cotask_polls_look(struct cotask_file *f, const struct file *file, const void *owner);
void cotask_polls_end(struct cotask_file *f);

#endif /* COTASK_SOURCE_H */
