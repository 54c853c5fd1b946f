// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - running a task: resume, step, suspend, end
 *
 * A step is the code of one task between two suspensions.  It always starts at
 * the innermost frame: an await of a coroutine pushes a frame and returns to
 * run_more(), which runs the callee at once, in the same step, so that the
 * kernel's stack does not grow with the depth of the call chain (CO-2).
 */
#include <linux/slab.h>

#include "core.h"

/**
 * cotask_frame_init - make a coroutine object
 * @frame: the frame, embedded in what the coroutine keeps
 * @step: its code
 * @release: called when the coroutine is over, was refused, or is dropped unrun;
 *	may free what @frame is embedded in.  NULL if there is nothing to do
 *
 * Runs none of its code (CO-1).
 *
 * Context: Any.
 * Return: @frame.
 */
struct cotask_frame *cotask_frame_init(struct cotask_frame *frame, cotask_step_fn step,
				       void (*release)(struct cotask_frame *))
{
	frame->step = step;
	frame->release = release;
	frame->outer = NULL;
	frame->scopes = NULL;
	frame->at = 0;
	frame->state = COTASK_FRAME_FRESH;
	return frame;
}
EXPORT_SYMBOL_GPL(cotask_frame_init);

/**
 * cotask_frame_kfree - release function of a frame that begins its allocation
 * @frame: the first member of an object from kmalloc()
 *
 * Context: Any that kfree() allows, which hard interrupts of PREEMPT_RT are not: a coroutine that
 *	is spawned there is refused, and released there.
 */
void cotask_frame_kfree(struct cotask_frame *frame)
{
	kfree(frame);
}
EXPORT_SYMBOL_GPL(cotask_frame_kfree);

/* --- the end of a task ---------------------------------------------------- */

/* What it spawns belongs to the group of the task, also if that does not run again. */
static noinline void release_foreign(struct cotask *t, struct cotask_frame *frame)
{
	struct cotask_loop *loop = t->base.loop;
	struct cotask *current_task = loop->current_task;

	loop->current_task = t;
	loop->foreign++;
	frame->release(frame);
	loop->foreign--;
	loop->current_task = current_task;
}

/* The innermost frame goes. */
static void frame_end(struct cotask *t, struct cotask_frame *frame)
{
	t->frame = frame->outer;
	if (!frame->release)
		return;
	if (t->entry.flags & COTASK_T_HOSTED)
		frame->release(frame);
	else
		release_foreign(t, frame);
}

/*
 * Choose the outcome and publish it.  A cancel that was accepted but not
 * delivered turns a value into CANCELLED (CX-10); whether one was posted is
 * decided by the same operation that makes further ones come too late (SC-9).
 */
static int publish(struct cotask *t, long rc)
{
	bool armed = t->entry.flags & COTASK_T_ARMED;
	int old, done;

	cotask_race_point(TASK_DONE, &t->base);
	old = atomic_read(&t->base.state);
	do {
		done = COTASK_S_CLAIMED | COTASK_S_DONE;
		t->base.result = rc;
		if (rc == -ECANCELED || (rc >= 0 && (armed || (old & COTASK_S_POSTED)))) {
			t->base.result = -ECANCELED;
			done |= COTASK_S_CANCELLED;
		}
	} while (!atomic_try_cmpxchg(&t->base.state, &old, old | done));
	return old;
}

/**
 * cotask_task_finish - the code of a task has ended
 * @t: the task, not in any list
 * @rc: value or error
 */
void cotask_task_finish(struct cotask *t, long rc)
{
	int old;

	old = publish(t, rc);
	t->entry.flags &= ~COTASK_T_SIGNALS;
	cotask_stats_end(t);
	trace_cotask_done(t, cotask_cancelled(t));
	/* The record comes before the waiters (TG-29). */
	t->entry.kind = COTASK_ENTRY_RECORD;
	cotask_loop_queue(t->base.loop, &t->entry);
	cotask_awaitable_wake(&t->base);
	if (unlikely(old & COTASK_S_WATCHED))
		cotask_block_wake(&t->base);
}

/*
 * End a task whose code is not going to run again: its frames go, innermost first.  True: it
 * has to be run, to leave the scopes that it is in.
 */
static bool drop(struct cotask *t)
{
	if (unlikely(t->scopes)) {
		cotask_abandon_all(t);
		return true;
	}
	while (t->frame)
		frame_end(t, t->frame);
	cotask_task_finish(t, -ECANCELED);
	return false;
}

