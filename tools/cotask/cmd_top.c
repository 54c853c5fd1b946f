// SPDX-License-Identifier: GPL-2.0
/*
 * cotask top - the busiest tasks and loops, live
 */
#include <curses.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/cotask.h>

#include "cotask.h"

static const char usage[] =
	"top [options] [SECONDS]\n\n"
	"Shows loops and the busiest tasks, and refreshes every SECONDS (default: 1). Keys: the\n"
	"arrows select a task, c cancels it, g cancels its group; r, w, s, n sort by run time,\n"
	"wait, steps, name; / filters by name, f shows or hides frames, p pauses, q quits.\n\n";

#define LOOPS	8	/* lines for them */

/**
 * struct line - a task, and its activity since the last snapshot
 * @t: the task
 * @run_ns: how long it ran
 * @steps: how many steps
 * @wait_ns: for how long it has been waiting
 */
struct line {
	struct task *t;
	uint64_t run_ns;
	uint64_t steps;
	uint64_t wait_ns;
};

static struct {
	char sort;
	bool paused, frames;
	char find[32];
	uint64_t chosen;	/* number of the task */
	unsigned int at, first;	/* its line, and the first one that is shown */
	char message[WORDS];
} view = { .sort = 'r', .frames = true };

static struct snapshot *s, *before;
static struct line *lines;
static unsigned int n_lines;

/* --- what to show ------------------------------------------------------- */

#define LESS(a, b)	(((a) > (b)) - ((a) < (b)))

static int in_order(const void *a, const void *b)
{
	const struct line *la = a, *lb = b;
	int rc = 0;

	switch (view.sort) {
	case 'r':
		rc = LESS(lb->run_ns, la->run_ns);
		break;
	case 'w':
		rc = LESS(lb->wait_ns, la->wait_ns);
		break;
	case 's':
		rc = LESS(lb->steps, la->steps);
		break;
	case 'n':
		rc = strverscmp(la->t->name, lb->t->name);
		break;
	}
	return rc ?: LESS(la->t->id, lb->t->id);
}

static void fill_line(struct line *l, struct task *t)
{
	const struct task *old = before ? snapshot_task(before, t->id) : NULL;

	l->t = t;
	l->run_ns = t->run_ns - (old ? old->run_ns : 0);
	l->steps = t->steps - (old ? old->steps : 0);
	l->wait_ns = t->on && t->since && t->loop->now > t->since ? t->loop->now - t->since : 0;
}

static void fill_lines(void)
{
	unsigned int i;

	lines = xrealloc(lines, s->n_tasks, sizeof(*lines));
	n_lines = 0;
	for (i = 0; i < s->n_tasks; i++) {
		if (loop_wanted(s->task[i].loop) &&
		    (!*view.find || strstr(s->task[i].name, view.find)))
			fill_line(&lines[n_lines++], &s->task[i]);
	}
	qsort(lines, n_lines, sizeof(*lines), in_order);
	/* The chosen task stays chosen, wherever it is now. */
	for (i = 0; i < n_lines && lines[i].t->id != view.chosen; i++)
		;
	if (i < n_lines)
		view.at = i;
	if (view.at >= n_lines)
		view.at = n_lines ? n_lines - 1 : 0;
}

static void look(void)
{
	snapshot_free(before);
	before = s;
	s = snapshot_load();
	fill_lines();
}

/* --- the screen --------------------------------------------------------- */

enum { C_RED = 1, C_GREEN, C_YELLOW, C_BLUE, C_MAGENTA, C_CYAN };

static int attribute(enum colour c)
{
	return c >= RED ? (int)COLOR_PAIR(c - RED + C_RED) : c == BOLD ? (int)A_BOLD : 0;
}

static const struct loop *loop_before(const struct loop *l)
{
	unsigned int i;

	for (i = 0; before && i < before->n_loops; i++) {
		if (before->loop[i].id == l->id)
			return &before->loop[i];
	}
	return l;
}

/* Its share of the time since the last snapshot, in percent. */
static double percent(const struct loop *l, uint64_t ns)
{
	uint64_t time = l->now - loop_before(l)->now;

	return time && l->now > loop_before(l)->now ? 100.0 * ns / time : 0;
}

