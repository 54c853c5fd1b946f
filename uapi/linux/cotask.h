/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * cotask - tasks for applications: /dev/cotask
 *
 * An open file is one loop, with tasks whose code runs in the process that has
 * opened it (*hosted* tasks).  The kernel keeps who waits for what, timers, groups
 * and cancellation; the process keeps the code.  One call, COTASK_IOC_ENTER, takes
 * an array of operations in and gives an array of events out: an event says that it
 * is a task's turn, and what its last operation has given; the process runs the
 * code of that task until it waits again, and says so by the next operation.
 *
 * Objects are named by *handles*, numbers from 1 that the caller chooses, so that
 * operations on an object can stand in the same array as the one that makes it.
 *
 * Points in time are those of the clocks that the caller reads: in a time namespace, of the
 * clocks there.
 *
 * Growing: every struct of an ioctl begins with its size.  A larger one than the
 * kernel knows is accepted if the rest is zero (-E2BIG otherwise), a smaller one is
 * filled up with zeros.  Fields that an operation does not use, and reserved ones,
 * have to be zero.
 *
 * Errors of the ioctls:
 *
 *	ENOTTY		unknown command
 *	EFAULT		memory that cannot be read or written
 *	EINVAL		a bad value, a field that should be zero, a size that is too small
 *	E2BIG		a larger struct with something in it
 *	EBUSY		another thread is in COTASK_IOC_ENTER
 *	EINTR		a signal has come before anything was done
 *	ETIMEDOUT	COTASK_IOC_WAIT: not done by then
 *	ENOENT		COTASK_IOC_WAIT: no such handle
 *
 * Errors of single operations, in &struct cotask_op.result; all others are applied:
 *
 *	EOPNOTSUPP	unknown operation or flag
 *	EINVAL		a bad value or a field that should be zero; the object is of the
 *			wrong kind or in the wrong state
 *	ENOENT		no such handle; no native body of this name
 *	EEXIST		the handle is taken
 *	EALREADY	a group or timeout is entered for the second time
 *	ESRCH		the acting task is not running in the process
 *	EPERM		this operation needs COTASK_IOC_ENTER; the process may not spawn
 *			this native body
 *	ESHUTDOWN	the group or queue is closed
 *	EAGAIN		COTASK_OP_F_TRY: it would have to wait; the group has as many children
 *			as it may
 *	EBUSY		a hosted task that is not done cannot be forgotten
 *	EXDEV		a member belongs to another loop
 *	EBADF		no such file descriptor, or not one of the right kind
 *	EMFILE, ENFILE	no file descriptor is left
 *	ENOSPC		too many objects, or a task is inside of too many scopes
 *	EFAULT		@addr cannot be read or written
 *	ENOMEM		no memory; nothing has happened
 */
#ifndef _UAPI_LINUX_COTASK_H
#define _UAPI_LINUX_COTASK_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* <linux/types.h> of an older kernel does not have it. */
#ifndef __aligned_s64
#define __aligned_s64	__s64 __attribute__((aligned(8)))
#endif

/* A time that never comes. */
#define COTASK_NEVER		0x7fffffffffffffffLL

/* Names of tasks have up to this many bytes, without a 0 at the end. */
#define COTASK_NAME_SIZE	63

/* Members of one COTASK_OP_GATHER, WAIT or ITERATE. */
#define COTASK_MEMBERS_MAX	65536

/**
 * enum cotask_kind - what COTASK_OP_MAKE and COTASK_OP_ENTER make
 * @COTASK_KIND_NONE: not a kind
 * @COTASK_KIND_FUTURE: an outcome that somebody else provides
 * @COTASK_KIND_GROUP: owns tasks, @len at a time, 0: any number.  @value: a deadline on
 *	CLOCK_MONOTONIC, 0: none
 * @COTASK_KIND_TIMEOUT: a timeout.  @value: nanoseconds from now; COTASK_OP_F_ABSOLUTE:
 *	on CLOCK_MONOTONIC; COTASK_NEVER
 * @COTASK_KIND_SCOPE: a part of a task that can be cancelled for good.  @value: when
 *	it is, on CLOCK_MONOTONIC, or COTASK_NEVER
 * @COTASK_KIND_SECTION: a part of a task that is not cancelled from outside.  @value:
 *	for how many nanoseconds at most, or COTASK_NEVER
 * @COTASK_KIND_SEM: a semaphore of which @value permits are free, and @len at most, 0:
 *	any number.  With one of one it is a lock
 * @COTASK_KIND_EVENT: something that has happened, or not yet
 * @COTASK_KIND_COND: something has changed that the lock @other protects
 * @COTASK_KIND_QUEUE: up to @value numbers on their way between tasks, 0: any number
 * @COTASK_KIND_LAST: how many there are
 */
