// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - sleeping
 *
 * The entry of a sleeping task lies in the deadline queue, and moves from there to the ready
 * queue when it is due; there is no other object.  A task sleeps as long as its entry is in the
 * deadline queue.  For cancellation, all sleeping tasks wait on one shared awaitable.
 */
#include "core.h"

static void wake_early(struct cotask_awaitable *x, struct cotask *waiter)
{
	cotask_timer_del(waiter->base.loop, &waiter->entry);
	cotask_task_queue(waiter, -ECANCELED);
}

static bool sleep_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			 const struct cotask_reason *why)
{
	wake_early(x, waiter);
	return true;
}

const struct cotask_awaitable_ops cotask_sleep_ops = {
	.name = "sleep",
	.cancel = sleep_cancel,
	.let_go = wake_early,
	.internal = true,
};

struct cotask_awaitable cotask_sleeping = {
	.post.ops = &cotask_sleep_ops,
};

static const struct cotask_await pending = { .pending = true };

static bool may_suspend(struct cotask *task)
{
	if (task->base.loop->current_task == task && list_empty(&task->entry.link))
		return true;
	cotask_misuse("await outside of a step of the task\n");
	return false;
}

/**
 * cotask_yield - let other tasks run
 * @task: the current task
 *
 * It is queued behind all that is ready (SL-3).
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns 0 or -ECANCELED (SL-8).
 */
struct cotask_await cotask_yield(struct cotask *task)
{
	if (unlikely(!may_suspend(task)))
		return cotask_refuse(task, -EINVAL);
	task->base.result = 0;
	trace_cotask_suspend(task, "yield");
	cotask_loop_queue(task->base.loop, &task->entry);
	return pending;
}
EXPORT_SYMBOL_GPL(cotask_yield);

/*
 * The roundest time in the window: sleepers that allow for some slack meet there,
 * and one interrupt serves them all.
 */
static u64 coalesce(u64 deadline, u64 slack)
{
	u64 latest = min_t(u64, S64_MAX, deadline + min_t(u64, slack, S64_MAX));

	if (latest <= deadline)
		return deadline;
	return latest & ~(BIT_ULL(fls64((deadline - 1) ^ latest) - 1) - 1);
}

static void fall_asleep(struct cotask *task, u64 deadline, enum cotask_clock clock)
{
	task->base.result = 0;
	task->entry.clock = clock;
	task->entry.deadline = deadline;
	trace_cotask_suspend(task, cotask_sleep_ops.name);
}

/* It is in the deadline queue. */
static struct cotask_await asleep(struct cotask *task)
{
	/* An armed request is delivered at once, as a sleep can be cancelled (CX-8). */
	cotask_cancel_taken_in(task);
	if (unlikely(task->entry.flags & COTASK_T_ARMED))
		cotask_cancel_hand_on(task);
	return pending;
}

static struct cotask_await sleep_till(struct cotask *task, u64 deadline, u64 slack,
				      enum cotask_clock clock)
{
	fall_asleep(task, coalesce(deadline, slack), clock);
	cotask_timer_add(task->base.loop, &task->entry);
	return asleep(task);
}

/**
 * cotask_sleep_range - sleep, allowing for some slack
 * @task: the current task
 * @ns: for at least this long; zero and below: as cotask_yield().
 *	COTASK_FOREVER, and a time beyond the range: until cancelled (SL-5)
 * @slack_ns: how much later it may be, so that wake-ups coalesce
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns 0, or -ECANCELED (SL-6).
 */
struct cotask_await cotask_sleep_range(struct cotask *task, s64 ns, u64 slack_ns)
{
	u64 now;

	if (ns <= 0)
		return cotask_yield(task);
	if (unlikely(!may_suspend(task)))
		return cotask_refuse(task, -EINVAL);
	now = cotask_loop_time(task->base.loop, COTASK_CLOCK_MONOTONIC);
	return sleep_till(task, min_t(u64, S64_MAX, now + ns), slack_ns,
			  COTASK_CLOCK_MONOTONIC);
}
EXPORT_SYMBOL_GPL(cotask_sleep_range);

/**
 * cotask_sleep_until - sleep until a point in time
 * @task: the current task
 * @deadline: the time; if it is past: as cotask_yield()
 * @clock: CLOCK_MONOTONIC, or CLOCK_BOOTTIME, which goes on during suspend
 * @slack_ns: as for cotask_sleep_range()
 *
 * Context: A step of @task.
 * Return: As cotask_sleep_range(); -EINVAL without suspending for another clock
 *	(SL-5, SL-B1).
 */
struct cotask_await cotask_sleep_until(struct cotask *task, ktime_t deadline,
				       clockid_t clock, u64 slack_ns)
{
	int c = cotask_clock_of(clock);

	if (c < 0)
		return cotask_refuse(task, c);
	if (ktime_to_ns(deadline) <= (s64)cotask_loop_time(task->base.loop, c))
		return cotask_yield(task);
	if (unlikely(!may_suspend(task)))
		return cotask_refuse(task, -EINVAL);
	return sleep_till(task, ktime_to_ns(deadline), slack_ns, c);
}
EXPORT_SYMBOL_GPL(cotask_sleep_until);

/**
 * cotask_sleep_ahead - sleep until a point in time that was to come when the task has asked
 * @task: the current task
 * @deadline: the time, which may have passed by now
 * @clock: the clock
 *
 * What is ready by now comes first (SC-4).
 *
 * Return: As cotask_sleep_range().
 */
struct cotask_await cotask_sleep_ahead(struct cotask *task, s64 deadline,
				       enum cotask_clock clock)
{
	if (unlikely(!may_suspend(task)))
		return cotask_refuse(task, -EINVAL);
	fall_asleep(task, max_t(s64, deadline, 0), clock);
	cotask_timer_add_ahead(task->base.loop, &task->entry);
	return asleep(task);
}
