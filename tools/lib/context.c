// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - context variables
 *
 * A context refers to a table of values.  Copies of a context share the table until one of
 * them is changed, so a copy is cheap.
 */
#include <stdlib.h>

#include "internal.h"

/**
 * struct values - keys and values
 * @refs: number of contexts that share the table
 * @n: number of pairs
 * @pair: the pairs
 */
struct values {
	atomic_uint	refs;
	unsigned int	n;
	struct {
		const struct cotask_var	*var;
		long			value;
	} pair[];
};

/**
 * struct cotask_context - context variables
 * @refs: number of references
 * @values: the table; NULL: the context is empty
 */
struct cotask_context {
	atomic_uint	refs;
	struct values	*values;
};

static void values_put(struct values *v)
{
	if (v && atomic_fetch_sub_explicit(&v->refs, 1, memory_order_acq_rel) == 1)
		free(v);
}

EXPORT struct cotask_context *cotask_context_new(void)
{
	struct cotask_context *ctx = calloc(1, sizeof(*ctx));

	if (ctx)
		atomic_init(&ctx->refs, 1);
	return ctx;
}

EXPORT struct cotask_context *cotask_context_get(struct cotask_context *ctx)
{
	atomic_fetch_add_explicit(&ctx->refs, 1, memory_order_relaxed);
	return ctx;
}

EXPORT void cotask_context_put(struct cotask_context *ctx)
{
	if (!ctx || atomic_fetch_sub_explicit(&ctx->refs, 1, memory_order_acq_rel) != 1)
		return;
	values_put(ctx->values);
	free(ctx);
}

struct cotask_context *cotask_context_copy(struct cotask_context *ctx)
{
	struct cotask_context *copy = cotask_context_new();

	if (copy && ctx && ctx->values) {
		atomic_fetch_add_explicit(&ctx->values->refs, 1, memory_order_relaxed);
		copy->values = ctx->values;
	}
	return copy;
}

/* The context is empty: nothing to copy. */
bool cotask_context_is_empty(const struct cotask_context *ctx)
{
	return !ctx || !ctx->values;
}

/* The variable that refers to the caller's context. */
static struct cotask_context **mine(void)
{
	struct cotask *task = any_task_here();

	if (task)
		return &task->context;
	return cotask_here ? &cotask_here->context : cotask_job_context();
}

EXPORT struct cotask_context *cotask_get_context(struct cotask *task)
{
	if (!task->context)
		task->context = cotask_context_new();
	return task->context ? cotask_context_get(task->context) : NULL;
}

static int find(const struct values *v, const struct cotask_var *var)
{
	unsigned int i;

	for (i = 0; v && i < v->n; i++) {
		if (v->pair[i].var == var)
			return i;
	}
	return -1;
}

/* Copy the table, with room for one more pair. */
static struct values *own(struct cotask_context *ctx)
{
	struct values *old = ctx->values, *v;
	unsigned int n = old ? old->n : 0;

	v = malloc(sizeof(*v) + (n + 1) * sizeof(v->pair[0]));
	if (!v)
		return NULL;
	atomic_init(&v->refs, 1);
	v->n = n;
	if (n)
		memcpy(v->pair, old->pair, n * sizeof(v->pair[0]));
	values_put(old);
	ctx->values = v;
	return v;
}

EXPORT int cotask_var_set(const struct cotask_var *var, long value)
{
	struct cotask_context **ctx = mine();
	struct values *v;
	int i;

	if (!var)
		return -EINVAL;
	if (!ctx)
		return -ESRCH;
	if (!*ctx)
		*ctx = cotask_context_new();
	if (!*ctx)
		return -ENOMEM;
	v = (*ctx)->values;
	i = find(v, var);
	if (i < 0 || atomic_load(&v->refs) > 1) {
		v = own(*ctx);
		if (!v)
			return -ENOMEM;
	}
	if (i < 0) {
		i = v->n++;
		v->pair[i].var = var;
	}
	v->pair[i].value = value;
	return 0;
}

EXPORT long cotask_var_get(const struct cotask_var *var, long otherwise)
{
	struct cotask_context **ctx = mine();
	int i;

	if (!ctx || !*ctx)
		return otherwise;
	i = find((*ctx)->values, var);
	return i < 0 ? otherwise : (*ctx)->values->pair[i].value;
}
