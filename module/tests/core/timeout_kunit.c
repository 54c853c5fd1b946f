// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - timeout scopes and wait_for
 */
#include "../helpers.h"
#include "../suites.h"

static const struct line sleeper[] = { SLEEP(10), RETURN(7) };
static const struct line stubborn[] = {
	TRY, SLEEP(100), EXCEPT, SLEEP(20), ENDTRY, RETURN(7)
};
static const struct line failing[] = {
	TRY, SLEEP(100), EXCEPT, RAISE(E1), ENDTRY, END
};

/* TO-1: without a deadline nothing happens */
static void no_deadline_never_acts(struct kunit *test)
{
	static const struct line script[] = {
		TIMEOUT(0, NEVER), SLEEP(500), ENDTIMEOUT, LOG("ok"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	KUNIT_EXPECT_EQ(test, ktime_to_ns(cotask_timeout_when(&env->timeout[0])), (s64)KTIME_MAX);
	pass(env, 500);
	expect_log(env, "ok");
	KUNIT_EXPECT_FALSE(test, cotask_timeout_expired(&env->timeout[0]));
}

static void enter0(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_enter(task, &env->timeout[0]), 0);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_enter(task, &env->timeout[0]), -EALREADY);
}

static void exit0(struct env *env, struct cotask *task)
{
	note(env, "%ld", cotask_timeout_exit(&env->timeout[0], -ECANCELED) == -ETIMEDOUT ? 1L : 0L);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_enter(task, &env->timeout[0]), -EALREADY);
}

/* TO-2, TO-3: the time counts from the making; a timeout is entered once, by a task */
static void delay_counts_from_the_making(struct kunit *test)
{
	static const struct line script[] = {
		HOOK(enter0), TRY, SLEEP(100), EXCEPT, HOOK(exit0), ENDTRY, COUNT, END
	};
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, cotask_timeout_init(&env->timeout[0], env->loop, 10 * MS), 0);
	KUNIT_EXPECT_EQ(test, cotask_timeout_enter(NULL, &env->timeout[0]), -ESRCH);
	advance(env, 8);
	play(env, 0, script);
	settle(env);
	pass(env, 1);
	expect_log(env, "");
	pass(env, 1);
	expect_log(env, "1 n0");
}

/* TO-4, TO-7, TO-8: the deadline cancels the task, exit turns that into -ETIMEDOUT */
static void expiry_gives_etimedout(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10), TRY, SLEEP(100), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY,
		ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 9);
	KUNIT_EXPECT_FALSE(test, cotask_timeout_expired(&env->timeout[0]));
	expect_log(env, "");
	pass(env, 1);
	expect_log(env, "ECANCELED n1 ETIMEDOUT n0");
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[0]));
}

/* TO-5: a past deadline is queued at once, before a yield issued afterwards */
static void past_deadline_comes_before_the_yield(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 0), LOG("in"), YIELD, LOG("no"), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY,
		TRY, TIMEOUT(1, -5), YIELD, LOG("no"), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "in ETIMEDOUT ETIMEDOUT");
}

/* TO-6: a body that does not suspend cannot time out */
static void busy_body_does_not_time_out(struct kunit *test)
{
	static const struct line script[] = {
		TIMEOUT(0, 10), ADVANCE(50), ENDTIMEOUT, LOG("ok"), YIELD, COUNT, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "ok n0");
	KUNIT_EXPECT_FALSE(test, cotask_timeout_expired(&env->timeout[0]));
}

static const struct line guarded[] = {
	TRY, TIMEOUT(0, 10), TRY, FUTURE(0), EXCEPT, RERAISE, ENDTRY, ENDTIMEOUT, LOG("ok"),
	EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, END
};

/* TO-9, TO-13: expiry and an outside cancel before the task resumes, either order */
static void expiry_and_outside_cancel(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, guarded);
	settle(env);
	cotask_cancel(env->task[0]);
	pass(env, 10);
	expect_log(env, "ECANCELED n1");

	renew(env, 0);
	play(env, 1, guarded);
	settle(env);
	advance(env, 10);
	/* Behind the expiry, which is queued first, but before the task resumes. */
	turn(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED n1");
	expect_cancelled(env, 1);
}

/* TO-10: an error beats the timeout; a body that swallows returns normally */
static void other_ends_of_the_body(struct kunit *test)
{
	static const struct line error[] = {
		TRY, TIMEOUT(0, 10), TRY, SLEEP(99), EXCEPT, RAISE(E1), ENDTRY, ENDTIMEOUT,
		EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	static const struct line swallows[] = {
		TIMEOUT(1, 10), TRY, SLEEP(99), EXCEPT, ENDTRY, ENDTIMEOUT, LOG("ok"), COUNT, END
	};
	struct env *env = env_of(test);

	play(env, 0, error);
	settle(env);
	pass(env, 10);
	expect_log(env, "E1 n0");
	play(env, 1, swallows);
	settle(env);
	pass(env, 10);
	expect_log(env, "ok n0");
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[1]));
}

