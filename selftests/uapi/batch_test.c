// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - several events of one call, and events that the process has not started
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "kselftest_harness.h"

#include "cotask_test.h"
#include "two_tasks.h"

/* --- steps in order ------------------------------------------------------------------ */

/* SC-2, SC-3: many steps in one call, in order; events not started are reissued */
TEST_F(file, batch)
{
	struct cotask_op ops[41];
	struct turn t;
	int i;

	op(SLEEP, .task = 1, .value = COTASK_NEVER);
	for (i = 0; i < 40; i++)
		ops[i] = OP(SPAWN, .handle = i + 10);
	/* Tasks that were ready before form a turn of their own. */
	EXPECT_EQ(2, t_enter(self->fd, NULL, 0, 64).event[0].handle);
	ops[40] = OP(SLEEP, .task = 2);
	t = t_enter(self->fd, ops, 41, 64);
	ASSERT_EQ(41, t.n);
	/* Ten of them run: no other task has a turn. */
	t = t_enter_batch(self->fd, NULL, 0, 64, 10);
	EXPECT_EQ(0, t.n);
	for (i = 0; i < 10; i++)
		ops[i] = OP(SLEEP, .task = i + 10);
	t = t_enter_batch(self->fd, ops, 10, 64, 0);
	EXPECT_EQ(10, t.applied);
	ASSERT_EQ(31, t.n);
	for (i = 0; i < 30; i++)
		EXPECT_EQ(i + 20, t.event[i].handle);
	EXPECT_EQ(2, t.event[30].handle);
	/* More events than were delivered cannot have begun. */
	EXPECT_EQ(-EINVAL, t_enter_full(self->fd, NULL, 0, 0, 32, 0).rc);
}

/* CX-5, CX-7: a cancel by a step of a batch reaches later events of the batch */
TEST_F(file, cancel_in_a_batch)
{
	struct cotask_op sleeps[] = {
		OP(SLEEP, .task = 1), OP(SLEEP, .task = 2), OP(SPAWN, .handle = 3),
	};
	struct turn t;

	t_next(self->fd);
	EXPECT_EQ(2, step(SLEEP, .task = 1).handle);
	op(SPAWN, .handle = 3);
	t = t_enter_batch(self->fd, &sleeps[1], 1, 64, T_ALL);
	ASSERT_EQ(3, t.n);
	EXPECT_EQ(1, t.event[0].handle);
	EXPECT_EQ(3, t.event[1].handle);
	EXPECT_EQ(2, t.event[2].handle);
	EXPECT_EQ(0, t.event[2].result);
	/* Task 1 cancels 2 and 3: 3 never runs, 2 receives the cancel. */
	EXPECT_EQ(0, t_enter_full(self->fd, NULL, 0, 0, 1, 0).rc);
	EXPECT_EQ(1, op(CANCEL, .task = 1, .handle = 2));
	EXPECT_EQ(1, op(CANCEL, .task = 1, .handle = 3));
	t = t_enter_batch(self->fd, &sleeps[0], 1, 64, 0);
	ASSERT_LE(1, t.n);
	EXPECT_EQ(2, t.event[0].handle);
	EXPECT_EQ(-ECANCELED, t.event[0].result);
	EXPECT_EQ(3, op(READ, .arg = COTASK_READ_STATE, .handle = 3));
}

/* CX-16: ... and the cancel is withdrawn before they begin */
TEST_F(file, uncancel_in_a_batch)
{
	struct turn t;

	op(SLEEP, .task = 1);
	EXPECT_EQ(2, t_next(self->fd).handle);
	t = t_enter_batch(self->fd, &OP(SLEEP, .task = 2), 1, 64, T_ALL);
	ASSERT_EQ(2, t.n);
	t_enter_full(self->fd, NULL, 0, 0, 1, 0);
	EXPECT_EQ(1, op(CANCEL, .task = 1, .handle = 2));
	EXPECT_EQ(0, op(UNCANCEL, .task = 1, .handle = 2));
	t = t_enter_batch(self->fd, &OP(SLEEP, .task = 1), 1, 64, 0);
	ASSERT_LE(1, t.n);
	EXPECT_EQ(2, t.event[0].handle);
	EXPECT_EQ(0, t.event[0].result);
}

/* AW-1: a task that did not have to suspend continues before the next one of the batch */
TEST_F(file, done_at_once_in_a_batch)
{
	struct turn t;

	op(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 9);
	op(COMPLETE, .handle = 9, .value = 4);
	op(SLEEP, .task = 1);
	t_next(self->fd);
	t = t_enter_batch(self->fd, &OP(SLEEP, .task = 2), 1, 64, T_ALL);
	ASSERT_EQ(2, t.n);
	t = t_enter_batch(self->fd, &OP(AWAIT, .task = 1, .handle = 9), 1, 64, 1);
	ASSERT_EQ(2, t.n);
	EXPECT_EQ(1, t.event[0].handle);
	EXPECT_EQ(4, t.event[0].result);
	EXPECT_EQ(2, t.event[1].handle);
}

/* --- events that come again ------------------------------------------------------------ */

