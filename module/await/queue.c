// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - queues between tasks
 *
 * A FIFO list and two semaphores: one counts the items, the other the free slots.
 * A task that has a permit puts or gets its item without a further suspension.  So an
 * item is always either in the list or owned by a task, whichever task is cancelled (SY-4).
 */
#include "sync.h"

/* A getter that has the permit for an item does not take it. */
static void item_lost(struct cotask_awaitable *x, struct cotask *task)
{
	struct cotask_queue *q = container_of(x, struct cotask_queue, items.base);
	unsigned long free = q->items.free;

	cotask_sem_lost(x, task);
	/* No getter waits: the last item in front of @free is available again. */
	if (q->items.free != free)
		q->free = q->free->prev;
}

static const struct cotask_awaitable_ops items_ops = {
	.name = "queue",
	.cancel = cotask_sync_cancel,
	.lost = item_lost,
	.internal = true,
	.bare = true,
};

static const struct cotask_awaitable_ops slots_ops = {
	.name = "queue",
	.cancel = cotask_sync_cancel,
	.lost = cotask_sem_lost,
	.internal = true,
	.bare = true,
};

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
	cotask_sem_setup(&q->items, loop, 0, ULONG_MAX, &items_ops);
	cotask_sem_setup(&q->slots, loop, max, max, &slots_ops);
	INIT_LIST_HEAD(&q->list);
	q->free = &q->list;
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
	unsigned long free = q->items.free;

	if (q->shut) {
		free_slot(q);
		return -ESHUTDOWN;
	}
	list_add_tail(item, &q->list);
	q->count++;
	cotask_sem_release(&q->items);
	/* Otherwise a getter has taken it. */
	if (q->items.free != free && !free)
		q->free = item;
	return 0;
}

/* With the permit for it, which is invalid once the queue was shut down and is empty. */
static struct list_head *get(struct cotask_queue *q, struct list_head *item)
{
	if (list_empty(&q->list))
		return NULL;
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
	struct list_head *item = q->free;

	if (!cotask_loop_mine(q->items.base.loop))
		return ERR_PTR(-EXDEV);
	/* The first items belong to getters that have a permit, and have not resumed. */
	if (cotask_sem_try_acquire(&q->items)) {
		q->free = item->next;
		item = get(q, item);
		if (item)
			return item;
	}
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

	/* The caller may have put an item since the check. */
	op->item = cotask_queue_try_get(op->queue);
	if (op->item != ERR_PTR(-EAGAIN))
		return PTR_ERR_OR_ZERO(op->item);
	CO_AWAIT(arrived, rc, cotask_sem_acquire(task, &op->queue->items));
	if (rc)
		return rc;
	op->item = get(op->queue, op->queue->list.next);
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
 * Return: To be passed to CO_AWAIT(), which returns 0; an error, and the item was not
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
 * Return: To be passed to CO_AWAIT(), which returns 0; an error, and no item was
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
 * cotask_queue_shutdown - accept no more items
 * @q: the queue
 * @dropped: receives the items in the queue, which the caller disposes of; NULL: tasks can still
 *	get them
 *
 * All waiters get -ESHUTDOWN (SY-4).
 *
 * Context: The loop's owner.
 */
void cotask_queue_shutdown(struct cotask_queue *q, struct list_head *dropped)
{
	q->shut = true;
	if (dropped) {
		list_splice_tail_init(&q->list, dropped);
		q->free = &q->list;
		q->count = 0;
		q->items.free = 0;
	}
	cotask_sem_shutdown(&q->items, -ESHUTDOWN);
	cotask_sem_shutdown(&q->slots, -ESHUTDOWN);
}
EXPORT_SYMBOL_GPL(cotask_queue_shutdown);
