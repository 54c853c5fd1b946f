// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - pausing the tasks of a group
 *
 * While a group is paused no code of its children runs, nor of the children of groups that these
 * have entered.  Nothing else stops: time passes, awaits end, requests to cancel are counted.  A
 * task whose turn comes is held in a list of the loop instead of being run, and goes back to the
 * ready queue in the same order.  So are the record of a task's end and the deadline of a group,
 * as an error or that deadline would cancel tasks, which run then.
 *
 * Aborting a group ends its pause, because its children have to clean up.  The pauses of groups
 * inside of it have no effect from then on: a task that cleans up may wait for their children.
 */
#include "core.h"

/*
 * A pause goes down to all groups inside, so it is looked up here instead: that costs nothing
 * without a pause.  The loop of a process has none, so code of the kernel determines the depth.
 */
static bool is_paused(struct cotask_loop *loop, const struct cotask_group *g)
{
	bool paused = false;

	for (;;) {
		loop->budget--;
		if (g->flags & COTASK_G_PAUSED)
			paused = true;
		else if (g->flags & COTASK_G_ABORTING)
			paused = false;
		if (!g->scope.task)
			return paused;
		g = g->scope.task->group;
	}
}

/* What is held: a task, the record of its end, or the deadline of a group. */
static const struct cotask_group *group_of(const struct cotask_entry *e)
{
	if (e->kind == COTASK_ENTRY_GROUP)
		return container_of(e, const struct cotask_group, due);
	return container_of(e, const struct cotask, entry)->group;
}

/**
 * cotask_pause_holds - whether an entry is not to run now
 * @loop: its loop, with a paused group
 * @e: an entry whose turn has come, in no list; is put into one if so
 *
 * The owner.
 *
 * Return: true if so; it is held.
 */
bool cotask_pause_holds(struct cotask_loop *loop, struct cotask_entry *e)
{
	const struct cotask_group *g = group_of(e);

	/* What is ended by force waits for the ends of what it owns. */
	if ((e->flags & COTASK_T_DOOMED) || (g->flags & COTASK_G_DOOMED) || !is_paused(loop, g))
		return false;
	list_add_tail(&e->link, &loop->held);
	return true;
}

/* Queue what is no longer to be held. The owner. */
void cotask_pause_review(struct cotask_loop *loop)
{
	struct cotask_entry *e, *next;
	LIST_HEAD(held);

	list_splice_init(&loop->held, &held);
	list_for_each_entry_safe(e, next, &held, link) {
		list_del_init(&e->link);
		if (!cotask_pause_holds(loop, e))
			cotask_loop_queue(loop, e);
		loop->budget--;
	}
}

/* The owner. */
void cotask_pause_end(struct cotask_group *g)
{
	if (!(g->flags & COTASK_G_PAUSED))
		return;
	g->flags &= ~COTASK_G_PAUSED;
	g->base.loop->paused--;
	cotask_pause_review(g->base.loop);
}

/* All of them: a run is over.  The owner. */
void cotask_pauses_end(struct cotask_loop *loop)
{
	struct cotask_group *g = NULL;

	while (loop->paused && (g = cotask_loop_next_group(loop, g)))
		cotask_pause_end(g);
}

/* Whether the group, or one around it, aborts. */
static bool is_in_abort(const struct cotask_group *g)
{
	while (!(g->flags & COTASK_G_ABORTING)) {
		g->base.loop->budget--;
		if (!g->scope.task)
			return false;
		g = g->scope.task->group;
	}
	return true;
}

/* It aborts and has no child, nor is one on its way: it admits none but for the owner. */
static bool is_at_rest(const struct cotask_group *g)
{
	return (g->flags & COTASK_G_ABORTING) && !g->live && !g->jobs &&
	       atomic_read(&g->gate) == COTASK_GATE_CLOSED;
}

static int pause(struct cotask_loop *loop, void *arg)
{
	struct cotask_group *g = arg;

	if (g->flags & COTASK_G_OVER)
		return -ESHUTDOWN;
	if (is_in_abort(g))
		return is_at_rest(g) ? 0 : -ESHUTDOWN;
	if (!(g->flags & COTASK_G_PAUSED)) {
		g->flags |= COTASK_G_PAUSED;
		loop->paused++;
	}
	return 0;
}

static int resume(struct cotask_loop *loop, void *arg)
{
	cotask_pause_end(arg);
	return 0;
}

static int ask(struct cotask_group *g, int (*fn)(struct cotask_loop *loop, void *arg))
{
	struct cotask_loop *loop;
	int rc;

	if (!g || !cotask_group_is(g, COTASK_G_ACTIVE) || !in_task() || irqs_disabled())
		return -EINVAL;
	loop = cotask_group_pin_loop(g);
	if (!loop)
		return -ESHUTDOWN;
	/* The process would sleep in ENTER, and could not be asked to resume. */
	if (loop->flags & COTASK_LOOP_LENT)
		rc = -EOPNOTSUPP;
	else
		rc = cotask_loop_ask(loop, fn, g);
	cotask_unpin_loop(loop);
	return rc;
}

/**
 * cotask_group_pause - stop running the tasks of a group until it is resumed
 * @g: a group that was opened or entered, and is not being ended
 *
 * For a device that goes to sleep.  When this returns no code of the group's tasks is running,
 * nor of tasks in groups that these have entered; all state is kept.  Time continues: deadlines
 * that come due during the pause take effect at its end, and so does the failure of a task that
 * ended just before it.  Functions in worker threads continue.  A task that pauses its own group
 * goes on to its next await.
 *
 * A cancel of the group, or of one around it, ends the pause: the tasks clean up.  A group is
 * cancelled, too, when a cancel or a timeout reaches the task that waits in its exit.
 *
 * Context: Process context; sleeps unless the caller is the owner of the loop.
 * Return: 0, also if it was paused before; -ESHUTDOWN if the group, or one around it, was
 *	cancelled, unless that was @g itself and its children have ended, or if the group has
 *	ended; -EINVAL if @g is not in use, in an interrupt, or with interrupts disabled;
 *	-EOPNOTSUPP on the loop of a process.
 */
int cotask_group_pause(struct cotask_group *g)
{
	return ask(g, pause);
}
EXPORT_SYMBOL_GPL(cotask_group_pause);

/**
 * cotask_group_resume - end a pause
 * @g: as for cotask_group_pause()
 *
 * Tasks that were held run in the order in which their turns have come.
 *
 * Context: Process context; sleeps unless the caller is the owner of the loop.
 * Return: 0, also if it was not paused; -ESHUTDOWN if the group has ended; -EINVAL if @g is
 *	not in use, in an interrupt, or with interrupts disabled; -EOPNOTSUPP on the loop of a
 *	process.
 */
int cotask_group_resume(struct cotask_group *g)
{
	return ask(g, resume);
}
EXPORT_SYMBOL_GPL(cotask_group_resume);
