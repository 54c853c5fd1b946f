// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - what never allocates
 *
 * Calls that complete, cancel, expire and abort run with the first allocation set to fail, and
 * must not be affected (SC-10).
 */
#include "../suites.h"
#include "faults.h"

static void expect_untouched(struct env *env)
{
	KUNIT_EXPECT_EQ_MSG(env->test, fault_disarm(), 1U, "something has allocated");
}

/* One for each way of waiting; all wait for future 0 in the end, or forever. */
static const struct line on_future[] = { FUTURE(0), END };
static const struct line on_sleep[] = { SLEEP(1000), END };
static const struct line on_task[] = { JOIN(0), END };
static const struct line on_shield[] = { SHIELD(0), END };
static const struct line on_wait_for[] = { WAIT_FOR(0, 1000), END };
static const struct line in_timeout[] = { TIMEOUT(0, 1000), FUTURE(0), ENDTIMEOUT, END };
static const struct line in_group[] = {
	GROUP(0), SPAWN(14, 0, on_future), SPAWN(15, 0, on_sleep), ENDGROUP, END
};

static const struct line *const waiters[] = {
	on_future, on_sleep, on_task, on_shield, on_wait_for, in_timeout, in_group,
};

static void play_all(struct env *env)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(waiters); i++)
		play(env, i, waiters[i]);
	settle(env);
}

static void expect_all_done(struct env *env)
{
	KUNIT_EXPECT_EQ(env->test, cotask_all_tasks(env->loop, NULL, 0), 0U);
	KUNIT_EXPECT_EQ(env->test, env->actors, 0);
}

/* SC-10: a future is completed; all tasks end one after the other */
static void completing(struct kunit *test)
{
	struct env *env = env_of(test);

	play_all(env);
	fault_arm(1);
	cotask_future_complete(&env->future[0], 1);
	pass(env, 2000);
	expect_untouched(env);
	expect_all_done(env);
}

/* SC-10: cancelling tasks in all ways of waiting */
static void cancelling(struct kunit *test)
{
	struct env *env = env_of(test);
	int i;

	play_all(env);
	fault_arm(1);
	for (i = ARRAY_SIZE(waiters) - 1; i >= 0; i--)
		cotask_cancel(env->task[i]);
	settle(env);
	expect_untouched(env);
	expect_all_done(env);
}

/* What fault_disarm() has returned in another thread. */
static unsigned int left;

/* The first two end by the future, and by the time. */
static void cancel_and_complete(struct env *env)
{
	int i;

	fault_arm(1);
	for (i = 2; i < ARRAY_SIZE(waiters); i++)
		cotask_cancel(env->task[i]);
	cotask_future_complete(&env->future[0], 1);
	left = fault_disarm();
}

/* SC-10: the same from another thread, whose requests are posted */
static void cancelling_outside(struct kunit *test)
{
	struct env *env = env_of(test);

	play_all(env);
	elsewhere(env, cancel_and_complete);
	KUNIT_EXPECT_EQ(test, left, 1U);
	fault_arm(1);
	pass(env, 2000);
	expect_untouched(env);
	expect_all_done(env);
}

/* SC-10: a sleep, a wait_for and a timeout expire */
static void expiring(struct kunit *test)
{
	struct env *env = env_of(test);

	play_all(env);
	fault_arm(1);
	pass(env, 2000);
	expect_untouched(env);
	expect_failed(env, 5, -ETIMEDOUT);
	expect_finished(env, 1, 0);
}

static const struct line fails_later[] = { SLEEP(5), RAISE(E1), END };
static const struct line nested[] = {
	GROUP(1), SPAWN(13, 1, on_sleep), SPAWN(12, 1, on_future), ENDGROUP, END
};

static const struct line family[] = {
	GROUP(0), SPAWN(14, 0, fails_later), SPAWN(15, 0, nested), SPAWN(11, 0, on_sleep),
	SLEEP(1000), ENDGROUP, END
};

/* SC-10, TG-B6: a child fails: siblings, a group inside a group and the body are cancelled */
static void aborting(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, family);
	settle(env);
	fault_arm(1);
	pass(env, 10);
	expect_untouched(env);
	expect_failed(env, 0, E1);
	note_errors(env, 0);
	expect_log(env, "t14: E1");
	expect_all_done(env);
}

/* SC-10: a group is cancelled */
static void cancelling_a_group(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, family);
	settle(env);
	fault_arm(1);
	cotask_group_cancel(&env->group[0]);
	settle(env);
	expect_untouched(env);
	expect_finished(env, 0, 0);
	expect_all_done(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(completing),
	KUNIT_CASE(cancelling),
	KUNIT_CASE(cancelling_outside),
	KUNIT_CASE(expiring),
	KUNIT_CASE(aborting),
	KUNIT_CASE(cancelling_a_group),
	{}
};

struct kunit_suite cotask_no_alloc_suite = {
	.name = "cotask_no_alloc",
	.init = faults_init,
	.exit = env_exit,
	.test_cases = cases,
};
