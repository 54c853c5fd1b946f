// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - stress: actions of the tasks
 */
#include <linux/delay.h>
#include <linux/slab.h>

#include "stress.h"

/* Groups that tasks are inside of, for threads to cancel. */
static struct cotask_group *entered[8];
static DEFINE_SPINLOCK(entered_lock);	/* guards entered, also against interrupts */

/* From the enter of the group until its memory is freed. */
static void entered_change(struct job *j, struct cotask_group *from, struct cotask_group *to)
{
	struct cotask_group **place = &entered[j->n % ARRAY_SIZE(entered)];
	unsigned long flags;

	spin_lock_irqsave(&entered_lock, flags);
	if (*place == from)
		*place = to;
	spin_unlock_irqrestore(&entered_lock, flags);
}

void stress_entered_cancel(u32 n)
{
	struct cotask_group *g;
	unsigned long flags;

	spin_lock_irqsave(&entered_lock, flags);
	g = entered[n % ARRAY_SIZE(entered)];
	if (g && !cotask_group_cancel(g))
		atomic_inc(&stress_count.cancels);
	spin_unlock_irqrestore(&entered_lock, flags);
}

void stress_job_put(struct job *j)
{
	if (!refcount_dec_and_test(&j->refs))
		return;
	cotask_future_fini(&j->future);
	kfree(j);
}

static void job_release(struct cotask_frame *frame)
{
	struct job *j = container_of(frame, struct job, frame);

	atomic_inc(&stress_count.released);
	entered_change(j, &j->group, NULL);
	cotask_set_drop(&j->set);
	stress_job_put(j);
}

static long work(struct cotask_job *w)
{
	struct job *j = container_of(w, struct job, work);

	atomic_inc(&stress_count.works);
	udelay(j->n % 20);
	return 0;
}

static void work_release(struct cotask_job *w)
{
	atomic_inc(&stress_count.works_released);
	stress_job_put(container_of(w, struct job, work));
}

/* Embedded in the frame, or with a reference of its own and left behind by a cancel. */
static struct cotask_await job_offload(struct cotask *task, struct job *j)
{
	struct cotask_await op;

	if (j->n % 2) {
		cotask_job_init(&j->work, work, NULL);
		return cotask_to_thread(task, &j->work, COTASK_JOB_UNINTERRUPTIBLE);
	}
	refcount_inc(&j->refs);
	atomic_inc(&stress_count.works_made);
	cotask_job_init(&j->work, work, work_release);
	op = cotask_to_thread(task, &j->work, 0);
	cotask_job_put(&j->work);
	return op;
}

void stress_job_spawned(int rc)
{
	atomic_inc(rc ? &stress_count.refused : &stress_count.spawned);
	if (rc && rc != -ESHUTDOWN && rc != -ENOMEM)
		stress_odd("spawn", rc);
}

static int job_spawn_child(struct job *j, u32 n)
{
	enum stress_kind kinds = j->depth < 2 ? ENDS_BY_ITSELF : HAS_CHILDREN;
	struct job *child = stress_job_new(j->group.base.loop, n, kinds, j->depth + 1);

	if (!child)
		return -ENOMEM;
	stress_job_spawned(cotask_go(&j->group, &child->frame));
	/* The caller's reference; the coroutine has its own. */
	stress_job_put(child);
	return 0;
}

/* The timeout cancels the future, or lets go of it. */
static struct cotask_awaitable *job_target(struct job *j)
{
	return j->n % 2 ? cotask_shield(&j->shield, &j->future.base) : &j->future.base;
}

/* Both coroutines are spawned, or none. */
static struct cotask_awaitable *job_gather(struct job *j)
{
	enum stress_kind kinds = j->depth < 2 ? ENDS_BY_ITSELF : HAS_CHILDREN;
	struct cotask_awaitable *x;
	struct job *child;
	unsigned int i;
	int rc;

