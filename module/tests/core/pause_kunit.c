// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - pausing the tasks of a group
 */
#include "../helpers.h"
#include "../suites.h"

static const struct line ticks[] = { SLEEP(10), LOG("a"), SLEEP(10), LOG("b"), END };

static void spawn_tick(struct env *env, int i)
{
	env->task[i] = cotask_spawn(&env->group[0], script_frame(env, ticks), NULL);
	KUNIT_ASSERT_FALSE(env->test, IS_ERR(env->task[i]));
}

/* No code of its tasks runs, nothing is lost, and the order stays */
static void group_is_paused(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line other[] = { SLEEP(10), LOG("other"), END };

	open_group(env);
	spawn_tick(env, 0);
	play(env, 2, other);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&env->group[0]), 0);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&env->group[0]), 0);
	spawn_tick(env, 1);
	pass(env, 15);
	expect_log(env, "other");
	KUNIT_EXPECT_EQ(test, cotask_group_resume(&env->group[0]), 0);
	KUNIT_EXPECT_EQ(test, cotask_group_resume(&env->group[0]), 0);
	settle(env);
	expect_log(env, "a");
	pass(env, 10);
	expect_log(env, "a b");
	pass(env, 10);
	expect_log(env, "b");
	expect_finished(env, 1, 0);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(NULL), -EINVAL);
	stop(env, COTASK_FOREVER);
	close_group(env);
}

static const struct line cleans_up[] = {
	TRY, SLEEP(5), LOG("ran"), EXCEPT, LOG("cancelled"), RERAISE, ENDTRY, END
};

/* It reaches groups that the tasks have entered; a cancel of the group ends it */
static void paused_group_is_cancelled(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line parent[] = { GROUP(1), SPAWN(1, 1, cleans_up), ENDGROUP, END };

	open_group(env);
	env->task[0] = cotask_spawn(&env->group[0], script_frame(env, parent), NULL);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&env->group[0]), 0);
	pass(env, 10);
	expect_log(env, "");
	KUNIT_EXPECT_EQ(test, cotask_group_cancel(&env->group[0]), 0);
	settle(env);
	expect_log(env, "cancelled");
	expect_cancelled(env, 0);
	/* There is nothing to hold. */
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&env->group[0]), 0);
	stop(env, COTASK_FOREVER);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&env->group[0]), -ESHUTDOWN);
	close_group(env);
}

static void pause_group(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_group_pause(&env->group[0]), 0);
}

/* CO-8: a run does not wait for a task that is held: all are cancelled, and clean up */
static void paused_at_the_end_of_a_run(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line main[] = { SPAWN(1, 0, cleans_up), YIELD, HOOK(pause_group), END };

	open_group(env);
	KUNIT_EXPECT_EQ(test, cotask_run(env->loop, script_frame(env, main)), 0L);
	expect_log(env, "cancelled");
	stop(env, COTASK_FOREVER);
	close_group(env);
}

/* A task that cleans up is not kept waiting by children of a paused group inside of it */
static void paused_inside_of_a_cancelled_group(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line parent[] = {
		GROUP(1), SPAWN(1, 1, cleans_up), TRY, JOIN(1), EXCEPT, LOG("parent"), ENDTRY,
		ENDGROUP, END
	};

	open_group(env);
	env->task[0] = cotask_spawn(&env->group[0], script_frame(env, parent), NULL);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&env->group[1]), 0);
	pass(env, 10);
	expect_log(env, "");
	cotask_group_cancel(&env->group[0]);
	settle(env);
	expect_log(env, "cancelled parent");
	KUNIT_EXPECT_TRUE(test, cotask_done(env->task[0]));
	stop(env, COTASK_FOREVER);
	close_group(env);
}

/* ... nor does a pause begin there, also if no cancel comes to the group itself */
static void pause_inside_of_a_cancelled_group(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line parent[] = {
		SECTION(0, NEVER), GROUP(1), SPAWN(1, 1, ticks), ENDGROUP, ENDSECTION, END
	};

	open_group(env);
	env->task[0] = cotask_spawn(&env->group[0], script_frame(env, parent), NULL);
	settle(env);
	cotask_group_cancel(&env->group[0]);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&env->group[1]), -ESHUTDOWN);
	stop(env, -1);
	close_group(env);
}

