/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - more ways to wait for one thing
 */
#ifndef COTASK_WAIT_H
#define COTASK_WAIT_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * cotask_wait_for - await something, but not for longer than ...
 * @x: what to wait for
 * @ns: for how long; COTASK_FOREVER
 *
 * When the time is up @x is cancelled, and waited for (WF-4, WF-6).
 *
 * Return: As cotask_await(); -ETIMEDOUT.
 */
__cotask_must_check long cotask_wait_for(struct cotask_awaitable *x, int64_t ns);

/**
 * cotask_wait_for_call - call a function, but not for longer than ...
 * @fn: the function, which runs in the calling task
 * @arg: its argument
 * @ns: for how long; 0 or less: it is not called (WF-3)
 *
 * Return: The outcome of @fn; -ETIMEDOUT.
 */
__cotask_must_check long cotask_wait_for_call(cotask_fn fn, void *arg, int64_t ns);

/**
 * cotask_cancel_and_wait - cancel a task and wait until it has ended
 * @task: the task
 *
 * Return: 0, whatever the task ends with; -ECANCELED if the caller is cancelled;
 *	-EDEADLK for the caller itself (CX-B6).
 */
__cotask_must_check long cotask_cancel_and_wait(struct cotask *task);

/**
 * cotask_group_start - spawn a child and wait until it is ready
 * @group: the group, which was entered
 * @fn: the child's code, which calls cotask_start_ready()
 * @arg: its argument
 * @name: up to %COTASK_NAME_MAX bytes, copied; NULL: Task-<number>
 *
 * What the child fails with before it is ready is no error of the group, and cancelling
 * the call cancels only that child (TG-B7).
 *
 * Return: The value of cotask_start_ready(); what the child has failed with before;
 *	-ENODATA: it has ended otherwise before; -ECANCELED, and the child was cancelled
 *	and has ended; the errors of cotask_spawn().
 */
__cotask_must_check long cotask_group_start(struct cotask_group *group, cotask_fn fn, void *arg,
					    const char *name);

/**
 * cotask_start_ready - the current task is ready
 * @value: >= 0, what cotask_group_start() gives
 *
 * From now on the task is a child of its group like any other.
 *
 * Return: 0; -EINVAL if @value is negative, or if nobody waits for the task to be ready, or
 *	not any more; -ESRCH outside of a task.
 */
int cotask_start_ready(long value);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_WAIT_H */
