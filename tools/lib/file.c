// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - files on disk, accessed by other threads
 *
 * A path can lead to a file system that never answers, so a cancelled task does not wait for a
 * call with a path.  The task and the thread share ownership of the call's memory.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cotask_file.h>

#include "internal.h"

/* --- by a path ---------------------------------------------------------------------- */

/**
 * struct path_call - a call with a path
 * @refs: references held by the task and the thread
 * @flags: argument of open()
 * @mode: argument of open()
 * @fd: descriptor that was opened and not yet passed to the task, or -1
 * @st: result of stat()
 * @to: the new path of rename(), in @path
 * @path: copies of all paths
 */
struct path_call {
	atomic_uint	refs;
	int		flags;
	mode_t		mode;
	int		fd;
	struct stat	st;
	const char	*to;
	char		path[];
};

/* Returns NULL and sets errno on failure.  @to: NULL: the call has one path. */
static struct path_call *new_call(const char *path, const char *to)
{
	size_t size, more = to ? strlen(to) + 1 : 0;
	struct path_call *c;

	if (!path) {
		errno = EINVAL;
		return NULL;
	}
	size = strlen(path) + 1;
	c = calloc(1, sizeof(*c) + size + more);
	if (!c)
		return NULL;
	atomic_init(&c->refs, 2);
	c->fd = -1;
	memcpy(c->path, path, size);
	if (to)
		c->to = memcpy(c->path + size, to, more);
	return c;
}

static void put_call(void *arg)
{
	struct path_call *c = arg;

	if (atomic_fetch_sub(&c->refs, 1) != 1)
		return;
	if (c->fd >= 0)
		close(c->fd);
	free(c);
}

static long do_open(void *arg)
{
	struct path_call *c = arg;

	c->fd = open(c->path, c->flags | O_CLOEXEC, c->mode);
	return c->fd < 0 ? -errno : 0;
}

static long do_stat(void *arg)
{
	struct path_call *c = arg;

	return stat(c->path, &c->st) ? -errno : 0;
}

static long do_rename(void *arg)
{
	struct path_call *c = arg;

	return rename(c->path, c->to) ? -errno : 0;
}

static long do_unlink(void *arg)
{
	struct path_call *c = arg;

	return unlink(c->path) ? -errno : 0;
}

static long call(struct path_call *c, cotask_fn fn)
{
	return cotask_to_thread_with(fn, c, put_call, 0);
}

/* A call without output other than its result. */
static long only_call(struct path_call *c, cotask_fn fn)
{
	long rc;

	if (!c)
		return -errno;
	rc = call(c, fn);
	put_call(c);
	return rc;
}

EXPORT int cotask_open(const char *path, int flags, mode_t mode)
{
	struct path_call *c = new_call(path, NULL);
	long rc;

	if (!c)
		return -errno;
	c->flags = flags;
	c->mode = mode;
	rc = call(c, do_open);
	if (!rc) {
		rc = c->fd;
		c->fd = -1;
	}
	put_call(c);
	return rc;
}

EXPORT int cotask_stat(const char *path, struct stat *st)
{
	struct path_call *c = new_call(st ? path : NULL, NULL);
	long rc;

	if (!c)
		return -errno;
	rc = call(c, do_stat);
	if (!rc)
		*st = c->st;
	put_call(c);
	return rc;
}

EXPORT int cotask_rename(const char *from, const char *to)
{
	return only_call(new_call(to ? from : NULL, to), do_rename);
}

EXPORT int cotask_unlink(const char *path)
{
	return only_call(new_call(path, NULL), do_unlink);
}

/* --- by a descriptor ---------------------------------------------------------------- */

/**
 * struct fd_call - a call with a descriptor
 * @fd: the descriptor
 * @buf: the data
 * @size: size of @buf in bytes
 * @at: offset in the file
 * @rc: outcome of the call
 */
struct fd_call {
	int		fd;
	void		*buf;
	size_t		size;
	off_t		at;
	ssize_t		rc;
};

static long done(struct fd_call *c, ssize_t rc)
{
	c->rc = rc < 0 ? -errno : rc;
	return 0;
}

static long do_pread(void *arg)
{
	struct fd_call *c = arg;

	return done(c, pread(c->fd, c->buf, c->size, c->at));
}

static long do_pwrite(void *arg)
{
	struct fd_call *c = arg;

	return done(c, pwrite(c->fd, c->buf, c->size, c->at));
}

static long do_fsync(void *arg)
{
	struct fd_call *c = arg;

	return done(c, fsync(c->fd));
}

static long do_fdatasync(void *arg)
{
	struct fd_call *c = arg;

	return done(c, fdatasync(c->fd));
}

static ssize_t call_to_end(struct fd_call c, cotask_fn fn)
{
	long rc = cotask_to_thread(fn, &c, COTASK_JOB_UNINTERRUPTIBLE);

	return rc ? rc : c.rc;
}

EXPORT ssize_t cotask_pread(int fd, void *buf, size_t size, off_t at)
{
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	long rc = cotask_io_begin();
	ssize_t n;

	if (rc)
		return rc;
	/* A short read has reached either the end of the file or data that is not in memory. */
	n = preadv2(fd, &iov, 1, at, RWF_NOWAIT);
	if (n > 0 || (!n && !size))
		return n;
	return call_to_end((struct fd_call){
		.fd = fd,
		.buf = buf,
		.size = size,
		.at = at,
	}, do_pread);
}

EXPORT ssize_t cotask_pwrite(int fd, const void *buf, size_t size, off_t at)
{
	return call_to_end((struct fd_call){
		.fd = fd,
		.buf = (void *)buf,
		.size = size,
		.at = at,
	}, do_pwrite);
}

EXPORT int cotask_fsync(int fd)
{
	return call_to_end((struct fd_call){ .fd = fd }, do_fsync);
}

EXPORT int cotask_fdatasync(int fd)
{
	return call_to_end((struct fd_call){ .fd = fd }, do_fdatasync);
}
