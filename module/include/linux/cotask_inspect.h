/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - inspection: the tasks of a loop, what they wait for, and their waiters
 *
 * The watchdog is for drivers; the rest is exported as COTASK_TEST, as debugfs and the tool
 * show all of that.
 *
 * All functions may be called by the loop's owner, and by any other thread that can
 * sleep: then the loop runs the request between two steps, so that the result is
 * consistent.
 */
#ifndef _LINUX_COTASK_INSPECT_H
#define _LINUX_COTASK_INSPECT_H

#include <linux/cotask.h>

int cotask_all_tasks(struct cotask_loop *loop, struct cotask **tasks, unsigned int n);

/**
 * enum cotask_phase - what a task does
 * @COTASK_PHASE_BUSY: its code runs: a step in the kernel, or a step in its process
 * @COTASK_PHASE_READY: it can run, and its turn has not come
 * @COTASK_PHASE_WAITING: it waits, or sleeps
 * @COTASK_PHASES: number of phases
 */
enum cotask_phase {
	COTASK_PHASE_BUSY,
	COTASK_PHASE_READY,
	COTASK_PHASE_WAITING,
	COTASK_PHASES
};

/**
 * struct cotask_times - the time of a task by phase, on a loop with COTASK_LOOP_ACCOUNT
 * @since: begin of the current phase, CLOCK_MONOTONIC; 0: the task is not accounted
 * @total: nanoseconds in each phase
 * @longest: the longest time in each phase
 * @steps: number of its steps
 * @phase: the current phase
 */
struct cotask_times {
	u64			since;
	u64			total[COTASK_PHASES];
	u64			longest[COTASK_PHASES];
	u32			steps;
	enum cotask_phase	phase;
};

/**
 * struct cotask_info - a task at one moment (IN-B1)
 * @id: its number
 * @group: number of its group
 * @parent: number of the task that has entered the group, or 0
 * @deadline: nanoseconds on the clock of the loop, while it sleeps; otherwise
 *	COTASK_FOREVER
 * @waits_for: number of the task that it waits for, or 0
 * @times: its time by phase, including the current phase
 * @cancelling: cancel requests that were not taken back
 * @reason: of the cancel, see cotask_cancel_reason()
 * @state: pending, cancelling, cancelled or finished
 * @waits_on: kind of the awaitable that it waits on; "" if it is ready or running
 * @armed: a cancel is due at its next step
 * @name: its name
 */
struct cotask_info {
	u64			id;
	u64			group;
	u64			parent;
	s64			deadline;
	u64			waits_for;
	struct cotask_times	times;
	u32			cancelling;
	struct cotask_reason	reason;
	const char		*state;
	const char		*waits_on;
	bool			armed;
	char			name[COTASK_NAME_MAX + 1];
};

int cotask_task_info(struct cotask *task, struct cotask_info *info);
int cotask_describe(const struct cotask *task, char *buf, size_t size);

/**
 * struct cotask_location - where a coroutine is suspended
 * @step: its function; print it with %ps
 * @line: line of the await in its source file
 */
struct cotask_location {
	cotask_step_fn	step;
	unsigned int	line;
};

int cotask_get_stack(const struct cotask *task, struct cotask_location *loc,
		     unsigned int n);

/**
 * struct cotask_watch - what the watchdog of a loop reports
 * @step_ns: a step that takes longer; 0: any
 * @cancel_ns: a task that has not ended this long after a cancel, once or twice the
 *	time; 0: never
 * @report: called in the loop, without a current task; @ns is the duration of the
 *	step, or 0 for a cancel that was ignored.  NULL: a line in the kernel's log,
 *	rate limited
 * @entry: its next check [L]
 */
struct cotask_watch {
	u64			step_ns;
	u64			cancel_ns;
	void			(*report)(struct cotask *task, u64 ns);
	struct cotask_entry	entry;
};

int cotask_loop_watch(struct cotask_loop *loop, const struct cotask_watch *watch);

/* Maximum depth of a walk over the await graph. */
#define COTASK_GRAPH_DEPTH	32

/* Maximum number of nodes of a walk. */
#define COTASK_GRAPH_NODES	65536

/**
 * struct cotask_node - a place in the await graph
 * @task: the task; NULL if the node is not a task; valid during the call only
 * @kind: task, gather, shield ...
 * @name: of a task; otherwise ""
 * @depth: edges from where the walk began
 * @cycle: it is already on the path to this node, and is not followed again (IN-7)
 * @cut: it has edges that are not followed, as the depth is limited
 */
struct cotask_node {
	struct cotask	*task;
	const char	*kind;
	char		name[COTASK_NAME_MAX + 1];
	unsigned int	depth;
	bool		cycle;
	bool		cut;
};

typedef void (*cotask_visit_fn)(const struct cotask_node *node, void *arg);

int cotask_graph_waiters(struct cotask_awaitable *x, unsigned int depth,
			 cotask_visit_fn visit, void *arg);
int cotask_graph_waits(struct cotask *task, unsigned int depth,
		       cotask_visit_fn visit, void *arg);

#endif /* _LINUX_COTASK_INSPECT_H */
