/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - shared by the files that implement /dev/cotask
 *
 * An open file has a loop, which is pumped by the thread that is inside of ENTER.  Everything
 * here belongs to that thread unless noted otherwise.
 *
 * States of a hosted task: READY when the kernel has the outcome of its last operation; RUNNING
 * when the process has begun to run its code; KERNEL from the operation that ends this step until
 * the outcome of that operation.  An event that was delivered has no effect before the process
 * begins it, see turn.h.
 */
#ifndef COTASK_DEVICE_H
#define COTASK_DEVICE_H

#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/cotask_gather.h>
#include <linux/cotask_sync.h>
#include <linux/cotask_thread.h>
#include <uapi/linux/cotask.h>

#include "../await/await.h"
#include "../core/core.h"

struct cotask_chunk;
struct cotask_fd;
struct cotask_hosted;
struct cotask_request;
struct cotask_user;

/* Kinds of objects: COTASK_KIND_* of the uapi, which COTASK_OP_MAKE makes, and these. */
enum cotask_object_kind {
	COTASK_OBJECT_TASK = COTASK_KIND_LAST,	/* hosted */
	COTASK_OBJECT_NATIVE,		/* a task whose code is in the kernel */
	COTASK_OBJECT_SHIELD,
	COTASK_OBJECT_SET,		/* gather, race */
	COTASK_OBJECT_ITERATION,
	COTASK_OBJECT_SUBMISSION,
	COTASK_OBJECT_REMOTE,		/* imported task or group */
	COTASK_OBJECT_KINDS
};

/**
 * struct cotask_turn - an event for the process, pending or delivered
 * @link: in cotask_file.turns
 * @type: one of enum cotask_event_type
 * @begun: the process has begun it
 * @at_once: the step of a task that has not had to suspend
 * @batch: number of the batch that it was delivered in; 0: it was not delivered
 */
struct cotask_turn {
	struct list_head	link;
	u16			type;
	bool			begun;
	bool			at_once;
	u32			batch;
};

/**
 * struct cotask_object - the object of a handle
 * @turn: its event: of a hosted task, or an error that was never retrieved; after the
 *	last reference to the object, its place in cotask_file.dropped
 * @refs: one for the handle, one for each place in the kernel that uses the object
 * @kind: its kind
 * @file: its file, a reference
 */
struct cotask_object {
	struct cotask_turn	turn;
	u16			kind;
	refcount_t		refs;
	struct cotask_file	*file;
};

/**
 * struct cotask_object_ops - a kind of object
 * @cache: where its memory comes from; NULL: kmalloc()
 * @size: of its memory, as far as it is cleared
 * @make: for COTASK_OP_MAKE: all but memory and handle; NULL: it is made otherwise
 * @uses: fields that @make uses, as in &struct cotask_op_row.is
 * @flags: COTASK_MAKE_F_* that it knows
 * @fini: before its memory goes; or NULL
 * @awaitable: what can be awaited; NULL: nothing
 */
struct cotask_object_ops {
	struct kmem_cache		**cache;
	size_t				size;
	int				(*make)(struct cotask_request *r, struct cotask_object *o);
	u32				uses;
	u32				flags;
	void				(*fini)(struct cotask_object *o);
	struct cotask_awaitable		*(*awaitable)(struct cotask_object *o);
};

extern const struct cotask_object_ops cotask_future_object;
extern const struct cotask_object_ops cotask_group_object;
extern const struct cotask_object_ops cotask_timeout_object;
extern const struct cotask_object_ops cotask_scope_object;
extern const struct cotask_object_ops cotask_section_object;
extern const struct cotask_object_ops cotask_sem_object;
extern const struct cotask_object_ops cotask_event_object;
extern const struct cotask_object_ops cotask_cond_object;
extern const struct cotask_object_ops cotask_queue_object;
extern const struct cotask_object_ops cotask_file_object;
extern const struct cotask_object_ops cotask_hosted_object;
extern const struct cotask_object_ops cotask_native_object;
extern const struct cotask_object_ops cotask_shield_object;
extern const struct cotask_object_ops cotask_set_object;
extern const struct cotask_object_ops cotask_iteration_object;
extern const struct cotask_object_ops cotask_submission_object;
extern const struct cotask_object_ops cotask_remote_object;

