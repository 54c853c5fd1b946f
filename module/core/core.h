/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - what the files of the core share
 *
 * Ownership instead of locks.  All state of a loop and of the tasks, groups,
 * timeouts and waits on it ([L] in the structs) belongs to the loop's owner: the
 * thread that pumps it.  Everybody else goes through exactly two doors:
 *
 *  - atomic words: base.state of every awaitable, the gate of a group.  They
 *    decide races (who completes, whether a cancel still counts, whether a spawn
 *    is still accepted) at the moment of the call, in any context;
 *  - the loop's inbox, a llist: what was decided is posted, and the owner acts on
 *    it at the start of its next turn.
 *
 * State word of an awaitable:
 *
 *	(pending) --CLAIMED--> (outcome being written) --DONE--> (done, for ever)
 *
 * Whoever sets CLAIMED writes the outcome and then sets DONE with release
 * semantics; readers test DONE with acquire semantics first.  Tasks and groups
 * are completed by the owner alone and set both bits at once.
 *
 * States of a task, with the place of its entry:
 *
 *	scheduled   in the ready queue (or in the batch of the current turn)
 *	running     nowhere; loop->current_task, or a spawner in an eager step
 *	waiting     in x->waiters or in the deadline queue; waits_on is set
 *	done        DONE; in the ready queue until its end is recorded (TG-29),
 *		    then nowhere
 *
 * A request to cancel a task is either *handed* to what the task waits on, or
 * leaves the task *armed*: its next resumption gives -ECANCELED (CX-3, CX-4).
 * A request from outside the owner is *posted* first: counted in the state word,
 * and armed or handed by the owner.
 *
 * One way to die.  Whatever the loop, a list or a post refers to ends in four steps, of which
 * the owner does all but the first:
 *
 *  1. closed   no new post, child or reference can be made: CLAIMED of a state word, the
 *		gate of a group, the mark in the inbox of a loop.  Any context, by one atomic
 *		operation; what comes later is refused.
 *  2. drained  what was on its way has arrived: no INBOX bit, no spawn behind the gate, no
 *		job, no member that is being completed by another thread.  The owner does not
 *		wait for this: each arrival looks whether it was the last (be_done() of a
 *		set, cotask_group_check_over(), job_posted(), a put of a reference).
 *  3. unlinked out of queues, lists of waiters, lists of groups, the stack of fan-outs, and
 *		passed by cursors.
 *  4. freed	DONE is published, or the last reference goes.  From here on the owner does not
 *		touch it.  Memory of counted objects is freed in any context, see defer.c.
 *
 *	object			closed by		drained when
 *	task			CLAIMED at its end	its record was run, references are gone
 *	future, poll		CLAIMED			its post has arrived; no waiter without it
 *	group			gate, CLAIMED		no child, spawn, job or post is left
 *	set, shield		SETTLED, no post	no member is on its way
 *	submission, job		CLAIMED			the callback or worker has arrived
 *	timeout, scope, section	never posted		the task has left it, or abandon.c has
 *	callback, call, dump	posted once		its function was entered
 *	loop			mark in the inbox	the last turn of cotask_loop_shutdown()
 *
 * A frame that is over while groups which it has entered are not stays until they are, see
 * abandon.c.  Only cotask_set_drop() and cotask_shield_drop() sleep for an arrival,
 * as their memory goes at once.  A debug build proves all this at each
 * free, see debug.c.
 */
#ifndef COTASK_CORE_H
#define COTASK_CORE_H

#include <linux/cotask.h>
#include <linux/cotask_inspect.h>
#include <linux/cotask_scope.h>
#include <linux/cotask_wait.h>
#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcuwait.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>
#include <trace/events/cotask.h>

#include "../compat.h"
#include "debug.h"
#include "stats.h"

/*
 * Tells a driver's author in debug builds; the caller returns a clean error.  Tests of wrong
 * use say that they expect it.
 */
