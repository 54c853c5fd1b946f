// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - the same rows with one thread per task
 */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

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

static long sum_of(pthread_t *t, int n)
{
	long sum = 0;
	void *number;
	int i;

	for (i = 0; i < n; i++) {
		pthread_join(t[i], &number);
		sum += (long)number;
	}
	return sum;
}

static void bench_group(void)
{
	static pthread_t t[GROUP_SIZE];
	int64_t begin = start();
	pthread_attr_t attr;
	long i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	for (i = 0; i < GROUP_SIZE; i++) {
		if (pthread_create(&t[i], &attr, nothing, (void *)i))
			exit(1);
	}
	if (sum_of(t, GROUP_SIZE) != GROUP_SIZE * (GROUP_SIZE - 1L) / 2)
		exit(1);
	finish("group", "threads", begin, GROUP_SIZE);
}

/* A queue for one item. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int item = -1;

static void *producer(void *arg)
{
	int i;

	for (i = 0; i < ITEMS; i++) {
		pthread_mutex_lock(&lock);
		while (item >= 0)
			pthread_cond_wait(&changed, &lock);
		item = i;
		pthread_cond_signal(&changed);
		pthread_mutex_unlock(&lock);
	}
	return arg;
}

static void bench_queue(void)
{
	int64_t begin = start();
	pthread_t thread;
	int i;

	pthread_create(&thread, NULL, producer, NULL);
	for (i = 0; i < ITEMS; i++) {
		pthread_mutex_lock(&lock);
		while (item < 0)
			pthread_cond_wait(&changed, &lock);
		item = -1;
		pthread_cond_signal(&changed);
		pthread_mutex_unlock(&lock);
	}
	pthread_join(thread, NULL);
	finish("queue", "threads", begin, ITEMS);
}

/* A mutex is not passed to a waiter, so the previous holder yields. */
static void *locker(void *arg)
{
	int i;

	for (i = 0; i < HANDED / 2; i++) {
		pthread_mutex_lock(&lock);
		sched_yield();
		pthread_mutex_unlock(&lock);
		sched_yield();
	}
	return arg;
}

static void bench_lock(void)
{
	int64_t begin = start();

	run(locker, 2);
	finish("lock", "threads", begin, HANDED);
}

static sem_t asked, posted;

static void *poster(void *arg)
{
	int i;

	for (i = 0; i < POSTED; i++) {
		sem_wait(&asked);
		sem_post(&posted);
	}
	return arg;
}

static void bench_wake(void)
{
	pthread_t thread;
	int64_t begin;
	int i;

	sem_init(&asked, 0, 0);
	sem_init(&posted, 0, 0);
	pthread_create(&thread, NULL, poster, NULL);
	begin = start();
	for (i = 0; i < POSTED; i++) {
		sem_post(&asked);
		sem_wait(&posted);
	}
	finish("wake", "threads", begin, POSTED);
	pthread_join(thread, NULL);
}

int main(void)
{
	static int64_t late[WAKES];
	int64_t begin = start(), next;
	int i;

	run(yielder, 10);
	finish("yield", "threads", begin, 10 * 1000);
	begin = start();
	run(nothing, THREADS);
	finish("spawn", "threads", begin, THREADS);
	bench_group();
	bench_queue();
	bench_lock();
	bench_wake();
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
