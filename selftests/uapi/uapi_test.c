// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - the operations of /dev/cotask, one invalid argument per case
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "file_fixture.h"

#define FUTURE		.arg = COTASK_KIND_FUTURE
#define GROUP		.arg = COTASK_KIND_GROUP
#define TIMEOUT		.arg = COTASK_KIND_TIMEOUT
#define CANCELLING	.arg = COTASK_READ_CANCELLING

/* --- tasks ------------------------------------------------------------------------- */

TEST_F(file, spawn_step_exit)
{
	struct cotask_event_info e;

	ASSERT_EQ(0, t_op(self->fd, OP(SPAWN, .handle = 7, .user_data = 70)));
	e = t_next(self->fd);
	EXPECT_EQ(7, e.handle);
	EXPECT_EQ(70, e.user_data);
	EXPECT_EQ(0, e.result);
	EXPECT_EQ(COTASK_EVENT_F_START, e.flags);
	EXPECT_EQ(-EINPROGRESS, t_op(self->fd, OP(RESULT, .handle = 7)));
	EXPECT_EQ(0, t_op(self->fd, OP(EXIT, .task = 7, .value = 5)));
	EXPECT_EQ(5, t_op(self->fd, OP(RESULT, .handle = 7)));
	EXPECT_EQ(-ESRCH, t_op(self->fd, OP(EXIT, .task = 7, .value = 6)));
	EXPECT_EQ(0, t_op(self->fd, OP(FORGET, .handle = 7)));
	EXPECT_EQ(-ENOENT, t_op(self->fd, OP(RESULT, .handle = 7)));
}

/* CT-1, SC-3: tasks start in the order of spawning, one at a time */
TEST_F(file, one_array_spawns_and_runs)
{
	struct cotask_op ops[] = {
		OP(SPAWN, .handle = 1, .user_data = 1),
		OP(SPAWN, .handle = 2, .user_data = 2),
	};
	struct turn t = t_enter(self->fd, ops, 2, 1);

	ASSERT_EQ(0, t.rc);
	EXPECT_EQ(2, t.applied);
	ASSERT_EQ(1, t.n);
	EXPECT_EQ(1, t.event[0].handle);
	/* No other task runs inside of its step (SC-1). */
	t = t_enter_until(self->fd, NULL, 0, 1, t_now() + 10 * MS);
	EXPECT_EQ(0, t.n);
	EXPECT_EQ(2, t_step(self->fd, OP(EXIT, .task = 1)).handle);
}

/* AW-2: a join returns the outcome; AW-1: at once, if the task is done */
TEST_F(file, join)
{
	struct cotask_event_info e;

	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_op(self->fd, OP(SPAWN, .handle = 2));
	EXPECT_EQ(1, t_next(self->fd).handle);
	e = t_step(self->fd, OP(AWAIT, .task = 1, .handle = 2));
	EXPECT_EQ(2, e.handle);
	e = t_step(self->fd, OP(EXIT, .task = 2, .value = -EIO));
	EXPECT_EQ(1, e.handle);
	EXPECT_EQ(-EIO, e.result);
	EXPECT_EQ(0, e.flags);
	e = t_step(self->fd, OP(AWAIT, .task = 1, .handle = 2));
	EXPECT_EQ(1, e.handle);
	EXPECT_EQ(-EIO, e.result);
}

/* AW-4: a task that awaits itself */
TEST_F(file, await_self)
{
	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	EXPECT_EQ(-EDEADLK, t_step(self->fd, OP(AWAIT, .task = 1, .handle = 1)).result);
}

/*
 * Two running tasks begin to sleep, the one with the later deadline first. Returns the start
 * time. The order is defined only if both sleep before the first deadline, so the sleeps are
 * longer if the calls took long.
 */
static __s64 both_sleep(int fd, __s64 *unit)
{
	__s64 begin;

	for (;; *unit *= 2) {
		begin = t_now();
		t_op(fd, OP(SLEEP, .task = 1, .value = 3 * *unit));
		t_op(fd, OP(SLEEP, .task = 2, .value = begin + *unit,
			    .flags = COTASK_OP_F_ABSOLUTE));
		if (t_now() < begin + *unit)
			return begin;
		/* Until both run again. */
		do
			t_enter_batch(fd, NULL, 0, 2, 0);
		while (t_given[fd] < 2);
	}
}

