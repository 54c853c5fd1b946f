// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - semaphores, events and conditions
 *
 * All of these are FIFO lists of waiters.  A permit is *granted*: the waiter that is
 * woken has it already, so no task can overtake it (SY-1).  If the waiter is cancelled
 * before it has resumed, the core calls ops->lost(), and the grant passes to the next
 * waiter (SY-2).
 */
#include "sync.h"

/* --- waiting ---------------------------------------------------------------- */

bool cotask_sync_cancel(struct cotask_awaitable *x, struct cotask *waiter,
			const struct cotask_reason *why)
{
	list_del_init(&waiter->entry.link);
	cotask_debug_left(x);
	cotask_task_queue(waiter, -ECANCELED);
	return true;
}

/**
 * cotask_sync_grant - wake the first waiter with something that belongs to its outcome
 * @x: has ops->lost(), which is called if the waiter does not receive the outcome
 * @outcome: of its await
 *
 * Return: The waiter; NULL: no task waits.
 */
struct cotask *cotask_sync_grant(struct cotask_awaitable *x, long outcome)
{
	struct cotask *t = list_first_entry_or_null(&x->waiters, struct cotask, entry.link);

	if (!t)
		return NULL;
	list_del_init(&t->entry.link);
	cotask_debug_left(x);
	cotask_task_queue(t, outcome);
	t->waits_on = x;
	t->entry.flags |= COTASK_T_GRANTED;
	return t;
}

static void wake_all(struct cotask_awaitable *x, long rc)
{
	struct cotask *t, *next;

	list_for_each_entry_safe(t, next, &x->waiters, entry.link) {
		list_del_init(&t->entry.link);
		cotask_debug_left(x);
		cotask_task_queue(t, rc);
		cotask_loop_spend(x->loop, 1);
	}
}

/* --- semaphores ------------------------------------------------------------- */

void cotask_sem_lost(struct cotask_awaitable *x, struct cotask *task)
{
	cotask_sem_release(container_of(x, struct cotask_sem, base));
}

static const struct cotask_awaitable_ops sem_ops = {
	.name = "semaphore",
	.cancel = cotask_sync_cancel,
	.lost = cotask_sem_lost,
	.internal = true,
	.bare = true,
};

static u64 lock_holder(const struct cotask_awaitable *x)
{
	return container_of(x, struct cotask_sem, base)->holder;
}

/* A semaphore with one permit. */
static const struct cotask_awaitable_ops lock_ops = {
	.name = "lock",
	.cancel = cotask_sync_cancel,
	.lost = cotask_sem_lost,
	.holder = lock_holder,
	.internal = true,
	.bare = true,
};

void cotask_sem_setup(struct cotask_sem *sem, struct cotask_loop *loop, unsigned long free,
		      unsigned long max, const struct cotask_awaitable_ops *ops)
{
	cotask_awaitable_init(&sem->base, loop, ops);
	sem->free = free;
	sem->max = max;
	sem->holder = 0;
	sem->shut = 0;
}

/**
 * cotask_sem_init - make a semaphore
 * @sem: the semaphore, not in use
 * @loop: whose tasks may use it
 * @free: permits initially available
 * @max: maximum number of permits
 *
 * Context: Any.
 * Return: 0; -EINVAL if an argument is missing or @free is above @max.
 */
int cotask_sem_init(struct cotask_sem *sem, struct cotask_loop *loop, unsigned long free,
		    unsigned long max)
{
	if (!sem || !loop || free > max)
		return -EINVAL;
	cotask_sem_setup(sem, loop, free, max, max == 1 ? &lock_ops : &sem_ops);
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_sem_init);

/**
 * cotask_sem_try_acquire - take a permit if there is one
 * @sem: the semaphore
 *
 * Context: The loop's owner.
 * Return: Whether it was taken.
 */
bool cotask_sem_try_acquire(struct cotask_sem *sem)
{
	const struct cotask *task;

	if (!sem->free || !cotask_loop_mine(sem->base.loop))
		return false;
	sem->free--;
	task = sem->base.loop->current_task;
	sem->holder = task ? task->id : 0;
	return true;
}
EXPORT_SYMBOL_GPL(cotask_sem_try_acquire);

