// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - requests that come too late: after an outcome, and when they are taken back
 */
#include "../helpers.h"
#include "../suites.h"
#include "../../core/core.h"

static const struct line swallows[] = { TRY, SLEEP(50), EXCEPT, ENDTRY, RETURN(4) };

static void complete_f0(struct env *env)
{
	cotask_future_complete(&env->future[0], 4);
}

static void complete_f1(struct env *env)
{
	cotask_future_complete(&env->future[1], 5);
}

/* --- completion wins ------------------------------------------------------------ */

#define WINNER(script)	SPAWN_FLAGS(1, ROOT, script, COTASK_SPAWN_COMPLETION_WINS)
#define SHOW_AND_SLEEP	SHOW, TRY, SLEEP(10), EXCEPT, SHOW, ENDTRY, COUNT, END

/* What @script shows if another thread has completed f0, and its task is then cancelled. */
static void late_for(struct env *env, const struct line *script, const char *expected)
{
	const struct line p[] = { WINNER(script), END };

	renew(env, 0);
	play(env, 0, p);
	settle(env);
	elsewhere(env, complete_f0);
	KUNIT_EXPECT_TRUE(env->test, cotask_cancel(env->task[1]));
	settle(env);
	expect_log(env, expected);
	pass(env, 20);
}

/* CX-B4, CX-4, SC-9: another thread has completed what the task waits for */
static void completed_elsewhere(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line of_future[] = { FUTURE(0), SHOW_AND_SLEEP };
	static const struct line of_gather[] = { GATHER(0, 0, F(0)), AWAIT_SET(0), SHOW_AND_SLEEP };
	static const struct line of_nested[] = {
		GATHER(1, 0, F(0)), GATHER(0, 0, S(1)), AWAIT_SET(0), SHOW_AND_SLEEP
	};

	late_for(env, of_future, "4 ECANCELED n1");
	late_for(env, of_gather, "0 ECANCELED n1");
	late_for(env, of_nested, "0 ECANCELED n1");
}

/* CX-B4, WT-8: a wait accepts the request, as it has not taken in that a member has ended */
static void wait_completed_elsewhere(struct kunit *test)
{
	static const struct line of_wait[] = {
		TRY, WAIT(0, WALL, NEVER, F(0)), EXCEPT, SHOW, ENDTRY, RESULTS(0), COUNT, END
	};

	late_for(env_of(test), of_wait, "ECANCELED [ 4 ] n1");
}

/* CX-B4, GA-11: the owner has completed the only member, whose end was not taken in */
static void members_have_ended(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = { GATHER(0, 0, F(0)), AWAIT_SET(0), SHOW_AND_SLEEP };
	static const struct line p[] = { WINNER(waits), END };

	play(env, 0, p);
	settle(env);
	complete_f0(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "0 ECANCELED n1");
}

/* CX-B4, CX-8: a request that the task has brought into the wait came before the outcome */
static void brought_into_the_wait(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = {
		GATHER(0, 0, F(0)), SET(0, 4), CANCEL_SELF, TRY, AWAIT_SET(0), SHOW, EXCEPT, SHOW,
		ENDTRY, YIELD, COUNT, END
	};
	static const struct line p[] = { WINNER(waits), END };

	play(env, 0, p);
	settle(env);
	expect_log(env, "ECANCELED n1");
}

/* CX-6, CX-B4: the outcome is the answer to the first request, so it delivers the second one */
static void answer_is_on_its_way(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = {
		GATHER(0, COLLECT, F(0)), TRY, AWAIT_SET(0), EXCEPT, SHOW, ENDTRY, YIELD, COUNT, END
	};
	static const struct line p[] = { WINNER(waits), END };

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[1]);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED n2");
}

/* --- requests that are taken back ----------------------------------------------- */

/* Task 1 waits for f0, which is completed; cancelled late, and taken back. */
static void take_back_a_late_request(struct env *env, const struct line *script)
{
	const struct line p[] = { SPAWN(2, ROOT, swallows), WINNER(script), END };

	play(env, 0, p);
	settle(env);
	complete_f0(env);
	cotask_cancel(env->task[1]);
	KUNIT_EXPECT_EQ(env->test, cotask_uncancel(env->task[1]), 0);
	settle(env);
	expect_log(env, "4");
	/* What it waits for next swallows another request (CX-14). */
	cotask_cancel(env->task[1]);
	settle(env);
}

