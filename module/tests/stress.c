// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - stress: random operations of loops, threads and interrupts on all CPUs
 *
 * Threads and interrupts spawn, cancel, complete, register callbacks, wait, drop handles and
 * stop groups at random, from any context, while another thread stops the loops that they
 * use and replaces them.  Most operations do not wait.  At the end everything is torn
 * down, and the counts must match: each coroutine was released once, each callback ran
 * once, and each outcome was chosen by an actor.
 *
 * The seed is printed.  It fixes what each actor tries, not how they interleave.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include "stress.h"

static unsigned long seed;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "of the random numbers; 0: a new one");

static unsigned int milliseconds = 3000;
module_param(milliseconds, uint, 0444);
MODULE_PARM_DESC(milliseconds, "how long to run");

struct stress_count stress_count;

void stress_odd(const char *what, long rc)
{
	if (atomic_inc_return(&stress_count.odd) <= 10)
		pr_err("stress: %s: %ld\n", what, rc);
}

/* --- loops ------------------------------------------------------------------------ */

static struct cotask_loop *private[PRIVATE];
static DEFINE_SPINLOCK(private_lock);	/* guards private, also against interrupts */
static struct cotask_loop *shared[SHARED];
static unsigned int nr_shared;

struct cotask_loop *stress_private_get(u32 n)
{
	struct cotask_loop *loop;
	unsigned long flags;

	spin_lock_irqsave(&private_lock, flags);
	loop = cotask_loop_get(private[n % PRIVATE]);
	spin_unlock_irqrestore(&private_lock, flags);
	return loop;
}

struct cotask_loop *stress_any_get(u32 n)
{
	if (n % 4)
		return stress_private_get(n / 4);
	return cotask_loop_get(shared[n / 4 % nr_shared]);
}

s64 stress_some_grace(u32 n)
{
	static const s64 grace[] = { 0, 100 * NSEC_PER_USEC, COTASK_FOREVER };

	return grace[n % ARRAY_SIZE(grace)];
}

/* Tasks whose error is not retrieved are part of the test. */
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
	spin_lock_irq(&private_lock);
	old = private[n % PRIVATE];
	private[n % PRIVATE] = new;
	spin_unlock_irq(&private_lock);
	cotask_loop_stop(old, stress_some_grace(n / PRIVATE));
	atomic_inc(&stress_count.restarts);
}

/* --- the run -------------------------------------------------------------------------- */

static void check_same(const char *what, int a, int b)
{
	if (a != b) {
		pr_err("stress: %s: %d and %d\n", what, a, b);
		stress_odd(what, a - b);
	}
}

static int verdict(void)
{
	int spawned = atomic_read(&stress_count.spawned);
	int started = atomic_read(&stress_count.started);
	bool ok;

	check_same("coroutines released, spawned or refused",
		   atomic_read(&stress_count.released),
		   spawned + atomic_read(&stress_count.refused));
	check_same("callbacks run, registered", atomic_read(&stress_count.callbacks_run),
		   atomic_read(&stress_count.callbacks));
	check_same("works released, made", atomic_read(&stress_count.works_released),
		   atomic_read(&stress_count.works_made));
	check_same("coroutines started, at most spawned", max(started, spawned), spawned);
	if (!atomic_read(&stress_count.interrupts))
		stress_odd("interrupts", 0);
	ok = !atomic_read(&stress_count.odd);
	pr_info("stress: %d tasks, %d refused, %d started, %d cancels, %d completions\n",
		spawned, atomic_read(&stress_count.refused), started,
		atomic_read(&stress_count.cancels), atomic_read(&stress_count.completions));
	pr_info("stress: %d works, %d submissions, %d joins, %d callbacks\n",
		atomic_read(&stress_count.works), atomic_read(&stress_count.submissions),
		atomic_read(&stress_count.joins), atomic_read(&stress_count.callbacks));
	pr_info("stress: %d turns of interrupts\n", atomic_read(&stress_count.interrupts));
	pr_info("stress: %d groups and %d loops were stopped: %s\n",
		atomic_read(&stress_count.stops), atomic_read(&stress_count.restarts),
		ok ? "ok" : "NOT OK");
	return ok ? 0 : -EINVAL;
}

static void run(void)
{
	u64 end = ktime_get_ns() + milliseconds * NSEC_PER_MSEC;
	struct rnd_state rnd;

	stress_turns_start(seed, end);
	prandom_seed_state(&rnd, seed - 1);
	while (ktime_get_ns() < end) {
		restart(prandom_u32_state(&rnd));
		usleep_range(1000, 20000);
	}
	stress_turns_wait();
}

static void drop_loops(void)
{
	unsigned int i;

	for (i = 0; i < PRIVATE; i++)
		cotask_loop_stop(private[i], stress_some_grace(i));
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