/* SL-1, SL-3: sleeps end in the order of their deadlines, never early */
TEST_F(file, sleep)
{
	__s64 begin, unit = 10 * MS;

	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_op(self->fd, OP(SPAWN, .handle = 2));
	ASSERT_EQ(2, t_enter(self->fd, NULL, 0, 2).n);
	begin = both_sleep(self->fd, &unit);
	EXPECT_EQ(2, t_next(self->fd).handle);
	EXPECT_LE(unit, t_now() - begin);
	EXPECT_EQ(1, t_step(self->fd, OP(EXIT, .task = 2)).handle);
	EXPECT_LE(3 * unit, t_now() - begin);
}

/* CX-3, CX-5: a cancel reaches a sleeping task at once, a running task at its next wait */
TEST_F(file, cancel)
{
	struct cotask_event_info e;

	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_op(self->fd, OP(SPAWN, .handle = 2));
	t_next(self->fd);
	t_step(self->fd, OP(SLEEP, .task = 1, .value = COTASK_NEVER));
	EXPECT_EQ(1, t_op(self->fd, OP(CANCEL, .task = 2, .handle = 1)));
	EXPECT_EQ(1, t_op(self->fd, OP(READ, CANCELLING, .handle = 1)));
	e = t_step(self->fd, OP(EXIT, .task = 2));
	EXPECT_EQ(1, e.handle);
	EXPECT_EQ(-ECANCELED, e.result);
	EXPECT_EQ(0, t_op(self->fd, OP(CANCEL, .handle = 2)));
	/* It cancels itself: its next wait fails. */
	EXPECT_EQ(1, t_op(self->fd, OP(CANCEL, .task = 1, .handle = 1)));
	EXPECT_EQ(-ECANCELED, t_step(self->fd, OP(SLEEP, .task = 1, .value = 0)).result);
	EXPECT_EQ(1, t_op(self->fd, OP(UNCANCEL, .handle = 1)));
	EXPECT_EQ(0, t_op(self->fd, OP(UNCANCEL, .handle = 1)));
	EXPECT_EQ(0, t_step(self->fd, OP(SLEEP, .task = 1, .value = 0)).result);
}

/* AW-6, AW-7, AW-10: futures are completed once */
TEST_F(file, future)
{
	struct cotask_event_info e;

	EXPECT_EQ(0, t_op(self->fd, OP(MAKE, FUTURE, .handle = 9)));
	EXPECT_EQ(-EEXIST, t_op(self->fd, OP(MAKE, FUTURE, .handle = 9)));
	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	EXPECT_EQ(0, t_op(self->fd, OP(AWAIT, .task = 1, .handle = 9)));
	EXPECT_EQ(-EINPROGRESS, t_op(self->fd, OP(RESULT, .handle = 9)));
	EXPECT_EQ(0, t_op(self->fd, OP(COMPLETE, .handle = 9, .value = 3)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(COMPLETE, .handle = 9, .value = 4)));
	EXPECT_EQ(0, t_op(self->fd, OP(CANCEL, .handle = 9)));
	EXPECT_EQ(3, t_op(self->fd, OP(RESULT, .handle = 9)));
	e = t_next(self->fd);
	EXPECT_EQ(1, e.handle);
	EXPECT_EQ(3, e.result);
}

/* A handle can be forgotten while a task waits for its object. */
TEST_F(file, forget_what_is_awaited)
{
	t_op(self->fd, OP(MAKE, FUTURE, .handle = 9));
	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	t_op(self->fd, OP(AWAIT, .task = 1, .handle = 9));
	EXPECT_EQ(0, t_op(self->fd, OP(FORGET, .handle = 9)));
	EXPECT_EQ(0, t_op(self->fd, OP(MAKE, FUTURE, .handle = 9)));
	EXPECT_EQ(1, t_op(self->fd, OP(CANCEL, .handle = 1)));
	EXPECT_EQ(-ECANCELED, t_next(self->fd).result);
}

/* --- scopes -------------------------------------------------------------------------- */

