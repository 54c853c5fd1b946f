// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - timerfd and epoll; with "echo unix:PATH" an echo server on epoll
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
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

static void bench_timers(void)
{
	static int64_t late[WAKES];
	int fd = timerfd_create(CLOCK_MONOTONIC, 0), epoll = epoll_create1(0), i;
	struct epoll_event e = { .events = EPOLLIN };
	int64_t begin = now(), next;
	uint64_t ticks;

	for (i = 0; i < SCOPES; i++) {
		arm(fd, 1000000000, 0);
		arm(fd, 0, 0);
	}
	print("timeout", "epoll", (double)(now() - begin) / SCOPES, "ns");
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
}

static int echo_once(int fd)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	return n && write(fd, buf, n) == n ? 0 : -1;
}

static int serve(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), epoll = epoll_create1(0), i, n, fd;
	struct epoll_event e[128] = { { .events = EPOLLIN, .data.fd = listener } };

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	unlink(path);
	if (bind(listener, (struct sockaddr *)&un, sizeof(un)) || listen(listener, 1024))
		return 1;
	epoll_ctl(epoll, EPOLL_CTL_ADD, listener, e);
	for (;;) {
		n = epoll_wait(epoll, e, 128, -1);
		for (i = 0; i < n; i++) {
			if (e[i].data.fd != listener) {
				if (echo_once(e[i].data.fd))
					close(e[i].data.fd);
				continue;
			}
			fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
			epoll_ctl(epoll, EPOLL_CTL_ADD, fd,
				  &(struct epoll_event){ .events = EPOLLIN, .data.fd = fd });
		}
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "echo"))
		return serve(argv[2] + strlen("unix:"));
	bench_timers();
	return 0;
}
