// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - handles: numbers that a process has chosen for its objects
 *
 * An object lives as long as its handle or the kernel needs it, and counts against
 * the limit of the file until its memory goes.  Handles can be looked up from any
 * thread; all else is done by the thread that is inside of ENTER.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "device.h"

unsigned int cotask_max_objects = COTASK_MAX_OBJECTS_DEFAULT;
module_param_named(max_objects, cotask_max_objects, uint, 0644);
MODULE_PARM_DESC(max_objects, "tasks, futures, groups and timeouts that one open file can have");

struct future_object {
	struct cotask_object object;
	struct cotask_future future;
};

struct group_object {
	struct cotask_object object;
	struct cotask_group group;
};

struct timeout_object {
	struct cotask_object object;
	struct cotask_timeout timeout;
};

struct cotask_future *cotask_object_future(struct cotask_object *o)
{
	return &container_of(o, struct future_object, object)->future;
}

struct cotask_group *cotask_object_group(struct cotask_object *o)
{
	return &container_of(o, struct group_object, object)->group;
}

struct cotask_timeout *cotask_object_timeout(struct cotask_object *o)
{
	return &container_of(o, struct timeout_object, object)->timeout;
}

static const size_t object_size[COTASK_OBJECT_KINDS] = {
	[COTASK_OBJECT_TASK]	= sizeof(struct cotask_hosted),
	[COTASK_OBJECT_FUTURE]	= sizeof(struct future_object),
	[COTASK_OBJECT_GROUP]	= sizeof(struct group_object),
	[COTASK_OBJECT_TIMEOUT]	= sizeof(struct timeout_object),
};

/**
 * cotask_object_new - make an object
 * @f: the file
 * @handle: what it is going to be called, when cotask_object_finish() publishes it
 * @kind: which
 *
 * Return: The object with one reference, all else zero; ERR_PTR() of -EINVAL for handle
 *	0, -EEXIST, -ENOSPC, -ENOMEM.
 */
void *cotask_object_new(struct cotask_file *f, u32 handle, enum cotask_object_kind kind)
{
	struct cotask_object *o;

	BUILD_BUG_ON(offsetof(struct cotask_hosted, object));
	if (!handle)
		return ERR_PTR(-EINVAL);
	if (xa_load(&f->objects, handle))
		return ERR_PTR(-EEXIST);
	if (atomic_inc_return(&f->n_objects) > READ_ONCE(cotask_max_objects)) {
		atomic_dec(&f->n_objects);
		return ERR_PTR(-ENOSPC);
	}
	o = kzalloc(object_size[kind], GFP_KERNEL_ACCOUNT);
	if (!o || xa_reserve(&f->objects, handle, GFP_KERNEL_ACCOUNT)) {
		kfree(o);
		atomic_dec(&f->n_objects);
		return ERR_PTR(-ENOMEM);
	}
	refcount_set(&o->refs, 1);
	o->kind = kind;
	o->file = f;
	return o;
}

/**
 * cotask_object_finish - an object is ready, or is not going to be
 * @o: made by cotask_object_new()
 * @handle: as there
 * @rc: 0: publish it, the reference goes to the handle; otherwise drop it
 *
 * Cannot fail: the place is reserved.
 *
 * Return: @rc.
 */
s64 cotask_object_finish(struct cotask_object *o, u32 handle, s64 rc)
{
	if (rc) {
		xa_release(&o->file->objects, handle);
		cotask_object_put(o);
	} else {
		xa_store(&o->file->objects, handle, o, GFP_KERNEL_ACCOUNT);
	}
	return rc;
}

/**
 * cotask_object_find - look a handle up
 * @f: the file
 * @handle: the handle
 *
 * Context: Any thread.
 * Return: The object with a reference, or NULL.
 */
struct cotask_object *cotask_object_find(struct cotask_file *f, u32 handle)
{
	struct cotask_object *o;

	xa_lock(&f->objects);
	o = xa_load(&f->objects, handle);
	if (o)
		refcount_inc(&o->refs);
	xa_unlock(&f->objects);
	return o;
}

static void object_free(struct cotask_object *o)
{
	atomic_dec(&o->file->n_objects);
	if (o->kind == COTASK_OBJECT_TASK)
		cotask_put(cotask_object_hosted(o)->task);
	if (o->kind == COTASK_OBJECT_GROUP)
		cotask_group_fini(cotask_object_group(o));
	kfree(o);
}

void cotask_object_put(struct cotask_object *o)
{
	if (o && refcount_dec_and_test(&o->refs))
		object_free(o);
}

/* The handle is free again.  -ENOENT: it was. */
int cotask_object_forget(struct cotask_file *f, u32 handle)
{
	struct cotask_object *o = xa_erase(&f->objects, handle);

	if (!o)
		return -ENOENT;
	if (o->kind == COTASK_OBJECT_TASK)
		cotask_object_hosted(o)->handle = 0;
	cotask_object_put(o);
	return 0;
}

/* The file goes. */
void cotask_objects_drop(struct cotask_file *f)
{
	struct cotask_object *o;
	unsigned long handle;

	xa_for_each(&f->objects, handle, o)
		cotask_object_forget(f, handle);
	xa_destroy(&f->objects);
}
