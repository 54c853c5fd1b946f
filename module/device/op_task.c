// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - operations of the device: spawning, cancelling and ending tasks
 */
#include <linux/uaccess.h>

#include "device.h"

/* The task that an object of a kind of TASK_KINDS is; NULL: it has not arrived. */
struct cotask *cotask_object_task(struct cotask_object *o)
{
	if (o->kind == COTASK_OBJECT_NATIVE)
		return cotask_native_task(o);
	/* Pairs with hosted_step(). */
	if (!smp_load_acquire(&cotask_object_hosted(o)->arrived))
		return NULL;
	return cotask_object_hosted(o)->task;
}

/* --- spawning ------------------------------------------------------------ */

/* A text of up to COTASK_NAME_MAX bytes. */
static int copy_name(char *name, const struct cotask_op *op)
{
	if (op->len > COTASK_NAME_MAX)
		return -EINVAL;
	if (copy_from_user(name, u64_to_user_ptr(op->addr), op->len))
		return -EFAULT;
	name[op->len] = '\0';
	return strlen(name) == op->len ? 0 : -EINVAL;
}

/**
 * cotask_op_spawn_args - how to spawn a task
 * @op: the operation
 * @args: filled in
 * @name: room for COTASK_NAME_MAX + 1 bytes, which @args refers to
 *
 * The flags may include COTASK_SPAWN_APART, which otherwise only the sets of the core use.
 *
 * Return: 0; -EINVAL, -EFAULT.
 */
int cotask_op_spawn_args(const struct cotask_op *op, struct cotask_spawn_args *args, char *name)
{
	static const struct { u32 user; u32 core; } flags[] = {
		{ COTASK_SPAWN_F_EAGER, COTASK_SPAWN_EAGER },
		{ COTASK_SPAWN_F_SURE_START, COTASK_SPAWN_SURE_START },
		{ COTASK_SPAWN_F_CANCELLED, COTASK_SPAWN_CANCELLED },
		{ COTASK_SPAWN_F_WINS, COTASK_SPAWN_COMPLETION_WINS },
		{ COTASK_SPAWN_F_KEEP_CANCEL, COTASK_SPAWN_KEEP_CANCEL },
		{ COTASK_SPAWN_F_APART, COTASK_SPAWN_APART },
	};
	u32 rest = op->arg;
	unsigned int i;

	*args = (struct cotask_spawn_args){ .gfp = GFP_KERNEL_ACCOUNT };
	for (i = 0; rest && i < ARRAY_SIZE(flags); i++) {
		if (rest & flags[i].user)
			args->flags |= flags[i].core;
		rest &= ~flags[i].user;
	}
	if (rest)
		return -EINVAL;
	if (!op->len)
		return op->addr ? -EINVAL : 0;
	args->name = name;
	return copy_name(name, op);
}

/* The group that a new task is to belong to, with a reference, or NULL. */
static struct cotask_object *owner_of(struct cotask_file *f, const struct cotask_op *op)
{
	struct cotask_object *o;

	if (!op->other)
		return NULL;
	o = cotask_object_find(f, op->other, BIT(COTASK_KIND_GROUP) | BIT(COTASK_OBJECT_REMOTE));
	return !IS_ERR(o) && o->kind == COTASK_OBJECT_REMOTE ? cotask_remote_group(o) : o;
}

/*
 * An imported group has another task in its own loop in the place of the new one.  The new one
 * begins when the other one exists, and cannot be refused after that: so there are both or none.
 * The other loop can already cancel it, or await it, which arrives in this loop later.
 */
static struct cotask *spawn_remote(struct cotask_file *f, struct cotask_object *owner,
				   struct cotask_frame *frame, struct cotask_spawn_args *args)
{
	struct cotask_group *root = cotask_loop_root(f->loop);
	struct cotask *t;
	int rc;

	args->flags = (args->flags & ~COTASK_SPAWN_EAGER) | COTASK_SPAWN_PAID;
	t = cotask_task_prepare(root, f->loop, frame, args);
	rc = PTR_ERR_OR_ZERO(t) ?: cotask_group_admits(root, true, 1) ?:
	     cotask_remote_spawn(owner, t);
	if (!rc) {
		cotask_task_start(t, args->flags);
		return t;
	}
	if (!IS_ERR(t))
		cotask_task_discard(t, frame);
	cotask_frame_refuse(frame);
	return ERR_PTR(rc);
}

static struct cotask *spawn_in(struct cotask_file *f, struct cotask_hosted *h,
			       struct cotask_object *owner, struct cotask_frame *frame,
			       struct cotask_spawn_args *args)
{
	struct cotask *t;

	if (owner && owner->kind == COTASK_OBJECT_REMOTE)
		return spawn_remote(f, owner, frame, args);
	h->eager = args->flags & COTASK_SPAWN_EAGER;
	t = cotask_spawn_paid(owner ? cotask_object_group(owner) : cotask_loop_root(f->loop),
			      frame, args);
	h->eager = false;
	return t;
}

