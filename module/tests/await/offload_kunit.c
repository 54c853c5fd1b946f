// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - blocking work in threads, and coroutines from other threads
 *
 * Loops here have a kthread of their own; a test waits for what it expects, it does
 * not sleep.
 */
#include <linux/completion.h>
#include <linux/cotask_thread.h>
#include <linux/kthread.h>
#include <linux/slab.h>

#include "../../await/await.h"
#include "../helpers.h"
#include "../suites.h"

/**
 * struct job - a function that a test holds up
 * @job: the job
 * @running: completed when the function has started
 * @go: the function waits for this
 * @ended: completed at its end
 * @runs: number of times that it has run
 * @seen: value of the context variable in the function
 * @unwanted: result of cotask_job_unwanted() at the end
 * @result: return value
 * @released: completed when the job was released
 */
struct job {
	struct cotask_job job;
	struct completion running;
	struct completion go;
	struct completion ended;
	atomic_t runs;
	long seen;
	bool unwanted;
	long result;
	struct completion released;
};

static const struct cotask_var color = { "color" };

static long held_up(struct cotask_job *job)
{
	struct job *j = container_of(job, struct job, job);

	atomic_inc(&j->runs);
	j->seen = cotask_job_var_get(job, &color, -1);
	complete(&j->running);
	wait_for_completion(&j->go);
	j->unwanted = cotask_job_unwanted(job);
	complete(&j->ended);
	return j->result;
}

static void released(struct cotask_job *job)
{
	complete(&container_of(job, struct job, job)->released);
}

static void job_init(struct job *j, long result)
{
	memset(j, 0, sizeof(*j));
	init_completion(&j->running);
	init_completion(&j->go);
	init_completion(&j->ended);
	init_completion(&j->released);
	j->result = result;
	cotask_job_init(&j->job, held_up, released);
}

/**
 * struct caller - a coroutine that runs a job in a thread
 * @frame: its coroutine
 * @j: the job
 * @flags: for cotask_to_thread()
 * @color: context variable, set before
 * @group: its owner; NULL: the root group
 * @began: completed when it runs
 */
struct caller {
	struct cotask_frame frame;
	struct cotask_group *group;
	struct job *j;
	u32 flags;
	long color;
	struct completion began;
};

static long caller_step(struct cotask *task, struct cotask_frame *frame)
{
	struct caller *c = container_of(frame, struct caller, frame);
	long rc;

	CO_BEGIN(task, frame, worked);

	cotask_var_set(task, &color, c->color);
	complete(&c->began);
	CO_AWAIT(worked, rc, cotask_to_thread(task, &c->j->job, c->flags));
	return rc;
}

static struct cotask *call(struct kunit *test, struct cotask_loop *loop, struct caller *c,
			   struct job *j, u32 flags)
{
	struct cotask *t;

