// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - timeouts and groups that meet in one turn, and their misuse
 *
 * The entry that is queued first decides these cases, so each order is made explicitly: timers
 * that are due at the same time run in the order in which they were armed.
 */
#include "../helpers.h"
#include "../suites.h"

static const struct line loud[] = { TRY, SLEEP(99), EXCEPT, LOG("c"), RERAISE, ENDTRY, END };
static const struct line fail5[] = { SLEEP(5), LOG("fail"), RAISE(E1) };
static const struct line guarded[] = {
	TRY, TIMEOUT(0, 10), FUTURE(0), LOG("no"), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY,
	YIELD, LOG("on"), END
};

/* --- timeouts ---------------------------------------------------------------- */

/* TO-18, CX-5: completed, then due before the task resumes: the timeout wins */
static void completion_then_expiry(struct kunit *test)
{
	static const struct line completes[] = { SLEEP(10), SET(0, 5), END };
	struct env *env = env_of(test);

	play(env, 1, completes);
	play(env, 0, guarded);
	settle(env);
	pass(env, 10);
	expect_log(env, "ETIMEDOUT n0 on");
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&env->future[0].base), 5L);
}

/* TO-18: due, then completed in the same turn: the future is cancelled already */
static void expiry_then_completion(struct kunit *test)
{
	static const struct line completes[] = { SLEEP(10), SET(0, 5), SHOW, END };
	struct env *env = env_of(test);

	play(env, 0, guarded);
	play(env, 1, completes);
	settle(env);
	pass(env, 10);
	expect_log(env, "EINVAL ETIMEDOUT n0 on");
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&env->future[0].base));
}

/* TO-13: an outside cancel, then the expiry in the same turn */
static void cancel_then_expiry(struct kunit *test)
{
	static const struct line cancels[] = { SLEEP(10), CANCEL(0), END };
	struct env *env = env_of(test);

	play(env, 1, cancels);
	play(env, 0, guarded);
	settle(env);
	pass(env, 10);
	expect_log(env, "ECANCELED n1 on");
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[0]));
}

/* TO-13: the expiry, then an outside cancel in the same turn */
static void expiry_then_cancel(struct kunit *test)
{
	static const struct line cancels[] = { SLEEP(10), CANCEL(0), END };
	struct env *env = env_of(test);

	play(env, 0, guarded);
	play(env, 1, cancels);
	settle(env);
	pass(env, 10);
	expect_log(env, "ECANCELED n1 on");
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[0]));
}

/* TO-13: two outside cancels and the expiry: the count is that of the outside */
static void two_cancels_and_expiry(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, guarded);
	settle(env);
	cotask_cancel(env->task[0]);
	advance(env, 10);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED n2 on");
}

/* TO-6, SC-7: left in the turn in which the expiry is queued, it does not act */
static void left_while_the_expiry_is_queued(struct kunit *test)
{
	static const struct line script[] = {
		TIMEOUT(0, 50), SLEEP(10), ENDTIMEOUT, COUNT, YIELD, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);
	s64 due = cotask_loop_now(env->loop) + 10 * MS;

	play(env, 0, script);
	settle(env);
	/* Armed behind the sleep. */
	KUNIT_EXPECT_EQ(test, cotask_timeout_move(&env->timeout[0], ns_to_ktime(due)), 0);
	pass(env, 10);
	expect_log(env, "n0 on");
	KUNIT_EXPECT_FALSE(test, cotask_timeout_expired(&env->timeout[0]));
}

/* TO-4, CX-5: a sleep that is due after the timeout returns -ECANCELED nevertheless */
static void expiry_before_the_sleep(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10), SLEEP(10), LOG("no"), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY,
		YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 10);
	expect_log(env, "ETIMEDOUT n0 on");
}

