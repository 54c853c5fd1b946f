// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: groups, timeouts, sections, cancel scopes
 */
#include "lib_test.h"

/* The task computes until a time has passed. */
static void compute_for(int64_t ns)
{
	int64_t end = cotask_now() + ns;

	while (cotask_now() <= end)
		;
}

/* --- late ------------------------------------------------------------------- */

/* TO-5, TO-19: a timeout that expires while its task computes acts at the second await */
TASK_TEST(timeout_while_it_computes)
{
	struct cotask_timeout t;
	int i;

	for (i = 0; i < 2; i++) {
		CHECK_EQ(cotask_timeout_start(&t, COTASK_MSEC), 0);
		/* Applied before or after the time has expired. */
		if (i)
			cotask_cancelling(cotask_current());
		compute_for(2 * COTASK_MSEC);
		CHECK_EQ(cotask_yield(), 0);
		CHECK_EQ(cotask_yield(), -ECANCELED);
		CHECK_EQ(cotask_timeout_exit(&t, -ECANCELED), -ETIMEDOUT);
	}
	return 0;
}

/* TO-5: a timeout that is past at enter acts at the first await */
TASK_TEST(timeout_that_is_past)
{
	struct cotask_timeout t;

	cotask_timeout_init(&t, COTASK_MSEC);
	compute_for(2 * COTASK_MSEC);
	CHECK_EQ(cotask_timeout_enter(&t), 0);
	CHECK_EQ(cotask_yield(), -ECANCELED);
	CHECK_EQ(cotask_timeout_exit(&t, -ECANCELED), -ETIMEDOUT);
	return 0;
}

static char order[4];

static long late_sleeper(void *arg)
{
	long rc = arg ? cotask_sleep_until(cotask_now() + COTASK_MSEC, CLOCK_MONOTONIC) :
			cotask_sleep(COTASK_MSEC);

	strcat(order, "s");
	return rc;
}

static long computes(void *arg)
{
	long rc;

	compute_for(2 * COTASK_MSEC);
	rc = cotask_yield();
	strcat(order, "c");
	return rc;
}

/* SC-4: a sleeper whose time expires while another task computes resumes after that task's yield */
TASK_TEST(sleep_while_another_computes)
{
	struct cotask_group g;
	int i;

	/* Ensures several events at a time. */
	cotask_group_init(&g);
	CHECK_EQ(cotask_group_enter(&g), 0);
	for (i = 0; i < 8; i++)
		CHECK_EQ(cotask_go(&g, t_yields, (void *)40), 0);
	CHECK_EQ(cotask_group_exit(&g, 0), 0);
	for (i = 0; i < 2; i++) {
		order[0] = '\0';
		cotask_group_init(&g);
		CHECK_EQ(cotask_group_enter(&g), 0);
		CHECK_EQ(cotask_go(&g, late_sleeper, (void *)(long)i), 0);
		CHECK_EQ(cotask_go(&g, computes, NULL), 0);
		CHECK_EQ(cotask_group_exit(&g, 0), 0);
		CHECK_EQ(strcmp(order, "cs"), 0);
	}
	return 0;
}

/* --- groups ------------------------------------------------------------------ */

TASK_TEST(group)
{
	struct cotask_group g;

	cotask_group_init(&g);
	CHECK_EQ(cotask_go(&g, t_value, NULL), -EINVAL);
	CHECK_EQ(cotask_group_exit(&g, 0), -EINVAL);
	CHECK_EQ(cotask_group_enter(&g), 0);
	CHECK_EQ(cotask_group_enter(&g), -EALREADY);
	CHECK_EQ(cotask_go(&g, t_sleeps, (void *)2), 0);
	CHECK_EQ(cotask_go(&g, t_sleeps, (void *)1), 0);
	CHECK_EQ(cotask_group_exit(&g, 0), 0);
	CHECK_EQ(cotask_go(&g, t_value, NULL), -ESHUTDOWN);
	CHECK_EQ(cotask_group_enter(&g), -EALREADY);
	CHECK_EQ(cotask_group_errors(&g, NULL, 0), 0);
	CHECK_EQ(cotask_group_cancel(&g), 0);
	cotask_group_fini(&g);
	return 0;
}