	c->j = j;
	c->flags = flags;
	c->color = 42;
	init_completion(&c->began);
	t = cotask_spawn(c->group ?: cotask_loop_root(loop),
			 cotask_frame_init(&c->frame, caller_step, NULL), NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	return t;
}

static int loop_init(struct kunit *test)
{
	test->priv = cotask_loop_create("offload", 0);
	return PTR_ERR_OR_ZERO(test->priv);
}

static void loop_exit(struct kunit *test)
{
	if (!IS_ERR_OR_NULL(test->priv))
		cotask_loop_stop(test->priv, COTASK_FOREVER);
}

/* TH-1, TH-2: runs once elsewhere, sees the context, its value is the outcome */
static void value_and_context(struct kunit *test)
{
	struct caller c = {};
	static struct job j;
	struct cotask *t;

	job_init(&j, 7);
	t = call(test, test->priv, &c, &j, 0);
	wait_for_completion(&j.running);
	KUNIT_EXPECT_FALSE(test, cotask_done(t));
	complete(&j.go);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(test, cotask_result(t), 7L);
	KUNIT_EXPECT_EQ(test, j.seen, 42L);
	KUNIT_EXPECT_EQ(test, atomic_read(&j.runs), 1);
	cotask_put(t);
	cotask_job_put(&j.job);
	wait_for_completion(&j.released);
}

static struct {
	struct completion ended;
	int rc;
} blocked;

static int block_for_job(void *job)
{
	blocked.rc = cotask_block(&((struct cotask_job *)job)->base, 60LL * NSEC_PER_SEC,
				  TASK_IDLE);
	complete(&blocked.ended);
	return 0;
}

/* RT-3: a thread that waits for a job is woken at its end */
static void thread_waits_for_a_job(struct kunit *test)
{
	struct caller c = {};
	static struct job j;
	struct cotask *t;

	job_init(&j, 7);
	init_completion(&blocked.ended);
	t = call(test, test->priv, &c, &j, 0);
	wait_for_completion(&j.running);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(block_for_job, &j.job, "cotask_block")));
	while (!(atomic_read(&j.job.base.state) & COTASK_S_WATCHED))
		schedule_timeout_uninterruptible(1);
	complete(&j.go);
	wait_for_completion(&blocked.ended);
	KUNIT_EXPECT_EQ(test, blocked.rc, 0);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), 0);
	cotask_put(t);
	cotask_job_put(&j.job);
	wait_for_completion(&j.released);
}

/* TH-1: an error is the outcome as well, and the loop goes on meanwhile */
static void error_and_progress(struct kunit *test)
{
	struct caller c, d;
	static struct job slow, quick;
	struct cotask *t, *u;

	job_init(&slow, E1);
	job_init(&quick, 1);
	complete(&quick.go);
	t = call(test, test->priv, &c, &slow, 0);
	wait_for_completion(&slow.running);
	u = call(test, test->priv, &d, &quick, 0);
	KUNIT_EXPECT_EQ(test, cotask_wait(u, COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(test, cotask_result(u), 1L);
	complete(&slow.go);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(test, cotask_result(t), (long)E1);
	cotask_put(t);
	cotask_put(u);
	cotask_job_put(&slow.job);
	cotask_job_put(&quick.job);
	wait_for_completion(&slow.released);
	wait_for_completion(&quick.released);
}

/* TH-3, TH-B1: cancelled while it runs: the await ends at once, the function does not */
static void cancelled_while_it_runs(struct kunit *test)
{
	struct caller c = {};
	static struct job j;
	struct cotask *t;

	job_init(&j, 7);
	t = call(test, test->priv, &c, &j, 0);
	wait_for_completion(&j.running);
	cotask_cancel(t);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), 0);
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(t));
	KUNIT_EXPECT_FALSE(test, completion_done(&j.ended));
	cotask_job_put(&j.job);
	KUNIT_EXPECT_FALSE(test, completion_done(&j.released));
	complete(&j.go);
	wait_for_completion(&j.released);
	KUNIT_EXPECT_TRUE(test, j.unwanted);
	cotask_put(t);
}

/* TH-B2: uninterruptible: the await ends after the function, with -ECANCELED */
static void uninterruptible(struct kunit *test)
{
	struct caller c = {};
	static struct job j;
	struct cotask *t;

	job_init(&j, 7);
	t = call(test, test->priv, &c, &j, COTASK_JOB_UNINTERRUPTIBLE);
	wait_for_completion(&j.running);
	cotask_cancel(t);
	/* When the loop answers, it has processed the cancel. */
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(test->priv, NULL, 0), 1);
	KUNIT_EXPECT_FALSE(test, cotask_done(t));
	complete(&j.go);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), 0);
	KUNIT_EXPECT_TRUE(test, completion_done(&j.ended));
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(t));
	/* The resource that it has acquired is not lost. */
	KUNIT_EXPECT_EQ(test, cotask_job_result(&j.job), 7L);
	cotask_put(t);
	cotask_job_put(&j.job);
	wait_for_completion(&j.released);
}

struct stopper {
	struct cotask_loop *loop;
	struct cotask_group *group;
	struct completion done;
	struct work_struct work;
};

