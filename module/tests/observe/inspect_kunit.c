// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - inspecting tasks: lists, the await graph, the watchdog
 */
#include <linux/completion.h>
#include <linux/slab.h>

#include "../helpers.h"
#include "../suites.h"

static const struct line sleeper[] = { SLEEP(1000), END };
static const struct line joins_1[] = { JOIN(1), END };

/* Log a node as depth:name or depth:kind, with ! for a cycle and + for a cut. */
static void visit(const struct cotask_node *node, void *arg)
{
	note(arg, "%u:%s%s%s", node->depth, node->task ? node->name : node->kind,
	     node->cycle ? "!" : "", node->cut ? "+" : "");
}

static void waiters(struct env *env, int i, unsigned int depth)
{
	KUNIT_EXPECT_EQ(env->test, cotask_graph_waiters(&env->task[i]->base, depth, visit, env), 0);
}

static void waits(struct env *env, int i, unsigned int depth)
{
	KUNIT_EXPECT_EQ(env->test, cotask_graph_waits(env->task[i], depth, visit, env), 0);
}

/* IN-5, IN-6: the tasks that await a task, recursively, and what it awaits itself */
static void chain(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line joins_2[] = { JOIN(2), END };

	play_named(env, 1, sleeper, "s");
	play_named(env, 2, joins_1, "a");
	play_named(env, 3, joins_2, "b");
	play_named(env, 4, joins_2, "c");
	expect_log(env, "");
	settle(env);
	waiters(env, 1, 9);
	expect_log(env, "0:s 1:a 2:b 2:c");
	waits(env, 3, 9);
	expect_log(env, "0:b 1:a 2:s 3:sleep");
	/* The edges go with the resumption. */
	pass(env, 1000);
	waits(env, 3, 9);
	expect_log(env, "0:b");
}

/* IN-5: a future shows all tasks that wait for it */
static void waiters_of_a_future(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line w[] = { FUTURE(0), END };

	play_named(env, 1, w, "a");
	play_named(env, 2, w, "b");
	settle(env);
	cotask_graph_waiters(&env->future[0].base, 9, visit, env);
	expect_log(env, "0:future 1:a 1:b");
	cotask_future_complete(&env->future[0], 0);
	settle(env);
}

/* IN-5, WT-B2: edges of gather, shield, wait and as_completed */
static void combinations(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line g[] = { GATHER(0, 0, T(1), T(2)), AWAIT_SET(0), END };
	static const struct line w[] = { WAIT(1, WALL, NEVER, T(1), F(0)), END };
	static const struct line c[] = {
		AS_COMPLETED(2, NEVER, T(2), F(0)), NEXT(2), NEXT(2), END
	};
	static const struct line s[] = { SHIELD(2), END };

	play_named(env, 1, sleeper, "x");
	play_named(env, 2, sleeper, "y");
	play_named(env, 3, g, "g");
	play_named(env, 4, w, "w");
	play_named(env, 5, c, "c");
	play_named(env, 6, s, "s");
	settle(env);
	waits(env, 3, 2);
	expect_log(env, "0:g 1:gather 2:x+ 2:y+");
	waits(env, 4, 2);
	expect_log(env, "0:w 1:wait 2:x+ 2:future");
	waits(env, 5, 2);
	expect_log(env, "0:c 1:as_completed 2:y+ 2:future");
	waits(env, 6, 2);
	expect_log(env, "0:s 1:shield 2:y+");
	waiters(env, 1, 9);
	expect_log(env, "0:x 1:gather 2:g 1:wait 2:w");
	waiters(env, 2, 9);
	expect_log(env, "0:y 1:gather 2:g 1:as_completed 2:c 1:shield 2:s");
	/* A member that has ended is no edge any more. */
	cotask_future_complete(&env->future[0], 0);
	waits(env, 4, 2);
	expect_log(env, "0:w 1:wait 2:x+");
	settle(env);
	waits(env, 5, 2);
	expect_log(env, "#1= 0 0:c 1:as_completed 2:y+");
}

