// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the loop: turns, and its life
 *
 * A turn takes in the posts of other contexts, moves due deadlines to the ready
 * queue, and runs the entries that were ready when it began (SC-2, SC-3, SC-4).
 * Its callers are in thread.c, for kthreads, and in run.c, for loops that the
 * calling thread pumps.
 */
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/prefetch.h>
#include <linux/slab.h>

#include "core.h"

/* What an entry costs, in steps of the budget. */
#define ENTRY_COST	8

/* Any context. */
void cotask_loop_wake(struct cotask_loop *loop)
{
	struct cotask_loop_host *host;

	rcuwait_wake_up(&loop->idle);
	/* It may be about to go, and stays for a grace period. */
	host = READ_ONCE(loop->host);
	if (host)
		host->ops->wake(host);
}

/* --- turns ---------------------------------------------------------------- */

/* Whether the host lets the entry run now: what a process has to do first may matter to it. */
static inline bool may_follow(const struct cotask_loop *loop, struct cotask_entry *e)
{
	return likely(!loop->host) || loop->host->ops->may_follow(loop->host, e);
}

/*
 * With many tasks none is in the cache when its turn comes.  The entry after the next
 * one and the frame of the next one are fetched while a step runs.
 */
static inline void prefetch_next(struct cotask_loop *loop, struct cotask_entry *e)
{
	struct cotask_entry *next = list_next_entry(e, link);
	struct cotask *t = container_of(next, struct cotask, entry);

	if (&next->link == &loop->batch)
		return;
	prefetchw(next->link.next);
	if (next->kind == COTASK_ENTRY_TASK)
		prefetchw(t->frame);
	/* A cancel or the end of a task touches the rest of it. */
	if (next->kind == COTASK_ENTRY_RECORD || (next->flags & COTASK_T_SIGNALS)) {
		prefetchw(&t->sibling);
		prefetchw(&t->settled);
	}
}

/*
 * Posts that never end must not keep what is ready from running: after a turn that was left for
 * them, this one is for the entries.
 */
static bool entries_first(struct cotask_loop *loop)
{
	if (likely(!loop->posts_wait))
		return false;
	loop->posts_wait = false;
	return !list_empty(&loop->ready) || READ_ONCE(loop->timer_due);
}

/* Take in the posts; false: the turn has to be left. */
static bool turn_take_in(struct cotask_loop *loop)
{
	/* Before a post can start a task. */
	if (unlikely(READ_ONCE(cotask_account)))
		loop->flags |= COTASK_LOOP_ACCOUNT;
	if (!cotask_inbox_any(loop) || entries_first(loop))
		return true;
	loop->posts_wait = !cotask_inbox_begin_turn(loop);
	return !loop->posts_wait;
}

/* Whether the loop has anything to run (SC-3, SC-4). */
static bool turn_begin(struct cotask_loop *loop)
{
	if (READ_ONCE(loop->timer_due) || loop->fake_clock)
		cotask_timer_run(loop);
	if (list_empty(&loop->ready))
		return false;
	list_splice_init(&loop->ready, &loop->batch);
	return true;
}

/**
 * cotask_loop_turn - run one turn
 * @loop: the loop; the caller owns it
 *
 * Context: Process context.
 * Return: Whether anything was run.
 */
bool cotask_loop_turn(struct cotask_loop *loop)
{
	unsigned int n = 0;

	/* A cancel that is under way, and then what is left of a turn, come first. */
	if (unlikely(!list_empty(&loop->fanouts)) && !cotask_fanouts_run(loop))
		return false;
	if (likely(list_empty(&loop->batch))) {
		if (!turn_take_in(loop))
			return true;
		if (!turn_begin(loop))
			return false;
	}
	while (!list_empty(&loop->batch)) {
		struct cotask_entry *e = list_first_entry(&loop->batch,
							  struct cotask_entry, link);

		if (!may_follow(loop, e))
			break;
		prefetch_next(loop, e);
		cotask_link_del(&e->link);
		if (likely(e->kind == COTASK_ENTRY_TASK))
			cotask_task_run(loop, e);
		else
			cotask_entry_table[e->kind].run(loop, e);
		n++;
		if (unlikely(!list_empty(&loop->fanouts)) && !cotask_fanouts_run(loop))
			break;
		if (cotask_turn_spend(loop, ENTRY_COST))
			break;
	}
	loop->stats.entries += n;
	cotask_hist_add(&loop->stats.queue, n);
	trace_cotask_turn(loop, n);
	return true;
}

