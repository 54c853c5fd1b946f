/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - futures, shields and callbacks
 *
 * Part of <cotask.h>, which describes the conventions.
 */
#ifndef COTASK_FUTURE_H
#define COTASK_FUTURE_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct cotask_future - an outcome that a task, a thread or a signal handler provides
 * @base: the awaitable
 */
struct cotask_future {
	struct cotask_awaitable base;
};

/**
 * cotask_future_init - initialise a future
 * @f: the future
 *
 * The future belongs to the loop that the calling thread runs.  The caller destroys it with
 * cotask_future_fini().
 *
 * Return: 0, or a negative errno.
 */
int cotask_future_init(struct cotask_future *f);

/**
 * cotask_future_fini - destroy a future
 * @f: the future; no thread may complete it any more
 *
 * Tasks that wait for @f continue to wait until they are cancelled or the loop ends.
 */
void cotask_future_fini(struct cotask_future *f);

/**
 * cotask_future_complete - complete a future with a value
 * @f: the future
 * @value: >= 0
 *
 * Any thread, and signal handlers in threads that run no loop.
 *
 * Return: 0; -EINVAL if @f is already done (AW-6, AW-7).
 */
int cotask_future_complete(struct cotask_future *f, long value);

/**
 * cotask_future_fail - complete a future with an error
 * @f: the future
 * @error: a negative errno
 *
 * Return: As cotask_future_complete().
 */
int cotask_future_fail(struct cotask_future *f, int error);

/**
 * cotask_future_cancel - cancel a future
 * @f: the future
 *
 * Any thread.
 *
 * Return: true if @f was not done.
 */
bool cotask_future_cancel(struct cotask_future *f);

/**
 * cotask_await_future - await a future
 * @f: the future
 *
 * Return: As cotask_await().
 */
__cotask_must_check long cotask_await_future(struct cotask_future *f);

/**
 * struct cotask_shield - takes over the outcome of another awaitable
 * @base: the awaitable; a cancel of it is not passed on to the shielded awaitable
 */
struct cotask_shield {
	struct cotask_awaitable base;
};

/**
 * cotask_shield - shield an awaitable from cancels
 * @s: the shield
 * @inner: the awaitable to shield
 *
 * The caller destroys the shield with cotask_shield_drop().
 *
 * Return: The awaitable to await and to cancel in place of @inner.  If the call fails, an
 *	await of it returns the error.
 */
struct cotask_awaitable *cotask_shield(struct cotask_shield *s, struct cotask_awaitable *inner);

/**
 * cotask_shield_drop - destroy a shield
 * @s: the shield
 */
void cotask_shield_drop(struct cotask_shield *s);

/**
 * cotask_await_shielded - await without passing a cancel of the caller on
 * @inner: the awaitable
 *
 * Return: As cotask_await().
 */
__cotask_must_check long cotask_await_shielded(struct cotask_awaitable *inner);

/**
 * struct cotask_callback - a function that a loop calls
 * @fn: called in the loop's thread, without a current task; the loop passes a negative
 *	return value to its error handler (TK-7)
 * @x: the awaitable that is done, or NULL
 *
 * The caller may reuse the struct once @fn has been called, or once cotask_off_done() has
 * removed it.
 */
struct cotask_callback {
	int			(*fn)(struct cotask_callback *cb, struct cotask_awaitable *x);
	struct cotask_awaitable	*x;
};

/**
 * cotask_on_done - register a function that the loop calls when an awaitable is done
 * @x: the awaitable, which must exist until then
 * @cb: the callback
 * @fn: the function
 *
 * If @x is already done, the loop calls @fn on its next turn (TK-4).
 *
 * Return: 0, or a negative errno.
 */
int cotask_on_done(struct cotask_awaitable *x, struct cotask_callback *cb,
		   int (*fn)(struct cotask_callback *cb, struct cotask_awaitable *x));

/**
 * cotask_off_done - remove a callback
 * @x: the awaitable
 * @cb: the callback
 *
 * Return: The number of registrations that were removed; 0 if it is too late (TK-5); a
 *	negative errno.
 */
int cotask_off_done(struct cotask_awaitable *x, struct cotask_callback *cb);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_FUTURE_H */
