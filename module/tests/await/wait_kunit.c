// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - wait and as_completed
 */
#include <linux/completion.h>
#include <linux/kthread.h>

#include "../../core/core.h"
#include "../helpers.h"
#include "../suites.h"

static const struct line one[] = { SLEEP(10), LOG("one"), RETURN(1) };
static const struct line two[] = { SLEEP(20), LOG("two"), RETURN(2) };
static const struct line fails[] = { SLEEP(15), LOG("fails"), RAISE(E1) };
static const struct line instant[] = { LOG("instant"), RETURN(5) };

#define TELL	SHOW, RESULTS(0), END

/* WT-1: duplicates are one; nothing, coroutines, unknown modes are refused */
static void arguments(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		WAIT(0, WALL, NEVER, T(1), T(1), F(0)), TELL
	};
	static const struct line bad[] = {
		TRY, WAIT(0, 3, NEVER, T(1)), EXCEPT, SHOW, ENDTRY,
		TRY, WAIT(0, WALL, NEVER, BAD), EXCEPT, SHOW, ENDTRY,
		TRY, WAIT(0, WALL, NEVER, C(instant)), EXCEPT, SHOW, ENDTRY,
		TRY, { .op = OP_WAIT, .b = NEVER }, EXCEPT, SHOW, ENDTRY,
		LOG("same"), END
	};

	play(env, 1, one);
	play(env, 0, p);
	settle(env);
	cotask_future_complete(&env->future[0], 9);
	pass(env, 10);
	expect_log(env, "one 0 [ 1 1 9 ]");
	KUNIT_EXPECT_EQ(test, env->wait[0].done, 2U);
	play(env, 0, bad);
	turn(env);
	expect_log(env, "EINVAL EINVAL EINVAL EINVAL same");
	/* The coroutine that was refused is still the caller's. */
	cotask_run(env->loop, env->member[0][0].coro);
	expect_log(env, "instant");
}

/* WT-2: suspends although all is done, and so an armed cancel is delivered there */
static void always_suspends(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { WAIT(0, WALL, NEVER, F(0)), TELL };
	static const struct line c[] = {
		CANCEL_SELF, TRY, WAIT(0, WALL, NEVER, F(0)), EXCEPT, SHOW, ENDTRY, COUNT, END
	};

	cotask_future_complete(&env->future[0], 3);
	play(env, 0, p);
	turn(env);
	expect_log(env, "");
	settle(env);
	expect_log(env, "0 [ 3 ]");
	play(env, 0, c);
	settle(env);
	expect_log(env, "ECANCELED n1");
}

static void forget(struct env *env, struct cotask *task)
{
	cotask_put(env->task[1]);
	env->task[1] = NULL;
}

/* WT-5: a task stays until the waiter has its outcome, also if the wait has the last reference */
static void wait_has_the_last_reference(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line forgets[] = { HOOK(forget), END };
	static const struct line all[] = { WAIT(0, WALL, NEVER, T(1)), TELL };
	static const struct line first[] = { WAIT(0, WFIRST, NEVER, T(1), F(0)), TELL };

	play(env, 1, one);
	play(env, 0, all);
	play(env, 2, forgets);
	settle(env);
	pass(env, 10);
	expect_log(env, "one 0 [ 1 ]");
	/* It ends after the set is done, and before the waiter runs. */
	play(env, 1, instant);
	play(env, 0, first);
	play(env, 2, forgets);
	cotask_future_complete(&env->future[0], 9);
	settle(env);
	expect_log(env, "instant 0 [ 5 9 ]");
}

/* WT-3: ALL waits for every one, FIRST for one, CANCELLED included */
static void all_and_first(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line all[] = { WAIT(0, WALL, NEVER, T(1), T(2)), TELL };
	static const struct line first[] = { WAIT(0, WFIRST, NEVER, T(1), T(2)), TELL };

	play(env, 1, one);
	play(env, 2, fails);
	play(env, 0, all);
	settle(env);
	pass(env, 10);
	expect_log(env, "one");
	pass(env, 5);
	expect_log(env, "fails 0 [ 1 E1 ]");

	play(env, 1, one);
	play(env, 2, two);
	play(env, 0, first);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "0 [ ECANCELED - ]");
	expect_count(env, 0, 0);
	expect_pending(env, 2);
}

