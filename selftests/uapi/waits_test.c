// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - waits in a listing: the object, the deadline, and the times
 * of the task
 */
#include <poll.h>
#include <stdbool.h>

#include "kselftest_harness.h"

#include "cotask_test.h"
#include "look.h"

#define ACCOUNT	"/sys/module/cotask/parameters"

static __s64 spawn(int fd, unsigned int handle, const char *name)
{
	return t_op(fd, OP(SPAWN, .handle = handle, .addr = (unsigned long)name,
			   .len = strlen(name)));
}

/* The line of a task, as a string; NULL: not found. */
static char *line_of(const char *text, const char *name)
{
	char key[64], *line, *at;

	snprintf(key, sizeof(key), "\"name\":\"%s\",\"group\"", name);
	at = strstr(text, key);
	if (!at)
		return NULL;
	while (at > text && at[-1] != '\n')
		at--;
	line = strdup(at);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static char *task_line(int fd, const char *name)
{
	char *text = look(fd), *line = line_of(my_loop(text), name);

	free(text);
	return line;
}

static bool has(const char *line, const char *what)
{
	return line && strstr(line, what);
}

#define EXPECT_HAS(line, what)	EXPECT_TRUE(has(line, what)) {	\
	TH_LOG("%s has no %s", line ? line : "nothing", what);	\
}

/* A lock is named by its handle, and has a holder */
TEST_F(two, a_lock_and_its_holder)
{
	char *a, *b, held[64];
	long id;

	ASSERT_EQ(0, spawn(self->other, 1, "a"));
	ASSERT_EQ(0, spawn(self->other, 2, "b"));
	ASSERT_EQ(0, t_op(self->other, OP(MAKE, .handle = 7, .arg = COTASK_KIND_SEM, .value = 1,
					  .len = 1)));
	ASSERT_EQ(1, t_next(self->other).handle);
	ASSERT_EQ(0, t_op(self->other, OP(ACQUIRE, .task = 1, .handle = 7,
					  .flags = COTASK_OP_F_TRY)));
	ASSERT_EQ(0, t_op(self->other, OP(SLEEP, .task = 1, .value = T_LONG)));
	ASSERT_EQ(2, t_next(self->other).handle);
	ASSERT_EQ(0, t_op(self->other, OP(ACQUIRE, .task = 2, .handle = 7)));
	a = task_line(self->fd, "a");
	b = task_line(self->fd, "b");
	id = number_after(a, "\"id\":");
	EXPECT_HAS(b, "\"state\":\"waiting\"");
	EXPECT_HAS(b, "\"waits_on\":\"lock\",\"handle\":7,");
	EXPECT_EQ(id, number_after(b, "\"holder\":"));
	/* The listing contains the current wait of a task, and no previous one. */
	EXPECT_HAS(a, "\"waits_on\":\"sleep\",\"waits_for\"");
	free(a);
	free(b);
	b = look_text();
	if (b) {
		snprintf(held, sizeof(held), ", lock held by task %ld", id);
		EXPECT_HAS(b, held);
	}
	free(b);
	/* The lock passes to the task that waits for it. */
	ASSERT_EQ(0, t_op(self->other, OP(RELEASE, .handle = 7)));
	ASSERT_EQ(0, spawn(self->other, 3, "c"));
	ASSERT_EQ(2, t_next(self->other).handle);
	b = task_line(self->fd, "b");
	id = number_after(b, "\"id\":");
	EXPECT_HAS(b, "\"state\":\"running\"");
	free(b);
	ASSERT_EQ(0, t_op(self->other, OP(SLEEP, .task = 2, .value = T_LONG)));
	ASSERT_EQ(3, t_next(self->other).handle);
	ASSERT_EQ(0, t_op(self->other, OP(ACQUIRE, .task = 3, .handle = 7)));
	a = task_line(self->fd, "c");
	EXPECT_EQ(id, number_after(a, "\"holder\":"));
	free(a);
}

/* Semaphores with more permits have no holder; queues, events and conditions are distinguished */
TEST_F(two, kinds_of_objects)
{
	static const struct {
		struct cotask_op make, wait;
		const char *kind;
		int handle;
	} kinds[] = {
		{ OP(MAKE, .handle = 20, .arg = COTASK_KIND_SEM, .len = 5),
		  OP(ACQUIRE, .task = 1, .handle = 20), "semaphore", 20 },
		{ OP(MAKE, .handle = 21, .arg = COTASK_KIND_QUEUE),
		  OP(GET, .task = 2, .handle = 21), "queue", 21 },
		{ OP(MAKE, .handle = 22, .arg = COTASK_KIND_EVENT),
		  OP(EVENT_WAIT, .task = 3, .handle = 22), "event", 22 },
		{ OP(MAKE, .handle = 23, .arg = COTASK_KIND_FUTURE),
		  OP(AWAIT, .task = 4, .handle = 23), "future", 23 },
		{ OP(NOP), OP(AWAIT, .task = 5, .handle = 4), "task", 4 },
	};
	char name[16], key[80], *line;
	unsigned int i;

	for (i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "t%u", i);
		ASSERT_EQ(0, spawn(self->other, i + 1, name));
		ASSERT_EQ(0, t_op(self->other, kinds[i].make));
		ASSERT_EQ(i + 1, t_next(self->other).handle);
		ASSERT_EQ(0, t_op(self->other, kinds[i].wait));
		line = task_line(self->fd, name);
		snprintf(key, sizeof(key), "\"waits_on\":\"%s\",\"handle\":%d,\"waits_for\"",
			 kinds[i].kind, kinds[i].handle);
		EXPECT_HAS(line, key);
		free(line);
	}
}

