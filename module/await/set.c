// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - sets: the common part of gather, race, wait and as_completed
 *
 * A set registers one entry with each of its members.  When a member ends, its entry
 * is queued like any other waiter (SC-5), and when its turn comes the kind of the
 * set decides: see gather.c, wait.c and as_completed.c.  All work on n members is
 * O(n) in all: an argument that is repeated is found by a mark on what it names, not
 * by a search.
 *
 * A set holds the tasks that it follows until it is done or dropped.
 */
#include "set.h"

static const struct cotask_fanout_ops set_fanout_ops;

static void be_done(struct cotask_set *s);
static void doom_tasks(struct cotask_fanout *f, struct list_head *more);

static struct cotask_member *member_of(struct cotask_entry *e)
{
	return container_of(e, struct cotask_member, entry);
}

/* --- attaching --------------------------------------------------------------- */

/* Locks, groups and similar objects have no outcome. */
static bool can_be_member(const struct cotask_awaitable *x)
{
	return !IS_ERR_OR_NULL(x) && x->loop && !x->post.ops->internal;
}

static int check_member(const struct cotask_member *m, const struct cotask_loop *loop)
{
	if (!m->x == !m->coro)
		return -EINVAL;
	if (m->coro)
		return m->coro->step && m->coro->state == COTASK_FRAME_FRESH ? 0 : -EINVAL;
	if (!can_be_member(m->x))
		return -EINVAL;
	return m->x->loop == loop ? 0 : -EXDEV;
}

int cotask_set_check(const struct cotask_member *members, unsigned int n,
		     struct cotask_loop *loop)
{
	unsigned int i;
	int rc = 0;

	if (!members && n)
		return -EINVAL;
	for (i = 0; i < n && !rc; i++) {
		rc = check_member(&members[i], loop);
		cotask_loop_spend(loop, 1);
	}
	return rc;
}

/*
 * The tasks of coroutines: made first, so that nothing has begun if one cannot be.
 * Their errors are for the set, not for their group.
 */
static void unmake(struct cotask_set *s, unsigned int n)
{
	while (n--) {
		struct cotask_member *m = &s->members[n];

		if (!m->coro)
			continue;
		if (m->entry.flags & MEMBER_SPAWNED)
			cotask_task_discard(cotask_of(m->x), m->coro);
		m->x = NULL;
	}
}

static int make(struct cotask_set *s, struct cotask_group *group)
{
	static const struct cotask_spawn_args args = { .flags = COTASK_SPAWN_APART };
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		struct cotask_member *m = &s->members[i];
		struct cotask *t;

		cotask_loop_spend(s->base.loop, 1);
		if (!m->coro)
			continue;
		/* A coroutine that is passed twice has one task (GA-3). */
		if (m->coro->state == COTASK_FRAME_TAKEN) {
			m->x = s->members[m->coro->at].x;
			continue;
		}
		t = cotask_task_prepare(group, s->base.loop, m->coro, &args);
		if (IS_ERR(t)) {
			unmake(s, i);
			return PTR_ERR(t);
		}
		m->x = &t->base;
		m->coro->at = i;
		m->entry.flags |= MEMBER_SPAWNED;
	}
	return 0;
}

/* Arguments that are repeated are found by a mark on what they name. */
static void find_repeated(struct cotask_set *s)
{
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		atomic_t *state = &s->members[i].x->state;

		cotask_loop_spend(s->base.loop, 1);
		if (atomic_fetch_or(COTASK_S_MARKED, state) & COTASK_S_MARKED)
			s->members[i].entry.flags |= MEMBER_REPEATED;
	}
	for (i = 0; i < s->n; i++) {
		cotask_loop_spend(s->base.loop, 1);
		atomic_andnot(COTASK_S_MARKED, &s->members[i].x->state);
	}
}

/* A set without a member that can be cancelled. */
static bool is_declining(struct cotask_awaitable *x)
{
	return x->post.ops->member && !cotask_set_of(x)->undone;
}

static void attach(struct cotask_set *s, struct cotask_member *m)
{
	if (m->entry.flags & MEMBER_REPEATED)
		return;
	if (m->entry.flags & MEMBER_SPAWNED) {
		m->coro->at = 0;
		cotask_task_start(cotask_of(m->x), 0);
		m->entry.flags |= MEMBER_HELD;
	} else if (cotask_is_task(m->x)) {
		cotask_get(cotask_of(m->x));
		m->entry.flags |= MEMBER_HELD;
	}
	m->entry.flags |= MEMBER_ATTACHED;
	s->attached++;
	if (cotask_awaitable_wait(m->x, &m->entry))
		m->entry.flags |= MEMBER_WOKEN | MEMBER_DECLINES;
	else if (is_declining(m->x))
		m->entry.flags |= MEMBER_DECLINES;
	else
		s->undone++;
}

