// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - a program whose tasks wait in known places
 *
 * Prints its pid once they wait, and ends when its input ends.  "waits N" starts N more tasks.
 */
#include <cotask.h>
#include <cotask_co.h>
#include <cotask_future.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct cotask_future never;

long inner(void)
{
	return cotask_sleep(COTASK_FOREVER);
}

long outer(void *arg)
{
	(void)arg;
	return inner();
}

long wait_here(void *arg)
{
	(void)arg;
	return cotask_await_future(&never);
}

/* Deeper than a line of output can show. */
long deeper(long n)
{
	return n ? deeper(n - 1) : inner();
}

long deep(void *arg)
{
	(void)arg;
	return deeper(100);
}

/* Without a stack: a coroutine that awaits another one. */
long nap(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, slept);
	CO_AWAIT(slept, rc, cotask_co_sleep(task, COTASK_FOREVER));
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

static int spawn(struct cotask_group *g, cotask_fn fn, const char *name)
{
	struct cotask *t = cotask_spawn(g, fn, NULL, name);

	cotask_put(t);
	return t ? 0 : -1;
}

long in_group(void *arg)
{
	struct cotask_group g;
	long rc;

	(void)arg;
	cotask_group_init(&g);
	rc = cotask_group_enter(&g);
	if (!rc)
		rc = spawn(&g, outer, "child");
	rc = cotask_group_exit(&g, rc);
	cotask_group_fini(&g);
	return rc;
}

/* The process is busy outside of the kernel, and this task has not started. */
long late(void *arg)
{
	(void)arg;
	return 0;
}

long waits(void *arg)
{
	static struct cotask_frame frame;
	long more = *(long *)arg;
	char c;
	long rc;

	cotask_set_name(cotask_current(), "main");
	cotask_future_init(&never);
	spawn(NULL, outer, "outer");
	spawn(NULL, wait_here, "wait_here");
	spawn(NULL, deep, "deep");
	spawn(NULL, in_group, "in_group");
	cotask_put(cotask_co_spawn(NULL, cotask_frame_init(&frame, naps, NULL), "naps"));
	while (more--)
		spawn(NULL, more % 2 ? outer : wait_here, "more");
	rc = cotask_sleep(100 * COTASK_MSEC);
	spawn(NULL, late, "late");
	printf("%d\n", getpid());
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	return rc;
}

int main(int argc, char **argv)
{
	long more = argc > 1 ? atol(argv[1]) : 0;

	return cotask_run(waits, &more) != 0;
}
