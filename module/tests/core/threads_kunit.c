// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - other contexts: threads, interrupts, loops on kthreads
 *
 * A second thread makes the calls from outside while the test's manual loop does not
 * run, so that the test can play both orders of a race.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>

#include "../../compat.h"
#include "../helpers.h"
#include "../suites.h"

static const struct line wait0[] = {
	TRY, FUTURE(0), SHOW, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, END
};
static const struct line simple[] = { LOG("ran"), RETURN(7) };
static const struct line forever[] = { FUTURE(1), END };

static void complete0(struct env *env)
{
	KUNIT_EXPECT_EQ(env->test, cotask_future_complete(&env->future[0], 5), 0);
	KUNIT_EXPECT_EQ(env->test, cotask_future_complete(&env->future[0], 6), -EINVAL);
}

static void cancel0(struct env *env)
{
	KUNIT_EXPECT_TRUE(env->test, cotask_cancel(env->task[0]));
}

static void cancel0_refused(struct env *env)
{
	KUNIT_EXPECT_FALSE(env->test, cotask_cancel(env->task[0]));
}

/* SC-9, AW-2: a future is completed by another thread */
static void completed_elsewhere(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, wait0);
	settle(env);
	elsewhere(env, complete0);
	expect_pending(env, 0);
	settle(env);
	expect_log(env, "5");
}

/* SC-9, CX-2: a cancel from another thread counts at once and is delivered next turn */
static void cancelled_elsewhere(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, wait0);
	settle(env);
	elsewhere(env, cancel0);
	expect_count(env, 0, 1);
	settle(env);
	expect_log(env, "ECANCELED n1");
	elsewhere(env, cancel0_refused);
	expect_count(env, 0, 1);
}

/* SC-9, CX-5: cancel and completion from another thread, in both orders */
static void cancel_races_completion(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, wait0);
	settle(env);
	elsewhere(env, cancel0);
	elsewhere(env, complete0);
	settle(env);
	expect_log(env, "ECANCELED n1");
	expect_cancelled(env, 0);

	renew(env, 0);
	play(env, 0, wait0);
	settle(env);
	elsewhere(env, complete0);
	elsewhere(env, cancel0);
	settle(env);
	expect_log(env, "ECANCELED n1");
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&env->future[0].base), 5L);
}

