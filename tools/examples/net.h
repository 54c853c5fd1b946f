/* SPDX-License-Identifier: MIT */
/*
 * What the servers have in common: an address to listen on, and the signals that end them
 */
#ifndef EXAMPLES_NET_H
#define EXAMPLES_NET_H

#include <cotask.h>
#include <cotask_io.h>
#include <cotask_wait.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* "PORT", on all addresses, or "unix:PATH".  A socket, or a negative errno. */
static int listen_on(const char *where)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(atoi(where)) };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int is_unix = !strncmp(where, "unix:", 5), one = 1, fd, rc;

	fd = socket(is_unix ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (is_unix) {
		strncpy(un.sun_path, where + 5, sizeof(un.sun_path) - 1);
		unlink(un.sun_path);
		rc = bind(fd, (struct sockaddr *)&un, sizeof(un));
	} else {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		rc = bind(fd, (struct sockaddr *)&in, sizeof(in));
	}
	if (rc || listen(fd, 1024)) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

/* Before any thread or task: SIGTERM and SIGINT become readable.  A file descriptor. */
static int end_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

/* There is no room for another connection now, but there is going to be. */
static int is_full(long error)
{
	switch (error) {
	case -EMFILE:
	case -ENFILE:
	case -ENOBUFS:
	case -ENOMEM:
	case -ENOSPC:
	case -EAGAIN:
		return 1;
	default:
		return 0;
	}
}

#define A_MOMENT	(100 * COTASK_MSEC)

/* The next connection that there is room for.  A descriptor, or what ends the server. */
static long accept_next(int listener)
{
	long rc = 0;
	int fd;

	while (rc >= 0) {
		fd = cotask_accept(listener, NULL, NULL);
		if (fd >= 0)
			return fd;
		if (is_full(fd))
			rc = cotask_sleep(A_MOMENT);
		else if (fd != -ECONNABORTED && fd != -EPROTO && fd != -EPERM)
			return fd;
	}
	return rc;
}

/* A task whose argument is let go of whatever becomes of the task. */
static int start(struct cotask_group *group, cotask_fn fn, void *arg, void (*release)(void *))
{
	struct cotask_spawn_args args = { .release = release };
	struct cotask *task = cotask_spawn_with(group, fn, arg, &args);

	if (!task)
		return -errno;
	cotask_put(task);
	return 0;
}

#endif /* EXAMPLES_NET_H */
