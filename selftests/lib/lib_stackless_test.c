// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: tasks without stacks, and both kinds together
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "lib_test.h"

#include <cotask_co.h>
#include <cotask_select.h>
#include <cotask_stream.h>

/* --- coroutines that many tests use ------------------------------------------------ */

/**
 * struct co - a coroutine of this test
 * @frame: its frame
 * @n: a number: milliseconds, yields, or an outcome
 * @steps: number of times that its code was entered
 * @released: number of calls of its release function
 * @other: a task
 * @group: a group
 * @inner: another one
 */
struct co {
	struct cotask_frame frame;
	long n;
	int steps;
	int released;
	struct cotask *other;
	struct cotask_group group;
	struct co *inner;
};

static struct co *co_of(struct cotask_frame *frame)
{
	return (struct co *)frame;
}

static void co_release(struct cotask_frame *frame)
{
	co_of(frame)->released++;
}

static struct cotask_frame *co(struct co *me, cotask_step_fn step, long n)
{
	*me = (struct co){ .n = n };
	return cotask_frame_init(&me->frame, step, co_release);
}

static long co_value(struct cotask *task, struct cotask_frame *frame)
{
	co_of(frame)->steps++;
	return co_of(frame)->n;
}

static long co_sleeps(struct cotask *task, struct cotask_frame *frame)
{
	struct co *me = co_of(frame);
	long rc;

	me->steps++;
	CO_BEGIN(task, frame, slept);
	CO_AWAIT(slept, rc, cotask_co_sleep(task, me->n * COTASK_MSEC));
	return rc;
}

static long co_yields(struct cotask *task, struct cotask_frame *frame)
{
	struct co *me = co_of(frame);
	long rc;

	me->steps++;
	CO_BEGIN(task, frame, yielded);
	while (me->n--) {
		CO_AWAIT(yielded, rc, cotask_co_yield(task));
		if (rc)
			return rc;
	}
	return 0;
}

static long co_joins(struct cotask *task, struct cotask_frame *frame)
{
	struct co *me = co_of(frame);
	long rc;

	CO_BEGIN(task, frame, joined);
	CO_AWAIT(joined, rc, cotask_co_join(task, me->other));
	return rc;
}

static long co_calls(struct cotask *task, struct cotask_frame *frame)
{
	struct co *me = co_of(frame);
	long rc;

	CO_BEGIN(task, frame, called);
	CO_AWAIT(called, rc, cotask_call(task, &me->inner->frame));
	return rc;
}

static long outcome_of(struct co *me, cotask_step_fn step)
{
	struct cotask *t = cotask_co_spawn(NULL, co(me, step, 0), NULL);
	long rc;

	me->other = cotask_current();
	rc = cotask_join(t);
	cotask_put(t);
	return rc;
}

/* --- alone ------------------------------------------------------------------------- */

TEST(main_task_without_a_stack)
{
	struct co me, sleeper;

	ASSERT_EQ(7, cotask_co_run(NULL, co(&me, co_value, 7)));
	ASSERT_EQ(1, me.released);
	ASSERT_EQ(-EIO, cotask_co_run(NULL, co(&me, co_value, -EIO)));
	ASSERT_EQ(-EINVAL, cotask_co_run(NULL, co(&me, co_value, -5000)));
	co(&sleeper, co_sleeps, 1);
	co(&me, co_calls, 0);
	me.inner = &sleeper;
	ASSERT_EQ(0, cotask_co_run(NULL, &me.frame));
	ASSERT_EQ(2, sleeper.steps);
	ASSERT_EQ(1, sleeper.released);
	ASSERT_EQ(-EINVAL, cotask_co_run(NULL, &me.frame));
	ASSERT_EQ(-EINVAL, cotask_co_run(NULL, NULL));
	ASSERT_EQ(1, me.released);
}

static struct cotask *turn_task;

static int spawn_in_turn(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	static struct co me;

	turn_task = cotask_co_spawn(NULL, co(&me, co_yields, 3), "turned");
	return 0;
}

TEST(turns_from_outside)
{
	struct cotask_loop *loop = cotask_loop_create(NULL);
	struct cotask_callback cb;
	int turns = 0;

	ASSERT_NE(NULL, loop);
	ASSERT_EQ(0, cotask_call_soon(loop, &cb, spawn_in_turn));
	while (cotask_loop_turn(loop, 0) > 0 || !turns)
		turns++;
	ASSERT_GT(turns, 1);
	cotask_put(turn_task);
	cotask_loop_put(loop);
}