/* SC-9, CX-10: a cancel that arrives during the last step turns a value into CANCELLED */
static void cancel_during_the_last_step(struct kunit *test)
{
	static const struct line script[] = { SPAWN(1, ROOT, simple), RETURN(7) };
	struct env *env = env_of(test);

	play(env, 0, script);
	elsewhere(env, cancel0);
	settle(env);
	expect_cancelled(env, 0);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

static void spawn_two(struct env *env)
{
	struct cotask_group *root = cotask_loop_root(env->loop);

	env->task[0] = cotask_spawn(root, script_frame(env, simple), NULL);
	env->task[1] = cotask_spawn(root, script_frame(env, simple), NULL);
	/* Before it was taken in. */
	KUNIT_EXPECT_TRUE(env->test, cotask_cancel(env->task[1]));
}

/* SC-9, CT-1, CX-7: spawned by another thread; one is cancelled on its way */
static void spawned_elsewhere(struct kunit *test)
{
	struct env *env = env_of(test);

	elsewhere(env, spawn_two);
	expect_pending(env, 0);
	settle(env);
	expect_log(env, "ran");
	expect_finished(env, 0, 7);
	expect_cancelled(env, 1);
}

static void spawn_into_group(struct env *env)
{
	cotask_put(env->task[2]);
	env->task[2] = cotask_spawn(&env->group[0], script_frame(env, simple), NULL);
}

/* SC-9, TG-4, TG-5: a spawn from outside into a group in exit; after the end refused */
static void spawned_into_a_group(struct kunit *test)
{
	static const struct line script[] = {
		GROUP(0), SPAWN(1, 0, forever), ENDGROUP, LOG("end"), END
	};
	struct env *env = env_of(test);

	play(env, 0, script);
	settle(env);
	elsewhere(env, spawn_into_group);
	/* The last child that is there ends before the new one has arrived. */
	cotask_future_complete(&env->future[1], 0);
	settle(env);
	expect_log(env, "ran end");
	elsewhere(env, spawn_into_group);
	KUNIT_EXPECT_EQ(test, PTR_ERR(env->task[2]), (long)-ESHUTDOWN);
	env->task[2] = NULL;
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

static struct cotask_callback callback;

static int note_cb(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	note(env_current(), "cb");
	return 0;
}

static void register_cb(struct env *env)
{
	KUNIT_EXPECT_EQ(env->test, cotask_on_done(&env->task[0]->base, &callback, note_cb), 0);
	KUNIT_EXPECT_EQ(env->test, cotask_off_done(&env->task[0]->base, note_cb), -EXDEV);
	KUNIT_EXPECT_EQ(env->test, cotask_uncancel(env->task[0]), -EXDEV);
}

/* SC-9, TK-3: a callback is registered by another thread */
static void registered_elsewhere(struct kunit *test)
{
	struct env *env = env_of(test);

	play(env, 0, simple);
	elsewhere(env, register_cb);
	settle(env);
	expect_log(env, "ran cb");
}

/* --- hard interrupts ------------------------------------------------------------- */

struct irq {
	struct hrtimer timer;
	struct env *env;
	struct completion done;
};

static enum hrtimer_restart irq_fn(struct hrtimer *timer)
{
	struct irq *irq = container_of(timer, struct irq, timer);

	cotask_future_complete(&irq->env->future[0], 5);
	cotask_cancel(irq->env->task[1]);
	cotask_go(cotask_loop_root(irq->env->loop), script_frame(irq->env, simple));
	complete(&irq->done);
	return HRTIMER_NORESTART;
}

/* SC-9: completion, cancel and spawn from a hard interrupt on top of the owner */
static void from_an_interrupt(struct kunit *test)
{
	struct env *env = env_of(test);
	struct irq *irq = kunit_kzalloc(test, sizeof(*irq), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, irq);
	irq->env = env;
	init_completion(&irq->done);
	play(env, 0, wait0);
	play(env, 1, forever);
	settle(env);
	hrtimer_setup(&irq->timer, irq_fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	hrtimer_start(&irq->timer, ns_to_ktime(MS), HRTIMER_MODE_REL_HARD);
	wait_for_completion(&irq->done);
	hrtimer_cancel(&irq->timer);
	expect_pending(env, 0);
	settle(env);
	expect_log(env, "5 ran");
	expect_cancelled(env, 1);
}

/* --- loops on kthreads ------------------------------------------------------------- */

static struct cotask_loop *thread_loop(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create("cotask-test", 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	return loop;
}

struct nap {
	struct cotask_frame frame;
	s64 ns;
	bool stubborn;
	bool ran;
};

static long nap(struct cotask *task, struct cotask_frame *frame)
{
	struct nap *me = container_of(frame, struct nap, frame);
	long rc;

	CO_BEGIN(task, frame, slept);

	WRITE_ONCE(me->ran, true);
	do
		CO_AWAIT(slept, rc, cotask_sleep(task, me->ns));
	while (me->stubborn);
	return rc ?: 7;
}

static struct cotask_frame *nap_frame(struct nap *me, s64 ns, bool stubborn)
{
	*me = (struct nap){ .ns = ns, .stubborn = stubborn };
	return cotask_frame_init(&me->frame, nap, NULL);
}

struct deadlock {
	struct cotask_frame frame;
	struct cotask *other;
	int rc;
};

static long deadlock(struct cotask *task, struct cotask_frame *frame)
{
	struct deadlock *me = container_of(frame, struct deadlock, frame);

	me->rc = cotask_wait(me->other, COTASK_FOREVER);
	return 0;
}

/* SL-1, TK-1: a real sleep on a kthread's loop; a thread blocks until it is over */
static void real_sleep(struct kunit *test)
{
	struct cotask_loop *loop = thread_loop(test);
	struct nap n, m;
	struct deadlock d;
	u64 begin = ktime_get_ns();
	struct cotask *t = cotask_spawn(cotask_loop_root(loop), nap_frame(&n, 5 * MS, false), NULL);
	struct cotask *u = cotask_spawn(cotask_loop_root(loop),
					nap_frame(&m, 1000000 * MS, false), NULL);
	struct cotask *v;

	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), 0);
	KUNIT_EXPECT_GE(test, ktime_get_ns() - begin, (u64)(5 * MS));
	KUNIT_EXPECT_EQ(test, cotask_result(t), 7L);
	KUNIT_EXPECT_EQ(test, cotask_wait(u, MS), -ETIMEDOUT);
	KUNIT_EXPECT_FALSE(test, cotask_done(u));
	d.other = u;
	v = cotask_spawn(cotask_loop_root(loop), cotask_frame_init(&d.frame, deadlock, NULL), NULL);
	KUNIT_EXPECT_EQ(test, cotask_wait(v, COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(test, d.rc, -EDEADLK);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, COTASK_FOREVER), 0);
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(u));
	cotask_put(t);
	cotask_put(u);
	cotask_put(v);
}

/* TG-33: stop cancels the tasks of an opened group and waits; nothing runs afterwards */
static void stop_a_group(struct kunit *test)
{
	struct cotask_loop *loop = thread_loop(test);
	struct cotask_group g;
	struct nap n[3];
	struct cotask *t;
	int i;

	cotask_group_init(&g);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&g, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(cotask_loop_root(loop), 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_group_open(&g, loop, 0), 0);
	KUNIT_EXPECT_EQ(test, cotask_group_open(&g, loop, 0), -EALREADY);
	t = cotask_spawn(&g, nap_frame(&n[0], 1000000 * MS, false), NULL);
	for (i = 1; i < 3; i++)
		KUNIT_EXPECT_EQ(test, cotask_go(&g, nap_frame(&n[i], 1000000 * MS, false)), 0);
	KUNIT_EXPECT_EQ(test, cotask_group_wait(&g, MS), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&g, COTASK_FOREVER), 0);
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(t));
	KUNIT_EXPECT_EQ(test, cotask_go(&g, nap_frame(&n[0], 1, false)), -ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&g, COTASK_FOREVER), 0);
	cotask_put(t);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, COTASK_FOREVER), 0);
}

