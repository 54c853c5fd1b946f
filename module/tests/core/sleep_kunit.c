// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - sleeping: deadlines, order, clocks
 */
#include <linux/limits.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include "../helpers.h"
#include "../suites.h"

/* How a sleeper is to sleep. */
enum how { SLEEP_FOR, SLEEP_RANGE, SLEEP_UNTIL };

/**
 * struct sleeper - sleeps once, and remembers when it woke
 * @frame: its frame
 * @env: the test
 * @how: which function it calls
 * @ns: delay or deadline
 * @slack: for SLEEP_RANGE and SLEEP_UNTIL
 * @clock: for SLEEP_UNTIL
 * @rc: outcome of the sleep
 * @woke: time of the loop then; 0: not yet
 */
struct sleeper {
	struct cotask_frame frame;
	struct env *env;
	enum how how;
	s64 ns;
	u64 slack;
	clockid_t clock;
	long rc;
	u64 woke;
};

static struct cotask_await sleep_op(struct cotask *task, const struct sleeper *me)
{
	switch (me->how) {
	case SLEEP_RANGE:
		return cotask_sleep_range(task, me->ns, me->slack);
	case SLEEP_UNTIL:
		return cotask_sleep_until(task, ns_to_ktime(me->ns), me->clock, me->slack);
	default:
		return cotask_sleep(task, me->ns);
	}
}

static long sleeper_step(struct cotask *task, struct cotask_frame *frame)
{
	struct sleeper *me = container_of(frame, struct sleeper, frame);

	CO_BEGIN(task, frame, slept);

	CO_AWAIT(slept, me->rc, sleep_op(task, me));
	me->woke = cotask_loop_now(cotask_get_loop(task));
	return me->rc;
}

