// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - tasks as objects: spawning, ownership, names, state, stack, context
 */
#include <linux/slab.h>

#include "../helpers.h"
#include "../suites.h"

static const struct line simple[] = { LOG("ran"), RETURN(7) };
static const struct line waits0[] = {
	TRY, FUTURE(0), SHOW, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, RETURN(1)
};

static struct cotask_group *root(struct env *env)
{
	return cotask_loop_root(env->loop);
}

/* --- spawning --------------------------------------------------------------------- */

/* CT-1: spawn runs nothing; several start in spawn order, behind what is queued */
static void spawn_queues_at_the_tail(struct kunit *test)
{
	static const struct line a[] = { LOG("a"), END };
	static const struct line b[] = { LOG("b"), END };
	static const struct line c[] = { LOG("c"), END };
	static const struct line queued[] = { YIELD, LOG("queued"), END };
	struct env *env = env_of(test);

	play(env, 0, queued);
	turn(env);
	play(env, 1, a);
	play(env, 2, b);
	play(env, 3, c);
	expect_log(env, "");
	turn(env);
	expect_log(env, "queued a b c");
}

static void spawn_into_current(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_go(NULL, script_frame(env, simple)), 0);
	KUNIT_EXPECT_PTR_EQ(env->test, cotask_current(), task);
}

/* CT-2: without a group, a spawn inside of a step goes to the loop that is running */
static void spawn_into_the_running_loop(struct kunit *test)
{
	static const struct line script[] = { HOOK(spawn_into_current), END };
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "ran");
}

/* CT-2: no coroutine, one that was never made, and one without code are refused */
static void spawn_of_no_coroutine(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_frame zero = {}, none;

	cotask_frame_init(&none, NULL, NULL);
	KUNIT_EXPECT_EQ(test, cotask_go(root(env), NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_go(root(env), &zero), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_go(root(env), &none), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(env->loop, NULL, 0), 0);
}

/* CT-2, CO-5: each of many coroutines is spawned, or refused, by itself */
static void spawn_of_many(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_frame *frames[3] = {
		script_frame(env, simple), script_frame(env, simple), script_frame(env, simple),
	};

	KUNIT_EXPECT_EQ(test, cotask_go_all(root(env), frames, 3), 0);
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(env->loop, NULL, 0), 3);
	settle(env);
	expect_log(env, "ran ran ran");
	frames[0] = script_frame(env, simple);
	frames[1] = frames[0];
	frames[2] = script_frame(env, simple);
	KUNIT_EXPECT_EQ(test, cotask_go_all(root(env), frames, 3), -EINVAL);
	settle(env);
	expect_log(env, "ran ran");
}

static void show_name(struct env *env, struct cotask *task)
{
	char name[COTASK_NAME_MAX + 1];

	note(env, "%s", cotask_get_name(task, name, sizeof(name)));
}

/* CT-3: a task sees its own name in its first step */
static void name_before_the_first_step(struct kunit *test)
{
	static const struct line script[] = { HOOK(show_name), END };
	struct env *env = env_of(test);

	play_named(env, 0, script, "first");
	play_named(env, 1, script, "second one");
	settle(env);
	expect_log(env, "first second one");
}

/* CT-3: tasks without a name are numbered, each higher than the one before */
static void default_names_are_numbered(struct kunit *test)
{
	struct env *env = env_of(test);
	char name[COTASK_NAME_MAX + 1], expected[32];
	int i;

	for (i = 0; i < ENV_OBJECTS; i++) {
		play(env, i, simple);
		if (i)
			KUNIT_EXPECT_GT(test, cotask_id(env->task[i]), cotask_id(env->task[i - 1]));
		snprintf(expected, sizeof(expected), "Task-%llu", cotask_id(env->task[i]));
		KUNIT_EXPECT_STREQ(test, cotask_get_name(env->task[i], name, sizeof(name)),
				   expected);
	}
}

