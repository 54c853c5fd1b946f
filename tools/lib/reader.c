// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - reading through a buffer
 */
#include <cotask_reader.h>
#include <cotask_stream.h>

#include "internal.h"

EXPORT void cotask_reader_init(struct cotask_reader *r, int fd, void *buf, size_t size)
{
	*r = (struct cotask_reader){ .fd = fd, .buf = buf, .size = size };
}

EXPORT void cotask_reader_init_stream(struct cotask_reader *r, struct cotask_stream *s, void *buf,
				      size_t size)
{
	*r = (struct cotask_reader){ .fd = -1, .stream = s, .buf = buf, .size = size };
}

static ssize_t read_some(struct cotask_reader *r, void *buf, size_t size)
{
	return r->stream ? cotask_stream_read(r->stream, buf, size) :
			   cotask_read(r->fd, buf, size);
}

/* The caller no longer uses the last line. */
static void uncut(struct cotask_reader *r)
{
	if (r->cut)
		r->buf[r->cut] = r->saved;
	r->cut = 0;
}

static ssize_t take_line(struct cotask_reader *r, size_t size, char **line)
{
	*line = r->buf + r->begin;
	r->begin += size;
	r->cut = r->begin;
	r->saved = r->buf[r->cut];
	r->buf[r->cut] = '\0';
	return size;
}

static void move_to_front(struct cotask_reader *r)
{
	memmove(r->buf, r->buf + r->begin, r->end - r->begin);
	r->end -= r->begin;
	r->begin = 0;
}

/* One byte stays free for the terminating null byte. */
static ssize_t fill(struct cotask_reader *r)
{
	ssize_t n;

	if (r->begin == r->end || r->end >= r->size - 1)
		move_to_front(r);
	if (r->end >= r->size - 1)
		return -EMSGSIZE;
	n = read_some(r, r->buf + r->end, r->size - 1 - r->end);
	if (n > 0)
		r->end += n;
	return n;
}

EXPORT ssize_t cotask_readline(struct cotask_reader *r, char **line)
{
	size_t seen = 0;
	char *newline;
	ssize_t n;

	*line = NULL;
	if (!r->buf || r->size < 2)
		return -EINVAL;
	uncut(r);
	for (;;) {
		newline = memchr(r->buf + r->begin + seen, '\n', r->end - r->begin - seen);
		if (newline)
			return take_line(r, newline + 1 - (r->buf + r->begin), line);
		seen = r->end - r->begin;
		n = fill(r);
		if (n < 0)
			return n;
		if (!n)
			return seen ? take_line(r, seen, line) : 0;
	}
}

EXPORT ssize_t cotask_reader_read(struct cotask_reader *r, void *buf, size_t size)
{
	size_t n = r->end - r->begin;

	uncut(r);
	if (!n)
		return read_some(r, buf, size);
	if (n > size)
		n = size;
	memcpy(buf, r->buf + r->begin, n);
	r->begin += n;
	return n;
}

EXPORT ssize_t cotask_reader_exact(struct cotask_reader *r, void *buf, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = cotask_reader_read(r, (char *)buf + done, size - done);
		if (n < 0)
			return n;
		if (!n)
			break;
		done += n;
	}
	return done;
}
