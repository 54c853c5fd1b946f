/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COTASK_COMPILE_CASE_H
#define COTASK_COMPILE_CASE_H

#include <linux/cotask.h>

struct me {
	struct cotask_frame frame;
	int n;
	int sum;
};

/* Each case defines this. */
long step(struct cotask *task, struct cotask_frame *frame);

#endif
