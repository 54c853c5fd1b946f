// SPDX-License-Identifier: GPL-2.0
/* expect: error: ignoring return value of .cotask_sleep. */
#include "case.h"

long step(struct cotask *task, struct cotask_frame *frame)
{
	cotask_sleep(task, NSEC_PER_MSEC);
	return 0;
}
