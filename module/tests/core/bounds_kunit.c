// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - bounded work, and effects that must be complete nevertheless
 *
 * More tasks, requests and paths than the budget of a loop, a wave or a 16-bit counter
 * can hold.
 */
#include <linux/completion.h>
#include <linux/cotask_gather.h>
#include <linux/cotask_inspect.h>
#include <linux/cotask_sync.h>
#include <linux/kthread.h>
#include <linux/vmalloc.h>

#include "../helpers.h"
#include "../suites.h"
#include "../../core/core.h"

static void run_all(struct cotask_loop *loop)
{
	while (cotask_manual_turn(loop))
		cond_resched();
}

static struct cotask *start(struct kunit *test, struct cotask_loop *loop,
			    struct cotask_frame *frame, cotask_step_fn step)
{
	struct cotask *t = cotask_spawn(cotask_loop_root(loop),
					cotask_frame_init(frame, step, NULL), NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	return t;
}

/* --- many deliveries ------------------------------------------------------------------ */

/* A task that takes cancels for a signal to look again. */
struct listener {
	struct cotask_frame frame;
	struct cotask_group g;
	unsigned int left;
	unsigned int heard;
	long exit;
	long after;
};

static long listen(struct cotask *task, struct cotask_frame *frame)
{
	struct listener *me = container_of(frame, struct listener, frame);
	long rc;

	CO_BEGIN(task, frame, first, more, left, after);

	cotask_group_init(&me->g);
	rc = cotask_group_enter(task, &me->g);
	if (rc)
		return rc;
	cotask_group_cancel(&me->g);
	CO_AWAIT(first, rc, cotask_yield(task));
	me->heard += rc == -ECANCELED;
	while (me->left--) {
		cotask_cancel(task);
		CO_AWAIT(more, rc, cotask_yield(task));
		me->heard += rc == -ECANCELED;
	}
	CO_AWAIT(left, me->exit, cotask_group_exit(task, &me->g, 0));
	CO_AWAIT(after, me->after, cotask_yield(task));
	return 0;
}

static void listen_to(struct kunit *test, unsigned int n)
{
	struct cotask_loop *loop = cotask_manual_create(0);
	struct listener *me = kunit_kzalloc(test, sizeof(*me), GFP_KERNEL);
	struct cotask *t;

	me->left = n;
	t = start(test, loop, &me->frame, listen);
	run_all(loop);
	KUNIT_EXPECT_TRUE(test, cotask_done(t));
	KUNIT_EXPECT_EQ(test, me->heard, n + 1);
	KUNIT_EXPECT_EQ_MSG(test, me->after, 0L, "%u requests, exit gave %ld\n", n, me->exit);
	cotask_put(t);
	cotask_loop_stop(loop, 0);
}

/* TG-B2, TG-38: no number of deliveries is mistaken for none */
static void deliveries_are_counted(struct kunit *test)
{
	listen_to(test, 2);
	listen_to(test, U16_MAX - 1);
	listen_to(test, U16_MAX);
	listen_to(test, U16_MAX + 1);
	listen_to(test, U16_MAX + 2);
}

/* --- wide trees ------------------------------------------------------------------------- */

/* A task that waits for an inner one, which hangs in its clean-up. */
struct pair {
	struct cotask_frame outer;
	struct cotask_frame inner;
	struct cotask *task;
	unsigned int heard;
};

static long hang(struct cotask *task, struct cotask_frame *frame)
{
	struct pair *me = container_of(frame, struct pair, inner);
	long rc;

	CO_BEGIN(task, frame, work, cleanup);

	CO_AWAIT(work, rc, cotask_sleep(task, COTASK_FOREVER));
	me->heard += rc == -ECANCELED;
	CO_AWAIT(cleanup, rc, cotask_sleep(task, COTASK_FOREVER));
	me->heard += rc == -ECANCELED;
	return -ECANCELED;
}

static long wait_for_it(struct cotask *task, struct cotask_frame *frame)
{
	struct pair *me = container_of(frame, struct pair, outer);
	long rc;

	CO_BEGIN(task, frame, joined);

	me->task = cotask_spawn(NULL, cotask_frame_init(&me->inner, hang, NULL), NULL);
	CO_AWAIT(joined, rc, cotask_join(task, me->task));
	return rc;
}

/* Waits for all of them, by a gather or in a group that passes each cancel on. */
struct crowd {
	struct cotask_frame frame;
	struct cotask_group g;
	struct cotask_set set;
	struct cotask_member *member;
	struct pair *pair;
	unsigned int n;
	bool group;
};

static long in_gather(struct cotask *task, struct cotask_frame *frame)
{
	struct crowd *me = container_of(frame, struct crowd, frame);
	unsigned int i;
	long rc;

	CO_BEGIN(task, frame, gathered);

	for (i = 0; i < me->n; i++)
		me->member[i] = COTASK_MEMBER_CORO(cotask_frame_init(&me->pair[i].outer,
								     wait_for_it, NULL));
	CO_AWAIT(gathered, rc,
		 cotask_await(task, cotask_gather(&me->set, NULL, me->member, me->n,
						  COTASK_GATHER_COLLECT)));
	return rc;
}

static long in_group(struct cotask *task, struct cotask_frame *frame)
{
	static const struct cotask_group_options options = { .flags = COTASK_GROUP_RECANCEL };
	struct crowd *me = container_of(frame, struct crowd, frame);
	unsigned int i;
	long rc;

	CO_BEGIN(task, frame, left);

	cotask_group_init(&me->g);
	cotask_group_configure(&me->g, &options);
	rc = cotask_group_enter(task, &me->g);
	for (i = 0; i < me->n && !rc; i++)
		rc = cotask_go(&me->g, cotask_frame_init(&me->pair[i].outer, wait_for_it, NULL));
	CO_AWAIT(left, rc, cotask_group_exit(task, &me->g, rc));
	return rc;
}

static unsigned int how_many_heard(const struct crowd *me, unsigned int times)
{
	unsigned int i, n = 0;

	for (i = 0; i < me->n; i++)
		n += me->pair[i].heard == times;
	return n;
}

static void free_crowd(struct crowd *me)
{
	unsigned int i;

	for (i = 0; i < me->n; i++)
		cotask_put(me->pair[i].task);
	vfree(me->member);
	vfree(me->pair);
	vfree(me);
}

static void cancel_twice(struct kunit *test, cotask_step_fn step)
{
	struct cotask_loop *loop = cotask_manual_create(0);
	struct crowd *me = vzalloc(sizeof(*me));
	struct cotask *t;

	KUNIT_ASSERT_NOT_NULL(test, me);
	me->n = IS_ENABLED(CONFIG_KASAN) ? 20000 : 100000;
	me->pair = vzalloc(me->n * sizeof(*me->pair));
	me->member = vzalloc(me->n * sizeof(*me->member));
	KUNIT_ASSERT_TRUE(test, me->pair && me->member);
	t = start(test, loop, &me->frame, step);
	run_all(loop);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(t));
	run_all(loop);
	KUNIT_EXPECT_EQ(test, how_many_heard(me, 1), me->n);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(t));
	run_all(loop);
	KUNIT_EXPECT_EQ(test, how_many_heard(me, 2), me->n);
	KUNIT_EXPECT_TRUE(test, cotask_done(t));
	cotask_put(t);
	cotask_loop_stop(loop, 0);
	free_crowd(me);
}

