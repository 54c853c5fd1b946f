// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - turns, the ready queue, timers, sleeping
 */
#include <linux/sched/mm.h>

#include "../helpers.h"
#include "../suites.h"

static const struct line a3[] = { REPEAT(3), LOG("a"), YIELD, ENDREPEAT, END };
static const struct line b3[] = { REPEAT(3), LOG("b"), YIELD, ENDREPEAT, END };
static const struct line wait_a[] = { FUTURE(0), LOG("a"), END };
static const struct line wait_b[] = { FUTURE(0), LOG("b"), END };
static const struct line say_c[] = { LOG("c"), END };

static int note_cb(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	note(env_current(), "cb");
	return 0;
}

/* SC-2, SC-6, SL-3: one FIFO queue; tasks that yield run round robin, one step each */
static void round_robin(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, a3);
	play(env, 1, b3);
	turn(env);
	expect_log(env, "a b");
	settle(env);
	expect_log(env, "a b a b");
}

/* SC-1, SC-3, CT-1: what is spawned in a turn runs in the next one, in order */
static void additions_run_in_the_next_turn(struct kunit *test)
{
	static const struct line b[] = { LOG("b"), END };
	static const struct line script[] = {
		SPAWN(1, ROOT, b), SPAWN(2, ROOT, say_c), LOG("a"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	turn(env);
	expect_log(env, "a");
	turn(env);
	expect_log(env, "b c");
}

/* SC-4, SL-4: due timers in order of deadline, equal ones in arming order, at the tail */
static void due_timers_in_order(struct kunit *test)
{
	static const struct line s20[] = { SLEEP(20), LOG("20"), END };
	static const struct line s10[] = { SLEEP(10), LOG("10"), END };
	static const struct line s10b[] = { SLEEP(10), LOG("10b"), END };
	struct env *env = env_of(test);

	play(env, 0, s20);
	play(env, 1, s10);
	play(env, 2, s10b);
	settle(env);
	advance(env, 30);
	play(env, 3, say_c);
	turn(env);
	expect_log(env, "c 10 10b 20");
}

/* SC-5, SC-8, TK-3, AW-2, AW-3: completion queues waiters and callbacks in one order */
static void completion_queues_in_order(struct kunit *test)
{
	static const struct line sets[] = { SET(0, 4), LOG("set"), END };
	struct cotask_callback cb;
	struct env *env = env_of(test);

	play(env, 0, wait_a);
	settle(env);
	cotask_on_done(&env->future[0].base, &cb, note_cb);
	play(env, 1, wait_b);
	settle(env);
	play(env, 2, sets);
	turn(env);
	expect_log(env, "set");
	turn(env);
	expect_log(env, "a cb b");
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&env->future[0].base), 4L);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&env->future[0].base), 4L);
}

/* SC-7: a timer that is disarmed in the turn in which it is queued does not act */
static void disarmed_timer_never_acts(struct kunit *test)
{
	static const struct line script[] = {
		TIMEOUT(0, 10), FUTURE(0), ENDTIMEOUT, LOG("out"), YIELD, LOG("on"), END
	};
	static const struct line sets[] = { SLEEP(10), SET(0, 1), END };
	struct env *env = env_of(test);

	/* Its deadline is armed before the scope's: it completes the future first. */
	play(env, 1, sets);
	play(env, 0, script);
	settle(env);
	cotask_future_complete(&env->future[0], 1);
	advance(env, 10);
	/* The task is ahead of the expiry in the queue. */
	turn(env);
	expect_log(env, "out");
	settle(env);
	expect_log(env, "on");
	KUNIT_EXPECT_FALSE(test, cotask_timeout_expired(&env->timeout[0]));
}

/* SC-10: cancelling and completing work when there is no memory */
static void no_allocation_on_completion(struct kunit *test)
{
	struct env *env = env_of(test);
	unsigned int flags;

	play(env, 0, wait_a);
	play(env, 1, wait_b);
	settle(env);
	flags = memalloc_noreclaim_save();
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[1]));
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&env->future[0], 1), -EINVAL);
	memalloc_noreclaim_restore(flags);
	settle(env);
	expect_cancelled(env, 0);
}

/* SL-1: a sleep ends in the first turn at its deadline, not before */
static void sleep_ends_at_its_deadline(struct kunit *test)
{
	static const struct line script[] = { SLEEP(10), SHOW, END };
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_manual_advance(env->loop, 10 * MS - 1);
	settle(env);
	expect_log(env, "");
	cotask_manual_advance(env->loop, 1);
	turn(env);
	expect_log(env, "0");
}

