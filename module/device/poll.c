// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - waiting until a file descriptor is ready
 *
 * A wait is a future that the file's wait queue completes, in any context.  The file may
 * no longer be ready when the task resumes: the process polls again.
 *
 * A wait holds its file.  That one could hold ours (a socket with a message in which
 * it is, another file of the device ...), so that neither would ever be released.
 * Therefore a wait ends when the process that has begun it has no descriptor of our file any
 * more: then it is that process which lets go of the other one, see cotask_polls_look().
 *
 * Waits hang on the process that has begun them, which is named by its table of descriptors.
 * So a process that closes our file meets its own waits only, and it is cheap to see that it
 * goes on: the place in the table where our file was last time.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "device.h"

/* Wait queues that one file can have. */
#define QUEUES		2

/**
 * struct queue - the place in a wait queue
 * @entry: the place
 * @head: the queue; NULL: it is gone [RCU]
 * @p: whose
 */
struct queue {
	wait_queue_entry_t	entry;
	wait_queue_head_t	*head;
	struct poll		*p;
};

/**
 * struct poll - one wait
 * @aux: of the operation
 * @refs: of @aux, and of a thread that closes it
 * @ready: what the task waits on
 * @file: the file, a reference; NULL: it was let go of.  Guarded by polls_lock from when
 *	the wait is in the list
 * @link: in the list of @by, guarded by polls_lock
 * @f: the file of the device
 * @by: the process that waits
 * @table: for vfs_poll()
 * @events: the events to wait for
 * @mask: the events that were ready at once
 * @n: how many of @queue are in use
 * @error: of registering
 * @round: of @by, that has looked at it
 * @queue: where it waits
 */
struct poll {
	struct cotask_aux	aux;
	refcount_t		refs;
	struct cotask_future	ready;
	struct file		*file;
	struct list_head	link;
	struct cotask_file	*f;
	struct cotask_poller	*by;
	poll_table		table;
	__poll_t		events;
	__poll_t		mask;
	unsigned int		n;
	int			error;
	unsigned int		round;
	struct queue		queue[QUEUES];
};

static struct poll *poll_of(struct cotask_aux *aux)
{
	return container_of(aux, struct poll, aux);
}

/* --- processes that wait ------------------------------------------------- */

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

/* With polls_lock. */
static struct cotask_poller *poller_add(struct cotask_file *f, struct cotask_poller *by)
{
	by->files = current->files;
	INIT_LIST_HEAD(&by->waits);
	rb_find_add(&by->node, &f->pollers, by_node);
	return by;
}

/* What is there under a name, with a reference. */
static struct cotask_poller *poller_find(struct cotask_file *f, const void *files)
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
 * The calling process, with a reference.  The owner, so that no other thread makes any.  The
 * first process takes no memory.
 */
static struct cotask_poller *poller_get(struct cotask_file *f)
{
	struct cotask_poller *by = poller_find(f, current->files);

	if (by)
		return by;
	by = &f->poller;
	if (READ_ONCE(by->n))
		by = cotask_host_alloc(&f->host, sizeof(*by));
	if (IS_ERR(by))
		return by;
	spin_lock(&f->polls_lock);
	poller_add(f, by)->n = 1;
	spin_unlock(&f->polls_lock);
	return by;
}

static void poller_put(struct cotask_file *f, struct cotask_poller *by)
{
	bool last;

	spin_lock(&f->polls_lock);
	last = by->n == 1;
	if (last)
		rb_erase(&by->node, &f->pollers);
	WRITE_ONCE(by->n, by->n - 1);
	spin_unlock(&f->polls_lock);
	if (last && by != &f->poller)
		cotask_host_free(&f->host, by);
}

static void poll_put(struct poll *p)
{
	cotask_race_point(PUT_POLL, p);
	if (!refcount_dec_and_test(&p->refs))
		return;
	poller_put(p->f, p->by);
	kfree(p);
}

/* --- wait queues --------------------------------------------------------- */

/*
 * The file has woken its queue.  Any context, with the lock of the queue; also that of the
 * owner, in the middle of what it does: a page that it copies to may be what the file waits for.
 */
static int woken(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	struct queue *q = container_of(entry, struct queue, entry);
	__poll_t mask = key_to_poll(key);
	struct poll *p = q->p;

	if (mask && !(mask & (p->events | POLLFREE)))
		return 0;
	cotask_race_point(POLL_WAKE, p);
	/* A wake-up that comes too late is not needed: the task polls again anyway. */
	cotask_future_post_outcome(&p->ready, (__force u32)(mask & p->events));
	if (mask & POLLFREE) {
		cotask_race_point(POLL_FREED, p);
		list_del_init(&entry->entry);
		/* The queue goes after a grace period; pairs with unregister(). */
		smp_store_release(&q->head, NULL);
	}
	return 1;
}

