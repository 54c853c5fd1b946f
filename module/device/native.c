// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - native bodies: tasks of a module that processes spawn by name
 *
 * A coroutine of cotask calls that of the module, and keeps the module until all of its code,
 * including the release function, has run.
 */
#include <linux/capability.h>
#include <linux/cotask_body.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "device.h"

#define ARG_MAX_SIZE	4096

static LIST_HEAD(bodies);
static DEFINE_MUTEX(bodies_lock);	/* guards bodies */

/* With bodies_lock. */
static struct cotask_body *find(const char *name)
{
	struct cotask_body *body;

	list_for_each_entry(body, &bodies, listed) {
		if (!strcmp(body->name, name))
			return body;
	}
	return NULL;
}

/**
 * cotask_body_register - offer a native body to processes
 * @body: stays until it is unregistered
 *
 * Call it last in a module's init function, which must not fail afterwards: processes can spawn
 * the body at once, and if init fails the module is freed while its code runs.  A module with
 * several bodies stays with those that were registered.
 *
 * Context: Process context.
 * Return: 0; -EINVAL for a bad or missing field; -EEXIST if the name is taken.
 */
int cotask_body_register(struct cotask_body *body)
{
	int rc = 0;

	if (!body || !body->name || !*body->name || !body->make ||
	    body->arg_size > ARG_MAX_SIZE ||
	    strlen(body->name) >= sizeof_field(struct cotask_native, name))
		return -EINVAL;
	mutex_lock(&bodies_lock);
	if (find(body->name))
		rc = -EEXIST;
	else
		list_add_tail(&body->listed, &bodies);
	mutex_unlock(&bodies_lock);
	return rc;
}
EXPORT_SYMBOL_GPL(cotask_body_register);

/**
 * cotask_body_unregister - withdraw a native body
 * @body: registered
 *
 * Tasks of the body continue; the module cannot be unloaded before the last one has ended.
 *
 * Context: Process context.
 */
void cotask_body_unregister(struct cotask_body *body)
{
	mutex_lock(&bodies_lock);
	list_del(&body->listed);
	mutex_unlock(&bodies_lock);
}
EXPORT_SYMBOL_GPL(cotask_body_unregister);

/* --- the coroutine around it --------------------------------------------- */

/**
 * struct native - a task of a module
 * @frame: the coroutine of cotask
 * @inner: that of the module
 * @called: the latter belongs to the core
 * @owner: the module, a reference
 */
struct native {
	struct cotask_frame	frame;
	struct cotask_frame	*inner;
	bool			called;
	struct module		*owner;
};

static long native_step(struct cotask *task, struct cotask_frame *frame)
{
	struct native *me = container_of(frame, struct native, frame);
	long rc;

	CO_BEGIN(task, frame, ended);

	me->called = true;
	CO_AWAIT(ended, rc, cotask_call(task, me->inner));
	return rc;
}

static void native_release(struct cotask_frame *frame)
{
	struct native *me = container_of(frame, struct native, frame);

	if (!me->called)
		cotask_frame_refuse(me->inner);
	module_put(me->owner);
	kfree(me);
}

/* The module's coroutine object for an argument of the process. */
static struct cotask_frame *make_inner(const struct cotask_body *body,
				       const struct cotask_native *n)
{
	struct cotask_frame *inner;
	void *arg;

	if (n->arg_size != body->arg_size || (!n->arg_size && n->arg))
		return ERR_PTR(-EINVAL);
	if (body->capability >= 0 && !capable(body->capability))
		return ERR_PTR(-EPERM);
	arg = body->arg_size ? memdup_user(u64_to_user_ptr(n->arg), body->arg_size) : NULL;
	if (IS_ERR(arg))
		return ERR_CAST(arg);
	inner = body->make(arg);
	kfree(arg);
	return inner ?: ERR_PTR(-ENOMEM);
}

/* The caller has a reference to the module. */
static struct cotask_frame *make(const struct cotask_body *body, const struct cotask_native *n)
{
	struct native *me = kzalloc(sizeof(*me), GFP_KERNEL_ACCOUNT);

	if (!me)
		return ERR_PTR(-ENOMEM);
	me->inner = make_inner(body, n);
	if (IS_ERR(me->inner)) {
		struct cotask_frame *error = me->inner;

		kfree(me);
		return error;
	}
	me->owner = body->owner;
	return cotask_frame_init(&me->frame, native_step, native_release);
}

static struct cotask_frame *body_frame(const struct cotask_native *n)
{
	struct cotask_frame *frame;
	struct cotask_body *body;

	mutex_lock(&bodies_lock);
	body = find(n->name);
	if (body && !try_module_get(body->owner))
		body = NULL;
	mutex_unlock(&bodies_lock);
	if (!body)
		return ERR_PTR(-ENOENT);
	/* The body stays as long as its module. */
	frame = make(body, n);
	if (IS_ERR(frame))
		module_put(body->owner);
	return frame;
}

/* --- the operation ------------------------------------------------------- */

struct native_object {
	struct cotask_object object;
	struct cotask *task;
};

struct cotask *cotask_native_task(struct cotask_object *o)
{
	return container_of(o, struct native_object, object)->task;
}

static struct cotask_awaitable *native_awaitable(struct cotask_object *o)
{
	return &cotask_native_task(o)->base;
}

const struct cotask_object_ops cotask_native_object = {
	.size = sizeof(struct native_object),
	.awaitable = native_awaitable,
};

/* Code in the kernel may look up the current task. */
static void enter_table(struct cotask_file *f)
{
	if (f->has_native)
		return;
	f->has_native = true;
	cotask_pump_enter(f->loop);
}

static s64 spawn(struct cotask_request *r, struct native_object *o,
		 const struct cotask_native *n)
{
	struct cotask_spawn_args args = { .gfp = GFP_KERNEL_ACCOUNT };
	struct cotask_object *owner = NULL;
	struct cotask_frame *frame;

	if (r->op->other) {
		owner = cotask_object_find(r->f, r->op->other, BIT(COTASK_KIND_GROUP));
		if (IS_ERR(owner))
			return PTR_ERR(owner);
	}
	r->f->loop->foreign++;
	frame = body_frame(n);
	r->f->loop->foreign--;
	if (!IS_ERR(frame)) {
		enter_table(r->f);
		o->task = cotask_spawn_paid(owner ? cotask_object_group(owner) :
					    cotask_loop_root(r->f->loop), frame, &args);
	} else {
		o->task = ERR_CAST(frame);
	}
	cotask_object_put(owner);
	return PTR_ERR_OR_ZERO(o->task);
}

static s64 op_spawn_native(struct cotask_request *r)
{
	struct cotask_native n;
	struct native_object *o;

	if (r->op->len != sizeof(n))
		return -EINVAL;
	if (copy_from_user(&n, u64_to_user_ptr(r->op->addr), sizeof(n)))
		return -EFAULT;
	if (n.__reserved || strnlen(n.name, sizeof(n.name)) == sizeof(n.name))
		return -EINVAL;
	o = cotask_object_new(r->f, r->op->handle, COTASK_OBJECT_NATIVE);
	if (IS_ERR(o))
		return PTR_ERR(o);
	return cotask_object_finish(&o->object, r->op->handle, spawn(r, o, &n));
}

const struct cotask_op_row cotask_op_spawn_native = {
	.issue = op_spawn_native,
	.is = MAY_HAVE_TASK | NO_OBJECT | USES_OTHER | USES_MEMORY,
};
