// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - several awaitables at once
 */
#include <stdlib.h>

#include "internal.h"

#define CHUNK	64	/* maximum number of members read by one call */
#define FEW	32	/* maximum number of handles on the stack */

/* --- members ------------------------------------------------------------------- */

/* Cancel tasks that have not begun: they never run (CX-7). */
static void unspawn(struct cotask_member *members, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!members[i].task)
			continue;
		cotask_cancel(members[i].task);
		cotask_put(members[i].task);
		members[i].task = NULL;
		members[i].x = NULL;
	}
}

static int check_member(const struct cotask_member *m)
{
	if (m->x)
		return check_object(m->x);
	return m->fn || cotask_frame_is_fresh(m->coro) ? 0 : -EINVAL;
}

/* A coroutine that is listed twice has one task (GA-3). */
static struct cotask *same_task(struct cotask_member *members, const struct cotask_member *m)
{
	for (; members < m; members++) {
		if (m->coro && members->coro == m->coro)
			return cotask_get(members->task);
	}
	return NULL;
}

static struct cotask *spawn_member(struct cotask_group *group, struct cotask_member *members,
				   const struct cotask_member *m)
{
	struct cotask *task;

	if (m->fn) {
		task = cotask_spawn_member(group, m->fn, m->arg);
		return task ? task : error_ptr(-errno);
	}
	if (!cotask_frame_is_fresh(m->coro))
		return same_task(members, m);
	return cotask_co_spawn_member(group, m->coro);
}

/* Spawn a task for each function and coroutine; all or none (GA-B2). */
static int spawn_members(struct cotask_group *group, struct cotask_member *members,
			 unsigned int n)
{
	struct cotask *task;
	unsigned int i;
	int rc;

	if (n && !members)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		rc = check_member(&members[i]);
		if (rc)
			return rc;
		members[i].result = -EINPROGRESS;
		members[i].done = false;
		members[i].task = NULL;
	}
	for (i = 0; i < n; i++) {
		if (members[i].x)
			continue;
		task = spawn_member(group, members, &members[i]);
		if (is_error(task)) {
			unspawn(members, i);
			return (intptr_t)task;
		}
		members[i].task = task;
		members[i].x = &task->base;
	}
	return 0;
}

/* Coroutines that were refused are released unrun (CO-6). */
static void release_members(struct cotask_member *members, unsigned int n)
{
	for (; members && n; n--, members++) {
		if (!members->x && cotask_frame_is_fresh(members->coro))
			cotask_frame_refused(members->coro);
	}
}

static uint32_t *handles_of(const struct cotask_member *members, unsigned int n, uint32_t *few)
{
	uint32_t *handles = n <= FEW ? few : malloc(n * sizeof(*handles));
	unsigned int i;

	for (i = 0; handles && i < n; i++)
		handles[i] = members[i].x->handle;
	return handles;
}

/* Read the outcomes of @n members if @results is true, else only whether they are done. */
static int read_some(struct cotask_loop *loop, struct cotask_member *members,
		     unsigned int n, bool results)
{
	struct cotask_op ops[CHUNK];
	unsigned int i;

	for (i = 0; i < n; i++) {
		ops[i] = results ? *OP(RESULT, .handle = members[i].x->handle) :
				   *OP(READ, .handle = members[i].x->handle,
				       .arg = COTASK_READ_STATE);
	}
	if (cotask_ops(loop, ops, n))
		return loop->failed;
	for (i = 0; i < n; i++) {
		if (results)
			members[i].result = ops[i].result;
		members[i].done = results ? ops[i].result != -EINPROGRESS : ops[i].result > 0;
	}
	return 0;
}

/* The same for any number of members. */
void cotask_members_read(struct cotask_loop *loop, struct cotask_member *members,
			 unsigned int n, bool results)
{
	unsigned int some;

	for (; n; n -= some, members += some) {
		some = n < CHUNK ? n : CHUNK;
		if (read_some(loop, members, some, results))
			return;
	}
}

