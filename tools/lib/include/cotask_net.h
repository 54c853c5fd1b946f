/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - servers, and connections by name
 *
 * All sockets that these functions return are non-blocking and close-on-exec.
 */
#ifndef COTASK_NET_H
#define COTASK_NET_H

#include <cotask.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct addrinfo;

/* ------------------------------------------------------------------------ */
/* Listening                                                                */

/**
 * cotask_listen_tcp - listen for TCP connections
 * @address: numeric IPv4 or IPv6 address; NULL: all addresses of this machine, IPv6 and IPv4
 * @port: the port; 0: any free port, see cotask_local_port()
 * @backlog: maximum number of connections that wait to be accepted
 *
 * The caller need not be a task.
 *
 * Return: The socket; -EINVAL if @address is not numeric; a negative errno.
 */
__cotask_must_check int cotask_listen_tcp(const char *address, uint16_t port, int backlog);

/**
 * cotask_bind_udp - create a UDP socket that is bound to an address
 * @address: as for cotask_listen_tcp()
 * @port: likewise
 *
 * Return: As cotask_listen_tcp().
 */
__cotask_must_check int cotask_bind_udp(const char *address, uint16_t port);

/**
 * cotask_listen_unix - listen for connections to a Unix stream socket
 * @path: its path; "@name": a name in the abstract namespace
 * @backlog: maximum number of connections that wait to be accepted
 *
 * A socket file that a program has left behind, and on which no program listens, is replaced.
 *
 * Return: The socket; -EADDRINUSE if another program listens; -ENAMETOOLONG; a negative errno.
 */
__cotask_must_check int cotask_listen_unix(const char *path, int backlog);

/**
 * cotask_local_port - the port of a TCP or UDP socket
 * @fd: the socket
 *
 * Return: The port; a negative errno.
 */
int cotask_local_port(int fd);

/**
 * cotask_serve - accept connections, and run a task for each of them
 * @listener: the listening socket
 * @limit: maximum number of connections at a time; 0: no limit
 * @fn: serves the connection @fd; its outcome is ignored, except -ECANCELED.  The connection is
 *	closed when @fn has returned
 * @arg: passed to @fn
 *
 * At the limit, further connections stay in the backlog.  When no descriptor or memory is
 * available, the function tries again after a moment.
 *
 * To stop gracefully, call shutdown(2) for @listener: the function accepts no more connections,
 * and returns when all tasks have ended.  To stop at once, cancel the caller: the function then
 * cancels all tasks.  For a limit, await the task that serves inside of a &struct cotask_timeout.
 *
 * Return: 0 after shutdown(2) or cotask_close() for @listener; -ECANCELED; a negative errno.  All
 *	tasks have ended in any case.
 */
__cotask_must_check long cotask_serve(int listener, unsigned int limit,
				      long (*fn)(int fd, void *arg), void *arg);

/* ------------------------------------------------------------------------ */
/* Connecting                                                               */

/* Delay before the next address is tried as well, as RFC 8305 recommends. */
#define COTASK_CONNECT_STAGGER	(250 * COTASK_MSEC)

/**
 * cotask_resolve - resolve a name
 * @host: name or address of a machine; NULL: this machine
 * @service: name or number of a service, or NULL
 * @hints: as for getaddrinfo(3), or NULL
 * @list: receives the addresses, which the caller frees with freeaddrinfo(3)
 *
 * getaddrinfo(3) runs in a thread of cotask_to_thread().  When the caller is cancelled, the call
 * returns at once.
 *
 * Return: 0; -ENOENT: the name has no address; -EAGAIN: a name server does not answer now;
 *	-EINVAL: an argument of getaddrinfo(3) is invalid; -EHOSTUNREACH: another error of the name
 *	service; -ECANCELED; a negative errno.
 */
__cotask_must_check int cotask_resolve(const char *host, const char *service,
				       const struct addrinfo *hints, struct addrinfo **list);

/**
 * cotask_connect_first - connect to the first of several addresses that answers
 * @list: the addresses, the preferred one first
 * @stagger: nanoseconds after which the next address is tried while attempts are in progress
 *
 * Tries the addresses in the order of RFC 8305: the families alternate.  When an attempt fails,
 * the next one begins at once.  When one has succeeded, the function abandons the rest and
 * closes their sockets.  A &struct cotask_timeout limits the duration.
 *
 * Return: The socket; if no address answers, the error of the first attempt as a negative errno;
 *	-EINVAL if @list is empty; -ECANCELED.
 */
__cotask_must_check int cotask_connect_first(const struct addrinfo *list, int64_t stagger);

/**
 * cotask_connect_name - connect to a machine by its name
 * @host: name or address of the machine
 * @service: name or number of the TCP port
 *
 * cotask_resolve() and cotask_connect_first() with %COTASK_CONNECT_STAGGER.
 *
 * Return: The socket; the errors of both functions.
 */
__cotask_must_check int cotask_connect_name(const char *host, const char *service);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_NET_H */
