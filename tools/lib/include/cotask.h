/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - structured concurrency for applications, on /dev/cotask
 *
 * A *task* runs an ordinary C function on a stack of its own.  Where it has to wait it
 * *suspends*, and other tasks of its *loop* run meanwhile, in the same thread:
 *
 *	static long say_after(void *text)
 *	{
 *		long rc = cotask_sleep(1 * COTASK_SEC);
 *
 *		if (rc < 0)
 *			return rc;		// cancelled
 *		puts(text);
 *		return 0;
 *	}
 *
 *	static long two(void *arg)
 *	{
 *		struct cotask_group group;
 *		long rc;
 *
 *		cotask_group_init(&group);
 *		rc = cotask_group_enter(&group);
 *		if (rc < 0)
 *			return rc;
 *		rc = cotask_go(&group, say_after, "hello");
 *		if (!rc)
 *			rc = cotask_go(&group, say_after, "world");
 *		return cotask_group_exit(&group, rc);	// waits for both
 *	}
 *
 *	int main(void)
 *	{
 *		return cotask_run(two, NULL) < 0;
 *	}
 *
 * Names and rules are those of the kernel's <linux/cotask.h>; who waits for what, time,
 * groups and cancellation are the kernel's work.  The letters in brackets are the rules
 * of Documentation/semantics.rst.
 *
 * Conventions:
 *
 *  - An outcome is a value >= 0 or a negative errno.  -ECANCELED means: clean up and
 *    return it.
 *  - A function that gives a pointer gives NULL when it fails, and sets errno.
 *  - Times are nanoseconds.  COTASK_FOREVER is a time that never comes.
 *  - What the text says of errors is not repeated for these: -ESRCH: the calling thread
 *    runs no loop, or the function is for tasks and the caller is none; -EXDEV: the
 *    object belongs to the loop of another thread; -EINVAL: an argument is missing, or
 *    the object is in the wrong state; -ENOMEM; -ENOSPC: more objects than the kernel
 *    allows for a loop.  Misuse has no side effects.
 *  - All belongs to the thread that runs the loop, unless it says "any thread".
 *  - Structs that are named here are the caller's; no field is to be touched but where
 *    it says so.  They stay where they are as long as they are in use.
 */
#ifndef COTASK_H
#define COTASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cotask;
struct cotask_context;
struct cotask_group;
struct cotask_loop;

#if defined(__GNUC__) || defined(__clang__)
#define __cotask_must_check	__attribute__((__warn_unused_result__))
#else
#define __cotask_must_check
#endif

/* The release that these headers are from. */
#define COTASK_VERSION_MAJOR	0
#define COTASK_VERSION_MINOR	1
#define COTASK_VERSION_STRING	"0.1"

/* A time that never comes. */
#define COTASK_FOREVER	INT64_MAX

#define COTASK_USEC	INT64_C(1000)
#define COTASK_MSEC	INT64_C(1000000)
#define COTASK_SEC	INT64_C(1000000000)

/* Bytes that a name of a task can have, without the 0 at the end. */
#define COTASK_NAME_MAX	63

/**
 * typedef cotask_fn - the code of a task
 * @arg: what was given with it
 *
 * Return: The outcome of the task: a value >= 0 or a negative errno.
 */
typedef long (*cotask_fn)(void *arg);

/* ------------------------------------------------------------------------ */
/* Awaitables                                                               */

/**
 * struct cotask_awaitable - what a task can wait for
 * @loop: the loop it belongs to
 * @handle: its name in the kernel; 0: there is none
 * @kind: what it is
 * @flags: of its kind
 * @outcome: what awaits give if there is nothing in the kernel
 *
 * The common part of task, future, shield, gather and group.
 */
struct cotask_awaitable {
	struct cotask_loop	*loop;
	uint32_t		handle;
	uint16_t		kind;
	uint16_t		flags;
	long			outcome;
};

