/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - structured concurrency for kernel code
 *
 * A *task* runs a *coroutine*: a C function that can suspend in the middle and
 * continue later, on a *loop* that runs one task at a time.  A call in a coroutine
 * that reads like a blocking one needs neither a thread nor a stack:
 *
 *	struct blink {
 *		struct cotask_frame frame;	// what survives a suspension
 *		struct led *led;
 *		int n;
 *	};
 *
 *	static long blink(struct cotask *task, struct cotask_frame *frame)
 *	{
 *		struct blink *me = container_of(frame, struct blink, frame);
 *		long rc;
 *
 *		CO_BEGIN(task, frame, lit, dark);	// the suspension points
 *
 *		while (me->n--) {
 *			led_set(me->led, true);
 *			CO_AWAIT(lit, rc, cotask_sleep(task, 10 * NSEC_PER_MSEC));
 *			led_set(me->led, false);
 *			if (rc)
 *				return rc;		// cancelled
 *			CO_AWAIT(dark, rc, cotask_sleep(task, 90 * NSEC_PER_MSEC));
 *			if (rc)
 *				return rc;
 *		}
 *		return 0;
 *	}
 *
 * Rules of the form:
 *
 *  - CO_BEGIN() comes first, right behind the declarations, and names every
 *    suspension point; each name is used by exactly one CO_AWAIT().  A name
 *    that is missing, unused or used twice does not compile.
 *  - A local variable does not survive a CO_AWAIT(); what must survive lives in
 *    the struct around the frame.  With "ccflags-y += -Wjump-misses-init
 *    -Wmaybe-uninitialized" in the driver's Makefile the compiler warns of locals
 *    that would be read unset after a resumption, and of initialisations that a
 *    resumption jumps over.  It does not warn of a local with an initialiser above
 *    CO_BEGIN(), which each resumption sets again.
 *  - ``switch``, loops and nested blocks work as everywhere else.
 *  - The outcome of an await is always stored: a negative errno, or a value
 *    of zero and above.  -ECANCELED means: clean up and return it.
 *
 * Contexts.  A loop is *owned* by the thread that pumps it.  Functions that
 * take the current task belong into a step of that task.  Functions that say
 * "any context" may be called from anywhere, hard interrupts included: when the
 * caller is not the owner the request is posted to the loop without taking a
 * lock or allocating, and acts on its next turn.  Spawning is the exception, as a task
 * is allocated: hard interrupts of PREEMPT_RT, and holders of raw spinlocks there, have
 * no allocator, and get -EOPNOTSUPP.  The coroutine is then released there, too.  "The
 * loop's owner" means the code of a task of the loop, or a callback that it runs.
 *
 * The letters behind the fields: [I] set once; [L] belongs to the loop's owner;
 * [A] atomic; [U] the user's, before the object is handed over.
 */
#ifndef _LINUX_COTASK_H
#define _LINUX_COTASK_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/refcount.h>
#include <linux/time64.h>
#include <linux/types.h>

#include <linux/cotask_coroutine.h>

/**
 * COTASK_IMPORT() - in a module: it uses functions of a namespace of cotask
 * @ns: the namespace: COTASK; COTASK_AWAIT for locks, queues, gather, threads and the like
 *
 * MODULE_IMPORT_NS() takes a word or a string, depending on the kernel; this is the
 * same on all.  It needs <linux/module.h>.
 */
#define COTASK_IMPORT(ns)	MODULE_INFO(import_ns, #ns)

struct cotask;
struct cotask_awaitable;
struct cotask_context;
struct cotask_group;
struct cotask_loop;

/* A relative time that never comes. */
#define COTASK_FOREVER		S64_MAX

/*
 * Maximum length of a task's name in bytes, without a terminating null byte.
 *
 * A name is UTF-8 text of 1 to 63 bytes.  Control characters, invalid UTF-8, and characters that
 * are not visible or change the direction of text are accepted; listings, traces and the kernel
 * log show them escaped.
 */
#define COTASK_NAME_MAX		63

