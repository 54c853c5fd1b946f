// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - from outside the loop: requests that cross its work, and blocking
 *
 * The test owns a manual loop.  A request of another thread is posted, and acts on the
 * next turn, so the test can play each order of a request and a concurrent event.
 */
#include <linux/irqflags.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "../helpers.h"
#include "../suites.h"

#define ENDLESS		(1000000 * MS)

static const struct line simple[] = { LOG("ran"), RETURN(7) };
static const struct line waits0[] = {
	TRY, FUTURE(0), SHOW, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, RETURN(1)
};

/* Actions of other threads. */

static void complete0(struct env *env)
{
	KUNIT_EXPECT_EQ(env->test, cotask_future_complete(&env->future[0], 5), 0);
}

static void complete0_refused(struct env *env)
{
	KUNIT_EXPECT_EQ(env->test, cotask_future_complete(&env->future[0], 5), -EINVAL);
}

static void cancel_future0(struct env *env)
{
	KUNIT_EXPECT_TRUE(env->test, cotask_future_cancel(&env->future[0]));
}

static void cancel0(struct env *env)
{
	KUNIT_EXPECT_TRUE(env->test, cotask_cancel(env->task[0]));
}

static void cancel0_thrice(struct env *env)
{
	cancel0(env);
	cancel0(env);
	cancel0(env);
}

static void cancel0_refused(struct env *env)
{
	KUNIT_EXPECT_FALSE(env->test, cotask_cancel(env->task[0]));
}

/* ... while a step is running. */

static void hook_complete0(struct env *env, struct cotask *task)
{
	elsewhere(env, complete0);
}

static void hook_cancel0(struct env *env, struct cotask *task)
{
	elsewhere(env, cancel0);
}

static void hook_cancel_future0(struct env *env, struct cotask *task)
{
	elsewhere(env, cancel_future0);
}

/* --- requests that cross a step ------------------------------------------------------ */

/* SC-9, CX-10: cancelled from outside during its last step: the value is lost */
static void cancel_during_a_step_that_returns(struct kunit *test)
{
	static const struct line script[] = { HOOK(hook_cancel0), COUNT, RETURN(7) };
	struct env *env = env_of(test);

	play(env, 0, script);
	turn(env);
	expect_log(env, "n1");
	expect_cancelled(env, 0);
	settle(env);
	elsewhere(env, cancel0_refused);
	expect_count(env, 0, 1);
}

/* SC-9, CX-10: cancelled from outside during its last step: an error stays */
static void cancel_during_a_step_that_fails(struct kunit *test)
{
	static const struct line script[] = { HOOK(hook_cancel0), RAISE(E1) };
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_failed(env, 0, E1);
}

/* SC-9, CX-16: cancelled from outside, taken back by the task in the same step */
static void cancel_during_a_step_is_withdrawn(struct kunit *test)
{
	static const struct line script[] = {
		HOOK(hook_cancel0), UNCANCEL, SHOW, YIELD, LOG("on"), RETURN(7)
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	expect_log(env, "0 on");
	expect_finished(env, 0, 7);
}

/* SC-9, CX-8: cancelled from outside in a step, the await at its end hands it on */
static void cancel_before_an_await(struct kunit *test)
{
	static const struct line script[] = {
		HOOK(hook_cancel0), TRY, FUTURE(0), EXCEPT, SHOW, COUNT, ENDTRY, SLEEP(5),
		LOG("on"), RETURN(2)
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	turn(env);
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&env->future[0].base));
	settle(env);
	expect_log(env, "ECANCELED n1");
	/* It was delivered once: what was posted does not hit the next await, too. */
	pass(env, 5);
	expect_log(env, "on");
	expect_finished(env, 0, 2);
}

/* SC-9, AW-1: completed from outside in a step, the await at its end does not suspend */
static void completion_before_an_await(struct kunit *test)
{
	static const struct line script[] = { HOOK(hook_complete0), FUTURE(0), SHOW, END };
	struct env *env = env_of(test);

	play(env, 0, script);
	turn(env);
	expect_log(env, "5");
}

