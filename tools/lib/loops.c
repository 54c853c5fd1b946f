// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - the loops of the process, for debuggers
 *
 * From this list a debugger finds all tasks, also in a core file and while no thread runs the
 * loop: see tools/gdb/cotask.py.
 */
#include "internal.h"

/* Head of the list: the newest loop. */
struct cotask_loop *cotask_loops;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void take(void)
{
	pthread_mutex_lock(&lock);
}

static void give_back(void)
{
	pthread_mutex_unlock(&lock);
}

/* The child must not inherit a lock held by a thread that does not exist in the child. */
static void watch_forks(void)
{
	pthread_atfork(take, give_back, give_back);
}

void cotask_loops_add(struct cotask_loop *loop)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, watch_forks);
	take();
	loop->next_loop = cotask_loops;
	cotask_loops = loop;
	give_back();
}

void cotask_loops_del(struct cotask_loop *loop)
{
	struct cotask_loop **p = &cotask_loops;

	take();
	while (*p && *p != loop)
		p = &(*p)->next_loop;
	if (*p)
		*p = loop->next_loop;
	give_back();
}
