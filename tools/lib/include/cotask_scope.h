/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - parts of a task that are not interrupted, or cancelled for good
 *
 * As timeouts and groups, they are left in the reverse order of entering.
 */
#ifndef COTASK_SCOPE_H
#define COTASK_SCOPE_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct cotask_section - a part of a task that is not interrupted from outside
 * @base: its handle
 */
struct cotask_section {
	struct cotask_awaitable base;
};

/**
 * cotask_shield_enter - begin a part that is not interrupted, as clean-up code
 * @s: the section
 * @ns: for how long at most, or COTASK_FOREVER
 *
 * Cancels from outside are counted, and come when it is left (SH-B2).
 *
 * Return: 0, or a negative errno.
 */
__cotask_must_check int cotask_shield_enter(struct cotask_section *s, int64_t ns);

/**
 * cotask_shield_exit - leave it
 * @s: the section, the innermost scope of the calling task
 * @rc: what the body has ended with
 *
 * Return: @rc; -ETIMEDOUT if its time was up; -EINVAL and nothing has happened if it is not
 *	the innermost scope.
 */
__cotask_must_check long cotask_shield_exit(struct cotask_section *s, long rc);

/**
 * struct cotask_cancel_scope - a part of a task that can be cancelled for good
 * @base: its handle
 * @deadline: when it is cancelled
 * @state: made, entered or left
 */
struct cotask_cancel_scope {
	struct cotask_awaitable	base;
	int64_t			deadline;
	uint64_t		state;
};

/**
 * cotask_cancel_scope_init - prepare a cancel scope
 * @s: the scope
 * @deadline: when it is cancelled, on CLOCK_MONOTONIC, or COTASK_FOREVER
 */
void cotask_cancel_scope_init(struct cotask_cancel_scope *s, int64_t deadline);

/**
 * cotask_cancel_scope_enter - begin it
 * @s: the scope
 *
 * Return: 0; -EALREADY if it was entered before.
 */
__cotask_must_check int cotask_cancel_scope_enter(struct cotask_cancel_scope *s);

/**
 * cotask_cancel_scope_cancel - cancel it: all waits inside fail from now on (CX-B1)
 * @s: the scope, entered or not yet
 *
 * Return: 0, or a negative errno.
 */
int cotask_cancel_scope_cancel(struct cotask_cancel_scope *s);

/**
 * cotask_cancel_scope_exit - leave it
 * @s: the scope, the innermost one of the calling task
 * @rc: what the body has ended with
 *
 * Return: @rc; 0 in place of an -ECANCELED that the scope has caused; -EINVAL and nothing
 *	has happened if it is not the innermost scope.
 */
__cotask_must_check long cotask_cancel_scope_exit(struct cotask_cancel_scope *s, long rc);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_SCOPE_H */