/* A set was awaited: read the outcomes of its members. */
void cotask_set_refresh(struct cotask_awaitable *x)
{
	struct cotask_set *s = container_of(x, struct cotask_set, base);

	if (cotask_awaitable_done(x))
		cotask_members_read(x->loop, s->members, s->n, true);
}

/* --- gather and race -------------------------------------------------------------- */

static struct cotask_awaitable *make_set(struct cotask_set *s, struct cotask_group *group,
					 struct cotask_member *members, unsigned int n,
					 const struct cotask_op *op)
{
	uint32_t few[FEW], *handles = NULL;
	struct cotask_op o = *op;
	int rc;

	*s = (struct cotask_set){ .members = members, .n = n, .flags = op->arg };
	s->base.kind = KIND_SET;
	rc = cotask_here ? spawn_members(group, members, n) : -ESRCH;
	if (rc)
		goto refused;
	handles = handles_of(members, n, few);
	rc = handles ? 0 : -ENOMEM;
	if (rc)
		goto unspawn;
	o.addr = n ? (uintptr_t)handles : 0;
	o.len = n;
	rc = cotask_object_make(&s->base, KIND_SET, &o);
	if (handles != few)
		free(handles);
	if (rc >= 0)
		return &s->base;
unspawn:
	unspawn(members, n);
refused:
	release_members(members, n);
	s->n = 0;
	s->base.outcome = rc;
	return &s->base;
}

EXPORT struct cotask_awaitable *cotask_gather(struct cotask_set *s, struct cotask_group *group,
					      struct cotask_member *members, unsigned int n,
					      uint32_t flags)
{
	uint32_t there = 0;

	if (flags & COTASK_GATHER_COLLECT)
		there |= COTASK_GATHER_F_COLLECT;
	if (flags & COTASK_GATHER_FAIL_FAST)
		there |= COTASK_GATHER_F_FAIL_FAST;
	if (flags & ~(COTASK_GATHER_COLLECT | COTASK_GATHER_FAIL_FAST)) {
		*s = (struct cotask_set){ .base = { .kind = KIND_SET, .outcome = -EINVAL } };
		return &s->base;
	}
	return make_set(s, group, members, n, OP(GATHER, .arg = there));
}

EXPORT struct cotask_awaitable *cotask_race(struct cotask_set *s, struct cotask_group *group,
					    struct cotask_member *members, unsigned int n)
{
	return make_set(s, group, members, n, OP(GATHER, .arg = COTASK_GATHER_F_RACE));
}

EXPORT int cotask_race_winner(const struct cotask_set *s)
{
	int rc = check_object(&s->base);

	if (rc)
		return rc;
	return cotask_op(s->base.loop, OP(READ, .handle = s->base.handle,
					  .arg = COTASK_READ_WINNER));
}

EXPORT void cotask_set_drop(struct cotask_set *s)
{
	unsigned int i;

	cotask_object_drop(&s->base);
	for (i = 0; i < s->n; i++) {
		if (!s->members[i].task)
			continue;
		cotask_put(s->members[i].task);
		s->members[i].task = NULL;
		s->members[i].x = NULL;
	}
	s->n = 0;
}

EXPORT long cotask_gather_now(struct cotask_group *group, struct cotask_member *members,
			      unsigned int n, uint32_t flags)
{
	struct cotask_set s;
	long rc;

	if (!task_here())
		return -ESRCH;
	rc = cotask_await(cotask_gather(&s, group, members, n, flags));
	cotask_set_drop(&s);
	return rc;
}

/* --- wait --------------------------------------------------------------------------- */

/* Check that members can be waited for, and mark each as not done. */
int cotask_wait_check(struct cotask_member *members, unsigned int n, enum cotask_wait_mode mode)
{
	unsigned int i;
	int rc;

	if (!n || !members || (unsigned int)mode > COTASK_WAIT_FIRST_ERROR)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		rc = check_object(members[i].x);
		if (rc)
			return rc;
		members[i].done = false;
	}
	return 0;
}

