// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - cancellation: the path and the effect of a request
 */
#include <linux/vmalloc.h>

#include "../helpers.h"
#include "../suites.h"
#include "../../core/core.h"

static const struct line value[] = { SLEEP(10), RETURN(7) };
static const struct line swallow[] = {
	TRY, FUTURE(0), EXCEPT, SHOW, ENDTRY, RETURN(7)
};
static const struct line wait_future[] = { FUTURE(0), SHOW, RETURN(1) };
static const struct line wait_caught[] = { TRY, FUTURE(0), EXCEPT, SHOW, RERAISE, ENDTRY, END };
static const struct line join0[] = {
	TRY, JOIN(0), SHOW, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, END
};
static const struct line simple[] = { LOG("ran"), RETURN(7) };

/* CX-1, TK-12: cancelling a done task changes nothing */
static void cancel_of_done_task_is_refused(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, simple);
	settle(env);
	KUNIT_EXPECT_FALSE(test, cotask_cancel(env->task[0]));
	expect_count(env, 0, 0);
	expect_finished(env, 0, 7);
}

/* CX-2: each cancel of a live task is accepted and counted */
static void cancel_counts(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, swallow);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[0]));
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[0]));
	expect_count(env, 0, 2);
	settle(env);
	expect_finished(env, 0, 7);
}

/* CX-3: a cancel goes down the chain of awaits, and each count rises */
static void cancel_is_handed_down_the_chain(struct kunit *test)
{
	static const struct line join1[] = {
		TRY, JOIN(1), EXCEPT, LOG("outer"), RERAISE, ENDTRY, END
	};
	static const struct line middle[] = {
		TRY, JOIN(0), EXCEPT, LOG("middle"), RERAISE, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, wait_caught);
	play(env, 1, middle);
	play(env, 2, join1);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[2]));
	expect_count(env, 0, 1);
	expect_count(env, 1, 1);
	expect_count(env, 2, 1);
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&env->future[0].base));
	settle(env);
	expect_log(env, "ECANCELED middle outer");
	expect_cancelled(env, 2);
}

/* CX-4, CX-5: a scheduled task is armed; its await returns -ECANCELED, x keeps its value */
static void cancel_after_completion_arms(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, wait_caught);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&env->future[0], 5), 0);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[0]));
	settle(env);
	expect_log(env, "ECANCELED");
	expect_cancelled(env, 0);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&env->future[0].base), 5L);
}

/* CX-6: requests before the delivery are delivered once */
static void requests_merge(struct kunit *test)
{
	static const struct line script[] = {
		TRY, FUTURE(0), EXCEPT, SHOW, COUNT, ENDTRY,
		TRY, YIELD, LOG("on"), EXCEPT, LOG("again"), ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	/* The first is handed to the future, the second arms the task. */
	cotask_cancel(env->task[0]);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED n2 on");
}

/* CX-7: a task that is cancelled before its first step never runs */
static void cancel_before_first_step(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, simple);
	cotask_cancel(env->task[0]);
	expect_pending(env, 0);
	turn(env);
	expect_cancelled(env, 0);
	expect_log(env, "");
}

/* CX-8: after cancelling itself a task hands the request to what it awaits next */
static void self_cancel_reaches_the_next_await(struct kunit *test)
{
	static const struct line script[] = {
		CANCEL_SELF, TRY, FUTURE(0), EXCEPT, SHOW, ENDTRY,
		CANCEL_SELF, TRY, YIELD, EXCEPT, SHOW, ENDTRY,
		CANCEL_SELF, TRY, SLEEP(100), EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&env->future[0].base));
	expect_log(env, "ECANCELED ECANCELED ECANCELED n3");
}

