// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - operations of the device: queries about objects
 */
#include <linux/nospec.h>

#include "device.h"

/**
 * cotask_awaitable_state - pending, or how it has ended
 * @x: the awaitable
 *
 * Context: Any thread.
 * Return: As COTASK_READ_STATE.
 */
u32 cotask_awaitable_state(const struct cotask_awaitable *x)
{
	if (!cotask_awaitable_done(x))
		return COTASK_STATE_PENDING;
	if (cotask_awaitable_cancelled(x))
		return COTASK_STATE_CANCELLED;
	return x->result < 0 ? COTASK_STATE_FAILED : COTASK_STATE_FINISHED;
}

static s64 read_state(struct cotask_request *r)
{
	const struct cotask_awaitable *x;

	if (r->object->kind == COTASK_OBJECT_SUBMISSION)
		x = cotask_submission_awaitable(cotask_object_submission(r->object));
	else
		x = cotask_object_awaitable(r->object);
	return x ? cotask_awaitable_state(x) : -ENOENT;
}

static s64 read_id(struct cotask_request *r)
{
	struct cotask *task;

	if (r->object->kind == COTASK_KIND_GROUP)
		return cotask_object_group(r->object)->id;
	task = cotask_object_task(r->object);
	return task ? cotask_id(task) : -ENOENT;
}

/* A negative time could not be distinguished from an error. */
static s64 time_of(ktime_t t)
{
	return max_t(s64, cotask_time_from_host(ktime_to_ns(t), COTASK_CLOCK_MONOTONIC), 0);
}

/* The cancelling task, or 0: other origins are not shown to the process. */
static s64 canceller(const struct cotask *task)
{
	switch (task->reason.cause) {
	case COTASK_CAUSE_DEADLINE:	/* the name of the timeout */
	case COTASK_CAUSE_OPERATOR:	/* a process */
		return 0;
	default:
		return task->reason.by;
	}
}

/* Queries about tasks. */
static s64 read_task(struct cotask_request *r)
{
	struct cotask *task = cotask_object_task(r->object);

	if (!task)
		return -ENOENT;
	switch (r->op->arg) {
	case COTASK_READ_CANCELLING:
		return cotask_cancelling(task);
	case COTASK_READ_DELIVERED:
		return cotask_cancel_delivered(task);
	case COTASK_READ_CAUSE:
		return cotask_cancel_reason(task).cause;
	case COTASK_READ_BY:
		return canceller(task);
	default:
		return time_of(cotask_effective_deadline(task));
	}
}

static s64 read_timeout(struct cotask_request *r)
{
	const struct cotask_timeout *t = cotask_object_timeout(r->object);

	if (r->op->arg == COTASK_READ_EXPIRED)
		return cotask_timeout_expired(t);
	return time_of(cotask_timeout_when(t));
}

static s64 read_errors(struct cotask_request *r)
{
	return cotask_group_errors(cotask_object_group(r->object), NULL, 0);
}

static s64 handle_of_native(struct cotask_file *f, const struct cotask *task)
{
	struct cotask_object *o;
	u64 handle;

	for (handle = 0; (o = cotask_table_next(&f->objects, &handle)); handle++) {
		if (cotask_loop_spend_or_stop(f->loop, COTASK_TABLE_COST))
			return -EINTR;
		if (o->kind == COTASK_OBJECT_NATIVE && cotask_native_task(o) == task)
			return handle;
	}
	return 0;
}

/* Handle of a child; 0: it has none any more. */
static s64 handle_of(struct cotask_file *f, const struct cotask *task)
{
	if (task->entry.flags & COTASK_T_PLACED)
		return container_of(task, struct cotask_hosted, place)->handle;
	return handle_of_native(f, task);
}

static s64 read_error(struct cotask_request *r)
{
	struct cotask_group_error e;
	int rc = cotask_group_error_at(cotask_object_group(r->object), r->op->value, &e);

	if (rc)
		return rc;
	if (r->op->arg == COTASK_READ_ERROR)
		return e.error;
	return e.task ? handle_of(r->f, e.task) : 0;
}

static s64 read_winner(struct cotask_request *r)
{
	return cotask_set_object_winner(r->object);
}

static s64 read_free(struct cotask_request *r)
{
	return cotask_sync_object_free(r->object);
}

static s64 read_count(struct cotask_request *r)
{
	return cotask_queue_object_count(r->object);
}

/**
 * struct read_row - a query
 * @fn: returns the answer
 * @kinds: kinds of objects that it applies to
 * @posted: any thread can
 */
struct read_row {
	s64	(*fn)(struct cotask_request *r);
	u32	kinds;
	bool	posted;
};

static const struct read_row rows[COTASK_READ_LAST] = {
	[COTASK_READ_STATE] = { read_state, AWAITABLE_KINDS | BIT(COTASK_OBJECT_SUBMISSION),
				true },
	[COTASK_READ_ID] = { read_id, TASK_KINDS | BIT(COTASK_KIND_GROUP), true },
	[COTASK_READ_CANCELLING] = { read_task, TASK_KINDS, true },
	[COTASK_READ_DELIVERED] = { read_task, TASK_KINDS },
	[COTASK_READ_CAUSE] = { read_task, TASK_KINDS },
	[COTASK_READ_BY] = { read_task, TASK_KINDS },
	[COTASK_READ_DEADLINE] = { read_task, TASK_KINDS },
	[COTASK_READ_WHEN] = { read_timeout, BIT(COTASK_KIND_TIMEOUT) },
	[COTASK_READ_EXPIRED] = { read_timeout, BIT(COTASK_KIND_TIMEOUT) },
	[COTASK_READ_ERRORS] = { read_errors, BIT(COTASK_KIND_GROUP) },
	[COTASK_READ_ERROR] = { read_error, BIT(COTASK_KIND_GROUP) },
	[COTASK_READ_ERROR_TASK] = { read_error, BIT(COTASK_KIND_GROUP) },
	[COTASK_READ_WINNER] = { read_winner, BIT(COTASK_OBJECT_SET) },
	[COTASK_READ_FREE] = { read_free, BIT(COTASK_KIND_SEM) | BIT(COTASK_KIND_EVENT) },
	[COTASK_READ_COUNT] = { read_count, BIT(COTASK_KIND_QUEUE) },
};

static s64 op_read(struct cotask_request *r)
{
	const struct read_row *row;
	u32 arg = r->op->arg;

	if (arg >= COTASK_READ_LAST)
		return -EINVAL;
	row = &rows[array_index_nospec(arg, COTASK_READ_LAST)];
	if (!(row->kinds & BIT(r->object->kind)))
		return -EINVAL;
	if (r->op->value && arg != COTASK_READ_ERROR && arg != COTASK_READ_ERROR_TASK)
		return -EINVAL;
	if (r->posted && !row->posted)
		return -EPERM;
	return row->fn(r);
}

const struct cotask_op_row cotask_op_read = {
	.issue = op_read,
	.kinds = ALL_KINDS,
	.is = MAY_HAVE_TASK | FROM_ANYWHERE | USES_ARG | USES_VALUE,
};