/**
 * cotask_set_init - follow members
 * @s: the set, not in use
 * @loop: the loop; the caller owns it
 * @members: checked by cotask_set_check()
 * @n: number of members
 * @group: where coroutines are spawned, which admits them; NULL: there are none
 * @ops: kind of the set
 *
 * A member that has ended already is not queued: it is MEMBER_WOKEN.
 *
 * Return: 0; -ENOMEM: nothing has happened, and @s is cleared.
 */
int cotask_set_init(struct cotask_set *s, struct cotask_loop *loop,
		    struct cotask_member *members, unsigned int n,
		    struct cotask_group *group, const struct cotask_awaitable_ops *ops)
{
	unsigned int i;
	int rc;

	memset(s, 0, sizeof(*s));
	cotask_awaitable_init(&s->base, loop, ops);
	cotask_entry_init(&s->alarm, COTASK_ENTRY_ALARM);
	cotask_fanout_init(&s->fanout, &set_fanout_ops);
	INIT_LIST_HEAD(&s->declining);
	s->maker = loop->current_task ? loop->current_task->id : 0;
	s->members = members;
	s->n = n;
	for (i = 0; i < n; i++) {
		cotask_entry_init(&members[i].entry, COTASK_ENTRY_MEMBER);
		members[i].set = s;
		cotask_loop_spend(loop, 1);
	}
	rc = make(s, group);
	if (rc) {
		/* As one that was never used: cotask_set_drop() finds nothing to drop. */
		memset(s, 0, sizeof(*s));
		return rc;
	}
	cotask_debug_live(&s->base);
	find_repeated(s);
	for (i = 0; i < n; i++) {
		attach(s, &members[i]);
		cotask_loop_spend(loop, 1);
	}
	return 0;
}

/*
 * The loop of the set: that of its group, of its first member, or of its creator.  A group that was
 * left has none, and a set of awaitables does not need it.
 */
static struct cotask_loop *home(const struct cotask_group *group,
				const struct cotask_member *members, unsigned int n)
{
	struct cotask_loop *loop = group ? READ_ONCE(group->base.loop) : NULL;

	if (loop || (group && !cotask_group_is(group, COTASK_G_ACTIVE)))
		return loop;
	if (n && !IS_ERR_OR_NULL(members[0].x) && members[0].x->loop)
		return members[0].x->loop;
	return cotask_pump_current();
}

static unsigned int coroutines(const struct cotask_member *members, unsigned int n)
{
	unsigned int found = 0;

	while (n--)
		found += !!members[n].coro;
	return found;
}

/* The group that is going to own the tasks of coroutines, if there are any. */
static struct cotask_group *owner(struct cotask_group *group,
				  const struct cotask_member *members, unsigned int n)
{
	int rc;

	n = coroutines(members, n);
	if (!n)
		return NULL;
	group = cotask_group_for_spawn(group);
	if (IS_ERR(group))
		return group;
	rc = cotask_group_admits(group, true, n);
	return rc ? ERR_PTR(rc) : group;
}

/*
 * Refused coroutines are released unrun (CO-6), those that are named twice once.  A release may
 * free its frame, and the members with it: all frames are put in a list before the first release.
 */
void cotask_set_refuse(struct cotask_member *members, unsigned int n)
{
	struct cotask_frame *refused = NULL, **last = &refused, *coro;
	unsigned int i;

	for (i = 0; members && i < n; i++) {
		coro = members[i].coro;
		if (!coro || coro->state != COTASK_FRAME_FRESH)
			continue;
		coro->state = COTASK_FRAME_REFUSED;
		*last = coro;
		last = &coro->outer;
	}
	*last = NULL;
	while ((coro = refused)) {
		refused = coro->outer;
		coro->outer = NULL;
		cotask_frame_refuse(coro);
	}
}

