// SPDX-License-Identifier: GPL-2.0
/* expect: error: incompatible types when assigning to type .struct cotask_await. */
#include "case.h"

long step(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, first);

	CO_AWAIT(first, rc, cotask_result(task));
	return rc;
}
