/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - positions in the groups and tasks of a loop, see cursor.c
 *
 * A part of core.h.
 */
#ifndef COTASK_CURSOR_H
#define COTASK_CURSOR_H

/**
 * struct cotask_cursor - a position in the groups and tasks of a loop
 * @link: in the loop's list of cursors
 * @group: the group it is in, or NULL: at the end [L]
 * @told: the group itself was visited [L]
 * @task: the next child to visit, or NULL: none is left [L]
 * @last_task: no task that existed at the begin has a higher number
 * @last_group: likewise for groups
 * @lost: another cursor has replaced it in the list
 */
struct cotask_cursor {
	struct list_head	link;
	struct cotask_group	*group;
	bool			told;
	struct cotask		*task;
	u64			last_task;
	u64			last_group;
	bool			lost;
};

/* Maximum number of cursors of a loop. */
#define COTASK_CURSORS	32

static inline struct cotask *cotask_first_child(struct cotask_group *g)
{
	return list_first_entry_or_null(&g->children, struct cotask, sibling);
}

static inline struct cotask *cotask_next_child(struct cotask *t)
{
	return list_is_last(&t->sibling, &t->group->children) ? NULL :
	       list_next_entry(t, sibling);
}

void cotask_cursor_begin(struct cotask_cursor *c, struct cotask_loop *loop);
void cotask_cursor_next_group(struct cotask_cursor *c, struct cotask_loop *loop);
struct cotask *cotask_cursor_take_task(struct cotask_cursor *c);
void cotask_cursor_serve(struct cotask_cursor *c, struct cotask_loop *loop);
void cotask_cursor_end(struct cotask_cursor *c, struct cotask_loop *loop);
void cotask_cursors_pass_task(struct cotask *t);
void cotask_cursors_pass_group(struct cotask_group *g);
void cotask_cursors_end(struct cotask_loop *loop);

#endif /* COTASK_CURSOR_H */