/* TO-11: nested timeouts, one is due before the other */
static void nested_one_after_the_other(struct kunit *test)
{
	static const struct line inner_first[] = {
		TRY, TIMEOUT(0, 20),
		TRY, TIMEOUT(1, 10), SLEEP(99), ENDTIMEOUT, EXCEPT, LOG("inner"), SHOW, ENDTRY,
		SLEEP(99), ENDTIMEOUT, EXCEPT, LOG("outer"), SHOW, COUNT, ENDTRY, END
	};
	static const struct line outer_first[] = {
		TRY, TIMEOUT(2, 10),
		TRY, TIMEOUT(3, 20), SLEEP(99), ENDTIMEOUT, EXCEPT, LOG("inner"), SHOW,
		RERAISE, ENDTRY,
		ENDTIMEOUT, EXCEPT, LOG("outer"), SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, inner_first);
	settle(env);
	pass(env, 10);
	expect_log(env, "inner ETIMEDOUT");
	pass(env, 10);
	expect_log(env, "outer ETIMEDOUT n0");
	play(env, 1, outer_first);
	settle(env);
	pass(env, 10);
	expect_log(env, "inner ECANCELED outer ETIMEDOUT n0");
	KUNIT_EXPECT_FALSE(test, cotask_timeout_expired(&env->timeout[3]));
}

/* TO-12: nested timeouts that are due at once */
static void nested_both_at_once(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10),
		TRY, TIMEOUT(1, 10), SLEEP(99), ENDTIMEOUT, EXCEPT, SHOW, RERAISE, ENDTRY,
		ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 10);
	expect_log(env, "ECANCELED ETIMEDOUT n0 on");
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[0]));
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[1]));
}

/* TO-14: expiry and outside cancel hit one after the other's clean-up */
static void second_delivery_in_clean_up(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10), TRY, SLEEP(99), EXCEPT, LOG("a"),
		TRY, SLEEP(99), EXCEPT, LOG("b"), ENDTRY, RERAISE, ENDTRY,
		ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 10);
	expect_log(env, "a b ECANCELED n1");
	play(env, 1, script);
	settle(env);
	pass(env, 10);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "a b ECANCELED n1");
}

/* TO-15: an earlier cancel that was swallowed does not count, a new one does */
static void entered_with_a_count(struct kunit *test)
{
	static const struct line script[] = {
		TRY, FUTURE(0), EXCEPT, ENDTRY,
		TRY, TIMEOUT(0, 10), SLEEP(99), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY,
		TRY, TIMEOUT(1, 10), SLEEP(99), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 10);
	expect_log(env, "ETIMEDOUT n1");
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED n2");
}

/* TO-16: a timeout in the clean-up of another one */
static void timeout_in_clean_up(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10), TRY, SLEEP(99), EXCEPT,
		TRY, TIMEOUT(1, 5), SLEEP(99), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY,
		RERAISE, ENDTRY, ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 10);
	pass(env, 5);
	expect_log(env, "ETIMEDOUT n1 ETIMEDOUT n0");
}

/* TO-17: a deadline can be moved while the timeout is entered, and only then */
static void move(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10), SLEEP(99), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);
	struct cotask_timeout *t = &env->timeout[0];
	s64 now = cotask_loop_now(env->loop);

	KUNIT_EXPECT_EQ(test, cotask_timeout_move(t, ns_to_ktime(now)), -EINVAL);
	play(env, 0, script);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_timeout_move(t, ns_to_ktime(now + 30 * MS)), 0);
	pass(env, 29);
	expect_log(env, "");
	KUNIT_EXPECT_EQ(test, cotask_timeout_move(t, ns_to_ktime(now)), 0);
	settle(env);
	expect_log(env, "ETIMEDOUT");
	KUNIT_EXPECT_EQ(test, cotask_timeout_move(t, ns_to_ktime(now + 99 * MS)), -EINVAL);
	KUNIT_EXPECT_EQ(test, ktime_to_ns(cotask_timeout_when(t)), now);
}

/* TO-18: completion and expiry before the task resumes, either order */
static void completion_and_expiry(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, guarded);
	settle(env);
	advance(env, 10);
	cotask_future_complete(&env->future[0], 5);
	settle(env);
	/* The task was queued first and has resumed with the value. */
	expect_log(env, "ok");

	renew(env, 0);
	play(env, 1, guarded);
	settle(env);
	pass(env, 10);
	expect_log(env, "ETIMEDOUT n0");
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&env->future[0], 5), -EINVAL);
}

