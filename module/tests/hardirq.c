// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - functions for any context, in a hard interrupt
 *
 * An hrtimer that expires in a hard interrupt, also on PREEMPT_RT, calls the functions that
 * the header permits there, on a loop whose thread allocates and frees on the same CPU.  The
 * test ends when each function was called often enough; reports of the kernel fail it.
 */
#include <linux/cotask.h>
#include <linux/cotask_thread.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "../compat.h"

#define TIMES		1000
#define INTERVAL_NS	(200 * NSEC_PER_USEC)

enum deed { COMPLETE, CANCEL, LAST_PUT, CANCEL_SUBMISSION, CANCEL_GROUP, SPAWN, DEEDS };

static const char * const names[] = {
	[COMPLETE] = "complete a future",
	[CANCEL] = "cancel a task",
	[LAST_PUT] = "put a task for the last time",
	[CANCEL_SUBMISSION] = "cancel a submission that a thread waits for",
	[CANCEL_GROUP] = "cancel a group",
	[SPAWN] = "spawn a task",
};

/* The object that the thread has made for the interrupt; NULL: the interrupt has taken it. */
static struct {
	struct cotask_loop *loop;
	struct cotask_group group;
	struct cotask_group victim;
	struct cotask_future future;
	struct cotask *task;
	struct cotask_submission *submission;
	struct cotask_frame spawned;
	struct completion done;
	enum deed deed;
	int rc;
	bool soft;
} test;

static long nothing(struct cotask *task, struct cotask_frame *frame)
{
	return 0;
}

static long sleep_on(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, slept);

	CO_AWAIT(slept, rc, cotask_sleep(task, COTASK_FOREVER));
	return rc;
}

static long wait_for_future(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, waited);

	CO_AWAIT(waited, rc, cotask_await_future(task, &test.future));
	return rc;
}

/* --- in the interrupt ---------------------------------------------------------------- */

static void act(void)
{
	switch (test.deed) {
	case COMPLETE:
		cotask_future_complete(&test.future, 1);
		break;
	case CANCEL:
		cotask_cancel(test.task);
		break;
	case LAST_PUT:
		cotask_put(test.task);
		break;
	case CANCEL_SUBMISSION:
		cotask_submission_cancel(test.submission);
		break;
	case CANCEL_GROUP:
		cotask_group_cancel(&test.victim);
		break;
	default:
		test.rc = cotask_go(&test.group, cotask_frame_init(&test.spawned, nothing, NULL));
		break;
	}
}

static enum hrtimer_restart fire(struct hrtimer *timer)
{
	test.soft |= !in_hardirq();
	act();
	complete(&test.done);
	return HRTIMER_NORESTART;
}

static struct hrtimer timer;

/* --- in the thread --------------------------------------------------------------------- */

static struct cotask_frame *frame_new(cotask_step_fn step)
{
	struct cotask_frame *frame = kzalloc(sizeof(*frame), GFP_KERNEL);

	return frame ? cotask_frame_init(frame, step, cotask_frame_kfree) : NULL;
}

/* A task that has ended or continues, with a handle. */
static struct cotask *task_new(struct cotask_group *group, cotask_step_fn step, bool ended)
{
	struct cotask *task = cotask_spawn(group, frame_new(step), "victim");

	if (!IS_ERR(task) && ended)
		cotask_wait(task, COTASK_FOREVER);
	return task;
}

static int prepare(void)
{
	switch (test.deed) {
	case COMPLETE:
		cotask_future_init(&test.future, test.loop);
		test.task = task_new(&test.group, wait_for_future, false);
		break;
	case CANCEL:
		test.task = task_new(&test.group, sleep_on, false);
		break;
	case LAST_PUT:
		test.task = task_new(&test.group, nothing, true);
		break;
	case CANCEL_SUBMISSION:
		test.submission = cotask_submit(test.loop, frame_new(sleep_on), NULL);
		return PTR_ERR_OR_ZERO(test.submission);
	case CANCEL_GROUP:
		cotask_group_init(&test.victim);
		cotask_group_open(&test.victim, test.loop, 0);
		test.task = task_new(&test.victim, sleep_on, false);
		break;
	default:
		test.task = NULL;
		break;
	}
	return PTR_ERR_OR_ZERO(test.task);
}

/* The interrupt has occurred; everything that it has started ends. */
static int check(void)
{
	/* In a context without an allocator on PREEMPT_RT, a spawn returns an error. */
	const int spawned = IS_ENABLED(CONFIG_PREEMPT_RT) ? -EOPNOTSUPP : 0;
	int rc = 0;

	switch (test.deed) {
	case COMPLETE:
	case CANCEL:
		rc = cotask_wait(test.task, COTASK_FOREVER);
		cotask_put(test.task);
		break;
	case CANCEL_SUBMISSION:
		rc = cotask_submission_cancelled(test.submission) ? 0 : -EIO;
		cotask_submission_put(test.submission);
		break;
	case CANCEL_GROUP:
		cotask_put(test.task);
		rc = cotask_group_stop(&test.victim, COTASK_FOREVER);
		break;
	case SPAWN:
		rc = test.rc == spawned ? 0 : -EIO;
		break;
	default:
		break;
	}
	return rc;
}

static int once(void)
{
	int rc = prepare();

	if (rc)
		return rc;
	reinit_completion(&test.done);
	hrtimer_start(&timer, ns_to_ktime(INTERVAL_NS), HRTIMER_MODE_REL_PINNED_HARD);
	if (test.deed == CANCEL_SUBMISSION)
		rc = cotask_submission_wait(test.submission, COTASK_FOREVER);
	wait_for_completion(&test.done);
	/* The interrupt no longer uses the memory of its timer. */
	hrtimer_cancel(&timer);
	return rc ?: check();
}

static int run_all(void)
{
	unsigned int n;
	int rc = 0;

	for (test.deed = 0; test.deed < DEEDS && !rc; test.deed++) {
		for (n = 0; n < TIMES && !rc; n++) {
			rc = once();
			cotask_future_fini(&test.future);
		}
		pr_info("hardirq: %s: %s, %u times\n", names[test.deed],
			rc || test.soft ? "not ok" : "ok", n);
	}
	return test.soft ? -EIO : rc;
}

static int __init hardirq_init(void)
{
	int rc;

	test.loop = cotask_cpu_loop(raw_smp_processor_id());
	if (IS_ERR(test.loop))
		return PTR_ERR(test.loop);
	init_completion(&test.done);
	hrtimer_setup(&timer, fire, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	cotask_group_init(&test.group);
	rc = cotask_group_open(&test.group, test.loop, COTASK_GROUP_INDEPENDENT);
	if (!rc) {
		rc = run_all();
		cotask_group_stop(&test.group, COTASK_FOREVER);
		cotask_group_fini(&test.group);
	}
	cotask_loop_put(test.loop);
	/* The test has reached its goal. */
	return rc ?: -ENODEV;
}
module_init(hardirq_init);

MODULE_DESCRIPTION("Test of cotask in hard interrupts");
MODULE_LICENSE("GPL");
COTASK_IMPORT(COTASK);
COTASK_IMPORT(COTASK_AWAIT);
COTASK_IMPORT(COTASK_TEST);
