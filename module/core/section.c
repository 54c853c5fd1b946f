// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - shielded sections and cancel scopes
 *
 * A *shielded section* is for clean-up: requests from outside wait until it is left (SH-B2).
 * They are counted as usual, but not delivered.
 *
 * A *cancel scope* is level-triggered: once it was cancelled, every suspension inside fails until
 * it is left (CX-B1).  A delivery arms the task again, as long as it is inside and not shielded.
 * An armed task is asked at its next suspension, so nothing spins while the task waits for an
 * awaitable that declines to cancel.
 */
#include "core.h"

/* --- shielded sections --------------------------------------------------------- */

/**
 * cotask_shield_enter - begin a section that is not interrupted from outside
 * @task: the current task
 * @s: the section, not in use
 * @ns: time limit, or COTASK_FOREVER.  When it expires, the section is cancelled as by a timeout
 *	around it
 *
 * Cancel requests are held back, and delivered at the first suspension after
 * cotask_shield_exit(), unless they are taken back before.  Timeouts and groups that
 * are entered inside work as always.
 *
 * Context: A step of @task.
 * Return: 0; -ESRCH without a current task; -EALREADY if the task is inside of it;
 *	-EINVAL if @s is missing.
 */
int cotask_shield_enter(struct cotask *task, struct cotask_section *s, s64 ns)
{
	if (!s)
		return -EINVAL;
	if (!task || task->base.loop->current_task != task)
		return -ESRCH;
	if (cotask_scope_is_open(task, &s->scope))
		return -EALREADY;
	s->scope.kind = COTASK_SCOPE_SHIELD;
	cotask_scope_enter(&s->scope, task);
	cotask_cancel_unarm(task);
	task->entry.flags &= ~COTASK_T_LEVEL;
	task->entry.flags |= COTASK_T_SHIELDED;
	return cotask_timeout_start(task, &s->timeout, ns);
}
EXPORT_SYMBOL_GPL(cotask_shield_enter);

/* Whether the task is inside a cancel scope that was cancelled, and not shielded. */
static bool is_level(const struct cotask *t)
{
	const struct cotask_scope *s;

	for (s = t->scopes; s && s->kind != COTASK_SCOPE_SHIELD; s = s->outer) {
		if (s->kind == COTASK_SCOPE_CANCEL && s->own)
			return true;
	}
	return !s && (t->entry.flags & COTASK_T_BORN_LEVEL);
}

/* After a scope was left: what holds for the task now. */
static void look_around(struct cotask *t)
{
	struct cotask_scope *s = t->scopes;

	while (s && s->kind != COTASK_SCOPE_SHIELD)
		s = s->outer;
	t->entry.flags &= ~(COTASK_T_SHIELDED | COTASK_T_LEVEL);
	if (s)
		t->entry.flags |= COTASK_T_SHIELDED;
	if (is_level(t))
		t->entry.flags |= COTASK_T_LEVEL;
	/* Requests that were held back, or have to be delivered again. */
	cotask_cancel_taken_in(t);
	if (cotask_scope_count(t) > t->settled || (t->entry.flags & COTASK_T_LEVEL))
		cotask_cancel_arm(t);
	else
		cotask_cancel_unarm(t);
}

void cotask_section_abandon(struct cotask_scope *s)
{
	look_around(s->task);
}

/**
 * cotask_shield_exit - end a shielded section
 * @s: the innermost scope of the task
 * @rc: what the section ended with
 *
 * Never suspends.
 *
 * Context: A step of the task that has entered it.
 * Return: As cotask_timeout_exit().
 */
long cotask_shield_exit(struct cotask_section *s, long rc)
{
	struct cotask *task = s ? s->scope.task : NULL;

	if (!task || task->base.loop->current_task != task ||
	    s->timeout.scope.outer != &s->scope || !cotask_scope_innermost(&s->timeout.scope))
		return -EINVAL;
	rc = cotask_timeout_exit(&s->timeout, rc);
	cotask_scope_leave(&s->scope);
	look_around(task);
	return rc;
}
EXPORT_SYMBOL_GPL(cotask_shield_exit);

