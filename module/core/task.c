// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - tasks: creation, references, queries
 *
 * A task belongs to its group from spawn until the record of its end, with or
 * without a handle (CT-7, CT-B1).  A handle is a counted reference;
 * it keeps the outcome and the name, not the frame (TK-B1), and the loop.
 */
#include <linux/slab.h>

#include "core.h"

static struct kmem_cache *task_cache;
static atomic64_t last_id;

/* Task numbers that a loop reserves at once, so that its spawns need no atomic operation. */
#define ID_STASH	64

int cotask_task_init(void)
{
	/* design: a sleeping task costs three cache lines, besides its frame. */
	BUILD_BUG_ON(sizeof(struct cotask) > 192);
	task_cache = KMEM_CACHE(cotask, SLAB_HWCACHE_ALIGN);
	return task_cache ? 0 : -ENOMEM;
}

void cotask_task_exit(void)
{
	rcu_barrier();
	kmem_cache_destroy(task_cache);
}

/* --- references ----------------------------------------------------------- */

/* All but the memory. */
static void task_fini(struct cotask *t)
{
	cotask_debug_task_ends(t);
	cotask_context_drop(t->context);
	cotask_name_free(rcu_dereference_protected(t->name, true));
	kfree(t->times);
	cotask_debug_poison(t, sizeof(*t));
}

static void task_free(struct cotask *t)
{
	struct cotask_loop *loop = t->base.loop;
	const u32 flags = t->entry.flags;

	task_fini(t);
	if (flags & COTASK_T_PLACED)
		loop->payer->ops->vacated(t);
	else
		kmem_cache_free(task_cache, t);
	if (flags & COTASK_T_CHARGED)
		cotask_loop_uncharge(loop);
	cotask_loop_unref_task(loop);
}

/* The entry of a task that is not in any list any more has room for this before its flags. */
static struct cotask_deferred *deferred_of(struct cotask *t)
{
	BUILD_BUG_ON(sizeof(struct cotask_deferred) > offsetof(struct cotask_entry, flags));
	return (struct cotask_deferred *)&t->entry;
}

static void free_deferred(struct cotask_deferred *d)
{
	struct cotask *t = container_of((struct cotask_entry *)d, struct cotask, entry);

	/* A debug build checks that the task is in no list. */
	INIT_LIST_HEAD(&t->entry.link);
	task_free(t);
}

/**
 * cotask_task_post - post a reference of the caller to the owner
 * @t: the task; the caller has set COTASK_S_INBOX
 *
 * Context: Any.
 * Return: false: the loop has ended; the caller keeps the reference, and INBOX is clear.
 */
bool cotask_task_post(struct cotask *t)
{
	if (!cotask_loop_post(t->base.loop, &t->base.post))
		return true;
	atomic_andnot(COTASK_S_INBOX, &t->base.state);
	return false;
}

/*
 * @t has failed, and its error was never retrieved.  Errors in the loop of a process are events,
 * which only the owner makes: another thread posts its last reference to the owner, which drops it.
 * Return: false: the caller is the owner, or the loop has ended.
 */
static bool leave_to_owner(struct cotask *t)
{
	struct cotask_loop *loop = t->base.loop;

	if (!(READ_ONCE(loop->flags) & COTASK_LOOP_LENT) || cotask_loop_mine(loop))
		return false;
	atomic_or(COTASK_S_INBOX, &t->base.state);
	return cotask_task_post(t);
}

/**
 * cotask_put - drop a reference to a task
 * @task: the task, or NULL
 *
 * A task that is not done continues (CT-7).  With the last reference to a task that has failed,
 * its error is reported if it was never retrieved (AW-11).
 *
 * Context: Any.
 */
void cotask_put(struct cotask *task)
{
	if (!task)
		return;
	cotask_race_point(PUT_TASK, &task->base);
	/*
	 * The only reference: no other thread can take one.  It is kept for the error
	 * handler, which may access the task.
	 */
	if (refcount_read(&task->base.refs) != 1) {
		if (!refcount_dec_and_test(&task->base.refs))
			return;
		refcount_set(&task->base.refs, 1);
	}
	/* Pairs with the release of threads that dropped their reference before. */
	smp_acquire__after_ctrl_dep();
	if (unlikely(cotask_awaitable_failed(&task->base))) {
		if (leave_to_owner(task))
			return;
		cotask_awaitable_unread(&task->base, task);
		/* The error handler may have kept it. */
		if (!refcount_dec_and_test(&task->base.refs))
			return;
	}
	cotask_free_where_possible(deferred_of(task), free_deferred);
}
EXPORT_SYMBOL_GPL(cotask_put);

