// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - the environment of scripts
 */
#include <linux/slab.h>

#include "script.h"

unsigned int members_made(struct env *env, int i)
{
	return env->member[i][0].set ? env->member[i][0].set->n : 0;
}

void env_fill(struct env *env)
{
	int i;

	for (i = 0; i < ENV_OBJECTS; i++) {
		cotask_future_init(&env->future[i], env->loop);
		cotask_group_init(&env->group[i]);
	}
	for (i = 0; i < ENV_SETS; i++) {
		cotask_lock_init(&env->lock[i], env->loop);
		cotask_event_init(&env->event[i], env->loop);
		cotask_cond_init(&env->cond[i], &env->lock[i]);
		cotask_queue_init(&env->queue[i], env->loop, i);
		cotask_cancel_scope_init(&env->scope[i], KTIME_MAX);
	}
}

static void drop_items(struct env *env)
{
	struct parcel *item, *next;
	int i;

	for (i = 0; i < ENV_SETS; i++) {
		list_for_each_entry_safe(item, next, &env->queue[i].list, link)
			kfree(item);
	}
}

void env_empty(struct env *env)
{
	int i;

	drop_items(env);
	for (i = 0; i < ENV_SETS; i++) {
		cotask_set_drop(&env->set[i]);
		cotask_as_completed_end(&env->it[i]);
	}
	for (i = 0; i < ENV_OBJECTS; i++) {
		cotask_group_fini(&env->group[i]);
		cotask_put(env->task[i]);
	}
	for (i = 0; i < ENV_OBJECTS; i++)
		cotask_future_fini(&env->future[i]);
}
