// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - hosted tasks: their code is in the process
 *
 * To the core a hosted task is an ordinary task whose coroutine is hosted_step().  The coroutine
 * adds an event for the task's turn, and waits until the process has run the code up to the next
 * wait.  The awaitable of that wait declines to cancel, so a request to cancel arms the task, as
 * it arms a running task.
 *
 * Several events may be delivered at once, although a step could affect the next one: the next
 * ENTER passes the number of events that the process has begun, and the kernel takes the others
 * back.  Their outcomes are revised when they are delivered again (CX-5, CX-7).  This suffices
 * because the loop stops at every entry that does more than add an event, or that settles a
 * request (which an earlier step may take back), see cotask_hosted_may_follow().
 */
#include <linux/slab.h>

#include "device.h"

static struct kmem_cache *hosted_cache;

int cotask_hosted_cache_init(void)
{
	/* Of cotask_hosted.opcode. */
	BUILD_BUG_ON(COTASK_OP_LAST > U8_MAX);
	hosted_cache = KMEM_CACHE(cotask_hosted, SLAB_ACCOUNT);
	return hosted_cache ? 0 : -ENOMEM;
}

void cotask_hosted_cache_exit(void)
{
	kmem_cache_destroy(hosted_cache);
}

static void hosted_release(struct cotask_frame *frame);

static struct cotask_hosted *hosted_of(struct cotask_frame *frame)
{
	return container_of(frame, struct cotask_hosted, frame);
}

/*
 * One allocation for both: the object holds a reference to its task, so the task is freed last,
 * and the memory with it.
 */
struct cotask *cotask_hosted_place(struct cotask_frame *frame)
{
	return frame->release == hosted_release ? &hosted_of(frame)->place : NULL;
}

void cotask_hosted_vacated(struct cotask *task)
{
	kmem_cache_free(hosted_cache, container_of(task, struct cotask_hosted, place));
}

/* --- the process's turn -------------------------------------------------- */

/*
 * The outcome of its last operation can no longer be replaced here, so the task declines,
 * which arms it: the cancel comes with the event, if that is still pending, or at its next wait.
 */
static bool process_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			   const struct cotask_reason *why)
{
	return false;
}

/* Its code does not run, or does not run any further. */
static void leave_process(struct cotask_hosted *h)
{
	if (h->state == COTASK_HOSTED_RUNNING)
		h->object.file->running--;
	cotask_turn_del(h->object.file, &h->object.turn);
	h->state = COTASK_HOSTED_KERNEL;
	h->opcode = COTASK_OP_EXIT;
	h->value = -ECANCELED;
}

/* The code is gone. */
static void process_let_go(struct cotask_awaitable *x, struct cotask *waiter)
{
	leave_process(hosted_of(waiter->frame));
	INIT_LIST_HEAD(&waiter->entry.link);
	cotask_task_queue(waiter, -ECANCELED);
}

const struct cotask_awaitable_ops cotask_process_ops = {
	.name = "process",
	.cancel = process_cancel,
	.let_go = process_let_go,
	.internal = true,
	.elsewhere = true,
};

/* It is the task's turn. */
static void emit(struct cotask_hosted *h, long outcome)
{
	struct cotask_file *f = h->object.file;

	h->outcome = outcome;
	h->was_armed = h->task->entry.flags & COTASK_T_ARMED;
	if (h->eager) {
		h->state = COTASK_HOSTED_RUNNING;
		h->started = true;
		f->running++;
		if (unlikely(cotask_accounts(f->loop)))
			cotask_account_process(h->task, ktime_get_ns());
		trace_cotask_give(h->task);
		return;
	}
	h->state = COTASK_HOSTED_READY;
	/* A task that has not suspended continues before all pending turns. */
	if (h->issuing)
		cotask_turn_add_first(f, &h->object.turn, COTASK_EVENT_STEP);
	else
		cotask_turn_add(f, &h->object.turn, COTASK_EVENT_STEP);
}

/**
 * cotask_hosted_revise - revise the event of a task that is about to be delivered
 * @h: the task, with cotask_hosted_needs_revision()
 *
 * Return: false: the event is dropped, because the task was cancelled before its first step.
 */
bool cotask_hosted_revise(struct cotask_hosted *h)
{
	long rc = h->outcome;

	if (cotask_task_revise(h->task, h->started, &rc)) {
		h->outcome = rc;
		return true;
	}
	leave_process(h);
	cotask_task_resume(h->task, NULL);
	return false;
}

