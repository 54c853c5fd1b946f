// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - events, locks, semaphores, conditions and queues
 */
#include <limits.h>

#include "internal.h"

/* Tasks that select from an object try it again after each call for it, see select.c. */
static void look(struct cotask_loop *loop, uint32_t handle)
{
	if (unlikely(loop->watches))
		cotask_select_wake(loop, handle);
}

static int64_t op_on(const struct cotask_awaitable *x, struct cotask_op op)
{
	int rc = check_object(x);

	if (rc)
		return rc;
	op.handle = x->handle;
	return cotask_op(x->loop, &op);
}

static int64_t change(const struct cotask_awaitable *x, struct cotask_op op)
{
	int64_t rc = op_on(x, op);

	if (rc >= 0)
		look(x->loop, x->handle);
	return rc;
}

/* Wake selectors also after a failure: the grant of a cancelled task is available again. */
static long step_on(const struct cotask_awaitable *x, struct cotask_op op)
{
	struct cotask_loop *loop;
	long rc = check_object(x);

	if (rc)
		return rc;
	loop = x->loop;
	op.handle = x->handle;
	rc = cotask_step_op(&op);
	look(loop, op.handle);
	return rc;
}

/* Does not suspend, but requires a running task. */
static int64_t try_on(const struct cotask_awaitable *x, struct cotask_op op)
{
	if (!any_task_here())
		return -ESRCH;
	op.flags = COTASK_OP_F_TRY;
	op.task = any_task_here()->base.handle;
	return change(x, op);
}

#define MAKE(x, k, ...)	cotask_object_make((x), k, OP(MAKE, .arg = k, ##__VA_ARGS__))
#define DO(name, ...)	((struct cotask_op){ .opcode = COTASK_OP_##name, ##__VA_ARGS__ })

/* --- semaphores and locks ------------------------------------------------------- */

EXPORT int cotask_sem_init(struct cotask_sem *sem, uint64_t free, uint32_t max)
{
	if (!sem || free > INT64_MAX)
		return -EINVAL;
	return MAKE(&sem->base, COTASK_KIND_SEM, .value = free, .len = max);
}

EXPORT void cotask_sem_fini(struct cotask_sem *sem)
{
	cotask_object_drop(&sem->base);
}

EXPORT long cotask_sem_acquire(struct cotask_sem *sem)
{
	return step_on(&sem->base, DO(ACQUIRE));
}

EXPORT bool cotask_sem_try_acquire(struct cotask_sem *sem)
{
	return !try_on(&sem->base, DO(ACQUIRE));
}

EXPORT int cotask_sem_release(struct cotask_sem *sem)
{
	return change(&sem->base, DO(RELEASE));
}

EXPORT int cotask_lock_init(struct cotask_lock *lock)
{
	return lock ? cotask_sem_init(&lock->sem, 1, 1) : -EINVAL;
}

EXPORT void cotask_lock_fini(struct cotask_lock *lock)
{
	cotask_sem_fini(&lock->sem);
}

EXPORT long cotask_lock_acquire(struct cotask_lock *lock)
{
	return cotask_sem_acquire(&lock->sem);
}

EXPORT int cotask_lock_release(struct cotask_lock *lock)
{
	return cotask_sem_release(&lock->sem);
}

EXPORT bool cotask_lock_held(const struct cotask_lock *lock)
{
	return !op_on(&lock->sem.base, DO(READ, .arg = COTASK_READ_FREE));
}

/* --- events and conditions ---------------------------------------------------------- */

EXPORT int cotask_event_init(struct cotask_event *event)
{
	return event ? MAKE(&event->base, COTASK_KIND_EVENT) : -EINVAL;
}

EXPORT void cotask_event_fini(struct cotask_event *event)
{
	cotask_object_drop(&event->base);
}

EXPORT int cotask_event_set(struct cotask_event *event)
{
	int rc = op_on(&event->base, DO(SET));

	if (!rc && unlikely(event->base.loop->watches))
		cotask_select_happened(event->base.loop, event->base.handle);
	return rc;
}

EXPORT int cotask_event_clear(struct cotask_event *event)
{
	return op_on(&event->base, DO(SET, .arg = 1));
}

EXPORT long cotask_event_wait(struct cotask_event *event)
{
	return step_on(&event->base, DO(EVENT_WAIT));
}

EXPORT int cotask_cond_init(struct cotask_cond *cond, struct cotask_lock *lock)
{
	int rc = lock && cond ? check_object(&lock->sem.base) : -EINVAL;

	if (rc)
		return rc;
	return MAKE(&cond->base, COTASK_KIND_COND, .other = lock->sem.base.handle);
}

EXPORT void cotask_cond_fini(struct cotask_cond *cond)
{
	cotask_object_drop(&cond->base);
}

EXPORT long cotask_cond_wait(struct cotask_cond *cond)
{
	/* The wait releases a lock that is not known here: wake all tasks that select. */
	if (unlikely(cond->base.loop && cond->base.loop == cotask_here && cotask_here->watches))
		cotask_select_wake_all(cotask_here);
	return step_on(&cond->base, DO(COND_WAIT));
}

EXPORT int cotask_cond_notify(struct cotask_cond *cond, unsigned int n)
{
	return op_on(&cond->base, DO(NOTIFY, .len = n));
}

/* --- queues ---------------------------------------------------------------------------- */

EXPORT int cotask_queue_init(struct cotask_queue *q, uint32_t max)
{
	return q ? MAKE(&q->base, COTASK_KIND_QUEUE, .value = max) : -EINVAL;
}

EXPORT void cotask_queue_fini(struct cotask_queue *q)
{
	cotask_object_drop(&q->base);
}

EXPORT long cotask_queue_put(struct cotask_queue *q, int64_t item)
{
	return item < 0 ? -EINVAL : step_on(&q->base, DO(PUT, .value = item));
}

EXPORT long cotask_queue_get(struct cotask_queue *q)
{
	return step_on(&q->base, DO(GET));
}

EXPORT int cotask_queue_try_put(struct cotask_queue *q, int64_t item)
{
	return item < 0 ? -EINVAL : try_on(&q->base, DO(PUT, .value = item));
}

EXPORT long cotask_queue_try_get(struct cotask_queue *q)
{
	return try_on(&q->base, DO(GET));
}

EXPORT long cotask_queue_count(const struct cotask_queue *q)
{
	return op_on(&q->base, DO(READ, .arg = COTASK_READ_COUNT));
}

EXPORT int cotask_queue_shutdown(struct cotask_queue *q, bool drop)
{
	return change(&q->base, DO(SHUTDOWN, .arg = drop));
}
