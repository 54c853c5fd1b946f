// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - operations go in, events come out
 */
#include <sys/ioctl.h>

#include "internal.h"

__thread struct cotask_loop *cotask_here __attribute__((tls_model("initial-exec")));

/* --- COTASK_IOC_ENTER -------------------------------------------------------- */

/* Operations that end a step of the acting task. */
static bool ends_step(const struct cotask_op *op)
{
	switch (op->opcode) {
	case COTASK_OP_SLEEP:
	case COTASK_OP_AWAIT:
	case COTASK_OP_WAIT_FOR:
	case COTASK_OP_CANCEL_WAIT:
	case COTASK_OP_NEXT:
	case COTASK_OP_WAIT:
	case COTASK_OP_LEAVE:
	case COTASK_OP_EVENT_WAIT:
	case COTASK_OP_COND_WAIT:
	case COTASK_OP_POLL:
	case COTASK_OP_FILE_READ:
	case COTASK_OP_FILE_WRITE:
	case COTASK_OP_RECV:
	case COTASK_OP_SEND:
	case COTASK_OP_START:
		return true;
	case COTASK_OP_ACQUIRE:
	case COTASK_OP_PUT:
	case COTASK_OP_GET:
		return !(op->flags & COTASK_OP_F_TRY);
	default:
		return false;
	}
}

/* A refused operation does not suspend its task, which continues with the error. */
static void refuse(struct cotask_loop *loop, const struct cotask_op *op)
{
	struct cotask *task = cotask_handle_object(loop, op->task);

	/* The task has ended in the same array. */
	if (!task)
		return;
	if (op->opcode == COTASK_OP_ENTER)
		cotask_timeout_refused(loop, op, task);
	if (!ends_step(op))
		return;
	task->base.outcome = op->result;
	task->base.flags |= TASK_REFUSED;
	task->next = NULL;
	*loop->refused_tail = task;
	loop->refused_tail = &task->next;
}

/* The first @n operations were applied; the remaining ones move up. */
static void applied(struct cotask_loop *loop, unsigned int n)
{
	unsigned int i, others = loop->n_ops - loop->n_wanted;

	for (i = 0; i < n; i++) {
		struct cotask_op *op = &loop->ops[i];

		if (unlikely(op->handle >= FOREIGN_BASE) && op->opcode == COTASK_OP_FORGET)
			cotask_handle_give_back(loop, op->handle);
		if (i >= others)
			loop->wanted[i - others].result = op->result;
		else if (unlikely(op->result < 0) && op->task)
			refuse(loop, op);
	}
	if (n > others) {
		loop->wanted += n - others;
		loop->n_wanted -= n - others;
	}
	loop->n_ops -= n;
	if (unlikely(loop->n_ops))
		memmove(loop->ops, loop->ops + n, loop->n_ops * sizeof(*loop->ops));
}

/* Adapt the number of events to request to the number that is likely to be begun. */
static void adapt(struct cotask_loop *loop)
{
	if (!loop->n_events)
		return;
	if (loop->begun == loop->n_events)
		loop->batch *= loop->n_events == loop->batch ? 2 : 1;
	else
		loop->batch = 2 * loop->begun;
	if (!loop->batch)
		loop->batch = 1;
	if (loop->batch > loop->options.max_batch)
		loop->batch = loop->options.max_batch;
}

/* Make one ENTER call. Return: 0, or an error that stops the loop. */
static int enter_once(struct cotask_loop *loop, unsigned int max, unsigned int min,
		      int64_t deadline)
{
	struct cotask_enter e = {
		.size = sizeof(e),
		.ops = (uintptr_t)loop->ops,
		.n_ops = loop->n_ops,
		.n_begun = loop->begun,
		.events = (uintptr_t)loop->event,
		.flags = loop->draining ? COTASK_ENTER_DRAIN : 0,
		.max_events = max,
		.min_events = min,
		.deadline = deadline,
	};

	loop->asked = !loop->n_ops;
	if (unlikely(ioctl(loop->fd, COTASK_IOC_ENTER, &e))) {
		if (errno != EINTR)
			return -errno;
		e.n_events = 0;
		loop->asked = false;
	}
	/* Begun events that ENTER has not processed are passed again. */
	loop->begun = e.n_begun;
	loop->n_events = e.n_begun ? e.n_begun : e.n_events;
	applied(loop, e.applied);
	return 0;
}

/*
 * Apply all operations, and take events.  A signal can end a call of ENTER before its last
 * operation: it has no events then, which says nothing about the operations that are left.  A
 * refused task can continue, so the thread does not wait.
 */
static int enter_until(struct cotask_loop *loop, unsigned int max, unsigned int min,
		       int64_t deadline)
{
	int rc;

	do {
		rc = enter_once(loop, max, loop->refused ? 0 : min, deadline);
	} while (unlikely(loop->n_ops) && !rc);
	return rc;
}

