// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - gather and race
 */
#include <linux/slab.h>

#include <linux/cotask_thread.h>

#include "../helpers.h"
#include "../suites.h"

static const struct line one[] = { SLEEP(10), LOG("one"), RETURN(1) };
static const struct line two[] = { SLEEP(20), LOG("two"), RETURN(2) };
static const struct line three[] = { SLEEP(30), LOG("three"), RETURN(3) };
static const struct line fails[] = { SLEEP(15), LOG("fails"), RAISE(E1) };
static const struct line fails_later[] = { SLEEP(25), LOG("fails2"), RAISE(E2) };
static const struct line stubborn[] = {
	TRY, SLEEP(10), EXCEPT, LOG("swallowed"), SLEEP(5), ENDTRY, RETURN(7)
};
static const struct line replaces[] = { TRY, SLEEP(10), EXCEPT, RAISE(E2), ENDTRY, END };
static const struct line instant[] = { LOG("instant"), RETURN(5) };
static const struct line instant_failure[] = { RAISE(E1) };

/* Await set 0, log its outcome and the count. */
#define AWAIT_AND_TELL	TRY, AWAIT_SET(0), SHOW, EXCEPT, SHOW, ENDTRY, COUNT, RESULTS(0), END

/* GA-1: gather of nothing is done at once, with nothing in it */
static void of_nothing(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER_NOTHING(0), SHOW, AWAIT_SET(0), SHOW, END };

	play(env, 0, p);
	turn(env);
	expect_log(env, "0 0");
	expect_finished(env, 0, 0);
}

/* GA-2, GA-3: coroutines start in the order of arguments, and so are their values */
static void in_the_order_of_arguments(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, C(two), C(one), C(instant)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	expect_log(env, "instant");
	pass(env, 10);
	pass(env, 10);
	expect_log(env, "one two 0 n0 [ 2 1 5 ]");
}

/* GA-2: tasks and futures are used as they are; other loops are refused */
static void takes_tasks_and_futures(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, T(1), F(0)), AWAIT_AND_TELL };
	struct cotask_loop *other = cotask_manual_create(0);
	struct cotask_future foreign;
	struct cotask_member m[2];

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	play(env, 1, one);
	play(env, 0, p);
	settle(env);
	cotask_future_complete(&env->future[0], 9);
	pass(env, 10);
	expect_log(env, "one 0 n0 [ 1 9 ]");

	cotask_future_init(&foreign, other);
	m[0] = COTASK_MEMBER(&env->future[1].base);
	m[1] = COTASK_MEMBER(&foreign.base);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_gather(&env->set[1], NULL, m, 2, 0)), -EXDEV);
	KUNIT_EXPECT_TRUE(test, list_empty(&env->future[1].base.waiters));
	cotask_future_fini(&foreign);
	cotask_loop_stop(other, 0);
}

/* GA-3: a task, future or coroutine that is repeated is one child */
static void repeated_argument(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(0, 0, T(1), F(0), T(1), F(0)), AWAIT_AND_TELL
	};
	struct cotask_frame *coro;

	play(env, 1, one);
	play(env, 0, p);
	settle(env);
	cotask_future_complete(&env->future[0], 9);
	pass(env, 10);
	expect_log(env, "one 0 n0 [ 1 9 1 9 ]");

	/* Cancelled once, too. */
	play(env, 1, stubborn);
	play(env, 0, p);
	renew(env, 0);
	settle(env);
	cotask_cancel(env->task[0]);
	expect_count(env, 1, 1);
	settle(env);

	coro = script_frame(env, instant);
	env->log[0] = '\0';
	env->member[1][0] = COTASK_MEMBER_CORO(coro);
	env->member[1][1] = COTASK_MEMBER_CORO(coro);
	KUNIT_EXPECT_FALSE(test, IS_ERR(cotask_gather(&env->set[1], cotask_loop_root(env->loop),
						      env->member[1], 2, 0)));
	settle(env);
	expect_log(env, "instant");
	KUNIT_EXPECT_EQ(test, env->member[1][0].result, 5L);
	KUNIT_EXPECT_EQ(test, env->member[1][1].result, 5L);
}

