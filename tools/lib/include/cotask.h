/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - structured concurrency for applications, on /dev/cotask
 *
 * A *task* runs an ordinary C function on a stack of its own.  When the function has to
 * wait, the task *suspends*, and other tasks of its *loop* run in the same thread:
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
 * Names and rules are those of the kernel's <linux/cotask.h>.  The kernel implements
 * waits, timers, groups and cancellation.  Codes in parentheses, such as (CX-3), refer to
 * the rules in Documentation/semantics.rst.
 *
 * Conventions:
 *
 *  - An outcome is a value >= 0 or a negative errno.  A task that receives -ECANCELED
 *    cleans up and returns -ECANCELED.
 *  - A function that returns a pointer returns NULL and sets errno when it fails.
 *  - Times are in nanoseconds.  COTASK_FOREVER is a time that is never reached.
 *  - Any function may also return these errors: -ESRCH: the calling thread runs no loop,
 *    or the function requires a calling task and there is none; -EXDEV: the object
 *    belongs to the loop of another thread; -EINVAL: an argument is missing, or the
 *    object is in the wrong state; -ENOMEM; -ENOSPC: the loop would have more objects
 *    than the kernel permits.  A call that is refused has no side effects.
 *  - Call functions only from the loop's thread, unless the description says "Any
 *    thread".
 *  - The caller provides the memory of all structs that are defined here, and keeps it
 *    at the same address while the object is in use.  Access only those fields whose
 *    description permits it.
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

/* The release that these headers belong to. */
#define COTASK_VERSION_MAJOR	0
#define COTASK_VERSION_MINOR	1
#define COTASK_VERSION_STRING	"0.1"

/* A time that is never reached. */
#define COTASK_FOREVER	INT64_MAX

#define COTASK_USEC	INT64_C(1000)
#define COTASK_MSEC	INT64_C(1000000)
#define COTASK_SEC	INT64_C(1000000000)

/*
 * Maximum length of a task's name in bytes, without the terminating null byte.
 *
 * A name is UTF-8 text of 1 to 63 bytes.  Control characters, invalid UTF-8, and characters that
 * are not visible or change the direction of text are accepted; listings and traces show them
 * escaped.
 */
#define COTASK_NAME_MAX	63

/**
 * typedef cotask_fn - the code of a task
 * @arg: the argument that was passed to the function that started the task
 *
 * Return: The outcome of the task: a value >= 0 or a negative errno.
 */
typedef long (*cotask_fn)(void *arg);

/* ------------------------------------------------------------------------ */
/* Awaitables                                                               */

/**
 * struct cotask_awaitable - what a task can wait for
 * @loop: the loop that it belongs to
 * @handle: identifies the object in the kernel; 0: the kernel has no such object
 * @kind: kind of the object
 * @flags: flags of that kind
 * @outcome: outcome of an await if the kernel has no such object
 *
 * The part that tasks, futures, shields, gathers and groups have in common.
 */
struct cotask_awaitable {
	struct cotask_loop	*loop;
	uint32_t		handle;
	uint16_t		kind;
	uint16_t		flags;
	long			outcome;
};

/**
 * cotask_await - wait until an awaitable is done
 * @x: the awaitable
 *
 * Does not suspend if @x is already done (AW-1).  A cancel of the calling task is passed
 * on to @x (CX-3); cotask_shield() prevents that.
 *
 * Return: The outcome of @x; -ECANCELED; -EDEADLK if the caller would wait for itself,
 *	directly or through other tasks.
 */
__cotask_must_check long cotask_await(struct cotask_awaitable *x);

/**
 * cotask_awaitable_done - whether an awaitable is done
 * @x: the awaitable
 *
 * Return: true if @x is done.
 */
bool cotask_awaitable_done(const struct cotask_awaitable *x);

/**
 * cotask_awaitable_cancelled - whether an awaitable has ended as cancelled
 * @x: the awaitable
 *
 * Return: true if @x has ended as cancelled.
 */
bool cotask_awaitable_cancelled(const struct cotask_awaitable *x);

/**
 * cotask_awaitable_result - retrieve the outcome of an awaitable
 * @x: the awaitable
 *
 * An error counts as retrieved (AW-11).
 *
 * Return: The outcome; -EINPROGRESS if it is not done (AW-8).
 */
long cotask_awaitable_result(struct cotask_awaitable *x);

