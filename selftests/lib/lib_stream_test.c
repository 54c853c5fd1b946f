// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: streams
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cotask_reader.h>
#include <cotask_stream.h>

#include "lib_test.h"

static struct cotask_stream s;
static int peer;

static int make(int type)
{
	int ends[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends))
		return -errno;
	peer = ends[1];
	return cotask_stream_init(&s, ends[0]);
}

static int end(void)
{
	close(peer);
	return cotask_stream_close(&s);
}

static long say(const char *text)
{
	return write(peer, text, strlen(text));
}

static long reader(void *buf)
{
	return cotask_stream_read(&s, buf, 8);
}

static struct cotask *spawn_reader(char *buf)
{
	return cotask_spawn(NULL, reader, buf, NULL);
}

/* Available data, data that arrives later, and the end */
TASK_TEST(read_data)
{
	char buf[9] = "", later[9] = "";
	struct cotask *t;

	CHECK_EQ(make(SOCK_STREAM), 0);
	CHECK_EQ(say("abc"), 3);
	CHECK_EQ(cotask_stream_read(&s, buf, 8), 3);
	CHECK_EQ(strcmp(buf, "abc"), 0);
	t = spawn_reader(later);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(say("later"), 5);
	CHECK_EQ(cotask_join(t), 5);
	CHECK_EQ(strcmp(later, "later"), 0);
	cotask_put(t);
	shutdown(peer, SHUT_WR);
	CHECK_EQ(cotask_stream_read(&s, buf, 8), 0);
	CHECK_EQ(end(), 0);
	return 0;
}

/* After a full buffer, a read returns the remaining data, and the next one waits */
TASK_TEST(read_in_parts)
{
	char buf[9] = "", text[17] = "";

	CHECK_EQ(make(SOCK_STREAM), 0);
	CHECK_EQ(say("0123456789abcdef"), 16);
	CHECK_EQ(cotask_stream_read(&s, buf, 4), 4);
	CHECK_EQ(cotask_stream_read(&s, buf, 4), 4);
	CHECK_EQ(strcmp(buf, "4567"), 0);
	CHECK_EQ(cotask_stream_read_exact(&s, text, 8), 8);
	CHECK_EQ(strcmp(text, "89abcdef"), 0);
	CHECK_EQ(say("xy"), 2);
	shutdown(peer, SHUT_WR);
	CHECK_EQ(cotask_stream_read_exact(&s, text, 8), 2);
	CHECK_EQ(end(), 0);
	return 0;
}

/* A task that always finds data does not prevent other tasks from running */
static long count_turns(void *arg)
{
	for (;;) {
		long rc = cotask_yield();

		if (rc)
			return rc;
		++*(int *)arg;
	}
}

TASK_TEST(fairness)
{
	static char much[4096];
	struct cotask *t;
	int turns = 0, i;

	CHECK_EQ(make(SOCK_STREAM), 0);
	CHECK_EQ(write(peer, much, sizeof(much)), sizeof(much));
	t = cotask_spawn(NULL, count_turns, &turns, NULL);
	for (i = 0; i < 4096; i++)
		CHECK_EQ(cotask_stream_read(&s, much, 1), 1);
	CHECK(turns > 10);
	turns = 0;
	/* Fewer bytes than there is room for. */
	for (i = 0; i < 200; i++)
		CHECK_EQ(cotask_stream_write(&s, much, 1), 1);
	CHECK(turns > 1);
	CHECK_EQ(cotask_cancel_and_wait(t), 0);
	cotask_put(t);
	CHECK_EQ(end(), 0);
	return 0;
}

/* A cancel transfers nothing, and the data remains */
TASK_TEST(cancel)
{
	char buf[9] = "";
	struct cotask *t;

	CHECK_EQ(make(SOCK_STREAM), 0);
	t = spawn_reader(buf);
	CHECK_EQ(cotask_yield(), 0);
	CHECK(cotask_cancel(t));
	CHECK_EQ(say("abc"), 3);
	CHECK_EQ(cotask_join(t), -ECANCELED);
	cotask_put(t);
	CHECK_EQ(buf[0], 0);
	CHECK_EQ(cotask_stream_read(&s, buf, 8), 3);
	CHECK_EQ(end(), 0);
	return 0;
}