/* WT-4: FIRST_ERROR ends with a failure, not with a cancel; without one like ALL */
static void first_error(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { WAIT(0, WERROR, NEVER, T(1), T(2), T(3)), TELL };

	play(env, 1, one);
	play(env, 2, fails);
	play(env, 3, two);
	play(env, 0, p);
	settle(env);
	pass(env, 10);
	expect_log(env, "one");
	pass(env, 5);
	expect_log(env, "fails 0 [ 1 E1 - ]");

	play(env, 1, one);
	play(env, 2, two);
	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	pass(env, 20);
	expect_log(env, "two two 0 [ ECANCELED 2 2 ]");
}

/* WT-4, AW-10: a gather that failed with -ECANCELED counts as an error */
static void failed_with_ecanceled(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(1, 0, T(1)), WAIT(0, WERROR, NEVER, S(1), T(2)), TELL
	};

	play(env, 1, one);
	play(env, 2, two);
	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "0 [ ECANCELED - ]");
}

/* WT-5: a member that ends between completion and resumption is among the done */
static void partition_at_resumption(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { WAIT(0, WFIRST, NEVER, F(0), F(1), F(2)), TELL };

	play(env, 0, p);
	settle(env);
	cotask_future_complete(&env->future[1], 1);
	turn(env);
	cotask_future_complete(&env->future[2], 2);
	settle(env);
	expect_log(env, "0 [ - 1 2 ]");
}

/* WT-6: when the time has expired, it returns 0 with the done members, and cancels nothing */
static void timeout(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { WAIT(0, WALL, 15, T(1), T(2)), TELL };

	play(env, 1, one);
	play(env, 2, two);
	play(env, 0, p);
	settle(env);
	pass(env, 10);
	pass(env, 5);
	expect_log(env, "one 0 [ 1 - ]");
	expect_count(env, 2, 0);
	pass(env, 5);
	expect_log(env, "two");
}

/* WT-6: zero or less is one pass through the queue */
static void no_time(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { WAIT(0, WALL, 0, T(1), T(2)), TELL };
	static const struct line n[] = { WAIT(0, WALL, -5, T(2)), TELL };

	play(env, 0, p);
	play(env, 1, instant);
	play(env, 2, two);
	settle(env);
	expect_log(env, "instant 0 [ 5 - ]");
	play(env, 0, n);
	settle(env);
	expect_log(env, "0 [ - ]");
}

/* WT-7: member and timeout in one turn: the member is done at resumption */
static void member_and_timeout_at_once(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { WAIT(0, WALL, 10, T(1), T(2)), TELL };

	play(env, 0, p);
	play(env, 1, one);
	play(env, 2, two);
	settle(env);
	pass(env, 10);
	expect_log(env, "one 0 [ 1 - ]");
}

/* WT-8: a cancel of the waiter leaves the members alone, and no trace with them */
static void waiter_cancelled(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		TRY, WAIT(0, WALL, 50, T(1), F(0)), EXCEPT, SHOW, ENDTRY, COUNT, END
	};

	play(env, 1, two);
	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED n1");
	expect_count(env, 1, 0);
	KUNIT_EXPECT_TRUE(test, list_empty(&env->task[1]->base.waiters));
	KUNIT_EXPECT_TRUE(test, list_empty(&env->future[0].base.waiters));
	pass(env, 20);
	expect_log(env, "two");
}

/* WT-8, CX-5: all is done, the waiter is not resumed: the cancel is delivered */
static void waiter_cancelled_too_late(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		TRY, WAIT(0, WALL, NEVER, F(0)), EXCEPT, SHOW, ENDTRY, COUNT, END
	};

	play(env, 0, p);
	settle(env);
	cotask_future_complete(&env->future[0], 1);
	turn(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED n1");
}

static void complete_f1(struct env *env)
{
	cotask_future_complete(&env->future[1], 2);
}

static int complete_f1_elsewhere(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	elsewhere(env_current(), complete_f1);
	return 0;
}

