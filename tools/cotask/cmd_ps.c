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
	"Lists tasks: owner, what they wait on, since when, and the place in the code.\n\n"
	"  -s, --sort KEY    sort by id (the default), name, loop, wait (longest first), run\n"
	"                    or steps; -KEY reverses the order\n"
	"  -n, --name GLOB   show only tasks whose name matches\n"
	"  -o, --on KIND     show only tasks that wait on KIND: sleep, future, task, group,\n"
	"                    gather and others; \"nothing\": tasks that are ready\n"
	"  -c, --cancelled   show only tasks with a cancel request\n"
	"  -m, --most N      show at most N tasks\n";

static struct {
	const char *sort;
	bool reverse;
	const char *name, *on;
	bool cancelled;
	unsigned long long most;
	char **ids;
	int n_ids;
} want = { .sort = "id", .most = -1ULL };

/* What tasks wait on: names of the module's awaitables. */
static const char *const kinds[] = {
	"nothing", "as_completed", "completion", "condition", "event", "future", "gather", "group",
	"lock", "process", "queue", "semaphore", "shield", "sleep", "submission", "task",
	"task of another loop", "thread", "wait",
};

/* --- order -------------------------------------------------------------- */

/* How long it has been waiting; 0 for a task that sleeps: that has a deadline. */
static uint64_t waiting(const struct task *t)
{
	return t->since && t->on && t->loop->now > t->since ? t->loop->now - t->since : 0;
}

#define LESS(a, b)	(((a) > (b)) - ((a) < (b)))

static int compare(const struct task *a, const struct task *b)
{
	switch (*want.sort) {
	case 'n':
		return strverscmp(a->name, b->name);
	case 'l':
		return LESS(a->loop->id, b->loop->id);
	case 'w':
		return LESS(waiting(b), waiting(a));
	case 'r':
		return LESS(b->run_ns, a->run_ns);
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

static bool wanted(const struct task *t)
{
	if (!loop_wanted(t->loop) || !named(t))
		return false;
	if (want.name && fnmatch(want.name, t->name, 0))
		return false;
	if (want.on && strcmp(want.on, t->on ? t->on : "nothing"))
		return false;
	return !want.cancelled || t->cancelling;
}

/* So that a misspelt kind is not taken for one that no task waits on. */
static void check_kind(const struct snapshot *s)
{
	unsigned int i;

	for (i = 0; want.on && i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(want.on, kinds[i]))
			return;
	}
	/* A module that is newer than the tool may have more. */
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

/* There is a column for the canceller if any task was cancelled. */
static void row(struct table *out, const struct snapshot *s, const struct task *t, bool cancels)
{
	char buf[WORDS];

	snprintf(buf, sizeof(buf), "%" PRIu64, t->id);
	table_cell(out, BOLD, buf);
	table_cell(out, PLAIN, t->loop->name);
	table_cell(out, PLAIN, t->loop->pid ? say_user(buf, t->loop->uid) : "kernel");
	table_cell(out, PLAIN, t->name);
	table_cell(out, colour_of_wait(t), t->on ? say_wait(buf, s, t) : t->state);
	table_cell(out, PLAIN, say_time(buf, t));
	table_cell(out, PLAIN, t->steps ? say_ns(buf, t->run_ns) : "-");
	snprintf(buf, sizeof(buf), "%u", t->steps);
	table_cell(out, PLAIN, t->steps ? buf : "-");
	if (cancels)
		table_cell(out, RED, t->cancelling && t->cause ?
			   say_cancel(buf, t->cause, t->by, t->error) : "-");
	table_cell(out, DIM, say_where(buf, t));
}

static void print(const struct snapshot *s, struct task **chosen, unsigned int n)
{
	static const char *const titles[] = {
		"TASK", "<LOOP", "<USER", "<NAME", "<WAITS ON", "TIME", "RUN", "STEPS", "<WHERE"
	};
	static const char *const more_titles[] = {
		"TASK", "<LOOP", "<USER", "<NAME", "<WAITS ON", "TIME", "RUN", "STEPS",
		"<CANCELLED BY", "<WHERE"
	};
	struct table out = { .title = titles, .columns = ARRAY_SIZE(titles) };
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

static void set_order(const char *key)
{
	static const char *const keys[] = { "id", "name", "loop", "wait", "run", "steps" };
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
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "s:n:o:cm:", longs, NULL)) != -1) {
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
	if (options.json)
		snapshot_print_json(s, chosen, n);
	else if (n)
		print(s, chosen, n);
	rc = snapshot_status(s, n);
	free(chosen);
	snapshot_free(s);
	return rc;
}
