// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - shields: the waiter is cancelled, the awaited object is not
 */
#include "../helpers.h"
#include "../suites.h"

static const struct line value[] = { SLEEP(10), LOG("done"), RETURN(7) };
static const struct line fails[] = { SLEEP(10), RAISE(E1) };
static const struct line waiter[] = {
	TRY, SHIELD(0), SHOW, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
};

/* SH-1: a done object is its own shield, and does not suspend */
static void done_is_its_own_shield(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_shield s;

	play(env, 0, value);
	settle(env);
	pass(env, 10);
	KUNIT_EXPECT_PTR_EQ(test, cotask_shield(&s, &env->task[0]->base), &env->task[0]->base);
	play(env, 1, waiter);
	turn(env);
	expect_log(env, "done 7");
}

/* SH-2: value and error pass through */
static void outcome_passes_through(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, value);
	play(env, 1, waiter);
	settle(env);
	pass(env, 10);
	expect_log(env, "done 7 on");
	play(env, 0, fails);
	play(env, 1, waiter);
	settle(env);
	pass(env, 10);
	expect_log(env, "E1 n0 on");
}

/* SH-3: cancelled, the waiter resumes in its next step; the shielded object continues */
static void cancel_stops_at_the_shield(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, value);
	play(env, 1, waiter);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[1]));
	turn(env);
	expect_log(env, "ECANCELED n1");
	expect_count(env, 0, 0);
	pass(env, 10);
	expect_log(env, "on done");
	expect_finished(env, 0, 7);
}

/* SH-3, CX-6: two cancels before the resumption are one delivery */
static void two_cancels_at_the_shield(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, value);
	play(env, 1, waiter);
	settle(env);
	cotask_cancel(env->task[1]);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED n2 on");
	expect_count(env, 0, 0);
}

/* SH-4: when the shielded task is cancelled, so is the shield; the waiter's count stays */
static void cancelled_inside(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_shield s;

	play(env, 0, value);
	play(env, 1, waiter);
	settle(env);
	KUNIT_EXPECT_PTR_EQ(test, cotask_shield(&s, &env->task[0]->base), &s.base);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED n0 on");
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&s.base));
}

static void abandon_two_shields(struct env *env, const struct line *inner)
{
	play(env, 0, inner);
	play(env, 1, waiter);
	play(env, 2, waiter);
	settle(env);
	cotask_cancel(env->task[1]);
	cotask_cancel(env->task[2]);
	settle(env);
	expect_log(env, "ECANCELED n1 ECANCELED n1 on on");
	cotask_put(env->task[0]);
	env->task[0] = NULL;
	pass(env, 10);
}

/* SH-5: abandoned twice, a value is dropped silently, an error reported exactly once */
static void abandoned_outcome(struct kunit *test)
{
	struct env *env = env_of(test);

	abandon_two_shields(env, value);
	expect_log(env, "done");
	KUNIT_EXPECT_EQ(test, env->errors, 0U);
	abandon_two_shields(env, fails);
	KUNIT_EXPECT_EQ(test, env->errors, 1U);
	KUNIT_EXPECT_EQ(test, env->last_error, E1);
}

/* SH-5, AW-11: not while a handle exists; and not at all if the error is retrieved */
static void abandoned_and_held(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_shield s;
	int i;

	for (i = 0; i < 2; i++) {
		env->errors = 0;
		renew(env, 0);
		cotask_shield(&s, &env->future[0].base);
		cotask_awaitable_cancel(&s.base);
		cotask_future_fail(&env->future[0], E1);
		settle(env);
		KUNIT_EXPECT_EQ(test, env->errors, 0U);
		if (i)
			KUNIT_EXPECT_EQ(test, cotask_awaitable_error(&env->future[0].base), E1);
		cotask_future_fini(&env->future[0]);
		KUNIT_EXPECT_EQ(test, env->errors, i ? 0U : 1U);
	}
}

/* SH-5: an error that reaches a waiter through its shield is not reported */
static void delivered_error_is_read(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, fails);
	play(env, 1, waiter);
	settle(env);
	cotask_put(env->task[0]);
	env->task[0] = NULL;
	pass(env, 10);
	expect_log(env, "E1 n0 on");
	KUNIT_EXPECT_EQ(test, env->errors, 0U);
}

