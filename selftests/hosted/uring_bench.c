// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - the same rows on io_uring, as an event loop in C without tasks; "echo
 * unix:PATH" runs an echo server, "deadline unix:PATH" an echo server that waits up to ten seconds
 * for each message
 */
#include <liburing.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"

#define BATCH	1000

static struct io_uring ring;

static void reap(unsigned int n)
{
	struct io_uring_cqe *cqe;
	unsigned int head, seen;

	while (n) {
		io_uring_submit_and_wait(&ring, 1);
		seen = 0;
		io_uring_for_each_cqe(&ring, head, cqe)
			seen++;
		io_uring_cq_advance(&ring, seen);
		n -= seen < n ? seen : n;
	}
}

static struct io_uring_sqe *sqe(void)
{
	struct io_uring_sqe *s = io_uring_get_sqe(&ring);

	if (!s) {
		io_uring_submit(&ring);
		s = io_uring_get_sqe(&ring);
	}
	return s;
}

static void bench_nop(void)
{
	int64_t begin = start();
	int i, k;

	for (i = 0; i < YIELDS; i++) {
		for (k = 0; k < BATCH; k++)
			io_uring_prep_nop(sqe());
		reap(BATCH);
	}
	finish("yield", "io_uring_nop", begin, BATCH * YIELDS);
}

static void bench_timeout(void)
{
	struct __kernel_timespec ts = { .tv_sec = 1 };
	int64_t begin = start();
	int i;

	for (i = 0; i < SCOPES; i++) {
		struct io_uring_sqe *s = sqe();

		io_uring_prep_timeout(s, &ts, 0, 0);
		io_uring_sqe_set_data64(s, 1);
		io_uring_prep_timeout_remove(sqe(), 1, 0);
		reap(2);
	}
	finish("timeout", "io_uring", begin, SCOPES);
}

static void bench_lateness(void)
{
	static int64_t late[WAKES];
	int64_t next;
	int i;

	for (i = 0; i < WAKES; i++) {
		struct __kernel_timespec ts;

		next = now() + PERIOD_NS;
		ts.tv_sec = next / 1000000000;
		ts.tv_nsec = next % 1000000000;
		io_uring_prep_timeout(sqe(), &ts, 0, IORING_TIMEOUT_ABS);
		reap(1);
		late[i] = now() - next;
	}
	print_lateness("io_uring", late);
}

static void arm(int n, int64_t until)
{
	struct __kernel_timespec ts = { until / 1000000000, until % 1000000000 };
	int i;

	for (i = 0; i < n; i++) {
		struct io_uring_sqe *s = sqe();

		io_uring_prep_timeout(s, &ts, 0, IORING_TIMEOUT_ABS);
		io_uring_sqe_set_data64(s, 1000 + i);
	}
	io_uring_submit(&ring);
}

static void bench_sleepers(int n)
{
	int64_t begin;
	long before = memory();
	char row[40];

	begin = start_cpu();
	arm(n, now() + (n > 20000 ? 20 : 5) * 1000000000LL);
	snprintf(row, sizeof(row), "memory_%d", n);
	print(row, "io_uring", (double)(memory() - before) / n, "bytes");
	reap(n);
	snprintf(row, sizeof(row), "sleepers_%d", n);
	finish_cpu(row, "io_uring", begin, n);
}

static void bench_cancel(int n)
{
	int64_t begin;
	char row[40];
	int i;

	snprintf(row, sizeof(row), "cancel_%d", n);
	arm(n, now() + 3600 * 1000000000LL);
	begin = start();
	for (i = 0; i < n; i++)
		io_uring_prep_timeout_remove(sqe(), 1000 + i, 0);
	reap(2 * n);
	finish(row, "io_uring", begin, n);
}

static void bench_move(void)
{
	int64_t begin, until = now() + 7200 * 1000000000LL;
	struct __kernel_timespec ts[BATCH];
	int i, k;

	arm(MOVED, now() + 3600 * 1000000000LL);
	begin = start();
	for (i = 0; i < MOVED; i += BATCH) {
		for (k = 0; k < BATCH; k++) {
			ts[k].tv_sec = (until + MOVED_BY(i + k)) / 1000000000;
			ts[k].tv_nsec = (until + MOVED_BY(i + k)) % 1000000000;
			io_uring_prep_timeout_update(sqe(), &ts[k], 1000 + i + k,
						     IORING_TIMEOUT_ABS);
		}
		reap(BATCH);
	}
	finish("move", "io_uring", begin, MOVED);
	for (i = 0; i < MOVED; i++)
		io_uring_prep_timeout_remove(sqe(), 1000 + i, 0);
	reap(2 * MOVED);
}

