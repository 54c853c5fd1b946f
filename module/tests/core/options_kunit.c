// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - optional extensions: of cancelling, spawning, timeouts and waits;
 * options of groups
 */
#include "../helpers.h"
#include "../suites.h"

static const struct line sleeper[] = {
	TRY, SLEEP(50), LOG("slept"), EXCEPT, LOG("c"), RERAISE, ENDTRY, END
};

/* --- ways to be cancelled -------------------------------------------------------- */

/* CX-B4: an available outcome wins; the cancel is delivered at the next suspension */
static void completion_wins(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = {
		FUTURE(0), SHOW, TRY, SLEEP(10), EXCEPT, SHOW, ENDTRY, COUNT, END
	};
	static const struct line p[] = {
		SPAWN_FLAGS(1, ROOT, child, COTASK_SPAWN_COMPLETION_WINS), END
	};

	play(env, 0, p);
	settle(env);
	cotask_future_complete(&env->future[0], 7);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "7 ECANCELED n1");
}

/* CX-B4: a cancel that was there first is delivered as always */
static void cancel_before_completion(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = {
		CANCEL_SELF, TRY, YIELD, EXCEPT, SHOW, ENDTRY, TRY, FUTURE(0), EXCEPT, SHOW,
		ENDTRY, END
	};
	static const struct line p[] = {
		SPAWN_FLAGS(1, ROOT, child, COTASK_SPAWN_COMPLETION_WINS), END
	};

	play(env, 0, p);
	settle(env);
	expect_log(env, "ECANCELED");
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED");
}

/* CX-6, CX-B4: the outcome is the answer to a request: one delivery for both of them */
static void cancelled_twice_before_it_resumes(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = {
		TRY, SLEEP(10), EXCEPT, SHOW, COUNT, UNCANCEL, UNCANCEL, ENDTRY, YIELD, LOG("on"),
		RETURN(7)
	};
	static const struct line p[] = {
		SPAWN_FLAGS(1, ROOT, child,
			    COTASK_SPAWN_COMPLETION_WINS | COTASK_SPAWN_KEEP_CANCEL), END
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[1]);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED n2 on");
	KUNIT_EXPECT_EQ(test, cotask_result(env->task[1]), 7);
}

/* CX-7, CX-B4: what has not begun has no outcome that could win */
static void unstarted_does_not_win(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { LOG("never"), END };
	static const struct line p[] = {
		SPAWN_FLAGS(1, ROOT, child, COTASK_SPAWN_COMPLETION_WINS), CANCEL(1), END
	};

	play(env, 0, p);
	settle(env);
	expect_log(env, "");
	expect_cancelled(env, 1);
}

/* CX-B5: a child swallows the request: it comes again at the next suspension */
static void request_is_not_lost(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line swallows[] = { TRY, SLEEP(50), EXCEPT, ENDTRY, RETURN(4) };
	static const struct line child[] = {
		JOIN(2), SHOW, TRY, SLEEP(10), EXCEPT, SHOW, ENDTRY, COUNT, END
	};
	static const struct line p[] = {
		SPAWN(2, ROOT, swallows),
		SPAWN_FLAGS(1, ROOT, child, COTASK_SPAWN_KEEP_CANCEL), END
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "4 ECANCELED n1");
}

static void note_origin(struct env *env, struct cotask *task)
{
	note(env, cotask_cancel_delivered(task) ? "mine" : "theirs");
}

/* CX-B3: whether -ECANCELED is for the task itself or for the awaited object */
static void origin(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { TRY, JOIN(1), EXCEPT, HOOK(note_origin), ENDTRY,
					 TRY, JOIN(1), EXCEPT, HOOK(note_origin), ENDTRY, END };

	play(env, 1, sleeper);
	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "c theirs theirs");
	play(env, 1, sleeper);
	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "c mine theirs");
}

/* Task 0 waits in @p, and is cancelled. */
static void cancel_in(struct env *env, const struct line *p)
{
	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 5);
}