/* CX-3, GA-7: each cancel reaches all members, however many */
static void wide_gather_hears_twice(struct kunit *test)
{
	cancel_twice(test, in_gather);
}

/* TG-B3 */
static void wide_group_hears_twice(struct kunit *test)
{
	cancel_twice(test, in_group);
}

#define NESTED	64	/* more than the check for cycles looks at (AW-B2) */

/* Groups in groups; tasks in the innermost one wait for the task of the outermost. */
struct nest {
	struct cotask_frame frame[NESTED];
	struct cotask_group g[NESTED];
	struct cotask_frame waiter[NESTED];
	struct cotask *first;
};

static struct nest *nest;

static long wait_for_first(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, joined);

	CO_AWAIT(joined, rc, cotask_join(task, nest->first));
	return rc;
}

static long in_nest(struct cotask *task, struct cotask_frame *frame)
{
	unsigned int at = frame - nest->frame, i;
	long rc;

	CO_BEGIN(task, frame, left);

	cotask_group_init(&nest->g[at]);
	rc = cotask_group_enter(task, &nest->g[at]);
	if (!rc && at < NESTED - 1)
		rc = cotask_go(&nest->g[at], cotask_frame_init(frame + 1, in_nest, NULL));
	for (i = 0; !rc && at == NESTED - 1 && i < NESTED; i++)
		rc = cotask_go(&nest->g[at],
			       cotask_frame_init(&nest->waiter[i], wait_for_first, NULL));
	CO_AWAIT(left, rc, cotask_group_exit(task, &nest->g[frame - nest->frame], rc));
	return rc;
}

