// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - a cancel that goes to many
 *
 * Cancelling one task may reach a gather or the exit of a group, and with it all of
 * its members, each of which may wait for the like.  The whole of it happens at
 * once, in the order in which nested calls would do it, depth first, but without
 * the calls: what is under way lies on a stack of the loop, the innermost on top,
 * each with a cursor that says who is next.  The depth of nesting costs no kernel
 * stack and no memory (SC-10).
 *
 * Cancelling runs no code of tasks and takes nobody out of a list of members, so
 * cursors stay valid.
 */
#include "internal.h"

void cotask_fanout_init(struct cotask_fanout *f, bool (*next)(struct cotask_fanout *f))
{
	INIT_LIST_HEAD(&f->link);
	f->next = next;
}

/**
 * cotask_fanout_start - cancel many
 * @loop: their loop
 * @f: with its cursor at the first one; not under way
 *
 * When it is called in the middle of another one, that one goes on afterwards.
 */
void cotask_fanout_start(struct cotask_loop *loop, struct cotask_fanout *f)
{
	list_add(&f->link, &loop->fanouts);
	if (loop->fanning_out)
		return;
	loop->fanning_out = true;
	while (!list_empty(&loop->fanouts)) {
		f = list_first_entry(&loop->fanouts, struct cotask_fanout, link);
		if (!f->next(f))
			list_del_init(&f->link);
	}
	loop->fanning_out = false;
}
