// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - errors that are not retrieved: reported once each, in the task's own process
 *
 * A second file represents another process, which imports a task or group and does not look at the
 * error of the task.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include "kselftest_harness.h"
#include "cotask_test.h"

FIXTURE(errors) {
	int fd;		/* with a task 1, which runs */
	int peer;	/* likewise */
};

FIXTURE_SETUP(errors)
{
	self->fd = t_open();
	if (self->fd < 0)
		SKIP(return, "no " DEVICE);
	self->peer = t_open();
	op(SPAWN, .handle = 1, .user_data = 77);
	ASSERT_EQ(1, t_next(self->fd).handle);
	t_op(self->peer, OP(SPAWN, .handle = 1));
	ASSERT_EQ(1, t_next(self->peer).handle);
}

FIXTURE_TEARDOWN(errors)
{
	close(self->peer);
	close(self->fd);
}

#define peer(...)	t_op(self->peer, OP(__VA_ARGS__))

/* Its loop does what it can; there is no event for the process. */
#define EXPECT_NOTHING(fd)	EXPECT_EQ(0, t_settle(fd).n)

/* The next event is an error. */
#define EXPECT_ERROR(fd, error)							\
do {										\
	struct cotask_event_info e = t_next(fd);				\
										\
	EXPECT_EQ(COTASK_EVENT_ERROR, e.type);					\
	EXPECT_EQ(error, e.result);						\
} while (0)

#define FAIL(t, error)	OP(EXIT, .task = t, .value = error, .flags = COTASK_OP_F_FORGET)

/* --- tasks that another process awaits -------------------------------------------------- */

/* The peer has our task 1 as 2, and its task 1 waits for that. */
static void await_ours(struct __test_metadata *_metadata, struct _test_data_errors *self)
{
	int task = op(EXPORT, .handle = 1);

	ASSERT_LE(0, task);
	ASSERT_EQ(0, peer(IMPORT, .handle = 2, .arg = task));
	close(task);
	ASSERT_EQ(0, peer(AWAIT, .task = 1, .handle = 2));
	EXPECT_NOTHING(self->peer);
}

/* AW-11: a process that is gone has retrieved nothing */
TEST_F(errors, awaited_by_a_process_that_is_gone)
{
	await_ours(_metadata, self);
	close(self->peer);
	ASSERT_EQ(0, t_op(self->fd, FAIL(1, -EIO)));
	EXPECT_ERROR(self->fd, -EIO);
	EXPECT_NOTHING(self->fd);
}

/* ... also if it goes when the outcome is on its way */
TEST_F(errors, process_goes_before_it_has_the_outcome)
{
	await_ours(_metadata, self);
	ASSERT_EQ(0, t_op(self->fd, FAIL(1, -EIO)));
	EXPECT_NOTHING(self->fd);
	close(self->peer);
	EXPECT_ERROR(self->fd, -EIO);
	EXPECT_NOTHING(self->fd);
}

/* A cancel ends the wait of the peer's task. */
static void give_up(struct __test_metadata *_metadata, struct _test_data_errors *self)
{
	EXPECT_EQ(1, peer(CANCEL, .handle = 1));
	EXPECT_EQ(-ECANCELED, t_next(self->peer).result);
	EXPECT_EQ(0, peer(SLEEP, .task = 1, .value = COTASK_NEVER));
}

/* AW-B1, AW-11: a wait that a cancel has ended has retrieved nothing */
TEST_F(errors, await_is_given_up)
{
	await_ours(_metadata, self);
	give_up(_metadata, self);
	ASSERT_EQ(0, t_op(self->fd, FAIL(1, -EIO)));
	EXPECT_NOTHING(self->fd);
	EXPECT_NOTHING(self->peer);
	/* The import is a reference. */
	EXPECT_EQ(0, peer(FORGET, .handle = 2));
	EXPECT_ERROR(self->fd, -EIO);
	EXPECT_NOTHING(self->fd);
}

/* AW-11: an await that returns the error retrieves it */
TEST_F(errors, await_returns_it)
{
	await_ours(_metadata, self);
	ASSERT_EQ(0, t_op(self->fd, FAIL(1, -EIO)));
	EXPECT_NOTHING(self->fd);
	EXPECT_EQ(-EIO, t_next(self->peer).result);
	EXPECT_EQ(0, peer(FORGET, .handle = 2));
	EXPECT_NOTHING(self->fd);
}