/* IN-B2: wait_for without time waits visibly, too */
static void wait_for_without_time(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line stubborn[] = { TRY, SLEEP(50), EXCEPT, SLEEP(50), ENDTRY, END };
	static const struct line w[] = { WAIT_FOR(1, 0), END };

	play_named(env, 1, stubborn, "x");
	settle(env);
	play_named(env, 2, w, "w");
	settle(env);
	waiters(env, 1, 9);
	expect_log(env, "0:x 1:w");
}

/* IN-5: the task in a group waits for each live child, wherever it stands */
static void groups(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line quick[] = { END };
	static const struct line p[] = {
		GROUP(0), SPAWN(1, 0, sleeper), SPAWN(2, 0, quick), SPAWN(3, 0, sleeper),
		SLEEP(10), ENDGROUP, END
	};

	play_named(env, 0, p, "p");
	settle(env);
	cotask_set_name(env->task[1], "a");
	cotask_set_name(env->task[3], "b");
	waits(env, 0, 1);
	expect_log(env, "0:p 1:sleep 1:a+ 1:b+");
	waiters(env, 1, 9);
	expect_log(env, "0:a 1:p");
	pass(env, 10);
	waits(env, 0, 1);
	expect_log(env, "0:p 1:a+ 1:b+");
}

/* IN-5: also if there are other scopes around it and inside of it */
static void group_among_scopes(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		TIMEOUT(0, NEVER), GROUP(0), TIMEOUT(1, NEVER), SPAWN(1, 0, sleeper), SLEEP(10),
		ENDTIMEOUT, ENDGROUP, ENDTIMEOUT, END
	};

	play_named(env, 0, p, "p");
	settle(env);
	cotask_set_name(env->task[1], "a");
	waits(env, 0, 1);
	expect_log(env, "0:p 1:sleep 1:a+");
}

/* IN-6: the depth is limited, and what is cut is marked */
static void limited_depth(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line joins_2[] = { JOIN(2), END };

	play_named(env, 1, sleeper, "s");
	play_named(env, 2, joins_1, "a");
	play_named(env, 3, joins_2, "b");
	settle(env);
	waiters(env, 1, 1);
	expect_log(env, "0:s 1:a+");
	waiters(env, 1, 0);
	expect_log(env, "0:s+");
	waiters(env, 1, 1000);
	expect_log(env, "0:s 1:a 2:b");
	KUNIT_EXPECT_EQ(test, cotask_graph_waiters(NULL, 1, visit, env), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_graph_waits(env->task[1], 1, NULL, env), -EINVAL);
}

/* IN-7: a cycle, which goes through a gather here, is reported and not followed */
static void cycle(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line g[] = { GATHER(0, 0, T(1), T(3)), AWAIT_SET(0), END };
	static const struct line joins_0[] = { YIELD, JOIN(0), END };

	play_named(env, 3, sleeper, "s");
	play_named(env, 1, joins_0, "a");
	play_named(env, 0, g, "g");
	settle(env);
	waits(env, 0, 9);
	expect_log(env, "0:g 1:gather 2:a 3:g! 2:s 3:sleep");
	waiters(env, 0, 9);
	expect_log(env, "0:g 1:a 2:gather 3:g!");
}

static const struct line inner[] = { SLEEP(1000), END };
static const struct line outer[] = { CALL(inner), END };

/* IN-6, TK-10: capture: name and frames, the innermost first */
static void capture(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_location loc[4];

	play_named(env, 0, outer, "o");
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_get_stack(env->task[0], loc, 4), 2);
	KUNIT_EXPECT_GT(test, loc[0].line, 0U);
	KUNIT_EXPECT_NE(test, loc[0].line, loc[1].line);
}

static struct cotask *before;

static void remember(struct env *env, struct cotask *task)
{
	before = cotask_current();
}

static void compare(struct env *env, struct cotask *task)
{
	KUNIT_EXPECT_PTR_EQ(env->test, cotask_current(), before);
	KUNIT_EXPECT_PTR_EQ(env->test, before, task);
}

static int no_current(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct env *env = env_current();

	KUNIT_EXPECT_NULL(env->test, cotask_current());
	note(env, "cb");
	return 0;
}

