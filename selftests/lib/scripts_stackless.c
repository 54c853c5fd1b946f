// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - scripts, played by tasks without stacks
 *
 * The interpreter is that of module/tests.  This is what it finds there and not here.
 */
#include "scripts.h"

const bool scripts_are_released = true;

unsigned int members_made(struct env *env, int i)
{
	unsigned int n = 0;

	while (n < ENV_MEMBERS && env->member[i][n].x)
		n++;
	return n;
}

struct cotask *spawn_script(struct env *env, const struct line *script)
{
	struct cotask *t = cotask_spawn(NULL, script_frame(env, script), NULL);

	return IS_ERR(t) ? NULL : t;
}
