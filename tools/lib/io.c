// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - files, sockets and processes
 *
 * A function first makes the system call, and waits if the call would block.  A short read has
 * drained the file, so the next read waits first.  Descriptors may be blocking: each call passes
 * a flag that prevents blocking; if a call has no such flag, the task waits first.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* --- properties of files --------------------------------------------------------- */

/*
 * Indexed by descriptor number.  If the number has come to refer to another file, a call takes
 * another path to the same result.
 */
#define FD_EMPTY	0x1	/* the last read has drained the file */
#define FD_PLAIN	0x2	/* calls have no flag that prevents blocking */

/* The entry of @fd; NULL: out of memory. */
static unsigned char *find_known(int fd)
{
	struct cotask_loop *loop = cotask_here;

	return loop && (unsigned int)fd < loop->n_fds ? &loop->fds[fd] : NULL;
}

static unsigned char *make_known(int fd)
{
	struct cotask_loop *loop = cotask_here;
	unsigned int size = (fd + 512) & ~511u;
	unsigned char *fds;

	if (fd < 0 || find_known(fd))
		return find_known(fd);
	fds = realloc(loop->fds, size);
	if (!fds)
		return NULL;
	memset(fds + loop->n_fds, 0, size - loop->n_fds);
	loop->fds = fds;
	loop->n_fds = size;
	return &fds[fd];
}

static bool is_known(int fd, unsigned int what)
{
	const unsigned char *known = find_known(fd);

	return known && *known & what;
}

static void set_known(int fd, unsigned int what, bool is)
{
	unsigned char *known = is ? make_known(fd) : find_known(fd);

	if (known)
		*known = is ? *known | what : *known & ~what;
}

/* Count of tasks that wait for the file; saturates. */
#define FD_WAITS	0x4
#define FD_WAITS_MAX	(0x3f * FD_WAITS)

static void count_wait(int fd, int n)
{
	unsigned char *known = n > 0 ? make_known(fd) : find_known(fd);

	if (known && (*known & FD_WAITS_MAX) < FD_WAITS_MAX)
		*known += n * FD_WAITS;
}

static long do_poll(int fd, short events)
{
	struct cotask_loop *loop = loop_here();

	*cotask_op_add(loop) = *OP(POLL, .task = loop->current->base.handle, .handle = fd,
				   .arg = (unsigned short)events);
	return cotask_suspend(loop, false);
}

EXPORT long cotask_poll(int fd, short events)
{
	long rc;

	if (!task_here())
		return -ESRCH;
	if (fd < 0)
		return -EBADF;
	count_wait(fd, 1);
	rc = do_poll(fd, events);
	count_wait(fd, -1);
	return rc;
}

/* The library is not notified when the wait ends: cotask_close() queries the kernel. */
EXPORT struct cotask_await cotask_co_poll(struct cotask *task, int fd, short events)
{
	if (fd < 0)
		return cotask_refuse(task, -EBADF);
	set_known(fd, FD_WAITS_MAX, true);
	return cotask_suspends(task, OP(POLL, .handle = fd, .arg = (unsigned short)events));
}

EXPORT int cotask_close(int fd)
{
	if (is_known(fd, FD_WAITS_MAX))
		cotask_op(cotask_here, OP(POLL_END, .handle = fd));
	set_known(fd, ~FD_WAITS_MAX, false);
	return close(fd) ? -errno : 0;
}

static bool is_of_type(int fd, mode_t type)
{
	struct stat st;

	return !fstat(fd, &st) && (st.st_mode & S_IFMT) == type;
}

/* --- calls that do not block ------------------------------------------------------------ */

/* After this many successive calls that succeed at once, the task yields. */
#define IMMEDIATE_MAX	64

/* Returns 0 if the call can be made. */
long cotask_io_begin(void)
{
	struct cotask *task = task_here();

	if (!task)
		return -ESRCH;
	return unlikely(++task->immediate > IMMEDIATE_MAX) ? cotask_yield() : 0;
}

/**
 * struct io - a call in progress
 * @call: makes the system call; EAGAIN if it would block
 * @fd: the file
 * @events: the events to wait for
 * @ready: the wait has ended
 * @hung_up: the other end has closed the connection
 * @iov: buffers
 * @n: number of buffers
 * @msg: argument of sendmsg() and recvmsg()
 * @addr: argument of accept()
 * @len: argument of accept()
 * @flags: MSG_* of a call on a socket
 */
struct io {
	ssize_t			(*call)(const struct io *io);
	int			fd;
	short			events;
	bool			ready;
	bool			hung_up;
	const struct iovec	*iov;
	int			n;
	struct msghdr		*msg;
	struct sockaddr		*addr;
	socklen_t		*len;
	int			flags;
};