/* A descriptor, and for which events; a timeout around it; the group that a task leaves */
TEST_F(two, descriptors_timeouts_and_groups)
{
	const __s64 deadline = t_now() + T_LONG;
	char *line, byte[1];
	int ends[2];

	ASSERT_EQ(0, pipe(ends));
	ASSERT_EQ(0, spawn(self->other, 1, "reads"));
	ASSERT_EQ(1, t_next(self->other).handle);
	ASSERT_EQ(0, t_op(self->other, OP(ENTER, .task = 1, .handle = 9,
					  .arg = COTASK_KIND_TIMEOUT, .value = deadline,
					  .flags = COTASK_OP_F_ABSOLUTE)));
	ASSERT_EQ(0, t_op(self->other, OP(POLL, .task = 1, .handle = ends[0], .arg = POLLIN)));
	line = task_line(self->fd, "reads");
	EXPECT_EQ(ends[0], number_after(line, "\"fd\":"));
	EXPECT_EQ(POLLIN, number_after(line, "\"events\":"));
	EXPECT_EQ(deadline, number_after(line, "\"timeout\":"));
	EXPECT_FALSE(has(line, "\"handle\"") || has(line, "\"object\""));
	free(line);
	ASSERT_EQ(0, spawn(self->other, 4, "receives"));
	ASSERT_EQ(4, t_next(self->other).handle);
	ASSERT_EQ(0, t_op(self->other, OP(MAKE, .handle = 8, .arg = COTASK_KIND_FILE,
					  .value = ends[0])));
	ASSERT_EQ(0, t_op(self->other, OP(FILE_READ, .task = 4, .handle = 8,
					  .addr = (unsigned long)byte, .len = 1)));
	line = task_line(self->fd, "receives");
	EXPECT_EQ(ends[0], number_after(line, "\"fd\":"));
	EXPECT_EQ(POLLIN, number_after(line, "\"events\":"));
	free(line);
	ASSERT_EQ(0, spawn(self->other, 2, "owns"));
	ASSERT_EQ(2, t_next(self->other).handle);
	ASSERT_EQ(0, t_op(self->other, OP(ENTER, .task = 2, .handle = 10,
					  .arg = COTASK_KIND_GROUP)));
	ASSERT_EQ(0, t_op(self->other, OP(SPAWN, .handle = 3, .other = 10)));
	ASSERT_EQ(0, t_op(self->other, OP(LEAVE, .task = 2, .handle = 10)));
	line = task_line(self->fd, "owns");
	EXPECT_HAS(line, "\"waits_on\":\"group\",\"handle\":10,");
	EXPECT_EQ(t_op(self->other, OP(READ, .handle = 10, .arg = COTASK_READ_ID)),
		  number_after(line, "\"leaves\":"));
	EXPECT_FALSE(has(line, "\"timeout\""));
	free(line);
	close(ends[0]);
	close(ends[1]);
}

/* A task whose event is pending is ready; a task whose event was delivered runs */
TEST_F(two, ready_and_running)
{
	char *line;

	ASSERT_EQ(0, spawn(self->other, 1, "x"));
	line = task_line(self->fd, "x");
	EXPECT_HAS(line, "\"state\":\"ready\"");
	free(line);
	ASSERT_EQ(1, t_next(self->other).handle);
	line = task_line(self->fd, "x");
	EXPECT_HAS(line, "\"state\":\"running\"");
	EXPECT_FALSE(has(line, "\"waits_on\"") || has(line, "\"since\""));
	free(line);
	/* Begun, and more operations follow. */
	ASSERT_EQ(0, t_op(self->other, OP(NOP)));
	line = task_line(self->fd, "x");
	EXPECT_HAS(line, "\"state\":\"running\"");
	free(line);
}

static void spin(__s64 ns)
{
	__s64 end = t_now() + ns;

	while (t_now() < end)
		;
}

