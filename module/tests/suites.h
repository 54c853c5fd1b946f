/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COTASK_TESTS_SUITES_H
#define COTASK_TESTS_SUITES_H

#include <kunit/test.h>

extern struct kunit_suite cotask_smoke_suite;
extern struct kunit_suite cotask_cancel_suite;
extern struct kunit_suite cotask_timeout_suite;

#endif