/* GA-4: the first error in time ends it; the others run on, their errors are read */
static void first_error_ends_it(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(0, 0, C(fails_later), C(fails), C(three), C(one)), AWAIT_AND_TELL
	};

	play(env, 0, p);
	settle(env);
	pass(env, 10);
	pass(env, 5);
	expect_log(env, "one fails E1 n0 [ - E1 - 1 ]");
	pass(env, 10);
	pass(env, 5);
	expect_log(env, "fails2 three");
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/* GA-4: two children that fail in the same turn: the first one counts */
static void two_errors_in_one_turn(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line e1[] = { SLEEP(10), RAISE(E1) };
	static const struct line e2[] = { SLEEP(10), RAISE(E2) };
	static const struct line p[] = { GATHER(0, 0, C(e1), C(e2)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	pass(env, 10);
	expect_log(env, "E1 n0 [ E1 E2 ]");
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/* GA-5: collect waits for all, and provides the value, error or -ECANCELED of each */
static void collect(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(0, COLLECT, C(fails), T(1), C(one)), AWAIT_AND_TELL
	};

	play(env, 1, three);
	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[1]);
	pass(env, 10);
	expect_log(env, "one");
	pass(env, 5);
	expect_log(env, "fails 0 n0 [ E1 ECANCELED 1 ]");
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/* GA-6: a cancelled child makes it FAILED(-ECANCELED); siblings run on */
static void cancelled_child(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, T(1), C(one)), AWAIT_AND_TELL };

	play(env, 1, three);
	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED n0 [ ECANCELED - ]");
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_done(&env->set[0].base));
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancelled(&env->set[0].base));
	pass(env, 10);
	expect_log(env, "one");
}

static const struct line hears[] = {
	TRY, SLEEP(50), EXCEPT, LOG("a"), RERAISE, ENDTRY, END
};

static const struct line hears_too[] = {
	TRY, SLEEP(50), EXCEPT, LOG("b"), RERAISE, ENDTRY, END
};

/* GA-7: cancel goes to each child in order, and does not end gather by itself */
static void cancel_goes_to_each_child(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, C(hears), C(hears_too)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancel(&env->set[0].base));
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_done(&env->set[0].base));
	settle(env);
	expect_log(env, "a b ECANCELED n0 [ ECANCELED ECANCELED ]");
}

/* GA-7, CX-3: a cancel of the awaiting task takes the same way */
static void cancel_of_the_awaiting_task(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, C(hears), C(hears_too)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "a b ECANCELED n1 [ ECANCELED ECANCELED ]");
}

/* GA-8: after a cancel, the first child that ends CANCELLED ends it, not the slow one */
static void cancelled_does_not_wait_for_the_slow(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, C(stubborn), C(hears)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "swallowed a ECANCELED n1 [ - ECANCELED ]");
}

/* GA-8: ... unless one fails before: then that is the outcome */
static void error_after_cancel(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, C(replaces), C(hears)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "a E2 n1 [ E2 ECANCELED ]");
}

/* GA-9: collect waits for all after a cancel, and returns -ECANCELED */
static void collect_cancelled(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(0, COLLECT, C(stubborn), C(hears)), AWAIT_AND_TELL
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "swallowed a");
	pass(env, 5);
	expect_log(env, "ECANCELED n1 [ 7 ECANCELED ]");
}

/* GA-10: all children swallow the cancel: still -ECANCELED when all are done */
static void all_swallow(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, C(stubborn), C(stubborn)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 5);
	expect_log(env, "swallowed swallowed ECANCELED n1 [ 7 7 ]");
}

/* GA-11: all children done, gather not yet: cancel is refused, the waiter is armed */
static void too_late_to_cancel(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, F(0), F(1)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	cotask_future_complete(&env->future[0], 1);
	cotask_future_complete(&env->future[1], 2);
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_done(&env->set[0].base));
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&env->set[0].base));
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED n1 [ 1 2 ]");
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&env->set[0].base), 0L);
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&env->set[0].base));
}

/* GA-12: children that are done at the call: done on return, no suspension */
static void done_at_the_call(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, T(1), F(0)), AWAIT_AND_TELL };
	static const struct line e[] = { GATHER(1, 0, F(2), T(1)), TRY, AWAIT_SET(1), EXCEPT, SHOW,
					 ENDTRY, RESULTS(1), END };

	play(env, 1, instant);
	settle(env);
	cotask_future_complete(&env->future[0], 3);
	play(env, 0, p);
	turn(env);
	expect_log(env, "instant 0 n0 [ 5 3 ]");

	play(env, 1, instant_failure);
	settle(env);
	play(env, 0, e);
	turn(env);
	expect_log(env, "E1 [ - E1 ]");
	KUNIT_EXPECT_TRUE(test, list_empty(&env->future[2].base.waiters));
}

