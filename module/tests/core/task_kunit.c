// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - coroutines, futures, and the task object
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "../helpers.h"
#include "../suites.h"

static const struct line simple[] = { LOG("ran"), RETURN(7) };
static const struct line fails[] = { RAISE(E1) };
static const struct line wait0[] = {
	TRY, FUTURE(0), SHOW, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, END
};

/* --- coroutines ------------------------------------------------------------- */

/* CO-1: making a coroutine object runs nothing; its owner releases it */
static void making_runs_nothing(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_frame *frame = script_frame(env, simple);

	settle(env);
	expect_log(env, "");
	frame->release(frame);
}

struct chain {
	struct cotask_frame frame[100];
	int depth;
};

static long chain_step(struct cotask *task, struct cotask_frame *frame);

static struct cotask_frame *chain_next(struct cotask_frame *frame)
{
	return cotask_frame_init(frame + 1, chain_step, NULL);
}

/* The index of the frame is its depth: the last one has a marker in release. */
static void chain_end(struct cotask_frame *frame)
{
}

static long chain_step(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, called);

	if (frame[1].release == chain_end)
		return 1;
	CO_AWAIT(called, rc, cotask_call(task, chain_next(frame)));
	return rc + 1;
}

/* CO-2: 100 nested coroutines that never suspend take no turn of their own */
static void nested_coroutines_take_no_turn(struct kunit *test)
{
	struct env *env = env_of(test);
	struct chain *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);

	c->frame[99].release = chain_end;
	env->task[0] = cotask_spawn(cotask_loop_root(env->loop),
				    cotask_frame_init(&c->frame[0], chain_step, NULL), NULL);
	turn(env);
	expect_finished(env, 0, 99);
}

/* CO-3: value and error of the inner coroutine are the outcome of the await */
static void inner_outcome_is_the_awaits(struct kunit *test)
{
	static const struct line script[] = {
		CALL(simple), SHOW, TRY, CALL(fails), EXCEPT, SHOW, ENDTRY, CALL(fails), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "ran 7 E1");
	expect_failed(env, 0, E1);
}

/* CO-5, CT-2: a coroutine is used once, and nothing else is a coroutine */
static void used_once(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_frame *frame = script_frame(env, simple), zero = {};
	struct cotask_group *root = cotask_loop_root(env->loop);

	env->task[0] = cotask_spawn(root, frame, NULL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_spawn(root, frame, NULL)), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_spawn(root, &zero, NULL)), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_spawn(root, NULL, NULL)), (long)-EINVAL);
	settle(env);
	expect_log(env, "ran");
}

/* CT-2, CO-6: without a running loop spawn is refused, the coroutine released */
static void spawn_without_loop(struct kunit *test)
{
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_spawn(NULL, script_frame(env, simple), NULL)),
			(long)-ESRCH);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_current()), (long)-ESRCH);
}

/* CT-3: the name is there before the first step; default numbers count upward */
static void names_at_spawn(struct kunit *test)
{
	struct env *env = env_of(test);
	char name[COTASK_NAME_MAX + 1];

	play_named(env, 0, simple, "alpha");
	play(env, 1, simple);
	play(env, 2, simple);
	KUNIT_EXPECT_STREQ(test, cotask_get_name(env->task[0], name, sizeof(name)), "alpha");
	KUNIT_EXPECT_LT(test, cotask_id(env->task[1]), cotask_id(env->task[2]));
}

static const struct cotask_var var = { "var" };

static void set_child(struct env *env, struct cotask *task)
{
	note(env, "%ld", cotask_var_get(task, &var, -1));
	cotask_var_set(task, &var, 2);
}

static void set_parent(struct env *env, struct cotask *task)
{
	cotask_var_set(task, &var, 1);
}

static void get_parent(struct env *env, struct cotask *task)
{
	note(env, "%ld", cotask_var_get(task, &var, -1));
}

/* CT-4, TK-11: a child has a copy of the context as of its spawn; it is constant */
static void context_is_copied(struct kunit *test)
{
	static const struct line child[] = { HOOK(set_child), END };
	static const struct line script[] = {
		HOOK(set_parent), SPAWN(1, ROOT, child), YIELD, HOOK(get_parent), END
	};
	struct env *env = env_of(test);
	struct cotask_context *ctx;

	play(env, 0, script);
	ctx = cotask_get_context(env->task[0]);
	settle(env);
	expect_log(env, "1 1");
	KUNIT_EXPECT_PTR_EQ(test, cotask_get_context(env->task[0]), ctx);
	KUNIT_EXPECT_PTR_EQ(test, cotask_get_loop(env->task[0]), env->loop);
}

