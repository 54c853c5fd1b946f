/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - tasks without stacks
 *
 * The code of a task without a stack is a coroutine that is written with CO_BEGIN() and CO_AWAIT(),
 * as in the kernel.  Its data that survives a wait is in the struct around its &struct
 * cotask_frame.  A task uses the memory of that struct and an entry in two tables, but no stack:
 *
 *	struct blink {
 *		struct cotask_frame frame;
 *		int n;
 *	};
 *
 *	static long blink(struct cotask *task, struct cotask_frame *frame)
 *	{
 *		struct blink *me = (struct blink *)frame;
 *		long rc;
 *
 *		CO_BEGIN(task, frame, slept);
 *
 *		while (me->n--) {
 *			CO_AWAIT(slept, rc, cotask_co_sleep(task, 10 * COTASK_MSEC));
 *			if (rc)
 *				return rc;		// cancelled
 *		}
 *		return 0;
 *	}
 *
 * Tasks with and without stacks share loops, groups and all other objects, and can wait for each
 * other.  Arguments and rules are those of the kernel's <linux/cotask.h>, which also explains how
 * to write a coroutine: the first argument of a function that acts on the current task is the task;
 * a function that waits is called in CO_AWAIT(); a function that returns a pointer returns an error
 * as the kernel's ERR_PTR() does.  <cotask_stackless.h> also defines the kernel's names for these
 * functions, for coroutines that compile for both.
 *
 * Differences from the kernel:
 *
 *  - A task without a stack cannot suspend inside of a call.  Functions for tasks with stacks
 *    that could suspend, such as cotask_read(), return -ESRCH in it.
 *  - A step runs on the stack of the thread that runs the loop.  The first step of an eager task
 *    runs on the stack of its spawner.
 *  - If a coroutine ends inside of a scope, the scope remains open until its task ends.
 *  - Locks, events, conditions and queues occupy memory of the kernel until their fini function,
 *    such as cotask_lock_fini(), is called or the loop ends.
 */
#ifndef COTASK_CO_H
#define COTASK_CO_H

#include <linux/cotask_coroutine.h>

#include <cotask.h>
#include <cotask_gather.h>
#include <cotask_scope.h>
#include <cotask_sync.h>
#include <cotask_wait.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cotask_stream;

struct list_head;

/* ------------------------------------------------------------------------ */
/* Coroutines                                                               */

/**
 * cotask_frame_init - make a coroutine object
 * @frame: the frame, embedded in the data of the coroutine
 * @step: code of the coroutine
 * @release: called when the coroutine has ended, was refused, or will never run; may free the
 *	memory around @frame.  NULL: no function is called
 *
 * None of its code runs (CO-1).
 *
 * Return: @frame.
 */
struct cotask_frame *cotask_frame_init(struct cotask_frame *frame, cotask_step_fn step,
				       void (*release)(struct cotask_frame *frame));

/**
 * cotask_call - await a coroutine
 * @task: the current task
 * @callee: a coroutine object that was neither awaited nor spawned
 *
 * The coroutine runs in the same task, at once (CO-2).
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of the coroutine (CO-3); -EINVAL
 *	if @callee was used before (CO-5) or never initialised.
 */
__cotask_must_check struct cotask_await cotask_call(struct cotask *task,
						    struct cotask_frame *callee);

/* Used by CO_AWAIT(). */
long __cotask_outcome(struct cotask *task);

/* ------------------------------------------------------------------------ */
/* Tasks                                                                    */

/**
 * cotask_co_spawn_with - start a task without a stack
 * @group: owner of the task, a group that a task has entered; NULL: the loop
 * @frame: coroutine of the task; its release function is called if the spawn is refused
 * @args: options: @flags, @name and @context; or NULL
 *
 * The calling task can have a stack or not.
 *
 * Return: As cotask_spawn(), but ERR_PTR() in place of NULL and errno.
 */
__cotask_must_check struct cotask *cotask_co_spawn_with(struct cotask_group *group,
							struct cotask_frame *frame,
							const struct cotask_spawn_args *args);