static struct sleeper *sleeper(struct env *env, int i, struct sleeper how)
{
	struct sleeper *me = kunit_kzalloc(env->test, sizeof(*me), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(env->test, me);
	*me = how;
	me->env = env;
	env->task[i] = cotask_spawn(cotask_loop_root(env->loop),
				    cotask_frame_init(&me->frame, sleeper_step, NULL), NULL);
	KUNIT_ASSERT_FALSE(env->test, IS_ERR(env->task[i]));
	return me;
}

static u64 now(struct env *env)
{
	return cotask_loop_now(env->loop);
}

/* SL-1: a turn that comes late ends the sleep late, with 0 */
static void late_turn(struct kunit *test)
{
	struct env *env = env_of(test);
	struct sleeper *s = sleeper(env, 0, (struct sleeper){ .ns = 10 * MS });

	settle(env);
	pass(env, 25);
	KUNIT_EXPECT_EQ(test, s->rc, 0L);
	KUNIT_EXPECT_EQ(test, s->woke, now(env));
}

/* SL-1, SL-4: many sleepers of random length wake at their nanosecond, none early */
static void random_delays(struct kunit *test)
{
	struct env *env = env_of(test);
	struct sleeper *s[ENV_OBJECTS];
	u32 seed = get_random_u32();
	u64 begin = now(env);
	struct rnd_state rnd;
	int i, step;

	kunit_info(test, "seed %u", seed);
	prandom_seed_state(&rnd, seed);
	for (i = 0; i < ENV_OBJECTS; i++)
		s[i] = sleeper(env, i,
			       (struct sleeper){ .ns = 1 + prandom_u32_state(&rnd) % 3000 });
	settle(env);
	for (step = 1; step <= 3000; step++) {
		cotask_manual_advance(env->loop, 1);
		settle(env);
		for (i = 0; i < ENV_OBJECTS; i++)
			KUNIT_ASSERT_EQ(test, !!s[i]->woke, begin + s[i]->ns <= now(env));
	}
	for (i = 0; i < ENV_OBJECTS; i++)
		KUNIT_EXPECT_EQ(test, s[i]->woke, begin + s[i]->ns);
}

/* SL-2, SL-3: a deadline that is past is a place at the tail of the queue */
static void past_deadlines_yield(struct kunit *test)
{
	static const struct line other[] = { LOG("other"), END };
	static const s64 past[] = { S64_MIN, -1, 0, 1, NSEC_PER_SEC };
	struct env *env = env_of(test);
	struct sleeper *s[2 * ARRAY_SIZE(past)];
	int i;

	for (i = 0; i < ARRAY_SIZE(past); i++) {
		s[2 * i] = sleeper(env, 2 * i, (struct sleeper){
			.how = SLEEP_UNTIL, .ns = past[i], .clock = CLOCK_MONOTONIC,
		});
		s[2 * i + 1] = sleeper(env, 2 * i + 1, (struct sleeper){
			.how = SLEEP_UNTIL, .ns = past[i], .clock = CLOCK_BOOTTIME,
		});
	}
	play(env, 2 * i, other);
	turn(env);
	expect_log(env, "other");
	for (i = 0; i < ARRAY_SIZE(s); i++)
		KUNIT_EXPECT_EQ(test, s[i]->woke, 0ULL);
	turn(env);
	for (i = 0; i < ARRAY_SIZE(s); i++) {
		KUNIT_EXPECT_EQ(test, s[i]->woke, now(env));
		KUNIT_EXPECT_EQ(test, s[i]->rc, 0L);
	}
}

/* SL-3: tasks that loop over sleep(0), negative sleeps and yields run round robin */
static void round_robin_of_three(struct kunit *test)
{
	static const struct line a[] = { REPEAT(4), LOG("a"), SLEEP(0), ENDREPEAT, END };
	static const struct line b[] = { REPEAT(4), LOG("b"), SLEEP(-7), ENDREPEAT, END };
	static const struct line c[] = { REPEAT(4), LOG("c"), YIELD, ENDREPEAT, END };
	struct env *env = env_of(test);

	play(env, 0, a);
	play(env, 1, b);
	play(env, 2, c);
	settle(env);
	expect_log(env, "a b c a b c a b c a b c");
}

/* SL-4: equal deadlines wake in the order of the sleep calls, not of their length */
static void equal_deadlines(struct kunit *test)
{
	static const struct line a[] = { SLEEP(10), LOG("a"), END };
	static const struct line b[] = { SLEEP(7), LOG("b"), END };
	static const struct line c[] = { SLEEP(3), LOG("c"), END };
	static const struct line d[] = { SLEEP(2), LOG("d"), END };
	struct env *env = env_of(test);

	play(env, 0, a);
	settle(env);
	pass(env, 3);
	play(env, 1, b);
	settle(env);
	pass(env, 4);
	play(env, 2, c);
	play(env, 3, d);
	settle(env);
	pass(env, 3);
	expect_log(env, "d a b c");
}

/* SL-4, SC-4: deadlines of both clocks come due in one order */
static void clocks_are_merged(struct kunit *test)
{
	static const struct { s64 at; clockid_t clock; } when[] = {
		{ 30, CLOCK_BOOTTIME }, { 20, CLOCK_MONOTONIC }, { 10, CLOCK_BOOTTIME },
		{ 40, CLOCK_MONOTONIC }, { 5, CLOCK_MONOTONIC },
	};
	struct env *env = env_of(test);
	struct noted n[ARRAY_SIZE(when)];
	static const char * const text[] = { "30", "20", "10", "40", "5" };
	int i;

	for (i = 0; i < ARRAY_SIZE(when); i++) {
		sleeper(env, i, (struct sleeper){
			.how = SLEEP_UNTIL, .ns = NSEC_PER_SEC + when[i].at, .clock = when[i].clock,
		});
		n[i] = (struct noted){ .env = env, .text = text[i] };
		cotask_on_done(&env->task[i]->base, &n[i].cb, note_done);
	}
	settle(env);
	pass(env, 1);
	expect_log(env, "5 10 20 30 40");
}

/* SL-5: a deadline that is too far away to represent waits until the cancel */
static void forever(struct kunit *test)
{
	static const struct sleeper how[] = {
		{ .ns = COTASK_FOREVER }, { .ns = S64_MAX - 1 },
		{ .how = SLEEP_RANGE, .ns = COTASK_FOREVER, .slack = U64_MAX },
		{ .how = SLEEP_RANGE, .ns = S64_MAX - NSEC_PER_SEC, .slack = 5 },
		{ .how = SLEEP_UNTIL, .ns = S64_MAX, .clock = CLOCK_MONOTONIC, .slack = 1 },
		{ .how = SLEEP_UNTIL, .ns = S64_MAX, .clock = CLOCK_BOOTTIME },
	};
	struct env *env = env_of(test);
	struct sleeper *s[ARRAY_SIZE(how)];
	int i;

	for (i = 0; i < ARRAY_SIZE(how); i++)
		s[i] = sleeper(env, i, how[i]);
	settle(env);
	cotask_manual_advance(env->loop, S64_MAX / 2);
	settle(env);
	for (i = 0; i < ARRAY_SIZE(how); i++) {
		expect_pending(env, i);
		KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[i]));
	}
	settle(env);
	for (i = 0; i < ARRAY_SIZE(how); i++) {
		KUNIT_EXPECT_EQ(test, s[i]->rc, (long)-ECANCELED);
		expect_cancelled(env, i);
	}
}

