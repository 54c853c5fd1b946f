// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - yielding; spawning and joining; compared with works and kthreads
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "bench.h"

/* --- yield ------------------------------------------------------------------ */

#define YIELDS	4000000

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

static struct cotask_frame *make_yielder(struct bench_crowd *c, unsigned int i)
{
	struct yielder *y = (struct yielder *)c->members + i;

	y->n = YIELDS / c->n;
	return cotask_frame_init(&y->frame, yielder, NULL);
}

static u64 yields(unsigned int n)
{
	struct bench_crowd c = {
		.make = make_yielder,
		.n = n,
		.members = kvcalloc(n, sizeof(struct yielder), GFP_KERNEL),
	};
	u64 ns = 0;

	if (c.members)
		ns = bench_run(bench_crowd_init(&c));
	kvfree(c.members);
	return bench_ps(ns, YIELDS);
}

/* --- spawn, run, join -------------------------------------------------------- */

#define SPAWN_ROUNDS	1000

struct spawner {
	struct cotask_frame frame;
	struct bench_crowd crowd;
	unsigned int rounds;
};

static long nothing(struct cotask *task, struct cotask_frame *frame)
{
	return 0;
}

static struct cotask_frame *make_nothing(struct bench_crowd *c, unsigned int i)
{
	return cotask_frame_init((struct cotask_frame *)c->members + i, nothing, NULL);
}

static long spawner(struct cotask *task, struct cotask_frame *frame)
{
	struct spawner *me = container_of(frame, struct spawner, frame);
	long rc;

	CO_BEGIN(task, frame, round);

	while (me->rounds--) {
		CO_AWAIT(round, rc, cotask_call(task, bench_crowd_init(&me->crowd)));
		if (rc)
			return rc;
	}
	return 0;
}

/* Groups of @n tasks, one after the other. */
static u64 spawns(unsigned int n)
{
	struct spawner s = {
		.crowd.make = make_nothing,
		.crowd.n = n,
		.crowd.members = kvcalloc(n, sizeof(struct cotask_frame), GFP_KERNEL),
		.rounds = SPAWN_ROUNDS,
	};
	u64 ns = 0;

	if (s.crowd.members)
		ns = bench_run(cotask_frame_init(&s.frame, spawner, NULL));
	kvfree(s.crowd.members);
	return bench_ps(ns, SPAWN_ROUNDS * n);
}

static void work_fn(struct work_struct *work)
{
}

static u64 queue_works(unsigned int n)
{
	struct workqueue_struct *wq = alloc_workqueue("bench", WQ_UNBOUND, 0);
	struct work_struct work;
	unsigned int i;
	u64 begin;

	if (!wq)
		return 0;
	INIT_WORK_ONSTACK(&work, work_fn);
	begin = ktime_get_ns();
	for (i = 0; i < n; i++) {
		queue_work(wq, &work);
		flush_work(&work);
	}
	begin = ktime_get_ns() - begin;
	destroy_work_on_stack(&work);
	destroy_workqueue(wq);
	return bench_ps(begin, n);
}

static int end_thread(void *data)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_IDLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	return 0;
}

static u64 kthreads(unsigned int n)
{
	u64 begin = ktime_get_ns();
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct task_struct *t = kthread_run(end_thread, NULL, "bench");

		if (!IS_ERR(t))
			kthread_stop(t);
	}
	return bench_ps(ktime_get_ns() - begin, n);
}

/* The value is in bytes. */
static u64 bytes_per_task(unsigned int n)
{
	return sizeof(struct cotask) * 1000;
}

const struct bench_row bench_tasks[] = {
	{ "cotask.yield_1", yields, 1, 10, { { "floor.step_rotate_1" } } },
	{ "cotask.yield_100", yields, 100, 10, { { "floor.step_rotate_100" } } },
	{ "cotask.yield_10k", yields, 10000, 10, { { "floor.step_rotate_10k" } } },
	{ "peer.queue_work_flush", queue_works, 20000 },
	{ "peer.kthread_run_stop", kthreads, 1000 },
	{ "cotask.spawn_run_join", spawns, 1000, 50,
	  { { "floor.slab_alloc_free" }, { "peer.queue_work_flush", "0.2" },
	    { "peer.kthread_run_stop", "0.02" } } },
	{ "cotask.bytes_per_task", bytes_per_task, 0, 192 },
	{}
};
