// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - ENTER: apply operations, run the loop, deliver events
 *
 * The thread that is inside is the owner of the loop.  Between two calls the loop has
 * no owner, and nothing runs.
 *
 * A turn of the loop continues as long as the next entries only make an event, so one call can
 * deliver many events.  They are delivered in order.  The next call passes the number of events
 * that the process has begun: the remaining events are taken back, and revised when they are
 * delivered again.
 */
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/task_work.h>
#include <linux/uaccess.h>

#include "device.h"

static unsigned int enter_limit_ms;
module_param(enter_limit_ms, uint, 0644);
MODULE_PARM_DESC(enter_limit_ms,
		 "report a process that runs tasks for longer without a call of ENTER; 0: never");

/* --- the owner ----------------------------------------------------------- */

/*
 * The calling thread is the owner from here to cotask_file_leave().  It is not in the table
 * of pump.c while no code in the kernel can ask for its loop: a file changes threads so
 * often that readers of that table would have to retry.
 */
void cotask_file_enter(struct cotask_file *f)
{
	WRITE_ONCE(f->loop->owner, current);
	f->loop->pumping = true;
	cotask_stretch_begin(f->loop);
	if (f->has_native)
		cotask_pump_enter(f->loop);
	cotask_objects_reap(f);
}

/* The owner has work. Pending events are not counted: they wait for the process. */
static bool has_work(struct cotask_file *f)
{
	return !list_empty_careful(&f->dropped) || cotask_loop_has_work(f->loop);
}

/* The owner or the process has work. A hint, in any context other than the owner. */
bool cotask_file_is_ready(struct cotask_file *f)
{
	return cotask_turns_pending(f) || has_work(f);
}

void cotask_file_leave(struct cotask_file *f)
{
	cotask_stretch_end(f->loop);
	if (f->has_native)
		cotask_pump_leave(f->loop);
	f->loop->pumping = false;
	WRITE_ONCE(f->loop->owner, NULL);
	/* Entries that became ready in the meantime have caused no wake-up. */
	if (cotask_file_is_ready(f))
		cotask_file_wake(f);
}

/*
 * Wake the pollers of the file.  From any context, and with locks of other wait queues held, so
 * the wake-up is deferred to an interrupt, and from there to a thread.
 */
void cotask_file_wake(struct cotask_file *f)
{
	if (wq_has_sleeper(&f->wait))
		irq_work_queue(&f->wake);
}

/* --- the watchdog -------------------------------------------------------- */

/* The process runs the code of tasks and has not called ENTER for too long. */
void cotask_file_late(struct work_struct *work)
{
	struct cotask_file *f = container_of(to_delayed_work(work), struct cotask_file, late);

	WRITE_ONCE(f->was_late, true);
	trace_cotask_late(f->loop, f->loop->name);
}

static void expect_back(struct cotask_file *f)
{
	unsigned int limit = READ_ONCE(enter_limit_ms);

	if (limit && (f->running || f->n_given))
		mod_delayed_work(system_percpu_wq, &f->late, msecs_to_jiffies(limit));
}

static void is_back(struct cotask_file *f)
{
	if (unlikely(delayed_work_pending(&f->late)))
		cancel_delayed_work_sync(&f->late);
}

/* Does not apply to a call that is restarted, which needs its original flags. */
static u32 tell_late(struct cotask_file *f)
{
	if (likely(!READ_ONCE(f->was_late)))
		return 0;
	WRITE_ONCE(f->was_late, false);
	return COTASK_ENTER_LATE;
}

/* --- operations ---------------------------------------------------------- */

/* Operations that POST copies at once: they are on the stack. */
#define POSTED_CHUNK	4

/*
 * Copy operations in.  Check that their results can be written, so that no operation is applied
 * whose result is lost: the pages are those of the first and of the last one.
 */
static int copy_ops(struct cotask_op *ops, struct cotask_op __user *user, u32 n)
{
	BUILD_BUG_ON(COTASK_CHUNK * sizeof(*ops) > PAGE_SIZE);
	/* A constant size is not checked against the memory at @ops, and one is frequent. */
	if (n == 1 ? copy_from_user(ops, user, sizeof(*ops)) :
		     copy_from_user(ops, user, n * sizeof(*ops)))
		return -EFAULT;
	return put_user(0, &user->result) || put_user(0, &user[n - 1].result) ? -EFAULT : 0;
}

