// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - the interpreter of scripts
 */
#include <linux/slab.h>

#include "course.h"
#include "far.h"

/**
 * struct actor - one activation of a script
 * @frame: its coroutine
 * @at: its position
 * @shield: for SHIELD
 * @shielded: the awaitable of @shield, until it was awaited
 * @wait_for: for WAIT_FOR
 * @next: for NEXT
 * @cond_wait: for COND_WAIT
 * @queue_op: for PUT and GET
 * @putting: the item of PUT, until PUT has ended
 * @cancel_wait: for CANCEL_WAIT
 */
struct actor {
	struct cotask_frame frame;
	struct course at;
	struct cotask_shield shield;
	struct cotask_awaitable *shielded;
	struct cotask_wait_for wait_for;
	struct cotask_next next;
	struct cotask_cond_wait cond_wait;
	struct cotask_queue_op queue_op;
	struct parcel *putting;
	struct cotask_cancel_wait cancel_wait;
};

/* NULL if there is no such task (yet), which all calls refuse. */
static struct cotask_awaitable *task_base(struct env *env, int i)
{
	return env->task[i] ? &env->task[i]->base : NULL;
}

/* --- sets ------------------------------------------------------------------- */

struct cotask_member member(struct env *env, const struct arg *arg)
{
	struct cotask_shield *s;

	switch (arg->kind) {
	case ARG_TASK:
		return COTASK_MEMBER(task_base(env, arg->i));
	case ARG_FUTURE:
		return COTASK_MEMBER(&env->future[arg->i].base);
	case ARG_SET:
		return COTASK_MEMBER(&env->set[arg->i].base);
	case ARG_CORO:
		return COTASK_MEMBER_CORO(script_frame(env, arg->script));
	case ARG_SHIELD:
		s = &env->shield[env->shields++];
		return COTASK_MEMBER(cotask_shield(s, task_base(env, arg->i)));
	default:
		return (struct cotask_member){};
	}
}

static void note_results(struct env *env, int i, unsigned int n)
{
	unsigned int m;

	note(env, "[");
	for (m = 0; m < n; m++) {
		if (env->member[i][m].done)
			note_outcome(env, env->member[i][m].result);
		else
			note(env, "-");
	}
	note(env, "]");
}

static struct cotask_await begin_wait(struct actor *a, struct cotask *task,
				      const struct line *l)
{
	struct env *env = a->at.env;
	unsigned int n = members(env, l->a, l->arg);

	return cotask_wait_members(task, &env->wait[l->a], env->member[l->a], n, l->g,
				   l->b == NEVER ? COTASK_FOREVER : l->b * MS);
}

static void note_next(struct actor *a)
{
	struct cotask_member *m = a->next.member;
	int i = a->next.it - a->at.env->it;

	if (!m)
		return note(a->at.env, "end");
	note(a->at.env, "#%d=", (int)(m - a->at.env->member[i]));
	note_outcome(a->at.env, m->result);
}

static struct cotask_await put(struct actor *a, struct cotask *task, const struct line *l)
{
	struct parcel *item = kmalloc(sizeof(*item), GFP_KERNEL | __GFP_NOFAIL);

	item->value = l->b;
	a->queue_op.item = &item->link;	/* also if it is refused */
	a->putting = item;
	return cotask_queue_put(task, &a->queue_op, &a->at.env->queue[l->a], &item->link);
}

/* Free an item that was not put, or that was retrieved. */
static long item_done(struct actor *a)
{
	struct parcel *item = container_of(a->queue_op.item, struct parcel, link);
	long value = item->value;

	kfree(item);
	return value;
}

/* --- instructions --------------------------------------------------------- */

static int do_spawn(struct actor *a, const struct line *l)
{
	struct env *env = a->at.env;
	struct cotask_frame *frame = script_frame(env, l->script);
	struct cotask_spawn_args args = { .flags = l->b };
	struct cotask *t;

	t = cotask_spawn_with(l->g == ROOT ? NULL : &env->group[l->g], frame, &args);
	if (IS_ERR(t))
		return PTR_ERR(t);
	cotask_put(env->task[l->a]);
	env->task[l->a] = t;
	return 0;
}