/* --- steps ---------------------------------------------------------------- */

/* In no list: neither scheduled nor waiting. */
static bool unparked(const struct cotask *t)
{
	return list_empty(&t->entry.link);
}

/* Where an error comes from, as far as one step can tell (TK-10). */
struct failure {
	long rc;
	struct cotask_location at;
};

static void failure_note(struct failure *f, long rc, const struct cotask_frame *frame)
{
	if (rc < 0 && rc != f->rc) {
		f->rc = rc;
		f->at = (struct cotask_location){ frame->step, frame->at >> 8 };
	}
}

/* The value that the frame has returned, corrected if it breaks the rules. */
static long frame_outcome(struct cotask *t, const struct cotask_frame *frame, long rc)
{
	if (rc == COTASK_SUSPENDED) {
		cotask_misuse("%ps suspended without an await\n", frame->step);
		return -EINVAL;
	}
	if (!unparked(t)) {
		cotask_misuse("%ps ended while it awaits\n", frame->step);
		cotask_entry_unlink(t->base.loop, &t->entry);
		t->waits_on = NULL;
	}
	return rc;
}

/* The frame is over, inside of scopes that it has entered. */
static noinline bool abandons(struct cotask *t, struct cotask_frame *frame, long rc)
{
	/* A process may do that. */
	if (!(t->entry.flags & COTASK_T_HOSTED))
		cotask_misuse("%ps ended inside a scope\n", frame->step);
	return cotask_abandon(t, frame, rc);
}

/*
 * The code of a task has returned for the last time, and wakes whatever waits for it: also tasks
 * of a process, for a body of a module.  Unless this is an eager step inside of other code, only
 * functions of cotask are left on the stack, so that the owner can breathe.
 */
static void leave_code(struct cotask_loop *loop)
{
	if (!loop->eager_depth)
		loop->current_task = NULL;
}

/*
 * @frame has returned @rc: run frames until the task suspends or its outermost frame ends.  Most
 * steps suspend at once, and do without this.
 */
static noinline void run_more(struct cotask *t, struct cotask_frame *frame, long rc)
{
	struct failure failure = {};

	for (;; rc = frame->step(t, frame)) {
		if (rc == COTASK_SUSPENDED && !unparked(t))
			return;
		if (rc == COTASK_SUSPENDED && t->frame != frame) {
			frame = t->frame;
			continue;
		}
		rc = frame_outcome(t, frame, rc);
		failure_note(&failure, rc, frame);
		if (unlikely(t->scopes != frame->scopes) && abandons(t, frame, rc))
			continue;
		frame_end(t, frame);
		if (!t->frame) {
			leave_code(t->base.loop);
			cotask_task_finish(t, rc);
			break;
		}
		t->base.result = rc;
		frame = t->frame;
	}
	if (t->base.result < 0) {
		t->failed_in = failure.at.step;
		t->entry.deadline = failure.at.line;
	}
}

static __always_inline void run_frames(struct cotask *t)
{
	struct cotask_frame *frame = t->frame;
	long rc = frame->step(t, frame);

	if (unlikely(rc != COTASK_SUSPENDED || unparked(t)))
		run_more(t, frame, rc);
}

/* A step begins with @next, an await that its code has passed before; or is NULL. */
static __always_inline void run_step(struct cotask *t, cotask_next_fn next)
{
	if (next && next(t).pending && !unparked(t))
		return;
	run_frames(t);
}

static noinline void run_step_timed(struct cotask *t, cotask_next_fn next)
{
	cotask_step_fn step = t->frame->step;
	u64 begin = ktime_get_ns();

	run_step(t, next);
	cotask_account_step(t, step, begin);
}

static __always_inline void task_step(struct cotask *t, cotask_next_fn next)
{
	trace_cotask_step_begin(t);
	if (unlikely(cotask_accounts(t->base.loop)))
		run_step_timed(t, next);
	else
		run_step(t, next);
	trace_cotask_step_end(t);
}

/**
 * cotask_task_step - run the eager first step of a task, inside one of its spawner
 * @loop: its loop
 * @t: the task; nothing is left to be delivered
 */
void cotask_task_step(struct cotask_loop *loop, struct cotask *t)
{
	struct cotask *spawner = loop->current_task;

	loop->current_task = t;
	task_step(t, NULL);
	loop->current_task = spawner;
}

