// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - sleep, await, and other waits for one object; cancel
 */
#include "internal.h"

EXPORT int64_t cotask_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * COTASK_SEC + ts.tv_nsec;
}

/* --- sleep --------------------------------------------------------------------- */

static long sleep_op(int64_t value, uint16_t flags)
{
	struct cotask_loop *loop = loop_here();

	if (!task_here())
		return -ESRCH;
	*cotask_op_add(loop) = (struct cotask_op){
		.opcode = COTASK_OP_SLEEP,
		.flags = flags,
		.task = loop->current->base.handle,
		.value = value,
	};
	return cotask_suspend(loop, false);
}

EXPORT long cotask_yield(void)
{
	return sleep_op(0, 0);
}

/**
 * cotask_sleep_flags - encode a sleep in the array of operations
 * @ns: in: duration; out: value of the operation
 *
 * The sleep begins when the operation is added to the array.  If the time expires before the
 * operation is applied, the effect is as if the operation had been applied at once.
 *
 * Return: The flags of the operation.
 */
uint16_t cotask_sleep_flags(int64_t *ns)
{
	struct cotask_loop *loop = loop_here();
	int64_t now;

	if (*ns <= 0 || !loop || loop->begun == loop->n_events)
		return 0;
	now = cotask_now();
	*ns = *ns < COTASK_FOREVER - now ? now + *ns : COTASK_FOREVER;
	return COTASK_OP_F_ABSOLUTE | COTASK_OP_F_AHEAD;
}

EXPORT long cotask_sleep(int64_t ns)
{
	int64_t value = ns;
	uint16_t flags = cotask_sleep_flags(&value);

	return sleep_op(value, flags);
}

/* The time of this call determines whether a point in time is past. */
static uint16_t ahead(int64_t deadline, clockid_t clock)
{
	struct timespec ts;

	if (deadline <= 0)
		return 0;
	clock_gettime(clock, &ts);
	return deadline > ts.tv_sec * COTASK_SEC + ts.tv_nsec ? COTASK_OP_F_AHEAD : 0;
}

/* Flags of a sleep until @deadline; -EINVAL: the clock is not supported. */
int cotask_sleep_until_flags(int64_t deadline, int clock)
{
	if (clock == CLOCK_MONOTONIC)
		return COTASK_OP_F_ABSOLUTE | ahead(deadline, clock);
	if (clock == CLOCK_BOOTTIME)
		return COTASK_OP_F_ABSOLUTE | COTASK_OP_F_BOOTTIME | ahead(deadline, clock);
	return -EINVAL;
}

EXPORT long cotask_sleep_until(int64_t deadline, int clock)
{
	int flags = cotask_sleep_until_flags(deadline, clock);

	if (flags < 0)
		return task_here() ? flags : -ESRCH;
	return sleep_op(deadline, flags);
}

/* --- await --------------------------------------------------------------------- */

EXPORT long cotask_await(struct cotask_awaitable *x)
{
	long rc = check_object(x);

	if (rc)
		return rc;
	rc = cotask_step_op(OP(AWAIT, .handle = x->handle));
	if (x->kind == KIND_SET)
		cotask_set_refresh(x);
	return rc;
}

EXPORT long cotask_join(struct cotask *task)
{
	return cotask_await(cotask_base(task));
}

EXPORT long cotask_await_future(struct cotask_future *f)
{
	return cotask_await(f ? &f->base : NULL);
}

EXPORT long cotask_wait_for(struct cotask_awaitable *x, int64_t ns)
{
	long rc = check_object(x);

	if (rc)
		return rc;
	rc = cotask_step_op(OP(WAIT_FOR, .handle = x->handle, .value = ns));
	if (x->kind == KIND_SET)
		cotask_set_refresh(x);
	return rc;
}

