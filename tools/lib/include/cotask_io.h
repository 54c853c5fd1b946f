/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - files, sockets and processes
 *
 * Each function is the system call of the same name, with these differences:
 *
 *  - Where the system call would block, the task waits, and other tasks run.
 *  - A function that fails returns a negative errno, not -1.
 *  - If the task is cancelled, the function returns -ECANCELED, and a single read or write
 *    has transferred no data.
 *  - A write to a socket whose peer is gone returns -EPIPE and raises no signal.
 *  - Other tasks run from time to time even if every call succeeds immediately.
 *
 * Prefer non-blocking descriptors, see cotask_nonblock().  On a blocking socket, each call is
 * made with MSG_DONTWAIT; on a blocking descriptor that does not support such a flag, the
 * task waits until it is ready before the call.  cotask_connect() requires a non-blocking
 * socket.  A &struct cotask_timeout limits the duration of any call.
 */
#ifndef COTASK_IO_H
#define COTASK_IO_H

#include <cotask.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * cotask_nonblock - make a file descriptor non-blocking
 * @fd: the file descriptor
 *
 * Any thread.
 *
 * Return: @fd; a negative errno.
 */
int cotask_nonblock(int fd);

/**
 * cotask_poll - wait until a file descriptor is ready
 * @fd: the file descriptor
 * @events: the events to wait for, POLLIN etc. as for poll(2)
 *
 * Always suspends: other tasks run at least once.
 *
 * Return: The events that have occurred, POLLERR and POLLHUP included; -EBADF; -ECANCELED.
 */
__cotask_must_check long cotask_poll(int fd, short events);

/**
 * cotask_close - close a file descriptor that tasks may be waiting for
 * @fd: the file descriptor
 *
 * Each call of a task of this loop that waits for @fd returns -EBADF.  After close(2) such a call
 * continues to wait for the file that the descriptor referred to.
 *
 * The caller need not be a task.
 *
 * Return: 0; a negative errno, as close(2).
 */
int cotask_close(int fd);

/**
 * cotask_read - read from a file descriptor
 * @fd: the file descriptor
 * @buf: buffer for the data
 * @size: size of @buf in bytes
 *
 * After a read that returned less than @size, the next read first waits for data.
 *
 * Return: As read(2).
 */
__cotask_must_check ssize_t cotask_read(int fd, void *buf, size_t size);

/**
 * cotask_read_exact - read until the buffer is full
 * @fd: the file descriptor
 * @buf: buffer for the data
 * @size: size of @buf in bytes
 *
 * After an error or a cancel, the data that was read before is lost, and the position in the
 * stream is unknown.
 *
 * Return: @size; less than @size at the end of the file; a negative errno.
 */
__cotask_must_check ssize_t cotask_read_exact(int fd, void *buf, size_t size);

/**
 * cotask_readv - read into several buffers
 * @fd: the file descriptor
 * @iov: the buffers
 * @n: number of buffers
 *
 * Return: As readv(2).
 */
__cotask_must_check ssize_t cotask_readv(int fd, const struct iovec *iov, int n);

/**
 * cotask_write - write to a file descriptor
 * @fd: the file descriptor
 * @buf: the data
 * @size: size of the data in bytes
 *
 * Return: As write(2), which can be less than @size.
 */
__cotask_must_check ssize_t cotask_write(int fd, const void *buf, size_t size);

/**
 * cotask_writev - write from several buffers
 * @fd: the file descriptor
 * @iov: the buffers
 * @n: number of buffers
 *
 * Return: As writev(2).
 */
__cotask_must_check ssize_t cotask_writev(int fd, const struct iovec *iov, int n);

/**
 * cotask_write_all - write until all data is written
 * @fd: the file descriptor
 * @buf: the data
 * @size: size of the data in bytes
 *
 * After an error or a cancel, an unknown part of the data was written.
 *
 * Return: @size, or a negative errno.
 */
__cotask_must_check ssize_t cotask_write_all(int fd, const void *buf, size_t size);

/**
 * cotask_recv - receive from a socket
 * @fd: the socket
 * @buf: buffer for the data
 * @size: size of @buf in bytes
 * @flags: MSG_*
 *
 * Return: As recv(2).
 */
__cotask_must_check ssize_t cotask_recv(int fd, void *buf, size_t size, int flags);

/**
 * cotask_recvmsg - receive a message with its address and control data
 * @fd: the socket
 * @msg: the message
 * @flags: MSG_*
 *
 * Return: As recvmsg(2).
 */
__cotask_must_check ssize_t cotask_recvmsg(int fd, struct msghdr *msg, int flags);

