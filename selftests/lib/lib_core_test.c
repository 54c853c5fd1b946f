// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: loops, tasks, sleeping, cancelling, context, threads
 */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "lib_test.h"

#include <cotask_co.h>

/* --- outside of a loop ------------------------------------------------------- */

TEST(outside_of_a_loop)
{
	struct cotask_group g;
	struct cotask_timeout t;
	struct cotask_future f;
	struct cotask_lock lock;
	char c;

	ASSERT_EQ(NULL, cotask_current());
	ASSERT_EQ(NULL, cotask_loop_current());
	ASSERT_EQ(-ESRCH, cotask_sleep(1));
	ASSERT_EQ(-ESRCH, cotask_yield());
	ASSERT_EQ(-ESRCH, cotask_sleep_until(1, CLOCK_MONOTONIC));
	ASSERT_EQ(NULL, cotask_spawn(NULL, t_value, NULL, NULL));
	ASSERT_EQ(ESRCH, errno);
	ASSERT_EQ(-ESRCH, cotask_go(NULL, t_value, NULL));
	cotask_group_init(&g);
	ASSERT_EQ(-ESRCH, cotask_group_enter(&g));
	ASSERT_EQ(-ESRCH, cotask_timeout_start(&t, 1));
	ASSERT_EQ(-ESRCH, cotask_future_init(&f));
	ASSERT_EQ(-ESRCH, cotask_lock_init(&lock));
	ASSERT_EQ(-ESRCH, cotask_to_thread(t_value, NULL, 0));
	ASSERT_EQ(-ESRCH, cotask_read(0, &c, 1));
	ASSERT_EQ(-ESRCH, cotask_poll(0, 1));
	ASSERT_EQ(-ESRCH, cotask_all_tasks(NULL, NULL, 0));
	ASSERT_EQ(-ESRCH, cotask_gather_now(NULL, NULL, 0, 0));
	ASSERT_EQ(-ESRCH, cotask_wait_for_call(t_value, NULL, 1));
	ASSERT_EQ(-EINVAL, cotask_await(NULL));
	ASSERT_EQ(-EINVAL, cotask_join(NULL));
	ASSERT_FALSE(cotask_job_unwanted());
	ASSERT_EQ(7, cotask_var_get((const struct cotask_var *)&g, 7));
}

TEST(no_device)
{
	struct cotask_loop_options options = { .device = "/dev/no-cotask" };

	ASSERT_EQ(NULL, cotask_loop_create(&options));
	ASSERT_EQ(ENOENT, errno);
	ASSERT_NE(NULL, strstr(cotask_loop_strerror(-ENOENT), "modprobe cotask"));
	options.device = "/dev/null";
	ASSERT_EQ(NULL, cotask_loop_create(&options));
	ASSERT_EQ(EPROTO, errno);
	options.device = NULL;
	options.flags = 0x80000000;
	ASSERT_EQ(NULL, cotask_loop_create(&options));
	ASSERT_EQ(EINVAL, errno);
}

TEST(errors_have_texts)
{
	int i;

	for (i = -200; i < 2; i++)
		ASSERT_NE(NULL, cotask_strerror(i));
}

/* --- run --------------------------------------------------------------------- */

static long runs_again(void *arg)
{
	return cotask_run(t_value, arg);
}

TEST(run_gives_the_outcome)
{
	ASSERT_EQ(5, cotask_run(t_value, (void *)5));
	ASSERT_EQ(-EIO, cotask_run(t_fails, NULL));
	ASSERT_EQ(-EBUSY, cotask_run(runs_again, NULL));
	ASSERT_EQ(-EINVAL, cotask_run(t_fails, (void *)-100000));
}

static long cleaned;

static long cleans_up(void *arg)
{
	long rc = cotask_sleep(COTASK_FOREVER);

	if (rc == -ECANCELED && cotask_sleep(COTASK_MSEC) == 0)
		cleaned++;
	return rc;
}

static long leaves_some(void *arg)
{
	CHECK_EQ(cotask_go(NULL, cleans_up, NULL), 0);
	CHECK_EQ(cotask_go(NULL, cleans_up, NULL), 0);
	CHECK_EQ(cotask_yield(), 0);
	/* This one never runs. */
	CHECK_EQ(cotask_go(NULL, cleans_up, NULL), 0);
	return 3;
}

