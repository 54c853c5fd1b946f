// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - shielded sections and cancel scopes
 */
#include "../../core/core.h"
#include "../scenario.h"
#include "../suites.h"

/* --- shielded sections ------------------------------------------------------- */

static const struct line guarded[] = {
	TRY, SECTION(0, NEVER), SLEEP(10), LOG("clean"), COUNT, ENDSECTION, LOG("after"),
	SLEEP(10), EXCEPT, SHOW, COUNT, ENDTRY, END
};

/* SH-B2: outside cancels wait, counted, for the first suspension after the section */
static void section_holds_back(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, guarded);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[0]));
	expect_count(env, 0, 1);
	settle(env);
	expect_log(env, "");
	cotask_cancel(env->task[0]);
	pass(env, 10);
	expect_log(env, "clean n2 after ECANCELED n2");
}

static void cancel_0(struct env *env)
{
	KUNIT_EXPECT_TRUE(env->test, cotask_cancel(env->task[0]));
}

/* SH-B2, SC-9: the same for a cancel from another thread */
static void section_holds_back_from_elsewhere(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, guarded);
	settle(env);
	elsewhere(env, cancel_0);
	settle(env);
	expect_log(env, "");
	pass(env, 10);
	expect_log(env, "clean n1 after ECANCELED n1");
}

static void exit_for_another(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_shield_exit(&env->section[0], 0), (long)-EINVAL);
}

/* SH-B2, TO-3: an exit that is refused leaves the section as it is, its time limit included */
static void left_by_another_task(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		TRY, SECTION(0, 10), SLEEP(50), ENDSECTION, EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	static const struct line other[] = { HOOK(exit_for_another), END };

	play(env, 0, p);
	settle(env);
	play(env, 1, other);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "");
	pass(env, 10);
	expect_log(env, "ETIMEDOUT n1");
}

/* SH-B2, CX-16: a request that is taken back in the section is not delivered */
static void taken_back_in_the_section(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		SECTION(0, NEVER), CANCEL_SELF, SLEEP(10), UNCANCEL, SHOW, ENDSECTION, SLEEP(10),
		LOG("on"), END
	};

	play(env, 0, p);
	settle(env);
	pass(env, 10);
	pass(env, 10);
	expect_log(env, "0 on");
}

/* SH-B2, TO-8: the section's own deadline acts, with a request held back or not */
static void section_times_out(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		TRY, SECTION(0, 10), SLEEP(50), ENDSECTION, EXCEPT, SHOW, COUNT, ENDTRY,
		TRY, SLEEP(5), LOG("on"), EXCEPT, SHOW, COUNT, ENDTRY, END
	};

	play(env, 0, p);
	settle(env);
	pass(env, 10);
	pass(env, 5);
	expect_log(env, "ETIMEDOUT n0 on");
	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	pass(env, 10);
	expect_log(env, "ETIMEDOUT n1 ECANCELED n1");
}

/* SH-B2, TG-9, TO-11: groups and timeouts inside of a section work as always */
static void scopes_inside_of_a_section(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line fails[] = { SLEEP(5), RAISE(E1) };
	static const struct line p[] = {
		SECTION(0, NEVER),
		TRY, GROUP(0), SPAWN(1, 0, fails), SLEEP(50), ENDGROUP, EXCEPT, SHOW, COUNT,
		ENDTRY,
		TRY, TIMEOUT(0, 5), SLEEP(50), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY,
		ENDSECTION, TRY, YIELD, EXCEPT, SHOW, COUNT, ENDTRY, END
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	pass(env, 5);
	pass(env, 5);
	expect_log(env, "E1 n1 ETIMEDOUT n1 ECANCELED n1");
}

/* SH-B2, TO-4: a timeout around the section acts after it */
static void timeout_around_a_section(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		TRY, TIMEOUT(0, 5), SECTION(0, NEVER), SLEEP(10), LOG("clean"), ENDSECTION,
		YIELD, LOG("not here"), ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, END
	};

	play(env, 0, p);
	settle(env);
	pass(env, 5);
	expect_count(env, 0, 1);
	pass(env, 5);
	expect_log(env, "clean ETIMEDOUT n0");
}

