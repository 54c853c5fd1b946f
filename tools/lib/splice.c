// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - move data between descriptors, in the kernel
 *
 * A call that would block does not report which end is not ready, so poll both.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

#define CHUNK	65536

/* These calls do not block on files and pipes; any other descriptor must be non-blocking. */
static int check_end(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	if (flags < 0 || fstat(fd, &st))
		return -errno;
	if (flags & O_NONBLOCK || S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode))
		return 0;
	return -EINVAL;
}

static int check_ends(int from, int to)
{
	int rc = check_end(from);

	return rc ? rc : check_end(to);
}

static long wait_for_ends(int from, int to)
{
	struct pollfd ends[] = {
		{ .fd = from, .events = POLLIN },
		{ .fd = to, .events = POLLOUT },
	};

	if (poll(ends, 2, 0) < 0 && errno != EINTR)
		return -errno;
	return ends[0].revents ? cotask_poll(to, POLLOUT) : cotask_poll(from, POLLIN);
}

/* --- without SIGPIPE ---------------------------------------------------------------- */

/* These calls have no flag that suppresses SIGPIPE, so block it in the thread's mask. */
static void hold_sigpipe(sigset_t *set, sigset_t *old)
{
	sigemptyset(set);
	sigaddset(set, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, set, old);
}

/* If the thread had already blocked SIGPIPE, leave the signal pending. */
static void drop_sigpipe(const sigset_t *set, const sigset_t *old, bool failed)
{
	const struct timespec none = { 0 };
	int error = errno;

	if (sigismember(old, SIGPIPE))
		return;
	if (failed && error == EPIPE)
		sigtimedwait(set, NULL, &none);
	pthread_sigmask(SIG_SETMASK, old, NULL);
	errno = error;
}

static ssize_t do_sendfile(int to, int from, off_t *at, size_t size)
{
	sigset_t set, old;
	ssize_t n;

	hold_sigpipe(&set, &old);
	n = sendfile(to, from, at, size);
	drop_sigpipe(&set, &old, n < 0);
	return n;
}

static ssize_t do_splice(int from, off_t *from_at, int to, off_t *to_at, size_t size,
			 unsigned int flags)
{
	sigset_t set, old;
	ssize_t n;

	hold_sigpipe(&set, &old);
	n = splice(from, from_at, to, to_at, size, flags | SPLICE_F_NONBLOCK);
	drop_sigpipe(&set, &old, n < 0);
	return n;
}

/* --- once ------------------------------------------------------------------------- */

/* Outcome of a system call; 0: repeat the call. */
static ssize_t outcome(ssize_t n, int from, int to)
{
	long rc;

	if (n >= 0 || (errno != EAGAIN && errno != EINTR))
		return n < 0 ? -errno : n;
	if (errno == EINTR)
		return 0;
	rc = wait_for_ends(from, to);
	return rc < 0 ? rc : 0;
}

EXPORT ssize_t cotask_sendfile(int to, int from, off_t *at, size_t size)
{
	ssize_t n, rc = cotask_io_begin();

	if (!rc)
		rc = check_end(to);
	while (!rc) {
		n = do_sendfile(to, from, at, size);
		if (!n)
			return 0;
		rc = outcome(n, from, to);
	}
	return rc;
}

EXPORT ssize_t cotask_splice(int from, off_t *from_at, int to, off_t *to_at, size_t size,
			     unsigned int flags)
{
	ssize_t n, rc = cotask_io_begin();

	if (!rc)
		rc = check_ends(from, to);
	while (!rc) {
		n = do_splice(from, from_at, to, to_at, size, flags);
		if (!n)
			return 0;
		rc = outcome(n, from, to);
	}
	return rc;
}

/* --- all of it -------------------------------------------------------------------- */

/* For descriptors that do not support splice(). */
static int64_t relay_by_buffer(int from, int to, int64_t limit)
{
	int64_t done = 0;
	char buf[4096];
	ssize_t n;

	while (done < limit) {
		n = limit - done < (int64_t)sizeof(buf) ? limit - done : (int64_t)sizeof(buf);
		n = cotask_read(from, buf, n);
		if (n <= 0)
			return n ? n : done;
		n = cotask_write_all(to, buf, n);
		if (n < 0)
			return n;
		done += n;
	}
	return done;
}

/* Write all data in the pipe to @to. */
static ssize_t empty_pipe(int pipe_end, int to, size_t size)
{
	ssize_t n;

	while (size) {
		n = cotask_splice(pipe_end, NULL, to, NULL, size, SPLICE_F_MOVE);
		if (n == -EINVAL)
			n = relay_by_buffer(pipe_end, to, size);
		if (n <= 0)
			return n ? n : -EIO;
		size -= n;
	}
	return 0;
}

static int64_t relay_by_pipe(const int *pipes, int from, int to, int64_t limit)
{
	int64_t done = 0;
	ssize_t n, rc;

	while (done < limit) {
		n = limit - done < CHUNK ? limit - done : CHUNK;
		n = cotask_splice(from, NULL, pipes[1], NULL, n, SPLICE_F_MOVE);
		if (n <= 0)
			return n ? n : done;
		rc = empty_pipe(pipes[0], to, n);
		if (rc)
			return rc;
		done += n;
	}
	return done;
}

EXPORT int64_t cotask_relay(int from, int to, int64_t limit)
{
	int pipes[2];
	int64_t rc;

	if (!task_here())
		return -ESRCH;
	if (limit < 0)
		return -EINVAL;
	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	rc = relay_by_pipe(pipes, from, to, limit);
	close(pipes[0]);
	close(pipes[1]);
	/* splice() checks for support before it moves data, so no data was taken. */
	return rc == -EINVAL ? relay_by_buffer(from, to, limit) : rc;
}
