// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - positions in the groups and tasks of a loop
 *
 * A walk over a loop may be interrupted, and the loop goes on meanwhile.  The loop has a cursor
 * for each walk: when the task or group at the cursor ends, the cursor moves on.  So a walk
 * misses no object that exists all the time, visits none twice, and holds no references.  (The
 * exception: the children of a group whose task ends inside it move to another place.)  What
 * has begun after the walk is left out, so a walk ends though the loop makes more all the time.
 *
 * When a task ends, the loop checks all cursors, so a loop has only a few.  A further cursor
 * replaces the one that was served least recently, and the reader of that one gets an error.
 *
 * readers_lock of the loop guards its list of cursors.  A cursor is moved by the owner
 * alone, with that lock or while it serves the reader whose cursor it is.
 */
#include "core.h"

/* Cursors that are checked for one step of the budget. */
#define CURSORS_A_STEP	8

static bool is_newer(const struct cotask_cursor *c, const struct cotask_group *g)
{
	return g && g->id > c->last_group;
}

/* To the next group.  The owner.  What comes after a newer one in its list is newer, too. */
void cotask_cursor_next_group(struct cotask_cursor *c, struct cotask_loop *loop)
{
	struct cotask_group *g = cotask_loop_next_group(loop, c->group);

	if (is_newer(c, g) && cotask_group_is(g, COTASK_G_OPENED))
		g = list_first_entry_or_null(&loop->groups, struct cotask_group, all);
	c->group = is_newer(c, g) ? NULL : g;
	c->told = false;
	c->task = NULL;
}

/* Visit the child, and go to the next one.  NULL: it is newer, and so are those behind it. */
struct cotask *cotask_cursor_take_task(struct cotask_cursor *c)
{
	struct cotask *t = c->task;

	c->task = NULL;
	if (t->id > c->last_task)
		return NULL;
	c->task = cotask_next_child(t);
	return t;
}

/* The position is no longer valid. With readers_lock. */
void cotask_cursor_end(struct cotask_cursor *c, struct cotask_loop *loop)
{
	c->group = NULL;
	if (list_empty(&c->link))
		return;
	list_del_init(&c->link);
	loop->n_cursors--;
}

/* At the first group of @loop.  The owner, with readers_lock. */
void cotask_cursor_begin(struct cotask_cursor *c, struct cotask_loop *loop)
{
	struct cotask_cursor *last;

	c->last_task = cotask_task_last_id();
	c->last_group = cotask_group_last_id();
	c->group = NULL;
	cotask_cursor_next_group(c, loop);
	list_add(&c->link, &loop->cursors);
	if (loop->n_cursors++ < COTASK_CURSORS)
		return;
	last = list_last_entry(&loop->cursors, struct cotask_cursor, link);
	cotask_cursor_end(last, loop);
	WRITE_ONCE(last->lost, true);
}

/* The reader of the cursor is being served. With readers_lock. */
void cotask_cursor_serve(struct cotask_cursor *c, struct cotask_loop *loop)
{
	if (!list_empty(&c->link))
		list_move(&c->link, &loop->cursors);
}

/* Paid after the walk, because a spinlock is held during it. */
static void pay(struct cotask_loop *loop, int n)
{
	loop->budget -= n / CURSORS_A_STEP;
}

/**
 * cotask_cursors_pass_task - a task is about to leave its group
 * @t: the task
 *
 * The owner.
 */
void cotask_cursors_pass_task(struct cotask *t)
{
	struct cotask_loop *loop = t->base.loop;
	struct cotask_cursor *c;
	int n = 0;

	spin_lock(&loop->readers_lock);
	list_for_each_entry(c, &loop->cursors, link) {
		if (c->task == t)
			c->task = cotask_next_child(t);
		n++;
	}
	spin_unlock(&loop->readers_lock);
	pay(loop, n);
}

/**
 * cotask_cursors_pass_group - a group is about to be over
 * @g: the group
 *
 * The owner.
 */
void cotask_cursors_pass_group(struct cotask_group *g)
{
	struct cotask_loop *loop = g->base.loop;
	struct cotask_cursor *c;
	int n = 0;

	spin_lock(&loop->readers_lock);
	list_for_each_entry(c, &loop->cursors, link) {
		if (c->group == g)
			cotask_cursor_next_group(c, loop);
		n++;
	}
	spin_unlock(&loop->readers_lock);
	pay(loop, n);
}

/**
 * cotask_cursors_end - the loop has ended
 * @loop: the loop
 */
void cotask_cursors_end(struct cotask_loop *loop)
{
	struct cotask_cursor *c, *next;

	spin_lock(&loop->readers_lock);
	list_for_each_entry_safe(c, next, &loop->cursors, link)
		cotask_cursor_end(c, loop);
	spin_unlock(&loop->readers_lock);
}
