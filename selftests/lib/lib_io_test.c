// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: lines, files, copies, intervals
 */
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cotask_file.h>
#include <cotask_reader.h>
#include <cotask_ticker.h>

#include "lib_test.h"

#define A_MOMENT	(10 * COTASK_MSEC)

static int ends[2];

static int make_pair(int flags)
{
	return socketpair(AF_UNIX, SOCK_STREAM | flags, 0, ends);
}

static void close_pair(void)
{
	close(ends[0]);
	close(ends[1]);
}

static long say(const char *text)
{
	return write(ends[1], text, strlen(text));
}

/* No further descriptor can be opened until it is called with 0. */
static void refuse_fds(int on)
{
	static struct rlimit before;
	struct rlimit limit;
	int fd;

	if (!on) {
		setrlimit(RLIMIT_NOFILE, &before);
		return;
	}
	fd = dup(0);
	close(fd);
	getrlimit(RLIMIT_NOFILE, &before);
	limit = before;
	limit.rlim_cur = fd;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* --- lines ----------------------------------------------------------------------------- */

TASK_TEST(lines)
{
	struct cotask_reader r;
	char space[16], *line;

	CHECK_EQ(make_pair(SOCK_NONBLOCK), 0);
	CHECK_EQ(say("a\nlonger one\n\nthe end"), 21);
	shutdown(ends[1], SHUT_WR);
	cotask_reader_init(&r, ends[0], space, sizeof(space));
	CHECK_EQ(cotask_readline(&r, &line), 2);
	CHECK_EQ(strcmp(line, "a\n"), 0);
	CHECK_EQ(cotask_readline(&r, &line), 11);
	CHECK_EQ(strcmp(line, "longer one\n"), 0);
	CHECK_EQ(cotask_readline(&r, &line), 1);
	CHECK_EQ(strcmp(line, "\n"), 0);
	CHECK_EQ(cotask_readline(&r, &line), 7);
	CHECK_EQ(strcmp(line, "the end"), 0);
	CHECK_EQ(cotask_readline(&r, &line), 0);
	CHECK_EQ(cotask_readline(&r, &line), 0);
	close_pair();
	return 0;
}

TASK_TEST(line_limit)
{
	struct cotask_reader r;
	char space[8], *line, text[16];

	CHECK_EQ(make_pair(SOCK_NONBLOCK), 0);
	CHECK_EQ(say("123456\n12345678\n"), 16);
	cotask_reader_init(&r, ends[0], space, sizeof(space));
	CHECK_EQ(cotask_readline(&r, &line), 7);
	CHECK_EQ(cotask_readline(&r, &line), -EMSGSIZE);
	CHECK(!line);
	CHECK_EQ(cotask_readline(&r, &line), -EMSGSIZE);
	/* Nothing is lost. */
	CHECK_EQ(cotask_reader_exact(&r, text, 9), 9);
	CHECK_EQ(memcmp(text, "12345678\n", 9), 0);
	cotask_reader_init(&r, ends[0], space, 1);
	CHECK_EQ(cotask_readline(&r, &line), -EINVAL);
	close_pair();
	return 0;
}

/* Data behind a line is the original data, without the null byte of the line */
TASK_TEST(line_and_data)
{
	struct cotask_reader r;
	char space[32], *line, text[8] = "";

	CHECK_EQ(make_pair(SOCK_NONBLOCK), 0);
	CHECK_EQ(say("5\nhello6\n"), 9);
	cotask_reader_init(&r, ends[0], space, sizeof(space));
	CHECK_EQ(cotask_readline(&r, &line), 2);
	CHECK_EQ(cotask_reader_exact(&r, text, 5), 5);
	CHECK_EQ(strcmp(text, "hello"), 0);
	CHECK_EQ(cotask_readline(&r, &line), 2);
	CHECK_EQ(strcmp(line, "6\n"), 0);
	CHECK_EQ(say("xy"), 2);
	shutdown(ends[1], SHUT_WR);
	CHECK_EQ(cotask_reader_exact(&r, text, 5), 2);
	CHECK_EQ(cotask_reader_read(&r, text, 5), 0);
	close_pair();
	return 0;
}

static long reads_line(void *r)
{
	char *line;

	return cotask_readline(r, &line);
}

/* A cancel loses no part of a line */
TASK_TEST(line_is_cancelled)
{
	struct cotask_reader r;
	char space[32], *line;

	CHECK_EQ(make_pair(SOCK_NONBLOCK), 0);
	cotask_reader_init(&r, ends[0], space, sizeof(space));
	CHECK_EQ(say("first "), 6);
	CHECK_EQ(cotask_wait_for_call(reads_line, &r, A_MOMENT), -ETIMEDOUT);
	CHECK_EQ(say("half\n"), 5);
	CHECK_EQ(cotask_readline(&r, &line), 11);
	CHECK_EQ(strcmp(line, "first half\n"), 0);
	close_pair();
	return 0;
}

TASK_TEST(peer_resets)
{
	struct cotask_reader r;
	char space[32], *line;

	CHECK_EQ(make_pair(SOCK_NONBLOCK), 0);
	CHECK_EQ(write(ends[0], "never read", 10), 10);
	close(ends[1]);
	cotask_reader_init(&r, ends[0], space, sizeof(space));
	CHECK_EQ(cotask_readline(&r, &line), -ECONNRESET);
	CHECK_EQ(cotask_write_all(ends[0], "x", 1), -EPIPE);
	close(ends[0]);
	return 0;
}

static char much[1 << 20];

static long writes_much(void *arg)
{
	return cotask_write_all(ends[1], much, sizeof(much));
}

TASK_TEST(write_all_fails_in_the_middle)
{
	struct cotask *t;

	CHECK_EQ(make_pair(SOCK_NONBLOCK), 0);
	CHECK_EQ(cotask_wait_for_call(writes_much, NULL, A_MOMENT), -ETIMEDOUT);
	t = cotask_spawn(NULL, writes_much, NULL, NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_done(t), 0);
	close(ends[0]);
	CHECK_EQ(cotask_join(t), -EPIPE);
	cotask_put(t);
	close(ends[1]);
	return 0;
}

/* --- copies ---------------------------------------------------------------------------- */

static int temporary(const void *data, size_t size)
{
	char path[] = "/tmp/cotask-XXXXXX";
	int fd = mkstemp(path);

	unlink(path);
	if (write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET))
		return -1;
	return fd;
}

