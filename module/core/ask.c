// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - call a function in the owner of a loop, from another thread
 *
 * The owner calls the function between two steps; the calling thread sleeps meanwhile.
 */
#include <linux/completion.h>
#include <linux/cotask_thread.h>

#include "core.h"

/**
 * struct question - a function that the owner of a loop is to call
 * @cb: its place in the loop
 * @fn: what to do
 * @arg: for @fn
 * @rc: what @fn has returned
 * @answered: @fn has returned
 */
struct question {
	struct cotask_callback cb;
	int (*fn)(struct cotask_loop *loop, void *arg);
	void *arg;
	int rc;
	struct completion answered;
};

static int answer(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct question *q = container_of(cb, struct question, cb);

	q->rc = q->fn(cb->loop, q->arg);
	/* From here on q is gone. */
	complete(&q->answered);
	return 0;
}

/* Do not wait for a process: it may never enter its loop again, or may be stopped. */
static int ask_process(struct cotask_loop *loop,
		       int (*fn)(struct cotask_loop *loop, void *arg), void *arg)
{
	int rc;

	if (!cotask_loop_borrow(loop))
		return READ_ONCE(loop->closed) ? -ESHUTDOWN : -EBUSY;
	cotask_inbox_take_in(loop);
	rc = fn(loop, arg);
	cotask_loop_return(loop);
	return rc;
}

/**
 * cotask_loop_ask - call a function in the owner of a loop, and wait for it
 * @loop: the loop
 * @fn: the function; does not suspend, changes nothing
 * @arg: for @fn
 *
 * Context: Process context, sleeps unless the caller is the owner.
 * Return: What @fn returns; -ESHUTDOWN if the loop has ended; -EBUSY if it is the loop of a
 *	process, which is using it.
 */
int cotask_loop_ask(struct cotask_loop *loop, int (*fn)(struct cotask_loop *loop, void *arg),
		    void *arg)
{
	struct question q = { .fn = fn, .arg = arg };
	int rc;

	if (cotask_loop_mine(loop))
		return fn(loop, arg);
	if (loop->flags & COTASK_LOOP_LENT)
		return ask_process(loop, fn, arg);
	init_completion(&q.answered);
	rc = cotask_call_soon_own(loop, &q.cb, answer);
	if (!rc)
		wait_for_completion_state(&q.answered, TASK_IDLE);
	return rc ?: q.rc;
}

static int nothing(struct cotask_loop *loop, void *arg)
{
	return 0;
}

/**
 * cotask_loop_flush - wait until a loop has run what was posted to it before
 * @loop: the loop
 *
 * Context: Process context, sleeps unless the caller is the owner.
 */
void cotask_loop_flush(struct cotask_loop *loop)
{
	cotask_loop_ask(loop, nothing, NULL);
}