/* CX-5, CX-16: a task of a batch can withdraw a cancel by an earlier task of the batch */
TEST_F(file, revised_in_its_turn)
{
	struct cotask_op ops[2];
	struct turn t;

	op(SPAWN, .handle = 3);
	EXPECT_EQ(2, step(SLEEP, .task = 1).handle);
	ops[0] = OP(SLEEP, .task = 2);
	t = t_enter(self->fd, ops, 1, 4);
	ASSERT_EQ(3, t.n);
	EXPECT_EQ(3, t.event[0].handle);
	EXPECT_EQ(2, t.event[2].handle);
	/* 3 cancels 2; only 1 is reissued. */
	ops[0] = OP(CANCEL, .task = 3, .handle = 2);
	ops[1] = OP(SLEEP, .task = 3, .value = COTASK_NEVER);
	t = t_enter_batch(self->fd, ops, 2, 4, 1);
	ASSERT_EQ(1, t.n);
	EXPECT_EQ(1, t.event[0].handle);
	/* 1 withdraws the cancel. */
	ops[0] = OP(UNCANCEL, .task = 1, .handle = 2);
	ops[1] = OP(SLEEP, .task = 1, .value = COTASK_NEVER);
	t = t_enter_batch(self->fd, ops, 2, 4, 1);
	ASSERT_EQ(1, t.n);
	EXPECT_EQ(2, t.event[0].handle);
	EXPECT_EQ(0, t.event[0].result);
}

/* SY-2, SY-4: a task keeps its grant although its event is reissued */
TEST_F(file, not_revised)
{
	struct cotask_op cancel = OP(CANCEL, .handle = 1);

	op(MAKE, .handle = 10, .arg = COTASK_KIND_QUEUE);
	EXPECT_EQ(2, step(GET, .task = 1, .handle = 10).handle);
	op(PUT, .task = 2, .handle = 10, .value = 42, .flags = COTASK_OP_F_TRY);
	EXPECT_EQ(42, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(42, t_enter_batch(self->fd, &cancel, 1, 4, 0).event[0].result);
	/* The cancel is not lost. */
	t_enter_batch(self->fd, NULL, 0, 0, 1);
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 1).result);
}

/* CX-6, CX-B4: the event delivers a request: one delivery, although an outcome wins */
TEST_F(file, cancelled_again_before_it_begins)
{
	struct cotask_op cancel = OP(CANCEL, .handle = 5);

	op(SPAWN, .handle = 5, .arg = COTASK_SPAWN_F_WINS);
	EXPECT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(5, step(SLEEP, .task = 2, .value = COTASK_NEVER).handle);
	op(SLEEP, .task = 5, .value = COTASK_NEVER);
	EXPECT_EQ(-ECANCELED, t_enter_batch(self->fd, &cancel, 1, 4, T_ALL).event[0].result);
	EXPECT_EQ(-ECANCELED, t_enter_batch(self->fd, &cancel, 1, 4, 0).event[0].result);
	t_enter_batch(self->fd, NULL, 0, 0, 1);
	EXPECT_EQ(2, op(READ, .handle = 5, .arg = COTASK_READ_CANCELLING));
	EXPECT_EQ(0, step(SLEEP, .task = 5).result);
}

/* CX-16, CX-7: a step withdraws the cancel of a task of the next turn */
TEST_F(file, uncancelled_by_the_turn_before)
{
	struct cotask_op ops[] = {
		OP(SPAWN, .handle = 5), OP(SPAWN, .handle = 6), OP(CANCEL, .task = 2, .handle = 6),
		OP(SLEEP, .task = 2, .value = COTASK_NEVER),
	};

	EXPECT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(5, t_enter_batch(self->fd, ops, 4, 4, T_ALL).event[0].handle);
	EXPECT_EQ(0, op(UNCANCEL, .task = 5, .handle = 6));
	EXPECT_EQ(6, step(SLEEP, .task = 5).handle);
	EXPECT_EQ(5, step(SLEEP, .task = 6).handle);
	/* The same with tasks that have begun. */
	ops[0] = OP(SLEEP, .task = 5);
	ops[1] = OP(CANCEL, .handle = 6);
	EXPECT_EQ(6, t_enter_batch(self->fd, ops, 1, 4, T_ALL).event[0].handle);
	op(SLEEP, .task = 6);
	EXPECT_EQ(5, t_enter_batch(self->fd, &ops[1], 1, 4, T_ALL).event[0].handle);
	EXPECT_EQ(0, op(UNCANCEL, .task = 5, .handle = 6));
	EXPECT_EQ(0, step(SLEEP, .task = 5, .value = COTASK_NEVER).result);
}

