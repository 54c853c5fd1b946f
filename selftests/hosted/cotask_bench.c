// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - hosted tasks: "cotask_bench SLEEPERS..."; "echo unix:PATH" runs an echo
 * server, "deadline unix:PATH" an echo server that waits up to ten seconds for each message
 */
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cotask.h>
#include <cotask_future.h>
#include <cotask_io.h>
#include <cotask_stream.h>
#include <cotask_sync.h>

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

/* A group of tasks that have the same argument. */
static void start_group(struct cotask_group *g, long (*fn)(void *), void *arg, int n)
{
	void **args = calloc(n, sizeof(*args));
	int i;

	for (i = 0; i < n; i++)
		args[i] = arg;
	cotask_group_init(g);
	if (cotask_group_enter(g) || cotask_go_many(g, fn, args, n))
		exit(1);
	free(args);
}

static long run_group(long (*fn)(void *), void *arg, int n)
{
	struct cotask_group g;

	start_group(&g, fn, arg, n);
	return cotask_group_exit(&g, 0);
}

static void bench_yield(void)
{
	int64_t begin = start();

	run_group(yielder, NULL, YIELDERS);
	finish("yield", "cotask", begin, YIELDERS * YIELDS);
}

static void bench_spawn(void)
{
	int64_t begin = start();
	int i;

	for (i = 0; i < SPAWNS; i += 1000)
		run_group(nothing, NULL, 1000);
	finish("spawn", "cotask", begin, SPAWNS);
}

static long number(void *arg)
{
	return (long)arg;
}

/* Each task returns a number; the spawner adds the numbers up. */
static long sum_of_group(void)
{
	struct cotask *task[GROUP_SIZE];
	struct cotask_group g;
	long i, sum = 0;

	cotask_group_init(&g);
	if (cotask_group_enter(&g))
		return -1;
	for (i = 0; i < GROUP_SIZE; i++)
		task[i] = cotask_spawn(&g, number, (void *)i, NULL);
	if (cotask_group_exit(&g, 0))
		return -1;
	for (i = 0; i < GROUP_SIZE; i++) {
		sum += cotask_result(task[i]);
		cotask_put(task[i]);
	}
	return sum;
}

static void bench_group(void)
{
	int64_t begin = start();
	int i;

	for (i = 0; i < SPAWNS; i += GROUP_SIZE) {
		if (sum_of_group() != GROUP_SIZE * (GROUP_SIZE - 1L) / 2)
			exit(1);
	}
	finish("group", "cotask", begin, SPAWNS);
}

/* Waits inside of a timeout whose deadline is moved. */
static long waiter(void *arg)
{
	struct cotask_timeout *t = arg;

	if (cotask_timeout_start(t, 3600 * 1000000000LL))
		return -1;
	return cotask_timeout_exit(t, cotask_sleep(COTASK_FOREVER));
}

static void bench_move(void)
{
	static struct cotask_timeout t[MOVED];
	struct cotask_group g;
	int64_t begin, until;
	int i;

	cotask_group_init(&g);
	(void)!cotask_group_enter(&g);
	for (i = 0; i < MOVED; i++)
		cotask_put(cotask_spawn(&g, waiter, &t[i], NULL));
	(void)!cotask_sleep(100000000);
	until = now() + 7200 * 1000000000LL;
	begin = start();
	for (i = 0; i < MOVED; i++) {
		if (cotask_timeout_move(&t[i], until + MOVED_BY(i)))
			exit(1);
	}
	finish("move", "cotask", begin, MOVED);
	cotask_group_cancel(&g);
	(void)!cotask_group_exit(&g, 0);
}

static long producer(void *arg)
{
	int i;

	for (i = 0; i < ITEMS; i++) {
		if (cotask_queue_put(arg, i))
			return -1;
	}
	return 0;
}

static long consumer(void *arg)
{
	int i;

	for (i = 0; i < ITEMS; i++) {
		if (cotask_queue_get(arg) != i)
			return -1;
	}
	return 0;
}

static void bench_queue(void)
{
	struct cotask_queue q;
	struct cotask_group g;
	int64_t begin;

	cotask_queue_init(&q, 1);
	begin = start();
	cotask_group_init(&g);
	(void)!cotask_group_enter(&g);
	cotask_put(cotask_spawn(&g, producer, &q, NULL));
	cotask_put(cotask_spawn(&g, consumer, &q, NULL));
	if (cotask_group_exit(&g, 0))
		exit(1);
	finish("queue", "cotask", begin, ITEMS);
	cotask_queue_fini(&q);
}

