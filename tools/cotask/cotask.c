// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - show and control tasks of the kernel and of processes
 *
 * A table of commands, each of which has a file of its own.
 */
#include <locale.h>
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

static void usage(FILE *to)
{
	size_t i;

	fputs("usage: cotask COMMAND [options]\n\n", to);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\n\"cotask COMMAND --help\" lists its options; cotask(8) describes all.\n", to);
}

int main(int argc, char **argv)
{
	size_t i;
	int rc;

	if (frames_helper(argc, argv, &rc))
		return rc;
	setlocale(LC_ALL, "");
	term_init();
	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		usage(stdout);
		return RC_OK;
	}
	if (argc > 1 && !strcmp(argv[1], "--version")) {
		puts("cotask " VERSION);
		return RC_OK;
	}
	for (i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	}
	if (argc > 1)
		fprintf(stderr, "cotask: no command \"%s\"\n\n", argv[1]);
	usage(stderr);
	return RC_USAGE;
}