/* TG-9, TG-14: a failing child cancels its sibling and the body; exit returns the error */
TEST_F(file, group)
{
	struct cotask_event_info e;

	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	EXPECT_EQ(0, t_op(self->fd, OP(ENTER, GROUP, .task = 1, .handle = 50)));
	EXPECT_EQ(0, t_op(self->fd, OP(SPAWN, .task = 1, .handle = 2, .other = 50)));
	EXPECT_EQ(0, t_op(self->fd, OP(SPAWN, .task = 1, .handle = 3, .other = 50)));
	e = t_step(self->fd, OP(LEAVE, .task = 1, .handle = 50));
	EXPECT_EQ(2, e.handle);
	e = t_step(self->fd, OP(SLEEP, .task = 2, .value = COTASK_NEVER));
	EXPECT_EQ(3, e.handle);
	e = t_step(self->fd, OP(EXIT, .task = 3, .value = -EIO));
	EXPECT_EQ(2, e.handle);
	EXPECT_EQ(-ECANCELED, e.result);
	e = t_step(self->fd, OP(EXIT, .task = 2, .value = -ECANCELED));
	EXPECT_EQ(1, e.handle);
	EXPECT_EQ(-EIO, e.result);
	EXPECT_EQ(0, t_op(self->fd, OP(READ, CANCELLING, .handle = 1)));
	EXPECT_EQ(-ESHUTDOWN, t_op(self->fd, OP(SPAWN, .task = 1, .handle = 4, .other = 50)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(LEAVE, .task = 1, .handle = 50)));
}

/* TG-33: a group is cancelled, exit absorbs it */
TEST_F(file, group_cancel)
{
	struct cotask_event_info e;

	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	t_op(self->fd, OP(ENTER, GROUP, .task = 1, .handle = 50));
	t_op(self->fd, OP(SPAWN, .task = 1, .handle = 2, .other = 50));
	EXPECT_EQ(0, t_op(self->fd, OP(CANCEL, .handle = 50)));
	/* The child never runs (CX-7). */
	e = t_step(self->fd, OP(LEAVE, .task = 1, .handle = 50));
	EXPECT_EQ(COTASK_EVENT_GONE, e.type);
	EXPECT_EQ(2, e.handle);
	e = t_next(self->fd);
	EXPECT_EQ(1, e.handle);
	EXPECT_EQ(0, e.result);
	EXPECT_EQ(-ECANCELED, t_op(self->fd, OP(RESULT, .handle = 2)));
}

/* TO-8: a timeout around a wait; TO-17: it can be moved while it is entered */
TEST_F(file, timeout)
{
	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	EXPECT_EQ(0, t_op(self->fd, OP(ENTER, TIMEOUT, .task = 1, .handle = 60,
				       .value = COTASK_NEVER)));
	EXPECT_EQ(0, t_op(self->fd, OP(MOVE, .handle = 60, .value = t_now() + 10 * MS)));
	EXPECT_EQ(-ECANCELED,
		  t_step(self->fd, OP(SLEEP, .task = 1, .value = COTASK_NEVER)).result);
	EXPECT_EQ(-ETIMEDOUT, t_op(self->fd, OP(LEAVE, .task = 1, .handle = 60,
						.value = -ECANCELED)));
	EXPECT_EQ(0, t_op(self->fd, OP(READ, CANCELLING, .handle = 1)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(MOVE, .handle = 60, .value = 0)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(LEAVE, .task = 1, .handle = 60)));
}

/* Scopes are left in the reverse order of entering. */
TEST_F(file, scopes_out_of_order)
{
	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	t_op(self->fd, OP(ENTER, TIMEOUT, .task = 1, .handle = 60, .value = COTASK_NEVER));
	t_op(self->fd, OP(ENTER, GROUP, .task = 1, .handle = 61));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(LEAVE, .task = 1, .handle = 60)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(LEAVE, .task = 1, .handle = 60)));
	EXPECT_EQ(0, t_step(self->fd, OP(LEAVE, .task = 1, .handle = 61)).result);
	EXPECT_EQ(4, t_op(self->fd, OP(LEAVE, .task = 1, .handle = 60, .value = 4)));
}

/*
 * A task ends inside of scopes: its children are cancelled, and the task has ended when they
 * have ended.  Its handles can be forgotten before.
 */
