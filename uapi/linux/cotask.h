/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * cotask - tasks for applications: /dev/cotask
 *
 * An open file is one loop.  The code of its *hosted* tasks runs in the process that has
 * opened the file.  The kernel implements waits, timers, groups and cancellation; the
 * process runs the code.  COTASK_IOC_ENTER reads an array of operations and writes an
 * array of events.  An event reports that it is the turn of a task, and the outcome of
 * the task's last operation.  The process runs the code of that task up to its next wait,
 * which it reports with the next operation.
 *
 * *Handles* identify objects.  They are numbers from 1 to 0x7fffffff that the caller chooses,
 * so an array can contain an operation that creates an object and operations that use it.
 *
 * Points in time refer to the clocks that the caller reads: in a time namespace, to the
 * clocks of the namespace.
 *
 * Extension: every struct of an ioctl begins with its size.  The kernel accepts a struct
 * that is larger than its own if the remainder is zero (otherwise -E2BIG), and extends a
 * smaller struct with zeros.  Reserved fields, and fields that an operation does not use,
 * must be zero.
 *
 * Errors of the ioctls:
 *
 *	ENOTTY		unknown command
 *	EFAULT		the kernel cannot read or write the memory
 *	EINVAL		invalid value, non-zero field that must be zero, or size too small
 *	E2BIG		the part of a struct that the kernel does not know is not zero
 *	EBUSY		another thread is in COTASK_IOC_ENTER
 *	EINTR		a signal arrived before anything was done
 *	ETIMEDOUT	COTASK_IOC_WAIT: the submission was not done at the deadline
 *	ENOENT		COTASK_IOC_WAIT: unknown handle
 *
 * Errors of single operations, in &struct cotask_op.result; the kernel applies the other
 * operations of the array:
 *
 *	EOPNOTSUPP	unknown operation or flag
 *	EINVAL		invalid value, or non-zero field that must be zero; the object is of
 *			the wrong kind or in the wrong state
 *	ENOENT		unknown handle; unknown name of a native body
 *	EEXIST		the handle is in use
 *	EALREADY	a group or timeout is entered for the second time
 *	ESRCH		the acting task is not running in the process
 *	EPERM		the operation requires COTASK_IOC_ENTER; the process may not spawn
 *			this native body
 *	ESHUTDOWN	the group or queue is closed
 *	EAGAIN		COTASK_OP_F_TRY: the operation would have to wait; the group has
 *			reached its limit of children
 *	EBUSY		FORGET of a hosted task that is not done
 *	EXDEV		a member belongs to another loop; the FILE belongs to another process
 *	EBADF		unknown file descriptor, or descriptor of the wrong kind
 *	EMFILE, ENFILE	no file descriptor is available; RLIMIT_NOFILE also limits the objects of
 *			kind FILE of one file of the device
 *	ENOSPC		too many objects, or too many scopes around a task
 *	EFAULT		the kernel cannot read or write @addr
 *	ENOMEM		no memory; the operation has no effect
 */
#ifndef _UAPI_LINUX_COTASK_H
#define _UAPI_LINUX_COTASK_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* <linux/types.h> of older kernels does not define it. */
#ifndef __aligned_s64
#define __aligned_s64	__s64 __attribute__((aligned(8)))
#endif

/* A time that is never reached. */
#define COTASK_NEVER		0x7fffffffffffffffLL

/*
 * Maximum length of a task's name in bytes, without a terminating null byte.
 *
 * A name is UTF-8 text of 1 to 63 bytes.  Control characters, invalid UTF-8, and characters that
 * are not visible or change the direction of text are accepted; listings and traces show them
 * escaped.
 */
#define COTASK_NAME_SIZE	63

/* Maximum number of members of one COTASK_OP_GATHER, WAIT or ITERATE. */
#define COTASK_MEMBERS_MAX	65536

