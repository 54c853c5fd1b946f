// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - handles: numbers that a process has assigned to its objects
 *
 * An object exists as long as its handle exists or the kernel refers to it.  It counts against
 * the limits of the file and of the user until its memory is freed.  A task counts together with
 * its object, and by itself once the object is freed.  Handles can be looked up, and references
 * dropped, from any thread.  Only the owner ends an object: if another thread drops the last
 * reference, it leaves the end to the owner.
 */
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/slab.h>

#include "device.h"

unsigned int cotask_max_objects = COTASK_MAX_OBJECTS_DEFAULT;
module_param_named(max_objects, cotask_max_objects, uint, 0644);
MODULE_PARM_DESC(max_objects, "maximum number of objects, such as tasks, of one open file");

static const struct cotask_object_ops *const kinds[COTASK_OBJECT_KINDS] = {
	[COTASK_KIND_FUTURE]		= &cotask_future_object,
	[COTASK_KIND_GROUP]		= &cotask_group_object,
	[COTASK_KIND_TIMEOUT]		= &cotask_timeout_object,
	[COTASK_KIND_SCOPE]		= &cotask_scope_object,
	[COTASK_KIND_SECTION]		= &cotask_section_object,
	[COTASK_KIND_SEM]		= &cotask_sem_object,
	[COTASK_KIND_EVENT]		= &cotask_event_object,
	[COTASK_KIND_COND]		= &cotask_cond_object,
	[COTASK_KIND_QUEUE]		= &cotask_queue_object,
	[COTASK_KIND_FILE]		= &cotask_file_object,
	[COTASK_OBJECT_TASK]		= &cotask_hosted_object,
	[COTASK_OBJECT_NATIVE]		= &cotask_native_object,
	[COTASK_OBJECT_SHIELD]		= &cotask_shield_object,
	[COTASK_OBJECT_SET]		= &cotask_set_object,
	[COTASK_OBJECT_ITERATION]	= &cotask_iteration_object,
	[COTASK_OBJECT_SUBMISSION]	= &cotask_submission_object,
	[COTASK_OBJECT_REMOTE]		= &cotask_remote_object,
};

/* --- making -------------------------------------------------------------- */

/* Charge @n more objects, or their equivalent. Any thread. */
int cotask_file_charge_many(struct cotask_file *f, unsigned int n)
{
	if (atomic_add_return(n, &f->n_objects) > READ_ONCE(cotask_max_objects) ||
	    !cotask_user_charge(f->user, n)) {
		atomic_sub(n, &f->n_objects);
		return -ENOSPC;
	}
	refcount_inc(&f->refs);
	return 0;
}

/*
 * Charge for what exists, and whose payer is being freed: it counts even beyond the limits, so that
 * the next object is refused.  Any thread; the payer still has a reference to the file.
 */
void cotask_file_charge_late(struct cotask_file *f)
{
	cotask_user_charge_late(f->user);
	atomic_inc(&f->n_objects);
	refcount_inc(&f->refs);
}

void cotask_file_uncharge_many(struct cotask_file *f, unsigned int n)
{
	cotask_user_uncharge(f->user, n);
	atomic_sub(n, &f->n_objects);
	cotask_file_put(f);
}

static struct cotask_object *memory_of(const struct cotask_object_ops *ops)
{
	struct cotask_object *o;

	if (!ops->cache)
		return kzalloc(ops->size, GFP_KERNEL_ACCOUNT);
	o = kmem_cache_alloc(*ops->cache, GFP_KERNEL_ACCOUNT);
	if (o)
		memset(o, 0, ops->size);
	return o;
}

static void memory_free(struct cotask_object *o)
{
	const struct cotask_object_ops *ops = kinds[o->kind];

	if (ops->cache)
		kmem_cache_free(*ops->cache, o);
	else
		kfree(o);
}

/**
 * cotask_object_new - make an object
 * @f: the file
 * @handle: its handle, under which cotask_object_finish() publishes it
 * @kind: which
 *
 * Context: Any thread.
 * Return: The object, which is the first member of what it is embedded in, with one
 *	reference, all else zero; ERR_PTR() of -EINVAL for a handle that is 0 or above
 *	COTASK_MAX_HANDLE, -EEXIST, -ENOSPC, -ENOMEM.
 */
void *cotask_object_new(struct cotask_file *f, u32 handle, enum cotask_object_kind kind)
{
	struct cotask_object *o;
	int rc;

	if (!handle || handle > COTASK_MAX_HANDLE)
		return ERR_PTR(-EINVAL);
	rc = cotask_file_charge(f);
	if (rc)
		return ERR_PTR(rc);
	/* Reserves the handle, so that publishing cannot fail. */
	rc = cotask_table_reserve(&f->objects, handle);
	if (rc) {
		cotask_file_uncharge(f);
		return ERR_PTR(rc);
	}
	o = memory_of(kinds[kind]);
	if (!o) {
		cotask_table_remove(&f->objects, handle, NULL);
		cotask_file_uncharge(f);
		return ERR_PTR(-ENOMEM);
	}
	INIT_LIST_HEAD(&o->turn.link);
	refcount_set(&o->refs, 1);
	o->kind = kind;
	o->file = f;
	return o;
}

