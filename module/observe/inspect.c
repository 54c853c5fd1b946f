// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - list of the tasks of a loop, and their state
 *
 * All of this state belongs to the loop's owner.  For another thread the owner collects it,
 * see ask.c: the result is consistent.
 */
#include <linux/cotask_inspect.h>

#include "observe.h"

/* --- all tasks ----------------------------------------------------------------- */

struct listing {
	struct cotask **tasks;
	unsigned int n;
	unsigned int found;
};

static int list_tasks(struct cotask_loop *loop, void *arg)
{
	struct listing *l = arg;
	struct cotask_group *g;
	struct cotask *t;

	cotask_loop_for_each_task(loop, g, t) {
		if (cotask_done(t))
			continue;
		if (l->found < l->n)
			l->tasks[l->found] = cotask_get(t);
		l->found++;
	}
	return 0;
}

/**
 * cotask_all_tasks - the tasks of a loop that are not done
 * @loop: the loop
 * @tasks: the first @n of them go here, each with a reference
 * @n: room in @tasks
 *
 * Tasks that have not started, or are inside their eager first step, are among them (IN-2,
 * CT-B1).  The list shows one moment of the loop (IN-3).
 *
 * Context: Process context; sleeps if the caller is not the owner of @loop.
 * Return: The number of tasks; -EINVAL for a missing argument; 0 if the loop has ended; -EBUSY if
 *	it is the loop of a process, which is using it.
 */
int cotask_all_tasks(struct cotask_loop *loop, struct cotask **tasks, unsigned int n)
{
	struct listing l = { .tasks = tasks, .n = n };
	int rc;

	if (!loop || (!tasks && n))
		return -EINVAL;
	rc = cotask_loop_ask(loop, list_tasks, &l);
	if (rc)
		return rc == -ESHUTDOWN ? 0 : rc;
	return l.found;
}
EXPORT_FOR_TESTS(cotask_all_tasks);

/* --- one task ------------------------------------------------------------------- */

static void look_at_wait(const struct cotask *t, struct cotask_info *info)
{
	struct cotask_awaitable *x = cotask_done(t) ? NULL : cotask_task_waits_on(t);

	if (!x)
		return;
	info->waits_on = x->post.ops->name;
	if (x->post.ops == &cotask_sleep_ops)
		info->deadline = t->entry.deadline;
	if (cotask_is_task(x))
		info->waits_for = cotask_of(x)->id;
}

/* The last phase of a task that is done does not continue. */
static void look_at_times(const struct cotask *t, struct cotask_info *info)
{
	if (!t->times)
		return;
	info->times = *t->times;
	if (!cotask_done(t))
		cotask_times_add(&info->times, ktime_get_ns());
}

/* The owner. */
void cotask_task_look(const struct cotask *t, struct cotask_info *info)
{
	*info = (struct cotask_info){
		.id = t->id,
		.deadline = COTASK_FOREVER,
		.cancelling = cotask_cancel_count(t),
		.reason = t->reason,
		.state = cotask_task_state(t),
		.waits_on = "",
		.armed = t->entry.flags & COTASK_T_ARMED,
	};
	cotask_get_name(t, info->name, sizeof(info->name));
	/* The group of a task that is done may be gone. */
	if (!cotask_done(t)) {
		info->group = t->group->id;
		info->parent = t->group->scope.task ? t->group->scope.task->id : 0;
	}
	look_at_wait(t, info);
	look_at_times(t, info);
}

struct look {
	const struct cotask *task;
	struct cotask_info *info;
};

static int look_at_task(struct cotask_loop *loop, void *arg)
{
	struct look *look = arg;

	cotask_task_look(look->task, look->info);
	return 0;
}

/**
 * cotask_task_info - the state of a task
 * @task: the task, done or not; pinned by the caller
 * @info: the result
 *
 * Context: Process context; sleeps if the caller is not the owner of the loop.
 * Return: 0; -EINVAL for a missing argument; -EBUSY as cotask_all_tasks().
 */
int cotask_task_info(struct cotask *task, struct cotask_info *info)
{
	struct look look = { task, info };
	int rc;

	if (!task || !info)
		return -EINVAL;
	rc = cotask_loop_ask(task->base.loop, look_at_task, &look);
	/* All tasks of a loop that has ended are done, and do not change. */
	return rc == -ESHUTDOWN ? look_at_task(NULL, &look) : rc;
}
EXPORT_FOR_TESTS(cotask_task_info);