/* TO-19: a task that is ready runs before a timer that is looked at later */
static void ready_task_runs_before_due_timer(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10), ADVANCE(20), YIELD, LOG("first"), SLEEP(1), LOG("no"),
		ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "first ETIMEDOUT");
}

/* TO-20: around a group it is an outside cancel; all children are awaited */
static void timeout_around_a_group(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10), GROUP(0), SPAWN(1, 0, stubborn), SLEEP(99), ENDGROUP,
		ENDTIMEOUT,
		EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	static const struct line fails[] = {
		TRY, TIMEOUT(1, 10), GROUP(1), SPAWN(1, 1, failing), SLEEP(99), ENDGROUP,
		ENDTIMEOUT,
		EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 10);
	expect_log(env, "");
	pass(env, 20);
	expect_log(env, "ETIMEDOUT n0");
	play(env, 0, fails);
	settle(env);
	pass(env, 10);
	expect_log(env, "E1 n0 on");
}

/* TO-B1: a cancel that is undelivered at enter is not part of the baseline */
static void undelivered_at_enter(struct kunit *test)
{
	static const struct line script[] = {
		CANCEL_SELF, TRY, TIMEOUT(0, 0), YIELD, ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "ECANCELED n1");
}

/* TO-B6: nothing stays armed when the count falls back to a baseline above zero */
static void nothing_armed_above_zero(struct kunit *test)
{
	static const struct line script[] = {
		TRY, FUTURE(0), EXCEPT, ENDTRY,
		TRY, TIMEOUT(0, 10), GROUP(0), SPAWN(1, 0, failing), SLEEP(99), ENDGROUP,
		ENDTIMEOUT,
		EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 10);
	expect_log(env, "E1 n1 on");
}

/* TO-B6, TO-B1: what was withdrawn is part of the baseline of the next scope */
static void withdrawn_is_settled(struct kunit *test)
{
	static const struct line script[] = {
		TRY, FUTURE(0), EXCEPT, ENDTRY,
		TIMEOUT(0, 10), TRY, FUTURE(1), EXCEPT, UNCANCEL, ENDTRY,
		UNCANCEL, CANCEL_SELF, CANCEL_SELF, ENDTIMEOUT, COUNT,
		TRY, TIMEOUT(1, 10), FUTURE(2), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 10);
	expect_log(env, "n1");
	pass(env, 10);
	expect_log(env, "ETIMEDOUT n1");
}

/* --- wait_for ---------------------------------------------------------------- */

/* WF-1: with time it is a timeout around the await; a coroutine runs in the caller */
static void wait_for_with_time(struct kunit *test)
{
	static const struct line inner[] = { COUNT, SLEEP(50), LOG("no"), END };
	static const struct line script[] = {
		WAIT_FOR(0, 20), SHOW, WAIT_FOR_FUTURE(0, NEVER), SHOW,
		TRY, WAIT_FOR_CALL(inner, 10), EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, sleeper);
	play(env, 1, script);
	settle(env);
	pass(env, 10);
	expect_log(env, "7");
	cotask_future_complete(&env->future[0], 3);
	settle(env);
	expect_log(env, "3 n0");
	pass(env, 10);
	expect_log(env, "ETIMEDOUT n0");
}

/* WF-2, WF-3: without time, what is done is taken, and a coroutine never runs */
static void wait_for_without_time(struct kunit *test)
{
	static const struct line inner[] = { LOG("no"), END };
	static const struct line script[] = {
		WAIT_FOR(0, 0), SHOW, TRY, WAIT_FOR_CALL(inner, 0), EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, sleeper);
	settle(env);
	pass(env, 10);
	play(env, 1, script);
	KUNIT_EXPECT_TRUE(test, turn(env));
	expect_log(env, "7 ETIMEDOUT");
	expect_finished(env, 1, 0);
}

/* WF-4: without time, what is pending is cancelled and waited for */
static void wait_for_cancels_and_waits(struct kunit *test)
{
	static const struct line script[] = {
		TRY, WAIT_FOR(0, 0), SHOW, EXCEPT, SHOW, ENDTRY,
		TRY, WAIT_FOR(1, 0), SHOW, EXCEPT, SHOW, ENDTRY,
		TRY, WAIT_FOR(2, 0), SHOW, EXCEPT, SHOW, ENDTRY, COUNT, END
	};
	struct env *env = env_of(test);

	play(env, 0, sleeper);
	play(env, 1, stubborn);
	play(env, 2, failing);
	settle(env);
	play(env, 3, script);
	settle(env);
	expect_log(env, "ETIMEDOUT");
	pass(env, 20);
	expect_log(env, "7 E1 n0");
}

