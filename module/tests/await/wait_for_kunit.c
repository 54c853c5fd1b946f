// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - wait_for where it meets other cancels, other scopes and misuse
 */
#include "../helpers.h"
#include "../suites.h"

static const struct line sleeper[] = { SLEEP(100), RETURN(7) };
static const struct line stubborn[] = {
	TRY, SLEEP(100), EXCEPT, SLEEP(20), ENDTRY, RETURN(7)
};
static const struct line no_time[] = {
	TRY, WAIT_FOR(0, 0), SHOW, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
};
static const struct line five_ms[] = {
	TRY, WAIT_FOR(0, 5), SHOW, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
};

/* WF-5: cancelled before or after x ends, the caller receives -ECANCELED, not -ETIMEDOUT */
static void cancel_is_no_timeout(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, sleeper);
	settle(env);
	play(env, 1, no_time);
	turn(env);
	/* x has its cancel, and is going to end right before the caller resumes. */
	cotask_cancel(env->task[1]);
	settle(env);
	expect_cancelled(env, 0);
	expect_log(env, "ECANCELED n1 on");

	play(env, 0, sleeper);
	settle(env);
	play(env, 1, no_time);
	turn(env);
	turn(env);
	expect_cancelled(env, 0);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED n1 on");
}

/* WF-4, WF-5: a caller that was cancelled before cancels x all the same, and goes on */
static void armed_caller(struct kunit *test)
{
	static const struct line script[] = {
		CANCEL_SELF, TRY, WAIT_FOR(0, 0), EXCEPT, SHOW, COUNT, ENDTRY,
		YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, stubborn);
	settle(env);
	play(env, 1, script);
	settle(env);
	expect_log(env, "ECANCELED n1 on");
	expect_count(env, 0, 1);
	pass(env, 20);
	expect_finished(env, 0, 7);
}

/* WF-4: without time a pending future is cancelled at once */
static void pending_future_without_time(struct kunit *test)
{
	static const struct line script[] = {
		TRY, WAIT_FOR_FUTURE(0, -5), EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "ETIMEDOUT n0");
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&env->future[0].base));
}

/* WF-3, CO-6: a coroutine without time is released, and not one line of it runs */
static void coroutine_without_time(struct kunit *test)
{
	static const struct line inner[] = { LOG("no"), END };
	static const struct line script[] = {
		TRY, WAIT_FOR_CALL(inner, 0), EXCEPT, SHOW, ENDTRY,
		TRY, WAIT_FOR_CALL(inner, -1), EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "ETIMEDOUT ETIMEDOUT");
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* WF-1, CX-3: a cancel of the caller reaches the coroutine, which runs in its task */
static void cancel_reaches_the_coroutine(struct kunit *test)
{
	static const struct line inner[] = {
		TRY, SLEEP(50), EXCEPT, LOG("inner"), COUNT, RERAISE, ENDTRY, END
	};
	static const struct line script[] = {
		TRY, WAIT_FOR_CALL(inner, 10), EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "inner n1 ECANCELED n1");
}

/* WF-1, TO-12: one in the other, both due at once: the outer one has timed out */
static void nested_at_once(struct kunit *test)
{
	static const struct line innermost[] = { SLEEP(50), END };
	static const struct line inner[] = {
		TRY, WAIT_FOR_CALL(innermost, 10), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, END
	};
	static const struct line script[] = {
		TRY, WAIT_FOR_CALL(inner, 10), EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 10);
	expect_log(env, "ECANCELED n1 ETIMEDOUT n0 on");
}

/* WF-6, TO-11: the clean-up of x is cut short by the timeout around it */
static void outer_timeout_in_clean_up(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10),
		TRY, WAIT_FOR(0, 5), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY,
		ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, stubborn);
	play(env, 1, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "");
	pass(env, 5);
	expect_log(env, "ECANCELED n1 ETIMEDOUT n0 on");
	expect_count(env, 0, 2);
}