/* CO-8 */
TEST(run_cancels_what_is_left)
{
	cleaned = 0;
	ASSERT_EQ(3, cotask_run(leaves_some, NULL));
	ASSERT_EQ(2, cleaned);
}

static const struct cotask_var shared_var = { "shared" };

static long counts(void *arg)
{
	long n = cotask_var_get(&shared_var, 0) + 1;

	CHECK_EQ(cotask_var_set(&shared_var, n), 0);
	return n;
}

/* CO-11 */
TEST(loop_runs_several_mains)
{
	struct cotask_loop *loop = cotask_loop_create(NULL);

	ASSERT_NE(NULL, loop);
	ASSERT_GE(cotask_loop_fd(loop), 0);
	ASSERT_EQ(1, cotask_loop_run(loop, counts, NULL));
	ASSERT_EQ(2, cotask_loop_run(loop, counts, NULL));
	ASSERT_EQ(0, cotask_loop_close(loop));
	ASSERT_EQ(0, cotask_loop_close(loop));
	ASSERT_EQ(-ESHUTDOWN, cotask_loop_run(loop, counts, NULL));
	ASSERT_EQ(-ESHUTDOWN, cotask_loop_fd(loop));
	cotask_loop_put(loop);
}

static long interrupts_itself(void *arg)
{
	raise(SIGINT);
	return cotask_sleep(COTASK_FOREVER);
}

static long swallows_it(void *arg)
{
	raise(SIGINT);
	return cotask_sleep(COTASK_FOREVER) == -ECANCELED ? 4 : -EIO;
}

static long two_cancels(void *arg)
{
	cotask_cancel(cotask_current());
	raise(SIGINT);
	return cotask_sleep(COTASK_FOREVER);
}

/* CO-10 */
TEST(sigint)
{
	ASSERT_EQ(-EINTR, cotask_run(interrupts_itself, NULL));
	ASSERT_EQ(4, cotask_run(swallows_it, NULL));
	ASSERT_EQ(-ECANCELED, cotask_run(two_cancels, NULL));
}

/* --- tasks ------------------------------------------------------------------- */

TASK_TEST(spawn_and_join)
{
	static const char too_long[] =
		"0123456789 0123456789 0123456789 0123456789 0123456789 0123456789";
	struct cotask *t = cotask_spawn(NULL, t_yields, (void *)3, "worker"), *all[2];
	char name[64];

	CHECK(t);
	CHECK(!cotask_done(t));
	CHECK_EQ(cotask_result(t), -EINPROGRESS);
	CHECK_EQ(cotask_error(t), -EINPROGRESS);
	CHECK_EQ(strcmp(cotask_get_name(t, name, sizeof(name)), "worker"), 0);
	CHECK_EQ(strcmp(cotask_get_name(t, name, 4), "wor"), 0);
	CHECK_EQ(cotask_set_name(t, "other"), 0);
	CHECK_EQ(strcmp(cotask_get_name(t, name, sizeof(name)), "other"), 0);
	CHECK_EQ(cotask_set_name(t, too_long), -EINVAL);
	CHECK(cotask_id(t) > 0);
	CHECK(cotask_id(t) != cotask_id(cotask_current()));
	CHECK(cotask_get_loop(t) == cotask_loop_current());
	CHECK_EQ(cotask_all_tasks(NULL, all, 2), 2);
	cotask_put(all[0]);
	cotask_put(all[1]);
	CHECK_EQ(cotask_join(t), 3);
	CHECK(cotask_done(t) && !cotask_cancelled(t));
	CHECK_EQ(cotask_result(t), 3);
	CHECK_EQ(cotask_error(t), 0);
	CHECK_EQ(cotask_join(t), 3);
	CHECK_EQ(cotask_all_tasks(NULL, NULL, 0), 1);
	CHECK(!cotask_cancel(t));
	cotask_put(cotask_get(t));
	cotask_put(t);
	CHECK_EQ(cotask_join(cotask_current()), -EDEADLK);
	return 0;
}