/* --- tasks that a function with a stack looks at -------------------------------------- */

TASK_TEST(joined_by_a_task_with_a_stack)
{
	struct co me;
	struct cotask *t = cotask_co_spawn(NULL, co(&me, co_yields, 2), "two yields");
	char name[20];

	CHECK(t && (intptr_t)t > 0);
	CHECK(!strcmp(cotask_get_name(t, name, sizeof(name)), "two yields"));
	CHECK_EQ(cotask_set_name(t, "renamed"), 0);
	CHECK(!strcmp(cotask_get_name(t, name, sizeof(name)), "renamed"));
	CHECK(cotask_id(t) > 0);
	CHECK_EQ(cotask_all_tasks(NULL, NULL, 0), 2);
	CHECK_EQ(me.steps, 0);
	CHECK_EQ(cotask_join(t), 0);
	CHECK_EQ(me.steps, 3);
	CHECK_EQ(me.released, 1);
	CHECK(cotask_done(t));
	CHECK_EQ(cotask_result(t), 0);
	cotask_put(t);
	return 0;
}

TASK_TEST(joins_a_task_with_a_stack)
{
	struct co me;
	struct cotask *sleeper = cotask_spawn(NULL, t_sleeps, (void *)2, NULL), *t;

	t = cotask_co_spawn(NULL, co(&me, co_joins, 0), NULL);
	me.other = sleeper;
	CHECK_EQ(cotask_join(t), 0);
	CHECK(cotask_done(sleeper));
	cotask_put(sleeper);
	cotask_put(t);
	return 0;
}

TASK_TEST(cancelled)
{
	struct co me, never;
	struct cotask *t = cotask_co_spawn(NULL, co(&me, co_sleeps, 100000), NULL), *n;

	CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
	n = cotask_co_spawn(NULL, co(&never, co_sleeps, 1), NULL);
	CHECK(cotask_cancel(n));
	CHECK(cotask_cancel(t));
	CHECK_EQ(cotask_join(t), -ECANCELED);
	CHECK(cotask_cancelled(t));
	CHECK_EQ(me.released, 1);
	CHECK_EQ(cotask_join(n), -ECANCELED);
	CHECK_EQ(never.steps, 0);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(never.released, 1);
	cotask_put(t);
	cotask_put(n);
	return 0;
}

/* Awaits a task of the other kind, and the cancel goes down the chain (CX-3). */
TASK_TEST(cancel_is_passed_on)
{
	struct co outer, inner;
	struct cotask *below = cotask_co_spawn(NULL, co(&inner, co_sleeps, 100000), NULL), *t;

	t = cotask_co_spawn(NULL, co(&outer, co_joins, 0), NULL);
	outer.other = below;
	CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
	cotask_cancel(t);
	CHECK_EQ(cotask_join(t), -ECANCELED);
	CHECK(cotask_cancelled(below));
	cotask_put(t);
	cotask_put(below);
	return 0;
}

static long co_joins_shielded(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, joined);
	CO_AWAIT(joined, rc, cotask_co_await_shielded(task, cotask_base(co_of(frame)->other)));
	return rc;
}

/* ... unless it is shielded; the shield leaves nothing behind. */
TASK_TEST(cancel_is_not_passed_on)
{
	struct co outer, inner;
	long before = objects();
	struct cotask *below, *t;

	below = cotask_co_spawn(NULL, co(&inner, co_sleeps, 20), NULL);
	t = cotask_co_spawn(NULL, co(&outer, co_joins_shielded, 0), NULL);
	outer.other = below;
	CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
	CHECK(cotask_cancel(t));
	CHECK_EQ(cotask_join(t), -ECANCELED);
	cotask_put(t);
	t = cotask_co_spawn(NULL, co(&outer, co_joins_shielded, 0), NULL);
	outer.other = below;
	CHECK_EQ(cotask_join(t), 0);
	CHECK_EQ(inner.steps, 2);
	cotask_put(t);
	cotask_put(below);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(objects(), before);
	return 0;
}

/* --- groups of both kinds --------------------------------------------------------------- */

