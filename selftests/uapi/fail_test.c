// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - every allocation behind the device fails once
 *
 * Each scenario is repeated; in run n, allocation n fails, until no allocation is left to
 * fail. An operation may return -ENOMEM, and operations that depend on it may report the
 * missing object; the next run must not be affected. The guest's script verifies that
 * nothing has leaked.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#include "cotask_test.h"

/* File of the calling thread. */
static int fail_nth(unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	return t_write_file("/proc/thread-self", "fail-nth", text);
}

/* 0: the allocation has failed as requested. */
static long left(void)
{
	char text[16] = "1";
	int fd = open("/proc/thread-self/fail-nth", O_RDONLY);

	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '1';
	close(fd);
	return strtol(text, NULL, 10);
}

/* Apply an operation whose @n-th allocation fails.  @none: it has made fewer. */
static __s64 op_with_fault(int fd, struct cotask_op op, int n, bool *none)
{
	__s64 rc;

	fail_nth(n);
	rc = t_op(fd, op);
	*none = left();
	fail_nth(0);
	return rc;
}

/* Other faults that can be injected, besides allocations; they do not log. */
static void be_quiet(void)
{
	static const char *const what[] = {
		"failslab", "fail_page_alloc", "fail_usercopy", "fail_futex",
	};
	char dir[100];
	unsigned int i;

	for (i = 0; i < sizeof(what) / sizeof(*what); i++) {
		snprintf(dir, sizeof(dir), "/sys/kernel/debug/%s", what[i]);
		t_write_file(dir, "verbose", "0");
	}
}

/* Whether the allocations of this thread can be made to fail. */
static bool can_fail(void)
{
	if (t_write_file("/sys/kernel/debug/failslab", "ignore-gfp-wait", "N") < 0 ||
	    fail_nth(0) < 0)
		return false;
	be_quiet();
	return true;
}

static __u32 members[] = { 20, 21 };

#define MEMBERS	.addr = (unsigned long)members, .len = 2

static const struct cotask_native no_body = { .name = "nobody" };

/* The scenario of each run; the close ends a step that does not end by itself. */
static void tell(int fd, int socket)
{
	const struct cotask_op story[] = {
		OP(SPAWN, .handle = 1, .addr = (unsigned long)"first", .len = 5),
		OP(SPAWN, .handle = 2),
		OP(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 20),
		OP(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 21),
		OP(MAKE, .arg = COTASK_KIND_SEM, .handle = 22, .value = 1, .len = 1),
		OP(MAKE, .arg = COTASK_KIND_COND, .handle = 23, .other = 22),
		OP(MAKE, .arg = COTASK_KIND_EVENT, .handle = 24),
		OP(MAKE, .arg = COTASK_KIND_QUEUE, .handle = 25),
		OP(SHIELD, .handle = 26, .other = 20),
		OP(GATHER, .handle = 27, MEMBERS),
		OP(GATHER, .handle = 28, MEMBERS, .arg = COTASK_GATHER_F_RACE),
		OP(ITERATE, .handle = 29, MEMBERS, .value = COTASK_NEVER),
		OP(NAME, .handle = 1, .addr = (unsigned long)"other", .len = 5),
		OP(CALL, .user_data = 1),
		OP(ON_DONE, .handle = 20, .user_data = 2),
		OP(SUBMIT, .handle = 30, .other = 31),
		OP(SPAWN_NATIVE, .handle = 32, .addr = (unsigned long)&no_body,
		   .len = sizeof(no_body)),
		OP(ENTER, .task = 1, .handle = 50, .arg = COTASK_KIND_GROUP),
		OP(ENTER, .task = 1, .handle = 51, .arg = COTASK_KIND_TIMEOUT, .value = MS),
		OP(SPAWN, .task = 1, .handle = 3, .other = 50),
		OP(SPAWN, .task = 1, .handle = 4, .other = 50),
		OP(PUT, .task = 1, .handle = 25, .value = 1, .flags = COTASK_OP_F_TRY),
	};
	const struct cotask_op waits[] = {
		OP(POLL, .handle = socket, .arg = POLLIN),
		OP(WAIT, MEMBERS, .value = MS),
		OP(WAIT_FOR, .handle = 20, .value = MS),
		OP(NEXT, .handle = 29),
		OP(GET, .handle = 25),
		OP(CANCEL_WAIT, .handle = 3),
		OP(START, .handle = 4),
		OP(COND_WAIT, .handle = 23),
	};
	int other = t_open();
	unsigned int i;
	__s64 group;

	for (i = 0; i < 2; i++)
		t_op(fd, story[i]);
	t_enter_until(fd, NULL, 0, 1, t_now() + MS);
	for (i = 2; i < sizeof(story) / sizeof(*story); i++)
		t_op(fd, story[i]);
	group = t_op(fd, OP(EXPORT, .handle = 50));
	if (group >= 0 && other >= 0) {
		t_op(other, OP(IMPORT, .handle = 60, .arg = group));
		t_op(other, OP(SPAWN, .handle = 61, .other = 60));
	}
	if (group >= 0)
		close(group);
	for (i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		struct cotask_op op = waits[i];

		op.task = 1 + i % 3;
		t_op(fd, op);
		t_enter_until(fd, NULL, 0, 1, t_now() + MS);
	}
	if (other >= 0)
		close(other);
}