/**
 * cotask_object_finish - publish an object, or discard it
 * @o: made by cotask_object_new()
 * @handle: as there
 * @rc: >= 0: publish it, the reference goes to the handle; otherwise free its memory; the object
 *	has no other resources yet
 *
 * Return: @rc.
 */
s64 cotask_object_finish(struct cotask_object *o, u32 handle, s64 rc)
{
	struct cotask_file *f = o->file;

	if (rc < 0) {
		cotask_table_remove(&f->objects, handle, NULL);
		memory_free(o);
		cotask_file_uncharge(f);
	} else {
		cotask_table_publish(&f->objects, handle, o);
	}
	return rc;
}

/* Fields and flags that the kind does not use, or know. */
static int check_make(const struct cotask_object_ops *ops, const struct cotask_op *op)
{
	u32 flags = ops->uses & MAY_BE_ABSOLUTE ? COTASK_OP_F_ABSOLUTE : 0;

	/* ... when it was entered; see there. */
	if ((ops->uses & MAY_BE_AHEAD) && op->opcode == COTASK_OP_ENTER &&
	    (op->flags & COTASK_OP_F_ABSOLUTE))
		flags |= COTASK_OP_F_AHEAD;
	if ((op->flags & ~flags) || (op->arg & ~(KIND_MASK | ops->flags)) ||
	    (op->value && !(ops->uses & USES_VALUE)) ||
	    (op->len && !(ops->uses & USES_LEN)) ||
	    (op->other && !(ops->uses & USES_OTHER)))
		return -EINVAL;
	return 0;
}

/*
 * The kind that a process has named, of those in @which: one of enum cotask_kind, and good as
 * an index, also where the processor guesses; or -EINVAL.
 */
static int kind_of_user(const struct cotask_op *op, u32 which)
{
	u32 kind = op->arg & KIND_MASK;

	if (kind >= COTASK_KIND_LAST)
		return -EINVAL;
	kind = array_index_nospec(kind, COTASK_KIND_LAST);
	return BIT(kind) & which ? kind : -EINVAL;
}

/**
 * cotask_object_make - make the object that the process has requested
 * @r: the request, with handle, value and so on
 * @which: permitted kinds, a mask without COTASK_KIND_NONE
 * @made: the object, not pinned; or NULL
 *
 * Return: 0 or an error.
 */
s64 cotask_object_make(struct cotask_request *r, u32 which, struct cotask_object **made)
{
	int kind = kind_of_user(r->op, which);
	struct cotask_object *o;
	s64 rc;

	if (kind < 0)
		return kind;
	if (check_make(kinds[kind], r->op))
		return -EINVAL;
	o = cotask_object_new(r->f, r->op->handle, kind);
	if (IS_ERR(o))
		return PTR_ERR(o);
	rc = cotask_object_finish(o, r->op->handle, kinds[kind]->make(r, o));
	if (made)
		*made = o;
	return rc;
}

/* --- looking up ---------------------------------------------------------- */

/**
 * cotask_object_find - look up a handle
 * @f: the file
 * @handle: the handle
 * @which: permitted kinds, a mask
 *
 * Context: Any thread.
 * Return: The object with a reference; ERR_PTR() of -ENOENT; -EINVAL: it is of another kind.
 */
struct cotask_object *cotask_object_find(struct cotask_file *f, u32 handle, u32 which)
{
	struct cotask_object *o;

	cotask_table_lock(&f->objects);
	o = cotask_table_find(&f->objects, handle);
	if (!o)
		o = ERR_PTR(-ENOENT);
	else if (!(BIT(o->kind) & which))
		o = ERR_PTR(-EINVAL);
	else
		refcount_inc(&o->refs);
	cotask_table_unlock(&f->objects);
	return o;
}

/* The awaitable of an object, or NULL. Owner. */
struct cotask_awaitable *cotask_object_awaitable(struct cotask_object *o)
{
	const struct cotask_object_ops *ops = kinds[o->kind];

	return ops->awaitable ? ops->awaitable(o) : NULL;
}

struct cotask_object *cotask_object_get(struct cotask_object *o)
{
	refcount_inc(&o->refs);
	return o;
}

/* --- dropping references ------------------------------------------------- */

/* It failed, and its error was never retrieved: report an event; the object stays until then. */
static bool tell_failure(struct cotask_object *o)
{
	struct cotask_awaitable *x = cotask_object_awaitable(o);

	if (o->file->dead || !x || !cotask_awaitable_unlooked(x) || cotask_object_has_no_outcome(o))
		return false;
	cotask_awaitable_mark_read(x);
	refcount_set(&o->refs, 1);
	cotask_turn_add(o->file, &o->turn, COTASK_EVENT_ERROR);
	return true;
}

/* From now on the task itself is charged.  It may be done, and part of its group's errors. */
static void pass_charge(struct cotask *task)
{
	task->entry.flags |= COTASK_T_CHARGED;
	cotask_put(task);
}

