// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - tasks for the loop of another thread
 */
#include <stdlib.h>
#include <sys/ioctl.h>

#include "internal.h"

/**
 * struct cotask_submission - a task that another thread has submitted
 * @loop: the loop of the task, with a reference
 * @handle: handle of the submission
 * @next: next submission to the loop
 * @prev: pointer to this submission in the list
 * @closed: the loop was closed
 * @outcome: outcome when the loop was closed
 */
struct cotask_submission {
	struct cotask_loop		*loop;
	uint32_t			handle;
	struct cotask_submission	*next;
	struct cotask_submission	**prev;
	atomic_bool			closed;
	long				outcome;
};

/* The caller holds the lock of the loop. */
static void link_it(struct cotask_submission *s)
{
	struct cotask_loop *loop = s->loop;

	s->next = loop->submissions;
	s->prev = &loop->submissions;
	if (s->next)
		s->next->prev = &s->next;
	loop->submissions = s;
}

static void unlink_it(struct cotask_submission *s)
{
	struct cotask_loop *loop = s->loop;

	pthread_mutex_lock(&loop->lock);
	*s->prev = s->next;
	if (s->next)
		s->next->prev = s->prev;
	cotask_handle_free(&loop->foreign, s->handle);
	pthread_mutex_unlock(&loop->lock);
}

static int64_t post(const struct cotask_submission *s, struct cotask_op op)
{
	op.handle = s->handle;
	return cotask_post(s->loop, &op);
}

/* The lock prevents a close of the loop meanwhile, so every submission has an outcome. */
static int64_t hand_over(struct cotask_submission *s, const struct cotask *task)
{
	struct cotask_loop *loop = s->loop;
	int64_t rc;

	pthread_mutex_lock(&loop->lock);
	rc = post(s, *OP(SUBMIT, .other = task->base.handle, .user_data = user_data_of(task),
			 .addr = task->name[0] ? (uintptr_t)task->name : 0,
			 .len = strlen(task->name)));
	if (rc >= 0)
		link_it(s);
	pthread_mutex_unlock(&loop->lock);
	return rc;
}

static int64_t submit(struct cotask_submission *s, cotask_fn fn, void *arg, const char *name)
{
	struct cotask_spawn_args args = { .name = name };
	struct cotask *task;
	int64_t rc;

	task = cotask_task_new(s->loop, fn, arg, &args, true);
	if (!task)
		return -errno;
	atomic_store(&task->refs, 1);
	rc = hand_over(s, task);
	if (rc < 0)
		cotask_task_free(task);
	return rc;
}

EXPORT struct cotask_submission *cotask_submit(struct cotask_loop *loop, cotask_fn fn, void *arg,
					       const char *name)
{
	struct cotask_submission *s = loop && fn ? calloc(1, sizeof(*s)) : NULL;
	int64_t rc = -ENOMEM;

	if (!s) {
		errno = loop && fn ? ENOMEM : EINVAL;
		return NULL;
	}
	s->loop = loop;
	s->handle = cotask_handle_new_foreign(loop, s);
	if (s->handle)
		rc = submit(s, fn, arg, name);
	if (rc >= 0) {
		cotask_loop_get(loop);
		return s;
	}
	if (s->handle)
		cotask_handle_give_back(loop, s->handle);
	free(s);
	errno = -rc;
	return NULL;
}

/* Cancel pending submissions, and wake their waiters (RT-7).  Return: whether there were any. */
bool cotask_submissions_close(struct cotask_loop *loop)
{
	struct cotask_submission *s;
	bool any;

	pthread_mutex_lock(&loop->lock);
	any = loop->submissions;
	for (s = loop->submissions; s; s = s->next) {
		s->outcome = post(s, *OP(CANCEL)) == 1 ? -ECANCELED : post(s, *OP(RESULT));
		atomic_store(&s->closed, true);
	}
	atomic_store(&loop->closed, true);
	pthread_mutex_unlock(&loop->lock);
	return any;
}

static int wait_done(struct cotask_submission *s, int64_t deadline, uint32_t flags)
{
	struct cotask_wait_done w = {
		.size = sizeof(w),
		.handle = s->handle,
		.deadline = deadline,
		.flags = flags,
	};

	if (s->loop == cotask_here)
		return -EDEADLK;
	if (atomic_load(&s->closed))
		return 0;
	if (!ioctl(s->loop->fd, COTASK_IOC_WAIT, &w) || atomic_load(&s->closed))
		return 0;
	return -errno;
}

EXPORT int cotask_submission_wait(struct cotask_submission *s, int64_t ns)
{
	int64_t now = cotask_now();

	return wait_done(s, ns >= COTASK_FOREVER - now ? COTASK_NEVER : now + ns, 0);
}

EXPORT long cotask_submission_result(struct cotask_submission *s)
{
	return atomic_load(&s->closed) ? s->outcome : post(s, *OP(RESULT));
}

EXPORT bool cotask_submission_done(const struct cotask_submission *s)
{
	return atomic_load(&s->closed) || post(s, *OP(READ, .arg = COTASK_READ_STATE)) > 0;
}

EXPORT bool cotask_submission_cancel(struct cotask_submission *s)
{
	return post(s, *OP(CANCEL)) == 1;
}

EXPORT int cotask_submission_cancel_and_wait(struct cotask_submission *s)
{
	return wait_done(s, COTASK_NEVER, COTASK_WAIT_CANCEL);
}

EXPORT void cotask_submission_put(struct cotask_submission *s)
{
	if (!s)
		return;
	post(s, *OP(FORGET));
	unlink_it(s);
	cotask_loop_put(s->loop);
	free(s);
}