/* CT-5: ensure returns the same object, and refuses that of another loop */
static void ensure(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_loop *other = cotask_manual_create(0);
	struct cotask_awaitable *x = &env->future[0].base;

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	KUNIT_EXPECT_PTR_EQ(test, cotask_ensure(env->loop, x), x);
	KUNIT_EXPECT_PTR_EQ(test, cotask_ensure(NULL, x), x);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_ensure(other, x)), (long)-EXDEV);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(other, 0), 0);
}

/* CT-6, CT-B1: a refused spawn leaves no task; live tasks are owned and listed */
static void all_tasks(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask *tasks[4];

	play(env, 0, wait0);
	settle(env);
	KUNIT_EXPECT_TRUE(test, IS_ERR(cotask_spawn(&env->group[0],
						    script_frame(env, simple), NULL)));
	KUNIT_ASSERT_EQ(test, cotask_all_tasks(env->loop, tasks, 4), 1);
	KUNIT_EXPECT_PTR_EQ(test, tasks[0], env->task[0]);
	cotask_put(tasks[0]);
	cotask_future_complete(&env->future[0], 1);
	turn(env);
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(env->loop, tasks, 4), 0);
}

/* CT-7: a task whose handles are gone runs to its end */
static void no_handle(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, wait0);
	settle(env);
	cotask_put(env->task[0]);
	env->task[0] = NULL;
	cotask_future_complete(&env->future[0], 3);
	settle(env);
	expect_log(env, "3");
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* --- futures ----------------------------------------------------------------- */

static void join_self(struct env *env, struct cotask *task)
{
	cotask_put(env->task[1]);
	env->task[1] = cotask_get(task);
}

/* AW-4: awaiting oneself returns -EDEADLK, on the next turn, and the task may go on */
static void await_self(struct kunit *test)
{
	static const struct line script[] = {
		HOOK(join_self), TRY, JOIN(1), EXCEPT, SHOW, ENDTRY, LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	turn(env);
	expect_log(env, "");
	turn(env);
	expect_log(env, "EDEADLK on");
}

/* AW-5: awaiting an object of another loop returns -EXDEV */
static void await_other_loop(struct kunit *test)
{
	static const struct line script[] = { TRY, FUTURE(1), EXCEPT, SHOW, ENDTRY, END };
	struct env *env = env_of(test);
	struct cotask_loop *other = cotask_manual_create(0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	renew_on(env, 1, other);
	play(env, 0, script);
	settle(env);
	expect_log(env, "EXDEV");
	cotask_loop_stop(other, 0);
}

/* AW-B2: the await that closes a cycle fails, directly or through an owner */
static void await_cycle(struct kunit *test)
{
	static const struct line a[] = { TRY, JOIN(1), SHOW, EXCEPT, SHOW, ENDTRY, END };
	static const struct line b[] = { TRY, JOIN(0), SHOW, EXCEPT, LOG("b"), SHOW, ENDTRY, END };
	static const struct line child[] = { TRY, JOIN(0), EXCEPT, SHOW, ENDTRY, END };
	static const struct line parent[] = { GROUP(0), SPAWN(2, 0, child), ENDGROUP, END };
	struct env *env = env_of(test);

	play(env, 0, a);
	play(env, 1, b);
	settle(env);
	expect_log(env, "b EDEADLK 0");
	play(env, 0, parent);
	settle(env);
	expect_log(env, "EDEADLK");
	expect_finished(env, 0, 0);
}

/* AW-6, AW-7: a future completes or is cancelled once, the first outcome stays */
static void completes_once(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_future *f = env->future;

	KUNIT_EXPECT_EQ(test, cotask_future_complete(&f[0], 1), 0);
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&f[0], 2), -EINVAL);
	KUNIT_EXPECT_FALSE(test, cotask_future_cancel(&f[0]));
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&f[0].base), 1L);
	KUNIT_EXPECT_TRUE(test, cotask_future_cancel(&f[1]));
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&f[1], 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&f[2], -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_future_fail(&f[2], 1), -EINVAL);
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_done(&f[2].base));
}

