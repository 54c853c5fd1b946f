// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - what all awaitables have in common
 *
 * Waiting, completion, callbacks, and threads that block until an awaitable is done.  An
 * awaitable keeps one list of entries: tasks that wait, callbacks and shields in one common order
 * of registration (SC-5).  Completion hands the outcome to each waiting task and queues it, so
 * that no waiter accesses the awaitable afterwards: it may be freed as soon as one of them has
 * run.
 */
#include <linux/cotask_thread.h>

#include "core.h"

void cotask_awaitable_init(struct cotask_awaitable *x, struct cotask_loop *loop,
			   const struct cotask_awaitable_ops *ops)
{
	x->post.ops = ops;
	x->loop = loop;
	x->result = 0;
	x->post.node.next = NULL;
	INIT_LIST_HEAD(&x->waiters);
	atomic_set(&x->state, 0);
	refcount_set(&x->refs, 1);
}

/* The outcome counts as retrieved (AW-11). */
void cotask_awaitable_mark_read(struct cotask_awaitable *x)
{
	if (!(atomic_read(&x->state) & COTASK_S_READ))
		atomic_or(COTASK_S_READ, &x->state);
}

/*
 * @x has the outcome of @task, and is dropped: an error that was retrieved from @x was retrieved
 * from the task.  Otherwise the task keeps it, for its own last reference.
 */
void cotask_awaitable_pass_read(const struct cotask_awaitable *x, struct cotask *task)
{
	if (atomic_read(&x->state) & COTASK_S_READ)
		cotask_awaitable_mark_read(&task->base);
}

/**
 * cotask_awaitable_result - the outcome of an awaitable
 * @x: the awaitable
 *
 * Can be read repeatedly (AW-3, AW-8, TK-1).
 *
 * Context: Any.
 * Return: The value (>= 0); the code it FAILED with; -ECANCELED if CANCELLED;
 *	-EINPROGRESS if it is not done.
 */
long cotask_awaitable_result(struct cotask_awaitable *x)
{
	if (!cotask_awaitable_done(x))
		return -EINPROGRESS;
	if (x->result < 0)
		cotask_awaitable_mark_read(x);
	return x->result;
}
EXPORT_SYMBOL_GPL(cotask_awaitable_result);

/* As cotask_awaitable_cancel(), for a function of cotask: the owner may breathe. */
bool cotask_awaitable_cancel_own(struct cotask_awaitable *x)
{
	struct cotask_reason why = { .cause = COTASK_CAUSE_USER };

	if (IS_ERR_OR_NULL(x) || !x->loop || x->post.ops->internal)
		return false;
	cotask_awaitable_mark_read(x);
	if (cotask_is_task(x))
		return cotask_cancel_own(cotask_of(x));
	if (x->post.ops == &cotask_future_ops)
		return cotask_future_cancel(container_of(x, struct cotask_future, base));
	if (!cotask_loop_mine(x->loop))
		return false;
	if (x->loop->current_task)
		why.by = x->loop->current_task->id;
	return x->post.ops->cancel(x, NULL, &why);
}

/**
 * cotask_awaitable_cancel - ask a task, future, shield or gather to cancel
 * @x: the awaitable
 *
 * Context: Any for a task or a future; the loop's owner for a shield or a set.
 * Return: true if the request was accepted; false if @x is done, or is a group
 *	(see cotask_group_cancel()).
 */
bool cotask_awaitable_cancel(struct cotask_awaitable *x)
{
	struct cotask_loop *loop;
	bool mine, accepted;

	if (IS_ERR_OR_NULL(x) || !x->loop)
		return false;
	loop = x->loop;
	mine = cotask_foreign_begin(loop);
	accepted = cotask_awaitable_cancel_own(x);
	cotask_foreign_end(loop, mine);
	return accepted;
}
EXPORT_SYMBOL_GPL(cotask_awaitable_cancel);

/* The owner cancels a member of a set. */
bool cotask_awaitable_cancel_for(struct cotask_awaitable *x, const struct cotask_reason *why)
{
	cotask_awaitable_mark_read(x);
	if (cotask_is_task(x))
		return cotask_cancel_for(cotask_of(x), why);
	return x->post.ops->cancel(x, NULL, why);
}

