/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - cancelling a task, and the scopes that it is in
 *
 * A part of core.h.
 */
#ifndef COTASK_CANCEL_H
#define COTASK_CANCEL_H

/* cancel.c */
bool cotask_cancel_own(struct cotask *task);
bool cotask_cancel_for(struct cotask *t, const struct cotask_reason *why);
bool cotask_cancel_outside(struct cotask *t);
void cotask_cancel_route(struct cotask *t);
void cotask_cancel_take_in(struct cotask *t);
void cotask_cancel_inside(struct cotask *t, const struct cotask_reason *why);
void cotask_cancel_disarm(struct cotask *t);
u32 cotask_cancel_take_back(struct cotask *t, u32 floor);
void cotask_cancel_settle(struct cotask *t);
void cotask_cancel_deliver(struct cotask *t);
void cotask_cancel_deliver_here(struct cotask *t);
void cotask_cancel_hand_on(struct cotask *t);

/* scope.c, section.c */
u32 cotask_scope_count(const struct cotask *t);
void cotask_section_abandon(struct cotask_scope *s);
void cotask_cancel_scope_abandon(struct cotask_scope *s);
void cotask_cancel_scope_run(struct cotask_loop *loop, struct cotask_entry *e);
const struct cotask_reason *cotask_cancel_scope_covers(const struct cotask_group *g);
void cotask_scope_enter(struct cotask_scope *s, struct cotask *t);
struct cotask_scope *cotask_scope_unshielded(const struct cotask *t,
					     const struct cotask_scope *end);
bool cotask_scope_is_open(const struct cotask *t, const struct cotask_scope *s);
bool cotask_scope_innermost(const struct cotask_scope *s);
void cotask_scope_leave(struct cotask_scope *s);
void cotask_scope_cancel(struct cotask_scope *s, const struct cotask_reason *why);
void cotask_scope_take_back(struct cotask_scope *s);
bool cotask_scope_missed(const struct cotask_scope *s);

/* abandon.c */
bool cotask_abandon(struct cotask *t, struct cotask_frame *frame, long rc);
void cotask_abandon_all(struct cotask *t);

/* Arm a task, which is scheduled or running, for requests that were posted. */
static inline void cotask_cancel_taken_in(struct cotask *t)
{
	if (unlikely(atomic_read(&t->base.state) & COTASK_S_POSTED))
		cotask_cancel_take_in(t);
}

/* Number of requests that were not taken back. */
static inline u32 cotask_cancel_count(const struct cotask *t)
{
	return (u32)atomic_read(&t->base.state) >> COTASK_S_COUNT_SHIFT;
}

static inline void cotask_cancel_arm(struct cotask *t)
{
	t->entry.flags |= COTASK_T_ARMED;
}

/* The opposite.  Whether a request came late is a property of what has armed the task. */
static inline void cotask_cancel_unarm(struct cotask *t)
{
	t->entry.flags &= ~(COTASK_T_ARMED | COTASK_T_LATE);
}

/* Arm it for a request that is going to be delivered once more: unsettle it. */
static inline void cotask_cancel_rearm(struct cotask *t)
{
	if (t->entry.flags & COTASK_T_ARMED)
		return;
	t->deliveries--;
	t->settled = min(t->settled, cotask_scope_count(t) - 1);
	cotask_cancel_arm(t);
}

/*
 * A coroutine of cotask has awaited something else since its await that gave -ECANCELED, and is
 * about to return this code: whether that await has delivered a request (CX-B3).
 */
static inline void cotask_cancel_restore(struct cotask *t, bool delivered)
{
	if (delivered)
		t->entry.flags |= COTASK_T_DELIVERED;
}

/* timeout.c */
void cotask_timeout_run(struct cotask_loop *loop, struct cotask_entry *e);
void cotask_timeout_abandon(struct cotask_scope *s);
bool cotask_timeouts_expiring(const struct cotask *task);
s64 cotask_deadline_around(const struct cotask *task);

#endif /* COTASK_CANCEL_H */
