// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - start many tasks with one system call
 */
#include "internal.h"

#define SOME	32	/* maximum number of tasks per call */

/**
 * struct many - tasks to be started
 * @group: their owner, or NULL
 * @fn: their function; NULL: they have no stacks
 * @args: arguments of @fn, one per task
 * @frames: coroutines of tasks without stacks, one per task
 */
struct many {
	struct cotask_group		*group;
	cotask_fn			fn;
	void *const			*args;
	struct cotask_frame *const	*frames;
};

/**
 * struct batch - tasks that the kernel does not know yet
 * @n: number of tasks
 * @task: the tasks
 * @frame: their coroutines; NULL: the task has a stack
 * @op: the operation that spawns each
 */
struct batch {
	unsigned int		n;
	struct cotask		*task[SOME];
	struct cotask_frame	*frame[SOME];
	struct cotask_op	op[SOME];
};

static const struct cotask_spawn_args plain;

/* An eager task runs before the next one is spawned. */
static unsigned int at_once(const struct cotask_loop *loop, unsigned int n)
{
	if (loop->options.flags & COTASK_LOOP_EAGER)
		return 1;
	return n < SOME ? n : SOME;
}

static void refuse(struct cotask_frame *frame)
{
	if (frame)
		cotask_frame_refused(frame);
}

/* Task @i of @m joins the batch. */
static int add(struct batch *b, const struct many *m, unsigned int i)
{
	struct cotask_frame *frame = m->fn ? NULL : m->frames[i];
	struct cotask_loop *loop = loop_here();
	struct cotask *task;
	int rc;

	if (!m->fn && !cotask_frame_is_fresh(frame))
		return -EINVAL;
	task = m->fn ? cotask_task_new(loop, m->fn, m->args[i], &plain, false) :
		       cotask_stackless_new(loop, frame);
	rc = task ? cotask_spawn_op(&b->op[b->n], m->group, task, &plain, 0) : -ENOMEM;
	if (!rc) {
		b->frame[b->n] = frame;
		b->task[b->n++] = task;
		return 0;
	}
	if (task)
		cotask_task_free(task);
	refuse(frame);
	return rc;
}

/* Return: the last error. */
static int spawn(struct cotask_loop *loop, struct batch *b)
{
	int64_t rc;
	int error = 0;
	unsigned int i;

	cotask_ops(loop, b->op, b->n);
	for (i = 0; i < b->n; i++) {
		rc = loop->failed ? loop->failed : b->op[i].result;
		rc = cotask_spawned(b->task[i], rc);
		if (rc) {
			refuse(b->frame[i]);
			error = rc;
		} else {
			cotask_put(b->task[i]);
		}
	}
	return error;
}

/* Tasks from @from to before @end.  Return: the last error. */
static int start_some(const struct many *m, unsigned int from, unsigned int end)
{
	struct batch b;
	int error = 0, rc;

	for (b.n = 0; from < end; from++) {
		rc = add(&b, m, from);
		if (rc)
			error = rc;
	}
	rc = spawn(loop_here(), &b);
	return rc ? rc : error;
}

static int start(const struct many *m, unsigned int n)
{
	unsigned int from, some;
	int error = 0, rc;

	for (from = 0; from < n; from += some) {
		some = at_once(loop_here(), n - from);
		rc = start_some(m, from, from + some);
		if (rc)
			error = rc;
	}
	return error;
}

EXPORT int cotask_go_many(struct cotask_group *group, cotask_fn fn, void *const *args,
			  unsigned int n)
{
	const struct many m = { .group = group, .fn = fn, .args = args };
	int error = cotask_check_spawn(loop_here(), group, &plain);

	if (!error && !fn)
		error = -EINVAL;
	return error ? error : start(&m, n);
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
	const struct many m = { .group = group, .frames = frames };
	int error = cotask_check_spawn(loop_here(), group, &plain);

	return error ? refuse_all(frames, n, error) : start(&m, n);
}
