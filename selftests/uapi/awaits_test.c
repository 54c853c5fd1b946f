// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - the waits of hosted tasks, by the ioctls alone
 *
 * The scenarios test the rules themselves, in the kernel and through the library.  This test
 * verifies that each operation follows them, and refuses invalid arguments.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "kselftest_harness.h"

#include "cotask_test.h"
#include "two_tasks.h"

#define MAKE(kind, h, ...)	OP(MAKE, .arg = COTASK_KIND_##kind, .handle = (h), ##__VA_ARGS__)

/* --- spawning -------------------------------------------------------------------- */

/* EA-1, EA-3, EA-4: an eager task runs at once, without an event */
TEST_F(file, eager)
{
	EXPECT_EQ(1, op(SPAWN, .task = 1, .handle = 3, .arg = COTASK_SPAWN_F_EAGER));
	EXPECT_EQ(0, op(SLEEP, .task = 3));
	EXPECT_EQ(1, op(SPAWN, .task = 1, .handle = 4, .arg = COTASK_SPAWN_F_EAGER));
	EXPECT_EQ(0, op(EXIT, .task = 4, .value = -EIO));
	EXPECT_EQ(2, op(READ, .arg = COTASK_READ_STATE, .handle = 4));
	EXPECT_EQ(-EIO, op(RESULT, .handle = 4));
	EXPECT_EQ(2, step(SLEEP, .task = 1).handle);
	EXPECT_EQ(3, step(EXIT, .task = 2).handle);
}

/* CT-3, TK-8: names */
TEST_F(file, names)
{
	char name[64];

	EXPECT_EQ(0, op(SPAWN, .handle = 3, .addr = (unsigned long)"walker", .len = 6));
	EXPECT_EQ(0, op(GET_NAME, .handle = 3, .addr = (unsigned long)name, .len = 64));
	EXPECT_STREQ("walker", name);
	EXPECT_EQ(0, op(NAME, .handle = 3, .addr = (unsigned long)"runner", .len = 6));
	EXPECT_EQ(-EINVAL, op(GET_NAME, .handle = 3, .addr = (unsigned long)name, .len = 6));
	EXPECT_EQ(0, op(GET_NAME, .handle = 3, .addr = (unsigned long)name, .len = 7));
	EXPECT_STREQ("runner", name);
	EXPECT_EQ(-EINVAL, op(NAME, .handle = 3, .addr = (unsigned long)name, .len = 64));
	EXPECT_EQ(-EFAULT, op(NAME, .handle = 3, .addr = 8, .len = 3));
	EXPECT_EQ(-EINVAL, op(NAME, .handle = 3, .addr = (unsigned long)"a\0b", .len = 3));
	EXPECT_EQ(-EINVAL, op(SPAWN, .handle = 4, .addr = 8));
	EXPECT_EQ(-EINVAL, op(SPAWN, .handle = 4, .arg = 0x40));
	EXPECT_LT(0, op(READ, .arg = COTASK_READ_ID, .handle = 3));
}

/* CX-B6: the outcome of the target is not the caller's */
TEST_F(file, cancel_and_wait)
{
	EXPECT_EQ(2, step(SLEEP, .task = 1).handle);
	EXPECT_EQ(1, step(SLEEP, .task = 2, .value = COTASK_NEVER).handle);
	EXPECT_EQ(2, step(CANCEL_WAIT, .task = 1, .handle = 2).handle);
	EXPECT_EQ(0, step(EXIT, .task = 2, .value = -EIO).result);
	EXPECT_EQ(0, step(CANCEL_WAIT, .task = 1, .handle = 2).result);
	EXPECT_EQ(-EDEADLK, step(CANCEL_WAIT, .task = 1, .handle = 1).result);
}

/* TG-B7: a child is apart from its group until it is ready */
TEST_F(file, start)
{
	op(ENTER, .task = 1, .handle = 50, .arg = COTASK_KIND_GROUP);
	op(SPAWN, .task = 1, .handle = 3, .other = 50);
	op(SPAWN, .task = 1, .handle = 4, .other = 50);
	EXPECT_EQ(-EINVAL, op(START, .task = 1, .handle = 1));	/* has begun */
	EXPECT_EQ(-EINVAL, op(START, .task = 1, .handle = 50));
	EXPECT_EQ(-ENOENT, op(START, .task = 1, .handle = 9));
	EXPECT_EQ(-ESRCH, op(START, .handle = 3));
	EXPECT_EQ(-EINVAL, op(READY, .task = 1, .value = 1));	/* no task waits for the start */
	EXPECT_EQ(2, step(START, .task = 1, .handle = 3).handle);
	EXPECT_EQ(-EINVAL, op(START, .task = 2, .handle = 3));	/* a task already waits */
	EXPECT_EQ(3, step(SLEEP, .task = 2, .value = COTASK_NEVER).handle);
	EXPECT_EQ(4, step(EXIT, .task = 3, .value = -EIO).handle);
	EXPECT_EQ(-EIO, step(SLEEP, .task = 4, .value = COTASK_NEVER).result);
	/* The group has not changed. */
	op(SPAWN, .task = 1, .handle = 6, .other = 50);
	EXPECT_EQ(6, step(START, .task = 1, .handle = 6).handle);
	EXPECT_EQ(-EINVAL, op(READY, .task = 6, .value = -1));
	EXPECT_EQ(0, op(READY, .task = 6, .value = 7));
	EXPECT_EQ(-EINVAL, op(READY, .task = 6, .value = 7));
	EXPECT_EQ(7, step(SLEEP, .task = 6, .value = COTASK_NEVER).result);
	EXPECT_EQ(-EINVAL, op(START, .task = 1, .handle = 6));
}

