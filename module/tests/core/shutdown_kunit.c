// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - the end of a loop, and of tasks that resist it
 */
#include "../helpers.h"
#include "../suites.h"

/* CO-B1: tasks that leftovers spawn in their clean-up, recursively, are ended as well */
static void leftovers_of_leftovers(struct kunit *test)
{
	static const struct line third[] = {
		TRY, FUTURE(2), EXCEPT, LOG("third"), COUNT, ENDTRY, END
	};
	static const struct line second[] = {
		TRY, FUTURE(1), EXCEPT, LOG("second"), COUNT, SPAWN_EAGER(3, ROOT, third), ENDTRY,
		END
	};
	static const struct line first[] = {
		TRY, FUTURE(0), EXCEPT, LOG("first"), COUNT, SPAWN_EAGER(2, ROOT, second), ENDTRY,
		END
	};
	static const struct line main[] = { SPAWN(1, ROOT, first), YIELD, YIELD, END };
	struct env *env = env_of(test);

	KUNIT_EXPECT_EQ(test, cotask_run(env->loop, script_frame(env, main)), 0L);
	expect_log(env, "first n1 second n1 third n1");
	KUNIT_EXPECT_EQ(test, cotask_all_tasks(env->loop, NULL, 0), 0);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* CO-B2, CX-B1: when the grace is over each further await fails, so clean-up comes to its end */
static void clean_up_that_waits(struct kunit *test)
{
	static const struct line waits[] = {
		TRY, SLEEP(1000), EXCEPT, LOG("swallowed"),
			TRY, SLEEP(1000), EXCEPT, LOG("held"),
				TRY, FUTURE(0), EXCEPT, LOG("again"), ENDTRY,
			ENDTRY,
		ENDTRY, END
	};
	struct env *env = env_of(test);

	play(env, 0, waits);
	settle(env);
	stop(env, 0);
	expect_log(env, "swallowed held again");
	expect_cancelled(env, 0);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* CO-B2: it may wait as long as there is time */
static void clean_up_in_time(struct kunit *test)
{
	static const struct line waits[] = {
		TRY, SLEEP(1000), EXCEPT, LOG("cancelled"), YIELD, YIELD, LOG("clean"), ENDTRY,
		RETURN(4)
	};
	struct env *env = env_of(test);

	play(env, 0, waits);
	settle(env);
	stop(env, COTASK_FOREVER);
	expect_log(env, "cancelled clean");
	KUNIT_EXPECT_EQ(test, cotask_result(env->task[0]), 4L);
}

/* CO-B2: a task that continues in spite of that is ended */
static void endless_clean_up(struct kunit *test)
{
	static const struct line stubborn[] = {
		REPEAT(1000000000), TRY, SLEEP(1000), EXCEPT, ENDTRY, ENDREPEAT, LOG("never"), END
	};
	static const struct line busy[] = {
		REPEAT(1000000000), TRY, YIELD, EXCEPT, ENDTRY, ENDREPEAT, LOG("never"), END
	};
	struct env *env = env_of(test);

	play(env, 0, stubborn);
	play(env, 1, busy);
	play(env, 2, stubborn);
	turn(env);
	stop(env, 0);
	expect_log(env, "");
	expect_cancelled(env, 0);
	expect_cancelled(env, 1);
	expect_cancelled(env, 2);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* CO-B2, SH-B2: a shielded section is not affected, and is ended where it is */
static void shielded_clean_up(struct kunit *test)
{
	static const struct line shielded[] = {
		SECTION(0, NEVER), SLEEP(1000), LOG("never"), ENDSECTION, END
	};
	struct env *env = env_of(test);

	play(env, 0, shielded);
	settle(env);
	stop(env, 0);
	expect_log(env, "");
	expect_cancelled(env, 0);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* CO-B2: the log names it in text that can be shown, and not the task that waits for it */
static void child_does_not_end(struct kunit *test)
{
	static const struct line shielded[] = { SECTION(0, NEVER), SLEEP(1000), ENDSECTION, END };
	static const struct line waits[] = { GROUP(0), SPAWN(1, 0, shielded), ENDGROUP, END };
	struct env *env = env_of(test);

	play(env, 0, waits);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_set_name(env->task[1], "a\nb"), 0);
	stop(env, 0);
	expect_cancelled(env, 0);
	expect_cancelled(env, 1);
}

#define DEPTH	300

struct link {
	struct cotask_frame frame;
	struct cotask *next;
	int *cleaned;
};

static long link_step(struct cotask *task, struct cotask_frame *frame)
{
	struct link *l = container_of(frame, struct link, frame);
	long rc;

	CO_BEGIN(task, frame, joined, slept);

	if (l->next)
		CO_AWAIT(joined, rc, cotask_join(task, l->next));
	else
		CO_AWAIT(slept, rc, cotask_sleep(task, COTASK_FOREVER));
	++*l->cleaned;
	return rc;
}

/* CO-B2: a chain of tasks that end one after the other is not late, however long it is */
static void long_clean_up(struct kunit *test)
{
	struct env *env = env_of(test);
	struct link *chain = kunit_kcalloc(test, DEPTH, sizeof(*chain), GFP_KERNEL);
	struct cotask *last = NULL;
	int i, cleaned = 0;

	KUNIT_ASSERT_NOT_NULL(test, chain);
	for (i = 0; i < DEPTH; i++) {
		chain[i] = (struct link){ .next = last, .cleaned = &cleaned };
		/* The one that waits for it holds it. */
		last = cotask_spawn(cotask_loop_root(env->loop),
				    cotask_frame_init(&chain[i].frame, link_step, NULL), NULL);
		KUNIT_ASSERT_FALSE(test, IS_ERR(last));
	}
	settle(env);
	stop(env, 0);
	KUNIT_EXPECT_EQ(test, cleaned, DEPTH);
	cotask_put(last);
	while (i-- > 1)
		cotask_put(chain[i].next);
}

/**
 * struct abandoned - a task that is ended inside of a group, while a thread spawns into that
 * @outer: enters the group
 * @inner: does not end
 * @child: spawned before
 * @late: spawned when @inner goes
 * @g: the group
 * @rc: of the first spawn
 * @late_rc: of the second one
 */
struct abandoned {
	struct cotask_frame outer, inner, child, late;
	struct cotask_group g;
	int rc, late_rc;
};

static struct abandoned abandoned;

static long never_runs(struct cotask *task, struct cotask_frame *frame)
{
	return 0;
}

static void spawn_before(struct env *env)
{
	abandoned.rc = cotask_go(&abandoned.g,
				 cotask_frame_init(&abandoned.child, never_runs, NULL));
}

static void spawn_late(struct env *env)
{
	abandoned.late_rc = cotask_go(&abandoned.g,
				      cotask_frame_init(&abandoned.late, never_runs, NULL));
}

static void inner_release(struct cotask_frame *frame)
{
	elsewhere(env_current(), spawn_late);
}

static long inner_step(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, slept);

	for (;;)
		CO_AWAIT(slept, rc, cotask_sleep(task, NSEC_PER_SEC));
	return rc;
}

static long outer_step(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, ended);

	rc = cotask_group_enter(task, &abandoned.g);
	if (rc)
		return rc;
	cotask_frame_init(&abandoned.inner, inner_step, inner_release);
	CO_AWAIT(ended, rc, cotask_call(task, &abandoned.inner));
	return rc;
}

/* CO-B2, CX-B1: a child that arrives when its group is being ended, and one that comes too late */
static void spawned_into_what_is_ended(struct kunit *test)
{
	struct env *env = env_of(test);

	cotask_group_init(&abandoned.g);
	KUNIT_EXPECT_EQ(test, cotask_go(cotask_loop_root(env->loop),
					cotask_frame_init(&abandoned.outer, outer_step, NULL)), 0);
	settle(env);
	elsewhere(env, spawn_before);
	stop(env, -1);
	KUNIT_EXPECT_EQ(test, abandoned.rc, 0);
	KUNIT_EXPECT_EQ(test, abandoned.late_rc, -ESHUTDOWN);
}

/* CO-B1: a negative grace is none: tasks that swallow every cancel are ended at once */
static void stop_without_grace(struct kunit *test)
{
	static const struct line stubborn[] = {
		REPEAT(1000000000), TRY, SLEEP(1000), EXCEPT, ENDTRY, ENDREPEAT, END
	};
	struct env *env = env_of(test);
	struct cotask_loop *loop = cotask_manual_create(0), *own = env->loop;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	env->loop = loop;
	play(env, 0, stubborn);
	settle(env);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(loop, -1), 0);
	env->loop = own;
	expect_cancelled(env, 0);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

/* --- spawns while tasks are ended by force ------------------------------------- */

static struct cotask_frame child, late;
static int late_rc;

static long waits_step(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, waited);

	CO_AWAIT(waited, rc, cotask_sleep(task, 1000 * MS));
	return rc;
}

