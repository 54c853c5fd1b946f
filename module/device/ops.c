// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the operations of /dev/cotask: one row each
 *
 * An operation is checked against its row first: fields that it does not use have to
 * be zero.  Whatever fails has changed nothing.
 */
#include <linux/nospec.h>

#include "device.h"

static s64 op_nop(struct cotask_request *r)
{
	return 0;
}

static const struct cotask_op_row nop = { .issue = op_nop, .is = FROM_ANYWHERE };

static s64 op_forget(struct cotask_request *r)
{
	struct cotask_object *o = r->object;

	if (r->posted && o->kind != COTASK_OBJECT_SUBMISSION)
		return -EPERM;
	if (o->kind != COTASK_OBJECT_TASK)
		return cotask_object_forget(r->f, r->op->handle, o);
	/* A task whose code still runs in the process needs its handle. */
	if (!cotask_object_hosted(o)->over && !cotask_object_hosted(o)->exited)
		return -EBUSY;
	return cotask_hosted_forget(cotask_object_hosted(o), r->op->handle);
}

static const struct cotask_op_row forget = {
	.issue = op_forget,
	.kinds = ALL_KINDS,
	.is = MAY_HAVE_TASK | FROM_ANYWHERE,
};

const struct cotask_op_row *const cotask_op_rows[COTASK_OP_LAST] = {
	[COTASK_OP_NOP]		= &nop,
	[COTASK_OP_SPAWN]	= &cotask_op_spawn,
	[COTASK_OP_SPAWN_NATIVE] = &cotask_op_spawn_native,
	[COTASK_OP_SUBMIT]	= &cotask_op_submit,
	[COTASK_OP_EXIT]	= &cotask_op_exit,
	[COTASK_OP_SLEEP]	= &cotask_op_sleep,
	[COTASK_OP_AWAIT]	= &cotask_op_await,
	[COTASK_OP_WAIT_FOR]	= &cotask_op_wait_for,
	[COTASK_OP_CANCEL_WAIT]	= &cotask_op_cancel_wait,
	[COTASK_OP_MAKE]	= &cotask_op_make,
	[COTASK_OP_SHIELD]	= &cotask_op_shield,
	[COTASK_OP_GATHER]	= &cotask_op_gather,
	[COTASK_OP_ITERATE]	= &cotask_op_iterate,
	[COTASK_OP_NEXT]	= &cotask_op_next,
	[COTASK_OP_WAIT]	= &cotask_op_wait,
	[COTASK_OP_COMPLETE]	= &cotask_op_complete,
	[COTASK_OP_CANCEL]	= &cotask_op_cancel,
	[COTASK_OP_UNCANCEL]	= &cotask_op_uncancel,
	[COTASK_OP_CANCEL_ALL]	= &cotask_op_cancel_all,
	[COTASK_OP_ENTER]	= &cotask_op_enter,
	[COTASK_OP_LEAVE]	= &cotask_op_leave,
	[COTASK_OP_MOVE]	= &cotask_op_move,
	[COTASK_OP_RESULT]	= &cotask_op_result,
	[COTASK_OP_READ]	= &cotask_op_read,
	[COTASK_OP_FORGET]	= &forget,
	[COTASK_OP_ACQUIRE]	= &cotask_op_acquire,
	[COTASK_OP_RELEASE]	= &cotask_op_release,
	[COTASK_OP_SET]		= &cotask_op_set,
	[COTASK_OP_EVENT_WAIT]	= &cotask_op_event_wait,
	[COTASK_OP_COND_WAIT]	= &cotask_op_cond_wait,
	[COTASK_OP_NOTIFY]	= &cotask_op_notify,
	[COTASK_OP_PUT]		= &cotask_op_put,
	[COTASK_OP_GET]		= &cotask_op_get,
	[COTASK_OP_SHUTDOWN]	= &cotask_op_shutdown,
	[COTASK_OP_POLL]	= &cotask_op_poll,
	[COTASK_OP_CALL]	= &cotask_op_call,
	[COTASK_OP_ON_DONE]	= &cotask_op_on_done,
	[COTASK_OP_OFF_DONE]	= &cotask_op_off_done,
	[COTASK_OP_NAME]	= &cotask_op_name,
	[COTASK_OP_GET_NAME]	= &cotask_op_get_name,
	[COTASK_OP_EXPORT]	= &cotask_op_export,
	[COTASK_OP_IMPORT]	= &cotask_op_import,
	[COTASK_OP_START]	= &cotask_op_start,
	[COTASK_OP_READY]	= &cotask_op_ready,
	[COTASK_OP_POLL_END]	= &cotask_op_poll_end,
	[COTASK_OP_FILE_READ]	= &cotask_op_file_read,
	[COTASK_OP_FILE_WRITE]	= &cotask_op_file_write,
	[COTASK_OP_RECV]	= &cotask_op_recv,
	[COTASK_OP_SEND]	= &cotask_op_send,
};

static u32 known_flags(u32 is)
{
	u32 flags = 0;

	if (is & MAY_BE_ABSOLUTE)
		flags |= COTASK_OP_F_ABSOLUTE | COTASK_OP_F_BOOTTIME;
	if (is & MAY_BE_AHEAD)
		flags |= COTASK_OP_F_AHEAD;
	if (is & MAY_TRY)
		flags |= COTASK_OP_F_TRY;
	if (is & MAY_FORGET)
		flags |= COTASK_OP_F_FORGET;
	return flags;
}

