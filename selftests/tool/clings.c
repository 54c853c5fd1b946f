// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - run a program whose children cannot end
 *
 * "clings PROGRAM [ARGUMENT...]": each child is stopped as soon as it executes a program.  When it
 * is killed, it remains as a zombie, whose end its parent does not see.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define BIRTHS	(PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE)

static int event_of(int status)
{
	return WIFSTOPPED(status) ? status >> 16 : 0;
}

static void go_on(pid_t pid, int status)
{
	int sig = event_of(status) || WSTOPSIG(status) == SIGSTOP ? 0 : WSTOPSIG(status);

	ptrace(PTRACE_CONT, pid, NULL, (void *)(uintptr_t)sig);
}

/* Up to the program that it executes. */
static void hold(pid_t child)
{
	int status;

	while (waitpid(child, &status, __WALL) == child && WIFSTOPPED(status)) {
		if (event_of(status) == PTRACE_EVENT_EXEC)
			return;
		go_on(child, status);
	}
}

static bool is_birth(int event)
{
	return event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
	       event == PTRACE_EVENT_CLONE;
}

int main(int argc, char **argv)
{
	unsigned long child;
	int status;
	pid_t pid;

	if (argc < 2)
		return 125;
	pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME);
		raise(SIGSTOP);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL,
		   (void *)(uintptr_t)(BIRTHS | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)))
		return 125;
	do {
		if (is_birth(event_of(status)) &&
		    !ptrace(PTRACE_GETEVENTMSG, pid, NULL, &child))
			hold(child);
		go_on(pid, status);
	} while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 126;
}
