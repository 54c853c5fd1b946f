// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the budget: bounded work between two reschedule points
 *
 * Each walk over objects of which users can create many (waiters, members, children, errors,
 * objects, due deadlines) pays for each step from the budget of the loop.  When the budget is
 * used up, the owner breathes: it reschedules if needed, and the budget is full again.  At most
 * about a million instructions run between two breaths.
 *
 * A thread that walks over the remains of a loop that has ended, or over objects of another
 * thread, has no budget: it reschedules at each step if needed.
 *
 * The owner can breathe where its stack contains only functions of cotask: between entries, in an
 * operation of a process, and when the code of a task has ended.  It cannot breathe when the code
 * of a module has called it, because that code may hold a spinlock.  There, a cancel remains on
 * the loop's stack, see fanout.c; all other objects in such a walk are the module's own.
 *
 * The owner of a process's loop also checks for fatal signals.  A long cancel then stops, and the
 * next thread that enters the loop continues it.
 */
#include <linux/module.h>
#include <linux/sched/signal.h>

#include "core.h"

/* The owner sleeps between entries, where its stack contains only functions of cotask. */
static bool may_breathe(const struct cotask_loop *loop)
{
	if (!(loop->pumping || loop->borrowed) || loop->foreign)
		return false;
	return !loop->current_task || (loop->current_task->entry.flags & COTASK_T_HOSTED);
}

#ifdef CONFIG_COTASK_DEBUG
/* Of all loops: the longest time between two breaths, and which breath ended it. */
static u64 longest_ns;
static void *longest_at;

void cotask_stretch_begin(struct cotask_loop *loop)
{
	loop->breath = ktime_get_ns();
}

void cotask_stretch_end(struct cotask_loop *loop)
{
	u64 ns = ktime_get_ns() - loop->breath;

	if (ns <= READ_ONCE(longest_ns))
		return;
	WRITE_ONCE(longest_ns, ns);
	WRITE_ONCE(longest_at, __builtin_return_address(0));
}

static int longest_get(char *buffer, const struct kernel_param *param)
{
	return scnprintf(buffer, PAGE_SIZE, "%llu ns, up to %pS\n", READ_ONCE(longest_ns),
			 READ_ONCE(longest_at));
}

static int longest_set(const char *value, const struct kernel_param *param)
{
	return kstrtou64(value, 0, &longest_ns);
}

static const struct kernel_param_ops longest_ops = { .get = longest_get, .set = longest_set };

module_param_cb(longest_stretch, &longest_ops, NULL, 0644);
MODULE_PARM_DESC(longest_stretch,
		 "debugging: the longest time in which an owner passed no reschedule point");
#endif

/* What can stop has to: the process is being killed, and its loop is not yet being closed. */
bool cotask_loop_is_killed(const struct cotask_loop *loop)
{
	return (loop->flags & COTASK_LOOP_LENT) && !loop->shut && fatal_signal_pending(current);
}

/*
 * The budget of a process that is being killed: small, so that work that can stop does so soon;
 * large enough that a walk that cannot stop does not breathe all the time.
 */
#define KILLED_BUDGET	64

/**
 * cotask_loop_breathe - refill the budget, and let other threads run
 * @loop: the loop; the caller owns it
 *
 * Return: false if it cannot be done here.
 */
bool cotask_loop_breathe(struct cotask_loop *loop)
{
	if (!may_breathe(loop))
		return false;
	loop->budget = cotask_loop_is_killed(loop) ? KILLED_BUDGET : COTASK_BUDGET;
	loop->breathed = true;
	loop->owed = 0;
	might_sleep();
	cotask_stretch_end(loop);
	cond_resched_tasks_rcu_qs();
	cotask_stretch_begin(loop);
	return true;
}
EXPORT_FOR_TESTS(cotask_loop_breathe);

/**
 * cotask_loop_lend_budget - code of a module calls a function that walks
 * @loop: the loop; the caller owns it
 *
 * Such a call cannot breathe.  It has a budget of its own, so that the amount of work it does at
 * once does not depend on earlier work.  Steps that were used before the call are owed until the
 * next breath.
 */
void cotask_loop_lend_budget(struct cotask_loop *loop)
{
	if (may_breathe(loop))
		return;
	loop->owed = COTASK_BUDGET - loop->budget;
	loop->budget = COTASK_BUDGET;
}

/**
 * cotask_loop_settle_budget - the call has ended
 * @loop: the loop; the caller owns it
 */
void cotask_loop_settle_budget(struct cotask_loop *loop)
{
	loop->budget = max(loop->budget - loop->owed, -COTASK_BUDGET);
	loop->owed = 0;
}

/**
 * cotask_loop_must_stop - whether work that can be interrupted has to stop here
 * @loop: the loop; the caller owns it
 *
 * Breathes if it is time to.
 *
 * Return: true if so; the loop goes on with it later.
 */
bool cotask_loop_must_stop(struct cotask_loop *loop)
{
	if (unlikely(loop->budget < 0) && !cotask_loop_breathe(loop))
		return true;
	return cotask_loop_is_killed(loop);
}

/**
 * cotask_turn_breathe - the end of a stretch, between two posts or entries of a turn
 * @loop: the loop; the caller owns it; it has breathed, or its budget is used up
 *
 * Other processes can post as fast as the owner acts on it, so that they determine how long a turn
 * takes, and the next one: after each breath the host is asked whether it wants its thread back.
 *
 * Return: true if the turn has to be left; the rest of it comes in the next one.
 */
bool cotask_turn_breathe(struct cotask_loop *loop)
{
	if (loop->budget < 0 && !cotask_loop_breathe(loop))
		return true;
	loop->breathed = false;
	return cotask_loop_is_killed(loop) ||
	       (loop->host && loop->host->ops->must_return(loop->host));
}

void cotask_loop_schedule(struct cotask_loop *loop, long timeout)
{
	loop->budget = COTASK_BUDGET;
	cotask_stretch_end(loop);
	schedule_timeout(timeout);
	cotask_stretch_begin(loop);
}