bool cotask_object_has_no_outcome(struct cotask_object *o);

/* Operations and events that are copied at once; less than a page of them. */
#define COTASK_CHUNK	16

#define COTASK_RECENT	4	/* a power of two */

/**
 * struct cotask_table - handles and what they name, see table.c
 * @lock: guards all of it, a leaf
 * @chunks: of neighbours
 * @recent: those that were used last, each at its number modulo COTASK_RECENT
 */
struct cotask_table {
	spinlock_t		lock;	/* guards chunks, recent and the chunks themselves */
	struct rb_root		chunks;
	struct cotask_chunk	*recent[COTASK_RECENT];
};

static inline void cotask_table_lock(struct cotask_table *t)
{
	spin_lock(&t->lock);
}

static inline void cotask_table_unlock(struct cotask_table *t)
{
	spin_unlock(&t->lock);
}

/**
 * struct cotask_aux - memory that an operation needs while a task waits
 * @drop: frees it, and what it refers to
 */
struct cotask_aux {
	void (*drop)(struct cotask_aux *aux);
};

#include "source.h"

/**
 * struct cotask_file - an open file
 * @host: its interface to the loop
 * @loop: its loop
 * @refs: of the open file, and of each object [A]
 * @user: the user that has opened it, for the limit
 * @entered: a thread is inside of ENTER, and owns the loop, see cotask_loop_borrow() [A]
 * @objects: by handle; its lock guards looking up and taking a reference, too
 * @n_objects: those that exist, forgotten ones included [A]
 * @turns: events in order, see turn.h
 * @begun: the last of them that the process has begun, or @turns
 * @given: the last one that was delivered, or @begun
 * @batch: number of the batch that is being delivered, or was last
 * @n_turns: number of turns in the list [A]
 * @n_begun: number of begun turns [A]
 * @n_given: number of delivered turns that are not begun [A]
 * @running: number of tasks that run in the process
 * @refused: this ENTER has refused an operation of a task
 * @has_native: there was a task whose code is in the kernel
 * @given_at: when the last ENTER has returned, if the loop accounts
 * @deadline: of this ENTER, on the host's CLOCK_MONOTONIC
 * @patience: how often it may still breathe if it does not wait
 * @waits: it waits, until @deadline
 * @left: a turn was left because of that
 * @emitted: events of this turn of the loop
 * @budget: maximum of @emitted
 * @dead: the code of hosted tasks is gone
 * @kept: it was closed, and descriptors or handles still refer to it
 * @process: what a task waits on while the process runs its code
 * @drop_lock: guards @dropped, @ending and @drained; a leaf
 * @dropped: unreferenced objects that have not been ended
 * @ending: a thread is ending objects
 * @drained: there is no owner any more to process @dropped
 * @failed: hosted tasks that have failed, whose end is not recorded yet
 * @failure: event for errors of code in the kernel, see note_error()
 * @error: the last one
 * @calls: posted and registered calls
 * @polls_lock: guards @pollers, and what sources and pollers say of it; a leaf
 * @pollers: processes that wait for file descriptors
 * @poller: memory for one of them
 * @has_polled: this ENTER has made a source
 * @n_files: number of objects of kind FILE
 * @late: reports that ENTER was not called for too long
 * @was_late: it has, since the last ENTER
 * @fds: descriptors made by EXPORT
 * @wait: the pollers of the file
 * @wake: has @wakes run, from any context
 * @wakes: wakes them
 * @gone: frees it
 * @ops: operations that ENTER is applying
 * @events: events that it is about to deliver
 */
