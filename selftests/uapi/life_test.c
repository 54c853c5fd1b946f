// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - the life of files, processes, and exported tasks and groups
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#include "cotask_test.h"

#define other(...)	t_op(self->fd2, OP(__VA_ARGS__))
#define other_step(...)	t_step(self->fd2, OP(__VA_ARGS__))

/* Two loops, each with a task 1 that runs. */
FIXTURE(two) {
	int fd;
	int fd2;
};

FIXTURE_SETUP(two)
{
	self->fd = t_open();
	if (self->fd < 0)
		SKIP(return, "no " DEVICE);
	self->fd2 = t_open();
	ASSERT_LE(0, self->fd2);
	op(SPAWN, .handle = 1);
	ASSERT_EQ(1, t_next(self->fd).handle);
	other(SPAWN, .handle = 1);
	ASSERT_EQ(1, t_next(self->fd2).handle);
}

FIXTURE_TEARDOWN(two)
{
	close(self->fd);
	close(self->fd2);
}

static struct cotask_fd_status status_of(int fd)
{
	struct cotask_fd_status s = { .size = sizeof(s) };

	if (ioctl(fd, COTASK_FD_IOC_STATUS, &s))
		s.kind = POISON;
	return s;
}

static int readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0);
}

/* Run a loop until it has no work. */
static void settle(int fd)
{
	t_enter_until(fd, NULL, 0, 1, t_now() + 5 * MS);
}

/* --- exported and imported ------------------------------------------------------- */

/* TK-B2: readable when done; the owner of the descriptor can cancel the task */
TEST_F(two, exported_task)
{
	int fd;

	op(SPAWN, .handle = 2);
	fd = op(EXPORT, .handle = 2);
	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(COTASK_FD_TASK, status_of(fd).kind);
	EXPECT_EQ(COTASK_STATE_PENDING, status_of(fd).state);
	EXPECT_EQ(-EINPROGRESS, status_of(fd).result);
	EXPECT_EQ(op(READ, .arg = COTASK_READ_ID, .handle = 2), status_of(fd).id);
	EXPECT_EQ(0, readable(fd));
	EXPECT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	op(SLEEP, .task = 2, .value = COTASK_NEVER);
	EXPECT_EQ(1, ioctl(fd, COTASK_FD_IOC_CANCEL, 0));
	EXPECT_EQ(1, status_of(fd).cancelling);
	EXPECT_EQ(-ECANCELED, t_next(self->fd).result);
	op(EXIT, .task = 2, .value = 6);
	settle(self->fd);
	EXPECT_EQ(1, readable(fd));
	EXPECT_EQ(6, status_of(fd).result);
	EXPECT_EQ(COTASK_STATE_FINISHED, status_of(fd).state);
	EXPECT_EQ(0, ioctl(fd, COTASK_FD_IOC_CANCEL, 0));
	EXPECT_EQ(-1, ioctl(fd, COTASK_FD_IOC_CANCEL, 1));
	EXPECT_EQ(-1, ioctl(fd, COTASK_IOC_QUERY, 0));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-ENOENT, op(EXPORT, .handle = 77));
	close(fd);
}

/* As for every struct: too small, larger with zeros, larger with something, outputs set */
TEST_F(two, arguments_of_status)
{
	struct {
		struct cotask_fd_status s;
		__u64 more;
	} big = { .s.size = sizeof(big) };
	struct cotask_fd_status small = { .size = sizeof(small) - 8 };
	struct cotask_fd_status set = { .size = sizeof(set), .cancelling = 1 };
	int fd = op(EXPORT, .handle = 1);

	EXPECT_EQ(0, ioctl(fd, COTASK_FD_IOC_STATUS, &big));
	EXPECT_EQ(COTASK_FD_TASK, big.s.kind);
	big = (typeof(big)){ .s.size = sizeof(big), .more = 1 };
	EXPECT_EQ(-1, ioctl(fd, COTASK_FD_IOC_STATUS, &big));
	EXPECT_EQ(E2BIG, errno);
	EXPECT_EQ(-1, ioctl(fd, COTASK_FD_IOC_STATUS, &small));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(fd, COTASK_FD_IOC_STATUS, &set));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(fd, COTASK_FD_IOC_STATUS, NULL));
	EXPECT_EQ(EFAULT, errno);
	close(fd);
}

