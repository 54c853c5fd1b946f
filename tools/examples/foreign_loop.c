// SPDX-License-Identifier: MIT
/*
 * A task that drives another event loop inside of a loop of libcotask
 *
 * Many libraries have an event loop of their own.  A task can drive a loop that provides: a
 * descriptor that is readable when the loop has work (uv_backend_fd() of libuv, an epoll
 * descriptor), the time until the loop's next timer (uv_backend_timeout()), and a call that does
 * the pending work without waiting.  The loop below has a pipe and a timer.
 */
#include <cotask.h>
#include <cotask_gather.h>
#include <cotask_io.h>
#include <cotask_select.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#define TICKS	3
#define TICK	(30 * COTASK_MSEC)

/* --- the other loop ------------------------------------------------------------------- */

struct foreign {
	int	epoll;
	int	in;		/* the read end of a pipe */
	bool	ended;		/* the pipe was read to its end */
	int64_t	next;		/* time at which the timer fires */
	int	ticks;
};

static bool foreign_open(struct foreign *f, int in)
{
	struct epoll_event event = { .events = EPOLLIN };

	*f = (struct foreign){ .epoll = epoll_create1(EPOLL_CLOEXEC), .in = in,
			       .next = cotask_now() + TICK };
	return f->epoll >= 0 && !epoll_ctl(f->epoll, EPOLL_CTL_ADD, in, &event);
}

/* Nanoseconds until the timer fires. */
static int64_t foreign_timeout(const struct foreign *f)
{
	return f->ticks < TICKS ? f->next - cotask_now() : COTASK_FOREVER;
}

/* Does the pending work without waiting.  Return: false: there will be no more work. */
static bool foreign_run(struct foreign *f)
{
	struct epoll_event event;
	char c;

	if (foreign_timeout(f) <= 0) {
		printf("other loop: tick %d\n", ++f->ticks);
		f->next += TICK;
	}
	if (epoll_wait(f->epoll, &event, 1, 0) == 1) {
		if (read(f->in, &c, 1) == 1)
			printf("other loop: has read %c\n", c);
		else
			f->ended = !epoll_ctl(f->epoll, EPOLL_CTL_DEL, f->in, NULL);
	}
	return f->ticks < TICKS || !f->ended;
}

/* --- tasks ---------------------------------------------------------------------------- */

/* Waits for the descriptor and for the timer; other tasks run meanwhile. */
static long drive(void *foreign)
{
	struct foreign *f = foreign;
	struct cotask_choice ready[] = { COTASK_CHOICE_FD(f->epoll, POLLIN) };
	int rc;

	while (foreign_run(f)) {
		rc = cotask_select(ready, 1, foreign_timeout(f));
		if (rc < 0 && rc != -ETIMEDOUT)
			return rc;
	}
	return 0;
}

/* An ordinary task, which runs concurrently. */
static long talk(void *pipe)
{
	const int *out = pipe;
	const char *c;
	long rc = 0;

	for (c = "abc"; *c && rc >= 0; c++) {
		rc = cotask_write_all(*out, c, 1);
		if (rc >= 0)
			rc = cotask_sleep(TICK);
	}
	close(*out);
	return rc;
}

static long both(void *arg)
{
	struct cotask_member tasks[2];
	struct foreign f;
	int ends[2];
	long rc;

	(void)arg;
	if (pipe(ends) || !foreign_open(&f, ends[0]))
		return -errno;
	tasks[0] = (struct cotask_member)COTASK_MEMBER_CALL(drive, &f);
	tasks[1] = (struct cotask_member)COTASK_MEMBER_CALL(talk, &ends[1]);
	rc = cotask_gather_now(NULL, tasks, 2, COTASK_GATHER_FAIL_FAST);
	close(f.epoll);
	close(ends[0]);
	return rc;
}

int main(void)
{
	long rc;

	setvbuf(stdout, NULL, _IOLBF, 0);
	rc = cotask_run(both, NULL);
	if (rc < 0)
		fprintf(stderr, "foreign_loop: %s\n", cotask_strerror(rc));
	return rc < 0;
}