/* CX-16, CX-14, CX-B4: ... has no effect on later requests: that one belongs to the baseline */
static void late_and_taken_back(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = {
		FUTURE(0), SHOW, JOIN(2), SHOW, COUNT,
		TRY, TIMEOUT(0, 10), SLEEP(100), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, END
	};

	take_back_a_late_request(env, waits);
	expect_log(env, "4 n1");
	pass(env, 10);
	expect_log(env, "ETIMEDOUT n1");
}

/* CX-16, CX-14, TG-B8: the same with a group */
static void late_and_taken_back_in_a_group(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = {
		FUTURE(0), SHOW, JOIN(2), SHOW, GROUP(1), CANCEL_GROUP(1), SLEEP(100), ENDGROUP,
		SHOW, COUNT, SLEEP(1), LOG("slept"), END
	};

	take_back_a_late_request(env, waits);
	pass(env, 10);
	expect_log(env, "4 0 n1 slept");
}

/* CX-16, CX-17, CX-B5: what was handed on and taken back does not come again */
static void kept_and_taken_back(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = { JOIN(2), SHOW, COUNT, SLEEP(1), LOG("slept"), END };
	static const struct line p[] = {
		SPAWN(2, ROOT, swallows), SPAWN_FLAGS(1, ROOT, waits, COTASK_SPAWN_KEEP_CANCEL), END
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[1]);
	KUNIT_EXPECT_EQ(test, cotask_uncancel(env->task[1]), 0);
	settle(env);
	pass(env, 1);
	expect_log(env, "4 n0 slept");
}

/* --- gathers of what cannot be cancelled ------------------------------------------ */

/* GA-11, SC-9: another thread has completed all members of the gathers in a gather */
static void nested_gathers(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(2, COLLECT, F(1)), GATHER(1, COLLECT, F(0)), GATHER(0, COLLECT, S(1), S(2)),
		GATHER(3, COLLECT, S(0)), AWAIT_SET(3), SHOW, RESULTS(3), END
	};

	play(env, 0, p);
	settle(env);
	elsewhere(env, complete_f0);
	elsewhere(env, complete_f1);
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&env->set[3].base));
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&env->set[1].base));
	settle(env);
	expect_log(env, "0 [ 0 ]");
}

/* GA-7, GA-11: ... or all but one */
static void one_is_left_in_nested_gathers(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GATHER(2, COLLECT, F(1)), GATHER(1, COLLECT, F(0)), GATHER(0, COLLECT, S(1), S(2)),
		GATHER(3, COLLECT, S(0)), TRY, AWAIT_SET(3), EXCEPT, SHOW, ENDTRY, RESULTS(0), END
	};

	play(env, 0, p);
	settle(env);
	elsewhere(env, complete_f0);
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancel(&env->set[3].base));
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&env->set[3].base));
	settle(env);
	expect_log(env, "ECANCELED [ 0 ECANCELED ]");
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&env->future[1].base));
}

/* GA-11, SH-8, SC-9: the members are shields of what another thread has completed */
static void gather_of_shields(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_shield shield = {};
	struct cotask_awaitable *x = cotask_shield(&shield, &env->future[0].base);
	struct cotask_member member = COTASK_MEMBER(x);
	struct cotask_set set;

	KUNIT_ASSERT_FALSE(test, IS_ERR(x));
	KUNIT_ASSERT_FALSE(test, IS_ERR(cotask_gather(&set, NULL, &member, 1,
						      COTASK_GATHER_COLLECT)));
	elsewhere(env, complete_f0);
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&shield.base));
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&set.base));
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&set.base), 0L);
}

/**
 * struct late - a gather of a gather that has its outcome while a member of it is on its way
 * @first: runs before the inner gather takes in the member that has failed
 * @second: ... and after
 * @set: the inner gather, the outer one
 * @member: two futures; the inner gather
 */
static struct late {
	struct cotask_callback first;
	struct cotask_callback second;
	struct cotask_set set[2];
	struct cotask_member member[3];
} late;

