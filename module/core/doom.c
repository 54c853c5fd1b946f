// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the last resort: ending tasks where they are suspended
 *
 * The code of such a task does not run again; its frames are released.  What it owns ends before
 * that, because it may be in these frames, or have frames there: the children of the groups that
 * it has entered, and the tasks of a gather or race that it waits for.  They are ended in the same
 * way, and the task waits for them.
 *
 * Owners that were found, and whose tasks are to be ended, are in a list of their fan-outs: the
 * depth of nesting costs no kernel stack.
 */
#include "core.h"

/*
 * An awaitable in the frame has to end before the frame is released.  One that others wait for,
 * too, is in the frame of another task, and left alone by a task that only watches it.  Otherwise
 * the release of the frame has to drop it, as cotask_set_drop() says.
 */
static bool may_be_in_frame(const struct cotask *t, const struct cotask_awaitable *x)
{
	return !(t->entry.flags & COTASK_T_WATCH) || list_is_singular(&x->waiters);
}

/* It stops waiting, or waits until the tasks of @x have ended. */
static void release_from(struct cotask *t, struct cotask_awaitable *x, struct list_head *more)
{
	struct cotask_fanout *tasks;

	/* It is in the exit of its own group, whose children are doomed, too. */
	if (x->post.ops == &cotask_group_ops && !(t->entry.flags & COTASK_T_WATCH))
		return;
	tasks = x->post.ops->tasks ? x->post.ops->tasks(x, t->id) : NULL;
	if (tasks) {
		list_move_tail(&tasks->link, more);
		/* From here on a cancel does not end the wait: the set has its outcome. */
		t->entry.flags &= ~COTASK_T_WATCH;
	} else if (x->post.ops->let_go && may_be_in_frame(t, x)) {
		x->post.ops->let_go(x, t);
	} else if (cotask_awaitable_detach(x, &t->entry)) {
		cotask_task_queue(t, -ECANCELED);
	}
}

/**
 * cotask_task_doom - make a task end at its next turn, and schedule that turn
 * @t: the task
 * @more: fan-outs of what it owns are added here
 */
void cotask_task_doom(struct cotask *t, struct list_head *more)
{
	struct cotask_awaitable *x = cotask_task_waits_on(t);
	struct cotask_scope *s;

	for (s = t->scopes; s; s = s->outer) {
		cotask_loop_spend(t->base.loop, 1);
		if (s->kind == COTASK_SCOPE_GROUP)
			list_move_tail(&container_of(s, struct cotask_group, scope)->fanout.link,
				       more);
	}
	cotask_loop_spend(t->base.loop, 2);
	if (cotask_done(t) || (t->entry.flags & COTASK_T_DOOMED))
		return;
	t->entry.flags |= COTASK_T_DOOMED;
	/* While what has granted it is there: that may be in a frame which is released before. */
	if (t->entry.flags & COTASK_T_GRANTED)
		cotask_task_settle_grant(t, false);
	if (x)
		release_from(t, x, more);
}

/* No abort may come to the group, if the task that has entered it is shielded. */
void cotask_group_doom_children(struct cotask_fanout *f, struct list_head *more)
{
	struct cotask_group *g = container_of(f, struct cotask_group, fanout);
	struct cotask *t;

	g->flags |= COTASK_G_DOOMED;
	cotask_race_point(GATE_ABORT, &g->base);
	atomic_or(COTASK_GATE_CLOSED, &g->gate);
	list_for_each_entry(t, &g->children, sibling)
		cotask_task_doom(t, more);
}

/**
 * cotask_group_doom - end all tasks of a group where they are suspended
 * @g: an aborted group whose children take too long
 *
 * No group among them admits more children, but for COTASK_SPAWN_CANCELLED, whose code does not
 * run either.
 */
void cotask_group_doom(struct cotask_group *g)
{
	struct cotask_loop *loop = g->base.loop;
	struct cotask_fanout *f;
	LIST_HEAD(more);

	list_move_tail(&g->fanout.link, &more);
	while ((f = list_first_entry_or_null(&more, struct cotask_fanout, link))) {
		list_del_init(&f->link);
		cotask_loop_spend(loop, 1);
		f->ops->doom(f, &more);
	}
	if (loop->paused)
		cotask_pause_review(loop);
}
