/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - loops: turns, time, their pumping threads, and requests to their owner
 *
 * A part of core.h.
 */
#ifndef COTASK_LOOP_H
#define COTASK_LOOP_H

enum cotask_clock {
	COTASK_CLOCK_MONOTONIC,
	COTASK_CLOCK_BOOTTIME,
	COTASK_CLOCKS
};

/**
 * struct cotask_loop - a scheduler
 * @ready: entries to be run in the next turn [L]
 * @batch: what is left of the current turn [L]
 * @held: entries whose turn has come while their group is paused [L]
 * @paused: groups that are paused [L]
 * @current_task: whose step is running [L]
 * @inbox: posts from any context; its first node marks it closed, see inbox.c [A]
 * @taken: from the inbox, not acted on yet [L]
 * @taken_end: the link that the next ones are appended to [L]
 * @unsearched: the link in @taken before which there is no future [L]
 * @owner: the thread that pumps it, or NULL: it is lent to none, or has ended
 * @timer_due: the deadlines have to be looked at [A]
 * @timer_fired: @timer is not armed any more [A]
 * @fake_clock: @fake_now is the time; it is moved by hand [I]
 * @pumping: @owner is inside a turn or waits for the next one [L]
 * @borrowed: @owner is so for a short time, see cotask_loop_borrow() [L]
 * @fanning_out: @fanouts are being worked off [L]
 * @uncut: a way has come back to where it cannot be cut [L]
 * @waves: nesting of calls that cancel, see fanout.c [L]
 * @again: how often the wave may still go where it has been [L]
 * @wave: number of the one under way [L]
 * @last_mark: the last number assigned to a wave, or to a way in one [L]
 * @budget: steps left until the owner breathes, see budget.c [L]
 * @breathed: ... which has happened in this turn, and the host was not asked [L]
 * @posts_wait: the last turn was left before it had acted on all posts [L]
 * @owed: ... and those that were used before a call that has a budget of its own [L]
 * @foreign: nesting of calls into code that is not cotask's, outside of steps [L]
 * @breath: debugging: when the owner has breathed last [L]
 * @flags: COTASK_LOOP_* [I]
 * @eager_depth: nesting of eager steps [L]
 * @ref_stash: references to the loop that the owner holds in advance [L]
 * @id_stash: number of task numbers reserved in advance [L]
 * @last_id: the last number assigned to a task [L]
 * @tasks: number of tasks whose end was not recorded [L]
 * @next: per clock: only a new deadline before this requires a check of @timer [L]
 * @armed_for: when @timer is going to fire, boot clock [L]
 * @fake_now: per clock [L]
 * @groups: entered groups [L]
 * @fanouts: cancels in progress, innermost first, see fanout.c [L]
 * @cuttable: those of them that can end a cycle, likewise [L]
 * @stats: its counters [L]
 * @cursors: of walks over its tasks, see cursor.c
 * @n_cursors: how many there are
 * @refs: references [A]
 * @closed: @inbox is; a hint unless read by the owner
 * @ended: ... and has acted on all of them [L]
 * @stop: the loop's own thread is to end [A]
 * @grace_ns: how long its tasks may take to end then
 * @idle: where the owner sleeps
 * @timer: the one timer, on the boot clock
 * @opened_lock: guards @opened and @shut; a leaf, taken in process context
 * @opened: opened groups, the root group among them
 * @shut: no more groups can be opened
 * @thread: its own kthread, or NULL [I]
 * @on_error: handler for errors that were never retrieved
 * @watch: the watchdog, see watch.c [L]
 * @context: of the mains of cotask_run() [L]
 * @node: in the table of pumps, see pump.c
 * @host: the process that it belongs to, while that has it; or NULL [RCU]
 * @payer: the same, for as long as anything is charged to it [RCU]
 * @pump: with COTASK_LOOP_LENT: held by the owner
 * @readers_lock: guards @readers and @cursors; opened_lock is taken inside of it
 * @readers: that wait for a chunk, see dump.c
 * @look: makes the owner serve them
 * @look_posted: it is posted [A]
 * @id: its number [I]
 * @nth: that no loop ever had before [I]
 * @uid: of the process that has it, if there is one [I]
 * @pid: that process, or NULL [I]
 * @rcu: frees it
 * @root: owns the tasks without another owner
 * @name: shown in views and logs [I]
 * @deadlines: one queue per clock; NULL: it has shrunk [L]
 */
