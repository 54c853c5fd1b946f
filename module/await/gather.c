// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - gather and race: combine several outcomes into one
 *
 * member_ended() decides when a gather ends, and with which outcome.  The result of the set holds
 * that outcome until the set is done.
 */
#include "set.h"

static void mark_all_read(struct cotask_set *s)
{
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		cotask_awaitable_mark_read(s->members[i].x);
		cotask_loop_spend(s->base.loop, 1);
	}
}

static void end(struct cotask_set *s, long result)
{
	/* Later errors of members that continue also count as retrieved (GA-4). */
	mark_all_read(s);
	/* FAILED(-ECANCELED), not CANCELLED (GA-6, AW-10). */
	cotask_set_settle(s, result, 0);
}

/*
 * The end of @because decides the outcome, so all other members are cancelled (WT-B3, GA-B1),
 * also those that have swallowed an earlier request.  A member that ends CANCELLED because the
 * set was cancelled adds nothing: all members were cancelled for the same reason.
 */
static void cancel_others(struct cotask_set *s, const struct cotask_member *because)
{
	const struct cotask_reason why = {
		.by = cotask_is_task(because->x) ? cotask_of(because->x)->id : 0,
		.error = min(because->x->result, 0L),
		.cause = COTASK_CAUSE_SIBLING,
	};

	if ((s->flags & COTASK_SET_REQUESTED) && cotask_awaitable_cancelled(because->x))
		return;
	cotask_set_cancel(s, &why);
}

/* All have ended. */
static long outcome(const struct cotask_set *s)
{
	/* Even if all members have swallowed the cancel (GA-9, GA-10). */
	if ((s->flags & COTASK_SET_REQUESTED) && (s->winner || !s->base.result))
		return -ECANCELED;
	if (s->winner)
		return s->winner->x->result;
	return s->base.result;
}

static void race_member_ended(struct cotask_set *s, struct cotask_member *m, long rc)
{
	if (rc >= 0 && !s->winner) {
		s->winner = m;
		cancel_others(s, m);
	} else if (rc < 0 && !s->base.result && !s->winner) {
		s->base.result = rc;
	}
}

static void member_ended(struct cotask_set *s, struct cotask_member *m)
{
	long rc = cotask_awaitable_result(m->x);

	if (s->flags & COTASK_SET_RACE) {
		race_member_ended(s, m, rc);
	} else if (rc < 0 && (s->flags & COTASK_GATHER_FAIL_FAST)) {
		if (!s->base.result) {
			s->base.result = rc;
			cancel_others(s, m);
		}
	} else if (rc < 0 && !(s->flags & COTASK_GATHER_COLLECT)) {
		end(s, rc);
		return;
	}
	if (cotask_set_is_last(s))
		end(s, outcome(s));
}

/* --- whether it can be cancelled ------------------------------------------------ */

/* It has its outcome, or no member can be cancelled, as far as that was found out. */
static bool gather_decided(const struct cotask_awaitable *x)
{
	const struct cotask_set *s = container_of(x, const struct cotask_set, base);

	return (s->flags & COTASK_SET_SETTLED) || !s->undone || s->live == s->n;
}

/* Whether another thread has completed a member, or what that follows: the end is on its way. */
static bool is_decided(const struct cotask_awaitable *x)
{
	return (atomic_read(&x->state) & COTASK_S_CLAIMED) ||
	       (x->post.ops->decided && x->post.ops->decided(x));
}

/*
 * The first member that can be cancelled, or is a gather of which that is not known yet; NULL:
 * none.  A member that cannot be cancelled never can be later: @live does not go back.
 */
static struct cotask_awaitable *first_live(struct cotask_set *s)
{
	for (; !gather_decided(&s->base); s->live++) {
		const struct cotask_member *m = &s->members[s->live];

		cotask_loop_spend(s->base.loop, 1);
		if (!(m->entry.flags & (MEMBER_DECLINES | MEMBER_REPEATED)) && !is_decided(m->x))
			return m->x;
	}
	return NULL;
}

/* Whether this wave has found that before, so that it looks into each gather once. */
static bool is_live(const struct cotask_set *s)
{
	return s->alive == s->base.loop->wave && !gather_decided(&s->base);
}

static struct cotask_set *innermost(struct list_head *path)
{
	return list_first_entry_or_null(path, struct cotask_set, declining);
}

/*
 * Whether a member of @s can be cancelled, or a member of a gather that is a member, and so on.
 * The gathers on the way from @s to where the search is form a list.
 */
