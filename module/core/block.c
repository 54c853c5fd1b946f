// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - threads that sleep until an awaitable is done
 *
 * A thread that blocks stands in a ring with those that wait for the same awaitable, and one of
 * them in one of a few lists.  A completion, in any context, wakes one of those threads: it takes
 * raw spinlocks, and neither allocates nor frees memory.  With interrupts disabled it only
 * searches for one ring.  A thread that was woken wakes the next one of its ring.
 *
 * This file uses the awaitable only as an address: it may be freed before its threads wake.
 */
#include <linux/hash.h>
#include <linux/sched/signal.h>

#include "core.h"

/**
 * struct blocked - a thread that sleeps
 * @node: in a list, of the first one of a ring [B]
 * @ring: those that wait for the same [B]
 * @x: what it waits for [I]
 * @task: the thread [I]
 * @woken: the thread was taken out, as @x is done, or what was there before it [B]
 */
struct blocked {
	struct hlist_node		node;
	struct list_head		ring;
	const struct cotask_awaitable	*x;
	struct task_struct		*task;
	bool				woken;
};

#define BITS	8

static struct bucket {
	raw_spinlock_t		lock;	/* [B]: guards list, and what stands in it; a leaf */
	struct hlist_head	list;
} buckets[1 << BITS];

static struct bucket *bucket_of(const struct cotask_awaitable *x)
{
	return &buckets[hash_ptr(x, BITS)];
}

void cotask_block_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(buckets); i++)
		raw_spin_lock_init(&buckets[i].lock);
}

/* With the lock: the first one that waits for @x, or NULL. */
static struct blocked *first_of(struct bucket *b, const struct cotask_awaitable *x)
{
	struct blocked *first;

	hlist_for_each_entry(first, &b->list, node) {
		if (first->x == x)
			return first;
	}
	return NULL;
}

/* With the lock: the next one takes the place of the first one of a ring. */
static void take_out(struct bucket *b, struct blocked *me)
{
	if (!hlist_unhashed(&me->node)) {
		hlist_del_init(&me->node);
		if (!list_empty(&me->ring))
			hlist_add_head(&list_next_entry(me, ring)->node, &b->list);
	}
	list_del_init(&me->ring);
}

/**
 * cotask_block_wake - an awaitable is done: wake one thread that waits for it
 * @x: the awaitable, which may be gone by now
 *
 * Context: Any, hard interrupt included.
 */
void cotask_block_wake(const struct cotask_awaitable *x)
{
	struct bucket *b = bucket_of(x);
	struct blocked *me;
	unsigned long flags;

	cotask_race_point(BLOCK_WAKE, x);
	raw_spin_lock_irqsave(&b->lock, flags);
	me = first_of(b, x);
	if (me) {
		take_out(b, me);
		smp_store_release(&me->woken, true);	/* pairs with cotask_block_on() */
		/* With the lock: afterwards the thread may have gone. */
		wake_up_process(me->task);
	}
	raw_spin_unlock_irqrestore(&b->lock, flags);
}
EXPORT_FOR_TESTS(cotask_block_wake);

static void enter(struct blocked *me)
{
	struct bucket *b = bucket_of(me->x);
	struct blocked *first;

	INIT_HLIST_NODE(&me->node);
	INIT_LIST_HEAD(&me->ring);
	cotask_race_point(BLOCK_ENTER, me->x);
	raw_spin_lock_irq(&b->lock);
	first = first_of(b, me->x);
	if (first)
		list_add_tail(&me->ring, &first->ring);
	else
		hlist_add_head(&me->node, &b->list);
	raw_spin_unlock_irq(&b->lock);
}

static void leave(struct blocked *me)
{
	struct bucket *b = bucket_of(me->x);

	cotask_race_point(BLOCK_LEAVE, me->x);
	raw_spin_lock_irq(&b->lock);
	take_out(b, me);
	raw_spin_unlock_irq(&b->lock);
	/* It was this thread's turn to wake the next one. */
	if (me->woken)
		cotask_block_wake(me->x);
}

/*
 * The wake-up was for a previous awaitable at the same address: a completer publishes the outcome
 * before it wakes, and then knows only the address.  This wake-up is not passed on: the outcome
 * was not there after the wake-up was seen, so the wake-up for it is still to come.
 */
static void stand_again(struct blocked *me)
{
	__set_current_state(TASK_RUNNING);
	me->woken = false;
	enter(me);
}

/* A call that any signal has interrupted may be restarted. */
static int interruption(unsigned int state)
{
	if (!signal_pending_state(state, current))
		return 0;
	return state & TASK_INTERRUPTIBLE ? -ERESTARTSYS : -EINTR;
}

/**
 * cotask_block_on - sleep until an awaitable is done
 * @x: the awaitable; the caller has set COTASK_S_WATCHED
 * @timeout: time limit in jiffies, see schedule_timeout()
 * @state: TASK_KILLABLE, TASK_INTERRUPTIBLE or TASK_IDLE
 *
 * Context: Process context, sleeps.
 * Return: 0; -ETIMEDOUT; -EINTR; -ERESTARTSYS.
 */
int cotask_block_on(const struct cotask_awaitable *x, long timeout, unsigned int state)
{
	struct blocked me = { .x = x, .task = current };
	bool woken;
	int rc = 0;

	enter(&me);
	for (;;) {
		set_current_state(state);
		woken = smp_load_acquire(&me.woken);	/* pairs with cotask_block_wake() */
		if (cotask_awaitable_done(x))
			break;
		if (woken) {
			stand_again(&me);
			continue;
		}
		rc = !timeout ? -ETIMEDOUT : interruption(state);
		if (rc)
			break;
		timeout = schedule_timeout(timeout);
	}
	__set_current_state(TASK_RUNNING);
	leave(&me);
	return rc;
}
