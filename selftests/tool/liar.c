// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - a process that reports wrong places of its tasks' code
 *
 * Prints its pid once its tasks wait, and ends when its input ends.
 */
#include <fcntl.h>
#include <linux/cotask.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cotask_layout.h"

#define N	7

static struct cotask_layout layout[N];
static __u64 stack[4096];

static void somewhere(void)
{
}

/* Registers in the format in which the library saves them. */
static void registers(unsigned int at, __u64 rbp, __u64 rip)
{
	stack[at + 6] = rbp;
	stack[at + 7] = rip;
}

static void make_up(void)
{
	__u64 low = (uintptr_t)stack;
	__u64 high = low + sizeof(stack);
	int i;

	for (i = 0; i < N; i++)
		layout[i] = (struct cotask_layout){
			.magic = COTASK_LAYOUT_MAGIC, .version = 1,
			.arch = COTASK_LAYOUT_X86_64, .sp = low, .stack_low = low,
			.stack_high = high, .fn = (uintptr_t)somewhere,
		};
	/* 1: no code there */
	registers(0, 0, 0x1234);
	layout[0].fn = 0x4567;
	/* 2: the address is not mapped */
	layout[1].sp = 0x7000;
	layout[1].stack_low = 0x7000;
	layout[1].stack_high = ~0ull;
	/* 3: the stack ends before it begins */
	layout[2].stack_high = low - 8;
	/* 4: frames that lead back to themselves */
	layout[3].sp = low + 64 * 8;
	registers(64, low + 72 * 8, (uintptr_t)somewhere + 8);
	stack[72] = low + 72 * 8;
	stack[73] = (uintptr_t)somewhere + 8;
	/* 5: no such machine */
	layout[4].arch = 77;
	/* 6: not a task */
	layout[5].magic++;
	/* 7: as the first one, from the end of the stack */
	layout[6].sp = high - 8;
}

static int enter(int fd, struct cotask_op *ops, unsigned int n, unsigned int begun)
{
	struct cotask_event_info event[N];
	struct cotask_enter e = {
		.size = sizeof(e), .ops = (uintptr_t)ops, .n_ops = n, .n_begun = begun,
		.events = (uintptr_t)event, .max_events = N,
	};

	return ioctl(fd, COTASK_IOC_ENTER, &e) ? -1 : (int)e.n_events;
}

int main(void)
{
	struct cotask_op op[N + 2] = { 0 };
	int fd = open("/dev/cotask", O_RDWR), i;
	char c;

	make_up();
	for (i = 0; i < N; i++)
		op[i] = (struct cotask_op){
			.opcode = COTASK_OP_SPAWN, .handle = i + 1,
			.user_data = (uintptr_t)&layout[i],
		};
	/* One further task reports an unmapped address, and one a kernel address. */
	op[N] = op[0];
	op[N + 1] = op[0];
	op[N].handle = N + 1;
	op[N].user_data = 8;
	op[N + 1].handle = N + 2;
	op[N + 1].user_data = 0xffffffff81000000;
	if (fd < 0 || enter(fd, op, N + 2, 0) <= 0)
		return 1;
	printf("%d\n", getpid());
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return 0;
}
