// SPDX-License-Identifier: MIT
/*
 * Tasks inside of a loop of libuv
 *
 * A timer of libuv fires three times.  The same loop watches the descriptor of a loop of
 * libcotask.  A task of that loop waits for the timer; a future passes each number to the task.
 * The program ends when the loop of libcotask has no more tasks.
 */
#include <cotask.h>
#include <cotask_thread.h>
#include <errno.h>
#include <stdio.h>
#include <uv.h>

#define TICKS	3

static uv_timer_t timer;
static uv_poll_t watcher;
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

static void fired(uv_timer_t *t)
{
	static int ticks;

	(void)t;
	/* Skip the tick if the task has not received the previous one yet. */
	if (wanted && !cotask_future_complete(&tick, ticks + 1))
		ticks++;
}

/* The descriptor is readable, or a task was submitted. */
static void turn(uv_poll_t *w, int status, int events)
{
	(void)status;
	(void)events;
	if (cotask_loop_turn(loop, 0) == 1)
		return;
	uv_close((uv_handle_t *)w, NULL);
	uv_close((uv_handle_t *)&timer, NULL);
}

int main(void)
{
	struct cotask_submission *task;
	int rc;

	loop = cotask_loop_create(NULL);
	if (!loop) {
		fprintf(stderr, "embed_uv: %s\n", cotask_loop_strerror(-errno));
		return 1;
	}
	task = cotask_submit(loop, listener, NULL, "listener");
	uv_timer_init(uv_default_loop(), &timer);
	uv_timer_start(&timer, fired, 50, 50);
	uv_poll_init(uv_default_loop(), &watcher, cotask_loop_fd(loop));
	uv_poll_start(&watcher, UV_READABLE, turn);
	turn(&watcher, 0, UV_READABLE);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
	rc = task ? cotask_submission_result(task) : -ENOMEM;
	cotask_submission_put(task);
	cotask_loop_put(loop);
	uv_loop_close(uv_default_loop());
	if (rc < 0)
		fprintf(stderr, "embed_uv: %s\n", cotask_strerror(rc));
	return rc < 0;
}
