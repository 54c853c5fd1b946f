/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - events, locks, semaphores, conditions, queues and completions for tasks of one loop
 *
 * Tasks of a loop never run at the same time, so code between two suspensions needs
 * no lock.  These objects are for critical sections that contain a suspension.
 *
 * Waiters are served in FIFO order, and a later task does not overtake them (SY-1).
 * A grant to a task that is cancelled before it has resumed passes to the next waiter;
 * no wake-up is lost (SY-2).
 *
 * Call all functions from the loop's owner only: a step of a task, or a callback.  From
 * elsewhere (an interrupt, say) complete a completion, or a future.
 */
#ifndef _LINUX_COTASK_SYNC_H
#define _LINUX_COTASK_SYNC_H

#include <linux/cotask.h>
#include <linux/cotask_scope.h>

/**
 * struct cotask_sem - a counting semaphore
 * @base: the waiters
 * @free: permits available [L]
 * @max: maximum of @free [I]
 * @holder: with a @max of 1: number of the task that has the permit, or 0 [L]
 * @shut: error that an acquire returns instead of waiting, or 0 [L]
 */
struct cotask_sem {
	struct cotask_awaitable	base;
	unsigned long		free;
	unsigned long		max;
	u64			holder;
	int			shut;
};

int cotask_sem_init(struct cotask_sem *sem, struct cotask_loop *loop, unsigned long free,
		    unsigned long max);
struct cotask_await __must_check cotask_sem_acquire(struct cotask *task,
						    struct cotask_sem *sem);
bool cotask_sem_try_acquire(struct cotask_sem *sem);
int cotask_sem_release(struct cotask_sem *sem);
void cotask_sem_shutdown(struct cotask_sem *sem, int error);

/**
 * struct cotask_lock - a mutex that a task holds across suspensions
 * @sem: with one permit
 */
struct cotask_lock {
	struct cotask_sem	sem;
};

/**
 * cotask_lock_init - make an unlocked lock
 * @lock: the lock, not in use
 * @loop: the loop whose tasks may take it
 *
 * Context: Any.
 * Return: 0; -EINVAL if an argument is missing.
 */
static inline int cotask_lock_init(struct cotask_lock *lock, struct cotask_loop *loop)
{
	return lock ? cotask_sem_init(&lock->sem, loop, 1, 1) : -EINVAL;
}

/**
 * cotask_lock_acquire - take a lock
 * @task: the current task
 * @lock: the lock
 *
 * Context: A step of @task.
 * Return: As cotask_sem_acquire().
 */
static inline struct cotask_await __must_check
cotask_lock_acquire(struct cotask *task, struct cotask_lock *lock)
{
	return cotask_sem_acquire(task, &lock->sem);
}

/**
 * cotask_lock_release - release a lock
 * @lock: the lock
 *
 * Context: The loop's owner.
 * Return: 0; -EINVAL if it is not held (SY-4); -EXDEV from elsewhere.
 */
static inline int cotask_lock_release(struct cotask_lock *lock)
{
	return cotask_sem_release(&lock->sem);
}

/**
 * cotask_lock_held - whether a lock is held
 * @lock: the lock
 *
 * Context: The loop's owner.
 * Return: true if so.
 */
static inline bool cotask_lock_held(const struct cotask_lock *lock)
{
	return !lock->sem.free;
}

/**
 * cotask_sem_fini - end the use of a semaphore
 * @sem: not in use
 *
 * Does nothing here: the object has no memory but its own.  In a process, where coroutines call
 * the same functions, the kernel's object is dropped.
 *
 * Context: Any.
 */
static inline void cotask_sem_fini(struct cotask_sem *sem)
{
}

/**
 * cotask_lock_fini - end the use of a lock
 * @lock: not in use
 *
 * Does nothing here: the object has no memory but its own.  In a process, where coroutines call
 * the same functions, the kernel's object is dropped.
 *
 * Context: Any.
 */
static inline void cotask_lock_fini(struct cotask_lock *lock)
{
}

/**
 * struct cotask_event - an event flag
 * @base: the waiters
 * @set: the flag [L]
 */
struct cotask_event {
	struct cotask_awaitable	base;
	bool			set;
};

int cotask_event_init(struct cotask_event *event, struct cotask_loop *loop);
int cotask_event_set(struct cotask_event *event);
void cotask_event_clear(struct cotask_event *event);
struct cotask_await __must_check cotask_event_wait(struct cotask *task,
						   struct cotask_event *event);

