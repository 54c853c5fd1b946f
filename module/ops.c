// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the operations of /dev/cotask: one row each
 *
 * An operation is checked against its row first: fields that it does not use have to
 * be zero.  Whatever fails has changed nothing.
 */
#include <linux/nospec.h>

#include "device.h"

/* Which fields an operation uses. */
#define USES_HANDLE	BIT(0)
#define USES_OTHER	BIT(1)
#define USES_VALUE	BIT(2)
#define USES_USER_DATA	BIT(3)
#define USES_ABSOLUTE	BIT(4)
#define NEEDS_TASK	BIT(5)	/* an acting task */
#define MAY_HAVE_TASK	BIT(6)
#define FROM_ANYWHERE	BIT(7)	/* by COTASK_IOC_POST as well */

/**
 * struct op_row - an operation
 * @issue: does it; the result
 * @is: what it uses and needs
 */
struct op_row {
	s64 (*issue)(struct cotask_file *f, struct cotask_hosted *actor,
		     const struct cotask_op *op);
	u32 is;
};

static bool is_outcome(s64 value)
{
	return value >= -MAX_ERRNO && value <= LONG_MAX;
}

/* An object of a kind, with a reference; ERR_PTR() of -ENOENT, -EINVAL. */
static struct cotask_object *find(struct cotask_file *f, u32 handle,
				  enum cotask_object_kind kind)
{
	struct cotask_object *o = cotask_object_find(f, handle);

	if (!o)
		return ERR_PTR(-ENOENT);
	if (o->kind == kind)
		return o;
	cotask_object_put(o);
	return ERR_PTR(-EINVAL);
}

static s64 op_nop(struct cotask_file *f, struct cotask_hosted *actor,
		  const struct cotask_op *op)
{
	return 0;
}

static s64 op_spawn(struct cotask_file *f, struct cotask_hosted *actor,
		    const struct cotask_op *op)
{
	struct cotask_object *group = NULL;
	struct cotask_hosted *h;
	s64 rc;

	if (op->other) {
		group = find(f, op->other, COTASK_OBJECT_GROUP);
		if (IS_ERR(group))
			return PTR_ERR(group);
	}
	h = cotask_object_new(f, op->handle, COTASK_OBJECT_TASK);
	if (IS_ERR(h)) {
		rc = PTR_ERR(h);
	} else {
		h->handle = op->handle;
		h->user_data = op->user_data;
		rc = cotask_hosted_spawn(f, h, group ? cotask_object_group(group) : NULL);
		cotask_object_finish(&h->object, op->handle, rc);
	}
	cotask_object_put(group);
	return rc;
}

static s64 op_exit(struct cotask_file *f, struct cotask_hosted *actor,
		   const struct cotask_op *op)
{
	if (!is_outcome(op->value))
		return -EINVAL;
	cotask_hosted_issue(actor, op, NULL);
	return 0;
}

static s64 op_sleep(struct cotask_file *f, struct cotask_hosted *actor,
		    const struct cotask_op *op)
{
	cotask_hosted_issue(actor, op, NULL);
	return 0;
}

static s64 op_await(struct cotask_file *f, struct cotask_hosted *actor,
		    const struct cotask_op *op)
{
	struct cotask_object *o = cotask_object_find(f, op->handle);

	if (!o)
		return -ENOENT;
	if (o->kind != COTASK_OBJECT_TASK && o->kind != COTASK_OBJECT_FUTURE) {
		cotask_object_put(o);
		return -EINVAL;
	}
	cotask_hosted_issue(actor, op, o);
	return 0;
}

static s64 op_future(struct cotask_file *f, struct cotask_hosted *actor,
		     const struct cotask_op *op)
{
	struct cotask_object *o = cotask_object_new(f, op->handle, COTASK_OBJECT_FUTURE);

	if (IS_ERR(o))
		return PTR_ERR(o);
	cotask_future_init(cotask_object_future(o), f->loop);
	return cotask_object_finish(o, op->handle, 0);
}