/**
 * enum cotask_kind - kinds of objects that COTASK_OP_MAKE and COTASK_OP_ENTER create
 * @COTASK_KIND_NONE: no kind
 * @COTASK_KIND_FUTURE: future, an outcome that COTASK_OP_COMPLETE provides
 * @COTASK_KIND_GROUP: group of tasks.  @len: maximum number of live children, 0: no
 *	limit; @value: deadline on CLOCK_MONOTONIC, 0: none
 * @COTASK_KIND_TIMEOUT: timeout.  @value: nanoseconds from now; with COTASK_OP_F_ABSOLUTE a
 *	point in time on CLOCK_MONOTONIC; or COTASK_NEVER
 * @COTASK_KIND_SCOPE: cancel scope: once it was cancelled, every wait inside fails; @value:
 *	time of the cancel on CLOCK_MONOTONIC, or COTASK_NEVER
 * @COTASK_KIND_SECTION: shielded section: delays cancels from outside until the task leaves
 *	it.  @value: maximum duration in nanoseconds, or COTASK_NEVER
 * @COTASK_KIND_SEM: semaphore.  @value: number of permits initially available; @len:
 *	maximum number of permits, 0: 0x7fffffffffffffff, or 0x7fffffff with a 32-bit kernel.
 *	With @value 1 and @len 1 it is a lock
 * @COTASK_KIND_EVENT: event flag, initially clear
 * @COTASK_KIND_COND: condition variable with the lock @other
 * @COTASK_KIND_QUEUE: FIFO of non-negative 64-bit integers.  @value: maximum number of
 *	items, 0: no limit
 * @COTASK_KIND_FILE: open file of the descriptor @value, which must support poll() and have no
 *	position (otherwise -EOPNOTSUPP).  The object keeps the file open, and stays in its wait
 *	queues, until it is freed, until COTASK_OP_POLL_END, or until the process that created it
 *	has closed its last descriptor of this file of the device; afterwards operations on it
 *	return -EBADF or -EXDEV
 * @COTASK_KIND_LAST: number of kinds
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
	COTASK_KIND_FILE,
	COTASK_KIND_LAST
};

/**
 * enum cotask_opcode - operations
 * @COTASK_OP_NOP: do nothing
 * @COTASK_OP_SPAWN: create the hosted task @handle, owned by the group @other, or by the
 *	loop if @other is 0; the events of the task carry @user_data.  @addr, @len: its
 *	name; @arg: COTASK_SPAWN_F_*
 * @COTASK_OP_SPAWN_NATIVE: create a task whose code is in the kernel; @addr:
 *	&struct cotask_native; @len: its size; otherwise as SPAWN, without name and @arg
 * @COTASK_OP_SUBMIT: from any thread: create the hosted task @other and the submission
 *	@handle, for which COTASK_IOC_WAIT can wait; otherwise as SPAWN
 * @COTASK_OP_EXIT: the code of the task has ended with @value, a value >= 0 or a negative
 *	errno.  The task leaves the scopes that it is inside of: the children of a group are
 *	cancelled, and the task ends when they have ended.  With COTASK_OP_F_FORGET, its handle
 *	is free at once, as if COTASK_OP_FORGET were next
 * @COTASK_OP_SLEEP: the task sleeps for @value nanoseconds; 0 or less: until the tasks that
 *	are ready have run.  COTASK_OP_F_ABSOLUTE: until @value on CLOCK_MONOTONIC, with
 *	COTASK_OP_F_BOOTTIME on CLOCK_BOOTTIME
 * @COTASK_OP_AWAIT: the task waits for @handle, see below
 * @COTASK_OP_WAIT_FOR: as AWAIT, for @value nanoseconds at most
 * @COTASK_OP_CANCEL_WAIT: cancel the task @handle and wait until it has ended
 * @COTASK_OP_MAKE: create the object @handle of the kind @arg
 * @COTASK_OP_SHIELD: create the shield @handle of @other; the shield can be awaited and
 *	cancelled in place of @other
 * @COTASK_OP_GATHER: create the gather @handle of the members in @addr, an array of @len
 *	handles (__u32); @arg: COTASK_GATHER_F_*
 * @COTASK_OP_ITERATE: create the iteration @handle over members, given as for GATHER, in the
 *	order in which they end, for @value nanoseconds at most
 * @COTASK_OP_NEXT: the task waits for the next member of the iteration @handle; the outcome
 *	is the handle of the member, or 0 if no member is left
 * @COTASK_OP_WAIT: the task waits for members, given as for GATHER, with COTASK_WAIT_F_* in
 *	@arg, for @value nanoseconds at most; the outcome is the number that have ended
 * @COTASK_OP_COMPLETE: complete the future @handle with the outcome @value
 * @COTASK_OP_CANCEL: cancel @handle; the result is 1, or 0 if it was too late (of a group that
 *	was not imported, or a scope: always 0)
 * @COTASK_OP_UNCANCEL: withdraw a cancel request of the task @handle; the result is the
 *	number of requests that remain
 * @COTASK_OP_CANCEL_ALL: cancel all tasks of the loop that are not done, except @handle (0:
 *	none) and those that an earlier CANCEL_ALL has cancelled; the result is the number of
 *	tasks that are not done
 * @COTASK_OP_ENTER: the task enters the group, timeout, scope or section @handle.
 *	If @arg is a kind, the operation first creates the object, with @value, @len and flags
 *	as for MAKE; if @arg is 0, the object exists
 * @COTASK_OP_LEAVE: the task leaves @handle, whose body has ended with @value.  For a group,
 *	the task waits for all children, and its next event reports the outcome; otherwise the
 *	result is the outcome
 * @COTASK_OP_MOVE: change the deadline of the timeout @handle to @value on CLOCK_MONOTONIC,
 *	or COTASK_NEVER
 * @COTASK_OP_RESULT: the result is the outcome of @handle, or -EINPROGRESS
 * @COTASK_OP_READ: the result is the property @arg of @handle, one of enum cotask_read
 * @COTASK_OP_FORGET: free the handle.  A task must have ended; any other object remains as
 *	long as a task waits for it
 * @COTASK_OP_ACQUIRE: the task acquires a permit of the semaphore @handle, and waits until
 *	one is available
 * @COTASK_OP_RELEASE: release a permit of the semaphore @handle; -EINVAL: the maximum number is
 *	available
 * @COTASK_OP_SET: set the event flag @handle; with @arg 1: clear it
 * @COTASK_OP_EVENT_WAIT: the task waits until the event flag @handle is set
 * @COTASK_OP_COND_WAIT: the task releases the lock of the condition @handle, waits for a
 *	notification, and acquires the lock
 * @COTASK_OP_NOTIFY: notify up to @len tasks that wait for the condition @handle; the result
 *	is the number of tasks that were notified
 * @COTASK_OP_PUT: the task adds @value, >= 0, to the queue @handle, and waits until there is
 *	room
 * @COTASK_OP_GET: the task removes the oldest item from the queue @handle, and waits until
 *	there is one
 * @COTASK_OP_SHUTDOWN: shut the queue @handle down: it accepts no more items; with @arg 1:
 *	discard the items in it
 * @COTASK_OP_POLL: the task waits until the file descriptor @handle is ready for @arg, POLLIN
 *	etc., for one turn at least; the outcome is the events that have occurred, or 0:
 *	poll again.  The outcome is also 0 if the waiting process has closed its last descriptor
 *	of this file of the device while other processes continue to use the file
 * @COTASK_OP_CALL: append a COTASK_EVENT_CALL with @user_data to the ready queue
 * @COTASK_OP_ON_DONE: request a COTASK_EVENT_CALL with @user_data when @handle is done
 * @COTASK_OP_OFF_DONE: withdraw all ON_DONE requests with this @user_data; the result is
 *	their number
 * @COTASK_OP_NAME: set the name of the task @handle to @addr, @len
 * @COTASK_OP_GET_NAME: write the name of the task @handle, with a terminating null byte, to
 *	@addr, a buffer of @len bytes
 * @COTASK_OP_EXPORT: the result is a new file descriptor, close-on-exec, for the task or group
 *	@handle, see COTASK_FD_IOC_STATUS
 * @COTASK_OP_IMPORT: create @handle for the task or group of the descriptor @arg.  An imported
 *	task can be awaited and cancelled; an imported group can be cancelled, and hosted tasks
 *	can be spawned into it.  AWAIT of an imported group returns -EINVAL: poll its descriptor
 * @COTASK_OP_START: the task waits until the task @handle, which was spawned and has not
 *	started, applies READY; the outcome is the value of READY.  An earlier error of @handle
 *	is the outcome of START and not an error of the group; -ENODATA: @handle has ended
 *	without an error; -ECANCELED: @handle was cancelled with this operation, and has ended
 *	(TG-B7)
 * @COTASK_OP_READY: the acting task is ready, with @value, >= 0.  -EINVAL: no START waits for
 *	it
 * @COTASK_OP_POLL_END: each operation of this process that waits for the file of the descriptor
 *	@handle returns -EBADF; the result is their number.  For a process that is about to close
 *	@handle
 * @COTASK_OP_FILE_READ: the task reads up to @len bytes from the FILE @handle to @addr, waiting
 *	as long as there is nothing to read; the outcome is that of read(2).  -EOPNOTSUPP if the
 *	file neither supports RWF_NOWAIT nor is in non-blocking mode, and for files that only
 *	read(2) itself can read, such as inotify; FILE_WRITE: such as eventfd
 * @COTASK_OP_FILE_WRITE: the task writes up to @len bytes from @addr to the FILE @handle, waiting
 *	as long as none can be written; the outcome is that of write(2), SIGPIPE included
 * @COTASK_OP_RECV: as FILE_READ, for sockets, with the flags MSG_PEEK, MSG_TRUNC, MSG_ERRQUEUE,
 *	MSG_DONTWAIT (which is implied) and MSG_NOSIGNAL in @arg, as recv(2)
 * @COTASK_OP_SEND: as FILE_WRITE, for sockets, with the flags MSG_DONTROUTE, MSG_EOR, MSG_CONFIRM,
 *	MSG_MORE, MSG_DONTWAIT (which is implied) and MSG_NOSIGNAL in @arg, as send(2)
 * @COTASK_OP_LAST: number of operations
 *
 * Tasks, futures, shields and gathers can be awaited, cancelled, and members of a gather,
 * wait or iteration.  Imported tasks can be awaited and cancelled, imported groups cancelled.
 *
 * SLEEP, AWAIT, WAIT_FOR, CANCEL_WAIT, NEXT, WAIT, LEAVE of a group, ACQUIRE, EVENT_WAIT,
 * COND_WAIT, PUT, GET, POLL, FILE_READ, FILE_WRITE, RECV, SEND, START and EXIT end the step of the
 * acting task: its next event reports the outcome.  With COTASK_OP_F_TRY, ACQUIRE, PUT and GET do
 * not end the step: their result is 0, or the item for GET, or -EAGAIN.
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
	COTASK_OP_POLL_END,
	COTASK_OP_FILE_READ,
	COTASK_OP_FILE_WRITE,
	COTASK_OP_RECV,
	COTASK_OP_SEND,
	COTASK_OP_LAST
};

#define COTASK_OP_F_ABSOLUTE	0x1	/* @value is a point in time */
#define COTASK_OP_F_BOOTTIME	0x2	/* ... on CLOCK_BOOTTIME */
#define COTASK_OP_F_TRY		0x4	/* do not wait */
/* With COTASK_OP_F_ABSOLUTE, for SLEEP and for ENTER that creates a timeout: the time was in the
 * future when the task requested the operation.  If it has passed since, entries that are ready
 * by now run first, as if the operation had been applied at once.  Without this flag, a time in
 * the past is due at once.
 */
