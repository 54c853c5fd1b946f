// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - large numbers of objects, and objects that are reached repeatedly
 *
 * A group that is left while another thread cancels it; cycles of waits; nets whose cancel
 * takes minutes, in a process that is killed meanwhile; turns that ENTER leaves.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include "file_fixture.h"

/* --- the end of a group and posts to it ------------------------------------------------- */

#define CHILDREN	2000
#define ROUNDS		10

static int raced_fd;
static atomic_bool race_is_over;
static atomic_ulong posts;

static void *cancel_all_the_time(void *arg)
{
	while (!race_is_over) {
		t_post(raced_fd, OP(CANCEL, .handle = 2));
		posts++;
	}
	return NULL;
}

/* A task ends inside of a group with many children, which is cancelled from outside */
TEST(group_is_left_while_it_is_cancelled)
{
	struct cotask_op *ops = calloc(CHILDREN, sizeof(*ops));
	unsigned int round, i;
	pthread_t thread;

	ASSERT_NE(NULL, ops);
	for (round = 0; round < ROUNDS; round++) {
		struct cotask_op last[2] = {
			OP(EXIT, .task = 1),
			OP(FORGET, .handle = 2),
		};

		raced_fd = t_open();
		ASSERT_LE(0, raced_fd);
		t_op(raced_fd, OP(SPAWN, .handle = 1));
		ASSERT_EQ(1, t_next(raced_fd).handle);
		ASSERT_EQ(0, t_op(raced_fd, OP(ENTER, .task = 1, .handle = 2,
					       .arg = COTASK_KIND_GROUP)));
		for (i = 0; i < CHILDREN; i++)
			ops[i] = OP(SPAWN, .task = 1, .handle = 100 + i, .other = 2);
		ASSERT_EQ(CHILDREN, t_enter_until(raced_fd, ops, CHILDREN, 0, 0).applied);
		race_is_over = false;
		posts = 0;
		ASSERT_EQ(0, pthread_create(&thread, NULL, cancel_all_the_time, NULL));
		while (!posts)
			sched_yield();
		EXPECT_EQ(2, t_enter_until(raced_fd, last, 2, 4, t_now()).applied);
		EXPECT_EQ(0, last[0].result);
		EXPECT_EQ(0, last[1].result);
		race_is_over = true;
		pthread_join(thread, NULL);
		t_enter_until(raced_fd, NULL, 0, 4, t_now());
		close(raced_fd);
	}
	free(ops);
}

/* --- cycles -------------------------------------------------------------------------------- */

/* Two tasks that gather each other, and the first of them. */
static __s64 gather_each_other(int fd)
{
	__u32 one = 1, two = 2;

	t_op(fd, OP(SPAWN, .handle = 1));
	t_next(fd);
	t_op(fd, OP(SPAWN, .handle = 2));
	t_op(fd, OP(GATHER, .handle = 11, .addr = (unsigned long)&two, .len = 1,
		    .arg = COTASK_GATHER_F_COLLECT));
	t_step(fd, OP(AWAIT, .task = 1, .handle = 11));
	t_op(fd, OP(GATHER, .handle = 12, .addr = (unsigned long)&one, .len = 1,
		    .arg = COTASK_GATHER_F_COLLECT));
	return t_op(fd, OP(AWAIT, .task = 2, .handle = 12));
}

/* AW-B2: a cancel that returns ends the cycle, and thereby both tasks */
TEST_F(file, cycle_of_gathers_is_cancelled)
{
	struct cotask_event_info e;

	ASSERT_EQ(0, gather_each_other(self->fd));
	EXPECT_EQ(1, op(CANCEL, .handle = 1));
	e = t_next(self->fd);
	EXPECT_EQ(1, e.handle);
	EXPECT_EQ(-ECANCELED, e.result);
	e = t_step(self->fd, OP(EXIT, .task = 1, .value = -ECANCELED));
	EXPECT_EQ(2, e.handle);
	EXPECT_EQ(-ECANCELED, e.result);
	EXPECT_EQ(0, op(EXIT, .task = 2, .value = -ECANCELED));
}

/* CO-8: ... and so does the end of a run */
TEST_F(file, cycle_of_gathers_at_the_end_of_a_run)
{
	struct cotask_event_info e;

	ASSERT_EQ(0, gather_each_other(self->fd));
	EXPECT_EQ(2, op(CANCEL_ALL));
	e = t_next(self->fd);
	EXPECT_EQ(-ECANCELED, e.result);
	e = t_step(self->fd, OP(EXIT, .task = e.handle, .value = -ECANCELED));
	EXPECT_EQ(-ECANCELED, e.result);
	EXPECT_EQ(0, op(EXIT, .task = e.handle, .value = -ECANCELED));
}

