// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - files, sockets and processes
 *
 * First the system call, then, if it would block, the wait.  A read that has given less
 * than asked has emptied the file, so the next one waits first.  That is remembered by
 * number; it may be another file by then, which costs nothing but a turn.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "internal.h"

#ifndef P_PIDFD
#define P_PIDFD	3
#endif

EXPORT int cotask_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || (!(flags & O_NONBLOCK) && fcntl(fd, F_SETFL, flags | O_NONBLOCK)))
		return -errno;
	return fd;
}

EXPORT long cotask_poll(int fd, short events)
{
	struct cotask_loop *loop = loop_here();

	if (!loop || !loop->current)
		return -ESRCH;
	if (fd < 0)
		return -EBADF;
	*cotask_op_add(loop) = *OP(POLL, .task = loop->current->base.handle, .handle = fd,
				   .arg = (unsigned short)events);
	return cotask_suspend(loop, false);
}

/* --- what is known of a file --------------------------------------------------------- */

static bool is_empty(const struct cotask_loop *loop, int fd)
{
	if ((unsigned int)fd >= loop->short_fds)
		return false;
	return loop->short_read[fd / 64] >> fd % 64 & 1;
}

static void set_empty(struct cotask_loop *loop, int fd, bool empty)
{
	unsigned int size = loop->short_fds;
	uint64_t *bits;

	if ((unsigned int)fd >= size) {
		if (!empty)
			return;
		size = (fd + 512) & ~511u;
		bits = realloc(loop->short_read, size / 8);
		if (!bits)
			return;
		memset((char *)bits + loop->short_fds / 8, 0, (size - loop->short_fds) / 8);
		loop->short_read = bits;
		loop->short_fds = size;
	}
	if (empty)
		loop->short_read[fd / 64] |= 1ull << fd % 64;
	else
		loop->short_read[fd / 64] &= ~(1ull << fd % 64);
}

/* 0: the call is to be repeated. */
static long wait_after(long error, int fd, short events)
{
	long rc;

	if (error == -EINTR)
		return 0;
	if (error != -EAGAIN && error != -EWOULDBLOCK)
		return error;
	rc = cotask_poll(fd, events);
	return rc < 0 ? rc : 0;
}

/* The call, as often as it takes. */
#define UNTIL_DONE(fd, events, call)					\
({									\
	long __rc, __wait;						\
									\
	do {								\
		__rc = (call);						\
		__wait = __rc < 0 ? wait_after(-errno, fd, events) : 1;	\
	} while (!__wait);						\
	__rc < 0 ? __wait : __rc;					\
})

/* A file that nothing can be said about: then the call says what is wrong. */
static long wait_if_empty(int fd)
{
	long rc;

	if (!task_here())
		return -ESRCH;
	if (!is_empty(cotask_here, fd))
		return 0;
	set_empty(cotask_here, fd, false);
	rc = cotask_poll(fd, POLLIN);
	return rc == -ECANCELED ? rc : 0;
}

static ssize_t was_read(int fd, ssize_t rc, size_t asked)
{
	if (rc > 0 && (size_t)rc < asked)
		set_empty(cotask_here, fd, true);
	return rc;
}

/* --- reading and writing ------------------------------------------------------------------ */

EXPORT ssize_t cotask_read(int fd, void *buf, size_t size)
{
	long rc = wait_if_empty(fd);

	return rc ? rc : was_read(fd, UNTIL_DONE(fd, POLLIN, read(fd, buf, size)), size);
}

EXPORT ssize_t cotask_readv(int fd, const struct iovec *iov, int n)
{
	long rc = wait_if_empty(fd);

	return rc ? rc : UNTIL_DONE(fd, POLLIN, readv(fd, iov, n));
}

EXPORT ssize_t cotask_recv(int fd, void *buf, size_t size, int flags)
{
	long rc = wait_if_empty(fd);

	if (rc)
		return rc;
	return was_read(fd, UNTIL_DONE(fd, POLLIN, recv(fd, buf, size, flags | MSG_DONTWAIT)),
			size);
}

