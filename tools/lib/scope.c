// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - scopes: groups, timeouts, sections and cancel scopes
 */
#include "internal.h"

/* The current task enters @x; makes the kernel's object for @x unless there is one. */
static int enter_scope(struct cotask_awaitable *x, const struct cotask_op *op)
{
	struct cotask *task = any_task_here();
	struct cotask_op o = *op;
	int64_t rc;

	if (!task)
		return -ESRCH;
	o.task = task->base.handle;
	/* The enclosing timeout is not the innermost scope any more. */
	task->timeout = 0;
	if (!x->handle) {
		rc = cotask_object_make(x, op->arg & 0xff, &o);
		return rc < 0 ? rc : 0;
	}
	o = (struct cotask_op){ .opcode = COTASK_OP_ENTER, .task = o.task, .handle = x->handle };
	rc = cotask_op(task->base.loop, &o);
	return rc < 0 ? rc : 0;
}

/*
 * A LEAVE that does not suspend returns the outcome of the scope; -EINVAL if the scope is not
 * the innermost one, and then the task has not left it.  If the body itself has failed with
 * -EINVAL, LEAVE passes another error, which the kernel treats in the same way.
 */
static struct cotask_op leave_op(const struct cotask_awaitable *x, const struct cotask *task,
				 long rc)
{
	return *OP(LEAVE, .task = task->base.handle, .handle = x->handle,
		   .value = rc == -EINVAL ? -EIO : rc);
}

/* Whether @op has left the scope; @rc: in: outcome of the body, out: outcome of the scope. */
static bool has_left(const struct cotask_op *op, long *rc)
{
	bool stand_in = *rc == -EINVAL && op->result == -EIO;

	if (!stand_in)
		*rc = op->result;
	return op->result != -EINVAL;
}

static bool leave_scope(struct cotask_awaitable *x, long *rc)
{
	struct cotask *task = any_task_here();
	int error = check_object(x);
	struct cotask_op op;

	if (!error && !task)
		error = -ESRCH;
	if (!error) {
		op = leave_op(x, task, *rc);
		error = cotask_ops(x->loop, &op, 1);
	}
	if (error) {
		*rc = error;
		return false;
	}
	if (!has_left(&op, rc))
		return false;
	cotask_object_drop(x);
	return true;
}

/* --- groups ------------------------------------------------------------------------ */

EXPORT void cotask_group_init(struct cotask_group *g)
{
	*g = (struct cotask_group){ .state = SCOPE_NEW };
}

EXPORT int cotask_group_configure(struct cotask_group *g,
				  const struct cotask_group_options *options)
{
	if (options->flags & ~(COTASK_GROUP_INDEPENDENT | COTASK_GROUP_RECANCEL) ||
	    options->deadline < 0)
		return -EINVAL;
	if (g->state != SCOPE_NEW)
		return -EALREADY;
	g->options = *options;
	return 0;
}

static struct cotask_op group_op(const struct cotask_group *g, uint16_t opcode)
{
	struct cotask_op op = {
		.opcode = opcode,
		.arg = COTASK_KIND_GROUP,
		.value = g->options.deadline,
		.len = g->options.limit,
	};

	if (g->options.flags & COTASK_GROUP_INDEPENDENT)
		op.arg |= COTASK_MAKE_F_INDEPENDENT;
	if (g->options.flags & COTASK_GROUP_RECANCEL)
		op.arg |= COTASK_MAKE_F_RECANCEL;
	return op;
}

EXPORT int cotask_group_enter(struct cotask_group *g)
{
	struct cotask_op op = group_op(g, COTASK_OP_ENTER);
	struct cotask *task = any_task_here();
	int rc;

	if (g->state > SCOPE_MADE)
		return -EALREADY;
	rc = enter_scope(&g->base, &op);
	if (rc)
		return rc;
	g->state = SCOPE_ENTERED;
	g->base.flags = task->base.flags & TASK_IN_GROUP ? 0 : GROUP_OUTERMOST;
	task->base.flags |= TASK_IN_GROUP;
	return 0;
}

