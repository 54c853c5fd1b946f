// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - the longest run of kernel code without a rescheduling point
 *
 * Builds the worst cases that the limits of a file permit. After each, reads the longest
 * stretch that the module (CONFIG_COTASK_DEBUG) has measured. Under icount a nanosecond of the
 * guest is an instruction, so the limit is a number of instructions, the same on every machine.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "calls.h"

#define PARAMETER	"/sys/module/cotask/parameters/longest_stretch"
#define ASKED		300

/* --- shapes ------------------------------------------------------------------------------ */

static void waiters_of_a_future(void)
{
	make(1, COTASK_KIND_FUTURE);
	spawn(10, MANY, 0, OP(AWAIT, .handle = 1), 0);
	add(OP(COMPLETE, .handle = 1));
	enter(65536);
}

static void sleepers(void)
{
	const long long due = now() + 900000000LL;

	spawn(10, MANY, 0, OP(SLEEP, .value = due, .flags = COTASK_OP_F_ABSOLUTE), 0);
	enter(65536);
}

static void chain(void)
{
	make(9, COTASK_KIND_FUTURE);
	spawn(10, MANY, 0, OP(AWAIT, .handle = 9), 1);
	add(OP(CANCEL, .handle = 10 + MANY - 1));
	enter(65536);
}

static void group(void)
{
	add(OP(SPAWN, .handle = 1));
	enter(1);
	add(OP(ENTER, .task = 1, .handle = 2, .arg = COTASK_KIND_GROUP));
	add(OP(SLEEP, .task = 1, .value = COTASK_NEVER));
	enter(0);
	given = 0;
	spawn(10, MANY, 2, OP(SLEEP, .value = COTASK_NEVER), 0);
	add(OP(CANCEL, .handle = 2));
	enter(65536);
}

static __u32 members[65536];

static void gather(__u32 handle, const __u32 *members, unsigned int n)
{
	add(OP(GATHER, .handle = handle, .addr = (unsigned long)members, .len = n,
	       .arg = COTASK_GATHER_F_COLLECT));
}

static void members_of_a_wait(void)
{
	const unsigned int n = 40000;
	unsigned int i;

	for (i = 0; i < n; i++) {
		members[i] = 10 + i;
		add(OP(MAKE, .handle = 10 + i, .arg = COTASK_KIND_FUTURE));
	}
	add(OP(SPAWN, .handle = 1));
	enter(1);
	add(OP(WAIT, .task = 1, .addr = (unsigned long)members, .len = n, .value = COTASK_NEVER,
	       .arg = COTASK_WAIT_F_FIRST));
	add(OP(COMPLETE, .handle = 10 + n / 2));
	enter(1);
	add(OP(WAIT, .task = 1, .addr = (unsigned long)members + 4, .len = n - 2,
	       .value = COTASK_NEVER));
	add(OP(CANCEL, .handle = 1));
	enter(1);
}

static void net_of_gathers(void)
{
	enum { WIDTH = 48, LAYERS = 20 };
	__u32 below[WIDTH];
	unsigned int l, i;

	for (i = 0; i < WIDTH; i++)
		add(OP(MAKE, .handle = 1 + i, .arg = COTASK_KIND_FUTURE));
	enter(0);
	for (l = 0; l < LAYERS; l++) {
		for (i = 0; i < WIDTH; i++)
			below[i] = 1 + l * WIDTH + i;
		for (i = 0; i < WIDTH; i++)
			gather(1 + (l + 1) * WIDTH + i, below, WIDTH);
		enter(0);
	}
	spawn(10000, 1000, 0, OP(AWAIT, .handle = 1 + LAYERS * WIDTH), 0);
	add(OP(CANCEL_ALL));
	enter(65536);
}

/* The end of the first task ends all of them. */
static void shields_of_shields(void)
{
	unsigned int i;

	make(1, COTASK_KIND_FUTURE);
	for (i = 0; i < MANY / 2; i++) {
		add(OP(SHIELD, .handle = 2 + i, .other = 1 + i));
		add(OP(FORGET, .handle = 1 + i));
	}
	enter(0);
	add(OP(FORGET, .handle = 1 + MANY / 2));
	enter(0);
}

