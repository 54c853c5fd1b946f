// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - objects that the kernel keeps for a process count until they are freed
 *
 * An object that a process has forgotten, and the kernel still needs, is included in the
 * number of objects that the file shows, and counts against the limit.
 */
#include <errno.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "file_fixture.h"

#define DEFAULT_LIMIT	65536
#define LIMIT		500

static void set_limit(int n)
{
	char text[12];

	snprintf(text, sizeof(text), "%d", n);
	t_write_file("/sys/module/cotask/parameters", "max_objects", text);
}

/* Read the file's fields in /proc. */
static long shown(int fd, const char *key)
{
	char path[64], line[200];
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, key, strlen(key)))
			sscanf(line + strlen(key), ":%ld", &value);
	}
	if (f)
		fclose(f);
	return value;
}

#define OBJECTS()	shown(self->fd, "cotask-objects")

/* A child of the group 2, which is aborting, runs, fails and is forgotten. */
static __s64 failed_child(int fd)
{
	struct turn t;
	__s64 rc;

	rc = t_op(fd, OP(SPAWN, .handle = 3, .other = 2,
			 .arg = COTASK_SPAWN_F_CANCELLED | COTASK_SPAWN_F_SURE_START));
	if (rc < 0)
		return rc;
	t = t_enter(fd, NULL, 0, 1);
	if (t.n != 1 || t.event[0].handle != 3)
		return -EPROTO;
	t_op(fd, OP(EXIT, .task = 3, .value = -EIO));
	return t_op(fd, OP(FORGET, .handle = 3));
}

/* TG-B6: the errors of a group are kept in tasks; those count, also without a handle */
TEST_F(file, errors_of_a_group_count)
{
	long before, n = 0;

	op(SPAWN, .handle = 1);
	ASSERT_EQ(1, t_next(self->fd).handle);
	ASSERT_EQ(0, op(ENTER, .task = 1, .handle = 2, .arg = COTASK_KIND_GROUP));
	op(ENTER, .task = 1, .handle = 4, .arg = COTASK_KIND_SECTION, .value = COTASK_NEVER);
	op(CANCEL, .handle = 2);
	op(SLEEP, .task = 1, .value = COTASK_NEVER);
	before = OBJECTS();
	set_limit(LIMIT);
	while (n <= LIMIT && !failed_child(self->fd))
		n++;
	set_limit(DEFAULT_LIMIT);
	EXPECT_LT(LIMIT / 2, n);
	EXPECT_GT(LIMIT, n);
	/* The last task has ended in this call, and its end is not recorded yet. */
	t_enter_until(self->fd, NULL, 0, 1, 0);
	EXPECT_EQ(n, op(READ, .handle = 2, .arg = COTASK_READ_ERRORS));
	EXPECT_EQ(before + n, OBJECTS());
}

/* CT-7: a task whose code is in the kernel continues without a handle, and counts */
TEST_F(file, forgotten_native_tasks_count)
{
	__u32 nap[2] = { 16, ~0U };
	struct cotask_native native = {
		.name = "sample.nap", .arg = (unsigned long)nap, .arg_size = sizeof(nap),
	};
	long n = 0;
	__s64 rc = 0;

	set_limit(LIMIT);
	for (; n <= LIMIT && !rc; n += !rc) {
		rc = op(SPAWN_NATIVE, .handle = 1, .addr = (unsigned long)&native,
			.len = sizeof(native));
		op(FORGET, .handle = 1);
	}
	set_limit(DEFAULT_LIMIT);
	EXPECT_EQ(-ENOSPC, rc);
	EXPECT_EQ(LIMIT, n);
	EXPECT_EQ(n, OBJECTS());
}

