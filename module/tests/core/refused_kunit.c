// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - misuse is refused, and groups that are opened late or too late
 *
 * A debug build warns of a coroutine that breaks the rules; the cases expect these warnings.
 */
#include <linux/cotask_body.h>
#include <linux/cotask_thread.h>
#include <linux/irqflags.h>
#include <linux/slab.h>

#include "../../core/core.h"
#include "../helpers.h"
#include "../suites.h"

static const struct line sleeper[] = { SLEEP(1000), END };

static struct {
	struct cotask_frame frame;
	struct cotask_callback cb;
	struct cotask_start start;
	struct cotask_timeout timeout;
	struct cotask_queue queue;
	struct cotask_queue_op queue_op;
	struct list_head item;
	struct cotask_event event;
	struct cotask_cond cond;
	struct cotask_cond_wait cond_wait;
	struct cotask_completion done;
	struct cotask_group group;
	struct cotask_as_completed it;
	struct cotask_next next;
	unsigned int released;
} my;

static int refused_init(struct kunit *test)
{
	memset(&my, 0, sizeof(my));
	WRITE_ONCE(cotask_misuse_expected, true);
	return env_init(test);
}

static void refused_exit(struct kunit *test)
{
	env_exit(test);
	WRITE_ONCE(cotask_misuse_expected, false);
}

static void my_release(struct cotask_frame *frame)
{
	my.released++;
}

static struct cotask *spawn(struct env *env, cotask_step_fn step)
{
	struct cotask *t = cotask_spawn(cotask_loop_root(env->loop),
					cotask_frame_init(&my.frame, step, my_release), NULL);

	KUNIT_ASSERT_FALSE(env->test, IS_ERR(t));
	env->task[0] = t;
	return t;
}

/* --- awaits ----------------------------------------------------------------------- */

/* It has suspended already when it begins to wait for other things. */
static struct cotask_await sleep_and_more(struct cotask *task, struct env *env)
{
	struct cotask_await slept = cotask_sleep(task, 10 * MS);
	s64 later = cotask_loop_now(env->loop) + 20 * MS;

#define REFUSED(await)								\
	KUNIT_EXPECT_FALSE(env->test, (await).pending);				\
	KUNIT_EXPECT_EQ(env->test, task->base.result, (long)-EINVAL)
	REFUSED(cotask_yield(task));
	REFUSED(cotask_sleep(task, MS));
	REFUSED(cotask_sleep_until(task, ns_to_ktime(later), CLOCK_MONOTONIC, 0));
	REFUSED(cotask_await(task, &env->future[0].base));
	REFUSED(cotask_sem_acquire(task, &env->lock[0].sem));
#undef REFUSED
	return slept;
}

static long awaits_twice(struct cotask *task, struct cotask_frame *frame)
{
	struct env *env = env_current();
	long rc;

	CO_BEGIN(task, frame, slept);

	CO_AWAIT(slept, rc, sleep_and_more(task, env));
	note(env, "slept");
	return rc < 0 ? 7 : rc;
}

/* AW-1: a task that waits begins no other wait, and goes on when the first one is over */
static void second_await_in_a_step(struct kunit *test)
{
	struct env *env = env_of(test);

	KUNIT_EXPECT_TRUE(test, cotask_sem_try_acquire(&env->lock[0].sem));
	spawn(env, awaits_twice);
	settle(env);
	KUNIT_EXPECT_TRUE(test, list_empty(&env->future[0].base.waiters));
	KUNIT_EXPECT_TRUE(test, list_empty(&env->lock[0].sem.base.waiters));
	expect_log(env, "");
	pass(env, 10);
	expect_log(env, "slept");
	expect_finished(env, 0, 7);
}

static long suspends_for_nothing(struct cotask *task, struct cotask_frame *frame)
{
	return COTASK_SUSPENDED;
}

/* A coroutine that suspends without an await has failed */
static void suspended_without_an_await(struct kunit *test)
{
	struct env *env = env_of(test);

	spawn(env, suspends_for_nothing);
	settle(env);
	expect_failed(env, 0, -EINVAL);
	KUNIT_EXPECT_EQ(test, my.released, 1U);
}

static long ends_while_it_awaits(struct cotask *task, struct cotask_frame *frame)
{
	struct cotask_await await = cotask_await(task, &env_current()->future[0].base);

	return await.pending ? 7 : 0;
}

