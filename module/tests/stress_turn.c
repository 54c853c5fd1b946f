// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - stress: actions of threads and interrupts on tasks
 *
 * An actor is a thread or a timer; the functions of timers run in hard interrupts and in
 * softirqs.  All actors choose the same actions at random, as far as their context permits.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/prandom.h>

#include "../compat.h"
#include "stress.h"

#define THREADS	4
#define TIMERS	2	/* a hard interrupt, and a softirq */
#define SLOTS	32
#define BACKLOG	4000	/* coroutines at a time */

/* --- actors ------------------------------------------------------------------------- */

/* A task that the actor has a handle of. */
struct slot {
	struct job *job;
	struct cotask *task;
	bool private;
};

/**
 * struct actor - a thread or a timer
 * @rnd: its random numbers
 * @slot: its tasks
 * @group: opened by a thread
 * @open: the group is open
 * @private: the group is on a loop that is stopped and replaced
 * @users: number of actors that use the group; 0: it is about to be stopped
 * @end: end of the test
 * @timer: calls the actor repeatedly; not used for a thread
 * @done: the thread has ended
 */
struct actor {
	struct rnd_state rnd;
	struct slot slot[SLOTS];
	struct cotask_group group;
	bool open;
	bool private;
	atomic_t users;
	u64 end;
	struct hrtimer timer;
	struct completion done;
};

static struct actor threads[THREADS], timers[TIMERS];

static u32 number(struct actor *a)
{
	return prandom_u32_state(&a->rnd);
}

static bool plausible(long rc)
{
	return rc == 0 || rc == 1 || rc == -EIO || rc == -ECANCELED || rc == -ETIMEDOUT;
}

/* A loop that is being stopped refuses the group: the next attempt uses another loop. */
static void group_start(struct actor *a)
{
	u32 n = number(a);
	struct cotask_loop *loop = stress_any_get(n);

	cotask_group_init(&a->group);
	a->private = n % 4;
	a->open = !cotask_group_open(&a->group, loop,
				     n & BIT(20) ? COTASK_GROUP_INDEPENDENT : 0);
	atomic_set(&a->users, a->open);
	cotask_loop_put(loop);
}

static void group_end(struct actor *a)
{
	unsigned int errors;
	int rc;

	if (!a->open)
		return;
	atomic_dec(&a->users);
	while (atomic_read(&a->users))
		cond_resched();
	rc = cotask_group_stop(&a->group, stress_some_grace(number(a)));
	errors = cotask_group_errors(&a->group, NULL, 0);
	if (!plausible(rc) || !rc != !errors)
		stress_odd("group", rc);
	cotask_group_fini(&a->group);
	atomic_inc(&stress_count.stops);
	a->open = false;
}

static void slot_drop(struct slot *s)
{
	long rc;

	if (!s->job)
		return;
	rc = cotask_result(s->task);
	if (rc != -EINPROGRESS && !plausible(rc))
		stress_odd("outcome", rc);
	cotask_put(s->task);
	stress_job_put(s->job);
	*s = (struct slot){};
}

/* No actor pokes a task without a handle: it has to end by itself. */
static void fill_without_handle(struct cotask_group *g, u32 n)
{
	struct job *j = stress_job_new(g->base.loop, n, ENDS_BY_ITSELF, 0);

	if (!j)
		return;
	stress_job_spawned(cotask_go(g, &j->frame));
	stress_job_put(j);
}

static int fill(struct slot *s, struct cotask_group *g, u32 n)
{
	struct cotask_spawn_args args = { .gfp = in_task() ? GFP_KERNEL : GFP_ATOMIC };
	struct job *j = stress_job_new(g->base.loop, n, KINDS, 0);
	struct cotask *t;

	if (!j)
		return -ENOMEM;
	t = cotask_spawn_with(g, &j->frame, &args);
	stress_job_spawned(PTR_ERR_OR_ZERO(t));
	if (IS_ERR(t)) {
		stress_job_put(j);
		return PTR_ERR(t);
	}
	s->job = j;
	s->task = t;
	return 0;
}