/* SH-B2, CX-3: a cancel that comes down a chain stops at a shielded task */
static void shielded_in_a_chain(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = { TRY, JOIN(0), EXCEPT, SHOW, ENDTRY, COUNT, END };

	play(env, 0, guarded);
	play(env, 1, waits);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_count(env, 0, 1);
	expect_log(env, "");
	pass(env, 10);
	expect_log(env, "clean n1 after ECANCELED n1 n1");
}

/* --- cancel scopes ----------------------------------------------------------- */

/* CX-B1: once cancelled every suspension fails, until exit, which returns 0 */
static void level_triggered(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		SCOPE(0),
		TRY, SLEEP(50), EXCEPT, SHOW, ENDTRY,
		TRY, YIELD, EXCEPT, SHOW, ENDTRY,
		TRY, FUTURE(0), EXCEPT, SHOW, ENDTRY,
		SLEEP(5),
		ENDSCOPE, SHOW, COUNT, YIELD, LOG("on"), END
	};

	play(env, 0, p);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_cancel_scope_cancel(&env->scope[0]), 0);
	KUNIT_EXPECT_EQ(test, cotask_cancel_scope_cancel(&env->scope[0]), 0);
	expect_count(env, 0, 1);
	settle(env);
	expect_log(env, "ECANCELED ECANCELED ECANCELED 0 n0 on");
}

/* CX-B1: a body that swallows it all and returns a value is left alone */
static void level_swallowed(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		SCOPE(0), TRY, SLEEP(50), EXCEPT, ENDTRY, LOG("value"), ENDSCOPE, YIELD,
		LOG("on"), END
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel_scope_cancel(&env->scope[0]);
	settle(env);
	expect_log(env, "value on");
	expect_count(env, 0, 0);
	expect_finished(env, 0, 0);
}

/* CX-B1: cancelled before enter; by its deadline; entered twice */
static void level_before_enter(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		SCOPE(0), LOG("in"), SLEEP(5), LOG("no"), ENDSCOPE, SHOW,
		TRY, SCOPE(0), ENDSCOPE, EXCEPT, SHOW, ENDTRY, END
	};
	static const struct line q[] = { SCOPE(1), SLEEP(50), LOG("no"), ENDSCOPE, SHOW, END };

	cotask_cancel_scope_cancel(&env->scope[0]);
	play(env, 0, p);
	settle(env);
	expect_log(env, "in 0 EINVAL");
	cotask_cancel_scope_init(&env->scope[1],
				 ktime_add_ns(cotask_loop_now(env->loop), 10 * MS));
	play(env, 1, q);
	settle(env);
	pass(env, 10);
	expect_log(env, "0");
	KUNIT_EXPECT_EQ(test, cotask_cancel_reason(env->task[1]).cause, COTASK_CAUSE_DEADLINE);
}

/* CX-B1: an outside cancel besides is not absorbed */
static void level_and_outside(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		TRY, SCOPE(0), SLEEP(50), ENDSCOPE, EXCEPT, SHOW, COUNT, ENDTRY, YIELD,
		LOG("on"), END
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	cotask_cancel_scope_cancel(&env->scope[0]);
	settle(env);
	expect_log(env, "ECANCELED n1 on");
}