/* The loop ends; the descriptor reports the outcome of the task (CO-B3). */
TEST_F(two, exported_task_outlives_its_loop)
{
	int fd = op(EXPORT, .handle = 1);

	close(self->fd);
	EXPECT_EQ(1, readable(fd));
	EXPECT_EQ(COTASK_STATE_CANCELLED, status_of(fd).state);
	EXPECT_EQ(-ECANCELED, status_of(fd).result);
	EXPECT_EQ(0, ioctl(fd, COTASK_FD_IOC_CANCEL, 0));
	EXPECT_EQ(0, other(IMPORT, .handle = 9, .arg = fd));
	EXPECT_EQ(-ECANCELED, other_step(AWAIT, .task = 1, .handle = 9).result);
	close(fd);
}

/* AW-B1: the await of a task of another loop returns its outcome */
TEST_F(two, imported_task)
{
	int fd = op(EXPORT, .handle = 1);

	EXPECT_EQ(0, other(IMPORT, .handle = 9, .arg = fd));
	EXPECT_EQ(-EBADF, other(IMPORT, .handle = 10, .arg = self->fd));
	EXPECT_EQ(-EBADF, other(IMPORT, .handle = 10, .arg = 1000));
	EXPECT_EQ(-EEXIST, other(IMPORT, .handle = 9, .arg = fd));
	close(fd);
	EXPECT_EQ(0, other(AWAIT, .task = 1, .handle = 9));
	settle(self->fd2);
	op(EXIT, .task = 1, .value = -EIO);
	settle(self->fd);
	EXPECT_EQ(-EIO, t_next(self->fd2).result);
}

