// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - tasks without stacks: groups, timeouts, sections and cancel scopes
 *
 * Only the exit of a group suspends.
 */
#include "internal.h"

/* Only the running task can enter a scope. */
static bool acts(const struct cotask *task)
{
	return task && task == any_task_here();
}

EXPORT int cotask_co_group_enter(struct cotask *task, struct cotask_group *g)
{
	return acts(task) ? cotask_group_enter(g) : -EINVAL;
}

EXPORT struct cotask_await cotask_co_group_exit(struct cotask *task, struct cotask_group *g,
						long rc)
{
	int error = cotask_group_leaves(task, g);
	struct cotask_await await;

	if (error)
		return cotask_refuse(task, error);
	await = cotask_suspends_on(task, &g->base,
				   OP(LEAVE, .handle = g->base.handle, .value = rc));
	if (await.pending)
		task->base.flags |= TASK_LEAVES;
	return await;
}

EXPORT int cotask_co_timeout_init(struct cotask_timeout *t, struct cotask_loop *loop, int64_t ns)
{
	(void)loop;
	if (!t)
		return -EINVAL;
	cotask_timeout_init(t, ns);
	return 0;
}

EXPORT int cotask_co_timeout_init_at(struct cotask_timeout *t, int64_t deadline, int clock)
{
	if (!t || clock != CLOCK_MONOTONIC)
		return -EINVAL;
	cotask_timeout_init_at(t, deadline);
	return 0;
}

EXPORT int cotask_co_timeout_configure(struct cotask_timeout *t, const char *name, uint32_t flags)
{
	(void)name;
	return cotask_timeout_configure(t, flags);
}

EXPORT int cotask_co_timeout_enter(struct cotask *task, struct cotask_timeout *t)
{
	return acts(task) ? cotask_timeout_enter(t) : -EINVAL;
}

EXPORT int cotask_co_timeout_start(struct cotask *task, struct cotask_timeout *t, int64_t ns)
{
	return acts(task) ? cotask_timeout_start(t, ns) : -EINVAL;
}

EXPORT int cotask_co_shield_enter(struct cotask *task, struct cotask_section *s, int64_t ns)
{
	return acts(task) ? cotask_shield_enter(s, ns) : -EINVAL;
}

EXPORT int cotask_co_cancel_scope_enter(struct cotask *task, struct cotask_cancel_scope *s)
{
	return acts(task) ? cotask_cancel_scope_enter(s) : -EINVAL;
}
