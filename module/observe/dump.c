// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - recording the groups and tasks of a loop, a chunk at a time
 *
 * The owner of the loop records a bounded number of groups and tasks between two entries; the
 * reader, another thread, formats them, and requests the next chunk.  Between two chunks the loop
 * continues.  A cursor marks where the next chunk begins, see cursor.c.
 *
 * If a loop does not answer in time, the reader gives up and takes its request and its
 * cursor back; the entry in the queue is a part of the loop. Only if the owner is serving
 * the request at that time, the owner drops them.
 *
 * The requests and the cursors of a loop, and the state of each request, are guarded by its
 * readers_lock. A cursor is moved by the owner alone, with that lock or while it serves the
 * reader. A wake-up means only that the state has changed: a reader that was interrupted
 * finds its request still pending, or answered.
 */
#include <linux/cotask_thread.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "dump.h"
#include "../await/set.h"

/* Number of visits of the owner for one chunk, in addition to what it records. */
#define BUDGET		(4 * COTASK_DUMP_CHUNK)

/* How often a reader checks whether the loop is no longer pumped. */
#define ASK_JIFFIES	(HZ / 20 + 1)

/* Time after which a reader abandons a loop of the kernel. */
#define ASK_KERNEL	HZ

static void dump_put(struct cotask_dump *d)
{
	cotask_race_point(PUT_DUMP, d);
	if (!refcount_dec_and_test(&d->refs))
		return;
	put_pid(d->thread);
	cotask_loop_put(d->loop);
	kvfree(d);
}

/* --- recording: the owner --------------------------------------------------------- */

/* Limit for sets with many members: the last ones may be missing. */
#define MEMBERS_LOOKED_AT	64

static void edge(struct cotask_task_record *r, struct cotask_awaitable *x)
{
	if (x->post.ops == &cotask_shield_ops)
		x = container_of(x, struct cotask_shield, base)->inner;
	if (x && cotask_is_task(x) && r->n_waits_for < COTASK_DUMP_EDGES)
		r->waits_for[r->n_waits_for++] = cotask_of(x)->id;
}

static void edges(struct cotask_task_record *r, const struct cotask *t)
{
	struct cotask_awaitable *x = cotask_task_waits_on(t);
	struct cotask_set *s;
	unsigned int i;

	r->n_waits_for = 0;
	if (!x)
		return;
	if (!x->post.ops->set) {
		edge(r, x);
		return;
	}
	s = x->post.ops->set(x);
	for (i = 0; i < min_t(unsigned int, s->n, MEMBERS_LOOKED_AT); i++) {
		if (cotask_set_follows(&s->members[i]))
			edge(r, s->members[i].x);
	}
}

/* Record which object a task waits on, if the object has an identity. */
static void identify(struct cotask_task_record *r, const struct cotask *t)
{
	const struct cotask_awaitable *x = cotask_task_waits_on(t);

	r->group = 0;
	r->object = NULL;
	r->holder = 0;
	r->waits = x && !x->post.ops->elsewhere;
	if (!r->waits)
		return;
	if (x->post.ops == &cotask_group_ops)
		r->group = container_of(x, struct cotask_group, base)->id;
	if (x->post.ops->bare || x->post.ops == &cotask_future_ops)
		r->object = x;
	if (x->post.ops->holder)
		r->holder = x->post.ops->holder(x);
}

/* The process may have begun a step that the loop does not know of yet. */
static void ask_host(struct cotask_dump *d, struct cotask_task_record *r, const struct cotask *t)
{
	struct cotask_times *times = &r->info.times;

	r->host = (struct cotask_host_view){ .fd = -1 };
	if (!d->loop->host)
		return;
	d->loop->host->ops->view(t, &r->host);
	if (!r->host.running || !times->since || times->phase != COTASK_PHASE_READY)
		return;
	*times = *t->times;
	cotask_times_to(times, COTASK_PHASE_BUSY, max(r->host.since, times->since));
	cotask_times_add(times, ktime_get_ns());
}

static void write_task(struct cotask_dump *d, const struct cotask *t)
{
	struct cotask_record *r = &d->record[d->n++];

	r->is_group = false;
	cotask_task_look(t, &r->task.info);
	edges(&r->task, t);
	r->task.n_frames = cotask_get_stack(t, r->task.frame, COTASK_DUMP_FRAMES);
	r->task.timeout = cotask_deadline_around(t);
	identify(&r->task, t);
	ask_host(d, &r->task, t);
}

static void write_group(struct cotask_dump *d, const struct cotask_group *g)
{
	struct cotask_record *r = &d->record[d->n++];

	r->is_group = true;
	r->group = (struct cotask_group_record){
		.id = g->id,
		.parent = g->scope.task ? g->scope.task->id : 0,
		.deadline = ktime_to_ns(g->options.deadline),
		.why = g->why,
		.live = g->live,
		.jobs = g->jobs,
		.limit = g->options.limit,
		.error = g->error,
		.flags = g->flags,
		.root = g == &d->loop->root,
	};
	strscpy(r->group.name, g->options.name ?: "", sizeof(r->group.name));
}

