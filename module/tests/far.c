// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - operations of scripts on another loop than that of their task
 *
 * The interpreter itself also runs in processes (selftests/lib/), which have one loop.
 */
#include <linux/cotask_loop.h>
#include <linux/cotask_thread.h>

#include "far.h"

static struct cotask_loop *other_loop(struct env *env, const struct cotask *task)
{
	return cotask_get_loop(task) == env->loop ? env->far : env->loop;
}

static long spawn_far(struct env *env, struct cotask_loop *loop, const struct line *l)
{
	struct cotask *t = cotask_spawn(cotask_loop_root(loop), script_frame(env, l->script),
					NULL);

	if (IS_ERR(t))
		return PTR_ERR(t);
	cotask_put(env->task[l->a]);
	env->task[l->a] = t;
	return 0;
}

static long submit(struct env *env, struct cotask_loop *loop, const struct line *l)
{
	struct cotask_submission *s = cotask_submit(loop, script_frame(env, l->script), NULL);

	if (IS_ERR(s))
		return PTR_ERR(s);
	cotask_submission_put(env->submission[l->a]);
	env->submission[l->a] = s;
	return 0;
}

static int note_posted(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct posted *p = container_of(cb, struct posted, cb);

	note(p->env, "p%d", p->i);
	return 0;
}

static long post(struct env *env, struct cotask_loop *loop, int i)
{
	struct posted *p = &env->posted[i];

	p->env = env;
	p->i = i;
	return cotask_call_soon(loop, &p->cb, note_posted);
}

long far_instant(struct env *env, struct cotask *task, const struct line *l)
{
	struct cotask_loop *loop = other_loop(env, task);
	struct cotask_submission *s;

	switch (l->op) {
	case OP_SPAWN_FAR:
		return spawn_far(env, loop, l);
	case OP_SUBMIT:
		return submit(env, loop, l);
	case OP_POST:
		return post(env, loop, l->a);
	default:
		break;
	}
	s = env->submission[l->a];
	if (!s)
		return -EINVAL;
	if (l->op == OP_CANCEL_SUBMISSION)
		return cotask_submission_cancel(s);
	return cotask_awaitable_result(cotask_submission_awaitable(s));
}

struct cotask_await far_await(struct env *env, struct cotask *task, const struct line *l)
{
	return cotask_await_across(task, env->task[l->a]);
}

void far_empty(struct env *env)
{
	int i;

	for (i = 0; i < ENV_SETS; i++)
		cotask_submission_put(env->submission[i]);
}