static sem_t asked;

static void *poster(void *fd)
{
	const uint64_t one = 1;
	int i;

	for (i = 0; i < POSTED; i++) {
		sem_wait(&asked);
		if (write(*(int *)fd, &one, sizeof(one)) < 0)
			exit(1);
	}
	return NULL;
}

/* A thread wakes the loop that has requested it. */
static void bench_wake(void)
{
	int fd = eventfd(0, 0), i;
	pthread_t thread;
	uint64_t count;
	int64_t begin;

	sem_init(&asked, 0, 0);
	pthread_create(&thread, NULL, poster, &fd);
	begin = start();
	for (i = 0; i < POSTED; i++) {
		io_uring_prep_read(sqe(), fd, &count, sizeof(count), 0);
		sem_post(&asked);
		reap(1);
	}
	finish("wake", "io_uring", begin, POSTED);
	pthread_join(thread, NULL);
}

/* --- the echo server ------------------------------------------------------------------------ */

struct connection {
	int fd;
	bool sends;
	char buf[4096];
};

static bool with_deadline;

static void receive(struct connection *c)
{
	static struct __kernel_timespec limit = { .tv_sec = DEADLINE_NS / 1000000000 };
	struct io_uring_sqe *s = sqe();

	/* Both requests are submitted together. */
	if (with_deadline && !io_uring_sq_space_left(&ring)) {
		io_uring_prep_nop(s);
		io_uring_sqe_set_data(s, NULL);
		io_uring_submit(&ring);
		s = sqe();
	}
	c->sends = false;
	io_uring_prep_recv(s, c->fd, c->buf, sizeof(c->buf), 0);
	io_uring_sqe_set_data(s, c);
	if (!with_deadline)
		return;
	s->flags |= IOSQE_IO_LINK;
	s = sqe();
	io_uring_prep_link_timeout(s, &limit, 0);
	io_uring_sqe_set_data(s, NULL);
}

static void answer(struct connection *c, int n)
{
	struct io_uring_sqe *s = sqe();

	c->sends = true;
	io_uring_prep_send(s, c->fd, c->buf, n, 0);
	io_uring_sqe_set_data(s, c);
}

static void wait_for_connection(int listener)
{
	struct io_uring_sqe *s = sqe();

	io_uring_prep_accept(s, listener, NULL, NULL, 0);
	io_uring_sqe_set_data(s, &ring);
}

static void complete(int listener, void *what, int res)
{
	struct connection *c = what;

	if (!what)
		return;
	if (what == &ring) {
		c = calloc(1, sizeof(*c));
		c->fd = res;
		receive(c);
		wait_for_connection(listener);
	} else if (res <= 0) {
		close(c->fd);
		free(c);
	} else if (c->sends) {
		receive(c);
	} else {
		answer(c, res);
	}
}

static int serve(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	struct io_uring_cqe *cqe;
	unsigned int head, seen;

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	unlink(path);
	if (bind(listener, (struct sockaddr *)&un, sizeof(un)) || listen(listener, 1024))
		return 1;
	wait_for_connection(listener);
	for (;;) {
		io_uring_submit_and_wait(&ring, 1);
		seen = 0;
		io_uring_for_each_cqe(&ring, head, cqe) {
			complete(listener, io_uring_cqe_get_data(cqe), cqe->res);
			seen++;
		}
		io_uring_cq_advance(&ring, seen);
	}
}

int main(int argc, char **argv)
{
	struct io_uring_params p = { .flags = IORING_SETUP_CQSIZE, .cq_entries = 1 << 16 };
	int i;

	if (io_uring_queue_init_params(1024, &ring, &p))
		return 4;
	with_deadline = argc == 3 && !strcmp(argv[1], "deadline");
	if (argc == 3 && (with_deadline || !strcmp(argv[1], "echo")))
		return serve(argv[2] + strlen("unix:"));
	bench_nop();
	bench_timeout();
	bench_lateness();
	bench_wake();
	for (i = 1; i < argc; i++) {
		bench_sleepers(atoi(argv[i]));
		bench_cancel(atoi(argv[i]));
	}
	bench_move();
	return 0;
}