/* CX-B3: the same for a call that awaits something else before it returns */
static void origin_before_further_awaits(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line condition[] = {
		TAKE(0), TRY, COND_WAIT(0), EXCEPT, HOOK(note_origin), ENDTRY, GIVE(0), END
	};
	static const struct line slow[] = {
		TRY, SLEEP(50), EXCEPT, SLEEP(5), LOG("slow"), RERAISE, ENDTRY, END
	};
	static const struct line start[] = {
		GROUP(0), TRY, START(1, 0, slow), EXCEPT, HOOK(note_origin), ENDTRY, ENDGROUP, END
	};
	static const struct line group[] = {
		TRY, GROUP(1), SPAWN(1, 1, slow), SLEEP(50), ENDGROUP, EXCEPT, HOOK(note_origin),
		ENDTRY, END
	};
	static const struct line childless[] = {
		TRY, GROUP(2), SLEEP(50), ENDGROUP, EXCEPT, HOOK(note_origin), ENDTRY, END
	};
	static const struct line of_another[] = {
		TRY, GROUP(3), JOIN(1), ENDGROUP, EXCEPT, HOOK(note_origin), ENDTRY, END
	};

	cancel_in(env, condition);
	expect_log(env, "mine");
	cancel_in(env, start);
	expect_log(env, "slow mine");
	cancel_in(env, group);
	expect_log(env, "slow mine");
	cancel_in(env, childless);
	expect_log(env, "mine");
	play(env, 1, sleeper);
	play(env, 0, of_another);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "c theirs");
}

/* CX-B6: cancel and wait: 0 for any outcome of the target; not on oneself */
static void cancel_and_wait(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line slow[] = {
		TRY, SLEEP(50), EXCEPT, SLEEP(10), LOG("gone"), RAISE(E1), ENDTRY, END
	};
	static const struct line p[] = {
		CANCEL_WAIT(1), SHOW, COUNT, CANCEL_WAIT(1), SHOW,
		TRY, CANCEL_WAIT(0), EXCEPT, SHOW, ENDTRY, END
	};
	static const struct line q[] = { TRY, CANCEL_WAIT(1), EXCEPT, SHOW, ENDTRY, COUNT, END };

	play(env, 0, p);
	play(env, 1, slow);
	settle(env);
	expect_log(env, "0 n0 0 EDEADLK");	/* it had not begun */
	play(env, 1, slow);
	settle(env);
	play(env, 0, p);
	settle(env);
	pass(env, 10);
	expect_log(env, "gone 0 n0 0 EDEADLK");

	play(env, 1, slow);
	settle(env);
	play(env, 0, q);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED n1");
	expect_count(env, 1, 1);
	pass(env, 10);
	expect_log(env, "gone");
}

/* --- ways to spawn -------------------------------------------------------------------- */

/* TG-B1: the code runs to its first suspension, although the group has aborted */
static void sure_start(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = {
		LOG("start"), TRY, SLEEP(10), EXCEPT, SHOW, RERAISE, ENDTRY, END
	};
	static const struct line p[] = {
		GROUP(0), SPAWN_FLAGS(1, 0, child, COTASK_SPAWN_SURE_START), SPAWN(2, 0, child),
		CANCEL_GROUP(0), ENDGROUP, LOG("out"), END
	};

	play(env, 0, p);
	settle(env);
	expect_log(env, "start ECANCELED out");
	expect_cancelled(env, 1);
	expect_cancelled(env, 2);
}

/* TG-B5: into an aborting group, with the flag: created, and cancelled already */
static void into_an_aborting_group(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { LOG("runs"), TRY, YIELD, EXCEPT, SHOW, ENDTRY, END };
	static const struct line p[] = {
		GROUP(0), CANCEL_GROUP(0),
		TRY, SPAWN(1, 0, child), EXCEPT, SHOW, ENDTRY,
		SPAWN_FLAGS(1, 0, child, COTASK_SPAWN_CANCELLED),
		SPAWN_FLAGS(2, 0, child, COTASK_SPAWN_CANCELLED | COTASK_SPAWN_SURE_START),
		ENDGROUP, LOG("out"), END
	};

	play(env, 0, p);
	settle(env);
	expect_log(env, "ESHUTDOWN runs ECANCELED out");
	expect_cancelled(env, 1);
	expect_finished(env, 2, 0);
}

/* TG-B5, CX-B1: in a cancelled scope, too, it gets one cancel */
static void into_an_aborting_group_of_a_scope(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { COUNT, TRY, YIELD, EXCEPT, SHOW, ENDTRY, END };
	static const struct line p[] = {
		SCOPE(0), GROUP(0), CANCEL_SCOPE(0),
		SPAWN_FLAGS(1, 0, child, COTASK_SPAWN_CANCELLED | COTASK_SPAWN_SURE_START),
		TRY, YIELD, EXCEPT, ENDTRY, ENDGROUP, ENDSCOPE, LOG("out"), END
	};

	play(env, 0, p);
	settle(env);
	expect_log(env, "n1 ECANCELED out");
}