struct cotask_file {
	struct cotask_loop_host	host;
	struct cotask_loop	*loop;
	refcount_t		refs;
	struct cotask_user	*user;
	atomic_t		entered;
	struct cotask_table	objects;
	atomic_t		n_objects;
	struct list_head	turns;
	struct list_head	*begun;
	struct list_head	*given;
	u32			batch;
	u32			n_turns;
	u32			n_begun;
	u32			n_given;
	unsigned int		running;
	u64			given_at;
	s64			deadline;
	unsigned int		patience;
	bool			waits;
	bool			left;
	unsigned int		emitted;
	unsigned int		budget;
	bool			refused;
	bool			has_native;
	bool			dead;
	bool			kept;
	struct cotask_awaitable	process;
	spinlock_t		drop_lock;	/* guards dropped, ending and drained */
	struct list_head	dropped;
	bool			ending;
	bool			drained;
	struct list_head	failed;
	struct cotask_turn	failure;
	int			error;
	struct list_head	calls;
	spinlock_t		polls_lock;	/* guards pollers, see source.h */
	struct rb_root		pollers;
	struct cotask_poller	poller;
	bool			has_polled;
	unsigned int		n_files;
	struct delayed_work	late;
	bool			was_late;
	struct list_head	fds;
	wait_queue_head_t	wait;
	struct irq_work		wake;
	struct work_struct	wakes;
	struct rcu_work		gone;
	struct cotask_op	ops[COTASK_CHUNK];
	struct cotask_event_info events[COTASK_CHUNK];
};

static inline struct cotask_file *cotask_file_of(struct cotask_loop_host *host)
{
	return container_of(host, struct cotask_file, host);
}

enum cotask_hosted_state {
	COTASK_HOSTED_KERNEL,
	COTASK_HOSTED_READY,
	COTASK_HOSTED_RUNNING,
};

/* Maximum depth of scopes of a task: each of them may be compared with all the rest. */
#define COTASK_MAX_DEPTH	64

/**
 * struct cotask_hosted - a task whose code is in the process
 * @object: what its handle names
 * @frame: the coroutine that stands for the code
 * @task: the task, a reference; NULL as long as it was not made
 * @arrived: it is in the loop, so that the file can have to do with it [A]
 * @state: where its code is
 * @depth: how many scopes it has entered
 * @started: it has had its first event
 * @eager: it is being spawned, and runs its first step at once
 * @issuing: its operation is being applied
 * @over: its code has ended, or never ran and is not going to
 * @exited: ... by COTASK_OP_EXIT
 * @tried: a read or write has tried, and found nothing or no room
 * @opcode: of the operation that has ended its step
 * @was_armed: a cancel was due when the outcome came, and stays so
 * @handle: its handle, 0 once that is forgotten
 * @operand: handle that the operation names, or the file descriptor of POLL
 * @arg: of the operation
 * @flags: likewise
 * @len: of memory that the operation moves data to or from
 * @value: of the operation
 * @addr: ... or that memory
 * @outcome: of its last operation
 * @user_data: given back with each event
 * @awaited: what it waits for, a reference
 * @aux: memory that the operation needs meanwhile
 * @scopes: innermost scope that it has entered
 * @place: where the task is; it keeps the memory of all this for as long as it has references
 */
struct cotask_hosted {
	struct cotask_object	object;
	struct cotask_frame	frame;
	struct cotask		*task;
	u8			arrived;
	u8			state;
	u8			depth;
	bool			started : 1;
	bool			eager : 1;
	bool			issuing : 1;
	bool			over : 1;
	bool			exited : 1;
	bool			tried : 1;
	u8			opcode;
	bool			was_armed;
	u16			flags;
	u32			handle;
	u32			operand;
	u32			arg;
	u32			len;
	union {
		s64		value;
		u64		addr;
		long		outcome;
	};
	u64			user_data;
	struct cotask_object	*awaited;
	struct cotask_aux	*aux;
	struct cotask_scope_object *scopes;
	struct cotask		place;
};