/* CO-B1: tasks that swallow every cancel are ended when the grace is over */
static void stubborn_tasks_are_ended(struct kunit *test)
{
	struct cotask_loop *loop = thread_loop(test);
	struct cotask_group g;
	struct nap n[2];
	struct cotask *t;

	cotask_group_init(&g);
	cotask_group_open(&g, loop, 0);
	t = cotask_spawn(&g, nap_frame(&n[0], 1000000 * MS, true), NULL);
	while (!READ_ONCE(n[0].ran))
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, cotask_group_wait(&g, 20 * MS), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&g, 20 * MS), 0);
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(t));
	cotask_put(t);
	KUNIT_EXPECT_EQ(test, cotask_go(cotask_loop_root(loop),
					nap_frame(&n[1], 1000000 * MS, true)), 0);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 20 * MS), 0);
}

/* SC-1: the loop of a CPU is made on demand, once */
static void loop_of_a_cpu(struct kunit *test)
{
	struct cotask_loop *loop = cotask_cpu_loop(0), *again = cotask_cpu_loop(0);
	struct nap n;
	struct cotask *t;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	KUNIT_EXPECT_PTR_EQ(test, loop, again);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_cpu_loop(nr_cpu_ids)), (long)-EINVAL);
	t = cotask_spawn(cotask_loop_root(loop), nap_frame(&n, MS, false), NULL);
	KUNIT_EXPECT_EQ(test, cotask_wait(t, COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(test, cotask_result(t), 7L);
	cotask_put(t);
	cotask_loop_put(loop);
	cotask_loop_put(again);
}

/**
 * struct reader - a thread that keeps grace periods of RCU from ending
 * @inside: it does
 * @leave: it need not any more
 * @ended: it does not any more
 * @gave_up: its patience, which is less than the kernel's, was over before @leave
 */
struct reader {
	struct completion	inside;
	bool			leave;
	struct completion	ended;
	bool			gave_up;
};

#define READER_PATIENCE	(10 * HZ)

static int read_for_long(void *arg)
{
	struct reader *r = arg;
	unsigned long limit = jiffies + READER_PATIENCE;

	rcu_read_lock();
	complete(&r->inside);
	while (!READ_ONCE(r->leave) && time_before(jiffies, limit))
		cpu_relax();
	rcu_read_unlock();
	r->gave_up = !READ_ONCE(r->leave);
	complete(&r->ended);
	return 0;
}

/* The end of a loop waits for no grace period, so that of many takes no time */
static void ends_within_a_grace_period(struct kunit *test)
{
	struct cotask_loop *loop;
	struct reader r = {};
	int i;

	/* The thread would keep the only CPU. */
	if (num_online_cpus() < 2)
		kunit_skip(test, "one CPU");
	init_completion(&r.inside);
	init_completion(&r.ended);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(read_for_long, &r, "reader")));
	wait_for_completion(&r.inside);
	for (i = 0; i < 100; i++) {
		loop = cotask_loop_create_here("short", 0);
		if (!IS_ERR(loop))
			cotask_loop_stop(loop, 0);
	}
	WRITE_ONCE(r.leave, true);
	wait_for_completion(&r.ended);
	KUNIT_EXPECT_FALSE(test, r.gave_up);
}