/* CT-B2: a loop that asks for owners refuses a spawn without one, but for detached */
static void owners(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { LOG("child"), END };
	static const struct line p[] = {
		TRY, SPAWN(1, ROOT, child), EXCEPT, SHOW, ENDTRY,
		SPAWN_FLAGS(1, ROOT, child, COTASK_SPAWN_DETACHED),
		GROUP(0), SPAWN(2, 0, child),
		TRY, SPAWN_FLAGS(3, 0, child, COTASK_SPAWN_DETACHED), EXCEPT, SHOW, ENDTRY,
		ENDGROUP, END
	};
	struct cotask_loop *loop = env->loop;

	env->loop = cotask_manual_create(COTASK_LOOP_OWNERS);
	KUNIT_ASSERT_FALSE(test, IS_ERR(env->loop));
	play(env, 0, p);
	settle(env);
	expect_log(env, "EINVAL EINVAL child child");
	cotask_loop_stop(env->loop, 0);
	env->loop = loop;
}

/* --- timeouts --------------------------------------------------------------------------- */

static void set_mode(struct env *env, const char *name, u32 flags)
{
	KUNIT_EXPECT_EQ(env->test, cotask_timeout_configure(&env->timeout[0], name, flags), 0);
}

static void strict(struct env *env, struct cotask *task)
{
	set_mode(env, "strict", COTASK_TIMEOUT_STRICT);
}

static void quiet(struct env *env, struct cotask *task)
{
	set_mode(env, "quiet", COTASK_TIMEOUT_QUIET);
}

/* TO-B3: strict: a value that comes too late has timed out, suspended or not */
static void strict_timeout(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line swallowed[] = {
		TRY, TIMEOUT(0, 10), HOOK(strict), TRY, SLEEP(50), EXCEPT, ENDTRY, ENDTIMEOUT,
		EXCEPT, SHOW, ENDTRY, COUNT, END
	};
	static const struct line busy[] = {
		TRY, TIMEOUT(0, 10), HOOK(strict), ADVANCE(20), ENDTIMEOUT, EXCEPT, SHOW,
		ENDTRY, END
	};
	static const struct line fails[] = {
		TRY, TIMEOUT(0, 10), HOOK(strict), ADVANCE(20), RAISE(E1), ENDTIMEOUT,
		EXCEPT, SHOW, ENDTRY, END
	};
	static const struct line in_time[] = {
		TIMEOUT(0, 10), HOOK(strict), SLEEP(5), ENDTIMEOUT, LOG("ok"), END
	};

	play(env, 0, swallowed);
	settle(env);
	pass(env, 10);
	expect_log(env, "ETIMEDOUT n0");
	play(env, 0, busy);
	settle(env);
	expect_log(env, "ETIMEDOUT");
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[0]));
	play(env, 0, fails);
	settle(env);
	expect_log(env, "E1");
	play(env, 0, in_time);
	settle(env);
	pass(env, 5);
	expect_log(env, "ok");
}

/* TO-B4: quiet: exit returns 0, and cotask_timeout_expired() returns true */
static void quiet_timeout(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		TIMEOUT(0, 10), HOOK(quiet), SLEEP(50), ENDTIMEOUT, SHOW, COUNT, LOG("on"), END
	};

	play(env, 0, p);
	settle(env);
	pass(env, 10);
	expect_log(env, "0 n0 on");
	KUNIT_EXPECT_TRUE(test, cotask_timeout_expired(&env->timeout[0]));
	KUNIT_EXPECT_EQ(test, cotask_timeout_configure(&env->timeout[0], NULL, 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_timeout_configure(NULL, NULL, 0), -EINVAL);
}

/* TO-B5, CX-B2: the reason contains the name of the timeout */
static void named_timeout(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		TRY, TIMEOUT(0, 10), HOOK(strict), SLEEP(50), ENDTIMEOUT, EXCEPT, ENDTRY,
		SLEEP(1), END
	};

	play(env, 0, p);
	settle(env);
	pass(env, 10);
	KUNIT_EXPECT_STREQ(test, cotask_cancel_reason(env->task[0]).scope, "strict");
}

