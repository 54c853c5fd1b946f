/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * cotask - coroutines without stacks, in the kernel and in processes
 *
 * The text of the macros is the same in both homes, so that one coroutine compiles for both.
 * Kernel code includes <linux/cotask.h>, which explains how a coroutine is written; programs
 * include <cotask_stackless.h> of libcotask.  Each declares the functions that the coroutine
 * calls, and what the macros use: __cotask_outcome(), __cotask_timeout_begin() and
 * __cotask_timeout_end().
 */
#ifndef _LINUX_COTASK_COROUTINE_H
#define _LINUX_COTASK_COROUTINE_H

#ifdef __KERNEL__
#include <linux/limits.h>
#else
#include <limits.h>
#include <stdbool.h>
#endif
#include <linux/types.h>

struct cotask;
struct cotask_frame;
struct cotask_scope;

/* What a step function returns when it has suspended; CO_AWAIT() does. */
#define COTASK_SUSPENDED	LONG_MIN

/**
 * typedef cotask_step_fn - the code of a coroutine
 * @task: the task that runs it
 * @frame: its frame, embedded in what it keeps over a suspension
 *
 * Context: The loop's owner, process context, may not sleep for long: all other
 *	tasks of the loop wait meanwhile.
 * Return: COTASK_SUSPENDED (by CO_AWAIT() only), a value >= 0, or a negative
 *	errno.
 */
typedef long (*cotask_step_fn)(struct cotask *task, struct cotask_frame *frame);

/**
 * struct cotask_frame - one activation of a coroutine
 * @step: its code [I]
 * @release: called once the coroutine is over or was refused, may free what the
 *	frame is embedded in; or NULL [I]
 * @outer: the frame that awaits this one [L]
 * @scopes: innermost scope of the task when it was called [L]
 * @at: point of suspension (low byte) and line of the await [L]
 * @state: fresh or taken; a coroutine runs once (CO-5) [L]
 *
 * To be embedded.  cotask_frame_init() makes a coroutine object; nothing of its
 * code runs before it is awaited or spawned (CO-1).
 */
struct cotask_frame {
	cotask_step_fn		step;
	void			(*release)(struct cotask_frame *frame);
	struct cotask_frame	*outer;
	struct cotask_scope	*scopes;
	__u32			at;
	__u32			state;
};

/**
 * struct cotask_await - what a function to be awaited returns
 * @pending: whether the task has to suspend
 *
 * A type of its own, so that nothing else can be passed to CO_AWAIT() and a
 * result that is dropped is a warning.
 */
struct cotask_await {
	bool pending;
};

/* CO_MAP(m, a, b, ...): m(a) m(b) ... for up to 16 names */
#define __CO_MAP1(m, a)		m(a)
#define __CO_MAP2(m, a, ...)	m(a) __CO_MAP1(m, __VA_ARGS__)
#define __CO_MAP3(m, a, ...)	m(a) __CO_MAP2(m, __VA_ARGS__)
#define __CO_MAP4(m, a, ...)	m(a) __CO_MAP3(m, __VA_ARGS__)
#define __CO_MAP5(m, a, ...)	m(a) __CO_MAP4(m, __VA_ARGS__)
#define __CO_MAP6(m, a, ...)	m(a) __CO_MAP5(m, __VA_ARGS__)
#define __CO_MAP7(m, a, ...)	m(a) __CO_MAP6(m, __VA_ARGS__)
#define __CO_MAP8(m, a, ...)	m(a) __CO_MAP7(m, __VA_ARGS__)
#define __CO_MAP9(m, a, ...)	m(a) __CO_MAP8(m, __VA_ARGS__)
#define __CO_MAP10(m, a, ...)	m(a) __CO_MAP9(m, __VA_ARGS__)
#define __CO_MAP11(m, a, ...)	m(a) __CO_MAP10(m, __VA_ARGS__)
#define __CO_MAP12(m, a, ...)	m(a) __CO_MAP11(m, __VA_ARGS__)
#define __CO_MAP13(m, a, ...)	m(a) __CO_MAP12(m, __VA_ARGS__)
#define __CO_MAP14(m, a, ...)	m(a) __CO_MAP13(m, __VA_ARGS__)
#define __CO_MAP15(m, a, ...)	m(a) __CO_MAP14(m, __VA_ARGS__)
#define __CO_MAP16(m, a, ...)	m(a) __CO_MAP15(m, __VA_ARGS__)
#define __CO_PICK(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, \
		  _14, _15, _16, n, ...) __CO_MAP##n