/* TO-12: three at once: the outermost has timed out, the count is as before */
static void three_at_once(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10),
		TRY, TIMEOUT(1, 10),
		TRY, TIMEOUT(2, 10), SLEEP(99), ENDTIMEOUT, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY,
		ENDTIMEOUT, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY,
		ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 10);
	expect_log(env, "ECANCELED n2 ECANCELED n1 ETIMEDOUT n0 on");
}

/* TO-12, TO-13: an outside cancel in addition: nothing has timed out */
static void both_at_once_and_a_cancel(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10),
		TRY, TIMEOUT(1, 10), SLEEP(99), ENDTIMEOUT, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY,
		ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	pass(env, 10);
	/* The cancel was delivered before the expiry: there was nothing to expire. */
	expect_log(env, "ECANCELED n1 ECANCELED n1 on");

	play(env, 0, script);
	settle(env);
	advance(env, 10);
	turn(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED n2 ECANCELED n1 on");
}

/* TO-10, TO-12: both at once, and the body swallows: both return normally, nothing armed */
static void both_at_once_swallowed(struct kunit *test)
{
	static const struct line script[] = {
		TIMEOUT(0, 10), TIMEOUT(1, 10), TRY, SLEEP(99), EXCEPT, COUNT, ENDTRY,
		ENDTIMEOUT, COUNT, ENDTIMEOUT, COUNT, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 10);
	expect_log(env, "n2 n1 n0 on");
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[0]));
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[1]));
}

/* CX-19, TO-9: a cancel swallowed inside the scope is in its way, unless taken back */
static void swallowed_inside(struct kunit *test)
{
	static const struct line keeps[] = {
		TRY, TIMEOUT(0, 10), TRY, FUTURE(0), EXCEPT, ENDTRY, SLEEP(99), ENDTIMEOUT,
		EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	static const struct line takes_back[] = {
		TRY, TIMEOUT(1, 10), TRY, FUTURE(1), EXCEPT, UNCANCEL, ENDTRY, SLEEP(99),
		ENDTIMEOUT,
		EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, keeps);
	play(env, 1, takes_back);
	settle(env);
	cotask_cancel(env->task[0]);
	cotask_cancel(env->task[1]);
	settle(env);
	pass(env, 10);
	expect_log(env, "ECANCELED n1 ETIMEDOUT n0");
}

static const struct line swallows[] = {
	TRY, SLEEP(99), EXCEPT, LOG("swallowed"), ENDTRY, RETURN(3)
};

/* CX-14, TO-10: the expiry is swallowed by the awaited task: the body ends normally */
static void expiry_vanishes(struct kunit *test)
{
	static const struct line script[] = {
		TIMEOUT(0, 10), JOIN(0), SHOW, ENDTIMEOUT, COUNT, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, swallows);
	play(env, 1, script);
	settle(env);
	pass(env, 10);
	expect_log(env, "swallowed 3 n0 on");
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[0]));
}

/* CX-14, TO-B1: the expiry has vanished, a later request has not: it is new to a scope */
static void request_behind_a_vanished_one(struct kunit *test)
{
	static const struct line script[] = {
		TIMEOUT(0, 10), JOIN(0), CANCEL_SELF, ENDTIMEOUT, COUNT,
		TRY, TIMEOUT(1, 0), YIELD, ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, swallows);
	play(env, 1, script);
	settle(env);
	pass(env, 10);
	expect_log(env, "swallowed n1 ECANCELED n1");
}

/* TG-B2, CX-14: the group's cancel has vanished; one that is delivered later is not lost */
static void delivered_behind_a_vanished_one(struct kunit *test)
{
	static const struct line script[] = {
		GROUP(0), JOIN(0), SHOW, TRY, SLEEP(99), EXCEPT, SHOW, ENDTRY, ENDGROUP, COUNT,
		YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, swallows);
	play(env, 1, script);
	settle(env);
	cotask_group_cancel(&env->group[0]);
	settle(env);
	expect_log(env, "swallowed 3");
	cotask_cancel(env->task[1]);
	settle(env);
	/* The body has heard of it: nothing is armed again. */
	expect_log(env, "ECANCELED n1 on");
}