static void spawns_again(struct cotask_frame *frame)
{
	late_rc = cotask_go(&env_current()->group[1], cotask_frame_init(&late, waits_step, NULL));
}

static void spawn_child(struct env *env, struct cotask *task)
{
	cotask_go(&env->group[1], cotask_frame_init(&child, waits_step, spawns_again));
}

/* CO-B2, TG-3: a group that ends in a section, where no abort comes to it, admits no more */
static void spawn_into_a_doomed_group(struct kunit *test)
{
	static const struct line p[] = {
		SECTION(0, NEVER), GROUP(1), HOOK(spawn_child), ENDGROUP, ENDSECTION, END
	};
	struct env *env = env_of(test);

	late_rc = 1;
	play(env, 0, p);
	settle(env);
	stop(env, -1);
	KUNIT_EXPECT_EQ(test, late_rc, -ESHUTDOWN);
	expect_cancelled(env, 0);
	KUNIT_EXPECT_EQ(test, env->actors, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(leftovers_of_leftovers),
	KUNIT_CASE(clean_up_that_waits),
	KUNIT_CASE(clean_up_in_time),
	KUNIT_CASE(endless_clean_up),
	KUNIT_CASE(shielded_clean_up),
	KUNIT_CASE(child_does_not_end),
	KUNIT_CASE(long_clean_up),
	KUNIT_CASE(spawned_into_what_is_ended),
	KUNIT_CASE(stop_without_grace),
	KUNIT_CASE(spawn_into_a_doomed_group),
	{}
};

struct kunit_suite cotask_shutdown_suite = {
	.name = "cotask_shutdown",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