/* SC-9, AW-1: completed from outside, a second task gets it before the waiter resumes */
static void completion_seen_before_the_waiter(struct kunit *test)
{
	static const struct line second[] = {
		HOOK(hook_complete0), FUTURE(0), LOG("second"), SHOW, END
	};
	struct env *env = env_of(test);

	play(env, 0, waits0);
	play(env, 1, second);
	turn(env);
	expect_log(env, "second 5");
	turn(env);
	expect_log(env, "5");
}

/* SC-9, AW-9: a future is cancelled from outside; its waiter has no request of its own */
static void future_cancelled_outside(struct kunit *test)
{
	static const struct line script[] = {
		HOOK(hook_cancel_future0), TRY, FUTURE(0), EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 1, waits0);
	play(env, 0, script);
	turn(env);
	expect_log(env, "ECANCELED n0");
	turn(env);
	expect_log(env, "ECANCELED n0");
}

/* --- requests that cross each other ---------------------------------------------------- */

/* SC-9, CX-5: completed outside, cancelled by the owner before it takes that in */
static void owner_cancels_after_completion(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, waits0);
	settle(env);
	elsewhere(env, complete0);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[0]));
	settle(env);
	expect_log(env, "ECANCELED n1");
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&env->future[0].base), 5L);
}

/* SC-9, CX-3: cancelled by the owner first: the completion comes too late */
static void owner_cancels_before_completion(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, waits0);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[0]));
	elsewhere(env, complete0_refused);
	settle(env);
	expect_log(env, "ECANCELED n1");
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&env->future[0].base));
}

static void uncancel0(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_EQ(env->test, cotask_uncancel(env->task[0]), 0);
}

/* SC-9, CX-16: completed outside, cancelled, withdrawn: the value comes through */
static void cancel_after_completion_is_withdrawn(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, waits0);
	settle(env);
	elsewhere(env, complete0);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[0]));
	uncancel0(env, NULL);
	settle(env);
	expect_log(env, "5");
}

/* SC-9, CX-16: posted from outside and withdrawn before it is taken in: no cancel */
static void posted_cancel_is_withdrawn(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, waits0);
	settle(env);
	elsewhere(env, cancel0);
	uncancel0(env, NULL);
	settle(env);
	expect_log(env, "");
	cotask_future_complete(&env->future[0], 3);
	settle(env);
	expect_log(env, "3");
}