static int follow(struct cotask_set *s, struct cotask_group *group,
		  struct cotask_member *members, unsigned int n,
		  const struct cotask_awaitable_ops *ops)
{
	struct cotask_loop *loop;
	int rc;

	if (!s || (!members && n))
		return -EINVAL;
	loop = home(group, members, n);
	if (!loop)
		return -ESRCH;
	if (!cotask_loop_mine(loop))
		return -EXDEV;
	rc = cotask_set_check(members, n, loop);
	if (rc)
		return rc;
	group = owner(group, members, n);
	if (IS_ERR(group))
		return PTR_ERR(group);
	/* A thread may own several loops. */
	if (group && group->base.loop != loop)
		return -EXDEV;
	return cotask_set_init(s, loop, members, n, group, ops);
}

/**
 * cotask_set_follow - begin to follow the members that the caller passes
 * @s: the set, not in use
 * @group: the owner of the tasks of coroutines, or NULL
 * @members: awaitables and coroutines
 * @n: how many
 * @ops: kind of the set
 *
 * Return: 0; an error as of cotask_gather(), and the coroutines are released.
 */
int cotask_set_follow(struct cotask_set *s, struct cotask_group *group,
		      struct cotask_member *members, unsigned int n,
		      const struct cotask_awaitable_ops *ops)
{
	int rc = follow(s, group, members, n, ops);

	if (rc)
		cotask_set_refuse(members, n);
	return rc;
}

/* --- ends of members ----------------------------------------------------------- */

static struct cotask_set *first_of(struct list_head *sets)
{
	return list_first_entry_or_null(sets, struct cotask_set, declining);
}

static void declines_once(struct cotask_member *m, struct list_head *sets)
{
	if (m->entry.flags & MEMBER_DECLINES)
		return;
	m->entry.flags |= MEMBER_DECLINES;
	if (!--m->set->undone)
		list_add_tail(&m->set->declining, sets);
}

/*
 * A member cannot be cancelled any more.  When it was the last one, neither can the
 * set, nor any other set that has only such members, and so on (GA-11).
 */
static void declines(struct cotask_member *m)
{
	struct cotask_set *s;
	struct cotask_entry *e;
	LIST_HEAD(sets);

	declines_once(m, &sets);
	while ((s = first_of(&sets))) {
		list_del_init(&s->declining);
		list_for_each_entry(e, &s->base.waiters, link) {
			cotask_loop_spend(s->base.loop, 1);
			if (e->kind == COTASK_ENTRY_MEMBER)
				declines_once(member_of(e), &sets);
		}
	}
}

/* @e was among the waiters of something that has just ended. */
void cotask_set_woken(struct cotask_entry *e)
{
	declines(member_of(e));
}

/**
 * cotask_set_member_run - the end of a member is taken in
 * @loop: the loop
 * @e: the member's entry
 *
 * The member counts as attached until that is over: the set may get its outcome meanwhile, of
 * this member or of a cancel that this has set off, and a set that is done may be gone.
 */
void cotask_set_member_run(struct cotask_loop *loop, struct cotask_entry *e)
{
	struct cotask_set *s = member_of(e)->set;

	e->flags &= ~MEMBER_ATTACHED;
	if (likely(!(s->flags & COTASK_SET_SETTLED)))
		s->base.post.ops->member(s, member_of(e));
	if (!--s->attached && (s->flags & COTASK_SET_SETTLED))
		be_done(s);
}

/* Take in what has ended before it was attached, in the order of the arguments. */
void cotask_set_take_in(struct cotask_set *s)
{
	unsigned int i;

	for (i = 0; i < s->n && !cotask_awaitable_done(&s->base); i++) {
		struct cotask_member *m = &s->members[i];

		if ((m->entry.flags & MEMBER_ATTACHED) && (m->entry.flags & MEMBER_WOKEN) &&
		    list_empty(&m->entry.link))
			cotask_set_member_run(s->base.loop, &m->entry);
		cotask_loop_spend(s->base.loop, 1);
	}
}

/* The same, but with a turn in between (WT-2). */
void cotask_set_queue(struct cotask_set *s)
{
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		struct cotask_entry *e = &s->members[i].entry;

		if ((e->flags & MEMBER_WOKEN) && list_empty(&e->link))
			cotask_loop_queue(s->base.loop, e);
		cotask_loop_spend(s->base.loop, 1);
	}
}

/**
 * cotask_set_arm - limit the time that a set waits
 * @s: the set
 * @ns: from now; without any left it is one pass through the queue (WT-6)
 */
