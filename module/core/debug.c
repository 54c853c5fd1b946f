// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - a debug build checks that each object has ended when its memory is freed
 *
 * An object is *live* as long as the loop, a list or a post refers to it.  The kernel's
 * debugobjects track live objects: they report memory that is freed with a live object in it,
 * with the stack of the caller that frees it, as for timers and works, and an object that is
 * activated twice.
 *
 *	task, loop		from when they are made until their memory is freed
 *	group			from when it is entered or opened until it is over
 *	future, semaphore,	while a task or callback waits for them
 *	event, condition
 *	shield, set		while they follow something
 *	timeout, cancel scope	while a task is inside of them
 *	callback		from its registration until its function is entered, or, after
 *				the end of the loop, until what it is registered with goes
 *	job			while its function can run
 *
 * In addition, cotask poisons its own memory.
 */
#include <linux/debugobjects.h>
#include <linux/poison.h>
#include <linux/sched/task_stack.h>

#include "core.h"

#ifdef CONFIG_COTASK_DEBUG

static const struct debug_obj_descr descr;

/* The error was reported; the fixup stops tracking the object. */
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

/* The memory of a task is about to be freed: the task must be in no list. */
void cotask_debug_task_ends(struct cotask *t)
{
	cotask_debug_never(!list_empty(&t->entry.link) ||
			   t->entry.level != COTASK_NO_DEADLINE, "a task is freed in a queue");
	cotask_debug_never(!list_empty(&t->sibling), "a task is freed in a group");
	cotask_debug_never(!list_empty(&t->base.waiters), "a task is freed with waiters");
	cotask_debug_never(t->scopes, "a task is freed inside of a scope");
	cotask_debug_never(atomic_read(&t->base.state) & COTASK_S_INBOX,
			   "a task is freed in an inbox");
	cotask_debug_dead(&t->base);
}

void cotask_debug_poison(void *memory, size_t size)
{
	memset(memory, POISON_FREE, size);
}

#endif
