// SPDX-License-Identifier: GPL-2.0
/*
 * cotask ps - a list of tasks
 */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cotask.h"

static const char usage[] =
	"ps [options] [TASK...]\n\n"
	"Lists tasks: owner, what they wait on, for how long they have done so (TIME), how much\n"
	"time a sleep or timeout leaves (LEFT), the time of their code (BUSY), and the place in\n"
	"the code. TIME, BUSY and STEPS need the module parameter \"account\".\n\n"
	"  -s, --sort KEY    sort by id (the default), name, loop, wait (longest first), busy,\n"
	"                    ready or steps; -KEY reverses the order\n"
	"  -t, --times       show the times: total and longest, busy, ready and waiting\n"
	"  -n, --name GLOB   show only tasks whose name matches\n"
	"  -o, --on KIND     show only tasks that wait on KIND: sleep, future, task, group,\n"
	"                    gather and others; \"nothing\": tasks that are ready\n"
	"  -c, --cancelled   show only tasks with a cancel request\n"
	"  -m, --most N      show at most N tasks\n";

static struct {
	const char *sort;
	bool reverse;
	const char *name, *on;
	bool cancelled, times;
	unsigned long long most;
	char **ids;
	int n_ids;
} want = { .sort = "id", .most = -1ULL };

/* What tasks wait on: names of the module's awaitables. */
static const char *const kinds[] = {
	"nothing", "as_completed", "completion", "condition", "event", "file", "future", "gather",
	"group", "lock", "process", "queue", "semaphore", "shield", "sleep", "submission", "task",
	"task of another loop", "thread", "wait",
};

/* --- order -------------------------------------------------------------- */

/* How long a task has been waiting; 0: it does not wait. */
static uint64_t waiting(const struct task *t)
{
	return t->since && t->on && t->loop->now > t->since ? t->loop->now - t->since : 0;
}

static int compare(const struct task *a, const struct task *b)
{
	switch (*want.sort) {
	case 'n':
		return strverscmp(a->name, b->name);
	case 'l':
		return LESS(a->loop->id, b->loop->id);
	case 'w':
		return LESS(waiting(b), waiting(a));
	case 'b':
		return LESS(b->time[BUSY].total, a->time[BUSY].total);
	case 'r':
		return LESS(b->time[READY].total, a->time[READY].total);
	case 's':
		return LESS(b->steps, a->steps);
	default:
		return LESS(a->id, b->id);
	}
}

static int in_order(const void *a, const void *b)
{
	const struct task *ta = *(const struct task **)a, *tb = *(const struct task **)b;
	int rc = compare(ta, tb);

	if (!rc)
		return LESS(ta->id, tb->id);
	return want.reverse ? -rc : rc;
}

/* --- choice ------------------------------------------------------------- */

static bool named(const struct task *t)
{
	int i;

	for (i = 0; i < want.n_ids; i++) {
		if (number(want.ids[i], "TASK") == t->id)
			return true;
	}
	return !want.n_ids;
}

/* The kind as an argument of --on. */
static const char *on(const struct task *t)
{
	return t->in_process ? "process" : t->on ?: "nothing";
}

static bool wanted(const struct task *t)
{
	if (!loop_wanted(t->loop) || !named(t))
		return false;
	if (want.name && fnmatch(want.name, t->name, 0))
		return false;
	if (want.on && strcmp(want.on, on(t)))
		return false;
	return !want.cancelled || t->cancelling;
}

/* A misspelt kind is an error; otherwise it would look as if no task waits on it. */
static void check_kind(const struct snapshot *s)
{
	unsigned int i;

	for (i = 0; want.on && i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(want.on, kinds[i]))
			return;
	}
	/* A newer module may have further kinds. */
	for (i = 0; want.on && i < s->n_tasks; i++) {
		if (s->task[i].on && !strcmp(want.on, s->task[i].on))
			return;
	}
	if (!want.on)
		return;
	fprintf(stderr, "cotask: tasks do not wait on \"%s\"; KIND is one of:", want.on);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		fprintf(stderr, "%s %s", i ? "," : "", kinds[i]);
	fputc('\n', stderr);
	exit(RC_USAGE);
}

static unsigned int choose(const struct snapshot *s, struct task **chosen)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->n_tasks; i++) {
		if (wanted(&s->task[i]))
			chosen[n++] = &s->task[i];
	}
	qsort(chosen, n, sizeof(*chosen), in_order);
	return n < want.most ? n : want.most;
}

/* --- output ------------------------------------------------------------- */

static void cell_ns(struct table *out, const struct task *t, uint64_t ns)
{
	table_cell(out, PLAIN, t->since ? say_ns(BUF, ns) : "-");
}

static void cell_number(struct table *out, enum colour tint, uint64_t n)
{
	char buf[24];

	snprintf(buf, sizeof(buf), "%" PRIu64, n);
	table_cell(out, tint, buf);
}

static void cell_owner(struct table *out, const struct task *t)
{
	table_cell(out, PLAIN, t->loop->name);
	table_cell(out, PLAIN, t->loop->pid ? say_user(BUF, t->loop->uid) : "kernel");
}

static void cell_steps(struct table *out, const struct task *t)
{
	if (t->since)
		cell_number(out, PLAIN, t->steps);
	else
		table_cell(out, PLAIN, "-");
}

