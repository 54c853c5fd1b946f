/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - thin wrappers around the ioctls, and a file to use them on
 */
#ifndef COTASK_TEST_H
#define COTASK_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/cotask.h>

#define DEVICE	"/dev/cotask"
#define POISON	0xdeadbeef
#define MS	1000000LL

/*
 * Maximum time to wait for an expected event.  Only a failing test waits this long; the limit
 * is generous, because a busy machine under emulation is slow.
 */
#define T_LIMIT_MS	60000
#ifdef TEST_TIMEOUT_DEFAULT
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	150
#endif

/* A deadline that is set and never reached. */
#define T_LONG		(1000000 * MS)

static inline __s64 t_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* The whole of ENTER; outputs in @e. */
static inline int t_enter_raw(int fd, struct cotask_enter *e)
{
	return ioctl(fd, COTASK_IOC_ENTER, e) ? -errno : 0;
}

/**
 * struct turn - results of one ENTER
 * @rc: return value of the ioctl
 * @n: number of events
 * @event: the first events
 * @applied: number of applied operations
 */
struct turn {
	int rc;
	unsigned int n;
	struct cotask_event_info event[64];
	unsigned int applied;
};

/* Number of events of a file's last ENTER, all of which the tests have started. */
static unsigned int t_given[1024];

#define T_ALL	(~0U)

static inline int t_open(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		t_given[fd] = 0;
	return fd;
}

/*
 * Apply operations, wait for an event or until @deadline, and retrieve up to @max events; with
 * 0, run nothing. @begun of the previous events were started.
 */
static inline struct turn t_enter_full(int fd, struct cotask_op *ops, unsigned int n,
				       unsigned int max, unsigned int begun, __s64 deadline)
{
	struct turn t = {};
	struct cotask_enter e = {
		.size = sizeof(e),
		.ops = (unsigned long)ops,
		.n_ops = n,
		.n_begun = begun == T_ALL ? t_given[fd] : begun,
		.min_events = !!max,
		.events = (unsigned long)t.event,
		.max_events = max,
		.deadline = deadline,
	};

	memset(t.event, 0xcc, sizeof(t.event));
	t.rc = t_enter_raw(fd, &e);
	t.n = e.n_events;
	t.applied = e.applied;
	if (!e.n_begun)
		t_given[fd] = t.n;
	return t;
}

/* One event at a time. */
static inline struct turn t_enter_until(int fd, struct cotask_op *ops, unsigned int n,
					unsigned int max, __s64 deadline)
{
	return t_enter_full(fd, ops, n, max, T_ALL, deadline);
}

/* No test waits forever. */
static inline struct turn t_enter_batch(int fd, struct cotask_op *ops, unsigned int n,
					unsigned int max, unsigned int begun)
{
	return t_enter_full(fd, ops, n, max, begun, t_now() + T_LIMIT_MS * MS);
}

static inline struct turn t_enter(int fd, struct cotask_op *ops, unsigned int n,
				  unsigned int max)
{
	return t_enter_batch(fd, ops, n, max, T_ALL);
}

/*
 * Let tasks run until there is an event, or nothing left to do. While a task is in the process
 * there may be work that has to wait for it: then it is the number of calls that ends.
 */
static inline struct turn t_settle(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int calls = 100;
	struct turn t;

	do {
		t = t_enter_until(fd, NULL, 0, 1, t_now());
	} while (!t.n && --calls && poll(&p, 1, 0) == 1);
	return t;
}

/* Apply one operation without waiting.  Return: its result. */
static inline __s64 t_op(int fd, struct cotask_op op)
{
	struct turn t;

	op.result = POISON;
	t = t_enter_until(fd, &op, 1, 0, 0);
	return t.rc ? t.rc : op.result;
}

static inline __s64 t_post(int fd, struct cotask_op op)
{
	struct cotask_post_ops p = {
		.size = sizeof(p),
		.ops = (unsigned long)&op,
		.n_ops = 1,
	};

	op.result = POISON;
	if (ioctl(fd, COTASK_IOC_POST, &p))
		return -errno;
	return op.result;
}

/* Wait for the next event. */
static inline struct cotask_event_info t_next(int fd)
{
	struct turn t = t_enter(fd, NULL, 0, 1);
	struct cotask_event_info none = { .handle = POISON };

	return t.rc || t.n != 1 ? none : t.event[0];
}

/* Apply one operation that ends a step, and retrieve the next event of any task. */
static inline struct cotask_event_info t_step(int fd, struct cotask_op op)
{
	struct turn t = t_enter(fd, &op, 1, 1);
	struct cotask_event_info none = { .handle = POISON, .result = op.result };

	return t.rc || op.result || t.n != 1 ? none : t.event[0];
}

/* Write to a file of a directory; returns as write(). */
static inline long t_write_file(const char *dir, const char *name, const char *text)
{
	char path[200];
	long n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY);
	n = write(fd, text, strlen(text));
	close(fd);
	return n;
}

#define OP(o, ...)	((struct cotask_op){ .opcode = COTASK_OP_##o, ##__VA_ARGS__ })

/* For tests whose fixture contains the file: apply an operation; end a step. */
#define op(...)		t_op(self->fd, OP(__VA_ARGS__))
#define step(...)	t_step(self->fd, OP(__VA_ARGS__))

#endif /* COTASK_TEST_H */