/*
 * A task keeps the last few groups that it has left with errors, so that it can retrieve the
 * errors.  When the task ends, it passes these groups to its loop.
 */
static void keep(struct cotask_loop *loop, struct failed_groups *f,
		 const struct cotask_awaitable *group, uint32_t handle)
{
	unsigned int i = f->n++ % ARRAY_SIZE(f->group);

	/* If the group was forgotten, the number can refer to another object. */
	if (f->group[i] && cotask_handle_object(loop, f->handle[i]) == f->group[i])
		cotask_forget(loop, f->handle[i]);
	f->group[i] = group;
	f->handle[i] = handle;
}

static void keep_not(struct failed_groups *f, const struct cotask_awaitable *group)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(f->group); i++) {
		if (f->group[i] == group)
			f->group[i] = NULL;
	}
}

/* A task has ended: the loop keeps the groups that the task has left with errors. */
void cotask_groups_pass_on(struct cotask_loop *loop, struct failed_groups *f)
{
	unsigned int i;

	for (i = 0; f->n && i < ARRAY_SIZE(f->group); i++) {
		if (f->group[i])
			keep(loop, &loop->left, f->group[i], f->handle[i]);
	}
}

/**
 * cotask_group_leaves - check that a task can leave a group, before it leaves
 * @task: the current task, or NULL
 * @g: the group
 *
 * Return: 0, or the error of the exit.
 */
int cotask_group_leaves(struct cotask *task, const struct cotask_group *g)
{
	int error = check_object(&g->base);

	if (error)
		return error;
	if (!task)
		return -ESRCH;
	if (g->state != SCOPE_ENTERED)
		return -EINVAL;
	task->base.flags &= ~TASK_REFUSED;
	return 0;
}

/**
 * cotask_group_left - the exit of a group is over
 * @task: the current task
 * @g: the group
 *
 * An exit that was refused has no effect: the task can leave the group later, in the right
 * order.  A task without a stack has no memory for groups left with errors: the loop keeps them,
 * as it does for tasks that have ended.
 */
void cotask_group_left(struct cotask *task, struct cotask_group *g)
{
	struct cotask_loop *loop = g->base.loop;
	struct failed_groups *failed =
		task->base.flags & TASK_STACKLESS ? &loop->left : &task->failed;

	if (task->base.flags & TASK_REFUSED)
		return;
	g->state = SCOPE_LEFT;
	if (g->base.flags & GROUP_OUTERMOST)
		task->base.flags &= ~TASK_IN_GROUP;
	if (task->base.outcome >= 0 || cotask_group_errors(g, NULL, 0) <= 0)
		cotask_object_drop(&g->base);
	else
		keep(loop, failed, &g->base, g->base.handle);
}

EXPORT long cotask_group_exit(struct cotask_group *g, long rc)
{
	struct cotask *task = task_here();
	int error = cotask_group_leaves(task, g);

	if (error)
		return error;
	rc = cotask_step_op(OP(LEAVE, .handle = g->base.handle, .value = rc));
	cotask_group_left(task, g);
	return rc;
}

/* Whether the group was left with errors that can still be retrieved. */
static bool has_errors(const struct cotask_group *g)
{
	return g->base.handle && cotask_here == g->base.loop &&
	       cotask_handle_object(g->base.loop, g->base.handle) == &g->base;
}

EXPORT int cotask_group_cancel(struct cotask_group *g)
{
	struct cotask_op op = group_op(g, COTASK_OP_MAKE);
	int rc;

	if (g->state == SCOPE_LEFT)
		return 0;
	if (g->state == SCOPE_NEW) {
		rc = cotask_object_make(&g->base, COTASK_KIND_GROUP, &op);
		if (rc < 0)
			return rc;
		g->state = SCOPE_MADE;
	}
	op = (struct cotask_op){ .opcode = COTASK_OP_CANCEL, .handle = g->base.handle };
	rc = g->base.loop == cotask_here ? cotask_op(g->base.loop, &op) :
					   cotask_post(g->base.loop, &op);
	return rc < 0 ? rc : 0;
}