struct cotask_op cotask_wait_op(const uint32_t *handles, unsigned int n,
				enum cotask_wait_mode mode, int64_t ns)
{
	static const uint32_t there[] = {
		[COTASK_WAIT_ALL] = COTASK_WAIT_F_ALL,
		[COTASK_WAIT_FIRST] = COTASK_WAIT_F_FIRST,
		[COTASK_WAIT_FIRST_ERROR] = COTASK_WAIT_F_FIRST_ERROR,
	};

	return *OP(WAIT, .addr = (uintptr_t)handles, .len = n, .arg = there[mode], .value = ns);
}

EXPORT long cotask_wait_members(struct cotask_member *members, unsigned int n,
				enum cotask_wait_mode mode, int64_t ns)
{
	uint32_t few[FEW], *handles;
	struct cotask_op op;
	long rc;

	if (!task_here())
		return -ESRCH;
	rc = cotask_wait_check(members, n, mode);
	if (rc)
		return rc;
	handles = handles_of(members, n, few);
	if (!handles)
		return -ENOMEM;
	op = cotask_wait_op(handles, n, mode, ns);
	rc = cotask_step_op(&op);
	if (handles != few)
		free(handles);
	if (rc >= 0)
		cotask_members_read(cotask_here, members, n, false);
	return rc;
}

/* --- as_completed ---------------------------------------------------------------------- */

struct place {
	uint32_t handle;
	uint32_t i;
};

static int by_handle(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->handle == y->handle)
		return x->i < y->i ? -1 : x->i > y->i;
	return x->handle < y->handle ? -1 : 1;
}

EXPORT int cotask_as_completed(struct cotask_as_completed *it, struct cotask_group *group,
			       struct cotask_member *members, unsigned int n, int64_t ns)
{
	struct place *place = calloc(n ? n : 1, sizeof(*place));
	unsigned int i;

	it->index = place;
	it->set = (struct cotask_set){ .base = { .outcome = -ENOMEM } };
	if (!place)
		return -ENOMEM;
	make_set(&it->set, group, members, n, OP(ITERATE, .value = ns));
	if (!it->set.base.handle) {
		free(place);
		it->index = NULL;
		return it->set.base.outcome;
	}
	for (i = 0; i < n; i++)
		place[i] = (struct place){ .handle = members[i].x->handle, .i = i };
	qsort(place, n, sizeof(*place), by_handle);
	return 0;
}

static struct cotask_member *member_of(struct cotask_as_completed *it, uint32_t handle)
{
	const struct place *place = it->index;
	unsigned int low = 0, high = it->set.n, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (place[middle].handle < handle)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == it->set.n || place[low].handle != handle)
		return NULL;
	return &it->set.members[place[low].i];
}

/**
 * cotask_next_member - find the member whose wait has ended in an iteration
 * @it: the iteration
 * @rc: outcome of the wait: the member's handle, 0 or an error
 * @member: receives the member, or NULL
 *
 * Return: The return value of cotask_as_completed_next().
 */
long cotask_next_member(struct cotask_as_completed *it, long rc, struct cotask_member **member)
{
	*member = NULL;
	if (rc <= 0)
		return rc;
	*member = member_of(it, rc);
	if (!*member)
		return -EINVAL;
	(*member)->done = true;
	(*member)->result = cotask_awaitable_result((*member)->x);
	return 1;
}

EXPORT long cotask_as_completed_next(struct cotask_as_completed *it,
				     struct cotask_member **member)
{
	long rc = check_object(&it->set.base);

	if (!rc)
		rc = cotask_step_op(OP(NEXT, .handle = it->set.base.handle));
	return cotask_next_member(it, rc, member);
}

EXPORT void cotask_as_completed_end(struct cotask_as_completed *it)
{
	cotask_set_drop(&it->set);
	free(it->index);
	it->index = NULL;
}