static void note_deadline(struct env *env, struct cotask *task)
{
	s64 deadline = ktime_to_ns(cotask_effective_deadline(task));

	if (deadline == KTIME_MAX)
		note(env, "none");
	else
		note(env, "%lld", (deadline - (s64)cotask_loop_now(env->loop)) / MS);
}

/* TO-B2: the nearest deadline around, through groups, cut at shields */
static void effective_deadline(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = {
		HOOK(note_deadline), TIMEOUT(2, 5), HOOK(note_deadline), ENDTIMEOUT, END
	};
	static const struct line p[] = {
		HOOK(note_deadline),
		TIMEOUT(0, 30), TIMEOUT(1, 90), HOOK(note_deadline), ENDTIMEOUT,
		GROUP(0), SPAWN(1, 0, child), ENDGROUP,
		SECTION(0, NEVER), HOOK(note_deadline), ENDSECTION,
		SECTION(1, 70), HOOK(note_deadline), ENDSECTION,
		SCOPE(0), HOOK(note_deadline), ENDSCOPE,
		ENDTIMEOUT, HOOK(note_deadline), END
	};

	cotask_cancel_scope_init(&env->scope[0], cotask_loop_now(env->loop) + 20 * MS);
	play(env, 0, p);
	settle(env);
	expect_log(env, "none 30 30 5 none 70 20 none");
}

/* --- groups ------------------------------------------------------------------------------- */

static void configure(struct env *env, int i, const struct cotask_group_options *options)
{
	KUNIT_EXPECT_EQ(env->test, cotask_group_configure(&env->group[i], options), 0);
}

/* TG-B3: with the flag a further outside cancel reaches the children again */
static void cancelled_again(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line stuck[] = {
		TRY, SLEEP(50), EXCEPT, LOG("1"), TRY, SLEEP(50), EXCEPT, LOG("2"), ENDTRY,
		ENDTRY, END
	};
	static const struct line p[] = { GROUP(0), SPAWN(1, 0, stuck), ENDGROUP, END };

	configure(env, 0, &(struct cotask_group_options){ .flags = COTASK_GROUP_RECANCEL });
	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "1");
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "2");
	expect_cancelled(env, 0);
	expect_count(env, 0, 2);
	expect_count(env, 1, 2);
}

/* TG-B4: no more children than the limit */
static void group_limit(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { SLEEP(5), END };
	static const struct line p[] = {
		GROUP(0), SPAWN(1, 0, child), SPAWN(2, 0, child),
		TRY, SPAWN(3, 0, child), EXCEPT, LOG("full"), ENDTRY,
		SLEEP(6), SPAWN(3, 0, child), ENDGROUP, LOG("out"), END
	};

	configure(env, 0, &(struct cotask_group_options){ .limit = 2, .name = "two" });
	play(env, 0, p);
	settle(env);
	expect_log(env, "full");
	pass(env, 5);
	pass(env, 1);
	pass(env, 5);
	expect_log(env, "out");
	KUNIT_EXPECT_EQ(test, cotask_group_configure(&env->group[0],
						     &(struct cotask_group_options){}), -EALREADY);
	KUNIT_EXPECT_EQ(test, cotask_group_configure(NULL, NULL), -EINVAL);
}

/* TG-B4: ... also not of those that start cancelled (TG-B5) */
static void group_limit_aborting(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { SLEEP(5), END };
	static const struct line p[] = {
		GROUP(0), SPAWN(1, 0, child), CANCEL_GROUP(0),
		SPAWN_FLAGS(2, 0, child, COTASK_SPAWN_CANCELLED),
		TRY, SPAWN_FLAGS(3, 0, child, COTASK_SPAWN_CANCELLED), EXCEPT, LOG("full"), ENDTRY,
		ENDGROUP, LOG("out"), END
	};

	configure(env, 0, &(struct cotask_group_options){ .limit = 2 });
	play(env, 0, p);
	settle(env);
	expect_log(env, "full out");
	KUNIT_EXPECT_NULL(test, env->task[3]);
}