static s64 op_complete(struct cotask_file *f, struct cotask_hosted *actor,
		       const struct cotask_op *op)
{
	struct cotask_object *o;
	s64 rc;

	if (!is_outcome(op->value))
		return -EINVAL;
	o = find(f, op->handle, COTASK_OBJECT_FUTURE);
	if (IS_ERR(o))
		return PTR_ERR(o);
	if (op->value < 0)
		rc = cotask_future_fail(cotask_object_future(o), op->value);
	else
		rc = cotask_future_complete(cotask_object_future(o), op->value);
	cotask_object_put(o);
	return rc;
}

static s64 op_cancel(struct cotask_file *f, struct cotask_hosted *actor,
		     const struct cotask_op *op)
{
	struct cotask_object *o = cotask_object_find(f, op->handle);
	s64 rc;

	if (!o)
		return -ENOENT;
	switch (o->kind) {
	case COTASK_OBJECT_TASK:
		rc = cotask_cancel(cotask_object_hosted(o)->task);
		break;
	case COTASK_OBJECT_FUTURE:
		rc = cotask_future_cancel(cotask_object_future(o));
		break;
	case COTASK_OBJECT_GROUP:
		rc = cotask_group_cancel(cotask_object_group(o));
		break;
	default:
		rc = -EINVAL;
		break;
	}
	cotask_object_put(o);
	return rc;
}

static s64 op_uncancel(struct cotask_file *f, struct cotask_hosted *actor,
		       const struct cotask_op *op)
{
	return cotask_uncancel(actor->task);
}

/* A scope for a task to enter. */
static struct cotask_object *new_scope(struct cotask_hosted *actor, const struct cotask_op *op,
				       enum cotask_object_kind kind)
{
	if (actor->depth >= COTASK_MAX_DEPTH)
		return ERR_PTR(-ENOSPC);
	return cotask_object_new(actor->object.file, op->handle, kind);
}

/* A scope was entered, or not: it needs the task, and its handle. */
static s64 entered(struct cotask_hosted *actor, struct cotask_object *o, u32 handle, int rc)
{
	if (!rc)
		cotask_hosted_enter(actor, o);
	return cotask_object_finish(o, handle, rc);
}

static s64 op_group_enter(struct cotask_file *f, struct cotask_hosted *actor,
			  const struct cotask_op *op)
{
	struct cotask_object *o = new_scope(actor, op, COTASK_OBJECT_GROUP);
	struct cotask_group *g;

	if (IS_ERR(o))
		return PTR_ERR(o);
	g = cotask_object_group(o);
	cotask_group_init(g);
	return entered(actor, o, op->handle, cotask_group_enter(actor->task, g));
}

/* The scope that the operation names, if it is the task's innermost one. */
static struct cotask_object *innermost(struct cotask_hosted *actor, const struct cotask_op *op,
				       enum cotask_object_kind kind)
{
	struct cotask_object *o = find(actor->object.file, op->handle, kind);

	if (IS_ERR(o))
		return o;
	/* The task holds it. */
	cotask_object_put(o);
	return actor->scopes == o ? o : ERR_PTR(-EINVAL);
}

static s64 op_group_exit(struct cotask_file *f, struct cotask_hosted *actor,
			 const struct cotask_op *op)
{
	struct cotask_object *o = innermost(actor, op, COTASK_OBJECT_GROUP);

	if (IS_ERR(o))
		return PTR_ERR(o);
	if (!is_outcome(op->value))
		return -EINVAL;
	cotask_hosted_issue(actor, op, NULL);
	return 0;
}

