// SPDX-License-Identifier: GPL-2.0
/*
 * cotask stat - counters of loops, lateness, and durations
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cotask.h"

static const char usage[] =
	"stat [options] [SECONDS [TIMES]]\n\n"
	"Shows the counters of each loop, and three distributions: the lateness of sleeps and\n"
	"timeouts, the duration of steps, and the number of entries per turn. With SECONDS,\n"
	"shows rates per second for intervals of that length. A step of a process lasts from the\n"
	"event that the process gets to its next operation. Steps and times of tasks need the\n"
	"module parameter \"account\".\n\n";

#define BAR	40

static bool is_time;

static const char *upper(char *buf, unsigned int bucket)
{
	if (is_time)
		return say_ns(buf, 1ULL << bucket);
	snprintf(buf, WORDS, "%llu", 1ULL << bucket);
	return buf;
}

static void bar(uint64_t n, uint64_t most)
{
	static const char *const eighth[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	unsigned int i, length = most ? n * BAR * 8 / most : 0;

	if (n && !length)
		length = 1;
	for (i = 0; i < length / 8; i++)
		fputs(term_utf8() ? "█" : "#", stdout);
	fputs(term_utf8() ? eighth[length % 8] : length % 8 && !i ? "#" : "", stdout);
}

static void print_hist(const char *title, const struct hist *h)
{
	unsigned int i, first = BUCKETS, last = 0;
	uint64_t most = 0, total = hist_total(h);
	char a[WORDS], b[WORDS], c[WORDS];

	for (i = 0; i < BUCKETS; i++) {
		if (!h->count[i])
			continue;
		first = i < first ? i : first;
		last = i;
		most = h->count[i] > most ? h->count[i] : most;
	}
	if (!total)
		return;
	printf("\n  %s%s%s  50%% below %s, 99%% below %s, all below %s\n", colour(BOLD), title,
	       colour(PLAIN), upper(a, __builtin_ctzll(hist_percentile(h, 50))),
	       upper(b, __builtin_ctzll(hist_percentile(h, 99))), upper(c, last));
	for (i = first; i <= last; i++) {
		if (!h->count[i]) {
			if (h->count[i - 1])
				printf("  %s      ...%s\n", colour(DIM), colour(PLAIN));
			continue;
		}
		printf("  %s< %7s%s %10" PRIu64 "  %s", colour(DIM), upper(a, i), colour(PLAIN),
		       h->count[i], colour(BLUE));
		bar(h->count[i], most);
		printf("%s\n", colour(PLAIN));
	}
}

/* The time of live tasks by phase. */
static void print_phases(const struct snapshot *s, const struct loop *l)
{
	static const char *const names[] = { "busy", "ready", "waiting" };
	struct times sum[PHASES] = {};
	unsigned int i, k, n = 0;

	for (i = 0; i < s->n_tasks; i++) {
		const struct task *t = &s->task[i];

		n += t->loop == l && t->since;
		for (k = 0; t->loop == l && k < PHASES; k++) {
			sum[k].total += t->time[k].total;
			if (t->time[k].longest > sum[k].longest)
				sum[k].longest = t->time[k].longest;
		}
	}
	for (k = 0; n && k < PHASES; k++)
		printf("%s %s %s, longest %s", k ? "," : "  alive    ", names[k],
		       say_ns(BUF, sum[k].total), say_ns(BUF, sum[k].longest));
	if (n)
		putchar('\n');
}

static void print_counters(const struct snapshot *s, const struct loop *l)
{
	printf("  tasks     %" PRIu64 " spawned, %" PRIu64 " finished, %" PRIu64 " failed, %"
	       PRIu64 " cancelled, %u alive\n", l->spawned, l->finished, l->failed,
	       l->cancelled, l->tasks);
	printf("  cancels   %" PRIu64 ", of which %" PRIu64 " by timeouts that expired\n",
	       l->cancels, l->timeouts);
	printf("  turns     %" PRIu64 ", with %" PRIu64 " entries\n", hist_total(&l->queue),
	       l->entries);
	if (!l->steps) {
		printf("  steps     not timed; set the module parameter \"account\"\n");
		return;
	}
	printf("  steps     %" PRIu64 " in %s, %s each", l->steps, say_ns(BUF, l->step_ns),
	       say_ns(BUF, l->step_ns / l->steps));
	if (l->slow_steps)
		printf(", %" PRIu64 " too long", l->slow_steps);
	printf("\n            slowest: %s, task %" PRIu64 "\n", say_slowest(BUF, s, l),
	       l->slowest_task);
	print_phases(s, l);
}

