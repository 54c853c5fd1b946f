// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - the native rows, next to what a kernel author would use
 * otherwise, and next to the floors
 *
 * Loading the module runs all rows once and prints "bench: <row> <ns>".  For one CPU
 * and a kernel without debugging.  Loading fails at the end on purpose, so that it
 * can be loaded again.
 */
#include <linux/completion.h>
#include <linux/cotask_test.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/timerqueue.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "../compat.h"

static void row(const char *name, u64 ns, u64 n)
{
	u64 tenths = div64_u64(ns * 10, n);

	pr_info("bench: %s %llu.%llu\n", name, tenths / 10, tenths % 10);
	cond_resched();
}

static struct cotask_loop *loop_here(void)
{
	return cotask_loop_create_here("bench", 0);
}

/* Run a coroutine on a loop of this thread; how long it took. */
static u64 timed_run(struct cotask_frame *main)
{
	struct cotask_loop *loop = loop_here();
	u64 begin, end;

	if (IS_ERR(loop))
		return 0;
	begin = ktime_get_ns();
	cotask_run(loop, main);
	end = ktime_get_ns();
	cotask_loop_stop(loop, 0);
	return end - begin;
}

/* --- floors --------------------------------------------------------------------- */

struct step {
	struct list_head link;
	void (*fn)(struct step *step);
	unsigned long n;
};

static void step_fn(struct step *step)
{
	step->n++;
}

static void floor_rotate(unsigned int tasks, const char *name)
{
	struct step *steps = kvcalloc(tasks, sizeof(*steps), GFP_KERNEL);
	unsigned int i, n = 4000000;
	LIST_HEAD(list);
	u64 begin;

	if (!steps)
		return;
	for (i = 0; i < tasks; i++) {
		steps[i].fn = step_fn;
		list_add_tail(&steps[i].link, &list);
	}
	begin = ktime_get_ns();
	for (i = 0; i < n; i++) {
		struct step *s = list_first_entry(&list, struct step, link);

		list_move_tail(&s->link, &list);
		s->fn(s);
	}
	row(name, ktime_get_ns() - begin, n);
	kvfree(steps);
}

#define SLABS	4096

static void floor_slab(void)
{
	struct kmem_cache *cache = kmem_cache_create("cotask_bench", 192, 0, SLAB_HWCACHE_ALIGN,
						     NULL);
	void **objects = kvcalloc(SLABS, sizeof(*objects), GFP_KERNEL);
	unsigned int i, r;
	u64 begin;

	begin = ktime_get_ns();
	for (r = 0; cache && objects && r < 100; r++) {
		for (i = 0; i < SLABS; i++)
			objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		for (i = 0; i < SLABS; i++)
			kmem_cache_free(cache, objects[i]);
	}
	row("floor.slab_alloc_free", ktime_get_ns() - begin, 100 * SLABS);
	kvfree(objects);
	kmem_cache_destroy(cache);
}

static void floor_clock(void)
{
	u64 begin = ktime_get_ns(), sum = 0;
	unsigned int i;

	for (i = 0; i < 1000000; i++)
		sum += ktime_get_ns();
	row("floor.clock", ktime_get_ns() - begin + (sum == 1), 1000000);
}

static void floor_timerqueue(unsigned int n, const char *name)
{
	struct timerqueue_node *nodes = kvcalloc(n, sizeof(*nodes), GFP_KERNEL);
	struct timerqueue_head head;
	struct rnd_state rnd;
	unsigned int i, r, rounds = 1000000 / n ?: 1;
	u64 begin;

	if (!nodes)
		return;
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
	row(name, ktime_get_ns() - begin, (u64)rounds * n);
	kvfree(nodes);
}

/* --- yield ------------------------------------------------------------------------- */

struct yielder {
	struct cotask_frame frame;
	unsigned int n;
};

static long yielder(struct cotask *task, struct cotask_frame *frame)
{
	struct yielder *me = container_of(frame, struct yielder, frame);
	long rc;

	CO_BEGIN(task, frame, yielded);

	while (me->n--) {
		CO_AWAIT(yielded, rc, cotask_yield(task));
		if (rc)
			return rc;
	}
	return 0;
}

