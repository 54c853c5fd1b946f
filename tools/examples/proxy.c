// SPDX-License-Identifier: MIT
/*
 * A TCP proxy that balances connections over several backends
 *
 * "proxy [-c CONNECTIONS] [-t CONNECT] [-i IDLE] [-d DRAIN] LISTEN BACKEND...".  LISTEN is PORT or
 * unix:PATH, a BACKEND is HOST:PORT or unix:PATH; times are in seconds.  Each connection goes to
 * the backend that is up and has the fewest connections.  A backend is down after a connection to
 * it has failed or was not established within CONNECT; backends are checked every two seconds.
 * The proxy forwards the end of each direction, and resets.  It resets a connection that carries
 * no data for IDLE.  SIGTERM: no more connections; those that remain after DRAIN are reset.
 */
#include <cotask_ticker.h>
#include <stdio.h>
#include <unistd.h>

#include "net.h"

#define CHECK		(2 * COTASK_SEC)
#define TRIES		10			/* attempts to connect to a backend */
#define A_MOMENT	(100 * COTASK_MSEC)	/* pause if no descriptor is available */
#define BACKENDS	64
#define SPARE		(16 + BACKENDS)		/* descriptors not used for connections */
#define BUFFER		16384

struct backend {
	const char		*where;
	struct addrinfo		*list;		/* addresses of the backend */
	bool			up;		/* the last connection attempt succeeded */
	unsigned int		active;		/* number of connections */
};

struct link {
	int			fd[2];		/* sockets of client and backend */
	struct cotask_timeout	idle;		/* ends the connection if no data moves */
};

static struct server server = { .limit = 1000, .drain = 10 * COTASK_SEC };
static struct backend backends[BACKENDS];
static unsigned int n_backends;
static int64_t patience = 5 * COTASK_SEC, idle = 60 * COTASK_SEC;

/* --- backends ------------------------------------------------------------------------- */

/* Whether this process lacks resources, which does not mean that the backend is down. */
static bool is_short(long error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM || error == -ENOSPC;
}

static long connect_to(struct backend *b)
{
	struct cotask_timeout timeout;
	long rc = cotask_timeout_start(&timeout, patience);
	bool up;

	if (rc)
		return rc;
	rc = cotask_connect_first(b->list, COTASK_CONNECT_STAGGER);
	rc = cotask_timeout_exit(&timeout, rc);
	up = rc >= 0;
	if (rc != -ECANCELED && !is_short(rc) && up != b->up) {
		b->up = up;
		printf("%s is %s\n", b->where, up ? "up" : "down");
	}
	return rc;
}

/* Reports readiness after the first check. */
static long watch(void *arg)
{
	struct cotask_ticker ticker;
	struct backend *b = arg;
	long fd, rc = look_up(b->where, &b->list);

	if (!rc)
		rc = cotask_ticker_init(&ticker, CHECK);
	while (rc >= 0) {
		fd = connect_to(b);
		if (fd >= 0)
			cotask_close(fd);
		cotask_start_ready(0);
		rc = cotask_ticker_wait(&ticker);
	}
	return rc;
}

/* Backends with the same number of connections take turns. */
static struct backend *pick(void)
{
	static unsigned int turn;
	struct backend *b, *best = NULL;
	unsigned int i;

	turn++;
	for (i = 0; i < n_backends; i++) {
		b = &backends[(turn + i) % n_backends];
		if (b->up && (!best || b->active < best->active))
			best = b;
	}
	return best;
}

/* --- connections ------------------------------------------------------------------------ */

static void moved(struct link *l)
{
	int64_t when = cotask_now() + idle;

	if (when - cotask_timeout_when(&l->idle) > idle / 8)
		cotask_timeout_move(&l->idle, when);
}