static int copy_results(const struct cotask_op *ops, struct cotask_op __user *user, u32 n)
{
	u32 i;

	if (!user_write_access_begin(user, n * sizeof(*user)))
		return -EFAULT;
	for (i = 0; i < n; i++)
		unsafe_put_user(ops[i].result, &user[i].result, fault);
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

/* Cost of an operation, in steps of the budget. */
#define OP_COST	16

/* Apply operations; returns how many: fewer than @n if the process is being killed. */
static u32 apply_chunk(struct cotask_file *f, struct cotask_op *ops, u32 n, bool posted)
{
	u32 i;

	for (i = 0; i < n && !fatal_signal_pending(current); i++) {
		ops[i].result = cotask_op_apply(f, &ops[i], posted);
		if (unlikely(ops[i].result < 0) && ops[i].task && !posted)
			f->refused = true;
		if (posted)
			cond_resched();
		else
			cotask_loop_spend(f->loop, OP_COST);
	}
	return i;
}

/* POST has no budget; its operations are short. */
#define POSTED_MANY	1024

/*
 * A signal is pending, and what was applied has taken so long that it must not wait any more.  Nor
 * must files whose last references ENTER has dropped: they are closed when the process is back.
 */
static bool is_interrupted(const struct cotask_file *f, u32 applied, bool posted)
{
	if (posted)
		return signal_pending(current) && applied >= POSTED_MANY;
	return f->loop->breathed && (signal_pending(current) || task_work_pending(current));
}

/*
 * Apply @n operations one after the other, and write back the result of each.  @applied is
 * valid also if it ends early.  They are copied to @ops, @size at a time, which stay while
 * an operation is applied, and so are not on the stack of ENTER.
 */
static int apply(struct cotask_file *f, u64 addr, u32 n, struct cotask_op *ops, u32 size,
		 u32 *applied)
{
	struct cotask_op __user *user = u64_to_user_ptr(addr);
	const bool posted = ops != f->ops;
	u32 some, done;
	int rc;

	if (!posted)
		f->loop->breathed = false;
	for (*applied = 0; *applied < n; user += some) {
		some = min_t(u32, n - *applied, size);
		/* As far as there is memory. */
		while ((rc = copy_ops(ops, user, some)) && some > 1)
			some = 1;
		if (rc)
			return rc;
		done = apply_chunk(f, ops, some, posted);
		*applied += done;
		if (done && copy_results(ops, user, done))
			return -EFAULT;
		if (done < some || (*applied < n && is_interrupted(f, *applied, posted)))
			return -EINTR;
	}
	return 0;
}

/**
 * cotask_file_post - COTASK_IOC_POST
 * @f: the file
 * @p: the argument of the ioctl
 *
 * Context: Any thread.
 * Return: 0 if anything was applied; -EFAULT, -EINTR.
 */
int cotask_file_post(struct cotask_file *f, struct cotask_post_ops *p)
{
	struct cotask_op ops[POSTED_CHUNK];
	int rc = apply(f, p->ops, p->n_ops, ops, POSTED_CHUNK, &p->applied);

	return p->applied && rc == -EINTR ? 0 : rc;
}

/* --- events -------------------------------------------------------------- */

static struct cotask_object *object_of(struct cotask_turn *turn)
{
	return container_of(turn, struct cotask_object, turn);
}

static void tell_step(const struct cotask_hosted *h, struct cotask_event_info *e)
{
	e->user_data = h->user_data;
	e->result = h->outcome;
	e->handle = h->handle;
	e->flags = h->started ? 0 : COTASK_EVENT_F_START;
}

static void tell_error(struct cotask_file *f, struct cotask_turn *turn,
		       struct cotask_event_info *e)
{
	struct cotask_object *o = object_of(turn);

	if (turn == &f->failure) {
		e->result = f->error;
		return;
	}
	e->result = cotask_object_awaitable(o)->result;
	if (o->kind == COTASK_OBJECT_TASK)
		e->user_data = cotask_object_hosted(o)->user_data;
}

/* false: there is no event after all. */
static bool tell(struct cotask_file *f, struct cotask_turn *turn, struct cotask_event_info *e)
{
	struct cotask_hosted *h;

	*e = (struct cotask_event_info){ .type = turn->type };
	switch (turn->type) {
	case COTASK_EVENT_STEP:
		h = cotask_object_hosted(object_of(turn));
		if (unlikely(cotask_hosted_needs_revision(h)) && !cotask_hosted_revise(h))
			return false;
		tell_step(h, e);
		if (unlikely(h->scopes) && cotask_timeouts_expiring(h->task))
			e->flags |= COTASK_EVENT_F_EXPIRED;
		return true;
	case COTASK_EVENT_CALL:
		cotask_call_tell(turn, e);
		return true;
	case COTASK_EVENT_GONE:
		tell_step(cotask_object_hosted(object_of(turn)), e);
		e->result = -ECANCELED;
		e->flags = 0;
		return true;
	default:
		tell_error(f, turn, e);
		return true;
	}
}

/* An event other than a STEP is over once the process has begun it. */
static void consume(struct cotask_file *f, struct cotask_turn *turn)
{
	cotask_turn_del(f, turn);
	if (turn->type == COTASK_EVENT_CALL)
		cotask_call_begun(turn);
	else if (turn != &f->failure)
		cotask_object_put(object_of(turn));
}

/* The process has begun the first delivered event. */
static void begin(struct cotask_file *f)
{
	struct cotask_turn *turn = cotask_turn_begin(f);
	struct cotask_hosted *h;

	if (turn->type != COTASK_EVENT_STEP) {
		consume(f, turn);
		return;
	}
	h = cotask_object_hosted(object_of(turn));
	h->state = COTASK_HOSTED_RUNNING;
	h->started = true;
	f->running++;
	if (unlikely(cotask_accounts(f->loop)))
		cotask_account_process(h->task, f->given_at);
}

/* Account for the events that were delivered last. */
static int take_begun(struct cotask_file *f, struct cotask_enter *e)
{
	if (e->n_begun > f->n_given)
		return -EINVAL;
	for (; e->n_begun; e->n_begun--) {
		begin(f);
		cotask_loop_spend(f->loop, 2);
	}
	cotask_turns_take_back(f);
	return 0;
}

/* The file is closed: discard its events, except for STEP.  Tasks end by themselves. */
void cotask_turns_drop(struct cotask_file *f)
{
	struct cotask_turn *turn, *next;

	cotask_turns_take_back(f);
	list_for_each_entry_safe(turn, next, &f->turns, link) {
		if (turn->type != COTASK_EVENT_STEP)
			consume(f, turn);
		cotask_loop_spend(f->loop, 2);
	}
}

/*
 * Whether the next turn can be delivered now.  While a task runs in the process, only its own next
 * step.  An outcome that a cancel has changed is delivered when the steps delivered before it have
 * run: they may take the change back (CX-16).
 */
static bool may_tell(const struct cotask_file *f, struct cotask_turn *turn)
{
	if (unlikely(f->running))
		return turn->at_once;
	return !f->n_given || turn->type != COTASK_EVENT_STEP ||
	       !cotask_hosted_needs_revision(cotask_object_hosted(object_of(turn)));
}

/* Collect up to @max events in f->events; returns how many. */
static u32 collect_events(struct cotask_file *f, u32 max)
{
	struct cotask_event_info *e = f->events, *end = e + max;
	struct cotask_turn *turn;

	while (e < end && (turn = cotask_turn_next(f)) && may_tell(f, turn)) {
		cotask_loop_spend(f->loop, 4);
		if (!tell(f, turn, e))
			continue;
		cotask_turn_give(f);
		if (trace_cotask_give_enabled() && turn->type == COTASK_EVENT_STEP)
			trace_cotask_give(cotask_object_hosted(object_of(turn))->task);
		e++;
	}
	return e - f->events;
}

/*
 * How many events a call may still deliver: one in all if steps are timed, or traced, as it is not
 * seen where each of them ends.  That may begin in the middle of a call.
 */
static u32 room(const struct cotask_file *f, const struct cotask_enter *e)
{
	if (unlikely(cotask_accounts(f->loop)) || trace_cotask_give_enabled())
		return e->max_events && !e->n_events;
	return e->max_events - e->n_events;
}

/* As copy_ops(), out. */
static unsigned long copy_events(struct cotask_event_info __user *user,
				 const struct cotask_event_info *events, u32 n)
{
	return n == 1 ? copy_to_user(user, events, sizeof(*user)) :
			copy_to_user(user, events, n * sizeof(*user));
}

/* Deliver events as long as there are any; those that cannot be delivered stay pending. */
static int give_events(struct cotask_file *f, struct cotask_enter *e)
{
	struct cotask_event_info __user *user = u64_to_user_ptr(e->events);
	u32 n;

	do {
		n = collect_events(f, min_t(u32, room(f, e), COTASK_CHUNK));
		if (n && copy_events(&user[e->n_events], f->events, n)) {
			cotask_turns_take_back_last(f, n);
			return -EFAULT;
		}
		e->n_events += n;
	} while (n == COTASK_CHUNK);
	return 0;
}

/* --- the loop ------------------------------------------------------------ */

/* Turns of the loop between two checks of signals and the time. */
#define TURNS	8

/*
 * How often a caller that does not wait runs TURNS, or breathes in them: tasks may always have
 * work, and other processes may always give them some.
 */
#define PATIENCE 32

/* Run ready entries for TURNS turns, or until there are events, or no work, or a turn was left. */
static void run(struct cotask_file *f, u32 max)
{
	unsigned int n = TURNS;

	f->emitted = 0;
	f->budget = max;
	f->left = false;
	/* That was in the operations. */
	f->loop->breathed = false;
	while (n-- && !f->emitted && cotask_loop_turn(f->loop) && !f->left) {
		cond_resched();
		if (signal_pending(current))
			break;
	}
}

/* Sleep until the loop has work, the time limit expires, or a signal is pending. */
static void sleep(struct cotask_file *f, s64 deadline)
{
	struct rcuwait *idle = &f->loop->idle;
	ktime_t until = ns_to_ktime(deadline);

	prepare_to_rcuwait(idle);
	/* Orders the state before the tests; pairs with rcuwait_wake_up(). */
	set_current_state(TASK_INTERRUPTIBLE);
	if (!has_work(f) && !signal_pending(current)) {
		cotask_stretch_end(f->loop);
		schedule_hrtimeout(deadline == COTASK_NEVER ? NULL : &until, HRTIMER_MODE_ABS);
		cotask_stretch_begin(f->loop);
	}
	finish_rcuwait(idle);
}

static bool is_past(s64 deadline)
{
	return deadline != COTASK_NEVER && ktime_get_ns() >= deadline;
}

/* Whether ENTER has run for long enough. */
static bool is_late(struct cotask_file *f)
{
	if (f->waits)
		return is_past(f->deadline);
	return !f->patience || !--f->patience;
}

/* Whether a turn is left, in ENTER: a breath is over. */
bool cotask_file_must_return(struct cotask_file *f)
{
	f->left = !f->dead && (signal_pending(current) || is_late(f));
	return f->left;
}

static int collect(struct cotask_file *f, struct cotask_enter *e)
{
	int rc;

	/* After a refused operation the process may not want to wait. */
	f->waits = e->min_events && !f->refused;
	f->deadline = cotask_time_to_host(e->deadline, COTASK_CLOCK_MONOTONIC);
	f->patience = PATIENCE;
	if (!e->max_events)
		return 0;
	for (;;) {
		cotask_objects_reap(f);
		rc = give_events(f, e);
		/* No other task runs during a task's step (SC-1). */
		if (rc || e->n_events || f->running)
			return rc;
		run(f, e->max_events);
		if (cotask_turns_pending(f))
			continue;
		if (!f->waits && !has_work(f))
			return 0;
		if ((e->flags & COTASK_ENTER_DRAIN) && !f->loop->tasks)
			return 0;
		/* A file to be closed first: what the process waits for may depend on it. */
		if (f->waits && task_work_pending(current))
			return 0;
		if (!has_work(f))
			sleep(f, f->deadline);
		if (signal_pending(current))
			return -ERESTARTSYS;
		if (is_late(f))
			return 0;
	}
}

/**
 * cotask_file_collect - COTASK_IOC_ENTER
 * @file: the file; the caller holds the pump mutex of its loop
 * @e: the argument of the ioctl, in and out
 *
 * Return: 0; -EINVAL: fewer events were delivered than @e says were begun; -EFAULT;
 *	-EINTR, -ERESTARTSYS if no operation was applied and no event delivered.
 */
int cotask_file_collect(struct file *file, struct cotask_enter *e)
{
	struct cotask_file *f = file->private_data;
	int rc;

	is_back(f);
	cotask_file_enter(f);
	/* Finish the cancels that a killed ENTER has begun, before anything can change. */
	if (unlikely(!list_empty(&f->loop->fanouts)))
		cotask_fanouts_run(f->loop);
	f->refused = false;
	f->has_polled = false;
	rc = take_begun(f, e);
	if (!rc)
		rc = apply(f, e->ops, e->n_ops, f->ops, COTASK_CHUNK, &e->applied);
	if (!rc)
		rc = collect(f, e);
	if (f->has_polled)
		cotask_polls_look(f, file, current->files);
	cotask_file_leave(f);
	if (unlikely(cotask_accounts(f->loop)))
		f->given_at = ktime_get_ns();
	expect_back(f);
	/* Report the work that was done, even if the wait has failed. */
	if ((rc == -EINTR || rc == -ERESTARTSYS) && (e->applied || e->n_events))
		rc = 0;
	if (rc != -ERESTARTSYS)
		e->flags = tell_late(f);
	return rc;
}
