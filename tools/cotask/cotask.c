// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - show and control tasks of the kernel and of processes
 *
 * A table of commands, each of which has a file of its own.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "cotask.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "ps", cmd_ps, "list tasks: owner, what they wait on, and since when" },
	{ "tree", cmd_tree, "show groups and tasks as a tree, with the place of each wait" },
	{ "top", cmd_top, "show the busiest tasks and loops, live" },
	{ "stat", cmd_stat, "show counters of loops, latencies and step times" },
	{ "cancel", cmd_cancel, "cancel tasks or groups" },
	{ "trace", cmd_trace, "record all tasks and write a timeline" },
	{ "bench", cmd_bench, "measure the cost of operations on this machine" },
	{ "doctor", cmd_doctor, "check the installation and the loops" },
};

static const struct command *find(const char *name)
{
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

static void usage(FILE *to)
{
	size_t i;

	fputs("usage: cotask COMMAND [options]\n\n", to);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\n\"cotask help COMMAND\" lists its options; cotask(8) describes all.\n"
	      "\"cotask -V\" prints the version.\n", to);
}

static int unknown(const char *name)
{
	if (name)
		fprintf(stderr, "cotask: no command \"%s\"\n\n", name);
	usage(stderr);
	return RC_USAGE;
}

/* "cotask help [COMMAND]" */
static int help(char *name)
{
	const struct command *c = find(name);
	char *args[3] = { name, "--help" };

	if (c)
		return c->run(2, args);
	if (name)
		return unknown(name);
	usage(stdout);
	return RC_OK;
}

static bool is(const char *arg, const char *s, const char *or)
{
	return arg && (!strcmp(arg, s) || !strcmp(arg, or));
}

int main(int argc, char **argv)
{
	const struct command *c;
	int rc;

	if (frames_helper(argc, argv, &rc))
		return rc;
	atexit(output_end);
	setlocale(LC_ALL, "");
	term_init();
	if (is(argv[1], "--version", "-V")) {
		puts("cotask " VERSION);
		return RC_OK;
	}
	if (is(argv[1], "--help", "-h"))
		return help(NULL);
	if (is(argv[1], "help", "help") && argc > 3)
		usage_error("help [COMMAND]\n", "too many arguments");
	if (is(argv[1], "help", "help"))
		return help(argv[2]);
	c = find(argv[1]);
	return c ? c->run(argc - 1, argv + 1) : unknown(argv[1]);
}