struct crowd {
	struct cotask_frame frame;
	struct cotask_group group;
	struct cotask_frame *(*make)(struct crowd *crowd, unsigned int i);
	unsigned int n;
	void *members;
	u64 begin;
};

/* Spawn members into a group and leave it. */
static long crowd(struct cotask *task, struct cotask_frame *frame)
{
	struct crowd *me = container_of(frame, struct crowd, frame);
	unsigned int i;
	long rc;

	CO_BEGIN(task, frame, left);

	cotask_group_init(&me->group);
	rc = cotask_group_enter(task, &me->group);
	me->begin = ktime_get_ns();
	for (i = 0; !rc && i < me->n; i++)
		rc = cotask_go(&me->group, me->make(me, i));
	CO_AWAIT(left, rc, cotask_group_exit(task, &me->group, rc));
	cotask_group_fini(&me->group);
	return rc;
}

static struct cotask_frame *make_yielder(struct crowd *c, unsigned int i)
{
	struct yielder *y = (struct yielder *)c->members + i;

	y->n = 4000000 / c->n;
	return cotask_frame_init(&y->frame, yielder, NULL);
}

static void yields(unsigned int n, const char *name)
{
	struct crowd c = {
		.make = make_yielder,
		.n = n,
		.members = kvcalloc(n, sizeof(struct yielder), GFP_KERNEL),
	};

	if (c.members)
		row(name, timed_run(cotask_frame_init(&c.frame, crowd, NULL)), 4000000);
	kvfree(c.members);
}

/* --- spawn, run, join ----------------------------------------------------------------- */

#define BATCH	1000

struct spawner {
	struct cotask_frame frame;
	struct crowd crowd;
	unsigned int rounds;
};

static long nothing(struct cotask *task, struct cotask_frame *frame)
{
	return 0;
}

static struct cotask_frame *make_nothing(struct crowd *c, unsigned int i)
{
	return cotask_frame_init((struct cotask_frame *)c->members + i, nothing, NULL);
}

static long spawner(struct cotask *task, struct cotask_frame *frame)
{
	struct spawner *me = container_of(frame, struct spawner, frame);
	long rc;

	CO_BEGIN(task, frame, round);

	while (me->rounds--) {
		cotask_frame_init(&me->crowd.frame, crowd, NULL);
		CO_AWAIT(round, rc, cotask_call(task, &me->crowd.frame));
		if (rc)
			return rc;
	}
	return 0;
}

static void spawns(void)
{
	struct spawner s = {
		.crowd.make = make_nothing,
		.crowd.n = BATCH,
		.crowd.members = kvcalloc(BATCH, sizeof(struct cotask_frame), GFP_KERNEL),
		.rounds = 1000,
	};

	if (s.crowd.members)
		row("cotask.spawn_run_join",
		    timed_run(cotask_frame_init(&s.frame, spawner, NULL)), 1000 * BATCH);
	kvfree(s.crowd.members);
}

/* --- timeouts, cancel -------------------------------------------------------------------- */

struct scopes {
	struct cotask_frame frame;
	struct cotask_timeout timeout;
};

static long scopes(struct cotask *task, struct cotask_frame *frame)
{
	struct scopes *me = container_of(frame, struct scopes, frame);
	unsigned int i;
	long rc = 0;

	for (i = 0; !rc && i < 1000000; i++) {
		rc = cotask_timeout_start(task, &me->timeout, NSEC_PER_SEC);
		rc = cotask_timeout_exit(&me->timeout, rc);
	}
	return rc;
}

static void timeouts(void)
{
	struct scopes s;

	row("cotask.timeout_scope", timed_run(cotask_frame_init(&s.frame, scopes, NULL)), 1000000);
}

struct sleeper {
	struct cotask_frame frame;
	struct rnd_state *rnd;
	unsigned int n;
};