enum cotask_kind {
	COTASK_KIND_NONE,
	COTASK_KIND_FUTURE,
	COTASK_KIND_GROUP,
	COTASK_KIND_TIMEOUT,
	COTASK_KIND_SCOPE,
	COTASK_KIND_SECTION,
	COTASK_KIND_SEM,
	COTASK_KIND_EVENT,
	COTASK_KIND_COND,
	COTASK_KIND_QUEUE,
	COTASK_KIND_LAST
};

/**
 * enum cotask_opcode - what an operation does
 * @COTASK_OP_NOP: nothing
 * @COTASK_OP_SPAWN: make a hosted task, @handle, that is owned by the group @other, or by
 *	none; its first event comes with @user_data.  @addr, @len: its name; @arg:
 *	COTASK_SPAWN_F_*
 * @COTASK_OP_SPAWN_NATIVE: make a task whose code is in the kernel; @addr:
 *	&struct cotask_native; @len: its size; else as SPAWN, without name and @arg
 * @COTASK_OP_SUBMIT: from any thread: make a hosted task, @other, and a submission,
 *	@handle, to wait for it by COTASK_IOC_WAIT; else as SPAWN
 * @COTASK_OP_EXIT: the code of the task ends with @value, a value >= 0 or a negative errno.
 *	Scopes that it is inside of are left: the children of a group are cancelled, and the
 *	task has ended when they have
 * @COTASK_OP_SLEEP: the task sleeps for @value nanoseconds; 0 or less: others run
 *	first.  COTASK_OP_F_ABSOLUTE: until @value on CLOCK_MONOTONIC, COTASK_OP_F_BOOTTIME:
 *	on CLOCK_BOOTTIME
 * @COTASK_OP_AWAIT: the task waits for @handle, see below
 * @COTASK_OP_WAIT_FOR: the same, but for @value nanoseconds at most
 * @COTASK_OP_CANCEL_WAIT: cancel the task @handle and wait until it has ended
 * @COTASK_OP_MAKE: make an object, @handle, of the kind @arg
 * @COTASK_OP_SHIELD: make a shield, @handle, of @other, which can be awaited and
 *	cancelled in its place
 * @COTASK_OP_GATHER: make a gather, @handle, of the members in @addr, an array of @len
 *	handles (__u32); @arg: COTASK_GATHER_F_*
 * @COTASK_OP_ITERATE: make an iteration, @handle, over members as above, in the order of
 *	their end, for @value nanoseconds at most
 * @COTASK_OP_NEXT: the task waits for the next member of the iteration @handle; gives
 *	the handle of that; 0: there is none
 * @COTASK_OP_WAIT: the task waits for members as above, COTASK_WAIT_F_* in @arg, for
 *	@value nanoseconds at most; gives how many have ended
 * @COTASK_OP_COMPLETE: give the future @handle its outcome: @value
 * @COTASK_OP_CANCEL: cancel @handle; the result is 1 if it was not too late, otherwise
 *	0 (of a group, scope: always 0)
 * @COTASK_OP_UNCANCEL: take a request to cancel the task @handle back; the result is how
 *	many remain
 * @COTASK_OP_CANCEL_ALL: cancel each task of the loop that is not done, but for @handle
 *	(0: none), and was not cancelled by this before; the result is how many tasks are not
 *	done
 * @COTASK_OP_ENTER: the task enters the group, timeout, scope or section @handle.
 *	If @arg is a kind it is made first, with @value, @len and flags as for MAKE; if it
 *	is 0, it is there
 * @COTASK_OP_LEAVE: the task leaves it, its body has ended with @value.  Of a group:
 *	waits for all children, and the outcome comes with the next event; of others the
 *	result is what becomes of @value
 * @COTASK_OP_MOVE: another deadline for the timeout @handle: @value on CLOCK_MONOTONIC,
 *	or COTASK_NEVER
 * @COTASK_OP_RESULT: the result is the outcome of @handle, or -EINPROGRESS
 * @COTASK_OP_READ: the result is what @arg, one of enum cotask_read, says about @handle
 * @COTASK_OP_FORGET: the handle is free again; of a task whose code has ended, or of
 *	anything else, which stays as long as a task waits for it
 * @COTASK_OP_ACQUIRE: the task takes a permit of the semaphore @handle, and waits for it
 * @COTASK_OP_RELEASE: give a permit of the semaphore @handle back
 * @COTASK_OP_SET: the event @handle has happened; with @arg 1: it has not
 * @COTASK_OP_EVENT_WAIT: the task waits until the event @handle has happened
 * @COTASK_OP_COND_WAIT: the task gives the lock of the condition @handle back, waits until it
 *	is notified, and takes the lock again
 * @COTASK_OP_NOTIFY: notify @len tasks that wait for the condition @handle; the result is
 *	how many there were
 * @COTASK_OP_PUT: the task puts @value, >= 0, into the queue @handle, and waits for room
 * @COTASK_OP_GET: the task takes a number out of the queue @handle, and waits for one
 * @COTASK_OP_SHUTDOWN: the queue @handle takes no more; with @arg 1: what is in it is
 *	dropped
 * @COTASK_OP_POLL: the task waits until the file descriptor @handle is ready for @arg, POLLIN
 *	..., at least one turn; gives what it is ready for, or 0: look again.  That it is,
 *	too, when the process that waits has closed its last descriptor of this file of the
 *	device, and other processes go on with it
 * @COTASK_OP_CALL: have a COTASK_EVENT_CALL with @user_data, at its place in the queue
 * @COTASK_OP_ON_DONE: have a COTASK_EVENT_CALL with @user_data when @handle is done
 * @COTASK_OP_OFF_DONE: take back those of them with this @user_data; the result is how many
 * @COTASK_OP_NAME: give the task @handle the name @addr, @len
 * @COTASK_OP_GET_NAME: write the name of the task @handle, and a 0, to @addr, of @len bytes
 * @COTASK_OP_EXPORT: the result is a new file descriptor, close-on-exec, that stands for the
 *	task or group @handle, see COTASK_FD_IOC_STATUS
 * @COTASK_OP_IMPORT: @handle is what such a descriptor, @arg, stands for.  A task can be
 *	awaited and cancelled; a group can be awaited and cancelled, and hosted tasks can be
 *	spawned into it
 * @COTASK_OP_START: the task waits until the task @handle, which was spawned and has not
 *	begun, is READY; gives the value of that.  What @handle fails with before is no error
 *	of its group, but the outcome of this; -ENODATA: it has ended otherwise;
 *	-ECANCELED: it was cancelled with this, and has ended (TG-B7)
 * @COTASK_OP_READY: the acting task is ready, with @value, >= 0.  -EINVAL: nobody waits for
 *	that, or not any more
 * @COTASK_OP_LAST: how many there are
 *
 * What can be awaited, cancelled and be a member: tasks, futures, shields, gathers.
 * Imported tasks and groups can be awaited and cancelled.
 *
 * SLEEP, AWAIT, WAIT_FOR, CANCEL_WAIT, NEXT, WAIT, LEAVE of a group, ACQUIRE, EVENT_WAIT,
 * COND_WAIT, PUT, GET, POLL, START and EXIT end the step of the acting task: its next event gives
 * the outcome.
 * With COTASK_OP_F_TRY, ACQUIRE, PUT and GET do not: their result is 0, of GET the number,
 * or -EAGAIN.
 */