/**
 * cotask_awaitable_wait - register a waiter
 * @x: the awaitable
 * @e: in no list
 *
 * The owner.
 *
 * Return: Whether @x is done, and @e therefore was not registered.
 */
bool cotask_awaitable_wait(struct cotask_awaitable *x, struct cotask_entry *e)
{
	/*
	 * A future can be completed from any context, and is posted only if it
	 * has waiters: set WAITED before testing DONE.  Pairs with
	 * cotask_future_settle().
	 */
	if (x->post.ops == &cotask_future_ops) {
		cotask_race_point(WAITED, x);
		if (atomic_fetch_or(COTASK_S_WAITED, &x->state) & COTASK_S_DONE)
			return true;
		cotask_debug_waited(x);
	} else if (cotask_awaitable_done(x)) {
		return true;
	}
	list_add_tail(&e->link, &x->waiters);
	return false;
}

static struct cotask_callback *callback_of(struct cotask_entry *e)
{
	return container_of(e, struct cotask_callback, entry);
}

/* The loop has ended: nothing is queued any more, and a callback belongs to the caller again. */
static void let_go(struct cotask_entry *e)
{
	list_del_init(&e->link);
	e->flags |= COTASK_E_WOKEN;
	if (e->kind == COTASK_ENTRY_CALLBACK)
		cotask_debug_dead(callback_of(e));
}

/**
 * cotask_awaitable_wake - @x is done: queue its waiters and callbacks
 * @x: done
 *
 * The owner, or the caller that completes @x on its behalf.
 */
void cotask_awaitable_wake(struct cotask_awaitable *x)
{
	struct cotask_loop *loop = x->loop;
	struct cotask_entry *e, *next;

	list_for_each_entry_safe(e, next, &x->waiters, link) {
		struct cotask *t = container_of(e, struct cotask, entry);

		if (unlikely(loop->ended)) {
			let_go(e);
			continue;
		}
		list_del(&e->link);
		if (e->kind == COTASK_ENTRY_TASK) {
			if (x->result < 0)
				cotask_awaitable_mark_read(x);
			cotask_task_queue(t, x->result);
		} else {
			e->flags |= COTASK_E_WOKEN;
			if (cotask_entry_table[e->kind].woken)
				cotask_entry_table[e->kind].woken(e);
			cotask_loop_queue(loop, e);
		}
		cotask_loop_spend(loop, 1);
	}
	if (x->post.ops->bare)
		cotask_debug_dead(x);
}

/**
 * cotask_awaitable_settle - complete an awaitable that only the owner completes
 * @x: group, shield, set, job, await across; may be gone afterwards
 * @result: value or error
 * @how: COTASK_S_CANCELLED or 0
 *
 * The owner.  The waiters come first: a thread that sees DONE may free @x.
 */
void cotask_awaitable_settle(struct cotask_awaitable *x, long result, int how)
{
	x->result = result;
	cotask_awaitable_wake(x);
	cotask_race_point(SETTLED, x);
	/* Publishes all of the above; fully ordered, pairs with cotask_block(). */
	if (atomic_fetch_or(COTASK_S_CLAIMED | COTASK_S_DONE | how, &x->state) & COTASK_S_WATCHED)
		cotask_block_wake(x);
}

/**
 * cotask_awaitable_detach - a waiter leaves without the outcome
 * @x: the awaitable
 * @e: one of its waiters
 *
 * A future may just have been completed by another thread, which posts it because of this waiter.
 * The waiter then has to stay until the post has arrived, because nothing else keeps the future
 * alive.  A loop that has ended accepts no posts.
 *
 * Return: Whether it was detached.
 */
