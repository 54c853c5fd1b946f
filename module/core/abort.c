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
	if (!(g->flags & COTASK_G_ABORTING))
		cotask_group_abort(g, why, false);
	else if (cotask_wave_may_pass(g->base.loop, g->fanout.wave))
		cancel_children(g, why);
}

/* --- the last resort --------------------------------------------------------- */

/*
 * An awaitable in the frame has to end before the frame is released.  One that others wait for,
 * too, is in the frame of another task, and left alone by a task that only watches it.  Otherwise
 * the release of the frame has to drop it, as cotask_set_drop() says.
 */
static bool may_be_in_frame(const struct cotask *t, const struct cotask_awaitable *x)
{
	return !(t->entry.flags & COTASK_T_WATCH) || list_is_singular(&x->waiters);
}

/* Make a task end at its next turn, and schedule that turn. */
static void doom(struct cotask *t)
{
	struct cotask_awaitable *x = cotask_task_waits_on(t);

	cotask_loop_spend(t->base.loop, 2);
	if (cotask_done(t) || (t->entry.flags & COTASK_T_DOOMED))
		return;
	t->entry.flags |= COTASK_T_DOOMED;
	/* While what has granted it is there: that may be in a frame which is released before. */
	if (t->entry.flags & COTASK_T_GRANTED)
		cotask_task_settle_grant(t, false);
	/* Its own group ends by itself: the children of that group are doomed, too. */
	if (!x || (x->post.ops == &cotask_group_ops && !(t->entry.flags & COTASK_T_WATCH)))
		return;
	if (x->post.ops->let_go && may_be_in_frame(t, x))
		x->post.ops->let_go(x, t);
	else if (cotask_awaitable_detach(x, &t->entry))
		cotask_task_queue(t, -ECANCELED);
}

static void doom_children(struct cotask_group *g, struct list_head *more)
{
	struct cotask_scope *s;
	struct cotask *t;

	list_for_each_entry(t, &g->children, sibling) {
		for (s = t->scopes; s; s = s->outer) {
			cotask_loop_spend(t->base.loop, 1);
			if (s->kind == COTASK_SCOPE_GROUP)
				list_move_tail(&container_of(s, struct cotask_group,
							     scope)->fanout.link, more);
		}
		doom(t);
	}
}

/* No abort may come to it, if the task that has entered it is shielded. */
static void doom_one(struct cotask_group *g, struct list_head *more)
{
	g->flags |= COTASK_G_DOOMED;
	cotask_race_point(GATE_ABORT, &g->base);
	atomic_or(COTASK_GATE_CLOSED, &g->gate);
	doom_children(g, more);
}

/**
 * cotask_group_doom - end all tasks of a group where they are suspended
 * @g: an aborted group whose children take too long
 *
 * The code of these tasks does not run again; their frames are released.  No group among them
 * admits more children, but for COTASK_SPAWN_CANCELLED, whose code does not run either.
 */
void cotask_group_doom(struct cotask_group *g)
{
	struct cotask_loop *loop = g->base.loop;
	LIST_HEAD(more);

	list_move_tail(&g->fanout.link, &more);
	while ((g = list_first_entry_or_null(&more, struct cotask_group, fanout.link))) {
		list_del_init(&g->fanout.link);
		cotask_loop_spend(loop, 1);
		doom_one(g, &more);
	}
	if (loop->paused)
		cotask_pause_review(loop);
}
