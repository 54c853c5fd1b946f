// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - coroutines calling coroutines, refused coroutines, and run()
 */
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "../helpers.h"
#include "../suites.h"

static const struct line simple[] = { LOG("ran"), RETURN(7) };
static const struct line fails[] = { RAISE(E1) };
static const struct line waits0[] = {
	TRY, FUTURE(0), EXCEPT, LOG("cleanup"), COUNT, RERAISE, ENDTRY, END
};

/* --- calls -------------------------------------------------------------------- */

/* CO-2: a call that never suspends lets no other task of the turn in between */
static void call_is_no_turn(struct kunit *test)
{
	static const struct line leaf[] = { LOG("leaf"), RETURN(1) };
	static const struct line middle[] = { CALL(leaf), LOG("middle"), END };
	static const struct line outer[] = { CALL(middle), LOG("outer"), END };
	static const struct line other[] = { LOG("other"), END };
	struct env *env = env_of(test);

	play(env, 0, outer);
	play(env, 1, other);
	turn(env);
	expect_log(env, "leaf middle outer other");
}

/* CO-2, CO-3: a callee that suspends resumes alone, and returns into its caller */
static void callee_suspends_its_task(struct kunit *test)
{
	static const struct line leaf[] = { LOG("leaf"), SLEEP(10), LOG("slept"), RETURN(4) };
	static const struct line outer[] = { LOG("outer"), CALL(leaf), SHOW, RETURN(5) };
	struct env *env = env_of(test);

	play(env, 0, outer);
	settle(env);
	expect_log(env, "outer leaf");
	pass(env, 10);
	expect_log(env, "slept 4");
	expect_finished(env, 0, 5);
}

/* CO-3: an error goes outward through levels that do not handle it */
static void error_passes_outward(struct kunit *test)
{
	static const struct line middle[] = { CALL(fails), LOG("never"), END };
	static const struct line outer[] = {
		TRY, CALL(middle), LOG("never"), EXCEPT, SHOW, ENDTRY, CALL(middle), LOG("never"),
		END
	};
	struct env *env = env_of(test);

	play(env, 0, outer);
	settle(env);
	expect_log(env, "E1");
	expect_failed(env, 0, E1);
}

/* CO-4: a cancel arrives at the innermost await and unwinds inside out */
static void cancel_unwinds_inside_out(struct kunit *test)
{
	static const struct line leaf[] = {
		TRY, SLEEP(100), EXCEPT, LOG("leaf"), SHOW, RERAISE, ENDTRY, END
	};
	static const struct line middle[] = {
		TRY, CALL(leaf), EXCEPT, LOG("middle"), SHOW, RERAISE, ENDTRY, END
	};
	static const struct line outer[] = {
		TRY, CALL(middle), EXCEPT, LOG("outer"), SHOW, RERAISE, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, outer);
	settle(env);
	cotask_cancel(env->task[0]);
	turn(env);
	expect_log(env, "leaf ECANCELED middle ECANCELED outer ECANCELED");
	expect_cancelled(env, 0);
}

/* CO-4: a level may take its time to clean up, the next one replaces the code */
static void cancel_is_replaced_on_the_way(struct kunit *test)
{
	static const struct line leaf[] = {
		TRY, SLEEP(100), EXCEPT, SLEEP(5), LOG("clean"), RERAISE, ENDTRY, END
	};
	static const struct line middle[] = {
		TRY, CALL(leaf), EXCEPT, SHOW, RAISE(E2), ENDTRY, END
	};
	static const struct line outer[] = { TRY, CALL(middle), EXCEPT, SHOW, RERAISE, ENDTRY,
		END };
	struct env *env = env_of(test);

	play(env, 0, outer);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "");
	pass(env, 5);
	expect_log(env, "clean ECANCELED E2");
	expect_failed(env, 0, E2);
}

/* CO-4: a level that swallows the cancel returns normally into its caller */
static void cancel_is_swallowed_on_the_way(struct kunit *test)
{
	static const struct line leaf[] = { TRY, SLEEP(100), EXCEPT, ENDTRY, RETURN(3) };
	static const struct line outer[] = { CALL(leaf), SHOW, YIELD, LOG("on"), RETURN(9) };
	struct env *env = env_of(test);

	play(env, 0, outer);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "3 on");
	expect_finished(env, 0, 9);
	expect_count(env, 0, 1);
}

