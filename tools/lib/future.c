// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - futures, shields and callbacks
 */
#include "internal.h"

/* --- futures ---------------------------------------------------------------------- */

EXPORT int cotask_future_init(struct cotask_future *f)
{
	if (!f)
		return -EINVAL;
	return cotask_object_make(&f->base, COTASK_KIND_FUTURE,
				  OP(MAKE, .arg = COTASK_KIND_FUTURE));
}

EXPORT void cotask_future_fini(struct cotask_future *f)
{
	cotask_object_drop(&f->base);
}

static int complete(struct cotask_future *f, long outcome)
{
	struct cotask_op op = { .opcode = COTASK_OP_COMPLETE, .value = outcome };

	if (!f || !f->base.loop || !f->base.handle)
		return -EINVAL;
	op.handle = f->base.handle;
	if (f->base.loop == cotask_here)
		return cotask_op(f->base.loop, &op);
	return cotask_post(f->base.loop, &op);
}

EXPORT int cotask_future_complete(struct cotask_future *f, long value)
{
	return value < 0 ? -EINVAL : complete(f, value);
}

EXPORT int cotask_future_fail(struct cotask_future *f, int error)
{
	return error >= 0 ? -EINVAL : complete(f, error);
}

EXPORT bool cotask_future_cancel(struct cotask_future *f)
{
	return cotask_awaitable_cancel(f ? &f->base : NULL);
}

/* --- shields ------------------------------------------------------------------------ */

EXPORT struct cotask_awaitable *cotask_shield(struct cotask_shield *s,
					      struct cotask_awaitable *inner)
{
	int rc = check_object(inner);

	if (rc) {
		s->base = (struct cotask_awaitable){ .kind = KIND_SHIELD, .outcome = rc };
		return &s->base;
	}
	cotask_object_make(&s->base, KIND_SHIELD, OP(SHIELD, .other = inner->handle));
	return &s->base;
}

EXPORT void cotask_shield_drop(struct cotask_shield *s)
{
	cotask_object_drop(&s->base);
}

EXPORT long cotask_await_shielded(struct cotask_awaitable *inner)
{
	struct cotask_shield s;
	long rc;

	if (!task_here())
		return -ESRCH;
	rc = cotask_await(cotask_shield(&s, inner));
	cotask_shield_drop(&s);
	return rc;
}

/* --- callbacks ------------------------------------------------------------------------ */

EXPORT int cotask_on_done(struct cotask_awaitable *x, struct cotask_callback *cb,
			  int (*fn)(struct cotask_callback *cb, struct cotask_awaitable *x))
{
	int rc = check_object(x);

	if (rc)
		return rc;
	if (!cb || !fn)
		return -EINVAL;
	cb->fn = fn;
	cb->x = x;
	return cotask_op(x->loop, OP(ON_DONE, .handle = x->handle,
				     .user_data = (uintptr_t)cb | CALL_CALLBACK));
}

EXPORT int cotask_off_done(struct cotask_awaitable *x, struct cotask_callback *cb)
{
	int rc = check_object(x);

	if (rc)
		return rc;
	return cotask_op(x->loop, OP(OFF_DONE, .handle = x->handle,
				     .user_data = (uintptr_t)cb | CALL_CALLBACK));
}

EXPORT int cotask_call_soon(struct cotask_loop *loop, struct cotask_callback *cb,
			    int (*fn)(struct cotask_callback *cb, struct cotask_awaitable *x))
{
	struct cotask_op op = { .opcode = COTASK_OP_CALL };

	if (!loop || !cb || !fn)
		return -EINVAL;
	cb->fn = fn;
	cb->x = NULL;
	op.user_data = (uintptr_t)cb | CALL_CALLBACK;
	return loop == cotask_here ? cotask_op(loop, &op) : cotask_post(loop, &op);
}
