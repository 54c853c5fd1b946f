// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: one of several choices is made, the others are unchanged
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cotask_select.h>

#include "lib_test.h"

#define A_MOMENT	(10 * COTASK_MSEC)

static struct cotask_queue qa, qb;

static long make_queues(uint32_t max)
{
	CHECK_EQ(cotask_queue_init(&qa, max), 0);
	CHECK_EQ(cotask_queue_init(&qb, max), 0);
	return 0;
}

static void drop_queues(void)
{
	cotask_queue_fini(&qa);
	cotask_queue_fini(&qb);
}

static int64_t chosen;

/* Select from both queues.  Return: the index; the item is in @chosen. */
static long gets(void *ns)
{
	struct cotask_choice c[] = { COTASK_CHOICE_GET(&qa), COTASK_CHOICE_GET(&qb) };
	int i = cotask_select(c, 2, ns ? (long)ns : COTASK_FOREVER);

	if (i >= 0)
		chosen = c[i].value;
	return i;
}

static struct cotask *start(cotask_fn fn, void *arg)
{
	struct cotask *t = cotask_spawn(NULL, fn, arg, NULL);

	if (cotask_yield())
		abort();
	return t;
}

static long end(struct cotask *t)
{
	long rc = cotask_join(t);

	cotask_put(t);
	return rc;
}

/* --- queues -------------------------------------------------------------------------------- */

TASK_TEST(the_other_item_stays)
{
	CHECK_EQ(make_queues(0), 0);
	CHECK_EQ(cotask_queue_try_put(&qa, 1), 0);
	CHECK_EQ(cotask_queue_try_put(&qb, 2), 0);
	CHECK_EQ(gets(NULL), 0);
	CHECK_EQ(chosen, 1);
	CHECK_EQ(cotask_queue_count(&qb), 1);
	CHECK_EQ(gets(NULL), 1);
	CHECK_EQ(chosen, 2);
	CHECK_EQ(gets((void *)-1), -ETIMEDOUT);
	CHECK_EQ(gets((void *)1), -ETIMEDOUT);
	drop_queues();
	return 0;
}

TASK_TEST(waits_for_an_item)
{
	long before = objects();
	struct cotask *t;

	CHECK_EQ(make_queues(0), 0);
	t = start(gets, NULL);
	CHECK_EQ(cotask_done(t), 0);
	CHECK_EQ(cotask_queue_try_put(&qb, 7), 0);
	CHECK_EQ(cotask_queue_try_put(&qa, 6), 0);
	CHECK_EQ(end(t), 0);
	CHECK_EQ(chosen, 6);
	CHECK_EQ(cotask_queue_count(&qa), 0);
	CHECK_EQ(cotask_queue_count(&qb), 1);
	drop_queues();
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(objects(), before);
	return 0;
}

/* Cancelled at any point: the task has the item, or the queue still has it */
TASK_TEST(cancel_loses_nothing)
{
	struct cotask *t;
	int i, j, got;

	CHECK_EQ(make_queues(0), 0);
	for (i = 0; i < 10; i++) {
		t = start(gets, NULL);
		CHECK_EQ(cotask_queue_try_put(&qa, 1), 0);
		CHECK_EQ(cotask_queue_try_put(&qb, 2), 0);
		for (j = 0; j < i; j++)
			CHECK_EQ(cotask_yield(), 0);
		cotask_cancel(t);
		got = end(t) == 0;
		CHECK(got || cotask_queue_count(&qa) == 1);
		CHECK_EQ(cotask_queue_count(&qb), 1);
		if (!got)
			CHECK_EQ(cotask_queue_try_get(&qa), 1);
		CHECK_EQ(cotask_queue_try_get(&qb), 2);
	}
	drop_queues();
	return 0;
}

static long plain_get(void *q)
{
	return cotask_queue_get(q);
}

static long cancels(void *t)
{
	return cotask_cancel(t);
}

