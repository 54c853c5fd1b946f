// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - submissions: run a coroutine on a loop from another thread
 *
 * A submission has an outcome of its own: that of the task, unless the submission is cancelled
 * before.  A cancel is final at once, independent of how the task reacts (RT-4).  Two references:
 * the caller's, and that of the callback on the end of the task.
 */
#include <linux/cotask_thread.h>
#include <linux/slab.h>

#include "await.h"

/**
 * struct cotask_submission - a coroutine on its way to a loop, and its outcome
 * @base: the outcome, to be blocked on
 * @task: the task; NULL if it could not be spawned [I]
 * @ended: the callback on its end
 * @deferred: instead, once there is no reference
 */
struct cotask_submission {
	struct cotask_awaitable	base;
	struct cotask		*task;
	union {
		struct cotask_callback	ended;
		struct cotask_deferred	deferred;
	};
};

static const struct cotask_awaitable_ops submission_ops = {
	.name = "submission",
	.internal = true,
};

/* The error stays with the task, unless it is retrieved here. */
static void settle_like_task(struct cotask_submission *s)
{
	bool cancelled = cotask_cancelled(s->task);

	cotask_future_settle(&s->base, s->task->base.result,
			     cancelled ? COTASK_S_CANCELLED : 0);
}

static int task_ended(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct cotask_submission *s = container_of(cb, struct cotask_submission, ended);

	settle_like_task(s);
	cotask_submission_put(s);
	return 0;
}

static void follow(struct cotask_submission *s)
{
	refcount_inc(&s->base.refs);
	/* Refused by a loop that is closed, where the task has ended. */
	if (cotask_on_done_own(&s->task->base, &s->ended, task_ended)) {
		settle_like_task(s);
		cotask_submission_put(s);
	}
}

typedef struct cotask *(*spawn_fn)(struct cotask_group *group, struct cotask_frame *frame,
				   const struct cotask_spawn_args *args);

static struct cotask_submission *submission_new(struct cotask_loop *loop, gfp_t gfp)
{
	struct cotask_submission *s = kzalloc(sizeof(*s), gfp);

	if (s)
		cotask_awaitable_init(&s->base, cotask_loop_get(loop), &submission_ops);
	return s;
}

/* There is no task: the error is the outcome, and is returned at once. */
static void fail(struct cotask_submission *s, int error)
{
	cotask_future_settle(&s->base, error, 0);
	cotask_awaitable_mark_read(&s->base);
	cotask_loop_report(s->base.loop, NULL, error);
}

/* @loop is pinned by the caller. */
static struct cotask_submission *submit(struct cotask_loop *loop, struct cotask_group *group,
					struct cotask_frame *frame, const char *name,
					spawn_fn spawn)
{
	struct cotask_spawn_args args = { .name = name };
	struct cotask_submission *s;
	struct cotask *task;

	/* Submissions of a process are charged to the process. */
	args.gfp = READ_ONCE(loop->payer) ? GFP_KERNEL_ACCOUNT : GFP_KERNEL;
	s = submission_new(loop, args.gfp);
	if (!s) {
		cotask_frame_refuse_fresh(frame);
		return ERR_PTR(-ENOMEM);
	}
	task = spawn(group, frame, &args);
	/* A process has the error from the operation that submits. */
	if (task == ERR_PTR(-ESHUTDOWN) || (IS_ERR(task) && spawn == cotask_spawn_paid)) {
		cotask_submission_put(s);
		return ERR_CAST(task);
	}
	if (IS_ERR(task)) {
		fail(s, PTR_ERR(task));
		return s;
	}
	s->task = task;
	follow(s);
	return s;
}

/**
 * cotask_submit_into - run a coroutine in a group, from any thread
 * @group: an opened group, the owner of its task
 * @frame: a fresh coroutine
 * @name: of the task, copied; or NULL
 *
 * Stopping the group ends the task, and with it the submission.
 *
 * Context: Process context.
 * Return: The submission, to be dropped by cotask_submission_put().  If the task
 *	cannot be spawned (-EINVAL, -ENOMEM), that is the outcome, and is reported to
 *	the error handler of the loop (RT-5).  ERR_PTR(-ESHUTDOWN) if the group or the loop is
 *	closed (RT-7); ERR_PTR(-ENOMEM); ERR_PTR(-EINVAL) if an argument is missing.
 *	@frame is released unrun in all of these cases, if it was fresh.
 */
struct cotask_submission *cotask_submit_into(struct cotask_group *group,
					     struct cotask_frame *frame, const char *name)
{
	struct cotask_submission *s;
	struct cotask_loop *loop;