/* GA-13, GA-B2, CO-6: a bad argument: nothing was started, coroutines are released */
static void bad_argument(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(0, 0, C(instant), T(1), BAD), SHOW,
		GATHER(0, COLLECT | FAIL_FAST, C(instant)), SHOW,
		GATHER(0, BIT(9), C(instant)), SHOW,
		END
	};

	play(env, 1, one);
	play(env, 0, p);
	turn(env);
	turn(env);
	expect_log(env, "EINVAL EINVAL EINVAL");
	KUNIT_EXPECT_EQ(test, env->actors, 1);
	expect_count(env, 1, 0);
}

/* GA-B1: fail-fast cancels the others and waits for all */
static void fail_fast(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line late[] = {
		TRY, SLEEP(50), EXCEPT, LOG("late"), SLEEP(5), RERAISE, ENDTRY, END
	};
	static const struct line p[] = {
		GATHER(0, FAIL_FAST, C(fails), C(late), C(hears)), AWAIT_AND_TELL
	};

	play(env, 0, p);
	settle(env);
	pass(env, 15);
	expect_log(env, "fails late a");
	pass(env, 5);
	expect_log(env, "E1 n0 [ E1 ECANCELED ECANCELED ]");
}

/* GA-B1: a cancel of a fail-fast gather ends after all have ended */
static void fail_fast_cancelled(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(0, FAIL_FAST, C(stubborn), C(hears)), AWAIT_AND_TELL
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "swallowed a");
	pass(env, 5);
	expect_log(env, "ECANCELED n1 [ 7 ECANCELED ]");
}

/* WT-B3: the first success wins, the others are cancelled and waited for */
static void race_won(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line first_fails[] = { SLEEP(5), RAISE(E1) };
	static const struct line late[] = {
		TRY, SLEEP(50), EXCEPT, LOG("late"), SLEEP(5), RERAISE, ENDTRY, END
	};
	static const struct line p[] = {
		GATHER(0, RACE, C(first_fails), C(one), C(late)), AWAIT_AND_TELL
	};

	play(env, 0, p);
	settle(env);
	pass(env, 5);
	pass(env, 5);
	expect_log(env, "one late");
	pass(env, 5);
	expect_log(env, "1 n0 [ E1 1 ECANCELED ]");
	KUNIT_EXPECT_PTR_EQ(test, env->set[0].winner, &env->member[0][1]);
}

/* WT-B3: all have failed: the first error, the others with the members */
static void race_lost(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(0, RACE, C(fails_later), C(fails)), AWAIT_AND_TELL
	};

	play(env, 0, p);
	settle(env);
	pass(env, 15);
	pass(env, 10);
	expect_log(env, "fails fails2 E1 n0 [ E2 E1 ]");
}

/* WT-B3: a cancelled race cancels all, waits for them, and returns -ECANCELED */
static void race_cancelled(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, RACE, C(hears), C(stubborn)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "a swallowed");
	pass(env, 5);
	expect_log(env, "ECANCELED n1 [ ECANCELED 7 ]");
}

/* SH-6: shields in a cancelled gather: all cancelled, what they protect is not */
static void gather_of_shields(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(0, 0, SHIELD_OF(1), SHIELD_OF(2)), AWAIT_AND_TELL
	};

	play(env, 1, one);
	play(env, 2, two);
	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED n1 [ ECANCELED ECANCELED ]");
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancelled(&env->set[0].base));
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&env->shield[0].base));
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&env->shield[1].base));
	expect_count(env, 1, 0);
	pass(env, 20);
	expect_log(env, "one two");
}

/* SH-7: a shielded gather whose waiter is cancelled continues and provides its results */
static void shield_of_a_gather(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(0, 0, C(one), C(two)), TRY, SHIELD_SET(0), EXCEPT, SHOW, ENDTRY, END
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED");
	pass(env, 10);
	pass(env, 10);
	expect_log(env, "one two");
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&env->set[0].base), 0L);
	KUNIT_EXPECT_EQ(test, env->member[0][1].result, 2L);
}

/* GA-7, CX-3: a cancel reaches nested gathers depth first */
static void nested_gathers(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line c[] = {
		TRY, SLEEP(50), EXCEPT, LOG("c"), RERAISE, ENDTRY, END
	};
	static const struct line p[] = {
		GATHER(1, 0, C(hears), C(hears_too)),
		GATHER(0, COLLECT, S(1), C(c)), AWAIT_AND_TELL
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "a b c ECANCELED n1 [ ECANCELED ECANCELED ]");
}