/* ------------------------------------------------------------------------ */
/* Coroutines                                                               */

struct cotask_frame *cotask_frame_init(struct cotask_frame *frame,
				       cotask_step_fn step,
				       void (*release)(struct cotask_frame *));
void cotask_frame_kfree(struct cotask_frame *frame);

/* ------------------------------------------------------------------------ */
/* Awaitables                                                               */

/**
 * struct cotask_post - something that can be put into a loop's inbox
 * @ops: its kind [I]
 * @node: in the inbox [A]
 */
struct cotask_post {
	const struct cotask_awaitable_ops *ops;
	struct llist_node	node;
};

/* Bits of the state of an awaitable that are read here; core.h in the module has the rest. */
#define COTASK_S_DONE		BIT(1)	/* it has its outcome */
#define COTASK_S_CANCELLED	BIT(2)	/* ... which is CANCELLED */
#define COTASK_S_COUNT_SHIFT	9	/* of a task: its cancel count */

/**
 * struct cotask_awaitable - what a task can wait for
 * @result: the outcome, once done; of a task that is not done: the result that its await
 *	will return, and while it waits the last wave that has passed it
 * @loop: the loop it belongs to [I]
 * @state: COTASK_S_* and, for a task, the cancel count [A]
 * @refs: references, of a task [A]
 * @waiters: entries to be queued on completion, in order of registration [L]
 * @post: its kind, and its place in the loop's inbox
 *
 * The common part of task, future, shield and group.  All fields are private.
 */
struct cotask_awaitable {
	long			result;
	struct cotask_loop	*loop;
	atomic_t		state;
	refcount_t		refs;
	struct list_head	waiters;
	struct cotask_post	post;
};

/**
 * struct cotask_entry - something that a loop is going to run
 * @link: in the ready queue, in a list of waiters, in a deadline slot, or empty:
 *	an entry is in one place at a time [L]
 * @deadline: nanoseconds, while it is in the deadline queue [L]
 * @kind: its type, see core.h [I]
 * @level: place in the deadline queue; COTASK_NO_DEADLINE: not there [L]
 * @slot: likewise [L]
 * @clock: clock of the deadline [L]
 * @flags: COTASK_T_*, of a task's entry [L]
 */
struct cotask_entry {
	struct list_head	link;
	u64			deadline;
	u8			kind;
	u8			level;
	u8			slot;
	u8			clock;
	u32			flags;
};

#define COTASK_NO_DEADLINE	0xff

struct cotask_fanout_ops;

/**
 * struct cotask_fanout - a cancel on its way to several members
 * @link: in the loop's stack of fanouts in progress [L]
 * @cuttable: in its stack of those that can end a cycle, or empty [L]
 * @ops: operations of its group or set [I]
 * @wave: the last wave that has started it, see fanout.c [L]
 * @nth: grows from the bottom of that stack to its top [L]
 * @cut: a cycle is to be cut here [L]
 * @repeats: @wave has started it before [L]
 */
struct cotask_fanout {
	struct list_head		link;
	struct list_head		cuttable;
	const struct cotask_fanout_ops	*ops;
	u64				wave;
	u64				nth;
	bool				cut;
	bool				repeats;
};

struct cotask_await __must_check cotask_await(struct cotask *task,
					      struct cotask_awaitable *x);
struct cotask_await __must_check cotask_await_shielded(struct cotask *task,
						       struct cotask_awaitable *x);
struct cotask_await __must_check cotask_call(struct cotask *task,
					     struct cotask_frame *callee);

/**
 * cotask_awaitable_done - whether an awaitable has its outcome
 * @x: the awaitable
 *
 * Context: Any.
 * Return: true if it is done; its outcome never changes afterwards (TK-12).
 */
static inline bool cotask_awaitable_done(const struct cotask_awaitable *x)
{
	return atomic_read_acquire(&x->state) & COTASK_S_DONE;
}

/**
 * cotask_awaitable_cancelled - whether an awaitable ended CANCELLED
 * @x: the awaitable
 *
 * Context: Any.
 * Return: true if it did.  FAILED(-ECANCELED) is something else (AW-10).
 */