/* AW-B2: a cancel that comes back to groups finds without a search that no gather can be cut */
static void cancel_comes_back_to_groups(struct kunit *test)
{
	struct cotask_loop *loop = cotask_manual_create(0);

	nest = kunit_kzalloc(test, sizeof(*nest), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nest);
	nest->first = start(test, loop, &nest->frame[0], in_nest);
	run_all(loop);
	loop->budget = COTASK_BUDGET;
	KUNIT_EXPECT_TRUE(test, cotask_cancel(nest->first));
	/* A few steps for each group and each waiter, and not for each pair. */
	KUNIT_EXPECT_GT(test, loop->budget, COTASK_BUDGET - 12 * NESTED);
	run_all(loop);
	KUNIT_EXPECT_TRUE(test, cotask_done(nest->first));
	cotask_put(nest->first);
	cotask_loop_stop(loop, 0);
}

/* What a task has paid for a spawn without a group, and where that belongs. */
static struct homing {
	struct cotask_frame frame, child;
	struct cotask_group *group;
	int paid;
} homing;

static long done_at_once(struct cotask *task, struct cotask_frame *frame)
{
	return 0;
}

static long spawn_at_home(struct cotask *task, struct cotask_frame *frame)
{
	int before = task->base.loop->budget;
	struct cotask *t;

	t = cotask_spawn(NULL, cotask_frame_init(&homing.child, done_at_once, NULL), NULL);
	if (IS_ERR(t))
		return PTR_ERR(t);
	homing.paid = before - task->base.loop->budget;
	homing.group = t->group;
	cotask_put(t);
	return 0;
}

/* CT-B2: the opened group of a spawner is found at once, however deep the spawner is nested */
static void home_of_nested_groups(struct kunit *test)
{
	struct cotask_loop *loop = cotask_manual_create(0);
	struct cotask_group opened;
	struct cotask *t;

	nest = kunit_kzalloc(test, sizeof(*nest), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nest);
	cotask_group_init(&opened);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&opened, loop, 0), 0);
	t = cotask_spawn(&opened, cotask_frame_init(&nest->frame[0], in_nest, NULL), NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	nest->first = t;
	run_all(loop);
	KUNIT_ASSERT_EQ(test, cotask_go(&nest->g[NESTED - 1],
					cotask_frame_init(&homing.frame, spawn_at_home, NULL)), 0);
	run_all(loop);
	KUNIT_EXPECT_PTR_EQ(test, homing.group, &opened);
	KUNIT_EXPECT_LT(test, homing.paid, NESTED / 8);
	cotask_cancel(t);
	run_all(loop);
	KUNIT_EXPECT_TRUE(test, cotask_done(t));
	cotask_put(t);
	cotask_loop_stop(loop, 0);
	cotask_group_stop(&opened, 0);
	cotask_group_fini(&opened);
}

/* AW-B2: a gather that is asked, too, but is not on the way, does not stand for one that is */
static void gather_beside_the_cycle(struct kunit *test)
{
	struct cotask_loop *loop = cotask_manual_create(0);
	struct cotask_member member;
	struct cotask_set set;

	nest = kunit_kzalloc(test, sizeof(*nest), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nest);
	nest->first = start(test, loop, &nest->frame[0], in_nest);
	run_all(loop);
	member = COTASK_MEMBER_TASK(nest->first);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cotask_gather(&set, NULL, &member, 1, 0)));
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancel(&set.base));
	run_all(loop);
	KUNIT_EXPECT_TRUE(test, cotask_done(nest->first));
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_done(&set.base));
	cotask_put(nest->first);
	cotask_loop_stop(loop, 0);
}

/* --- long ways --------------------------------------------------------------------------- */

/* A chain of tasks, each of which waits for the next one. */
struct chain {
	struct cotask_frame frame;
	struct cotask *next;
};

static long follow(struct cotask *task, struct cotask_frame *frame)
{
	struct chain *me = container_of(frame, struct chain, frame);
	long rc;

	CO_BEGIN(task, frame, joined, slept);

	if (me->next)
		CO_AWAIT(joined, rc, cotask_join(task, me->next));
	else
		CO_AWAIT(slept, rc, cotask_sleep(task, COTASK_FOREVER));
	return rc;
}

