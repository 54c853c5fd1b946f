// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - hosted tasks: "cotask_bench SLEEPERS..."; with "echo unix:PATH" an echo
 * server, which waits for as long as it takes, like those of the others
 */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cotask.h>
#include <cotask_io.h>
#include <cotask_stream.h>

#include "bench.h"

static long yielder(void *arg)
{
	int i;

	for (i = 0; i < YIELDS; i++)
		(void)!cotask_yield();
	return 0;
}

static long nothing(void *arg)
{
	return 0;
}

static long sleeper(void *arg)
{
	return cotask_sleep_until(*(int64_t *)arg, CLOCK_MONOTONIC);
}

static long run_group(long (*fn)(void *), void *arg, int n)
{
	struct cotask_group g;
	int i;

	cotask_group_init(&g);
	if (cotask_group_enter(&g))
		return -1;
	for (i = 0; i < n; i++)
		cotask_put(cotask_spawn(&g, fn, arg, NULL));
	return cotask_group_exit(&g, 0);
}

static void bench_yield(void)
{
	int64_t begin = now();

	run_group(yielder, NULL, YIELDERS);
	print("yield", "cotask", (double)(now() - begin) / YIELDERS / YIELDS, "ns");
}

static void bench_spawn(void)
{
	int64_t begin = now();
	int i;

	for (i = 0; i < SPAWNS; i += 1000)
		run_group(nothing, NULL, 1000);
	print("spawn", "cotask", (double)(now() - begin) / SPAWNS, "ns");
}

/* A group of tasks that sleep until then. */
static void start_sleepers(struct cotask_group *g, int64_t *until, int n)
{
	int i;

	cotask_group_init(g);
	(void)!cotask_group_enter(g);
	for (i = 0; i < n; i++)
		cotask_put(cotask_spawn(g, sleeper, until, NULL));
}

static void bench_sleepers(int n)
{
	/* They are all there before the first one wakes up. */
	int64_t begin = cpu(), until = now() + (5 + n / 8000) * 1000000000LL;
	struct cotask_group g;
	long before = memory();
	char row[40];

	start_sleepers(&g, &until, n);
	(void)!cotask_sleep(200000000);
	snprintf(row, sizeof(row), "memory_%d", n);
	print(row, "cotask", (double)(memory() - before) / n, "bytes");
	(void)!cotask_group_exit(&g, 0);
	snprintf(row, sizeof(row), "sleepers_%d", n);
	print(row, "cotask", (double)(cpu() - begin) / n, "ns");
}

static void bench_cancel(int n)
{
	int64_t begin, until = now() + 3600 * 1000000000LL;
	struct cotask_group g;
	char row[40];

	start_sleepers(&g, &until, n);
	(void)!cotask_sleep(100000000);
	begin = now();
	cotask_group_cancel(&g);
	(void)!cotask_group_exit(&g, 0);
	snprintf(row, sizeof(row), "cancel_%d", n);
	print(row, "cotask", (double)(now() - begin) / n, "ns");
}

static void bench_timeout(void)
{
	int64_t begin = now();
	int i;

	for (i = 0; i < SCOPES; i++) {
		struct cotask_timeout t;

		cotask_timeout_init(&t, 1000000000);
		if (!cotask_timeout_enter(&t))
			(void)!cotask_timeout_exit(&t, 0);
	}
	print("timeout", "cotask", (double)(now() - begin) / SCOPES, "ns");
}

static void bench_lateness(void)
{
	static int64_t late[WAKES];
	int64_t next = now() + PERIOD_NS;
	int i;

	for (i = 0; i < WAKES; i++, next = now() + PERIOD_NS) {
		(void)!cotask_sleep_until(next, CLOCK_MONOTONIC);
		late[i] = now() - next;
	}
	print_lateness("cotask", late);
}

static long bench(void *arg)
{
	char **n;

	bench_yield();
	bench_spawn();
	bench_timeout();
	bench_lateness();
	for (n = arg; *n; n++) {
		bench_sleepers(atoi(*n));
		bench_cancel(atoi(*n));
	}
	return 0;
}

static long echo(void *arg)
{
	struct cotask_stream s;
	char buf[4096];
	ssize_t n;

	if (cotask_stream_init(&s, (long)arg))
		return 1;
	while ((n = cotask_stream_read(&s, buf, sizeof(buf))) > 0) {
		if (cotask_stream_write_all(&s, buf, n) < 0)
			break;
	}
	return cotask_stream_close(&s);
}

static long serve(void *arg)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), fd;

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", (char *)arg);
	if (bind(listener, (struct sockaddr *)&un, sizeof(un)) || listen(listener, 1024))
		return 1;
	while ((fd = cotask_accept(listener, NULL, NULL)) >= 0)
		(void)!cotask_go(NULL, echo, (void *)(long)fd);
	return fd;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "echo"))
		return cotask_run(serve, argv[2] + strlen("unix:")) ? 1 : 0;
	return cotask_run(bench, argv + 1) ? 1 : 0;
}
