// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - awaitables: futures, outcomes of awaits, callbacks
 */
#include "../helpers.h"
#include "../suites.h"

static const struct line waits0[] = {
	TRY, FUTURE(0), SHOW, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, RETURN(1)
};
static const struct line fails[] = { RAISE(E1) };
static const struct line simple[] = { LOG("ran"), RETURN(7) };

static struct cotask_awaitable *future(struct env *env, int i)
{
	return &env->future[i].base;
}

/* AW-1: a done future is awaited without a turn in between, for a value and an error */
static void await_of_done_does_not_suspend(struct kunit *test)
{
	static const struct line script[] = {
		FUTURE(0), SHOW, TRY, FUTURE(1), EXCEPT, SHOW, ENDTRY, TRY, FUTURE(2), EXCEPT, SHOW,
		ENDTRY, JOIN(1), SHOW, END
	};
	static const struct line other[] = { LOG("other"), END };
	struct env *env = env_of(test);

	cotask_future_complete(&env->future[0], 5);
	cotask_future_fail(&env->future[1], E1);
	cotask_future_cancel(&env->future[2]);
	play(env, 1, simple);
	settle(env);
	play(env, 0, script);
	play(env, 2, other);
	turn(env);
	expect_log(env, "ran 5 E1 ECANCELED 7 other");
}

/* AW-1: awaiting a done future does not deliver an armed cancel; suspending does */
static void await_of_done_delivers_no_cancel(struct kunit *test)
{
	static const struct line script[] = {
		CANCEL_SELF, FUTURE(0), SHOW, FUTURE(0), SHOW, TRY, YIELD, EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	cotask_future_complete(&env->future[0], 5);
	play(env, 0, script);
	turn(env);
	expect_log(env, "5 5");
	turn(env);
	expect_log(env, "ECANCELED");
}

/* AW-2: an await of a pending object lets other tasks run, and returns its value or error */
static void await_of_pending_suspends(struct kunit *test)
{
	static const struct line waits1[] = { TRY, FUTURE(1), EXCEPT, SHOW, ENDTRY, END };
	static const struct line sets[] = { LOG("sets"), SET(0, 5), FAIL(1, E2), END };
	struct env *env = env_of(test);

	play(env, 0, waits0);
	play(env, 1, waits1);
	play(env, 2, sets);
	turn(env);
	expect_log(env, "sets");
	turn(env);
	expect_log(env, "5 E2");
}

/* AW-3: all waiters of a task get its outcome, those that come later as well */
static void all_waiters_get_the_outcome(struct kunit *test)
{
	static const struct line child[] = { FUTURE(0), RAISE(E1) };
	static const struct line joins[] = { TRY, JOIN(0), EXCEPT, SHOW, ENDTRY, END };
	struct env *env = env_of(test);
	int i;

	play(env, 0, child);
	for (i = 1; i < 4; i++)
		play(env, i, joins);
	settle(env);
	cotask_future_complete(&env->future[0], 1);
	settle(env);
	expect_log(env, "E1 E1 E1");
	play(env, 4, joins);
	settle(env);
	expect_log(env, "E1");
	KUNIT_EXPECT_EQ(test, cotask_result(env->task[0]), (long)E1);
	KUNIT_EXPECT_EQ(test, cotask_result(env->task[0]), (long)E1);
}

/* AW-4: a task that awaits itself and lets the code pass fails with it */
static void await_self_unhandled(struct kunit *test)
{
	static const struct line script[] = { LOG("in"), JOIN(0), LOG("never"), END };
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "in");
	expect_failed(env, 0, -EDEADLK);
}

/* AW-4: a cancel between that await and the next turn wins as ever */
static void await_self_and_cancel(struct kunit *test)
{
	static const struct line script[] = { TRY, JOIN(0), EXCEPT, SHOW, ENDTRY, END };
	struct env *env = env_of(test);

	play(env, 0, script);
	turn(env);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[0]));
	settle(env);
	expect_log(env, "ECANCELED");
}

