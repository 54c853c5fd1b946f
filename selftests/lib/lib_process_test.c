// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: child processes, and signals
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <cotask_process.h>
#include <cotask_reader.h>
#include <cotask_signal.h>

#include "lib_test.h"

#define A_MOMENT	(10 * COTASK_MSEC)

#define SHELL(script)	((const char *const []){ "/bin/sh", "-c", script, NULL })

/* Whether a test has left descriptors or processes. */
static int fds_before;

static long count_before(void)
{
	fds_before = count_fds();
	return 0;
}

static long check_after(void)
{
	CHECK_EQ(waitpid(-1, NULL, WNOHANG), -1);
	CHECK_EQ(errno, ECHILD);
	CHECK_EQ(count_fds(), fds_before);
	return 0;
}

/* --- one that ends by itself ------------------------------------------------------------- */

TASK_TEST(status_of_a_process)
{
	struct cotask_process_args args = { .argv = SHELL("exit 3") };
	int status = 0;

	count_before();
	CHECK_EQ(cotask_process_run(&args, &status), 0);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 3);
	args.argv = SHELL("kill -9 $$");
	CHECK_EQ(cotask_process_run(&args, &status), 0);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGKILL);
	return check_after();
}

static long all_of(int fd, char *text, size_t size)
{
	long n = cotask_read_exact(fd, text, size - 1);

	if (n >= 0)
		text[n] = '\0';
	return n;
}

TASK_TEST(pipes)
{
	struct cotask_process_args args = {
		.argv = SHELL("read -r line; echo \"got $line\"; echo apart >&2"),
		.flags = COTASK_PROCESS_STDIN | COTASK_PROCESS_STDOUT | COTASK_PROCESS_STDERR,
	};
	struct cotask_process p;
	int status = -1;
	char text[64];

	count_before();
	CHECK_EQ(cotask_process_start(&p, &args), 0);
	CHECK_EQ(cotask_write_all(p.in, "a line\n", 7), 7);
	CHECK_EQ(all_of(p.out, text, sizeof(text)), 11);
	CHECK_EQ(strcmp(text, "got a line\n"), 0);
	CHECK_EQ(all_of(p.err, text, sizeof(text)), 6);
	CHECK_EQ(cotask_process_wait(&p, &status), 0);
	CHECK_EQ(status, 0);
	/* A second call has the same result. */
	status = -1;
	CHECK_EQ(cotask_process_wait(&p, &status), 0);
	CHECK_EQ(status, 0);
	CHECK_EQ(cotask_process_signal(&p, SIGTERM), -ESRCH);
	cotask_process_fini(&p);
	return check_after();
}

TASK_TEST(directory_environment_and_one_pipe)
{
	const char *const envp[] = { "NAME=value", NULL };
	struct cotask_process_args args = {
		.argv = SHELL("echo $NAME; pwd >&2"),
		.envp = envp,
		.dir = "/dev",
		.flags = COTASK_PROCESS_STDOUT | COTASK_PROCESS_BOTH,
	};
	struct cotask_process p;
	char text[64];

	count_before();
	CHECK_EQ(cotask_process_start(&p, &args), 0);
	CHECK(all_of(p.out, text, sizeof(text)) > 0);
	CHECK_EQ(strcmp(text, "value\n/dev\n"), 0);
	cotask_process_fini(&p);
	return check_after();
}

/* The process starts with default actions, regardless of the signals that the program blocks */
TASK_TEST(signals_of_a_process)
{
	struct cotask_process_args args = { .argv = SHELL("exec sleep 1000") };
	const int signals[] = { SIGTERM };
	struct cotask_signals s;
	struct cotask_process p;
	int status;

	count_before();
	CHECK_EQ(cotask_signals_init(&s, signals, 1), 0);
	CHECK_EQ(cotask_process_start(&p, &args), 0);
	CHECK_EQ(cotask_process_signal(&p, SIGTERM), 0);
	CHECK_EQ(cotask_process_wait(&p, &status), 0);
	CHECK(WIFSIGNALED(status));
	CHECK_EQ(WTERMSIG(status), SIGTERM);
	cotask_process_fini(&p);
	cotask_signals_fini(&s);
	return check_after();
}

/* --- one that does not start ------------------------------------------------------------- */

TASK_TEST(process_does_not_start)
{
	const char *const none[] = { "/no/such/program", NULL };
	struct cotask_process_args args = { .argv = none, .flags = COTASK_PROCESS_STDIN };
	struct cotask_process p;

	count_before();
	CHECK_EQ(cotask_process_start(&p, &args), -ENOENT);
	CHECK_EQ(cotask_process_wait(&p, NULL), -EINVAL);
	cotask_process_fini(&p);
	args.argv = SHELL("exit 0");
	args.dir = "/no/such/directory";
	CHECK_EQ(cotask_process_start(&p, &args), -ENOENT);
	args.dir = NULL;
	args.flags = 0x100;
	CHECK_EQ(cotask_process_start(&p, &args), -EINVAL);
	args.flags = COTASK_PROCESS_BOTH | COTASK_PROCESS_STDERR;
	CHECK_EQ(cotask_process_start(&p, &args), -EINVAL);
	args.flags = COTASK_PROCESS_STDIN;
	CHECK_EQ(cotask_process_run(&args, NULL), -EINVAL);
	CHECK_EQ(cotask_process_start(&p, NULL), -EINVAL);
	return check_after();
}