TEST_F(file, exit_inside_of_scopes)
{
	struct cotask_event_info e;

	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	t_op(self->fd, OP(ENTER, TIMEOUT, .task = 1, .handle = 60, .value = COTASK_NEVER));
	t_op(self->fd, OP(ENTER, GROUP, .task = 1, .handle = 61));
	t_op(self->fd, OP(SPAWN, .task = 1, .handle = 2, .other = 61));
	e = t_step(self->fd, OP(SLEEP, .task = 1, .value = 0));
	EXPECT_EQ(2, e.handle);
	e = t_step(self->fd, OP(SLEEP, .task = 2, .value = COTASK_NEVER));
	EXPECT_EQ(1, e.handle);
	e = t_step(self->fd, OP(EXIT, .task = 1, .value = 3));
	EXPECT_EQ(2, e.handle);
	EXPECT_EQ(-ECANCELED, e.result);
	EXPECT_EQ(-EINPROGRESS, t_op(self->fd, OP(RESULT, .handle = 1)));
	EXPECT_EQ(0, t_op(self->fd, OP(FORGET, .handle = 61)));
	EXPECT_EQ(0, t_op(self->fd, OP(EXIT, .task = 2)));
	EXPECT_EQ(0, t_enter_until(self->fd, NULL, 0, 1, t_now()).n);
	EXPECT_EQ(3, t_op(self->fd, OP(RESULT, .handle = 1)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(MOVE, .handle = 60, .value = 0)));
}

/* --- arguments ------------------------------------------------------------------------- */

static const unsigned int opcodes = COTASK_OP_LAST;

/* Every reserved byte, every unknown flag, every unknown opcode. */
TEST_F(file, operations_are_checked)
{
	unsigned int o, i;

	for (o = 0; o < opcodes; o++) {
		for (i = 0; i < 64; i++) {
			struct cotask_op op = { .opcode = o, .__reserved = 1ULL << i };

			EXPECT_EQ(-EINVAL, t_op(self->fd, op));
		}
		for (i = 5; i < 16; i++) {
			struct cotask_op op = { .opcode = o, .flags = 1 << i };

			EXPECT_EQ(-EOPNOTSUPP, t_op(self->fd, op));
		}
	}
	EXPECT_EQ(-EOPNOTSUPP, t_op(self->fd, (struct cotask_op){ .opcode = opcodes }));
	EXPECT_EQ(-EOPNOTSUPP, t_op(self->fd, (struct cotask_op){ .opcode = 0xffff }));
}

/* Fields that an operation does not use have to be zero. */
TEST_F(file, unused_fields)
{
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(NOP, .handle = 1)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(NOP, .task = 1)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(NOP, .other = 1)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(NOP, .value = 1)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(NOP, .user_data = 1)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(NOP, .flags = COTASK_OP_F_ABSOLUTE)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(SPAWN, .handle = 1, .value = 1)));
	EXPECT_EQ(-ENOENT, t_op(self->fd, OP(RESULT, .handle = 1)));
}

/* The acting task must be a task, and run in this process. */
TEST_F(file, acting_task)
{
	EXPECT_EQ(-ESRCH, t_op(self->fd, OP(SLEEP, .value = 1)));
	EXPECT_EQ(-ENOENT, t_op(self->fd, OP(SLEEP, .task = 1, .value = 1)));
	t_op(self->fd, OP(MAKE, FUTURE, .handle = 1));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(SLEEP, .task = 1, .value = 1)));
	t_op(self->fd, OP(SPAWN, .handle = 2));
	EXPECT_EQ(2, t_next(self->fd).handle);
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(EXIT, .task = 2, .value = -4096)));
	EXPECT_EQ(-ENOENT, t_op(self->fd, OP(AWAIT, .task = 2, .handle = 77)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(SPAWN, .task = 2, .handle = 3, .other = 1)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(SPAWN, .handle = 0)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(SPAWN, .handle = 0x80000000)));
	EXPECT_EQ(-EINVAL, t_op(self->fd, OP(SUBMIT, .handle = 0x7fffffff, .other = 0x80000000)));
	EXPECT_EQ(0, t_op(self->fd, OP(SUBMIT, .handle = 0x7fffffff, .other = 0x7ffffffe)));
	EXPECT_EQ(-EEXIST, t_op(self->fd, OP(SPAWN, .handle = 1)));
	EXPECT_EQ(-ENOENT, t_op(self->fd, OP(RESULT, .handle = 3)));
	EXPECT_EQ(0, t_op(self->fd, OP(EXIT, .task = 2)));
}