/* A group of one loop with a child in another: waited for, and its failure aborts the group. */
TEST_F(two, imported_group)
{
	int fd;

	EXPECT_EQ(0, op(ENTER, .task = 1, .arg = COTASK_KIND_GROUP, .handle = 50));
	fd = op(EXPORT, .handle = 50);
	ASSERT_LE(0, fd);
	EXPECT_EQ(COTASK_FD_GROUP, status_of(fd).kind);
	EXPECT_EQ(0, other(IMPORT, .handle = 9, .arg = fd));
	EXPECT_EQ(0, other(SPAWN, .handle = 2, .other = 9));
	EXPECT_EQ(0, op(LEAVE, .task = 1, .handle = 50));
	settle(self->fd);
	EXPECT_EQ(0, readable(fd));
	EXPECT_EQ(2, other_step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	other(EXIT, .task = 2, .value = -EIO);
	settle(self->fd2);
	EXPECT_EQ(-EIO, t_next(self->fd).result);
	EXPECT_EQ(1, readable(fd));
	EXPECT_EQ(-ESHUTDOWN, other(SPAWN, .handle = 3, .other = 9));
	EXPECT_EQ(-ENOENT, other(RESULT, .handle = 3));
	close(fd);
}

/* A group 50 of a loop, imported as 9 into another loop, with a child 2 there; a descriptor. */
static int share_group(int of, int with)
{
	int fd;

	t_op(of, OP(ENTER, .task = 1, .arg = COTASK_KIND_GROUP, .handle = 50));
	fd = t_op(of, OP(EXPORT, .handle = 50));
	t_op(with, OP(IMPORT, .handle = 9, .arg = fd));
	t_op(with, OP(SPAWN, .handle = 2, .other = 9));
	return fd;
}

/* TG-33: the group is cancelled by its descriptor, and so is the child in the other loop */
TEST_F(two, cancel_of_an_imported_group)
{
	int fd = share_group(self->fd, self->fd2);

	EXPECT_EQ(2, other_step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	other(SLEEP, .task = 2, .value = COTASK_NEVER);
	op(LEAVE, .task = 1, .handle = 50);
	settle(self->fd);
	EXPECT_EQ(1, ioctl(fd, COTASK_FD_IOC_CANCEL, 0));
	settle(self->fd);
	EXPECT_EQ(-ECANCELED, t_next(self->fd2).result);
	other(EXIT, .task = 2, .value = -ECANCELED);
	settle(self->fd2);
	EXPECT_EQ(0, t_next(self->fd).result);
	close(fd);
}

/* The loop of the group is closed: its child elsewhere is cancelled. */
TEST_F(two, one_of_two_loops_goes)
{
	int fd = share_group(self->fd, self->fd2);

	other(SPAWN, .handle = 3);
	EXPECT_EQ(2, other_step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(3, other_step(SLEEP, .task = 2, .value = COTASK_NEVER).handle);
	settle(self->fd);
	close(self->fd);
	EXPECT_EQ(2, other_step(SLEEP, .task = 3, .value = COTASK_NEVER).handle);
	EXPECT_EQ(1, readable(fd));
	close(fd);
}

/* The other way round: to the group the child is CANCELLED, which is no error (TG-8). */
TEST_F(two, the_child_s_loop_goes)
{
	int fd = share_group(self->fd, self->fd2);

	op(LEAVE, .task = 1, .handle = 50);
	settle(self->fd);
	close(self->fd2);
	EXPECT_EQ(0, t_next(self->fd).result);
	close(fd);
}

static int send_fd(int socket, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] = {};
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(socket, &m, 0) == 1 ? 0 : -1;
}

static int receive_fd(int socket)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			    .msg_controllen = sizeof(control) };
	int fd = -1;

	if (recvmsg(socket, &m, MSG_CMSG_CLOEXEC) == 1 && CMSG_FIRSTHDR(&m))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

/* A process receives a group by SCM_RIGHTS, spawns a child into it, and is killed. */
TEST_F(two, passed_to_a_process_that_is_killed)
{
	int s[2], fd;
	pid_t pid;
	char c;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	pid = fork();
	if (!pid) {
		int mine = t_open(), group = receive_fd(s[1]);

		t_op(mine, OP(IMPORT, .handle = 9, .arg = group));
		t_op(mine, OP(SPAWN, .handle = 2, .other = 9));
		t_next(mine);
		write(s[1], "x", 1);
		for (;;)
			pause();
	}
	op(ENTER, .task = 1, .arg = COTASK_KIND_GROUP, .handle = 50);
	fd = op(EXPORT, .handle = 50);
	ASSERT_EQ(0, send_fd(s[0], fd));
	ASSERT_EQ(1, read(s[0], &c, 1));
	op(LEAVE, .task = 1, .handle = 50);
	settle(self->fd);
	EXPECT_EQ(0, readable(fd));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* Cancelled is no error (TG-8). */
	EXPECT_EQ(0, t_next(self->fd).result);
	close(s[0]);
	close(s[1]);
	close(fd);
}

/* --- what a task waits for holds our own file ------------------------------------ */

/*
 * The file is in the queue of a socket that one of its tasks waits for. Neither could be
 * released if the close of the descriptor did not end the wait. The unloading of the module
 * verifies that the file was freed.
 */
TEST(waits_for_what_holds_the_file)
{
	int fd = t_open(), s[2];

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	t_op(fd, OP(SPAWN, .handle = 1));
	t_next(fd);
	t_op(fd, OP(POLL, .task = 1, .handle = s[0], .arg = POLLPRI));
	settle(fd);
	ASSERT_EQ(0, send_fd(s[1], fd));
	close(s[0]);
	close(s[1]);
	close(fd);
}

/* The same with a wait that has found the socket ready and has not resumed. */
TEST(has_found_ready_what_holds_the_file)
{
	int fd = t_open(), s[2];

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	t_op(fd, OP(SPAWN, .handle = 1));
	t_next(fd);
	t_op(fd, OP(POLL, .task = 1, .handle = s[0], .arg = POLLOUT));
	ASSERT_EQ(0, send_fd(s[1], fd));
	close(s[0]);
	close(s[1]);
	close(fd);
}

/* One of two descriptors, or that of a child, is closed: the wait continues. */
TEST(waits_go_on_with_another_descriptor)
{
	int fd = t_open(), two, s[2];
	pid_t pid;

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	t_op(fd, OP(SPAWN, .handle = 1));
	t_next(fd);
	t_op(fd, OP(POLL, .task = 1, .handle = s[0], .arg = POLLIN));
	settle(fd);
	two = dup(fd);
	close(two);
	pid = fork();
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	settle(fd);
	ASSERT_EQ(1, write(s[1], "x", 1));
	EXPECT_EQ(POLLIN, t_next(fd).result);
	close(s[0]);
	close(s[1]);
	close(fd);
}

static int heir_ready[2], heir_go[2];

/*
 * A process continues to use the file after its parent has closed it: the wait of task 1,
 * which the parent has started, returns 0 (poll again); its own wait, of task 2, continues.
 */
static int heir(int fd, int *s)
{
	struct cotask_event_info e;
	char c;

	t_op(fd, OP(SPAWN, .handle = 2));
	if (t_next(fd).handle != 2)
		return 1;
	t_op(fd, OP(POLL, .task = 2, .handle = s[0], .arg = POLLIN));
	settle(fd);
	if (write(heir_ready[1], "x", 1) != 1 || read(heir_go[0], &c, 1) != 1)
		return 2;
	e = t_next(fd);
	if (e.handle != 1 || e.result)
		return 3;
	t_op(fd, OP(POLL, .task = 1, .handle = s[0], .arg = POLLIN));
	if (t_settle(fd).n)
		return 4;
	if (write(s[1], "x", 1) != 1)
		return 5;
	e = t_next(fd);
	if (e.result != POLLIN)
		return 6;
	return t_step(fd, OP(EXIT, .task = e.handle)).result == POLLIN ? 0 : 7;
}

/* A process that closes its last descriptor ends only its own waits. */
TEST(waits_of_two_processes)
{
	int fd = t_open(), s[2], status;
	pid_t pid;
	char c;

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	ASSERT_EQ(0, pipe(heir_ready));
	ASSERT_EQ(0, pipe(heir_go));
	t_op(fd, OP(SPAWN, .handle = 1));
	t_next(fd);
	t_op(fd, OP(POLL, .task = 1, .handle = s[0], .arg = POLLIN));
	settle(fd);
	pid = fork();
	if (!pid)
		_exit(heir(fd, s));
	ASSERT_EQ(1, read(heir_ready[0], &c, 1));
	close(fd);
	ASSERT_EQ(1, write(heir_go[1], "x", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	close(s[0]);
	close(s[1]);
}

/* Descriptors are closed in any order: the wait continues until the last one is closed. */
TEST(waits_go_on_with_any_descriptor)
{
	int fd = t_open(), s[2], i, n = 0, copy[64];

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
	t_op(fd, OP(SPAWN, .handle = 1));
	t_next(fd);
	t_op(fd, OP(POLL, .task = 1, .handle = s[0], .arg = POLLIN));
	settle(fd);
	for (i = 0; i < 64; i++)
		copy[i] = dup(fd);
	close(fd);
	for (i = 0; i < 63; i++) {
		n = (n + 37) % 64;
		close(copy[n]);
	}
	n = copy[(n + 37) % 64];
	t_given[n] = t_given[fd];
	settle(n);
	ASSERT_EQ(1, write(s[1], "x", 1));
	EXPECT_EQ(POLLIN, t_next(n).result);
	close(s[0]);
	close(s[1]);
	close(n);
}

/* --- processes ------------------------------------------------------------------- */

/* fork: both have the same file */
TEST(fork_shares_the_file)
{
	int fd = t_open(), status;
	pid_t pid;

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	t_op(fd, OP(SPAWN, .handle = 1));
	t_next(fd);
	pid = fork();
	if (!pid)
		_exit(t_op(fd, OP(EXIT, .task = 1, .value = 5)) ? 1 : 0);
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, WEXITSTATUS(status));
	t_given[fd] = 0;
	EXPECT_EQ(5, t_op(fd, OP(RESULT, .handle = 1)));
	close(fd);
}

/* exec: the file is closed with its tasks; an exported descriptor reports that */
TEST(exec_closes_the_file)
{
	int s[2], fd, exported = -1;
	pid_t pid;

	fd = t_open();
	if (fd < 0)
		SKIP(return, "no " DEVICE);
	close(fd);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	pid = fork();
	if (!pid) {
		fd = t_open();
		t_op(fd, OP(SPAWN, .handle = 1));
		send_fd(s[1], t_op(fd, OP(EXPORT, .handle = 1)));
		execl("/bin/sleep", "sleep", "1000", NULL);
		_exit(1);
	}
	exported = receive_fd(s[0]);
	ASSERT_LE(0, exported);
	EXPECT_EQ(1, poll(&(struct pollfd){ .fd = exported, .events = POLLIN }, 1, T_LIMIT_MS));
	EXPECT_EQ(-ECANCELED, status_of(exported).result);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(exported);
	close(s[0]);
	close(s[1]);
}

/* State of a process: R, S ... */
static char state_of(pid_t pid)
{
	char path[64], text[512], *end;
	int fd, n;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	end = strrchr(text, ')');
	return end && end[1] ? end[2] : 0;
}

/*
 * A child waits in ENTER for this process to write to a socket, and reports the result by
 * its exit status. It sleeps nowhere else once it has written itself.
 */
static pid_t child_in_enter(int *socket)
{
	int s[2], fd;
	pid_t pid;
	char c;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, s))
		return -1;
	pid = fork();
	if (!pid) {
		fd = t_open();
		t_op(fd, OP(SPAWN, .handle = 1));
		t_next(fd);
		t_op(fd, OP(POLL, .task = 1, .handle = s[1], .arg = POLLIN));
		write(s[1], "x", 1);
		_exit(t_next(fd).result == POLLIN ? 0 : 1);
	}
	close(s[1]);
	*socket = s[0];
	if (read(s[0], &c, 1) != 1)
		return -1;
	while (state_of(pid) != 'S')
		usleep(10000);
	return pid;
}