static s64 spawn(struct cotask_request *r, struct cotask_hosted *h, struct cotask_object *owner,
		 const struct cotask_spawn_args *args)
{
	struct cotask_frame *frame = cotask_hosted_init(h, r->op, r->op->handle);
	struct cotask_spawn_args how = *args;
	struct cotask *t;

	how.flags &= ~COTASK_SPAWN_APART;
	t = spawn_in(r->f, h, owner, frame, &how);
	if (IS_ERR(t))
		return PTR_ERR(t);
	if (h->task) {
		/* It was eager, so a reference is there, and the process runs its first step. */
		t->entry.flags |= COTASK_T_EAGER;
		cotask_put(t);
	} else {
		h->task = t;
		h->arrived = true;
	}
	/* It has not ended: also the first step of an eager one is still to come. */
	if (args->flags & COTASK_SPAWN_APART)
		h->task->entry.flags |= COTASK_T_APART;
	return h->started;
}

static s64 op_spawn(struct cotask_request *r)
{
	char name[COTASK_NAME_MAX + 1];
	struct cotask_spawn_args args;
	struct cotask_object *owner;
	struct cotask_hosted *h;
	s64 rc;

	rc = cotask_op_spawn_args(r->op, &args, name);
	if (rc)
		return rc;
	owner = owner_of(r->f, r->op);
	if (IS_ERR(owner))
		return PTR_ERR(owner);
	h = cotask_object_new(r->f, r->op->handle, COTASK_OBJECT_TASK);
	if (IS_ERR(h))
		rc = PTR_ERR(h);
	else
		rc = cotask_object_finish(&h->object, r->op->handle, spawn(r, h, owner, &args));
	cotask_object_put(owner);
	return rc;
}

const struct cotask_op_row cotask_op_spawn = {
	.issue = op_spawn,
	.is = MAY_HAVE_TASK | NO_OBJECT | USES_OTHER | USES_USER_DATA | USES_MEMORY | USES_ARG,
};

/* --- from other threads -------------------------------------------------- */

struct submission_object {
	struct cotask_object object;
	struct cotask_submission *submission;
};

struct cotask_submission *cotask_object_submission(struct cotask_object *o)
{
	return container_of(o, struct submission_object, object)->submission;
}

static void submission_fini(struct cotask_object *o)
{
	cotask_submission_put(cotask_object_submission(o));
}

const struct cotask_object_ops cotask_submission_object = {
	.size = sizeof(struct submission_object),
	.fini = submission_fini,
};

/* The task's handle is published first: its first event may come before this returns. */
static s64 submit(struct cotask_request *r, struct submission_object *s, const char *name)
{
	const struct cotask_op *op = r->op;
	struct cotask_hosted *h = cotask_object_new(r->f, op->other, COTASK_OBJECT_TASK);
	struct cotask_frame *frame;
	struct cotask *task = NULL;

	if (IS_ERR(h))
		return PTR_ERR(h);
	frame = cotask_hosted_init(h, op, op->other);
	/* It may have ended, and be forgotten, before this returns. */
	cotask_object_get(&h->object);
	cotask_object_finish(&h->object, op->other, 0);
	s->submission = cotask_submit_paid(r->f->loop, frame, name);
	if (IS_ERR(s->submission))
		cotask_object_forget(r->f, op->other, &h->object);
	else
		task = cotask_submission_task(s->submission);
	if (task)
		cotask_hosted_keep(h, task);
	cotask_object_put(&h->object);
	return PTR_ERR_OR_ZERO(s->submission);
}

static s64 op_submit(struct cotask_request *r)
{
	char name[COTASK_NAME_MAX + 1];
	struct cotask_spawn_args args;
	struct submission_object *s;
	s64 rc;

	if (r->op->arg)
		return -EINVAL;
	rc = cotask_op_spawn_args(r->op, &args, name);
	if (rc)
		return rc;
	s = cotask_object_new(r->f, r->op->handle, COTASK_OBJECT_SUBMISSION);
	if (IS_ERR(s))
		return PTR_ERR(s);
	return cotask_object_finish(&s->object, r->op->handle, submit(r, s, args.name));
}

const struct cotask_op_row cotask_op_submit = {
	.issue = op_submit,
	.is = FROM_ANYWHERE | NO_OBJECT | USES_OTHER | USES_USER_DATA | USES_MEMORY,
};

/* --- until it is ready ---------------------------------------------------- */

/**
 * struct start - START
 * @aux: of the operation
 * @start: of the core
 */
struct start {
	struct cotask_aux	aux;
	struct cotask_start	start;
};

static s64 op_start(struct cotask_request *r)
{
	struct cotask_hosted *h = cotask_object_hosted(r->object);
	struct cotask *child = cotask_object_task(r->object);

	if (!child)
		return -ENOENT;
	if (h->started || cotask_task_is_starting(child))
		return -EINVAL;
	return cotask_hosted_issue_with(r, sizeof(struct start));
}

