// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - operations of the device: sleeping, awaiting, futures, shields
 */
#include "device.h"

/* --- sleeping ------------------------------------------------------------ */

static s64 op_sleep(struct cotask_request *r)
{
	const u32 of_a_time = COTASK_OP_F_BOOTTIME | COTASK_OP_F_AHEAD;

	if ((r->op->flags & of_a_time) && !(r->op->flags & COTASK_OP_F_ABSOLUTE))
		return -EINVAL;
	cotask_hosted_issue(r, NULL, NULL);
	return 0;
}

static struct cotask_await perform_sleep(struct cotask *task, struct cotask_hosted *h)
{
	bool boot = h->flags & COTASK_OP_F_BOOTTIME;
	enum cotask_clock clock = boot ? COTASK_CLOCK_BOOTTIME : COTASK_CLOCK_MONOTONIC;
	s64 until;

	if (!(h->flags & COTASK_OP_F_ABSOLUTE))
		return h->value <= 0 ? cotask_yield(task) : cotask_sleep(task, h->value);
	until = cotask_time_to_host(h->value, clock);
	if (h->flags & COTASK_OP_F_AHEAD)
		return cotask_sleep_ahead(task, until, clock);
	return cotask_sleep_until(task, ns_to_ktime(until), boot ? CLOCK_BOOTTIME : CLOCK_MONOTONIC,
				  0);
}

const struct cotask_op_row cotask_op_sleep = {
	.issue = op_sleep,
	.perform = perform_sleep,
	.is = NEEDS_TASK | USES_VALUE | MAY_BE_ABSOLUTE | MAY_BE_AHEAD | RESUMES_SIMPLY,
};

/* --- awaiting ------------------------------------------------------------ */

static bool has_arrived(struct cotask_object *o)
{
	return o->kind == COTASK_OBJECT_REMOTE || cotask_object_awaitable(o);
}

static s64 op_await(struct cotask_request *r)
{
	if (!has_arrived(r->object))
		return -ENOENT;
	cotask_hosted_issue(r, cotask_object_get(r->object), NULL);
	return 0;
}

static struct cotask_await perform_await(struct cotask *task, struct cotask_hosted *h)
{
	if (h->awaited->kind == COTASK_OBJECT_REMOTE)
		return cotask_remote_await(task, h->awaited);
	return cotask_await(task, cotask_object_awaitable(h->awaited));
}

const struct cotask_op_row cotask_op_await = {
	.issue = op_await,
	.perform = perform_await,
	.kinds = AWAITABLE_KINDS | BIT(COTASK_OBJECT_REMOTE),
	.is = NEEDS_TASK | RESUMES_SIMPLY,
};

/**
 * struct wait_for - WAIT_FOR
 * @aux: of the operation
 * @wait: of the core
 */
struct wait_for {
	struct cotask_aux	aux;
	struct cotask_wait_for	wait;
};

static s64 op_wait_for(struct cotask_request *r)
{
	if (!has_arrived(r->object))
		return -ENOENT;
	return cotask_hosted_issue_with(r, sizeof(struct wait_for));
}

static struct cotask_await perform_wait_for(struct cotask *task, struct cotask_hosted *h)
{
	struct wait_for *w = container_of(h->aux, struct wait_for, aux);

	return cotask_wait_for(task, &w->wait, cotask_object_awaitable(h->awaited), h->value);
}

const struct cotask_op_row cotask_op_wait_for = {
	.issue = op_wait_for,
	.perform = perform_wait_for,
	.kinds = AWAITABLE_KINDS,
	.is = NEEDS_TASK | USES_VALUE,
};

static struct cotask_future *future_of(struct cotask_object *o);

/* --- outcomes ------------------------------------------------------------ */

static s64 op_result(struct cotask_request *r)
{
	struct cotask_awaitable *x = cotask_object_awaitable(r->object);

	if (r->object->kind == COTASK_OBJECT_SUBMISSION)
		return cotask_submission_result(cotask_object_submission(r->object));
	return x ? cotask_awaitable_result(x) : -ENOENT;
}

const struct cotask_op_row cotask_op_result = {
	.issue = op_result,
	.kinds = AWAITABLE_KINDS | BIT(COTASK_OBJECT_SUBMISSION),
	.is = MAY_HAVE_TASK | FROM_ANYWHERE,
};

