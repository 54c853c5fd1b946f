// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - sleeps, timeouts, and the cancel of a group of sleepers; compared
 * with one timer or delayed work per sleeper
 */
#include <linux/hrtimer.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/timerqueue.h>
#include <linux/workqueue.h>

#include "bench.h"

static struct rnd_state rnd;

/* --- sleeps ------------------------------------------------------------------ */

static u64 slept, clock_sum;

struct sleeper {
	struct cotask_frame frame;
};

static long sleeper(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, slept);

	for (;;) {
		/* Equivalent to a sleep on a loop whose clock runs by itself. */
		clock_sum += ktime_get_ns();
		CO_AWAIT(slept, rc,
			 cotask_sleep(task, 1 + prandom_u32_state(&rnd) % NSEC_PER_SEC));
		if (rc)
			return rc;
		slept++;
	}
}

static struct cotask_frame *make_sleeper(struct bench_crowd *c, unsigned int i)
{
	struct sleeper *s = (struct sleeper *)c->members + i;

	return cotask_frame_init(&s->frame, sleeper, NULL);
}

/*
 * Advance the loop's clock by hand, so that no time is spent waiting.  A step of 50 us is the time
 * that a turn with some entries takes.
 */
#define TICK	(50 * NSEC_PER_USEC)

static u64 let_pass(struct cotask_loop *loop, u64 ns)
{
	u64 begin = ktime_get_ns(), t;

	for (t = 0; t < ns; t += TICK) {
		cotask_manual_advance(loop, TICK);
		cotask_manual_turn(loop);
	}
	return ktime_get_ns() - begin;
}

/*
 * Start @n sleepers on a loop, each of which repeatedly sleeps for up to a second; let
 * them run for a while, so that their deadlines are in no particular order.
 */
static struct cotask_loop *sleepers_start(struct bench_crowd *c, unsigned int n)
{
	struct cotask_loop *loop = cotask_manual_create(0);

	c->make = make_sleeper;
	c->n = n;
	c->members = kvcalloc(n, sizeof(struct sleeper), GFP_KERNEL);
	if (IS_ERR(loop) || !c->members) {
		kvfree(c->members);
		if (!IS_ERR(loop))
			cotask_loop_stop(loop, 0);
		return NULL;
	}
	prandom_seed_state(&rnd, 1);
	cotask_go(cotask_loop_root(loop), bench_crowd_init(c));
	cotask_manual_turns(loop, 3);
	let_pass(loop, NSEC_PER_SEC);
	return loop;
}

static void sleepers_stop(struct cotask_loop *loop, struct bench_crowd *c)
{
	cotask_loop_stop(loop, 0);
	kvfree(c->members);
}

/* Arm, expire and run; without the cost of turns in which no sleep expires. */
static u64 sleeps(unsigned int n)
{
	u64 duration = n < 100000 ? 20 * NSEC_PER_SEC : NSEC_PER_SEC;
	struct cotask_loop *loop = cotask_manual_create(0);
	struct bench_crowd c;
	u64 idle, ns;

	if (IS_ERR(loop))
		return 0;
	idle = let_pass(loop, duration);
	cotask_loop_stop(loop, 0);
	loop = sleepers_start(&c, n);
	if (!loop)
		return 0;
	slept = 0;
	ns = let_pass(loop, duration);
	ns -= min(ns, idle);
	sleepers_stop(loop, &c);
	return bench_ps(ns, slept);
}

/* The time until all sleepers have ended and the group was left. */
static u64 group_cancel(unsigned int n)
{
	struct bench_crowd c;
	struct cotask_loop *loop = sleepers_start(&c, n);
	u64 begin;

	if (!loop)
		return 0;
	begin = ktime_get_ns();
	cotask_group_cancel(&c.group);
	cotask_manual_turns(loop, 10);
	begin = ktime_get_ns() - begin;
	sleepers_stop(loop, &c);
	return bench_ps(begin, n);
}

/* Add all entries, then remove them one by one: the cost of an rbtree alone. */
static u64 timerqueue(unsigned int n)
{
	struct timerqueue_node *nodes = kvcalloc(n, sizeof(*nodes), GFP_KERNEL);
	unsigned int i, r, rounds = 1000000 / n ?: 1;
	struct timerqueue_head head;
	u64 begin;

	if (!nodes)
		return 0;
	prandom_seed_state(&rnd, 1);
	timerqueue_init_head(&head);
	begin = ktime_get_ns();
	for (r = 0; r < rounds; r++) {
		for (i = 0; i < n; i++) {
			timerqueue_init(&nodes[i]);
			nodes[i].expires = prandom_u32_state(&rnd) % NSEC_PER_SEC;
			timerqueue_add(&head, &nodes[i]);
		}
		for (i = 0; i < n; i++)
			timerqueue_del(&head, timerqueue_getnext(&head));
	}
	begin = ktime_get_ns() - begin;
	kvfree(nodes);
	return bench_ps(begin, (u64)rounds * n);
}

/* --- the kernel's own timers, one per sleeper -------------------------------- */

static enum hrtimer_restart timer_fn(struct hrtimer *timer)
{
	return HRTIMER_NORESTART;
}

static ktime_t far_away(void)
{
	return ns_to_ktime(1000 * NSEC_PER_SEC + prandom_u32_state(&rnd) % NSEC_PER_SEC);
}