static double rate(const struct loop *l, uint64_t now, uint64_t then)
{
	uint64_t time = l->now - loop_before(l)->now;

	return time && l->now > loop_before(l)->now ? (now - then) * 1e9 / time : 0;
}

/* What comes last in a line, cut where the screen ends. */
static void rest(const char *text)
{
	int room = COLS - getcurx(stdscr) - 1;

	if (room > 0)
		addnstr(text, room);
}

static void show_loop(const struct loop *l)
{
	const struct loop *b = loop_before(l);
	struct hist h = before ? hist_since(&l->late, &b->late) : l->late;
	char owner[WORDS], late[WORDS] = "-", slowest[2 * WORDS + 24], trouble[WORDS];

	if (hist_total(&h))
		say_ns(late, hist_percentile(&h, 99));
	printw("%-16.16s %-16.16s %7u %9.0f %9.0f %6.1f%% %7s  ", l->name, say_owner(owner, l),
	       l->tasks, rate(l, l->entries, b->entries), rate(l, l->spawned, b->spawned),
	       l->steps ? percent(l, l->step_ns - b->step_ns) : 0.0, late);
	if (l->trouble) {
		snprintf(trouble, sizeof(trouble), "%s: %u listed", l->trouble, l->listed);
		attron(attribute(RED));
		rest(trouble);
		attroff(attribute(RED));
	} else if (l->slowest_ns) {
		snprintf(slowest, sizeof(slowest), "slowest step %s in %s",
			 say_ns(BUF, l->slowest_ns), say_frame(BUF, l->slowest));
		rest(slowest);
	}
	addch('\n');
}

static void show_loops(void)
{
	unsigned int i, n = 0, more = 0;

	attron(A_BOLD);
	printw("%-16s %-16s %7s %9s %9s %7s %7s\n", "LOOP", "OWNER", "TASKS", "ENTRIES/s",
	       "SPAWN/s", "BUSY", "LATE99<");
	attroff(A_BOLD);
	for (i = 0; i < s->n_loops; i++) {
		if (!loop_wanted(&s->loop[i]))
			continue;
		if (n++ < LOOPS)
			show_loop(&s->loop[i]);
		else
			more++;
	}
	if (more)
		printw("and %u more\n", more);
}

static void show_task(const struct line *l, bool chosen)
{
	struct task *t = l->t;

	if (chosen)
		attron(A_REVERSE);
	printw("%8" PRIu64 " %-18.18s %6.2f%% %8" PRIu64 " ", t->id, t->name,
	       percent(t->loop, l->run_ns), l->steps);
	attron(attribute(colour_of_wait(t)));
	printw("%-18.18s", t->on ? say_wait(BUF, s, t) : t->state);
	attroff(attribute(colour_of_wait(t)));
	printw(" %11.11s  ", say_time(BUF, t));
	if (view.frames) {
		frames_find(s, &t, 1);
		rest(say_where(BUF, t));
	}
	if (chosen)
		attroff(A_REVERSE);
	addch('\n');
}

static void show_tasks(void)
{
	int y = getcury(stdscr), room;
	unsigned int i;

	attron(A_BOLD);
	printw("%8s %-18s %7s %8s %-18s %11s  %s\n", "TASK", "NAME", "RUN", "STEPS", "WAITS ON",
	       "TIME", view.frames ? "WHERE" : "");
	attroff(A_BOLD);
	room = LINES - y - 2;
	if (room < 1)
		return;
	if (view.at < view.first)
		view.first = view.at;
	if (view.at >= view.first + room)
		view.first = view.at - room + 1;
	for (i = view.first; i < n_lines && (int)(i - view.first) < room; i++)
		show_task(&lines[i], i == view.at);
}

static void show_bottom(void)
{
	move(LINES - 1, 0);
	clrtoeol();
	if (*view.message)
		addnstr(view.message, COLS - 1);
	else
		addnstr("q quit  c cancel  g cancel group  r w s n sort  / find  f frames  p pause",
			COLS - 1);
}

static void show(void)
{
	unsigned int i, timed = 0;

	erase();
	for (i = 0; i < s->n_loops; i++)
		timed += s->loop[i].account;
	attron(A_BOLD);
	printw("cotask top");
	attroff(A_BOLD);
	printw("  %u loops, %u tasks%s%s%s%s", s->n_loops, s->n_tasks,
	       view.paused ? "  PAUSED" : "", *view.find ? "  name: " : "", view.find,
	       timed ? "" : "  (steps are not timed: set parameter \"account\")");
	move(1, 0);
	show_loops();
	addch('\n');
	show_tasks();
	show_bottom();
	refresh();
}