/* WF-5: a cancel of the caller ends that wait at once */
static void cancel_ends_the_wait(struct kunit *test)
{
	static const struct line script[] = {
		TRY, WAIT_FOR(0, 0), EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, stubborn);
	settle(env);
	play(env, 1, script);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED n1");
	expect_pending(env, 0);
	expect_count(env, 0, 1);
	pass(env, 20);
	expect_finished(env, 0, 7);
}

/* WF-6: after the expiry it waits until what is awaited has ended */
static void expiry_waits_for_the_end(struct kunit *test)
{
	static const struct line script[] = {
		TRY, WAIT_FOR(0, 5), SHOW, EXCEPT, SHOW, ENDTRY,
		TRY, WAIT_FOR(1, 5), SHOW, EXCEPT, SHOW, ENDTRY,
		TRY, WAIT_FOR(2, 5), SHOW, EXCEPT, SHOW, ENDTRY, COUNT, END
	};
	struct env *env = env_of(test);

	play(env, 0, sleeper);
	play(env, 1, stubborn);
	play(env, 2, failing);
	play(env, 3, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "ETIMEDOUT");
	pass(env, 5);
	expect_log(env, "");
	pass(env, 20);
	expect_log(env, "7");
	pass(env, 5);
	expect_log(env, "E1 n0");
}

/* WF-7: cancelled by a third party it is -ECANCELED, not -ETIMEDOUT */
static void third_party_cancel(struct kunit *test)
{
	static const struct line script[] = {
		TRY, WAIT_FOR(0, 5), EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, sleeper);
	play(env, 1, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED n0");
}

/* WF-8: a cancel of the caller reaches what is awaited, in its clean-up a second time */
static void caller_is_cancelled(struct kunit *test)
{
	static const struct line script[] = {
		TRY, WAIT_FOR(0, 5), EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, sleeper);
	play(env, 1, script);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED n1");
	expect_cancelled(env, 0);

	play(env, 0, stubborn);
	play(env, 1, script);
	settle(env);
	pass(env, 5);
	cotask_cancel(env->task[1]);
	expect_count(env, 0, 2);
	settle(env);
	expect_log(env, "ECANCELED n1");
}

/* WF-9: done, the caller not resumed, then cancelled: the value stays readable */
static void cancel_after_completion(struct kunit *test)
{
	static const struct line script[] = {
		TRY, WAIT_FOR_FUTURE(0, 5), EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 1, script);
	settle(env);
	cotask_future_complete(&env->future[0], 4);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED");
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&env->future[0].base), 4L);
}

/* WF-10: a shielded task runs on, with time and without */
static void wait_for_shield(struct kunit *test)
{
	static const struct line script[] = {
		TRY, WAIT_FOR_SHIELD(0, 5), EXCEPT, SHOW, ENDTRY,
		TRY, WAIT_FOR_SHIELD(0, 0), EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, sleeper);
	play(env, 1, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "ETIMEDOUT ETIMEDOUT");
	expect_count(env, 0, 0);
	pass(env, 5);
	expect_finished(env, 0, 7);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(no_deadline_never_acts),
	KUNIT_CASE(delay_counts_from_the_making),
	KUNIT_CASE(expiry_gives_etimedout),
	KUNIT_CASE(past_deadline_comes_before_the_yield),
	KUNIT_CASE(busy_body_does_not_time_out),
	KUNIT_CASE(expiry_and_outside_cancel),
	KUNIT_CASE(other_ends_of_the_body),
	KUNIT_CASE(nested_one_after_the_other),
	KUNIT_CASE(nested_both_at_once),
	KUNIT_CASE(second_delivery_in_clean_up),
	KUNIT_CASE(entered_with_a_count),
	KUNIT_CASE(timeout_in_clean_up),
	KUNIT_CASE(move),
	KUNIT_CASE(completion_and_expiry),
	KUNIT_CASE(ready_task_runs_before_due_timer),
	KUNIT_CASE(timeout_around_a_group),
	KUNIT_CASE(undelivered_at_enter),
	KUNIT_CASE(nothing_armed_above_zero),
	KUNIT_CASE(withdrawn_is_settled),
	KUNIT_CASE(wait_for_with_time),
	KUNIT_CASE(wait_for_without_time),
	KUNIT_CASE(wait_for_cancels_and_waits),
	KUNIT_CASE(cancel_ends_the_wait),
	KUNIT_CASE(expiry_waits_for_the_end),
	KUNIT_CASE(third_party_cancel),
	KUNIT_CASE(caller_is_cancelled),
	KUNIT_CASE(cancel_after_completion),
	KUNIT_CASE(wait_for_shield),
	{}
};

struct kunit_suite cotask_timeout_suite = {
	.name = "cotask_timeout",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
