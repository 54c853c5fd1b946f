// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - scenarios of locks, conditions and queues: grants that are lost
 */
#include "../scenario.h"
#include "../suites.h"

static const struct line holds[] = { TAKE(0), FUTURE(0), GIVE(0), END };
static const struct line takes_a[] = {
	TRY, TAKE(0), LOG("a"), YIELD, GIVE(0), EXCEPT, LOG("-a"), ENDTRY, COUNT, END
};
static const struct line takes_b[] = {
	TRY, TAKE(0), LOG("b"), YIELD, GIVE(0), EXCEPT, LOG("-b"), ENDTRY, END
};
static const struct line takes_c[] = { TAKE(0), LOG("c"), GIVE(0), END };

/* SY-1, SY-2: granted, cancelled before it resumes: to the next one; then in order */
SCENARIO(granted_and_cancelled,
	 PLAYS(holds),
	 PLAYS(takes_a),
	 PLAYS(takes_b),
	 PLAYS(takes_c),
	 SETTLE, COMPLETE(0, 1), TURN, HIT(1), SETTLE, SAW("-a n1 b c"))

/* SY-2, CX-16: granted, cancelled, and taken back: it keeps the grant */
SCENARIO(granted_cancelled_and_taken_back,
	 PLAYS(holds),
	 PLAYS(takes_a),
	 PLAYS(takes_b),
	 SETTLE, COMPLETE(0, 1), TURN, HIT(1), UNHIT(1, 0), SETTLE, SAW("a n0 b"))

/* SY-2: the next one is granted it, and cancelled as well */
SCENARIO(two_grants_are_lost,
	 PLAYS(holds),
	 PLAYS(takes_a),
	 PLAYS(takes_b),
	 PLAYS(takes_c),
	 SETTLE, COMPLETE(0, 1), TURN, HIT(1), TURN, HIT(2), SETTLE, SAW("-a n1 -b c"))

/* SY-2, TO-18: the grant is lost to a timeout */
SCENARIO(granted_and_timed_out,
	 PLAYS(holds),
	 TASK(TRY, TIMEOUT(0, 10), TAKE(0), LOG("no"), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY,
	      CALL(probe), END),
	 PLAYS(takes_c),
	 SETTLE, LATER(10), COMPLETE(0, 1), TURN, SETTLE, SAW("ETIMEDOUT n0 c on"))

/* SY-1: a newcomer in the turn of the release does not overtake */
SCENARIO(newcomer_does_not_overtake,
	 PLAYS(holds),
	 PLAYS(takes_a),
	 TASK(FUTURE(0), TAKE(0), LOG("new"), GIVE(0), END),
	 SETTLE, COMPLETE(0, 1), SETTLE, SAW("a n0 new"))

/* SY-4: a lock that no task holds is not released */
SCENARIO(release_of_an_unheld_lock,
	 TASK(GIVE(0), SHOW, TAKE(0), GIVE(0), SHOW, GIVE(0), SHOW, END),
	 SETTLE, SAW("EINVAL 0 EINVAL"))

static const struct line cond_a[] = {
	TAKE(0), TRY, COND_WAIT(0), LOG("a"), EXCEPT, LOG("-a"), ENDTRY, COUNT, GIVE(0), END
};
static const struct line cond_b[] = {
	TAKE(0), TRY, COND_WAIT(0), LOG("b"), EXCEPT, LOG("-b"), ENDTRY, GIVE(0), END
};
static const struct line notifies_one[] = {
	FUTURE(0), TAKE(0), NOTIFY(0, 1), SHOW, FUTURE(1), GIVE(0), END
};

/* SY-3, SY-2: notified, cancelled before it resumes: the notification goes on */
SCENARIO(notification_is_lost,
	 PLAYS(cond_a),
	 PLAYS(cond_b),
	 PLAYS(notifies_one),
	 SETTLE, COMPLETE(0, 1), TURN, HIT(0), SETTLE, SAW("1"), COMPLETE(1, 1), SETTLE,
	 SAW("-a n1 b"))

