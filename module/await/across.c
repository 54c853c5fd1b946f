// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - awaiting a task of another loop (AW-B1)
 *
 * A callback on the end of the task, in its loop, posts the outcome to the loop of
 * the waiters.  A cancel goes the other way.  The object between the two lives until
 * the outcome has arrived, or is refused by a loop that has ended meanwhile, and as long
 * as there is a handle of it.
 *
 * A loop that a process pumps may never answer: the process may be stopped, or may not enter its
 * loop.  So a cancel ends a wait for one of its tasks at once, without the outcome of the task.
 * A wait for a task of a kernel loop ends when the task has ended, as on the same loop.
 *
 * No loop sees a cycle of awaits that leads through other loops.  A cancel goes round it by posts,
 * so that it neither recurses nor holds a loop up.  A wait that has passed on too many requests
 * ends.
 */
#include <linux/slab.h>

#include "await.h"

/**
 * struct cotask_across - a connection from the tasks of one loop to a task of another loop
 * @base: what the waiters wait on, in their loop
 * @refs: of the outcome in transit, and of a handle
 * @target: the task, pinned
 * @ended: the callback in the loop of @target
 * @result: the outcome, in transit
 * @passed: number of requests that were passed on to @target
 * @awaits: a waiter that receives an error has retrieved it; otherwise that is up to the waiter
 * @host: charged for the object, which may outlive the waiters; or NULL
 */
struct cotask_across {
	struct cotask_awaitable	base;
	refcount_t		refs;
	struct cotask		*target;
	struct cotask_callback	ended;
	long			result;
	unsigned int		passed;
	bool			awaits;
	struct cotask_loop_host	*host;
};

/* A way that passes on more requests than this is part of a cycle. */
#define PASSED_MAX	64

static struct cotask_across *across_of(struct cotask_awaitable *x)
{
	return container_of(x, struct cotask_across, base);
}

/**
 * cotask_across_put - drop a reference to a connection
 * @a: the connection, or NULL
 *
 * Context: Process context.
 */
void cotask_across_put(struct cotask_across *a)
{
	struct cotask_loop *loop;

	cotask_race_point(PUT_ACROSS, a);
	if (!a || !refcount_dec_and_test(&a->refs))
		return;
	loop = a->base.loop;
	if (a->awaits)
		cotask_awaitable_pass_read(&a->base, a->target);
	cotask_put(a->target);
	if (a->host)
		cotask_host_free(a->host, a, 1);
	else
		kfree(a);
	cotask_loop_put(loop);
}

static struct cotask_across *across_alloc(struct cotask_loop_host *payer)
{
	struct cotask_across *a;

	if (payer)
		a = cotask_host_alloc(payer, sizeof(*a), 1);
	else
		a = kzalloc(sizeof(*a), GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
	if (!IS_ERR(a))
		a->host = payer;
	return a;
}

/* The owner of the waiters' loop. */
static void across_posted(struct cotask_post *post)
{
	struct cotask_across *a = across_of(container_of(post, struct cotask_awaitable, post));

	cotask_awaitable_settle(&a->base, a->result, 0);
	cotask_across_put(a);
}

/* The waiter leaves; the outcome goes to the remaining waiters, if any. */
static void across_let_go(struct cotask_awaitable *x, struct cotask *waiter)
{
	list_del_init(&waiter->entry.link);
	cotask_task_queue(waiter, -ECANCELED);
}

/* Whether a process determines when, and if, the task ends. */
static bool is_hosted(const struct cotask *target)
{
	return target->base.loop->flags & COTASK_LOOP_LENT;
}

/* The target counts the request at once; its effect is seen in the outcome only. */
static bool across_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			  const struct cotask_reason *why)
{
	struct cotask_across *a = across_of(x);
	bool in_time = cotask_cancel_outside(a->target);

	if (!is_hosted(a->target) && ++a->passed <= PASSED_MAX)
		return in_time;
	across_let_go(x, waiter);
	return true;
}

static const struct cotask_awaitable_ops across_ops = {
	.name = "task of another loop",
	.cancel = across_cancel,
	.posted = across_posted,
	.let_go = across_let_go,
	.internal = true,
};