struct cotask_loop {
	struct list_head	ready;
	struct list_head	batch;
	struct list_head	held;
	unsigned int		paused;
	struct cotask		*current_task;
	struct llist_head	inbox;
	struct llist_node	*taken;
	struct llist_node	**taken_end;
	struct llist_node	**unsearched;
	struct task_struct	*owner;
	bool			timer_due;
	bool			timer_fired;
	bool			fake_clock;
	bool			pumping;
	bool			borrowed;
	bool			fanning_out;
	bool			uncut;
	u32			waves;
	u32			again;
	u64			wave;
	u64			last_mark;
	int			budget;
	bool			breathed;
	bool			posts_wait;
	int			owed;
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
	struct list_head	cuttable;
	struct cotask_stats	stats;
	struct list_head	cursors;	/* guarded by readers_lock */
	unsigned int		n_cursors;	/* likewise */

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
	struct mutex		pump;		/* ownership of the loop */
	spinlock_t		readers_lock;	/* guards readers and cursors */
	struct list_head	readers;
	struct cotask_callback	look;
	atomic_t		look_posted;
	u32			id;
	u64			nth;
	kuid_t			uid;
	struct pid		*pid;
	struct rcu_head		rcu;
	struct cotask_group	root;
	char			name[32];
	struct cotask_dq	*deadlines;
};

/*
 * Whether the caller may touch [L] state: it is the owner, and did not merely
 * interrupt the owner.
 */
static inline bool cotask_loop_mine(const struct cotask_loop *loop)
{
	return READ_ONCE(loop->owner) == current && in_task();
}

/*
 * Code that is not cotask's runs, or has called what follows: the owner cannot breathe.  Other
 * threads do not touch the count.  Return: for cotask_foreign_end().
 */
static inline bool cotask_foreign_begin(struct cotask_loop *loop)
{
	const bool mine = cotask_loop_mine(loop);

	if (mine)
		loop->foreign++;
	return mine;
}

static inline void cotask_foreign_end(struct cotask_loop *loop, bool mine)
{
	if (mine)
		loop->foreign--;
}

/* Append an entry that is nowhere to the ready queue.  Owner. */
static inline void cotask_loop_queue(struct cotask_loop *loop,
				     struct cotask_entry *e)
{
	cotask_link_add(&e->link, loop->ready.prev);
}

struct cotask_loop *cotask_loop_alloc(const char *name, u32 flags);
struct cotask_loop *cotask_loop_alloc_lent(const char *name);
void cotask_loop_wake(struct cotask_loop *loop);
bool cotask_loop_can_turn(const struct cotask_loop *loop);
bool cotask_loop_has_work(const struct cotask_loop *loop);
bool cotask_loop_turn(struct cotask_loop *loop);
void cotask_loop_sleep(struct cotask_loop *loop, unsigned int state);
void cotask_loop_end_tasks(struct cotask_loop *loop, s64 grace_ns);
void cotask_loop_shrink(struct cotask_loop *loop);
void cotask_loop_shutdown(struct cotask_loop *loop, s64 grace_ns);
struct cotask_group *cotask_loop_next_group(struct cotask_loop *loop,
					    struct cotask_group *g);

struct cotask *cotask_loop_next_task(struct cotask_loop *loop, struct cotask_group **g,
				     struct cotask *t);

/* All tasks of a loop that the caller owns, until their end is recorded; @g: where it is. */
#define cotask_loop_for_each_task(loop, g, t)					\
	for ((g) = NULL, (t) = NULL; ((t) = cotask_loop_next_task(loop, &(g), t)); )

void cotask_loop_report(struct cotask_loop *loop, struct cotask *task, int error);
void cotask_loop_ref_task(struct cotask_loop *loop);

/* Memory of a process's loop is charged to the caller. */
static inline gfp_t cotask_loop_gfp(const struct cotask_loop *loop)
{
	return READ_ONCE(loop->payer) ? GFP_KERNEL_ACCOUNT : GFP_KERNEL;
}

void cotask_loop_unref_task(struct cotask_loop *loop);

/* inbox.c */
void cotask_inbox_init(struct cotask_loop *loop);
int cotask_loop_post(struct cotask_loop *loop, struct cotask_post *post);
bool cotask_inbox_any(const struct cotask_loop *loop);
void cotask_inbox_take_in(struct cotask_loop *loop);
bool cotask_inbox_begin_turn(struct cotask_loop *loop);
void cotask_inbox_await_woken(struct cotask_loop *loop, struct cotask_entry *e);
void cotask_inbox_close(struct cotask_loop *loop);
bool cotask_inbox_close_empty(struct cotask_loop *loop);

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
u64 cotask_loops_last_nth(void);

/* ask.c */
int cotask_loop_ask(struct cotask_loop *loop, int (*fn)(struct cotask_loop *loop, void *arg),
		    void *arg);
void cotask_loop_flush(struct cotask_loop *loop);

/* Stop the watchdog of a loop, see watch.c.  Owner. */
static inline void cotask_watch_end(struct cotask_loop *loop)
{
	loop->watch.cancel_ns = 0;
	cotask_entry_unlink(loop, &loop->watch.entry);
}

#endif /* COTASK_LOOP_H */