TASK_TEST(spawn_is_refused)
{
	struct cotask_spawn_args args = { .flags = 0x8000 };

	CHECK(!cotask_spawn_with(NULL, t_value, NULL, &args));
	CHECK_EQ(errno, EINVAL);
	CHECK(!cotask_spawn(NULL, NULL, NULL, NULL));
	CHECK_EQ(errno, EINVAL);
	args = (struct cotask_spawn_args){ .stack_size = SIZE_MAX / 128 };
	CHECK(!cotask_spawn_with(NULL, t_value, NULL, &args));
	CHECK_EQ(errno, ENOMEM);
	CHECK(!cotask_spawn_native(NULL, "no such body", NULL, 0, NULL));
	CHECK_EQ(errno, ENOENT);
	return 0;
}

static long joins(void *arg)
{
	return cotask_join((struct cotask *)arg);
}

/* EA-11, AW-1: a task that does not have to suspend has ended when the spawn returns */
TASK_TEST(eager_goes_on)
{
	struct cotask_spawn_args args = { .flags = COTASK_SPAWN_EAGER };
	struct cotask *done = cotask_spawn(NULL, t_value, (void *)6, NULL), *t;

	CHECK_EQ(cotask_join(done), 6);
	t = cotask_spawn_with(NULL, joins, done, &args);
	CHECK(t && cotask_done(t));
	CHECK_EQ(cotask_result(t), 6);
	cotask_put(t);
	cotask_put(done);
	return 0;
}

/* EA-1 to EA-5 */
TASK_TEST(eager)
{
	struct cotask_spawn_args args = { .flags = COTASK_SPAWN_EAGER };
	struct cotask *t = cotask_spawn_with(NULL, t_value, (void *)6, &args);

	CHECK(t && cotask_done(t));
	CHECK_EQ(cotask_join(t), 6);
	cotask_put(t);
	t = cotask_spawn_with(NULL, t_fails, NULL, &args);
	CHECK(t && cotask_done(t));
	CHECK_EQ(cotask_error(t), -EIO);
	cotask_put(t);
	t = cotask_spawn_with(NULL, t_yields, (void *)2, &args);
	CHECK(t && !cotask_done(t));
	CHECK_EQ(cotask_join(t), 2);
	cotask_put(t);
	return 0;
}

/* Enough operations that a call of ENTER with a pending signal ends before the last one. */
#define DROPPED	1500

static struct cotask_future dropped[DROPPED];
static struct cotask_lock free_lock;

static void handle_nothing(int sig)
{
}

static void signals_come(bool on)
{
	const struct timeval period = { .tv_usec = on ? 100 : 0 };
	const struct itimerval timer = { .it_interval = period, .it_value = period };

	signal(SIGALRM, handle_nothing);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void drop_all(void)
{
	unsigned int i;

	for (i = 0; i < DROPPED; i++)
		cotask_future_fini(&dropped[i]);
}

static long drops_and_locks(void *arg)
{
	drop_all();
	return cotask_lock_acquire(&free_lock);
}

static long co_drops_and_locks(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, locked);
	drop_all();
	CO_AWAIT(locked, rc, cotask_co_lock_acquire(task, &free_lock));
	return rc;
}

static struct cotask *spawn_with_signals(bool stackless)
{
	const struct cotask_spawn_args args = { .flags = COTASK_SPAWN_EAGER };
	static struct cotask_frame frame;
	struct cotask *t;

	signals_come(true);
	if (stackless)
		t = cotask_co_spawn_with(NULL, cotask_frame_init(&frame, co_drops_and_locks, NULL),
					 &args);
	else
		t = cotask_spawn_with(NULL, drops_and_locks, NULL, &args);
	signals_come(false);
	return t;
}

/* EA-11: a task that does not have to suspend goes on, wherever a signal ends a call of ENTER. */
TASK_TEST(eager_goes_on_despite_signals)
{
	unsigned int round, i;
	struct cotask *t;

	CHECK_EQ(cotask_lock_init(&free_lock), 0);
	for (round = 0; round < 40; round++) {
		for (i = 0; i < DROPPED; i++)
			CHECK_EQ(cotask_future_init(&dropped[i]), 0);
		t = spawn_with_signals(round % 2);
		CHECK(t && cotask_done(t));
		CHECK_EQ(cotask_result(t), 0);
		cotask_put(t);
		CHECK_EQ(cotask_lock_release(&free_lock), 0);
	}
	cotask_lock_fini(&free_lock);
	return 0;
}