/* AW-8: asking for an outcome, in each state */
static void outcome_in_each_state(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_future *f = env->future;

	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&f[0].base), (long)-EINPROGRESS);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_error(&f[0].base), -EINPROGRESS);
	cotask_future_complete(&f[0], 5);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&f[0].base), 5L);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_error(&f[0].base), 0);
	cotask_future_fail(&f[1], E1);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_error(&f[1].base), E1);
	cotask_future_cancel(&f[2]);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_error(&f[2].base), -ECANCELED);
}

/* AW-9: a cancelled future cancels a task that lets the code pass, with count 0 */
static void cancelled_future(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, wait0);
	settle(env);
	cotask_future_cancel(&env->future[0]);
	settle(env);
	expect_log(env, "ECANCELED n0");
	expect_cancelled(env, 0);
}

/* AW-10: FAILED(-ECANCELED) is not CANCELLED */
static void failed_with_ecanceled(struct kunit *test)
{
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, cotask_future_fail(&env->future[0], -ECANCELED), 0);
	KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancelled(&env->future[0].base));
	KUNIT_EXPECT_EQ(test, cotask_awaitable_error(&env->future[0].base), -ECANCELED);
}

/* AW-11: an error that was not retrieved is reported once, with the last reference */
static void unread_error(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, fails);
	play(env, 1, fails);
	settle(env);
	KUNIT_EXPECT_EQ(test, env->errors, 0U);
	cotask_put(env->task[0]);
	env->task[0] = NULL;
	KUNIT_EXPECT_EQ(test, env->errors, 1U);
	KUNIT_EXPECT_EQ(test, env->last_error, E1);
	KUNIT_EXPECT_EQ(test, cotask_error(env->task[1]), E1);
	cotask_put(env->task[1]);
	env->task[1] = NULL;
	KUNIT_EXPECT_EQ(test, env->errors, 1U);
}

/* CT-7, TK-B1: the last handle is dropped where PREEMPT_RT can free no memory */
static void last_put_without_preemption(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, simple);
	settle(env);
	preempt_disable();
	cotask_put(env->task[0]);
	preempt_enable();
	env->task[0] = NULL;
}

/* --- the task object ---------------------------------------------------------- */

/* TK-1: done, cancelled, result and error in each state */
static void state_of_a_task(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, wait0);
	play(env, 1, fails);
	play(env, 2, simple);
	settle(env);
	KUNIT_EXPECT_FALSE(test, cotask_done(env->task[0]));
	KUNIT_EXPECT_FALSE(test, cotask_cancelled(env->task[0]));
	KUNIT_EXPECT_EQ(test, cotask_result(env->task[0]), (long)-EINPROGRESS);
	KUNIT_EXPECT_EQ(test, cotask_error(env->task[0]), -EINPROGRESS);
	expect_failed(env, 1, E1);
	KUNIT_EXPECT_EQ(test, cotask_error(env->task[1]), E1);
	expect_finished(env, 2, 7);
	KUNIT_EXPECT_EQ(test, cotask_error(env->task[2]), 0);
	cotask_cancel(env->task[0]);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_error(env->task[0]), -ECANCELED);
	expect_cancelled(env, 0);
}

/* TK-2: the only way to complete by hand takes futures, a task is none */
static void not_completed_by_hand(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_future *no = NULL;

	play(env, 0, simple);
	KUNIT_EXPECT_EQ(test, cotask_future_complete(no, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test,
			cotask_future_complete(container_of(&env->task[0]->base,
							    struct cotask_future, base), 1),
			-EINVAL);
	settle(env);
	expect_finished(env, 0, 7);
}

static struct cotask_callback cbs[4];

static int cb_note(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct env *env = env_current();

	note(env, "cb%d%s", (int)(cb - cbs), cotask_current() ? "!" : "");
	return 0;
}

static int cb_other(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct env *env = env_current();

	note(env, "other");
	/* Too late to remove what is queued; an addition comes in the next turn. */
	KUNIT_EXPECT_EQ(env->test, cotask_off_done(x, cb_note), 0);
	KUNIT_EXPECT_EQ(env->test, cotask_on_done(x, &cbs[3], cb_note), 0);
	return E1;
}

/* TK-4: a callback on a done task runs in the next turn */
static void callback_on_done_task(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, simple);
	settle(env);
	expect_log(env, "ran");
	cotask_on_done(&env->task[0]->base, &cbs[0], cb_note);
	expect_log(env, "");
	turn(env);
	expect_log(env, "cb0");
}

