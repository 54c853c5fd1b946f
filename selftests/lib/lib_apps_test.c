// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: effects of tasks of applications on each other
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib_test.h"

/* --- calls that succeed at once ------------------------------------------------------------ */

static long reads_for_ever(void *arg)
{
	int fd = open("/dev/zero", O_RDONLY | O_NONBLOCK);
	char c[16];
	long n;

	do {
		n = cotask_read(fd, c, sizeof(c));
	} while (n > 0);
	close(fd);
	return n;
}

/* TO-8: a timeout also ends a body whose calls never have to wait */
TASK_TEST(ready_file_does_not_starve)
{
	CHECK_EQ(cotask_wait_for_call(reads_for_ever, NULL, 10 * COTASK_MSEC), -ETIMEDOUT);
	return 0;
}

static long writes_for_ever(void *arg)
{
	int fd = open("/dev/null", O_WRONLY | O_NONBLOCK);
	long n;

	do {
		n = cotask_write(fd, "x", 1);
	} while (n > 0);
	close(fd);
	return n;
}

TASK_TEST(ready_write_does_not_starve)
{
	CHECK_EQ(cotask_wait_for_call(writes_for_ever, NULL, 10 * COTASK_MSEC), -ETIMEDOUT);
	return 0;
}

/* --- blocking descriptors ------------------------------------------------------------------ */

static int blocking[2];

static long fills(void *arg)
{
	CHECK_EQ(write(blocking[1], "x", 1), 1);
	return 0;
}

static long read_of(int kind)
{
	char c = 0;

	if (kind)
		CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, blocking), 0);
	else
		CHECK_EQ(pipe(blocking), 0);
	/* Would block forever if the other task did not run meanwhile. */
	CHECK_EQ(cotask_go(NULL, fills, NULL), 0);
	CHECK_EQ(cotask_read(blocking[0], &c, 1), 1);
	CHECK_EQ(c, 'x');
	close(blocking[0]);
	close(blocking[1]);
	return 0;
}

TASK_TEST(blocking_pipe_is_read)
{
	return read_of(0);
}

TASK_TEST(blocking_socket_is_read)
{
	return read_of(1);
}

static long drains(void *arg)
{
	static char buf[65536];
	long n, all = 0;

	while (all < (long)arg) {
		n = cotask_read(blocking[0], buf, sizeof(buf));
		if (n <= 0)
			return n;
		all += n;
	}
	return all;
}

static long fill_and_drain(int kind)
{
	static char much[1 << 20];
	struct cotask *reader;

	if (kind)
		CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, blocking), 0);
	else
		CHECK_EQ(pipe(blocking), 0);
	reader = cotask_spawn(NULL, drains, (void *)sizeof(much), NULL);
	CHECK(reader);
	CHECK_EQ(cotask_write_all(blocking[1], much, sizeof(much)), sizeof(much));
	CHECK_EQ(cotask_join(reader), sizeof(much));
	cotask_put(reader);
	close(blocking[0]);
	close(blocking[1]);
	return 0;
}

TASK_TEST(blocking_pipe_is_written)
{
	return fill_and_drain(0);
}

TASK_TEST(blocking_socket_is_written)
{
	return fill_and_drain(1);
}

TASK_TEST(file_is_read_and_written)
{
	FILE *file = tmpfile();
	char text[4] = "";

	CHECK(file);
	CHECK_EQ(cotask_write_all(fileno(file), "abcd", 4), 4);
	CHECK_EQ(lseek(fileno(file), 0, SEEK_SET), 0);
	CHECK_EQ(cotask_read_exact(fileno(file), text, 4), 4);
	CHECK_EQ(memcmp(text, "abcd", 4), 0);
	CHECK_EQ(cotask_read_exact(fileno(file), text, 4), 0);
	fclose(file);
	return 0;
}

TASK_TEST(closed_peer_raises_no_signal)
{
	int pair[2];

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	close(pair[0]);
	CHECK_EQ(cotask_write(pair[1], "x", 1), -EPIPE);
	CHECK_EQ(cotask_send(pair[1], "x", 1, 0), -EPIPE);
	close(pair[1]);
	return 0;
}

static int waited[2];

static long waits_to_read(void *arg)
{
	char c;

	return cotask_read(waited[0], &c, 1);
}