static struct cotask_await perform_start(struct cotask *task, struct cotask_hosted *h)
{
	struct start *w = container_of(h->aux, struct start, aux);
	struct cotask *child = cotask_object_task(h->awaited);

	cotask_future_setup(&w->start.ready, task->base.loop);
	return cotask_start_child(task, &w->start, cotask_get(child));
}

const struct cotask_op_row cotask_op_start = {
	.issue = op_start,
	.perform = perform_start,
	.kinds = BIT(COTASK_OBJECT_TASK),
	.is = NEEDS_TASK,
};

static s64 op_ready(struct cotask_request *r)
{
	struct cotask_start *s = cotask_start_of(r->actor->task);

	if (!s || r->op->value < 0 || !cotask_is_outcome(r->op->value))
		return -EINVAL;
	return cotask_start_ready(r->actor->task, s, r->op->value);
}

const struct cotask_op_row cotask_op_ready = {
	.issue = op_ready,
	.is = NEEDS_TASK | USES_VALUE,
};

/* --- the end ------------------------------------------------------------- */

static s64 op_exit(struct cotask_request *r)
{
	struct cotask_hosted *h = r->actor;

	if (!cotask_is_outcome(r->op->value))
		return -EINVAL;
	/* The core drops its reference meanwhile. */
	cotask_object_get(&h->object);
	cotask_hosted_issue(r, NULL, NULL);
	if (r->op->flags & COTASK_OP_F_FORGET)
		cotask_hosted_forget(h, r->op->task);
	cotask_object_put(&h->object);
	return 0;
}

const struct cotask_op_row cotask_op_exit = {
	.issue = op_exit,
	.is = NEEDS_TASK | USES_VALUE | MAY_FORGET,
};

/* --- cancelling ---------------------------------------------------------- */

static s64 op_uncancel(struct cotask_request *r)
{
	struct cotask *task = cotask_object_task(r->object);

	return task ? cotask_uncancel(task) : -ENOENT;
}

const struct cotask_op_row cotask_op_uncancel = {
	.issue = op_uncancel,
	.kinds = TASK_KINDS,
	.is = MAY_HAVE_TASK,
};

static s64 op_cancel_all(struct cotask_request *r)
{
	struct cotask_object *o = NULL;

	if (r->op->handle) {
		o = cotask_object_find(r->f, r->op->handle, TASK_KINDS);
		if (IS_ERR(o))
			return PTR_ERR(o);
	}
	cotask_cancel_leftovers(r->f->loop, o ? cotask_object_task(o) : NULL);
	cotask_object_put(o);
	return r->f->loop->tasks;
}

const struct cotask_op_row cotask_op_cancel_all = {
	.issue = op_cancel_all,
	.is = NO_OBJECT,
};

/**
 * struct cancel_wait - CANCEL_WAIT
 * @aux: of the operation
 * @wait: of the core
 */
struct cancel_wait {
	struct cotask_aux		aux;
	struct cotask_cancel_wait	wait;
};

static s64 op_cancel_wait(struct cotask_request *r)
{
	if (!cotask_object_task(r->object))
		return -ENOENT;
	return cotask_hosted_issue_with(r, sizeof(struct cancel_wait));
}

static struct cotask_await perform_cancel_wait(struct cotask *task, struct cotask_hosted *h)
{
	struct cancel_wait *w = container_of(h->aux, struct cancel_wait, aux);

	return cotask_cancel_and_wait(task, &w->wait, cotask_object_task(h->awaited));
}

const struct cotask_op_row cotask_op_cancel_wait = {
	.issue = op_cancel_wait,
	.perform = perform_cancel_wait,
	.kinds = TASK_KINDS,
	.is = NEEDS_TASK,
};

/* --- names --------------------------------------------------------------- */

static s64 op_name(struct cotask_request *r)
{
	struct cotask *task = cotask_object_task(r->object);
	char name[COTASK_NAME_MAX + 1];
	int rc = copy_name(name, r->op);

	if (rc)
		return rc;
	return task ? cotask_set_name(task, name) : -ENOENT;
}

const struct cotask_op_row cotask_op_name = {
	.issue = op_name,
	.kinds = TASK_KINDS,
	.is = MAY_HAVE_TASK | USES_MEMORY,
};

static s64 op_get_name(struct cotask_request *r)
{
	struct cotask *task = cotask_object_task(r->object);
	char name[COTASK_NAME_MAX + 1];
	size_t size;

	if (!task)
		return -ENOENT;
	cotask_get_name(task, name, sizeof(name));
	size = strlen(name) + 1;
	if (r->op->len < size)
		return -EINVAL;
	return copy_to_user(u64_to_user_ptr(r->op->addr), name, size) ? -EFAULT : 0;
}

const struct cotask_op_row cotask_op_get_name = {
	.issue = op_get_name,
	.kinds = TASK_KINDS,
	.is = MAY_HAVE_TASK | USES_MEMORY,
};