/* SY-3: notified, cancelled while it waits for the lock: it comes back with it, and passes on */
SCENARIO(cancelled_while_it_waits_for_the_lock,
	 PLAYS(cond_a),
	 PLAYS(cond_b),
	 PLAYS(notifies_one),
	 SETTLE, COMPLETE(0, 1), SETTLE, HIT(0), SETTLE, HIT(0), SETTLE, SAW("1"), PENDING(0),
	 COMPLETE(1, 1), SETTLE, SAW("-a n2 b"))

/* SY-3, TO-8: a timeout around the wait: the lock is held again when it is left */
SCENARIO(condition_in_a_timeout,
	 TASK(TAKE(0), TRY, TIMEOUT(0, 10), COND_WAIT(0), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, GIVE(0),
	      SHOW, CALL(probe), END),
	 TASK(SLEEP(5), TAKE(0), SLEEP(10), LOG("give"), GIVE(0), END),
	 SETTLE, PASS(5), PASS(5), EXPIRED(0), PENDING(0), PASS(5), SAW("give ETIMEDOUT 0 n0 on"))

/* SY-4, SY-2: a getter is cancelled when its item is there: the next getter has it */
SCENARIO(getter_is_cancelled,
	 TASK(TRY, GET(0), LOG("no"), EXCEPT, LOG("-"), ENDTRY, END),
	 TASK(GET(0), SHOW, END),
	 SETTLE, PLAY(2, SCRIPT(PUT(0, 5), END)), TURN, HIT(0), SETTLE, SAW("- 5"))

/* SY-4: a putter is cancelled when room is there: the next putter has it */
SCENARIO(putter_is_cancelled,
	 TASK(PUT(1, 1), TRY, PUT(1, 2), LOG("no"), EXCEPT, LOG("-"), ENDTRY, END),
	 TASK(PUT(1, 3), LOG("put"), END),
	 SETTLE, PLAY(2, SCRIPT(GET(1), SHOW, YIELD, YIELD, YIELD, GET(1), SHOW, END)), TURN,
	 SAW("1"), HIT(0), SETTLE, SAW("- put 3"))

/* SY-4: shut down: getters wake, and what is there can still be got */
SCENARIO(queue_is_shut_down,
	 TASK(PUT(2, 1), PUT(2, 2), TRY, PUT(2, 3), EXCEPT, SHOW, ENDTRY, END),
	 TASK(TRY, GET(3), EXCEPT, SHOW, ENDTRY, END),
	 SETTLE, PLAY(2, SCRIPT(CLOSE(2), CLOSE(3), GET(2), SHOW, GET(2), SHOW, TRY, GET(2), EXCEPT,
				SHOW, ENDTRY, END)), SETTLE,
	 SAW("1 2 ESHUTDOWN ESHUTDOWN ESHUTDOWN"))

/* TG-9, SY-2: a group aborts when a child has just been granted a lock: it is free again */
SCENARIO(grant_is_lost_to_an_abort,
	 PLAYS(holds),
	 TASK(TAKE(0), LOG("got"), GIVE(0), END),
	 SETTLE, PLAY(2, SCRIPT(TRY, GROUP(0), SPAWN(3, 0, SCRIPT(TAKE(0), LOG("no"), END)),
				SPAWN(4, 0, SCRIPT(FUTURE(0), RAISE(E1), END)), ENDGROUP, EXCEPT,
				SHOW, ENDTRY, CALL(probe), END)), SETTLE, COMPLETE(0, 1), SETTLE,
	 SAW("got E1 n0 on"), PLAY(5, takes_c), SETTLE, SAW("c"))

/*
 * CX-B4, SY-1, SY-2: a task that keeps an outcome keeps what came with it, and no other task
 * gets that
 */
#define WINS			COTASK_SPAWN_COMPLETION_WINS