/* WF-8, CX-14: x swallows the cancel of the caller: the value comes, the count stays */
static void x_swallows(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, stubborn);
	play(env, 1, five_ms);
	settle(env);
	advance(env, 1);
	cotask_cancel(env->task[1]);
	settle(env);
	/* The deadline comes in the clean-up, and x gets its second cancel there. */
	pass(env, 4);
	expect_log(env, "ECANCELED n1 on");

	play(env, 0, stubborn);
	play(env, 1, no_time);
	settle(env);
	expect_log(env, "");
	pass(env, 20);
	expect_log(env, "7 on");
	expect_count(env, 1, 0);
}

/* WF-7, TO-18: cancelled by a third party, then due before the caller resumes */
static void third_party_then_expiry(struct kunit *test)
{
	static const struct line third[] = { SLEEP(5), CANCEL_FUTURE(0), END };
	static const struct line script[] = {
		TRY, WAIT_FOR_FUTURE(0, 5), EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, third);
	play(env, 1, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "ETIMEDOUT n0 on");
}

/* WF-7, CX-15: the expiry of one waiter cancels x for the other one, too */
static void two_callers(struct kunit *test)
{
	static const struct line script[] = {
		TRY, WAIT_FOR(0, 50), EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, sleeper);
	play(env, 1, five_ms);
	play(env, 2, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "ETIMEDOUT n0 ECANCELED n0 on");
}

/* WF-10: a cancel of the caller does not affect the shielded object, with time and without */
static void cancelled_at_a_shield(struct kunit *test)
{
	static const struct line script[] = {
		TRY, WAIT_FOR_SHIELD(0, 5), EXCEPT, SHOW, COUNT, ENDTRY,
		YIELD, LOG("on"), SLEEP(50), END
	};
	struct env *env = env_of(test);

	play(env, 0, sleeper);
	play(env, 1, script);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED n1 on");
	expect_count(env, 0, 0);
	/* No timer is left that could act. */
	pass(env, 5);
	expect_pending(env, 1);
	expect_count(env, 1, 1);
}

static long misused(struct cotask *task, struct cotask_frame *frame)
{
	struct env *env = env_current();
	static struct cotask_wait_for w;
	long rc;

	CO_BEGIN(task, frame, no_w, no_x, no_coro, itself, other);

	CO_AWAIT(no_w, rc, cotask_wait_for(task, NULL, &env->future[0].base, 5));
	note_outcome(env, rc);
	CO_AWAIT(no_x, rc, cotask_wait_for(task, &w, NULL, 5));
	note_outcome(env, rc);
	CO_AWAIT(no_coro, rc, cotask_wait_for_call(task, &w, NULL, 5));
	note_outcome(env, rc);
	CO_AWAIT(itself, rc, cotask_wait_for(task, &w, &task->base, 0));
	note_outcome(env, rc);
	KUNIT_EXPECT_EQ(env->test, cotask_cancelling(task), 0U);
	CO_AWAIT(other, rc, cotask_wait_for(task, &w, &env->task[0]->base, 0));
	note_outcome(env, rc);
	return 0;
}

/* WF-4, AW-4, AW-5: misuse returns an error and cancels nothing */
static void misuse(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_loop *other = cotask_manual_create(0);
	struct cotask_frame frame;
	struct cotask *t;

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	env->task[0] = cotask_spawn(cotask_loop_root(other), script_frame(env, sleeper), NULL);
	t = cotask_spawn(cotask_loop_root(env->loop), cotask_frame_init(&frame, misused, NULL),
			 NULL);
	settle(env);
	expect_log(env, "EINVAL EINVAL EINVAL EDEADLK EXDEV");
	expect_count(env, 0, 0);
	KUNIT_EXPECT_EQ(test, cotask_result(t), 0L);
	cotask_put(t);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(other, 0), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cancel_is_no_timeout),
	KUNIT_CASE(armed_caller),
	KUNIT_CASE(pending_future_without_time),
	KUNIT_CASE(coroutine_without_time),
	KUNIT_CASE(cancel_reaches_the_coroutine),
	KUNIT_CASE(nested_at_once),
	KUNIT_CASE(outer_timeout_in_clean_up),
	KUNIT_CASE(x_swallows),
	KUNIT_CASE(third_party_then_expiry),
	KUNIT_CASE(two_callers),
	KUNIT_CASE(cancelled_at_a_shield),
	KUNIT_CASE(misuse),
	{}
};

struct kunit_suite cotask_wait_for_suite = {
	.name = "cotask_wait_for",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
