// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - stress: loops and threads on all CPUs, operations at random
 *
 * Some threads spawn, cancel, complete, register callbacks, wait, drop handles and
 * stop groups at random, from anywhere, while another one stops loops below them and
 * puts new ones in their place.  Most operations do not wait.  When the time is over
 * everything is torn down, and the numbers have to add up: each coroutine was
 * released once, each callback ran once, nothing gave an outcome that nobody chose.
 *
 * The seed is printed.  It fixes what each thread tries, not how they interleave.
 */
#include <linux/completion.h>
#include <linux/cotask_gather.h>
#include <linux/cotask_thread.h>
#include <linux/cotask_wait.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/slab.h>

static unsigned long seed;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "of the random numbers; 0: a new one");

static unsigned int milliseconds = 3000;
module_param(milliseconds, uint, 0444);
MODULE_PARM_DESC(milliseconds, "how long to run");

#define PRIVATE	4	/* loops that come and go */
#define SHARED	2	/* loops of CPUs, at most */
#define THREADS	4
#define SLOTS	32
#define BACKLOG	4000	/* coroutines at a time */

/* How often things have happened; odd: what must not. */
static struct {
	atomic_t spawned, refused, released, started;
	atomic_t callbacks, callbacks_run;
	atomic_t works, works_made, works_released, submissions;
	atomic_t cancels, completions, joins, stops, restarts;
	atomic_t odd;
} count;

static void odd(const char *what, long rc)
{
	if (atomic_inc_return(&count.odd) <= 10)
		pr_err("stress: %s: %ld\n", what, rc);
}

/* --- loops ------------------------------------------------------------------------ */

static struct cotask_loop *private[PRIVATE];
static DEFINE_SPINLOCK(private_lock);	/* guards private */
static struct cotask_loop *shared[SHARED];
static unsigned int nr_shared;

static struct cotask_loop *private_get(u32 n)
{
	struct cotask_loop *loop;

	spin_lock(&private_lock);
	loop = cotask_loop_get(private[n % PRIVATE]);
	spin_unlock(&private_lock);
	return loop;
}

static struct cotask_loop *any_get(u32 n)
{
	if (n % 4)
		return private_get(n / 4);
	return cotask_loop_get(shared[n / 4 % nr_shared]);
}

static s64 some_grace(u32 n)
{
	static const s64 grace[] = { 0, 100 * NSEC_PER_USEC, COTASK_FOREVER };

	return grace[n % ARRAY_SIZE(grace)];
}

/* Tasks that fail without anybody looking are part of the test. */
static void expected_error(struct cotask_loop *loop, struct cotask *task, int error)
{
}

static struct cotask_loop *private_new(void)
{
	struct cotask_loop *loop = cotask_loop_create("stress", 0);

	if (!IS_ERR(loop))
		cotask_loop_set_error_handler(loop, expected_error);
	return loop;
}

/* Stop a loop while others spawn on it. */
static void restart(u32 n)
{
	struct cotask_loop *new = private_new(), *old;

	if (IS_ERR(new))
		return;
	spin_lock(&private_lock);
	old = private[n % PRIVATE];
	private[n % PRIVATE] = new;
	spin_unlock(&private_lock);
	cotask_loop_stop(old, some_grace(n / PRIVATE));
	atomic_inc(&count.restarts);
}

/* --- tasks ------------------------------------------------------------------------ */

enum kind {
	RETURNS, YIELDS, SLEEPS, FAILS, TIMES_OUT, WAITS_FOR, SWALLOWS, OFFLOADS,
	HAS_CHILDREN, GATHERS,
	ENDS_BY_ITSELF,
	AWAITS = ENDS_BY_ITSELF, AWAITS_SHIELD,
	KINDS
};

struct job {
	struct cotask_frame frame;
	struct cotask_future future;
	struct cotask_shield shield;
	struct cotask_callback callback;
	struct cotask_timeout timeout;
	struct cotask_wait_for wait_for;
	struct cotask_group group;
	struct cotask_set set;
	struct cotask_member member[2];
	struct cotask_job work;
	refcount_t refs;
	enum kind kind;
	u32 n;			/* a random number */
	unsigned int depth;
};