static s64 op_timeout_enter(struct cotask_file *f, struct cotask_hosted *actor,
			    const struct cotask_op *op)
{
	struct cotask_object *o = new_scope(actor, op, COTASK_OBJECT_TIMEOUT);
	struct cotask_timeout *t;

	if (IS_ERR(o))
		return PTR_ERR(o);
	t = cotask_object_timeout(o);
	if (op->flags & COTASK_OP_F_ABSOLUTE)
		cotask_timeout_init_at(t, ns_to_ktime(op->value), CLOCK_MONOTONIC);
	else
		cotask_timeout_init(t, f->loop, op->value);
	return entered(actor, o, op->handle, cotask_timeout_enter(actor->task, t));
}

static s64 op_timeout_exit(struct cotask_file *f, struct cotask_hosted *actor,
			   const struct cotask_op *op)
{
	struct cotask_object *o = innermost(actor, op, COTASK_OBJECT_TIMEOUT);
	s64 rc;

	if (IS_ERR(o))
		return PTR_ERR(o);
	if (!is_outcome(op->value))
		return -EINVAL;
	rc = cotask_timeout_exit(cotask_object_timeout(o), op->value);
	cotask_hosted_leave(actor);
	return rc;
}

static s64 op_timeout_move(struct cotask_file *f, struct cotask_hosted *actor,
			   const struct cotask_op *op)
{
	struct cotask_object *o = find(f, op->handle, COTASK_OBJECT_TIMEOUT);
	s64 rc = -EINVAL;

	if (IS_ERR(o))
		return PTR_ERR(o);
	if (o->user)
		rc = cotask_timeout_move(cotask_object_timeout(o), ns_to_ktime(op->value));
	cotask_object_put(o);
	return rc;
}

static s64 op_result(struct cotask_file *f, struct cotask_hosted *actor,
		     const struct cotask_op *op)
{
	struct cotask_object *o = cotask_object_find(f, op->handle);
	s64 rc = -EINVAL;

	if (!o)
		return -ENOENT;
	if (o->kind == COTASK_OBJECT_TASK)
		rc = cotask_result(cotask_object_hosted(o)->task);
	else if (o->kind == COTASK_OBJECT_FUTURE)
		rc = cotask_awaitable_result(&cotask_object_future(o)->base);
	cotask_object_put(o);
	return rc;
}

static s64 op_cancelling(struct cotask_file *f, struct cotask_hosted *actor,
			 const struct cotask_op *op)
{
	struct cotask_object *o = find(f, op->handle, COTASK_OBJECT_TASK);
	s64 rc;

	if (IS_ERR(o))
		return PTR_ERR(o);
	rc = cotask_cancelling(cotask_object_hosted(o)->task);
	cotask_object_put(o);
	return rc;
}

static s64 op_forget(struct cotask_file *f, struct cotask_hosted *actor,
		     const struct cotask_op *op)
{
	struct cotask_object *o = cotask_object_find(f, op->handle);
	s64 rc = -EBUSY;

	if (!o)
		return -ENOENT;
	/* Without its handle nobody could run a task that is not done. */
	if (o->kind != COTASK_OBJECT_TASK || cotask_done(cotask_object_hosted(o)->task))
		rc = cotask_object_forget(f, op->handle);
	cotask_object_put(o);
	return rc;
}