/* SL-2: a sleep suspends for zero and negative delays, too */
static void sleep_always_suspends(struct kunit *test)
{
	static const struct line script[] = {
		LOG("a"), SLEEP(0), LOG("b"), SLEEP(-5), LOG("c"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	turn(env);
	expect_log(env, "a");
	turn(env);
	expect_log(env, "b");
	turn(env);
	expect_log(env, "c");
}

static struct cotask_await odd_sleep(struct cotask *task, int which)
{
	switch (which) {
	case 0:
		return cotask_sleep_until(task, 0, CLOCK_REALTIME, 0);
	case 1:
		return cotask_sleep(task, S64_MAX - 1);
	case 2:
		return cotask_sleep_until(task, 1, CLOCK_MONOTONIC, 0);
	case 3:
		return cotask_sleep_until(task, 2 * NSEC_PER_SEC, CLOCK_BOOTTIME, 0);
	default:
		return cotask_sleep_range(task, 10 * MS, 50 * MS);
	}
}

struct odd {
	struct cotask_frame frame;
	struct env *env;
	int which;
};

static long odd_step(struct cotask *task, struct cotask_frame *frame)
{
	struct odd *me = container_of(frame, struct odd, frame);
	long rc;

	CO_BEGIN(task, frame, slept);

	CO_AWAIT(slept, rc, odd_sleep(task, me->which));
	note(me->env, "%d:%ld", me->which, rc);
	return rc;
}

static struct cotask *spawn_odd(struct env *env, struct odd *odd, int which)
{
	odd->env = env;
	odd->which = which;
	env->task[which] = cotask_spawn(cotask_loop_root(env->loop),
					cotask_frame_init(&odd->frame, odd_step, NULL), NULL);
	return env->task[which];
}

/* SL-5: an unknown clock fails at once; a delay that is too large waits, cancellably */
static void odd_delays(struct kunit *test)
{
	struct env *env = env_of(test);
	struct odd *odd = kunit_kzalloc(test, 5 * sizeof(*odd), GFP_KERNEL);

	spawn_odd(env, &odd[0], 0);
	turn(env);
	expect_log(env, "0:-22");
	spawn_odd(env, &odd[1], 1);
	settle(env);
	pass(env, 1000000);
	expect_log(env, "");
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "1:-125");
	spawn_odd(env, &odd[2], 2);
	turn(env);
	expect_log(env, "");
	turn(env);
	expect_log(env, "2:0");
}

/* SL-1, SL-B1: on the boot clock a sleep goes on during suspend; slack may make it late */
static void boot_clock_and_slack(struct kunit *test)
{
	struct env *env = env_of(test);
	struct odd *odd = kunit_kzalloc(test, 5 * sizeof(*odd), GFP_KERNEL);

	spawn_odd(env, &odd[3], 3);
	settle(env);
	cotask_manual_suspend(env->loop, NSEC_PER_SEC - 1);
	settle(env);
	expect_log(env, "");
	cotask_manual_suspend(env->loop, 1);
	settle(env);
	expect_log(env, "3:0");
	spawn_odd(env, &odd[4], 4);
	settle(env);
	pass(env, 9);
	expect_log(env, "");
	pass(env, 51);
	expect_log(env, "4:0");
}

static const struct line sleeper[] = { TRY, SLEEP(10), SHOW, EXCEPT, SHOW, ENDTRY, END };

/* SL-6: a cancel ends the sleep, and its timer is gone */
static void cancel_while_sleeping(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, sleeper);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED");
	pass(env, 10);
	expect_log(env, "");
}

/* SL-7: the timer has fired, then the task is cancelled before it resumes */
static void cancel_after_the_timer(struct kunit *test)
{
	static const struct line canceller[] = { SLEEP(10), CANCEL(1), END };
	struct env *env = env_of(test);

	play(env, 0, canceller);
	play(env, 1, sleeper);
	settle(env);
	pass(env, 10);
	expect_log(env, "ECANCELED");
}

/* SL-8: a cancel during sleep(0) is delivered at its place in the queue */
static void cancel_during_sleep_zero(struct kunit *test)
{
	static const struct line zero[] = { TRY, SLEEP(0), EXCEPT, SHOW, ENDTRY, END };
	struct env *env = env_of(test);

	play(env, 0, say_c);
	play(env, 1, zero);
	turn(env);
	play(env, 2, say_c);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "c ECANCELED c");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(round_robin),
	KUNIT_CASE(additions_run_in_the_next_turn),
	KUNIT_CASE(due_timers_in_order),
	KUNIT_CASE(completion_queues_in_order),
	KUNIT_CASE(disarmed_timer_never_acts),
	KUNIT_CASE(no_allocation_on_completion),
	KUNIT_CASE(sleep_ends_at_its_deadline),
	KUNIT_CASE(sleep_always_suspends),
	KUNIT_CASE(odd_delays),
	KUNIT_CASE(boot_clock_and_slack),
	KUNIT_CASE(cancel_while_sleeping),
	KUNIT_CASE(cancel_after_the_timer),
	KUNIT_CASE(cancel_during_sleep_zero),
	{}
};

struct kunit_suite cotask_loop_suite = {
	.name = "cotask_loop",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
