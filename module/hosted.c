// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - hosted tasks: their code is in the process
 *
 * To the core a hosted task is a task like any other: its coroutine is hosted_step().
 * That one says that it is the task's turn, by an event, and waits until the process
 * has run the code up to the next wait.  As far as the core can tell the task waits
 * for something that declines to cancel meanwhile, which is just what holds for a task
 * that runs: a request to cancel arms it.
 */
#include "device.h"

static struct cotask_hosted *hosted_of(struct cotask_frame *frame)
{
	return container_of(frame, struct cotask_hosted, frame);
}

/* --- the process's turn --------------------------------------------------------- */

/* It is cancelled before its first step: its code does not run (CX-7). */
static void never_start(struct cotask_hosted *h, struct cotask *task)
{
	list_del_init(&h->ready);
	h->state = COTASK_HOSTED_KERNEL;
	h->op = (struct cotask_op){ .opcode = COTASK_OP_EXIT, .value = -ECANCELED };
	list_del_init(&task->entry.link);
	cotask_task_queue(task, 0);
}

/*
 * The outcome of its last operation is out of reach, so the task declines, and is armed
 * by that: the cancel comes at its next wait.
 */
static bool turn_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			const struct cotask_reason *why)
{
	struct cotask_hosted *h = container_of(x, struct cotask_hosted, turn);

	if (h->started || h->state != COTASK_HOSTED_READY)
		return false;
	never_start(h, waiter);
	return true;
}

/* The code is gone, or not waited for any more. */
static void turn_let_go(struct cotask_awaitable *x, struct cotask *waiter)
{
	struct cotask_hosted *h = container_of(x, struct cotask_hosted, turn);

	if (h->state == COTASK_HOSTED_RUNNING)
		h->object.file->running--;
	list_del_init(&h->ready);
	h->state = COTASK_HOSTED_KERNEL;
	list_del_init(&waiter->entry.link);
	cotask_task_queue(waiter, -ECANCELED);
}

static const struct cotask_awaitable_ops turn_ops = {
	.name = "process",
	.cancel = turn_cancel,
	.let_go = turn_let_go,
	.internal = true,
};

static void emit(struct cotask_hosted *h, long outcome)
{
	struct cotask_file *f = h->object.file;

	h->outcome = outcome;
	h->state = COTASK_HOSTED_READY;
	list_add_tail(&h->ready, &f->events);
	if (++f->emitted >= f->budget)
		f->loop->pause = true;
}

/* --- operations that end a step -------------------------------------------------- */

static struct cotask_await sleep(struct cotask *task, const struct cotask_op *op)
{
	if (op->flags & COTASK_OP_F_ABSOLUTE)
		return cotask_sleep_until(task, ns_to_ktime(op->value), CLOCK_MONOTONIC, 0);
	return cotask_sleep(task, op->value);
}

static struct cotask_await await(struct cotask *task, struct cotask_object *o)
{
	if (o->kind == COTASK_OBJECT_TASK)
		return cotask_join(task, cotask_object_hosted(o)->task);
	return cotask_await_future(task, cotask_object_future(o));
}

static struct cotask_await perform(struct cotask *task, struct cotask_hosted *h)
{
	switch (h->op.opcode) {
	case COTASK_OP_SLEEP:
		return sleep(task, &h->op);
	case COTASK_OP_AWAIT:
		return await(task, h->awaited);
	default:
		return cotask_group_exit(task, cotask_object_group(h->scopes), h->op.value);
	}
}

static void performed(struct cotask_hosted *h)
{
	if (h->op.opcode == COTASK_OP_GROUP_EXIT)
		cotask_hosted_leave(h);
	cotask_object_put(h->awaited);
	h->awaited = NULL;
}

/* A process may end a task inside of scopes. */
static long end(struct cotask *task, struct cotask_frame *frame, long rc)
{
	cotask_scope_abandon(task, frame->scopes);
	return rc;
}

static long hosted_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_hosted *h = hosted_of(frame);
	long rc;

	CO_BEGIN(task, frame, turn, waited);

	rc = 0;
	for (;;) {
		if (h->object.file->dead)
			return end(task, frame, -ECANCELED);
		emit(h, rc);
		CO_AWAIT(turn, rc, cotask_park(task, &h->turn));
		if (h->op.opcode == COTASK_OP_EXIT)
			return end(task, frame, h->op.value);
		CO_AWAIT(waited, rc, perform(task, h));
		performed(h);
	}
}

/* The scopes that it was in were left for it before. */
static void hosted_release(struct cotask_frame *frame)
{
	struct cotask_hosted *h = hosted_of(frame);

	while (h->scopes)
		cotask_hosted_leave(h);
	cotask_object_put(h->awaited);
	h->awaited = NULL;
	cotask_object_put(&h->object);
}

/* --- for ops.c --------------------------------------------------------------------- */

/**
 * cotask_hosted_spawn - spawn a hosted task
 * @f: the file
 * @h: the object, made by cotask_object_new()
 * @group: its owner, or NULL
 *
 * Return: 0, and a reference to @h goes to its frame; the errors of cotask_spawn().
 */
int cotask_hosted_spawn(struct cotask_file *f, struct cotask_hosted *h,
			struct cotask_group *group)
{
	struct cotask_spawn_args args = { .gfp = GFP_KERNEL_ACCOUNT };
	struct cotask *t;

	cotask_awaitable_init(&h->turn, f->loop, &turn_ops);
	INIT_LIST_HEAD(&h->ready);
	refcount_inc(&h->object.refs);
	/* When it is refused the frame, and with it that reference, is released. */
	cotask_frame_init(&h->frame, hosted_step, hosted_release);
	t = cotask_spawn_with(group ?: cotask_loop_root(f->loop), &h->frame, &args);
	if (IS_ERR(t))
		return PTR_ERR(t);
	h->task = t;
	return 0;
}

/**
 * cotask_hosted_issue - the process says what ends the step of a task
 * @h: the task, which is running in the process
 * @op: the operation
 * @awaited: what it is going to wait for, a reference that is taken over; or NULL
 *
 * The task goes on at once; when the operation has its outcome already, there is the
 * next event.
 */
void cotask_hosted_issue(struct cotask_hosted *h, const struct cotask_op *op,
			 struct cotask_object *awaited)
{
	h->op = *op;
	h->awaited = awaited;
	h->state = COTASK_HOSTED_KERNEL;
	h->object.file->running--;
	cotask_task_resume(h->task);
}

/* The task has entered a group or timeout, which stays as long as that. */
void cotask_hosted_enter(struct cotask_hosted *h, struct cotask_object *scope)
{
	refcount_inc(&scope->refs);
	h->depth++;
	scope->outer = h->scopes;
	scope->user = h;
	h->scopes = scope;
}

/* It has left the innermost one. */
void cotask_hosted_leave(struct cotask_hosted *h)
{
	struct cotask_object *scope = h->scopes;

	h->depth--;
	h->scopes = scope->outer;
	scope->user = NULL;
	cotask_object_put(scope);
}