/* A task that was granted an item and cancelled leaves it to a selector */
TASK_TEST(item_of_a_cancelled_getter)
{
	struct cotask *getter, *canceller, *t;

	CHECK_EQ(make_queues(0), 0);
	getter = start(plain_get, &qa);
	/* Finds no item: it was granted to a getter that has not resumed. */
	t = cotask_spawn(NULL, gets, NULL, NULL);
	canceller = cotask_spawn(NULL, cancels, getter, NULL);
	CHECK_EQ(cotask_queue_try_put(&qa, 5), 0);
	CHECK_EQ(end(getter), -ECANCELED);
	CHECK_EQ(end(canceller), 1);
	CHECK_EQ(end(t), 0);
	CHECK_EQ(chosen, 5);
	drop_queues();
	return 0;
}

/* A woken selector that makes another choice, or none, wakes the next one */
TASK_TEST(wakes_the_next_one)
{
	struct cotask *first, *second;

	CHECK_EQ(make_queues(0), 0);
	first = start(gets, NULL);
	second = start(gets, NULL);
	CHECK_EQ(cotask_queue_try_put(&qb, 1), 0);
	CHECK_EQ(cotask_cancel(first), 1);
	CHECK_EQ(end(first), -ECANCELED);
	CHECK_EQ(end(second), 1);
	first = start(gets, NULL);
	second = start(gets, NULL);
	CHECK_EQ(cotask_queue_try_put(&qb, 1), 0);
	CHECK_EQ(cotask_queue_try_put(&qa, 2), 0);
	CHECK_EQ(end(first), 0);
	CHECK_EQ(end(second), 1);
	drop_queues();
	return 0;
}

static long selects_put(void *item)
{
	struct cotask_choice c[] = {
		COTASK_CHOICE_PUT(&qa, (long)item),
		COTASK_CHOICE_PUT(&qb, (long)item),
	};

	return cotask_select(c, 2, COTASK_FOREVER);
}

static long plain_put(void *item)
{
	return cotask_queue_put(&qa, (long)item);
}

TASK_TEST(room_in_a_queue)
{
	struct cotask *t, *putter;

	CHECK_EQ(make_queues(1), 0);
	CHECK_EQ(selects_put((void *)1), 0);
	CHECK_EQ(selects_put((void *)2), 1);
	t = start(selects_put, (void *)3);
	CHECK_EQ(cotask_done(t), 0);
	CHECK_EQ(cotask_queue_get(&qb), 2);
	CHECK_EQ(end(t), 1);
	/* A task that waits for room is served first. */
	putter = start(plain_put, (void *)4);
	t = start(selects_put, (void *)5);
	CHECK_EQ(gets(NULL), 0);
	CHECK_EQ(chosen, 1);
	CHECK_EQ(end(putter), 0);
	CHECK_EQ(cotask_done(t), 0);
	CHECK_EQ(gets(NULL), 0);
	CHECK_EQ(chosen, 4);
	CHECK_EQ(end(t), 0);
	/* Both the putter and the getter wait in a select. */
	CHECK_EQ(gets(NULL), 0);
	CHECK_EQ(gets(NULL), 1);
	t = start(gets, NULL);
	CHECK_EQ(selects_put((void *)6), 0);
	CHECK_EQ(end(t), 0);
	CHECK_EQ(chosen, 6);
	drop_queues();
	return 0;
}

TASK_TEST(queue_is_shut_down)
{
	struct cotask *t;

	CHECK_EQ(make_queues(0), 0);
	t = start(gets, NULL);
	CHECK_EQ(cotask_queue_shutdown(&qb, false), 0);
	CHECK_EQ(end(t), 1);
	CHECK_EQ(chosen, -ESHUTDOWN);
	CHECK_EQ(gets(NULL), 1);
	drop_queues();
	return 0;
}

/* --- nothing is lost, whatever happens ----------------------------------------------------- */