/* The last resort reaches tasks that are held */
static void paused_group_is_doomed(struct kunit *test)
{
	struct env *env = env_of(test);

	open_group(env);
	spawn_tick(env, 0);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&env->group[0]), 0);
	pass(env, 10);
	stop(env, -1);
	expect_cancelled(env, 0);
	expect_log(env, "");
	close_group(env);
}

/* An eager first step is the code of a task, too */
static void eager_child_of_a_paused_group(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { LOG("child"), END };
	struct cotask_spawn_args eager = { .flags = COTASK_SPAWN_EAGER };

	open_group(env);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&env->group[0]), 0);
	env->task[0] = cotask_spawn_with(&env->group[0], script_frame(env, child), &eager);
	settle(env);
	expect_log(env, "");
	KUNIT_EXPECT_EQ(test, cotask_group_resume(&env->group[0]), 0);
	settle(env);
	expect_log(env, "child");
	stop(env, COTASK_FOREVER);
	close_group(env);
}

/* It does not begin as long as the group may still get children: another group aborts here */
static void pause_of_a_body_that_is_cancelled(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line parent[] = {
		GROUP(1), TRY, SLEEP(1000), EXCEPT, YIELD, SPAWN(1, 1, cleans_up), ENDTRY,
		ENDGROUP, END
	};

	open_group(env);
	env->task[0] = cotask_spawn(&env->group[0], script_frame(env, parent), NULL);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_group_cancel(&env->group[0]), 0);
	turn(env);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&env->group[1]), -ESHUTDOWN);
	settle(env);
	pass(env, 10);
	expect_log(env, "ran");
	stop(env, COTASK_FOREVER);
	close_group(env);
}

/* A task has failed in the turn before the pause: its siblings hear of that at the end of it */
static void failure_before_a_pause(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line fails[] = { SLEEP(3), RAISE(E1), END };

	open_group(env);
	env->task[0] = cotask_spawn(&env->group[0], script_frame(env, fails), NULL);
	env->task[1] = cotask_spawn(&env->group[0], script_frame(env, cleans_up), NULL);
	settle(env);
	advance(env, 3);
	turn(env);
	expect_failed(env, 0, E1);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&env->group[0]), 0);
	settle(env);
	expect_log(env, "");
	KUNIT_EXPECT_EQ(test, cotask_group_resume(&env->group[0]), 0);
	settle(env);
	expect_log(env, "cancelled");
	stop(env, COTASK_FOREVER);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&env->group[0], 0), E1);
	cotask_group_fini(&env->group[0]);
}

/* TG-B4: the deadline of the group takes effect at the end of the pause */
static void deadline_of_a_paused_group(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_group_options o = {
		.deadline = ns_to_ktime(cotask_loop_now(env->loop) + 3 * MS),
	};

	cotask_group_init(&env->group[0]);
	KUNIT_ASSERT_EQ(test, cotask_group_configure(&env->group[0], &o), 0);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&env->group[0], env->loop, 0), 0);
	env->task[0] = cotask_spawn(&env->group[0], script_frame(env, cleans_up), NULL);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&env->group[0]), 0);
	pass(env, 4);
	expect_log(env, "");
	KUNIT_EXPECT_EQ(test, cotask_group_resume(&env->group[0]), 0);
	settle(env);
	expect_log(env, "cancelled");
	stop(env, COTASK_FOREVER);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&env->group[0], 0), -ETIMEDOUT);
	cotask_group_fini(&env->group[0]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(group_is_paused),
	KUNIT_CASE(paused_group_is_cancelled),
	KUNIT_CASE(paused_at_the_end_of_a_run),
	KUNIT_CASE(paused_inside_of_a_cancelled_group),
	KUNIT_CASE(pause_inside_of_a_cancelled_group),
	KUNIT_CASE(pause_of_a_body_that_is_cancelled),
	KUNIT_CASE(failure_before_a_pause),
	KUNIT_CASE(deadline_of_a_paused_group),
	KUNIT_CASE(paused_group_is_doomed),
	KUNIT_CASE(eager_child_of_a_paused_group),
	{}
};

struct kunit_suite cotask_pause_suite = {
	.name = "cotask_pause",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