enum cotask_opcode {
	COTASK_OP_NOP,
	COTASK_OP_SPAWN,
	COTASK_OP_SPAWN_NATIVE,
	COTASK_OP_SUBMIT,
	COTASK_OP_EXIT,
	COTASK_OP_SLEEP,
	COTASK_OP_AWAIT,
	COTASK_OP_WAIT_FOR,
	COTASK_OP_CANCEL_WAIT,
	COTASK_OP_MAKE,
	COTASK_OP_SHIELD,
	COTASK_OP_GATHER,
	COTASK_OP_ITERATE,
	COTASK_OP_NEXT,
	COTASK_OP_WAIT,
	COTASK_OP_COMPLETE,
	COTASK_OP_CANCEL,
	COTASK_OP_UNCANCEL,
	COTASK_OP_CANCEL_ALL,
	COTASK_OP_ENTER,
	COTASK_OP_LEAVE,
	COTASK_OP_MOVE,
	COTASK_OP_RESULT,
	COTASK_OP_READ,
	COTASK_OP_FORGET,
	COTASK_OP_ACQUIRE,
	COTASK_OP_RELEASE,
	COTASK_OP_SET,
	COTASK_OP_EVENT_WAIT,
	COTASK_OP_COND_WAIT,
	COTASK_OP_NOTIFY,
	COTASK_OP_PUT,
	COTASK_OP_GET,
	COTASK_OP_SHUTDOWN,
	COTASK_OP_POLL,
	COTASK_OP_CALL,
	COTASK_OP_ON_DONE,
	COTASK_OP_OFF_DONE,
	COTASK_OP_NAME,
	COTASK_OP_GET_NAME,
	COTASK_OP_EXPORT,
	COTASK_OP_IMPORT,
	COTASK_OP_START,
	COTASK_OP_READY,
	COTASK_OP_LAST
};