static inline bool cotask_awaitable_cancelled(const struct cotask_awaitable *x)
{
	return atomic_read_acquire(&x->state) & COTASK_S_CANCELLED;
}

long cotask_awaitable_result(struct cotask_awaitable *x);
bool cotask_awaitable_cancel(struct cotask_awaitable *x);
int cotask_block(struct cotask_awaitable *x, s64 timeout_ns, unsigned int state);

/**
 * cotask_awaitable_error - the error of an awaitable
 * @x: the awaitable
 *
 * Context: Any.
 * Return: 0 if FINISHED, otherwise as cotask_awaitable_result().
 */
static inline int cotask_awaitable_error(struct cotask_awaitable *x)
{
	return min(cotask_awaitable_result(x), 0L);
}


/**
 * struct cotask_callback - a function to be run when something is done
 * @entry: its place in a list of waiters or in the ready queue [L]
 * @fn: what to run, in the loop, without a current task; a negative return is
 *	reported to the loop's error handler (TK-7) [U]
 * @x: what it is registered at, or NULL [L]
 * @loop: where it runs [L]
 * @post: its place in the loop's inbox
 *
 * To be embedded; belongs to the caller again when @fn has been entered or
 * cotask_off_done() has removed it; after the end of the loop, when what it was
 * registered with has ended, too, see cotask_on_done().
 */
struct cotask_callback {
	struct cotask_entry	entry;
	int			(*fn)(struct cotask_callback *cb,
				      struct cotask_awaitable *x);
	struct cotask_awaitable	*x;
	struct cotask_loop	*loop;
	struct cotask_post	post;
};

int cotask_on_done(struct cotask_awaitable *x, struct cotask_callback *cb,
		   int (*fn)(struct cotask_callback *cb,
			     struct cotask_awaitable *x));
int cotask_off_done(struct cotask_awaitable *x,
		    int (*fn)(struct cotask_callback *cb,
			      struct cotask_awaitable *x));

/* ------------------------------------------------------------------------ */
/* Futures                                                                  */

/**
 * struct cotask_future - an outcome that is provided from outside the loop
 * @base: the awaitable
 *
 * To be embedded; made for interrupt handlers.  It holds the loop's memory from
 * cotask_future_init() to cotask_future_fini(), and may be completed after the loop
 * has ended.  The loop has no reference to a future without waiters.
 */
struct cotask_future {
	struct cotask_awaitable base;
};

int cotask_future_init(struct cotask_future *f, struct cotask_loop *loop);
void cotask_future_fini(struct cotask_future *f);
int cotask_future_complete(struct cotask_future *f, long value);
int cotask_future_fail(struct cotask_future *f, int error);
bool cotask_future_cancel(struct cotask_future *f);

/**
 * cotask_await_future - await a future
 * @task: the current task
 * @f: the future
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns what cotask_await() describes.
 */
static inline struct cotask_await __must_check
cotask_await_future(struct cotask *task, struct cotask_future *f)
{
	return cotask_await(task, f ? &f->base : NULL);
}

/**
 * struct cotask_shield - an awaitable that takes over the outcome of another one
 * @base: the awaitable; cancelling it leaves the shielded one alone
 * @entry: its place among the waiters of @inner [L]
 * @inner: the shielded awaitable [L]
 */
struct cotask_shield {
	struct cotask_awaitable	base;
	struct cotask_entry	entry;
	struct cotask_awaitable	*inner;
};

struct cotask_awaitable *cotask_shield(struct cotask_shield *s,
				       struct cotask_awaitable *inner);
void cotask_shield_drop(struct cotask_shield *s);

/* ------------------------------------------------------------------------ */
/* Tasks                                                                    */

