// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - operations of the device: semaphores, events, conditions, queues
 */
#include <linux/slab.h>

#include "device.h"

/* --- semaphores ---------------------------------------------------------- */

struct sem_object {
	struct cotask_object object;
	struct cotask_lock lock;	/* a semaphore, which can serve as a lock */
};

static struct cotask_lock *lock_of(struct cotask_object *o)
{
	return &container_of(o, struct sem_object, object)->lock;
}

static struct cotask_sem *sem_of(struct cotask_object *o)
{
	return &lock_of(o)->sem;
}

static int sem_make(struct cotask_request *r, struct cotask_object *o)
{
	const struct cotask_op *op = r->op;

	if (op->value < 0 || op->value > LONG_MAX)
		return -EINVAL;
	/* The number of free permits is the result of a READ. */
	return cotask_sem_init(sem_of(o), r->f->loop, op->value, op->len ?: LONG_MAX);
}

const struct cotask_object_ops cotask_sem_object = {
	.size = sizeof(struct sem_object),
	.make = sem_make,
	.uses = USES_VALUE | USES_LEN,
};

static s64 op_acquire(struct cotask_request *r)
{
	if (r->op->flags & COTASK_OP_F_TRY)
		return cotask_sem_try_acquire(sem_of(r->object)) ? 0 : -EAGAIN;
	cotask_hosted_issue(r, cotask_object_get(r->object), NULL);
	return 0;
}

static struct cotask_await perform_acquire(struct cotask *task, struct cotask_hosted *h)
{
	return cotask_sem_acquire(task, sem_of(h->awaited));
}

const struct cotask_op_row cotask_op_acquire = {
	.issue = op_acquire,
	.perform = perform_acquire,
	.kinds = BIT(COTASK_KIND_SEM),
	.is = NEEDS_TASK | MAY_TRY,
};

static s64 op_release(struct cotask_request *r)
{
	return cotask_sem_release(sem_of(r->object));
}

const struct cotask_op_row cotask_op_release = {
	.issue = op_release,
	.kinds = BIT(COTASK_KIND_SEM),
	.is = MAY_HAVE_TASK,
};

/* --- events -------------------------------------------------------------- */

struct event_object {
	struct cotask_object object;
	struct cotask_event event;
};

static struct cotask_event *event_of(struct cotask_object *o)
{
	return &container_of(o, struct event_object, object)->event;
}

static int event_make(struct cotask_request *r, struct cotask_object *o)
{
	return cotask_event_init(event_of(o), r->f->loop);
}

const struct cotask_object_ops cotask_event_object = {
	.size = sizeof(struct event_object),
	.make = event_make,
};

static s64 op_set(struct cotask_request *r)
{
	if (r->op->arg > 1)
		return -EINVAL;
	if (!r->op->arg)
		return cotask_event_set(event_of(r->object));
	cotask_event_clear(event_of(r->object));
	return 0;
}

const struct cotask_op_row cotask_op_set = {
	.issue = op_set,
	.kinds = BIT(COTASK_KIND_EVENT),
	.is = MAY_HAVE_TASK | USES_ARG,
};

static s64 op_event_wait(struct cotask_request *r)
{
	cotask_hosted_issue(r, cotask_object_get(r->object), NULL);
	return 0;
}

static struct cotask_await perform_event_wait(struct cotask *task, struct cotask_hosted *h)
{
	return cotask_event_wait(task, event_of(h->awaited));
}

const struct cotask_op_row cotask_op_event_wait = {
	.issue = op_event_wait,
	.perform = perform_event_wait,
	.kinds = BIT(COTASK_KIND_EVENT),
	.is = NEEDS_TASK,
};

/* Free permits, or whether an event flag is set. */
s64 cotask_sync_object_free(struct cotask_object *o)
{
	return o->kind == COTASK_KIND_SEM ? sem_of(o)->free : event_of(o)->set;
}

/* --- conditions ---------------------------------------------------------- */

/**
 * struct cond_object - a condition
 * @object: what its handle names
 * @cond: the condition
 * @lock: its lock, a reference
 */