/**
 * cotask_await - wait until something is done
 * @x: what to wait for
 *
 * Does not suspend if it is done already (AW-1).  When the calling task is cancelled
 * meanwhile, so is what it waits for (CX-3); see cotask_shield().
 *
 * Return: The outcome; -ECANCELED; -EDEADLK if the caller waits for itself, also over
 *	others.
 */
__cotask_must_check long cotask_await(struct cotask_awaitable *x);

/**
 * cotask_awaitable_done - whether something is done
 * @x: the awaitable
 *
 * Return: true if so.
 */
bool cotask_awaitable_done(const struct cotask_awaitable *x);

/**
 * cotask_awaitable_cancelled - whether something has ended as cancelled
 * @x: the awaitable
 *
 * Return: true if so.
 */
bool cotask_awaitable_cancelled(const struct cotask_awaitable *x);

/**
 * cotask_awaitable_result - the outcome of something
 * @x: the awaitable
 *
 * Counts as reading an error (AW-11).
 *
 * Return: The outcome; -EINPROGRESS if it is not done (AW-8).
 */
long cotask_awaitable_result(struct cotask_awaitable *x);

/**
 * cotask_awaitable_error - the error of something
 * @x: the awaitable
 *
 * Return: 0 if it has a value, otherwise as cotask_awaitable_result().
 */
int cotask_awaitable_error(struct cotask_awaitable *x);

/**
 * cotask_awaitable_cancel - cancel something
 * @x: the awaitable
 *
 * Any thread, but for gathers and shields.
 *
 * Return: true if it was not too late.
 */
bool cotask_awaitable_cancel(struct cotask_awaitable *x);

/* ------------------------------------------------------------------------ */
/* Tasks                                                                    */

/* How to spawn. */
#define COTASK_SPAWN_EAGER	0x01	/* run the first step at once */
#define COTASK_SPAWN_LAZY	0x02	/* even if the loop is eager */
#define COTASK_SPAWN_DETACHED	0x04	/* no owner but the loop */
#define COTASK_SPAWN_SURE_START	0x08	/* runs its first step even if cancelled before */
#define COTASK_SPAWN_CANCELLED	0x10	/* into an aborting group, too; starts cancelled */
#define COTASK_SPAWN_COMPLETION_WINS 0x20 /* an outcome that is there is not lost */
#define COTASK_SPAWN_KEEP_CANCEL 0x40	/* a cancel that a child swallows comes again */

/**
 * struct cotask_spawn_args - how to spawn a task
 * @flags: COTASK_SPAWN_*
 * @__reserved: 0
 * @stack_size: bytes, rounded up to pages; 0: what the loop says
 * @name: up to %COTASK_NAME_MAX bytes, copied; NULL: Task-<number>
 * @context: context variables to use as they are (CT-4); NULL: a copy of the spawner's
 * @release: called with the argument of the task exactly once, however the task ends: when
 *	its code has returned, when it was cancelled before its first step and never ran, and
 *	when the spawn has failed.  Does not suspend.  NULL: there is nothing to release
 */
struct cotask_spawn_args {
	uint32_t		flags;
	uint32_t		__reserved;
	size_t			stack_size;
	const char		*name;
	struct cotask_context	*context;
	void			(*release)(void *arg);
};

/**
 * cotask_spawn - start a task
 * @group: its owner, which the caller or somebody else has entered; NULL: the loop
 * @fn: its code
 * @arg: for @fn; stays as long as the code needs it
 * @name: up to %COTASK_NAME_MAX bytes, copied; or NULL
 *
 * The first step runs after those that are ready already (CT-1).
 *
 * Return: A reference to the task, to be dropped by cotask_put(), which does not stop
 *	it.  NULL: ESHUTDOWN: the group is over or aborting (TG-3, TG-4); EAGAIN: it has
 *	as many children as it may; EINVAL: it was not entered (TG-2).
 */
__cotask_must_check struct cotask *cotask_spawn(struct cotask_group *group, cotask_fn fn,
						void *arg, const char *name);