/**
 * struct cotask_scope_object - a group, timeout, cancel scope or section
 * @object: what its handle names
 * @outer: the one around it, of those that the task has entered
 * @user: the task that has entered it
 */
struct cotask_scope_object {
	struct cotask_object		object;
	struct cotask_scope_object	*outer;
	struct cotask_hosted		*user;
};

/**
 * struct cotask_request - an operation that is being applied
 * @f: the file
 * @op: the operation that the process has passed, a copy
 * @actor: the acting task, or NULL
 * @object: what op->handle names, a reference, if the operation is about something
 *	that exists
 * @posted: the caller is not inside of ENTER
 */
struct cotask_request {
	struct cotask_file	*f;
	const struct cotask_op	*op;
	struct cotask_hosted	*actor;
	struct cotask_object	*object;
	bool			posted;
};

/**
 * struct cotask_op_row - the description of an operation
 * @issue: applies the operation, or prepares it for @perform; returns the result
 * @perform: of an operation that ends a step: begins the wait of the task, in its step
 * @finish: ... afterwards: returns the result for the event; NULL: the outcome itself
 * @kinds: kinds that the handle may name, a mask
 * @is: the fields that it uses, and its requirements
 */
struct cotask_op_row {
	s64			(*issue)(struct cotask_request *r);
	struct cotask_await	(*perform)(struct cotask *task, struct cotask_hosted *h);
	long			(*finish)(struct cotask_hosted *h, long rc);
	u32			kinds;
	u32			is;
};

/* Which fields an operation uses. */
#define USES_HANDLE	BIT(0)
#define USES_OTHER	BIT(1)
#define USES_VALUE	BIT(2)
#define USES_USER_DATA	BIT(3)
#define USES_MEMORY	BIT(4)	/* addr, len */
#define USES_LEN	BIT(5)
#define USES_ARG	BIT(6)
#define MAY_BE_ABSOLUTE	BIT(7)
#define MAY_TRY		BIT(8)
/* What it needs. */
#define NEEDS_TASK	BIT(9)	/* an acting task */
#define MAY_HAVE_TASK	BIT(10)
#define FROM_ANYWHERE	BIT(11)	/* by COTASK_IOC_POST as well */
#define NO_OBJECT	BIT(12)	/* its handle is not looked up */
#define RESUMES_SIMPLY	BIT(13)	/* its outcome is a number that a cancel can replace, see enter.c */
#define MAY_BE_AHEAD	BIT(14)	/* COTASK_OP_F_AHEAD is known */
#define MOVES_DATA	BIT(15)	/* its outcome stays, and concerns no other object, see op_io.c */
#define MAY_FORGET	BIT(16)	/* COTASK_OP_F_FORGET is known */

/* The part of an operation's @arg that is a kind; the rest is COTASK_MAKE_F_*. */
#define KIND_MASK	0xff

/* Objects that POST may look up: all others belong to the owner. */
#define SHARED_KINDS	(TASK_KINDS | BIT(COTASK_KIND_FUTURE) | BIT(COTASK_KIND_GROUP) |	\
			 BIT(COTASK_OBJECT_SUBMISSION) | BIT(COTASK_OBJECT_REMOTE))

#define TASK_KINDS	(BIT(COTASK_OBJECT_TASK) | BIT(COTASK_OBJECT_NATIVE))

/* Kinds that have an outcome, and belong to this loop. */
#define AWAITABLE_KINDS	(TASK_KINDS | BIT(COTASK_KIND_FUTURE) |				\
			 BIT(COTASK_OBJECT_SHIELD) | BIT(COTASK_OBJECT_SET))

#define SCOPE_KINDS	(BIT(COTASK_KIND_GROUP) | BIT(COTASK_KIND_TIMEOUT) |		\
			 BIT(COTASK_KIND_SCOPE) | BIT(COTASK_KIND_SECTION))

#define ALL_KINDS	((BIT(COTASK_OBJECT_KINDS) - 1) & ~BIT(COTASK_KIND_NONE))