static s64 op_cancel(struct cotask_request *r)
{
	struct cotask_object *o = r->object;
	struct cotask_awaitable *x;

	switch (o->kind) {
	case COTASK_KIND_GROUP:
		cotask_group_cancel_own(cotask_object_group(o));
		return 0;
	case COTASK_KIND_SCOPE:
		return cotask_cancel_scope_cancel(cotask_object_scope(o));
	case COTASK_OBJECT_SUBMISSION:
		return cotask_submission_cancel_own(cotask_object_submission(o));
	case COTASK_OBJECT_REMOTE:
		return cotask_remote_cancel(o);
	case COTASK_KIND_FUTURE:
		/* A cancel counts as retrieval of its error (AW-11). */
		cotask_awaitable_mark_read(&future_of(o)->base);
		return cotask_future_settle(&future_of(o)->base, -ECANCELED, COTASK_S_CANCELLED);
	default:
		x = cotask_object_awaitable(o);
		return x ? cotask_awaitable_cancel_own(x) : -ENOENT;
	}
}

const struct cotask_op_row cotask_op_cancel = {
	.issue = op_cancel,
	.kinds = AWAITABLE_KINDS | BIT(COTASK_KIND_GROUP) | BIT(COTASK_KIND_SCOPE) |
		 BIT(COTASK_OBJECT_SUBMISSION) | BIT(COTASK_OBJECT_REMOTE),
	.is = MAY_HAVE_TASK | FROM_ANYWHERE,
};

/* --- futures ------------------------------------------------------------- */

struct future_object {
	struct cotask_object object;
	struct cotask_future future;
};

static struct cotask_future *future_of(struct cotask_object *o)
{
	return &container_of(o, struct future_object, object)->future;
}

static int future_make(struct cotask_request *r, struct cotask_object *o)
{
	cotask_future_setup(future_of(o), r->f->loop);
	return 0;
}

static void future_fini(struct cotask_object *o)
{
	cotask_future_teardown(future_of(o));
}

static struct cotask_awaitable *future_awaitable(struct cotask_object *o)
{
	return &future_of(o)->base;
}

const struct cotask_object_ops cotask_future_object = {
	.size = sizeof(struct future_object),
	.make = future_make,
	.fini = future_fini,
	.awaitable = future_awaitable,
};

static s64 op_complete(struct cotask_request *r)
{
	if (!cotask_is_outcome(r->op->value))
		return -EINVAL;
	return cotask_future_settle(&future_of(r->object)->base, r->op->value, 0) ? 0 : -EINVAL;
}

const struct cotask_op_row cotask_op_complete = {
	.issue = op_complete,
	.kinds = BIT(COTASK_KIND_FUTURE),
	.is = MAY_HAVE_TASK | FROM_ANYWHERE | USES_VALUE,
};

/* --- shields ------------------------------------------------------------- */

/**
 * struct shield_object - a shield
 * @object: what its handle names
 * @shield: the shield
 * @x: the awaitable: the shield, or the shielded object if that was done (SH-1)
 * @inner: the shielded object, a reference
 */
struct shield_object {
	struct cotask_object	object;
	struct cotask_shield	shield;
	struct cotask_awaitable	*x;
	struct cotask_object	*inner;
};

static struct shield_object *shield_of(struct cotask_object *o)
{
	return container_of(o, struct shield_object, object);
}

static void shield_fini(struct cotask_object *o)
{
	struct shield_object *s = shield_of(o);

	if (s->x == &s->shield.base)
		cotask_shield_drop(&s->shield);
	cotask_object_put(s->inner);
}

static struct cotask_awaitable *shield_awaitable(struct cotask_object *o)
{
	return shield_of(o)->x;
}

/* Whether it is a shield of what was done before, so that it has the outcome of that object. */
bool cotask_object_has_no_outcome(struct cotask_object *o)
{
	return o->kind == COTASK_OBJECT_SHIELD && shield_of(o)->x != &shield_of(o)->shield.base;
}

const struct cotask_object_ops cotask_shield_object = {
	.size = sizeof(struct shield_object),
	.fini = shield_fini,
	.awaitable = shield_awaitable,
};

static s64 op_shield(struct cotask_request *r)
{
	struct cotask_object *inner = cotask_object_find(r->f, r->op->other, AWAITABLE_KINDS);
	struct shield_object *s;
	s64 rc;

	if (IS_ERR(inner))
		return PTR_ERR(inner);
	rc = cotask_object_awaitable(inner) ? 0 : -ENOENT;
	s = rc ? ERR_PTR(rc) : cotask_object_new(r->f, r->op->handle, COTASK_OBJECT_SHIELD);
	if (IS_ERR(s)) {
		cotask_object_put(inner);
		return PTR_ERR(s);
	}
	s->x = cotask_shield(&s->shield, cotask_object_awaitable(inner));
	rc = PTR_ERR_OR_ZERO(s->x);
	if (rc)
		cotask_object_put(inner);
	else
		s->inner = inner;
	return cotask_object_finish(&s->object, r->op->handle, rc);
}

const struct cotask_op_row cotask_op_shield = {
	.issue = op_shield,
	.is = MAY_HAVE_TASK | NO_OBJECT | USES_OTHER,
};