/* Whether a turn has something to do. */
bool cotask_loop_can_turn(const struct cotask_loop *loop)
{
	return !list_empty(&loop->ready) || !list_empty(&loop->batch) || cotask_inbox_any(loop) ||
	       READ_ONCE(loop->timer_due) || !list_empty(&loop->fanouts);
}

bool cotask_loop_has_work(const struct cotask_loop *loop)
{
	return cotask_loop_can_turn(loop) || READ_ONCE(loop->stop);
}

/**
 * cotask_loop_sleep - sleep until there is something to do
 * @loop: the loop; the caller owns it
 * @state: TASK_IDLE or TASK_INTERRUPTIBLE
 */
void cotask_loop_sleep(struct cotask_loop *loop, unsigned int state)
{
	prepare_to_rcuwait(&loop->idle);
	/* Orders the state before the tests; pairs with rcuwait_wake_up(). */
	set_current_state(state);
	if (!cotask_loop_has_work(loop) && !signal_pending_state(state, current))
		cotask_loop_schedule(loop, MAX_SCHEDULE_TIMEOUT);
	finish_rcuwait(&loop->idle);
}

/* --- life ----------------------------------------------------------------- */

/*
 * A loop lives as long as there is a handle to it or to one of its tasks.  Tasks
 * come and go on the loop itself, so their references are drawn from a stash that
 * the owner fills in bulk, without an atomic operation for each.
 */
#define REF_STASH	1024

void cotask_loop_ref_task(struct cotask_loop *loop)
{
	if (!cotask_loop_mine(loop) || loop->closed) {
		refcount_inc(&loop->refs);
		return;
	}
	if (!loop->ref_stash) {
		refcount_add(REF_STASH, &loop->refs);
		loop->ref_stash = REF_STASH;
	}
	loop->ref_stash--;
}

void cotask_loop_unref_task(struct cotask_loop *loop)
{
	if (cotask_loop_mine(loop) && !loop->closed && loop->ref_stash < 2 * REF_STASH)
		loop->ref_stash++;
	else
		cotask_loop_put(loop);
}

static void stash_return(struct cotask_loop *loop)
{
	int n = loop->ref_stash;

	loop->ref_stash = 0;
	if (n)
		WARN_ON_ONCE(refcount_sub_and_test(n, &loop->refs));
}

static void loop_init(struct cotask_loop *loop, const char *name, u32 flags)
{
	INIT_LIST_HEAD(&loop->ready);
	INIT_LIST_HEAD(&loop->batch);
	INIT_LIST_HEAD(&loop->held);
	INIT_LIST_HEAD(&loop->groups);
	INIT_LIST_HEAD(&loop->fanouts);
	INIT_LIST_HEAD(&loop->cuttable);
	INIT_LIST_HEAD(&loop->cursors);
	INIT_LIST_HEAD(&loop->opened);
	cotask_inbox_init(loop);
	INIT_LIST_HEAD(&loop->readers);
	spin_lock_init(&loop->readers_lock);
	spin_lock_init(&loop->opened_lock);
	mutex_init(&loop->pump);
	rcuwait_init(&loop->idle);
	refcount_set(&loop->refs, 1);
	loop->flags = flags;
	loop->grace_ns = COTASK_FOREVER;
	loop->budget = COTASK_BUDGET;
	strscpy(loop->name, name ?: "cotask", sizeof(loop->name));
	cotask_timer_init(loop);
	cotask_entry_init(&loop->watch.entry, COTASK_ENTRY_WATCH);
	cotask_debug_live(loop);
	cotask_group_init(&loop->root);
	cotask_group_open(&loop->root, loop, COTASK_GROUP_INDEPENDENT);
}

static void loop_free(struct cotask_loop *loop)
{
	/* One that was never pumped was not shut down. */
	if (!cotask_awaitable_done(&loop->root.base))
		cotask_debug_dead(&loop->root.base);
	cotask_debug_dead(loop);
	put_pid(loop->pid);
	kvfree(loop->deadlines);
	kvfree(loop);
}

