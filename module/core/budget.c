// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - work is bounded by work
 *
 * Whatever walks over what users can have many of (waiters, members, children, errors,
 * objects, due deadlines) pays for each step from the budget of the loop.  When that is
 * used up the owner breathes: other threads get the CPU, and the budget is full again.
 * Between two breaths are no more than about a million instructions.
 *
 * A thread that walks over the rest of a loop that has ended, or over objects of another
 * thread, has no budget: it reschedules at each step if needed.
 *
 * The owner can breathe where only cotask is on the stack: between entries, and in an
 * operation of a process.  Inside the code of a module, which may hold a spinlock, it
 * cannot: there a cancel is left on the loop's stack, see fanout.c, and all other objects
 * that are walked over are the module's own.
 *
 * The owner of a process's loop also checks for fatal signals.  A cancel, which can take
 * long, stops then, and the next thread that enters the loop continues it, if there is
 * one.
 */
#include <linux/module.h>
#include <linux/sched/signal.h>

#include "core.h"

/* Only code of cotask is on the stack of the owner, which sleeps between entries. */
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
		 "debugging: the longest time that an owner went on without a point to reschedule");
#endif

/* What can stop has to: the process is being killed, and its loop is not yet being closed. */
static bool is_killed(const struct cotask_loop *loop)
{
	return (loop->flags & COTASK_LOOP_LENT) && !loop->shut && fatal_signal_pending(current);
}

/*
 * Of a process that is being killed: so little that whatever can stop does soon, and enough for
 * a walk that cannot stop not to spend its time on breathing.
 */
#define KILLED_BUDGET	64

/**
 * cotask_loop_breathe - the budget is used up: let other threads run
 * @loop: the loop; the caller owns it
 *
 * Return: false if it cannot be done here.
 */
bool cotask_loop_breathe(struct cotask_loop *loop)
{
	if (!may_breathe(loop))
		return false;
	loop->budget = is_killed(loop) ? KILLED_BUDGET : COTASK_BUDGET;
	loop->owed = 0;
	might_sleep();
	cotask_stretch_end(loop);
	cond_resched();
	cotask_stretch_begin(loop);
	return true;
}
EXPORT_FOR_TESTS(cotask_loop_breathe);

/**
 * cotask_loop_lend_budget - code of a module has called something that walks
 * @loop: the loop; the caller owns it
 *
 * Such a call cannot breathe.  It gets a budget of its own, so that what it does at once does
 * not depend on what was done before it.  What was used before is owed until the next breath.
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
	return is_killed(loop);
}

void cotask_loop_schedule(struct cotask_loop *loop, long timeout)
{
	loop->budget = COTASK_BUDGET;
	cotask_stretch_end(loop);
	schedule_timeout(timeout);
	cotask_stretch_begin(loop);
}