/* TG-B2, TG-18: merged with the outer group's cancel in the exit of a failing inner one */
static void merged_in_the_exit_of_an_inner_group(struct kunit *test)
{
	static const struct line fails_late[] = { TRY, SLEEP(99), EXCEPT, RAISE(E2), ENDTRY, END };
	static const struct line script[] = {
		GROUP(0),
		TRY, GROUP(1), SPAWN(1, 1, fails_late), ENDGROUP, EXCEPT, SHOW, COUNT, ENDTRY,
		TRY, YIELD, EXCEPT, SHOW, ENDTRY,
		ENDGROUP, LOG("zero"), COUNT, TRY, YIELD, EXCEPT, SHOW, ENDTRY, YIELD,
		LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_group_cancel(&env->group[0]);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "E2 n2 ECANCELED zero n1 ECANCELED on");
}

/* CX-17, TO-8: a task that takes back a request too many does not confuse the scope */
static void one_uncancel_too_many(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10), TRY, SLEEP(99), EXCEPT, UNCANCEL, SHOW, UNCANCEL, SHOW,
		RERAISE,
		ENDTRY, ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 10);
	expect_log(env, "0 0 ETIMEDOUT n0 on");
}

/* TO-17, TO-1: moved to never and back */
static void move_to_never(struct kunit *test)
{
	struct env *env = env_of(test);
	s64 now = cotask_loop_now(env->loop);

	play(env, 0, guarded);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_timeout_move(&env->timeout[0], KTIME_MAX), 0);
	KUNIT_EXPECT_EQ(test, ktime_to_ns(cotask_timeout_when(&env->timeout[0])), (s64)KTIME_MAX);
	pass(env, 50);
	expect_pending(env, 0);
	KUNIT_EXPECT_EQ(test, cotask_timeout_move(&env->timeout[0], ns_to_ktime(now + 60 * MS)), 0);
	pass(env, 9);
	expect_log(env, "");
	pass(env, 1);
	expect_log(env, "ETIMEDOUT n0 on");
}

/* TO-17, TO-5: moved away while the expiry is queued, it does not act */
static void move_while_the_expiry_is_queued(struct kunit *test)
{
	struct env *env = env_of(test);
	s64 now = cotask_loop_now(env->loop);

	play(env, 0, guarded);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_timeout_move(&env->timeout[0], ns_to_ktime(now)), 0);
	KUNIT_EXPECT_FALSE(test, cotask_timeout_expired(&env->timeout[0]));
	KUNIT_EXPECT_EQ(test, cotask_timeout_move(&env->timeout[0], ns_to_ktime(now + 5 * MS)), 0);
	settle(env);
	expect_log(env, "");
	pass(env, 5);
	expect_log(env, "ETIMEDOUT n0 on");
}

/* TO-2: made long ago, it is due when it is entered */
static void due_at_enter(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT_MADE(0), YIELD, LOG("no"), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, cotask_timeout_init(&env->timeout[0], env->loop, 10 * MS), 0);
	advance(env, 10);
	play(env, 0, script);
	settle(env);
	expect_log(env, "ETIMEDOUT n0");
}

/* TO-6: a loop of scopes that are left in time leaves no timer behind */
static void no_timer_is_left(struct kunit *test)
{
	static const struct line script[] = {
		REPEAT(100), TIMEOUT(0, 5), YIELD, ENDTIMEOUT, ENDREPEAT,
		SLEEP(50), COUNT, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 50);
	expect_log(env, "n0");
}

