/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask tests - scenarios: scripts, actions of the test, and their effects
 *
 * A scenario is a list of actions of the test, in order.  It begins with the tasks and
 * their scripts.  SAW() compares the log and clears it.  When an expectation fails, the
 * test prints all actions so far, with their effects.
 *
 *	SCENARIO(cancel_then_completion,
 *		 TASK(FUTURE(0), LOG("no"), END),
 *		 SETTLE, HIT(0), COMPLETE(0, 5), SETTLE, CANCELLED(0))
 */
#ifndef COTASK_TESTS_SCENARIO_H
#define COTASK_TESTS_SCENARIO_H

#include "helpers.h"

#define SCRIPT(...)		((const struct line[]){ __VA_ARGS__ })

enum deed_kind {
	DEED_TASK, DEED_TURN, DEED_SETTLE, DEED_PASS, DEED_LATER, DEED_HIT, DEED_UNHIT,
	DEED_COMPLETE, DEED_FAIL, DEED_HIT_FUTURE, DEED_HIT_GROUP, DEED_HIT_SET, DEED_PLAY,
	DEED_SAW, DEED_COUNT, DEED_PENDING, DEED_FINISHED, DEED_FAILED, DEED_CANCELLED,
	DEED_EXPIRED, DEED_TOLD, DEED_ON_DONE, DEED_FUTURE_IS,
};

/**
 * struct deed - an action or a check of the test
 * @kind: kind of the action
 * @i: number of a task, future, group, set or timeout
 * @v: value, error, milliseconds, or expected return value of a call
 * @text: the expected log, or a word for the log
 * @script: the script to play
 */
struct deed {
	enum deed_kind kind;
	int i;
	long v;
	const char *text;
	const struct line *script;
};

/* The next task, from 0 on, by its script; a script that has a name. */
#define TASK(...)		{ .kind = DEED_TASK, .script = SCRIPT(__VA_ARGS__) }
#define PLAYS(s)		{ .kind = DEED_TASK, .script = (s) }
/* Run one turn; run turns until no work is left. */
#define TURN			{ .kind = DEED_TURN }
#define SETTLE			{ .kind = DEED_SETTLE }
/* Let milliseconds pass, and then run turns; without running turns. */
#define PASS(ms)		{ .kind = DEED_PASS, .v = (ms) }
#define LATER(ms)		{ .kind = DEED_LATER, .v = (ms) }
/* Cancel task i, which is not done; which is done. */
#define HIT(n)			{ .kind = DEED_HIT, .i = (n), .v = true }
#define MISS(n)			{ .kind = DEED_HIT, .i = (n), .v = false }
/* Withdraw one request; n requests remain. */
#define UNHIT(t, n)		{ .kind = DEED_UNHIT, .i = (t), .v = (n) }
#define COMPLETE(f, value)	{ .kind = DEED_COMPLETE, .i = (f), .v = (value) }
#define FAIL_FUTURE(f, e)	{ .kind = DEED_FAIL, .i = (f), .v = (e) }
#define HIT_FUTURE(f)		{ .kind = DEED_HIT_FUTURE, .i = (f) }
#define HIT_GROUP(g)		{ .kind = DEED_HIT_GROUP, .i = (g) }
/* Cancel set i, which accepts; which declines. */
#define HIT_SET(n)		{ .kind = DEED_HIT_SET, .i = (n), .v = true }
#define MISS_SET(n)		{ .kind = DEED_HIT_SET, .i = (n), .v = false }
#define PLAY(n, s)		{ .kind = DEED_PLAY, .i = (n), .script = (s) }
/* Register a callback of task i that logs a word. */
#define ON_DONE(n, word)	{ .kind = DEED_ON_DONE, .i = (n), .text = (word) }
#define SAW(log)		{ .kind = DEED_SAW, .text = (log) }
#define COUNT_IS(t, n)		{ .kind = DEED_COUNT, .i = (t), .v = (n) }
#define PENDING(n)		{ .kind = DEED_PENDING, .i = (n) }
#define FINISHED(n, value)	{ .kind = DEED_FINISHED, .i = (n), .v = (value) }
#define FAILED(n, e)		{ .kind = DEED_FAILED, .i = (n), .v = (e) }
#define CANCELLED(n)		{ .kind = DEED_CANCELLED, .i = (n) }
#define EXPIRED(n)		{ .kind = DEED_EXPIRED, .i = (n), .v = true }
#define NOT_EXPIRED(n)		{ .kind = DEED_EXPIRED, .i = (n), .v = false }
#define FUTURE_IS(f, value)	{ .kind = DEED_FUTURE_IS, .i = (f), .v = (value) }
/* Number of errors that the loop's handler has received. */
#define TOLD(n)			{ .kind = DEED_TOLD, .v = (n) }

#define SCENARIO_CALLBACKS	6

/* Shows whether a request is left: the count, and "on" or "armed". */
extern const struct line probe[];
/* Children: one that logs; that logs a cancel; that swallows it and takes 5 ms more. */
extern const struct line quick[], loud[], slow[];
/* Those that fail: with E2 when they are cancelled; at once; after 5 ms. */
extern const struct line bad[], fail_now[], fail5[], fail5_e2[];

void play_scenario(struct kunit *test, const struct deed *deeds, unsigned int n);

/* A case of a suite. */
#define SCENARIO(name, ...)							\
static const struct deed name##_deeds[] = { __VA_ARGS__ };			\
										\
static void name(struct kunit *test)						\
{										\
	play_scenario(test, name##_deeds, ARRAY_SIZE(name##_deeds));		\
}

#endif /* COTASK_TESTS_SCENARIO_H */
