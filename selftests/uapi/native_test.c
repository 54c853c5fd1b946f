// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - tasks whose code is in a kernel module
 *
 * The bodies are those of module/samples/bodies.c and, where there is the device, edu.c.
 */
#include <sys/syscall.h>

#include "file_fixture.h"

struct nap_arg {
	__u32 naps;
	__u32 ns;
};

#define BODY(of, a)	((struct cotask_native){ .name = (of),				\
						 .arg = (unsigned long)(a),		\
						 .arg_size = sizeof(*(a)) })

#define spawn_native(h, n, ...)							\
	op(SPAWN_NATIVE, .handle = (h), .addr = (unsigned long)(n), .len = sizeof(*(n)),	\
	   ##__VA_ARGS__)

static const struct nap_arg three = { 3, 1000 }, for_ever = { 16, ~0U };

/* AW-1: in the loop of the process */
TEST_F(file, nap)
{
	struct cotask_native nap = BODY("sample.nap", &three);

	ASSERT_EQ(0, op(SPAWN, .handle = 1));
	ASSERT_EQ(1, t_next(self->fd).handle);
	ASSERT_EQ(0, spawn_native(2, &nap));
	EXPECT_EQ(3, step(AWAIT, .task = 1, .handle = 2).result);
}

/* AW-B1: in a loop of the module */
TEST_F(file, errand)
{
	struct cotask_native run = BODY("sample.errand", &three);

	ASSERT_EQ(0, op(SPAWN, .handle = 1));
	ASSERT_EQ(1, t_next(self->fd).handle);
	ASSERT_EQ(0, spawn_native(2, &run));
	EXPECT_EQ(3, step(AWAIT, .task = 1, .handle = 2).result);
}

/* TG-B6, TG-14: the error of a native child names its handle while the handle exists */
TEST_F(file, error_in_a_group)
{
	const struct nap_arg none = { 0, 0 };
	struct cotask_native nap = BODY("sample.nap", &none);

	ASSERT_EQ(0, op(SPAWN, .handle = 1));
	ASSERT_EQ(1, t_next(self->fd).handle);
	ASSERT_EQ(0, op(ENTER, .task = 1, .handle = 9, .arg = COTASK_KIND_GROUP));
	ASSERT_EQ(0, spawn_native(2, &nap, .task = 1, .other = 9));
	EXPECT_EQ(-ENODATA, step(LEAVE, .task = 1, .handle = 9).result);
	EXPECT_EQ(2, op(READ, .arg = COTASK_READ_ERROR_TASK, .handle = 9));
	ASSERT_EQ(0, op(FORGET, .handle = 2));
	EXPECT_EQ(0, op(READ, .arg = COTASK_READ_ERROR_TASK, .handle = 9));
}

/* CX-1: a cancel reaches it wherever it sleeps */
TEST_F(file, cancel)
{
	struct cotask_native nap = BODY("sample.nap", &for_ever);
	struct cotask_native run = BODY("sample.errand", &for_ever);

	ASSERT_EQ(0, op(SPAWN, .handle = 1));
	ASSERT_EQ(1, t_next(self->fd).handle);
	ASSERT_EQ(0, spawn_native(2, &nap));
	ASSERT_EQ(0, spawn_native(3, &run));
	ASSERT_EQ(1, step(SLEEP, .task = 1).handle);
	EXPECT_EQ(1, op(CANCEL, .handle = 2));
	EXPECT_EQ(1, op(CANCEL, .handle = 3));
	EXPECT_EQ(-ECANCELED, step(AWAIT, .task = 1, .handle = 2).result);
	EXPECT_EQ(-ECANCELED, step(AWAIT, .task = 1, .handle = 3).result);
}

/* TG-4: a refused spawn leaves nothing, and the handle is free */
TEST_F(file, refused)
{
	const struct nap_arg many = { 17, 0 };
	struct cotask_native n = BODY("sample.none", &three);

	EXPECT_EQ(-ENOENT, spawn_native(2, &n));
	n = BODY("sample.nap", &three);
	n.arg_size--;
	EXPECT_EQ(-EINVAL, spawn_native(2, &n));
	n = BODY("sample.errand", &many);
	EXPECT_EQ(-ERANGE, spawn_native(2, &n));
	n.arg = 8;
	EXPECT_EQ(-EFAULT, spawn_native(2, &n));
	n = BODY("sample.errand", &three);
	EXPECT_EQ(-ENOENT, spawn_native(2, &n, .other = 5));
	EXPECT_EQ(-EINVAL, op(SPAWN_NATIVE, .handle = 2, .addr = (unsigned long)&n,
			      .len = sizeof(n) - 1));
	n.__reserved = 1;
	EXPECT_EQ(-EINVAL, spawn_native(2, &n));
	n.__reserved = 0;
	memset(n.name, 'x', sizeof(n.name));
	EXPECT_EQ(-EINVAL, spawn_native(2, &n));
	n = BODY("sample.errand", &three);
	EXPECT_EQ(0, spawn_native(2, &n));
	EXPECT_EQ(-EEXIST, spawn_native(2, &n));
}

/* The module remains while one of its tasks exists, also after its handle was forgotten. */
TEST_F(file, module_stays)
{
	struct cotask_native nap = BODY("sample.nap", &for_ever);

	ASSERT_EQ(0, spawn_native(2, &nap));
	EXPECT_EQ(-1, syscall(SYS_delete_module, "cotask_bodies", O_NONBLOCK));
	EXPECT_EQ(EAGAIN, errno);
	t_enter_until(self->fd, NULL, 0, 1, 0);
	EXPECT_EQ(-1, syscall(SYS_delete_module, "cotask_bodies", O_NONBLOCK));
	EXPECT_EQ(EAGAIN, errno);
}

/* CO-B3: a close ends it */
TEST_F(file, close)
{
	struct cotask_native nap = BODY("sample.nap", &for_ever);
	struct cotask_native run = BODY("sample.errand", &for_ever);
	int fd = t_open();

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, t_op(fd, OP(SPAWN_NATIVE, .handle = 2, .addr = (unsigned long)&nap,
				 .len = sizeof(nap))));
	ASSERT_EQ(0, t_op(fd, OP(SPAWN_NATIVE, .handle = 3, .addr = (unsigned long)&run,
				 .len = sizeof(run))));
	t_enter_until(fd, NULL, 0, 1, 0);
	EXPECT_EQ(0, close(fd));
}

