// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - sockets to listen on
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cotask_net.h>

#include "internal.h"

union address {
	struct sockaddr		any;
	struct sockaddr_in	in;
	struct sockaddr_in6	in6;
	struct sockaddr_un	un;
};

static int new_socket(int family, int type)
{
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/* Bind @fd and listen on it; close it on failure. */
static int bound(int fd, const union address *a, socklen_t len, int backlog)
{
	int rc;

	if (fd < 0)
		return fd;
	if (!bind(fd, &a->any, len) && (backlog < 0 || !listen(fd, backlog)))
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

/* --- TCP and UDP --------------------------------------------------------------------- */

static socklen_t parse(const char *address, uint16_t port, union address *a)
{
	memset(a, 0, sizeof(*a));
	if (!address || inet_pton(AF_INET6, address, &a->in6.sin6_addr) == 1) {
		a->in6.sin6_family = AF_INET6;
		a->in6.sin6_port = htons(port);
		return sizeof(a->in6);
	}
	if (inet_pton(AF_INET, address, &a->in.sin_addr) != 1)
		return 0;
	a->in.sin_family = AF_INET;
	a->in.sin_port = htons(port);
	return sizeof(a->in);
}

/* Permit a port whose past connections have not timed out yet. */
static int inet_socket(int family, int type, bool both)
{
	int fd = new_socket(family, type), one = 1, zero = 0;

	if (fd < 0)
		return fd;
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, both ? &zero : &one, sizeof(one));
	return fd;
}

/* @backlog: -1: bind the socket without listening. */
static int inet_bound(const char *address, uint16_t port, int type, int backlog)
{
	union address a;
	socklen_t len = parse(address, port, &a);
	int fd;

	if (!len)
		return -EINVAL;
	fd = bound(inet_socket(a.any.sa_family, type, !address), &a, len, backlog);
	if (address || (fd != -EAFNOSUPPORT && fd != -EADDRNOTAVAIL))
		return fd;
	/* This machine does not support IPv6. */
	len = parse("0.0.0.0", port, &a);
	return bound(inet_socket(AF_INET, type, false), &a, len, backlog);
}

EXPORT int cotask_listen_tcp(const char *address, uint16_t port, int backlog)
{
	return inet_bound(address, port, SOCK_STREAM, backlog < 0 ? 0 : backlog);
}

EXPORT int cotask_bind_udp(const char *address, uint16_t port)
{
	return inet_bound(address, port, SOCK_DGRAM, -1);
}

EXPORT int cotask_local_port(int fd)
{
	union address a;
	socklen_t len = sizeof(a);

	if (getsockname(fd, &a.any, &len))
		return -errno;
	switch (a.any.sa_family) {
	case AF_INET:
		return ntohs(a.in.sin_port);
	case AF_INET6:
		return ntohs(a.in6.sin6_port);
	default:
		return -EAFNOSUPPORT;
	}
}

/* --- Unix ------------------------------------------------------------------------------ */

static socklen_t unix_address(const char *path, union address *a)
{
	size_t size = strlen(path);

	memset(a, 0, sizeof(*a));
	a->un.sun_family = AF_UNIX;
	if (!size || size >= sizeof(a->un.sun_path))
		return 0;
	memcpy(a->un.sun_path, path, size);
	if (*path == '@')
		a->un.sun_path[0] = '\0';
	else
		size++;
	return offsetof(struct sockaddr_un, sun_path) + size;
}

/* Whether no program listens on the socket file any more. */
static bool is_left_behind(const char *path, const union address *a, socklen_t len)
{
	struct stat st;
	bool refused;
	int fd;

	if (*path == '@' || lstat(path, &st) || !S_ISSOCK(st.st_mode))
		return false;
	fd = new_socket(AF_UNIX, SOCK_STREAM);
	if (fd < 0)
		return false;
	refused = connect(fd, &a->any, len) && errno == ECONNREFUSED;
	close(fd);
	return refused;
}

EXPORT int cotask_listen_unix(const char *path, int backlog)
{
	union address a;
	socklen_t len;
	int fd;

	if (!path || !*path)
		return -EINVAL;
	len = unix_address(path, &a);
	if (!len)
		return -ENAMETOOLONG;
	backlog = backlog < 0 ? 0 : backlog;
	fd = bound(new_socket(AF_UNIX, SOCK_STREAM), &a, len, backlog);
	if (fd != -EADDRINUSE || !is_left_behind(path, &a, len) || unlink(path))
		return fd;
	return bound(new_socket(AF_UNIX, SOCK_STREAM), &a, len, backlog);
}
