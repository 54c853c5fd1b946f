// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - a debug build proves that what is freed has ended
 *
 * An object is *live* as long as the loop, a list or a post refers to it.  The kernel's
 * debugobjects know of each that is: memory that is freed with a live object in it is told
 * with the stack of the caller that frees it, as for timers and works, and so is an object that
 * comes to life twice.
 *
 *	task, loop		from when they are made until their memory is freed
 *	group			from when it is entered or opened until it is over
 *	future, semaphore,	while a task or callback waits for them
 *	event, condition
 *	shield, set		while they follow something
 *	timeout, cancel scope	while a task is inside of them
 *	callback		from its registration until its function is entered
 *	job			while its function can run
 *
 * Memory of cotask's own is poisoned besides.
 */
#include <linux/debugobjects.h>
#include <linux/poison.h>
#include <linux/sched/task_stack.h>

#include "../await/set.h"

#ifdef CONFIG_COTASK_DEBUG

static const struct debug_obj_descr descr;

/* It was told: what is done about it is to forget the object. */
static bool fixup_free(void *object, enum debug_obj_state state)
{
	cotask_debug_dead(object);
	return true;
}

static const struct debug_obj_descr descr = {
	.name = "cotask",
	.fixup_free = fixup_free,
};

void cotask_debug_live(void *object)
{
	if (object_is_on_stack(object))
		debug_object_init_on_stack(object, &descr);
	else
		debug_object_init(object, &descr);
	debug_object_activate(object, &descr);
}

void cotask_debug_dead(void *object)
{
	debug_object_deactivate(object, &descr);
	debug_object_free(object, &descr);
}

/* The memory of a task is about to be freed: it is nowhere. */
void cotask_debug_task_ends(struct cotask *t)
{
	WARN_ONCE(!list_empty(&t->entry.link) || t->entry.level != COTASK_NO_DEADLINE,
		  "cotask: a task is freed in a queue\n");
	WARN_ONCE(!list_empty(&t->sibling), "cotask: a task is freed in a group\n");
	WARN_ONCE(!list_empty(&t->base.waiters), "cotask: a task is freed with waiters\n");
	WARN_ONCE(t->scopes, "cotask: a task is freed inside of a scope\n");
	WARN_ONCE(atomic_read(&t->base.state) & COTASK_S_INBOX,
		  "cotask: a task is freed in an inbox\n");
	cotask_debug_dead(&t->base);
}

/* A set is about to be done. */
void cotask_debug_set_ends(struct cotask_set *s)
{
	WARN_ONCE(!list_empty(&s->fanout.link), "cotask: a set is done while it is asked\n");
	WARN_ONCE(!list_empty(&s->alarm.link) || s->alarm.level != COTASK_NO_DEADLINE,
		  "cotask: a set is done with a deadline\n");
	WARN_ONCE(s->attached, "cotask: a set is done and follows members\n");
	cotask_debug_dead(&s->base);
}

void cotask_debug_poison(void *memory, size_t size)
{
	memset(memory, POISON_FREE, size);
}

#endif
