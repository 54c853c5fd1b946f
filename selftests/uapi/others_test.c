// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - another process that does not answer
 *
 * A second file represents the other process: its loop runs only when a test runs it, like that
 * of a process that is stopped or refuses to answer.  Requests of this process must end in
 * time nevertheless.
 */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "kselftest_harness.h"
#include "cotask_test.h"

FIXTURE(others) {
	int fd;		/* with a task 1, which runs */
	int other;	/* with a task 1, which is imported as 2 */
};

FIXTURE_SETUP(others)
{
	int task;

	self->fd = t_open();
	if (self->fd < 0)
		SKIP(return, "no " DEVICE);
	self->other = t_open();
	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 1)));
	task = t_op(self->other, OP(EXPORT, .handle = 1));
	ASSERT_LE(0, task);
	ASSERT_EQ(0, op(IMPORT, .handle = 2, .arg = task));
	close(task);
	op(SPAWN, .handle = 1);
	ASSERT_EQ(1, t_next(self->fd).handle);
}

FIXTURE_TEARDOWN(others)
{
	close(self->other);
	close(self->fd);
}

#define cancels_of_the_other()							\
	t_op(self->other, OP(READ, .handle = 1, .arg = COTASK_READ_CANCELLING))

/* AW-B1, TO-8: a timeout around an await of its task ends in time */
TEST_F(others, timeout)
{
	op(ENTER, .task = 1, .handle = 3, .arg = COTASK_KIND_TIMEOUT, .value = MS);
	EXPECT_EQ(-ECANCELED, step(AWAIT, .task = 1, .handle = 2).result);
	EXPECT_EQ(-ETIMEDOUT, op(LEAVE, .task = 1, .handle = 3, .value = -ECANCELED));
	EXPECT_EQ(1, cancels_of_the_other());
}

/* AW-B1, CX-3: a cancel ends the wait and is passed on */
TEST_F(others, cancel)
{
	op(AWAIT, .task = 1, .handle = 2);
	EXPECT_EQ(1, op(CANCEL, .handle = 1));
	EXPECT_EQ(-ECANCELED, t_next(self->fd).result);
	EXPECT_EQ(1, cancels_of_the_other());
}

/* CO-8: nor does the end of a run take longer */
TEST_F(others, end_of_a_run)
{
	struct turn t;

	op(AWAIT, .task = 1, .handle = 2);
	EXPECT_EQ(1, op(CANCEL_ALL));
	t = t_enter(self->fd, NULL, 0, 1);
	ASSERT_EQ(1, t.n);
	EXPECT_EQ(-ECANCELED, t.event[0].result);
	op(EXIT, .task = 1, .value = -ECANCELED);
	t_enter_until(self->fd, NULL, 0, 1, 0);
	EXPECT_EQ(0, op(CANCEL_ALL));
}

/* AW-1: a task that still waits receives the outcome, also of the same import */
TEST_F(others, answer_after_all)
{
	EXPECT_EQ(1, t_next(self->other).handle);
	op(SPAWN, .handle = 3);
	EXPECT_EQ(3, step(AWAIT, .task = 1, .handle = 2).handle);
	op(AWAIT, .task = 3, .handle = 2);
	EXPECT_EQ(1, op(CANCEL, .handle = 3));
	EXPECT_EQ(3, t_next(self->fd).handle);
	op(EXIT, .task = 3);
	/* The other task continues in spite of that, and ends with a value. */
	t_op(self->other, OP(UNCANCEL, .handle = 1));
	t_op(self->other, OP(EXIT, .task = 1, .value = 7));
	t_settle(self->other);
	EXPECT_EQ(7, t_next(self->fd).result);
}

/* Any number of abandoned waits leaves one object */
TEST_F(others, given_up_again_and_again)
{
	char path[64], text[400] = "";
	int i, info;

	for (i = 0; i < 100; i++) {
		op(AWAIT, .task = 1, .handle = 2);
		op(CANCEL, .handle = 1);
		ASSERT_EQ(-ECANCELED, t_next(self->fd).result);
		op(UNCANCEL, .handle = 1);
	}
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", self->fd);
	info = open(path, O_RDONLY);
	ASSERT_LT(0, read(info, text, sizeof(text) - 1));
	close(info);
	/* A task, an import, and the await of the other task. */
	EXPECT_NE(NULL, strstr(text, "cotask-objects:\t3\n"));
}

