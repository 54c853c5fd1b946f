// SPDX-License-Identifier: GPL-2.0
/* A loop, a switch and nested blocks around awaits: compiles in silence. */
#include "case.h"

long step(struct cotask *task, struct cotask_frame *frame)
{
	struct me *me = container_of(frame, struct me, frame);
	long rc;

	CO_BEGIN(task, frame, first, second, third, last);

	for (me->n = 0; me->n < 10; me->n++) {
		switch (me->n % 3) {
		case 0:
			CO_AWAIT(first, rc, cotask_sleep(task, NSEC_PER_MSEC));
			break;
		case 1: {
			int twice;

			CO_AWAIT(second, rc, cotask_yield(task));
			twice = 2 * me->n;
			me->sum += twice;
			break;
		}
		default:
			do {
				CO_AWAIT(third, rc, cotask_yield(task));
			} while (!rc && me->sum--);
			continue;
		}
		if (rc)
			return rc;
	}
	{
		int n = me->n;

		if (n > 10)
			return n;
	}
	CO_AWAIT(last, rc, cotask_sleep(task, 0));
	return rc;
}
