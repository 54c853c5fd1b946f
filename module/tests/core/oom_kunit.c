// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - no memory, by fault injection
 *
 * Calls that create an object are repeated, with the first, the second, ...
 * allocation failing, until no allocation is left to fail.  An allocation of a
 * debugging tool counts as well (kmemleak's, which does without), so a fault does
 * not always make the call fail.
 */
#include <linux/cotask_gather.h>
#include <linux/cotask_thread.h>

#include "../suites.h"
#include "faults.h"

/* --- what is tried ------------------------------------------------------------ */

/* The coroutine that is spawned. */
static struct {
	struct cotask_frame frame;
	unsigned int ran;
	unsigned int released;
} coro;

static long coro_step(struct cotask *task, struct cotask_frame *frame)
{
	coro.ran++;
	return 0;
}

static void coro_release(struct cotask_frame *frame)
{
	coro.released++;
}

/**
 * struct trial - a call that is repeated
 * @prepare: before each call, or NULL
 * @call: with the fault; returns 0 or an errno
 * @check: after it: what there must be now; ends what the call has made
 * @outside: call it in another thread
 * @least: how many of its own allocations must have failed
 */
struct trial {
	void (*prepare)(struct env *env);
	long (*call)(struct env *env);
	void (*check)(struct env *env, long rc);
	bool outside;
	unsigned int least;
};

/* The current trial, the result of the call, and the fault that was fatal. */
static struct {
	const struct trial *how;
	unsigned int nth;
	unsigned int left;
	unsigned int fatal;
	long rc;
} now;

static void call_with_fault(struct env *env)
{
	fault_arm(now.nth);
	now.rc = now.how->call(env);
	now.left = fault_disarm();
}

static void try_once(struct env *env)
{
	memset(&coro, 0, sizeof(coro));
	cotask_frame_init(&coro.frame, coro_step, coro_release);
	if (now.how->prepare)
		now.how->prepare(env);
	if (now.how->outside)
		elsewhere(env, call_with_fault);
	else
		call_with_fault(env);
	if (now.rc) {
		KUNIT_EXPECT_EQ(env->test, now.rc, (long)-ENOMEM);
		now.fatal = now.nth;
	}
	now.how->check(env, now.rc);
}

/*
 * A slab that is full needs a page, and does without if that is what fails: the fault has then hid
 * the allocation that was meant, which comes next time.
 */
static void try_with_fault(struct env *env)
{
	try_once(env);
	if (!now.left && !now.rc)
		try_once(env);
}

static void try_all(struct kunit *test, const struct trial *how)
{
	unsigned int failed = 0;

	now.how = how;
	/* Without a fault: caches that are used for the first time allocate for themselves. */
	now.nth = 1000;
	try_once(env_of(test));
	now.nth = 0;
	do {
		now.nth++;
		try_with_fault(env_of(test));
		failed += now.rc < 0;
	} while (!now.left && now.nth < 100);
	KUNIT_EXPECT_EQ(test, now.rc, 0L);
	KUNIT_EXPECT_GE(test, failed, how->least);
	kunit_info(test, "%u faults, the call has failed %u times", now.nth - 1, failed);
}

/* --- spawning -------------------------------------------------------------------- */

static long keep(struct env *env, struct cotask *t)
{
	if (IS_ERR(t))
		return PTR_ERR(t);
	env->task[0] = t;
	return 0;
}

static void drop(struct env *env)
{
	cotask_put(env->task[0]);
	env->task[0] = NULL;
}

/* Released without having run, or run and released; and nothing is left. */
static void check_spawned(struct env *env, long rc)
{
	struct kunit *test = env->test;

	if (rc) {
		KUNIT_EXPECT_EQ(test, coro.released, 1U);
		KUNIT_EXPECT_EQ(test, cotask_all_tasks(env->loop, NULL, 0), 0U);
	}
	settle(env);
	KUNIT_EXPECT_EQ(test, coro.ran, rc ? 0U : 1U);
	KUNIT_EXPECT_EQ(test, coro.released, 1U);
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(env->loop, NULL, 0), 0U);
	drop(env);
}

static long call_spawn(struct env *env)
{
	return keep(env, cotask_spawn(cotask_loop_root(env->loop), &coro.frame, NULL));
}

/* SC-10, CT-6, CO-6: a spawn without memory creates nothing, and releases its coroutine */
static void spawn(struct kunit *test)
{
	static const struct trial trial = {
		.call = call_spawn, .check = check_spawned, .least = 1,
	};

	try_all(test, &trial);
}

