// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - processes in time namespaces
 *
 * In a time namespace, points in time refer to the clocks that the process reads.  A time that
 * was taken for the host's would expire 1000 s too late, or 1 s too early.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "kselftest_harness.h"
#include "cotask_test.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x80
#endif

static __s64 boottime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

#define SOON	(t_now() + 5 * MS)

/* Expect the next event of a file for task 1, not before @time, with this result. */
static bool comes(int fd, __s64 time, __s64 result)
{
	struct turn t = t_enter_until(fd, NULL, 0, 1, COTASK_NEVER);

	return !t.rc && t.n == 1 && t.event[0].handle == 1 && t.event[0].result == result &&
	       t_now() >= time;
}

static bool sleeps(int fd)
{
	__s64 time = SOON, boot = boottime() + 5 * MS;

	t_op(fd, OP(SLEEP, .task = 1, .flags = COTASK_OP_F_ABSOLUTE, .value = time));
	if (!comes(fd, time, 0))
		return false;
	t_op(fd, OP(SLEEP, .task = 1, .value = boot,
		    .flags = COTASK_OP_F_ABSOLUTE | COTASK_OP_F_BOOTTIME));
	return comes(fd, 0, 0) && boottime() >= boot;
}

/* Inside of a scope of that kind a task sleeps until it is cancelled, by @time. */
static bool interrupts(int fd, __u32 kind, __u16 flags, __s64 time)
{
	__s64 rc = t_op(fd, OP(ENTER, .task = 1, .handle = 2, .arg = kind, .flags = flags,
			       .value = time));

	rc = rc ?: t_op(fd, OP(READ, .handle = 1, .arg = COTASK_READ_DEADLINE));
	if (rc != time)
		return false;
	t_op(fd, OP(SLEEP, .task = 1, .value = COTASK_NEVER));
	if (!comes(fd, time, -ECANCELED))
		return false;
	t_op(fd, OP(LEAVE, .task = 1, .handle = 2, .value = -ECANCELED));
	if (kind == COTASK_KIND_GROUP && !comes(fd, 0, -ETIMEDOUT))
		return false;
	return !t_op(fd, OP(FORGET, .handle = 2));
}

static bool moves(int fd)
{
	__s64 time = SOON, before, after, rc;

	t_op(fd, OP(ENTER, .task = 1, .handle = 2, .arg = COTASK_KIND_TIMEOUT,
		    .value = COTASK_NEVER));
	before = t_op(fd, OP(READ, .handle = 2, .arg = COTASK_READ_WHEN));
	rc = t_op(fd, OP(MOVE, .handle = 2, .value = time));
	after = t_op(fd, OP(READ, .handle = 2, .arg = COTASK_READ_WHEN));
	if (rc || before != COTASK_NEVER || after != time)
		return false;
	t_op(fd, OP(SLEEP, .task = 1, .value = COTASK_NEVER));
	return comes(fd, time, -ECANCELED) &&
	       t_op(fd, OP(LEAVE, .task = 1, .handle = 2, .value = -ECANCELED)) == -ETIMEDOUT;
}

/* ENTER and WAIT for an event that does not occur. */
static bool gives_up(int fd)
{
	struct cotask_wait_done w = { .size = sizeof(w), .handle = 3 };
	struct turn t;

	t_op(fd, OP(SLEEP, .task = 1, .value = COTASK_NEVER));
	w.deadline = SOON;
	t = t_enter_until(fd, NULL, 0, 1, w.deadline);
	if (t.rc || t.n || t_now() < w.deadline)
		return false;
	t_post(fd, OP(SUBMIT, .handle = 3, .other = 4));
	w.deadline = SOON;
	return ioctl(fd, COTASK_IOC_WAIT, &w) && errno == ETIMEDOUT && t_now() >= w.deadline;
}

/* 0, or the number of the failed check. */
static int all_of_them(void)
{
	int fd = t_open();

	if (fd < 0)
		return 10;
	t_op(fd, OP(SPAWN, .handle = 1));
	t_next(fd);
	if (!sleeps(fd))
		return 1;
	if (!interrupts(fd, COTASK_KIND_TIMEOUT, COTASK_OP_F_ABSOLUTE, SOON))
		return 2;
	if (!interrupts(fd, COTASK_KIND_GROUP, 0, SOON))
		return 3;
	if (!interrupts(fd, COTASK_KIND_SCOPE, 0, SOON))
		return 4;
	if (!moves(fd))
		return 5;
	return gives_up(fd) ? 0 : 6;
}

static bool set_offset(const char *clock, int seconds)
{
	char text[40];

	snprintf(text, sizeof(text), "%s %d 0\n", clock, seconds);
	return t_write_file("/proc/self", "timens_offsets", text) == strlen(text);
}

/* -1: there are no time namespaces here */
static int in_namespace(int seconds)
{
	int status;

	if (unshare(CLONE_NEWTIME) || !set_offset("monotonic", seconds) ||
	    !set_offset("boottime", seconds))
		return -1;
	if (!fork())
		_exit(all_of_them());
	wait(&status);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

static void expect_right(struct __test_metadata *_metadata, int seconds)
{
	int rc = in_namespace(seconds);

	if (rc < 0 || rc == 10)
		SKIP(return, "no time namespaces, or no " DEVICE);
	EXPECT_EQ(0, rc);
}

/* SL-B1, TO-1, TO-17, TG-B4: every point in time is one of the caller's clocks */
TEST(clocks_that_are_ahead)
{
	expect_right(_metadata, 1000);
}

TEST(clocks_that_are_behind)
{
	expect_right(_metadata, -1);
}

TEST_HARNESS_MAIN