extern bool cotask_misuse_expected;
#define cotask_misuse(fmt, ...)						\
	WARN_ONCE(IS_ENABLED(CONFIG_COTASK_DEBUG) &&			\
		  !READ_ONCE(cotask_misuse_expected), fmt, ##__VA_ARGS__)

/* Internals that the modules in tests/ and bench/ call. */
#if IS_ENABLED(CONFIG_COTASK_KUNIT_TEST) || IS_ENABLED(CONFIG_COTASK_BENCH)
#define EXPORT_FOR_TESTS(symbol)	EXPORT_SYMBOL_GPL(symbol)
#else
#define EXPORT_FOR_TESTS(symbol)
#endif

/* --- state word of an awaitable --------------------------------------- */

#define COTASK_S_CLAIMED	BIT(0)	/* an outcome was chosen */
#define COTASK_S_DONE		BIT(1)	/* ... and can be read */
#define COTASK_S_CANCELLED	BIT(2)	/* the outcome is CANCELLED, not FAILED */
#define COTASK_S_READ		BIT(3)	/* the outcome was read (AW-11) */
#define COTASK_S_WATCHED	BIT(4)	/* a thread sleeps until DONE */
#define COTASK_S_INBOX		BIT(5)	/* base.post is in the inbox */
#define COTASK_S_POSTED		BIT(6)	/* task, group: cancel it */
#define COTASK_S_WAITED		BIT(7)	/* future: the owner has waiters for it */
#define COTASK_S_CLOSING	BIT(7)	/* opened group: over when empty */
#define COTASK_S_DOOM		BIT(8)	/* opened group: do not resume children */
#define COTASK_S_ARM		BIT(9)	/* opened group: has a deadline */
#define COTASK_S_MARKED		BIT(8)	/* others: named by a set, see set.c */
#define COTASK_S_COUNT_SHIFT	9	/* task: its cancel count */
#define COTASK_S_COUNT_ONE	BIT(COTASK_S_COUNT_SHIFT)
#define COTASK_S_COUNT_MAX	((1U << (32 - COTASK_S_COUNT_SHIFT)) - 1)

/* --- flags of a task, in its entry -------------------------------------- */

#define COTASK_T_ARMED		BIT(0)	/* -ECANCELED is due at the next step */
#define COTASK_T_HANDED		BIT(1)	/* what it waits on was asked to cancel */
#define COTASK_T_DOOMED		BIT(2)	/* to be ended without another step */
#define COTASK_T_WATCH		BIT(3)	/* a cancel leaves waits_on alone */
#define COTASK_T_EAGER		BIT(4)	/* inside its eager first step */
#define COTASK_T_NEW		BIT(5)	/* posted, not yet taken in */
#define COTASK_T_LEFTOVER	BIT(6)	/* was cancelled at the end of a run */
#define COTASK_T_GRANTED	BIT(7)	/* was given something by waits_on */
#define COTASK_T_APART		BIT(8)	/* its failure is not one of its group */
#define COTASK_T_SUSPECT	BIT(9)	/* watchdog: had an open cancel last time */
#define COTASK_T_REPORTED	BIT(10)	/* watchdog: was reported */
#define COTASK_T_DELIVERED	BIT(11)	/* the last await has delivered a request */
#define COTASK_T_LATE		BIT(12)	/* was armed when its outcome was there */
#define COTASK_T_SHIELDED	BIT(13)	/* inside a shielded section */
#define COTASK_T_LEVEL		BIT(14)	/* inside a cancel scope, not shielded there */
#define COTASK_T_BORN_LEVEL	BIT(15)	/* spawned inside of one */
#define COTASK_T_WINS		BIT(16)	/* completion wins over a cancel */
#define COTASK_T_KEEPS		BIT(17)	/* a swallowed request comes again */
#define COTASK_T_SURE_START	BIT(18)	/* its first step runs in any case */
#define COTASK_T_SINCE		BIT(19)	/* entry.deadline: since when it waits */
#define COTASK_T_FAILED		BIT(20)	/* hosted, and its file wants to know of the record */
#define COTASK_T_HOSTED		BIT(21)	/* all of its frames are cotask's own */
#define COTASK_T_ON_WAY		BIT(22)	/* a request stopped here, and goes on from the inbox */
#define COTASK_T_CHARGED	BIT(23)	/* it counts as an object of loop->payer */
#define COTASK_T_SIGNALS	(COTASK_T_ARMED | COTASK_T_HANDED | COTASK_T_DOOMED | \
				 COTASK_T_GRANTED | COTASK_T_DELIVERED)

/* Spawn flags of the core: COTASK_T_APART; the task counts with its object, see handle.c. */
#define COTASK_SPAWN_APART	BIT(31)
#define COTASK_SPAWN_PAID	BIT(30)

/* --- flags of a group; the low bits are COTASK_GROUP_* ------------------- */