static void enqueue(struct file *file, wait_queue_head_t *head, poll_table *table)
{
	struct poll *p = container_of(table, struct poll, table);
	struct queue *q;

	if (p->n == QUEUES) {
		p->error = -EINVAL;
		return;
	}
	q = &p->queue[p->n++];
	q->p = p;
	q->head = head;
	init_waitqueue_func_entry(&q->entry, woken);
	add_wait_queue(head, &q->entry);
}

/* From here on it cannot be completed. */
static void unregister(struct poll *p)
{
	wait_queue_head_t *head;

	rcu_read_lock();
	cotask_race_point(POLL_LEAVE, p);
	while (p->n) {
		/* Pairs with woken(). */
		head = smp_load_acquire(&p->queue[--p->n].head);
		if (head)
			remove_wait_queue(head, &p->queue[p->n].entry);
	}
	rcu_read_unlock();
}

/* --- letting go ---------------------------------------------------------- */

/* The caller gets the file, and has to let go of it; or NULL. */
static struct file *take_file(struct poll *p)
{
	struct file *file;

	cotask_race_point(POLL_FILE, p);
	spin_lock(&p->f->polls_lock);
	file = p->file;
	p->file = NULL;
	list_del_init(&p->link);
	spin_unlock(&p->f->polls_lock);
	return file;
}

static void let_go(struct poll *p, struct file *file)
{
	unregister(p);
	fput(file);
}

/* The operation is over. */
static void poll_drop(struct cotask_aux *aux)
{
	struct poll *p = poll_of(aux);
	struct file *file = take_file(p);

	if (file)
		let_go(p, file);
	poll_put(p);
}

/*
 * Waits let go of their files.  With polls_lock, which is released in between.
 *
 * Return: how many there were.
 */
static unsigned int end_all(struct cotask_file *f, struct list_head *waits, long rc)
	__must_hold(&f->polls_lock)
{
	unsigned int n = 0;
	struct file *file;
	struct poll *p;

	while ((p = list_first_entry_or_null(waits, struct poll, link))) {
		list_del_init(&p->link);
		refcount_inc(&p->refs);
		file = p->file;
		p->file = NULL;
		n++;
		spin_unlock(&f->polls_lock);
		let_go(p, file);
		cotask_future_post_outcome(&p->ready, rc);
		poll_put(p);
		cotask_walk_step(f->loop, 2);
		spin_lock(&f->polls_lock);
	}
	return n;
}

/*
 * The waiting tasks of a process poll again: a task that goes on in another process uses the
 * descriptor of that process.
 */
static void end_waits(struct cotask_file *f, struct cotask_poller *by)
{
	LIST_HEAD(waits);

	spin_lock(&f->polls_lock);
	list_splice_init(&by->waits, &waits);
	end_all(f, &waits, 0);
	spin_unlock(&f->polls_lock);
}

/* Waits that are looked at without a point to reschedule, and for one step of the budget. */
#define WAITS_AT_ONCE	64
#define WAITS_A_STEP	8

/*
 * Move the waits for a file, among the next ones, to @waits.  With polls_lock.  Those that were
 * looked at in this round are at the end of the list, where new ones are added.
 *
 * Return: false: that were all.
 */
static bool pick_waits_for(struct cotask_poller *by, const struct file *file,
			   struct list_head *waits)
{
	unsigned int left = WAITS_AT_ONCE;
	struct poll *p;

	while (left--) {
		p = list_first_entry_or_null(&by->waits, struct poll, link);
		if (!p || p->round == by->round)
			return false;
		p->round = by->round;
		list_move_tail(&p->link, p->file == file ? waits : &by->waits);
	}
	return true;
}

/* The tasks of a process that wait for one file get -EBADF.  The owner. */
static unsigned int end_waits_for(struct cotask_file *f, struct cotask_poller *by,
				  const struct file *file)
{
	unsigned int n = 0;
	LIST_HEAD(waits);
	bool more;

	spin_lock(&f->polls_lock);
	by->round++;
	do {
		more = pick_waits_for(by, file, &waits);
		n += end_all(f, &waits, -EBADF);
		spin_unlock(&f->polls_lock);
		cotask_walk_step(f->loop, WAITS_AT_ONCE / WAITS_A_STEP);
		spin_lock(&f->polls_lock);
	} while (more);
	spin_unlock(&f->polls_lock);
	return n;
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
	if (fd == NOWHERE)
		return false;
	WRITE_ONCE(by->fd, fd);
	return true;
}

/**
 * cotask_polls_look - end the waits of a process that has closed its last descriptor
 * @f: the file
 * @file: the same
 * @owner: table of descriptors of the process; if it is not that of the caller, all of it
 *	is being closed
 *
 * Called when a descriptor was closed, and at the end of an ENTER that has begun a wait, as
 * the descriptor which that was called by may have been closed before the wait began.
 *
 * Context: Any thread; may sleep.
 */