TEST(every_allocation_fails_once)
{
	unsigned int n, failed = 0;
	int s[2];

	if (!can_fail())
		SKIP(return, "no fault injection in this kernel");
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	for (n = 1; n < 2000; n++) {
		int fd;

		ASSERT_LT(0, fail_nth(n));
		fd = t_open();
		if (fd >= 0)
			tell(fd, s[0]);
		else
			EXPECT_EQ(ENOMEM, errno);
		if (left())
			break;
		failed++;
		if (fd >= 0)
			close(fd);
	}
	fail_nth(0);
	TH_LOG("%u allocations have failed", failed);
	EXPECT_LT(30, failed);
	EXPECT_GT(2000, n);
	close(s[0]);
	close(s[1]);
}

/* A copy from or to the process can also have failed. */
static bool is_fault(__s64 rc)
{
	return rc == -ENOMEM || rc == -EFAULT;
}

#define TRY_GET	OP(GET, .task = 2, .handle = 3, .flags = COTASK_OP_F_TRY)

/* A file with two running tasks and a full queue. */
static int open_with_full_queue(void)
{
	int fd = t_open();

	t_op(fd, OP(SPAWN, .handle = 1));
	t_op(fd, OP(SPAWN, .handle = 2));
	t_enter(fd, NULL, 0, 2);
	t_op(fd, OP(MAKE, .arg = COTASK_KIND_QUEUE, .handle = 3, .value = 1));
	t_op(fd, OP(PUT, .task = 2, .handle = 3, .value = 7, .flags = COTASK_OP_F_TRY));
	return fd;
}

/* SY-4: an item that cannot wait for room was not put */
TEST(put_without_memory)
{
	const struct cotask_op put = OP(PUT, .task = 1, .handle = 3, .value = 8);
	int n, failed = 0;
	bool none = false;
	__s64 rc = POISON;

	if (access(DEVICE, R_OK) || !can_fail())
		SKIP(return, "no " DEVICE ", or no fault injection");
	for (n = 1; n < 100 && !none; n++) {
		int fd = open_with_full_queue();

		rc = op_with_fault(fd, put, n, &none);
		if (rc == -ENOMEM) {
			failed++;
			EXPECT_EQ(7, t_op(fd, TRY_GET));
			EXPECT_EQ(-EAGAIN, t_op(fd, TRY_GET));
		}
		close(fd);
	}
	/* The item, and the wait. */
	EXPECT_LE(2, failed);
	EXPECT_EQ(0, rc);
}

/* RT-5: a task that cannot be spawned is the error of SUBMIT, which makes nothing */
TEST(submit_without_memory)
{
	const struct cotask_op submit = OP(SUBMIT, .handle = 30, .other = 31, .len = 4,
					   .addr = (unsigned long)"name");
	int n, failed = 0;
	bool none = false;
	__s64 rc = POISON;

	if (access(DEVICE, R_OK) || !can_fail())
		SKIP(return, "no " DEVICE ", or no fault injection");
	for (n = 1; n < 100 && !none; n++) {
		int fd = t_open();

		rc = op_with_fault(fd, submit, n, &none);
		if (rc == -ENOMEM) {
			failed++;
			EXPECT_EQ(0, t_enter_until(fd, NULL, 0, 1, 0).n);
			EXPECT_EQ(0, t_op(fd, submit));
		}
		if (rc != -EFAULT)
			EXPECT_EQ(31, t_next(fd).handle);
		close(fd);
	}
	/* Two objects, the submission, and the name of the task. */
	EXPECT_LE(4, failed);
	EXPECT_EQ(0, rc);
}

/* A listing that fails for lack of memory leaves no descriptor */
TEST(inspect_without_memory)
{
	int fd = t_open(), free_fd, ifd, n, failed = 0;

	if (fd < 0 || !can_fail())
		SKIP(return, "no " DEVICE ", or no fault injection");
	free_fd = dup(0);
	close(free_fd);
	for (n = 1; n < 100; n++) {
		struct cotask_inspect i = { .size = sizeof(i) };

		fail_nth(n);
		ifd = ioctl(fd, COTASK_IOC_INSPECT, &i);
		if (left())
			break;
		fail_nth(0);
		if (ifd < 0) {
			EXPECT_TRUE(is_fault(-errno));
			failed += errno == ENOMEM;
		}
		close(ifd);
		EXPECT_EQ(free_fd, dup(0));
		close(free_fd);
	}
	fail_nth(0);
	EXPECT_LE(2, failed);
	EXPECT_EQ(free_fd, ifd);
	close(ifd);
	close(fd);
}

