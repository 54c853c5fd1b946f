// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - waking an idle loop compared with waking a kthread, on any CPU and
 * on another CPU; and the latency of a periodic sleep
 */
#include <linux/completion.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sort.h>

#include "bench.h"

/* --- round trips ------------------------------------------------------------- */

#define WAKES	10000

/* Wakes the thread of the benchmark, in all rows. */
static struct completion answer;

struct waker {
	struct cotask_frame frame;
	struct cotask_future future;
	unsigned int n;
};

static long waker(struct cotask *task, struct cotask_frame *frame)
{
	struct waker *me = container_of(frame, struct waker, frame);
	long rc;

	CO_BEGIN(task, frame, woken);

	while (me->n--) {
		CO_AWAIT(woken, rc, cotask_await_future(task, &me->future));
		if (rc)
			return rc;
		cotask_future_fini(&me->future);
		cotask_future_init(&me->future, cotask_get_loop(task));
		complete(&answer);
	}
	return 0;
}

static u64 wake_loop(struct cotask_loop *loop)
{
	struct waker w = { .n = WAKES };
	struct cotask *task;
	unsigned int i;
	u64 begin;

	init_completion(&answer);
	cotask_future_init(&w.future, loop);
	task = cotask_spawn(cotask_loop_root(loop),
			    cotask_frame_init(&w.frame, waker, NULL), NULL);
	if (IS_ERR(task))
		return 0;
	begin = ktime_get_ns();
	for (i = 0; i < WAKES; i++) {
		cotask_future_complete(&w.future, 0);
		wait_for_completion(&answer);
	}
	begin = ktime_get_ns() - begin;
	cotask_wait(task, COTASK_FOREVER);
	cotask_put(task);
	cotask_future_fini(&w.future);
	return bench_ps(begin, WAKES);
}

static bool called;

static int answering_thread(void *data)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_IDLE);
		if (!READ_ONCE(called) && !kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
		if (!READ_ONCE(called))
			continue;
		WRITE_ONCE(called, false);
		complete(&answer);
	}
	return 0;
}

static u64 wake_thread(int cpu)
{
	struct task_struct *t = kthread_create(answering_thread, NULL, "bench");
	unsigned int i;
	u64 begin;

	if (IS_ERR(t))
		return 0;
	if (cpu >= 0)
		kthread_bind(t, cpu);
	init_completion(&answer);
	begin = ktime_get_ns();
	for (i = 0; i < WAKES; i++) {
		WRITE_ONCE(called, true);
		wake_up_process(t);
		wait_for_completion(&answer);
	}
	begin = ktime_get_ns() - begin;
	kthread_stop(t);
	return bench_ps(begin, WAKES);
}

static u64 loop_anywhere(unsigned int n)
{
	struct cotask_loop *loop = cotask_loop_create("bench", 0);
	u64 ps;

	if (IS_ERR(loop))
		return 0;
	ps = wake_loop(loop);
	cotask_loop_stop(loop, 0);
	return ps;
}

static u64 thread_anywhere(unsigned int n)
{
	return wake_thread(-1);
}

/* Pin this thread to one CPU.  Return: another CPU, or -1 if there is none. */
static int go_apart(void)
{
	int here = cpumask_first(cpu_online_mask);
	int there = cpumask_next(here, cpu_online_mask);

	if (there >= nr_cpu_ids || set_cpus_allowed_ptr(current, cpumask_of(here)))
		return -1;
	return there;
}

static u64 loop_across(unsigned int n)
{
	int cpu = go_apart();
	struct cotask_loop *loop;
	u64 ps;

	if (cpu < 0)
		return 0;
	loop = cotask_cpu_loop(cpu);
	if (IS_ERR(loop))
		return 0;
	ps = wake_loop(loop);
	cotask_loop_put(loop);
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	return ps;
}

static u64 thread_across(unsigned int n)
{
	int cpu = go_apart();
	u64 ps;

	if (cpu < 0)
		return 0;
	ps = wake_thread(cpu);
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	return ps;
}

