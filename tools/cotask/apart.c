// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - inspect processes, in a child of the tool
 *
 * To name the code of a process, the tool reads files that the process has mapped.  These files
 * belong to the user of the process.  They may shrink while they are read, or block a reader
 * forever.  So a child reads them, one child for each process.  If the child dies or takes too
 * long, the tasks of that process are shown without frames.  The child executes this program
 * again, so it has none of the data of other users that the tool has read.
 *
 * A file of such a user, of FUSE for example, can keep a child from ending although it was killed.
 * So the tool never waits for the end of a child, and starts no more of them if some do not end.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
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
#define HELPER		"--look-into"
#define SOCK		(STDERR_FILENO + 1)	/* of the child */
#define BATCH		32	/* tasks per request */
#define ANSWER_MS	2000	/* for those; the first of all wait for the symbols too */
#define PATIENCE_MS	10000	/* for all tasks of a snapshot */
#define STUCK		4	/* so many that do not end are too many */
#define DYING_MS	1000	/* a child that was killed should have ended then */

/**
 * struct helper - a child that inspects one process
 * @pid: the process
 * @child: its process ID; 0: it was given up
 * @sock: receives an array of codes, returns one of struct frames
 */
struct helper {
	int pid;
	pid_t child;
	int sock;
};

/* A ring: a new child replaces the oldest one. */
static struct helper helpers[HELPERS];
static unsigned int n_helpers;

/**
 * struct dying - a child that was killed
 * @pid: the process that it has inspected
 * @child: its process ID
 * @since: when it was killed
 */
struct dying {
	int pid;
	pid_t child;
	uint64_t since;
};

/* Those that have not ended, the oldest one first. */
static struct dying dying[HELPERS + STUCK];
static unsigned int n_dying;

/* Processes were not inspected because of them. */
static bool refused;

static uint64_t patience_ns = PATIENCE_MS * NSEC_PER_MSEC;

/* --- in the child ------------------------------------------------------------ */

static int open_of(int pid, const char *what)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/%d/%s", pid, what);
	return open(name, O_RDONLY | O_CLOEXEC);
}

/* A user's files are read with the permissions of that user. */
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

static int serve(int pid, unsigned int uid)
{
	static struct frames f[BATCH];
	uint64_t code[BATCH];
	int mem, maps;
	ssize_t i, n;

	mem = open_of(pid, "mem");
	maps = open_of(pid, "maps");
	if (mem < 0 || maps < 0 || !become(uid))
		return RC_CANNOT;
	/* A change of user resets this. A crash of the child writes no core file. */
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!frames_open(pid, mem, maps))
		return RC_CANNOT;
	while ((n = recv(SOCK, code, sizeof(code), 0) / (ssize_t)sizeof(*code)) > 0) {
		memset(f, 0, sizeof(f));
		for (i = 0; i < n; i++)
			frames_look(code[i], &f[i]);
		if (send(SOCK, f, n * sizeof(*f), MSG_NOSIGNAL) < 0)
			break;
	}
	return RC_OK;
}

/**
 * frames_helper - run as the child, if the arguments request it
 * @argc: of the program
 * @argv: of the program
 * @rc: what to return then
 *
 * Return: Whether they do.
 */
bool frames_helper(int argc, char **argv, int *rc)
{
	if (argc != 4 || strcmp(argv[1], HELPER))
		return false;
	*rc = serve(atoi(argv[2]), strtoul(argv[3], NULL, 10));
	return true;
}

/* --- children ------------------------------------------------------------------ */

/* Forget the children that have ended. */
static void reap(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < n_dying; i++) {
		if (!waitpid(dying[i].child, NULL, WNOHANG))
			dying[n++] = dying[i];
	}
	n_dying = n;
}

static void give_up(struct helper *h)
{
	if (!h->child)
		return;
	close(h->sock);
	kill(h->child, SIGKILL);
	dying[n_dying++] = (struct dying){ .pid = h->pid, .child = h->child, .since = now_ns() };
	h->child = 0;
	reap();
}

/* Whether too many children do not end, or that of this process does not. */
static bool is_stuck(int pid)
{
	unsigned int i;

	reap();
	for (i = 0; i < n_dying && dying[i].pid != pid; i++)
		;
	return i < n_dying || n_dying >= STUCK;
}

/* Whether a child may be started.  The last one that was killed has some time to end. */
static bool may_start(int pid)
{
	const uint64_t began = now_ns();
	bool stuck;

	while ((stuck = is_stuck(pid)) &&
	       now_ns() - dying[n_dying - 1].since < DYING_MS * NSEC_PER_MSEC)
		usleep(1000);
	spend(&patience_ns, began);
	return !stuck;
}

/*
 * The child has no controlling terminal, and inherits no open file of the tool: what reads the
 * output of the tool would wait for the end of the child, too.
 */
static pid_t spawn(char *const *argv, int sock)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	pid_t child;
	int fd, rc;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, sock, SOCK);
	for (fd = 0; fd < SOCK; fd++)
		posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_addclosefrom_np(&files, SOCK + 1);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID);
	rc = posix_spawn(&child, "/proc/self/exe", &files, &how, argv, environ);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return rc ? 0 : child;
}

static void start(struct helper *h, const struct loop *l)
{
	char pid[16], uid[16];
	char *const argv[] = { "cotask", HELPER, pid, uid, NULL };
	int pair[2];

	/* Otherwise the number of a child that has ended could be that of another process now. */
	signal(SIGCHLD, SIG_DFL);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return;
	snprintf(pid, sizeof(pid), "%d", l->pid);
	snprintf(uid, sizeof(uid), "%u", l->uid);
	h->child = spawn(argv, pair[1]);
	h->sock = pair[0];
	close(pair[1]);
	if (!h->child)
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
	*h = (struct helper){ .pid = l->pid };
	if (may_start(l->pid))
		start(h, l);
	else
		refused = true;
	return h;
}

/* Wait for an answer, until the time limit. */
static bool answers(const struct helper *h)
{
	uint64_t began = now_ns(), limit = patience_ns / NSEC_PER_MSEC;
	struct pollfd p = { .fd = h->sock, .events = POLLIN };
	int rc;

	if (limit > ANSWER_MS)
		limit = ANSWER_MS;
	rc = TEMP_FAILURE_RETRY(poll(&p, 1, limit));
	spend(&patience_ns, began);
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
 * @n: their number; fastest if sorted by process
 *
 * A task that has not begun, or runs, has only its function.  A second call adds nothing.
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
 * frames_refused - whether frames are missing because of children that do not end
 *
 * Return: Whether they are, or were in a snapshot before.
 */
bool frames_refused(void)
{
	return refused;
}

/**
 * frames_forget - forget processes, which may change before the next snapshot
 */
void frames_forget(void)
{
	unsigned int i;

	for (i = 0; i < HELPERS && i < n_helpers; i++)
		give_up(&helpers[i]);
	n_helpers = 0;
	patience_ns = PATIENCE_MS * NSEC_PER_MSEC;
}
