/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - events, locks, semaphores, conditions and queues for tasks of one loop
 *
 * Tasks of one loop never run at the same time, so code between two suspensions needs no
 * lock.  The objects of this header protect a sequence that contains a suspension.
 *
 * Objects serve waiting tasks in FIFO order, and a task that arrives later does not overtake
 * them (SY-1).  If a task is cancelled after it was granted a permit, an item or a
 * notification, and before it has resumed, the object grants it to the next waiting task;
 * nothing is lost (SY-2).  cotask_select() waits for several objects, and takes from one.
 *
 * An object belongs to the loop that the thread runs when it calls the init function.  The
 * caller destroys each object with its fini function.
 */
#ifndef COTASK_SYNC_H
#define COTASK_SYNC_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct cotask_sem - a counting semaphore
 * @base: handle in the kernel
 */
struct cotask_sem {
	struct cotask_awaitable base;
};

/**
 * cotask_sem_init - initialise a semaphore
 * @sem: the semaphore
 * @free: number of permits initially available, up to INT64_MAX
 * @max: maximum number of permits; 0: no limit
 *
 * Return: 0; -EINVAL if @free exceeds @max; a negative errno.
 */
int cotask_sem_init(struct cotask_sem *sem, uint64_t free, uint32_t max);

/**
 * cotask_sem_fini - destroy a semaphore
 * @sem: the semaphore
 */
void cotask_sem_fini(struct cotask_sem *sem);

/**
 * cotask_sem_acquire - acquire a permit, and wait until one is available
 * @sem: the semaphore
 *
 * Return: 0; -ECANCELED, and the caller has no permit.
 */
__cotask_must_check long cotask_sem_acquire(struct cotask_sem *sem);

/**
 * cotask_sem_try_acquire - acquire a permit if one is available
 * @sem: the semaphore
 *
 * Return: true if the caller has acquired a permit.
 */
__cotask_must_check bool cotask_sem_try_acquire(struct cotask_sem *sem);

/**
 * cotask_sem_release - release a permit
 * @sem: the semaphore
 *
 * Return: 0; -EINVAL if the number of permits would exceed the maximum (SY-4).
 */
int cotask_sem_release(struct cotask_sem *sem);

/**
 * struct cotask_lock - a mutual exclusion lock that a task may hold while it waits
 * @sem: semaphore with one permit
 */
struct cotask_lock {
	struct cotask_sem sem;
};

/**
 * cotask_lock_init - initialise a lock, which is free
 * @lock: the lock
 *
 * Return: 0, or a negative errno.
 */
int cotask_lock_init(struct cotask_lock *lock);

/**
 * cotask_lock_fini - destroy a lock
 * @lock: the lock
 */
void cotask_lock_fini(struct cotask_lock *lock);

/**
 * cotask_lock_acquire - acquire a lock, and wait until it is free
 * @lock: the lock
 *
 * Return: As cotask_sem_acquire().
 */
__cotask_must_check long cotask_lock_acquire(struct cotask_lock *lock);

/**
 * cotask_lock_release - release a lock
 * @lock: the lock
 *
 * Return: 0; -EINVAL if no task holds it.
 */
int cotask_lock_release(struct cotask_lock *lock);

/**
 * cotask_lock_held - whether a task holds a lock
 * @lock: the lock
 *
 * Return: true if a task holds it.
 */
bool cotask_lock_held(const struct cotask_lock *lock);

/**
 * struct cotask_event - an event flag
 * @base: handle in the kernel
 */
struct cotask_event {
	struct cotask_awaitable base;
};

/**
 * cotask_event_init - initialise an event flag, which is clear
 * @event: the event flag
 *
 * Return: 0, or a negative errno.
 */
int cotask_event_init(struct cotask_event *event);

/**
 * cotask_event_fini - destroy an event flag
 * @event: the event flag
 */
void cotask_event_fini(struct cotask_event *event);

/**
 * cotask_event_set - set an event flag, and wake all waiting tasks
 * @event: the event flag
 *
 * Return: 0, or a negative errno.
 */
int cotask_event_set(struct cotask_event *event);

