// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - hosted tasks by the ioctls alone: what a program pays that keeps the
 * state of its tasks by itself, without stacks; "device_bench SLEEPERS..."
 */
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <linux/cotask.h>

#include "bench.h"

#define BATCH		1024
#define PARENT		1	/* handles: of the task that owns the other objects, ... */
#define GROUP		2
#define TIMEOUT		3
#define SHARED		4	/* queue, lock */
#define FIRST		10	/* ... of the first of many tasks */
#define OTHERS		100000	/* ... of the first of many other objects */

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

/* Spawn @n tasks, with or without a group. */
static void spawn(int n, uint32_t group)
{
	int i;

	for (i = 0; i < n; i++)
		ADD(SPAWN, .handle = FIRST + i, .other = group);
}

static int end(uint32_t handle)
{
	ADD(EXIT, .task = handle, .flags = COTASK_OP_F_FORGET);
	return 1;
}

static void bench_yield(void)
{
	int64_t begin = start();
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
	finish("yield", "device", begin, YIELDERS * YIELDS);
}

static void bench_spawn(void)
{
	int64_t begin = start();
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
	finish("spawn", "device", begin, SPAWNS);
}

/* Start a task, for operations that require one. */
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
	begin = start();
	for (i = 0; i < SCOPES; i++) {
		ADD(MAKE, .arg = COTASK_KIND_TIMEOUT, .handle = TIMEOUT, .value = 1000000000);
		ADD(ENTER, .task = PARENT, .handle = TIMEOUT);
		ADD(LEAVE, .task = PARENT, .handle = TIMEOUT);
		ADD(FORGET, .handle = TIMEOUT);
		enter(1, 1);
	}
	finish("timeout", "device", begin, SCOPES);
	end(PARENT);
	enter(0, 0);
}

/* Each task ends with a number; the spawner adds the numbers up. */
static long sum_of_group(void)
{
	unsigned int k, first;
	int i, ended;
	long sum = 0;

	ADD(ENTER, .task = PARENT, .arg = COTASK_KIND_GROUP, .handle = GROUP);
	spawn(GROUP_SIZE, GROUP);
	ADD(LEAVE, .task = PARENT, .handle = GROUP);
	for (ended = 0; ended < GROUP_SIZE; ended += n_events) {
		enter(BATCH, 1);
		for (k = 0; k < n_events; k++)
			ADD(EXIT, .task = event[k].handle, .value = event[k].handle - FIRST);
	}
	first = n_ops;
	for (i = 0; i < GROUP_SIZE; i++) {
		ADD(RESULT, .handle = FIRST + i);
		ADD(FORGET, .handle = FIRST + i);
	}
	ADD(FORGET, .handle = GROUP);
	enter(1, 1);
	for (i = 0; i < GROUP_SIZE; i++)
		sum += ops[first + 2 * i].result;
	return sum;
}

static void bench_group(void)
{
	int64_t begin;
	int i;

	begin_parent();
	begin = start();
	for (i = 0; i < SPAWNS; i += GROUP_SIZE) {
		if (sum_of_group() != GROUP_SIZE * (GROUP_SIZE - 1L) / 2)
			exit(1);
	}
	finish("group", "device", begin, SPAWNS);
	end(PARENT);
	enter(0, 0);
}

static void bench_queue(void)
{
	int64_t begin = start();
	int put = 0, got = -1, ended = 0;
	unsigned int k;

	ADD(MAKE, .arg = COTASK_KIND_QUEUE, .handle = SHARED, .value = 1);
	spawn(2, 0);
	while (ended < 2) {
		enter(2, 1);
		for (k = 0; k < n_events; k++) {
			const uint32_t task = event[k].handle;

			if (task == FIRST && put < ITEMS)
				ADD(PUT, .task = task, .handle = SHARED, .value = put++);
			else if (task != FIRST && ++got < ITEMS)
				ADD(GET, .task = task, .handle = SHARED);
			else
				ended += end(task);
		}
	}
	ADD(FORGET, .handle = SHARED);
	enter(0, 0);
	finish("queue", "device", begin, ITEMS);
}

/* Next operation of a task that yields while it holds the lock; false: the task ends. */
static bool lock_again(uint32_t task)
{
	static struct {
		bool yielded;
		int turns;
	} state[2];
	typeof(*state) *s = &state[task - FIRST];

	if (s->yielded)
		ADD(RELEASE, .task = task, .handle = SHARED);
	if (s->turns == HANDED)
		return false;
	/* Each turn has two steps. */
	s->yielded = s->turns++ % 2;
	if (s->yielded)
		ADD(SLEEP, .task = task);
	else
		ADD(ACQUIRE, .task = task, .handle = SHARED);
	return true;
}