#define COTASK_OP_F_AHEAD	0x8
#define COTASK_OP_F_FORGET	0x10	/* EXIT: forget the acting task */

/* &struct cotask_op.arg of SPAWN */
/* Eager start: if the result is 1, the process runs the first step of the task without an event,
 * before the spawner continues.
 */
#define COTASK_SPAWN_F_EAGER	0x01
#define COTASK_SPAWN_F_SURE_START 0x02	/* run the first step even if cancelled before it */
#define COTASK_SPAWN_F_CANCELLED 0x04	/* permit an aborting group; the task starts cancelled */
#define COTASK_SPAWN_F_WINS	0x08	/* a cancel does not replace an available outcome */
#define COTASK_SPAWN_F_KEEP_CANCEL 0x10	/* repeat a cancel that a child has swallowed */
#define COTASK_SPAWN_F_APART	0x20	/* its error is for a gather, and not one of its group */

/* &struct cotask_op.arg of ENTER and MAKE: flags in addition to the kind */
#define COTASK_MAKE_F_STRICT	0x0100	/* timeout: a body that succeeds too late has timed out */
#define COTASK_MAKE_F_QUIET	0x0200	/* timeout: LEAVE returns 0 instead of -ETIMEDOUT */
#define COTASK_MAKE_F_RECANCEL	0x0400	/* group: pass each outside cancel on to the children */
#define COTASK_MAKE_F_INDEPENDENT 0x0800 /* group: a failing child does not cancel siblings */