static void gathers_of_one_future(void)
{
	static const __u32 one = 1;
	unsigned int i;

	make(1, COTASK_KIND_FUTURE);
	for (i = 0; i < 25000; i++)
		gather(10 + i, &one, 1);
	enter(0);
	add(OP(COMPLETE, .handle = 1));
	enter(0);
	enter(1);
}

static void items_of_a_queue(void)
{
	unsigned int i;

	make(2, COTASK_KIND_QUEUE);
	add(OP(SPAWN, .handle = 1));
	enter(1);
	for (i = 0; i < MANY; i++)
		add(OP(PUT, .task = 1, .handle = 2, .flags = COTASK_OP_F_TRY));
	enter(0);
	given = 0;
	add(OP(SHUTDOWN, .handle = 2, .arg = 1));
	enter(0);
}

/* A task gets items while many granted items are not yet taken by other tasks. */
static void reserved_items(void)
{
	const unsigned int getters = 28000;
	unsigned int i;

	make(2, COTASK_KIND_QUEUE);
	spawn(10, getters, 0, OP(GET, .handle = 2), 0);
	add(OP(SPAWN, .handle = 1));
	enter(1);
	for (i = 0; i < getters + ASKED; i++)
		add(OP(PUT, .task = 1, .handle = 2, .flags = COTASK_OP_F_TRY));
	for (i = 0; i < ASKED; i++)
		add(OP(GET, .task = 1, .handle = 2, .flags = COTASK_OP_F_TRY));
	enter(0);
}

/* The collected operations, as from another thread: they wait in the inbox. */
static void post(void)
{
	struct cotask_post_ops p = { .size = sizeof(p), .ops = (unsigned long)ops, .n_ops = n_ops };

	if (ioctl(fd, COTASK_IOC_POST, &p) || p.applied != n_ops)
		die("POST");
	n_ops = 0;
}

static void posted_calls(void)
{
	unsigned int i;

	for (i = 0; i < MANY; i++)
		add(OP(CALL, .user_data = i));
	post();
	enter(65536);
}

/* The members of a gather are in the inbox, in front of many calls, when the gather goes. */
static void members_in_the_inbox(void)
{
	const unsigned int n = 25000;
	unsigned int i;

	for (i = 0; i < n; i++) {
		members[i] = 10 + i;
		add(OP(MAKE, .handle = members[i], .arg = COTASK_KIND_FUTURE));
	}
	gather(1, members, n);
	enter(0);
	for (i = 0; i < n; i++)
		add(OP(COMPLETE, .handle = members[i]));
	for (i = 0; i < n; i++)
		add(OP(CALL, .user_data = i));
	post();
	add(OP(FORGET, .handle = 1));
	enter(0);
	enter(65536);
}

/* The last reference to a group with many errors is that of a descriptor. */
static void errors_of_an_exported_group(void)
{
	const unsigned int n = 30000;
	unsigned int i;

	add(OP(SPAWN, .handle = 1));
	enter(1);
	add(OP(ENTER, .task = 1, .handle = 2, .arg = COTASK_KIND_GROUP));
	add(OP(EXPORT, .handle = 2));
	must(1);
	close(ops[1].result);
	for (i = 0; i < n; i++)
		add(OP(SPAWN, .handle = 10 + i, .other = 2));
	add(OP(LEAVE, .task = 1, .handle = 2));
	add(OP(FORGET, .handle = 2));
	enter(0);
	given = 0;
	if (enter(n) != n)
		die("events");
	for (i = 0; i < n; i++)
		add(OP(EXIT, .task = 10 + i, .value = -EIO, .flags = COTASK_OP_F_FORGET));
	enter(0);
	given = 0;
	enter(65536);
}

