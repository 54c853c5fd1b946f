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
 *
 * A *wave* is all that one call sets off.  As in asyncio, it goes down each path: who
 * can be reached in several ways is asked several times, which in a graph that somebody
 * has thought out can be exponentially often, and in a long cycle for ever.  So a wave
 * that has gone far enough goes no way for the second time; the requests are counted
 * (CX-2), but not passed on by who has passed one on already.
 */
#include "internal.h"

void cotask_fanout_init(struct cotask_fanout *f, bool (*next)(struct cotask_fanout *f))
{
	INIT_LIST_HEAD(&f->link);
	f->next = next;
}

/* Steps of a wave that may go everywhere; some milliseconds. */
#define FAR	(128 * 1024)

/* A wave begins, or is under way. */
void cotask_wave_begin(struct cotask_loop *loop)
{
	if (!loop->waves++)
		loop->wave_steps = 0;
}

void cotask_wave_end(struct cotask_loop *loop)
{
	loop->waves--;
}

/* A wave goes one step further; true: it has gone far enough before. */
bool cotask_wave_step(struct cotask_loop *loop)
{
	return loop->wave_steps++ >= FAR;
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
	cotask_wave_begin(loop);
	while (!list_empty(&loop->fanouts)) {
		f = list_first_entry(&loop->fanouts, struct cotask_fanout, link);
		if (!f->next(f))
			list_del_init(&f->link);
	}
	cotask_wave_end(loop);
	loop->fanning_out = false;
}
