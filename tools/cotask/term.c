// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - colours, the width of the terminal, tables
 */
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cotask.h"

static bool colours;
static bool utf8;

static const char *const codes[] = {
	[PLAIN] = "\033[0m", [BOLD] = "\033[1m", [DIM] = "\033[2m", [RED] = "\033[31m",
	[GREEN] = "\033[32m", [YELLOW] = "\033[33m", [BLUE] = "\033[34m",
	[MAGENTA] = "\033[35m", [CYAN] = "\033[36m",
};

void term_init(void)
{
	const char *term = getenv("TERM");

	utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	colours = isatty(STDOUT_FILENO) && !getenv("NO_COLOR") && term && strcmp(term, "dumb");
}

void term_colours(const char *when)
{
	if (!strcmp(when, "always"))
		colours = true;
	else if (!strcmp(when, "never"))
		colours = false;
	else if (strcmp(when, "auto"))
		usage_error("COMMAND --color always|never|auto\n", "unknown value of --color");
}

/* What switches a colour on, or PLAIN all off; nothing unless on a terminal. */
const char *colour(enum colour c)
{
	return colours ? codes[c] : "";
}

/* Something is wrong, it is ready, or it waits: for time, for a task, for an event. */
enum colour colour_of_wait(const struct task *t)
{
	if (t->cancelling)
		return RED;
	if (!t->on)
		return GREEN;
	if (!strcmp(t->on, "sleep"))
		return BLUE;
	if (!strcmp(t->on, "future"))
		return YELLOW;
	return !strcmp(t->on, "task") || !strcmp(t->on, "group") ? CYAN : MAGENTA;
}

/* Not limited unless it is a terminal. */
unsigned int term_width(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return 100000;
}

bool term_utf8(void)
{
	return utf8;
}

void table_cell(struct table *t, enum colour tint, const char *text)
{
	t->cell = xgrow(t->cell, t->cells, sizeof(*t->cell));
	t->tint = xgrow(t->tint, t->cells, sizeof(*t->tint));
	t->cell[t->cells] = strdup(text);
	t->tint[t->cells] = tint;
	if (!t->cell[t->cells++])
		fail("no memory");
}

static const char *title(const struct table *t, unsigned int column)
{
	return t->title[column] + (*t->title[column] == '<');
}

static void widths(const struct table *t, unsigned int *width)
{
	unsigned int i;

	for (i = 0; i < t->columns; i++)
		width[i] = strlen(title(t, i));
	for (i = 0; i < t->cells; i++) {
		unsigned int w = strlen(t->cell[i]);

		if (w > width[i % t->columns])
			width[i % t->columns] = w;
	}
}

/* One cell, cut where the terminal ends; the room that is left. */
static int print_cell(const struct table *t, unsigned int column, unsigned int width,
		      const char *text, enum colour tint, int room)
{
	bool last = column == t->columns - 1;
	int pad = last ? 0 : width - (int)strlen(text);

	if (room <= 0)
		return room;
	if (*t->title[column] != '<')
		printf("%*s", pad, "");
	printf("%s%.*s%s", colour(tint), room, text, tint ? colour(PLAIN) : "");
	if (*t->title[column] == '<' && !last)
		printf("%*s", pad, "");
	if (!last)
		fputs("  ", stdout);
	return room - (int)width - 2;
}

/**
 * table_print - print a table, and empty it
 * @t: the table
 * @titles: print the titles as well
 */
void table_print(struct table *t, bool titles)
{
	unsigned int width[32], i;
	int room = term_width();

	widths(t, width);
	for (i = 0; titles && i < t->columns; i++)
		room = print_cell(t, i, width[i], title(t, i), BOLD, room);
	if (titles)
		putchar('\n');
	for (i = 0; i < t->cells; i++) {
		if (i % t->columns == 0)
			room = term_width();
		room = print_cell(t, i % t->columns, width[i % t->columns], t->cell[i],
				  t->tint[i], room);
		if (i % t->columns == t->columns - 1)
			putchar('\n');
		free(t->cell[i]);
	}
	free(t->cell);
	free(t->tint);
	t->cell = NULL;
	t->tint = NULL;
	t->cells = 0;
}
