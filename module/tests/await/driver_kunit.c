// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - facilities for drivers: completions, submissions into a group,
 * threads that wait, loops with options
 */
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/sched/signal.h>

#include "../../core/core.h"
#include "../helpers.h"
#include "../suites.h"

/* --- completions ------------------------------------------------------------------------ */

static struct {
	struct cotask_frame frame[3];
	struct cotask_completion done;
	struct irq_work irq;
} dev;

static long wait_thrice(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, first, second, third);

	CO_AWAIT(first, rc, cotask_completion_wait(task, &dev.done));
	note(env_current(), "%ld", rc);
	CO_AWAIT(second, rc, cotask_completion_wait(task, &dev.done));
	note(env_current(), "%ld", rc);
	CO_AWAIT(third, rc, cotask_completion_wait(task, &dev.done));
	return rc;
}

static long wait_once(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, waited);

	CO_AWAIT(waited, rc, cotask_completion_wait(task, &dev.done));
	return rc;
}

static void spawn_frame(struct env *env, int i, struct cotask_group *g, cotask_step_fn step)
{
	env->task[i] = cotask_spawn(g, cotask_frame_init(&dev.frame[i], step, NULL), NULL);
	KUNIT_ASSERT_FALSE(env->test, IS_ERR(env->task[i]));
}

static void end_completion(struct env *env)
{
	KUNIT_EXPECT_EQ(env->test, cotask_completion_fini(&dev.done), 0);
}

static void raise(struct irq_work *work)
{
	cotask_complete(&dev.done);
}

/* Calls are counted, whether a task waits already or later */
static void completions_are_counted(struct kunit *test)
{
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, cotask_completion_init(&dev.done, env->loop), 0);
	KUNIT_EXPECT_EQ(test, cotask_completion_init(&dev.done, NULL), -EINVAL);
	spawn_frame(env, 0, cotask_loop_root(env->loop), wait_thrice);
	settle(env);
	expect_log(env, "");
	cotask_complete(&dev.done);
	cotask_complete(&dev.done);
	settle(env);
	expect_log(env, "0 0");
	expect_pending(env, 0);
	cotask_complete(&dev.done);
	settle(env);
	expect_finished(env, 0, 0);
	cotask_complete(&dev.done);
	cotask_completion_reset(&dev.done);
	spawn_frame(env, 1, cotask_loop_root(env->loop), wait_once);
	settle(env);
	expect_pending(env, 1);
	cotask_complete(&dev.done);
	settle(env);
	expect_finished(env, 1, 0);
	end_completion(env);
}

/* In a hard interrupt, and repeatedly without another initialisation */
static void completed_by_interrupts(struct kunit *test)
{
	struct env *env = env_of(test);
	unsigned int i;

	cotask_completion_init(&dev.done, env->loop);
	dev.irq = IRQ_WORK_INIT_HARD(raise);
	for (i = 0; i < 8; i++) {
		spawn_frame(env, 0, cotask_loop_root(env->loop), wait_once);
		if (i & 1)
			settle(env);
		irq_work_queue(&dev.irq);
		irq_work_sync(&dev.irq);
		settle(env);
		expect_finished(env, 0, 0);
		cotask_put(env->task[0]);
	}
	env->task[0] = NULL;
	end_completion(env);
}

/* SY-2: the grant of a cancelled wait passes to the next waiter */
static void completion_goes_on(struct kunit *test)
{
	struct env *env = env_of(test);

	cotask_completion_init(&dev.done, env->loop);
	spawn_frame(env, 0, cotask_loop_root(env->loop), wait_once);
	spawn_frame(env, 1, cotask_loop_root(env->loop), wait_once);
	settle(env);
	cotask_complete(&dev.done);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_cancelled(env, 0);
	expect_finished(env, 1, 0);
	spawn_frame(env, 2, cotask_loop_root(env->loop), wait_once);
	settle(env);
	expect_pending(env, 2);
	cotask_cancel(env->task[2]);
	settle(env);
	end_completion(env);
}

/* The thread that has a loop ends a completion between two runs, with calls on their way */
static void completion_of_a_thread(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create_here("here", 0);
	unsigned int i;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	cotask_completion_init(&dev.done, loop);
	for (i = 0; i < 100000; i++)
		cotask_complete(&dev.done);
	KUNIT_EXPECT_EQ(test, cotask_completion_fini(&dev.done), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&dev.done.arrived), 0L);
	memset(&dev.done, 0xff, sizeof(dev.done));
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
}

static int end_inside(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	note(env_current(), "%d", cotask_completion_fini(&dev.done));
	return 0;
}