/* Sizes: too small, larger with zeros, larger with something. */
TEST_F(file, struct_sizes)
{
	struct {
		struct cotask_enter e;
		char more[16];
	} big = { .e = { .size = sizeof(big) } };
	struct cotask_query q = { .size = sizeof(q) };

	EXPECT_EQ(0, ioctl(self->fd, COTASK_IOC_ENTER, &big));
	big.e.n_events = 0;
	big.more[15] = 1;
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_ENTER, &big));
	EXPECT_EQ(E2BIG, errno);
	big.e.size = sizeof(big.e) - 8;
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_ENTER, &big));
	EXPECT_EQ(EINVAL, errno);
	big.e.size = 0;
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_ENTER, &big));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_ENTER, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(0, ioctl(self->fd, COTASK_IOC_QUERY, &q));
	EXPECT_EQ(COTASK_VERSION, q.version);
	EXPECT_EQ(COTASK_OP_LAST, q.n_opcodes);
	EXPECT_EQ(-1, ioctl(self->fd, _IO(COTASK_IOC_TYPE, 0x30), &q));
	EXPECT_EQ(ENOTTY, errno);
}

/* The whole struct must be mapped: an unmapped struct, and one with an unmapped end. */
TEST_F(file, structs_that_cannot_be_read)
{
	const long page = sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	struct cotask_query *q = (void *)(map + page - sizeof(*q));
	struct cotask_wait_done *w = (void *)(map + page - sizeof(*w));

	ASSERT_NE(MAP_FAILED, map);
	ASSERT_EQ(0, munmap(map + page, page));
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_QUERY, NULL));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_WAIT, NULL));
	EXPECT_EQ(EFAULT, errno);
	q->size = sizeof(*q) + 8;
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_QUERY, q));
	EXPECT_EQ(EFAULT, errno);
	q->size = 0;
	w->size = sizeof(*w) + 8;
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_WAIT, w));
	EXPECT_EQ(EFAULT, errno);
	munmap(map, page);
}

TEST_F(file, enter_arguments)
{
	struct cotask_enter bad[] = {
		{ .flags = COTASK_ENTER_LATE }, { .flags = 4 }, { .n_events = 1 },
		{ .applied = 1 }, { .n_begun = 1 }, { .min_events = 1 }, { .deadline = -1 },
	};
	struct cotask_enter fault = { .size = sizeof(fault), .n_ops = 1 };
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		bad[i].size = sizeof(bad[i]);
		EXPECT_EQ(-EINVAL, t_enter_raw(self->fd, &bad[i]));
	}
	EXPECT_EQ(-EFAULT, t_enter_raw(self->fd, &fault));
	EXPECT_EQ(0, fault.applied);
}

/* Only a part of the array is mapped: the number of applied operations is returned. */
TEST_F(file, operations_up_to_a_fault)
{
	long page = sysconf(_SC_PAGESIZE);
	char *two = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	struct cotask_op *ops = (void *)(two + page - 2 * sizeof(*ops));
	struct cotask_enter e = {
		.size = sizeof(e), .ops = (unsigned long)ops, .n_ops = 3,
	};

	ASSERT_NE(MAP_FAILED, (void *)two);
	ASSERT_EQ(0, munmap(two + page, page));
	ops[0] = OP(MAKE, FUTURE, .handle = 1);
	ops[1] = OP(MAKE, FUTURE, .handle = 2);
	EXPECT_EQ(-EFAULT, t_enter_raw(self->fd, &e));
	EXPECT_EQ(2, e.applied);
	EXPECT_EQ(-EINPROGRESS, t_op(self->fd, OP(RESULT, .handle = 2)));
	munmap(two, page);
}

/* An event that cannot be written is delivered later. */
TEST_F(file, event_that_cannot_be_given)
{
	struct cotask_enter e = {
		.size = sizeof(e), .events = 8, .min_events = 1, .max_events = 1,
		.deadline = COTASK_NEVER,
	};

	t_op(self->fd, OP(SPAWN, .handle = 1, .user_data = 11));
	EXPECT_EQ(-EFAULT, t_enter_raw(self->fd, &e));
	EXPECT_EQ(11, t_next(self->fd).user_data);
}

