// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - tasks without stacks: semaphores, locks, events, conditions and queues
 */
#include "internal.h"

/* When the wait ends, tasks that select from the object try it again, see select.c. */
static struct cotask_await wait_on(struct cotask *task, struct cotask_awaitable *x,
				   struct cotask_op op)
{
	int rc = check_object(x);

	op.handle = x ? x->handle : 0;
	return rc ? cotask_refuse(task, rc) : cotask_suspends_on(task, x, &op);
}

/* --- semaphores and locks ---------------------------------------------------------- */

EXPORT int cotask_co_sem_init(struct cotask_sem *sem, struct cotask_loop *loop,
			      unsigned long free, unsigned long max)
{
	(void)loop;
	return max > UINT32_MAX ? -EINVAL : cotask_sem_init(sem, free, max);
}

EXPORT struct cotask_await cotask_co_sem_acquire(struct cotask *task, struct cotask_sem *sem)
{
	return wait_on(task, sem ? &sem->base : NULL, *OP(ACQUIRE));
}

EXPORT int cotask_co_lock_init(struct cotask_lock *lock, struct cotask_loop *loop)
{
	(void)loop;
	return cotask_lock_init(lock);
}

EXPORT struct cotask_await cotask_co_lock_acquire(struct cotask *task, struct cotask_lock *lock)
{
	return cotask_co_sem_acquire(task, lock ? &lock->sem : NULL);
}

/* --- events and conditions ------------------------------------------------------------ */

EXPORT int cotask_co_event_init(struct cotask_event *event, struct cotask_loop *loop)
{
	(void)loop;
	return cotask_event_init(event);
}

EXPORT struct cotask_await cotask_co_event_wait(struct cotask *task, struct cotask_event *event)
{
	return wait_on(task, event ? &event->base : NULL, *OP(EVENT_WAIT));
}

EXPORT struct cotask_await cotask_co_cond_wait(struct cotask *task, struct cotask_cond_wait *w,
					       struct cotask_cond *cond)
{
	if (!w)
		return cotask_refuse(task, -EINVAL);
	w->cond = cond;
	/* The wait releases a lock that is not known here: wake all tasks that select. */
	if (unlikely(cotask_here && cotask_here->watches))
		cotask_select_wake_all(cotask_here);
	return wait_on(task, cond ? &cond->base : NULL, *OP(COND_WAIT));
}

/* --- queues ----------------------------------------------------------------------------- */

EXPORT int cotask_co_queue_init(struct cotask_queue *q, struct cotask_loop *loop,
				unsigned long max)
{
	(void)loop;
	return max > UINT32_MAX ? -EINVAL : cotask_queue_init(q, max);
}

/* The kernel takes an item as a number >= 0: no address in a process is negative. */
EXPORT struct cotask_await cotask_co_queue_put(struct cotask *task, struct cotask_queue_op *op,
					       struct cotask_queue *q, struct list_head *item)
{
	if (!op || !item)
		return cotask_refuse(task, -EINVAL);
	op->item = item;
	return wait_on(task, q ? &q->base : NULL, *OP(PUT, .value = (intptr_t)item));
}

static long get_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_queue_op *op = container_of(frame, struct cotask_queue_op, frame);
	long rc;

	CO_BEGIN(task, frame, got);

	CO_AWAIT(got, rc, wait_on(task, &op->queue->base, *OP(GET)));
	op->item = error_ptr(rc);
	return rc < 0 ? rc : 0;
}

EXPORT struct cotask_await cotask_co_queue_get(struct cotask *task, struct cotask_queue_op *op,
					       struct cotask_queue *q)
{
	if (!op || !q)
		return cotask_refuse(task, -EINVAL);
	op->queue = q;
	return cotask_call(task, cotask_frame_init(&op->frame, get_step, NULL));
}

EXPORT int cotask_co_queue_try_put(struct cotask_queue *q, struct list_head *item)
{
	return q && item ? cotask_queue_try_put(q, (intptr_t)item) : -EINVAL;
}

EXPORT struct list_head *cotask_co_queue_try_get(struct cotask_queue *q)
{
	return error_ptr(q ? cotask_queue_try_get(q) : -EINVAL);
}
