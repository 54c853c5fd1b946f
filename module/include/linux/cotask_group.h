/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - groups: owners of tasks, which end after their tasks
 *
 * <linux/cotask.h> includes it.
 */
#ifndef _LINUX_COTASK_GROUP_H
#define _LINUX_COTASK_GROUP_H

#include <linux/cotask.h>

#define COTASK_GROUP_INDEPENDENT	BIT(0)	/* a failing child cancels no sibling */
#define COTASK_GROUP_RECANCEL		BIT(1)	/* each outside cancel reaches children */
#define COTASK_GROUP_ALL		(COTASK_GROUP_INDEPENDENT | COTASK_GROUP_RECANCEL)

/**
 * struct cotask_group_options - optional properties of a group
 * @flags: COTASK_GROUP_*
 * @limit: maximum number of live children; 0: unlimited
 * @name: shown in views and logs, and for cotask_cancel_reason(); valid as long as the group, and
 *	as long as tasks that were cancelled for its deadline are inspected, as a rule a string
 *	constant; or NULL
 * @deadline: CLOCK_MONOTONIC; when it comes, the group is cancelled, and its outcome
 *	without errors is -ETIMEDOUT; 0: none
 */
struct cotask_group_options {
	u32		flags;
	u32		limit;
	const char	*name;
	ktime_t		deadline;
};

/**
 * struct cotask_group - owns tasks, and is not left before they have ended
 * @base: the awaitable: done when the last child is
 * @scope: the scope, when a task has entered the group
 * @exit: the coroutine that cotask_group_exit() awaits
 * @children: live children in spawn order [L]
 * @errors: failed children (and &body_error) in order of occurrence [L]
 * @body_error: the body's place in @errors [L]
 * @all: in the loop's list of groups
 * @fanout: cancels the children [L]
 * @cursor: the next child that @fanout cancels [L]
 * @why: reason for cancelling the children [L]
 * @due: its place in the deadline queue [L]
 * @options: see cotask_group_configure() [I]
 * @home: the opened group that it ultimately belongs to, which outlives it; itself if it was
 *	opened [I]
 * @gate: spawns that were posted but not taken in, and whether the group takes
 *	no more [A]
 * @id: number of the group [I]
 * @live: number of children [L]
 * @jobs: functions in worker threads that keep the group [L]
 * @body_rc: outcome of the body [L]
 * @error: code of the first error [L]
 * @flags: COTASK_G_* and COTASK_GROUP_* [L]
 *
 * To be embedded.  A group is either *entered* by a task, whose body ends with
 * cotask_group_exit(), or *opened* by a thread (a driver's probe function, say),
 * which ends it with cotask_group_stop().
 */
struct cotask_group {
	struct cotask_awaitable	base;
	struct cotask_scope	scope;
	struct cotask_frame	exit;
	struct list_head	children;
	struct list_head	errors;
	struct list_head	body_error;
	struct list_head	all;
	struct cotask_fanout	fanout;
	struct list_head	*cursor;
	struct cotask_reason	why;
	struct cotask_entry	due;
	struct cotask_group_options options;
	struct cotask_group	*home;
	atomic_t		gate;
	u64			id;
	u32			jobs;
	u32			live;
	long			body_rc;
	int			error;
	u32			flags;
};

void cotask_group_init(struct cotask_group *g);
int cotask_group_configure(struct cotask_group *g,
			   const struct cotask_group_options *options);
int cotask_group_open(struct cotask_group *g, struct cotask_loop *loop, u32 flags);
int cotask_group_stop(struct cotask_group *g, s64 grace_ns);
int __must_check cotask_group_enter(struct cotask *task, struct cotask_group *g);
struct cotask_await __must_check cotask_group_exit(struct cotask *task,
						   struct cotask_group *g,
						   long rc);
int cotask_group_cancel(struct cotask_group *g);
int cotask_group_pause(struct cotask_group *g);
int cotask_group_resume(struct cotask_group *g);
void cotask_group_fini(struct cotask_group *g);

/**
 * cotask_group_wait - block until a group is over
 * @g: an entered or opened group that another task exits or another thread stops
 * @timeout_ns: for how long; COTASK_FOREVER
 *
 * Context: Process context, sleeps; not from the group's own loop.
 * Return: 0; -ETIMEDOUT; -EINTR when a fatal signal is pending; -EDEADLK on the loop that has to
 *	run the tasks; -EINVAL if @g is not in use, in an interrupt, or with interrupts
 *	disabled.
 */
static inline int cotask_group_wait(struct cotask_group *g, s64 timeout_ns)
{
	return cotask_block(g ? &g->base : NULL, timeout_ns, TASK_KILLABLE);
}

/**
 * struct cotask_group_error - one entry of an aggregate error
 * @task: the child that failed, pinned by the group; NULL: the body
 * @error: its code
 */
struct cotask_group_error {
	struct cotask	*task;
	int		error;
};

unsigned int cotask_group_errors(struct cotask_group *g,
				 struct cotask_group_error *e, unsigned int n);

#endif /* _LINUX_COTASK_GROUP_H */