static long co_group(struct cotask *task, struct cotask_frame *frame)
{
	struct co *me = co_of(frame);
	long rc;

	CO_BEGIN(task, frame, left);
	cotask_group_init(&me->group);
	rc = cotask_co_group_enter(task, &me->group);
	if (!rc)
		rc = cotask_go(&me->group, me->n ? t_fails : t_sleeps, (void *)me->n);
	if (!rc)
		rc = cotask_co_go(&me->group, &me->inner->frame);
	CO_AWAIT(left, rc, cotask_co_group_exit(task, &me->group, rc));
	me->steps = cotask_group_errors(&me->group, NULL, 0);
	return rc;
}

TASK_TEST(groups_of_both_kinds)
{
	struct co outer, inner;
	struct cotask_group g;
	struct cotask *t;

	cotask_group_init(&g);
	CHECK_EQ(cotask_group_enter(&g), 0);
	CHECK_EQ(cotask_co_go(&g, co(&outer, co_yields, 3)), 0);
	CHECK_EQ(cotask_go(&g, t_yields, (void *)3), 0);
	CHECK_EQ(cotask_group_exit(&g, 0), 0);
	CHECK_EQ(outer.released, 1);
	CHECK_EQ(cotask_co_go(&g, co(&outer, co_yields, 3)), -ESHUTDOWN);
	CHECK_EQ(outer.released, 1);

	co(&inner, co_sleeps, 1);
	t = cotask_co_spawn(NULL, co(&outer, co_group, 0), NULL);
	outer.inner = &inner;
	CHECK_EQ(cotask_join(t), 0);
	CHECK_EQ(inner.steps, 2);
	cotask_put(t);

	co(&inner, co_sleeps, 100000);
	t = cotask_co_spawn(NULL, co(&outer, co_group, -EIO), NULL);
	outer.inner = &inner;
	CHECK_EQ(cotask_join(t), -EIO);
	CHECK_EQ(outer.steps, 1);
	CHECK_EQ(inner.released, 1);
	cotask_put(t);
	return 0;
}

/* --- eager ------------------------------------------------------------------------------- */

static long co_spawns_eagerly(struct cotask *task, struct cotask_frame *frame)
{
	struct co *me = co_of(frame);
	struct cotask_spawn_args args = { .flags = COTASK_SPAWN_EAGER };
	struct cotask *child;
	long rc;

	CO_BEGIN(task, frame, joined);
	if (cotask_current() != task)
		return -EPROTO;
	child = cotask_spawn_with(NULL, t_yields, (void *)2, &args);
	if (cotask_current() != task)
		return -EPROTO;
	cotask_put(child);
	child = cotask_co_spawn_with(NULL, &me->inner->frame, &args);
	if (cotask_current() != task || me->inner->steps != 1)
		return -EPROTO;
	me->other = child;
	CO_AWAIT(joined, rc, cotask_co_join(task, child));
	cotask_put(me->other);
	return rc;
}

static long spawns_eagerly(void *arg)
{
	struct co outer, inner, at_once;
	struct cotask *t;

	t = cotask_co_spawn(NULL, co(&at_once, co_value, 5), NULL);
	CHECK_EQ(at_once.steps, 1);
	CHECK_EQ(at_once.released, 1);
	CHECK_EQ(cotask_result(t), 5);
	cotask_put(t);
	co(&outer, co_spawns_eagerly, 0);
	outer.inner = &inner;
	co(&inner, co_yields, 2);
	t = cotask_co_spawn(NULL, &outer.frame, NULL);
	CHECK_EQ(inner.steps, 1);
	CHECK_EQ(cotask_join(t), 0);
	cotask_put(t);
	return 0;
}

TEST(eager_tasks_of_both_kinds)
{
	ASSERT_EQ(0, run_eager(spawns_eagerly));
}

/* --- many together --------------------------------------------------------------------------- */

#define TOGETHER	100

static struct cotask_frame *frames[TOGETHER];
static struct co co_together[TOGETHER];

static void make_together(void)
{
	int i;

	for (i = 0; i < TOGETHER; i++)
		frames[i] = co(&co_together[i], co_yields, i % 3);
}

static int together(int from, int to)
{
	int i, n = 0;

	for (i = from; i < to; i++)
		n += co_together[i].released;
	return n;
}

