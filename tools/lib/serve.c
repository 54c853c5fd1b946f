// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - a server: a task for each connection
 *
 * A server accepts a connection only when it has a permit for it, so that connections above the
 * limit stay in the backlog.
 */
#include <stdlib.h>
#include <unistd.h>

#include <cotask_net.h>

#include "internal.h"

#define A_MOMENT	(100 * COTASK_MSEC)

/**
 * struct server - connections of one listener
 * @group: the tasks of the connections
 * @room: one permit per further connection, if there is a limit
 * @limited: there is a limit
 * @fn: serves a connection
 * @arg: argument of @fn
 */
struct server {
	struct cotask_group	group;
	struct cotask_sem	room;
	bool			limited;
	long			(*fn)(int fd, void *arg);
	void			*arg;
};

struct connection {
	struct server	*server;
	int		fd;
};

static long run_connection(void *arg)
{
	struct connection *c = arg;
	long rc = c->server->fn(c->fd, c->server->arg);

	return rc == -ECANCELED ? rc : 0;
}

static void give_room(struct server *s)
{
	if (s->limited)
		cotask_sem_release(&s->room);
}

static void end_connection(void *arg)
{
	struct connection *c = arg;

	cotask_close(c->fd);
	give_room(c->server);
	free(c);
}

/* The caller holds a permit.  Start the connection's task; close the connection on failure. */
static int begin_connection(struct server *s, int fd)
{
	struct cotask_spawn_args args = { .release = end_connection };
	struct connection *c = malloc(sizeof(*c));
	struct cotask *task;

	if (!c) {
		close(fd);
		give_room(s);
		return -ENOMEM;
	}
	*c = (struct connection){ .server = s, .fd = fd };
	task = cotask_spawn_with(&s->group, run_connection, c, &args);
	if (!task)
		return -errno;
	cotask_put(task);
	return 0;
}

/* Whether resources are exhausted only for the moment. */
static bool is_full(long error)
{
	switch (error) {
	case -EMFILE:
	case -ENFILE:
	case -ENOBUFS:
	case -ENOMEM:
	case -ENOSPC:
		return true;
	default:
		return false;
	}
}

/* Whether the error affects only this connection, see accept(2). */
static bool is_of_connection(long error)
{
	switch (error) {
	case -ECONNABORTED:
	case -EPROTO:
	case -EPERM:
	case -ENETDOWN:
	case -ENOPROTOOPT:
	case -EHOSTDOWN:
	case -ENONET:
	case -EHOSTUNREACH:
	case -EOPNOTSUPP:
	case -ENETUNREACH:
		return true;
	default:
		return false;
	}
}

static long accept_one(struct server *s, int listener)
{
	long rc = s->limited ? cotask_sem_acquire(&s->room) : 0;

	if (rc < 0)
		return rc;
	rc = cotask_accept(listener, NULL, NULL);
	if (rc >= 0)
		return begin_connection(s, rc);
	give_room(s);
	return rc;
}

static long accept_all(struct server *s, int listener)
{
	long rc;

	do {
		rc = accept_one(s, listener);
		if (is_full(rc))
			rc = cotask_sleep(A_MOMENT);
		else if (is_of_connection(rc))
			rc = 0;
	} while (!rc);
	/* The listener was shut down or closed. */
	return rc == -EINVAL || rc == -EBADF ? 0 : rc;
}

static long serve(struct server *s, int listener)
{
	long rc;

	cotask_group_init(&s->group);
	rc = cotask_group_enter(&s->group);
	if (rc < 0)
		return rc;
	return cotask_group_exit(&s->group, accept_all(s, listener));
}

static int check_listener(int fd)
{
	socklen_t size = sizeof(int);
	int listens;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size))
		return -errno;
	return listens ? 0 : -EINVAL;
}

EXPORT long cotask_serve(int listener, unsigned int limit, long (*fn)(int fd, void *arg),
			 void *arg)
{
	struct server s = { .limited = limit, .fn = fn, .arg = arg };
	long rc;

	if (!task_here())
		return -ESRCH;
	rc = fn ? check_listener(listener) : -EINVAL;
	if (rc)
		return rc;
	if (limit) {
		rc = cotask_sem_init(&s.room, limit, limit);
		if (rc)
			return rc;
	}
	rc = serve(&s, listener);
	if (limit)
		cotask_sem_fini(&s.room);
	return rc;
}