/* CX-B2, GA-7: children of a cancelled gather have its reason */
static void reason_passes_through(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, T(1)), TIMEOUT(0, 10), AWAIT_SET(0),
					 ENDTIMEOUT, END };

	play(env, 1, three);
	play(env, 0, p);
	settle(env);
	pass(env, 10);
	expect_failed(env, 0, -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, cotask_cancel_reason(env->task[1]).cause, COTASK_CAUSE_DEADLINE);
}

#define MANY	2000

/* GA-3, SC-10: two thousand members, half of them repeated */
static void many_members(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_future *f = kvcalloc(MANY, sizeof(*f), GFP_KERNEL);
	struct cotask_member *m = kvcalloc(2 * MANY, sizeof(*m), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_ASSERT_NOT_NULL(test, m);
	for (i = 0; i < MANY; i++) {
		cotask_future_init(&f[i], env->loop);
		m[i] = COTASK_MEMBER(&f[i].base);
		m[MANY + i] = COTASK_MEMBER(&f[i].base);
	}
	KUNIT_EXPECT_FALSE(test, IS_ERR(cotask_gather(&env->set[0], NULL, m, 2 * MANY, 0)));
	for (i = 0; i < MANY; i++)
		cotask_future_complete(&f[i], i);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&env->set[0].base), 0L);
	for (i = 0; i < MANY; i++) {
		KUNIT_EXPECT_EQ(test, m[MANY + i].result, (long)i);
		cotask_future_fini(&f[i]);
	}
	kvfree(m);
	kvfree(f);
}

/* GA-4: a set that is dropped lets its members go; its waiter is cancelled */
static void dropped(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, F(0), F(1)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	cotask_set_drop(&env->set[0]);
	settle(env);
	expect_log(env, "ECANCELED n0 [ - - ]");
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&env->future[0], 1), 0);
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&env->future[1], 1), 0);
	settle(env);
	cotask_set_drop(&env->set[0]);
	cotask_set_drop(&env->set[1]);
}

static void complete_f0(struct env *env)
{
	cotask_future_complete(&env->future[0], 4);
}

static void complete_f1(struct env *env)
{
	cotask_future_complete(&env->future[1], 5);
}

/* GA-4, SC-9: a member that another thread has just completed does not outlive the end */
static void member_completed_elsewhere(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, F(0), F(1)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	elsewhere(env, complete_f0);
	cotask_set_drop(&env->set[0]);
	settle(env);
	expect_log(env, "ECANCELED n0 [ 4 - ]");
}

/* SC-9: the same, where another member has ended before */
static void last_member_completed_elsewhere(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, F(0), F(1)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	complete_f0(env);
	settle(env);
	elsewhere(env, complete_f1);
	cotask_set_drop(&env->set[0]);
	settle(env);
	expect_log(env, "ECANCELED n0 [ 4 5 ]");
}

/* GA-11: a gather whose only child is a gather that cannot be cancelled any more */
static void too_late_for_a_nested_gather(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(1, 0, F(0)), GATHER(0, 0, S(1)), AWAIT_AND_TELL
	};

	play(env, 0, p);
	settle(env);
	cotask_future_complete(&env->future[0], 1);
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&env->set[1].base));
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&env->set[0].base));
	settle(env);
	expect_log(env, "0 n0 [ 0 ]");
}

/* GA-11, SC-9: a gather all of whose members were completed by another thread, a moment ago */
static void too_late_for_members_on_their_way(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, COLLECT, F(0), F(1), F(0)), AWAIT_AND_TELL };

	play(env, 0, p);
	settle(env);
	elsewhere(env, complete_f0);
	elsewhere(env, complete_f1);
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&env->set[0].base));
	settle(env);
	expect_log(env, "0 n0 [ 4 5 4 ]");
	renew(env, 0);
	renew(env, 1);
	play(env, 0, p);
	settle(env);
	elsewhere(env, complete_f0);
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancel(&env->set[0].base));
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&env->set[0].base));
	settle(env);
	expect_log(env, "ECANCELED n0 [ 4 ECANCELED 4 ]");
}

static void cancel_and_complete(struct env *env)
{
	cotask_cancel(env->task[0]);
	cotask_future_complete(&env->future[0], 1);
}

static void complete_and_cancel(struct env *env)
{
	cotask_future_complete(&env->future[0], 1);
	cotask_cancel(env->task[0]);
}

