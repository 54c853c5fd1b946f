// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - cancellation: requests, their routing, and their withdrawal
 *
 * A request is counted first (CX-2): the count is in the state word of the task, next to DONE, so
 * that exactly one of "accepted" and "came too late" is true whatever the context (SC-9).  Then
 * it is routed: handed to what the task waits on, which if it is a task passes it on to its own
 * awaitable and so forth, or the task is armed (CX-3, CX-4).  Nothing here recurses or allocates
 * (SC-10).
 *
 * @settled of a task is the part of its count that was delivered, or has vanished
 * on the way (CX-14).  The rest is still to be delivered; scopes therefore
 * take @settled, not the count, as their baseline (TO-B1, TG-B8).
 */
#include "core.h"

/* The count plus one; saturates. */
static int counted(int state)
{
	if ((u32)state >> COTASK_S_COUNT_SHIFT == COTASK_S_COUNT_MAX)
		return state;
	return (u32)state + COTASK_S_COUNT_ONE;
}

/* Count a request and set @extra, unless the task is done; @old: state before. */
static bool count_up(struct cotask *t, int extra, int *old)
{
	cotask_race_point(CANCEL_COUNT, &t->base);
	*old = atomic_read(&t->base.state);
	do {
		if (*old & COTASK_S_CLAIMED)
			return false;
	} while (!atomic_try_cmpxchg(&t->base.state, old, counted(*old) | extra));
	return true;
}

static void note_reason(struct cotask *t, const struct cotask_reason *why)
{
	t->base.loop->stats.cancels++;
	/* The oldest undelivered one counts (CX-B2). */
	if (!(t->entry.flags & (COTASK_T_ARMED | COTASK_T_HANDED)))
		t->reason = *why;
}

/*
 * The waiter leaves @x and gets -ECANCELED.  False: another thread has completed
 * @x, which is going to wake the waiter.
 */
static bool leave(struct cotask *t, struct cotask_awaitable *x)
{
	if (!cotask_awaitable_detach(x, &t->entry))
		return false;
	cotask_task_queue(t, -ECANCELED);
	return true;
}

/* Ask the awaitable of @t, which is not a task. */
static bool ask(struct cotask *t, struct cotask_awaitable *x)
{
	if (t->entry.flags & COTASK_T_WATCH)
		return leave(t, x);
	return x->post.ops->cancel(x, t, &t->reason);
}

/* Arm a task.  @late: its outcome is there, so that it may win over this request (CX-B4). */
static void arm(struct cotask *t, bool late)
{
	if (late && !(t->entry.flags & COTASK_T_ARMED))
		t->entry.flags |= COTASK_T_LATE;
	cotask_cancel_arm(t);
}

/* Arm a task that does not wait.  If it is queued its outcome is there (but see CX-7). */
static void arm_scheduled(struct cotask *t)
{
	arm(t, !list_empty(&t->entry.link) && !cotask_task_unstarted(t));
}

/*
 * @x declines: its outcome is there, but has not arrived; or the code of @t runs in a process.
 * @handed: @x has accepted an earlier request, to which that outcome is the answer (CX-6).
 */
static void declined(struct cotask *t, const struct cotask_awaitable *x, u32 handed)
{
	if (!handed)
		t->entry.flags &= ~COTASK_T_HANDED;
	arm(t, !x->post.ops->elsewhere);
}

/*
 * The last wave that has passed a waiting task.  On a 32-bit kernel its result has room for a part
 * of the number; the whole one is the last number with this part.  0: none.
 */
static u64 mark_of(const struct cotask *t)
{
	u64 last = t->base.loop->last_mark;

	if (!t->base.result)
		return 0;
	return last - ((unsigned long)last - (unsigned long)t->base.result);
}

/*
 * Whether a request goes on from a task that waits on @x.  @way is the number of the way
 * from task to task: a task that has it waits for itself, and is taken out of the ring.
 */
