// SPDX-License-Identifier: GPL-2.0
/*
 * cotask doctor - checks the installation and the loops
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/cotask.h>

#include "cotask.h"

static const char usage[] =
	"doctor\n\n"
	"Checks the module, permissions, limits, the clock, and loops for known problems, and\n"
	"says what to do. Notes do not change the exit status.\n\n"
	"  -h, --help         print this text\n";

enum verdict { OK, NOTE, BAD };

static int worst;

__attribute__((format(printf, 3, 4)))
static void say(enum verdict v, const char *what, const char *fmt, ...)
{
	static const char *const words[] = { "ok", "note", "BAD" };
	static const enum colour colours[] = { GREEN, YELLOW, RED };
	va_list args;

	worst = (int)v > worst ? (int)v : worst;
	printf("%s%-4s%s  %-12s ", colour(colours[v]), words[v], colour(PLAIN), what);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
}

#define MODULE	"/sys/module/cotask"
#define CLOCKS	"/sys/devices/system/clocksource/clocksource0"

static bool check_module(void)
{
	struct utsname u;

	uname(&u);
	if (access(MODULE, F_OK)) {
		say(BAD, "module", "not loaded: modprobe cotask (kernel %s)", u.release);
		return false;
	}
	say(OK, "module", "loaded, kernel %s", u.release);
	return true;
}

static bool check_device(void)
{
	struct stat st;

	if (stat(DEVICE, &st)) {
		say(BAD, "device", "%s: %s; is udev running?", DEVICE, strerror(errno));
		return false;
	}
	if (access(DEVICE, R_OK | W_OK)) {
		say(BAD, "device", "no permission for %s: mode %o, group %u; be root, or make "
		    "install-udev and join the group cotask", DEVICE, st.st_mode & 07777,
		    st.st_gid);
		return false;
	}
	say(OK, "device", "%s, mode %o%s", DEVICE, st.st_mode & 07777,
	    st.st_mode & 066 ? "" : ": root only; make install-udev permits group cotask");
	return true;
}

static void check_version(void)
{
	struct cotask_query q = { .size = sizeof(q) };
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, COTASK_IOC_QUERY, &q))
		say(BAD, "version", "cannot query the module: %s; reload it: rmmod cotask, "
		    "modprobe cotask", strerror(errno));
	else if (q.version != COTASK_VERSION)
		say(BAD, "version", "module %u, tool %u: install both from the same release",
		    q.version, COTASK_VERSION);
	else
		say(OK, "version", "%u, %u operations, %u objects per file", q.version,
		    q.n_opcodes, q.max_objects);
	if (fd >= 0)
		close(fd);
}

static void check_accounting(void)
{
	if (is_accounting())
		say(OK, "account", "steps are timed");
	else
		say(NOTE, "account", "no times of tasks: echo 1 >" ACCOUNT);
}

static void check_tracing(void)
{
	if (geteuid())
		say(NOTE, "tracing", "\"cotask trace\" requires root: sudo cotask trace");
	else if (access("/sys/kernel/tracing/events/cotask", F_OK) &&
		 access("/sys/kernel/debug/tracing/events/cotask", F_OK))
		say(NOTE, "tracing", "no tracepoints: mount tracefs on /sys/kernel/tracing");
	else
		say(OK, "tracing", "tracepoints are available");
}

static void check_clock(void)
{
	const char *clock = first_line(CLOCKS "/current_clocksource");

	if (!clock)
		say(NOTE, "clock", "unknown: mount sysfs on /sys");
	else if (!strcmp(clock, "hpet") || !strcmp(clock, "acpi_pm") || !strcmp(clock, "jiffies"))
		say(NOTE, "clock", "%s is slow to read: sleeps and timeouts cost more; boot with "
		    "clocksource=tsc if the machine has one", clock);
	else
		say(OK, "clock", "%s", clock);
}

static void check_loop(const struct snapshot *s, const struct loop *l)
{
	if (l->trouble)
		say(BAD, "loop", "%s %u %s: %u of its %u tasks were checked; see what %s does: "
		    "cotask top --loop %u", l->name, l->id, l->trouble, l->listed, l->tasks,
		    say_owner(BUF, l), l->id);
	else if (l->slow_steps)
		say(NOTE, "loop", "%s %u had %llu slow steps; slowest: %s; split it, or use a "
		    "worker thread", l->name, l->id, (unsigned long long)l->slow_steps,
		    say_slowest(BUF, s, l));
}

/* A task that waits for so long after a cancel is reported. */
#define IGNORED_NS	(10 * NSEC_PER_SEC)

static void check_tasks(struct snapshot *s)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->n_tasks; i++) {
		struct task *t = &s->task[i];

		if (!t->cancelling || !t->since || t->loop->now <= t->since + IGNORED_NS || n++)
			continue;
		frames_find(s, &t, 1);
		say(NOTE, "task", "%s was cancelled, and has waited for %s in %s: it ignores the "
		    "cancel there", t->name, say_time(BUF, t), say_where(BUF, t));
	}
	if (n > 1)
		say(NOTE, "task", "and %u more", n - 1);
}

/* The exit code for this verdict alone. */
static int check_loops(void)
{
	struct snapshot *s = snapshot_load();
	bool incomplete = false;
	unsigned int i;

	if (snapshot_hides())
		say(NOTE, "loops", "%u visible, with %u tasks; those of drivers and of other users "
		    "are hidden: sudo cotask doctor", s->n_loops, s->n_tasks);
	else
		say(OK, "loops", "%u visible, with %u tasks", s->n_loops, s->n_tasks);
	for (i = 0; i < s->n_loops; i++)
		check_loop(s, &s->loop[i]);
	check_tasks(s);
	for (i = 0; i < s->n_loops; i++)
		incomplete |= !!s->loop[i].trouble;
	snapshot_free(s);
	return incomplete ? RC_INCOMPLETE : RC_OK;
}

int cmd_doctor(int argc, char **argv)
{
	static const struct option longs[] = { { "help", no_argument, NULL, 'h' }, {} };
	int c, rc;

	while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
		if (c != 'h')
			usage_error(usage, NULL);
		printf("usage: cotask %s", usage);
		return RC_OK;
	}
	if (optind < argc)
		usage_error(usage, "too many arguments");
	check_clock();
	if (!check_module() || !check_device())
		return RC_CANNOT;
	check_version();
	check_accounting();
	check_tracing();
	rc = check_loops();
	return rc ?: worst == BAD ? RC_CANNOT : RC_OK;
}