/* CX-3: a request goes down a chain that is longer than what a loop does at once */
static void long_chain_is_cancelled(struct kunit *test)
{
	struct cotask_loop *loop = cotask_manual_create(0);
	const unsigned int n = 50000;
	struct chain *c = vzalloc(n * sizeof(*c));
	struct cotask **t = vzalloc(n * sizeof(*t));
	unsigned int i;

	KUNIT_ASSERT_TRUE(test, c && t);
	for (i = n; i--; ) {
		c[i].next = i + 1 < n ? t[i + 1] : NULL;
		t[i] = start(test, loop, &c[i].frame, follow);
	}
	run_all(loop);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(t[0]));
	run_all(loop);
	for (i = 0; i < n; i++) {
		if (!cotask_cancelled(t[i]) || cotask_cancelling(t[i]) != 1 ||
		    cotask_cancel_reason(t[i]).cause != COTASK_CAUSE_USER)
			break;
		cotask_put(t[i]);
	}
	KUNIT_EXPECT_EQ(test, i, n);
	cotask_loop_stop(loop, 0);
	vfree(t);
	vfree(c);
}

/* --- nets ---------------------------------------------------------------------------------- */

#define LAYERS		24
#define WIDTH		12

/* Gathers of gathers: from the top to the bottom are WIDTH^LAYERS ways. */
struct net {
	struct cotask_frame top;
	struct cotask_frame leaf[WIDTH];
	struct cotask_set set[LAYERS][WIDTH];
	struct cotask_member member[LAYERS][WIDTH][WIDTH];
	struct cotask *task[WIDTH];
	long rc;
};

static long sleep_on(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, slept);

	CO_AWAIT(slept, rc, cotask_sleep(task, COTASK_FOREVER));
	return rc;
}

static long wait_at_the_top(struct cotask *task, struct cotask_frame *frame)
{
	struct net *me = container_of(frame, struct net, top);

	CO_BEGIN(task, frame, gathered);

	CO_AWAIT(gathered, me->rc, cotask_await(task, &me->set[LAYERS - 1][0].base));
	return me->rc;
}

static void build(struct net *me)
{
	unsigned int l, i, k;

	for (l = 0; l < LAYERS; l++) {
		for (i = 0; i < WIDTH; i++) {
			for (k = 0; k < WIDTH; k++)
				me->member[l][i][k] = COTASK_MEMBER(l ? &me->set[l - 1][k].base :
								    &me->task[k]->base);
			cotask_gather(&me->set[l][i], NULL, me->member[l][i], WIDTH,
				      COTASK_GATHER_COLLECT);
		}
	}
}

/* GA-7: a cancel of a net ends, and has reached each leaf */
static void net_is_cancelled(struct kunit *test)
{
	struct cotask_loop *loop = cotask_manual_create(0);
	struct net *me = vzalloc(sizeof(*me));
	struct cotask *t;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, me);
	for (i = 0; i < WIDTH; i++)
		me->task[i] = start(test, loop, &me->leaf[i], sleep_on);
	run_all(loop);
	build(me);
	t = start(test, loop, &me->top, wait_at_the_top);
	run_all(loop);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(t));
	run_all(loop);
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(t));
	for (i = 0; i < WIDTH; i++) {
		KUNIT_EXPECT_TRUE(test, cotask_cancelled(me->task[i]));
		cotask_put(me->task[i]);
	}
	cotask_put(t);
	cotask_loop_stop(loop, 0);
	vfree(me);
}

/* --- many ways to many ------------------------------------------------------------------- */

#define WAYS	1000

/* Tasks that await a gather of tasks that sleep, in a gather. */
struct fan {
	struct cotask_frame leaf[WAYS];
	struct cotask_frame way[WAYS];
	struct cotask *task[2 * WAYS];
	struct cotask_member member[2][WAYS];
	struct cotask_set leaves;
	struct cotask_set ways;
};

static struct fan *fan;

static long wait_for_leaves(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, gathered);

	CO_AWAIT(gathered, rc, cotask_await(task, &fan->leaves.base));
	return rc;
}

