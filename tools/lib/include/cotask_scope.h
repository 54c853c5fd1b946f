/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - shielded sections and cancel scopes
 *
 * A *shielded section* delays cancels until the task leaves it.  A *cancel scope* makes
 * every wait inside it fail once it was cancelled.  A task leaves scopes, timeouts and
 * groups in the reverse order of entering.
 */
#ifndef COTASK_SCOPE_H
#define COTASK_SCOPE_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct cotask_section - a part of a task that a cancel does not interrupt
 * @base: handle in the kernel
 */
struct cotask_section {
	struct cotask_awaitable base;
};

/**
 * cotask_shield_enter - enter a shielded section, for instance for clean-up code
 * @s: the section
 * @ns: maximum duration, or COTASK_FOREVER
 *
 * Cancels from outside are counted, and delivered after the task has left the section
 * (SH-B2).
 *
 * Return: 0, or a negative errno.
 */
__cotask_must_check int cotask_shield_enter(struct cotask_section *s, int64_t ns);

/**
 * cotask_shield_exit - leave a shielded section
 * @s: the section, the innermost scope of the calling task
 * @rc: outcome of the body, the code between enter and exit
 *
 * Return: @rc; -ETIMEDOUT if the section took too long; -EINVAL without side effects if @s is
 *	not the innermost scope.
 */
__cotask_must_check long cotask_shield_exit(struct cotask_section *s, long rc);

/**
 * struct cotask_cancel_scope - a part of a task in which a cancel is permanent
 * @base: handle in the kernel
 * @deadline: time at which the scope is cancelled
 * @state: initialised, entered or left
 */
struct cotask_cancel_scope {
	struct cotask_awaitable	base;
	int64_t			deadline;
	uint64_t		state;
};

/**
 * cotask_cancel_scope_init - initialise a cancel scope
 * @s: the scope
 * @deadline: time at which the scope is cancelled, on CLOCK_MONOTONIC, or COTASK_FOREVER
 */
void cotask_cancel_scope_init(struct cotask_cancel_scope *s, int64_t deadline);

/**
 * cotask_cancel_scope_enter - enter a cancel scope
 * @s: the scope
 *
 * Return: 0; -EALREADY if the scope was entered before.
 */
__cotask_must_check int cotask_cancel_scope_enter(struct cotask_cancel_scope *s);

/**
 * cotask_cancel_scope_cancel - cancel a cancel scope
 * @s: the scope, before or after cotask_cancel_scope_enter()
 *
 * From now on every wait inside the scope fails (CX-B1).
 *
 * Return: 0, or a negative errno.
 */
int cotask_cancel_scope_cancel(struct cotask_cancel_scope *s);

/**
 * cotask_cancel_scope_exit - leave a cancel scope
 * @s: the scope, the innermost scope of the calling task
 * @rc: outcome of the body, the code between enter and exit
 *
 * Return: @rc; 0 if @rc is an -ECANCELED that the scope has caused; -EINVAL without side
 *	effects if @s is not the innermost scope.
 */
__cotask_must_check long cotask_cancel_scope_exit(struct cotask_cancel_scope *s, long rc);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_SCOPE_H */