static void stop_loop(struct work_struct *work)
{
	struct stopper *s = container_of(work, struct stopper, work);

	if (s->group)
		cotask_group_stop(s->group, 0);
	else
		cotask_loop_stop(s->loop, 0);
	complete(&s->done);
}

/* Something is stopped while a function of its runs. */
static void stop_waits(struct kunit *test, struct stopper s)
{
	struct caller c = { .group = s.group };
	struct cotask *t;
	static struct job j;

	job_init(&j, 7);
	t = call(test, test->priv, &c, &j, 0);
	wait_for_completion(&j.running);
	init_completion(&s.done);
	INIT_WORK_ONSTACK(&s.work, stop_loop);
	schedule_work(&s.work);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), 0);
	KUNIT_EXPECT_FALSE(test, completion_done(&s.done));
	complete(&j.go);
	wait_for_completion(&s.done);
	KUNIT_EXPECT_TRUE(test, completion_done(&j.ended));
	KUNIT_EXPECT_TRUE(test, j.unwanted);
	destroy_work_on_stack(&s.work);
	cotask_put(t);
	cotask_job_put(&j.job);
	wait_for_completion(&j.released);
}

/* TH-5: the end of the loop waits for a function that runs, not only for its task */
static void shutdown_waits(struct kunit *test)
{
	stop_waits(test, (struct stopper){ .loop = test->priv });
	test->priv = NULL;
}

/* TH-5: ... and so does the end of a group, as in remove() of a driver */
static void group_stop_waits(struct kunit *test)
{
	struct cotask_group g;

	cotask_group_init(&g);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&g, test->priv, 0), 0);
	stop_waits(test, (struct stopper){ .group = &g });
	cotask_group_fini(&g);
}

/* TH-4, TH-5: also if functions of others keep all workers busy */
static void workers_are_busy(struct kunit *test)
{
	static struct job busy, j;
	struct caller other = {}, c = {};
	struct cotask_group g;
	struct cotask *t[2];

	workqueue_set_max_active(cotask_workers, 1);
	job_init(&busy, 6);
	job_init(&j, 7);
	t[0] = call(test, test->priv, &other, &busy, 0);
	wait_for_completion(&busy.running);
	cotask_group_init(&g);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&g, test->priv, 0), 0);
	c.group = &g;
	t[1] = call(test, test->priv, &c, &j, COTASK_JOB_UNINTERRUPTIBLE);
	wait_for_completion(&c.began);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&g, COTASK_FOREVER), 0);
	cotask_group_fini(&g);
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(t[1]));
	KUNIT_EXPECT_EQ(test, atomic_read(&j.runs), 0);
	cotask_put(t[1]);
	cotask_job_put(&j.job);
	wait_for_completion(&j.released);
	complete(&busy.go);
	KUNIT_EXPECT_EQ(test, cotask_wait(t[0], COTASK_FOREVER), 0);
	cotask_put(t[0]);
	cotask_job_put(&busy.job);
	wait_for_completion(&busy.released);
	workqueue_set_max_active(cotask_workers, WQ_DFL_ACTIVE);
}

/* TH-6: many at once, all results arrive */
static void many(struct kunit *test)
{
	static struct caller c[16];
	static struct job j[16];
	struct cotask *t[16];
	int i;

	for (i = 0; i < 16; i++) {
		job_init(&j[i], i);
		complete(&j[i].go);
		t[i] = call(test, test->priv, &c[i], &j[i], 0);
	}
	for (i = 0; i < 16; i++) {
		KUNIT_EXPECT_EQ(test, cotask_wait(t[i], COTASK_FOREVER), 0);
		KUNIT_EXPECT_EQ(test, cotask_result(t[i]), (long)i);
		KUNIT_EXPECT_EQ(test, atomic_read(&j[i].runs), 1);
		cotask_put(t[i]);
		cotask_job_put(&j[i].job);
		wait_for_completion(&j[i].released);
	}
}

