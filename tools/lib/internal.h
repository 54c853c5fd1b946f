/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - internal declarations
 *
 * The library translates calls to operations, and events to switches.  The kernel implements all
 * rules.
 *
 * The library collects operations in an array.  Operations that only end a step and always
 * suspend (SLEEP, POLL, FILE_READ, SEND, EXIT), and FORGET, stay in the array until the next
 * COTASK_IOC_ENTER, so a batch of events costs one call.  All other operations are applied at
 * once, see cotask_op().
 *
 * A task that suspends takes the next event itself and switches to the task of the event.
 * Callbacks and the steps of tasks without stacks run on the *ground*, the stack of the thread
 * that runs the loop.
 */
#ifndef COTASK_INTERNAL_H
#define COTASK_INTERNAL_H

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include <linux/cotask.h>

#include <cotask.h>
#include <cotask_co.h>
#include <cotask_gather.h>
#include <cotask_io.h>
#include <cotask_layout.h>
#include <cotask_scope.h>
#include <cotask_share.h>
#include <cotask_sync.h>
#include <cotask_thread.h>
#include <cotask_wait.h>

#include "stack.h"
#include "switch.h"

#define EXPORT		__attribute__((visibility("default")))
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#define BATCH_MAX	1024
#define OPS_MAX		(2 * BATCH_MAX)

/* Kinds of awaitables; objects of the kernel have the names of their kinds. */
#define KIND_TASK	0x100
#define KIND_SHIELD	0x101
#define KIND_SET	0x102
#define KIND_IMPORT	0x103

/* Scopes: @state of groups, timeouts ... */
enum scope_state { SCOPE_NEW, SCOPE_MADE, SCOPE_ENTERED, SCOPE_LEFT };

/* The type of the object that the user_data of a COTASK_EVENT_CALL points to. */
#define CALL_CALLBACK	0	/* &struct cotask_callback */
#define CALL_GRAVE	1	/* &struct cotask: its memory can be reused */
#define CALL_REAP	2	/* &struct cotask: an unreferenced task has ended in the kernel */
#define CALL_MASK	7

/**
 * struct failed_groups - groups that were left with errors, which can still be queried
 * @group: addresses of the groups, which may no longer be valid; or NULL
 * @handle: handles of the groups
 * @n: number of such groups so far; a new one replaces the oldest
 */
struct failed_groups {
	const struct cotask_awaitable	*group[8];
	uint32_t			handle[8];
	unsigned int			n;
};

/**
 * struct cotask - a task
 * @base: the awaitable; its flags are TASK_*, its outcome is that of the last operation and, at
 *	the end, of the task
 * @refs: references of users, and one while the task is not done
 * @awaited: without a stack: a set or group to be checked after the await, or NULL
 * @timeout: handle of the timeout that is its innermost scope; 0: there is none, or the task has
 *	entered another scope inside of it
 * @next: next task in one of the temporary lists of the loop
 * @prev_live: list of tasks that are not done
 * @next_live: likewise
 * @context: context variables, or NULL
 * @layout: for tools; its address identifies the task to the kernel.  A task without a stack ends
 *	behind the sp, which is the address of its innermost frame
 * @fiber: the saved context
 * @fn: its code
 * @arg: argument of @fn
 * @release: releases @arg when @fn has ended or will not run; or NULL
 * @failed: the last groups that it has left with errors
 * @immediate: successive calls that did not suspend, see io.c
 * @spawner: of an eager task: the task whose stack continues after its first step; NULL: the
 *	ground
 * @slot: its stack
 * @name: its name; "": a default name
 */
struct cotask {
	struct cotask_awaitable	base;
	atomic_uint		refs;
	uint32_t		timeout;
	struct cotask_awaitable	*awaited;
	struct cotask		*next;
	struct cotask		*prev_live;
	struct cotask		*next_live;
	struct cotask_context	*context;
	struct cotask_layout	layout;
	struct fiber		fiber;
	cotask_fn		fn;
	void			*arg;
	void			(*release)(void *arg);
	struct failed_groups	failed;
	unsigned int		immediate;
	struct cotask		*spawner;
	struct stack		slot;
	char			name[COTASK_NAME_MAX + 1];
};

/* Size of the part that a task without a stack has. */
#define STACKLESS_SIZE	offsetof(struct cotask, layout.stack_low)

