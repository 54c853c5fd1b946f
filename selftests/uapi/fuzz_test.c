// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - random operations: the kernel survives any input, and a close
 * ends everything
 *
 * The seed is printed; COTASK_SEED sets it, COTASK_ROUNDS the number of files that are
 * opened, used and closed.  Handles are few, so that operations meet; two threads post
 * meanwhile.  What is checked besides the kernel's log: results are values or errnos
 * of the table, events name tasks that were spawned.
 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "kselftest.h"

#include "cotask_test.h"
#include "op_fields.h"

#define HANDLES		12
#define ENTERS		60
#define OPS		16

static unsigned long long state;

/* xorshift64*: one stream, in the main thread. */
static unsigned int rnd(unsigned int below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 2685821657736338717ULL >> 33) % below;
}

static __s64 random_value(void)
{
	static const __s64 values[] = {
		0, 1, 1000, MS, -1, -EIO, -ECANCELED, -4095, -4096, COTASK_NEVER,
		-COTASK_NEVER - 1, COTASK_NEVER - 1, 1LL << 40,
	};

	return values[rnd(sizeof(values) / sizeof(*values))];
}

static unsigned int random_handle(void)
{
	return rnd(50) ? 1 + rnd(HANDLES) : rnd(2) * 0xffffffffU;
}

static char a_name[16] = "a name";
static __u32 members[8];
static char buffer[128];

/* Descriptors: one ready for writing, one never ready, one of EXPORT. */
static int fds[3] = { -1, -1, -1 };

static void random_fields(struct cotask_op *op)
{
	unsigned int use = op_fields[op->opcode], i;

	op->handle = use & F_HANDLE ? random_handle() : 0;
	op->other = use & F_OTHER && rnd(3) ? random_handle() : 0;
	op->value = use & F_VALUE ? random_value() : 0;
	op->arg = use & F_ARG ? rnd(12) : 0;
	op->len = use & F_LEN ? rnd(3) : 0;
	if (use & F_MEMBERS) {
		for (i = 0; i < 8; i++)
			members[i] = random_handle();
		op->addr = (unsigned long)members;
		op->len = rnd(9);
	}
	if (use & F_BUFFER) {
		op->addr = (unsigned long)buffer;
		op->len = rnd(sizeof(buffer) + 1);
	}
	if (use & F_NAME && !rnd(4)) {
		op->addr = (unsigned long)a_name;
		op->len = strlen(a_name);
	}
}

/* Tasks with a recent event, so that some of them run. */
#define RECENT	4
static __u32 recent[RECENT];

static __u32 some_task(void)
{
	return rnd(4) ? recent[rnd(RECENT)] : random_handle();
}

/* Mostly well-formed; now and then any bytes. */
static struct cotask_op random_op(void)
{
	struct cotask_op op = { .opcode = rnd(COTASK_OP_LAST) };
	unsigned char *bytes = (unsigned char *)&op;

	if (op_fields[op.opcode] & F_TASK && rnd(8))
		op.task = some_task();
	random_fields(&op);
	switch (op.opcode) {
	case COTASK_OP_SPAWN:
		op.user_data = op.handle;
		break;
	case COTASK_OP_SUBMIT:
		op.user_data = op.other;
		break;
	case COTASK_OP_POLL:
		op.handle = fds[rnd(3)];
		op.arg = rnd(2) ? POLLIN : POLLOUT;
		break;
	case COTASK_OP_POLL_END:
		op.handle = fds[rnd(3)];
		break;
	case COTASK_OP_IMPORT:
		op.arg = fds[rnd(3)];
		break;
	}
	if (!rnd(8))
		op.flags = 1U << rnd(4);
	/* Except fields that events are checked against, and pointers to this process's memory. */
	if (!rnd(40) && op.opcode != COTASK_OP_SPAWN && op.opcode != COTASK_OP_SUBMIT &&
	    op.opcode != COTASK_OP_GET_NAME)
		bytes[2 + rnd(sizeof(op) - 2)] ^= 1U << rnd(8);
	return op;
}

