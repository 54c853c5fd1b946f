// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - deferred freeing, for contexts that cannot free memory
 *
 * On PREEMPT_RT the allocator takes sleeping locks, so hard interrupts and holders of raw
 * spinlocks cannot call it.  The last reference may nevertheless be dropped in any context: in
 * these, an irq_work frees the memory, which runs in a thread on that kernel.  In all other
 * contexts the memory is freed at once.
 */
#include <linux/irq_work.h>

#include "core.h"

static LLIST_HEAD(deferred);

static void free_deferred(struct irq_work *work)
{
	struct llist_node *list = llist_del_all(&deferred);
	struct cotask_deferred *d, *next;

	llist_for_each_entry_safe(d, next, list, node)
		d->free(d);
}

static DEFINE_IRQ_WORK(work, free_deferred);

/**
 * cotask_free_where_possible - free memory, now or later
 * @d: in the memory; other parts of the memory keep what @free needs
 * @free: frees it, in a context that can be preempted on PREEMPT_RT
 *
 * Context: Any.
 */
void cotask_free_where_possible(struct cotask_deferred *d,
				void (*free)(struct cotask_deferred *d))
{
	if (likely(cotask_has_allocator())) {
		free(d);
		return;
	}
	d->free = free;
	if (llist_add(&d->node, &deferred))
		irq_work_queue(&work);
}

/**
 * cotask_defer_wait - wait until memory that was deferred is free
 *
 * Not for memory that is deferred meanwhile.  Context: Process context, sleeps.
 */
void cotask_defer_wait(void)
{
	irq_work_sync(&work);
}
