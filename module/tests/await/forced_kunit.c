// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - tasks that are ended by force, and what is in their frames
 *
 * A parent has the frames of its members in its own memory, which its release function frees: a
 * member that ends later uses memory that was freed.
 */
#include <linux/completion.h>
#include <linux/slab.h>

#include "../helpers.h"
#include "../suites.h"

/**
 * struct part - a member, which cleans up longer than there is time for
 * @frame: the coroutine
 * @timeout: a scope that it is in when it is ended
 * @over: the coroutine was released
 */
struct part {
	struct cotask_frame frame;
	struct cotask_timeout timeout;
	bool over;
};

/**
 * struct parent - awaits a set of @part
 * @frame: the coroutine
 * @part: the coroutines
 * @future: another member, which does not end
 * @member: of @set
 * @outer: the only member of @around
 * @set: follows @member
 * @around: follows @set
 * @flags: COTASK_GATHER_*
 */
struct parent {
	struct cotask_frame frame;
	struct part part[2];
	struct cotask_future future;
	struct cotask_member member[3];
	struct cotask_member outer;
	struct cotask_set set;
	struct cotask_set around;
	u32 flags;
};

static unsigned int parents;	/* that have ended */

static void part_release(struct cotask_frame *frame)
{
	container_of(frame, struct part, frame)->over = true;
}

static long resists(struct cotask *task, struct cotask_frame *frame)
{
	struct part *me = container_of(frame, struct part, frame);
	long rc;

	CO_BEGIN(task, frame, asleep);

	rc = cotask_timeout_start(task, &me->timeout, 3600 * NSEC_PER_SEC);
	while (!rc || rc == -ECANCELED)
		CO_AWAIT(asleep, rc, cotask_sleep(task, NSEC_PER_SEC));
	return rc;
}

static void parent_release(struct cotask_frame *frame)
{
	struct parent *me = container_of(frame, struct parent, frame);
	struct kunit *test = env_current()->test;
	int i;

	parents++;
	for (i = 0; i < 2; i++) {
		if (me->member[i].coro != &me->part[i].frame)
			continue;
		KUNIT_EXPECT_TRUE(test, me->part[i].over);
		KUNIT_EXPECT_TRUE(test, cotask_awaitable_done(&me->set.base));
	}
	cotask_set_drop(&me->around);
	cotask_set_drop(&me->set);
	cotask_future_fini(&me->future);
	memset(me, 0x6b, sizeof(*me));
	kfree(me);
}

