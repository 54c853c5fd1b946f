/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - groups
 *
 * A part of core.h.
 */
#ifndef COTASK_GROUP_H
#define COTASK_GROUP_H

/* Whether the caller owns the loop of a group, which then stays. */
static inline bool cotask_group_mine(const struct cotask_group *g)
{
	const struct cotask_loop *loop;
	bool mine;

	/* Another thread may be stopping the group, and drop the loop. */
	rcu_read_lock();
	loop = READ_ONCE(g->base.loop);
	mine = loop && cotask_loop_mine(loop);
	rcu_read_unlock();
	return mine;
}

/*
 * Whether the group has one of these flags, COTASK_G_ACTIVE: they stay once they are set.  The
 * owner may be changing others.
 */
static inline bool cotask_group_is(const struct cotask_group *g, u32 flags)
{
	/* Only constant bits are used. */
	return data_race(READ_ONCE(g->flags)) & flags;
}

/* A scope, if it is a group, is inside of a cancelled scope: so are its children (CX-B1). */
static inline void cotask_group_mark_level(struct cotask_scope *s)
{
	if (s->kind == COTASK_SCOPE_GROUP)
		container_of(s, struct cotask_group, scope)->flags |= COTASK_G_LEVEL;
}

void cotask_group_due_run(struct cotask_loop *loop, struct cotask_entry *e);
int cotask_group_admits(struct cotask_group *g, bool mine, unsigned int n);
int cotask_group_admits_cancelled(const struct cotask_group *g);
u64 cotask_group_last_id(void);
void cotask_group_cancel_own(struct cotask_group *g);
void cotask_group_adopt(struct cotask_group *g, struct cotask *t);
void cotask_group_child_ended(struct cotask_group *g, struct cotask *t);
void cotask_group_check_over(struct cotask_group *g);
void cotask_group_desert(struct cotask_group *g, long rc);
void cotask_group_abandon(struct cotask_scope *s);
void cotask_group_close(struct cotask_group *g);
int cotask_group_error_at(struct cotask_group *g, u64 n, struct cotask_group_error *e);

/* pause.c */
bool cotask_pause_holds(struct cotask_loop *loop, struct cotask_entry *e);
void cotask_pause_review(struct cotask_loop *loop);
void cotask_pause_end(struct cotask_group *g);
void cotask_pauses_end(struct cotask_loop *loop);

/* abort.c */
extern const struct cotask_fanout_ops cotask_group_fanout_ops;
void cotask_group_cancel_joined(struct cotask_group *g, struct cotask *t);
void cotask_group_abort(struct cotask_group *g, const struct cotask_reason *why,
			bool body);
void cotask_group_cancel_children(struct cotask_group *g, const struct cotask_reason *why);

/* doom.c */
void cotask_task_doom(struct cotask *t, struct list_head *more);
void cotask_group_doom_children(struct cotask_fanout *f, struct list_head *more);
void cotask_group_doom(struct cotask_group *g);

#endif /* COTASK_GROUP_H */
