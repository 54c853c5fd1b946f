/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - counters of a loop
 *
 * Plain counters of the loop's owner.  A turn costs two of them, the end of a task one.  The
 * duration of steps is measured only on loops with COTASK_LOOP_ACCOUNT, because that reads the
 * clock twice per step.
 */
#ifndef COTASK_STATS_H
#define COTASK_STATS_H

#include <linux/bitops.h>
#include <linux/cotask.h>
#include <linux/minmax.h>

#define COTASK_HIST_BUCKETS	40

/**
 * struct cotask_hist - how many values there were of each order of magnitude
 * @count: 0: of zeros; n: of values from 2^(n-1) up to 2^n - 1; the last one: and above
 */
struct cotask_hist {
	u64	count[COTASK_HIST_BUCKETS];
};

static inline unsigned int cotask_hist_bucket(u64 value)
{
	return min_t(unsigned int, fls64(value), COTASK_HIST_BUCKETS - 1);
}

static inline void cotask_hist_add(struct cotask_hist *h, u64 value)
{
	h->count[cotask_hist_bucket(value)]++;
}

/**
 * struct cotask_stats - counters of a loop
 * @spawned: tasks that were spawned
 * @finished: tasks that ended with a value
 * @failed: ... with an error
 * @cancelled: ... CANCELLED
 * @cancels: requests to cancel that have reached a task
 * @timeouts: timeouts that came due
 * @entries: what turns have run: steps, callbacks, expiries
 * @steps: steps that were timed
 * @step_ns: how long they took
 * @slow_steps: those that took longer than the watchdog allows
 * @slowest_ns: how long the slowest one took
 * @slowest_task: number of its task
 * @slowest_name: name of its task
 * @slowest: its coroutine, the innermost one when it began; NULL: it was in a process
 * @late: how much later than its deadline a sleep or timeout was seen, in nanoseconds
 * @step: how long a step took, in nanoseconds
 * @ready: how long a task was ready before its step, in nanoseconds
 * @queue: how many entries a turn has run
 */
struct cotask_stats {
	u64			spawned;
	u64			finished;
	u64			failed;
	u64			cancelled;
	u64			cancels;
	u64			timeouts;
	u64			entries;
	u64			steps;
	u64			step_ns;
	u64			slow_steps;
	u64			slowest_ns;
	u64			slowest_task;
	char			slowest_name[COTASK_NAME_MAX + 1];
	cotask_step_fn		slowest;
	struct cotask_hist	late;
	struct cotask_hist	step;
	struct cotask_hist	ready;
	struct cotask_hist	queue;
};

extern bool cotask_account;

void cotask_stats_end(struct cotask *t);
void cotask_stats_complain(struct cotask *t, cotask_step_fn step, u64 ns);
void cotask_stats_step(struct cotask *t, cotask_step_fn step, u64 ns);

#endif /* COTASK_STATS_H */