/* CT-3: numbers of tasks of several loops do not collide */
static void numbers_are_unique(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_loop *other = cotask_manual_create(0), *own = env->loop;
	int i, j;

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	for (i = 0; i < ENV_OBJECTS; i++) {
		env->loop = i & 1 ? other : own;
		play(env, i, simple);
	}
	env->loop = own;
	for (i = 0; i < ENV_OBJECTS; i++) {
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_NE(test, cotask_id(env->task[i]), cotask_id(env->task[j]));
	}
	cotask_loop_stop(other, 0);
}

/* CT-5: ensure takes any loop if none is given, and refuses what was not made */
static void ensure_is_the_same_object(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_loop *other = cotask_manual_create(0);
	struct cotask_awaitable *f = &env->future[0].base, *t = &play(env, 0, simple)->base;
	struct cotask_future zero = {};

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	KUNIT_EXPECT_PTR_EQ(test, cotask_ensure(NULL, f), f);
	KUNIT_EXPECT_PTR_EQ(test, cotask_ensure(env->loop, f), f);
	KUNIT_EXPECT_PTR_EQ(test, cotask_ensure(NULL, t), t);
	KUNIT_EXPECT_PTR_EQ(test, cotask_ensure(env->loop, t), t);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_ensure(other, f)), (long)-EXDEV);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_ensure(other, t)), (long)-EXDEV);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_ensure(NULL, NULL)), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_ensure(NULL, &zero.base)), (long)-EINVAL);
	cotask_loop_stop(other, 0);
}

/* --- ownership -------------------------------------------------------------------- */

/* CT-7: a task that sleeps and one that waits go on when their handles are dropped */
static void tasks_without_handles_go_on(struct kunit *test)
{
	static const struct line sleeps[] = { SLEEP(10), LOG("slept"), END };
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, cotask_go(root(env), script_frame(env, sleeps)), 0);
	play(env, 0, waits0);
	settle(env);
	cotask_put(env->task[0]);
	env->task[0] = NULL;
	pass(env, 10);
	expect_log(env, "slept");
	cotask_future_complete(&env->future[0], 4);
	settle(env);
	expect_log(env, "4");
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* CT-B1, CT-6: all_tasks has every task that is not done, once, and no other */
static void all_tasks_lists_the_living(struct kunit *test)
{
	static const struct line parent[] = { GROUP(0), SPAWN(3, 0, waits0), ENDGROUP, END };
	struct env *env = env_of(test);
	struct cotask *found[8];
	unsigned int i, n;

	play(env, 0, simple);
	play(env, 1, waits0);
	play(env, 2, parent);
	settle(env);
	play(env, 4, simple);
	play(env, 5, waits0);
	cotask_cancel(env->task[5]);
	/* Done: 0; waiting: 1, 2, 3; not started: 4; armed: 5 */
	n = cotask_all_tasks(env->loop, found, ARRAY_SIZE(found));
	KUNIT_ASSERT_EQ(test, n, 5U);
	for (i = 1; i < 6; i++) {
		unsigned int j, seen = 0;

		for (j = 0; j < n; j++)
			seen += found[j] == env->task[i];
		KUNIT_EXPECT_EQ_MSG(test, seen, 1U, "task %u", i);
	}
	for (i = 0; i < n; i++)
		cotask_put(found[i]);
}

/* CT-B1: with too little room the number is right, and no more is written */
static void all_tasks_with_little_room(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask *found[2] = {};
	int i;

	for (i = 0; i < 3; i++)
		play(env, i, waits0);
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(env->loop, found, 1), 3);
	KUNIT_EXPECT_PTR_EQ(test, found[0], env->task[0]);
	KUNIT_EXPECT_NULL(test, found[1]);
	cotask_put(found[0]);
}

static void count_current(struct env *env, struct cotask *task)
{
	note(env, "%d", cotask_all_tasks(env->loop, NULL, 0));
}

static int count_in_callback(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	note(env_current(), "%d", cotask_all_tasks(env_current()->loop, NULL, 0));
	return 0;
}

/* CT-B1: a task is in the list during its last step, and out when it is done */
static void all_tasks_at_the_end(struct kunit *test)
{
	static const struct line script[] = { HOOK(count_current), END };
	struct env *env = env_of(test);
	struct cotask_callback cb;

	play(env, 0, script);
	cotask_on_done(&env->task[0]->base, &cb, count_in_callback);
	turn(env);
	expect_log(env, "1");
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(env->loop, NULL, 0), 0);
	turn(env);
	expect_log(env, "0");
}

