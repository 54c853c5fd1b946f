// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - queues between tasks
 *
 * A list and two semaphores: one counts the items, the other the room that is left.
 * Who has got a permit does its part without a further suspension; an item is in
 * the list or in somebody's hands at any time, whoever is cancelled (SY-4).
 */
#include "sync.h"

/**
 * cotask_queue_init - make an empty queue
 * @q: the queue, not in use
 * @loop: whose tasks use it
 * @max: how many items it can hold; 0: any number
 *
 * Context: Any.
 * Return: 0; -EINVAL if an argument is missing.
 */
int cotask_queue_init(struct cotask_queue *q, struct cotask_loop *loop, unsigned long max)
{
	if (!q || !loop)
		return -EINVAL;
	cotask_sem_init(&q->items, loop, 0, ULONG_MAX);
	cotask_sem_init(&q->slots, loop, max, max);
	INIT_LIST_HEAD(&q->list);
	q->count = 0;
	q->bounded = max;
	q->shut = false;
	return 0;
}
EXPORT_SYMBOL_GPL(cotask_queue_init);

static void free_slot(struct cotask_queue *q)
{
	if (q->bounded)
		cotask_sem_release(&q->slots);
}

/* With a slot. */
static int put(struct cotask_queue *q, struct list_head *item)
{
	if (q->shut) {
		free_slot(q);
		return -ESHUTDOWN;
	}
	list_add_tail(item, &q->list);
	q->count++;
	cotask_sem_release(&q->items);
	return 0;
}

/* With the permit for an item: the first one behind @reserved others. */
static struct list_head *get(struct cotask_queue *q, unsigned long reserved)
{
	struct list_head *item = q->list.next;

	/* They have gone when the queue was shut down. */
	if (list_empty(&q->list))
		return NULL;
	while (reserved--)
		item = item->next;
	list_del_init(item);
	q->count--;
	free_slot(q);
	return item;
}

/**
 * cotask_queue_try_put - put an item if there is room
 * @q: the queue
 * @item: in no list
 *
 * Context: The loop's owner.
 * Return: 0; -EAGAIN if the queue is full; -ESHUTDOWN; -EINVAL if an argument is
 *	missing; -EXDEV from elsewhere.
 */
int cotask_queue_try_put(struct cotask_queue *q, struct list_head *item)
{
	if (!q || !item)
		return -EINVAL;
	if (!cotask_loop_mine(q->items.base.loop))
		return -EXDEV;
	if (q->shut)
		return -ESHUTDOWN;
	if (q->bounded && !cotask_sem_try_acquire(&q->slots))
		return -EAGAIN;
	return put(q, item);
}
EXPORT_SYMBOL_GPL(cotask_queue_try_put);

/**
 * cotask_queue_try_get - take an item if there is one
 * @q: the queue
 *
 * Context: The loop's owner.
 * Return: The item; ERR_PTR(-EAGAIN) if there is none; ERR_PTR(-ESHUTDOWN) if there
 *	will be none; ERR_PTR(-EXDEV) from elsewhere.
 */
struct list_head *cotask_queue_try_get(struct cotask_queue *q)
{
	struct list_head *item = NULL;

	if (!cotask_loop_mine(q->items.base.loop))
		return ERR_PTR(-EXDEV);
	/* The first items belong to getters that have a permit, and have not resumed. */
	if (cotask_sem_try_acquire(&q->items))
		item = get(q, q->count - q->items.free - 1);
	if (item)
		return item;
	return ERR_PTR(q->shut ? -ESHUTDOWN : -EAGAIN);
}
EXPORT_SYMBOL_GPL(cotask_queue_try_get);

static long put_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_queue_op *op = container_of(frame, struct cotask_queue_op, frame);
	long rc;

	CO_BEGIN(task, frame, room);

	CO_AWAIT(room, rc, cotask_sem_acquire(task, &op->queue->slots));
	return rc ?: put(op->queue, op->item);
}

static long get_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_queue_op *op = container_of(frame, struct cotask_queue_op, frame);
	long rc;

	CO_BEGIN(task, frame, arrived);

	CO_AWAIT(arrived, rc, cotask_sem_acquire(task, &op->queue->items));
	if (rc)
		return rc;
	op->item = get(op->queue, 0);
	return op->item ? 0 : -ESHUTDOWN;
}

/**
 * cotask_queue_put - put an item, wait for room
 * @task: the current task
 * @op: not in use; stays until the await is over
 * @q: the queue
 * @item: in no list
 *
 * Does not suspend if there is room.
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which gives 0; an error, and the item was not
 *	put: -ECANCELED, -ESHUTDOWN, -EINVAL if an argument is missing, -EXDEV for a
 *	queue of another loop.
 */
struct cotask_await cotask_queue_put(struct cotask *task, struct cotask_queue_op *op,
				     struct cotask_queue *q, struct list_head *item)
{
	int rc = op ? cotask_queue_try_put(q, item) : -EINVAL;

	if (rc != -EAGAIN)
		return cotask_refuse(task, rc);
	op->queue = q;
	op->item = item;
	return cotask_call(task, cotask_frame_init(&op->frame, put_step, NULL));
}
EXPORT_SYMBOL_GPL(cotask_queue_put);

/**
 * cotask_queue_get - take the next item, wait for one
 * @task: the current task
 * @op: not in use; stays until the await is over; @op->item is the item
 * @q: the queue
 *
 * Does not suspend if there is one.
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which gives 0; an error, and no item was
 *	taken: -ECANCELED; -ESHUTDOWN when no more are to come; -EINVAL if an argument
 *	is missing; -EXDEV for a queue of another loop.
 */
struct cotask_await cotask_queue_get(struct cotask *task, struct cotask_queue_op *op,
				     struct cotask_queue *q)
{
	if (!op || !q)
		return cotask_refuse(task, -EINVAL);
	op->queue = q;
	op->item = cotask_queue_try_get(q);
	if (!IS_ERR(op->item))
		return cotask_refuse(task, 0);
	if (op->item != ERR_PTR(-EAGAIN))
		return cotask_refuse(task, PTR_ERR(op->item));
	return cotask_call(task, cotask_frame_init(&op->frame, get_step, NULL));
}
EXPORT_SYMBOL_GPL(cotask_queue_get);

/**
 * cotask_queue_shutdown - take no more items
 * @q: the queue
 * @dropped: what is in the queue goes here, to be disposed of by the caller; NULL:
 *	it can still be got
 *
 * All who wait get -ESHUTDOWN (SY-4).
 *
 * Context: The loop's owner.
 */
void cotask_queue_shutdown(struct cotask_queue *q, struct list_head *dropped)
{
	q->shut = true;
	if (dropped) {
		list_splice_tail_init(&q->list, dropped);
		q->count = 0;
		q->items.free = 0;
	}
	cotask_sem_shutdown(&q->items, -ESHUTDOWN);
	cotask_sem_shutdown(&q->slots, -ESHUTDOWN);
}
EXPORT_SYMBOL_GPL(cotask_queue_shutdown);