void cotask_set_arm(struct cotask_set *s, s64 ns)
{
	struct cotask_loop *loop = s->base.loop;

	if (ns == COTASK_FOREVER)
		return;
	if (ns <= 0) {
		cotask_loop_queue(loop, &s->alarm);
		return;
	}
	s->alarm.clock = COTASK_CLOCK_MONOTONIC;
	s->alarm.deadline = cotask_loop_deadline(loop, ns);
	cotask_timer_add(loop, &s->alarm);
}

void cotask_set_alarm_run(struct cotask_loop *loop, struct cotask_entry *e)
{
	struct cotask_set *s = container_of(e, struct cotask_set, alarm);

	s->base.post.ops->alarm(s);
}

/* --- cancelling them ----------------------------------------------------------- */

static struct cotask_set *set_of_fanout(struct cotask_fanout *f)
{
	return container_of(f, struct cotask_set, fanout);
}

static bool cancel_next(struct cotask_fanout *f)
{
	struct cotask_set *s = set_of_fanout(f);
	struct cotask_member *m;

	if (s->cursor == s->n || !cotask_fanout_goes_on(s->base.loop, f))
		return false;
	m = &s->members[s->cursor++];
	s->base.loop->budget--;
	if (m->entry.flags & MEMBER_ATTACHED)
		cotask_awaitable_cancel_for(m->x, &s->why);
	return true;
}

static void end_cut(struct cotask_fanout *f)
{
	cotask_set_settle(set_of_fanout(f), -ECANCELED, 0);
}

static const struct cotask_fanout_ops set_fanout_ops = {
	.next = cancel_next,
	.end_cut = end_cut,
	.doom = doom_tasks,
};

void cotask_set_cancel(struct cotask_set *s, const struct cotask_reason *why)
{
	struct cotask_loop *loop = s->base.loop;

	/* The set has no member to cancel, and may be freed as soon as it is done. */
	if (s->flags & COTASK_SET_SETTLED)
		return;
	cotask_wave_begin(loop);
	if (!cotask_fanout_came_back(loop, &s->fanout) &&
	    cotask_wave_may_pass(loop, s->fanout.wave)) {
		s->why = *why;
		s->cursor = 0;
		cotask_fanout_start(loop, &s->fanout);
	}
	cotask_wave_end(loop);
}

/* --- the end ---------------------------------------------------------------------- */

/*
 * A set has an outcome, and is done when it no longer follows any member.  That is at once,
 * except for members that another thread is just completing: they are handled when they arrive.
 */

static void detach(struct cotask_set *s, struct cotask_member *m)
{
	if (!cotask_awaitable_leave(m->x, &m->entry))
		return;
	declines(m);
	m->entry.flags &= ~MEMBER_ATTACHED;
	s->attached--;
}

/* Stop following members; those that are left in @s->attached have not arrived yet. */
void cotask_set_detach(struct cotask_set *s)
{
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		if (s->members[i].entry.flags & MEMBER_ATTACHED)
			detach(s, &s->members[i]);
		cotask_loop_spend(s->base.loop, 1);
	}
}

static void note_results(struct cotask_set *s)
{
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		struct cotask_member *m = &s->members[i];

		m->done = cotask_awaitable_done(m->x);
		m->result = m->done ? m->x->result : -EINPROGRESS;
		cotask_loop_spend(s->base.loop, 1);
	}
}

/* What is not held may be gone, if it was in the frame of a task that was ended by force. */
void cotask_set_put_tasks(struct cotask_set *s)
{
	unsigned int i;

	for (i = 0; i < s->n; i++) {
		struct cotask_member *m = &s->members[i];

		if (m->entry.flags & MEMBER_HELD)
			cotask_put(cotask_of(m->x));
		m->entry.flags &= ~MEMBER_HELD;
		if (m->coro)
			m->x = NULL;
		cotask_loop_spend(s->base.loop, 1);
	}
}

/* Nothing refers to a set that is about to be done. */
static void prove_end(struct cotask_set *s)
{
	cotask_debug_never(!list_empty(&s->fanout.link), "a set is done while it is asked");
	cotask_debug_never(!list_empty(&s->alarm.link) ||
			   s->alarm.level != COTASK_NO_DEADLINE, "a set is done with a deadline");
	cotask_debug_never(s->attached, "a set is done and follows members");
	cotask_debug_dead(&s->base);
}

static void be_done(struct cotask_set *s)
{
	int how = s->flags & COTASK_SET_CANCELLED ? COTASK_S_CANCELLED : 0;

	if (!(s->flags & COTASK_SET_KEEPS))
		cotask_set_put_tasks(s);
	prove_end(s);
	cotask_awaitable_settle(&s->base, s->outcome, how);
}

