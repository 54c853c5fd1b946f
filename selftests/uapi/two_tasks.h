/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - a fixture: an open file with two tasks
 */
#ifndef COTASK_TWO_TASKS_H
#define COTASK_TWO_TASKS_H

FIXTURE(file) {
	int fd;
};

/* Two tasks: 1 runs, 2 has its first event when 1 waits. */
FIXTURE_SETUP(file)
{
	self->fd = t_open();
	if (self->fd < 0)
		SKIP(return, "no " DEVICE);
	t_op(self->fd, OP(SPAWN, .handle = 1));
	t_op(self->fd, OP(SPAWN, .handle = 2));
	ASSERT_EQ(1, t_next(self->fd).handle);
}

FIXTURE_TEARDOWN(file)
{
	close(self->fd);
}

#endif /* COTASK_TWO_TASKS_H */