/* TG-B4: the clock has begun at 0, the value for no deadline */
static void group_deadline_before_all(struct kunit *test)
{
	struct cotask_group_options options = { .deadline = -1 };
	struct cotask_group g;

	cotask_group_init(&g);
	KUNIT_EXPECT_EQ(test, cotask_group_configure(&g, &options), -EINVAL);
	options.deadline = 1;
	KUNIT_EXPECT_EQ(test, cotask_group_configure(&g, &options), 0);
}

/* TG-B4: a deadline cancels body and children; the outcome without errors is -ETIMEDOUT */
static void group_deadline(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		TRY, GROUP(0), SPAWN(1, 0, sleeper), TRY, SLEEP(50), EXCEPT, SHOW, RERAISE,
		ENDTRY,
		ENDGROUP, EXCEPT, SHOW, COUNT, ENDTRY, YIELD, LOG("on"), END
	};
	static const struct line q[] = { GROUP(1), SLEEP(5), ENDGROUP, LOG("in time"), END };

	configure(env, 0, &(struct cotask_group_options){
		.deadline = ktime_add_ns(cotask_loop_now(env->loop), 10 * MS), .name = "g",
	});
	play(env, 0, p);
	settle(env);
	pass(env, 10);
	expect_log(env, "c ECANCELED ETIMEDOUT n0 on");
	KUNIT_EXPECT_STREQ(test, cotask_cancel_reason(env->task[1]).scope, "g");

	configure(env, 1, &(struct cotask_group_options){
		.deadline = ktime_add_ns(cotask_loop_now(env->loop), 10 * MS),
	});
	play(env, 0, q);
	settle(env);
	pass(env, 5);
	pass(env, 50);
	expect_log(env, "in time");
}

/* CX-B5, TG-16: a request that has passed the exit of a group does not come again */
static void kept_request_and_group(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line slow[] = { TRY, SLEEP(50), EXCEPT, ENDTRY, END };
	static const struct line child[] = {
		TRY, GROUP(0), SPAWN(2, 0, slow), ENDGROUP, EXCEPT, SHOW, ENDTRY, YIELD,
		LOG("on"), END
	};
	static const struct line p[] = {
		SPAWN_FLAGS(1, ROOT, child, COTASK_SPAWN_KEEP_CANCEL), END
	};

	play(env, 0, p);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED on");
}

/* TG-B5, EA-1: into an aborting group an eager child does not run */
static void eager_into_an_aborting_group(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { LOG("runs"), END };
	static const struct line p[] = {
		GROUP(0), CANCEL_GROUP(0),
		SPAWN_FLAGS(1, 0, child, COTASK_SPAWN_CANCELLED | COTASK_SPAWN_EAGER),
		ENDGROUP, LOG("out"), END
	};

	play(env, 0, p);
	settle(env);
	expect_log(env, "out");
	expect_cancelled(env, 1);
}

/* TG-B4: a gather cannot go over the limit of a group, and starts nothing then */
static void limit_and_gather(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line child[] = { LOG("runs"), END };
	struct cotask_member m[3];
	struct cotask_group g;
	int i;

	cotask_group_init(&g);
	cotask_group_configure(&g, &(struct cotask_group_options){ .limit = 2 });
	KUNIT_EXPECT_EQ(test, cotask_group_open(&g, env->loop, 0), 0);
	for (i = 0; i < 3; i++)
		m[i] = COTASK_MEMBER_CORO(script_frame(env, child));
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_gather(&env->set[0], &g, m, 3, 0)), (long)-EAGAIN);
	for (i = 0; i < 2; i++)
		m[i] = COTASK_MEMBER_CORO(script_frame(env, child));
	KUNIT_EXPECT_FALSE(test, IS_ERR(cotask_gather(&env->set[0], &g, m, 2, 0)));
	stop(env, COTASK_FOREVER);
	cotask_group_stop(&g, 0);
	expect_log(env, "");
}

static struct cotask_loop *far;

/* --- across loops ---------------------------------------------------------------------------- */

struct crossing {
	struct cotask_frame frame;
	struct env *env;
	struct cotask *target;
};

static long cross(struct cotask *task, struct cotask_frame *frame)
{
	struct crossing *c = container_of(frame, struct crossing, frame);
	long rc;

	CO_BEGIN(task, frame, ended);

	CO_AWAIT(ended, rc, cotask_await_across(task, c->target));
	note_outcome(c->env, rc);
	return rc;
}

static struct cotask *begin_crossing(struct env *env, struct crossing *c)
{
	struct cotask *t;

