// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - a loop whose time and turns are the test's, and what scripts work with
 *
 * Time is real, so this is for a machine where waiting takes none.
 */
#include <stdlib.h>
#include <time.h>

#include "stage.h"

static bool later;	/* deadlines may have expired that the loop has not processed */

/* --- a loop whose time and turns are the test's ------------------------------------ */

/* A place in the queue. */
struct mark {
	struct cotask_callback cb;
	bool reached;
};

static int reach(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	(void)x;
	container_of(cb, struct mark, cb)->reached = true;
	return 0;
}

/* Run all entries before a new mark at the end of the queue. */
static void run_to_mark(struct cotask_loop *loop)
{
	struct mark mark = { .reached = false }, *m = &mark;

	cotask_call_soon(loop, &m->cb, reach);
	/* One event at a time, so that no later event is started. */
	loop->options.max_batch = 1;
	loop->batch = 1;
	while (!m->reached && cotask_pump(loop, 0))
		;
	loop->options.max_batch = BATCH_MAX;
}

/*
 * A turn consists of the entries that are queued at its beginning.  Expired deadlines are
 * appended behind them, and therefore behind the mark.
 */
bool cotask_manual_turn(struct cotask_loop *loop)
{
	run_to_mark(loop);
	if (later)
		run_to_mark(loop);
	later = false;
	return true;
}

unsigned int cotask_manual_turns(struct cotask_loop *loop, unsigned int max)
{
	unsigned int n = 0;

	later = false;
	while (n < max && cotask_pump(loop, 0))
		n++;
	return n;
}

void cotask_manual_advance(struct cotask_loop *loop, s64 ns)
{
	struct timespec ts = { .tv_sec = ns / COTASK_SEC, .tv_nsec = ns % COTASK_SEC };

	(void)loop;
	later = true;
	clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
}

/* --- what scripts work with ------------------------------------------------------------ */

static void env_make(struct env *env)
{
	int i;

	for (i = 0; i < ENV_OBJECTS; i++) {
		cotask_future_init(&env->future[i]);
		cotask_group_init(&env->group[i]);
	}
	for (i = 0; i < ENV_SETS; i++) {
		cotask_lock_init(&env->lock[i]);
		cotask_event_init(&env->event[i]);
		cotask_cond_init(&env->cond[i], &env->lock[i]);
		cotask_queue_init(&env->queue[i], i);
		cotask_cancel_scope_init(&env->scope[i], COTASK_FOREVER);
	}
}

static void env_drop(struct env *env)
{
	int i;

	for (i = 0; i < ENV_SETS; i++) {
		cotask_set_drop(&env->set[i]);
		cotask_as_completed_end(&env->it[i]);
	}
	for (i = 0; i < ENV_OBJECTS; i++) {
		cotask_group_fini(&env->group[i]);
		cotask_put(env->task[i]);
	}
}

void stage_begin(struct env *env,
		 void (*on_error)(struct cotask_loop *loop, struct cotask *task, int error))
{
	env->loop = cotask_loop_create(NULL);
	if (!env->loop)
		abort();
	cotask_here = env->loop;
	env->loop->draining = true;
	env->loop->grounded = true;
	cotask_loop_set_error_handler(env->loop, on_error);
	env_make(env);
	later = false;
}

bool stage_end(struct env *env)
{
	bool works;

	cotask_shut_down(env->loop);
	env_drop(env);
	works = !env->loop->failed && !env->loop->live;
	cotask_here = NULL;
	cotask_loop_put(env->loop);
	return works;
}