/* AW-5: -EXDEV comes on the next turn, and leaves the other loop's object alone */
static void await_across_loops_suspends(struct kunit *test)
{
	static const struct line script[] = {
		LOG("in"), TRY, FUTURE(1), EXCEPT, SHOW, ENDTRY, YIELD, LOG("on"), END
	};
	static const struct line other[] = { LOG("other"), END };
	struct env *env = env_of(test);
	struct cotask_loop *loop = cotask_manual_create(0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	renew_on(env, 1, loop);
	play(env, 0, script);
	play(env, 1, other);
	turn(env);
	expect_log(env, "in other");
	settle(env);
	expect_log(env, "EXDEV on");
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_done(future(env, 1)));
	/* No task waits for it. */
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&env->future[1], 1), 0);
	KUNIT_EXPECT_FALSE(test, cotask_manual_turn(loop));
	cotask_loop_stop(loop, 0);
}

/* AW-6: no outcome is ever replaced */
static void first_outcome_stays(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_future *f = env->future;
	int i;

	KUNIT_EXPECT_EQ(test, cotask_future_complete(&f[0], 5), 0);
	KUNIT_EXPECT_EQ(test, cotask_future_fail(&f[1], E1), 0);
	KUNIT_EXPECT_TRUE(test, cotask_future_cancel(&f[2]));
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_EQ(test, cotask_future_complete(&f[i], 6), -EINVAL);
		KUNIT_EXPECT_EQ(test, cotask_future_fail(&f[i], E2), -EINVAL);
		KUNIT_EXPECT_FALSE(test, cotask_future_cancel(&f[i]));
		KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&f[i].base));
	}
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&f[0].base), 5L);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&f[1].base), (long)E1);
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancelled(&f[1].base));
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&f[2].base));
}

/* AW-6: the waiter gets the first outcome, though a second one was tried before it ran */
static void waiter_gets_the_first_outcome(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, waits0);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&env->future[0], 5), 0);
	KUNIT_EXPECT_EQ(test, cotask_future_fail(&env->future[0], E1), -EINVAL);
	KUNIT_EXPECT_FALSE(test, cotask_future_cancel(&env->future[0]));
	settle(env);
	expect_log(env, "5");
}