/* --- nets ------------------------------------------------------------------------------------ */

#define WIDTH		32
#define LAYERS		20
#define WAITERS		600
#define DEPTH		8

/* Apply all collected operations, in any number. */
static void apply(int fd, struct cotask_op *ops, unsigned int n)
{
	if (t_enter_until(fd, ops, n, 0, 0).applied != n)
		exit(1);
}

/* The handle of the top of a net of gathers above WIDTH futures, 1 to WIDTH. */
static __u32 make_net(int fd)
{
	struct cotask_op ops[WIDTH];
	__u32 below[WIDTH];
	unsigned int l, i;

	for (i = 0; i < WIDTH; i++)
		ops[i] = OP(MAKE, .handle = 1 + i, .arg = COTASK_KIND_FUTURE);
	apply(fd, ops, WIDTH);
	for (l = 0; l < LAYERS; l++) {
		for (i = 0; i < WIDTH; i++)
			below[i] = 1 + l * WIDTH + i;
		for (i = 0; i < WIDTH; i++)
			ops[i] = OP(GATHER, .handle = 1 + (l + 1) * WIDTH + i, .len = WIDTH,
				    .addr = (unsigned long)below, .arg = COTASK_GATHER_F_COLLECT);
		apply(fd, ops, WIDTH);
	}
	return 1 + LAYERS * WIDTH;
}

#define TASK		100000
#define SCOPE		200000

/* Many tasks wait for the net, each in timeouts. */
static void wait_in_timeouts(int fd, __u32 top)
{
	struct cotask_op ops[DEPTH + 1];
	unsigned int i, k;

	for (i = 0; i < WAITERS; i++) {
		t_op(fd, OP(SPAWN, .handle = TASK + i));
		if (t_next(fd).handle != TASK + i)
			exit(1);
		for (k = 0; k < DEPTH; k++)
			ops[k] = OP(ENTER, .task = TASK + i, .handle = SCOPE + i * DEPTH + k,
				    .arg = COTASK_KIND_TIMEOUT, .value = COTASK_NEVER);
		ops[k] = OP(AWAIT, .task = TASK + i, .handle = top);
		apply(fd, ops, k + 1);
	}
}

/* All of them expire. */
static void expire(int fd)
{
	struct cotask_op *ops = calloc(WAITERS * DEPTH, sizeof(*ops));
	unsigned int i;

	for (i = 0; i < WAITERS * DEPTH; i++)
		ops[i] = OP(MOVE, .handle = SCOPE + i, .value = 0);
	apply(fd, ops, WAITERS * DEPTH);
}

/*
 * A fatal signal ends a long cancel: the process exits, and no other process waits for the
 * rest of the cancel.
 */
TEST(killed_in_a_wave)
{
	int status, ready[2];
	pid_t pid;
	char c;

	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	if (!pid) {
		int fd = t_open();

		wait_in_timeouts(fd, make_net(fd));
		expire(fd);
		if (write(ready[1], "x", 1) == 1)
			t_enter(fd, NULL, 0, 1);
		pause();
	}
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &c, 1));
	/* The cancel is in progress, or about to start. */
	usleep(10000);
	EXPECT_EQ(0, kill(pid, SIGKILL));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status));
}

/* --- long turns ------------------------------------------------------------------------- */

#define MEMBERS		30000

/* The end of a gather is behind many posts; its members are not. */
static void post_ends_of_members(int fd)
{
	struct cotask_op *ops = calloc(MEMBERS, sizeof(*ops));
	struct cotask_post_ops p = {
		.size = sizeof(p), .ops = (unsigned long)ops, .n_ops = MEMBERS,
	};
	__u32 *members = calloc(MEMBERS, sizeof(*members));
	unsigned int i;

	for (i = 0; i < MEMBERS; i++) {
		members[i] = 10 + i;
		ops[i] = OP(MAKE, .handle = members[i], .arg = COTASK_KIND_FUTURE);
	}
	t_enter_until(fd, ops, MEMBERS, 0, 0);
	t_op(fd, OP(GATHER, .handle = 1, .addr = (unsigned long)members, .len = MEMBERS));
	t_op(fd, OP(ON_DONE, .handle = 1, .user_data = 7));
	for (i = 0; i < MEMBERS; i++)
		ops[i] = OP(COMPLETE, .handle = members[i]);
	ioctl(fd, COTASK_IOC_POST, &p);
	free(members);
	free(ops);
}

/* Of the members, at most so many ends are acted on between two points to reschedule. */
#define ENDS_AT_ONCE	512

