// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - the interpreter of scripts, for tasks of libcotask
 *
 * The counterpart of module/tests/script.c for tasks of a process.  The code of a task is an
 * ordinary function here, so each instruction is a call.
 */
#include <stdlib.h>

#include "course.h"
#include "helpers.h"
#include "scripts.h"

/* --- sets ------------------------------------------------------------------- */

static long run_script(void *arg);

static struct course *actor_new(struct env *env, const struct line *script)
{
	struct course *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	a->env = env;
	a->pc = script;
	env->actors++;
	return a;
}

struct cotask_member member(struct env *env, const struct arg *arg)
{
	struct cotask_member m = { 0 };

	switch (arg->kind) {
	case ARG_TASK:
		m.x = cotask_base(env->task[arg->i]);
		break;
	case ARG_FUTURE:
		m.x = &env->future[arg->i].base;
		break;
	case ARG_SET:
		m.x = &env->set[arg->i].base;
		break;
	case ARG_CORO:
		m.fn = run_script;
		m.arg = actor_new(env, arg->script);
		break;
	case ARG_SHIELD:
		m.x = cotask_shield(&env->shield[env->shields++], cotask_base(env->task[arg->i]));
		break;
	default:
		break;
	}
	return m;
}

/* The test reads the state that wait() does not read. */
static void note_results(struct env *env, int i)
{
	unsigned int m;

	note(env, "[");
	for (m = 0; m < ENV_MEMBERS && env->member[i][m].x; m++) {
		if (env->member[i][m].done)
			note_outcome(env, cotask_awaitable_result(env->member[i][m].x));
		else
			note(env, "-");
	}
	note(env, "]");
}

static long next(struct env *env, int i)
{
	struct cotask_member *m;
	long rc = cotask_as_completed_next(&env->it[i], &m);

	if (rc < 0)
		return rc;
	if (!m) {
		note(env, "end");
	} else {
		note(env, "#%d=", (int)(m - env->member[i]));
		note_outcome(env, m->result);
	}
	return rc;
}

/* --- instructions --------------------------------------------------------- */

static s64 time_of(const struct line *l)
{
	return l->b == NEVER ? COTASK_FOREVER : l->b * MS;
}

static long do_spawn(struct course *a, const struct line *l)
{
	struct env *env = a->env;
	struct course *child = actor_new(env, l->script);
	struct cotask_spawn_args args = { .flags = l->b };
	struct cotask *t;

	t = cotask_spawn_with(l->g == ROOT ? NULL : &env->group[l->g], run_script, child, &args);
	if (!t) {
		env->actors--;
		free(child);
		return -errno;
	}
	cotask_put(env->task[l->a]);
	env->task[l->a] = t;
	return 0;
}

/* Only a block that was entered is left, except a timeout: as in module/tests/script.c. */
static long enter_block(struct course *a, const struct line *l)
{
	struct env *env = a->env;
	long rc = course_push(a, l);

	if (rc)
		return rc;
	switch (l->op) {
	case OP_GROUP:
		rc = cotask_group_enter(&env->group[l->a]);
		break;
	case OP_TIMEOUT:
		if (l->g != MADE) {
			cotask_timeout_init(&env->timeout[l->a], time_of(l));
			cotask_timeout_configure(&env->timeout[l->a], l->g);
		}
		rc = cotask_timeout_enter(&env->timeout[l->a]);
		break;
	case OP_SECTION:
		return cotask_shield_enter(&env->section[l->a], time_of(l));
	default:
		return cotask_cancel_scope_enter(&env->scope[l->a]);
	}
	if (rc)
		a->depth--;
	return rc;
}

static long leave_block(struct course *a, const struct line *l)
{
	int i = a->block[--a->depth].begin->a;
	struct env *env = a->env;
	long rc = a->raised;

	a->raised = 0;
	switch (l->op) {
	case OP_ENDGROUP:
		return cotask_group_exit(&env->group[i], rc);
	case OP_ENDTIMEOUT:
		return cotask_timeout_exit(&env->timeout[i], rc);
	case OP_ENDSECTION:
		return cotask_shield_exit(&env->section[i], rc);
	default:
		return cotask_cancel_scope_exit(&env->scope[i], rc);
	}
}