static struct parent *make_parent(struct env *env, cotask_step_fn step, u32 flags)
{
	struct parent *me = kzalloc(sizeof(*me), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(env->test, me);
	for (i = 0; i < 2; i++) {
		cotask_frame_init(&me->part[i].frame, resists, part_release);
		me->member[i] = COTASK_MEMBER_CORO(&me->part[i].frame);
	}
	cotask_future_init(&me->future, env->loop);
	me->member[2] = COTASK_MEMBER(&me->future.base);
	me->flags = flags;
	me->outer = COTASK_MEMBER(&me->set.base);
	cotask_frame_init(&me->frame, step, parent_release);
	return me;
}

static struct cotask_awaitable *gather(struct parent *me, u32 flags)
{
	return cotask_gather(&me->set, NULL, me->member, 3, flags);
}

static long gathers(struct cotask *task, struct cotask_frame *frame)
{
	struct parent *me = container_of(frame, struct parent, frame);
	long rc;

	CO_BEGIN(task, frame, ended);

	CO_AWAIT(ended, rc, cotask_await(task, gather(me, me->flags)));
	return rc;
}

static long races(struct cotask *task, struct cotask_frame *frame)
{
	struct parent *me = container_of(frame, struct parent, frame);
	long rc;

	CO_BEGIN(task, frame, ended);

	CO_AWAIT(ended, rc, cotask_await(task, cotask_race(&me->set, NULL, me->member, 3)));
	return rc;
}

static long nests(struct cotask *task, struct cotask_frame *frame)
{
	struct parent *me = container_of(frame, struct parent, frame);
	long rc;

	CO_BEGIN(task, frame, ended);

	gather(me, COTASK_GATHER_FAIL_FAST);
	CO_AWAIT(ended, rc, cotask_await(task, cotask_gather(&me->around, NULL, &me->outer, 1,
							     COTASK_GATHER_FAIL_FAST)));
	return rc;
}

static long watches(struct cotask *task, struct cotask_frame *frame)
{
	struct parent *me = container_of(frame, struct parent, frame);
	long rc;

	CO_BEGIN(task, frame, left, ended);

	CO_AWAIT(left, rc, cotask_await_shielded(task, gather(me, COTASK_GATHER_FAIL_FAST)));
	CO_AWAIT(ended, rc, cotask_await(task, &me->set.base));
	return rc;
}

/* CO-B2: a task ends after those that it has begun with the set that it waits for */
static void members_in_the_frame(struct kunit *test)
{
	static const struct {
		cotask_step_fn step;
		u32 flags;
	} of[] = {
		{ gathers, COTASK_GATHER_FAIL_FAST }, { gathers, COTASK_GATHER_COLLECT },
		{ races }, { nests },
	};
	struct env *env = env_of(test);
	unsigned int i;

	parents = 0;
	for (i = 0; i < ARRAY_SIZE(of); i++) {
		env->task[i] = cotask_spawn(cotask_loop_root(env->loop),
					    &make_parent(env, of[i].step, of[i].flags)->frame,
					    NULL);
		KUNIT_ASSERT_FALSE(test, IS_ERR(env->task[i]));
	}
	settle(env);
	stop(env, 0);
	KUNIT_EXPECT_EQ(test, parents, ARRAY_SIZE(of));
	for (i = 0; i < ARRAY_SIZE(of); i++)
		expect_cancelled(env, i);
}

/* CO-B2: ... also if it was cancelled before, and these have not ended */
static void cancelled_before(struct kunit *test)
{
	struct env *env = env_of(test);

	env->task[0] = cotask_spawn(cotask_loop_root(env->loop),
				    &make_parent(env, gathers, COTASK_GATHER_FAIL_FAST)->frame,
				    NULL);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	parents = 0;
	stop(env, -1);
	KUNIT_EXPECT_EQ(test, parents, 1U);
}

/* CO-B2: a cancel that follows does not end the wait for them, also if it is shielded */
static void wait_that_is_shielded(struct kunit *test)
{
	struct env *env = env_of(test);

	env->task[0] = cotask_spawn(cotask_loop_root(env->loop),
				    &make_parent(env, watches, 0)->frame, NULL);
	settle(env);
	parents = 0;
	stop(env, -1);
	KUNIT_EXPECT_EQ(test, parents, 1U);
}

/* --- a set of another task --------------------------------------------------------------- */

/* The frames of these members are not in that of the task, which does not wait for the set. */
static struct part loose[2];
static struct parent *owner;

static long begins(struct cotask *task, struct cotask_frame *frame)
{
	struct parent *me = container_of(frame, struct parent, frame);
	long rc;

	CO_BEGIN(task, frame, asleep);

	rc = PTR_ERR_OR_ZERO(gather(me, COTASK_GATHER_FAIL_FAST));
	while (!rc || rc == -ECANCELED)
		CO_AWAIT(asleep, rc, cotask_sleep(task, NSEC_PER_SEC));
	return rc;
}

static long follows(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, ended);

	CO_AWAIT(ended, rc, cotask_await(task, &owner->set.base));
	return rc;
}

/* CO-B2, WT-B1: the owner drops the set while its members are being ended */
static void set_is_dropped_meanwhile(struct kunit *test)
{
	static struct cotask_frame follower;
	struct env *env = env_of(test);
	int i;

	owner = make_parent(env, begins, 0);
	for (i = 0; i < 2; i++) {
		cotask_frame_init(&loose[i].frame, resists, part_release);
		owner->member[i] = COTASK_MEMBER_CORO(&loose[i].frame);
	}
	env->task[0] = cotask_spawn(cotask_loop_root(env->loop), &owner->frame, NULL);
	settle(env);
	cotask_frame_init(&follower, follows, NULL);
	env->task[1] = cotask_spawn(cotask_loop_root(env->loop), &follower, NULL);
	settle(env);
	parents = 0;
	stop(env, -1);
	KUNIT_EXPECT_EQ(test, parents, 1U);
	KUNIT_EXPECT_TRUE(test, loose[0].over && loose[1].over);
	expect_cancelled(env, 1);
}

/* --- waits of members, and of others ------------------------------------------------------- */

/* CO-B2, AW-3: the frames are elsewhere, so a member may wait for the set: until one has failed */
static void member_waits_for_its_set(struct kunit *test)
{
	static struct cotask_frame waits;
	struct env *env = env_of(test);

	owner = make_parent(env, gathers, COTASK_GATHER_FAIL_FAST);
	owner->member[1] = COTASK_MEMBER_CORO(cotask_frame_init(&waits, follows, NULL));
	env->task[0] = cotask_spawn(cotask_loop_root(env->loop), &owner->frame, NULL);
	settle(env);
	parents = 0;
	stop(env, -1);
	KUNIT_EXPECT_EQ(test, parents, 1U);
	expect_cancelled(env, 0);
}

