// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - groups: life cycle, failing children, failing bodies
 */
#include "../helpers.h"
#include "../suites.h"

static const struct line ok10[] = { SLEEP(10), LOG("ok10"), RETURN(7) };
static const struct line fail5[] = { SLEEP(5), LOG("fail"), RAISE(E1) };
static const struct line fail5b[] = { SLEEP(5), LOG("fail2"), RAISE(E2) };
static const struct line simple[] = { LOG("ran"), END };
static const struct line now_fails[] = { RAISE(E1) };
static const struct line loud[] = { TRY, SLEEP(99), EXCEPT, LOG("c"), RERAISE, ENDTRY, END };
static const struct line stubborn[] = {
	TRY, SLEEP(99), EXCEPT, SLEEP(20), LOG("late"), ENDTRY, RETURN(7)
};
static const struct line replaces[] = { TRY, SLEEP(99), EXCEPT, RAISE(E2), ENDTRY, END };

static unsigned int errors_of(struct env *env, int g, struct cotask_group_error *e)
{
	return cotask_group_errors(&env->group[g], e, 4);
}

static void reenter(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_group_enter(task, &env->group[0]), -EALREADY);
	KUNIT_EXPECT_EQ(env->test, cotask_group_enter(NULL, &env->group[1]), -ESRCH);
}

/* TG-1: a group is entered once, by a task */
static void entered_once(struct kunit *test)
{
	static const struct line script[] = {
		GROUP(0), HOOK(reenter), ENDGROUP, HOOK(reenter), LOG("end"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "end");
}

/* TG-2, CO-6: spawn before enter is refused, the coroutine is released unrun */
static void spawn_before_enter(struct kunit *test)
{
	static const struct line script[] = { TRY, SPAWN(1, 0, simple), EXCEPT, SHOW, ENDTRY, END };
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "EINVAL");
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* TG-3: spawn after the end is refused */
static void spawn_after_the_end(struct kunit *test)
{
	static const struct line script[] = {
		GROUP(0), ENDGROUP, TRY, SPAWN(1, 0, simple), EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "ESHUTDOWN");
}

/* TG-4: spawn while aborting is refused, from a child's clean-up as well */
static void spawn_while_aborting(struct kunit *test)
{
	static const struct line child[] = {
		TRY, SLEEP(99), EXCEPT, SPAWN(2, 0, simple), ENDTRY, END
	};
	static const struct line script[] = {
		GROUP(0), SPAWN(1, 0, child), YIELD, RAISE(E1), ENDGROUP, END
	};
	struct cotask_group_error e[4];
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	KUNIT_EXPECT_EQ(test, errors_of(env, 0, e), 2U);
	KUNIT_EXPECT_EQ(test, e[1].error, -ESHUTDOWN);
	expect_log(env, "");
}

/* TG-5: spawn during exit with a live child is accepted and waited for */
static void spawn_during_exit(struct kunit *test)
{
	static const struct line child[] = { SLEEP(5), SPAWN(2, 0, ok10), LOG("child"), END };
	static const struct line script[] = {
		GROUP(0), SPAWN(1, 0, child), ENDGROUP, LOG("end"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "child");
	pass(env, 10);
	expect_log(env, "ok10 end");
}

/* TG-6: exit waits for every child, and does not suspend without one */
static void exit_waits(struct kunit *test)
{
	static const struct line empty[] = {
		CANCEL_SELF, GROUP(0), ENDGROUP, LOG("out"), TRY, YIELD, EXCEPT, SHOW, ENDTRY, END
	};
	static const struct line script[] = {
		GROUP(1), SPAWN(1, 1, ok10), ENDGROUP, SHOW, END
	};
	struct env *env = env_of(test);

	play(env, 0, empty);
	settle(env);
	expect_log(env, "out ECANCELED");
	play(env, 0, script);
	settle(env);
	expect_log(env, "");
	pass(env, 10);
	expect_log(env, "ok10 0");
}

/* TG-7, TK-B1: the outcome of a child stays readable after it has left the group */
static void outcome_stays_readable(struct kunit *test)
{
	static const struct line script[] = { GROUP(0), SPAWN(1, 0, ok10), ENDGROUP, END };
	struct env *env = env_of(test);
	char name[16];

	play(env, 0, script);
	settle(env);
	pass(env, 10);
	KUNIT_EXPECT_EQ(test, env->group[0].live, 0U);
	expect_finished(env, 1, 7);
	KUNIT_EXPECT_EQ(test, strncmp(cotask_get_name(env->task[1], name, 16), "Task-", 5), 0);
	expect_log(env, "ok10");
}

/* TG-8, TG-28: a cancelled child is no error, siblings and parent go on */
static void cancelled_child_is_no_error(struct kunit *test)
{
	static const struct line script[] = {
		GROUP(0), SPAWN(1, 0, loud), SPAWN(2, 0, ok10), SPAWN(3, 0, simple), CANCEL(3),
		YIELD, CANCEL(1), ENDGROUP, SHOW, COUNT, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 10);
	expect_log(env, "c ok10 0 n0");
	expect_cancelled(env, 1);
	expect_cancelled(env, 3);
}

/* TG-9, TG-19, TG-11: the first failure cancels siblings in order, then the body, once */
static void first_failure_aborts(struct kunit *test)
{
	static const struct line a[] = { TRY, SLEEP(99), EXCEPT, LOG("a"), RERAISE, ENDTRY, END };
	static const struct line b[] = { TRY, SLEEP(99), EXCEPT, LOG("b"), RERAISE, ENDTRY, END };
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, a), SPAWN(2, 0, fail5), SPAWN(4, 0, fail5b),
		SPAWN(3, 0, b),
		TRY, SLEEP(99), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY,
		ENDGROUP, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail fail2 a b ECANCELED n1 E1 n0 on");
	expect_count(env, 1, 1);
	KUNIT_EXPECT_EQ(test, cotask_cancel_reason(env->task[1]).cause, (u32)COTASK_CAUSE_SIBLING);
	KUNIT_EXPECT_EQ(test, cotask_cancel_reason(env->task[1]).error, E1);
	KUNIT_EXPECT_EQ(test, cotask_cancel_reason(env->task[1]).by, cotask_id(env->task[2]));
}

/* TG-9: a parent that waits in exit goes on waiting */
static void failure_during_exit(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, stubborn), SPAWN(2, 0, fail5), ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail");
	pass(env, 20);
	expect_log(env, "late E1 n0 on");
}

