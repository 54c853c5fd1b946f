// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - looking at tasks and cancelling them by number
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#include "cotask_test.h"
#include "look.h"

#define GROUP	.arg = COTASK_KIND_GROUP

static long cancel(int fd, unsigned int kind, unsigned int loop, unsigned long long id)
{
	struct cotask_cancel_id c = {
		.size = sizeof(c), .kind = kind, .loop = loop, .id = id, .reason = 7,
	};
	int rc = ioctl(fd, COTASK_IOC_CANCEL_ID, &c);

	return rc < 0 ? -errno : rc;
}

TEST_F(two, tasks_of_an_idle_loop)
{
	char *text, *loop;

	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 1)));
	ASSERT_EQ(1, t_next(self->other).handle);
	EXPECT_EQ(0, t_op(self->other, OP(SLEEP, .task = 1, .value = T_LONG)));
	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 2)));
	text = look(self->fd);
	loop = my_loop(text);
	ASSERT_NE(NULL, loop);
	EXPECT_EQ(getpid(), number_after(loop, "\"pid\":"));
	EXPECT_EQ(geteuid(), number_after(loop, "\"uid\":"));
	EXPECT_NE(NULL, strstr(loop, "\"kind\":\"process\""));
	EXPECT_EQ(2, number_after(loop, "\"tasks\":"));
	EXPECT_NE(NULL, strstr(loop, "\"waits_on\":\"sleep\""));
	EXPECT_EQ(2, count(loop, "\"type\":\"task\""));
	/* The loop of the file itself is left out. */
	EXPECT_EQ(1, count(text, "\"name\":\"pid-"));
	EXPECT_EQ(NULL, strstr(text, "0x"));
	free(text);
}

/* In small pieces, and again from the beginning. */
TEST_F(two, reading)
{
	char *small, *again;
	int i, ifd = inspect(self->fd);

	for (i = 1; i <= 300; i++)
		ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = i)));
	ASSERT_GE(ifd, 0);
	EXPECT_EQ(FD_CLOEXEC, fcntl(ifd, F_GETFD));
	EXPECT_EQ(O_RDONLY, fcntl(ifd, F_GETFL) & O_ACCMODE);
	small = read_all(ifd, 111);
	EXPECT_EQ(300, count(my_loop(small), "\"type\":\"task\""));
	EXPECT_EQ(0, lseek(ifd, 0, SEEK_SET));
	again = read_all(ifd, 65536);
	EXPECT_EQ(300, count(my_loop(again), "\"type\":\"task\""));
	EXPECT_EQ('\n', again[strlen(again) - 1]);
	/* A reader that goes in the middle. */
	EXPECT_EQ(0, lseek(ifd, 0, SEEK_SET));
	EXPECT_EQ(10, read(ifd, small, 10));
	close(ifd);
	free(small);
	free(again);
}

/* Nowhere but to the beginning, as that would be a look at everything before */
TEST_F(two, seeking)
{
	int ifd = inspect(self->fd);
	char byte;

	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 1)));
	ASSERT_GE(ifd, 0);
	EXPECT_EQ(-1, lseek(ifd, 1, SEEK_SET));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, lseek(ifd, 1 << 20, SEEK_SET));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, lseek(ifd, 1, SEEK_CUR));
	EXPECT_EQ(-1, lseek(ifd, 0, SEEK_END));
	EXPECT_EQ(-1, pread(ifd, &byte, 1, 1));
	EXPECT_EQ(ESPIPE, errno);
	EXPECT_EQ(1, read(ifd, &byte, 1));
	EXPECT_EQ(0, lseek(ifd, 0, SEEK_SET));
	EXPECT_EQ(1, read(ifd, &byte, 1));
	EXPECT_EQ('{', byte);
	close(ifd);
}

