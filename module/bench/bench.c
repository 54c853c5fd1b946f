// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - the native rows, compared with the kernel's own facilities and
 * with the floors
 *
 * Loading the module runs each row several times, because the machine may be busy, and
 * prints the minimum of each: "bench: <row> <ns> <target>", followed by
 * "<row> <limit of the ratio>" for each row that the row is compared with.
 * For a kernel without debugging.  Loading fails at the end intentionally, so that the
 * module can be loaded again.
 */
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "bench.h"

static char *rows = "";
module_param(rows, charp, 0444);
MODULE_PARM_DESC(rows, "run only rows with this in their names, and what they are compared with");

static unsigned int repeat = 5;
module_param(repeat, uint, 0444);
MODULE_PARM_DESC(repeat, "how many times to run each row (default 5)");

static bool alone;
module_param(alone, bool, 0444);
MODULE_PARM_DESC(alone, "do not run what they are compared with");

/* The last table runs only on request. */
static const struct bench_row * const subjects[] = {
	bench_floors, bench_tasks, bench_sets, bench_timers, bench_wakes, bench_queues,
};

#define ROWS_MAX	128

static const struct bench_row *row[ROWS_MAX];
static u64 best[ROWS_MAX];
static unsigned int n_rows;

static bool wanted(const struct bench_row *r)
{
	const struct bench_row *other;
	unsigned int s, b;

	if (strstr(r->name, rows))
		return true;
	for (s = 0; !alone && s < ARRAY_SIZE(subjects); s++) {
		for (other = subjects[s]; other->name; other++) {
			if (!strstr(other->name, rows))
				continue;
			for (b = 0; b < BENCH_BESIDE && other->beside[b].name; b++) {
				if (!strcmp(other->beside[b].name, r->name))
					return true;
			}
		}
	}
	return false;
}

static void choose_rows(void)
{
	const struct bench_row *r;
	unsigned int s;

	for (s = 0; s < ARRAY_SIZE(subjects) - !*rows; s++) {
		for (r = subjects[s]; r->name; r++) {
			if (wanted(r) && !WARN_ON(n_rows == ROWS_MAX))
				row[n_rows++] = r;
		}
	}
}

/* One round over all rows, so that a busy minute does not affect all runs of one row. */
static void run_rows(unsigned int round)
{
	unsigned int i;

	for (i = 0; i < n_rows; i++) {
		u64 ps;

		if (round && row[i]->once)
			continue;
		ps = row[i]->run(row[i]->n);
		if (ps && (!best[i] || ps < best[i]))
			best[i] = ps;
		cond_resched();
	}
}

static void print_row(const struct bench_row *r, u64 ps)
{
	u64 tenths = div64_u64(ps + 50, 100);
	char line[256];
	unsigned int b;
	int len;

	/* 0: the row is not possible on this machine. */
	len = scnprintf(line, sizeof(line), "%s %llu.%llu %u", r->name, tenths / 10,
			tenths % 10, r->target);
	for (b = 0; b < BENCH_BESIDE && r->beside[b].name; b++)
		len += scnprintf(line + len, sizeof(line) - len, " %s %s",
				 r->beside[b].name, r->beside[b].limit ?: "-");
	pr_info("bench: %s\n", line);
}

/* --- shared by the rows ----------------------------------------------------- */

static long crowd_step(struct cotask *task, struct cotask_frame *frame)
{
	struct bench_crowd *me = container_of(frame, struct bench_crowd, frame);
	unsigned int i;
	long rc;

	CO_BEGIN(task, frame, left);

	cotask_group_init(&me->group);
	rc = cotask_group_enter(task, &me->group);
	for (i = 0; !rc && i < me->n; i++)
		rc = cotask_go(&me->group, me->make(me, i));
	CO_AWAIT(left, rc, cotask_group_exit(task, &me->group, rc));
	cotask_group_fini(&me->group);
	return rc;
}

struct cotask_frame *bench_crowd_init(struct bench_crowd *crowd)
{
	return cotask_frame_init(&crowd->frame, crowd_step, NULL);
}

/**
 * bench_run - run a coroutine on a loop of this thread
 * @main: the coroutine
 *
 * Return: The duration in nanoseconds.
 */
u64 bench_run(struct cotask_frame *main)
{
	struct cotask_loop *loop = cotask_loop_create_here("bench", 0);
	u64 begin, end;

	if (IS_ERR(loop))
		return 0;
	begin = ktime_get_ns();
	cotask_run(loop, main);
	end = ktime_get_ns();
	cotask_loop_stop(loop, 0);
	return end - begin;
}

static int __init bench_init(void)
{
	unsigned int i;

	choose_rows();
	for (i = 0; i < repeat; i++)
		run_rows(i);
	for (i = 0; i < n_rows; i++)
		print_row(row[i], best[i]);
	pr_info("bench: end\n");
	return -EAGAIN;
}
module_init(bench_init);

MODULE_DESCRIPTION("Benchmark of cotask");
MODULE_AUTHOR("The cotask authors");
MODULE_LICENSE("GPL");
COTASK_IMPORT(COTASK);
COTASK_IMPORT(COTASK_AWAIT);
COTASK_IMPORT(COTASK_TEST);