/**
 * cotask_hosted_may_follow - whether the loop may run an entry now
 * @f: the file
 * @e: the next entry of the turn
 *
 * Return: true if no event was made in this turn yet, or if @e only makes another one.
 */
bool cotask_hosted_may_follow(struct cotask_file *f, struct cotask_entry *e)
{
	struct cotask *t;

	if (!f->emitted || f->dead)
		return true;
	if (f->emitted >= f->budget)
		return false;
	if (e->kind == COTASK_ENTRY_CALLBACK)
		return cotask_call_may_follow(e);
	if (e->kind != COTASK_ENTRY_TASK)
		return false;
	t = container_of(e, struct cotask, entry);
	/* A request can be taken back until it is delivered, but not once it was handed on. */
	if ((e->flags & COTASK_T_ARMED) || (atomic_read(&t->base.state) & COTASK_S_POSTED))
		return false;
	return t->frame->release == hosted_release && cotask_hosted_follows(hosted_of(t->frame));
}

/* --- the coroutine ------------------------------------------------------- */

static void let_go_of_operands(struct cotask_hosted *h)
{
	if (h->awaited)
		cotask_object_put(h->awaited);
	h->awaited = NULL;
	if (h->aux)
		h->aux->drop(h->aux);
	h->aux = NULL;
}

/* The await of the operation that was issued; an exit has none. */
static struct cotask_await perform(struct cotask *task)
{
	struct cotask_hosted *h = hosted_of(task->frame);

	return cotask_op_row(h->opcode)->perform(task, h);
}

/* What the event reports; COTASK_SUSPENDED: the operation goes on waiting. */
static long finished(struct cotask_hosted *h, long rc)
{
	const struct cotask_op_row *row = cotask_op_row(h->opcode);

	return row->finish ? row->finish(h, rc) : rc;
}

static long hosted_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_hosted *h = hosted_of(frame);
	long rc;

	CO_BEGIN(task, frame, waited, again);

	task->entry.flags |= COTASK_T_HOSTED;
	/* A submission, or eager. */
	if (!h->arrived) {
		cotask_hosted_keep(h, task);
		smp_store_release(&h->arrived, true); /* see cotask_object_task() */
	}
	rc = 0;
	for (;;) {
		if (h->object.file->dead)
			return -ECANCELED;
		emit(h, rc);
		/* The process replaces this await by that of its next operation. */
		CO_AWAIT(waited, rc, cotask_park_known(task, &h->object.file->process));
		if (h->opcode == COTASK_OP_EXIT)
			return h->value;
		while ((rc = finished(h, rc)) == COTASK_SUSPENDED)
			CO_AWAIT(again, rc, perform(task));
		let_go_of_operands(h);
	}
}

/* The task was ended by the kernel: report that to the process. */
static void tell_gone(struct cotask_hosted *h)
{
	if (h->object.file->dead || h->exited || h->frame.state == COTASK_FRAME_REFUSED)
		return;
	cotask_turn_del(h->object.file, &h->object.turn);
	cotask_object_get(&h->object);
	cotask_turn_add(h->object.file, &h->object.turn, COTASK_EVENT_GONE);
}

/*
 * A task that has exited is forgotten, but still referenced.  Its user_data is valid until its end
 * is recorded, and no longer: the memory that it points to may be freed before the last reference
 * is dropped.
 */
static void forgotten(struct cotask_hosted *h)
{
	/* Unless there is an event already, or the record is to come, or it leaves its scopes. */
	if (h->over && list_empty(&h->object.turn.link))
		h->user_data = 0;
}

/**
 * cotask_hosted_forget - the handle of a task that has exited is free again
 * @h: the task, with a reference of the caller's
 * @handle: its handle
 *
 * Return: 0; -ENOENT: it no longer names @h.
 */
int cotask_hosted_forget(struct cotask_hosted *h, u32 handle)
{
	int rc = cotask_object_forget(h->object.file, handle, &h->object);

	if (!rc && refcount_read(&h->object.refs) > 1)
		forgotten(h);
	return rc;
}

/*
 * Its error may still have to be reported, with the user_data of the task.  That is decided
 * when its end is recorded: the object stays until then.
 */