/* --- other threads, signals, poll, the end ------------------------------------------------- */

static void *post_later(void *arg)
{
	int fd = *(int *)arg;

	while (t_post(fd, OP(COMPLETE, .handle = 9, .value = 6)) == -ENOENT)
		sched_yield();
	return NULL;
}

/* SC-9: another thread completes the awaited future during ENTER */
TEST_F(file, post)
{
	pthread_t thread;
	struct cotask_event_info e;

	EXPECT_EQ(-EPERM, t_post(self->fd, OP(SPAWN, .handle = 1)));
	EXPECT_EQ(-ENOENT, t_post(self->fd, OP(CANCEL, .handle = 1)));
	EXPECT_EQ(-EOPNOTSUPP, t_post(self->fd, (struct cotask_op){ .opcode = 0xff }));
	EXPECT_EQ(0, t_post(self->fd, OP(NOP)));
	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	ASSERT_EQ(0, pthread_create(&thread, NULL, post_later, &self->fd));
	t_op(self->fd, OP(MAKE, FUTURE, .handle = 9));
	e = t_step(self->fd, OP(AWAIT, .task = 1, .handle = 9));
	EXPECT_EQ(1, e.handle);
	EXPECT_EQ(6, e.result);
	pthread_join(thread, NULL);
	EXPECT_EQ(1, t_post(self->fd, OP(CANCEL, .handle = 1)));
	EXPECT_EQ(-ECANCELED, t_step(self->fd, OP(SLEEP, .task = 1, .value = COTASK_NEVER)).result);
}

/* A task whose operation was refused does not wait for its next operation. */
TEST_F(file, refused_and_waiting)
{
	struct cotask_op ops[2] = {
		OP(ENTER, .task = 1, .handle = 99),
		OP(SLEEP, .task = 1, .value = COTASK_NEVER),
	};
	struct turn t;

	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	t = t_enter_until(self->fd, ops, 2, 1, COTASK_NEVER);
	EXPECT_EQ(0, t.rc);
	EXPECT_EQ(2, t.applied);
	EXPECT_EQ(0, t.n);
	EXPECT_EQ(-ENOENT, ops[0].result);
	EXPECT_EQ(0, ops[1].result);
}

/* A thread that finds the other one in ENTER must return: both threads try. */
static void *enter_for_long(void *arg)
{
	int fd = *(int *)arg;
	struct turn t;

	do
		t = t_enter(fd, NULL, 0, 1);
	while (t.rc == -EBUSY);
	return (void *)(long)t.n;
}

TEST_F(file, two_threads_in_enter)
{
	pthread_t thread;
	void *n;

	t_op(self->fd, OP(MAKE, FUTURE, .handle = 9));
	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	t_op(self->fd, OP(AWAIT, .task = 1, .handle = 9));
	ASSERT_EQ(0, pthread_create(&thread, NULL, enter_for_long, &self->fd));
	while (t_enter_until(self->fd, NULL, 0, 0, 0).rc != -EBUSY)
		sched_yield();
	EXPECT_EQ(0, t_post(self->fd, OP(COMPLETE, .handle = 9)));
	pthread_join(thread, &n);
	EXPECT_EQ(1, (long)n);
}

static void nothing(int sig)
{
}

/* A signal ends the wait; nothing is lost. */
TEST_F(file, signal)
{
	struct sigaction sa = { .sa_handler = nothing };
	struct turn t;
	timer_t timer;
	struct itimerspec in = { .it_value.tv_nsec = 20 * MS, .it_interval.tv_nsec = 20 * MS };

	sigaction(SIGALRM, &sa, NULL);
	ASSERT_EQ(0, timer_create(CLOCK_MONOTONIC, NULL, &timer));
	ASSERT_EQ(0, timer_settime(timer, 0, &in, NULL));
	t = t_enter(self->fd, NULL, 0, 1);
	EXPECT_EQ(-EINTR, t.rc);
	timer_delete(timer);
}