/* AW-6, SC-6: what is no value and no error is refused, and the future stays pending */
static void bad_outcomes_are_refused(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_future *f = &env->future[0], zero = {};

	KUNIT_EXPECT_EQ(test, cotask_future_complete(f, -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_future_complete(f, LONG_MIN), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_future_fail(f, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_future_fail(f, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_future_fail(f, -MAX_ERRNO - 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_future_fail(f, INT_MIN), -EINVAL);
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_done(&f->base));
	KUNIT_EXPECT_EQ(test, cotask_future_fail(f, -MAX_ERRNO), 0);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&f->base), (long)-MAX_ERRNO);
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&env->future[1], LONG_MAX), 0);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(future(env, 1)), LONG_MAX);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_error(future(env, 1)), 0);

	KUNIT_EXPECT_EQ(test, cotask_future_complete(&zero, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_future_fail(&zero, E1), -EINVAL);
	KUNIT_EXPECT_FALSE(test, cotask_future_cancel(&zero));
	KUNIT_EXPECT_EQ(test, cotask_future_complete(NULL, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_future_fail(NULL, E1), -EINVAL);
	KUNIT_EXPECT_FALSE(test, cotask_future_cancel(NULL));
	KUNIT_EXPECT_EQ(test, cotask_future_init(NULL, env->loop), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_future_init(&zero, NULL), -EINVAL);
}

static void await_nothing(struct env *env, struct cotask *task)
{
	struct cotask_future zero = {};
	struct cotask_await op;

	op = cotask_await_future(task, NULL);
	KUNIT_EXPECT_FALSE(env->test, op.pending);
	note(env, "%ld", __cotask_outcome(task));
	op = cotask_join(task, NULL);
	KUNIT_EXPECT_FALSE(env->test, op.pending);
	note(env, "%ld", __cotask_outcome(task));
	op = cotask_await_shielded(task, NULL);
	KUNIT_EXPECT_FALSE(env->test, op.pending);
	note(env, "%ld", __cotask_outcome(task));
	op = cotask_await_future(task, &zero);
	KUNIT_EXPECT_FALSE(env->test, op.pending);
	note(env, "%ld", __cotask_outcome(task));
}

/* AW-1: a missing or refused object returns -EINVAL without suspending */
static void await_of_nothing(struct kunit *test)
{
	static const struct line script[] = { HOOK(await_nothing), RETURN(3) };
	struct env *env = env_of(test);

	play(env, 0, script);
	turn(env);
	expect_log(env, "-22 -22 -22 -22");
	expect_finished(env, 0, 3);
}

/* AW-7: a cancelled future is done at once, and its waiters run on the next turn */
static void cancelled_future_is_done_at_once(struct kunit *test)
{
	static const struct line canceller[] = {
		CANCEL_FUTURE(0), SHOW, CANCEL_FUTURE(0), SHOW, TRY, FUTURE(0), EXCEPT, SHOW,
		ENDTRY,
		END
	};
	struct env *env = env_of(test);

	play(env, 0, waits0);
	play(env, 1, canceller);
	turn(env);
	expect_log(env, "1 0 ECANCELED");
	turn(env);
	expect_log(env, "ECANCELED n0");
}

/* AW-8: result and error of a future in each state */
static void outcome_of_a_future(struct kunit *test)
{
	struct env *env = env_of(test);
	int i;

	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, cotask_awaitable_result(future(env, 0)), (long)-EINPROGRESS);
		KUNIT_EXPECT_EQ(test, cotask_awaitable_error(future(env, 0)), -EINPROGRESS);
	}
	cotask_future_complete(&env->future[0], 5);
	cotask_future_fail(&env->future[1], E1);
	cotask_future_cancel(&env->future[2]);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(future(env, 0)), 5L);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_error(future(env, 0)), 0);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(future(env, 1)), (long)E1);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_error(future(env, 1)), E1);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(future(env, 2)), (long)-ECANCELED);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_error(future(env, 2)), -ECANCELED);
}

/* AW-9: a task that handles the code of a cancelled future goes on, with count 0 */
static void cancelled_future_is_handled(struct kunit *test)
{
	static const struct line script[] = {
		TRY, FUTURE(0), EXCEPT, SHOW, COUNT, ENDTRY, SLEEP(5), LOG("on"), RETURN(2)
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	play(env, 1, waits0);
	settle(env);
	cotask_future_cancel(&env->future[0]);
	settle(env);
	expect_log(env, "ECANCELED n0 ECANCELED n0");
	pass(env, 5);
	expect_log(env, "on");
	expect_finished(env, 0, 2);
	expect_cancelled(env, 1);
	expect_count(env, 1, 0);
}

/* AW-10: a waiter of FAILED(-ECANCELED) that passes it on is CANCELLED, the future not */
static void failed_with_the_code_of_cancel(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, waits0);
	settle(env);
	cotask_future_fail(&env->future[0], -ECANCELED);
	settle(env);
	expect_log(env, "ECANCELED n0");
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancelled(future(env, 0)));
	KUNIT_EXPECT_EQ(test, cotask_awaitable_error(future(env, 0)), -ECANCELED);
	expect_cancelled(env, 0);
}

/* --- errors that are not retrieved ------------------------------------------------------------ */

/* Let go of a task; how often the handler was called for it. */
static unsigned int reports(struct env *env, int i)
{
	unsigned int before = env->errors;

	cotask_put(env->task[i]);
	env->task[i] = NULL;
	return env->errors - before;
}