/**
 * cotask_co_spawn - start a task without a stack
 * @group: owner of the task; NULL: the loop
 * @frame: coroutine of the task
 * @name: up to %COTASK_NAME_MAX bytes, copied; or NULL
 *
 * Return: As cotask_co_spawn_with().
 */
__cotask_must_check struct cotask *cotask_co_spawn(struct cotask_group *group,
						   struct cotask_frame *frame, const char *name);

/**
 * cotask_co_go - start a task without a stack, and take no reference to it
 * @group: owner of the task; NULL: the loop
 * @frame: coroutine of the task
 *
 * Return: 0, or the error of cotask_co_spawn().
 */
__cotask_must_check int cotask_co_go(struct cotask_group *group, struct cotask_frame *frame);

/**
 * cotask_go_all - start many tasks without stacks, and take no references to them
 * @group: owner of the tasks; NULL: the loop
 * @frames: their coroutines
 * @n: number of coroutines
 *
 * As cotask_co_go() for each coroutine, with one system call for many.
 *
 * Return: 0; an error if any task was refused; the other tasks were started.
 */
__cotask_must_check int cotask_go_all(struct cotask_group *group,
				      struct cotask_frame *const *frames, unsigned int n);

/**
 * cotask_co_run - run a loop whose main task has no stack
 * @loop: the loop; NULL: a new loop, as cotask_run()
 * @main: coroutine of the main task
 *
 * Return: As cotask_loop_run() or cotask_run().
 */
long cotask_co_run(struct cotask_loop *loop, struct cotask_frame *main);

/* ------------------------------------------------------------------------ */
/* Waiting                                                                  */

/**
 * cotask_co_await - wait until an awaitable is done
 * @task: the current task
 * @x: the awaitable, or ERR_PTR()
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_await(); or the error.
 */
__cotask_must_check struct cotask_await cotask_co_await(struct cotask *task,
							struct cotask_awaitable *x);

/**
 * cotask_co_await_shielded - wait for an awaitable without passing a cancel on to it
 * @task: the current task
 * @x: the awaitable
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_await_shielded().
 */
__cotask_must_check struct cotask_await cotask_co_await_shielded(struct cotask *task,
								 struct cotask_awaitable *x);

/**
 * cotask_co_join - await a task
 * @task: the current task
 * @child: the task to wait for, with a stack or without
 *
 * Return: As cotask_co_await().
 */
__cotask_must_check struct cotask_await cotask_co_join(struct cotask *task,
						       struct cotask *child);

/**
 * cotask_co_await_future - await a future
 * @task: the current task
 * @f: the future
 *
 * Return: As cotask_co_await().
 */
__cotask_must_check struct cotask_await cotask_co_await_future(struct cotask *task,
							       struct cotask_future *f);

/**
 * cotask_co_yield - let other tasks run
 * @task: the current task
 *
 * Return: The argument of CO_AWAIT(), which returns 0 or -ECANCELED.
 */
__cotask_must_check struct cotask_await cotask_co_yield(struct cotask *task);

/**
 * cotask_co_sleep - sleep
 * @task: the current task
 * @ns: as for cotask_sleep()
 *
 * Return: As cotask_co_yield().
 */
__cotask_must_check struct cotask_await cotask_co_sleep(struct cotask *task, int64_t ns);

/**
 * cotask_co_sleep_until - sleep until a point in time
 * @task: the current task
 * @deadline: point in time on @clock
 * @clock: CLOCK_MONOTONIC or CLOCK_BOOTTIME
 * @slack_ns: ignored: the slack of the thread applies, see prctl(2)
 *
 * Return: As cotask_co_yield(); -EINVAL for another clock.
 */
__cotask_must_check struct cotask_await cotask_co_sleep_until(struct cotask *task,
							      int64_t deadline, int clock,
							      uint64_t slack_ns);

/**
 * struct cotask_wait_for - a wait with a time limit
 * @frame: the coroutine that waits, for cotask_co_wait_for_call()
 * @timeout: time limit of the wait
 * @coro: the coroutine that is called
 * @ns: maximum duration
 */