/* --- names ------------------------------------------------------------------------- */

/* TK-8: a name is set while the task waits and after it is done, and seen at once */
static void renaming_at_any_time(struct kunit *test)
{
	struct env *env = env_of(test);
	char name[COTASK_NAME_MAX + 1];
	struct cotask *t = play(env, 0, waits0);

	KUNIT_EXPECT_EQ(test, cotask_set_name(t, "new"), 0);
	KUNIT_EXPECT_STREQ(test, cotask_get_name(t, name, sizeof(name)), "new");
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_set_name(t, "waiting"), 0);
	KUNIT_EXPECT_STREQ(test, cotask_get_name(t, name, sizeof(name)), "waiting");
	cotask_future_complete(&env->future[0], 1);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_set_name(t, "done"), 0);
	KUNIT_EXPECT_STREQ(test, cotask_get_name(t, name, sizeof(name)), "done");
}

/* TK-8: the longest name fits; what is longer, or empty, leaves the old one */
static void names_are_checked(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask *t = play_named(env, 0, simple, "old");
	char name[COTASK_NAME_MAX + 2], read[COTASK_NAME_MAX + 1], little[4];

	KUNIT_EXPECT_EQ(test, cotask_set_name(t, ""), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_set_name(t, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_set_name(NULL, "name"), -EINVAL);
	memset(name, 'x', sizeof(name));
	name[COTASK_NAME_MAX + 1] = '\0';
	KUNIT_EXPECT_EQ(test, cotask_set_name(t, name), -EINVAL);
	KUNIT_EXPECT_STREQ(test, cotask_get_name(t, read, sizeof(read)), "old");
	name[COTASK_NAME_MAX] = '\0';
	KUNIT_EXPECT_EQ(test, cotask_set_name(t, name), 0);
	KUNIT_EXPECT_STREQ(test, cotask_get_name(t, read, sizeof(read)), name);
	KUNIT_EXPECT_STREQ(test, cotask_get_name(t, little, sizeof(little)), "xxx");
}

/* TK-8: any text is a name, also bytes that are shown escaped */
static void names_are_text(struct kunit *test)
{
	static const char * const names[] = { "caf\303\251", "a\tb", "\xff", " " };
	struct env *env = env_of(test);
	struct cotask *t = play(env, 0, simple);
	char read[COTASK_NAME_MAX + 1];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		KUNIT_EXPECT_EQ(test, cotask_set_name(t, names[i]), 0);
		KUNIT_EXPECT_STREQ(test, cotask_get_name(t, read, sizeof(read)), names[i]);
	}
}

/* --- state --------------------------------------------------------------------------- */

static void expect_description(struct env *env, int i, const char *expected)
{
	char text[200];

	cotask_describe(env->task[i], text, sizeof(text));
	KUNIT_EXPECT_STREQ(env->test, text, expected);
}

/* TK-9: the four states in print */
static void four_states(struct kunit *test)
{
	static const struct line swallows[] = { TRY, FUTURE(1), EXCEPT, YIELD, ENDTRY, RETURN(2) };
	static const struct line fails[] = { RAISE(E1) };
	struct env *env = env_of(test);

	play_named(env, 0, waits0, "a");
	expect_description(env, 0, "a pending");
	cotask_cancel(env->task[0]);
	expect_description(env, 0, "a cancelling");
	play_named(env, 1, swallows, "b");
	play_named(env, 2, fails, "c");
	settle(env);
	expect_description(env, 0, "a cancelled");
	expect_description(env, 2, "c finished");
	cotask_cancel(env->task[1]);
	turn(env);
	expect_description(env, 1, "b cancelling");
	settle(env);
	/* It has swallowed the cancel: the count stays, and is no state any more. */
	expect_count(env, 1, 1);
	expect_description(env, 1, "b finished");
	cotask_result(env->task[2]);
}

