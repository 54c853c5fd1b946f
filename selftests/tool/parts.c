// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - parts of the tool, without the module
 *
 * "parts trace NAME": writes NAME.json and NAME.svg with long names of tasks.
 *
 * Linked with the tool, apart from its main file.
 */
#include <locale.h>
#include <string.h>

#include "cotask.h"

/* --- traces ------------------------------------------------------------------- */

/* A task that is there before, and one that is spawned; each runs once. */
static void record(struct recording *r, uint64_t old, uint64_t new, const char *name)
{
	const struct event events[] = {
		{ .ts = 2000, .kind = EVENT_BEGIN, .loop = 1, .task = old },
		{ .ts = 3000, .kind = EVENT_SUSPEND, .loop = 1, .task = old, .text = "file" },
		{ .ts = 4000, .kind = EVENT_END, .loop = 1, .task = old },
		{ .ts = 5000, .kind = EVENT_SPAWN, .loop = 1, .task = new },
		{ .ts = 6000, .kind = EVENT_BEGIN, .loop = 1, .task = new },
		{ .ts = 7000, .kind = EVENT_DONE, .loop = 1, .task = new },
		{ .ts = 8000, .kind = EVENT_END, .loop = 1, .task = new },
	};

	r->n = ARRAY_SIZE(events);
	r->event = xrealloc(NULL, r->n, sizeof(*r->event));
	memcpy(r->event, events, sizeof(events));
	text_copy(r->event[3].text, sizeof(r->event[3].text), name);
}

static FILE *create(const char *name, const char *suffix)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s.%s", name, suffix);
	f = fopen(path, "w");
	if (!f)
		fail("cannot create %s", path);
	return f;
}

static int trace(const char *name)
{
	static const char text[] = "ab漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢漢";
	struct loop loop = { .id = 1, .name = text };
	struct task task = {
		.id = 5, .loop = &loop, .name = text, .state = "waiting", .on = text,
		.frame = { text }, .n_frames = 1, .fd = -1,
	};
	struct snapshot s = { .loop = &loop, .n_loops = 1, .task = &task, .n_tasks = 1 };
	struct recording r = { .begin = 1000, .end = 9000, .before = &s };
	struct timeline *t;
	FILE *f;

	record(&r, task.id, 6, text);
	t = timeline_make(&r);
	f = create(name, "json");
	trace_write_json(t, f);
	fclose(f);
	f = create(name, "svg");
	trace_write_svg(t, f, 10);
	return fclose(f);
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	term_init();
	if (argc == 3 && !strcmp(argv[1], "trace"))
		return trace(argv[2]);
	return 2;
}