/* --- used once ------------------------------------------------------------------ */

/**
 * struct twice - a coroutine that awaits what it should not
 * @frame: its frame
 * @env: the test
 * @callee: what it awaits, twice; NULL: itself
 * @releases: how often it was released
 */
struct twice {
	struct cotask_frame frame;
	struct env *env;
	struct cotask_frame *callee;
	int releases;
};

static long twice_step(struct cotask *task, struct cotask_frame *frame)
{
	struct twice *me = container_of(frame, struct twice, frame);
	long rc;

	CO_BEGIN(task, frame, first, second);

	CO_AWAIT(first, rc, cotask_call(task, me->callee ?: frame));
	note(me->env, "%ld", rc);
	CO_AWAIT(second, rc, cotask_call(task, me->callee));
	note(me->env, "%ld", rc);
	return 0;
}

static void twice_release(struct cotask_frame *frame)
{
	container_of(frame, struct twice, frame)->releases++;
}

static struct twice *twice(struct env *env, struct cotask_frame *callee)
{
	struct twice *me = kunit_kzalloc(env->test, sizeof(*me), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(env->test, me);
	me->env = env;
	me->callee = callee;
	cotask_frame_init(&me->frame, twice_step, twice_release);
	return me;
}

static struct cotask *spawn(struct env *env, struct cotask_frame *frame)
{
	return cotask_spawn(cotask_loop_root(env->loop), frame, NULL);
}

static long leaf_step(struct cotask *task, struct cotask_frame *frame)
{
	note(env_current(), "leaf");
	return 4;
}

/* CO-5: a second await of a coroutine is refused; what is none is refused as well */
static void awaited_twice(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_frame leaf;
	struct twice *t = twice(env, cotask_frame_init(&leaf, leaf_step, NULL));

	env->task[0] = spawn(env, &t->frame);
	settle(env);
	expect_log(env, "leaf 4 -22");
	expect_finished(env, 0, 0);
}

/* CO-5: a coroutine awaits itself, and nothing */
static void awaits_itself(struct kunit *test)
{
	struct env *env = env_of(test);
	struct twice *t = twice(env, NULL);

	env->task[0] = spawn(env, &t->frame);
	settle(env);
	expect_log(env, "-22 -22");
	KUNIT_EXPECT_EQ(test, t->releases, 1);
}

/* CO-5: a coroutine that was spawned cannot be awaited */
static void awaited_after_spawn(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_frame leaf;
	struct twice *t = twice(env, cotask_frame_init(&leaf, leaf_step, NULL));

	env->task[0] = spawn(env, &leaf);
	env->task[1] = spawn(env, &t->frame);
	settle(env);
	expect_log(env, "leaf -22 -22");
}

/* CO-5: a coroutine that was awaited, or is over, cannot be spawned or run */
static void spawned_after_use(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_frame leaf;
	struct twice *t = twice(env, cotask_frame_init(&leaf, leaf_step, NULL));

	env->task[0] = spawn(env, &t->frame);
	settle(env);
	env->log[0] = '\0';
	KUNIT_EXPECT_EQ(test, PTR_ERR(spawn(env, &leaf)), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(spawn(env, &t->frame)), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_run(env->loop, &t->frame), (long)-EINVAL);
	settle(env);
	expect_log(env, "");
	/* A refusal because of that does not release it once more. */
	KUNIT_EXPECT_EQ(test, t->releases, 1);
}

/* CO-5: it is the object that is used up: made again, it runs again */
static void made_again(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_frame leaf;
	int i;

	for (i = 0; i < 2; i++) {
		env->task[i] = spawn(env, cotask_frame_init(&leaf, leaf_step, NULL));
		settle(env);
	}
	expect_log(env, "leaf leaf");
}

/* --- refused -------------------------------------------------------------------- */

/* Spawn it some way that fails with @error: it is released, and has not run. */
static void refused(struct env *env, struct cotask_group *g,
		    const struct cotask_spawn_args *args, int error)
{
	struct cotask *t = cotask_spawn_with(g, script_frame(env, simple), args);

	KUNIT_EXPECT_EQ(env->test, PTR_ERR_OR_ZERO(t), error);
	KUNIT_EXPECT_EQ(env->test, env->actors, 0);
	settle(env);
	expect_log(env, "");
	KUNIT_EXPECT_EQ(env->test, cotask_all_tasks(env->loop, NULL, 0), 0);
}

/* CO-6, CT-6: bad flags are refused, and the coroutine is released unrun */
static void refused_for_its_flags(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_spawn_args args = { .flags = COTASK_SPAWN_EAGER | COTASK_SPAWN_LAZY };
	struct cotask_spawn_args unknown = { .flags = BIT(31) };

	refused(env, cotask_loop_root(env->loop), &args, -EINVAL);
	refused(env, cotask_loop_root(env->loop), &unknown, -EINVAL);
}

/* CO-6, CT-6: a bad name is refused, and the coroutine is released unrun */
static void refused_for_its_name(struct kunit *test)
{
	static const char too_long[] =
		"0123456789012345678901234567890123456789012345678901234567890123";
	static const char * const names[] = { "", too_long };
	struct env *env = env_of(test);
	int i;

	BUILD_BUG_ON(sizeof(too_long) != COTASK_NAME_MAX + 2);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct cotask_spawn_args args = { .name = names[i] };

		refused(env, cotask_loop_root(env->loop), &args, -EINVAL);
	}
}

