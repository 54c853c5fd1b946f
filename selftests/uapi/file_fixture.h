/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - fixture: an open file without objects
 */
#ifndef COTASK_FILE_FIXTURE_H
#define COTASK_FILE_FIXTURE_H

#include "kselftest_harness.h"
#include "cotask_test.h"

FIXTURE(file) {
	int fd;
};

FIXTURE_SETUP(file)
{
	self->fd = t_open();
	if (self->fd < 0)
		SKIP(return, "no " DEVICE);
}

FIXTURE_TEARDOWN(file)
{
	close(self->fd);
}

#endif /* COTASK_FILE_FIXTURE_H */
