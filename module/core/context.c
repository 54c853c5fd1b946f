// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - context variables
 *
 * A context maps variables to values.  What a task gets at spawn time is a copy of
 * its spawner's (CT-4), which must cost next to nothing: values are kept in a chain
 * of bindings that are never changed, so that a copy is one more reference to the
 * head of the chain, and setting a variable puts a new binding in front of it.
 *
 * A task holds either the head of such a chain, or, after cotask_get_context() or when
 * it was spawned with one, a context object, which is a head that can change.  The lowest
 * bit of cotask.context distinguishes them.
 */
#include <linux/slab.h>

#include "core.h"

/* One value; immutable, shared. */
struct binding {
	refcount_t refs;
	const struct cotask_var *var;
	long value;
	struct binding *rest;
};

/**
 * struct cotask_context - a set of context variables
 * @refs: references
 * @head: the newest binding [L]
 */
struct cotask_context {
	refcount_t refs;
	struct binding *head;
};

#define IS_CHAIN	1UL

static struct binding *binding_get(struct binding *b)
{
	if (b)
		refcount_inc(&b->refs);
	return b;
}

static void binding_put(struct binding *b)
{
	while (b && refcount_dec_and_test(&b->refs)) {
		struct binding *rest = b->rest;

		kfree(b);
		b = rest;
	}
}

static struct cotask_context *object_of(unsigned long context)
{
	return context & IS_CHAIN ? NULL : (struct cotask_context *)context;
}

static struct binding *head_of(unsigned long context)
{
	struct cotask_context *ctx = object_of(context);

	if (ctx)
		return ctx->head;
	return (struct binding *)(context & ~IS_CHAIN);
}

/* What a child of @spawner starts with. */
unsigned long cotask_context_copy(struct cotask *spawner)
{
	struct binding *head = binding_get(head_of(spawner->context));

	return head ? (unsigned long)head | IS_CHAIN : 0;
}

unsigned long cotask_context_explicit(struct cotask_context *ctx)
{
	return (unsigned long)cotask_context_get(ctx);
}

void cotask_context_drop(unsigned long context)
{
	if (context & IS_CHAIN)
		binding_put(head_of(context));
	else
		cotask_context_put(object_of(context));
}

/**
 * cotask_context_new - make an empty context
 * @gfp: for its memory
 *
 * Context: As @gfp allows.
 * Return: The context with one reference, or NULL.
 */
struct cotask_context *cotask_context_new(gfp_t gfp)
{
	struct cotask_context *ctx = kzalloc(sizeof(*ctx), gfp);

	if (ctx)
		refcount_set(&ctx->refs, 1);
	return ctx;
}
EXPORT_FOR_TESTS(cotask_context_new);

/**
 * cotask_context_get - take a reference to a context
 * @ctx: the context, or NULL
 *
 * Context: Any.
 * Return: @ctx.
 */
struct cotask_context *cotask_context_get(struct cotask_context *ctx)
{
	if (ctx)
		refcount_inc(&ctx->refs);
	return ctx;
}
EXPORT_FOR_TESTS(cotask_context_get);

/**
 * cotask_context_put - drop a reference to a context
 * @ctx: the context, or NULL
 *
 * Context: Any that kfree() allows.
 */
void cotask_context_put(struct cotask_context *ctx)
{
	if (!ctx || !refcount_dec_and_test(&ctx->refs))
		return;
	binding_put(ctx->head);
	kfree(ctx);
}
EXPORT_FOR_TESTS(cotask_context_put);

/**
 * cotask_get_context - the context of a task
 * @task: the task
 *
 * Context: The loop's owner, process context.
 * Return: The context, the same one all the task's life (TK-11), not pinned beyond
 *	it; NULL if there is no memory for it.
 */
struct cotask_context *cotask_get_context(struct cotask *task)
{
	struct cotask_context *ctx = object_of(task->context);

	if (ctx)
		return ctx;
	ctx = cotask_context_new(GFP_KERNEL);
	if (!ctx)
		return NULL;
	/* The task's reference to the chain moves over. */
	ctx->head = head_of(task->context);
	task->context = (unsigned long)ctx;
	return ctx;
}
EXPORT_FOR_TESTS(cotask_get_context);

/* The part of the chain that only the context refers to can be changed in place. */
static bool overwrite(struct cotask_context *ctx, const struct cotask_var *var, long value)
{
	struct binding *b;

	for (b = ctx->head; b && refcount_read(&b->refs) == 1; b = b->rest) {
		if (b->var == var) {
			/* Pairs with the release of a thread that dropped its reference. */
			smp_acquire__after_ctrl_dep();
			b->value = value;
			return true;
		}
	}
	return false;
}

/**
 * cotask_var_set - set a context variable
 * @task: the task in whose context it is set
 * @var: the variable
 * @value: its value from now on
 *
 * Context: The loop's owner, process context.
 * Return: 0; -EINVAL if an argument is missing; -ENOMEM, and nothing has changed.
 */
int cotask_var_set(struct cotask *task, const struct cotask_var *var, long value)
{
	struct cotask_context *ctx;
	struct binding *b;

	if (!task || !var)
		return -EINVAL;
	ctx = cotask_get_context(task);
	if (ctx && overwrite(ctx, var, value))
		return 0;
	b = kmalloc(sizeof(*b), GFP_KERNEL);
	if (!ctx || !b) {
		kfree(b);
		return -ENOMEM;
	}
	refcount_set(&b->refs, 1);
	b->var = var;
	b->value = value;
	b->rest = ctx->head;
	ctx->head = b;
	return 0;
}
EXPORT_FOR_TESTS(cotask_var_set);

long cotask_context_find(unsigned long context, const struct cotask_var *var, long otherwise)
{
	const struct binding *b;

	for (b = head_of(context); b; b = b->rest) {
		if (b->var == var)
			return b->value;
	}
	return otherwise;
}

/**
 * cotask_var_get - read a context variable
 * @task: the task in whose context it is looked up
 * @var: the variable
 * @otherwise: what to return if it was not set
 *
 * Context: The loop's owner.
 * Return: Its value.
 */
long cotask_var_get(const struct cotask *task, const struct cotask_var *var, long otherwise)
{
	return cotask_context_find(task->context, var, otherwise);
}
EXPORT_FOR_TESTS(cotask_var_get);
