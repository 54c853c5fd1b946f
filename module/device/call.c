// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - calls: functions of the process that run in the order of the queue
 *
 * To the core a call is a callback that is posted, or registered with an awaitable; its function
 * makes an event.  A call counts as an object.
 */

#include "device.h"

/**
 * struct call - a pending call of a function of the process
 * @turn: its event
 * @cb: for the core
 * @link: in cotask_file.calls, if it is registered with something
 * @f: the file
 * @object: the object that it is registered with, a reference; or NULL
 * @handle: handle of that
 * @user_data: identifies the function to the process
 */
struct call {
	struct cotask_turn	turn;
	struct cotask_callback	cb;
	struct list_head	link;
	struct cotask_file	*f;
	struct cotask_object	*object;
	u32			handle;
	u64			user_data;
};

static struct call *call_of(const struct cotask_turn *turn)
{
	return container_of(turn, struct call, turn);
}

static void call_free(struct call *call)
{
	struct cotask_file *f = call->f;

	cotask_object_put(call->object);
	cotask_host_free(&f->host, call, 1);
}

/* The turn of the call has come: make its event. */
static int call_due(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct call *call = container_of(cb, struct call, cb);

	list_del_init(&call->link);
	if (call->f->dead)
		call_free(call);
	else
		cotask_turn_add(call->f, &call->turn, COTASK_EVENT_CALL);
	return 0;
}

static struct call *call_new(struct cotask_request *r)
{
	struct call *call = cotask_host_alloc(&r->f->host, sizeof(*call), 1);

	if (IS_ERR(call))
		return call;
	INIT_LIST_HEAD(&call->turn.link);
	INIT_LIST_HEAD(&call->link);
	call->f = r->f;
	call->user_data = r->op->user_data;
	return call;
}

/* --- for enter.c and hosted.c -------------------------------------------- */

/* Whether an entry of the loop is a call, which only makes an event. */
bool cotask_call_may_follow(const struct cotask_entry *e)
{
	return container_of(e, struct cotask_callback, entry)->fn == call_due;
}

void cotask_call_tell(const struct cotask_turn *turn, struct cotask_event_info *e)
{
	const struct call *call = call_of(turn);

	e->user_data = call->user_data;
	e->handle = call->handle;
}

/* The process has it. */
void cotask_call_begun(struct cotask_turn *turn)
{
	call_free(call_of(turn));
}

/* false: it is about to be queued, and runs. */
static bool take_out(struct call *call)
{
	struct cotask_awaitable *x = cotask_object_awaitable(call->object);

	if (!cotask_awaitable_detach(x, &call->cb.entry))
		return false;
	cotask_debug_dead(&call->cb);
	if (cotask_is_task(x))
		cotask_put(cotask_of(x));
	list_del(&call->link);
	call_free(call);
	return true;
}

/* ... in steps of the budget. */
#define CALL_COST	4

/* The loop has ended: drop calls whose awaitable will never be done. */
void cotask_calls_drop(struct cotask_file *f)
{
	struct call *call, *next;

	list_for_each_entry_safe(call, next, &f->calls, link) {
		take_out(call);
		cotask_loop_spend(f->loop, CALL_COST);
	}
}

/* --- the operations ------------------------------------------------------ */

static s64 op_call(struct cotask_request *r)
{
	struct call *call = call_new(r);
	int rc;

	if (IS_ERR(call))
		return PTR_ERR(call);
	rc = cotask_call_soon_own(r->f->loop, &call->cb, call_due);
	if (rc)
		call_free(call);
	return rc;
}

const struct cotask_op_row cotask_op_call = {
	.issue = op_call,
	.is = MAY_HAVE_TASK | FROM_ANYWHERE | USES_USER_DATA,
};

static s64 op_on_done(struct cotask_request *r)
{
	struct cotask_awaitable *x = cotask_object_awaitable(r->object);
	struct call *call;
	int rc;

	if (!x)
		return -ENOENT;
	call = call_new(r);
	if (IS_ERR(call))
		return PTR_ERR(call);
	call->object = cotask_object_get(r->object);
	call->handle = r->op->handle;
	rc = cotask_on_done_own(x, &call->cb, call_due);
	if (rc)
		call_free(call);
	else
		list_add_tail(&call->link, &r->f->calls);
	return rc;
}

const struct cotask_op_row cotask_op_on_done = {
	.issue = op_on_done,
	.kinds = AWAITABLE_KINDS,
	.is = MAY_HAVE_TASK | USES_USER_DATA,
};

static s64 op_off_done(struct cotask_request *r)
{
	struct cotask_awaitable *x = cotask_object_awaitable(r->object);
	struct call *call, *next;
	int n = 0;

	if (!x)
		return -ENOENT;
	/* Calls that are queued run (TK-5, TK-6). */
	if (cotask_awaitable_done(x))
		return 0;
	list_for_each_entry_safe(call, next, &r->f->calls, link) {
		const bool matches = call->object == r->object &&
				     call->user_data == r->op->user_data;

		if (cotask_loop_spend_or_stop(r->f->loop, matches ? CALL_COST : 1))
			return -EINTR;
		if (matches)
			n += take_out(call);
	}
	return n;
}

const struct cotask_op_row cotask_op_off_done = {
	.issue = op_off_done,
	.kinds = AWAITABLE_KINDS,
	.is = MAY_HAVE_TASK | USES_USER_DATA,
};
