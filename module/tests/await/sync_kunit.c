// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - locks, semaphores, events, conditions and queues
 */
#include "../helpers.h"
#include "../suites.h"

#define CRITICAL(word)	TAKE(0), LOG(word), SLEEP(10), GIVE(0), END
/* Log a cancel. */
#define CRITICAL_OR_NOT(word)	\
	TRY, TAKE(0), LOG(word), GIVE(0), EXCEPT, SHOW, ENDTRY, END

/* SY-1: waiters in the order of arrival; a later task does not overtake */
static void first_come_first_served(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line a[] = { CRITICAL("a") };
	static const struct line b[] = { CRITICAL("b") };
	/* Releases the lock, and requests it again at once. */
	static const struct line greedy[] = {
		TAKE(0), LOG("g"), SLEEP(5), GIVE(0), TAKE(0), LOG("g2"), GIVE(0), END
	};

	play(env, 0, greedy);
	play(env, 1, a);
	play(env, 2, b);
	settle(env);
	pass(env, 5);
	expect_log(env, "g a");
	pass(env, 10);
	pass(env, 10);
	expect_log(env, "b g2");
}

/* SY-1: no suspension when the lock is free, not even with a cancel due */
static void free_lock_does_not_suspend(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { CANCEL_SELF, TAKE(0), LOG("in"), GIVE(0), END };

	play(env, 0, p);
	turn(env);
	expect_log(env, "in");
	expect_cancelled(env, 0);
}

/* SY-2: a cancelled waiter leaves the queue; other waiters are not affected */
static void cancelled_waiter(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line a[] = { CRITICAL("a") };
	static const struct line b[] = { CRITICAL_OR_NOT("b") };
	static const struct line c[] = { CRITICAL_OR_NOT("c") };

	play(env, 0, a);
	play(env, 1, b);
	play(env, 2, c);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "a ECANCELED");
	pass(env, 10);
	expect_log(env, "c");
	KUNIT_EXPECT_FALSE(test, cotask_lock_held(&env->lock[0]));
}

/* SY-2: granted, and cancelled before it has resumed: the next one gets it */
static void grant_goes_on(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line b[] = { CRITICAL_OR_NOT("b") };
	static const struct line c[] = { CRITICAL_OR_NOT("c") };

	KUNIT_EXPECT_TRUE(test, cotask_sem_try_acquire(&env->lock[0].sem));
	play(env, 1, b);
	play(env, 2, c);
	settle(env);
	cotask_lock_release(&env->lock[0]);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED c");
	KUNIT_EXPECT_FALSE(test, cotask_lock_held(&env->lock[0]));
}

/* SY-2: the same without another waiter: the lock is free again */
static void grant_comes_back(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line b[] = { CRITICAL_OR_NOT("b") };

	KUNIT_EXPECT_TRUE(test, cotask_sem_try_acquire(&env->lock[0].sem));
	play(env, 1, b);
	settle(env);
	cotask_lock_release(&env->lock[0]);
	cotask_cancel(env->task[1]);
	KUNIT_EXPECT_TRUE(test, cotask_lock_held(&env->lock[0]));
	settle(env);
	expect_log(env, "ECANCELED");
	KUNIT_EXPECT_FALSE(test, cotask_lock_held(&env->lock[0]));
}

/* SY-2, CX-16: the cancel is taken back before the resumption: it keeps the lock */
static void grant_is_kept(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line b[] = { CRITICAL_OR_NOT("b") };

	KUNIT_EXPECT_TRUE(test, cotask_sem_try_acquire(&env->lock[0].sem));
	play(env, 1, b);
	settle(env);
	cotask_lock_release(&env->lock[0]);
	cotask_cancel(env->task[1]);
	cotask_uncancel(env->task[1]);
	settle(env);
	expect_log(env, "b");
}