/* Closing a descriptor ends the calls that wait for it, and no other calls */
TASK_TEST(close_ends_waits)
{
	struct cotask *t[3];
	int other, i;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, waited), 0);
	t[0] = cotask_spawn(NULL, waits_to_read, NULL, NULL);
	t[1] = cotask_spawn(NULL, waits_to_read, NULL, NULL);
	CHECK_EQ(cotask_yield(), 0);
	other = waited[0];
	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, waited), 0);
	t[2] = cotask_spawn(NULL, waits_to_read, NULL, NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_close(other), 0);
	CHECK_EQ(cotask_join(t[0]), -EBADF);
	CHECK_EQ(cotask_join(t[1]), -EBADF);
	CHECK_EQ(cotask_done(t[2]), 0);
	CHECK_EQ(write(waited[1], "x", 1), 1);
	CHECK_EQ(cotask_join(t[2]), 1);
	CHECK_EQ(cotask_cancelling(t[0]), 0);
	for (i = 0; i < 3; i++)
		cotask_put(t[i]);
	CHECK_EQ(cotask_close(waited[0]), 0);
	CHECK_EQ(cotask_close(-1), -EBADF);
	close(waited[1]);
	return 0;
}

static long accepts(void *arg)
{
	return cotask_accept((long)arg, NULL, NULL);
}

/* Neither task waits forever, nor polls repeatedly */
TASK_TEST(accept_ends_when_shut_down)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	sa_family_t any = AF_UNIX;
	struct cotask *t;

	CHECK_EQ(bind(fd, (struct sockaddr *)&any, sizeof(any)), 0);
	CHECK_EQ(listen(fd, 1), 0);
	t = cotask_spawn(NULL, accepts, (void *)(long)fd, NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(shutdown(fd, SHUT_RDWR), 0);
	CHECK_EQ(cotask_join(t), -EINVAL);
	cotask_put(t);
	CHECK_EQ(accepts((void *)(long)fd), -EINVAL);
	close(fd);
	return 0;
}

TASK_TEST(datagrams)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	int pair[2];
	char c = 0;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair), 0);
	CHECK_EQ(cotask_sendto(pair[0], "y", 1, 0, NULL, 0), 1);
	CHECK_EQ(cotask_recvfrom(pair[1], &c, 1, 0, (struct sockaddr *)&from, &len), 1);
	CHECK_EQ(c, 'y');
	close(pair[0]);
	close(pair[1]);
	return 0;
}

/* --- what belongs to a task ---------------------------------------------------------------- */

static long spoils_errno(void *arg)
{
	errno = EPERM;
	return 0;
}

TASK_TEST(errno_is_of_the_task)
{
	errno = ENOTTY;
	CHECK_EQ(cotask_go(NULL, spoils_errno, NULL), 0);
	errno = ENOTTY;
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(errno, ENOTTY);
	return 0;
}

static int released;

static void count_release(void *arg)
{
	released += (long)arg;
}

static struct cotask *spawn_released(struct cotask_group *g, cotask_fn fn)
{
	struct cotask_spawn_args args = { .release = count_release };

	return cotask_spawn_with(g, fn, (void *)1, &args);
}

/* CX-7: released exactly once: after the task has run, never ran, or was refused */
TASK_TEST(argument_is_released_once)
{
	struct cotask_group g;
	struct cotask *t;

	released = 0;
	t = spawn_released(NULL, t_value);
	CHECK_EQ(cotask_join(t), 1);
	cotask_put(t);
	CHECK_EQ(released, 1);
	t = spawn_released(NULL, t_forever);
	CHECK_EQ(cotask_cancel(t), 1);
	CHECK_EQ(cotask_join(t), -ECANCELED);
	cotask_put(t);
	CHECK_EQ(released, 2);
	t = spawn_released(NULL, t_forever);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_cancel(t), 1);
	CHECK_EQ(cotask_join(t), -ECANCELED);
	cotask_put(t);
	CHECK_EQ(released, 3);
	cotask_group_init(&g);
	CHECK(!spawn_released(&g, t_value));
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ(released, 4);
	return 0;
}

static long fails_in_a_group(void)
{
	struct cotask_group g;
	long rc;

	cotask_group_init(&g);
	rc = cotask_group_enter(&g);
	if (rc)
		return rc;
	rc = cotask_go(&g, t_fails, NULL);
	return cotask_group_exit(&g, rc);
}

static long fails_often(void *arg)
{
	int i;

	for (i = 0; i < 100; i++)
		CHECK_EQ(fails_in_a_group(), -EIO);
	return 0;
}