/* Stopped and continued, by a signal and by ptrace: the wait of ENTER continues. */
TEST(stopped_in_enter)
{
	int fd = t_open(), s, status;
	pid_t pid;

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	close(fd);
	pid = child_in_enter(&s);
	ASSERT_LT(0, pid);
	kill(pid, SIGSTOP);
	ASSERT_EQ(pid, waitpid(pid, &status, WUNTRACED));
	kill(pid, SIGCONT);
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, pid, 0, 0));
	ASSERT_EQ(0, ptrace(PTRACE_INTERRUPT, pid, 0, 0));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSTOPPED(status));
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, pid, 0, 0));
	ASSERT_EQ(1, write(s, "x", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status));
	close(s);
}

/* Until the processes of a cgroup are frozen. */
static void wait_frozen(const char *dir)
{
	char path[200], text[200];
	int fd, n;

	snprintf(path, sizeof(path), "%s/cgroup.events", dir);
	do {
		usleep(10000);
		fd = open(path, O_RDONLY);
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[n > 0 ? n : 0] = '\0';
	} while (!strstr(text, "frozen 1"));
}

/* Frozen in the wait of ENTER, and thawed: the wait continues. */
TEST(frozen_in_enter)
{
	char root[] = "/tmp/cgroup.XXXXXX", dir[100], pid_text[20];
	int fd = t_open(), s, status;
	pid_t pid;

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	close(fd);
	if (!mkdtemp(root) || mount("cgroup2", root, "cgroup2", 0, NULL))
		SKIP(return, "no cgroups");
	snprintf(dir, sizeof(dir), "%s/cotask", root);
	ASSERT_EQ(0, mkdir(dir, 0755));
	pid = child_in_enter(&s);
	ASSERT_LT(0, pid);
	snprintf(pid_text, sizeof(pid_text), "%d", pid);
	EXPECT_LT(0, t_write_file(dir, "cgroup.procs", pid_text));
	EXPECT_EQ(1, t_write_file(dir, "cgroup.freeze", "1"));
	wait_frozen(dir);
	EXPECT_EQ(1, t_write_file(dir, "cgroup.freeze", "0"));
	ASSERT_EQ(1, write(s, "x", 1));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(0, WEXITSTATUS(status));
	close(s);
	rmdir(dir);
	umount(root);
	rmdir(root);
}