/* There is a column for the cause if any task was cancelled. */
static void row(struct table *out, const struct snapshot *s, const struct task *t, bool cancels)
{
	cell_number(out, BOLD, t->id);
	cell_owner(out, t);
	table_cell(out, PLAIN, t->name);
	table_cell(out, colour_of_wait(t), say_wait(BUF, s, t));
	table_cell(out, PLAIN, say_time(BUF, t));
	table_cell(out, PLAIN, say_left(BUF, t));
	cell_ns(out, t, t->time[BUSY].total);
	cell_steps(out, t);
	if (cancels)
		table_cell(out, RED, t->cancelling && t->cause ?
			   say_cancel(BUF, s, t->cause, t->by, t->error) : "-");
	table_cell(out, DIM, say_where(BUF, t));
}

static void print(const struct snapshot *s, struct task **chosen, unsigned int n)
{
	static const char *const titles[] = {
		"TASK", "<LOOP", "<USER", "<NAME", "<WAITS ON", "TIME", "LEFT", "BUSY", "STEPS",
		"<WHERE"
	};
	static const char *const more_titles[] = {
		"TASK", "<LOOP", "<USER", "<NAME", "<WAITS ON", "TIME", "LEFT", "BUSY", "STEPS",
		"<CANCELLED", "<WHERE"
	};
	static const char *const optional[] = {
		"USER", "STEPS", "LOOP", "BUSY", "LEFT", "TIME", "CANCELLED", NULL
	};
	struct table out = { .title = titles, .columns = ARRAY_SIZE(titles), .optional = optional };
	unsigned int i, cancels = 0;

	for (i = 0; i < n; i++)
		cancels += chosen[i]->cancelling > 0;
	if (cancels) {
		out.title = more_titles;
		out.columns = ARRAY_SIZE(more_titles);
	}
	for (i = 0; i < n; i++)
		row(&out, s, chosen[i], cancels);
	table_print(&out, true);
}

static void row_of_times(struct table *out, const struct task *t)
{
	int i;

	cell_number(out, BOLD, t->id);
	cell_owner(out, t);
	table_cell(out, PLAIN, t->name);
	table_cell(out, colour_of_wait(t), t->state);
	for (i = 0; i < PHASES; i++) {
		cell_ns(out, t, t->time[i].total);
		cell_ns(out, t, t->time[i].longest);
	}
	cell_steps(out, t);
	table_cell(out, DIM, say_where(BUF, t));
}

static void print_times(struct task **chosen, unsigned int n)
{
	static const char *const titles[] = {
		"TASK", "<LOOP", "<USER", "<NAME", "<STATE", "BUSY", "LONGEST", "READY", "LONGEST",
		"WAITING", "LONGEST", "STEPS", "<WHERE"
	};
	static const char *const optional[] = {
		"USER", "LOOP", "STEPS", "STATE", "LONGEST", "LONGEST", "LONGEST", "WAITING", NULL
	};
	struct table out = { .title = titles, .columns = ARRAY_SIZE(titles), .optional = optional };
	unsigned int i;

	for (i = 0; i < n; i++)
		row_of_times(&out, chosen[i]);
	table_print(&out, true);
}

static void show(const struct snapshot *s, struct task **chosen, unsigned int n)
{
	if (options.json)
		snapshot_print_json(s, chosen, n);
	else if (n && want.times)
		print_times(chosen, n);
	else if (n)
		print(s, chosen, n);
}

static void set_order(const char *key)
{
	static const char *const keys[] = {
		"id", "name", "loop", "wait", "busy", "ready", "steps"
	};
	size_t i;

	want.reverse = *key == '-';
	want.sort = key + want.reverse;
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!strcmp(keys[i], want.sort))
			return;
	}
	usage_error(usage, "unknown sort key");
}

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		COMMON_LONG,
		{ "sort", required_argument, NULL, 's' },
		{ "name", required_argument, NULL, 'n' },
		{ "on", required_argument, NULL, 'o' },
		{ "cancelled", no_argument, NULL, 'c' },
		{ "most", required_argument, NULL, 'm' },
		{ "times", no_argument, NULL, 't' },
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "s:n:o:cm:t", longs, NULL)) != -1) {
		switch (c) {
		case 's':
			set_order(optarg);
			break;
		case 'n':
			want.name = optarg;
			break;
		case 'o':
			want.on = optarg;
			break;
		case 'c':
			want.cancelled = true;
			break;
		case 'm':
			want.most = number(optarg, "--most");
			break;
		case 't':
			want.times = true;
			break;
		default:
			options_common(c, usage);
		}
	}
	want.ids = argv + optind;
	want.n_ids = argc - optind;
	for (c = 0; c < want.n_ids; c++)
		number(want.ids[c], "TASK");
}

int cmd_ps(int argc, char **argv)
{
	struct task **chosen;
	struct snapshot *s;
	unsigned int n;
	int rc;

	parse(argc, argv);
	s = snapshot_load();
	check_kind(s);
	chosen = xrealloc(NULL, s->n_tasks, sizeof(*chosen));
	n = choose(s, chosen);
	frames_find(s, chosen, n);
	files_find(s, chosen, n);
	show(s, chosen, n);
	rc = snapshot_status(s, n);
	free(chosen);
	snapshot_free(s);
	return rc;
}