EXPORT int cotask_group_errors(struct cotask_group *g, struct cotask_group_error *e,
			       unsigned int n)
{
	struct cotask_loop *loop = g->base.loop;
	uint32_t handle = g->base.handle;
	int64_t count, child;
	unsigned int i;

	if (g->state == SCOPE_LEFT && !has_errors(g))
		return 0;
	count = check_object(&g->base);
	if (count)
		return count;
	count = cotask_op(loop, OP(READ, .handle = handle, .arg = COTASK_READ_ERRORS));
	for (i = 0; i < n && i < count; i++) {
		e[i].error = cotask_op(loop, OP(READ, .handle = handle, .value = i,
						.arg = COTASK_READ_ERROR));
		child = cotask_op(loop, OP(READ, .handle = handle, .value = i,
					   .arg = COTASK_READ_ERROR_TASK));
		e[i].task = child > 0 ? cotask_handle_object(loop, child) : NULL;
	}
	return count;
}

EXPORT void cotask_group_fini(struct cotask_group *g)
{
	struct cotask *task = task_here();

	if (g->state == SCOPE_ENTERED || (g->state == SCOPE_LEFT && !has_errors(g)))
		return;
	if (task)
		keep_not(&task->failed, &g->base);
	if (cotask_here)
		keep_not(&cotask_here->left, &g->base);
	cotask_object_drop(&g->base);
}

/* --- timeouts ------------------------------------------------------------------------ */

EXPORT void cotask_timeout_init_at(struct cotask_timeout *t, int64_t deadline)
{
	*t = (struct cotask_timeout){ .state = SCOPE_NEW, .deadline = deadline };
}

EXPORT void cotask_timeout_init(struct cotask_timeout *t, int64_t ns)
{
	int64_t now = cotask_now();

	if (ns >= COTASK_FOREVER - now)
		cotask_timeout_init_at(t, COTASK_FOREVER);
	else
		cotask_timeout_init_at(t, ns < -now ? 0 : now + ns);
}

EXPORT int cotask_timeout_configure(struct cotask_timeout *t, uint32_t flags)
{
	if (flags & ~(COTASK_TIMEOUT_STRICT | COTASK_TIMEOUT_QUIET))
		return -EINVAL;
	if (t->state != SCOPE_NEW)
		return -EALREADY;
	t->flags = flags;
	return 0;
}

/*
 * The operation waits in the array: the timeout has no effect before the body suspends or adds
 * an operation that has to be applied at once.
 */
static int enter_timeout(struct cotask_timeout *t, bool ahead)
{
	struct cotask *task = any_task_here();
	struct cotask_loop *loop = cotask_here;
	struct cotask_op op = {
		.opcode = COTASK_OP_ENTER,
		.flags = COTASK_OP_F_ABSOLUTE | (ahead ? COTASK_OP_F_AHEAD : 0),
		.arg = COTASK_KIND_TIMEOUT,
		.value = t->deadline,
	};

	if (t->state != SCOPE_NEW)
		return -EALREADY;
	if (!task)
		return -ESRCH;
	if (t->flags & COTASK_TIMEOUT_STRICT)
		op.arg |= COTASK_MAKE_F_STRICT;
	if (t->flags & COTASK_TIMEOUT_QUIET)
		op.arg |= COTASK_MAKE_F_QUIET;
	op.handle = cotask_handle_new(&loop->handles, &t->base);
	if (!op.handle)
		return -ENOMEM;
	op.task = task->base.handle;
	*cotask_op_add(loop) = op;
	t->base = (struct cotask_awaitable){
		.loop = loop, .handle = op.handle, .kind = COTASK_KIND_TIMEOUT,
		.outcome = task->timeout,
	};
	task->timeout = op.handle;
	task->base.flags |= TASK_HAS_ENTERED;
	t->state = SCOPE_ENTERED;
	return 0;
}