static void check_result(__s64 result)
{
	if (result >= -4095)
		return;
	ksft_exit_fail_msg("result %lld\n", (long long)result);
}

static void check_event(const struct cotask_event_info *e)
{
	if (e->type > COTASK_EVENT_GONE)
		ksft_exit_fail_msg("event of type %u\n", e->type);
	if (e->type == COTASK_EVENT_STEP && e->handle && e->handle != e->user_data)
		ksft_exit_fail_msg("event of task %u\n", e->handle);
	if (e->type == COTASK_EVENT_STEP)
		recent[rnd(RECENT)] = e->handle;
}

/* A new descriptor: keep it instead of the last one. */
static void take_fd(int fd)
{
	if (fds[2] >= 0)
		close(fds[2]);
	fds[2] = fd;
}

static void enter_once(int fd)
{
	struct cotask_op ops[OPS];
	unsigned int i, n = rnd(OPS + 1);
	struct turn t;

	for (i = 0; i < n; i++)
		ops[i] = random_op();
	t = t_enter_full(fd, ops, n, rnd(8), rnd(4) ? T_ALL : rnd(3), t_now() + rnd(2) * MS);
	if (t.rc && t.rc != -EINVAL)
		ksft_exit_fail_msg("ENTER: %d\n", t.rc);
	for (i = 0; i < t.applied; i++) {
		check_result(ops[i].result);
		if (ops[i].opcode == COTASK_OP_EXPORT && ops[i].result >= 0)
			take_fd(ops[i].result);
	}
	for (i = 0; i < t.n; i++)
		check_event(&t.event[i]);
}

struct poster {
	int fd;
	unsigned int seed;
	int stop;
};

static void *post_at_random(void *arg)
{
	static const unsigned short opcodes[] = {
		COTASK_OP_CANCEL, COTASK_OP_COMPLETE, COTASK_OP_RESULT, COTASK_OP_READ,
		COTASK_OP_SPAWN, COTASK_OP_NOP, COTASK_OP_CALL, COTASK_OP_FORGET,
	};
	struct poster *p = arg;

	while (!__atomic_load_n(&p->stop, __ATOMIC_RELAXED)) {
		struct cotask_op op = { .opcode = opcodes[rand_r(&p->seed) % 8] };

		if (op.opcode != COTASK_OP_NOP && op.opcode != COTASK_OP_CALL)
			op.handle = 1 + rand_r(&p->seed) % HANDLES;
		check_result(t_post(p->fd, op));
		usleep(50);
	}
	return NULL;
}

static void one_file(void)
{
	struct poster p = { .fd = t_open(), .seed = rnd(1U << 30) };
	pthread_t thread;
	int i;

	if (p.fd < 0)
		ksft_exit_fail_msg("open: %d\n", errno);
	if (pthread_create(&thread, NULL, post_at_random, &p))
		ksft_exit_fail_msg("no thread\n");
	for (i = 0; i < ENTERS; i++)
		enter_once(p.fd);
	__atomic_store_n(&p.stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	close(p.fd);
}

int main(void)
{
	const char *seed = getenv("COTASK_SEED"), *rounds = getenv("COTASK_ROUNDS");
	int i, n = rounds ? atoi(rounds) : 100, fd = t_open();

	ksft_print_header();
	if (op_fields_missing() >= 0)
		ksft_exit_fail_msg("op_fields.h: no entry for %d\n", op_fields_missing());
	if (fd < 0)
		ksft_exit_skip("no " DEVICE "\n");
	close(fd);
	state = seed ? strtoull(seed, NULL, 0) : (unsigned long long)t_now();
	ksft_print_msg("COTASK_SEED=%llu, %d files\n", state, n);
	state |= 1;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		ksft_exit_fail_msg("socketpair: %d\n", errno);
	ksft_set_plan(1);
	for (i = 0; i < n; i++)
		one_file();
	ksft_test_result_pass("operations at random\n");
	ksft_finished();
}
