// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - wait_for: await something, but not for longer than ...
 *
 * A coroutine in terms of the other parts.  With time left it is a timeout scope
 * around the await and nothing else (WF-1).  Without, it cancels what is awaited
 * and waits until that has ended (WF-4).
 */
#include "../core/core.h"

static struct cotask_await target(struct cotask *task, struct cotask_wait_for *w)
{
	return w->coro ? cotask_call(task, w->coro) : cotask_await(task, w->x);
}

static long wait_with_time(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_wait_for *w = container_of(frame, struct cotask_wait_for, frame);
	long rc;

	CO_BEGIN(task, frame, target);

	rc = cotask_timeout_start(task, &w->timeout, w->ns);
	if (rc)
		return rc;
	CO_AWAIT(target, rc, target(task, w));
	return cotask_timeout_exit(&w->timeout, rc);
}

static long wait_without_time(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_wait_for *w = container_of(frame, struct cotask_wait_for, frame);
	long rc;

	CO_BEGIN(task, frame, ended);

	cotask_awaitable_cancel_own(w->x);
	/* A cancel of the caller ends the wait at once (WF-5). */
	CO_AWAIT(ended, rc, cotask_await_shielded(task, w->x));
	if (rc == -ECANCELED && !cotask_cancel_delivered(task))
		return -ETIMEDOUT;
	return rc;
}

/* Never runs: there is no time to (WF-3). */
static long too_late(struct cotask *task, struct cotask_frame *frame)
{
	return -ETIMEDOUT;
}

static cotask_step_fn step_for(const struct cotask_wait_for *w)
{
	if (w->ns > 0)
		return wait_with_time;
	return w->coro ? too_late : wait_without_time;
}

static struct cotask_await start(struct cotask *task, struct cotask_wait_for *w)
{
	return cotask_call(task, cotask_frame_init(&w->frame, step_for(w), NULL));
}

/**
 * cotask_wait_for - await something, but not for longer than ...
 * @task: the current task
 * @w: not in use; stays until the await is over
 * @x: task, future or shield
 * @ns: for how long; COTASK_FOREVER: as cotask_await()
 *
 * When the time is up, @x is cancelled, and the await is over when @x has ended,
 * which may take longer (WF-4, WF-6).
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns the outcome of @x; -ETIMEDOUT if
 *	this call cancelled @x; -ECANCELED if @task was cancelled, or @x by another
 *	caller (WF-7, WF-8); -EINVAL if an argument is missing.
 */
struct cotask_await cotask_wait_for(struct cotask *task, struct cotask_wait_for *w,
				    struct cotask_awaitable *x, s64 ns)
{
	if (IS_ERR(x))
		return cotask_await(task, x);
	if (!w || !x || !x->loop || x->post.ops->internal)
		return cotask_call(task, NULL);
	/* Without time left, too, what is done does not suspend (WF-2). */
	if (ns == COTASK_FOREVER || cotask_awaitable_done(x) ||
	    cotask_await_refusal(task, x))
		return cotask_await(task, x);
	w->x = x;
	w->coro = NULL;
	w->ns = ns;
	return start(task, w);
}
EXPORT_SYMBOL_GPL(cotask_wait_for);

/**
 * cotask_wait_for_call - await a coroutine, but not for longer than ...
 * @task: the current task
 * @w: not in use; stays until the await is over
 * @coro: a fresh coroutine object; runs in this task (WF-1)
 * @ns: for how long; COTASK_FOREVER: as cotask_call(); zero and below: @coro is
 *	released without having run (WF-3)
 *
 * Context: A step of @task.
 * Return: As cotask_wait_for(); -EINVAL also if @coro is not fresh.
 */
struct cotask_await cotask_wait_for_call(struct cotask *task, struct cotask_wait_for *w,
					 struct cotask_frame *coro, s64 ns)
{
	if (!w || !coro || coro->state != COTASK_FRAME_FRESH)
		return cotask_call(task, NULL);
	if (ns == COTASK_FOREVER)
		return cotask_call(task, coro);
	w->x = NULL;
	w->coro = coro;
	w->ns = ns;
	if (ns <= 0) {
		coro->state = COTASK_FRAME_TAKEN;
		if (coro->release)
			coro->release(coro);
	}
	return start(task, w);
}
EXPORT_SYMBOL_GPL(cotask_wait_for_call);