/* TG-9, TG-14 */
TASK_TEST(group_fails)
{
	struct cotask_group_error e[3];
	struct cotask *bad, *good;
	struct cotask_group g;

	cotask_group_init(&g);
	CHECK_EQ(cotask_group_enter(&g), 0);
	good = cotask_spawn(&g, t_forever, NULL, NULL);
	bad = cotask_spawn(&g, t_fails, NULL, NULL);
	CHECK_EQ(cotask_group_exit(&g, cotask_sleep(COTASK_FOREVER)), -EIO);
	CHECK_EQ(cotask_group_errors(&g, e, 3), 1);
	CHECK(e[0].task == bad);
	CHECK_EQ(e[0].error, -EIO);
	CHECK(cotask_cancelled(good));
	cotask_group_fini(&g);
	cotask_put(good);
	cotask_put(bad);
	CHECK_EQ(cotask_yield(), 0);
	return 0;
}

TASK_TEST(group_is_cancelled)
{
	struct cotask_group g;

	cotask_group_init(&g);
	CHECK_EQ(cotask_group_cancel(&g), 0);
	CHECK_EQ(cotask_group_enter(&g), 0);
	CHECK_EQ(cotask_go(&g, t_value, NULL), -ESHUTDOWN);
	CHECK_EQ(cotask_group_exit(&g, cotask_yield()), 0);
	cotask_group_init(&g);
	CHECK_EQ(cotask_group_enter(&g), 0);
	CHECK_EQ(cotask_go(&g, t_forever, NULL), 0);
	CHECK_EQ(cotask_group_cancel(&g), 0);
	CHECK_EQ(cotask_group_exit(&g, 0), 0);
	return 0;
}

TASK_TEST(group_options)
{
	struct cotask_group_options o = { .limit = 1, .deadline = cotask_now() + 2 * COTASK_MSEC };
	struct cotask_group g;

	cotask_group_init(&g);
	CHECK_EQ(cotask_group_configure(&g, &o), 0);
	CHECK_EQ(cotask_group_enter(&g), 0);
	CHECK_EQ(cotask_group_configure(&g, &o), -EALREADY);
	CHECK_EQ(cotask_go(&g, t_forever, NULL), 0);
	CHECK_EQ(cotask_go(&g, t_forever, NULL), -EAGAIN);
	CHECK_EQ(cotask_group_exit(&g, 0), -ETIMEDOUT);
	cotask_group_fini(&g);
	o.flags = 0x100;
	cotask_group_init(&g);
	CHECK_EQ(cotask_group_configure(&g, &o), -EINVAL);
	o = (struct cotask_group_options){ .deadline = -1 };
	CHECK_EQ(cotask_group_configure(&g, &o), -EINVAL);
	return 0;
}

/* --- scopes ------------------------------------------------------------------ */

TASK_TEST(timeout)
{
	struct cotask_timeout t, inner;
	int64_t when = cotask_now() + COTASK_MSEC;

	cotask_timeout_init_at(&t, when);
	CHECK(cotask_timeout_when(&t) == when);
	CHECK(!cotask_timeout_expired(&t));
	CHECK_EQ(cotask_timeout_exit(&t, 0), -EINVAL);
	CHECK_EQ(cotask_timeout_move(&t, when), -EINVAL);
	CHECK_EQ(cotask_timeout_enter(&t), 0);
	CHECK(cotask_effective_deadline(cotask_current()) == when);
	CHECK_EQ(cotask_timeout_enter(&t), -EALREADY);
	CHECK_EQ(cotask_timeout_move(&t, COTASK_FOREVER), 0);
	CHECK(cotask_timeout_when(&t) == COTASK_FOREVER);
	CHECK_EQ(cotask_sleep(2 * COTASK_MSEC), 0);
	CHECK_EQ(cotask_timeout_move(&t, 1), 0);
	CHECK_EQ(cotask_timeout_start(&inner, LONG_TIME), 0);
	CHECK_EQ(cotask_timeout_exit(&inner, cotask_yield()), -ECANCELED);
	CHECK(!cotask_timeout_expired(&inner));
	CHECK(cotask_timeout_expired(&t));
	CHECK_EQ(cotask_timeout_exit(&t, -ECANCELED), -ETIMEDOUT);
	CHECK(cotask_timeout_expired(&t));
	CHECK_EQ(cotask_timeout_exit(&t, 0), -EINVAL);
	CHECK_EQ(cotask_timeout_start(&t, LONG_TIME), 0);
	CHECK_EQ(cotask_timeout_exit(&t, 8), 8);
	cotask_timeout_init(&t, COTASK_MSEC);
	CHECK_EQ(cotask_timeout_configure(&t, COTASK_TIMEOUT_QUIET), 0);
	CHECK_EQ(cotask_timeout_configure(&t, 8), -EINVAL);
	CHECK_EQ(cotask_timeout_enter(&t), 0);
	CHECK_EQ(cotask_timeout_configure(&t, 0), -EALREADY);
	CHECK_EQ(cotask_timeout_exit(&t, cotask_sleep(LONG_TIME)), 0);
	return 0;
}