#define PAGES	"/sys/kernel/debug/fail_page_alloc"

/* Prepare to let all allocations of pages fail.  Return: a file for fail_pages(), or negative. */
static int fail_pages_begin(void)
{
	if (t_write_file(PAGES, "ignore-gfp-wait", "N") < 0 ||
	    t_write_file(PAGES, "ignore-gfp-highmem", "N") < 0 ||
	    t_write_file(PAGES, "min-order", "0") < 0 ||
	    t_write_file(PAGES, "task-filter", "Y") < 0 ||
	    t_write_file(PAGES, "times", "-1") < 0 ||
	    t_write_file(PAGES, "probability", "100") < 0)
		return -1;
	/* A page fault of this process would be repeated for ever. */
	return mlockall(MCL_CURRENT | MCL_FUTURE) ? -1 : open("/proc/self/make-it-fail", O_WRONLY);
}

/* Needs no memory itself. */
static bool fail_pages(int file, bool on)
{
	return pwrite(file, on ? "1" : "0", 1, 0) == 1;
}

static void fail_pages_end(int file)
{
	close(file);
	munlockall();
	t_write_file(PAGES, "probability", "0");
}

static int loops_in(const char *text)
{
	int n = 0;

	while ((text = strstr(text, "{\"type\":\"loop\""))) {
		text++;
		n++;
	}
	return n;
}

/* A byte at a time, so that the next loop is requested by a read of its own. */
static int read_listing(int ifd, char *text, size_t size, int until)
{
	size_t n = strlen(text);
	ssize_t got = 1;

	while (got > 0 && n < size - 1 && loops_in(text) < until) {
		got = read(ifd, text + n, 1);
		n += got > 0;
	}
	return got < 0 ? -errno : 0;
}

#define LOOPS	6

/* For want of memory a listing ends with an error, and can then be continued. */
TEST(inspect_is_not_cut)
{
	struct cotask_inspect i = { .size = sizeof(i) };
	static char text[1 << 16];
	int fd[LOOPS], k, ifd, faults = -1;

	fd[0] = t_open();
	if (fd[0] >= 0 && can_fail())
		faults = fail_pages_begin();
	if (faults < 0)
		SKIP(return, "no " DEVICE ", or no fault injection");
	for (k = 1; k < LOOPS; k++)
		fd[k] = t_open();
	for (k = 0; k < LOOPS; k++)
		t_op(fd[k], OP(SPAWN, .handle = 1));
	memset(text, 0, sizeof(text));
	ifd = ioctl(fd[0], COTASK_IOC_INSPECT, &i);
	ASSERT_LE(0, ifd);
	EXPECT_EQ(0, read_listing(ifd, text, sizeof(text), 2));
	EXPECT_TRUE(fail_pages(faults, true));
	EXPECT_EQ(-ENOMEM, read_listing(ifd, text, sizeof(text), LOOPS));
	EXPECT_EQ(-ENOMEM, read_listing(ifd, text, sizeof(text), LOOPS));
	EXPECT_TRUE(fail_pages(faults, false));
	EXPECT_GT(LOOPS - 1, loops_in(text));
	EXPECT_EQ(0, read_listing(ifd, text, sizeof(text), LOOPS + 1));
	/* The file itself is left out, or not; no loop is shown twice. */
	EXPECT_LE(LOOPS - 1, loops_in(text));
	EXPECT_GE(LOOPS, loops_in(text));
	close(ifd);
	for (k = 0; k < LOOPS; k++)
		close(fd[k]);
	fail_pages_end(faults);
}

enum { NONE_LEFT = 1, NO_MEMORY };

/* In another process, which has a record of its own in the device. */
static int poll_in_child(int fd, int socket, int n)
{
	const struct cotask_op poll = OP(POLL, .task = 2, .handle = socket, .arg = POLLIN);
	int status;
	pid_t pid = fork();
	bool none;
	__s64 rc;

	if (!pid) {
		rc = op_with_fault(fd, poll, n, &none);
		_exit(rc == -ENOMEM ? NO_MEMORY : none ? NONE_LEFT : 0);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Another process waits for a file through the same device: fails without memory */
TEST(poll_of_another_process_without_memory)
{
	int n, failed = 0, rc = 0, s[2];

	if (access(DEVICE, R_OK) || !can_fail())
		SKIP(return, "no " DEVICE ", or no fault injection");
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	for (n = 1; n < 100 && rc != NONE_LEFT; n++) {
		int fd = open_with_full_queue();

		ASSERT_EQ(0, t_op(fd, OP(POLL, .task = 1, .handle = s[0], .arg = POLLIN)));
		rc = poll_in_child(fd, s[0], n);
		ASSERT_LE(0, rc);
		failed += rc == NO_MEMORY;
		close(fd);
	}
	/* The record, and the wait. */
	EXPECT_LE(2, failed);
	EXPECT_EQ(NONE_LEFT, rc);
	close(s[0]);
	close(s[1]);
}

TEST_HARNESS_MAIN
