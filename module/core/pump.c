// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - which thread pumps which loop
 *
 * A table, by thread, of the threads that pump a loop.  Code that has no task finds the current
 * task in it, and cotask refuses to run a loop inside another one.  The table changes when a
 * thread begins or ends to pump.
 */
#include <linux/hashtable.h>
#include <linux/seqlock.h>

#include "core.h"

static DEFINE_HASHTABLE(pumps, 6);
/* Guards changes of pumps; a leaf.  Both are for any context, so they do not sleep. */
static DEFINE_RAW_SPINLOCK(pumps_lock);
static seqcount_raw_spinlock_t pumps_seq = SEQCNT_RAW_SPINLOCK_ZERO(pumps_seq, &pumps_lock);

/**
 * cotask_pump_enter - the current thread begins to pump a loop
 * @loop: a loop that is not being pumped
 */
void cotask_pump_enter(struct cotask_loop *loop)
{
	WRITE_ONCE(loop->owner, current);
	loop->pumping = true;
	cotask_stretch_begin(loop);
	raw_spin_lock(&pumps_lock);
	write_seqcount_begin(&pumps_seq);
	hash_add_rcu(pumps, &loop->node, (unsigned long)current);
	write_seqcount_end(&pumps_seq);
	raw_spin_unlock(&pumps_lock);
}

/**
 * cotask_pump_leave - the current thread stops pumping a loop
 * @loop: the loop
 */
void cotask_pump_leave(struct cotask_loop *loop)
{
	raw_spin_lock(&pumps_lock);
	write_seqcount_begin(&pumps_seq);
	hash_del_rcu(&loop->node);
	write_seqcount_end(&pumps_seq);
	raw_spin_unlock(&pumps_lock);
	loop->pumping = false;
}

/**
 * cotask_loop_borrow - become the owner of a loop that is not being pumped
 * @loop: the loop, pinned by the caller
 *
 * To inspect it, or to do what a callback may do; no task runs.  The budget counts, and the
 * borrower breathes like an owner that pumps the loop.
 *
 * Context: Process context; for a short time, as its process waits meanwhile.
 * Return: true, and cotask_loop_return() has to be called; false if the loop cannot be
 *	lent, has an owner, or has ended.
 */
bool cotask_loop_borrow(struct cotask_loop *loop)
{
	if (!(READ_ONCE(loop->flags) & COTASK_LOOP_LENT) || !mutex_trylock(&loop->pump))
		return false;
	if (loop->closed) {
		mutex_unlock(&loop->pump);
		return false;
	}
	WRITE_ONCE(loop->owner, current);
	loop->borrowed = true;
	cotask_stretch_begin(loop);
	return true;
}
EXPORT_FOR_TESTS(cotask_loop_borrow);

/**
 * cotask_loop_return - return a borrowed loop
 * @loop: the loop
 */
void cotask_loop_return(struct cotask_loop *loop)
{
	cotask_stretch_end(loop);
	loop->borrowed = false;
	WRITE_ONCE(loop->owner, NULL);
	/* Acting on a post can have made an event. */
	if (loop->host && loop->host->ops->ready(loop->host))
		loop->host->ops->wake(loop->host);
	mutex_unlock(&loop->pump);
}
EXPORT_FOR_TESTS(cotask_loop_return);

static struct cotask_loop *find_pumped(void)
{
	struct cotask_loop *loop;

	hash_for_each_possible_rcu(pumps, loop, node, (unsigned long)current) {
		if (READ_ONCE(loop->owner) == current)
			return loop;
	}
	return NULL;
}

/**
 * cotask_pump_current - the loop that the current thread pumps
 *
 * A loop that changes its owner can lead a reader to another hash chain, so a search that
 * finds no loop is repeated if the table has changed.
 *
 * Return: The loop, or NULL, also in an interrupt.
 */
struct cotask_loop *cotask_pump_current(void)
{
	struct cotask_loop *loop;
	unsigned int seq;

	if (!in_task())
		return NULL;
	rcu_read_lock();
	do {
		seq = read_seqcount_begin(&pumps_seq);
		loop = find_pumped();
	} while (!loop && read_seqcount_retry(&pumps_seq, seq));
	rcu_read_unlock();
	return loop;
}

/**
 * cotask_current - the task whose step is running
 *
 * Context: Any.
 * Return: The task, not pinned; NULL inside a callback (IN-1); ERR_PTR(-ESRCH)
 *	when the thread is not running a loop.
 */
struct cotask *cotask_current(void)
{
	struct cotask_loop *loop = cotask_pump_current();

	return loop ? loop->current_task : ERR_PTR(-ESRCH);
}
EXPORT_FOR_TESTS(cotask_current);