/* SY-4: a free lock cannot be released, nor more permits than there are */
static void bad_release(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_sem sem;

	KUNIT_EXPECT_EQ(test, cotask_lock_release(&env->lock[0]), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_sem_init(&sem, env->loop, 2, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_sem_init(NULL, env->loop, 1, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_sem_init(&sem, env->loop, 1, 2), 0);
	KUNIT_EXPECT_EQ(test, cotask_sem_release(&sem), 0);
	KUNIT_EXPECT_EQ(test, cotask_sem_release(&sem), -EINVAL);
	KUNIT_EXPECT_EQ(test, cotask_cond_notify(&env->cond[0], 1), -EINVAL);
}

/* SY-1: an event wakes all waiters; later tasks do not wait */
static void event(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line w[] = { EVENT(0), LOG("w"), END };
	static const struct line c[] = { TRY, EVENT(0), EXCEPT, SHOW, ENDTRY, END };

	play(env, 0, w);
	play(env, 1, c);
	play(env, 2, w);
	settle(env);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED");
	cotask_event_set(&env->event[0]);
	cotask_event_clear(&env->event[0]);
	settle(env);
	expect_log(env, "w w");
	cotask_event_set(&env->event[0]);
	play(env, 0, w);
	turn(env);
	expect_log(env, "w");
}

/* SY-3: a condition comes back with its lock, in the order of the waiters */
static void condition(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line a[] = { TAKE(0), COND_WAIT(0), LOG("a"), GIVE(0), END };
	static const struct line b[] = { TAKE(0), COND_WAIT(0), LOG("b"), GIVE(0), END };
	static const struct line n[] = {
		TAKE(0), NOTIFY(0, 1), SHOW, SLEEP(5), LOG("n"), NOTIFY(0, 9), SHOW, GIVE(0), END
	};

	play(env, 0, a);
	play(env, 1, b);
	play(env, 2, n);
	settle(env);
	expect_log(env, "1");
	pass(env, 5);
	expect_log(env, "n 1 a b");
}

/* SY-3: cancelled while it waits: it takes the lock again before it says so */
static void condition_cancelled(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line a[] = {
		TAKE(0), TRY, COND_WAIT(0), EXCEPT, SHOW, COUNT, ENDTRY, GIVE(0), END
	};
	static const struct line h[] = { TAKE(0), SLEEP(10), LOG("h"), GIVE(0), END };

	play(env, 0, a);
	settle(env);
	play(env, 1, h);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "");
	/* Further cancels keep it waiting for the lock, and are one delivery. */
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 10);
	expect_log(env, "h ECANCELED n2");
	KUNIT_EXPECT_FALSE(test, cotask_lock_held(&env->lock[0]));
}

/* SY-3: a notification that it has consumed and does not act on goes to another */
static void notification_goes_on(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line a[] = {
		TAKE(0), TRY, COND_WAIT(0), LOG("a"), EXCEPT, LOG("x"), ENDTRY, GIVE(0), END
	};
	static const struct line b[] = { TAKE(0), COND_WAIT(0), LOG("b"), GIVE(0), END };
	static const struct line n[] = { TAKE(0), NOTIFY(0, 1), SLEEP(5), GIVE(0), END };

	/* Cancelled while it waits for the lock. */
	play(env, 0, a);
	play(env, 1, b);
	play(env, 2, n);
	settle(env);
	cotask_cancel(env->task[0]);
	settle(env);
	pass(env, 5);
	expect_log(env, "x b");

	/* Cancelled before it has resumed at all. */
	play(env, 0, a);
	play(env, 1, b);
	settle(env);
	KUNIT_EXPECT_TRUE(test, cotask_sem_try_acquire(&env->lock[0].sem));
	KUNIT_EXPECT_EQ(test, cotask_cond_notify(&env->cond[0], 1), 1);
	cotask_cancel(env->task[0]);
	cotask_lock_release(&env->lock[0]);
	settle(env);
	expect_log(env, "x b");
}

/* SY-4, SY-1: items in the order of putting, getters in theirs; a newcomer comes last */
static void queue_order(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line g[] = { GET(0), SHOW, END };
	static const struct line p[] = { PUT(0, 1), PUT(0, 2), PUT(0, 3), END };

	play(env, 0, g);
	play(env, 1, g);
	settle(env);
	play(env, 2, p);
	play(env, 3, g);
	settle(env);
	/* Its turn is the first, but the first items belong to the tasks that waited. */
	expect_log(env, "3 1 2");
}

/* A number from a queue, without waiting. */
static long try_get(struct cotask_queue *q)
{
	struct list_head *link = cotask_queue_try_get(q);
	struct parcel *item;
	long value;

	if (IS_ERR(link))
		return PTR_ERR(link);
	item = container_of(link, struct parcel, link);
	value = item->value;
	kfree(item);
	return value;
}

/* SY-2, SY-4: an item that was granted and not taken is the next item of other getters */
static void queue_grant_comes_back(struct kunit *test)
{
	struct env *env = env_of(test);
	struct cotask_queue *q = &env->queue[0];
	static const struct line g[] = { GET(0), SHOW, END };
	static const struct line p[] = { PUT(0, 1), PUT(0, 2), PUT(0, 3), PUT(0, 4), END };
	int i;

	for (i = 0; i < 3; i++)
		play(env, i, g);
	settle(env);
	play(env, 3, p);
	turn(env);
	/* Three of them are for the tasks that have waited. */
	KUNIT_EXPECT_EQ(test, try_get(q), 4L);
	KUNIT_EXPECT_EQ(test, try_get(q), (long)-EAGAIN);
	cotask_cancel(env->task[0]);
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "1");
	KUNIT_EXPECT_EQ(test, try_get(q), 2L);
	play(env, 3, p);
	settle(env);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, try_get(q), i ? (long)i : 3L);
	KUNIT_EXPECT_EQ(test, try_get(q), (long)-EAGAIN);
	KUNIT_EXPECT_EQ(test, q->count, 0UL);
}