static void broken(struct cotask_loop *loop, int error)
{
	loop->failed = error;
	loop->n_ops = 0;
	loop->n_events = 0;
	loop->begun = 0;
}

/**
 * cotask_collect_until - apply operations and take events
 * @loop: the loop
 * @min: 1: wait for an event
 * @deadline: end of the wait on CLOCK_MONOTONIC
 *
 * Return: 0; an error if the loop is broken.
 */
int cotask_collect_until(struct cotask_loop *loop, unsigned int min, int64_t deadline)
{
	int rc;

	if (loop->failed)
		return loop->failed;
	if (unlikely(atomic_load_explicit(&loop->dropped, memory_order_relaxed)))
		cotask_dropped_elsewhere(loop);
	adapt(loop);
	rc = enter_until(loop, loop->batch, min, deadline);
	if (rc)
		broken(loop, rc);
	return rc;
}

int cotask_collect(struct cotask_loop *loop, unsigned int min)
{
	return cotask_collect_until(loop, min, COTASK_NEVER);
}

/* --- operations ---------------------------------------------------------------- */

/* Apply all operations.  Return: 0; an error if the loop is broken. */
int cotask_op_apply(struct cotask_loop *loop)
{
	int rc;

	adapt(loop);
	if (loop->n_ops && !loop->failed) {
		rc = enter_until(loop, 0, 0, COTASK_NEVER);
		if (rc)
			broken(loop, rc);
	}
	loop->n_events = 0;
	loop->begun = 0;
	return loop->failed;
}

/* Reserve the next entry of the array of operations. */
struct cotask_op *cotask_op_add(struct cotask_loop *loop)
{
	if (unlikely(loop->n_ops == OPS_MAX))
		cotask_op_apply(loop);
	return &loop->ops[loop->n_ops++];
}

/**
 * cotask_ops - apply pending operations, then further operations that do not end a step
 * @loop: the loop
 * @ops: the operations; their results are filled in
 * @n: number of operations, at most OPS_MAX
 *
 * Return: 0; an error if the loop is broken.
 */
int cotask_ops(struct cotask_loop *loop, struct cotask_op *ops, unsigned int n)
{
	int rc;

	if (loop->n_ops + n > OPS_MAX)
		cotask_op_apply(loop);
	memcpy(loop->ops + loop->n_ops, ops, n * sizeof(*ops));
	loop->n_ops += n;
	loop->wanted = ops;
	loop->n_wanted = n;
	rc = cotask_op_apply(loop);
	loop->n_wanted = 0;
	return rc;
}

/* The same for one operation. Return: its result. */
int64_t cotask_op(struct cotask_loop *loop, const struct cotask_op *op)
{
	struct cotask_op o = *op;
	int rc = cotask_ops(loop, &o, 1);

	return rc ? rc : o.result;
}

/*
 * The operation frees the handle in the kernel, so later operations in the array can reuse the
 * handle.  A handle from another thread can be reused once the operation was applied.
 */
void cotask_forget(struct cotask_loop *loop, uint32_t handle)
{
	*cotask_op_add(loop) = *OP(FORGET, .handle = handle);
	if (handle < FOREIGN_BASE)
		cotask_handle_free(&loop->handles, handle);
}

/* Apply one operation, from any thread. Return: its result. */
int64_t cotask_post(struct cotask_loop *loop, struct cotask_op *op)
{
	struct cotask_post_ops p = {
		.size = sizeof(p),
		.ops = (uintptr_t)op,
		.n_ops = 1,
	};

	if (atomic_load_explicit(&loop->closed, memory_order_relaxed))
		return -ESHUTDOWN;
	if (!ioctl(loop->fd, COTASK_IOC_POST, &p))
		return op->result;
	return errno == ENOTTY ? -ESHUTDOWN : -errno;
}

/* --- events -------------------------------------------------------------------- */

/* The task whose step the event begins, or NULL. */
static struct cotask *step(const struct cotask_event_info *e)
{
	struct cotask *task = task_of_event(e);

	if (unlikely(task->layout.magic != COTASK_LAYOUT_MAGIC))
		return NULL;
	task->base.outcome = e->result;
	if (unlikely(!(task->base.flags & TASK_STARTED)))
		cotask_task_begun(task);
	task->base.flags &= ~(TASK_EXPIRED | TASK_HAS_ENTERED);
	if (unlikely(e->flags & COTASK_EVENT_F_EXPIRED))
		task->base.flags |= TASK_EXPIRED;
	return task;
}

/* Take @task out of the list of refused tasks.  Return: false: it is not in the list. */
static bool take_refused(struct cotask_loop *loop, struct cotask *task)
{
	struct cotask **at = &loop->refused;

	while (*at && *at != task)
		at = &(*at)->next;
	if (!*at)
		return false;
	*at = task->next;
	if (!*at)
		loop->refused_tail = at;
	return true;
}

