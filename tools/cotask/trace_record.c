// SPDX-License-Identifier: GPL-2.0
/*
 * cotask trace - recording in a separate instance of the kernel's tracing
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <tracefs.h>
#include <unistd.h>

#include "cotask.h"

#define BUFFER_KB	8192	/* of each CPU */
#define LOOK_MS		50

static const char *const event_name[EVENT_KINDS] = {
	[EVENT_SPAWN] = "cotask_spawn",
	[EVENT_BEGIN] = "cotask_step_begin",
	[EVENT_END] = "cotask_step_end",
	[EVENT_SUSPEND] = "cotask_suspend",
	[EVENT_WAKE] = "cotask_wake",
	[EVENT_GIVE] = "cotask_give",
	[EVENT_NAME] = "cotask_name",
	[EVENT_CANCEL] = "cotask_cancel",
	[EVENT_DONE] = "cotask_done",
	[EVENT_TIMEOUT] = "cotask_timeout",
	[EVENT_GROUP_BEGIN] = "cotask_group_begin",
	[EVENT_GROUP_ABORT] = "cotask_group_abort",
	[EVENT_GROUP_END] = "cotask_group_end",
	[EVENT_TURN] = "cotask_turn",
};

/* As enum cotask_cause of the kernel. */
static const char *const cause_name[] = {
	"none", "user", "deadline", "sibling", "group", "shutdown", "owner", "operator",
};

static atomic_int interrupted;

static void on_signal(int signal)
{
	interrupted = signal;
}

/**
 * struct work - a recording under way
 * @r: what was recorded
 * @most: maximum number of events
 * @tep: formats of the events
 */
struct work {
	struct recording *r;
	size_t most;
	struct tep_handle *tep;
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* --- one event ---------------------------------------------------------- */

static uint64_t field(struct tep_event *e, struct tep_record *record, const char *name)
{
	unsigned long long value = 0;

	tep_get_field_val(NULL, e, name, record, &value, 0);
	return value;
}

static void text(struct tep_event *e, struct tep_record *record, const char *name, char *to,
		 size_t size)
{
	int len = 0;
	const char *s = tep_get_field_raw(NULL, e, name, record, &len, 0);
	char all[256];

	snprintf(all, sizeof(all), "%.*s", s ? len : 0, s ? s : "");
	text_copy(to, size, all);
}

static void where(struct work *w, struct tep_event *e, struct tep_record *record,
		  struct event *to)
{
	const char *function = tep_find_function(w->tep, field(e, record, "step"));
	char name[65];

	text_copy(name, sizeof(name), function ?: "?");
	snprintf(to->where, sizeof(to->where), "%s:%u", name,
		 (unsigned int)field(e, record, "line"));
}

static void details(struct work *w, struct tep_event *e, struct tep_record *record,
		    struct event *to)
{
	uint64_t cause;

	switch (to->kind) {
	case EVENT_SPAWN:
	case EVENT_NAME:
		text(e, record, "name", to->text, sizeof(to->text));
		break;
	case EVENT_SUSPEND:
		text(e, record, "kind", to->text, sizeof(to->text));
		where(w, e, record, to);
		break;
	case EVENT_WAKE:
		to->value = field(e, record, "result");
		break;
	case EVENT_DONE:
		to->value = field(e, record, "result");
		if (field(e, record, "cancelled"))
			strcpy(to->text, "cancelled");
		break;
	case EVENT_CANCEL:
		cause = field(e, record, "cause");
		to->value = field(e, record, "by");
		strcpy(to->text, cause < ARRAY_SIZE(cause_name) ? cause_name[cause] : "?");
		break;
	case EVENT_GROUP_BEGIN:
	case EVENT_GROUP_ABORT:
	case EVENT_GROUP_END:
		to->task = field(e, record, "group");
		to->value = field(e, record, "parent");
		break;
	case EVENT_TURN:
		to->value = field(e, record, "entries");
		break;
	default:
		break;
	}
}

static int on_event(struct tep_event *e, struct tep_record *record, int cpu, void *arg)
{
	struct work *w = arg;
	struct event *to;
	int kind;

	(void)cpu;
	for (kind = 0; kind < EVENT_KINDS && strcmp(e->name, event_name[kind]); kind++)
		;
	if (kind == EVENT_KINDS)
		return 0;
	if (w->r->n == w->most) {
		w->r->lost++;
		return 0;
	}
	w->r->event = xgrow(w->r->event, w->r->n, sizeof(*w->r->event));
	to = &w->r->event[w->r->n];
	*to = (struct event){
		.ts = record->ts,
		.nr = w->r->n++,
		.kind = kind,
		.loop = field(e, record, "loop"),
		.task = field(e, record, "task"),
	};
	details(w, e, record, to);
	return 0;
}

/* --- the instance ------------------------------------------------------- */

static struct tracefs_instance *instance;

static void instance_end(void)
{
	if (!instance)
		return;
	tracefs_instance_destroy(instance);
	tracefs_instance_free(instance);
	instance = NULL;
}

/* The instance also ends with the program: it would use memory and CPU time until the reboot. */
static void instance_make(void)
{
	char name[32];

	if (!tracefs_tracing_dir())
		fail("no tracefs: root and a kernel with tracing are required (cotask doctor)");
	snprintf(name, sizeof(name), "cotask-%d", getpid());
	instance = tracefs_instance_create(name);
	if (!instance)
		fail("cannot create an instance in %s: %s", tracefs_tracing_dir(), strerror(errno));
	atexit(instance_end);
	if (tracefs_instance_file_write(instance, "trace_clock", "mono") < 0 ||
	    tracefs_instance_set_buffer_size(instance, BUFFER_KB, -1) < 0 ||
	    tracefs_event_enable(instance, "cotask", NULL) < 0)
		fail("cannot enable tracepoints; is the module loaded? (cotask doctor)");
}

static void read_symbols(struct tep_handle *tep)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char *all = NULL;
	size_t room = 0;
	ssize_t n = f ? getdelim(&all, &room, '\0', f) : 0;