/* TG-B7, TG-9: a child that was spawned apart is apart again when it is ready */
TEST_F(file, start_apart)
{
	op(ENTER, .task = 1, .handle = 50, .arg = COTASK_KIND_GROUP);
	op(SPAWN, .task = 1, .handle = 3, .other = 50, .arg = COTASK_SPAWN_F_APART);
	EXPECT_EQ(2, step(START, .task = 1, .handle = 3).handle);
	EXPECT_EQ(3, step(SLEEP, .task = 2, .value = COTASK_NEVER).handle);
	EXPECT_EQ(0, op(READY, .task = 3, .value = 7));
	EXPECT_EQ(7, step(EXIT, .task = 3, .value = -EIO).result);
	EXPECT_EQ(0, step(SLEEP, .task = 1, .value = MS).result);
	EXPECT_EQ(-EIO, op(RESULT, .handle = 3));
	EXPECT_EQ(0, step(LEAVE, .task = 1, .handle = 50).result);
}

/* TG-B7, TG-9: ... and when the wait for it was given up */
TEST_F(file, start_apart_given_up)
{
	op(ENTER, .task = 1, .handle = 50, .arg = COTASK_KIND_GROUP);
	op(SPAWN, .task = 1, .handle = 3, .other = 50, .arg = COTASK_SPAWN_F_APART);
	EXPECT_EQ(2, step(START, .task = 1, .handle = 3).handle);
	EXPECT_EQ(3, step(SLEEP, .task = 2, .value = COTASK_NEVER).handle);
	op(CANCEL, .task = 3, .handle = 1);
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 3, .value = COTASK_NEVER).result);
	op(CANCEL, .task = 3, .handle = 1);
	EXPECT_EQ(1, step(SLEEP, .task = 3, .value = MS).handle);
	EXPECT_EQ(3, step(SLEEP, .task = 1, .value = 50 * MS).handle);
	EXPECT_EQ(0, step(EXIT, .task = 3, .value = -EIO).result);
	EXPECT_EQ(0, step(LEAVE, .task = 1, .handle = 50).result);
}

/* CX-B2: the canceller, and the cause */
TEST_F(file, reason)
{
	__s64 id = op(READ, .arg = COTASK_READ_ID, .handle = 1);

	EXPECT_EQ(0, op(READ, .arg = COTASK_READ_CAUSE, .handle = 2));
	op(CANCEL, .task = 1, .handle = 2);
	EXPECT_EQ(1, op(READ, .arg = COTASK_READ_CAUSE, .handle = 2));
	EXPECT_EQ(id, op(READ, .arg = COTASK_READ_BY, .handle = 2));
}

/* --- errors that are not retrieved ---------------------------------------------------- */

/* --- shields, gather, wait, iterations ------------------------------------------- */

/* SH-3: the waiter is cancelled, the shielded object is not; SH-1: done at once */
TEST_F(file, shield)
{
	op(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 9);
	EXPECT_EQ(0, op(SHIELD, .handle = 10, .other = 9));
	EXPECT_EQ(2, step(AWAIT, .task = 1, .handle = 10).handle);
	EXPECT_EQ(1, op(CANCEL, .handle = 1));
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(-ECANCELED, op(RESULT, .handle = 10));
	EXPECT_EQ(0, op(COMPLETE, .handle = 9, .value = 3));
	EXPECT_EQ(0, op(SHIELD, .handle = 11, .other = 9));
	EXPECT_EQ(3, step(AWAIT, .task = 1, .handle = 11).result);
	EXPECT_EQ(-ENOENT, op(SHIELD, .handle = 12, .other = 50));
}