/* Invalid arguments are refused without side effects */
static void completion_in_use(struct kunit *test)
{
	struct env *env = env_of(test);
	static struct cotask_callback cb;

	cotask_completion_init(&dev.done, env->loop);
	spawn_frame(env, 0, cotask_loop_root(env->loop), wait_once);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_completion_fini(&dev.done), -EBUSY);
	cotask_call_soon(env->loop, &cb, end_inside);
	settle(env);
	expect_log(env, "-35");
	cotask_complete(&dev.done);
	settle(env);
	expect_finished(env, 0, 0);
	stop(env, COTASK_FOREVER);
	KUNIT_EXPECT_EQ(test, cotask_completion_fini(&dev.done), 0);
}

static struct {
	struct completion begun, ended;
} ending;

static int end_in_thread(void *unused)
{
	complete(&ending.begun);
	cotask_completion_fini(&dev.done);
	complete(&ending.ended);
	return 0;
}

/* Until it has ended, or sleeps. */
static struct task_struct *begin_to_end(struct kunit *test)
{
	struct task_struct *thread = kthread_create(end_in_thread, NULL, "cotask-helper");

	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	init_completion(&ending.begun);
	init_completion(&ending.ended);
	get_task_struct(thread);
	wake_up_process(thread);
	wait_for_completion(&ending.begun);
	while (!completion_done(&ending.ended) &&
	       READ_ONCE(thread->__state) != TASK_UNINTERRUPTIBLE)
		schedule_timeout_uninterruptible(1);
	return thread;
}

/* A loop that has closed its inbox with a post of the completion has to act on it first */
static void completion_of_a_closed_loop(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_get(cotask_manual_create(0));
	struct cotask_awaitable *x = &dev.done.sem.base;
	struct task_struct *thread;

	cotask_completion_init(&dev.done, loop);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
	/* As when the loop has the post, and is running its last turns. */
	atomic_or(COTASK_S_INBOX, &x->state);
	thread = begin_to_end(test);
	KUNIT_EXPECT_FALSE(test, completion_done(&ending.ended));
	x->post.ops->posted(&x->post);
	wait_for_completion(&ending.ended);
	put_task_struct(thread);
	/* A post that is refused is not waited for. */
	cotask_completion_init(&dev.done, loop);
	cotask_complete(&dev.done);
	KUNIT_EXPECT_EQ(test, cotask_completion_fini(&dev.done), 0);
	cotask_loop_put(loop);
}

/* --- submissions ---------------------------------------------------------------------------- */

static const struct line forever[] = { SLEEP(1000000), END };
static struct cotask_submission *submission;

static void submit_elsewhere(struct env *env)
{
	submission = cotask_submit_into(&env->group[0], script_frame(env, forever), NULL);
}

/* RT-7: cancelling the group reaches tasks that were submitted into it */
static void submitted_into_a_group(struct kunit *test)
{
	struct env *env = env_of(test);

	open_group(env);
	elsewhere(env, submit_elsewhere);
	KUNIT_ASSERT_FALSE(test, IS_ERR(submission));
	settle(env);
	KUNIT_EXPECT_FALSE(test, cotask_submission_done(submission));
	cotask_group_cancel(&env->group[0]);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_submission_cancelled(submission));
	cotask_submission_put(submission);
	elsewhere(env, submit_elsewhere);
	KUNIT_EXPECT_EQ(test, PTR_ERR(submission), (long)-ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_submit_into(NULL, NULL, NULL)), (long)-EINVAL);
	stop(env, COTASK_FOREVER);
	close_group(env);
}

/* --- signals -------------------------------------------------------------------------------- */

/* A thread that waits in the manner of a system call; kernel threads have none by default. */
static void wait_with_a_signal(struct env *env)
{
	int rc;

	allow_signal(SIGUSR1);
	send_sig(SIGUSR1, current, 1);
	rc = cotask_wait_interruptible(env->task[0], COTASK_FOREVER);
	KUNIT_EXPECT_EQ(env->test, rc, -ERESTARTSYS);
	rc = cotask_submission_wait_interruptible(submission, COTASK_FOREVER);
	KUNIT_EXPECT_EQ(env->test, rc, -ERESTARTSYS);
	/* It does not interrupt a wait that only a fatal signal does. */
	KUNIT_EXPECT_EQ(env->test, cotask_wait(env->task[0], 1), -ETIMEDOUT);
	flush_signals(current);
}

static struct {
	struct cotask_future f;
	struct completion ended;
	bool completed;
	bool early;
} blocked;

static int block_for_a_future(void *arg)
{
	int rc = cotask_block(&blocked.f.base, COTASK_FOREVER, TASK_IDLE);

	blocked.early = rc || !READ_ONCE(blocked.completed);
	complete(&blocked.ended);
	return 0;
}