/* Lazy: a child that runs before START could not be kept apart from its group. */
EXPORT long cotask_group_start(struct cotask_group *group, cotask_fn fn, void *arg,
			       const char *name)
{
	struct cotask_spawn_args args = { .flags = COTASK_SPAWN_LAZY, .name = name };
	struct cotask *child;
	long rc;

	if (!group)
		return -EINVAL;
	if (!task_here())
		return -ESRCH;
	child = cotask_spawn_with(group, fn, arg, &args);
	if (!child)
		return -errno;
	rc = cotask_step_op(OP(START, .handle = child->base.handle));
	cotask_put(child);
	return rc;
}

EXPORT int cotask_start_ready(long value)
{
	struct cotask *task = any_task_here();

	if (!task)
		return -ESRCH;
	return cotask_op(task->base.loop, OP(READY, .task = task->base.handle, .value = value));
}

/* WF-1 to WF-3: a function runs inside of the calling task. */
EXPORT long cotask_wait_for_call(cotask_fn fn, void *arg, int64_t ns)
{
	struct cotask_timeout t;
	int rc;

	if (!fn)
		return -EINVAL;
	if (!task_here())
		return -ESRCH;
	if (ns <= 0)
		return -ETIMEDOUT;
	rc = cotask_timeout_start(&t, ns);
	if (rc)
		return rc;
	return cotask_timeout_exit(&t, fn(arg));
}

EXPORT long cotask_cancel_and_wait(struct cotask *task)
{
	int rc = task ? check_object(&task->base) : -EINVAL;

	if (rc)
		return rc;
	return cotask_step_op(OP(CANCEL_WAIT, .handle = task->base.handle));
}

/* --- outcomes -------------------------------------------------------------------- */

static int64_t state_of(const struct cotask_awaitable *x)
{
	int rc = check_object(x);

	if (rc)
		return rc;
	return cotask_op(x->loop, OP(READ, .handle = x->handle, .arg = COTASK_READ_STATE));
}

EXPORT bool cotask_awaitable_done(const struct cotask_awaitable *x)
{
	return state_of(x) > 0;
}

EXPORT bool cotask_awaitable_cancelled(const struct cotask_awaitable *x)
{
	return state_of(x) == COTASK_STATE_CANCELLED;
}

EXPORT long cotask_awaitable_result(struct cotask_awaitable *x)
{
	int rc = check_object(x);

	if (rc)
		return rc;
	return cotask_op(x->loop, OP(RESULT, .handle = x->handle));
}

EXPORT int cotask_awaitable_error(struct cotask_awaitable *x)
{
	long rc = cotask_awaitable_result(x);

	return rc < 0 ? rc : 0;
}

/* --- cancel ---------------------------------------------------------------------- */

/* Apply an operation that requires no task, from any thread. */
static int64_t op_anywhere(const struct cotask_awaitable *x, uint16_t opcode, uint32_t arg)
{
	struct cotask_op op = { .opcode = opcode, .arg = arg };

	if (!x || !x->loop)
		return -EINVAL;
	op.handle = x->handle;
	if (x->loop != cotask_here)
		return cotask_post(x->loop, &op);
	/* Pass the cancelling task, for cotask_cancel_reason(). */
	if (any_task_here())
		op.task = any_task_here()->base.handle;
	return cotask_op(x->loop, &op);
}

EXPORT bool cotask_awaitable_cancel(struct cotask_awaitable *x)
{
	return op_anywhere(x, COTASK_OP_CANCEL, 0) == 1;
}

EXPORT bool cotask_cancel(struct cotask *task)
{
	return cotask_awaitable_cancel(cotask_base(task));
}

EXPORT int cotask_cancelling(const struct cotask *task)
{
	return op_anywhere(&task->base, COTASK_OP_READ, COTASK_READ_CANCELLING);
}

EXPORT int cotask_uncancel(struct cotask *task)
{
	int rc = check_object(&task->base);

	if (rc)
		return rc;
	return cotask_op(task->base.loop, OP(UNCANCEL, .handle = task->base.handle));
}