/* AW-11: each way of reading an error counts: result, error, an await, a cancel */
static void reading_prevents_the_report(struct kunit *test)
{
	static const struct line joins[] = { TRY, JOIN(2), EXCEPT, ENDTRY, END };
	struct env *env = env_of(test);
	int i;

	for (i = 0; i < 6; i++)
		play(env, i, fails);
	play(env, 6, joins);
	settle(env);
	cotask_result(env->task[0]);
	cotask_error(env->task[1]);
	cotask_cancel(env->task[3]);
	cotask_awaitable_cancel(&env->task[4]->base);
	/* Reading the state does not retrieve the error. */
	KUNIT_EXPECT_TRUE(test, cotask_done(env->task[5]));
	KUNIT_EXPECT_FALSE(test, cotask_cancelled(env->task[5]));
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ_MSG(test, reports(env, i), 0U, "task %d", i);
	KUNIT_EXPECT_EQ(test, reports(env, 5), 1U);
}

/* AW-11: a result that was asked for too early was not read */
static void asking_too_early_is_not_reading(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, fails);
	KUNIT_EXPECT_EQ(test, cotask_result(env->task[0]), (long)-EINPROGRESS);
	KUNIT_EXPECT_EQ(test, cotask_error(env->task[0]), -EINPROGRESS);
	settle(env);
	KUNIT_EXPECT_EQ(test, reports(env, 0), 1U);
}

/* AW-11: values and CANCELLED are never reported */
static void values_are_not_reported(struct kunit *test)
{
	static const struct line cancels[] = { RAISE(-ECANCELED) };
	struct env *env = env_of(test);

	play(env, 0, simple);
	play(env, 1, cancels);
	settle(env);
	KUNIT_EXPECT_EQ(test, reports(env, 0), 0U);
	KUNIT_EXPECT_EQ(test, reports(env, 1), 0U);
}

/* AW-11: the report comes with the last of several handles, with code and task */
static void report_comes_with_the_last_handle(struct kunit *test)
{
	struct env *env = env_of(test);
	u64 id = cotask_id(play(env, 0, fails));

	env->task[1] = cotask_get(env->task[0]);
	settle(env);
	KUNIT_EXPECT_EQ(test, reports(env, 0), 0U);
	KUNIT_EXPECT_EQ(test, reports(env, 1), 1U);
	KUNIT_EXPECT_EQ(test, env->last_error, E1);
	KUNIT_EXPECT_EQ(test, env->last_task, id);
}

/* AW-11: a future's error is reported when the future is let go of */
static void unread_error_of_a_future(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_future *f = env->future;

	cotask_future_fail(&f[0], E1);
	cotask_future_fini(&f[0]);
	KUNIT_EXPECT_EQ(test, env->errors, 1U);
	KUNIT_EXPECT_EQ(test, env->last_error, E1);
	KUNIT_EXPECT_EQ(test, env->last_task, 0ULL);

	cotask_future_fail(&f[1], E2);
	cotask_awaitable_result(&f[1].base);
	cotask_future_fini(&f[1]);
	cotask_future_complete(&f[2], 1);
	cotask_future_fini(&f[2]);
	cotask_future_cancel(&f[3]);
	cotask_future_fini(&f[3]);
	cotask_future_fini(&f[4]);
	KUNIT_EXPECT_EQ(test, env->errors, 1U);
}

/* CT-B3: a task without a handle is reported as soon as it has failed */
static void failed_without_a_handle(struct kunit *test)
{
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, cotask_go(cotask_loop_root(env->loop), script_frame(env, fails)), 0);
	settle(env);
	KUNIT_EXPECT_EQ(test, env->errors, 1U);
	KUNIT_EXPECT_NE(test, env->last_task, 0ULL);
}

/* --- callbacks ---------------------------------------------------------------------------- */

static void register_noted(struct env *env, struct cotask_awaitable *x, struct noted *n,
			   const char *text)
{
	n->env = env;
	n->text = text;
	n->rc = 0;
	KUNIT_EXPECT_EQ(env->test, cotask_on_done(x, &n->cb, note_done), 0);
}