/**
 * cotask_sem_acquire - take a permit, wait for one
 * @task: the current task
 * @sem: the semaphore
 *
 * Does not suspend if there is one.
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns 0; -ECANCELED, and no permit was
 *	taken (SY-2); the code of cotask_sem_shutdown(); -EXDEV for a semaphore of
 *	another loop.
 */
struct cotask_await cotask_sem_acquire(struct cotask *task, struct cotask_sem *sem)
{
	if (cotask_sem_try_acquire(sem))
		return cotask_refuse(task, 0);
	if (sem->shut)
		return cotask_refuse(task, sem->shut);
	return cotask_park(task, &sem->base);
}
EXPORT_SYMBOL_GPL(cotask_sem_acquire);

/**
 * cotask_sem_release - release a permit
 * @sem: the semaphore
 *
 * It goes to the first waiter.
 *
 * Context: The loop's owner.
 * Return: 0; -EINVAL if all permits are available (SY-4); -EXDEV from elsewhere.
 */
int cotask_sem_release(struct cotask_sem *sem)
{
	const struct cotask *to;

	if (!cotask_loop_mine(sem->base.loop))
		return -EXDEV;
	to = cotask_sync_grant(&sem->base, 0);
	sem->holder = to ? to->id : 0;
	if (to)
		return 0;
	if (sem->free == sem->max)
		return -EINVAL;
	sem->free++;
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_sem_release);

/**
 * cotask_sem_shutdown - end all waits, and refuse new ones
 * @sem: the semaphore
 * @error: outcome for all waiters, and for an acquire that would have to wait
 *
 * Available permits can still be acquired.
 *
 * Context: The loop's owner.
 */
void cotask_sem_shutdown(struct cotask_sem *sem, int error)
{
	sem->shut = error;
	wake_all(&sem->base, error);
}
EXPORT_SYMBOL_GPL(cotask_sem_shutdown);

/* --- events ----------------------------------------------------------------- */

static const struct cotask_awaitable_ops event_ops = {
	.name = "event",
	.cancel = cotask_sync_cancel,
	.internal = true,
	.bare = true,
};

/**
 * cotask_event_init - make an event flag that is not set
 * @event: the event, not in use
 * @loop: whose tasks may wait for it
 *
 * Context: Any.
 * Return: 0; -EINVAL if an argument is missing.
 */
int cotask_event_init(struct cotask_event *event, struct cotask_loop *loop)
{
	if (!event || !loop)
		return -EINVAL;
	cotask_awaitable_init(&event->base, loop, &event_ops);
	event->set = false;
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_event_init);

/**
 * cotask_event_set - set an event flag
 * @event: the event
 *
 * All waiters resume, even if it is cleared before they do.
 *
 * Context: The loop's owner.
 * Return: 0; -EXDEV from elsewhere.
 */
int cotask_event_set(struct cotask_event *event)
{
	if (!cotask_loop_mine(event->base.loop))
		return -EXDEV;
	event->set = true;
	wake_all(&event->base, 0);
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_event_set);

/**
 * cotask_event_clear - clear an event flag
 * @event: the event
 *
 * Context: The loop's owner.
 */
void cotask_event_clear(struct cotask_event *event)
{
	event->set = false;
}
EXPORT_SYMBOL_GPL(cotask_event_clear);

/**
 * cotask_event_wait - wait until an event is set
 * @task: the current task
 * @event: the event
 *
 * Does not suspend if it is.
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns 0 or -ECANCELED; -EXDEV for an
 *	event of another loop.
 */
struct cotask_await cotask_event_wait(struct cotask *task, struct cotask_event *event)
{
	if (event->set && task->base.loop == event->base.loop)
		return cotask_refuse(task, 0);
	return cotask_park(task, &event->base);
}
EXPORT_SYMBOL_GPL(cotask_event_wait);

/* --- conditions --------------------------------------------------------------- */

static void cond_lost(struct cotask_awaitable *x, struct cotask *task)
{
	cotask_sync_grant(x, 0);
}