/* The wait has the outcome of future 0, and future 1 is on its way when the turn has ended. */
static void play_with_a_member_on_its_way(struct env *env, const struct line *p, s64 ms)
{
	struct cotask_callback on_its_way;

	renew(env, 0);
	renew(env, 1);
	play(env, 0, p);
	settle(env);
	cotask_call_soon(env->loop, &on_its_way, complete_f1_elsewhere);
	cotask_future_complete(&env->future[0], 1);
	advance(env, ms);
	turn(env);
	KUNIT_EXPECT_FALSE(env->test, list_empty(&env->future[1].base.waiters));
}

/* WT-8, CX-4, CX-5: the same, where the wait is not done as another member is on its way */
static void waiter_cancelled_with_a_member_on_its_way(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line twice[] = {
		TRY, WAIT(0, WFIRST, NEVER, F(0), F(1)), EXCEPT, SHOW, ENDTRY, COUNT, END
	};
	static const struct line in_timeout[] = {
		TRY, TIMEOUT(0, 50), WAIT(0, WFIRST, NEVER, F(0), F(1)), ENDTIMEOUT, EXCEPT, SHOW,
		ENDTRY, COUNT, END
	};
	static const struct line in_group[] = {
		GROUP(0), TRY, WAIT(0, WFIRST, NEVER, F(0), F(1)), EXCEPT, SHOW, RERAISE, ENDTRY,
		ENDGROUP, COUNT, END
	};

	play_with_a_member_on_its_way(env, twice, 0);
	cotask_cancel(env->task[0]);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED n2");
	play_with_a_member_on_its_way(env, in_group, 0);
	cotask_group_cancel(&env->group[0]);
	settle(env);
	expect_log(env, "ECANCELED n0");
	/* The timeout comes in the same turn, behind the member that has ended. */
	play_with_a_member_on_its_way(env, in_timeout, 100);
	settle(env);
	expect_log(env, "ETIMEDOUT n0");
}

/* WT-9, AW-11: errors of members are not read by wait: they are reported at the end */
static void errors_stay_unread(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { WAIT(0, WALL, NEVER, T(1)), SHOW, END };

	play(env, 1, fails);
	play(env, 0, p);
	settle(env);
	pass(env, 15);
	expect_log(env, "fails 0");
	cotask_put(env->task[1]);
	env->task[1] = NULL;
	KUNIT_EXPECT_EQ(test, env->errors, 1);
	KUNIT_EXPECT_EQ(test, env->last_error, E1);
}

/* AC-1, AC-2, AC-3: n items and then the end, in the order of completion */
static void in_order_of_completion(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		AS_COMPLETED(0, NEVER, T(1), T(2), T(1), C(fails)),
		NEXT(0), NEXT(0), NEXT(0), NEXT(0), NEXT(0), END_ITERATION(0), END
	};

	play(env, 1, two);
	play(env, 2, one);
	play(env, 0, p);
	settle(env);
	pass(env, 10);
	expect_log(env, "one #1= 1");
	pass(env, 5);
	expect_log(env, "fails #3= E1");
	pass(env, 5);
	expect_log(env, "two #0= 2 end end");
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

/* AC-1: bad arguments; an iteration over nothing is at its end */
static void bad_arguments(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_as_completed it = {};

	KUNIT_EXPECT_EQ(test, cotask_as_completed(NULL, NULL, NULL, 0, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_as_completed(&it, NULL, NULL, 1, 0), -EINVAL);
	env->member[0][0] = (struct cotask_member){};
	KUNIT_EXPECT_EQ(test, cotask_as_completed(&it, cotask_loop_root(env->loop),
						  env->member[0], 1, 0), -EINVAL);
}

/* AC-2: a member that is done before the call comes first, in the order of the arguments */
static void done_before(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		AS_COMPLETED(0, NEVER, F(0), F(1), F(2)), NEXT(0), NEXT(0), LOG("|"), NEXT(0),
		END_ITERATION(0), END
	};

	cotask_future_complete(&env->future[2], 2);
	cotask_future_complete(&env->future[1], 1);
	play(env, 0, p);
	turn(env);
	expect_log(env, "#1= 1 #2= 2 |");
	cotask_future_complete(&env->future[0], 0);
	settle(env);
	expect_log(env, "#0= 0");
}