#define COTASK_OP_F_ABSOLUTE	0x1	/* @value is a point in time */
#define COTASK_OP_F_BOOTTIME	0x2	/* ... on CLOCK_BOOTTIME */
#define COTASK_OP_F_TRY		0x4	/* do not wait */
/* With COTASK_OP_F_ABSOLUTE, SLEEP and ENTER of a timeout that it makes: the time was still to
 * come when the task has asked for this, which may be a while ago.  If it has passed since then,
 * what is ready by now comes first, as it would have if this had been applied at once.  Without
 * it, what is past is due at once.
 */
#define COTASK_OP_F_AHEAD	0x8

/* &struct cotask_op.arg of SPAWN */
/* It runs at once: the process does its first step before the spawner goes on, without an
 * event, if the result is 1.
 */
#define COTASK_SPAWN_F_EAGER	0x01
#define COTASK_SPAWN_F_SURE_START 0x02	/* it runs its first step even if cancelled before */
#define COTASK_SPAWN_F_CANCELLED 0x04	/* into an aborting group, too; starts cancelled */
#define COTASK_SPAWN_F_WINS	0x08	/* an outcome that is there is not lost to a cancel */
#define COTASK_SPAWN_F_KEEP_CANCEL 0x10	/* a cancel that a child swallows comes again */
#define COTASK_SPAWN_F_APART	0x20	/* its failure is for a gather, not one of its group */

/* &struct cotask_op.arg of ENTER and MAKE: flags besides the kind */
#define COTASK_MAKE_F_STRICT	0x0100	/* timeout: too late is too late, for success, too */
#define COTASK_MAKE_F_QUIET	0x0200	/* timeout: LEAVE gives 0 in place of -ETIMEDOUT */
#define COTASK_MAKE_F_RECANCEL	0x0400	/* group: each outside cancel reaches children */
#define COTASK_MAKE_F_INDEPENDENT 0x0800 /* group: a failing child leaves others alone */

/* &struct cotask_op.arg of GATHER; neither: the first error ends it */
#define COTASK_GATHER_F_COLLECT	0x1	/* outcomes are for the reader */
#define COTASK_GATHER_F_FAIL_FAST 0x2	/* the first error cancels the others */
#define COTASK_GATHER_F_RACE	0x4	/* the first success does; alone */

/* &struct cotask_op.arg of WAIT */
#define COTASK_WAIT_F_ALL	0
#define COTASK_WAIT_F_FIRST	1	/* until one has ended */
#define COTASK_WAIT_F_FIRST_ERROR 2	/* until one has failed, or all have ended */

/* How something that can be awaited is. */
#define COTASK_STATE_PENDING	0
#define COTASK_STATE_FINISHED	1	/* with a value */
#define COTASK_STATE_FAILED	2
#define COTASK_STATE_CANCELLED	3

