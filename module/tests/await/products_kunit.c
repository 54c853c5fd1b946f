// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - every spawn option, with every kind of wait, with every interruption
 *
 * Two tasks wait for the same object, a victim and behind it a rival.  The object is granted in
 * units (a permit, an item, a notification, a member) or completes for both.  The victim is
 * interrupted before its first step, while it waits, when its outcome is available and it has not
 * resumed, also while another member of its set is on its way, or afterwards.  At the end each unit
 * belongs to one of the two tasks or is still available; a cancel that was accepted was delivered;
 * both tasks have ended once; nothing is left.
 *
 * The table is generated: a case is a kind of wait, and goes through all options and
 * interruptions.
 */
#include <linux/cotask_gather.h>
#include <linux/cotask_scope.h>
#include <linux/cotask_sync.h>
#include <linux/cotask_wait.h>

#include "../helpers.h"
#include "../suites.h"

enum interruption {
	UNTOUCHED, CANCELLED, TIMED_OUT, SCOPE_CANCELLED, SIBLING_FAILED, GROUP_CANCELLED,
	LOOP_STOPPED, LOOP_ENDED, INTERRUPTIONS
};

/* Moment of the interruption. */
enum moment { BEFORE, WAITING, GRANTED, IN_TRANSIT, AFTERWARDS, MOMENTS };

static const u32 options[] = {
	0,
	COTASK_SPAWN_EAGER,
	COTASK_SPAWN_SURE_START,
	COTASK_SPAWN_COMPLETION_WINS,
	COTASK_SPAWN_KEEP_CANCEL,
	COTASK_SPAWN_EAGER | COTASK_SPAWN_COMPLETION_WINS,
	COTASK_SPAWN_SURE_START | COTASK_SPAWN_COMPLETION_WINS,
	COTASK_SPAWN_COMPLETION_WINS | COTASK_SPAWN_KEEP_CANCEL,
	COTASK_SPAWN_EAGER | COTASK_SPAWN_SURE_START | COTASK_SPAWN_COMPLETION_WINS |
	COTASK_SPAWN_KEEP_CANCEL,
};

struct player;

/* The awaited object, and the further objects of a case. */
struct game {
	struct kunit *test;
	const struct wait_kind *kind;
	struct cotask_loop *loop;
	struct cotask_group group;
	struct cotask_future future, stray, sibling;
	struct cotask_callback courier;
	struct cotask_sem sem;
	struct cotask_lock lock;
	struct cotask_event event;
	struct cotask_cond cond;
	struct cotask_queue queue;
	struct list_head item[4];
	unsigned int items;
	struct cotask_as_completed it;
	struct cotask_member member[4];
	struct cotask_future ended[4];
	struct cotask_frame inner_frame, sibling_frame;
	struct cotask *inner;
	enum interruption interruption;
	bool shielded;
	bool accepted;
	unsigned int provided;
};

/* The victim or the rival, with all that any of the waits needs. */
struct player {
	struct cotask_frame frame;
	struct game *game;
	struct cotask *task;
	struct cotask_timeout timeout;
	struct cotask_cancel_scope scope;
	struct cotask_section section;
	struct cotask_cond_wait cond_wait;
	struct cotask_queue_op queue_op;
	struct cotask_next next;
	struct cotask_set set;
	struct cotask_wait wait;
	struct cotask_member member[2];
	struct cotask_shield shield;
	struct cotask_wait_for wait_for;
	struct list_head item;
	bool victim;
	bool locked;
	long rc;
	unsigned int got;	/* number of its units: 0 or 1 */
	unsigned int ends;	/* number of ends of its coroutine */
};

/**
 * struct wait_kind - a kind of wait
 * @name: name for messages
 * @begin: the await
 * @provide: provide one more unit, or complete for all
 * @left: number of available units; NULL: completes for both
 * @locks: the waiter holds the lock; a unit without a waiter is lost
 * @shared: a cancel of one waiter reaches the object that both wait for (CX-15)
 */
struct wait_kind {
	const char *name;
	struct cotask_await (*begin)(struct cotask *task, struct player *me);
	void (*provide)(struct game *g);
	unsigned int (*left)(struct game *g);
	bool locks;
	bool shared;
};

/* --- the kinds ----------------------------------------------------------------------------- */

