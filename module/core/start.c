// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - start a child and wait until it reports that it is ready
 *
 * Until then an error of the child does not abort its group: when it fails, the call
 * fails, and when the call is cancelled, the child is (TG-B7).
 */
#include "core.h"

static int child_ended(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct cotask_start *s = container_of(cb, struct cotask_start, ended);

	/* It may have been ready before: then this comes too late. */
	if (cotask_cancelled(s->child) || cotask_result(s->child) >= 0)
		cotask_future_fail(&s->ready, -ENODATA);
	else
		cotask_future_fail(&s->ready, cotask_result(s->child));
	return 0;
}

/*
 * The callback is registered with the child, or queued since that has ended.  A child that
 * continues is an ordinary child now, so its error is not lost.
 */
static void forget_child(struct cotask_start *s)
{
	if (!s->child)
		return;
	if (!cotask_done(s->child))
		s->child->entry.flags &= ~COTASK_T_STARTING;
	if (!list_empty(&s->ended.entry.link)) {
		list_del_init(&s->ended.entry.link);
		cotask_debug_dead(&s->ended);
		cotask_put(s->child);	/* the callback's reference */
	}
	cotask_put(s->child);
	s->child = NULL;
}

/* The error of a child that has failed, or 0.  The group does not have it: it would be lost. */
static long failure(struct cotask *child)
{
	if (!cotask_done(child) || cotask_cancelled(child) || cotask_result(child) >= 0)
		return 0;
	return cotask_result(child);
}

static long start_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_start *s = container_of(frame, struct cotask_start, frame);

	CO_BEGIN(task, frame, ready, ended);

	CO_AWAIT(ready, s->outcome, cotask_await_future(task, &s->ready));
	if (s->outcome == -ECANCELED && (s->child->entry.flags & COTASK_T_STARTING)) {
		s->delivered = cotask_cancel_delivered(task);
		/* Cancels only this child; a further cancel no longer waits for it. */
		if (cotask_cancel_own(s->child))
			CO_AWAIT(ended, s->ended_with,
				 cotask_await_shielded(task, &s->child->base));
		s->outcome = failure(s->child) ?: -ECANCELED;
		cotask_cancel_restore(task, s->delivered);
	}
	forget_child(s);
	return s->outcome;
}

static void start_release(struct cotask_frame *frame)
{
	struct cotask_start *s = container_of(frame, struct cotask_start, frame);

	/* The caller may have been ended before it had its answer. */
	forget_child(s);
}

/**
 * cotask_start_child - wait until a child is ready
 * @task: the current task
 * @s: not in use; stays until the await is over
 * @child: has not begun, and no other task waits for its start; a reference that is taken
 *	over
 *
 * Context: A step of @task.
 * Return: As cotask_group_start(), once the child is there.
 */
struct cotask_await cotask_start_child(struct cotask *task, struct cotask_start *s,
				       struct cotask *child)
{
	s->child = child;
	if (!cotask_awaitable_done(&s->ready.base))
		child->entry.flags |= COTASK_T_STARTING;
	cotask_on_done_own(&child->base, &s->ended, child_ended);
	return cotask_call(task, cotask_frame_init(&s->frame, start_step, start_release));
}

/**
 * cotask_start_of - the &struct cotask_start of a child
 * @child: the task
 *
 * Other processes may have any number of waiters there, so only a child that has one is searched.
 *
 * Context: The loop's owner.
 * Return: NULL: no task waits for it to be ready, or the process is being killed.
 */
struct cotask_start *cotask_start_of(struct cotask *child)
{
	struct cotask_entry *e;

	if (!cotask_task_is_starting(child))
		return NULL;
	list_for_each_entry(e, &child->base.waiters, link) {
		struct cotask_callback *cb = container_of(e, struct cotask_callback, entry);

		if (cotask_loop_spend_or_stop(child->base.loop, 1))
			return NULL;
		if (e->kind == COTASK_ENTRY_CALLBACK && cb->fn == child_ended)
			return container_of(cb, struct cotask_start, ended);
	}
	return NULL;
}

/* The child's state, its start among them, is touched by the owner of its loop alone. */
static bool is_elsewhere(const struct cotask_group *g, const struct cotask_loop *loop)
{
	const struct cotask_loop *its = READ_ONCE(g->base.loop);

	return its && its != loop;
}

/**
 * cotask_group_start - spawn a child and wait until it is ready
 * @task: the current task
 * @s: not in use; stays until the await is over and, for cotask_start_ready(), as
 *	long as the child may call that
 * @group: as for cotask_spawn(), not NULL; on the loop of @task
 * @frame: the child's coroutine, which calls cotask_start_ready()
 * @name: as for cotask_spawn()
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns the value of cotask_start_ready(); the error
 *	with which the child has failed before, which then is not an error of the group; -ENODATA
 *	if the child has ended otherwise before; -ECANCELED after the child was cancelled and has
 *	ended, or the error of that child; the errors of cotask_spawn(), or -EXDEV if @group
 *	belongs to another loop, without suspending (TG-B7).
 */
struct cotask_await cotask_group_start(struct cotask *task, struct cotask_start *s,
				       struct cotask_group *group, struct cotask_frame *frame,
				       const char *name)
{
	struct cotask *child;
	int rc = 0;

	if (!s || !group)
		rc = -EINVAL;
	else if (is_elsewhere(group, task->base.loop))
		rc = -EXDEV;
	if (rc) {
		cotask_frame_refuse_fresh(frame);
		return cotask_refuse(task, rc);
	}
	cotask_future_setup(&s->ready, task->base.loop);
	child = cotask_spawn(group, frame, name);
	if (IS_ERR(child))
		return cotask_refuse(task, PTR_ERR(child));
	return cotask_start_child(task, s, child);
}
EXPORT_SYMBOL_GPL(cotask_group_start);

/**
 * cotask_start_ready - a child that was started is ready
 * @task: the child, the current task
 * @s: as for cotask_group_start()
 * @value: >= 0, the outcome of cotask_group_start()
 *
 * From now on the task is an ordinary child of its group.
 *
 * Context: A step of @task.
 * Return: 0; -EINVAL if it was ready before, if the task that started it was cancelled,
 *	or if @value is negative.
 */
int cotask_start_ready(struct cotask *task, struct cotask_start *s, long value)
{
	int rc = cotask_future_complete(&s->ready, value);

	if (!rc)
		task->entry.flags &= ~COTASK_T_STARTING;
	return rc;
}
EXPORT_SYMBOL_GPL(cotask_start_ready);
