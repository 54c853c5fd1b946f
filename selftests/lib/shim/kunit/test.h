/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - the parts of KUnit that the scenarios use
 */
#ifndef COTASK_SHIM_KUNIT_H
#define COTASK_SHIM_KUNIT_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/**
 * struct kunit - a running case
 * @priv: its environment
 * @failed: an expectation was not met
 */
struct kunit {
	void *priv;
	bool failed;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(fn)	{ .run_case = fn, .name = #fn }

#define KUNIT_EXPECT_TRUE_MSG(test, condition, fmt, ...)			\
do {										\
	if (!(condition)) {							\
		(test)->failed = true;						\
		printf("# %s:%d: %s\n" fmt "\n", __FILE__, __LINE__,		\
		       #condition, ##__VA_ARGS__);				\
	}									\
} while (0)
#define KUNIT_EXPECT_TRUE(test, c)	KUNIT_EXPECT_TRUE_MSG(test, c, "")
#define KUNIT_EXPECT_FALSE(test, c)	KUNIT_EXPECT_TRUE(test, !(c))
#define KUNIT_EXPECT_EQ(test, a, b)	KUNIT_EXPECT_TRUE(test, (a) == (b))
#define KUNIT_EXPECT_NULL(test, p)	KUNIT_EXPECT_TRUE(test, !(p))
#define KUNIT_ASSERT_NOT_NULL(test, p)						\
do {										\
	if (!(p))								\
		abort();							\
} while (0)

/* Lives as long as the program. */
#define kunit_kzalloc(test, size, gfp)	calloc(1, size)

#endif /* COTASK_SHIM_KUNIT_H */