static struct cotask_await begin_yield(struct cotask *task, struct player *me)
{
	return cotask_yield(task);
}

static struct cotask_await begin_sleep(struct cotask *task, struct player *me)
{
	return cotask_sleep(task, 10 * MS);
}

static void provide_time(struct game *g)
{
	cotask_manual_advance(g->loop, 10 * MS);
}

static struct cotask_await begin_future(struct cotask *task, struct player *me)
{
	return cotask_await_future(task, &me->game->future);
}

static void provide_future(struct game *g)
{
	cotask_future_complete(&g->future, 1);
}

/* Members of sets are what is waited for, and a future that may be completed elsewhere. */
static struct cotask_member *follow_two(struct player *me, struct cotask_awaitable *x)
{
	me->member[0] = COTASK_MEMBER(x);
	me->member[1] = COTASK_MEMBER(&me->game->stray.base);
	return me->member;
}

static void provide_members(struct game *g)
{
	cotask_future_complete(&g->future, 1);
	/* Unless it is on its way. */
	if (list_empty(&g->courier.entry.link))
		cotask_future_complete(&g->stray, 1);
}

static struct cotask_await begin_join(struct cotask *task, struct player *me)
{
	return cotask_join(task, me->game->inner);
}

static struct cotask_await begin_shield(struct cotask *task, struct player *me)
{
	return cotask_await(task, cotask_shield(&me->shield, &me->game->future.base));
}

static struct cotask_await begin_gather(struct cotask *task, struct player *me)
{
	struct cotask_member *m = follow_two(me, &me->game->future.base);

	return cotask_await(task, cotask_gather(&me->set, NULL, m, 2, 0));
}

static struct cotask_await begin_race(struct cotask *task, struct player *me)
{
	struct cotask_member *m = follow_two(me, &me->game->inner->base);

	return cotask_await(task, cotask_race(&me->set, NULL, m, 2));
}

static struct cotask_await begin_wait(struct cotask *task, struct player *me)
{
	struct cotask_member *m = follow_two(me, &me->game->future.base);

	return cotask_wait_members(task, &me->wait, m, 2, COTASK_WAIT_FIRST, COTASK_FOREVER);
}

static struct cotask_await begin_wait_for(struct cotask *task, struct player *me)
{
	return cotask_wait_for(task, &me->wait_for, &me->game->future.base, 1000 * MS);
}

static struct cotask_await begin_sem(struct cotask *task, struct player *me)
{
	return cotask_sem_acquire(task, &me->game->sem);
}

static void provide_permit(struct game *g)
{
	cotask_sem_release(&g->sem);
}

static unsigned int permits_left(struct game *g)
{
	return g->sem.free;
}

static struct cotask_await begin_event(struct cotask *task, struct player *me)
{
	return cotask_event_wait(task, &me->game->event);
}

static void provide_event(struct game *g)
{
	cotask_event_set(&g->event);
}

static struct cotask_await begin_cond(struct cotask *task, struct player *me)
{
	return cotask_cond_wait(task, &me->cond_wait, &me->game->cond);
}

/* By the owner of the loop, which takes the lock for that if no task has it. */
static void provide_notification(struct game *g)
{
	bool taken = cotask_sem_try_acquire(&g->lock.sem);

	if (cotask_cond_notify(&g->cond, 1) != 1)
		g->provided--;
	if (taken)
		cotask_lock_release(&g->lock);
}

static unsigned int none_left(struct game *g)
{
	return 0;
}

static struct cotask_await begin_get(struct cotask *task, struct player *me)
{
	return cotask_queue_get(task, &me->queue_op, &me->game->queue);
}

static void provide_item(struct game *g)
{
	KUNIT_EXPECT_EQ(g->test, cotask_queue_try_put(&g->queue, &g->item[g->items++]), 0);
}

static unsigned int items_left(struct game *g)
{
	return g->queue.count;
}

/* The unit is room in a queue that is full. */
static struct cotask_await begin_put(struct cotask *task, struct player *me)
{
	return cotask_queue_put(task, &me->queue_op, &me->game->queue, &me->item);
}

static void provide_room(struct game *g)
{
	KUNIT_EXPECT_FALSE(g->test, IS_ERR(cotask_queue_try_get(&g->queue)));
}

static unsigned int room_left(struct game *g)
{
	return 1 - g->queue.count;
}

