// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - sources: file descriptors that the tasks of a process wait for
 *
 * All tasks of a process that wait for the same events of the same file wait on one source: it
 * has one place in each wait queue of the file, however many tasks there are.  The file wakes
 * it in any context; it is posted to the loop, and the owner wakes the tasks.
 *
 * A source lives as long as a task waits, or as an object of the kind FILE refers to it, and
 * holds the file as long.  That file could refer to the device file (a socket whose queue
 * contains it, another file of the device ...), so that neither would ever be released.
 * Therefore a source ends when its process has closed its last descriptor of the device file:
 * that process then releases the other file, see cotask_polls_look().
 */
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "../await/sync.h"
#include "device.h"

static struct cotask_source *source_of(struct cotask_awaitable *x)
{
	return container_of(x, struct cotask_source, base);
}

/* In @happened: POLLFREE. */
#define FREED	BIT(29)

/* --- releasing ---------------------------------------------------------- */

/* From here on the file reports no event. */
static void unregister(struct cotask_source *s)
{
	wait_queue_head_t *head;

	rcu_read_lock();
	cotask_race_point(POLL_LEAVE, s);
	while (s->n) {
		/* Pairs with woken(). */
		head = smp_load_acquire(&s->queue[--s->n].head);
		if (head)
			remove_wait_queue(head, &s->queue[s->n].entry);
	}
	rcu_read_unlock();
}

static void let_go(struct cotask_source *s, struct file *file)
{
	unregister(s);
	fput(file);
}

/* With polls_lock. Return: the file, which the caller has to release; or NULL. */
static struct file *take_file(struct cotask_source *s)
{
	struct file *file = s->file;

	cotask_race_point(POLL_FILE, s);
	if (file)
		rb_erase(&s->node, &s->by->sources);
	s->file = NULL;
	return file;
}

static void release_file(struct cotask_source *s)
{
	struct file *file;

	spin_lock(&s->f->polls_lock);
	file = take_file(s);
	spin_unlock(&s->f->polls_lock);
	if (file)
		let_go(s, file);
}

/* Process context. */
static void source_put(struct cotask_source *s)
{
	struct cotask_file *f = s->f;
	bool charged;

	cotask_race_point(PUT_POLL, s);
	if (!refcount_dec_and_test(&s->base.refs))
		return;
	charged = s->charged;
	cotask_poller_put(f, s->by);
	kfree(s);
	if (charged)
		cotask_file_uncharge(f);
}

/*
 * Post the source to its owner.  Any context; the caller has a reference, or keeps the source in
 * the wait queue, which has one.
 */
static void post(struct cotask_source *s)
{
	/* Pairs with source_posted(): earlier writes of the caller are visible there. */
	if (atomic_fetch_or(COTASK_S_INBOX, &s->base.state) & COTASK_S_INBOX)
		return;
	refcount_inc(&s->base.refs);
	if (cotask_loop_post(s->f->loop, &s->base.post))
		refcount_dec(&s->base.refs);
}

/* Resume all of its tasks, with the events that have come or with the error. The owner. */
static void wake_all(struct cotask_source *s, long rc)
{
	struct cotask *t, *next;

	list_for_each_entry_safe(t, next, &s->base.waiters, entry.link) {
		list_del_init(&t->entry.link);
		cotask_debug_left(&s->base);
		cotask_task_queue(t, rc);
		cotask_loop_spend(s->f->loop, 1);
	}
}

static void source_posted(struct cotask_post *post)
{
	struct cotask_source *s = source_of(container_of(post, struct cotask_awaitable, post));
	int happened;

	/* Before the events are read; pairs with post(). */
	atomic_fetch_andnot(COTASK_S_INBOX, &s->base.state);
	happened = atomic_xchg(&s->happened, 0);
	if (happened)
		wake_all(s, happened & ~FREED);
	if (happened & FREED) {
		/* A wait queue was freed: the next POLL makes another source. */
		release_file(s);
		WRITE_ONCE(s->ended, true);
	}
	/* Pairs with cotask_source_end(). */
	if (smp_load_acquire(&s->ended))
		wake_all(s, READ_ONCE(s->error));
	source_put(s);
}

static const struct cotask_awaitable_ops source_ops = {
	.name = "file",
	.cancel = cotask_sync_cancel,
	.posted = source_posted,
	.internal = true,
	.bare = true,
};

/* --- wait queues --------------------------------------------------------- */

/*
 * The file has woken its queue.  Any context, with the lock of the queue; also that of the
 * owner, in the middle of what it does: a page that it copies to may be what the file waits for.
 */