/* SC-9, CX-6: three requests from outside count three and are delivered once */
static void posted_cancels_merge(struct kunit *test)
{
	static const struct line script[] = {
		TRY, FUTURE(0), EXCEPT, SHOW, COUNT, ENDTRY, SLEEP(5), LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	elsewhere(env, cancel0_thrice);
	expect_count(env, 0, 3);
	settle(env);
	expect_log(env, "ECANCELED n3");
	pass(env, 5);
	expect_log(env, "on");
}

/* SC-9, CX-13: a second request, after the first was delivered, is delivered again */
static void posted_again_after_delivery(struct kunit *test)
{
	static const struct line script[] = {
		TRY, FUTURE(0), EXCEPT, SHOW, ENDTRY,
		TRY, FUTURE(1), EXCEPT, SHOW, COUNT, ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	elsewhere(env, cancel0);
	settle(env);
	expect_log(env, "ECANCELED");
	elsewhere(env, cancel0);
	settle(env);
	expect_log(env, "ECANCELED n2");
}

/* SC-9, CX-7: posted before the first step: the code never runs */
static void posted_before_the_first_step(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, simple);
	elsewhere(env, cancel0);
	settle(env);
	expect_log(env, "");
	expect_cancelled(env, 0);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* SC-9, SL-7: a sleep is due when the request arrives: the task is cancelled once */
static void posted_to_a_sleeper_that_is_due(struct kunit *test)
{
	static const struct line script[] = {
		TRY, SLEEP(10), EXCEPT, SHOW, ENDTRY, SLEEP(10), LOG("on"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	advance(env, 10);
	elsewhere(env, cancel0);
	settle(env);
	expect_log(env, "ECANCELED");
	pass(env, 10);
	expect_log(env, "on");
}

static void drop_and_cancel0(struct env *env)
{
	struct cotask *t = env->task[0];

	env->task[0] = NULL;
	KUNIT_EXPECT_TRUE(env->test, cotask_cancel(t));
	cotask_put(t);
}

/* SC-9, CT-B1: the last handle goes while the request is on its way */
static void handle_dropped_behind_a_request(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, waits0);
	settle(env);
	elsewhere(env, drop_and_cancel0);
	/* The task ends by itself before the request is taken in. */
	cotask_future_complete(&env->future[0], 1);
	settle(env);
	expect_log(env, "ECANCELED n1");
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* --- order -------------------------------------------------------------------------------- */

static void spawn_abc(struct env *env)
{
	static const struct line a[] = { LOG("a"), END };
	static const struct line b[] = { LOG("b"), END };
	static const struct line c[] = { LOG("c"), END };
	struct cotask_group *root = cotask_loop_root(env->loop);

	cotask_go(root, script_frame(env, a));
	cotask_go(root, script_frame(env, b));
	cotask_future_complete(&env->future[0], 5);
	cotask_go(root, script_frame(env, c));
}

/* SC-2, SC-3, SC-9: posts are appended at the tail, in order, and before due timers */
static void posts_keep_their_order(struct kunit *test)
{
	static const struct line sleeps[] = { SLEEP(10), LOG("timer"), END };
	static const struct line queued[] = { LOG("queued"), END };
	struct env *env = env_of(test);

	play(env, 0, sleeps);
	play(env, 1, waits0);
	settle(env);
	play(env, 2, queued);
	advance(env, 10);
	elsewhere(env, spawn_abc);
	turn(env);
	expect_log(env, "queued a b 5 c timer");
}

static struct noted outside_cb;

static void register_cb(struct env *env)
{
	outside_cb = (struct noted){ .env = env, .text = "cb" };
	KUNIT_EXPECT_EQ(env->test, cotask_on_done(&env->future[0].base, &outside_cb.cb, note_done),
			0);
}

/* SC-9, SC-5: registered outside before, or completed before it is taken in: it runs */
static void callback_crosses_completion(struct kunit *test)
{
	struct env *env = env_of(test);

	elsewhere(env, register_cb);
	complete0(env);
	settle(env);
	expect_log(env, "cb");
	/* On a future that is done. */
	elsewhere(env, register_cb);
	settle(env);
	expect_log(env, "cb");
	/* Completion by yet another thread. */
	renew(env, 0);
	elsewhere(env, register_cb);
	elsewhere(env, complete0);
	settle(env);
	expect_log(env, "cb");
}

/* SC-9, TK-5: completed outside, not taken in: the callback is not removed, but runs */
static void removal_crosses_completion(struct kunit *test)
{
	struct env *env = env_of(test);

	register_cb(env);
	elsewhere(env, complete0);
	KUNIT_EXPECT_EQ(test, cotask_off_done(&env->future[0].base, note_done), 0);
	settle(env);
	expect_log(env, "cb");
}

static void spawn_eager(struct env *env)
{
	struct cotask_spawn_args args = { .flags = COTASK_SPAWN_EAGER };

	env->task[0] = cotask_spawn_with(cotask_loop_root(env->loop), script_frame(env, simple),
					 &args);
	KUNIT_EXPECT_FALSE(env->test, IS_ERR(env->task[0]));
	KUNIT_EXPECT_EQ(env->test, PTR_ERR(cotask_current()), (long)-ESRCH);
}

/* SC-9, EA-8, CT-1: an eager spawn from outside is lazy */
static void eager_spawn_outside(struct kunit *test)
{
	struct env *env = env_of(test);

	elsewhere(env, spawn_eager);
	expect_log(env, "");
	settle(env);
	expect_log(env, "ran");
	expect_finished(env, 0, 7);
}

static void stop_foreign(struct env *env)
{
	KUNIT_EXPECT_EQ(env->test, cotask_loop_stop(env->loop, 0), -EXDEV);
	KUNIT_EXPECT_EQ(env->test, cotask_run(env->loop, script_frame(env, simple)), (long)-EXDEV);
}

/* CO-7, SC-1: another thread neither runs nor ends the loop of this one */
static void foreign_loop_is_left_alone(struct kunit *test)
{
	struct env *env = env_of(test);

	elsewhere(env, stop_foreign);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
	play(env, 0, simple);
	settle(env);
	expect_log(env, "ran");
}

/* --- blocking ------------------------------------------------------------------------------- */

/* A loop with a thread, and a coroutine that sleeps or calls a function there. */
struct job {
	struct cotask_frame frame;
	struct env *env;
	struct cotask_loop *loop;
	void (*fn)(struct job *job);
	s64 ns;
};

static long job_step(struct cotask *task, struct cotask_frame *frame)
{
	struct job *me = container_of(frame, struct job, frame);
	long rc;

	CO_BEGIN(task, frame, slept);

	if (me->fn)
		me->fn(me);
	CO_AWAIT(slept, rc, cotask_sleep(task, me->ns));
	return rc ?: 7;
}

static struct job *job(struct kunit *test, struct cotask_loop *loop, s64 ns,
		       void (*fn)(struct job *job))
{
	struct job *me = kunit_kzalloc(test, sizeof(*me), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, me);
	*me = (struct job){ .env = env_of(test), .loop = loop, .fn = fn, .ns = ns };
	cotask_frame_init(&me->frame, job_step, NULL);
	return me;
}

static struct cotask *start(struct kunit *test, struct cotask_loop *loop, s64 ns,
			    void (*fn)(struct job *job))
{
	struct cotask *t = cotask_spawn(cotask_loop_root(loop), &job(test, loop, ns, fn)->frame,
					NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	return t;
}

static struct cotask_loop *thread_loop(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create("cotask-test", 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	return loop;
}

/* SC-1: waiting for a task of the thread's own loop would never end: -EDEADLK */
static void wait_on_the_own_loop(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, waits0);
	KUNIT_EXPECT_EQ(test, cotask_wait(env->task[0], COTASK_FOREVER), -EDEADLK);
	KUNIT_EXPECT_EQ(test, cotask_wait(env->task[0], 0), -EDEADLK);
	KUNIT_EXPECT_EQ(test, cotask_group_wait(cotask_loop_root(env->loop), 0), -EDEADLK);
	cotask_future_complete(&env->future[0], 1);
	settle(env);
	/* A wait for a done object returns at once. */
	KUNIT_EXPECT_EQ(test, cotask_wait(env->task[0], 0), 0);
}

/* TK-1: waiting with no time returns whether the task is done; the task continues */
static void wait_without_time(struct kunit *test)
{
	struct cotask_loop *loop = thread_loop(test);
	struct cotask *t = start(test, loop, ENDLESS, NULL);

	KUNIT_EXPECT_EQ(test, cotask_wait(t, 0), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, -1), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, S64_MIN), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, 1), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, cotask_result(t), (long)-EINPROGRESS);
	KUNIT_EXPECT_EQ(test, cotask_cancelling(t), 0U);
	cotask_cancel(t);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, 0), 0);
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(t));
	cotask_put(t);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, COTASK_FOREVER), 0);
}