/* The owner of the target's loop.  The error is not retrieved before a waiter has it. */
static int target_ended(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct cotask_across *a = container_of(cb, struct cotask_across, ended);

	a->result = x->result;
	if (cotask_loop_post(a->base.loop, &a->base.post))
		cotask_across_put(a);
	return 0;
}

/**
 * cotask_across_make - make a connection to a task of another loop, not yet established
 * @loop: the loop of the waiters, pinned by the caller
 * @target: the task
 * @payer: is charged for the connection as long as that exists; or NULL
 *
 * A waiter that receives an error decides itself whether the error is retrieved (AW-11).
 *
 * Context: Process context, any thread.
 * Return: The connection with a reference, for cotask_across_begin(); ERR_PTR() of -ENOMEM,
 *	-ENOSPC (a process has too much).
 */
struct cotask_across *cotask_across_make(struct cotask_loop *loop, struct cotask *target,
					 struct cotask_loop_host *payer)
{
	struct cotask_across *a = across_alloc(payer);

	if (IS_ERR(a))
		return a;
	cotask_awaitable_init(&a->base, cotask_loop_get(loop), &across_ops);
	refcount_set(&a->refs, 1);
	a->target = cotask_get(target);
	return a;
}

/**
 * cotask_across_begin - establish a connection, which stays until its target has ended
 * @a: the way
 *
 * Context: The owner of the loop of the waiters.
 * Return: 0, and cotask_across_await() can follow; -ESHUTDOWN: the other loop has ended.
 */
int cotask_across_begin(struct cotask_across *a)
{
	int rc;

	refcount_inc(&a->refs);
	rc = cotask_on_done_own(&a->target->base, &a->ended, target_ended);
	if (rc)
		cotask_across_put(a);
	return rc;
}

/**
 * cotask_across_new - make a connection to a task of another loop
 * @loop: the loop of the waiters, which is charged; the caller owns it
 * @target: the task
 *
 * Return: The connection with a reference, for cotask_across_await(); ERR_PTR() of -ENOMEM,
 *	-ENOSPC (a process has too much), -ESHUTDOWN (the other loop has ended).
 */
struct cotask_across *cotask_across_new(struct cotask_loop *loop, struct cotask *target)
{
	struct cotask_across *a = cotask_across_make(loop, target, loop->host);
	int rc;

	if (IS_ERR(a))
		return a;
	a->awaits = true;
	rc = cotask_across_begin(a);
	if (!rc)
		return a;
	cotask_across_put(a);
	return ERR_PTR(rc);
}

/* The current task waits for the target. */
struct cotask_await cotask_across_await(struct cotask *task, struct cotask_across *a)
{
	if (cotask_awaitable_done(&a->base))
		return cotask_refuse(task, cotask_awaitable_result(&a->base));
	return cotask_park(task, &a->base);
}

/**
 * cotask_await_across - wait for a task of any loop
 * @task: the current task
 * @target: the task to wait for
 *
 * A cancel of @task meanwhile is passed on to @target (CX-3).  If @target is on the loop of a
 * process, the cancel ends the wait at once; otherwise the wait ends when @target has ended, or
 * when more than 64 requests were passed on.  Cycles across several loops are not detected; this
 * limit ends them.
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns the same as for cotask_await(), except
 *	-EXDEV; -ENOMEM, -ENOSPC (a process has too much) and -ESHUTDOWN (the other loop has
 *	ended) without suspending.
 */
struct cotask_await cotask_await_across(struct cotask *task, struct cotask *target)
{
	struct cotask_await wait;
	struct cotask_across *a;

	if (!target || target->base.loop == task->base.loop)
		return cotask_join(task, target);
	if (cotask_done(target))
		return cotask_refuse(task, cotask_result(target));
	if (task->base.loop->current_task != task)
		return cotask_refuse(task, -EINVAL);
	a = cotask_across_new(task->base.loop, target);
	if (IS_ERR(a)) {
		/* It may have ended since the check, together with its loop. */
		return cotask_refuse(task, cotask_done(target) ? cotask_result(target) :
								  PTR_ERR(a));
	}
	wait = cotask_across_await(task, a);
	cotask_across_put(a);
	return wait;
}
EXPORT_SYMBOL_GPL(cotask_await_across);
