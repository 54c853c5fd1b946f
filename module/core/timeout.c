// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - timeout scopes
 *
 *	created --enter--> entered --due--> expiring --exit--> expired
 *	                      `------------exit-------------> finished
 *
 * When the deadline comes, the scope cancels its task; on exit it takes that one
 * request back and turns the -ECANCELED that it has caused into -ETIMEDOUT, unless
 * there was another request to cancel the task.  The entry of the scope lies in the
 * deadline queue of the loop next to those of sleeping tasks, or in the ready
 * queue when it is due; leaving the scope takes it out of either (SC-7).
 */
#include "core.h"

static void init(struct cotask_timeout *t, s64 deadline, enum cotask_clock clock)
{
	memset(t, 0, sizeof(*t));
	cotask_entry_init(&t->entry, COTASK_ENTRY_TIMEOUT);
	t->entry.clock = clock;
	t->deadline = deadline;
	t->state = COTASK_TIMEOUT_CREATED;
}

/**
 * cotask_timeout_init - make a timeout, relative to now
 * @t: the timeout, not in use
 * @loop: whose clock counts
 * @ns: zero or negative: due at once; COTASK_FOREVER: never (TO-1)
 *
 * The time runs from here, not from cotask_timeout_enter() (TO-2).
 *
 * Context: Any.
 * Return: 0; -EINVAL if an argument is missing.
 */
int cotask_timeout_init(struct cotask_timeout *t, struct cotask_loop *loop, s64 ns)
{
	if (!t || !loop)
		return -EINVAL;
	init(t, cotask_loop_deadline(loop, ns), COTASK_CLOCK_MONOTONIC);
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_timeout_init);

/**
 * cotask_timeout_init_at - make a timeout for a point in time
 * @t: the timeout, not in use
 * @deadline: the time; KTIME_MAX: never
 * @clock: CLOCK_MONOTONIC or CLOCK_BOOTTIME
 *
 * Context: Any.
 * Return: 0; -EINVAL for a missing argument or another clock.
 */
int cotask_timeout_init_at(struct cotask_timeout *t, ktime_t deadline, clockid_t clock)
{
	int c = cotask_clock_of(clock);

	if (!t || c < 0)
		return -EINVAL;
	init(t, ktime_to_ns(deadline), c);
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_timeout_init_at);

/* Queue the deadline, or if it is past the expiry itself (TO-5). */
static void arm(struct cotask_timeout *t, struct cotask_loop *loop, s64 now)
{
	if (t->deadline == COTASK_FOREVER)
		return;
	if (t->deadline <= now) {
		cotask_loop_queue(loop, &t->entry);
		return;
	}
	t->entry.deadline = t->deadline;
	cotask_timer_add(loop, &t->entry);
}

static void begin(struct cotask *task, struct cotask_timeout *t)
{
	cotask_debug_live(t);
	cotask_scope_enter(&t->scope, task);
	t->state = COTASK_TIMEOUT_ENTERED;
}

static int enter(struct cotask *task, struct cotask_timeout *t, s64 now)
{
	begin(task, t);
	arm(t, task->base.loop, now);
	return 0;
}

static int may_enter(const struct cotask *task, const struct cotask_timeout *t)
{
	if (!t || !t->state)
		return -EINVAL;
	if (!task || task->base.loop->current_task != task)
		return -ESRCH;
	return t->state == COTASK_TIMEOUT_CREATED ? 0 : -EALREADY;
}

/**
 * cotask_timeout_enter - begin the scope of a timeout
 * @task: the current task
 * @t: a timeout that was made and not entered
 *
 * Context: A step of @task.
 * Return: 0; -ESRCH without a current task, -EALREADY if it was entered before
 *	(TO-3); -EINVAL if it is missing or was not made.
 */
int cotask_timeout_enter(struct cotask *task, struct cotask_timeout *t)
{
	int rc = may_enter(task, t);

	return rc ?: enter(task, t, cotask_loop_time(task->base.loop, t->entry.clock));
}
EXPORT_SYMBOL_GPL(cotask_timeout_enter);

/**
 * cotask_timeout_enter_ahead - the same, where the deadline was to come when the task has asked
 * @task: the current task
 * @t: a timeout that was made and not entered; its deadline may have passed by now
 *
 * It comes due in the next turn then, behind what is ready by now (TO-5, TO-19).
 *
 * Return: As cotask_timeout_enter().
 */
int cotask_timeout_enter_ahead(struct cotask *task, struct cotask_timeout *t)
{
	int rc = may_enter(task, t);

	if (rc)
		return rc;
	begin(task, t);
	if (t->deadline != COTASK_FOREVER) {
		t->entry.deadline = max_t(s64, t->deadline, 0);
		cotask_timer_add_ahead(task->base.loop, &t->entry);
	}
	return 0;
}

/**
 * cotask_timeout_start - make a timeout and begin its scope
 * @task: the current task
 * @t: the timeout, not in use
 * @ns: as for cotask_timeout_init()
 *
 * Both in one, reading the clock once.
 *
 * Context: A step of @task.
 * Return: 0; -ESRCH without a current task; -EALREADY if the task is inside of it;
 *	-EINVAL if @t is missing.
 */
int cotask_timeout_start(struct cotask *task, struct cotask_timeout *t, s64 ns)
{
	struct cotask_loop *loop;
	s64 now;

	if (!t)
		return -EINVAL;
	if (!task || task->base.loop->current_task != task)
		return -ESRCH;
	if (cotask_scope_is_open(task, &t->scope))
		return -EALREADY;
	loop = task->base.loop;
	now = cotask_loop_time(loop, COTASK_CLOCK_MONOTONIC);
	init(t, 0, COTASK_CLOCK_MONOTONIC);
	if (check_add_overflow(now, ns, &t->deadline))
		t->deadline = COTASK_FOREVER;
	return enter(task, t, now);
}
EXPORT_SYMBOL_GPL(cotask_timeout_start);

static void disarm(struct cotask_timeout *t)
{
	cotask_entry_unlink(t->scope.task->base.loop, &t->entry);
}

/**
 * cotask_timeout_move - change the deadline of a timeout
 * @t: the timeout, entered and not due yet
 * @deadline: the new one, on the same clock; KTIME_MAX: none; past: due at once
 *
 * Context: The loop's owner.
 * Return: 0; -EINVAL in any other state, and nothing changes (TO-17); -EXDEV if the
 *	caller is not the owner.
 */
int cotask_timeout_move(struct cotask_timeout *t, ktime_t deadline)
{
	struct cotask_loop *loop;

	if (!t || t->state != COTASK_TIMEOUT_ENTERED)
		return -EINVAL;
	loop = t->scope.task->base.loop;
	if (!cotask_loop_mine(loop))
		return -EXDEV;
	disarm(t);
	t->deadline = ktime_to_ns(deadline);
	arm(t, loop, cotask_loop_time(loop, t->entry.clock));
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_timeout_move);

/**
 * cotask_timeout_run - the deadline of a timeout has come
 * @loop: the loop
 * @e: the entry of the timeout
 */
void cotask_timeout_run(struct cotask_loop *loop, struct cotask_entry *e)
{
	struct cotask_timeout *t = container_of(e, struct cotask_timeout, entry);
	const struct cotask_reason why = {
		.scope = t->name,
		.cause = COTASK_CAUSE_DEADLINE,
	};

	t->state = COTASK_TIMEOUT_EXPIRING;
	loop->stats.timeouts++;
	trace_cotask_timeout(t->scope.task, t->deadline);
	cotask_scope_cancel(&t->scope, &why);
}

static long timed_out(const struct cotask_timeout *t)
{
	return t->flags & COTASK_TIMEOUT_QUIET ? 0 : -ETIMEDOUT;
}

static bool is_past(const struct cotask_timeout *t)
{
	return t->deadline <= (s64)cotask_loop_time(t->scope.task->base.loop, t->entry.clock);
}

/**
 * cotask_timeout_configure - set the name of a timeout, or how it ends
 * @t: the timeout, made and not left
 * @name: for cotask_cancel_reason() (TO-B5); valid as long as tasks that were cancelled
 *	for it are inspected, as a rule a string constant; or NULL
 * @flags: COTASK_TIMEOUT_STRICT: a body that ends with a value after the deadline has timed out
 *	as well (TO-B3).  COTASK_TIMEOUT_QUIET: exit returns 0 in place of -ETIMEDOUT, see
 *	cotask_timeout_expired() (TO-B4)
 *
 * Context: The loop's owner, or before @t is entered.
 * Return: 0; -EINVAL for unknown flags, or if @t is missing, was not made or was left.
 */
int cotask_timeout_configure(struct cotask_timeout *t, const char *name, u32 flags)
{
	if (!t || (flags & ~COTASK_TIMEOUT_ALL) || !t->state || t->state > COTASK_TIMEOUT_EXPIRING)
		return -EINVAL;
	t->name = name;
	t->flags = flags;
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_timeout_configure);

/**
 * cotask_timeout_exit - end the scope of a timeout
 * @t: the innermost scope of the task
 * @rc: what the body ended with
 *
 * Never suspends.  A body that has ended in time is not timed out, however late it
 * is by now (TO-6).
 *
 * Context: A step of the task that has entered it.
 * Return: -ETIMEDOUT if the body ended with -ECANCELED because of this timeout alone (TO-8,
 *	TO-9); otherwise @rc (TO-10).  -EINVAL if @t is not the innermost scope of the current
 *	task.
 */
long cotask_timeout_exit(struct cotask_timeout *t, long rc)
{
	struct cotask *task = t ? t->scope.task : NULL;

	if (!task || (t->state != COTASK_TIMEOUT_ENTERED && t->state != COTASK_TIMEOUT_EXPIRING) ||
	    task->base.loop->current_task != task || !cotask_scope_innermost(&t->scope))
		return -EINVAL;
	cotask_scope_leave(&t->scope);
	cotask_debug_dead(t);
	if (t->state == COTASK_TIMEOUT_ENTERED) {
		disarm(t);
		t->state = COTASK_TIMEOUT_FINISHED;
		if (unlikely(t->flags & COTASK_TIMEOUT_STRICT) && rc >= 0 && is_past(t)) {
			t->state = COTASK_TIMEOUT_EXPIRED;
			return timed_out(t);
		}
		return rc;
	}
	t->state = COTASK_TIMEOUT_EXPIRED;
	cotask_scope_take_back(&t->scope);
	if (rc == -ECANCELED && cotask_scope_count(task) <= t->scope.baseline)
		return timed_out(t);
	if (rc >= 0 && (t->flags & COTASK_TIMEOUT_STRICT))
		return timed_out(t);
	return rc;
}
EXPORT_SYMBOL_GPL(cotask_timeout_exit);

/* The task has ended without leaving the scope. */
void cotask_timeout_abandon(struct cotask_scope *s)
{
	struct cotask_timeout *t = container_of(s, struct cotask_timeout, scope);

	cotask_debug_dead(t);
	if (t->state == COTASK_TIMEOUT_ENTERED)
		disarm(t);
	else
		cotask_scope_take_back(s);
	t->state = COTASK_TIMEOUT_FINISHED;
}

/* Whether the task is inside of a timeout that has come due, so that its exit matters. */
bool cotask_timeouts_expiring(const struct cotask *task)
{
	const struct cotask_scope *s;

	for (s = task->scopes; s; s = s->outer) {
		if (s->kind == COTASK_SCOPE_TIMEOUT &&
		    container_of(s, struct cotask_timeout, scope)->state == COTASK_TIMEOUT_EXPIRING)
			return true;
	}
	return false;
}

/* The boot clock is ahead: convert a deadline to the monotonic clock. */
static s64 on_monotonic(const struct cotask_loop *loop, s64 deadline, u8 clock)
{
	if (clock == COTASK_CLOCK_MONOTONIC || deadline == COTASK_FOREVER)
		return deadline;
	return deadline - (s64)(cotask_loop_time(loop, COTASK_CLOCK_BOOTTIME) -
				cotask_loop_time(loop, COTASK_CLOCK_MONOTONIC));
}

static s64 deadline_of(const struct cotask_scope *s, const struct cotask_loop *loop)
{
	const struct cotask_timeout *t;
	const struct cotask_cancel_scope *c;
	const struct cotask_group *g;

	switch (s->kind) {
	case COTASK_SCOPE_TIMEOUT:
		t = container_of(s, struct cotask_timeout, scope);
		return on_monotonic(loop, t->deadline, t->entry.clock);
	case COTASK_SCOPE_CANCEL:
		c = container_of(s, struct cotask_cancel_scope, scope);
		return c->entry.deadline;
	case COTASK_SCOPE_GROUP:
		g = container_of(s, struct cotask_group, scope);
		return g->options.deadline ? ktime_to_ns(g->options.deadline) : COTASK_FOREVER;
	default:
		return COTASK_FOREVER;
	}
}

/*
 * The nearest deadline of the scopes around a task, which are at most @most: of its own scopes, and
 * then of those around the group that it was spawned into; a shielded section cuts off what is
 * outside of it (TO-B2).
 */
static s64 nearest_deadline(const struct cotask *task, unsigned int most)
{
	struct cotask_loop *loop = task->base.loop;
	const struct cotask_scope *s = task->scopes;
	s64 nearest = COTASK_FOREVER;

	for (;;) {
		for (; s && most--; s = s->outer) {
			cotask_loop_spend(loop, 1);
			if (s->kind == COTASK_SCOPE_SHIELD)
				return nearest;
			nearest = min(nearest, deadline_of(s, loop));
		}
		/* No task has entered the last group: it was opened. */
		if (s || !task || cotask_done(task))
			return nearest;
		s = &task->group->scope;
		task = s->task;
	}
}

/**
 * cotask_deadline_around - the nearest deadline of the scopes around a task, for views
 * @task: the task
 *
 * Context: The loop's owner.
 * Return: CLOCK_MONOTONIC; COTASK_FOREVER if the innermost 64 scopes have none.
 */
s64 cotask_deadline_around(const struct cotask *task)
{
	return nearest_deadline(task, 64);
}

/**
 * cotask_effective_deadline - the nearest deadline of all scopes around
 * @task: the task
 *
 * For operations that take a timeout of their own.
 *
 * Context: The loop's owner.
 * Return: CLOCK_MONOTONIC; KTIME_MAX if there is none.
 */
ktime_t cotask_effective_deadline(const struct cotask *task)
{
	return ns_to_ktime(nearest_deadline(task, UINT_MAX));
}
EXPORT_FOR_TESTS(cotask_effective_deadline);
