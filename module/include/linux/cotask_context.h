/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - context variables: values that a task inherits from the one that spawns it
 *
 * Exported as COTASK_TEST: no driver has needed them yet, because a coroutine can keep such
 * values in its frame.
 */
#ifndef _LINUX_COTASK_CONTEXT_H
#define _LINUX_COTASK_CONTEXT_H

#include <linux/cotask.h>
#include <linux/cotask_thread.h>

/**
 * struct cotask_var - the key of a context variable
 * @name: for people
 *
 * Its address is the key.
 */
struct cotask_var {
	const char *name;
};

struct cotask_context *cotask_context_new(gfp_t gfp);
struct cotask_context *cotask_context_get(struct cotask_context *ctx);
void cotask_context_put(struct cotask_context *ctx);
struct cotask_context *cotask_get_context(struct cotask *task);
int cotask_var_set(struct cotask *task, const struct cotask_var *var, long value);
long cotask_var_get(const struct cotask *task, const struct cotask_var *var,
		    long otherwise);
long cotask_job_var_get(const struct cotask_job *job, const struct cotask_var *var,
			long otherwise);

#endif /* _LINUX_COTASK_CONTEXT_H */
