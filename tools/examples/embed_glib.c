// SPDX-License-Identifier: MIT
/*
 * Tasks inside of GLib's main loop
 *
 * A timer of GLib fires three times.  The main loop also watches the descriptor of a loop of
 * libcotask.  A task of that loop waits for the timer; a future passes each number to the task.
 * The program ends when the loop of libcotask has no more tasks.
 */
#include <cotask.h>
#include <cotask_thread.h>
#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>

#define TICKS	3

static GMainLoop *program;
static struct cotask_loop *loop;
static struct cotask_future tick;
static bool wanted;			/* the task waits for @tick */

/* An ordinary task. */
static long listener(void *arg)
{
	long rc = 0;

	(void)arg;
	while (rc >= 0 && rc < TICKS) {
		rc = cotask_future_init(&tick);
		if (rc)
			return rc;
		wanted = true;
		rc = cotask_await_future(&tick);
		wanted = false;
		cotask_future_fini(&tick);
		if (rc > 0)
			printf("task: tick %ld\n", rc);
	}
	return rc;
}

static gboolean fired(void *data)
{
	int *ticks = data;

	/* Skip the tick if the task has not received the previous one yet. */
	if (wanted && !cotask_future_complete(&tick, *ticks + 1))
		++*ticks;
	return G_SOURCE_CONTINUE;
}

/* The descriptor is readable, or a task was submitted. */
static gboolean turn(int fd, GIOCondition condition, void *data)
{
	(void)fd;
	(void)condition;
	(void)data;
	if (cotask_loop_turn(loop, 0) == 1)
		return G_SOURCE_CONTINUE;
	g_main_loop_quit(program);
	return G_SOURCE_REMOVE;
}

int main(void)
{
	struct cotask_submission *task;
	int ticks = 0, rc;

	loop = cotask_loop_create(NULL);
	if (!loop) {
		fprintf(stderr, "embed_glib: %s\n", cotask_loop_strerror(-errno));
		return 1;
	}
	program = g_main_loop_new(NULL, FALSE);
	task = cotask_submit(loop, listener, NULL, "listener");
	g_timeout_add(50, fired, &ticks);
	g_unix_fd_add(cotask_loop_fd(loop), G_IO_IN, turn, NULL);
	turn(-1, G_IO_IN, NULL);
	g_main_loop_run(program);
	rc = task ? cotask_submission_result(task) : -ENOMEM;
	cotask_submission_put(task);
	cotask_loop_put(loop);
	g_main_loop_unref(program);
	if (rc < 0)
		fprintf(stderr, "embed_glib: %s\n", cotask_strerror(rc));
	return rc < 0;
}
