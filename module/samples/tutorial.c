// SPDX-License-Identifier: GPL-2.0
/*
 * cotask sample - the programs of asyncio's tutorial as kernel coroutines
 *
 * Loading the module runs the programs one after the other on a new loop, and prints
 * each event with the seconds since the start of the program.  Unloading ends the
 * programs wherever they are suspended.
 */
#include <linux/cotask.h>
#include <linux/module.h>

static bool done;
module_param(done, bool, 0444);
MODULE_PARM_DESC(done, "all programs have ended");

static u64 began;

static void begin(const char *title)
{
	pr_info("tutorial: --- %s\n", title);
	began = ktime_get_ns();
}

static void show(const char *what)
{
	u64 ms = div_u64(ktime_get_ns() - began, NSEC_PER_MSEC);

	pr_info("tutorial: %llu.%03llu s  %s\n", ms / 1000, ms % 1000, what);
}

/* --- say_after(delay, what) ------------------------------------------------ */

struct say {
	struct cotask_frame frame;
	s64 delay;
	const char *what;
};

static long say_after(struct cotask *task, struct cotask_frame *frame)
{
	struct say *me = container_of(frame, struct say, frame);
	long rc;

	CO_BEGIN(task, frame, slept);

	CO_AWAIT(slept, rc, cotask_sleep(task, me->delay));
	if (rc) {
		show("cancelled");
		return rc;
	}
	show(me->what);
	return 0;
}

static struct cotask_frame *say(struct say *me, unsigned int seconds, const char *what)
{
	me->delay = seconds * NSEC_PER_SEC;
	me->what = what;
	return cotask_frame_init(&me->frame, say_after, NULL);
}

/* --- the programs ----------------------------------------------------------- */

#define SLEEPERS	3

struct tutorial {
	struct cotask_frame frame;
	struct say hello, world, sleeper[SLEEPERS];
	struct cotask *first, *second;
	struct cotask_group group;
	struct cotask_timeout timeout;
};

/* Await one coroutine after the other: 3 seconds. */
static long one_after_the_other(struct cotask *task, struct cotask_frame *frame)
{
	struct tutorial *me = container_of(frame, struct tutorial, frame);
	long rc;

	CO_BEGIN(task, frame, hello, world);

	begin("one after the other");
	CO_AWAIT(hello, rc, cotask_call(task, say(&me->hello, 1, "hello")));
	if (rc)
		return rc;
	CO_AWAIT(world, rc, cotask_call(task, say(&me->world, 2, "world")));
	return rc;
}

/* Two concurrent tasks: 2 seconds. */
static long two_tasks(struct cotask *task, struct cotask_frame *frame)
{
	struct tutorial *me = container_of(frame, struct tutorial, frame);
	long rc;

	CO_BEGIN(task, frame, first, second);

	begin("two tasks at the same time");
	me->first = cotask_spawn(NULL, say(&me->hello, 1, "hello"), "hello");
	if (IS_ERR(me->first))
		return PTR_ERR(me->first);
	me->second = cotask_spawn(NULL, say(&me->world, 2, "world"), "world");
	CO_AWAIT(first, rc, cotask_join(task, me->first));
	cotask_put(me->first);
	if (IS_ERR(me->second))
		return PTR_ERR(me->second);
	if (!rc)
		CO_AWAIT(second, rc, cotask_join(task, me->second));
	cotask_put(me->second);
	return rc;
}

/* The same with a group: leaving it waits for both. */
static long a_group(struct cotask *task, struct cotask_frame *frame)
{
	struct tutorial *me = container_of(frame, struct tutorial, frame);
	long rc;

	CO_BEGIN(task, frame, left);

	begin("a group, whose exit waits");
	cotask_group_init(&me->group);
	rc = cotask_group_enter(task, &me->group);
	if (rc)
		return rc;
	rc = cotask_go(&me->group, say(&me->hello, 1, "hello"));
	if (!rc)
		rc = cotask_go(&me->group, say(&me->world, 2, "world"));
	CO_AWAIT(left, rc, cotask_group_exit(task, &me->group, rc));
	cotask_group_fini(&me->group);
	return rc;
}

/* A group of sleepers that would take long, and a timeout that does not wait. */
static long a_timeout(struct cotask *task, struct cotask_frame *frame)
{
	struct tutorial *me = container_of(frame, struct tutorial, frame);
	unsigned int i;
	long rc;

	CO_BEGIN(task, frame, left);

	begin("sleepers for 1000 s, and a timeout of 1 s");
	rc = cotask_timeout_start(task, &me->timeout, NSEC_PER_SEC);
	if (rc)
		return rc;
	cotask_group_init(&me->group);
	rc = cotask_group_enter(task, &me->group);
	for (i = 0; !rc && i < SLEEPERS; i++)
		rc = cotask_go(&me->group, say(&me->sleeper[i], 1000, "too late"));
	CO_AWAIT(left, rc, cotask_group_exit(task, &me->group, rc));
	cotask_group_fini(&me->group);
	rc = cotask_timeout_exit(&me->timeout, rc);
	show(rc == -ETIMEDOUT ? "timed out" : "not timed out");
	return rc == -ETIMEDOUT ? 0 : rc;
}

static const cotask_step_fn programs[] = {
	one_after_the_other, two_tasks, a_group, a_timeout,
};

/* --- all programs ----------------------------------------------------------- */

static struct everything {
	struct cotask_frame frame;
	struct tutorial tutorial;
	unsigned int i;
} everything;

static long run_all(struct cotask *task, struct cotask_frame *frame)
{
	struct everything *me = container_of(frame, struct everything, frame);
	long rc;

	CO_BEGIN(task, frame, program);

	for (me->i = 0; me->i < ARRAY_SIZE(programs); me->i++) {
		cotask_frame_init(&me->tutorial.frame, programs[me->i], NULL);
		CO_AWAIT(program, rc, cotask_call(task, &me->tutorial.frame));
		if (rc)
			return rc;
		show("end");
	}
	WRITE_ONCE(done, true);
	return 0;
}

static struct cotask_loop *loop;

static int __init tutorial_init(void)
{
	int rc;

	loop = cotask_loop_create("tutorial", 0);
	if (IS_ERR(loop))
		return PTR_ERR(loop);
	rc = cotask_go(cotask_loop_root(loop),
		       cotask_frame_init(&everything.frame, run_all, NULL));
	if (rc)
		cotask_loop_stop(loop, 0);
	return rc;
}
module_init(tutorial_init);

static void __exit tutorial_exit(void)
{
	cotask_loop_stop(loop, NSEC_PER_SEC);
}
module_exit(tutorial_exit);

MODULE_DESCRIPTION("The programs of asyncio's tutorial as kernel coroutines");
MODULE_AUTHOR("The cotask authors");
MODULE_LICENSE("GPL");
COTASK_IMPORT(COTASK);
