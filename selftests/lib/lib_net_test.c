// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: servers, and connections by name
 *
 * Uses Unix sockets, which every kernel of the test bed supports, and IP where it is supported.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cotask_net.h>

#include "lib_test.h"

#define A_MOMENT	(10 * COTASK_MSEC)

static struct sockaddr_un un(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	return a;
}

/* Connect to a Unix socket without waiting. */
static int dial(const char *path)
{
	struct sockaddr_un a = un(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (!connect(fd, (struct sockaddr *)&a, sizeof(a)))
		return fd;
	close(fd);
	return -errno;
}

/* --- Unix sockets ------------------------------------------------------------------------ */

TASK_TEST(listen_unix)
{
	int before = count_fds(), fd, other;
	char much[200];

	fd = cotask_listen_unix("/tmp/cotask-s", 5);
	CHECK(fd >= 0);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
	CHECK_EQ(cotask_listen_unix("/tmp/cotask-s", 5), -EADDRINUSE);
	other = dial("/tmp/cotask-s");
	CHECK(other >= 0);
	close(other);
	close(fd);
	/* The socket file still exists, and no process listens. */
	CHECK_EQ(dial("/tmp/cotask-s"), -ECONNREFUSED);
	fd = cotask_listen_unix("/tmp/cotask-s", 5);
	CHECK(fd >= 0);
	close(fd);
	unlink("/tmp/cotask-s");
	close(open("/tmp/cotask-s", O_CREAT | O_WRONLY, 0600));
	CHECK_EQ(cotask_listen_unix("/tmp/cotask-s", 5), -EADDRINUSE);
	unlink("/tmp/cotask-s");
	memset(much, 'x', sizeof(much));
	much[sizeof(much) - 1] = '\0';
	CHECK_EQ(cotask_listen_unix(much, 5), -ENAMETOOLONG);
	CHECK_EQ(cotask_listen_unix("/no/such/directory", 5), -ENOENT);
	CHECK_EQ(cotask_listen_unix("", 5), -EINVAL);
	fd = cotask_listen_unix("@cotask test", 5);
	CHECK(fd >= 0);
	CHECK_EQ(cotask_listen_unix("@cotask test", 5), -EADDRINUSE);
	CHECK_EQ(cotask_local_port(fd), -EAFNOSUPPORT);
	close(fd);
	CHECK_EQ(count_fds(), before);
	return 0;
}

/* --- a server ----------------------------------------------------------------------------- */

#define PATH	"/tmp/cotask-serve"

static int listener;
static unsigned int serving, most;
static int64_t limit;

/* Replies with the received byte. */
static long answers(int fd, void *arg)
{
	long rc;
	char c;

	most = ++serving > most ? serving : most;
	rc = cotask_read(fd, &c, 1);
	if (rc > 0)
		rc = cotask_write_all(fd, &c, 1);
	serving--;
	return rc;
}

static long serves(void *arg)
{
	return cotask_serve(listener, limit, answers, arg);
}

static struct cotask *start_server(unsigned int n)
{
	limit = n;
	serving = 0;
	most = 0;
	listener = cotask_listen_unix(PATH, 50);
	return cotask_spawn(NULL, serves, NULL, NULL);
}

static long end_server(struct cotask *t)
{
	long rc = cotask_join(t);

	cotask_put(t);
	close(listener);
	unlink(PATH);
	return rc;
}

static long ask(int fd)
{
	char c = 0;

	CHECK_EQ(cotask_write_all(fd, "?", 1), 1);
	CHECK_EQ(cotask_read(fd, &c, 1), 1);
	CHECK_EQ(c, '?');
	/* It is closed then. */
	CHECK_EQ(cotask_read(fd, &c, 1), 0);
	close(fd);
	return 0;
}

TASK_TEST(serve_has_a_limit)
{
	int before = count_fds(), fd[6], i;
	struct cotask *t = start_server(2);

	for (i = 0; i < 6; i++) {
		fd[i] = dial(PATH);
		CHECK(fd[i] >= 0);
	}
	for (i = 0; i < 6; i++)
		CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(serving, 2);
	for (i = 0; i < 6; i++)
		CHECK_EQ(ask(fd[i]), 0);
	CHECK_EQ(most, 2);
	CHECK_EQ(shutdown(listener, SHUT_RDWR), 0);
	CHECK_EQ(end_server(t), 0);
	CHECK_EQ(count_fds(), before);
	return 0;
}

/* No more connections are accepted; open ones end by themselves */
TASK_TEST(serve_is_shut_down)
{
	int before = count_fds(), fd;
	struct cotask *t = start_server(0);

	fd = dial(PATH);
	while (!serving)
		CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(shutdown(listener, SHUT_RDWR), 0);
	CHECK_EQ(cotask_sleep(A_MOMENT), 0);
	CHECK_EQ(cotask_done(t), 0);
	CHECK_EQ(dial(PATH), -ECONNREFUSED);
	CHECK_EQ(ask(fd), 0);
	CHECK_EQ(end_server(t), 0);
	CHECK_EQ(count_fds(), before);
	return 0;
}

TASK_TEST(serve_is_cancelled)
{
	int before = count_fds(), fd[3], i;
	struct cotask *t = start_server(2);
	char c;

	for (i = 0; i < 3; i++)
		fd[i] = dial(PATH);
	while (serving < 2)
		CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_cancel(t), 1);
	CHECK_EQ(end_server(t), -ECANCELED);
	CHECK_EQ(serving, 0);
	for (i = 0; i < 2; i++) {
		CHECK_EQ(cotask_read(fd[i], &c, 1), 0);
		close(fd[i]);
	}
	/* This one was never accepted. */
	CHECK_EQ(cotask_read(fd[2], &c, 1), -ECONNRESET);
	close(fd[2]);
	CHECK_EQ(count_fds(), before);
	return 0;
}