/* Each await looks for a cycle, along the whole chain, after other work has used up the budget. */
static void long_chain_of_shields(void)
{
	const unsigned int chained = 4200, waiters = 40;
	unsigned int i;

	make(9, COTASK_KIND_FUTURE);
	for (i = 0; i < chained; i++)
		add(OP(SHIELD, .handle = 10 + i, .other = 9 + i));
	add(OP(SPAWN, .handle = 1));
	enter(1);
	for (i = 0; i < waiters; i++)
		add(OP(SPAWN, .handle = 10000 + i));
	enter(waiters + 1);
	for (i = 0; i < waiters; i++)
		add(OP(AWAIT, .task = 10000 + i, .handle = 1));
	for (i = 0; i < 250; i++)
		add(OP(SPAWN, .handle = 20000 + i));
	add(OP(WAIT_FOR, .task = 1, .handle = 9 + chained, .value = COTASK_NEVER - 1));
	enter(0);
	given = 0;
	enter(65536);
}

#define NESTED	15000
#define GROUPS	30000

/* Each task is in the previous task's group, and reads its effective deadline. */
static void nested_groups(void)
{
	unsigned int i;

	add(OP(SPAWN, .handle = 1));
	for (i = 1; i < NESTED; i++) {
		if (enter(1) != 1)
			die("event");
		add(OP(ENTER, .task = i, .handle = GROUPS + i, .arg = COTASK_KIND_GROUP));
		add(OP(SPAWN, .task = i, .handle = i + 1, .other = GROUPS + i));
		add(OP(SLEEP, .task = i, .value = COTASK_NEVER));
	}
	for (i = 0; i < ASKED; i++)
		add(OP(READ, .handle = NESTED, .arg = COTASK_READ_DEADLINE));
	enter(1);
	add(OP(SLEEP, .task = NESTED, .value = COTASK_NEVER));
	add(OP(CANCEL, .handle = GROUPS + 1));
	enter(1);
}

static void callbacks_of_a_task(void)
{
	unsigned int i;

	add(OP(SPAWN, .handle = 1));
	enter(1);
	for (i = 0; i < MANY; i++)
		add(OP(ON_DONE, .handle = 1));
	for (i = 0; i < ASKED; i++)
		add(OP(READY, .task = 1));
	enter(0);
	given = 0;
	add(OP(EXIT, .task = 1));
	enter(65536);
}

static void errors_of_a_group(void)
{
	const unsigned int n = 30000;
	unsigned int i;

	add(OP(SPAWN, .handle = 1));
	enter(1);
	add(OP(ENTER, .task = 1, .handle = 2, .arg = COTASK_KIND_GROUP));
	add(OP(SLEEP, .task = 1, .value = COTASK_NEVER));
	enter(0);
	given = 0;
	for (i = 0; i < n; i++)
		add(OP(SPAWN, .handle = 10 + i, .other = 2));
	if (enter(n) != n)
		die("events");
	for (i = 0; i < n; i++)
		add(OP(EXIT, .task = 10 + i, .value = -EIO));
	enter(0);
	given = 0;
	enter(1);
	for (i = 0; i < ASKED; i++) {
		add(OP(READ, .handle = 2, .arg = COTASK_READ_ERRORS));
		add(OP(READ, .handle = 2, .arg = COTASK_READ_ERROR, .value = n - 1));
	}
	enter(0);
}

/* The file is the last one in a large table, and another process has closed it as well. */
static void large_table(void)
{
	const struct rlimit most = { 1 << 20, 1 << 20 };
	const int last = (1 << 20) - 1;
	int other[2];
	pid_t pid;

	if (setrlimit(RLIMIT_NOFILE, &most) || pipe(other) || dup2(fd, last) != last)
		die("descriptors");
	close(fd);
	fd = last;
	pid = fork();
	if (!pid) {
		close(fd);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	add(OP(SPAWN, .handle = 1));
	enter(1);
	add(OP(POLL, .task = 1, .handle = other[0], .arg = POLLIN));
	enter(1);
	close(other[0]);
	close(other[1]);
}

/* Another process can wait for a task with any number of descriptors. */
static void pollers_of_a_task(void)
{
	struct epoll_event e = { .events = EPOLLIN };
	const unsigned int n = 20000;
	const struct rlimit most = { 1 << 20, 1 << 20 };
	int epoll = epoll_create1(EPOLL_CLOEXEC), task, copy;
	unsigned int i;

	setrlimit(RLIMIT_NOFILE, &most);
	add(OP(SPAWN, .handle = 1));
	enter(1);
	add(OP(EXPORT, .handle = 1));
	must(0);
	task = ops[0].result;
	for (i = 0; i < n; i++) {
		copy = dup(task);
		if (copy < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, copy, &e))
			die("epoll");
	}
	add(OP(EXIT, .task = 1));
	enter(1);
	for (; copy >= task; copy--)
		close(copy);
	close(epoll);
}

