// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - libuv: timers and callbacks, without tasks; "echo unix:PATH" runs an echo
 * server, "deadline unix:PATH" an echo server that waits up to ten seconds for each message
 */
#include <semaphore.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
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

/* The loop owns the handles until this callback. */
static void close_all(uv_loop_t *loop, uv_timer_t *t, int n)
{
	int i;

	for (i = 0; i < n; i++)
		uv_close((uv_handle_t *)&t[i], closed);
	uv_run(loop, UV_RUN_DEFAULT);
}

static void bench_sleepers(uv_loop_t *loop, int n)
{
	int64_t begin;
	long before = memory();
	uv_timer_t *t;
	char row[40];

	begin = start_cpu();
	t = start_all(loop, n, 5000);
	snprintf(row, sizeof(row), "memory_%d", n);
	print(row, "libuv", (double)(memory() - before) / n, "bytes");
	uv_run(loop, UV_RUN_DEFAULT);
	snprintf(row, sizeof(row), "sleepers_%d", n);
	finish_cpu(row, "libuv", begin, n);
	close_all(loop, t, n);
	free(t);
}

static void bench_cancel(uv_loop_t *loop, int n)
{
	uv_timer_t *t = start_all(loop, n, 3600000);
	int64_t begin;
	char row[40];
	int i;

	snprintf(row, sizeof(row), "cancel_%d", n);
	begin = start();
	for (i = 0; i < n; i++)
		uv_timer_stop(&t[i]);
	close_all(loop, t, n);
	finish(row, "libuv", begin, n);
	free(t);
}

static void bench_move(uv_loop_t *loop)
{
	uv_timer_t *t = start_all(loop, MOVED, 3600000);
	int64_t begin;
	int i;

	begin = start();
	for (i = 0; i < MOVED; i++)
		uv_timer_start(&t[i], due, 7200000 + MOVED_BY(i) / 1000, 0);
	finish("move", "libuv", begin, MOVED);
	close_all(loop, t, MOVED);
	free(t);
}

static sem_t asked;
static int posted;

static void poster(void *async)
{
	int i;

	for (i = 0; i < POSTED; i++) {
		sem_wait(&asked);
		uv_async_send(async);
	}
}

static void was_posted(uv_async_t *async)
{
	if (++posted < POSTED)
		sem_post(&asked);
	else
		uv_close((uv_handle_t *)async, closed);
}

/* A thread wakes the loop that has requested it. */
static void bench_wake(uv_loop_t *loop)
{
	uv_thread_t thread;
	uv_async_t async;
	int64_t begin;

	sem_init(&asked, 0, 0);
	uv_async_init(loop, &async, was_posted);
	uv_thread_create(&thread, poster, &async);
	begin = start();
	sem_post(&asked);
	uv_run(loop, UV_RUN_DEFAULT);
	finish("wake", "libuv", begin, POSTED);
	uv_thread_join(&thread);
}

/* --- the echo server ------------------------------------------------------------------------ */

struct connection {
	uv_pipe_t pipe;
	uv_timer_t timer;
	uv_write_t write;
	int open;
	char buf[4096];
};

static bool with_deadline;

static void closed_one(uv_handle_t *h)
{
	struct connection *c = h->data;

	if (!--c->open)
		free(c);
}

static void end(struct connection *c)
{
	if (uv_is_closing((uv_handle_t *)&c->pipe))
		return;
	uv_close((uv_handle_t *)&c->pipe, closed_one);
	uv_close((uv_handle_t *)&c->timer, closed_one);
}

static void too_late(uv_timer_t *t)
{
	end(t->data);
}

static void wait_again(struct connection *c)
{
	if (with_deadline)
		uv_timer_start(&c->timer, too_late, DEADLINE_NS / 1000000, 0);
}

static void give_buffer(uv_handle_t *h, size_t size, uv_buf_t *buf)
{
	struct connection *c = h->data;

	(void)size;
	*buf = uv_buf_init(c->buf, sizeof(c->buf));
}

static void written(uv_write_t *w, int rc)
{
	if (rc < 0)
		end(w->data);
}

static void has_read(uv_stream_t *s, ssize_t n, const uv_buf_t *buf)
{
	struct connection *c = s->data;
	uv_buf_t out = uv_buf_init(buf->base, n > 0 ? n : 0);

	if (n > 0 && !uv_write(&c->write, s, &out, 1, written))
		wait_again(c);
	else if (n)
		end(c);
}

static void connected(uv_stream_t *listener, int rc)
{
	struct connection *c = calloc(1, sizeof(*c));

	(void)rc;
	c->open = 2;
	c->pipe.data = c;
	c->timer.data = c;
	c->write.data = c;
	uv_pipe_init(listener->loop, &c->pipe, 0);
	uv_timer_init(listener->loop, &c->timer);
	if (uv_accept(listener, (uv_stream_t *)&c->pipe) ||
	    uv_read_start((uv_stream_t *)&c->pipe, give_buffer, has_read))
		end(c);
	else
		wait_again(c);
}

static int serve(uv_loop_t *loop, const char *path)
{
	uv_pipe_t listener;

	unlink(path);
	uv_pipe_init(loop, &listener, 0);
	if (uv_pipe_bind(&listener, path) ||
	    uv_listen((uv_stream_t *)&listener, 1024, connected))
		return 1;
	return uv_run(loop, UV_RUN_DEFAULT);
}

int main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();
	uv_timer_t timer;
	int64_t begin;
	int i;

	with_deadline = argc == 3 && !strcmp(argv[1], "deadline");
	if (argc == 3 && (with_deadline || !strcmp(argv[1], "echo")))
		return serve(loop, argv[2] + strlen("unix:"));
	uv_timer_init(loop, &timer);
	begin = start();
	for (i = 0; i < SCOPES; i++) {
		uv_timer_start(&timer, due, 1000, 0);
		uv_timer_stop(&timer);
	}
	finish("timeout", "libuv", begin, SCOPES);
	next = now() + PERIOD_NS;
	uv_timer_start(&timer, woken, 1, 0);
	uv_run(loop, UV_RUN_DEFAULT);
	print_lateness("libuv", late);
	uv_close((uv_handle_t *)&timer, closed);
	bench_wake(loop);
	for (i = 1; i < argc; i++) {
		bench_sleepers(loop, atoi(argv[i]));
		bench_cancel(loop, atoi(argv[i]));
	}
	bench_move(loop);
	return 0;
}
