// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - tasks without stacks: spawn
 */
#include "internal.h"

/* @there: COTASK_SPAWN_F_* in addition to those that @args requests. */
static struct cotask *spawn(struct cotask_group *group, struct cotask_frame *frame,
			    const struct cotask_spawn_args *args, uint32_t there)
{
	struct cotask_loop *loop = loop_here();
	struct cotask *task = NULL;
	int64_t rc = cotask_check_spawn(loop, group, args);

	if (!cotask_frame_is_fresh(frame))
		return error_ptr(-EINVAL);
	if (!rc && (args->stack_size || args->release))
		rc = -EINVAL;
	if (!rc) {
		task = cotask_stackless_new(loop, frame);
		rc = task ? cotask_task_spawn(group, task, args, there) : -ENOMEM;
	}
	if (!rc)
		return task;
	cotask_frame_refused(frame);
	return error_ptr(rc);
}

EXPORT struct cotask *cotask_co_spawn_with(struct cotask_group *group, struct cotask_frame *frame,
					   const struct cotask_spawn_args *args)
{
	static const struct cotask_spawn_args plain;

	return spawn(group, frame, args ? args : &plain, 0);
}

/* A member of a set: the set receives its error, the group does not (GA-B2). */
struct cotask *cotask_co_spawn_member(struct cotask_group *group, struct cotask_frame *frame)
{
	static const struct cotask_spawn_args plain;

	return spawn(group, frame, &plain, COTASK_SPAWN_F_APART);
}

EXPORT struct cotask *cotask_co_spawn(struct cotask_group *group, struct cotask_frame *frame,
				      const char *name)
{
	struct cotask_spawn_args args = { .name = name };

	return cotask_co_spawn_with(group, frame, &args);
}

EXPORT int cotask_co_go(struct cotask_group *group, struct cotask_frame *frame)
{
	struct cotask *task = cotask_co_spawn_with(group, frame, NULL);

	if (is_error(task))
		return (intptr_t)task;
	cotask_put(task);
	return 0;
}
