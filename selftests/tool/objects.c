// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - a program whose tasks wait for identifiable objects: a lock that is held, a
 * pipe, a queue, inside of a timeout; and a task whose code runs for a long time
 *
 * Prints its pid, and ends when its input ends.
 */
#include <cotask.h>
#include <cotask_io.h>
#include <cotask_sync.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct cotask_lock lock;
static struct cotask_queue queue;
static int ends[2];

static void spin(long ms)
{
	struct timespec begin, now;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000 < ms);
}

long works(void *arg)
{
	(void)arg;
	spin(30);
	return cotask_sleep(COTASK_FOREVER);
}

long holds(void *arg)
{
	long rc = cotask_lock_acquire(&lock);

	(void)arg;
	return rc ? rc : cotask_sleep(COTASK_FOREVER);
}

long wants(void *arg)
{
	struct cotask_timeout t;
	long rc;

	(void)arg;
	cotask_timeout_init(&t, 1000 * COTASK_SEC);
	rc = cotask_timeout_enter(&t);
	if (!rc)
		rc = cotask_timeout_exit(&t, cotask_lock_acquire(&lock));
	return rc;
}

long reads(void *arg)
{
	(void)arg;
	return cotask_poll(ends[0], POLLIN);
}

long gets(void *arg)
{
	(void)arg;
	return cotask_queue_get(&queue);
}

long objects(void *arg)
{
	static const struct { cotask_fn fn; const char *name; } tasks[] = {
		{ works, "works" }, { holds, "holds" }, { wants, "wants é" }, { reads, "reads" },
		{ gets, "gets" },
	};
	unsigned int i;
	long rc;
	char c;

	(void)arg;
	cotask_set_name(cotask_current(), "main");
	cotask_lock_init(&lock);
	cotask_queue_init(&queue, 0);
	for (i = 0; i < sizeof(tasks) / sizeof(*tasks); i++)
		cotask_put(cotask_spawn(NULL, tasks[i].fn, NULL, tasks[i].name));
	rc = cotask_sleep(100 * COTASK_MSEC);
	printf("%d\n", getpid());
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return rc;
}

int main(void)
{
	return pipe(ends) || cotask_run(objects, NULL) != 0;
}