static void fill_much(void)
{
	size_t i;

	for (i = 0; i < sizeof(much); i++)
		much[i] = i * 7 + i / 4096;
}

static long checks_all(void *arg)
{
	static char buf[sizeof(much)];

	CHECK_EQ(cotask_read_exact(ends[0], buf, sizeof(buf)), sizeof(buf));
	CHECK_EQ(memcmp(buf, much, sizeof(buf)), 0);
	return 0;
}

TASK_TEST(sendfile_to_a_socket)
{
	struct cotask *t;
	off_t at = 0;
	ssize_t n;
	int file;

	fill_much();
	file = temporary(much, sizeof(much));
	CHECK_EQ(make_pair(SOCK_NONBLOCK), 0);
	t = cotask_spawn(NULL, checks_all, NULL, NULL);
	while (at < (off_t)sizeof(much)) {
		n = cotask_sendfile(ends[1], file, &at, sizeof(much) - at);
		CHECK(n > 0);
	}
	CHECK_EQ(cotask_sendfile(ends[1], file, &at, 1), 0);
	CHECK_EQ(cotask_join(t), 0);
	cotask_put(t);
	close(ends[0]);
	at = 0;
	CHECK_EQ(cotask_sendfile(ends[1], file, &at, 1), -EPIPE);
	close(ends[1]);
	/* The loop would block. */
	CHECK_EQ(make_pair(0), 0);
	CHECK_EQ(cotask_sendfile(ends[1], file, &at, 1), -EINVAL);
	close_pair();
	close(file);
	return 0;
}

static int other[2];

static long relays(void *limit)
{
	return cotask_relay(other[0], ends[1], limit ? (long)limit : INT64_MAX);
}

/* From one connection to another, and at the end of the file. */
static long relay_between(int flags)
{
	struct cotask *t, *reader;
	int before = count_fds();

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | flags, 0, other), 0);
	CHECK_EQ(make_pair(flags), 0);
	t = cotask_spawn(NULL, relays, NULL, NULL);
	reader = cotask_spawn(NULL, checks_all, NULL, NULL);
	CHECK_EQ(cotask_write_all(other[1], much, sizeof(much)), sizeof(much));
	shutdown(other[1], SHUT_WR);
	CHECK_EQ(cotask_join(t), sizeof(much));
	CHECK_EQ(cotask_join(reader), 0);
	cotask_put(t);
	cotask_put(reader);
	close_pair();
	close(other[0]);
	close(other[1]);
	CHECK_EQ(count_fds(), before);
	return 0;
}

TASK_TEST(relay)
{
	fill_much();
	return relay_between(SOCK_NONBLOCK);
}

TASK_TEST(relay_of_blocking_sockets)
{
	fill_much();
	return relay_between(0);
}

