/* SPDX-License-Identifier: MIT */
/*
 * A client for HTTP/1.1: one GET request on a connection of its own
 */
#ifndef EXAMPLES_HTTP_H
#define EXAMPLES_HTTP_H

#include <cotask.h>
#include <cotask_file.h>
#include <cotask_io.h>
#include <cotask_net.h>
#include <cotask_reader.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A document, and the response to the last request for it. */
struct document {
	const char		*url, *path;
	char			host[256], port[16];
	int			file;		/* receives the body; -1: discard the body */
	int			status;
	int64_t			size;		/* size of the body; -1: until end of stream */
	int64_t			at;		/* bytes of the body received */
	bool			chunked;
	struct cotask_reader	reader;
	char			buf[8192];
};

/* http://HOST[:PORT][/PATH] */
static inline bool http_parse(struct document *d, const char *url)
{
	const char *at = url + strlen("http://"), *end, *colon;

	if (strncmp(url, "http://", at - url))
		return false;
	end = at + strcspn(at, "/?#");
	colon = memchr(at, ':', end - at);
	d->url = url;
	d->path = *end == '/' ? end : "/";
	snprintf(d->host, sizeof(d->host), "%.*s", (int)((colon ?: end) - at), at);
	snprintf(d->port, sizeof(d->port), "%.*s", colon ? (int)(end - colon - 1) : 2,
		 colon ? colon + 1 : "80");
	return d->host[0] && d->port[0];
}

static long read_line(struct document *d, char **line)
{
	ssize_t n = cotask_readline(&d->reader, line);

	if (n <= 0)
		return n ?: -ECONNRESET;
	(*line)[strcspn(*line, "\r\n")] = '\0';
	return 0;
}

static long read_head(struct document *d)
{
	char *line;
	long rc = read_line(d, &line);

	if (rc)
		return rc;
	if (sscanf(line, "HTTP/1.%*d %d", &d->status) != 1)
		return -EPROTO;
	d->size = d->status == 204 || d->status == 304 ? 0 : -1;
	d->chunked = false;
	while (!(rc = read_line(d, &line)) && *line) {
		if (!strncasecmp(line, "content-length:", 15))
			d->size = strtoll(line + 15, NULL, 10);
		else if (!strncasecmp(line, "transfer-encoding:", 18))
			d->chunked = strcasestr(line, "chunked");
	}
	return rc;
}

/* Read @size bytes; -1: until the end of the stream. */
static long read_part(struct document *d, int64_t size)
{
	char buf[8192];
	ssize_t n, written;

	while (size) {
		n = size < 0 || size > (int64_t)sizeof(buf) ? (int64_t)sizeof(buf) : size;
		n = cotask_reader_read(&d->reader, buf, n);
		if (n <= 0)
			return n ?: size < 0 ? 0 : -ECONNRESET;
		written = d->file < 0 ? n : cotask_pwrite(d->file, buf, n, d->at);
		if (written != n)
			return written < 0 ? written : -ENOSPC;
		d->at += n;
		if (size > 0)
			size -= n;
	}
	return 0;
}

static long read_chunks(struct document *d)
{
	int64_t size;
	char *line;
	long rc;

	do {
		rc = read_line(d, &line);
		if (rc)
			return rc;
		size = strtoll(line, NULL, 16);
		rc = size < 0 ? -EPROTO : read_part(d, size);
		if (!rc && size)
			rc = read_line(d, &line);
	} while (!rc && size);
	return rc;
}

static long ask(struct document *d, int fd)
{
	char head[4096];
	int n = snprintf(head, sizeof(head), "GET %.2048s HTTP/1.1\r\nHost: %s:%s\r\n"
			 "User-Agent: cotask-fetch\r\nConnection: close\r\n\r\n",
			 d->path, d->host, d->port);
	long rc = cotask_write_all(fd, head, n);

	if (d->file >= 0 && ftruncate(d->file, 0))
		return -errno;
	d->at = 0;
	cotask_reader_init(&d->reader, fd, d->buf, sizeof(d->buf));
	do {
		rc = rc < 0 ? rc : read_head(d);
	} while (!rc && d->status / 100 == 1);
	if (!rc)
		rc = d->chunked ? read_chunks(d) : read_part(d, d->size);
	return rc;
}

/* Return: -EAGAIN: the server has requested a retry. */
static inline long http_get(void *document)
{
	struct document *d = document;
	int fd = cotask_connect_name(d->host, d->port);
	long rc;

	if (fd < 0)
		return fd;
	rc = ask(d, fd);
	cotask_close(fd);
	return !rc && (d->status == 429 || d->status >= 500) ? -EAGAIN : rc;
}

#endif /* EXAMPLES_HTTP_H */
