/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - time: sleeping, and timeouts
 *
 * <linux/cotask.h> includes it.
 */
#ifndef _LINUX_COTASK_TIME_H
#define _LINUX_COTASK_TIME_H

#include <linux/cotask.h>

struct cotask_await __must_check cotask_yield(struct cotask *task);
struct cotask_await __must_check cotask_sleep_range(struct cotask *task, s64 ns,
						    u64 slack_ns);
struct cotask_await __must_check cotask_sleep_until(struct cotask *task,
						    ktime_t deadline,
						    clockid_t clock,
						    u64 slack_ns);

/**
 * cotask_sleep - sleep
 * @task: the current task
 * @ns: for at least this long; as for cotask_sleep_range()
 *
 * Always suspends (SL-2); never returns early (SL-1).  Sleepers with equal deadlines
 * wake in the order of their calls (SL-4).
 *
 * Context: A step of @task.
 * Return: As cotask_sleep_range().
 */
static inline struct cotask_await __must_check cotask_sleep(struct cotask *task, s64 ns)
{
	return cotask_sleep_range(task, ns, 0);
}

enum cotask_timeout_state {
	COTASK_TIMEOUT_CREATED = 1,
	COTASK_TIMEOUT_ENTERED,
	COTASK_TIMEOUT_EXPIRING,
	COTASK_TIMEOUT_EXPIRED,
	COTASK_TIMEOUT_FINISHED,
};

/**
 * struct cotask_timeout - a time limit for a part of a task
 * @scope: the scope
 * @entry: its place in the deadline queue, or in the ready queue [L]
 * @deadline: nanoseconds [L]
 * @name: shown in views and logs, see cotask_timeout_configure() [L]
 * @state: one of enum cotask_timeout_state [L]
 * @flags: COTASK_TIMEOUT_* [L]
 * @in_block: of CO_TIMEOUT() [L]
 */
struct cotask_timeout {
	struct cotask_scope	scope;
	struct cotask_entry	entry;
	s64			deadline;
	const char		*name;
	u8			state;
	u8			flags;
	bool			in_block;
};

int cotask_timeout_init(struct cotask_timeout *t, struct cotask_loop *loop, s64 ns);
int cotask_timeout_init_at(struct cotask_timeout *t, ktime_t deadline,
			   clockid_t clock);
int __must_check cotask_timeout_enter(struct cotask *task,
				      struct cotask_timeout *t);
int __must_check cotask_timeout_start(struct cotask *task,
				      struct cotask_timeout *t, s64 ns);
int cotask_timeout_move(struct cotask_timeout *t, ktime_t deadline);
long __must_check cotask_timeout_exit(struct cotask_timeout *t, long rc);

/* How a timeout ends. */
#define COTASK_TIMEOUT_STRICT	BIT(0)	/* a body that succeeds too late has timed out */
#define COTASK_TIMEOUT_QUIET	BIT(1)	/* exit returns 0 instead of -ETIMEDOUT */
#define COTASK_TIMEOUT_ALL	(COTASK_TIMEOUT_STRICT | COTASK_TIMEOUT_QUIET)

int cotask_timeout_configure(struct cotask_timeout *t, const char *name, u32 flags);

/**
 * cotask_timeout_when - the deadline of a timeout
 * @t: the timeout
 *
 * Context: The loop's owner.
 * Return: The time; KTIME_MAX if there is none (TO-1).
 */
static inline ktime_t cotask_timeout_when(const struct cotask_timeout *t)
{
	return ns_to_ktime(t->deadline);
}

/**
 * cotask_timeout_expired - whether a timeout has acted
 * @t: the timeout
 *
 * Context: The loop's owner.
 * Return: true from the moment it has cancelled its task (TO-4).
 */
static inline bool cotask_timeout_expired(const struct cotask_timeout *t)
{
	return t->state == COTASK_TIMEOUT_EXPIRING || t->state == COTASK_TIMEOUT_EXPIRED;
}

/* Behind CO_TIMEOUT(). */
static inline long __cotask_timeout_begin(struct cotask *task, struct cotask_timeout *t, s64 ns)
{
	int rc = cotask_timeout_start(task, t, ns);

	if (!rc)
		t->in_block = true;
	return rc;
}

static inline long __cotask_timeout_end(struct cotask_timeout *t, long rc)
{
	t->in_block = false;
	return cotask_timeout_exit(t, rc);
}

#endif /* _LINUX_COTASK_TIME_H */
