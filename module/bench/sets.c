// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - gather, wait and shields: the cost of one member
 *
 * The time from making the set until its waiter has the outcome, divided by the number
 * of members: constant if all parts are O(n).
 */
#include <linux/cotask_gather.h>
#include <linux/mm.h>

#include "bench.h"

#define MEMBERS_IN_ALL	200000

/**
 * struct sets - futures, and a coroutine that waits for them
 * @frame: the coroutine that waits
 * @n: number of futures
 * @future: the futures
 * @member: one member per future
 * @set: the set of a gather
 * @wait: state of a wait
 */
struct sets {
	struct cotask_frame frame;
	unsigned int n;
	struct cotask_future *future;
	struct cotask_member *member;
	struct cotask_set set;
	struct cotask_wait wait;
};

static long gather(struct cotask *task, struct cotask_frame *frame)
{
	struct sets *me = container_of(frame, struct sets, frame);
	long rc;

	CO_BEGIN(task, frame, all);

	CO_AWAIT(all, rc, cotask_await(task, cotask_gather(&me->set, NULL, me->member,
							   me->n, 0)));
	return rc;
}

static long wait_for_all(struct cotask *task, struct cotask_frame *frame)
{
	struct sets *me = container_of(frame, struct sets, frame);
	long rc;

	CO_BEGIN(task, frame, all);

	CO_AWAIT(all, rc, cotask_wait_members(task, &me->wait, me->member, me->n,
					      COTASK_WAIT_ALL, COTASK_FOREVER));
	return rc;
}

static void prepare(struct sets *me, struct cotask_loop *loop)
{
	unsigned int i;

	for (i = 0; i < me->n; i++) {
		cotask_future_init(&me->future[i], loop);
		me->member[i] = COTASK_MEMBER(&me->future[i].base);
	}
}

static void clean_up(struct sets *me)
{
	unsigned int i;

	for (i = 0; i < me->n; i++)
		cotask_future_fini(&me->future[i]);
}

/* The waiter starts, all futures are completed, the waiter receives the outcome. */
static u64 one_round(struct sets *me, struct cotask_loop *loop, cotask_step_fn step)
{
	u64 begin = ktime_get_ns();
	unsigned int i;

	cotask_go(cotask_loop_root(loop), cotask_frame_init(&me->frame, step, NULL));
	cotask_manual_turn(loop);
	for (i = 0; i < me->n; i++)
		cotask_future_complete(&me->future[i], 0);
	cotask_manual_turns(loop, 10);
	return ktime_get_ns() - begin;
}

static u64 measure(unsigned int n, cotask_step_fn step)
{
	struct cotask_loop *loop = cotask_manual_create(0);
	unsigned int i, rounds = max(MEMBERS_IN_ALL / n, 1U);
	struct sets me = { .n = n };
	u64 ns = 0;

	me.future = kvcalloc(n, sizeof(*me.future), GFP_KERNEL);
	me.member = kvcalloc(n, sizeof(*me.member), GFP_KERNEL);
	if (!IS_ERR(loop) && me.future && me.member) {
		for (i = 0; i < rounds; i++) {
			prepare(&me, loop);
			ns += one_round(&me, loop, step);
			clean_up(&me);
		}
	}
	if (!IS_ERR(loop))
		cotask_loop_stop(loop, 0);
	kvfree(me.member);
	kvfree(me.future);
	return bench_ps(ns, (u64)rounds * n);
}

static u64 run_gather(unsigned int n)
{
	return measure(n, gather);
}

static u64 run_wait(unsigned int n)
{
	return measure(n, wait_for_all);
}

/* Make and cancel a shield; the future that it protects remains. */
static u64 run_shield(unsigned int n)
{
	struct cotask_loop *loop = cotask_manual_create(0);
	struct cotask_future future;
	struct cotask_shield shield;
	u64 begin, ns;
	unsigned int i;

	if (IS_ERR(loop))
		return 0;
	cotask_future_init(&future, loop);
	begin = ktime_get_ns();
	for (i = 0; i < n; i++)
		cotask_awaitable_cancel(cotask_shield(&shield, &future.base));
	ns = ktime_get_ns() - begin;
	cotask_future_fini(&future);
	cotask_loop_stop(loop, 0);
	return bench_ps(ns, n);
}

const struct bench_row bench_sets[] = {
	{ .name = "cotask.gather_10", .run = run_gather, .n = 10 },
	{ .name = "cotask.gather_1k", .run = run_gather, .n = 1000 },
	{ .name = "cotask.gather_100k", .run = run_gather, .n = 100000 },
	{ .name = "cotask.wait_10", .run = run_wait, .n = 10 },
	{ .name = "cotask.wait_1k", .run = run_wait, .n = 1000 },
	{ .name = "cotask.wait_100k", .run = run_wait, .n = 100000 },
	{ .name = "cotask.shield_cancel", .run = run_shield, .n = 1000000 },
	{}
};
