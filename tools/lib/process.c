// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - child processes
 *
 * A process keeps its number until its parent has waited for it, so the number cannot
 * refer to another process.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cotask_process.h>

#include "internal.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open	434
#endif

#define GRACE	(5 * COTASK_SEC)

#define FLAGS	(COTASK_PROCESS_STDIN | COTASK_PROCESS_STDOUT | COTASK_PROCESS_STDERR | \
		 COTASK_PROCESS_BOTH)

/* --- pipes -------------------------------------------------------------------------- */

/**
 * struct stdio - descriptors that become 0, 1 and 2 of the process
 * @child: the child's end of each pipe, or -1
 */
struct stdio {
	int child[3];
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		cotask_close(*fd);
	*fd = -1;
}

static void close_child_ends(struct stdio *io)
{
	int i;

	for (i = 0; i < 3; i++)
		close_fd(&io->child[i]);
}

/* The child's end must not be 0, 1 or 2: it is copied to one of them. */
static int move_up(int *fd)
{
	int other;

	if (*fd > 2)
		return 0;
	other = fcntl(*fd, F_DUPFD_CLOEXEC, 3);
	if (other < 0)
		return -errno;
	close(*fd);
	*fd = other;
	return 0;
}

/* @i: descriptor in the child, which reads from 0. */
static int make_pipe(struct stdio *io, int i, int *parent)
{
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	*parent = ends[!i];
	io->child[i] = ends[!!i];
	rc = cotask_nonblock(*parent);
	return rc < 0 ? rc : move_up(&io->child[i]);
}

static int make_pipes(struct cotask_process *p, struct stdio *io, uint32_t flags)
{
	int *parent[] = { &p->in, &p->out, &p->err };
	int i, rc = 0;

	for (i = 0; i < 3 && !rc; i++) {
		if (flags & COTASK_PROCESS_STDIN << i)
			rc = make_pipe(io, i, parent[i]);
	}
	return rc;
}

/* --- start -------------------------------------------------------------------------- */

static int add_actions(posix_spawn_file_actions_t *actions, const struct stdio *io,
		       const struct cotask_process_args *args)
{
	int i, rc = 0;

	for (i = 0; i < 3 && !rc; i++) {
		if (io->child[i] >= 0)
			rc = posix_spawn_file_actions_adddup2(actions, io->child[i], i);
	}
	if (!rc && args->flags & COTASK_PROCESS_BOTH)
		rc = posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, STDERR_FILENO);
	if (!rc && args->dir)
		rc = posix_spawn_file_actions_addchdir_np(actions, args->dir);
	return rc;
}

static void set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setpgroup(attr, 0);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
				       POSIX_SPAWN_SETPGROUP);
}

static int spawn(pid_t *pid, const struct stdio *io, const struct cotask_process_args *args)
{
	char *const *envp = args->envp ? (char *const *)args->envp : environ;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	set_attributes(&attr);
	rc = add_actions(&actions, io, args);
	if (!rc)
		rc = posix_spawnp(pid, args->argv[0], &actions, &attr,
				  (char *const *)args->argv, envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

/* Without a pidfd the caller could wait only by blocking: kill the process on failure. */
static int open_pidfd(struct cotask_process *p)
{
	int rc;

	p->pidfd = syscall(SYS_pidfd_open, p->pid, 0);
	if (p->pidfd >= 0)
		return 0;
	rc = -errno;
	kill(-p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	return rc;
}

EXPORT int cotask_process_start(struct cotask_process *p, const struct cotask_process_args *args)
{
	struct stdio io = { .child = { -1, -1, -1 } };
	int rc;

	if (!p)
		return -EINVAL;
	*p = (struct cotask_process){ .pidfd = -1, .in = -1, .out = -1, .err = -1 };
	if (!args || !args->argv || !args->argv[0] || args->flags & ~FLAGS || args->__reserved ||
	    (args->flags & COTASK_PROCESS_BOTH && args->flags & COTASK_PROCESS_STDERR))
		return -EINVAL;
	p->grace = args->grace ? args->grace : GRACE;
	rc = make_pipes(p, &io, args->flags);
	if (!rc)
		rc = spawn(&p->pid, &io, args);
	if (!rc)
		rc = open_pidfd(p);
	close_child_ends(&io);
	if (rc)
		cotask_process_fini(p);
	return rc;
}

/* --- end ---------------------------------------------------------------------------- */

EXPORT int cotask_process_signal(const struct cotask_process *p, int sig)
{
	if (p->pidfd < 0)
		return -ESRCH;
	return kill(-p->pid, sig) ? -errno : 0;
}

static long reap(void *arg)
{
	struct cotask_process *p = arg;
	long rc = cotask_waitpid(p->pidfd, &p->status);

	if (!rc)
		close_fd(&p->pidfd);
	return rc;
}

static long exited(void *arg)
{
	return cotask_poll(((struct cotask_process *)arg)->pidfd, POLLIN);
}

/* Ends the process in any case.  Reaps it last, so that its number remains its own. */
static void end(struct cotask_process *p, int64_t grace)
{
	struct cotask_section section;
	int entered = -ESRCH;
	long rc = 0;

	if (task_here())
		entered = cotask_shield_enter(&section, COTASK_FOREVER);
	if (!entered && grace > 0) {
		cotask_process_signal(p, SIGTERM);
		rc = cotask_wait_for_call(exited, p, grace);
	}
	cotask_process_signal(p, SIGKILL);
	if (entered || reap(p)) {
		waitpid(p->pid, &p->status, 0);
		close_fd(&p->pidfd);
	}
	if (!entered)
		rc = cotask_shield_exit(&section, 0);
	(void)rc;
}

EXPORT long cotask_process_wait(struct cotask_process *p, int *status)
{
	long rc = 0;

	if (!task_here())
		return -ESRCH;
	if (p->pidfd >= 0)
		rc = reap(p);
	else if (!p->pid)
		return -EINVAL;
	if (rc == -ECANCELED)
		end(p, p->grace);
	if (!rc && status)
		*status = p->status;
	return rc;
}

EXPORT void cotask_process_fini(struct cotask_process *p)
{
	close_fd(&p->in);
	close_fd(&p->out);
	close_fd(&p->err);
	if (p->pidfd >= 0)
		end(p, 0);
}

EXPORT long cotask_process_run(const struct cotask_process_args *args, int *status)
{
	struct cotask_process p;
	long rc;

	if (!task_here())
		return -ESRCH;
	if (args && args->flags & ~COTASK_PROCESS_BOTH)
		return -EINVAL;
	rc = cotask_process_start(&p, args);
	if (rc)
		return rc;
	rc = cotask_process_wait(&p, status);
	cotask_process_fini(&p);
	return rc;
}