static int enter_timeout(struct actor *a, struct cotask *task, const struct line *l)
{
	struct cotask_timeout *t = &a->at.env->timeout[l->a];
	s64 ns = l->b == NEVER ? COTASK_FOREVER : l->b * MS;

	if (l->g > 0) {
		cotask_timeout_init(t, task->base.loop, ns);
		cotask_timeout_configure(t, NULL, l->g);
	}
	if (l->g)
		return cotask_timeout_enter(task, t);
	return cotask_timeout_start(task, t, ns);
}

/* Instructions that do not suspend; 0 or an error. */
static long instant(struct actor *a, struct cotask *task, const struct line *l)
{
	struct env *env = a->at.env;
	long rc;

	if (course_control(&a->at, l, &rc))
		return rc;
	switch (l->op) {
	case OP_LOG:
		note(env, "%s", l->text);
		return 0;
	case OP_SHOW:
		note_outcome(env, a->at.last);
		return 0;
	case OP_COUNT:
		note(env, "n%u", cotask_cancelling(task));
		return 0;
	case OP_SPAWN:
		return do_spawn(a, l);
	case OP_CANCEL:
		a->at.last = cotask_cancel(env->task[l->a]);
		return 0;
	case OP_CANCEL_SELF:
		a->at.last = cotask_cancel(task);
		return 0;
	case OP_UNCANCEL:
		a->at.last = cotask_uncancel(task);
		return 0;
	case OP_SET:
		a->at.last = cotask_future_complete(&env->future[l->a], l->b);
		return 0;
	case OP_FAIL:
		a->at.last = cotask_future_fail(&env->future[l->a], l->b);
		return 0;
	case OP_CANCEL_FUTURE:
		a->at.last = cotask_future_cancel(&env->future[l->a]);
		return 0;
	case OP_ERRORS:
		note_errors(env, l->a);
		return 0;
	case OP_CANCEL_GROUP:
		return cotask_group_cancel(&env->group[l->a]);
	case OP_CONFIGURE:
		a->at.last = set_options(env, l);
		return 0;
	case OP_SET_GATHER:
		a->at.last = PTR_ERR_OR_ZERO(make_set(env, l->a, l->b, l->arg));
		return 0;
	case OP_CANCEL_SET:
		a->at.last = cotask_awaitable_cancel(&env->set[l->a].base);
		return 0;
	case OP_RESULTS:
		note_results(env, l->a, members_made(env, l->a));
		return 0;
	case OP_AS_COMPLETED:
		a->at.last = cotask_as_completed(&env->it[l->a], NULL, env->member[l->a],
						 members(env, l->a, l->arg),
						 l->b == NEVER ? COTASK_FOREVER : l->b * MS);
		return a->at.last;
	case OP_END_ITERATION:
		cotask_as_completed_end(&env->it[l->a]);
		return 0;
	case OP_RELEASE:
		a->at.last = cotask_lock_release(&env->lock[l->a]);
		return 0;
	case OP_EVENT_SET:
		return cotask_event_set(&env->event[l->a]);
	case OP_NOTIFY:
		a->at.last = cotask_cond_notify(&env->cond[l->a], l->b);
		return 0;
	case OP_CLOSE:
		cotask_queue_shutdown(&env->queue[l->a], NULL);
		return 0;
	case OP_HOOK:
		l->hook(env, task);
		return 0;
	case OP_ADVANCE:
		cotask_manual_advance(env->loop, l->b * MS);
		return 0;
	case OP_GROUP:
		a->at.last = course_push(&a->at, l);
		if (a->at.last)
			return a->at.last;
		a->at.last = cotask_group_enter(task, &env->group[l->a]);
		if (a->at.last)
			a->at.depth--;
		return a->at.last;
	case OP_TIMEOUT:
		return course_push(&a->at, l) ?: enter_timeout(a, task, l);
	case OP_SECTION:
		return course_push(&a->at, l) ?:
			cotask_shield_enter(task, &env->section[l->a],
					    l->b == NEVER ? COTASK_FOREVER : l->b * MS);
	case OP_SCOPE:
		return course_push(&a->at, l) ?: cotask_cancel_scope_enter(task, &env->scope[l->a]);
	case OP_CANCEL_SCOPE:
		return cotask_cancel_scope_cancel(&env->scope[l->a]);
	case OP_READY:
		a->at.last = cotask_start_ready(task, &env->start[l->a], l->b);
		return 0;
	case OP_ENLIST:
		cotask_put(env->task[l->a]);
		env->task[l->a] = cotask_get(task);
		return 0;
	case OP_SPAWN_FAR:
	case OP_SUBMIT:
	case OP_CANCEL_SUBMISSION:
	case OP_SUBMISSION:
	case OP_POST:
		a->at.last = far_instant(env, task, l);
		return 0;
	default:
		return broken(env, "unknown instruction");
	}
}