/* --- keys --------------------------------------------------------------- */

static bool sure(const char *what, const char *name)
{
	int c;

	snprintf(view.message, sizeof(view.message), "cancel %s %s? (y/n)", what, name);
	show_bottom();
	refresh();
	timeout(-1);
	c = getch();
	*view.message = '\0';
	return c == 'y';
}

static void cancel(bool group)
{
	const struct task *t = n_lines ? lines[view.at].t : NULL;
	struct cotask_cancel_id arg = { .size = sizeof(arg) };
	int fd, rc;

	if (!t || !sure(group ? "the group of" : "task", t->name))
		return;
	arg.kind = group ? COTASK_CANCEL_GROUP : COTASK_CANCEL_TASK;
	arg.loop = t->loop->id;
	arg.id = group ? t->group->id : t->id;
	fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	rc = fd < 0 ? -1 : ioctl(fd, COTASK_IOC_CANCEL_ID, &arg);
	if (fd >= 0)
		close(fd);
	snprintf(view.message, sizeof(view.message), "%s: %s", t->name,
		 rc > 0 ? "cancel requested" : rc ? "cannot be cancelled" : "has already ended");
}

static void ask_name(void)
{
	snprintf(view.message, sizeof(view.message), "name: ");
	show_bottom();
	echo();
	timeout(-1);
	getnstr(view.find, sizeof(view.find) - 1);
	noecho();
	*view.message = '\0';
	fill_lines();
}

static void move_by(int n)
{
	long at = (long)view.at + n;

	view.at = at < 0 ? 0 : at >= (long)n_lines ? (n_lines ? n_lines - 1 : 0) : at;
	view.chosen = n_lines ? lines[view.at].t->id : 0;
}

/* false: quit */
static bool on_key(int c)
{
	switch (c) {
	case 'q':
		return false;
	case 'r':
	case 'w':
	case 's':
	case 'n':
		view.sort = c;
		view.at = 0;
		view.chosen = 0;
		fill_lines();
		break;
	case 'c':
	case 'g':
		cancel(c == 'g');
		break;
	case 'p':
		view.paused = !view.paused;
		break;
	case 'f':
		view.frames = !view.frames;
		break;
	case '/':
		ask_name();
		break;
	case KEY_UP:
	case 'k':
		move_by(-1);
		break;
	case KEY_DOWN:
	case 'j':
		move_by(1);
		break;
	case KEY_PPAGE:
		move_by(-20);
		break;
	case KEY_NPAGE:
		move_by(20);
		break;
	}
	return true;
}

static void screen_begin(void)
{
	int i;

	initscr();
	cbreak();
	noecho();
	keypad(stdscr, true);
	curs_set(0);
	if (!has_colors())
		return;
	start_color();
	use_default_colors();
	/* Both are in the order of ANSI. */
	for (i = C_RED; i <= C_CYAN; i++)
		init_pair(i, COLOR_RED + i - C_RED, -1);
}

static void watch(double seconds)
{
	int c = ERR;

	do {
		if (c == ERR && !view.paused) {
			look();
			*view.message = '\0';
		}
		show();
		timeout(seconds * 1000);
		c = getch();
	} while (on_key(c));
}

int cmd_top(int argc, char **argv)
{
	static const struct option longs[] = { COMMON_LONG, {} };
	double seconds = 1;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT, longs, NULL)) != -1)
		options_common(c, usage);
	if (argc - optind > 1)
		usage_error(usage, "too many arguments");
	if (optind < argc)
		seconds = atof(argv[optind]);
	if (!(seconds >= 0.1 && seconds < 1e6))
		usage_error(usage, "SECONDS is out of range");
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		usage_error(usage, "top requires a terminal; \"ps\" and \"stat\" do not");
	/* Errors are reported before the screen is taken. */
	s = snapshot_load();
	screen_begin();
	atexit((void (*)(void))endwin);
	watch(seconds);
	endwin();
	return snapshot_status(s, true);
}