static bool stays_for_record(struct cotask_hosted *h)
{
	if (!h->exited || h->value >= 0 || h->value == -ECANCELED || h->object.file->dead)
		return false;
	h->task->entry.flags |= COTASK_T_FAILED;
	list_add_tail(&h->object.turn.link, &h->object.file->failed);
	return true;
}

/**
 * cotask_hosted_recorded - the end of a task that has failed is recorded
 * @f: its file
 * @t: the task
 *
 * If the task was left over by a run, its error is reported (CO-9).  Otherwise the error is
 * reported if its handle is gone and the error was never retrieved (AW-11).
 */
void cotask_hosted_recorded(struct cotask_file *f, struct cotask *t)
{
	struct cotask_hosted *h;

	/* Records come in the order of the ends. */
	list_for_each_entry(h, &f->failed, object.turn.link) {
		if (h->task == t)
			break;
	}
	list_del_init(&h->object.turn.link);
	t->entry.flags &= ~COTASK_T_FAILED;
	if ((t->entry.flags & COTASK_T_LEFTOVER) && !f->dead) {
		cotask_turn_add(f, &h->object.turn, COTASK_EVENT_ERROR);
		return;
	}
	if (!h->handle && refcount_read(&h->object.refs) > 1)
		forgotten(h);
	cotask_object_put(&h->object);
}

/**
 * cotask_hosted_unread - the last reference to a task is dropped, and its error was never retrieved
 * @t: the task, whose object has ended before
 *
 * The memory of the object is still there, because the task is in it.  So the object begins to
 * exist again, with a reference to the task, and ends when the process has begun the event.
 */
void cotask_hosted_unread(struct cotask *t)
{
	struct cotask_hosted *h = container_of(t, struct cotask_hosted, place);

	if (WARN_ON_ONCE(refcount_read(&h->object.refs)))
		return;
	cotask_get(t);
	refcount_set(&h->object.refs, 1);
	h->user_data = 0;
	cotask_turn_add(h->object.file, &h->object.turn, COTASK_EVENT_ERROR);
}

/* The core has left the scopes of the task before. */
static void hosted_release(struct cotask_frame *frame)
{
	struct cotask_hosted *h = hosted_of(frame);

	while (h->scopes)
		cotask_hosted_leave(h);
	let_go_of_operands(h);
	h->over = true;
	tell_gone(h);
	if (stays_for_record(h))
		return;
	if (!h->handle)
		forgotten(h);
	cotask_object_put(&h->object);
}

/* --- for the operations -------------------------------------------------- */

/**
 * cotask_hosted_init - prepare a hosted task for a spawn
 * @h: made by cotask_object_new()
 * @op: with its user_data
 * @handle: its handle
 *
 * Return: Its frame, which has a reference to @h; a refused spawn also drops it.
 */
struct cotask_frame *cotask_hosted_init(struct cotask_hosted *h, const struct cotask_op *op,
					u32 handle)
{
	h->handle = handle;
	h->user_data = op->user_data;
	cotask_object_get(&h->object);
	return cotask_frame_init(&h->frame, hosted_step, hosted_release);
}

/**
 * cotask_hosted_keep - connect an object with its task
 * @h: the object
 * @task: its task
 *
 * If the object ends before the task, its charge passes to the task.  A submission calls this
 * twice: in the thread that has made the task, because it may have no first step, and in that
 * step.
 */
void cotask_hosted_keep(struct cotask_hosted *h, struct cotask *task)
{
	if (cmpxchg(&h->task, NULL, cotask_get(task)))
		cotask_put(task);
}

/**
 * cotask_hosted_name_operands - set the operands of the operation that ends the step of a task
 * @r: the request, by a task that is running in the process
 * @awaited: the object to wait for, a reference that is taken over; or NULL
 * @aux: memory that the operation needs, taken over; or NULL
 *
 * Followed by cotask_hosted_go_on().
 */
void cotask_hosted_name_operands(struct cotask_request *r, struct cotask_object *awaited,
				 struct cotask_aux *aux)
{
	const struct cotask_op *op = r->op;
	struct cotask_hosted *h = r->actor;

	h->opcode = op->opcode;
	h->operand = op->handle;
	h->flags = op->flags;
	h->arg = op->arg;
	h->value = op->value;
	h->awaited = awaited;
	h->aux = aux;
}

