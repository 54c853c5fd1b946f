/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask benchmark - declarations shared by its files
 */
#ifndef COTASK_BENCH_H
#define COTASK_BENCH_H

#include <linux/cotask_test.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/math64.h>

#include "../compat.h"

#define BENCH_BESIDE	4

/**
 * struct bench_beside - a row to compare with
 * @name: name of the row
 * @limit: maximum ratio of the two rows, or NULL
 */
struct bench_beside {
	const char	*name;
	const char	*limit;
};

/**
 * struct bench_row - one line of the table
 * @name: the measured operation
 * @run: measures the row once; picoseconds per operation, 0 if that was not possible
 * @n: number of objects at a time, or another argument of @run
 * @target: target in nanoseconds, or 0
 * @beside: rows to compare with
 * @once: @run has taken many samples; do not repeat it
 */
struct bench_row {
	const char	*name;
	u64		(*run)(unsigned int n);
	unsigned int	n;
	unsigned int	target;
	struct bench_beside beside[BENCH_BESIDE];
	bool		once;
};

/* Each ends with a row without a name. */
extern const struct bench_row bench_floors[];
extern const struct bench_row bench_tasks[];
extern const struct bench_row bench_sets[];
extern const struct bench_row bench_timers[];
extern const struct bench_row bench_queues[];
extern const struct bench_row bench_wakes[];

static inline u64 bench_ps(u64 ns, u64 operations)
{
	return div64_u64(ns * 1000, operations);
}

/**
 * struct bench_crowd - a coroutine that spawns members into a group and leaves it
 * @frame: the coroutine
 * @group: the group
 * @make: makes member @i
 * @n: number of members
 * @members: argument of @make
 */
struct bench_crowd {
	struct cotask_frame	frame;
	struct cotask_group	group;
	struct cotask_frame	*(*make)(struct bench_crowd *crowd, unsigned int i);
	unsigned int		n;
	void			*members;
};

struct cotask_frame *bench_crowd_init(struct bench_crowd *crowd);
u64 bench_run(struct cotask_frame *main);

#endif /* COTASK_BENCH_H */