/* TG-6: a group waits for a child of another process, until it is cancelled */
TEST_F(others, child_of_a_group)
{
	struct cotask_event_info e;
	int group;

	op(ENTER, .task = 1, .handle = 3, .arg = COTASK_KIND_GROUP);
	group = op(EXPORT, .handle = 3);
	ASSERT_EQ(0, t_op(self->other, OP(IMPORT, .handle = 3, .arg = group)));
	close(group);
	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 4, .other = 3)));
	op(ENTER, .task = 1, .handle = 5, .arg = COTASK_KIND_TIMEOUT, .value = MS);
	op(LEAVE, .task = 1, .handle = 5);
	op(LEAVE, .task = 1, .handle = 3);
	EXPECT_EQ(0, t_enter_until(self->fd, NULL, 0, 1, t_now() + 20 * MS).n);
	EXPECT_EQ(1, op(CANCEL, .handle = 1));
	e = t_next(self->fd);
	EXPECT_EQ(1, e.handle);
	EXPECT_EQ(-ECANCELED, e.result);
	EXPECT_EQ(1, t_op(self->other, OP(READ, .handle = 4, .arg = COTASK_READ_CANCELLING)));
}

static long count_objects(int fd)
{
	char path[64], text[400] = "";
	int info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = open(path, O_RDONLY);
	if (read(info, text, sizeof(text) - 1) < 0)
		return -1;
	close(info);
	return strtol(strstr(text, "cotask-objects:") + 16, NULL, 10);
}

/* TG-6, CT-7: the remainder of a child after the end of the group counts for the child's file */
TEST_F(others, children_that_do_not_end)
{
	const int n = 50;
	long before;
	int group, i;

	before = count_objects(self->fd);
	op(ENTER, .task = 1, .handle = 3, .arg = COTASK_KIND_GROUP);
	group = op(EXPORT, .handle = 3);
	ASSERT_EQ(0, t_op(self->other, OP(IMPORT, .handle = 3, .arg = group)));
	for (i = 0; i < n; i++)
		ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 10 + i, .other = 3)));
	/* All of them are waited for. */
	EXPECT_EQ(0, step(SLEEP, .task = 1, .value = MS).result);
	EXPECT_EQ(before + 2 + 2 * n, count_objects(self->fd));
	op(CANCEL, .handle = 3);
	EXPECT_EQ(1, step(LEAVE, .task = 1, .handle = 3).handle);
	op(FORGET, .handle = 3);
	close(group);
	EXPECT_EQ(0, t_op(self->other, OP(FORGET, .handle = 3)));
	t_op(self->fd, OP(NOP));
	EXPECT_EQ(before, count_objects(self->fd));
	/* A task and a way for each, and the first task, which is exported. */
	EXPECT_EQ(2 + 2 * n, count_objects(self->other));
}

/* Its loop does what it can without an event for the process. */
static void run_the_other(int other)
{
	t_settle(other);
}

/* The other process has a child 4 in the group 3 of task 1. */
static void spawn_in_our_group(struct __test_metadata *_metadata, struct _test_data_others *self,
			       __u32 flags)
{
	int group;

	op(ENTER, .task = 1, .handle = 3, .arg = COTASK_KIND_GROUP);
	group = op(EXPORT, .handle = 3);
	ASSERT_EQ(0, t_op(self->other, OP(IMPORT, .handle = 3, .arg = group)));
	close(group);
	ASSERT_EQ(1, t_next(self->other).handle);
	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 4, .other = 3, .arg = flags)));
}

/* ... and starts it; the proxy waits, or has not run. */
static void start_in_our_group(struct __test_metadata *_metadata, struct _test_data_others *self,
			       bool waits)
{
	spawn_in_our_group(_metadata, self, 0);
	t_op(self->other, OP(START, .task = 1, .handle = 4));
	if (waits)
		EXPECT_EQ(0, step(SLEEP, .task = 1).result);
	ASSERT_EQ(4, t_next(self->other).handle);
}

/* The START of the other process has the error, and our group has not. */
static void fail_in_our_group(struct __test_metadata *_metadata, struct _test_data_others *self,
			      bool waits)
{
	start_in_our_group(_metadata, self, waits);
	t_op(self->other, OP(EXIT, .task = 4, .value = -EIO));
	EXPECT_EQ(-EIO, t_next(self->other).result);
	EXPECT_EQ(0, step(SLEEP, .task = 1, .value = MS).result);
	EXPECT_EQ(0, step(LEAVE, .task = 1, .handle = 3).result);
}