static bool passes(struct cotask *t, struct cotask_awaitable *x, u64 way)
{
	struct cotask_loop *loop = t->base.loop;

	loop->budget--;
	if (unlikely(mark_of(t) == way)) {
		leave(t, x);
		return false;
	}
	if (unlikely(!cotask_wave_may_pass(loop, mark_of(t))))
		return false;
	t->base.result = way;
	return true;
}

/* Pass a counted request on by one task, or arm it; the next one, or NULL. */
static struct cotask *route_step(struct cotask *t, u64 way)
{
	struct cotask_awaitable *x = cotask_task_waits_on(t);
	const u32 handed = t->entry.flags & COTASK_T_HANDED;
	struct cotask *next;
	int old;

	if (!x) {
		arm_scheduled(t);
		return NULL;
	}
	if (!passes(t, x, way))
		return NULL;
	/* Before asking: the answer may queue the task. */
	t->entry.flags |= COTASK_T_HANDED;
	if (!cotask_is_task(x) || (t->entry.flags & COTASK_T_WATCH)) {
		if (!ask(t, x))
			declined(t, x, handed);
		return NULL;
	}
	next = cotask_of(x);
	if (!count_up(next, 0, &old)) {
		declined(t, x, handed);
		return NULL;
	}
	trace_cotask_cancel(next, &t->reason);
	/* A shielded task keeps the request until it leaves the section (SH-B2). */
	if (next->entry.flags & COTASK_T_SHIELDED)
		return NULL;
	note_reason(next, &t->reason);
	return next;
}

/* Post the request to the owner; a loop that has ended accepts no posts. */
static void post_request(struct cotask *t)
{
	cotask_get(t);
	if (!cotask_task_post(t))
		cotask_put(t);
}

/* A long way has used up the budget: the rest is handled like a request from outside. */
static void go_on_later(struct cotask *t)
{
	int old;

	cotask_race_point(CANCEL_POSTED, &t->base);
	old = atomic_fetch_or(COTASK_S_POSTED | COTASK_S_INBOX, &t->base.state);
	t->entry.flags |= COTASK_T_ON_WAY;
	if (!(old & COTASK_S_INBOX))
		post_request(t);
}

/* In a cycle of tasks and groups, one await of a task ends. */
static void stop_waiting(struct cotask *t)
{
	struct cotask_awaitable *x = cotask_task_waits_on(t);

	t->base.loop->uncut = false;
	if (x && cotask_is_task(x))
		leave(t, x);
}

/**
 * cotask_cancel_route - pass a counted request on, or arm
 * @t: the task that was asked to cancel
 */
void cotask_cancel_route(struct cotask *t)
{
	struct cotask_loop *loop = t->base.loop;
	struct cotask *first = t;
	u64 way;

	cotask_wave_begin(loop);
	way = cotask_wave_mark(loop);
	loop->uncut = false;
	while (t) {
		t = route_step(t, way);
		if (t && unlikely(loop->budget < 0) && cotask_loop_must_stop(loop)) {
			go_on_later(t);
			break;
		}
	}
	if (unlikely(loop->uncut))
		stop_waiting(first);
	cotask_wave_end(loop);
}

/**
 * cotask_cancel_hand_on - a task that begins to wait hands on what it was armed for (CX-8)
 * @t: the task
 *
 * That was there before the wait, and so before any outcome of the wait (CX-B4).
 */
void cotask_cancel_hand_on(struct cotask *t)
{
	cotask_cancel_unarm(t);
	cotask_cancel_route(t);
	t->entry.flags &= ~COTASK_T_LATE;
}

/**
 * cotask_cancel_for - cancel a task
 * @t: the task
 * @why: the reason
 *
 * The owner.
 *
 * Return: false if the task is done (CX-1).
 */
bool cotask_cancel_for(struct cotask *t, const struct cotask_reason *why)
{
	int old;

	if (!count_up(t, 0, &old))
		return false;
	trace_cotask_cancel(t, why);
	if (!(t->entry.flags & COTASK_T_SHIELDED)) {
		note_reason(t, why);
		cotask_cancel_route(t);
	}
	return true;
}

