// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - futures: outcomes that are provided from outside the loop
 *
 * The one awaitable that is completed from outside its loop, hard interrupts
 * included.  The caller that claims the state word chooses the outcome; all later
 * callers get an error.  The winner writes the outcome, publishes it, and posts the
 * future to its loop if, and only if, it has waiters.
 */

#include "core.h"

static void future_posted(struct cotask_post *post)
{
	struct cotask_awaitable *x = container_of(post, struct cotask_awaitable, post);

	cotask_awaitable_wake(x);
}

/* Choose the outcome and publish it; returns the state before: with CLAIMED it was too late. */
static int claim(struct cotask_awaitable *x, long result, int how)
{
	int old;

	cotask_race_point(CLAIM, x);
	old = atomic_read(&x->state);
	do {
		if (old & COTASK_S_CLAIMED)
			return old;
	} while (!atomic_try_cmpxchg(&x->state, &old, old | COTASK_S_CLAIMED));
	x->result = result;
	cotask_race_point(DONE, x);
	/* Publishes the result; fully ordered, pairs with cotask_awaitable_wait(). */
	return atomic_fetch_or(COTASK_S_DONE | how, &x->state) & ~COTASK_S_CLAIMED;
}

/*
 * What is completed may have outlived its loop, of which it keeps the memory: that has no owner,
 * and accepts no post.  In another thread or an interrupt it is posted: a waiter that wants to
 * leave has to wait for the post, so what is claimed is posted without being preempted.
 */
static int settle(struct cotask_awaitable *x, long result, int how, bool foreign)
{
	struct cotask_loop *loop;
	bool waited, mine;
	int old;

	preempt_disable();
	old = claim(x, result, how);
	waited = (old & (COTASK_S_CLAIMED | COTASK_S_WAITED)) == COTASK_S_WAITED;
	mine = waited && cotask_loop_mine(x->loop);
	if (waited && !mine)
		cotask_loop_post(x->loop, &x->post);
	preempt_enable();
	if (mine) {
		loop = x->loop;
		loop->foreign += foreign;
		cotask_awaitable_wake(x);
		loop->foreign -= foreign;
	}
	return old;
}

/* From here on @x may be freed by a waiter that was woken. */
static bool settled(struct cotask_awaitable *x, int old)
{
	if (old & COTASK_S_CLAIMED)
		return false;
	if (old & COTASK_S_WATCHED)
		cotask_block_wake(x);
	return true;
}

/* Choose the outcome, once; false: it was chosen before.  The owner may breathe. */
bool cotask_future_settle(struct cotask_awaitable *x, long result, int how)
{
	return settled(x, settle(x, result, how, false));
}

/*
 * The same for callers that may hold locks, even if they are the owner: an interrupt, a wait
 * queue.
 */
bool cotask_future_settle_atomic(struct cotask_awaitable *x, long result, int how)
{
	return settled(x, settle(x, result, how, true));
}

/* Only a future that was initialised: a task cannot be completed by hand. */
static bool usable(const struct cotask_future *f)
{
	return f && f->base.post.ops == &cotask_future_ops && f->base.loop;
}

static bool future_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			  const struct cotask_reason *why)
{
	return cotask_future_settle(x, -ECANCELED, COTASK_S_CANCELLED);
}

const struct cotask_awaitable_ops cotask_future_ops = {
	.name = "future",
	.cancel = future_cancel,
	.posted = future_posted,
	.bare = true,
};

/* A pending future of cotask's own, without a reference: the caller keeps the loop. */
void cotask_future_setup(struct cotask_future *f, struct cotask_loop *loop)
{
	cotask_awaitable_init(&f->base, loop, &cotask_future_ops);
}

/* The end of it, whose loop is still there.  Return: false: it has waiters, and stays in use. */
bool cotask_future_teardown(struct cotask_future *f)
{
	if (WARN_ON_ONCE(!cotask_awaitable_return_callbacks(&f->base)))
		return false;
	if (cotask_awaitable_done(&f->base))
		cotask_awaitable_unread(&f->base, NULL);
	return true;
}

/**
 * cotask_future_init - make a pending future
 * @f: the future, not in use
 * @loop: the loop whose tasks may await it
 *
 * Holds the loop's memory until cotask_future_fini(), which therefore has to be called.
 *
 * A future may be completed, cancelled and read after its loop has ended.  Callbacks that have not
 * run when cotask_loop_stop() returns never run, and belong to the caller again after
 * cotask_future_fini().
 *
 * Context: Any.
 * Return: 0; -EINVAL if an argument is missing.
 */
int cotask_future_init(struct cotask_future *f, struct cotask_loop *loop)
{
	if (!f || !loop)
		return -EINVAL;
	cotask_future_setup(f, cotask_loop_get(loop));
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_future_init);

/**
 * cotask_future_fini - end the use of a future
 * @f: the future, for which no task, shield or set waits, and which no call is completing
 *	(free_irq() has returned, say); or cleared memory, or NULL
 *
 * Reports an error that was never retrieved (AW-11), and drops the reference to the loop.
 * Callbacks may be left only if the loop has ended.  Afterwards the outcome can still be read;
 * calls that need a future return an error, and a second call of this one does nothing.
 *
 * Context: Any.
 */
void cotask_future_fini(struct cotask_future *f)
{
	struct cotask_loop *loop;

	if (!usable(f) || !cotask_future_teardown(f))
		return;
	loop = f->base.loop;
	f->base.loop = NULL;
	cotask_loop_put(loop);
}
EXPORT_SYMBOL_GPL(cotask_future_fini);

/**
 * cotask_future_complete - complete a future with a value
 * @f: the future
 * @value: >= 0
 *
 * The first outcome is final (AW-6).  The waiters run on their loop's next turn.
 *
 * Context: Any, hard interrupt included; takes no lock, allocates nothing.
 * Return: 0; -EINVAL if @f already has an outcome or is missing, or if @value is negative.
 */
int cotask_future_complete(struct cotask_future *f, long value)
{
	if (!usable(f) || value < 0)
		return -EINVAL;
	return cotask_future_settle_atomic(&f->base, value, 0) ? 0 : -EINVAL;
}
EXPORT_SYMBOL_GPL(cotask_future_complete);

/**
 * cotask_future_fail - complete a future with an error
 * @f: the future
 * @error: a negative errno; -ECANCELED makes it FAILED, not CANCELLED (AW-10)
 *
 * Context: As cotask_future_complete().
 * Return: As cotask_future_complete(); -EINVAL if @error is not an errno.
 */
int cotask_future_fail(struct cotask_future *f, int error)
{
	if (!usable(f) || error >= 0 || error < -MAX_ERRNO)
		return -EINVAL;
	return cotask_future_settle_atomic(&f->base, error, 0) ? 0 : -EINVAL;
}
EXPORT_SYMBOL_GPL(cotask_future_fail);

/**
 * cotask_future_cancel - cancel a future
 * @f: the future
 *
 * Its waiters get -ECANCELED; their own counts stay (AW-7, AW-9).
 *
 * Context: As cotask_future_complete().
 * Return: Whether it was pending until now.
 */
bool cotask_future_cancel(struct cotask_future *f)
{
	if (!usable(f))
		return false;
	/* A caller that cancels the future does not need its error (AW-11). */
	cotask_awaitable_mark_read(&f->base);
	return cotask_future_settle_atomic(&f->base, -ECANCELED, COTASK_S_CANCELLED);
}
EXPORT_SYMBOL_GPL(cotask_future_cancel);