/* GA-1, GA-3, GA-4, GA-5: gather */
TEST_F(file, gather)
{
	__u32 two[] = { 8, 9, 8 };

	EXPECT_EQ(0, op(GATHER, .handle = 20));
	EXPECT_EQ(0, op(RESULT, .handle = 20));
	op(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 8);
	op(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 9);
	EXPECT_EQ(0, op(GATHER, .handle = 21, .addr = (unsigned long)two, .len = 3));
	EXPECT_EQ(0, op(GATHER, .handle = 22, .addr = (unsigned long)two, .len = 3,
			.arg = COTASK_GATHER_F_COLLECT));
	EXPECT_EQ(0, op(GATHER, .handle = 23, .addr = (unsigned long)two, .len = 3,
			.arg = COTASK_GATHER_F_RACE));
	EXPECT_EQ(-EINVAL, op(GATHER, .handle = 24, .addr = (unsigned long)two, .len = 3,
			      .arg = COTASK_GATHER_F_RACE | COTASK_GATHER_F_COLLECT));
	EXPECT_EQ(-EINVAL, op(GATHER, .handle = 24, .addr = (unsigned long)two, .len = 3,
			      .arg = 3));
	EXPECT_EQ(-EFAULT, op(GATHER, .handle = 24, .addr = 8, .len = 3));
	EXPECT_EQ(-EINVAL, op(GATHER, .handle = 24, .len = COTASK_MEMBERS_MAX + 1));
	two[1] = 77;
	EXPECT_EQ(-ENOENT, op(GATHER, .handle = 24, .addr = (unsigned long)two, .len = 3));
	/* A member remains, also after its handle was forgotten. */
	EXPECT_EQ(0, op(COMPLETE, .handle = 9, .value = -EIO));
	EXPECT_EQ(0, op(FORGET, .handle = 9));
	EXPECT_EQ(2, step(AWAIT, .task = 1, .handle = 21).handle);
	EXPECT_EQ(-EIO, step(AWAIT, .task = 2, .handle = 22).result);
	EXPECT_EQ(-EINPROGRESS, op(RESULT, .handle = 22));
	EXPECT_EQ(-ENOENT, op(READ, .arg = COTASK_READ_WINNER, .handle = 23));
	EXPECT_EQ(0, op(COMPLETE, .handle = 8, .value = 7));
	EXPECT_EQ(0, step(SLEEP, .task = 1).result);
	EXPECT_EQ(0, op(READ, .arg = COTASK_READ_WINNER, .handle = 23));
	EXPECT_EQ(7, op(RESULT, .handle = 23));
}