/* &struct cotask_op.arg of GATHER; 0: the first error ends the gather */
#define COTASK_GATHER_F_COLLECT	0x1	/* wait for all; the caller reads the outcomes */
#define COTASK_GATHER_F_FAIL_FAST 0x2	/* the first error cancels the other members */
#define COTASK_GATHER_F_RACE	0x4	/* the first success does; no other flag */

/* &struct cotask_op.arg of WAIT */
#define COTASK_WAIT_F_ALL	0
#define COTASK_WAIT_F_FIRST	1	/* until one member has ended */
#define COTASK_WAIT_F_FIRST_ERROR 2	/* until one member has failed, or all have ended */

/* States of an awaitable. */
#define COTASK_STATE_PENDING	0
#define COTASK_STATE_FINISHED	1	/* with a value */
#define COTASK_STATE_FAILED	2
#define COTASK_STATE_CANCELLED	3

/**
 * enum cotask_read - properties that COTASK_OP_READ returns
 * @COTASK_READ_STATE: of an awaitable or a submission: COTASK_STATE_*
 * @COTASK_READ_ID: of a task or group: its number in the system
 * @COTASK_READ_CANCELLING: of a task: number of outstanding cancel requests
 * @COTASK_READ_DELIVERED: of a task: 1 if its last await returned -ECANCELED because of a
 *	request to cancel this task
 * @COTASK_READ_CAUSE: of a task: why it was cancelled, a value of enum cotask_cause in the
 *	documentation
 * @COTASK_READ_BY: of a task: number of the task that has cancelled it, or 0
 * @COTASK_READ_DEADLINE: of a task: earliest deadline of all enclosing scopes, or
 *	COTASK_NEVER
 * @COTASK_READ_WHEN: of a timeout: its deadline, or COTASK_NEVER
 * @COTASK_READ_EXPIRED: of a timeout: 1 if it has expired
 * @COTASK_READ_ERRORS: of a group: number of errors
 * @COTASK_READ_ERROR: of a group: code of the error number @value
 * @COTASK_READ_ERROR_TASK: of a group: handle of the child that has failed with the error
 *	number @value; 0: the error is that of the body, or the handle was forgotten
 * @COTASK_READ_WINNER: of a race: index of the winner, or -ENOENT
 * @COTASK_READ_FREE: of a semaphore: available permits; of an event flag: 1 if it is set
 * @COTASK_READ_COUNT: of a queue: number of items
 * @COTASK_READ_LAST: number of properties
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
 * @value: a time, an outcome, or as the operation defines
 * @user_data: copied to the events of the operation
 * @addr: address in the process
 * @len: length, or as the operation defines
 * @arg: kind, flags, or as the operation defines
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
 * @name: name of the body, under which a module has registered it
 * @arg: address of the argument
 * @arg_size: size of the argument, which the body defines
 * @__reserved: zero
 */