/* SC-10, CT-6: the same from another thread */
static void spawn_outside(struct kunit *test)
{
	static const struct trial trial = {
		.call = call_spawn, .check = check_spawned, .outside = true, .least = 1,
	};

	try_all(test, &trial);
}

static long call_spawn_named(struct env *env)
{
	return keep(env, cotask_spawn(cotask_loop_root(env->loop), &coro.frame, "name"));
}

/* SC-10, CT-6: the name and the task are allocated, either may fail */
static void spawn_named(struct kunit *test)
{
	static const struct trial trial = {
		.call = call_spawn_named, .check = check_spawned, .least = 2,
	};

	try_all(test, &trial);
}

static struct cotask_context *context;

static void prepare_context(struct env *env)
{
	context = cotask_context_new(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(env->test, context);
}

static long call_spawn_with(struct env *env)
{
	const struct cotask_spawn_args args = {
		.name = "name", .gfp = GFP_ATOMIC, .context = context,
	};

	return keep(env, cotask_spawn_with(cotask_loop_root(env->loop), &coro.frame, &args));
}

/* kmemleak reports a failure that has kept a reference to the context. */
static void check_spawned_with(struct env *env, long rc)
{
	check_spawned(env, rc);
	cotask_context_put(context);
}

/* SC-10, CT-6: with all options */
static void spawn_with(struct kunit *test)
{
	static const struct trial trial = {
		.prepare = prepare_context, .call = call_spawn_with,
		.check = check_spawned_with, .least = 2,
	};

	try_all(test, &trial);
}

static long call_go(struct env *env)
{
	return cotask_go(cotask_loop_root(env->loop), &coro.frame);
}

/* SC-10, CT-6: without a handle */
static void go(struct kunit *test)
{
	static const struct trial trial = {
		.call = call_go, .check = check_spawned, .least = 1,
	};

	try_all(test, &trial);
}

/* --- coroutines of gathers and submissions --------------------------------------- */

static struct {
	struct cotask_as_completed it;
	struct cotask_member member[3];
	struct cotask_frame other;
	struct cotask_future done;
} gathering;

static void prepare_gather(struct env *env)
{
	cotask_frame_init(&gathering.other, coro_step, coro_release);
	cotask_future_init(&gathering.done, env->loop);
	cotask_future_complete(&gathering.done, 0);
	gathering.member[0] = COTASK_MEMBER(&gathering.done.base);
	gathering.member[1] = COTASK_MEMBER_CORO(&coro.frame);
	gathering.member[2] = COTASK_MEMBER_CORO(&gathering.other);
}

static long call_gather(struct env *env)
{
	return PTR_ERR_OR_ZERO(cotask_gather(&gathering.it.set, cotask_loop_root(env->loop),
					     gathering.member, 3, 0));
}

static long call_iterate(struct env *env)
{
	return cotask_as_completed(&gathering.it, cotask_loop_root(env->loop), gathering.member, 3,
				   COTASK_FOREVER);
}

/* Both coroutines, or none; nothing waits for the future.  What was not made can be dropped. */
static void check_gather(struct env *env, long rc)
{
	struct kunit *test = env->test;

	if (rc)
		KUNIT_EXPECT_EQ(test, coro.released, 2U);
	KUNIT_EXPECT_TRUE(test, list_empty(&gathering.done.base.waiters));
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(env->loop, NULL, 0), rc ? 0U : 2U);
	settle(env);
	KUNIT_EXPECT_EQ(test, coro.ran, rc ? 0U : 2U);
	KUNIT_EXPECT_EQ(test, coro.released, 2U);
	cotask_set_drop(&gathering.it.set);
	KUNIT_EXPECT_EQ(test, cotask_awaitable_done(&gathering.it.set.base), !rc);
	cotask_future_fini(&gathering.done);
}

/* SC-10, WT-B1: no memory for the second task: the first one does not exist either */
static void gather(struct kunit *test)
{
	static const struct trial trial = {
		.prepare = prepare_gather, .call = call_gather, .check = check_gather,
		.least = 2,
	};

	try_all(test, &trial);
}

/* SC-10, WT-B1: the same for an iteration */
static void iterate(struct kunit *test)
{
	static const struct trial trial = {
		.prepare = prepare_gather, .call = call_iterate, .check = check_gather,
		.least = 2,
	};

	try_all(test, &trial);
}

static struct cotask_submission *submission;

static long call_submit(struct env *env)
{
	submission = cotask_submit(env->loop, &coro.frame, "name");
	if (IS_ERR(submission))
		return PTR_ERR(submission);
	return cotask_submission_done(submission) ? cotask_submission_result(submission) : 0;
}