/* CX-9, AW-1: running on and awaiting what is done deliver nothing */
static void no_delivery_without_suspension(struct kunit *test)
{
	static const struct line script[] = {
		CANCEL_SELF, LOG("on"), FUTURE(0), SHOW, TRY, YIELD, EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	cotask_future_complete(&env->future[0], 4);
	play(env, 0, script);
	settle(env);
	expect_log(env, "on 4 ECANCELED");
}

/* CX-10: an armed task that returns a value is CANCELLED, one that fails has FAILED */
static void armed_at_the_end(struct kunit *test)
{
	static const struct line returns[] = { CANCEL_SELF, RETURN(7) };
	static const struct line fails[] = { CANCEL_SELF, RAISE(E1) };
	struct env *env = env_of(test);

	play(env, 0, returns);
	play(env, 1, fails);
	settle(env);
	expect_cancelled(env, 0);
	expect_failed(env, 1, E1);
}

/* CX-11: a task that returns -ECANCELED is CANCELLED, whatever its count */
static void made_up_code_cancels(struct kunit *test)
{
	static const struct line script[] = { RAISE(-ECANCELED) };
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_cancelled(env, 0);
	expect_count(env, 0, 0);
}

/* CX-12: a task that swallows the cancel finishes, or fails; the count stays */
static void swallowed_cancel(struct kunit *test)
{
	static const struct line replaces[] = { TRY, SLEEP(9), EXCEPT, RAISE(E1), ENDTRY, END };
	struct env *env = env_of(test);

	play(env, 0, swallow);
	play(env, 1, replaces);
	settle(env);
	cotask_cancel(env->task[0]);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_finished(env, 0, 7);
	expect_count(env, 0, 1);
	expect_failed(env, 1, E1);
	expect_count(env, 1, 1);
}

/* CX-13: after the delivery awaits work; a new cancel is delivered in the clean-up */
static void delivery_is_by_edge(struct kunit *test)
{
	static const struct line script[] = {
		TRY, SLEEP(100), EXCEPT, LOG("first"), SLEEP(10), LOG("slept"),
		TRY, SLEEP(100), EXCEPT, LOG("second"), ENDTRY, RERAISE, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 10);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "first slept second");
	expect_count(env, 0, 2);
	expect_cancelled(env, 0);
}

/* CX-14: a request that the awaited task swallows has vanished */
static void request_vanishes_in_a_swallower(struct kunit *test)
{
	static const struct line outer[] = {
		JOIN(0), SHOW, COUNT, YIELD, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, swallow);
	play(env, 1, outer);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED 7 n1 on");
	expect_finished(env, 1, 0);
}

/* CX-15: cancelling one of two waiters cancels what both await */
static void cancel_reaches_the_other_waiter(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, wait_future);
	play(env, 1, join0);
	play(env, 2, join0);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED n1 ECANCELED n0");
	expect_count(env, 2, 0);
	expect_cancelled(env, 2);
}

/* CX-16: uncancel to zero withdraws what was not delivered; above zero it stays */
static void uncancel_withdraws(struct kunit *test)
{
	static const struct line once[] = {
		CANCEL_SELF, UNCANCEL, SHOW, UNCANCEL, SHOW, YIELD, LOG("on"), END
	};
	static const struct line twice[] = {
		CANCEL_SELF, CANCEL_SELF, UNCANCEL, SHOW, TRY, YIELD, EXCEPT, SHOW, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, once);
	settle(env);
	expect_log(env, "0 0 on");
	play(env, 1, twice);
	settle(env);
	expect_log(env, "1 ECANCELED");
}

/* CX-17: uncancel does not take back what was handed on */
static void uncancel_after_handing_on(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, wait_caught);
	settle(env);
	cotask_cancel(env->task[0]);
	KUNIT_EXPECT_EQ(test, cotask_uncancel(env->task[0]), 0);
	settle(env);
	expect_log(env, "ECANCELED");
	expect_count(env, 0, 0);
}

/* CX-18: uncancel of a done task lowers the count and nothing else */
static void uncancel_of_done_task(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, value);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_uncancel(env->task[0]), 0);
	expect_cancelled(env, 0);
}

/* CX-19: a swallowed cancel without uncancel is in the baseline of later scopes */
static void swallowed_without_uncancel(struct kunit *test)
{
	static const struct line script[] = {
		TRY, FUTURE(0), EXCEPT, ENDTRY, COUNT,
		TRY, TIMEOUT(0, 5), SLEEP(50), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 5);
	expect_log(env, "n1 ETIMEDOUT n1");
}

/* CX-B2: the reason names cause and canceller, and goes down the chain */
static void reason_goes_down_the_chain(struct kunit *test)
{
	static const struct line canceller[] = { CANCEL(1), END };
	struct env *env = env_of(test);

	play(env, 0, wait_caught);
	play(env, 1, join0);
	settle(env);
	play(env, 2, canceller);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_cancel_reason(env->task[0]).cause,
			(u32)COTASK_CAUSE_USER);
	KUNIT_EXPECT_EQ(test, cotask_cancel_reason(env->task[0]).by,
			cotask_id(env->task[2]));
}

/* CO-4: levels unwind inside out, each may clean up */
static void nested_frames_unwind_inside_out(struct kunit *test)
{
	static const struct line inner[] = {
		TRY, SLEEP(9), EXCEPT, LOG("inner"), RERAISE, ENDTRY, END
	};
	static const struct line outer[] = {
		TRY, CALL(inner), EXCEPT, LOG("outer"), RERAISE, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, outer);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "inner outer");
	expect_cancelled(env, 0);
}

