/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - calls of the device for programs that measure
 *
 * Operations are collected, then applied.
 */
#ifndef COTASK_BOUNDS_CALLS_H
#define COTASK_BOUNDS_CALLS_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <linux/cotask.h>

/* As many instructions as a thread may run without a point to reschedule. */
#define LIMIT		1000000ULL

#define MANY		60000

#define FAR(i)	(((i) << 16) + 63)	/* the last one of a chunk of the table */

#define OP(o, ...)	((struct cotask_op){ .opcode = COTASK_OP_##o, ##__VA_ARGS__ })

static struct cotask_event_info events[65536];
static struct cotask_op ops[65536];
static unsigned int n_ops, given;
static int fd;

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void open_file(void)
{
	n_ops = 0;
	given = 0;
	fd = open("/dev/cotask", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("/dev/cotask");
}

/* Run tests 0 to @n - 1, which print their results; the exit status. */
static int run_all(unsigned int n, bool (*is_good)(unsigned int i))
{
	unsigned int i, bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%u\n", n);
	for (i = 0; i < n; i++)
		bad += !is_good(i);
	return !!bad;
}

/* Apply the collected operations, and retrieve up to @max events within a second. */
static unsigned int enter(unsigned int max)
{
	struct cotask_enter e = {
		.size = sizeof(e), .ops = (unsigned long)ops, .n_ops = n_ops, .n_begun = given,
		.events = (unsigned long)events, .max_events = max, .min_events = !!max,
		.deadline = now() + 1000000000LL,
	};

	if (ioctl(fd, COTASK_IOC_ENTER, &e) || e.applied != n_ops)
		die("ENTER");
	n_ops = 0;
	given = e.n_events;
	return e.n_events;
}

static void add(struct cotask_op op)
{
	ops[n_ops++] = op;
	if (n_ops == 65536)
		enter(0);
}

static void must(__u32 last)
{
	enter(0);
	if (ops[last].result < 0) {
		errno = -ops[last].result;
		die("operation");
	}
}

/* Tasks from @first on, each of which waits with @wait; @raise: on successive handles. */
static void spawn(__u32 first, unsigned int n, __u32 group, struct cotask_op wait, int raise)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		add(OP(SPAWN, .handle = first + i, .other = group));
	if (enter(n) != n)
		die("events");
	for (i = 0; i < n; i++) {
		wait.task = first + i;
		add(wait);
		wait.handle += raise;
	}
	enter(0);
	given = 0;
}

static void make(__u32 handle, __u32 kind)
{
	add(OP(MAKE, .handle = handle, .arg = kind));
	must(0);
}

#endif /* COTASK_BOUNDS_CALLS_H */