/* SL-5: other clocks are refused without suspending */
static void unknown_clocks(struct kunit *test)
{
	static const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_TAI, -1, 1000 };
	struct env *env = env_of(test);
	struct sleeper *s[ARRAY_SIZE(clocks)];
	int i;

	for (i = 0; i < ARRAY_SIZE(clocks); i++)
		s[i] = sleeper(env, i, (struct sleeper){
			.how = SLEEP_UNTIL, .ns = 2 * NSEC_PER_SEC, .clock = clocks[i],
		});
	turn(env);
	for (i = 0; i < ARRAY_SIZE(clocks); i++) {
		KUNIT_EXPECT_EQ(test, s[i]->rc, (long)-EINVAL);
		KUNIT_EXPECT_EQ(test, s[i]->woke, now(env));
	}
}

/* SL-6: the timer of a cancelled sleep does not end the next one */
static void cancelled_timer_is_gone(struct kunit *test)
{
	static const struct line script[] = {
		TRY, SLEEP(10), EXCEPT, SHOW, SLEEP(100), LOG("slept"), ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED");
	pass(env, 5);
	pass(env, 94);
	expect_log(env, "");
	pass(env, 1);
	expect_log(env, "slept");
}

/* SL-6, CX-8: a task that has cancelled itself does not sleep */
static void self_cancel_then_sleep(struct kunit *test)
{
	static const struct line script[] = {
		CANCEL_SELF, TRY, SLEEP(10), EXCEPT, SHOW, ENDTRY, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	turn(env);
	expect_log(env, "");
	turn(env);
	expect_log(env, "ECANCELED on");
}

static void uncancel1(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_uncancel(env->task[1]), 0);
}

/* SL-7, CX-16: fired, then cancelled, and the cancel withdrawn: the sleep returns 0 */
static void cancel_after_firing_is_withdrawn(struct kunit *test)
{
	static const struct line sleeps[] = { SLEEP(10), SHOW, END };
	static const struct line cancels[] = { SLEEP(10), CANCEL(1), HOOK(uncancel1), END };
	struct env *env = env_of(test);

	/* Both are due in one turn, task 0 first. */
	play(env, 0, cancels);
	play(env, 1, sleeps);
	settle(env);
	pass(env, 10);
	expect_log(env, "0");
	expect_finished(env, 1, 0);
}

/* SL-6, CX-17: a cancelled sleep has ended, regardless of later events */
static void cancel_while_asleep_is_not_withdrawn(struct kunit *test)
{
	static const struct line sleeps[] = { TRY, SLEEP(20), EXCEPT, SHOW, COUNT, ENDTRY, END };
	static const struct line cancels[] = { SLEEP(10), CANCEL(1), HOOK(uncancel1), END };
	struct env *env = env_of(test);

	play(env, 0, cancels);
	play(env, 1, sleeps);
	settle(env);
	pass(env, 10);
	expect_log(env, "ECANCELED n0");
}

/* SL-8: with a cancel, sleep(0) keeps its place among the others */
static void cancelled_yield_keeps_its_place(struct kunit *test)
{
	static const struct line a[] = { YIELD, LOG("a"), END };
	static const struct line b[] = { TRY, SLEEP(0), EXCEPT, LOG("b"), SHOW, ENDTRY, END };
	static const struct line c[] = { YIELD, LOG("c"), END };
	struct env *env = env_of(test);

	play(env, 0, a);
	play(env, 1, b);
	play(env, 2, c);
	turn(env);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[1]));
	turn(env);
	expect_log(env, "a b ECANCELED c");
}