/* AC-4, AC-5: finished members come first, then -ETIMEDOUT for each other one, then the end */
static void iteration_times_out(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		AS_COMPLETED(0, 15, T(1), T(2), F(0)), SLEEP(16),
		NEXT(0),
		TRY, NEXT(0), EXCEPT, SHOW, ENDTRY,
		TRY, NEXT(0), EXCEPT, SHOW, ENDTRY,
		NEXT(0), END_ITERATION(0), END
	};

	play(env, 1, one);
	play(env, 2, two);
	play(env, 0, p);
	settle(env);
	pass(env, 10);
	pass(env, 5);
	pass(env, 1);
	expect_log(env, "one #0= 1 ETIMEDOUT ETIMEDOUT end");
	expect_count(env, 2, 0);
	pass(env, 10);
	expect_log(env, "two");
}

/* AC-4: the time has expired while it waits */
static void times_out_while_waiting(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		AS_COMPLETED(0, 5, F(0)), TRY, NEXT(0), EXCEPT, SHOW, ENDTRY, END_ITERATION(0), END
	};

	play(env, 0, p);
	settle(env);
	pass(env, 5);
	expect_log(env, "ETIMEDOUT");
	KUNIT_EXPECT_TRUE(test, list_empty(&env->future[0].base.waiters));
}

/* AC-6: another task goes on with the rest of the same iteration */
static void resumed_by_another(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { AS_COMPLETED(0, NEVER, F(0), F(1)), NEXT(0), END };
	static const struct line q[] = { NEXT(0), NEXT(0), END_ITERATION(0), END };

	play(env, 0, p);
	settle(env);
	cotask_future_complete(&env->future[1], 1);
	settle(env);
	expect_finished(env, 0, 0);
	play(env, 0, q);
	settle(env);
	cotask_future_complete(&env->future[0], 7);
	settle(env);
	expect_log(env, "#1= 1 #0= 7 end");
}

/* AC-7: pending nexts are served in order; a cancelled task consumes no item */
static void several_nexts(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { AS_COMPLETED(0, NEVER, F(0), F(1)), END };
	static const struct line a[] = { TRY, NEXT(0), LOG("a"), EXCEPT, LOG("x"), ENDTRY, END };
	static const struct line b[] = { NEXT(0), LOG("b"), END };
	static const struct line c[] = { NEXT(0), LOG("c"), END_ITERATION(0), END };

	play(env, 0, p);
	settle(env);
	play(env, 1, a);
	play(env, 2, b);
	settle(env);
	cotask_future_complete(&env->future[0], 5);
	turn(env);
	/* The item is on its way to a, which is cancelled before it has resumed. */
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "x #0= 5 b");
	play(env, 3, c);
	cotask_future_complete(&env->future[1], 6);
	settle(env);
	expect_log(env, "#1= 6 c");
}

/* AC-7: ... from the moment of the cancel on, although it has not resumed */
static void item_of_a_cancelled_task(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { AS_COMPLETED(0, NEVER, F(0)), END };
	static const struct line a[] = { TRY, NEXT(0), EXCEPT, LOG("x"), ENDTRY, END };
	static const struct line b[] = { NEXT(0), NEXT(0), END_ITERATION(0), END };

	play(env, 0, p);
	play(env, 1, a);
	settle(env);
	/* Task 2 runs first. */
	play(env, 2, b);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "x");
	cotask_future_complete(&env->future[0], 5);
	settle(env);
	expect_log(env, "#0= 5 end");
}

static struct completion stopped;

static int stop_group(void *data)
{
	struct env *env = data;

	cotask_group_stop(&env->group[0], 0);
	complete(&stopped);
	return 0;
}

/* Another thread has the tasks of group 0 ended where they wait. */
static void doom_group(struct env *env)
{
	init_completion(&stopped);
	KUNIT_ASSERT_FALSE(env->test, IS_ERR(kthread_run(stop_group, env, "cotask-helper")));
	/* No task runs before. */
	while (!(atomic_read(&env->group[0].base.state) & COTASK_S_DOOM))
		schedule_timeout_uninterruptible(1);
	while (!try_wait_for_completion(&stopped)) {
		settle(env);
		schedule_timeout_uninterruptible(1);
	}
}