/* Groups that tasks are inside of, for threads to cancel. */
static struct cotask_group *entered[8];
static DEFINE_SPINLOCK(entered_lock);	/* guards entered */

/* From when a task has entered its group until the memory of that goes. */
static void entered_change(struct job *j, struct cotask_group *from, struct cotask_group *to)
{
	struct cotask_group **place = &entered[j->n % ARRAY_SIZE(entered)];

	spin_lock(&entered_lock);
	if (*place == from)
		*place = to;
	spin_unlock(&entered_lock);
}

static void entered_cancel(u32 n)
{
	struct cotask_group *g;

	spin_lock(&entered_lock);
	g = entered[n % ARRAY_SIZE(entered)];
	if (g && !cotask_group_cancel(g))
		atomic_inc(&count.cancels);
	spin_unlock(&entered_lock);
}

static void job_put(struct job *j)
{
	if (refcount_dec_and_test(&j->refs))
		kfree(j);
}

static void job_release(struct cotask_frame *frame)
{
	struct job *j = container_of(frame, struct job, frame);

	atomic_inc(&count.released);
	entered_change(j, &j->group, NULL);
	cotask_set_drop(&j->set);
	job_put(j);
}

static long work(struct cotask_job *w)
{
	struct job *j = container_of(w, struct job, work);

	atomic_inc(&count.works);
	udelay(j->n % 20);
	return 0;
}

static void work_release(struct cotask_job *w)
{
	atomic_inc(&count.works_released);
	job_put(container_of(w, struct job, work));
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
	atomic_inc(&count.works_made);
	cotask_job_init(&j->work, work, work_release);
	op = cotask_to_thread(task, &j->work, 0);
	cotask_job_put(&j->work);
	return op;
}

static struct job *job_new(struct cotask_loop *loop, u32 n, enum kind kinds, unsigned int depth);

static void job_spawned(int rc)
{
	atomic_inc(rc ? &count.refused : &count.spawned);
	if (rc && rc != -ESHUTDOWN && rc != -ENOMEM)
		odd("spawn", rc);
}

static int job_spawn_child(struct job *j, u32 n)
{
	enum kind kinds = j->depth < 2 ? ENDS_BY_ITSELF : HAS_CHILDREN;
	struct job *child = job_new(j->group.base.loop, n, kinds, j->depth + 1);

	if (!child)
		return -ENOMEM;
	job_spawned(cotask_go(&j->group, &child->frame));
	/* The caller's reference; the coroutine has its own. */
	job_put(child);
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
	enum kind kinds = j->depth < 2 ? ENDS_BY_ITSELF : HAS_CHILDREN;
	struct cotask_awaitable *x;
	struct job *child;
	unsigned int i;
	int rc;

	for (i = 0; i < 2; i++) {
		child = job_new(j->group.base.loop, j->n / (3 + i), kinds, j->depth + 1);
		if (!child)
			break;
		j->member[i] = COTASK_MEMBER_CORO(&child->frame);
		job_put(child);
	}
	if (j->n % 4 == 3)
		x = cotask_race(&j->set, &j->group, j->member, i);
	else
		x = cotask_gather(&j->set, &j->group, j->member, i,
				  j->n % 4 ? 0 : COTASK_GATHER_FAIL_FAST);
	rc = PTR_ERR_OR_ZERO(x);
	while (i--)
		job_spawned(rc);
	return rc ? NULL : x;
}