/* SH-8: done, the waiter not resumed, then cancelled: -ECANCELED, the value stays */
static void cancel_after_completion(struct kunit *test)
{
	static const struct line now[] = { YIELD, RETURN(7) };
	struct env *env = env_of(test);
	int turns;

	/* In each of the turns that the value takes from the task to the waiter. */
	for (turns = 0; turns < 3; turns++) {
		int i;

		play(env, 0, now);
		play(env, 1, waiter);
		turn(env);
		for (i = 0; i <= turns && !cotask_done(env->task[1]); i++)
			turn(env);
		cotask_cancel(env->task[1]);
		settle(env);
		if (turns < 2)
			expect_log(env, "ECANCELED n1 on");
		else
			env->log[0] = '\0';
		expect_finished(env, 0, 7);
	}
}

/* SH-9: a direct cancel and the end of the loop reach the shielded object */
static void shield_does_not_stop_a_direct_cancel(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, value);
	play(env, 1, waiter);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[0]));
	settle(env);
	expect_log(env, "ECANCELED n0 on");
	play(env, 0, value);
	settle(env);
	stop(env, COTASK_FOREVER);
	expect_cancelled(env, 0);
}

/* SH-B1: the shield holds the task; no other reference is needed */
static void shield_holds_the_task(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, value);
	play(env, 1, waiter);
	settle(env);
	cotask_put(env->task[0]);
	env->task[0] = NULL;
	pass(env, 10);
	expect_log(env, "done 7 on");
}

/* CX-15: the cancel of a shield cancels it for all its waiters */
static void shared_shield(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_shield s;

	play(env, 0, value);
	KUNIT_EXPECT_PTR_EQ(test, cotask_shield(&s, &env->task[0]->base), &s.base);
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancel(&s.base));
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&s.base));
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&s.base));
	settle(env);
	pass(env, 10);
	expect_finished(env, 0, 7);
	expect_count(env, 0, 0);
}

/* SH-9, CO-B1: a waiter that is ended by force takes its shield along */
static void waiter_is_ended_by_force(struct kunit *test)
{
	static const struct line stubborn[] = {
		TRY, SLEEP(99), EXCEPT, ENDTRY, TRY, SLEEP(99), EXCEPT, ENDTRY, END
	};
	static const struct line stubborn_waiter[] = {
		TRY, SLEEP(99), EXCEPT, ENDTRY, SHIELD(0), END
	};
	struct env *env = env_of(test);

	/* In both orders of being ended. */
	play(env, 0, stubborn);
	play(env, 1, stubborn_waiter);
	play(env, 2, stubborn_waiter);
	settle(env);
	stop(env, 0);
	expect_cancelled(env, 0);
	expect_cancelled(env, 1);
	expect_cancelled(env, 2);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* AW-5, SH-1: bad arguments are distinguished from awaitables */
static void bad_arguments(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_shield s;
	struct cotask_future f = {};

	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_shield(NULL, &env->future[0].base)), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_shield(&s, NULL)), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_shield(&s, &f.base)), (long)-EINVAL);
}

/* SH-1, WT-6: a shield that a wait has left is dropped; what it follows goes on */
static void dropped(struct kunit *test)
{
	static const struct line p[] = { WAIT(0, WALL, 5, SHIELD_OF(0)), RESULTS(0), END };
	struct env *env = env_of(test);

	play(env, 0, value);
	play(env, 1, p);
	settle(env);
	pass(env, 5);
	expect_log(env, "[ - ]");
	cotask_shield_drop(&env->shield[0]);
	cotask_shield_drop(&env->shield[0]);
	cotask_shield_drop(&env->shield[1]);
	KUNIT_EXPECT_TRUE(test, list_empty(&env->task[0]->base.waiters));
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&env->shield[0].base));
	pass(env, 5);
	expect_log(env, "done");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(done_is_its_own_shield),
	KUNIT_CASE(outcome_passes_through),
	KUNIT_CASE(cancel_stops_at_the_shield),
	KUNIT_CASE(two_cancels_at_the_shield),
	KUNIT_CASE(cancelled_inside),
	KUNIT_CASE(abandoned_outcome),
	KUNIT_CASE(abandoned_and_held),
	KUNIT_CASE(delivered_error_is_read),
	KUNIT_CASE(cancel_after_completion),
	KUNIT_CASE(shield_does_not_stop_a_direct_cancel),
	KUNIT_CASE(shield_holds_the_task),
	KUNIT_CASE(shared_shield),
	KUNIT_CASE(waiter_is_ended_by_force),
	KUNIT_CASE(bad_arguments),
	KUNIT_CASE(dropped),
	{}
};

struct kunit_suite cotask_shield_suite = {
	.name = "cotask_shield",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
