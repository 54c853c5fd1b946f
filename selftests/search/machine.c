// SPDX-License-Identifier: GPL-2.0
/*
 * cotask search - executes the calls of a program
 *
 * Programs use few files, handles and descriptors, so that their calls interact.  At the end of a
 * program, everything that it has left open is closed, and its threads and processes are reaped.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/cotask.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "names.h"
#include "program.h"

#define EXTRAS		32
#define EXPORTED	4
#define THREADS		4
#define CHILDREN	4
#define EVENTS		16
#define MANY		256

static struct machine {
	int file[FILES];
	unsigned int n_events[FILES];
	struct cotask_event_info event[FILES][EVENTS];
	int extra[EXTRAS];		/* dups, inspectors, what was exported, epoll */
	unsigned int n_extra;
	int exported[EXPORTED];		/* some of these */
	unsigned int n_exported;
	int pipe[2];
	int socket[2];
	pthread_t thread[THREADS];
	unsigned int n_threads;
	pid_t child[CHILDREN];
	unsigned int n_children;
	uint64_t n_ops;
} m;

static void *bad_memory;

void machine_init(void)
{
	bad_memory = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bad_memory == MAP_FAILED)
		abort();
	ops_init();
}

static void keep(int fd)
{
	if (fd < 0)
		return;
	if (m.n_extra == EXTRAS)
		close(fd);
	else
		m.extra[m.n_extra++] = fd;
}

/* A file, also one that is not of the device. */
int machine_fd(uint8_t which)
{
	if (which < 80)
		return m.pipe[which & 1];
	if (which < 160)
		return m.socket[which & 1];
	if (which & 1 && m.n_extra)
		return m.extra[(which >> 1) % m.n_extra];
	return m.file[(which >> 1) % FILES];
}

/* Mostly the last descriptor of EXPORT. */
int machine_exported(uint8_t which)
{
	return which < 200 ? m.exported[which % EXPORTED] : machine_fd(which);
}

/* Write data to a pipe or socket, or read it. */
static void make_ready(uint8_t which)
{
	char some[16] = {};
	ssize_t rc;

	if (which & 2)
		rc = which & 1 ? send(m.socket[which >> 2 & 1], some, sizeof(some),
				      MSG_DONTWAIT | MSG_NOSIGNAL) :
				 recv(m.socket[which >> 2 & 1], some, sizeof(some), MSG_DONTWAIT);
	else
		rc = which & 1 ? write(m.pipe[1], some, 1) : read(m.pipe[0], some, sizeof(some));
	(void)rc;
}

/* --- calls ----------------------------------------------------------------------------------- */

/* 3: all; otherwise this number, if available. */
static unsigned int begun_of(unsigned int file, unsigned int n)
{
	if (n == 3)
		return m.n_events[file];
	return n <= m.n_events[file] ? n : 0;
}

static void enter_ops(unsigned int file, struct cotask_op *op, unsigned int n, uint8_t a)
{
	static const uint8_t room[] = { EVENTS, 1, 4, 0 };
	struct cotask_enter e = {
		.size = sizeof(e),
		.ops = (uintptr_t)op,
		.n_ops = n,
		.n_begun = begun_of(file, a & 3),
		.events = (uintptr_t)m.event[file],
		.max_events = room[a >> 2 & 3],
		.min_events = a >> 4 & 1,
		.flags = a >> 5 & 1 ? COTASK_ENTER_DRAIN : 0,
		.deadline = ops_now() + 200000,
	};
	unsigned int i;

	if (!ioctl(m.file[file], COTASK_IOC_ENTER, &e) || e.n_events)
		m.n_events[file] = e.n_events;
	trace_ops(op, n, e.applied);
	trace_events(m.event[file], e.n_events);
	m.n_ops += e.applied + 1;
	ops_done(file, op, n, e.applied);
	for (i = 0; i < e.n_events; i++)
		names_event(file, &m.event[file][i]);
	for (i = 0; i < e.applied; i++) {
		if (op[i].opcode != COTASK_OP_EXPORT || op[i].result < 0)
			continue;
		keep(op[i].result);
		m.exported[m.n_exported++ % EXPORTED] = op[i].result;
	}
}

static void enter(const struct search_call *c, unsigned int file)
{
	struct cotask_op op[OPS];
	unsigned int i, n = c->n_ops % (OPS + 1);

	for (i = 0; i < n; i++)
		op[i] = ops_make(file, &c->op[i]);
	enter_ops(file, op, n, c->a);
}

/* The first operation, many times: what it makes has a handle of its own each time. */
static void enter_many(const struct search_call *c, unsigned int file)
{
	struct cotask_op op[MANY];
	unsigned int i, n = 1 + c->a % MANY;
	bool makes;

	op[0] = ops_make(file, &c->op[0]);
	makes = names_made_by(&op[0]) != COTASK_KIND_NONE;
	for (i = 1; i < n; i++) {
		op[i] = makes ? op[0] : ops_make(file, &c->op[0]);
		if (makes)
			op[i].handle = 2 * (HANDLES + i);
		if (op[i].opcode == COTASK_OP_SUBMIT)
			op[i].other = op[i].handle + 1;
	}
	enter_ops(file, op, n, c->op[1].arg);
}

