/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask tests - scripts (see script.h) as KUnit cases
 *
 * A case has a manual loop.  It plays scripts, moves the clock, runs turns, and
 * compares the log:
 *
 *	play(env, 0, parent);
 *	settle(env);
 *	expect_failed(env, 0, E1);
 */
#ifndef COTASK_TESTS_HELPERS_H
#define COTASK_TESTS_HELPERS_H

#include <kunit/test.h>

#include "script.h"

int env_init(struct kunit *test);	/* .init of a suite: test->priv is an env */
void env_exit(struct kunit *test);	/* .exit: stops the loop, looks for leaks */

/* End the loop before the end of the case. */
void stop(struct env *env, s64 grace_ns);

/* Open env->group[0], and let it go after that. */
void open_group(struct env *env);
void close_group(struct env *env);

static inline struct env *env_of(struct kunit *test)
{
	return test->priv;
}

/* Future @i is another one, on @loop. */
void renew_on(struct env *env, int i, struct cotask_loop *loop);

/* Future @i is another one, that is pending. */
static inline void renew(struct env *env, int i)
{
	renew_on(env, i, env->loop);
}

/* For code that has only an object of cotask. */
struct env *env_current(void);

void expect_log_at(struct env *env, const char *expected, int line);
/* Compare the log, then clear it. */
#define expect_log(env, expected) expect_log_at(env, expected, __LINE__)

/**
 * struct noted - a callback that logs a word
 * @cb: the callback, to be registered with note_done()
 * @env: environment with the log
 * @text: the word
 * @rc: what the callback returns
 */
struct noted {
	struct cotask_callback cb;
	struct env *env;
	const char *text;
	int rc;
};

int note_done(struct cotask_callback *cb, struct cotask_awaitable *x);

/* Spawn a script into the root group as env->task[i]. */
struct cotask *play(struct env *env, int i, const struct line *script);
struct cotask *play_named(struct env *env, int i, const struct line *script,
			  const char *name);

/* Call a function in another thread, and wait until it has returned. */
void elsewhere(struct env *env, void (*fn)(struct env *env));

/* Run one turn. */
static inline bool turn(struct env *env)
{
	return cotask_manual_turn(env->loop);
}

/* Run turns until no work is left at the current time. */
static inline unsigned int settle(struct env *env)
{
	return cotask_manual_turns(env->loop, 1000);
}

/* Let milliseconds pass, then run all turns. */
static inline void pass(struct env *env, s64 ms)
{
	cotask_manual_advance(env->loop, ms * MS);
	settle(env);
}

/* Let milliseconds pass without running turns. */
static inline void advance(struct env *env, s64 ms)
{
	cotask_manual_advance(env->loop, ms * MS);
}

#define expect_pending(env, i) \
	KUNIT_EXPECT_FALSE((env)->test, cotask_done((env)->task[i]))
#define expect_finished(env, i, v) do {					\
	KUNIT_EXPECT_TRUE((env)->test, cotask_done((env)->task[i]));	\
	KUNIT_EXPECT_EQ((env)->test, cotask_result((env)->task[i]), (long)(v)); \
} while (0)
#define expect_failed(env, i, e) do {					\
	KUNIT_EXPECT_FALSE((env)->test, cotask_cancelled((env)->task[i])); \
	KUNIT_EXPECT_EQ((env)->test, cotask_result((env)->task[i]), (long)(e)); \
} while (0)
#define expect_cancelled(env, i) \
	KUNIT_EXPECT_TRUE((env)->test, cotask_cancelled((env)->task[i]))
#define expect_count(env, i, n) \
	KUNIT_EXPECT_EQ((env)->test, cotask_cancelling((env)->task[i]), (unsigned int)(n))

#endif /* COTASK_TESTS_HELPERS_H */
