// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - futures that have outlived their loop
 *
 * As in the remove() of a driver that first ends its loop, and then its interrupt.  Nothing but the
 * future refers to the loop.
 */
#include <linux/cotask_loop.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "../helpers.h"
#include "../suites.h"

enum whose {
	OF_A_KTHREAD,
	OF_THE_CALLER,
	OF_ANOTHER,	/* and never pumped; the case is a thread of its own */
	LOOPS
};

static const char *const whose_name[] = { "of a kthread", "of the caller", "of another" };

/* What a driver has, but for @told and @ran. */
static struct {
	struct cotask_loop	*loop;
	struct cotask_future	f;
	struct cotask_shield	shield;
	struct cotask_callback	*cb[2];
	unsigned int		told;
	unsigned int		ran;
} driver;

static void on_error(struct cotask_loop *loop, struct cotask *task, int error)
{
	driver.told++;
}

static void probe_driver(struct kunit *test, enum whose whose)
{
	const u32 flags = whose == OF_A_KTHREAD ? 0 : COTASK_LOOP_HERE;

	memset(&driver, 0, sizeof(driver));
	driver.loop = cotask_loop_create("outlived", flags);
	KUNIT_ASSERT_FALSE(test, IS_ERR(driver.loop));
	cotask_loop_set_error_handler(driver.loop, on_error);
	KUNIT_EXPECT_EQ(test, cotask_future_init(&driver.f, driver.loop), 0);
}

/* The memory of what has no reference goes. */
static void end_loop(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(driver.loop, 0), 0);
	rcu_barrier();
}

static void call_of(struct env *env, enum whose whose, void (*fn)(struct env *env))
{
	if (whose == OF_ANOTHER)
		elsewhere(env, fn);
	else
		fn(env);
}

static void complete_it(struct env *env)
{
	KUNIT_EXPECT_EQ(env->test, cotask_future_complete(&driver.f, 5), 0);
}

/* AW-11: the handler, which may be gone with its driver, is not told: an error goes to the log */
static void handler_is_not_called(struct kunit *test)
{
	enum whose whose;

	for (whose = 0; whose < LOOPS; whose++) {
		probe_driver(test, whose);
		KUNIT_EXPECT_EQ(test, cotask_future_fail(&driver.f, E1), 0);
		end_loop(test);
		cotask_future_fini(&driver.f);
		cotask_future_fini(&driver.f);
		KUNIT_EXPECT_EQ_MSG(test, driver.told, 0U, "%s", whose_name[whose]);
	}
}

/* AW-7: the cancel of a future is accepted after the end of its loop */
static void cancel_is_accepted(struct kunit *test)
{
	enum whose whose;

	for (whose = 0; whose < LOOPS; whose++) {
		probe_driver(test, whose);
		end_loop(test);
		KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancel(&driver.f.base));
		KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&driver.f.base));
		KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&driver.f.base));
		cotask_future_fini(&driver.f);
		KUNIT_EXPECT_FALSE(test, cotask_awaitable_cancel(&driver.f.base));
		KUNIT_EXPECT_EQ(test, driver.told, 0U);
	}
}

/* RT-3: a thread blocks for a future whose loop has ended, also the one that had the loop */
static void thread_blocks(struct kunit *test)
{
	struct cotask_awaitable *x = &driver.f.base;
	struct env *env = env_of(test);
	enum whose whose;

	for (whose = 0; whose < LOOPS; whose++) {
		probe_driver(test, whose);
		end_loop(test);
		KUNIT_EXPECT_EQ_MSG(test, cotask_block(x, 5 * MS, TASK_IDLE), -ETIMEDOUT, "%s",
				    whose_name[whose]);
		call_of(env, whose, complete_it);
		KUNIT_EXPECT_EQ(test, cotask_block(x, 5 * MS, TASK_IDLE), 0);
		cotask_future_fini(&driver.f);
		/* Its outcome stays. */
		KUNIT_EXPECT_EQ(test, cotask_block(x, 5 * MS, TASK_IDLE), 0);
		KUNIT_EXPECT_EQ(test, cotask_awaitable_result(x), 5L);
	}
}