/* CO-6, TG-2: a group that was not entered refuses, and the coroutine is released */
static void refused_by_an_idle_group(struct kunit *test)
{
	struct cotask_spawn_args args = {};
	struct env *env = env_of(test);

	refused(env, &env->group[0], &args, -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_go(&env->group[0], script_frame(env, simple)), -EINVAL);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* CO-6, CT-6: a loop that has ended refuses, and the coroutine is released */
static void refused_by_an_ended_loop(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_loop *loop = cotask_loop_get(cotask_manual_create(0));

	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
	KUNIT_EXPECT_EQ(test, cotask_go(cotask_loop_root(loop), script_frame(env, simple)),
			-ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
	cotask_loop_put(loop);
}

static unsigned int releases;

static long never_step(struct cotask *task, struct cotask_frame *frame)
{
	return 0;
}

/* As if the memory was freed, and allocated for another coroutine. */
static void release_for_another(struct cotask_frame *frame)
{
	releases++;
	cotask_frame_init(frame, never_step, release_for_another);
}

/* GA-13, GA-3, CO-6: a coroutine that is named twice is released once, and not touched then */
static void refused_and_freed(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_frame *freed = kmalloc(sizeof(*freed), GFP_KERNEL), reused;
	struct cotask_member m[4], bad[3] = {};

	KUNIT_ASSERT_NOT_NULL(test, freed);
	cotask_frame_init(freed, never_step, cotask_frame_kfree);
	cotask_frame_init(&reused, never_step, release_for_another);
	m[0] = COTASK_MEMBER_CORO(&reused);
	m[1] = COTASK_MEMBER_CORO(freed);
	m[2] = m[0];
	m[3] = m[1];
	releases = 0;
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_gather(&env->set[0], NULL, m, 4, ~0)),
			(long)-EINVAL);
	KUNIT_EXPECT_EQ(test, releases, 1U);
	/* The other coroutine, with an argument that is missing. */
	bad[0] = COTASK_MEMBER_CORO(&reused);
	bad[1] = bad[0];
	KUNIT_EXPECT_EQ(test, cotask_as_completed(&env->it[0], cotask_loop_root(env->loop), bad, 3,
						  COTASK_FOREVER), -EINVAL);
	KUNIT_EXPECT_EQ(test, releases, 2U);
}

/* --- run ------------------------------------------------------------------------- */

static long run(struct env *env, const struct line *script)
{
	return cotask_run(env->loop, script_frame(env, script));
}

/* CO-7: the run of a main that ends CANCELLED returns -ECANCELED */
static void run_gives_a_cancelled_main(struct kunit *test)
{
	static const struct line script[] = { CANCEL_SELF, YIELD, END };
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run(env, script), (long)-ECANCELED);
	KUNIT_EXPECT_EQ(test, env->errors, 0U);
}