static void write_loop(struct cotask_dump *d)
{
	struct cotask_loop *loop = d->loop;

	d->thread = loop->pumping ? get_pid(task_pid(current)) : NULL;
	d->now = cotask_loop_now(loop);
	d->tasks = loop->tasks;
	d->stats = loop->stats;
}

/* --- cancelling: the owner ------------------------------------------------------------ */

static void cancel_task(struct cotask_target *target, struct cotask *t)
{
	if (target->is_group || target->id != t->id)
		return;
	target->found = true;
	target->too_late = !cotask_cancel_for(t, &target->why);
}

static void cancel_group(struct cotask_target *target, struct cotask_group *g)
{
	if (!target->is_group || target->id != g->id)
		return;
	target->found = true;
	/* A root group is not cancelled: it would admit no further tasks. */
	target->too_late = g == &g->base.loop->root || (g->flags & COTASK_G_ABORTING);
	if (!target->too_late)
		cotask_group_abort(g, &target->why, true);
}

/* --- a chunk: the owner ------------------------------------------------------------- */

static void at_group(struct cotask_dump *d, struct cotask_group *g)
{
	d->cursor.told = true;
	d->cursor.task = cotask_first_child(g);
	if (d->target.id)
		cancel_group(&d->target, g);
	else
		write_group(d, g);
}

static void at_task(struct cotask_dump *d)
{
	struct cotask *t = cotask_cursor_take_task(&d->cursor);

	if (!t || cotask_done(t))
		return;
	if (d->target.id)
		cancel_task(&d->target, t);
	else
		write_task(d, t);
}

static void fill(struct cotask_dump *d)
{
	struct cotask_cursor *c = &d->cursor;
	unsigned int left = BUDGET;

	d->n = 0;
	while (c->group && left-- && d->n < COTASK_DUMP_CHUNK && !d->target.found) {
		if (!c->told)
			at_group(d, c->group);
		else if (c->task)
			at_task(d);
		else
			cotask_cursor_next_group(c, d->loop);
	}
	d->end = !c->group || d->target.found;
}

/* Begin to serve the next one of @readers; NULL: none of them is still waiting. */
static struct cotask_dump *serve_next(struct cotask_loop *loop, struct list_head *readers)
{
	struct cotask_dump *d;

	spin_lock(&loop->readers_lock);
	d = list_first_entry_or_null(readers, struct cotask_dump, link);
	if (d) {
		list_del_init(&d->link);
		d->state = COTASK_DUMP_SERVING;
		refcount_inc(&d->refs);
		if (!d->begun)
			cotask_cursor_begin(&d->cursor, loop);
		else
			cotask_cursor_serve(&d->cursor, loop);
	}
	spin_unlock(&loop->readers_lock);
	return d;
}

static void serve_end(struct cotask_dump *d)
{
	spin_lock(&d->loop->readers_lock);
	WRITE_ONCE(d->state, COTASK_DUMP_ANSWERED);
	if (d->end || d->quit)
		cotask_cursor_end(&d->cursor, d->loop);
	spin_unlock(&d->loop->readers_lock);
	wake_up(&d->wait);
	dump_put(d);
}

/* Cost of a chunk, in steps of the budget. */
#define CHUNK_COST	512

/* Serve all readers that wait now; readers that arrive later, or are left over, retry. */
static void serve_all(struct cotask_loop *loop)
{
	struct cotask_dump *d;
	LIST_HEAD(readers);

	spin_lock(&loop->readers_lock);
	list_splice_init(&loop->readers, &readers);
	spin_unlock(&loop->readers_lock);
	while (!fatal_signal_pending(current) && (d = serve_next(loop, &readers))) {
		d->first = !d->begun;
		if (d->first)
			write_loop(d);
		d->begun = true;
		fill(d);
		serve_end(d);
		cotask_loop_spend(loop, CHUNK_COST);
	}
	spin_lock(&loop->readers_lock);
	list_splice(&readers, &loop->readers);
	spin_unlock(&loop->readers_lock);
}

static int answer(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct cotask_loop *loop = cb->loop;

	cotask_race_point(LOOK_TAKEN, loop);
	/* A full barrier: either a new request is seen, or it is posted. */
	atomic_xchg(&loop->look_posted, 0);
	serve_all(loop);
	return 0;
}

/* --- the reader ------------------------------------------------------------------------ */

/* Take the chunk if it was written; otherwise request it. */
static bool take_chunk(struct cotask_dump *d)
{
	bool answered;

	spin_lock(&d->loop->readers_lock);
	answered = d->state == COTASK_DUMP_ANSWERED;
	if (answered) {
		d->state = d->end ? COTASK_DUMP_OVER : COTASK_DUMP_IDLE;
	} else if (d->state == COTASK_DUMP_IDLE) {
		d->state = COTASK_DUMP_ASKED;
		list_add_tail(&d->link, &d->loop->readers);
	}
	spin_unlock(&d->loop->readers_lock);
	return answered;
}

