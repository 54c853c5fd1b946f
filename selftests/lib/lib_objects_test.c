// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: futures, sets, locks, files
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "lib_test.h"

/* --- futures ----------------------------------------------------------------- */

static long completes(void *arg)
{
	return cotask_future_complete(arg, 12);
}

TASK_TEST(future)
{
	struct cotask_future f;

	CHECK_EQ(cotask_future_init(&f), 0);
	CHECK(!cotask_awaitable_done(&f.base));
	CHECK_EQ(cotask_go(NULL, completes, &f), 0);
	CHECK_EQ(cotask_await_future(&f), 12);
	CHECK_EQ(cotask_future_complete(&f, 1), -EINVAL);
	CHECK_EQ(cotask_future_fail(&f, -EIO), -EINVAL);
	CHECK(!cotask_future_cancel(&f));
	CHECK_EQ(cotask_awaitable_result(&f.base), 12);
	CHECK_EQ(cotask_awaitable_error(&f.base), 0);
	cotask_future_fini(&f);
	cotask_future_fini(&f);
	CHECK_EQ(cotask_await_future(&f), -EINVAL);
	CHECK_EQ(cotask_future_init(&f), 0);
	CHECK_EQ(cotask_future_complete(&f, -1), -EINVAL);
	CHECK_EQ(cotask_future_fail(&f, 1), -EINVAL);
	CHECK_EQ(cotask_future_fail(&f, -EIO), 0);
	CHECK_EQ(cotask_await_future(&f), -EIO);
	cotask_future_fini(&f);
	CHECK_EQ(cotask_future_init(&f), 0);
	CHECK(cotask_future_cancel(&f));
	CHECK(cotask_awaitable_cancelled(&f.base));
	CHECK_EQ(cotask_await_future(&f), -ECANCELED);
	CHECK_EQ(cotask_cancelling(cotask_current()), 0);
	cotask_future_fini(&f);
	return 0;
}

static long awaits(void *arg)
{
	return cotask_await_future(arg);
}

static long shielded(void *arg)
{
	return cotask_await_shielded(arg);
}

TASK_TEST(shield)
{
	struct cotask_shield of_nothing;
	struct cotask_future f;
	struct cotask *t, *s;

	CHECK_EQ(cotask_future_init(&f), 0);
	t = cotask_spawn(NULL, awaits, &f, NULL);
	s = cotask_spawn(NULL, shielded, cotask_base(t), NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_cancel_and_wait(s), 0);
	CHECK(!cotask_done(t));
	CHECK_EQ(cotask_cancelling(t), 0);
	CHECK_EQ(cotask_go(NULL, completes, &f), 0);
	CHECK_EQ(cotask_await_shielded(cotask_base(t)), 12);
	CHECK_EQ(cotask_await(cotask_shield(&of_nothing, NULL)), -EINVAL);
	cotask_shield_drop(&of_nothing);
	cotask_future_fini(&f);
	cotask_put(s);
	cotask_put(t);
	return 0;
}

struct told {
	struct cotask_callback cb;
	int n;
};

static int count(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct told *t = (struct told *)cb;

	t->n += cotask_current() ? 100 : 1;
	return 0;
}