static void build_fan(struct kunit *test, struct cotask_loop *loop)
{
	unsigned int i;

	for (i = 0; i < WAYS; i++) {
		fan->task[i] = start(test, loop, &fan->leaf[i], sleep_on);
		fan->member[0][i] = COTASK_MEMBER(&fan->task[i]->base);
	}
	cotask_gather(&fan->leaves, NULL, fan->member[0], WAYS, COTASK_GATHER_COLLECT);
	for (i = 0; i < WAYS; i++) {
		fan->task[WAYS + i] = start(test, loop, &fan->way[i], wait_for_leaves);
		fan->member[1][i] = COTASK_MEMBER(&fan->task[WAYS + i]->base);
	}
	cotask_gather(&fan->ways, NULL, fan->member[1], WAYS, COTASK_GATHER_COLLECT);
	run_all(loop);
}

/* GA-7: a cancel asks all members, and those that it has asked before only 65,536 times */
static void members_are_repeated_ways(struct kunit *test)
{
	struct cotask_loop *loop = cotask_manual_create(0);
	unsigned int i;
	u64 asked;

	fan = vzalloc(sizeof(*fan));
	KUNIT_ASSERT_NOT_NULL(test, fan);
	build_fan(test, loop);
	asked = loop->stats.cancels;
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_cancel(&fan->ways.base));
	run_all(loop);
	asked = loop->stats.cancels - asked;
	KUNIT_EXPECT_LE(test, asked, (u64)(2 * WAYS + 65536));
	KUNIT_EXPECT_GT(test, asked, (u64)65536);
	for (i = 0; i < 2 * WAYS; i++) {
		KUNIT_EXPECT_TRUE(test, cotask_cancelled(fan->task[i]));
		cotask_put(fan->task[i]);
	}
	cotask_loop_stop(loop, 0);
	vfree(fan);
}

/* --- many threads ----------------------------------------------------------------------- */

#define THREADS		60

/* Threads that block until one of two tasks has ended. */
static struct {
	struct cotask_frame frame[2];
	struct cotask_future future[2];
	struct cotask *task[2];
	struct completion begun;
	struct completion done;
	atomic_t woken[2];
} crowds;

static long wait_for_signal(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, waited);

	CO_AWAIT(waited, rc,
		 cotask_await_future(task, &crowds.future[frame != &crowds.frame[0]]));
	return rc;
}

static int block_on_task(void *arg)
{
	unsigned long i = (unsigned long)arg;

	complete(&crowds.begun);
	if (!cotask_wait(crowds.task[i], COTASK_FOREVER))
		atomic_inc(&crowds.woken[i]);
	/* Not the code of the module is the last thing that it runs. */
	kthread_complete_and_exit(&crowds.done, 0);
	return 0;
}

/* RT-3, TK-1: each thread that waits for a task is woken by its end, and by no other */
static void threads_of_two_tasks(struct kunit *test)
{
	struct cotask_loop *loop = cotask_manual_create(0);
	unsigned long i, k;

	init_completion(&crowds.done);
	init_completion(&crowds.begun);
	for (i = 0; i < 2; i++) {
		cotask_future_init(&crowds.future[i], loop);
		atomic_set(&crowds.woken[i], 0);
		crowds.task[i] = start(test, loop, &crowds.frame[i], wait_for_signal);
	}
	run_all(loop);
	for (k = 0; k < THREADS; k++)
		kthread_run(block_on_task, (void *)(k % 2), "cotask_block");
	for (k = 0; k < THREADS; k++)
		wait_for_completion(&crowds.begun);
	for (i = 0; i < 2; i++) {
		cotask_future_complete(&crowds.future[i], 1);
		run_all(loop);
		for (k = 0; k < THREADS / 2; k++)
			wait_for_completion(&crowds.done);
		KUNIT_EXPECT_EQ(test, atomic_read(&crowds.woken[i]), THREADS / 2);
		KUNIT_EXPECT_EQ(test, atomic_read(&crowds.woken[1]), i * THREADS / 2);
		cotask_put(crowds.task[i]);
		cotask_future_fini(&crowds.future[i]);
	}
	cotask_loop_stop(loop, 0);
}

/* --- points to reschedule ----------------------------------------------------------------- */

/* As if the scheduler had asked for the CPU; cleared when that has it. */
static void want_cpu(void)
{
	set_thread_flag(TIF_NEED_RESCHED);
}

/* A kernel that preempts needs no points for it. */
static bool cpu_is_wanted(void)
{
	return !IS_ENABLED(CONFIG_PREEMPTION) && test_thread_flag(TIF_NEED_RESCHED);
}

static long fail(struct cotask *task, struct cotask_frame *frame)
{
	return -EIO;
}