#define TASKS	12
#define ITEMS	400

static unsigned int seed;
static long taken, taken_sum;

static unsigned int any(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static void took(long item)
{
	taken++;
	taken_sum += item;
}

static long takes(void *arg)
{
	long n = (long)arg, rc = 0, item;

	while (rc >= 0) {
		if (n % 3) {
			rc = gets(n % 2 ? (void *)A_MOMENT : NULL);
			if (rc >= 0)
				took(chosen);
			if (rc == -ETIMEDOUT)
				rc = 0;
		} else {
			item = cotask_queue_get(n % 2 ? &qa : &qb);
			rc = item;
			if (rc >= 0)
				took(item);
		}
		if (rc >= 0 && !any(4))
			rc = cotask_yield();
	}
	return rc;
}

static long puts_one(long item)
{
	struct cotask_choice c[] = {
		COTASK_CHOICE_PUT(&qa, item), COTASK_CHOICE_PUT(&qb, item),
	};

	return any(2) ? cotask_select(c, 2, COTASK_FOREVER) :
			cotask_queue_put(any(2) ? &qa : &qb, item);
}

static long puts_all(void *arg)
{
	long i, rc = 0;

	for (i = 1; i <= ITEMS && rc >= 0; i++) {
		rc = puts_one(i);
		if (rc >= 0 && !any(3))
			rc = cotask_yield();
	}
	return rc < 0 ? rc : 0;
}

static long take_the_rest(void)
{
	while (gets((void *)-1) >= 0)
		took(chosen);
	return 0;
}

static long cancels_at_random(struct cotask **t, struct cotask *putter)
{
	unsigned int i;

	while (!cotask_done(putter)) {
		i = any(TASKS);
		cotask_cancel(t[i]);
		CHECK_EQ(end(t[i]), -ECANCELED);
		t[i] = cotask_spawn(NULL, takes, (void *)(long)i, NULL);
		CHECK(t[i]);
		CHECK_EQ(cotask_yield(), 0);
	}
	return 0;
}

static long many_tasks(unsigned int max)
{
	struct cotask *t[TASKS], *putter;
	long i;

	taken = 0;
	taken_sum = 0;
	CHECK_EQ(make_queues(max), 0);
	for (i = 0; i < TASKS; i++)
		t[i] = cotask_spawn(NULL, takes, (void *)i, NULL);
	putter = cotask_spawn(NULL, puts_all, NULL, NULL);
	CHECK_EQ(cancels_at_random(t, putter), 0);
	CHECK_EQ(end(putter), 0);
	for (i = 0; i < TASKS; i++) {
		cotask_cancel(t[i]);
		CHECK_EQ(end(t[i]), -ECANCELED);
	}
	CHECK_EQ(take_the_rest(), 0);
	CHECK_EQ(taken, ITEMS);
	CHECK_EQ(taken_sum, ITEMS * (ITEMS + 1L) / 2);
	drop_queues();
	return 0;
}

TASK_TEST(many_tasks_select)
{
	unsigned int i;

	for (i = 0; i < 6; i++) {
		seed = i;
		CHECK_EQ(many_tasks(i % 3), 0);
	}
	return 0;
}

/* --- semaphores, locks, events ------------------------------------------------------------- */

static struct cotask_sem sem;
static struct cotask_lock lock;
static struct cotask_cond cond;
static struct cotask_event event;

static long acquires(void *arg)
{
	struct cotask_choice c[] = { COTASK_CHOICE_ACQUIRE((struct cotask_sem *)arg) };

	return cotask_select(c, 1, COTASK_FOREVER);
}

TASK_TEST(permits)
{
	struct cotask *t[3];
	int i;

	CHECK_EQ(cotask_sem_init(&sem, 1, 3), 0);
	CHECK_EQ(acquires(&sem), 0);
	for (i = 0; i < 3; i++)
		t[i] = start(acquires, &sem);
	CHECK_EQ(cotask_sem_release(&sem), 0);
	CHECK_EQ(end(t[0]), 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_done(t[1]), 0);
	CHECK_EQ(cotask_sem_release(&sem), 0);
	CHECK_EQ(cotask_sem_release(&sem), 0);
	CHECK_EQ(end(t[1]), 0);
	CHECK_EQ(end(t[2]), 0);
	CHECK_EQ(cotask_sem_try_acquire(&sem), 0);
	cotask_sem_fini(&sem);
	return 0;
}

static long waits_on_cond(void *arg)
{
	long rc = cotask_lock_acquire(&lock);

	if (!rc)
		rc = cotask_cond_wait(&cond);
	cotask_lock_release(&lock);
	return rc;
}

/* The lock is released in the kernel */
TASK_TEST(lock_of_a_condition)
{
	struct cotask *waiter, *t;

	CHECK_EQ(cotask_lock_init(&lock), 0);
	CHECK_EQ(cotask_cond_init(&cond, &lock), 0);
	CHECK_EQ(cotask_lock_acquire(&lock), 0);
	waiter = start(waits_on_cond, NULL);
	t = start(acquires, &lock.sem);
	CHECK_EQ(cotask_lock_release(&lock), 0);
	CHECK_EQ(end(t), 0);
	CHECK_EQ(cotask_lock_held(&lock), 1);
	CHECK_EQ(cotask_cond_notify(&cond, 1), 1);
	CHECK_EQ(cotask_lock_release(&lock), 0);
	CHECK_EQ(end(waiter), 0);
	cotask_cond_fini(&cond);
	cotask_lock_fini(&lock);
	return 0;
}

static long waits_for_event(void *arg)
{
	struct cotask_choice c[] = { COTASK_CHOICE_GET(&qa), COTASK_CHOICE_EVENT(&event) };

	return cotask_select(c, 2, COTASK_FOREVER);
}

/* As cotask_event_wait(): wakes all waiters at the set, even if cleared at once */
TASK_TEST(events)
{
	struct cotask *t[2];

	CHECK_EQ(make_queues(0), 0);
	CHECK_EQ(cotask_event_init(&event), 0);
	t[0] = start(waits_for_event, NULL);
	t[1] = start(waits_for_event, NULL);
	CHECK_EQ(cotask_event_set(&event), 0);
	CHECK_EQ(cotask_event_clear(&event), 0);
	CHECK_EQ(end(t[0]), 1);
	CHECK_EQ(end(t[1]), 1);
	CHECK_EQ(cotask_event_set(&event), 0);
	CHECK_EQ(waits_for_event(NULL), 1);
	cotask_event_fini(&event);
	drop_queues();
	return 0;
}

/* --- file descriptors ---------------------------------------------------------------------- */

static int ends[2];
static short said;

static long waits_for_fd(void *arg)
{
	struct cotask_choice c[] = {
		COTASK_CHOICE_GET(&qa),
		COTASK_CHOICE_FD(ends[0], POLLIN),
		COTASK_CHOICE_FD(ends[1], POLLIN),
	};
	int i = cotask_select(c, 3, arg ? (long)arg : COTASK_FOREVER);

	if (i > 0)
		said = c[i].value;
	if (i == 0)
		chosen = c[i].value;
	return i;
}

TASK_TEST(descriptors)
{
	int before = count_fds(), tasks = cotask_all_tasks(NULL, NULL, 0);
	struct cotask *t;
	char c;

	CHECK_EQ(make_queues(0), 0);
	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	CHECK_EQ(waits_for_fd((void *)A_MOMENT), -ETIMEDOUT);
	t = start(waits_for_fd, NULL);
	CHECK_EQ(write(ends[1], "x", 1), 1);
	CHECK_EQ(end(t), 1);
	CHECK_EQ(said, POLLIN);
	CHECK_EQ(waits_for_fd(NULL), 1);
	CHECK_EQ(read(ends[0], &c, 1), 1);
	t = start(waits_for_fd, NULL);
	CHECK_EQ(cotask_queue_try_put(&qa, 3), 0);
	CHECK_EQ(end(t), 0);
	CHECK_EQ(chosen, 3);
	t = start(waits_for_fd, NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_cancel(t), 1);
	CHECK_EQ(end(t), -ECANCELED);
	t = start(waits_for_fd, NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_close(ends[1]), 0);
	/* The other end hangs up at the same time. */
	CHECK_EQ(end(t), 1);
	CHECK(said & POLLHUP);
	CHECK_EQ(cotask_close(ends[0]), 0);
	CHECK_EQ(waits_for_fd(NULL), 1);
	CHECK_EQ(said, -EBADF);
	drop_queues();
	CHECK_EQ(cotask_all_tasks(NULL, NULL, 0), tasks);
	CHECK_EQ(count_fds(), before);
	return 0;
}

TASK_TEST(descriptor_is_closed)
{
	struct cotask *t;
	int keep[2];

	CHECK_EQ(make_queues(0), 0);
	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	keep[0] = dup(ends[0]);
	keep[1] = ends[1];
	ends[1] = -1;
	t = start(waits_for_fd, NULL);
	CHECK_EQ(end(t), 2);
	CHECK_EQ(said, -EBADF);
	ends[1] = ends[0];
	t = start(waits_for_fd, NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_close(ends[0]), 0);
	CHECK_EQ(end(t), 1);
	CHECK_EQ(said, -EBADF);
	close(keep[0]);
	close(keep[1]);
	drop_queues();
	return 0;
}

/* A cancel while the waits for descriptors end and an item is available: the item remains */
TASK_TEST(cancel_with_descriptors)
{
	int tasks = cotask_all_tasks(NULL, NULL, 0), i, j, got;
	struct cotask *t;

	CHECK_EQ(make_queues(0), 0);
	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	for (i = 0; i < 12; i++) {
		t = start(waits_for_fd, NULL);
		CHECK_EQ(cotask_yield(), 0);
		CHECK_EQ(cotask_queue_try_put(&qa, 1), 0);
		for (j = 0; j < i; j++)
			CHECK_EQ(cotask_yield(), 0);
		cotask_cancel(t);
		got = end(t) == 0;
		CHECK_EQ(cotask_queue_count(&qa), !got);
		if (!got)
			CHECK_EQ(cotask_queue_try_get(&qa), 1);
		CHECK_EQ(cotask_all_tasks(NULL, NULL, 0), tasks);
	}
	close(ends[0]);
	close(ends[1]);
	drop_queues();
	return 0;
}

/* --- awaitables ---------------------------------------------------------------------------- */

static struct cotask_future future;
static struct cotask *task;

static long waits_for_done(void *ns)
{
	struct cotask_choice c[] = {
		COTASK_CHOICE_GET(&qa),
		COTASK_CHOICE_TASK(task),
		COTASK_CHOICE_DONE(&future.base),
	};
	int i = cotask_select(c, 3, ns ? (long)ns : COTASK_FOREVER);

	if (i >= 0)
		chosen = c[i].value;
	return i;
}

TASK_TEST(awaitables)
{
	struct cotask *t;

	CHECK_EQ(make_queues(0), 0);
	CHECK_EQ(cotask_future_init(&future), 0);
	task = start(t_forever, NULL);
	CHECK_EQ(waits_for_done((void *)A_MOMENT), -ETIMEDOUT);
	/* A cancel of the caller is not passed on to the awaitables. */
	t = start(waits_for_done, NULL);
	CHECK_EQ(cotask_cancel(t), 1);
	CHECK_EQ(end(t), -ECANCELED);
	CHECK_EQ(cotask_done(task), 0);
	t = start(waits_for_done, NULL);
	CHECK_EQ(cotask_future_complete(&future, 9), 0);
	CHECK_EQ(end(t), 2);
	CHECK_EQ(chosen, 9);
	t = start(waits_for_done, NULL);
	CHECK_EQ(end(t), 2);
	CHECK_EQ(cotask_cancel(task), 1);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(waits_for_done(NULL), 1);
	CHECK_EQ(chosen, -ECANCELED);
	cotask_put(task);
	cotask_future_fini(&future);
	drop_queues();
	return 0;
}

/* --- the rest ------------------------------------------------------------------------------ */

#define MANY	40

TASK_TEST(many_choices)
{
	struct cotask_choice c[2 * MANY];
	struct cotask_queue q[MANY];
	int i;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	for (i = 0; i < MANY; i++) {
		CHECK_EQ(cotask_queue_init(&q[i], 0), 0);
		c[i] = (struct cotask_choice)COTASK_CHOICE_GET(&q[i]);
		c[MANY + i] = (struct cotask_choice)COTASK_CHOICE_FD(ends[0], POLLIN);
	}
	CHECK_EQ(cotask_select(c, 2 * MANY, A_MOMENT), -ETIMEDOUT);
	CHECK_EQ(cotask_queue_try_put(&q[MANY - 1], 1), 0);
	CHECK_EQ(cotask_select(c, 2 * MANY, COTASK_FOREVER), MANY - 1);
	for (i = 0; i < MANY; i++)
		cotask_queue_fini(&q[i]);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static long selects_for_ever(void *arg)
{
	long rc;

	do {
		rc = waits_for_event(NULL);
	} while (rc >= 0);
	return rc;
}

TASK_TEST(ready_choice_does_not_starve)
{
	CHECK_EQ(make_queues(0), 0);
	CHECK_EQ(cotask_event_init(&event), 0);
	CHECK_EQ(cotask_event_set(&event), 0);
	CHECK_EQ(cotask_wait_for_call(selects_for_ever, NULL, A_MOMENT), -ETIMEDOUT);
	cotask_event_fini(&event);
	drop_queues();
	return 0;
}

TASK_TEST(misuse_of_select)
{
	struct cotask_choice c[] = { COTASK_CHOICE_GET(&qa), COTASK_CHOICE_PUT(&qb, -1) };

	CHECK_EQ(make_queues(0), 0);
	CHECK_EQ(cotask_select(NULL, 1, 0), -EINVAL);
	CHECK_EQ(cotask_select(c, 0, 0), -EINVAL);
	CHECK_EQ(cotask_select(c, 2, 0), -EINVAL);
	c[0].kind = COTASK_CHOOSE_ACQUIRE;
	CHECK_EQ(cotask_select(c, 1, 0), -EINVAL);
	c[0].kind = (enum cotask_choice_kind)77;
	CHECK_EQ(cotask_select(c, 1, 0), -EINVAL);
	c[0] = (struct cotask_choice)COTASK_CHOICE_FD(0, 0x10000);
	CHECK_EQ(cotask_select(c, 1, 0), -EINVAL);
	c[0] = (struct cotask_choice)COTASK_CHOICE_DONE(NULL);
	CHECK_EQ(cotask_select(c, 1, 0), -EINVAL);
	drop_queues();
	return 0;
}

TEST(select_in_an_eager_loop)
{
	ASSERT_EQ(0, run_eager(cancel_loses_nothing_main));
	ASSERT_EQ(0, run_eager(wakes_the_next_one_main));
	ASSERT_EQ(0, run_eager(many_tasks_select_main));
	ASSERT_EQ(0, run_eager(descriptors_main));
	ASSERT_EQ(0, run_eager(cancel_with_descriptors_main));
}

TEST(select_outside_of_a_task)
{
	struct cotask_choice c = COTASK_CHOICE_GET(&qa);

	ASSERT_EQ(-ESRCH, cotask_select(&c, 1, 0));
}

TEST_HARNESS_MAIN