static void spin(__s64 ns)
{
	__s64 end = t_now() + ns;

	while (t_now() < end)
		;
}

/*
 * A cancel while the device computes does not stop it, and the next one that uses the device has
 * its own result.  The driver itself uses the device most of the time, but not after a first one.
 */
TEST_F(file, cancel_of_a_device_at_work)
{
	static const __u32 numbers[] = { 3, 12, 5 };
	struct cotask_native n[3] = {
		BODY("edu.factorial", &numbers[0]),
		BODY("edu.factorial", &numbers[1]),
		BODY("edu.factorial", &numbers[2]),
	};
	int round, rc;
	long result;

	ASSERT_EQ(0, op(SPAWN, .handle = 1));
	ASSERT_EQ(1, t_next(self->fd).handle);
	for (round = 0; round < 32; round++) {
		rc = spawn_native(2, &n[0]);
		if (rc == -ENOENT || rc == -ENODEV)
			SKIP(return, "no device of the driver cotask_edu");
		ASSERT_EQ(0, rc);
		ASSERT_EQ(6, step(AWAIT, .task = 1, .handle = 2).result);
		ASSERT_EQ(0, spawn_native(3, &n[1]));
		ASSERT_EQ(0, spawn_native(4, &n[2]));
		spin(round * 10000);
		EXPECT_LE(0, op(CANCEL, .handle = 3));
		EXPECT_EQ(120, step(AWAIT, .task = 1, .handle = 4).result);
		result = step(AWAIT, .task = 1, .handle = 3).result;
		EXPECT_TRUE(result == -ECANCELED || result == 479001600);
		ASSERT_EQ(0, op(FORGET, .handle = 2));
		ASSERT_EQ(0, op(FORGET, .handle = 3));
		ASSERT_EQ(0, op(FORGET, .handle = 4));
	}
}

TEST_HARNESS_MAIN
