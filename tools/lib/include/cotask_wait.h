/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - await with a time limit, cancel and wait, wait until a child is ready
 */
#ifndef COTASK_WAIT_H
#define COTASK_WAIT_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * cotask_wait_for - await with a time limit
 * @x: the awaitable
 * @ns: maximum duration, or COTASK_FOREVER
 *
 * When the time has expired, the function cancels @x and waits until it is done (WF-4, WF-6).
 *
 * Return: As cotask_await(); -ETIMEDOUT.
 */
__cotask_must_check long cotask_wait_for(struct cotask_awaitable *x, int64_t ns);

/**
 * cotask_wait_for_call - call a function with a time limit
 * @fn: the function, which runs in the calling task
 * @arg: argument of @fn
 * @ns: maximum duration; 0 or less: do not call @fn (WF-3)
 *
 * Return: The outcome of @fn; -ETIMEDOUT.
 */
__cotask_must_check long cotask_wait_for_call(cotask_fn fn, void *arg, int64_t ns);

/**
 * cotask_cancel_and_wait - cancel a task and wait until it has ended
 * @task: the task
 *
 * Return: 0, for any outcome of the task; -ECANCELED if the caller is cancelled; -EDEADLK if
 *	@task is the caller (CX-B6).
 */
__cotask_must_check long cotask_cancel_and_wait(struct cotask *task);

/**
 * cotask_group_start - spawn a child and wait until it is ready
 * @group: the group, which was entered
 * @fn: code of the child, which calls cotask_start_ready()
 * @arg: argument of @fn
 * @name: up to %COTASK_NAME_MAX bytes, copied; NULL: Task-<number>
 *
 * Until the child is ready, an error of the child is not an error of the group, and a cancel
 * of the caller cancels only this child (TG-B7).
 *
 * Return: The value that the child has passed to cotask_start_ready(); the error of a child
 *	that has failed before; -ENODATA if the child has ended before without an error;
 *	-ECANCELED, and the child was cancelled and has ended; the errors of cotask_spawn().
 */
__cotask_must_check long cotask_group_start(struct cotask_group *group, cotask_fn fn, void *arg,
					    const char *name);

/**
 * cotask_start_ready - report that the calling task is ready
 * @value: value that cotask_group_start() returns, >= 0
 *
 * From now on the task is a child of its group like any other child.
 *
 * Return: 0; -EINVAL if @value is negative, or if no call of cotask_group_start() waits for
 *	the task; -ESRCH outside of a task.
 */
int cotask_start_ready(long value);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_WAIT_H */
