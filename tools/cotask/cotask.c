// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - see tasks of the kernel and of processes at work
 *
 * A table of commands; each has a file of its own.
 */
#include <locale.h>
#include <string.h>

#include "cotask.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "ps", cmd_ps, "list tasks: whose they are, what they wait on, since when" },
	{ "tree", cmd_tree, "groups and tasks, who waits for whom, where in the code" },
	{ "top", cmd_top, "the busiest tasks and loops, live" },
	{ "stat", cmd_stat, "what loops have done, and how late and long" },
	{ "cancel", cmd_cancel, "cancel tasks or groups" },
	{ "trace", cmd_trace, "record what happens, for a timeline" },
	{ "bench", cmd_bench, "a short benchmark of this machine" },
	{ "doctor", cmd_doctor, "is everything there that is needed?" },
};

static void usage(FILE *to)
{
	size_t i;

	fputs("usage: cotask COMMAND [options]\n\n", to);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\n\"cotask COMMAND --help\" tells the options of a command, cotask(8) all.\n", to);
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