/* --- cancel scopes --------------------------------------------------------------- */

enum cancel_scope_state {
	CANCEL_SCOPE_CREATED,
	CANCEL_SCOPE_ENTERED,
	CANCEL_SCOPE_LEFT,
};

/**
 * cotask_cancel_scope_init - make a cancel scope
 * @s: the scope, not in use
 * @deadline: CLOCK_MONOTONIC; when it comes, the scope is cancelled; KTIME_MAX: none
 *
 * Context: Any.
 */
void cotask_cancel_scope_init(struct cotask_cancel_scope *s, ktime_t deadline)
{
	memset(s, 0, sizeof(*s));
	s->scope.kind = COTASK_SCOPE_CANCEL;
	cotask_entry_init(&s->entry, COTASK_ENTRY_CANCEL_SCOPE);
	s->entry.clock = COTASK_CLOCK_MONOTONIC;
	s->entry.deadline = ktime_to_ns(deadline);
}
EXPORT_SYMBOL_GPL(cotask_cancel_scope_init);

/* Shielded sections inside the scope are not cancelled. */
static void mark_groups(struct cotask_cancel_scope *cs)
{
	struct cotask_scope *s = cotask_scope_unshielded(cs->scope.task, &cs->scope);

	for (; s != &cs->scope; s = s->outer)
		cotask_group_mark_level(s);
}

/*
 * All but @exit, which the task is leaving: the request of the task has reached that one.  Each
 * cancel is a wave: an earlier one that has used up the budget is not on the way of the next.
 */
static void cancel_groups(struct cotask_cancel_scope *cs, const struct cotask_awaitable *exit)
{
	struct cotask_scope *s = cotask_scope_unshielded(cs->scope.task, &cs->scope);
	struct cotask_group *g;

	for (; s != &cs->scope; s = s->outer) {
		if (s->kind != COTASK_SCOPE_GROUP)
			continue;
		g = container_of(s, struct cotask_group, scope);
		if (&g->base == exit)
			continue;
		cotask_wave_begin(g->base.loop);
		cotask_group_cancel_children(g, &cs->why);
		cotask_wave_end(g->base.loop);
	}
}

static void cancel(struct cotask_cancel_scope *s, u64 by, u32 cause)
{
	struct cotask *t = s->scope.task;
	struct cotask_awaitable *waits_on;

	s->why = (struct cotask_reason){ .by = by, .cause = cause };
	s->cancelled = true;
	if (s->state != CANCEL_SCOPE_ENTERED || s->scope.own)
		return;
	s->scope.own = true;
	if (is_level(t))
		t->entry.flags |= COTASK_T_LEVEL;
	mark_groups(s);
	waits_on = cotask_task_waits_on(t);
	cotask_scope_cancel(&s->scope, &s->why);
	cancel_groups(s, waits_on);
}

void cotask_cancel_scope_run(struct cotask_loop *loop, struct cotask_entry *e)
{
	cancel(container_of(e, struct cotask_cancel_scope, entry), 0, COTASK_CAUSE_DEADLINE);
}

/**
 * cotask_cancel_scope_enter - begin a cancel scope
 * @task: the current task
 * @s: made by cotask_cancel_scope_init()
 *
 * Context: A step of @task.
 * Return: 0; -ESRCH without a current task; -EALREADY if it was entered before;
 *	-EINVAL if it is missing.
 */
int cotask_cancel_scope_enter(struct cotask *task, struct cotask_cancel_scope *s)
{
	struct cotask_loop *loop;

	if (!s || s->scope.kind != COTASK_SCOPE_CANCEL)
		return -EINVAL;
	if (!task || task->base.loop->current_task != task)
		return -ESRCH;
	if (s->state != CANCEL_SCOPE_CREATED)
		return -EALREADY;
	loop = task->base.loop;
	cotask_debug_live(s);
	cotask_scope_enter(&s->scope, task);
	s->state = CANCEL_SCOPE_ENTERED;
	if (s->cancelled)
		cancel(s, s->why.by, s->why.cause);
	else if ((s64)s->entry.deadline <= (s64)cotask_loop_time(loop, s->entry.clock))
		cancel(s, 0, COTASK_CAUSE_DEADLINE);
	else if (s->entry.deadline < S64_MAX)
		cotask_timer_add(loop, &s->entry);
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_cancel_scope_enter);

