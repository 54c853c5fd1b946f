// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - what all scopes of a task have in common
 *
 * Timeouts, groups, shielded sections and cancel scopes are entered and left like blocks of a
 * program.  A scope can cancel its task, once; when it is left it takes that request back, and
 * compares the remaining count with the count at entry, to detect other requests to cancel the
 * task.
 *
 * In a shielded section only requests from inside of it count: see
 * cotask_scope_count().
 */
#include "core.h"

/* Whether the task is inside a shielded section, up to scope @end. */
static struct cotask_scope *shield_around(struct cotask_scope *s)
{
	while (s && s->kind != COTASK_SCOPE_SHIELD)
		s = s->outer;
	return s;
}

/**
 * cotask_scope_count - the cancel requests that are not held back
 * @t: the task
 *
 * In a shielded section: those that were delivered before it, and those of scopes
 * that were entered in it.
 *
 * Return: The count.
 */
u32 cotask_scope_count(const struct cotask *t)
{
	u32 count = cotask_cancel_count(t), inside = 0;
	const struct cotask_scope *s;

	if (likely(!(t->entry.flags & COTASK_T_SHIELDED)))
		return count;
	for (s = t->scopes; s->kind != COTASK_SCOPE_SHIELD; s = s->outer)
		inside += s->own;
	return min(count, s->baseline + inside);
}

/**
 * cotask_scope_enter - begin a scope
 * @s: the scope; s->kind is set
 * @t: the current task
 */
void cotask_scope_enter(struct cotask_scope *s, struct cotask *t)
{
	s->task = t;
	s->outer = t->scopes;
	s->baseline = t->settled;
	s->own = false;
	t->scopes = s;
}

/**
 * cotask_scope_unshielded - the innermost scope of a task that is in no shielded section
 * @t: the task
 * @end: one of its scopes, sections around which do not count; NULL: all count
 *
 * Return: The scope, from which to go outwards to @end; or @end.
 */
struct cotask_scope *cotask_scope_unshielded(const struct cotask *t,
					     const struct cotask_scope *end)
{
	struct cotask_scope *s, *found = t->scopes;

	for (s = t->scopes; s != end; s = s->outer) {
		if (s->kind == COTASK_SCOPE_SHIELD)
			found = s->outer;
	}
	return found;
}

/* Whether a scope that is to be entered is already open in the task. */
bool cotask_scope_is_open(const struct cotask *t, const struct cotask_scope *s)
{
	const struct cotask_scope *open;

	for (open = t->scopes; open; open = open->outer) {
		if (open == s)
			return true;
	}
	return false;
}

/* Scopes are left in the reverse order of entering. */
bool cotask_scope_innermost(const struct cotask_scope *s)
{
	return s->task && s->task->scopes == s;
}

/*
 * A coroutine may leave what its caller has entered: frames that were called inside of @s are in
 * the scope around it from here on.  The frame of cotask_group_exit() is that already.
 */
void cotask_scope_leave(struct cotask_scope *s)
{
	struct cotask_frame *f = s->task->frame;

	if (f && f->scopes == s->outer)
		f = f->outer;
	for (; f && f->scopes == s; f = f->outer)
		f->scopes = s->outer;
	s->task->scopes = s->outer;
}

/**
 * cotask_scope_cancel - a scope cancels the task that has entered it
 * @s: the scope; once per scope
 * @why: the reason
 */
void cotask_scope_cancel(struct cotask_scope *s, const struct cotask_reason *why)
{
	struct cotask *t = s->task;

	s->own = true;
	s->own_delivery = t->deliveries;
	s->own_settled = t->settled;
	/* A shield between the scope and where the task is holds it back. */
	if (shield_around(t->scopes) == shield_around(s))
		cotask_cancel_inside(t, why);
	else
		cotask_cancel_for(t, why);
}

/*
 * A request of @s that had been delivered is taken back.  Scopes further out that have
 * cancelled the task after that delivery have counted it.
 */
static void forget_settled(struct cotask *t, const struct cotask_scope *s)
{
	struct cotask_scope *outer;

	for (outer = t->scopes; outer; outer = outer->outer) {
		if (outer->own && outer->own_settled &&
		    (s32)(outer->own_delivery - s->own_delivery) > 0)
			outer->own_settled--;
	}
}

/**
 * cotask_scope_take_back - the scope's own request is over
 * @s: a scope that has cancelled its task, and was left
 */
void cotask_scope_take_back(struct cotask_scope *s)
{
	struct cotask *t = s->task;
	u32 count;

	cotask_cancel_take_back(t, s->baseline);
	count = cotask_scope_count(t);
	if (count <= s->baseline)
		cotask_cancel_disarm(t);
	if (t->deliveries != s->own_delivery && t->settled > s->baseline) {
		t->settled--;
		forget_settled(t, s);
	}
	/* Withdrawn requests will never be delivered: they have vanished (TO-B6). */
	if (count <= s->baseline && !(t->entry.flags & COTASK_T_ARMED))
		t->settled = count;
	t->settled = min(t->settled, count);
	/* A request that stays armed is still to be delivered: no part of a baseline (TO-B1). */
	if ((t->entry.flags & (COTASK_T_ARMED | COTASK_T_LEVEL)) == COTASK_T_ARMED && count)
		t->settled = min(t->settled, count - 1);
}

/**
 * cotask_scope_missed - whether a request from outside was never noticed
 * @s: a scope that has taken its own request back
 *
 * It was merged into the same delivery, and nothing was delivered since (TG-B2).
 *
 * Return: true if it was.
 */
bool cotask_scope_missed(const struct cotask_scope *s)
{
	u32 count = cotask_scope_count(s->task);
	u32 deliveries = s->task->deliveries - s->own_delivery;

	return count > s->baseline && count > s->own_settled && deliveries <= 1;
}