/**
 * enum cotask_cause - why a task was cancelled (CX-B2)
 * @COTASK_CAUSE_NONE: it was not
 * @COTASK_CAUSE_USER: cotask_cancel() was called
 * @COTASK_CAUSE_DEADLINE: a timeout came due
 * @COTASK_CAUSE_SIBLING: a member of its group failed
 * @COTASK_CAUSE_GROUP: its group was cancelled
 * @COTASK_CAUSE_SHUTDOWN: its loop is being stopped
 * @COTASK_CAUSE_OWNER: the task that owns its group ended
 * @COTASK_CAUSE_OPERATOR: an operator of the machine requested it
 */
enum cotask_cause {
	COTASK_CAUSE_NONE,
	COTASK_CAUSE_USER,
	COTASK_CAUSE_DEADLINE,
	COTASK_CAUSE_SIBLING,
	COTASK_CAUSE_GROUP,
	COTASK_CAUSE_SHUTDOWN,
	COTASK_CAUSE_OWNER,
	COTASK_CAUSE_OPERATOR,
};

/**
 * struct cotask_reason - origin and cause of a cancel request
 * @by: number of the cancelling task, 0 if there is none; with COTASK_CAUSE_OPERATOR: of
 *	the cancelling process
 * @scope: instead, with COTASK_CAUSE_DEADLINE: name of the timeout, or NULL
 * @error: with COTASK_CAUSE_SIBLING: the code that the sibling failed with; with
 *	COTASK_CAUSE_OPERATOR: the reason that the operator stated
 * @cause: one of enum cotask_cause
 */
struct cotask_reason {
	union {
		u64		by;
		const char	*scope;
	};
	s32	error;
	u32	cause;
};

/**
 * struct cotask - a task
 * @entry: its place in the loop, and its flags [L]
 * @frame: the innermost coroutine [L]
 * @base: the awaitable
 * @waits_on: what it waits for, or NULL [L]
 * @failed_in: instead, once it has failed: the coroutine that did; the line of its
 *	last await is in entry.deadline
 * @group: its owner [L]
 * @sibling: in the group's list of children, or of errors [L]
 * @scopes: innermost group or timeout that it has entered [L]
 * @settled: cancel requests that were delivered, or swallowed on the way [L]
 * @deliveries: how often requests were settled in this way [L]
 * @id: number, upward from 1 [I]
 * @name: its name, or NULL for Task-<id> [RCU]
 * @context: context variables [L]
 * @reason: of the oldest undelivered or the last delivered cancel [L]
 * @times: where its time goes, with COTASK_LOOP_ACCOUNT; or NULL [L]
 *
 * All fields are private.
 */
struct cotask {
	struct cotask_entry	entry;
	struct cotask_frame	*frame;
	struct cotask_awaitable	base;
	union {
		struct cotask_awaitable	*waits_on;
		cotask_step_fn		failed_in;
	};
	struct cotask_group	*group;
	struct list_head	sibling;
	struct cotask_scope	*scopes;
	u32			settled;
	u32			deliveries;
	u64			id;
	struct cotask_name __rcu *name;
	unsigned long		context;
	struct cotask_reason	reason;
	struct cotask_times	*times;
};

/* How to spawn. */
#define COTASK_SPAWN_EAGER	BIT(0)	/* run the first step at once */
#define COTASK_SPAWN_LAZY	BIT(1)	/* even if the loop is eager */
#define COTASK_SPAWN_DETACHED	BIT(2)	/* no owner but the loop, see COTASK_LOOP_OWNERS */
#define COTASK_SPAWN_SURE_START	BIT(3)	/* runs its first step even if cancelled before */
#define COTASK_SPAWN_CANCELLED	BIT(4)	/* the owner: also if the group aborts; starts cancelled */
#define COTASK_SPAWN_COMPLETION_WINS BIT(5) /* a cancel does not discard an outcome */
#define COTASK_SPAWN_KEEP_CANCEL BIT(6)	/* a cancel that a child swallows comes again */
#define COTASK_SPAWN_ALL	(COTASK_SPAWN_EAGER | COTASK_SPAWN_LAZY |	\
				 COTASK_SPAWN_DETACHED | COTASK_SPAWN_SURE_START | \
				 COTASK_SPAWN_CANCELLED | COTASK_SPAWN_COMPLETION_WINS | \
				 COTASK_SPAWN_KEEP_CANCEL)