/* CT-7: a task is one object from its spawn until its last part is freed */
TEST_F(file, a_task_counts_once)
{
	struct cotask_op ops[2];
	__u32 text = 0x6b736174;

	op(SPAWN, .handle = 1);
	EXPECT_EQ(1, OBJECTS());
	EXPECT_EQ(1, t_next(self->fd).handle);
	EXPECT_EQ(0, op(NAME, .handle = 1, .addr = (unsigned long)&text, .len = sizeof(text)));
	EXPECT_EQ(1, OBJECTS());
	ops[0] = OP(EXIT, .task = 1);
	ops[1] = OP(FORGET, .handle = 1);
	/* The handle was freed, and the end is not recorded. */
	t_enter_until(self->fd, ops, 2, 0, 0);
	EXPECT_EQ(1, OBJECTS());
	t_enter_until(self->fd, NULL, 0, 1, 0);
	EXPECT_EQ(0, OBJECTS());
	/* From another thread: the task, and the object that it waits for. */
	EXPECT_EQ(0, t_post(self->fd, OP(SUBMIT, .handle = 2, .other = 1)));
	EXPECT_EQ(2, OBJECTS());
}

/* EXPORT without a free descriptor has no effect */
TEST_F(file, failed_export_leaves_nothing)
{
	struct rlimit old, few;
	int i;

	op(SPAWN, .handle = 1);
	ASSERT_EQ(1, OBJECTS());
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &old));
	few = old;
	/* The lowest free descriptor exceeds the limit. */
	few.rlim_cur = self->fd;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &few));
	for (i = 0; i < 100; i++)
		EXPECT_EQ(-EMFILE, op(EXPORT, .handle = 1));
	setrlimit(RLIMIT_NOFILE, &old);
	EXPECT_EQ(1, OBJECTS());
}

/* RT-4, CT-7: a task that was cancelled before its first step is kept by its submission */
TEST_F(file, a_task_that_never_ran_counts)
{
	const int n = 20;
	int i;

	for (i = 0; i < n; i++) {
		EXPECT_EQ(0, t_post(self->fd, OP(SUBMIT, .handle = 1 + i, .other = 101 + i)));
		EXPECT_EQ(1, t_post(self->fd, OP(CANCEL, .handle = 1 + i)));
	}
	EXPECT_EQ(2 * n, OBJECTS());
	/* All of them end, with one event each. */
	for (i = 0; i < n; i++)
		EXPECT_EQ(COTASK_EVENT_GONE, t_next(self->fd).type);
	t_enter_until(self->fd, NULL, 0, 1, 0);
	for (i = 0; i < n; i++)
		EXPECT_EQ(0, op(FORGET, .handle = 101 + i));
	EXPECT_EQ(2 * n, OBJECTS());
	for (i = 0; i < n; i++)
		EXPECT_EQ(0, op(FORGET, .handle = 1 + i));
	EXPECT_EQ(0, OBJECTS());
}

/* The group 3 of task 1 in another file has one child, which is its limit; imported as 3. */
static int open_with_full_group(int fd)
{
	int other = t_open();
	__s64 rc;
	int group;

	t_op(other, OP(SPAWN, .handle = 1));
	t_next(other);
	t_op(other, OP(ENTER, .task = 1, .handle = 3, .arg = COTASK_KIND_GROUP, .len = 1));
	t_op(other, OP(SPAWN, .task = 1, .handle = 4, .other = 3));
	group = t_op(other, OP(EXPORT, .handle = 3));
	rc = t_op(fd, OP(IMPORT, .handle = 3, .arg = group));
	close(group);
	return rc ? -EPROTO : other;
}

static void spawns_are_refused(struct __test_metadata *_metadata, struct _test_data_file *self,
			       int error)
{
	const long objects = OBJECTS(), spawned = shown(self->fd, "cotask-spawned");
	int i;

	for (i = 0; i < 100; i++)
		ASSERT_EQ(error, op(SPAWN, .handle = 5, .other = 3, .user_data = 7));
	EXPECT_EQ(objects, OBJECTS());
	EXPECT_EQ(0, shown(self->fd, "cotask-tasks"));
	EXPECT_EQ(spawned, shown(self->fd, "cotask-spawned"));
	EXPECT_EQ(0, t_enter_until(self->fd, NULL, 0, 1, 0).n);
	EXPECT_EQ(-ENOENT, op(READ, .handle = 5));
}

