// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - tasks without stacks: spawn, one or many
 */
#include "internal.h"

/* @there: COTASK_SPAWN_F_* besides those that @args asks for. */
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

/* A member of a set: what it fails with is for the set, not for the group (GA-B2). */
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

/* --- many ---------------------------------------------------------------------------- */

#define SOME	32	/* tasks that are spawned by one call */

/* NULL: the coroutine was refused. */
static struct cotask *prepare(struct cotask_op *op, struct cotask_group *group,
			      struct cotask_frame *frame, int *error)
{
	static const struct cotask_spawn_args plain;
	struct cotask *task;
	int rc;

	if (!cotask_frame_is_fresh(frame)) {
		*error = -EINVAL;
		return NULL;
	}
	task = cotask_stackless_new(loop_here(), frame);
	rc = task ? cotask_spawn_op(op, group, task, &plain, 0) : -ENOMEM;
	if (!rc)
		return task;
	if (task)
		cotask_task_free(task);
	cotask_frame_refused(frame);
	*error = rc;
	return NULL;
}

/* 0, or the last error. */
static int go_some(struct cotask_group *group, struct cotask_frame *const *frames,
		   unsigned int n)
{
	struct cotask_frame *frame[SOME];
	struct cotask *task[SOME];
	struct cotask_op ops[SOME];
	unsigned int i, some = 0;
	int64_t rc;
	int error = 0;

	for (i = 0; i < n; i++) {
		task[some] = prepare(&ops[some], group, frames[i], &error);
		if (task[some])
			frame[some++] = frames[i];
	}
	cotask_ops(loop_here(), ops, some);
	for (i = 0; i < some; i++) {
		rc = loop_here()->failed ? loop_here()->failed : ops[i].result;
		rc = cotask_spawned(task[i], rc);
		if (rc) {
			cotask_frame_refused(frame[i]);
			error = rc;
		} else {
			cotask_put(task[i]);
		}
	}
	return error;
}

/* An eager task runs before the next one is spawned. */
static unsigned int at_once(const struct cotask_loop *loop, unsigned int n)
{
	if (loop->options.flags & COTASK_LOOP_EAGER)
		return 1;
	return n < SOME ? n : SOME;
}

static int refuse_all(struct cotask_frame *const *frames, unsigned int n, int error)
{
	for (; n; n--, frames++) {
		if (cotask_frame_is_fresh(*frames))
			cotask_frame_refused(*frames);
	}
	return error;
}

EXPORT int cotask_go_all(struct cotask_group *group, struct cotask_frame *const *frames,
			 unsigned int n)
{
	static const struct cotask_spawn_args plain;
	int error = cotask_check_spawn(loop_here(), group, &plain), rc;
	unsigned int some;

	if (error)
		return refuse_all(frames, n, error);
	for (; n; n -= some, frames += some) {
		some = at_once(loop_here(), n);
		rc = go_some(group, frames, some);
		if (rc)
			error = rc;
	}
	return error;
}