/**
 * struct cotask_spawn_args - how to spawn a task
 * @flags: COTASK_SPAWN_*
 * @gfp: for the task's memory; 0: GFP_KERNEL
 * @name: name, copied, or NULL
 * @context: context to use as it is, or NULL for a copy of the spawner's
 */
struct cotask_spawn_args {
	u32			flags;
	gfp_t			gfp;
	const char		*name;
	struct cotask_context	*context;
};

struct cotask *cotask_spawn_with(struct cotask_group *group,
				 struct cotask_frame *frame,
				 const struct cotask_spawn_args *args);
int cotask_go(struct cotask_group *group, struct cotask_frame *frame);

/**
 * cotask_spawn - spawn a task
 * @group: as for cotask_spawn_with()
 * @frame: likewise
 * @name: copied; NULL: Task-<id>
 *
 * Context: A step of a task, or other process context.
 * Return: As cotask_spawn_with().
 */
static inline struct cotask *cotask_spawn(struct cotask_group *group,
					  struct cotask_frame *frame, const char *name)
{
	struct cotask_spawn_args args = { .name = name };

	return cotask_spawn_with(group, frame, &args);
}

/**
 * cotask_go_all - spawn many tasks, and keep no handles
 * @group: as for cotask_spawn_with()
 * @frames: their coroutines
 * @n: how many
 *
 * As cotask_go() for each of them.  In a process one system call does this for many.
 *
 * Context: As cotask_go().
 * Return: 0; an error if any of them was refused: the others were spawned.
 */
static inline int __must_check cotask_go_all(struct cotask_group *group,
					     struct cotask_frame *const *frames, unsigned int n)
{
	int error = 0, rc;

	for (; n; n--, frames++) {
		rc = cotask_go(group, *frames);
		if (rc)
			error = rc;
	}
	return error;
}

/**
 * cotask_get - take a reference to a task
 * @task: a task that the caller has a reference to, or NULL
 *
 * Context: Any.
 * Return: @task.
 */
static inline struct cotask *cotask_get(struct cotask *task)
{
	if (task)
		refcount_inc(&task->base.refs);
	return task;
}

void cotask_put(struct cotask *task);

/**
 * cotask_join - await a task
 * @task: the current task
 * @child: the task to wait for
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns what cotask_await() describes.
 */
static inline struct cotask_await __must_check
cotask_join(struct cotask *task, struct cotask *child)
{
	return cotask_await(task, child ? &child->base : NULL);
}

/**
 * cotask_done - whether a task has ended
 * @task: the task
 *
 * Context: Any.
 * Return: true if it FINISHED, FAILED or was CANCELLED.
 */
static inline bool cotask_done(const struct cotask *task)
{
	return cotask_awaitable_done(&task->base);
}

/**
 * cotask_cancelled - whether a task ended CANCELLED
 * @task: the task
 *
 * Context: Any.
 * Return: true if it did.
 */
static inline bool cotask_cancelled(const struct cotask *task)
{
	return cotask_awaitable_cancelled(&task->base);
}

/**
 * cotask_result - the outcome of a task
 * @task: the task
 *
 * Context: Any.
 * Return: As cotask_awaitable_result() (TK-1).
 */
static inline long cotask_result(struct cotask *task)
{
	return cotask_awaitable_result(&task->base);
}

/**
 * cotask_error - the error of a task
 * @task: the task
 *
 * Context: Any.
 * Return: As cotask_awaitable_error() (TK-1).
 */
static inline int cotask_error(struct cotask *task)
{
	return cotask_awaitable_error(&task->base);
}

bool cotask_cancel(struct cotask *task);
int cotask_uncancel(struct cotask *task);

/**
 * cotask_cancelling - how many requests were not taken back
 * @task: the task
 *
 * Context: Any.
 * Return: The count.
 */
