/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - several awaitables at once: gather, race, wait, as_completed
 *
 * All of them take an array of *members*, each an awaitable or a coroutine to be
 * spawned, and a *set*, which follows them.  Both belong to the caller and live as
 * long as the set is in use, as a rule in the struct around the caller's frame;
 * nothing is allocated but the tasks of coroutines:
 *
 *	me->part[0] = COTASK_MEMBER_CORO(&me->head.frame);
 *	me->part[1] = COTASK_MEMBER_CORO(&me->body.frame);
 *	CO_AWAIT(both, rc, cotask_await(task, cotask_gather(&me->set, NULL, me->part, 2,
 *							    COTASK_GATHER_FAIL_FAST)));
 *
 * Which to take:
 *
 *  - cotask_gather(): all outcomes, in the order of the arguments
 *  - cotask_race(): the first success; cancels the other members
 *  - cotask_wait_members(): until the first has ended, or all; never cancels a member
 *  - cotask_as_completed(): one after the other, as they end
 *
 * A set is an awaitable: gathers can be members of gathers, or be shielded.  A
 * member that is a future, a shield or a set must exist until the set is done; the
 * set holds a reference to a member that is a task, and a wait until it is over.  If a set will
 * not be done, the caller drops it with cotask_set_drop() before it frees the memory of the set.
 *
 * The frames of coroutines may be in the struct around the caller's frame if the caller awaits a
 * gather or race that waits for all of them, directly or as a member of another one: also a
 * caller that is ended by force, see cotask_group_stop(), then ends after them.  Otherwise they
 * have to be allocated, and freed by their release functions: a set that is dropped, a gather
 * without flags, an iteration, and a gather whose member waits for the caller, so that a cancel
 * has to end this cycle, do not wait for their members.
 */
#ifndef _LINUX_COTASK_GATHER_H
#define _LINUX_COTASK_GATHER_H

#include <linux/cotask.h>
#include <linux/cotask_sync.h>

/**
 * struct cotask_member - one of several awaitables
 * @x: the awaitable; or NULL, and @coro is spawned [U]
 * @coro: a coroutine, or NULL [U]
 * @result: its outcome, once the set is done; -EINPROGRESS if it continues then
 * @done: whether it has ended, once the set is done
 * @entry: its place among the waiters of @x, or in the ready queue [L]
 * @set: the set that it is a member of [L]
 */
struct cotask_member {
	struct cotask_awaitable	*x;
	struct cotask_frame	*coro;
	long			result;
	bool			done;
	struct cotask_entry	entry;
	struct cotask_set	*set;
};

#define COTASK_MEMBER(awaitable)	((struct cotask_member){ .x = (awaitable) })
#define COTASK_MEMBER_TASK(task)	COTASK_MEMBER(&(task)->base)
#define COTASK_MEMBER_CORO(frame)	((struct cotask_member){ .coro = (frame) })

/**
 * struct cotask_set - follows several awaitables
 * @base: the awaitable: done when the condition of the set is met
 * @members: the awaitables that it follows
 * @fanout: cancels the members
 * @alarm: its own deadline [L]
 * @n: number of members
 * @cursor: the next member that @fanout cancels [L]
 * @attached: members whose end was not taken in yet [L]
 * @undone: those of them that can still be cancelled, unless their end is on its way [L]
 * @live: of a gather: no member before this one can be cancelled [L]
 * @alive: of a gather: the last wave that has found a member which can be cancelled [L]
 * @declining: in a list while the sets that cannot be cancelled are determined [L]
 * @flags: of the function that has made the set [I], and COTASK_SET_* [L]
 * @outcome: its future outcome [L]
 * @winner: of a race: the first member that has succeeded [L]
 * @why: reason for cancelling the members [L]
 * @maker: number of the task that has made it, whose frame it may be in; 0: none [I]
 *
 * All fields are private, except for @winner of a race that is done.
 */
struct cotask_set {
	struct cotask_awaitable	base;
	struct cotask_member	*members;
	struct cotask_fanout	fanout;
	struct cotask_entry	alarm;
	unsigned int		n;
	unsigned int		cursor;
	unsigned int		attached;
	unsigned int		undone;
	unsigned int		live;
	u64			alive;
	struct list_head	declining;
	u32			flags;
	long			outcome;
	struct cotask_member	*winner;
	struct cotask_reason	why;
	u64			maker;
};

void cotask_set_drop(struct cotask_set *s);

/* What gather does when a member ends with an error. */
#define COTASK_GATHER_COLLECT	BIT(0)	/* go on; outcomes are for the reader */
#define COTASK_GATHER_FAIL_FAST	BIT(1)	/* cancel the rest, wait for them */
#define COTASK_GATHER_ALL	(COTASK_GATHER_COLLECT | COTASK_GATHER_FAIL_FAST)

struct cotask_awaitable *cotask_gather(struct cotask_set *s, struct cotask_group *group,
				       struct cotask_member *members, unsigned int n,
				       u32 flags);
struct cotask_awaitable *cotask_race(struct cotask_set *s, struct cotask_group *group,
				     struct cotask_member *members, unsigned int n);

/**
 * enum cotask_wait_mode - what to wait for
 * @COTASK_WAIT_ALL: every member has ended
 * @COTASK_WAIT_FIRST: one has, CANCELLED included
 * @COTASK_WAIT_FIRST_ERROR: one has FAILED, or every one has ended
 */
enum cotask_wait_mode {
	COTASK_WAIT_ALL,
	COTASK_WAIT_FIRST,
	COTASK_WAIT_FIRST_ERROR,
};

/**
 * struct cotask_wait - a wait for some of several awaitables
 * @frame: the coroutine that does it
 * @set: follows them
 * @done: how many distinct members have ended, once the wait is over
 */
struct cotask_wait {
	struct cotask_frame	frame;
	struct cotask_set	set;
	unsigned int		done;
};

struct cotask_await __must_check
cotask_wait_members(struct cotask *task, struct cotask_wait *w,
		    struct cotask_member *members, unsigned int n,
		    enum cotask_wait_mode mode, s64 timeout_ns);

/**
 * struct cotask_as_completed - an iteration over members in the order of their end
 * @set: follows them
 * @permits: one for each member in @ended
 * @ended: ended members, not retrieved yet [L]
 * @unserved: the first of @ended that no task was served with, or @ended [L]
 * @left: number of members that can still be requested [L]
 */
struct cotask_as_completed {
	struct cotask_set	set;
	struct cotask_sem	permits;
	struct list_head	ended;
	struct list_head	*unserved;
	unsigned int		left;
};

/**
 * struct cotask_next - one step of an iteration
 * @frame: the coroutine that does it
 * @it: the iteration
 * @member: the member that has ended; @member->result is its outcome
 * @requested: no other task can request its member [L]
 */
struct cotask_next {
	struct cotask_frame		frame;
	struct cotask_as_completed	*it;
	struct cotask_member		*member;
	bool				requested;
};

int cotask_as_completed(struct cotask_as_completed *it, struct cotask_group *group,
			struct cotask_member *members, unsigned int n, s64 timeout_ns);
struct cotask_await __must_check
cotask_as_completed_next(struct cotask *task, struct cotask_next *next,
			 struct cotask_as_completed *it);
void cotask_as_completed_end(struct cotask_as_completed *it);

#endif /* _LINUX_COTASK_GATHER_H */