/* Time from the event to the next operation counts as time in the process */
TEST_F(two, where_the_time_goes)
{
	char *line, *text;
	struct turn t;

	if (t_write_file(ACCOUNT, "account", "1") < 0)
		SKIP(return, "not root");
	ASSERT_EQ(0, spawn(self->other, 1, "works"));
	ASSERT_EQ(0, spawn(self->other, 2, "other"));
	/* One event at a time: otherwise the time cannot be attributed to a task. */
	t = t_enter_full(self->other, NULL, 0, 8, 0, t_now() + T_LONG);
	EXPECT_EQ(1, t.n);
	EXPECT_EQ(1, t.event[0].handle);
	spin(20 * MS);
	line = task_line(self->fd, "works");
	EXPECT_HAS(line, "\"state\":\"running\"");
	EXPECT_LE(20 * MS, number_after(line, "\"busy_ns\":"));
	EXPECT_EQ(0, number_after(line, "\"steps\":"));
	free(line);
	ASSERT_EQ(0, t_op(self->other, OP(SLEEP, .task = 1, .value = T_LONG)));
	spin(5 * MS);
	text = look(self->fd);
	line = line_of(text, "works");
	EXPECT_HAS(line, "\"state\":\"waiting\"");
	EXPECT_EQ(1, number_after(line, "\"steps\":"));
	EXPECT_LE(20 * MS, number_after(line, "\"busy_max\":"));
	EXPECT_LE(5 * MS, number_after(line, "\"waiting_ns\":"));
	EXPECT_LT(0, number_after(line, "\"since\":"));
	free(line);
	line = line_of(text, "other");
	EXPECT_LE(25 * MS, number_after(line, "\"ready_max\":"));
	free(line);
	EXPECT_HAS(my_loop(text), "\"name\":\"works\"}}");
	free(text);
	t_write_file(ACCOUNT, "account", "0");
}

/* TK-8: a name is text; unprintable characters are escaped */
TEST_F(two, names_of_all_kinds)
{
	static const char plain[] = "caf\303\251 \346\274\242\360\237\232\200";
	static const struct { const char *name, *shown; } names[] = {
		{ plain, plain },
		{ "a\nb\033[31m", "a\\u000ab\\u001b[31m" },
		{ "\377 \303", "\\u00ff \\u00c3" },
		{ "\302\205 \355\240\200", "\\u00c2\\u0085 \\u00ed\\u00a0\\u0080" },
		{ "x\342\200\256y \300\257", "x\\u00e2\\u0080\\u00aey \\u00c0\\u00af" },
		{ "a\302\255b \330\234", "a\\u00c2\\u00adb \\u00d8\\u009c" },
		{ "\343\205\244 \357\270\217", "\\u00e3\\u0085\\u00a4 \\u00ef\\u00b8\\u008f" },
		{ "\363\240\201\201", "\\u00f3\\u00a0\\u0081\\u0081" },
	};
	char name[64], key[128], *text;
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		ASSERT_EQ(0, spawn(self->other, i + 1, names[i].name));
		ASSERT_EQ(0, t_op(self->other, OP(GET_NAME, .handle = i + 1, .len = sizeof(name),
						  .addr = (unsigned long)name)));
		EXPECT_STREQ(names[i].name, name);
		text = look(self->fd);
		snprintf(key, sizeof(key), "\"name\":\"%s\"", names[i].shown);
		EXPECT_HAS(my_loop(text), key);
		free(text);
	}
	EXPECT_EQ(-EINVAL, t_op(self->other, OP(NAME, .handle = 1)));
	EXPECT_EQ(-EINVAL, t_op(self->other, OP(NAME, .handle = 1, .len = 64,
						.addr = (unsigned long)key)));
}

/* The character @c in UTF-8. */
static void encode(char *to, unsigned int c)
{
	unsigned int n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;

	to[n] = '\0';
	for (i = n - 1; i > 0; i--, c >>= 6)
		to[i] = 0x80 | (c & 0x3f);
	to[0] = n == 1 ? c : (0xf00 >> n) | c;
}

/* Whether a listing contains the character as it is, in the name of a task. */
static bool is_shown(int fd, int other, unsigned int c)
{
	char name[5], key[20], *text;
	bool shown;

	encode(name, c);
	t_op(other, OP(NAME, .handle = 1, .addr = (unsigned long)name, .len = strlen(name)));
	text = look(fd);
	snprintf(key, sizeof(key), "\"name\":\"%s\"", name);
	shown = strstr(my_loop(text), key);
	free(text);
	return shown;
}

/* TK-8: what is escaped: characters that are invisible, or change the direction of text */
TEST_F(two, names_that_cannot_be_seen)
{
	static const struct { unsigned int first, last; } hidden[] = {
		{ 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c },
		{ 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
	};
	unsigned int i;

	ASSERT_EQ(0, spawn(self->other, 1, "name"));
	for (i = 0; i < sizeof(hidden) / sizeof(*hidden); i++) {
		const unsigned int first = hidden[i].first, last = hidden[i].last;

		EXPECT_FALSE(is_shown(self->fd, self->other, first)) TH_LOG("U+%04X", first);
		EXPECT_FALSE(is_shown(self->fd, self->other, last)) TH_LOG("U+%04X", last);
		EXPECT_TRUE(is_shown(self->fd, self->other, first - 1)) TH_LOG("U+%04X", first - 1);
		EXPECT_TRUE(is_shown(self->fd, self->other, last + 1)) TH_LOG("U+%04X", last + 1);
	}
}

TEST_HARNESS_MAIN