static void run_here(struct env *env, struct cotask *task)
{
	note(env, "%d", cotask_run(env->loop, script_frame(env, simple)) == -EBUSY);
}

static void run_other(struct env *env, struct cotask *task)
{
	struct cotask_loop *other = cotask_manual_create(0);

	note(env, "%d", cotask_run(other, script_frame(env, simple)) == -EBUSY);
	cotask_loop_stop(other, 0);
}

/* CO-7: run inside of a loop is refused, for that loop and for any other; main unrun */
static void run_inside_a_loop(struct kunit *test)
{
	static const struct line script[] = { HOOK(run_here), HOOK(run_other), END };
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "1 1");
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* CO-7: missing arguments are refused */
static void run_of_nothing(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_frame *frame = script_frame(env, simple), zero = {};

	KUNIT_EXPECT_EQ(test, cotask_run(NULL, frame), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_run(env->loop, NULL), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_run(env->loop, &zero), (long)-EINVAL);
	frame->release(frame);
	expect_log(env, "");
}

/* CO-7: the loop of a kthread is not run by another thread; main is released unrun */
static void run_of_a_foreign_loop(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_loop *loop = cotask_loop_create("cotask-test", 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	KUNIT_EXPECT_EQ(test, cotask_run(loop, script_frame(env, simple)), (long)-EXDEV);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
	expect_log(env, "");
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
}

/* CO-8: each leftover gets one cancel, and run returns when the last one is done */
static void leftovers_end_before_run_returns(struct kunit *test)
{
	static const struct line slow[] = {
		TRY, FUTURE(0), EXCEPT, LOG("slow"), COUNT, YIELD, YIELD, YIELD, COUNT, LOG("done"),
		ENDTRY, RETURN(1)
	};
	static const struct line main[] = {
		SPAWN(1, ROOT, slow), SPAWN(2, ROOT, waits0), YIELD, LOG("main"), RETURN(5)
	};
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run(env, main), 5L);
	expect_log(env, "main slow n1 cleanup n1 n1 done");
	expect_finished(env, 1, 1);
	expect_cancelled(env, 2);
	expect_count(env, 2, 1);
}

/* CO-8: a leftover that is never started never is */
static void unstarted_leftover(struct kunit *test)
{
	static const struct line main[] = { SPAWN(1, ROOT, simple), RETURN(5) };
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run(env, main), 5L);
	/* Main ends in the turn before the one in which it was due. */
	expect_log(env, "");
	expect_cancelled(env, 1);
}

/* CO-8: leftovers in groups are cancelled, each once, together with their parents */
static void leftover_groups(struct kunit *test)
{
	static const struct line parent[] = {
		TRY, GROUP(0), SPAWN(2, 0, waits0), SPAWN(3, 0, waits0), ENDGROUP, EXCEPT,
		LOG("parent"), SHOW, COUNT, RERAISE, ENDTRY, END
	};
	static const struct line main[] = { SPAWN(1, ROOT, parent), YIELD, YIELD, RETURN(5) };
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run(env, main), 5L);
	expect_cancelled(env, 1);
	expect_cancelled(env, 2);
	expect_cancelled(env, 3);
	expect_count(env, 1, 1);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* CO-9: a leftover that fails is reported once, with its task, also if it has a handle */
static void failed_leftover_is_reported(struct kunit *test)
{
	static const struct line left[] = { TRY, FUTURE(0), EXCEPT, RAISE(E2), ENDTRY, END };
	static const struct line main[] = { SPAWN(1, ROOT, left), YIELD, YIELD, RETURN(5) };
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run(env, main), 5L);
	KUNIT_EXPECT_EQ(test, env->errors, 1U);
	KUNIT_EXPECT_EQ(test, env->last_error, E2);
	KUNIT_EXPECT_EQ(test, env->last_task, cotask_id(env->task[1]));
	cotask_put(env->task[1]);
	env->task[1] = NULL;
	KUNIT_EXPECT_EQ(test, env->errors, 1U);
}

