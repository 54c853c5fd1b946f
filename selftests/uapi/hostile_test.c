// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - the device with processes that build hostile structures
 *
 * Chains, nets and cycles of objects that could overflow a stack, or be walked forever;
 * objects that are repeatedly abandoned and could escape the limits; races for handles.
 * The harness ends a run that does not end by itself.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include "file_fixture.h"

#define MANY	3000

/* --- what is made of each other ---------------------------------------------------- */

/* SC-10: the end of the last task ends all tasks */
TEST_F(file, chain_of_shields)
{
	__u32 i;

	op(MAKE, .handle = 1, .arg = COTASK_KIND_FUTURE);
	for (i = 1; i < MANY; i++) {
		ASSERT_EQ(0, op(SHIELD, .handle = i + 1, .other = i));
		ASSERT_EQ(0, op(FORGET, .handle = i));
	}
	EXPECT_EQ(0, op(FORGET, .handle = MANY));
}

TEST_F(file, chain_of_gathers)
{
	__u32 i;

	op(MAKE, .handle = 1, .arg = COTASK_KIND_FUTURE);
	for (i = 1; i < MANY; i++) {
		ASSERT_EQ(0, op(GATHER, .handle = i + 1, .addr = (unsigned long)&i, .len = 1,
				.arg = COTASK_GATHER_F_COLLECT));
		ASSERT_EQ(0, op(FORGET, .handle = i));
	}
	/* ... or is ended with the file. */
}

/* GA-7: a net with 2^40 ways from its top to its bottom */
TEST_F(file, net_of_gathers)
{
	__u32 below[2] = { 1, 2 };
	__u32 level, next[2];
	int k;

	op(MAKE, .handle = 1, .arg = COTASK_KIND_FUTURE);
	op(MAKE, .handle = 2, .arg = COTASK_KIND_FUTURE);
	for (level = 1; level <= 40; level++) {
		for (k = 0; k < 2; k++) {
			next[k] = 2 * level + k + 1;
			ASSERT_EQ(0, op(GATHER, .handle = next[k], .len = 2,
					.addr = (unsigned long)below,
					.arg = COTASK_GATHER_F_COLLECT));
		}
		below[0] = next[0];
		below[1] = next[1];
	}
	EXPECT_EQ(1, op(CANCEL, .handle = below[0]));
	EXPECT_EQ(-ECANCELED, op(RESULT, .handle = 1));
}

static void spawn_many(int fd, struct cotask_op *ops, __u32 n)
{
	__u32 i;

	for (i = 0; i < n; i++)
		ops[i] = OP(SPAWN, .handle = i + 1, .arg = COTASK_SPAWN_F_EAGER);
	t_enter_full(fd, ops, n, 0, 0, 0);
	/* Each waits for the next one. */
	for (i = 0; i < n - 1; i++)
		ops[i] = OP(AWAIT, .task = i + 1, .handle = i + 2);
	t_enter_full(fd, ops, n - 1, 0, 0, 0);
}

#define CYCLE	4200
static struct cotask_op ops[20000];

/* AW-B2: longer than the search; a cancel terminates */
TEST_F(file, long_cycle)
{
	spawn_many(self->fd, ops, CYCLE);
	ASSERT_EQ(0, op(AWAIT, .task = CYCLE, .handle = 1));
	EXPECT_EQ(1, op(CANCEL, .handle = 1));
	EXPECT_LE(1, op(READ, .handle = CYCLE, .arg = COTASK_READ_CANCELLING));
}

/* CO-8: 20,000 tasks in a chain are cancelled at once */
TEST_F(file, cancel_a_long_chain)
{
	spawn_many(self->fd, ops, 20000);
	EXPECT_EQ(20000, op(CANCEL_ALL));
	EXPECT_EQ(1, op(READ, .handle = 1, .arg = COTASK_READ_CANCELLING));
}

/* CX-B1: the task that was in a scope has ended */
TEST_F(file, cancel_a_scope_that_was_left)
{
	op(SPAWN, .handle = 1);
	ASSERT_EQ(1, t_next(self->fd).handle);
	op(ENTER, .task = 1, .handle = 2, .arg = COTASK_KIND_SCOPE, .value = COTASK_NEVER);
	op(LEAVE, .task = 1, .handle = 2);
	op(EXIT, .task = 1);
	t_settle(self->fd);
	EXPECT_EQ(0, op(FORGET, .handle = 1));
	EXPECT_EQ(0, op(CANCEL, .handle = 2));
}

