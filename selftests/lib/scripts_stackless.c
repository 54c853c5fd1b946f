// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - scripts, played by tasks without stacks
 *
 * The interpreter is that of module/tests.  This file defines its environment.
 */
#include "far.h"
#include "scripts.h"

const bool scripts_are_released = true;

unsigned int members_made(struct env *env, int i)
{
	unsigned int n = 0;

	while (n < ENV_MEMBERS && env->member[i][n].x)
		n++;
	return n;
}

/* A process has one loop. */
long far_instant(struct env *env, struct cotask *task, const struct line *l)
{
	return -EINVAL;
}

struct cotask_await far_await(struct env *env, struct cotask *task, const struct line *l)
{
	return cotask_join(task, env->task[l->a]);
}

struct cotask *spawn_script(struct env *env, const struct line *script)
{
	struct cotask *t = cotask_spawn(NULL, script_frame(env, script), NULL);

	return IS_ERR(t) ? NULL : t;
}
