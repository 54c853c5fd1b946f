// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - numbers and states in words
 *
 * All functions write into a buffer of WORDS characters, and return it.
 */
#include <inttypes.h>
#include <poll.h>
#include <pwd.h>
#include <stdarg.h>
#include <string.h>

#include "cotask.h"

#define NAME	200	/* bytes of a name that something else follows */
#define SHORT	120	/* of one among others */

/* Add words to those in a buffer, as much as there is room for. */
__attribute__((format(printf, 2, 3)))
static void add(char *buf, const char *fmt, ...)
{
	char more[2 * WORDS];
	size_t n = strlen(buf);
	va_list args;

	va_start(args, fmt);
	vsnprintf(more, sizeof(more), fmt, args);
	va_end(args);
	text_copy(buf + n, WORDS - n, more);
}

/* The begin of a text, of at most so many bytes. */
static char *part(char *buf, const char *text, size_t most)
{
	text_copy(buf, most + 1, text);
	return buf;
}

/* About three digits: 435ns 4.6us 12ms 2.1s 3m12s 5h07m 12d04h */
char *say_ns(char *buf, uint64_t ns)
{
	uint64_t s = ns / NSEC_PER_SEC;

	if (ns < NSEC_PER_USEC)
		snprintf(buf, WORDS, "%" PRIu64 "ns", ns);
	else if (ns < 10 * NSEC_PER_USEC)
		snprintf(buf, WORDS, "%.1fus", ns / 1e3);
	else if (ns < NSEC_PER_MSEC)
		snprintf(buf, WORDS, "%.0fus", ns / 1e3);
	else if (ns < 10 * NSEC_PER_MSEC)
		snprintf(buf, WORDS, "%.1fms", ns / 1e6);
	else if (ns < NSEC_PER_SEC)
		snprintf(buf, WORDS, "%.0fms", ns / 1e6);
	else if (s < 60)
		snprintf(buf, WORDS, "%.1fs", ns / 1e9);
	else if (s < 3600)
		snprintf(buf, WORDS, "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(buf, WORDS, "%" PRIu64 "h%02" PRIu64 "m", s / 3600, s / 60 % 60);
	else
		snprintf(buf, WORDS, "%" PRIu64 "d%02" PRIu64 "h", s / 86400, s / 3600 % 24);
	return buf;
}

/*
 * A frame without its module or file: "poll_register [cotask_busy]:97" is poll_register:97,
 * and "serve (echo.c):40" is serve:40.
 */
char *say_frame(char *buf, const char *frame)
{
	const char *module = strstr(frame, " [") ?: strstr(frame, " (");
	const char *line = strrchr(frame, ':');

	*buf = '\0';
	if (module && line && line > module)
		add(buf, "%.*s%s", (int)(module - frame), frame, line);
	else
		add(buf, "%s", frame);
	return buf;
}

/* Whether a frame is one of the core: the await of a group's exit, or the code of a process. */
static bool is_own(const char *frame)
{
	return strstr(frame, " [cotask]");
}

/* All frames, innermost first, see frames_find() for those of a process; "-" if none is known. */
char *say_where(char *buf, const struct task *t)
{
	unsigned int i;

	*buf = '\0';
	for (i = 0; i < t->n_frames; i++) {
		if (!is_own(t->frame[i]))
			add(buf, "%s%s", *buf ? " < " : "", say_frame(BUF, t->frame[i]));
	}
	return *buf ? buf : strcpy(buf, "-");
}

/* Name and number of a task; the number alone if the task has no name, or is not known. */
static char *say_name(char *buf, const struct snapshot *s, uint64_t id)
{
	const struct task *t = snapshot_task(s, id);

	*buf = '\0';
	if (t && strncmp(t->name, "Task-", 5))
		add(buf, "%s ", part(BUF, t->name, NAME));
	add(buf, "%" PRIu64, id);
	return buf;
}

/* The same, with the word "task" if the name is a number. */
static char *say_task(char *buf, const struct snapshot *s, uint64_t id)
{
	char name[WORDS];

	say_name(name, s, id);
	*buf = '\0';
	add(buf, "%s%s", is_number(name) ? "task " : "", name);
	return buf;
}

/* "in", "out" ... of poll() */
static char *say_events(char *buf, unsigned int events)
{
	static const struct { unsigned int event; const char *name; } names[] = {
		{ POLLIN, "in" }, { POLLPRI, "pri" }, { POLLOUT, "out" }, { POLLRDHUP, "rdhup" },
	};
	unsigned int i;

	*buf = '\0';
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (events & names[i].event)
			add(buf, "%s%s", *buf ? "," : "", names[i].name);
	}
	return buf;
}

/* The tasks that it waits for. */
static void add_tasks(char *buf, const struct snapshot *s, const struct task *t)
{
	if (t->n_waits_for > 1)
		add(buf, " of %u%s", t->n_waits_for, t->n_waits_for == EDGES ? "+" : "");
	else if (t->n_waits_for && !strcmp(t->on, "task"))
		add(buf, " %s", say_name(BUF, s, t->waits_for[0]));
	else if (t->n_waits_for)
		add(buf, " of %s", say_task(BUF, s, t->waits_for[0]));
}

static void add_file(char *buf, const struct task *t)
{
	add(buf, "fd %d", t->fd);
	if (t->file)
		add(buf, " %s", part(BUF, t->file, NAME));
	add(buf, ", %s", say_events(BUF, t->events));
}