/* TG-B7: the error of a child of another process before it is ready is not one of the group */
TEST_F(others, start_fails)
{
	fail_in_our_group(_metadata, self, true);
}

/* TG-B7: the same if the group's process sees the child only after its end */
TEST_F(others, start_has_failed)
{
	fail_in_our_group(_metadata, self, false);
}

/* TG-B7, TG-9: once it is ready, it is a child like any other of a group in another process */
TEST_F(others, fails_when_ready)
{
	start_in_our_group(_metadata, self, true);
	EXPECT_EQ(0, t_op(self->other, OP(READY, .task = 4, .value = 5)));
	t_op(self->other, OP(EXIT, .task = 4, .value = -EIO));
	EXPECT_EQ(5, t_next(self->other).result);
	run_the_other(self->other);
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 1, .value = T_LONG).result);
	EXPECT_EQ(-EIO, step(LEAVE, .task = 1, .handle = 3, .value = -ECANCELED).result);
}

/* TG-B7, TG-9: so it is when a second cancel has ended the wait for it */
TEST_F(others, start_is_given_up)
{
	start_in_our_group(_metadata, self, true);
	t_op(self->other, OP(SLEEP, .task = 4, .value = T_LONG));
	EXPECT_EQ(1, t_op(self->other, OP(CANCEL, .handle = 1)));
	EXPECT_EQ(-ECANCELED, t_next(self->other).result);
	t_op(self->other, OP(SLEEP, .task = 4, .value = MS));
	EXPECT_EQ(1, t_op(self->other, OP(CANCEL, .handle = 1)));
	EXPECT_EQ(-ECANCELED, t_next(self->other).result);
	t_op(self->other, OP(SLEEP, .task = 1, .value = T_LONG));
	EXPECT_EQ(4, t_next(self->other).handle);
	t_op(self->other, OP(EXIT, .task = 4, .value = -EIO));
	run_the_other(self->other);
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 1, .value = T_LONG).result);
	EXPECT_EQ(-EIO, step(LEAVE, .task = 1, .handle = 3, .value = -ECANCELED).result);
}

/* TG-9: the error of a child that another process has spawned apart is not one of the group */
TEST_F(others, child_apart)
{
	spawn_in_our_group(_metadata, self, COTASK_SPAWN_F_APART);
	t_op(self->other, OP(SLEEP, .task = 1, .value = T_LONG));
	ASSERT_EQ(4, t_next(self->other).handle);
	t_op(self->other, OP(EXIT, .task = 4, .value = -EIO));
	run_the_other(self->other);
	EXPECT_EQ(0, step(SLEEP, .task = 1, .value = MS).result);
	EXPECT_EQ(0, step(LEAVE, .task = 1, .handle = 3).result);
}

/* --- descriptors ---------------------------------------------------------------------- */