/* RT-3: a wake-up for a previous object at the same address ends no wait */
static void stray_wake_up(struct kunit *test)
{
	struct env *env = env_of(test);
	unsigned int i;

	cotask_future_init(&blocked.f, env->loop);
	init_completion(&blocked.ended);
	blocked.completed = false;
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(block_for_a_future, NULL, "cotask_block")));
	for (i = 0; i < 20; i++) {
		cotask_block_wake(&blocked.f.base);
		schedule_timeout_uninterruptible(1);
	}
	WRITE_ONCE(blocked.completed, true);
	cotask_future_complete(&blocked.f, 0);
	wait_for_completion(&blocked.ended);
	KUNIT_EXPECT_FALSE(test, blocked.early);
	cotask_future_fini(&blocked.f);
}

static int block_for(void *x)
{
	cotask_block(x, COTASK_FOREVER, TASK_IDLE);
	complete(&blocked.ended);
	return 0;
}

/* A thread sleeps until @x is done, which @end brings about; without a wake-up it is kicked. */
static void block_until(struct env *env, struct cotask_awaitable *x,
			void (*end)(struct env *env))
{
	struct kunit *test = env->test;
	unsigned long left;

	init_completion(&blocked.ended);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(block_for, x, "cotask_block")));
	while (!(atomic_read(&x->state) & COTASK_S_WATCHED))
		schedule_timeout_uninterruptible(1);
	end(env);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_done(x));
	left = wait_for_completion_timeout(&blocked.ended, 60 * HZ);
	KUNIT_EXPECT_NE_MSG(test, left, 0UL, "of %s", x->post.ops->name);
	if (left)
		return;
	cotask_block_wake(x);
	wait_for_completion(&blocked.ended);
}

static void complete_two(struct env *env)
{
	cotask_future_complete(&env->future[0], 1);
	cotask_future_complete(&env->future[1], 2);
}

static void cancel_shield(struct env *env)
{
	cotask_awaitable_cancel(&env->shield[0].base);
}

/* RT-3: a thread that waits for a set or a shield is woken */
static void thread_waits_for_a_set_and_a_shield(struct kunit *test)
{
	static const struct arg futures[] = {
		{ .kind = ARG_FUTURE, .i = 0 }, { .kind = ARG_FUTURE, .i = 1 }, LAST
	};
	struct env *env = env_of(test);

	block_until(env, make_set(env, 0, 0, futures), complete_two);
	block_until(env, cotask_shield(&env->shield[0], &env->future[2].base), cancel_shield);
}

static void fail_first(struct env *env)
{
	cotask_future_fail(&env->future[0], E1);
}

/* RT-3: ... also when it ends a cycle, in the middle of taking in a member's end */
static void thread_waits_for_a_set_that_is_cut(struct kunit *test)
{
	static const struct arg members[] = {
		{ .kind = ARG_TASK, .i = 1 }, { .kind = ARG_FUTURE, .i = 0 }, LAST
	};
	static const struct line joins[] = { JOIN(2), END };
	static const struct line awaits[] = { AWAIT_SET(0), END };
	struct env *env = env_of(test);
	struct cotask_awaitable *x;

	play(env, 2, awaits);
	play(env, 1, joins);
	x = make_set(env, 0, FAIL_FAST, members);
	settle(env);
	block_until(env, x, fail_first);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(x), (long)-ECANCELED);
	expect_cancelled(env, 1);
	expect_cancelled(env, 2);
}

static void wait_is_interruptible(struct kunit *test)
{
	struct env *env = env_of(test);

	open_group(env);
	play(env, 0, forever);
	elsewhere(env, submit_elsewhere);
	elsewhere(env, wait_with_a_signal);
	cotask_submission_put(submission);
	stop(env, COTASK_FOREVER);
	close_group(env);
}

/* --- blocks with a deadline ------------------------------------------------------------------ */

static struct {
	struct cotask_frame frame;
	struct cotask_timeout timeout;
	s64 ns;
	bool leave;
	int rounds;
} block;

static long in_block(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, first, second);

	block.rounds = 0;
	CO_TIMEOUT(&block.timeout, block.ns, rc) {
		block.rounds++;
		CO_AWAIT(first, rc, cotask_sleep(task, 10 * MS));
		if (rc || block.leave)
			continue;
		CO_AWAIT(second, rc, cotask_sleep(task, 10 * MS));
		if (!rc)
			rc = 7;
	}
	return rc;
}