TASK_TEST(many_tasks)
{
	struct cotask_group g;
	long i;

	cotask_group_init(&g);
	CHECK_EQ(cotask_group_enter(&g), 0);
	for (i = 0; i < 5000; i++)
		CHECK_EQ(cotask_go(&g, t_yields, (void *)(i % 5)), 0);
	CHECK_EQ(cotask_all_tasks(NULL, NULL, 0), 5001);
	CHECK_EQ(cotask_group_exit(&g, 0), 0);
	CHECK_EQ(cotask_all_tasks(NULL, NULL, 0), 1);
	return 0;
}

/* SL-4 */
TASK_TEST(sleep_in_order)
{
	struct cotask_timeout t;
	int64_t begin = cotask_now();

	CHECK_EQ(cotask_sleep(5 * COTASK_MSEC), 0);
	CHECK(cotask_now() - begin >= 5 * COTASK_MSEC);
	CHECK_EQ(cotask_sleep(-5), 0);
	begin = cotask_now();
	CHECK_EQ(cotask_sleep_until(begin + 3 * COTASK_MSEC, CLOCK_MONOTONIC), 0);
	CHECK(cotask_now() - begin >= 3 * COTASK_MSEC);
	CHECK_EQ(cotask_sleep_until(1, CLOCK_BOOTTIME), 0);
	CHECK_EQ(cotask_sleep_until(1, CLOCK_REALTIME), -EINVAL);
	CHECK_EQ(cotask_timeout_start(&t, COTASK_MSEC), 0);
	CHECK_EQ(cotask_timeout_exit(&t, cotask_sleep(COTASK_FOREVER)), -ETIMEDOUT);
	return 0;
}

/* --- cancelling -------------------------------------------------------------- */

TASK_TEST(cancel)
{
	struct cotask *t = cotask_spawn(NULL, t_forever, NULL, NULL);
	struct cotask_reason why;

	CHECK_EQ(cotask_yield(), 0);
	CHECK(cotask_cancel(t));
	CHECK(cotask_cancel(t));
	CHECK_EQ(cotask_cancelling(t), 2);
	CHECK_EQ(cotask_uncancel(t), 1);
	why = cotask_cancel_reason(t);
	CHECK_EQ(why.cause, COTASK_CAUSE_USER);
	CHECK_EQ(why.by, cotask_id(cotask_current()));
	CHECK_EQ(cotask_join(t), -ECANCELED);
	CHECK(!cotask_cancel_delivered(cotask_current()));
	CHECK(cotask_cancelled(t));
	cotask_put(t);
	CHECK(cotask_cancel(cotask_current()));
	CHECK_EQ(cotask_yield(), -ECANCELED);
	CHECK(cotask_cancel_delivered(cotask_current()));
	CHECK_EQ(cotask_uncancel(cotask_current()), 0);
	CHECK_EQ(cotask_yield(), 0);
	return 0;
}

TASK_TEST(cancel_before_the_first_step)
{
	struct cotask *t = cotask_spawn(NULL, t_forever, NULL, NULL);

	CHECK(cotask_cancel(t));
	CHECK_EQ(cotask_join(t), -ECANCELED);
	CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
	CHECK_EQ(cotask_all_tasks(NULL, NULL, 0), 1);
	cotask_put(t);
	return 0;
}

TASK_TEST(cancel_and_wait)
{
	struct cotask *t = cotask_spawn(NULL, cleans_up, NULL, NULL);

	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_cancel_and_wait(t), 0);
	CHECK(cotask_cancelled(t));
	cotask_put(t);
	CHECK_EQ(cotask_cancel_and_wait(cotask_current()), -EDEADLK);
	CHECK_EQ(cotask_cancel_and_wait(NULL), -EINVAL);
	return 0;
}