/* A coroutine that returns after it has begun to wait has ended, and waits no more */
static void ended_while_it_awaits(struct kunit *test)
{
	struct env *env = env_of(test);

	spawn(env, ends_while_it_awaits);
	settle(env);
	expect_finished(env, 0, 7);
	KUNIT_EXPECT_EQ(test, my.released, 1U);
	KUNIT_EXPECT_TRUE(test, list_empty(&env->future[0].base.waiters));
	KUNIT_EXPECT_EQ(test, cotask_future_complete(&env->future[0], 1), 0);
	settle(env);
}

static long ends_inside_a_timeout(struct cotask *task, struct cotask_frame *frame)
{
	return cotask_timeout_start(task, &my.timeout, 10 * MS) ?: 7;
}

/* TO-3: a coroutine that returns inside of a timeout has left it */
static void ended_inside_a_scope(struct kunit *test)
{
	struct env *env = env_of(test);

	spawn(env, ends_inside_a_timeout);
	settle(env);
	expect_finished(env, 0, 7);
	KUNIT_EXPECT_EQ(test, my.released, 1U);
	pass(env, 20);
	KUNIT_EXPECT_FALSE(test, cotask_timeout_expired(&my.timeout));
}

static struct cotask_frame *my_frame(void)
{
	return cotask_frame_init(&my.frame, suspends_for_nothing, my_release);
}

static void wrong_arguments(struct env *env, struct cotask *task)
{
#define REFUSED(await, rc)							\
	KUNIT_EXPECT_FALSE(env->test, (await).pending);				\
	KUNIT_EXPECT_EQ(env->test, task->base.result, (long)(rc))
	REFUSED(cotask_as_completed_next(task, NULL, &env->it[0]), -EINVAL);
	REFUSED(cotask_queue_get(task, NULL, &env->queue[0]), -EINVAL);
	REFUSED(cotask_queue_get(task, &my.queue_op, NULL), -EINVAL);
	REFUSED(cotask_group_start(task, &my.start, &env->group[0], NULL, NULL), -EINVAL);
	REFUSED(cotask_group_start(task, NULL, &env->group[0], my_frame(), NULL), -EINVAL);
	REFUSED(cotask_group_start(task, &my.start, NULL, my_frame(), NULL), -EINVAL);
	REFUSED(cotask_group_start(task, &my.start, &my.group, my_frame(), NULL), -EXDEV);
	REFUSED(cotask_as_completed_next(task, &my.next, &my.it), -EXDEV);
	REFUSED(cotask_cond_wait(task, &my.cond_wait, &my.cond), -EXDEV);
#undef REFUSED
	KUNIT_EXPECT_EQ(env->test, my.released, 3U);
	KUNIT_EXPECT_EQ(env->test, my.it.left, 1U);
	KUNIT_EXPECT_EQ(env->test, PTR_ERR(cotask_submit_into(NULL, my_frame(), NULL)),
			(long)-EINVAL);
	KUNIT_EXPECT_EQ(env->test, my.released, 4U);
}

/* AW-5, CO-6: missing arguments, and what belongs to another loop, return an error at once */
static void missing_arguments(struct kunit *test)
{
	static const struct line script[] = { HOOK(wrong_arguments), LOG("on"), END };
	struct cotask_loop *other = cotask_manual_create(0);
	struct env *env = env_of(test);
	struct cotask_lock lock;

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	cotask_group_init(&my.group);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&my.group, other, 0), 0);
	my.it.set.base.loop = other;
	my.it.left = 1;
	cotask_lock_init(&lock, other);
	cotask_cond_init(&my.cond, &lock);
	KUNIT_EXPECT_TRUE(test, cotask_sem_try_acquire(&lock.sem));
	play(env, 0, script);
	settle(env);
	expect_log(env, "on");
	cotask_lock_release(&lock);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(other, 0), 0);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&my.group, 0), 0);
	cotask_group_fini(&my.group);
}

static struct cotask_frame *makes_nothing(const void *arg)
{
	return ERR_PTR(-EINVAL);
}

/* A body without a name, with a name that is too long, without code, with too large an argument */
static void bad_bodies(struct kunit *test)
{
	const struct cotask_body good = { .name = "kunit.body", .make = makes_nothing };
	struct cotask_body bad = good;

	KUNIT_EXPECT_EQ(test, cotask_body_register(NULL), -EINVAL);
	bad.name = NULL;
	KUNIT_EXPECT_EQ(test, cotask_body_register(&bad), -EINVAL);
	bad.name = "";
	KUNIT_EXPECT_EQ(test, cotask_body_register(&bad), -EINVAL);
	bad.name = "kunit.0123456789012345678901234567";
	KUNIT_EXPECT_EQ(test, cotask_body_register(&bad), -EINVAL);
	bad = good;
	bad.make = NULL;
	KUNIT_EXPECT_EQ(test, cotask_body_register(&bad), -EINVAL);
	bad = good;
	bad.arg_size = 4097;
	KUNIT_EXPECT_EQ(test, cotask_body_register(&bad), -EINVAL);
	bad = good;
	KUNIT_EXPECT_EQ(test, cotask_body_register(&bad), 0);
	cotask_body_unregister(&bad);
}

