// SPDX-License-Identifier: MIT
/*
 * A small HTTP/1.1 server for the files of a directory
 *
 * "httpd PORT|unix:PATH DIRECTORY".  One task per connection, a deadline per request, a
 * limit of connections.  SIGTERM: no more connections; requests that are under way are
 * answered, for a few seconds at most; then it ends.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "net.h"

#define IDLE		(15 * COTASK_SEC)	/* between requests */
#define REQUEST		(10 * COTASK_SEC)	/* for one */
#define DRAIN		(5 * COTASK_SEC)	/* for all that is under way at the end */
#define CONNECTIONS	1000
#define HEAD_SIZE	8192

static struct cotask_group acceptors, connections;
static int listener, signals, root;
static bool stopping;

/**
 * struct connection - a connection
 * @fd: its socket
 * @have: bytes in @head
 * @keep: it stays open for another request
 * @head: the head of the request, and maybe more
 */
struct connection {
	int	fd;
	size_t	have;
	bool	keep;
	char	head[HEAD_SIZE + 1];
};

/* --- answers ---------------------------------------------------------------------- */

static long answer_head(struct connection *c, int status, const char *reason, off_t size)
{
	char head[256];
	int n = snprintf(head, sizeof(head),
			 "HTTP/1.1 %d %s\r\nContent-Length: %lld\r\n"
			 "Connection: %s\r\n\r\n", status, reason, (long long)size,
			 c->keep ? "keep-alive" : "close");
	long rc = cotask_write_all(c->fd, head, n);

	return rc < 0 ? rc : 0;
}

static long refuse(struct connection *c, int status, const char *reason)
{
	if (status != 404)
		c->keep = false;
	return answer_head(c, status, reason, 0);
}