	c->env = env;
	c->target = cotask_spawn(cotask_loop_root(far), script_frame(env, sleeper), NULL);
	t = cotask_spawn(cotask_loop_root(env->loop), cotask_frame_init(&c->frame, cross, NULL),
			 NULL);
	cotask_manual_turns(far, 10);
	settle(env);
	return t;
}

/* AW-B1: a task of another loop can be awaited; a cancel is passed on to it */
static void across_loops(struct kunit *test)
{
	struct env *env = env_of(test);
	struct crossing c;
	struct cotask *t;

	far = cotask_manual_create(0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(far));
	t = begin_crossing(env, &c);
	expect_log(env, "");
	cotask_manual_advance(far, 50 * MS);
	cotask_manual_turns(far, 10);
	settle(env);
	expect_log(env, "slept 0");
	cotask_put(t);
	cotask_put(c.target);

	t = begin_crossing(env, &c);
	cotask_cancel(t);
	settle(env);
	expect_log(env, "");
	KUNIT_EXPECT_EQ(test, cotask_cancelling(c.target), 1U);
	cotask_manual_turns(far, 10);
	settle(env);
	expect_log(env, "c ECANCELED");
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(t));
	cotask_put(t);
	cotask_put(c.target);
	cotask_loop_stop(far, 0);
}

/* AW-B1, CO-B1: the waiter's loop ends first: nothing is left behind */
static void across_loops_waiter_goes(struct kunit *test)
{
	struct env *env = env_of(test);
	struct crossing c;
	struct cotask *t;

	far = cotask_manual_create(0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(far));
	t = begin_crossing(env, &c);
	stop(env, 0);
	KUNIT_EXPECT_TRUE(test, cotask_cancelled(t));
	cotask_put(t);
	cotask_loop_stop(far, COTASK_FOREVER);
	cotask_put(c.target);
	expect_log(env, "c");
}

/* AW-B1, AW-B2: a cancel goes round a cycle over two loops, and cuts it */
static void cycle_over_two_loops(struct kunit *test)
{
	struct env *env = env_of(test);
	struct crossing c[2];
	struct cotask *t[2];
	int i;

	far = cotask_manual_create(0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(far));
	for (i = 0; i < 2; i++)
		t[i] = cotask_spawn(cotask_loop_root(i ? far : env->loop),
				    cotask_frame_init(&c[i].frame, cross, NULL), NULL);
	for (i = 0; i < 2; i++) {
		c[i].env = env;
		c[i].target = t[!i];
	}
	settle(env);
	cotask_manual_turns(far, 10);
	settle(env);
	cotask_cancel(t[0]);
	for (i = 0; i < 200; i++) {
		cotask_manual_turns(far, 10);
		settle(env);
	}
	expect_log(env, "ECANCELED ECANCELED");
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_TRUE(test, cotask_cancelled(t[i]));
		cotask_put(t[i]);
	}
	cotask_loop_stop(far, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(completion_wins),
	KUNIT_CASE(cancel_before_completion),
	KUNIT_CASE(cancelled_twice_before_it_resumes),
	KUNIT_CASE(unstarted_does_not_win),
	KUNIT_CASE(request_is_not_lost),
	KUNIT_CASE(origin),
	KUNIT_CASE(origin_before_further_awaits),
	KUNIT_CASE(cancel_and_wait),
	KUNIT_CASE(sure_start),
	KUNIT_CASE(into_an_aborting_group),
	KUNIT_CASE(into_an_aborting_group_of_a_scope),
	KUNIT_CASE(owners),
	KUNIT_CASE(strict_timeout),
	KUNIT_CASE(quiet_timeout),
	KUNIT_CASE(named_timeout),
	KUNIT_CASE(effective_deadline),
	KUNIT_CASE(cancelled_again),
	KUNIT_CASE(group_limit),
	KUNIT_CASE(group_limit_aborting),
	KUNIT_CASE(group_deadline),
	KUNIT_CASE(group_deadline_before_all),
	KUNIT_CASE(across_loops),
	KUNIT_CASE(across_loops_waiter_goes),
	KUNIT_CASE(cycle_over_two_loops),
	KUNIT_CASE(kept_request_and_group),
	KUNIT_CASE(eager_into_an_aborting_group),
	KUNIT_CASE(limit_and_gather),
	{}
};

struct kunit_suite cotask_options_suite = {
	.name = "cotask_options",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
