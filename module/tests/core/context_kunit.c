// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - context variables: which task sees which value
 */
#include "../helpers.h"
#include "../suites.h"

static const struct cotask_var colour = { .name = "colour" };
static const struct cotask_var size = { .name = "size" };

static void set_1(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_var_set(task, &colour, 1), 0);
}

static void set_2(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_var_set(task, &colour, 2), 0);
}

static void set_size(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_var_set(task, &size, 9), 0);
}

static void show(struct env *env, struct cotask *task)
{
	note(env, "%ld,%ld", cotask_var_get(task, &colour, -1), cotask_var_get(task, &size, -1));
}

/* CT-4: a variable that was not set has the value that the reader says */
static void unset_variables(struct kunit *test)
{
	static const struct line script[] = {
		HOOK(show), HOOK(set_1), HOOK(show), HOOK(set_2), HOOK(show), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "-1,-1 1,-1 2,-1");
}

/* CT-4: a child starts with what was set when it was spawned, not when it runs */
static void copied_at_spawn_time(struct kunit *test)
{
	static const struct line child[] = { HOOK(show), END };
	static const struct line parent[] = {
		HOOK(set_1), SPAWN(1, ROOT, child), HOOK(set_2), HOOK(set_size),
		SPAWN(2, ROOT, child), YIELD, HOOK(show), END
	};
	struct env *env = env_of(test);

	play(env, 0, parent);
	settle(env);
	expect_log(env, "1,-1 2,9 2,9");
}

/* CT-4: what a child sets is seen by neither its parent nor its siblings */
static void changes_stay_in_the_child(struct kunit *test)
{
	static const struct line changes[] = { HOOK(set_2), HOOK(set_size), HOOK(show), END };
	static const struct line looks[] = { HOOK(show), END };
	static const struct line parent[] = {
		HOOK(set_1), SPAWN(1, ROOT, changes), SPAWN(2, ROOT, looks), YIELD, HOOK(show), END
	};
	struct env *env = env_of(test);

	play(env, 0, parent);
	settle(env);
	expect_log(env, "2,9 1,-1 1,-1");
}

/* CT-4: a copy is good when the spawner has ended long ago, also for grandchildren */
static void copies_outlive_the_spawner(struct kunit *test)
{
	static const struct line grandchild[] = { SLEEP(10), HOOK(show), END };
	static const struct line child[] = {
		SLEEP(10), HOOK(set_size), SPAWN(2, ROOT, grandchild), END
	};
	static const struct line parent[] = { HOOK(set_1), SPAWN(1, ROOT, child), END };
	struct env *env = env_of(test);
	int i;

	play(env, 0, parent);
	for (i = 0; i < 3; i++) {
		settle(env);
		cotask_put(env->task[i]);
		env->task[i] = NULL;
		pass(env, 10);
	}
	expect_log(env, "1,9");
}

/* CT-4: a coroutine that is awaited runs in the context of its task */
static void calls_share_the_context(struct kunit *test)
{
	static const struct line callee[] = { HOOK(show), HOOK(set_2), END };
	static const struct line caller[] = { HOOK(set_1), CALL(callee), HOOK(show), END };
	struct env *env = env_of(test);

	play(env, 0, caller);
	settle(env);
	expect_log(env, "1,-1 2,-1");
}

static struct cotask_context *shared;

static void spawn_shared(struct env *env, struct cotask *task)
{
	static const struct line child[] = { HOOK(show), HOOK(set_2), END };
	struct cotask_spawn_args args = { .context = shared };
	int i;

	for (i = 1; i < 3; i++)
		env->task[i] = cotask_spawn_with(NULL, script_frame(env, child), &args);
}

/* CT-4: an explicit context is used as it is: its users see each other's changes */
static void explicit_context_is_shared(struct kunit *test)
{
	static const struct line parent[] = {
		HOOK(set_1), HOOK(spawn_shared), YIELD, HOOK(show), END
	};
	struct env *env = env_of(test);

	shared = cotask_context_new(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, shared);
	play(env, 0, parent);
	settle(env);
	/* Nothing of the spawner's, then what the sibling has set. */
	expect_log(env, "-1,-1 2,-1 1,-1");
	KUNIT_EXPECT_PTR_EQ(test, cotask_get_context(env->task[1]), shared);
	KUNIT_EXPECT_PTR_EQ(test, cotask_get_context(env->task[2]), shared);
	cotask_context_put(shared);
}