/* Without memory for the task the submission has failed. */
static void check_submission(struct env *env, long rc)
{
	check_spawned(env, rc);
	if (IS_ERR(submission))
		return;
	settle(env);
	KUNIT_EXPECT_EQ(env->test, cotask_submission_result(submission), rc);
	cotask_submission_put(submission);
}

/* SC-10: the submission, the name and the task */
static void submit(struct kunit *test)
{
	static const struct trial trial = {
		.call = call_submit, .check = check_submission, .outside = true,
		.least = 3,
	};

	try_all(test, &trial);
}

/* --- loops ------------------------------------------------------------------------ */

static struct cotask_loop *loop;

static long keep_loop(struct cotask_loop *made)
{
	loop = IS_ERR(made) ? NULL : made;
	return PTR_ERR_OR_ZERO(made);
}

static void check_loop(struct env *env, long rc)
{
	KUNIT_EXPECT_EQ(env->test, cotask_loop_stop(loop, 0), 0);
}

static long call_loop_create(struct env *env)
{
	return keep_loop(cotask_loop_create("oom", 0));
}

/* SC-10: a loop without memory for its thread; its own memory has a way out, vmalloc */
static void loop_create(struct kunit *test)
{
	static const struct trial trial = {
		.call = call_loop_create, .check = check_loop, .least = 1,
	};

	try_all(test, &trial);
}

static long call_loop_create_for_here(struct env *env)
{
	return keep_loop(cotask_loop_create_here("oom", 0));
}

/* SC-10: no single failure is fatal to it, as vmalloc helps out */
static void loop_create_for_here(struct kunit *test)
{
	static const struct trial trial = {
		.call = call_loop_create_for_here, .check = check_loop,
	};

	try_all(test, &trial);
}

static long call_cpu_loop(struct env *env)
{
	return keep_loop(cotask_cpu_loop(0));
}

static void check_cpu_loop(struct env *env, long rc)
{
	cotask_loop_put(loop);
}

/* SC-10: a failure does not spoil the slot of the CPU, whose loop is made only once */
static void cpu_loop(struct kunit *test)
{
	static const struct trial create = { .call = call_loop_create, .check = check_loop };
	static const struct trial trial = { .call = call_cpu_loop, .check = check_cpu_loop };

	/* The fault that is fatal to a private loop. */
	try_all(test, &create);
	now.how = &trial;
	now.nth = now.fatal;
	try_once(env_of(test));
	loop = cotask_cpu_loop(0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	cotask_loop_put(loop);
	/* Nothing has failed if an earlier run has made the loop. */
	if (now.left)
		kunit_skip(test, "the loop was there");
	/* Fewer or more allocations of debugging tools than before, one of which it has hit. */
	if (!now.rc)
		kunit_skip(test, "the fault was not fatal");
}

static void prepare_group(struct env *env)
{
	KUNIT_ASSERT_EQ(env->test, keep_loop(cotask_loop_create("oom", 0)), 0L);
	cotask_group_init(&env->group[0]);
	KUNIT_ASSERT_EQ(env->test, cotask_group_open(&env->group[0], loop, 0), 0);
}

static long call_go_group(struct env *env)
{
	return cotask_go(&env->group[0], &coro.frame);
}

static void check_group(struct env *env, long rc)
{
	KUNIT_EXPECT_EQ(env->test, coro.released, rc ? 1U : READ_ONCE(coro.released));
	KUNIT_EXPECT_EQ(env->test, cotask_group_stop(&env->group[0], COTASK_FOREVER), 0);
	KUNIT_EXPECT_EQ(env->test, coro.released, 1U);
	cotask_loop_stop(loop, 0);
}

/* SC-10, CT-6: a group does not wait for the spawn that has failed */
static void group(struct kunit *test)
{
	static const struct trial trial = {
		.prepare = prepare_group, .call = call_go_group, .check = check_group,
		.least = 1,
	};

	try_all(test, &trial);
}

static void prepare_run(struct env *env)
{
	KUNIT_ASSERT_EQ(env->test, keep_loop(cotask_loop_create_here("oom", 0)), 0L);
}

static long call_run(struct env *env)
{
	return cotask_run(loop, &coro.frame);
}

static void check_run(struct env *env, long rc)
{
	struct kunit *test = env->test;

	KUNIT_EXPECT_EQ(test, coro.ran, rc ? 0U : 1U);
	KUNIT_EXPECT_EQ(test, coro.released, 1U);
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(loop, NULL, 0), 0U);
	/* The loop is as good as new. */
	memset(&coro, 0, sizeof(coro));
	cotask_frame_init(&coro.frame, coro_step, coro_release);
	KUNIT_EXPECT_EQ(test, cotask_run(loop, &coro.frame), 0L);
	KUNIT_EXPECT_EQ(test, coro.ran, 1U);
	cotask_loop_stop(loop, 0);
}