/* WT-3, WT-6: number of ended members; expired time; arguments */
TEST_F(file, wait)
{
	__u32 two[] = { 8, 9 };
	unsigned long addr = (unsigned long)two;

	op(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 8);
	op(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 9);
	EXPECT_EQ(-EINVAL, op(WAIT, .task = 1));
	EXPECT_EQ(-EINVAL, op(WAIT, .task = 1, .addr = addr, .len = 2, .arg = 3));
	EXPECT_EQ(2, step(WAIT, .task = 1, .addr = addr, .len = 2, .value = COTASK_NEVER,
			  .arg = COTASK_WAIT_F_FIRST).handle);
	op(COMPLETE, .handle = 9, .value = 1);
	EXPECT_EQ(1, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(1, step(WAIT, .task = 1, .addr = addr, .len = 2, .value = 5 * MS).result);
	op(COMPLETE, .handle = 8, .value = -EIO);
	EXPECT_EQ(2, step(WAIT, .task = 1, .addr = addr, .len = 2, .value = COTASK_NEVER).result);
}

/* AC-1, AC-2: in the order of their end; then none */
TEST_F(file, iterate)
{
	__u32 three[] = { 7, 8, 9 };
	int h;

	for (h = 7; h <= 9; h++)
		op(MAKE, .arg = COTASK_KIND_FUTURE, .handle = h);
	/* AC-1: no members */
	EXPECT_EQ(0, op(ITERATE, .handle = 19));
	EXPECT_EQ(0, step(NEXT, .task = 1, .handle = 19).result);
	EXPECT_EQ(0, op(ITERATE, .handle = 20, .addr = (unsigned long)three, .len = 3,
			.value = COTASK_NEVER));
	op(COMPLETE, .handle = 9, .value = 1);
	op(COMPLETE, .handle = 7, .value = 1);
	EXPECT_EQ(2, step(SLEEP, .task = 1).handle);
	EXPECT_EQ(1, step(SLEEP, .task = 2, .value = COTASK_NEVER).handle);
	EXPECT_EQ(9, step(NEXT, .task = 1, .handle = 20).result);
	EXPECT_EQ(7, step(NEXT, .task = 1, .handle = 20).result);
	op(COMPLETE, .handle = 8, .value = 1);
	EXPECT_EQ(8, step(NEXT, .task = 1, .handle = 20).result);
	EXPECT_EQ(0, step(NEXT, .task = 1, .handle = 20).result);
	/* An iteration is dropped while members continue and a task waits. */
	op(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 30);
	three[0] = 30;
	op(ITERATE, .handle = 21, .addr = (unsigned long)three, .len = 1, .value = COTASK_NEVER);
	op(NEXT, .task = 1, .handle = 21);
	EXPECT_EQ(0, op(FORGET, .handle = 21));
}

/* WF-4, WF-6: the awaited task is cancelled when the time has expired */
TEST_F(file, wait_for)
{
	op(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 9);
	EXPECT_EQ(2, step(WAIT_FOR, .task = 1, .handle = 9, .value = 5 * MS).handle);
	EXPECT_EQ(-ETIMEDOUT, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(-ECANCELED, op(RESULT, .handle = 9));
	op(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 10);
	EXPECT_EQ(-ETIMEDOUT, step(WAIT_FOR, .task = 1, .handle = 10, .value = 0).result);
	EXPECT_EQ(-ENOENT, op(WAIT_FOR, .task = 1, .handle = 11, .value = 0));
}

/* --- scopes ---------------------------------------------------------------------- */

/* TG-1, TG-2, TG-35: a group that is made, cancelled, and then entered */
TEST_F(file, group_made_first)
{
	EXPECT_EQ(0, t_op(self->fd, MAKE(GROUP, 50)));
	EXPECT_EQ(-EINVAL, op(SPAWN, .handle = 3, .other = 50));
	EXPECT_EQ(0, op(CANCEL, .handle = 50));
	EXPECT_EQ(0, op(ENTER, .task = 1, .handle = 50));
	EXPECT_EQ(-EALREADY, op(ENTER, .task = 1, .handle = 50));
	EXPECT_EQ(-ESHUTDOWN, op(SPAWN, .handle = 3, .other = 50));
	EXPECT_EQ(0, step(LEAVE, .task = 1, .handle = 50).result);
	EXPECT_EQ(-EALREADY, op(ENTER, .task = 1, .handle = 50));
	EXPECT_EQ(-ESHUTDOWN, op(SPAWN, .handle = 3, .other = 50));
}

/* TG-14: the errors of a group; TG-B4: its limit */
TEST_F(file, group_errors)
{
	EXPECT_EQ(0, op(ENTER, .task = 1, .arg = COTASK_KIND_GROUP, .handle = 50, .len = 1));
	EXPECT_EQ(0, op(SPAWN, .task = 1, .handle = 3, .other = 50));
	EXPECT_EQ(-EAGAIN, op(SPAWN, .task = 1, .handle = 4, .other = 50));
	EXPECT_EQ(2, step(LEAVE, .task = 1, .handle = 50, .value = -EPERM).handle);
	EXPECT_EQ(COTASK_EVENT_GONE, step(EXIT, .task = 2).type);
	EXPECT_EQ(-EPERM, t_next(self->fd).result);
	EXPECT_EQ(1, op(READ, .arg = COTASK_READ_ERRORS, .handle = 50));
	EXPECT_EQ(-EPERM, op(READ, .arg = COTASK_READ_ERROR, .handle = 50));
	EXPECT_EQ(0, op(READ, .arg = COTASK_READ_ERROR_TASK, .handle = 50));
	EXPECT_EQ(-ENOENT, op(READ, .arg = COTASK_READ_ERROR, .handle = 50, .value = 1));
	EXPECT_EQ(-EINVAL, op(READ, .arg = COTASK_READ_ERROR, .handle = 1));
}

/* TG-14: the child that has failed, as long as it has its handle */
TEST_F(file, group_error_of_a_task)
{
	EXPECT_EQ(0, op(ENTER, .task = 1, .arg = COTASK_KIND_GROUP, .handle = 50));
	EXPECT_EQ(0, op(SPAWN, .task = 1, .handle = 3, .other = 50));
	EXPECT_EQ(2, step(LEAVE, .task = 1, .handle = 50).handle);
	EXPECT_EQ(3, step(SLEEP, .task = 2, .value = COTASK_NEVER).handle);
	EXPECT_EQ(1, step(EXIT, .task = 3, .value = -EIO).handle);
	EXPECT_EQ(3, op(READ, .arg = COTASK_READ_ERROR_TASK, .handle = 50));
	EXPECT_EQ(0, op(FORGET, .handle = 3));
	EXPECT_EQ(0, op(READ, .arg = COTASK_READ_ERROR_TASK, .handle = 50));
}

/* GA-B1, TG-9: the failure of a gather's child is not a failure of its group */
TEST_F(file, group_of_members)
{
	EXPECT_EQ(0, op(ENTER, .task = 1, .arg = COTASK_KIND_GROUP, .handle = 50));
	EXPECT_EQ(-EINVAL, op(SPAWN, .task = 1, .handle = 3, .other = 50, .arg = 0x40));
	EXPECT_EQ(0, op(SPAWN, .task = 1, .handle = 3, .other = 50,
			.arg = COTASK_SPAWN_F_APART));
	EXPECT_EQ(1, op(SPAWN, .task = 1, .handle = 4, .other = 50,
			.arg = COTASK_SPAWN_F_APART | COTASK_SPAWN_F_EAGER));
	EXPECT_EQ(0, op(EXIT, .task = 4, .value = -EIO));
	EXPECT_EQ(2, step(LEAVE, .task = 1, .handle = 50).handle);
	EXPECT_EQ(3, step(SLEEP, .task = 2, .value = COTASK_NEVER).handle);
	EXPECT_EQ(0, step(EXIT, .task = 3, .value = -EPERM).result);
	EXPECT_EQ(-EPERM, op(RESULT, .handle = 3));
	EXPECT_EQ(-EIO, op(RESULT, .handle = 4));
	EXPECT_EQ(0, op(READ, .arg = COTASK_READ_ERRORS, .handle = 50));
}

/* CX-B1: a scope that is cancelled for good; SH-B2: a section that is not interrupted */
TEST_F(file, cancel_scope_and_section)
{
	EXPECT_EQ(0, op(ENTER, .task = 1, .arg = COTASK_KIND_SCOPE, .handle = 50,
			.value = COTASK_NEVER));
	EXPECT_EQ(0, op(CANCEL, .task = 1, .handle = 50));
	EXPECT_EQ(2, step(SLEEP, .task = 1, .value = 1).handle);
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 1, .value = 1).result);
	EXPECT_EQ(0, op(ENTER, .task = 1, .arg = COTASK_KIND_SECTION, .handle = 51,
			.value = COTASK_NEVER));
	EXPECT_EQ(0, step(SLEEP, .task = 1, .value = 1).result);
	EXPECT_EQ(-EINVAL, op(LEAVE, .task = 1, .handle = 50, .value = -ECANCELED));
	EXPECT_EQ(0, op(LEAVE, .task = 1, .handle = 51));
	EXPECT_EQ(0, op(LEAVE, .task = 1, .handle = 50, .value = -ECANCELED));
	EXPECT_EQ(0, step(SLEEP, .task = 1, .value = 1).result);
}

