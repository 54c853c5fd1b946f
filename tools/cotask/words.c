// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - numbers and states in words
 *
 * All functions write into a buffer of WORDS characters, and return it.
 */
#include <inttypes.h>
#include <pwd.h>
#include <string.h>

#include "cotask.h"

/* Three digits or so: 435ns 4.6us 12ms 2.1s 3m12s 5h07m 12d04h */
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

	if (module && line && line > module)
		snprintf(buf, WORDS, "%.*s%s", (int)(module - frame), frame, line);
	else
		snprintf(buf, WORDS, "%s", frame);
	return buf;
}

/* The await of a group's exit, or what stands for code of a process: a frame of the core. */
static bool is_own(const char *frame)
{
	return strstr(frame, " [cotask]");
}

/* All frames, innermost first, see frames_find() for those of a process. */
char *say_where(char *buf, const struct task *t)
{
	unsigned int i, n = 0;

	*buf = '\0';
	for (i = 0; i < t->n_frames && n < WORDS - 1; i++) {
		if (is_own(t->frame[i]))
			continue;
		n += snprintf(buf + n, WORDS - n, "%s%s", n ? " < " : "",
			      say_frame(BUF, t->frame[i]));
	}
	if (!n && t->loop->pid)
		snprintf(buf, WORDS, "its process");
	return buf;
}

/* What a task waits on, and for which task. */
char *say_wait(char *buf, const struct snapshot *s, const struct task *t)
{
	const struct task *other;
	unsigned int n;

	if (!t->on) {
		snprintf(buf, WORDS, "-");
		return buf;
	}
	n = snprintf(buf, WORDS, "%s", t->on);
	if (!t->n_waits_for)
		return buf;
	other = snapshot_task(s, t->waits_for[0]);
	if (t->n_waits_for > 1)
		snprintf(buf + n, WORDS - n, " of %u%s", t->n_waits_for,
			 t->n_waits_for == EDGES ? "+" : "");
	else if (other)
		snprintf(buf + n, WORDS - n, " %s", other->name);
	else
		snprintf(buf + n, WORDS - n, " %" PRIu64, t->waits_for[0]);
	return buf;
}

/* Since when it waits, or for how long it is going to. */
char *say_time(char *buf, const struct task *t)
{
	int64_t left = t->deadline - (int64_t)t->loop->now;

	if (t->deadline)
		snprintf(buf, WORDS, "%s left", say_ns(BUF, left > 0 ? left : 0));
	else if (t->since)
		say_ns(buf, t->loop->now > t->since ? t->loop->now - t->since : 0);
	else
		snprintf(buf, WORDS, "%s", t->on && !strcmp(t->on, "sleep") ? "forever" : "-");
	return buf;
}

/* Cause of a cancel, and its origin. */
char *say_cancel(char *buf, const char *cause, uint64_t by, int error)
{
	unsigned int n = snprintf(buf, WORDS, "%s", cause);

	if (by)
		n += snprintf(buf + n, WORDS - n, " %s%" PRIu64,
			      strcmp(cause, "operator") ? "" : "pid ", by);
	if (error > 0)
		snprintf(buf + n, WORDS - n, " (reason %d)", error);
	else if (error < 0)
		snprintf(buf + n, WORDS - n, " (%s)", strerrorname_np(-error) ?: "error");
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
		if (p)
			snprintf(name, sizeof(name), "%s", p->pw_name);
		else
			snprintf(name, sizeof(name), "%u", uid);
		last = uid;
	}
	return strcpy(buf, name);
}

/* What the process of a loop is called, or "". */
static void comm_of(int pid, char *buf)
{
	FILE *f;

	snprintf(buf, WORDS, "/proc/%d/comm", pid);
	f = options.file ? NULL : fopen(buf, "r");
	if (!f || !fgets(buf, WORDS, f))
		*buf = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	if (f)
		fclose(f);
}

/* Whose loop it is. */
char *say_owner(char *buf, const struct loop *l)
{
	char comm[WORDS];

	if (!l->pid) {
		snprintf(buf, WORDS, "kernel");
		return buf;
	}
	comm_of(l->pid, comm);
	snprintf(buf, WORDS, "%.64s[%d]", *comm ? comm : "pid", l->pid);
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
