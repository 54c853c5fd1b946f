// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - the first of several addresses that answers (RFC 8305)
 *
 * Each attempt is a task, which owns its socket until the socket is connected.  The first task
 * to succeed passes its socket to the caller; the other tasks close theirs.
 */
#include <netdb.h>
#include <stdlib.h>
#include <unistd.h>

#include <cotask_net.h>

#include "internal.h"

struct attempt {
	struct attempts		*all;
	const struct addrinfo	*address;
	long			rc;
};

/**
 * struct attempts - the attempts to connect
 * @group: the tasks of the attempts
 * @ended: an attempt has ended
 * @running: number of attempts in progress
 * @fd: the socket of the attempt that succeeded first, or -1
 * @n: number of addresses
 * @attempt: one per address, in the order in which the attempts begin
 */
struct attempts {
	struct cotask_group	group;
	struct cotask_event	ended;
	unsigned int		running;
	int			fd;
	unsigned int		n;
	struct attempt		attempt[];
};

/* --- order --------------------------------------------------------------------------- */

static const struct addrinfo *next_of(const struct addrinfo *ai, int family, bool same)
{
	while (ai && (ai->ai_family == family) != same)
		ai = ai->ai_next;
	return ai;
}

/* Addresses of the first address's family alternate with the rest (section 4). */
static void sort(struct attempts *a, const struct addrinfo *list)
{
	int family = list->ai_family;
	const struct addrinfo *next[2] = { list, next_of(list, family, false) };
	unsigned int i, turn = 0;

	for (i = 0; i < a->n; i++, turn = !turn) {
		if (!next[turn])
			turn = !turn;
		a->attempt[i] = (struct attempt){ .all = a, .address = next[turn] };
		next[turn] = next_of(next[turn]->ai_next, family, !turn);
	}
}

static struct attempts *new_attempts(const struct addrinfo *list)
{
	const struct addrinfo *ai;
	struct attempts *a;
	unsigned int n = 0;

	for (ai = list; ai; ai = ai->ai_next)
		n++;
	a = calloc(1, sizeof(*a) + n * sizeof(a->attempt[0]));
	if (!a)
		return NULL;
	a->fd = -1;
	a->n = n;
	sort(a, list);
	return a;
}

/* --- attempts ------------------------------------------------------------------------ */

static long connect_one(const struct addrinfo *ai)
{
	int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
			ai->ai_protocol);
	long rc;

	if (fd < 0)
		return -errno;
	rc = cotask_connect(fd, ai->ai_addr, ai->ai_addrlen);
	if (!rc)
		return fd;
	cotask_close(fd);
	return rc;
}

static long try(void *arg)
{
	struct attempt *attempt = arg;
	struct attempts *a = attempt->all;

	attempt->rc = connect_one(attempt->address);
	a->running--;
	if (attempt->rc >= 0 && a->fd < 0)
		a->fd = attempt->rc;
	else if (attempt->rc >= 0)
		close(attempt->rc);
	cotask_event_set(&a->ended);
	return attempt->rc == -ECANCELED ? -ECANCELED : 0;
}

/* Also returns 0 when the time has expired. */
static long wait_for_one(struct attempts *a, int64_t ns)
{
	struct cotask_timeout t;
	long rc = cotask_timeout_start(&t, ns);

	if (rc)
		return rc;
	rc = cotask_timeout_exit(&t, cotask_event_wait(&a->ended));
	return rc == -ETIMEDOUT ? 0 : rc;
}

/* The task may already have ended when the spawn returns, see COTASK_LOOP_EAGER. */
static long begin(struct attempts *a, struct attempt *attempt)
{
	long rc;

	a->running++;
	rc = cotask_go(&a->group, try, attempt);
	if (rc)
		a->running--;
	return rc;
}

static long try_all(struct attempts *a, int64_t stagger)
{
	unsigned int i = 0;
	long rc = 0;

	while (!rc && a->fd < 0 && (i < a->n || a->running)) {
		cotask_event_clear(&a->ended);
		if (i < a->n)
			rc = begin(a, &a->attempt[i++]);
		if (!rc)
			rc = wait_for_one(a, i < a->n ? stagger : COTASK_FOREVER);
	}
	return rc;
}

static long first_of(struct attempts *a, int64_t stagger)
{
	long rc;

	cotask_group_init(&a->group);
	rc = cotask_group_enter(&a->group);
	if (rc < 0)
		return rc;
	rc = try_all(a, stagger);
	if (!rc)
		rc = cotask_group_cancel(&a->group);
	rc = cotask_group_exit(&a->group, rc);
	if (!rc)
		return a->fd < 0 ? a->attempt[0].rc : a->fd;
	if (a->fd >= 0)
		close(a->fd);
	return rc;
}

EXPORT int cotask_connect_first(const struct addrinfo *list, int64_t stagger)
{
	struct attempts *a;
	long rc;

	if (!task_here())
		return -ESRCH;
	if (!list || stagger < 0)
		return -EINVAL;
	a = new_attempts(list);
	if (!a)
		return -ENOMEM;
	rc = cotask_event_init(&a->ended);
	if (!rc) {
		rc = first_of(a, stagger);
		cotask_event_fini(&a->ended);
	}
	free(a);
	return rc;
}
