/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - the interface of a loop to its process, see host.c
 *
 * A part of core.h.
 */
#ifndef COTASK_HOST_H
#define COTASK_HOST_H

struct cotask_loop_host;

/**
 * struct cotask_host_view - the process's view of a task
 * @code: location of its code, a number that the process has assigned; 0: not run by the process
 * @running: the process has its event: it runs the code, or is about to
 * @since: since when, on a loop that accounts; or 0
 * @handle: handle of the object that the task waits for; 0: an object without a handle
 * @fd: file descriptor that it waits for, or -1
 * @events: for which events, POLLIN etc.
 */
struct cotask_host_view {
	u64	code;
	bool	running;
	u64	since;
	u32	handle;
	int	fd;
	u32	events;
};

/**
 * struct cotask_loop_host_ops - functions that a loop calls in the host of its process
 * @wake: the loop has work.  Any context, with any lock
 * @ready: whether a thread that waits for the host would have to wake up.  The owner
 * @may_follow: whether the next entry of a turn may run before the process has done what
 *	the last one has made for it.  The owner
 * @must_return: whether the process wants its thread back.  The owner, after a breath
 * @place: the memory for the task of a frame that counts with an object, uninitialised, which
 *	stays for as long as there is the task; NULL: it has none.  Any context
 * @vacated: the last reference to a task in such memory is gone.  Any context that can free
 * @recorded: the end of a task with COTASK_T_FAILED was recorded.  The owner
 * @charge: @n objects more; -ESHUTDOWN once the host is gone.  Any context, inside of RCU
 * @uncharge: @n objects less.  Any context
 * @view: get the process's view of @t.  The owner
 */
struct cotask_loop_host_ops {
	void (*wake)(struct cotask_loop_host *host);
	bool (*ready)(struct cotask_loop_host *host);
	bool (*may_follow)(struct cotask_loop_host *host, struct cotask_entry *e);
	bool (*must_return)(struct cotask_loop_host *host);
	struct cotask *(*place)(struct cotask_frame *frame);
	void (*vacated)(struct cotask *t);
	void (*recorded)(struct cotask_loop_host *host, struct cotask *t);
	int (*charge)(struct cotask_loop_host *host, unsigned int n);
	void (*uncharge)(struct cotask_loop_host *host, unsigned int n);
	void (*view)(const struct cotask *t, struct cotask_host_view *view);
};

/**
 * struct cotask_loop_host - the process, for its loop
 * @ops: its functions [I]
 *
 * To be embedded.
 */
struct cotask_loop_host {
	const struct cotask_loop_host_ops *ops;
};

int cotask_loop_charge(struct cotask_loop *loop);
void cotask_loop_uncharge(struct cotask_loop *loop);
void *cotask_host_alloc(struct cotask_loop_host *host, size_t size, unsigned int n);
void cotask_host_free(struct cotask_loop_host *host, void *memory, unsigned int n);

#endif /* COTASK_HOST_H */