/**
 * cotask_event_clear - clear an event flag
 * @event: the event flag
 *
 * Return: 0, or a negative errno.
 */
int cotask_event_clear(struct cotask_event *event);

/**
 * cotask_event_wait - wait until an event flag is set
 * @event: the event flag
 *
 * Return: 0; -ECANCELED.
 */
__cotask_must_check long cotask_event_wait(struct cotask_event *event);

/**
 * struct cotask_cond - a condition variable
 * @base: handle in the kernel
 */
struct cotask_cond {
	struct cotask_awaitable base;
};

/**
 * cotask_cond_init - initialise a condition
 * @cond: the condition
 * @lock: the lock, which must exist as long as @cond
 *
 * Return: 0, or a negative errno.
 */
int cotask_cond_init(struct cotask_cond *cond, struct cotask_lock *lock);

/**
 * cotask_cond_fini - destroy a condition
 * @cond: the condition
 */
void cotask_cond_fini(struct cotask_cond *cond);

/**
 * cotask_cond_wait - release the lock, wait for a notification, acquire the lock
 * @cond: the condition, whose lock the caller holds
 *
 * The caller holds the lock again when the function returns, also after a cancel (SY-3).
 *
 * Return: 0; -ECANCELED; -EINVAL if no task holds the lock.
 */
__cotask_must_check long cotask_cond_wait(struct cotask_cond *cond);

/**
 * cotask_cond_notify - wake tasks that wait for a condition
 * @cond: the condition
 * @n: maximum number of tasks to wake
 *
 * Return: The number of tasks that were woken, or a negative errno.
 */
int cotask_cond_notify(struct cotask_cond *cond, unsigned int n);

/**
 * struct cotask_queue - a FIFO of non-negative 64-bit integers
 * @base: handle in the kernel
 */
struct cotask_queue {
	struct cotask_awaitable base;
};

/**
 * cotask_queue_init - initialise a queue, which is empty
 * @q: the queue
 * @max: maximum number of items; 0: no limit
 *
 * Return: 0, or a negative errno.
 */
int cotask_queue_init(struct cotask_queue *q, uint32_t max);

/**
 * cotask_queue_fini - destroy a queue
 * @q: the queue
 */
void cotask_queue_fini(struct cotask_queue *q);

/**
 * cotask_queue_put - add an item to a queue, and wait until there is room
 * @q: the queue
 * @item: the item, >= 0; a pointer that is cast to an integer is valid
 *
 * Return: 0; -ECANCELED or -ESHUTDOWN, and the item was not added.
 */
__cotask_must_check long cotask_queue_put(struct cotask_queue *q, int64_t item);

/**
 * cotask_queue_get - remove the oldest item from a queue, and wait until there is one
 * @q: the queue
 *
 * Return: The item; -ECANCELED; -ESHUTDOWN if the queue is empty and was shut down.
 */
__cotask_must_check long cotask_queue_get(struct cotask_queue *q);

/**
 * cotask_queue_try_put - add an item to a queue if there is room
 * @q: the queue
 * @item: the item, >= 0
 *
 * Return: 0; -EAGAIN if the queue is full; -ESHUTDOWN.
 */
__cotask_must_check int cotask_queue_try_put(struct cotask_queue *q, int64_t item);

/**
 * cotask_queue_try_get - remove the oldest item from a queue if there is one
 * @q: the queue
 *
 * Return: The item; -EAGAIN if the queue is empty; -ESHUTDOWN if it is empty and was shut
 *	down.
 */
__cotask_must_check long cotask_queue_try_get(struct cotask_queue *q);

/**
 * cotask_queue_count - number of items in a queue
 * @q: the queue
 *
 * Return: The number of items, or a negative errno.
 */
long cotask_queue_count(const struct cotask_queue *q);

/**
 * cotask_queue_shutdown - shut a queue down: it accepts no more items
 * @q: the queue
 * @drop: true: discard the items in the queue; false: tasks can still get them
 *
 * Return: 0, or a negative errno.
 */
int cotask_queue_shutdown(struct cotask_queue *q, bool drop);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_SYNC_H */