/**
 * enum cotask_read - what COTASK_OP_READ tells
 * @COTASK_READ_STATE: of what can be awaited, or a submission: COTASK_STATE_*
 * @COTASK_READ_ID: of a task or group: its number in the system
 * @COTASK_READ_CANCELLING: of a task: requests to cancel it that were not taken back
 * @COTASK_READ_DELIVERED: of a task: 1 if its last await has given -ECANCELED for a request
 *	of its own
 * @COTASK_READ_CAUSE: of a task: why it was cancelled, enum cotask_cause in the
 *	documentation
 * @COTASK_READ_BY: of a task: number of the task that has cancelled it, or 0
 * @COTASK_READ_DEADLINE: of a task: nearest deadline of all that it is inside of, or
 *	COTASK_NEVER
 * @COTASK_READ_WHEN: of a timeout: its deadline, or COTASK_NEVER
 * @COTASK_READ_EXPIRED: of a timeout: 1 if it has come
 * @COTASK_READ_ERRORS: of a group: how many errors there are
 * @COTASK_READ_ERROR: of a group: code of the error number @value
 * @COTASK_READ_ERROR_TASK: of a group: handle of the child that it is of, 0: the body's, or
 *	forgotten
 * @COTASK_READ_WINNER: of a race: index of the winner, or -ENOENT
 * @COTASK_READ_FREE: of a semaphore: free permits; of an event: 1 if it has happened
 * @COTASK_READ_COUNT: of a queue: numbers in it
 * @COTASK_READ_LAST: how many there are
 */
enum cotask_read {
	COTASK_READ_STATE,
	COTASK_READ_ID,
	COTASK_READ_CANCELLING,
	COTASK_READ_DELIVERED,
	COTASK_READ_CAUSE,
	COTASK_READ_BY,
	COTASK_READ_DEADLINE,
	COTASK_READ_WHEN,
	COTASK_READ_EXPIRED,
	COTASK_READ_ERRORS,
	COTASK_READ_ERROR,
	COTASK_READ_ERROR_TASK,
	COTASK_READ_WINNER,
	COTASK_READ_FREE,
	COTASK_READ_COUNT,
	COTASK_READ_LAST
};

/**
 * struct cotask_op - one operation
 * @opcode: one of enum cotask_opcode
 * @flags: COTASK_OP_F_*
 * @task: handle of the acting task, whose code runs in the process; or 0
 * @handle: the object
 * @other: another object
 * @value: nanoseconds, an outcome ...
 * @user_data: comes back with events
 * @addr: memory of the process
 * @len: how much
 * @arg: kind, flags ...
 * @result: out: a value >= 0 or a negative errno
 * @__reserved: zero
 */
struct cotask_op {
	__u16		opcode;
	__u16		flags;
	__u32		task;
	__u32		handle;
	__u32		other;
	__aligned_s64	value;
	__aligned_u64	user_data;
	__aligned_u64	addr;
	__u32		len;
	__u32		arg;
	__aligned_s64	result;
	__aligned_u64	__reserved;
};

/**
 * struct cotask_native - a task whose code is in the kernel
 * @name: of the body, as a module has registered it
 * @arg: its argument
 * @arg_size: size of that, which the body prescribes
 * @__reserved: zero
 */
struct cotask_native {
	char		name[32];
	__aligned_u64	arg;
	__u32		arg_size;
	__u32		__reserved;
};

/**
 * enum cotask_event_type - what an event says
 * @COTASK_EVENT_STEP: it is the turn of the task @handle; @result: what its last operation
 *	has given, of the first event 0; @user_data: of its SPAWN
 * @COTASK_EVENT_CALL: see COTASK_OP_CALL and ON_DONE; of the latter @handle: what is done
 * @COTASK_EVENT_ERROR: something has failed with @result, and nobody has looked or is going
 *	to: it has no handle any more, or is left over after CANCEL_ALL. @user_data: of the task's
 *	SPAWN; 0 if it is none, or was forgotten long before, when somebody else still had it
 * @COTASK_EVENT_GONE: the task @handle has ended without COTASK_OP_EXIT, with @result: it was
 *	cancelled before its first step; @user_data: of its SPAWN
 */