/* TG-10, TG-14, TG-B6: while aborting, failures add errors, in order; others nothing */
static void ends_while_aborting(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, fail5), SPAWN(2, 0, replaces), SPAWN(3, 0, stubborn),
		SPAWN(4, 0, loud), ENDGROUP, EXCEPT, SHOW, ENDTRY, END
	};
	struct cotask_group_error e[4];
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	pass(env, 20);
	expect_log(env, "fail c late E1");
	KUNIT_ASSERT_EQ(test, errors_of(env, 0, e), 2U);
	KUNIT_EXPECT_PTR_EQ(test, e[0].task, env->task[1]);
	KUNIT_EXPECT_EQ(test, e[0].error, E1);
	KUNIT_EXPECT_PTR_EQ(test, e[1].task, env->task[2]);
	KUNIT_EXPECT_EQ(test, e[1].error, E2);
	expect_count(env, 3, 1);
}

/* TG-12, TG-29: three that fail at the same deadline are three errors */
static void failures_in_one_turn(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, fail5), SPAWN(2, 0, fail5b), SPAWN(3, 0, fail5),
		ENDGROUP,
		EXCEPT, SHOW, ENDTRY, END
	};
	struct cotask_group_error e[4];
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail fail2 fail E1");
	KUNIT_EXPECT_EQ(test, errors_of(env, 0, e), 3U);
}

/* TG-13: a failing body cancels the children, not itself; its error comes first */
static void body_fails(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, replaces), YIELD, RAISE(E1), ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct cotask_group_error e[4];
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "E1 n0");
	KUNIT_ASSERT_EQ(test, errors_of(env, 0, e), 2U);
	KUNIT_EXPECT_NULL(test, e[0].task);
	KUNIT_EXPECT_EQ(test, e[0].error, E1);
	KUNIT_EXPECT_EQ(test, e[1].error, E2);
}