/* Requests that have come when its outcome was there already. */
static void take_in_late(struct cotask *t)
{
	bool armed = t->entry.flags & COTASK_T_ARMED;

	cotask_cancel_taken_in(t);
	if (!armed && (t->entry.flags & COTASK_T_ARMED) && !cotask_task_unstarted(t))
		t->entry.flags |= COTASK_T_LATE;
}

/* With this option, the request is delivered at the next suspension instead. */
static bool postpone(struct cotask *t)
{
	u32 flags = t->entry.flags;

	if ((flags & COTASK_T_SURE_START) && (flags & COTASK_T_ARMED) &&
	    cotask_task_unstarted(t))
		return true;		/* TG-B1 */
	/* The outcome is the answer to an earlier request: one delivery for all (CX-6). */
	if ((flags & COTASK_T_HANDED) && t->base.result == -ECANCELED)
		return false;
	if ((flags & COTASK_T_WINS) && (flags & COTASK_T_LATE)) {
		t->entry.flags &= ~(COTASK_T_LATE | COTASK_T_HANDED);
		return true;		/* CX-B4 */
	}
	if ((flags & COTASK_T_KEEPS) && !(flags & COTASK_T_ARMED) &&
	    cotask_scope_count(t) > t->settled) {
		t->entry.flags &= ~COTASK_T_HANDED;
		cotask_cancel_arm(t);
		return true;		/* CX-B5 */
	}
	return false;
}

/**
 * cotask_task_resume - a waiting task continues at once
 * @t: the task, in cotask_park_known()
 * @next: the await that takes the place of the one that it is in; NULL: it goes on with any outcome
 *
 * For a task whose code is in a process, which has issued the next operation.  The owner, outside
 * a step.
 */
void cotask_task_resume(struct cotask *t, cotask_next_fn next)
{
	struct cotask_loop *loop = t->base.loop;

	INIT_LIST_HEAD(&t->entry.link);
	t->waits_on = NULL;
	loop->current_task = t;
	task_step(t, next);
	loop->current_task = NULL;
}

/**
 * cotask_task_revise - a request was made after the outcome of a hosted task was taken
 * @t: the task, armed since then; its code has not seen the outcome
 * @started: some of its code has run
 * @rc: the outcome, replaced if the request is delivered with it (CX-5)
 *
 * Return: false: the task has not run, and will not (CX-7).
 */
bool cotask_task_revise(struct cotask *t, bool started, long *rc)
{
	bool answer;

	if (!started && !(t->entry.flags & COTASK_T_SURE_START))
		return false;
	if (!started)
		return true;		/* TG-B1 */
	/* The outcome is the answer to an earlier request, as in postpone(). */
	answer = (t->entry.flags & COTASK_T_DELIVERED) && *rc == -ECANCELED;
	if ((t->entry.flags & COTASK_T_WINS) && !answer)
		return true;		/* CX-B4 */
	cotask_cancel_deliver(t);
	*rc = -ECANCELED;
	return true;
}

/* Whether the await returns the outcome that was due. */
static bool keeps_outcome(struct cotask *t)
{
	if (t->entry.flags & COTASK_T_DOOMED)
		return false;
	return !(t->entry.flags & (COTASK_T_ARMED | COTASK_T_HANDED)) || postpone(t);
}

/**
 * cotask_task_settle_grant - decide what becomes of what a task was granted
 * @t: the task; COTASK_T_GRANTED
 * @kept: whether its await returns the outcome that was due
 *
 * A grant belongs to its outcome: a task that gets the outcome has the permit, item or
 * notification; if the outcome is replaced, the grant passes to the next waiter (SY-2).
 */
void cotask_task_settle_grant(struct cotask *t, bool kept)
{
	struct cotask_awaitable *x = t->waits_on;

	t->waits_on = NULL;
	t->entry.flags &= ~COTASK_T_GRANTED;
	if (!kept)
		x->post.ops->lost(x, t);
}

/*
 * Set the outcome that the await returns in place of the one that was due (CX-5, CX-6), and
 * settle a request that was handed on (CX-3, CX-14).  False: the task has ended instead (CX-7).
 */
static bool deliver(struct cotask *t)
{
	bool kept;

	take_in_late(t);
	kept = keeps_outcome(t);
	if (t->entry.flags & COTASK_T_GRANTED)
		cotask_task_settle_grant(t, kept);
	if (t->entry.flags & COTASK_T_DOOMED)
		return drop(t);
	t->entry.flags &= ~COTASK_T_DELIVERED;
	if (kept)
		return true;
	if (t->entry.flags & COTASK_T_ARMED)
		t->base.result = -ECANCELED;
	cotask_cancel_deliver(t);
	if (t->base.result == -ECANCELED && cotask_task_unstarted(t))
		return drop(t);
	return true;
}

