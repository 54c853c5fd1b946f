// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - operations at random: whatever is sent, the kernel survives, and
 * closing ends everything
 *
 * The seed is printed; COTASK_SEED sets it, COTASK_ROUNDS the number of files that are
 * opened, used and closed.  Handles are few, so that operations meet; two threads post
 * meanwhile.  What is checked besides the kernel's log: results are values or errnos
 * of the table, events name tasks that were spawned.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "kselftest.h"

#include "cotask_test.h"

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

/* Mostly well-formed; now and then any bytes. */
static struct cotask_op random_op(void)
{
	struct cotask_op op = { .opcode = rnd(COTASK_OP_LAST) };
	unsigned char *bytes = (unsigned char *)&op;

	if (rnd(3))
		op.task = random_handle();
	switch (op.opcode) {
	case COTASK_OP_NOP:
	case COTASK_OP_UNCANCEL:
		break;
	case COTASK_OP_EXIT:
	case COTASK_OP_SLEEP:
		op.value = random_value();
		break;
	case COTASK_OP_SPAWN:
		op.handle = random_handle();
		op.other = rnd(2) ? random_handle() : 0;
		op.user_data = op.handle;
		break;
	case COTASK_OP_COMPLETE:
	case COTASK_OP_GROUP_EXIT:
	case COTASK_OP_TIMEOUT_ENTER:
	case COTASK_OP_TIMEOUT_EXIT:
	case COTASK_OP_TIMEOUT_MOVE:
		op.value = random_value();
		op.handle = random_handle();
		break;
	default:
		op.handle = random_handle();
	}
	/* But for what events are checked against. */
	if (!rnd(40) && op.opcode != COTASK_OP_SPAWN)
		bytes[2 + rnd(sizeof(op) - 2)] ^= 1U << rnd(8);
	return op;
}

static void check_result(__s64 result)
{
	if (result >= -4095)
		return;
	ksft_exit_fail_msg("result %lld\n", (long long)result);
}

static void enter_once(int fd)
{
	struct cotask_op ops[OPS];
	unsigned int i, n = rnd(OPS + 1);
	struct turn t;

	for (i = 0; i < n; i++)
		ops[i] = random_op();
	t = t_enter_until(fd, ops, n, rnd(3), rnd(2) * COTASK_ENTER_BATCH, t_now() + rnd(2) * MS);
	if (t.rc && t.rc != -EINVAL)
		ksft_exit_fail_msg("ENTER: %d\n", t.rc);
	for (i = 0; i < t.applied; i++)
		check_result(ops[i].result);
	for (i = 0; i < t.n; i++) {
		if (t.event[i].task && t.event[i].task != t.event[i].user_data)
			ksft_exit_fail_msg("event of task %u\n", t.event[i].task);
	}
}

struct poster {
	int fd;
	unsigned int seed;
	int stop;
};

static void *post_at_random(void *arg)
{
	static const unsigned short opcodes[] = {
		COTASK_OP_CANCEL, COTASK_OP_COMPLETE, COTASK_OP_RESULT, COTASK_OP_CANCELLING,
		COTASK_OP_SPAWN, COTASK_OP_NOP,
	};
	struct poster *p = arg;

	while (!__atomic_load_n(&p->stop, __ATOMIC_RELAXED)) {
		struct cotask_op op = { .opcode = opcodes[rand_r(&p->seed) % 6] };

		if (op.opcode != COTASK_OP_NOP)
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
	if (fd < 0)
		ksft_exit_skip("no " DEVICE "\n");
	close(fd);
	state = seed ? strtoull(seed, NULL, 0) : (unsigned long long)t_now();
	ksft_print_msg("COTASK_SEED=%llu, %d files\n", state, n);
	state |= 1;
	ksft_set_plan(1);
	for (i = 0; i < n; i++)
		one_file();
	ksft_test_result_pass("operations at random\n");
	ksft_finished();
}