	for (i = 0; i < 2; i++) {
		child = stress_job_new(j->group.base.loop, j->n / (3 + i), kinds, j->depth + 1);
		if (!child)
			break;
		j->member[i] = COTASK_MEMBER_CORO(&child->frame);
		stress_job_put(child);
	}
	if (j->n % 4 == 3)
		x = cotask_race(&j->set, &j->group, j->member, i);
	else
		x = cotask_gather(&j->set, &j->group, j->member, i,
				  j->n % 4 ? 0 : COTASK_GATHER_FAIL_FAST);
	rc = PTR_ERR_OR_ZERO(x);
	while (i--)
		stress_job_spawned(rc);
	return rc ? NULL : x;
}

static int job_enter_group(struct cotask *task, struct job *j)
{
	int rc;

	cotask_group_init(&j->group);
	rc = cotask_group_enter(task, &j->group);
	if (rc)
		stress_odd("enter", rc);
	else
		entered_change(j, NULL, &j->group);
	return rc;
}

static long job_step(struct cotask *task, struct cotask_frame *frame)
{
	struct job *j = container_of(frame, struct job, frame);
	s64 ns = j->n % 200 * NSEC_PER_USEC;
	long rc = 0;

	CO_BEGIN(task, frame, yielded, slept, waited, shielded, timed, waited_for, first, second,
		 worked, gathered, over, left);

	atomic_inc(&stress_count.started);
	switch (j->kind) {
	case YIELDS:
		for (j->n %= 4; j->n; j->n--) {
			CO_AWAIT(yielded, rc, cotask_yield(task));
			if (rc)
				return rc;
		}
		return 0;
	case SLEEPS:
		CO_AWAIT(slept, rc, cotask_sleep(task, ns));
		return rc;
	case FAILS:
		return -EIO;
	case TIMES_OUT:
		rc = cotask_timeout_start(task, &j->timeout, ns);
		if (rc)
			return rc;
		CO_AWAIT(timed, rc, cotask_await_future(task, &j->future));
		return cotask_timeout_exit(&j->timeout, rc);
	case WAITS_FOR:
		CO_AWAIT(waited_for, rc,
			 cotask_wait_for(task, &j->wait_for, job_target(j), ns));
		return rc;
	case SWALLOWS:
		CO_AWAIT(first, rc, cotask_sleep(task, ns));
		CO_AWAIT(second, rc, cotask_sleep(task, NSEC_PER_USEC));
		return rc;
	case HAS_CHILDREN:
		rc = job_enter_group(task, j);
		if (rc)
			return rc;
		rc = job_spawn_child(j, j->n / 3);
		if (!rc)
			rc = job_spawn_child(j, j->n / 5);
		CO_AWAIT(left, rc, cotask_group_exit(task, &j->group, rc));
		cotask_group_fini(&j->group);
		return rc;
	case GATHERS:
		rc = job_enter_group(task, j);
		if (rc)
			return rc;
		CO_AWAIT(gathered, rc, cotask_await(task, job_gather(j)));
		CO_AWAIT(over, rc, cotask_group_exit(task, &j->group, rc));
		cotask_group_fini(&j->group);
		return rc;
	case OFFLOADS:
		CO_AWAIT(worked, rc, job_offload(task, j));
		return rc;
	case AWAITS:
		CO_AWAIT(waited, rc, cotask_await_future(task, &j->future));
		return rc;
	case AWAITS_SHIELD:
		CO_AWAIT(shielded, rc,
			 cotask_await(task, cotask_shield(&j->shield, &j->future.base)));
		return rc;
	default:
		return 0;
	}
}

/* With two references: the coroutine's and the caller's. */
struct job *stress_job_new(struct cotask_loop *loop, u32 n, enum stress_kind kinds,
			   unsigned int depth)
{
	struct job *j = kzalloc(sizeof(*j), in_task() ? GFP_KERNEL : GFP_ATOMIC);

	if (!j)
		return NULL;
	refcount_set(&j->refs, 2);
	j->kind = n % kinds;
	j->n = n / kinds;
	j->depth = depth;
	cotask_future_init(&j->future, loop);
	cotask_frame_init(&j->frame, job_step, job_release);
	return j;
}

int stress_callback_ran(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	if (!cotask_awaitable_done(x))
		stress_odd("callback of a task that is not done", 0);
	atomic_inc(&stress_count.callbacks_run);
	stress_job_put(container_of(cb, struct job, callback));
	return 0;
}