TASK_TEST(serve_is_closed)
{
	struct cotask *t = start_server(0);
	int before = count_fds();

	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_close(listener), 0);
	CHECK_EQ(cotask_join(t), 0);
	cotask_put(t);
	unlink(PATH);
	CHECK_EQ(count_fds(), before - 1);
	return 0;
}

/* No descriptor is available for a while; the connection waits */
TASK_TEST(serve_without_descriptors)
{
	int before = count_fds(), fd, free_fd;
	struct cotask *t = start_server(0);
	struct rlimit old, none;

	fd = dial(PATH);
	free_fd = dup(0);
	close(free_fd);
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = free_fd;
	setrlimit(RLIMIT_NOFILE, &none);
	CHECK_EQ(cotask_sleep(A_MOMENT), 0);
	CHECK_EQ(serving, 0);
	CHECK_EQ(cotask_done(t), 0);
	setrlimit(RLIMIT_NOFILE, &old);
	CHECK_EQ(ask(fd), 0);
	CHECK_EQ(cotask_cancel(t), 1);
	CHECK_EQ(end_server(t), -ECANCELED);
	CHECK_EQ(count_fds(), before);
	return 0;
}

TASK_TEST(serve_of_something_else)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	CHECK_EQ(cotask_serve(fd, 0, answers, NULL), -EINVAL);
	CHECK_EQ(cotask_serve(-1, 0, answers, NULL), -EBADF);
	CHECK_EQ(cotask_serve(0, 0, answers, NULL), -ENOTSOCK);
	CHECK_EQ(cotask_serve(fd, 0, NULL, NULL), -EINVAL);
	close(fd);
	return 0;
}

/* --- the first address that answers --------------------------------------------------------- */

#define MAX	4

static struct addrinfo list[MAX];
static struct sockaddr_un path[MAX];

/* A list of Unix sockets. */
static struct addrinfo *addresses(unsigned int n, ...)
{
	unsigned int i;
	va_list args;