#define INSIDE	900	/* tasks inside of the maximum number of scopes */
#define DEEP	63

/* Each task is inside of scopes of @kind, whose handles are forgotten; then @end ends it. */
static void scopes(__u32 kind, __u8 end)
{
	unsigned int i;

	for (i = 0; i < INSIDE; i++)
		add(OP(SPAWN, .handle = 10 + i));
	if (enter(INSIDE) != INSIDE)
		die("events");
	for (i = 0; i < INSIDE * DEEP; i++)
		add(OP(ENTER, .task = 10 + i / DEEP, .handle = 10000 + i, .arg = kind,
		       .value = kind == COTASK_KIND_GROUP ? 0 : COTASK_NEVER));
	for (i = 0; i < INSIDE * DEEP; i++)
		add(OP(FORGET, .handle = 10000 + i));
	for (i = 0; i < INSIDE; i++)
		add((struct cotask_op){
			.opcode = end,
			.task = 10 + i,
			.value = end == COTASK_OP_SLEEP ? COTASK_NEVER : 0,
		});
	enter(0);
	given = 0;
	enter(65536);
}

/* Measure the close of the file. */
static void groups_left_open(void)
{
	scopes(COTASK_KIND_GROUP, COTASK_OP_SLEEP);
}

static void cancel_scopes_left_open(void)
{
	scopes(COTASK_KIND_SCOPE, COTASK_OP_SLEEP);
}

static void sections_left_open(void)
{
	scopes(COTASK_KIND_SECTION, COTASK_OP_SLEEP);
}

static void ends_inside_of_groups(void)
{
	scopes(COTASK_KIND_GROUP, COTASK_OP_EXIT);
}

static void cancels_tasks_in_groups(void)
{
	scopes(COTASK_KIND_GROUP, COTASK_OP_SLEEP);
	add(OP(CANCEL_ALL));
	enter(65536);
}

/* Objects that end because their last waiter has ended. */
static void forgotten_members(void)
{
	static __u32 members[40000];
	unsigned int i;

	for (i = 0; i < sizeof(members) / sizeof(*members); i++) {
		members[i] = 1000 + i;
		add(OP(MAKE, .handle = members[i], .arg = COTASK_KIND_FUTURE));
	}
	enter(0);
	add(OP(SPAWN, .handle = 1));
	enter(1);
	add(OP(WAIT, .task = 1, .addr = (unsigned long)members, .len = i, .value = COTASK_NEVER));
	while (i--)
		add(OP(FORGET, .handle = members[i]));
	add(OP(CANCEL, .handle = 1));
	enter(65536);
}

/* Handles at the maximum distance, which share no part of the table. */
static void far_handles(void)
{
	unsigned int i;

	for (i = 0; i < MANY; i++)
		add(OP(MAKE, .handle = FAR(i), .arg = COTASK_KIND_FUTURE));
	enter(0);
}

static void far_handles_forgotten(void)
{
	unsigned int i;

	far_handles();
	for (i = 0; i < MANY; i++)
		add(OP(FORGET, .handle = FAR(i)));
	enter(0);
}

static int ends[2];

static void make_pair(int type)
{
	if (socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends))
		die("socketpair");
}

static void make_file(__u32 handle, int file)
{
	add(OP(MAKE, .handle = handle, .arg = COTASK_KIND_FILE, .value = file));
	must(0);
}

static void close_pair(void)
{
	close(ends[0]);
	close(ends[1]);
}

