// SPDX-License-Identifier: MIT
/*
 * Tasks inside of a program's own epoll loop
 *
 * A timer of the program fires three times.  The program's loop also watches the descriptor of a
 * loop of libcotask.  A task of that loop waits for the timer; a future passes each number to the
 * task.  The program ends when the loop of libcotask has no more tasks.
 */
#include <cotask.h>
#include <cotask_thread.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define TICKS	3

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

/* A callback of the program's loop. */
static void fired(int timer)
{
	static int ticks;
	uint64_t n;

	/* Skip the tick if the task has not received the previous one yet. */
	if (read(timer, &n, sizeof(n)) == sizeof(n) && wanted &&
	    !cotask_future_complete(&tick, ticks + 1))
		ticks++;
}

static int watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

/* Run one turn for the submitted task, then one whenever the descriptor is readable. */
static int run(struct cotask_loop *loop, int epoll, int timer)
{
	struct epoll_event event = { .data.fd = -1 };
	int rc;

	do {
		rc = event.data.fd == timer ? 1 : cotask_loop_turn(loop, 0);
		if (rc == 1 && epoll_wait(epoll, &event, 1, -1) == 1 && event.data.fd == timer)
			fired(timer);
	} while (rc == 1);
	return rc;
}

int main(void)
{
	const struct itimerspec interval = { { 0, 50000000 }, { 0, 50000000 } };
	int epoll = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, 0), rc;
	struct cotask_loop *loop = cotask_loop_create(NULL);
	struct cotask_submission *task;

	if (!loop) {
		fprintf(stderr, "embed_epoll: %s\n", cotask_loop_strerror(-errno));
		return 1;
	}
	task = cotask_submit(loop, listener, NULL, "listener");
	if (!task || timerfd_settime(timer, 0, &interval, NULL) || watch(epoll, timer) ||
	    watch(epoll, cotask_loop_fd(loop))) {
		perror("embed_epoll");
		return 1;
	}
	rc = run(loop, epoll, timer);
	if (!rc)
		rc = cotask_submission_result(task);
	cotask_submission_put(task);
	cotask_loop_put(loop);
	close(timer);
	close(epoll);
	if (rc < 0)
		fprintf(stderr, "embed_epoll: %s\n", cotask_strerror(rc));
	return rc < 0;
}
