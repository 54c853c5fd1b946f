// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - operations that are applied later than they were requested
 *
 * A process may collect the operations that end steps, and apply them together.  A point in time
 * that was in the future at the request, and is past when the operation is applied, acts as if
 * it had been applied at once: after the entries that are ready by then.
 */
#include "file_fixture.h"

/* Two tasks run; a time that was in the future then is past by now. */
static __s64 two_tasks_and_a_time(int fd)
{
	struct cotask_op ops[2] = { OP(SPAWN, .handle = 1), OP(SPAWN, .handle = 2) };
	__s64 time;

	if (t_enter(fd, ops, 2, 2).n != 2)
		t_next(fd);
	time = t_now() + MS;
	while (t_now() <= time)
		;
	return time;
}

static __u32 first_of(int fd, __u16 flags)
{
	struct cotask_op ops[2];

	ops[0] = OP(SLEEP, .task = 1, .value = two_tasks_and_a_time(fd),
		    .flags = COTASK_OP_F_ABSOLUTE | flags);
	ops[1] = OP(SLEEP, .task = 2);
	return t_enter(fd, ops, 2, 1).event[0].handle;
}

/* SC-4, SL-5: a past time is due at once, a time that has passed since is due next turn */
TEST_F(file, sleep_that_was_past)
{
	EXPECT_EQ(1, first_of(self->fd, 0));
}

TEST_F(file, sleep_that_was_ahead)
{
	EXPECT_EQ(2, first_of(self->fd, COTASK_OP_F_AHEAD));
}

/* SC-4: several times that have passed, in order */
TEST_F(file, sleeps_in_order)
{
	struct cotask_op ops[2];
	__s64 time = two_tasks_and_a_time(self->fd);
	const __u16 flags = COTASK_OP_F_ABSOLUTE | COTASK_OP_F_AHEAD;
	struct turn t;

	ops[0] = OP(SLEEP, .task = 1, .value = time, .flags = flags);
	ops[1] = OP(SLEEP, .task = 2, .value = time - MS / 2, .flags = flags);
	t = t_enter(self->fd, ops, 2, 2);
	EXPECT_EQ(2, t.n);
	EXPECT_EQ(2, t.event[0].handle);
	EXPECT_EQ(1, t.event[1].handle);
}

/* TO-5, TO-19: a timeout that expires while its task computes */
TEST_F(file, timeout_that_was_ahead)
{
	struct cotask_op ops[2];
	struct turn t;

	ops[0] = OP(ENTER, .task = 1, .handle = 3, .arg = COTASK_KIND_TIMEOUT,
		    .flags = COTASK_OP_F_ABSOLUTE | COTASK_OP_F_AHEAD,
		    .value = two_tasks_and_a_time(self->fd));
	op(SLEEP, .task = 2, .value = COTASK_NEVER);
	ops[1] = OP(SLEEP, .task = 1);
	t = t_enter(self->fd, ops, 2, 1);
	EXPECT_EQ(1, t.event[0].handle);
	EXPECT_EQ(0, t.event[0].result);
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 1).result);
	EXPECT_EQ(-ETIMEDOUT, op(LEAVE, .task = 1, .handle = 3, .value = -ECANCELED));
}

/* With a wrong flag, the time is also due next turn */
TEST_F(file, not_true)
{
	const __u16 flags = COTASK_OP_F_ABSOLUTE | COTASK_OP_F_AHEAD;

	op(SPAWN, .handle = 1);
	t_next(self->fd);
	EXPECT_EQ(0, step(SLEEP, .task = 1, .value = 1, .flags = flags).result);
	EXPECT_EQ(0, step(SLEEP, .task = 1, .value = -1, .flags = flags).result);
	EXPECT_EQ(0, step(SLEEP, .task = 1, .value = 1,
			  .flags = flags | COTASK_OP_F_BOOTTIME).result);
	op(ENTER, .task = 1, .handle = 3, .arg = COTASK_KIND_TIMEOUT, .flags = flags, .value = -5);
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 1, .value = COTASK_NEVER).result);
}

/* The flag where it has no meaning */
TEST_F(file, refused)
{
	op(SPAWN, .handle = 1);
	t_next(self->fd);
	EXPECT_EQ(-EINVAL, op(SLEEP, .task = 1, .value = 1, .flags = COTASK_OP_F_AHEAD));
	EXPECT_EQ(-EINVAL, op(ENTER, .task = 1, .handle = 3, .arg = COTASK_KIND_TIMEOUT,
			      .flags = COTASK_OP_F_AHEAD));
	EXPECT_EQ(-EINVAL, op(ENTER, .task = 1, .handle = 3, .arg = COTASK_KIND_SCOPE,
			      .flags = COTASK_OP_F_ABSOLUTE | COTASK_OP_F_AHEAD));
	EXPECT_EQ(-EINVAL, op(MAKE, .handle = 3, .arg = COTASK_KIND_TIMEOUT,
			      .flags = COTASK_OP_F_ABSOLUTE | COTASK_OP_F_AHEAD));
}

TEST_HARNESS_MAIN
