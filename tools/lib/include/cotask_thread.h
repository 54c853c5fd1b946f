/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - other threads: blocking work, and tasks that other threads start
 */
#ifndef COTASK_THREAD_H
#define COTASK_THREAD_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The call returns only after the function has returned, even if the caller is cancelled. */
#define COTASK_JOB_UNINTERRUPTIBLE	0x1

/**
 * cotask_to_thread - run a function that may block in another thread
 * @fn: the function, which has a copy of the caller's context variables (TH-2)
 * @arg: argument of @fn
 * @flags: COTASK_JOB_*
 *
 * When the caller is cancelled, the call returns at once (TH-3), and @fn runs to its end.
 * The memory that @arg points to must remain valid until then, see cotask_to_thread_with().
 * %COTASK_JOB_UNINTERRUPTIBLE makes the call wait for @fn instead.  The loop ends only after
 * @fn has returned (TH-5).  At most 64 functions run at a time; further calls wait.
 *
 * Return: The outcome of @fn; -ECANCELED; -EAGAIN if no thread can be created.
 */
__cotask_must_check long cotask_to_thread(cotask_fn fn, void *arg, uint32_t flags);

/**
 * cotask_to_thread_with - run a function in another thread, and release its argument
 * @fn: the function
 * @arg: argument of @fn
 * @release: called exactly once with @arg: when @fn has returned, and when @fn never runs
 *	because the call has failed or was cancelled.  Runs in any thread, before the call
 *	returns unless the caller was cancelled.  NULL: no function is called
 * @flags: COTASK_JOB_*
 *
 * For a function that a cancelled caller abandons: @arg points to allocated memory, and @release
 * drops the reference of @fn.  Otherwise as cotask_to_thread().
 *
 * Return: As cotask_to_thread().
 */
__cotask_must_check long cotask_to_thread_with(cotask_fn fn, void *arg,
					       void (*release)(void *arg), uint32_t flags);

/**
 * cotask_job_unwanted - whether the task of the calling function was cancelled
 *
 * Call it from a function that cotask_to_thread() runs.
 *
 * Return: true if the task that called cotask_to_thread() was cancelled (TH-B1).
 */
bool cotask_job_unwanted(void);

/**
 * cotask_call_soon - post a function that a loop calls
 * @loop: the loop
 * @cb: the callback
 * @fn: the function; its argument @x is NULL
 *
 * Any thread.  The loop calls the functions of one thread in the order in which that thread
 * has posted them (RT-6).
 *
 * Return: 0; -ESHUTDOWN if the loop was closed.
 */
int cotask_call_soon(struct cotask_loop *loop, struct cotask_callback *cb,
		     int (*fn)(struct cotask_callback *cb, struct cotask_awaitable *x));

struct cotask_submission;

/**
 * cotask_submit - start a task on the loop of another thread
 * @loop: the loop, which may start to run later
 * @fn: code of the task
 * @arg: argument of @fn
 * @name: name of the task, or NULL
 *
 * Any thread.
 *
 * Return: A submission, which the caller drops with cotask_submission_put().  NULL:
 *	ESHUTDOWN: the loop was closed.
 */
__cotask_must_check struct cotask_submission *cotask_submit(struct cotask_loop *loop,
							    cotask_fn fn, void *arg,
							    const char *name);

/**
 * cotask_submission_wait - block until a submitted task has ended
 * @s: the submission
 * @ns: maximum duration, or COTASK_FOREVER
 *
 * Any thread except the loop's.
 *
 * Return: 0; -ETIMEDOUT, and the task continues (RT-3); -EDEADLK in the loop's thread; -EINTR.
 */
__cotask_must_check int cotask_submission_wait(struct cotask_submission *s, int64_t ns);

/**
 * cotask_submission_done - whether a submission is done
 * @s: the submission
 *
 * Any thread.
 *
 * Return: true if @s is done.
 */
bool cotask_submission_done(const struct cotask_submission *s);

/**
 * cotask_submission_result - retrieve the outcome of a submission
 * @s: the submission
 *
 * Any thread.
 *
 * Return: The outcome of the task (RT-2); -ECANCELED if @s was cancelled; -EINPROGRESS if @s
 *	is not done.
 */
long cotask_submission_result(struct cotask_submission *s);

/**
 * cotask_submission_cancel - cancel a submitted task
 * @s: the submission, which is done from now on
 *
 * Any thread.
 *
 * Return: true if @s was not done (RT-4).
 */
bool cotask_submission_cancel(struct cotask_submission *s);

/**
 * cotask_submission_cancel_and_wait - cancel a submitted task and block until it has ended
 * @s: the submission
 *
 * Any thread except the loop's.
 *
 * Return: 0; -EDEADLK in the loop's thread; -EINTR.
 */
__cotask_must_check int cotask_submission_cancel_and_wait(struct cotask_submission *s);

/**
 * cotask_submission_put - drop a submission
 * @s: the submission, or NULL
 *
 * Any thread.  The task continues.
 */
void cotask_submission_put(struct cotask_submission *s);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_THREAD_H */
