// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - counters of loops
 */
#include "../helpers.h"
#include "../suites.h"
#include "../../core/core.h"

/* Buckets of a histogram: zero, then one for each power of two, the last one open. */
static void buckets(struct kunit *test)
{
	struct cotask_hist h = {};
	int n;

	KUNIT_EXPECT_EQ(test, cotask_hist_bucket(0), 0U);
	for (n = 1; n < COTASK_HIST_BUCKETS; n++) {
		KUNIT_EXPECT_EQ(test, cotask_hist_bucket(BIT_ULL(n - 1)), (unsigned int)n);
		if (n < COTASK_HIST_BUCKETS - 1)
			KUNIT_EXPECT_EQ(test, cotask_hist_bucket(BIT_ULL(n) - 1),
					(unsigned int)n);
	}
	KUNIT_EXPECT_EQ(test, cotask_hist_bucket(U64_MAX), COTASK_HIST_BUCKETS - 1U);
	cotask_hist_add(&h, 0);
	cotask_hist_add(&h, 5);
	cotask_hist_add(&h, 7);
	cotask_hist_add(&h, U64_MAX);
	KUNIT_EXPECT_EQ(test, h.count[0], 1ULL);
	KUNIT_EXPECT_EQ(test, h.count[3], 2ULL);
	KUNIT_EXPECT_EQ(test, h.count[COTASK_HIST_BUCKETS - 1], 1ULL);
}

/* How tasks end, and the requests to cancel them, are counted. */
static void outcomes(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line good[] = { END };
	static const struct line bad[] = { RAISE(E1), END };
	static const struct line sleeps[] = { SLEEP(1000), END };
	static const struct line times_out[] = {
		TRY, TIMEOUT(0, 10), SLEEP(1000), ENDTIMEOUT, EXCEPT, ENDTRY, END
	};
	const struct cotask_stats *s = &env->loop->stats;

	play(env, 0, good);
	play(env, 1, bad);
	play(env, 2, sleeps);
	play(env, 3, times_out);
	settle(env);
	pass(env, 10);
	cotask_cancel(env->task[2]);
	settle(env);
	KUNIT_EXPECT_EQ(test, s->spawned, 4ULL);
	KUNIT_EXPECT_EQ(test, s->finished, 2ULL);
	KUNIT_EXPECT_EQ(test, s->failed, 1ULL);
	KUNIT_EXPECT_EQ(test, s->cancelled, 1ULL);
	KUNIT_EXPECT_EQ(test, s->cancels, 2ULL);
	KUNIT_EXPECT_EQ(test, s->timeouts, 1ULL);
	KUNIT_EXPECT_GE(test, s->entries, 8ULL);
	KUNIT_EXPECT_EQ(test, cotask_result(env->task[1]), (long)E1);
}

/* How late a sleep was seen, and how many entries were ready then. */
static void lateness_and_queue(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line sleeps[] = { SLEEP(10), END };
	const struct cotask_stats *s = &env->loop->stats;

	play(env, 0, sleeps);
	play(env, 1, sleeps);
	play(env, 2, sleeps);
	settle(env);
	KUNIT_EXPECT_EQ(test, s->queue.count[cotask_hist_bucket(3)], 1ULL);
	pass(env, 15);
	KUNIT_EXPECT_EQ(test, s->late.count[cotask_hist_bucket(5 * MS)], 3ULL);
	KUNIT_EXPECT_EQ(test, s->steps, 0ULL);
}

/* A clock may be coarser than a step: that of UML moves by 256 ns. */
static void clock_moves(struct env *env, struct cotask *task)
{
	u64 begin = ktime_get_ns();

	while (ktime_get_ns() == begin)
		cpu_relax();
}

/* On a loop that accounts, steps are timed, and a wait has a beginning. */
static void steps(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = { HOOK(clock_moves), FUTURE(0), END };
	const struct cotask_stats *s = &env->loop->stats;
	u64 begin = ktime_get_ns();

	cotask_loop_watch(env->loop, &(struct cotask_watch){ .step_ns = 1000 * NSEC_PER_SEC });
	play_named(env, 0, waits, "p");
	settle(env);
	KUNIT_EXPECT_EQ(test, s->steps, 1ULL);
	KUNIT_EXPECT_GT(test, s->slowest_ns, 0ULL);
	KUNIT_EXPECT_EQ(test, s->slowest_task, cotask_id(env->task[0]));
	KUNIT_EXPECT_TRUE(test, s->slowest);
	KUNIT_EXPECT_STREQ(test, s->slowest_name, "p");
	KUNIT_EXPECT_GE(test, env->task[0]->times->since, begin);
	KUNIT_EXPECT_LE(test, env->task[0]->times->since, ktime_get_ns());
	cotask_future_complete(&env->future[0], 0);
	settle(env);
	KUNIT_EXPECT_EQ(test, s->steps, 2ULL);
	KUNIT_EXPECT_EQ(test, s->slow_steps, 0ULL);
}

static struct cotask_times times_of(struct env *env)
{
	struct cotask_info info = {};

	KUNIT_EXPECT_EQ(env->test, cotask_task_info(env->task[0], &info), 0);
	return info.times;
}

/* A task is ready, busy and waits in turn, and its record says for how long. */
static void phases(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line waits[] = { HOOK(clock_moves), FUTURE(0), SLEEP(10), END };
	const struct cotask_hist *ready = &env->loop->stats.ready;
	struct cotask_times times;
	unsigned int i, n = 0;

	cotask_loop_watch(env->loop, &(struct cotask_watch){ .step_ns = 1000 * NSEC_PER_SEC });
	play(env, 0, waits);
	clock_moves(env, NULL);
	times = times_of(env);
	KUNIT_EXPECT_EQ(test, times.phase, COTASK_PHASE_READY);
	KUNIT_EXPECT_GT(test, times.total[COTASK_PHASE_READY], 0ULL);
	settle(env);
	clock_moves(env, NULL);
	times = times_of(env);
	KUNIT_EXPECT_EQ(test, times.phase, COTASK_PHASE_WAITING);
	KUNIT_EXPECT_GT(test, times.total[COTASK_PHASE_BUSY], 0ULL);
	KUNIT_EXPECT_EQ(test, times.total[COTASK_PHASE_BUSY], times.longest[COTASK_PHASE_BUSY]);
	KUNIT_EXPECT_GT(test, times.total[COTASK_PHASE_WAITING], 0ULL);
	cotask_future_complete(&env->future[0], 0);
	settle(env);
	times = times_of(env);
	/* A sleep is a wait, too. */
	KUNIT_EXPECT_EQ(test, times.phase, COTASK_PHASE_WAITING);
	KUNIT_EXPECT_EQ(test, times.steps, 2U);
	KUNIT_EXPECT_GE(test, times.total[COTASK_PHASE_WAITING],
			times.longest[COTASK_PHASE_WAITING]);
	for (i = 0; i < COTASK_HIST_BUCKETS; i++)
		n += ready->count[i];
	KUNIT_EXPECT_EQ(test, n, 2U);
	pass(env, 10);
	times = times_of(env);
	clock_moves(env, NULL);
	/* It has ended, and so has its record. */
	KUNIT_EXPECT_EQ(test, times_of(env).total[COTASK_PHASE_READY],
			times.total[COTASK_PHASE_READY]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(buckets),
	KUNIT_CASE(outcomes),
	KUNIT_CASE(lateness_and_queue),
	KUNIT_CASE(steps),
	KUNIT_CASE(phases),
	{}
};

struct kunit_suite cotask_stats_suite = {
	.name = "cotask_stats",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