static long waits_elsewhere(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, waited);

	CO_AWAIT(waited, rc, cotask_event_wait(task, &my.event));
	note(env_current(), "%ld", rc);
	return 7;
}

/* AW-5: an event of another loop returns an error on the next turn, without a wait */
static void event_of_another_loop(struct kunit *test)
{
	struct cotask_loop *other = cotask_manual_create(0);
	struct env *env = env_of(test);

	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	cotask_event_init(&my.event, other);
	spawn(env, waits_elsewhere);
	settle(env);
	expect_log(env, "-18");
	expect_finished(env, 0, 7);
	KUNIT_EXPECT_TRUE(test, list_empty(&my.event.base.waiters));
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(other, 0), 0);
}

static int spawns_without_group(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct env *env = env_current();

	env->task[0] = cotask_spawn(NULL, script_frame(env, sleeper), NULL);
	return 0;
}

/* A callback has no task, and so no group but that of the loop */
static void spawned_by_a_callback(struct kunit *test)
{
	struct cotask_info info = {};
	struct env *env = env_of(test);

	KUNIT_ASSERT_EQ(test, cotask_call_soon(env->loop, &my.cb, spawns_without_group), 0);
	settle(env);
	KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(env->task[0]));
	KUNIT_EXPECT_EQ(test, cotask_task_info(env->task[0], &info), 0);
	KUNIT_EXPECT_EQ(test, info.group, cotask_loop_root(env->loop)->id);
}

static void complete_0(struct env *env)
{
	KUNIT_EXPECT_EQ(env->test, cotask_future_complete(&env->future[0], 5), 0);
}

/* SH-8: a shield whose future was completed elsewhere is dropped before that has arrived */
static void shield_of_what_is_on_its_way(struct kunit *test)
{
	struct cotask_shield *shield = kunit_kzalloc(test, sizeof(*shield), GFP_KERNEL);
	struct env *env = env_of(test);

	KUNIT_ASSERT_NOT_NULL(test, shield);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cotask_shield(shield, &env->future[0].base)));
	elsewhere(env, complete_0);
	cotask_shield_drop(shield);
	KUNIT_EXPECT_TRUE(test, cotask_awaitable_done(&shield->base));
	memset(shield, 0xff, sizeof(*shield));
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_result(&env->future[0].base), 5L);
}

/* --- queues ----------------------------------------------------------------------- */

/* SY-4: granted a slot, and the queue was shut down before it has resumed */
static void shut_down_with_a_slot(struct kunit *test)
{
	static const struct line puts[] = {
		PUT(1, 5), TRY, PUT(1, 6), LOG("never"), EXCEPT, SHOW, ENDTRY, END
	};
	static const struct line closes[] = { GET(1), SHOW, CLOSE(1), END };
	struct env *env = env_of(test);

	play(env, 0, puts);
	settle(env);
	expect_pending(env, 0);
	play(env, 1, closes);
	settle(env);
	expect_log(env, "5 ESHUTDOWN");
	KUNIT_EXPECT_EQ(test, env->queue[1].slots.free, 1UL);
}

/* The caller puts an item between the call and its first step. */
static struct cotask_await get_and_put(struct cotask *task)
{
	struct cotask_await get = cotask_queue_get(task, &my.queue_op, &my.queue);

	note(env_current(), "%d", cotask_queue_try_put(&my.queue, &my.item));
	return get;
}

static long gets(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, got);

	CO_AWAIT(got, rc, get_and_put(task));
	note(env_current(), "%ld", rc);
	return my.queue_op.item == &my.item;
}

/* SY-4: an item that has arrived since the caller looked is taken without a suspension */
static void item_after_the_look(struct kunit *test)
{
	struct env *env = env_of(test);

	KUNIT_ASSERT_EQ(test, cotask_queue_init(&my.queue, env->loop, 0), 0);
	spawn(env, gets);
	turn(env);
	expect_log(env, "0 0");
	expect_finished(env, 0, 1);
	KUNIT_EXPECT_EQ(test, my.queue.count, 0UL);
}