static long writes_all(void *arg)
{
	static char much[1 << 20];

	return cotask_stream_write_all(&s, much, sizeof(much));
}

/* More data than there is room for: the writer waits until the peer has read */
TASK_TEST(write_all)
{
	static char buf[65536];
	long n, left = 1 << 20;
	struct cotask *t;

	CHECK_EQ(make(SOCK_STREAM), 0);
	t = cotask_spawn(NULL, writes_all, NULL, NULL);
	cotask_nonblock(peer);
	for (; left; left -= n) {
		n = cotask_read(peer, buf, sizeof(buf));
		CHECK(n > 0);
	}
	CHECK_EQ(cotask_join(t), 1 << 20);
	cotask_put(t);
	close(peer);
	CHECK_EQ(cotask_stream_write(&s, "x", 1), -EPIPE);
	CHECK_EQ(cotask_stream_close(&s), 0);
	return 0;
}

/* Closing a stream ends its waits; the stream cannot be used any more */
TASK_TEST(close_ends_waits)
{
	char buf[9];
	struct cotask *t;

	CHECK_EQ(make(SOCK_STREAM), 0);
	t = spawn_reader(buf);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_stream_close(&s), 0);
	/* At once, and not with the next call of the kernel. */
	CHECK_EQ(recv(peer, buf, 1, MSG_DONTWAIT), 0);
	CHECK_EQ(cotask_join(t), -EBADF);
	cotask_put(t);
	CHECK_EQ(cotask_stream_read(&s, buf, 1), -EINVAL);
	CHECK_EQ(cotask_stream_write(&s, buf, 1), -EINVAL);
	CHECK_EQ(cotask_stream_close(&s), -EINVAL);
	close(peer);
	return 0;
}

TASK_TEST(fini_keeps_the_descriptor)
{
	char c;
	int fd;

	CHECK_EQ(make(SOCK_STREAM), 0);
	fd = s.fd;
	CHECK_EQ(cotask_stream_fini(&s), fd);
	CHECK_EQ(say("x"), 1);
	CHECK_EQ(read(fd, &c, 1), 1);
	close(fd);
	close(peer);
	return 0;
}

/* A blocking pipe: read by the kernel if it supports non-blocking reads, else by poll and read */
TASK_TEST(pipes)
{
	struct cotask_stream out;
	char buf[9] = "";
	int p[2];

	CHECK_EQ(pipe2(p, O_CLOEXEC), 0);
	CHECK_EQ(cotask_stream_init(&s, p[0]), 0);
	CHECK_EQ(cotask_stream_init(&out, p[1]), 0);
	CHECK_EQ(cotask_stream_write_all(&out, "abc", 3), 3);
	CHECK_EQ(cotask_stream_read(&s, buf, 8), 3);
	CHECK_EQ(strcmp(buf, "abc"), 0);
	CHECK_EQ(cotask_stream_read(&out, buf, 8), -EBADF);
	CHECK_EQ(cotask_stream_close(&out), 0);
	CHECK_EQ(cotask_stream_read(&s, buf, 8), 0);
	CHECK_EQ(cotask_stream_close(&s), 0);
	return 0;
}

TASK_TEST(lines)
{
	struct cotask_reader r;
	char space[32], *line;

	CHECK_EQ(make(SOCK_STREAM), 0);
	CHECK_EQ(say("one\ntwo\n"), 8);
	cotask_reader_init_stream(&r, &s, space, sizeof(space));
	CHECK_EQ(cotask_readline(&r, &line), 4);
	CHECK_EQ(cotask_readline(&r, &line), 4);
	CHECK_EQ(strcmp(line, "two\n"), 0);
	CHECK_EQ(end(), 0);
	return 0;
}

TASK_TEST(misuse)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct cotask_stream bad;

	CHECK_EQ(cotask_stream_init(NULL, 0), -EINVAL);
	CHECK_EQ(cotask_stream_init(&bad, -1), -EBADF);
	CHECK_EQ(cotask_stream_init(&bad, null), -EOPNOTSUPP);
	CHECK_EQ(cotask_stream_read(&bad, &bad, 1), -EOPNOTSUPP);
	CHECK_EQ(cotask_stream_close(NULL), -EINVAL);
	close(null);
	return 0;
}

TEST_HARNESS_MAIN