/* Repeat the call until it succeeds or fails. */
static ssize_t until_done(struct io *io)
{
	ssize_t rc;
	long waited;

	for (;;) {
		rc = io->call(io);
		if (rc >= 0)
			return rc;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			return -errno;
		waited = cotask_poll(io->fd, io->events);
		if (waited < 0)
			return waited;
		io->ready = true;
		io->hung_up = waited & POLLHUP;
	}
}

/* Whether a call that has no flag of its own can block; -1 and EAGAIN: wait before the call. */
static int can_block(const struct io *io)
{
	int flags = fcntl(io->fd, F_GETFL);

	if (flags < 0)
		return -1;
	if (flags & O_NONBLOCK)
		return 0;
	if (io->ready)
		return 1;
	errno = EAGAIN;
	return -1;
}

/*
 * On a blocking file, a call that has no flag transfers no more than poll has reported as ready:
 * at most @most bytes of the first buffer.
 */
static ssize_t plain_call(const struct io *io, size_t most,
			  ssize_t (*call)(int fd, const struct iovec *iov, int n))
{
	int blocks = can_block(io);
	struct iovec first;

	if (blocks < 0)
		return -1;
	if (!blocks || is_of_type(io->fd, S_IFREG))
		return call(io->fd, io->iov, io->n);
	first = io->iov[0];
	if (first.iov_len > most)
		first.iov_len = most;
	return call(io->fd, &first, 1);
}

static ssize_t read_call(const struct io *io)
{
	ssize_t rc;

	if (!is_known(io->fd, FD_PLAIN)) {
		rc = preadv2(io->fd, io->iov, io->n, -1, RWF_NOWAIT);
		/* Data that is not in memory is read with a blocking call. */
		if (rc < 0 && errno == EAGAIN && io->ready && is_of_type(io->fd, S_IFREG))
			return readv(io->fd, io->iov, io->n);
		if (rc >= 0 || errno != EOPNOTSUPP)
			return rc;
		set_known(io->fd, FD_PLAIN, true);
	}
	return plain_call(io, SSIZE_MAX, readv);
}

/* A write to a socket whose peer has closed returns EPIPE, and raises no signal. */
static ssize_t write_call(const struct io *io)
{
	struct msghdr msg = { .msg_iov = (struct iovec *)io->iov, .msg_iovlen = io->n };
	const int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
	ssize_t rc;

	if (io->n == 1)
		rc = send(io->fd, io->iov->iov_base, io->iov->iov_len, flags);
	else
		rc = sendmsg(io->fd, &msg, flags);
	if (rc >= 0 || errno != ENOTSOCK)
		return rc;
	if (!is_known(io->fd, FD_PLAIN)) {
		rc = pwritev2(io->fd, io->iov, io->n, -1, RWF_NOWAIT);
		if (rc >= 0 || (errno != EOPNOTSUPP && (errno != EAGAIN || !io->ready)))
			return rc;
		set_known(io->fd, FD_PLAIN, errno == EOPNOTSUPP);
	}
	return plain_call(io, PIPE_BUF, writev);
}

static ssize_t recv_call(const struct io *io)
{
	return recv(io->fd, io->iov->iov_base, io->iov->iov_len, io->flags | MSG_DONTWAIT);
}

static ssize_t send_call(const struct io *io)
{
	return send(io->fd, io->iov->iov_base, io->iov->iov_len,
		    io->flags | MSG_DONTWAIT | MSG_NOSIGNAL);
}

static ssize_t recvmsg_call(const struct io *io)
{
	return recvmsg(io->fd, io->msg, io->flags | MSG_DONTWAIT);
}

