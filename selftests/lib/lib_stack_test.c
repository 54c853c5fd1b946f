// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: stacks, the state that a switch preserves, the view of tools
 */
#include <signal.h>
#include <sys/wait.h>

#include "lib_test.h"

#include <cotask_co.h>

static long uses_stack(void *arg)
{
	volatile char big[3 << 20];

	big[0] = 1;
	big[sizeof(big) - 1] = 2;
	return cotask_yield() ? -1 : big[0] + big[sizeof(big) - 1];
}

TASK_TEST(big_stack)
{
	struct cotask_spawn_args args = { .stack_size = 4 << 20 };
	struct cotask *t = cotask_spawn_with(NULL, uses_stack, NULL, &args);

	CHECK(t);
	CHECK_EQ(cotask_join(t), 3);
	cotask_put(t);
	return 0;
}

static long recurse(long n)
{
	volatile char frame[512];

	frame[0] = n;
	return n > 1000000 ? 0 : recurse(n + 1) + frame[0];
}

static long overflows(void *arg)
{
	return recurse(0);
}

static long spawns_one_that_overflows(void *arg)
{
	struct cotask *t = cotask_spawn(NULL, overflows, NULL, "greedy");

	return cotask_join(t);
}

static void child_overflows(int err)
{
	dup2(err, STDERR_FILENO);
	signal(SIGSEGV, SIG_DFL);
	cotask_run(spawns_one_that_overflows, NULL);
	_exit(0);
}

TEST(stack_overflow_is_reported)
{
	char text[512] = "";
	int fd[2], status;
	ssize_t n;
	pid_t pid;

#ifdef __SANITIZE_ADDRESS__
	SKIP(return, "the sanitizer reports it in its own way");
#endif
	ASSERT_EQ(0, pipe(fd));
	pid = fork();
	if (!pid)
		child_overflows(fd[1]);
	close(fd[1]);
	n = read(fd[0], text, sizeof(text) - 1);
	ASSERT_GT(n, 0);
	printf("# %s", text);
	ASSERT_NE(NULL, strstr(text, "stack overflow in task greedy"));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSIGNALED(status));
	ASSERT_EQ(SIGSEGV, WTERMSIG(status));
	close(fd[0]);
}

#ifdef __x86_64__
/* Rounding modes of SSE and of the x87. */
static unsigned int rounding(void)
{
	unsigned short word;

	__asm__ volatile("fnstcw %0" : "=m"(word));
	return __builtin_ia32_stmxcsr() >> 13 << 2 | (word >> 10 & 3);
}

static void set_rounding(unsigned int sse, unsigned int x87)
{
	unsigned short word;

	__asm__ volatile("fnstcw %0" : "=m"(word));
	word = (word & ~0xc00) | x87 << 10;
	__asm__ volatile("fldcw %0" : : "m"(word));
	__builtin_ia32_ldmxcsr((__builtin_ia32_stmxcsr() & ~0x6000) | sse << 13);
}

static long rounds(void *arg)
{
	long mode = (long)arg;
	int i;

	for (i = 0; i < 3; i++) {
		set_rounding(mode >> 2, mode & 3);
		CHECK_EQ(cotask_yield(), 0);
		CHECK_EQ(rounding(), mode);
	}
	return 0;
}

/* Each task has its own modes, because a called function preserves them. */
TASK_TEST(rounding_mode)
{
	static const long modes[] = { 0, 1, 4, 15, 5 };
	struct cotask_group g;
	unsigned int i;

	cotask_group_init(&g);
	CHECK_EQ(cotask_group_enter(&g), 0);
	for (i = 0; i < 5; i++)
		CHECK_EQ(cotask_go(&g, rounds, (void *)modes[i]), 0);
	CHECK_EQ(cotask_group_exit(&g, 0), 0);
	CHECK_EQ(rounding(), 0);
	return 0;
}
#endif

/* The struct is a part of the task; the kernel shows its address. */
static const struct cotask_layout *layout_of(const struct cotask *t)
{
	const uint64_t *word = (const void *)t;
	int i;

	for (i = 0; i < 32; i++) {
		if (word[i] == COTASK_LAYOUT_MAGIC)
			return (const void *)&word[i];
	}
	abort();
}

/* As documented in cotask_layout.h. */
TASK_TEST(layout)
{
	struct cotask *t = cotask_spawn(NULL, t_forever, NULL, NULL);
	const struct cotask_layout *l = layout_of(t);
	const struct cotask_layout *me = layout_of(cotask_current());

	CHECK_EQ(cotask_yield(), 0);
	CHECK(l->magic == COTASK_LAYOUT_MAGIC);
	CHECK_EQ(l->version, COTASK_LAYOUT_VERSION);
	CHECK_EQ(l->fn, (unsigned long)t_forever);
	if (l->arch != COTASK_LAYOUT_UCONTEXT) {
		CHECK(l->sp > l->stack_low && l->sp < l->stack_high);
		CHECK_EQ(me->sp, 0);
	}
	cotask_put(t);
	return 0;
}

static long co_forever(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, slept);
	CO_AWAIT(slept, rc, cotask_co_sleep(task, COTASK_FOREVER));
	return rc;
}

TASK_TEST(layout_without_a_stack)
{
	struct cotask_frame frame;
	struct cotask *t = cotask_co_spawn(NULL, cotask_frame_init(&frame, co_forever, NULL), NULL);
	const struct cotask_layout *l = layout_of(t);

	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(l->version, COTASK_LAYOUT_VERSION);
	CHECK_EQ(l->arch, COTASK_LAYOUT_FRAMES);
	CHECK_EQ(l->sp, (unsigned long)&frame);
	CHECK(frame.at >> 8);
	CHECK(cotask_cancel(t));
	CHECK_EQ(cotask_join(t), -ECANCELED);
	cotask_put(t);
	return 0;
}

TEST_HARNESS_MAIN
