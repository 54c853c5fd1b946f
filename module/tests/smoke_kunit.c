// SPDX-License-Identifier: GPL-2.0
#include "helpers.h"
#include "suites.h"

static const struct line sleeper[] = { LOG("in"), SLEEP(10), LOG("out"), RETURN(7) };
static const struct line failing[] = { SLEEP(5), LOG("boom"), RAISE(E1) };
static const struct line forever[] = {
	TRY, SLEEP(1000), EXCEPT, LOG("cleanup"), RERAISE, ENDTRY, END
};
static const struct line parent[] = {
	LOG("begin"),
	TRY,
	GROUP(0), SPAWN(1, 0, failing), SPAWN(2, 0, forever), SLEEP(100), ENDGROUP,
	EXCEPT, SHOW, COUNT, ENDTRY,
	TRY, TIMEOUT(0, 20), SLEEP(50), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY,
	RETURN(3)
};

static void basics(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, sleeper);
	settle(env);
	expect_log(env, "in");
	pass(env, 10);
	expect_log(env, "out");
	expect_finished(env, 0, 7);
	play(env, 0, parent);
	settle(env);
	expect_log(env, "begin");
	pass(env, 5);
	expect_log(env, "boom cleanup E1 n0");
	pass(env, 20);
	expect_log(env, "ETIMEDOUT n0");
	expect_finished(env, 0, 3);
}

static struct kunit_case cases[] = { KUNIT_CASE(basics), {} };

struct kunit_suite cotask_smoke_suite = {
	.name = "cotask_smoke",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
