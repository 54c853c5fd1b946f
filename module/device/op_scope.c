// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - operations of the device: groups, timeouts and other scopes
 *
 * A scope that a task has entered stays until the task has left it, even if its handle is
 * forgotten.
 */
#include "device.h"

/* --- the objects --------------------------------------------------------- */

struct group_object {
	struct cotask_scope_object scope;
	struct cotask_group group;
};

struct timeout_object {
	struct cotask_scope_object scope;
	struct cotask_timeout timeout;
};

struct cancel_scope_object {
	struct cotask_scope_object scope;
	struct cotask_cancel_scope cancel_scope;
};

struct section_object {
	struct cotask_scope_object scope;
	struct cotask_section section;
	s64 ns;
};

static struct cotask_scope_object *scope_of(struct cotask_object *o)
{
	return container_of(o, struct cotask_scope_object, object);
}

struct cotask_group *cotask_object_group(struct cotask_object *o)
{
	return &container_of(o, struct group_object, scope.object)->group;
}

struct cotask_timeout *cotask_object_timeout(struct cotask_object *o)
{
	return &container_of(o, struct timeout_object, scope.object)->timeout;
}

struct cotask_cancel_scope *cotask_object_scope(struct cotask_object *o)
{
	return &container_of(o, struct cancel_scope_object, scope.object)->cancel_scope;
}

static struct section_object *section_of(struct cotask_object *o)
{
	return container_of(o, struct section_object, scope.object);
}

/* --- making -------------------------------------------------------------- */

static ktime_t host_time(s64 time)
{
	return ns_to_ktime(cotask_time_to_host(time, COTASK_CLOCK_MONOTONIC));
}

static int group_make(struct cotask_request *r, struct cotask_object *o)
{
	const struct cotask_op *op = r->op;
	struct cotask_group_options options = {
		.limit = op->len,
		.deadline = host_time(op->value),
	};

	if (op->arg & COTASK_MAKE_F_RECANCEL)
		options.flags |= COTASK_GROUP_RECANCEL;
	if (op->arg & COTASK_MAKE_F_INDEPENDENT)
		options.flags |= COTASK_GROUP_INDEPENDENT;
	cotask_group_init(cotask_object_group(o));
	return cotask_group_configure(cotask_object_group(o), &options);
}

static void group_fini(struct cotask_object *o)
{
	cotask_group_fini(cotask_object_group(o));
}

const struct cotask_object_ops cotask_group_object = {
	.size = sizeof(struct group_object),
	.make = group_make,
	.uses = USES_VALUE | USES_LEN,
	.flags = COTASK_MAKE_F_RECANCEL | COTASK_MAKE_F_INDEPENDENT,
	.fini = group_fini,
};

static int timeout_make(struct cotask_request *r, struct cotask_object *o)
{
	struct cotask_timeout *t = cotask_object_timeout(o);
	const struct cotask_op *op = r->op;
	u32 flags = 0;

	if (op->flags & COTASK_OP_F_ABSOLUTE)
		cotask_timeout_init_at(t, host_time(op->value), CLOCK_MONOTONIC);
	else
		cotask_timeout_init(t, r->f->loop, op->value);
	if (op->arg & COTASK_MAKE_F_STRICT)
		flags |= COTASK_TIMEOUT_STRICT;
	if (op->arg & COTASK_MAKE_F_QUIET)
		flags |= COTASK_TIMEOUT_QUIET;
	return cotask_timeout_configure(t, NULL, flags);
}

const struct cotask_object_ops cotask_timeout_object = {
	.size = sizeof(struct timeout_object),
	.make = timeout_make,
	.uses = USES_VALUE | MAY_BE_ABSOLUTE | MAY_BE_AHEAD,
	.flags = COTASK_MAKE_F_STRICT | COTASK_MAKE_F_QUIET,
};

static int cancel_scope_make(struct cotask_request *r, struct cotask_object *o)
{
	cotask_cancel_scope_init(cotask_object_scope(o), host_time(r->op->value));
	return 0;
}

const struct cotask_object_ops cotask_scope_object = {
	.size = sizeof(struct cancel_scope_object),
	.make = cancel_scope_make,
	.uses = USES_VALUE | MAY_BE_ABSOLUTE,
};

static int section_make(struct cotask_request *r, struct cotask_object *o)
{
	section_of(o)->ns = r->op->value;
	return 0;
}