/* TH-1: bad jobs are refused without suspending */
static void bad_jobs(struct kunit *test)
{
	struct caller c = {};
	static struct job j;
	struct cotask *t;

	job_init(&j, 7);
	t = call(test, test->priv, &c, &j, BIT(5));
	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(test, cotask_result(t), (long)-EINVAL);
	cotask_put(t);
	/* Without a release function it has to be uninterruptible. */
	cotask_job_init(&j.job, held_up, NULL);
	t = call(test, test->priv, &c, &j, 0);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(test, cotask_result(t), (long)-EINVAL);
	cotask_put(t);
}

/*
 * A worker may begin between the call and the cancel, and is told then; where it has
 * no CPU to run on meanwhile, it must not begin.
 */
static void expect_not_begun(struct kunit *test, struct job *j)
{
	KUNIT_EXPECT_TRUE(test, !atomic_read(&j->runs) || j->unwanted);
	if (num_online_cpus() == 1 && !IS_ENABLED(CONFIG_PREEMPTION))
		KUNIT_EXPECT_EQ(test, atomic_read(&j->runs), 0);
}

/* --- on a manual loop, so that the order is the test's -------------------------- */

/* TH-4: cancelled before it began: it never runs */
static void cancelled_before_it_began(struct kunit *test)
{
	struct cotask_loop *loop = cotask_manual_create(0);
	struct caller c = {};
	static struct job j;
	struct cotask *t;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	job_init(&j, 7);
	c.j = &j;
	t = call(test, loop, &c, &j, 0);
	/* Armed before it gets to the await: cancelled in the call. */
	cotask_manual_turn(loop);
	cotask_cancel(t);
	cotask_manual_turns(loop, 100);
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(t));
	/* The function either never ran, or could read that it is unwanted. */
	complete(&j.go);
	cotask_loop_stop(loop, COTASK_FOREVER);
	cotask_put(t);
	cotask_job_put(&j.job);
	wait_for_completion(&j.released);
	expect_not_begun(test, &j);
}

static long self_cancelled_step(struct cotask *task, struct cotask_frame *frame)
{
	struct caller *c = container_of(frame, struct caller, frame);
	long rc;

	CO_BEGIN(task, frame, worked);

	cotask_cancel(task);
	CO_AWAIT(worked, rc, cotask_to_thread(task, &c->j->job, 0));
	return rc;
}

static const struct line simple[] = { LOG("simple"), RETURN(3) };
static const struct line sleeper[] = { SLEEP(1000), END };
static const struct line fails[] = { RAISE(E1) };
static const struct line swallows[] = { TRY, SLEEP(10), EXCEPT, LOG("swallowed"), ENDTRY,
RETURN(8) };

static struct cotask_submission *submission;

static void submit_simple(struct env *env)
{
	submission = cotask_submit(env->loop, script_frame(env, simple), "s");
}

static void submit_sleeper(struct env *env)
{
	submission = cotask_submit(env->loop, script_frame(env, sleeper), NULL);
}

static void submit_failure(struct env *env)
{
	submission = cotask_submit(env->loop, script_frame(env, fails), NULL);
}

static void submit_swallower(struct env *env)
{
	submission = cotask_submit(env->loop, script_frame(env, swallows), NULL);
}

/* RT-1, RT-2: from another thread: the coroutine runs on the loop; its outcome is the handle's */
static void submitted(struct kunit *test)
{
	struct env *env = env_of(test);

	elsewhere(env, submit_simple);
	KUNIT_ASSERT_FALSE(test, IS_ERR(submission));
	KUNIT_EXPECT_EQ(test, cotask_submission_result(submission), (long)-EINPROGRESS);
	settle(env);
	expect_log(env, "simple");
	KUNIT_EXPECT_EQ(test, cotask_submission_result(submission), 3L);
	cotask_submission_put(submission);

	elsewhere(env, submit_failure);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_submission_result(submission), (long)E1);
	cotask_submission_put(submission);
	KUNIT_EXPECT_EQ(test, env->errors, 0);
}

