// SPDX-License-Identifier: MIT
/*
 * An echo server: one task per connection
 *
 * "echo PORT" or "echo unix:PATH".  SIGTERM: all connections are closed.
 */
#include <stdio.h>

#include "net.h"

#define IDLE	(30 * COTASK_SEC)

static struct cotask_group connections;
static int listener, signals;

static long echo(int fd)
{
	struct cotask_timeout idle;
	char buf[4096];
	ssize_t n;
	long rc;

	for (;;) {
		rc = cotask_timeout_start(&idle, IDLE);
		if (rc)
			return rc;
		n = cotask_timeout_exit(&idle, cotask_read(fd, buf, sizeof(buf)));
		if (n <= 0)
			return n;
		n = cotask_write_all(fd, buf, n);
		if (n < 0)
			return n;
	}
}

/* What goes wrong in a connection does not concern the others. */
static long serve(void *arg)
{
	long rc = echo((long)arg);

	return rc == -ECANCELED ? rc : 0;
}

static void close_it(void *fd)
{
	close((long)fd);
}

static long accept_all(void *arg)
{
	long fd, rc;

	(void)arg;
	for (;;) {
		fd = accept_next(listener);
		if (fd < 0)
			return fd;
		rc = start(&connections, serve, (void *)fd, close_it);
		if (rc && !is_full(rc))
			return rc;
	}
}

static long server(void *arg)
{
	struct signalfd_siginfo info;
	long rc;

	(void)arg;
	cotask_group_init(&connections);
	rc = cotask_group_enter(&connections);
	if (rc < 0)
		return rc;
	rc = cotask_go(&connections, accept_all, NULL);
	if (!rc)
		rc = cotask_read(signals, &info, sizeof(info));
	if (rc > 0)
		rc = cotask_group_cancel(&connections);
	rc = cotask_group_exit(&connections, rc);
	cotask_group_fini(&connections);
	return rc;
}

int main(int argc, char **argv)
{
	long rc;

	if (argc != 2) {
		fprintf(stderr, "usage: echo PORT|unix:PATH\n");
		return 2;
	}
	signals = end_signals();
	listener = listen_on(argv[1]);
	if (listener < 0) {
		fprintf(stderr, "echo: %s: %s\n", argv[1], strerror(-listener));
		return 1;
	}
	rc = cotask_run(server, NULL);
	if (rc < 0)
		fprintf(stderr, "echo: %s\n", cotask_strerror(rc));
	return rc < 0;
}
