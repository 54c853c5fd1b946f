/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - wait for several choices at once, and take one of them
 *
 *	struct cotask_choice c[] = {
 *		COTASK_CHOICE_GET(&jobs),
 *		COTASK_CHOICE_EVENT(&stop),
 *		COTASK_CHOICE_FD(fd, POLLIN),
 *	};
 *
 *	int i = cotask_select(c, 3, 10 * COTASK_SEC);
 *
 *	if (i < 0)
 *		return i;		// -ETIMEDOUT, -ECANCELED ...
 *	if (i == 0)
 *		handle(c[0].value);
 *
 * Exactly one *choice* is made.  All other objects are unchanged: no item is taken from another
 * queue, no permit from another semaphore.  A call that fails, is cancelled or times out has
 * made none.
 *
 * A race of several tasks that get from queues does not ensure that: each task can receive an item
 * before the race cancels the task.
 */
#ifndef COTASK_SELECT_H
#define COTASK_SELECT_H

#include <cotask.h>
#include <cotask_sync.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum cotask_choice_kind - kinds of choices
 * @COTASK_CHOOSE_GET: remove the oldest item from a queue
 * @COTASK_CHOOSE_PUT: add an item to a queue
 * @COTASK_CHOOSE_ACQUIRE: acquire a permit of a semaphore
 * @COTASK_CHOOSE_EVENT: an event flag is set
 * @COTASK_CHOOSE_FD: a file descriptor is ready
 * @COTASK_CHOOSE_DONE: a task, a future, a shield, a gather or a race is done
 */
enum cotask_choice_kind {
	COTASK_CHOOSE_GET,
	COTASK_CHOOSE_PUT,
	COTASK_CHOOSE_ACQUIRE,
	COTASK_CHOOSE_EVENT,
	COTASK_CHOOSE_FD,
	COTASK_CHOOSE_DONE
};

/**
 * struct cotask_choice - one of several choices
 * @kind: kind of the choice
 * @fd: the file descriptor
 * @events: the events to wait for, POLLIN etc. as for poll(2)
 * @x: the object
 * @value: for PUT: the item; in the choice that was made, receives for GET: the item, or
 *	-ESHUTDOWN; for PUT: the item, or -ESHUTDOWN; for FD: the events that have occurred, or
 *	-EBADF; for DONE: the outcome; otherwise 0
 */
struct cotask_choice {
	enum cotask_choice_kind	kind;
	int			fd;
	int			events;
	struct cotask_awaitable	*x;
	int64_t			value;
};

#define COTASK_CHOICE_GET(queue)	{ COTASK_CHOOSE_GET, -1, 0, &(queue)->base, 0 }
#define COTASK_CHOICE_PUT(queue, item)	{ COTASK_CHOOSE_PUT, -1, 0, &(queue)->base, (item) }
#define COTASK_CHOICE_ACQUIRE(sem)	{ COTASK_CHOOSE_ACQUIRE, -1, 0, &(sem)->base, 0 }
#define COTASK_CHOICE_EVENT(event)	{ COTASK_CHOOSE_EVENT, -1, 0, &(event)->base, 0 }
#define COTASK_CHOICE_FD(fd, events)	{ COTASK_CHOOSE_FD, (fd), (events), 0, 0 }
#define COTASK_CHOICE_DONE(awaitable)	{ COTASK_CHOOSE_DONE, -1, 0, (awaitable), 0 }
#define COTASK_CHOICE_TASK(task)	COTASK_CHOICE_DONE(cotask_base(task))

/**
 * cotask_select - wait for several choices at once, and take one of them
 * @choices: the choices, the preferred one first; all objects must exist until the call returns
 * @n: number of choices, 1 or more
 * @ns: maximum duration; 0 or less: do not wait; or COTASK_FOREVER
 *
 * Makes the first choice of the array that can be made without waiting.  If there is none, the
 * call waits until one may have become possible, and tries all again.  A queue that was shut down
 * counts as possible, see @value of &struct cotask_choice.
 *
 * The call makes a choice in a step of the calling task, so a cancel comes either before it or
 * after it.  As nothing is granted to a task that waits here, it has no place in the FIFO order
 * of an object (SY-1): tasks that wait in cotask_queue_get(), cotask_queue_put() and
 * cotask_sem_acquire() for the same object are served first.  Tasks that wait here for the same
 * object are woken in FIFO order.
 *
 * The outcome of an awaitable that was chosen counts as retrieved (AW-11).  A cancel of the
 * caller is not passed on to the awaitables.
 *
 * Return: The index of the choice that was made; -ETIMEDOUT; -ECANCELED; a negative errno.
 */
__cotask_must_check int cotask_select(struct cotask_choice *choices, unsigned int n, int64_t ns);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_SELECT_H */