#define TASK_STARTED	0x01	/* its code has begun */
#define TASK_ENDED	0x02	/* its code has ended */
#define TASK_EAGER	0x04	/* it is in its first step, inside of the spawner's */
#define TASK_NATIVE	0x08	/* its code is in the kernel */
#define TASK_FOREIGN	0x10	/* made by another thread */
#define TASK_ARMED	0x20	/* a callback will report the end of this native task */
#define TASK_EXPIRED	0x40	/* an enclosing timeout has expired */
#define TASK_HAS_ENTERED 0x80	/* it has entered a timeout in this step */
#define TASK_REFUSED	0x80	/* its last operation that ends a step was refused */
#define TASK_STACKLESS	0x100	/* its code is frames, see stackless.c */
#define TASK_SUSPENDS	0x200	/* without a stack: an operation ends this step */
#define TASK_MATTERS	0x400	/* ... which must be applied before another task continues */
#define TASK_LEAVES	0x800	/* without a stack: it waits in the exit of its own group */
#define TASK_FORGOTTEN	0x1000	/* the kernel has freed its handle with its exit */
#define TASK_IN_GROUP	0x2000	/* it has not left a group that it has entered */

#define GROUP_OUTERMOST	0x01	/* when its task has entered it, the task was in no other group */

/**
 * struct handles - numbers for objects
 * @slot: by number: the task or awaitable; or (next free << 1) | 1
 * @size: of @slot
 * @used: lowest number that was never in use
 * @free: first free number; 0: none
 * @base: offset that is added to the numbers
 */
struct handles {
	void		**slot;
	uint32_t	size;
	uint32_t	used;
	uint32_t	free;
	uint32_t	base;
};

#define FOREIGN_BASE	0x40000000u

/**
 * struct places - memory for tasks without stacks
 * @free: list of free places, linked by &struct cotask.next
 * @chunks: the memory, which remains as long as the loop, so that a late event can be read
 */
struct places {
	struct cotask	*free;
	struct chunk	*chunks;
};

/**
 * struct cotask_loop - a loop
 * @fd: the file
 * @closed: the loop was closed
 * @refs: number of references
 * @current: the running task
 * @stack: the task whose stack @current runs on; NULL: the ground
 * @ops: operations that were not applied yet
 * @n_ops: number of operations
 * @event: events of the last call
 * @n_events: number of events; 0 once the remaining ones are void
 * @begun: number of events that were begun
 * @batch: number of events to request
 * @wanted: destination of the results of the last operations, which end no step
 * @n_wanted: number of these operations
 * @refused: tasks whose operation was refused, to be resumed with the error
 * @refused_tail: end of that list
 * @pending: an event for the ground
 * @dead: the ended task whose stack was left last
 * @ground: the context of the thread
 * @ground_sp: stack pointer of @ground
 * @main: the main task while it is not done
 * @main_handle: handle of the main task, for a signal handler in any thread
 * @live: tasks that are not done
 * @over: the main task has ended: return to the ground
 * @failed: error of the device, which stops the loop
 * @asked: the last call of ENTER had no operations, and no signal has ended it: if it has no
 *	events, there are none
 * @draining: all tasks are being ended
 * @grounded: only the ground takes events; a task that finds none returns to it
 * @turn_left: when grounded: steps left in this turn
 * @running: cotask_loop_run() is in progress
 * @owner: the thread that runs the loop
 * @handles: handles of objects made by the loop's thread
 * @stacks: stacks of tasks made by the loop's thread
 * @places: memory of tasks without stacks
 * @options: options of the caller, with defaults filled in
 * @errors: error handler
 * @interrupted: SIGINT has arrived
 * @left: groups that ended tasks have left with errors
 * @fds: properties of each file descriptor, see io.c
 * @n_fds: number of entries
 * @watches: hash table of the objects that tasks select from, see select.c; or NULL
 * @lock: guards the fields below, which all threads use
 * @foreign: handles of objects made by other threads
 * @foreign_stacks: stacks of tasks made by other threads
 * @dropped: references that other threads have dropped
 * @submissions: submitted tasks
 * @jobs: number of functions in threads
 * @idle: signalled when @jobs becomes 0
 * @context: context variables of main tasks, which share them (CO-11)
 * @next_loop: list of all loops of the process, see loops.c
 */
