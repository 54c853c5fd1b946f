// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - start many tasks with one system call
 */
#include "internal.h"

#define SOME	32	/* maximum number of tasks per call */

/**
 * struct batch - tasks that the kernel does not know yet
 * @n: number of tasks
 * @task: the tasks
 * @op: the operation that spawns each task
 */
struct batch {
	unsigned int		n;
	struct cotask		*task[SOME];
	struct cotask_op	op[SOME];
};

static const struct cotask_spawn_args plain;

/* Number of tasks per call: an eager task runs before the next task is spawned. */
static unsigned int at_once(const struct cotask_loop *loop, unsigned int n)
{
	if (loop->options.flags & COTASK_LOOP_EAGER)
		return 1;
	return n < SOME ? n : SOME;
}

/* @task: a new task; NULL: out of memory. */
static int add(struct batch *b, struct cotask_group *group, struct cotask *task)
{
	int rc = task ? cotask_spawn_op(&b->op[b->n], group, task, &plain, 0) : -ENOMEM;

	if (!rc)
		b->task[b->n++] = task;
	else if (task)
		cotask_task_free(task);
	return rc;
}

/* Spawn the tasks.  Each operation's result is 0 or its error; returns the last error. */
static int spawn(struct cotask_loop *loop, struct batch *b)
{
	int64_t rc;
	int error = 0;
	unsigned int i;

	cotask_ops(loop, b->op, b->n);
	for (i = 0; i < b->n; i++) {
		rc = loop->failed ? loop->failed : b->op[i].result;
		rc = cotask_spawned(b->task[i], rc);
		b->op[i].result = rc;
		if (rc)
			error = rc;
		else
			cotask_put(b->task[i]);
	}
	return error;
}

/* --- with stacks ----------------------------------------------------------------------- */

static int go_some(struct cotask_group *group, cotask_fn fn, void *const *args, unsigned int n)
{
	struct cotask_loop *loop = loop_here();
	struct batch b = { .n = 0 };
	int error = 0, rc;

	for (; n; n--) {
		rc = add(&b, group, cotask_task_new(loop, fn, *args++, &plain, false));
		if (rc)
			error = rc;
	}
	rc = spawn(loop, &b);
	return rc ? rc : error;
}

EXPORT int cotask_go_many(struct cotask_group *group, cotask_fn fn, void *const *args,
			  unsigned int n)
{
	int error = cotask_check_spawn(loop_here(), group, &plain), rc;
	unsigned int some;

	if (!error && !fn)
		error = -EINVAL;
	if (error)
		return error;
	for (; n; n -= some, args += some) {
		some = at_once(loop_here(), n);
		rc = go_some(group, fn, args, some);
		if (rc)
			error = rc;
	}
	return error;
}

/* --- without ------------------------------------------------------------------------------ */

static int prepare(struct batch *b, struct cotask_group *group, struct cotask_frame *frame)
{
	int rc;

	if (!cotask_frame_is_fresh(frame))
		return -EINVAL;
	rc = add(b, group, cotask_stackless_new(loop_here(), frame));
	if (rc)
		cotask_frame_refused(frame);
	return rc;
}

static int co_go_some(struct cotask_group *group, struct cotask_frame *const *frames,
		      unsigned int n)
{
	struct cotask_frame *frame[SOME];
	struct batch b = { .n = 0 };
	int error = 0, rc;
	unsigned int i;

	for (i = 0; i < n; i++) {
		rc = prepare(&b, group, frames[i]);
		if (rc)
			error = rc;
		else
			frame[b.n - 1] = frames[i];
	}
	rc = spawn(loop_here(), &b);
	for (i = 0; rc && i < b.n; i++) {
		if (b.op[i].result)
			cotask_frame_refused(frame[i]);
	}
	return rc ? rc : error;
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
	int error = cotask_check_spawn(loop_here(), group, &plain), rc;
	unsigned int some;

	if (error)
		return refuse_all(frames, n, error);
	for (; n; n -= some, frames += some) {
		some = at_once(loop_here(), n);
		rc = co_go_some(group, frames, some);
		if (rc)
			error = rc;
	}
	return error;
}