const struct cotask_object_ops cotask_section_object = {
	.size = sizeof(struct section_object),
	.make = section_make,
	.uses = USES_VALUE,
};

static s64 op_make(struct cotask_request *r)
{
	return cotask_object_make(r, ALL_KINDS, NULL);
}

const struct cotask_op_row cotask_op_make = {
	.issue = op_make,
	.is = MAY_HAVE_TASK | NO_OBJECT | USES_OTHER | USES_VALUE | USES_LEN | USES_ARG |
	      MAY_BE_ABSOLUTE,
};

/* --- entering and leaving ------------------------------------------------ */

static int enter(struct cotask *task, struct cotask_object *o, u32 flags)
{
	switch (o->kind) {
	case COTASK_KIND_GROUP:
		return cotask_group_enter(task, cotask_object_group(o));
	case COTASK_KIND_TIMEOUT:
		if (flags & COTASK_OP_F_AHEAD)
			return cotask_timeout_enter_ahead(task, cotask_object_timeout(o));
		return cotask_timeout_enter(task, cotask_object_timeout(o));
	case COTASK_KIND_SCOPE:
		return cotask_cancel_scope_enter(task, cotask_object_scope(o));
	default:
		/* A section has no state of its own for this. */
		if (scope_of(o)->user)
			return -EALREADY;
		return cotask_shield_enter(task, &section_of(o)->section, section_of(o)->ns);
	}
}

static s64 op_enter(struct cotask_request *r)
{
	const struct cotask_op *op = r->op;
	struct cotask_object *o;
	s64 rc;

	if (r->actor->depth >= COTASK_MAX_DEPTH)
		return -ENOSPC;
	if (op->arg & KIND_MASK) {
		rc = cotask_object_make(r, SCOPE_KINDS, &o);
		if (rc)
			return rc;
		cotask_object_get(o);
	} else {
		if (op->arg || op->value || op->len || op->flags)
			return -EINVAL;
		o = cotask_object_find(r->f, op->handle, SCOPE_KINDS);
		if (IS_ERR(o))
			return PTR_ERR(o);
	}
	rc = enter(r->actor->task, o, op->flags);
	if (!rc)
		cotask_hosted_enter(r->actor, scope_of(o));
	else if (op->arg)
		cotask_object_forget(r->f, op->handle, o);
	cotask_object_put(o);
	return rc;
}

const struct cotask_op_row cotask_op_enter = {
	.issue = op_enter,
	.is = NEEDS_TASK | NO_OBJECT | USES_VALUE | USES_LEN | USES_ARG | MAY_BE_ABSOLUTE |
	      MAY_BE_AHEAD,
};

static s64 op_leave(struct cotask_request *r)
{
	struct cotask_object *o = r->object;
	long body = r->op->value;
	long rc;

	if (r->actor->scopes != scope_of(o) || !cotask_is_outcome(r->op->value))
		return -EINVAL;
	switch (o->kind) {
	case COTASK_KIND_GROUP:
		cotask_hosted_issue(r, NULL, NULL);
		return 0;
	case COTASK_KIND_TIMEOUT:
		rc = cotask_timeout_exit(cotask_object_timeout(o), body);
		break;
	case COTASK_KIND_SCOPE:
		rc = cotask_cancel_scope_exit(cotask_object_scope(o), body);
		break;
	default:
		rc = cotask_shield_exit(&section_of(o)->section, body);
		break;
	}
	cotask_hosted_leave(r->actor);
	return rc;
}

static struct cotask_await perform_leave(struct cotask *task, struct cotask_hosted *h)
{
	return cotask_group_exit(task, cotask_object_group(&h->scopes->object), h->value);
}

static long finish_leave(struct cotask_hosted *h, long rc)
{
	cotask_hosted_leave(h);
	return rc;
}

const struct cotask_op_row cotask_op_leave = {
	.issue = op_leave,
	.perform = perform_leave,
	.finish = finish_leave,
	.kinds = SCOPE_KINDS,
	.is = NEEDS_TASK | USES_VALUE,
};

static s64 op_move(struct cotask_request *r)
{
	/* The core ignores a scope that no task is inside of. */
	if (!scope_of(r->object)->user)
		return -EINVAL;
	return cotask_timeout_move(cotask_object_timeout(r->object), host_time(r->op->value));
}

const struct cotask_op_row cotask_op_move = {
	.issue = op_move,
	.kinds = BIT(COTASK_KIND_TIMEOUT),
	.is = MAY_HAVE_TASK | USES_VALUE,
};