SCENARIO(kept_lock_has_one_holder,
	 TASK(SPAWN_FLAGS(2, ROOT, SCRIPT(TRY, TAKE(0), LOG("2-has"), FUTURE(1), EXCEPT, SHOW,
					  ENDTRY, LOG("2-gives"), GIVE(0), SHOW, END), WINS),
	      TAKE(0), FUTURE(0), GIVE(0), END),
	 TASK(SLEEP(1), TAKE(0), LOG("1-has"), GIVE(0), SHOW, END),
	 SETTLE, PASS(1), COMPLETE(0, 1), TURN, HIT(2), SETTLE,
	 SAW("2-has ECANCELED 2-gives 0 1-has 0"))

SCENARIO(kept_item_has_one_owner,
	 TASK(SPAWN_FLAGS(2, ROOT, SCRIPT(TRY, GET(0), SHOW, EXCEPT, SHOW, ENDTRY, END), WINS),
	      END),
	 TASK(SLEEP(1), TRY, GET(0), SHOW, EXCEPT, SHOW, ENDTRY, END),
	 SETTLE, PASS(1), PLAY(3, SCRIPT(PUT(0, 5), END)), TURN, HIT(2), SETTLE, SAW("5"),
	 PENDING(1),
	 PLAY(3, SCRIPT(PUT(0, 6), END)), SETTLE, SAW("6"))

SCENARIO(kept_items_stay_in_order,
	 TASK(SPAWN_FLAGS(2, ROOT, SCRIPT(TRY, GET(0), SHOW, EXCEPT, SHOW, ENDTRY, END), WINS),
	      END),
	 TASK(SLEEP(1), TRY, GET(0), SHOW, EXCEPT, SHOW, ENDTRY, END),
	 SETTLE, PASS(1), PLAY(3, SCRIPT(PUT(0, 5), PUT(0, 6), END)), TURN, HIT(2), SETTLE,
	 SAW("5 6"), FINISHED(1, 0), PLAY(3, SCRIPT(GET(0), SHOW, END)), SETTLE, PENDING(3),
	 PLAY(4, SCRIPT(PUT(0, 7), END)), SETTLE, SAW("7"))

/* SY-3: the wait on a condition ends with the lock, and a cancel is delivered then */
SCENARIO(kept_notification_wakes_one,
	 TASK(SPAWN_FLAGS(2, ROOT, SCRIPT(TAKE(0), TRY, COND_WAIT(0), LOG("2"), EXCEPT, LOG("-2"),
					  ENDTRY, GIVE(0), END), WINS), END),
	 TASK(SLEEP(1), TAKE(0), TRY, COND_WAIT(0), LOG("1"), EXCEPT, LOG("-1"), ENDTRY, GIVE(0),
	      END),
	 SETTLE, PASS(1), PLAY(4, SCRIPT(TAKE(0), TRY, COND_WAIT(0), LOG("4"), EXCEPT, LOG("-4"),
					 ENDTRY, GIVE(0), END)),
	 SETTLE, PLAY(3, SCRIPT(TAKE(0), NOTIFY(0, 1), SHOW, GIVE(0), END)), TURN, HIT(2), SETTLE,
	 SAW("1 -2 1"), PENDING(4))

static struct kunit_case cases[] = {
	KUNIT_CASE(granted_and_cancelled),
	KUNIT_CASE(granted_cancelled_and_taken_back),
	KUNIT_CASE(two_grants_are_lost),
	KUNIT_CASE(granted_and_timed_out),
	KUNIT_CASE(newcomer_does_not_overtake),
	KUNIT_CASE(release_of_an_unheld_lock),
	KUNIT_CASE(notification_is_lost),
	KUNIT_CASE(cancelled_while_it_waits_for_the_lock),
	KUNIT_CASE(condition_in_a_timeout),
	KUNIT_CASE(getter_is_cancelled),
	KUNIT_CASE(putter_is_cancelled),
	KUNIT_CASE(queue_is_shut_down),
	KUNIT_CASE(grant_is_lost_to_an_abort),
	KUNIT_CASE(kept_lock_has_one_holder),
	KUNIT_CASE(kept_item_has_one_owner),
	KUNIT_CASE(kept_items_stay_in_order),
	KUNIT_CASE(kept_notification_wakes_one),
	{}
};

struct kunit_suite cotask_scenario_sync_suite = {
	.name = "cotask_scenario_sync",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
