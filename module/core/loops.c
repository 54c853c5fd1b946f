// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the table of all loops, by number
 */
#include <linux/xarray.h>

#include "core.h"

/* Its lock guards finding a loop and taking a reference. */
static DEFINE_XARRAY_ALLOC1(loops);
static u32 next_id = 1;

/* Numbers are assigned again; this counts all loops that there have been. */
static atomic64_t last_nth;

/**
 * cotask_loops_add - assign a number to a loop, and make it visible
 * @loop: the loop, complete with its host: another thread that finds it, through the lock of the
 *	table, sees what was written before
 *
 * Return: 0; -ENOMEM.
 */
int cotask_loops_add(struct cotask_loop *loop)
{
	int rc;

	loop->nth = atomic64_inc_return(&last_nth);
	rc = xa_alloc_cyclic(&loops, &loop->id, loop, XA_LIMIT(1, INT_MAX), &next_id,
			     GFP_KERNEL_ACCOUNT);
	return min(rc, 0);
}

/* When the loop ends, while it still has a reference. */
void cotask_loops_del(struct cotask_loop *loop)
{
	xa_erase(&loops, loop->id);
}

/**
 * cotask_loops_next - iterate over the loops
 * @after: number of the last one; 0: begin
 *
 * Return: The next one, with a reference; NULL at the end.
 */
struct cotask_loop *cotask_loops_next(u32 after)
{
	unsigned long id = (unsigned long)after + 1;
	struct cotask_loop *loop;

	xa_lock(&loops);
	loop = cotask_loop_get(xa_find(&loops, &id, INT_MAX, XA_PRESENT));
	xa_unlock(&loops);
	return loop;
}

/* No loop that is in the table now has a higher @nth. */
u64 cotask_loops_last_nth(void)
{
	return atomic64_read(&last_nth);
}
EXPORT_FOR_TESTS(cotask_loops_last_nth);

/**
 * cotask_loop_id - the number of a loop
 * @loop: the loop
 *
 * Context: Any.
 * Return: A number that no other loop has at the same time, from 1 upward.
 */
u32 cotask_loop_id(const struct cotask_loop *loop)
{
	return loop->id;
}
