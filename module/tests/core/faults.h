/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask tests - faults of allocations, for a suite whose cases need them
 *
 * Needs CONFIG_FAILSLAB, and failslab must not spare GFP_KERNEL, see
 * selftests/guest/kunit.sh; the cases are skipped otherwise.
 */
#ifndef COTASK_TESTS_FAULTS_H
#define COTASK_TESTS_FAULTS_H

#include <linux/sched.h>
#include <linux/slab.h>

#include "../helpers.h"

#ifdef CONFIG_FAULT_INJECTION
/* Let the n-th allocation of this thread from now on fail; 0: none. */
static inline void fault_arm(unsigned int n)
{
	WRITE_ONCE(current->fail_nth, n);
}

/* 0: it has failed.  None fails any more. */
static inline unsigned int fault_disarm(void)
{
	unsigned int left = READ_ONCE(current->fail_nth);

	WRITE_ONCE(current->fail_nth, 0);
	return left;
}
#else
static inline void fault_arm(unsigned int n)
{
}

static inline unsigned int fault_disarm(void)
{
	return 1;
}
#endif

/* .init of such a suite */
static inline int faults_init(struct kunit *test)
{
	void *p;

	fault_arm(1);
	p = kmalloc(8, GFP_KERNEL);
	kfree(p);
	if (fault_disarm() || p)
		kunit_skip(test, "no fault injection here");
	return env_init(test);
}

#endif /* COTASK_TESTS_FAULTS_H */
