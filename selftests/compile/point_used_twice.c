// SPDX-License-Identifier: GPL-2.0
/* expect: error: duplicate label .__co_first. */
#include "case.h"

long step(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, first);

	CO_AWAIT(first, rc, cotask_yield(task));
	CO_AWAIT(first, rc, cotask_yield(task));
	return rc;
}