/* --- spawning ------------------------------------------------------------- */

/* How deep eager first steps may nest on the kernel's stack (EA-B1). */
#define EAGER_DEPTH	8

/* No task that exists now has a higher number. */
u64 cotask_task_last_id(void)
{
	return atomic64_read(&last_id);
}

static u64 id_new(struct cotask_loop *loop, bool mine)
{
	if (!mine)
		return atomic64_inc_return(&last_id);
	if (!loop->id_stash) {
		loop->id_stash = ID_STASH;
		loop->last_id = atomic64_add_return(ID_STASH, &last_id) - ID_STASH;
	}
	loop->id_stash--;
	return ++loop->last_id;
}

static u32 task_flags(u32 flags)
{
	u32 t = 0;

	if (flags & COTASK_SPAWN_APART)
		t |= COTASK_T_APART;
	if (flags & COTASK_SPAWN_SURE_START)
		t |= COTASK_T_SURE_START;
	if (flags & COTASK_SPAWN_COMPLETION_WINS)
		t |= COTASK_T_WINS;
	if (flags & COTASK_SPAWN_KEEP_CANCEL)
		t |= COTASK_T_KEEPS;
	return t;
}

/* Memory for a task; out: the flag that identifies its allocator. */
static struct cotask *task_memory(struct cotask_loop *loop, struct cotask_frame *frame,
				  const struct cotask_spawn_args *args, u32 *placed)
{
	gfp_t gfp = args->gfp ?: cotask_loop_gfp(loop);
	struct cotask_name *name = NULL;
	struct cotask *t = NULL;

	if (!cotask_has_allocator()) {
		cotask_misuse("spawns where PREEMPT_RT has no allocator\n");
		return ERR_PTR(-EOPNOTSUPP);
	}
	if (args->name) {
		name = cotask_name_new(args->name, gfp);
		if (IS_ERR(name))
			return ERR_CAST(name);
	}
	/* The object that it counts with holds the payer. */
	if (args->flags & COTASK_SPAWN_PAID)
		t = loop->payer->ops->place(frame);
	*placed = t ? COTASK_T_PLACED : 0;
	if (!t)
		t = kmem_cache_alloc(task_cache, gfp);
	if (!t) {
		cotask_name_free(name);
		return ERR_PTR(-ENOMEM);
	}
	RCU_INIT_POINTER(t->name, name);
	return t;
}

/* Whether the task counts as an object by itself; < 0: the limit is exceeded. */
static int charge(struct cotask_loop *loop, u32 flags)
{
	if (!READ_ONCE(loop->payer) || (flags & COTASK_SPAWN_PAID))
		return 0;
	return cotask_loop_charge(loop) ?: COTASK_T_CHARGED;
}

static struct cotask *task_new(struct cotask_group *g, struct cotask_loop *loop,
			       struct cotask_frame *frame,
			       const struct cotask_spawn_args *args)
{
	int charged = charge(loop, args->flags);
	struct cotask *t;
	u32 placed;

	if (charged < 0)
		return ERR_PTR(charged);
	t = task_memory(loop, frame, args, &placed);
	if (IS_ERR(t)) {
		if (charged)
			cotask_loop_uncharge(loop);
		return t;
	}
	cotask_entry_init(&t->entry, COTASK_ENTRY_TASK);
	t->entry.flags = task_flags(args->flags) | charged | placed;
	cotask_awaitable_init(&t->base, loop, &cotask_task_ops);
	t->frame = frame;
	t->waits_on = NULL;
	t->group = g;
	INIT_LIST_HEAD(&t->sibling);
	t->scopes = NULL;
	t->settled = 0;
	t->deliveries = 0;
	t->id = id_new(loop, cotask_loop_mine(loop));
	t->context = 0;
	memset(&t->reason, 0, sizeof(t->reason));
	t->times = NULL;
	cotask_loop_ref_task(loop);
	cotask_debug_live(&t->base);
	return t;
}