static int post(struct cotask_loop *loop)
{
	int rc;

	cotask_race_point(LOOK_POSTED, loop);
	if (atomic_xchg(&loop->look_posted, 1))
		return 0;
	rc = cotask_call_soon_own(loop, &loop->look, answer);
	if (rc)
		atomic_set(&loop->look_posted, 0);
	return rc;
}

/* Whether the loop has an owner that will answer. */
static bool is_pumped(const struct cotask_loop *loop)
{
	return READ_ONCE(loop->pumping) || READ_ONCE(loop->thread) ||
	       (READ_ONCE(loop->flags) & COTASK_LOOP_LENT);
}

/* Serve the request as the owner, if the loop has no other owner. */
static bool serve_here(struct cotask_dump *d)
{
	if (cotask_loop_mine(d->loop)) {
		serve_all(d->loop);
		return true;
	}
	if (!cotask_loop_borrow(d->loop))
		return false;
	serve_all(d->loop);
	cotask_loop_return(d->loop);
	return true;
}

/**
 * cotask_dump_begin - begin to read a loop
 * @loop: the loop, pinned by the caller
 *
 * Return: To be passed to cotask_dump_next() until @end is set, then to
 *	cotask_dump_end(); NULL if there is no memory.
 */
struct cotask_dump *cotask_dump_begin(struct cotask_loop *loop)
{
	/* The reader has the error: a process must not be able to fill the log. */
	struct cotask_dump *d = kvzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);

	if (!d)
		return NULL;
	refcount_set(&d->refs, 1);
	init_waitqueue_head(&d->wait);
	INIT_LIST_HEAD(&d->link);
	INIT_LIST_HEAD(&d->cursor.link);
	d->loop = cotask_loop_get(loop);
	return d;
}
EXPORT_FOR_TESTS(cotask_dump_begin);

static int wait_for_answer(struct cotask_dump *d, unsigned int *patience)
{
	unsigned int time = min_t(unsigned int, *patience, ASK_JIFFIES);
	long left = wait_event_interruptible_timeout(d->wait,
						     READ_ONCE(d->state) == COTASK_DUMP_ANSWERED,
						     time);

	if (left < 0)
		return -EINTR;
	*patience -= time - min_t(unsigned int, time, left);
	return left ? 0 : -ETIMEDOUT;
}

/* 0: the chunk was written, or is requested again. */
static int ask(struct cotask_dump *d, unsigned int *patience)
{
	int rc;

	if (fatal_signal_pending(current))
		return -EINTR;
	if (serve_here(d))
		return 0;
	if (!is_pumped(d->loop))
		return READ_ONCE(d->loop->closed) ? -ESHUTDOWN : -EAGAIN;
	rc = post(d->loop);
	return rc ?: wait_for_answer(d, patience);
}

/**
 * cotask_dump_next - the next chunk
 * @d: made by cotask_dump_begin()
 * @patience: COTASK_DUMP_PATIENCE at first; the remainder, out.  All loops of processes share it:
 *	each gets half of the remainder, so that the total time is limited, however many loops do
 *	not answer
 *
 * After any error but -ESTALE, it can be called again: no chunk is lost or returned twice.
 *
 * Context: Process context, sleeps.
 * Return: 0; -ENOENT after the last chunk; -ESHUTDOWN if the loop has ended; -EAGAIN if it is not
 *	pumped; -ETIMEDOUT if it is in a long step; -ESTALE if COTASK_CURSORS other readers were
 *	served meanwhile; -EINTR.
 */
int cotask_dump_next(struct cotask_dump *d, unsigned int *patience)
{
	bool process = d->loop->flags & COTASK_LOOP_LENT;
	unsigned int share = process ? DIV_ROUND_UP(*patience, 2) : ASK_KERNEL;
	unsigned int left = share;
	int rc = 0;

	if (d->state == COTASK_DUMP_OVER)
		return -ENOENT;
	while (!rc && !take_chunk(d)) {
		rc = ask(d, &left);
		if (rc == -ETIMEDOUT && left)
			rc = 0;
	}
	if (process)
		*patience -= share - left;
	if (rc)
		return rc;
	return READ_ONCE(d->cursor.lost) ? -ESTALE : 0;
}
EXPORT_FOR_TESTS(cotask_dump_next);

/**
 * cotask_dump_end - end reading a loop
 * @d: made by cotask_dump_begin(), or NULL
 *
 * Afterwards the loop does not refer to the reader, even if it has not answered.
 */
void cotask_dump_end(struct cotask_dump *d)
{
	if (!d)
		return;
	spin_lock(&d->loop->readers_lock);
	d->quit = true;
	list_del_init(&d->link);
	if (d->state != COTASK_DUMP_SERVING)
		cotask_cursor_end(&d->cursor, d->loop);
	spin_unlock(&d->loop->readers_lock);
	dump_put(d);
}
EXPORT_FOR_TESTS(cotask_dump_end);