enum cotask_event_type {
	COTASK_EVENT_STEP,
	COTASK_EVENT_CALL,
	COTASK_EVENT_ERROR,
	COTASK_EVENT_GONE,
};

#define COTASK_EVENT_F_START	0x1	/* the first one of this task */
/* The task is inside of a timeout that has come due.  As long as this is not set, LEAVE of a
 * timeout gives what it is told in this step, but for one with COTASK_MAKE_F_STRICT.
 */
#define COTASK_EVENT_F_EXPIRED	0x2

/**
 * struct cotask_event_info - an event
 * @user_data: see enum cotask_event_type
 * @result: likewise
 * @handle: likewise
 * @type: one of enum cotask_event_type
 * @flags: COTASK_EVENT_F_*
 */
struct cotask_event_info {
	__aligned_u64	user_data;
	__aligned_s64	result;
	__u32		handle;
	__u16		type;
	__u16		flags;
};

/* &struct cotask_enter.flags, out: the loop was left alone for longer than it may be */
#define COTASK_ENTER_LATE	0x1
/* In: do not wait when no task is left */
#define COTASK_ENTER_DRAIN	0x2

/**
 * struct cotask_enter - apply operations, run the loop, collect events
 * @size: of this struct
 * @flags: in: COTASK_ENTER_DRAIN or 0; out: COTASK_ENTER_LATE or 0, but as it was with EINTR
 * @ops: array of &struct cotask_op
 * @n_ops: how many
 * @n_begun: how many of the events that the call before this one has given were begun;
 *	they are in order.  The others are void, and come again, possibly with another
 *	result.  Out: 0, once it was taken in
 * @events: array of &struct cotask_event_info
 * @max_events: room in it; 0: operations are applied, and the loop does not run
 * @min_events: 0: do not wait; otherwise until there is one, unless an operation of a task has
 *	given an error; with COTASK_ENTER_DRAIN also until no task is left in the loop
 * @deadline: on CLOCK_MONOTONIC; do not wait for longer than this; COTASK_NEVER
 * @n_events: out: how many there are
 * @applied: out: how many operations were applied, each with its result
 *
 * There can be several events, if nothing in the kernel lies between the steps: then the
 * process runs them one after the other.  What a step has done has to be applied before
 * the next one begins if it could matter to that: all operations, but those that end a
 * step and always suspend: SLEEP, POLL, EXIT.  As long as the code of a task runs there is
 * no event for another one, whatever @min_events says, but for one that has not had to
 * suspend: an eager task goes on inside of its spawner's step.
 *
 * Returns 0, also when a signal or the deadline has ended the wait after something was
 * done.  What was applied and what was given is told in any case, also with -EFAULT.
 */
struct cotask_enter {
	__u32		size;
	__u32		flags;
	__aligned_u64	ops;
	__u32		n_ops;
	__u32		n_begun;
	__aligned_u64	events;
	__u32		max_events;
	__u32		min_events;
	__aligned_s64	deadline;
	__u32		n_events;
	__u32		applied;
};

/**
 * struct cotask_post_ops - apply operations from any thread
 * @size: of this struct
 * @flags: 0
 * @ops: array of &struct cotask_op without an acting task: NOP, SUBMIT, CALL, COMPLETE, CANCEL,
 *	RESULT, READ of STATE and CANCELLING, FORGET of a submission; others give EPERM
 * @n_ops: how many
 * @applied: out: how many were applied
 */
struct cotask_post_ops {
	__u32		size;
	__u32		flags;
	__aligned_u64	ops;
	__u32		n_ops;
	__u32		applied;
};

#define COTASK_WAIT_CANCEL	0x1

/**
 * struct cotask_wait_done - block until a submission is done
 * @size: of this struct
 * @handle: of COTASK_OP_SUBMIT
 * @deadline: on CLOCK_MONOTONIC; COTASK_NEVER
 * @result: out: its outcome
 * @flags: COTASK_WAIT_CANCEL: cancel it, and wait until its task has really ended
 * @__reserved: zero
 *
 * Not in a thread that is inside of the loop's own COTASK_IOC_ENTER.
 */
struct cotask_wait_done {
	__u32		size;
	__u32		handle;
	__aligned_s64	deadline;
	__aligned_s64	result;
	__u32		flags;
	__u32		__reserved;
};