/* The first step, inside the spawn call (EA-1 ..). */
static void eager_step(struct cotask_loop *loop, struct cotask *t)
{
	t->entry.flags |= COTASK_T_EAGER;
	loop->eager_depth++;
	cotask_task_step(loop, t);
	loop->eager_depth--;
}

static bool wants_eager(const struct cotask_loop *loop, u32 flags)
{
	if (flags & COTASK_SPAWN_LAZY)
		return false;
	if (!(flags & COTASK_SPAWN_EAGER) && !(loop->flags & COTASK_LOOP_EAGER))
		return false;
	/* Without a running loop it is lazy (EA-8), and so it is too deep, or during a pause. */
	return loop->pumping && loop->eager_depth < EAGER_DEPTH && !loop->paused;
}

/* It is spawned inside of a cancelled scope, or was when that was cancelled (CX-B1). */
void cotask_task_born_level(struct cotask *t)
{
	struct cotask_scope *s;

	t->entry.flags |= COTASK_T_BORN_LEVEL;
	if (!(t->entry.flags & COTASK_T_SHIELDED))
		t->entry.flags |= COTASK_T_LEVEL;
	for (s = cotask_scope_unshielded(t, NULL); s; s = s->outer)
		cotask_group_mark_level(s);
}

/**
 * cotask_task_joined - a task becomes an ordinary member of its group
 * @t: the task, which may have ended; not inside its eager first step, if it has that
 *
 * The owner.  The group may have been aborted since it was admitted, or in its first
 * step (TG-32).
 */
void cotask_task_joined(struct cotask *t)
{
	struct cotask_group *g = t->group;

	t->entry.flags &= ~COTASK_T_EAGER;
	if (g->flags & COTASK_G_DOOMED)
		t->entry.flags |= COTASK_T_DOOMED;
	if (g->flags & COTASK_G_ABORTING)
		cotask_group_cancel_joined(g, t);
}

/**
 * cotask_task_start - start a task
 * @t: made by cotask_task_prepare(); admitted by its group
 * @flags: COTASK_SPAWN_*
 *
 * The owner.
 */
void cotask_task_start(struct cotask *t, u32 flags)
{
	struct cotask_loop *loop = t->base.loop;
	struct cotask_group *g = t->group;
	const struct cotask_reason *why;

	cotask_group_adopt(g, t);
	loop->tasks++;
	loop->stats.spawned++;
	trace_cotask_spawn(t);
	if (unlikely(cotask_accounts(loop)))
		cotask_account_start(t, COTASK_PHASE_READY);
	why = unlikely(g->flags & COTASK_G_LEVEL) ? cotask_cancel_scope_covers(g) : NULL;
	if (why) {
		cotask_task_born_level(t);
		/* By the group, if that aborts: a child gets one cancel (TG-B5). */
		if (!(g->flags & COTASK_G_ABORTING))
			cotask_cancel_for(t, why);
	}
	if (!why && !(g->flags & COTASK_G_ABORTING) && wants_eager(loop, flags))
		eager_step(loop, t);
	else
		cotask_loop_queue(loop, &t->entry);
	cotask_task_joined(t);
}

/**
 * cotask_task_admit - a task that was spawned from outside has arrived
 * @t: the task
 *
 * Its group admitted it when it was spawned, but may be aborting now.
 */
void cotask_task_admit(struct cotask *t)
{
	struct cotask_group *g = t->group;

	t->entry.flags &= ~COTASK_T_NEW;
	cotask_task_start(t, COTASK_SPAWN_LAZY);
	cotask_race_point(GATE_LEAVE, &g->base);
	atomic_dec(&g->gate);
}

/*
 * Owner of a task without a group: the opened group at the root of the current task,
 * so that stopping it stops all tasks that it has begun; outside of tasks, the root
 * group of the loop.
 */
static struct cotask_group *group_at_home(struct cotask_loop *loop)
{
	return loop->current_task ? loop->current_task->group->home : &loop->root;
}

