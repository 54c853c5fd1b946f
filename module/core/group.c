// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - groups: a group cannot be left before all of its children have ended
 *
 * A group owns its children from spawn to the record of their end.  The first child that fails
 * aborts the group (see abort.c).  outcome() determines what exit returns.
 *
 * A group is over when its body has ended, no child is left, and no spawn is on its way through
 * the inbox.  The last of these events completes the awaitable that exit and stop wait for.
 * After that the owner does not access the group, which may be freed.
 */

#include "core.h"

static atomic64_t last_id;

/**
 * cotask_group_init - make a group
 * @g: the group; not in use
 *
 * Context: Any.
 */
void cotask_group_init(struct cotask_group *g)
{
	memset(g, 0, sizeof(*g));
	cotask_awaitable_init(&g->base, NULL, &cotask_group_ops);
	INIT_LIST_HEAD(&g->children);
	INIT_LIST_HEAD(&g->errors);
	INIT_LIST_HEAD(&g->body_error);
	INIT_LIST_HEAD(&g->all);
	cotask_fanout_init(&g->fanout, &cotask_group_fanout_ops);
	g->scope.kind = COTASK_SCOPE_GROUP;
	cotask_entry_init(&g->due, COTASK_ENTRY_GROUP);
}
EXPORT_SYMBOL_GPL(cotask_group_init);

/**
 * cotask_group_configure - set the name, limit, deadline or flags of a group
 * @g: the group, neither entered nor opened
 * @options: the settings (TG-B3, TG-B4)
 *
 * Context: Any.
 * Return: 0; -EINVAL for a missing argument, unknown flags, or a negative deadline (0: none);
 *	-EALREADY if @g was entered or opened before.
 */
int cotask_group_configure(struct cotask_group *g, const struct cotask_group_options *options)
{
	if (!g || !options || (options->flags & ~COTASK_GROUP_ALL) ||
	    ktime_to_ns(options->deadline) < 0 || g->base.post.ops != &cotask_group_ops)
		return -EINVAL;
	if (cotask_group_is(g, COTASK_G_ACTIVE))
		return -EALREADY;
	g->options = *options;
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_group_configure);

/* --- children ------------------------------------------------------------- */

/* Whether it has no room for more children; @gate: the spawns under way. */
static bool is_full(const struct cotask_group *g, int gate, unsigned int n)
{
	const u32 limit = g->options.limit;

	return limit && READ_ONCE(g->live) + (gate & ~COTASK_GATE_CLOSED) + n > limit;
}

/**
 * cotask_group_admits - request permission to spawn into a group
 * @g: the group
 * @mine: whether the caller is the loop's owner
 * @n: how many children; 1 from outside
 *
 * From outside, success counts as a spawn under way until it is adopted, and the limit
 * on children is compared with a number that may be about to change.
 *
 * Return: 0; -EINVAL before the group was entered (TG-2); -ESHUTDOWN while it aborts or when it
 *	is over (TG-3, TG-4); -EAGAIN if it has reached its limit of children (TG-B4).
 */
int cotask_group_admits(struct cotask_group *g, bool mine, unsigned int n)
{
	int gate;

	cotask_race_point(GATE_ENTER, &g->base);
	gate = atomic_read(&g->gate);
	do {
		if (gate & COTASK_GATE_CLOSED)
			return -ESHUTDOWN;
		if (is_full(g, gate, n))
			return -EAGAIN;
	} while (!mine && !atomic_try_cmpxchg(&g->gate, &gate, gate + 1));
	return 0;
}

/**
 * cotask_group_admits_cancelled - request permission for a child that starts cancelled (TG-B5)
 * @g: the group
 *
 * Context: The owner.
 * Return: 0; -ESHUTDOWN if the group does not abort or is over; -EAGAIN if it has reached its
 *	limit of children.
 */
int cotask_group_admits_cancelled(const struct cotask_group *g)
{
	if ((g->flags & (COTASK_G_ABORTING | COTASK_G_OVER)) != COTASK_G_ABORTING)
		return -ESHUTDOWN;
	return is_full(g, atomic_read(&g->gate), 1) ? -EAGAIN : 0;
}