/* CX-B1: children of groups inside are cancelled, those that are spawned start so */
static void level_and_children(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line stubborn[] = {
		TRY, SLEEP(50), EXCEPT, LOG("1"), ENDTRY, TRY, SLEEP(50), EXCEPT, LOG("2"),
		ENDTRY, END
	};
	static const struct line late[] = { LOG("never"), END };
	static const struct line p[] = {
		SCOPE(0), GROUP(0), SPAWN(1, 0, stubborn), SLEEP(50), ENDGROUP, ENDSCOPE, SHOW,
		LOG("out"), END
	};
	static const struct line q[] = {
		SCOPE(1), CANCEL_SCOPE(1), GROUP(1), SPAWN(2, 1, late), ENDGROUP, ENDSCOPE,
		LOG("q"), END
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel_scope_cancel(&env->scope[0]);
	settle(env);
	expect_log(env, "1 2 0 out");
	play(env, 1, q);
	settle(env);
	expect_log(env, "q");
	expect_cancelled(env, 2);
}

/* CX-B1, SH-B2: a shielded section inside is not affected, and fails afterwards */
static void level_and_section(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		SCOPE(0), SECTION(0, NEVER), SLEEP(10), LOG("clean"), SLEEP(10), LOG("er"),
		ENDSECTION, YIELD, LOG("no"), ENDSCOPE, SHOW, LOG("out"), END
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel_scope_cancel(&env->scope[0]);
	settle(env);
	expect_log(env, "");
	pass(env, 10);
	pass(env, 10);
	expect_log(env, "clean er 0 out");
	expect_count(env, 0, 0);
}

/* --- a cancel that takes longer than the budget of a step --------------------------------- */

#define MANY	4000

static struct {
	struct cotask_frame *frame;
	struct cotask_member *member;
	unsigned int cleaned;
} wide;

static long cleans_up(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, asleep, clean);

	CO_AWAIT(asleep, rc, cotask_sleep(task, 3600 * NSEC_PER_SEC));
	CO_AWAIT(clean, rc, cotask_yield(task));
	wide.cleaned++;
	return rc;
}

static void gather_many(struct env *env, struct cotask *task)
{
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		cotask_frame_init(&wide.frame[i], cleans_up, NULL);
		wide.member[i] = COTASK_MEMBER_CORO(&wide.frame[i]);
	}
	KUNIT_EXPECT_FALSE(env->test, IS_ERR(cotask_gather(&env->set[0],
							   cotask_loop_root(env->loop), wide.member,
							   MANY, COTASK_GATHER_FAIL_FAST)));
}

static void all_have_ended(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, wide.cleaned, MANY);
}

/* GA-9, GA-B1: a task in the scope that waits for the gather, too, closes no cycle */
static void scope_around_a_wide_gather(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = { TRY, AWAIT_SET(0), EXCEPT, ENDTRY, END };
	static const struct line p[] = {
		SCOPE(0), GROUP(0), HOOK(gather_many), SPAWN(1, 0, waits),
		TRY, AWAIT_SET(0), EXCEPT, HOOK(all_have_ended), LOG("ended"), ENDTRY,
		ENDGROUP, ENDSCOPE, END
	};
	static const struct line cancels[] = { CANCEL_SCOPE(0), END };

	wide.cleaned = 0;
	wide.frame = kunit_kcalloc(test, MANY, sizeof(*wide.frame), GFP_KERNEL);
	wide.member = kunit_kcalloc(test, MANY, sizeof(*wide.member), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, wide.frame && wide.member);
	play(env, 0, p);
	settle(env);
	play(env, 2, cancels);
	settle(env);
	expect_log(env, "ended");
	stop(env, 0);
}

/* CX-B1: a task that was spawned in a cancelled scope passes that on to its own children */
static void born_in_a_cancelled_scope(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line never[] = { LOG("never"), END };
	static const struct line child[] = {
		LOG("child"), GROUP(1), SPAWN(2, 1, never), ENDGROUP, END
	};
	static const struct line p[] = {
		SCOPE(0), GROUP(0), CANCEL_SCOPE(0),
		SPAWN_FLAGS(1, 0, child, COTASK_SPAWN_CANCELLED | COTASK_SPAWN_SURE_START),
		ENDGROUP, ENDSCOPE, LOG("out"), END
	};

	play(env, 0, p);
	settle(env);
	expect_log(env, "child out");
	expect_cancelled(env, 1);
	expect_cancelled(env, 2);
}