/* ... also an await of what was done before */
TEST_F(errors, second_await_returns_it)
{
	await_ours(_metadata, self);
	give_up(_metadata, self);
	ASSERT_EQ(0, t_op(self->fd, FAIL(1, -EIO)));
	EXPECT_NOTHING(self->fd);
	EXPECT_EQ(3, t_step(self->peer, OP(SPAWN, .handle = 3)).handle);
	EXPECT_EQ(-EIO, t_step(self->peer, OP(AWAIT, .task = 3, .handle = 2)).result);
	EXPECT_EQ(0, peer(FORGET, .handle = 2));
	EXPECT_NOTHING(self->fd);
}

/* The first of several errors does not hide the others. */
TEST_F(errors, several_processes_that_are_gone)
{
	int i, k;

	for (i = 0; i < 3; i++) {
		int task;

		ASSERT_EQ(0, op(SPAWN, .handle = 10 + i));
		task = op(EXPORT, .handle = 10 + i);
		ASSERT_EQ(0, peer(IMPORT, .handle = 10 + i, .arg = task));
		close(task);
		ASSERT_EQ(0, peer(SPAWN, .handle = 20 + i));
	}
	EXPECT_EQ(20, t_step(self->peer, OP(SLEEP, .task = 1, .value = COTASK_NEVER)).handle);
	EXPECT_EQ(21, t_step(self->peer, OP(AWAIT, .task = 20, .handle = 10)).handle);
	EXPECT_EQ(22, t_step(self->peer, OP(AWAIT, .task = 21, .handle = 11)).handle);
	EXPECT_EQ(0, peer(AWAIT, .task = 22, .handle = 12));
	EXPECT_NOTHING(self->peer);
	EXPECT_EQ(10, t_step(self->fd, OP(SLEEP, .task = 1, .value = COTASK_NEVER)).handle);
	for (i = 0; i < 3; i++) {
		k = i < 2 ? t_step(self->fd, FAIL(10 + i, -EIO - i)).handle :
			    t_op(self->fd, FAIL(10 + i, -EIO - i));
		EXPECT_EQ(i < 2 ? 11 + i : 0, k);
	}
	EXPECT_NOTHING(self->fd);
	close(self->peer);
	for (i = 0; i < 3; i++)
		EXPECT_ERROR(self->fd, -EIO - i);
	EXPECT_NOTHING(self->fd);
}

/**
 * struct racer - another process
 * @task: descriptor of a task to await
 * @patience: nanoseconds until it goes
 * @got: it has the error
 */
struct racer {
	int task;
	__s64 patience;
	bool got;
};

static void *await_and_go(void *arg)
{
	struct racer *r = arg;
	int fd = t_open();
	struct turn t;

	t_op(fd, OP(SPAWN, .handle = 1));
	t_next(fd);
	t_op(fd, OP(IMPORT, .handle = 2, .arg = r->task));
	close(r->task);
	t_op(fd, OP(AWAIT, .task = 1, .handle = 2));
	t = t_enter_until(fd, NULL, 0, 1, t_now() + r->patience);
	r->got = t.n && t.event[0].result == -EIO;
	close(fd);
	return NULL;
}

/* AW-11: the waiter has the error, or the process of the task has, whatever comes first */
TEST_F(errors, waiter_goes_at_any_time)
{
	int i, got = 0;

	ASSERT_EQ(0, op(SLEEP, .task = 1, .value = COTASK_NEVER));
	for (i = 0; i < 200; i++) {
		struct racer r = { .patience = rand() % (2 * MS) };
		pthread_t thread;
		struct turn t;

		ASSERT_EQ(0, op(SPAWN, .handle = 4));
		ASSERT_EQ(4, t_next(self->fd).handle);
		r.task = op(EXPORT, .handle = 4);
		ASSERT_LE(0, r.task);
		ASSERT_EQ(0, pthread_create(&thread, NULL, await_and_go, &r));
		usleep(rand() % 2000);
		ASSERT_EQ(0, t_op(self->fd, FAIL(4, -EIO)));
		t = t_enter_until(self->fd, NULL, 0, 1, t_now() + rand() % MS);
		ASSERT_EQ(0, pthread_join(thread, NULL));
		got += r.got;
		if (!r.got && !t.n)
			t = t_enter(self->fd, NULL, 0, 1);
		ASSERT_EQ(!r.got, t.n);
		if (t.n)
			ASSERT_EQ(COTASK_EVENT_ERROR, t.event[0].type);
	}
	EXPECT_NOTHING(self->fd);
	TH_LOG("%d of %d errors went to the waiter", got, i);
}

/* --- children in a group of another process ------------------------------------------------ */