/**
 * cotask_group_adopt - add a child to a group
 * @g: the group
 * @t: the new task
 */
void cotask_group_adopt(struct cotask_group *g, struct cotask *t)
{
	t->group = g;
	list_add_tail(&t->sibling, &g->children);
	g->live++;
}

/* A child leaves the list of its group. */
static void leave(struct cotask *t)
{
	if (unlikely(!list_empty(&t->base.loop->cursors)))
		cotask_cursors_pass_task(t);
	list_del_init(&t->sibling);
}

static void add_error(struct cotask_group *g, struct list_head *record, int error)
{
	list_add_tail(record, &g->errors);
	if (!g->error)
		g->error = error;
}

/**
 * cotask_group_child_ended - record the end of a child (TG-7, TG-29)
 * @g: the group
 * @t: its child, done
 */
void cotask_group_child_ended(struct cotask_group *g, struct cotask *t)
{
	struct cotask_reason why = {
		.by = t->id,
		.error = t->base.result,
		.cause = COTASK_CAUSE_SIBLING,
	};
	const u32 flags = t->entry.flags;

	leave(t);
	g->live--;
	g->base.loop->tasks--;
	/* The run is over: no other task can retrieve the error (CO-9). */
	if (t->base.result < 0 && !cotask_cancelled(t) && (flags & COTASK_T_LEFTOVER)) {
		atomic_or(COTASK_S_READ, &t->base.state);
		cotask_loop_report(g->base.loop, t, t->base.result);
	}
	if (t->base.result >= 0 || cotask_cancelled(t) ||
	    (g->flags & COTASK_GROUP_INDEPENDENT) || cotask_task_is_apart(t)) {
		cotask_put(t);
	} else {
		/* The record lives in the child: no allocation (TG-B6). */
		atomic_or(COTASK_S_READ, &t->base.state);
		add_error(g, &t->sibling, t->base.result);
		cotask_group_abort(g, &why, true);
	}
	if (unlikely(flags & COTASK_T_FAILED))
		g->base.loop->host->ops->recorded(g->base.loop->host, t);
	cotask_group_check_over(g);
}

/* --- the end of a group ---------------------------------------------------- */

/* No spawn is on its way, and no further spawn is admitted. */
static bool gate_shut(struct cotask_group *g)
{
	int none = 0;

	cotask_race_point(GATE_SHUT, &g->base);
	return atomic_try_cmpxchg(&g->gate, &none, COTASK_GATE_CLOSED) ||
	       none == COTASK_GATE_CLOSED;
}

/* The group is in no inbox, and cannot be posted again. */
static bool claim(struct cotask_group *g)
{
	int old;

	cotask_race_point(GROUP_CLAIM, &g->base);
	old = atomic_read(&g->base.state);
	do {
		if (old & (COTASK_S_INBOX | COTASK_S_CLAIMED))
			return false;
	} while (!atomic_try_cmpxchg(&g->base.state, &old, old | COTASK_S_CLAIMED));
	return true;
}

static void unlist(struct cotask_group *g)
{
	struct cotask_loop *loop = g->base.loop;

	spin_lock(&loop->opened_lock);
	list_del_init(&g->all);
	spin_unlock(&loop->opened_lock);
}

/**
 * cotask_group_check_over - complete the group if it is over
 * @g: the group; may be gone afterwards
 */
void cotask_group_check_over(struct cotask_group *g)
{
	if (!(g->flags & COTASK_G_EXITING) || g->live || g->jobs || !gate_shut(g) || !claim(g))
		return;
	g->flags |= COTASK_G_OVER;
	trace_cotask_group_end(g);
	if (unlikely(!list_empty(&g->base.loop->cursors)))
		cotask_cursors_pass_group(g);
	if (g->flags & COTASK_G_OPENED)
		unlist(g);
	else
		list_del_init(&g->all);
	cotask_fanout_end(&g->fanout);
	cotask_entry_unlink(g->base.loop, &g->due);
	cotask_pause_end(g);
	cotask_debug_dead(&g->base);
	cotask_awaitable_settle(&g->base, g->base.result, 0);
}