/**
 * struct two - two opened groups of one loop
 * @loop: with a thread
 * @group: the groups
 * @inner: entered by a task of the second one
 * @frame: of a task in each, and of a child of @inner
 * @part: members of a set
 * @member: the same
 * @set: follows @member
 * @begun: the last task has begun
 */
static struct two {
	struct cotask_loop *loop;
	struct cotask_group group[2];
	struct cotask_group inner;
	struct cotask_frame frame[3];
	struct part part[2];
	struct cotask_member member[2];
	struct cotask_set set;
	struct completion begun;
} two;

static void open_two(struct kunit *test)
{
	int i;

	memset(&two, 0, sizeof(two));
	init_completion(&two.begun);
	two.loop = cotask_loop_create("two", 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(two.loop));
	for (i = 0; i < 2; i++) {
		cotask_group_init(&two.group[i]);
		KUNIT_ASSERT_EQ(test, cotask_group_open(&two.group[i], two.loop, 0), 0);
	}
}

static void close_two(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&two.group[1], 0), 0);
	KUNIT_EXPECT_EQ(test, cotask_loop_stop(two.loop, 0), 0);
}

static long last(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, asleep);

	complete(&two.begun);
	CO_AWAIT(asleep, rc, cotask_sleep(task, 3600 * NSEC_PER_SEC));
	return rc;
}

static long enters(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, left);

	cotask_group_init(&two.inner);
	rc = cotask_group_enter(task, &two.inner);
	if (rc)
		return rc;
	cotask_go(&two.inner, cotask_frame_init(&two.frame[2], last, NULL));
	CO_AWAIT(left, rc, cotask_group_exit(task, &two.inner, 0));
	return rc;
}

static long gathers_elsewhere(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, ended);

	two.member[0] = COTASK_MEMBER_CORO(cotask_frame_init(&two.frame[1], enters, NULL));
	CO_AWAIT(ended, rc, cotask_await(task, cotask_gather(&two.set, &two.group[1], two.member,
							     1, COTASK_GATHER_FAIL_FAST)));
	return rc;
}

/* CO-B2: a pause of another group does not hold the end of what is ended by force */
static void member_in_a_paused_group(struct kunit *test)
{
	open_two(test);
	cotask_go(&two.group[0], cotask_frame_init(&two.frame[0], gathers_elsewhere, NULL));
	wait_for_completion(&two.begun);
	KUNIT_EXPECT_EQ(test, cotask_group_pause(&two.group[1]), 0);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&two.group[0], 0), 0);
	close_two(test);
}

static long gathers_here(struct cotask *task, struct cotask_frame *frame)
{
	long rc;
	int i;

	CO_BEGIN(task, frame, ended);

	for (i = 0; i < 2; i++) {
		cotask_frame_init(&two.part[i].frame, resists, part_release);
		two.member[i] = COTASK_MEMBER_CORO(&two.part[i].frame);
	}
	CO_AWAIT(ended, rc, cotask_await(task, cotask_gather(&two.set, NULL, two.member, 2,
							     COTASK_GATHER_FAIL_FAST)));
	return rc;
}

static long follows_two(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, ended);

	complete(&two.begun);
	CO_AWAIT(ended, rc, cotask_await(task, &two.set.base));
	return rc;
}

/* CO-B2: the tasks of a gather that another task has made, in another group, are left alone */
static void gather_of_another_task(struct kunit *test)
{
	open_two(test);
	cotask_go(&two.group[1], cotask_frame_init(&two.frame[1], gathers_here, NULL));
	cotask_go(&two.group[0], cotask_frame_init(&two.frame[0], follows_two, NULL));
	wait_for_completion(&two.begun);
	KUNIT_EXPECT_EQ(test, cotask_group_stop(&two.group[0], -1), 0);
	KUNIT_EXPECT_FALSE(test, two.part[0].over || two.part[1].over);
	close_two(test);
	KUNIT_EXPECT_TRUE(test, two.part[0].over && two.part[1].over);
}

/* --- coroutines that leave the scopes of their callers ------------------------------------ */

/**
 * struct session - opened by one coroutine, and closed by another one that this one calls
 * @frame: the coroutine
 * @finish: what it calls
 * @child: a child of the group
 * @outer: a scope around
 * @scope: what @finish leaves
 * @group: or that
 */