	va_start(args, n);
	for (i = 0; i < n; i++) {
		path[i] = un(va_arg(args, const char *));
		list[i] = (struct addrinfo){
			.ai_family = AF_UNIX,
			.ai_socktype = SOCK_STREAM,
			.ai_addr = (struct sockaddr *)&path[i],
			.ai_addrlen = sizeof(path[i]),
			.ai_next = i + 1 < n ? &list[i + 1] : NULL,
		};
	}
	va_end(args);
	return list;
}

#define DEAD	"/tmp/cotask-dead"	/* no process listens */
#define FULL	"/tmp/cotask-full"	/* never answers */
#define GOOD	"/tmp/cotask-good"

static int full, in_backlog, good;

/* A backlog of 0 holds one connection. */
static int make_addresses(void)
{
	close(cotask_listen_unix(DEAD, 1));
	full = cotask_listen_unix(FULL, 0);
	in_backlog = dial(FULL);
	good = cotask_listen_unix(GOOD, 50);
	return full < 0 || in_backlog < 0 || good < 0 || dial(FULL) != -EAGAIN;
}

static void drop_addresses(void)
{
	close(full);
	close(in_backlog);
	close(good);
	unlink(DEAD);
	unlink(FULL);
	unlink(GOOD);
}

/* The socket is connected, and no other socket is left. */
static long is_good(int fd)
{
	int peer, one;

	CHECK(fd >= 0);
	CHECK(fcntl(fd, F_GETFL) & O_NONBLOCK);
	peer = accept4(good, NULL, NULL, SOCK_NONBLOCK);
	CHECK(peer >= 0);
	CHECK_EQ(write(fd, "x", 1), 1);
	CHECK_EQ(read(peer, &one, 1), 1);
	close(peer);
	close(fd);
	CHECK_EQ(accept4(good, NULL, NULL, SOCK_NONBLOCK), -1);
	return 0;
}

static long connects(void *arg)
{
	return cotask_connect_first(list, (long)arg);
}

TASK_TEST(first_address_that_answers)
{
	int before = count_fds();

	CHECK_EQ(make_addresses(), 0);
	addresses(1, GOOD);
	CHECK_EQ(is_good(connects((void *)LONG_TIME)), 0);
	/* A failing attempt does not delay the next one. */
	addresses(3, DEAD, DEAD, GOOD);
	CHECK_EQ(is_good(connects((void *)LONG_TIME)), 0);
	/* An attempt without an answer delays the next one, and is then abandoned. */
	addresses(2, FULL, GOOD);
	CHECK_EQ(is_good(connects((void *)A_MOMENT)), 0);
	addresses(4, FULL, DEAD, FULL, GOOD);
	CHECK_EQ(is_good(connects((void *)1)), 0);
	addresses(2, GOOD, FULL);
	CHECK_EQ(is_good(connects(NULL)), 0);
	drop_addresses();
	CHECK_EQ(count_fds(), before);
	return 0;
}

TASK_TEST(no_address_answers)
{
	int before = count_fds();

	CHECK_EQ(make_addresses(), 0);
	addresses(2, DEAD, "/tmp/cotask-none");
	CHECK_EQ(connects(NULL), -ECONNREFUSED);
	addresses(2, "/tmp/cotask-none", DEAD);
	CHECK_EQ(connects((void *)LONG_TIME), -ENOENT);
	CHECK_EQ(cotask_connect_first(NULL, 1), -EINVAL);
	CHECK_EQ(connects((void *)-1), -EINVAL);
	/* Waits until it is cancelled. */
	addresses(3, FULL, DEAD, FULL);
	CHECK_EQ(cotask_wait_for_call(connects, (void *)1, A_MOMENT), -ETIMEDOUT);
	drop_addresses();
	CHECK_EQ(count_fds(), before);
	return 0;
}

TASK_TEST(connect_without_descriptors)
{
	struct rlimit old, none;
	int before, fd;

	CHECK_EQ(make_addresses(), 0);
	before = count_fds();
	addresses(2, GOOD, GOOD);
	fd = dup(0);
	close(fd);
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = fd;
	setrlimit(RLIMIT_NOFILE, &none);
	CHECK_EQ(connects(NULL), -EMFILE);
	setrlimit(RLIMIT_NOFILE, &old);
	CHECK_EQ(count_fds(), before);
	drop_addresses();
	return 0;
}