TASK_TEST(wait_for)
{
	struct cotask *t = cotask_spawn(NULL, t_forever, NULL, NULL);

	CHECK_EQ(cotask_wait_for(cotask_base(t), COTASK_MSEC), -ETIMEDOUT);
	CHECK(cotask_cancelled(t));
	cotask_put(t);
	CHECK_EQ(cotask_wait_for(NULL, 1), -EINVAL);
	CHECK_EQ(cotask_wait_for_call(t_value, (void *)2, LONG_TIME), 2);
	CHECK_EQ(cotask_wait_for_call(t_value, (void *)2, 0), -ETIMEDOUT);
	CHECK_EQ(cotask_wait_for_call(t_forever, NULL, COTASK_MSEC), -ETIMEDOUT);
	return 0;
}

/* --- context ----------------------------------------------------------------- */

static const struct cotask_var var = { "var" };

static long changes_var(void *arg)
{
	long before = cotask_var_get(&var, -1);

	CHECK_EQ(cotask_var_set(&var, 99), 0);
	return before;
}

/* CT-4 */
TASK_TEST(context)
{
	struct cotask_spawn_args args = { 0 };
	struct cotask *t;

	CHECK_EQ(cotask_var_get(&var, 3), 3);
	CHECK_EQ(cotask_var_set(&var, 4), 0);
	t = cotask_spawn(NULL, changes_var, NULL, NULL);
	CHECK_EQ(cotask_var_set(&var, 5), 0);
	CHECK_EQ(cotask_join(t), 4);
	cotask_put(t);
	CHECK_EQ(cotask_var_get(&var, 3), 5);
	args.context = cotask_get_context(cotask_current());
	t = cotask_spawn_with(NULL, changes_var, NULL, &args);
	cotask_context_put(args.context);
	CHECK_EQ(cotask_join(t), 5);
	cotask_put(t);
	CHECK_EQ(cotask_var_get(&var, 3), 99);
	args.context = cotask_context_new();
	t = cotask_spawn_with(NULL, changes_var, NULL, &args);
	CHECK_EQ(cotask_join(t), -1);
	cotask_put(t);
	cotask_context_put(cotask_context_get(args.context));
	cotask_context_put(args.context);
	CHECK_EQ(cotask_var_set(NULL, 1), -EINVAL);
	return 0;
}

/* --- threads ----------------------------------------------------------------- */

static long blocks(void *arg)
{
	usleep(2000);
	return (long)arg + cotask_var_get(&var, 0);
}

static volatile int job_state;

static long waits_to_be_unwanted(void *arg)
{
	job_state = 1;
	while (!cotask_job_unwanted())
		usleep(1000);
	job_state = 2;
	return 0;
}

static long in_thread(void *arg)
{
	return cotask_to_thread(blocks, arg, 0);
}

static volatile int may_end;

static long blocks_until_allowed(void *arg)
{
	while (!may_end)
		usleep(1000);
	return 0;
}

static long in_thread_to_the_end(void *arg)
{
	return cotask_to_thread(blocks_until_allowed, arg, COTASK_JOB_UNINTERRUPTIBLE);
}

/* After a shorter timeout, which expires first on a loop of any speed. */
static long allows(void *arg)
{
	long rc = cotask_sleep(2 * COTASK_MSEC);

	may_end = 1;
	return rc;
}

/* TH-1, TH-6 */
TASK_TEST(to_thread)
{
	struct cotask_member m[100];
	struct cotask *t;
	long i;

	CHECK_EQ(cotask_var_set(&var, 1), 0);
	CHECK_EQ(cotask_to_thread(blocks, (void *)4, 0), 5);
	CHECK_EQ(cotask_to_thread(t_fails, NULL, 0), -EIO);
	CHECK_EQ(cotask_to_thread(t_value, (void *)-5000, 0), -EINVAL);
	CHECK_EQ(cotask_to_thread(NULL, NULL, 0), -EINVAL);
	CHECK_EQ(cotask_to_thread(blocks, NULL, 2), -EINVAL);
	for (i = 0; i < 100; i++)
		m[i] = (struct cotask_member)COTASK_MEMBER_CALL(in_thread, (void *)i);
	CHECK_EQ(cotask_gather_now(NULL, m, 100, 0), 0);
	for (i = 0; i < 100; i++)
		CHECK_EQ(m[i].result, i + 1);
	may_end = 0;
	CHECK_EQ(cotask_go(NULL, allows, NULL), 0);
	CHECK_EQ(cotask_wait_for_call(in_thread_to_the_end, NULL, 1000), -ETIMEDOUT);
	t = cotask_spawn(NULL, in_thread, NULL, NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_cancel_and_wait(t), 0);
	cotask_put(t);
	return 0;
}

