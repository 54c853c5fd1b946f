// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the watchdog: steps that take too long, cancels that are ignored (IN-B3)
 *
 * Long steps are detected when they end, see stats.c.  The watchdog checks tasks in intervals: a
 * task with an open cancel request in two successive checks, and no other delivery in between,
 * has ignored the request for at least one interval.
 */
#include "observe.h"

static void look_at(struct cotask *t)
{
	bool ignores = !cotask_done(t) && cotask_cancel_count(t);

	if (!ignores) {
		t->entry.flags &= ~COTASK_T_SUSPECT;
	} else if (!(t->entry.flags & COTASK_T_SUSPECT)) {
		t->entry.flags |= COTASK_T_SUSPECT;
	} else if (!(t->entry.flags & COTASK_T_REPORTED)) {
		t->entry.flags |= COTASK_T_REPORTED;
		cotask_stats_complain(t, NULL, 0);
	}
}

static void look_around(struct cotask_loop *loop)
{
	struct cotask_group *g;
	struct cotask *t;

	cotask_loop_for_each_task(loop, g, t)
		look_at(t);
}

static void look_again(struct cotask_loop *loop)
{
	struct cotask_watch *w = &loop->watch;

	if (!w->cancel_ns)
		return;
	w->entry.clock = COTASK_CLOCK_MONOTONIC;
	w->entry.deadline = cotask_loop_deadline(loop, min_t(u64, w->cancel_ns, S64_MAX));
	cotask_timer_add(loop, &w->entry);
}

void cotask_watch_run(struct cotask_loop *loop, struct cotask_entry *e)
{
	look_around(loop);
	look_again(loop);
}

static int set_watch(struct cotask_loop *loop, void *arg)
{
	const struct cotask_watch *new = arg;

	if (loop->shut)
		return -ESHUTDOWN;
	cotask_watch_end(loop);
	loop->watch.step_ns = new->step_ns;
	loop->watch.cancel_ns = new->cancel_ns;
	loop->watch.report = new->report;
	if (new->step_ns)
		loop->flags |= COTASK_LOOP_ACCOUNT;
	look_again(loop);
	return 0;
}

/**
 * cotask_loop_watch - start, change or stop the watchdog of a loop
 * @loop: the loop
 * @watch: what to report; all zero: stop
 *
 * Context: Process context; sleeps if the caller is not the owner of @loop.
 * Return: 0; -EINVAL for a missing argument; -ESHUTDOWN if the loop ends; -EBUSY if it is
 *	the loop of a process, which is using it.
 */
int cotask_loop_watch(struct cotask_loop *loop, const struct cotask_watch *watch)
{
	if (!loop || !watch)
		return -EINVAL;
	return cotask_loop_ask(loop, set_watch, (void *)watch);
}
EXPORT_SYMBOL_GPL(cotask_loop_watch);
