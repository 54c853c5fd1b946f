// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - tasks and groups as file descriptors
 */
#include <sys/ioctl.h>

#include "internal.h"

static int export(const struct cotask_awaitable *x)
{
	int rc = check_object(x);

	if (rc)
		return rc;
	return cotask_op(x->loop, OP(EXPORT, .handle = x->handle));
}

EXPORT int cotask_export(struct cotask *task)
{
	return export(cotask_base(task));
}

EXPORT int cotask_group_export(struct cotask_group *g)
{
	return export(g ? &g->base : NULL);
}

EXPORT int cotask_import(struct cotask_import *im, int fd)
{
	int rc;

	if (!im || fd < 0)
		return im ? -EBADF : -EINVAL;
	rc = cotask_object_make(&im->base, KIND_IMPORT, OP(IMPORT, .arg = fd));
	return rc < 0 ? rc : 0;
}

EXPORT void cotask_import_fini(struct cotask_import *im)
{
	cotask_object_drop(&im->base);
}

EXPORT int cotask_group_import(struct cotask_group *g, int fd)
{
	int rc;

	if (!g || fd < 0)
		return g ? -EBADF : -EINVAL;
	cotask_group_init(g);
	rc = cotask_object_make(&g->base, KIND_IMPORT, OP(IMPORT, .arg = fd));
	if (rc < 0)
		return rc;
	g->state = SCOPE_MADE;
	return 0;
}

EXPORT long cotask_fd_result(int fd)
{
	struct cotask_fd_status status = { .size = sizeof(status) };

	return ioctl(fd, COTASK_FD_IOC_STATUS, &status) ? -errno : status.result;
}

EXPORT int cotask_fd_cancel(int fd)
{
	int rc = ioctl(fd, COTASK_FD_IOC_CANCEL, 0);

	return rc < 0 ? -errno : rc;
}