/* In the group of another thread. */
static void visit(struct actor *a, u32 n)
{
	if (!atomic_inc_not_zero(&a->users))
		return;
	if (n % 64)
		fill_without_handle(&a->group, n / 64);
	else
		cotask_group_cancel(&a->group);
	atomic_dec(&a->users);
}

/* Into the root group of a loop that may be about to stop. */
static void fill_root(struct slot *s, u32 n)
{
	struct cotask_loop *loop = stress_private_get(n);

	if (n & BIT(30))
		fill_without_handle(cotask_loop_root(loop), n / PRIVATE);
	else
		fill(s, cotask_loop_root(loop), n / PRIVATE);
	s->private = true;
	cotask_loop_put(loop);
}

/* A group that was aborted is stopped, and another one opened the next time. */
static void fill_group(struct actor *a, struct slot *s, u32 n)
{
	if (!a->open)
		group_start(a);
	else if (n & BIT(30))
		fill_without_handle(&a->group, n);
	else if (fill(s, &a->group, n))
		group_end(a);
	s->private = a->private;
}

/*
 * The callback of a task that has ended runs later, and no stop of a group waits for
 * it: only the loop's own end does.
 */
static void slot_register(struct slot *s)
{
	/* Once per job: its callback is a single object. */
	if (!s->private || s->job->callback.fn)
		return;
	refcount_inc(&s->job->refs);
	if (cotask_on_done(&s->task->base, &s->job->callback, stress_callback_ran))
		stress_job_put(s->job);
	else
		atomic_inc(&stress_count.callbacks);
}

static void slot_complete(struct slot *s, u32 n)
{
	bool won;

	switch (n % 3) {
	case 0:
		won = !cotask_future_complete(&s->job->future, 1);
		break;
	case 1:
		won = !cotask_future_fail(&s->job->future, -EIO);
		break;
	default:
		won = cotask_future_cancel(&s->job->future);
		break;
	}
	if (won)
		atomic_inc(&stress_count.completions);
}

static void slot_cancel(struct slot *s)
{
	if (cotask_cancel(s->task))
		atomic_inc(&stress_count.cancels);
}

/* A cancelled task of any kind ends. */
static void slot_join(struct slot *s)
{
	int rc;

	slot_cancel(s);
	rc = cotask_wait(s->task, COTASK_FOREVER);
	if (rc || !cotask_done(s->task))
		stress_odd("wait", rc);
	atomic_inc(&stress_count.joins);
}

static void slot_poke(struct slot *s, u32 n)
{
	switch (n % 16) {
	case 0 ... 3:
		slot_cancel(s);
		break;
	case 4 ... 7:
		slot_complete(s, n / 16);
		/* A completed object may be freed before the loop processes it. */
		if (n / 64 % 2)
			slot_drop(s);
		break;
	case 8 ... 9:
		slot_register(s);
		break;
	case 10:
		if (in_task())
			cotask_wait(s->task, n / 16 % 64 ? 0 : NSEC_PER_USEC);
		break;
	case 11:
		if (in_task() && n / 16 % 4 == 0)
			slot_join(s);
		break;
	default:
		/* Few are left alone, to end with their group or loop. */
		if (n / 16 % 8)
			slot_cancel(s);
		slot_drop(s);
		break;
	}
}