static const struct cotask_awaitable_ops cond_ops = {
	.name = "condition",
	.cancel = cotask_sync_cancel,
	.lost = cond_lost,
	.internal = true,
	.bare = true,
};

/**
 * cotask_cond_init - make a condition
 * @cond: the condition, not in use
 * @lock: the lock that protects it
 *
 * Context: Any.
 * Return: 0; -EINVAL if an argument is missing.
 */
int cotask_cond_init(struct cotask_cond *cond, struct cotask_lock *lock)
{
	if (!cond || !lock)
		return -EINVAL;
	cotask_awaitable_init(&cond->base, lock->sem.base.loop, &cond_ops);
	cond->lock = lock;
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_cond_init);

static long cond_wait_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_cond_wait *w = container_of(frame, struct cotask_cond_wait, frame);
	long rc;

	CO_BEGIN(task, frame, notified, locked);

	cotask_lock_release(w->cond->lock);
	CO_AWAIT(notified, w->outcome, cotask_park(task, &w->cond->base));
	w->notified = !w->outcome;
	w->delivered = cotask_cancel_delivered(task);
	/* Always returns with the lock held (SY-3): cancels are deferred meanwhile. */
	rc = cotask_shield_enter(task, &w->section, COTASK_FOREVER);
	if (rc)
		return rc;
	CO_AWAIT(locked, rc, cotask_lock_acquire(task, w->cond->lock));
	rc = cotask_shield_exit(&w->section, rc);
	if (task->entry.flags & COTASK_T_ARMED) {
		cotask_cancel_deliver_here(task);
		w->outcome = -ECANCELED;
	}
	cotask_cancel_restore(task, w->delivered);
	/* A task that returns 0 acts on its notification: that is used up. */
	if (!w->outcome)
		w->notified = false;
	return rc ?: w->outcome;
}

/* A notification that the task does not act on goes to the next waiter (SY-3). */
static void cond_wait_release(struct cotask_frame *frame)
{
	struct cotask_cond_wait *w = container_of(frame, struct cotask_cond_wait, frame);

	if (w->notified)
		cotask_sync_grant(&w->cond->base, 0);
}

/**
 * cotask_cond_wait - release the lock, wait for a notification, take the lock again
 * @task: the current task
 * @w: not in use; stays until the await is over
 * @cond: the condition
 *
 * The lock is held again afterwards, also if @task was cancelled.  A cancel while it
 * waits for the lock is delivered once it holds the lock (SY-3).
 *
 * Context: A step of @task, which holds the lock.
 * Return: To be passed to CO_AWAIT(), which returns 0 or -ECANCELED; -EINVAL without
 *	suspending if an argument is missing or the lock is not held.
 */
struct cotask_await cotask_cond_wait(struct cotask *task, struct cotask_cond_wait *w,
				     struct cotask_cond *cond)
{
	if (!w || !cond || !cotask_lock_held(cond->lock))
		return cotask_refuse(task, -EINVAL);
	if (task->base.loop != cond->base.loop)
		return cotask_refuse(task, -EXDEV);
	w->cond = cond;
	w->notified = false;
	return cotask_call(task, cotask_frame_init(&w->frame, cond_wait_step,
						   cond_wait_release));
}
EXPORT_SYMBOL_GPL(cotask_cond_wait);

/**
 * cotask_cond_notify - wake tasks that wait on a condition
 * @cond: the condition
 * @n: how many at most; UINT_MAX: all
 *
 * Context: The loop's owner, with the lock held.
 * Return: How many were woken; -EINVAL if the lock is not held; -EXDEV from elsewhere.
 */
int cotask_cond_notify(struct cotask_cond *cond, unsigned int n)
{
	unsigned int woken = 0;

	if (!cotask_loop_mine(cond->base.loop))
		return -EXDEV;
	if (!cotask_lock_held(cond->lock))
		return -EINVAL;
	while (woken < n && cotask_sync_grant(&cond->base, 0)) {
		woken++;
		cotask_loop_spend(cond->base.loop, 1);
	}
	return woken;
}
EXPORT_SYMBOL_GPL(cotask_cond_notify);
