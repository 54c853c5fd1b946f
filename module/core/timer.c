// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the clock of a loop, and its one hrtimer
 *
 * Each loop has one deadline queue per clock and a single hrtimer.  The timer
 * runs on the boot clock: a monotonic deadline is converted when the timer is
 * armed, and as the boot clock only ever gains on the monotonic one (during
 * suspend), the timer can fire early for it, never late; an early timer is armed
 * again.
 *
 * The interrupt only wakes the owner and sets timer_due.  Due entries reach the
 * ready queue at the start of a turn, in cotask_timer_run().
 *
 * The timer is not reprogrammed when the earliest deadline is deleted.  A scope
 * that is entered and left in time costs no timer operation at all.
 */
#include <linux/list_sort.h>
#include <linux/prefetch.h>

#include "core.h"

/**
 * cotask_clock_of - the loop's clock for a clock id
 * @clock: CLOCK_MONOTONIC or CLOCK_BOOTTIME
 *
 * Return: The clock; -EINVAL for any other.
 */
int cotask_clock_of(clockid_t clock)
{
	switch (clock) {
	case CLOCK_MONOTONIC:
		return COTASK_CLOCK_MONOTONIC;
	case CLOCK_BOOTTIME:
		return COTASK_CLOCK_BOOTTIME;
	default:
		return -EINVAL;
	}
}

/**
 * cotask_loop_time - the current time of a loop
 * @loop: the loop
 * @clock: the clock
 *
 * Return: Nanoseconds.
 */
u64 cotask_loop_time(const struct cotask_loop *loop, enum cotask_clock clock)
{
	if (loop->fake_clock)
		return loop->fake_now[clock];
	if (clock == COTASK_CLOCK_BOOTTIME)
		return ktime_get_boottime_ns();
	return ktime_get_ns();
}

/**
 * cotask_loop_deadline - a relative time becomes an absolute one
 * @loop: the loop
 * @ns: from now
 *
 * Return: The monotonic time; COTASK_FOREVER if it is out of range.
 */
s64 cotask_loop_deadline(struct cotask_loop *loop, s64 ns)
{
	s64 deadline;

	if (ns == COTASK_FOREVER ||
	    check_add_overflow((s64)cotask_loop_time(loop, COTASK_CLOCK_MONOTONIC), ns, &deadline))
		return COTASK_FOREVER;
	return deadline;
}

/**
 * cotask_loop_now - the time of a loop
 * @loop: the loop
 *
 * Context: Any.
 * Return: CLOCK_MONOTONIC in nanoseconds, or the hand-moved time of a test loop.
 */
u64 cotask_loop_now(struct cotask_loop *loop)
{
	return cotask_loop_time(loop, COTASK_CLOCK_MONOTONIC);
}
EXPORT_SYMBOL_GPL(cotask_loop_now);

/* Hard interrupt. */
static enum hrtimer_restart timer_fn(struct hrtimer *timer)
{
	struct cotask_loop *loop = container_of(timer, struct cotask_loop, timer);

	cotask_race_point(TIMER_DUE, loop);
	WRITE_ONCE(loop->timer_fired, true);
	/* Pairs with xchg() in cotask_timer_run(): fired is seen with due. */
	smp_store_release(&loop->timer_due, true);
	cotask_loop_wake(loop);
	return HRTIMER_NORESTART;
}

void cotask_timer_init(struct cotask_loop *loop)
{
	int clock;

	hrtimer_setup(&loop->timer, timer_fn, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_HARD);
	loop->armed_for = U64_MAX;
	for (clock = 0; clock < COTASK_CLOCKS; clock++) {
		loop->next[clock] = U64_MAX;
		cotask_dq_init(&loop->deadlines[clock],
			       cotask_loop_time(loop, clock));
		loop->deadlines[clock].loop = loop;
	}
}

/* After this the interrupt does not come any more. */
void cotask_timer_exit(struct cotask_loop *loop)
{
	hrtimer_cancel(&loop->timer);
}

/**
 * cotask_timer_add - put an entry into the deadline queue of e->clock
 * @loop: the loop
 * @e: in no list; e->deadline is later than now
 *
 * The timer is armed at the start of the next turn, so entries that do not stay
 * until then cost nothing.
 */
void cotask_timer_add(struct cotask_loop *loop, struct cotask_entry *e)
{
	cotask_dq_add(&loop->deadlines[e->clock], e);
	if (e->deadline < loop->next[e->clock]) {
		loop->next[e->clock] = e->deadline;
		WRITE_ONCE(loop->timer_due, true);
	}
}

/**
 * cotask_timer_add_ahead - the same for a deadline that was to come when it was asked for
 * @loop: the loop
 * @e: in no list
 *
 * It may have passed by now.  Then it is due at the start of the next turn, behind all that is
 * ready before, as if it had been in the queue since then.
 */