/* TO-B5, CX-B2: a timeout, a cancel, a sibling, a group and the end give their reason */
static void reasons(struct kunit *test)
{
	static const struct line timed[] = {
		TRY, TIMEOUT(0, 5), SLEEP(99), ENDTIMEOUT, EXCEPT, ENDTRY, SLEEP(99), END
	};
	static const struct line grouped[] = {
		TRY, GROUP(0), SPAWN(2, 0, loud), SPAWN(3, 0, fail5), SLEEP(99), ENDGROUP, EXCEPT,
		ENDTRY, END
	};
	struct env *env = env_of(test);
	struct cotask_reason why;

	play(env, 0, timed);
	play(env, 1, grouped);
	settle(env);
	pass(env, 5);
	why = cotask_cancel_reason(env->task[0]);
	KUNIT_EXPECT_EQ(test, why.cause, (u32)COTASK_CAUSE_DEADLINE);
	why = cotask_cancel_reason(env->task[2]);
	KUNIT_EXPECT_EQ(test, why.cause, (u32)COTASK_CAUSE_SIBLING);
	KUNIT_EXPECT_EQ(test, why.error, E1);
	KUNIT_EXPECT_EQ(test, why.by, cotask_id(env->task[3]));
	why = cotask_cancel_reason(env->task[1]);
	KUNIT_EXPECT_EQ(test, why.cause, (u32)COTASK_CAUSE_SIBLING);
	KUNIT_EXPECT_EQ(test, why.by, cotask_id(env->task[3]));
	stop(env, COTASK_FOREVER);
	why = cotask_cancel_reason(env->task[0]);
	KUNIT_EXPECT_EQ(test, why.cause, (u32)COTASK_CAUSE_SHUTDOWN);
}

/* CX-B2: of two requests, the reason is that of the oldest undelivered one */
static void oldest_reason(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, guarded);
	settle(env);
	advance(env, 10);
	turn(env);
	/* The timeout was first; then another task. */
	cotask_cancel(env->task[0]);
	KUNIT_EXPECT_EQ(test, cotask_cancel_reason(env->task[0]).cause,
			(u32)COTASK_CAUSE_DEADLINE);
	settle(env);
	expect_log(env, "ECANCELED n1 on");
}

/* --- timeouts around groups --------------------------------------------------- */

/* TO-20, TG-18: the timeout first, then a child fails: the error, and nothing is armed */
static void expiry_then_failure(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 5), GROUP(0), SPAWN(1, 0, fail5), SPAWN(2, 0, loud), SLEEP(99),
		ENDGROUP, ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, ERRORS(0), YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail c E1 n0 t1: E1 on");
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[0]));
}

/* TO-20, TG-19: a child's failure is recorded, then the timeout is due */
static void failure_then_expiry(struct kunit *test)
{
	static const struct line fails[] = { SLEEP(5), ADVANCE(5), LOG("fail"), RAISE(E1) };
	static const struct line script[] = {
		TRY, TIMEOUT(0, 10), GROUP(0), SPAWN(1, 0, fails), SLEEP(99), ENDGROUP, COUNT,
		ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "fail E1 n0 on");
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[0]));
}

/* TG-38, TO-20: the group is cancelled and the timeout due at once, in both orders */
static void group_cancel_and_expiry(struct kunit *test)
{
	static const struct line cancels[] = { SLEEP(5), CANCEL_GROUP(0), END };
	static const struct line script[] = {
		TRY, TIMEOUT(0, 5), TRY, GROUP(0), SPAWN(1, 0, loud), SLEEP(99), ENDGROUP,
		EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDTIMEOUT,
		EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 2, cancels);
	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "c ECANCELED n1 ETIMEDOUT n0 on");

	cotask_group_init(&env->group[0]);
	play(env, 0, script);
	play(env, 2, cancels);
	settle(env);
	pass(env, 5);
	expect_log(env, "c ECANCELED n1 ETIMEDOUT n0 on");
}

/* TO-20, TG-16: the timeout comes due while the parent waits in exit, long past it */
static void expiry_in_exit(struct kunit *test)
{
	static const struct line slow[] = {
		TRY, SLEEP(99), EXCEPT, SLEEP(20), LOG("late"), ENDTRY, END
	};
	static const struct line script[] = {
		TRY, TIMEOUT(0, 5), GROUP(0), SPAWN(1, 0, slow), ENDGROUP, ENDTIMEOUT,
		EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "");
	expect_count(env, 1, 1);
	pass(env, 20);
	expect_log(env, "late ETIMEDOUT n0 on");
}