/* An await that is refused leaves the shield where it is. */
static long await_shield(struct cotask_awaitable *inner, const struct line *l)
{
	struct cotask_shield s;
	struct cotask_awaitable *x = cotask_shield(&s, inner);
	long rc = l->op == OP_WAIT_FOR_SHIELD ? cotask_wait_for(x, time_of(l)) : cotask_await(x);

	if (rc < 0 && !cotask_awaitable_done(x))
		cotask_awaitable_cancel(x);
	cotask_shield_drop(&s);
	return rc;
}

static long call(struct env *env, const struct line *l)
{
	struct course *a = actor_new(env, l->script);
	long rc;

	if (l->op == OP_CALL)
		return run_script(a);
	rc = cotask_wait_for_call(run_script, a, time_of(l));
	if (l->b <= 0 && l->b != NEVER) {	/* the coroutine was not called (WF-3) */
		env->actors--;
		free(a);
	}
	return rc;
}

/* The actor of a child that is refused stays: the error can be that of a child that has run. */
static long start(struct env *env, const struct line *l)
{
	return cotask_group_start(&env->group[l->g], run_script, actor_new(env, l->script), NULL);
}

/* Instructions that suspend or can fail. */
static long wait_step(struct course *a, const struct line *l)
{
	struct env *env = a->env;
	long rc;

	switch (l->op) {
	case OP_SLEEP:
	case OP_YIELD:
		return cotask_sleep(l->b * MS);
	case OP_JOIN:
		return cotask_join(env->task[l->a]);
	case OP_FUTURE:
		return cotask_await_future(&env->future[l->a]);
	case OP_SHIELD:
	case OP_WAIT_FOR_SHIELD:
		return await_shield(cotask_base(env->task[l->a]), l);
	case OP_SHIELD_SET:
		return await_shield(&env->set[l->a].base, l);
	case OP_CALL:
	case OP_WAIT_FOR_CALL:
		return call(env, l);
	case OP_WAIT_FOR:
		return cotask_wait_for(cotask_base(env->task[l->a]), time_of(l));
	case OP_WAIT_FOR_FUTURE:
		return cotask_wait_for(&env->future[l->a].base, time_of(l));
	case OP_CANCEL_WAIT:
		return cotask_cancel_and_wait(env->task[l->a]);
	case OP_START:
		return start(env, l);
	case OP_AWAIT_SET:
		return cotask_await(&env->set[l->a].base);
	case OP_WAIT:
		rc = cotask_wait_members(env->member[l->a], members(env, l->a, l->arg),
					 (enum cotask_wait_mode)l->g, time_of(l));
		return rc < 0 ? rc : 0;
	case OP_NEXT:
		return next(env, l->a);
	case OP_ACQUIRE:
		return cotask_lock_acquire(&env->lock[l->a]);
	case OP_EVENT:
		return cotask_event_wait(&env->event[l->a]);
	case OP_COND_WAIT:
		return cotask_cond_wait(&env->cond[l->a]);
	case OP_PUT:
		return cotask_queue_put(&env->queue[l->a], l->b);
	case OP_GET:
		return cotask_queue_get(&env->queue[l->a]);
	default:
		return broken(env, "unknown instruction");
	}
}

