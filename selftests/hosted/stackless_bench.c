// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - hosted tasks without stacks: "stackless_bench SLEEPERS..."; "echo unix:PATH"
 * and "deadline unix:PATH" run an echo server, as in cotask_bench.c
 */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cotask_stackless.h>
#include <cotask_stream.h>

#include "bench.h"

/**
 * struct worker - one of many tasks of the benchmark
 * @frame: its coroutine
 * @until: end of its sleep, or number of yields
 */
struct worker {
	struct cotask_frame frame;
	int64_t until;
};

/**
 * struct bench - the main task
 * @frame: its coroutine
 * @run: the coroutine that runs a group
 * @group: group of the workers
 * @worker: all workers
 * @n: number of workers
 * @begin: start time of the row
 * @memory: memory in use at @begin
 * @sleepers: numbers of sleepers, from the command line
 * @i: counts spawns
 */
struct bench {
	struct cotask_frame frame;
	struct cotask_frame run;
	struct cotask_group group;
	struct worker *worker;
	int n;
	int64_t begin;
	long memory;
	char **sleepers;
	int i;
};

#define SOME	100

static struct bench bench;

static long yielder(struct cotask *task, struct cotask_frame *frame)
{
	struct worker *me = container_of(frame, struct worker, frame);
	long rc;

	CO_BEGIN(task, frame, yielded);
	while (me->until--) {
		CO_AWAIT(yielded, rc, cotask_yield(task));
		if (rc)
			return rc;
	}
	return 0;
}

static long nothing(struct cotask *task, struct cotask_frame *frame)
{
	return 0;
}

static long sleeper(struct cotask *task, struct cotask_frame *frame)
{
	struct worker *me = container_of(frame, struct worker, frame);
	long rc;

	CO_BEGIN(task, frame, slept);
	CO_AWAIT(slept, rc, cotask_sleep_until(task, me->until, CLOCK_MONOTONIC, 0));
	return rc;
}

/* Spawn @n workers into the group, some of them together; the frames are in one array. */
static void start_all(struct cotask *task, cotask_step_fn step, int64_t until, int n)
{
	struct cotask_frame *frames[SOME];
	int i, some = 0;

	bench.worker = calloc(n, sizeof(*bench.worker));
	cotask_group_init(&bench.group);
	if (!bench.worker || cotask_group_enter(task, &bench.group))
		exit(1);
	for (i = 0; i < n; i++) {
		bench.worker[i].until = until;
		frames[some++] = cotask_frame_init(&bench.worker[i].frame, step, NULL);
		if (some < SOME && i + 1 < n)
			continue;
		if (cotask_go_all(&bench.group, frames, some))
			exit(1);
		some = 0;
	}
}

static struct cotask_await join_all(struct cotask *task)
{
	return cotask_group_exit(task, &bench.group, 0);
}

static void bench_timeout(struct cotask *task)
{
	struct cotask_timeout t;
	int i;

	bench.begin = start();
	for (i = 0; i < SCOPES; i++) {
		if (!cotask_timeout_start(task, &t, 1000000000))
			(void)!cotask_timeout_exit(&t, 0);
	}
	finish("timeout", "stackless", bench.begin, SCOPES);
}

static const char *row_for(const char *name)
{
	static char row[40];

	snprintf(row, sizeof(row), "%s_%d", name, bench.n);
	return row;
}

static long bench_sleepers(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, asleep, ended, armed, cancelled);
	/* All tasks exist before the first one wakes up. */
	bench.begin = start_cpu();
	bench.memory = memory();
	start_all(task, sleeper, now() + (5 + bench.n / 8000) * 1000000000LL, bench.n);
	CO_AWAIT(asleep, rc, cotask_sleep(task, 200000000));
	print(row_for("memory"), "stackless", (double)(memory() - bench.memory) / bench.n, "bytes");
	CO_AWAIT(ended, rc, join_all(task));
	finish_cpu(row_for("sleepers"), "stackless", bench.begin, bench.n);
	free(bench.worker);

	start_all(task, sleeper, now() + 3600 * 1000000000LL, bench.n);
	CO_AWAIT(armed, rc, cotask_sleep(task, 100000000));
	bench.begin = start();
	cotask_group_cancel(&bench.group);
	CO_AWAIT(cancelled, rc, join_all(task));
	finish(row_for("cancel"), "stackless", bench.begin, bench.n);
	free(bench.worker);
	return rc;
}

