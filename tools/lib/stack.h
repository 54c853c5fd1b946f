/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - stacks
 */
#ifndef COTASK_STACK_H
#define COTASK_STACK_H

#include <stdbool.h>
#include <stddef.h>

#define STACK_SIZES	8	/* different sizes of stacks in one loop */
#define SLAB_STACKS	64	/* stacks that are mapped together */

struct slab;

/**
 * struct stack - a stack
 * @low: lowest address, above a guard
 * @high: end of the stack
 * @slab: the slab that contains the stack
 * @id: number of the stack in @slab
 */
struct stack {
	char		*low;
	char		*high;
	struct slab	*slab;
	unsigned int	id;
};

/**
 * struct stack_pool - stacks for reuse
 * @size: sizes in use
 * @some: per size: slabs with a free stack
 * @full: per size: the other slabs
 * @unused: per size: number of slabs without a stack in use
 */
struct stack_pool {
	size_t		size[STACK_SIZES];
	struct slab	*some[STACK_SIZES];
	struct slab	*full[STACK_SIZES];
	unsigned int	unused[STACK_SIZES];
};

int cotask_stack_get(struct stack_pool *pool, size_t size, struct stack *stack);
void cotask_stack_put(struct stack_pool *pool, const struct stack *stack);
void cotask_stacks_drop(struct stack_pool *pool);
size_t cotask_guard_size(void);

#endif /* COTASK_STACK_H */
