/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - child processes
 *
 *	const char *const argv[] = { "sort", NULL };
 *	struct cotask_process_args args = {
 *		.argv = argv, .flags = COTASK_PROCESS_STDIN | COTASK_PROCESS_STDOUT,
 *	};
 *	struct cotask_process p;
 *
 *	rc = cotask_process_start(&p, &args);
 *	if (rc < 0)
 *		return rc;
 *	...				// write to p.in, close it, read from p.out
 *	rc = cotask_process_wait(&p, &status);
 *	cotask_process_fini(&p);
 *
 * A process does not outlive the task that waits for it: when cotask_process_wait() is
 * cancelled, and in cotask_process_fini(), the process is ended, with all processes of its
 * process group.  If the program itself is killed, the process continues.  The program must not
 * ignore SIGCHLD, nor wait for any child.
 */
#ifndef COTASK_PROCESS_H
#define COTASK_PROCESS_H

#include <cotask.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COTASK_PROCESS_STDIN	0x1	/* a pipe to the standard input */
#define COTASK_PROCESS_STDOUT	0x2	/* a pipe from the standard output */
#define COTASK_PROCESS_STDERR	0x4	/* a pipe from the standard error */
#define COTASK_PROCESS_BOTH	0x8	/* redirect the standard error to the standard output */

/**
 * struct cotask_process_args - the program to start, and its options
 * @argv: the arguments, the program first, and NULL; if the program contains no
 *	slash, it is searched for in PATH
 * @envp: the environment; NULL: that of the caller
 * @dir: working directory; NULL: that of the caller
 * @flags: COTASK_PROCESS_*
 * @__reserved: 0
 * @grace: time between SIGTERM and SIGKILL in nanoseconds; 0: five seconds; < 0: SIGKILL at
 *	once
 */
struct cotask_process_args {
	const char *const	*argv;
	const char *const	*envp;
	const char		*dir;
	uint32_t		flags;
	uint32_t		__reserved;
	int64_t			grace;
};

/**
 * struct cotask_process - a child process
 * @pid: its number, which is also that of its process group
 * @pidfd: descriptor of the process, readable once it has ended; -1: it was waited for
 * @in: non-blocking end of the pipe to its standard input, or -1
 * @out: non-blocking end of the pipe from its standard output, or -1
 * @err: non-blocking end of the pipe from its standard error, or -1
 * @status: as from waitpid(2), once @pidfd is -1
 * @grace: see &struct cotask_process_args
 *
 * The caller may close @in, @out and @err with close(2) or cotask_close(), and then sets the
 * field to -1.
 */
struct cotask_process {
	pid_t		pid;
	int		pidfd;
	int		in;
	int		out;
	int		err;
	int		status;
	int64_t		grace;
};

/**
 * cotask_process_start - start a process
 * @p: the process
 * @args: the program to start, and its options
 *
 * The process has default actions for all signals and blocks none.  It inherits the
 * descriptors that are not close-on-exec.  The caller ends it with cotask_process_fini().  The
 * loop's thread waits until the program was loaded, as in posix_spawn(3).
 *
 * Return: 0; a negative errno: as execve(2), pipe(2) and fork(2), and there is nothing to end.
 */
__cotask_must_check int cotask_process_start(struct cotask_process *p,
					     const struct cotask_process_args *args);

/**
 * cotask_process_wait - wait until a process has ended
 * @p: the process
 * @status: receives the status as from waitpid(2); or NULL
 *
 * When the caller is cancelled, the function sends SIGTERM to the process group, after the
 * grace time SIGKILL, and returns when the process has ended.
 *
 * Return: 0; -ECANCELED, and the process has ended; a negative errno.
 */
__cotask_must_check long cotask_process_wait(struct cotask_process *p, int *status);

/**
 * cotask_process_signal - send a signal to the process group of a process
 * @p: the process
 * @sig: the signal
 *
 * Return: 0; -ESRCH if the process was waited for; a negative errno.
 */
int cotask_process_signal(const struct cotask_process *p, int sig);

/**
 * cotask_process_fini - close the descriptors of a process, and end it
 * @p: the process; it has ended when the function returns
 *
 * If the process was not waited for, the function sends SIGKILL to its process group and waits
 * until it has ended.  A cancel does not interrupt that.
 */
void cotask_process_fini(struct cotask_process *p);

/**
 * cotask_process_run - start a process, wait for it, end it
 * @args: the program to start; pipes are not supported
 * @status: receives the status as from waitpid(2); or NULL
 *
 * Return: 0; -ECANCELED, and the process has ended; a negative errno.
 */
__cotask_must_check long cotask_process_run(const struct cotask_process_args *args, int *status);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_PROCESS_H */