void cotask_timer_add_ahead(struct cotask_loop *loop, struct cotask_entry *e)
{
	/* A process may pass a wrong time. */
	e->deadline = max(e->deadline, loop->deadlines[e->clock].base);
	cotask_timer_add(loop, e);
}

void cotask_timer_del(struct cotask_loop *loop, struct cotask_entry *e)
{
	cotask_dq_del(&loop->deadlines[e->clock], e);
}

/* How far the boot clock is ahead of @clock. */
static u64 clock_offset(const struct cotask_loop *loop, enum cotask_clock clock)
{
	if (clock == COTASK_CLOCK_BOOTTIME)
		return 0;
	if (loop->fake_clock)
		return loop->fake_now[COTASK_CLOCK_BOOTTIME] -
		       loop->fake_now[COTASK_CLOCK_MONOTONIC];
	return ktime_to_ns(ktime_mono_to_any(0, TK_OFFS_BOOT));
}

static int cmp_deadline(void *priv, const struct list_head *a,
			const struct list_head *b)
{
	struct cotask_loop *loop = priv;
	struct cotask_entry *ea = list_entry(a, struct cotask_entry, link);
	struct cotask_entry *eb = list_entry(b, struct cotask_entry, link);
	u64 da = ea->deadline + clock_offset(loop, ea->clock);
	u64 db = eb->deadline + clock_offset(loop, eb->clock);

	cotask_loop_spend(loop, 1);
	return da > db;
}

/*
 * When the timer has to fire, on the boot clock.  Remembers per clock before which time
 * a new deadline requires a check of the timer: it does not while the timer is armed for
 * an earlier time anyway.
 */
static u64 timer_next(struct cotask_loop *loop)
{
	u64 earliest = loop->armed_for;
	int clock;

	for (clock = 0; clock < COTASK_CLOCKS; clock++) {
		u64 next = cotask_dq_next(&loop->deadlines[clock]);

		if (next < S64_MAX)
			earliest = min3(earliest, next + clock_offset(loop, clock),
					(u64)S64_MAX);
	}
	for (clock = 0; clock < COTASK_CLOCKS; clock++)
		loop->next[clock] = earliest == U64_MAX ? S64_MAX :
				    earliest - clock_offset(loop, clock);
	return earliest;
}

static void timer_arm(struct cotask_loop *loop)
{
	u64 next = timer_next(loop);

	if (next >= loop->armed_for || loop->fake_clock)
		return;
	loop->armed_for = next;
	hrtimer_start(&loop->timer, ns_to_ktime(next), HRTIMER_MODE_ABS_HARD);
}

/* They are about to be run; what a step touches lies anywhere. */
static void announce(struct cotask_loop *loop, struct list_head *due, const u64 *now)
{
	struct cotask_entry *e;

	list_for_each_entry(e, due, link) {
		struct cotask *t = container_of(e, struct cotask, entry);

		cotask_loop_spend(loop, 1);
		cotask_hist_add(&loop->stats.late, now[e->clock] - e->deadline);
		if (e->kind != COTASK_ENTRY_TASK)
			continue;
		prefetchw(t->frame);
		trace_cotask_wake(t, 0);
	}
}

/**
 * cotask_timer_run - queue what is due, arm the timer for the rest
 * @loop: the loop
 *
 * At the start of a turn (SC-4).
 */
void cotask_timer_run(struct cotask_loop *loop)
{
	u64 now[COTASK_CLOCKS] = {};
	bool mono, boot = false;
	LIST_HEAD(due);

	cotask_race_point(TIMER_TAKEN, loop);
	/* Before the clock is read: a timer that fires from here on causes another run. */
	xchg(&loop->timer_due, false);
	if (READ_ONCE(loop->timer_fired)) {
		WRITE_ONCE(loop->timer_fired, false);
		loop->armed_for = U64_MAX;
	}
	now[COTASK_CLOCK_MONOTONIC] = cotask_loop_time(loop, COTASK_CLOCK_MONOTONIC);
	mono = cotask_dq_expire(&loop->deadlines[COTASK_CLOCK_MONOTONIC],
				now[COTASK_CLOCK_MONOTONIC], &due);
	if (loop->deadlines[COTASK_CLOCK_BOOTTIME].levels) {
		now[COTASK_CLOCK_BOOTTIME] = cotask_loop_time(loop, COTASK_CLOCK_BOOTTIME);
		boot = cotask_dq_expire(&loop->deadlines[COTASK_CLOCK_BOOTTIME],
					now[COTASK_CLOCK_BOOTTIME], &due);
	}
	if (mono && boot)
		list_sort(loop, &due, cmp_deadline);
	announce(loop, &due, now);
	list_splice_tail(&due, &loop->ready);
	timer_arm(loop);
}