static long send_file(struct connection *c, int file, off_t size)
{
	off_t at = 0;
	ssize_t n;
	long rc;

	while (at < size) {
		n = sendfile(c->fd, file, &at, size - at);
		if (n > 0)
			continue;
		if (n < 0 && errno != EAGAIN)
			return -errno;
		if (!n)
			return -EIO;	/* it has become shorter */
		rc = cotask_poll(c->fd, POLLOUT);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static long answer_file(struct connection *c, int file, bool body)
{
	struct stat st;
	long rc;

	if (fstat(file, &st) || !S_ISREG(st.st_mode))
		return refuse(c, 404, "Not Found");
	rc = answer_head(c, 200, "OK", st.st_size);
	return rc || !body ? rc : send_file(c, file, st.st_size);
}

/* --- requests ------------------------------------------------------------------------ */

/* Nothing outside of the directory, and nothing hidden. */
static bool is_safe(const char *path)
{
	return path[0] == '/' && path[1] != '/' && !strstr(path, "/.") && !strchr(path, '%');
}

static long answer(struct connection *c)
{
	char method[8], path[1024], version[16];
	bool head;
	long rc;
	int file;

	if (sscanf(c->head, "%7s %1023s %15[^\r\n]", method, path, version) != 3)
		return refuse(c, 400, "Bad Request");
	c->keep = !stopping && !strcmp(version, "HTTP/1.1") &&
		  !strcasestr(c->head, "\r\nconnection: close");
	head = !strcmp(method, "HEAD");
	if (!head && strcmp(method, "GET"))
		return refuse(c, 405, "Method Not Allowed");
	if (!is_safe(path))
		return refuse(c, 404, "Not Found");
	file = openat(root, path[1] ? path + 1 : "index.html", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file < 0)
		return refuse(c, 404, "Not Found");
	rc = answer_file(c, file, !head);
	close(file);
	return rc;
}

/* Where the head of the request ends, or NULL. */
static char *end_of_head(struct connection *c)
{
	char *end;

	c->head[c->have] = '\0';
	end = strstr(c->head, "\r\n\r\n");
	return end ? end + 4 : NULL;
}

static long read_more(struct connection *c)
{
	ssize_t n;

	if (c->have == HEAD_SIZE)
		return refuse(c, 431, "Request Header Fields Too Large") ?: -EMSGSIZE;
	n = cotask_read(c->fd, c->head + c->have, HEAD_SIZE - c->have);
	if (n > 0)
		c->have += n;
	return n ?: -ECONNRESET;
}

static long request(void *arg)
{
	struct connection *c = arg;
	char *end;
	long rc;

	while (!(end = end_of_head(c))) {
		rc = read_more(c);
		if (rc < 0)
			return rc;
	}
	rc = answer(c);
	c->have -= end - c->head;
	memmove(c->head, end, c->have);
	return rc;
}

static long first_byte(void *arg)
{
	struct connection *c = arg;

	return c->have ? 1 : read_more(c);
}

static long serve(void *arg)
{
	struct connection *c = arg;
	long rc;

	do {
		c->keep = false;
		rc = cotask_wait_for_call(first_byte, c, IDLE);
		if (rc < 0)
			break;
		rc = cotask_wait_for_call(request, c, REQUEST);
	} while (!rc && c->keep);
	return rc == -ECANCELED ? rc : 0;
}

/* --- the server ------------------------------------------------------------------------- */

static void end(void *arg)
{
	struct connection *c = arg;

	close(c->fd);
	free(c);
}

static int begin(int fd)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (!c) {
		close(fd);
		return -ENOMEM;
	}
	c->fd = fd;
	return start(&connections, serve, c, end);
}

static long accept_all(void *arg)
{
	long fd, rc;

	(void)arg;
	for (;;) {
		fd = accept_next(listener);
		if (fd < 0)
			return fd;
		rc = begin(fd);
		if (rc && !is_full(rc))
			return rc;
	}
}

/* Until a signal comes; then the acceptor is cancelled. */
static long accept_until_signal(void)
{
	struct signalfd_siginfo info;
	long rc;

	cotask_group_init(&acceptors);
	rc = cotask_group_enter(&acceptors);
	if (rc < 0)
		return rc;
	rc = cotask_go(&acceptors, accept_all, NULL);
	if (!rc)
		rc = cotask_read(signals, &info, sizeof(info));
	if (rc > 0)
		rc = cotask_group_cancel(&acceptors);
	rc = cotask_group_exit(&acceptors, rc);
	cotask_group_fini(&acceptors);
	return rc;
}

/* The time for the last requests begins when the signal has come. */
static long serve_all(struct cotask_timeout *patience)
{
	struct cotask_group_options options = {
		.flags = COTASK_GROUP_INDEPENDENT,
		.limit = CONNECTIONS,
	};
	long rc;

	cotask_group_init(&connections);
	cotask_group_configure(&connections, &options);
	rc = cotask_group_enter(&connections);
	if (rc < 0)
		return rc;
	rc = accept_until_signal();
	stopping = true;
	close(listener);
	cotask_timeout_move(patience, cotask_now() + DRAIN);
	rc = cotask_group_exit(&connections, rc);
	cotask_group_fini(&connections);
	return rc;
}

static long server(void *arg)
{
	struct cotask_timeout patience;
	long rc;

	(void)arg;
	rc = cotask_timeout_start(&patience, COTASK_FOREVER);
	if (rc)
		return rc;
	rc = cotask_timeout_exit(&patience, serve_all(&patience));
	return rc == -ETIMEDOUT ? 0 : rc;
}

int main(int argc, char **argv)
{
	long rc;

	if (argc != 3) {
		fprintf(stderr, "usage: httpd PORT|unix:PATH DIRECTORY\n");
		return 2;
	}
	signals = end_signals();
	root = open(argv[2], O_PATH | O_DIRECTORY | O_CLOEXEC);
	listener = root < 0 ? -errno : listen_on(argv[1]);
	if (listener < 0) {
		fprintf(stderr, "httpd: %s\n", strerror(-listener));
		return 1;
	}
	rc = cotask_run(server, NULL);
	if (rc < 0)
		fprintf(stderr, "httpd: %s\n", cotask_strerror(rc));
	return rc < 0;
}