/* CX-B1, TG-34: a group whose last child has ended is not aborted, before its task has left it */
static void group_that_is_over(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { SLEEP(5), END };
	static const struct line p[] = {
		SCOPE(0), GROUP(0), SPAWN(1, 0, child), ENDGROUP, ENDSCOPE, LOG("out"), END
	};

	play(env, 0, p);
	settle(env);
	advance(env, 5);
	while (!(env->group[0].flags & COTASK_G_OVER) && turn(env))
		;
	expect_pending(env, 0);
	cotask_cancel_scope_cancel(&env->scope[0]);
	KUNIT_EXPECT_FALSE(test, env->group[0].flags & COTASK_G_ABORTING);
	settle(env);
	expect_log(env, "out");
}

/* CX-B1, SH-B2: neither is a section that is entered in a cancelled scope */
static void section_in_a_cancelled_scope(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		SCOPE(0), CANCEL_SCOPE(0), TRY, YIELD, EXCEPT, ENDTRY, SECTION(0, NEVER),
		TRY, TIMEOUT(0, 5), SLEEP(50), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY,
		SLEEP(5), LOG("clean"), ENDSECTION, YIELD, LOG("no"), ENDSCOPE, SHOW, COUNT, END
	};

	play(env, 0, p);
	settle(env);
	pass(env, 5);
	pass(env, 5);
	expect_log(env, "ETIMEDOUT clean 0 n0");
}

/* CX-B1, SH-B2: groups around a section are cancelled with the scope, those in it are not */
static void level_and_groups_around_a_section(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line outside[] = {
		TRY, SLEEP(50), EXCEPT, LOG("outside"), ENDTRY, END
	};
	static const struct line inside[] = { SLEEP(10), LOG("inside"), END };
	static const struct line p[] = {
		SCOPE(0), GROUP(0), SPAWN(1, 0, outside), SECTION(0, NEVER), GROUP(1),
		SPAWN(2, 1, inside), ENDGROUP, LOG("clean"), ENDSECTION, ENDGROUP, ENDSCOPE, SHOW,
		END
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel_scope_cancel(&env->scope[0]);
	expect_count(env, 1, 1);
	settle(env);
	expect_log(env, "outside");
	pass(env, 10);
	expect_log(env, "inside clean 0");
}

/* CX-B1: one request each, though the task waits in the exit of the group */
static void level_asks_children_once(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { SLEEP(50), END };
	static const struct line p[] = {
		SCOPE(0), GROUP(0), SPAWN(1, 0, child), ENDGROUP, ENDSCOPE, SHOW, END
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel_scope_cancel(&env->scope[0]);
	expect_count(env, 1, 1);
	settle(env);
	expect_log(env, "0");
}

/* CX-B1: children are cancelled for good, also those that a sibling's failure has reached */
static void level_in_an_aborting_group(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line stubborn[] = {
		TRY, SLEEP(50), EXCEPT, LOG("1"), ENDTRY, TRY, SLEEP(50), EXCEPT, LOG("2"),
		ENDTRY, TRY, SLEEP(50), EXCEPT, LOG("3"), ENDTRY, END
	};
	static const struct line inner[] = {
		GROUP(1), SPAWN(2, 1, stubborn), SPAWN(3, 1, fail_now), SLEEP(50), ENDGROUP, END
	};
	static const struct line p[] = {
		SCOPE(0), GROUP(0), SPAWN(1, 0, inner), ENDGROUP, ENDSCOPE, END
	};
	static const struct line q[] = {
		SCOPE(1), GROUP(2), SPAWN(5, 2, stubborn), SPAWN(6, 2, fail_now), SLEEP(50),
		ENDGROUP, ENDSCOPE, END
	};

	play(env, 0, p);
	settle(env);
	expect_log(env, "1");
	cotask_cancel_scope_cancel(&env->scope[0]);
	settle(env);
	expect_log(env, "2 3");
	expect_failed(env, 0, E1);
	play(env, 4, q);
	settle(env);
	cotask_cancel_scope_cancel(&env->scope[1]);
	settle(env);
	expect_log(env, "1 2 3");
}

/* CX-B1: waiting for something that declines to cancel does not spin */
static void level_does_not_spin(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line slow[] = {
		TRY, SLEEP(50), EXCEPT, SLEEP(20), LOG("slow"), ENDTRY, END
	};
	static const struct line p[] = {
		SCOPE(0), TRY, JOIN(1), EXCEPT, ENDTRY, TRY, JOIN(1), EXCEPT, SHOW, ENDTRY,
		ENDSCOPE,
		LOG("out"), END
	};

	play(env, 1, slow);
	play(env, 0, p);
	settle(env);
	cotask_cancel_scope_cancel(&env->scope[0]);
	KUNIT_EXPECT_LT(test, settle(env), 10U);
	pass(env, 20);
	expect_log(env, "slow out");
}

/* CX-B1: a withdrawal inside of a cancelled scope does not end the cancel */
static void level_after_taking_back(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		SCOPE(0), CANCEL_SCOPE(0), TRY, YIELD, EXCEPT, ENDTRY,
		TRY, TIMEOUT(0, 0), YIELD, ENDTIMEOUT, EXCEPT, ENDTRY,
		TRY, SLEEP(10), LOG("slept"), EXCEPT, SHOW, ENDTRY,
		UNCANCEL, SLEEP(10), LOG("slept"), ENDSCOPE, SHOW, YIELD, LOG("on"), END
	};

	play(env, 0, p);
	settle(env);
	expect_log(env, "ECANCELED 0 on");
}

/* CX-B1, SY-3: to take the lock again in a cancelled scope does not spin */
static void level_and_condition(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		SCOPE(0), TAKE(0), TRY, COND_WAIT(0), EXCEPT, SHOW, ENDTRY, GIVE(0), ENDSCOPE,
		LOG("out"), END
	};
	static const struct line h[] = { TAKE(0), SLEEP(10), LOG("h"), GIVE(0), END };

	play(env, 0, p);
	settle(env);
	play(env, 1, h);
	settle(env);
	cotask_cancel_scope_cancel(&env->scope[0]);
	KUNIT_EXPECT_LT(test, settle(env), 10U);
	pass(env, 10);
	expect_log(env, "h ECANCELED out");
}

