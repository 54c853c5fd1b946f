// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - how soon a process exits that is killed in a long operation
 *
 * Kills a process in the middle of operations that can be given up, and measures the time until it
 * has exited: nanoseconds that are instructions, as in stretch.c.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "calls.h"

#define SOON_NS		300000

static struct cotask_op without_calls(void)
{
	unsigned int i;

	make(1, COTASK_KIND_FUTURE);
	for (i = 0; i < MANY; i++)
		add(OP(ON_DONE, .handle = 1));
	enter(0);
	return OP(OFF_DONE, .handle = 1);
}

static struct cotask_op gather_far_handles(void)
{
	static __u32 members[30000];
	const unsigned int n = sizeof(members) / sizeof(*members);
	unsigned int i;

	for (i = 0; i < n; i++) {
		members[i] = FAR(i);
		add(OP(MAKE, .handle = FAR(i), .arg = COTASK_KIND_FUTURE));
	}
	enter(0);
	return OP(GATHER, .handle = 1, .addr = (unsigned long)members, .len = n);
}

static struct cotask_op cancel_all(void)
{
	spawn(10, MANY, 0, OP(SLEEP, .value = COTASK_NEVER), 0);
	return OP(CANCEL_ALL);
}

static const struct {
	const char *name;
	struct cotask_op (*make)(void);
} deaf[] = {
	{ "calls that are taken back", without_calls },
	{ "gather of handles far apart", gather_far_handles },
	{ "cancels of all tasks", cancel_all },
};

#define DEAF	(sizeof(deaf) / sizeof(*deaf))

/* The kernel sends the signal, as no other process runs on the only CPU meanwhile. */
static void kill_at(long long due)
{
	const struct itimerspec when = { .it_value = { due / 1000000000, due % 1000000000 } };
	struct sigevent e = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
	timer_t timer;

	if (timer_create(CLOCK_MONOTONIC, &e, &timer) ||
	    timer_settime(timer, TIMER_ABSTIME, &when, NULL))
		die("timer");
}

/* Time from SIGKILL to the exit of the process that applies @op; ~0: @op ran to its end. */
static unsigned long long deafness(struct cotask_op op)
{
	const long long due = now() + SOON_NS;
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		kill_at(due);
		add(op);
		enter(0);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		die("wait");
	return WIFSIGNALED(status) ? (unsigned long long)(now() - due) : ~0ULL;
}

static bool is_killed(unsigned int i)
{
	unsigned long long ns;

	open_file();
	ns = deafness(deaf[i].make());
	close(fd);
	printf("%sok %u %s: gone after %llu ns\n", ns > LIMIT ? "not " : "", i + 1,
	       deaf[i].name, ns);
	return ns <= LIMIT;
}

int main(void)
{
	return run_all(DEAF, is_killed);
}