/**
 * cotask_task_run - the turn of a task has come
 * @loop: its loop
 * @e: its entry
 */
void cotask_task_run(struct cotask_loop *loop, struct cotask_entry *e)
{
	struct cotask *t = container_of(e, struct cotask, entry);

	if (unlikely(loop->paused) && cotask_pause_holds(loop, e))
		return;
	if (unlikely((e->flags & COTASK_T_SIGNALS) ||
		     (atomic_read(&t->base.state) & COTASK_S_POSTED))) {
		if (!deliver(t))
			return;
	}
	loop->current_task = t;
	task_step(t, NULL);
	loop->current_task = NULL;
}

/* --- awaiting ------------------------------------------------------------- */

/* An await that has its outcome at once. */
struct cotask_await cotask_refuse(struct cotask *task, long rc)
{
	task->base.result = rc;
	task->entry.flags &= ~COTASK_T_DELIVERED;
	return (struct cotask_await){ .pending = false };
}

static const struct cotask_await pending = { .pending = true };

/* An await that fails does so on the next turn (AW-4, AW-5). */
static struct cotask_await fail(struct cotask *task, int error)
{
	cotask_task_queue(task, error);
	return pending;
}

static struct cotask_group *group_of(struct cotask_awaitable *x)
{
	return container_of(x, struct cotask_group, base);
}

/**
 * cotask_await_refusal - whether a task must not wait for something
 * @task: the current task
 * @x: the awaitable, not done
 *
 * Return: 0, or the outcome of the await: -EXDEV, -EDEADLK.
 */
int cotask_await_refusal(const struct cotask *task, struct cotask_awaitable *x)
{
	if (x->loop != task->base.loop)
		return -EXDEV;
	return cotask_cycle_closes(task, x) ? -EDEADLK : 0;
}

/* The task suspends on @x. */
static struct cotask_await park(struct cotask *task, struct cotask_awaitable *x, u32 flags)
{
	task->waits_on = x;
	task->base.result = 0;	/* no wave has passed */
	task->entry.flags |= flags;
	trace_cotask_suspend(task, x->post.ops->name);
	cotask_cancel_taken_in(task);
	if (unlikely(task->entry.flags & COTASK_T_ARMED))
		cotask_cancel_hand_on(task);
	return pending;
}

static bool may_suspend(const struct cotask *task)
{
	if (likely(task->base.loop->current_task == task && unparked(task)))
		return true;
	cotask_misuse("waits outside of a step of the task\n");
	return false;
}

/**
 * cotask_park - wait for an awaitable that is not done and cannot close a cycle of awaits
 * @task: the current task
 * @x: the awaitable that wakes it
 *
 * Return: To be passed to CO_AWAIT(); -EXDEV if @x belongs to another loop.
 */
struct cotask_await cotask_park(struct cotask *task, struct cotask_awaitable *x)
{
	if (unlikely(!may_suspend(task)))
		return cotask_refuse(task, -EINVAL);
	if (x->loop != task->base.loop)
		return fail(task, -EXDEV);
	if (x->post.ops->bare)
		cotask_debug_waited(x);
	list_add_tail(&task->entry.link, &x->waiters);
	return park(task, x, 0);
}

/**
 * cotask_park_known - as cotask_park(), for an awaitable that tracks its waiter itself
 * @task: the current task
 * @x: of this loop; has no list of waiters, and calls cotask_task_resume()
 *
 * Return: To be passed to CO_AWAIT().
 */
struct cotask_await cotask_park_known(struct cotask *task, struct cotask_awaitable *x)
{
	/* In no list: only that it is not empty matters. */
	task->entry.link.next = &x->waiters;
	task->entry.link.prev = &x->waiters;
	return park(task, x, 0);
}

/*
 * The exit of its own group is not refused: a task does not leave its group before the children
 * have ended, whatever cycle this closes, as the group owns them.  Before the exit such a group
 * does not end, so that this would be a wait for the task itself.
 */
static int refusal_of(const struct cotask *task, struct cotask_awaitable *x)
{
	if (x->post.ops == &cotask_group_ops && group_of(x)->scope.task == task)
		return group_of(x)->flags & COTASK_G_EXITING ? 0 : -EDEADLK;
	return cotask_await_refusal(task, x);
}