TEST_F(two, cancel_a_task)
{
	struct cotask_event_info e;
	char *text, *loop;
	long id;

	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 1)));
	ASSERT_EQ(1, t_next(self->other).handle);
	EXPECT_EQ(0, t_op(self->other, OP(SLEEP, .task = 1, .value = T_LONG)));
	text = look(self->fd);
	loop = strstr(my_loop(text), "\"type\":\"task\"");
	id = number_after(loop, "\"id\":");
	EXPECT_EQ(-ENOENT, cancel(self->fd, COTASK_CANCEL_GROUP, 0, 1ULL << 60));
	EXPECT_EQ(-ENOENT, cancel(self->fd, COTASK_CANCEL_TASK, 0, 1ULL << 60));
	EXPECT_EQ(1, cancel(self->fd, COTASK_CANCEL_TASK, 0, id));
	free(text);
	text = look(self->fd);
	loop = strstr(my_loop(text), "\"type\":\"task\"");
	EXPECT_EQ(1, number_after(loop, "\"cancelling\":"));
	EXPECT_NE(NULL, strstr(loop, "\"cause\":\"operator\""));
	EXPECT_EQ(getpid(), number_after(loop, "\"by\":"));
	EXPECT_EQ(7, number_after(loop, "\"error\":"));
	e = t_next(self->other);
	EXPECT_EQ(1, e.handle);
	EXPECT_EQ(-ECANCELED, e.result);
	/* It was no task that did. */
	EXPECT_EQ(0, t_op(self->other, OP(READ, .arg = COTASK_READ_BY, .handle = 1)));
	free(text);
}

TEST_F(two, cancel_a_group)
{
	char *text, *loop, *group;
	long id;

	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 1)));
	ASSERT_EQ(1, t_next(self->other).handle);
	EXPECT_EQ(0, t_op(self->other, OP(ENTER, GROUP, .task = 1, .handle = 2)));
	text = look(self->fd);
	loop = my_loop(text);
	group = strstr(loop, "\"type\":\"group\"");
	id = number_after(group, "\"id\":");
	/* The root group is not to be had. */
	EXPECT_EQ(0, cancel(self->fd, COTASK_CANCEL_GROUP, 0, id));
	group = strstr(group + 1, "\"type\":\"group\"");
	ASSERT_NE(NULL, group);
	id = number_after(group, "\"id\":");
	EXPECT_EQ(-ENOENT, cancel(self->fd, COTASK_CANCEL_GROUP,
				  number_after(loop, "\"id\":") + 1, id));
	EXPECT_EQ(1, cancel(self->fd, COTASK_CANCEL_GROUP, number_after(loop, "\"id\":"), id));
	EXPECT_EQ(0, cancel(self->fd, COTASK_CANCEL_GROUP, 0, id));
	EXPECT_EQ(-ECANCELED, t_step(self->other, OP(SLEEP, .task = 1, .value = MS)).result);
	free(text);
}

TEST_F(two, arguments)
{
	struct cotask_cancel_id c = { .size = sizeof(c), .id = 1 };
	struct cotask_inspect i = { .size = sizeof(i), .flags = 1 };

	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_INSPECT, &i));
	EXPECT_EQ(EINVAL, errno);
	i.flags = 0;
	i.__reserved = 1;
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_INSPECT, &i));
	EXPECT_EQ(EINVAL, errno);
	i.size = 4;
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_INSPECT, &i));
	EXPECT_EQ(EINVAL, errno);
	i.size = TEXT;
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_INSPECT, &i));
	EXPECT_EQ(E2BIG, errno);
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_INSPECT, NULL));
	EXPECT_EQ(EFAULT, errno);
#define REFUSED(field, value) do {					\
	struct cotask_cancel_id bad = c;				\
									\
	bad.field = (value);						\
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_CANCEL_ID, &bad));	\
	EXPECT_EQ(EINVAL, errno);					\
} while (0)
	REFUSED(flags, 1);
	REFUSED(__reserved, 1);
	REFUSED(kind, 2);
	REFUSED(reason, -1);
	REFUSED(loop, 1U << 31);
	REFUSED(id, 0);
	REFUSED(size, sizeof(c) - 8);
}