/* SL-B1: with slack a sleep ends inside its window, never before it */
static void slack_is_a_window(struct kunit *test)
{
	struct env *env = env_of(test);
	u32 seed = get_random_u32();
	struct rnd_state rnd;
	int round;

	kunit_info(test, "seed %u", seed);
	prandom_seed_state(&rnd, seed);
	for (round = 0; round < 200; round++) {
		u64 begin = now(env), ns = 1 + prandom_u32_state(&rnd) % 2000;
		u64 slack = prandom_u32_state(&rnd) % 1000;
		struct sleeper *s;

		s = sleeper(env, 0, (struct sleeper){
			.how = SLEEP_RANGE, .ns = ns, .slack = slack,
		});
		settle(env);
		cotask_manual_advance(env->loop, ns - 1);
		settle(env);
		KUNIT_ASSERT_EQ(test, s->woke, 0ULL);
		while (!s->woke && now(env) < begin + ns + slack + 1) {
			cotask_manual_advance(env->loop, 1);
			settle(env);
		}
		KUNIT_ASSERT_GE(test, s->woke, begin + ns);
		KUNIT_ASSERT_LE(test, s->woke, begin + ns + slack);
		cotask_put(env->task[0]);
		env->task[0] = NULL;
	}
}

/* SL-B1: sleepers whose windows overlap widely meet at one time */
static void slack_coalesces(struct kunit *test)
{
	struct env *env = env_of(test);
	struct sleeper *s[8];
	int i;

	for (i = 0; i < 8; i++)
		s[i] = sleeper(env, i, (struct sleeper){
			.how = SLEEP_RANGE, .ns = (1 + i) * 1000, .slack = NSEC_PER_SEC,
		});
	settle(env);
	for (i = 0; i < 2000; i++)
		pass(env, 1);
	for (i = 0; i < 8; i++) {
		KUNIT_EXPECT_NE(test, s[i]->woke, 0ULL);
		KUNIT_EXPECT_EQ(test, s[i]->woke, s[0]->woke);
	}
}

/* SL-B1: a deadline on the monotonic clock does not come nearer during suspend */
static void monotonic_stands_still_in_suspend(struct kunit *test)
{
	struct env *env = env_of(test);
	struct sleeper *mono, *boot;

	mono = sleeper(env, 0, (struct sleeper){
		.how = SLEEP_UNTIL, .ns = 2 * NSEC_PER_SEC, .clock = CLOCK_MONOTONIC,
	});
	boot = sleeper(env, 1, (struct sleeper){
		.how = SLEEP_UNTIL, .ns = 2 * NSEC_PER_SEC, .clock = CLOCK_BOOTTIME,
	});
	settle(env);
	cotask_manual_suspend(env->loop, 5 * NSEC_PER_SEC);
	settle(env);
	KUNIT_EXPECT_NE(test, boot->woke, 0ULL);
	KUNIT_EXPECT_EQ(test, mono->woke, 0ULL);
	pass(env, 999);
	KUNIT_EXPECT_EQ(test, mono->woke, 0ULL);
	pass(env, 1);
	KUNIT_EXPECT_NE(test, mono->woke, 0ULL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(late_turn),
	KUNIT_CASE(random_delays),
	KUNIT_CASE(past_deadlines_yield),
	KUNIT_CASE(round_robin_of_three),
	KUNIT_CASE(equal_deadlines),
	KUNIT_CASE(clocks_are_merged),
	KUNIT_CASE(forever),
	KUNIT_CASE(unknown_clocks),
	KUNIT_CASE(cancelled_timer_is_gone),
	KUNIT_CASE(self_cancel_then_sleep),
	KUNIT_CASE(cancel_after_firing_is_withdrawn),
	KUNIT_CASE(cancel_while_asleep_is_not_withdrawn),
	KUNIT_CASE(cancelled_yield_keeps_its_place),
	KUNIT_CASE(slack_is_a_window),
	KUNIT_CASE(slack_coalesces),
	KUNIT_CASE(monotonic_stands_still_in_suspend),
	{}
};

struct kunit_suite cotask_sleep_suite = {
	.name = "cotask_sleep",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