/* A coroutine that is listed twice is refused the second time; the others are accepted. */
static long spawns_together(void *arg)
{
	struct cotask_group g;

	make_together();
	cotask_group_init(&g);
	CHECK_EQ(cotask_go_all(&g, frames, TOGETHER), -EINVAL);
	CHECK_EQ(together(0, TOGETHER), TOGETHER);
	make_together();
	CHECK_EQ(cotask_group_enter(&g), 0);
	CHECK_EQ(cotask_go_all(&g, frames, TOGETHER), 0);
	CHECK_EQ(cotask_group_exit(&g, 0), 0);
	CHECK_EQ(together(0, TOGETHER), TOGETHER);
	make_together();
	frames[50] = frames[40];
	CHECK_EQ(cotask_go_all(NULL, frames, TOGETHER), -EINVAL);
	while (together(0, TOGETHER) < TOGETHER - 1)
		CHECK_EQ(cotask_sleep(COTASK_MSEC), 0);
	CHECK_EQ(co_together[50].steps, 0);
	make_together();
	CHECK_EQ(cotask_go_all(&g, frames, TOGETHER), -ESHUTDOWN);
	CHECK_EQ(together(0, TOGETHER), TOGETHER);
	return cotask_go_all(NULL, NULL, 0);
}

TEST(many_are_spawned_together)
{
	ASSERT_EQ(0, cotask_run(spawns_together, NULL));
	ASSERT_EQ(0, run_eager(spawns_together));
}

/* The group permits two. */
TASK_TEST(some_are_refused)
{
	struct cotask_group_options options = { .limit = 2 };
	struct cotask_group g;

	make_together();
	cotask_group_init(&g);
	CHECK_EQ(cotask_group_configure(&g, &options), 0);
	CHECK_EQ(cotask_group_enter(&g), 0);
	CHECK_EQ(cotask_go_all(&g, frames, TOGETHER), -EAGAIN);
	CHECK_EQ(together(0, 2), 0);
	CHECK_EQ(together(2, TOGETHER), TOGETHER - 2);
	CHECK_EQ(cotask_group_exit(&g, 0), 0);
	CHECK_EQ(together(0, TOGETHER), TOGETHER);
	return 0;
}

/* --- several at once ----------------------------------------------------------------------- */

static long co_gathers(struct cotask *task, struct cotask_frame *frame)
{
	static struct cotask_member m[3];
	static struct cotask_set set;
	struct co *me = co_of(frame);
	long rc;

	CO_BEGIN(task, frame, gathered);
	m[0] = (struct cotask_member)COTASK_MEMBER_CORO(&me->inner->frame);
	m[1] = (struct cotask_member)COTASK_MEMBER_CALL(t_value, (void *)2);
	m[2] = m[0];
	CO_AWAIT(gathered, rc,
		 cotask_co_await(task, cotask_co_gather(&set, NULL, m, 3, 0)));
	if (!rc && (m[0].result != 4 || m[1].result != 2 || m[2].result != 4))
		rc = -EPROTO;
	cotask_set_drop(&set);
	return rc;
}

TASK_TEST(gather_of_both_kinds)
{
	struct co outer, inner;
	struct cotask *t;

	co(&inner, co_value, 4);
	t = cotask_co_spawn(NULL, co(&outer, co_gathers, 0), NULL);
	outer.inner = &inner;
	CHECK_EQ(cotask_join(t), 0);
	CHECK_EQ(inner.steps, 1);
	cotask_put(t);
	return 0;
}

/* A gather that is refused releases its coroutines. */
TASK_TEST(gather_is_refused)
{
	struct co me;
	struct cotask_member m[2] = {
		COTASK_MEMBER_CORO(co(&me, co_value, 1)), COTASK_MEMBER(NULL)
	};
	struct cotask_set set;

	CHECK_EQ((intptr_t)cotask_co_gather(&set, NULL, m, 2, 0), -EINVAL);
	CHECK_EQ(me.released, 1);
	CHECK_EQ(me.steps, 0);
	return 0;
}

/* --- objects of both kinds of tasks ----------------------------------------------------------- */

struct list_head {
	struct list_head *next, *prev;
};

static struct cotask_queue queue;
static struct list_head item;

static long co_puts(struct cotask *task, struct cotask_frame *frame)
{
	static struct cotask_queue_op op;
	long rc;

	CO_BEGIN(task, frame, put);
	CO_AWAIT(put, rc, cotask_co_queue_put(task, &op, &queue, &item));
	return rc;
}

static long co_gets(struct cotask *task, struct cotask_frame *frame)
{
	static struct cotask_queue_op op;
	long rc;

	CO_BEGIN(task, frame, got);
	CO_AWAIT(got, rc, cotask_co_queue_get(task, &op, &queue));
	return !rc && op.item != &item ? -EPROTO : rc;
}

