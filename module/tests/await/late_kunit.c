// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - requests that come too late: after an outcome, and when they are taken back
 */
#include "../helpers.h"
#include "../suites.h"

static const struct line swallows[] = { TRY, SLEEP(50), EXCEPT, ENDTRY, RETURN(4) };

static void complete_f0(struct env *env)
{
	cotask_future_complete(&env->future[0], 4);
}

/* --- requests that are taken back ----------------------------------------------- */

#define WINNER(script)	SPAWN_FLAGS(1, ROOT, script, COTASK_SPAWN_COMPLETION_WINS)

/* Task 1 waits for f0, which is completed; cancelled late, and taken back. */
static void take_back_a_late_request(struct env *env, const struct line *script)
{
	const struct line p[] = { SPAWN(2, ROOT, swallows), WINNER(script), END };

	play(env, 0, p);
	settle(env);
	complete_f0(env);
	cotask_cancel(env->task[1]);
	KUNIT_EXPECT_EQ(env->test, cotask_uncancel(env->task[1]), 0);
	settle(env);
	expect_log(env, "4");
	/* What it waits for next swallows another request (CX-14). */
	cotask_cancel(env->task[1]);
	settle(env);
}

/* CX-16, CX-14, CX-B4: ... has no effect on later requests: that one belongs to the baseline */
static void late_and_taken_back(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = {
		FUTURE(0), SHOW, JOIN(2), SHOW, COUNT,
		TRY, TIMEOUT(0, 10), SLEEP(100), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, END
	};

	take_back_a_late_request(env, waits);
	expect_log(env, "4 n1");
	pass(env, 10);
	expect_log(env, "ETIMEDOUT n1");
}

/* CX-16, CX-14, TG-B8: the same with a group */
static void late_and_taken_back_in_a_group(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = {
		FUTURE(0), SHOW, JOIN(2), SHOW, GROUP(1), CANCEL_GROUP(1), SLEEP(100), ENDGROUP,
		SHOW, COUNT, SLEEP(1), LOG("slept"), END
	};

	take_back_a_late_request(env, waits);
	pass(env, 10);
	expect_log(env, "4 0 n1 slept");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(late_and_taken_back),
	KUNIT_CASE(late_and_taken_back_in_a_group),
	{}
};

struct kunit_suite cotask_late_suite = {
	.name = "cotask_late",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