/* The caller is cancelled while the losing attempt ends: no socket remains */
TASK_TEST(connect_is_cancelled_at_any_time)
{
	int before, i, j, fd, peer;
	struct cotask *t;

	CHECK_EQ(make_addresses(), 0);
	before = count_fds();
	addresses(2, FULL, GOOD);
	for (i = 0; i < 12; i++) {
		t = cotask_spawn(NULL, connects, NULL, NULL);
		for (j = 0; j < i; j++)
			CHECK_EQ(cotask_yield(), 0);
		cotask_cancel(t);
		fd = cotask_join(t);
		cotask_put(t);
		CHECK(fd >= 0 || fd == -ECANCELED);
		if (fd >= 0)
			close(fd);
		peer = accept4(good, NULL, NULL, SOCK_NONBLOCK);
		if (peer >= 0)
			close(peer);
		CHECK_EQ(count_fds(), before);
	}
	drop_addresses();
	return 0;
}

TEST(net_in_an_eager_loop)
{
	ASSERT_EQ(0, run_eager(serve_has_a_limit_main));
	ASSERT_EQ(0, run_eager(serve_is_cancelled_main));
	ASSERT_EQ(0, run_eager(first_address_that_answers_main));
	ASSERT_EQ(0, run_eager(no_address_answers_main));
	ASSERT_EQ(0, run_eager(connect_is_cancelled_at_any_time_main));
}

/* --- names ----------------------------------------------------------------------------------- */

TASK_TEST(resolve)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST };
	struct sockaddr_in *in;
	struct addrinfo *ai;

	CHECK_EQ(cotask_resolve("127.0.0.1", "80", &hints, &ai), 0);
	CHECK(ai);
	in = (struct sockaddr_in *)ai->ai_addr;
	CHECK_EQ(in->sin_family, AF_INET);
	CHECK_EQ(ntohs(in->sin_port), 80);
	freeaddrinfo(ai);
	CHECK_EQ(cotask_resolve("not a number", "80", &hints, &ai), -ENOENT);
	CHECK(!ai);
	CHECK_EQ(cotask_resolve("127.0.0.1", "no such service", &hints, &ai), -EINVAL);
	hints.ai_flags = -1;
	CHECK_EQ(cotask_resolve("127.0.0.1", "80", &hints, &ai), -EINVAL);
	CHECK_EQ(cotask_resolve(NULL, NULL, NULL, &ai), -EINVAL);
	CHECK_EQ(cotask_connect_name(NULL, "80"), -EINVAL);
	return 0;
}

static long resolves(void *arg)
{
	struct addrinfo *ai;
	int rc = cotask_resolve("localhost", "80", NULL, &ai);

	if (!rc)
		freeaddrinfo(ai);
	return rc;
}

/* The thread may be at any point; AddressSanitizer checks its accesses */
TASK_TEST(resolve_is_cancelled)
{
	struct cotask *t;
	int i, j;

	for (i = 0; i < 20; i++) {
		t = cotask_spawn(NULL, resolves, NULL, NULL);
		for (j = 0; j <= i; j++)
			CHECK_EQ(cotask_yield(), 0);
		if (cotask_cancel(t))
			CHECK_EQ(cotask_join(t), -ECANCELED);
		cotask_put(t);
	}
	return 0;
}

/* --- IP -------------------------------------------------------------------------------------- */

