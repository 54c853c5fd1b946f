// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - a process whose code is in a file that shrinks and grows
 *
 * "shrinks FILE": FILE is a program.  Prints its pid once its task waits, and ends when its
 * input ends.
 */
#include <fcntl.h>
#include <linux/cotask.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cotask_layout.h"

static struct cotask_layout layout;

static int spawn(void)
{
	struct cotask_op op = {
		.opcode = COTASK_OP_SPAWN, .handle = 1, .user_data = (uintptr_t)&layout,
	};
	struct cotask_event_info event;
	struct cotask_enter e = {
		.size = sizeof(e), .ops = (uintptr_t)&op, .n_ops = 1,
		.events = (uintptr_t)&event, .max_events = 1,
	};

	return ioctl(open("/dev/cotask", O_RDWR), COTASK_IOC_ENTER, &e);
}

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_RDWR) : -1;
	off_t size = lseek(fd, 0, SEEK_END);
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char *copy = size > 0 ? malloc(size) : NULL;
	char *code;

	if (!copy || pread(fd, copy, size, 0) != size)
		return 1;
	code = mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	layout = (struct cotask_layout){
		.magic = COTASK_LAYOUT_MAGIC, .version = 1, .arch = COTASK_LAYOUT_X86_64,
		.fn = (uintptr_t)code + size / 2,
	};
	if (code == MAP_FAILED || spawn())
		return 1;
	printf("%d\n", getpid());
	fflush(stdout);
	while (!poll(&input, 1, rand() % 3)) {
		if (pwrite(fd, copy, size, 0) != size)
			return 1;
		usleep(rand() % 1000);
		if (ftruncate(fd, 100))
			return 1;
	}
	return 0;
}