/* --- a request that is under way ------------------------------------------------ */

/* More tasks than a call of a module's code passes a request through at once. */
#define LONG_CHAIN	(COTASK_BUDGET + COTASK_BUDGET / 2)

/* Each task waits for the next one, and the last one sleeps. */
static struct chain {
	struct link {
		struct cotask_frame frame;
		struct cotask *task;
	} link[LONG_CHAIN];
	struct cotask *stopped;
} *chain;

static long waits_for_the_next(struct cotask *task, struct cotask_frame *frame)
{
	struct link *me = container_of(frame, struct link, frame);
	long rc;

	CO_BEGIN(task, frame, slept, joined);

	if (me == &chain->link[LONG_CHAIN - 1])
		CO_AWAIT(slept, rc, cotask_sleep(task, COTASK_FOREVER));
	else
		CO_AWAIT(joined, rc, cotask_join(task, me[1].task));
	return rc;
}

/* The first task is cancelled; where the request stops for now, it is taken back. */
static void cancel_and_take_back(struct env *env, struct cotask *task)
{
	int i;

	cotask_cancel(chain->link[0].task);
	for (i = 0; i < LONG_CHAIN && !chain->stopped; i++) {
		if (chain->link[i].task->entry.flags & COTASK_T_ON_WAY)
			chain->stopped = chain->link[i].task;
	}
	KUNIT_ASSERT_NOT_NULL(env->test, chain->stopped);
	KUNIT_EXPECT_EQ(env->test, cotask_cancel_reason(chain->stopped).by, task->id);
	KUNIT_EXPECT_EQ(env->test, cotask_uncancel(chain->stopped), 0);
}

static void cancel_where_it_has_stopped(struct env *env)
{
	cotask_cancel(chain->stopped);
}

/* CX-16, CX-B2: a request from outside has its own reason, after one was taken back on its way */
static void taken_back_on_its_way(struct kunit *test)
{
	static const struct line cancels[] = { HOOK(cancel_and_take_back), END };
	struct env *env = env_of(test);
	int i;

	chain = vzalloc(sizeof(*chain));
	KUNIT_ASSERT_NOT_NULL(test, chain);
	for (i = LONG_CHAIN; i--; ) {
		struct link *l = &chain->link[i];

		cotask_frame_init(&l->frame, waits_for_the_next, NULL);
		l->task = cotask_spawn(cotask_loop_root(env->loop), &l->frame, NULL);
		KUNIT_ASSERT_FALSE(test, IS_ERR(l->task));
	}
	settle(env);
	play(env, 0, cancels);
	settle(env);
	KUNIT_EXPECT_FALSE(test, cotask_done(chain->link[0].task));
	elsewhere(env, cancel_where_it_has_stopped);
	while (turn(env))
		;
	KUNIT_EXPECT_EQ(test, cotask_cancel_reason(chain->stopped).by, 0ULL);
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(chain->link[0].task));
	for (i = 0; i < LONG_CHAIN; i++)
		cotask_put(chain->link[i].task);
	vfree(chain);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cancel_of_done_task_is_refused),
	KUNIT_CASE(cancel_counts),
	KUNIT_CASE(cancel_is_handed_down_the_chain),
	KUNIT_CASE(cancel_after_completion_arms),
	KUNIT_CASE(requests_merge),
	KUNIT_CASE(cancel_before_first_step),
	KUNIT_CASE(self_cancel_reaches_the_next_await),
	KUNIT_CASE(no_delivery_without_suspension),
	KUNIT_CASE(armed_at_the_end),
	KUNIT_CASE(made_up_code_cancels),
	KUNIT_CASE(swallowed_cancel),
	KUNIT_CASE(delivery_is_by_edge),
	KUNIT_CASE(request_vanishes_in_a_swallower),
	KUNIT_CASE(cancel_reaches_the_other_waiter),
	KUNIT_CASE(uncancel_withdraws),
	KUNIT_CASE(uncancel_after_handing_on),
	KUNIT_CASE(uncancel_of_done_task),
	KUNIT_CASE(swallowed_without_uncancel),
	KUNIT_CASE(reason_goes_down_the_chain),
	KUNIT_CASE(nested_frames_unwind_inside_out),
	KUNIT_CASE(taken_back_on_its_way),
	{}
};

struct kunit_suite cotask_cancel_suite = {
	.name = "cotask_cancel",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