/* TG-B6: a thread that lets go of errors and owns no loop lets others run at each of them */
static void errors_go_in_another_thread(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create("errors", 0);
	struct cotask_frame frame;
	struct cotask_group g;
	struct cotask *t;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	cotask_group_init(&g);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&g, loop, 0), 0);
	t = cotask_spawn(&g, cotask_frame_init(&frame, fail, NULL), NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	cotask_wait(t, COTASK_FOREVER);
	cotask_put(t);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&g, COTASK_FOREVER), -EIO);
	want_cpu();
	KUNIT_EXPECT_EQ(test, cotask_group_errors(&g, NULL, 0), 1U);
	KUNIT_EXPECT_FALSE(test, cpu_is_wanted());
	want_cpu();
	cotask_group_fini(&g);
	KUNIT_EXPECT_FALSE(test, cpu_is_wanted());
	cotask_loop_stop(loop, 0);
}

/* IN-B2: the owner for a short time has a budget as well, and breathes */
static void borrower_breathes(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_alloc_lent("lent");

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	KUNIT_ASSERT_TRUE(test, cotask_loop_borrow(loop));
	want_cpu();
	cotask_loop_spend(loop, COTASK_BUDGET + 1);
	KUNIT_EXPECT_GE(test, loop->budget, 0);
	KUNIT_EXPECT_FALSE(test, cpu_is_wanted());
	cotask_loop_return(loop);
	/* No thread pumps it any more. */
	WRITE_ONCE(loop->owner, current);
	cotask_loop_stop(loop, 0);
}

/* A thread does not wait for a process, and has nothing on its loop to take back */
static void process_is_not_waited_for(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_alloc_lent("lent");
	const struct cotask_watch watch = {};
	struct cotask_completion c;
	struct cotask_group g;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	cotask_group_init(&g);
	KUNIT_EXPECT_EQ(test, cotask_group_open(&g, loop, 0), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, cotask_completion_init(&c, loop), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(cotask_loop_root(loop)), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, cotask_loop_watch(loop, &watch), 0);
	/* As if another thread were in ENTER. */
	mutex_lock(&loop->pump);
	KUNIT_EXPECT_EQ(test, cotask_loop_watch(loop, &watch), -EBUSY);
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(loop, NULL, 0), -EBUSY);
	mutex_unlock(&loop->pump);
	WRITE_ONCE(loop->owner, current);
	cotask_loop_stop(loop, 0);
}

struct overdrawn {
	struct cotask_frame frame;
	int left;
};

static long cancel_when_overdrawn(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_loop *loop = task->base.loop;

	cotask_loop_spend(loop, COTASK_BUDGET + 1);
	cotask_cancel(task);
	container_of(frame, struct overdrawn, frame)->left = loop->budget;
	return 0;
}

/* IN-B2: a call that has a budget of its own does not give the loop a new one */
static void calls_pay_back(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create("owes", 0);
	struct overdrawn coro = {};
	struct cotask_group g;
	struct cotask *t;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	cotask_group_init(&g);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&g, loop, 0), 0);
	t = cotask_spawn(&g, cotask_frame_init(&coro.frame, cancel_when_overdrawn, NULL), NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(t));
	cotask_wait(t, COTASK_FOREVER);
	KUNIT_EXPECT_LT(test, coro.left, 0);
	cotask_put(t);
	cotask_group_stop(&g, COTASK_FOREVER);
	cotask_group_fini(&g);
	cotask_loop_stop(loop, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(deliveries_are_counted),
	KUNIT_CASE(wide_gather_hears_twice),
	KUNIT_CASE(wide_group_hears_twice),
	KUNIT_CASE(cancel_comes_back_to_groups),
	KUNIT_CASE(home_of_nested_groups),
	KUNIT_CASE(gather_beside_the_cycle),
	KUNIT_CASE(long_chain_is_cancelled),
	KUNIT_CASE(net_is_cancelled),
	KUNIT_CASE(members_are_repeated_ways),
	KUNIT_CASE(threads_of_two_tasks),
	KUNIT_CASE(errors_go_in_another_thread),
	KUNIT_CASE(borrower_breathes),
	KUNIT_CASE(calls_pay_back),
	KUNIT_CASE(process_is_not_waited_for),
	{}
};

struct kunit_suite cotask_bounds_suite = {
	.name = "cotask_bounds",
	.test_cases = cases,
};