/**
 * cotask_awaitable_error - retrieve the error of an awaitable
 * @x: the awaitable
 *
 * Return: 0 if the outcome is a value, otherwise as cotask_awaitable_result().
 */
int cotask_awaitable_error(struct cotask_awaitable *x);

/**
 * cotask_awaitable_cancel - cancel an awaitable
 * @x: the awaitable
 *
 * Any thread; only the loop's thread for gathers and shields.
 *
 * Return: true if @x was cancelled; false if it was too late.
 */
bool cotask_awaitable_cancel(struct cotask_awaitable *x);

/* ------------------------------------------------------------------------ */
/* Tasks                                                                    */

/* Options of a spawn. */
#define COTASK_SPAWN_EAGER	0x01	/* run the first step inside of the spawn */
#define COTASK_SPAWN_LAZY	0x02	/* queue the first step, even if the loop is eager */
#define COTASK_SPAWN_DETACHED	0x04	/* the loop owns the task */
#define COTASK_SPAWN_SURE_START	0x08	/* run the first step even if cancelled before it */
#define COTASK_SPAWN_CANCELLED	0x10	/* permit an aborting group; the task starts cancelled */
#define COTASK_SPAWN_COMPLETION_WINS 0x20 /* a cancel does not replace an available outcome */
#define COTASK_SPAWN_KEEP_CANCEL 0x40	/* repeat a cancel that a child has swallowed */

/**
 * struct cotask_spawn_args - options of cotask_spawn_with()
 * @flags: COTASK_SPAWN_*
 * @__reserved: 0
 * @stack_size: size of the stack in bytes, rounded up to pages; 0: the loop's default
 * @name: up to %COTASK_NAME_MAX bytes, copied; NULL: Task-<number>
 * @context: context that the task uses without copying it (CT-4); NULL: a copy of the
 *	spawner's context
 * @release: called exactly once with the argument of the task: when its code has returned,
 *	when the task was cancelled before its first step and never ran, and when the spawn
 *	has failed.  Must not suspend.  NULL: no function is called
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
 * @group: owner of the task, a group that a task has entered; NULL: the loop
 * @fn: code of the task
 * @arg: argument of @fn; the memory that it points to must remain valid while @fn uses it
 * @name: up to %COTASK_NAME_MAX bytes, copied; or NULL
 *
 * The first step runs after all steps that are already in the ready queue (CT-1).
 *
 * Return: A reference to the task.  The caller drops it with cotask_put(), which does not
 *	stop the task.  NULL: ESHUTDOWN: the group has ended or is aborting (TG-3, TG-4);
 *	EAGAIN: the group has reached its limit of children; EINVAL: no task has entered
 *	the group (TG-2).
 */
__cotask_must_check struct cotask *cotask_spawn(struct cotask_group *group, cotask_fn fn,
						void *arg, const char *name);

/**
 * cotask_spawn_with - start a task with options
 * @group: owner of the task; NULL: the loop
 * @fn: code of the task
 * @arg: argument of @fn
 * @args: the options, or NULL
 *
 * Return: As cotask_spawn().
 */
__cotask_must_check struct cotask *cotask_spawn_with(struct cotask_group *group, cotask_fn fn,
						     void *arg,
						     const struct cotask_spawn_args *args);

/**
 * cotask_go - start a task without taking a reference to it
 * @group: owner of the task; NULL: the loop
 * @fn: code of the task
 * @arg: argument of @fn
 *
 * Return: 0, or the error of cotask_spawn() as a negative errno.
 */
__cotask_must_check int cotask_go(struct cotask_group *group, cotask_fn fn, void *arg);

/**
 * cotask_go_many - start many tasks of one function without taking references to them
 * @group: owner of the tasks; NULL: the loop
 * @fn: code of the tasks
 * @args: one argument per task
 * @n: number of tasks
 *
 * As cotask_go() for each task, with one system call for many.
 *
 * Return: 0; an error if any task was refused; the other tasks were started.
 */
__cotask_must_check int cotask_go_many(struct cotask_group *group, cotask_fn fn,
				       void *const *args, unsigned int n);

/**
 * cotask_spawn_native - start a task whose code is in the kernel
 * @group: owner of the task; NULL: the loop
 * @body: name under which a module has registered the code
 * @arg: argument, in the format that the module defines
 * @size: size of @arg in bytes
 * @name: name of the task, or NULL
 *
 * Return: As cotask_spawn().  NULL: ENOENT: no module has registered @body; EPERM: the
 *	process may not use @body; EINVAL: @body requires another size.
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
 * Any thread.  A task that is not done continues to run (CT-7).  If the task has failed and
 * its error was never retrieved, the loop calls its error handler (AW-11).  The caller
 * drops all references to tasks before the last reference to their loop.
 */