static struct session {
	struct cotask_frame frame;
	struct cotask_frame finish;
	struct part child;
	struct cotask_timeout outer;
	struct cotask_timeout scope;
	struct cotask_group group;
} session;

static long leaves_group(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, left);

	CO_AWAIT(left, rc, cotask_group_exit(task, &session.group, 0));
	note(env_current(), "left");
	return rc;
}

static long leaves_timeout(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, asleep);

	rc = cotask_timeout_exit(&session.scope, 0);
	if (!rc)
		CO_AWAIT(asleep, rc, cotask_sleep(task, NSEC_PER_SEC));
	note(env_current(), "slept");
	return rc;
}

static long has_group(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, over);

	cotask_group_init(&session.group);
	rc = cotask_group_enter(task, &session.group);
	if (rc)
		return rc;
	cotask_go(&session.group, cotask_frame_init(&session.child.frame, resists, part_release));
	CO_AWAIT(over, rc, cotask_call(task, cotask_frame_init(&session.finish, leaves_group,
							       NULL)));
	note(env_current(), "over");
	return rc;
}

static long has_timeouts(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, over);

	rc = cotask_timeout_start(task, &session.outer, 3600 * NSEC_PER_SEC) ?:
	     cotask_timeout_start(task, &session.scope, 3600 * NSEC_PER_SEC);
	if (rc)
		return rc;
	CO_AWAIT(over, rc, cotask_call(task, cotask_frame_init(&session.finish, leaves_timeout,
							       NULL)));
	note(env_current(), "over");
	return cotask_timeout_exit(&session.outer, rc);
}

/* CO-B2: none of their code runs again, and all scopes are left, whatever frame is in which */
static void callee_has_left(struct env *env, cotask_step_fn step)
{
	memset(&session, 0, sizeof(session));
	env->task[0] = cotask_spawn(cotask_loop_root(env->loop),
				    cotask_frame_init(&session.frame, step, NULL), NULL);
	settle(env);
	stop(env, -1);
	expect_log(env, "");
	expect_cancelled(env, 0);
}

static void callee_has_left_a_group(struct kunit *test)
{
	callee_has_left(env_of(test), has_group);
}

static void callee_has_left_a_timeout(struct kunit *test)
{
	callee_has_left(env_of(test), has_timeouts);
}

/* Without force the caller goes on, in the scope around */
static void caller_goes_on(struct kunit *test)
{
	struct env *env = env_of(test);

	memset(&session, 0, sizeof(session));
	env->task[0] = cotask_spawn(cotask_loop_root(env->loop),
				    cotask_frame_init(&session.frame, has_timeouts, NULL), NULL);
	settle(env);
	pass(env, 1000);
	expect_log(env, "slept over");
	expect_finished(env, 0, 0);
}

/* --- release functions --------------------------------------------------------------------- */

static struct cotask_frame late_frame;

static long never(struct cotask *task, struct cotask_frame *frame)
{
	note(env_current(), "never");
	return 0;
}

static void spawns_in_release(struct cotask_frame *frame)
{
	note(env_current(), "%d",
	     cotask_go(NULL, cotask_frame_init(&late_frame, never, NULL)));
}

/* CT-B2: what a release function spawns belongs to the group of its task, run or not */
static void spawned_by_a_release(struct kunit *test)
{
	static struct cotask_frame frame;
	struct env *env = env_of(test);

	open_group(env);
	env->task[0] = cotask_spawn(&env->group[0],
				    cotask_frame_init(&frame, never, spawns_in_release), NULL);
	cotask_group_cancel(&env->group[0]);
	settle(env);
	expect_log(env, "-108");
	expect_cancelled(env, 0);
	stop(env, COTASK_FOREVER);
	close_group(env);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(members_in_the_frame),
	KUNIT_CASE(cancelled_before),
	KUNIT_CASE(wait_that_is_shielded),
	KUNIT_CASE(set_is_dropped_meanwhile),
	KUNIT_CASE(member_waits_for_its_set),
	KUNIT_CASE(member_in_a_paused_group),
	KUNIT_CASE(gather_of_another_task),
	KUNIT_CASE(callee_has_left_a_group),
	KUNIT_CASE(callee_has_left_a_timeout),
	KUNIT_CASE(caller_goes_on),
	KUNIT_CASE(spawned_by_a_release),
	{}
};

struct kunit_suite cotask_forced_suite = {
	.name = "cotask_forced",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