#define COTASK_G_ENTERED	BIT(8)	/* by a task */
#define COTASK_G_OPENED		BIT(9)	/* by a thread */
#define COTASK_G_ACTIVE		(COTASK_G_ENTERED | COTASK_G_OPENED)
#define COTASK_G_ABORTING	BIT(10)	/* its children were cancelled */
#define COTASK_G_EXITING	BIT(11)	/* the body has ended */
#define COTASK_G_OVER		BIT(12)	/* ... and no child is left */
#define COTASK_G_OUTSIDE	BIT(13)	/* cancelled from outside during exit */
#define COTASK_G_LEVEL		BIT(17)	/* inside of a cancelled scope */
#define COTASK_G_EXPIRED	BIT(16)	/* its deadline has come */
#define COTASK_G_DOOMED		BIT(15)	/* its children do not run again */
#define COTASK_G_ABORT_TASK	BIT(14)	/* the abort reaches the body, too */
#define COTASK_G_ASKS_TASK	BIT(18)	/* ... and is doing so */

#define COTASK_GATE_CLOSED	INT_MIN	/* no more spawns; the rest counts */

/* --- frames ------------------------------------------------------------- */

enum cotask_frame_state {
	COTASK_FRAME_FRESH = 0x6672,	/* not 0: a frame that was not initialised */
	COTASK_FRAME_TAKEN = 0x746b,
	COTASK_FRAME_REFUSED = 0x7266,	/* never to be run */
};

/* Flags of a loop. */
#define COTASK_LOOP_SHARED	BIT(31)	/* that of a CPU */
#define COTASK_LOOP_LENT	BIT(30)	/* whoever holds @pump is the owner */

/* --- entries ------------------------------------------------------------ */

enum cotask_entry_kind {
	COTASK_ENTRY_TASK,	/* resume the task */
	COTASK_ENTRY_RECORD,	/* record the end of the task (TG-29) */
	COTASK_ENTRY_CALLBACK,	/* run the callback */
	COTASK_ENTRY_TIMEOUT,	/* a timeout scope came due */
	COTASK_ENTRY_SHIELD,	/* what is shielded is done */
	COTASK_ENTRY_MEMBER,	/* a member of a set is done */
	COTASK_ENTRY_ALARM,	/* the time of a set is up */
	COTASK_ENTRY_GROUP,	/* a group came due */
	COTASK_ENTRY_CANCEL_SCOPE, /* a cancel scope came due */
	COTASK_ENTRY_WATCH,	/* the watchdog is to look around */
	COTASK_ENTRY_KINDS
};

/**
 * struct cotask_entry_ops - what a loop does with the entries of one kind
 * @run: the turn of the entry has come
 * @woken: what it waits for has ended, and it is about to be queued; or NULL
 * @waiter: the one awaitable that waits by means of the entry; or NULL
 */
struct cotask_entry_ops {
	void			(*run)(struct cotask_loop *loop, struct cotask_entry *e);
	void			(*woken)(struct cotask_entry *e);
	struct cotask_awaitable	*(*waiter)(struct cotask_entry *e);
};

/* By kind, in main.c: some belong to what is built on the core. */
extern const struct cotask_entry_ops cotask_entry_table[COTASK_ENTRY_KINDS];

/* Flag of an entry that is not a task's: what it waits for has ended. */
#define COTASK_E_WOKEN		BIT(31)

static inline void cotask_entry_init(struct cotask_entry *e, u8 kind)
{
	INIT_LIST_HEAD(&e->link);
	e->kind = kind;
	e->level = COTASK_NO_DEADLINE;
	e->flags = 0;
}

/* --- what the kinds of awaitables do differently ------------------------ */

struct cotask_member;
struct cotask_set;

/**
 * struct cotask_awaitable_ops - one kind of awaitable
 * @name: for people
 * @cancel: ask @x to cancel, on behalf of @waiter, which waits on it, or of nobody;
 *	true: @x has accepted and will resume @waiter; false: it declines.  NULL: a
 *	task, handled by cancel.c without recursion
 * @posted: it was found in the inbox
 * @lost: what @x has granted to @task does not reach it, as it was cancelled
 * @let_go: @x is part of a frame that goes: complete it, follow nothing.  NULL:
 *	it follows nothing
 * @inner: what has to end before @x does, if that is one thing; NULL: it is not
 * @forgo: an await of @x was refused: if @x was made for just that, let go of it; or NULL
 * @set: the set that a task follows which waits on @x; NULL: none
 * @member: of a set: a member has ended
 * @alarm: of a set: its time is up
 * @internal: has no outcome of its own: cannot be awaited by hand
 * @bare: nothing but its waiters refers to it: its memory may go when it has none
 *
 * All are called by the owner.
 */