/* More scopes than a task may be inside of: the innermost body is interrupted. */
TASK_TEST(too_many_timeouts)
{
	struct cotask_timeout t[100];
	int i, n = 0;
	long rc = 0;

	for (i = 0; i < 100; i++)
		CHECK_EQ(cotask_timeout_start(&t[i], LONG_TIME), 0);
	CHECK_EQ(cotask_sleep(COTASK_FOREVER), -ECANCELED);
	for (i = 99; i >= 0; i--) {
		rc = cotask_timeout_exit(&t[i], 0);
		CHECK(rc == 0 || rc == -ENOSPC);
		n += rc == -ENOSPC;
	}
	CHECK_EQ(n, 36);
	CHECK_EQ(cotask_cancelling(cotask_current()), 0);
	CHECK_EQ(cotask_yield(), 0);
	return 0;
}

/* The kernel refuses it only at exit, because another operation waits behind it in the array. */
TASK_TEST(refused_when_it_is_left)
{
	struct cotask_timeout t[65];
	struct cotask *done = cotask_spawn(NULL, t_value, NULL, NULL);
	int i;

	CHECK_EQ(cotask_join(done), 0);
	for (i = 0; i < 64; i++)
		CHECK_EQ(cotask_timeout_start(&t[i], LONG_TIME), 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_timeout_start(&t[64], LONG_TIME), 0);
	cotask_put(done);
	CHECK_EQ(cotask_timeout_exit(&t[64], 0), -ENOSPC);
	CHECK_EQ(cotask_cancelling(cotask_current()), 0);
	while (i--)
		CHECK_EQ(cotask_timeout_exit(&t[i], i), i);
	CHECK_EQ(cotask_yield(), 0);
	return 0;
}

/* Two timeouts around a short sleep.  Return: the outcome. */
static long sleep_in_two(struct cotask_timeout *outer, int64_t ns, struct cotask_timeout *inner)
{
	CHECK_EQ(cotask_timeout_start(outer, ns), 0);
	CHECK_EQ(cotask_timeout_start(inner, LONG_TIME), 0);
	return cotask_sleep(COTASK_MSEC);
}

/* TO-6, TO-13: left after a wait, without asking the kernel, inside of each other */
TASK_TEST(timeouts_are_left_quietly)
{
	struct cotask_timeout outer, inner;
	int64_t ns = 50 * COTASK_MSEC;
	long rc;

	/* On a machine that is slow the time may be up after the sleep. */
	for (; (rc = sleep_in_two(&outer, ns, &inner)) == -ECANCELED; ns *= 2) {
		CHECK_EQ(cotask_timeout_exit(&inner, rc), rc);
		CHECK_EQ(cotask_timeout_exit(&outer, rc), -ETIMEDOUT);
	}
	CHECK_EQ(rc, 0);
	CHECK_EQ(cotask_timeout_exit(&outer, 0), -EINVAL);
	CHECK_EQ(cotask_timeout_exit(&inner, 7), 7);
	CHECK(!cotask_timeout_expired(&inner));
	CHECK_EQ(cotask_sleep(LONG_TIME), -ECANCELED);
	CHECK_EQ(cotask_timeout_exit(&outer, -ECANCELED), -ETIMEDOUT);
	CHECK(cotask_timeout_expired(&outer));
	/* Neither timeout can expire any more. */
	CHECK_EQ(cotask_sleep(60 * COTASK_MSEC), 0);
	return 0;
}