static inline bool cotask_is_outcome(s64 value)
{
	return value >= -MAX_ERRNO && value <= LONG_MAX;
}

/* handle.c */
/* A handle can be an outcome, of NEXT: as a long of any size it is not an error. */
#define COTASK_MAX_HANDLE	INT_MAX
#define COTASK_MAX_OBJECTS_DEFAULT	65536
extern unsigned int cotask_max_objects;
int cotask_file_charge_many(struct cotask_file *f, unsigned int n);
void cotask_file_charge_late(struct cotask_file *f);
void cotask_file_uncharge_many(struct cotask_file *f, unsigned int n);
void *cotask_object_new(struct cotask_file *f, u32 handle, enum cotask_object_kind kind);
s64 cotask_object_finish(struct cotask_object *o, u32 handle, s64 rc);
s64 cotask_object_make(struct cotask_request *r, u32 which, struct cotask_object **made);
struct cotask_object *cotask_object_find(struct cotask_file *f, u32 handle, u32 kinds);
struct cotask_object *cotask_object_get(struct cotask_object *o);
void cotask_object_put(struct cotask_object *o);
int cotask_object_forget(struct cotask_file *f, u32 handle, struct cotask_object *o);
void cotask_objects_reap(struct cotask_file *f);
void cotask_objects_drop(struct cotask_file *f);
struct cotask_awaitable *cotask_object_awaitable(struct cotask_object *o);

/* Charge one more object, or its equivalent. Any thread. */
static inline int cotask_file_charge(struct cotask_file *f)
{
	return cotask_file_charge_many(f, 1);
}

static inline void cotask_file_uncharge(struct cotask_file *f)
{
	cotask_file_uncharge_many(f, 1);
}

static inline struct cotask_hosted *cotask_object_hosted(struct cotask_object *o)
{
	return container_of(o, struct cotask_hosted, object);
}

/* table.c */
int cotask_table_cache_init(void);
void cotask_table_cache_exit(void);
void cotask_table_init(struct cotask_table *t);
void cotask_table_destroy(struct cotask_table *t);
int cotask_table_reserve(struct cotask_table *t, u32 handle);
void cotask_table_publish(struct cotask_table *t, u32 handle, struct cotask_object *o);
bool cotask_table_remove(struct cotask_table *t, u32 handle, struct cotask_object *o);
struct cotask_object *cotask_table_find(struct cotask_table *t, u32 handle);
struct cotask_object *cotask_table_next(struct cotask_table *t, u64 *handle);

/* What cotask_table_next() costs in steps of the budget, if each handle has a chunk to itself. */
#define COTASK_TABLE_COST	4

/* user.c */
struct cotask_user *cotask_user_get(kuid_t uid);
void cotask_user_file_closed(struct cotask_user *user, bool kept);
void cotask_user_put(struct cotask_user *user, bool kept);
bool cotask_user_charge(struct cotask_user *user, unsigned int n);
void cotask_user_charge_late(struct cotask_user *user);
void cotask_user_uncharge(struct cotask_user *user, unsigned int n);

/* hosted.c */
extern const struct cotask_awaitable_ops cotask_process_ops;
int cotask_hosted_cache_init(void);
void cotask_hosted_cache_exit(void);
struct cotask *cotask_hosted_place(struct cotask_frame *frame);
void cotask_hosted_vacated(struct cotask *task);
struct cotask_frame *cotask_hosted_init(struct cotask_hosted *h, const struct cotask_op *op,
					u32 handle);
void cotask_hosted_keep(struct cotask_hosted *h, struct cotask *task);
void cotask_hosted_name_operands(struct cotask_request *r, struct cotask_object *awaited,
				 struct cotask_aux *aux);
void cotask_hosted_go_on(struct cotask_request *r);
void cotask_hosted_issue(struct cotask_request *r, struct cotask_object *awaited,
			 struct cotask_aux *aux);
