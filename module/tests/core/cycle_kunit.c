// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - awaits that would close a cycle
 */
#include "../helpers.h"
#include "../suites.h"

/* AW-B2: of three tasks in a ring the one that closes it gets -EDEADLK; the others go on */
static void ring_of_three(struct kunit *test)
{
	static const struct line a[] = { TRY, JOIN(1), SHOW, EXCEPT, LOG("a"), ENDTRY, RETURN(1) };
	static const struct line b[] = { TRY, JOIN(2), SHOW, EXCEPT, LOG("b"), ENDTRY, RETURN(2) };
	static const struct line c[] = {
		TRY, JOIN(0), SHOW, EXCEPT, LOG("c"), SHOW, ENDTRY, RETURN(3)
	};
	struct env *env = env_of(test);

	play(env, 0, a);
	play(env, 1, b);
	play(env, 2, c);
	settle(env);
	expect_log(env, "c EDEADLK 3 2");
	expect_finished(env, 0, 1);
}

/* AW-B2: a cycle that closes while the task waits in the exit of a group */
static void ring_through_a_group(struct kunit *test)
{
	static const struct line child[] = { FUTURE(0), TRY, JOIN(1), EXCEPT, SHOW, ENDTRY, END };
	static const struct line parent[] = { GROUP(0), SPAWN(2, 0, child), ENDGROUP, END };
	static const struct line joins[] = { JOIN(0), SHOW, END };
	struct env *env = env_of(test);

	/* Task 1 waits for 0, which waits for its child 2, which then awaits 1. */
	play(env, 0, parent);
	play(env, 1, joins);
	settle(env);
	cotask_future_complete(&env->future[0], 1);
	settle(env);
	expect_log(env, "EDEADLK 0");
	expect_finished(env, 1, 0);
}

/*
 * AW-B2: a child waits for a task outside of its group, which then waits for its
 * parent, in the exit of the group or before: the second await closes the cycle
 */
static void cycle_through_an_owner(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { JOIN(2), LOG("child"), END };
	static const struct line outside[] = {
		SLEEP(10), TRY, JOIN(0), EXCEPT, SHOW, ENDTRY, END
	};
	static const struct line parent[] = { GROUP(0), SPAWN(1, 0, child), ENDGROUP, END };
	static const struct line later[] = {
		GROUP(1), SPAWN(1, 1, child), SLEEP(50), ENDGROUP, END
	};

	play(env, 2, outside);
	play(env, 0, parent);
	settle(env);
	pass(env, 10);
	expect_log(env, "EDEADLK child");
	expect_finished(env, 0, 0);

	play(env, 2, outside);
	play(env, 0, later);
	settle(env);
	pass(env, 10);
	expect_log(env, "EDEADLK child");
	pass(env, 40);
	expect_finished(env, 0, 0);
}

/* AW-B2: a shield does not hide a cycle */
static void cycle_through_a_shield(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line a[] = { SHIELD(1), LOG("a"), END };
	static const struct line b[] = { TRY, JOIN(0), EXCEPT, SHOW, ENDTRY, END };
	static const struct line c[] = { TRY, SHIELD(0), EXCEPT, SHOW, ENDTRY, END };

	play(env, 0, a);
	play(env, 1, b);
	settle(env);
	expect_log(env, "EDEADLK a");
	play(env, 0, a);
	play(env, 1, c);
	settle(env);
	expect_log(env, "EDEADLK a");
}

/* AW-B2: a long chain that is no cycle is none */
static void chain_is_no_ring(struct kunit *test)
{
	static const struct line joins[][3] = {
		{ JOIN(0), RETURN(1) }, { JOIN(1), RETURN(2) }, { JOIN(2), RETURN(3) },
	};
	static const struct line waits[] = { FUTURE(0), RETURN(1) };
	struct env *env = env_of(test);
	int i;

	play(env, 0, waits);
	for (i = 0; i < 3; i++)
		play(env, i + 1, joins[i]);
	settle(env);
	cotask_future_complete(&env->future[0], 1);
	settle(env);
	expect_finished(env, 3, 3);
}

/*
 * AW-B2, TG-6: a cycle that was not found when it closed, as too many depended on the
 * waiter: the exit of the group waits all the same, for its child is still there
 */
static void exit_in_a_cycle(struct kunit *test)
{
	static const struct line child[] = { SLEEP(1), JOIN(2), END };
	static const struct line parent[] = {
		GROUP(0), SPAWN(1, 0, child), SLEEP(10), ENDGROUP, LOG("left"), END
	};
	static const struct line closes[] = { SLEEP(2), JOIN(0), END };
	static const struct line filler[] = { TRY, SHIELD(2), EXCEPT, ENDTRY, END };
	static const struct line fillers[] = {
		GROUP(1), REPEAT(40), SPAWN(3, 1, filler), ENDREPEAT, ENDGROUP, LOG("filled"), END
	};
	struct env *env = env_of(test);

	play(env, 2, closes);
	play(env, 0, parent);
	play(env, 4, fillers);
	settle(env);
	pass(env, 1);
	pass(env, 1);
	cotask_group_cancel(&env->group[1]);
	settle(env);
	expect_log(env, "filled");
	pass(env, 10);
	expect_log(env, "");
	expect_pending(env, 0);
	expect_pending(env, 1);
}

static struct cotask_group outer, inner;

static long awaits_its_groups(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, first, second, left, ended);

	cotask_group_init(&outer);
	cotask_group_init(&inner);
	if (cotask_group_enter(task, &outer) || cotask_group_enter(task, &inner))
		return -EINVAL;
	CO_AWAIT(first, rc, cotask_await(task, &inner.base));
	note(env_current(), "%ld", rc);
	CO_AWAIT(left, rc, cotask_group_exit(task, &inner, 0));
	note(env_current(), "%ld", rc);
	CO_AWAIT(second, rc, cotask_await(task, &outer.base));
	note(env_current(), "%ld", rc);
	CO_AWAIT(ended, rc, cotask_group_exit(task, &outer, 0));
	return rc;
}

/* AW-B2: a group does not end before the exit of the task that has entered it */
static void group_before_its_exit(struct kunit *test)
{
	static struct cotask_frame frame;
	struct env *env = env_of(test);

	env->task[0] = cotask_spawn(cotask_loop_root(env->loop),
				    cotask_frame_init(&frame, awaits_its_groups, NULL), NULL);
	settle(env);
	expect_log(env, "-35 0 -35");
	expect_finished(env, 0, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(group_before_its_exit),
	KUNIT_CASE(ring_of_three),
	KUNIT_CASE(ring_through_a_group),
	KUNIT_CASE(chain_is_no_ring),
	KUNIT_CASE(cycle_through_an_owner),
	KUNIT_CASE(cycle_through_a_shield),
	KUNIT_CASE(exit_in_a_cycle),
	{}
};

struct kunit_suite cotask_cycle_suite = {
	.name = "cotask_cycle",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