	if (!group || !frame) {
		cotask_frame_refuse_fresh(frame);
		return ERR_PTR(-EINVAL);
	}
	loop = cotask_group_pin_loop(group);
	if (!loop) {
		cotask_frame_refuse_fresh(frame);
		return ERR_PTR(-ESHUTDOWN);
	}
	s = submit(loop, group, frame, name, cotask_spawn_with);
	cotask_unpin_loop(loop);
	return s;
}
EXPORT_SYMBOL_GPL(cotask_submit_into);

/* The same for the task of an object, which counts with that as one, of a loop's root. */
struct cotask_submission *cotask_submit_paid(struct cotask_loop *loop,
					     struct cotask_frame *frame, const char *name)
{
	return submit(loop, &loop->root, frame, name, cotask_spawn_paid);
}

static void submission_free(struct cotask_deferred *d)
{
	kfree(container_of(d, struct cotask_submission, deferred));
}

/**
 * cotask_submission_put - drop the reference to a submission
 * @s: the submission, or NULL
 *
 * The task continues.  An error that was never retrieved is reported with the last reference to the
 * task (AW-11).
 *
 * Context: Any.
 */
void cotask_submission_put(struct cotask_submission *s)
{
	cotask_race_point(PUT_SUBMISSION, s);
	if (!s || !refcount_dec_and_test(&s->base.refs))
		return;
	if (s->task)
		cotask_awaitable_pass_read(&s->base, s->task);
	cotask_put(s->task);
	cotask_loop_put(s->base.loop);
	cotask_free_where_possible(&s->deferred, submission_free);
}
EXPORT_SYMBOL_GPL(cotask_submission_put);

/**
 * cotask_submission_awaitable - a submission as an awaitable
 * @s: the submission
 *
 * To read its outcome, to block on it or to cancel it; tasks cannot await it.
 *
 * Context: Any.
 * Return: The awaitable, which is valid as long as @s.
 */
struct cotask_awaitable *cotask_submission_awaitable(struct cotask_submission *s)
{
	return &s->base;
}
EXPORT_SYMBOL_GPL(cotask_submission_awaitable);

/* Its task, which is valid as long as @s; NULL: it could not be spawned. */
struct cotask *cotask_submission_task(struct cotask_submission *s)
{
	return s->task;
}

/*
 * The same for a process: signals and the freezer interrupt the wait.  @ended: it was cancelled;
 * wait until the task has ended, even if the outcome is there earlier.
 */
int cotask_submission_block(struct cotask_submission *s, s64 timeout_ns, bool ended)
{
	int rc = 0;

	if (ended && s->task)
		rc = cotask_block(&s->task->base, timeout_ns, TASK_INTERRUPTIBLE);
	/* The owner may have chosen the outcome that it is just about to set. */
	return rc ?: cotask_block(&s->base, timeout_ns, TASK_INTERRUPTIBLE);
}

/* As cotask_submission_cancel(), for a function of cotask: the owner may breathe. */
bool cotask_submission_cancel_own(struct cotask_submission *s)
{
	if (!cotask_future_settle(&s->base, -ECANCELED, COTASK_S_CANCELLED))
		return false;
	cotask_cancel_own(s->task);
	return true;
}

/**
 * cotask_submission_cancel - cancel a submission
 * @s: the submission
 *
 * The submission is CANCELLED at once; the task gets a cancel on the next turn of its loop, and
 * its outcome is ignored (RT-4).
 *
 * Context: Any.
 * Return: Whether it was pending.
 */
bool cotask_submission_cancel(struct cotask_submission *s)
{
	if (!cotask_future_settle_atomic(&s->base, -ECANCELED, COTASK_S_CANCELLED))
		return false;
	cotask_cancel(s->task);
	return true;
}
EXPORT_SYMBOL_GPL(cotask_submission_cancel);

/**
 * cotask_submission_cancel_and_wait - cancel a submission, wait for its task to end
 * @s: the submission
 *
 * Context: Process context, sleeps; not from the loop itself.
 * Return: 0 when the task has ended (RT-B1); if it has done so before the call, @s may become done
 *	on the next turn of its loop, with the outcome of the task; -EINTR when a fatal signal is
 *	pending; -EDEADLK on the loop itself, -EINVAL in an interrupt or with interrupts disabled.
 *	After these two, @s is unchanged.
 */
int cotask_submission_cancel_and_wait(struct cotask_submission *s)
{
	if (!s->task || cotask_done(s->task))
		return 0;
	if (!in_task() || irqs_disabled())
		return -EINVAL;
	if (cotask_loop_mine(s->base.loop))
		return -EDEADLK;
	cotask_submission_cancel(s);
	return cotask_wait(s->task, COTASK_FOREVER);
}
EXPORT_SYMBOL_GPL(cotask_submission_cancel_and_wait);