void cotask_put(struct cotask *task);

/**
 * cotask_base - the awaitable of a task
 * @task: the task, or NULL
 *
 * Return: The awaitable; NULL if @task is NULL.
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
 * cotask_current - the running task
 *
 * Return: The task, without a reference; NULL outside of tasks and in callbacks (IN-1).
 */
struct cotask *cotask_current(void);

/**
 * cotask_done - whether a task has ended
 * @task: the task
 *
 * Return: true if the task has ended.
 */
bool cotask_done(const struct cotask *task);

/**
 * cotask_cancelled - whether a task has ended as cancelled
 * @task: the task
 *
 * Return: true if the task has ended as cancelled.
 */
bool cotask_cancelled(const struct cotask *task);

/**
 * cotask_result - retrieve the outcome of a task
 * @task: the task
 *
 * Return: The outcome; -EINPROGRESS if the task has not ended (TK-1).
 */
long cotask_result(struct cotask *task);

/**
 * cotask_error - retrieve the error of a task
 * @task: the task
 *
 * Return: 0 if the task has ended with a value, otherwise as cotask_result().
 */
int cotask_error(struct cotask *task);

/**
 * cotask_cancel - request that a task end
 * @task: the task
 *
 * Any thread.  The task's await returns -ECANCELED, once (CX-5).  A task that has not
 * started never runs (CX-7).
 *
 * Return: true if the task was not done (CX-1, CX-2).
 */
bool cotask_cancel(struct cotask *task);

/**
 * cotask_cancelling - number of outstanding cancel requests of a task
 * @task: the task
 *
 * Any thread.  cotask_uncancel() withdraws a request.
 *
 * Return: The number, or a negative errno.
 */
int cotask_cancelling(const struct cotask *task);

/**
 * cotask_uncancel - withdraw a cancel request
 * @task: the task
 *
 * A task that intentionally continues after a cancel calls this function (CX-19).
 *
 * Return: The number of requests that remain (CX-16), or a negative errno.
 */
int cotask_uncancel(struct cotask *task);

/**
 * cotask_cancel_delivered - whether the last -ECANCELED was for the task itself
 * @task: the task
 *
 * Return: true if the last await returned -ECANCELED because of a request to cancel @task;
 *	false if the awaitable that it waited for was cancelled (CX-B3).
 */
bool cotask_cancel_delivered(const struct cotask *task);

/**
 * enum cotask_cause - why a task was cancelled (CX-B2)
 * @COTASK_CAUSE_NONE: the task was not cancelled
 * @COTASK_CAUSE_USER: a call of cotask_cancel()
 * @COTASK_CAUSE_DEADLINE: a timeout expired
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
 * struct cotask_reason - why a task was cancelled, and by which task
 * @by: number of the task that cancelled it, see cotask_id(); 0: the canceller was no task
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
 * Return: The reason of the oldest request that was not delivered; if there is none, the
 *	reason of the last request that was delivered.
 */
struct cotask_reason cotask_cancel_reason(const struct cotask *task);

/**
 * cotask_id - number of a task
 * @task: the task
 *
 * Return: The number of the task in the system, which the tools show; 0 if it has none.
 */
uint64_t cotask_id(const struct cotask *task);

/**
 * cotask_set_name - rename a task
 * @task: the task
 * @name: up to %COTASK_NAME_MAX bytes, copied
 *
 * Return: 0; -EINVAL if @name is empty or too long.
 */
int cotask_set_name(struct cotask *task, const char *name);

/**
 * cotask_get_name - name of a task
 * @task: the task
 * @buf: buffer for the name, which is truncated if it does not fit
 * @size: size of @buf in bytes
 *
 * Return: @buf; it contains an empty string if the name is not available.
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
 * cotask_all_tasks - list the tasks of a loop that are not done
 * @loop: the loop that the calling thread runs; NULL: the same
 * @tasks: array for references to the tasks, or NULL; the caller drops each reference with
 *	cotask_put()
 * @n: number of elements of @tasks
 *
 * The list contains tasks whose code is in this process.  It does not contain native tasks,
 * nor tasks of cotask_submit() that have not started.
 *
 * Return: The number of tasks, which can exceed @n (IN-2); a negative errno.
 */
