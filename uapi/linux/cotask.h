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
 *
 * Errors of single operations, in &struct cotask_op.result; all others are applied:
 *
 *	EOPNOTSUPP	unknown operation or flag
 *	EINVAL		a bad value or a field that should be zero; the object is in the
 *			wrong state
 *	ENOENT		no such handle
 *	EEXIST		the handle is taken
 *	ESRCH		the acting task is not running in the process
 *	EPERM		this operation needs COTASK_IOC_ENTER
 *	ESHUTDOWN	the group is closed
 *	EBUSY		a task that is not done cannot be forgotten
 *	ENOSPC		too many objects, or a task is inside of too many scopes
 *	ENOMEM		no memory; nothing has happened
 */
#ifndef _UAPI_LINUX_COTASK_H
#define _UAPI_LINUX_COTASK_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* A time that never comes. */
#define COTASK_NEVER		0x7fffffffffffffffLL

/**
 * enum cotask_opcode - what an operation does
 * @COTASK_OP_NOP: nothing
 * @COTASK_OP_SPAWN: make a task, @handle, that is owned by the group @other, or by none;
 *	its first event comes with @user_data
 * @COTASK_OP_EXIT: the task ends with @value, a value >= 0 or a negative errno
 * @COTASK_OP_SLEEP: the task sleeps for @value nanoseconds; 0 or less: others run
 *	first.  COTASK_OP_F_ABSOLUTE: until @value on CLOCK_MONOTONIC
 * @COTASK_OP_AWAIT: the task waits for the task or future @handle
 * @COTASK_OP_FUTURE: make a future, @handle
 * @COTASK_OP_COMPLETE: give the future @handle its outcome: @value
 * @COTASK_OP_CANCEL: cancel the task, future or group @handle; the result is 1 if it
 *	was not too late, otherwise 0 (of a group: always 0)
 * @COTASK_OP_UNCANCEL: take a request to cancel the task back; the result is how many
 *	remain
 * @COTASK_OP_GROUP_ENTER: the task begins a group, @handle
 * @COTASK_OP_GROUP_EXIT: the task leaves it, its body has ended with @value; waits for
 *	all children
 * @COTASK_OP_TIMEOUT_ENTER: the task begins a timeout, @handle, of @value nanoseconds;
 *	COTASK_OP_F_ABSOLUTE: until then on CLOCK_MONOTONIC; COTASK_NEVER: none
 * @COTASK_OP_TIMEOUT_EXIT: the task leaves it, its body has ended with @value; the
 *	result is what becomes of that
 * @COTASK_OP_TIMEOUT_MOVE: another deadline for the timeout @handle: @value on
 *	CLOCK_MONOTONIC, or COTASK_NEVER
 * @COTASK_OP_RESULT: the result is the outcome of the task or future @handle, or
 *	-EINPROGRESS
 * @COTASK_OP_CANCELLING: the result is how many requests to cancel the task @handle
 *	were not taken back
 * @COTASK_OP_FORGET: the handle is free again; of a task that is done, or of anything
 *	else, which stays as long as somebody waits for it
 * @COTASK_OP_LAST: how many there are
 *
 * SPAWN, EXIT, SLEEP, AWAIT, UNCANCEL, GROUP and TIMEOUT operations, but for MOVE, need
 * an acting task, but SPAWN can do without.  EXIT, SLEEP, AWAIT and GROUP_EXIT end its
 * step: the outcome comes with its next event.
 */
enum cotask_opcode {
	COTASK_OP_NOP,
	COTASK_OP_SPAWN,
	COTASK_OP_EXIT,
	COTASK_OP_SLEEP,
	COTASK_OP_AWAIT,
	COTASK_OP_FUTURE,
	COTASK_OP_COMPLETE,
	COTASK_OP_CANCEL,
	COTASK_OP_UNCANCEL,
	COTASK_OP_GROUP_ENTER,
	COTASK_OP_GROUP_EXIT,
	COTASK_OP_TIMEOUT_ENTER,
	COTASK_OP_TIMEOUT_EXIT,
	COTASK_OP_TIMEOUT_MOVE,
	COTASK_OP_RESULT,
	COTASK_OP_CANCELLING,
	COTASK_OP_FORGET,
	COTASK_OP_LAST
};

#define COTASK_OP_F_ABSOLUTE	0x1	/* @value is a point in time */

/**
 * struct cotask_op - one operation
 * @opcode: one of enum cotask_opcode
 * @flags: COTASK_OP_F_*
 * @task: handle of the acting task, whose code runs in the process; or 0
 * @handle: the object
 * @other: another object
 * @value: nanoseconds, an outcome ...
 * @user_data: comes back with the events of the task that is made
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
	__aligned_s64	result;
	__aligned_u64	__reserved[3];
};

#define COTASK_EVENT_F_START	0x1	/* the first one of this task */

/**
 * struct cotask_step_event - it is a task's turn
 * @user_data: of its COTASK_OP_SPAWN
 * @result: what its last operation has given; of the first event 0
 * @task: its handle
 * @flags: COTASK_EVENT_F_*
 */
struct cotask_step_event {
	__aligned_u64	user_data;
	__aligned_s64	result;
	__u32		task;
	__u32		flags;
};

/* Several events may be given at once, see &struct cotask_enter.flags. */
#define COTASK_ENTER_BATCH	0x1

/**
 * struct cotask_enter - apply operations, run the loop, collect events
 * @size: of this struct
 * @flags: COTASK_ENTER_BATCH: up to @max_events steps may run in the process at the same
 *	time; what one of them does, reaches the others at their next operation.
 *	Without it there is one event at a time, and none, whatever @min_events says, as
 *	long as the code of a task runs, so that no task sees that it is not in the kernel
 * @ops: array of &struct cotask_op
 * @n_ops: how many
 * @min_events: wait until there are as many; 0: do not wait
 * @events: array of &struct cotask_step_event
 * @max_events: room in it
 * @n_events: out: how many there are
 * @deadline: on CLOCK_MONOTONIC; do not wait for longer than this; COTASK_NEVER
 * @applied: out: how many operations were applied, each with its result
 * @__reserved: zero
 *
 * Returns 0, also when a signal or the deadline has ended the wait after something was
 * done; what was applied and what was given is told.
 */
struct cotask_enter {
	__u32		size;
	__u32		flags;
	__aligned_u64	ops;
	__u32		n_ops;
	__u32		min_events;
	__aligned_u64	events;
	__u32		max_events;
	__u32		n_events;
	__aligned_s64	deadline;
	__u32		applied;
	__u32		__reserved;
};

/**
 * struct cotask_post_ops - apply operations from any thread
 * @size: of this struct
 * @flags: 0
 * @ops: array of &struct cotask_op: NOP, COMPLETE, CANCEL, RESULT and CANCELLING, without
 *	an acting task; others give EPERM
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

#define COTASK_IOC_TYPE		0xC7
#define COTASK_IOC_QUERY	_IO(COTASK_IOC_TYPE, 0x00)
#define COTASK_IOC_ENTER	_IO(COTASK_IOC_TYPE, 0x01)
#define COTASK_IOC_POST		_IO(COTASK_IOC_TYPE, 0x02)

#endif /* _UAPI_LINUX_COTASK_H */