/* TO-12, TG-15: two timeouts around and inside of a group, due at once */
static void timeouts_around_and_inside(struct kunit *test)
{
	static const struct line script[] = {
		TRY, TIMEOUT(0, 5), GROUP(0), SPAWN(1, 0, loud),
		TRY, TIMEOUT(1, 5), SLEEP(99), ENDTIMEOUT, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY,
		ENDGROUP, ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "ECANCELED n1 c ETIMEDOUT n0 on");
}

/* TG-13, TO-8: a timeout inside the body is an error of the body, its code the outcome */
static void timeout_is_the_bodys_error(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, loud), TIMEOUT(0, 5), SLEEP(99), ENDTIMEOUT, ENDGROUP,
		EXCEPT, SHOW, COUNT, ENDTRY, ERRORS(0), YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	expect_log(env, "c ETIMEDOUT n0 body: ETIMEDOUT on");
}

/* TO-9, TG-9: a child fails and the timeout in the body is due: the group's cancel counts */
static void failure_outside_of_the_timeout(struct kunit *test)
{
	static const struct line script[] = {
		TRY, GROUP(0), SPAWN(1, 0, fail5),
		TRY, TIMEOUT(0, 6), TRY, SLEEP(99), EXCEPT, SLEEP(9), ENDTRY, ENDTIMEOUT,
		EXCEPT, SHOW, COUNT, RERAISE, ENDTRY,
		ENDGROUP, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 5);
	pass(env, 1);
	expect_log(env, "fail ECANCELED n1 E1 n0 on");
}

/* --- misuse ------------------------------------------------------------------ */

static void bad_arguments(struct env *env, struct cotask *task)
{
	static struct cotask_timeout t;
	static struct cotask_group g;

	KUNIT_EXPECT_EQ(env->test, cotask_timeout_enter(task, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_enter(task, &t), -EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_start(task, NULL, 5), -EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_start(NULL, &t, 5), -ESRCH);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_init(NULL, env->loop, 5), -EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_init(&t, NULL, 5), -EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_init_at(&t, 0, CLOCK_REALTIME), -EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_exit(NULL, 0), (long)-EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_exit(&t, 0), (long)-EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_move(NULL, 0), -EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_move(&t, 0), -EINVAL);
	KUNIT_EXPECT_FALSE(env->test, cotask_timeout_expired(&t));

	KUNIT_EXPECT_EQ(env->test, cotask_group_enter(task, NULL), -EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_group_enter(task, &g), -EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_group_cancel(NULL), -EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_group_cancel(&g), -EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_group_stop(&env->group[1], 0), -EINVAL);
	KUNIT_EXPECT_EQ(env->test, cotask_group_wait(&env->group[1], 0), -EINVAL);
}

/* TO-3, TO-17, TG-1: invalid arguments return an error without side effects */
static void misuse(struct kunit *test)
{
	static const struct line script[] = { HOOK(bad_arguments), COUNT, YIELD, LOG("on"), END };
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	pass(env, 50);
	expect_log(env, "n0 on");
}

static void enter_for_another(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_enter(env->task[0], &env->timeout[1]), -ESRCH);
	KUNIT_EXPECT_EQ(env->test, cotask_group_enter(env->task[0], &env->group[1]), -ESRCH);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_exit(&env->timeout[0], 0), (long)-EINVAL);
}

/* TO-3, TG-1: a scope is entered and left by the running task only */
static void scope_of_another_task(struct kunit *test)
{
	static const struct line script[] = { HOOK(enter_for_another), END };
	struct env *env = env_of(test);

	cotask_timeout_init(&env->timeout[1], env->loop, 5);
	play(env, 0, guarded);
	play(env, 1, script);
	settle(env);
	pass(env, 10);
	expect_log(env, "ETIMEDOUT n0 on");
}

