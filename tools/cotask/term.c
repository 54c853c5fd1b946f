// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - colours, the width of the terminal, tables
 */
#include <langinfo.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

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

/* The sequence that switches a colour on, or all colours off (PLAIN); "" unless on a terminal. */
const char *colour(enum colour c)
{
	return colours ? codes[c] : "";
}

/* The colour of a task: an error, ready, or a wait for time, for a task, for an event. */
enum colour colour_of_wait(const struct task *t)
{
	if (t->cancelling)
		return RED;
	if (!t->on)
		return t->in_process ? BOLD : GREEN;
	if (!strcmp(t->on, "sleep"))
		return BLUE;
	if (!strcmp(t->on, "future"))
		return YELLOW;
	return !strcmp(t->on, "task") || !strcmp(t->on, "group") ? CYAN : MAGENTA;
}

#define UNLIMITED	100000

/* The width of the terminal, or COLUMNS; otherwise unlimited. */
unsigned int term_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return columns && atoi(columns) > 0 ? (unsigned int)atoi(columns) : UNLIMITED;
}

bool term_utf8(void)
{
	return utf8;
}

/* --- text ---------------------------------------------------------------- */

/*
 * Invisible characters, and those that change the direction of text or separate lines, in order.
 * The same as in module/core/name.c.
 */
static const struct { wchar_t first, last; } hidden[] = {
	{ 0x00ad, 0x00ad }, { 0x034f, 0x034f }, { 0x061c, 0x061c }, { 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
	{ 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff },
};

static bool is_hidden(wchar_t c)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hidden) && c >= hidden[i].first; i++) {
		if (c <= hidden[i].last)
			return true;
	}
	return false;
}

/**
 * term_char - whether the terminal can show the next character of a text
 * @text: the text, not empty
 * @len: its length in bytes; 1 if it is none
 *
 * Return: true if it can.
 */
bool term_char(const char *text, size_t *len)
{
	mbstate_t state = {};
	wchar_t c;

	*len = mbrtowc(&c, text, strlen(text), &state);
	if ((ssize_t)*len <= 0) {
		*len = 1;
		return false;
	}
	return wcwidth(c) >= 0 && !is_hidden(c);
}

/* A text for the terminal, with "?" for each character that it cannot show. */
void term_clean(char *to, size_t size, const char *text)
{
	size_t n = 0, len;

	for (; *text && n + MB_LEN_MAX < size; text += len) {
		if (term_char(text, &len)) {
			memcpy(to + n, text, len);
			n += len;
		} else {
			to[n++] = '?';
		}
	}
	to[n] = '\0';
}

/**
 * text_fit - how much of a text fits
 * @text: the text, which the terminal can show
 * @room: number of columns; out: columns left
 *
 * Return: The number of bytes that fit.
 */
size_t text_fit(const char *text, unsigned int *room)
{
	const char *at = text;
	mbstate_t state = {};
	size_t len;
	wchar_t c;

	for (; *at; at += len) {
		len = mbrtowc(&c, at, strlen(at), &state);
		if ((ssize_t)len <= 0 || wcwidth(c) > (int)*room)
			break;
		*room -= wcwidth(c);
	}
	return at - text;
}

/**
 * text_copy - copy a text, or as much of it as there is room for
 * @to: where it goes
 * @size: bytes there, with the null byte behind the text
 * @text: UTF-8, in any locale; no character is cut
 */
void text_copy(char *to, size_t size, const char *text)
{
	size_t n = strnlen(text, size);

	if (n == size) {
		for (n--; n && (text[n] & 0xc0) == 0x80; n--)
			;
	}
	memcpy(to, text, n);
	to[n] = '\0';
}

/* The number of columns that a text needs. */
unsigned int text_width(const char *text)
{
	unsigned int room = 1 << 20;

	text_fit(text, &room);
	return (1 << 20) - room;
}

/* The mark for the rest of a text that is cut. */
const char *term_cut(void)
{
	return utf8 ? "…" : "~";
}

/* --- tables -------------------------------------------------------------- */

/* No cell makes its column wider than this, or less on a narrow terminal. */
#define WIDEST		28
#define NARROW		12
#define NARROWEST	10

/* Minimum width of the last column, as long as other columns can be left out. */
#define LAST		16