/* CX-3, CX-B4: a value returned after a passed-on request is an outcome like any other, and wins */
TEST_F(file, cancelled_again_after_a_swallowed_request)
{
	struct cotask_op cancel = OP(CANCEL, .handle = 5);

	op(SPAWN, .handle = 5, .arg = COTASK_SPAWN_F_WINS);
	op(SPAWN, .handle = 6);
	EXPECT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(5, step(SLEEP, .task = 2, .value = COTASK_NEVER).handle);
	EXPECT_EQ(6, step(AWAIT, .task = 5, .handle = 6).handle);
	op(SLEEP, .task = 6, .value = COTASK_NEVER);
	EXPECT_EQ(6, t_enter_batch(self->fd, &cancel, 1, 4, T_ALL).event[0].handle);
	op(EXIT, .task = 6, .value = 7);
	EXPECT_EQ(7, t_enter_batch(self->fd, NULL, 0, 4, T_ALL).event[0].result);
	EXPECT_EQ(7, t_enter_batch(self->fd, &cancel, 1, 4, 0).event[0].result);
	t_enter_batch(self->fd, NULL, 0, 0, 1);
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 5, .value = COTASK_NEVER).result);
}

/* Task 5, whose outcome wins, waits for the future 20, and task 1 runs. */
static void wait_with_a_winner(int fd)
{
	t_op(fd, OP(MAKE, .handle = 20, .arg = COTASK_KIND_FUTURE));
	t_op(fd, OP(SPAWN, .handle = 5, .arg = COTASK_SPAWN_F_WINS));
	t_step(fd, OP(SLEEP, .task = 1));
	t_step(fd, OP(SLEEP, .task = 2, .value = COTASK_NEVER));
	t_step(fd, OP(AWAIT, .task = 5, .handle = 20));
}

/* CX-B4, SC-9: an outcome that was posted, and can be read, wins like any other */
TEST_F(file, completed_by_a_post)
{
	struct cotask_op ops[] = {
		OP(CANCEL, .handle = 5), OP(SLEEP, .task = 1, .value = COTASK_NEVER),
	};
	struct turn t;

	wait_with_a_winner(self->fd);
	t_post(self->fd, OP(COMPLETE, .handle = 20, .value = 7));
	ASSERT_EQ(7, op(RESULT, .handle = 20));
	t = t_enter(self->fd, ops, 2, 1);
	EXPECT_EQ(5, t.event[0].handle);
	EXPECT_EQ(7, t.event[0].result);
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 5, .value = COTASK_NEVER).result);
}

/* CX-16, CX-14, TO-15: a late request that was taken back has no effect on later waits */
TEST_F(file, late_and_taken_back)
{
	wait_with_a_winner(self->fd);
	op(SPAWN, .handle = 6);
	op(COMPLETE, .handle = 20, .value = 7);
	op(CANCEL, .handle = 5);
	EXPECT_EQ(0, op(UNCANCEL, .handle = 5));
	EXPECT_EQ(6, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(7, step(SLEEP, .task = 6, .value = COTASK_NEVER).result);
	op(AWAIT, .task = 5, .handle = 6);
	op(CANCEL, .handle = 5);
	EXPECT_EQ(6, t_next(self->fd).handle);
	EXPECT_EQ(4, step(EXIT, .task = 6, .value = 4).result);
	op(ENTER, .task = 5, .handle = 30, .arg = COTASK_KIND_TIMEOUT, .value = MS);
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 5, .value = COTASK_NEVER).result);
	EXPECT_EQ(-ETIMEDOUT, op(LEAVE, .task = 5, .handle = 30, .value = -ECANCELED));
}

/* --- an array that takes long ---------------------------------------------------------- */

#define PART		(4096U * 1024)
#define PARTS		64U

static sig_atomic_t alarms;

static void on_alarm(int sig)
{
	alarms++;
}

/* Operations that are the same memory many times; NULL: there is no room. */
static char *many_nops(void)
{
	int fd = memfd_create("ops", MFD_CLOEXEC);
	char *all = mmap(NULL, (size_t)PART * PARTS, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int i;

	if (fd < 0 || ftruncate(fd, PART) || all == MAP_FAILED)
		return NULL;
	for (i = 0; i < PARTS; i++) {
		if (mmap(all + (size_t)i * PART, PART, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, fd, 0) == MAP_FAILED)
			return NULL;
	}
	close(fd);
	return all;
}

/* A signal is heard between two operations, and the call says how many were applied. */
TEST_F(file, signal_in_an_array)
{
	const struct itimerval often = { { 0, 10000 }, { 0, 10000 } }, never = { { 0 } };
	const unsigned int n = PART / sizeof(struct cotask_op) * PARTS;
	struct cotask_post_ops p = { .size = sizeof(p), .n_ops = n };
	struct cotask_enter e = { .size = sizeof(e), .n_ops = n };
	char *all = many_nops();

	ASSERT_NE(NULL, all);
	e.ops = (unsigned long)all;
	p.ops = e.ops;
	signal(SIGALRM, on_alarm);
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &often, NULL));
	EXPECT_EQ(0, ioctl(self->fd, COTASK_IOC_ENTER, &e));
	EXPECT_LT(0, e.applied);
	EXPECT_GT(n, e.applied);
	EXPECT_EQ(0, ioctl(self->fd, COTASK_IOC_POST, &p));
	EXPECT_LT(0, p.applied);
	EXPECT_GT(n, p.applied);
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &never, NULL));
	EXPECT_LT(0, alarms);
	munmap(all, (size_t)PART * PARTS);
}

TEST_HARNESS_MAIN