/* A cancel of the task that waits in exit: from outside, or the group's own. */
static bool group_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			 const struct cotask_reason *why)
{
	struct cotask_group *g = container_of(x, struct cotask_group, base);
	struct cotask_scope *s = &g->scope;
	int undelivered;

	if (s->task != waiter)
		return false;
	/* One of the requests that were not delivered may be the group's own. */
	undelivered = cotask_scope_count(waiter) - waiter->settled;
	if (s->own && waiter->deliveries == s->own_delivery)
		undelivered--;
	if (undelivered > 0)
		g->flags |= COTASK_G_OUTSIDE;
	/* The wait goes on until the last child has ended (TG-16, TG-17). */
	if ((g->flags & COTASK_G_ASKS_TASK) ||
	    cotask_fanout_came_back(g->base.loop, &g->fanout))
		return true;
	if (g->flags & (COTASK_GROUP_RECANCEL | COTASK_G_LEVEL))
		cotask_group_cancel_children(g, why);
	else
		cotask_group_abort(g, why, false);
	return true;
}

static void cancel_by(struct cotask_group *g, u64 by)
{
	struct cotask_reason why = { .by = by, .cause = COTASK_CAUSE_GROUP };

	cotask_group_abort(g, &why, true);
}

static void arm(struct cotask_group *g)
{
	g->due.clock = COTASK_CLOCK_MONOTONIC;
	g->due.deadline = ktime_to_ns(g->options.deadline);
	if ((s64)g->due.deadline <= (s64)cotask_loop_time(g->base.loop, COTASK_CLOCK_MONOTONIC))
		cotask_loop_queue(g->base.loop, &g->due);
	else
		cotask_timer_add(g->base.loop, &g->due);
}

/**
 * cotask_group_due_run - the deadline of a group has come
 * @loop: its loop
 * @e: the entry of the group
 */
void cotask_group_due_run(struct cotask_loop *loop, struct cotask_entry *e)
{
	struct cotask_group *g = container_of(e, struct cotask_group, due);
	const struct cotask_reason why = {
		.scope = g->options.name,
		.cause = COTASK_CAUSE_DEADLINE,
	};

	if (unlikely(loop->paused) && cotask_pause_holds(loop, e))
		return;
	if (g->flags & COTASK_G_ABORTING)
		return;
	g->flags |= COTASK_G_EXPIRED;
	cotask_group_abort(g, &why, true);
}

static void group_posted(struct cotask_post *post)
{
	struct cotask_group *g = container_of(post, struct cotask_group, base.post);
	int old;

	cotask_race_point(GROUP_TAKEN, &g->base);
	old = atomic_fetch_andnot(COTASK_S_INBOX | COTASK_S_POSTED | COTASK_S_ARM,
				  &g->base.state);
	if (old & COTASK_S_ARM)
		arm(g);
	if (old & COTASK_S_DOOM)
		cotask_group_doom(g);
	if (old & COTASK_S_CLOSING)
		g->flags |= COTASK_G_EXITING;
	if (old & COTASK_S_POSTED)
		cancel_by(g, 0);
	cotask_group_check_over(g);
}

const struct cotask_awaitable_ops cotask_group_ops = {
	.name = "group",
	.cancel = group_cancel,
	.posted = group_posted,
	.internal = true,
};