/* TK-5: all registrations of a function are removed and counted */
static void callbacks_removed(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, simple);
	cotask_on_done(&env->task[0]->base, &cbs[0], cb_note);
	cotask_on_done(&env->task[0]->base, &cbs[1], cb_note);
	KUNIT_EXPECT_EQ(test, cotask_off_done(&env->task[0]->base, cb_other), 0);
	KUNIT_EXPECT_EQ(test, cotask_off_done(&env->task[0]->base, cb_note), 2);
	settle(env);
	expect_log(env, "ran");
}

/* TK-6, TK-7: changes during the run, and an error that stops no task */
static void callbacks_change_callbacks(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, simple);
	cotask_on_done(&env->task[0]->base, &cbs[0], cb_other);
	cotask_on_done(&env->task[0]->base, &cbs[1], cb_note);
	cotask_on_done(&env->task[0]->base, &cbs[2], cb_note);
	turn(env);
	expect_log(env, "ran");
	turn(env);
	expect_log(env, "other cb1 cb2");
	turn(env);
	expect_log(env, "cb3");
	KUNIT_EXPECT_EQ(test, env->errors, 1U);
	KUNIT_EXPECT_EQ(test, env->last_error, E1);
}

/* TK-8: a name can be changed at any time */
static void renaming(struct kunit *test)
{
	struct env *env = env_of(test);
	char name[COTASK_NAME_MAX + 1], longest[COTASK_NAME_MAX + 2];

	memset(longest, 'x', sizeof(longest));
	longest[COTASK_NAME_MAX + 1] = '\0';
	play(env, 0, simple);
	KUNIT_EXPECT_EQ(test, cotask_set_name(env->task[0], "one"), 0);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_set_name(env->task[0], "two"), 0);
	KUNIT_EXPECT_EQ(test, cotask_set_name(env->task[0], ""), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_set_name(env->task[0], longest), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_set_name(env->task[0], NULL), -EINVAL);
	KUNIT_EXPECT_STREQ(test, cotask_get_name(env->task[0], name, sizeof(name)), "two");
}

/* TK-9: the printed state, and what the task waits for */
static void printed_state(struct kunit *test)
{
	struct env *env = env_of(test);
	char text[160];

	play_named(env, 0, wait0, "w");
	cotask_describe(env->task[0], text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "w pending");
	settle(env);
	cotask_describe(env->task[0], text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "w pending, waits for a future");
	cotask_cancel(env->task[0]);
	cotask_describe(env->task[0], text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "w cancelling");
	settle(env);
	cotask_describe(env->task[0], text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "w cancelled");
}

/* TK-10: the stack of a suspended, a failed and a finished task */
static void stack(struct kunit *test)
{
	static const struct line outer[] = { CALL(wait0), END };
	struct env *env = env_of(test);
	struct cotask_location loc[4] = {};

	play(env, 0, outer);
	play(env, 1, fails);
	play(env, 2, simple);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_get_stack(env->task[0], loc, 4), 2);
	KUNIT_EXPECT_TRUE(test, loc[0].step && loc[0].step == loc[1].step);
	KUNIT_EXPECT_NE(test, loc[0].line, loc[1].line);
	KUNIT_EXPECT_EQ(test, cotask_get_stack(env->task[1], loc, 4), 1);
	KUNIT_EXPECT_EQ(test, cotask_get_stack(env->task[2], loc, 4), 0);
}

/* --- run ----------------------------------------------------------------------- */

static struct env *run_env;