/**
 * cotask_spawn_with - start a task in another way
 * @group: its owner, or NULL
 * @fn: its code
 * @arg: for @fn
 * @args: how; or NULL
 *
 * Return: As cotask_spawn().
 */
__cotask_must_check struct cotask *cotask_spawn_with(struct cotask_group *group, cotask_fn fn,
						     void *arg,
						     const struct cotask_spawn_args *args);

/**
 * cotask_go - start a task that nobody needs a handle of
 * @group: its owner, or NULL
 * @fn: its code
 * @arg: for @fn
 *
 * Return: 0, or the error of cotask_spawn() as a negative errno.
 */
__cotask_must_check int cotask_go(struct cotask_group *group, cotask_fn fn, void *arg);

/**
 * cotask_spawn_native - start a task whose code is in the kernel
 * @group: its owner, or NULL
 * @body: name under which a module has registered the code
 * @arg: argument, as that code prescribes
 * @size: of it
 * @name: of the task, or NULL
 *
 * Return: As cotask_spawn().  NULL: ENOENT: there is no such code; EPERM: it may not be
 *	used; EINVAL: another size is prescribed.
 */
__cotask_must_check struct cotask *cotask_spawn_native(struct cotask_group *group,
						       const char *body, const void *arg,
						       size_t size, const char *name);

/**
 * cotask_get - take another reference to a task
 * @task: the task
 *
 * Any thread.
 *
 * Return: @task.
 */
struct cotask *cotask_get(struct cotask *task);

/**
 * cotask_put - drop a reference to a task
 * @task: the task, or NULL
 *
 * Any thread.  A task that is not done goes on (CT-7).  If it has failed and nobody
 * has looked the loop's error handler is told (AW-11).  All references have to be
 * dropped before the last one to the loop.
 */
void cotask_put(struct cotask *task);

/**
 * cotask_base - a task as something to wait for
 * @task: the task
 *
 * Return: Its awaitable; NULL for NULL.
 */
struct cotask_awaitable *cotask_base(struct cotask *task);

/**
 * cotask_join - await a task
 * @task: the task
 *
 * Return: As cotask_await().
 */
__cotask_must_check long cotask_join(struct cotask *task);

/**
 * cotask_current - the task that runs
 *
 * Return: The task, without a reference; NULL outside of tasks, in callbacks, too (IN-1).
 */
struct cotask *cotask_current(void);

/**
 * cotask_done - whether a task has ended
 * @task: the task
 *
 * Return: true if so.
 */
bool cotask_done(const struct cotask *task);

/**
 * cotask_cancelled - whether a task has ended as cancelled
 * @task: the task
 *
 * Return: true if so.
 */
bool cotask_cancelled(const struct cotask *task);

/**
 * cotask_result - the outcome of a task
 * @task: the task
 *
 * Return: The outcome; -EINPROGRESS if it has not ended (TK-1).
 */
long cotask_result(struct cotask *task);

/**
 * cotask_error - the error of a task
 * @task: the task
 *
 * Return: 0 if it has ended with a value, otherwise as cotask_result().
 */
int cotask_error(struct cotask *task);

/**
 * cotask_cancel - ask a task to end
 * @task: the task
 *
 * Any thread.  Its await gives -ECANCELED, once (CX-5); a task that has not begun does
 * not run (CX-7).
 *
 * Return: true if it was not done (CX-1, CX-2).
 */
bool cotask_cancel(struct cotask *task);

/**
 * cotask_cancelling - requests to cancel a task that were not taken back
 * @task: the task
 *
 * Any thread.
 *
 * Return: How many, or a negative errno.
 */
int cotask_cancelling(const struct cotask *task);

/**
 * cotask_uncancel - take back a request to cancel a task
 * @task: the task
 *
 * Who swallows a cancel on purpose calls this (CX-19).
 *
 * Return: How many remain (CX-16), or a negative errno.
 */
int cotask_uncancel(struct cotask *task);

/**
 * cotask_cancel_delivered - whose cancel the last -ECANCELED was
 * @task: the task
 *
 * Return: true if the last await has given -ECANCELED for a request to @task itself,
 *	false if what it has waited for was cancelled (CX-B3).
 */
