// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - every allocation behind the device fails once
 *
 * A story is told again and again, and in the n-th run the n-th allocation fails, until
 * none is left that could. An operation may say -ENOMEM, and those that build on it what
 * is missing; the next run finds nothing of it. That nothing has leaked is shown by the
 * guest's script.
 */
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "kselftest_harness.h"

#include "cotask_test.h"

/* Of the calling thread. */
static int fail_nth(unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	return t_write_file("/proc/thread-self", "fail-nth", text);
}

/* 0: the allocation that was to fail has. */
static long left(void)
{
	char text[16] = "1";
	int fd = open("/proc/thread-self/fail-nth", O_RDONLY);

	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '1';
	close(fd);
	return strtol(text, NULL, 10);
}

/* What can fail by this, besides the allocations; none of it fills the kernel's log. */
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

static __u32 members[] = { 20, 21 };

#define MEMBERS	.addr = (unsigned long)members, .len = 2

static const struct cotask_native no_body = { .name = "nobody" };

/* What is done in each run; a step that does not end stays, and is ended by the close. */
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
	unsigned int i;
	__s64 group;

	for (i = 0; i < 2; i++)
		t_op(fd, story[i]);
	t_enter_until(fd, NULL, 0, 1, t_now() + MS);
	for (i = 2; i < sizeof(story) / sizeof(*story); i++)
		t_op(fd, story[i]);
	group = t_op(fd, OP(EXPORT, .handle = 50));
	if (group >= 0) {
		t_op(fd, OP(IMPORT, .handle = 60, .arg = group));
		t_op(fd, OP(SPAWN, .handle = 61, .other = 60));
		close(group);
	}
	for (i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		struct cotask_op op = waits[i];

		op.task = 1 + i % 3;
		t_op(fd, op);
		t_enter_until(fd, NULL, 0, 1, t_now() + MS);
	}
}

TEST(every_allocation_fails_once)
{
	unsigned int n, failed = 0;
	int s[2];

	if (t_write_file("/sys/kernel/debug/failslab", "ignore-gfp-wait", "N") < 0 ||
	    fail_nth(0) < 0)
		SKIP(return, "no fault injection in this kernel");
	be_quiet();
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

TEST_HARNESS_MAIN
