// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - cancelling a whole group
 */
#include <linux/cotask_gather.h>
#include <linux/slab.h>

#include "../helpers.h"
#include "../suites.h"
#include "../../core/core.h"

static const struct line loud[] = { TRY, SLEEP(99), EXCEPT, LOG("c"), RERAISE, ENDTRY, END };
static const struct line simple[] = { LOG("ran"), END };
static const struct line replaces[] = { TRY, SLEEP(99), EXCEPT, RAISE(E2), ENDTRY, END };
static const struct line slow[] = { TRY, SLEEP(99), EXCEPT, SLEEP(5), ENDTRY, END };

static const struct line sleeping_body[] = {
	TRY, GROUP(0), SPAWN(1, 0, loud), TRY, SLEEP(99), EXCEPT, SHOW, RERAISE, ENDTRY, ENDGROUP,
	LOG("zero"), COUNT, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
};

/* TG-33, TG-34: children and body are cancelled, exit returns 0; again it does nothing */
static void cancel_the_group(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, sleeping_body);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_group_cancel(&env->group[0]), 0);
	KUNIT_EXPECT_EQ(test, cotask_group_cancel(&env->group[0]), 0);
	expect_count(env, 0, 1);
	expect_count(env, 1, 1);
	settle(env);
	expect_log(env, "c ECANCELED zero n0 on");
	KUNIT_EXPECT_EQ(test, cotask_group_cancel(&env->group[0]), 0);
	expect_count(env, 0, 0);
	KUNIT_EXPECT_EQ(test, cotask_cancel_reason(env->task[1]).cause, (u32)COTASK_CAUSE_GROUP);
}

/* TG-34: after an outside cancel has taken effect, exit still returns -ECANCELED */
static void after_an_outside_cancel(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, sleeping_body);
	settle(env);
	cotask_cancel(env->task[0]);
	/* The body ends, the group aborts. */
	turn(env);
	cotask_group_cancel(&env->group[0]);
	settle(env);
	expect_log(env, "ECANCELED c ECANCELED n1 on");
}

/* TG-35: before enter it is remembered */
static void before_enter(struct kunit *test)
{
	static const struct line script[] = {
		CANCEL_GROUP(0), GROUP(0), TRY, SPAWN(1, 0, simple), EXCEPT, SHOW, ENDTRY,
		TRY, YIELD, EXCEPT, SHOW, RERAISE, ENDTRY, ENDGROUP, LOG("zero"), COUNT, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "ESHUTDOWN ECANCELED zero n0");
}

/* TG-36: the body ends without suspending: exit returns 0, nothing stays armed */
static void body_ends_at_once(struct kunit *test)
{
	static const struct line script[] = {
		GROUP(0), CANCEL_GROUP(0), ENDGROUP, LOG("zero"), COUNT, YIELD, LOG("on"), END
	};
	static const struct line with_child[] = {
		GROUP(1), SPAWN(1, 1, loud), YIELD, CANCEL_GROUP(1), ENDGROUP, LOG("zero"), COUNT,
		YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "zero n0 on");
	play(env, 0, with_child);
	settle(env);
	expect_log(env, "c zero n0 on");
}

/* TG-37: errors during the clean-up are errors as always */
static void errors_in_clean_up(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, replaces), YIELD, CANCEL_GROUP(0), ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "E2 n0 on");
}

/* TG-38: with an outside cancel in addition, in either order, exit returns -ECANCELED */
static void outside_cancel_in_addition(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, sleeping_body);
	settle(env);
	cotask_group_cancel(&env->group[0]);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "c ECANCELED ECANCELED n1 on");

	cotask_group_init(&env->group[0]);
	play(env, 0, sleeping_body);
	settle(env);
	cotask_cancel(env->task[0]);
	cotask_group_cancel(&env->group[0]);
	settle(env);
	/* The body was cancelled first, and runs first. */
	expect_log(env, "ECANCELED c ECANCELED n1 on");
}

/* TG-38: an outside cancel while the parent waits in exit */
static void outside_cancel_in_exit(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, slow), YIELD, CANCEL_GROUP(0), ENDGROUP, LOG("zero"),
		EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 5);
	expect_log(env, "ECANCELED n1 on");
}

/* TG-B2: an outside cancel merged with the group's and swallowed is not lost */
static void merged_cancel_is_not_lost(struct kunit *test)
{
	static const struct line script[] = {
		GROUP(0), TRY, SLEEP(99), EXCEPT, ENDTRY, ENDGROUP, LOG("zero"), COUNT,
		TRY, YIELD, EXCEPT, SHOW, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_group_cancel(&env->group[0]);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "zero n1 ECANCELED on");
}