TEST_F(file, deadline_of_enter)
{
	__s64 begin = t_now();
	struct turn t = t_enter_until(self->fd, NULL, 0, 1, begin + 20 * MS);

	EXPECT_EQ(0, t.rc);
	EXPECT_EQ(0, t.n);
	EXPECT_LE(20 * MS, t_now() - begin);
}

/* The file is readable when there is work to do. */
TEST_F(file, poll)
{
	struct pollfd p = { .fd = self->fd, .events = POLLIN };

	EXPECT_EQ(0, poll(&p, 1, 0));
	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	EXPECT_EQ(0, poll(&p, 1, 0));
	t_op(self->fd, OP(SLEEP, .task = 1, .value = 20 * MS));
	EXPECT_EQ(1, poll(&p, 1, T_LIMIT_MS));
	EXPECT_EQ(POLLIN, p.revents);
	EXPECT_EQ(1, t_next(self->fd).handle);
}

/* CX-7: a cancel before the first event was delivered: the code never runs */
TEST_F(file, cancel_before_the_event_is_given)
{
	struct cotask_enter fault = {
		.size = sizeof(fault), .events = 8, .min_events = 1, .max_events = 1,
		.deadline = COTASK_NEVER,
	};
	struct cotask_event_info gone;

	t_op(self->fd, OP(SPAWN, .handle = 1));
	EXPECT_EQ(-EFAULT, t_enter_raw(self->fd, &fault));
	EXPECT_EQ(1, t_op(self->fd, OP(CANCEL, .handle = 1)));
	t_op(self->fd, OP(SPAWN, .handle = 2));
	gone = t_next(self->fd);
	EXPECT_EQ(COTASK_EVENT_GONE, gone.type);
	EXPECT_EQ(1, gone.handle);
	EXPECT_EQ(-ECANCELED, gone.result);
	EXPECT_EQ(2, t_next(self->fd).handle);
	EXPECT_EQ(-ECANCELED, t_op(self->fd, OP(RESULT, .handle = 1)));
}

/* AW-1, CX-9: a task that has cancelled itself awaits a done object: returns its outcome */
TEST_F(file, cancelled_and_awaits_what_is_done)
{
	t_op(self->fd, OP(MAKE, FUTURE, .handle = 9));
	t_op(self->fd, OP(COMPLETE, .handle = 9, .value = 5));
	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	t_op(self->fd, OP(CANCEL, .task = 1, .handle = 1));
	EXPECT_EQ(5, t_step(self->fd, OP(AWAIT, .task = 1, .handle = 9)).result);
	EXPECT_EQ(-ECANCELED, t_step(self->fd, OP(SLEEP, .task = 1, .value = MS)).result);
}

/* TG-18: a child fails, the parent is cancelled in exit: the error, and a cancel later */
TEST_F(file, error_and_cancel_in_exit)
{
	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	t_op(self->fd, OP(ENTER, GROUP, .task = 1, .handle = 50));
	t_op(self->fd, OP(SPAWN, .task = 1, .handle = 2, .other = 50));
	EXPECT_EQ(2, t_step(self->fd, OP(LEAVE, .task = 1, .handle = 50)).handle);
	EXPECT_EQ(1, t_op(self->fd, OP(CANCEL, .handle = 1)));
	EXPECT_EQ(-EIO, t_step(self->fd, OP(EXIT, .task = 2, .value = -EIO)).result);
	EXPECT_EQ(-ECANCELED, t_step(self->fd, OP(SLEEP, .task = 1)).result);
}

/* A task that is not done keeps its handle. */
TEST_F(file, forget_a_live_task)
{
	t_op(self->fd, OP(SPAWN, .handle = 1));
	EXPECT_EQ(-EBUSY, t_op(self->fd, OP(FORGET, .handle = 1)));
	t_next(self->fd);
	EXPECT_EQ(-EBUSY, t_op(self->fd, OP(FORGET, .handle = 1)));
	t_op(self->fd, OP(EXIT, .task = 1));
	EXPECT_EQ(0, t_op(self->fd, OP(FORGET, .handle = 1)));
}