TASK_TEST(callbacks)
{
	struct cotask *t = cotask_spawn(NULL, t_yields, (void *)1, NULL);
	struct told a = { .n = 0 }, b = { .n = 0 }, c = { .n = 0 };

	CHECK_EQ(cotask_on_done(cotask_base(t), &a.cb, count), 0);
	CHECK_EQ(cotask_on_done(cotask_base(t), &b.cb, count), 0);
	CHECK_EQ(cotask_on_done(cotask_base(t), &b.cb, NULL), -EINVAL);
	CHECK_EQ(cotask_off_done(cotask_base(t), &b.cb), 1);
	CHECK_EQ(cotask_off_done(cotask_base(t), &b.cb), 0);
	CHECK_EQ(cotask_join(t), 1);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(a.n, 1);
	CHECK_EQ(b.n, 0);
	CHECK_EQ(cotask_on_done(cotask_base(t), &c.cb, count), 0);
	CHECK_EQ(c.n, 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(c.n, 1);
	CHECK_EQ(cotask_call_soon(cotask_loop_current(), &c.cb, count), 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(c.n, 2);
	cotask_put(t);
	return 0;
}

/* --- several at once --------------------------------------------------------- */

TASK_TEST(gather)
{
	struct cotask_member m[] = {
		COTASK_MEMBER_CALL(t_value, (void *)1), COTASK_MEMBER_CALL(t_yields, (void *)2),
		COTASK_MEMBER_CALL(t_fails, NULL),
	};
	struct cotask_set s;

	CHECK_EQ(cotask_gather_now(NULL, m, 3, 0), -EIO);
	m[2] = (struct cotask_member)COTASK_MEMBER_CALL(t_fails, NULL);
	CHECK_EQ(cotask_gather_now(NULL, m, 3, COTASK_GATHER_COLLECT), 0);
	CHECK_EQ(m[0].result, 1);
	CHECK_EQ(m[1].result, 2);
	CHECK_EQ(m[2].result, -EIO);
	m[0] = (struct cotask_member)COTASK_MEMBER_CALL(t_forever, NULL);
	CHECK_EQ(cotask_gather_now(NULL, m, 3, COTASK_GATHER_FAIL_FAST), -EIO);
	CHECK_EQ(m[0].result, -ECANCELED);
	CHECK_EQ(cotask_gather_now(NULL, NULL, 0, 0), 0);
	CHECK_EQ(cotask_gather_now(NULL, m, 3, 0x10), -EINVAL);
	CHECK_EQ(cotask_await(cotask_race(&s, NULL, m, 3)), 2);
	CHECK_EQ(cotask_race_winner(&s), 1);
	cotask_set_drop(&s);
	m[1] = (struct cotask_member)COTASK_MEMBER(NULL);
	CHECK_EQ(cotask_gather_now(NULL, m, 3, 0), -EINVAL);
	return 0;
}

/* Members fail, and the body of the group is not interrupted. */
static long sets_in_group(struct cotask_group *g)
{
	struct cotask_member m[] = {
		COTASK_MEMBER_CALL(t_fails, NULL), COTASK_MEMBER_CALL(t_yields, (void *)3),
	};
	struct cotask_as_completed it;
	struct cotask_member *next;
	struct cotask_set s;
	int i;

	CHECK_EQ(cotask_gather_now(g, m, 2, COTASK_GATHER_COLLECT), 0);
	CHECK_EQ(m[0].result, -EIO);
	CHECK_EQ(m[1].result, 3);
	CHECK_EQ(cotask_gather_now(g, m, 2, 0), -EIO);
	CHECK_EQ(cotask_await(cotask_race(&s, g, m, 2)), 3);
	cotask_set_drop(&s);
	CHECK_EQ(cotask_as_completed(&it, g, m, 2, COTASK_FOREVER), 0);
	for (i = 0; i < 2; i++)
		CHECK_EQ(cotask_as_completed_next(&it, &next), 1);
	cotask_as_completed_end(&it);
	CHECK_EQ(cotask_yield(), 0);
	return 0;
}

/* GA-B1, GA-B2, AC-1: the set receives the members' errors, their group does not. */
TASK_TEST(sets_of_a_group)
{
	struct cotask_group g, imported;
	int fd;

	cotask_group_init(&g);
	CHECK_EQ(cotask_group_enter(&g), 0);
	CHECK_EQ(sets_in_group(&g), 0);
	fd = cotask_group_export(&g);
	CHECK_EQ(cotask_group_import(&imported, fd), 0);
	CHECK_EQ(sets_in_group(&imported), 0);
	cotask_group_fini(&imported);
	close(fd);
	CHECK_EQ(cotask_group_exit(&g, 0), 0);
	return 0;
}

/* GA-2: the await of an object that could not be made returns the error */
TASK_TEST(refused_gather)
{
	struct cotask_group_options o = { .limit = 1 };
	struct cotask_member m[2] = { { .fn = t_value }, { .fn = t_value } };
	struct cotask_group g;
	struct cotask_set s;

	cotask_group_init(&g);
	CHECK_EQ(cotask_group_configure(&g, &o), 0);
	CHECK_EQ(cotask_group_enter(&g), 0);
	CHECK_EQ(cotask_await(cotask_gather(&s, &g, m, 2, 0)), -EAGAIN);
	CHECK_EQ(cotask_group_exit(&g, 0), 0);
	return 0;
}

TASK_TEST(gather_many)
{
	static struct cotask_member m[1000];
	long i;

	for (i = 0; i < 1000; i++)
		m[i] = (struct cotask_member)COTASK_MEMBER_CALL(t_value, (void *)i);
	CHECK_EQ(cotask_gather_now(NULL, m, 1000, 0), 0);
	for (i = 0; i < 1000; i++)
		CHECK_EQ(m[i].result, i);
	return 0;
}

TASK_TEST(wait_members)
{
	struct cotask *a = cotask_spawn(NULL, t_value, (void *)1, NULL);
	struct cotask *b = cotask_spawn(NULL, t_forever, NULL, NULL);
	struct cotask_member m[] = { COTASK_MEMBER_TASK(a), COTASK_MEMBER_TASK(b) };

	CHECK_EQ(cotask_wait_members(m, 2, COTASK_WAIT_FIRST, COTASK_FOREVER), 1);
	CHECK(m[0].done && !m[1].done);
	CHECK_EQ(cotask_wait_members(m, 2, COTASK_WAIT_ALL, COTASK_MSEC), 1);
	CHECK(cotask_cancel(b));
	CHECK_EQ(cotask_wait_members(m, 2, COTASK_WAIT_ALL, COTASK_FOREVER), 2);
	CHECK_EQ(cotask_wait_members(m, 0, COTASK_WAIT_ALL, 1), -EINVAL);
	CHECK_EQ(cotask_wait_members(m, 2, (enum cotask_wait_mode)7, 1), -EINVAL);
	cotask_put(a);
	cotask_put(b);
	return 0;
}

/* Three of four end, one after the other; -ETIMEDOUT if it took longer than @ns. */
static long three_of_four(struct cotask_as_completed *it, struct cotask_member *m, int64_t ns)
{
	static const int order[] = { 2, 1, 0 };
	struct cotask_member *next;
	int i, rc;

	CHECK_EQ(cotask_as_completed(it, NULL, m, 4, ns), 0);
	for (i = 0; i < 3; i++) {
		rc = cotask_as_completed_next(it, &next);
		if (rc != 1)
			return rc;
		CHECK(next == &m[order[i]]);
	}
	CHECK_EQ(m[2].result, 5);
	return 0;
}

TASK_TEST(as_completed)
{
	static const struct cotask_member fresh[] = {
		COTASK_MEMBER_CALL(t_yields, (void *)20), COTASK_MEMBER_CALL(t_yields, (void *)2),
		COTASK_MEMBER_CALL(t_value, (void *)5), COTASK_MEMBER_CALL(t_forever, NULL),
	};
	struct cotask_member m[4], *next;
	struct cotask_as_completed it;
	int64_t ns = 60 * COTASK_MSEC;
	long rc;

	for (;; ns *= 2) {
		memcpy(m, fresh, sizeof(m));
		rc = three_of_four(&it, m, ns);
		if (rc != -ETIMEDOUT)
			break;
		/* On a machine that is slow. */
		cotask_as_completed_end(&it);
	}
	CHECK_EQ(rc, 0);
	CHECK_EQ(cotask_as_completed_next(&it, &next), -ETIMEDOUT);
	cotask_as_completed_end(&it);
	cotask_as_completed_end(&it);
	memcpy(m, fresh, sizeof(m));
	CHECK_EQ(cotask_as_completed(&it, NULL, m, 3, COTASK_FOREVER), 0);
	cotask_as_completed_end(&it);
	/* AC-1: no members */
	CHECK_EQ(cotask_as_completed(&it, NULL, NULL, 0, COTASK_FOREVER), 0);
	CHECK_EQ(cotask_as_completed_next(&it, &next), 0);
	CHECK(!next);
	cotask_as_completed_end(&it);
	return 0;
}

/* --- locks, events, queues --------------------------------------------------- */

static long takes(void *arg)
{
	long rc = cotask_lock_acquire(arg);

	return rc ? rc : cotask_lock_release(arg);
}

TASK_TEST(lock)
{
	struct cotask_lock lock;
	struct cotask *t;

	CHECK_EQ(cotask_lock_init(&lock), 0);
	CHECK(!cotask_lock_held(&lock));
	CHECK_EQ(cotask_lock_acquire(&lock), 0);
	CHECK(cotask_lock_held(&lock));
	t = cotask_spawn(NULL, takes, &lock, NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK(!cotask_done(t));
	CHECK_EQ(cotask_lock_release(&lock), 0);
	CHECK_EQ(cotask_join(t), 0);
	CHECK_EQ(cotask_lock_release(&lock), -EINVAL);
	cotask_put(t);
	cotask_lock_fini(&lock);
	CHECK_EQ(cotask_lock_acquire(&lock), -EINVAL);
	return 0;
}

TASK_TEST(semaphore)
{
	struct cotask_timeout t;
	struct cotask_sem sem;

	CHECK_EQ(cotask_sem_init(&sem, 2, 1), -EINVAL);
	CHECK_EQ(cotask_sem_init(&sem, 2, 3), 0);
	CHECK_EQ(cotask_sem_acquire(&sem), 0);
	CHECK(cotask_sem_try_acquire(&sem));
	CHECK(!cotask_sem_try_acquire(&sem));
	CHECK_EQ(cotask_timeout_start(&t, COTASK_MSEC), 0);
	CHECK_EQ(cotask_timeout_exit(&t, cotask_sem_acquire(&sem)), -ETIMEDOUT);
	CHECK_EQ(cotask_sem_release(&sem), 0);
	CHECK_EQ(cotask_sem_acquire(&sem), 0);
	cotask_sem_fini(&sem);
	return 0;
}

struct shared {
	struct cotask_lock lock;
	struct cotask_cond cond;
	struct cotask_event event;
	int ready;
};

static long waits(void *arg)
{
	struct shared *s = arg;
	long rc = cotask_lock_acquire(&s->lock);

	while (!rc && !s->ready)
		rc = cotask_cond_wait(&s->cond);
	cotask_lock_release(&s->lock);
	return rc ? rc : cotask_event_wait(&s->event);
}

TASK_TEST(condition_and_event)
{
	struct shared s = { .ready = 0 };
	struct cotask *t;

	CHECK_EQ(cotask_lock_init(&s.lock), 0);
	CHECK_EQ(cotask_cond_init(&s.cond, NULL), -EINVAL);
	CHECK_EQ(cotask_cond_init(&s.cond, &s.lock), 0);
	CHECK_EQ(cotask_event_init(&s.event), 0);
	t = cotask_spawn(NULL, waits, &s, NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_cond_notify(&s.cond, 1), -EINVAL);
	CHECK_EQ(cotask_lock_acquire(&s.lock), 0);
	s.ready = 1;
	CHECK_EQ(cotask_cond_notify(&s.cond, 1), 1);
	CHECK_EQ(cotask_cond_notify(&s.cond, 1), 0);
	CHECK_EQ(cotask_lock_release(&s.lock), 0);
	CHECK_EQ(cotask_event_set(&s.event), 0);
	CHECK_EQ(cotask_event_clear(&s.event), 0);
	CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
	CHECK(!cotask_done(t));
	CHECK_EQ(cotask_event_set(&s.event), 0);
	CHECK_EQ(cotask_join(t), 0);
	cotask_put(t);
	cotask_cond_fini(&s.cond);
	cotask_event_fini(&s.event);
	cotask_lock_fini(&s.lock);
	return 0;
}

static long fills(void *arg)
{
	long i, rc = 0;

	for (i = 0; i < 5 && !rc; i++)
		rc = cotask_queue_put(arg, i);
	return rc ? rc : cotask_queue_shutdown(arg, false);
}

TASK_TEST(queue)
{
	struct cotask_queue q;
	long i;

	CHECK_EQ(cotask_queue_init(&q, 2), 0);
	CHECK_EQ(cotask_queue_try_get(&q), -EAGAIN);
	CHECK_EQ(cotask_queue_try_put(&q, -1), -EINVAL);
	CHECK_EQ(cotask_queue_put(&q, -1), -EINVAL);
	CHECK_EQ(cotask_go(NULL, fills, &q), 0);
	CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
	CHECK_EQ(cotask_queue_count(&q), 2);
	CHECK_EQ(cotask_queue_try_put(&q, 9), -EAGAIN);
	for (i = 0; i < 5; i++)
		CHECK_EQ(cotask_queue_get(&q), i);
	CHECK_EQ(cotask_queue_get(&q), -ESHUTDOWN);
	CHECK_EQ(cotask_queue_try_put(&q, 9), -ESHUTDOWN);
	cotask_queue_fini(&q);
	return 0;
}

/* --- files ------------------------------------------------------------------- */

static long writes_late(void *arg)
{
	int fd = (long)arg;
	long rc = cotask_sleep(COTASK_MSEC);

	return rc ? rc : cotask_write_all(fd, "hello", 5);
}

TASK_TEST(pipe_io)
{
	struct cotask_timeout t;
	char buf[16];
	int fd[2];

	CHECK_EQ(pipe2(fd, O_NONBLOCK), 0);
	CHECK_EQ(cotask_go(NULL, writes_late, (void *)(long)fd[1]), 0);
	CHECK_EQ(cotask_read(fd[0], buf, sizeof(buf)), 5);
	CHECK_EQ(cotask_timeout_start(&t, COTASK_MSEC), 0);
	CHECK_EQ(cotask_timeout_exit(&t, cotask_read(fd[0], buf, sizeof(buf))), -ETIMEDOUT);
	CHECK_EQ(cotask_poll(fd[1], POLLOUT), POLLOUT);
	close(fd[1]);
	CHECK_EQ(cotask_read(fd[0], buf, sizeof(buf)), 0);
	close(fd[0]);
	CHECK_EQ(cotask_read(fd[0], buf, sizeof(buf)), -EBADF);
	CHECK_EQ(cotask_poll(fd[0], POLLIN), -EBADF);
	CHECK_EQ(cotask_poll(-1, POLLIN), -EBADF);
	CHECK_EQ(cotask_nonblock(-1), -EBADF);
	return 0;
}

static long serves_one(void *arg)
{
	int fd = cotask_accept((long)arg, NULL, NULL);
	char buf[64];
	ssize_t n = 0;

	while (fd >= 0 && (n = cotask_recv(fd, buf, sizeof(buf), 0)) > 0)
		n = cotask_send(fd, buf, n, 0);
	close(fd);
	return n;
}

/* An abstract address, which leaves no file behind. */
TASK_TEST(sockets)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 1;
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct cotask *t;
	char buf[64];

	len += snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "cotask-%d", getpid());
	CHECK_EQ(bind(listener, (struct sockaddr *)&addr, len), 0);
	CHECK_EQ(listen(listener, 1), 0);
	t = cotask_spawn(NULL, serves_one, (void *)(long)listener, "server");
	CHECK_EQ(cotask_connect(fd, (struct sockaddr *)&addr, len), 0);
	CHECK_EQ(cotask_write_all(fd, "ping", 4), 4);
	CHECK_EQ(cotask_read(fd, buf, sizeof(buf)), 4);
	CHECK_EQ(memcmp(buf, "ping", 4), 0);
	close(fd);
	CHECK_EQ(cotask_join(t), 0);
	cotask_put(t);
	close(listener);
	return 0;
}

static long accepts_all(void *arg)
{
	int fd, n = 0;

	while ((fd = cotask_accept((long)arg, NULL, NULL)) >= 0) {
		close(fd);
		if (++n == 3)
			return n;
	}
	return fd;
}

/* 0: connected, also if the kernel returned EAGAIN without connecting. */
TASK_TEST(connect_waits_for_room)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 1;
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), fd[3], i;
	const struct sockaddr *to = (struct sockaddr *)&addr;
	struct cotask_timeout timeout;
	struct cotask *t;

	for (i = 0; i < 3; i++)
		fd[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	len += snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "cotask-full-%d", getpid());
	CHECK_EQ(bind(listener, to, len), 0);
	CHECK_EQ(listen(listener, 1), 0);
	CHECK_EQ(cotask_connect(fd[0], to, len), 0);
	CHECK_EQ(cotask_connect(fd[1], to, len), 0);
	CHECK_EQ(cotask_timeout_start(&timeout, 5 * COTASK_MSEC), 0);
	CHECK_EQ(cotask_timeout_exit(&timeout, cotask_connect(fd[2], to, len)), -ETIMEDOUT);
	t = cotask_spawn(NULL, accepts_all, (void *)(long)listener, "server");
	CHECK_EQ(cotask_connect(fd[2], to, len), 0);
	CHECK_EQ(cotask_join(t), 3);
	cotask_put(t);
	close(listener);
	for (i = 0; i < 3; i++)
		close(fd[i]);
	return 0;
}