/* CT-4: the tasks keep an explicit context, and its maker may let go of it at once */
static void explicit_context_is_pinned(struct kunit *test)
{
	static const struct line child[] = { HOOK(set_1), YIELD, HOOK(show), END };
	struct env *env = env_of(test);
	struct cotask_spawn_args args = { .context = cotask_context_new(GFP_KERNEL) };

	KUNIT_ASSERT_NOT_NULL(test, args.context);
	env->task[0] = cotask_spawn_with(cotask_loop_root(env->loop), script_frame(env, child),
					 &args);
	cotask_context_put(args.context);
	settle(env);
	expect_log(env, "1,-1");
}

/* CT-4: outside of a task there is no context to copy */
static void no_spawner_no_context(struct kunit *test)
{
	static const struct line sets[] = { HOOK(set_1), END };
	static const struct line looks[] = { HOOK(show), END };
	struct env *env = env_of(test);

	play(env, 0, sets);
	settle(env);
	play(env, 1, looks);
	settle(env);
	expect_log(env, "-1,-1");
}

/* TK-11: context and loop are the same from before the first step until after the end */
static void constant_for_life(struct kunit *test)
{
	static const struct line child[] = { HOOK(set_2), YIELD, HOOK(set_1), END };
	static const struct line parent[] = { HOOK(set_1), SPAWN(1, ROOT, child), END };
	struct env *env = env_of(test);
	struct cotask_context *ctx;

	play(env, 0, parent);
	turn(env);
	ctx = cotask_get_context(env->task[1]);
	KUNIT_EXPECT_NOT_NULL(test, ctx);
	KUNIT_EXPECT_EQ(test, cotask_var_get(env->task[1], &colour, -1), 1L);
	turn(env);
	KUNIT_EXPECT_PTR_EQ(test, cotask_get_context(env->task[1]), ctx);
	KUNIT_EXPECT_PTR_EQ(test, cotask_get_loop(env->task[1]), env->loop);
	settle(env);
	expect_finished(env, 1, 0);
	KUNIT_EXPECT_PTR_EQ(test, cotask_get_context(env->task[1]), ctx);
	KUNIT_EXPECT_PTR_EQ(test, cotask_get_loop(env->task[1]), env->loop);
	/* The parent's is another one. */
	KUNIT_EXPECT_PTR_NE(test, cotask_get_context(env->task[0]), ctx);
}

/* TK-11: asking for the context of a task does not cut it off from later copies */
static void asking_changes_nothing(struct kunit *test)
{
	static const struct line grandchild[] = { HOOK(show), END };
	static const struct line child[] = { YIELD, SPAWN(2, ROOT, grandchild), END };
	static const struct line parent[] = { HOOK(set_1), SPAWN(1, ROOT, child), END };
	struct env *env = env_of(test);

	play(env, 0, parent);
	turn(env);
	KUNIT_EXPECT_NOT_NULL(test, cotask_get_context(env->task[1]));
	settle(env);
	expect_log(env, "1,-1");
}

/* CT-4: missing arguments are refused */
static void variables_of_nothing(struct kunit *test)
{
	static const struct line script[] = { END };
	struct env *env = env_of(test);

	play(env, 0, script);
	KUNIT_EXPECT_EQ(test, cotask_var_set(NULL, &colour, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_var_set(env->task[0], NULL, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_var_get(env->task[0], NULL, -5), -5L);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(unset_variables),
	KUNIT_CASE(copied_at_spawn_time),
	KUNIT_CASE(changes_stay_in_the_child),
	KUNIT_CASE(copies_outlive_the_spawner),
	KUNIT_CASE(calls_share_the_context),
	KUNIT_CASE(explicit_context_is_shared),
	KUNIT_CASE(explicit_context_is_pinned),
	KUNIT_CASE(no_spawner_no_context),
	KUNIT_CASE(constant_for_life),
	KUNIT_CASE(asking_changes_nothing),
	KUNIT_CASE(variables_of_nothing),
	{}
};

struct kunit_suite cotask_context_suite = {
	.name = "cotask_context",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
