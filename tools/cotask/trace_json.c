// SPDX-License-Identifier: GPL-2.0
/*
 * cotask trace - a file for Perfetto and chrome://tracing
 *
 * A loop is a process there, and a task is a thread.  Times are microseconds from the
 * begin of the recording, in multiples of 1/1024: binary fractions are exact.  With decimal
 * ones, begin + duration is often more than the begin of the next slice by a rounding error, and
 * Perfetto drops a slice that overlaps another one.
 */
#include <inttypes.h>
#include <string.h>

#include "cotask.h"

static FILE *out;
static uint64_t origin;
static bool comma;

/* Names are printable UTF-8. */
static void string(const char *s)
{
	putc('"', out);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			putc('\\', out);
		putc(*s, out);
	}
	putc('"', out);
}

static void begin(const char *phase, unsigned int loop, uint64_t task, const char *name)
{
	fprintf(out, "%s{\"ph\":\"%s\",\"pid\":%u,\"tid\":%" PRIu64 ",\"name\":",
		comma ? ",\n" : "\n", phase, loop, task);
	comma = true;
	string(name);
}

static void end(void)
{
	putc('}', out);
}

#define UNITS		1024		/* of a microsecond */
#define DIGITS		9765625ULL	/* 1 / UNITS = 0.0009765625 */

static void micros(const char *key, uint64_t units)
{
	fprintf(out, ",\"%s\":%" PRIu64 ".%010llu", key, units / UNITS, units % UNITS * DIGITS);
}

/* In units. */
static uint64_t since_begin(uint64_t ts)
{
	return ts > origin ? (ts - origin) * UNITS / 1000 : 0;
}

static void name(const char *what, unsigned int loop, uint64_t task, const char *text)
{
	begin("M", loop, task, what);
	fputs(",\"args\":{\"name\":", out);
	string(text);
	putc('}', out);
	end();
}

static void names(const struct timeline *t)
{
	unsigned int loop = 0;
	size_t i;

	for (i = 0; i < t->n; i++) {
		const struct lane *l = &t->lane[i];

		if (l->loop != loop) {
			loop = l->loop;
			name("process_name", loop, 0, timeline_loop_name(t, loop, BUF));
		}
		name("thread_name", loop, l->task, l->name);
	}
}

/* A slice that took no time would be shown inside of the next one. */
static void slices(const struct lane *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		const struct slice *s = &l->slice[i];

		if (s->begin == s->end)
			continue;
		begin("X", l->loop, l->task, s->kind == SLICE_OTHER ? s->on : slice_name[s->kind]);
		fprintf(out, ",\"cat\":\"%s\"", slice_is_busy(s->kind) ? "run" : "wait");
		micros("ts", since_begin(s->begin));
		micros("dur", since_begin(s->end) - since_begin(s->begin));
		if (*s->where) {
			fputs(",\"args\":{\"where\":", out);
			string(s->where);
			putc('}', out);
		}
		end();
	}
}

static void instant(const struct event *e, const char *what)
{
	begin("i", e->loop, e->task, what);
	micros("ts", since_begin(e->ts));
	fputs(",\"s\":\"t\"", out);
	if (*e->text) {
		fputs(",\"args\":{\"cause\":", out);
		string(e->text);
		fprintf(out, ",\"by\":%" PRId64 "}", e->value);
	}
	end();
}

static void counter(const struct event *e)
{
	begin("C", e->loop, 0, "entries of a turn");
	micros("ts", since_begin(e->ts));
	fprintf(out, ",\"args\":{\"entries\":%" PRId64 "}", e->value);
	end();
}

static void points(const struct recording *r)
{
	size_t i;

	for (i = 0; i < r->n; i++) {
		const struct event *e = &r->event[i];

		if (e->ts < r->begin)
			continue;
		if (e->kind == EVENT_CANCEL)
			instant(e, "cancel");
		else if (e->kind == EVENT_TIMEOUT)
			instant(e, "timeout");
		else if (e->kind == EVENT_TURN)
			counter(e);
	}
}

/**
 * trace_write_json - write a timeline as a file of trace events
 * @t: the timeline
 * @f: where
 */
void trace_write_json(const struct timeline *t, FILE *f)
{
	size_t i;

	out = f;
	origin = t->recording->begin;
	comma = false;
	fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", out);
	names(t);
	for (i = 0; i < t->n; i++)
		slices(&t->lane[i]);
	points(t->recording);
	fprintf(out, "\n],\"otherData\":{\"tool\":\"cotask %s\",\"lost\":\"%" PRIu64 "\"}}\n",
		VERSION, t->recording->lost);
}