/* WT-8, SC-9: cancel and completion from another thread, in one turn, in both orders */
static void cancelled_and_completed_elsewhere(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		TRY, WAIT(0, WALL, NEVER, F(0)), EXCEPT, SHOW, ENDTRY, END
	};

	play(env, 0, p);
	settle(env);
	elsewhere(env, cancel_and_complete);
	settle(env);
	expect_log(env, "ECANCELED");
	renew(env, 0);
	play(env, 0, p);
	settle(env);
	elsewhere(env, complete_and_cancel);
	settle(env);
	expect_log(env, "ECANCELED");
}

static void complete_f0_cancel_1(struct env *env)
{
	cotask_future_complete(&env->future[0], 1);
	cotask_cancel(env->task[1]);
}

static void drop_while_posted(struct env *env, struct cotask *task)
{
	elsewhere(env, complete_f0_cancel_1);
	cotask_set_drop(&env->set[0]);
}

/* SC-9: a task that leaves a future in a step does not lose what was posted besides */
static void posts_behind_a_future(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GATHER(0, 0, F(0), F(1)), HOOK(drop_while_posted), END };

	play(env, 1, three);
	settle(env);
	play(env, 0, p);
	settle(env);
	expect_cancelled(env, 1);
}

/**
 * struct arrival - a gather that has its outcome while a member is on its way
 * @first: runs before the gather hears of a member that has failed
 * @second: ... and after
 * @set: the gather
 * @member: two futures
 */
static struct arrival {
	struct cotask_callback first;
	struct cotask_callback second;
	struct cotask_set set;
	struct cotask_member member[2];
} arrival;

static int complete_the_other(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	elsewhere(env_current(), complete_f0);
	return 0;
}

static int look_at_the_gather(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct kunit *test = env_current()->test;

	/* It waits for the post in transit, and declines further cancels. */
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_done(&arrival.set.base));
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&arrival.set.base));
	cotask_set_drop(&arrival.set);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&arrival.set.base), (long)E1);
	return 0;
}

/* GA-4, GA-11: the outcome of a gather is there while another thread completes a member */
static void dropped_with_a_member_on_its_way(struct kunit *test)
{
	struct env *env = env_of(test);

	memset(&arrival, 0, sizeof(arrival));
	arrival.member[0] = COTASK_MEMBER(&env->future[0].base);
	arrival.member[1] = COTASK_MEMBER(&env->future[1].base);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cotask_gather(&arrival.set, cotask_loop_root(env->loop),
						      arrival.member, 2, 0)));
	cotask_call_soon(env->loop, &arrival.first, complete_the_other);
	cotask_future_fail(&env->future[1], E1);
	cotask_call_soon(env->loop, &arrival.second, look_at_the_gather);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_done(&arrival.set.base));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(of_nothing),
	KUNIT_CASE(in_the_order_of_arguments),
	KUNIT_CASE(takes_tasks_and_futures),
	KUNIT_CASE(repeated_argument),
	KUNIT_CASE(first_error_ends_it),
	KUNIT_CASE(two_errors_in_one_turn),
	KUNIT_CASE(collect),
	KUNIT_CASE(cancelled_child),
	KUNIT_CASE(cancel_goes_to_each_child),
	KUNIT_CASE(cancel_of_the_awaiting_task),
	KUNIT_CASE(cancelled_does_not_wait_for_the_slow),
	KUNIT_CASE(error_after_cancel),
	KUNIT_CASE(collect_cancelled),
	KUNIT_CASE(all_swallow),
	KUNIT_CASE(too_late_to_cancel),
	KUNIT_CASE(done_at_the_call),
	KUNIT_CASE(bad_argument),
	KUNIT_CASE(fail_fast),
	KUNIT_CASE(fail_fast_cancelled),
	KUNIT_CASE(race_won),
	KUNIT_CASE(race_lost),
	KUNIT_CASE(race_cancelled),
	KUNIT_CASE(gather_of_shields),
	KUNIT_CASE(shield_of_a_gather),
	KUNIT_CASE(nested_gathers),
	KUNIT_CASE(reason_passes_through),
	KUNIT_CASE(many_members),
	KUNIT_CASE(dropped),
	KUNIT_CASE(member_completed_elsewhere),
	KUNIT_CASE(last_member_completed_elsewhere),
	KUNIT_CASE(dropped_with_a_member_on_its_way),
	KUNIT_CASE(too_late_for_a_nested_gather),
	KUNIT_CASE(too_late_for_members_on_their_way),
	KUNIT_CASE(cancelled_and_completed_elsewhere),
	KUNIT_CASE(posts_behind_a_future),
	{}
};

struct kunit_suite cotask_gather_suite = {
	.name = "cotask_gather",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