static struct hrtimer *hrtimers_start(unsigned int n)
{
	struct hrtimer *timers = kvcalloc(n, sizeof(*timers), GFP_KERNEL);
	unsigned int i;

	prandom_seed_state(&rnd, 1);
	for (i = 0; timers && i < n; i++) {
		hrtimer_setup(&timers[i], timer_fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
		hrtimer_start(&timers[i], far_away(), HRTIMER_MODE_REL);
		if (!(i % 4096))
			cond_resched();
	}
	return timers;
}

static void hrtimers_cancel(struct hrtimer *timers, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		hrtimer_cancel(&timers[i]);
		if (!(i % 4096))
			cond_resched();
	}
	kvfree(timers);
}

static u64 hrtimers(unsigned int n)
{
	unsigned int r, rounds = 100000 / n ?: 1;
	u64 begin = ktime_get_ns();

	for (r = 0; r < rounds; r++) {
		struct hrtimer *timers = hrtimers_start(n);

		if (!timers)
			return 0;
		hrtimers_cancel(timers, n);
	}
	return bench_ps(ktime_get_ns() - begin, (u64)rounds * n);
}

static void work_fn(struct work_struct *work)
{
}

static u64 delayed_works(unsigned int n)
{
	struct delayed_work *works = kvcalloc(n, sizeof(*works), GFP_KERNEL);
	unsigned int i, r, rounds = 100000 / n ?: 1;
	u64 begin = ktime_get_ns();

	if (!works)
		return 0;
	prandom_seed_state(&rnd, 1);
	for (r = 0; r < rounds; r++) {
		for (i = 0; i < n; i++) {
			INIT_DELAYED_WORK(&works[i], work_fn);
			schedule_delayed_work(&works[i],
					      1000 * HZ + prandom_u32_state(&rnd) % HZ);
		}
		for (i = 0; i < n; i++)
			cancel_delayed_work_sync(&works[i]);
	}
	begin = ktime_get_ns() - begin;
	kvfree(works);
	return bench_ps(begin, (u64)rounds * n);
}

/* --- timeouts that do not expire --------------------------------------------- */

#define SCOPES	1000000

struct scopes {
	struct cotask_frame frame;
	struct cotask_timeout timeout;
};

static long scopes(struct cotask *task, struct cotask_frame *frame)
{
	struct scopes *me = container_of(frame, struct scopes, frame);
	unsigned int i;
	long rc = 0;

	for (i = 0; !rc && i < SCOPES; i++) {
		rc = cotask_timeout_start(task, &me->timeout, NSEC_PER_SEC);
		rc = cotask_timeout_exit(&me->timeout, rc);
	}
	return rc;
}

static u64 timeouts(unsigned int n)
{
	struct scopes s;

	return bench_ps(bench_run(cotask_frame_init(&s.frame, scopes, NULL)), SCOPES);
}

/* Arm and cancel one timer while @n - 1 other timers are armed. */
static u64 hrtimer_among(unsigned int n)
{
	struct hrtimer *timers = hrtimers_start(n);
	struct hrtimer *one = timers;
	unsigned int i;
	u64 begin;

	if (!timers)
		return 0;
	begin = ktime_get_ns();
	for (i = 0; i < SCOPES; i++) {
		hrtimer_cancel(one);
		hrtimer_start(one, far_away(), HRTIMER_MODE_REL);
	}
	begin = ktime_get_ns() - begin;
	hrtimers_cancel(timers, n);
	return bench_ps(begin, SCOPES);
}

const struct bench_row bench_timers[] = {
	{ "peer.timerqueue_1k", timerqueue, 1000 },
	{ "peer.timerqueue_100k", timerqueue, 100000 },
	{ "peer.timerqueue_1m", timerqueue, 1000000 },
	{ "peer.hrtimer_each_1k", hrtimers, 1000 },
	{ "peer.hrtimer_each_100k", hrtimers, 100000 },
	{ "peer.hrtimer_each_1m", hrtimers, 1000000 },
	{ "peer.delayed_work_each_1k", delayed_works, 1000 },
	{ "peer.delayed_work_each_100k", delayed_works, 100000 },
	{ "peer.delayed_work_each_1m", delayed_works, 1000000 },
	{ "cotask.sleep_1k", sleeps, 1000, 100,
	  { { "peer.timerqueue_1k" }, { "peer.hrtimer_each_1k" },
	    { "peer.delayed_work_each_1k" } } },
	{ "cotask.sleep_100k", sleeps, 100000, 150,
	  { { "peer.timerqueue_100k" }, { "peer.hrtimer_each_100k" },
	    { "peer.delayed_work_each_100k" } } },
	{ "cotask.sleep_1m", sleeps, 1000000, 300,
	  { { "peer.timerqueue_1m" }, { "peer.hrtimer_each_1m" },
	    { "peer.delayed_work_each_1m" } } },
	{ "cotask.group_cancel_10k", group_cancel, 10000, 80 },
	{ "cotask.group_cancel_100k", group_cancel, 100000, 80 },
	{ "peer.hrtimer_alone", hrtimer_among, 1 },
	{ "peer.hrtimer_among_100k", hrtimer_among, 100000 },
	{ "cotask.timeout_scope", timeouts, 1, 60,
	  { { "peer.hrtimer_alone" }, { "peer.hrtimer_among_100k" } } },
	{}
};