static struct cotask_loop *loop_new(const char *name, u32 flags)
{
	struct cotask_loop *loop = kvzalloc(sizeof(*loop), GFP_KERNEL_ACCOUNT);

	if (!loop)
		return ERR_PTR(-ENOMEM);
	loop->deadlines = kvcalloc(COTASK_CLOCKS, sizeof(*loop->deadlines), GFP_KERNEL_ACCOUNT);
	if (!loop->deadlines) {
		kvfree(loop);
		return ERR_PTR(-ENOMEM);
	}
	loop_init(loop, name, flags);
	if (flags & COTASK_LOOP_LENT) {
		loop->uid = current_euid();
		loop->pid = get_pid(task_tgid(current));
	}
	return loop;
}

/**
 * cotask_loop_alloc - make a loop that is not being pumped yet
 * @name: shown in views and logs, or NULL
 * @flags: COTASK_LOOP_*
 *
 * Return: The loop with one reference; ERR_PTR(-EINVAL) for unknown flags,
 *	ERR_PTR(-ENOMEM).
 */
struct cotask_loop *cotask_loop_alloc(const char *name, u32 flags)
{
	struct cotask_loop *loop;

	if (flags & ~COTASK_LOOP_ALL)
		return ERR_PTR(-EINVAL);
	loop = loop_new(name, flags);
	if (!IS_ERR(loop) && cotask_loops_add(loop)) {
		loop_free(loop);
		return ERR_PTR(-ENOMEM);
	}
	return loop;
}

/**
 * cotask_loop_alloc_lent - make a loop whose owner is the holder of its mutex
 * @name: for people
 *
 * It belongs to the calling process.  The caller sets up its host, and then makes it visible with
 * cotask_loops_add().
 *
 * Return: As cotask_loop_alloc().
 */
struct cotask_loop *cotask_loop_alloc_lent(const char *name)
{
	return loop_new(name, COTASK_LOOP_LENT);
}
EXPORT_FOR_TESTS(cotask_loop_alloc_lent);

static void loop_free_rcu(struct rcu_head *rcu)
{
	loop_free(container_of(rcu, struct cotask_loop, rcu));
}

/**
 * cotask_loop_get - take a reference to a loop
 * @loop: the loop, or NULL
 *
 * Context: Any.
 * Return: @loop.
 */
struct cotask_loop *cotask_loop_get(struct cotask_loop *loop)
{
	if (loop)
		refcount_inc(&loop->refs);
	return loop;
}
EXPORT_SYMBOL_GPL(cotask_loop_get);

/**
 * cotask_loop_put - drop a reference to a loop
 * @loop: the loop, or NULL
 *
 * The last reference only frees memory; cotask_loop_stop() ends a loop.
 *
 * Context: Any.
 */
void cotask_loop_put(struct cotask_loop *loop)
{
	cotask_race_point(PUT_LOOP, loop);
	if (loop && refcount_dec_and_test(&loop->refs))
		call_rcu(&loop->rcu, loop_free_rcu);
}
EXPORT_SYMBOL_GPL(cotask_loop_put);

/**
 * cotask_loop_root - the group that owns the tasks without another owner
 * @loop: the loop
 *
 * Its children are independent of each other and are ended with the loop.
 *
 * Context: Any.
 * Return: The group; NULL if @loop is NULL.
 */
struct cotask_group *cotask_loop_root(struct cotask_loop *loop)
{
	return loop ? &loop->root : NULL;
}
EXPORT_SYMBOL_GPL(cotask_loop_root);

/**
 * cotask_loop_set_error_handler - set the handler for errors that were never retrieved
 * @loop: the loop
 * @fn: the handler; NULL: a line in the kernel's log, rate limited.  After the end of the loop
 *	errors go there, too
 *
 * Context: Process context, before tasks are spawned.
 */
void cotask_loop_set_error_handler(struct cotask_loop *loop, cotask_error_fn fn)
{
	WRITE_ONCE(loop->on_error, fn);
}
EXPORT_SYMBOL_GPL(cotask_loop_set_error_handler);