bool cotask_awaitable_detach(struct cotask_awaitable *x, struct cotask_entry *e)
{
	int old;

	if (x->post.ops == &cotask_future_ops && !x->loop->ended) {
		cotask_race_point(LEFT, x);
		old = atomic_read(&x->state);
		do {
			if (old & COTASK_S_CLAIMED)
				return false;
			if (!list_is_singular(&x->waiters))
				break;
		} while (!atomic_try_cmpxchg(&x->state, &old, old & ~COTASK_S_WAITED));
	}
	list_del_init(&e->link);
	if (x->post.ops->bare)
		cotask_debug_left(x);
	return true;
}

/**
 * cotask_awaitable_leave - a shield or a set stops following an awaitable
 * @x: the awaitable
 * @e: among its waiters, or queued since @x is done
 *
 * Return: false if @x is a future that was just completed elsewhere, whose post is on its way: @e
 *	has to stay until it is queued.
 */
bool cotask_awaitable_leave(struct cotask_awaitable *x, struct cotask_entry *e)
{
	if (!(e->flags & COTASK_E_WOKEN))
		return cotask_awaitable_detach(x, e);
	list_del_init(&e->link);
	return true;
}

/* The loop of a group may go when the group is done. */
static bool is_mine(const struct cotask_awaitable *x)
{
	const struct cotask_loop *loop;
	bool mine;

	rcu_read_lock();
	loop = READ_ONCE(x->loop);
	mine = loop && cotask_loop_mine(loop);
	rcu_read_unlock();
	return mine;
}

/**
 * cotask_block - block until an awaitable is done
 * @x: the awaitable; the caller keeps it alive
 * @timeout_ns: time limit, or COTASK_FOREVER
 * @state: TASK_KILLABLE, TASK_INTERRUPTIBLE or TASK_IDLE
 *
 * Context: Process context, sleeps; not from the loop of @x.
 * Return: 0; -ETIMEDOUT; -EINTR when a fatal signal is pending; -ERESTARTSYS when a signal is
 *	pending with TASK_INTERRUPTIBLE; -EDEADLK if @x can be completed only by the caller;
 *	-EINVAL if @x is missing or not in use, in an interrupt, or with interrupts disabled.
 */
int cotask_block(struct cotask_awaitable *x, s64 timeout_ns, unsigned int state)
{
	long left = MAX_SCHEDULE_TIMEOUT;
	int rc;

	if (IS_ERR_OR_NULL(x))
		return -EINVAL;
	if (cotask_awaitable_done(x))
		return 0;
	/* A group lets go of its loop when it is done. */
	if (!smp_load_acquire(&x->loop))
		return cotask_awaitable_done(x) ? 0 : -EINVAL;
	if (!in_task() || irqs_disabled())
		return -EINVAL;
	if (is_mine(x))
		return cotask_awaitable_done(x) ? 0 : -EDEADLK;
	if (timeout_ns <= 0)
		return -ETIMEDOUT;
	if (timeout_ns != COTASK_FOREVER)
		left = min_t(u64, nsecs_to_jiffies64(timeout_ns) + 1, left - 1);
	cotask_race_point(WATCHED, x);
	/* Before the test for DONE; pairs with the completer's RMW that sets it. */
	atomic_or(COTASK_S_WATCHED, &x->state);
	smp_mb__after_atomic();	/* as the comment says */
	rc = cotask_block_on(x, left, state);
	return cotask_awaitable_done(x) ? 0 : rc;
}
EXPORT_SYMBOL_GPL(cotask_block);

/**
 * cotask_awaitable_unread - the last reference to an outcome is dropped
 * @x: done
 * @task: the task that it is, or NULL; the error handler may take a reference to it
 *
 * An error that was never retrieved is reported once (AW-11).
 */
void cotask_awaitable_unread(struct cotask_awaitable *x, struct cotask *task)
{
	if (!cotask_awaitable_failed(x))
		return;
	cotask_awaitable_mark_read(x);
	cotask_loop_report(x->loop, task, x->result);
}

/* Whether @x has failed, and its error was never retrieved. */
bool cotask_awaitable_failed(const struct cotask_awaitable *x)
{
	return cotask_awaitable_done(x) && x->result < 0 &&
	       !(atomic_read(&x->state) & (COTASK_S_READ | COTASK_S_CANCELLED));
}

