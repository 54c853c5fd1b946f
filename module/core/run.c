// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - loops that the calling thread pumps, and run()
 *
 * A loop without a kthread of its own, made with COTASK_LOOP_HERE.  Between two runs it
 * belongs to the thread that has made it.
 */
#include <linux/sched/signal.h>

#include "core.h"

/*
 * Cancel each task but one, unless an earlier call has cancelled it.  A process that is being
 * killed leaves the rest to the end of its loop.
 */
void cotask_cancel_leftovers(struct cotask_loop *loop, const struct cotask *except)
{
	static const struct cotask_reason why = { .cause = COTASK_CAUSE_SHUTDOWN };
	struct cotask_group *g;
	struct cotask *t;

	cotask_wave_begin(loop);
	cotask_loop_for_each_task(loop, g, t) {
		if (t == except || cotask_done(t) || (t->entry.flags & COTASK_T_LEFTOVER))
			continue;
		t->entry.flags |= COTASK_T_LEFTOVER;
		cotask_cancel_for(t, &why);
		if (cotask_loop_is_killed(loop))
			break;
	}
	cotask_wave_end(loop);
}

/* The leftover's end is recorded; an error is reported to the handler (CO-9). */
static void pump_leftovers(struct cotask_loop *loop)
{
	u64 seen = loop->stats.spawned - 1;

	while (loop->tasks) {
		/* Those that were spawned meanwhile, too (CO-B1). */
		if (seen != loop->stats.spawned) {
			seen = loop->stats.spawned;
			cotask_cancel_leftovers(loop, NULL);
		}
		/* What is paused has to clean up. */
		if (unlikely(loop->paused))
			cotask_pauses_end(loop);
		if (!cotask_loop_turn(loop))
			cotask_loop_sleep(loop, TASK_IDLE);
	}
}

/* Pump until @main is done; how often a signal has interrupted it. */
static unsigned int pump_main(struct cotask_loop *loop, struct cotask *main)
{
	unsigned int interrupts = 0;

	while (!cotask_done(main)) {
		/* The first signal cancels main, further ones add nothing (CO-10). */
		if (!interrupts && signal_pending(current)) {
			interrupts = 1;
			cotask_cancel_own(main);
		}
		if (!cotask_loop_turn(loop))
			cotask_loop_sleep(loop, interrupts ? TASK_IDLE : TASK_INTERRUPTIBLE);
	}
	return interrupts;
}

static long run_outcome(struct cotask *main, bool interrupted)
{
	if (interrupted && cotask_cancelled(main) && !cotask_uncancel(main))
		return -EINTR;
	return cotask_result(main);
}

/* All mains of a loop share one context (CO-11). */
static int make_context(struct cotask_loop *loop)
{
	if (!loop->context)
		loop->context = cotask_context_new(GFP_KERNEL);
	return loop->context ? 0 : -ENOMEM;
}

/**
 * cotask_run - run a coroutine to its end, and end the tasks that it has left behind
 * @loop: a loop made with COTASK_LOOP_HERE in this thread
 * @main: the coroutine
 *
 * When @main is done, every other task of the loop is cancelled once, those that
 * are spawned meanwhile as well, and all are waited for (CO-8, CO-B1); no group stays
 * paused.  Several runs on one loop, one after the other, share one context (CO-11).
 *
 * Context: Process context, sleeps.
 * Return: The outcome of @main (CO-7); -EINTR if only a signal has cancelled it
 *	(CO-10); -EBUSY inside of a running loop, -ESHUTDOWN after cotask_loop_stop(),
 *	-EXDEV for the loop of another thread, -ENOMEM: @main is then released without
 *	having run.  -EINVAL for a missing argument or a used coroutine.
 */
long cotask_run(struct cotask_loop *loop, struct cotask_frame *main)
{
	struct cotask_spawn_args args = {};
	struct cotask *t;
	long rc = 0;

	if (!loop || !main || !main->step || main->state != COTASK_FRAME_FRESH)
		return -EINVAL;
	if (cotask_pump_current())
		rc = -EBUSY;
	else if (loop->closed)
		rc = -ESHUTDOWN;
	else if (!cotask_loop_mine(loop))
		rc = -EXDEV;
	else
		rc = make_context(loop);
	if (rc) {
		if (main->release)
			main->release(main);
		return rc;
	}
	args.context = loop->context;
	args.flags = COTASK_SPAWN_LAZY;
	cotask_pump_enter(loop);
	t = cotask_spawn_with(&loop->root, main, &args);
	if (IS_ERR(t)) {
		rc = PTR_ERR(t);
	} else {
		rc = run_outcome(t, pump_main(loop, t));
		pump_leftovers(loop);
		cotask_put(t);
	}
	cotask_pump_leave(loop);
	return rc;
}
EXPORT_SYMBOL_GPL(cotask_run);