static long run_block(struct env *env, s64 ms, bool leave)
{
	struct cotask *task;
	long rc;

	block.ns = ms * MS;
	block.leave = leave;
	task = cotask_spawn(cotask_loop_root(env->loop),
			    cotask_frame_init(&block.frame, in_block, NULL), NULL);
	settle(env);
	pass(env, 10);
	pass(env, 10);
	rc = cotask_result(task);
	KUNIT_EXPECT_EQ(env->test, block.rounds, 1);
	cotask_put(task);
	return rc;
}

/* TO-8, TO-10: a block ends once, in time or not, and whichever way it is left */
static void block_with_a_deadline(struct kunit *test)
{
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, run_block(env, 100, false), 7L);
	KUNIT_EXPECT_EQ(test, run_block(env, 100, true), 0L);
	KUNIT_EXPECT_EQ(test, run_block(env, 15, false), (long)-ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, run_block(env, 5, true), (long)-ETIMEDOUT);
}

/* --- loops ------------------------------------------------------------------------------------ */

static void options_of_a_loop(struct kunit *test)
{
	struct cotask_loop_options o = { .name = "kunit-nice", .nice = 5 };
	struct cotask_loop *loop;

	o.cpus = cpumask_of(0);
	loop = cotask_loop_create_with(&o);
	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
	o.flags = COTASK_LOOP_HERE;
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_loop_create_with(&o)), (long)-EINVAL);
	o.flags = COTASK_LOOP_FIFO;
	o.nice = 20;
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_loop_create_with(&o)), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_loop_create_with(NULL)), (long)-EINVAL);
	o.nice = 0;
	loop = cotask_loop_create_with(&o);
	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
}

/* The thread of a loop has the properties that the options request */
static long look_at_thread(struct cotask *task, struct cotask_frame *frame)
{
	return cpumask_weight(current->cpus_ptr) * 1000 + task_nice(current) * 10 +
	       (current->policy == SCHED_FIFO);
}

static void thread_of_a_loop(struct kunit *test)
{
	struct cotask_loop_options nice = { .nice = 5, .cpus = cpumask_of(0) };
	struct cotask_loop_options fifo = { .flags = COTASK_LOOP_FIFO, .cpus = cpumask_of(0) };
	struct cotask_loop_options *o[] = { &nice, &fifo };
	static const long expected[] = { 1050, 1001 };
	struct cotask_frame frame;
	struct cotask_submission *s;
	struct cotask_loop *loop;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(o); i++) {
		loop = cotask_loop_create_with(o[i]);
		KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
		s = cotask_submit(loop, cotask_frame_init(&frame, look_at_thread, NULL), NULL);
		KUNIT_EXPECT_EQ(test, cotask_submission_wait(s, COTASK_FOREVER), 0);
		KUNIT_EXPECT_EQ(test, cotask_submission_result(s), expected[i]);
		cotask_submission_put(s);
		cotask_loop_stop(loop, COTASK_FOREVER);
	}
}

/* AW-5: the tasks of coroutines, and what else is gathered, belong to one loop */
static void gathers_two_loops(struct env *env, struct cotask *task)
{
	static const struct line child[] = { LOG("child"), END };
	struct cotask_loop *other = cotask_manual_create(0);
	struct cotask_member m[2];
	struct cotask_future foreign;

	KUNIT_ASSERT_FALSE(env->test, IS_ERR(other));
	cotask_future_init(&foreign, other);
	m[0] = COTASK_MEMBER(&foreign.base);
	m[1] = COTASK_MEMBER_CORO(script_frame(env, child));
	KUNIT_EXPECT_EQ(env->test, PTR_ERR(cotask_gather(&env->set[0], NULL, m, 2, 0)), -EXDEV);
	cotask_future_fini(&foreign);
	cotask_loop_stop(other, 0);
}

static void two_loops_of_a_thread(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { HOOK(gathers_two_loops), END };

	play(env, 0, p);
	settle(env);
	expect_log(env, "");
	expect_finished(env, 0, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(completions_are_counted),
	KUNIT_CASE(completed_by_interrupts),
	KUNIT_CASE(completion_goes_on),
	KUNIT_CASE(completion_of_a_thread),
	KUNIT_CASE(completion_in_use),
	KUNIT_CASE(completion_of_a_closed_loop),
	KUNIT_CASE(submitted_into_a_group),
	KUNIT_CASE(stray_wake_up),
	KUNIT_CASE(thread_waits_for_a_set_and_a_shield),
	KUNIT_CASE(thread_waits_for_a_set_that_is_cut),
	KUNIT_CASE(wait_is_interruptible),
	KUNIT_CASE(block_with_a_deadline),
	KUNIT_CASE(options_of_a_loop),
	KUNIT_CASE(thread_of_a_loop),
	KUNIT_CASE(two_loops_of_a_thread),
	{}
};

struct kunit_suite cotask_driver_suite = {
	.name = "cotask_driver",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
