// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - memory of hosted tasks is charged to the cgroup of their process
 */
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "cotask_test.h"

#define TASKS		20000
#define LEAST		256	/* bytes of a task; see Documentation/benchmarks.rst */

FIXTURE(group) {
	char root[32];
	char dir[48];
};

static long read_from(const char *dir, const char *name)
{
	char path[100], text[40];
	int fd, n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return atol(text);
}

FIXTURE_SETUP(group)
{
	int fd = t_open();

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	close(fd);
	snprintf(self->root, sizeof(self->root), "/tmp/cgroup.XXXXXX");
	if (!mkdtemp(self->root) || mount("cgroup2", self->root, "cgroup2", 0, NULL))
		SKIP(return, "no cgroups");
	if (t_write_file(self->root, "cgroup.subtree_control", "+memory") < 0) {
		umount(self->root);
		SKIP(return, "no memory cgroups");
	}
	snprintf(self->dir, sizeof(self->dir), "%s/cotask", self->root);
	ASSERT_EQ(0, mkdir(self->dir, 0755));
}

FIXTURE_TEARDOWN(group)
{
	/* Its processes were reaped, but may not have left the cgroup yet. */
	while (self->dir[0] && rmdir(self->dir) && errno == EBUSY)
		sched_yield();
	if (self->dir[0])
		umount(self->root);
	rmdir(self->root);
}

/* Spawns @n tasks, reports their number, and waits for the signal to exit. */
static void spawn_many(int s, unsigned int n)
{
	unsigned int want = n;
	char c;
	int fd;

	/* The process joins the cgroup before it starts. */
	if (read(s, &c, 1) != 1)
		_exit(1);
	fd = t_open();
	for (n = 0; n < want; n++) {
		struct cotask_op spawn = OP(SPAWN, .handle = n + 1);

		if (t_op(fd, spawn) < 0)
			break;
	}
	if (write(s, &n, sizeof(n)) != sizeof(n) || read(s, &c, 1) != 1)
		_exit(1);
	_exit(0);
}

/* A process with tasks in the cgroup; *@s is its socket. */
static pid_t process_with_tasks(const char *dir, unsigned int n, int *s)
{
	char text[20];
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	pid = fork();
	if (!pid) {
		close(pair[0]);
		spawn_many(pair[1], n);
	}
	close(pair[1]);
	*s = pair[0];
	snprintf(text, sizeof(text), "%d", pid);
	if (t_write_file(dir, "cgroup.procs", text) < 0 || write(*s, "x", 1) != 1)
		return -1;
	return pid;
}

TEST_F(group, memory_is_charged)
{
	unsigned int n;
	long before;
	pid_t pid;
	int s;

	before = read_from(self->dir, "memory.current");
	pid = process_with_tasks(self->dir, TASKS, &s);
	ASSERT_LT(0, pid);
	ASSERT_EQ(sizeof(n), read(s, &n, sizeof(n)));
	EXPECT_EQ(TASKS, n);
	EXPECT_LT(TASKS * LEAST, read_from(self->dir, "memory.current") - before);
	EXPECT_EQ(1, write(s, "x", 1));
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
	close(s);
}

TEST_HARNESS_MAIN
