/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - what the scenarios of the core find in place of the kernel
 *
 * The scenarios (scenario_*_kunit.c of module/tests) are compiled as they are, for tasks of
 * libcotask: objects have the same names there.  A few that only the kernel has are
 * declared so that struct env can have them.
 */
#ifndef COTASK_SHIM_H
#define COTASK_SHIM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "internal.h"

typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define NSEC_PER_MSEC	1000000L
#define BIT(n)		(1UL << (n))
#define GFP_KERNEL	0
#ifndef __printf
#define __printf(a, b)	__attribute__((format(printf, a, b)))
#endif
#define vscnprintf	vsnprintf

struct list_head {
	struct list_head *next, *prev;
};

struct cotask_start {
	int none;
};

struct cotask_wait {
	int none;
};

/* A manual loop: time and turns are the test's. */
bool cotask_manual_turn(struct cotask_loop *loop);
unsigned int cotask_manual_turns(struct cotask_loop *loop, unsigned int max);
void cotask_manual_advance(struct cotask_loop *loop, s64 ns);

#endif /* COTASK_SHIM_H */
