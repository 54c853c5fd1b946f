// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - wait: until some of several awaitables have ended
 *
 * A coroutine that follows the members with a set, waits for the set, and then sorts
 * the members into those that are done and those that are not (WT-5).  It cancels
 * no member and reads no outcome (WT-9).
 */
#include "set.h"

/* In the flags of the set. */
#define WAIT_MODE	(BIT(0) | BIT(1))

static void member_ended(struct cotask_set *s, struct cotask_member *m)
{
	const bool failed = m->x->result < 0 && !cotask_awaitable_cancelled(m->x);
	const u32 mode = s->flags & WAIT_MODE;

	if (cotask_set_is_last(s) || mode == COTASK_WAIT_FIRST ||
	    (mode == COTASK_WAIT_FIRST_ERROR && failed))
		cotask_set_settle(s, 0, 0);
}

static void alarm(struct cotask_set *s)
{
	cotask_set_settle(s, 0, 0);
}

/* It has its outcome, and is not done if a member is on its way. */
static bool wait_decided(const struct cotask_awaitable *x)
{
	return container_of(x, const struct cotask_set, base)->flags & COTASK_SET_SETTLED;
}

/*
 * The waiter was cancelled: it goes, the members stay (WT-8).  A wait that has its outcome, and is
 * not done since a member is on its way, keeps this outcome: it declines (CX-4).
 */
static bool wait_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			const struct cotask_reason *why)
{
	if (cotask_awaitable_done(x) || wait_decided(x))
		return false;
	cotask_set_let_go(x, waiter);
	return true;
}

static const struct cotask_awaitable_ops wait_ops = {
	.name = "wait",
	.cancel = wait_cancel,
	.decided = wait_decided,
	.member = member_ended,
	.alarm = alarm,
	.let_go = cotask_set_let_go,
	.set = cotask_set_of,
};

/* The state at resumption counts: more may have ended since the set was done. */
static void partition(struct cotask_wait *w)
{
	unsigned int i;

	w->done = 0;
	for (i = 0; i < w->set.n; i++) {
		struct cotask_member *m = &w->set.members[i];

		m->done = cotask_awaitable_done(m->x);
		m->result = m->done ? m->x->result : -EINPROGRESS;
		if (m->done && !(m->entry.flags & MEMBER_REPEATED))
			w->done++;
		cotask_loop_spend(w->set.base.loop, 1);
	}
}

static long wait_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_wait *w = container_of(frame, struct cotask_wait, frame);
	long rc;

	CO_BEGIN(task, frame, woken);

	CO_AWAIT(woken, rc, cotask_await(task, &w->set.base));
	partition(w);
	return rc;
}

static void wait_release(struct cotask_frame *frame)
{
	cotask_set_put_tasks(&container_of(frame, struct cotask_wait, frame)->set);
}

static int begin(struct cotask *task, struct cotask_wait *w, struct cotask_member *members,
		 unsigned int n, enum cotask_wait_mode mode, s64 timeout_ns)
{
	unsigned int i;
	int rc;

	if (!w || !members || !n || (u32)mode > COTASK_WAIT_FIRST_ERROR)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		if (members[i].coro)
			return -EINVAL;
	}
	rc = cotask_set_check(members, n, task->base.loop);
	if (rc)
		return rc;
	rc = cotask_set_init(&w->set, task->base.loop, members, n, NULL, &wait_ops);
	if (rc)
		return rc;
	w->set.flags = mode | COTASK_SET_KEEPS;
	cotask_set_arm(&w->set, timeout_ns);
	/* Always suspends (WT-2): what has ended already is queued, too. */
	cotask_set_queue(&w->set);
	return 0;
}

/**
 * cotask_wait_members - wait for some of several awaitables
 * @task: the current task
 * @w: not in use; stays until the await is over
 * @members: awaitables, no coroutines (WT-1); stay as long as @w
 * @n: how many, at least one
 * @mode: what to wait for
 * @timeout_ns: for how long; COTASK_FOREVER; zero and below: one pass through the
 *	ready queue
 *
 * Never cancels a member, not even when @task is cancelled (WT-8).  Afterwards
 * @done and @result of each member are its state and outcome, and @w->done is how many
 * have ended; this does not count as retrieving errors (WT-9).
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns 0, also when the time is up
 *	(WT-6); -ECANCELED; -EINVAL for a bad argument, -EXDEV for a member of another
 *	loop, both without suspending.
 */
struct cotask_await cotask_wait_members(struct cotask *task, struct cotask_wait *w,
					struct cotask_member *members, unsigned int n,
					enum cotask_wait_mode mode, s64 timeout_ns)
{
	int rc = begin(task, w, members, n, mode, timeout_ns);

	if (rc)
		return cotask_refuse(task, rc);
	return cotask_call(task, cotask_frame_init(&w->frame, wait_step, wait_release));
}
EXPORT_SYMBOL_GPL(cotask_wait_members);