#define __CO_MAP(m, ...)						\
	__CO_PICK(__VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6,	\
		  5, 4, 3, 2, 1)(m, __VA_ARGS__)

#define __CO_ENUM(point)	__co_at_##point,
#define __CO_CASE(point)	case __co_at_##point: goto __co_##point;

/**
 * CO_BEGIN - open the body of a coroutine
 * @task: the current task
 * @frame: the frame of this activation
 * @...: the names of all suspension points of this function, at most 16
 *
 * A function that needs more than 16 points is two coroutines.  One that has
 * none needs no CO_BEGIN(): it is an ordinary function that returns its
 * outcome.
 */
#define CO_BEGIN(task, frame, ...)					\
	struct cotask *const __co_task = (task);			\
	struct cotask_frame *const __co_frame = (frame);		\
	enum { __co_at_start, __CO_MAP(__CO_ENUM, __VA_ARGS__) };	\
									\
	switch (__co_frame->at & 0xff) {				\
	case __co_at_start:						\
		break;							\
	__CO_MAP(__CO_CASE, __VA_ARGS__)				\
	}								\
	do { } while (0)

/**
 * CO_AWAIT - suspend until something has an outcome
 * @point: the name of this suspension point, listed in CO_BEGIN()
 * @rc: receives the outcome: a value >= 0 or a negative errno (a long)
 * @op: what to await: cotask_sleep(), cotask_await(), cotask_call() ...
 *
 * Hides a return, on purpose: it is the one place where a coroutine returns to its
 * loop, and control comes back behind it.  Does not suspend when the outcome is
 * there already (AW-1).
 */
#define CO_AWAIT(point, rc, op)						\
	do {								\
		struct cotask_await __co_op;				\
									\
		__co_frame->at = (__LINE__ << 8) | __co_at_##point;	\
		__co_op = (op);						\
		if (__co_op.pending)					\
			return COTASK_SUSPENDED;			\
__co_##point:								\
		(rc) = __cotask_outcome(__co_task);			\
	} while (0)

/**
 * CO_TIMEOUT - a block of a coroutine with a time limit
 * @t: a &struct cotask_timeout in the frame, not in use
 * @ns: as for cotask_timeout_init()
 * @rc: a long: the outcome of the block, and then what cotask_timeout_exit() returns
 *
 * Followed by the block, which may suspend.  ``continue`` leaves the block early and ends the
 * timeout.  Do not use ``break``, ``goto`` or ``return``: they leave the scope of the timeout
 * open.  A build with CONFIG_COTASK_DEBUG reports a coroutine that ends inside of it. ::
 *
 *	CO_TIMEOUT(&me->timeout, NSEC_PER_SEC, rc) {
 *		CO_AWAIT(sent, rc, cotask_call(task, &me->send.frame));
 *		if (rc < 0)
 *			continue;
 *		CO_AWAIT(answered, rc, cotask_await_future(task, &me->answer));
 *	}
 *	if (rc == -ETIMEDOUT)
 */
#define CO_TIMEOUT(t, ns, rc)						\
	for ((rc) = __cotask_timeout_begin(__co_task, (t), (ns));	\
	     (t)->in_block && (rc) != -EALREADY;			\
	     (rc) = __cotask_timeout_end((t), (rc)))

#endif /* _LINUX_COTASK_COROUTINE_H */