/* SC-5, TK-3: waiters and callbacks of a task run in one common order, in the next turn */
static void callbacks_and_waiters_in_one_order(struct kunit *test)
{
	static const struct line child[] = { FUTURE(0), LOG("child"), END };
	static const struct line first[] = { JOIN(0), LOG("first"), END };
	static const struct line second[] = { JOIN(0), LOG("second"), END };
	struct env *env = env_of(test);
	struct noted n[3];

	play(env, 0, child);
	settle(env);
	register_noted(env, &env->task[0]->base, &n[0], "x");
	play(env, 1, first);
	settle(env);
	register_noted(env, &env->task[0]->base, &n[1], "y");
	play(env, 2, second);
	settle(env);
	register_noted(env, &env->task[0]->base, &n[2], "z");
	cotask_future_complete(&env->future[0], 1);
	turn(env);
	expect_log(env, "child");
	turn(env);
	expect_log(env, "x first y second z");
}

/* TK-3: a registration is run once; two registrations of one function are two runs */
static void callback_runs_once_per_registration(struct kunit *test)
{
	struct env *env = env_of(test);
	struct noted n[2];

	register_noted(env, future(env, 0), &n[0], "x");
	register_noted(env, future(env, 0), &n[1], "y");
	cotask_future_complete(&env->future[0], 1);
	settle(env);
	expect_log(env, "x y");
	settle(env);
	expect_log(env, "");
}

static int note_current(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	note(env_current(), "%s", cotask_current() ? "task" : "none");
	return 0;
}

/* TK-3: a callback has no current task */
static void callback_has_no_current_task(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_callback cb;

	cotask_on_done(future(env, 0), &cb, note_current);
	cotask_future_complete(&env->future[0], 1);
	settle(env);
	expect_log(env, "none");
}

static int again(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct env *env = env_current();

	note(env, "again");
	if (!strcmp(env->log, "again"))
		KUNIT_EXPECT_EQ(env->test, cotask_on_done(x, cb, again), 0);
	return 0;
}

/* TK-3, TK-6: a callback that registers itself again runs again in the next turn */
static void callback_registers_itself(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_callback cb;

	play(env, 0, simple);
	settle(env);
	env->log[0] = '\0';
	cotask_on_done(&env->task[0]->base, &cb, again);
	turn(env);
	KUNIT_EXPECT_STREQ(test, env->log, "again");
	turn(env);
	expect_log(env, "again again");
	turn(env);
	expect_log(env, "");
}

/* TK-7: the error of a callback is reported, and those behind it run */
static void failing_callback(struct kunit *test)
{
	struct env *env = env_of(test);
	struct noted n[3];

	register_noted(env, future(env, 0), &n[0], "x");
	register_noted(env, future(env, 0), &n[1], "y");
	register_noted(env, future(env, 0), &n[2], "z");
	n[0].rc = E2;
	n[1].rc = 7;
	cotask_future_complete(&env->future[0], 1);
	settle(env);
	expect_log(env, "x y z");
	KUNIT_EXPECT_EQ(test, env->errors, 1U);
	KUNIT_EXPECT_EQ(test, env->last_error, E2);
	KUNIT_EXPECT_EQ(test, env->last_task, 0ULL);
}

/* TK-5: removal takes out all of one function and leaves other functions and waiters */
static void removal_is_by_function(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_callback other;
	struct noted n[2];

	register_noted(env, future(env, 0), &n[0], "x");
	play(env, 0, waits0);
	settle(env);
	cotask_on_done(future(env, 0), &other, note_current);
	register_noted(env, future(env, 0), &n[1], "y");
	KUNIT_EXPECT_EQ(test, cotask_off_done(future(env, 0), note_done), 2);
	KUNIT_EXPECT_EQ(test, cotask_off_done(future(env, 0), note_done), 0);
	cotask_future_complete(&env->future[0], 5);
	settle(env);
	expect_log(env, "5 none");
}