/* TO-2, TO-4: deadline, expired; TO-B4: quiet */
TEST_F(file, timeout_questions)
{
	__s64 when = t_now() + 10 * MS;

	EXPECT_EQ(0, t_op(self->fd, MAKE(TIMEOUT, 60, .value = when,
					 .flags = COTASK_OP_F_ABSOLUTE)));
	EXPECT_EQ(when, op(READ, .arg = COTASK_READ_WHEN, .handle = 60));
	EXPECT_EQ(0, op(ENTER, .task = 1, .handle = 60));
	EXPECT_EQ(when, op(READ, .arg = COTASK_READ_DEADLINE, .handle = 1));
	EXPECT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(1, op(READ, .arg = COTASK_READ_EXPIRED, .handle = 60));
	EXPECT_EQ(-ETIMEDOUT, op(LEAVE, .task = 1, .handle = 60, .value = -ECANCELED));
	EXPECT_EQ(0, op(ENTER, .task = 1, .handle = 61, .value = MS,
			.arg = COTASK_KIND_TIMEOUT | COTASK_MAKE_F_QUIET));
	EXPECT_EQ(-ECANCELED, step(SLEEP, .task = 1, .value = COTASK_NEVER).result);
	EXPECT_EQ(0, op(LEAVE, .task = 1, .handle = 61, .value = -ECANCELED));
}

/* --- semaphores, events, conditions, queues -------------------------------------- */

/* SY-1, SY-4: permits in the order of requests; a release without a permit */
TEST_F(file, semaphore)
{
	EXPECT_EQ(0, t_op(self->fd, MAKE(SEM, 50, .value = 1, .len = 1)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, MAKE(SEM, 51, .value = 2, .len = 1)));
	EXPECT_EQ(0, step(ACQUIRE, .task = 1, .handle = 50).result);
	EXPECT_EQ(-EAGAIN, op(ACQUIRE, .task = 1, .handle = 50, .flags = COTASK_OP_F_TRY));
	EXPECT_EQ(2, step(SLEEP, .task = 1).handle);
	EXPECT_EQ(1, step(ACQUIRE, .task = 2, .handle = 50).handle);
	EXPECT_EQ(0, op(READ, .arg = COTASK_READ_FREE, .handle = 50));
	EXPECT_EQ(0, op(RELEASE, .task = 1, .handle = 50));
	EXPECT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(0, op(RELEASE, .task = 2, .handle = 50));
	EXPECT_EQ(-EINVAL, op(RELEASE, .task = 2, .handle = 50));
}

TEST_F(file, event)
{
	EXPECT_EQ(0, t_op(self->fd, MAKE(EVENT, 50)));
	EXPECT_EQ(2, step(EVENT_WAIT, .task = 1, .handle = 50).handle);
	EXPECT_EQ(-EINVAL, op(SET, .handle = 50, .arg = 2));
	EXPECT_EQ(0, op(SET, .task = 2, .handle = 50));
	EXPECT_EQ(2, step(EVENT_WAIT, .task = 2, .handle = 50).handle);
	EXPECT_EQ(1, op(READ, .arg = COTASK_READ_FREE, .handle = 50));
	EXPECT_EQ(0, op(SET, .handle = 50, .arg = 1));
	EXPECT_EQ(0, op(READ, .arg = COTASK_READ_FREE, .handle = 50));
}