struct thread {
	int fd;
	atomic_bool stop;
	int rc;
};

/* Sleeps in ENTER most of the time. */
static void *enter_again_and_again(void *arg)
{
	struct thread *t = arg;

	while (!t->stop && !t->rc)
		t->rc = t_enter_until(t->fd, NULL, 0, 1, t_now() + MS / 2).rc;
	return NULL;
}

/* A listing does not disturb ENTER, and ENTER does not disturb a listing. */
TEST_F(two, look_at_a_loop_in_use)
{
	struct thread t = { .fd = self->other };
	pthread_t thread;
	int i;

	for (i = 1; i <= 100; i++) {
		ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = i)));
		ASSERT_EQ(i, t_next(self->other).handle);
		ASSERT_EQ(0, t_op(self->other, OP(SLEEP, .task = i, .value = T_LONG)));
	}
	ASSERT_EQ(0, pthread_create(&thread, NULL, enter_again_and_again, &t));
	for (i = 0; i < 30; i++) {
		char *text = look(self->fd);

		EXPECT_EQ(100, count(my_loop(text), "\"type\":\"task\""));
		free(text);
	}
	t.stop = true;
	pthread_join(thread, NULL);
	EXPECT_EQ(0, t.rc);
}

/* A thread that waits in ENTER answers. */
static void *enter_once(void *arg)
{
	struct thread *t = arg;

	t->rc = t_enter(t->fd, NULL, 0, 1).rc;
	return NULL;
}

static bool looks_entered(int fd)
{
	char *text = look(fd);
	bool entered = strstr(my_loop(text), "\"state\":\"running\"");

	free(text);
	return entered;
}

TEST_F(two, look_at_a_loop_that_waits)
{
	struct thread t = { .fd = self->other };
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, enter_once, &t));
	while (!looks_entered(self->fd))
		sched_yield();
	ASSERT_EQ(0, t_post(self->other, OP(CALL)));
	pthread_join(thread, NULL);
	EXPECT_EQ(0, t.rc);
}

/* Close during a listing. */
static void *look_again_and_again(void *arg)
{
	struct thread *t = arg;

	while (!t->stop)
		free(look(t->fd));
	return NULL;
}

TEST_F(two, close_what_is_looked_at)
{
	struct thread t = { .fd = self->fd };
	pthread_t thread;
	int i, k;

	ASSERT_EQ(0, pthread_create(&thread, NULL, look_again_and_again, &t));
	for (i = 0; i < 100; i++) {
		int fd = t_open();

		for (k = 1; k <= 100; k++)
			ASSERT_EQ(0, t_op(fd, OP(SPAWN, .handle = k)));
		close(fd);
	}
	t.stop = true;
	pthread_join(thread, NULL);
}

/* Another user sees nothing of it, and cannot cancel it. */
TEST_F(two, another_user)
{
	int status;
	pid_t pid;
	char *text;
	long id;

	if (geteuid())
		SKIP(return, "not root");
	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 1)));
	text = look(self->fd);
	id = number_after(strstr(my_loop(text), "\"type\":\"task\""), "\"id\":");
	free(text);
	pid = fork();
	if (!pid) {
		int rc = 0;

		if (setresuid(65534, 65534, 65534))
			_exit(1);
		text = look(self->fd);
		rc |= (strlen(text) > 0) << 1;
		rc |= (cancel(self->fd, COTASK_CANCEL_TASK, 0, id) != -ENOENT) << 2;
		_exit(rc);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(1, cancel(self->fd, COTASK_CANCEL_TASK, 0, id));
}

static bool become_nobody(int dumpable)
{
	return !setresgid(65534, 65534, 65534) && !setresuid(65534, 65534, 65534) &&
	       !prctl(PR_SET_DUMPABLE, dumpable);
}