/* A group that is over has let go of its loop. */
static bool can_be_awaited(const struct cotask_awaitable *x)
{
	if (!x || (!x->loop && !cotask_awaitable_done(x)))
		return false;
	return !x->post.ops->internal || x->post.ops == &cotask_group_ops;
}

static struct cotask_await await(struct cotask *task, struct cotask_awaitable *x, u32 flags)
{
	int refusal;

	if (IS_ERR(x))
		return cotask_refuse(task, PTR_ERR(x));
	if (!can_be_awaited(x) || unlikely(!may_suspend(task)))
		return cotask_refuse(task, -EINVAL);
	if ((!x->loop || x->loop == task->base.loop) && cotask_awaitable_done(x))
		return cotask_refuse(task, cotask_awaitable_result(x));
	refusal = refusal_of(task, x);
	if (unlikely(refusal)) {
		if (x->post.ops->forgo)
			x->post.ops->forgo(x);
		return fail(task, refusal);
	}
	/* Only the parent passes a cancel on to the group. */
	if (x->post.ops == &cotask_group_ops && group_of(x)->scope.task != task)
		flags |= COTASK_T_WATCH;
	if (cotask_awaitable_wait(x, &task->entry))
		return cotask_refuse(task, cotask_awaitable_result(x));
	return park(task, x, flags);
}

/**
 * cotask_await - wait for a task, future, shield, gather or group
 * @task: the current task
 * @x: what to wait for
 *
 * A cancel of @task meanwhile is passed on to @x (CX-3).  If @x is done, @task
 * does not suspend and no cancel is delivered (AW-1).
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns the outcome of @x; -ECANCELED; -EDEADLK if @x
 *	is @task, waits for it, owns it, or is a group that it has entered and does not exit
 *	(AW-4, AW-B2); -EXDEV if @x belongs to another loop (AW-5); -EINVAL if it is missing; the
 *	code of an ERR_PTR(), so that the result of a constructor can be passed without a check.
 */
struct cotask_await cotask_await(struct cotask *task, struct cotask_awaitable *x)
{
	return await(task, x, 0);
}
EXPORT_SYMBOL_GPL(cotask_await);

/**
 * cotask_await_shielded - wait for something without passing a cancel on to it
 * @task: the current task
 * @x: what to wait for
 *
 * When @task is cancelled, it stops waiting and gets -ECANCELED at once.
 *
 * Context: A step of @task.
 * Return: As cotask_await().
 */
struct cotask_await cotask_await_shielded(struct cotask *task, struct cotask_awaitable *x)
{
	return await(task, x, COTASK_T_WATCH);
}
EXPORT_SYMBOL_GPL(cotask_await_shielded);

/**
 * cotask_call - await a coroutine
 * @task: the current task
 * @callee: a coroutine object that was neither awaited nor spawned yet
 *
 * Runs it in this task, at once, without a turn of the loop in between (CO-2).
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns what the coroutine returns
 *	(CO-3); -EINVAL if @callee was used before (CO-5) or never made.
 */
struct cotask_await cotask_call(struct cotask *task, struct cotask_frame *callee)
{
	if (!callee || callee->state != COTASK_FRAME_FRESH || !callee->step ||
	    !may_suspend(task))
		return cotask_refuse(task, -EINVAL);
	callee->state = COTASK_FRAME_TAKEN;
	callee->outer = task->frame;
	callee->scopes = task->scopes;
	task->frame = callee;
	return pending;
}
EXPORT_SYMBOL_GPL(cotask_call);

/* --- looking at it -------------------------------------------------------- */

/**
 * cotask_get_stack - where a task is suspended
 * @task: the task
 * @loc: innermost frame first
 * @n: room in @loc
 *
 * Context: The loop's owner.
 * Return: How many frames there are: of a suspended task its chain of awaits, of a
 *	FAILED one where it failed, of any other that is done 0 (TK-10).
 */
int cotask_get_stack(const struct cotask *task, struct cotask_location *loc, unsigned int n)
{
	const struct cotask_frame *frame;
	unsigned int found = 0;

	if (cotask_done(task)) {
		if (cotask_awaitable_cancelled(&task->base) || task->base.result >= 0)
			return 0;
		if (n)
			loc[0] = (struct cotask_location){ task->failed_in, task->entry.deadline };
		return 1;
	}
	for (frame = task->frame; frame; frame = frame->outer) {
		if (found < n)
			loc[found] = (struct cotask_location){ frame->step, frame->at >> 8 };
		found++;
	}
	return found;
}
EXPORT_FOR_TESTS(cotask_get_stack);