static const struct op_row rows[COTASK_OP_LAST] = {
	[COTASK_OP_NOP] = { op_nop, FROM_ANYWHERE },
	[COTASK_OP_SPAWN] = {
		op_spawn, MAY_HAVE_TASK | USES_HANDLE | USES_OTHER | USES_USER_DATA
	},
	[COTASK_OP_EXIT] = { op_exit, NEEDS_TASK | USES_VALUE },
	[COTASK_OP_SLEEP] = { op_sleep, NEEDS_TASK | USES_VALUE | USES_ABSOLUTE },
	[COTASK_OP_AWAIT] = { op_await, NEEDS_TASK | USES_HANDLE },
	[COTASK_OP_FUTURE] = { op_future, USES_HANDLE },
	[COTASK_OP_COMPLETE] = {
		op_complete, MAY_HAVE_TASK | FROM_ANYWHERE | USES_HANDLE | USES_VALUE
	},
	[COTASK_OP_CANCEL] = { op_cancel, MAY_HAVE_TASK | FROM_ANYWHERE | USES_HANDLE },
	[COTASK_OP_UNCANCEL] = { op_uncancel, NEEDS_TASK },
	[COTASK_OP_GROUP_ENTER] = { op_group_enter, NEEDS_TASK | USES_HANDLE },
	[COTASK_OP_GROUP_EXIT] = { op_group_exit, NEEDS_TASK | USES_HANDLE | USES_VALUE },
	[COTASK_OP_TIMEOUT_ENTER] = {
		op_timeout_enter, NEEDS_TASK | USES_HANDLE | USES_VALUE | USES_ABSOLUTE
	},
	[COTASK_OP_TIMEOUT_EXIT] = { op_timeout_exit, NEEDS_TASK | USES_HANDLE | USES_VALUE },
	[COTASK_OP_TIMEOUT_MOVE] = { op_timeout_move, USES_HANDLE | USES_VALUE },
	[COTASK_OP_RESULT] = { op_result, FROM_ANYWHERE | USES_HANDLE },
	[COTASK_OP_CANCELLING] = { op_cancelling, FROM_ANYWHERE | USES_HANDLE },
	[COTASK_OP_FORGET] = { op_forget, USES_HANDLE },
};

static int check(const struct op_row *row, const struct cotask_op *op, bool posted)
{
	if (op->flags & ~COTASK_OP_F_ABSOLUTE)
		return -EOPNOTSUPP;
	if (posted && !(row->is & FROM_ANYWHERE))
		return -EPERM;
	if (op->__reserved[0] || op->__reserved[1] || op->__reserved[2] ||
	    (!(row->is & USES_HANDLE) && op->handle) ||
	    (!(row->is & USES_OTHER) && op->other) ||
	    (!(row->is & USES_VALUE) && op->value) ||
	    (!(row->is & USES_USER_DATA) && op->user_data) ||
	    (!(row->is & USES_ABSOLUTE) && op->flags) ||
	    ((posted || !(row->is & (NEEDS_TASK | MAY_HAVE_TASK))) && op->task))
		return -EINVAL;
	return 0;
}

/* The acting task, with a reference; NULL: none was named. */
static struct cotask_hosted *acting(struct cotask_file *f, const struct op_row *row,
				    const struct cotask_op *op)
{
	struct cotask_object *o;

	if (!op->task)
		return row->is & NEEDS_TASK ? ERR_PTR(-ESRCH) : NULL;
	o = find(f, op->task, COTASK_OBJECT_TASK);
	if (IS_ERR(o))
		return ERR_CAST(o);
	if (cotask_object_hosted(o)->state == COTASK_HOSTED_RUNNING)
		return cotask_object_hosted(o);
	cotask_object_put(o);
	return ERR_PTR(-ESRCH);
}

/**
 * cotask_op_apply - apply one operation
 * @f: the file
 * @op: the operation, a copy of what the process has given
 * @posted: the caller is not inside of ENTER
 *
 * Return: Its result.
 */
s64 cotask_op_apply(struct cotask_file *f, const struct cotask_op *op, bool posted)
{
	struct cotask_hosted *actor;
	const struct op_row *row;
	s64 rc;

	if (op->opcode >= COTASK_OP_LAST)
		return -EOPNOTSUPP;
	row = &rows[array_index_nospec(op->opcode, COTASK_OP_LAST)];
	rc = check(row, op, posted);
	if (rc)
		return rc;
	if (posted)
		return row->issue(f, NULL, op);
	actor = acting(f, row, op);
	if (IS_ERR(actor))
		return PTR_ERR(actor);
	/* The code that does this is a part of its step. */
	f->loop->current_task = actor ? actor->task : NULL;
	rc = row->issue(f, actor, op);
	f->loop->current_task = NULL;
	if (actor)
		cotask_object_put(&actor->object);
	return rc;
}