/* The code of a driver may go when its loop has ended, and another module keep a task. */
static cotask_error_fn handler(const struct cotask_loop *loop)
{
	if (READ_ONCE(loop->ended) && !(loop->flags & COTASK_LOOP_LENT))
		return NULL;
	return READ_ONCE(loop->on_error);
}

void cotask_loop_report(struct cotask_loop *loop, struct cotask *task, int error)
{
	cotask_error_fn fn = handler(loop);
	char name[COTASK_NAME_MAX + 1] = "a callback or future";
	bool mine;

	if (fn) {
		mine = cotask_foreign_begin(loop);
		fn(loop, task, error);
		cotask_foreign_end(loop, mine);
		return;
	}
	if (task)
		cotask_printable_name(task, name, sizeof(name));
	pr_warn_ratelimited("%s: %s failed with %d; its result was never retrieved\n",
			    loop->name, name, error);
}

/**
 * cotask_loop_next_group - iterate over the groups of a loop
 * @loop: the loop; the caller owns it
 * @g: the previous one, which still exists; NULL: begin
 *
 * Other threads may add opened groups, but only the owner removes groups.
 *
 * Return: The next opened or entered group; NULL at the end.
 */
struct cotask_group *cotask_loop_next_group(struct cotask_loop *loop, struct cotask_group *g)
{
	struct list_head *pos = g ? &g->all : &loop->opened;

	if (!g || cotask_group_is(g, COTASK_G_OPENED)) {
		spin_lock(&loop->opened_lock);
		pos = pos->next;
		spin_unlock(&loop->opened_lock);
		if (pos != &loop->opened)
			return list_entry(pos, struct cotask_group, all);
		pos = &loop->groups;
	}
	if (list_is_last(pos, &loop->groups))
		return NULL;
	return list_entry(pos->next, struct cotask_group, all);
}

/**
 * cotask_loop_next_task - iterate over the tasks of a loop
 * @loop: the loop; the caller owns it
 * @g: its group; out: that of the next one
 * @t: the previous one; NULL: begin
 *
 * Each task and each group, those without tasks included, is a step of the budget.
 *
 * Return: The next task; NULL at the end.
 */
struct cotask *cotask_loop_next_task(struct cotask_loop *loop, struct cotask_group **g,
				     struct cotask *t)
{
	cotask_loop_spend(loop, 1);
	t = t ? cotask_next_child(t) : NULL;
	while (!t && (*g = cotask_loop_next_group(loop, *g))) {
		cotask_loop_spend(loop, 1);
		t = cotask_first_child(*g);
	}
	return t;
}

/**
 * cotask_loop_shrink - free most of the memory of a loop
 * @loop: a loop that has ended, and that nothing with a deadline refers to; the caller owns it
 *
 * References to tasks, which other threads may hold, keep the rest.
 */
void cotask_loop_shrink(struct cotask_loop *loop)
{
	kvfree(loop->deadlines);
	loop->deadlines = NULL;
}

/* Limit for callbacks that post callbacks: after so many turns the inbox is closed. */
#define LAST_TURNS	1024

/**
 * cotask_loop_shutdown - end all tasks, and accept no more posts
 * @loop: the loop; the caller owns it
 * @grace_ns: how long tasks may take, see cotask_loop_end_tasks()
 */
void cotask_loop_shutdown(struct cotask_loop *loop, s64 grace_ns)
{
	unsigned int turns = LAST_TURNS;

	cotask_loops_del(loop);
	/* The loop ends, so walks over it need not be completed. */
	cotask_cursors_end(loop);
	cotask_watch_end(loop);
	cotask_loop_end_tasks(loop, grace_ns);
	while (turns-- && (cotask_loop_turn(loop) || cotask_inbox_any(loop) ||
			   !cotask_inbox_close_empty(loop)))
		;
	cotask_inbox_close(loop);
	while (cotask_loop_turn(loop) || cotask_inbox_any(loop))
		;
	WRITE_ONCE(loop->ended, true);
	cotask_cursors_end(loop);
	cotask_timer_exit(loop);
	cotask_context_put(loop->context);
	loop->context = NULL;
	stash_return(loop);
}
