// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: tasks with random actions, and interfering threads
 *
 * The test requires that all tasks end, and that sanitizers and the kernel report
 * nothing. Outcomes are not checked. COTASK_SEED repeats a run.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "lib_test.h"

#define DEPTH		4
#define STEPS		12
#define PEERS		64

static unsigned int seed;
static struct cotask *peer[PEERS];	/* references, in one loop */
static long alive;

static unsigned int any(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static long program(void *arg);

static void meet(struct cotask *t)
{
	unsigned int i = any(PEERS);

	cotask_put(peer[i]);
	peer[i] = t;
}

static long spawn_some(struct cotask_group *g, long depth)
{
	struct cotask_spawn_args args = {
		.flags = any(4) ? 0 : COTASK_SPAWN_EAGER,
		.name = any(2) ? "some" : NULL,
	};
	unsigned int n = any(3);
	struct cotask *t;

	while (n--) {
		if (any(2)) {
			if (cotask_go(g, program, (void *)(depth - 1)))
				return 0;
			continue;
		}
		t = cotask_spawn_with(g, program, (void *)(depth - 1), &args);
		if (!t)
			return 0;
		meet(t);
	}
	return cotask_yield();
}

static long in_group(long depth)
{
	struct cotask_group g;
	long rc;

	cotask_group_init(&g);
	rc = cotask_group_enter(&g);
	if (rc)
		return rc;
	rc = spawn_some(&g, depth);
	if (!any(8))
		cotask_group_cancel(&g);
	rc = cotask_group_exit(&g, rc);
	cotask_group_fini(&g);
	return rc;
}

static long in_timeout(long depth)
{
	struct cotask_timeout t;
	long rc = cotask_timeout_start(&t, any(3) * 300 * COTASK_USEC);

	if (rc)
		return rc;
	rc = any(2) ? in_group(depth) : cotask_sleep(any(2) * COTASK_MSEC);
	if (!any(4))
		cotask_timeout_move(&t, cotask_now());
	return cotask_timeout_exit(&t, rc);
}

static long gather_some(long depth)
{
	struct cotask_member m[3];
	unsigned int i, n = any(4);

	for (i = 0; i < n; i++)
		m[i] = (struct cotask_member)COTASK_MEMBER_CALL(program, (void *)(depth - 1));
	return cotask_gather_now(NULL, m, n, any(3));
}

/* A peer can wait for this task, also through its group: wait briefly, and not in a chain. */
static long await_peer(void)
{
	struct cotask *t = peer[any(PEERS)];
	struct cotask_timeout timeout;
	long rc;

	if (!t)
		return 0;
	rc = cotask_timeout_start(&timeout, any(3) * 500 * COTASK_USEC);
	if (rc)
		return rc;
	cotask_get(t);
	rc = any(2) ? cotask_await_shielded(cotask_base(t)) : cotask_cancel_and_wait(t);
	cotask_put(t);
	return cotask_timeout_exit(&timeout, rc);
}

static long blocks(void *arg)
{
	usleep((long)arg);
	return (long)arg;
}

static long step(long depth)
{
	struct cotask *t;

	switch (any(9)) {
	case 0:
		return depth ? in_group(depth) : cotask_yield();
	case 1:
		return in_timeout(depth);
	case 2:
		return depth ? gather_some(depth) : 0;
	case 3:
		return await_peer();
	case 4:
		t = peer[any(PEERS)];
		return t ? cotask_cancel(t) : 0;
	case 5:
		return any(20) ? 0 : cotask_to_thread(blocks, (void *)(long)any(300),
						      any(2));
	case 6:
		return any(8) ? cotask_yield() : -EIO;
	case 7:
		return cotask_sleep(any(3) * 100 * COTASK_USEC);
	default:
		return cotask_yield();
	}
}

/* A cancel is obeyed three times in four. */
static long program(void *arg)
{
	long depth = (long)arg, i, rc = 0;

	alive++;
	if (depth < 0)
		depth = 0;
	for (i = 0; i < STEPS && rc >= 0; i++) {
		rc = step(depth);
		if (rc == -ECANCELED && !any(4)) {
			cotask_uncancel(cotask_current());
			rc = 0;
		}
	}
	alive--;
	return rc;
}

/* --- threads that disturb ----------------------------------------------------------- */

static atomic_bool enough;

static void *disturb(void *arg)
{
	struct cotask_loop *loop = arg;
	struct cotask_submission *s;
	unsigned int i = 0;

	while (!atomic_load(&enough)) {
		s = cotask_submit(loop, t_yields, (void *)(long)(i++ % 4), "disturbs");
		if (!s)
			break;
		if (i % 3 == 0)
			cotask_submission_cancel(s);
		if (i % 5 == 0 && cotask_submission_wait(s, COTASK_SEC))
			break;
		cotask_submission_put(s);
		usleep(200);
	}
	return NULL;
}

static int tells_nobody;

static void quiet(struct cotask_loop *loop, struct cotask *task, int error)
{
	char name[64];

	if (task)
		cotask_get_name(task, name, sizeof(name));
	tells_nobody++;
}

static long everything(void *arg)
{
	int64_t end = cotask_now() + (int64_t)(long)arg * COTASK_MSEC;
	struct cotask *t;
	long i, rc = 0;

	while (cotask_now() < end && rc != -EPROTO) {
		for (i = 0; i < 20; i++) {
			t = cotask_spawn(NULL, program, (void *)DEPTH, NULL);
			if (t)
				meet(t);
		}
		rc = cotask_sleep(2 * COTASK_MSEC);
		if (rc == -ECANCELED)
			cotask_uncancel(cotask_current());
	}
	for (i = 0; i < PEERS; i++)
		meet(NULL);
	return 0;
}

static void drop_peers(void)
{
	unsigned int i;

	for (i = 0; i < PEERS; i++) {
		cotask_put(peer[i]);
		peer[i] = NULL;
	}
}

static long everything_and_drop(void *arg)
{
	long rc = everything(arg);

	drop_peers();
	return rc;
}

TEST(at_random)
{
	const char *given = getenv("COTASK_SEED");
	struct cotask_loop *loop = cotask_loop_create(NULL);
	pthread_t thread;

	ASSERT_NE(NULL, loop);
	seed = given ? atoi(given) : cotask_now() / 1000;
	printf("# COTASK_SEED=%u\n", seed);
	cotask_loop_set_error_handler(loop, quiet);
	ASSERT_EQ(0, pthread_create(&thread, NULL, disturb, loop));
	ASSERT_EQ(0, cotask_loop_run(loop, everything_and_drop, (void *)1500));
	atomic_store(&enough, true);
	pthread_join(thread, NULL);
	ASSERT_EQ(0, alive);
	/* A second main finds the loop in its initial state. */
	ASSERT_EQ(0, cotask_loop_run(loop, everything_and_drop, (void *)100));
	cotask_loop_put(loop);
}

TEST_HARNESS_MAIN
