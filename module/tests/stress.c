// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - stress: loops and threads on all CPUs, operations at random
 *
 * Some loops on kthreads, and some threads that spawn, cancel, complete, register
 * callbacks and wait at random, from anywhere, until the time is over.  Then
 * everything is torn down, and the numbers have to add up: each coroutine was
 * released once, each callback ran once, each task ended once.
 *
 * The seed is printed.  It fixes what each thread tries, not how they interleave.
 */
#include <linux/completion.h>
#include <linux/cotask.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "../compat.h"

static unsigned long seed;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "of the random numbers; 0: a new one");

static unsigned int milliseconds = 3000;
module_param(milliseconds, uint, 0444);
MODULE_PARM_DESC(milliseconds, "how long to run");

#define LOOPS	3
#define THREADS	4
#define SLOTS	32

/* What there is, and how often things have happened. */
static struct {
	atomic_t spawned, refused, released, started;
	atomic_t callbacks, callbacks_run;
	atomic_t cancels, completions;
} count;

static struct cotask_loop *loops[LOOPS];
static struct cotask_group groups[LOOPS];

/* --- tasks ------------------------------------------------------------------------ */

struct job {
	struct cotask_frame frame;
	struct cotask_future future;
	struct cotask_callback callback;
	struct cotask_timeout timeout;
	struct cotask_group group;
	refcount_t refs;
	unsigned int kind;
	unsigned int depth;
};

static void job_put(struct job *j)
{
	if (refcount_dec_and_test(&j->refs))
		kfree(j);
}

static void job_release(struct cotask_frame *frame)
{
	atomic_inc(&count.released);
	job_put(container_of(frame, struct job, frame));
}

static struct job *job_new(struct cotask_loop *loop, unsigned int kind, unsigned int depth);

static int job_spawn_child(struct job *j)
{
	struct cotask_loop *loop = j->group.base.loop;
	struct job *child = job_new(loop, j->kind * 7 + 3, j->depth + 1);
	int rc;

	if (!child)
		return -ENOMEM;
	rc = cotask_go(&j->group, &child->frame);
	atomic_inc(rc ? &count.refused : &count.spawned);
	/* The caller's reference; the coroutine has its own. */
	job_put(child);
	return 0;
}

static long job_step(struct cotask *task, struct cotask_frame *frame)
{
	struct job *j = container_of(frame, struct job, frame);
	long rc = 0;

	CO_BEGIN(task, frame, yielded, slept, waited, timed, left);

	atomic_inc(&count.started);
	switch (j->kind % 6) {
	case 0:
		CO_AWAIT(yielded, rc, cotask_yield(task));
		break;
	case 1:
		CO_AWAIT(slept, rc, cotask_sleep(task, (j->kind % 100) * NSEC_PER_USEC));
		break;
	case 2:
		CO_AWAIT(waited, rc, cotask_await_future(task, &j->future));
		break;
	case 3:
		rc = cotask_timeout_start(task, &j->timeout, NSEC_PER_MSEC);
		if (rc)
			return rc;
		CO_AWAIT(timed, rc, cotask_await_future(task, &j->future));
		rc = cotask_timeout_exit(&j->timeout, rc);
		break;
	case 4:
		return -EIO;
	default:
		if (j->depth > 2)
			return 0;
		cotask_group_init(&j->group);
		rc = cotask_group_enter(task, &j->group);
		if (rc)
			return rc;
		rc = job_spawn_child(j);
		if (!rc)
			rc = job_spawn_child(j);
		CO_AWAIT(left, rc, cotask_group_exit(task, &j->group, rc));
		cotask_group_fini(&j->group);
		break;
	}
	return rc;
}

static struct job *job_new(struct cotask_loop *loop, unsigned int kind, unsigned int depth)
{
	struct job *j = kzalloc(sizeof(*j), GFP_KERNEL);

	if (!j)
		return NULL;
	refcount_set(&j->refs, 2);
	j->kind = kind;
	j->depth = depth;
	cotask_future_init(&j->future, loop);
	cotask_frame_init(&j->frame, job_step, job_release);
	return j;
}

/* --- threads ------------------------------------------------------------------------ */

struct slot {
	struct job *job;
	struct cotask *task;
};

struct worker {
	struct task_struct *thread;
	struct rnd_state rnd;
	struct slot slot[SLOTS];
	struct completion done;
};

static struct worker workers[THREADS];

static int callback_ran(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	atomic_inc(&count.callbacks_run);
	job_put(container_of(cb, struct job, callback));
	return 0;
}

static void slot_drop(struct slot *s)
{
	if (!s->job)
		return;
	cotask_put(s->task);
	job_put(s->job);
	*s = (struct slot){};
}

