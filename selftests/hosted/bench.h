/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask benchmark - shared by the compared programs
 *
 * Each program prints lines "ROW PEER VALUE UNIT [N]"; N is the number of operations between
 * the marks of the row, see count.c.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define YIELDERS	1000
#define YIELDS		200
#define SPAWNS		20000
#define SCOPES		20000
#define GROUP_SIZE	1000
#define MOVED		10000
#define ITEMS		20000
#define HANDED		20000
#define POSTED		5000
#define WAKES		300
#define PERIOD_NS	1000000
#define DEADLINE_NS	10000000000LL

/* New deadlines in nanoseconds, in no particular order. */
#define MOVED_BY(i)	((i) * 7919LL % MOVED * 1000)

static inline int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* CPU time of this process, user and system. */
static inline int64_t cpu(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000000LL +
	       (r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1000LL;
}

/* Bytes in use by the process and by the kernel's slab. */
static inline long memory(void)
{
	long pages = 0, kib = 0;
	char line[100];
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%*d %ld", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	f = fopen("/proc/meminfo", "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Slab: %ld", &kib) == 1)
			break;
	}
	if (f)
		fclose(f);
	return pages * 4096 + kib * 1024;
}

static inline void print(const char *row, const char *peer, double value, const char *unit)
{
	printf("%s %s %.1f %s\n", row, peer, value, unit);
	fflush(stdout);
}

/* Instructions without effect, which count.c finds: begin and end of a row. */
#ifdef __x86_64__
#define MARK(which)	asm volatile(".byte 0x0f, 0x1f, 0x84, 0, 'c', 'o', 't', '" which "'" \
				     ::: "memory")
#else
#define MARK(which)	((void)0)
#endif

static inline int64_t start(void)
{
	int64_t begin = now();

	MARK("b");
	return begin;
}

static inline int64_t start_cpu(void)
{
	int64_t begin = cpu();

	MARK("b");
	return begin;
}

static inline void print_counted(const char *row, const char *peer, int64_t ns, long n)
{
	printf("%s %s %.1f ns %ld\n", row, peer, (double)ns / n, n);
	fflush(stdout);
}

static inline void finish(const char *row, const char *peer, int64_t begin, long n)
{
	MARK("e");
	print_counted(row, peer, now() - begin, n);
}

static inline void finish_cpu(const char *row, const char *peer, int64_t begin, long n)
{
	MARK("e");
	print_counted(row, peer, cpu() - begin, n);
}

static inline int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static inline void print_lateness(const char *peer, int64_t *late)
{
	qsort(late, WAKES, sizeof(*late), compare);
	print("lateness_p50", peer, late[WAKES / 2] / 1000.0, "us");
	print("lateness_p99", peer, late[WAKES * 99 / 100] / 1000.0, "us");
}

#endif /* BENCH_H */