static void post(const struct search_call *c, unsigned int file)
{
	struct cotask_op op[OPS];
	struct cotask_post_ops p = {
		.size = sizeof(p),
		.ops = (uintptr_t)op,
		.n_ops = c->n_ops % (OPS + 1),
	};
	unsigned int i;

	for (i = 0; i < p.n_ops; i++)
		op[i] = ops_make_posted(file, &c->op[i]);
	ioctl(m.file[file], COTASK_IOC_POST, &p);
	trace_ops(op, p.n_ops, p.applied);
	m.n_ops += p.applied + 1;
	ops_done(file, op, p.n_ops, p.applied);
}

static void wait_done(const struct search_call *c, unsigned int file)
{
	struct cotask_wait_done w = {
		.size = sizeof(w),
		.handle = ops_submission(file, c->op[0].handle),
		.deadline = ops_now() + 200000,
		.flags = c->a & 1,
	};

	ioctl(m.file[file], COTASK_IOC_WAIT, &w);
}

static void cancel_id(const struct search_call *c, unsigned int file)
{
	struct cotask_cancel_id id = {
		.size = sizeof(id),
		.kind = c->a & 1,
		.reason = c->a & 2 ? -EIO : 0,
		.loop = c->a & 4 ? c->op[0].arg : 0,
		.id = c->op[0].value,
	};

	ioctl(m.file[file], COTASK_IOC_CANCEL_ID, &id);
}

static void inspect(unsigned int file, uint8_t a)
{
	struct cotask_inspect i = { .size = sizeof(i), .flags = a & 3 };

	keep(ioctl(m.file[file], COTASK_IOC_INSPECT, &i));
}

static void status(int fd)
{
	struct cotask_fd_status s = { .size = sizeof(s) };

	ioctl(fd, COTASK_FD_IOC_STATUS, &s);
}

static void read_some(int fd, uint8_t a)
{
	char buf[4096];

	if (fcntl(fd, F_GETFL) & O_NONBLOCK || fd == m.pipe[0])
		return;
	if (read(fd, buf, 16 + 16 * a) < 0 && a & 1)
		lseek(fd, 0, SEEK_SET);
}

static void watch(int fd, uint8_t a)
{
	struct epoll_event e = { .events = EPOLLIN | (a & 1 ? EPOLLET : 0) };
	int ep = epoll_create1(EPOLL_CLOEXEC);

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
	epoll_wait(ep, &e, 1, 0);
	keep(ep);
}

/* Send the file through a socket: it is in flight for a moment, or permanently. */
static void pass(int fd, uint8_t a)
{
	char space[CMSG_SPACE(sizeof(int))] = "", c = 0;
	struct iovec iov = { &c, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = space,
			      .msg_controllen = sizeof(space) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		return;
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	sendmsg(pair[0], &msg, 0);
	if (a & 1 && recvmsg(pair[1], &msg, MSG_CMSG_CLOEXEC) > 0 && CMSG_FIRSTHDR(&msg)) {
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
		keep(fd);
	}
	close(pair[0]);
	close(pair[1]);
}

static void limit(uint8_t a)
{
	static const char *const text[] = { "65536", "8", "64", "0" };
	int fd = open("/sys/module/cotask/parameters/max_objects", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text[a & 3], strlen(text[a & 3])) < 0)
		a = 0;
	close(fd);
}