static struct cotask_await begin_next(struct cotask *task, struct player *me)
{
	return cotask_as_completed_next(task, &me->next, &me->game->it);
}

static void provide_member(struct game *g)
{
	cotask_future_complete(&g->ended[g->items++], 1);
}

static unsigned int members_left(struct game *g)
{
	struct list_head *pos;
	unsigned int n = 0;

	list_for_each(pos, &g->it.ended)
		n++;
	return n;
}

static const struct wait_kind kinds[] = {
	{ "yield", begin_yield, provide_time },
	{ "sleep", begin_sleep, provide_time },
	{ "future", begin_future, provide_future, .shared = true },
	{ "task", begin_join, provide_future, .shared = true },
	{ "shield", begin_shield, provide_future },
	{ "gather", begin_gather, provide_members, .shared = true },
	{ "race", begin_race, provide_members, .shared = true },
	{ "wait", begin_wait, provide_members },
	{ "wait_for", begin_wait_for, provide_future, .shared = true },
	{ "semaphore", begin_sem, provide_permit, permits_left },
	{ "event", begin_event, provide_event },
	{ "condition", begin_cond, provide_notification, none_left, .locks = true },
	{ "get", begin_get, provide_item, items_left },
	{ "put", begin_put, provide_room, room_left },
	{ "next", begin_next, provide_member, members_left },
};

/* --- the players --------------------------------------------------------------------------- */

static long end_scope(struct player *me, long rc)
{
	if (me->game->shielded)
		return cotask_shield_exit(&me->section, rc);
	if (me->victim && me->game->interruption == TIMED_OUT)
		return cotask_timeout_exit(&me->timeout, rc);
	return cotask_cancel_scope_exit(&me->scope, rc);
}

static int begin_scope(struct cotask *task, struct player *me)
{
	if (me->game->shielded)
		return cotask_shield_enter(task, &me->section, COTASK_FOREVER);
	if (me->victim && me->game->interruption == TIMED_OUT)
		return cotask_timeout_start(task, &me->timeout, 1000 * MS);
	cotask_cancel_scope_init(&me->scope, KTIME_MAX);
	return cotask_cancel_scope_enter(task, &me->scope);
}

static long play_step(struct cotask *task, struct cotask_frame *frame)
{
	struct player *me = container_of(frame, struct player, frame);
	long rc;

	CO_BEGIN(task, frame, locked, waited, slept);

	if (me->game->kind->locks) {
		CO_AWAIT(locked, rc, cotask_lock_acquire(task, &me->game->lock));
		if (rc)
			return rc;
		me->locked = true;
	}
	rc = begin_scope(task, me);
	KUNIT_EXPECT_EQ(me->game->test, rc, 0L);
	CO_AWAIT(waited, me->rc, me->game->kind->begin(task, me));
	me->got = me->rc >= 0;
	rc = end_scope(me, me->rc);
	CO_AWAIT(slept, rc, cotask_yield(task));
	return me->rc < 0 ? me->rc : rc;
}

static void play_release(struct cotask_frame *frame)
{
	struct player *me = container_of(frame, struct player, frame);

	me->ends++;
	cotask_shield_drop(&me->shield);
	cotask_set_drop(&me->set);
	/* One that was ended while it waited for the condition does not have it. */
	if (me->locked && cotask_lock_held(&me->game->lock) &&
	    me->game->interruption != LOOP_ENDED)
		cotask_lock_release(&me->game->lock);
}

static long inner_step(struct cotask *task, struct cotask_frame *frame)
{
	struct game *g = container_of(frame, struct game, inner_frame);
	long rc;

	CO_BEGIN(task, frame, waited);

	CO_AWAIT(waited, rc, cotask_await_future(task, &g->future));
	return rc;
}

static long sibling_step(struct cotask *task, struct cotask_frame *frame)
{
	struct game *g = container_of(frame, struct game, sibling_frame);
	long rc;

	CO_BEGIN(task, frame, waited);

	CO_AWAIT(waited, rc, cotask_await_future(task, &g->sibling));
	return rc;
}

