/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - more ways to wait for one awaitable
 *
 * Waiting with a time limit, after cancelling a task, for a task of another loop, or until a
 * child reports that it is ready.
 */
#ifndef _LINUX_COTASK_WAIT_H
#define _LINUX_COTASK_WAIT_H

#include <linux/cotask.h>

/**
 * struct cotask_wait_for - an await with a time limit
 * @frame: the coroutine that does it
 * @timeout: the scope around the await
 * @x: the awaitable, or NULL
 * @coro: the coroutine that is awaited, or NULL
 * @ns: the time limit
 */
struct cotask_wait_for {
	struct cotask_frame	frame;
	struct cotask_timeout	timeout;
	struct cotask_awaitable	*x;
	struct cotask_frame	*coro;
	s64			ns;
};

struct cotask_await __must_check
cotask_wait_for(struct cotask *task, struct cotask_wait_for *w,
		struct cotask_awaitable *x, s64 ns);
struct cotask_await __must_check
cotask_wait_for_call(struct cotask *task, struct cotask_wait_for *w,
		     struct cotask_frame *coro, s64 ns);

/**
 * struct cotask_cancel_wait - cancel a task and wait until it has ended
 * @frame: the coroutine that does it
 * @target: the task
 */
struct cotask_cancel_wait {
	struct cotask_frame	frame;
	struct cotask		*target;
};

struct cotask_await __must_check
cotask_cancel_and_wait(struct cotask *task, struct cotask_cancel_wait *w,
		       struct cotask *target);
struct cotask_await __must_check cotask_await_across(struct cotask *task,
						     struct cotask *target);

/**
 * struct cotask_start - start of a child that reports when it is ready
 * @frame: the coroutine that waits for that
 * @ready: the future that it waits for
 * @ended: called when the child ends without being ready
 * @child: the child
 * @outcome: result of the wait
 * @ended_with: outcome of the wait for the child's end after a cancel
 * @delivered: whether that was a cancel of the waiting task
 */
struct cotask_start {
	struct cotask_frame	frame;
	struct cotask_future	ready;
	struct cotask_callback	ended;
	struct cotask		*child;
	long			outcome;
	long			ended_with;
	bool			delivered;
};

struct cotask_await __must_check
cotask_group_start(struct cotask *task, struct cotask_start *s, struct cotask_group *group,
		   struct cotask_frame *frame, const char *name);
int cotask_start_ready(struct cotask *task, struct cotask_start *s, long value);

#endif /* _LINUX_COTASK_WAIT_H */
