// SPDX-License-Identifier: MIT
/*
 * Runs commands concurrently, as one job
 *
 * "jobs [-d SECONDS] [-r TRIES] COMMAND...".  A command that fails is retried after a
 * growing pause.  When a command has failed for the last time, or the deadline expires,
 * all other commands receive SIGTERM, and SIGKILL if they still run.
 */
#include <cotask.h>
#include <cotask_io.h>
#include <cotask_scope.h>
#include <cotask_wait.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE	(1 * COTASK_SEC)

static int tries = 1;
static int64_t deadline = COTASK_FOREVER;
static char **commands;

static int start(const char *command, int *pidfd)
{
	pid_t pid = fork();

	if (!pid) {
		setpgid(0, 0);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (pid < 0)
		return -errno;
	*pidfd = syscall(SYS_pidfd_open, pid, 0);
	return *pidfd < 0 ? -errno : pid;
}

static long reap(void *arg)
{
	return cotask_waitpid(*(int *)arg, NULL);
}

/* The task was cancelled: end the process.  It has ended in any case when this returns. */
static void end(pid_t pid, int pidfd)
{
	struct cotask_section section;
	long rc = cotask_shield_enter(&section, COTASK_FOREVER);

	if (rc)
		return;
	kill(-pid, SIGTERM);
	rc = cotask_wait_for_call(reap, &pidfd, GRACE);
	if (rc == -ETIMEDOUT) {
		kill(-pid, SIGKILL);
		rc = cotask_waitpid(pidfd, NULL);
	}
	rc = cotask_shield_exit(&section, rc);
	(void)rc;	/* the outcome is that of the cancel */
}

static long run_once(const char *command)
{
	int pidfd = -1, status;
	long rc = start(command, &pidfd);
	pid_t pid = rc;

	if (rc < 0)
		return rc;
	rc = cotask_waitpid(pidfd, &status);
	if (rc == -ECANCELED)
		end(pid, pidfd);
	close(pidfd);
	if (rc < 0)
		return rc;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ECHILD;
}

static long run(void *arg)
{
	const char *command = arg;
	int64_t pause = 100 * COTASK_MSEC;
	int left = tries;
	long rc, slept;

	while ((rc = run_once(command)) == -ECHILD && --left) {
		printf("again: %s\n", command);
		slept = cotask_sleep(pause);
		if (slept)
			return slept;
		pause *= 2;
	}
	printf("%s: %s\n", rc ? rc == -ECANCELED ? "ended" : "failed" : "done", command);
	return rc;
}

static long all(void *arg)
{
	struct cotask_group group;
	char **command;
	long rc;

	(void)arg;
	cotask_group_init(&group);
	rc = cotask_group_enter(&group);
	if (rc < 0)
		return rc;
	for (command = commands; *command && !rc; command++)
		rc = cotask_go(&group, run, *command);
	rc = cotask_group_exit(&group, rc);
	cotask_group_fini(&group);
	return rc;
}

static long bounded(void *arg)
{
	return cotask_wait_for_call(all, arg, deadline);
}

int main(int argc, char **argv)
{
	long rc;
	int c;

	while ((c = getopt(argc, argv, "+d:r:")) != -1) {
		switch (c) {
		case 'd':
			deadline = strtod(optarg, NULL) * COTASK_SEC;
			break;
		case 'r':
			tries = atoi(optarg);
			break;
		default:
			fprintf(stderr, "usage: jobs [-d SECONDS] [-r TRIES] COMMAND...\n");
			return 2;
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	commands = argv + optind;
	rc = cotask_run(bounded, NULL);
	if (rc < 0)
		printf("jobs: %s\n", rc == -ECHILD ? "a command has failed" :
						     cotask_strerror(rc));
	return rc < 0;
}