/* --- limits ---------------------------------------------------------------------------- */

#define LIMIT	2000

static void set_limit(int n)
{
	char text[12];

	snprintf(text, sizeof(text), "%d", n);
	t_write_file("/sys/module/cotask/parameters", "max_objects", text);
}

/* Number of successful calls until the limit is reached. */
#define UNTIL_FULL(call)							\
({										\
	long __n = 0;								\
										\
	set_limit(LIMIT);							\
	while (__n <= LIMIT && (call) >= 0)					\
		__n++;								\
	__n;									\
})

static __s64 export_and_close(int fd)
{
	int x = t_op(fd, OP(EXPORT, .handle = 1));

	if (x >= 0)
		close(x);
	return x;
}

TEST_F(file, descriptors_are_counted)
{
	op(SPAWN, .handle = 1);
	EXPECT_GT(LIMIT, UNTIL_FULL(export_and_close(self->fd)));
	EXPECT_EQ(-ENOSPC, op(EXPORT, .handle = 1));
	set_limit(65536);
	/* They are freed with the objects that they represent. */
	ASSERT_EQ(1, t_next(self->fd).handle);
	op(EXIT, .task = 1);
	t_settle(self->fd);
	set_limit(10);
	EXPECT_EQ(0, op(MAKE, .handle = 2, .arg = COTASK_KIND_FUTURE));
	set_limit(65536);
}

TEST_F(file, numbers_in_a_queue_are_counted)
{
	op(SPAWN, .handle = 1);
	ASSERT_EQ(1, t_next(self->fd).handle);
	op(MAKE, .handle = 2, .arg = COTASK_KIND_QUEUE);
	EXPECT_GT(LIMIT, UNTIL_FULL(op(PUT, .task = 1, .handle = 2, .flags = COTASK_OP_F_TRY)));
	EXPECT_EQ(0, op(SHUTDOWN, .handle = 2, .arg = 1));
	EXPECT_EQ(0, op(MAKE, .handle = 3, .arg = COTASK_KIND_FUTURE));
	set_limit(65536);
}

static __s64 end_without_a_turn(int fd)
{
	__s64 rc = t_op(fd, OP(SPAWN, .handle = 1, .arg = COTASK_SPAWN_F_EAGER));

	if (rc < 0)
		return rc;
	t_op(fd, OP(EXIT, .task = 1));
	return t_op(fd, OP(FORGET, .handle = 1));
}

TEST_F(file, tasks_that_are_not_recorded_are_counted)
{
	EXPECT_GE(LIMIT, UNTIL_FULL(end_without_a_turn(self->fd)));
	EXPECT_EQ(-ENOSPC, op(SPAWN, .handle = 1));
	t_settle(self->fd);
	EXPECT_EQ(0, op(SPAWN, .handle = 1));
	set_limit(65536);
}

static __u32 same[40000];

TEST_F(file, members_are_counted)
{
	__u32 i;

	op(MAKE, .handle = 1, .arg = COTASK_KIND_FUTURE);
	for (i = 0; i < 40000; i++)
		same[i] = 1;
	for (i = 2; i < 20 && op(GATHER, .handle = i, .addr = (unsigned long)same,
				 .len = 40000) == 0; i++)
		;
	EXPECT_GT(9, i);
}

/* --- imported groups --------------------------------------------------------------------- */

FIXTURE(pair) {
	int fd;		/* with a task 1, which is inside of the group 2 */
	int group;
	int other;	/* where the group is also 2 */
};

FIXTURE_SETUP(pair)
{
	self->fd = t_open();
	if (self->fd < 0)
		SKIP(return, "no " DEVICE);
	self->other = t_open();
	op(SPAWN, .handle = 1);
	ASSERT_EQ(1, t_next(self->fd).handle);
	op(ENTER, .task = 1, .handle = 2, .arg = COTASK_KIND_GROUP);
	self->group = op(EXPORT, .handle = 2);
	ASSERT_LE(0, self->group);
	ASSERT_EQ(0, t_op(self->other, OP(IMPORT, .handle = 2, .arg = self->group)));
}

FIXTURE_TEARDOWN(pair)
{
	close(self->group);
	close(self->other);
	close(self->fd);
}

static __s64 short_child(int fd)
{
	__s64 rc = t_op(fd, OP(SPAWN, .handle = 1, .other = 2));

	if (rc < 0)
		return rc;
	t_next(fd);
	t_op(fd, OP(EXIT, .task = 1));
	return t_op(fd, OP(FORGET, .handle = 1));
}