/* Our task 4 is a child of a group 3 of the peer, which is 3 here, and runs. */
static void join_theirs(struct __test_metadata *_metadata, struct _test_data_errors *self,
			__u32 group_flags, __u32 spawn_flags)
{
	int group;

	ASSERT_EQ(0, peer(ENTER, .task = 1, .handle = 3,
			  .arg = COTASK_KIND_GROUP | group_flags));
	group = peer(EXPORT, .handle = 3);
	ASSERT_LE(0, group);
	ASSERT_EQ(0, op(IMPORT, .handle = 3, .arg = group));
	close(group);
	ASSERT_EQ(0, op(SPAWN, .handle = 4, .other = 3, .arg = spawn_flags, .user_data = 99));
	ASSERT_EQ(4, t_step(self->fd, OP(SLEEP, .task = 1, .value = COTASK_NEVER)).handle);
}

/* The error is one of the child's process, and none of that of the group. */
static void expect_ours(struct __test_metadata *_metadata, struct _test_data_errors *self)
{
	struct cotask_event_info e;

	ASSERT_EQ(0, t_op(self->fd, FAIL(4, -EIO)));
	EXPECT_NOTHING(self->fd);
	e = t_step(self->peer, OP(LEAVE, .task = 1, .handle = 3));
	EXPECT_EQ(COTASK_EVENT_STEP, e.type);
	EXPECT_EQ(0, e.result);
	EXPECT_ERROR(self->fd, -EIO);
	EXPECT_NOTHING(self->fd);
	t_op(self->peer, OP(SLEEP, .task = 1, .value = COTASK_NEVER));
	EXPECT_NOTHING(self->peer);
}

/* TG-9, CT-B3: an error that the group does not record, as the child was spawned apart */
TEST_F(errors, child_apart)
{
	join_theirs(_metadata, self, 0, COTASK_SPAWN_F_APART);
	EXPECT_EQ(0, peer(SLEEP, .task = 1));
	EXPECT_EQ(1, t_next(self->peer).handle);
	expect_ours(_metadata, self);
}

/* ... also if the group's process sees the child only after its end */
TEST_F(errors, child_apart_has_ended)
{
	join_theirs(_metadata, self, 0, COTASK_SPAWN_F_APART);
	expect_ours(_metadata, self);
}

/* CT-B3: an independent group records no error */
TEST_F(errors, child_of_an_independent_group)
{
	join_theirs(_metadata, self, COTASK_MAKE_F_INDEPENDENT, 0);
	EXPECT_EQ(0, peer(SLEEP, .task = 1));
	EXPECT_EQ(1, t_next(self->peer).handle);
	expect_ours(_metadata, self);
}

TEST_F(errors, child_of_an_independent_group_has_ended)
{
	join_theirs(_metadata, self, COTASK_MAKE_F_INDEPENDENT, 0);
	expect_ours(_metadata, self);
}

/* AW-11: what a group records is retrieved */
TEST_F(errors, child_of_a_group)
{
	join_theirs(_metadata, self, 0, 0);
	ASSERT_EQ(0, t_op(self->fd, FAIL(4, -EIO)));
	EXPECT_NOTHING(self->fd);
	EXPECT_EQ(-EIO, t_step(self->peer, OP(LEAVE, .task = 1, .handle = 3)).result);
	EXPECT_NOTHING(self->fd);
	close(self->peer);
	EXPECT_NOTHING(self->fd);
}

/* AW-11: the group's process goes before the group has recorded it */
TEST_F(errors, process_goes_before_it_has_recorded)
{
	join_theirs(_metadata, self, 0, 0);
	EXPECT_EQ(0, peer(SLEEP, .task = 1));
	EXPECT_EQ(1, t_next(self->peer).handle);
	ASSERT_EQ(0, t_op(self->fd, FAIL(4, -EIO)));
	EXPECT_NOTHING(self->fd);
	close(self->peer);
	EXPECT_ERROR(self->fd, -EIO);
	EXPECT_NOTHING(self->fd);
}

