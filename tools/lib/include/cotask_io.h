/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - files, sockets and processes
 *
 * These are the calls of the same names, but where those would block the task waits and
 * others run.  Non-blocking descriptors (cotask_nonblock()) are best.  A blocking one does not
 * hold the others up: a socket is told not to block in each call, and for what cannot be told
 * so the task waits first; only a connection cannot be made on one.  Writing to a socket whose
 * other end is gone gives -EPIPE and raises no signal.  Calls that succeed at once let the
 * others run now and then.  When the
 * task is cancelled the result is -ECANCELED, and nothing was transferred.  All of them
 * give a negative errno in place of -1.  For a limited time: in a &struct cotask_timeout.
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
 * @events: POLLIN ...
 *
 * Others run at least once.
 *
 * Return: What it is ready for, with POLLERR and POLLHUP; -EBADF; -ECANCELED.
 */
__cotask_must_check long cotask_poll(int fd, short events);

/**
 * cotask_read - read
 * @fd: the file descriptor
 * @buf: where to
 * @size: of @buf
 *
 * After a read that has given less than @size the next one waits first.
 *
 * Return: As read(2).
 */
__cotask_must_check ssize_t cotask_read(int fd, void *buf, size_t size);

/**
 * cotask_read_exact - read as much as was asked for
 * @fd: the file descriptor
 * @buf: where to
 * @size: how much
 *
 * An error, or a cancel, loses what was read before: the stream is of no use afterwards.
 *
 * Return: @size, or less at the end of the file; a negative errno.
 */
__cotask_must_check ssize_t cotask_read_exact(int fd, void *buf, size_t size);

/**
 * cotask_readv - read to several places
 * @fd: the file descriptor
 * @iov: where to
 * @n: how many
 *
 * Return: As readv(2).
 */
__cotask_must_check ssize_t cotask_readv(int fd, const struct iovec *iov, int n);

/**
 * cotask_write - write
 * @fd: the file descriptor
 * @buf: what
 * @size: how much
 *
 * Return: As write(2), which can be less than @size.
 */
__cotask_must_check ssize_t cotask_write(int fd, const void *buf, size_t size);

/**
 * cotask_writev - write from several places
 * @fd: the file descriptor
 * @iov: what
 * @n: how many
 *
 * Return: As writev(2).
 */
__cotask_must_check ssize_t cotask_writev(int fd, const struct iovec *iov, int n);

/**
 * cotask_write_all - write all
 * @fd: the file descriptor
 * @buf: what
 * @size: how much
 *
 * Return: @size, or a negative errno, when an unknown part was written.
 */
__cotask_must_check ssize_t cotask_write_all(int fd, const void *buf, size_t size);

/**
 * cotask_recv - receive
 * @fd: the socket
 * @buf: where to
 * @size: of @buf
 * @flags: MSG_*
 *
 * Return: As recv(2).
 */
__cotask_must_check ssize_t cotask_recv(int fd, void *buf, size_t size, int flags);

/**
 * cotask_recvmsg - receive, with all there is to it
 * @fd: the socket
 * @msg: the message
 * @flags: MSG_*
 *
 * Return: As recvmsg(2).
 */
__cotask_must_check ssize_t cotask_recvmsg(int fd, struct msghdr *msg, int flags);

/**
 * cotask_send - send
 * @fd: the socket
 * @buf: what
 * @size: how much
 * @flags: MSG_*
 *
 * Return: As send(2).
 */
__cotask_must_check ssize_t cotask_send(int fd, const void *buf, size_t size, int flags);

/**
 * cotask_sendto - send to an address
 * @fd: a socket
 * @buf: what
 * @size: of @buf
 * @flags: MSG_*
 * @addr: where to; NULL: where it is connected to
 * @len: of @addr
 *
 * Return: As sendto(2).
 */
__cotask_must_check ssize_t cotask_sendto(int fd, const void *buf, size_t size, int flags,
					  const struct sockaddr *addr, socklen_t len);

/**
 * cotask_recvfrom - receive, and from where
 * @fd: a socket
 * @buf: where to
 * @size: of @buf
 * @flags: MSG_*
 * @addr: the address goes here; or NULL
 * @len: the room there, and then its length; or NULL
 *
 * Return: As recvfrom(2).
 */
__cotask_must_check ssize_t cotask_recvfrom(int fd, void *buf, size_t size, int flags,
					    struct sockaddr *addr, socklen_t *len);

/**
 * cotask_sendmsg - send, with all there is to it
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
 * @addr: for the address, or NULL
 * @len: of it, or NULL
 *
 * Return: A socket, non-blocking and close-on-exec; a negative errno.
 */
__cotask_must_check int cotask_accept(int fd, struct sockaddr *addr, socklen_t *len);

/**
 * cotask_connect - connect
 * @fd: the socket
 * @addr: where to
 * @len: of @addr
 *
 * Waits as connect(2) of a blocking socket does, also for room in the queue of a Unix
 * socket that listens; there it looks again every few milliseconds.
 *
 * Return: 0; a negative errno.
 */
__cotask_must_check int cotask_connect(int fd, const struct sockaddr *addr, socklen_t len);

/**
 * cotask_waitpid - wait for the end of a child process
 * @pidfd: its pidfd
 * @status: for its status, as of waitpid(2); or NULL
 *
 * Return: 0; a negative errno.
 */
__cotask_must_check int cotask_waitpid(int pidfd, int *status);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_IO_H */