static struct cotask_loop *run_loop(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create_here("run", 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	run_env = env_of(test);
	return loop;
}

static void run_inside(struct env *env, struct cotask *task)
{
	note(env, "%ld", cotask_run(cotask_get_loop(task), script_frame(env, simple)));
}

/* CO-7, CO-11: run returns main's outcome, several times, not inside a loop, not closed */
static void run_main(struct kunit *test)
{
	static const struct line nested[] = { HOOK(run_inside), END };
	struct env *env = env_of(test);
	struct cotask_loop *loop = cotask_loop_get(run_loop(test));

	KUNIT_EXPECT_EQ(test, cotask_run(loop, script_frame(env, simple)), 7L);
	KUNIT_EXPECT_EQ(test, cotask_run(loop, script_frame(env, fails)), (long)E1);
	expect_log(env, "ran");
	cotask_run(loop, script_frame(env, nested));
	expect_log(env, "-16");
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
	KUNIT_EXPECT_EQ(test, cotask_run(loop, script_frame(env, simple)), (long)-ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
	cotask_loop_put(loop);
}

static unsigned int run_errors;

static void count_error(struct cotask_loop *loop, struct cotask *task, int error)
{
	run_errors++;
}

/* CO-8, CO-9, CO-B1: leftovers are cancelled and awaited, their failures reported */
static void run_leftovers(struct kunit *test)
{
	static const struct line again[] = { LOG("never"), SLEEP(99), END };
	static const struct line left[] = {
		TRY, SLEEP(99), EXCEPT, LOG("left"), SPAWN(2, ROOT, again), SLEEP(1), RAISE(E1),
		ENDTRY, END
	};
	static const struct line script[] = { SPAWN(1, ROOT, left), YIELD, RETURN(5) };
	struct env *env = env_of(test);
	struct cotask_loop *loop = run_loop(test);

	run_errors = 0;
	cotask_loop_set_error_handler(loop, count_error);
	KUNIT_EXPECT_EQ(test, cotask_run(loop, script_frame(env, script)), 5L);
	/* What a leftover spawns is cancelled before it runs, and awaited. */
	expect_log(env, "left");
	expect_cancelled(env, 2);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
	cotask_put(env->task[1]);
	cotask_put(env->task[2]);
	env->task[1] = NULL;
	env->task[2] = NULL;
	KUNIT_EXPECT_EQ(test, run_errors, 1U);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
}

static void interrupt(struct env *env, struct cotask *task)
{
	allow_signal(SIGUSR1);
	send_sig(SIGUSR1, current, 1);
}

/* CO-10: a signal cancels main; what main makes of it decides the outcome */
static void run_interrupted(struct kunit *test)
{
	static const struct line passes[] = { HOOK(interrupt), SLEEP(100000), END };
	static const struct line too[] = { HOOK(interrupt), CANCEL_SELF, SLEEP(100000), END };
	static const struct line swallows[] = {
		HOOK(interrupt), TRY, SLEEP(100000), EXCEPT, ENDTRY, RETURN(3)
	};
	struct env *env = env_of(test);
	struct cotask_loop *loop = run_loop(test);

	KUNIT_EXPECT_EQ(test, cotask_run(loop, script_frame(env, passes)), (long)-EINTR);
	flush_signals(current);
	KUNIT_EXPECT_EQ(test, cotask_run(loop, script_frame(env, too)), (long)-ECANCELED);
	flush_signals(current);
	KUNIT_EXPECT_EQ(test, cotask_run(loop, script_frame(env, swallows)), 3L);
	flush_signals(current);
	disallow_signal(SIGUSR1);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(making_runs_nothing),
	KUNIT_CASE(nested_coroutines_take_no_turn),
	KUNIT_CASE(inner_outcome_is_the_awaits),
	KUNIT_CASE(used_once),
	KUNIT_CASE(spawn_without_loop),
	KUNIT_CASE(names_at_spawn),
	KUNIT_CASE(context_is_copied),
	KUNIT_CASE(ensure),
	KUNIT_CASE(all_tasks),
	KUNIT_CASE(no_handle),
	KUNIT_CASE(await_self),
	KUNIT_CASE(await_other_loop),
	KUNIT_CASE(await_cycle),
	KUNIT_CASE(completes_once),
	KUNIT_CASE(outcome_in_each_state),
	KUNIT_CASE(cancelled_future),
	KUNIT_CASE(failed_with_ecanceled),
	KUNIT_CASE(unread_error),
	KUNIT_CASE(last_put_without_preemption),
	KUNIT_CASE(state_of_a_task),
	KUNIT_CASE(not_completed_by_hand),
	KUNIT_CASE(callback_on_done_task),
	KUNIT_CASE(callbacks_removed),
	KUNIT_CASE(callbacks_change_callbacks),
	KUNIT_CASE(renaming),
	KUNIT_CASE(printed_state),
	KUNIT_CASE(stack),
	KUNIT_CASE(run_main),
	KUNIT_CASE(run_leftovers),
	KUNIT_CASE(run_interrupted),
	{}
};

struct kunit_suite cotask_task_suite = {
	.name = "cotask_task",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
