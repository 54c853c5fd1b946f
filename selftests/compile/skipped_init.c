// SPDX-License-Identifier: GPL-2.0
/* expect: jump skips variable initialization */
#include "case.h"

long step(struct cotask *task, struct cotask_frame *frame)
{
	struct me *me = container_of(frame, struct me, frame);
	long rc;

	CO_BEGIN(task, frame, first);

	while (me->n--) {
		int n = me->n;

		CO_AWAIT(first, rc, cotask_yield(task));
		if (rc)
			return rc;
		me->sum += n;
	}
	return 0;
}
