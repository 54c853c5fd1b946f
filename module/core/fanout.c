// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - a cancel that goes to many tasks
 *
 * A cancel of one task may reach a gather or the exit of a group, and with it all members, each
 * of which may wait for another one.  All of this happens depth first, in the order of nested
 * calls, but without the calls: the fan-outs in progress form a stack of the loop, the innermost
 * on top, each with a cursor to its next member.  The depth of nesting costs no kernel stack and
 * no memory (SC-10).
 *
 * Each step is paid from the budget of the loop, see budget.c.  A cancel that has used it up
 * stays on the stack, and the loop goes on with it before anything else runs: so tasks cannot
 * observe that it was interrupted.  As no entry runs meanwhile, cursors stay valid.
 *
 * A *wave* is the set of cancels that one call causes.  It reaches everything that can be
 * reached.  An object that can be reached in several ways is asked several times, as in asyncio;
 * in a net that would be exponentially often, and in a cycle forever.  So a wave repeats a way at
 * most AGAIN times in all, and each member that a fan-out asks once more is such a way.  From then
 * on the request is counted (CX-2), and goes no further where the wave has been before.
 *
 * A wave that comes back to a gather or race which it is still asking has found a cycle: no
 * member of the cycle can end before the others.  That gather is cut: after its members were
 * asked, it ends with -ECANCELED, which its waiters get.  A group cannot be left before its
 * children have ended, so a way that comes back to a group cuts the innermost gather or race on
 * it instead.  If there is none, the task that the last part of the way has begun with stops
 * waiting, see cotask_cancel_route().  A way that has used up the budget of a call from a
 * module's code, and goes on in a later turn, does not find out that it comes back: such a cycle,
 * of thousands of tasks, is cut by the next cancel.
 */
#include "core.h"

/* How often a wave repeats a way. */
#define AGAIN	(64 * 1024)

void cotask_fanout_init(struct cotask_fanout *f, const struct cotask_fanout_ops *ops)
{
	INIT_LIST_HEAD(&f->link);
	INIT_LIST_HEAD(&f->cuttable);
	f->ops = ops;
	f->wave = 0;
	f->nth = 0;
	f->cut = false;
	f->repeats = false;
}

/* A new number.  The part of it that fits into a long is not 0, which is no wave. */
u64 cotask_wave_mark(struct cotask_loop *loop)
{
	do {
		loop->last_mark++;
	} while (!(unsigned long)loop->last_mark);
	return loop->last_mark;
}

/* A call cancels something: it starts a wave, or is part of the current one. */
void cotask_wave_begin(struct cotask_loop *loop)
{
	if (loop->waves++)
		return;
	cotask_loop_lend_budget(loop);
	loop->wave = cotask_wave_mark(loop);
	loop->again = AGAIN;
}

void cotask_wave_end(struct cotask_loop *loop)
{
	if (!--loop->waves)
		cotask_loop_settle_budget(loop);
}

/**
 * cotask_wave_may_pass - whether the current wave continues from here
 * @loop: the loop
 * @mark: the last wave that was here, a value of loop->last_mark
 *
 * Return: false if this wave has been here too often.
 */
bool cotask_wave_may_pass(struct cotask_loop *loop, u64 mark)
{
	return likely(mark < loop->wave) || cotask_wave_repeats(loop);
}

/* The way has come back to @to, which cannot be left: a gather above it, or the first task. */
static void cut_innermost(struct cotask_loop *loop, const struct cotask_fanout *to)
{
	struct cotask_fanout *f;

	f = list_first_entry_or_null(&loop->cuttable, struct cotask_fanout, cuttable);
	if (f && f->nth > to->nth)
		f->cut = true;
	else
		loop->uncut = true;
}

/**
 * cotask_fanout_came_back - whether a wave has come back to what it is asking
 * @loop: the loop
 * @f: the fan-out that the wave has reached
 *
 * Cuts the cycle.
 *
 * Return: true if so.
 */
bool cotask_fanout_came_back(struct cotask_loop *loop, struct cotask_fanout *f)
{
	if (list_empty(&f->link) || f->wave != loop->wave)
		return false;
	if (f->ops->end_cut)
		f->cut = true;
	else
		cut_innermost(loop, f);
	return true;
}

/**
 * cotask_fanout_end - all members were asked, or no longer need to be
 * @f: under way or not
 *
 * Return: whether a cycle is to be cut here.
 */
bool cotask_fanout_end(struct cotask_fanout *f)
{
	bool cut = f->cut;

	list_del_init(&f->link);
	list_del_init(&f->cuttable);
	f->cut = false;
	return cut;
}

/* The one on top may belong to a wave that was interrupted by a later one. */
static void take_up(struct cotask_loop *loop, const struct cotask_fanout *f)
{
	if (f->wave == loop->wave)
		return;
	loop->wave = f->wave;
	loop->again = 0;
}

/**
 * cotask_fanouts_run - continue the cancels in progress
 * @loop: the loop; the caller owns it
 *
 * Return: false if the rest is left for later, see cotask_loop_must_stop().
 */
bool cotask_fanouts_run(struct cotask_loop *loop)
{
	struct cotask_fanout *f;

	if (loop->fanning_out)
		return true;
	loop->fanning_out = true;
	loop->waves++;
	while ((f = list_first_entry_or_null(&loop->fanouts, struct cotask_fanout, link))) {
		if (cotask_loop_must_stop(loop))
			break;
		take_up(loop, f);
		if (!f->ops->next(f) && cotask_fanout_end(f))
			f->ops->end_cut(f);
	}
	loop->waves--;
	loop->fanning_out = false;
	return list_empty(&loop->fanouts);
}

/**
 * cotask_fanout_start - cancel many
 * @loop: the loop of the tasks; a wave has begun
 * @f: with its cursor at the first one
 *
 * If another fan-out is in progress, that one continues afterwards.
 */
void cotask_fanout_start(struct cotask_loop *loop, struct cotask_fanout *f)
{
	f->repeats = f->wave == loop->wave;
	f->wave = loop->wave;
	f->nth = cotask_wave_mark(loop);
	/* A fan-out that an earlier wave has not finished restarts, for both waves. */
	list_move(&f->link, &loop->fanouts);
	if (f->ops->end_cut)
		list_move(&f->cuttable, &loop->cuttable);
	cotask_fanouts_run(loop);
}

/* The tasks of the loop are being ended where they are suspended, so they are not asked. */
void cotask_fanouts_drop(struct cotask_loop *loop)
{
	struct cotask_fanout *f, *next;

	list_for_each_entry_safe(f, next, &loop->fanouts, link) {
		cotask_fanout_end(f);
		cotask_loop_spend(loop, 1);
	}
}