static ssize_t sendmsg_call(const struct io *io)
{
	return sendmsg(io->fd, io->msg, io->flags | MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* After shutdown(), a Unix socket returns EAGAIN forever if non-blocking, else EINVAL. */
static ssize_t accept_call(const struct io *io)
{
	int fd;

	if (can_block(io) < 0)
		return -1;
	fd = accept4(io->fd, io->addr, io->len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0 && errno == EAGAIN && io->hung_up)
		errno = EINVAL;
	return fd;
}

/* --- reading and writing ------------------------------------------------------------------ */

/* Wait first if the file is known to be drained; the read reports errors of the wait. */
static long begin_read(int fd)
{
	long rc = cotask_io_begin();

	if (rc || !is_known(fd, FD_EMPTY))
		return rc;
	set_known(fd, FD_EMPTY, false);
	rc = cotask_poll(fd, POLLIN);
	return rc == -ECANCELED ? rc : 0;
}

static ssize_t was_read(int fd, ssize_t rc, size_t asked)
{
	if (rc > 0 && (size_t)rc < asked)
		set_known(fd, FD_EMPTY, true);
	return rc;
}

static ssize_t do_read(int fd, const struct iovec *iov, int n)
{
	struct io io = { .call = read_call, .fd = fd, .events = POLLIN, .iov = iov, .n = n };
	long rc = begin_read(fd);

	return rc ? rc : until_done(&io);
}

EXPORT ssize_t cotask_read(int fd, void *buf, size_t size)
{
	struct iovec iov = { .iov_base = buf, .iov_len = size };

	return was_read(fd, do_read(fd, &iov, 1), size);
}

EXPORT ssize_t cotask_readv(int fd, const struct iovec *iov, int n)
{
	return do_read(fd, iov, n);
}

EXPORT ssize_t cotask_recv(int fd, void *buf, size_t size, int flags)
{
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct io io = {
		.call = recv_call,
		.fd = fd,
		.events = POLLIN,
		.iov = &iov,
		.flags = flags,
	};
	long rc = begin_read(fd);

	return rc ? rc : was_read(fd, until_done(&io), size);
}

EXPORT ssize_t cotask_recvmsg(int fd, struct msghdr *msg, int flags)
{
	struct io io = {
		.call = recvmsg_call,
		.fd = fd,
		.events = POLLIN,
		.msg = msg,
		.flags = flags,
	};
	long rc = cotask_io_begin();

	return rc ? rc : until_done(&io);
}

static ssize_t do_write(struct io io)
{
	long rc = cotask_io_begin();

	io.events = POLLOUT;
	return rc ? rc : until_done(&io);
}

EXPORT ssize_t cotask_write(int fd, const void *buf, size_t size)
{
	struct iovec iov = { .iov_base = (void *)buf, .iov_len = size };

	return cotask_writev(fd, &iov, 1);
}

EXPORT ssize_t cotask_writev(int fd, const struct iovec *iov, int n)
{
	return do_write((struct io){
		.call = write_call,
		.fd = fd,
		.iov = iov,
		.n = n,
	});
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

EXPORT ssize_t cotask_read_exact(int fd, void *buf, size_t size)
{
	size_t done = 0;
	ssize_t rc;

	while (done < size) {
		rc = cotask_read(fd, (char *)buf + done, size - done);
		if (rc < 0)
			return rc;
		if (!rc)
			break;
		done += rc;
	}
	return done;
}

EXPORT ssize_t cotask_send(int fd, const void *buf, size_t size, int flags)
{
	struct iovec iov = { .iov_base = (void *)buf, .iov_len = size };

	return do_write((struct io){ .call = send_call, .fd = fd, .iov = &iov, .flags = flags });
}

EXPORT ssize_t cotask_sendto(int fd, const void *buf, size_t size, int flags,
			     const struct sockaddr *addr, socklen_t len)
{
	struct iovec iov = { .iov_base = (void *)buf, .iov_len = size };
	struct msghdr msg = {
		.msg_name = (void *)addr,
		.msg_namelen = len,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};

	return cotask_sendmsg(fd, &msg, flags);
}

EXPORT ssize_t cotask_recvfrom(int fd, void *buf, size_t size, int flags,
			       struct sockaddr *addr, socklen_t *len)
{
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct msghdr msg = {
		.msg_name = addr,
		.msg_namelen = len ? *len : 0,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t rc = cotask_recvmsg(fd, &msg, flags);

	if (rc >= 0 && len)
		*len = msg.msg_namelen;
	return rc;
}

EXPORT ssize_t cotask_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	return do_write((struct io){
		.call = sendmsg_call,
		.fd = fd,
		.msg = (struct msghdr *)msg,
		.flags = flags,
	});
}

/* --- connections --------------------------------------------------------------------------- */

EXPORT int cotask_accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	struct io io = {
		.call = accept_call,
		.fd = fd,
		.events = POLLIN,
		.addr = addr,
		.len = len,
	};
	long rc = cotask_io_begin();

	return rc ? rc : until_done(&io);
}

#define RETRY_MIN	(1 * COTASK_MSEC)
#define RETRY_MAX	(32 * COTASK_MSEC)

/*
 * A Unix socket either connects at once, or fails because the listener's backlog is full.  The
 * kernel offers no way to poll for space in the backlog, so retry at intervals.
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

/* The connection is in progress; SO_ERROR returns its outcome. */
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
	int flags = fcntl(fd, F_GETFL);

	if (!task_here())
		return -ESRCH;
	if (flags < 0)
		return -errno;
	if (!(flags & O_NONBLOCK))
		return -EINVAL;
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
