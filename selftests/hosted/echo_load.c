// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - load for an echo server: "echo_load unix:PATH ROW PEER SECONDS" opens 100
 * connections, each of which repeatedly sends 64 bytes and waits for the echo
 */
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"

#define CONNECTIONS	100
#define SIZE		64

/* The server may not have started yet. Does not sleep where sleeping takes no time. */
static int connect_to(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	while (connect(fd, (struct sockaddr *)&un, sizeof(un)))
		sched_yield();
	return fd;
}

int main(int argc, char **argv)
{
	struct epoll_event e[CONNECTIONS];
	int epoll = epoll_create1(0), i, n;
	char buf[SIZE] = {};
	long echoed = 0;
	int64_t ns, end;

	if (argc != 5)
		return 2;
	ns = atoi(argv[4]) * 1000000000LL;
	for (i = 0; i < CONNECTIONS; i++) {
		int fd = connect_to(argv[1] + strlen("unix:"));

		if (write(fd, buf, SIZE) != SIZE)
			return 1;
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd,
			  &(struct epoll_event){ .events = EPOLLIN, .data.fd = fd });
	}
	MARK("b");
	for (end = now() + ns; now() < end;) {
		n = epoll_wait(epoll, e, CONNECTIONS, 1000);
		for (i = 0; i < n; i++) {
			if (read(e[i].data.fd, buf, SIZE) != SIZE ||
			    write(e[i].data.fd, buf, SIZE) != SIZE)
				return 1;
			echoed++;
		}
	}
	MARK("e");
	print_counted(argv[2], argv[3], ns, echoed ? echoed : 1);
	return 0;
}