static void spawn(struct game *g, struct player *me, struct cotask_group *group, u32 flags)
{
	const struct cotask_spawn_args args = { .flags = flags };

	me->game = g;
	INIT_LIST_HEAD(&me->item);
	me->task = cotask_spawn_with(group, cotask_frame_init(&me->frame, play_step, play_release),
				     &args);
	KUNIT_ASSERT_FALSE(g->test, IS_ERR(me->task));
}

/* --- a game -------------------------------------------------------------------------------- */

static void set_up(struct game *g)
{
	unsigned int i;

	g->loop = cotask_manual_create(0);
	KUNIT_ASSERT_FALSE(g->test, IS_ERR(g->loop));
	cotask_future_init(&g->future, g->loop);
	cotask_future_init(&g->stray, g->loop);
	cotask_future_init(&g->sibling, g->loop);
	INIT_LIST_HEAD(&g->courier.entry.link);
	cotask_sem_init(&g->sem, g->loop, 0, 4);
	cotask_lock_init(&g->lock, g->loop);
	cotask_event_init(&g->event, g->loop);
	cotask_cond_init(&g->cond, &g->lock);
	cotask_queue_init(&g->queue, g->loop, g->kind->begin == begin_put);
	if (g->kind->begin == begin_put)
		cotask_queue_try_put(&g->queue, &g->item[g->items++]);
	for (i = 0; i < ARRAY_SIZE(g->ended); i++) {
		cotask_future_init(&g->ended[i], g->loop);
		g->member[i] = COTASK_MEMBER(&g->ended[i].base);
	}
	KUNIT_ASSERT_EQ(g->test, cotask_as_completed(&g->it, cotask_loop_root(g->loop), g->member,
						     ARRAY_SIZE(g->ended), COTASK_FOREVER), 0);
	cotask_group_init(&g->group);
	KUNIT_ASSERT_EQ(g->test, cotask_group_open(&g->group, g->loop, 0), 0);
	g->inner = cotask_spawn(cotask_loop_root(g->loop),
				cotask_frame_init(&g->inner_frame, inner_step, NULL), NULL);
	cotask_go(&g->group, cotask_frame_init(&g->sibling_frame, sibling_step, NULL));
}

static void interrupt(struct game *g, struct player *victim)
{
	switch (g->interruption) {
	case CANCELLED:
		g->accepted = cotask_cancel(victim->task);
		break;
	case TIMED_OUT:
		cotask_manual_advance(g->loop, 2000 * MS);
		break;
	case SCOPE_CANCELLED:
		if (victim->scope.scope.task)
			cotask_cancel_scope_cancel(&victim->scope);
		break;
	case SIBLING_FAILED:
		cotask_future_fail(&g->sibling, E1);
		break;
	case GROUP_CANCELLED:
		cotask_group_cancel(&g->group);
		break;
	case LOOP_STOPPED:
	case LOOP_ENDED:
		KUNIT_EXPECT_EQ(g->test, cotask_loop_stop(g->loop, g->interruption == LOOP_ENDED ?
							   -1 : 0), 0);
		g->loop = NULL;
		break;
	default:
		break;
	}
}

static void provide(struct game *g)
{
	if (!g->loop)
		return;
	g->provided++;
	g->kind->provide(g);
}

static void run_all(struct game *g)
{
	if (g->loop)
		KUNIT_EXPECT_LT(g->test, cotask_manual_turns(g->loop, 200), 200U);
}

static int send_stray(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct game *g = container_of(cb, struct game, courier);

	/* As another thread does it. */
	cotask_manual_leave(g->loop);
	cotask_future_complete(&g->stray, 1);
	cotask_manual_adopt(g->loop);
	return 0;
}

/* The outcome is there, and a task that waits for it has not resumed. */
static void provide_between(struct game *g, enum moment moment)
{
	if (g->loop && moment == IN_TRANSIT)
		cotask_call_soon(g->loop, &g->courier, send_stray);
	provide(g);
	if (g->loop && (moment == IN_TRANSIT || g->kind->begin == begin_next))
		cotask_manual_turn(g->loop);
}

/* Until there is no more to come, but for an end of the loop in between. */
static void play_on(struct game *g, struct player *victim, enum moment moment)
{
	if (moment == BEFORE)
		interrupt(g, victim);
	run_all(g);
	if (moment == WAITING)
		interrupt(g, victim);
	provide_between(g, moment);
	if (moment == GRANTED || moment == IN_TRANSIT)
		interrupt(g, victim);
	run_all(g);
	if (moment == AFTERWARDS)
		interrupt(g, victim);
	provide(g);
	run_all(g);
}