/* A group of the same file is the group itself, also where it was imported. */
TEST_F(errors, child_of_an_own_group_that_was_imported)
{
	int group;

	ASSERT_EQ(0, op(ENTER, .task = 1, .handle = 3, .arg = COTASK_KIND_GROUP));
	group = op(EXPORT, .handle = 3);
	ASSERT_EQ(0, op(IMPORT, .handle = 5, .arg = group));
	close(group);
	EXPECT_EQ(1, op(SPAWN, .handle = 4, .other = 5,
			.arg = COTASK_SPAWN_F_EAGER | COTASK_SPAWN_F_APART));
	ASSERT_EQ(0, t_op(self->fd, FAIL(4, -EIO)));
	EXPECT_EQ(0, op(SPAWN, .handle = 6, .other = 5));
	EXPECT_EQ(0, op(LEAVE, .task = 1, .handle = 3));
	EXPECT_ERROR(self->fd, -EIO);
	EXPECT_EQ(6, t_next(self->fd).handle);
	EXPECT_EQ(-ENXIO, t_step(self->fd, FAIL(6, -ENXIO)).result);
	EXPECT_EQ(-ESHUTDOWN, op(SPAWN, .handle = 4, .other = 5));
}

/* --- submissions ----------------------------------------------------------------------- */

#define MANY	3

/* Submissions 10 .. of tasks 20 .., which run. */
static void submit(struct __test_metadata *_metadata, struct _test_data_errors *self)
{
	struct turn t;
	int i;

	for (i = 0; i < MANY; i++)
		ASSERT_EQ(0, t_post(self->fd, OP(SUBMIT, .handle = 10 + i, .other = 20 + i,
						 .user_data = 20 + i)));
	ASSERT_EQ(0, op(SLEEP, .task = 1, .value = COTASK_NEVER));
	t = t_enter(self->fd, NULL, 0, MANY);
	ASSERT_EQ(MANY, t.n);
}

static void fail_all(struct _test_data_errors *self, __u16 flags)
{
	struct cotask_op ops[MANY];
	int i;

	for (i = 0; i < MANY; i++)
		ops[i] = OP(EXIT, .task = 20 + i, .value = -EIO - i, .flags = flags);
	t_enter_until(self->fd, ops, MANY, 0, 0);
}

static void forget_all(struct _test_data_errors *self, __u32 first)
{
	struct cotask_op ops[MANY];
	int i;

	for (i = 0; i < MANY; i++)
		ops[i] = OP(FORGET, .handle = first + i);
	t_enter_until(self->fd, ops, MANY, 0, 0);
}

/* Each error once, in their order, whatever it says of the task. */
static void expect_all(struct __test_metadata *_metadata, struct _test_data_errors *self)
{
	int i;

	for (i = 0; i < MANY; i++)
		EXPECT_ERROR(self->fd, -EIO - i);
	EXPECT_NOTHING(self->fd);
}

/* AW-11: the submissions are the last references */
TEST_F(errors, failed_submissions)
{
	submit(_metadata, self);
	fail_all(self, COTASK_OP_F_FORGET);
	EXPECT_NOTHING(self->fd);
	forget_all(self, 10);
	expect_all(_metadata, self);
}

/* AW-11: the tasks are the last references */
TEST_F(errors, failed_tasks_of_submissions)
{
	submit(_metadata, self);
	fail_all(self, 0);
	EXPECT_NOTHING(self->fd);
	forget_all(self, 10);
	EXPECT_NOTHING(self->fd);
	forget_all(self, 20);
	expect_all(_metadata, self);
}

/* ... the submissions were forgotten before the tasks have ended */
TEST_F(errors, forgotten_submissions)
{
	submit(_metadata, self);
	forget_all(self, 10);
	fail_all(self, COTASK_OP_F_FORGET);
	expect_all(_metadata, self);
}

/* ... and another thread forgets the submissions */
TEST_F(errors, submissions_forgotten_elsewhere)
{
	int i;

	submit(_metadata, self);
	fail_all(self, COTASK_OP_F_FORGET);
	EXPECT_NOTHING(self->fd);
	for (i = 0; i < MANY; i++)
		EXPECT_EQ(0, t_post(self->fd, OP(FORGET, .handle = 10 + i)));
	expect_all(_metadata, self);
}

/* AW-11: the result of one of the two is the error of both */
TEST_F(errors, result_of_a_submission)
{
	submit(_metadata, self);
	fail_all(self, 0);
	EXPECT_NOTHING(self->fd);
	EXPECT_EQ(-EIO, op(RESULT, .handle = 10));
	EXPECT_EQ(-EIO - 1, op(RESULT, .handle = 21));
	EXPECT_EQ(0, op(FORGET, .handle = 12));
	EXPECT_EQ(0, op(FORGET, .handle = 22));
	EXPECT_ERROR(self->fd, -EIO - 2);
	forget_all(self, 10);
	forget_all(self, 20);
	EXPECT_NOTHING(self->fd);
}

TEST_HARNESS_MAIN
