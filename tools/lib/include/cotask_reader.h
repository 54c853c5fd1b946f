/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - lines and exact amounts from a descriptor or stream, through a buffer
 *
 *	char space[4096], *line;
 *	struct cotask_reader r;
 *	ssize_t n;
 *
 *	cotask_reader_init(&r, fd, space, sizeof(space));
 *	while ((n = cotask_readline(&r, &line)) > 0)
 *		handle(line, n);
 *
 * A call that fails or is cancelled has consumed no data, except cotask_reader_exact(): the
 * next call continues where the last one began.
 */
#ifndef COTASK_READER_H
#define COTASK_READER_H

#include <cotask.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cotask_stream;

/**
 * struct cotask_reader - reads a file descriptor or a stream through a buffer
 * @fd: the file descriptor
 * @stream: the stream, or NULL
 * @buf: the buffer
 * @size: size of @buf in bytes
 * @begin: offset of the first byte in @buf that was not consumed
 * @end: offset behind the last byte in @buf
 * @cut: offset of the null byte that ends the last line; 0: there is none
 * @saved: the byte at @cut before
 */
struct cotask_reader {
	int	fd;
	struct cotask_stream *stream;
	char	*buf;
	size_t	size;
	size_t	begin;
	size_t	end;
	size_t	cut;
	char	saved;
};

/**
 * cotask_reader_init - initialise a reader
 * @r: the reader
 * @fd: the file descriptor, from which only @r reads from now on
 * @buf: memory for the buffer, which the caller keeps as long as it uses @r
 * @size: size of @buf in bytes, at least 2
 */
void cotask_reader_init(struct cotask_reader *r, int fd, void *buf, size_t size);

/**
 * cotask_reader_init_stream - initialise a reader of a stream
 * @r: the reader
 * @s: the stream, from which only @r reads from now on
 * @buf: memory for the buffer, which the caller keeps as long as it uses @r
 * @size: size of @buf in bytes, at least 2
 */
void cotask_reader_init_stream(struct cotask_reader *r, struct cotask_stream *s, void *buf,
			       size_t size);

/**
 * cotask_readline - read a line
 * @r: the reader
 * @line: receives the line, with its newline character and a null byte behind it; it is
 *	part of the buffer, and valid until the next call for @r
 *
 * The last line of a file can lack the newline character.  A line that is in the buffer is
 * returned at once, and no other task runs.
 *
 * Return: The length of the line with its newline character; 0 at the end of the file;
 *	-EMSGSIZE if the line is longer than the size of the buffer minus 1, and the data
 *	remains in the buffer; otherwise as cotask_read().
 */
__cotask_must_check ssize_t cotask_readline(struct cotask_reader *r, char **line);

/**
 * cotask_reader_read - read some data
 * @r: the reader
 * @buf: buffer for the data
 * @size: size of @buf in bytes
 *
 * Returns what is in the buffer of @r, or reads from the file descriptor if it is empty.
 *
 * Return: As cotask_read().
 */
__cotask_must_check ssize_t cotask_reader_read(struct cotask_reader *r, void *buf, size_t size);

/**
 * cotask_reader_exact - read until the buffer is full
 * @r: the reader
 * @buf: buffer for the data
 * @size: size of @buf in bytes
 *
 * Return: As cotask_read_exact().
 */
__cotask_must_check ssize_t cotask_reader_exact(struct cotask_reader *r, void *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_READER_H */
