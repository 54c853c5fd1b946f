// SPDX-License-Identifier: GPL-2.0
/*
 * cotask trace - a picture of the timeline: a lane for each task, colours by kind of wait
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cotask.h"

#define LEFT	190.0	/* names */
#define WIDE	1100.0	/* the time */
#define RIGHT	90.0	/* outcomes */
#define TOP	78.0
#define LANE	18.0
#define HEAD	34.0	/* of a loop */
#define THIN	10.0	/* a wait */
#define THICK	14.0	/* a step */
#define NAME	25	/* columns of a name */

static FILE *out;
static const struct timeline *line;

static const char *const fill[SLICE_KINDS] = {
	[SLICE_RUN] = "#157f3d", [SLICE_PROCESS] = "#3f66c4",
	[SLICE_READY] = "#f5b82e", [SLICE_SLEEP] = "#cfe2f7",
	[SLICE_TASK] = "#cdb9ec", [SLICE_FUTURE] = "#f7cfa5", [SLICE_GROUP] = "#b5dfda",
	[SLICE_OTHER] = "#d8d8d8",
};

/* --- elements ----------------------------------------------------------- */

static void escaped(const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		default:
			putc(*s, out);
		}
	}
}

static double x_of(uint64_t ts)
{
	const struct recording *r = line->recording;
	uint64_t whole = r->end > r->begin ? r->end - r->begin : 1;

	if (ts <= r->begin)
		return LEFT;
	return LEFT + WIDE * (ts > r->end ? whole : ts - r->begin) / whole;
}

static void text(double x, double y, const char *class, const char *s)
{
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
	escaped(s);
	fputs("</text>\n", out);
}

static void rect(double x, double y, double width, double height, const char *colour)
{
	fprintf(out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.0f\" ", x, y, width,
		height);
	fprintf(out, "fill=\"%s\"/>\n", colour);
}

/* A mark for a cancel, with its tip at the top. */
static void mark(double x, double y, const char *why)
{
	fprintf(out, "<path d=\"M%.1f %.1fl4 8h-8z\" class=\"c\">", x, y);
	fprintf(out, "<title>cancelled: %s</title></path>\n", why);
}

/* --- frame -------------------------------------------------------------- */

static void style(void)
{
	fputs("<style>\n"
	      "text{font:11px ui-monospace,Menlo,DejaVu Sans Mono,monospace;fill:#222}\n"
	      ".t{font-size:17px;font-weight:bold}.s{fill:#666}.l{font-weight:bold;font-size:13px}\n"
	      ".n{text-anchor:end}.m{text-anchor:middle;fill:#666}.i{font-size:9px;fill:#333}\n"
	      ".bad{fill:#c0262d}.g{stroke:#e4e4e4}.c{fill:#c0262d}\n"
	      "</style>\n", out);
}

static void title(size_t shown)
{
	const struct recording *r = line->recording;
	char words[3 * WORDS];

	text(16, 28, "t", "cotask");
	snprintf(words, sizeof(words), "%s, %zu of %zu active tasks",
		 say_ns(BUF, r->end - r->begin), shown, line->n);
	text(88, 28, "s", words);
	if (r->lost) {
		snprintf(words, sizeof(words), "%" PRIu64 " events were lost", r->lost);
		text(LEFT + WIDE - 160, 28, "bad", words);
	}
}

static void legend(void)
{
	double x = 16;
	int i;

	for (i = 0; i < SLICE_KINDS; i++) {
		double height = slice_is_busy(i) ? THICK : THIN;

		rect(x, 47 - height / 2, 22, height, fill[i]);
		text(x + 28, 51, "s", slice_name[i]);
		x += 48 + 7 * strlen(slice_name[i]);
	}
	mark(x + 5, 43, "example");
	text(x + 16, 51, "s", "cancelled, or timed out");
}

/* 1, 2 or 5 times a power of ten: eight lines or so. */
static uint64_t tick(uint64_t whole)
{
	uint64_t unit = 1;

	for (;; unit *= 10) {
		if (whole / unit <= 10)
			return unit;
		if (whole / (2 * unit) <= 10)
			return 2 * unit;
		if (whole / (5 * unit) <= 10)
			return 5 * unit;
	}
}

static void axis(double bottom)
{
	const struct recording *r = line->recording;
	uint64_t step = tick(r->end - r->begin), at;

	for (at = 0; at <= r->end - r->begin; at += step) {
		double x = x_of(r->begin + at);

		fprintf(out, "<path d=\"M%.1f %.0fV%.0f\" class=\"g\"/>\n", x, TOP, bottom);
		text(x, TOP - 5, "m", at ? say_ns(BUF, at) : "0");
	}
}

/* --- lanes -------------------------------------------------------------- */

static void tooltip(const struct lane *l, const struct slice *s)
{
	fputs("<title>", out);
	escaped(l->name);
	fputs(": ", out);
	escaped(s->kind == SLICE_OTHER ? s->on : slice_name[s->kind]);
	fprintf(out, " for %s", say_ns(BUF, s->end - s->begin));
	if (*s->where) {
		fputs(" in ", out);
		escaped(s->where);
	}
	fputs("</title>", out);
}

/* A slice that is too short to be visible is drawn only if it is an isolated step. */
static void slice(const struct lane *l, const struct slice *s, double y, double *drawn)
{
	double x = x_of(s->begin), width = x_of(s->end) - x;
	double height = slice_is_busy(s->kind) ? THICK : THIN;

	if (width < 0.3 && (!slice_is_busy(s->kind) || x < *drawn + 0.4))
		return;
	if (slice_is_busy(s->kind) && width < 1)
		width = 1;
	*drawn = x + width;
	fprintf(out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.0f\" fill=\"%s\">", x,
		y + (LANE - height) / 2, width, height, fill[s->kind]);
	tooltip(l, s);
	fputs("</rect>\n", out);
	if (!slice_is_busy(s->kind) && *s->where && width > 6.0 * strlen(s->where) + 8)
		text(x + 4, y + 12, "i", s->where);
}

