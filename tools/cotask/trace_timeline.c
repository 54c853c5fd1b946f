// SPDX-License-Identifier: GPL-2.0
/*
 * cotask trace - the timeline: the states of each task, one after the other
 *
 * A lane of a task has no gaps, and each slice has an end: a state that lasts longer than the
 * recording ends with it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cotask.h"

const char *const slice_name[SLICE_KINDS] = {
	[SLICE_RUN] = "runs",
	[SLICE_PROCESS] = "in its process",
	[SLICE_READY] = "ready",
	[SLICE_SLEEP] = "sleep",
	[SLICE_TASK] = "task",
	[SLICE_FUTURE] = "future",
	[SLICE_GROUP] = "group",
	[SLICE_OTHER] = "other waits",
};

static enum slice_kind kind_of(const char *on)
{
	static const struct { const char *on; enum slice_kind kind; } kinds[] = {
		{ "", SLICE_READY }, { "yield", SLICE_READY }, { "process", SLICE_READY },
		 { "sleep", SLICE_SLEEP },
		{ "task", SLICE_TASK }, { "future", SLICE_FUTURE }, { "group", SLICE_GROUP },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(on, kinds[i].on))
			return kinds[i].kind;
	}
	return SLICE_OTHER;
}

/**
 * struct building - a timeline under construction
 * @t: it
 * @slot: numbers of lanes + 1, by a hash of the number of the task
 * @slots: how many; a power of two
 * @next: of each lane: its state after the current step
 */
struct building {
	struct timeline *t;
	uint32_t *slot;
	size_t slots;
	struct slice *next;
};

/* --- lanes -------------------------------------------------------------- */

static size_t slot_of(const struct building *b, uint64_t task)
{
	size_t i = (task * 0x9e3779b97f4a7c15ULL >> 20) & (b->slots - 1);

	while (b->slot[i] && b->t->lane[b->slot[i] - 1].task != task)
		i = (i + 1) & (b->slots - 1);
	return i;
}

static void grow(struct building *b)
{
	size_t i;

	b->slots = b->slots ? 2 * b->slots : 1024;
	free(b->slot);
	b->slot = calloc(b->slots, sizeof(*b->slot));
	if (!b->slot)
		fail("no memory");
	b->t->lane = xrealloc(b->t->lane, b->slots / 2, sizeof(*b->t->lane));
	b->next = xrealloc(b->next, b->slots / 2, sizeof(*b->next));
	for (i = 0; i < b->t->n; i++)
		b->slot[slot_of(b, b->t->lane[i].task)] = i + 1;
}

/* The current slice. */
static struct slice *current(struct lane *l)
{
	return &l->slice[l->n - 1];
}

static void slice_begin(struct lane *l, const struct slice *next, uint64_t ts)
{
	l->slice = xgrow(l->slice, l->n, sizeof(*l->slice));
	l->slice[l->n] = *next;
	l->slice[l->n].begin = ts;
	l->slice[l->n++].end = ts;
}

static void slice_end(struct lane *l, uint64_t ts)
{
	struct slice *s = current(l);

	s->end = ts > s->begin ? ts : s->begin;
}

/* The initial state of a task that existed before the recording. */
static struct slice as_before(const struct recording *r, struct lane *l)
{
	const struct task *t = snapshot_task(r->before, l->task);
	struct slice s = { .kind = SLICE_READY };

	snprintf(l->name, sizeof(l->name), "Task-%" PRIu64, l->task);
	if (!t)
		return s;
	text_copy(l->name, sizeof(l->name), t->name);
	s.kind = t->in_process ? SLICE_PROCESS : kind_of(t->on ?: "");
	text_copy(s.on, sizeof(s.on), t->on ?: "");
	if (t->n_frames)
		text_copy(s.where, sizeof(s.where), say_frame(BUF, t->frame[0]));
	return s;
}

static struct lane *lane_of(struct building *b, const struct event *e)
{
	const struct recording *r = b->t->recording;
	struct slice first;
	struct lane *l;
	size_t i;

	if (2 * b->t->n >= b->slots)
		grow(b);
	i = slot_of(b, e->task);
	if (b->slot[i])
		return &b->t->lane[b->slot[i] - 1];
	l = &b->t->lane[b->t->n];
	b->slot[i] = ++b->t->n;
	*l = (struct lane){ .task = e->task, .loop = e->loop, .begin = r->begin };
	first = as_before(r, l);
	if (e->kind == EVENT_SPAWN) {
		l->begin = e->ts;
		text_copy(l->name, sizeof(l->name), e->text);
		first = (struct slice){ .kind = SLICE_READY };
	}
	slice_begin(l, &first, l->begin);
	b->next[b->t->n - 1] = (struct slice){ .kind = SLICE_READY };
	return l;
}

/* --- events ------------------------------------------------------------- */

static void change(struct lane *l, const struct slice *next, uint64_t ts)
{
	slice_end(l, ts);
	slice_begin(l, next, ts);
}