/* Instructions that neither suspend nor fail: true. */
static bool instant(struct course *a, const struct line *l)
{
	struct env *env = a->env;

	switch (l->op) {
	case OP_LOG:
		note(env, "%s", l->text);
		break;
	case OP_SHOW:
		note_outcome(env, a->last);
		break;
	case OP_COUNT:
		note(env, "n%d", cotask_cancelling(cotask_current()));
		break;
	case OP_CANCEL:
		a->last = cotask_cancel(env->task[l->a]);
		break;
	case OP_CANCEL_SELF:
		a->last = cotask_cancel(cotask_current());
		break;
	case OP_UNCANCEL:
		a->last = cotask_uncancel(cotask_current());
		break;
	case OP_SET:
		a->last = cotask_future_complete(&env->future[l->a], l->b);
		break;
	case OP_FAIL:
		a->last = cotask_future_fail(&env->future[l->a], l->b);
		break;
	case OP_CANCEL_FUTURE:
		a->last = cotask_future_cancel(&env->future[l->a]);
		break;
	case OP_ERRORS:
		note_errors(env, l->a);
		break;
	case OP_SET_GATHER:
		a->last = make_set(env, l->a, l->b, l->arg)->outcome;
		break;
	case OP_CANCEL_SET:
		a->last = cotask_awaitable_cancel(&env->set[l->a].base);
		break;
	case OP_RESULTS:
		note_results(env, l->a);
		break;
	case OP_END_ITERATION:
		cotask_as_completed_end(&env->it[l->a]);
		break;
	case OP_RELEASE:
		a->last = cotask_lock_release(&env->lock[l->a]);
		break;
	case OP_NOTIFY:
		a->last = cotask_cond_notify(&env->cond[l->a], l->b);
		break;
	case OP_CLOSE:
		cotask_queue_shutdown(&env->queue[l->a], false);
		break;
	case OP_CONFIGURE:
		a->last = set_options(env, l);
		break;
	case OP_READY:
		a->last = cotask_start_ready(l->b);
		break;
	case OP_ENLIST:
		cotask_put(env->task[l->a]);
		env->task[l->a] = cotask_get(cotask_current());
		break;
	case OP_ADVANCE:
		cotask_manual_advance(env->loop, l->b * MS);
		break;
	default:
		return false;
	}
	return true;
}

/* Blocks, and instructions that can fail but do not suspend; < 0 leaves a block. */
static long control(struct course *a, const struct line *l, bool *is_wait)
{
	struct env *env = a->env;
	long rc;

	if (course_control(a, l, &rc))
		return rc;
	switch (l->op) {
	case OP_GROUP:
	case OP_TIMEOUT:
	case OP_SECTION:
	case OP_SCOPE:
		return enter_block(a, l);
	case OP_SPAWN:
		a->last = do_spawn(a, l);
		return a->last;
	case OP_AS_COMPLETED:
		a->last = cotask_as_completed(&env->it[l->a], NULL, env->member[l->a],
					      members(env, l->a, l->arg), time_of(l));
		return a->last;
	case OP_EVENT_SET:
		return cotask_event_set(&env->event[l->a]);
	case OP_CANCEL_GROUP:
		return cotask_group_cancel(&env->group[l->a]);
	case OP_CANCEL_SCOPE:
		return cotask_cancel_scope_cancel(&env->scope[l->a]);
	default:
		*is_wait = true;
		return 0;
	}
}

static bool is_leave(const struct line *l)
{
	return l->op == OP_ENDGROUP || l->op == OP_ENDTIMEOUT || l->op == OP_ENDSECTION ||
	       l->op == OP_ENDSCOPE;
}

static void trace(struct course *a, const struct line *l, long rc)
{
	if (a->env->trace)
		a->env->trace(a->env, cotask_current(), l, rc, a->last);
}

static long play_lines(struct course *a)
{
	const struct line *l;
	bool is_wait;
	long rc;

	for (;;) {
		l = a->pc++;
		if (l->op == OP_END)
			return 0;
		if (l->op == OP_RETURN)
			return l->b;
		if (instant(a, l)) {
			trace(a, l, 0);
			continue;
		}
		is_wait = false;
		rc = control(a, l, &is_wait);
		if (is_wait)
			rc = is_leave(l) ? leave_block(a, l) : wait_step(a, l);
		if (is_wait || rc)
			a->last = rc;
		trace(a, l, rc);
		if (rc < 0 && !course_unwind(a, rc))
			return rc;
	}
}

static long run_script(void *arg)
{
	struct course *a = arg;
	struct env *env = a->env;
	long rc = play_lines(a);

	env->actors--;
	free(a);
	return rc;
}

const bool scripts_are_released;

struct cotask *spawn_script(struct env *env, const struct line *script)
{
	return cotask_spawn(NULL, run_script, actor_new(env, script), NULL);
}
