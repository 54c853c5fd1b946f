// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the watchdog: steps that take too long, cancels that are ignored (IN-B3)
 *
 * Long steps are seen when they end.  For the rest it looks around in intervals: who
 * has an open cancel request the second time, and was not delivered another one in
 * between, has ignored it for at least one of them.
 */
#include "../core/core.h"

static void report(struct cotask *t, u64 ns)
{
	char name[COTASK_NAME_MAX + 1];

	if (t->base.loop->watch.report) {
		t->base.loop->foreign++;
		t->base.loop->watch.report(t, ns);
		t->base.loop->foreign--;
		return;
	}
	cotask_get_name(t, name, sizeof(name));
	if (ns)
		pr_warn_ratelimited("%s: a step of %s took %llu us\n", t->base.loop->name,
				    name, ns / NSEC_PER_USEC);
	else
		pr_warn_ratelimited("%s: %s goes on in spite of a cancel\n",
				    t->base.loop->name, name);
}

/* A step has ended, and with it possibly the task, which its record still holds. */
void cotask_watch_step(struct cotask *t, u64 ns)
{
	struct cotask_loop *loop = t->base.loop;
	u64 limit = loop->watch.step_ns ?:
		    (u64)READ_ONCE(cotask_slow_step_us) * NSEC_PER_USEC;

	t->run_us += min_t(u64, ns / NSEC_PER_USEC, U32_MAX - t->run_us);
	if (limit && ns > limit) {
		loop->stats.slow_steps++;
		report(t, ns);
	}
}

static void look_at(struct cotask *t)
{
	bool ignores = !cotask_done(t) && cotask_cancel_count(t);

	if (!ignores) {
		t->entry.flags &= ~COTASK_T_SUSPECT;
	} else if (!(t->entry.flags & COTASK_T_SUSPECT)) {
		t->entry.flags |= COTASK_T_SUSPECT;
	} else if (!(t->entry.flags & COTASK_T_REPORTED)) {
		t->entry.flags |= COTASK_T_REPORTED;
		report(t, 0);
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

void cotask_watch_exit(struct cotask_loop *loop)
{
	loop->watch.cancel_ns = 0;
	cotask_entry_unlink(loop, &loop->watch.entry);
}

static int set_watch(struct cotask_loop *loop, void *arg)
{
	const struct cotask_watch *new = arg;

	cotask_watch_exit(loop);
	loop->watch.step_ns = new->step_ns;
	loop->watch.cancel_ns = new->cancel_ns;
	loop->watch.report = new->report;
	if (new->step_ns)
		loop->flags |= COTASK_LOOP_ACCOUNT;
	look_again(loop);
	return 0;
}

/**
 * cotask_loop_watch - have a watchdog on a loop
 * @loop: the loop
 * @watch: what to look for; all zero: nothing any more
 *
 * Context: Process context; sleeps if the caller is not the owner of @loop.
 * Return: 0; -EINVAL for a missing argument; -ESHUTDOWN if the loop has ended.
 */
int cotask_loop_watch(struct cotask_loop *loop, const struct cotask_watch *watch)
{
	if (!loop || !watch)
		return -EINVAL;
	return cotask_loop_ask(loop, set_watch, (void *)watch);
}
EXPORT_SYMBOL_GPL(cotask_loop_watch);