static int woken(wait_queue_entry_t *entry, unsigned int mode, int flags, void *key)
{
	struct cotask_place *q = container_of(entry, struct cotask_place, entry);
	__poll_t mask = key_to_poll(key);
	struct cotask_source *s = q->s;
	u32 happened;

	if (mask && !(mask & (s->events | POLLFREE)))
		return 0;
	cotask_race_point(POLL_WAKE, s);
	WRITE_ONCE(s->fresh, true);
	happened = (__force u32)(mask & s->events) ?: COTASK_SOURCE_UNKNOWN;
	atomic_or(mask & POLLFREE ? happened | FREED : happened, &s->happened);
	post(s);
	if (mask & POLLFREE) {
		cotask_race_point(POLL_FREED, s);
		list_del_init(&entry->entry);
		/* The queue is freed after a grace period; pairs with unregister(). */
		smp_store_release(&q->head, NULL);
	}
	return 1;
}

/**
 * struct registration - a source enters the wait queues of its file
 * @table: for vfs_poll()
 * @s: the source
 */
struct registration {
	poll_table		table;
	struct cotask_source	*s;
};

static void enqueue(struct file *file, wait_queue_head_t *head, poll_table *table)
{
	struct cotask_source *s = container_of(table, struct registration, table)->s;
	struct cotask_place *q;

	if (s->n == COTASK_PLACES) {
		s->error = -EINVAL;
		return;
	}
	q = &s->queue[s->n++];
	q->s = s;
	q->head = head;
	init_waitqueue_func_entry(&q->entry, woken);
	add_wait_queue(head, &q->entry);
}

/*
 * The file's code belongs to another module, and may hold locks: the loop does not breathe in it,
 * but before it does anything else.
 */
static __poll_t look(struct cotask_source *s, struct file *file, poll_table *table)
{
	__poll_t mask;

	s->f->loop->foreign++;
	mask = vfs_poll(file, table) & s->events;
	s->f->loop->foreign--;
	cotask_loop_exhaust(s->f->loop);
	return mask;
}

/* --- the sources of a process -------------------------------------------- */

/**
 * struct wanted - the key of a search for a source
 * @file: its file
 * @events: its events
 */
struct wanted {
	const struct file	*file;
	__poll_t		events;
};

static int by_file(const void *file, const struct rb_node *node)
{
	const struct cotask_source *s = rb_entry(node, struct cotask_source, node);

	if (file == s->file)
		return 0;
	return file < (const void *)s->file ? -1 : 1;
}

static int by_wanted(const void *key, const struct rb_node *node)
{
	const struct cotask_source *s = rb_entry(node, struct cotask_source, node);
	const struct wanted *w = key;
	int order = by_file(w->file, node);

	if (order)
		return order;
	return (__force int)w->events - (__force int)s->events;
}

static int by_node(struct rb_node *node, const struct rb_node *other)
{
	const struct cotask_source *s = rb_entry(node, struct cotask_source, node);

	return by_wanted(&(struct wanted){ s->file, s->events }, other);
}

/* Find an existing source. The owner. */
static struct cotask_source *source_find(struct cotask_file *f, struct cotask_poller *by,
					 struct file *file, __poll_t events)
{
	const struct wanted w = { file, events };
	struct rb_node *node;

	spin_lock(&f->polls_lock);
	node = rb_find(&w, &by->sources, by_wanted);
	spin_unlock(&f->polls_lock);
	return node ? rb_entry(node, struct cotask_source, node) : NULL;
}

/*
 * The source takes over the caller's references to the process and the file.  If the process has
 * closed the device file since it was looked up, nothing would end the source later, so it ends
 * at once.
 */
static void source_start(struct cotask_source *s, struct file *file)
{
	struct registration r = { .s = s };
	bool is_there;

	init_poll_funcptr(&r.table, enqueue);
	r.table._key = s->events;
	s->at_start = look(s, file, &r.table);
	s->looked = true;
	/* From here on the process may close the device file, and @file may be freed. */
	s->f->has_polled = true;
	spin_lock(&s->f->polls_lock);
	is_there = cotask_poller_is_there(s->by);
	if (is_there) {
		s->file = file;
		rb_find_add(&s->node, &s->by->sources, by_node);
	}
	spin_unlock(&s->f->polls_lock);
	if (is_there)
		return;
	let_go(s, file);
	WRITE_ONCE(s->ended, true);
}

static void source_drop(struct cotask_aux *aux)
{
	cotask_source_unuse(container_of(aux, struct cotask_source, aux));
}