/* SY-4: a full queue makes putters wait, in order */
static void bounded_queue(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = { PUT(1, 1), LOG("p1"), PUT(1, 2), LOG("p2"), END };
	static const struct line q[] = { PUT(1, 3), LOG("p3"), END };
	static const struct line g[] = { GET(1), SHOW, GET(1), SHOW, GET(1), SHOW, END };

	play(env, 0, p);
	play(env, 1, q);
	settle(env);
	expect_log(env, "p1");
	KUNIT_EXPECT_EQ(test, cotask_queue_try_put(&env->queue[1], NULL), -EINVAL);
	play(env, 2, g);
	settle(env);
	expect_log(env, "1 p2 2 p3 3");
}

/* SY-4, SY-2: a getter that was granted an item and is cancelled does not keep it */
static void cancelled_getter(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line g[] = { TRY, GET(0), SHOW, EXCEPT, SHOW, ENDTRY, END };
	static const struct line p[] = { PUT(0, 7), END };

	play(env, 0, g);
	play(env, 1, g);
	settle(env);
	play(env, 2, p);
	turn(env);
	cotask_cancel(env->task[0]);
	settle(env);
	expect_log(env, "ECANCELED 7");
}

/* SY-4, SY-2: a putter that was granted room and is cancelled has put nothing */
static void cancelled_putter(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p1[] = { PUT(1, 1), END };
	static const struct line p2[] = { TRY, PUT(1, 2), EXCEPT, SHOW, ENDTRY, END };
	static const struct line p3[] = { PUT(1, 3), LOG("p3"), END };
	static const struct line g[] = { GET(1), SHOW, END };

	play(env, 0, p1);
	play(env, 1, p2);
	play(env, 2, p3);
	settle(env);
	play(env, 3, g);
	turn(env);
	expect_log(env, "1");
	cotask_cancel(env->task[1]);
	settle(env);
	expect_log(env, "ECANCELED p3");
	play(env, 3, g);
	settle(env);
	expect_log(env, "3");
}

/* SY-4: shut down: waiters get -ESHUTDOWN; items can still be retrieved */
static void queue_shutdown(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line g[] = { TRY, GET(0), SHOW, EXCEPT, SHOW, ENDTRY, END };
	static const struct line p[] = { PUT(1, 1), TRY, PUT(1, 2), EXCEPT, SHOW, ENDTRY, END };
	static const struct line rest[] = {
		GET(1), SHOW, TRY, GET(1), EXCEPT, SHOW, ENDTRY,
		TRY, PUT(1, 4), EXCEPT, SHOW, ENDTRY, END
	};

	play(env, 0, g);
	play(env, 1, p);
	settle(env);
	cotask_queue_shutdown(&env->queue[0], NULL);
	cotask_queue_shutdown(&env->queue[1], NULL);
	settle(env);
	expect_log(env, "ESHUTDOWN ESHUTDOWN");
	play(env, 2, rest);
	settle(env);
	expect_log(env, "1 ESHUTDOWN ESHUTDOWN");
}

/* SY-4: shut down at once: the items go to the caller that shuts it down */
static void queue_shutdown_at_once(struct kunit *test)
{
	struct env *env = env_of(test);
	struct list_head items[2];
	LIST_HEAD(dropped);

	KUNIT_EXPECT_EQ(test, cotask_queue_try_put(&env->queue[0], &items[0]), 0);
	KUNIT_EXPECT_EQ(test, cotask_queue_try_put(&env->queue[0], &items[1]), 0);
	cotask_queue_shutdown(&env->queue[0], &dropped);
	KUNIT_EXPECT_PTR_EQ(test, dropped.next, &items[0]);
	KUNIT_EXPECT_PTR_EQ(test, dropped.prev, &items[1]);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_queue_try_get(&env->queue[0])), (long)-ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, PTR_ERR(cotask_queue_try_get(&env->queue[2])), (long)-EAGAIN);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(first_come_first_served),
	KUNIT_CASE(free_lock_does_not_suspend),
	KUNIT_CASE(cancelled_waiter),
	KUNIT_CASE(grant_goes_on),
	KUNIT_CASE(grant_comes_back),
	KUNIT_CASE(grant_is_kept),
	KUNIT_CASE(bad_release),
	KUNIT_CASE(event),
	KUNIT_CASE(condition),
	KUNIT_CASE(condition_cancelled),
	KUNIT_CASE(notification_goes_on),
	KUNIT_CASE(queue_order),
	KUNIT_CASE(queue_grant_comes_back),
	KUNIT_CASE(bounded_queue),
	KUNIT_CASE(cancelled_getter),
	KUNIT_CASE(cancelled_putter),
	KUNIT_CASE(queue_shutdown),
	KUNIT_CASE(queue_shutdown_at_once),
	{}
};

struct kunit_suite cotask_sync_suite = {
	.name = "cotask_sync",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