/* A process of that user that has a task with a number, until it is killed. */
static pid_t victim(int dumpable)
{
	int ready[2], fd;
	pid_t pid;
	char byte;
	__s64 rc;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		fd = become_nobody(dumpable) ? t_open() : -1;
		rc = t_op(fd, OP(SPAWN, .handle = 1, .user_data = 4660));
		if (rc || write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		kill(pid, SIGKILL);
	close(ready[0]);
	return pid;
}

/* What another one of that user sees: 1: a task; 3: and its number. */
static int seen_by_nobody(void)
{
	int status, seen = 0, fd;
	char *text;

	if (!fork()) {
		fd = become_nobody(1) ? t_open() : -1;
		if (fd < 0)
			_exit(100);
		text = look(fd);
		seen |= !!strstr(text, "\"type\":\"task\"");
		seen |= !!strstr(text, "\"code\":4660") << 1;
		_exit(seen);
	}
	wait(&status);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

/* Addresses of a process are for those that may look into it: not of one that says no. */
TEST(addresses_of_others)
{
	pid_t pid;
	int i;

	if (geteuid() || chmod(DEVICE, 0666))
		SKIP(return, "not root, or no " DEVICE);
	for (i = 0; i < 2; i++) {
		pid = victim(i);
		EXPECT_EQ(i ? 3 : 1, seen_by_nobody());
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	chmod(DEVICE, 0600);
}

/* Whether the number is told of a task of another process that says no. */
static bool tells_code(int ifd)
{
	char *text = read_all(ifd, 65536);
	bool told = strstr(text, "\"code\":4660");

	free(text);
	close(ifd);
	return told;
}

/* 1: told to root that nobody has asked; 2: not told to nobody that root has asked. */
static int ask_for_others(void)
{
	int by_root, by_nobody, wrong, fd = t_open();

	if (setgroups(0, NULL) || setegid(65534) || seteuid(65534))
		return 100;
	by_nobody = inspect(fd);
	if (seteuid(0) || setegid(0))
		return 101;
	by_root = inspect(fd);
	wrong = tells_code(by_nobody);
	if (!become_nobody(1))
		return 102;
	return wrong | !tells_code(by_root) << 1;
}

/* The process that has asked decides what it sees, and not the one that reads */
TEST(addresses_by_a_descriptor_of_others)
{
	int status;
	pid_t pid;

	if (geteuid() || chmod(DEVICE, 0666))
		SKIP(return, "not root, or no " DEVICE);
	pid = victim(0);
	if (!fork())
		_exit(ask_for_others());
	wait(&status);
	EXPECT_EQ(0, status);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	chmod(DEVICE, 0600);
}

#define NO_NAMESPACES	101

/* The numbers of a report that a process of another pid namespace has, of @parent. */
static int look_from_inside(pid_t parent)
{
	char name[64], by[64], *text, *loop;
	int fd, wrong;

	fd = t_open();
	if (fd < 0 || t_open() < 0)
		return 100;
	text = look(fd);
	snprintf(name, sizeof(name), "\"name\":\"pid-%d\"", parent);
	snprintf(by, sizeof(by), "\"by\":%d,", parent);
	wrong = (strstr(text, name) ? 1 : 0) | (strstr(text, by) ? 2 : 0);
	/* It is there itself, and it is no process of this namespace that pumps a loop. */
	loop = strstr(text, "\"name\":\"pid-1\"");
	wrong |= loop && number_after(loop, "\"pid\":") == 1 ? 0 : 4;
	for (loop = text; (loop = strstr(loop, "\"thread\":")); loop++)
		wrong |= number_after(loop, "\"thread\":") ? 8 : 0;
	free(text);
	return wrong;
}

/* A process of another pid namespace is told no numbers of ours */
TEST_F(two, another_pid_namespace)
{
	pid_t parent = getpid(), pid;
	struct thread t = {};
	pthread_t thread;
	char *text;
	int status;
	long id;

	if (geteuid())
		SKIP(return, "not root");
	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 1)));
	text = look(self->fd);
	id = number_after(strstr(my_loop(text), "\"type\":\"task\""), "\"id\":");
	free(text);
	EXPECT_EQ(1, cancel(self->fd, COTASK_CANCEL_TASK, 0, id));
	t.fd = t_open();
	ASSERT_EQ(0, pthread_create(&thread, NULL, enter_once, &t));
	for (text = look(self->fd); !strstr(text, "\"state\":\"running\""); text = look(self->fd))
		free(text);
	free(text);
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWPID))
			_exit(NO_NAMESPACES);
		if (!fork())
			_exit(look_from_inside(parent));
		wait(&status);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 102);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_EQ(0, t_post(t.fd, OP(CALL)));
	pthread_join(thread, NULL);
	close(t.fd);
	if (WEXITSTATUS(status) == NO_NAMESPACES)
		SKIP(return, "no pid namespaces");
	EXPECT_EQ(0, WEXITSTATUS(status));
}