static void *enter_for_a_while(void *arg)
{
	t_enter_until(*(int *)arg, NULL, 0, 1, t_now() + 50 * MS);
	return NULL;
}

/* Closed by another thread: the thread in ENTER remains there until its deadline. */
TEST(closed_in_another_thread)
{
	int i;

	for (i = 0; i < 20; i++) {
		int fd = t_open(), s[2];
		pthread_t thread;

		if (fd < 0)
			SKIP(return, "no " DEVICE);
		ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, s));
		t_op(fd, OP(SPAWN, .handle = 1));
		t_next(fd);
		t_op(fd, OP(POLL, .task = 1, .handle = s[0], .arg = POLLIN));
		ASSERT_EQ(0, pthread_create(&thread, NULL, enter_for_a_while, &fd));
		usleep(i * 500);
		close(fd);
		pthread_join(thread, NULL);
		close(s[0]);
		close(s[1]);
	}
}

/* --- limits ---------------------------------------------------------------------- */

static long set_parameter(const char *name, const char *value)
{
	return t_write_file("/sys/module/cotask/parameters", name, value);
}

TEST(limits)
{
	int fd = t_open(), two;

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	ASSERT_EQ(1, set_parameter("max_objects", "2"));
	EXPECT_EQ(0, t_op(fd, OP(SPAWN, .handle = 1)));
	EXPECT_EQ(0, t_op(fd, OP(CALL)));
	EXPECT_EQ(-ENOSPC, t_op(fd, OP(SPAWN, .handle = 2)));
	EXPECT_EQ(-ENOSPC, t_op(fd, OP(ON_DONE, .handle = 1)));
	set_parameter("max_objects", "65536");
	ASSERT_EQ(1, set_parameter("max_user_objects", "3"));
	two = t_open();
	/* Objects of closed files may remain for a moment. */
	while (t_op(two, OP(SPAWN, .handle = 1)) == -ENOSPC)
		sched_yield();
	EXPECT_EQ(-ENOSPC, t_op(two, OP(SPAWN, .handle = 2)));
	EXPECT_EQ(-ENOENT, t_op(two, OP(RESULT, .handle = 2)));
	close(fd);
	EXPECT_EQ(0, t_op(two, OP(SPAWN, .handle = 2)));
	set_parameter("max_user_objects", "1048576");
	ASSERT_EQ(1, set_parameter("max_user_files", "1"));
	EXPECT_EQ(-1, t_open());
	EXPECT_EQ(EMFILE, errno);
	set_parameter("max_user_files", "1024");
	close(two);
}

/* A process that does not return to ENTER is reported, once. */
TEST(late)
{
	struct cotask_enter e = { .size = sizeof(e) };
	int fd = t_open(), i;

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	set_parameter("enter_limit_ms", "1");
	t_op(fd, OP(SPAWN, .handle = 1));
	t_next(fd);
	/* Its task runs; the reporter needs CPU time. */
	for (i = 0; !e.flags; i++) {
		usleep(10000);
		e = (struct cotask_enter){ .size = sizeof(e), .n_begun = !i };
		ASSERT_EQ(0, t_enter_raw(fd, &e));
	}
	EXPECT_EQ(COTASK_ENTER_LATE, e.flags);
	set_parameter("enter_limit_ms", "0");
	/* The previous report may still be in transit. */
	do {
		usleep(10000);
		e = (struct cotask_enter){ .size = sizeof(e) };
		ASSERT_EQ(0, t_enter_raw(fd, &e));
	} while (e.flags);
	close(fd);
}

TEST_HARNESS_MAIN