struct cotask_awaitable_ops {
	const char *name;
	bool (*cancel)(struct cotask_awaitable *x, struct cotask *waiter,
		       const struct cotask_reason *why);
	void (*posted)(struct cotask_post *post);
	void (*lost)(struct cotask_awaitable *x, struct cotask *task);
	void (*let_go)(struct cotask_awaitable *x, struct cotask *waiter);
	struct cotask_awaitable *(*inner)(struct cotask_awaitable *x);
	void (*forgo)(struct cotask_awaitable *x);
	struct cotask_set *(*set)(struct cotask_awaitable *x);
	void (*member)(struct cotask_set *s, struct cotask_member *m);
	void (*alarm)(struct cotask_set *s);
	bool internal;
	bool bare;
};

extern const struct cotask_awaitable_ops cotask_task_ops;
extern const struct cotask_awaitable_ops cotask_future_ops;
extern const struct cotask_awaitable_ops cotask_group_ops;
extern const struct cotask_awaitable_ops cotask_sleep_ops;
extern const struct cotask_awaitable_ops cotask_callback_ops;

static inline bool cotask_is_task(const struct cotask_awaitable *x)
{
	return x->post.ops == &cotask_task_ops;
}

static inline struct cotask *cotask_of(struct cotask_awaitable *x)
{
	return container_of(x, struct cotask, base);
}

#include "deadline.h"
#include "host.h"

/* --- loops: loop.c ------------------------------------------------------ */

enum cotask_clock {
	COTASK_CLOCK_MONOTONIC,
	COTASK_CLOCK_BOOTTIME,
	COTASK_CLOCKS
};

/**
 * struct cotask_loop - a scheduler
 * @ready: entries to be run in the next turn [L]
 * @batch: what is left of the current turn [L]
 * @current_task: whose step is running [L]
 * @inbox: posted by others; closed by what it begins with, see loop.c [A]
 * @taken: from the inbox, not acted on yet [L]
 * @owner: the thread that pumps it
 * @timer_due: the deadlines have to be looked at [A]
 * @timer_fired: @timer is not armed any more [A]
 * @fake_clock: @fake_now is the time; it is moved by hand [I]
 * @pumping: @owner is inside a turn or waits for the next one [L]
 * @fanning_out: @fanouts are being worked off [L]
 * @waves: nesting of calls that cancel, see fanout.c [L]
 * @again: how often the wave may still go where it has been [L]
 * @wave: number of the one under way [L]
 * @last_mark: the last number that was given to a wave, or to a way in one [L]
 * @budget: steps that are left until the owner breathes, see budget.c [L]
 * @foreign: nesting of calls into code that is not cotask's, outside of steps [L]
 * @breath: debugging: when the owner has breathed last [L]
 * @flags: COTASK_LOOP_* [I]
 * @eager_depth: nesting of eager steps [L]
 * @ref_stash: references to the loop that the owner holds in advance [L]
 * @id_stash: how many task numbers it has in advance [L]
 * @last_id: the last one that was given [L]
 * @tasks: how many there are whose end was not recorded [L]
 * @next: per clock: no deadline that was not looked at is earlier [L]
 * @armed_for: when @timer is going to fire, boot clock [L]
 * @fake_now: per clock [L]
 * @groups: entered groups [L]
 * @fanouts: cancels under way to many, innermost first, see fanout.c [L]
 * @stats: what it has counted [L]
 * @cursors: of those that go through its tasks, see cursor.c
 * @refs: references [A]
 * @closed: @inbox is; for others a hint
 * @ended: ... and has acted on all of them [L]
 * @stop: the loop's own thread is to end [A]
 * @grace_ns: how long its tasks may take to end then
 * @idle: where the owner sleeps
 * @timer: the one timer, on the boot clock
 * @opened_lock: guards @opened and @shut; a leaf, taken in process context
 * @opened: opened groups, the root group among them
 * @shut: no more groups can be opened
 * @thread: its own kthread, or NULL [I]
 * @on_error: told of errors that nobody reads
 * @watch: the watchdog, see watch.c [L]
 * @context: of the mains of cotask_run() [L]
 * @node: in the table of pumps, see pump.c
 * @host: the process that it belongs to, while that has it; or NULL [RCU]
 * @payer: the same, for as long as anything is charged to it [RCU]
 * @pump: with COTASK_LOOP_LENT: held by the owner
 * @readers_lock: guards @readers and @cursors; opened_lock is taken inside of it
 * @readers: that wait for a chunk, see dump.c
 * @look: has the owner look at them
 * @look_posted: it is on its way [A]
 * @id: its number [I]
 * @uid: of the process that has it, if there is one [I]
 * @pid: that process, or NULL [I]
 * @rcu: frees it
 * @root: owns the tasks that belong to nobody else
 * @name: for people [I]
 * @deadlines: one queue per clock [L]
 */