/* IN-1, IN-4: the current task, before and after a suspension; none in a callback */
static void the_current_task(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { HOOK(remember), SLEEP(10), HOOK(compare), END };
	struct cotask_callback cb;

	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_current()), (long)-ESRCH);
	play(env, 0, p);
	cotask_on_done(&env->task[0]->base, &cb, no_current);
	settle(env);
	pass(env, 10);
	expect_log(env, "cb");
}

/* --- from another thread ------------------------------------------------------- */

struct forever {
	struct cotask_frame frame;
	atomic_t *running;
};

static long forever(struct cotask *task, struct cotask_frame *frame)
{
	struct forever *f = container_of(frame, struct forever, frame);
	long rc;

	CO_BEGIN(task, frame, slept);

	atomic_inc(f->running);
	for (;;) {
		CO_AWAIT(slept, rc, cotask_sleep(task, NSEC_PER_MSEC / 4));
		if (rc)
			return rc;
	}
}

static long short_lived(struct cotask *task, struct cotask_frame *frame)
{
	return 0;
}

#define ALIVE	32

/* IN-3: a snapshot from another thread, while tasks come and go: none is missed or doubled */
static void snapshot_from_another_thread(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create("snapshot", 0);
	static struct forever f[ALIVE];
	struct cotask *alive[ALIVE], *found[4 * ALIVE];
	int i, k, n, round, times;
	atomic_t running = ATOMIC_INIT(0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	for (i = 0; i < ALIVE; i++) {
		f[i].running = &running;
		alive[i] = cotask_spawn(cotask_loop_root(loop),
					cotask_frame_init(&f[i].frame, forever, NULL), NULL);
	}
	for (round = 0; round < 50; round++) {
		for (i = 0; i < ALIVE; i++) {
			struct cotask_frame *frame = kzalloc(sizeof(*frame), GFP_KERNEL);

			cotask_go(cotask_loop_root(loop),
				  cotask_frame_init(frame, short_lived, cotask_frame_kfree));
		}
		n = min_t(int, cotask_all_tasks(loop, found, ARRAY_SIZE(found)),
			  ARRAY_SIZE(found));
		for (i = 0; i < ALIVE; i++) {
			for (k = 0, times = 0; k < n; k++)
				times += found[k] == alive[i];
			KUNIT_EXPECT_EQ(test, times, 1);
		}
		while (n--)
			cotask_put(found[n]);
	}
	cotask_loop_stop(loop, COTASK_FOREVER);
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(env_of(test)->loop, NULL, 1), -EINVAL);
	for (i = 0; i < ALIVE; i++)
		cotask_put(alive[i]);
}

/* --- one task ------------------------------------------------------------------------ */

/* IN-B1: id, name, state, what it waits on, count, armed, reason, group, steps */
static void info(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { GROUP(0), SPAWN(1, 0, sleeper), ENDGROUP, END };
	static const struct line swallows[] = {
		TRY, SLEEP(10), EXCEPT, ENDTRY, FUTURE(0), END
	};
	struct cotask_info i;

	/* It counts steps when it has to watch them. */
	cotask_loop_watch(env->loop, &(struct cotask_watch){ .step_ns = NSEC_PER_SEC });
	play_named(env, 0, p, "parent");
	play(env, 2, swallows);
	KUNIT_EXPECT_EQ(test, cotask_task_info(env->task[0], &i), 0);
	KUNIT_EXPECT_EQ(test, i.times.steps, 0U);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_task_info(env->task[0], &i), 0);
	KUNIT_EXPECT_STREQ(test, i.name, "parent");
	KUNIT_EXPECT_STREQ(test, i.state, "pending");
	KUNIT_EXPECT_STREQ(test, i.waits_on, "group");
	KUNIT_EXPECT_EQ(test, i.id, cotask_id(env->task[0]));
	KUNIT_EXPECT_EQ(test, i.times.steps, 1U);
	KUNIT_EXPECT_EQ(test, i.parent, 0ULL);
	KUNIT_EXPECT_EQ(test, cotask_task_info(env->task[1], &i), 0);
	KUNIT_EXPECT_STREQ(test, i.waits_on, "sleep");
	KUNIT_EXPECT_EQ(test, i.deadline, (s64)cotask_loop_now(env->loop) + 1000 * MS);
	KUNIT_EXPECT_EQ(test, i.parent, cotask_id(env->task[0]));

	cotask_cancel(env->task[2]);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_task_info(env->task[2], &i), 0);
	KUNIT_EXPECT_STREQ(test, i.state, "cancelling");
	KUNIT_EXPECT_STREQ(test, i.waits_on, "future");
	KUNIT_EXPECT_EQ(test, i.cancelling, 1U);
	KUNIT_EXPECT_FALSE(test, i.armed);
	KUNIT_EXPECT_EQ(test, i.reason.cause, COTASK_CAUSE_USER);
	cotask_future_complete(&env->future[0], 0);
	cotask_cancel(env->task[2]);
	KUNIT_EXPECT_EQ(test, cotask_task_info(env->task[2], &i), 0);
	KUNIT_EXPECT_TRUE(test, i.armed);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_task_info(env->task[2], &i), 0);
	KUNIT_EXPECT_STREQ(test, i.state, "cancelled");
	KUNIT_EXPECT_EQ(test, cotask_task_info(NULL, &i), -EINVAL);
}