/* Choose the outcome; the set still follows its members. */
static void decide(struct cotask_set *s, long result, int how)
{
	cotask_entry_unlink(s->base.loop, &s->alarm);
	cotask_fanout_end(&s->fanout);
	s->flags |= COTASK_SET_SETTLED | (how ? COTASK_SET_CANCELLED : 0);
	s->outcome = result;
	note_results(s);
}

/**
 * cotask_set_settle - a set has its outcome
 * @s: the set; may be gone afterwards
 * @result: value or error
 * @how: COTASK_S_CANCELLED or 0
 */
void cotask_set_settle(struct cotask_set *s, long result, int how)
{
	if (s->flags & COTASK_SET_SETTLED)
		return;
	decide(s, result, how);
	cotask_set_detach(s);
	if (!s->attached)
		be_done(s);
}

/* Its waiters get -ECANCELED; also when the frame that it is in is released. */
void cotask_set_let_go(struct cotask_awaitable *x, struct cotask *waiter)
{
	cotask_set_settle(cotask_set_of(x), -ECANCELED, COTASK_S_CANCELLED);
}

/* --- a frame that goes -------------------------------------------------------------- */

/* The tasks are those of the task that has made the set, and not of others that wait for it. */
struct cotask_fanout *cotask_set_tasks(struct cotask_awaitable *x, u64 maker)
{
	struct cotask_set *s = cotask_set_of(x);

	return maker && s->maker == maker ? &s->fanout : NULL;
}

/*
 * The task that waits for the set is ended by force, and with it what it has spawned here, or with
 * another set that it has made, and that is a member of this one.  True: a member is.
 */
static bool doom_member(struct cotask_member *m, struct list_head *more)
{
	struct cotask_awaitable *x = m->x;
	struct cotask_fanout *inner;

	if (!cotask_set_follows(m))
		return false;
	if (m->entry.flags & MEMBER_SPAWNED) {
		cotask_task_doom(cotask_of(x), more);
		return true;
	}
	inner = x->post.ops->tasks ? x->post.ops->tasks(x, m->set->maker) : NULL;
	if (inner)
		list_move_tail(&inner->link, more);
	return inner;
}

/* The set is done when those have ended, whose frames may be where the set is. */
static void doom_tasks(struct cotask_fanout *f, struct list_head *more)
{
	struct cotask_set *s = set_of_fanout(f);
	unsigned int i;

	if (s->flags & COTASK_SET_SETTLED)
		return;
	decide(s, -ECANCELED, COTASK_S_CANCELLED);
	for (i = 0; i < s->n; i++) {
		struct cotask_member *m = &s->members[i];

		if (!doom_member(m, more) && (m->entry.flags & MEMBER_ATTACHED))
			detach(s, m);
		cotask_loop_spend(s->base.loop, 1);
	}
	if (!s->attached)
		be_done(s);
}

/* Wait for members that have not arrived yet. */
static void await_members(struct cotask_set *s)
{
	unsigned int i;

	for (i = 0; i < s->n && s->attached; i++) {
		struct cotask_entry *e = &s->members[i].entry;

		if (!(e->flags & MEMBER_ATTACHED))
			continue;
		cotask_inbox_await_woken(s->base.loop, e);
		list_del_init(&e->link);
		cotask_set_member_run(s->base.loop, e);
		cotask_loop_spend(s->base.loop, 1);
	}
}

/**
 * cotask_set_drop - stop following all members
 * @s: a set, done or not, or memory that was cleared and never used
 *
 * The members go on.  Waiters of the set get -ECANCELED.  Has to be called before the
 * memory of a set that is not done is freed: as a rule by the release function of the
 * coroutine that it is a part of (WT-B1).  A set that another task has made, and waits for, may be
 * dropped only after that has ended: if it is ended by force, it waits for the members.
 *
 * Context: The loop's owner, or any thread after its end, before what was followed goes; without a
 *	spinlock: sleeps when another thread is completing a member at this very moment.
 */
void cotask_set_drop(struct cotask_set *s)
{
	if (!s->base.loop || cotask_awaitable_done(&s->base))
		return;
	might_sleep();
	cotask_set_let_go(&s->base, NULL);
	await_members(s);
}
EXPORT_SYMBOL_GPL(cotask_set_drop);
