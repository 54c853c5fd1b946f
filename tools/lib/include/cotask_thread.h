/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - other threads: blocking work, and tasks from outside
 */
#ifndef COTASK_THREAD_H
#define COTASK_THREAD_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The await ends when the function has, also when it was cancelled. */
#define COTASK_JOB_UNINTERRUPTIBLE	0x1

/**
 * cotask_to_thread - run a function that may block, in another thread
 * @fn: the function; it sees a copy of the caller's context variables (TH-2)
 * @arg: its argument
 * @flags: COTASK_JOB_*
 *
 * When the caller is cancelled it goes on at once (TH-3), and the function to its end,
 * so what @arg points to has to stay; or take %COTASK_JOB_UNINTERRUPTIBLE.  The loop
 * does not end before the function has (TH-5).  64 functions run at a time, others
 * wait.
 *
 * Return: The outcome of @fn; -ECANCELED; -EAGAIN: no thread can be made.
 */
__cotask_must_check long cotask_to_thread(cotask_fn fn, void *arg, uint32_t flags);

/**
 * cotask_job_unwanted - whether nobody waits any more for the function that calls this
 *
 * For functions that cotask_to_thread() runs.
 *
 * Return: true if its task was cancelled (TH-B1).
 */
bool cotask_job_unwanted(void);

/**
 * cotask_call_soon - have a function run by a loop
 * @loop: the loop
 * @cb: the callback
 * @fn: the function, called without an awaitable
 *
 * Any thread.  Those of one thread run in order (RT-6).
 *
 * Return: 0; -ESHUTDOWN if the loop was closed.
 */
int cotask_call_soon(struct cotask_loop *loop, struct cotask_callback *cb,
		     int (*fn)(struct cotask_callback *cb, struct cotask_awaitable *x));

struct cotask_submission;

/**
 * cotask_submit - start a task on the loop of another thread
 * @loop: the loop, which may begin to run later
 * @fn: the code
 * @arg: for @fn
 * @name: its name, or NULL
 *
 * Any thread.
 *
 * Return: A handle, to be dropped by cotask_submission_put().  NULL: ESHUTDOWN: the
 *	loop was closed.
 */
__cotask_must_check struct cotask_submission *cotask_submit(struct cotask_loop *loop,
							    cotask_fn fn, void *arg,
							    const char *name);

/**
 * cotask_submission_wait - block until the task has ended
 * @s: the handle
 * @ns: for how long, or COTASK_FOREVER
 *
 * Any thread but the loop's.
 *
 * Return: 0; -ETIMEDOUT (the task goes on, RT-3); -EDEADLK in the loop's thread; -EINTR.
 */
__cotask_must_check int cotask_submission_wait(struct cotask_submission *s, int64_t ns);

/**
 * cotask_submission_done - whether it is done
 * @s: the handle
 *
 * Any thread.
 *
 * Return: true if so.
 */
bool cotask_submission_done(const struct cotask_submission *s);

/**
 * cotask_submission_result - the outcome
 * @s: the handle
 *
 * Any thread.
 *
 * Return: What the task has ended with (RT-2); -ECANCELED; -EINPROGRESS.
 */
long cotask_submission_result(struct cotask_submission *s);

/**
 * cotask_submission_cancel - cancel the task
 * @s: the handle, which is done with this
 *
 * Any thread.
 *
 * Return: true if it was not done (RT-4).
 */
bool cotask_submission_cancel(struct cotask_submission *s);

/**
 * cotask_submission_cancel_and_wait - cancel the task, block until it has really ended
 * @s: the handle
 *
 * Any thread but the loop's.
 *
 * Return: 0; -EDEADLK in the loop's thread; -EINTR.
 */
__cotask_must_check int cotask_submission_cancel_and_wait(struct cotask_submission *s);

/**
 * cotask_submission_put - drop the handle
 * @s: the handle, or NULL
 *
 * Any thread.  The task goes on.
 */
void cotask_submission_put(struct cotask_submission *s);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_THREAD_H */