/* With every number of free descriptors up to a few: a call fails, and leaks nothing */
TASK_TEST(too_few_descriptors)
{
	struct cotask_process_args args = {
		.argv = SHELL("exit 0"),
		.flags = COTASK_PROCESS_STDIN | COTASK_PROCESS_STDOUT | COTASK_PROCESS_STDERR,
	};
	struct rlimit before, limit;
	struct cotask_process p;
	int first = dup(0), more, rc;

	close(first);
	count_before();
	getrlimit(RLIMIT_NOFILE, &before);
	limit = before;
	for (more = 0; more <= 7; more++) {
		limit.rlim_cur = first + more;
		setrlimit(RLIMIT_NOFILE, &limit);
		rc = cotask_process_start(&p, &args);
		setrlimit(RLIMIT_NOFILE, &before);
		/* The last one is of the process itself. */
		CHECK_EQ(rc, more < 7 ? -EMFILE : 0);
		cotask_process_fini(&p);
		CHECK_EQ(check_after(), 0);
	}
	return 0;
}

/* --- one that is ended ------------------------------------------------------------------- */

static struct cotask_process process;

static long waits(void *arg)
{
	return cotask_process_wait(&process, NULL);
}

static long starts(const char *script, int64_t grace)
{
	struct cotask_process_args args = {
		.argv = SHELL(script),
		.flags = COTASK_PROCESS_STDOUT,
		.grace = grace,
	};
	char c;

	CHECK_EQ(cotask_process_start(&process, &args), 0);
	/* The process reports that it has started. */
	CHECK_EQ(cotask_read(process.out, &c, 1), 1);
	return 0;
}

/* Including its own child processes: the last one closes the pipe. */
TASK_TEST(cancel_ends_the_process)
{
	char c;

	count_before();
	CHECK_EQ(starts("sleep 1000 & printf x; wait", 0), 0);
	CHECK_EQ(cotask_wait_for_call(waits, NULL, A_MOMENT), -ETIMEDOUT);
	CHECK_EQ(process.pidfd, -1);
	CHECK_EQ(cotask_read(process.out, &c, 1), 0);
	cotask_process_fini(&process);
	return check_after();
}

TASK_TEST(process_has_time_to_clean_up)
{
	count_before();
	CHECK_EQ(starts("trap 'exit 7' TERM; printf x; while :; do sleep 0.01; done", LONG_TIME),
		 0);
	CHECK_EQ(cotask_wait_for_call(waits, NULL, A_MOMENT), -ETIMEDOUT);
	CHECK(WIFEXITED(process.status));
	CHECK_EQ(WEXITSTATUS(process.status), 7);
	cotask_process_fini(&process);
	return check_after();
}

TASK_TEST(process_does_not_obey)
{
	struct cotask *t;

	count_before();
	CHECK_EQ(starts("trap '' TERM; printf x; while :; do sleep 0.01; done", A_MOMENT), 0);
	t = cotask_spawn(NULL, waits, NULL, NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_cancel(t), 1);
	CHECK_EQ(cotask_join(t), -ECANCELED);
	cotask_put(t);
	CHECK(WIFSIGNALED(process.status));
	CHECK_EQ(WTERMSIG(process.status), SIGKILL);
	cotask_process_fini(&process);
	return check_after();
}

TASK_TEST(process_is_not_waited_for)
{
	count_before();
	CHECK_EQ(starts("trap '' TERM; printf x; while :; do sleep 0.01; done", LONG_TIME), 0);
	cotask_process_fini(&process);
	CHECK(WIFSIGNALED(process.status));
	return check_after();
}

static long leaves(void *arg)
{
	return starts("printf x; exec sleep 1000", 0);
}

/* Outside of a task as well */
TEST(process_outlives_its_loop)
{
	ASSERT_EQ(0, cotask_run(leaves, NULL));
	ASSERT_EQ(-ESRCH, cotask_process_wait(&process, NULL));
	cotask_process_fini(&process);
	ASSERT_EQ(-1, waitpid(-1, NULL, WNOHANG));
}

/* --- signals ----------------------------------------------------------------------------- */

static long waits_for_signal(void *s)
{
	return cotask_signals_wait(s, NULL);
}

TASK_TEST(signals)
{
	const int which[] = { SIGUSR1, SIGUSR2 }, bad[] = { 65 };
	struct signalfd_siginfo info;
	struct cotask_signals s;
	struct cotask *t;
	sigset_t set;

	count_before();
	CHECK_EQ(cotask_signals_init(&s, bad, 1), -EINVAL);
	cotask_signals_fini(&s);
	CHECK_EQ(cotask_signals_init(&s, which, 2), 0);
	t = cotask_spawn(NULL, waits_for_signal, &s, NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(raise(SIGUSR2), 0);
	CHECK_EQ(cotask_join(t), SIGUSR2);
	cotask_put(t);
	/* A cancelled task leaves the signal to the next task. */
	CHECK_EQ(cotask_wait_for_call(waits_for_signal, &s, A_MOMENT), -ETIMEDOUT);
	CHECK_EQ(raise(SIGUSR1), 0);
	CHECK_EQ(cotask_signals_wait(&s, &info), SIGUSR1);
	CHECK_EQ(info.ssi_pid, getpid());
	cotask_signals_fini(&s);
	CHECK_EQ(pthread_sigmask(SIG_BLOCK, NULL, &set), 0);
	CHECK_EQ(sigismember(&set, SIGUSR1), 0);
	CHECK_EQ(count_fds(), fds_before);
	return 0;
}

/* Signals that were blocked before remain blocked */
TASK_TEST(signals_that_were_blocked)
{
	const int which[] = { SIGUSR1 };
	struct cotask_signals s;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	CHECK_EQ(cotask_signals_init(&s, which, 1), 0);
	cotask_signals_fini(&s);
	pthread_sigmask(SIG_BLOCK, NULL, &set);
	CHECK_EQ(sigismember(&set, SIGUSR1), 1);
	return 0;
}

TEST_HARNESS_MAIN