/* TK-9: what a task waits for, and that it waits for nothing once it is queued */
static void what_it_waits_for(struct kunit *test)
{
	static const struct line sleeps[] = { SLEEP(10), END };
	static const struct line joins[] = { JOIN(0), END };
	static const struct line shields[] = { SHIELD(0), END };
	static const struct line parent[] = { GROUP(0), SPAWN(5, 0, waits0), ENDGROUP, END };
	struct env *env = env_of(test);

	play_named(env, 0, waits0, "f");
	play_named(env, 1, sleeps, "s");
	play_named(env, 2, joins, "j");
	play_named(env, 3, shields, "h");
	play_named(env, 4, parent, "p");
	settle(env);
	expect_description(env, 0, "f pending, waits for a future");
	expect_description(env, 1, "s pending, waits for a sleep");
	expect_description(env, 2, "j pending, waits for task f");
	expect_description(env, 3, "h pending, waits for a shield");
	expect_description(env, 4, "p pending, waits for a group");
	advance(env, 10);
	cotask_future_complete(&env->future[0], 1);
	expect_description(env, 0, "f pending");
}

/* TK-9: a description that does not fit is cut off, and ends properly */
static void description_is_cut_off(struct kunit *test)
{
	struct env *env = env_of(test);
	char text[8];

	play_named(env, 0, waits0, "name");
	settle(env);
	memset(text, '?', sizeof(text));
	cotask_describe(env->task[0], text, 6);
	KUNIT_EXPECT_STREQ(test, text, "name ");
	KUNIT_EXPECT_EQ(test, text[6], '?');
}

/* TK-1, TK-12: nothing that is done to a done task changes its outcome */
static void outcome_never_changes(struct kunit *test)
{
	static const struct line fails[] = { RAISE(E1) };
	static const struct line cancels[] = { CANCEL_SELF, YIELD, END };
	static const long expected[] = { 7, E1, -ECANCELED };
	struct env *env = env_of(test);
	int i;

	play(env, 0, simple);
	play(env, 1, fails);
	play(env, 2, cancels);
	settle(env);
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_FALSE(test, cotask_cancel(env->task[i]));
		cotask_uncancel(env->task[i]);
		cotask_uncancel(env->task[i]);
		expect_count(env, i, 0);
		settle(env);
		KUNIT_EXPECT_EQ(test, cotask_result(env->task[i]), expected[i]);
		KUNIT_EXPECT_EQ(test, cotask_error(env->task[i]), (int)min(expected[i], 0L));
		KUNIT_EXPECT_EQ(test, cotask_cancelled(env->task[i]), i == 2);
		KUNIT_EXPECT_TRUE(test, cotask_done(env->task[i]));
	}
}

/* TK-B1, EA-10: the coroutine goes with the end, outcome, name and reason stay */
static void what_a_handle_keeps(struct kunit *test)
{
	struct env *env = env_of(test);
	char name[COTASK_NAME_MAX + 1];
	struct cotask *t = play_named(env, 0, waits0, "kept");

	KUNIT_EXPECT_NOT_NULL(test, cotask_get_coro(t));
	settle(env);
	KUNIT_EXPECT_NOT_NULL(test, cotask_get_coro(t));
	cotask_cancel(t);
	settle(env);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
	KUNIT_EXPECT_NULL(test, cotask_get_coro(t));
	KUNIT_EXPECT_STREQ(test, cotask_get_name(t, name, sizeof(name)), "kept");
	expect_cancelled(env, 0);
	KUNIT_EXPECT_EQ(test, cotask_cancel_reason(t).cause, (u32)COTASK_CAUSE_USER);
}

/* EA-10: a task that ended in its eager first step has no coroutine any more */
static void eager_end_releases_the_coroutine(struct kunit *test)
{
	static const struct line script[] = { SPAWN_EAGER(1, ROOT, simple), YIELD, END };
	struct env *env = env_of(test);

	play(env, 0, script);
	turn(env);
	expect_log(env, "ran");
	expect_finished(env, 1, 7);
	KUNIT_EXPECT_NULL(test, cotask_get_coro(env->task[1]));
}

