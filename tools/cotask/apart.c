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
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cotask.h"

#define HELPERS		16	/* so many are kept */
#define BATCH		32	/* tasks that are asked for at once */
#define ANSWER_MS	2000	/* for those; the first of all wait for the symbols too */
#define PATIENCE_MS	10000	/* for all tasks of a snapshot */

/**
 * struct helper - a child that looks into one process
 * @pid: the process
 * @child: who does it; 0: it was given up
 * @sock: gets an array of codes, tells one of struct frames
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
	static struct frames f[BATCH];
	uint64_t code[BATCH];
	int mem, maps;
	ssize_t i, n;

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
	while ((n = recv(sock, code, sizeof(code), 0) / (ssize_t)sizeof(*code)) > 0) {
		memset(f, 0, sizeof(f));
		for (i = 0; i < n; i++)
			frames_look(code[i], &f[i]);
		if (send(sock, f, n * sizeof(*f), MSG_NOSIGNAL) < 0)
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

static bool ask(const struct helper *h, struct task **t, size_t n, struct frames *f)
{
	uint64_t code[BATCH];
	size_t i;

	for (i = 0; i < n; i++)
		code[i] = t[i]->code;
	return h->child && send(h->sock, code, n * sizeof(*code), MSG_NOSIGNAL) > 0 &&
	       answers(h) && recv(h->sock, f, n * sizeof(*f), 0) == (ssize_t)(n * sizeof(*f));
}

static void add_frames(struct snapshot *s, struct task *t, struct frames *f)
{
	unsigned int i, first = t->n_frames;

	for (i = 0; i < f->n && i < FRAMES; i++) {
		f->at[i][WORDS - 1] = '\0';
		snapshot_add_frame(s, t, f->at[i]);
	}
	if (t->n_frames > first)
		snapshot_tell_frames(s, t, first);
}

/* Some tasks of one process. */
static void find_some(struct snapshot *s, struct task **t, size_t n)
{
	static struct frames f[BATCH];
	struct helper *h;
	bool ok;
	size_t i;

	if (patience_ns < NSEC_PER_MSEC)
		return;
	h = helper_of(t[0]->loop);
	ok = ask(h, t, n, f);
	if (!ok)
		give_up(h);
	for (i = 0; i < n; i++) {
		t[i]->code = 0;
		if (ok)
			add_frames(s, t[i], &f[i]);
	}
}

/**
 * frames_find - find the frames of hosted tasks in their processes
 * @s: what there is
 * @t: tasks of it; frames are added behind those of the kernel
 * @n: how many; those of one process are best together
 *
 * A task that has not begun, or runs, has its function only.  Who asks again finds no more.
 */
void frames_find(struct snapshot *s, struct task **t, size_t n)
{
	struct task *some[BATCH];
	size_t i, k = 0;

	for (i = 0; i < n; i++) {
		if (!t[i]->code || !t[i]->loop->pid || options.file)
			continue;
		if (k == BATCH || (k && t[i]->loop->pid != some[0]->loop->pid)) {
			find_some(s, some, k);
			k = 0;
		}
		some[k++] = t[i];
	}
	if (k)
		find_some(s, some, k);
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