struct cotask_wait_for {
	struct cotask_frame	frame;
	struct cotask_timeout	timeout;
	struct cotask_frame	*coro;
	int64_t			ns;
};

/**
 * cotask_co_wait_for - await with a time limit
 * @task: the current task
 * @w: state of the wait; must exist until the await has ended
 * @x: the awaitable
 * @ns: maximum duration
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_wait_for().
 */
__cotask_must_check struct cotask_await cotask_co_wait_for(struct cotask *task,
							   struct cotask_wait_for *w,
							   struct cotask_awaitable *x,
							   int64_t ns);

/**
 * cotask_co_wait_for_call - await a coroutine with a time limit
 * @task: the current task
 * @w: state of the wait; must exist until the await has ended
 * @coro: the coroutine
 * @ns: maximum duration
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_wait_for_call().
 */
__cotask_must_check struct cotask_await cotask_co_wait_for_call(struct cotask *task,
								struct cotask_wait_for *w,
								struct cotask_frame *coro,
								int64_t ns);

/**
 * struct cotask_cancel_wait - cancel a task and wait until it has ended
 * @target: the task
 */
struct cotask_cancel_wait {
	struct cotask		*target;
};

/**
 * cotask_co_cancel_and_wait - cancel a task and wait until it has ended
 * @task: the current task
 * @w: state of the wait; must exist until the await has ended
 * @target: the task
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_cancel_and_wait().
 */
__cotask_must_check struct cotask_await
cotask_co_cancel_and_wait(struct cotask *task, struct cotask_cancel_wait *w,
			  struct cotask *target);

/**
 * struct cotask_start - start of a child that reports when it is ready
 * @frame: the coroutine that waits until the child is ready
 * @child: the child
 */
struct cotask_start {
	struct cotask_frame	frame;
	struct cotask		*child;
};

/**
 * cotask_co_group_start - start a child and wait until it is ready
 * @task: the current task
 * @s: state of the wait; must exist until the await has ended, and as long as the child may call
 *	cotask_co_start_ready()
 * @group: owner of the child
 * @frame: coroutine of the child, which calls cotask_co_start_ready()
 * @name: as for cotask_co_spawn()
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_group_start().
 */
__cotask_must_check struct cotask_await
cotask_co_group_start(struct cotask *task, struct cotask_start *s, struct cotask_group *group,
		      struct cotask_frame *frame, const char *name);

/**
 * cotask_co_start_ready - report that the calling child is ready
 * @task: the child, the current task
 * @s: as for cotask_co_group_start()
 * @value: >= 0, the outcome of cotask_co_group_start()
 *
 * Return: As cotask_start_ready().
 */
int cotask_co_start_ready(struct cotask *task, struct cotask_start *s, long value);

/* ------------------------------------------------------------------------ */
/* Scopes                                                                   */

/**
 * cotask_co_group_enter - enter a group
 * @task: the current task
 * @g: the group
 *
 * Return: As cotask_group_enter().
 */
__cotask_must_check int cotask_co_group_enter(struct cotask *task, struct cotask_group *g);

/**
 * cotask_co_group_exit - leave a group
 * @task: the current task
 * @g: the group that @task has entered last
 * @rc: outcome of the body, the code between enter and exit
 *
 * The errors of the group (cotask_group_errors()) are available until @task suspends.
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_group_exit().
 */
__cotask_must_check struct cotask_await cotask_co_group_exit(struct cotask *task,
							     struct cotask_group *g, long rc);

/**
 * cotask_co_timeout_init - initialise a timeout
 * @t: the timeout
 * @loop: ignored: the loop of the calling thread
 * @ns: nanoseconds from now, or COTASK_FOREVER
 *
 * Return: 0; -EINVAL if @t is NULL.
 */
int cotask_co_timeout_init(struct cotask_timeout *t, struct cotask_loop *loop, int64_t ns);

/**
 * cotask_co_timeout_init_at - initialise a timeout with a point in time
 * @t: the timeout
 * @deadline: on @clock, or COTASK_FOREVER
 * @clock: CLOCK_MONOTONIC
 *
 * Return: 0; -EINVAL if @t is NULL, or for another clock.
 */
