// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - loops with a kthread of their own: private ones, and one per CPU
 */
#include <linux/cpu.h>
#include <linux/kthread.h>
#include <linux/sched/prio.h>

#include "core.h"

/*
 * The owner ends the loop, which has none from then on: a future may keep its memory for longer
 * than the thread exists, whose own memory may become that of another thread.
 */
static void shut_down(struct cotask_loop *loop, s64 grace_ns)
{
	cotask_loop_shutdown(loop, grace_ns);
	cotask_pump_leave(loop);
	WRITE_ONCE(loop->owner, NULL);
}

static int loop_thread(void *data)
{
	struct cotask_loop *loop = data;

	cotask_pump_enter(loop);
	/* Pairs with stop_thread(). */
	while (!smp_load_acquire(&loop->stop)) {
		if (cotask_loop_turn(loop))
			cond_resched_tasks_rcu_qs();
		else
			cotask_loop_sleep(loop, TASK_IDLE);
	}
	shut_down(loop, loop->grace_ns);
	/* kthread_stop() is under way, or going to be. */
	while (!kthread_should_stop()) {
		set_current_state(TASK_IDLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	return 0;
}

static void set_scheduling(struct task_struct *thread, const struct cotask_loop_options *o)
{
	if (o->cpus)
		kthread_affine_preferred(thread, o->cpus);
	if (o->flags & COTASK_LOOP_FIFO)
		sched_set_fifo_low(thread);
	else if (o->nice)
		set_user_nice(thread, o->nice);
}

/* @thread begins to pump @loop. */
static struct cotask_loop *begin(struct cotask_loop *loop, struct task_struct *thread)
{
	if (IS_ERR(thread)) {
		cotask_loops_del(loop);
		cotask_loop_put(loop);
		return ERR_CAST(thread);
	}
	/* kthread_stop() may come after the thread's end. */
	get_task_struct(thread);
	loop->thread = thread;
	WRITE_ONCE(loop->owner, thread);
	wake_up_process(thread);
	return loop;
}

/* COTASK_LOOP_HERE says that there is no thread to schedule. */
static bool fits(const struct cotask_loop_options *o)
{
	if (o->nice < MIN_NICE || o->nice > MAX_NICE)
		return false;
	if (!(o->flags & COTASK_LOOP_HERE))
		return true;
	return !o->nice && !o->cpus && !(o->flags & COTASK_LOOP_FIFO);
}

/**
 * cotask_loop_create_with - make a loop
 * @options: how
 *
 * Context: Process context, sleeps.
 * Return: The loop with a reference, to be ended with cotask_loop_stop();
 *	ERR_PTR(-EINVAL) for missing or unknown options, or such as do not fit together;
 *	ERR_PTR(-ENOMEM), ERR_PTR(-EINTR).
 */
struct cotask_loop *cotask_loop_create_with(const struct cotask_loop_options *options)
{
	struct task_struct *thread;
	struct cotask_loop *loop;

	if (!options || !fits(options))
		return ERR_PTR(-EINVAL);
	loop = cotask_loop_alloc(options->name, options->flags);
	if (IS_ERR(loop))
		return loop;
	if (options->flags & COTASK_LOOP_HERE) {
		WRITE_ONCE(loop->owner, current);
		return loop;
	}
	thread = kthread_create(loop_thread, loop, "%s", loop->name);
	if (!IS_ERR(thread))
		set_scheduling(thread, options);
	return begin(loop, thread);
}
EXPORT_SYMBOL_GPL(cotask_loop_create_with);

/* False: the thread was stopped before it has begun, and the loop is as it was. */
static bool stop_thread(struct cotask_loop *loop, s64 grace_ns)
{
	int rc;

	loop->grace_ns = grace_ns;
	/* After @grace_ns; pairs with loop_thread(). */
	smp_store_release(&loop->stop, true);
	rcuwait_wake_up(&loop->idle);
	rc = kthread_stop(loop->thread);
	put_task_struct(loop->thread);
	return rc != -EINTR;
}

/* Of a loop that an earlier call has ended, only the reference is dropped (CO-11). */
static void stop(struct cotask_loop *loop, s64 grace_ns)
{
	if (READ_ONCE(loop->ended)) {
		cotask_loop_put(loop);
		return;
	}
	if (!loop->thread || !stop_thread(loop, grace_ns)) {
		cotask_pump_enter(loop);
		shut_down(loop, grace_ns);
	}
	cotask_loop_put(loop);
}

/**
 * cotask_loop_stop - end a loop and all of its tasks
 * @loop: a loop made by cotask_loop_create(), or NULL
 * @grace_ns: for how long tasks may clean up. From then on their awaits fail (CX-B1), and
 *	those that do not end by that are listed in the log, and ended as by
 *	cotask_group_stop() (CO-B2). COTASK_FOREVER: wait; negative: ended at once
 *
 * Drops the creator's reference.  Of a loop that has ended it only drops a reference, which the
 * caller holds (CO-11).
 *
 * Context: Process context, sleeps; not from the loop itself.
 * Return: 0; -EDEADLK on the loop itself; -EINVAL in an interrupt, with interrupts disabled, or for
 *	the loop of a CPU, which is shared; -EXDEV if it belongs to another thread and has not
 *	ended.  After an error the loop is unchanged.
 */
int cotask_loop_stop(struct cotask_loop *loop, s64 grace_ns)
{
	if (!loop)
		return 0;
	if (!in_task() || irqs_disabled())
		return -EINVAL;
	if (loop->pumping && cotask_loop_mine(loop))
		return -EDEADLK;
	if (!loop->thread && !cotask_loop_mine(loop) && !READ_ONCE(loop->ended))
		return -EXDEV;
	if (loop->flags & COTASK_LOOP_SHARED)
		return -EINVAL;
	stop(loop, grace_ns);
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_loop_stop);

/* --- one per CPU, on demand ----------------------------------------------- */

static struct cotask_loop *create_on(unsigned int cpu)
{
	struct cotask_loop *loop = cotask_loop_alloc(NULL, 0);

	if (IS_ERR(loop))
		return loop;
	loop->flags |= COTASK_LOOP_SHARED;
	return begin(loop, kthread_create_on_cpu(loop_thread, loop, cpu, "cotask/%u"));
}

static struct cotask_loop *cpu_loops[NR_CPUS];
static DEFINE_MUTEX(cpu_loops_lock);	/* guards the making of cpu_loops */

/**
 * cotask_cpu_loop - the shared loop of a CPU
 * @cpu: the CPU; COTASK_THIS_CPU: the one that runs the caller, which is online
 *
 * The first call for a CPU creates the loop, which ends with the module.  While the CPU is
 * offline, the loop runs on another one.
 *
 * Context: Process context, sleeps.
 * Return: The loop with a reference, to be dropped with cotask_loop_put();
 *	ERR_PTR(-EINVAL) if there is no such CPU or it is offline, ERR_PTR(-ENOMEM).
 */
struct cotask_loop *cotask_cpu_loop(unsigned int cpu)
{
	struct cotask_loop *loop;

	if (cpu >= nr_cpu_ids && cpu != COTASK_THIS_CPU)
		return ERR_PTR(-EINVAL);
	cpus_read_lock();
	if (cpu == COTASK_THIS_CPU)
		cpu = raw_smp_processor_id();
	mutex_lock(&cpu_loops_lock);
	loop = cpu_loops[cpu];
	if (!loop) {
		loop = cpu_online(cpu) ? create_on(cpu) : ERR_PTR(-EINVAL);
		if (!IS_ERR(loop))
			cpu_loops[cpu] = loop;
	}
	if (!IS_ERR(loop))
		cotask_loop_get(loop);
	mutex_unlock(&cpu_loops_lock);
	cpus_read_unlock();
	return loop;
}
EXPORT_SYMBOL_GPL(cotask_cpu_loop);

/* Time limit for tasks that a module has left behind, when cotask is unloaded. */
#define EXIT_GRACE_NS	(5 * NSEC_PER_SEC)

void cotask_cpu_loops_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		if (cpu_loops[cpu])
			stop(cpu_loops[cpu], EXIT_GRACE_NS);
	}
}