/* The block of an ENDGROUP or ENDTIMEOUT, and the outcome of its body. */
static struct block *leave(struct actor *a, long *rc)
{
	*rc = a->at.raised;
	a->at.raised = 0;
	return &a->at.block[--a->at.depth];
}

/* Ends that do not suspend: of a timeout, section or cancel scope. */
static long leave_scope(struct actor *a, const struct line *l)
{
	long rc;
	struct block *b = leave(a, &rc);
	struct env *env = a->at.env;
	int i = b->begin->a;

	if (l->op == OP_ENDTIMEOUT)
		return cotask_timeout_exit(&env->timeout[i], rc);
	if (l->op == OP_ENDSECTION)
		return cotask_shield_exit(&env->section[i], rc);
	return cotask_cancel_scope_exit(&env->scope[i], rc);
}

static struct cotask_await leave_group(struct actor *a, struct cotask *task)
{
	long rc;
	struct block *b = leave(a, &rc);

	return cotask_group_exit(task, &a->at.env->group[b->begin->a], rc);
}

static struct cotask_await await_shield(struct actor *a, struct cotask *task, int i)
{
	a->shielded = cotask_shield(&a->shield, task_base(a->at.env, i));
	return cotask_await(task, a->shielded);
}

/* An await that is refused leaves the shield where it is. */
static void drop_shield(struct actor *a)
{
	if (a->shielded == &a->shield.base && !cotask_awaitable_done(a->shielded))
		cotask_awaitable_cancel(a->shielded);
	a->shielded = NULL;
}

static struct cotask_await wait_for(struct actor *a, struct cotask *task,
				    const struct line *l)
{
	struct env *env = a->at.env;
	struct cotask_wait_for *w = &a->wait_for;
	s64 ns = l->b == NEVER ? COTASK_FOREVER : l->b * MS;

	switch (l->op) {
	case OP_WAIT_FOR:
		return cotask_wait_for(task, w, task_base(env, l->a), ns);
	case OP_WAIT_FOR_FUTURE:
		return cotask_wait_for(task, w, &env->future[l->a].base, ns);
	case OP_WAIT_FOR_SHIELD:
		a->shielded = cotask_shield(&a->shield, task_base(env, l->a));
		return cotask_wait_for(task, w, a->shielded, ns);
	default:
		return cotask_wait_for_call(task, w, script_frame(env, l->script), ns);
	}
}

static struct cotask_await start(struct actor *a, struct cotask *task, const struct line *l)
{
	struct env *env = a->at.env;

	return cotask_group_start(task, &env->start[l->a], &env->group[l->g],
				  script_frame(env, l->script), NULL);
}

static struct cotask_await await_set(struct actor *a, struct cotask *task,
				     const struct line *l)
{
	struct cotask_awaitable *x = &a->at.env->set[l->a].base;

	if (l->op == OP_SHIELD_SET)
		x = cotask_shield(&a->shield, x);
	return cotask_await(task, x);
}

static struct cotask_await await_sync(struct actor *a, struct cotask *task,
				      const struct line *l)
{
	struct env *env = a->at.env;

	switch (l->op) {
	case OP_ACQUIRE:
		return cotask_lock_acquire(task, &env->lock[l->a]);
	case OP_EVENT:
		return cotask_event_wait(task, &env->event[l->a]);
	default:
		return cotask_cond_wait(task, &a->cond_wait, &env->cond[l->a]);
	}
}

static void trace(struct actor *a, struct cotask *task, const struct line *l, long rc)
{
	if (a->at.env->trace)
		a->at.env->trace(a->at.env, task, l, rc, a->at.last);
}

