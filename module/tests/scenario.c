// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - plays scenarios
 */
#include "scenario.h"

/**
 * struct stage - a running scenario
 * @env: environment of the scenario
 * @tasks: number of tasks
 * @noted: callbacks
 * @callbacks: number of callbacks in use
 * @trace: the actions, and their effects
 * @seen: length of the part of the log that is in the trace
 * @as_expected: no expectation has failed
 */
struct stage {
	struct env *env;
	unsigned int tasks;
	struct noted noted[SCENARIO_CALLBACKS];
	unsigned int callbacks;
	char trace[2048];
	size_t seen;
	bool as_expected;
};

static const char * const names[] = {
	[DEED_TASK] = "task", [DEED_TURN] = "turn", [DEED_SETTLE] = "settle", [DEED_PASS] = "pass",
	[DEED_LATER] = "later", [DEED_HIT] = "cancel task", [DEED_UNHIT] = "uncancel task",
	[DEED_COMPLETE] = "complete future", [DEED_FAIL] = "fail future",
	[DEED_HIT_FUTURE] = "cancel future", [DEED_HIT_GROUP] = "cancel group",
	[DEED_HIT_SET] = "cancel set", [DEED_PLAY] = "play", [DEED_SAW] = "log",
	[DEED_COUNT] = "count of task", [DEED_PENDING] = "task is pending",
	[DEED_FINISHED] = "task finished", [DEED_FAILED] = "task failed",
	[DEED_CANCELLED] = "task cancelled", [DEED_EXPIRED] = "timeout expired",
	[DEED_TOLD] = "errors told", [DEED_ON_DONE] = "on_done", [DEED_FUTURE_IS] = "future is",
};

__printf(2, 3)
static void trace(struct stage *st, const char *fmt, ...)
{
	size_t len = strlen(st->trace);
	va_list args;

	va_start(args, fmt);
	vscnprintf(st->trace + len, sizeof(st->trace) - len, fmt, args);
	va_end(args);
}

/* Return the part of the log since the last call. */
static void trace_log(struct stage *st)
{
	const char *news = st->env->log + st->seen;

	if (*news)
		trace(st, " ->%s%s", *news == ' ' ? "" : " ", news);
	trace(st, "\n");
	st->seen = strlen(st->env->log);
}

static void check(struct stage *st, long is, long is_to_be)
{
	if (is == is_to_be)
		return;
	st->as_expected = false;
	trace(st, " IS %ld", is);
}

static void check_log(struct stage *st, const char *text)
{
	if (strcmp(st->env->log, text)) {
		st->as_expected = false;
		trace(st, " IS NOT \"%s\"", text);
	}
	st->env->log[0] = '\0';
	st->seen = 0;
}

static void add_callback(struct stage *st, const struct deed *d)
{
	struct noted *n = &st->noted[st->callbacks++];

	n->env = st->env;
	n->text = d->text;
	check(st, cotask_on_done(&st->env->task[d->i]->base, &n->cb, note_done), 0);
}

static void do_deed(struct stage *st, const struct deed *d)
{
	struct env *env = st->env;
	struct cotask *t = env->task[d->i];

	switch (d->kind) {
	case DEED_TASK:
		play(env, st->tasks++, d->script);
		break;
	case DEED_TURN:
		turn(env);
		break;
	case DEED_SETTLE:
		settle(env);
		break;
	case DEED_PASS:
		pass(env, d->v);
		break;
	case DEED_LATER:
		advance(env, d->v);
		break;
	case DEED_HIT:
		check(st, cotask_cancel(t), d->v);
		break;
	case DEED_UNHIT:
		check(st, cotask_uncancel(t), d->v);
		break;
	case DEED_COMPLETE:
		cotask_future_complete(&env->future[d->i], d->v);
		break;
	case DEED_FAIL:
		cotask_future_fail(&env->future[d->i], d->v);
		break;
	case DEED_HIT_FUTURE:
		cotask_future_cancel(&env->future[d->i]);
		break;
	case DEED_HIT_GROUP:
		cotask_group_cancel(&env->group[d->i]);
		break;
	case DEED_HIT_SET:
		check(st, cotask_awaitable_cancel(&env->set[d->i].base), d->v);
		break;
	case DEED_PLAY:
		play(env, d->i, d->script);
		break;
	case DEED_ON_DONE:
		add_callback(st, d);
		break;
	case DEED_SAW:
		check_log(st, d->text);
		break;
	case DEED_COUNT:
		check(st, cotask_cancelling(t), d->v);
		break;
	case DEED_PENDING:
		check(st, cotask_done(t), false);
		break;
	case DEED_FINISHED:
		check(st, cotask_result(t), d->v);
		break;
	case DEED_FAILED:
		check(st, cotask_cancelled(t), false);
		check(st, cotask_result(t), d->v);
		break;
	case DEED_CANCELLED:
		check(st, cotask_cancelled(t), true);
		break;
	case DEED_EXPIRED:
		check(st, cotask_timeout_expired(&env->timeout[d->i]), d->v);
		break;
	case DEED_FUTURE_IS:
		check(st, cotask_awaitable_result(&env->future[d->i].base), d->v);
		break;
	case DEED_TOLD:
		check(st, env->errors, d->v);
		break;
	}
}

void play_scenario(struct kunit *test, const struct deed *deeds, unsigned int n)
{
	struct stage *st = kunit_kzalloc(test, sizeof(*st), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, st);
	st->env = env_of(test);
	st->as_expected = true;
	for (i = 0; i < n; i++) {
		trace(st, "%2u: %s %d %ld", i, names[deeds[i].kind], deeds[i].i, deeds[i].v);
		do_deed(st, &deeds[i]);
		trace_log(st);
	}
	if (st->env->log[0]) {
		st->as_expected = false;
		trace(st, "and no step compares \"%s\"\n", st->env->log);
	}
	KUNIT_EXPECT_TRUE_MSG(test, st->as_expected, "\n%s", st->trace);
}

/* --- scripts that many scenarios use ----------------------------------------- */

const struct line probe[] = {
	COUNT, TRY, YIELD, LOG("on"), EXCEPT, LOG("armed"), ENDTRY, END
};
const struct line quick[] = { LOG("q"), END };
const struct line loud[] = { TRY, SLEEP(99), EXCEPT, LOG("c"), RERAISE, ENDTRY, END };
const struct line slow[] = { TRY, SLEEP(99), EXCEPT, SLEEP(5), ENDTRY, LOG("s"), END };
const struct line bad[] = { TRY, SLEEP(99), EXCEPT, RAISE(E2), ENDTRY, END };
const struct line fail_now[] = { RAISE(E1), END };
const struct line fail5[] = { SLEEP(5), RAISE(E1), END };
const struct line fail5_e2[] = { SLEEP(5), RAISE(E2), END };