/* Set bits of the state word, and post them to the owner. */
static void request(struct cotask_group *g, int bits)
{
	struct cotask_loop *loop;
	int old;

	cotask_race_point(GROUP_REQUEST, &g->base);
	old = atomic_read(&g->base.state);
	do {
		if (old & COTASK_S_CLAIMED)
			return;
	} while (!atomic_try_cmpxchg(&g->base.state, &old, old | bits));
	/* Pairs with activate(): either the loop is seen, or the bits are. */
	loop = READ_ONCE(g->base.loop);
	if (!loop)
		return;
	/* A waiter for the post must not have to wait for a preempted thread. */
	preempt_disable();
	cotask_race_point(GROUP_INBOX, &g->base);
	old = atomic_read(&g->base.state);
	do {
		if (old & (COTASK_S_CLAIMED | COTASK_S_INBOX))
			goto out;
	} while (!atomic_try_cmpxchg(&g->base.state, &old, old | COTASK_S_INBOX));
	cotask_loop_post(loop, &g->base.post);
out:
	preempt_enable();
}

/* No group that exists now has a higher number. */
u64 cotask_group_last_id(void)
{
	return atomic64_read(&last_id);
}

/* From here on the group can be posted.  Whether it was cancelled before. */
static bool activate(struct cotask_group *g, struct cotask_loop *loop, u32 flags)
{
	cotask_debug_live(&g->base);
	g->flags = flags | g->options.flags;
	g->id = atomic64_inc_return(&last_id);
	WRITE_ONCE(g->base.loop, loop);
	trace_cotask_group_begin(g);
	cotask_race_point(GROUP_ACTIVE, &g->base);
	return atomic_fetch_andnot(COTASK_S_POSTED, &g->base.state) & COTASK_S_POSTED;
}

/* --- entered by a task ------------------------------------------------------ */

/**
 * cotask_group_enter - begin a group in a task
 * @task: the current task, the parent of the group
 * @g: the group, made by cotask_group_init()
 *
 * Children that fail cancel the body, which sees -ECANCELED at its await (TG-9).
 *
 * Context: A step of @task.
 * Return: 0; -ESRCH without a current task (TG-1); -EALREADY if @g was entered or
 *	opened before; -EINVAL if @g is missing or was not made.
 */
int cotask_group_enter(struct cotask *task, struct cotask_group *g)
{
	if (!g || g->base.post.ops != &cotask_group_ops)
		return -EINVAL;
	if (!task || task->base.loop->current_task != task)
		return -ESRCH;
	if (g->flags & COTASK_G_ACTIVE)
		return -EALREADY;
	cotask_scope_enter(&g->scope, task);
	/* The task leaves the group before it ends, and its own group is over after that. */
	g->home = task->group->home;
	list_add_tail(&g->all, &task->base.loop->groups);
	if (activate(g, task->base.loop, COTASK_G_ENTERED))
		cancel_by(g, 0);
	if (unlikely(cotask_cancel_scope_covers(g)))
		cotask_group_mark_level(&g->scope);
	if (g->options.deadline)
		arm(g);
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_group_enter);

/* The outcome of exit, once all children have ended. */
static long outcome(struct cotask_group *g, long wait_rc)
{
	struct cotask_scope *s = &g->scope;
	struct cotask *parent = s->task;
	bool outside = g->flags & COTASK_G_OUTSIDE;
	bool cancelled = outside || g->body_rc == -ECANCELED || wait_rc == -ECANCELED;
	bool more;

	cotask_scope_leave(s);
	if (s->own)
		cotask_scope_take_back(s);
	more = cotask_scope_count(parent) > s->baseline;
	/* The group's own request is absorbed (TG-19, TG-33). */
	if (s->own && !more)
		cancelled = false;

	if (g->error) {
		if (more)
			cotask_cancel_rearm(parent);
		return g->error;
	}
	if (cancelled) {
		/* It has passed the wait, and is delivered by this (CX-B5). */
		if (outside)
			cotask_cancel_deliver_here(parent);
		cotask_cancel_restore(parent, g->flags & COTASK_G_DELIVERED);
		return -ECANCELED;
	}
	if (s->own && cotask_scope_missed(s))
		cotask_cancel_rearm(parent);
	return g->flags & COTASK_G_EXPIRED ? -ETIMEDOUT : 0;
}

/* The group may outlive the loop, which it does not hold. */
static void lets_go_of_loop(struct cotask_group *g)
{
	WRITE_ONCE(g->base.loop, NULL);
}