s64 cotask_hosted_issue_with(struct cotask_request *r, size_t size);
int cotask_hosted_forget(struct cotask_hosted *h, u32 handle);
bool cotask_hosted_revise(struct cotask_hosted *h);
bool cotask_hosted_may_follow(struct cotask_file *f, struct cotask_entry *e);
void cotask_hosted_recorded(struct cotask_file *f, struct cotask *t);
void cotask_hosted_unread(struct cotask *t);
void cotask_hosted_view(const struct cotask *task, struct cotask_host_view *view);
void cotask_hosted_enter(struct cotask_hosted *h, struct cotask_scope_object *scope);
void cotask_hosted_leave(struct cotask_hosted *h);

/* ops.c */
void cotask_ops_init(void);
s64 cotask_op_apply(struct cotask_file *f, const struct cotask_op *op, bool posted);
extern const struct cotask_op_row *const cotask_op_rows[COTASK_OP_LAST];

/* The row of an operation that was checked. */
static inline const struct cotask_op_row *cotask_op_row(unsigned int opcode)
{
	return cotask_op_rows[opcode];
}

/* A cancel can still replace its outcome, or there is none yet. */
static inline bool cotask_hosted_is_open(const struct cotask_hosted *h)
{
	return !h->started || (cotask_op_row(h->opcode)->is & RESUMES_SIMPLY);
}

/* Its outcome may come before steps in the process that precede it have run. */
static inline bool cotask_hosted_follows(const struct cotask_hosted *h)
{
	return !h->started || (cotask_op_row(h->opcode)->is & (RESUMES_SIMPLY | MOVES_DATA));
}

/**
 * cotask_hosted_needs_revision - whether the outcome of a task has changed since it came
 * @h: the task, whose event was not begun
 *
 * Earlier steps of the same batch may have cancelled the task, which then ends its wait with
 * -ECANCELED in place of the outcome that was due (CX-5, CX-7).  An outcome with a side effect is
 * not replaced: a permit was taken, a group was left.  The task then stays armed.
 *
 * Return: true if cotask_hosted_revise() is going to change it.
 */
static inline bool cotask_hosted_needs_revision(const struct cotask_hosted *h)
{
	/* An outcome without a suspension: cancels are delivered only at a suspension (AW-1). */
	return (h->task->entry.flags & COTASK_T_ARMED) && !h->was_armed &&
	       !h->object.turn.at_once && cotask_hosted_is_open(h);
}

/* op_task.c, op_await.c, op_scope.c, op_set.c, op_sync.c, op_read.c */
extern const struct cotask_op_row cotask_op_spawn, cotask_op_submit, cotask_op_exit,
	cotask_op_start, cotask_op_ready, cotask_op_uncancel, cotask_op_cancel_all,
	cotask_op_cancel_wait, cotask_op_name, cotask_op_get_name;
extern const struct cotask_op_row cotask_op_sleep, cotask_op_await, cotask_op_wait_for,
	cotask_op_complete, cotask_op_cancel, cotask_op_result, cotask_op_shield;
extern const struct cotask_op_row cotask_op_make, cotask_op_enter, cotask_op_leave,
	cotask_op_move;
extern const struct cotask_op_row cotask_op_gather, cotask_op_iterate, cotask_op_next,
	cotask_op_wait;
extern const struct cotask_op_row cotask_op_acquire, cotask_op_release, cotask_op_set,
	cotask_op_event_wait, cotask_op_cond_wait, cotask_op_notify, cotask_op_put,
	cotask_op_get, cotask_op_shutdown;
extern const struct cotask_op_row cotask_op_read;

