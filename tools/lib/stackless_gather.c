// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - tasks without stacks: futures and shields, and several awaitables at once
 */
#include <stdlib.h>

#include "internal.h"

EXPORT int cotask_co_future_init(struct cotask_future *f, struct cotask_loop *loop)
{
	(void)loop;
	return cotask_future_init(f);
}

/* Return an error pointer if @x could not be made, as the kernel's API does. */
static struct cotask_awaitable *made(struct cotask_awaitable *x)
{
	return x->handle ? x : error_ptr(x->outcome);
}

EXPORT struct cotask_awaitable *cotask_co_shield(struct cotask_shield *s,
						 struct cotask_awaitable *inner)
{
	return is_error(inner) ? inner : made(cotask_shield(s, inner));
}

EXPORT struct cotask_awaitable *cotask_co_gather(struct cotask_set *s, struct cotask_group *group,
						 struct cotask_member *members, unsigned int n,
						 uint32_t flags)
{
	return made(cotask_gather(s, group, members, n, flags));
}

EXPORT struct cotask_awaitable *cotask_co_race(struct cotask_set *s, struct cotask_group *group,
					       struct cotask_member *members, unsigned int n)
{
	return made(cotask_race(s, group, members, n));
}

/* --- wait --------------------------------------------------------------------------- */

static struct cotask_await begin_wait(struct cotask *task, struct cotask_wait *w)
{
	struct cotask_op op = cotask_wait_op(w->handles, w->n, w->mode, w->ns);

	return cotask_suspends(task, &op);
}

static long wait_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_wait *w = container_of(frame, struct cotask_wait, frame);
	long rc;

	CO_BEGIN(task, frame, waited);

	CO_AWAIT(waited, rc, begin_wait(task, w));
	if (rc < 0)
		return rc;
	w->done = rc;
	cotask_members_read(cotask_here, w->members, w->n, true);
	return 0;
}

static void wait_release(struct cotask_frame *frame)
{
	free(container_of(frame, struct cotask_wait, frame)->handles);
}

EXPORT struct cotask_await cotask_co_wait_members(struct cotask *task, struct cotask_wait *w,
						  struct cotask_member *members, unsigned int n,
						  enum cotask_wait_mode mode, int64_t ns)
{
	int rc = w ? cotask_wait_check(members, n, mode) : -EINVAL;
	unsigned int i;

	if (rc)
		return cotask_refuse(task, rc);
	*w = (struct cotask_wait){ .members = members, .n = n, .mode = mode, .ns = ns };
	w->handles = malloc(n * sizeof(*w->handles));
	if (!w->handles)
		return cotask_refuse(task, -ENOMEM);
	for (i = 0; i < n; i++)
		w->handles[i] = members[i].x->handle;
	return cotask_call(task, cotask_frame_init(&w->frame, wait_step, wait_release));
}

/* --- as_completed -------------------------------------------------------------------- */

static long next_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_next *next = container_of(frame, struct cotask_next, frame);
	long rc;

	CO_BEGIN(task, frame, ended);

	CO_AWAIT(ended, rc, cotask_suspends(task, OP(NEXT, .handle = next->it->set.base.handle)));
	return cotask_next_member(next->it, rc, &next->member);
}

EXPORT struct cotask_await cotask_co_as_completed_next(struct cotask *task,
						       struct cotask_next *next,
						       struct cotask_as_completed *it)
{
	int rc = next && it ? check_object(&it->set.base) : -EINVAL;

	if (rc)
		return cotask_refuse(task, rc);
	next->it = it;
	next->member = NULL;
	return cotask_call(task, cotask_frame_init(&next->frame, next_step, NULL));
}
