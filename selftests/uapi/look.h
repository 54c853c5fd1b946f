/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - reading the listings of COTASK_IOC_INSPECT
 */
#ifndef COTASK_LOOK_H
#define COTASK_LOOK_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cotask_test.h"

#define TEXT	0x100000

static inline int inspect(int fd)
{
	struct cotask_inspect i = { .size = sizeof(i) };
	int rc = ioctl(fd, COTASK_IOC_INSPECT, &i);

	return rc < 0 ? -errno : rc;
}

/* The complete contents of a descriptor of INSPECT, in a new buffer. */
static inline char *read_all(int fd, size_t step)
{
	char *text = malloc(TEXT);
	size_t n = 0;
	ssize_t rc = 1;

	while (rc > 0 && n + step < TEXT) {
		rc = read(fd, text + n, step);
		n += rc > 0 ? rc : 0;
	}
	text[n] = '\0';
	return text;
}

static inline char *look_once(int fd)
{
	int ifd = inspect(fd);
	char *text = read_all(ifd, 65536);

	close(ifd);
	return text;
}

/* The human-readable text; NULL: debugfs is not available. */
static inline char *look_text(void)
{
	int fd = open("/sys/kernel/debug/cotask/tasks", O_RDONLY);
	char *text;

	if (fd < 0)
		return NULL;
	text = read_all(fd, 65536);
	close(fd);
	return text;
}

/* An owner without CPU time for seconds does not answer: retry. */
static inline char *look(int fd)
{
	char *text = look_once(fd);

	while (strstr(text, "\"state\":\"busy\"")) {
		free(text);
		text = look_once(fd);
	}
	return text;
}

/* The line of the loop that belongs to this process and is not hidden, and what follows. */
static inline char *my_loop(char *text)
{
	char key[64], *at;

	snprintf(key, sizeof(key), "\"name\":\"pid-%d\"", getpid());
	at = strstr(text, key);
	while (at && at > text && at[-1] != '\n')
		at--;
	return at;
}

static inline long long number_after(const char *text, const char *key)
{
	const char *at = text ? strstr(text, key) : NULL;

	return at ? strtoll(at + strlen(key), NULL, 10) : -1;
}

static inline unsigned int count(const char *text, const char *what)
{
	unsigned int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

/* @fd: the tool's file; @other: the file of the listed loop. */
FIXTURE(two) {
	int fd;
	int other;
};

FIXTURE_SETUP(two)
{
	self->fd = t_open();
	if (self->fd < 0)
		SKIP(return, "no " DEVICE);
	self->other = t_open();
	ASSERT_GE(self->other, 0);
}

FIXTURE_TEARDOWN(two)
{
	close(self->fd);
	close(self->other);
}

#endif /* COTASK_LOOK_H */
