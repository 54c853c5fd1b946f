// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - tasks without stacks: frames, and their steps
 *
 * The code of a task without a stack consists of coroutines of <linux/cotask_coroutine.h>.  A step
 * is a call on the ground, which returns when the task suspends.  The first step of an eager task
 * is a call inside of its spawner's step.  An await adds its operation to the array, and its step
 * then returns to run_frames().  The kernel treats the task as it treats any other task.
 */
#include <stdlib.h>

#include "internal.h"

/* --- memory ------------------------------------------------------------------- */

#define CHUNK_TASKS	32

/* @tail: tools read a whole &struct cotask_layout at the address of each task, also the last. */
struct chunk {
	struct chunk	*next;
	char		place[CHUNK_TASKS][STACKLESS_SIZE];
	char		tail[sizeof(struct cotask_layout)];
};

_Static_assert(!(STACKLESS_SIZE % sizeof(void *)), "places of a chunk are aligned");

static struct cotask *place_get(struct places *places)
{
	struct cotask *task = places->free;
	struct chunk *chunk;
	unsigned int i;

	if (task) {
		places->free = task->next;
		memset(task, 0, STACKLESS_SIZE);
		return task;
	}
	chunk = calloc(1, sizeof(*chunk));
	if (!chunk)
		return NULL;
	chunk->next = places->chunks;
	places->chunks = chunk;
	for (i = CHUNK_TASKS - 1; i; i--) {
		task = (struct cotask *)chunk->place[i];
		task->next = places->free;
		places->free = task;
	}
	return (struct cotask *)chunk->place[0];
}

/* Free the memory of a task, the only resource that it still has. */
void cotask_stackless_free(struct cotask *task)
{
	struct places *places = &task->base.loop->places;

	task->layout.magic = 0;
	task->next = places->free;
	places->free = task;
}

