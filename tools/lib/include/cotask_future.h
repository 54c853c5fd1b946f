/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - futures, shields and callbacks
 *
 * Part of <cotask.h>; conventions are said there.
 */
#ifndef COTASK_FUTURE_H
#define COTASK_FUTURE_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct cotask_future - an outcome that somebody else provides
 * @base: the awaitable
 */
struct cotask_future {
	struct cotask_awaitable base;
};

/**
 * cotask_future_init - make a future
 * @f: the future
 *
 * Of the loop that the calling thread runs.  cotask_future_fini() has to follow.
 *
 * Return: 0, or a negative errno.
 */
int cotask_future_init(struct cotask_future *f);

/**
 * cotask_future_fini - the end of a future
 * @f: the future, which nobody completes any more
 *
 * Who waits for it goes on waiting, until the loop ends or it is cancelled.
 */
void cotask_future_fini(struct cotask_future *f);

/**
 * cotask_future_complete - give a future its value
 * @f: the future
 * @value: >= 0
 *
 * Any thread, and signal handlers in threads that run no loop.
 *
 * Return: 0; -EINVAL if it is done already (AW-6, AW-7).
 */
int cotask_future_complete(struct cotask_future *f, long value);

/**
 * cotask_future_fail - let a future fail
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
 * Return: true if it was not done.
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
 * struct cotask_shield - an outcome that follows another one's
 * @base: the awaitable; cancelling it leaves the shielded one alone
 */
struct cotask_shield {
	struct cotask_awaitable base;
};

/**
 * cotask_shield - shield something from being cancelled
 * @s: the shield
 * @inner: what is shielded
 *
 * Return: What to await and to cancel in place of @inner; an error is what an await of
 *	it gives.  cotask_shield_drop() has to follow.
 */
struct cotask_awaitable *cotask_shield(struct cotask_shield *s, struct cotask_awaitable *inner);

/**
 * cotask_shield_drop - the end of a shield
 * @s: the shield
 */
void cotask_shield_drop(struct cotask_shield *s);

/**
 * cotask_await_shielded - await something that goes on when the caller is cancelled
 * @inner: what to wait for
 *
 * Return: As cotask_await().
 */
__cotask_must_check long cotask_await_shielded(struct cotask_awaitable *inner);

/**
 * struct cotask_callback - a function to be run by a loop
 * @fn: runs in the loop's thread, without a current task; a negative return goes to
 *	the loop's error handler (TK-7)
 * @x: what is done, or NULL
 *
 * Belongs to the caller again when @fn has begun, or cotask_off_done() has removed it.
 */
struct cotask_callback {
	int			(*fn)(struct cotask_callback *cb, struct cotask_awaitable *x);
	struct cotask_awaitable	*x;
};

/**
 * cotask_on_done - have a function run when something is done
 * @x: the awaitable, which stays until then
 * @cb: the callback
 * @fn: the function
 *
 * Also if it is done already: on the next turn (TK-4).
 *
 * Return: 0, or a negative errno.
 */
int cotask_on_done(struct cotask_awaitable *x, struct cotask_callback *cb,
		   int (*fn)(struct cotask_callback *cb, struct cotask_awaitable *x));

/**
 * cotask_off_done - take a callback back
 * @x: the awaitable
 * @cb: the callback
 *
 * Return: How many registrations there were; 0 if it is too late (TK-5), or a negative
 *	errno.
 */
int cotask_off_done(struct cotask_awaitable *x, struct cotask_callback *cb);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_FUTURE_H */
