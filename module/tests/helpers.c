// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - set-up and clean-up of a case
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/slab.h>

#include "helpers.h"

void expect_log_at(struct env *env, const char *expected, int line)
{
	KUNIT_EXPECT_TRUE_MSG(env->test, !strcmp(env->log, expected),
			      "line %d: expected \"%s\"\n       happened \"%s\"",
			      line, expected, env->log);
	env->log[0] = '\0';
}

int note_done(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct noted *n = container_of(cb, struct noted, cb);

	note(n->env, "%s", n->text);
	return n->rc;
}

struct cotask *play_named(struct env *env, int i, const struct line *script,
			  const char *name)
{
	struct cotask *t = cotask_spawn(cotask_loop_root(env->loop),
					script_frame(env, script), name);

	KUNIT_ASSERT_FALSE(env->test, IS_ERR(t));
	cotask_put(env->task[i]);
	env->task[i] = t;
	return t;
}

struct cotask *play(struct env *env, int i, const struct line *script)
{
	return play_named(env, i, script, NULL);
}

void renew_on(struct env *env, int i, struct cotask_loop *loop)
{
	cotask_future_fini(&env->future[i]);
	cotask_future_init(&env->future[i], loop);
}

/* --- a function in another thread --------------------------------------------- */

struct elsewhere {
	struct env *env;
	void (*fn)(struct env *env);
	struct completion done;
};

static int elsewhere_thread(void *data)
{
	struct elsewhere *e = data;

	e->fn(e->env);
	complete(&e->done);
	return 0;
}

void elsewhere(struct env *env, void (*fn)(struct env *env))
{
	struct elsewhere e = { .env = env, .fn = fn };

	init_completion(&e.done);
	KUNIT_ASSERT_FALSE(env->test,
			   IS_ERR(kthread_run(elsewhere_thread, &e, "cotask-helper")));
	wait_for_completion(&e.done);
}

/* --- around a case -------------------------------------------------------- */

/* Cases run one after the other; the handler finds its test by the loop. */
static struct env *current_env;

struct env *env_current(void)
{
	return current_env;
}

static void on_error(struct cotask_loop *loop, struct cotask *task, int error)
{
	if (!current_env || current_env->loop != loop)
		return;
	current_env->errors++;
	current_env->last_error = error;
	current_env->last_task = task ? cotask_id(task) : 0;
}

int env_init(struct kunit *test)
{
	struct env *env = kunit_kzalloc(test, sizeof(*env), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, env);
	env->test = test;
	env->loop = cotask_manual_create(0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(env->loop));
	cotask_loop_set_error_handler(env->loop, on_error);
	env_fill(env);
	current_env = env;
	test->priv = env;
	return 0;
}

void stop(struct env *env, s64 grace_ns)
{
	/* The case may have run in another thread. */
	cotask_manual_adopt(env->loop);
	KUNIT_EXPECT_EQ(env->test, cotask_loop_stop(env->loop, grace_ns), 0);
	env->loop = NULL;
}

void open_group(struct env *env)
{
	cotask_group_init(&env->group[0]);
	KUNIT_ASSERT_EQ(env->test, cotask_group_open(&env->group[0], env->loop, 0), 0);
}

/* The loop has ended, and the group with it: it lets go of the loop. */
void close_group(struct env *env)
{
	KUNIT_EXPECT_EQ(env->test, cotask_group_stop(&env->group[0], 0), 0);
	cotask_group_fini(&env->group[0]);
}

void env_exit(struct kunit *test)
{
	struct env *env = env_of(test);

	if (!env || IS_ERR(env->loop))
		return;
	current_env = NULL;
	if (env->loop)
		stop(env, 0);
	env_empty(env);
	KUNIT_EXPECT_NULL(test, env->broken);
	KUNIT_EXPECT_EQ_MSG(test, env->actors, 0, "coroutines were not released");
}