/* A task that selects or gets receives an item that a coroutine has put, and vice versa. */
TASK_TEST(queue_of_both_kinds)
{
	struct cotask_choice choice[] = { COTASK_CHOICE_GET(&queue) };
	struct co me;

	CHECK_EQ(cotask_queue_init(&queue, 1), 0);
	CHECK_EQ(cotask_co_go(NULL, co(&me, co_puts, 0)), 0);
	CHECK_EQ(cotask_select(choice, 1, LONG_TIME), 0);
	CHECK_EQ(choice[0].value, (intptr_t)&item);
	CHECK_EQ(cotask_co_go(NULL, co(&me, co_puts, 0)), 0);
	CHECK_EQ(cotask_queue_get(&queue), (intptr_t)&item);
	CHECK_EQ(cotask_queue_put(&queue, (intptr_t)&item), 0);
	CHECK_EQ(outcome_of(&me, co_gets), 0);
	CHECK_EQ((intptr_t)cotask_co_queue_try_get(&queue), -EAGAIN);
	CHECK_EQ(cotask_queue_shutdown(&queue, false), 0);
	CHECK_EQ(outcome_of(&me, co_gets), -ESHUTDOWN);
	CHECK_EQ(outcome_of(&me, co_puts), -ESHUTDOWN);
	cotask_queue_fini(&queue);
	return 0;
}

/* --- what is refused ------------------------------------------------------------------------ */

static long co_suspends_in_a_call(struct cotask *task, struct cotask_frame *frame)
{
	char c;

	CHECK_EQ(cotask_sleep(1), -ESRCH);
	CHECK_EQ(cotask_yield(), -ESRCH);
	CHECK_EQ(cotask_join(co_of(frame)->other), -ESRCH);
	CHECK_EQ(cotask_read(0, &c, 1), -ESRCH);
	CHECK_EQ(cotask_poll(0, 1), -ESRCH);
	CHECK_EQ(cotask_to_thread(t_value, NULL, 0), -ESRCH);
	CHECK_EQ(cotask_gather_now(NULL, NULL, 0, 0), -ESRCH);
	CHECK_EQ(cotask_wait_for_call(t_value, NULL, 1), -ESRCH);
	return 0;
}

static long co_drops_an_await(struct cotask *task, struct cotask_frame *frame)
{
	(void)!cotask_co_sleep(task, 100000 * COTASK_SEC).pending;
	return 3;
}

static long co_suspends_without_an_await(struct cotask *task, struct cotask_frame *frame)
{
	return COTASK_SUSPENDED;
}

static long co_waits_for_nothing(struct cotask *task, struct cotask_frame *frame)
{
	struct co *me = co_of(frame);
	long rc;

	CO_BEGIN(task, frame, nothing, other, itself);
	CO_AWAIT(nothing, rc, cotask_co_await(task, NULL));
	CHECK_EQ(rc, -EINVAL);
	CO_AWAIT(other, rc, cotask_co_sleep(me->other, 1));
	CO_AWAIT(itself, rc, cotask_co_join(task, task));
	CHECK_EQ(rc, -EDEADLK);
	return 0;
}

TASK_TEST(misuse)
{
	struct cotask_spawn_args args = { .stack_size = 4096 };
	struct co me;

	CHECK_EQ(outcome_of(&me, co_suspends_in_a_call), 0);
	CHECK_EQ(outcome_of(&me, co_drops_an_await), 3);
	CHECK_EQ(outcome_of(&me, co_suspends_without_an_await), -EINVAL);
	CHECK_EQ(outcome_of(&me, co_waits_for_nothing), 0);
	CHECK_EQ(cotask_co_go(NULL, &me.frame), -EINVAL);
	CHECK_EQ(cotask_co_go(NULL, NULL), -EINVAL);
	CHECK_EQ(me.released, 1);
	CHECK_EQ((intptr_t)cotask_co_spawn_with(NULL, co(&me, co_value, 0), &args), -EINVAL);
	CHECK_EQ(me.released, 1);
	return 0;
}

/* --- memory ---------------------------------------------------------------------------------- */

#define MANY	1000