static long in_thread_and_unwanted(void *arg)
{
	return cotask_to_thread(waits_to_be_unwanted, arg, 0);
}

static long gives_up(void *arg)
{
	struct cotask *t = cotask_spawn(NULL, in_thread_and_unwanted, NULL, NULL);

	while (!job_state)
		CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
	CHECK_EQ(cotask_cancel_and_wait(t), 0);
	CHECK(cotask_cancelled(t));
	cotask_put(t);
	return 0;
}

/* TH-3, TH-5, TH-B1 */
TEST(loop_waits_for_threads)
{
	job_state = 0;
	ASSERT_EQ(0, cotask_run(gives_up, NULL));
	ASSERT_EQ(2, job_state);
}

static void child_runs(void)
{
	sigset_t none;

	/* All are blocked in a thread of the pool. */
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	alarm(60);
	if (cotask_run(in_thread, (void *)5) != 5)
		_exit(1);
	_exit(cotask_run(interrupts_itself, NULL) == -EINTR ? 0 : 2);
}

static long forks(void *arg)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		child_runs();
	return waitpid(pid, &status, 0) == pid ? status : -errno;
}

static long forks_in_thread(void *arg)
{
	return cotask_to_thread(forks, NULL, 0);
}

/* TH-1, CO-10: a child has neither the threads of its parent nor the loop that takes SIGINT. */
TEST(loop_of_a_child)
{
	ASSERT_EQ(5, cotask_run(in_thread, (void *)5));
	ASSERT_EQ(0, forks(NULL));
	ASSERT_EQ(0, cotask_run(forks_in_thread, NULL));
}

/* --- other threads ----------------------------------------------------------- */

struct outside {
	struct cotask_loop *loop;
	struct cotask_future *future;
	struct cotask_event *go_on;
	long result[4];
	int called;
};

static struct outside *called_for;

static int count_call(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	called_for->called++;
	return 0;
}

static void *outside(void *arg)
{
	struct outside *o = arg;
	struct cotask_submission *s = cotask_submit(o->loop, t_yields, (void *)4, "from outside");
	struct cotask_callback cb[2];

	o->result[0] = cotask_submission_wait(s, COTASK_FOREVER);
	if (!o->result[0])
		o->result[0] = cotask_submission_result(s);
	cotask_submission_put(s);
	s = cotask_submit(o->loop, t_forever, NULL, NULL);
	o->result[1] = cotask_submission_wait(s, COTASK_MSEC);
	o->result[2] = cotask_submission_cancel_and_wait(s);
	o->result[3] = cotask_submission_result(s);
	cotask_submission_put(s);
	cotask_call_soon(o->loop, &cb[0], count_call);
	cotask_call_soon(o->loop, &cb[1], count_call);
	s = cotask_submit(o->loop, t_value, NULL, NULL);
	if (cotask_submission_wait(s, COTASK_FOREVER))
		o->called = -1;
	cotask_submission_put(s);
	cotask_future_complete(o->future, 11);
	return NULL;
}

/* RT-1 to RT-6 */
TASK_TEST(from_outside)
{
	struct cotask_future f;
	struct outside o = { .loop = cotask_loop_current(), .future = &f };
	pthread_t thread;

	called_for = &o;
	CHECK_EQ(cotask_future_init(&f), 0);
	CHECK_EQ(pthread_create(&thread, NULL, outside, &o), 0);
	CHECK_EQ(cotask_await_future(&f), 11);
	pthread_join(thread, NULL);
	CHECK_EQ(o.result[0], 4);
	CHECK_EQ(o.result[1], -ETIMEDOUT);
	CHECK_EQ(o.result[2], 0);
	CHECK_EQ(o.result[3], -ECANCELED);
	CHECK_EQ(o.called, 2);
	cotask_future_fini(&f);
	return 0;
}

