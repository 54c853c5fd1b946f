// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - completions: repeated wake-ups of tasks from an interrupt
 *
 * A semaphore that is released from any context: complete() counts, and posts the
 * completion to its loop if it is not posted already.  The owner turns the count into
 * permits when the post arrives or a task is about to wait.
 */
#include <linux/wait_bit.h>

#include "sync.h"

static struct cotask_completion *completion_of(struct cotask_awaitable *x)
{
	return container_of(x, struct cotask_completion, sem.base);
}

/* The owner. */
static void take_in(struct cotask_completion *c)
{
	unsigned long n;

	cotask_race_point(ARRIVED_TAKEN, c);
	n = atomic_long_xchg(&c->arrived, 0);
	for (; n && !list_empty(&c->sem.base.waiters); n--) {
		cotask_sem_release(&c->sem);
		c->sem.base.loop->budget--;
	}
	c->sem.free += n;
}

/*
 * The inbox is closed, so cotask_completion_fini() has no answer of the loop to wait for.  It waits
 * for the state word instead, in which there is one of the two bits until the post is done with.
 */
static void last_posted(struct cotask_awaitable *x)
{
	/* Before looking, as below. */
	atomic_fetch_xor(COTASK_S_INBOX | COTASK_S_ARRIVING, &x->state);
	take_in(completion_of(x));
	/* Publishes all of the above; pairs with is_arriving().  From here on @x may be gone. */
	atomic_fetch_andnot(COTASK_S_ARRIVING, &x->state);
	wake_up_var(&x->state);
}

static void completion_posted(struct cotask_post *post)
{
	struct cotask_awaitable *x = container_of(post, struct cotask_awaitable, post);

	if (unlikely(x->loop->closed)) {
		last_posted(x);
		return;
	}
	/* Before looking; pairs with cotask_complete(), which counts before. */
	atomic_fetch_andnot(COTASK_S_INBOX, &x->state);
	take_in(completion_of(x));
}

static const struct cotask_awaitable_ops completion_ops = {
	.name = "completion",
	.cancel = cotask_sync_cancel,
	.posted = completion_posted,
	.lost = cotask_sem_lost,
	.internal = true,
	.bare = true,
};

/**
 * cotask_completion_init - make a completion
 * @c: the completion, not in use
 * @loop: whose tasks may wait for it; stays until cotask_completion_fini()
 *
 * Context: Any.
 * Return: 0; -EINVAL if an argument is missing; -EOPNOTSUPP on the loop of a process, which
 *	cotask_completion_fini() cannot wait for.
 */
int cotask_completion_init(struct cotask_completion *c, struct cotask_loop *loop)
{
	if (!c || !loop)
		return -EINVAL;
	if (loop->flags & COTASK_LOOP_LENT)
		return -EOPNOTSUPP;
	cotask_sem_setup(&c->sem, cotask_loop_get(loop), 0, ULONG_MAX, &completion_ops);
	atomic_long_set(&c->arrived, 0);
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_completion_init);

/**
 * cotask_complete - wake one waiter of a completion
 * @c: the completion
 *
 * The first waiter resumes in the next turn of the loop; without a waiter the next wait ends
 * at once.  Calls are counted; no wake-up is lost.  All writes of the caller before the call
 * are visible to the task.
 *
 * Context: Any, hard interrupt included; takes no lock, allocates nothing.
 */
void cotask_complete(struct cotask_completion *c)
{
	struct cotask_awaitable *x = &c->sem.base;

	cotask_race_point(ARRIVED, c);
	/* Orders the caller's earlier writes; pairs with take_in(). */
	smp_mb__before_atomic();
	atomic_long_inc(&c->arrived);
	cotask_race_point(ARRIVED_POSTED, c);
	/* Pairs with completion_posted(): a caller that finds the bit set is counted already. */
	if (atomic_fetch_or(COTASK_S_INBOX, &x->state) & COTASK_S_INBOX)
		return;
	/* What is refused does not arrive. */
	if (cotask_loop_post(x->loop, &x->post))
		atomic_andnot(COTASK_S_INBOX, &x->state);
}
EXPORT_SYMBOL_GPL(cotask_complete);

/**
 * cotask_completion_wait - wait for a call of cotask_complete()
 * @task: the current task
 * @c: the completion
 *
 * Does not suspend if a call is left that no other wait has consumed.
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns 0; -ECANCELED, and no call was consumed;
 *	-EXDEV for a completion of another loop.
 */
struct cotask_await cotask_completion_wait(struct cotask *task, struct cotask_completion *c)
{
	if (cotask_loop_mine(c->sem.base.loop))
		take_in(c);
	return cotask_sem_acquire(task, &c->sem);
}
EXPORT_SYMBOL_GPL(cotask_completion_wait);

/**
 * cotask_completion_reset - discard calls of cotask_complete() that no wait has consumed
 * @c: the completion
 *
 * For a device that is reset.  A concurrent call may or may not be discarded.
 *
 * Context: The loop's owner.
 */
void cotask_completion_reset(struct cotask_completion *c)
{
	take_in(c);
	c->sem.free = 0;
}
EXPORT_SYMBOL_GPL(cotask_completion_reset);

/* Whether the owner has still to act on the post, or is doing so. */
static bool is_arriving(const struct cotask_awaitable *x)
{
	return atomic_read_acquire(&x->state) & (COTASK_S_INBOX | COTASK_S_ARRIVING);
}

/**
 * cotask_completion_fini - end the use of a completion
 * @c: the completion; no task waits for it, and no call of cotask_complete() is running
 *	(free_irq() has returned, say)
 *
 * Its memory may be freed afterwards.
 *
 * Context: Process context, sleeps; not from a task or callback of the loop.  On a loop with
 *	COTASK_LOOP_HERE from the thread that has it, or it sleeps until that pumps the loop.
 * Return: 0; -EDEADLK from inside the loop, -EBUSY if a task waits for @c.  After an error @c is
 *	unchanged.
 */
int cotask_completion_fini(struct cotask_completion *c)
{
	struct cotask_loop *loop = c->sem.base.loop;
	const bool mine = cotask_loop_mine(loop);

	if (mine && loop->pumping)
		return -EDEADLK;
	if (!list_empty(&c->sem.base.waiters))
		return -EBUSY;
	/*
	 * The request to the owner follows the last post, on which the owner may be acting.  A loop
	 * that refuses the request is closed, and may still have the post.
	 */
	if (mine)
		cotask_inbox_take_in(loop);
	else
		cotask_loop_flush(loop);
	wait_var_event(&c->sem.base.state, !is_arriving(&c->sem.base));
	cotask_loop_put(loop);
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_completion_fini);