static long watching_step(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, first, again);

	CO_AWAIT(first, rc, cotask_await_shielded(task, &env_current()->set[0].base));
	CO_AWAIT(again, rc, cotask_await_shielded(task, &env_current()->set[0].base));
	return rc;
}

/* SH-1, CO-B2: what a task only watches, and others wait for, goes on when it is ended by force */
static void watcher_is_doomed(struct kunit *test)
{
	static const struct line owner[] = {
		GATHER(0, 0, F(0)), AWAIT_SET(0), LOG("gathered"), END
	};
	struct cotask_frame watching;
	struct env *env = env_of(test);

	cotask_group_init(&env->group[0]);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&env->group[0], env->loop, 0), 0);
	play(env, 0, owner);
	settle(env);
	env->task[1] = cotask_spawn(&env->group[0],
				    cotask_frame_init(&watching, watching_step, NULL), NULL);
	settle(env);
	cotask_group_cancel(&env->group[0]);
	settle(env);
	expect_pending(env, 1);
	doom_group(env);
	expect_cancelled(env, 1);
	expect_pending(env, 0);
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&env->future[0], 5), 0);
	settle(env);
	expect_log(env, "gathered");
	expect_finished(env, 0, 0);
}

/* AC-7: a task that is ended where it waits consumes no item */
static void next_is_doomed(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line stubborn[] = {
		TRY, NEXT(0), EXCEPT, LOG("again"), ENDTRY, NEXT(0), LOG("never"), END
	};
	static const struct line p[] = {
		AS_COMPLETED(0, NEVER, F(0), F(1), F(2)), SPAWN(1, 0, stubborn), END
	};
	static const struct line rest[] = {
		NEXT(0), NEXT(0), NEXT(0), NEXT(0), END_ITERATION(0), END
	};

	cotask_group_init(&env->group[0]);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&env->group[0], env->loop, 0), 0);
	play(env, 0, p);
	settle(env);
	cotask_group_cancel(&env->group[0]);
	settle(env);
	doom_group(env);
	expect_log(env, "again");
	play(env, 0, rest);
	settle(env);
	cotask_future_complete(&env->future[0], 5);
	cotask_future_complete(&env->future[1], 6);
	cotask_future_complete(&env->future[2], 7);
	settle(env);
	expect_log(env, "#0= 5 #1= 6 #2= 7 end");
}

/* A task with an iteration in its frame, and another one that asks for a member of it. */
struct sharing {
	struct cotask_frame frame;
	struct cotask_member m[2];
	struct cotask_as_completed it;
	struct cotask_next next;
};

static struct sharing *shared;

static long asks(struct cotask *task, struct cotask_frame *frame)
{
	struct sharing *me = container_of(frame, struct sharing, frame);
	long rc;

	CO_BEGIN(task, frame, served);

	CO_AWAIT(served, rc, cotask_as_completed_next(task, &me->next, &shared->it));
	return rc;
}

static void sharing_release(struct cotask_frame *frame)
{
	struct sharing *me = container_of(frame, struct sharing, frame);

	cotask_as_completed_end(&me->it);
	kfree(me);
}

/* AC-7: both tasks were served; what the second one gives back is in memory of the first one */
static void served_and_doomed(struct kunit *test)
{
	struct env *env = env_of(test);
	struct sharing *other = kzalloc(sizeof(*other), GFP_KERNEL);

	shared = kzalloc(sizeof(*shared), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, shared && other);
	cotask_group_init(&env->group[0]);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&env->group[0], env->loop, 0), 0);
	shared->m[0] = COTASK_MEMBER(&env->future[0].base);
	shared->m[1] = COTASK_MEMBER(&env->future[1].base);
	KUNIT_ASSERT_EQ(test, cotask_as_completed(&shared->it, NULL, shared->m, 2,
						  COTASK_FOREVER), 0);
	cotask_go(&env->group[0], cotask_frame_init(&shared->frame, asks, sharing_release));
	cotask_go(&env->group[0], cotask_frame_init(&other->frame, asks, sharing_release));
	settle(env);
	cotask_future_complete(&env->future[0], 1);
	cotask_future_complete(&env->future[1], 2);
	turn(env);
	KUNIT_EXPECT_FALSE(test, list_empty(&env->loop->ready));
	doom_group(env);
	cotask_group_fini(&env->group[0]);
}