/* --- groups ----------------------------------------------------------------------- */

static struct cotask *spawn_into(struct env *env, int i)
{
	env->task[i] = cotask_spawn(&my.group, script_frame(env, sleeper), NULL);
	KUNIT_ASSERT_FALSE(env->test, IS_ERR(env->task[i]));
	return env->task[i];
}

static void stop_timed_out(struct env *env)
{
	KUNIT_EXPECT_EQ(env->test, cotask_group_stop(&my.group, 0), -ETIMEDOUT);
}

/* TG-B4, TO-B2: the deadline of a group that a thread has opened */
static void opened_with_a_deadline(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_group_options options = {
		.deadline = ns_to_ktime(cotask_loop_now(env->loop) + 10 * MS),
	};

	cotask_group_init(&my.group);
	KUNIT_ASSERT_EQ(test, cotask_group_configure(&my.group, &options), 0);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&my.group, env->loop, 0), 0);
	spawn_into(env, 0);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_effective_deadline(env->task[0]), options.deadline);
	pass(env, 9);
	expect_pending(env, 0);
	pass(env, 1);
	expect_cancelled(env, 0);
	stop(env, 0);
	stop_timed_out(env);
	cotask_group_fini(&my.group);
}

/* TG-B5: cancelled before it is opened: so are the tasks that come */
static void cancelled_before_it_is_opened(struct kunit *test)
{
	struct env *env = env_of(test);

	cotask_group_init(&my.group);
	KUNIT_EXPECT_EQ(test, cotask_group_cancel(&my.group), 0);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&my.group, env->loop, 0), 0);
	settle(env);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_spawn(&my.group, script_frame(env, sleeper), NULL)),
			(long)-ESHUTDOWN);
	stop(env, 0);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&my.group, 0), 0);
	cotask_group_fini(&my.group);
}

/* TG-B4: a deadline that comes while the group is cancelled is no timeout */
static void deadline_of_a_cancelled_group(struct kunit *test)
{
	static const struct line slow[] = {
		TRY, SLEEP(1000), EXCEPT, SLEEP(20), LOG("clean"), RERAISE, ENDTRY, END
	};
	static const struct line parent[] = {
		TRY, GROUP(0), SPAWN(1, 0, slow), SLEEP(1000), ENDGROUP, EXCEPT, SHOW, ENDTRY,
		LOG("on"), END
	};
	struct env *env = env_of(test);
	struct cotask_group_options options = {
		.deadline = ns_to_ktime(cotask_loop_now(env->loop) + 10 * MS),
	};

	KUNIT_ASSERT_EQ(test, cotask_group_configure(&env->group[0], &options), 0);
	play(env, 0, parent);
	settle(env);
	pass(env, 5);
	cotask_group_cancel(&env->group[0]);
	settle(env);
	pass(env, 10);
	expect_log(env, "");
	pass(env, 10);
	expect_log(env, "clean on");
}

static long awaits_a_group(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, ended);

	CO_AWAIT(ended, rc, cotask_await(task, &env_current()->group[0].base));
	note(env_current(), "%ld", rc);
	return rc;
}

/* CX-3: a cancel of a task that waits for the group of another one does not reach the group */
static void awaited_by_another_task(struct kunit *test)
{
	static const struct line parent[] = { GROUP(0), SPAWN(1, 0, sleeper), ENDGROUP, END };
	struct env *env = env_of(test);

	play(env, 2, parent);
	settle(env);
	spawn(env, awaits_a_group);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_cancel(env->task[0]));
	settle(env);
	expect_log(env, "-125");
	expect_cancelled(env, 0);
	expect_pending(env, 1);
	pass(env, 1000);
	expect_finished(env, 2, 0);
}

/* --- loops ------------------------------------------------------------------------ */

/* RT-7: a group whose loop has ended takes no submission, and the coroutine is released */
static void submitted_too_late(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create("kunit-late", 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	cotask_group_init(&my.group);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&my.group, loop, 0), 0);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&my.group, 0), 0);
	cotask_frame_init(&my.frame, suspends_for_nothing, my_release);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_submit_into(&my.group, &my.frame, NULL)),
			(long)-ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, my.released, 1U);
	cotask_group_fini(&my.group);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
}

static long ends_at_once(struct cotask *task, struct cotask_frame *frame)
{
	return 0;
}

/* What was submitted before has begun. */
static void flush(struct kunit *test, struct cotask_loop *loop)
{
	struct cotask_submission *s;
	struct cotask_frame frame;

	s = cotask_submit(loop, cotask_frame_init(&frame, ends_at_once, NULL), NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(s));
	KUNIT_EXPECT_EQ(test, cotask_submission_wait(s, COTASK_FOREVER), 0);
	cotask_submission_put(s);
}