static int job_enter_group(struct cotask *task, struct job *j)
{
	int rc;

	cotask_group_init(&j->group);
	rc = cotask_group_enter(task, &j->group);
	if (rc)
		odd("enter", rc);
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

	atomic_inc(&count.started);
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
static struct job *job_new(struct cotask_loop *loop, u32 n, enum kind kinds, unsigned int depth)
{
	struct job *j = kzalloc(sizeof(*j), GFP_KERNEL);

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

static int callback_ran(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	if (!cotask_awaitable_done(x))
		odd("callback of a task that is not done", 0);
	atomic_inc(&count.callbacks_run);
	job_put(container_of(cb, struct job, callback));
	return 0;
}

/* --- threads ------------------------------------------------------------------------ */

/* A task that the thread has a handle of. */
struct slot {
	struct job *job;
	struct cotask *task;
	bool private;
};

struct worker {
	struct task_struct *thread;
	struct rnd_state rnd;
	struct slot slot[SLOTS];
	struct cotask_group group;
	bool open;
	bool private;
	atomic_t users;		/* who may touch the group; 0: it is about to be stopped */
	struct completion done;
};

static struct worker workers[THREADS];

static u32 number(struct worker *w)
{
	return prandom_u32_state(&w->rnd);
}

static bool plausible(long rc)
{
	return rc == 0 || rc == 1 || rc == -EIO || rc == -ECANCELED || rc == -ETIMEDOUT;
}

/* A loop that is being stopped refuses the group: the next attempt meets another. */
static void group_start(struct worker *w)
{
	u32 n = number(w);
	struct cotask_loop *loop = any_get(n);

	cotask_group_init(&w->group);
	w->private = n % 4;
	w->open = !cotask_group_open(&w->group, loop,
				     n & BIT(20) ? COTASK_GROUP_INDEPENDENT : 0);
	atomic_set(&w->users, w->open);
	cotask_loop_put(loop);
}

static void group_end(struct worker *w)
{
	unsigned int errors;
	int rc;

	if (!w->open)
		return;
	atomic_dec(&w->users);
	while (atomic_read(&w->users))
		cond_resched();
	rc = cotask_group_stop(&w->group, some_grace(number(w)));
	errors = cotask_group_errors(&w->group, NULL, 0);
	if (!plausible(rc) || !rc != !errors)
		odd("group", rc);
	cotask_group_fini(&w->group);
	atomic_inc(&count.stops);
	w->open = false;
}

static void slot_drop(struct slot *s)
{
	long rc;

	if (!s->job)
		return;
	rc = cotask_result(s->task);
	if (rc != -EINPROGRESS && !plausible(rc))
		odd("outcome", rc);
	cotask_put(s->task);
	job_put(s->job);
	*s = (struct slot){};
}

/* Nobody is going to poke a task without a handle: it has to end by itself. */
static void fill_without_handle(struct cotask_group *g, u32 n)
{
	struct job *j = job_new(g->base.loop, n, ENDS_BY_ITSELF, 0);

	if (!j)
		return;
	job_spawned(cotask_go(g, &j->frame));
	job_put(j);
}

static int fill(struct slot *s, struct cotask_group *g, u32 n)
{
	struct job *j = job_new(g->base.loop, n, KINDS, 0);
	struct cotask *t;

	if (!j)
		return -ENOMEM;
	t = cotask_spawn(g, &j->frame, NULL);
	job_spawned(PTR_ERR_OR_ZERO(t));
	if (IS_ERR(t)) {
		job_put(j);
		return PTR_ERR(t);
	}
	s->job = j;
	s->task = t;
	return 0;
}

/* In the group of another thread. */
static void visit(struct worker *w, u32 n)
{
	if (!atomic_inc_not_zero(&w->users))
		return;
	if (n % 64)
		fill_without_handle(&w->group, n / 64);
	else
		cotask_group_cancel(&w->group);
	atomic_dec(&w->users);
}

/* Into the root group of a loop that may be about to stop. */
static void fill_root(struct slot *s, u32 n)
{
	struct cotask_loop *loop = private_get(n);

	if (n & BIT(30))
		fill_without_handle(cotask_loop_root(loop), n / PRIVATE);
	else
		fill(s, cotask_loop_root(loop), n / PRIVATE);
	s->private = true;
	cotask_loop_put(loop);
}

/* A group that was aborted is stopped, and another one opened the next time. */
static void fill_group(struct worker *w, struct slot *s, u32 n)
{
	if (!w->open)
		group_start(w);
	else if (n & BIT(30))
		fill_without_handle(&w->group, n);
	else if (fill(s, &w->group, n))
		group_end(w);
	s->private = w->private;
}

/*
 * The callback of a task that has ended runs later, and no stop of a group waits for
 * it: only the loop's own end does.
 */
static void slot_register(struct slot *s)
{
	/* Once per job: its callback is a single object. */
	if (!s->private || s->job->callback.fn)
		return;
	refcount_inc(&s->job->refs);
	if (cotask_on_done(&s->task->base, &s->job->callback, callback_ran))
		job_put(s->job);
	else
		atomic_inc(&count.callbacks);
}

static void slot_complete(struct slot *s, u32 n)
{
	bool won;

	switch (n % 3) {
	case 0:
		won = !cotask_future_complete(&s->job->future, 1);
		break;
	case 1:
		won = !cotask_future_fail(&s->job->future, -EIO);
		break;
	default:
		won = cotask_future_cancel(&s->job->future);
		break;
	}
	if (won)
		atomic_inc(&count.completions);
}

static void slot_cancel(struct slot *s)
{
	if (cotask_cancel(s->task))
		atomic_inc(&count.cancels);
}

/* A cancelled task ends, whatever it is. */
static void slot_join(struct slot *s)
{
	int rc;

	slot_cancel(s);
	rc = cotask_wait(s->task, COTASK_FOREVER);
	if (rc || !cotask_done(s->task))
		odd("wait", rc);
	atomic_inc(&count.joins);
}

static void slot_poke(struct slot *s, u32 n)
{
	switch (n % 16) {
	case 0 ... 3:
		slot_cancel(s);
		break;
	case 4 ... 7:
		slot_complete(s, n / 16);
		/* What was completed may be gone before the loop looks at it. */
		if (n / 64 % 2)
			slot_drop(s);
		break;
	case 8 ... 9:
		slot_register(s);
		break;
	case 10:
		cotask_wait(s->task, n / 16 % 64 ? 0 : NSEC_PER_USEC);
		break;
	case 11:
		if (n / 16 % 4 == 0)
			slot_join(s);
		break;
	default:
		/* Few are left alone, to end with their group or loop. */
		if (n / 16 % 8)
			slot_cancel(s);
		slot_drop(s);
		break;
	}
}

/* A task of a private loop, from submission to whatever end. */
static void submit(u32 n)
{
	struct cotask_loop *loop = private_get(n);
	struct cotask_submission *s = ERR_PTR(-ENOMEM);
	struct job *j = job_new(loop, n / PRIVATE, ENDS_BY_ITSELF, 0);

	if (j) {
		s = cotask_submit(loop, &j->frame, NULL);
		job_spawned(PTR_ERR_OR_ZERO(s));
		job_put(j);
	}
	cotask_loop_put(loop);
	if (IS_ERR(s))
		return;
	if (n % 3 == 0)
		cotask_submission_cancel(s);
	else if (n % 16 == 1 && cotask_submission_cancel_and_wait(s))
		odd("cancel and wait", 0);
	cotask_submission_put(s);
	atomic_inc(&count.submissions);
}

static void worker_turn(struct worker *w)
{
	u32 n = number(w);
	struct slot *s = &w->slot[n % SLOTS];

	n /= SLOTS;
	if (s->job)
		slot_poke(s, n);
	else if (n % 4 == 0)
		fill_root(s, number(w));
	else
		fill_group(w, s, number(w));
	if (n % 32 == 0)
		submit(number(w));
	if (n % 16 == 5)
		entered_cancel(number(w));
	if (n % 32 < 4)
		visit(&workers[number(w) % THREADS], number(w));
	if (n % 1000 == 0)
		group_end(w);
	else if (n % 1000 == 1 && w->open)
		cotask_group_cancel(&w->group);
}

static bool backlog(void)
{
	return atomic_read(&count.spawned) + atomic_read(&count.refused) -
	       atomic_read(&count.released) > BACKLOG;
}

static int worker_thread(void *data)
{
	struct worker *w = data;
	u64 end = ktime_get_ns() + milliseconds * NSEC_PER_MSEC;
	unsigned int i;

	while (ktime_get_ns() < end) {
		if (backlog())
			usleep_range(50, 100);
		for (i = 0; i < 16; i++)
			worker_turn(w);
		cond_resched();
	}
	for (i = 0; i < SLOTS; i++)
		slot_drop(&w->slot[i]);
	group_end(w);
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

static void check_same(const char *what, int a, int b)
{
	if (a != b) {
		pr_err("stress: %s: %d and %d\n", what, a, b);
		odd(what, a - b);
	}
}

static int verdict(void)
{
	int spawned = atomic_read(&count.spawned);
	int started = atomic_read(&count.started);
	bool ok;

	check_same("coroutines released, spawned or refused", atomic_read(&count.released),
		   spawned + atomic_read(&count.refused));
	check_same("callbacks run, registered", atomic_read(&count.callbacks_run),
		   atomic_read(&count.callbacks));
	check_same("works released, made", atomic_read(&count.works_released),
		   atomic_read(&count.works_made));
	check_same("coroutines started, at most spawned", max(started, spawned), spawned);
	ok = !atomic_read(&count.odd);
	pr_info("stress: %d tasks, %d refused, %d started, %d cancels, %d completions\n",
		spawned, atomic_read(&count.refused), started, atomic_read(&count.cancels),
		atomic_read(&count.completions));
	pr_info("stress: %d works, %d submissions, %d joins, %d callbacks\n",
		atomic_read(&count.works), atomic_read(&count.submissions),
		atomic_read(&count.joins), atomic_read(&count.callbacks));
	pr_info("stress: %d groups and %d loops were stopped: %s\n",
		atomic_read(&count.stops), atomic_read(&count.restarts),
		ok ? "ok" : "NOT OK");
	return ok ? 0 : -EINVAL;
}

static void run(void)
{
	u64 end = ktime_get_ns() + milliseconds * NSEC_PER_MSEC;
	struct rnd_state rnd;
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		start_worker(i);
	prandom_seed_state(&rnd, seed + THREADS);
	while (ktime_get_ns() < end) {
		restart(prandom_u32_state(&rnd));
		usleep_range(1000, 20000);
	}
	for (i = 0; i < THREADS; i++)
		wait_for_completion(&workers[i].done);
}

static void drop_loops(void)
{
	unsigned int i;

	for (i = 0; i < PRIVATE; i++)
		cotask_loop_stop(private[i], some_grace(i));
	for (i = 0; i < nr_shared; i++)
		cotask_loop_put(shared[i]);
}

static int make_loops(void)
{
	struct cotask_loop *loop;
	unsigned int i, cpu;

	for (i = 0; i < PRIVATE; i++) {
		loop = private_new();
		if (IS_ERR(loop))
			return PTR_ERR(loop);
		private[i] = loop;
	}
	for_each_online_cpu(cpu) {
		if (nr_shared == SHARED)
			break;
		loop = cotask_cpu_loop(cpu);
		if (IS_ERR(loop))
			return PTR_ERR(loop);
		shared[nr_shared++] = loop;
	}
	return 0;
}

static int __init stress_init(void)
{
	int rc;

	if (!seed)
		seed = get_random_long() & 0xffffffff;
	pr_info("stress: seed=%lu\n", seed);
	rc = make_loops();
	if (!rc)
		run();
	drop_loops();
	return rc ?: verdict();
}
module_init(stress_init);

static void __exit stress_exit(void)
{
}
module_exit(stress_exit);

MODULE_DESCRIPTION("Stress test of cotask");
MODULE_LICENSE("GPL");
COTASK_IMPORT(COTASK);
COTASK_IMPORT(COTASK_AWAIT);
COTASK_IMPORT(COTASK_TEST);
