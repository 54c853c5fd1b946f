// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - look into processes, apart from the tool
 *
 * To name the code of a process, files that it has mapped are read.  They belong to its
 * user, and may shrink while they are read, or keep a reader busy for ever.  So a child
 * does it, one for each process.  If it dies or takes too long, tasks of that process have
 * no frames, and that is all.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cotask.h"

#define HELPERS		16	/* so many are kept */
#define ANSWER_MS	2000	/* for one task; the first one waits for the symbols too */
#define PATIENCE_MS	10000	/* for all tasks of a snapshot */

/**
 * struct helper - a child that looks into one process
 * @pid: the process
 * @child: who does it; 0: it was given up
 * @sock: gets a task's code, tells its struct frames
 */
struct helper {
	int pid;
	pid_t child;
	int sock;
};

/* A ring: the oldest one makes room. */
static struct helper helpers[HELPERS];
static unsigned int n_helpers;

static uint64_t patience_ns = PATIENCE_MS * NSEC_PER_MSEC;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
}

/* --- in the child ------------------------------------------------------------ */

static int open_of(int pid, const char *what)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/%d/%s", pid, what);
	return open(name, O_RDONLY | O_CLOEXEC);
}

/* Nothing of the tool is within reach of what goes wrong here. */
static int keep_only(int sock)
{
	int fd = STDERR_FILENO + 1;

	/* Keys are for the tool. */
	setsid();
	if (sock != fd && dup2(sock, fd) < 0)
		_exit(1);
	close_range(fd + 1, ~0u, 0);
	return fd;
}

/* What a user's files say about code is read with that user's rights. */
static bool become(unsigned int uid)
{
	const struct passwd *p;
	gid_t gid;

	if (geteuid() || !uid)
		return true;
	p = getpwuid(uid);
	gid = p ? p->pw_gid : uid;
	/* <grp.h> has another struct group. */
	return !syscall(SYS_setgroups, 0, NULL) && !setresgid(gid, gid, gid) &&
	       !setresuid(uid, uid, uid);
}

_Noreturn static void serve(int sock, const struct loop *l)
{
	struct frames f;
	uint64_t code;
	int mem, maps;

	sock = keep_only(sock);
	mem = open_of(l->pid, "mem");
	maps = open_of(l->pid, "maps");
	if (mem < 0 || maps < 0 || !become(l->uid))
		_exit(1);
	/* Lost with a change of user.  A crash is not worth a file. */
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!frames_open(l->pid, mem, maps))
		_exit(1);
	while (recv(sock, &code, sizeof(code), 0) == sizeof(code)) {
		f = (struct frames){ 0 };
		frames_look(code, &f);
		if (send(sock, &f, sizeof(f), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

/* --- children ------------------------------------------------------------------ */

static void give_up(struct helper *h)
{
	if (!h->child)
		return;
	kill(h->child, SIGKILL);
	waitpid(h->child, NULL, 0);
	close(h->sock);
	h->child = 0;
}

static void start(struct helper *h, const struct loop *l)
{
	int pair[2];
	pid_t child;

	*h = (struct helper){ .pid = l->pid };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return;
	child = fork();
	if (!child)
		serve(pair[1], l);
	close(pair[1]);
	h->sock = pair[0];
	if (child > 0)
		h->child = child;
	else
		close(h->sock);
}

static struct helper *helper_of(const struct loop *l)
{
	struct helper *h;
	unsigned int i;

	for (i = 0; i < HELPERS && i < n_helpers; i++) {
		if (helpers[i].pid == l->pid)
			return &helpers[i];
	}
	h = &helpers[n_helpers++ % HELPERS];
	give_up(h);
	start(h, l);
	return h;
}

/* Wait for an answer, as long as there is patience. */
static bool answers(const struct helper *h)
{
	uint64_t began = now_ns(), limit = patience_ns / NSEC_PER_MSEC, took;
	struct pollfd p = { .fd = h->sock, .events = POLLIN };
	int rc;

	if (limit > ANSWER_MS)
		limit = ANSWER_MS;
	rc = TEMP_FAILURE_RETRY(poll(&p, 1, limit));
	took = now_ns() - began;
	patience_ns -= took < patience_ns ? took : patience_ns;
	return rc > 0;
}

static bool ask(const struct helper *h, uint64_t code, struct frames *f)
{
	return h->child && send(h->sock, &code, sizeof(code), MSG_NOSIGNAL) == sizeof(code) &&
	       answers(h) && recv(h->sock, f, sizeof(*f), 0) == sizeof(*f) && f->n <= FRAMES;
}

/**
 * frames_find - find the frames of a hosted task in its process
 * @s: what there is
 * @t: a task of it; its frames are added behind those of the kernel
 *
 * A task that has not begun, or runs, has its function only.  Who asks again finds no more.
 */
void frames_find(struct snapshot *s, struct task *t)
{
	unsigned int i, first = t->n_frames;
	uint64_t code = t->code;
	struct helper *h;
	struct frames f;

	if (!code || !t->loop->pid || options.file ||
	    patience_ns < NSEC_PER_MSEC)
		return;
	t->code = 0;
	h = helper_of(t->loop);
	if (!ask(h, code, &f)) {
		give_up(h);
		return;
	}
	for (i = 0; i < f.n; i++) {
		f.at[i][WORDS - 1] = '\0';
		snapshot_add_frame(s, t, f.at[i]);
	}
	if (t->n_frames > first)
		snapshot_tell_frames(s, t, first);
}

/**
 * frames_forget - processes may have changed by the next time
 */
void frames_forget(void)
{
	unsigned int i;

	for (i = 0; i < HELPERS && i < n_helpers; i++)
		give_up(&helpers[i]);
	n_helpers = 0;
	patience_ns = PATIENCE_MS * NSEC_PER_MSEC;
}
