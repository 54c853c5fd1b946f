// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - a coroutine that ends without leaving its scopes
 *
 * The core leaves these scopes, innermost first, before it releases the frame, which may contain
 * them.  A group cannot be left before its children have ended: the core cancels them, and the
 * task waits for them as in cotask_group_exit().  Meanwhile another step function replaces that
 * of the coroutine: the frame is that of an ordinary coroutine, which may suspend.  So all groups
 * end in the same way, see group.c.
 */
#include "core.h"

static struct cotask_group *group_of(struct cotask_scope *s)
{
	return container_of(s, struct cotask_group, scope);
}

/* Cost of leaving a scope, in steps of the budget: all scopes around it may be examined. */
#define SCOPE_COST	8

static void abandon(struct cotask_scope *s)
{
	static void (*const kinds[])(struct cotask_scope *s) = {
		[COTASK_SCOPE_TIMEOUT]	= cotask_timeout_abandon,
		[COTASK_SCOPE_GROUP]	= cotask_group_abandon,
		[COTASK_SCOPE_SHIELD]	= cotask_section_abandon,
		[COTASK_SCOPE_CANCEL]	= cotask_cancel_scope_abandon,
	};

	cotask_loop_spend(s->task->base.loop, SCOPE_COST);
	cotask_scope_leave(s);
	kinds[s->kind](s);
}

/* Runs in place of the code of a frame, whose outcome is first stored in the task's result. */
static long leave_scopes(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, drained);

	rc = task->base.result;
	while (task->scopes != frame->scopes) {
		if (task->scopes->kind == COTASK_SCOPE_GROUP) {
			cotask_group_desert(group_of(task->scopes), rc);
			CO_AWAIT(drained, rc,
				 cotask_await(task, &group_of(task->scopes)->base));
			rc = group_of(task->scopes)->body_rc;
		}
		abandon(task->scopes);
	}
	return rc;
}

/**
 * cotask_abandon - a frame is over: leave the scopes that it has entered
 * @t: the task
 * @frame: its innermost frame, which has to be run again
 * @rc: its outcome
 *
 * Return: false: it has left more scopes than it has entered, and there is nothing to do.
 */
bool cotask_abandon(struct cotask *t, struct cotask_frame *frame, long rc)
{
	const struct cotask_scope *s = t->scopes;

	while (s && s != frame->scopes)
		s = s->outer;
	if (s != frame->scopes)
		return false;
	t->base.result = rc;
	frame->step = leave_scopes;
	frame->at = 0;
	return true;
}

/**
 * cotask_abandon_all - none of the code of a task runs again
 * @t: the task, inside of scopes; its frames have to be run
 *
 * The task ends CANCELLED once the scopes are left.  May be called again before that.
 */
void cotask_abandon_all(struct cotask *t)
{
	struct cotask_frame *frame;

	for (frame = t->frame; frame; frame = frame->outer)
		cotask_abandon(t, frame, -ECANCELED);
}
