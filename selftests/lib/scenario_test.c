// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - the scenarios of the core, with tasks of a process
 *
 * The scenarios of scenario_*_kunit.c in module/tests must also hold for tasks of a process.
 * Time is real, so the test runs on a machine with simulated time.
 *
 * The test consists of two programs: tasks of scenario_test have stacks (script.c);
 * scenario_stackless_test uses the interpreter of module/tests, compiled for tasks without stacks.
 */
#include <sys/prctl.h>

#include "helpers.h"
#include "scripts.h"
#include "stage.h"
#include "suites.h"

static struct env *current_env;

/* --- for scenarios ------------------------------------------------------------------ */

int note_done(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct noted *n = container_of(cb, struct noted, cb);

	(void)x;
	note(n->env, "%s", n->text);
	return n->rc;
}

struct cotask *play(struct env *env, int i, const struct line *script)
{
	struct cotask *t = spawn_script(env, script);

	if (!t)
		abort();
	cotask_put(env->task[i]);
	env->task[i] = t;
	return t;
}

/* --- around a case --------------------------------------------------------------------- */

static void on_error(struct cotask_loop *loop, struct cotask *task, int error)
{
	(void)loop;
	(void)task;
	current_env->errors++;
	current_env->last_error = error;
}

int env_init(struct kunit *test)
{
	struct env *env = calloc(1, sizeof(*env));

	KUNIT_ASSERT_NOT_NULL(test, env);
	env->test = test;
	stage_begin(env, on_error);
	current_env = env;
	test->priv = env;
	return 0;
}

void env_exit(struct kunit *test)
{
	struct env *env = env_of(test);

	KUNIT_EXPECT_TRUE(test, stage_end(env));
	KUNIT_EXPECT_NULL(test, env->broken);
	KUNIT_EXPECT_TRUE(test, !scripts_are_released || !env->actors);
	free(env);
}

/* --- all of them ------------------------------------------------------------------------- */

static struct kunit_suite *const suites[] = {
	&cotask_scenario_cancel_suite, &cotask_scenario_gather_suite,
	&cotask_scenario_group_suite, &cotask_scenario_nested_suite,
	&cotask_scenario_start_suite, &cotask_scenario_sync_suite,
	&cotask_scenario_timeout_suite,
};

static unsigned int number, failed;

static void run_case(const struct kunit_suite *suite, const struct kunit_case *c)
{
	struct kunit test = { 0 };

	suite->init(&test);
	c->run_case(&test);
	suite->exit(&test);
	failed += test.failed;
	printf("%sok %u %s.%s\n", test.failed ? "not " : "", ++number, suite->name + 7, c->name);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const struct kunit_case *c;
	unsigned int i;

	prctl(PR_SET_TIMERSLACK, 1);
	for (i = 0; i < ARRAY_SIZE(suites); i++) {
		for (c = suites[i]->test_cases; c->run_case; c++) {
			if (argc < 2 || !strcmp(argv[1], c->name))
				run_case(suites[i], c);
		}
	}
	printf("1..%u\n# scenarios: %u, failed: %u\n", number, number, failed);
	return failed > 0;
}
