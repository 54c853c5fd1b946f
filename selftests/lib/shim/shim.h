/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - replaces the kernel's functions for the scenarios of the core
 *
 * The scenarios (scenario_*_kunit.c of module/tests) are compiled unchanged for tasks of
 * libcotask, whose objects have the same names.  With STACKLESS, functions also have the
 * names of the kernel.
 */
#ifndef COTASK_SHIM_H
#define COTASK_SHIM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

#ifdef STACKLESS
#include <cotask_stackless.h>
#else
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define NSEC_PER_MSEC	1000000L
#endif

#define BIT(n)		(1UL << (n))
#define GFP_KERNEL	0
#define GFP_ATOMIC	0
#define __GFP_NOFAIL	0
#define in_task()	true
#ifndef __printf
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#endif
#define vscnprintf	vsnprintf

struct list_head {
	struct list_head *next, *prev;
};

#define pr_err(...)	fprintf(stderr, __VA_ARGS__)

static inline int kstrtol(const char *text, unsigned int base, long *n)
{
	char *end;

	*n = strtol(text, &end, base);
	return *text && !*end ? 0 : -EINVAL;
}

static inline int kstrtoint(const char *text, unsigned int base, int *n)
{
	long value;
	int rc = kstrtol(text, base, &value);

	*n = value;
	return rc;
}

static inline int64_t cotask_loop_now(struct cotask_loop *loop)
{
	(void)loop;
	return cotask_now();
}

/* A manual loop: the test controls time and turns. */
bool cotask_manual_turn(struct cotask_loop *loop);
unsigned int cotask_manual_turns(struct cotask_loop *loop, unsigned int max);
void cotask_manual_advance(struct cotask_loop *loop, s64 ns);

#endif /* COTASK_SHIM_H */