static long group_exit(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_group *g = container_of(frame, struct cotask_group, exit);
	long rc;

	CO_BEGIN(task, frame, drained);

	CO_AWAIT(drained, rc, cotask_await(task, &g->base));
	rc = outcome(g, rc);
	lets_go_of_loop(g);
	return rc;
}

/* The children are not waited for yet: that changes what cotask_cancel_delivered() returns. */
static void body_ended(struct cotask_group *g, long rc)
{
	g->flags |= COTASK_G_EXITING;
	g->body_rc = rc;
	if (rc == -ECANCELED && cotask_cancel_delivered(g->scope.task))
		g->flags |= COTASK_G_DELIVERED;
}

/**
 * cotask_group_exit - end the body of a group and wait for all children
 * @task: the task that has entered @g
 * @g: the innermost scope of @task
 * @rc: what the body ended with: a value, an error, or -ECANCELED
 *
 * The outcome, in this order: the code of the first error, of a child or the body
 * (TG-14), see cotask_group_errors(); -ECANCELED if @task was cancelled, and not by
 * the group (TG-15, TG-16, TG-38); -ETIMEDOUT if the deadline of the group has
 * come (TG-B4); 0.  Does not suspend if no child is left (TG-6).
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns that outcome; -EINVAL if @g is not the
 *	innermost scope of @task.
 */
struct cotask_await cotask_group_exit(struct cotask *task, struct cotask_group *g, long rc)
{
	struct cotask_reason why;
	struct cotask_await op;

	if (!g || g->scope.task != task || task->base.loop->current_task != task ||
	    (g->flags & COTASK_G_EXITING) ||
	    !cotask_scope_innermost(&g->scope))
		return cotask_call(task, NULL);
	body_ended(g, rc);
	if (rc < 0) {
		why = task->reason;
		if (rc != -ECANCELED) {
			add_error(g, &g->body_error, rc);
			why = (struct cotask_reason){
				.by = task->id,
				.error = rc,
				.cause = COTASK_CAUSE_SIBLING,
			};
		}
		cotask_group_abort(g, &why, false);
	}
	cotask_group_check_over(g);
	cotask_frame_init(&g->exit, group_exit, NULL);
	op = cotask_call(task, &g->exit);
	/* The task leaves the scope that it was called in. */
	g->exit.scopes = g->scope.outer;
	return op;
}
EXPORT_SYMBOL_GPL(cotask_group_exit);

/**
 * cotask_group_desert - the body of a group is over without an exit
 * @g: the group
 * @rc: kept in @g->body_rc until the children have ended
 */
void cotask_group_desert(struct cotask_group *g, long rc)
{
	struct cotask_reason why = { .by = g->scope.task->id, .cause = COTASK_CAUSE_OWNER };

	if (g->flags & COTASK_G_EXITING) {
		g->body_rc = rc;
		return;
	}
	body_ended(g, rc);
	cotask_group_abort(g, &why, false);
	cotask_group_check_over(g);
}

/* ... and the group is over, too: its memory may go afterwards. */
void cotask_group_abandon(struct cotask_scope *s)
{
	struct cotask_group *g = container_of(s, struct cotask_group, scope);

	if (s->own)
		cotask_scope_take_back(s);
	cotask_cancel_restore(s->task, g->flags & COTASK_G_DELIVERED);
	s->task = NULL;
	cotask_group_fini(g);
	lets_go_of_loop(g);
}

/* --- opened by a thread ------------------------------------------------------ */

/* As soon as it is in the list, the owner may end it together with the loop. */
static bool publish(struct cotask_group *g, struct cotask_loop *loop, u32 flags)
{
	bool cancelled;

	if (g != &loop->root)
		cotask_loop_get(loop);
	g->home = g;
	cancelled = activate(g, loop, COTASK_G_OPENED | flags);
	list_add_tail(&g->all, &loop->opened);
	return cancelled;
}