static struct cotask *first_refused(struct cotask_loop *loop)
{
	struct cotask *task = loop->refused;

	take_refused(loop, task);
	return task;
}

/* Steps of tasks without stacks run on the ground, never on the stack of another task. */
static bool fits(const struct cotask_loop *loop, const struct cotask *task)
{
	return likely(!(task->base.flags & TASK_STACKLESS)) || !loop->stack;
}

/**
 * cotask_next_task - the next task to run
 * @loop: the loop
 *
 * Return: The task to continue with; NULL: return to the ground, for an event, a step of a task
 *	without a stack, or the end of the loop.
 */
struct cotask *cotask_next_task(struct cotask_loop *loop)
{
	struct cotask_event_info *e;
	struct cotask *task;

	for (;;) {
		if (unlikely(loop->refused))
			return fits(loop, loop->refused) ? first_refused(loop) : NULL;
		if (unlikely(loop->over))
			return NULL;
		if (unlikely(loop->grounded) && !loop->turn_left)
			return NULL;
		if (loop->begun == loop->n_events) {
			if (loop->grounded || cotask_collect(loop, 1))
				return NULL;
			continue;
		}
		e = &loop->event[loop->begun];
		if (unlikely(e->type != COTASK_EVENT_STEP)) {
			loop->begun++;
			loop->pending = e;
			return NULL;
		}
		if (!fits(loop, task_of_event(e)))
			return NULL;
		loop->begun++;
		task = step(e);
		if (unlikely(loop->grounded))
			loop->turn_left--;
		if (likely(task))
			return task;
	}
}

/* The thread has left the stack of an ended task for good. */
static void bury(struct cotask_loop *loop)
{
	struct cotask *dead = loop->dead;

	if (unlikely(dead)) {
		loop->dead = NULL;
		cotask_task_gone(dead);
	}
}

/* Switch to the stack of another task, or to the ground. */
void cotask_switch_to(struct cotask_loop *loop, struct cotask *to)
{
	struct cotask *from = loop->stack;
	struct fiber *self = from ? &from->fiber : &loop->ground;

	loop->stack = to;
	loop->current = to;
	cotask_fiber_switch(self, to ? &to->fiber : &loop->ground,
			    from && from->base.flags & TASK_ENDED);
	bury(loop);
}

/* Called on the ground: run tasks until the ground has work. */
void cotask_resume(struct cotask_loop *loop, struct cotask *task)
{
	if (task->base.flags & TASK_STACKLESS)
		cotask_stackless_run(loop, task);
	else
		cotask_switch_to(loop, task);
}

/* A new task calls this first. */
void cotask_task_entered(struct cotask_loop *loop)
{
	cotask_fiber_entered(&loop->ground);
	bury(loop);
}

/**
 * cotask_goes_on - whether an eager task continues in its first step
 * @loop: the loop
 * @task: the task
 *
 * Asks the kernel, which delivers no events of other tasks meanwhile.
 *
 * Return: true if @task continues; its outcome is then set.
 */
bool cotask_goes_on(struct cotask_loop *loop, struct cotask *task)
{
	bool same;
	int rc;

	adapt(loop);
	rc = enter_until(loop, 1, 0, COTASK_NEVER);
	if (rc) {
		broken(loop, rc);
		return false;
	}
	if (unlikely(loop->refused) && take_refused(loop, task))
		return true;
	if (!loop->n_events)
		return false;
	same = task == task_of_event(&loop->event[0]);
	if (same)
		step(&loop->event[loop->begun++]);
	return same;
}

/**
 * cotask_suspend - end the step of the current task with the operation added last
 * @loop: the loop
 * @may_matter: the operation has to be applied before another task continues
 *
 * Return: The outcome of the operation.  Does not return to a task that has ended.
 */
long cotask_suspend(struct cotask_loop *loop, bool may_matter)
{
	struct cotask *task = loop->current, *next;

	task->immediate = 0;
	if (unlikely(task->base.flags & TASK_EAGER)) {
		if (may_matter && cotask_goes_on(loop, task))
			return task->base.outcome;
		task->base.flags &= ~TASK_EAGER;
		next = task->spawner;
		task->spawner = NULL;
	} else {
		if (may_matter && !loop->failed && !loop->over)
			cotask_collect(loop, !loop->grounded);
		next = cotask_next_task(loop);
		if (next == task)
			return task->base.outcome;
	}
	cotask_switch_to(loop, next);
	return task->base.outcome;
}

/* Perform an operation of the current task that ends its step; it may complete at once. */
long cotask_step_op(const struct cotask_op *op)
{
	struct cotask_loop *loop = loop_here();
	struct cotask_op *o;

	if (!task_here())
		return -ESRCH;
	o = cotask_op_add(loop);
	*o = *op;
	o->task = loop->current->base.handle;
	return cotask_suspend(loop, true);
}
