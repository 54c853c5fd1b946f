// SPDX-License-Identifier: GPL-2.0
/* expect: error: .__co_frame. undeclared */
#include "case.h"

long step(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_AWAIT(first, rc, cotask_yield(task));
	return rc;
}