/* TG-15: an outside cancel of the body cancels the children and is passed on */
static void body_is_cancelled(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, stubborn), SLEEP(99), ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	static const struct line by_hand[] = {
		TRY, GROUP(1), SPAWN(1, 1, loud), YIELD, CANCEL(1), JOIN(1), ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "");
	pass(env, 20);
	expect_log(env, "late ECANCELED n1");
	play(env, 0, by_hand);
	settle(env);
	expect_log(env, "c ECANCELED n0");
}

static const struct line in_exit[] = {
	TRY, GROUP(0), SPAWN(1, 0, stubborn), ENDGROUP, EXCEPT, SHOW, COUNT, ENDTRY,
	YIELD, LOG("on"), END
};

/* TG-16, TG-17, TG-27: cancelled in exit it waits on, a second time as well */
static void cancelled_in_exit(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, in_exit);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_count(env, 1, 1);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_count(env, 1, 1);
	expect_log(env, "");
	pass(env, 20);
	expect_log(env, "late ECANCELED n2 on");
}

/* TG-16: armed when exit begins to wait is the same */
static void armed_at_exit(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, loud), YIELD, CANCEL_SELF, ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "c ECANCELED n1 on");
}

/* TG-18: errors and an outside cancel: the errors win and the task is armed */
static void errors_and_outside_cancel(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, replaces), SLEEP(99), ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, TRY, YIELD, EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "E2 n1 ECANCELED");
}

/* TG-20: the body swallows the group's cancel: the error is there all the same */
static void body_swallows(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(99), EXCEPT, ENDTRY, ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail E1 n0 on");
}

/* TG-21: the body replaces the group's cancel by an error */
static void body_replaces_own(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(99), EXCEPT, RAISE(E2), ENDTRY,
		ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct cotask_group_error e[4];
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail E1 n0 on");
	KUNIT_ASSERT_EQ(test, errors_of(env, 0, e), 2U);
	KUNIT_EXPECT_EQ(test, e[1].error, E2);
}

/* TG-22: the body replaces an outside cancel: count 1, armed */
static void body_replaces_outside(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), TRY, SLEEP(99), EXCEPT, RAISE(E2), ENDTRY, ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, TRY, YIELD, EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "E2 n1 ECANCELED");
}

/* TG-23: a child fails in the clean-up after an outside cancel */
static void second_delivery(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(99), EXCEPT,
		TRY, SLEEP(99), EXCEPT, COUNT, ENDTRY, RERAISE, ENDTRY, ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, TRY, YIELD, EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail n2 E1 n1 ECANCELED");
}

/* TG-24: nested, the outer one fails */
static void nested_outer_fails(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, fail5),
		TRY, GROUP(1), SPAWN(2, 1, loud), ENDGROUP, EXCEPT, SHOW, RERAISE, ENDTRY,
		ENDGROUP, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail c ECANCELED E1 n0 on");
}

/* TG-25: nested, the inner one fails */
static void nested_inner_fails(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, loud), GROUP(1), SPAWN(2, 1, fail5b), ENDGROUP, ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct cotask_group_error e[4];
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail2 c E2 n0 on");
	KUNIT_ASSERT_EQ(test, errors_of(env, 0, e), 1U);
	KUNIT_EXPECT_NULL(test, e[0].task);
}

/* TG-26: nested, both fail before the parent resumes */
static void nested_both_fail(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, fail5),
		TRY, GROUP(1), SPAWN(2, 1, fail5b), SLEEP(99), ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, TRY, YIELD, EXCEPT, SHOW, RERAISE, ENDTRY,
		ENDGROUP, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail fail2 E2 n1 ECANCELED E1 n0 on");
}

/* TG-40: a body that awaits the failing child gets -ECANCELED, the error is there once */
static void body_awaits_the_failing_child(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, JOIN(1), EXCEPT, SHOW, RERAISE, ENDTRY,
		ENDGROUP, EXCEPT, SHOW, ENDTRY, END
	};
	struct cotask_group_error e[4];
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail ECANCELED E1");
	KUNIT_EXPECT_EQ(test, errors_of(env, 0, e), 1U);
}