/* RT-7 */
TEST(submit_to_a_closed_loop)
{
	struct cotask_loop *loop = cotask_loop_create(NULL);
	struct cotask_submission *s;

	ASSERT_NE(NULL, loop);
	s = cotask_submit(loop, t_value, (void *)3, NULL);
	ASSERT_NE(NULL, s);
	ASSERT_FALSE(cotask_submission_done(s));
	cotask_loop_close(loop);
	ASSERT_TRUE(cotask_submission_done(s));
	ASSERT_EQ(0, cotask_submission_wait(s, COTASK_FOREVER));
	ASSERT_EQ(-ECANCELED, cotask_submission_result(s));
	cotask_submission_put(s);
	ASSERT_EQ(NULL, cotask_submit(loop, t_value, NULL, NULL));
	ASSERT_EQ(ESHUTDOWN, errno);
	cotask_loop_put(loop);
}

static long counts_call(void *arg)
{
	return called_for->called++;
}

static void *cancels_and_waits(void *arg)
{
	return (void *)(long)cotask_submission_cancel_and_wait(arg);
}

/* RT-7: a waiter for the real end also wakes; no task runs in the closing thread. */
TEST(close_wakes_waiters)
{
	struct cotask_loop *loop = cotask_loop_create(NULL);
	struct outside o = { .loop = loop };
	struct cotask_submission *s;
	struct cotask_callback cb;
	pthread_t thread;
	void *rc;

	called_for = &o;
	ASSERT_NE(NULL, loop);
	s = cotask_submit(loop, counts_call, NULL, NULL);
	cotask_submission_put(cotask_submit(loop, counts_call, NULL, NULL));
	ASSERT_EQ(0, cotask_call_soon(loop, &cb, count_call));
	ASSERT_EQ(0, pthread_create(&thread, NULL, cancels_and_waits, s));
	usleep(50000);
	ASSERT_EQ(0, cotask_loop_close(loop));
	ASSERT_EQ(0, pthread_join(thread, &rc));
	ASSERT_EQ(NULL, rc);
	ASSERT_EQ(-ECANCELED, cotask_submission_result(s));
	ASSERT_EQ(0, o.called);
	cotask_submission_put(s);
	cotask_loop_put(loop);
}

/* GA-13: an error in place of an awaitable is the outcome, as in the kernel */
TASK_TEST(errors_in_place_of_awaitables)
{
	struct cotask_awaitable *x = (struct cotask_awaitable *)(intptr_t)-EIO;
	struct cotask_member m = COTASK_MEMBER(x);

	CHECK_EQ(cotask_await(x), -EIO);
	CHECK_EQ(cotask_wait_for(x, COTASK_MSEC), -EIO);
	CHECK_EQ(cotask_gather_now(NULL, &m, 1, 0), -EIO);
	return 0;
}

/* --- many tasks by one call ---------------------------------------------------------------- */

#define MANY	100

static unsigned int many_ran;

static long counts_one(void *arg)
{
	CHECK_EQ((long)arg, (long)many_ran);
	many_ran++;
	return cotask_yield();
}

static long goes_many(void *arg)
{
	void *args[MANY];
	struct cotask_group_options options = { .limit = 2 };
	struct cotask_group g;
	long i;

	for (i = 0; i < MANY; i++)
		args[i] = (void *)i;
	cotask_group_init(&g);
	CHECK_EQ(cotask_go_many(&g, counts_one, args, MANY), -EINVAL);
	CHECK_EQ(cotask_group_configure(&g, &options), 0);
	CHECK_EQ(cotask_group_enter(&g), 0);
	CHECK_EQ(cotask_go_many(&g, NULL, args, MANY), -EINVAL);
	many_ran = 0;
	CHECK_EQ(cotask_go_many(&g, counts_one, args, MANY), -EAGAIN);
	CHECK_EQ(cotask_group_exit(&g, 0), 0);
	CHECK_EQ(many_ran, 2);
	CHECK_EQ(cotask_go_many(&g, counts_one, args, MANY), -ESHUTDOWN);
	many_ran = 0;
	CHECK_EQ(cotask_go_many(NULL, counts_one, args, MANY), 0);
	while (many_ran < MANY)
		CHECK_EQ(cotask_yield(), 0);
	return cotask_go_many(NULL, counts_one, NULL, 0);
}

/* CT-1: in order; TG-4: refused tasks do not run */
TEST(many_tasks_by_one_call)
{
	ASSERT_EQ(0, cotask_run(goes_many, NULL));
}

TEST_HARNESS_MAIN