struct cotask_loop {
	struct list_head	ready;
	struct list_head	batch;
	struct cotask		*current_task;
	struct llist_head	inbox;
	struct llist_node	*taken;
	struct task_struct	*owner;
	bool			timer_due;
	bool			timer_fired;
	bool			fake_clock;
	bool			pumping;
	bool			fanning_out;
	u32			waves;
	u32			again;
	u64			wave;
	u64			last_mark;
	int			budget;
	unsigned int		foreign;
#ifdef CONFIG_COTASK_DEBUG
	u64			breath;
#endif
	u32			flags;
	u32			eager_depth;
	int			ref_stash;
	unsigned int		id_stash;
	u64			last_id;
	unsigned int		tasks;
	u64			next[COTASK_CLOCKS];
	u64			armed_for;
	u64			fake_now[COTASK_CLOCKS];
	struct list_head	groups;
	struct list_head	fanouts;
	struct cotask_stats	stats;
	struct list_head	cursors;	/* guarded by readers_lock */

	refcount_t		refs ____cacheline_aligned_in_smp;
	bool			closed;
	bool			ended;
	bool			stop;
	s64			grace_ns;
	struct rcuwait		idle;
	struct hrtimer		timer;
	spinlock_t		opened_lock;	/* guards opened and shut */
	struct list_head	opened;
	bool			shut;
	struct task_struct	*thread;
	cotask_error_fn		on_error;
	struct cotask_watch	watch;
	struct cotask_context	*context;
	struct hlist_node	node;
	struct cotask_loop_host	*host;
	struct cotask_loop_host	*payer;
	struct mutex		pump;		/* who owns the loop */
	spinlock_t		readers_lock;	/* guards readers and cursors */
	struct list_head	readers;
	struct cotask_callback	look;
	atomic_t		look_posted;
	u32			id;
	kuid_t			uid;
	struct pid		*pid;
	struct rcu_head		rcu;
	struct cotask_group	root;
	char			name[32];
	struct cotask_dq	deadlines[COTASK_CLOCKS];
};

/*
 * Whether the caller may touch [L] state: it is the owner, and did not merely
 * interrupt the owner.
 */
static inline bool cotask_loop_mine(const struct cotask_loop *loop)
{
	return READ_ONCE(loop->owner) == current && in_task();
}

/* Append an entry that is nowhere to the ready queue.  Owner. */
static inline void cotask_loop_queue(struct cotask_loop *loop,
				     struct cotask_entry *e)
{
	list_add_tail(&e->link, &loop->ready);
}

struct cotask_loop *cotask_loop_alloc(const char *name, u32 flags);
struct cotask_loop *cotask_loop_alloc_lent(const char *name);
void cotask_loop_wake(struct cotask_loop *loop);
int cotask_loop_post(struct cotask_loop *loop, struct cotask_post *post);
void cotask_loop_take_in(struct cotask_loop *loop);
void cotask_loop_await_woken(struct cotask_loop *loop, struct cotask_entry *e);
bool cotask_loop_can_turn(const struct cotask_loop *loop);
bool cotask_loop_has_work(const struct cotask_loop *loop);
bool cotask_loop_turn(struct cotask_loop *loop);
void cotask_loop_sleep(struct cotask_loop *loop, unsigned int state);
void cotask_loop_end_tasks(struct cotask_loop *loop, s64 grace_ns);
void cotask_loop_shutdown(struct cotask_loop *loop, s64 grace_ns);
struct cotask_group *cotask_loop_next_group(struct cotask_loop *loop,
					    struct cotask_group *g);

/* All tasks of a loop that the caller owns, until their end is recorded.  No way out by break. */
#define cotask_loop_for_each_task(loop, g, t)					\
	for ((g) = NULL; ((g) = cotask_loop_next_group(loop, g)); )		\
		list_for_each_entry(t, &(g)->children, sibling)

void cotask_loop_report(struct cotask_loop *loop, struct cotask *task, int error);
void cotask_loop_ref_task(struct cotask_loop *loop);

