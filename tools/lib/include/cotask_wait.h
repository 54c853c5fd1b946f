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

#ifdef __cplusplus
}
#endif

#endif /* COTASK_WAIT_H */
