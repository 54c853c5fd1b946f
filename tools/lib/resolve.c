// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - resolve host names
 *
 * getaddrinfo() can take long and cannot be interrupted.  The task and the thread share ownership
 * of the call's memory.
 *
 * This file is an object file of its own in the static library, because getaddrinfo() in a
 * statically linked program needs the shared C library.  So it calls public functions only.
 */
#include <errno.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cotask_net.h>
#include <cotask_thread.h>

#define EXPORT	__attribute__((visibility("default")))

/**
 * struct lookup - a call of getaddrinfo()
 * @refs: references held by the task and the thread
 * @hints: argument of getaddrinfo()
 * @list: result that was not yet passed to the task, or NULL
 * @service: name of the service, in @host; or NULL
 * @has_host: the call has a host name
 * @host: memory for both names
 */
struct lookup {
	atomic_uint	refs;
	struct addrinfo	hints;
	struct addrinfo	*list;
	const char	*service;
	bool		has_host;
	char		host[];
};

static struct lookup *new_lookup(const char *host, const char *service,
				 const struct addrinfo *hints)
{
	size_t size = host ? strlen(host) + 1 : 0, more = service ? strlen(service) + 1 : 0;
	struct lookup *l = calloc(1, sizeof(*l) + size + more);

	if (!l)
		return NULL;
	atomic_init(&l->refs, 2);
	if (hints) {
		l->hints.ai_flags = hints->ai_flags;
		l->hints.ai_family = hints->ai_family;
		l->hints.ai_socktype = hints->ai_socktype;
		l->hints.ai_protocol = hints->ai_protocol;
	}
	l->has_host = host;
	if (host)
		memcpy(l->host, host, size);
	if (service)
		l->service = memcpy(l->host + size, service, more);
	return l;
}

static void put_lookup(void *arg)
{
	struct lookup *l = arg;

	if (atomic_fetch_sub(&l->refs, 1) != 1)
		return;
	if (l->list)
		freeaddrinfo(l->list);
	free(l);
}

static int error_of(int rc)
{
	switch (rc) {
	case 0:
		return 0;
	case EAI_NONAME:
#ifdef EAI_NODATA
	case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
	case EAI_ADDRFAMILY:
#endif
		return -ENOENT;
	case EAI_AGAIN:
		return -EAGAIN;
	case EAI_MEMORY:
		return -ENOMEM;
	case EAI_SYSTEM:
		return errno > 0 ? -errno : -EHOSTUNREACH;
	case EAI_BADFLAGS:
	case EAI_FAMILY:
	case EAI_SOCKTYPE:
	case EAI_SERVICE:
		return -EINVAL;
	default:
		return -EHOSTUNREACH;
	}
}

static long look_up(void *arg)
{
	struct lookup *l = arg;

	return error_of(getaddrinfo(l->has_host ? l->host : NULL, l->service, &l->hints,
				    &l->list));
}

EXPORT int cotask_resolve(const char *host, const char *service, const struct addrinfo *hints,
			  struct addrinfo **list)
{
	struct lookup *l;
	long rc;

	if (!list || (!host && !service))
		return -EINVAL;
	*list = NULL;
	l = new_lookup(host, service, hints);
	if (!l)
		return -ENOMEM;
	rc = cotask_to_thread_with(look_up, l, put_lookup, 0);
	if (!rc) {
		*list = l->list;
		l->list = NULL;
	}
	put_lookup(l);
	return rc;
}

EXPORT int cotask_connect_name(const char *host, const char *service)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct addrinfo *list;
	int rc;

	if (!host || !service)
		return -EINVAL;
	rc = cotask_resolve(host, service, &hints, &list);
	if (rc)
		return rc;
	rc = cotask_connect_first(list, COTASK_CONNECT_STAGGER);
	freeaddrinfo(list);
	return rc;
}
