// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: the switch, stacks and their guards, without the device
 *
 * For architectures whose programs run on this machine, but whose kernel does not.
 */
#include <errno.h>
#include <fenv.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"

#include "kselftest_harness.h"

#define FIBERS	3
#define ROUNDS	100
#define SIZE	(64 * 1024)

static struct fiber ground;
static void *ground_sp;

static struct side {
	struct fiber	fiber;
	struct stack	stack;
	void		*sp;
	int		mode;
	unsigned int	rounds;
	bool		bad;
} sides[FIBERS];

/* Enough values are live across the switch to use all callee-saved registers. */
static void side_run(void *arg)
{
	static const int modes[] = { FE_TONEAREST, FE_DOWNWARD, FE_UPWARD };
	struct side *me = arg;
	double d[8];
	long n[12];
	int i;

	cotask_fiber_entered(&ground);
	fesetround(modes[me->mode]);
	for (;;) {
		for (i = 0; i < 12; i++)
			n[i] = me->rounds * 16 + me->mode + i;
		for (i = 0; i < 8; i++)
			d[i] = me->rounds * 16 + me->mode + i;
		cotask_fiber_switch(&me->fiber, &ground, false);
		for (i = 0; i < 12; i++)
			me->bad |= n[i] != (long)(me->rounds * 16 + me->mode + i);
		for (i = 0; i < 8; i++)
			me->bad |= d[i] != me->rounds * 16 + me->mode + i;
		me->bad |= fegetround() != modes[me->mode];
		me->bad |= (char *)&i < me->stack.low || (char *)&i >= me->stack.high;
		me->rounds++;
	}
}

TEST(switch_keeps_registers)
{
	struct stack_pool pool = {};
	unsigned int i, round;

	ground.sp = &ground_sp;
	for (i = 0; i < FIBERS; i++) {
		struct side *s = &sides[i];

		ASSERT_EQ(0, cotask_stack_get(&pool, SIZE, &s->stack));
		s->fiber.sp = &s->sp;
		s->mode = i;
		ASSERT_EQ(0, cotask_fiber_init(&s->fiber, s->stack.low, s->stack.high,
					       side_run, s));
	}
	for (round = 0; round <= ROUNDS; round++) {
		for (i = 0; i < FIBERS; i++) {
			cotask_fiber_switch(&ground, &sides[i].fiber, false);
			ASSERT_EQ(FE_TONEAREST, fegetround());
		}
	}
	for (i = 0; i < FIBERS; i++) {
		EXPECT_FALSE(sides[i].bad);
		EXPECT_EQ(ROUNDS, sides[i].rounds);
		cotask_stack_put(&pool, &sides[i].stack);
	}
	cotask_stacks_drop(&pool);
}

/* The signal that a write to an address raises; 0: none. */
static int signal_of_write(volatile char *at)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		*at = 1;
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(stacks_have_guards)
{
	struct stack_pool pool = {};
	struct stack stacks[2 * SLAB_STACKS];
	unsigned int i;

	for (i = 0; i < 2 * SLAB_STACKS; i++) {
		ASSERT_EQ(0, cotask_stack_get(&pool, SIZE, &stacks[i]));
		ASSERT_GE(stacks[i].high - stacks[i].low, SIZE - 4096);
		*stacks[i].low = 1;
		stacks[i].high[-1] = 1;
	}
	for (i = 0; i < 2 * SLAB_STACKS; i += SLAB_STACKS / 2 - 1) {
		EXPECT_EQ(0, signal_of_write(stacks[i].low));
		EXPECT_EQ(SIGSEGV, signal_of_write(stacks[i].low - 1));
		EXPECT_EQ(SIGSEGV, signal_of_write(stacks[i].low - cotask_guard_size()));
	}
	for (i = 0; i < 2 * SLAB_STACKS; i++)
		cotask_stack_put(&pool, &stacks[i]);
	cotask_stacks_drop(&pool);
}

/* Simulates a running task of a loop. */
static void overflow(int err)
{
	static struct cotask_loop loop;
	static struct cotask task = { .name = "greedy" };
	static struct stack_pool pool;
	struct stack first;

	dup2(err, STDERR_FILENO);
	/* The top of the second one is not at the end of a page. */
	if (cotask_stack_get(&pool, SIZE, &first) || cotask_stack_get(&pool, SIZE, &task.slot))
		_exit(1);
	task.layout.stack_low = (uintptr_t)task.slot.low;
	task.layout.stack_high = (uintptr_t)task.slot.low + SIZE;
	loop.stack = &task;
	cotask_here = &loop;
	signal(SIGSEGV, SIG_DFL);
	cotask_guard_init();
	cotask_guard_thread(true);
	*(volatile char *)(task.slot.low - 1) = 1;
	_exit(0);
}

TEST(overflow_is_reported)
{
	static const char line[] = "cotask: stack overflow in task greedy (of 64 KiB)\n";
	char text[320] = "";
	int fd[2], status;
	pid_t pid;

	ASSERT_EQ(0, pipe(fd));
	pid = fork();
	if (!pid)
		overflow(fd[1]);
	close(fd[1]);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_GT(read(fd[0], text, sizeof(text) - 1), 0);
	EXPECT_EQ(0, strncmp(line, text, strlen(line)));
	ASSERT_TRUE(WIFSIGNALED(status));
	EXPECT_EQ(SIGSEGV, WTERMSIG(status));
	close(fd[0]);
}

TEST_HARNESS_MAIN