/* The time of this call determines whether the deadline is past (TO-5). */
EXPORT int cotask_timeout_enter(struct cotask_timeout *t)
{
	return enter_timeout(t, t->deadline == COTASK_FOREVER || t->deadline > cotask_now());
}

/* The kernel refused the timeout after its body had begun: interrupt the body. */
void cotask_timeout_refused(struct cotask_loop *loop, const struct cotask_op *op,
			    struct cotask *task)
{
	struct cotask_awaitable *x = cotask_handle_object(loop, op->handle);
	struct cotask_op cancel = { .opcode = COTASK_OP_CANCEL, .handle = op->task };

	cotask_handle_free(&loop->handles, op->handle);
	x->handle = 0;
	x->outcome = op->result;
	task->timeout = 0;
	cotask_post(loop, &cancel);
}

/* The body has ended before ENTER was applied, so the timeout has not begun (TO-6). */
static bool not_begun(const struct cotask_timeout *t)
{
	struct cotask_loop *loop = t->base.loop;
	const struct cotask_op *last = loop->ops + loop->n_ops - 1;

	if (!loop->n_ops || t->flags & COTASK_TIMEOUT_STRICT ||
	    last->opcode != COTASK_OP_ENTER || last->handle != t->base.handle)
		return false;
	loop->n_ops--;
	cotask_handle_free(&loop->handles, t->base.handle);
	return true;
}

EXPORT int cotask_timeout_start(struct cotask_timeout *t, int64_t ns)
{
	cotask_timeout_init(t, ns);
	return enter_timeout(t, ns > 0);
}

/*
 * The timeout is the innermost scope, and had not expired at the event that began this step; it
 * can expire only in a later turn of the loop.  So LEAVE would return the value that it passes
 * (TO-6, TO-10), and can wait in the array.  LEAVE passes 0, which cannot be taken for a refusal.
 * This does not hold while ENTER may still be in the array: the kernel can refuse it.
 */
static bool leaves_quietly(const struct cotask_timeout *t, const struct cotask *task)
{
	return task->timeout == t->base.handle &&
	       !(task->base.flags & (TASK_EXPIRED | TASK_HAS_ENTERED)) &&
	       !(t->flags & COTASK_TIMEOUT_STRICT);
}

static void leave_quietly(struct cotask_timeout *t, struct cotask *task)
{
	task->timeout = t->base.outcome;
	*cotask_op_add(t->base.loop) = *OP(LEAVE, .task = task->base.handle,
					   .handle = t->base.handle);
	cotask_object_drop(&t->base);
	t->base.outcome = false;
}

static struct cotask_op read_expired(const struct cotask_timeout *t)
{
	return *OP(READ, .handle = t->base.handle, .arg = COTASK_READ_EXPIRED);
}

/* The kernel has refused the timeout, so the body was interrupted. */
static long leave_refused(struct cotask_timeout *t, struct cotask *task)
{
	long rc = t->base.outcome;

	cotask_uncancel(task);
	t->base.outcome = 0;
	return rc;
}

static long leave_timeout(struct cotask_timeout *t, struct cotask *task, long rc)
{
	struct cotask_op ops[2] = { leave_op(&t->base, task, rc), read_expired(t) };
	int error = cotask_ops(t->base.loop, ops, 2);

	if (error)
		return error;
	if (!t->base.handle) {
		t->state = SCOPE_LEFT;
		return leave_refused(t, task);
	}
	if (!has_left(&ops[0], &rc))
		return rc;
	task->timeout = 0;
	cotask_object_drop(&t->base);
	t->base.outcome = ops[1].result == 1;
	t->state = SCOPE_LEFT;
	return rc;
}