static long sleeper(struct cotask *task, struct cotask_frame *frame)
{
	struct sleeper *me = container_of(frame, struct sleeper, frame);
	long rc;

	CO_BEGIN(task, frame, slept);

	while (me->n--) {
		CO_AWAIT(slept, rc,
			 cotask_sleep(task, 1 + prandom_u32_state(me->rnd) % NSEC_PER_SEC));
		if (rc)
			return rc;
	}
	return 0;
}

static struct rnd_state sleep_rnd;

static struct cotask_frame *make_sleeper(struct crowd *c, unsigned int i)
{
	struct sleeper *s = (struct sleeper *)c->members + i;

	s->rnd = &sleep_rnd;
	s->n = UINT_MAX;
	return cotask_frame_init(&s->frame, sleeper, NULL);
}

/*
 * A loop whose clock is moved by hand, so that nobody waits; in steps of 50 us, which
 * is the time that a turn with some entries takes.  The clock is not read: add
 * floor.clock for a real one.
 */
#define TICK	(50 * NSEC_PER_USEC)

static u64 fire(struct cotask_loop *loop, unsigned int seconds)
{
	u64 begin = ktime_get_ns(), t;

	for (t = 0; t < seconds * NSEC_PER_SEC; t += TICK) {
		cotask_manual_advance(loop, TICK);
		cotask_manual_turn(loop);
	}
	return ktime_get_ns() - begin;
}

static void sleeps(unsigned int n, const char *fired, const char *cancelled)
{
	struct cotask_loop *loop = cotask_manual_create(0);
	struct crowd c = {
		.make = make_sleeper,
		.n = n,
		.members = kvcalloc(n, sizeof(struct sleeper), GFP_KERNEL),
	};
	unsigned int seconds = n < 100000 ? 20 : 2;
	u64 begin, idle;

	if (IS_ERR(loop) || !c.members)
		goto out;
	prandom_seed_state(&sleep_rnd, 1);
	idle = fire(loop, seconds);
	cotask_go(cotask_loop_root(loop), cotask_frame_init(&c.frame, crowd, NULL));
	cotask_manual_turns(loop, 3);
	/* On average a sleeper sleeps for half a second. */
	row(fired, fire(loop, seconds) - idle, 2ULL * seconds * n);
	if (cancelled) {
		begin = ktime_get_ns();
		cotask_group_cancel(&c.group);
		cotask_manual_turns(loop, 10);
		row(cancelled, ktime_get_ns() - begin, n);
	}
	cotask_group_cancel(&c.group);
	cotask_manual_turns(loop, 10);
out:
	kvfree(c.members);
	if (!IS_ERR(loop))
		cotask_loop_stop(loop, 0);
}

/* --- waking ------------------------------------------------------------------------------- */

#define WAKES	20000

static struct completion ping, pong;

struct waker {
	struct cotask_frame frame;
	struct cotask_future future;
	unsigned int n;
};

static long waker(struct cotask *task, struct cotask_frame *frame)
{
	struct waker *me = container_of(frame, struct waker, frame);
	long rc;

	CO_BEGIN(task, frame, woken);

	while (me->n--) {
		CO_AWAIT(woken, rc, cotask_await_future(task, &me->future));
		if (rc)
			return rc;
		cotask_future_init(&me->future, cotask_get_loop(task));
		complete(&pong);
	}
	return 0;
}

static void wakes(void)
{
	struct cotask_loop *loop = cotask_loop_create("bench", 0);
	struct waker w = { .n = WAKES };
	unsigned int i;
	u64 begin;

	if (IS_ERR(loop))
		return;
	init_completion(&pong);
	cotask_future_init(&w.future, loop);
	cotask_go(cotask_loop_root(loop), cotask_frame_init(&w.frame, waker, NULL));
	begin = ktime_get_ns();
	for (i = 0; i < WAKES; i++) {
		cotask_future_complete(&w.future, 0);
		wait_for_completion(&pong);
	}
	row("cotask.wake_ping_pong", ktime_get_ns() - begin, WAKES);
	cotask_loop_stop(loop, 0);
}

