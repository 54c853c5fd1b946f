// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - aborting a group: cancel its children, and its body
 *
 * Cancelling a child may reach a task that waits in the exit of a group of its
 * own, which then has to be aborted, too, and so on.  Groups to be aborted are
 * therefore put on a list of the loop and worked off by whoever began, so that the
 * depth of nesting costs no stack.
 */
#include <linux/prefetch.h>

#include "internal.h"

/* A cancel touches all of a task, and the next one is far away in memory. */
static void prefetch_task(struct cotask *t)
{
	prefetchw(&t->entry);
	prefetchw(&t->group);
	prefetchw(&t->reason);
}

static void cancel_children(struct cotask_group *g)
{
	struct cotask *t;

	/* In spawn order (TG-9).  Cancelling runs no code and removes nobody. */
	list_for_each_entry(t, &g->children, sibling) {
		prefetch_task(list_next_entry(t, sibling));
		/* One in its eager first step is cancelled when it has joined (TG-32). */
		if (!(t->entry.flags & COTASK_T_EAGER))
			cotask_cancel_for(t, &g->why);
	}
	if (g->flags & COTASK_G_ABORT_TASK)
		cotask_scope_cancel(&g->scope, &g->why);
}

static void work_off(struct cotask_loop *loop)
{
	struct cotask_group *g;

	if (loop->aborting)
		return;
	loop->aborting = true;
	while ((g = list_first_entry_or_null(&loop->aborts, struct cotask_group, abort))) {
		list_del_init(&g->abort);
		cancel_children(g);
	}
	loop->aborting = false;
}

/**
 * cotask_group_abort - cancel the children of a group, once
 * @g: the group
 * @why: the reason
 * @body: cancel the task that has entered it, too; that request is the group's own
 */
void cotask_group_abort(struct cotask_group *g, const struct cotask_reason *why, bool body)
{
	if (g->flags & COTASK_G_ABORTING)
		return;
	g->flags |= COTASK_G_ABORTING;
	if (body && g->scope.task)
		g->flags |= COTASK_G_ABORT_TASK;
	g->why = *why;
	atomic_or(COTASK_GATE_CLOSED, &g->gate);
	list_add_tail(&g->abort, &g->base.loop->aborts);
	work_off(g->base.loop);
}

/* --- the last resort --------------------------------------------------------- */

/* Have a task end at its next turn, and see that it gets one. */
static void doom(struct cotask *t)
{
	struct cotask_awaitable *x = cotask_task_waits_on(t);

	if (cotask_done(t) || (t->entry.flags & COTASK_T_DOOMED))
		return;
	t->entry.flags |= COTASK_T_DOOMED;
	/* A group comes to an end by itself, as its children are doomed, too. */
	if (!x || x->post.ops == &cotask_group_ops)
		return;
	/* A shield goes with the frame that it is part of: it has to let go, too. */
	if (x->post.ops == &cotask_sleep_ops || x->post.ops == &cotask_shield_ops)
		x->post.ops->cancel(x, t);
	else if (cotask_awaitable_detach(x, &t->entry))
		cotask_task_queue(t, -ECANCELED);
}

static void doom_children(struct cotask_group *g, struct list_head *more)
{
	struct cotask_scope *s;
	struct cotask *t;

	list_for_each_entry(t, &g->children, sibling) {
		for (s = t->scopes; s; s = s->outer) {
			if (s->is_group)
				list_move_tail(&container_of(s, struct cotask_group,
							     scope)->abort, more);
		}
		doom(t);
	}
}

/**
 * cotask_group_doom - end all tasks of a group where they are suspended
 * @g: an aborted group whose children take too long
 *
 * They do not run again; their frames are released.
 */
void cotask_group_doom(struct cotask_group *g)
{
	LIST_HEAD(more);

	list_move_tail(&g->abort, &more);
	while ((g = list_first_entry_or_null(&more, struct cotask_group, abort))) {
		list_del_init(&g->abort);
		g->flags |= COTASK_G_DOOMED;
		doom_children(g, &more);
	}
}