/**
 * cotask_group_for_spawn - the group to spawn into
 * @g: the group that the caller has passed; NULL: the default group
 *
 * Return: The group; ERR_PTR(-EINVAL) if @g was not entered or opened;
 *	ERR_PTR(-ESRCH) without a running loop.
 */
struct cotask_group *cotask_group_for_spawn(struct cotask_group *g)
{
	struct cotask_loop *loop;

	if (g)
		return cotask_group_is(g, COTASK_G_ACTIVE) ? g : ERR_PTR(-EINVAL);
	loop = cotask_pump_current();
	return loop ? group_at_home(loop) : ERR_PTR(-ESRCH);
}

/* Set the context of the task; the spawner is the current task, if any. */
static void set_context(struct cotask *t, const struct cotask_spawn_args *args, bool mine)
{
	struct cotask_loop *loop = t->base.loop;

	if (args->context)
		t->context = cotask_context_explicit(args->context);
	else if (mine && loop->current_task)
		t->context = cotask_context_copy(loop->current_task);
}

/* A coroutine that was not spawned is released unrun (CO-6). */
void cotask_frame_refuse(struct cotask_frame *frame)
{
	frame->state = COTASK_FRAME_REFUSED;
	if (frame->release)
		frame->release(frame);
}

/* The same for what a caller has passed: nothing, or a coroutine that was used before, stays. */
void cotask_frame_refuse_fresh(struct cotask_frame *frame)
{
	if (frame && frame->state == COTASK_FRAME_FRESH)
		cotask_frame_refuse(frame);
}

/**
 * cotask_task_prepare - make a task that has not begun
 * @g: its owner
 * @loop: the loop of @g, pinned by the caller
 * @frame: its coroutine, fresh
 * @args: how
 *
 * Return: The task, with one reference for its owner and one for the caller; to be
 *	started or discarded.  ERR_PTR().
 */
struct cotask *cotask_task_prepare(struct cotask_group *g, struct cotask_loop *loop,
				   struct cotask_frame *frame,
				   const struct cotask_spawn_args *args)
{
	struct cotask *t = task_new(g, loop, frame, args);

	if (IS_ERR(t))
		return t;
	frame->state = COTASK_FRAME_TAKEN;
	set_context(t, args, cotask_loop_mine(loop));
	refcount_set(&t->base.refs, 2);
	return t;
}

/* The opposite: there was no task, and the coroutine is fresh again. */
void cotask_task_discard(struct cotask *t, struct cotask_frame *frame)
{
	struct cotask_loop *loop = t->base.loop;

	frame->state = COTASK_FRAME_FRESH;
	if (!(t->entry.flags & COTASK_T_PLACED)) {
		task_free(t);
		return;
	}
	/* Its memory stays with the object, which goes on without it. */
	task_fini(t);
	cotask_loop_unref_task(loop);
}

/*
 * From outside.  The owner may wait for a spawn that the group has admitted, so preemption is
 * disabled until the task is posted.
 */
static int post_task(struct cotask_group *g, struct cotask_loop *loop, struct cotask *t)
{
	int rc;

	preempt_disable();
	rc = cotask_group_admits(g, false, 1);
	if (!rc) {
		t->entry.flags |= COTASK_T_NEW;
		atomic_or(COTASK_S_INBOX, &t->base.state);
		/* Cannot fail: the group that has admitted the task keeps the loop open. */
		cotask_loop_post(loop, &t->base.post);
	}
	preempt_enable();
	return rc;
}

static int start_task(struct cotask_group *g, struct cotask *t, u32 flags)
{
	int rc = cotask_group_admits(g, true, 1);

	if (rc == -ESHUTDOWN && (flags & COTASK_SPAWN_CANCELLED))
		rc = cotask_group_admits_cancelled(g);
	if (!rc)
		cotask_task_start(t, flags);
	return rc;
}

static struct cotask *spawn(struct cotask_group *g, struct cotask_loop *loop,
			    struct cotask_frame *frame,
			    const struct cotask_spawn_args *args, bool handle)
{
	struct cotask *t;
	int rc;

	t = cotask_task_prepare(g, loop, frame, args);
	if (IS_ERR(t))
		return t;
	if (!handle)
		refcount_set(&t->base.refs, 1);
	rc = cotask_loop_mine(loop) ? start_task(g, t, args->flags) : post_task(g, loop, t);
	if (rc) {
		cotask_task_discard(t, frame);
		return ERR_PTR(rc);
	}
	return t;
}