static void on_suspend(struct slice *next, const struct event *e)
{
	next->kind = kind_of(e->text);
	text_copy(next->on, sizeof(next->on), e->text);
	text_copy(next->where, sizeof(next->where), e->where);
}

/* It is ready, or will be after its step: the slice keeps its place in the code. */
static void on_wake(struct lane *l, struct slice *next, const struct event *e)
{
	struct slice ready;

	if (current(l)->kind == SLICE_RUN) {
		next->kind = SLICE_READY;
	} else if (current(l)->kind != SLICE_READY) {
		ready = *current(l);
		ready.kind = SLICE_READY;
		change(l, &ready, e->ts);
	}
}

/* Its process has the event, and runs its code up to the next operation. */
static void on_give(struct lane *l, struct slice *next, const struct event *e)
{
	const struct slice process = { .kind = SLICE_PROCESS };

	if (current(l)->kind == SLICE_RUN)
		*next = process;
	else
		change(l, &process, e->ts);
}

static void on_done(struct lane *l, const struct event *e)
{
	if (*e->text)
		strcpy(l->outcome, "cancelled");
	else if (e->value < 0)
		snprintf(l->outcome, sizeof(l->outcome), "%.31s",
			 strerrorname_np(-e->value) ?: "failed");
	else
		strcpy(l->outcome, "finished");
	l->end = e->ts;
}

static void on_event(struct building *b, const struct event *e)
{
	struct lane *l = lane_of(b, e);
	struct slice *next = &b->next[l - b->t->lane];
	struct slice run = { .kind = SLICE_RUN };

	switch (e->kind) {
	case EVENT_BEGIN:
		memcpy(run.where, current(l)->where, sizeof(run.where));
		change(l, &run, e->ts);
		*next = (struct slice){ .kind = SLICE_READY };
		break;
	case EVENT_END:
		change(l, next, e->ts);
		if (l->end)
			l->end = e->ts;
		break;
	case EVENT_SUSPEND:
		on_suspend(next, e);
		break;
	case EVENT_WAKE:
		on_wake(l, next, e);
		break;
	case EVENT_NAME:
		text_copy(l->name, sizeof(l->name), e->text);
		break;
	case EVENT_GIVE:
		on_give(l, next, e);
		break;
	case EVENT_DONE:
		on_done(l, e);
		break;
	default:
		break;
	}
}

static bool is_of_task(const struct event *e)
{
	return e->kind < EVENT_TIMEOUT && e->task;
}

static void clip(struct lane *l, uint64_t begin)
{
	size_t i, n = 0;

	l->run_ns = 0;
	for (i = 0; i < l->n; i++) {
		struct slice s = l->slice[i];

		if (s.end < begin || (s.end == begin && s.begin < begin))
			continue;
		s.begin = s.begin < begin ? begin : s.begin;
		l->run_ns += slice_is_busy(s.kind) ? s.end - s.begin : 0;
		l->slice[n++] = s;
	}
	l->n = n;
	l->begin = l->begin < begin ? begin : l->begin;
}

/* An open slice ends with the task, or with the recording. */
static void finish(struct timeline *t, struct lane *l)
{
	if (!l->end) {
		l->end = t->recording->end;
		if (l->end < current(l)->begin)
			l->end = current(l)->begin;
	}
	slice_end(l, l->end);
	/* Drop empty slices after the last step. */
	while (l->n > 1 && current(l)->end == current(l)->begin)
		l->n--;
	clip(l, t->recording->begin);
}

/* Drop lanes of tasks that ended before the recording began. */
static void drop_ended(struct timeline *t)
{
	size_t i, n = 0;

	for (i = 0; i < t->n; i++) {
		if (t->lane[i].n)
			t->lane[n++] = t->lane[i];
	}
	t->n = n;
}

static int by_loop_and_begin(const void *a, const void *b)
{
	const struct lane *la = a, *lb = b;

	if (la->loop != lb->loop)
		return la->loop < lb->loop ? -1 : 1;
	return (la->task > lb->task) - (la->task < lb->task);
}

/**
 * timeline_make - make a timeline of a recording
 * @r: the recording, which stays as long
 *
 * Return: The timeline.
 */
struct timeline *timeline_make(const struct recording *r)
{
	struct timeline *t = xrealloc(NULL, 1, sizeof(*t));
	struct building b = { .t = t };
	size_t i;

	*t = (struct timeline){ .recording = r };
	for (i = 0; i < r->n; i++) {
		if (is_of_task(&r->event[i]))
			on_event(&b, &r->event[i]);
	}
	for (i = 0; i < t->n; i++)
		finish(t, &t->lane[i]);
	drop_ended(t);
	qsort(t->lane, t->n, sizeof(*t->lane), by_loop_and_begin);
	free(b.slot);
	free(b.next);
	return t;
}

const char *timeline_loop_name(const struct timeline *t, unsigned int loop, char *buf)
{
	const struct snapshot *s = t->recording->before;
	unsigned int i;

	for (i = 0; i < s->n_loops; i++) {
		if (s->loop[i].id == loop)
			return s->loop[i].name;
	}
	snprintf(buf, WORDS, "loop %u", loop);
	return buf;
}