/* TK-5: once the future is done nothing is removed, and what is queued runs */
static void removal_after_completion(struct kunit *test)
{
	struct env *env = env_of(test);
	struct noted n;

	register_noted(env, future(env, 0), &n, "x");
	cotask_future_complete(&env->future[0], 1);
	KUNIT_EXPECT_EQ(test, cotask_off_done(future(env, 0), note_done), 0);
	settle(env);
	expect_log(env, "x");
}

/* TK-5: a structure that was removed can be used for something else */
static void removed_callback_is_free(struct kunit *test)
{
	struct env *env = env_of(test);
	struct noted n;

	register_noted(env, future(env, 0), &n, "x");
	KUNIT_EXPECT_EQ(test, cotask_off_done(future(env, 0), note_done), 1);
	register_noted(env, future(env, 1), &n, "y");
	cotask_future_complete(&env->future[0], 1);
	cotask_future_complete(&env->future[1], 1);
	settle(env);
	expect_log(env, "y");
}

/* TK-3, TK-5: missing arguments, and what is not in use, are refused */
static void callbacks_of_nothing(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_callback cb;

	KUNIT_EXPECT_EQ(test, cotask_on_done(NULL, &cb, note_done), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_on_done(future(env, 0), NULL, note_done), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_on_done(future(env, 0), &cb, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_on_done(&env->group[0].base, &cb, note_done), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_off_done(NULL, note_done), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_off_done(future(env, 0), NULL), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_off_done(&env->group[0].base, note_done), -EINVAL);
}

/* TK-4: a task pins itself for its callback, and a closed loop takes no more */
static void callback_after_the_loop_has_ended(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_loop *loop = cotask_manual_create(0), *own = env->loop;
	struct noted n = { .env = env, .text = "never" };

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	env->loop = loop;
	play(env, 0, simple);
	settle(env);
	env->loop = own;
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
	KUNIT_EXPECT_EQ(test, cotask_on_done(&env->task[0]->base, &n.cb, note_done), -ESHUTDOWN);
	expect_log(env, "ran");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(await_of_done_does_not_suspend),
	KUNIT_CASE(await_of_done_delivers_no_cancel),
	KUNIT_CASE(await_of_pending_suspends),
	KUNIT_CASE(all_waiters_get_the_outcome),
	KUNIT_CASE(await_self_unhandled),
	KUNIT_CASE(await_self_and_cancel),
	KUNIT_CASE(await_across_loops_suspends),
	KUNIT_CASE(first_outcome_stays),
	KUNIT_CASE(waiter_gets_the_first_outcome),
	KUNIT_CASE(bad_outcomes_are_refused),
	KUNIT_CASE(await_of_nothing),
	KUNIT_CASE(cancelled_future_is_done_at_once),
	KUNIT_CASE(outcome_of_a_future),
	KUNIT_CASE(cancelled_future_is_handled),
	KUNIT_CASE(failed_with_the_code_of_cancel),
	KUNIT_CASE(reading_prevents_the_report),
	KUNIT_CASE(asking_too_early_is_not_reading),
	KUNIT_CASE(values_are_not_reported),
	KUNIT_CASE(report_comes_with_the_last_handle),
	KUNIT_CASE(unread_error_of_a_future),
	KUNIT_CASE(failed_without_a_handle),
	KUNIT_CASE(callbacks_and_waiters_in_one_order),
	KUNIT_CASE(callback_runs_once_per_registration),
	KUNIT_CASE(callback_has_no_current_task),
	KUNIT_CASE(callback_registers_itself),
	KUNIT_CASE(failing_callback),
	KUNIT_CASE(removal_is_by_function),
	KUNIT_CASE(removal_after_completion),
	KUNIT_CASE(removed_callback_is_free),
	KUNIT_CASE(callbacks_of_nothing),
	KUNIT_CASE(callback_after_the_loop_has_ended),
	{}
};

struct kunit_suite cotask_future_suite = {
	.name = "cotask_future",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