TASK_TEST(relay_of_a_part)
{
	char text[8] = "";

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, other), 0);
	CHECK_EQ(make_pair(SOCK_NONBLOCK), 0);
	CHECK_EQ(write(other[1], "abcdef", 6), 6);
	CHECK_EQ(relays((void *)4), 4);
	CHECK_EQ(cotask_read(ends[0], text, sizeof(text)), 4);
	CHECK_EQ(cotask_read(other[0], text + 4, sizeof(text) - 4), 2);
	CHECK_EQ(strcmp(text, "abcdef"), 0);
	CHECK_EQ(cotask_relay(other[0], ends[1], -1), -EINVAL);
	CHECK_EQ(cotask_relay(-1, ends[1], 1), -EBADF);
	close_pair();
	close(other[0]);
	close(other[1]);
	return 0;
}

TASK_TEST(relay_fails)
{
	int before = count_fds();

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, other), 0);
	CHECK_EQ(make_pair(SOCK_NONBLOCK), 0);
	refuse_fds(1);
	CHECK_EQ(relays(NULL), -EMFILE);
	refuse_fds(0);
	CHECK_EQ(cotask_wait_for_call(relays, NULL, A_MOMENT), -ETIMEDOUT);
	close(ends[0]);
	CHECK_EQ(write(other[1], "x", 1), 1);
	CHECK_EQ(relays(NULL), -EPIPE);
	close(ends[1]);
	close(other[0]);
	close(other[1]);
	CHECK_EQ(count_fds(), before);
	return 0;
}

static long splices(void *to)
{
	return cotask_splice(other[0], NULL, (long)to, NULL, 100, 0);
}

static struct cotask *start_splice(int to)
{
	struct cotask *t = cotask_spawn(NULL, splices, (void *)(long)to, NULL);

	return cotask_yield() || cotask_done(t) ? NULL : t;
}

static long end_splice(struct cotask *t)
{
	long rc = cotask_join(t);

	cotask_put(t);
	return rc;
}

TASK_TEST(splice_waits_for_either_end)
{
	static char buf[sizeof(much)];
	struct cotask *t;
	int full[2];

	CHECK_EQ(pipe(other), 0);
	CHECK_EQ(make_pair(SOCK_NONBLOCK), 0);
	CHECK_EQ(pipe2(full, O_NONBLOCK), 0);
	t = start_splice(ends[1]);
	CHECK(t);
	CHECK_EQ(write(other[1], "abc", 3), 3);
	CHECK_EQ(end_splice(t), 3);
	CHECK_EQ(cotask_read(ends[0], buf, sizeof(buf)), 3);
	while (write(full[1], much, sizeof(much)) > 0)
		;
	CHECK_EQ(write(other[1], "abc", 3), 3);
	t = start_splice(full[1]);
	CHECK(t);
	CHECK(read(full[0], buf, sizeof(buf)) > 0);
	CHECK_EQ(end_splice(t), 3);
	close(other[1]);
	CHECK_EQ(splices((void *)(long)ends[1]), 0);
	CHECK_EQ(cotask_splice(ends[0], NULL, ends[1], NULL, 1, 0), -EINVAL);
	close(other[0]);
	close(full[0]);
	close(full[1]);
	close_pair();
	return 0;
}

/* --- files ----------------------------------------------------------------------------- */

TASK_TEST(files)
{
	int before = count_fds(), fd;
	struct stat st;
	char text[8] = "";

	fd = cotask_open("/tmp/cotask-a", O_RDWR | O_CREAT | O_EXCL, 0600);
	CHECK(fd >= 0);
	CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(cotask_pwrite(fd, "world", 5, 6), 5);
	CHECK_EQ(cotask_pwrite(fd, "hello ", 6, 0), 6);
	CHECK_EQ(cotask_fsync(fd), 0);
	CHECK_EQ(cotask_fdatasync(fd), 0);
	CHECK_EQ(cotask_pread(fd, text, 5, 6), 5);
	CHECK_EQ(strcmp(text, "world"), 0);
	CHECK_EQ(cotask_pread(fd, text, 5, 100), 0);
	CHECK_EQ(cotask_rename("/tmp/cotask-a", "/tmp/cotask-b"), 0);
	CHECK_EQ(cotask_stat("/tmp/cotask-b", &st), 0);
	CHECK_EQ(st.st_size, 11);
	CHECK_EQ(cotask_unlink("/tmp/cotask-b"), 0);
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(count_fds(), before);
	return 0;
}

