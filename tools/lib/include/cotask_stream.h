/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - streams: sockets and pipes that the kernel reads for a task
 *
 * A stream owns a file descriptor.  The kernel keeps it registered, and reads in the loop as soon
 * as there is data: a task that waits for data costs no system call of its own, and one call of
 * the kernel serves all tasks that are ready.  The functions of <cotask_io.h> work with any
 * descriptor, but make two or three system calls per message.
 *
 * If a task is cancelled, a function returns -ECANCELED and has transferred nothing.  Once the
 * kernel has read data, the function returns that data, and the next function that waits
 * returns -ECANCELED: no byte is lost.
 *
 * Tasks without stacks use cotask_co_stream_read() and cotask_co_stream_write() of <cotask_co.h>.
 *
 * Call functions only from the thread of the loop in which the stream was initialised.  After
 * fork(2), only the process that has initialised a stream can use it; the other process receives
 * -EXDEV.
 */
#ifndef COTASK_STREAM_H
#define COTASK_STREAM_H

#include <cotask.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct cotask_stream - a socket or pipe
 * @base: handle in the kernel
 * @fd: the file descriptor, for functions of <cotask_io.h> and for options; owned by the stream
 * @flags: private
 */
struct cotask_stream {
	struct cotask_awaitable base;
	int fd;
	unsigned int flags;
};

/**
 * cotask_stream_init - initialise a stream for a file descriptor
 * @s: the stream
 * @fd: the file descriptor: a socket, a pipe, a terminal or another file that poll(2) supports
 *
 * After an error the caller still owns @fd.
 *
 * Return: 0; -EOPNOTSUPP for a file that poll(2) does not support, such as a file on a disk;
 *	-EBADF; -ENOSPC: too many objects; -ENOMEM.
 */
__cotask_must_check int cotask_stream_init(struct cotask_stream *s, int fd);

/**
 * cotask_stream_fini - end a stream, and keep its file descriptor
 * @s: the stream
 *
 * Each task that waits for the stream, or for another stream of the same open file, receives
 * -EBADF.  The caller owns the file descriptor again.  The caller need not be a task.
 *
 * Return: The file descriptor; a negative errno: @s is no stream.
 */
int cotask_stream_fini(struct cotask_stream *s);

/**
 * cotask_stream_close - end a stream, and close its file descriptor
 * @s: the stream
 *
 * Each task that waits for the stream receives -EBADF.  The caller need not be a task.  Data that
 * the kernel has already read is still in transit to a task: keep @s and the buffers until the
 * calls of other tasks have returned.
 *
 * Return: 0; a negative errno, as close(2).
 */
int cotask_stream_close(struct cotask_stream *s);

/**
 * cotask_stream_read - read from a stream
 * @s: the stream
 * @buf: buffer for the data
 * @size: size of @buf in bytes
 *
 * Return: As read(2); -ECANCELED.
 */
__cotask_must_check ssize_t cotask_stream_read(struct cotask_stream *s, void *buf, size_t size);

/**
 * cotask_stream_read_exact - read until the buffer is full
 * @s: the stream
 * @buf: buffer for the data
 * @size: size of @buf in bytes
 *
 * After an error or a cancel, the data that was read before is lost, and the position in the
 * stream is unknown.
 *
 * Return: @size; less than @size at the end of the stream; a negative errno.
 */
__cotask_must_check ssize_t cotask_stream_read_exact(struct cotask_stream *s, void *buf,
						     size_t size);

/**
 * cotask_stream_write - write to a stream
 * @s: the stream
 * @buf: the data
 * @size: size of the data in bytes
 *
 * Does not suspend while there is buffer space, except from time to time, so that other tasks run.
 *
 * Return: As write(2), which can be less than @size; -EPIPE without a signal if the peer of a
 *	socket is gone; -ECANCELED.
 */
__cotask_must_check ssize_t cotask_stream_write(struct cotask_stream *s, const void *buf,
						size_t size);

/**
 * cotask_stream_write_all - write all of a buffer to a stream
 * @s: the stream
 * @buf: the data
 * @size: size of the data in bytes
 *
 * After an error or a cancel, an unknown part of the data was written.
 *
 * Return: @size; a negative errno.
 */
__cotask_must_check ssize_t cotask_stream_write_all(struct cotask_stream *s, const void *buf,
						    size_t size);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_STREAM_H */