/**
 * cotask_hosted_go_on - end the step of a task in the process
 * @r: the request, whose operands the task has
 *
 * The task continues at once; if the operation already has its outcome, the next event is added.
 */
void cotask_hosted_go_on(struct cotask_request *r)
{
	struct cotask_hosted *h = r->actor;
	struct cotask *task = h->task;

	h->state = COTASK_HOSTED_KERNEL;
	r->f->running--;
	if (unlikely(cotask_accounts(r->f->loop)))
		cotask_account_issue(task);
	cotask_turn_del(r->f, &h->object.turn);
	h->issuing = true;
	h->exited = h->opcode == COTASK_OP_EXIT;
	cotask_task_resume(task, h->exited ? NULL : perform);
	h->issuing = false;
	/* Its first step, if that was eager, is over unless it has another event at once. */
	if (unlikely(task->entry.flags & COTASK_T_EAGER) && h->state == COTASK_HOSTED_KERNEL)
		cotask_task_joined(task);
}

/* Both. */
void cotask_hosted_issue(struct cotask_request *r, struct cotask_object *awaited,
			 struct cotask_aux *aux)
{
	cotask_hosted_name_operands(r, awaited, aux);
	cotask_hosted_go_on(r);
}

static void aux_kfree(struct cotask_aux *aux)
{
	kfree(aux);
}

/**
 * cotask_hosted_issue_with - end a step with the operation's object, and with cleared memory
 * @r: the request
 * @size: of the memory, which begins with a &struct cotask_aux
 *
 * Return: 0; -ENOMEM.
 */
s64 cotask_hosted_issue_with(struct cotask_request *r, size_t size)
{
	struct cotask_aux *aux = kzalloc(size, GFP_KERNEL_ACCOUNT);

	if (!aux)
		return -ENOMEM;
	aux->drop = aux_kfree;
	cotask_hosted_issue(r, cotask_object_get(r->object), aux);
	return 0;
}

/* The task has entered a scope, which stays as long as that. */
void cotask_hosted_enter(struct cotask_hosted *h, struct cotask_scope_object *scope)
{
	cotask_object_get(&scope->object);
	h->depth++;
	scope->outer = h->scopes;
	scope->user = h;
	h->scopes = scope;
}

/* The task has left the innermost scope. */
void cotask_hosted_leave(struct cotask_hosted *h)
{
	struct cotask_scope_object *scope = h->scopes;

	h->depth--;
	h->scopes = scope->outer;
	scope->user = NULL;
	cotask_object_put(&scope->object);
}

/* The location of the code of a task that has not ended. */
static void view_place(const struct cotask_hosted *h, struct cotask_host_view *view)
{
	const struct cotask_file *f = h->object.file;

	view->running = h->state == COTASK_HOSTED_RUNNING ||
			(h->state == COTASK_HOSTED_READY && cotask_turn_given(f, &h->object.turn));
	if (view->running && cotask_accounts(f->loop))
		view->since = f->given_at;
	if (h->state != COTASK_HOSTED_KERNEL || !h->started)
		return;
	if (h->opcode == COTASK_OP_POLL) {
		view->fd = h->operand;
		view->events = h->arg;
	} else if (cotask_op_row(h->opcode)->is & MOVES_DATA) {
		cotask_io_view(h, view);
	} else {
		view->handle = h->operand;
	}
}

/**
 * cotask_hosted_view - the process's view of a task
 * @task: any task of the loop that the caller owns
 * @view: the result
 *
 * The code is the user_data of a hosted task, by which libcotask points to the data for an
 * unwinder.
 */
void cotask_hosted_view(const struct cotask *task, struct cotask_host_view *view)
{
	struct cotask_frame *frame = task->frame;

	*view = (struct cotask_host_view){ .fd = -1 };
	while (frame && frame->outer)
		frame = frame->outer;
	if (!frame || frame->release != hosted_release)
		return;
	/* The data may be freed as soon as the handle is. */
	view->code = hosted_of(frame)->handle ? hosted_of(frame)->user_data : 0;
	view_place(hosted_of(frame), view);
}

static struct cotask_awaitable *hosted_awaitable(struct cotask_object *o)
{
	struct cotask *task = cotask_object_task(o);

	return task ? &task->base : NULL;
}

const struct cotask_object_ops cotask_hosted_object = {
	.cache = &hosted_cache,
	.size = offsetof(struct cotask_hosted, place),
	.awaitable = hosted_awaitable,
};