/* How often ENTER returns without the event; @wait: for one, until a time that is past. */
static int count_returns(int fd, bool wait)
{
	struct cotask_event_info event;
	int n;

	for (n = 0; n < 1000; n++) {
		struct cotask_enter e = {
			.size = sizeof(e), .events = (unsigned long)&event, .max_events = 1,
			.min_events = wait, .deadline = 1,
		};

		if (t_enter_raw(fd, &e))
			return -errno;
		if (e.n_events)
			return event.user_data == 7 ? n : -ENODATA;
	}
	return n;
}

/* Posts of others do not keep ENTER longer than it is to wait, and none is lost */
TEST_F(file, returns_in_the_middle_of_a_turn)
{
	int n;

	post_ends_of_members(self->fd);
	n = count_returns(self->fd, true);
	EXPECT_LT(MEMBERS / ENDS_AT_ONCE / 2, n);
	EXPECT_GT(1000, n);
}

/* ... nor one that does not wait */
TEST_F(file, returns_without_waiting)
{
	int n;

	post_ends_of_members(self->fd);
	n = count_returns(self->fd, false);
	EXPECT_LT(0, n);
	EXPECT_GT(1000, n);
}

#define SLEEPERS	6000
#define ASKERS		100

/* Start @n tasks, and let each of them begin with the same operations. */
static void start_tasks(int fd, __u32 first, unsigned int n, const struct cotask_op *begin,
			unsigned int n_begin)
{
	struct cotask_op *ops = calloc(n * n_begin, sizeof(*ops));
	unsigned int i, k, started = 0;
	struct turn t;

	for (i = 0; i < n; i++)
		ops[i] = OP(SPAWN, .handle = first + i, .user_data = 7);
	apply(fd, ops, n);
	while (started < n) {
		t = t_enter(fd, NULL, 0, 64);
		for (i = 0; i < t.n * n_begin; i++) {
			k = i / n_begin;
			ops[i] = begin[i % n_begin];
			ops[i].task = t.event[k].handle;
			if (ops[i].opcode == COTASK_OP_ENTER)
				ops[i].handle = SCOPE + t.event[k].handle;
		}
		apply(fd, ops, t.n * n_begin);
		started += t.n;
	}
	free(ops);
}

/* Post a request to cancel to each of them. */
static void post_cancels(int fd, __u32 first, unsigned int n)
{
	struct cotask_op *ops = calloc(n, sizeof(*ops));
	struct cotask_post_ops p = {
		.size = sizeof(p), .ops = (unsigned long)ops, .n_ops = n,
	};
	unsigned int i;

	for (i = 0; i < n; i++)
		ops[i] = OP(CANCEL, .handle = first + i);
	ioctl(fd, COTASK_IOC_POST, &p);
	free(ops);
}

/* ... also if it is one post after another that takes long */
TEST_F(file, returns_between_long_posts)
{
	struct cotask_op sleep = OP(SLEEP, .value = COTASK_NEVER), wait = OP(AWAIT, .handle = 2);
	__u32 *members = calloc(SLEEPERS, sizeof(*members));
	unsigned int i;
	int n;

	start_tasks(self->fd, 10, SLEEPERS, &sleep, 1);
	for (i = 0; i < SLEEPERS; i++)
		members[i] = 10 + i;
	t_op(self->fd, OP(GATHER, .handle = 2, .addr = (unsigned long)members, .len = SLEEPERS,
			  .arg = COTASK_GATHER_F_COLLECT));
	start_tasks(self->fd, TASK, ASKERS, &wait, 1);
	post_cancels(self->fd, TASK, ASKERS);
	n = count_returns(self->fd, false);
	EXPECT_LT(0, n);
	EXPECT_GT(1000, n);
	free(members);
}

/* ... and posts without end do not keep tasks that are ready from their steps */
TEST_F(file, tasks_run_between_posts)
{
	struct cotask_op begin[] = {
		OP(ENTER, .arg = COTASK_KIND_SECTION, .value = COTASK_NEVER),
		OP(SLEEP, .value = COTASK_NEVER),
	};
	struct cotask_event_info event = { };
	unsigned int n;

	start_tasks(self->fd, TASK, SLEEPERS, begin, 2);
	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	t_op(self->fd, OP(SLEEP, .task = 1, .value = 0));
	for (n = 0; n < 10 && !event.handle; n++) {
		struct cotask_enter e = {
			.size = sizeof(e), .events = (unsigned long)&event, .max_events = 1,
			.min_events = 1, .deadline = 1,
		};

		post_cancels(self->fd, TASK, SLEEPERS);
		ASSERT_EQ(0, t_enter_raw(self->fd, &e));
	}
	EXPECT_EQ(1, event.handle);
	EXPECT_GT(3, n);
}

TEST_HARNESS_MAIN
