// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the interface of a loop to the process that it belongs to
 *
 * The loop of a process has a host; a loop of the kernel has none.  The core calls the host
 * through a table of functions, and does not depend on its kind.  Memory that is allocated on
 * behalf of a process is charged to its host until it is freed.
 */
#include <linux/slab.h>

#include "core.h"

/* Charge one more task of a loop whose host may have ended. Any context. */
int cotask_loop_charge(struct cotask_loop *loop)
{
	struct cotask_loop_host *payer;
	int rc = -ESHUTDOWN;

	rcu_read_lock();
	payer = READ_ONCE(loop->payer);
	if (payer)
		rc = payer->ops->charge(payer, 1);
	rcu_read_unlock();
	return rc;
}

/* The memory of a charged task was freed. */
void cotask_loop_uncharge(struct cotask_loop *loop)
{
	loop->payer->ops->uncharge(loop->payer, 1);
}

/**
 * cotask_host_alloc - memory that counts as objects
 * @host: its payer
 * @size: of it
 * @n: number of objects that it counts as
 *
 * Context: Process context, any thread.
 * Return: The memory, cleared, for cotask_host_free(); ERR_PTR() of -ENOSPC, -ENOMEM.
 */
void *cotask_host_alloc(struct cotask_loop_host *host, size_t size, unsigned int n)
{
	int rc = host->ops->charge(host, n);
	void *memory;

	if (rc)
		return ERR_PTR(rc);
	memory = kzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!memory) {
		host->ops->uncharge(host, n);
		return ERR_PTR(-ENOMEM);
	}
	return memory;
}

/* The caller has another reference to @host, if it needs that any further. */
void cotask_host_free(struct cotask_loop_host *host, void *memory, unsigned int n)
{
	kfree(memory);
	host->ops->uncharge(host, n);
}
