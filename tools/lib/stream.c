// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - streams: sockets and pipes that the kernel reads for a task
 *
 * A read is an operation that ends a step, because the data has usually not arrived yet.  After a
 * read that has filled its buffer, the next read is a system call, because more data has probably
 * arrived.  A write is a system call, because the socket usually has buffer space.
 */
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef HAVE_VALGRIND
#include <valgrind/memcheck.h>
#else
#define VALGRIND_MAKE_MEM_DEFINED(p, size)	((void)(p))
#endif

#include <cotask_co.h>
#include <cotask_stream.h>

#include "internal.h"

#define STREAM_SOCKET	0x1
#define STREAM_FULL	0x2	/* the last read has filled its buffer */
#define STREAM_PLAIN	0x4	/* only a system call can read it */
#define STREAM_WRITE	0x100	/* unit of the field STREAM_WRITES */
#define STREAM_WRITES	0x3f00	/* count of successive writes; at the wrap other tasks run */

EXPORT int cotask_stream_init(struct cotask_stream *s, int fd)
{
	struct stat st;
	int rc;

	if (!s)
		return -EINVAL;
	s->fd = -1;
	s->flags = 0;
	rc = cotask_object_make(&s->base, COTASK_KIND_FILE,
				OP(MAKE, .arg = COTASK_KIND_FILE, .value = fd));
	if (rc < 0)
		return rc;
	if (!fstat(fd, &st) && S_ISSOCK(st.st_mode))
		s->flags = STREAM_SOCKET;
	s->fd = fd;
	return 0;
}

/* The kernel holds no reference to the file afterwards, so a close(2) reaches the peer. */
EXPORT int cotask_stream_fini(struct cotask_stream *s)
{
	int fd = s ? check_object(&s->base) : -EINVAL;
	struct cotask_op end[2];

	if (fd)
		return fd;
	fd = s->fd;
	end[0] = *OP(POLL_END, .handle = fd);
	end[1] = *OP(FORGET, .handle = s->base.handle);
	cotask_ops(s->base.loop, end, ARRAY_SIZE(end));
	cotask_handle_free(&s->base.loop->handles, s->base.handle);
	s->base.handle = 0;
	s->base.outcome = -EINVAL;
	s->fd = -1;
	return fd;
}

EXPORT int cotask_stream_close(struct cotask_stream *s)
{
	int fd = cotask_stream_fini(s);

	if (fd < 0)
		return fd;
	return close(fd) ? -errno : 0;
}

static int check(const struct cotask_stream *s)
{
	int rc = s ? check_object(&s->base) : -EINVAL;

	return rc || task_here() ? rc : -ESRCH;
}

/* Let the kernel transfer the data when the file is ready; always suspends. */
static ssize_t move(struct cotask_stream *s, struct cotask_op op)
{
	struct cotask_loop *loop = s->base.loop;

	op.handle = s->base.handle;
	op.task = loop->current->base.handle;
	*cotask_op_add(loop) = op;
	return cotask_suspend(loop, false);
}

