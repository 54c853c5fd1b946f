// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - the same with a thread for each task
 */
#include <pthread.h>
#include <sched.h>

#include "bench.h"

#define THREADS	1000

static void *nothing(void *arg)
{
	return arg;
}

static void *yielder(void *arg)
{
	int i;

	for (i = 0; i < 1000; i++)
		sched_yield();
	return arg;
}

static void run(void *(*fn)(void *), int n)
{
	pthread_t t[THREADS];
	pthread_attr_t attr;
	int i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (i = 0; i < n; i++) {
		if (pthread_create(&t[i], &attr, fn, NULL))
			exit(1);
	}
	for (i = 0; i < n; i++)
		pthread_join(t[i], NULL);
}

int main(void)
{
	static int64_t late[WAKES];
	int64_t begin = now(), next;
	int i;

	run(yielder, 10);
	print("yield", "threads", (double)(now() - begin) / 10 / 1000, "ns");
	begin = now();
	run(nothing, THREADS);
	print("spawn", "threads", (double)(now() - begin) / THREADS, "ns");
	for (i = 0; i < WAKES; i++) {
		struct timespec ts;

		next = now() + PERIOD_NS;
		ts.tv_sec = next / 1000000000;
		ts.tv_nsec = next % 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
		late[i] = now() - next;
	}
	print_lateness("threads", late);
	return 0;
}