EXPORT ssize_t cotask_recvmsg(int fd, struct msghdr *msg, int flags)
{
	if (!task_here())
		return -ESRCH;
	return UNTIL_DONE(fd, POLLIN, recvmsg(fd, msg, flags | MSG_DONTWAIT));
}

EXPORT ssize_t cotask_write(int fd, const void *buf, size_t size)
{
	if (!task_here())
		return -ESRCH;
	return UNTIL_DONE(fd, POLLOUT, write(fd, buf, size));
}

EXPORT ssize_t cotask_writev(int fd, const struct iovec *iov, int n)
{
	if (!task_here())
		return -ESRCH;
	return UNTIL_DONE(fd, POLLOUT, writev(fd, iov, n));
}

EXPORT ssize_t cotask_write_all(int fd, const void *buf, size_t size)
{
	const char *p = buf;
	size_t left = size;
	ssize_t rc;

	while (left) {
		rc = cotask_write(fd, p, left);
		if (rc < 0)
			return rc;
		p += rc;
		left -= rc;
	}
	return size;
}

EXPORT ssize_t cotask_send(int fd, const void *buf, size_t size, int flags)
{
	if (!task_here())
		return -ESRCH;
	return UNTIL_DONE(fd, POLLOUT, send(fd, buf, size, flags | MSG_DONTWAIT));
}

EXPORT ssize_t cotask_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	if (!task_here())
		return -ESRCH;
	return UNTIL_DONE(fd, POLLOUT, sendmsg(fd, msg, flags | MSG_DONTWAIT));
}

/* --- connections --------------------------------------------------------------------------- */

EXPORT int cotask_accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	if (!task_here())
		return -ESRCH;
	return UNTIL_DONE(fd, POLLIN, accept4(fd, addr, len, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

#define RETRY_MIN	(1 * COTASK_MSEC)
#define RETRY_MAX	(32 * COTASK_MSEC)

/*
 * A Unix socket either connects at once or has not begun to: the listener has no room.  The
 * kernel has nothing to poll for that, so look again now and then.
 */
static int connect_unix(int fd, const struct sockaddr *addr, socklen_t len)
{
	int64_t pause = RETRY_MIN;
	long rc;

	while (connect(fd, addr, len)) {
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		rc = cotask_sleep(pause);
		if (rc < 0)
			return rc;
		if (pause < RETRY_MAX)
			pause *= 2;
	}
	return 0;
}

/* It is under way, and how it has gone is for SO_ERROR to say. */
static int connected(int fd)
{
	socklen_t size = sizeof(int);
	int error;
	long rc;

	do {
		rc = cotask_poll(fd, POLLOUT);
	} while (!rc);
	if (rc < 0)
		return rc;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) ? -errno : -error;
}

EXPORT int cotask_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	if (!task_here())
		return -ESRCH;
	if (addr && len >= sizeof(addr->sa_family) && addr->sa_family == AF_UNIX)
		return connect_unix(fd, addr, len);
	if (!connect(fd, addr, len))
		return 0;
	return errno == EINPROGRESS || errno == EINTR ? connected(fd) : -errno;
}

/* --- processes ------------------------------------------------------------------------------ */

static int status_of(const siginfo_t *info)
{
	switch (info->si_code) {
	case CLD_EXITED:
		return (info->si_status & 0xff) << 8;
	case CLD_DUMPED:
		return info->si_status | 0x80;
	default:
		return info->si_status;
	}
}

EXPORT int cotask_waitpid(int pidfd, int *status)
{
	siginfo_t info;
	long rc;

	if (!task_here())
		return -ESRCH;
	for (;;) {
		info.si_pid = 0;
		if (waitid((idtype_t)P_PIDFD, pidfd, &info, WEXITED | WNOHANG))
			return -errno;
		if (info.si_pid)
			break;
		rc = cotask_poll(pidfd, POLLIN);
		if (rc < 0)
			return rc;
	}
	if (status)
		*status = status_of(&info);
	return 0;
}
