/* SPDX-License-Identifier: MIT */
/*
 * What the servers have in common: an address to listen on, and the signals that end them
 */
#ifndef EXAMPLES_NET_H
#define EXAMPLES_NET_H

#include <cotask.h>
#include <cotask_io.h>
#include <cotask_net.h>
#include <cotask_signal.h>
#include <cotask_wait.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* "PORT", on all addresses, or "unix:PATH".  A socket, or a negative errno. */
static int listen_on(const char *where)
{
	if (!strncmp(where, "unix:", 5))
		return cotask_listen_unix(where + 5, 1024);
	return cotask_listen_tcp(NULL, atoi(where), 1024);
}

/* Before any thread or task. */
static int end_signals(struct cotask_signals *s)
{
	const int signals[] = { SIGTERM, SIGINT };

	return cotask_signals_init(s, signals, 2);
}

#endif /* EXAMPLES_NET_H */