#define COTASK_VERSION		1

/**
 * struct cotask_query - what the kernel can do
 * @size: of this struct
 * @version: out: COTASK_VERSION
 * @features: out: reserved, 0
 * @n_opcodes: out: operations below this number are known
 * @max_objects: out: handles that one file can have
 */
struct cotask_query {
	__u32		size;
	__u32		version;
	__aligned_u64	features;
	__u32		n_opcodes;
	__u32		max_objects;
};

#define COTASK_FD_TASK		1
#define COTASK_FD_GROUP		2

/**
 * struct cotask_fd_status - what a descriptor made by COTASK_OP_EXPORT stands for
 * @size: of this struct
 * @kind: out: COTASK_FD_TASK or COTASK_FD_GROUP
 * @id: out: its number in the system
 * @result: out: its outcome, or -EINPROGRESS; the descriptor is readable (poll) once it
 *	is done
 * @state: out: as COTASK_READ_STATE
 * @cancelling: out: as COTASK_READ_CANCELLING
 */
struct cotask_fd_status {
	__u32		size;
	__u32		kind;
	__aligned_u64	id;
	__aligned_s64	result;
	__u32		state;
	__u32		cancelling;
};

/**
 * struct cotask_inspect - look at loops, groups and tasks
 * @size: of this struct
 * @flags: 0
 * @__reserved: zero
 *
 * Returns a file descriptor, closed on exec, that reads as one JSON object per line, see
 * Documentation/observe.rst.  It is read from the beginning to the end; lseek() goes to the
 * beginning only, which is a new look.  There are
 * the loops of processes whose effective user was the caller's when they opened the
 * device, without the file's own; for a caller with CAP_PERFMON or CAP_SYS_ADMIN in
 * the initial user namespace there are all.  The descriptor counts as 256 objects of the
 * file.  Errors: EMFILE, ENFILE, ENOSPC, ENOMEM.
 */
struct cotask_inspect {
	__u32		size;
	__u32		flags;
	__aligned_u64	__reserved;
};

#define COTASK_CANCEL_TASK	0
#define COTASK_CANCEL_GROUP	1

/**
 * struct cotask_cancel_id - cancel a task or a group by its number
 * @size: of this struct
 * @flags: 0
 * @kind: COTASK_CANCEL_TASK, or COTASK_CANCEL_GROUP: all children of the group, and its
 *	body
 * @reason: a number >= 0 of the caller's choice, which is shown with the cause
 * @loop: number of the loop, or 0: look for it
 * @id: number of the task or group
 * @__reserved: zero
 *
 * Possible for those loops that COTASK_IOC_INSPECT shows; cancelling those of others
 * needs CAP_SYS_ADMIN.  Returns 1; 0 if it was too late, or is the root group of a loop.
 * Errors: ENOENT, there is none that the caller may cancel; EAGAIN, its loop does not
 * answer; ENOMEM; EINTR.
 */
struct cotask_cancel_id {
	__u32		size;
	__u32		flags;
	__u32		kind;
	__s32		reason;
	__u32		loop;
	__u32		__reserved;
	__aligned_u64	id;
};

#define COTASK_IOC_TYPE		0xC7
#define COTASK_IOC_QUERY	_IO(COTASK_IOC_TYPE, 0x00)
#define COTASK_IOC_ENTER	_IO(COTASK_IOC_TYPE, 0x01)
#define COTASK_IOC_POST		_IO(COTASK_IOC_TYPE, 0x02)
#define COTASK_IOC_WAIT		_IO(COTASK_IOC_TYPE, 0x03)
#define COTASK_IOC_INSPECT	_IO(COTASK_IOC_TYPE, 0x10)
#define COTASK_IOC_CANCEL_ID	_IO(COTASK_IOC_TYPE, 0x11)

/* Of descriptors made by COTASK_OP_EXPORT; CANCEL takes no argument and gives 1 or 0. */
#define COTASK_FD_IOC_STATUS	_IO(COTASK_IOC_TYPE, 0x20)
#define COTASK_FD_IOC_CANCEL	_IO(COTASK_IOC_TYPE, 0x21)

#endif /* _UAPI_LINUX_COTASK_H */