/* --- the watchdog ------------------------------------------------------------------- */

static void on_watch(struct cotask *task, u64 ns)
{
	char name[COTASK_NAME_MAX + 1];

	cotask_get_name(task, name, sizeof(name));
	note(env_current(), "%s:%s", ns ? "slow" : "deaf", name);
}

static void take_long(struct env *env, struct cotask *task)
{
	u64 begin = ktime_get_ns();

	while (ktime_get_ns() - begin < 2 * NSEC_PER_USEC)
		cpu_relax();
}

/* IN-B3: a step that is longer than the limit is reported with its name */
static void slow_step(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { HOOK(take_long), END };
	struct cotask_watch watch = { .step_ns = NSEC_PER_USEC, .report = on_watch };

	KUNIT_EXPECT_EQ(test, cotask_loop_watch(env->loop, &watch), 0);
	play_named(env, 0, p, "p");
	settle(env);
	expect_log(env, "slow:p");
	KUNIT_EXPECT_EQ(test, cotask_loop_watch(env->loop, &(struct cotask_watch){}), 0);
	play_named(env, 0, p, "p");
	settle(env);
	expect_log(env, "");
	KUNIT_EXPECT_EQ(test, cotask_loop_watch(NULL, &watch), -EINVAL);
}

/* IN-B3: a task that ignores a cancel is reported once; one that takes it back is not */
static void ignored_cancel(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line deaf[] = { TRY, SLEEP(500), EXCEPT, ENDTRY, SLEEP(500), END };
	static const struct line fair[] = {
		TRY, SLEEP(500), EXCEPT, UNCANCEL, ENDTRY, SLEEP(500), END
	};
	struct cotask_watch watch = { .cancel_ns = 10 * MS, .report = on_watch };

	KUNIT_EXPECT_EQ(test, cotask_loop_watch(env->loop, &watch), 0);
	play_named(env, 0, deaf, "d");
	play_named(env, 1, fair, "f");
	settle(env);
	pass(env, 10);
	cotask_cancel(env->task[0]);
	cotask_cancel(env->task[1]);
	settle(env);
	pass(env, 10);
	expect_log(env, "");
	pass(env, 10);
	expect_log(env, "deaf:d");
	pass(env, 10);
	expect_log(env, "");
}

static struct kunit_case cases[] = {
	KUNIT_CASE(chain),
	KUNIT_CASE(waiters_of_a_future),
	KUNIT_CASE(combinations),
	KUNIT_CASE(wait_for_without_time),
	KUNIT_CASE(groups),
	KUNIT_CASE(group_among_scopes),
	KUNIT_CASE(limited_depth),
	KUNIT_CASE(cycle),
	KUNIT_CASE(capture),
	KUNIT_CASE(the_current_task),
	KUNIT_CASE(snapshot_from_another_thread),
	KUNIT_CASE(info),
	KUNIT_CASE(slow_step),
	KUNIT_CASE(ignored_cancel),
	{}
};

struct kunit_suite cotask_inspect_suite = {
	.name = "cotask_inspect",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