void cotask_polls_look(struct cotask_file *f, const struct file *file, const void *owner)
{
	struct cotask_poller *by;

	/*
	 * Pairs with itself: either the thread that has closed a descriptor finds the wait, or
	 * the thread that has begun the wait does not find the descriptor.
	 */
	smp_mb();
	by = poller_find(f, owner);
	if (!by)
		return;
	if (owner != current->files || !has_descriptor(f, file, by))
		end_waits(f, by);
	poller_put(f, by);
}

/* The file goes.  No process can begin a wait any more. */
void cotask_polls_end(struct cotask_file *f)
{
	struct rb_node *node = rb_first(&f->pollers), *next;
	struct cotask_poller *by;

	for (; node; node = next) {
		by = rb_entry(node, struct cotask_poller, node);
		by->n++;
		end_waits(f, by);
		next = rb_next(node);
		poller_put(f, by);
	}
}

/* --- the operation ------------------------------------------------------- */

/* With the file that a descriptor stands for and the process that waits, and nothing else. */
static struct poll *poll_new(struct cotask_file *f, u32 fd)
{
	struct file *file = fget(fd);
	struct cotask_poller *by;
	struct poll *p;

	if (!file)
		return ERR_PTR(-EBADF);
	if (cotask_file_is_one(file)) {
		fput(file);
		return ERR_PTR(-EINVAL);
	}
	by = poller_get(f);
	if (IS_ERR(by)) {
		fput(file);
		return ERR_CAST(by);
	}
	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p) {
		poller_put(f, by);
		fput(file);
		return ERR_PTR(-ENOMEM);
	}
	p->f = f;
	p->by = by;
	p->file = file;
	return p;
}

static s64 op_poll(struct cotask_request *r)
{
	__poll_t events = demangle_poll(r->op->arg);
	struct poll *p;

	if (r->op->arg & ~(POLLIN | POLLPRI | POLLOUT | POLLRDNORM | POLLRDBAND | POLLWRNORM |
			   POLLWRBAND | POLLMSG | POLLRDHUP | POLLERR | POLLHUP))
		return -EINVAL;
	p = poll_new(r->f, r->op->handle);
	if (IS_ERR(p))
		return PTR_ERR(p);
	p->aux.drop = poll_drop;
	refcount_set(&p->refs, 1);
	INIT_LIST_HEAD(&p->link);
	p->events = events | EPOLLERR | EPOLLHUP;
	cotask_future_init(&p->ready, r->f->loop);
	cotask_hosted_issue(r, NULL, &p->aux);
	return 0;
}

/* The file's code is another module's, and may hold locks: the loop does not breathe in it. */
static __poll_t look(struct poll *p, struct file *file, poll_table *table)
{
	__poll_t mask;

	p->f->loop->foreign++;
	mask = vfs_poll(file, table) & p->events;
	p->f->loop->foreign--;
	return mask;
}

static struct cotask_await perform_poll(struct cotask *task, struct cotask_hosted *h)
{
	struct poll *p = poll_of(h->aux);
	struct file *file = p->file;

	init_poll_funcptr(&p->table, enqueue);
	p->table._key = p->events;
	p->mask = look(p, file, &p->table);
	/* From here on the process may close our file, and @file go. */
	p->f->has_polled = true;
	spin_lock(&p->f->polls_lock);
	p->round = p->by->round;
	list_add_tail(&p->link, &p->by->waits);
	spin_unlock(&p->f->polls_lock);
	if (p->mask || p->error)
		return cotask_yield(task);
	return cotask_await_future(task, &p->ready);
}

/* The wake-up named no events: poll the file again. */
static __poll_t look_again(struct poll *p)
{
	struct file *file;
	__poll_t mask;

	spin_lock(&p->f->polls_lock);
	file = p->file ? get_file(p->file) : NULL;
	spin_unlock(&p->f->polls_lock);
	if (!file)
		return 0;
	mask = look(p, file, NULL);
	fput(file);
	return mask;
}

static long finish_poll(struct cotask_hosted *h, long rc)
{
	struct poll *p = poll_of(h->aux);
	__poll_t mask = p->mask;

	if (rc < 0)
		return rc;
	if (p->error)
		return p->error;
	if (!mask)
		mask = rc ? (__force __poll_t)(u32)rc : look_again(p);
	return mangle_poll(mask);
}

const struct cotask_op_row cotask_op_poll = {
	.issue = op_poll,
	.perform = perform_poll,
	.finish = finish_poll,
	.is = NEEDS_TASK | NO_OBJECT | USES_ARG | RESUMES_SIMPLY,
};

static s64 op_poll_end(struct cotask_request *r)
{
	struct file *file = fget(r->op->handle);
	struct cotask_poller *by;
	s64 n = 0;

	if (!file)
		return -EBADF;
	by = poller_find(r->f, current->files);
	if (by) {
		n = end_waits_for(r->f, by, file);
		poller_put(r->f, by);
	}
	fput(file);
	return n;
}

const struct cotask_op_row cotask_op_poll_end = {
	.issue = op_poll_end,
	.is = NO_OBJECT,
};
