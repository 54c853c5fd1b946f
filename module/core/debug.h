/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - a debug build checks that each object has ended when its memory is freed, see debug.c
 */
#ifndef COTASK_DEBUG_H
#define COTASK_DEBUG_H

#include <linux/bug.h>
#include <linux/cotask.h>

/* Conditions that are false unless there is a bug. */
#define cotask_debug_never(condition, text)				\
	WARN_ONCE(IS_ENABLED(CONFIG_COTASK_DEBUG) && (condition), "cotask: " text "\n")

#ifdef CONFIG_COTASK_DEBUG
void cotask_debug_live(void *object);
void cotask_debug_dead(void *object);
void cotask_debug_task_ends(struct cotask *t);
void cotask_debug_poison(void *memory, size_t size);
#else
static inline void cotask_debug_live(void *object) { }
static inline void cotask_debug_dead(void *object) { }
static inline void cotask_debug_task_ends(struct cotask *t) { }
static inline void cotask_debug_poison(void *memory, size_t size) { }
#endif

/* @x is going to have its first waiter, or has had its last one. */
static inline void cotask_debug_waited(struct cotask_awaitable *x)
{
	if (list_empty(&x->waiters))
		cotask_debug_live(x);
}

static inline void cotask_debug_left(struct cotask_awaitable *x)
{
	if (list_empty(&x->waiters))
		cotask_debug_dead(x);
}

#endif /* COTASK_DEBUG_H */