/* TG-2, CO-6: a task is not a group: a refused SPAWN has no effect */
TEST_F(file, spawned_into_a_task)
{
	const int other = t_open();
	int task;

	ASSERT_LE(0, other);
	t_op(other, OP(SPAWN, .handle = 1));
	task = t_op(other, OP(EXPORT, .handle = 1));
	ASSERT_EQ(0, op(IMPORT, .handle = 3, .arg = task));
	spawns_are_refused(_metadata, self, -EINVAL);
	EXPECT_EQ(0, t_op(other, OP(READ, .handle = 1, .arg = COTASK_READ_CANCELLING)));
	close(task);
	close(other);
}

/* TG-B4, TG-3, TG-4: ... into a group of another process that is full, or closed, or over */
TEST_F(file, spawned_into_a_closed_group)
{
	const int other = open_with_full_group(self->fd);
	long objects;

	ASSERT_LE(0, other);
	objects = shown(other, "cotask-objects");
	spawns_are_refused(_metadata, self, -EAGAIN);
	EXPECT_EQ(1, t_op(other, OP(CANCEL, .handle = 4)));
	t_op(other, OP(CANCEL, .handle = 3));
	spawns_are_refused(_metadata, self, -ESHUTDOWN);
	EXPECT_EQ(objects, shown(other, "cotask-objects"));
	t_op(other, OP(LEAVE, .task = 1, .handle = 3));
	t_settle(other);
	spawns_are_refused(_metadata, self, -ESHUTDOWN);
	close(other);
	spawns_are_refused(_metadata, self, -ESHUTDOWN);
}

/* CT-7: ... of a process with too many objects, which one in its place would count as */
TEST_F(file, spawned_into_a_full_process)
{
	const int other = open_with_full_group(self->fd), n = 20;
	int i;

	ASSERT_LE(0, other);
	for (i = 0; i < n; i++)
		t_op(other, OP(MAKE, .handle = 10 + i, .arg = COTASK_KIND_EVENT));
	set_limit(n);
	spawns_are_refused(_metadata, self, -ENOSPC);
	set_limit(DEFAULT_LIMIT);
	close(other);
}

/* A report counts until its descriptor is closed, also after the file was closed */
TEST_F(file, a_report_counts)
{
	struct cotask_inspect i = { .size = sizeof(i) };
	int report;

	report = ioctl(self->fd, COTASK_IOC_INSPECT, &i);
	ASSERT_LE(0, report);
	EXPECT_EQ(256, OBJECTS());
	close(report);
	EXPECT_EQ(0, OBJECTS());
	set_limit(255);
	EXPECT_EQ(-1, ioctl(self->fd, COTASK_IOC_INSPECT, &i));
	EXPECT_EQ(ENOSPC, errno);
	set_limit(DEFAULT_LIMIT);
}

/* An object of kind FILE whose file has an event, which has not arrived in the loop. */
static __s64 file_with_an_event(int fd, int event)
{
	__s64 rc = t_op(fd, OP(MAKE, .handle = 1, .arg = COTASK_KIND_FILE, .value = event));

	if (rc)
		return rc;
	eventfd_write(event, 1);
	return t_op(fd, OP(FORGET, .handle = 1));
}

/* CT-7: where the tasks would wait for a file counts until the last event has arrived */
TEST_F(file, forgotten_files_count)
{
	const int event = eventfd(0, EFD_CLOEXEC);
	long n = 0;
	__s64 rc;

	set_limit(LIMIT);
	while (!(rc = file_with_an_event(self->fd, event)) && n <= LIMIT)
		n++;
	set_limit(DEFAULT_LIMIT);
	EXPECT_EQ(-ENOSPC, rc);
	EXPECT_EQ(LIMIT, n);
	EXPECT_EQ(n, OBJECTS());
	t_enter_until(self->fd, NULL, 0, 1, 0);
	EXPECT_EQ(0, OBJECTS());
	close(event);
}