/* Waits first, so that steps remain visible. */
static void slices(const struct lane *l, double y)
{
	double drawn = 0;
	size_t i;

	for (i = 0; i < l->n; i++) {
		if (!slice_is_busy(l->slice[i].kind))
			slice(l, &l->slice[i], y, &drawn);
	}
	for (i = 0, drawn = 0; i < l->n; i++) {
		if (slice_is_busy(l->slice[i].kind))
			slice(l, &l->slice[i], y, &drawn);
	}
}

/* As much of a name as there is room for; in some locales the width of a text is not known. */
static void lane_name(const struct lane *l, double y)
{
	char short_name[sizeof(l->name)];
	unsigned int room = NAME;
	size_t n = term_utf8() ? text_fit(l->name, &room) : NAME;

	text_copy(short_name, n + 1, l->name);
	text(LEFT - 8, y + 13, "n", short_name);
}

static void lane(const struct lane *l, double y)
{
	bool bad = *l->outcome && strcmp(l->outcome, "finished");

	lane_name(l, y);
	slices(l, y);
	if (*l->outcome)
		text(LEFT + WIDE + 8, y + 13, bad ? "bad" : "s", l->outcome);
}

/* Of the lanes that are shown: where the one of a task is, or 0. */
struct place {
	uint64_t task;
	double y;
};

static int by_task(const void *a, const void *b)
{
	const struct place *pa = a, *pb = b;

	return (pa->task > pb->task) - (pa->task < pb->task);
}

static void marks(struct place *place, size_t n)
{
	const struct recording *r = line->recording;
	size_t i;

	qsort(place, n, sizeof(*place), by_task);
	for (i = 0; i < r->n; i++) {
		struct place *p, key = { .task = r->event[i].task };

		if (r->event[i].kind != EVENT_CANCEL || r->event[i].ts < r->begin)
			continue;
		p = bsearch(&key, place, n, sizeof(key), by_task);
		if (!p)
			continue;
		mark(x_of(r->event[i].ts), p->y + LANE - 7, r->event[i].text);
	}
}

/* A loop: what all of its tasks ran, in one strip. */
static void loop_head(unsigned int loop, double y)
{
	double drawn = 0;
	size_t i, k;

	text(16, y + 22, "l", timeline_loop_name(line, loop, BUF));
	rect(LEFT, y + 14, WIDE, 8, "#f1f1f1");
	for (i = 0; i < line->n; i++) {
		const struct lane *l = &line->lane[i];

		for (k = 0, drawn = 0; l->loop == loop && k < l->n; k++) {
			double x = x_of(l->slice[k].begin);
			double width = x_of(l->slice[k].end) - x;

			if (!slice_is_busy(l->slice[k].kind) || x < drawn + 0.5)
				continue;
			drawn = x + (width < 0.5 ? 0.5 : width);
			rect(x, y + 14, drawn - x, 8, fill[l->slice[k].kind]);
		}
	}
}

/* --- selection --------------------------------------------------------- */

static int by_worth(const void *a, const void *b)
{
	const struct lane *la = *(const struct lane **)a, *lb = *(const struct lane **)b;

	if (la->n != lb->n)
		return la->n < lb->n ? 1 : -1;
	return (la > lb) - (la < lb);
}

static int by_place(const void *a, const void *b)
{
	const struct lane *la = *(const struct lane **)a, *lb = *(const struct lane **)b;

	return (la > lb) - (la < lb);
}

/* Choose the busiest lanes, in their old order. */
static size_t choose(const struct lane **chosen, size_t most)
{
	size_t i;

	for (i = 0; i < line->n; i++)
		chosen[i] = &line->lane[i];
	if (line->n <= most)
		return line->n;
	qsort(chosen, line->n, sizeof(*chosen), by_worth);
	qsort(chosen, most, sizeof(*chosen), by_place);
	return most;
}

static double height_of(const struct lane **chosen, size_t n)
{
	double y = TOP;
	size_t i;

	for (i = 0; i < n; i++)
		y += LANE + (!i || chosen[i]->loop != chosen[i - 1]->loop ? HEAD : 0);
	return y;
}

static void draw(const struct lane **chosen, size_t n)
{
	struct place *place = xrealloc(NULL, n, sizeof(*place));
	double y = TOP;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!i || chosen[i]->loop != chosen[i - 1]->loop) {
			loop_head(chosen[i]->loop, y);
			y += HEAD;
		}
		lane(chosen[i], y);
		place[i] = (struct place){ .task = chosen[i]->task, .y = y };
		y += LANE;
	}
	marks(place, n);
	free(place);
}

/**
 * trace_write_svg - draw a timeline
 * @t: the timeline
 * @f: where
 * @lanes: maximum number of tasks
 */
void trace_write_svg(const struct timeline *t, FILE *f, unsigned int lanes)
{
	const struct lane **chosen = xrealloc(NULL, t->n, sizeof(*chosen));
	double bottom;
	size_t n;

	line = t;
	out = f;
	n = choose(chosen, lanes);
	bottom = height_of(chosen, n);
	fputs("<svg xmlns=\"http://www.w3.org/2000/svg\" ", out);
	fprintf(out, "width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n",
		LEFT + WIDE + RIGHT, bottom + 16, LEFT + WIDE + RIGHT, bottom + 16);
	style();
	fputs("<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n", out);
	title(n);
	legend();
	axis(bottom);
	draw(chosen, n);
	fputs("</svg>\n", out);
	free(chosen);
}