/* The loop of its file does not run meanwhile. */
TEST_F(pair, children_are_counted)
{
	EXPECT_GT(LIMIT, UNTIL_FULL(short_child(self->other)));
	EXPECT_EQ(-ENOSPC, t_op(self->other, OP(SPAWN, .handle = 1, .other = 2)));
	set_limit(65536);
}

/* CT-6: a refused child leaves no trace */
TEST_F(pair, refused_child)
{
	static const __u32 flags[] = {
		COTASK_SPAWN_F_SURE_START, COTASK_SPAWN_F_WINS, COTASK_SPAWN_F_KEEP_CANCEL,
		COTASK_SPAWN_F_CANCELLED, COTASK_SPAWN_F_EAGER,
	};
	unsigned int i;

	op(CANCEL, .handle = 2);
	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		EXPECT_EQ(-ESHUTDOWN, t_op(self->other, OP(SPAWN, .handle = 1, .other = 2,
							   .arg = flags[i])));
		EXPECT_EQ(0, t_enter_until(self->other, NULL, 0, 4, t_now() + MS).n);
	}
	EXPECT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 1)));
	EXPECT_EQ(1, t_next(self->other).handle);
}

/* TG-18: the owner of the descriptor can read the outcome of the group */
TEST_F(pair, outcome_of_a_group)
{
	struct cotask_fd_status s = { .size = sizeof(s) };

	ASSERT_EQ(0, ioctl(self->group, COTASK_FD_IOC_STATUS, &s));
	EXPECT_EQ(COTASK_STATE_PENDING, s.state);
	op(SPAWN, .task = 1, .handle = 3, .other = 2);
	EXPECT_EQ(3, step(LEAVE, .task = 1, .handle = 2).handle);
	EXPECT_EQ(-EIO, step(EXIT, .task = 3, .value = -EIO).result);
	s = (struct cotask_fd_status){ .size = sizeof(s) };
	ASSERT_EQ(0, ioctl(self->group, COTASK_FD_IOC_STATUS, &s));
	EXPECT_EQ(COTASK_STATE_FAILED, s.state);
	EXPECT_EQ(-EIO, s.result);
}

/* AW-11: the last reference to a task that has failed is a descriptor */
TEST_F(pair, error_that_only_a_descriptor_knows)
{
	int x;

	op(SPAWN, .handle = 3, .user_data = 33);
	EXPECT_EQ(3, step(SLEEP, .task = 1, .value = COTASK_NEVER).handle);
	x = op(EXPORT, .handle = 3);
	op(EXIT, .task = 3, .value = -EIO);
	t_settle(self->fd);
	op(FORGET, .handle = 3);
	EXPECT_EQ(0, t_settle(self->fd).n);
	close(x);
	EXPECT_EQ(COTASK_EVENT_ERROR, t_next(self->fd).type);
}

/* --- races --------------------------------------------------------------------------------- */

static int racing_fd;
static int racing;

static void *forget(void *arg)
{
	while (__atomic_load_n(&racing, __ATOMIC_RELAXED))
		t_post(racing_fd, OP(FORGET, .handle = 50));
	return NULL;
}

static void *submit(void *arg)
{
	while (__atomic_load_n(&racing, __ATOMIC_RELAXED))
		t_post(racing_fd, OP(SUBMIT, .handle = 50, .other = 60));
	return NULL;
}

/* A handle is reused while another thread forgets its previous object. */
TEST_F(file, forget_and_use_again)
{
	__s64 rc, end = t_now() + 5000 * MS;
	pthread_t t[3];
	int i, n;

	racing_fd = self->fd;
	racing = 1;
	for (i = 0; i < 3; i++)
		ASSERT_EQ(0, pthread_create(&t[i], NULL, i < 2 ? forget : submit, NULL));
	for (n = 0; n < 3000 && (!n || t_now() < end);) {
		rc = op(SPAWN, .handle = 50, .arg = COTASK_SPAWN_F_EAGER);
		if (rc != 1)
			continue;
		n++;
		/* A task that runs cannot be forgotten. */
		ASSERT_EQ(0, op(EXIT, .task = 50));
		ASSERT_EQ(0, op(FORGET, .handle = 50));
		op(FORGET, .handle = 60);
		t_enter_until(self->fd, NULL, 0, 1, 1);
	}
	racing = 0;
	for (i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
	EXPECT_LT(0, n);
}

TEST_HARNESS_MAIN