/**
 * cotask_group_open - begin a group outside of any task
 * @g: the group, made by cotask_group_init()
 * @loop: the loop that its children run on
 * @flags: COTASK_GROUP_*
 *
 * Ended by cotask_group_stop(), which waits for the loop; so the loop of a process, which may
 * be stopped, has no such groups.  See cotask_await_across() for tasks of processes.
 *
 * Context: Process context.
 * Return: 0; -EINVAL for a missing argument or unknown flags; -EALREADY if @g was
 *	entered or opened before; -ESHUTDOWN if the loop is being stopped; -EOPNOTSUPP on
 *	the loop of a process.
 */
int cotask_group_open(struct cotask_group *g, struct cotask_loop *loop, u32 flags)
{
	bool cancelled = false;
	int rc = 0;

	if (!g || !loop || (flags & ~COTASK_GROUP_ALL) ||
	    g->base.post.ops != &cotask_group_ops)
		return -EINVAL;
	if (cotask_group_is(g, COTASK_G_ACTIVE))
		return -EALREADY;
	if ((loop->flags & COTASK_LOOP_LENT) && g != &loop->root)
		return -EOPNOTSUPP;
	spin_lock(&loop->opened_lock);
	if (loop->shut)
		rc = -ESHUTDOWN;
	else
		cancelled = publish(g, loop, flags);
	spin_unlock(&loop->opened_lock);
	if (rc)
		return rc;
	if (cancelled)
		cotask_group_cancel(g);
	if (g->options.deadline)
		request(g, COTASK_S_ARM);
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_group_open);

static int stop_outcome(const struct cotask_group *g)
{
	if (!g->error && (g->flags & COTASK_G_EXPIRED))
		return -ETIMEDOUT;
	return g->error;
}

/**
 * cotask_group_stop - end a group: cancel its tasks and wait for them
 * @g: a group opened by cotask_group_open()
 * @grace_ns: for how long tasks may clean up; tasks that are not done by then are ended where
 *	they are suspended: their frames are released, and their code does not run again.
 *	COTASK_FOREVER: no limit
 *
 * Afterwards no code of the group runs and it may be freed; nor, on a loop with a thread
 * of its own, do callbacks that were registered before this is called.  Call it from
 * remove() and from module exit, before the resources that the tasks use are freed.  May
 * be called again.
 *
 * Context: Process context, sleeps; not from the group's own loop.
 * Return: 0 or the code of the first error, see cotask_group_errors(); -ETIMEDOUT if its deadline
 *	came first; -EDEADLK on the loop that has to run the tasks; -EINVAL if @g was not opened,
 *	or is the root group of a loop, see cotask_loop_stop().
 */
int cotask_group_stop(struct cotask_group *g, s64 grace_ns)
{
	struct cotask_loop *loop;

	if (!g || g->base.post.ops != &cotask_group_ops || !cotask_group_is(g, COTASK_G_OPENED))
		return -EINVAL;
	loop = g->base.loop;
	if (!loop)
		return stop_outcome(g);
	/* The root group holds no reference to its loop. */
	if (g == &loop->root || !in_task() || irqs_disabled())
		return -EINVAL;
	if (!cotask_awaitable_done(&g->base) && cotask_loop_mine(loop))
		return -EDEADLK;
	might_sleep();
	request(g, COTASK_S_POSTED | COTASK_S_CLOSING);
	if (cotask_block(&g->base, grace_ns, TASK_IDLE)) {
		request(g, COTASK_S_DOOM);
		cotask_block(&g->base, COTASK_FOREVER, TASK_IDLE);
	}
	/* Callbacks that were registered before have run when the loop answers. */
	if (loop->thread)
		cotask_loop_flush(loop);
	lets_go_of_loop(g);
	cotask_loop_put(loop);
	return stop_outcome(g);
}
EXPORT_SYMBOL_GPL(cotask_group_stop);

/**
 * cotask_group_close - end a group together with its loop
 * @g: an opened group
 *
 * The owner, during shutdown.
 */