/* TG-41, TG-B8: old requests that were swallowed do not count */
static void entered_with_a_count(struct kunit *test)
{
	static const struct line script[] = {
		TRY, FUTURE(0), EXCEPT, ENDTRY,
		TRY, GROUP(0), SPAWN(1, 0, fail5), SLEEP(99), ENDGROUP, EXCEPT, SHOW, COUNT, ENDTRY,
		YIELD, GROUP(1), CANCEL_GROUP(1), SLEEP(99), ENDGROUP, SHOW, COUNT, YIELD,
		LOG("on"),
		END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail E1 n1 0 n1 on");
}

/* TG-30: an eager child fails in its first step; the body goes on to its suspension */
static void eager_child_fails(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN_EAGER(1, 0, now_fails), SPAWN_EAGER(2, 0, simple), LOG("body"),
		TRY, SLEEP(99), EXCEPT, SHOW, RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW, COUNT,
		ENDTRY,
		END
	};
	static const struct line awaits[] = {
		TRY, GROUP(1), SPAWN_EAGER(1, 1, now_fails), JOIN(1), ENDGROUP, EXCEPT, SHOW,
		ENDTRY,
		END
	};
	struct cotask_group_error e[4];
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "ran body ECANCELED E1 n0");
	play(env, 0, awaits);
	settle(env);
	expect_log(env, "E1");
	KUNIT_EXPECT_EQ(test, errors_of(env, 1, e), 2U);
}

/* TG-31: the same, and the body ends without suspending */
static void eager_child_fails_body_ends(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN_EAGER(1, 0, now_fails), ENDGROUP, EXCEPT, SHOW, COUNT, ENDTRY,
		YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "E1 n0 on");
}

/* TG-32: an abort during an eager first step cancels the child when it has joined */
static void abort_during_eager_step(struct kunit *test)
{
	static const struct line suspends[] = {
		CANCEL_GROUP(0), LOG("in"), TRY, SLEEP(99), EXCEPT, SHOW, COUNT, RERAISE,
		ENDTRY, END
	};
	static const struct line returns[] = { CANCEL_GROUP(1), RETURN(7) };
	static const struct line script[] = {
		GROUP(0), SPAWN_EAGER(1, 0, suspends), ENDGROUP,
		GROUP(1), SPAWN_EAGER(2, 1, returns), ENDGROUP, LOG("end"), COUNT, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "in ECANCELED n1 end n0");
	expect_cancelled(env, 1);
	expect_finished(env, 2, 7);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(entered_once),
	KUNIT_CASE(spawn_before_enter),
	KUNIT_CASE(spawn_after_the_end),
	KUNIT_CASE(spawn_while_aborting),
	KUNIT_CASE(spawn_during_exit),
	KUNIT_CASE(exit_waits),
	KUNIT_CASE(outcome_stays_readable),
	KUNIT_CASE(cancelled_child_is_no_error),
	KUNIT_CASE(first_failure_aborts),
	KUNIT_CASE(failure_during_exit),
	KUNIT_CASE(ends_while_aborting),
	KUNIT_CASE(failures_in_one_turn),
	KUNIT_CASE(body_fails),
	KUNIT_CASE(body_is_cancelled),
	KUNIT_CASE(cancelled_in_exit),
	KUNIT_CASE(armed_at_exit),
	KUNIT_CASE(errors_and_outside_cancel),
	KUNIT_CASE(body_swallows),
	KUNIT_CASE(body_replaces_own),
	KUNIT_CASE(body_replaces_outside),
	KUNIT_CASE(second_delivery),
	KUNIT_CASE(nested_outer_fails),
	KUNIT_CASE(nested_inner_fails),
	KUNIT_CASE(nested_both_fail),
	KUNIT_CASE(body_awaits_the_failing_child),
	KUNIT_CASE(entered_with_a_count),
	KUNIT_CASE(eager_child_fails),
	KUNIT_CASE(eager_child_fails_body_ends),
	KUNIT_CASE(abort_during_eager_step),
	{}
};

struct kunit_suite cotask_group_suite = {
	.name = "cotask_group",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
