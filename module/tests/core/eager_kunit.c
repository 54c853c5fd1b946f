// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - eager start
 */
#include "../helpers.h"
#include "../suites.h"

static const struct line instant[] = { LOG("in"), RETURN(5) };
static const struct line sleeper[] = { LOG("in"), SLEEP(10), LOG("out"), RETURN(6) };
static const struct line fails[] = { LOG("in"), RAISE(E1) };

static struct cotask *who;

static void note_current(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_PTR_EQ(env->test, cotask_current(), task);
	who = task;
}

static void expect_other(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_PTR_EQ(env->test, cotask_current(), task);
	KUNIT_EXPECT_PTR_NE(env->test, who, task);
}

/* EA-1, IN-1: the first step runs inside of spawn, as the current task; nesting works */
static void inside_of_spawn(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line inner[] = {
		LOG("inner"), HOOK(note_current), YIELD, LOG("i2"), END
	};
	static const struct line child[] = {
		LOG("child"), HOOK(note_current), SPAWN_EAGER(2, ROOT, inner), HOOK(expect_other),
		LOG("c2"), YIELD, LOG("c3"), END
	};
	static const struct line p[] = {
		LOG("p"), SPAWN_EAGER(1, ROOT, child), HOOK(expect_other), LOG("p2"), END
	};

	play(env, 0, p);
	turn(env);
	expect_log(env, "p child inner c2 p2");
	turn(env);
	expect_log(env, "i2 c3");
}

static void expect_two_listed(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_all_tasks(env->loop, NULL, 0), 2);
}

/* EA-2, EA-10, IN-2: ends in its first step: done, never queued, listed only during it */
static void ends_in_the_first_step(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { HOOK(expect_two_listed), RETURN(5) };
	static const struct line p[] = { SPAWN_EAGER(1, ROOT, child), SLEEP(10), END };

	play(env, 0, p);
	turn(env);
	expect_finished(env, 1, 5);
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(env->loop, NULL, 0), 1);
	KUNIT_EXPECT_NULL(test, cotask_get_coro(env->task[1]));
}

/* EA-3: suspends: from then on like any other; sleep(0) queues it at that moment */
static void suspends_in_the_first_step(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line eager[] = { LOG("e"), YIELD, LOG("e2"), END };
	static const struct line lazy[] = { LOG("l"), END };
	static const struct line p[] = {
		SPAWN(1, ROOT, lazy), SPAWN_EAGER(2, ROOT, eager), SPAWN(3, ROOT, lazy), END
	};

	play(env, 0, p);
	turn(env);
	expect_log(env, "e");
	turn(env);
	expect_log(env, "l e2 l");
}

/* EA-4, AW-11: its error is its outcome, not that of spawn */
static void error_in_the_first_step(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		SPAWN_EAGER(1, ROOT, fails), LOG("on"), TRY, JOIN(1), EXCEPT, SHOW, ENDTRY, END
	};

	play(env, 0, p);
	turn(env);
	expect_log(env, "in on E1");
	expect_failed(env, 1, E1);
}

/* EA-5: a callback on a task that ended eagerly runs in the next turn, an await at once */
static void callback_in_the_next_turn(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { SPAWN_EAGER(1, ROOT, instant), JOIN(1), SHOW, END };
	struct noted cb = { .env = env, .text = "cb" };

	play(env, 0, p);
	turn(env);
	expect_log(env, "in 5");
	cotask_on_done(&env->task[1]->base, &cb.cb, note_done);
	expect_log(env, "");
	turn(env);
	expect_log(env, "cb");
}

/* EA-6: cancel after an eager end: false; after an eager suspension: as always */
static void cancel_afterwards(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		SPAWN_EAGER(1, ROOT, instant), CANCEL(1), SHOW,
		SPAWN_EAGER(2, ROOT, sleeper), CANCEL(2), SHOW, END
	};

	play(env, 0, p);
	settle(env);
	expect_log(env, "in 0 in 1");
	expect_finished(env, 1, 5);
	expect_cancelled(env, 2);
}

/* EA-7, CX-10: self-cancel in the first step, and a value: CANCELLED */
static void self_cancel(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { CANCEL_SELF, RETURN(3) };
	static const struct line p[] = { SPAWN_EAGER(1, ROOT, child), END };

	play(env, 0, p);
	turn(env);
	expect_cancelled(env, 1);
	expect_count(env, 1, 1);
}