static void waiters_for_a_file(void)
{
	make_pair(SOCK_STREAM);
	spawn(10, MANY, 0, OP(POLL, .handle = ends[0], .arg = POLLIN), 0);
	if (write(ends[1], "x", 1) != 1)
		die("write");
	enter(65536);
	close_pair();
}

static void waits_for_a_file_that_end(void)
{
	make_pair(SOCK_STREAM);
	spawn(10, MANY, 0, OP(POLL, .handle = ends[0], .arg = POLLIN), 0);
	add(OP(POLL_END, .handle = ends[0]));
	enter(65536);
	close_pair();
}

static char moved[1 << 18];

/* One task receives it, and all other tasks wait again. */
static void readers_of_a_datagram(void)
{
	make_pair(SOCK_DGRAM);
	make_file(1, ends[0]);
	spawn(10, MANY, 0, OP(RECV, .handle = 1, .addr = (unsigned long)moved, .len = 1), 0);
	if (send(ends[1], "x", 1, 0) != 1)
		die("send");
	enter(65536);
	close_pair();
}

/* As much data as sockets hold, read in one turn. */
static void reads_of_much(void)
{
	struct cotask_op recv = OP(RECV, .handle = 1000, .addr = (unsigned long)moved,
				   .len = sizeof(moved));
	const unsigned int n = 200;
	unsigned int i;

	for (i = 0; i < n; i++) {
		make_pair(SOCK_STREAM);
		if (write(ends[1], moved, sizeof(moved)) < 100000)
			die("write");
		make_file(1000 + i, ends[0]);
		close_pair();
	}
	spawn(10, n, 0, recv, 1);
	enter(65536);
}

/* Each of them moves little, and costs the kernel much. */
static void sends_that_wake_many(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int watch[500];
	unsigned int i;

	make_pair(SOCK_STREAM);
	make_file(1, ends[0]);
	for (i = 0; i < 500; i++) {
		watch[i] = epoll_create1(EPOLL_CLOEXEC);
		if (watch[i] < 0 || epoll_ctl(watch[i], EPOLL_CTL_ADD, ends[1], &event))
			die("epoll");
	}
	spawn(10, 200, 0, OP(SEND, .handle = 1, .addr = (unsigned long)moved, .len = 1), 0);
	if (enter(200) != 200)
		die("sends");
	while (i--)
		close(watch[i]);
	close_pair();
}

/* Each look at them is a walk over files that are not ready any more. */
static void polls_of_epolls(void)
{
	enum { EPOLLS = 50, FILES = 500 };
	struct epoll_event event = { .events = EPOLLIN };
	int file = eventfd(0, EFD_NONBLOCK), copy[FILES], epoll[EPOLLS];
	unsigned int i, k;
	eventfd_t value;

	for (k = 0; k < FILES; k++)
		copy[k] = dup(file);
	for (i = 0; i < EPOLLS; i++) {
		epoll[i] = epoll_create1(EPOLL_CLOEXEC);
		if (epoll[i] != epoll[0] + (int)i)
			die("epolls that do not follow one another");
	}
	for (i = 0; i < EPOLLS; i++) {
		for (k = 0; k < FILES; k++) {
			if (epoll_ctl(epoll[i], EPOLL_CTL_ADD, copy[k], &event))
				die("epoll");
		}
	}
	if (eventfd_write(file, 1) || eventfd_read(file, &value))
		die("eventfd");
	spawn(10, EPOLLS, 0, OP(POLL, .handle = epoll[0], .arg = POLLIN), 1);
	for (i = 0; i < EPOLLS; i++)
		close(epoll[i]);
	for (k = 0; k < FILES; k++)
		close(copy[k]);
	close(file);
}

/* A body of a module, which runs; its next step ends it. */
static void napper(__u32 handle)
{
	static const struct { __u32 naps, ns; } nap = { .naps = 1, .ns = 4000000000U };
	const struct cotask_native native = {
		.name = "sample.nap", .arg = (unsigned long)&nap, .arg_size = sizeof(nap),
	};

	add(OP(SPAWN_NATIVE, .handle = handle, .addr = (unsigned long)&native,
	       .len = sizeof(native)));
	must(0);
	spawn(2, 1, 0, OP(SLEEP, .value = COTASK_NEVER), 0);
}