/* SC-1: blocking calls with interrupts off are refused without side effects */
static void blocking_in_atomic_context(struct kunit *test)
{
	struct cotask_loop *loop = thread_loop(test);
	struct cotask *t = start(test, loop, ENDLESS, NULL);
	struct cotask_group g;
	unsigned long flags;
	int wait, group_wait, group_stop, loop_stop;

	cotask_group_init(&g);
	KUNIT_EXPECT_EQ(test, cotask_group_open(&g, loop, 0), 0);
	local_irq_save(flags);
	wait = cotask_wait(t, COTASK_FOREVER);
	group_wait = cotask_group_wait(&g, COTASK_FOREVER);
	group_stop = cotask_group_stop(&g, COTASK_FOREVER);
	loop_stop = cotask_loop_stop(loop, COTASK_FOREVER);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, wait, -EINVAL);
	KUNIT_EXPECT_EQ(test, group_wait, -EINVAL);
	KUNIT_EXPECT_EQ(test, group_stop, -EINVAL);
	KUNIT_EXPECT_EQ(test, loop_stop, -EINVAL);
	KUNIT_EXPECT_FALSE(test, cotask_done(t));
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&g, COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, COTASK_FOREVER), 0);
	cotask_put(t);
}

/* TK-1: a fatal signal ends a wait, the task goes on */
static void wait_is_killed(struct kunit *test)
{
	struct cotask_loop *loop = thread_loop(test);
	struct cotask *t = start(test, loop, ENDLESS, NULL);

	allow_signal(SIGKILL);
	send_sig(SIGKILL, current, 1);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), -EINTR);
	flush_signals(current);
	disallow_signal(SIGKILL);
	KUNIT_EXPECT_FALSE(test, cotask_done(t));
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, COTASK_FOREVER), 0);
	cotask_put(t);
}