struct cotask *cotask_object_task(struct cotask_object *o);
int cotask_op_spawn_args(const struct cotask_op *op, struct cotask_spawn_args *args, char *name);
struct cotask_submission *cotask_object_submission(struct cotask_object *o);
struct cotask_group *cotask_object_group(struct cotask_object *o);
struct cotask_timeout *cotask_object_timeout(struct cotask_object *o);
struct cotask_cancel_scope *cotask_object_scope(struct cotask_object *o);
u32 cotask_awaitable_state(const struct cotask_awaitable *x);
s64 cotask_set_object_winner(struct cotask_object *o);
s64 cotask_sync_object_free(struct cotask_object *o);
s64 cotask_queue_object_count(struct cotask_object *o);

/* native.c, op_poll.c, op_io.c, call.c, exported.c */
extern const struct cotask_op_row cotask_op_spawn_native;
extern const struct cotask_op_row cotask_op_poll, cotask_op_poll_end;
extern const struct cotask_op_row cotask_op_file_read, cotask_op_file_write, cotask_op_recv,
	cotask_op_send;
extern const struct cotask_op_row cotask_op_call, cotask_op_on_done, cotask_op_off_done;
extern const struct cotask_op_row cotask_op_export, cotask_op_import;

struct cotask *cotask_native_task(struct cotask_object *o);
void cotask_io_view(const struct cotask_hosted *h, struct cotask_host_view *view);
bool cotask_call_may_follow(const struct cotask_entry *e);
void cotask_call_tell(const struct cotask_turn *turn, struct cotask_event_info *e);
void cotask_call_begun(struct cotask_turn *turn);
void cotask_calls_drop(struct cotask_file *f);
struct cotask_object *cotask_remote_group(struct cotask_object *remote);
int cotask_remote_spawn(struct cotask_object *remote, struct cotask *task);
struct cotask_await cotask_remote_await(struct cotask *task, struct cotask_object *remote);
s64 cotask_remote_cancel(struct cotask_object *remote);
void cotask_fds_drop(struct cotask_file *f);

/* host.c */
extern const struct cotask_loop_host_ops cotask_file_host_ops;

/* enter.c */
void cotask_file_wake(struct cotask_file *f);
void cotask_file_enter(struct cotask_file *f);
bool cotask_file_is_ready(struct cotask_file *f);
void cotask_turns_drop(struct cotask_file *f);
void cotask_file_leave(struct cotask_file *f);
int cotask_file_collect(struct file *file, struct cotask_enter *e);
bool cotask_file_must_return(struct cotask_file *f);
int cotask_file_post(struct cotask_file *f, struct cotask_post_ops *p);
void cotask_file_late(struct work_struct *work);

/* inspect_ioctl.c */
long cotask_inspect_ioctl(struct cotask_file *f, unsigned int cmd, void __user *arg);
void cotask_show_fdinfo(struct seq_file *m, struct file *file);

/* chrdev.c */
extern struct workqueue_struct *cotask_wakes;
void cotask_files_wait(void);
void cotask_file_put(struct cotask_file *f);
bool cotask_file_is_one(const struct file *file);
int cotask_copy_in_other(void *to, size_t size, const void __user *from, u32 usize);
int cotask_chrdev_init(void);
void cotask_chrdev_exit(void);

/**
 * cotask_copy_in - copy in a struct that begins with its size
 * @to: destination
 * @size: size of @to, a constant; the same in all versions so far
 * @from: address in the process
 * @usize: out: its size in the process
 *
 * Return: 0; -EFAULT; -EINVAL: too small; -E2BIG: larger, with a non-zero tail.
 */
static __always_inline int cotask_copy_in(void *to, size_t size, const void __user *from,
					  u32 *usize)
{
	if (get_user(*usize, (const u32 __user *)from))
		return -EFAULT;
	if (unlikely(*usize != size))
		return cotask_copy_in_other(to, size, from, *usize);
	return copy_from_user(to, from, size) ? -EFAULT : 0;
}

/* Copy back to the process; the struct there has at least @size bytes. */
static __always_inline int cotask_copy_out(void __user *to, const void *from, size_t size)
{
	return copy_to_user(to, from, size) ? -EFAULT : 0;
}

#include "turn.h"

#endif /* COTASK_DEVICE_H */