static long run(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, yielded, spawned, slept);
	bench.begin = start();
	start_all(task, yielder, YIELDS, YIELDERS);
	CO_AWAIT(yielded, rc, join_all(task));
	finish("yield", "stackless", bench.begin, (long)YIELDERS * YIELDS);
	free(bench.worker);

	bench.begin = start();
	for (bench.i = 0; bench.i < SPAWNS; bench.i += 1000) {
		start_all(task, nothing, 0, 1000);
		CO_AWAIT(spawned, rc, join_all(task));
		free(bench.worker);
	}
	finish("spawn", "stackless", bench.begin, SPAWNS);

	bench_timeout(task);
	for (; *bench.sleepers; bench.sleepers++) {
		bench.n = atoi(*bench.sleepers);
		cotask_frame_init(&bench.run, bench_sleepers, NULL);
		CO_AWAIT(slept, rc, cotask_call(task, &bench.run));
		if (rc)
			return rc;
	}
	return 0;
}

/* --- an echo server --------------------------------------------------------------------- */

/**
 * struct connection - a connection
 * @frame: its coroutine
 * @s: the socket
 * @timeout: time limit of one message
 * @n: number of bytes in @buf
 * @buf: data that was read
 */
struct connection {
	struct cotask_frame	frame;
	struct cotask_stream	s;
	struct cotask_timeout	timeout;
	long			n;
	char			buf[4096];
};

/**
 * struct server - the listener
 * @frame: its coroutine
 * @fd: the socket
 * @deadline: each message has one
 */
static struct server {
	struct cotask_frame	frame;
	int			fd;
	bool			deadline;
} server;

static struct connection *connection_of(struct cotask_frame *frame)
{
	return (struct connection *)frame;
}

static void close_connection(struct cotask_frame *frame)
{
	cotask_stream_close(&connection_of(frame)->s);
	free(frame);
}

static long echo(struct cotask *task, struct cotask_frame *frame)
{
	struct connection *me = connection_of(frame);
	long rc;

	CO_BEGIN(task, frame, got, sent);
	for (;;) {
		if (server.deadline && cotask_timeout_start(task, &me->timeout, DEADLINE_NS))
			return 1;
		CO_AWAIT(got, me->n, cotask_co_stream_read(task, &me->s, me->buf, sizeof(me->buf)));
		if (server.deadline)
			me->n = cotask_timeout_exit(&me->timeout, me->n);
		if (me->n <= 0)
			return me->n;
		CO_AWAIT(sent, rc, cotask_co_stream_write(task, &me->s, me->buf, me->n));
		if (rc != me->n)
			return 1;
	}
}

static int serve(int fd)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (!c || cotask_stream_init(&c->s, fd))
		return 1;
	return cotask_go(NULL, cotask_frame_init(&c->frame, echo, close_connection));
}

static long accept_all(struct cotask *task, struct cotask_frame *frame)
{
	long rc;
	int fd;

	CO_BEGIN(task, frame, ready);
	for (;;) {
		CO_AWAIT(ready, rc, cotask_co_poll(task, server.fd, POLLIN));
		if (rc < 0)
			return rc;
		while ((fd = accept4(server.fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
			if (serve(fd))
				return 1;
		}
	}
}

static int run_server(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	server.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (bind(server.fd, (struct sockaddr *)&un, sizeof(un)) || listen(server.fd, 1024))
		return 1;
	return cotask_run(NULL, cotask_frame_init(&server.frame, accept_all, NULL)) ? 1 : 0;
}

int main(int argc, char **argv)
{
	server.deadline = argc == 3 && !strcmp(argv[1], "deadline");
	if (argc == 3 && (server.deadline || !strcmp(argv[1], "echo")))
		return run_server(argv[2] + strlen("unix:"));
	bench.sleepers = argv + 1;
	return cotask_run(NULL, cotask_frame_init(&bench.frame, run, NULL)) ? 1 : 0;
}