/**
 * cotask_cancel_scope_cancel - cancel all that is inside, for good
 * @s: the scope; before it is entered, that is remembered
 *
 * From now on every suspension inside fails with -ECANCELED, and tasks that are
 * spawned inside start cancelled.  Further calls add nothing.
 *
 * Context: The loop's owner.
 * Return: 0; -EINVAL if @s is missing or was not made; -EXDEV from elsewhere.
 */
int cotask_cancel_scope_cancel(struct cotask_cancel_scope *s)
{
	struct cotask *t;

	if (!s || s->scope.kind != COTASK_SCOPE_CANCEL)
		return -EINVAL;
	/* The task may have gone once it has left. */
	t = s->state == CANCEL_SCOPE_ENTERED ? s->scope.task : NULL;
	if (t && !cotask_loop_mine(t->base.loop))
		return -EXDEV;
	if (!s->cancelled)
		cancel(s, t && t->base.loop->current_task ? t->base.loop->current_task->id : 0,
		       COTASK_CAUSE_USER);
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_cancel_scope_cancel);

static void leave(struct cotask_cancel_scope *s)
{
	cotask_debug_dead(s);
	cotask_entry_unlink(s->scope.task->base.loop, &s->entry);
	s->state = CANCEL_SCOPE_LEFT;
	if (s->scope.own) {
		/* What armed it inside the scope is over; look_around() finds what is left. */
		cotask_cancel_unarm(s->scope.task);
		s->scope.task->entry.flags &= ~COTASK_T_LEVEL;
		cotask_scope_take_back(&s->scope);
	}
	look_around(s->scope.task);
}

void cotask_cancel_scope_abandon(struct cotask_scope *s)
{
	leave(container_of(s, struct cotask_cancel_scope, scope));
}

/**
 * cotask_cancel_scope_exit - end a cancel scope
 * @s: the innermost scope of the task
 * @rc: what the body ended with
 *
 * Never suspends.
 *
 * Context: A step of the task that has entered it.
 * Return: 0 if the body ended with -ECANCELED because of this scope alone; otherwise @rc.
 *	-EINVAL if @s is not the innermost scope of the current task.
 */
long cotask_cancel_scope_exit(struct cotask_cancel_scope *s, long rc)
{
	struct cotask *task = s ? s->scope.task : NULL;

	if (!task || s->state != CANCEL_SCOPE_ENTERED || !cotask_scope_innermost(&s->scope) ||
	    task->base.loop->current_task != task)
		return -EINVAL;
	cotask_scope_leave(&s->scope);
	leave(s);
	if (rc == -ECANCELED && s->scope.own &&
	    cotask_scope_count(task) <= s->scope.baseline)
		return 0;
	return rc;
}
EXPORT_SYMBOL_GPL(cotask_cancel_scope_exit);

/**
 * cotask_cancel_scope_covers - whether a group is inside a cancelled scope
 * @g: a group, entered by the current task
 *
 * Return: The reason, for children that are spawned now; or NULL.
 */
const struct cotask_reason *cotask_cancel_scope_covers(const struct cotask_group *g)
{
	const struct cotask_scope *s;

	for (s = g->scope.outer; s && s->kind != COTASK_SCOPE_SHIELD; s = s->outer) {
		if (s->kind == COTASK_SCOPE_CANCEL && s->own)
			return &container_of(s, struct cotask_cancel_scope, scope)->why;
	}
	if (!s && (g->scope.task->entry.flags & COTASK_T_BORN_LEVEL))
		return &g->scope.task->reason;
	return NULL;
}