/* Failed groups need no fini; the errors of the last groups can be retrieved */
TASK_TEST(failed_groups_do_not_add_up)
{
	struct cotask *t = cotask_spawn(NULL, fails_often, NULL, NULL);
	long before = objects();
	struct cotask_group g;

	CHECK_EQ(cotask_join(t), 0);
	cotask_put(t);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_yield(), 0);
	/* The last eight, each with its child. */
	CHECK_EQ(objects(), before - 1 + 2 * 8);
	cotask_group_init(&g);
	CHECK_EQ(cotask_group_enter(&g), 0);
	CHECK_EQ(cotask_go(&g, t_fails, NULL), 0);
	CHECK_EQ(cotask_group_exit(&g, 0), -EIO);
	CHECK_EQ(cotask_group_errors(&g, NULL, 0), 1);
	CHECK_EQ(fails_in_a_group(), -EIO);
	CHECK_EQ(cotask_group_errors(&g, NULL, 0), 1);
	CHECK_EQ(fails_often(NULL), 0);
	CHECK_EQ(cotask_group_errors(&g, NULL, 0), 0);
	cotask_group_fini(&g);
	return 0;
}

/* --- texts --------------------------------------------------------------------------------- */

TEST(texts_fit_their_calls)
{
	EXPECT_STREQ(strerror(ENOENT), cotask_strerror(-ENOENT));
	EXPECT_STREQ(strerror(EACCES), cotask_strerror(-EACCES));
	EXPECT_NE(NULL, strstr(cotask_strerror(-ENOSPC), "no space left"));
	EXPECT_NE(NULL, strstr(cotask_strerror(-ENOMEM), "vm.max_map_count"));
}

/* --- inside of another event loop ---------------------------------------------------------- */

static int ticks;

static long ticker(void *arg)
{
	long rc = 0;

	while (ticks < 3 && !rc) {
		rc = cotask_sleep(COTASK_MSEC);
		ticks++;
	}
	return rc;
}

TEST(turns_inside_of_epoll)
{
	struct cotask_loop *loop = cotask_loop_create(NULL);
	struct cotask_submission *s;
	struct epoll_event e = { .events = EPOLLIN };
	int ep = epoll_create1(0), rc = 1;

	ASSERT_NE(NULL, loop);
	ASSERT_EQ(0, epoll_ctl(ep, EPOLL_CTL_ADD, cotask_loop_fd(loop), &e));
	ASSERT_EQ(0, cotask_loop_turn(loop, 0));
	ticks = 0;
	s = cotask_submit(loop, ticker, NULL, NULL);
	ASSERT_NE(NULL, s);
	ASSERT_EQ(1, cotask_loop_turn(loop, 0));
	while (rc > 0) {
		ASSERT_EQ(1, epoll_wait(ep, &e, 1, -1));
		rc = cotask_loop_turn(loop, 0);
	}
	ASSERT_EQ(0, rc);
	ASSERT_EQ(3, ticks);
	ASSERT_EQ(0, cotask_submission_result(s));
	cotask_submission_put(s);
	/* The task can wait by itself as well. */
	ticks = 2;
	s = cotask_submit(loop, ticker, NULL, NULL);
	while (cotask_loop_turn(loop, COTASK_FOREVER) > 0)
		;
	ASSERT_EQ(3, ticks);
	cotask_submission_put(s);
	cotask_loop_put(loop);
	close(ep);
}

static long yields_for_ever(void *arg)
{
	long rc;

	do {
		rc = cotask_yield();
	} while (!rc);
	ticks = -1;
	return rc;
}

/* A turn ends although tasks are always ready; remaining tasks are cancelled. */
TEST(turn_is_bounded)
{
	struct cotask_loop *loop = cotask_loop_create(NULL);
	struct cotask_submission *s;
	int i;

	ASSERT_NE(NULL, loop);
	ticks = 0;
	s = cotask_submit(loop, yields_for_ever, NULL, NULL);
	ASSERT_NE(NULL, s);
	for (i = 0; i < 10; i++)
		ASSERT_EQ(1, cotask_loop_turn(loop, 0));
	ASSERT_EQ(0, ticks);
	ASSERT_EQ(0, cotask_loop_close(loop));
	ASSERT_EQ(-1, ticks);
	cotask_submission_put(s);
	cotask_loop_put(loop);
}

static long turns_inside(void *arg)
{
	CHECK_EQ(cotask_loop_turn(cotask_loop_current(), 0), -EBUSY);
	return 0;
}

TEST(turn_inside_of_a_run)
{
	ASSERT_EQ(0, cotask_run(turns_inside, NULL));
	ASSERT_EQ(-EINVAL, cotask_loop_turn(NULL, 0));
}

TEST_HARNESS_MAIN