bool cotask_cancel_delivered(const struct cotask *task);

/**
 * enum cotask_cause - why a task was cancelled (CX-B2)
 * @COTASK_CAUSE_NONE: it was not
 * @COTASK_CAUSE_USER: somebody called cotask_cancel()
 * @COTASK_CAUSE_DEADLINE: a timeout came due
 * @COTASK_CAUSE_SIBLING: a member of its group failed
 * @COTASK_CAUSE_GROUP: its group was cancelled
 * @COTASK_CAUSE_SHUTDOWN: its loop is being stopped
 * @COTASK_CAUSE_OWNER: the task that owns its group ended
 */
enum cotask_cause {
	COTASK_CAUSE_NONE,
	COTASK_CAUSE_USER,
	COTASK_CAUSE_DEADLINE,
	COTASK_CAUSE_SIBLING,
	COTASK_CAUSE_GROUP,
	COTASK_CAUSE_SHUTDOWN,
	COTASK_CAUSE_OWNER
};

/**
 * struct cotask_reason - who cancelled a task, and why
 * @by: number of the task that did, see cotask_id(); 0 if it was none
 * @cause: one of enum cotask_cause
 * @__reserved: 0
 */
struct cotask_reason {
	uint64_t	by;
	uint32_t	cause;
	uint32_t	__reserved;
};

/**
 * cotask_cancel_reason - why a task was cancelled
 * @task: the task
 *
 * Return: Of the oldest request that was not delivered, or of the last one that was.
 */
struct cotask_reason cotask_cancel_reason(const struct cotask *task);

/**
 * cotask_id - number of a task
 * @task: the task
 *
 * Return: Its number in the system, as the tools show it; 0 if it has none.
 */
uint64_t cotask_id(const struct cotask *task);

/**
 * cotask_set_name - give a task another name
 * @task: the task
 * @name: up to %COTASK_NAME_MAX bytes, copied
 *
 * Return: 0; -EINVAL if it is too long.
 */
int cotask_set_name(struct cotask *task, const char *name);

/**
 * cotask_get_name - name of a task
 * @task: the task
 * @buf: for the name; it is cut if it does not fit
 * @size: of @buf
 *
 * Return: @buf; an empty string when there is none to be had.
 */
char *cotask_get_name(const struct cotask *task, char *buf, size_t size);

/**
 * cotask_get_loop - loop of a task
 * @task: the task
 *
 * Any thread.
 *
 * Return: The loop, without a reference.
 */
struct cotask_loop *cotask_get_loop(const struct cotask *task);

/**
 * cotask_all_tasks - the tasks of a loop that are not done
 * @loop: the loop, which the calling thread runs; NULL: that one
 * @tasks: for references to them, to be dropped by cotask_put(); or NULL
 * @n: room in @tasks
 *
 * Tasks whose code is here, that is, and that have arrived in the loop: not native ones, and
 * of those that cotask_submit() has made those that have begun.
 *
 * Return: How many there are, which can be more than @n (IN-2); a negative errno.
 */
int cotask_all_tasks(struct cotask_loop *loop, struct cotask **tasks, unsigned int n);

/* ------------------------------------------------------------------------ */
/* Sleeping                                                                 */

/**
 * cotask_yield - let others run
 *
 * Return: 0; -ECANCELED.
 */
__cotask_must_check long cotask_yield(void);

/**
 * cotask_sleep - sleep
 * @ns: for how long; 0 or less: others run first (SL-3); COTASK_FOREVER
 *
 * Return: 0; -ECANCELED.
 */
__cotask_must_check long cotask_sleep(int64_t ns);

/**
 * cotask_sleep_until - sleep until a point in time
 * @deadline: on @clock
 * @clock: CLOCK_MONOTONIC or CLOCK_BOOTTIME
 *
 * Return: 0; -ECANCELED; -EINVAL for another clock.
 */
