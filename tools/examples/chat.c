// SPDX-License-Identifier: MIT
/*
 * A chat server: passes each line of a client on to all other clients
 *
 * "chat [-q LINES] [-d DRAIN] PORT|unix:PATH".  At most LINES lines (64) are queued for a client.
 * The server drops a client whose queue is full, or that sends a line of more than 1,000 bytes.
 * SIGTERM: the server accepts no more clients and lines.  It sends the queued lines, for DRAIN
 * seconds (5) at most, and a last line that announces its end.
 */
#include <cotask_reader.h>
#include <cotask_sync.h>
#include <unistd.h>

#include "net.h"

#define CLIENTS		20000
#define SPARE		16			/* descriptors not used for clients */
#define LINE		1000

/* A line, shared by the queues of several clients. */
struct line {
	unsigned int		refs;
	unsigned int		size;
	char			text[];
};

struct client {
	int			fd;
	struct cotask		*task;
	struct cotask_queue	lines;		/* lines to be sent */
	struct client		*next, **link;
};

static struct server server = { .limit = CLIENTS, .drain = 5 * COTASK_SEC };
static struct client *clients;
static unsigned int most = 64;

/* --- lines ------------------------------------------------------------------------------ */

static void put_line(struct line *line)
{
	if (!--line->refs)
		free(line);
}

/* Drop a client whose queue is full.  A client that has stopped sending receives no lines. */
static void queue_line(struct client *c, struct line *line)
{
	int rc = cotask_queue_try_put(&c->lines, (intptr_t)line);

	if (!rc)
		line->refs++;
	else if (rc != -ESHUTDOWN)
		cotask_cancel(c->task);
}

/* Does not suspend, so no other task of the loop runs, and the list does not change. */
static int publish(const struct client *from, const char *text, size_t size)
{
	struct line *line = malloc(sizeof(*line) + size);
	struct client *c;

	if (!line)
		return -ENOMEM;
	line->refs = 1;
	line->size = size;
	memcpy(line->text, text, size);
	for (c = clients; c; c = c->next) {
		if (c != from)
			queue_line(c, line);
	}
	put_line(line);
	return 0;
}

/* --- a client --------------------------------------------------------------------------- */

/* Returns when the queue was shut down and is empty. */
static long send_lines(void *client)
{
	struct client *c = client;
	struct line *line;
	long rc;

	for (;;) {
		rc = cotask_queue_get(&c->lines);
		if (rc < 0)
			return rc == -ESHUTDOWN ? 0 : rc;
		line = (struct line *)(intptr_t)rc;
		rc = cotask_write_all(c->fd, line->text, line->size);
		put_line(line);
		if (rc < 0)
			return rc;
	}
}

static long read_lines(struct client *c)
{
	struct cotask_reader reader;
	char buf[LINE + 1], *text;
	ssize_t n;
	long rc = 0;

	cotask_reader_init(&reader, c->fd, buf, sizeof(buf));
	while (!rc && !server.stopping) {
		n = cotask_readline(&reader, &text);
		if (n <= 0)
			return n;
		rc = publish(c, text, n);
		if (!rc)
			rc = cotask_yield();	/* let clients receive during a burst of lines */
	}
	return rc;
}

/* Reads until the end of the input, then sends the queued lines. */
static long talk(struct client *c)
{
	struct cotask_group group;
	long rc;

	cotask_group_init(&group);
	rc = cotask_group_enter(&group);
	if (rc < 0)
		return rc;
	rc = cotask_go(&group, send_lines, c);
	if (!rc)
		rc = read_lines(c);
	if (!rc)
		rc = cotask_queue_shutdown(&c->lines, false);
	return cotask_group_exit(&group, rc);
}

static void add_client(struct client *c)
{
	c->next = clients;
	c->link = &clients;
	if (clients)
		clients->link = &c->next;
	clients = c;
}

static void remove_client(struct client *c)
{
	long line;

	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	while ((line = cotask_queue_try_get(&c->lines)) >= 0)
		put_line((struct line *)(intptr_t)line);
	cotask_queue_fini(&c->lines);
}

static long serve(int fd, void *arg)
{
	struct client c = { .fd = fd, .task = cotask_current() };
	long rc;

	(void)arg;
	no_delay(fd);
	rc = cotask_queue_init(&c.lines, most);
	if (rc)
		return rc;
	add_client(&c);
	rc = talk(&c);
	remove_client(&c);
	return rc;
}

/* --- the end ---------------------------------------------------------------------------- */

/* Each client's task then reads the end of the input, and sends the queued lines. */
static void stop(void)
{
	static const char text[] = "* the server ends\n";
	struct client *c;

	publish(NULL, text, sizeof(text) - 1);
	for (c = clients; c; c = c->next)
		shutdown(c->fd, SHUT_RD);
}

int main(int argc, char **argv)
{
	unsigned int files = raise_descriptors(SPARE);
	long rc = 0;
	int c;

	while ((c = getopt(argc, argv, "q:d:")) > 0) {
		if (c == 'd')
			server.drain = strtod(optarg, NULL) * COTASK_SEC;
		else
			most = c == 'q' ? atoi(optarg) : 0;
	}
	if (optind + 1 != argc || !most) {
		fprintf(stderr, "usage: chat [-q LINES] [-d DRAIN] PORT|unix:PATH\n");
		return 2;
	}
	if (server.limit > files)
		server.limit = files;
	server.serve = serve;
	server.stop = stop;
	rc = server_open(&server, argv[optind]);
	if (!rc)
		rc = cotask_run(server_run, &server);
	if (rc < 0)
		fprintf(stderr, "chat: %s\n", cotask_strerror(rc));
	return rc < 0;
}