/*
 * Before the exit, base.outcome is the handle of the enclosing timeout, or 0 if that is not known.
 * After the exit, base.outcome is true if the timeout has expired.
 */
EXPORT long cotask_timeout_exit(struct cotask_timeout *t, long rc)
{
	struct cotask *task = any_task_here();

	if (t->state != SCOPE_ENTERED)
		return -EINVAL;
	if (!task)
		return -ESRCH;
	if (t->base.loop != cotask_here)
		return -EXDEV;
	if (!t->base.handle) {
		rc = leave_refused(t, task);
	} else if (not_begun(t)) {
		task->timeout = t->base.outcome;
		t->base.handle = 0;
		t->base.outcome = false;
	} else if (leaves_quietly(t, task)) {
		leave_quietly(t, task);
	} else {
		return leave_timeout(t, task, rc);
	}
	t->state = SCOPE_LEFT;
	return rc;
}

EXPORT int cotask_timeout_move(struct cotask_timeout *t, int64_t deadline)
{
	int rc = t->state == SCOPE_ENTERED ? check_object(&t->base) : -EINVAL;

	if (rc)
		return rc;
	rc = cotask_op(t->base.loop, OP(MOVE, .handle = t->base.handle, .value = deadline));
	if (!rc)
		t->deadline = deadline;
	return rc;
}

EXPORT int64_t cotask_timeout_when(const struct cotask_timeout *t)
{
	return t->deadline;
}

EXPORT bool cotask_timeout_expired(const struct cotask_timeout *t)
{
	struct cotask_op op;

	if (t->state == SCOPE_LEFT)
		return t->base.outcome;
	if (t->state != SCOPE_ENTERED || check_object(&t->base))
		return false;
	op = read_expired(t);
	return cotask_op(t->base.loop, &op) == 1;
}

/* --- sections -------------------------------------------------------------------------- */

EXPORT int cotask_shield_enter(struct cotask_section *s, int64_t ns)
{
	*s = (struct cotask_section){ .base = { .handle = 0 } };
	return enter_scope(&s->base, OP(ENTER, .arg = COTASK_KIND_SECTION, .value = ns));
}

EXPORT long cotask_shield_exit(struct cotask_section *s, long rc)
{
	leave_scope(&s->base, &rc);
	return rc;
}

/* --- cancel scopes ----------------------------------------------------------------------- */

EXPORT void cotask_cancel_scope_init(struct cotask_cancel_scope *s, int64_t deadline)
{
	*s = (struct cotask_cancel_scope){ .deadline = deadline };
}

EXPORT int cotask_cancel_scope_enter(struct cotask_cancel_scope *s)
{
	int rc;

	if (s->state > SCOPE_MADE)
		return -EALREADY;
	rc = enter_scope(&s->base, OP(ENTER, .arg = COTASK_KIND_SCOPE, .value = s->deadline));
	if (!rc)
		s->state = SCOPE_ENTERED;
	return rc;
}

EXPORT int cotask_cancel_scope_cancel(struct cotask_cancel_scope *s)
{
	int rc;

	if (s->state == SCOPE_LEFT)
		return 0;
	if (s->state == SCOPE_NEW) {
		rc = cotask_object_make(&s->base, COTASK_KIND_SCOPE,
					OP(MAKE, .arg = COTASK_KIND_SCOPE, .value = s->deadline));
		if (rc < 0)
			return rc;
		s->state = SCOPE_MADE;
	}
	rc = check_object(&s->base);
	if (rc)
		return rc;
	rc = cotask_op(s->base.loop, OP(CANCEL, .handle = s->base.handle));
	return rc < 0 ? rc : 0;
}

EXPORT long cotask_cancel_scope_exit(struct cotask_cancel_scope *s, long rc)
{
	if (s->state != SCOPE_ENTERED)
		return -EINVAL;
	if (leave_scope(&s->base, &rc))
		s->state = SCOPE_LEFT;
	return rc;
}