static long out_of_order(struct cotask *task, struct cotask_frame *frame)
{
	struct env *env = env_current();
	long rc;

	CO_BEGIN(task, frame, outer, twice, foreign, inner, again);

	KUNIT_EXPECT_EQ(env->test, cotask_group_enter(task, &env->group[0]), 0);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_start(task, &env->timeout[0], 5 * MS), 0);
	KUNIT_EXPECT_EQ(env->test, cotask_group_enter(task, &env->group[1]), 0);
	/* Inner scopes are open. */
	CO_AWAIT(outer, rc, cotask_group_exit(task, &env->group[0], E1));
	note_outcome(env, rc);
	note_outcome(env, cotask_timeout_exit(&env->timeout[0], E1));
	/* Of no task, and missing. */
	CO_AWAIT(foreign, rc, cotask_group_exit(task, &env->group[2], 0));
	note_outcome(env, rc);
	CO_AWAIT(twice, rc, cotask_group_exit(task, NULL, 0));
	note_outcome(env, rc);
	/* All works as if nothing had been tried. */
	CO_AWAIT(inner, rc, cotask_group_exit(task, &env->group[1], 0));
	note_outcome(env, rc);
	note_outcome(env, cotask_timeout_exit(&env->timeout[0], 0));
	note_outcome(env, cotask_timeout_exit(&env->timeout[0], 0));
	CO_AWAIT(again, rc, cotask_group_exit(task, &env->group[0], 0));
	note_outcome(env, rc);
	return 0;
}

/* TG-6, TO-6: scopes that are left out of order are refused, and stay as they are */
static void scopes_left_out_of_order(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_frame frame;

	env->task[0] = cotask_spawn(cotask_loop_root(env->loop),
				    cotask_frame_init(&frame, out_of_order, NULL), NULL);
	settle(env);
	expect_log(env, "EINVAL EINVAL EINVAL EINVAL 0 0 EINVAL 0");
	expect_finished(env, 0, 0);
	pass(env, 10);
	expect_count(env, 0, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(completion_then_expiry),
	KUNIT_CASE(expiry_then_completion),
	KUNIT_CASE(cancel_then_expiry),
	KUNIT_CASE(expiry_then_cancel),
	KUNIT_CASE(two_cancels_and_expiry),
	KUNIT_CASE(left_while_the_expiry_is_queued),
	KUNIT_CASE(expiry_before_the_sleep),
	KUNIT_CASE(three_at_once),
	KUNIT_CASE(both_at_once_and_a_cancel),
	KUNIT_CASE(both_at_once_swallowed),
	KUNIT_CASE(swallowed_inside),
	KUNIT_CASE(expiry_vanishes),
	KUNIT_CASE(request_behind_a_vanished_one),
	KUNIT_CASE(delivered_behind_a_vanished_one),
	KUNIT_CASE(merged_in_the_exit_of_an_inner_group),
	KUNIT_CASE(one_uncancel_too_many),
	KUNIT_CASE(move_to_never),
	KUNIT_CASE(move_while_the_expiry_is_queued),
	KUNIT_CASE(due_at_enter),
	KUNIT_CASE(no_timer_is_left),
	KUNIT_CASE(reasons),
	KUNIT_CASE(oldest_reason),
	KUNIT_CASE(expiry_then_failure),
	KUNIT_CASE(failure_then_expiry),
	KUNIT_CASE(group_cancel_and_expiry),
	KUNIT_CASE(expiry_in_exit),
	KUNIT_CASE(timeouts_around_and_inside),
	KUNIT_CASE(timeout_is_the_bodys_error),
	KUNIT_CASE(failure_outside_of_the_timeout),
	KUNIT_CASE(misuse),
	KUNIT_CASE(scope_of_another_task),
	KUNIT_CASE(scopes_left_out_of_order),
	{}
};

struct kunit_suite cotask_scopes_suite = {
	.name = "cotask_scopes",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