/* A script that takes one item, or shows why it does not; one that takes all that are left. */
static const struct line takes_one[] = { TRY, NEXT(0), EXCEPT, SHOW, ENDTRY, END };
static const struct line takes_three[] = {
	TRY, NEXT(0), EXCEPT, SHOW, ENDTRY, TRY, NEXT(0), EXCEPT, SHOW, ENDTRY,
	TRY, NEXT(0), EXCEPT, SHOW, ENDTRY, END_ITERATION(0), END
};

/* The time of an iteration over two members is up, and a task in @group that waits is queued. */
static void let_the_time_expire(struct env *env, int group)
{
	const struct line p[] = {
		AS_COMPLETED(0, 5, F(0), F(1)), SPAWN(1, group, takes_one), END
	};

	play(env, 0, p);
	settle(env);
	advance(env, 5);
	turn(env);
	KUNIT_EXPECT_FALSE(env->test, list_empty(&env->loop->ready));
}

/* AC-4, AC-7: the time is up, and the task is ended where it waits: it has consumed no item */
static void expired_and_doomed(struct kunit *test)
{
	struct env *env = env_of(test);

	cotask_group_init(&env->group[0]);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&env->group[0], env->loop, 0), 0);
	let_the_time_expire(env, 0);
	doom_group(env);
	expect_log(env, "");
	play(env, 0, takes_three);
	settle(env);
	expect_log(env, "ETIMEDOUT ETIMEDOUT end");
	cotask_group_fini(&env->group[0]);
}

/* AC-4, AC-7: the same for a task that is cancelled; by then, another one can ask for the item */
static void expired_and_cancelled(struct kunit *test)
{
	struct env *env = env_of(test);

	let_the_time_expire(env, ROOT);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED");
	play(env, 0, takes_three);
	settle(env);
	expect_log(env, "ETIMEDOUT ETIMEDOUT end");
}

/* WT-B1: an iteration that is ended early leaves nothing behind */
static void ended_early(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { AS_COMPLETED(0, 50, F(0), T(1)), END_ITERATION(0), END };

	play(env, 1, one);
	play(env, 0, p);
	turn(env);
	KUNIT_EXPECT_TRUE(test, list_empty(&env->future[0].base.waiters));
	KUNIT_EXPECT_TRUE(test, list_empty(&env->task[1]->base.waiters));
	KUNIT_EXPECT_EQ(test, (int)env->it[0].set.alarm.level, COTASK_NO_DEADLINE);
	settle(env);
	pass(env, 50);
	expect_log(env, "one");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(arguments),
	KUNIT_CASE(always_suspends),
	KUNIT_CASE(wait_has_the_last_reference),
	KUNIT_CASE(all_and_first),
	KUNIT_CASE(first_error),
	KUNIT_CASE(failed_with_ecanceled),
	KUNIT_CASE(partition_at_resumption),
	KUNIT_CASE(timeout),
	KUNIT_CASE(no_time),
	KUNIT_CASE(member_and_timeout_at_once),
	KUNIT_CASE(waiter_cancelled),
	KUNIT_CASE(waiter_cancelled_too_late),
	KUNIT_CASE(waiter_cancelled_with_a_member_on_its_way),
	KUNIT_CASE(errors_stay_unread),
	KUNIT_CASE(in_order_of_completion),
	KUNIT_CASE(bad_arguments),
	KUNIT_CASE(done_before),
	KUNIT_CASE(iteration_times_out),
	KUNIT_CASE(times_out_while_waiting),
	KUNIT_CASE(resumed_by_another),
	KUNIT_CASE(several_nexts),
	KUNIT_CASE(item_of_a_cancelled_task),
	KUNIT_CASE(watcher_is_doomed),
	KUNIT_CASE(next_is_doomed),
	KUNIT_CASE(served_and_doomed),
	KUNIT_CASE(expired_and_doomed),
	KUNIT_CASE(expired_and_cancelled),
	KUNIT_CASE(ended_early),
	{}
};

struct kunit_suite cotask_wait_suite = {
	.name = "cotask_wait",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