#define MOVE_OP(name, buf, size, ...)					\
	((struct cotask_op){						\
		.opcode = COTASK_OP_##name,				\
		.addr = (uintptr_t)(buf),				\
		.len = (size) < INT_MAX ? (size) : INT_MAX,		\
		##__VA_ARGS__ })
#define MOVE(s, ...)	move(s, MOVE_OP(__VA_ARGS__))

static ssize_t read_when_ready(struct cotask_stream *s, void *buf, size_t size)
{
	ssize_t rc;

	if (!(s->flags & STREAM_PLAIN)) {
		rc = MOVE(s, FILE_READ, buf, size);
		if (rc > 0)
			VALGRIND_MAKE_MEM_DEFINED(buf, rc);
		if (rc != -EOPNOTSUPP)
			return rc;
		s->flags |= STREAM_PLAIN;
	}
	return cotask_read(s->fd, buf, size);
}

/* Read data that may have arrived already; -EAGAIN: there is none. */
static ssize_t read_more(struct cotask_stream *s, void *buf, size_t size)
{
	ssize_t rc = cotask_io_begin();

	if (rc)
		return rc;
	rc = recv(s->fd, buf, size, MSG_DONTWAIT);
	return rc < 0 ? -errno : rc;
}

EXPORT ssize_t cotask_stream_read(struct cotask_stream *s, void *buf, size_t size)
{
	const unsigned int more = STREAM_SOCKET | STREAM_FULL;
	ssize_t rc = check(s);

	if (rc)
		return rc;
	rc = -EAGAIN;
	if ((s->flags & more) == more)
		rc = read_more(s, buf, size);
	if (rc == -EAGAIN || rc == -EINTR)
		rc = read_when_ready(s, buf, size);
	/* After an error, *s may no longer exist: another task may have ended the stream. */
	if (rc < 0)
		return rc;
	s->flags &= ~STREAM_FULL;
	if (rc && (size_t)rc == size)
		s->flags |= STREAM_FULL;
	return rc;
}

EXPORT ssize_t cotask_stream_read_exact(struct cotask_stream *s, void *buf, size_t size)
{
	size_t done = 0;
	ssize_t rc;

	while (done < size) {
		rc = cotask_stream_read(s, (char *)buf + done, size - done);
		if (rc < 0)
			return rc;
		if (!rc)
			break;
		done += rc;
	}
	return done;
}

EXPORT ssize_t cotask_stream_write(struct cotask_stream *s, const void *buf, size_t size)
{
	ssize_t rc = check(s);

	if (rc)
		return rc;
	if (!(s->flags & STREAM_SOCKET))
		return cotask_write(s->fd, buf, size);
	rc = cotask_io_begin();
	if (rc)
		return rc;
	rc = send(s->fd, buf, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (rc >= 0 || (errno != EAGAIN && errno != EINTR))
		return rc < 0 ? -errno : rc;
	return MOVE(s, SEND, buf, size, .arg = MSG_NOSIGNAL);
}

EXPORT ssize_t cotask_stream_write_all(struct cotask_stream *s, const void *buf, size_t size)
{
	const char *p = buf;
	size_t left = size;
	ssize_t rc;

	while (left) {
		rc = cotask_stream_write(s, p, left);
		if (rc < 0)
			return rc;
		p += rc;
		left -= rc;
	}
	return size;
}

/* --- tasks without stacks ------------------------------------------------------------ */

static struct cotask_await co_move(struct cotask *task, struct cotask_stream *s,
				   struct cotask_op op)
{
	op.handle = s->base.handle;
	return cotask_suspends(task, &op);
}

EXPORT struct cotask_await cotask_co_stream_read(struct cotask *task, struct cotask_stream *s,
						 void *buf, size_t size)
{
	int rc = s ? check_object(&s->base) : -EINVAL;

	return rc ? cotask_refuse(task, rc) : co_move(task, s, MOVE_OP(FILE_READ, buf, size));
}

EXPORT struct cotask_await cotask_co_stream_write(struct cotask *task, struct cotask_stream *s,
						  const void *buf, size_t size)
{
	ssize_t rc = s ? check_object(&s->base) : -EINVAL;

	if (rc)
		return cotask_refuse(task, rc);
	if (!(s->flags & STREAM_SOCKET))
		return co_move(task, s, MOVE_OP(FILE_WRITE, buf, size));
	s->flags = (s->flags & ~STREAM_WRITES) | ((s->flags + STREAM_WRITE) & STREAM_WRITES);
	if (s->flags & STREAM_WRITES) {
		rc = send(s->fd, buf, size, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (rc >= 0 || (errno != EAGAIN && errno != EINTR))
			return cotask_refuse(task, rc < 0 ? -errno : rc);
	}
	return co_move(task, s, MOVE_OP(SEND, buf, size, .arg = MSG_NOSIGNAL));
}