/* A task of a private loop, from its submission to its end. */
static void submit(u32 n)
{
	struct cotask_loop *loop = stress_private_get(n);
	struct cotask_submission *s = ERR_PTR(-ENOMEM);
	struct job *j = stress_job_new(loop, n / PRIVATE, ENDS_BY_ITSELF, 0);

	if (j) {
		s = cotask_submit(loop, &j->frame, NULL);
		stress_job_spawned(PTR_ERR_OR_ZERO(s));
		stress_job_put(j);
	}
	cotask_loop_put(loop);
	if (IS_ERR(s))
		return;
	if (n % 3 == 0)
		cotask_submission_cancel(s);
	else if (n % 16 == 1 && cotask_submission_cancel_and_wait(s))
		stress_odd("cancel and wait", 0);
	cotask_submission_put(s);
	atomic_inc(&stress_count.submissions);
}

/* Further actions of threads, which may sleep. */
static void thread_turn(struct actor *a, u32 n)
{
	if (n % 32 == 0)
		submit(number(a));
	if (n % 1000 == 0)
		group_end(a);
	else if (n % 1000 == 1 && a->open)
		cotask_group_cancel(&a->group);
}

static void turn(struct actor *a)
{
	u32 n = number(a);
	struct slot *s = &a->slot[n % SLOTS];

	n /= SLOTS;
	if (s->job)
		slot_poke(s, n);
	else if (n % 4 == 0 || !in_task())
		fill_root(s, number(a));
	else
		fill_group(a, s, number(a));
	if (n % 16 == 5)
		stress_entered_cancel(number(a));
	if (n % 32 < 4)
		visit(&threads[number(a) % THREADS], number(a));
	if (in_task())
		thread_turn(a, n);
}

static bool backlog(void)
{
	return atomic_read(&stress_count.spawned) + atomic_read(&stress_count.refused) -
	       atomic_read(&stress_count.released) > BACKLOG;
}

static void drop_slots(struct actor *a)
{
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		slot_drop(&a->slot[i]);
}

static int run_thread(void *data)
{
	struct actor *a = data;
	unsigned int i;

	while (ktime_get_ns() < a->end) {
		if (backlog())
			usleep_range(50, 100);
		for (i = 0; i < 16; i++)
			turn(a);
		cond_resched();
	}
	drop_slots(a);
	group_end(a);
	complete(&a->done);
	return 0;
}

static enum hrtimer_restart run_timer(struct hrtimer *timer)
{
	struct actor *a = container_of(timer, struct actor, timer);

	if (ktime_get_ns() >= a->end)
		return HRTIMER_NORESTART;
	if (!backlog())
		turn(a);
	atomic_inc(&stress_count.interrupts);
	hrtimer_forward_now(timer, ns_to_ktime((20 + number(a) % 400) * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

static void begin_thread(struct actor *a)
{
	struct task_struct *thread = kthread_run(run_thread, a, "stress");

	if (IS_ERR(thread))
		complete(&a->done);
}

static void begin_timer(struct actor *a, enum hrtimer_mode mode)
{
	hrtimer_setup(&a->timer, run_timer, CLOCK_MONOTONIC, mode);
	hrtimer_start(&a->timer, ns_to_ktime(NSEC_PER_MSEC), mode);
}

static void init(struct actor *a, unsigned long seed, u64 end)
{
	prandom_seed_state(&a->rnd, seed);
	init_completion(&a->done);
	a->end = end;
}

/* Threads and timers, until @end. */
void stress_turns_start(unsigned long seed, u64 end)
{
	static const enum hrtimer_mode modes[TIMERS] = { HRTIMER_MODE_REL_HARD,
							 HRTIMER_MODE_REL_SOFT };
	unsigned int i;

	for (i = 0; i < TIMERS; i++) {
		init(&timers[i], seed + THREADS + i, end);
		begin_timer(&timers[i], modes[i]);
	}
	for (i = 0; i < THREADS; i++) {
		init(&threads[i], seed + i, end);
		begin_thread(&threads[i]);
	}
}

void stress_turns_wait(void)
{
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		wait_for_completion(&threads[i].done);
	for (i = 0; i < TIMERS; i++) {
		hrtimer_cancel(&timers[i].timer);
		drop_slots(&timers[i]);
	}
}