/* What belongs to a process's loop is charged to the caller. */
static inline gfp_t cotask_loop_gfp(const struct cotask_loop *loop)
{
	return READ_ONCE(loop->payer) ? GFP_KERNEL_ACCOUNT : GFP_KERNEL;
}

void cotask_loop_unref_task(struct cotask_loop *loop);

/* timer.c */
s64 cotask_loop_deadline(struct cotask_loop *loop, s64 ns);
u64 cotask_loop_time(const struct cotask_loop *loop, enum cotask_clock clock);
void cotask_timer_init(struct cotask_loop *loop);
void cotask_timer_exit(struct cotask_loop *loop);
void cotask_timer_run(struct cotask_loop *loop);
void cotask_timer_add(struct cotask_loop *loop, struct cotask_entry *e);
void cotask_timer_add_ahead(struct cotask_loop *loop, struct cotask_entry *e);
void cotask_timer_del(struct cotask_loop *loop, struct cotask_entry *e);
int cotask_clock_of(clockid_t clock);

/* timens.c */
s64 cotask_time_to_host(s64 time, enum cotask_clock clock);
s64 cotask_time_from_host(s64 time, enum cotask_clock clock);

/* Take an entry out of wherever it is.  Owner. */
static inline void cotask_entry_unlink(struct cotask_loop *loop,
				       struct cotask_entry *e)
{
	if (e->level != COTASK_NO_DEADLINE)
		cotask_timer_del(loop, e);
	else
		list_del_init(&e->link);
}

/* run.c */
void cotask_cancel_leftovers(struct cotask_loop *loop, const struct cotask *except);

/* thread.c */
void cotask_cpu_loops_exit(void);

/* pump.c: which thread pumps which loop */
void cotask_pump_enter(struct cotask_loop *loop);
void cotask_pump_leave(struct cotask_loop *loop);
struct cotask_loop *cotask_pump_current(void);
bool cotask_loop_borrow(struct cotask_loop *loop);
void cotask_loop_return(struct cotask_loop *loop);

/* sleep.c, timeout.c: for tasks that have asked before this is called, see timer.c */
struct cotask_await cotask_sleep_ahead(struct cotask *task, s64 deadline,
				       enum cotask_clock clock);
int cotask_timeout_enter_ahead(struct cotask *task, struct cotask_timeout *t);

/* loops.c: the table of all loops */
int cotask_loops_add(struct cotask_loop *loop);
void cotask_loops_del(struct cotask_loop *loop);
struct cotask_loop *cotask_loops_next(u32 after);

/* --- awaitable.c ---------------------------------------------------------- */

void cotask_awaitable_init(struct cotask_awaitable *x, struct cotask_loop *loop,
			   const struct cotask_awaitable_ops *ops);
bool cotask_awaitable_wait(struct cotask_awaitable *x, struct cotask_entry *e);
void cotask_awaitable_wake(struct cotask_awaitable *x);
bool cotask_awaitable_leave(struct cotask_awaitable *x, struct cotask_entry *e);
bool cotask_awaitable_detach(struct cotask_awaitable *x, struct cotask_entry *e);
int cotask_awaitable_block(struct cotask_awaitable *x, s64 timeout_ns,
			   unsigned int state);
void cotask_awaitable_unread(struct cotask_awaitable *x, struct cotask *task);
bool cotask_awaitable_unlooked(const struct cotask_awaitable *x);
bool cotask_awaitable_cancel_for(struct cotask_awaitable *x,
				 const struct cotask_reason *why);
void cotask_awaitable_mark_read(struct cotask_awaitable *x);
void cotask_callback_run(struct cotask_loop *loop, struct cotask_entry *e);

/* defer.c */

/**
 * struct cotask_deferred - memory that may have to be freed later
 * @node: in the list of it
 * @free: frees it
 */
struct cotask_deferred {
	struct llist_node node;
	void (*free)(struct cotask_deferred *d);
};

void cotask_free_where_possible(struct cotask_deferred *d,
				void (*free)(struct cotask_deferred *d));
void cotask_defer_exit(void);

/* Hard interrupts and raw spinlocks of PREEMPT_RT cannot call the allocator. */
static inline bool cotask_has_allocator(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) || preemptible();
}

/* block.c */
void cotask_block_init(void);
void cotask_block_wake(const struct cotask_awaitable *x);
int cotask_block_on(const struct cotask_awaitable *x, long timeout, unsigned int state);

