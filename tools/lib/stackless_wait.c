// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - tasks without stacks: sleep, await, and other waits for one object
 *
 * The counterpart of wait.c: a step returns after the operation that ends it.
 */
#include "internal.h"

/* --- sleep --------------------------------------------------------------------- */

EXPORT struct cotask_await cotask_co_yield(struct cotask *task)
{
	return cotask_suspends(task, OP(SLEEP));
}

EXPORT struct cotask_await cotask_co_sleep(struct cotask *task, int64_t ns)
{
	uint16_t flags = cotask_sleep_flags(&ns);

	return cotask_suspends(task, OP(SLEEP, .value = ns, .flags = flags));
}

EXPORT struct cotask_await cotask_co_sleep_until(struct cotask *task, int64_t deadline, int clock,
						 uint64_t slack_ns)
{
	int flags = cotask_sleep_until_flags(deadline, clock);

	(void)slack_ns;
	return flags < 0 ? cotask_refuse(task, flags) :
			   cotask_suspends(task, OP(SLEEP, .value = deadline, .flags = flags));
}

/* --- await ----------------------------------------------------------------------- */

/* After the wait, the outcomes of a set's members are read. */
static struct cotask_await await_by(struct cotask *task, struct cotask_awaitable *x,
				    const struct cotask_op *op)
{
	return cotask_suspends_on(task, x->kind == KIND_SET ? x : NULL, op);
}

EXPORT struct cotask_await cotask_co_await(struct cotask *task, struct cotask_awaitable *x)
{
	long rc = is_error(x) ? (intptr_t)x : check_object(x);

	return rc ? cotask_refuse(task, rc) : await_by(task, x, OP(AWAIT, .handle = x->handle));
}

/* While the task waits, it holds the kernel's object of the shield: drop the handle. */
EXPORT struct cotask_await cotask_co_await_shielded(struct cotask *task,
						    struct cotask_awaitable *x)
{
	struct cotask_shield shield;
	struct cotask_await await;
	long rc = is_error(x) ? (intptr_t)x : check_object(x);

	if (!rc) {
		cotask_shield(&shield, x);
		rc = check_object(&shield.base);
	}
	if (rc)
		return cotask_refuse(task, rc);
	await = await_by(task, x, OP(AWAIT, .handle = shield.base.handle));
	cotask_object_drop(&shield.base);
	return await;
}

EXPORT struct cotask_await cotask_co_join(struct cotask *task, struct cotask *child)
{
	return cotask_co_await(task, cotask_base(child));
}

EXPORT struct cotask_await cotask_co_await_future(struct cotask *task, struct cotask_future *f)
{
	return cotask_co_await(task, f ? &f->base : NULL);
}

EXPORT struct cotask_await cotask_co_wait_for(struct cotask *task, struct cotask_wait_for *w,
					      struct cotask_awaitable *x, int64_t ns)
{
	long rc = is_error(x) ? (intptr_t)x : check_object(x);

	if (!w && !rc)
		rc = -EINVAL;
	return rc ? cotask_refuse(task, rc) :
		    await_by(task, x, OP(WAIT_FOR, .handle = x->handle, .value = ns));
}

static long wait_for_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_wait_for *w = container_of(frame, struct cotask_wait_for, frame);
	long rc;

	CO_BEGIN(task, frame, called);

	rc = cotask_co_timeout_start(task, &w->timeout, w->ns);
	if (rc) {
		cotask_frame_refused(w->coro);
		return rc;
	}
	CO_AWAIT(called, rc, cotask_call(task, w->coro));
	return cotask_timeout_exit(&w->timeout, rc);
}

/* The frame may end before its first step: then the coroutine was not used. */
static void wait_for_release(struct cotask_frame *frame)
{
	struct cotask_wait_for *w = container_of(frame, struct cotask_wait_for, frame);

	if (cotask_frame_is_fresh(w->coro))
		cotask_frame_refused(w->coro);
}

/* WF-1 to WF-3. */
EXPORT struct cotask_await cotask_co_wait_for_call(struct cotask *task, struct cotask_wait_for *w,
						   struct cotask_frame *coro, int64_t ns)
{
	if (!w || !cotask_frame_is_fresh(coro))
		return cotask_refuse(task, -EINVAL);
	if (ns <= 0) {
		cotask_frame_refused(coro);
		return cotask_refuse(task, -ETIMEDOUT);
	}
	w->coro = coro;
	w->ns = ns;
	return cotask_call(task, cotask_frame_init(&w->frame, wait_for_step, wait_for_release));
}

EXPORT struct cotask_await cotask_co_cancel_and_wait(struct cotask *task,
						     struct cotask_cancel_wait *w,
						     struct cotask *target)
{
	long rc = w && target ? check_object(&target->base) : -EINVAL;

	if (rc)
		return cotask_refuse(task, rc);
	w->target = target;
	return cotask_suspends(task, OP(CANCEL_WAIT, .handle = target->base.handle));
}

/* --- start a child --------------------------------------------------------------- */

static long start_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_start *s = container_of(frame, struct cotask_start, frame);
	long rc;

	CO_BEGIN(task, frame, ready);

	CO_AWAIT(ready, rc, cotask_suspends(task, OP(START, .handle = s->child->base.handle)));
	return rc;
}

static void start_release(struct cotask_frame *frame)
{
	cotask_put(container_of(frame, struct cotask_start, frame)->child);
}

/* Lazy: a child that runs before START could not be kept apart from its group. */
EXPORT struct cotask_await cotask_co_group_start(struct cotask *task, struct cotask_start *s,
						 struct cotask_group *group,
						 struct cotask_frame *frame, const char *name)
{
	struct cotask_spawn_args args = { .flags = COTASK_SPAWN_LAZY, .name = name };

	if (!s || !group)
		return cotask_refuse(task, -EINVAL);
	s->child = cotask_co_spawn_with(group, frame, &args);
	if (is_error(s->child))
		return cotask_refuse(task, (intptr_t)s->child);
	return cotask_call(task, cotask_frame_init(&s->frame, start_step, start_release));
}

EXPORT int cotask_co_start_ready(struct cotask *task, struct cotask_start *s, long value)
{
	return s && task == any_task_here() ? cotask_start_ready(value) : -EINVAL;
}