/* Columns of the screen, for the table that is being printed. */
static unsigned int screen;

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

/* The widths of all columns but the last one, none of which is wider than @most. */
static void widths(const struct table *t, unsigned int *width, unsigned int most)
{
	unsigned int i;

	for (i = 0; i < t->columns; i++)
		width[i] = strlen(title(t, i));
	for (i = 0; i < t->cells; i++) {
		unsigned int w = text_width(t->cell[i]);

		if (w > most)
			w = most;
		if (w > width[i % t->columns])
			width[i % t->columns] = w;
	}
}

/* Leave out the first @n optional columns: their width is 0 then. */
static void leave_out(const struct table *t, unsigned int *width, unsigned int n)
{
	unsigned int i, k;

	for (k = 0; k < n; k++) {
		for (i = 0; i < t->columns - 1; i++) {
			if (width[i] && !strcmp(title(t, i), t->optional[k]))
				break;
		}
		if (i < t->columns - 1)
			width[i] = 0;
	}
}

static unsigned int sum(const struct table *t, const unsigned int *width)
{
	unsigned int i, n = 0;

	for (i = 0; i < t->columns - 1; i++)
		n += width[i] ? width[i] + 2 : 0;
	return n;
}

/* Make columns narrower, and then leave some out, until there is room for the last one. */
static void fit(const struct table *t, unsigned int *width)
{
	unsigned int n, most;

	for (n = 0; ; n++) {
		for (most = WIDEST; most >= NARROW; most -= 4) {
			widths(t, width, most);
			leave_out(t, width, n);
			if (sum(t, width) + LAST <= screen)
				return;
		}
		if (!t->optional || !t->optional[n])
			break;
	}
	widths(t, width, NARROWEST);
	leave_out(t, width, n);
}

static void pad(unsigned int n)
{
	printf("%*s", (int)n, "");
}

/* A text in at most @room columns; a mark says that it was cut. Return: columns used. */
static unsigned int put_text(const char *text, enum colour tint, unsigned int room)
{
	unsigned int left = room;
	size_t n = text_fit(text, &left);

	fputs(colour(tint), stdout);
	if (text[n] && room) {
		left = room - 1;
		n = text_fit(text, &left);
		printf("%.*s%s", (int)n, text, term_cut());
	} else {
		printf("%.*s", (int)n, text);
	}
	if (tint)
		fputs(colour(PLAIN), stdout);
	return room - left;
}

/*
 * One cell.  On a terminal, it is cut where its column ends; elsewhere a long one moves the rest
 * of its row.  The room that is left.
 */
static unsigned int put_cell(const struct table *t, unsigned int column, unsigned int width,
			     const char *text, enum colour tint, unsigned int room)
{
	const bool last = column == t->columns - 1, left = *t->title[column] == '<';
	unsigned int w = text_width(text), used = 0;

	if (!room || (!width && !last))
		return room;
	if (!left && w < width && width <= room)
		pad(used = width - w);
	w = screen < UNLIMITED && !last && w > width ? width : w;
	used += put_text(text, tint, w < room ? w : room);
	if (last)
		return 0;
	if (used < width) {
		pad(width - used);
		used = width;
	}
	if (used + 2 > room)
		return 0;
	pad(2);
	return room - used - 2;
}

static void put_row(const struct table *t, const unsigned int *width, char **cell,
		    const enum colour *tint)
{
	unsigned int i, room = screen;

	for (i = 0; i < t->columns; i++)
		room = put_cell(t, i, width[i], cell ? cell[i] : title(t, i),
				cell ? tint[i] : BOLD, room);
	putchar('\n');
}

/**
 * table_print - print a table, and empty it
 * @t: the table
 * @titles: print the titles as well
 */
void table_print(struct table *t, bool titles)
{
	unsigned int width[32], i;

	screen = term_width();
	fit(t, width);
	if (titles)
		put_row(t, width, NULL, NULL);
	for (i = 0; i < t->cells; i += t->columns)
		put_row(t, width, t->cell + i, t->tint + i);
	for (i = 0; i < t->cells; i++)
		free(t->cell[i]);
	free(t->cell);
	free(t->tint);
	t->cell = NULL;
	t->tint = NULL;
	t->cells = 0;
}