struct cotask_loop {
	int			fd;
	atomic_bool		closed;
	atomic_uint		refs;
	struct cotask		*current;
	struct cotask		*stack;
	struct cotask_op	*ops;
	unsigned int		n_ops;
	struct cotask_event_info *event;
	unsigned int		n_events;
	unsigned int		begun;
	unsigned int		batch;
	struct cotask_op	*wanted;
	unsigned int		n_wanted;
	struct cotask		*refused;
	struct cotask		**refused_tail;
	struct cotask_event_info *pending;
	struct cotask		*dead;
	struct fiber		ground;
	void			*ground_sp;
	struct cotask		*main;
	atomic_uint		main_handle;
	struct cotask		*live;
	bool			over;
	int			failed;
	bool			asked;
	bool			draining;
	bool			grounded;
	unsigned int		turn_left;
	atomic_bool		running;
	pthread_t		owner;
	struct handles		handles;
	struct stack_pool	stacks;
	struct places		places;
	struct cotask_loop_options options;
	cotask_error_fn		errors;
	atomic_bool		interrupted;
	struct failed_groups	left;
	unsigned char		*fds;
	unsigned int		n_fds;
	struct watch		*watches;
	pthread_mutex_t		lock;
	struct handles		foreign;
	struct stack_pool	foreign_stacks;
	struct cotask *_Atomic	dropped;
	struct cotask_submission *submissions;
	unsigned int		jobs;
	pthread_cond_t		idle;
	struct cotask_context	*context;
	struct cotask_loop	*next_loop;
};

extern __thread struct cotask_loop *cotask_here __attribute__((tls_model("initial-exec")));

/* --- loop.c: operations and events ------------------------------------------ */

struct cotask_op *cotask_op_add(struct cotask_loop *loop);
int cotask_op_apply(struct cotask_loop *loop);
int cotask_ops(struct cotask_loop *loop, struct cotask_op *ops, unsigned int n);
int64_t cotask_op(struct cotask_loop *loop, const struct cotask_op *op);
int64_t cotask_post(struct cotask_loop *loop, struct cotask_op *op);
long cotask_suspend(struct cotask_loop *loop, bool may_matter);
long cotask_step_op(const struct cotask_op *op);
void cotask_task_entered(struct cotask_loop *loop);
void cotask_forget(struct cotask_loop *loop, uint32_t handle);
struct cotask *cotask_next_task(struct cotask_loop *loop);
bool cotask_goes_on(struct cotask_loop *loop, struct cotask *task);
void cotask_switch_to(struct cotask_loop *loop, struct cotask *to);
void cotask_resume(struct cotask_loop *loop, struct cotask *task);
int cotask_collect(struct cotask_loop *loop, unsigned int min);
int cotask_collect_until(struct cotask_loop *loop, unsigned int min, int64_t deadline);

#define OP(name, ...) (&(const struct cotask_op){ .opcode = COTASK_OP_##name, ##__VA_ARGS__ })

/* --- handle.c ------------------------------------------------------------------ */

uint32_t cotask_handle_new(struct handles *h, void *object);
void cotask_handle_free(struct handles *h, uint32_t handle);
void cotask_handle_give_back(struct cotask_loop *loop, uint32_t handle);
uint32_t cotask_handle_new_foreign(struct cotask_loop *loop, void *object);
void *cotask_handle_object(struct cotask_loop *loop, uint32_t handle);
void cotask_handles_drop(struct handles *h);
int cotask_object_make(struct cotask_awaitable *x, unsigned int kind, const struct cotask_op *op);
void cotask_object_drop(struct cotask_awaitable *x);

/* --- task.c --------------------------------------------------------------------- */

struct cotask *cotask_task_new(struct cotask_loop *loop, cotask_fn fn, void *arg,
			       const struct cotask_spawn_args *args, bool foreign);
struct cotask *cotask_spawn_member(struct cotask_group *group, cotask_fn fn, void *arg);
int cotask_check_spawn(struct cotask_loop *loop, const struct cotask_group *group,
		       const struct cotask_spawn_args *args);
int cotask_spawn_op(struct cotask_op *op, const struct cotask_group *group, struct cotask *task,
		    const struct cotask_spawn_args *args, uint32_t there);
int64_t cotask_spawned(struct cotask *task, int64_t rc);
int64_t cotask_task_spawn(struct cotask_group *group, struct cotask *task,
			  const struct cotask_spawn_args *args, uint32_t there);
void cotask_task_free(struct cotask *task);
void cotask_task_forget(struct cotask *task);
void cotask_task_reap(struct cotask *task);
void cotask_task_bury(struct cotask *task);
void cotask_task_exit(struct cotask *task);
void cotask_task_gone(struct cotask *task);
void cotask_groups_pass_on(struct cotask_loop *loop, struct failed_groups *failed);
int cotask_group_leaves(struct cotask *task, const struct cotask_group *g);
void cotask_group_left(struct cotask *task, struct cotask_group *g);
void cotask_task_begun(struct cotask *task);
void cotask_dropped_elsewhere(struct cotask_loop *loop);
struct cotask *cotask_task_of(const struct cotask_awaitable *x);

void cotask_timeout_refused(struct cotask_loop *loop, const struct cotask_op *op,
			    struct cotask *task);
/* --- wait.c --------------------------------------------------------------------- */