int cotask_co_timeout_init_at(struct cotask_timeout *t, int64_t deadline, int clock);

/**
 * cotask_co_timeout_configure - set the options of a timeout
 * @t: the timeout, not entered
 * @name: ignored: only timeouts of the kernel have names
 * @flags: COTASK_TIMEOUT_*
 *
 * Return: As cotask_timeout_configure().
 */
int cotask_co_timeout_configure(struct cotask_timeout *t, const char *name, uint32_t flags);

/**
 * cotask_co_timeout_enter - enter a timeout
 * @task: the current task
 * @t: the timeout
 *
 * Return: As cotask_timeout_enter().
 */
__cotask_must_check int cotask_co_timeout_enter(struct cotask *task, struct cotask_timeout *t);

/**
 * cotask_co_timeout_start - initialise a timeout and enter it
 * @task: the current task
 * @t: the timeout
 * @ns: nanoseconds from now, or COTASK_FOREVER
 *
 * Return: As cotask_timeout_enter().
 */
__cotask_must_check int cotask_co_timeout_start(struct cotask *task, struct cotask_timeout *t,
						int64_t ns);

/* Used by CO_TIMEOUT(). */
static inline long __cotask_timeout_begin(struct cotask *task, struct cotask_timeout *t,
					  int64_t ns)
{
	int rc = cotask_co_timeout_start(task, t, ns);

	if (!rc)
		t->in_block = true;
	return rc;
}

static inline long __cotask_timeout_end(struct cotask_timeout *t, long rc)
{
	t->in_block = false;
	return cotask_timeout_exit(t, rc);
}

/**
 * cotask_co_shield_enter - enter a shielded section
 * @task: the current task
 * @s: the section
 * @ns: as for cotask_shield_enter()
 *
 * Return: As cotask_shield_enter().
 */
__cotask_must_check int cotask_co_shield_enter(struct cotask *task, struct cotask_section *s,
					       int64_t ns);

/**
 * cotask_co_cancel_scope_enter - enter a cancel scope
 * @task: the current task
 * @s: the scope
 *
 * Return: As cotask_cancel_scope_enter().
 */
__cotask_must_check int cotask_co_cancel_scope_enter(struct cotask *task,
						     struct cotask_cancel_scope *s);

/* ------------------------------------------------------------------------ */
/* Futures, and several awaitables at once                                  */

/**
 * cotask_co_future_init - initialise a future
 * @f: the future
 * @loop: ignored: the loop of the calling thread
 *
 * Return: As cotask_future_init().
 */
int cotask_co_future_init(struct cotask_future *f, struct cotask_loop *loop);

/**
 * cotask_co_shield - shield an awaitable from cancels
 * @s: the shield
 * @inner: the awaitable to shield
 *
 * Return: As cotask_shield(); ERR_PTR() if it is refused.
 */
struct cotask_awaitable *cotask_co_shield(struct cotask_shield *s,
					  struct cotask_awaitable *inner);

#define COTASK_MEMBER_CORO(frame)	{ 0, 0, 0, 0, false, 0, (frame) }

/**
 * cotask_co_gather - wait for several awaitables and coroutines
 * @s: the set, not in use
 * @group: as for cotask_gather()
 * @members: awaitables, functions and coroutines
 * @n: number of members
 * @flags: COTASK_GATHER_*
 *
 * Return: As cotask_gather(); ERR_PTR() if it is refused.
 */
struct cotask_awaitable *cotask_co_gather(struct cotask_set *s, struct cotask_group *group,
					  struct cotask_member *members, unsigned int n,
					  uint32_t flags);

/**
 * cotask_co_race - wait for the first success
 * @s: the set, not in use
 * @group: as for cotask_race()
 * @members: awaitables, functions and coroutines
 * @n: number of members
 *
 * Return: As cotask_race(); ERR_PTR() if it is refused.
 */
struct cotask_awaitable *cotask_co_race(struct cotask_set *s, struct cotask_group *group,
					struct cotask_member *members, unsigned int n);

