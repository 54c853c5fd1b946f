// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - blocking functions in threads
 *
 * A job is a function and a future of the task's loop, which the worker completes.  The worker may
 * complete the future only while the task uses it: later its handle may refer to another
 * object.
 */
#include <signal.h>
#include <stdlib.h>

#include "internal.h"

#define WORKERS_MAX	64
#define IDLE_SECONDS	10

enum job_state { JOB_QUEUED, JOB_RUNNING, JOB_OVER };

/**
 * struct job - a function in a thread
 * @next: next job in the queue
 * @loop: the loop of the waiting task
 * @future: the future that the task waits for
 * @fn: the function
 * @arg: argument of @fn
 * @release: releases @arg when @fn has returned or will not run; or NULL
 * @context: context of the task that has submitted the job
 * @state: protected by @pool.lock
 * @unwanted: the task no longer waits for the job
 * @refs: references held by the task and the worker, protected by @pool.lock
 */
struct job {
	struct job		*next;
	struct cotask_loop	*loop;
	struct cotask_future	future;
	cotask_fn		fn;
	void			*arg;
	void			(*release)(void *arg);
	struct cotask_context	*context;
	enum job_state		state;
	atomic_bool		unwanted;
	unsigned int		refs;
};

static struct {
	pthread_mutex_t	lock;
	pthread_cond_t	work;
	struct job	*first;
	struct job	**last;
	unsigned int	queued;
	unsigned int	workers;
	unsigned int	idle;	/* some of them may have been woken for queued jobs */
} pool = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.work = PTHREAD_COND_INITIALIZER,
	.last = &pool.first,
};

static __thread struct job *this_job __attribute__((tls_model("initial-exec")));

EXPORT bool cotask_job_unwanted(void)
{
	return this_job && atomic_load(&this_job->unwanted);
}

struct cotask_context **cotask_job_context(void)
{
	return this_job ? &this_job->context : NULL;
}

/* --- workers ------------------------------------------------------------------- */

static void job_put(struct job *job)
{
	if (--job->refs)
		return;
	cotask_context_put(job->context);
	free(job);
}

static void release_arg(struct job *job)
{
	if (job->release)
		job->release(job->arg);
}

static void unqueue(struct job *job)
{
	struct job **p = &pool.first;

	while (*p != job)
		p = &(*p)->next;
	*p = job->next;
	if (!*p)
		pool.last = p;
	pool.queued--;
}

/* Drop the job's claim on its loop, which may now be freed. */
static void job_over(struct cotask_loop *loop)
{
	pthread_mutex_lock(&loop->lock);
	if (!--loop->jobs)
		pthread_cond_broadcast(&loop->idle);
	pthread_mutex_unlock(&loop->lock);
}

/* Called with @pool.lock held; releases it while the function runs. */
static void run_job(struct job *job)
{
	struct cotask_op op = { .opcode = COTASK_OP_COMPLETE };
	struct cotask_loop *loop = job->loop;

	job->state = JOB_RUNNING;
	pthread_mutex_unlock(&pool.lock);
	this_job = job;
	op.value = job->fn(job->arg);
	if (op.value < -4095)
		op.value = -EINVAL;	/* not an errno */
	release_arg(job);
	this_job = NULL;
	pthread_mutex_lock(&pool.lock);
	job->state = JOB_OVER;
	if (!atomic_load(&job->unwanted)) {
		op.handle = job->future.base.handle;
		cotask_post(loop, &op);
	}
	job_put(job);
	job_over(loop);
}

/* Wait for a job.  Return: false: the worker was idle for IDLE_SECONDS, and ends. */
static bool wait_for_work(void)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += IDLE_SECONDS;
	pool.idle++;
	while (!pool.first && !rc)
		rc = pthread_cond_timedwait(&pool.work, &pool.lock, &until);
	pool.idle--;
	return pool.first;
}

static void *worker(void *unused)
{
	struct job *job;

	(void)unused;
	pthread_mutex_lock(&pool.lock);
	while (pool.first || wait_for_work()) {
		job = pool.first;
		unqueue(job);
		run_job(job);
	}
	pool.workers--;
	pthread_mutex_unlock(&pool.lock);
	return NULL;
}

/* A worker blocks all signals, so that the program's own threads receive them. */
static int new_worker(void)
{
	pthread_attr_t attr;
	sigset_t all, old;
	pthread_t thread;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, &attr, worker, NULL);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -rc;
}

static void before_fork(void)
{
	pthread_mutex_lock(&pool.lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&pool.lock);
}

/*
 * The workers belong to the parent process, and so do the loops of the queued jobs.  If a worker
 * has called fork(), it is the only worker of the child.
 */