struct cond_object {
	struct cotask_object	object;
	struct cotask_cond	cond;
	struct cotask_object	*lock;
};

static struct cond_object *cond_of(struct cotask_object *o)
{
	return container_of(o, struct cond_object, object);
}

static int cond_make(struct cotask_request *r, struct cotask_object *o)
{
	struct cotask_object *lock;
	int rc;

	lock = cotask_object_find(r->f, r->op->other, BIT(COTASK_KIND_SEM));
	if (IS_ERR(lock))
		return PTR_ERR(lock);
	/* Only a semaphore with one permit is a lock. */
	rc = sem_of(lock)->max == 1 ? 0 : -EINVAL;
	rc = rc ?: cotask_cond_init(&cond_of(o)->cond, lock_of(lock));
	if (rc)
		cotask_object_put(lock);
	else
		cond_of(o)->lock = lock;
	return rc;
}

static void cond_fini(struct cotask_object *o)
{
	cotask_object_put(cond_of(o)->lock);
}

const struct cotask_object_ops cotask_cond_object = {
	.size = sizeof(struct cond_object),
	.make = cond_make,
	.uses = USES_OTHER,
	.fini = cond_fini,
};

/**
 * struct cond_wait - COND_WAIT
 * @aux: of the operation
 * @wait: of the core
 */
struct cond_wait {
	struct cotask_aux	aux;
	struct cotask_cond_wait	wait;
};

static s64 op_cond_wait(struct cotask_request *r)
{
	return cotask_hosted_issue_with(r, sizeof(struct cond_wait));
}

static struct cotask_await perform_cond_wait(struct cotask *task, struct cotask_hosted *h)
{
	struct cond_wait *w = container_of(h->aux, struct cond_wait, aux);

	return cotask_cond_wait(task, &w->wait, &cond_of(h->awaited)->cond);
}

const struct cotask_op_row cotask_op_cond_wait = {
	.issue = op_cond_wait,
	.perform = perform_cond_wait,
	.kinds = BIT(COTASK_KIND_COND),
	.is = NEEDS_TASK,
};

static s64 op_notify(struct cotask_request *r)
{
	return cotask_cond_notify(&cond_of(r->object)->cond, r->op->len);
}

const struct cotask_op_row cotask_op_notify = {
	.issue = op_notify,
	.kinds = BIT(COTASK_KIND_COND),
	.is = MAY_HAVE_TASK | USES_LEN,
};

/* --- queues -------------------------------------------------------------- */

/* A number in a queue, or on its way. */
struct item {
	struct list_head link;
	s64 value;
};

struct queue_object {
	struct cotask_object object;
	struct cotask_queue queue;
};

static struct cotask_queue *queue_of(struct cotask_object *o)
{
	return &container_of(o, struct queue_object, object)->queue;
}

static int queue_make(struct cotask_request *r, struct cotask_object *o)
{
	if (r->op->value < 0 || r->op->value > LONG_MAX)
		return -EINVAL;
	return cotask_queue_init(queue_of(o), r->f->loop, r->op->value);
}

/* A number in a queue counts as an object of the file. */
static struct item *item_new(struct cotask_file *f, s64 value)
{
	struct item *item = cotask_host_alloc(&f->host, sizeof(*item), 1);

	if (!IS_ERR(item))
		item->value = value;
	return item;
}

static void item_free(struct cotask_file *f, struct item *item)
{
	if (item)
		cotask_host_free(&f->host, item, 1);
}

static void drop_items(struct cotask_file *f, struct list_head *items)
{
	struct item *item, *next;

	list_for_each_entry_safe(item, next, items, link) {
		item_free(f, item);
		cotask_walk_step(f->loop, 2);
	}
}

static void queue_fini(struct cotask_object *o)
{
	drop_items(o->file, &queue_of(o)->list);
}

const struct cotask_object_ops cotask_queue_object = {
	.size = sizeof(struct queue_object),
	.make = queue_make,
	.uses = USES_VALUE,
	.fini = queue_fini,
};

s64 cotask_queue_object_count(struct cotask_object *o)
{
	return queue_of(o)->count;
}

