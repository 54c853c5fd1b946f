// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - programs of the model, played by tasks of a process
 *
 * As module/tests/play.c, for selftests/model/fuzz.py: reads "SIZE\n" and a program of that size,
 * and writes a line with its trace.  A process has one loop.  Its counts of permits and items, and
 * the errors that are found when the tasks are dropped, are not in the trace.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "program.h"
#include "scripts.h"
#include "stage.h"

#define TEXT_SIZE	16384
#define TURNS		1000

static struct program program;
static struct env *env;
static bool over;	/* what is left is not reported */

static void on_error(struct cotask_loop *loop, struct cotask *task, int error)
{
	(void)loop;
	(void)task;
	if (over)
		return;
	note(env, "report");
	note_outcome(env, error);
}

/* A set that was refused has no members, see members_made(). */
static void trace(struct env *e, struct cotask *task, const struct line *l, long rc, long last)
{
	if ((l->op == OP_SET_GATHER && last < 0) || (l->op == OP_WAIT && rc == -EINVAL))
		memset(e->member[l->a], 0, sizeof(e->member[l->a]));
	program_note(e, task, l, rc, last);
}

static void pass_time(unsigned int ms)
{
	if (cotask_manual_turns(env->loop, TURNS) == TURNS)
		env->broken = "no end of turns";
	cotask_manual_advance(env->loop, ms * MS);
}

static void cancel_all(void)
{
	int i;

	for (i = 0; i < ENV_OBJECTS; i++) {
		if (env->task[i] && !cotask_done(env->task[i]))
			cotask_cancel(env->task[i]);
	}
}

static void run(void)
{
	int i;

	for (i = 0; i < program.tasks; i++)
		env->task[i] = spawn_script(env, program.line[i]);
	for (i = 0; i < HORIZON && env->loop->live; i++)
		pass_time(1);
	for (i = 0; i < ROUNDS && env->loop->live; i++) {
		note(env, "round");
		cancel_all();
		pass_time(ROUND_MS);
		pass_time(0);
	}
	pass_time(0);
	over = true;
}

static void note_state(char kind, int i, struct cotask_awaitable *x)
{
	const bool done = cotask_awaitable_done(x);
	const char *state = "PENDING";

	if (done && cotask_awaitable_cancelled(x))
		state = "CANCELLED";
	else if (done)
		state = cotask_awaitable_result(x) < 0 ? "FAILED" : "FINISHED";
	note(env, "%c%d=%s", kind, i, state);
	if (done)
		note_outcome(env, cotask_awaitable_result(x));
}

static void take_stock(void)
{
	int i;

	for (i = 0; i < ENV_OBJECTS; i++) {
		if (!env->task[i])
			continue;
		note_state('t', i, cotask_base(env->task[i]));
		note(env, "n%d", cotask_cancelling(env->task[i]));
	}
	for (i = 0; i < ENV_OBJECTS; i++) {
		if (cotask_awaitable_done(&env->future[i].base))
			note_state('f', i, &env->future[i].base);
	}
}

/* false: some tasks do not end. */
static bool play_program(void)
{
	env = calloc(1, sizeof(*env));
	if (!env)
		abort();
	over = false;
	stage_begin(env, on_error);
	env->program = &program;
	env->trace = trace;
	run();
	take_stock();
	if (env->broken)
		note(env, "BROKEN %s", env->broken);
	if (env->loop->live)
		note(env, "stuck");
	env->trace = NULL;
	puts(env->log);
	fflush(stdout);
	/* A task that waits for itself, or for a lock without an owner, ends with the process. */
	if (env->loop->live)
		return false;
	if (!stage_end(env))
		abort();
	free(env);
	return true;
}

static bool read_program(char *text)
{
	size_t size;

	if (scanf("%zu", &size) != 1 || getchar() != '\n' || size >= TEXT_SIZE)
		return false;
	if (fread(text, 1, size, stdin) != size)
		return false;
	text[size] = '\0';
	return true;
}

int main(void)
{
	static char text[TEXT_SIZE];

	prctl(PR_SET_TIMERSLACK, 1);
	while (read_program(text)) {
		if (program_parse(&program, text))
			return 1;
		if (!play_program())
			return 0;
	}
	return 0;
}