	if (n > 0)
		tep_parse_kallsyms(tep, all);
	free(all);
	if (f)
		fclose(f);
}

static uint64_t overruns(void)
{
	uint64_t lost = 0;
	int cpu, size;

	for (cpu = 0; cpu < sysconf(_SC_NPROCESSORS_CONF); cpu++) {
		char path[48], *stats;
		const char *at;

		snprintf(path, sizeof(path), "per_cpu/cpu%d/stats", cpu);
		stats = tracefs_instance_file_read(instance, path, &size);
		at = stats ? strstr(stats, "\noverrun:") : NULL;
		lost += at ? strtoull(at + strlen("\noverrun:"), NULL, 10) : 0;
		free(stats);
	}
	return lost;
}

static void progress(const struct recording *r, double seconds)
{
	double done = (now() - r->begin) / 1e9;

	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\rrecording: %.1f of %.1f s, %zu events ",
			done < seconds ? done : seconds, seconds, r->n);
}

static void collect(struct work *w, double seconds)
{
	struct recording *r = w->r;

	if (!isatty(STDERR_FILENO))
		fputs("recording\n", stderr);
	while (!interrupted && now() - r->begin < seconds * 1e9) {
		usleep(LOOK_MS * 1000);
		tracefs_iterate_raw_events(w->tep, instance, NULL, 0, on_event, w);
		progress(r, seconds);
	}
	r->end = now();
	tracefs_event_disable(instance, "cotask", NULL);
	tracefs_iterate_raw_events(w->tep, instance, NULL, 0, on_event, w);
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* By time, and otherwise in order of arrival. */
static int in_order(const void *a, const void *b)
{
	const struct event *ea = a, *eb = b;

	if (ea->ts != eb->ts)
		return ea->ts < eb->ts ? -1 : 1;
	return (ea->nr > eb->nr) - (ea->nr < eb->nr);
}

static void put_in_order(struct recording *r)
{
	size_t i;

	for (i = 1; i < r->n; i++) {
		if (r->event[i].ts < r->event[i - 1].ts)
			break;
	}
	if (i < r->n)
		qsort(r->event, r->n, sizeof(*r->event), in_order);
}

/**
 * trace_record - record the events of all tasks
 * @seconds: duration; SIGINT and SIGTERM end the recording earlier
 * @most: maximum number of events; later events are counted as lost
 *
 * Recording starts before the snapshot is taken: the wait of a task at the beginning is either in
 * the snapshot, or in a later event.
 *
 * Return: The recording.
 */
struct recording *trace_record(double seconds, size_t most)
{
	static const char *const systems[] = { "cotask", NULL };
	struct recording *r = xrealloc(NULL, 1, sizeof(*r));
	struct work w = { .r = r, .most = most };

	*r = (struct recording){};
	/* First: a signal that comes early ends the recording, and leaves no instance behind. */
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	instance_make();
	w.tep = tracefs_local_events_system(NULL, systems);
	if (!w.tep)
		fail("cannot read the formats of the tracepoints");
	read_symbols(w.tep);
	r->before = snapshot_load();
	r->begin = now();
	collect(&w, seconds);
	r->lost += overruns();
	instance_end();
	tep_free(w.tep);
	put_in_order(r);
	return r;
}
