// SPDX-License-Identifier: MIT
/*
 * A small HTTP/1.1 server for the files of a directory
 *
 * "httpd PORT|unix:PATH DIRECTORY".  One task per connection, a deadline per request, a
 * limit of connections.  SIGTERM: the server accepts no more connections, answers the
 * requests in progress, for a few seconds at most, and ends.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net.h"

#define IDLE		(15 * COTASK_SEC)	/* between requests */
#define REQUEST		(10 * COTASK_SEC)	/* per request */
#define DRAIN		(5 * COTASK_SEC)	/* for requests in progress at the end */
#define CONNECTIONS	1000
#define HEAD_SIZE	8192

static struct server server = { .limit = CONNECTIONS, .drain = DRAIN };
static int root;

/**
 * struct connection - a connection
 * @fd: the socket
 * @have: number of bytes in @head
 * @keep: keep the connection open for another request
 * @head: the head of the request, and possibly data after it
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
	ssize_t n = 1;

	while (at < size && n > 0)
		n = cotask_sendfile(c->fd, file, &at, size - at);
	if (n < 0)
		return n;
	return at < size ? -EIO : 0;	/* the file was truncated */
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

/* Reject paths that leave the directory, and hidden files. */
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
	c->keep = !server.stopping && !strcmp(version, "HTTP/1.1") &&
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

/* Find the end of the request's head; NULL if it is incomplete. */
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

static long serve(int fd, void *arg)
{
	struct connection c = { .fd = fd };
	long rc;

	(void)arg;
	do {
		c.keep = false;
		rc = cotask_wait_for_call(first_byte, &c, IDLE);
		if (rc < 0)
			break;
		rc = cotask_wait_for_call(request, &c, REQUEST);
	} while (!rc && c.keep);
	return rc;
}

int main(int argc, char **argv)
{
	long rc;

	if (argc != 3) {
		fprintf(stderr, "usage: httpd PORT|unix:PATH DIRECTORY\n");
		return 2;
	}
	root = open(argv[2], O_PATH | O_DIRECTORY | O_CLOEXEC);
	rc = root < 0 ? -errno : server_open(&server, argv[1]);
	server.serve = serve;
	if (rc) {
		fprintf(stderr, "httpd: %s\n", strerror(-rc));
		return 1;
	}
	rc = cotask_run(server_run, &server);
	if (rc < 0)
		fprintf(stderr, "httpd: %s\n", cotask_strerror(rc));
	return rc < 0;
}