/* Whether dropping the caller's reference, the last one if @x is a task, loses an error. */
bool cotask_awaitable_unlooked(const struct cotask_awaitable *x)
{
	return cotask_awaitable_failed(x) && (!cotask_is_task(x) || refcount_read(&x->refs) == 1);
}

/* --- callbacks ------------------------------------------------------------ */

/* The owner: register, or queue if there is nothing to wait for (TK-4). */
static void callback_add(struct cotask_callback *cb)
{
	if (!cb->x || cotask_awaitable_wait(cb->x, &cb->entry))
		cotask_loop_queue(cb->loop, &cb->entry);
}

static void callback_posted(struct cotask_post *post)
{
	callback_add(container_of(post, struct cotask_callback, post));
}

const struct cotask_awaitable_ops cotask_callback_ops = {
	.name = "callback",
	.posted = callback_posted,
};

static int callback_start(struct cotask_callback *cb, struct cotask_loop *loop,
			  struct cotask_awaitable *x, cotask_callback_fn *fn, u32 flags)
{
	int rc = 0;

	cotask_entry_init(&cb->entry, COTASK_ENTRY_CALLBACK);
	cb->entry.flags = flags;
	cb->fn = fn;
	cb->x = x;
	cb->loop = loop;
	cb->post.ops = &cotask_callback_ops;
	cotask_debug_live(cb);
	if (!cotask_loop_mine(loop))
		rc = cotask_loop_post(loop, &cb->post);
	else if (READ_ONCE(loop->closed))
		rc = -ESHUTDOWN;
	else
		callback_add(cb);
	if (rc)
		cotask_debug_dead(cb);
	return rc;
}

/* Whether @x can have callbacks: an awaitable that drivers know. */
static bool can_have(const struct cotask_awaitable *x)
{
	return !IS_ERR_OR_NULL(x) && x->loop &&
	       (!x->post.ops->internal || x->post.ops == &cotask_group_ops);
}

static int on_done(struct cotask_awaitable *x, struct cotask_callback *cb,
		   cotask_callback_fn *fn, u32 flags)
{
	struct cotask_loop *loop;
	int rc;

	if (!can_have(x) || !cb || !fn)
		return -EINVAL;
	/* Another thread may be stopping a group. */
	loop = cotask_awaitable_pin_loop(x);
	if (!loop)
		return -EINVAL;
	if (cotask_is_task(x))
		cotask_get(cotask_of(x));
	rc = callback_start(cb, loop, x, fn, flags);
	if (rc && cotask_is_task(x))
		cotask_put(cotask_of(x));
	cotask_unpin_loop(loop);
	return rc;
}

/**
 * cotask_on_done - run a function when an awaitable is done
 * @x: task, future, shield or group
 * @cb: the callback, not in use; stays with cotask until @fn has been entered
 * @fn: runs in the loop, in the turn after completion, without a current task,
 *	once per registration and in the order of registration (TK-3, TK-4)
 *
 * cotask pins a task until the callback has run.  The caller keeps any other awaitable.
 *
 * Callbacks that have not run when cotask_loop_stop() returns, as @x is pending, never run.  They
 * belong to the caller again after cotask_future_fini(), cotask_shield_drop() or cotask_set_drop().
 *
 * Context: Any.
 * Return: 0; -EINVAL for a missing argument, or a group that has no loop, because it was not begun,
 *	was left or was stopped; -ESHUTDOWN if the loop is closed.
 */
int cotask_on_done(struct cotask_awaitable *x, struct cotask_callback *cb,
		   int (*fn)(struct cotask_callback *cb, struct cotask_awaitable *x))
{
	return on_done(x, cb, fn, 0);
}
EXPORT_SYMBOL_GPL(cotask_on_done);

/* As cotask_on_done(), for a function of cotask: the loop may breathe in it. */
int cotask_on_done_own(struct cotask_awaitable *x, struct cotask_callback *cb,
		       cotask_callback_fn *fn)
{
	return on_done(x, cb, fn, COTASK_E_OWN);
}

