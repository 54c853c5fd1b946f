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
#include <time.h>

#include "helpers.h"
#include "scripts.h"
#include "suites.h"

static struct env *current_env;
static bool later;	/* deadlines may have expired that the loop has not processed */

/* --- a loop whose time and turns are the test's ------------------------------------ */

/* A place in the queue. */
struct mark {
	struct cotask_callback cb;
	bool reached;
};

static int reach(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	(void)x;
	container_of(cb, struct mark, cb)->reached = true;
	return 0;
}

/* Run all entries before a new mark at the end of the queue. */
static void run_to_mark(struct cotask_loop *loop)
{
	struct mark mark = { .reached = false }, *m = &mark;

	cotask_call_soon(loop, &m->cb, reach);
	/* One event at a time, so that no later event is started. */
	loop->options.max_batch = 1;
	loop->batch = 1;
	while (!m->reached && cotask_pump(loop, 0))
		;
	loop->options.max_batch = BATCH_MAX;
}

/*
 * A turn consists of the entries that are queued at its beginning.  Expired deadlines are
 * appended behind them, and therefore behind the mark.
 */
bool cotask_manual_turn(struct cotask_loop *loop)
{
	run_to_mark(loop);
	if (later)
		run_to_mark(loop);
	later = false;
	return true;
}

unsigned int cotask_manual_turns(struct cotask_loop *loop, unsigned int max)
{
	unsigned int n = 0;

	later = false;
	while (n < max && cotask_pump(loop, 0))
		n++;
	return n;
}

void cotask_manual_advance(struct cotask_loop *loop, s64 ns)
{
	struct timespec ts = { .tv_sec = ns / COTASK_SEC, .tv_nsec = ns % COTASK_SEC };

	(void)loop;
	later = true;
	clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
}

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

static void env_make(struct env *env)
{
	int i;

	for (i = 0; i < ENV_OBJECTS; i++) {
		cotask_future_init(&env->future[i]);
		cotask_group_init(&env->group[i]);
	}
	for (i = 0; i < ENV_SETS; i++) {
		cotask_lock_init(&env->lock[i]);
		cotask_event_init(&env->event[i]);
		cotask_cond_init(&env->cond[i], &env->lock[i]);
		cotask_queue_init(&env->queue[i], i);
		cotask_cancel_scope_init(&env->scope[i], COTASK_FOREVER);
	}
}

static void env_drop(struct env *env)
{
	int i;

	for (i = 0; i < ENV_SETS; i++) {
		cotask_set_drop(&env->set[i]);
		cotask_as_completed_end(&env->it[i]);
	}
	for (i = 0; i < ENV_OBJECTS; i++) {
		cotask_group_fini(&env->group[i]);
		cotask_put(env->task[i]);
	}
}

int env_init(struct kunit *test)
{
	struct env *env = calloc(1, sizeof(*env));

	KUNIT_ASSERT_NOT_NULL(test, env);
	env->test = test;
	env->loop = cotask_loop_create(NULL);
	KUNIT_ASSERT_NOT_NULL(test, env->loop);
	cotask_here = env->loop;
	env->loop->draining = true;
	env->loop->grounded = true;
	cotask_loop_set_error_handler(env->loop, on_error);
	env_make(env);
	current_env = env;
	later = false;
	test->priv = env;
	return 0;
}

void env_exit(struct kunit *test)
{
	struct env *env = env_of(test);

	cotask_shut_down(env->loop);
	env_drop(env);
	KUNIT_EXPECT_EQ(test, env->loop->failed, 0);
	KUNIT_EXPECT_NULL(test, env->broken);
	KUNIT_EXPECT_TRUE(test, !env->loop->live);
	KUNIT_EXPECT_TRUE(test, !scripts_are_released || !env->actors);
	cotask_here = NULL;
	cotask_loop_put(env->loop);
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
