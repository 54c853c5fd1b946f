// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - libcotask: random actions of tasks without stacks and of other tasks
 *
 * The test requires that all tasks end, that a lock has one holder, that no item of a queue is
 * lost, and that sanitizers and the kernel report nothing. Outcomes are not checked. COTASK_SEED
 * repeats a run.
 */
#include "lib_test.h"

#include <cotask_co.h>

#define DEPTH		3
#define STEPS		10
#define PEERS		32
#define TOGETHER	5
#define ROOM		4	/* of the queue */
#define ROUNDS		300

static unsigned int seed;
static struct cotask *peer[PEERS];	/* references, in one loop */
static long alive;
static struct cotask_lock lock;
static struct cotask *holder;
static struct cotask_queue queue;
static long queued;			/* items that were put and not taken */
static unsigned long steps;

struct list_head {
	struct list_head *next, *prev;
};

/**
 * struct walker - a coroutine that makes random steps
 * @frame: its frame
 * @depth: maximum depth of nested walkers
 * @left: number of remaining steps
 * @kind: kind of the current step
 * @group: state of a step of this kind
 * @timeout: likewise
 * @wait: likewise
 * @cancel: likewise
 * @op: likewise
 * @awaited: reference to the awaited task
 */
struct walker {
	struct cotask_frame	frame;
	long			depth;
	int			left;
	unsigned int		kind;
	struct cotask_group	group;
	struct cotask_timeout	timeout;
	struct cotask_wait_for	wait;
	struct cotask_cancel_wait cancel;
	struct cotask_queue_op	op;
	struct cotask		*awaited;
};

enum kind {
	IN_GROUP, IN_TIMEOUT, INNER, AWAITS_PEER, CANCELS_AND_WAITS, CANCELS, LOCKS, PUTS, GETS,
	SLEEPS, FAILS, KINDS
};

