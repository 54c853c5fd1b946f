// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - shields: wait for something without passing a cancel on to it
 *
 * A shield is an awaitable that gets the outcome of another one.  Cancelling the
 * shield completes it and ends the connection; the other one is not cancelled.
 */
#include "await.h"

static struct cotask_shield *shield_of(struct cotask_awaitable *x)
{
	return container_of(x, struct cotask_shield, base);
}

/* The task that is followed is held until then (SH-B1). */
static void settle(struct cotask_shield *s, long result, int how)
{
	/*
	 * Any awaitable but a task may be freed together with the shield, as soon as that is
	 * done.
	 */
	struct cotask *task = cotask_is_task(s->inner) ? cotask_of(s->inner) : NULL;

	s->inner = NULL;
	cotask_debug_dead(&s->base);
	cotask_awaitable_settle(&s->base, result, how);
	cotask_put(task);
}

static bool shield_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			  const struct cotask_reason *why)
{
	struct cotask_shield *s = shield_of(x);

	/* One whose future was just completed elsewhere is as good as done (SH-8). */
	if (cotask_awaitable_done(x) || !cotask_awaitable_leave(s->inner, &s->entry))
		return false;
	settle(s, -ECANCELED, COTASK_S_CANCELLED);
	return true;
}

/* As above, without asking it. */
static bool shield_decided(const struct cotask_awaitable *x)
{
	const struct cotask_shield *s = container_of(x, const struct cotask_shield, base);

	return !(s->entry.flags & COTASK_E_WOKEN) &&
	       (atomic_read(&s->inner->state) & COTASK_S_CLAIMED);
}

/* The shield ends now, or shortly by itself. */
static void shield_let_go(struct cotask_awaitable *x, struct cotask *waiter)
{
	shield_cancel(x, waiter, NULL);
}

/* Its memory is about to be freed. */
static void drop(struct cotask_shield *s)
{
	if (!shield_cancel(&s->base, NULL, NULL)) {
		cotask_inbox_await_woken(s->base.loop, &s->entry);
		list_del_init(&s->entry.link);
		settle(s, -ECANCELED, COTASK_S_CANCELLED);
	}
}

static struct cotask_awaitable *shield_inner(struct cotask_awaitable *x)
{
	return shield_of(x)->inner;
}

/* If the shield was made for just that await, its owner has no way to know, and may free it. */
static void shield_forgo(struct cotask_awaitable *x)
{
	if (cotask_loop_mine(x->loop) && list_empty(&x->waiters) && !cotask_awaitable_done(x))
		drop(shield_of(x));
}

const struct cotask_awaitable_ops cotask_shield_ops = {
	.name = "shield",
	.cancel = shield_cancel,
	.decided = shield_decided,
	.let_go = shield_let_go,
	.inner = shield_inner,
	.forgo = shield_forgo,
};

/* The awaitable that waits by means of a shield's entry. */
struct cotask_awaitable *cotask_shield_waiter(struct cotask_entry *e)
{
	return &container_of(e, struct cotask_shield, entry)->base;
}

/**
 * cotask_shield_run - what a shield follows is done
 * @loop: the loop
 * @e: the shield's entry
 */
void cotask_shield_run(struct cotask_loop *loop, struct cotask_entry *e)
{
	struct cotask_shield *s = container_of(e, struct cotask_shield, entry);
	bool cancelled = cotask_awaitable_cancelled(s->inner);

	settle(s, cotask_awaitable_result(s->inner),
	       cancelled ? COTASK_S_CANCELLED : 0);
}

/**
 * cotask_shield_drop - stop following the shielded awaitable
 * @s: a shield, done or not, or memory that was cleared and never used
 *
 * Waiters of @s get -ECANCELED.  Has to be called before the memory of a shield that is
 * neither done nor cancelled is freed: one that was a member of a wait which has timed
 * out, or was left by cotask_await_shielded(), or was never awaited.
 *
 * Context: The loop's owner, or any thread after its end, before what was followed goes; without a
 *	spinlock: sleeps when another thread is completing what @s follows at this very moment.
 */
void cotask_shield_drop(struct cotask_shield *s)
{
	if (!s->base.loop || cotask_awaitable_done(&s->base))
		return;
	might_sleep();
	drop(s);
}
EXPORT_SYMBOL_GPL(cotask_shield_drop);

/**
 * cotask_shield - protect an awaitable from the cancellation of its waiter
 * @s: the shield, not in use; stays until it is done, cancelled or dropped by
 *	cotask_shield_drop().  When an await of it is refused it is dropped
 * @inner: the awaitable to follow.  The shield holds a task; the caller keeps any other awaitable
 *
 * Context: The loop's owner.
 * Return: What to await: @s, or @inner itself if that is done (SH-1);
 *	ERR_PTR(-EINVAL) for a missing argument, ERR_PTR(-EXDEV) if the caller does
 *	not own the loop.
 */
struct cotask_awaitable *cotask_shield(struct cotask_shield *s,
				       struct cotask_awaitable *inner)
{
	if (!s || IS_ERR_OR_NULL(inner) || !inner->loop || inner->post.ops->internal)
		return ERR_PTR(-EINVAL);
	if (!cotask_loop_mine(inner->loop))
		return ERR_PTR(-EXDEV);
	cotask_awaitable_init(&s->base, inner->loop, &cotask_shield_ops);
	cotask_entry_init(&s->entry, COTASK_ENTRY_SHIELD);
	s->inner = inner;
	if (cotask_awaitable_wait(inner, &s->entry)) {
		s->base.loop = NULL;
		return inner;
	}
	cotask_debug_live(&s->base);
	if (cotask_is_task(inner))
		cotask_get(cotask_of(inner));
	return &s->base;
}
EXPORT_SYMBOL_GPL(cotask_shield);
