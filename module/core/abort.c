// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - aborting a group: cancel its children, and its body
 */
#include <linux/prefetch.h>

#include "core.h"

/* A cancel accesses all of a task; the next task is far away in memory. */
static void prefetch_task(struct cotask *t)
{
	prefetchw(&t->entry);
	prefetchw(&t->group);
	prefetchw(&t->reason);
}

static void cancel_child(struct cotask_group *g, struct cotask *t)
{
	if (unlikely(g->flags & COTASK_G_LEVEL))
		cotask_task_born_level(t);
	/* A task in its eager first step is cancelled when it joins the group (TG-32). */
	if (t->entry.flags & COTASK_T_EAGER)
		t->entry.flags |= COTASK_T_PASSED;
	else if (unlikely(t->entry.flags & COTASK_T_PASSED))
		t->entry.flags &= ~COTASK_T_PASSED;
	else
		cotask_cancel_for(t, &g->why);
}

/**
 * cotask_group_cancel_joined - cancel a task that joins an aborting group
 * @g: the group
 * @t: the task
 *
 * Once: a cancel of the children that is under way, and has not passed the task in its eager first
 * step, is going to come to it, maybe inside of this one.
 */
void cotask_group_cancel_joined(struct cotask_group *g, struct cotask *t)
{
	bool under_way = !list_empty(&g->fanout.link) && g->cursor != &g->children;

	if (under_way && !(t->entry.flags & COTASK_T_PASSED))
		t->entry.flags |= COTASK_T_PASSED;
	else
		t->entry.flags &= ~COTASK_T_PASSED;
	cotask_cancel_for(t, &g->why);
}

/* In spawn order, the body last (TG-9). */
static bool cancel_next(struct cotask_fanout *f)
{
	struct cotask_group *g = container_of(f, struct cotask_group, fanout);
	struct cotask_loop *loop = g->base.loop;

	while (g->cursor != &g->children && cotask_fanout_goes_on(loop, f)) {
		struct cotask *t = list_entry(g->cursor, struct cotask, sibling);

		g->cursor = g->cursor->next;
		if (g->cursor != &g->children)
			prefetch_task(list_entry(g->cursor, struct cotask, sibling));
		loop->budget--;
		cancel_child(g, t);
		/* Cancels that this one has caused come first. */
		if (!list_is_first(&f->link, &loop->fanouts) || loop->budget < 0)
			return true;
	}
	if (g->flags & COTASK_G_ABORT_TASK) {
		g->flags &= ~COTASK_G_ABORT_TASK;
		g->flags |= COTASK_G_ASKS_TASK;
		cotask_scope_cancel(&g->scope, &g->why);
		g->flags &= ~COTASK_G_ASKS_TASK;
	}
	return false;
}

/* A group cannot be left before its children have ended. */
const struct cotask_fanout_ops cotask_group_fanout_ops = {
	.next = cancel_next,
	.doom = cotask_group_doom_children,
};

static void cancel_children(struct cotask_group *g, const struct cotask_reason *why)
{
	struct cotask_loop *loop = g->base.loop;

	g->why = *why;
	g->cursor = g->children.next;
	cotask_wave_begin(loop);
	cotask_fanout_start(loop, &g->fanout);
	cotask_wave_end(loop);
}

/**
 * cotask_group_abort - cancel the children of a group, once
 * @g: the group
 * @why: the reason
 * @body: also cancel the task that has entered the group; that request is the group's own
 */
void cotask_group_abort(struct cotask_group *g, const struct cotask_reason *why, bool body)
{
	if (g->flags & COTASK_G_ABORTING)
		return;
	g->flags |= COTASK_G_ABORTING;
	if (body && g->scope.task)
		g->flags |= COTASK_G_ABORT_TASK;
	g->why = *why;
	trace_cotask_group_abort(g);
	cotask_race_point(GATE_ABORT, &g->base);
	atomic_or(COTASK_GATE_CLOSED, &g->gate);
	cotask_pause_end(g);
	/* Also groups inside that are paused no longer hold their children. */
	if (unlikely(g->base.loop->paused))
		cotask_pause_review(g->base.loop);
	cancel_children(g, why);
}

/**
 * cotask_group_cancel_children - cancel the children of a group, again if it is already aborting
 * @g: the group
 * @why: the reason
 */
void cotask_group_cancel_children(struct cotask_group *g, const struct cotask_reason *why)
{
	if (g->flags & COTASK_G_OVER)
		return;
	if (!(g->flags & COTASK_G_ABORTING))
		cotask_group_abort(g, why, false);
	else if (cotask_wave_may_pass(g->base.loop, g->fanout.wave))
		cancel_children(g, why);
}