TASK_TEST(child_process)
{
	pid_t pid = fork();
	int pidfd, status;

	if (!pid) {
		usleep(2000);
		_exit(3);
	}
	pidfd = syscall(SYS_pidfd_open, pid, 0);
	CHECK(pidfd >= 0);
	CHECK_EQ(cotask_waitpid(pidfd, &status), 0);
	CHECK(WIFEXITED(status));
	CHECK_EQ(WEXITSTATUS(status), 3);
	CHECK_EQ(cotask_waitpid(pidfd, &status), -ECHILD);
	close(pidfd);
	return 0;
}

/* --- tasks and groups as files ----------------------------------------------- */

TASK_TEST(exported_task)
{
	struct cotask *t = cotask_spawn(NULL, t_forever, NULL, NULL);
	struct cotask_import im;
	int fd = cotask_export(t);

	CHECK(fd >= 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_fd_result(fd), -EINPROGRESS);
	CHECK_EQ(cotask_import(&im, fd), 0);
	CHECK_EQ(cotask_import(&im, STDERR_FILENO), -EBADF);
	CHECK_EQ(cotask_fd_cancel(fd), 1);
	CHECK_EQ(cotask_poll(fd, POLLIN), POLLIN);
	CHECK_EQ(cotask_fd_result(fd), -ECANCELED);
	CHECK_EQ(cotask_fd_cancel(fd), 0);
	CHECK_EQ(cotask_fd_cancel(STDERR_FILENO), -ENOTTY);
	CHECK_EQ(cotask_export(NULL), -EINVAL);
	cotask_put(t);
	close(fd);
	return 0;
}

TEST_HARNESS_MAIN
