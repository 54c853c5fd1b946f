// SPDX-License-Identifier: GPL-2.0
/* expect: error: label .__co_second. used but not defined */
#include "case.h"

long step(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, first, second);

	CO_AWAIT(first, rc, cotask_yield(task));
	return rc;
}