/*
 * The loop of an awaitable, with a reference if the caller is not its owner, as another
 * thread may be stopping the group that it is.  NULL: it is stopped.
 */
struct cotask_loop *cotask_awaitable_pin_loop(struct cotask_awaitable *x)
{
	struct cotask_loop *loop;

	rcu_read_lock();
	loop = READ_ONCE(x->loop);
	if (loop && !cotask_loop_mine(loop) && !refcount_inc_not_zero(&loop->refs))
		loop = NULL;
	rcu_read_unlock();
	return loop;
}

struct cotask_loop *cotask_group_pin_loop(struct cotask_group *g)
{
	return cotask_awaitable_pin_loop(&g->base);
}

void cotask_unpin_loop(struct cotask_loop *loop)
{
	if (!cotask_loop_mine(loop))
		cotask_loop_put(loop);
}

static int check_flags(const struct cotask_group *group, u32 flags)
{
	struct cotask_loop *loop;

	if ((flags & ~COTASK_SPAWN_ALL) ||
	    ((flags & COTASK_SPAWN_EAGER) && (flags & COTASK_SPAWN_LAZY)))
		return -EINVAL;
	if (group)
		return flags & COTASK_SPAWN_DETACHED ? -EINVAL : 0;
	/* On a loop that asks for it, no task is without an owner by accident (CT-B2). */
	loop = cotask_pump_current();
	if (loop && (loop->flags & COTASK_LOOP_OWNERS) && !(flags & COTASK_SPAWN_DETACHED))
		return -EINVAL;
	return 0;
}

static struct cotask *checked_spawn(struct cotask_group *group, struct cotask_frame *frame,
				    const struct cotask_spawn_args *args, u32 more, bool handle)
{
	struct cotask_spawn_args how = *args;
	struct cotask_loop *loop;
	struct cotask *t;
	int rc;

	if (!frame || !frame->step || frame->state != COTASK_FRAME_FRESH)
		return ERR_PTR(-EINVAL);
	how.flags |= group ? more : more | COTASK_SPAWN_APART;
	rc = check_flags(group, args->flags);
	group = rc ? ERR_PTR(rc) : cotask_group_for_spawn(group);
	if (IS_ERR(group)) {
		t = ERR_CAST(group);
	} else {
		loop = cotask_group_pin_loop(group);
		t = loop ? spawn(group, loop, frame, &how, handle) : ERR_PTR(-ESHUTDOWN);
		if (loop)
			cotask_unpin_loop(loop);
	}
	if (IS_ERR(t))
		cotask_frame_refuse(frame);
	return t;
}

/**
 * cotask_spawn_with - spawn a task
 * @group: its owner; NULL: the opened group that the current task belongs to in the
 *	end, or the root group of the loop outside of tasks
 * @frame: its coroutine, made by cotask_frame_init(), not used before
 * @args: how
 *
 * The first step is queued at the tail and runs later, unless it is to be eager (CT-1).  When
 * spawning fails no task exists, and the coroutine is released without having run (CO-6, CT-6),
 * unless the coroutine was used before.
 *
 * Context: Any; with args->gfp to match.  COTASK_SPAWN_EAGER has an effect in the
 *	loop only.  Not from a hard interrupt of PREEMPT_RT, nor with a raw spinlock held
 *	there: a task is allocated.  Complete a future for a task that spawns.
 * Return: The task with a reference for the caller, to be dropped with
 *	cotask_put(); ERR_PTR() of -EINVAL for a bad argument, a used coroutine
 *	(CO-5) or a group that was not entered (TG-2); -ESRCH if @group is NULL and
 *	no loop is running here (CT-2); -ESHUTDOWN if the group is closed (TG-3,
 *	TG-4); -ENOSPC if it is the loop of a process that has too much; -ENOMEM;
 *	-EOPNOTSUPP where PREEMPT_RT has no allocator.
 */