/* Its task, whether that has arrived or not. */
static struct cotask *task_of(struct cotask_object *o)
{
	switch (o->kind) {
	case COTASK_OBJECT_TASK:
		return cotask_object_hosted(o)->task;
	case COTASK_OBJECT_NATIVE:
		return cotask_native_task(o);
	default:
		return NULL;
	}
}

/* Called by the owner, or by any thread once there is no owner. */
static void object_end(struct cotask_object *o)
{
	const struct cotask_object_ops *ops = kinds[o->kind];
	struct cotask_file *f = o->file;
	struct cotask *task;

	if (tell_failure(o))
		return;
	task = task_of(o);
	if (ops->fini)
		ops->fini(o);
	/*
	 * A task that is placed in the object keeps the memory of the object until it is freed.
	 */
	if (!task || !(task->entry.flags & COTASK_T_PLACED))
		memory_free(o);
	if (task)
		pass_charge(task);
	else
		cotask_file_uncharge(f);
}

/* Cost of ending an object, in steps of the budget. */
#define OBJECT_COST	8

static struct cotask_object *next_dropped(struct cotask_file *f)
{
	struct cotask_object *o;

	spin_lock(&f->drop_lock);
	o = list_first_entry_or_null(&f->dropped, struct cotask_object, turn.link);
	if (o)
		list_del_init(&o->turn.link);
	else
		f->ending = false;
	spin_unlock(&f->drop_lock);
	return o;
}

/*
 * End unreferenced objects one by one, including those that become unreferenced meanwhile.  The
 * caller has a reference to the file.
 */
static void end_dropped(struct cotask_file *f)
{
	struct cotask_object *o;

	while ((o = next_dropped(f))) {
		object_end(o);
		cotask_walk_step(f->loop, OBJECT_COST);
	}
}

/* Whether the caller ends them: the owner does, or any thread once there is no owner. */
static bool may_end(struct cotask_file *f)
{
	if (!(f->drained || cotask_loop_mine(f->loop)) || f->ending)
		return false;
	f->ending = true;
	return true;
}

/* The caller is not the owner, or is ending another object. */
static void line_up(struct cotask_file *f, struct cotask_object *o)
{
	bool end;

	spin_lock(&f->drop_lock);
	list_add_tail(&o->turn.link, &f->dropped);
	end = may_end(f);
	spin_unlock(&f->drop_lock);
	if (end) {
		end_dropped(f);
	} else if (!cotask_loop_mine(f->loop)) {
		/* Ending it may report an error. */
		cotask_loop_wake(f->loop);
		cotask_file_wake(f);
	}
}

/* The last reference to the object was dropped. */
static noinline void unused(struct cotask_object *o)
{
	struct cotask_file *f = o->file;

	/* The object has one, but may be ended as soon as it is in the list. */
	refcount_inc(&f->refs);
	if (cotask_loop_mine(f->loop) && !f->ending && !READ_ONCE(f->drained)) {
		/* While there is an owner, no other thread ends objects. */
		f->ending = true;
		object_end(o);
		cotask_loop_spend(f->loop, OBJECT_COST);
		end_dropped(f);
	} else {
		line_up(f, o);
	}
	cotask_file_put(f);
}

/**
 * cotask_object_put - drop a reference to an object
 * @o: the object, or NULL
 *
 * The end of an object may end the objects that it refers to: they are queued, so that a
 * chain of them does not exhaust the kernel's stack.
 *
 * Context: Any thread.
 */
void cotask_object_put(struct cotask_object *o)
{
	cotask_race_point(PUT_OBJECT, o);
	if (o && refcount_dec_and_test(&o->refs))
		unused(o);
}

/* The owner ends the objects that other threads have left to it. */
void cotask_objects_reap(struct cotask_file *f)
{
	bool end;

	if (likely(list_empty_careful(&f->dropped)))
		return;
	spin_lock(&f->drop_lock);
	end = may_end(f);
	spin_unlock(&f->drop_lock);
	if (end)
		end_dropped(f);
}

/**
 * cotask_object_forget - free a handle
 * @f: the file
 * @handle: the handle
 * @o: the object that it named; another thread may have freed and reused the handle since
 *
 * Return: 0; -ENOENT: it no longer names @o.
 */
int cotask_object_forget(struct cotask_file *f, u32 handle, struct cotask_object *o)
{
	if (!cotask_table_remove(&f->objects, handle, o))
		return -ENOENT;
	if (o->kind == COTASK_OBJECT_TASK)
		cotask_object_hosted(o)->handle = 0;
	cotask_object_put(o);
	return 0;
}

/* The file is being freed. */
void cotask_objects_drop(struct cotask_file *f)
{
	struct cotask_object *o;
	u64 handle;

	for (handle = 0; (o = cotask_table_next(&f->objects, &handle)); handle++) {
		cotask_object_forget(f, handle, o);
		cotask_loop_spend(f->loop, OBJECT_COST + COTASK_TABLE_COST);
	}
	cotask_table_destroy(&f->objects);
	spin_lock(&f->drop_lock);
	WRITE_ONCE(f->drained, true);
	spin_unlock(&f->drop_lock);
	cotask_objects_reap(f);
}