/**
 * cotask_send - send to a socket
 * @fd: the socket
 * @buf: the data
 * @size: size of the data in bytes
 * @flags: MSG_*
 *
 * Return: As send(2).
 */
__cotask_must_check ssize_t cotask_send(int fd, const void *buf, size_t size, int flags);

/**
 * cotask_sendto - send to an address
 * @fd: the socket
 * @buf: the data
 * @size: size of the data in bytes
 * @flags: MSG_*
 * @addr: the address; NULL: the address that the socket is connected to
 * @len: size of @addr in bytes
 *
 * Return: As sendto(2).
 */
__cotask_must_check ssize_t cotask_sendto(int fd, const void *buf, size_t size, int flags,
					  const struct sockaddr *addr, socklen_t len);

/**
 * cotask_recvfrom - receive, with the address of the sender
 * @fd: the socket
 * @buf: buffer for the data
 * @size: size of @buf in bytes
 * @flags: MSG_*
 * @addr: buffer for the address, or NULL
 * @len: in: size of @addr in bytes; out: length of the address; or NULL
 *
 * Return: As recvfrom(2).
 */
__cotask_must_check ssize_t cotask_recvfrom(int fd, void *buf, size_t size, int flags,
					    struct sockaddr *addr, socklen_t *len);

/**
 * cotask_sendmsg - send a message with its address and control data
 * @fd: the socket
 * @msg: the message
 * @flags: MSG_*
 *
 * Return: As sendmsg(2).
 */
__cotask_must_check ssize_t cotask_sendmsg(int fd, const struct msghdr *msg, int flags);

/**
 * cotask_accept - accept a connection
 * @fd: the listening socket
 * @addr: buffer for the address of the peer, or NULL
 * @len: in: size of @addr in bytes; out: length of the address; or NULL
 *
 * Return: A socket, which is non-blocking and close-on-exec; a negative errno.
 */
__cotask_must_check int cotask_accept(int fd, struct sockaddr *addr, socklen_t *len);

/**
 * cotask_connect - connect a socket
 * @fd: the socket, which must be non-blocking (otherwise -EINVAL)
 * @addr: the address of the peer
 * @len: size of @addr in bytes
 *
 * Waits as connect(2) does on a blocking socket.  If the backlog of a listening Unix socket
 * is full, the function retries every few milliseconds.
 *
 * Return: 0; a negative errno.
 */
__cotask_must_check int cotask_connect(int fd, const struct sockaddr *addr, socklen_t len);

/**
 * cotask_sendfile - send a part of a file
 * @to: the descriptor to write to; a socket must be non-blocking (otherwise -EINVAL)
 * @from: the file; data that is not in memory is read from the disk in the loop's thread
 * @at: offset in @from, which the call advances; NULL: the position of @from
 * @size: maximum number of bytes
 *
 * Return: As sendfile(2), which can be less than @size; 0 at the end of @from.
 */
__cotask_must_check ssize_t cotask_sendfile(int to, int from, off_t *at, size_t size);

/**
 * cotask_splice - move data between two descriptors, one of which is a pipe
 * @from: the descriptor to read from
 * @from_at: offset in @from, which the call advances; NULL: the position of @from
 * @to: the descriptor to write to
 * @to_at: offset in @to, which the call advances; NULL: the position of @to
 * @size: maximum number of bytes
 * @flags: SPLICE_F_*
 *
 * Descriptors other than files and pipes must be non-blocking (otherwise -EINVAL).
 *
 * Return: As splice(2), which can be less than @size; 0 at the end of @from.
 */
__cotask_must_check ssize_t cotask_splice(int from, off_t *from_at, int to, off_t *to_at,
					  size_t size, unsigned int flags);

/**
 * cotask_relay - copy from one descriptor to another until the end
 * @from: the descriptor to read from
 * @to: the descriptor to write to
 * @limit: maximum number of bytes, or INT64_MAX
 *
 * The data stays in the kernel if both descriptors support splice(2).  Until it returns, the call
 * uses a pipe, which has two more descriptors.  After an error or a cancel, data that was read and
 * not yet written is lost.
 *
 * Return: The number of bytes, less than @limit at the end of @from; a negative errno.
 */
__cotask_must_check int64_t cotask_relay(int from, int to, int64_t limit);

/**
 * cotask_waitpid - wait until a child process has ended
 * @pidfd: pidfd of the child
 * @status: receives the status as from waitpid(2); or NULL
 *
 * Return: 0; a negative errno.
 */
__cotask_must_check int cotask_waitpid(int pidfd, int *status);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_IO_H */