uint16_t cotask_sleep_flags(int64_t *ns);
int cotask_sleep_until_flags(int64_t deadline, int clock);

/* --- gather.c ------------------------------------------------------------------- */

void cotask_set_refresh(struct cotask_awaitable *x);
void cotask_members_read(struct cotask_loop *loop, struct cotask_member *members,
			 unsigned int n, bool results);
int cotask_wait_check(struct cotask_member *members, unsigned int n, enum cotask_wait_mode mode);
struct cotask_op cotask_wait_op(const uint32_t *handles, unsigned int n,
				enum cotask_wait_mode mode, int64_t ns);
long cotask_next_member(struct cotask_as_completed *it, long rc, struct cotask_member **member);

/* --- stackless.c ---------------------------------------------------------------- */

struct cotask *cotask_stackless_new(struct cotask_loop *loop, struct cotask_frame *frame);
bool cotask_frame_is_fresh(const struct cotask_frame *frame);
void cotask_frame_refused(struct cotask_frame *frame);
struct cotask *cotask_co_spawn_member(struct cotask_group *group, struct cotask_frame *frame);
void cotask_stackless_free(struct cotask *task);
void cotask_stackless_gone(struct cotask *task);
void cotask_stackless_run(struct cotask_loop *loop, struct cotask *task);
void cotask_stackless_first_step(struct cotask_loop *loop, struct cotask *task);
void cotask_places_drop(struct places *places);
struct cotask_await cotask_refuse(struct cotask *task, long rc);
struct cotask_await cotask_suspends(struct cotask *task, const struct cotask_op *op);
struct cotask_await cotask_suspends_on(struct cotask *task, struct cotask_awaitable *x,
				       const struct cotask_op *op);

/* --- run.c ---------------------------------------------------------------------- */

bool cotask_pump(struct cotask_loop *loop, unsigned int min);
void cotask_shut_down(struct cotask_loop *loop);

/* --- io.c ----------------------------------------------------------------------- */

long cotask_io_begin(void);

/* --- select.c ------------------------------------------------------------------- */

void cotask_select_wake(struct cotask_loop *loop, uint32_t handle);
void cotask_select_happened(struct cotask_loop *loop, uint32_t handle);
void cotask_select_wake_all(struct cotask_loop *loop);

/* --- loops.c -------------------------------------------------------------------- */

void cotask_loops_add(struct cotask_loop *loop);
void cotask_loops_del(struct cotask_loop *loop);

/* --- various -------------------------------------------------------------------- */

bool cotask_context_is_empty(const struct cotask_context *ctx);
struct cotask_context *cotask_context_copy(struct cotask_context *ctx);
bool cotask_submissions_close(struct cotask_loop *loop);
void cotask_jobs_wait(struct cotask_loop *loop);
struct cotask_context **cotask_job_context(void);
void cotask_guard_init(void);
void cotask_guard_thread(bool on);

/* The loop and task of the caller. */
static inline struct cotask_loop *loop_here(void)
{
	return cotask_here;
}

static inline struct cotask *any_task_here(void)
{
	return likely(cotask_here) ? cotask_here->current : NULL;
}

/* The calling task if it has a stack: only such a task can suspend inside a call. */
static inline struct cotask *task_here(void)
{
	struct cotask *task = any_task_here();

	return likely(task) && likely(!(task->base.flags & TASK_STACKLESS)) ? task : NULL;
}

/* The user_data of the events of a task. */
static inline uint64_t user_data_of(const struct cotask *task)
{
	return (uintptr_t)&task->layout;
}

static inline struct cotask *task_of_event(const struct cotask_event_info *e)
{
	return container_of((struct cotask_layout *)(uintptr_t)e->user_data, struct cotask, layout);
}

/* As the kernel's ERR_PTR() and IS_ERR(). */
static inline void *error_ptr(long error)
{
	return (void *)(intptr_t)error;
}

static inline bool is_error(const void *ptr)
{
	return (uintptr_t)ptr >= (uintptr_t)-4095;
}

/* Return: 0 if @x belongs to the caller's loop. */
static inline int check_object(const struct cotask_awaitable *x)
{
	if (unlikely(!x))
		return -EINVAL;
	if (unlikely(is_error(x)))
		return (intptr_t)x;
	/* The error of an awaitable that could not be made. */
	if (unlikely(!x->loop))
		return x->outcome < 0 ? (int)x->outcome : -EINVAL;
	if (unlikely(x->loop != cotask_here))
		return cotask_here ? -EXDEV : -ESRCH;
	return x->handle ? 0 : x->outcome < 0 ? (int)x->outcome : -EINVAL;
}

#endif /* COTASK_INTERNAL_H */
