// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - a program for debuggers: three loops, whose tasks are in known places
 *
 * No thread runs the first loop, which is run by turns. The second loop runs, and has a task that
 * has not started. All tasks of the third loop, in another thread, wait. Prints its pid, and ends
 * when its input ends; "stacks abort" aborts instead.
 */
#include <cotask.h>
#include <cotask_co.h>
#include <cotask_future.h>
#include <cotask_thread.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct cotask_future never;
static struct cotask *sleeper;
static int dies;

long inner(long depth)
{
	long rc, doubled = 2 * depth;

	rc = cotask_sleep(3600 * COTASK_SEC);
	return rc + doubled;
}

long outer(void *arg)
{
	long number = (long)arg + 1, rc;

	rc = inner(number);
	return rc + number;
}

/* The name is not only at the end of the stack. */
long again(void *arg)
{
	long depth = (long)arg, rc;

	rc = depth ? again((void *)(depth - 1)) : inner(depth);
	return rc + depth;
}

long wait_here(void *arg)
{
	long rc = cotask_await_future(&never);

	return rc + (long)arg;
}

long join(void *arg)
{
	long rc = cotask_await(cotask_base(sleeper));

	return rc + (long)arg;
}

/* Without a stack: a coroutine that awaits another one. */
long nap(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, slept);
	CO_AWAIT(slept, rc, cotask_co_sleep(task, 3600 * COTASK_SEC));
	return rc;
}

long naps(struct cotask *task, struct cotask_frame *frame)
{
	static struct cotask_frame callee;
	long rc;

	CO_BEGIN(task, frame, called);
	CO_AWAIT(called, rc, cotask_call(task, cotask_frame_init(&callee, nap, NULL)));
	return rc;
}

static void spawn(cotask_fn fn, long number, const char *name)
{
	cotask_put(cotask_spawn(NULL, fn, (void *)number, name));
}

long second_main(void *arg)
{
	spawn(outer, 6, "six");
	return outer(arg);
}

static void *second_thread(void *arg)
{
	return (void *)cotask_run(second_main, arg);
}

long first_main(void *arg)
{
	static struct cotask_frame frame;
	pthread_t thread;
	long rc;
	char c;

	cotask_future_init(&never);
	sleeper = cotask_spawn(NULL, outer, (void *)20, "a sleeper");
	spawn(wait_here, 0, "waiter");
	spawn(join, 0, NULL);
	spawn(again, 3, "again");
	if (cotask_co_go(NULL, cotask_frame_init(&frame, naps, NULL)))
		return 1;
	pthread_create(&thread, NULL, second_thread, arg);
	rc = cotask_sleep(500 * COTASK_MSEC);
	spawn(wait_here, 0, "late");
	printf("%d\n", getpid());
	fflush(stdout);
	if (dies)
		abort();
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	/* No orderly end is required. */
	_exit(rc != 0);
}

int main(int argc, char **argv)
{
	struct cotask_loop *turns = cotask_loop_create(NULL);

	(void)argv;
	dies = argc > 1;
	if (!turns || !cotask_submit(turns, outer, (void *)30, NULL) ||
	    cotask_loop_turn(turns, 0) != 1 ||
	    !cotask_submit(turns, outer, (void *)40, NULL))
		return 1;
	return cotask_run(first_main, (void *)4) != 0;
}
