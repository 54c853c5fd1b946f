// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - scenarios of timeouts and wait_for: nested, around groups, in one turn
 */
#include "../scenario.h"
#include "../suites.h"

static const struct line takes_5[] = {
	TRY, SLEEP(99), EXCEPT, SLEEP(5), ENDTRY, RETURN(3)
};

/* --- nested --- */

#define NESTED(outer, inner)								\
	SCRIPT(TRY, TIMEOUT(0, outer),							\
	       TRY, TIMEOUT(1, inner), TRY, SLEEP(50), EXCEPT, COUNT, RERAISE, ENDTRY,	\
	       ENDTIMEOUT, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY,			\
	       ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, CALL(probe), END)

/* TO-11: the inner one first: an error for the outer one, which does not act */
SCENARIO(inner_first,
	 PLAYS(NESTED(20, 10)),
	 SETTLE, PASS(10), SAW("n1 ETIMEDOUT n0 ETIMEDOUT n0 on"), NOT_EXPIRED(0), EXPIRED(1))

/* TO-11: the inner one first, and handled: the outer one acts later */
SCENARIO(inner_first_then_outer,
	 TASK(TRY, TIMEOUT(0, 20), TRY, TIMEOUT(1, 10), SLEEP(50), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY,
	      CALL(probe), SLEEP(50), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, PASS(10), SAW("ETIMEDOUT n0 on"), PASS(10), SAW("ETIMEDOUT n0 on"))

/* TO-11: the outer one first */
SCENARIO(outer_first,
	 PLAYS(NESTED(10, 20)),
	 SETTLE, PASS(10), SAW("n1 ECANCELED n1 ETIMEDOUT n0 on"), EXPIRED(0), NOT_EXPIRED(1))

/* TO-12: equal deadlines */
SCENARIO(equal_deadlines,
	 PLAYS(NESTED(10, 10)),
	 SETTLE, PASS(10), SAW("n2 ECANCELED n1 ETIMEDOUT n0 on"), EXPIRED(0), EXPIRED(1))

/* TO-12: a busy loop: both are past when it looks */
SCENARIO(both_past,
	 PLAYS(NESTED(20, 10)),
	 SETTLE, LATER(30), SETTLE, SAW("n2 ECANCELED n1 ETIMEDOUT n0 on"), EXPIRED(0), EXPIRED(1))

/* TO-12, TO-13: and the task is cancelled besides */
SCENARIO(equal_deadlines_and_a_cancel,
	 PLAYS(NESTED(10, 10)),
	 SETTLE, LATER(10), TURN, HIT(0), SETTLE, SAW("n3 ECANCELED n2 ECANCELED n1 on"),
	 EXPIRED(0), EXPIRED(1))

/* TO-12: three at once */
SCENARIO(three_equal_deadlines,
	 TASK(TRY, TIMEOUT(0, 10), TRY, TIMEOUT(1, 10), TRY, TIMEOUT(2, 10), TRY, SLEEP(50), EXCEPT,
	      COUNT, RERAISE, ENDTRY, ENDTIMEOUT, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDTIMEOUT,
	      EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, CALL(probe),
	      END),
	 SETTLE, PASS(10), SAW("n3 ECANCELED n2 ECANCELED n1 ETIMEDOUT n0 on"))

/* TO-12, TO-10: the merged delivery is swallowed in the inner body */
SCENARIO(equal_deadlines_swallowed,
	 TASK(TRY, TIMEOUT(0, 10), TRY, TIMEOUT(1, 10), TRY, SLEEP(50), EXCEPT, ENDTRY, ENDTIMEOUT,
	      LOG("i"), COUNT, EXCEPT, SHOW, ENDTRY, ENDTIMEOUT, LOG("o"), EXCEPT, SHOW, ENDTRY,
	      CALL(probe), END),
	 SETTLE, PASS(10), SAW("i n1 o n0 on"), EXPIRED(0), EXPIRED(1))

/* TO-12, TO-10: the inner body replaces it by an error */
SCENARIO(equal_deadlines_replaced,
	 TASK(TRY, TIMEOUT(0, 10), TRY, TIMEOUT(1, 10), TRY, SLEEP(50), EXCEPT, RAISE(E1), ENDTRY,
	      ENDTIMEOUT, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDTIMEOUT, EXCEPT, SHOW, ENDTRY,
	      CALL(probe), END),
	 SETTLE, PASS(10), SAW("E1 n1 E1 n0 on"), EXPIRED(0), EXPIRED(1))

/* --- with cancels from outside --- */

static const struct line guarded[] = {
	YIELD, TRY, TIMEOUT(0, 10), TRY, SLEEP(50), EXCEPT, COUNT, RERAISE, ENDTRY,
	ENDTIMEOUT, LOG("no"), EXCEPT, SHOW, ENDTRY, CALL(probe), END
};
static const struct line careful[] = {
	TRY, TIMEOUT(0, 10), TRY, SLEEP(50), EXCEPT, SHOW, COUNT,
	TRY, SLEEP(20), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDTRY,
	ENDTIMEOUT, LOG("end"), EXCEPT, SHOW, ENDTRY, CALL(probe), END
};

/* TO-13: the expiry, then a cancel before the task resumes */
SCENARIO(expiry_then_cancel,
	 PLAYS(guarded),
	 SETTLE, LATER(10), TURN, HIT(0), SETTLE, SAW("n2 ECANCELED n1 on"), EXPIRED(0))

/* TO-13: a cancel, then the expiry: by a timer that was armed before */
SCENARIO(cancel_then_expiry,
	 PLAYS(guarded),
	 TASK(SLEEP(10), CANCEL(0), END),
	 SETTLE, PASS(10), SAW("n2 ECANCELED n1 on"), EXPIRED(0))

/* TO-13, CX-16: ... and the cancel is taken back before the task resumes */
SCENARIO(expiry_and_cancel_taken_back,
	 PLAYS(guarded),
	 SETTLE, LATER(10), TURN, HIT(0), UNHIT(0, 1), SETTLE, SAW("n1 ETIMEDOUT n0 on"))

/* SC-4, TO-6: a cancel queues the task ahead of the timer: it leaves in time */
SCENARIO(cancel_ahead_of_the_timer,
	 PLAYS(guarded),
	 SETTLE, LATER(10), HIT(0), SETTLE, SAW("n1 ECANCELED n1 on"), NOT_EXPIRED(0))

/* TO-14: cancelled, and the expiry interrupts the clean-up */
SCENARIO(expiry_during_clean_up,
	 PLAYS(careful),
	 SETTLE, HIT(0), SETTLE, PASS(10), SAW("ECANCELED n1 ECANCELED n2 ECANCELED n1 on"))

/* TO-14: expired, and a cancel interrupts the clean-up */
SCENARIO(cancel_during_clean_up,
	 PLAYS(careful),
	 SETTLE, PASS(10), HIT(0), SETTLE, SAW("ECANCELED n1 ECANCELED n2 ECANCELED n1 on"))

/* TO-14, TO-10: expired, and nothing interrupts the clean-up, which swallows */
SCENARIO(clean_up_swallows,
	 PLAYS(careful),
	 SETTLE, PASS(10), PASS(20), SAW("ECANCELED n1 end n0 on"), EXPIRED(0))

#define OLD_REQUEST	CANCEL_SELF, TRY, YIELD, EXCEPT, ENDTRY

/* TO-15: entered with an old request */
SCENARIO(old_request,
	 TASK(OLD_REQUEST, TRY, TIMEOUT(0, 10), SLEEP(50), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY,
	      CALL(probe), END),
	 SETTLE, PASS(10), SAW("ETIMEDOUT n1 on"))

/* TO-15, TO-13: an old request, a new one, and the expiry */
SCENARIO(old_and_new_request,
	 TASK(OLD_REQUEST, TRY, TIMEOUT(0, 10), SLEEP(50), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY,
	      CALL(probe), END),
	 SETTLE, LATER(10), TURN, HIT(0), SETTLE, SAW("ECANCELED n2 on"), EXPIRED(0))

/* TO-16: a timeout in the clean-up of another one */
SCENARIO(timeout_in_clean_up,
	 TASK(TRY, TIMEOUT(0, 10), TRY, SLEEP(50), EXCEPT, TRY, TIMEOUT(1, 5), SLEEP(50),
	      ENDTIMEOUT, EXCEPT, SHOW, COUNT, ENDTRY, RERAISE, ENDTRY, ENDTIMEOUT, EXCEPT, SHOW,
	      ENDTRY, CALL(probe), END),
	 SETTLE, PASS(10), PASS(5), SAW("ETIMEDOUT n1 ETIMEDOUT n0 on"))

/* TO-B1, TO-5: armed at enter, and due at once */
SCENARIO(armed_at_enter,
	 TASK(CANCEL_SELF, TRY, TIMEOUT(0, 0), TRY, YIELD, EXCEPT, COUNT, RERAISE, ENDTRY,
	      ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, SAW("n2 ECANCELED n1 on"), EXPIRED(0))

/* TO-19: ready before the timer is looked at: it runs first, the expiry hits what follows */
SCENARIO(ready_before_the_timer,
	 TASK(TRY, TIMEOUT(0, 10), FUTURE(0), SHOW, SLEEP(50), LOG("no"), ENDTIMEOUT, EXCEPT, SHOW,
	      ENDTRY, CALL(probe), END),
	 SETTLE, COMPLETE(0, 5), LATER(10), TURN, SAW("5"), SETTLE, SAW("ETIMEDOUT n0 on"))

/* TO-18, CX-4: the awaited task has ended, then the expiry: its value stays readable */
SCENARIO(task_ended_then_expiry,
	 TASK(YIELD, TRY, TIMEOUT(0, 10), JOIN(1), LOG("no"), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY,
	      CALL(probe), END),
	 TASK(SLEEP(10), RETURN(7)),
	 SETTLE, PASS(10), SAW("ETIMEDOUT n0 on"), FINISHED(1, 7), COUNT_IS(1, 0))

/* TO-18, CX-14: the awaited task swallows the expiry: a value, and it has expired */
SCENARIO(awaited_task_swallows_the_expiry,
	 TASK(TRY, TIMEOUT(0, 10), JOIN(1), SHOW, ENDTIMEOUT, LOG("end"), EXCEPT, SHOW, ENDTRY,
	      CALL(probe), END),
	 PLAYS(takes_5),
	 SETTLE, PASS(10), PENDING(0), PASS(5), SAW("3 end n0 on"), EXPIRED(0))

/* TO-6: never suspends, and it is late */
SCENARIO(late_without_a_suspension,
	 TASK(TIMEOUT(0, 10), ADVANCE(20), ENDTIMEOUT, LOG("end"), CALL(probe), END),
	 SETTLE, SAW("end n0 on"), NOT_EXPIRED(0))

/* --- around and inside of groups, gathers and shields --- */

#define AROUND_A_GROUP(child)								\
	TRY, TIMEOUT(0, 10), GROUP(0), SPAWN(1, 0, child), SLEEP(50), ENDGROUP,		\
	ENDTIMEOUT, LOG("no"), EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END

/* TO-20: all children are awaited, past the deadline */
SCENARIO(around_a_group,
	 TASK(AROUND_A_GROUP(slow)),
	 SETTLE, PASS(10), PENDING(0), PASS(5), SAW("s ETIMEDOUT n0 on"))

/* TO-20, TG-16: the same while the parent waits in exit */
SCENARIO(around_a_group_in_exit,
	 TASK(TRY, TIMEOUT(0, 10), GROUP(0), SPAWN(1, 0, slow), ENDGROUP, ENDTIMEOUT, LOG("no"),
	      EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, PASS(10), PENDING(0), PASS(5), SAW("s ETIMEDOUT n0 on"), COUNT_IS(1, 1))

/* TO-20, TG-18: a child fails in its clean-up: an aggregate, and nothing stays armed */
SCENARIO(around_a_group_with_errors,
	 TASK(AROUND_A_GROUP(bad)),
	 SETTLE, PASS(10), SAW("E2 t1: E2 n0 on"), EXPIRED(0))

/* TO-20, TG-18: cancelled besides: that one is left */
SCENARIO(around_a_group_with_errors_and_cancel,
	 TASK(AROUND_A_GROUP(bad)),
	 SETTLE, LATER(10), TURN, HIT(0), SETTLE, SAW("E2 t1: E2 n1 armed"))

/* TO-B6: the count only falls back to what it was at enter: nothing stays armed */
SCENARIO(around_a_group_with_an_old_request,
	 TASK(OLD_REQUEST, AROUND_A_GROUP(bad)),
	 SETTLE, PASS(10), SAW("E2 t1: E2 n1 on"))

/* TO-12, TO-20: two at once around a group */
SCENARIO(two_around_a_group,
	 TASK(TRY, TIMEOUT(0, 10), TRY, TIMEOUT(1, 10), GROUP(0), SPAWN(1, 0, slow), ENDGROUP,
	      ENDTIMEOUT, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDTIMEOUT, EXCEPT, SHOW, ENDTRY,
	      CALL(probe), END),
	 SETTLE, PASS(10), PENDING(0), PASS(5), SAW("s ECANCELED n1 ETIMEDOUT n0 on"))

/* TG-13, TO-8: in a group: the expiry is an error of the body; a child fails in that turn */
SCENARIO(expiry_then_a_child_fails,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, SCRIPT(SLEEP(10), RAISE(E1), END)), TIMEOUT(0, 10),
	      SLEEP(50), ENDTIMEOUT, ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(10), SAW("ETIMEDOUT body: ETIMEDOUT t1: E1 n0 on"))

/* TG-9, TO-9: in a group: a child fails, then the expiry, before the body resumes */
SCENARIO(a_child_fails_then_the_expiry,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, SCRIPT(SLEEP(10), RAISE(E1), END)), YIELD, TRY,
	      TIMEOUT(0, 10), SLEEP(50), ENDTIMEOUT, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDGROUP,
	      EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(10), SAW("ECANCELED n1 E1 t1: E1 n0 on"), EXPIRED(0))

/* TG-33, TO-9: in a group that is cancelled together with the expiry */
SCENARIO(group_cancel_and_expiry,
	 TASK(GROUP(0), TRY, TIMEOUT(0, 10), SLEEP(50), ENDTIMEOUT, EXCEPT, SHOW, COUNT, RERAISE,
	      ENDTRY, ENDGROUP, LOG("zero"), CALL(probe), END),
	 SETTLE, LATER(10), TURN, HIT_GROUP(0), SETTLE, SAW("ECANCELED n1 zero n0 on"), EXPIRED(0))

/* TO-20, TG-33: around a group that is cancelled together with the expiry */
SCENARIO(expiry_and_group_cancel,
	 TASK(TRY, TIMEOUT(0, 10), TRY, GROUP(0), SPAWN(1, 0, loud), SLEEP(50), ENDGROUP,
	      LOG("zero"), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDTIMEOUT, EXCEPT, SHOW, ENDTRY,
	      CALL(probe), END),
	 SETTLE, LATER(10), TURN, HIT_GROUP(0), SETTLE, SAW("c ECANCELED n1 ETIMEDOUT n0 on"))

/* TO-4, SH-3: around a shield: what is inside goes on */
SCENARIO(around_a_shield,
	 TASK(TRY, TIMEOUT(0, 10), SHIELD(1), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 TASK(SLEEP(20), RETURN(7)),
	 SETTLE, PASS(10), SAW("ETIMEDOUT n0 on"), COUNT_IS(1, 0), PASS(10), FINISHED(1, 7))

/* TO-4, GA-7: around a gather: all members are cancelled, the slow one is not awaited */
SCENARIO(around_a_gather,
	 TASK(TRY, TIMEOUT(0, 10), GATHER(0, 0, T(1), F(0)), AWAIT_SET(0), ENDTIMEOUT, EXCEPT, SHOW,
	      ENDTRY, CALL(probe), END),
	 PLAYS(takes_5),
	 SETTLE, PASS(10), SAW("ETIMEDOUT n0 on"), COUNT_IS(1, 1), FUTURE_IS(0, -ECANCELED),
	 PENDING(1))

/* TO-4, GA-9: around one that collects: the slow member is awaited */
SCENARIO(around_a_collecting_gather,
	 TASK(TRY, TIMEOUT(0, 10), GATHER(0, COLLECT, T(1), F(0)), AWAIT_SET(0), ENDTIMEOUT, EXCEPT,
	      SHOW, ENDTRY, RESULTS(0), CALL(probe), END),
	 PLAYS(takes_5),
	 SETTLE, PASS(10), PENDING(0), PASS(5), SAW("ETIMEDOUT [ 3 ECANCELED ] n0 on"))

/* --- wait_for --- */

#define WAITS(op)									\
	SCRIPT(YIELD, TRY, op, SHOW, EXCEPT, SHOW, ENDTRY, CALL(probe), END)

/* WF-6: the awaited task swallows, fails, or takes its time */
SCENARIO(wait_for_a_task_that_swallows,
	 PLAYS(WAITS(WAIT_FOR(1, 10))),
	 PLAYS(takes_5),
	 SETTLE, PASS(10), PENDING(0), PASS(5), SAW("3 n0 on"))

/* WF-6: it fails in its clean-up */
SCENARIO(wait_for_a_task_that_fails,
	 PLAYS(WAITS(WAIT_FOR(1, 10))),
	 PLAYS(bad),
	 SETTLE, PASS(10), SAW("E2 n0 on"))

/* WF-6, WF-8: the caller is cancelled while it cleans up: a second cancel for it */
SCENARIO(wait_for_is_cancelled_during_clean_up,
	 PLAYS(WAITS(WAIT_FOR(1, 10))),
	 TASK(TRY, SLEEP(99), EXCEPT, LOG("1"), TRY, SLEEP(99), EXCEPT, LOG("2"), RERAISE, ENDTRY,
	      ENDTRY, END),
	 SETTLE, PASS(10), HIT(0), SETTLE, SAW("1 2 ECANCELED n1 on"), COUNT_IS(1, 2))

/* WF-8: cancelled before the time has expired */
SCENARIO(wait_for_is_cancelled,
	 PLAYS(WAITS(WAIT_FOR(1, 10))),
	 PLAYS(loud),
	 SETTLE, HIT(0), SETTLE, SAW("c ECANCELED n1 on"), COUNT_IS(1, 1))

/* WF-8, TO-13: cancelled and expired before the caller resumes */
SCENARIO(wait_for_expires_and_is_cancelled,
	 PLAYS(WAITS(WAIT_FOR(1, 10))),
	 PLAYS(loud),
	 SETTLE, LATER(10), TURN, HIT(0), SETTLE, SAW("c ECANCELED n1 on"))

/* WF-7: the awaited task is cancelled by another task */
SCENARIO(wait_for_what_is_cancelled,
	 PLAYS(WAITS(WAIT_FOR(1, 10))),
	 PLAYS(loud),
	 SETTLE, HIT(1), SETTLE, SAW("c ECANCELED n0 on"))

/* WF-9: it has ended, then the caller is cancelled: the value stays readable */
SCENARIO(wait_for_has_its_value_and_is_cancelled,
	 PLAYS(WAITS(WAIT_FOR(1, 10))),
	 TASK(FUTURE(0), RETURN(7)),
	 SETTLE, COMPLETE(0, 1), TURN, HIT(0), SETTLE, SAW("ECANCELED n1 on"), FINISHED(1, 7))

/* WF-4: no time: cancelled and awaited */
SCENARIO(wait_for_without_time,
	 PLAYS(WAITS(WAIT_FOR(1, 0))),
	 PLAYS(takes_5),
	 SETTLE, PENDING(0), PASS(5), SAW("3 n0 on"), COUNT_IS(1, 1))

/* WF-4: no time, and it ends CANCELLED */
SCENARIO(wait_for_without_time_gives_up,
	 PLAYS(WAITS(WAIT_FOR(1, 0))),
	 PLAYS(loud),
	 SETTLE, SAW("c ETIMEDOUT n0 on"))

/* WF-5: in that wait the caller is cancelled: at once */
SCENARIO(wait_for_without_time_is_cancelled,
	 PLAYS(WAITS(WAIT_FOR(1, 0))),
	 PLAYS(takes_5),
	 SETTLE, HIT(0), SETTLE, SAW("ECANCELED n1 on"), COUNT_IS(1, 1), PENDING(1))

/* WF-10: a shield, with time and without */
SCENARIO(wait_for_a_shield,
	 PLAYS(WAITS(WAIT_FOR_SHIELD(2, 10))),
	 PLAYS(WAITS(WAIT_FOR_SHIELD(2, 0))),
	 TASK(SLEEP(50), RETURN(7)),
	 SETTLE, SAW("ETIMEDOUT n0 on"), PASS(10), SAW("ETIMEDOUT n0 on"), COUNT_IS(2, 0), PASS(40),
	 FINISHED(2, 7))

/* WF-1, TO-12: inside of a timeout that is due at the same time */
SCENARIO(wait_for_in_a_timeout,
	 TASK(TRY, TIMEOUT(0, 10), TRY, WAIT_FOR(1, 10), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY,
	      ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 PLAYS(loud),
	 SETTLE, PASS(10), SAW("c ECANCELED n1 ETIMEDOUT n0 on"))

/* WF-1, CO-4: a coroutine cleans up in the caller's task; its value beats the time */
SCENARIO(wait_for_a_coroutine,
	 PLAYS(WAITS(WAIT_FOR_CALL(takes_5, 10))),
	 SETTLE, PASS(10), PENDING(0), PASS(5), SAW("3 n0 on"))

/* WF-3: a coroutine without time never runs */
SCENARIO(wait_for_a_coroutine_without_time,
	 PLAYS(WAITS(WAIT_FOR_CALL(quick, 0))),
	 PLAYS(WAITS(WAIT_FOR_CALL(quick, -1))),
	 SETTLE, SAW("ETIMEDOUT n0 ETIMEDOUT n0 on on"))

/* WF-1, TG-40: in a group whose child fails when it is due */
SCENARIO(wait_for_in_a_group,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, SCRIPT(SLEEP(10), RAISE(E1), END)), YIELD, TRY,
	      WAIT_FOR(1, 10), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW, ENDTRY,
	      ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(10), SAW("ECANCELED n1 E1 t1: E1 n0 on"))

static struct kunit_case cases[] = {
	KUNIT_CASE(inner_first),
	KUNIT_CASE(inner_first_then_outer),
	KUNIT_CASE(outer_first),
	KUNIT_CASE(equal_deadlines),
	KUNIT_CASE(both_past),
	KUNIT_CASE(equal_deadlines_and_a_cancel),
	KUNIT_CASE(three_equal_deadlines),
	KUNIT_CASE(equal_deadlines_swallowed),
	KUNIT_CASE(equal_deadlines_replaced),
	KUNIT_CASE(expiry_then_cancel),
	KUNIT_CASE(cancel_then_expiry),
	KUNIT_CASE(expiry_and_cancel_taken_back),
	KUNIT_CASE(cancel_ahead_of_the_timer),
	KUNIT_CASE(expiry_during_clean_up),
	KUNIT_CASE(cancel_during_clean_up),
	KUNIT_CASE(clean_up_swallows),
	KUNIT_CASE(old_request),
	KUNIT_CASE(old_and_new_request),
	KUNIT_CASE(timeout_in_clean_up),
	KUNIT_CASE(armed_at_enter),
	KUNIT_CASE(ready_before_the_timer),
	KUNIT_CASE(task_ended_then_expiry),
	KUNIT_CASE(awaited_task_swallows_the_expiry),
	KUNIT_CASE(late_without_a_suspension),
	KUNIT_CASE(around_a_group),
	KUNIT_CASE(around_a_group_in_exit),
	KUNIT_CASE(around_a_group_with_errors),
	KUNIT_CASE(around_a_group_with_errors_and_cancel),
	KUNIT_CASE(around_a_group_with_an_old_request),
	KUNIT_CASE(two_around_a_group),
	KUNIT_CASE(expiry_then_a_child_fails),
	KUNIT_CASE(a_child_fails_then_the_expiry),
	KUNIT_CASE(group_cancel_and_expiry),
	KUNIT_CASE(expiry_and_group_cancel),
	KUNIT_CASE(around_a_shield),
	KUNIT_CASE(around_a_gather),
	KUNIT_CASE(around_a_collecting_gather),
	KUNIT_CASE(wait_for_a_task_that_swallows),
	KUNIT_CASE(wait_for_a_task_that_fails),
	KUNIT_CASE(wait_for_is_cancelled_during_clean_up),
	KUNIT_CASE(wait_for_is_cancelled),
	KUNIT_CASE(wait_for_expires_and_is_cancelled),
	KUNIT_CASE(wait_for_what_is_cancelled),
	KUNIT_CASE(wait_for_has_its_value_and_is_cancelled),
	KUNIT_CASE(wait_for_without_time),
	KUNIT_CASE(wait_for_without_time_gives_up),
	KUNIT_CASE(wait_for_without_time_is_cancelled),
	KUNIT_CASE(wait_for_a_shield),
	KUNIT_CASE(wait_for_in_a_timeout),
	KUNIT_CASE(wait_for_a_coroutine),
	KUNIT_CASE(wait_for_a_coroutine_without_time),
	KUNIT_CASE(wait_for_in_a_group),
	{}
};

struct kunit_suite cotask_scenario_timeout_suite = {
	.name = "cotask_scenario_timeout",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