static void add_object(char *buf, const struct snapshot *s, const struct task *t)
{
	add(buf, "%s", t->on);
	if (t->n_waits_for)
		add_tasks(buf, s, t);
	else if (t->leaves)
		add(buf, " %" PRIu64, t->leaves);
	else if (t->handle)
		add(buf, " #%u", t->handle);
	else if (t->object)
		add(buf, " %s", t->object);
	if (t->holder)
		add(buf, " held by %s", say_task(BUF, s, t->holder));
}

/* What a task waits on: which object, and which task has it; or what it does instead. */
char *say_wait(char *buf, const struct snapshot *s, const struct task *t)
{
	*buf = '\0';
	if (t->in_process)
		add(buf, "in its process");
	else if (!t->on)
		add(buf, "%s", t->state);
	else if (t->fd >= 0)
		add_file(buf, t);
	else
		add_object(buf, s, t);
	return buf;
}

/* For how long it does what it does now. */
char *say_time(char *buf, const struct task *t)
{
	if (!t->since)
		return strcpy(buf, "-");
	return say_ns(buf, t->loop->now > t->since ? t->loop->now - t->since : 0);
}

/* How much time is left until its sleep is over, or a timeout around it expires. */
char *say_left(char *buf, const struct task *t)
{
	int64_t deadline = t->deadline, now = t->loop->now;

	if (t->timeout && (!deadline || t->timeout < deadline))
		deadline = t->timeout;
	if (deadline)
		return say_ns(buf, deadline > now ? (uint64_t)deadline - now : 0);
	return strcpy(buf, t->on && !strcmp(t->on, "sleep") ? "forever" : "-");
}

/* The slowest step of a loop: its task, and in which function. */
char *say_slowest(char *buf, const struct snapshot *s, const struct loop *l)
{
	struct task *t = snapshot_task(s, l->slowest_task);

	*buf = '\0';
	add(buf, "%s of %s in ", say_ns(BUF, l->slowest_ns), part(BUF, l->slowest_name, SHORT));
	if (*l->slowest)
		add(buf, "%s", say_frame(BUF, l->slowest));
	else
		add(buf, "its process");
	if (!*l->slowest && t && t->n_frames > 1)
		add(buf, ": %s", say_frame(BUF, t->frame[t->n_frames - 1]));
	return buf;
}

/* What the process of a loop is called, or "". */
static void comm_of(int pid, char *buf)
{
	const char *line;

	snprintf(buf, WORDS, "/proc/%d/comm", pid);
	line = options.file ? NULL : first_line(buf);
	term_clean(buf, WORDS, line ?: "");
}

static char *say_operator(char *buf, uint64_t pid, int reason)
{
	char comm[WORDS];

	comm_of(pid, comm);
	*buf = '\0';
	add(buf, "by operator, %s[%" PRIu64 "]", *comm ? comm : "pid", pid);
	if (reason)
		add(buf, ", reason %d", reason);
	return buf;
}

static const char *error_name(int error)
{
	return strerrorname_np(-error) ?: "error";
}

/**
 * say_cancel - why something was cancelled, and by which task
 * @buf: for the words
 * @s: what there is
 * @cause: as in a snapshot
 * @by: number of the task, or of the operator's process; or 0
 * @error: of a sibling, or the operator's reason
 *
 * Return: @buf.
 */
char *say_cancel(char *buf, const struct snapshot *s, const char *cause, uint64_t by, int error)
{
	char words[WORDS], task[SHORT + 1];

	if (!strcmp(cause, "operator"))
		return say_operator(buf, by, error);
	part(task, say_task(words, s, by), SHORT);
	*buf = '\0';
	if (!strcmp(cause, "deadline"))
		add(buf, "timeout expired");
	else if (!strcmp(cause, "shutdown"))
		add(buf, "its loop is stopped");
	else if (!strcmp(cause, "sibling"))
		add(buf, "%s failed: %s", by ? task : "sibling", error_name(error));
	else if (!strcmp(cause, "owner"))
		add(buf, "%s ended, its owner", by ? task : "task");
	else if (!strcmp(cause, "group"))
		add(buf, "with its group%s%s", by ? ", by " : "", by ? task : "");
	else if (by)
		add(buf, "by %s", task);
	else
		add(buf, "from outside of tasks");
	return buf;
}

/* Most tasks have the same user as the one before. */
char *say_user(char *buf, unsigned int uid)
{
	static char name[WORDS];
	static unsigned int last;
	const struct passwd *p;

	if (!*name || uid != last) {
		p = getpwuid(uid);
		*name = '\0';
		if (p)
			add(name, "%s", p->pw_name);
		else
			add(name, "%u", uid);
		last = uid;
	}
	return strcpy(buf, name);
}

/* Whose loop it is. */
char *say_owner(char *buf, const struct loop *l)
{
	char comm[WORDS];

	if (!l->pid)
		return strcpy(buf, "kernel");
	comm_of(l->pid, comm);
	*buf = '\0';
	add(buf, "%s[%d]", *comm ? comm : "pid", l->pid);
	return buf;
}

uint64_t hist_total(const struct hist *h)
{
	uint64_t total = 0;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++)
		total += h->count[i];
	return total;
}

/* What was added between two snapshots. */
struct hist hist_since(const struct hist *now, const struct hist *before)
{
	struct hist h;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++)
		h.count[i] = now->count[i] - before->count[i];
	return h;
}

/* So many percent of the values are below this. */
uint64_t hist_percentile(const struct hist *h, unsigned int percent)
{
	uint64_t total = hist_total(h), below = 0;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++) {
		below += h->count[i];
		if (total && below * 100 >= total * percent)
			break;
	}
	return i < BUCKETS ? 1ULL << i : 0;
}
