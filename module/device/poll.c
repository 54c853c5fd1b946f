// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - waiting until a file descriptor is ready
 *
 * A wait is a future that the file's wait queue completes, from whatever context that
 * is woken in.  It may find nothing when the task resumes: the process looks again.
 *
 * A wait holds its file.  That one could hold ours (a socket with a message in which
 * it is, another file of the device ...), so that neither would ever be released.
 * Therefore waits end when the process that has begun them closes our file: then it is
 * that process which lets go of the other one, see cotask_polls_close().
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/poll.h>
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
 * @refs: of @aux, and of who closes it
 * @ready: what the task waits on
 * @file: the file, a reference; NULL: it was let go of.  Guarded by polls_lock from when
 *	the wait is in the list
 * @link: in cotask_file.polls, guarded by polls_lock
 * @f: whose file that is
 * @owner: table of descriptors of the process that waits
 * @table: how the file is asked
 * @events: what for
 * @mask: what it was ready for at once
 * @n: how many of @queue are in use
 * @error: of registering
 * @queue: where it waits
 */
struct poll {
	struct cotask_aux	aux;
	refcount_t		refs;
	struct cotask_future	ready;
	struct file		*file;
	struct list_head	link;
	struct cotask_file	*f;
	const void		*owner;
	poll_table		table;
	__poll_t		events;
	__poll_t		mask;
	unsigned int		n;
	int			error;
	struct queue		queue[QUEUES];
};

static struct poll *poll_of(struct cotask_aux *aux)
{
	return container_of(aux, struct poll, aux);
}

static void poll_put(struct poll *p)
{
	if (refcount_dec_and_test(&p->refs))
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
	/* Who comes too late finds that the task is going to look anyway. */
	cotask_future_post_outcome(&p->ready, (__force u32)(mask & p->events));
	if (mask & POLLFREE) {
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

/* From here on nobody completes it. */
static void unregister(struct poll *p)
{
	wait_queue_head_t *head;

	rcu_read_lock();
	while (p->n) {
		/* Pairs with woken(). */
		head = smp_load_acquire(&p->queue[--p->n].head);
		if (head)
			remove_wait_queue(head, &p->queue[p->n].entry);
	}
	rcu_read_unlock();
}

/* --- letting go ---------------------------------------------------------- */

/* With polls_lock. */
static void unlist(struct poll *p)
{
	list_del_init(&p->link);
	WRITE_ONCE(p->f->n_polls, p->f->n_polls - 1);
}

/* The caller gets the file, and has to let go of it; or NULL. */
static struct file *take_file(struct poll *p)
{
	struct file *file;

	spin_lock(&p->f->polls_lock);
	file = p->file;
	p->file = NULL;
	if (!list_empty(&p->link))
		unlist(p);
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

/* Waits that are looked at with the lock held. */
#define CHUNK		32

/*
 * The first wait of @owner among @left of them; those of others go to the end.  NULL: look
 * again while there are any left.
 */
static struct poll *next_of(struct cotask_file *f, const void *owner, unsigned int *left,
			    struct file **file)
{
	struct poll *p, *found = NULL;
	unsigned int n = CHUNK;

	spin_lock(&f->polls_lock);
	while (*left && n-- && !found) {
		p = list_first_entry_or_null(&f->polls, struct poll, link);
		*left = p ? *left - 1 : 0;
		if (p && (!owner || p->owner == owner)) {
			found = p;
			refcount_inc(&p->refs);
			*file = p->file;
			p->file = NULL;
			unlist(p);
		} else if (p) {
			list_move_tail(&p->link, &f->polls);
		}
	}
	spin_unlock(&f->polls_lock);
	return found;
}

/**
 * cotask_polls_close - end the waits of a process
 * @f: the file
 * @owner: its table of descriptors; NULL: all
 *
 * Each wait that is there is looked at once, whatever others there are.
 *
 * Context: Any thread; may sleep.
 */
void cotask_polls_close(struct cotask_file *f, const void *owner)
{
	unsigned int left;
	struct file *file;
	struct poll *p;

	/* One at a time, as the order of the list is the place where it is. */
	mutex_lock(&f->polls_close);
	left = READ_ONCE(f->n_polls);
	while (left) {
		p = next_of(f, owner, &left, &file);
		if (p) {
			let_go(p, file);
			cotask_future_fail(&p->ready, -EBADF);
			poll_put(p);
		}
		cond_resched();
	}
	mutex_unlock(&f->polls_close);
}

/* Whether the process of the caller has a descriptor of a file. */
static int is_it(const void *file, struct file *other, unsigned int fd)
{
	return other == file;
}

bool cotask_polls_file_open(const struct file *file)
{
	return current->files && iterate_fd(current->files, 0, is_it, file);
}

/* --- the operation ------------------------------------------------------- */

/* With the file that a descriptor stands for, and nothing else. */
static struct poll *poll_new(u32 fd)
{
	struct file *file = fget(fd);
	struct poll *p;

	if (!file)
		return ERR_PTR(-EBADF);
	if (cotask_file_is_one(file)) {
		fput(file);
		return ERR_PTR(-EINVAL);
	}
	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p) {
		fput(file);
		return ERR_PTR(-ENOMEM);
	}
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
	p = poll_new(r->op->handle);
	if (IS_ERR(p))
		return PTR_ERR(p);
	p->aux.drop = poll_drop;
	refcount_set(&p->refs, 1);
	INIT_LIST_HEAD(&p->link);
	p->f = r->f;
	p->owner = current->files;
	p->events = events | EPOLLERR | EPOLLHUP;
	cotask_future_init(&p->ready, r->f->loop);
	cotask_hosted_issue(r, NULL, &p->aux);
	return 0;
}

static struct cotask_await perform_poll(struct cotask *task, struct cotask_hosted *h)
{
	struct poll *p = poll_of(h->aux);
	struct file *file = p->file;

	init_poll_funcptr(&p->table, enqueue);
	p->table._key = p->events;
	p->mask = vfs_poll(file, &p->table) & p->events;
	/* From here on the process may close our file, and @file go. */
	spin_lock(&p->f->polls_lock);
	list_add_tail(&p->link, &p->f->polls);
	WRITE_ONCE(p->f->n_polls, p->f->n_polls + 1);
	spin_unlock(&p->f->polls_lock);
	if (p->mask || p->error)
		return cotask_yield(task);
	return cotask_await_future(task, &p->ready);
}

/* Who has woken it did not say what for. */
static __poll_t look_again(struct poll *p)
{
	struct file *file;
	__poll_t mask;

	spin_lock(&p->f->polls_lock);
	file = p->file ? get_file(p->file) : NULL;
	spin_unlock(&p->f->polls_lock);
	if (!file)
		return 0;
	mask = vfs_poll(file, NULL) & p->events;
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
