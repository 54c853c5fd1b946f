/* SPDX-License-Identifier: MIT */
/*
 * Shared by the servers: addresses, the signals that end a server, and an orderly end
 */
#ifndef EXAMPLES_NET_H
#define EXAMPLES_NET_H

#include <cotask.h>
#include <cotask_io.h>
#include <cotask_net.h>
#include <cotask_signal.h>
#include <cotask_wait.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

/* Listen on "PORT" of all addresses, or "unix:PATH".  Return: a socket; a negative errno. */
static inline int listen_on(const char *where)
{
	if (!strncmp(where, "unix:", 5))
		return cotask_listen_unix(where + 5, 1024);
	return cotask_listen_tcp(NULL, atoi(where), 1024);
}

/* The path of a Unix socket in the form of cotask_resolve(); must not be freed. */
static inline struct addrinfo *unix_address(const char *path)
{
	struct sockaddr_un *un = calloc(1, sizeof(*un));
	struct addrinfo *list = calloc(1, sizeof(*list));

	if (!un || !list)
		abort();
	un->sun_family = AF_UNIX;
	snprintf(un->sun_path, sizeof(un->sun_path), "%s", path);
	*list = (struct addrinfo){ .ai_family = AF_UNIX, .ai_socktype = SOCK_STREAM,
				   .ai_addr = (struct sockaddr *)un, .ai_addrlen = sizeof(*un) };
	return list;
}

/* Resolve "HOST:PORT" or "unix:PATH"; call it in a task.  Return: 0; a negative errno. */
static inline int look_up(const char *where, struct addrinfo **list)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	const char *port = strrchr(where, ':');
	char host[256];

	if (!port)
		return -EINVAL;
	snprintf(host, sizeof(host), "%.*s", (int)(port - where), where);
	if (strcmp(host, "unix"))
		return cotask_resolve(host, port + 1, &hints, list);
	*list = unix_address(port + 1);
	return 0;
}

/* Send small writes without delay.  A Unix socket has no such option. */
static inline void no_delay(int fd)
{
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
}

/* When the socket is closed, the peer receives an error instead of the end of the data. */
static inline void reset_at_close(int fd)
{
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 },
		   sizeof(struct linger));
}

/* Raise the limit of descriptors.  Return: the new limit less @spare. */
static inline unsigned int raise_descriptors(unsigned int spare)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return 0;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	return files.rlim_max > spare ? files.rlim_max - spare : 0;
}

/* Call this before the process has threads or tasks. */
static inline int end_signals(struct cotask_signals *s)
{
	const int signals[] = { SIGTERM, SIGINT };

	return cotask_signals_init(s, signals, 2);
}

/**
 * struct server - serves connections until a signal arrives, and then lets them end
 * @serve: serves one connection, as for cotask_serve()
 * @limit: maximum number of connections at a time
 * @drain: nanoseconds after the signal until the remaining connections are cancelled
 * @stop: called when the signal has arrived, or NULL
 * @stopping: the signal has arrived
 * @listener: the listening socket
 * @signals: SIGTERM and SIGINT
 * @patience: ends connections that take too long
 */
struct server {
	long			(*serve)(int fd, void *arg);
	unsigned int		limit;
	int64_t			drain;
	void			(*stop)(void);
	bool			stopping;
	int			listener;
	struct cotask_signals	signals;
	struct cotask_timeout	patience;
};

/* Call this before the process has threads or tasks.  Return: 0; a negative errno. */
static inline int server_open(struct server *s, const char *where)
{
	int rc = end_signals(&s->signals);

	s->listener = rc ? rc : listen_on(where);
	return s->listener < 0 ? s->listener : 0;
}

/* When the signal has arrived, limit the time for the remaining connections. */
static inline long server_stop(void *arg)
{
	struct server *s = arg;
	long rc = cotask_signals_wait(&s->signals, NULL);

	if (rc < 0)
		return rc;
	s->stopping = true;
	shutdown(s->listener, SHUT_RDWR);
	if (s->stop)
		s->stop();
	return cotask_timeout_move(&s->patience, cotask_now() + s->drain);
}

static inline long server_serve(struct server *s)
{
	struct cotask_group group;
	long rc;

	cotask_group_init(&group);
	rc = cotask_group_enter(&group);
	if (rc < 0)
		return rc;
	rc = cotask_go(&group, server_stop, s);
	if (!rc)
		rc = cotask_serve(s->listener, s->limit, s->serve, s);
	return cotask_group_exit(&group, rc);
}

/* The main task of a server.  Return: 0; a negative errno. */
static inline long server_run(void *server)
{
	struct server *s = server;
	long rc;

	rc = cotask_timeout_start(&s->patience, COTASK_FOREVER);
	if (rc)
		return rc;
	rc = cotask_timeout_exit(&s->patience, server_serve(s));
	return rc == -ETIMEDOUT ? 0 : rc;
}

#endif /* EXAMPLES_NET_H */
