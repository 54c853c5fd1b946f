// SPDX-License-Identifier: GPL-2.0
/*
 * cotask bench - a short benchmark of this machine: tasks of a process
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/cotask.h>

#include "cotask.h"

static const char usage[] =
	"bench\n\n"
	"Measures for about two seconds what operations on tasks of a process cost on this\n"
	"machine. \"make bench\" in the source tree measures the core and the kernel's own means.\n\n"
	"  -j, --json         print JSON\n"
	"  -h, --help         print this text\n";

#define BATCH	1000
#define SLEEPS	200
#define ROW_NS	(200 * NSEC_PER_MSEC)	/* for each row, or the first round of it */

static int fd;
static struct cotask_op ops[BATCH];
static struct cotask_event_info events[BATCH];
static unsigned int given;

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/*
 * Apply operations, after all events delivered before were begun, and wait for new events,
 * which are delivered together.
 */
static void enter(unsigned int n, unsigned int wait)
{
	struct cotask_enter e = {
		.size = sizeof(e),
		.ops = (unsigned long)ops,
		.n_ops = n,
		.n_begun = given,
		.min_events = wait ? 1 : 0,
		.events = (unsigned long)events,
		.max_events = wait,
		.deadline = COTASK_NEVER,
	};

	if (ioctl(fd, COTASK_IOC_ENTER, &e))
		fail(DEVICE ": %s", strerror(errno));
	if (e.n_events != wait || e.applied != n)
		fail(DEVICE " applied %u of %u operations and returned %u of %u events",
		     e.applied, n, e.n_events, wait);
	given = wait;
}

static void report(const char *name, const char *what, double ns)
{
	if (options.json)
		printf("{\"name\":\"%s\",\"ns\":%.1f}\n", name, ns);
	else
		printf("  %-56s %10s\n", what, say_ns(BUF, ns + 0.5));
}

static void fill(unsigned int opcode, int64_t value)
{
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		bool makes = opcode == COTASK_OP_SPAWN || opcode == COTASK_OP_FORGET;

		ops[i] = (struct cotask_op){
			.opcode = opcode,
			.handle = makes ? i + 1 : 0,
			.task = makes || opcode == COTASK_OP_NOP ? 0 : i + 1,
			.value = value,
		};
	}
}

/* Call a function until it has taken long enough; the time of one call. */
static double each(void (*fn)(void))
{
	uint64_t begin = now(), time;
	unsigned int n = 0;

	do {
		fn();
		n++;
		time = now() - begin;
	} while (time < ROW_NS);
	return (double)time / n;
}

static void read_clocks(void)
{
	int i;

	for (i = 0; i < BATCH; i++)
		now();
}

static void call(void)
{
	enter(0, 0);
}

static void nops(void)
{
	enter(BATCH, 0);
}

static void yields(void)
{
	enter(BATCH, BATCH);
}

static uint64_t spawning, leaving;

static void spawn_all(void)
{
	uint64_t begin = now();

	fill(COTASK_OP_SPAWN, 0);
	enter(BATCH, BATCH);
	spawning += now() - begin;
}

static void end_all(void)
{
	uint64_t begin = now();

	fill(COTASK_OP_EXIT, 0);
	enter(BATCH, 0);
	fill(COTASK_OP_FORGET, 0);
	enter(BATCH, 0);
	leaving += now() - begin;
}

static void live(void)
{
	spawn_all();
	end_all();
}

static void bench_calls(void)
{
	report("clock", "clock_gettime()", each(read_clocks) / BATCH);
	report("enter", "an empty call", each(call));
	fill(COTASK_OP_NOP, 0);
	report("nop", "an empty operation, 1,000 per call", each(nops) / BATCH);
}

static void bench_tasks(void)
{
	double both = each(live) / BATCH;
	double part = (double)spawning / (spawning + leaving);

	report("spawn", "spawn a task and receive its first event, 1,000 per call", both * part);
	report("exit", "end a task and forget its handle, 1,000 per call", both * (1 - part));
	spawn_all();
	fill(COTASK_OP_SLEEP, 0);
	report("yield", "yield and receive the next event, 1,000 per call", each(yields) / BATCH);
	end_all();
}

static int smaller(const void *a, const void *b)
{
	const uint64_t *na = a, *nb = b;

	return (*na > *nb) - (*na < *nb);
}

static void bench_sleep(void)
{
	uint64_t late[SLEEPS];
	int i;

	ops[0] = (struct cotask_op){ .opcode = COTASK_OP_SPAWN, .handle = 1 };
	enter(1, 1);
	for (i = 0; i < SLEEPS; i++) {
		uint64_t due = now() + NSEC_PER_MSEC;

		ops[0] = (struct cotask_op){
			.opcode = COTASK_OP_SLEEP,
			.flags = COTASK_OP_F_ABSOLUTE,
			.task = 1,
			.value = due,
		};
		enter(1, 1);
		late[i] = now() - due;
	}
	qsort(late, SLEEPS, sizeof(*late), smaller);
	report("late_p50", "lateness of a sleep of 1 ms: median", late[SLEEPS / 2]);
	report("late_p99", "lateness of a sleep of 1 ms: 99th percentile", late[SLEEPS * 99 / 100]);
}

/* With this parameter, the benchmark would measure something else. */
static void check_account(void)
{
	if (is_accounting())
		fail("bench needs calls with many events; while times are measured, each has\n"
		     "one: echo 0 >" ACCOUNT);
}

int cmd_bench(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, "jh", longs, NULL)) != -1) {
		if (c == 'j') {
			options.json = true;
			continue;
		}
		if (c != 'h')
			usage_error(usage, NULL);
		printf("usage: cotask %s", usage);
		return RC_OK;
	}
	if (optind < argc)
		usage_error(usage, "too many arguments");
	fd = device_open();
	check_account();
	if (!options.json)
		puts("tasks of a process, time per operation:");
	bench_calls();
	bench_tasks();
	bench_sleep();
	close(fd);
	return RC_OK;
}
