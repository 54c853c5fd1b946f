/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - a test is the main task of a loop
 *
 *	TASK_TEST(sleeps)
 *	{
 *		CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
 *		return 0;
 *	}
 */
#ifndef COTASK_LIB_TEST_H
#define COTASK_LIB_TEST_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cotask.h>
#include <cotask_gather.h>
#include <cotask_io.h>
#include <cotask_layout.h>
#include <cotask_scope.h>
#include <cotask_share.h>
#include <cotask_sync.h>
#include <cotask_thread.h>
#include <cotask_wait.h>

#include "kselftest_harness.h"

/* Generous, because a busy machine under emulation is slow. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	150

/* A deadline that is set and never reached. */
#define LONG_TIME	(1000 * COTASK_SEC)

/* Ends the task, and thereby the test, with the line number. */
#define CHECK_EQ(is, to_be)						\
do {									\
	long __is = (long)(is), __to_be = (long)(to_be);		\
									\
	if (__is != __to_be) {						\
		printf("# %s:%d: %s is %ld, not %ld\n", __FILE__,	\
		       __LINE__, #is, __is, __to_be);			\
		return -EPROTO;						\
	}								\
} while (0)
#define CHECK(condition)	CHECK_EQ(!!(condition), 1)

#define TASK_TEST(name)							\
static long name##_main(void *arg);					\
									\
TEST(name)								\
{									\
	ASSERT_EQ(0, cotask_run(name##_main, NULL));			\
}									\
									\
static long name##_main(void *arg __attribute__((unused)))

/* The same in an eager loop. */
static inline long run_eager(cotask_fn fn)
{
	struct cotask_loop_options options = { .flags = COTASK_LOOP_EAGER };
	struct cotask_loop *loop = cotask_loop_create(&options);
	long rc;

	if (!loop)
		return -errno;
	rc = cotask_loop_run(loop, fn, NULL);
	cotask_loop_put(loop);
	return rc;
}

/* --- tasks that many tests use -------------------------------------------------- */

static inline long t_value(void *arg)
{
	return (long)arg;
}

static inline long t_fails(void *arg)
{
	return arg ? (long)arg : -EIO;
}

static inline long t_sleeps(void *arg)
{
	return cotask_sleep((int64_t)(intptr_t)arg * COTASK_MSEC);
}

static inline long t_yields(void *arg)
{
	long i, rc = 0;

	for (i = 0; i < (long)arg && !rc; i++)
		rc = cotask_yield();
	return rc ? rc : i;
}

/* A future that is not completed. */
static inline long t_forever(void *arg)
{
	(void)arg;
	return cotask_sleep(COTASK_FOREVER);
}

/* --- what must not be lost ------------------------------------------------------ */

/* Open descriptors of this process. */
static inline int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = -3;	/* ".", ".." and the directory's own descriptor */

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

/* Number of objects of the loop, as counted by the kernel. */
static inline long objects(void)
{
	char path[64], line[256];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d",
		 cotask_loop_fd(cotask_loop_current()));
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "cotask-objects: %ld", &n);
	if (f)
		fclose(f);
	return n;
}

#endif /* COTASK_LIB_TEST_H */