#define FLAGS_ALL	(COTASK_OP_F_ABSOLUTE | COTASK_OP_F_BOOTTIME | COTASK_OP_F_TRY |	\
			 COTASK_OP_F_AHEAD | COTASK_OP_F_FORGET)

/* Bits of an operation that have to be zero, by opcode: all that is not used. */
static struct cotask_op unused[COTASK_OP_LAST] __ro_after_init;

static void fill_in_unused(struct cotask_op *op, const struct cotask_op_row *row)
{
	const u32 is = row->is;

	if (!(is & (NEEDS_TASK | MAY_HAVE_TASK)))
		op->task = ~0;
	if (!row->kinds && !(is & NO_OBJECT))
		op->handle = ~0;
	if (!(is & USES_OTHER))
		op->other = ~0;
	if (!(is & USES_VALUE))
		op->value = ~0;
	if (!(is & USES_USER_DATA))
		op->user_data = ~0;
	if (!(is & USES_MEMORY))
		op->addr = ~0;
	if (!(is & (USES_MEMORY | USES_LEN)))
		op->len = ~0;
	if (!(is & USES_ARG))
		op->arg = ~0;
	op->flags = ~known_flags(is);
}

void __init cotask_ops_init(void)
{
	unsigned int opcode;

	for (opcode = 0; opcode < COTASK_OP_LAST; opcode++)
		fill_in_unused(&unused[opcode], cotask_op_rows[opcode]);
}

/* One test for all fields: nearly all operations are right. */
static bool uses_others(const struct cotask_op *op, const struct cotask_op *zero)
{
	return (op->flags & zero->flags) | (op->task & zero->task) |
	       (op->handle & zero->handle) | (op->other & zero->other) |
	       (op->value & zero->value) | (op->user_data & zero->user_data) |
	       (op->addr & zero->addr) | (op->len & zero->len) | (op->arg & zero->arg) |
	       op->__reserved;
}

static int check(unsigned int opcode, const struct cotask_op_row *row, const struct cotask_op *op,
		 bool posted)
{
	if (op->flags & ~FLAGS_ALL)
		return -EOPNOTSUPP;
	if (posted && !(row->is & FROM_ANYWHERE))
		return -EPERM;
	if (uses_others(op, &unused[opcode]) || (posted && op->task))
		return -EINVAL;
	return 0;
}

static noinline struct cotask_hosted *find_running(struct cotask_file *f, u32 handle)
{
	struct cotask_object *o;

	/* Only the owner, which is the caller, drops tasks. */
	cotask_table_lock(&f->objects);
	o = cotask_table_find(&f->objects, handle);
	cotask_table_unlock(&f->objects);
	if (!o)
		return ERR_PTR(-ENOENT);
	if (o->kind != COTASK_OBJECT_TASK)
		return ERR_PTR(-EINVAL);
	if (cotask_object_hosted(o)->state != COTASK_HOSTED_RUNNING)
		return ERR_PTR(-ESRCH);
	return cotask_object_hosted(o);
}

/* The acting task, which is there as long as it runs; NULL: none was named. */
static struct cotask_hosted *acting(struct cotask_file *f, const struct cotask_op_row *row,
				    const struct cotask_op *op)
{
	struct cotask_object *o;

	if (!op->task)
		return row->is & NEEDS_TASK ? ERR_PTR(-ESRCH) : NULL;
	/* Tasks usually act in the order in which they have begun. */
	if (f->begun != &f->turns) {
		o = list_first_entry(&f->turns, struct cotask_object, turn.link);
		if (cotask_object_hosted(o)->handle == op->task)
			return cotask_object_hosted(o);
	}
	return find_running(f, op->task);
}

static noinline s64 with_object(struct cotask_request *r, const struct cotask_op_row *row)
{
	s64 rc;

	r->object = cotask_object_find(r->f, r->op->handle,
				       r->posted ? row->kinds & SHARED_KINDS : row->kinds);
	if (IS_ERR(r->object))
		return PTR_ERR(r->object);
	rc = row->issue(r);
	cotask_object_put(r->object);
	return rc;
}

static s64 issue(struct cotask_request *r, const struct cotask_op_row *row)
{
	return row->kinds ? with_object(r, row) : row->issue(r);
}

/**
 * cotask_op_apply - apply one operation
 * @f: the file
 * @op: the operation, a copy of the one in the process
 * @posted: the caller is not inside of ENTER
 *
 * Return: Its result.
 */
s64 cotask_op_apply(struct cotask_file *f, const struct cotask_op *op, bool posted)
{
	struct cotask_request r = { .f = f, .op = op, .posted = posted };
	const struct cotask_op_row *row;
	unsigned int opcode;
	s64 rc;

	if (op->opcode >= COTASK_OP_LAST)
		return -EOPNOTSUPP;
	opcode = array_index_nospec(op->opcode, COTASK_OP_LAST);
	row = cotask_op_rows[opcode];
	rc = check(opcode, row, op, posted);
	if (rc)
		return rc;
	if (unlikely(posted))
		return issue(&r, row);
	r.actor = acting(f, row, op);
	if (IS_ERR(r.actor))
		return PTR_ERR(r.actor);
	/* The code that does this is a part of its step. */
	f->loop->current_task = r.actor ? r.actor->task : NULL;
	rc = issue(&r, row);
	f->loop->current_task = NULL;
	/* Its cancels are complete before the next operation. */
	if (unlikely(!list_empty(&f->loop->fanouts)))
		cotask_fanouts_run(f->loop);
	return rc;
}