static void in_child(void)
{
	pool.first = NULL;
	pool.last = &pool.first;
	pool.queued = 0;
	pool.workers = this_job ? 1 : 0;
	pool.idle = 0;
	pool.work = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
	pthread_mutex_unlock(&pool.lock);
}

static void watch_forks(void)
{
	pthread_atfork(before_fork, after_fork, in_child);
}

static int enqueue(struct job *job)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int rc = 0;

	pthread_once(&once, watch_forks);
	pthread_mutex_lock(&pool.lock);
	if (pool.queued >= pool.idle && pool.workers < WORKERS_MAX) {
		rc = new_worker();
		if (!rc)
			pool.workers++;
		else if (pool.workers)
			rc = 0;		/* an existing worker runs the job later */
	}
	if (!rc) {
		job->refs++;
		job->next = NULL;
		*pool.last = job;
		pool.last = &job->next;
		pool.queued++;
		pthread_cond_signal(&pool.work);
	}
	pthread_mutex_unlock(&pool.lock);
	return rc;
}

/* --- tasks ------------------------------------------------------------------------ */

static struct job *new_job(struct cotask_loop *loop, cotask_fn fn, void *arg)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->loop = loop;
	job->fn = fn;
	job->arg = arg;
	job->refs = 1;
	if (loop->current->context)
		job->context = cotask_context_copy(loop->current->context);
	return job;
}

/* The task no longer waits.  A function that has not started never runs (TH-4). */
static void give_up(struct job *job)
{
	bool never = false;

	pthread_mutex_lock(&pool.lock);
	atomic_store(&job->unwanted, true);
	if (job->state == JOB_QUEUED) {
		never = true;
		unqueue(job);
		job_put(job);
	}
	pthread_mutex_unlock(&pool.lock);
	if (!never)
		return;
	release_arg(job);
	job_over(job->loop);
}

/* Put the job into the queue; on failure release its argument. */
static long begin_job(struct job *job)
{
	struct cotask_loop *loop = job->loop;
	long rc = cotask_future_init(&job->future);

	if (!rc) {
		pthread_mutex_lock(&loop->lock);
		loop->jobs++;
		pthread_mutex_unlock(&loop->lock);
		rc = enqueue(job);
		if (!rc)
			return 0;
		job_over(loop);
		cotask_future_fini(&job->future);
	}
	release_arg(job);
	return rc;
}

static long run_job_of(struct job *job)
{
	long rc = begin_job(job);

	if (rc)
		return rc;
	rc = cotask_await_future(&job->future);
	give_up(job);
	cotask_future_fini(&job->future);
	return rc;
}

/* A cancel request is delivered only after the function has ended (TH-B2). */
static long run_uninterrupted(struct job *job)
{
	int before = cotask_cancelling(loop_here()->current), after;
	struct cotask_section section;
	long rc, cancelled;

	rc = cotask_shield_enter(&section, COTASK_FOREVER);
	if (rc) {
		release_arg(job);
		return rc;
	}
	rc = cotask_shield_exit(&section, run_job_of(job));
	after = cotask_cancelling(loop_here()->current);
	if (after > before) {
		cancelled = cotask_yield();
		if (cancelled < 0)
			return cancelled;
	}
	return rc;
}

static long run_in_thread(struct job *job, uint32_t flags)
{
	long rc = flags & COTASK_JOB_UNINTERRUPTIBLE ? run_uninterrupted(job) : run_job_of(job);

	pthread_mutex_lock(&pool.lock);
	job_put(job);
	pthread_mutex_unlock(&pool.lock);
	return rc;
}

EXPORT long cotask_to_thread_with(cotask_fn fn, void *arg, void (*release)(void *arg),
				  uint32_t flags)
{
	struct job *job;
	long rc = 0;

	if (!task_here())
		rc = -ESRCH;
	else if (!fn || flags & ~COTASK_JOB_UNINTERRUPTIBLE)
		rc = -EINVAL;
	job = rc ? NULL : new_job(loop_here(), fn, arg);
	if (!job) {
		if (release)
			release(arg);
		return rc ? rc : -ENOMEM;
	}
	job->release = release;
	return run_in_thread(job, flags);
}

EXPORT long cotask_to_thread(cotask_fn fn, void *arg, uint32_t flags)
{
	return cotask_to_thread_with(fn, arg, NULL, flags);
}

void cotask_jobs_wait(struct cotask_loop *loop)
{
	pthread_mutex_lock(&loop->lock);
	while (loop->jobs)
		pthread_cond_wait(&loop->idle, &loop->lock);
	pthread_mutex_unlock(&loop->lock);
}