/* The same, from a scope that is inside of the task's shield. */
void cotask_cancel_inside(struct cotask *t, const struct cotask_reason *why)
{
	int old;

	if (!count_up(t, 0, &old))
		return;
	trace_cotask_cancel(t, why);
	note_reason(t, why);
	cotask_cancel_route(t);
}

/* A request was posted, see cotask_cancel_taken_in(). */
void cotask_cancel_take_in(struct cotask *t)
{
	static const struct cotask_reason user = { .cause = COTASK_CAUSE_USER };

	/* It stays posted while the task is shielded. */
	if (t->entry.flags & COTASK_T_SHIELDED)
		return;
	cotask_race_point(CANCEL_TAKEN, &t->base);
	if (!(atomic_fetch_andnot(COTASK_S_POSTED, &t->base.state) & COTASK_S_POSTED))
		return;
	if (t->entry.flags & COTASK_T_ON_WAY)
		t->entry.flags &= ~COTASK_T_ON_WAY;
	else
		note_reason(t, &user);
	arm_scheduled(t);
}

/* If the task is armed already, what it waits on has declined, and would do so again. */
static void act_on_post(struct cotask *t)
{
	const u32 armed = t->entry.flags & COTASK_T_ARMED;

	cotask_cancel_taken_in(t);
	if (armed || !(t->entry.flags & COTASK_T_ARMED) || !cotask_task_waits_on(t))
		return;
	cotask_cancel_unarm(t);
	cotask_cancel_route(t);
}

static void task_posted(struct cotask_post *post)
{
	struct cotask *t = container_of(post, struct cotask, base.post);

	cotask_race_point(CANCEL_TAKEN, &t->base);
	/* From here on it may be posted again. */
	atomic_andnot(COTASK_S_INBOX, &t->base.state);
	if (t->entry.flags & COTASK_T_NEW) {
		cotask_task_admit(t);
		return;
	}
	if (!cotask_done(t))
		act_on_post(t);
	cotask_put(t);
}

const struct cotask_awaitable_ops cotask_task_ops = {
	.name = "task",
	.posted = task_posted,
};

/**
 * cotask_cancel_outside - count a request, and post it to the owner
 * @t: the task
 *
 * For what has waited for the task: the request is no retrieval of its error (AW-11).
 *
 * Any context.
 *
 * Return: false if the task is done (CX-1).
 */
bool cotask_cancel_outside(struct cotask *t)
{
	static const struct cotask_reason outside = { .cause = COTASK_CAUSE_USER };
	int old;

	if (!count_up(t, COTASK_S_POSTED | COTASK_S_INBOX, &old))
		return false;
	trace_cotask_cancel(t, &outside);
	if (!(old & COTASK_S_INBOX))
		post_request(t);
	return true;
}

/* As cotask_cancel(), for a function of cotask: the owner may breathe. */
bool cotask_cancel_own(struct cotask *task)
{
	struct cotask_reason why = { .cause = COTASK_CAUSE_USER };
	struct cotask_loop *loop = task->base.loop;

	cotask_awaitable_mark_read(&task->base);
	if (!cotask_loop_mine(loop))
		return cotask_cancel_outside(task);
	if (loop->current_task)
		why.by = loop->current_task->id;
	return cotask_cancel_for(task, &why);
}

/**
 * cotask_cancel - ask a task to cancel
 * @task: the task, or NULL
 *
 * The request is counted and delivered once, as -ECANCELED, at an await of the task or of what it
 * waits for.  A task that never ran never will (CX-7).  A task may end otherwise than CANCELLED
 * after true.
 *
 * Context: Any, hard interrupt included.  From outside of the loop's owner the
 *	request is accepted at once and delivered on the loop's next turn.
 * Return: Whether the task was not done yet (CX-1, CX-2).
 */
