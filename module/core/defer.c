// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - deferred freeing, for contexts that cannot free memory
 *
 * On PREEMPT_RT the allocator takes sleeping locks, and so is not available to hard interrupts
 * and to holders of raw spinlocks.  The last reference may be dropped in any context all the
 * same: there, an irq_work frees the memory, which runs in a thread on that kernel.  In all
 * other contexts it is freed at once.
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
 * cotask_free_where_possible - free something, now or later
 * @d: in the memory; all that @free needs is elsewhere in it
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

/* The module is unloaded: no more memory is deferred. */
void cotask_defer_exit(void)
{
	irq_work_sync(&work);
}