/* TO-3, SH-B2: a timeout or section that the task is inside of cannot be entered */
static void entered_twice(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		TIMEOUT(0, 10), TRY, TIMEOUT(0, 10), ENDTIMEOUT, EXCEPT, ENDTRY, ENDTIMEOUT, END
	};
	static const struct line q[] = {
		SECTION(0, 10), TRY, SECTION(0, 10), ENDSECTION, EXCEPT, ENDTRY, ENDSECTION, END
	};

	play(env, 0, p);
	play(env, 1, q);
	settle(env);
	pass(env, 100);
	KUNIT_EXPECT_TRUE(test, cotask_done(env->task[0]));
	KUNIT_EXPECT_TRUE(test, cotask_done(env->task[1]));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(section_holds_back),
	KUNIT_CASE(section_holds_back_from_elsewhere),
	KUNIT_CASE(left_by_another_task),
	KUNIT_CASE(taken_back_in_the_section),
	KUNIT_CASE(section_times_out),
	KUNIT_CASE(scopes_inside_of_a_section),
	KUNIT_CASE(timeout_around_a_section),
	KUNIT_CASE(shielded_in_a_chain),
	KUNIT_CASE(level_triggered),
	KUNIT_CASE(level_swallowed),
	KUNIT_CASE(level_before_enter),
	KUNIT_CASE(level_and_outside),
	KUNIT_CASE(level_and_children),
	KUNIT_CASE(level_and_section),
	KUNIT_CASE(scope_around_a_wide_gather),
	KUNIT_CASE(born_in_a_cancelled_scope),
	KUNIT_CASE(group_that_is_over),
	KUNIT_CASE(section_in_a_cancelled_scope),
	KUNIT_CASE(level_and_groups_around_a_section),
	KUNIT_CASE(level_asks_children_once),
	KUNIT_CASE(level_in_an_aborting_group),
	KUNIT_CASE(level_does_not_spin),
	KUNIT_CASE(level_after_taking_back),
	KUNIT_CASE(level_and_condition),
	KUNIT_CASE(entered_twice),
	{}
};

struct kunit_suite cotask_section_suite = {
	.name = "cotask_section",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