/* TK-B1: a handle keeps outcome and loop when the loop has ended */
static void handle_outlives_the_loop(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_loop *other = cotask_manual_create(0), *own = env->loop;
	char name[COTASK_NAME_MAX + 1];

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	env->loop = other;
	play_named(env, 0, simple, "a");
	settle(env);
	play_named(env, 1, waits0, "b");
	env->loop = own;
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(other, 0), 0);
	expect_finished(env, 0, 7);
	expect_cancelled(env, 1);
	KUNIT_EXPECT_PTR_EQ(test, cotask_get_loop(env->task[0]), other);
	KUNIT_EXPECT_FALSE(test, cotask_cancel(env->task[0]));
	KUNIT_EXPECT_EQ(test, cotask_wait(env->task[1], 0), 0);
	KUNIT_EXPECT_STREQ(test, cotask_get_name(env->task[1], name, sizeof(name)), "b");
}

/* TK-B1: references to nothing are nothing */
static void no_handle(struct kunit *test)
{
	cotask_put(NULL);
	KUNIT_EXPECT_NULL(test, cotask_get(NULL));
	KUNIT_EXPECT_FALSE(test, cotask_cancel(NULL));
	KUNIT_EXPECT_EQ(test, cotask_wait(NULL, 0), -EINVAL);
	cotask_loop_put(NULL);
	KUNIT_EXPECT_NULL(test, cotask_loop_get(NULL));
	KUNIT_EXPECT_NULL(test, cotask_loop_root(NULL));
	cotask_context_put(NULL);
	KUNIT_EXPECT_NULL(test, cotask_context_get(NULL));
}

/* --- stack ----------------------------------------------------------------------------- */

/**
 * struct deep - a chain of three coroutines, the innermost of which fails
 * @outer: its frame
 * @middle: likewise
 * @leaf: likewise
 * @future: the future that the innermost coroutine awaits
 * @replace: the middle one replaces the error
 */
struct deep {
	struct cotask_frame outer, middle, leaf;
	struct cotask_future *future;
	bool replace;
};

static unsigned int leaf_line, middle_line, outer_line;

static long leaf_step(struct cotask *task, struct cotask_frame *frame)
{
	struct deep *me = container_of(frame, struct deep, leaf);
	long rc;

	CO_BEGIN(task, frame, waited);

	leaf_line = __LINE__ + 1;
	CO_AWAIT(waited, rc, cotask_await_future(task, me->future));
	return rc ? E1 : 0;
}

static long middle_step(struct cotask *task, struct cotask_frame *frame)
{
	struct deep *me = container_of(frame, struct deep, middle);
	long rc;

	CO_BEGIN(task, frame, called);

	cotask_frame_init(&me->leaf, leaf_step, NULL);
	middle_line = __LINE__ + 1;
	CO_AWAIT(called, rc, cotask_call(task, &me->leaf));
	return me->replace && rc ? E2 : rc;
}

static long outer_step(struct cotask *task, struct cotask_frame *frame)
{
	struct deep *me = container_of(frame, struct deep, outer);
	long rc;

	CO_BEGIN(task, frame, called);

	cotask_frame_init(&me->middle, middle_step, NULL);
	outer_line = __LINE__ + 1;
	CO_AWAIT(called, rc, cotask_call(task, &me->middle));
	return rc;
}

static struct cotask *spawn_deep(struct env *env, struct deep *deep, bool replace)
{
	deep->future = &env->future[0];
	deep->replace = replace;
	env->task[0] = cotask_spawn(root(env), cotask_frame_init(&deep->outer, outer_step, NULL),
				    NULL);
	return env->task[0];
}