/* SC-10, CO-6: the context of the loop and the main task, either may fail */
static void run(struct kunit *test)
{
	static const struct trial trial = {
		.prepare = prepare_run, .call = call_run, .check = check_run, .least = 2,
	};

	try_all(test, &trial);
}

/* --- what belongs to a task ---------------------------------------------------------- */

static const struct cotask_var var = { .name = "var" };

static void prepare_task(struct env *env)
{
	KUNIT_ASSERT_EQ(env->test, call_spawn_named(env), 0L);
}

static long call_context_new(struct env *env)
{
	context = cotask_context_new(GFP_KERNEL);
	return context ? 0 : -ENOMEM;
}

static void check_context(struct env *env, long rc)
{
	cotask_context_put(context);
}

/* SC-10: NULL */
static void context_new(struct kunit *test)
{
	static const struct trial trial = {
		.call = call_context_new, .check = check_context, .least = 1,
	};

	try_all(test, &trial);
}

static long call_get_context(struct env *env)
{
	return cotask_get_context(env->task[0]) ? 0 : -ENOMEM;
}

static void check_get_context(struct env *env, long rc)
{
	struct cotask_context *ctx = cotask_get_context(env->task[0]);

	KUNIT_EXPECT_NOT_NULL(env->test, ctx);
	KUNIT_EXPECT_PTR_EQ(env->test, cotask_get_context(env->task[0]), ctx);
	check_spawned(env, 0);
}

/* SC-10: NULL, and the next time there is one */
static void get_context(struct kunit *test)
{
	static const struct trial trial = {
		.prepare = prepare_task, .call = call_get_context,
		.check = check_get_context, .least = 1,
	};

	try_all(test, &trial);
}

static long call_var_set(struct env *env)
{
	return cotask_var_set(env->task[0], &var, 7);
}

static void check_var(struct env *env, long rc)
{
	struct cotask *t = env->task[0];

	KUNIT_EXPECT_EQ(env->test, cotask_var_get(t, &var, -1), rc ? -1L : 7L);
	KUNIT_EXPECT_EQ(env->test, cotask_var_set(t, &var, 8), 0);
	KUNIT_EXPECT_EQ(env->test, cotask_var_get(t, &var, -1), 8L);
	check_spawned(env, 0);
}

/* SC-10: nothing has changed, and the next time it works */
static void var_set(struct kunit *test)
{
	static const struct trial trial = {
		.prepare = prepare_task, .call = call_var_set, .check = check_var,
		.least = 2,
	};

	try_all(test, &trial);
}

static long call_set_name(struct env *env)
{
	return cotask_set_name(env->task[0], "new");
}

static void check_name(struct env *env, long rc)
{
	char buf[COTASK_NAME_MAX + 1];

	cotask_get_name(env->task[0], buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(env->test, buf, rc ? "name" : "new");
	check_spawned(env, 0);
}

/* SC-10: the old name stays */
static void set_name(struct kunit *test)
{
	static const struct trial trial = {
		.prepare = prepare_task, .call = call_set_name, .check = check_name,
		.least = 1,
	};

	try_all(test, &trial);
}

static struct kunit_case oom_cases[] = {
	KUNIT_CASE(cpu_loop),
	KUNIT_CASE(spawn),
	KUNIT_CASE(spawn_outside),
	KUNIT_CASE(spawn_named),
	KUNIT_CASE(spawn_with),
	KUNIT_CASE(go),
	KUNIT_CASE(gather),
	KUNIT_CASE(iterate),
	KUNIT_CASE(submit),
	KUNIT_CASE(loop_create),
	KUNIT_CASE(loop_create_for_here),
	KUNIT_CASE(group),
	KUNIT_CASE(run),
	KUNIT_CASE(context_new),
	KUNIT_CASE(get_context),
	KUNIT_CASE(var_set),
	KUNIT_CASE(set_name),
	{}
};

struct kunit_suite cotask_oom_suite = {
	.name = "cotask_oom",
	.init = faults_init,
	.exit = env_exit,
	.test_cases = oom_cases,
};