/**
 * struct cotask_wait - a wait for some of several awaitables
 * @frame: the coroutine that waits
 * @members: the awaitables
 * @handles: handles of @members, for the kernel
 * @n: number of members
 * @done: number of distinct members that have ended, after the wait
 * @mode: the condition to wait for
 * @ns: maximum duration
 */
struct cotask_wait {
	struct cotask_frame	frame;
	struct cotask_member	*members;
	uint32_t		*handles;
	unsigned int		n;
	unsigned int		done;
	enum cotask_wait_mode	mode;
	int64_t			ns;
};

/**
 * cotask_co_wait_members - wait for some of several awaitables
 * @task: the current task
 * @w: state of the wait; must exist until the await has ended
 * @members: awaitables; must exist as long as @w
 * @n: number of members, at least one
 * @mode: the condition to wait for
 * @ns: maximum duration
 *
 * Afterwards, @done and @result of each member are valid.
 *
 * Return: The argument of CO_AWAIT(), which returns 0, also when the time has expired; -ECANCELED;
 *	-EINVAL, -EXDEV.
 */
__cotask_must_check struct cotask_await
cotask_co_wait_members(struct cotask *task, struct cotask_wait *w,
		       struct cotask_member *members, unsigned int n,
		       enum cotask_wait_mode mode, int64_t ns);

/**
 * struct cotask_next - one step of an iteration
 * @frame: the coroutine that waits
 * @it: the iteration
 * @member: the member that has ended; NULL: no member is left
 */
struct cotask_next {
	struct cotask_frame		frame;
	struct cotask_as_completed	*it;
	struct cotask_member		*member;
};

/**
 * cotask_co_as_completed_next - wait for the next member of an iteration
 * @task: the current task
 * @next: state of the wait; must exist until the await has ended
 * @it: the iteration, from cotask_as_completed()
 *
 * Return: The argument of CO_AWAIT(), which returns 1; 0 if no member is left; an error, as
 *	cotask_as_completed_next().
 */
__cotask_must_check struct cotask_await
cotask_co_as_completed_next(struct cotask *task, struct cotask_next *next,
			    struct cotask_as_completed *it);

/* ------------------------------------------------------------------------ */
/* Locks, events, conditions and queues                                     */

/**
 * cotask_co_sem_init - initialise a semaphore
 * @sem: the semaphore
 * @loop: ignored: the loop of the calling thread
 * @free: number of permits initially available
 * @max: maximum number of permits; 0: no limit
 *
 * Return: As cotask_sem_init().
 */
int cotask_co_sem_init(struct cotask_sem *sem, struct cotask_loop *loop, unsigned long free,
		       unsigned long max);

/**
 * cotask_co_sem_acquire - acquire a permit
 * @task: the current task
 * @sem: the semaphore
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_sem_acquire().
 */
__cotask_must_check struct cotask_await cotask_co_sem_acquire(struct cotask *task,
							      struct cotask_sem *sem);

/**
 * cotask_co_lock_init - initialise a lock
 * @lock: the lock
 * @loop: ignored: the loop of the calling thread
 *
 * Return: As cotask_lock_init().
 */
int cotask_co_lock_init(struct cotask_lock *lock, struct cotask_loop *loop);

/**
 * cotask_co_lock_acquire - acquire a lock
 * @task: the current task
 * @lock: the lock
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_lock_acquire().
 */
__cotask_must_check struct cotask_await cotask_co_lock_acquire(struct cotask *task,
							       struct cotask_lock *lock);

/**
 * cotask_co_event_init - initialise an event flag, which is clear
 * @event: the event flag
 * @loop: ignored: the loop of the calling thread
 *
 * Return: As cotask_event_init().
 */
int cotask_co_event_init(struct cotask_event *event, struct cotask_loop *loop);

/**
 * cotask_co_event_wait - wait until an event flag is set
 * @task: the current task
 * @event: the event flag
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_event_wait().
 */
__cotask_must_check struct cotask_await cotask_co_event_wait(struct cotask *task,
							     struct cotask_event *event);

/**
 * struct cotask_cond_wait - one wait for a notification
 * @cond: the condition
 */
struct cotask_cond_wait {
	struct cotask_cond	*cond;
};

