// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - awaiting a task of another loop (AW-B1)
 *
 * A callback on the end of the task, in its loop, posts the outcome to the loop of
 * the waiter.  A cancel goes the other way.  The object between the two lives until
 * the outcome has arrived, or is refused by a loop that has ended meanwhile.
 */
#include <linux/slab.h>

#include "device.h"

/**
 * struct across - an await that crosses from one loop to another
 * @base: what the waiter waits on, in its loop
 * @target: the task, pinned
 * @ended: the callback in the loop of @target
 * @result: the outcome, on its way
 * @file: charged for it, as it may stay for longer than the waiter; or NULL
 */
struct across {
	struct cotask_awaitable	base;
	struct cotask		*target;
	struct cotask_callback	ended;
	long			result;
	struct cotask_file	*file;
};

static struct across *across_of(struct cotask_awaitable *x)
{
	return container_of(x, struct across, base);
}

static void across_free(struct across *a)
{
	struct cotask_loop *loop = a->base.loop;

	cotask_put(a->target);
	if (a->file)
		cotask_file_free(a->file, a);
	else
		kfree(a);
	cotask_loop_put(loop);
}

static struct across *across_new(struct cotask_loop *loop)
{
	struct across *a;

	if (loop->file)
		a = cotask_file_alloc(loop->file, sizeof(*a));
	else
		a = kzalloc(sizeof(*a), GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
	if (!IS_ERR(a))
		a->file = loop->file;
	return a;
}

/* The owner of the waiter's loop. */
static void across_posted(struct cotask_post *post)
{
	struct across *a = across_of(container_of(post, struct cotask_awaitable, post));

	a->base.result = a->result;
	cotask_awaitable_wake(&a->base);
	across_free(a);
}

/* The request is counted there at once; what becomes of it is the outcome. */
static bool across_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			  const struct cotask_reason *why)
{
	return cotask_cancel(across_of(x)->target);
}

/* The waiter goes; the outcome is going to find nobody. */
static void across_let_go(struct cotask_awaitable *x, struct cotask *waiter)
{
	list_del_init(&waiter->entry.link);
	cotask_task_queue(waiter, -ECANCELED);
}

static const struct cotask_awaitable_ops across_ops = {
	.name = "task of another loop",
	.cancel = across_cancel,
	.posted = across_posted,
	.let_go = across_let_go,
	.internal = true,
};

/* The owner of the target's loop. */
static int target_ended(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct across *a = container_of(cb, struct across, ended);

	a->result = cotask_awaitable_result(x);
	if (cotask_loop_post(a->base.loop, &a->base.post))
		across_free(a);
	return 0;
}

/**
 * cotask_await_across - wait for a task of any loop
 * @task: the current task
 * @target: the task to wait for
 *
 * A cancel of @task meanwhile is passed on to @target (CX-3).  Cycles over several
 * loops are not found.
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which gives what cotask_await() says, but not
 *	-EXDEV; -ENOMEM, -ENOSPC (a process has too much) and -ESHUTDOWN (the other loop
 *	has ended) without suspending.
 */
struct cotask_await cotask_await_across(struct cotask *task, struct cotask *target)
{
	struct across *a;
	int rc;

	if (!target || target->base.loop == task->base.loop)
		return cotask_join(task, target);
	if (cotask_done(target))
		return cotask_refuse(task, cotask_result(target));
	if (task->base.loop->current_task != task)
		return cotask_refuse(task, -EINVAL);
	a = across_new(task->base.loop);
	if (IS_ERR(a))
		return cotask_refuse(task, PTR_ERR(a));
	cotask_awaitable_init(&a->base, cotask_loop_get(task->base.loop), &across_ops);
	a->target = cotask_get(target);
	rc = cotask_on_done(&target->base, &a->ended, target_ended);
	if (rc) {
		/* Ended since it was looked at, together with its loop. */
		rc = cotask_done(target) ? cotask_result(target) : rc;
		across_free(a);
		return cotask_refuse(task, rc);
	}
	return cotask_park(task, &a->base);
}
EXPORT_SYMBOL_GPL(cotask_await_across);