/* future.c */
bool cotask_future_settle(struct cotask_awaitable *x, long result, int how);
bool cotask_future_settle_atomic(struct cotask_awaitable *x, long result, int how);
bool cotask_future_post_outcome(struct cotask_future *f, long result);

/* --- task.c, step.c ------------------------------------------------------- */

/* name.c */
struct cotask_name;
int cotask_name_init(void);
void cotask_name_exit(void);
struct cotask_name *cotask_name_new(const char *text, gfp_t gfp);
void cotask_name_free(struct cotask_name *name);

int cotask_task_init(void);
void cotask_task_exit(void);
void cotask_task_admit(struct cotask *t);
void cotask_task_record(struct cotask_loop *loop, struct cotask_entry *e);
void cotask_task_run(struct cotask_loop *loop, struct cotask_entry *e);
void cotask_task_step(struct cotask_loop *loop, struct cotask *t);
void cotask_task_finish(struct cotask *t, long rc);
void cotask_task_resume(struct cotask *t);
bool cotask_task_revise(struct cotask *t, bool started, long *rc);
struct cotask *cotask_task_prepare(struct cotask_group *g, struct cotask_loop *loop,
				   struct cotask_frame *frame,
				   const struct cotask_spawn_args *args);
void cotask_task_discard(struct cotask *t, struct cotask_frame *frame);
void cotask_task_joined(struct cotask *t);
void cotask_task_start(struct cotask *t, u32 flags);
void cotask_task_born_level(struct cotask *t);
void cotask_frame_refuse(struct cotask_frame *frame);
struct cotask *cotask_spawn_paid(struct cotask_group *group, struct cotask_frame *frame,
				 const struct cotask_spawn_args *args);
struct cotask_group *cotask_group_for_spawn(struct cotask_group *g);
struct cotask_await cotask_refuse(struct cotask *task, long rc);
struct cotask_await cotask_park(struct cotask *task, struct cotask_awaitable *x);
struct cotask_await cotask_park_known(struct cotask *task, struct cotask_awaitable *x);
int cotask_await_refusal(const struct cotask *task, struct cotask_awaitable *x);
const char *cotask_task_state(const struct cotask *t);

/* start.c */
struct cotask_await cotask_start_child(struct cotask *task, struct cotask_start *s,
				       struct cotask *child);
struct cotask_start *cotask_start_of(struct cotask *child);

/* ask.c */
int cotask_loop_ask(struct cotask_loop *loop, int (*fn)(struct cotask_loop *loop, void *arg),
		    void *arg);

/* The watchdog of a loop, see watch.c, looks around no more.  Owner. */
static inline void cotask_watch_end(struct cotask_loop *loop)
{
	loop->watch.cancel_ns = 0;
	cotask_entry_unlink(loop, &loop->watch.entry);
}

/* Queue a task that waits no more; @rc is what its await gives.  Owner. */
static inline void cotask_task_queue(struct cotask *t, long rc)
{
	t->base.result = rc;
	t->waits_on = NULL;
	t->entry.flags &= ~COTASK_T_WATCH;
	trace_cotask_wake(t, rc);
	cotask_loop_queue(t->base.loop, &t->entry);
}

extern struct cotask_awaitable cotask_sleeping;

/* What it waits for; to be in the deadline queue is to sleep, see sleep.c. */
static inline struct cotask_awaitable *cotask_task_waits_on(const struct cotask *t)
{
	if (t->entry.level != COTASK_NO_DEADLINE)
		return &cotask_sleeping;
	return t->entry.flags & COTASK_T_GRANTED ? NULL : t->waits_on;
}

/* Whether none of its code has run.  An await sets frame->at. */
static inline bool cotask_task_unstarted(const struct cotask *t)
{
	return t->frame && !t->frame->outer && !t->frame->at;
}

/* cycle.c */
bool cotask_cycle_closes(const struct cotask *task, struct cotask_awaitable *x);

/* --- cancel.c ------------------------------------------------------------- */

bool cotask_cancel_for(struct cotask *t, const struct cotask_reason *why);
void cotask_cancel_route(struct cotask *t);
void cotask_cancel_taken_in(struct cotask *t);
void cotask_cancel_inside(struct cotask *t, const struct cotask_reason *why);
void cotask_cancel_disarm(struct cotask *t);
u32 cotask_cancel_take_back(struct cotask *t, u32 floor);
void cotask_cancel_settle(struct cotask *t);
void cotask_cancel_deliver_here(struct cotask *t);

