// SPDX-License-Identifier: MIT
/*
 * Keeps commands running
 *
 * "supervise [-r RESTARTS] [-g GRACE] [--] COMMAND...".  The shell runs each COMMAND; the output is
 * prefixed with the number of the command.  A command that ends with status 0 is done.  Any other
 * command is restarted after a pause, which doubles up to a minute and is reset by a run of ten
 * seconds.  After RESTARTS successive pauses (5) the command has failed.  SIGTERM: all commands
 * receive SIGTERM, and SIGKILL if they still run after GRACE seconds (5).
 *
 * Exit status: 0: all commands are done, or SIGTERM has ended them; 1: a command has failed; 2:
 * wrong arguments.
 */
#include <cotask.h>
#include <cotask_io.h>
#include <cotask_process.h>
#include <cotask_reader.h>
#include <cotask_scope.h>
#include <cotask_signal.h>
#include <cotask_wait.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAUSE		(100 * COTASK_MSEC)
#define PAUSE_MAX	(60 * COTASK_SEC)
#define LONG_RUN	(10 * COTASK_SEC)
#define LAST_WORDS	(5 * COTASK_SEC)	/* to read output after a command has ended */
#define LINE		4000			/* less than PIPE_BUF with the number */

static struct cotask_signals signals;
static char **commands;
static int restarts = 5, failed;
static int64_t grace;

/* --- output ----------------------------------------------------------------------------- */

/* A single write keeps lines of several tasks apart; stdio would block all tasks. */
static long say(int number, const char *text, int size)
{
	char line[PIPE_BUF];
	int n = snprintf(line, sizeof(line), "%d: %.*s\n", number, size, text);
	long rc = cotask_write_all(STDOUT_FILENO, line, n);

	return rc < 0 ? rc : 0;
}

struct output {
	int	number;
	int	fd;
};

/* Splits a line that is too long into several lines. */
static long pass_on(void *output)
{
	const struct output o = *(const struct output *)output;
	char buf[LINE], part[LINE], *line;
	struct cotask_reader reader;
	ssize_t n;
	long rc = 0;

	cotask_reader_init(&reader, o.fd, buf, sizeof(buf));
	while (!rc) {
		n = cotask_readline(&reader, &line);
		if (n == -EMSGSIZE) {
			n = cotask_reader_read(&reader, part, sizeof(part));
			line = part;
		}
		if (n <= 0)
			return n;
		rc = say(o.number, line, line[n - 1] == '\n' ? n - 1 : n);
	}
	return rc;
}

/* --- commands --------------------------------------------------------------------------- */

/* The command has ended.  Processes that it has started may still hold the pipe. */
static void finish(struct cotask *reader)
{
	struct cotask_section section;
	long rc = cotask_shield_enter(&section, COTASK_FOREVER);

	if (!rc)
		rc = cotask_shield_exit(&section, cotask_wait_for(cotask_base(reader), LAST_WORDS));
	if (rc < 0)
		cotask_cancel(reader);
	cotask_put(reader);
}

/* The reader belongs to the loop: a cancel of the command does not end it. */
static long run_once(int number, const char *command, int *status)
{
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	const struct cotask_process_args args = {
		.argv = argv, .flags = COTASK_PROCESS_STDOUT | COTASK_PROCESS_BOTH, .grace = grace,
	};
	struct cotask_process p;
	struct cotask *reader;
	struct output output;
	long rc = cotask_process_start(&p, &args);

	if (rc)
		return rc;
	output = (struct output){ .number = number, .fd = p.out };
	reader = cotask_spawn(NULL, pass_on, &output, "output");
	rc = reader ? cotask_process_wait(&p, status) : -errno;
	if (reader)
		finish(reader);
	cotask_process_fini(&p);
	return rc;
}

static long say_end(int number, int status, long rc, const char *then)
{
	char text[200];
	int n;

	if (rc)
		n = snprintf(text, sizeof(text), "%s%s", cotask_strerror(rc), then);
	else if (WIFSIGNALED(status))
		n = snprintf(text, sizeof(text), "signal %d%s", WTERMSIG(status), then);
	else
		n = snprintf(text, sizeof(text), "status %d%s", WEXITSTATUS(status), then);
	return say(number, text, n);
}

static long keep(void *command)
{
	int number = (char **)command - commands + 1, left = restarts, status = 0;
	int64_t begin, pause = PAUSE;
	long rc, said;

	for (;;) {
		begin = cotask_now();
		rc = run_once(number, *(char **)command, &status);
		if (rc == -ECANCELED)
			return rc;
		if (cotask_now() - begin > LONG_RUN) {
			left = restarts;
			pause = PAUSE;
		}
		if (!rc && !status)
			return say_end(number, status, rc, ", done");
		if (!left--) {
			failed = 1;
			return say_end(number, status, rc, ", failed");
		}
		said = say_end(number, status, rc, ", again");
		rc = said ?: cotask_sleep(pause);
		if (rc)
			return rc;
		if (pause < PAUSE_MAX)
			pause *= 2;
	}
}

/* --- all commands ----------------------------------------------------------------------- */

static long end_at_signal(void *group)
{
	long rc = cotask_signals_wait(&signals, NULL);

	return rc < 0 ? rc : cotask_group_cancel(group);
}

/* The loop owns the task that waits for the signal, so the group does not wait for the task. */
static long supervise(void *arg)
{
	struct cotask_group group;
	char **command;
	long rc;

	(void)arg;
	cotask_group_init(&group);
	rc = cotask_group_enter(&group);
	if (rc < 0)
		return rc;
	rc = cotask_go(NULL, end_at_signal, &group);
	for (command = commands; *command && !rc; command++)
		rc = cotask_go(&group, keep, command);
	return cotask_group_exit(&group, rc);
}

int main(int argc, char **argv)
{
	const int which[] = { SIGTERM, SIGINT };
	long rc;
	int c;

	while ((c = getopt(argc, argv, "+r:g:")) > 0) {
		if (c == 'r')
			restarts = atoi(optarg);
		else if (c == 'g')
			grace = (int64_t)(strtod(optarg, NULL) * COTASK_SEC) ?: -1;
		else
			restarts = -1;
	}
	commands = argv + optind;
	if (!*commands || restarts < 0) {
		fprintf(stderr, "usage: supervise [-r RESTARTS] [-g GRACE] [--] COMMAND...\n");
		return 2;
	}
	rc = cotask_signals_init(&signals, which, 2);
	if (!rc)
		rc = cotask_run(supervise, NULL);
	if (rc < 0)
		fprintf(stderr, "supervise: %s\n", cotask_strerror(rc));
	return rc < 0 || failed;
}
