// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the time of a task by phase: busy, ready, waiting
 *
 * A task of a loop with COTASK_LOOP_ACCOUNT has a record of its phases.  A kernel task is busy
 * during its steps.  A hosted task is busy from the event that its process has begun to the
 * operation that ends the step; its steps in the kernel are not counted.
 *
 * If there is no memory for the record, the task is not accounted until there is.
 */
#include <linux/slab.h>

#include "core.h"

/**
 * cotask_times_to - a task enters a phase
 * @times: its record
 * @phase: the phase; nothing changes if it is the current one
 * @now: the time
 */
void cotask_times_to(struct cotask_times *times, enum cotask_phase phase, u64 now)
{
	if (times->phase == phase)
		return;
	cotask_times_add(times, now);
	times->phase = phase;
	times->since = now;
}

/* Add the time that the current phase has lasted so far. */
void cotask_times_add(struct cotask_times *times, u64 now)
{
	u64 ns = now > times->since ? now - times->since : 0;

	times->total[times->phase] += ns;
	times->longest[times->phase] = max(times->longest[times->phase], ns);
}

/* The record of a task; @phase: its current phase, for a new record. */
static struct cotask_times *times_of(struct cotask *t, enum cotask_phase phase)
{
	if (unlikely(!t->times))
		cotask_account_start(t, phase);
	return t->times;
}

/**
 * cotask_account_start - begin the record of a task
 * @t: the task
 * @phase: what it does now
 *
 * The owner.  Does not sleep, because it is called wherever the owner may spawn.
 */
void cotask_account_start(struct cotask *t, enum cotask_phase phase)
{
	gfp_t gfp = cotask_loop_gfp(t->base.loop) & ~__GFP_DIRECT_RECLAIM;

	t->times = kzalloc(sizeof(*t->times), gfp | __GFP_NOWARN);
	if (!t->times)
		return;
	t->times->phase = phase;
	t->times->since = ktime_get_ns();
}

/* Its wait is over. */
void cotask_account_woken(struct cotask *t)
{
	if (t->times && t->times->phase == COTASK_PHASE_WAITING)
		cotask_times_to(t->times, COTASK_PHASE_READY, ktime_get_ns());
}

/* Its turn has come. */
static void begin_step(struct cotask *t, u64 begin)
{
	struct cotask_times *times = t->times;

	if (times->phase == COTASK_PHASE_READY)
		cotask_hist_add(&t->base.loop->stats.ready, begin - times->since);
	cotask_times_to(times, COTASK_PHASE_BUSY, begin);
}

static enum cotask_phase phase_of(const struct cotask *t)
{
	const struct cotask_awaitable *x = cotask_task_waits_on(t);

	if (!x)
		return COTASK_PHASE_READY;
	if (!x->post.ops->elsewhere)
		return COTASK_PHASE_WAITING;
	/* An event is pending, unless it runs its first step at once. */
	return t->times->phase == COTASK_PHASE_BUSY ? COTASK_PHASE_BUSY : COTASK_PHASE_READY;
}

/**
 * cotask_account_step - a step in the kernel is over
 * @t: the task; it may have ended
 * @step: the coroutine that was the innermost one at the begin
 * @begin: when the step has begun
 */
void cotask_account_step(struct cotask *t, cotask_step_fn step, u64 begin)
{
	const bool counts = !(t->entry.flags & COTASK_T_HOSTED);
	struct cotask_times *times = times_of(t, COTASK_PHASE_READY);
	u64 end = ktime_get_ns();

	if (times && counts) {
		times->steps++;
		begin_step(t, max(begin, times->since));
	}
	if (times)
		cotask_times_to(times, phase_of(t), end);
	if (counts)
		cotask_stats_step(t, step, end - begin);
}

/**
 * cotask_account_process - the process runs the code of a hosted task
 * @t: the task
 * @since: since when
 */
void cotask_account_process(struct cotask *t, u64 since)
{
	struct cotask_times *times = times_of(t, COTASK_PHASE_READY);

	if (times)
		begin_step(t, max(since, times->since));
}

/**
 * cotask_account_issue - the code of a hosted task has ended its step
 * @t: the task
 */
void cotask_account_issue(struct cotask *t)
{
	struct cotask_times *times = times_of(t, COTASK_PHASE_WAITING);
	u64 now = ktime_get_ns();

	if (!times || times->phase != COTASK_PHASE_BUSY)
		return;
	times->steps++;
	cotask_stats_step(t, NULL, now - times->since);
	cotask_times_to(times, COTASK_PHASE_WAITING, now);
}