/* CT-7: a second process that waits for a file may keep the rest of a program's memory */
TEST_F(file, processes_that_wait_count)
{
	const int event = eventfd(0, EFD_CLOEXEC);
	int status;
	pid_t pid;

	ASSERT_EQ(0, op(MAKE, .handle = 1, .arg = COTASK_KIND_FILE, .value = event));
	EXPECT_EQ(1, OBJECTS());
	pid = fork();
	if (!pid)
		_exit(op(MAKE, .handle = 2, .arg = COTASK_KIND_FILE, .value = event) ? 1 : 0);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(2 + 16, OBJECTS());
	EXPECT_EQ(0, op(FORGET, .handle = 2));
	/* The end of that process has to arrive in the loop. */
	t_enter_until(self->fd, NULL, 0, 1, 0);
	EXPECT_EQ(1, OBJECTS());
	close(event);
}

/* TK-8: names are replaced without a grace period between them */
TEST_F(file, many_names)
{
	char name[16];
	int i;

	op(SPAWN, .handle = 1);
	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "name-%d", i);
		ASSERT_EQ(0, op(NAME, .handle = 1, .addr = (unsigned long)name,
				.len = strlen(name)));
	}
	memset(name, 0, sizeof(name));
	EXPECT_EQ(0, op(GET_NAME, .handle = 1, .addr = (unsigned long)name,
			.len = sizeof(name)));
	EXPECT_STREQ("name-4999", name);
	EXPECT_EQ(1, OBJECTS());
}

/* The limit on files: a closed file is available again at once */
TEST(files_come_and_go)
{
	int i, fd;

	t_write_file("/sys/module/cotask/parameters", "max_user_files", "4");
	for (i = 0; i < 200; i++) {
		fd = t_open();
		if (fd < 0)
			break;
		close(fd);
	}
	t_write_file("/sys/module/cotask/parameters", "max_user_files", "1024");
	if (!i && errno == ENOENT)
		SKIP(return, "no " DEVICE);
	EXPECT_EQ(200, i);
}

/* AC-4: an iteration has a deadline of its own, and exists until the file is freed */
TEST(closed_with_a_deadline)
{
	int fd = t_open();
	__u32 one = 1;

	if (fd < 0)
		SKIP(return, "no " DEVICE);
	EXPECT_EQ(0, t_op(fd, OP(SPAWN, .handle = 1)));
	EXPECT_EQ(0, t_op(fd, OP(ITERATE, .handle = 2, .addr = (unsigned long)&one, .len = 1,
				 .value = T_LONG)));
	close(fd);
}

#define KEPT	40

/* Closed files do not count as files, even if other processes hold references */
TEST(kept_files_are_objects)
{
	int i, fd, kept[KEPT];

	fd = t_open();
	if (fd < 0)
		SKIP(return, "no " DEVICE);
	close(fd);
	t_write_file("/sys/module/cotask/parameters", "max_user_files", "4");
	for (i = 0; i < KEPT; i++) {
		fd = t_open();
		if (fd < 0)
			break;
		EXPECT_EQ(0, t_op(fd, OP(SPAWN, .handle = 1)));
		kept[i] = t_op(fd, OP(EXPORT, .handle = 1));
		EXPECT_LE(0, kept[i]);
		close(fd);
	}
	t_write_file("/sys/module/cotask/parameters", "max_user_files", "1024");
	ASSERT_EQ(KEPT, i);
	/* They count as much more than their descriptors. */
	t_write_file("/sys/module/cotask/parameters", "max_user_objects", "600");
	fd = t_open();
	EXPECT_EQ(-ENOSPC, t_op(fd, OP(SPAWN, .handle = 1)));
	for (i = 0; i < KEPT; i++)
		close(kept[i]);
	/* Until their memory is free. */
	while (t_op(fd, OP(SPAWN, .handle = 1)) == -ENOSPC)
		usleep(1000);
	EXPECT_EQ(-EEXIST, t_op(fd, OP(SPAWN, .handle = 1)));
	t_write_file("/sys/module/cotask/parameters", "max_user_objects", "1048576");
	close(fd);
}

TEST_HARNESS_MAIN