struct cotask_native {
	char		name[32];
	__aligned_u64	arg;
	__u32		arg_size;
	__u32		__reserved;
};

/**
 * enum cotask_event_type - types of events
 * @COTASK_EVENT_STEP: it is the turn of the task @handle; @result: outcome of its last
 *	operation, 0 for the first event; @user_data: that of its SPAWN
 * @COTASK_EVENT_CALL: see COTASK_OP_CALL and ON_DONE; @handle, for ON_DONE: the object that is
 *	done
 * @COTASK_EVENT_ERROR: an object has failed with @result, and its error was never retrieved:
 *	it has no handle any more, or was cancelled by CANCEL_ALL. @user_data: that of the
 *	task's SPAWN; 0 if the object is not a task, or if its handle was forgotten long before
 *	while another reference to it remained.  A task whose EXIT was inside of a group has
 *	failed when the children have ended
 * @COTASK_EVENT_GONE: the task @handle has ended without COTASK_OP_EXIT, with @result: it was
 *	cancelled before its first step; @user_data: that of its SPAWN
 */
enum cotask_event_type {
	COTASK_EVENT_STEP,
	COTASK_EVENT_CALL,
	COTASK_EVENT_ERROR,
	COTASK_EVENT_GONE,
};

#define COTASK_EVENT_F_START	0x1	/* the first event of this task */
/* The task is inside of a timeout that has expired.  If this flag is not set, LEAVE of a timeout
 * in this step returns its @value, unless the timeout has COTASK_MAKE_F_STRICT.
 */
#define COTASK_EVENT_F_EXPIRED	0x2

/**
 * struct cotask_event_info - an event
 * @user_data: see enum cotask_event_type
 * @result: see enum cotask_event_type
 * @handle: see enum cotask_event_type
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

/* &struct cotask_enter.flags, out: the process has not called ENTER for too long */
#define COTASK_ENTER_LATE	0x1
/* In: do not wait if no task is left */
#define COTASK_ENTER_DRAIN	0x2

