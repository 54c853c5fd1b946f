// SPDX-License-Identifier: GPL-2.0
/* expect: .n. may be used uninitialized */
#include "case.h"

long step(struct cotask *task, struct cotask_frame *frame)
{
	struct me *me = container_of(frame, struct me, frame);
	long rc;
	int n;

	CO_BEGIN(task, frame, first);

	n = me->n;
	CO_AWAIT(first, rc, cotask_yield(task));
	return rc ?: n;
}