int cotask_all_tasks(struct cotask_loop *loop, struct cotask **tasks, unsigned int n);

/* ------------------------------------------------------------------------ */
/* Sleeping                                                                 */

/**
 * cotask_yield - let other tasks run
 *
 * Return: 0; -ECANCELED.
 */
__cotask_must_check long cotask_yield(void);

/**
 * cotask_sleep - sleep
 * @ns: duration; 0 or less: let the tasks run that are ready (SL-3); or COTASK_FOREVER
 *
 * Return: 0; -ECANCELED.
 */
__cotask_must_check long cotask_sleep(int64_t ns);

/**
 * cotask_sleep_until - sleep until a point in time
 * @deadline: point in time on @clock
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

#define COTASK_GROUP_INDEPENDENT	0x1	/* a failing child does not cancel its siblings */
#define COTASK_GROUP_RECANCEL		0x2	/* pass each outside cancel on to the children */

/**
 * struct cotask_group_options - options of a group
 * @flags: COTASK_GROUP_*
 * @limit: maximum number of live children; 0: no limit
 * @deadline: on CLOCK_MONOTONIC; the group is cancelled when it expires, and the outcome
 *	is -ETIMEDOUT unless there are errors; 0: no deadline
 */
struct cotask_group_options {
	uint32_t	flags;
	uint32_t	limit;
	int64_t		deadline;
};

/**
 * struct cotask_group - owns tasks, and ends when all of them have ended
 * @base: the awaitable, which is done when the last child is done
 * @options: see cotask_group_configure()
 * @state: initialised, entered or left
 */
struct cotask_group {
	struct cotask_awaitable		base;
	struct cotask_group_options	options;
	uint64_t			state;
};

/**
 * cotask_group_init - initialise a group
 * @g: the group
 */
void cotask_group_init(struct cotask_group *g);

/**
 * cotask_group_configure - set the options of a group
 * @g: the group, between cotask_group_init() and cotask_group_enter()
 * @options: the options
 *
 * Return: 0; -EINVAL for an unknown flag; -EALREADY if the group was entered or cancelled.
 */
int cotask_group_configure(struct cotask_group *g, const struct cotask_group_options *options);

/**
 * cotask_group_enter - enter a group
 * @g: the group
 *
 * The same task must leave the group with cotask_group_exit().
 *
 * Return: 0; -EALREADY if the group was entered before (TG-1).
 */
__cotask_must_check int cotask_group_enter(struct cotask_group *g);

/**
 * cotask_group_exit - leave a group
 * @g: the group that the calling task has entered last
 * @rc: outcome of the body, the code between enter and exit
 *
 * Always waits for all children.  When a child fails, its siblings and the body are
 * cancelled (TG-9).
 *
 * Return: 0; the first error (TG-14); -ECANCELED if the calling task was cancelled from
 *	outside (TG-15); -EINVAL without side effects if @g is not the innermost scope of
 *	the calling task.
 */
__cotask_must_check long cotask_group_exit(struct cotask_group *g, long rc);

/**
 * cotask_group_cancel - cancel the children and the body of a group
 * @g: the group, before or after cotask_group_enter()
 *
 * Any thread, once the group was entered.
 *
 * Return: 0 (TG-33 to TG-36), or a negative errno.
 */
int cotask_group_cancel(struct cotask_group *g);

/**
 * struct cotask_group_error - an error of a group
 * @task: the child, without a reference; NULL: the body, or a child whose last
 *	reference was dropped
 * @error: a negative errno
 */
struct cotask_group_error {
	struct cotask	*task;
	int		error;
};

/**
 * cotask_group_errors - list the errors of a group in the order of their occurrence
 * @g: the group
 * @e: array for the errors
 * @n: number of elements of @e
 *
 * The errors are available after cotask_group_exit() has returned an error, until
 * cotask_group_fini(), or until the task has left eight more groups with errors.
 *
 * Return: The number of errors, which can exceed @n; a negative errno.
 */
int cotask_group_errors(struct cotask_group *g, struct cotask_group_error *e, unsigned int n);

/**
 * cotask_group_fini - destroy a group
 * @g: the group, which was left or never entered
 *
 * Required only for a group that was cancelled and never entered, and for a group of
 * cotask_group_import().  For a group that was left with errors, it discards the errors at
 * once; see cotask_group_errors() for when they are discarded otherwise.
 */
void cotask_group_fini(struct cotask_group *g);