/**
 * struct cotask_enter - apply operations, run the loop, collect events
 * @size: of this struct
 * @flags: in: COTASK_ENTER_DRAIN or 0; out: COTASK_ENTER_LATE or 0; with EINTR, unchanged
 * @ops: array of &struct cotask_op
 * @n_ops: number of operations
 * @n_begun: number of events of the preceding call that the process has started, in order.
 *	The kernel takes back the other events and issues them again, possibly with another
 *	result.  Out: 0, once the kernel has read it
 * @events: array of &struct cotask_event_info
 * @max_events: number of elements of @events; 0: apply operations, and do not run the loop
 * @min_events: 0: do not wait; otherwise wait until there is an event, unless an operation of
 *	a task has returned an error, or the last reference to a file was dropped, which is closed
 *	when the call returns; with COTASK_ENTER_DRAIN also until no task is left in the loop
 * @deadline: on CLOCK_MONOTONIC, the time at which a wait ends; or COTASK_NEVER
 * @n_events: out: number of events
 * @applied: out: number of operations that were applied, each with its result; a signal, or a
 *	file that has to be closed, ends the application of an array that takes longer than a
 *	millisecond, between two operations
 *
 * A call returns several events if no work of the kernel lies between the steps; the process
 * runs the steps in order.  While the times of tasks are measured (module parameter account), a
 * call returns one event at most, so that the time until the next call is that of one task.
 *
 * Before the next step starts, the process applies all operations of a step that could affect
 * the next step.  SLEEP, POLL and EXIT, which end a step and always suspend, never affect it.
 * No events for other tasks are delivered while a task's code runs, for any @min_events.  The
 * exception is a task that has not suspended: an eager task continues inside of its spawner's
 * step.
 *
 * Returns 0, also if a signal or the deadline has ended the wait after something was done.
 * @n_events and @applied are valid in any case, also with -EFAULT.
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
 *	RESULT, READ of STATE, ID and CANCELLING, FORGET of a submission; any other: EPERM
 * @n_ops: number of operations
 * @applied: out: number of operations that were applied; fewer than @n_ops if a signal has ended
 *	the application of an array of more than 1024
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
 * @handle: the submission, from COTASK_OP_SUBMIT
 * @deadline: on CLOCK_MONOTONIC, or COTASK_NEVER
 * @result: out: outcome of the submission
 * @flags: COTASK_WAIT_CANCEL: cancel the submission, and wait until its task has ended
 * @__reserved: zero
 *
 * The thread must not be inside of COTASK_IOC_ENTER of the same loop.
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
 * struct cotask_query - capabilities of the kernel
 * @size: of this struct
 * @version: out: COTASK_VERSION
 * @features: out: reserved, 0
 * @n_opcodes: out: the kernel knows the operations below this number
 * @max_objects: out: maximum number of objects of one file
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
 * struct cotask_fd_status - the task or group of a descriptor from COTASK_OP_EXPORT
 * @size: of this struct
 * @kind: out: COTASK_FD_TASK or COTASK_FD_GROUP
 * @id: out: number of the task or group in the system
 * @result: out: its outcome, or -EINPROGRESS; the descriptor is readable (poll) once the
 *	task or group is done
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
 * struct cotask_inspect - list loops, groups and tasks
 * @size: of this struct
 * @flags: 0
 * @__reserved: zero
 *
 * Returns a file descriptor, close-on-exec, which reads as one JSON object per line, see
 * Documentation/observe.rst.  Read it from the beginning to the end; lseek() can only return to
 * the beginning, which takes a new list.  The list contains the loops of processes that had the
 * caller's effective user when they opened the device, except the loop of the file itself.  For
 * a caller with CAP_PERFMON or CAP_SYS_ADMIN in the initial user namespace it contains all
 * loops.  The descriptor counts as 256 objects of the file.  Errors: EMFILE, ENFILE, ENOSPC,
 * ENOMEM.
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
 * @reason: a number >= 0 that the caller chooses, and that is shown with the cause
 * @loop: number of the loop; 0: search all loops
 * @id: number of the task or group
 * @__reserved: zero
 *
 * The caller may cancel in the loops that COTASK_IOC_INSPECT shows to it; for loops of another
 * user it needs CAP_SYS_ADMIN.  Returns 1; 0 if it was too late, or if @id is the root group of
 * a loop.  Errors: ENOENT: the caller may cancel no such task or group; EAGAIN: the loop does
 * not answer; ENOMEM; EINTR.
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

/* For descriptors from COTASK_OP_EXPORT; CANCEL takes no argument and returns 1 or 0. */
#define COTASK_FD_IOC_STATUS	_IO(COTASK_IOC_TYPE, 0x20)
#define COTASK_FD_IOC_CANCEL	_IO(COTASK_IOC_TYPE, 0x21)

#endif /* _UAPI_LINUX_COTASK_H */