__cotask_must_check long cotask_sleep_until(int64_t deadline, int clock);

/**
 * cotask_now - the time on CLOCK_MONOTONIC
 *
 * Any thread.
 *
 * Return: Nanoseconds.
 */
int64_t cotask_now(void);

/* ------------------------------------------------------------------------ */
/* Groups                                                                   */

#define COTASK_GROUP_INDEPENDENT	0x1	/* a failing child leaves others alone */
#define COTASK_GROUP_RECANCEL		0x2	/* each outside cancel reaches children */

/**
 * struct cotask_group_options - what a group can be besides
 * @flags: COTASK_GROUP_*
 * @limit: how many live children there can be; 0: any number
 * @deadline: on CLOCK_MONOTONIC; when it comes the group is cancelled, and its outcome
 *	without errors is -ETIMEDOUT; 0: none
 */
struct cotask_group_options {
	uint32_t	flags;
	uint32_t	limit;
	int64_t		deadline;
};

/**
 * struct cotask_group - owns tasks; nobody leaves before they have ended
 * @base: the awaitable: done when the last child is
 * @options: see cotask_group_configure()
 * @state: made, entered or left
 */
struct cotask_group {
	struct cotask_awaitable		base;
	struct cotask_group_options	options;
	uint64_t			state;
};

/**
 * cotask_group_init - prepare a group
 * @g: the group
 */
void cotask_group_init(struct cotask_group *g);

/**
 * cotask_group_configure - make a group a special one
 * @g: the group, between cotask_group_init() and cotask_group_enter()
 * @options: what it is to be
 *
 * Return: 0; -EINVAL for an unknown flag; -EALREADY if it was entered or cancelled.
 */
int cotask_group_configure(struct cotask_group *g, const struct cotask_group_options *options);

/**
 * cotask_group_enter - begin a group
 * @g: the group
 *
 * cotask_group_exit() has to follow in the same task.
 *
 * Return: 0; -EALREADY if it was entered before (TG-1).
 */
__cotask_must_check int cotask_group_enter(struct cotask_group *g);

/**
 * cotask_group_exit - leave a group
 * @g: the group that the calling task has entered last
 * @rc: what its body has ended with
 *
 * Waits for all children, whatever happens.  When one of them fails the others are
 * cancelled, and so is the body (TG-9).
 *
 * Return: 0; the first error (TG-14); -ECANCELED if the calling task
 *	was cancelled from outside (TG-15).  -EINVAL and nothing has happened if another
 *	scope was entered since, and not left.
 */
__cotask_must_check long cotask_group_exit(struct cotask_group *g, long rc);

/**
 * cotask_group_cancel - cancel a group: children and body
 * @g: the group, entered or not yet
 *
 * Any thread, if it was entered.
 *
 * Return: 0 (TG-33 to TG-36), or a negative errno.
 */
int cotask_group_cancel(struct cotask_group *g);

/**
 * struct cotask_group_error - an error of a group
 * @task: the child, without a reference; NULL: the body, or a child whose last
 *	reference was dropped
 * @error: its code
 */
struct cotask_group_error {
	struct cotask	*task;
	int		error;
};

/**
 * cotask_group_errors - errors of a group in the order of their occurrence
 * @g: the group
 * @e: for the errors
 * @n: room in @e
 *
 * After cotask_group_exit() has given an error, until cotask_group_fini(), or until the task has
 * left eight more groups with errors.
 *
 * Return: How many there are, which can be more than @n; a negative errno.
 */
int cotask_group_errors(struct cotask_group *g, struct cotask_group_error *e, unsigned int n);

/**
 * cotask_group_fini - the end of a group
 * @g: the group, which was left or never entered
 *
 * Needed only for a group that was made by cotask_group_cancel() and never entered.  A group
 * that was left with errors is forgotten by itself, see cotask_group_errors(); this does it
 * now.
 */
void cotask_group_fini(struct cotask_group *g);

/* ------------------------------------------------------------------------ */
/* Timeouts                                                                 */