/* Leave @outer while @inner is open, then both in the right order, with an equal error. */
#define MISUSE(exit_outer, outer, exit_inner, inner)			\
do {									\
	CHECK_EQ(exit_outer(outer, 0), -EINVAL);			\
	CHECK_EQ(exit_inner(inner, -EINVAL), -EINVAL);			\
	CHECK_EQ(exit_inner(inner, 0), -EINVAL);			\
	CHECK_EQ(exit_outer(outer, 4), 4);				\
	CHECK_EQ(exit_outer(outer, 4), -EINVAL);			\
} while (0)

/* TO-3, TG-1: an exit that is refused has no effect. */
TASK_TEST(exits_out_of_order)
{
	struct cotask_cancel_scope s;
	struct cotask_section section;
	struct cotask_timeout t;
	struct cotask_group g;

	cotask_timeout_init(&t, LONG_TIME);
	CHECK_EQ(cotask_timeout_enter(&t), 0);
	CHECK_EQ(cotask_shield_enter(&section, COTASK_FOREVER), 0);
	MISUSE(cotask_timeout_exit, &t, cotask_shield_exit, &section);
	CHECK_EQ(cotask_shield_enter(&section, COTASK_FOREVER), 0);
	CHECK_EQ(cotask_timeout_start(&t, LONG_TIME), 0);
	CHECK_EQ(cotask_yield(), 0);
	MISUSE(cotask_shield_exit, &section, cotask_timeout_exit, &t);
	cotask_cancel_scope_init(&s, COTASK_FOREVER);
	CHECK_EQ(cotask_cancel_scope_enter(&s), 0);
	CHECK_EQ(cotask_shield_enter(&section, COTASK_FOREVER), 0);
	MISUSE(cotask_cancel_scope_exit, &s, cotask_shield_exit, &section);
	cotask_group_init(&g);
	CHECK_EQ(cotask_group_enter(&g), 0);
	cotask_cancel_scope_init(&s, COTASK_FOREVER);
	CHECK_EQ(cotask_cancel_scope_enter(&s), 0);
	CHECK_EQ(cotask_group_exit(&g, 0), -EINVAL);
	CHECK_EQ(cotask_go(&g, t_value, NULL), 0);
	CHECK_EQ(cotask_cancel_scope_exit(&s, -EINVAL), -EINVAL);
	CHECK_EQ(cotask_group_exit(&g, -EINVAL), -EINVAL);
	CHECK_EQ(cotask_group_errors(&g, NULL, 0), 1);
	CHECK_EQ(cotask_group_exit(&g, 0), -EINVAL);
	cotask_group_fini(&g);
	return 0;
}

TASK_TEST(section)
{
	struct cotask_section s;

	CHECK_EQ(cotask_shield_enter(&s, COTASK_FOREVER), 0);
	CHECK(cotask_cancel(cotask_current()));
	CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
	CHECK_EQ(cotask_shield_exit(&s, 0), 0);
	CHECK_EQ(cotask_yield(), -ECANCELED);
	CHECK_EQ(cotask_uncancel(cotask_current()), 0);
	CHECK_EQ(cotask_shield_enter(&s, COTASK_MSEC), 0);
	CHECK_EQ(cotask_shield_exit(&s, cotask_sleep(LONG_TIME)), -ETIMEDOUT);
	return 0;
}

/* CX-B1 */
TASK_TEST(cancel_scope)
{
	struct cotask_cancel_scope s;

	cotask_cancel_scope_init(&s, COTASK_FOREVER);
	CHECK_EQ(cotask_cancel_scope_enter(&s), 0);
	CHECK_EQ(cotask_cancel_scope_enter(&s), -EALREADY);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_cancel_scope_cancel(&s), 0);
	CHECK_EQ(cotask_yield(), -ECANCELED);
	CHECK_EQ(cotask_yield(), -ECANCELED);
	CHECK_EQ(cotask_cancel_scope_exit(&s, -ECANCELED), 0);
	CHECK_EQ(cotask_yield(), 0);
	cotask_cancel_scope_init(&s, COTASK_FOREVER);
	CHECK_EQ(cotask_cancel_scope_cancel(&s), 0);
	CHECK_EQ(cotask_cancel_scope_enter(&s), 0);
	CHECK_EQ(cotask_cancel_scope_exit(&s, cotask_yield()), 0);
	return 0;
}

TEST_HARNESS_MAIN