static bool has_live_member(struct cotask_set *s)
{
	struct cotask_awaitable *x;
	LIST_HEAD(path);
	bool found;

	list_add(&s->declining, &path);
	while ((s = innermost(&path)) && !is_live(s)) {
		x = first_live(s);
		if (!x)
			list_del_init(&s->declining);
		else if (x->post.ops->decided == gather_decided)
			list_add(&cotask_set_of(x)->declining, &path);
		else
			break;
	}
	found = s;
	while ((s = innermost(&path))) {
		list_del_init(&s->declining);
		s->alive = s->base.loop->wave;
		cotask_loop_spend(s->base.loop, 1);
	}
	return found;
}

/* Cancels each member; the gather ends when they have ended (GA-7, GA-11). */
static bool gather_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			  const struct cotask_reason *why)
{
	struct cotask_set *s = cotask_set_of(x);
	struct cotask_loop *loop = x->loop;
	bool live;

	cotask_wave_begin(loop);
	live = has_live_member(s);
	if (live) {
		s->flags |= COTASK_SET_REQUESTED;
		cotask_set_cancel(s, why);
	}
	cotask_wave_end(loop);
	return live;
}

static const struct cotask_awaitable_ops gather_ops = {
	.name = "gather",
	.cancel = gather_cancel,
	.decided = gather_decided,
	.member = member_ended,
	.tasks = cotask_set_tasks,
	.set = cotask_set_of,
};

static struct cotask_awaitable *gather(struct cotask_set *s, struct cotask_group *group,
				       struct cotask_member *members, unsigned int n,
				       u32 flags)
{
	int rc = cotask_set_follow(s, group, members, n, &gather_ops);

	if (rc)
		return ERR_PTR(rc);
	s->flags = flags;
	cotask_set_take_in(s);
	if (!n)
		end(s, 0);
	return &s->base;
}

/**
 * cotask_gather - combine the outcomes of several awaitables
 * @s: the set, not in use; stays until it is done
 * @group: the owner of the tasks of coroutines, whose members they become; NULL: as
 *	for cotask_spawn()
 * @members: awaitables and coroutines; stay as long as @s.  An argument that is
 *	repeated is one member (GA-3)
 * @n: how many; 0: done at once (GA-1)
 * @flags: COTASK_GATHER_COLLECT or COTASK_GATHER_FAIL_FAST, or 0: the first error ends the
 *	gather, the remaining members continue (GA-4)
 *
 * Coroutines are spawned in the order of the arguments (GA-2).  When the gather is
 * done, the result of each member is its outcome, in the order of the arguments.
 * Its own outcome is 0; the code of the first member that has failed or was
 * cancelled, without COTASK_GATHER_COLLECT; -ECANCELED if it was cancelled itself
 * and nothing else has ended it (GA-4 .. GA-10).  It fails with -ECANCELED and is
 * not CANCELLED, as the cancelled member is not known (GA-6).
 *
 * Cancelling a gather cancels each member (GA-7).  With COTASK_GATHER_FAIL_FAST the
 * first error does, too, and it is done when all have ended (GA-B1).
 *
 * Context: The loop's owner.
 * Return: What to await: @s->base.  ERR_PTR(): -EINVAL for a bad argument or
 *	flag; -EXDEV if the members belong to different loops, or the caller does not
 *	own theirs; -ESRCH without a running loop; -ESHUTDOWN if the group is closed;
 *	-ENOMEM.  Then nothing was started (GA-13, GA-B2), and the coroutines are
 *	released.
 */
struct cotask_awaitable *cotask_gather(struct cotask_set *s, struct cotask_group *group,
				       struct cotask_member *members, unsigned int n,
				       u32 flags)
{
	if ((flags & ~COTASK_GATHER_ALL) || flags == COTASK_GATHER_ALL) {
		cotask_set_refuse(members, n);
		return ERR_PTR(-EINVAL);
	}
	return gather(s, group, members, n, flags);
}
EXPORT_SYMBOL_GPL(cotask_gather);

/**
 * cotask_race - the first success of several awaitables
 * @s: as for cotask_gather(); @s->winner is the winner
 * @group: likewise
 * @members: likewise
 * @n: at least 1
 *
 * The first member that succeeds is the winner; the remaining ones are cancelled, and the
 * race is over when all have ended (WT-B3).
 *
 * Context: The loop's owner.
 * Return: What to await; its outcome is the value of the winner; if all have failed,
 *	the code of the first one, further codes being in @members; -ECANCELED if the
 *	race was cancelled.  ERR_PTR() as cotask_gather().
 */
struct cotask_awaitable *cotask_race(struct cotask_set *s, struct cotask_group *group,
				     struct cotask_member *members, unsigned int n)
{
	if (!n)
		return ERR_PTR(-EINVAL);
	return gather(s, group, members, n, COTASK_SET_RACE);
}
EXPORT_SYMBOL_GPL(cotask_race);