#define COTASK_TIMEOUT_STRICT	0x1	/* too late is too late, for a success, too */
#define COTASK_TIMEOUT_QUIET	0x2	/* exit gives 0 in place of -ETIMEDOUT */

/**
 * struct cotask_timeout - bounds the time that a part of a task may take
 * @base: its handle
 * @deadline: on CLOCK_MONOTONIC
 * @state: made, entered or left
 * @flags: COTASK_TIMEOUT_*
 */
struct cotask_timeout {
	struct cotask_awaitable	base;
	int64_t			deadline;
	uint32_t		state;
	uint32_t		flags;
};

/**
 * cotask_timeout_init - prepare a timeout
 * @t: the timeout
 * @ns: nanoseconds from now (TO-2), or COTASK_FOREVER
 */
void cotask_timeout_init(struct cotask_timeout *t, int64_t ns);

/**
 * cotask_timeout_init_at - prepare a timeout for a point in time
 * @t: the timeout
 * @deadline: on CLOCK_MONOTONIC, or COTASK_FOREVER
 */
void cotask_timeout_init_at(struct cotask_timeout *t, int64_t deadline);

/**
 * cotask_timeout_configure - make a timeout a special one
 * @t: the timeout, not entered
 * @flags: COTASK_TIMEOUT_*
 *
 * Return: 0; -EINVAL for an unknown flag; -EALREADY if it was entered.
 */
int cotask_timeout_configure(struct cotask_timeout *t, uint32_t flags);

/**
 * cotask_timeout_enter - begin the part that is bounded
 * @t: the timeout
 *
 * cotask_timeout_exit() has to follow in the same task.  What the kernel refuses (-ENOSPC,
 * -ENOMEM) is told by that one; until then the body is interrupted as by a cancel.
 *
 * Return: 0; -EALREADY if it was entered before (TO-3).
 */
__cotask_must_check int cotask_timeout_enter(struct cotask_timeout *t);

/**
 * cotask_timeout_start - prepare a timeout and enter it
 * @t: the timeout
 * @ns: nanoseconds from now, or COTASK_FOREVER
 *
 * Return: As cotask_timeout_enter().
 */
__cotask_must_check int cotask_timeout_start(struct cotask_timeout *t, int64_t ns);

/**
 * cotask_timeout_exit - leave a timeout
 * @t: the timeout, the innermost scope of the calling task
 * @rc: what the body has ended with
 *
 * Does not suspend.
 *
 * Return: @rc; -ETIMEDOUT if the timeout has cancelled the task, and nobody else has
 *	(TO-8 to TO-10).  -EINVAL and nothing has happened if it is not the innermost scope.
 */
__cotask_must_check long cotask_timeout_exit(struct cotask_timeout *t, long rc);

/**
 * cotask_timeout_move - set another deadline
 * @t: the timeout, entered and not yet expired
 * @deadline: on CLOCK_MONOTONIC, or COTASK_FOREVER
 *
 * Return: 0; -EINVAL in any other state (TO-17).
 */
int cotask_timeout_move(struct cotask_timeout *t, int64_t deadline);

/**
 * cotask_timeout_when - the deadline
 * @t: the timeout
 *
 * Return: On CLOCK_MONOTONIC, or COTASK_FOREVER.
 */
int64_t cotask_timeout_when(const struct cotask_timeout *t);

/**
 * cotask_timeout_expired - whether the deadline has cancelled the task
 * @t: the timeout
 *
 * Return: true if so; stays after cotask_timeout_exit().
 */
bool cotask_timeout_expired(const struct cotask_timeout *t);

/**
 * cotask_effective_deadline - nearest deadline of all scopes that a task is inside of
 * @task: the task
 *
 * Return: On CLOCK_MONOTONIC, or COTASK_FOREVER (TO-B2).
 */
int64_t cotask_effective_deadline(const struct cotask *task);

#ifdef __cplusplus
}
#endif

#include <cotask_future.h>
#include <cotask_loop.h>

#endif /* COTASK_H */