static long always_yields(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, again);

	do {
		CO_AWAIT(again, rc, cotask_yield(task));
	} while (!rc);
	return rc;
}

static struct cotask_group outlives;

static long fails_in_a_group(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, left);

	rc = cotask_group_enter(task, &outlives);
	if (rc)
		return rc;
	CO_AWAIT(left, rc, cotask_group_exit(task, &outlives, -EIO));
	return rc;
}

static int not_called(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	return 0;
}

/* TG-3, TG-14, TG-34: a group that a task has left can be used when its loop has gone */
static void group_outlives_its_loop(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create_here("left", 0);
	static struct cotask_frame main, late;
	struct cotask_group_error e;
	struct cotask_callback cb;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	cotask_group_init(&outlives);
	cotask_frame_init(&main, fails_in_a_group, NULL);
	KUNIT_EXPECT_EQ(test, cotask_run(loop, &main), (long)-EIO);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, cotask_group_errors(&outlives, &e, 1), 1);
	KUNIT_EXPECT_EQ(test, e.error, -EIO);
	KUNIT_EXPECT_EQ(test, cotask_group_cancel(&outlives), 0);
	KUNIT_EXPECT_EQ(test, cotask_block(&outlives.base, 0, TASK_KILLABLE), 0);
	KUNIT_EXPECT_EQ(test, cotask_on_done(&outlives.base, &cb, not_called), -EINVAL);
	cotask_frame_init(&late, always_yields, NULL);
	KUNIT_EXPECT_EQ(test, cotask_go(&outlives, &late), -ESHUTDOWN);
	cotask_group_fini(&outlives);
}

/* A loop that is never idle keeps no grace period of RCU-tasks, that of tracers, from ending */
static void busy_loop_and_rcu_tasks(struct kunit *test)
{
	struct cotask_loop *loop;
	static struct cotask_frame frame;

	if (IS_ENABLED(CONFIG_UML_TIME_TRAVEL_SUPPORT))
		kunit_skip(test, "no time passes while a thread is busy");
	loop = cotask_loop_create("busy", 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	KUNIT_EXPECT_EQ(test, cotask_go(cotask_loop_root(loop),
					cotask_frame_init(&frame, always_yields, NULL)), 0);
	synchronize_rcu_tasks();
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(completed_elsewhere),
	KUNIT_CASE(cancelled_elsewhere),
	KUNIT_CASE(cancel_races_completion),
	KUNIT_CASE(cancel_during_the_last_step),
	KUNIT_CASE(spawned_elsewhere),
	KUNIT_CASE(spawned_into_a_group),
	KUNIT_CASE(registered_elsewhere),
	KUNIT_CASE(from_an_interrupt),
	KUNIT_CASE(real_sleep),
	KUNIT_CASE(stop_a_group),
	KUNIT_CASE(stubborn_tasks_are_ended),
	KUNIT_CASE(loop_of_a_cpu),
	KUNIT_CASE(ends_within_a_grace_period),
	KUNIT_CASE(busy_loop_and_rcu_tasks),
	KUNIT_CASE(group_outlives_its_loop),
	{}
};

struct kunit_suite cotask_threads_suite = {
	.name = "cotask_threads",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