static struct cotask *awaited;
static atomic_t woken;

static int waiter_thread(void *data)
{
	if (!cotask_wait(awaited, COTASK_FOREVER) && cotask_done(awaited))
		atomic_inc(&woken);
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

/* AW-3, TK-1: several threads that block on one task all wake */
static void many_threads_wait(struct kunit *test)
{
	struct cotask_loop *loop = thread_loop(test);
	struct task_struct *thread[4];
	int i, tries;

	awaited = start(test, loop, 20 * MS, NULL);
	atomic_set(&woken, 0);
	for (i = 0; i < ARRAY_SIZE(thread); i++) {
		thread[i] = kthread_run(waiter_thread, NULL, "cotask-helper");
		KUNIT_ASSERT_FALSE(test, IS_ERR(thread[i]));
	}
	KUNIT_EXPECT_EQ(test, cotask_wait(awaited, COTASK_FOREVER), 0);
	for (tries = 0; tries < 60 * HZ && atomic_read(&woken) < 4; tries++)
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, atomic_read(&woken), 4);
	for (i = 0; i < ARRAY_SIZE(thread); i++)
		kthread_stop(thread[i]);
	KUNIT_EXPECT_EQ(test, cotask_result(awaited), 7L);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, COTASK_FOREVER), 0);
	cotask_put(awaited);
}

static struct cotask_group opened;

static void block_in_a_step(struct job *job)
{
	struct kunit *test = job->env->test;

	KUNIT_EXPECT_EQ(test, cotask_loop_stop(job->loop, 0), -EDEADLK);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&opened, 0), -EDEADLK);
	KUNIT_EXPECT_EQ(test, cotask_group_wait(&opened, COTASK_FOREVER), -EDEADLK);
	KUNIT_EXPECT_EQ(test, cotask_wait(cotask_current(), COTASK_FOREVER), -EDEADLK);
}

/* SC-1: a step that would block its own loop receives an error without side effects */
static void blocking_in_a_step(struct kunit *test)
{
	struct cotask_loop *loop = thread_loop(test);
	struct cotask *t;

	cotask_group_init(&opened);
	KUNIT_EXPECT_EQ(test, cotask_group_open(&opened, loop, 0), 0);
	t = start(test, loop, 1, block_in_a_step);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(test, cotask_result(t), 7L);
	cotask_put(t);
	KUNIT_EXPECT_EQ(test, cotask_go(&opened, &job(test, loop, 1, NULL)->frame), 0);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&opened, COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, COTASK_FOREVER), 0);
}

/* CT-6: a loop that has ended opens no group, spawns nothing, and says so */
static void ended_loop_takes_nothing(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_loop *loop = cotask_loop_get(thread_loop(test));
	struct cotask *t = start(test, loop, ENDLESS, NULL);
	struct noted n = { .env = env, .text = "never" };
	struct cotask_group g;

	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, COTASK_FOREVER), 0);
	cotask_group_init(&g);
	KUNIT_EXPECT_EQ(test, cotask_group_open(&g, loop, 0), -ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, cotask_go(cotask_loop_root(loop), script_frame(env, simple)),
			-ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(t));
	KUNIT_EXPECT_EQ(test, cotask_on_done(&t->base, &n.cb, note_done), -ESHUTDOWN);
	KUNIT_EXPECT_FALSE(test, cotask_cancel(t));
	cotask_put(t);
	cotask_loop_put(loop);
}