TASK_TEST(files_that_fail)
{
	struct stat st;
	char c;

	CHECK_EQ(cotask_open("/tmp/cotask-none", O_RDONLY, 0), -ENOENT);
	CHECK_EQ(cotask_stat("/tmp/cotask-none", &st), -ENOENT);
	CHECK_EQ(cotask_rename("/tmp/cotask-none", "/tmp/cotask-b"), -ENOENT);
	CHECK_EQ(cotask_unlink("/tmp/cotask-none"), -ENOENT);
	CHECK_EQ(cotask_pread(-1, &c, 1, 0), -EBADF);
	CHECK_EQ(cotask_pwrite(-1, &c, 1, 0), -EBADF);
	CHECK_EQ(cotask_fsync(-1), -EBADF);
	CHECK_EQ(cotask_open(NULL, O_RDONLY, 0), -EINVAL);
	refuse_fds(1);
	CHECK_EQ(cotask_open("/tmp", O_RDONLY, 0), -EMFILE);
	refuse_fds(0);
	return 0;
}

static long opens_fifo(void *arg)
{
	return cotask_open("/tmp/cotask-fifo", O_RDONLY, 0);
}

static int writer;

/* The system call continues; it ends when a writer opens the pipe. */
static long gives_up_an_open(void *arg)
{
	CHECK_EQ(cotask_wait_for_call(opens_fifo, NULL, A_MOMENT), -ETIMEDOUT);
	writer = open("/tmp/cotask-fifo", O_RDWR | O_NONBLOCK);
	CHECK(writer >= 0);
	return 0;
}

TEST(open_that_is_given_up_is_closed)
{
	int before = count_fds();

	ASSERT_EQ(0, mkfifo("/tmp/cotask-fifo", 0600));
	ASSERT_EQ(0, cotask_run(gives_up_an_open, NULL));
	close(writer);
	unlink("/tmp/cotask-fifo");
	ASSERT_EQ(before, count_fds());
}

static atomic_int job_released;
static cotask_fn job_ends;

static void count_job(void *arg)
{
	atomic_fetch_add(&job_released, (long)arg);
}

static long runs_job(void *arg)
{
	return cotask_to_thread_with(job_ends, arg, count_job, 0);
}

static long is_unwanted(void *arg)
{
	while (!cotask_job_unwanted())
		sched_yield();
	return 0;
}

static long jobs_main(void *arg)
{
	struct cotask *t;

	job_ends = t_value;
	CHECK_EQ(runs_job((void *)1), 1);
	CHECK_EQ(job_released, 1);
	CHECK_EQ(cotask_to_thread_with(NULL, (void *)1, count_job, 0), -EINVAL);
	CHECK_EQ(job_released, 2);
	CHECK_EQ(cotask_to_thread_with(t_value, (void *)1, count_job,
				       COTASK_JOB_UNINTERRUPTIBLE), 1);
	CHECK_EQ(job_released, 3);
	job_ends = is_unwanted;
	t = cotask_spawn(NULL, runs_job, (void *)1, NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_cancel(t), 1);
	CHECK_EQ(cotask_join(t), -ECANCELED);
	cotask_put(t);
	return 0;
}

/* Released exactly once; an abandoned job at the latest when the loop ends (TH-5) */
TEST(argument_of_a_job_is_released_once)
{
	ASSERT_EQ(-ESRCH, cotask_to_thread_with(t_value, (void *)1, count_job, 0));
	ASSERT_EQ(1, job_released);
	job_released = 0;
	ASSERT_EQ(0, cotask_run(jobs_main, NULL));
	ASSERT_EQ(4, job_released);
}

/* --- intervals ------------------------------------------------------------------------- */

static long waits_for_tick(void *t)
{
	return cotask_ticker_wait(t);
}

TASK_TEST(ticker_does_not_drift)
{
	struct cotask_ticker t;
	int64_t first, n = 0, more;

	CHECK_EQ(cotask_ticker_init(&t, 0), -EINVAL);
	CHECK_EQ(cotask_ticker_init(&t, COTASK_MSEC), 0);
	first = t.next;
	while (n < 10) {
		more = cotask_ticker_wait(&t);
		CHECK(more >= 1);
		n += more;
		CHECK_EQ(t.next, first + n * COTASK_MSEC);
		CHECK(cotask_now() >= t.next - COTASK_MSEC);
	}
	return 0;
}

/* A late task receives all missed ticks at once */
TASK_TEST(ticker_counts_what_was_missed)
{
	struct cotask_ticker t;
	int64_t before;

	CHECK_EQ(cotask_ticker_init(&t, LONG_TIME), 0);
	before = cotask_now() - 2 * LONG_TIME - 1;
	t.next = before;
	CHECK_EQ(cotask_ticker_wait(&t), 3);
	CHECK_EQ(t.next, before + 3 * LONG_TIME);
	before = t.next;
	CHECK_EQ(cotask_wait_for_call(waits_for_tick, &t, A_MOMENT), -ETIMEDOUT);
	CHECK_EQ(t.next, before);
	return 0;
}

TEST_HARNESS_MAIN