/* As an operator does: everything of all processes. */
static void list(uint8_t a)
{
	char buf[1024];
	int fd = open(a & 1 ? "/sys/kernel/debug/cotask/json" : "/sys/kernel/debug/cotask/tasks",
		      O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	while (read(fd, buf, sizeof(buf)) > 0 && a & 2)
		;
	close(fd);
}

static void give_bad_memory(unsigned int file, uint8_t a)
{
	struct cotask_enter e = {
		.size = a & 1 ? sizeof(e) : a,
		.ops = (uintptr_t)bad_memory,
		.n_ops = 1,
		.events = a & 2 ? (uintptr_t)bad_memory : 0,
		.max_events = 4,
	};

	if (a & 4)
		e.n_ops = 0;
	ioctl(m.file[file], COTASK_IOC_ENTER, &e);
	ioctl(m.file[file], COTASK_IOC_ENTER, bad_memory);
	ioctl(m.file[file], COTASK_IOC_POST, &e);
	ioctl(m.file[file], _IO(COTASK_IOC_TYPE, a), &e);
}

static void do_call(const struct search_call *c);

static void *call_in_thread(void *arg)
{
	do_call(arg);
	return NULL;
}

/* Another thread makes the call, concurrently with later calls. */
static void start_thread(const struct search_call *c)
{
	static struct search_call copy[THREADS];

	if (m.n_threads == THREADS)
		return;
	copy[m.n_threads] = *c;
	copy[m.n_threads].what = c->a & 1 ? DO_ENTER : c->a & 2 ? DO_POST : c->a % DO_CLOSE;
	if (!pthread_create(&m.thread[m.n_threads], NULL, call_in_thread, &copy[m.n_threads]))
		m.n_threads++;
}

/* ... a child makes it, which shares the files, and ends in one of several ways. */
static void start_child(const struct search_call *c)
{
	struct search_call copy = *c;
	pid_t pid;

	if (m.n_children == CHILDREN)
		return;
	pid = fork();
	if (!pid) {
		alarm(5);
		copy.what = c->a & 1 ? DO_ENTER : c->a % DO_THREAD;
		do_call(&copy);
		if (c->a & 8)
			execl("/bin/true", "true", NULL);
		_exit(0);
	}
	if (pid > 0 && c->a & 4)
		kill(pid, SIGKILL);
	if (pid > 0)
		m.child[m.n_children++] = pid;
}

static void reopen(unsigned int file)
{
	close(m.file[file]);
	m.file[file] = open("/dev/cotask", O_RDWR | O_CLOEXEC);
	m.n_events[file] = 0;
	names_forget(file);
}

static void do_call(const struct search_call *c)
{
	static const char *const names[] = {
		"enter", "enter again", "enter many", "post", "wait", "query", "inspect",
		"cancel by number", "read", "poll", "epoll", "open", "close", "dup", "pass",
		"thread", "fork", "status", "cancel exported", "close exported", "make ready",
		"sleep", "limit", "bad memory", "list",
	};
	const unsigned int file = c->file % FILES;
	int extra = m.n_extra ? m.extra[c->a % m.n_extra] : -1;
	struct pollfd p = { .fd = m.file[file], .events = POLLIN };
	struct cotask_query q = { .size = sizeof(q) };

	trace("%s, file %u (%d), a %u", names[c->what % DO_MAX], file, m.file[file], c->a);
	switch (c->what % DO_MAX) {
	case DO_ENTER:
		enter(c, file);
		break;
	case DO_ENTER_AGAIN:
		enter(c, file);
		enter_ops(file, NULL, 0, c->a | 3);
		break;
	case DO_ENTER_MANY:
		enter_many(c, file);
		break;
	case DO_POST:
		post(c, file);
		break;
	case DO_WAIT:
		wait_done(c, file);
		break;
	case DO_QUERY:
		ioctl(m.file[file], COTASK_IOC_QUERY, &q);
		break;
	case DO_INSPECT:
		inspect(file, c->a);
		break;
	case DO_CANCEL_ID:
		cancel_id(c, file);
		break;
	case DO_READ_INSPECT:
		read_some(extra, c->op[0].len);
		break;
	case DO_POLL:
		poll(&p, 1, 0);
		break;
	case DO_EPOLL:
		watch(machine_fd(c->a), c->op[0].arg);
		break;
	case DO_OPEN:
		reopen(file);
		break;
	case DO_CLOSE:
		close(m.file[file]);
		m.file[file] = -1;
		break;
	case DO_DUP:
		keep(dup(m.file[file]));
		break;
	case DO_PASS:
		pass(m.file[file], c->a);
		break;
	case DO_THREAD:
		start_thread(c);
		break;
	case DO_FORK:
		start_child(c);
		break;
	case DO_STATUS:
		status(extra);
		break;
	case DO_STOP:
		ioctl(extra, COTASK_FD_IOC_CANCEL);
		break;
	case DO_CLOSE_EXPORTED:
		if (m.n_extra)
			close(m.extra[--m.n_extra]);
		break;
	case DO_MAKE_READY:
		make_ready(c->a);
		break;
	case DO_SLEEP:
		usleep(c->a);
		break;
	case DO_LIMIT:
		limit(c->a);
		break;
	case DO_BAD_MEMORY:
		give_bad_memory(file, c->a);
		break;
	case DO_LIST:
		list(c->a);
		break;
	}
}

/* --- a program ------------------------------------------------------------------------------- */

static void begin(void)
{
	unsigned int i;

	memset(&m, 0, sizeof(m));
	for (i = 0; i < FILES; i++)
		names_forget(i);
	for (i = 0; i < EXPORTED; i++)
		m.exported[i] = -1;
	for (i = 0; i < FILES; i++)
		m.file[i] = i < 2 ? open("/dev/cotask", O_RDWR | O_CLOEXEC) : -1;
	if (pipe2(m.pipe, O_NONBLOCK | O_CLOEXEC) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, m.socket))
		abort();
}

static void end(void)
{
	unsigned int i;

	for (i = 0; i < m.n_threads; i++)
		pthread_join(m.thread[i], NULL);
	for (i = 0; i < m.n_extra; i++)
		close(m.extra[i]);
	for (i = 0; i < FILES; i++)
		close(m.file[i]);
	close(m.pipe[0]);
	close(m.pipe[1]);
	close(m.socket[0]);
	close(m.socket[1]);
	for (i = 0; i < m.n_children; i++)
		waitpid(m.child[i], NULL, 0);
	limit(0);
}

uint64_t machine_run(const struct search_program *p)
{
	unsigned int i;

	begin();
	for (i = 0; i < p->n && i < CALLS; i++)
		do_call(&p->call[i]);
	end();
	return m.n_ops + p->n;
}