/**
 * cotask_call_soon - run a function in a loop
 * @loop: the loop
 * @cb: the callback, not in use; stays with cotask until @fn has been entered
 * @fn: runs in the loop, without a current task and with NULL for the awaitable, in
 *	the order in which this is called by one thread (RT-6)
 *
 * Context: Any.
 * Return: 0; -EINVAL for a missing argument; -ESHUTDOWN if the loop is closed.
 */
int cotask_call_soon(struct cotask_loop *loop, struct cotask_callback *cb,
		     int (*fn)(struct cotask_callback *cb, struct cotask_awaitable *x))
{
	if (!loop || !cb || !fn)
		return -EINVAL;
	return callback_start(cb, loop, NULL, fn, 0);
}
EXPORT_SYMBOL_GPL(cotask_call_soon);

/* As cotask_call_soon(), for a function of cotask: the loop may breathe in it. */
int cotask_call_soon_own(struct cotask_loop *loop, struct cotask_callback *cb,
			 cotask_callback_fn *fn)
{
	return callback_start(cb, loop, NULL, fn, COTASK_E_OWN);
}

/**
 * cotask_off_done - remove callbacks
 * @x: what they are registered at
 * @fn: all registrations of this function are removed (TK-5)
 *
 * Context: The loop's owner.
 * Return: The number of callbacks removed, which belong to the caller again; 0 also if @x is
 *	done: callbacks that are queued run (TK-6).  -EXDEV if the caller is not the owner;
 *	-EINVAL for a missing argument, or what is not in use.
 */
int cotask_off_done(struct cotask_awaitable *x,
		    int (*fn)(struct cotask_callback *cb, struct cotask_awaitable *x))
{
	struct cotask_entry *e, *next;
	int n = 0;

	if (!x || !fn)
		return -EINVAL;
	if (!x->loop)
		return cotask_awaitable_done(x) ? 0 : -EINVAL;
	if (!cotask_loop_mine(x->loop))
		return -EXDEV;
	list_for_each_entry_safe(e, next, &x->waiters, link) {
		if (e->kind != COTASK_ENTRY_CALLBACK || callback_of(e)->fn != fn ||
		    !cotask_awaitable_detach(x, e))
			continue;
		cotask_debug_dead(callback_of(e));
		if (cotask_is_task(x))
			cotask_put(cotask_of(x));
		n++;
	}
	return n;
}
EXPORT_SYMBOL_GPL(cotask_off_done);

/**
 * cotask_awaitable_return_callbacks - a future goes
 * @x: the future
 *
 * What waits for it when its loop has ended is not known to the loop, which runs nothing any more.
 * Callbacks among that belong to the caller again.
 *
 * Any context.
 *
 * Return: Whether nothing else waits.
 */
bool cotask_awaitable_return_callbacks(struct cotask_awaitable *x)
{
	struct cotask_entry *e, *next;

	if (list_empty(&x->waiters))
		return true;
	if (!READ_ONCE(x->loop->ended))
		return false;
	list_for_each_entry_safe(e, next, &x->waiters, link) {
		if (e->kind == COTASK_ENTRY_CALLBACK)
			let_go(e);
	}
	cotask_debug_left(x);
	return list_empty(&x->waiters);
}

/**
 * cotask_callback_run - the turn of a callback has come
 * @loop: the loop
 * @e: the callback's entry
 */
void cotask_callback_run(struct cotask_loop *loop, struct cotask_entry *e)
{
	struct cotask_callback *cb = callback_of(e);
	struct cotask_awaitable *x = cb->x;
	struct cotask *pinned = x && cotask_is_task(x) ? cotask_of(x) : NULL;
	const bool foreign = !(e->flags & COTASK_E_OWN);
	int rc;

	cotask_debug_dead(cb);
	loop->foreign += foreign;
	rc = cb->fn(cb, x);
	loop->foreign -= foreign;
	/* From here on cb, and an x that is not pinned, may be gone. */
	if (rc < 0)
		cotask_loop_report(loop, NULL, rc);
	if (pinned)
		cotask_put(pinned);
}
