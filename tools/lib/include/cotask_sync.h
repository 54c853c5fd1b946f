/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - events, locks, semaphores, conditions and queues for tasks of one loop
 *
 * Tasks of a loop never run at the same time, so no lock is needed for what happens
 * between two suspensions.  These are for what goes over a suspension.
 *
 * Waiters are served in the order in which they came, and a newcomer does not overtake
 * them (SY-1).  What was granted to a task that is cancelled before it has resumed goes
 * to the next one; nothing is lost (SY-2).
 *
 * Each init function is to be followed by the fini function; it gives 0 or a negative
 * errno.
 */
#ifndef COTASK_SYNC_H
#define COTASK_SYNC_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct cotask_sem - a counting semaphore
 * @base: its handle
 */
struct cotask_sem {
	struct cotask_awaitable base;
};

/**
 * cotask_sem_init - make a semaphore
 * @sem: the semaphore
 * @free: permits that nobody has, up to INT64_MAX
 * @max: how many there can be; 0: any number
 *
 * Return: 0; -EINVAL if @free is more than @max.
 */
int cotask_sem_init(struct cotask_sem *sem, uint64_t free, uint32_t max);

/**
 * cotask_sem_fini - the end of a semaphore
 * @sem: the semaphore
 */
void cotask_sem_fini(struct cotask_sem *sem);

/**
 * cotask_sem_acquire - take a permit, and wait for it
 * @sem: the semaphore
 *
 * Return: 0; -ECANCELED, and there is no permit.
 */
__cotask_must_check long cotask_sem_acquire(struct cotask_sem *sem);

/**
 * cotask_sem_try_acquire - take a permit if one is free
 * @sem: the semaphore
 *
 * Return: true if so.
 */
__cotask_must_check bool cotask_sem_try_acquire(struct cotask_sem *sem);

/**
 * cotask_sem_release - give a permit back
 * @sem: the semaphore
 *
 * Return: 0; -EINVAL if there would be more than there can be (SY-4).
 */
int cotask_sem_release(struct cotask_sem *sem);

/**
 * struct cotask_lock - a mutual exclusion that a task keeps over suspensions
 * @sem: with one permit
 */
struct cotask_lock {
	struct cotask_sem sem;
};

/**
 * cotask_lock_init - make a lock that nobody has
 * @lock: the lock
 *
 * Return: 0, or a negative errno.
 */
int cotask_lock_init(struct cotask_lock *lock);

/**
 * cotask_lock_fini - the end of a lock
 * @lock: the lock
 */
void cotask_lock_fini(struct cotask_lock *lock);

/**
 * cotask_lock_acquire - take a lock, and wait for it
 * @lock: the lock
 *
 * Return: As cotask_sem_acquire().
 */
__cotask_must_check long cotask_lock_acquire(struct cotask_lock *lock);

/**
 * cotask_lock_release - give a lock back
 * @lock: the lock
 *
 * Return: 0; -EINVAL if nobody has it.
 */
int cotask_lock_release(struct cotask_lock *lock);

/**
 * cotask_lock_held - whether somebody has a lock
 * @lock: the lock
 *
 * Return: true if so.
 */
bool cotask_lock_held(const struct cotask_lock *lock);

/**
 * struct cotask_event - something that has happened, or not yet
 * @base: its handle
 */
struct cotask_event {
	struct cotask_awaitable base;
};

/**
 * cotask_event_init - make an event that has not happened
 * @event: the event
 *
 * Return: 0, or a negative errno.
 */
int cotask_event_init(struct cotask_event *event);

/**
 * cotask_event_fini - the end of an event
 * @event: the event
 */
void cotask_event_fini(struct cotask_event *event);

/**
 * cotask_event_set - it has happened; wakes all who wait
 * @event: the event
 *
 * Return: 0, or a negative errno.
 */
int cotask_event_set(struct cotask_event *event);

/**
 * cotask_event_clear - it has not happened
 * @event: the event
 *
 * Return: 0, or a negative errno.
 */
int cotask_event_clear(struct cotask_event *event);

/**
 * cotask_event_wait - wait until it has happened
 * @event: the event
 *
 * Return: 0; -ECANCELED.
 */
__cotask_must_check long cotask_event_wait(struct cotask_event *event);

/**
 * struct cotask_cond - something has changed that a lock protects
 * @base: its handle
 */
struct cotask_cond {
	struct cotask_awaitable base;
};

/**
 * cotask_cond_init - make a condition
 * @cond: the condition
 * @lock: the lock, which stays as long
 *
 * Return: 0, or a negative errno.
 */
int cotask_cond_init(struct cotask_cond *cond, struct cotask_lock *lock);

/**
 * cotask_cond_fini - the end of a condition
 * @cond: the condition
 */
void cotask_cond_fini(struct cotask_cond *cond);

/**
 * cotask_cond_wait - give the lock back, wait for a notification, take the lock again
 * @cond: the condition, whose lock the caller has
 *
 * Return: 0; -ECANCELED; in any case with the lock (SY-3).  -EINVAL if nobody has it.
 */
__cotask_must_check long cotask_cond_wait(struct cotask_cond *cond);

/**
 * cotask_cond_notify - wake those who wait
 * @cond: the condition
 * @n: how many at most
 *
 * Return: How many there were, or a negative errno.
 */
int cotask_cond_notify(struct cotask_cond *cond, unsigned int n);

/**
 * struct cotask_queue - numbers on their way from task to task
 * @base: its handle
 */
struct cotask_queue {
	struct cotask_awaitable base;
};

/**
 * cotask_queue_init - make a queue
 * @q: the queue
 * @max: for how many numbers there is room; 0: any
 *
 * Return: 0, or a negative errno.
 */
int cotask_queue_init(struct cotask_queue *q, uint32_t max);

/**
 * cotask_queue_fini - the end of a queue
 * @q: the queue
 */
void cotask_queue_fini(struct cotask_queue *q);

/**
 * cotask_queue_put - put a number into a queue, and wait for room
 * @q: the queue
 * @item: the number, >= 0; a pointer of a process is one
 *
 * Return: 0; -ECANCELED, -ESHUTDOWN, and it was not put.
 */
__cotask_must_check long cotask_queue_put(struct cotask_queue *q, int64_t item);

/**
 * cotask_queue_get - take a number out of a queue, and wait for one
 * @q: the queue
 *
 * Return: The number; -ECANCELED; -ESHUTDOWN: there will be none.
 */
__cotask_must_check long cotask_queue_get(struct cotask_queue *q);

/**
 * cotask_queue_try_put - put a number into a queue if there is room
 * @q: the queue
 * @item: the number, >= 0
 *
 * Return: 0; -EAGAIN; -ESHUTDOWN.
 */
__cotask_must_check int cotask_queue_try_put(struct cotask_queue *q, int64_t item);

/**
 * cotask_queue_try_get - take a number out of a queue if there is one
 * @q: the queue
 *
 * Return: The number; -EAGAIN; -ESHUTDOWN.
 */
__cotask_must_check long cotask_queue_try_get(struct cotask_queue *q);

/**
 * cotask_queue_count - how many numbers are in a queue
 * @q: the queue
 *
 * Return: How many, or a negative errno.
 */
long cotask_queue_count(const struct cotask_queue *q);

/**
 * cotask_queue_shutdown - a queue takes no more
 * @q: the queue
 * @drop: what is in it is dropped; false: it can still be got
 *
 * Return: 0, or a negative errno.
 */
int cotask_queue_shutdown(struct cotask_queue *q, bool drop);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_SYNC_H */