/* Uses a buffer: cotask_relay() would need four descriptors per connection. */
static long copy(struct link *l, int from, int to)
{
	char buf[BUFFER];
	ssize_t n;

	while ((n = cotask_read(from, buf, sizeof(buf))) > 0) {
		moved(l);
		n = cotask_write_all(to, buf, n);
		if (n < 0)
			break;
		moved(l);
	}
	if (!n)
		shutdown(to, SHUT_WR);
	/* A peer that has stopped reading may still send data. */
	return n == -EPIPE ? 0 : n;
}

static long copy_up(void *link)
{
	struct link *l = link;

	return copy(l, l->fd[0], l->fd[1]);
}

static long copy_both(struct link *l)
{
	struct cotask_group group;
	long rc;

	cotask_group_init(&group);
	rc = cotask_group_enter(&group);
	if (rc < 0)
		return rc;
	rc = cotask_go(&group, copy_up, l);
	if (!rc)
		rc = copy(l, l->fd[1], l->fd[0]);
	return cotask_group_exit(&group, rc);
}

/* Reset a connection that has not ended in order, which frees its descriptor at once. */
static long pass_on(struct link *l)
{
	struct backend *b;
	unsigned int tries = TRIES;
	long rc = -EHOSTUNREACH;

	while (l->fd[1] < 0 && rc != -ECANCELED && tries-- && (b = pick())) {
		b->active++;
		rc = connect_to(b);
		l->fd[1] = rc;
		if (rc >= 0) {
			no_delay(l->fd[0]);
			no_delay(l->fd[1]);
			rc = copy_both(l);
		} else if (is_short(rc) && cotask_sleep(A_MOMENT) == -ECANCELED) {
			rc = -ECANCELED;
		}
		b->active--;
	}
	if (rc < 0) {
		reset_at_close(l->fd[0]);
		reset_at_close(l->fd[1]);
	}
	cotask_close(l->fd[1]);
	return rc;
}

static long serve(int fd, void *arg)
{
	struct link l = { .fd = { fd, -1 } };
	long rc;

	(void)arg;
	rc = cotask_timeout_start(&l.idle, idle);
	return rc ?: cotask_timeout_exit(&l.idle, pass_on(&l));
}

/* --- the proxy -------------------------------------------------------------------------- */

static long proxy(void *arg)
{
	struct cotask_group group;
	unsigned int i;
	long rc;

	(void)arg;
	cotask_group_init(&group);
	rc = cotask_group_enter(&group);
	if (rc < 0)
		return rc;
	for (i = 0; i < n_backends && !rc; i++)
		rc = cotask_group_start(&group, watch, &backends[i], backends[i].where);
	if (!rc)
		rc = server_run(&server);
	if (!rc)
		rc = cotask_group_cancel(&group);
	return cotask_group_exit(&group, rc);
}

int main(int argc, char **argv)
{
	unsigned int files = raise_descriptors(SPARE);
	long rc;
	int c;

	while ((c = getopt(argc, argv, "c:t:i:d:")) > 0) {
		if (c == 'c')
			server.limit = atoi(optarg);
		else if (c == 't')
			patience = strtod(optarg, NULL) * COTASK_SEC;
		else if (c == 'i')
			idle = strtod(optarg, NULL) * COTASK_SEC;
		else if (c == 'd')
			server.drain = strtod(optarg, NULL) * COTASK_SEC;
		else
			server.limit = 0;
	}
	for (c = optind + 1; c < argc && n_backends < BACKENDS; c++)
		backends[n_backends++].where = argv[c];
	if (!n_backends || !server.limit) {
		fprintf(stderr, "usage: proxy [-c CONNECTIONS] [-t CONNECT] [-i IDLE] [-d DRAIN] "
			"PORT|unix:PATH BACKEND...\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (server.limit > files / 2)
		server.limit = files / 2;	/* two descriptors per connection */
	server.serve = serve;
	rc = server_open(&server, argv[optind]);
	if (!rc)
		rc = cotask_run(proxy, NULL);
	if (rc < 0)
		fprintf(stderr, "proxy: %s\n", cotask_strerror(rc));
	return rc < 0;
}
