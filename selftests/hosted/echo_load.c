// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - load for an echo server: "echo_load unix:PATH ROW PEER" has 100 connections
 * send 64 bytes and wait for them, for three seconds
 */
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench.h"

#define CONNECTIONS	100
#define SIZE		64

static int connect_to(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), i;

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	for (i = 0; i < 100; i++) {
		if (!connect(fd, (struct sockaddr *)&un, sizeof(un)))
			return fd;
		usleep(50000);
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct epoll_event e[CONNECTIONS];
	int epoll = epoll_create1(0), i, n;
	char buf[SIZE] = {};
	long echoed = 0;
	int64_t end;

	if (argc != 4)
		return 2;
	for (i = 0; i < CONNECTIONS; i++) {
		int fd = connect_to(argv[1] + strlen("unix:"));

		if (fd < 0 || write(fd, buf, SIZE) != SIZE)
			return 1;
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd,
			  &(struct epoll_event){ .events = EPOLLIN, .data.fd = fd });
	}
	for (end = now() + 3000000000LL; now() < end;) {
		n = epoll_wait(epoll, e, CONNECTIONS, 1000);
		for (i = 0; i < n; i++) {
			if (read(e[i].data.fd, buf, SIZE) != SIZE ||
			    write(e[i].data.fd, buf, SIZE) != SIZE)
				return 1;
			echoed++;
		}
	}
	print(argv[2], argv[3], 3e9 / (echoed ? echoed : 1), "ns");
	return 0;
}