/* SY-3: the lock is acquired again before the wait returns */
TEST_F(file, condition)
{
	EXPECT_EQ(0, t_op(self->fd, MAKE(SEM, 50, .value = 1, .len = 1)));
	EXPECT_EQ(0, t_op(self->fd, MAKE(SEM, 52, .value = 1, .len = 2)));
	EXPECT_EQ(0, t_op(self->fd, MAKE(COND, 51, .other = 50)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, MAKE(COND, 53, .other = 52)));
	EXPECT_EQ(-ENOENT, t_op(self->fd, MAKE(COND, 53)));
	EXPECT_EQ(0, step(ACQUIRE, .task = 1, .handle = 50).result);
	EXPECT_EQ(2, step(COND_WAIT, .task = 1, .handle = 51).handle);
	EXPECT_EQ(1, op(READ, .arg = COTASK_READ_FREE, .handle = 50));
	EXPECT_EQ(-EINVAL, op(NOTIFY, .handle = 51, .len = 5));
	EXPECT_EQ(0, op(ACQUIRE, .task = 2, .handle = 50, .flags = COTASK_OP_F_TRY));
	EXPECT_EQ(1, op(NOTIFY, .handle = 51, .len = 5));
	EXPECT_EQ(0, op(RELEASE, .task = 2, .handle = 50));
	EXPECT_EQ(0, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(0, op(READ, .arg = COTASK_READ_FREE, .handle = 50));
}

/* SY-4: permits without a limit are counted up to the largest number that READ can return */
TEST_F(file, more_permits_than_a_number)
{
	__s64 rc = op(MAKE, .arg = COTASK_KIND_SEM, .handle = 50, .value = COTASK_NEVER);

	if (rc)
		SKIP(return, "a kernel with smaller numbers");
	EXPECT_EQ(-EINVAL, op(RELEASE, .handle = 50));
	EXPECT_EQ(COTASK_NEVER, op(READ, .handle = 50, .arg = COTASK_READ_FREE));
	EXPECT_EQ(0, op(ACQUIRE, .task = 1, .handle = 50, .flags = COTASK_OP_F_TRY));
	EXPECT_EQ(COTASK_NEVER - 1, op(READ, .handle = 50, .arg = COTASK_READ_FREE));
	EXPECT_EQ(0, op(RELEASE, .handle = 50));
	EXPECT_EQ(COTASK_NEVER, op(READ, .handle = 50, .arg = COTASK_READ_FREE));
}

/* SY-4: items in order; full, empty, closed; remaining items are freed with the queue */
TEST_F(file, queue)
{
	EXPECT_EQ(0, t_op(self->fd, MAKE(QUEUE, 50, .value = 1)));
	EXPECT_EQ(-EAGAIN, op(GET, .task = 1, .handle = 50, .flags = COTASK_OP_F_TRY));
	EXPECT_EQ(-EINVAL, op(PUT, .task = 1, .handle = 50, .value = -1));
	EXPECT_EQ(0, step(PUT, .task = 1, .handle = 50, .value = 5).result);
	EXPECT_EQ(-EAGAIN, op(PUT, .task = 1, .handle = 50, .value = 6,
			      .flags = COTASK_OP_F_TRY));
	EXPECT_EQ(1, op(READ, .arg = COTASK_READ_COUNT, .handle = 50));
	EXPECT_EQ(2, step(PUT, .task = 1, .handle = 50, .value = 6).handle);
	EXPECT_EQ(5, step(GET, .task = 2, .handle = 50).result);
	EXPECT_EQ(0, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	EXPECT_EQ(0, op(SHUTDOWN, .handle = 50));
	EXPECT_EQ(-ESHUTDOWN, op(PUT, .task = 1, .handle = 50, .value = 7,
				 .flags = COTASK_OP_F_TRY));
	EXPECT_EQ(6, op(GET, .task = 1, .handle = 50, .flags = COTASK_OP_F_TRY));
	EXPECT_EQ(-ESHUTDOWN, step(GET, .task = 1, .handle = 50).result);
	t_op(self->fd, MAKE(QUEUE, 51));
	EXPECT_EQ(0, op(PUT, .task = 1, .handle = 51, .value = 1, .flags = COTASK_OP_F_TRY));
}

/* Each kind refuses fields that it does not use, and unknown flags. */
TEST_F(file, making_is_checked)
{
	static const struct {
		__u32 kind, flags;
		int value, len, other, absolute;
	} uses[] = {
		{ COTASK_KIND_FUTURE },
		{ COTASK_KIND_GROUP, COTASK_MAKE_F_RECANCEL | COTASK_MAKE_F_INDEPENDENT, 1, 1 },
		{ COTASK_KIND_TIMEOUT, COTASK_MAKE_F_STRICT | COTASK_MAKE_F_QUIET, 1, 0, 0, 1 },
		{ COTASK_KIND_SCOPE, 0, 1, 0, 0, 1 },
		{ COTASK_KIND_SECTION, 0, 1 },
		{ COTASK_KIND_SEM, 0, 1, 1 },
		{ COTASK_KIND_EVENT },
		{ COTASK_KIND_COND, 0, 0, 0, 1 },
		{ COTASK_KIND_QUEUE, 0, 1 },
		{ COTASK_KIND_FILE, 0, 1 },
	};
	unsigned int i, bit;

	EXPECT_EQ(COTASK_KIND_LAST - 1, sizeof(uses) / sizeof(*uses));
	for (i = 0; i < sizeof(uses) / sizeof(*uses); i++) {
		struct cotask_op make = OP(MAKE, .handle = 50, .arg = uses[i].kind);

		for (bit = 8; bit < 32; bit++) {
			struct cotask_op bad = make;

			bad.arg |= 1U << bit;
			if (!(uses[i].flags & 1U << bit))
				EXPECT_EQ(-EINVAL, t_op(self->fd, bad));
		}
#define REFUSED(field, bad_value)						\
		do {								\
			struct cotask_op bad = make;				\
										\
			bad.field = bad_value;					\
			EXPECT_EQ(-EINVAL, t_op(self->fd, bad));		\
		} while (0)
		if (!uses[i].value)
			REFUSED(value, 1);
		if (!uses[i].len)
			REFUSED(len, 1);
		if (!uses[i].other)
			REFUSED(other, 1);
		if (!uses[i].absolute)
			REFUSED(flags, COTASK_OP_F_ABSOLUTE);
		REFUSED(flags, COTASK_OP_F_BOOTTIME);
	}
	EXPECT_EQ(-EINVAL, op(MAKE, .handle = 50));
	EXPECT_EQ(-EINVAL, op(MAKE, .handle = 50, .arg = COTASK_KIND_LAST));
	EXPECT_EQ(-ENOENT, op(READ, .arg = COTASK_READ_STATE, .handle = 50));
}

/* UBSAN reports no shift that exceeds the width. */
TEST_F(file, kinds_that_do_not_exist)
{
	unsigned int kind;

	for (kind = COTASK_KIND_LAST; kind < 256; kind++) {
		EXPECT_EQ(-EINVAL, op(MAKE, .handle = 50, .arg = kind));
		EXPECT_EQ(-EINVAL, op(ENTER, .task = 1, .handle = 50, .arg = kind));
	}
	EXPECT_EQ(-EINVAL, op(ENTER, .task = 1, .handle = 50, .arg = COTASK_KIND_SEM));
	EXPECT_EQ(-ENOENT, op(FORGET, .handle = 50));
}

/* --- calls ----------------------------------------------------------------------- */

/* TK-3, TK-5, RT-6: in the order of registration, once each; some are removed */
TEST_F(file, calls)
{
	struct cotask_event_info e;

	EXPECT_EQ(0, op(CALL, .user_data = 100));
	EXPECT_EQ(0, t_post(self->fd, OP(CALL, .user_data = 101)));
	EXPECT_EQ(0, op(ON_DONE, .handle = 2, .user_data = 200));
	EXPECT_EQ(0, op(ON_DONE, .handle = 2, .user_data = 201));
	EXPECT_EQ(0, op(ON_DONE, .handle = 2, .user_data = 200));
	EXPECT_EQ(2, op(OFF_DONE, .handle = 2, .user_data = 200));
	EXPECT_EQ(0, op(OFF_DONE, .handle = 2, .user_data = 200));
	EXPECT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	e = step(EXIT, .task = 2);
	EXPECT_EQ(COTASK_EVENT_CALL, e.type);
	EXPECT_EQ(100, e.user_data);
	e = t_next(self->fd);
	EXPECT_EQ(201, e.user_data);
	EXPECT_EQ(2, e.handle);
	/* The next turn has taken in the posted operations. */
	EXPECT_EQ(101, t_next(self->fd).user_data);
	EXPECT_EQ(0, op(OFF_DONE, .handle = 2, .user_data = 201));
	/* TK-4: registered with a done object */
	EXPECT_EQ(0, op(ON_DONE, .handle = 2, .user_data = 202));
	EXPECT_EQ(202, t_next(self->fd).user_data);
	/* Never expires, and is left behind. */
	op(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 9);
	EXPECT_EQ(0, op(ON_DONE, .handle = 9, .user_data = 203));
	EXPECT_EQ(0, op(ON_DONE, .handle = 1, .user_data = 204));
}

/* SC-5, TK-3: in order of registration, except after a completion that was not taken in yet */
TEST_F(file, on_done_after_a_post)
{
	int i;

	for (i = 0; i < 2; i++) {
		op(MAKE, .arg = COTASK_KIND_FUTURE, .handle = 8 + i);
		op(ON_DONE, .handle = 8 + i, .user_data = 10 * i + 1);
		if (i)
			EXPECT_EQ(0, t_post(self->fd, OP(COMPLETE, .handle = 9)));
		op(ON_DONE, .handle = 8 + i, .user_data = 10 * i + 2);
	}
	EXPECT_EQ(0, op(COMPLETE, .handle = 8));
	EXPECT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(12, step(SLEEP, .task = 2, .value = COTASK_NEVER).user_data);
	EXPECT_EQ(1, t_next(self->fd).user_data);
	EXPECT_EQ(2, t_next(self->fd).user_data);
	EXPECT_EQ(11, t_next(self->fd).user_data);
}

/* --- file descriptors ------------------------------------------------------------ */

TEST_F(file, readiness)
{
	int s[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	/* At least one turn, even if the file is ready. */
	EXPECT_EQ(2, step(POLL, .task = 1, .handle = s[0], .arg = POLLIN | POLLOUT).handle);
	EXPECT_EQ(POLLOUT, step(SLEEP, .task = 2, .value = COTASK_NEVER).result);
	op(POLL, .task = 1, .handle = s[0], .arg = POLLIN);
	EXPECT_EQ(0, t_enter_until(self->fd, NULL, 0, 1, t_now() + 5 * MS).n);
	ASSERT_EQ(1, write(s[1], "x", 1));
	EXPECT_EQ(POLLIN, t_next(self->fd).result);
	/* The other end is closed. */
	op(POLL, .task = 1, .handle = s[0], .arg = POLLPRI);
	close(s[1]);
	EXPECT_EQ(POLLHUP, t_next(self->fd).result);
	/* A cancel does not affect the file. */
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	op(POLL, .task = 1, .handle = s[0], .arg = POLLIN);
	EXPECT_EQ(1, op(CANCEL, .handle = 1));
	EXPECT_EQ(-ECANCELED, t_next(self->fd).result);
	EXPECT_EQ(-EBADF, op(POLL, .task = 1, .handle = 1000, .arg = POLLIN));
	EXPECT_EQ(-EINVAL, op(POLL, .task = 1, .handle = s[0], .arg = 1 << 30));
	EXPECT_EQ(-EINVAL, op(POLL, .task = 1, .handle = self->fd, .arg = POLLIN));
	/* A descriptor is closed while a task waits: the file remains until the wait ends. */
	op(POLL, .task = 1, .handle = s[0], .arg = POLLIN);
	close(s[0]);
	ASSERT_EQ(1, write(s[1], "x", 1));
	EXPECT_EQ(POLLIN, t_next(self->fd).result);
	close(s[1]);
}

/* --- other threads --------------------------------------------------------------- */

struct waiter {
	int fd;
	struct cotask_wait_done w;
	int rc;
};

static void *wait_done(void *arg)
{
	struct waiter *w = arg;

	w->rc = ioctl(w->fd, COTASK_IOC_WAIT, &w->w) ? -errno : 0;
	return NULL;
}

static struct waiter waiter_for(int fd, __u32 handle, __s64 deadline, __u32 flags)
{
	return (struct waiter){ .fd = fd, .w = { .size = sizeof(struct cotask_wait_done),
		.handle = handle, .deadline = deadline, .flags = flags } };
}

/* RT-1, RT-2, RT-3, RT-4: another thread waits for a submission */
TEST_F(file, submission)
{
	struct waiter w = waiter_for(self->fd, 30, 0, 0);
	pthread_t thread;

	EXPECT_EQ(0, t_post(self->fd, OP(SUBMIT, .handle = 30, .other = 31, .user_data = 31)));
	EXPECT_EQ(-EEXIST, t_post(self->fd, OP(SUBMIT, .handle = 30, .other = 32)));
	EXPECT_EQ(-EEXIST, t_post(self->fd, OP(SUBMIT, .handle = 33, .other = 31)));
	EXPECT_EQ(-EEXIST, t_post(self->fd, OP(SUBMIT, .handle = 33, .other = 33)));
	wait_done(&w);
	EXPECT_EQ(-ETIMEDOUT, w.rc);
	EXPECT_EQ(-EINPROGRESS, t_post(self->fd, OP(RESULT, .handle = 30)));
	w = waiter_for(self->fd, 30, COTASK_NEVER, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, wait_done, &w));
	EXPECT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(31, step(SLEEP, .task = 2, .value = COTASK_NEVER).handle);
	op(EXIT, .task = 31, .value = 5);
	t_enter_until(self->fd, NULL, 0, 1, t_now() + 5 * MS);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, w.rc);
	EXPECT_EQ(5, w.w.result);
	EXPECT_EQ(5, t_post(self->fd, OP(RESULT, .handle = 30)));
	EXPECT_EQ(0, t_post(self->fd, OP(CANCEL, .handle = 30)));
	EXPECT_EQ(0, t_post(self->fd, OP(FORGET, .handle = 30)));
	EXPECT_EQ(-ENOENT, t_post(self->fd, OP(RESULT, .handle = 30)));
	w.w.result = 0;
	wait_done(&w);
	EXPECT_EQ(-ENOENT, w.rc);
}

static void nothing(int sig)
{
}

/* A signal ends the wait. */
TEST_F(file, signal_in_wait)
{
	struct sigaction sa = { .sa_handler = nothing };
	struct waiter w = waiter_for(self->fd, 30, COTASK_NEVER, 0);
	/* Repeatedly, so that a signal arrives during the wait. */
	struct itimerval in = { .it_value.tv_usec = 20000, .it_interval.tv_usec = 20000 };
	struct itimerval never = {};

	sigaction(SIGALRM, &sa, NULL);
	t_post(self->fd, OP(SUBMIT, .handle = 30, .other = 31));
	setitimer(ITIMER_REAL, &in, NULL);
	wait_done(&w);
	setitimer(ITIMER_REAL, &never, NULL);
	EXPECT_EQ(-EINTR, w.rc);
}

/* RT-4, RT-B1: cancelled from outside; a wait for the real end takes longer */
TEST_F(file, cancel_of_a_submission)
{
	struct waiter w = waiter_for(self->fd, 30, COTASK_NEVER, COTASK_WAIT_CANCEL);
	pthread_t thread;

	t_post(self->fd, OP(SUBMIT, .handle = 30, .other = 31));
	EXPECT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(31, step(SLEEP, .task = 2, .value = COTASK_NEVER).handle);
	op(SLEEP, .task = 31, .value = COTASK_NEVER);
	ASSERT_EQ(0, pthread_create(&thread, NULL, wait_done, &w));
	EXPECT_EQ(-ECANCELED, t_next(self->fd).result);
	EXPECT_EQ(-ECANCELED, t_post(self->fd, OP(RESULT, .handle = 30)));
	op(EXIT, .task = 31, .value = 5);
	t_enter_until(self->fd, NULL, 0, 1, t_now() + 5 * MS);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, w.rc);
	EXPECT_EQ(-ECANCELED, w.w.result);
}

TEST_HARNESS_MAIN
