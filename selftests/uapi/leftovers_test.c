// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - remaining tasks of a run, and errors that are not retrieved
 */
#include "file_fixture.h"

/* A running task, with its handle as user_data. */
static void start(int fd, __u32 handle)
{
	t_op(fd, OP(SPAWN, .handle = handle, .user_data = handle));
	t_next(fd);
}

/* The next event is an error. */
#define EXPECT_ERROR(error, whose)						\
do {										\
	struct cotask_event_info e = t_next(self->fd);				\
										\
	EXPECT_EQ(COTASK_EVENT_ERROR, e.type);					\
	EXPECT_EQ(error, e.result);						\
	EXPECT_EQ(whose, e.user_data);						\
} while (0)

/* There is no event, also if the loop has work left. */
#define EXPECT_NOTHING()	EXPECT_EQ(0, t_enter_until(self->fd, NULL, 0, 1, 0).n)

/* The rest of the code of a task that was cancelled: it fails. */
static void fails_after(int fd, __u32 handle, int error)
{
	struct cotask_event_info e = t_next(fd);

	if (e.handle == handle && e.result == -ECANCELED)
		t_op(fd, OP(EXIT, .task = handle, .value = error));
}

/* CO-8: all remaining tasks are cancelled, once each */
TEST_F(file, cancel_all)
{
	start(self->fd, 1);
	op(SPAWN, .handle = 2);
	EXPECT_EQ(2, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	EXPECT_EQ(2, op(CANCEL_ALL, .handle = 2));
	EXPECT_EQ(1, op(READ, .arg = COTASK_READ_CANCELLING, .handle = 1));
	EXPECT_EQ(0, op(READ, .arg = COTASK_READ_CANCELLING, .handle = 2));
	EXPECT_EQ(2, op(CANCEL_ALL, .handle = 2));
	EXPECT_EQ(1, op(READ, .arg = COTASK_READ_CANCELLING, .handle = 1));
	EXPECT_EQ(1, step(EXIT, .task = 2).handle);
}

/* CO-9: each failing task is reported once, with its user_data; handles may be in use */
TEST_F(file, leftovers_that_fail)
{
	struct cotask_op ops[4];

	start(self->fd, 1);
	op(SLEEP, .task = 1, .value = COTASK_NEVER);
	start(self->fd, 2);
	op(SLEEP, .task = 2, .value = COTASK_NEVER);
	EXPECT_EQ(2, op(CANCEL_ALL));
	fails_after(self->fd, 1, -EIO);
	fails_after(self->fd, 2, -ENXIO);
	EXPECT_ERROR(-EIO, 1);
	EXPECT_ERROR(-ENXIO, 2);
	EXPECT_NOTHING();
	EXPECT_EQ(-EIO, op(RESULT, .handle = 1));
	EXPECT_EQ(0, op(FORGET, .handle = 1));
	EXPECT_EQ(0, op(FORGET, .handle = 2));
	EXPECT_NOTHING();

	/* Forgotten in the call in which they end. */
	start(self->fd, 1);
	op(SLEEP, .task = 1, .value = COTASK_NEVER);
	start(self->fd, 2);
	EXPECT_EQ(2, op(CANCEL_ALL));
	ops[0] = OP(EXIT, .task = 2, .value = -ENXIO);
	ops[1] = OP(FORGET, .handle = 2);
	EXPECT_EQ(0, t_enter_until(self->fd, ops, 2, 0, 0).rc);
	EXPECT_EQ(1, t_next(self->fd).handle);
	ops[0] = OP(EXIT, .task = 1, .value = -EIO);
	ops[1] = OP(FORGET, .handle = 1);
	EXPECT_EQ(0, t_enter_until(self->fd, ops, 2, 0, 0).rc);
	EXPECT_ERROR(-ENXIO, 2);
	EXPECT_ERROR(-EIO, 1);
	EXPECT_NOTHING();
}

/* CO-9: tasks that end with a value, or CANCELLED, are not reported */
TEST_F(file, leftovers_that_do_not_fail)
{
	start(self->fd, 1);
	op(SLEEP, .task = 1, .value = COTASK_NEVER);
	start(self->fd, 2);
	op(SLEEP, .task = 2, .value = COTASK_NEVER);
	op(CANCEL_ALL);
	fails_after(self->fd, 1, -ECANCELED);
	fails_after(self->fd, 2, 5);
	EXPECT_NOTHING();
	EXPECT_EQ(5, op(RESULT, .handle = 2));
}

/* AW-11: the handle is forgotten before or after the end is recorded */
TEST_F(file, unread_errors)
{
	struct cotask_op ops[2];

	start(self->fd, 1);
	ops[0] = OP(EXIT, .task = 1, .value = -EIO);
	ops[1] = OP(FORGET, .handle = 1);
	EXPECT_EQ(0, t_enter_until(self->fd, ops, 2, 0, 0).rc);
	EXPECT_ERROR(-EIO, 1);
	EXPECT_NOTHING();

	start(self->fd, 2);
	op(EXIT, .task = 2, .value = -ENXIO);
	EXPECT_NOTHING();
	EXPECT_EQ(0, op(FORGET, .handle = 2));
	EXPECT_ERROR(-ENXIO, 2);
	EXPECT_NOTHING();
}

#define EXIT_AND_FORGET(handle, outcome)						\
	op(EXIT, .task = handle, .value = outcome, .flags = COTASK_OP_F_FORGET)

/* CT-7: the exit frees the handle; AW-11: the error is then reported */
TEST_F(file, forgotten_by_its_exit)
{
	start(self->fd, 1);
	EXPECT_EQ(-EINVAL, EXIT_AND_FORGET(1, -5000));
	EXPECT_EQ(0, EXIT_AND_FORGET(1, 7));
	EXPECT_EQ(-ENOENT, op(RESULT, .handle = 1));
	EXPECT_EQ(-ENOENT, op(FORGET, .handle = 1));
	EXPECT_EQ(-ENOENT, EXIT_AND_FORGET(1, 7));
	EXPECT_EQ(0, op(SPAWN, .handle = 1));
	EXPECT_EQ(1, t_next(self->fd).handle);
	EXPECT_EQ(0, EXIT_AND_FORGET(1, -EIO));
	EXPECT_ERROR(-EIO, 0);
	EXPECT_NOTHING();
}

/* ... while it waits for the child of a group that it has not left. */
TEST_F(file, forgotten_inside_a_group)
{
	start(self->fd, 1);
	op(ENTER, .arg = COTASK_KIND_GROUP, .task = 1, .handle = 50);
	op(SPAWN, .task = 1, .handle = 2, .other = 50);
	EXPECT_EQ(0, EXIT_AND_FORGET(1, 0));
	EXPECT_EQ(-ENOENT, op(CANCEL, .handle = 1));
	EXPECT_EQ(0, op(SPAWN, .handle = 1));
	EXPECT_EQ(COTASK_EVENT_GONE, t_next(self->fd).type);
	EXPECT_EQ(1, t_next(self->fd).handle);
	EXPECT_EQ(0, EXIT_AND_FORGET(1, 0));
	EXPECT_NOTHING();
	EXPECT_EQ(0, op(FORGET, .handle = 50));
}

/* AW-11: ... the error is reported when the child has ended, and identifies the task. */
static void fail_inside_a_group(struct __test_metadata *_metadata, struct _test_data_file *self,
				struct cotask_op *ops, unsigned int n)
{
	op(SPAWN, .handle = 1, .user_data = 77);
	ASSERT_EQ(1, t_next(self->fd).handle);
	op(ENTER, .arg = COTASK_KIND_GROUP, .task = 1, .handle = 50);
	op(SPAWN, .task = 1, .handle = 2, .other = 50, .arg = COTASK_SPAWN_F_SURE_START);
	ASSERT_EQ(n, t_enter_until(self->fd, ops, n, 0, 0).applied);
	EXPECT_EQ(0, ops[n - 1].result);
	ASSERT_EQ(2, t_next(self->fd).handle);
	EXPECT_EQ(0, EXIT_AND_FORGET(2, 0));
}

TEST_F(file, fails_inside_a_group)
{
	struct cotask_op ops[] = {
		OP(EXIT, .task = 1, .value = -EIO, .flags = COTASK_OP_F_FORGET),
	};

	fail_inside_a_group(_metadata, self, ops, 1);
	EXPECT_ERROR(-EIO, 77);
	EXPECT_NOTHING();
}

TEST_F(file, fails_inside_a_group_and_is_forgotten)
{
	struct cotask_op ops[] = {
		OP(EXIT, .task = 1, .value = -EIO),
		OP(FORGET, .handle = 1),
	};

	fail_inside_a_group(_metadata, self, ops, 2);
	EXPECT_ERROR(-EIO, 77);
	EXPECT_NOTHING();
}

/* ... but not once its end is recorded, while a descriptor refers to it. */
TEST_F(file, fails_inside_a_group_and_is_kept)
{
	struct cotask_op ops[] = {
		OP(EXPORT, .handle = 1),
		OP(EXIT, .task = 1, .value = -EIO, .flags = COTASK_OP_F_FORGET),
	};

	fail_inside_a_group(_metadata, self, ops, 2);
	ASSERT_LE(0, ops[0].result);
	EXPECT_NOTHING();
	close(ops[0].result);
	EXPECT_ERROR(-EIO, 0);
	EXPECT_NOTHING();
}

/* Only an exit can do that. */
TEST_F(file, no_other_operation_forgets)
{
	start(self->fd, 1);
	EXPECT_EQ(-EINVAL, op(SLEEP, .task = 1, .flags = COTASK_OP_F_FORGET));
	EXPECT_EQ(-EINVAL, op(SPAWN, .handle = 2, .flags = COTASK_OP_F_FORGET));
	EXPECT_EQ(0, EXIT_AND_FORGET(1, 0));
}

/* AW-11: the last reference is dropped elsewhere, after the process has forgotten the task */
TEST_F(file, unread_error_of_what_is_forgotten)
{
	struct cotask_op ops[2];
	int fd;

	start(self->fd, 1);
	fd = op(EXPORT, .handle = 1);
	ASSERT_LE(0, fd);
	ops[0] = OP(EXIT, .task = 1, .value = -EIO);
	ops[1] = OP(FORGET, .handle = 1);
	EXPECT_EQ(0, t_enter_until(self->fd, ops, 2, 0, 0).rc);
	EXPECT_NOTHING();
	close(fd);
	EXPECT_ERROR(-EIO, 0);
	EXPECT_NOTHING();

	start(self->fd, 2);
	fd = op(EXPORT, .handle = 2);
	op(EXIT, .task = 2, .value = -EIO);
	EXPECT_NOTHING();
	EXPECT_EQ(0, op(FORGET, .handle = 2));
	close(fd);
	EXPECT_ERROR(-EIO, 0);
}

/* Forgotten while an event is not started: the event still identifies the task. */
TEST_F(file, forgotten_with_an_event)
{
	struct cotask_op forget = OP(FORGET, .handle = 1);
	struct cotask_event_info e;

	op(SPAWN, .handle = 1, .user_data = 77);
	EXPECT_EQ(1, op(CANCEL, .handle = 1));
	EXPECT_EQ(77, t_enter(self->fd, NULL, 0, 1).event[0].user_data);
	t_enter_batch(self->fd, &forget, 1, 0, 0);
	EXPECT_EQ(0, forget.result);
	e = t_next(self->fd);
	EXPECT_EQ(COTASK_EVENT_GONE, e.type);
	EXPECT_EQ(77, e.user_data);

	start(self->fd, 1);
	EXPECT_EQ(1, op(CANCEL_ALL));
	EXPECT_EQ(0, op(EXIT, .task = 1, .value = -EIO));
	EXPECT_EQ(COTASK_EVENT_ERROR, t_enter(self->fd, NULL, 0, 1).event[0].type);
	t_enter_batch(self->fd, &forget, 1, 0, 0);
	EXPECT_EQ(0, forget.result);
	EXPECT_ERROR(-EIO, 1);
}

/* AW-11: an error that a group records is not reported */
TEST_F(file, errors_of_a_group)
{
	struct cotask_op ops[2];

	start(self->fd, 1);
	op(MAKE, .arg = COTASK_KIND_GROUP, .handle = 10);
	EXPECT_EQ(0, op(ENTER, .task = 1, .handle = 10));
	op(SPAWN, .task = 1, .handle = 2, .other = 10);
	EXPECT_EQ(2, step(LEAVE, .task = 1, .handle = 10).handle);
	ops[0] = OP(EXIT, .task = 2, .value = -EIO);
	ops[1] = OP(FORGET, .handle = 2);
	EXPECT_EQ(-EIO, t_enter(self->fd, ops, 2, 1).event[0].result);
	EXPECT_NOTHING();
}

/* The process exits before the report could be delivered. */
TEST_F(file, closed_before_the_record)
{
	struct cotask_op ops[2];

	start(self->fd, 1);
	op(CANCEL_ALL);
	ops[0] = OP(EXIT, .task = 1, .value = -EIO);
	ops[1] = OP(FORGET, .handle = 1);
	EXPECT_EQ(0, t_enter_until(self->fd, ops, 2, 0, 0).rc);
}

/* AW-11, SH-1: a shield of what was done has no error of its own to report */
TEST_F(file, shield_of_what_has_failed)
{
	ASSERT_EQ(0, op(MAKE, .handle = 1, .arg = COTASK_KIND_FUTURE));
	ASSERT_EQ(0, op(COMPLETE, .handle = 1, .value = -EIO));
	ASSERT_EQ(0, op(SHIELD, .handle = 2, .other = 1));
	ASSERT_EQ(0, op(FORGET, .handle = 2));
	EXPECT_EQ(0, t_settle(self->fd).n);
	EXPECT_EQ(-EIO, op(RESULT, .handle = 1));
}

/* CO-8: a drain waits until no task is left, and no longer */
TEST_F(file, drain)
{
	struct cotask_op exit = OP(EXIT, .task = 1);
	struct cotask_event_info event;
	struct cotask_enter e = {
		.size = sizeof(e),
		.flags = COTASK_ENTER_DRAIN,
		.events = (unsigned long)&event,
		.max_events = 1,
		.min_events = 1,
		.deadline = COTASK_NEVER,
	};

	EXPECT_EQ(0, t_enter_raw(self->fd, &e));
	EXPECT_EQ(0, e.n_events);
	op(SPAWN, .handle = 1);
	EXPECT_EQ(0, t_enter_raw(self->fd, &e));
	EXPECT_EQ(1, e.n_events);
	e.flags = COTASK_ENTER_DRAIN;
	e.n_events = 0;
	e.n_begun = 1;
	e.ops = (unsigned long)&exit;
	e.n_ops = 1;
	EXPECT_EQ(0, t_enter_raw(self->fd, &e));
	EXPECT_EQ(1, e.applied);
	EXPECT_EQ(0, e.n_events);
}

TEST_HARNESS_MAIN
