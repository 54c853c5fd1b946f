// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - numbers for objects of the kernel
 *
 * The numbers are dense, so that the kernel's table stays small.  A number is reused once
 * COTASK_OP_FORGET for it is in the array of operations, or, for a number of another thread, was
 * applied.
 */
#include <stdlib.h>

#include "internal.h"

static int grow(struct handles *h)
{
	uint32_t size = h->size ? 2 * h->size : 64;
	void **slot = realloc(h->slot, size * sizeof(*slot));

	if (!slot)
		return -ENOMEM;
	h->slot = slot;
	h->size = size;
	return 0;
}

/* Returns 0 if no memory is available. */
uint32_t cotask_handle_new(struct handles *h, void *object)
{
	uint32_t i = h->free;

	if (i) {
		h->free = (uintptr_t)h->slot[i] >> 1;
	} else {
		if (h->used + 1 >= h->size && grow(h))
			return 0;
		i = ++h->used;
	}
	h->slot[i] = object;
	return h->base + i;
}

void cotask_handle_free(struct handles *h, uint32_t handle)
{
	uint32_t i = handle - h->base;

	h->slot[i] = (void *)((uintptr_t)h->free << 1 | 1);
	h->free = i;
}

/* The kernel has no object with this number. */
void cotask_handle_give_back(struct cotask_loop *loop, uint32_t handle)
{
	if (handle < FOREIGN_BASE) {
		cotask_handle_free(&loop->handles, handle);
		return;
	}
	pthread_mutex_lock(&loop->lock);
	cotask_handle_free(&loop->foreign, handle);
	pthread_mutex_unlock(&loop->lock);
}

/* Allocate a number for an object that another thread makes. */
uint32_t cotask_handle_new_foreign(struct cotask_loop *loop, void *object)
{
	uint32_t handle;

	pthread_mutex_lock(&loop->lock);
	handle = cotask_handle_new(&loop->foreign, object);
	pthread_mutex_unlock(&loop->lock);
	return handle;
}

static void *object_in(const struct handles *h, uint32_t handle)
{
	uint32_t i = handle - h->base;

	if (!i || i > h->used || (uintptr_t)h->slot[i] & 1)
		return NULL;
	return h->slot[i];
}

void *cotask_handle_object(struct cotask_loop *loop, uint32_t handle)
{
	void *object;

	if (handle < FOREIGN_BASE)
		return object_in(&loop->handles, handle);
	pthread_mutex_lock(&loop->lock);
	object = object_in(&loop->foreign, handle);
	pthread_mutex_unlock(&loop->lock);
	return object;
}

void cotask_handles_drop(struct handles *h)
{
	free(h->slot);
	memset(h, 0, sizeof(*h));
}

/**
 * cotask_object_make - make an object in the kernel
 * @x: the library's part of the object
 * @kind: the kind of @x
 * @op: the operation, without a handle
 *
 * Return: The result of the operation, and @x has a handle if that is >= 0.
 */
int cotask_object_make(struct cotask_awaitable *x, unsigned int kind, const struct cotask_op *op)
{
	struct cotask_loop *loop = loop_here();
	struct cotask_op o = *op;
	int64_t rc;

	*x = (struct cotask_awaitable){ .kind = kind };
	if (!loop) {
		x->outcome = -ESRCH;
		return -ESRCH;
	}
	o.handle = cotask_handle_new(&loop->handles, x);
	if (!o.handle) {
		x->outcome = -ENOMEM;
		return -ENOMEM;
	}
	rc = cotask_op(loop, &o);
	if (rc < 0) {
		cotask_handle_free(&loop->handles, o.handle);
		x->outcome = rc;
		return rc;
	}
	x->loop = loop;
	x->handle = o.handle;
	return rc;
}

/* The process drops its handle; a task that waits for the object continues to wait. */
void cotask_object_drop(struct cotask_awaitable *x)
{
	if (check_object(x))
		return;
	cotask_forget(x->loop, x->handle);
	x->handle = 0;
	x->outcome = -EINVAL;
}