static void bench_lock(void)
{
	int64_t begin = start();
	unsigned int k;
	int ended = 0;

	ADD(MAKE, .arg = COTASK_KIND_SEM, .handle = SHARED, .value = 1, .len = 1);
	spawn(2, 0);
	while (ended < 2) {
		enter(2, 1);
		for (k = 0; k < n_events; k++) {
			if (!lock_again(event[k].handle))
				ended += end(event[k].handle);
		}
	}
	ADD(FORGET, .handle = SHARED);
	enter(0, 0);
	finish("lock", "device", begin, HANDED);
}

static sem_t asked;

static void *poster(void *arg)
{
	struct cotask_op op = { .opcode = COTASK_OP_COMPLETE };
	struct cotask_post_ops post = {
		.size = sizeof(post),
		.ops = (uintptr_t)&op,
		.n_ops = 1,
	};
	int i;

	for (i = 0; i < POSTED; i++) {
		op.handle = OTHERS + i;
		post.applied = 0;
		sem_wait(&asked);
		if (ioctl(fd, COTASK_IOC_POST, &post)) {
			perror("COTASK_IOC_POST");
			exit(1);
		}
	}
	return arg;
}

static void make_futures(int n)
{
	int i;

	for (i = 0; i < n; i++) {
		ADD(MAKE, .arg = COTASK_KIND_FUTURE, .handle = OTHERS + i);
		if (n_ops == BATCH)
			enter(0, 0);
	}
	enter(0, 0);
}

/* A thread wakes the task that has requested it. */
static void bench_wake(void)
{
	pthread_t thread;
	int64_t begin;
	int i;

	make_futures(POSTED);
	sem_init(&asked, 0, 0);
	pthread_create(&thread, NULL, poster, NULL);
	begin_parent();
	begin = start();
	for (i = 0; i < POSTED; i++) {
		ADD(AWAIT, .task = PARENT, .handle = OTHERS + i);
		sem_post(&asked);
		enter(1, 1);
	}
	finish("wake", "device", begin, POSTED);
	pthread_join(thread, NULL);
	end(PARENT);
	for (i = 0; i < POSTED; i++) {
		ADD(FORGET, .handle = OTHERS + i);
		if (n_ops >= BATCH)
			enter(0, 0);
	}
	enter(0, 0);
}

/* Tasks from @first on, each of which sleeps inside of a timeout. */
static void sleep_in_timeouts(int first, int n)
{
	unsigned int k;
	int i, begun;

	for (i = 0; i < n; i++)
		ADD(SPAWN, .handle = FIRST + first + i);
	for (begun = 0; begun < n; begun += n_events) {
		enter(BATCH, 1);
		for (k = 0; k < n_events; k++) {
			const uint32_t task = event[k].handle;

			ADD(ENTER, .task = task, .arg = COTASK_KIND_TIMEOUT,
			    .handle = OTHERS + task - FIRST, .value = 3600 * 1000000000LL);
			ADD(SLEEP, .task = task, .value = COTASK_NEVER);
		}
	}
	enter(0, 0);
}

/* The tasks end with the file. */
static void bench_move(void)
{
	int64_t begin, until = now() + 7200 * 1000000000LL;
	int i;

	for (i = 0; i < MOVED; i += 1000)
		sleep_in_timeouts(i, 1000);
	begin = start();
	for (i = 0; i < MOVED; i++) {
		ADD(MOVE, .handle = OTHERS + i, .value = until + MOVED_BY(i));
		if (n_ops == BATCH)
			enter(0, 0);
	}
	enter(0, 0);
	finish("move", "device", begin, MOVED);
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

/* All tasks sleep until this time. */
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

/* All tasks except the parent end when they wake up. */
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
	int64_t begin, until = now() + (5 + n / 40000) * 1000000000LL;
	long before = memory();
	char row[40];

	begin = start_cpu();
	arm(n, 0, until);
	snprintf(row, sizeof(row), "memory_%d", n);
	print(row, "device", (double)(memory() - before) / n, "bytes");
	end_all(n);
	snprintf(row, sizeof(row), "sleepers_%d", n);
	finish_cpu(row, "device", begin, n);
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
	snprintf(row, sizeof(row), "cancel_%d", n);
	begin = start();
	ADD(CANCEL, .handle = GROUP);
	end_all(n);
	finish(row, "device", begin, n);
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
		bench_group();
		bench_timeout();
		bench_queue();
		bench_lock();
		bench_wake();
		bench_lateness();
		close(fd);
	}
	fd = open("/dev/cotask", O_RDWR);
	n_events = 0;
	bench_move();
	return 0;
}
