/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - shared by the kinds of sets, see set.c
 */
#ifndef COTASK_SET_H
#define COTASK_SET_H

#include <linux/cotask_gather.h>

#include "await.h"

/* --- flags of a member, in its entry -------------------------------------- */

#define MEMBER_SPAWNED	BIT(0)	/* its task was made by the set */
#define MEMBER_REPEATED	BIT(1)	/* names what an earlier member names */
#define MEMBER_ATTACHED	BIT(2)	/* its end was not taken in yet */
#define MEMBER_DECLINES	BIT(3)	/* cannot be cancelled any more */
#define MEMBER_HELD	BIT(4)	/* the set has a reference to its task */
#define MEMBER_WOKEN	COTASK_E_WOKEN	/* it has ended */

/* --- flags of a set; the low bits are COTASK_GATHER_* ---------------------- */

#define COTASK_SET_RACE		BIT(8)
#define COTASK_SET_REQUESTED	BIT(9)	/* to be cancelled */
#define COTASK_SET_SETTLED	BIT(10)	/* has its outcome, and is done without members */
#define COTASK_SET_CANCELLED	BIT(11)	/* ... which is CANCELLED */
#define COTASK_SET_KEEPS	BIT(12)	/* it holds its tasks until cotask_set_put_tasks() */

extern const struct cotask_awaitable_ops cotask_as_completed_ops;

/* Whether the set still waits for the end of a member. */
static inline bool cotask_set_follows(const struct cotask_member *m)
{
	return (m->entry.flags & (MEMBER_ATTACHED | MEMBER_WOKEN)) == MEMBER_ATTACHED;
}

/* In ops->member(): the member that has ended is the last one. */
static inline bool cotask_set_is_last(const struct cotask_set *s)
{
	return s->attached == 1;
}

static inline struct cotask_set *cotask_set_of(struct cotask_awaitable *x)
{
	return container_of(x, struct cotask_set, base);
}

int cotask_set_check(const struct cotask_member *members, unsigned int n,
		     struct cotask_loop *loop);
int cotask_set_init(struct cotask_set *s, struct cotask_loop *loop,
		    struct cotask_member *members, unsigned int n,
		    struct cotask_group *group, const struct cotask_awaitable_ops *ops);
int cotask_set_follow(struct cotask_set *s, struct cotask_group *group,
		      struct cotask_member *members, unsigned int n,
		      const struct cotask_awaitable_ops *ops);
void cotask_set_refuse(struct cotask_member *members, unsigned int n);
void cotask_set_arm(struct cotask_set *s, s64 ns);
void cotask_set_detach(struct cotask_set *s);
void cotask_set_take_in(struct cotask_set *s);
void cotask_set_queue(struct cotask_set *s);
void cotask_set_cancel(struct cotask_set *s, const struct cotask_reason *why);
void cotask_set_settle(struct cotask_set *s, long result, int how);
void cotask_set_let_go(struct cotask_awaitable *x, struct cotask *waiter);
struct cotask_fanout *cotask_set_tasks(struct cotask_awaitable *x, u64 maker);
void cotask_set_put_tasks(struct cotask_set *s);

#endif /* COTASK_SET_H */
