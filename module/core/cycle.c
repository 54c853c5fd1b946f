// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - cycles of awaits (AW-4, AW-B2)
 *
 * An await closes a cycle when what is awaited cannot end before the waiter does.
 * From the waiter, all dependents of its end are collected: the tasks that wait for it,
 * directly or through shields, the task that has entered its group, and so on.  Then
 * the chain of awaits is followed: it is a cycle when it reaches one of them.
 *
 * A set may be done although one of its members never is, so chains end there, and a cycle
 * through a set is not found.  A cycle that is longer than the bounds is not found either.  Such
 * a cycle lasts until one of its tasks is cancelled: the cancel follows the cycle and cuts it
 * when it comes back, see fanout.c and cancel.c.
 *
 * The owner may breathe in the search: only it changes what the search visits.
 */
#include "core.h"

#define DEPENDENTS	32
#define LOOKED_AT	1024
#define CHAIN		4096

/**
 * struct dependents - awaitables that cannot end before a task has ended
 * @x: tasks, groups, shields
 * @n: their number
 * @left: number of waiters that may still be visited
 */
struct dependents {
	const struct cotask_awaitable *x[DEPENDENTS];
	unsigned int n;
	unsigned int left;
};

static bool includes(const struct dependents *d, const struct cotask_awaitable *x)
{
	unsigned int i;

	for (i = 0; i < d->n; i++) {
		if (d->x[i] == x)
			return true;
	}
	return false;
}

static void add(struct dependents *d, const struct cotask_awaitable *x)
{
	if (d->n < DEPENDENTS && !includes(d, x))
		d->x[d->n++] = x;
}

/* The task that has entered the group cannot leave it before. */
static void add_owner(struct dependents *d, const struct cotask_awaitable *x)
{
	const struct cotask_group *g;

	if (!cotask_is_task(x))
		return;
	g = container_of(x, struct cotask, base)->group;
	if (g->scope.task) {
		add(d, &g->base);
		add(d, &g->scope.task->base);
	}
}

static void add_waiters(struct dependents *d, const struct cotask_awaitable *x)
{
	struct cotask_entry *e;

	list_for_each_entry(e, &x->waiters, link) {
		if (d->n == DEPENDENTS || !d->left)
			return;
		d->left--;
		if (e->kind == COTASK_ENTRY_TASK)
			add(d, &container_of(e, struct cotask, entry)->base);
		else if (cotask_entry_table[e->kind].waiter)
			add(d, cotask_entry_table[e->kind].waiter(e));
	}
}

/* In order of distance, up to the size of the array. */
static void collect(struct dependents *d, const struct cotask *task)
{
	unsigned int i;

	d->n = 0;
	d->left = LOOKED_AT;
	add(d, &task->base);
	for (i = 0; i < d->n; i++) {
		const struct cotask_awaitable *x = d->x[i];

		add_owner(d, x);
		/* The task that waits in the exit of a group has been added as its owner. */
		if (x->post.ops != &cotask_group_ops)
			add_waiters(d, x);
	}
}

/* The only awaitable that has to end first; NULL: none, or several. */
static struct cotask_awaitable *follow(struct cotask_awaitable *x)
{
	if (cotask_is_task(x))
		return cotask_task_waits_on(cotask_of(x));
	return x->post.ops->inner ? x->post.ops->inner(x) : NULL;
}

/**
 * cotask_cycle_closes - whether an await would close a cycle
 * @task: the current task
 * @x: what it is going to await, not done
 *
 * Return: true if so.
 */
bool cotask_cycle_closes(const struct cotask *task, struct cotask_awaitable *x)
{
	struct dependents d;
	unsigned int n;

	collect(&d, task);
	cotask_loop_spend(task->base.loop, (LOOKED_AT - d.left) / 8);
	for (n = 0; x && n < CHAIN; x = follow(x), n++) {
		if (includes(&d, x))
			return true;
		cotask_loop_spend(task->base.loop, 1);
	}
	return false;
}