static inline unsigned int cotask_cancelling(const struct cotask *task)
{
	return (u32)atomic_read(&task->base.state) >> COTASK_S_COUNT_SHIFT;
}

/**
 * cotask_cancel_reason - why a task was cancelled
 * @task: the task
 *
 * Context: The loop's owner, or after the task is done.
 * Return: The reason of the oldest request that was not delivered, otherwise of
 *	the one delivered last (CX-B2).
 */
static inline struct cotask_reason cotask_cancel_reason(const struct cotask *task)
{
	return task->reason;
}

/**
 * cotask_id - the number of a task
 * @task: the task
 *
 * Context: Any.
 * Return: A number that no other task has or had, from 1 upward.
 */
static inline u64 cotask_id(const struct cotask *task)
{
	return task->id;
}

/**
 * cotask_get_loop - the loop of a task
 * @task: the task
 *
 * Context: Any.
 * Return: The loop, the same all its life (TK-11); not pinned beyond @task.
 */
static inline struct cotask_loop *cotask_get_loop(const struct cotask *task)
{
	return task->base.loop;
}

char *cotask_get_name(const struct cotask *task, char *buf, size_t size);

/**
 * cotask_wait - block until a task has ended
 * @task: a task that the caller has a reference to
 * @timeout_ns: for how long; COTASK_FOREVER
 *
 * cotask_result() then returns the outcome.
 *
 * Context: Process context, sleeps; not from the task's own loop.
 * Return: 0; -ETIMEDOUT, the task continues (RT-3); -EINTR when a fatal signal is
 *	pending; -EDEADLK on the loop that would have to run the task; -EINVAL in
 *	an interrupt, or with interrupts disabled.
 */
static inline int cotask_wait(struct cotask *task, s64 timeout_ns)
{
	return cotask_block(task ? &task->base : NULL, timeout_ns, TASK_KILLABLE);
}

/**
 * cotask_wait_interruptible - block until a task has ended, or a signal has come
 * @task: a task that the caller has a reference to
 * @timeout_ns: for how long; COTASK_FOREVER
 *
 * cotask_result() then returns the outcome.
 *
 * Context: Process context, sleeps; not from the task's own loop.
 * Return: 0; -ETIMEDOUT, the task continues (RT-3); -ERESTARTSYS when a signal is
 *	pending; -EDEADLK on the loop that would have to run the task; -EINVAL in
 *	an interrupt, or with interrupts disabled.
 */
static inline int cotask_wait_interruptible(struct cotask *task, s64 timeout_ns)
{
	return cotask_block(task ? &task->base : NULL, timeout_ns, TASK_INTERRUPTIBLE);
}

/* ------------------------------------------------------------------------ */
/* Scopes: what timeouts, groups and the scopes of <linux/cotask_scope.h> share */

/**
 * struct cotask_scope - a part of a task that has an end of its own
 * @outer: the scope around this one, in the same task [L]
 * @task: the task that entered it [L]
 * @baseline: its delivered cancel requests at that time [L]
 * @own_settled: the same when the scope cancelled the task [L]
 * @own_delivery: its number of deliveries then [L]
 * @own: the scope itself has cancelled the task [L]
 * @kind: COTASK_SCOPE_* [I]
 *
 * Scopes of a task are left in the reverse order of entering.
 */
struct cotask_scope {
	struct cotask_scope	*outer;
	struct cotask		*task;
	u32			baseline;
	u32			own_settled;
	u32			own_delivery;
	bool			own;
	u8			kind;
};

enum cotask_scope_kind {
	COTASK_SCOPE_TIMEOUT,
	COTASK_SCOPE_GROUP,
	COTASK_SCOPE_SHIELD,
	COTASK_SCOPE_CANCEL,
};

/* Used by CO_AWAIT() only. */
static inline long __cotask_outcome(struct cotask *task)
{
	return task->base.result;
}

#include <linux/cotask_time.h>
#include <linux/cotask_group.h>
#include <linux/cotask_loop.h>

#endif /* _LINUX_COTASK_H */