/* Yields while it holds the lock, so that the other task waits for the lock. */
static long locker(void *arg)
{
	int i;

	for (i = 0; i < HANDED / 2; i++) {
		if (cotask_lock_acquire(arg) || cotask_yield() || cotask_lock_release(arg))
			return -1;
	}
	return 0;
}

static void bench_lock(void)
{
	struct cotask_lock lock;
	int64_t begin;

	cotask_lock_init(&lock);
	begin = start();
	run_group(locker, &lock, 2);
	finish("lock", "cotask", begin, HANDED);
	cotask_lock_fini(&lock);
}

static struct cotask_future posted[POSTED];
static sem_t asked;

static void *poster(void *arg)
{
	int i;

	for (i = 0; i < POSTED; i++) {
		sem_wait(&asked);
		cotask_future_complete(&posted[i], i);
	}
	return arg;
}

/* A thread wakes the task that has requested it. */
static void bench_wake(void)
{
	pthread_t thread;
	int64_t begin;
	int i;

	for (i = 0; i < POSTED; i++)
		cotask_future_init(&posted[i]);
	sem_init(&asked, 0, 0);
	pthread_create(&thread, NULL, poster, NULL);
	begin = start();
	for (i = 0; i < POSTED; i++) {
		sem_post(&asked);
		if (cotask_await_future(&posted[i]) != i)
			exit(1);
	}
	finish("wake", "cotask", begin, POSTED);
	pthread_join(thread, NULL);
	for (i = 0; i < POSTED; i++)
		cotask_future_fini(&posted[i]);
}

static void bench_sleepers(int n)
{
	/* All tasks exist before the first one wakes up. */
	int64_t begin, until = now() + (5 + n / 8000) * 1000000000LL;
	struct cotask_group g;
	long before = memory();
	char row[40];

	begin = start_cpu();
	start_group(&g, sleeper, &until, n);
	(void)!cotask_sleep(200000000);
	snprintf(row, sizeof(row), "memory_%d", n);
	print(row, "cotask", (double)(memory() - before) / n, "bytes");
	(void)!cotask_group_exit(&g, 0);
	snprintf(row, sizeof(row), "sleepers_%d", n);
	finish_cpu(row, "cotask", begin, n);
}

static void bench_cancel(int n)
{
	int64_t begin, until = now() + 3600 * 1000000000LL;
	struct cotask_group g;
	char row[40];

	start_group(&g, sleeper, &until, n);
	(void)!cotask_sleep(100000000);
	snprintf(row, sizeof(row), "cancel_%d", n);
	begin = start();
	cotask_group_cancel(&g);
	(void)!cotask_group_exit(&g, 0);
	finish(row, "cotask", begin, n);
}

static void bench_timeout(void)
{
	int64_t begin = start();
	int i;

	for (i = 0; i < SCOPES; i++) {
		struct cotask_timeout t;

		if (!cotask_timeout_start(&t, 1000000000))
			(void)!cotask_timeout_exit(&t, 0);
	}
	finish("timeout", "cotask", begin, SCOPES);
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
	bench_group();
	bench_timeout();
	bench_queue();
	bench_lock();
	bench_wake();
	bench_lateness();
	for (n = arg; *n; n++) {
		bench_sleepers(atoi(*n));
		bench_cancel(atoi(*n));
	}
	bench_move();
	return 0;
}

static bool with_deadline;

static ssize_t read_in_time(struct cotask_stream *s, char *buf, size_t size)
{
	struct cotask_timeout t;

	if (!with_deadline)
		return cotask_stream_read(s, buf, size);
	if (cotask_timeout_start(&t, DEADLINE_NS))
		return -1;
	return cotask_timeout_exit(&t, cotask_stream_read(s, buf, size));
}

static long echo(void *arg)
{
	struct cotask_stream s;
	char buf[4096];
	ssize_t n;

	if (cotask_stream_init(&s, (long)arg))
		return 1;
	while ((n = read_in_time(&s, buf, sizeof(buf))) > 0) {
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
	with_deadline = argc == 3 && !strcmp(argv[1], "deadline");
	if (argc == 3 && (with_deadline || !strcmp(argv[1], "echo")))
		return cotask_run(serve, argv[2] + strlen("unix:")) ? 1 : 0;
	return cotask_run(bench, argv + 1) ? 1 : 0;
}