static void print_loop(const struct snapshot *s, const struct loop *l)
{
	printf("%sloop %s%s %u  %s, %s", colour(BOLD), l->name, colour(PLAIN), l->id,
	       say_owner(BUF, l), l->state);
	if (l->trouble)
		printf(", %s%s%s", colour(RED), l->trouble, colour(PLAIN));
	putchar('\n');
	print_counters(s, l);
	is_time = true;
	print_hist("lateness of sleeps and timeouts", &l->late);
	print_hist("duration of steps", &l->step);
	print_hist("time from ready to the step", &l->ready);
	is_time = false;
	print_hist("entries per turn", &l->queue);
	putchar('\n');
}

static unsigned int print_all(const struct snapshot *s)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->n_loops; i++) {
		if (!loop_wanted(&s->loop[i]))
			continue;
		print_loop(s, &s->loop[i]);
		n++;
	}
	return n;
}

/* --- per second --------------------------------------------------------- */

static const struct loop *loop_before(const struct snapshot *s, const struct loop *l)
{
	unsigned int i;

	for (i = 0; s && i < s->n_loops; i++) {
		if (s->loop[i].id == l->id)
			return &s->loop[i];
	}
	return NULL;
}

static void rate(struct table *out, uint64_t now, uint64_t before, double time)
{
	char buf[WORDS];

	snprintf(buf, sizeof(buf), "%.0f", (now - before) / time);
	table_cell(out, PLAIN, buf);
}

static void rates(struct table *out, const struct loop *l, const struct loop *b)
{
	double time = l->now > b->now ? (l->now - b->now) / 1e9 : 1;
	struct hist late = hist_since(&l->late, &b->late);
	char buf[WORDS];

	table_cell(out, BOLD, l->name);
	snprintf(buf, sizeof(buf), "%u", l->tasks);
	table_cell(out, PLAIN, buf);
	rate(out, l->spawned, b->spawned, time);
	rate(out, l->finished + l->failed + l->cancelled,
	     b->finished + b->failed + b->cancelled, time);
	rate(out, l->entries, b->entries, time);
	rate(out, l->timeouts, b->timeouts, time);
	rate(out, l->cancels, b->cancels, time);
	snprintf(buf, sizeof(buf), "%.1f", loop_busy(l, b) / time / 1e7);
	table_cell(out, PLAIN, l->steps ? buf : "-");
	table_cell(out, PLAIN, hist_total(&late) ? say_ns(buf, hist_percentile(&late, 99)) : "-");
}

/* Print the rates since the previous snapshot. Return: number of loops that are in both. */
static unsigned int print_rates(const struct snapshot *s, const struct snapshot *before)
{
	static const char *const titles[] = {
		"<LOOP", "TASKS", "SPAWN/s", "END/s", "ENTRIES/s", "TIMEOUT/s", "CANCEL/s",
		"BUSY%", "LATE99<"
	};
	static const char *const optional[] = {
		"END/s", "CANCEL/s", "SPAWN/s", "TIMEOUT/s", "ENTRIES/s", NULL
	};
	struct table out = { .title = titles, .columns = ARRAY_SIZE(titles), .optional = optional };
	unsigned int i, n = 0;

	for (i = 0; i < s->n_loops; i++) {
		const struct loop *b = loop_before(before, &s->loop[i]);

		if (!b || !loop_wanted(&s->loop[i]))
			continue;
		rates(&out, &s->loop[i], b);
		n++;
	}
	table_print(&out, true);
	return n;
}

static int watch(double interval, unsigned int times)
{
	const struct timespec pause = {
		.tv_sec = interval, .tv_nsec = (interval - (time_t)interval) * 1e9,
	};
	struct snapshot *s, *before = snapshot_load();
	int rc = RC_NOTHING, one;

	for (; times; times--) {
		nanosleep(&pause, NULL);
		s = snapshot_load();
		one = snapshot_status(s, print_rates(s, before));
		/* The status is RC_NOTHING only if no interval had a loop. */
		if (one == RC_INCOMPLETE || (one == RC_OK && rc == RC_NOTHING))
			rc = one;
		snapshot_free(before);
		before = s;
	}
	snapshot_free(before);
	return rc;
}

int cmd_stat(int argc, char **argv)
{
	static const struct option longs[] = { COMMON_LONG, {} };
	unsigned int times = -1U;
	double interval;
	struct snapshot *s;
	int c, rc;

	while ((c = getopt_long(argc, argv, COMMON_SHORT, longs, NULL)) != -1)
		options_common(c, usage);
	if (argc - optind > 2)
		usage_error(usage, "too many arguments");
	if (optind < argc) {
		interval = seconds(argv[optind], "SECONDS");
		if (optind + 1 < argc)
			times = number_int(argv[optind + 1], "TIMES");
		return watch(interval, times);
	}
	s = snapshot_load();
	rc = snapshot_status(s, options.json ? snapshot_print_loops(s) : print_all(s));
	snapshot_free(s);
	return rc;
}