/* SC-1: unknown flags are refused by all that make loops and groups */
static void unknown_flags(struct kunit *test)
{
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_loop_create("x", ~0U)), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_loop_create_here("x", BIT(31))), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_manual_create(BIT(9))), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_group_open(&env->group[0], env->loop, BIT(8)), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_group_open(&env->group[0], NULL, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_group_open(NULL, env->loop, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_group_wait(&env->group[0], 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_group_wait(NULL, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_cpu_loop(nr_cpu_ids)), (long)-EINVAL);
}

#define SLEEPERS	1000

struct real {
	struct cotask_frame frame;
	u64 deadline;
};

static atomic_t awake, early;

static long real_step(struct cotask *task, struct cotask_frame *frame)
{
	struct real *me = container_of(frame, struct real, frame);
	long rc;

	CO_BEGIN(task, frame, slept);

	CO_AWAIT(slept, rc,
		 cotask_sleep_until(task, ns_to_ktime(me->deadline), CLOCK_MONOTONIC, 0));
	if (ktime_get_ns() < me->deadline)
		atomic_inc(&early);
	if (!rc)
		atomic_inc(&awake);
	return rc;
}

/* SC-4, SL-1: on real timers many sleepers all wake, and none of them early */
static void real_sleepers(struct kunit *test)
{
	struct cotask_loop *loop = thread_loop(test);
	struct real *real = kunit_kcalloc(test, SLEEPERS, sizeof(*real), GFP_KERNEL);
	struct cotask_group g;
	u64 begin = ktime_get_ns();
	int i;

	KUNIT_ASSERT_NOT_NULL(test, real);
	atomic_set(&awake, 0);
	atomic_set(&early, 0);
	cotask_group_init(&g);
	KUNIT_EXPECT_EQ(test, cotask_group_open(&g, loop, 0), 0);
	for (i = 0; i < SLEEPERS; i++) {
		real[i].deadline = begin + MS + (u64)i * 37 % SLEEPERS * 20000;
		cotask_frame_init(&real[i].frame, real_step, NULL);
		KUNIT_EXPECT_EQ(test, cotask_go(&g, &real[i].frame), 0);
	}
	for (i = 0; i < 60 * HZ && atomic_read(&awake) < SLEEPERS; i++)
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, atomic_read(&awake), SLEEPERS);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&g, COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&early), 0);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, COTASK_FOREVER), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cancel_during_a_step_that_returns),
	KUNIT_CASE(cancel_during_a_step_that_fails),
	KUNIT_CASE(cancel_during_a_step_is_withdrawn),
	KUNIT_CASE(cancel_before_an_await),
	KUNIT_CASE(completion_before_an_await),
	KUNIT_CASE(completion_seen_before_the_waiter),
	KUNIT_CASE(future_cancelled_outside),
	KUNIT_CASE(owner_cancels_after_completion),
	KUNIT_CASE(owner_cancels_before_completion),
	KUNIT_CASE(cancel_after_completion_is_withdrawn),
	KUNIT_CASE(posted_cancel_is_withdrawn),
	KUNIT_CASE(posted_cancels_merge),
	KUNIT_CASE(posted_again_after_delivery),
	KUNIT_CASE(posted_before_the_first_step),
	KUNIT_CASE(posted_to_a_sleeper_that_is_due),
	KUNIT_CASE(handle_dropped_behind_a_request),
	KUNIT_CASE(posts_keep_their_order),
	KUNIT_CASE(callback_crosses_completion),
	KUNIT_CASE(removal_crosses_completion),
	KUNIT_CASE(eager_spawn_outside),
	KUNIT_CASE(foreign_loop_is_left_alone),
	KUNIT_CASE(wait_on_the_own_loop),
	KUNIT_CASE(wait_without_time),
	KUNIT_CASE(blocking_in_atomic_context),
	KUNIT_CASE(wait_is_killed),
	KUNIT_CASE(many_threads_wait),
	KUNIT_CASE(blocking_in_a_step),
	KUNIT_CASE(ended_loop_takes_nothing),
	KUNIT_CASE(unknown_flags),
	KUNIT_CASE(real_sleepers),
	{}
};

struct kunit_suite cotask_outside_suite = {
	.name = "cotask_outside",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
