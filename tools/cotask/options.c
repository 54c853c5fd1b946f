// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - options of several commands, and exits with an error
 */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cotask.h"

struct options options;

static const char common_usage[] =
	"  -l, --loop LOOP   show only this loop, by name or number\n"
	"  -u, --user USER   show only loops of this user's processes\n"
	"  -p, --pid PID     show only loops of this process\n"
	"  -f, --file FILE   read a snapshot that \"cotask ps --json\" has saved\n"
	"  -j, --json        print one JSON object per line\n"
	"      --color WHEN  use colours: always, never or auto\n"
	"  -h, --help        print this text\n";

/**
 * usage_error - report wrong arguments, and exit
 * @usage: usage of the command
 * @what: description of the error; NULL: getopt has printed one
 */
void usage_error(const char *usage, const char *what)
{
	if (what)
		fprintf(stderr, "cotask: %s\n", what);
	fprintf(stderr, "usage: cotask %.*s (--help: more)\n", (int)strcspn(usage, "\n"), usage);
	exit(RC_USAGE);
}

/**
 * fail - report why the command cannot continue, and exit
 * @fmt: as for printf()
 */
void fail(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("cotask: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(RC_CANNOT);
}

unsigned long long number(const char *text, const char *what)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-') {
		fprintf(stderr, "cotask: %s is not a number: %s\n", what, text);
		exit(RC_USAGE);
	}
	return n;
}

/* A duration; fractions are allowed. */
double seconds(const char *text, const char *what)
{
	char *end;
	double n = strtod(text, &end);

	if (end == text || *end || !(n >= 0.05 && n < 1e6)) {
		fprintf(stderr, "cotask: %s is not a number of seconds from 0.05 to 1000000: %s\n",
			what, text);
		exit(RC_USAGE);
	}
	return n;
}

unsigned int number_int(const char *text, const char *what)
{
	unsigned long long n = number(text, what);

	if (n > INT_MAX) {
		fprintf(stderr, "cotask: %s is too large: %s\n", what, text);
		exit(RC_USAGE);
	}
	return n;
}

bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

/* A user by name, or by a number that need not have one. */
static unsigned int user_id(const char *text)
{
	const struct passwd *p = getpwnam(text);
	unsigned long long n;

	if (p)
		return p->pw_uid;
	n = is_number(text) ? number(text, "--user") : ULLONG_MAX;
	if (n >= UINT_MAX) {
		fprintf(stderr, "cotask: there is no user \"%s\"\n", text);
		exit(RC_USAGE);
	}
	return n;
}

/* An option of COMMON_SHORT or COMMON_LONG. */
void options_common(int c, const char *usage)
{
	switch (c) {
	case 'f':
		options.file = optarg;
		break;
	case 'j':
		options.json = true;
		break;
	case 'l':
		options.loop = optarg;
		break;
	case 'p':
		options.pid = number_int(optarg, "--pid");
		break;
	case 'u':
		options.by_user = true;
		options.uid = user_id(optarg);
		break;
	case 'C':
		term_colours(optarg);
		break;
	case 'h':
		printf("usage: cotask %s%s", usage, common_usage);
		exit(RC_OK);
	default:
		usage_error(usage, NULL);
	}
}

/**
 * output_flush - write the output, or report the error and exit
 */
void output_flush(void)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (fflush(stdout) || failed) {
		fprintf(stderr, "cotask: cannot write the output: %s\n", strerror(errno ?: EIO));
		_exit(RC_CANNOT);
	}
}

/**
 * output_end - as output_flush(), at each exit of the program
 */
void output_end(void)
{
	output_flush();
	if (close(STDOUT_FILENO) && errno != EBADF) {
		fprintf(stderr, "cotask: cannot write the output: %s\n", strerror(errno));
		_exit(RC_CANNOT);
	}
}

/* The first line of a file, until the next call; or NULL. */
char *first_line(const char *path)
{
	static char line[256];
	FILE *f = fopen(path, "r");
	bool ok = f && fgets(line, sizeof(line), f);

	if (f)
		fclose(f);
	if (!ok)
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	return line;
}

bool is_accounting(void)
{
	const char *line = first_line(ACCOUNT);

	return line && *line == 'Y';
}

/* CLOCK_MONOTONIC */
uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

void *xrealloc(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n ? n : 1, size);
	if (!p)
		fail("out of memory");
	return p;
}

void *xgrow(void *p, size_t n, size_t size)
{
	return n & (n - 1) ? p : xrealloc(p, n ? 2 * n : 1, size);
}