/* scope.c, section.c */
u32 cotask_scope_count(const struct cotask *t);
void cotask_section_abandon(struct cotask_scope *s);
void cotask_cancel_scope_abandon(struct cotask_scope *s);
void cotask_cancel_scope_run(struct cotask_loop *loop, struct cotask_entry *e);
const struct cotask_reason *cotask_cancel_scope_covers(const struct cotask_group *g);
void cotask_scope_enter(struct cotask_scope *s, struct cotask *t);
bool cotask_scope_is_open(const struct cotask *t, const struct cotask_scope *s);
bool cotask_scope_innermost(const struct cotask_scope *s);
void cotask_scope_leave(struct cotask_scope *s);
void cotask_scope_cancel(struct cotask_scope *s, const struct cotask_reason *why);
void cotask_scope_take_back(struct cotask_scope *s);
bool cotask_scope_missed(const struct cotask_scope *s);

/* abandon.c */
bool cotask_abandon(struct cotask *t, struct cotask_frame *frame, long rc);
void cotask_abandon_all(struct cotask *t);

/* Requests that nobody has taken back. */
static inline u32 cotask_cancel_count(const struct cotask *t)
{
	return (u32)atomic_read(&t->base.state) >> COTASK_S_COUNT_SHIFT;
}

static inline void cotask_cancel_arm(struct cotask *t)
{
	t->entry.flags |= COTASK_T_ARMED;
}

/* Arm it for a request that is going to be delivered once more: unsettle it. */
static inline void cotask_cancel_rearm(struct cotask *t)
{
	if (t->entry.flags & COTASK_T_ARMED)
		return;
	t->deliveries--;
	t->settled = min(t->settled, cotask_scope_count(t) - 1);
	cotask_cancel_arm(t);
}

#include "budget.h"
#include "cursor.h"

/* --- group.c, abort.c ------------------------------------------------------- */

/* Whether the caller owns the loop of a group, which then stays. */
static inline bool cotask_group_mine(const struct cotask_group *g)
{
	const struct cotask_loop *loop;
	bool mine;

	/* Somebody else may be stopping the group, and drop the loop. */
	rcu_read_lock();
	loop = READ_ONCE(g->base.loop);
	mine = loop && cotask_loop_mine(loop);
	rcu_read_unlock();
	return mine;
}

/* A scope, if it is a group, is inside of a cancelled scope: so are its children (CX-B1). */
static inline void cotask_group_mark_level(struct cotask_scope *s)
{
	if (s->kind == COTASK_SCOPE_GROUP)
		container_of(s, struct cotask_group, scope)->flags |= COTASK_G_LEVEL;
}

/* Whether the group takes no children because it aborts, and is not over. */
static inline bool cotask_group_aborts(const struct cotask_group *g)
{
	return (g->flags & (COTASK_G_ABORTING | COTASK_G_OVER)) == COTASK_G_ABORTING;
}

void cotask_group_due_run(struct cotask_loop *loop, struct cotask_entry *e);
int cotask_group_admits(struct cotask_group *g, bool mine, unsigned int n);
void cotask_group_adopt(struct cotask_group *g, struct cotask *t);
void cotask_group_child_ended(struct cotask_group *g, struct cotask *t);
void cotask_group_check_over(struct cotask_group *g);
void cotask_group_desert(struct cotask_group *g, long rc);
void cotask_group_abandon(struct cotask_scope *s);
void cotask_group_close(struct cotask_group *g);
int cotask_group_error_at(struct cotask_group *g, u64 n, struct cotask_group_error *e);

extern const struct cotask_fanout_ops cotask_group_fanout_ops;
void cotask_group_abort(struct cotask_group *g, const struct cotask_reason *why,
			bool body);
void cotask_group_cancel_again(struct cotask_group *g, const struct cotask_reason *why);
void cotask_group_doom(struct cotask_group *g);

/* --- timeout.c, shield.c, context.c ---------------------------------------- */

void cotask_timeout_run(struct cotask_loop *loop, struct cotask_entry *e);
void cotask_timeout_abandon(struct cotask_scope *s);
bool cotask_timeouts_expiring(const struct cotask *task);
/* set.c */

unsigned long cotask_context_copy(struct cotask *spawner);
long cotask_context_find(unsigned long context, const struct cotask_var *var,
			 long otherwise);
void cotask_context_drop(unsigned long context);
unsigned long cotask_context_explicit(struct cotask_context *ctx);

#endif /* COTASK_CORE_H */
