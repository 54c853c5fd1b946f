// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - blocking work in a worker thread
 *
 *	idle --> queued --> running --> ended        (the worker)
 *	            `--> dropped  `--> unwanted      (the canceller)
 *
 * @state decides whether a function runs at all (TH-4).  In each case the worker finally posts
 * the job to its loop, where the job completes unless its await was cancelled before.  Until then
 * the job holds its group like a child, so that stopping a group or a loop waits for its jobs
 * (TH-5).  A canceller that takes a job out of the queue of the workers, before any of them has
 * it, posts it instead: functions of others, which may keep all workers busy, do not delay that.
 */
#include <linux/cotask_thread.h>

#include "await.h"

enum job_state {
	JOB_IDLE,
	JOB_QUEUED,
	JOB_RUNNING,
	JOB_DROPPED,
	JOB_UNWANTED,
};

/* Tests limit how many of them there are. */
struct workqueue_struct *cotask_workers;
EXPORT_FOR_TESTS(cotask_workers);

int cotask_offload_init(void)
{
	cotask_workers = alloc_workqueue("cotask", WQ_UNBOUND, 0);
	return cotask_workers ? 0 : -ENOMEM;
}

void cotask_offload_exit(void)
{
	destroy_workqueue(cotask_workers);
}

static struct cotask_job *job_of(struct cotask_awaitable *x)
{
	return container_of(x, struct cotask_job, base);
}

static void settle(struct cotask_job *job, long result, int how)
{
	if (!cotask_awaitable_done(&job->base))
		cotask_awaitable_settle(&job->base, result, how);
}

/* The function has ended, or will not run. */
static void job_posted(struct cotask_post *post)
{
	struct cotask_job *job = job_of(container_of(post, struct cotask_awaitable, post));
	struct cotask_loop *loop = job->base.loop;
	struct cotask_group *home = job->home;

	cotask_debug_dead(&job->base);
	if (atomic_read(&job->state) == JOB_RUNNING)
		settle(job, job->value, 0);
	else
		settle(job, -ECANCELED, COTASK_S_CANCELLED);
	loop->foreign++;
	cotask_job_put(job);
	loop->foreign--;
	home->jobs--;
	cotask_group_check_over(home);
}

/* Cannot fail: the job keeps its group open, and that the loop. */
static void post(struct cotask_job *job)
{
	cotask_loop_post(job->base.loop, &job->base.post);
}

/* Whether the function was kept from running (TH-4). */
static bool unqueue(struct cotask_job *job)
{
	if (atomic_cmpxchg(&job->state, JOB_QUEUED, JOB_DROPPED) != JOB_QUEUED)
		return false;
	/* Otherwise a worker has it already, and posts it, or cotask_to_thread() does. */
	if (cancel_work(&job->work))
		post(job);
	return true;
}

/* The function is not interrupted; its result is dropped (TH-3). */
static bool job_cancel(struct cotask_awaitable *x, struct cotask *waiter,
		       const struct cotask_reason *why)
{
	struct cotask_job *job = job_of(x);

	if (cotask_awaitable_done(x))
		return false;
	cotask_race_point(JOB_DROP, job);
	if (!unqueue(job))
		atomic_cmpxchg(&job->state, JOB_RUNNING, JOB_UNWANTED);
	if (!(job->flags & COTASK_JOB_UNINTERRUPTIBLE))
		settle(job, -ECANCELED, COTASK_S_CANCELLED);
	return true;
}

static void job_let_go(struct cotask_awaitable *x, struct cotask *waiter)
{
	job_cancel(x, waiter, NULL);
}

static const struct cotask_awaitable_ops job_ops = {
	.name = "thread",
	.cancel = job_cancel,
	.posted = job_posted,
	.let_go = job_let_go,
	.internal = true,
};

static void job_work(struct work_struct *work)
{
	struct cotask_job *job = container_of(work, struct cotask_job, work);

	cotask_race_point(JOB_RUN, job);
	if (atomic_cmpxchg(&job->state, JOB_QUEUED, JOB_RUNNING) == JOB_QUEUED) {
		long value = job->fn(job);

		job->value = value < -MAX_ERRNO ? -EINVAL : value;
	}
	cotask_race_point(JOB_DONE, job);
	post(job);
}

/**
 * cotask_job_init - make a job
 * @job: the job, not in use
 * @fn: what to run; a value >= 0 or a negative errno
 * @release: frees what @job is embedded in, called with the last reference, in any
 *	context; NULL: nothing to free, for COTASK_JOB_UNINTERRUPTIBLE only
 *
 * Context: Any.
 */