static const char *info_of(int fd)
{
	static char text[400];
	char path[64];
	ssize_t n;
	int info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = open(path, O_RDONLY);
	n = read(info, text, sizeof(text) - 1);
	close(info);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static struct cotask_fd_status status_of(int fd)
{
	struct cotask_fd_status s = { .size = sizeof(s) };

	if (ioctl(fd, COTASK_FD_IOC_STATUS, &s))
		s.state = POISON;
	return s;
}

/* A descriptor of a task reports its number, state and outcome */
TEST_F(others, fdinfo_of_a_task)
{
	char line[64];
	int task;

	task = t_op(self->other, OP(EXPORT, .handle = 1));
	ASSERT_LE(0, task);
	snprintf(line, sizeof(line), "cotask-task:\t%llu\nstate:\tpending\ncancelling:\t0\n",
		 (unsigned long long)status_of(task).id);
	EXPECT_NE(NULL, strstr(info_of(task), line));
	EXPECT_EQ(NULL, strstr(info_of(task), "result:"));
	ASSERT_EQ(1, t_next(self->other).handle);
	t_op(self->other, OP(EXIT, .task = 1, .value = 7));
	t_settle(self->other);
	EXPECT_NE(NULL, strstr(info_of(task), "state:\tfinished\n"));
	EXPECT_NE(NULL, strstr(info_of(task), "result:\t7\n"));
	close(task);
}

/* TG-10: a group that was cancelled by its descriptor reports that outcome */
TEST_F(others, cancelled_by_a_descriptor)
{
	struct cotask_fd_status s;
	int group;

	op(ENTER, .task = 1, .handle = 3, .arg = COTASK_KIND_GROUP);
	group = op(EXPORT, .handle = 3);
	ASSERT_LE(0, group);
	EXPECT_NE(NULL, strstr(info_of(group), "cotask-group:\t"));
	EXPECT_NE(NULL, strstr(info_of(group), "state:\tpending\n"));
	EXPECT_EQ(COTASK_STATE_PENDING, status_of(group).state);
	EXPECT_EQ(1, ioctl(group, COTASK_FD_IOC_CANCEL, 0));
	op(LEAVE, .task = 1, .handle = 3);
	t_settle(self->fd);
	s = status_of(group);
	EXPECT_EQ(COTASK_STATE_CANCELLED, s.state);
	EXPECT_EQ(-ECANCELED, s.result);
	EXPECT_NE(NULL, strstr(info_of(group), "state:\tcancelled\n"));
	EXPECT_EQ(0, ioctl(group, COTASK_FD_IOC_CANCEL, 0));
	close(group);
}

/* TG-1: a group that no task has entered is never done, so it cannot be exported */
TEST_F(others, export_before_it_is_entered)
{
	ASSERT_EQ(0, op(MAKE, .arg = COTASK_KIND_GROUP, .handle = 3));
	EXPECT_EQ(-EINVAL, op(EXPORT, .handle = 3));
	ASSERT_EQ(0, op(ENTER, .task = 1, .handle = 3));
	EXPECT_LE(0, op(EXPORT, .handle = 3));
}

/* A group of another file has no outcome to wait for; its descriptor can be polled */
TEST_F(others, await_of_a_group)
{
	struct pollfd p = { .events = POLLIN };

	ASSERT_EQ(1, t_next(self->other).handle);
	ASSERT_EQ(0, t_op(self->other, OP(ENTER, .task = 1, .arg = COTASK_KIND_GROUP,
					  .handle = 3)));
	p.fd = t_op(self->other, OP(EXPORT, .handle = 3));
	ASSERT_EQ(0, op(IMPORT, .handle = 3, .arg = p.fd));
	EXPECT_EQ(-EINVAL, step(AWAIT, .task = 1, .handle = 3).result);
	EXPECT_EQ(0, poll(&p, 1, 0));
	t_op(self->other, OP(LEAVE, .task = 1, .handle = 3));
	t_settle(self->other);
	EXPECT_EQ(1, poll(&p, 1, T_LIMIT_MS));
	EXPECT_EQ(POLLIN, p.revents);
	close(p.fd);
}

/* TG-B3: with the flag each cancel of the parent reaches the children */
TEST_F(others, cancelled_again)
{
	int i;

	ASSERT_EQ(0, op(ENTER, .task = 1, .handle = 3,
			.arg = COTASK_KIND_GROUP | COTASK_MAKE_F_RECANCEL));
	ASSERT_EQ(0, op(SPAWN, .task = 1, .handle = 4, .other = 3));
	ASSERT_EQ(4, step(LEAVE, .task = 1, .handle = 3).handle);
	for (i = 0; i < 3; i++) {
		struct cotask_event_info e;

		ASSERT_EQ(0, op(SLEEP, .task = 4, .value = T_LONG));
		EXPECT_EQ(1, op(CANCEL, .handle = 1));
		e = t_next(self->fd);
		EXPECT_EQ(4, e.handle);
		EXPECT_EQ(-ECANCELED, e.result);
	}
}

/*
 * The queue of a signalfd belongs to the signal handlers of the process that polls it, and is
 * freed when that ends.  The process shares its descriptors, so that its end closes none.
 */
TEST_F(others, poll_of_what_is_freed)
{
	struct cotask_event_info e;
	sigset_t set;
	int fd, status;
	pid_t pid;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	fd = signalfd(-1, &set, SFD_CLOEXEC);
	ASSERT_LE(0, fd);
	pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (!pid)
		_exit(!!op(POLL, .task = 1, .handle = fd, .arg = POLLIN));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, status);
	/* It has started the event of this process. */
	t_given[self->fd] = 0;
	e = t_next(self->fd);
	EXPECT_EQ(1, e.handle);
	EXPECT_EQ(POLLHUP, e.result);
	close(fd);
}

TEST_HARNESS_MAIN