static void go_left(struct env *env, struct cotask *task)
{
	static const struct line left[] = { TRY, FUTURE(0), EXCEPT, RAISE(E2), ENDTRY, END };

	KUNIT_EXPECT_EQ(env->test, cotask_go(NULL, script_frame(env, left)), 0);
}

/* CO-9: a leftover without a handle that fails is reported once */
static void failed_leftover_without_handle(struct kunit *test)
{
	static const struct line main[] = { HOOK(go_left), YIELD, YIELD, RETURN(5) };
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run(env, main), 5L);
	KUNIT_EXPECT_EQ(test, env->errors, 1U);
	KUNIT_EXPECT_EQ(test, env->last_error, E2);
	KUNIT_EXPECT_NE(test, env->last_task, 0ULL);
}

/* CO-9: leftovers that end CANCELLED or with a value are not reported */
static void good_leftovers_are_not_reported(struct kunit *test)
{
	static const struct line swallows[] = { TRY, FUTURE(0), EXCEPT, ENDTRY, RETURN(1) };
	static const struct line main[] = {
		SPAWN(1, ROOT, swallows), SPAWN(2, ROOT, waits0), YIELD, YIELD, RETURN(5)
	};
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run(env, main), 5L);
	expect_finished(env, 1, 1);
	expect_cancelled(env, 2);
	KUNIT_EXPECT_EQ(test, env->errors, 0U);
}

/* CO-9: what main fails with is its outcome, and not reported on top */
static void failed_main_is_not_reported(struct kunit *test)
{
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run(env, fails), (long)E1);
	KUNIT_EXPECT_EQ(test, env->errors, 0U);
}

static void interrupt(struct env *env, struct cotask *task)
{
	allow_signal(SIGUSR1);
	send_sig(SIGUSR1, current, 1);
}

static long run_interrupted(struct env *env, const struct line *script)
{
	long rc = run(env, script);

	flush_signals(current);
	disallow_signal(SIGUSR1);
	return rc;
}

/* CO-10: an interrupted main that fails in its clean-up: the run returns its error */
static void interrupted_main_fails(struct kunit *test)
{
	static const struct line main[] = {
		HOOK(interrupt), TRY, FUTURE(0), EXCEPT, SHOW, COUNT, RAISE(E2), ENDTRY, END
	};
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run_interrupted(env, main), (long)E2);
	expect_log(env, "ECANCELED n1");
}

static void keep_main(struct env *env, struct cotask *task)
{
	cotask_put(env->task[1]);
	env->task[1] = cotask_get(task);
}

/* CO-10: a signal, then a cancel by another task: -ECANCELED */
static void interrupted_then_cancelled(struct kunit *test)
{
	static const struct line canceller[] = { CANCEL(1), LOG("cancelled"), END };
	static const struct line main[] = {
		HOOK(keep_main), HOOK(interrupt), SPAWN(2, ROOT, canceller),
		TRY, FUTURE(0), EXCEPT, COUNT, RERAISE, ENDTRY, END
	};
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run_interrupted(env, main), (long)-ECANCELED);
	expect_log(env, "cancelled n2");
}

/* CO-10: a cancel by another task, then a signal: -ECANCELED */
static void cancelled_then_interrupted(struct kunit *test)
{
	static const struct line canceller[] = { CANCEL(1), HOOK(interrupt), END };
	static const struct line main[] = {
		HOOK(keep_main), SPAWN(2, ROOT, canceller),
		TRY, FUTURE(0), EXCEPT, COUNT, RERAISE, ENDTRY, END
	};
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run_interrupted(env, main), (long)-ECANCELED);
	expect_log(env, "n2");
}

/* CO-10: the interrupted main's leftovers are cancelled and awaited as ever */
static void interrupted_main_has_leftovers(struct kunit *test)
{
	static const struct line main[] = {
		SPAWN(1, ROOT, waits0), YIELD, HOOK(interrupt), FUTURE(1), END
	};
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run_interrupted(env, main), (long)-EINTR);
	expect_log(env, "cleanup n1");
	expect_cancelled(env, 1);
}

static struct task_struct *victim;

static int send_later(void *data)
{
	/* It sleeps in the loop, or is going to: the signal is seen in both cases. */
	send_sig(SIGUSR1, victim, 1);
	return 0;
}