void cotask_group_close(struct cotask_group *g)
{
	struct cotask_reason why = { .cause = COTASK_CAUSE_SHUTDOWN };

	g->flags |= COTASK_G_EXITING;
	cotask_group_abort(g, &why, false);
	cotask_group_check_over(g);
}

/* --- both ------------------------------------------------------------------- */

/* As cotask_group_cancel(), for a function of cotask: the owner may breathe. */
void cotask_group_cancel_own(struct cotask_group *g)
{
	struct cotask_loop *loop;

	if (!cotask_group_mine(g)) {
		request(g, COTASK_S_POSTED);
		return;
	}
	loop = g->base.loop;
	if (!(g->flags & COTASK_G_OVER))
		cancel_by(g, loop->current_task ? loop->current_task->id : 0);
}

/**
 * cotask_group_cancel - cancel all children, and the body if there is one
 * @g: the group
 *
 * Exit returns 0 if there is no error (TG-33).  The call has no effect while the group
 * aborts already, or when it is over (TG-34).  Before the group is entered or opened,
 * the request is remembered (TG-35).
 *
 * Context: Any; from outside the owner it acts on the loop's next turn.
 * Return: 0; -EINVAL if @g is missing or was not made.
 */
int cotask_group_cancel(struct cotask_group *g)
{
	struct cotask_loop *loop;

	if (!g || g->base.post.ops != &cotask_group_ops)
		return -EINVAL;
	/* For another thread than its owner, the loop may be gone: the group may be stopped. */
	loop = cotask_group_mine(g) ? g->base.loop : NULL;
	if (loop)
		loop->foreign++;
	cotask_group_cancel_own(g);
	if (loop)
		loop->foreign--;
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_group_cancel);

/* The entry of a record.  A child has its loop still, which the group has let go of. */
static struct cotask_group_error error_of(const struct cotask_group *g, struct list_head *record)
{
	struct cotask *t;

	if (record == &g->body_error)
		return (struct cotask_group_error){ .error = g->body_rc };
	t = container_of(record, struct cotask, sibling);
	cotask_walk_step(t->base.loop, 1);
	return (struct cotask_group_error){ .task = t, .error = t->base.result };
}

/**
 * cotask_group_errors - the errors of a group
 * @g: a group that has been exited or stopped
 * @e: the entries go here, in order of occurrence (TG-14)
 * @n: room in @e
 *
 * Context: Any thread, which may sleep, and the loop's owner; the caller owns the group.
 * Return: The number of errors; 0: the outcome of exit was not an aggregate.
 */
unsigned int cotask_group_errors(struct cotask_group *g, struct cotask_group_error *e,
				 unsigned int n)
{
	struct cotask_group_error error;
	struct list_head *pos;
	unsigned int found = 0;

	list_for_each(pos, &g->errors) {
		error = error_of(g, pos);
		if (found < n)
			e[found] = error;
		found++;
	}
	return found;
}
EXPORT_SYMBOL_GPL(cotask_group_errors);

/* The error at an index; -ENOENT: there are fewer. The owner. */
int cotask_group_error_at(struct cotask_group *g, u64 n, struct cotask_group_error *e)
{
	struct list_head *pos;

	list_for_each(pos, &g->errors) {
		*e = error_of(g, pos);
		if (!n--)
			return 0;
	}
	return -ENOENT;
}

/**
 * cotask_group_fini - free the errors of a group
 * @g: a group that has been exited or stopped, or was never used
 *
 * Has to be called when exit or stop has returned an error; otherwise it does
 * nothing.
 *
 * Context: Any thread, which may sleep, and the loop's owner; the caller owns the group.
 */
void cotask_group_fini(struct cotask_group *g)
{
	struct cotask *t, *next;

	list_del_init(&g->body_error);
	list_for_each_entry_safe(t, next, &g->errors, sibling) {
		list_del_init(&t->sibling);
		/* Before cotask_put(): the task may hold the last reference to the loop. */
		cotask_walk_step(t->base.loop, 4);
		cotask_put(t);
	}
}
EXPORT_SYMBOL_GPL(cotask_group_fini);