static void check_units(struct game *g, struct player *victim, struct player *rival)
{
	bool ends = g->interruption >= LOOP_STOPPED;
	unsigned int units;

	if (!g->kind->left) {
		if (!ends && !g->kind->shared)
			KUNIT_EXPECT_GE(g->test, rival->rc, 0L);
		return;
	}
	units = victim->got + rival->got + g->kind->left(g);
	if (ends && g->kind->locks)
		KUNIT_EXPECT_LE(g->test, units, g->provided);
	else
		KUNIT_EXPECT_EQ(g->test, units, g->provided);
}

static void end_futures(struct game *g)
{
	unsigned int i;

	cotask_future_fini(&g->future);
	cotask_future_fini(&g->stray);
	cotask_future_fini(&g->sibling);
	for (i = 0; i < ARRAY_SIZE(g->ended); i++)
		cotask_future_fini(&g->ended[i]);
}

static void tear_down(struct game *g, struct player *victim, struct player *rival)
{
	cotask_future_complete(&g->future, 1);
	cotask_future_complete(&g->stray, 1);
	cotask_future_complete(&g->sibling, 1);
	run_all(g);
	if (g->accepted)
		KUNIT_EXPECT_TRUE(g->test, cotask_cancelled(victim->task));
	if (g->loop) {
		cotask_group_cancel(&g->group);
		run_all(g);
		KUNIT_EXPECT_TRUE(g->test, cotask_done(victim->task));
		cotask_as_completed_end(&g->it);
		KUNIT_EXPECT_EQ(g->test, cotask_loop_stop(g->loop, 0), 0);
	} else {
		cotask_as_completed_end(&g->it);
	}
	cotask_group_stop(&g->group, 0);
	cotask_group_fini(&g->group);
	KUNIT_EXPECT_EQ(g->test, victim->ends, 1U);
	KUNIT_EXPECT_EQ(g->test, rival->ends, 1U);
	cotask_put(victim->task);
	cotask_put(rival->task);
	cotask_put(g->inner);
	end_futures(g);
}

static void play_one(struct kunit *test, const struct wait_kind *kind, u32 flags,
		     enum interruption interruption, enum moment moment, bool shielded)
{
	struct game *g = kzalloc(sizeof(*g), GFP_KERNEL);
	struct player *victim = kzalloc(sizeof(*victim), GFP_KERNEL);
	struct player *rival = kzalloc(sizeof(*rival), GFP_KERNEL);

	KUNIT_ASSERT_TRUE(test, g && victim && rival);
	*g = (struct game){
		.test = test, .kind = kind, .interruption = interruption, .shielded = shielded,
	};
	set_up(g);
	victim->victim = true;
	spawn(g, victim, &g->group, flags);
	spawn(g, rival, cotask_loop_root(g->loop), 0);
	play_on(g, victim, moment);
	check_units(g, victim, rival);
	tear_down(g, victim, rival);
	kfree(rival);
	kfree(victim);
	kfree(g);
}

static void all_of(struct kunit *test)
{
	const struct wait_kind *kind = test->param_value;
	unsigned int o, i, m, n = 0;

	for (o = 0; o < ARRAY_SIZE(options); o++) {
		for (i = 0; i < INTERRUPTIONS; i++) {
			for (m = 0; m < MOMENTS; m++) {
				play_one(test, kind, options[o], i, m, false);
				play_one(test, kind, options[o], i, m, true);
				n += 2;
				if (test->status == KUNIT_FAILURE) {
					kunit_err(test, "%s, option %u, interruption %u, moment %u",
						  kind->name, o, i, m);
					return;
				}
			}
		}
		cond_resched();
	}
	kunit_info(test, "%s: %u combinations", kind->name, n);
}

static void describe(const struct wait_kind *kind, char *text)
{
	strscpy(text, kind->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(kind, kinds, describe);

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(all_of, kind_gen_params),
	{}
};

/* CX-3 .. CX-8, CX-B4, CX-B5, TG-B1, SY-1 .. SY-4, AC-7 */
struct kunit_suite cotask_products_suite = {
	.name = "cotask_products",
	.test_cases = cases,
};