/* --- latency ------------------------------------------------------------------- */

#define LATE_SAMPLES	4000
#define LATE_PERIOD	NSEC_PER_MSEC

/*
 * A task and a thread that each wake up every millisecond.  Both run in the same four
 * seconds, half a period apart.
 */
struct periodic {
	struct cotask_frame frame;
	u64 next;
	unsigned int n;
	u32 late[LATE_SAMPLES];
};

static struct periodic of_task, of_thread;
static struct completion thread_done;

static void note_lateness(struct periodic *p)
{
	p->late[p->n++] = ktime_get_ns() - p->next;
	p->next += LATE_PERIOD;
}

static long periodic_task(struct cotask *task, struct cotask_frame *frame)
{
	struct periodic *me = container_of(frame, struct periodic, frame);
	long rc;

	CO_BEGIN(task, frame, slept);

	while (me->n < LATE_SAMPLES) {
		CO_AWAIT(slept, rc, cotask_sleep_until(task, ns_to_ktime(me->next),
						       CLOCK_MONOTONIC, 0));
		if (rc)
			return rc;
		note_lateness(me);
	}
	return 0;
}

static int periodic_thread(void *data)
{
	struct periodic *me = data;

	while (me->n < LATE_SAMPLES) {
		ktime_t next = ns_to_ktime(me->next);

		set_current_state(TASK_IDLE);
		schedule_hrtimeout(&next, HRTIMER_MODE_ABS);
		note_lateness(me);
	}
	complete(&thread_done);
	return 0;
}

static int cmp_u32(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static void measure_lateness(struct cotask_loop *loop)
{
	struct task_struct *thread;
	struct cotask *task;

	of_thread.next = ktime_get_ns() + 10 * LATE_PERIOD;
	of_task.next = of_thread.next + LATE_PERIOD / 2;
	init_completion(&thread_done);
	thread = kthread_run(periodic_thread, &of_thread, "bench");
	if (IS_ERR(thread))
		return;
	task = cotask_spawn(cotask_loop_root(loop),
			    cotask_frame_init(&of_task.frame, periodic_task, NULL), NULL);
	wait_for_completion(&thread_done);
	if (IS_ERR(task))
		return;
	cotask_wait(task, COTASK_FOREVER);
	cotask_put(task);
	sort(of_task.late, of_task.n, sizeof(u32), cmp_u32, NULL);
	sort(of_thread.late, of_thread.n, sizeof(u32), cmp_u32, NULL);
}

static u64 lateness(const struct periodic *of, unsigned int percent)
{
	struct cotask_loop *loop;

	if (!of_task.n) {
		loop = cotask_loop_create("bench", 0);
		if (IS_ERR(loop))
			return 0;
		measure_lateness(loop);
		cotask_loop_stop(loop, 0);
	}
	return of_task.n ? of->late[of->n * percent / 100] * 1000ULL : 0;
}

static u64 task_late(unsigned int percent)
{
	return lateness(&of_task, percent);
}

static u64 thread_late(unsigned int percent)
{
	return lateness(&of_thread, percent);
}

const struct bench_row bench_wakes[] = {
	{ "peer.wake_kthread", thread_anywhere },
	{ "cotask.wake_loop", loop_anywhere, .beside = { { "peer.wake_kthread" } } },
	{ "peer.wake_kthread_other_cpu", thread_across },
	{ "cotask.wake_loop_other_cpu", loop_across,
	  .beside = { { "peer.wake_kthread_other_cpu", "1.2" } } },
	{ "peer.hrtimeout_late_p50", thread_late, 50, .once = true },
	{ "peer.hrtimeout_late_p99", thread_late, 99, .once = true },
	{ "cotask.sleep_late_p50", task_late, 50, .once = true,
	  .beside = { { "peer.hrtimeout_late_p50", "1.05" } } },
	{ "cotask.sleep_late_p99", task_late, 99, .once = true,
	  .beside = { { "peer.hrtimeout_late_p99", "1.05" } } },
	{}
};