/**
 * cotask_co_cond_wait - release the lock, wait for a notification, acquire the lock
 * @task: the current task
 * @w: state of the wait; must exist until the await has ended
 * @cond: the condition
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_cond_wait().
 */
__cotask_must_check struct cotask_await cotask_co_cond_wait(struct cotask *task,
							    struct cotask_cond_wait *w,
							    struct cotask_cond *cond);

/**
 * struct cotask_queue_op - one put or get
 * @frame: the coroutine that waits
 * @queue: the queue
 * @item: the item that was removed, or is to be added
 */
struct cotask_queue_op {
	struct cotask_frame	frame;
	struct cotask_queue	*queue;
	struct list_head	*item;
};

/**
 * cotask_co_queue_init - initialise a queue of pointers
 * @q: the queue
 * @loop: ignored: the loop of the calling thread
 * @max: maximum number of items; 0: no limit
 *
 * Return: As cotask_queue_init().
 */
int cotask_co_queue_init(struct cotask_queue *q, struct cotask_loop *loop, unsigned long max);

/**
 * cotask_co_queue_put - add an item to a queue, and wait until there is room
 * @task: the current task
 * @op: state of the wait; must exist until the await has ended
 * @q: the queue
 * @item: the item; as in the kernel a &struct list_head, which the program defines
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_queue_put().
 */
__cotask_must_check struct cotask_await cotask_co_queue_put(struct cotask *task,
							    struct cotask_queue_op *op,
							    struct cotask_queue *q,
							    struct list_head *item);

/**
 * cotask_co_queue_get - remove the oldest item from a queue, and wait until there is one
 * @task: the current task
 * @op: state of the wait; must exist until the await has ended; @op->item is then the item
 * @q: the queue
 *
 * Return: The argument of CO_AWAIT(), which returns 0, or an error of cotask_queue_get().
 */
__cotask_must_check struct cotask_await cotask_co_queue_get(struct cotask *task,
							    struct cotask_queue_op *op,
							    struct cotask_queue *q);

/**
 * cotask_co_queue_try_put - add an item to a queue if there is room
 * @q: the queue
 * @item: the item
 *
 * Return: As cotask_queue_try_put().
 */
__cotask_must_check int cotask_co_queue_try_put(struct cotask_queue *q, struct list_head *item);

/**
 * cotask_co_queue_try_get - remove the oldest item from a queue if there is one
 * @q: the queue
 *
 * Return: The item; ERR_PTR() with an error of cotask_queue_try_get().
 */
__cotask_must_check struct list_head *cotask_co_queue_try_get(struct cotask_queue *q);

/**
 * cotask_co_poll - wait until a file descriptor is ready
 * @task: the current task
 * @fd: the file descriptor
 * @events: as for cotask_poll()
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_poll().
 */
__cotask_must_check struct cotask_await cotask_co_poll(struct cotask *task, int fd, short events);

/**
 * cotask_co_stream_read - read from a stream
 * @task: the current task
 * @s: the stream, made by cotask_stream_init()
 * @buf: buffer for the data, not on the stack: it is filled while the task waits
 * @size: size of @buf in bytes
 *
 * Always suspends: other tasks run at least once.
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_stream_read(); -EOPNOTSUPP
 *	for a file in blocking mode that has no other way to be read without blocking, see
 *	cotask_nonblock().
 */
__cotask_must_check struct cotask_await cotask_co_stream_read(struct cotask *task,
							      struct cotask_stream *s,
							      void *buf, size_t size);

/**
 * cotask_co_stream_write - write to a stream
 * @task: the current task
 * @s: the stream
 * @buf: the data, which must remain valid until the await has ended
 * @size: size of the data in bytes
 *
 * Does not suspend while a socket has buffer space, except from time to time, so that other
 * tasks run.  A write to a pipe
 * whose reader is gone raises SIGPIPE, as write(2) does.
 *
 * Return: The argument of CO_AWAIT(), whose outcome is that of cotask_stream_write().
 */
__cotask_must_check struct cotask_await cotask_co_stream_write(struct cotask *task,
							       struct cotask_stream *s,
							       const void *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_CO_H */