void cotask_places_drop(struct places *places)
{
	struct chunk *chunk = places->chunks, *next;

	for (; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
}

/* --- frames ---------------------------------------------------------------------- */

enum { FRAME_FRESH = 0x6672, FRAME_TAKEN, FRAME_REFUSED };

EXPORT struct cotask_frame *cotask_frame_init(struct cotask_frame *frame, cotask_step_fn step,
					      void (*release)(struct cotask_frame *frame))
{
	*frame = (struct cotask_frame){ .step = step, .release = release, .state = FRAME_FRESH };
	return frame;
}

/* Tools read the innermost frame from layout.sp. */
static struct cotask_frame *innermost(const struct cotask *task)
{
	return (struct cotask_frame *)(uintptr_t)task->layout.sp;
}

static void push(struct cotask *task, struct cotask_frame *frame)
{
	frame->state = FRAME_TAKEN;
	frame->outer = innermost(task);
	task->layout.sp = (uintptr_t)frame;
}

static void pop(struct cotask *task, struct cotask_frame *frame)
{
	task->layout.sp = (uintptr_t)frame->outer;
	if (frame->release)
		frame->release(frame);
}

/* Whether a coroutine was neither awaited nor spawned before (CO-5). */
bool cotask_frame_is_fresh(const struct cotask_frame *frame)
{
	return frame && frame->step && frame->state == FRAME_FRESH;
}

/* A coroutine whose spawn was refused is released without running (CO-6). */
void cotask_frame_refused(struct cotask_frame *frame)
{
	frame->state = FRAME_REFUSED;
	if (frame->release)
		frame->release(frame);
}

/**
 * cotask_stackless_new - make a task without a stack, before it is spawned in the kernel
 * @loop: the loop of the calling thread
 * @frame: coroutine of the task, not used before
 *
 * Return: The task; NULL if no memory is available.
 */
struct cotask *cotask_stackless_new(struct cotask_loop *loop, struct cotask_frame *frame)
{
	struct cotask *task = place_get(&loop->places);

	if (!task)
		return NULL;
	task->base.flags = TASK_STACKLESS;
	task->base.loop = loop;
	task->base.kind = KIND_TASK;
	atomic_init(&task->refs, 2);
	task->base.handle = cotask_handle_new(&loop->handles, task);
	if (!task->base.handle) {
		cotask_stackless_free(task);
		return NULL;
	}
	task->layout.magic = COTASK_LAYOUT_MAGIC;
	task->layout.version = COTASK_LAYOUT_VERSION;
	task->layout.arch = COTASK_LAYOUT_FRAMES;
	push(task, frame);
	return task;
}

/* The task has ended; frames remain if its code has not returned. */
void cotask_stackless_gone(struct cotask *task)
{
	while (innermost(task))
		pop(task, innermost(task));
}

/* --- awaiting --------------------------------------------------------------------- */

static const struct cotask_await pending = { .pending = true };

static bool may_suspend(const struct cotask *task)
{
	return likely(any_task_here() == task) &&
	       likely((task->base.flags & (TASK_STACKLESS | TASK_SUSPENDS)) == TASK_STACKLESS);
}

/* An await with an immediate outcome. */
struct cotask_await cotask_refuse(struct cotask *task, long rc)
{
	task->base.outcome = rc;
	return (struct cotask_await){ .pending = false };
}

/* Whether the order of @op and the steps of other tasks is irrelevant to a program. */
static bool can_wait(const struct cotask_op *op)
{
	switch (op->opcode) {
	case COTASK_OP_SLEEP:
	case COTASK_OP_POLL:
	case COTASK_OP_FILE_READ:
	case COTASK_OP_FILE_WRITE:
	case COTASK_OP_RECV:
	case COTASK_OP_SEND:
		return true;
	default:
		return false;
	}
}

/**
 * cotask_suspends - end the step of a task with an operation
 * @task: the current task
 * @op: the operation, without its acting task
 *
 * Return: The argument of CO_AWAIT(), which returns the outcome of the operation.
 */
struct cotask_await cotask_suspends(struct cotask *task, const struct cotask_op *op)
{
	struct cotask_op *o;

	if (unlikely(!may_suspend(task)))
		return cotask_refuse(task, -EINVAL);
	o = cotask_op_add(cotask_here);
	*o = *op;
	o->task = task->base.handle;
	task->base.flags |= can_wait(op) ? TASK_SUSPENDS : TASK_SUSPENDS | TASK_MATTERS;
	return pending;
}

/**
 * cotask_suspends_on - end the step of a task with an operation on an object
 * @task: the current task
 * @x: the object; look_at_awaited() processes it when the task resumes
 * @op: the operation, with its handle
 *
 * Return: The argument of CO_AWAIT().
 */
struct cotask_await cotask_suspends_on(struct cotask *task, struct cotask_awaitable *x,
				       const struct cotask_op *op)
{
	struct cotask_await await = cotask_suspends(task, op);

	if (await.pending)
		task->awaited = x;
	return await;
}

EXPORT struct cotask_await cotask_call(struct cotask *task, struct cotask_frame *callee)
{
	if (!cotask_frame_is_fresh(callee) || !may_suspend(task))
		return cotask_refuse(task, -EINVAL);
	push(task, callee);
	return pending;
}

EXPORT long __cotask_outcome(struct cotask *task)
{
	return task->base.outcome;
}

/* The task has resumed: update the object that it waited for. */
static void look_at_awaited(struct cotask *task)
{
	struct cotask_awaitable *x = task->awaited;

	task->awaited = NULL;
	if (task->base.flags & TASK_LEAVES)
		cotask_group_left(task, container_of(x, struct cotask_group, base));
	else if (x->kind == KIND_SET)
		cotask_set_refresh(x);
	else if (unlikely(task->base.loop->watches))
		cotask_select_wake(task->base.loop, x->handle);
	task->base.flags &= ~TASK_LEAVES;
}

/* --- steps -------------------------------------------------------------------------- */

/* The outermost frame of the task has returned. */
static void end(struct cotask *task)
{
	if (task->base.outcome < -4095)
		task->base.outcome = -EINVAL;	/* not an errno */
	cotask_task_exit(task);
	cotask_task_gone(task);
}

/* The code has ended, or has suspended without CO_AWAIT(): withdraw the pending operation. */
static void take_back(struct cotask_loop *loop, struct cotask *task)
{
	if (loop->n_ops && loop->ops[loop->n_ops - 1].task == task->base.handle)
		loop->n_ops--;
	task->base.flags &= ~(TASK_SUSPENDS | TASK_MATTERS | TASK_LEAVES);
	task->awaited = NULL;
}

/* Run frames until the task suspends or ends.  Return: false: it has ended. */
static bool run_frames(struct cotask_loop *loop, struct cotask *task)
{
	struct cotask_frame *frame;
	long rc;

	task->base.flags &= ~(TASK_SUSPENDS | TASK_MATTERS);
	if (unlikely(task->awaited))
		look_at_awaited(task);
	for (;;) {
		frame = innermost(task);
		rc = frame->step(task, frame);
		if (likely(rc == COTASK_SUSPENDED && task->base.flags & TASK_SUSPENDS))
			return true;
		if (rc == COTASK_SUSPENDED && innermost(task) != frame)
			continue;
		if (task->base.flags & TASK_SUSPENDS)
			take_back(loop, task);
		if (rc == COTASK_SUSPENDED)
			rc = -EINVAL;
		pop(task, frame);
		task->base.outcome = rc;
		if (!innermost(task))
			break;
	}
	end(task);
	return false;
}

/**
 * cotask_stackless_run - run a step of a task without a stack, on the ground
 * @loop: the loop
 * @task: the task
 */
void cotask_stackless_run(struct cotask_loop *loop, struct cotask *task)
{
	bool matters;

	loop->current = task;
	matters = run_frames(loop, task) && task->base.flags & TASK_MATTERS;
	loop->current = NULL;
	if (matters && !loop->failed && !loop->over)
		cotask_collect(loop, !loop->grounded);
}

/**
 * cotask_stackless_first_step - run the first step of an eager task, inside of its spawner's step
 * @loop: the loop; the caller restores its current task
 * @task: the task
 */
void cotask_stackless_first_step(struct cotask_loop *loop, struct cotask *task)
{
	do {
		loop->current = task;
		if (!run_frames(loop, task))
			return;
	} while (task->base.flags & TASK_MATTERS && cotask_goes_on(loop, task));
	task->base.flags &= ~TASK_EAGER;
}