bool cotask_cancel(struct cotask *task)
{
	bool mine, accepted;

	if (!task)
		return false;
	mine = cotask_foreign_begin(task->base.loop);
	accepted = cotask_cancel_own(task);
	cotask_foreign_end(task->base.loop, mine);
	return accepted;
}
EXPORT_SYMBOL_GPL(cotask_cancel);

/* Nothing undelivered is left, but inside of a cancelled scope there always is (CX-B1). */
void cotask_cancel_disarm(struct cotask *t)
{
	if (!(t->entry.flags & COTASK_T_LEVEL))
		cotask_cancel_unarm(t);
}

/**
 * cotask_cancel_take_back - lower the count
 * @t: the task
 * @floor: when no more than this remain, nothing undelivered is left
 *
 * Return: What remains.
 */
u32 cotask_cancel_take_back(struct cotask *t, u32 floor)
{
	u32 count, old, new;

	cotask_race_point(UNCANCEL, &t->base);
	old = atomic_read(&t->base.state);
	do {
		count = old >> COTASK_S_COUNT_SHIFT;
		if (!count)
			return 0;
		new = old - COTASK_S_COUNT_ONE;
		if (--count <= floor)
			new &= ~COTASK_S_POSTED;
	} while (!atomic_try_cmpxchg(&t->base.state, (int *)&old, new));
	if (count > floor)
		return count;
	/* One that had stopped here on its way is gone with POSTED (CX-B2). */
	t->entry.flags &= ~COTASK_T_ON_WAY;
	cotask_cancel_disarm(t);
	return count;
}

/**
 * cotask_uncancel - take one request back
 * @task: the task
 *
 * For a caller that swallows a cancel on purpose (CX-19).  Reaching 0 withdraws a
 * request that was not delivered yet, unless it was handed on (CX-16, CX-17).
 *
 * Context: The loop's owner.
 * Return: The count that remains; -EXDEV if the caller is not the owner.
 */
int cotask_uncancel(struct cotask *task)
{
	struct cotask_scope *s;
	u32 count;

	if (!cotask_loop_mine(task->base.loop))
		return -EXDEV;
	count = cotask_cancel_take_back(task, 0);
	if (task->settled)
		task->settled--;
	task->settled = min(task->settled, count);
	/* It is not one of those that scopes had found when they cancelled the task. */
	for (s = task->scopes; s; s = s->outer)
		s->own_settled = min(s->own_settled, task->settled);
	return count;
}
EXPORT_SYMBOL_GPL(cotask_uncancel);

/* One delivery of all requests. */
void cotask_cancel_deliver(struct cotask *t)
{
	cotask_cancel_settle(t);
	cotask_cancel_unarm(t);
	t->entry.flags &= ~COTASK_T_HANDED;
	t->entry.flags |= COTASK_T_DELIVERED;
	/* Inside a cancelled scope the next suspension fails as well (CX-B1). */
	if (t->entry.flags & COTASK_T_LEVEL)
		cotask_cancel_arm(t);
}

/* Due requests are delivered, without an await. */
void cotask_cancel_deliver_here(struct cotask *t)
{
	if (t->entry.flags & COTASK_T_ARMED)
		cotask_cancel_deliver(t);
}

/**
 * cotask_cancel_delivered - where the outcome of the last await comes from
 * @task: the current task, whose await has just given -ECANCELED
 *
 * Context: A step of @task.
 * Return: true if it was the task itself that was asked to cancel; false if
 *	what it waited for was cancelled, or has failed with that code (CX-B3).
 */
bool cotask_cancel_delivered(const struct cotask *task)
{
	return task->entry.flags & COTASK_T_DELIVERED;
}
EXPORT_FOR_TESTS(cotask_cancel_delivered);

/**
 * cotask_cancel_settle - all requests so far are delivered now, or have vanished
 * @t: the task, which is about to resume
 */
void cotask_cancel_settle(struct cotask *t)
{
	t->deliveries++;
	t->settled = cotask_scope_count(t);
}
