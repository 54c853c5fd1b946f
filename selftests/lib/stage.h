/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - a loop whose time and turns are the test's, and what scripts work with
 */
#ifndef COTASK_LIB_STAGE_H
#define COTASK_LIB_STAGE_H

#include "script.h"

/* @env is cleared memory.  The calling thread is that of the loop until stage_end(). */
void stage_begin(struct env *env,
		 void (*on_error)(struct cotask_loop *loop, struct cotask *task, int error));

/* All tasks end.  Whether the loop works, and has no task left. */
bool stage_end(struct env *env);

#endif /* COTASK_LIB_STAGE_H */