static const struct cotask_var color = { "color" };

static void set_color(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_var_set(task, &color, 1), 0);
}

static void change_color(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_var_get(task, &color, 0), 1L);
	KUNIT_EXPECT_EQ(env->test, cotask_var_set(task, &color, 2), 0);
}

static void expect_color(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_var_get(task, &color, 0), 1L);
}

/* EA-9: name and context are there in the first step; changes stay in the child */
static void name_and_context(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { HOOK(change_color), END };
	static const struct line p[] = {
		HOOK(set_color), SPAWN_EAGER(1, ROOT, child), HOOK(expect_color), END
	};

	play(env, 0, p);
	settle(env);
	expect_finished(env, 0, 0);
}

static void gather_two(struct env *env, struct cotask *task);

static const struct line leaf[] = { RETURN(1) };
static const struct line branch[] = { HOOK(gather_two), RETURN(2) };

static unsigned int next_set;

/* Two leaves, or two branches with two leaves each. */
static void gather_two(struct env *env, struct cotask *task)
{
	unsigned int i = next_set++;
	const struct line *script = i ? leaf : branch;
	int k;

	for (k = 0; k < 2; k++)
		env->member[i][k] = COTASK_MEMBER_CORO(script_frame(env, script));
	KUNIT_EXPECT_FALSE(env->test, IS_ERR(cotask_gather(&env->set[i], NULL,
							   env->member[i], 2, 0)));
	KUNIT_EXPECT_TRUE(env->test, cotask_awaitable_done(&env->set[i].base));
}

/* EA-11: a tree of eager gathers whose leaves do not suspend is done at once */
static void tree_of_gathers(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { HOOK(gather_two), LOG("done"), END };
	struct cotask_loop *loop = env->loop;

	next_set = 0;
	env->loop = cotask_manual_create(COTASK_LOOP_EAGER);
	KUNIT_ASSERT_FALSE(test, IS_ERR(env->loop));
	play(env, 0, p);
	turn(env);
	expect_log(env, "done");
	KUNIT_EXPECT_EQ(test, next_set, 3U);
	cotask_loop_stop(env->loop, 0);
	env->loop = loop;
}

/* EA-11, TG-31: with a group instead its exit suspends, once */
static void tree_of_groups(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GROUP(0), SPAWN_EAGER(1, 0, instant), SPAWN_EAGER(2, 0, instant), LOG("body"),
		ENDGROUP, LOG("out"), END
	};

	play(env, 0, p);
	turn(env);
	expect_log(env, "in in body");
	settle(env);
	expect_log(env, "out");
}

static const struct line deep[] = { LOG("d"), SPAWN_EAGER(1, ROOT, deep), LOG("u"), END };

/* EA-B1: the depth of eager steps is bounded; beyond it spawn is lazy */
static void depth_is_bounded(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, deep);
	turn(env);
	expect_log(env, "d d d d d d d d d u u u u u u u u u");
	turn(env);
	/* Each of them goes on in its own turn. */
	expect_log(env, "d d d d d d d d d u u u u u u u u u");
	stop(env, 0);
}

static void expect_edges(struct env *env, struct cotask *task)
{
	struct cotask_info info;

	KUNIT_EXPECT_EQ(env->test, cotask_task_info(task, &info), 0);
	KUNIT_EXPECT_EQ(env->test, info.parent, cotask_id(env->task[0]));
}

/* EA-B2, IN-5: owner and edge to the parent are there before the first step */
static void owner_before_the_first_step(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { HOOK(expect_edges), END };
	static const struct line p[] = { GROUP(0), SPAWN_EAGER(1, 0, child), ENDGROUP, END };

	play(env, 0, p);
	settle(env);
	expect_finished(env, 0, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(inside_of_spawn),
	KUNIT_CASE(ends_in_the_first_step),
	KUNIT_CASE(suspends_in_the_first_step),
	KUNIT_CASE(error_in_the_first_step),
	KUNIT_CASE(callback_in_the_next_turn),
	KUNIT_CASE(cancel_afterwards),
	KUNIT_CASE(self_cancel),
	KUNIT_CASE(name_and_context),
	KUNIT_CASE(tree_of_gathers),
	KUNIT_CASE(tree_of_groups),
	KUNIT_CASE(depth_is_bounded),
	KUNIT_CASE(owner_before_the_first_step),
	{}
};

struct kunit_suite cotask_eager_suite = {
	.name = "cotask_eager",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
