// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - cancel a task and wait until it has ended
 */
#include "../core/core.h"

static long cancel_wait_step(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_cancel_wait *w = container_of(frame, struct cotask_cancel_wait, frame);
	long rc;

	CO_BEGIN(task, frame, ended);

	cotask_cancel_own(w->target);
	/* The outcome of the target is ignored; a cancel of the caller is not (CX-B6). */
	CO_AWAIT(ended, rc, cotask_await_shielded(task, &w->target->base));
	if (rc == -ECANCELED && cotask_cancel_delivered(task))
		return rc;
	return cotask_done(w->target) ? 0 : rc;
}

/**
 * cotask_cancel_and_wait - cancel a task and wait until it has ended
 * @task: the current task
 * @w: not in use; stays until the await is over
 * @target: the task; pinned by the caller
 *
 * Context: A step of @task.
 * Return: To be passed to CO_AWAIT(), which returns 0, independent of the outcome of @target;
 *	-ECANCELED only if @task itself was cancelled meanwhile; -EDEADLK if @target is @task or
 *	waits for it; -EXDEV if it belongs to another loop; -EINVAL if an argument is missing
 *	(CX-B6).  @target is not cancelled when it is refused.
 */
struct cotask_await cotask_cancel_and_wait(struct cotask *task, struct cotask_cancel_wait *w,
					   struct cotask *target)
{
	int rc = w && target ? 0 : -EINVAL;

	if (!rc && cotask_done(target))
		return cotask_refuse(task, 0);
	rc = rc ?: cotask_await_refusal(task, &target->base);
	if (rc)
		return cotask_refuse(task, rc);
	w->target = target;
	return cotask_call(task, cotask_frame_init(&w->frame, cancel_wait_step, NULL));
}
EXPORT_SYMBOL_GPL(cotask_cancel_and_wait);