static int complete_the_other(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	elsewhere(env_current(), complete_f0);
	return 0;
}

static int cancel_the_outer_one(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct kunit *test = env_current()->test;

	KUNIT_EXPECT_FALSE(test, cotask_awaitable_done(&late.set[0].base));
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&late.set[1].base));
	return 0;
}

/* GA-4, GA-11: the member has its outcome, and is not done */
static void gather_of_a_settled_gather(struct kunit *test)
{
	struct env *env = env_of(test);

	memset(&late, 0, sizeof(late));
	late.member[0] = COTASK_MEMBER(&env->future[0].base);
	late.member[1] = COTASK_MEMBER(&env->future[1].base);
	late.member[2] = COTASK_MEMBER(&late.set[0].base);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cotask_gather(&late.set[0], cotask_loop_root(env->loop),
						      late.member, 2, 0)));
	KUNIT_ASSERT_FALSE(test, IS_ERR(cotask_gather(&late.set[1], cotask_loop_root(env->loop),
						      &late.member[2], 1, COTASK_GATHER_COLLECT)));
	cotask_call_soon(env->loop, &late.first, complete_the_other);
	cotask_future_fail(&env->future[1], E1);
	cotask_call_soon(env->loop, &late.second, cancel_the_outer_one);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&late.set[1].base), 0L);
	KUNIT_EXPECT_EQ(test, late.member[2].result, (long)E1);
}

#define DEEP	200

/* GA-7, GA-11: the search in gathers in gathers, and the cancel, visit each of them once */
static void deep_gathers(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_set *set = kunit_kcalloc(test, DEEP, sizeof(*set), GFP_KERNEL);
	struct cotask_member *m = kunit_kcalloc(test, DEEP, sizeof(*m), GFP_KERNEL);
	int i, late;

	KUNIT_ASSERT_TRUE(test, set && m);
	for (late = 0; late < 2; late++) {
		renew(env, 0);
		for (i = 0; i < DEEP; i++) {
			m[i] = COTASK_MEMBER(i ? &set[i - 1].base : &env->future[0].base);
			KUNIT_ASSERT_FALSE(test, IS_ERR(cotask_gather(&set[i], NULL, &m[i], 1,
								      COTASK_GATHER_COLLECT)));
		}
		if (late)
			elsewhere(env, complete_f0);
		env->loop->budget = COTASK_BUDGET;
		KUNIT_EXPECT_EQ(test, cotask_awaitable_cancel(&set[DEEP - 1].base), !late);
		KUNIT_EXPECT_GT(test, env->loop->budget, COTASK_BUDGET - 8 * DEEP);
		settle(env);
		KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&set[DEEP - 1].base),
				late ? 0L : -ECANCELED);
	}
}

/* GA-11, WT-8: the set of a wait can be a member, and accepts until its members have arrived */
static void gather_of_a_wait(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = { WAIT(0, WALL, NEVER, F(0), F(1)), END };
	struct cotask_member m = COTASK_MEMBER(&env->wait[0].set.base);

	renew(env, 0);
	renew(env, 1);
	play(env, 0, waits);
	settle(env);
	cotask_gather(&env->set[0], NULL, &m, 1, COTASK_GATHER_COLLECT);
	elsewhere(env, complete_f0);
	elsewhere(env, complete_f1);
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancel(&env->set[0].base));
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&env->set[0].base), (long)-ECANCELED);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(completed_elsewhere),
	KUNIT_CASE(wait_completed_elsewhere),
	KUNIT_CASE(members_have_ended),
	KUNIT_CASE(brought_into_the_wait),
	KUNIT_CASE(answer_is_on_its_way),
	KUNIT_CASE(late_and_taken_back),
	KUNIT_CASE(late_and_taken_back_in_a_group),
	KUNIT_CASE(kept_and_taken_back),
	KUNIT_CASE(nested_gathers),
	KUNIT_CASE(one_is_left_in_nested_gathers),
	KUNIT_CASE(gather_of_shields),
	KUNIT_CASE(gather_of_a_settled_gather),
	KUNIT_CASE(gather_of_a_wait),
	KUNIT_CASE(deep_gathers),
	{}
};

struct kunit_suite cotask_late_suite = {
	.name = "cotask_late",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
