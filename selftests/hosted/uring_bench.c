// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - the same on io_uring, without tasks: what an event loop in C does
 */
#include <liburing.h>

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
	int64_t begin = now();
	int i, k;

	for (i = 0; i < YIELDS; i++) {
		for (k = 0; k < BATCH; k++)
			io_uring_prep_nop(sqe());
		reap(BATCH);
	}
	print("yield", "io_uring_nop", (double)(now() - begin) / BATCH / YIELDS, "ns");
}

static void bench_timeout(void)
{
	struct __kernel_timespec ts = { .tv_sec = 1 };
	int64_t begin = now();
	int i;

	for (i = 0; i < SCOPES; i++) {
		struct io_uring_sqe *s = sqe();

		io_uring_prep_timeout(s, &ts, 0, 0);
		io_uring_sqe_set_data64(s, 1);
		io_uring_prep_timeout_remove(sqe(), 1, 0);
		reap(2);
	}
	print("timeout", "io_uring", (double)(now() - begin) / SCOPES, "ns");
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
	int64_t begin = cpu();
	long before = memory();
	char row[40];

	arm(n, now() + (n > 20000 ? 20 : 5) * 1000000000LL);
	snprintf(row, sizeof(row), "memory_%d", n);
	print(row, "io_uring", (double)(memory() - before) / n, "bytes");
	reap(n);
	snprintf(row, sizeof(row), "sleepers_%d", n);
	print(row, "io_uring", (double)(cpu() - begin) / n, "ns");
}

static void bench_cancel(int n)
{
	int64_t begin;
	char row[40];
	int i;

	arm(n, now() + 3600 * 1000000000LL);
	begin = now();
	for (i = 0; i < n; i++)
		io_uring_prep_timeout_remove(sqe(), 1000 + i, 0);
	reap(2 * n);
	snprintf(row, sizeof(row), "cancel_%d", n);
	print(row, "io_uring", (double)(now() - begin) / n, "ns");
}

int main(int argc, char **argv)
{
	struct io_uring_params p = { .flags = IORING_SETUP_CQSIZE, .cq_entries = 1 << 16 };
	int i;

	if (io_uring_queue_init_params(1024, &ring, &p))
		return 4;
	bench_nop();
	bench_timeout();
	bench_lateness();
	for (i = 1; i < argc; i++) {
		bench_sleepers(atoi(argv[i]));
		bench_cancel(atoi(argv[i]));
	}
	return 0;
}