/**
 * struct queue_wait - PUT or GET
 * @aux: of the operation
 * @op: of the core
 * @item: to be put, until it was
 * @f: the file
 */
struct queue_wait {
	struct cotask_aux	aux;
	struct cotask_queue_op	op;
	struct item		*item;
	struct cotask_file	*f;
};

static struct queue_wait *queue_wait_of(struct cotask_aux *aux)
{
	return container_of(aux, struct queue_wait, aux);
}

static void queue_wait_drop(struct cotask_aux *aux)
{
	struct queue_wait *w = queue_wait_of(aux);

	item_free(w->f, w->item);
	kfree(w);
}

static s64 issue_queue_wait(struct cotask_request *r, struct item *item)
{
	struct queue_wait *w = kzalloc(sizeof(*w), GFP_KERNEL_ACCOUNT);

	if (!w) {
		item_free(r->f, item);
		return -ENOMEM;
	}
	w->aux.drop = queue_wait_drop;
	w->item = item;
	w->f = r->f;
	cotask_hosted_issue(r, cotask_object_get(r->object), &w->aux);
	return 0;
}

static s64 op_put(struct cotask_request *r)
{
	struct item *item;
	int rc;

	if (r->op->value < 0 || r->op->value > LONG_MAX)
		return -EINVAL;
	item = item_new(r->f, r->op->value);
	if (IS_ERR(item))
		return PTR_ERR(item);
	if (!(r->op->flags & COTASK_OP_F_TRY))
		return issue_queue_wait(r, item);
	rc = cotask_queue_try_put(queue_of(r->object), &item->link);
	if (rc)
		item_free(r->f, item);
	return rc;
}

static struct cotask_await perform_put(struct cotask *task, struct cotask_hosted *h)
{
	struct queue_wait *w = queue_wait_of(h->aux);

	return cotask_queue_put(task, &w->op, queue_of(h->awaited), &w->item->link);
}

static long finish_put(struct cotask_hosted *h, long rc)
{
	if (!rc)
		queue_wait_of(h->aux)->item = NULL;
	return rc;
}

const struct cotask_op_row cotask_op_put = {
	.issue = op_put,
	.perform = perform_put,
	.finish = finish_put,
	.kinds = BIT(COTASK_KIND_QUEUE),
	.is = NEEDS_TASK | USES_VALUE | MAY_TRY,
};

static long take(struct cotask_file *f, struct list_head *link)
{
	struct item *item = container_of(link, struct item, link);
	long value = item->value;

	item_free(f, item);
	return value;
}

static s64 op_get(struct cotask_request *r)
{
	struct list_head *link;

	if (!(r->op->flags & COTASK_OP_F_TRY))
		return issue_queue_wait(r, NULL);
	link = cotask_queue_try_get(queue_of(r->object));
	return IS_ERR(link) ? PTR_ERR(link) : take(r->f, link);
}

static struct cotask_await perform_get(struct cotask *task, struct cotask_hosted *h)
{
	return cotask_queue_get(task, &queue_wait_of(h->aux)->op, queue_of(h->awaited));
}

static long finish_get(struct cotask_hosted *h, long rc)
{
	return rc ?: take(h->object.file, queue_wait_of(h->aux)->op.item);
}

const struct cotask_op_row cotask_op_get = {
	.issue = op_get,
	.perform = perform_get,
	.finish = finish_get,
	.kinds = BIT(COTASK_KIND_QUEUE),
	.is = NEEDS_TASK | MAY_TRY,
};

static s64 op_shutdown(struct cotask_request *r)
{
	LIST_HEAD(dropped);

	if (r->op->arg > 1)
		return -EINVAL;
	cotask_queue_shutdown(queue_of(r->object), r->op->arg ? &dropped : NULL);
	drop_items(r->f, &dropped);
	return 0;
}

const struct cotask_op_row cotask_op_shutdown = {
	.issue = op_shutdown,
	.kinds = BIT(COTASK_KIND_QUEUE),
	.is = MAY_HAVE_TASK | USES_ARG,
};
