// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - hosted tasks by the ioctls alone: what a program pays that keeps the
 * state of its tasks by itself, without stacks; "device_bench SLEEPERS..."
 */
#include <fcntl.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <linux/cotask.h>

#include "bench.h"

#define BATCH		1024
#define PARENT		1	/* handles: of the task that others belong to, ... */
#define GROUP		2
#define TIMEOUT		3
#define FIRST		10	/* ... of the first one of many tasks */

static int fd;
static struct cotask_op ops[4 * BATCH];
static unsigned int n_ops;
static struct cotask_event_info event[BATCH];
static unsigned int n_events;

#define ADD(o, ...)							\
	(ops[n_ops++] = (struct cotask_op){ .opcode = COTASK_OP_##o, ##__VA_ARGS__ })

/* Apply the operations; all events of the last call were begun. */
static void enter(unsigned int max, unsigned int min)
{
	struct cotask_enter e = {
		.size = sizeof(e),
		.ops = (uintptr_t)ops,
		.n_ops = n_ops,
		.n_begun = n_events,
		.events = (uintptr_t)event,
		.max_events = max,
		.min_events = min,
		.deadline = COTASK_NEVER,
	};

	if (ioctl(fd, COTASK_IOC_ENTER, &e) || e.applied != n_ops) {
		perror("COTASK_IOC_ENTER");
		exit(1);
	}
	n_ops = 0;
	n_events = e.n_events;
}

/* @n tasks, of a group or of none. */
static void spawn(int n, uint32_t group)
{
	int i;

	for (i = 0; i < n; i++)
		ADD(SPAWN, .handle = FIRST + i, .other = group);
}

static void end(uint32_t handle)
{
	ADD(EXIT, .task = handle);
	ADD(FORGET, .handle = handle);
}

static void bench_yield(void)
{
	int64_t begin = now();
	unsigned int k;
	long i;

	spawn(YIELDERS, 0);
	for (i = 0; i < (YIELDS + 1L) * YIELDERS; i += n_events) {
		enter(BATCH, 1);
		for (k = 0; k < n_events; k++) {
			if (i + k < YIELDS * YIELDERS)
				ADD(SLEEP, .task = event[k].handle);
			else
				end(event[k].handle);
		}
	}
	enter(0, 0);
	print("yield", "device", (double)(now() - begin) / YIELDERS / YIELDS, "ns");
}

static void bench_spawn(void)
{
	int64_t begin = now();
	unsigned int k;
	int i, ended;

	for (i = 0; i < SPAWNS; i += 1000) {
		spawn(1000, 0);
		for (ended = 0; ended < 1000; ended += n_events) {
			enter(BATCH, 1);
			for (k = 0; k < n_events; k++)
				end(event[k].handle);
		}
		enter(0, 0);
	}
	print("spawn", "device", (double)(now() - begin) / SPAWNS, "ns");
}

/* A task that runs, for what needs one. */
static void begin_parent(void)
{
	ADD(SPAWN, .handle = PARENT);
	enter(1, 1);
}

static void bench_timeout(void)
{
	int64_t begin;
	int i;

	begin_parent();
	begin = now();
	for (i = 0; i < SCOPES; i++) {
		ADD(MAKE, .arg = COTASK_KIND_TIMEOUT, .handle = TIMEOUT, .value = 1000000000);
		ADD(ENTER, .task = PARENT, .handle = TIMEOUT);
		ADD(LEAVE, .task = PARENT, .handle = TIMEOUT);
		ADD(FORGET, .handle = TIMEOUT);
		enter(1, 1);
	}
	print("timeout", "device", (double)(now() - begin) / SCOPES, "ns");
	end(PARENT);
	enter(0, 0);
}

static void bench_lateness(void)
{
	static int64_t late[WAKES];
	int64_t next;
	int i;

	begin_parent();
	for (i = 0; i < WAKES; i++) {
		next = now() + PERIOD_NS;
		ADD(SLEEP, .task = PARENT, .value = next, .flags = COTASK_OP_F_ABSOLUTE);
		enter(1, 1);
		late[i] = now() - next;
	}
	print_lateness("device", late);
	end(PARENT);
	enter(0, 0);
}

/* All of them sleep until then. */
static void arm(int n, uint32_t group, int64_t until)
{
	int i, some, armed;
	unsigned int k;

	for (i = 0; i < n; i += some) {
		some = n - i < BATCH ? n - i : BATCH;
		for (armed = 0; armed < some; armed++)
			ADD(SPAWN, .handle = FIRST + i + armed, .other = group);
		for (armed = 0; armed < some; armed += n_events) {
			enter(BATCH, 1);
			for (k = 0; k < n_events; k++)
				ADD(SLEEP, .task = event[k].handle, .value = until,
				    .flags = COTASK_OP_F_ABSOLUTE);
		}
	}
	enter(0, 0);
}

/* All but the parent end as they wake up. */
static void end_all(int n)
{
	unsigned int k;
	int ended;

	for (ended = 0; ended < n; ) {
		enter(BATCH, 1);
		for (k = 0; k < n_events; k++) {
			if (event[k].handle == PARENT)
				continue;
			end(event[k].handle);
			ended++;
		}
	}
	enter(0, 0);
}

static void bench_sleepers(int n)
{
	int64_t begin = cpu(), until = now() + (5 + n / 40000) * 1000000000LL;
	long before = memory();
	char row[40];

	arm(n, 0, until);
	snprintf(row, sizeof(row), "memory_%d", n);
	print(row, "device", (double)(memory() - before) / n, "bytes");
	end_all(n);
	snprintf(row, sizeof(row), "sleepers_%d", n);
	print(row, "device", (double)(cpu() - begin) / n, "ns");
}

static void bench_cancel(int n)
{
	int64_t begin;
	char row[40];

	begin_parent();
	ADD(MAKE, .arg = COTASK_KIND_GROUP, .handle = GROUP);
	ADD(ENTER, .task = PARENT, .handle = GROUP);
	ADD(SLEEP, .task = PARENT);
	enter(1, 1);
	ADD(SLEEP, .task = PARENT, .value = COTASK_NEVER);
	arm(n, GROUP, now() + 3600 * 1000000000LL);
	begin = now();
	ADD(CANCEL, .handle = GROUP);
	end_all(n);
	snprintf(row, sizeof(row), "cancel_%d", n);
	print(row, "device", (double)(now() - begin) / n, "ns");
	close(fd);
}

int main(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		fd = open("/dev/cotask", O_RDWR);
		if (fd < 0)
			return 4;
		n_events = 0;
		if (i) {
			bench_sleepers(atoi(argv[i]));
			bench_cancel(atoi(argv[i]));
			continue;
		}
		bench_yield();
		bench_spawn();
		bench_timeout();
		bench_lateness();
		close(fd);
	}
	return 0;
}