static long sleeps_on(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, slept);

	CO_AWAIT(slept, rc, cotask_sleep(task, COTASK_FOREVER));
	return rc;
}

/* RT-B1: the wait sleeps, so it is refused where that is not allowed, and cancels nothing */
static void cancel_and_wait_in_atomic_context(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create("kunit-atomic", 0);
	struct cotask_submission *s;
	unsigned long flags;
	int rc;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	s = cotask_submit(loop, cotask_frame_init(&my.frame, sleeps_on, my_release), NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(s));
	flush(test, loop);
	local_irq_save(flags);
	rc = cotask_submission_cancel_and_wait(s);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, rc, -EINVAL);
	flush(test, loop);
	KUNIT_EXPECT_EQ(test, my.released, 0U);
	KUNIT_EXPECT_EQ(test, cotask_submission_cancel_and_wait(s), 0);
	KUNIT_EXPECT_EQ(test, my.released, 1U);
	cotask_submission_put(s);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
}

/* A completion is ended by another thread than that of its loop, with calls on their way */
static void completion_ended_elsewhere(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create("kunit-done", 0);
	unsigned int i;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	cotask_completion_init(&my.done, loop);
	for (i = 0; i < 1000; i++)
		cotask_complete(&my.done);
	KUNIT_EXPECT_EQ(test, cotask_completion_fini(&my.done), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&my.done.arrived), 0L);
	memset(&my.done, 0xff, sizeof(my.done));
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, 0), 0);
}

/* The loop of the CPU that the caller runs on is one of those that have a number */
static void loop_of_this_cpu(struct kunit *test)
{
	struct cotask_loop *here = cotask_cpu_loop(COTASK_THIS_CPU), *loop;
	unsigned int cpu, same = 0;

	KUNIT_ASSERT_FALSE(test, IS_ERR(here));
	for_each_online_cpu(cpu) {
		loop = cotask_cpu_loop(cpu);
		KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
		same += loop == here;
		cotask_loop_put(loop);
	}
	KUNIT_EXPECT_EQ(test, same, 1U);
	cotask_loop_put(here);
}

static long tells_its_deadline(struct cotask *task, struct cotask_frame *frame)
{
	struct env *env = env_current();
	s64 now = cotask_loop_now(env->loop);

	/* The boot clock has gone on during the suspend. */
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_init_at(&my.timeout, ns_to_ktime(now + 8 * MS),
							  CLOCK_BOOTTIME), 0);
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_enter(task, &my.timeout), 0);
	KUNIT_EXPECT_EQ(env->test, ktime_to_ns(cotask_effective_deadline(task)), now + 5 * MS);
	return cotask_timeout_exit(&my.timeout, 7);
}

/* TO-B2: a deadline on the boot clock is returned on the monotonic clock */
static void deadline_of_the_boot_clock(struct kunit *test)
{
	struct env *env = env_of(test);

	cotask_manual_suspend(env->loop, 3 * MS);
	spawn(env, tells_its_deadline);
	settle(env);
	expect_finished(env, 0, 7);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(second_await_in_a_step),
	KUNIT_CASE(suspended_without_an_await),
	KUNIT_CASE(ended_while_it_awaits),
	KUNIT_CASE(ended_inside_a_scope),
	KUNIT_CASE(missing_arguments),
	KUNIT_CASE(bad_bodies),
	KUNIT_CASE(event_of_another_loop),
	KUNIT_CASE(spawned_by_a_callback),
	KUNIT_CASE(shield_of_what_is_on_its_way),
	KUNIT_CASE(shut_down_with_a_slot),
	KUNIT_CASE(item_after_the_look),
	KUNIT_CASE(opened_with_a_deadline),
	KUNIT_CASE(cancelled_before_it_is_opened),
	KUNIT_CASE(deadline_of_a_cancelled_group),
	KUNIT_CASE(awaited_by_another_task),
	KUNIT_CASE(submitted_too_late),
	KUNIT_CASE(cancel_and_wait_in_atomic_context),
	KUNIT_CASE(completion_ended_elsewhere),
	KUNIT_CASE(loop_of_this_cpu),
	KUNIT_CASE(deadline_of_the_boot_clock),
	{}
};

struct kunit_suite cotask_refused_suite = {
	.name = "cotask_refused",
	.init = refused_init,
	.exit = refused_exit,
	.test_cases = cases,
};