static int run_once(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	driver.ran++;
	return 0;
}

static void register_both(struct env *env)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(driver.cb); i++) {
		driver.cb[i] = kmalloc(sizeof(*driver.cb[i]), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(env->test, driver.cb[i]);
		KUNIT_EXPECT_EQ(env->test,
				cotask_on_done(&driver.f.base, driver.cb[i], run_once), 0);
	}
}

static void free_both(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(driver.cb); i++)
		kfree(driver.cb[i]);
}

/* TK-3, AW-6: completed after the end of the loop, or never: its callbacks do not run */
static void callbacks_do_not_run(struct kunit *test)
{
	struct env *env = env_of(test);
	enum whose whose;
	int completed;

	for (whose = 0; whose < LOOPS; whose++) {
		for (completed = 0; completed < 2; completed++) {
			probe_driver(test, whose);
			call_of(env, whose, register_both);
			end_loop(test);
			if (completed)
				call_of(env, whose, complete_it);
			cotask_future_fini(&driver.f);
			free_both();
			KUNIT_EXPECT_EQ_MSG(test, driver.ran, 0U, "%s", whose_name[whose]);
		}
	}
}

/* TK-3: completed before the end of the loop: they run, though nothing has pumped it */
static void callbacks_before_the_end_run(struct kunit *test)
{
	struct env *env = env_of(test);
	enum whose whose;

	for (whose = 0; whose < LOOPS; whose++) {
		probe_driver(test, whose);
		call_of(env, whose, register_both);
		call_of(env, whose, complete_it);
		end_loop(test);
		KUNIT_EXPECT_EQ_MSG(test, driver.ran, 2U, "%s", whose_name[whose]);
		cotask_future_fini(&driver.f);
		free_both();
	}
}

/* SH-8: completed after a shield, with a callback, was dropped when the loop had ended */
static void shield_was_dropped(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_callback cb;
	enum whose whose;

	for (whose = OF_THE_CALLER; whose < LOOPS; whose++) {
		probe_driver(test, whose);
		KUNIT_EXPECT_PTR_EQ(test, cotask_shield(&driver.shield, &driver.f.base),
				    &driver.shield.base);
		KUNIT_EXPECT_EQ(test, cotask_on_done(&driver.shield.base, &cb, run_once), 0);
		end_loop(test);
		cotask_shield_drop(&driver.shield);
		KUNIT_EXPECT_TRUE(test, list_empty(&cb.entry.link));
		call_of(env, whose, complete_it);
		cotask_future_fini(&driver.f);
		KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancelled(&driver.shield.base));
	}
}

/* AW-6: what is not in use, or not any more, refuses every call */
static void not_in_use(struct kunit *test)
{
	struct cotask_callback cb;

	memset(&driver, 0, sizeof(driver));
	cotask_future_fini(&driver.f);
	probe_driver(test, OF_A_KTHREAD);
	cotask_future_fini(&driver.f);
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&driver.f, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_future_fail(&driver.f, E1), -EINVAL);
	KUNIT_EXPECT_FALSE(test, cotask_future_cancel(&driver.f));
	KUNIT_EXPECT_EQ(test, cotask_on_done(&driver.f.base, &cb, run_once), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_off_done(&driver.f.base, run_once), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_block(&driver.f.base, 5 * MS, TASK_IDLE), -EINVAL);
	cotask_future_init(&driver.f, driver.loop);
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&driver.f, 1), 0);
	end_loop(test);
	cotask_future_fini(&driver.f);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(handler_is_not_called),
	KUNIT_CASE(cancel_is_accepted),
	KUNIT_CASE(thread_blocks),
	KUNIT_CASE(callbacks_do_not_run),
	KUNIT_CASE(callbacks_before_the_end_run),
	KUNIT_CASE(shield_was_dropped),
	KUNIT_CASE(not_in_use),
	{}
};

struct kunit_suite cotask_ended_suite = {
	.name = "cotask_ended",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