static void wait_a_moment(struct env *env)
{
	KUNIT_EXPECT_EQ(env->test, cotask_submission_wait(submission, 1), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(env->test, cotask_submission_wait(submission, 0), -ETIMEDOUT);
}

/* RT-3: blocking with a timeout does not cancel; RT-B1: not from the loop itself */
static void blocking_with_a_timeout(struct kunit *test)
{
	struct env *env = env_of(test);

	elsewhere(env, submit_sleeper);
	settle(env);
	elsewhere(env, wait_a_moment);
	KUNIT_EXPECT_FALSE(test, cotask_submission_done(submission));
	KUNIT_EXPECT_EQ(test, cotask_submission_wait(submission, 1000), -EDEADLK);
	KUNIT_EXPECT_EQ(test, cotask_submission_cancel_and_wait(submission), -EDEADLK);
	pass(env, 1000);
	KUNIT_EXPECT_EQ(test, cotask_submission_result(submission), 0L);
	cotask_submission_put(submission);
}

static void cancel_submission(struct env *env)
{
	KUNIT_EXPECT_TRUE(env->test, cotask_submission_cancel(submission));
	KUNIT_EXPECT_TRUE(env->test, cotask_submission_cancelled(submission));
	KUNIT_EXPECT_FALSE(env->test, cotask_submission_cancel(submission));
}

/* RT-4: cancelled at once; the task gets it on the next turn, its outcome is ignored */
static void cancelled_at_once(struct kunit *test)
{
	struct env *env = env_of(test);

	elsewhere(env, submit_swallower);
	settle(env);
	elsewhere(env, cancel_submission);
	expect_log(env, "");
	settle(env);
	expect_log(env, "swallowed");
	KUNIT_EXPECT_TRUE(test, cotask_submission_cancelled(submission));
	KUNIT_EXPECT_EQ(test, cotask_submission_result(submission), (long)-ECANCELED);
	cotask_submission_put(submission);
}

/* RT-5: a spawn that fails is the outcome, and is reported */
static void spawn_fails(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_frame *used = script_frame(env, simple);
	struct cotask_submission *s;

	play(env, 0, simple);
	cotask_put(cotask_spawn(cotask_loop_root(env->loop), used, NULL));
	s = cotask_submit(env->loop, used, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(s));
	KUNIT_EXPECT_EQ(test, cotask_submission_result(s), (long)-EINVAL);
	KUNIT_EXPECT_EQ(test, env->errors, 1);
	cotask_submission_put(s);
	KUNIT_EXPECT_EQ(test, env->errors, 1);
	settle(env);
	expect_log(env, "simple simple");
}

static struct noted soon[3];

static void call_soon_three(struct env *env)
{
	static const char * const word[] = { "a", "b", "c" };
	int i;

	for (i = 0; i < 3; i++) {
		soon[i] = (struct noted){ .env = env, .text = word[i] };
		KUNIT_EXPECT_EQ(env->test, cotask_call_soon(env->loop, &soon[i].cb, note_done), 0);
	}
}

/* RT-6, SC-2: posted functions run in the order of posting, before what comes later */
static void posted_functions(struct kunit *test)
{
	struct env *env = env_of(test);

	elsewhere(env, call_soon_three);
	play(env, 0, simple);
	expect_log(env, "");
	turn(env);
	expect_log(env, "simple a b c");
	call_soon_three(env);
	turn(env);
	expect_log(env, "a b c");
}

/* RT-7: a closed loop refuses; submissions pending at its end are CANCELLED */
static void closed_loop(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_loop *loop = cotask_loop_get(env->loop);
	struct cotask_submission *s;

	elsewhere(env, submit_sleeper);
	settle(env);
	stop(env, COTASK_FOREVER);
	KUNIT_EXPECT_TRUE(test, cotask_submission_cancelled(submission));
	KUNIT_EXPECT_EQ(test, cotask_submission_wait(submission, COTASK_FOREVER), 0);
	cotask_submission_put(submission);
	s = cotask_submit(loop, script_frame(env, simple), NULL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(s), (long)-ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, cotask_call_soon(loop, &soon[0].cb, note_done), -ESHUTDOWN);
	cotask_loop_put(loop);
}

static long stubborn_step(struct cotask *task, struct cotask_frame *frame)
{
	struct caller *c = container_of(frame, struct caller, frame);
	long rc;

	CO_BEGIN(task, frame, slept, worked);

	complete(&c->began);
	CO_AWAIT(slept, rc, cotask_sleep(task, COTASK_FOREVER));
	/* Cleans up, which takes a while. */
	CO_AWAIT(worked, rc, cotask_to_thread(task, &c->j->job, 0));
	return rc;
}

/* RT-B1: cancel and wait returns when the task has really ended */
static void cancel_and_wait(struct kunit *test)
{
	struct cotask_submission *s;
	struct caller c = {};
	static struct job j;

	job_init(&j, 7);
	complete(&j.go);
	c.j = &j;
	init_completion(&c.began);
	s = cotask_submit(test->priv, cotask_frame_init(&c.frame, stubborn_step, NULL), NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(s));
	wait_for_completion(&c.began);
	KUNIT_EXPECT_EQ(test, cotask_submission_cancel_and_wait(s), 0);
	KUNIT_EXPECT_TRUE(test, completion_done(&j.ended));
	KUNIT_EXPECT_TRUE(test, cotask_submission_cancelled(s));
	cotask_submission_put(s);
	cotask_job_put(&j.job);
	wait_for_completion(&j.released);
}

#define ARMED_ROUNDS	1000

/* TH-4, CX-8: a task that is armed when it calls: the function does not begin, ever */
static void armed_when_it_calls(struct kunit *test)
{
	struct env *env = env_of(test);
	struct caller c = {};
	static struct job j;
	unsigned int i;

	c.j = &j;
	for (i = 0; i < ARMED_ROUNDS; i++) {
		job_init(&j, 7);
		complete(&j.go);
		env->task[0] = cotask_spawn(cotask_loop_root(env->loop),
					    cotask_frame_init(&c.frame, self_cancelled_step, NULL),
					    NULL);
		settle(env);
		expect_cancelled(env, 0);
		cotask_job_put(&j.job);
		while (!try_wait_for_completion(&j.released)) {
			settle(env);
			cond_resched();
		}
		KUNIT_ASSERT_EQ(test, atomic_read(&j.runs), 0);
		cotask_put(env->task[0]);
	}
	env->task[0] = NULL;
}

static struct kunit_case offload_cases[] = {
	KUNIT_CASE(value_and_context),
	KUNIT_CASE(thread_waits_for_a_job),
	KUNIT_CASE(error_and_progress),
	KUNIT_CASE(cancelled_while_it_runs),
	KUNIT_CASE(uninterruptible),
	KUNIT_CASE(shutdown_waits),
	KUNIT_CASE(group_stop_waits),
	KUNIT_CASE(workers_are_busy),
	KUNIT_CASE(many),
	KUNIT_CASE(bad_jobs),
	KUNIT_CASE(cancelled_before_it_began),
	KUNIT_CASE(cancel_and_wait),
	{}
};

struct kunit_suite cotask_offload_suite = {
	.name = "cotask_offload",
	.init = loop_init,
	.exit = loop_exit,
	.test_cases = offload_cases,
};

static struct kunit_case submit_cases[] = {
	KUNIT_CASE(submitted),
	KUNIT_CASE(blocking_with_a_timeout),
	KUNIT_CASE(cancelled_at_once),
	KUNIT_CASE(spawn_fails),
	KUNIT_CASE(posted_functions),
	KUNIT_CASE(closed_loop),
	KUNIT_CASE(armed_when_it_calls),
	{}
};

struct kunit_suite cotask_submit_suite = {
	.name = "cotask_submit",
	.init = env_init,
	.exit = env_exit,
	.test_cases = submit_cases,
};
