// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - processes that wait for file descriptors
 *
 * Sources belong to the process that has made them, which is identified by its table of
 * descriptors.  So a process that closes the device file handles only its own sources.  Checking
 * that a process still has the file open is cheap: the check begins at the place in the table
 * where the file was last time.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>

#include "device.h"

static int by_files(const void *files, const struct rb_node *node)
{
	const struct cotask_poller *by = rb_entry(node, struct cotask_poller, node);

	if (files == by->files)
		return 0;
	return files < by->files ? -1 : 1;
}

static int by_node(struct rb_node *node, const struct rb_node *other)
{
	return by_files(rb_entry(node, struct cotask_poller, node)->files, other);
}

/* What is there under a name, with a reference. */
struct cotask_poller *cotask_poller_find(struct cotask_file *f, const void *files)
{
	struct rb_node *node;

	spin_lock(&f->polls_lock);
	node = rb_find(files, &f->pollers, by_files);
	if (node)
		rb_entry(node, struct cotask_poller, node)->n++;
	spin_unlock(&f->polls_lock);
	return node ? rb_entry(node, struct cotask_poller, node) : NULL;
}

/*
 * With polls_lock.  A later process with the same table address is another process.
 *
 * Return: A reference to its memory, which the caller drops; or NULL.
 */
static struct mm_struct *forget(struct cotask_file *f, struct cotask_poller *by)
{
	struct mm_struct *mm = by->mm;

	if (!cotask_poller_is_there(by))
		return NULL;
	rb_erase(&by->node, &f->pollers);
	RB_CLEAR_NODE(&by->node);
	WRITE_ONCE(by->mm, NULL);
	return mm;
}

/*
 * Number of objects that a further process counts as: after exec, the poller keeps what the kernel
 * does not free of the old memory while the struct is referenced, up to 16 KiB.
 */
#define POLLER_OBJECTS	16

static void drop(struct mm_struct *mm)
{
	if (mm)
		mmdrop(mm);
}

void cotask_poller_put(struct cotask_file *f, struct cotask_poller *by)
{
	struct mm_struct *mm = NULL;
	bool last;

	spin_lock(&f->polls_lock);
	last = by->n == 1;
	if (last)
		mm = forget(f, by);
	/* From here on the memory in @f can be reused; pairs with cotask_poller_get(). */
	smp_store_release(&by->n, by->n - 1);
	spin_unlock(&f->polls_lock);
	drop(mm);
	if (last && by != &f->poller)
		cotask_host_free(&f->host, by, POLLER_OBJECTS);
}

/*
 * The process has closed its last descriptor of the file: its tasks wait again, for descriptors
 * of the process that continues to run the loop.  Any thread, with a reference.
 */
static void end_sources(struct cotask_file *f, struct cotask_poller *by)
{
	struct cotask_source *s;
	struct mm_struct *mm;
	struct file *file;

	spin_lock(&f->polls_lock);
	mm = forget(f, by);
	while ((s = cotask_source_take(by, NULL, &file))) {
		spin_unlock(&f->polls_lock);
		cotask_source_end(s, file, 0);
		cotask_walk_step(f->loop, 2);
		spin_lock(&f->polls_lock);
	}
	spin_unlock(&f->polls_lock);
	drop(mm);
}

/**
 * cotask_poller_get - get the poller of the calling process
 * @f: the file
 *
 * The owner, so no other thread makes one.  The first process needs no allocation.
 *
 * Return: The process with a reference; ERR_PTR() of -ENOSPC, -ENOMEM.
 */
struct cotask_poller *cotask_poller_get(struct cotask_file *f)
{
	struct cotask_poller *by = cotask_poller_find(f, current->files);

	if (by && READ_ONCE(by->mm) == current->mm)
		return by;
	/* Another program runs in the process (exec), or one that shares no memory with it. */
	if (by) {
		end_sources(f, by);
		cotask_poller_put(f, by);
	}
	by = &f->poller;
	/* Pairs with cotask_poller_put(). */
	if (smp_load_acquire(&by->n))
		by = cotask_host_alloc(&f->host, sizeof(*by), POLLER_OBJECTS);
	if (IS_ERR(by))
		return by;
	by->files = current->files;
	by->mm = current->mm;
	mmgrab(by->mm);
	by->sources = RB_ROOT;
	spin_lock(&f->polls_lock);
	by->n = 1;
	rb_find_add(&by->node, &f->pollers, by_node);
	spin_unlock(&f->polls_lock);
	return by;
}

/* Descriptors that are checked without a point to reschedule, and in a step of the budget. */
#define FDS_AT_ONCE	1024
#define FDS_A_STEP	16

#define NOWHERE		UINT_MAX

/* Where in the caller's table, from @fd to before @end, the file is. */
static unsigned int find_from(struct cotask_file *f, const struct file *file, unsigned int fd,
			      unsigned int end)
{
	struct fdtable *fdt;
	unsigned int stop;

	do {
		rcu_read_lock();
		fdt = files_fdtable(current->files);
		end = min(end, fdt->max_fds);
		stop = min(end, fd + FDS_AT_ONCE);
		while (fd < stop && rcu_access_pointer(fdt->fd[fd]) != file)
			fd++;
		rcu_read_unlock();
		if (fd < stop)
			return fd;
		cotask_walk_step(f->loop, FDS_AT_ONCE / FDS_A_STEP);
	} while (fd < end && !fatal_signal_pending(current));
	return NOWHERE;
}

/*
 * Whether the process of the caller, if it is not being killed, has a descriptor of a file.
 * The next one after that of the last time is there at once if descriptors are closed in
 * order, and the whole table is searched when the last one was closed.
 */
static bool has_descriptor(struct cotask_file *f, const struct file *file,
			   struct cotask_poller *by)
{
	unsigned int hint = READ_ONCE(by->fd);
	unsigned int fd = find_from(f, file, hint, NOWHERE);

	if (fd == NOWHERE)
		fd = find_from(f, file, 0, hint);
	/* It may have moved from the second part to the first one meanwhile. */
	if (fd == NOWHERE)
		fd = find_from(f, file, hint, NOWHERE);
	if (fd == NOWHERE)
		return false;
	WRITE_ONCE(by->fd, fd);
	return true;
}

/**
 * cotask_polls_look - end the sources of a process that has closed its last descriptor
 * @f: the file
 * @file: the same
 * @owner: table of descriptors of the process; if it is not that of the caller, all of it
 *	is being closed
 *
 * Called when a descriptor was closed, and at the end of an ENTER that has made a source, because
 * the descriptor of that call may have been closed meanwhile.
 *
 * Context: Any thread; may sleep.
 */
void cotask_polls_look(struct cotask_file *f, const struct file *file, const void *owner)
{
	struct cotask_poller *by;

	/*
	 * Pairs with itself: either the thread that has closed a descriptor finds the source, or
	 * the thread that has made the source does not find the descriptor.
	 */
	smp_mb();
	by = cotask_poller_find(f, owner);
	if (!by)
		return;
	if (owner != current->files || !has_descriptor(f, file, by))
		end_sources(f, by);
	cotask_poller_put(f, by);
}

/* The file is being freed. No process can make another source. */
void cotask_polls_end(struct cotask_file *f)
{
	struct cotask_poller *by;
	struct rb_node *node;

	for (;;) {
		spin_lock(&f->polls_lock);
		node = rb_first(&f->pollers);
		by = rb_entry_safe(node, struct cotask_poller, node);
		if (by)
			by->n++;
		spin_unlock(&f->polls_lock);
		if (!by)
			return;
		end_sources(f, by);
		cotask_poller_put(f, by);
	}
}