/**
 * cotask_event_fini - end the use of an event flag
 * @event: not in use
 *
 * Does nothing here: the object has no memory but its own.  In a process, where coroutines call
 * the same functions, the kernel's object is dropped.
 *
 * Context: Any.
 */
static inline void cotask_event_fini(struct cotask_event *event)
{
}

/**
 * struct cotask_cond - a condition variable
 * @base: the waiters
 * @lock: protects the condition [I]
 */
struct cotask_cond {
	struct cotask_awaitable	base;
	struct cotask_lock	*lock;
};

/**
 * struct cotask_cond_wait - one wait on a condition
 * @frame: the coroutine that does it
 * @cond: the condition
 * @section: shields the reacquisition of the lock
 * @outcome: of the wait
 * @notified: a notification was consumed
 * @delivered: a cancel of the task has ended the wait
 */
struct cotask_cond_wait {
	struct cotask_frame	frame;
	struct cotask_cond	*cond;
	struct cotask_section	section;
	long			outcome;
	bool			notified;
	bool			delivered;
};

int cotask_cond_init(struct cotask_cond *cond, struct cotask_lock *lock);
struct cotask_await __must_check cotask_cond_wait(struct cotask *task,
						  struct cotask_cond_wait *w,
						  struct cotask_cond *cond);
int cotask_cond_notify(struct cotask_cond *cond, unsigned int n);

/**
 * cotask_cond_fini - end the use of a condition variable
 * @cond: not in use
 *
 * Does nothing here: the object has no memory but its own.  In a process, where coroutines call
 * the same functions, the kernel's object is dropped.
 *
 * Context: Any.
 */
static inline void cotask_cond_fini(struct cotask_cond *cond)
{
}

/**
 * struct cotask_queue - a FIFO of items between tasks
 * @items: a permit for each item
 * @slots: a permit for each item that still fits
 * @list: the items, the next one first [L]
 * @free: the first item that no getter has the permit for, or @list [L]
 * @count: number of items [L]
 * @bounded: whether @slots counts [I]
 * @shut: accepts no more items [L]
 */
struct cotask_queue {
	struct cotask_sem	items;
	struct cotask_sem	slots;
	struct list_head	list;
	struct list_head	*free;
	unsigned long		count;
	bool			bounded;
	bool			shut;
};

/**
 * struct cotask_queue_op - one put or get
 * @frame: the coroutine that does it
 * @queue: the queue
 * @item: the item that was got, or is to be put
 */
struct cotask_queue_op {
	struct cotask_frame	frame;
	struct cotask_queue	*queue;
	struct list_head	*item;
};

int cotask_queue_init(struct cotask_queue *q, struct cotask_loop *loop, unsigned long max);
struct cotask_await __must_check cotask_queue_put(struct cotask *task,
						  struct cotask_queue_op *op,
						  struct cotask_queue *q,
						  struct list_head *item);
struct cotask_await __must_check cotask_queue_get(struct cotask *task,
						  struct cotask_queue_op *op,
						  struct cotask_queue *q);
int cotask_queue_try_put(struct cotask_queue *q, struct list_head *item);
struct list_head *cotask_queue_try_get(struct cotask_queue *q);
void cotask_queue_shutdown(struct cotask_queue *q, struct list_head *dropped);

/**
 * cotask_queue_fini - end the use of a queue
 * @q: empty and not in use
 *
 * Does nothing here: the object has no memory but its own.  In a process, where coroutines call
 * the same functions, the kernel's object is dropped.
 *
 * Context: Any.
 */
static inline void cotask_queue_fini(struct cotask_queue *q)
{
}

/**
 * struct cotask_completion - wakes tasks of a loop from an interrupt or another thread
 * @sem: a permit for each call of cotask_complete() that has arrived
 * @arrived: calls that the loop has not taken in yet [A]
 *
 * As the kernel's &struct completion, for tasks: it can be completed and waited for again
 * and again, and calls are counted.  For an outcome that comes once, with a value, there is
 * &struct cotask_future.
 */
struct cotask_completion {
	struct cotask_sem	sem;
	atomic_long_t		arrived;
};

int cotask_completion_init(struct cotask_completion *c, struct cotask_loop *loop);
void cotask_complete(struct cotask_completion *c);
struct cotask_await __must_check cotask_completion_wait(struct cotask *task,
							struct cotask_completion *c);
void cotask_completion_reset(struct cotask_completion *c);
int cotask_completion_fini(struct cotask_completion *c);

#endif /* _LINUX_COTASK_SYNC_H */
