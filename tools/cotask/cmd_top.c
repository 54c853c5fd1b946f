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
#include <sys/ttydefaults.h>
#include <unistd.h>

#include <linux/cotask.h>

#include "cotask.h"

static const char usage[] =
	"top [options] [SECONDS]\n\n"
	"Shows loops and the busiest tasks, and refreshes every SECONDS (default: 1). Keys: the\n"
	"arrows select a task, c cancels it, g cancels its group; b, r, w, s, n sort by busy or\n"
	"ready time, wait, steps, name; t shows a tree, / shows only rows that contain a text,\n"
	"f shows or hides places, p pauses, q quits. Times need the module parameter\n"
	"\"account\".\n\n";

#define LOOPS	8	/* lines for them */
#define WIDE	140	/* columns of a wide screen */

static struct {
	struct order order;
	bool paused, frames;
	uint64_t chosen;	/* number of the task */
	unsigned int at, first;	/* its line, and the first one that is shown */
	char message[WORDS];
} view = { .order.key = 'b', .frames = true };

static struct snapshot *s, *before;
static struct line *lines;
static unsigned int n_lines;

/* --- what to show ------------------------------------------------------- */

static void fill_lines(void)
{
	unsigned int i;

	n_lines = top_lines(s, before, &view.order, &lines);
	/* The selected task stays selected when its line moves. */
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

/* --- columns ------------------------------------------------------------ */

/**
 * struct column - a part of each row
 * @title: its title; a "<" before it: the words begin at the left
 * @width: its width; the last column has the rest of the line
 * @from: minimum width of the screen for this column
 * @grows: it is wider on a wide screen
 */
struct column {
	const char *title;
	int width;
	int from;
	bool grows;
};

enum { L_NAME, L_OWNER, L_TASKS, L_ENTRIES, L_SPAWN, L_BUSY, L_LATE, L_REST, L_COLUMNS };

static const struct column of_loops[L_COLUMNS] = {
	{ "<LOOP", 16, 0 }, { "<OWNER", 18, 60 }, { "TASKS", 7, 0 }, { "ENTRIES/s", 9, 70 },
	{ "SPAWN/s", 9, 100 }, { "BUSY", 6, 0 }, { "LATE99<", 7, 50 }, { "<", 0, 0 },
};

enum {
	T_TASK, T_NAME, T_LOOP, T_OWNER, T_BUSY, T_READY, T_STEPS, T_ON, T_TIME, T_LEFT, T_WHERE,
	T_COLUMNS
};

static const struct column of_tasks[T_COLUMNS] = {
	{ "TASK", 7, 56 }, { "<NAME", 16, 0, true }, { "<LOOP", 8, 72 }, { "<OWNER", 16, 100 },
	{ "BUSY", 6, 0 }, { "READY", 6, 120 }, { "STEPS", 6, 110 }, { "<WAITS ON", 16, 0, true },
	{ "TIME", 6, 48 }, { "LEFT", 6, 90 }, { "<WHERE", 0, 64 },
};

static int row;

enum { C_RED = 1, C_GREEN, C_YELLOW, C_BLUE, C_MAGENTA, C_CYAN };

static int attribute(enum colour c)
{
	return c >= RED ? (int)COLOR_PAIR(c - RED + C_RED) : c == BOLD ? (int)A_BOLD : 0;
}

static void row_begin(void)
{
	move(row++, 0);
}

/* The part of a text that fits, with a mark if it is cut. */
static void put(const char *text, int room)
{
	unsigned int left = room > 0 ? room : 0;
	size_t n = text_fit(text, &left);

	if (!text[n]) {
		addnstr(text, n);
	} else if (room > 0) {
		left = room - 1;
		n = text_fit(text, &left);
		addnstr(text, n);
		addstr(term_cut());
	}
}

static void spaces(int n)
{
	if (n > 0)
		printw("%*s", n, "");
}

static bool is_last(const struct column *c, const struct column *end)
{
	for (c++; c < end; c++) {
		if (c->from <= COLS)
			return false;
	}
	return true;
}

/* On a wide screen, names and waits get more of it. */
static int width_of(const struct column *c)
{
	return c->grows && WIDE <= COLS ? c->width + 14 : c->width;
}

/* A cell of a row; the last one has the rest of the line. */
static void cell(const struct column *c, const struct column *end, const char *text,
		 enum colour tint)
{
	const bool left = *c->title == '<';
	int width, pad;

	if (c->from > COLS)
		return;
	width = is_last(c, end) ? COLS - getcurx(stdscr) : width_of(c);
	pad = width - (int)text_width(text);
	if (!left)
		spaces(pad);
	attron(attribute(tint));
	put(text, width);
	attroff(attribute(tint));
	if (is_last(c, end))
		return;
	spaces(left && pad > 0 ? pad + 1 : 1);
}

static void cell_of_loop(int i, const char *text)
{
	cell(&of_loops[i], of_loops + L_COLUMNS, text, PLAIN);
}

static void cell_of_task(int i, const char *text, enum colour tint)
{
	cell(&of_tasks[i], of_tasks + T_COLUMNS, text, tint);
}

static void titles(const struct column *c, const struct column *end)
{
	const struct column *at;

	row_begin();
	for (at = c; at < end; at++)
		cell(at, end, at->title + (*at->title == '<'), BOLD);
}

/* --- the screen --------------------------------------------------------- */

static const struct loop *loop_before(const struct loop *l)
{
	unsigned int i;

	for (i = 0; before && i < before->n_loops; i++) {
		if (before->loop[i].id == l->id)
			return &before->loop[i];
	}
	return l;
}

/* Its share of the time since the last snapshot. */
static const char *percent(char *buf, const struct loop *l, uint64_t ns)
{
	const struct loop *b = loop_before(l);
	uint64_t time = l->now > b->now ? l->now - b->now : 0;

	snprintf(buf, WORDS, "%.1f%%", time ? 100.0 * ns / time : 0.0);
	return buf;
}

static const char *rate(char *buf, const struct loop *l, uint64_t now, uint64_t then)
{
	const struct loop *b = loop_before(l);
	uint64_t time = l->now > b->now ? l->now - b->now : 0;

	snprintf(buf, WORDS, "%.0f", time && now > then ? (now - then) * 1e9 / time : 0.0);
	return buf;
}

static const char *decimal(char *buf, uint64_t n)
{
	snprintf(buf, WORDS, "%" PRIu64, n);
	return buf;
}

static void show_rest_of_loop(const struct loop *l)
{
	char words[2 * WORDS] = "";

	if (l->trouble)
		snprintf(words, sizeof(words), "%s: %u listed", l->trouble, l->listed);
	else if (l->slowest_ns)
		snprintf(words, sizeof(words), "slowest step %s", say_slowest(BUF, s, l));
	cell(&of_loops[L_REST], of_loops + L_COLUMNS, words, l->trouble ? RED : PLAIN);
}

static void show_loop(const struct loop *l)
{
	const struct loop *b = loop_before(l);
	struct hist h = before ? hist_since(&l->late, &b->late) : l->late;

	row_begin();
	cell_of_loop(L_NAME, l->name);
	cell_of_loop(L_OWNER, say_owner(BUF, l));
	cell_of_loop(L_TASKS, decimal(BUF, l->tasks));
	cell_of_loop(L_ENTRIES, rate(BUF, l, l->entries, b->entries));
	cell_of_loop(L_SPAWN, rate(BUF, l, l->spawned, b->spawned));
	cell_of_loop(L_BUSY, l->account ? percent(BUF, l, loop_busy(l, b)) : "-");
	cell_of_loop(L_LATE, hist_total(&h) ? say_ns(BUF, hist_percentile(&h, 99)) : "-");
	show_rest_of_loop(l);
}

static void show_loops(void)
{
	unsigned int i, n = 0;
	char words[32];

	titles(of_loops, of_loops + L_COLUMNS);
	for (i = 0; i < s->n_loops; i++) {
		if (loop_wanted(&s->loop[i]) && n++ < LOOPS)
			show_loop(&s->loop[i]);
	}
	if (n <= LOOPS)
		return;
	row_begin();
	snprintf(words, sizeof(words), "and %u more", n - LOOPS);
	put(words, COLS);
}

static void show_task(const struct line *l)
{
	struct task *t = l->t;
	char name[2 * WORDS];

	row_begin();
	snprintf(name, sizeof(name), "%*s%s", 2 * (int)l->depth, "", t->name);
	cell_of_task(T_TASK, decimal(BUF, t->id), PLAIN);
	cell_of_task(T_NAME, name, PLAIN);
	cell_of_task(T_LOOP, t->loop->name, PLAIN);
	cell_of_task(T_OWNER, say_owner(BUF, t->loop), PLAIN);
	cell_of_task(T_BUSY, t->since ? percent(BUF, t->loop, l->ns[BUSY]) : "-", PLAIN);
	cell_of_task(T_READY, t->since ? percent(BUF, t->loop, l->ns[READY]) : "-", PLAIN);
	cell_of_task(T_STEPS, t->since ? decimal(BUF, l->steps) : "-", PLAIN);
	if (of_tasks[T_WHERE].from <= COLS)
		files_find(s, &t, 1);
	cell_of_task(T_ON, say_wait(BUF, s, t), colour_of_wait(t));
	cell_of_task(T_TIME, say_time(BUF, t), PLAIN);
	cell_of_task(T_LEFT, say_left(BUF, t), PLAIN);
	if (!view.frames || of_tasks[T_WHERE].from > COLS)
		return;
	frames_find(s, &t, 1);
	cell_of_task(T_WHERE, say_where(BUF, t), PLAIN);
}

static void show_tasks(void)
{
	unsigned int i;
	int room;

	titles(of_tasks, of_tasks + T_COLUMNS);
	room = LINES - row - 1;
	if (room < 1)
		return;
	if (view.at < view.first)
		view.first = view.at;
	if (view.at >= view.first + room)
		view.first = view.at - room + 1;
	for (i = view.first; i < n_lines && (int)(i - view.first) < room; i++) {
		if (i == view.at)
			attron(A_REVERSE);
		show_task(&lines[i]);
		attroff(A_REVERSE);
	}
}

static void show_bottom(void)
{
	static const char wide[] = "q quit  c cancel  g cancel group  b r w s n sort  t tree  "
				   "/ find  f places  p pause";
	static const char narrow[] = "q quit / find t tree c cancel p pause";
	const char *keys = (int)strlen(wide) < COLS ? wide : narrow;

	move(LINES - 1, 0);
	clrtoeol();
	put(*view.message ? view.message : keys, COLS - 1);
}

static void show_head(void)
{
	unsigned int i, timed = 0;
	char words[2 * WORDS];

	for (i = 0; i < s->n_loops; i++)
		timed += s->loop[i].account;
	row_begin();
	attron(A_BOLD);
	put("cotask top", COLS);
	attroff(A_BOLD);
	snprintf(words, sizeof(words), "  %u loops, %u tasks%s%s%s%s%s", s->n_loops, s->n_tasks,
		 view.paused ? "  PAUSED" : "", *view.order.find ? "  with: " : "",
		 view.order.find, snapshot_hides() ? "  (those of other users are hidden)" : "",
		 timed ? "" : "  (times are not measured: set parameter \"account\")");
	put(words, COLS - getcurx(stdscr));
}

static void show(void)
{
	erase();
	row = 0;
	show_head();
	show_loops();
	row++;
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

static void ask_text(void)
{
	snprintf(view.message, sizeof(view.message), "rows with: ");
	show_bottom();
	echo();
	timeout(-1);
	getnstr(view.order.find, sizeof(view.order.find) - 1);
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
	case 'b':
	case 'r':
	case 'w':
	case 's':
	case 'n':
		view.order.key = c;
		view.at = 0;
		view.chosen = 0;
		fill_lines();
		break;
	case 'c':
	case 'g':
		cancel(c == 'g');
		break;
	case 't':
		view.order.tree = !view.order.tree;
		fill_lines();
		break;
	case 'p':
		view.paused = !view.paused;
		break;
	case 'f':
		view.frames = !view.frames;
		break;
	case '/':
		ask_text();
		break;
	case CTRL('l'):
		clearok(stdscr, true);
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

static void watch(double interval)
{
	int c = ERR;

	do {
		if (c == ERR && !view.paused) {
			look();
			*view.message = '\0';
		}
		show();
		timeout(interval * 1000);
		c = getch();
	} while (on_key(c));
}

int cmd_top(int argc, char **argv)
{
	static const struct option longs[] = { COMMON_LONG, {} };
	double interval = 1;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT, longs, NULL)) != -1)
		options_common(c, usage);
	if (argc - optind > 1)
		usage_error(usage, "too many arguments");
	if (optind < argc)
		interval = seconds(argv[optind], "SECONDS");
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		usage_error(usage, "top requires a terminal; \"ps\" and \"stat\" do not");
	/* Errors are reported before the screen is taken. */
	s = snapshot_load();
	screen_begin();
	atexit((void (*)(void))endwin);
	watch(interval);
	endwin();
	return snapshot_status(s, true);
}