/* TK-10: a suspended task shows its awaits, innermost first, with function and line */
static void stack_of_a_suspended_task(struct kunit *test)
{
	struct env *env = env_of(test);
	struct deep *deep = kunit_kzalloc(test, sizeof(*deep), GFP_KERNEL);
	struct cotask_location at[4] = {};
	struct cotask *t = spawn_deep(env, deep, false);

	settle(env);
	KUNIT_ASSERT_EQ(test, cotask_get_stack(t, at, 4), 3);
	KUNIT_EXPECT_TRUE(test, at[0].step == leaf_step && at[0].line == leaf_line);
	KUNIT_EXPECT_TRUE(test, at[1].step == middle_step && at[1].line == middle_line);
	KUNIT_EXPECT_TRUE(test, at[2].step == outer_step && at[2].line == outer_line);
	KUNIT_EXPECT_TRUE(test, !at[3].step);
	/* Less room than frames. */
	memset(at, 0, sizeof(at));
	KUNIT_EXPECT_EQ(test, cotask_get_stack(t, at, 1), 3);
	KUNIT_EXPECT_TRUE(test, at[0].step == leaf_step && !at[1].step);
	KUNIT_EXPECT_EQ(test, cotask_get_stack(t, NULL, 0), 3);
	cotask_future_complete(&env->future[0], 0);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_get_stack(t, at, 4), 0);
}

/* TK-10: a failed task shows where the error came from, not where it passed */
static void stack_of_a_failed_task(struct kunit *test)
{
	struct env *env = env_of(test);
	struct deep *deep = kunit_kzalloc(test, sizeof(*deep), GFP_KERNEL);
	struct cotask_location at[2] = {};
	struct cotask *t = spawn_deep(env, deep, false);

	cotask_future_complete(&env->future[0], 1);
	settle(env);
	expect_failed(env, 0, E1);
	KUNIT_EXPECT_EQ(test, cotask_get_stack(t, at, 2), 1);
	KUNIT_EXPECT_TRUE(test, at[0].step == leaf_step && at[0].line == leaf_line);
	KUNIT_EXPECT_EQ(test, cotask_get_stack(t, NULL, 0), 1);
}

/* TK-10: an error that was replaced on the way out is that of the frame that has replaced it */
static void stack_of_a_replaced_error(struct kunit *test)
{
	struct env *env = env_of(test);
	struct deep *deep = kunit_kzalloc(test, sizeof(*deep), GFP_KERNEL);
	struct cotask_location at[2] = {};
	struct cotask *t = spawn_deep(env, deep, true);

	settle(env);
	cotask_future_fail(&env->future[0], E2);
	settle(env);
	expect_failed(env, 0, E2);
	KUNIT_EXPECT_EQ(test, cotask_get_stack(t, at, 2), 1);
	KUNIT_EXPECT_TRUE(test, at[0].step == middle_step && at[0].line == middle_line);
}

/* TK-10: a cancelled task has no stack */
static void stack_of_a_cancelled_task(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_location at[2];

	play(env, 0, waits0);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_get_stack(env->task[0], at, 2), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(spawn_queues_at_the_tail),
	KUNIT_CASE(spawn_into_the_running_loop),
	KUNIT_CASE(spawn_of_no_coroutine),
	KUNIT_CASE(spawn_of_many),
	KUNIT_CASE(name_before_the_first_step),
	KUNIT_CASE(default_names_are_numbered),
	KUNIT_CASE(numbers_are_unique),
	KUNIT_CASE(ensure_is_the_same_object),
	KUNIT_CASE(tasks_without_handles_go_on),
	KUNIT_CASE(all_tasks_lists_the_living),
	KUNIT_CASE(all_tasks_with_little_room),
	KUNIT_CASE(all_tasks_at_the_end),
	KUNIT_CASE(renaming_at_any_time),
	KUNIT_CASE(names_are_checked),
	KUNIT_CASE(names_are_text),
	KUNIT_CASE(four_states),
	KUNIT_CASE(what_it_waits_for),
	KUNIT_CASE(description_is_cut_off),
	KUNIT_CASE(outcome_never_changes),
	KUNIT_CASE(what_a_handle_keeps),
	KUNIT_CASE(eager_end_releases_the_coroutine),
	KUNIT_CASE(handle_outlives_the_loop),
	KUNIT_CASE(no_handle),
	KUNIT_CASE(stack_of_a_suspended_task),
	KUNIT_CASE(stack_of_a_failed_task),
	KUNIT_CASE(stack_of_a_replaced_error),
	KUNIT_CASE(stack_of_a_cancelled_task),
	{}
};

struct kunit_suite cotask_handle_suite = {
	.name = "cotask_handle",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