struct cotask *cotask_spawn_with(struct cotask_group *group, struct cotask_frame *frame,
				 const struct cotask_spawn_args *args)
{
	return checked_spawn(group, frame, args, 0, true);
}
EXPORT_SYMBOL_GPL(cotask_spawn_with);

/* The same for the task of an object, which counts with that as one. */
struct cotask *cotask_spawn_paid(struct cotask_group *group, struct cotask_frame *frame,
				 const struct cotask_spawn_args *args)
{
	return checked_spawn(group, frame, args, COTASK_SPAWN_PAID, true);
}

/**
 * cotask_go - spawn a task without taking a reference to it
 * @group: as for cotask_spawn_with()
 * @frame: likewise
 *
 * Context: A step of a task, other process context without locks, or an interrupt, where
 *	it allocates with GFP_ATOMIC; but see cotask_spawn_with() for PREEMPT_RT.
 * Return: 0, or the errors of cotask_spawn_with().
 */
int cotask_go(struct cotask_group *group, struct cotask_frame *frame)
{
	struct cotask_spawn_args args = { .gfp = in_task() ? GFP_KERNEL : GFP_ATOMIC };

	return PTR_ERR_OR_ZERO(checked_spawn(group, frame, &args, 0, false));
}
EXPORT_SYMBOL_GPL(cotask_go);

/**
 * cotask_ensure - check that an awaitable belongs to a loop
 * @loop: the loop that it has to belong to, or NULL
 * @x: task, future or shield
 *
 * Context: Any.
 * Return: @x itself (CT-5); ERR_PTR(-EXDEV) if it belongs to another loop;
 *	ERR_PTR(-EINVAL) if it is missing.
 */
struct cotask_awaitable *cotask_ensure(struct cotask_loop *loop, struct cotask_awaitable *x)
{
	if (!x || !x->loop)
		return ERR_PTR(-EINVAL);
	return loop && loop != x->loop ? ERR_PTR(-EXDEV) : x;
}
EXPORT_FOR_TESTS(cotask_ensure);

/**
 * cotask_task_record - the end of a task is recorded with its owner
 * @loop: the loop
 * @e: its entry
 */
void cotask_task_record(struct cotask_loop *loop, struct cotask_entry *e)
{
	struct cotask *t = container_of(e, struct cotask, entry);

	if (likely(!loop->paused) || !cotask_pause_holds(loop, e))
		cotask_group_child_ended(t->group, t);
}

/* --- queries ------------------------------------------------------------ */

/**
 * cotask_get_coro - the outermost coroutine of a task
 * @task: the task
 *
 * Context: The loop's owner.
 * Return: Its frame; NULL once the task is done (EA-10).
 */
struct cotask_frame *cotask_get_coro(const struct cotask *task)
{
	struct cotask_frame *frame = task->frame;

	while (frame && frame->outer)
		frame = frame->outer;
	return frame;
}
EXPORT_FOR_TESTS(cotask_get_coro);

/* The state in words (TK-9). */
const char *cotask_task_state(const struct cotask *t)
{
	if (cotask_cancelled(t))
		return "cancelled";
	if (cotask_done(t))
		return "finished";
	return cotask_cancel_count(t) ? "cancelling" : "pending";
}

/**
 * cotask_describe - a task in words
 * @task: the task
 * @buf: name, state (TK-9) and what it waits for go here
 * @size: of @buf
 *
 * Context: The loop's owner.
 * Return: The length, as snprintf().
 */
int cotask_describe(const struct cotask *task, char *buf, size_t size)
{
	char name[COTASK_NAME_MAX + 1], other[COTASK_NAME_MAX + 1];
	struct cotask_awaitable *x = NULL;

	if (!cotask_done(task))
		x = cotask_task_waits_on(task);
	cotask_get_name(task, name, sizeof(name));
	if (!x)
		return scnprintf(buf, size, "%s %s", name, cotask_task_state(task));
	if (!cotask_is_task(x))
		return scnprintf(buf, size, "%s %s, waits for a %s", name,
				 cotask_task_state(task), x->post.ops->name);
	return scnprintf(buf, size, "%s %s, waits for task %s", name, cotask_task_state(task),
			 cotask_get_name(cotask_of(x), other, sizeof(other)));
}
EXPORT_FOR_TESTS(cotask_describe);

