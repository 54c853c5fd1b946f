// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: errors that are not retrieved, and what a run leaves behind
 */
#include "lib_test.h"

static struct {
	int error;
	char name[COTASK_NAME_MAX + 1];
} told[4];
static int n_told;

static void on_error(struct cotask_loop *loop, struct cotask *task, int error)
{
	if (n_told == 4)
		abort();
	told[n_told].error = error;
	told[n_told].name[0] = 0;
	if (task)
		cotask_get_name(task, told[n_told].name, sizeof(told->name));
	n_told++;
}

/* Run @fn in a new loop that reports errors.  Return: the outcome of @fn. */
static long run_and_hear(cotask_fn fn, void *arg)
{
	struct cotask_loop *loop = cotask_loop_create(NULL);
	long rc;

	if (!loop)
		return -errno;
	n_told = 0;
	cotask_loop_set_error_handler(loop, on_error);
	rc = cotask_loop_run(loop, fn, arg);
	cotask_loop_put(loop);
	return rc;
}

/* The run hears of one error, -EIO, of the task with the name. */
#define HEARS_OF(fn, its_name) do {						\
	ASSERT_EQ(0, run_and_hear(fn, NULL));					\
	ASSERT_EQ(1, n_told);							\
	ASSERT_EQ(-EIO, told[0].error);						\
	ASSERT_STREQ(its_name, told[0].name);					\
} while (0)

static int go_named(cotask_fn fn, const char *name)
{
	struct cotask *task = cotask_spawn(NULL, fn, NULL, name);

	if (!task)
		return -errno;
	cotask_put(task);
	return 0;
}

static long fails_alone(void *arg)
{
	CHECK_EQ(go_named(t_fails, "alone"), 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_yield(), 0);
	return 0;
}

/* CT-B3, AW-11 */
TEST(error_handler)
{
	HEARS_OF(fails_alone, "alone");
}

static long cleans_up_for_a_while(void *arg)
{
	CHECK_EQ(cotask_sleep(COTASK_FOREVER), -ECANCELED);
	return cotask_sleep(5 * COTASK_MSEC);
}

/* Its end is recorded when its child has ended. */
static long fails_in_two_groups(void *arg)
{
	static struct cotask_group groups[2];
	int i;

	for (i = 0; i < 2; i++) {
		cotask_group_init(&groups[i]);
		CHECK_EQ(cotask_group_enter(&groups[i]), 0);
	}
	CHECK_EQ(cotask_go(&groups[0], cleans_up_for_a_while, NULL), 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_group_exit(&groups[1], 0), 0);
	return -EIO;
}

/* New tasks would take the place of the one that has failed. */
static long fails_with_children(void *arg)
{
	int i;

	CHECK_EQ(go_named(fails_in_two_groups, "parent"), 0);
	for (i = 0; i < 10; i++) {
		CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
		CHECK_EQ(go_named(t_forever, "other"), 0);
	}
	return 0;
}

/* AW-11: the report identifies a task that has ended inside of a group */
TEST(error_inside_of_a_group)
{
	HEARS_OF(fails_with_children, "parent");
}

/* ... also if it is one of those that a run has left */
static long leaves_a_parent(void *arg)
{
	CHECK_EQ(go_named(fails_in_two_groups, "parent"), 0);
	return cotask_sleep(COTASK_MSEC);
}

TEST(error_inside_of_a_group_at_the_end)
{
	HEARS_OF(leaves_a_parent, "parent");
}

/* --- leftovers ------------------------------------------------------------------ */

static long cleans_up_badly(void *arg)
{
	CHECK_EQ(cotask_sleep(COTASK_FOREVER), -ECANCELED);
	return -ENXIO;
}

static long leaves_some(void *arg)
{
	struct cotask **held = arg;

	*held = cotask_spawn(NULL, cleans_up_badly, NULL, "held");
	CHECK(*held);
	CHECK_EQ(go_named(cleans_up_badly, "free"), 0);
	CHECK_EQ(go_named(t_forever, "cancelled"), 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(go_named(t_fails, "unstarted"), 0);
	return 5;
}

/* A future is shielded and abandoned twice, and fails; its error is retrieved or not. */
static long abandons(void *looks)
{
	struct cotask_future f;
	struct cotask_shield s;
	int i;

	cotask_future_init(&f);
	for (i = 0; i < 2; i++) {
		cotask_awaitable_cancel(cotask_shield(&s, &f.base));
		CHECK_EQ(cotask_yield(), 0);
		cotask_shield_drop(&s);
	}
	cotask_future_fail(&f, -EIO);
	CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
	CHECK_EQ(n_told, 0);
	if (looks)
		CHECK_EQ(cotask_awaitable_error(&f.base), -EIO);
	cotask_future_fini(&f);
	return 0;
}

/* SH-5, AW-11: as in the kernel: once, and only when the last handle is dropped */
TEST(abandoned_and_held)
{
	ASSERT_EQ(0, run_and_hear(abandons, NULL));
	EXPECT_EQ(1, n_told);
	EXPECT_EQ(-EIO, told[0].error);
	ASSERT_EQ(0, run_and_hear(abandons, "looks"));
	EXPECT_EQ(0, n_told);
}

/* CO-8, CO-9: reported once each, with their tasks; the outcome of the run is main's */
TEST(leftovers)
{
	struct cotask *held;

	ASSERT_EQ(5, run_and_hear(leaves_some, &held));
	ASSERT_EQ(2, n_told);
	ASSERT_EQ(-ENXIO, told[0].error);
	ASSERT_STREQ("held", told[0].name);
	ASSERT_EQ(-ENXIO, told[1].error);
	ASSERT_STREQ("free", told[1].name);
}

static struct cotask_callback chain[3];
static int begun, ended;

static long is_counted(void *arg)
{
	long rc;

	begun++;
	rc = cotask_sleep(COTASK_FOREVER);
	ended++;
	return rc;
}

/* Each calls the next one, the last one spawns. */
static int calls_on(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	if (cb < &chain[2])
		return cotask_call_soon(cotask_loop_current(), cb + 1, calls_on);
	return cotask_go(NULL, is_counted, NULL);
}

static long leaves_callbacks(void *arg)
{
	return cotask_call_soon(cotask_loop_current(), chain, calls_on);
}

/* CO-8, CO-B1: tasks that callbacks spawn when all other tasks have ended are ended, too */
TEST(leftovers_of_callbacks)
{
	ASSERT_EQ(0, run_and_hear(leaves_callbacks, NULL));
	ASSERT_EQ(begun, ended);
	ASSERT_EQ(0, n_told);
}

/* --- submissions ---------------------------------------------------------------- */

static long looks(void *arg)
{
	struct cotask_submission *s = cotask_submit(cotask_loop_current(), t_fails, NULL, NULL);
	int i;

	CHECK(s && !cotask_submission_done(s));
	for (i = 0; i < 1000 && !cotask_submission_done(s); i++)
		CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
	CHECK(cotask_submission_done(s));
	if (arg)
		CHECK_EQ(cotask_submission_result(s), -EIO);
	cotask_submission_put(s);
	CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
	return 0;
}

/* RT-1, RT-2, AW-11: a query whether a submission is done does not retrieve the error. */
TEST(submission_is_done)
{
	ASSERT_EQ(0, run_and_hear(looks, (void *)1));
	ASSERT_EQ(0, n_told);
	ASSERT_EQ(0, run_and_hear(looks, NULL));
	ASSERT_EQ(1, n_told);
}

TEST_HARNESS_MAIN