static void waiters_of_a_body(void)
{
	napper(1);
	spawn(10, MANY, 0, OP(AWAIT, .handle = 1), 0);
	add(OP(CANCEL, .handle = 1));
	enter(65536);
}

static void callbacks_of_a_body(void)
{
	unsigned int i;

	napper(1);
	for (i = 0; i < MANY; i++)
		add(OP(ON_DONE, .handle = 1));
	add(OP(CANCEL, .handle = 1));
	enter(65536);
}

static void gathers_of_a_body(void)
{
	static const __u32 body = 1;
	unsigned int i;

	napper(1);
	for (i = 0; i < 25000; i++)
		gather(10 + i, &body, 1);
	add(OP(CANCEL, .handle = 1));
	enter(1);
}

static const struct {
	const char *name;
	void (*make)(void);
} shapes[] = {
	{ "waiters of a future", waiters_of_a_future },
	{ "sleepers that come due", sleepers },
	{ "chain of awaits", chain },
	{ "children of a group", group },
	{ "members of a wait", members_of_a_wait },
	{ "net of gathers", net_of_gathers },
	{ "shields of shields", shields_of_shields },
	{ "gathers of one future", gathers_of_one_future },
	{ "items of a queue", items_of_a_queue },
	{ "reserved items of a queue", reserved_items },
	{ "posted calls", posted_calls },
	{ "members that are in the inbox", members_in_the_inbox },
	{ "errors of an exported group", errors_of_an_exported_group },
	{ "long chain of shields", long_chain_of_shields },
	{ "nested groups", nested_groups },
	{ "callbacks of a task", callbacks_of_a_task },
	{ "errors of a group", errors_of_a_group },
	{ "pollers of a task", pollers_of_a_task },
	{ "large table of descriptors", large_table },
	{ "groups of tasks that are closed", groups_left_open },
	{ "cancel scopes of tasks that are closed", cancel_scopes_left_open },
	{ "sections of tasks that are closed", sections_left_open },
	{ "groups of tasks that end", ends_inside_of_groups },
	{ "groups of tasks that are cancelled", cancels_tasks_in_groups },
	{ "forgotten members of a wait", forgotten_members },
	{ "waiters for a file", waiters_for_a_file },
	{ "waits for a file that end", waits_for_a_file_that_end },
	{ "readers of a datagram", readers_of_a_datagram },
	{ "reads of much data", reads_of_much },
	{ "sends that wake many", sends_that_wake_many },
	{ "polls of epolls", polls_of_epolls },
	{ "waiters of a body of a module", waiters_of_a_body },
	{ "callbacks of a body of a module", callbacks_of_a_body },
	{ "gathers of a body of a module", gathers_of_a_body },
	{ "handles far apart", far_handles },
	{ "handles far apart that are forgotten", far_handles_forgotten },
};

#define SHAPES	(sizeof(shapes) / sizeof(*shapes))

static void parameter(char *text, size_t size, int flags)
{
	int p = open(PARAMETER, flags);
	ssize_t n = p < 0 ? -1 : flags == O_WRONLY ? write(p, "0", 1) : read(p, text, size - 1);

	if (n < 0)
		die(PARAMETER);
	text[n] = '\0';
	strtok(text, "\n");
	close(p);
}

static bool is_short(unsigned int i)
{
	unsigned long long longest;
	char text[200] = "";

	parameter(text, sizeof(text), O_WRONLY);
	open_file();
	shapes[i].make();
	close(fd);
	parameter(text, sizeof(text), O_RDONLY);
	longest = strtoull(text, NULL, 0);
	printf("%sok %u %s: %s\n", longest > LIMIT ? "not " : "", i + 1, shapes[i].name, text);
	return longest <= LIMIT;
}

int main(void)
{
	return run_all(SHAPES, is_short);
}