/* The number of scopes of a task is limited. */
TEST_F(file, depth_of_scopes)
{
	int i;

	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_next(self->fd);
	for (i = 0; i < 64; i++)
		EXPECT_EQ(0, t_op(self->fd, OP(ENTER, TIMEOUT, .task = 1, .handle = 100 + i,
					       .value = COTASK_NEVER)));
	EXPECT_EQ(-ENOSPC, t_op(self->fd, OP(ENTER, GROUP, .task = 1, .handle = 99)));
	EXPECT_EQ(0, t_op(self->fd, OP(LEAVE, .task = 1, .handle = 163)));
	EXPECT_EQ(0, t_op(self->fd, OP(ENTER, GROUP, .task = 1, .handle = 99)));
}

/*
 * Tasks that wait for each other in a long chain are closed, not in quadratic time.  Each await
 * searches for a cycle; with memory checkers this takes minutes.
 */
TEST_F_TIMEOUT(file, close_of_a_long_chain, 600)
{
	struct cotask_op ops[64];
	unsigned int i, k;
	struct turn t;

	for (i = 0; i < 20000; i += 64) {
		for (k = 0; k < 64; k++)
			ops[k] = OP(SPAWN, .handle = i + k + 1);
		t = t_enter_batch(self->fd, ops, 64, 64, T_ALL);
		ASSERT_EQ(64, t.n);
		for (k = 0; k < 64; k++) {
			if (i + k)
				ops[k] = OP(AWAIT, .task = i + k + 1, .handle = i + k);
			else
				ops[k] = OP(SLEEP, .task = 1, .value = COTASK_NEVER);
		}
		t = t_enter_until(self->fd, ops, 64, 0, 0);
		ASSERT_EQ(64, t.applied);
	}
}

static int wait_readable(int epoll, int ms)
{
	struct epoll_event e;

	return epoll_wait(epoll, &e, 1, ms);
}

/* epoll reports objects that become ready, and deadlines that expire, after its last check. */
TEST_F(file, epoll_is_woken)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->fd, &e));
	EXPECT_EQ(0, wait_readable(epoll, 0));
	t_op(self->fd, OP(SPAWN, .handle = 1));
	EXPECT_EQ(1, wait_readable(epoll, T_LIMIT_MS));
	t_next(self->fd);
	while (wait_readable(epoll, 0))
		;
	t_op(self->fd, OP(SLEEP, .task = 1, .value = 10 * MS));
	EXPECT_EQ(1, wait_readable(epoll, T_LIMIT_MS));
	EXPECT_EQ(1, t_next(self->fd).handle);
	close(epoll);
}

/*
 * CO-B3: closed with tasks that run, sleep, wait and are in groups. The guest's script
 * verifies that nothing outlives the file: by unloading, and by the leak checker.
 */
TEST(close_with_tasks_alive)
{
	int fd = t_open();

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	t_op(fd, OP(MAKE, FUTURE, .handle = 9));
	t_op(fd, OP(SPAWN, .handle = 1));
	t_op(fd, OP(SPAWN, .handle = 2));
	t_op(fd, OP(SPAWN, .handle = 3));
	t_next(fd);
	t_op(fd, OP(ENTER, GROUP, .task = 1, .handle = 50));
	t_op(fd, OP(SPAWN, .task = 1, .handle = 4, .other = 50));
	t_op(fd, OP(ENTER, TIMEOUT, .task = 1, .handle = 51, .value = COTASK_NEVER));
	t_op(fd, OP(SLEEP, .task = 1, .value = COTASK_NEVER));
	t_next(fd);
	t_op(fd, OP(AWAIT, .task = 2, .handle = 9));
	EXPECT_EQ(3, t_next(fd).handle);
	EXPECT_EQ(0, close(fd));
}

/* CO-B3: killed in the middle of a wait, a hundred times */
TEST(killed)
{
	int i, fd = t_open();

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	close(fd);
	for (i = 0; i < 100; i++) {
		pid_t pid = fork();

		if (!pid) {
			fd = t_open();
			t_op(fd, OP(SPAWN, .handle = 1));
			t_next(fd);
			for (;;)
				t_enter_until(fd, (struct cotask_op[]){
					OP(SLEEP, .task = 1, .value = (i % 3) * MS) }, 1, 1,
					COTASK_NEVER);
		}
		ASSERT_LT(0, pid);
		usleep(i * 50);
		kill(pid, SIGKILL);
		ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	}
}

TEST_HARNESS_MAIN