/* What a name or a deadline is comes out as it went in */
TEST_F(two, names_and_deadlines)
{
	const __s64 deadline = t_now() + T_LONG;
	char *text, *loop;

	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 1, .addr = (unsigned long)"a\"b\\c",
					  .len = 5)));
	ASSERT_EQ(1, t_next(self->other).handle);
	ASSERT_EQ(0, t_op(self->other, OP(ENTER, .task = 1, .handle = 2, GROUP,
					  .value = deadline)));
	text = look(self->fd);
	loop = my_loop(text);
	ASSERT_NE(NULL, loop);
	EXPECT_NE(NULL, strstr(loop, "\"name\":\"a\\\"b\\\\c\""));
	EXPECT_EQ(deadline, number_after(loop, "\"deadline\":"));
	free(text);
}

/* CX-B2: the text for people says by which process a task was cancelled */
TEST_F(two, text_of_a_cancelled_task)
{
	char line[64], *text;
	long id;

	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 1)));
	ASSERT_EQ(1, t_next(self->other).handle);
	ASSERT_EQ(0, t_op(self->other, OP(SLEEP, .task = 1, .value = T_LONG)));
	text = look(self->fd);
	id = number_after(strstr(my_loop(text), "\"type\":\"task\""), "\"id\":");
	free(text);
	snprintf(line, sizeof(line), "cancelled by operator %d", getpid());
	text = look_text();
	if (!text)
		SKIP(return, "no debugfs");
	EXPECT_EQ(NULL, strstr(text, line));
	free(text);
	EXPECT_EQ(1, cancel(self->fd, COTASK_CANCEL_TASK, 0, id));
	text = look_text();
	EXPECT_NE(NULL, strstr(text, line));
	free(text);
}

/* A debug build tells the longest time without a point to reschedule, which can be set back */
TEST_F(two, longest_stretch)
{
	static const char dir[] = "/sys/module/cotask/parameters";
	char text[200] = "";
	int fd;

	if (t_write_file(dir, "longest_stretch", "0") < 0)
		SKIP(return, "no debug build, or not root");
	EXPECT_GT(0, t_write_file(dir, "longest_stretch", "long"));
	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 1)));
	ASSERT_EQ(1, t_next(self->other).handle);
	fd = open("/sys/module/cotask/parameters/longest_stretch", O_RDONLY);
	ASSERT_LT(0, read(fd, text, sizeof(text) - 1));
	close(fd);
	EXPECT_LT(0, strtol(text, NULL, 10));
	EXPECT_NE(NULL, strstr(text, " ns, up to "));
}

TEST_F(two, fdinfo)
{
	char path[64], text[1024];
	ssize_t n;
	int fd;

	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 1)));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", self->other);
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	ASSERT_GT(n, 0);
	text[n] = '\0';
	EXPECT_EQ(getpid(), number_after(text, "cotask-owner:\t"));
	EXPECT_EQ(1, number_after(text, "cotask-tasks:\t"));
	EXPECT_EQ(1, number_after(text, "cotask-objects:\t"));
	EXPECT_EQ(0, number_after(text, "cotask-entered:\t"));
}

TEST_HARNESS_MAIN
