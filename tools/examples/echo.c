// SPDX-License-Identifier: MIT
/*
 * An echo server: one task per connection
 *
 * "echo PORT" or "echo unix:PATH".  SIGTERM closes all connections.
 */
#include <stdio.h>

#include <cotask_stream.h>

#include "net.h"

#define IDLE	(30 * COTASK_SEC)

static struct cotask_signals signals;
static int listener;

static long echo_some(struct cotask_stream *s)
{
	struct cotask_timeout idle;
	char buf[4096];
	ssize_t n;
	long rc;

	rc = cotask_timeout_start(&idle, IDLE);
	if (rc)
		return rc;
	n = cotask_timeout_exit(&idle, cotask_stream_read(s, buf, sizeof(buf)));
	return n > 0 ? cotask_stream_write_all(s, buf, n) : n;
}

/* A failure in one connection does not affect other connections. */
static long echo(int fd, void *arg)
{
	struct cotask_stream s;
	long rc;

	(void)arg;
	rc = cotask_stream_init(&s, fd);
	if (rc < 0)
		return rc;
	do {
		rc = echo_some(&s);
	} while (rc > 0);
	cotask_stream_fini(&s);
	return rc;
}

static long serve_all(void *arg)
{
	return cotask_serve(listener, 0, echo, arg);
}

static long server(void *arg)
{
	struct cotask_group group;
	long rc;

	(void)arg;
	cotask_group_init(&group);
	rc = cotask_group_enter(&group);
	if (rc < 0)
		return rc;
	rc = cotask_go(&group, serve_all, NULL);
	if (!rc)
		rc = cotask_signals_wait(&signals, NULL);
	if (rc > 0)
		rc = cotask_group_cancel(&group);
	rc = cotask_group_exit(&group, rc);
	cotask_group_fini(&group);
	return rc;
}

int main(int argc, char **argv)
{
	long rc;

	if (argc != 2) {
		fprintf(stderr, "usage: echo PORT|unix:PATH\n");
		return 2;
	}
	rc = end_signals(&signals);
	listener = rc ? rc : listen_on(argv[1]);
	if (listener < 0) {
		fprintf(stderr, "echo: %s: %s\n", argv[1], strerror(-listener));
		return 1;
	}
	rc = cotask_run(server, NULL);
	if (rc < 0)
		fprintf(stderr, "echo: %s\n", cotask_strerror(rc));
	return rc < 0;
}