static unsigned int any(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static struct walker *walker_of(struct cotask_frame *frame)
{
	return (struct walker *)frame;
}

static void walker_release(struct cotask_frame *frame)
{
	struct walker *w = walker_of(frame);

	cotask_put(w->awaited);
	free(w);
	alive--;
}

static long walk(struct cotask *task, struct cotask_frame *frame);

static struct cotask_frame *walker(long depth)
{
	struct walker *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->depth = depth > 0 ? depth : 0;
	w->left = STEPS;
	alive++;
	return cotask_frame_init(&w->frame, walk, walker_release);
}

/* --- beside each other ------------------------------------------------------------------ */

static void meet(struct cotask *t)
{
	unsigned int i = any(PEERS);

	cotask_put(peer[i]);
	peer[i] = t;
}

static long with_stack(void *arg)
{
	long rc = cotask_sleep(any(3) * 100 * COTASK_USEC);

	return rc ? rc : (long)arg;
}

static void spawn_one(struct cotask_group *g, long depth)
{
	const struct cotask_spawn_args args = { .flags = any(4) ? 0 : COTASK_SPAWN_EAGER };
	struct cotask *t;

	if (!any(3)) {
		t = cotask_spawn(g, with_stack, (void *)depth, NULL);
	} else {
		t = cotask_co_spawn_with(g, walker(depth - 1), &args);
		if ((intptr_t)t < 0 && (intptr_t)t >= -4095)
			t = NULL;
	}
	if (t)
		meet(t);
}

static void spawn_some(struct cotask_group *g, long depth)
{
	struct cotask_frame *frames[TOGETHER];
	unsigned int i, n = any(3);

	while (n--)
		spawn_one(g, depth);
	if (any(4))
		return;
	n = any(TOGETHER + 1);
	for (i = 0; i < n; i++)
		frames[i] = walker(depth - 2);
	(void)!cotask_go_all(g, frames, n);
}

/* A reference to a task that can be awaited for a while, or to the task itself. */
static struct cotask *some_peer(struct cotask *task)
{
	struct cotask *t = peer[any(PEERS)];

	return cotask_get(t ? t : task);
}

static bool takes(struct cotask *task)
{
	if (holder)
		abort();
	holder = task;
	return any(2);
}

static void lets_go(struct cotask *task)
{
	if (holder != task)
		abort();
	holder = NULL;
	if (cotask_lock_release(&lock))
		abort();
}

/* --- a step --------------------------------------------------------------------------------- */

/* Waits with frames of their own come first: the outcome is that of the last wait. */
static long in_scope(struct cotask *task, struct cotask_frame *frame)
{
	struct walker *w = walker_of(frame);
	long rc;

	CO_BEGIN(task, frame, grouped, left, slept, called);
	if (w->kind == IN_GROUP) {
		cotask_group_init(&w->group);
		rc = cotask_co_group_enter(task, &w->group);
		if (rc)
			return rc;
		spawn_some(&w->group, w->depth);
		if (!any(8))
			cotask_group_cancel(&w->group);
		CO_AWAIT(grouped, rc, cotask_co_yield(task));
		CO_AWAIT(left, rc, cotask_co_group_exit(task, &w->group, rc));
		cotask_group_fini(&w->group);
		return rc;
	}
	rc = cotask_co_timeout_start(task, &w->timeout, any(3) * 300 * COTASK_USEC);
	if (rc)
		return rc;
	if (any(2) && w->depth)
		CO_AWAIT(called, rc, cotask_call(task, walker(w->depth - 1)));
	else
		CO_AWAIT(slept, rc, cotask_co_sleep(task, any(2) * COTASK_MSEC));
	if (!any(4))
		cotask_timeout_move(&w->timeout, cotask_now());
	return cotask_timeout_exit(&w->timeout, rc);
}

/* A walker with this step only. */
static struct cotask_frame *scope(long depth, unsigned int kind)
{
	struct cotask_frame *frame = walker(depth);

	walker_of(frame)->kind = kind;
	frame->step = in_scope;
	return frame;
}

static struct cotask_await wait_for_peer(struct cotask *task, struct walker *w)
{
	w->awaited = some_peer(task);
	if (w->kind == CANCELS_AND_WAITS && w->awaited != task)
		return cotask_co_cancel_and_wait(task, &w->cancel, w->awaited);
	return cotask_co_wait_for(task, &w->wait, cotask_base(w->awaited), any(500) * COTASK_USEC);
}

static struct cotask_await begin(struct cotask *task, struct walker *w)
{
	switch (w->kind) {
	case IN_GROUP:
	case IN_TIMEOUT:
		return cotask_call(task, scope(w->depth, w->kind));
	case INNER:
		return cotask_call(task, walker(w->depth - 2));
	case AWAITS_PEER:
	case CANCELS_AND_WAITS:
		return wait_for_peer(task, w);
	case CANCELS:
		if (peer[0])
			cotask_cancel(peer[0]);
		return cotask_co_yield(task);
	default:
		return cotask_co_sleep(task, any(3) * 100 * COTASK_USEC);
	}
}

static struct list_head *new_item(void)
{
	struct list_head *item = calloc(1, sizeof(*item));

	if (!item)
		abort();
	return item;
}

static void take_item(struct list_head *item)
{
	free(item);
	queued--;
}

static unsigned int next_kind(const struct walker *w)
{
	unsigned int kind = any(KINDS);

	if (kind <= INNER && !w->depth)
		return SLEEPS;
	/* A wait without a limit, for a task that may wait for this one. */
	if (kind == CANCELS_AND_WAITS && any(8))
		return AWAITS_PEER;
	return kind != FAILS || !any(8) ? kind : SLEEPS;
}

/* A cancel is obeyed three times in four. */
static long outcome(struct cotask *task, struct walker *w, long rc)
{
	cotask_put(w->awaited);
	w->awaited = NULL;
	if (rc == -ECANCELED && !any(4)) {
		cotask_uncancel(task);
		return 0;
	}
	return rc == -ETIMEDOUT || rc == -EDEADLK ? 0 : rc;
}

static long walk(struct cotask *task, struct cotask_frame *frame)
{
	struct walker *w = walker_of(frame);
	long rc = 0;

	CO_BEGIN(task, frame, locked, yielded, put, got, done);
	while (w->left-- && rc >= 0) {
		steps++;
		w->kind = next_kind(w);
		if (w->kind == FAILS)
			return -EIO;
		if (w->kind == LOCKS) {
			CO_AWAIT(locked, rc, cotask_co_lock_acquire(task, &lock));
			if (!rc && takes(task))
				CO_AWAIT(yielded, rc, cotask_co_yield(task));
			if (holder == task)
				lets_go(task);
		} else if (w->kind == PUTS && queued < ROOM) {
			CO_AWAIT(put, rc, cotask_co_queue_put(task, &w->op, &queue, new_item()));
			if (!rc)
				queued++;
			else
				free(w->op.item);
		} else if (w->kind == GETS && queued) {
			CO_AWAIT(got, rc, cotask_co_queue_get(task, &w->op, &queue));
			if (!rc)
				take_item(w->op.item);
		} else {
			CO_AWAIT(done, rc, begin(task, w));
		}
		rc = outcome(task, w, rc);
	}
	return rc;
}

/* --- the test --------------------------------------------------------------------------------- */

static void round_of_walkers(void)
{
	struct cotask_group g;
	int i;

	cotask_group_init(&g);
	if (cotask_group_enter(&g))
		return;
	for (i = 0; i < 10; i++)
		spawn_some(&g, DEPTH);
	(void)!cotask_sleep(2 * COTASK_MSEC);
	cotask_group_cancel(&g);
	(void)!cotask_group_exit(&g, 0);
	cotask_group_fini(&g);
}

static void drop_peers(void)
{
	unsigned int i;

	for (i = 0; i < PEERS; i++) {
		cotask_put(peer[i]);
		peer[i] = NULL;
	}
}

static long drain(void)
{
	struct list_head *item;

	while ((item = cotask_co_queue_try_get(&queue)) &&
	       !((intptr_t)item < 0 && (intptr_t)item >= -4095))
		take_item(item);
	return queued;
}

static long everything(void *arg)
{
	int i;

	(void)arg;
	CHECK_EQ(cotask_co_lock_init(&lock, NULL), 0);
	CHECK_EQ(cotask_co_queue_init(&queue, NULL, ROOM), 0);
	for (i = 0; i < ROUNDS; i++) {
		round_of_walkers();
		drop_peers();
		CHECK_EQ(holder, NULL);
	}
	CHECK_EQ(drain(), 0);
	cotask_queue_fini(&queue);
	cotask_lock_fini(&lock);
	return 0;
}

static void quiet(struct cotask_loop *loop, struct cotask *task, int error)
{
	(void)loop;
	(void)task;
	(void)error;
}

TEST(at_random)
{
	const char *given = getenv("COTASK_SEED");
	struct cotask_loop *loop = cotask_loop_create(NULL);

	ASSERT_NE(NULL, loop);
	seed = given ? atoi(given) : cotask_now() / 1000;
	printf("# COTASK_SEED=%u\n", seed);
	cotask_loop_set_error_handler(loop, quiet);
	ASSERT_EQ(0, cotask_loop_run(loop, everything, NULL));
	printf("# %lu steps\n", steps);
	ASSERT_EQ(0, alive);
	ASSERT_LT(10 * ROUNDS, steps);
	cotask_loop_put(loop);
}

TEST_HARNESS_MAIN
