// SPDX-License-Identifier: GPL-2.0
/* expect: error: .p17. undeclared */
#include "case.h"

long step(struct cotask *task, struct cotask_frame *frame)
{
	CO_BEGIN(task, frame, p01, p02, p03, p04, p05, p06, p07, p08, p09, p10, p11, p12,
		 p13, p14, p15, p16, p17);

	return 0;
}