/* CO-10: a signal from elsewhere wakes the loop that sleeps */
static void signal_from_elsewhere(struct kunit *test)
{
	static const struct line main[] = { FUTURE(0), END };
	struct env *env = env_of(test);
	struct task_struct *helper;

	victim = current;
	allow_signal(SIGUSR1);
	helper = kthread_create(send_later, NULL, "cotask-helper");
	KUNIT_ASSERT_FALSE(test, IS_ERR(helper));
	wake_up_process(helper);
	KUNIT_EXPECT_EQ(test, run_interrupted(env, main), (long)-EINTR);
}

static const struct cotask_var colour = { .name = "colour" };

static void set_colour(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_var_set(task, &colour, 3), 0);
}

static void show_colour(struct env *env, struct cotask *task)
{
	note(env, "%ld", cotask_var_get(task, &colour, -1));
}

/* CO-11: mains that are run one after the other share one context */
static void mains_share_the_context(struct kunit *test)
{
	static const struct line first[] = { HOOK(set_colour), END };
	static const struct line second[] = { HOOK(show_colour), END };
	struct env *env = env_of(test);

	run(env, first);
	run(env, second);
	expect_log(env, "3");
}

/* CO-11: a task of the first main does not live on in the second */
static void mains_share_nothing_else(struct kunit *test)
{
	static const struct line first[] = { SPAWN(1, ROOT, waits0), YIELD, END };
	static const struct line second[] = { SET(0, 1), YIELD, YIELD, LOG("second"), END };
	struct env *env = env_of(test);

	run(env, first);
	expect_log(env, "cleanup n1");
	run(env, second);
	expect_log(env, "second");
}

/* CO-11: to end a loop again changes nothing */
static void close_is_idempotent(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_loop *loop = cotask_loop_get(cotask_loop_create_here("run", 0));

	KUNIT_EXPECT_EQ(test, cotask_run(loop, script_frame(env, simple)), 7L);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
	/* Takes a reference each time. */
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(NULL, 0), 0);
	loop = cotask_loop_get(cotask_loop_create("thread", 0));
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(call_is_no_turn),
	KUNIT_CASE(callee_suspends_its_task),
	KUNIT_CASE(error_passes_outward),
	KUNIT_CASE(cancel_unwinds_inside_out),
	KUNIT_CASE(cancel_is_replaced_on_the_way),
	KUNIT_CASE(cancel_is_swallowed_on_the_way),
	KUNIT_CASE(awaited_twice),
	KUNIT_CASE(awaits_itself),
	KUNIT_CASE(awaited_after_spawn),
	KUNIT_CASE(spawned_after_use),
	KUNIT_CASE(made_again),
	KUNIT_CASE(refused_for_its_flags),
	KUNIT_CASE(refused_for_its_name),
	KUNIT_CASE(refused_by_an_idle_group),
	KUNIT_CASE(refused_by_an_ended_loop),
	KUNIT_CASE(refused_and_freed),
	KUNIT_CASE(run_gives_a_cancelled_main),
	KUNIT_CASE(run_inside_a_loop),
	KUNIT_CASE(run_of_nothing),
	KUNIT_CASE(run_of_a_foreign_loop),
	KUNIT_CASE(leftovers_end_before_run_returns),
	KUNIT_CASE(unstarted_leftover),
	KUNIT_CASE(leftover_groups),
	KUNIT_CASE(failed_leftover_is_reported),
	KUNIT_CASE(failed_leftover_without_handle),
	KUNIT_CASE(good_leftovers_are_not_reported),
	KUNIT_CASE(failed_main_is_not_reported),
	KUNIT_CASE(interrupted_main_fails),
	KUNIT_CASE(interrupted_then_cancelled),
	KUNIT_CASE(cancelled_then_interrupted),
	KUNIT_CASE(interrupted_main_has_leftovers),
	KUNIT_CASE(signal_from_elsewhere),
	KUNIT_CASE(mains_share_the_context),
	KUNIT_CASE(mains_share_nothing_else),
	KUNIT_CASE(close_is_idempotent),
	{}
};

struct kunit_suite cotask_coroutine_suite = {
	.name = "cotask_coroutine",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