static void slot_fill(struct slot *s, unsigned int n)
{
	struct cotask_group *g = &groups[n % LOOPS];
	struct job *j = job_new(loops[n % LOOPS], n / LOOPS, 0);
	struct cotask *t;

	if (!j)
		return;
	t = cotask_spawn(g, &j->frame, NULL);
	atomic_inc(IS_ERR(t) ? &count.refused : &count.spawned);
	s->job = j;
	s->task = IS_ERR(t) ? NULL : t;
	if (!s->task)
		slot_drop(s);
}

static void slot_register(struct slot *s)
{
	refcount_inc(&s->job->refs);
	if (cotask_on_done(&s->task->base, &s->job->callback, callback_ran))
		job_put(s->job);
	else
		atomic_inc(&count.callbacks);
}

static void slot_poke(struct slot *s, unsigned int what, unsigned int n)
{
	switch (what) {
	case 0:
		if (cotask_cancel(s->task))
			atomic_inc(&count.cancels);
		break;
	case 1:
		if (!cotask_future_complete(&s->job->future, 1))
			atomic_inc(&count.completions);
		break;
	case 2:
		cotask_wait(s->task, (n % 1000) * NSEC_PER_USEC);
		break;
	case 3:
		/* Once per job: its callback is a single object. */
		if (!s->job->callback.fn)
			slot_register(s);
		break;
	default:
		slot_drop(s);
		break;
	}
}

static int worker_thread(void *data)
{
	struct worker *w = data;
	u64 end = ktime_get_ns() + milliseconds * NSEC_PER_MSEC;
	unsigned int i;

	while (ktime_get_ns() < end) {
		u32 n = prandom_u32_state(&w->rnd);
		struct slot *s = &w->slot[n % SLOTS];

		n /= SLOTS;
		if (s->job)
			slot_poke(s, n % 5, n / 5);
		else
			slot_fill(s, n);
		cond_resched();
	}
	for (i = 0; i < SLOTS; i++)
		slot_drop(&w->slot[i]);
	complete(&w->done);
	return 0;
}

/* --- the run -------------------------------------------------------------------------- */

static void start_worker(unsigned int i)
{
	struct worker *w = &workers[i];

	prandom_seed_state(&w->rnd, seed + i);
	init_completion(&w->done);
	w->thread = kthread_run(worker_thread, w, "stress/%u", i);
	if (IS_ERR(w->thread))
		complete(&w->done);
}

static bool same(const char *what, int a, int b)
{
	if (a != b)
		pr_err("stress: %s: %d and %d\n", what, a, b);
	return a == b;
}

static int verdict(void)
{
	int spawned = atomic_read(&count.spawned);
	bool ok = same("coroutines released, spawned or refused", atomic_read(&count.released),
		       spawned + atomic_read(&count.refused));

	ok &= same("callbacks run, registered", atomic_read(&count.callbacks_run),
		   atomic_read(&count.callbacks));
	if (atomic_read(&count.started) > spawned)
		ok = same("coroutines started, at most spawned",
			  atomic_read(&count.started), spawned);
	pr_info("stress: %d tasks, %d refused, %d cancels, %d completions, %d callbacks: %s\n",
		spawned, atomic_read(&count.refused), atomic_read(&count.cancels),
		atomic_read(&count.completions), atomic_read(&count.callbacks),
		ok ? "ok" : "NOT OK");
	return ok ? 0 : -EINVAL;
}

/* Tasks that fail without anybody looking are part of the test. */
static void expected_error(struct cotask_loop *loop, struct cotask *task, int error)
{
}

static int __init stress_init(void)
{
	unsigned int i;

	if (!seed)
		seed = get_random_long() & 0xffffffff;
	pr_info("stress: seed=%lu\n", seed);
	for (i = 0; i < LOOPS; i++) {
		loops[i] = cotask_loop_create("stress", 0);
		if (IS_ERR(loops[i]))
			goto stop_loops;
		cotask_loop_set_error_handler(loops[i], expected_error);
		cotask_group_init(&groups[i]);
		cotask_group_open(&groups[i], loops[i], COTASK_GROUP_INDEPENDENT);
	}
	for (i = 0; i < THREADS; i++)
		start_worker(i);
	for (i = 0; i < THREADS; i++)
		wait_for_completion(&workers[i].done);
	/* One group ends by itself, the others with their loops. */
	cotask_group_stop(&groups[0], NSEC_PER_SEC);
	for (i = 0; i < LOOPS; i++)
		cotask_loop_stop(loops[i], NSEC_PER_SEC);
	for (i = 1; i < LOOPS; i++)
		cotask_group_stop(&groups[i], NSEC_PER_SEC);
	return verdict();

stop_loops:
	while (i--) {
		cotask_group_stop(&groups[i], 0);
		cotask_loop_stop(loops[i], 0);
	}
	return -ENOMEM;
}
module_init(stress_init);

static void __exit stress_exit(void)
{
}
module_exit(stress_exit);

MODULE_DESCRIPTION("Stress test of cotask");
MODULE_LICENSE("GPL");
COTASK_IMPORT(COTASK);