void cotask_job_init(struct cotask_job *job, long (*fn)(struct cotask_job *job),
		     void (*release)(struct cotask_job *job))
{
	memset(job, 0, sizeof(*job));
	cotask_awaitable_init(&job->base, NULL, &job_ops);
	INIT_WORK(&job->work, job_work);
	job->fn = fn;
	job->release = release;
}
EXPORT_SYMBOL_GPL(cotask_job_init);

/**
 * cotask_job_put - drop a reference to a job
 * @job: the job, or NULL
 *
 * The function may still be running (TH-B1).
 *
 * Context: Any that the release function and kfree() allow.
 */
void cotask_job_put(struct cotask_job *job)
{
	cotask_race_point(PUT_JOB, job);
	if (!job || !refcount_dec_and_test(&job->base.refs))
		return;
	cotask_context_drop(job->context);
	if (job->release)
		job->release(job);
}
EXPORT_SYMBOL_GPL(cotask_job_put);

static int check(const struct cotask *task, struct cotask_job *job, u32 flags)
{
	if (!job || !job->fn || (flags & ~COTASK_JOB_ALL))
		return -EINVAL;
	if (!job->release && !(flags & COTASK_JOB_UNINTERRUPTIBLE))
		return -EINVAL;
	if (task->base.loop->current_task != task)
		return -EINVAL;
	return atomic_cmpxchg(&job->state, JOB_IDLE, JOB_QUEUED) == JOB_IDLE ? 0 : -EINVAL;
}

/**
 * cotask_to_thread - run a function that may block, and await its outcome
 * @task: the current task
 * @job: made by cotask_job_init(), runs once; the caller keeps its reference
 * @flags: COTASK_JOB_*
 *
 * The function runs in a worker thread, while the loop continues (TH-1).  It sees a copy of the
 * task's context variables, by cotask_job_var_get() (TH-2).
 *
 * When @task is cancelled meanwhile, the await ends at once.  If the function has not begun, it
 * does not run (TH-3, TH-4); if it has, it can check cotask_job_unwanted().  With
 * COTASK_JOB_UNINTERRUPTIBLE the await ends when the function has ended (TH-B2), so that the job
 * can be embedded in the frame; after a cancel it returns -ECANCELED, and cotask_job_result()
 * returns what the function has returned.
 *
 * Stopping the group or the loop waits for the function (TH-5).
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns what the function has returned;
 *	-ECANCELED; -EINVAL for a bad argument, or a job that has run.
 */
struct cotask_await cotask_to_thread(struct cotask *task, struct cotask_job *job, u32 flags)
{
	struct cotask_await op;
	int rc = check(task, job, flags);

	if (rc)
		return cotask_refuse(task, rc);
	cotask_debug_live(&job->base);
	job->base.loop = task->base.loop;
	job->flags = flags;
	job->value = -ECANCELED;
	job->context = cotask_context_copy(task);
	job->home = cotask_group_for_spawn(NULL);
	job->home->jobs++;
	refcount_inc(&job->base.refs);
	op = cotask_park(task, &job->base);
	/* A task that is armed has dropped it: no worker may see it before. */
	if (atomic_read(&job->state) == JOB_QUEUED)
		queue_work(cotask_workers, &job->work);
	else
		post(job);
	return op;
}
EXPORT_SYMBOL_GPL(cotask_to_thread);

/**
 * cotask_job_unwanted - whether the result of the function is no longer awaited
 * @job: the job
 *
 * Context: Any; to be polled by a function that takes long (TH-B1).
 * Return: true if its await was cancelled.
 */
bool cotask_job_unwanted(const struct cotask_job *job)
{
	return atomic_read(&job->state) == JOB_UNWANTED;
}
EXPORT_SYMBOL_GPL(cotask_job_unwanted);

/**
 * cotask_job_var_get - read a context variable in a function
 * @job: the job
 * @var: the variable
 * @otherwise: what to return if it was not set
 *
 * Context: The function of @job.
 * Return: The value that the task had when it started the job (TH-2).
 */
long cotask_job_var_get(const struct cotask_job *job, const struct cotask_var *var,
			long otherwise)
{
	return cotask_context_find(job->context, var, otherwise);
}
EXPORT_FOR_TESTS(cotask_job_var_get);