/* Make a source, which takes over the caller's reference to @by. */
static struct cotask_source *source_new(struct cotask_file *f, struct cotask_poller *by,
					struct file *file, __poll_t events)
{
	struct cotask_source *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);

	if (!s) {
		cotask_poller_put(f, by);
		return ERR_PTR(-ENOMEM);
	}
	cotask_awaitable_init(&s->base, f->loop, &source_ops);
	s->aux.drop = source_drop;
	s->users = 1;
	s->f = f;
	s->by = by;
	s->events = events;
	source_start(s, get_file(file));
	return s;
}

/**
 * cotask_source_get - the source of some events of a file, for the calling process
 * @f: the file of the device
 * @file: the file, not one of the device
 * @events: the events, with EPOLLERR and EPOLLHUP
 *
 * The owner.
 *
 * Return: The source, to be released by cotask_source_unuse(); ERR_PTR() of -EINVAL: the
 *	file has too many wait queues; -ENOSPC, -ENOMEM.
 */
struct cotask_source *cotask_source_get(struct cotask_file *f, struct file *file, __poll_t events)
{
	struct cotask_poller *by;
	struct cotask_source *s;
	int error;

	if (cotask_file_is_one(file))
		return ERR_PTR(-EINVAL);
	by = cotask_poller_get(f);
	if (IS_ERR(by))
		return ERR_CAST(by);
	s = source_find(f, by, file, events);
	if (s) {
		s->users++;
		cotask_poller_put(f, by);
		return s;
	}
	s = source_new(f, by, file, events);
	if (IS_ERR(s))
		return s;
	/* Another thread may have ended it. */
	error = READ_ONCE(s->error);
	if (error != -EINVAL)
		return s;
	cotask_source_unuse(s);
	return ERR_PTR(error);
}

/*
 * A wait has ended, or an object is being freed, which has paid for the source.  A post that is on
 * its way, or a thread that ends the source, may keep it for longer.  The owner.
 */
void cotask_source_unuse(struct cotask_source *s)
{
	if (--s->users)
		return;
	release_file(s);
	/* From here on only a thread that has a reference can take another one. */
	s->charged = refcount_read(&s->base.refs) > 1;
	if (s->charged)
		cotask_file_charge_late(s->f);
	source_put(s);
}

/**
 * cotask_source_take - take a source from its process, to end it
 * @by: the process
 * @of: any source of this file; NULL: any at all
 * @file: out: the file of the source
 *
 * Context: Any thread, with polls_lock.
 * Return: The source with a reference, for cotask_source_end(); NULL: there is none.
 */
struct cotask_source *cotask_source_take(struct cotask_poller *by, const struct file *of,
					 struct file **file)
{
	struct rb_node *node = of ? rb_find(of, &by->sources, by_file) : rb_first(&by->sources);
	struct cotask_source *s;

	if (!node)
		return NULL;
	s = rb_entry(node, struct cotask_source, node);
	refcount_inc(&s->base.refs);
	*file = take_file(s);
	return s;
}

/**
 * cotask_source_end - end a source
 * @s: from cotask_source_take(), whose reference is dropped
 * @file: likewise
 * @error: the outcome of its waits
 *
 * Context: Any thread; may sleep.
 */
void cotask_source_end(struct cotask_source *s, struct file *file, int error)
{
	let_go(s, file);
	WRITE_ONCE(s->error, error);
	/* Pairs with source_posted(), and cotask_source_wait() of an owner that comes before it. */
	smp_store_release(&s->ended, true);
	post(s);
	source_put(s);
}

/* --- waiting ------------------------------------------------------------- */

/* Its file with a reference; NULL: it has ended.  The owner. */
struct file *cotask_source_file(struct cotask_source *s)
{
	struct file *file;

	spin_lock(&s->f->polls_lock);
	file = s->file ? get_file(s->file) : NULL;
	spin_unlock(&s->f->polls_lock);
	return file;
}

/*
 * The events that the file has now; in the call that has made the source, those that were found
 * then.  The owner.
 */
__poll_t cotask_source_look(struct cotask_source *s)
{
	struct file *file;
	__poll_t mask;

	if (s->looked) {
		s->looked = false;
		return s->at_start;
	}
	file = cotask_source_file(s);
	if (!file)
		return 0;
	mask = look(s, file, NULL);
	fput(file);
	return mask;
}

/**
 * cotask_source_wait - wait until a source has one of its events
 * @task: the current task
 * @s: the source, which had none
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns the events that have come, or
 *	COTASK_SOURCE_UNKNOWN; the error of a source that was ended; -ECANCELED.
 */
struct cotask_await cotask_source_wait(struct cotask *task, struct cotask_source *s)
{
	/* Pairs with cotask_source_end(). */
	if (smp_load_acquire(&s->ended))
		return cotask_refuse(task, READ_ONCE(s->error));
	return cotask_park(task, &s->base);
}