/* ------------------------------------------------------------------------ */
/* Timeouts                                                                 */

#define COTASK_TIMEOUT_STRICT	0x1	/* a body that succeeds too late has timed out */
#define COTASK_TIMEOUT_QUIET	0x2	/* exit returns 0 instead of -ETIMEDOUT */

/**
 * struct cotask_timeout - limits the duration of a part of a task
 * @base: handle in the kernel
 * @deadline: on CLOCK_MONOTONIC
 * @state: initialised, entered or left
 * @in_block: the block of a CO_TIMEOUT() is running, see <cotask_co.h>
 * @flags: COTASK_TIMEOUT_*
 */
struct cotask_timeout {
	struct cotask_awaitable	base;
	int64_t			deadline;
	uint16_t		state;
	bool			in_block;
	uint32_t		flags;
};

/**
 * cotask_timeout_init - initialise a timeout
 * @t: the timeout
 * @ns: nanoseconds from now (TO-2), or COTASK_FOREVER
 */
void cotask_timeout_init(struct cotask_timeout *t, int64_t ns);

/**
 * cotask_timeout_init_at - initialise a timeout with a point in time
 * @t: the timeout
 * @deadline: on CLOCK_MONOTONIC, or COTASK_FOREVER
 */
void cotask_timeout_init_at(struct cotask_timeout *t, int64_t deadline);

/**
 * cotask_timeout_configure - set the options of a timeout
 * @t: the timeout, before cotask_timeout_enter()
 * @flags: COTASK_TIMEOUT_*
 *
 * Return: 0; -EINVAL for an unknown flag; -EALREADY if the timeout was entered.
 */
int cotask_timeout_configure(struct cotask_timeout *t, uint32_t flags);

/**
 * cotask_timeout_enter - enter a timeout
 * @t: the timeout
 *
 * The same task must leave the timeout with cotask_timeout_exit().  If the kernel refuses
 * the timeout (-ENOSPC, -ENOMEM), the body is interrupted as by a cancel, and
 * cotask_timeout_exit() returns the error.
 *
 * Return: 0; -EALREADY if the timeout was entered before (TO-3).
 */
__cotask_must_check int cotask_timeout_enter(struct cotask_timeout *t);

/**
 * cotask_timeout_start - initialise a timeout and enter it
 * @t: the timeout
 * @ns: nanoseconds from now, or COTASK_FOREVER
 *
 * Return: As cotask_timeout_enter().
 */
__cotask_must_check int cotask_timeout_start(struct cotask_timeout *t, int64_t ns);

/**
 * cotask_timeout_exit - leave a timeout
 * @t: the timeout, the innermost scope of the calling task
 * @rc: outcome of the body, the code between enter and exit
 *
 * Does not suspend.
 *
 * Return: @rc; -ETIMEDOUT if the timeout cancelled the task and there was no other cancel
 *	(TO-8 to TO-10); -EINVAL without side effects if @t is not the innermost scope.
 */
__cotask_must_check long cotask_timeout_exit(struct cotask_timeout *t, long rc);

/**
 * cotask_timeout_move - change the deadline of a timeout
 * @t: the timeout, entered and not yet expired
 * @deadline: on CLOCK_MONOTONIC, or COTASK_FOREVER
 *
 * The caller need not be the task that has entered @t.
 *
 * Return: 0; -EINVAL in any other state (TO-17).
 */
int cotask_timeout_move(struct cotask_timeout *t, int64_t deadline);

/**
 * cotask_timeout_when - the deadline of a timeout
 * @t: the timeout
 *
 * Return: The deadline on CLOCK_MONOTONIC, or COTASK_FOREVER.
 */
int64_t cotask_timeout_when(const struct cotask_timeout *t);

/**
 * cotask_timeout_expired - whether a timeout has cancelled its task
 * @t: the timeout
 *
 * Return: true if the deadline has cancelled the task; also after cotask_timeout_exit().
 */
bool cotask_timeout_expired(const struct cotask_timeout *t);

/**
 * cotask_effective_deadline - earliest deadline of all scopes that enclose a task
 * @task: the task
 *
 * Return: The deadline on CLOCK_MONOTONIC, or COTASK_FOREVER (TO-B2).
 */
int64_t cotask_effective_deadline(const struct cotask *task);

#ifdef __cplusplus
}
#endif

#include <cotask_future.h>
#include <cotask_loop.h>

#endif /* COTASK_H */
