/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - waiting tasks in a list, see sync.c
 */
#ifndef COTASK_SYNC_H
#define COTASK_SYNC_H

#include <linux/cotask_sync.h>

#include "await.h"

bool cotask_sync_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			const struct cotask_reason *why);
struct cotask *cotask_sync_grant(struct cotask_awaitable *x, long outcome);
void cotask_sem_setup(struct cotask_sem *sem, struct cotask_loop *loop, unsigned long free,
		      unsigned long max, const struct cotask_awaitable_ops *ops);
void cotask_sem_lost(struct cotask_awaitable *x, struct cotask *task);

#endif /* COTASK_SYNC_H */