static bool has(int family)
{
	int fd = cotask_listen_tcp(family == AF_INET6 ? "::1" : "127.0.0.1", 0, 1);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

#define IP_TEST(name, family)						\
static long name##_main(void *arg);					\
									\
TEST(name)								\
{									\
	if (!has(family))						\
		SKIP(return, "no such addresses");			\
	ASSERT_EQ(0, cotask_run(name##_main, NULL));			\
}									\
									\
static long name##_main(void *arg __attribute__((unused)))

static const char *port_of(int fd)
{
	static char text[8];

	snprintf(text, sizeof(text), "%d", cotask_local_port(fd));
	return text;
}

IP_TEST(tcp_by_name, AF_INET)
{
	int before = count_fds(), fd;
	struct cotask *t;
	long rc;

	listener = cotask_listen_tcp(NULL, 0, 50);
	CHECK(cotask_local_port(listener) > 0);
	CHECK_EQ(cotask_listen_tcp("localhost", 0, 1), -EINVAL);
	limit = 0;
	t = cotask_spawn(NULL, serves, NULL, NULL);
	fd = cotask_connect_name("localhost", port_of(listener));
	CHECK(fd >= 0);
	CHECK_EQ(ask(fd), 0);
	CHECK_EQ(shutdown(listener, SHUT_RDWR), 0);
	rc = cotask_join(t);
	cotask_put(t);
	CHECK_EQ(rc, 0);
	close(listener);
	CHECK_EQ(count_fds(), before);
	return 0;
}

IP_TEST(tcp_refused_and_reset, AF_INET)
{
	struct linger now = { .l_onoff = 1 };
	const char *port;
	char c;
	int fd, peer;

	listener = cotask_listen_tcp("127.0.0.1", 0, 50);
	port = port_of(listener);
	fd = cotask_connect_name("127.0.0.1", port);
	CHECK(fd >= 0);
	peer = cotask_accept(listener, NULL, NULL);
	CHECK(peer >= 0);
	setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(peer);
	CHECK_EQ(cotask_read(fd, &c, 1), -ECONNRESET);
	CHECK_EQ(cotask_write_all(fd, "x", 1), -EPIPE);
	close(fd);
	close(listener);
	CHECK_EQ(cotask_connect_name("127.0.0.1", port), -ECONNREFUSED);
	return 0;
}

IP_TEST(udp, AF_INET)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int a = cotask_bind_udp("127.0.0.1", 0), b = cotask_bind_udp(NULL, 0);
	char c = 0;

	CHECK(a >= 0);
	CHECK(b >= 0);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(cotask_local_port(b));
	CHECK_EQ(cotask_sendto(a, "u", 1, 0, (struct sockaddr *)&to, sizeof(to)), 1);
	CHECK_EQ(cotask_read(b, &c, 1), 1);
	CHECK_EQ(c, 'u');
	close(a);
	close(b);
	return 0;
}

static void set_address(struct addrinfo *ai, void *address, socklen_t len)
{
	ai->ai_addr = address;
	ai->ai_family = ai->ai_addr->sa_family;
	ai->ai_addrlen = len;
}

/* IPv4, IPv4, IPv6: the last address is tried second, so no time has to pass */
IP_TEST(families_take_turns, AF_INET6)
{
	int dead = cotask_listen_tcp("127.0.0.1", 0, 1), fd, peer;
	struct sockaddr_in in[2] = { { .sin_family = AF_INET } };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);

	listener = cotask_listen_tcp(NULL, 0, 50);
	in[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in[1] = in[0];
	in[0].sin_port = htons(cotask_local_port(dead));
	in[1].sin_port = htons(cotask_local_port(listener));
	in6.sin6_port = in[1].sin_port;
	close(dead);
	addresses(3, "", "", "");
	set_address(&list[0], &in[0], sizeof(in[0]));
	set_address(&list[1], &in[1], sizeof(in[1]));
	set_address(&list[2], &in6, sizeof(in6));
	fd = connects((void *)LONG_TIME);
	CHECK(fd >= 0);
	CHECK_EQ(getpeername(fd, (struct sockaddr *)&from, &len), 0);
	CHECK_EQ(from.ss_family, AF_INET6);
	peer = cotask_accept(listener, NULL, NULL);
	CHECK(peer >= 0);
	CHECK_EQ(accept4(listener, NULL, NULL, 0), -1);
	close(peer);
	close(fd);
	close(listener);
	return 0;
}

TEST_HARNESS_MAIN
