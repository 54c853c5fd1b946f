// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - libuv: timers and callbacks, without tasks
 */
#include <uv.h>

#include "bench.h"

static int64_t late[WAKES], next;
static int wakes;

static void due(uv_timer_t *t)
{
	(void)t;
}

static void woken(uv_timer_t *t)
{
	late[wakes++] = now() - next;
	if (wakes == WAKES)
		return;
	next = now() + PERIOD_NS;
	uv_update_time(t->loop);
	uv_timer_start(t, woken, 1, 0);
}

static void closed(uv_handle_t *h)
{
	(void)h;
}

static uv_timer_t *start_all(uv_loop_t *loop, int n, uint64_t ms)
{
	uv_timer_t *t = calloc(n, sizeof(*t));
	int i;

	for (i = 0; i < n; i++) {
		uv_timer_init(loop, &t[i]);
		uv_timer_start(&t[i], due, ms, 0);
	}
	return t;
}

/* The handles belong to the loop until then. */
static void close_all(uv_loop_t *loop, uv_timer_t *t, int n)
{
	int i;

	for (i = 0; i < n; i++)
		uv_close((uv_handle_t *)&t[i], closed);
	uv_run(loop, UV_RUN_DEFAULT);
}

static void bench_sleepers(uv_loop_t *loop, int n)
{
	int64_t begin = cpu();
	long before = memory();
	uv_timer_t *t = start_all(loop, n, 5000);
	char row[40];

	snprintf(row, sizeof(row), "memory_%d", n);
	print(row, "libuv", (double)(memory() - before) / n, "bytes");
	uv_run(loop, UV_RUN_DEFAULT);
	snprintf(row, sizeof(row), "sleepers_%d", n);
	print(row, "libuv", (double)(cpu() - begin) / n, "ns");
	close_all(loop, t, n);
	free(t);
}

static void bench_cancel(uv_loop_t *loop, int n)
{
	uv_timer_t *t = start_all(loop, n, 3600000);
	int64_t begin = now();
	char row[40];
	int i;

	for (i = 0; i < n; i++)
		uv_timer_stop(&t[i]);
	close_all(loop, t, n);
	snprintf(row, sizeof(row), "cancel_%d", n);
	print(row, "libuv", (double)(now() - begin) / n, "ns");
	free(t);
}

int main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();
	uv_timer_t timer;
	int64_t begin;
	int i;

	uv_timer_init(loop, &timer);
	begin = now();
	for (i = 0; i < SCOPES; i++) {
		uv_timer_start(&timer, due, 1000, 0);
		uv_timer_stop(&timer);
	}
	print("timeout", "libuv", (double)(now() - begin) / SCOPES, "ns");
	next = now() + PERIOD_NS;
	uv_timer_start(&timer, woken, 1, 0);
	uv_run(loop, UV_RUN_DEFAULT);
	print_lateness("libuv", late);
	for (i = 1; i < argc; i++) {
		bench_sleepers(loop, atoi(argv[i]));
		bench_cancel(loop, atoi(argv[i]));
	}
	return 0;
}
