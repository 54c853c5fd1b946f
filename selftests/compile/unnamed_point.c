// SPDX-License-Identifier: GPL-2.0
/* expect: error: .__co_at_second. undeclared */
#include "case.h"

long step(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, first);

	CO_AWAIT(first, rc, cotask_yield(task));
	CO_AWAIT(second, rc, cotask_yield(task));
	return rc;
}