/* TG-39: a child that cancels its group is cancelled as well */
static void cancelled_by_a_child(struct kunit *test)
{
	static const struct line child[] = {
		CANCEL_GROUP(0), LOG("on"), TRY, YIELD, EXCEPT, SHOW, RERAISE, ENDTRY, END
	};
	static const struct line script[] = {
		GROUP(0), SPAWN(1, 0, child), SPAWN(2, 0, simple), ENDGROUP, LOG("zero"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "on ECANCELED zero");
	expect_cancelled(env, 1);
	expect_cancelled(env, 2);
}

/* TG-38, TG-16: the body has taken the group's request back; a cancel in exit is outside */
static void outside_after_taking_back(struct kunit *test)
{
	static const struct line child[] = {
		TRY, SLEEP(50), EXCEPT, SLEEP(5), ENDTRY, END
	};
	static const struct line parent[] = {
		TRY, GROUP(0), SPAWN(1, 0, child), CANCEL_SELF,
		TRY, SLEEP(5), EXCEPT, CANCEL_GROUP(0), TRY, YIELD, EXCEPT, UNCANCEL, ENDTRY,
		ENDTRY,
		ENDGROUP, EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, parent);
	settle(env);
	expect_count(env, 0, 1);
	cotask_cancel(env->task[0]);
	pass(env, 5);
	expect_log(env, "ECANCELED n1");
}

/* --- a cancel that is under way ---------------------------------------------------- */

/* More children than a call of a module's code cancels at once. */
#define MANY	(COTASK_BUDGET + COTASK_BUDGET / 2)

/**
 * struct crowd - a group of many children whose cancel is under way while a further one joins it
 * @frame: of the parent
 * @g: the group
 * @late: the further child
 * @count: its requests when it has been spawned
 * @step: its code
 * @args: how it is spawned
 * @set: what it waits for
 * @member: a future
 */
static struct crowd {
	struct cotask_frame frame;
	struct cotask_group g;
	struct cotask *late;
	u32 count;
	cotask_step_fn step;
	const struct cotask_spawn_args *args;
	struct cotask_set set;
	struct cotask_member member;
} *crowd;

static long sleeps(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, slept);

	CO_AWAIT(slept, rc, cotask_sleep(task, COTASK_FOREVER));
	return rc;
}

static struct cotask_frame *new_sleeper(cotask_step_fn step)
{
	struct cotask_frame *frame = kzalloc(sizeof(*frame), GFP_KERNEL);

	return frame ? cotask_frame_init(frame, step, cotask_frame_kfree) : NULL;
}

static int spawn_many(void)
{
	int i, rc = 0;

	for (i = 0; i < MANY && !rc; i++)
		rc = cotask_go(&crowd->g, new_sleeper(sleeps));
	return rc;
}

/* Its eager first step adds children behind it, and cancels the group. */
static long begins_with_a_cancel(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, slept);

	rc = spawn_many();
	if (rc)
		return rc;
	cotask_group_cancel(&crowd->g);
	CO_AWAIT(slept, rc, cotask_sleep(task, COTASK_FOREVER));
	return rc;
}

/* Its eager first step cancels the group, and then waits for a gather. */
static long gathers_after_a_cancel(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, gathered);

	cotask_group_cancel(&crowd->g);
	CO_AWAIT(gathered, rc,
		 cotask_await(task, cotask_gather(&crowd->set, NULL, &crowd->member, 1,
						  COTASK_GATHER_COLLECT)));
	return rc;
}

static void spawn_late(void)
{
	crowd->late = cotask_spawn_with(&crowd->g, new_sleeper(crowd->step), crowd->args);
	crowd->count = IS_ERR(crowd->late) ? 0 : cotask_cancelling(crowd->late);
}

static long cancels_a_crowd(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, started, left);

	cotask_group_init(&crowd->g);
	rc = cotask_group_enter(task, &crowd->g);
	if (crowd->step != begins_with_a_cancel && !rc)
		rc = spawn_many();
	CO_AWAIT(started, rc, cotask_yield(task));
	if (crowd->step == sleeps)
		cotask_group_cancel(&crowd->g);
	spawn_late();
	CO_AWAIT(left, rc, cotask_group_exit(task, &crowd->g, 0));
	cotask_group_fini(&crowd->g);
	return rc;
}

static void cancel_a_crowd(struct kunit *test, cotask_step_fn step,
			   const struct cotask_spawn_args *args)
{
	struct env *env = env_of(test);
	struct cotask *t;

	crowd = kunit_kzalloc(test, sizeof(*crowd), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, crowd);
	crowd->step = step;
	crowd->args = args;
	crowd->member = COTASK_MEMBER(&env->future[0].base);
	t = cotask_spawn(cotask_loop_root(env->loop),
			 cotask_frame_init(&crowd->frame, cancels_a_crowd, NULL), NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_done(t));
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(crowd->late));
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(crowd->late));
	KUNIT_EXPECT_EQ(test, crowd->count, 1U);
	KUNIT_EXPECT_EQ(test, cotask_cancelling(crowd->late), 1U);
	cotask_put(crowd->late);
	cotask_put(t);
}

/* TG-9, TG-B5: a child that starts cancelled receives the cancel of its group once */
static void spawned_while_it_is_cancelled(struct kunit *test)
{
	static const struct cotask_spawn_args args = {
		.flags = COTASK_SPAWN_CANCELLED | COTASK_SPAWN_SURE_START,
	};

	cancel_a_crowd(test, sleeps, &args);
}

static const struct cotask_spawn_args eager = { .flags = COTASK_SPAWN_EAGER };

/* TG-9, TG-32: so does a child that the cancel has passed in its eager first step */
static void passed_in_its_first_step(struct kunit *test)
{
	cancel_a_crowd(test, begins_with_a_cancel, &eager);
}

/* TG-9, TG-32: ... and one that it has not reached yet, and reaches because the child joins */
static void reached_when_it_joins(struct kunit *test)
{
	cancel_a_crowd(test, gathers_after_a_cancel, &eager);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cancel_the_group),
	KUNIT_CASE(after_an_outside_cancel),
	KUNIT_CASE(before_enter),
	KUNIT_CASE(body_ends_at_once),
	KUNIT_CASE(errors_in_clean_up),
	KUNIT_CASE(outside_cancel_in_addition),
	KUNIT_CASE(outside_cancel_in_exit),
	KUNIT_CASE(merged_cancel_is_not_lost),
	KUNIT_CASE(cancelled_by_a_child),
	KUNIT_CASE(outside_after_taking_back),
	KUNIT_CASE(spawned_while_it_is_cancelled),
	KUNIT_CASE(passed_in_its_first_step),
	KUNIT_CASE(reached_when_it_joins),
	{}
};

struct kunit_suite cotask_group_cancel_suite = {
	.name = "cotask_group_cancel",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
