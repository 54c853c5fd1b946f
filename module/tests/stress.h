/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask tests - shared by the files of the stress test
 */
#ifndef COTASK_STRESS_H
#define COTASK_STRESS_H

#include <linux/cotask_gather.h>
#include <linux/cotask_thread.h>
#include <linux/cotask_wait.h>

#define PRIVATE	4	/* loops that come and go */
#define SHARED	2	/* loops of CPUs, at most */

/* Numbers of events. */
struct stress_count {
	atomic_t spawned, refused, released, started;
	atomic_t callbacks, callbacks_run;
	atomic_t works, works_made, works_released, submissions;
	atomic_t cancels, completions, joins, stops, restarts, interrupts;
	atomic_t odd;	/* events that must not happen */
};

extern struct stress_count stress_count;

/* stress.c */
void stress_odd(const char *what, long rc);
struct cotask_loop *stress_private_get(u32 n);
struct cotask_loop *stress_any_get(u32 n);
s64 stress_some_grace(u32 n);

/* --- what tasks do: stress_job.c --------------------------------------------------- */

enum stress_kind {
	RETURNS, YIELDS, SLEEPS, FAILS, TIMES_OUT, WAITS_FOR, SWALLOWS, OFFLOADS,
	HAS_CHILDREN, GATHERS,
	ENDS_BY_ITSELF,
	AWAITS = ENDS_BY_ITSELF, AWAITS_SHIELD,
	KINDS
};

/* A coroutine, and what it may need. */
struct job {
	struct cotask_frame frame;
	struct cotask_future future;
	struct cotask_shield shield;
	struct cotask_callback callback;
	struct cotask_timeout timeout;
	struct cotask_wait_for wait_for;
	struct cotask_group group;
	struct cotask_set set;
	struct cotask_member member[2];
	struct cotask_job work;
	refcount_t refs;	/* the coroutine, a handle, functions that will still run */
	enum stress_kind kind;
	u32 n;			/* a random number */
	unsigned int depth;	/* of the groups that it is in */
};

struct job *stress_job_new(struct cotask_loop *loop, u32 n, enum stress_kind kinds,
			   unsigned int depth);
void stress_job_put(struct job *j);
void stress_job_spawned(int rc);
int stress_callback_ran(struct cotask_callback *cb, struct cotask_awaitable *x);
void stress_entered_cancel(u32 n);

/* --- what threads and interrupts do: stress_turn.c --------------------------------- */

void stress_turns_start(unsigned long seed, u64 end);
void stress_turns_wait(void);

#endif