static long play_step(struct cotask *task, struct cotask_frame *frame)
{
	struct actor *a = container_of(frame, struct actor, frame);
	struct env *env = a->at.env;
	long rc;

	CO_BEGIN(task, frame, slept, joined, future, shield, called, left,
		 waited, set, some, next, sync, put, got, started, gone, across);

	for (;;) {
		const struct line *l;

		l = a->at.pc++;
		switch (l->op) {
		case OP_END:
			return 0;
		case OP_RETURN:
			return l->b;
		case OP_SLEEP:
		case OP_YIELD:
			CO_AWAIT(slept, rc, cotask_sleep(task, l->b * MS));
			break;
		case OP_JOIN:
			CO_AWAIT(joined, rc, cotask_join(task, env->task[l->a]));
			break;
		case OP_FUTURE:
			CO_AWAIT(future, rc, cotask_await_future(task, &env->future[l->a]));
			break;
		case OP_SHIELD:
			CO_AWAIT(shield, rc, await_shield(a, task, l->a));
			drop_shield(a);
			break;
		case OP_CALL:
			CO_AWAIT(called, rc, cotask_call(task, script_frame(env, l->script)));
			break;
		case OP_ENDGROUP:
			CO_AWAIT(left, rc, leave_group(a, task));
			break;
		case OP_ENDTIMEOUT:
		case OP_ENDSECTION:
		case OP_ENDSCOPE:
			rc = leave_scope(a, l);
			break;
		case OP_START:
			CO_AWAIT(started, rc, start(a, task, l));
			break;
		case OP_ACROSS:
			CO_AWAIT(across, rc, far_await(env, task, l));
			break;
		case OP_CANCEL_WAIT:
			CO_AWAIT(gone, rc, cotask_cancel_and_wait(task, &a->cancel_wait,
								  env->task[l->a]));
			break;
		case OP_WAIT_FOR:
		case OP_WAIT_FOR_FUTURE:
		case OP_WAIT_FOR_SHIELD:
		case OP_WAIT_FOR_CALL:
			CO_AWAIT(waited, rc, wait_for(a, task, l));
			drop_shield(a);
			break;
		case OP_AWAIT_SET:
		case OP_SHIELD_SET:
			CO_AWAIT(set, rc, await_set(a, task, l));
			break;
		case OP_WAIT:
			CO_AWAIT(some, rc, begin_wait(a, task, l));
			break;
		case OP_NEXT:
			CO_AWAIT(next, rc, cotask_as_completed_next(task, &a->next,
								    &env->it[l->a]));
			if (rc >= 0)
				note_next(a);
			break;
		case OP_ACQUIRE:
		case OP_EVENT:
		case OP_COND_WAIT:
			CO_AWAIT(sync, rc, await_sync(a, task, l));
			break;
		case OP_PUT:
			CO_AWAIT(put, rc, put(a, task, l));
			a->putting = NULL;
			if (rc)
				item_done(a);
			break;
		case OP_GET:
			CO_AWAIT(got, rc, cotask_queue_get(task, &a->queue_op,
							   &env->queue[l->a]));
			if (!rc)
				rc = item_done(a);
			break;
		default:
			rc = instant(a, task, l);
			if (rc)
				break;
			trace(a, task, l, 0);
			continue;
		}
		a->at.last = rc;
		trace(a, task, a->at.pc - 1, rc);
		if (rc < 0 && !course_unwind(&a->at, rc))
			return rc;
	}
}

static void actor_release(struct cotask_frame *frame)
{
	struct actor *a = container_of(frame, struct actor, frame);

	a->at.env->actors--;
	/* For a task that was ended where it is suspended. */
	kfree(a->putting);
	kfree(a);
}

struct cotask_frame *script_frame(struct env *env, const struct line *script)
{
	struct actor *a = kzalloc(sizeof(*a), in_task() ? GFP_KERNEL : GFP_ATOMIC);

	if (!a) {
		broken(env, "no memory");
		return NULL;
	}
	a->at.env = env;
	a->at.pc = script;
	env->actors++;
	return cotask_frame_init(&a->frame, play_step, actor_release);
}
