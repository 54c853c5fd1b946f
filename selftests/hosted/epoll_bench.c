// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - timerfd, eventfd and epoll; "echo unix:PATH" runs an echo server on epoll,
 * "deadline unix:PATH" an echo server that waits up to ten seconds for each message
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"

static void arm(int fd, int64_t ns, int flags)
{
	struct itimerspec in = { .it_value = { ns / 1000000000, ns % 1000000000 } };

	timerfd_settime(fd, flags, &in, NULL);
}

static void bench_timeout(int fd)
{
	int64_t begin = start();
	int i;

	for (i = 0; i < SCOPES; i++) {
		arm(fd, 1000000000, 0);
		arm(fd, 0, 0);
	}
	finish("timeout", "epoll", begin, SCOPES);
}

static void bench_lateness(int fd)
{
	static int64_t late[WAKES];
	struct epoll_event e = { .events = EPOLLIN };
	int epoll = epoll_create1(0), i;
	uint64_t ticks;
	int64_t next;

	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
	for (i = 0; i < WAKES; i++) {
		next = now() + PERIOD_NS;
		arm(fd, next, TFD_TIMER_ABSTIME);
		epoll_wait(epoll, &e, 1, -1);
		late[i] = now() - next;
		if (read(fd, &ticks, sizeof(ticks)) < 0)
			return;
	}
	print_lateness("epoll", late);
	close(epoll);
}

static void bench_move(void)
{
	const struct rlimit most = { MOVED + 100, MOVED + 100 };
	static int fd[MOVED];
	int64_t begin, until = now() + 7200 * 1000000000LL;
	int i;

	setrlimit(RLIMIT_NOFILE, &most);
	for (i = 0; i < MOVED; i++) {
		fd[i] = timerfd_create(CLOCK_MONOTONIC, 0);
		arm(fd[i], 3600 * 1000000000LL, 0);
	}
	begin = start();
	for (i = 0; i < MOVED; i++)
		arm(fd[i], until + MOVED_BY(i), TFD_TIMER_ABSTIME);
	finish("move", "epoll", begin, MOVED);
	for (i = 0; i < MOVED; i++)
		close(fd[i]);
}

static sem_t asked;

static void *poster(void *fd)
{
	const uint64_t one = 1;
	int i;

	for (i = 0; i < POSTED; i++) {
		sem_wait(&asked);
		if (write(*(int *)fd, &one, sizeof(one)) < 0)
			exit(1);
	}
	return NULL;
}

/* A thread wakes the loop that has requested it. */
static void bench_wake(void)
{
	int fd = eventfd(0, EFD_NONBLOCK), epoll = epoll_create1(0), i;
	struct epoll_event e = { .events = EPOLLIN };
	pthread_t thread;
	uint64_t count;
	int64_t begin;

	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
	sem_init(&asked, 0, 0);
	pthread_create(&thread, NULL, poster, &fd);
	begin = start();
	for (i = 0; i < POSTED; i++) {
		sem_post(&asked);
		epoll_wait(epoll, &e, 1, -1);
		if (read(fd, &count, sizeof(count)) < 0)
			exit(1);
	}
	finish("wake", "epoll", begin, POSTED);
	pthread_join(thread, NULL);
}

/* --- the echo server ------------------------------------------------------------------------ */

/* All connections have the same time limit, so the list is in the order of deadlines. */
struct connection {
	TAILQ_ENTRY(connection) link;
	int64_t deadline;
	int fd;
};

static TAILQ_HEAD(, connection) waiting = TAILQ_HEAD_INITIALIZER(waiting);
static bool with_deadline;
static int epoll;

static void wait_again(struct connection *c)
{
	if (!with_deadline)
		return;
	TAILQ_REMOVE(&waiting, c, link);
	c->deadline = now() + DEADLINE_NS;
	TAILQ_INSERT_TAIL(&waiting, c, link);
}

static void end(struct connection *c)
{
	TAILQ_REMOVE(&waiting, c, link);
	close(c->fd);
	free(c);
}

static int echo_once(struct connection *c)
{
	char buf[4096];
	ssize_t n = read(c->fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	if (!n || write(c->fd, buf, n) != n)
		return -1;
	wait_again(c);
	return 0;
}

static void connected(int listener)
{
	struct connection *c = calloc(1, sizeof(*c));

	c->fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	TAILQ_INSERT_TAIL(&waiting, c, link);
	wait_again(c);
	epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd,
		  &(struct epoll_event){ .events = EPOLLIN, .data.ptr = c });
}

/* Close connections whose deadline is past. Return: milliseconds to the next deadline. */
static int expire(void)
{
	struct connection *c;

	while (with_deadline && (c = TAILQ_FIRST(&waiting))) {
		if (c->deadline > now())
			return (c->deadline - now()) / 1000000 + 1;
		end(c);
	}
	return -1;
}

static int serve(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), i, n;
	struct epoll_event e[128] = { { .events = EPOLLIN } };

	epoll = epoll_create1(0);
	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	unlink(path);
	if (bind(listener, (struct sockaddr *)&un, sizeof(un)) || listen(listener, 1024))
		return 1;
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, e);
	for (;;) {
		n = epoll_wait(epoll, e, 128, expire());
		for (i = 0; i < n; i++) {
			if (!e[i].data.ptr)
				connected(listener);
			else if (echo_once(e[i].data.ptr))
				end(e[i].data.ptr);
		}
	}
}

int main(int argc, char **argv)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	with_deadline = argc == 3 && !strcmp(argv[1], "deadline");
	if (argc == 3 && (with_deadline || !strcmp(argv[1], "echo")))
		return serve(argv[2] + strlen("unix:"));
	bench_timeout(fd);
	bench_lateness(fd);
	bench_move();
	bench_wake();
	return 0;
}
