// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - input and output as operations: FILE, FILE_READ, FILE_WRITE, RECV, SEND
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "cotask_test.h"
#include "two_tasks.h"

#define IO		50
#define ADDR(p)		((unsigned long)(p))
#define MAKE_FILE(h, fd) op(MAKE, .handle = (h), .arg = COTASK_KIND_FILE, .value = (fd))
#define RECV_OP(t, p)	OP(RECV, .task = (t), .handle = IO, .addr = ADDR(p), .len = sizeof(p))

static char in[64];

/* A socket pair, whose first end is the object IO. */
#define PAIR(type)							\
	int s[2];							\
									\
	ASSERT_EQ(0, socketpair(AF_UNIX, (type) | SOCK_CLOEXEC, 0, s));	\
	ASSERT_EQ(0, MAKE_FILE(IO, s[0]));				\
	memset(in, 0, sizeof(in))

#define CLOSE_PAIR()	do { close(s[0]); close(s[1]); } while (0)

static int send_fd(int to, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = {};
	struct iovec iov = { .iov_base = "x", .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return sendmsg(to, &msg, 0) == 1 ? 0 : -1;
}

/* A file that is always ready, or has a position, is refused; so is a file of the device. */
TEST_F(file, file_is_checked)
{
	int null = open("/dev/null", O_RDWR), dir = open("/", O_RDONLY), p[2];

	EXPECT_EQ(-EBADF, MAKE_FILE(IO, -1));
	EXPECT_EQ(-EBADF, MAKE_FILE(IO, 1000));
	EXPECT_EQ(-EBADF, MAKE_FILE(IO, 1LL << 32));
	EXPECT_EQ(-EOPNOTSUPP, MAKE_FILE(IO, null));
	EXPECT_EQ(-EOPNOTSUPP, MAKE_FILE(IO, dir));
	EXPECT_EQ(-EINVAL, MAKE_FILE(IO, self->fd));
	ASSERT_EQ(0, pipe(p));
	EXPECT_EQ(0, MAKE_FILE(IO, p[0]));
	EXPECT_EQ(-EEXIST, MAKE_FILE(IO, p[1]));
	EXPECT_EQ(-EINVAL, op(AWAIT, .task = 1, .handle = IO));
	EXPECT_EQ(0, op(FORGET, .handle = IO));
	EXPECT_EQ(-ENOENT, t_op(self->fd, RECV_OP(1, in)));
	close(p[0]);
	close(p[1]);
	close(null);
	close(dir);
}

TEST_F(file, arguments_are_checked)
{
	PAIR(SOCK_STREAM);

	EXPECT_EQ(-ESRCH, t_op(self->fd, RECV_OP(0, in)));
	EXPECT_EQ(-EINVAL, op(RECV, .task = 1, .handle = 1, .addr = ADDR(in), .len = 1));
	EXPECT_EQ(-EINVAL, op(RECV, .task = 1, .handle = IO, .addr = ADDR(in), .len = 1,
			      .arg = MSG_OOB));
	EXPECT_EQ(-EINVAL, op(RECV, .task = 1, .handle = IO, .addr = ADDR(in), .len = 1,
			      .arg = MSG_WAITALL));
	EXPECT_EQ(-EINVAL, op(SEND, .task = 1, .handle = IO, .addr = ADDR(in), .len = 1,
			      .arg = 0x4000000 /* MSG_ZEROCOPY */));
	EXPECT_EQ(-EINVAL, op(FILE_READ, .task = 1, .handle = IO, .addr = ADDR(in), .len = 1,
			      .arg = MSG_PEEK));
	EXPECT_EQ(-EINVAL, op(SEND, .task = 1, .handle = IO, .value = 1));
	EXPECT_EQ(-EFAULT, op(RECV, .task = 1, .handle = IO, .addr = 1ULL << 63, .len = 1));
	EXPECT_EQ(-EPERM, t_post(self->fd, RECV_OP(0, in)));
	CLOSE_PAIR();
}

/* What is there is read in the next turn, what comes later when it comes; then the end. */
TEST_F(file, recv)
{
	PAIR(SOCK_STREAM);

	ASSERT_EQ(3, write(s[1], "abc", 3));
	EXPECT_EQ(2, t_step(self->fd, RECV_OP(1, in)).handle);
	EXPECT_STREQ("", in);
	EXPECT_EQ(3, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_STREQ("abc", in);
	ASSERT_EQ(0, t_op(self->fd, RECV_OP(1, in)));
	ASSERT_EQ(4, write(s[1], "defg", 4));
	EXPECT_EQ(4, t_next(self->fd).result);
	EXPECT_STREQ("defg", in);
	ASSERT_EQ(0, t_op(self->fd, RECV_OP(1, in)));
	close(s[1]);
	EXPECT_EQ(0, t_next(self->fd).result);
	EXPECT_EQ(0, t_step(self->fd, RECV_OP(1, in)).result);
	close(s[0]);
}

/* A read of less than there is leaves the rest, without a further event of the file. */
TEST_F(file, recv_of_a_part)
{
	PAIR(SOCK_STREAM);

	EXPECT_EQ(2, step(RECV, .task = 1, .handle = IO, .addr = ADDR(in), .len = 2).handle);
	ASSERT_EQ(5, write(s[1], "abcde", 5));
	EXPECT_EQ(2, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(3, t_step(self->fd, RECV_OP(1, in)).result);
	EXPECT_STREQ("cde", in);
	ASSERT_EQ(2, write(s[1], "xy", 2));
	EXPECT_EQ(2, step(RECV, .task = 1, .handle = IO, .addr = ADDR(in), .len = 9,
			  .arg = MSG_PEEK).result);
	EXPECT_EQ(2, t_step(self->fd, RECV_OP(1, in)).result);
	CLOSE_PAIR();
}

/* CX-4: a cancel before the turn that would read leaves everything in the socket */
TEST_F(file, cancel_before_the_data)
{
	PAIR(SOCK_STREAM);

	EXPECT_EQ(2, t_step(self->fd, RECV_OP(1, in)).handle);
	EXPECT_EQ(1, op(CANCEL, .handle = 1));
	ASSERT_EQ(3, write(s[1], "abc", 3));
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_STREQ("", in);
	EXPECT_EQ(3, t_step(self->fd, RECV_OP(1, in)).result);
	CLOSE_PAIR();
}

/* The file is ready, and its task not resumed yet: the cancel comes first, and nothing is read. */
TEST_F(file, cancel_when_ready)
{
	PAIR(SOCK_STREAM);

	ASSERT_EQ(3, write(s[1], "abc", 3));
	EXPECT_EQ(2, t_step(self->fd, RECV_OP(1, in)).handle);
	EXPECT_EQ(1, op(CANCEL, .handle = 1));
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_STREQ("", in);
	EXPECT_EQ(3, t_step(self->fd, RECV_OP(1, in)).result);
	CLOSE_PAIR();
}

/*
 * The data was moved with the events of a batch, and a step before it in the batch cancels: the
 * task has its data, and the cancel comes at its next suspension.
 */
TEST_F(file, cancel_after_the_data)
{
	struct cotask_op ops[2] = {
		OP(SLEEP, .task = 1),
		OP(RECV, .task = 2, .handle = IO, .addr = ADDR(in), .len = sizeof(in)),
	};
	struct turn t;
	PAIR(SOCK_STREAM);

	ASSERT_EQ(3, write(s[1], "abc", 3));
	/* 2 begins, and both are ready for the same turn. */
	EXPECT_EQ(2, t_step(self->fd, ops[0]).handle);
	t = t_enter(self->fd, &ops[1], 1, 2);
	ASSERT_EQ(2, t.n);
	EXPECT_EQ(1, t.event[0].handle);
	EXPECT_EQ(2, t.event[1].handle);
	EXPECT_STREQ("abc", in);
	ops[0] = OP(CANCEL, .task = 1, .handle = 2);
	ops[1] = OP(SLEEP, .task = 1, .value = COTASK_NEVER);
	t = t_enter_batch(self->fd, ops, 2, 1, 1);
	EXPECT_EQ(1, ops[0].result);
	EXPECT_EQ(2, t.event[0].handle);
	EXPECT_EQ(3, t.event[0].result);
	t = t_enter_batch(self->fd, &OP(SLEEP, .task = 2), 1, 1, 1);
	EXPECT_EQ(-ECANCELED, t.event[0].result);
	CLOSE_PAIR();
}

/*
 * As much as there is room for; then the task waits until the other end has read, and so does
 * another one, which finds that out without a try.
 */
TEST_F(file, send)
{
	static char much[1 << 20];
	struct cotask_event_info e;
	long sent = 0, n, got = 0;
	PAIR(SOCK_STREAM);

	ASSERT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	for (;;) {
		struct cotask_op send = OP(SEND, .task = 2, .handle = IO, .addr = ADDR(much),
					   .len = sizeof(much), .arg = MSG_NOSIGNAL);
		struct turn t = t_enter_until(self->fd, &send, 1, 1, t_now());

		if (t.n != 1)
			break;
		ASSERT_LT(0, t.event[0].result);
		sent += t.event[0].result;
	}
	EXPECT_LT(0, sent);
	ASSERT_EQ(0, op(SPAWN, .handle = 3));
	ASSERT_EQ(3, t_next(self->fd).handle);
	ASSERT_EQ(0, op(SEND, .task = 3, .handle = IO, .addr = ADDR(much), .len = 1,
			.arg = MSG_NOSIGNAL));
	EXPECT_EQ(0, t_enter_until(self->fd, NULL, 0, 1, t_now()).n);
	for (; got < sent; got += n) {
		n = read(s[1], much, sizeof(much));
		ASSERT_LT(0, n);
	}
	e = t_next(self->fd);
	EXPECT_EQ(2, e.handle);
	EXPECT_LT(0, e.result);
	CLOSE_PAIR();
}

/* The other end is gone: EPIPE, and SIGPIPE as the caller likes. */
TEST_F(file, send_to_nobody)
{
	PAIR(SOCK_STREAM);

	close(s[1]);
	ASSERT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(-EPIPE, step(SEND, .task = 2, .handle = IO, .addr = ADDR(in), .len = 1,
			       .arg = MSG_NOSIGNAL).result);
	signal(SIGPIPE, SIG_IGN);
	EXPECT_EQ(-EPIPE, step(FILE_WRITE, .task = 2, .handle = IO, .addr = ADDR(in),
			       .len = 1).result);
	EXPECT_EQ(0, t_step(self->fd, RECV_OP(2, in)).result);
	close(s[0]);
}

/* One datagram and two readers: the other one goes on waiting. */
TEST_F(file, one_of_two_readers)
{
	static char other[64];
	PAIR(SOCK_DGRAM);

	EXPECT_EQ(2, t_step(self->fd, RECV_OP(1, in)).handle);
	ASSERT_EQ(0, t_op(self->fd, RECV_OP(2, other)));
	ASSERT_EQ(3, write(s[1], "abc", 3));
	EXPECT_EQ(1, t_next(self->fd).handle);
	EXPECT_STREQ("abc", in);
	ASSERT_EQ(0, op(SLEEP, .task = 1, .value = COTASK_NEVER));
	EXPECT_EQ(0, t_enter_until(self->fd, NULL, 0, 1, t_now()).n);
	ASSERT_EQ(3, write(s[1], "def", 3));
	EXPECT_EQ(2, t_next(self->fd).handle);
	EXPECT_STREQ("def", other);
	CLOSE_PAIR();
}

/* An object keeps a file open: there are as many as there can be descriptors. */
TEST_F(file, as_many_as_descriptors)
{
	struct rlimit limit = { 20, 20 };
	__u32 h;
	PAIR(SOCK_STREAM);

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	for (h = 1; h < 20; h++)
		EXPECT_EQ(0, MAKE_FILE(IO + h, s[0]));
	EXPECT_EQ(-EMFILE, MAKE_FILE(IO + h, s[0]));
	EXPECT_EQ(0, op(FORGET, .handle = IO + 1));
	EXPECT_EQ(0, MAKE_FILE(IO + h, s[0]));
	CLOSE_PAIR();
}

/* A file is closed before the call that has freed it waits: here for the end of the pipe. */
TEST_F(file, freed_before_a_wait)
{
	struct cotask_op ops[] = {
		OP(FORGET, .handle = 50),
		OP(FILE_READ, .task = 2, .handle = 51, .addr = ADDR(in), .len = 1),
	};
	struct turn t;
	int p[2];

	ASSERT_EQ(0, pipe2(p, O_NONBLOCK));
	ASSERT_EQ(0, MAKE_FILE(50, p[1]));
	ASSERT_EQ(0, MAKE_FILE(51, p[0]));
	close(p[1]);
	ASSERT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	t = t_enter_until(self->fd, ops, 2, 1, COTASK_NEVER);
	EXPECT_EQ(2, t.applied);
	if (!t.n)
		t = t_enter(self->fd, NULL, 0, 1);
	ASSERT_EQ(1, t.n);
	EXPECT_EQ(2, t.event[0].handle);
	EXPECT_EQ(0, t.event[0].result);
	close(p[0]);
}

/* A read of no bytes does not wait, as read(2), and leaves datagrams; recv(2) does neither. */
TEST_F(file, read_of_nothing)
{
	const struct cotask_op nothing = OP(FILE_READ, .task = 2, .handle = IO, .addr = ADDR(in));
	PAIR(SOCK_DGRAM);

	ASSERT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(0, t_step(self->fd, nothing).result);
	ASSERT_EQ(3, write(s[1], "abc", 3));
	EXPECT_EQ(0, t_step(self->fd, nothing).result);
	EXPECT_EQ(3, t_step(self->fd, RECV_OP(2, in)).result);
	EXPECT_STREQ("abc", in);
	ASSERT_EQ(0, op(RECV, .task = 2, .handle = IO, .addr = ADDR(in)));
	EXPECT_EQ(0, t_enter_until(self->fd, NULL, 0, 1, t_now()).n);
	ASSERT_EQ(3, write(s[1], "def", 3));
	EXPECT_EQ(0, t_next(self->fd).result);
	EXPECT_EQ(-1, recv(s[0], in, sizeof(in), MSG_DONTWAIT));
	CLOSE_PAIR();
}

/* FILE_WRITE ends a record, as write(2). */
TEST_F(file, record_of_a_sequence)
{
	PAIR(SOCK_SEQPACKET);

	memcpy(in, "abc", 4);
	ASSERT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(3, step(FILE_WRITE, .task = 2, .handle = IO, .addr = ADDR(in), .len = 3).result);
	EXPECT_EQ(2, step(FILE_WRITE, .task = 2, .handle = IO, .addr = ADDR(in), .len = 2).result);
	EXPECT_EQ(3, recv(s[1], in, sizeof(in), MSG_DONTWAIT));
	EXPECT_EQ(2, recv(s[1], in, sizeof(in), MSG_DONTWAIT));
	CLOSE_PAIR();
}

/* Memory that is not there is -EFAULT, and nothing is lost. */
TEST_F(file, recv_to_nowhere)
{
	char *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	PAIR(SOCK_STREAM);

	ASSERT_NE(MAP_FAILED, nowhere);
	ASSERT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	ASSERT_EQ(3, write(s[1], "abc", 3));
	EXPECT_EQ(-EFAULT, step(RECV, .task = 2, .handle = IO, .addr = ADDR(nowhere),
				.len = 3).result);
	EXPECT_EQ(3, t_step(self->fd, RECV_OP(2, in)).result);
	munmap(nowhere, 4096);
	CLOSE_PAIR();
}

TEST_F(file, pipe)
{
	int p[2];

	memset(in, 0, sizeof(in));
	ASSERT_EQ(0, pipe2(p, O_NONBLOCK | O_CLOEXEC));
	ASSERT_EQ(0, MAKE_FILE(IO, p[0]));
	ASSERT_EQ(0, MAKE_FILE(IO + 1, p[1]));
	EXPECT_EQ(2, step(FILE_READ, .task = 1, .handle = IO, .addr = ADDR(in),
			  .len = sizeof(in)).handle);
	EXPECT_EQ(-ENOTSOCK, op(RECV, .task = 2, .handle = IO, .addr = ADDR(in), .len = 1));
	EXPECT_EQ(-ENOTSOCK, op(SEND, .task = 2, .handle = IO + 1, .addr = ADDR(in), .len = 1));
	EXPECT_EQ(-EBADF, op(FILE_READ, .task = 2, .handle = IO + 1, .addr = ADDR(in), .len = 1));
	EXPECT_EQ(-EBADF, op(FILE_WRITE, .task = 2, .handle = IO, .addr = ADDR(in), .len = 1));
	EXPECT_EQ(0, step(FILE_READ, .task = 2, .handle = IO, .addr = ADDR(in)).result);
	EXPECT_EQ(2, step(FILE_WRITE, .task = 2, .handle = IO + 1, .addr = ADDR("hi"),
			  .len = 2).result);
	ASSERT_EQ(0, op(SLEEP, .task = 2, .value = COTASK_NEVER));
	EXPECT_EQ(2, t_next(self->fd).result);
	EXPECT_STREQ("hi", in);
	close(p[0]);
	close(p[1]);
}

TEST_F(file, eventfd)
{
	int e = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	const __u64 two = 2;
	static __u64 got;

	ASSERT_LE(0, e);
	ASSERT_EQ(0, MAKE_FILE(IO, e));
	EXPECT_EQ(2, step(FILE_READ, .task = 1, .handle = IO, .addr = ADDR(&got),
			  .len = sizeof(got)).handle);
	/* Kernels have no call for it that the loop could make. */
	EXPECT_EQ(-EOPNOTSUPP, op(FILE_WRITE, .task = 2, .handle = IO, .addr = ADDR(&two),
				  .len = sizeof(two)));
	ASSERT_EQ(8, write(e, &two, sizeof(two)));
	EXPECT_EQ(8, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(2, got);
	close(e);
}

/* A file that cannot be told not to block is refused; which ones can depends on the kernel. */
TEST_F(file, blocking_pipe)
{
	struct cotask_event_info e;
	int p[2];

	ASSERT_EQ(0, pipe2(p, O_CLOEXEC));
	ASSERT_EQ(0, MAKE_FILE(IO, p[0]));
	ASSERT_EQ(2, write(p[1], "hi", 2));
	ASSERT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	e = step(FILE_READ, .task = 2, .handle = IO, .addr = ADDR(in), .len = 2);
	EXPECT_TRUE(e.result == 2 || e.result == -EOPNOTSUPP);
	close(p[0]);
	close(p[1]);
}

/* The handle is free at once; the wait goes on. */
TEST_F(file, forgotten)
{
	PAIR(SOCK_STREAM);

	EXPECT_EQ(2, t_step(self->fd, RECV_OP(1, in)).handle);
	EXPECT_EQ(0, op(FORGET, .handle = IO));
	EXPECT_EQ(-ENOENT, t_op(self->fd, RECV_OP(2, in)));
	ASSERT_EQ(3, write(s[1], "abc", 3));
	EXPECT_EQ(3, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	CLOSE_PAIR();
}

/* A process that is about to close a descriptor ends all waits for its file. */
TEST_F(file, poll_end)
{
	PAIR(SOCK_STREAM);

	EXPECT_EQ(2, t_step(self->fd, RECV_OP(1, in)).handle);
	EXPECT_EQ(1, op(POLL_END, .handle = s[0]));
	EXPECT_EQ(-EBADF, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(-EBADF, t_step(self->fd, RECV_OP(1, in)).result);
	EXPECT_EQ(0, op(FORGET, .handle = IO));
	EXPECT_EQ(0, MAKE_FILE(IO, s[0]));
	CLOSE_PAIR();
}

/* A closed descriptor is kept by its object. */
TEST_F(file, outlives_its_descriptor)
{
	PAIR(SOCK_STREAM);

	close(s[0]);
	EXPECT_EQ(2, t_step(self->fd, RECV_OP(1, in)).handle);
	ASSERT_EQ(3, write(s[1], "abc", 3));
	EXPECT_EQ(3, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(0, op(FORGET, .handle = IO));
	signal(SIGPIPE, SIG_IGN);
	EXPECT_EQ(-1, write(s[1], "abc", 3));
	close(s[1]);
}

/*
 * The memory is that of the process that has made the object: in another one nothing is read or
 * written, whether it issues the operation or runs the loop when the data comes.
 */
TEST_F(file, another_process)
{
	int status;
	pid_t pid;
	PAIR(SOCK_STREAM);

	EXPECT_EQ(2, t_step(self->fd, RECV_OP(1, in)).handle);
	ASSERT_EQ(3, write(s[1], "abc", 3));
	pid = fork();
	if (!pid) {
		if (t_op(self->fd, RECV_OP(2, in)) != -EXDEV)
			_exit(2);
		t_op(self->fd, OP(SLEEP, .task = 2, .value = COTASK_NEVER));
		_exit(t_next(self->fd).result != -EXDEV || in[0]);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_STREQ("", in);
	t_given[self->fd] = 1;
	EXPECT_EQ(3, t_step(self->fd, RECV_OP(1, in)).result);
	CLOSE_PAIR();
}

/*
 * A process that shares the descriptors and not the memory, as a program after exec does with
 * the one before it: what it makes replaces what the other one has made.
 */
TEST_F(file, same_descriptors_other_memory)
{
	int status;
	pid_t pid;
	PAIR(SOCK_STREAM);

	EXPECT_EQ(2, t_step(self->fd, RECV_OP(1, in)).handle);
	pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		if (t_op(self->fd, RECV_OP(2, in)) != -EXDEV)
			_exit(2);
		if (MAKE_FILE(IO + 1, s[0]))
			_exit(3);
		_exit(step(SLEEP, .task = 2, .value = COTASK_NEVER).result != -EXDEV);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	t_given[self->fd] = 1;
	EXPECT_EQ(-EXDEV, t_step(self->fd, RECV_OP(1, in)).result);
	CLOSE_PAIR();
}

/* The process leaves the file of the device to another one: its operations end. */
TEST_F(file, the_process_leaves)
{
	int status, report[2];
	char answer = 0;
	pid_t pid;
	PAIR(SOCK_STREAM);

	ASSERT_EQ(0, pipe(report));
	EXPECT_EQ(2, t_step(self->fd, RECV_OP(1, in)).handle);
	pid = fork();
	if (!pid) {
		read(report[0], &answer, 1);
		_exit(step(SLEEP, .task = 2, .value = COTASK_NEVER).result != -EXDEV);
	}
	close(self->fd);
	ASSERT_EQ(1, write(report[1], "x", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	self->fd = open("/dev/null", O_RDONLY);
	close(report[0]);
	close(report[1]);
	CLOSE_PAIR();
}

#define PEEK_FROM(at)								\
	ASSERT_EQ(0, setsockopt(s[0], SOL_SOCKET, SO_PEEK_OFF, &(int){ at }, sizeof(int)))
#define PEEK	OP(RECV, .task = 1, .handle = IO, .addr = ADDR(in), .len = 3, .arg = MSG_PEEK)

/* Task 1 has peeked behind three bytes, and waits; task 2 runs. */
#define PEEK_IN_VAIN()								\
	PEEK_FROM(3);								\
	ASSERT_EQ(3, write(s[1], "abc", 3));					\
	EXPECT_EQ(2, t_step(self->fd, PEEK).handle);				\
	ASSERT_EQ(0, op(SLEEP, .task = 2));					\
	EXPECT_EQ(2, t_next(self->fd).handle)

/* What a flag does not find is there for a reader without it. */
TEST_F(file, nothing_to_peek_at)
{
	PAIR(SOCK_STREAM);

	PEEK_IN_VAIN();
	EXPECT_EQ(3, t_step(self->fd, RECV_OP(2, in)).result);
	CLOSE_PAIR();
}

/* What an earlier read has not found may be there without an event. */
TEST_F(file, peeks_at_it_again)
{
	PAIR(SOCK_STREAM);

	PEEK_IN_VAIN();
	EXPECT_EQ(1, op(CANCEL, .handle = 1));
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(0, op(UNCANCEL, .handle = 1));
	PEEK_FROM(0);
	EXPECT_EQ(3, t_step(self->fd, PEEK).result);
	CLOSE_PAIR();
}

/* A wait for what an object waits for, too, does not report what was there when it was made. */
TEST_F(file, poll_beside_an_object)
{
	const int events = POLLIN | POLLRDNORM | POLLRDHUP;
	int s[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s));
	ASSERT_EQ(3, write(s[1], "abc", 3));
	ASSERT_EQ(0, MAKE_FILE(IO, s[0]));
	ASSERT_EQ(3, read(s[0], in, 3));
	EXPECT_EQ(2, step(POLL, .task = 1, .handle = s[0], .arg = events).handle);
	ASSERT_EQ(0, op(SLEEP, .task = 2));
	EXPECT_EQ(2, t_next(self->fd).handle);
	ASSERT_EQ(1, write(s[1], "d", 1));
	EXPECT_EQ(POLLIN | POLLRDNORM,
		  step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	CLOSE_PAIR();
}

static int closed_fd;
static atomic_int closing;

static void *closes_it(void *delay)
{
	long i = (long)delay;

	while (!closing || --i > 0)
		;
	close(closed_fd);
	return NULL;
}

#define POLLS	400

/* A process with one thread in ENTER, and one that closes the last descriptor of the device. */
static void leave_while_waiting(int fd, long delay)
{
	static const int events[] = { 0x1, 0x2, 0x4, 0x40, 0x80, 0x100, 0x200, 0x400, 0x2000 };
	static struct cotask_op ops[2 * POLLS];
	pthread_t thread;
	int s[2], i, b;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s) || send_fd(s[1], fd))
		_exit(1);
	for (i = 0; i < POLLS; i++) {
		ops[2 * i] = OP(SPAWN, .handle = 1 + i, .arg = COTASK_SPAWN_F_EAGER);
		ops[2 * i + 1] = OP(POLL, .task = 1 + i, .handle = s[0]);
		for (b = 0; b < 9; b++)
			ops[2 * i + 1].arg |= (i + 1) >> b & 1 ? events[b] : 0;
	}
	closed_fd = fd;
	if (pthread_create(&thread, NULL, closes_it, (void *)delay))
		_exit(1);
	closing = 1;
	t_enter_until(fd, ops, 2 * POLLS, 0, 0);
	pthread_join(thread, NULL);
	_exit(0);
}

/*
 * Whenever the descriptor is closed, all waits end: one that did not would hold the socket, whose
 * message has the device, and the module could not be unloaded after the tests.
 */
TEST(process_leaves_while_it_begins_to_wait)
{
	int i, fd, status;
	pid_t pid;

	for (i = 0; i < 40; i++) {
		fd = t_open();
		if (fd < 0)
			SKIP(return, "no " DEVICE);
		pid = fork();
		if (!pid)
			leave_while_waiting(fd, i * 2000);
		close(fd);
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(0, status);
	}
}

/* A socket that has our file in a message is let go of with the last descriptor of that. */
TEST_F(file, cycle)
{
	PAIR(SOCK_STREAM);

	ASSERT_EQ(0, send_fd(s[1], self->fd));
	CLOSE_PAIR();
	/* The module can be unloaded after the tests. */
}

TEST_HARNESS_MAIN
