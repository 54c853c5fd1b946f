// SPDX-License-Identifier: MIT
/*
 * Two processes share a group
 *
 * The parent makes a group and passes it to its child over a socket.  The child spawns
 * tasks of its own into the group.  The parent leaves the group only when the tasks have
 * ended.  When the parent cancels the group, the tasks in the child are cancelled.
 */
#include <cotask.h>
#include <cotask_io.h>
#include <cotask_share.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int pair[2];

/* --- passing a file descriptor --------------------------------------------------------- */

static long pass_fd(int over, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return cotask_sendmsg(over, &msg, 0);
}

static long take_fd(int over)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	long rc;
	int fd;

	rc = cotask_recvmsg(over, &msg, MSG_CMSG_CLOEXEC);
	if (rc < 0)
		return rc;
	c = CMSG_FIRSTHDR(&msg);
	if (!c || c->cmsg_type != SCM_RIGHTS)
		return -EPROTO;
	memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

/* --- the child ----------------------------------------------------------------------------- */

/* Notifies the parent that the task is done. */
static long works(void *arg)
{
	long rc;

	(void)arg;
	rc = cotask_sleep(100 * COTASK_MSEC);
	printf("child: the short task %s\n", rc ? "was cancelled" : "has ended");
	if (!rc)
		rc = cotask_send(pair[1], "x", 1, 0);
	return rc < 0 ? rc : 0;
}

static long works_long(void *arg)
{
	long rc;

	(void)arg;
	rc = cotask_sleep(3600 * COTASK_SEC);
	printf("child: the long task %s\n", rc == -ECANCELED ? "was cancelled" : "has ended");
	return rc;
}

static long child(void *arg)
{
	struct cotask_group group;
	struct cotask *last;
	long rc, fd;

	(void)arg;
	fd = take_fd(pair[1]);
	if (fd < 0)
		return fd;
	rc = cotask_group_import(&group, fd);
	close(fd);
	if (rc)
		return rc;
	rc = cotask_go(&group, works, NULL);
	if (rc)
		return rc;
	last = cotask_spawn(&group, works_long, NULL, "long");
	if (!last)
		return -errno;
	rc = cotask_join(last);
	cotask_put(last);
	cotask_group_fini(&group);
	return rc == -ECANCELED ? 0 : rc;
}

/* --- the parent ------------------------------------------------------------------------------ */

static long share(struct cotask_group *group)
{
	long rc;
	char c;
	int fd;

	fd = cotask_group_export(group);
	if (fd < 0)
		return fd;
	rc = pass_fd(pair[0], fd);
	close(fd);
	if (rc >= 0)
		rc = cotask_recv(pair[0], &c, 1, 0);
	if (rc < 0)
		return rc;
	printf("parent: cancels the group\n");
	return cotask_group_cancel(group);
}

static long parent(void *arg)
{
	struct cotask_group group;
	long rc;

	(void)arg;
	cotask_group_init(&group);
	rc = cotask_group_enter(&group);
	if (rc < 0)
		return rc;
	rc = cotask_group_exit(&group, share(&group));
	cotask_group_fini(&group);
	printf("parent: has left the group: %ld\n", rc);
	return rc;
}

int main(void)
{
	int status;
	pid_t pid;
	long rc;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
		return 1;
	pid = fork();
	if (!pid)
		_exit(cotask_run(child, NULL) < 0);
	rc = cotask_run(parent, NULL);
	if (waitpid(pid, &status, 0) != pid || status)
		rc = -EIO;
	return rc < 0;
}