static int pong_thread(void *data)
{
	unsigned int i;

	for (i = 0; i < WAKES; i++) {
		wait_for_completion(&ping);
		complete(&pong);
	}
	return 0;
}

static void peer_kthread(void)
{
	struct task_struct *t;
	unsigned int i;
	u64 begin;

	init_completion(&ping);
	init_completion(&pong);
	t = kthread_run(pong_thread, NULL, "bench");
	if (IS_ERR(t))
		return;
	begin = ktime_get_ns();
	for (i = 0; i < WAKES; i++) {
		complete(&ping);
		wait_for_completion(&pong);
	}
	row("peer.kthread_ping_pong", ktime_get_ns() - begin, WAKES);
}

static int end_thread(void *data)
{
	while (!kthread_should_stop())
		schedule();
	return 0;
}

static void peer_kthread_run(void)
{
	u64 begin = ktime_get_ns();
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		struct task_struct *t = kthread_run(end_thread, NULL, "bench");

		if (!IS_ERR(t))
			kthread_stop(t);
	}
	row("peer.kthread_run_stop", ktime_get_ns() - begin, 2000);
}

static void work_fn(struct work_struct *work)
{
	complete(&pong);
}

static void peer_work(void)
{
	struct delayed_work delayed;
	struct work_struct work;
	unsigned int i;
	u64 begin;

	INIT_WORK_ONSTACK(&work, work_fn);
	INIT_DELAYED_WORK_ONSTACK(&delayed, work_fn);
	init_completion(&pong);
	begin = ktime_get_ns();
	for (i = 0; i < WAKES; i++) {
		queue_work(system_wq, &work);
		wait_for_completion(&pong);
	}
	row("peer.queue_work_round_trip", ktime_get_ns() - begin, WAKES);
	begin = ktime_get_ns();
	for (i = 0; i < 200000; i++) {
		schedule_delayed_work(&delayed, HZ);
		cancel_delayed_work(&delayed);
	}
	row("peer.delayed_work_arm_cancel", ktime_get_ns() - begin, 200000);
	cancel_delayed_work_sync(&delayed);
	flush_work(&work);
	destroy_delayed_work_on_stack(&delayed);
	destroy_work_on_stack(&work);
}

static enum hrtimer_restart timer_fn(struct hrtimer *timer)
{
	return HRTIMER_NORESTART;
}

static void peer_hrtimer(void)
{
	static struct hrtimer timer;
	unsigned int i;
	u64 begin;

	hrtimer_setup(&timer, timer_fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	begin = ktime_get_ns();
	for (i = 0; i < 1000000; i++) {
		hrtimer_start(&timer, ns_to_ktime(NSEC_PER_SEC), HRTIMER_MODE_REL);
		hrtimer_cancel(&timer);
	}
	row("peer.hrtimer_start_cancel", ktime_get_ns() - begin, 1000000);
}

static int __init bench_init(void)
{
	pr_info("bench: bytes_per_task %zu.0\n", sizeof(struct cotask));
	floor_rotate(1, "floor.step_rotate_1");
	floor_rotate(10000, "floor.step_rotate_10k");
	yields(1, "cotask.yield_1");
	yields(100, "cotask.yield_100");
	yields(10000, "cotask.yield_10k");
	floor_slab();
	spawns();
	peer_work();
	peer_kthread_run();
	floor_clock();
	timeouts();
	peer_hrtimer();
	floor_timerqueue(1000, "floor.timerqueue_1k");
	sleeps(1000, "cotask.sleep_1k", NULL);
	floor_timerqueue(100000, "floor.timerqueue_100k");
	sleeps(100000, "cotask.sleep_100k", "cotask.group_cancel_100k");
	floor_timerqueue(1000000, "floor.timerqueue_1m");
	sleeps(1000000, "cotask.sleep_1m", NULL);
	wakes();
	peer_kthread();
	pr_info("bench: end\n");
	return -EAGAIN;
}
module_init(bench_init);

MODULE_DESCRIPTION("Benchmark of cotask");
MODULE_AUTHOR("The cotask authors");
MODULE_LICENSE("GPL");
COTASK_IMPORT(COTASK);