/* Objects of the kernel and places of the library are used again. */
TASK_TEST(many)
{
	static struct co me[MANY];
	struct cotask_group g;
	long before = objects();
	int round, i;

	for (round = 0; round < 3; round++) {
		cotask_group_init(&g);
		CHECK_EQ(cotask_group_enter(&g), 0);
		for (i = 0; i < MANY; i++)
			CHECK_EQ(cotask_co_go(&g, co(&me[i], co_yields, i % 3)), 0);
		CHECK_EQ(cotask_group_exit(&g, 0), 0);
		for (i = 0; i < MANY; i++)
			CHECK_EQ(me[i].released, 1);
	}
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(objects(), before);
	return 0;
}

/* --- input and output ----------------------------------------------------------------- */

/**
 * struct co_io - a coroutine that echoes what it reads
 * @frame: its frame
 * @s: the stream
 * @buf: data that was read
 * @n: number of bytes in @buf
 * @total: total number of bytes
 */
struct co_io {
	struct cotask_frame	frame;
	struct cotask_stream	s;
	char			buf[16];
	long			n;
	long			total;
};

static long co_echo(struct cotask *task, struct cotask_frame *frame)
{
	struct co_io *me = (struct co_io *)frame;
	long rc;

	CO_BEGIN(task, frame, got, sent);

	for (;;) {
		CO_AWAIT(got, me->n, cotask_co_stream_read(task, &me->s, me->buf, sizeof(me->buf)));
		if (me->n <= 0)
			return me->n ? me->n : me->total;
		me->total += me->n;
		CO_AWAIT(sent, rc, cotask_co_stream_write(task, &me->s, me->buf, me->n));
		if (rc != me->n)
			return rc;
	}
}

static int make_echo(struct co_io *me, int *peer)
{
	int ends[2];

	memset(me, 0, sizeof(*me));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	*peer = ends[1];
	return cotask_stream_init(&me->s, ends[0]);
}

TASK_TEST(echo_of_a_stream)
{
	struct co_io me;
	struct cotask *t;
	char c;
	int peer, i;

	CHECK_EQ(make_echo(&me, &peer), 0);
	t = cotask_co_spawn(NULL, cotask_frame_init(&me.frame, co_echo, NULL), NULL);
	CHECK(t);
	/* Some of its writes suspend. */
	for (i = 0; i < 200; i++) {
		CHECK_EQ(cotask_write(peer, "x", 1), 1);
		CHECK_EQ(cotask_read(peer, &c, 1), 1);
	}
	shutdown(peer, SHUT_WR);
	CHECK_EQ(cotask_join(t), 200);
	cotask_put(t);
	close(peer);
	CHECK_EQ(cotask_stream_close(&me.s), 0);
	return 0;
}

TASK_TEST(cancel_of_a_stream)
{
	struct co_io me;
	struct cotask *t;
	char c = 0;
	int peer;

	CHECK_EQ(make_echo(&me, &peer), 0);
	t = cotask_co_spawn(NULL, cotask_frame_init(&me.frame, co_echo, NULL), NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK(cotask_cancel(t));
	CHECK_EQ(write(peer, "x", 1), 1);
	CHECK_EQ(cotask_join(t), -ECANCELED);
	cotask_put(t);
	CHECK_EQ(read(me.s.fd, &c, 1), 1);
	CHECK_EQ(c, 'x');
	close(peer);
	CHECK_EQ(cotask_stream_close(&me.s), 0);
	return 0;
}

static long co_polls(struct cotask *task, struct cotask_frame *frame)
{
	struct co *me = co_of(frame);
	long rc;

	CO_BEGIN(task, frame, ready);
	CO_AWAIT(ready, rc, cotask_co_poll(task, me->n, POLLIN));
	return rc;
}

/* The close of a descriptor ends the wait of a task. */
TASK_TEST(poll_of_a_descriptor)
{
	struct cotask *t;
	struct co me;
	int p[2];
	char c;

	CHECK_EQ(pipe2(p, O_CLOEXEC), 0);
	t = cotask_co_spawn(NULL, co(&me, co_polls, p[0]), NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(write(p[1], "x", 1), 1);
	CHECK_EQ(cotask_join(t), POLLIN);
	cotask_put(t);
	CHECK_EQ(read(p[0], &c, 1), 1);
	t = cotask_co_spawn(NULL, co(&me, co_polls, p[0]), NULL);
	CHECK_EQ(cotask_yield(), 0);
	CHECK_EQ(cotask_close(p[0]), 0);
	CHECK_EQ(cotask_join(t), -EBADF);
	cotask_put(t);
	close(p[1]);
	return 0;
}

TEST_HARNESS_MAIN
