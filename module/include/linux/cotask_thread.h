/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - between loops and other threads: blocking work, and tasks from outside
 *
 * A task passes blocking work to a worker thread as a *job*, and receives the result as
 * the outcome of an await, see cotask_to_thread().  Conversely, any thread can submit a
 * coroutine to a loop, and block until it has ended, see cotask_submit().
 */
#ifndef _LINUX_COTASK_THREAD_H
#define _LINUX_COTASK_THREAD_H

#include <linux/cotask.h>
#include <linux/workqueue.h>

/**
 * struct cotask_job - a function that may block
 * @base: the awaitable
 * @work: in the workqueue
 * @fn: the function [I]
 * @release: frees what the job is embedded in, with the last reference; or NULL [I]
 * @home: the group that is not over before @fn has ended [L]
 * @context: copy of the context variables of the task that has started it [I]
 * @state: idle, queued, running ... [A]
 * @value: return value of @fn
 * @flags: COTASK_JOB_* [I]
 *
 * To be embedded.  Counted references: the caller's, which it drops by
 * cotask_job_put() when it no longer needs the job, and that of the worker.
 */
struct cotask_job {
	struct cotask_awaitable	base;
	struct work_struct	work;
	long			(*fn)(struct cotask_job *job);
	void			(*release)(struct cotask_job *job);
	struct cotask_group	*home;
	unsigned long		context;
	atomic_t		state;
	long			value;
	u32			flags;
};

/* The await does not end before the function, not even when it is cancelled. */
#define COTASK_JOB_UNINTERRUPTIBLE	BIT(0)
#define COTASK_JOB_ALL			COTASK_JOB_UNINTERRUPTIBLE

void cotask_job_init(struct cotask_job *job, long (*fn)(struct cotask_job *job),
		     void (*release)(struct cotask_job *job));
void cotask_job_put(struct cotask_job *job);
struct cotask_await __must_check cotask_to_thread(struct cotask *task,
						  struct cotask_job *job, u32 flags);
/**
 * cotask_job_result - what the function of a job has returned
 * @job: a job whose function has ended: its await with COTASK_JOB_UNINTERRUPTIBLE is over
 *
 * If the await was cancelled while the function ran, the await returns -ECANCELED.  This call
 * returns the value of the function, so that the caller can release what the function acquired.
 *
 * Context: A step of the task that has awaited it.
 * Return: What the function has returned; -ECANCELED if it has not run.
 */
static inline long cotask_job_result(const struct cotask_job *job)
{
	return job->value;
}

bool cotask_job_unwanted(const struct cotask_job *job);

int cotask_call_soon(struct cotask_loop *loop, struct cotask_callback *cb,
		     int (*fn)(struct cotask_callback *cb, struct cotask_awaitable *x));

struct cotask_submission;

struct cotask_submission *cotask_submit_into(struct cotask_group *group,
					     struct cotask_frame *frame, const char *name);

/**
 * cotask_submit - run a coroutine on a loop, from any thread
 * @loop: the loop, whose root group owns the task
 * @frame: a fresh coroutine
 * @name: of the task, copied; or NULL
 *
 * A driver that has a group submits into that, see cotask_submit_into().
 *
 * Context: Process context.
 * Return: As cotask_submit_into().
 */
static inline struct cotask_submission *cotask_submit(struct cotask_loop *loop,
						      struct cotask_frame *frame,
						      const char *name)
{
	return cotask_submit_into(cotask_loop_root(loop), frame, name);
}
bool cotask_submission_cancel(struct cotask_submission *s);
int cotask_submission_cancel_and_wait(struct cotask_submission *s);
void cotask_submission_put(struct cotask_submission *s);
struct cotask_awaitable *cotask_submission_awaitable(struct cotask_submission *s);

/**
 * cotask_submission_done - whether a submission has its outcome
 * @s: the submission
 *
 * Context: Any.
 * Return: true if so.
 */
static inline bool cotask_submission_done(struct cotask_submission *s)
{
	return cotask_awaitable_done(cotask_submission_awaitable(s));
}

/**
 * cotask_submission_cancelled - whether a submission, or its task, was cancelled
 * @s: the submission
 *
 * Context: Any.
 * Return: true if its outcome is CANCELLED.
 */
static inline bool cotask_submission_cancelled(struct cotask_submission *s)
{
	return cotask_awaitable_cancelled(cotask_submission_awaitable(s));
}

/**
 * cotask_submission_result - the outcome of a submission
 * @s: the submission
 *
 * Context: Any.
 * Return: As cotask_result() of the task (RT-2); -EINPROGRESS if it is pending.
 */
static inline long cotask_submission_result(struct cotask_submission *s)
{
	return cotask_awaitable_result(cotask_submission_awaitable(s));
}

/**
 * cotask_submission_wait - block until a submission has its outcome
 * @s: the submission
 * @timeout_ns: for how long; COTASK_FOREVER
 *
 * Context: Process context, sleeps; not from the loop itself.
 * Return: 0; -ETIMEDOUT, and the task continues (RT-3); -EINTR when a fatal signal is
 *	pending; -EDEADLK on the loop itself (RT-B1); -EINVAL in an interrupt, or with
 *	interrupts disabled.
 */
static inline int cotask_submission_wait(struct cotask_submission *s, s64 timeout_ns)
{
	return cotask_block(cotask_submission_awaitable(s), timeout_ns, TASK_KILLABLE);
}

/**
 * cotask_submission_wait_interruptible - the same, until a signal has come
 * @s: the submission
 * @timeout_ns: for how long; COTASK_FOREVER
 *
 * Context: Process context, sleeps; not from the loop itself.
 * Return: 0; -ETIMEDOUT, and the task continues (RT-3); -ERESTARTSYS when a signal is
 *	pending; -EDEADLK on the loop itself (RT-B1); -EINVAL in an interrupt, or with
 *	interrupts disabled.
 */
static inline int cotask_submission_wait_interruptible(struct cotask_submission *s,
						       s64 timeout_ns)
{
	return cotask_block(cotask_submission_awaitable(s), timeout_ns, TASK_INTERRUPTIBLE);
}

#endif /* _LINUX_COTASK_THREAD_H */
