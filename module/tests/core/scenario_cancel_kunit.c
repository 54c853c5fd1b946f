// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - scenarios of cancellation: chains, merged requests, lost and kept ones
 */
#include "../scenario.h"
#include "../suites.h"

static const struct line waits0[] = {
	TRY, FUTURE(0), SHOW, EXCEPT, SHOW, ENDTRY, CALL(probe), END
};
static const struct line joins1[] = {
	TRY, JOIN(1), SHOW, EXCEPT, SHOW, ENDTRY, CALL(probe), END
};
/* Its awaited object is cancelled; it returns 3 nevertheless. */
static const struct line swallows[] = {
	TRY, FUTURE(0), LOG("no"), EXCEPT, LOG("sw"), ENDTRY, RETURN(3)
};
static const struct line takes_5[] = {
	TRY, SLEEP(99), EXCEPT, SLEEP(5), ENDTRY, RETURN(3)
};

/* --- chains --- */

/* CX-3: a chain of three: each one's count rises, the innermost is delivered first */
SCENARIO(chain_of_three,
	 TASK(TRY, JOIN(1), EXCEPT, LOG("a"), RERAISE, ENDTRY, END),
	 TASK(TRY, JOIN(2), EXCEPT, LOG("b"), RERAISE, ENDTRY, END),
	 TASK(TRY, FUTURE(0), EXCEPT, LOG("c"), RERAISE, ENDTRY, END),
	 SETTLE, HIT(0), COUNT_IS(0, 1), COUNT_IS(1, 1), COUNT_IS(2, 1), SETTLE, SAW("c b a"),
	 CANCELLED(0), CANCELLED(1), CANCELLED(2))

/* CX-14, CX-3: the middle of a chain swallows: the request of the first one vanishes */
SCENARIO(chain_is_cut_in_the_middle,
	 PLAYS(joins1),
	 TASK(TRY, JOIN(2), EXCEPT, SHOW, ENDTRY, RETURN(7)),
	 TASK(FUTURE(0), END),
	 SETTLE, HIT(0), SETTLE, SAW("ECANCELED 7 n1 on"), COUNT_IS(1, 1), CANCELLED(2))

/* CX-12, CX-3: the middle of a chain replaces it by an error */
SCENARIO(chain_turns_into_an_error,
	 PLAYS(joins1),
	 TASK(TRY, JOIN(2), EXCEPT, RAISE(E1), ENDTRY, END),
	 TASK(FUTURE(0), END),
	 SETTLE, HIT(0), SETTLE, SAW("E1 n1 on"), FAILED(1, E1), CANCELLED(2))

/* CX-4, CX-5: the end of the chain is queued already: it is armed, its outcome is lost */
SCENARIO(end_of_the_chain_is_queued,
	 PLAYS(joins1),
	 TASK(TRY, FUTURE(0), SHOW, EXCEPT, SHOW, RERAISE, ENDTRY, END),
	 SETTLE, COMPLETE(0, 5), HIT(0), SETTLE, SAW("ECANCELED ECANCELED n1 on"), FUTURE_IS(0, 5),
	 COUNT_IS(1, 1))

/* CX-4, CX-14: ... and swallows: the value comes up, nothing is left armed */
SCENARIO(end_of_the_chain_is_queued_and_swallows,
	 PLAYS(joins1),
	 PLAYS(swallows),
	 SETTLE, COMPLETE(0, 5), HIT(0), SETTLE, SAW("sw 3 n1 on"), FUTURE_IS(0, 5))

/* CX-4, CX-5: the awaited task has ended, the waiter is queued: armed, the value stays there */
SCENARIO(awaited_task_has_ended,
	 PLAYS(joins1),
	 TASK(FUTURE(0), RETURN(7)),
	 SETTLE, COMPLETE(0, 5), TURN, HIT(0), COUNT_IS(1, 0), SETTLE, SAW("ECANCELED n1 on"),
	 FINISHED(1, 7))

/* CX-6: first handed on, then armed, as the awaited task has ended meanwhile */
SCENARIO(handed_on_then_armed,
	 PLAYS(joins1),
	 TASK(FUTURE(0), END),
	 SETTLE, HIT(0), TURN, HIT(0), SETTLE, SAW("ECANCELED n2 on"), COUNT_IS(1, 1))

/* CX-6, CX-14: handed on and swallowed, then armed before it resumes: delivered */
SCENARIO(swallowed_then_armed,
	 PLAYS(joins1),
	 PLAYS(swallows),
	 SETTLE, HIT(0), TURN, HIT(0), SETTLE, SAW("sw ECANCELED n2 on"), FINISHED(1, 3))

/* CX-13, CX-3: a second cancel reaches the clean-up of the awaited task */
SCENARIO(second_cancel_reaches_the_clean_up,
	 PLAYS(joins1),
	 TASK(TRY, FUTURE(0), EXCEPT, TRY, SLEEP(50), EXCEPT, LOG("again"), RERAISE, ENDTRY, ENDTRY,
	      END),
	 SETTLE, HIT(0), SETTLE, PENDING(0), HIT(0), SETTLE, SAW("again ECANCELED n2 on"),
	 COUNT_IS(1, 2), CANCELLED(1))

/* CX-15, SH-3: of two that await one task, cancelling one hits both; a shield saves it */
SCENARIO(two_waiters_one_is_cancelled,
	 PLAYS(joins1),
	 TASK(FUTURE(0), END),
	 PLAYS(joins1),
	 SETTLE, HIT(0), SETTLE, SAW("ECANCELED n1 ECANCELED n0 on on"), CANCELLED(1))

/* SH-3, CX-15: the one that is cancelled has used a shield: the other one gets the value */
SCENARIO(two_waiters_one_has_a_shield,
	 TASK(TRY, SHIELD(1), EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 TASK(FUTURE(0), RETURN(7)),
	 PLAYS(joins1),
	 SETTLE, HIT(0), COUNT_IS(1, 0), SETTLE, COMPLETE(0, 1), SETTLE,
	 SAW("ECANCELED n1 on 7 n0 on"))

/* --- completion and cancel in one turn --- */

/* CX-5, AW-6: the completion first: lost for the task, kept by the future */
SCENARIO(completion_then_cancel,
	 PLAYS(waits0),
	 SETTLE, COMPLETE(0, 5), HIT(0), SETTLE, SAW("ECANCELED n1 on"), FUTURE_IS(0, 5))

/* CX-3, AW-7: the cancel first: the future is cancelled, a completion comes too late */
SCENARIO(cancel_then_completion,
	 PLAYS(waits0),
	 SETTLE, HIT(0), COMPLETE(0, 5), SETTLE, SAW("ECANCELED n1 on"), FUTURE_IS(0, -ECANCELED))

/* CX-5: an error that was due is lost as well */
SCENARIO(failure_then_cancel,
	 PLAYS(waits0),
	 SETTLE, FAIL_FUTURE(0, E1), HIT(0), SETTLE, SAW("ECANCELED n1 on"), FUTURE_IS(0, E1))

/* AW-9, CX-6: the future is cancelled, then the task: one delivery, and a count */
SCENARIO(future_cancel_then_cancel,
	 PLAYS(waits0),
	 SETTLE, HIT_FUTURE(0), HIT(0), SETTLE, SAW("ECANCELED n1 on"))

/* CX-16: withdrawn as a whole: the outcome that was due comes through */
SCENARIO(withdrawn_in_time,
	 PLAYS(waits0),
	 SETTLE, COMPLETE(0, 5), HIT(0), HIT(0), UNHIT(0, 1), UNHIT(0, 0), SETTLE, SAW("5 n0 on"))

/* CX-16: withdrawn in part: it stays armed */
SCENARIO(withdrawn_in_part,
	 PLAYS(waits0),
	 SETTLE, COMPLETE(0, 5), HIT(0), HIT(0), UNHIT(0, 1), SETTLE, SAW("ECANCELED n1 on"))

/* CX-16, CX-2: withdrawn and requested again */
SCENARIO(withdrawn_and_requested_again,
	 PLAYS(waits0),
	 SETTLE, COMPLETE(0, 5), HIT(0), UNHIT(0, 0), HIT(0), SETTLE, SAW("ECANCELED n1 on"))

/* CX-17: what was handed on cannot be withdrawn */
SCENARIO(handed_on_is_not_withdrawn,
	 PLAYS(waits0),
	 SETTLE, HIT(0), UNHIT(0, 0), SETTLE, SAW("ECANCELED n0 on"))

/* CX-17, CX-14: ... but can be swallowed there */
SCENARIO(handed_on_and_swallowed,
	 PLAYS(joins1),
	 PLAYS(swallows),
	 SETTLE, HIT(0), UNHIT(0, 0), SETTLE, SAW("sw 3 n0 on"), COUNT_IS(1, 1))

/* CX-16, CX-6: handed on, armed, and the armed one withdrawn to zero: the value comes */
SCENARIO(handed_on_armed_and_withdrawn,
	 PLAYS(joins1),
	 PLAYS(swallows),
	 SETTLE, HIT(0), TURN, HIT(0), UNHIT(0, 1), UNHIT(0, 0), SETTLE, SAW("sw 3 n0 on"))

/* --- a task that cancels itself --- */

/* CX-8, CX-9: done objects do not deliver, the next pending one does, at once */
SCENARIO(self_cancel_and_done_objects,
	 TASK(SLEEP(1), CANCEL_SELF, FUTURE(1), SHOW, JOIN(1), SHOW, TRY, FUTURE(0), EXCEPT, SHOW,
	      ENDTRY, CALL(probe), END),
	 TASK(RETURN(4)),
	 COMPLETE(1, 6), SETTLE, PASS(1), SAW("6 4 ECANCELED n1 on"), FUTURE_IS(0, -ECANCELED))

/* CX-8, CX-14: handed to a task that swallows it */
SCENARIO(self_cancel_is_swallowed,
	 TASK(SLEEP(1), CANCEL_SELF, TRY, JOIN(1), SHOW, EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 PLAYS(swallows),
	 SETTLE, PASS(1), SAW("sw 3 n1 on"), COUNT_IS(1, 1))

/* CX-8, CX-16: armed by itself, taken back before it suspends */
SCENARIO(self_cancel_taken_back,
	 TASK(CANCEL_SELF, CANCEL_SELF, UNCANCEL, SHOW, UNCANCEL, SHOW, CALL(probe), END),
	 SETTLE, SAW("1 0 n0 on"))

/* CX-8: with a shield: the shield is cancelled, what is inside is not */
SCENARIO(self_cancel_and_a_shield,
	 TASK(SLEEP(1), CANCEL_SELF, TRY, SHIELD(1), EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 TASK(FUTURE(0), RETURN(7)),
	 SETTLE, PASS(1), SAW("ECANCELED n1 on"), COUNT_IS(1, 0), PENDING(1))

/* CX-10: armed at its end: a value is lost, an error is not; the count stays */
SCENARIO(armed_at_the_end,
	 TASK(CANCEL_SELF, RETURN(7)),
	 TASK(CANCEL_SELF, RAISE(E1), END),
	 TASK(CANCEL_SELF, UNCANCEL, RETURN(7)),
	 SETTLE, CANCELLED(0), FAILED(1, E1), FINISHED(2, 7), COUNT_IS(0, 1), COUNT_IS(1, 1))

/* CX-11, CX-12, CX-18: made up, swallowed, and taken back after the end */
SCENARIO(ends_against_the_request,
	 TASK(RAISE(-ECANCELED), END),
	 TASK(TRY, FUTURE(0), EXCEPT, ENDTRY, RETURN(7)),
	 SETTLE, CANCELLED(0), COUNT_IS(0, 0), HIT(1), SETTLE, FINISHED(1, 7), COUNT_IS(1, 1),
	 MISS(1), COUNT_IS(1, 1), UNHIT(1, 0), FINISHED(1, 7), MISS(0), CANCELLED(0))

/* CX-7, SC-5: cancelled before its first step: callbacks and waiters as always */
SCENARIO(never_started,
	 TASK(LOG("no"), END),
	 TASK(TRY, JOIN(0), EXCEPT, SHOW, COUNT, ENDTRY, END),
	 ON_DONE(0, "cb"), HIT(0), HIT(0), COUNT_IS(0, 2), PENDING(0), TURN, CANCELLED(0),
	 SAW("ECANCELED n0"), TURN, SAW("cb"))

/* CX-7, CX-16: withdrawn before its first step: it runs */
SCENARIO(started_after_all,
	 TASK(LOG("ran"), CALL(probe), END),
	 HIT(0), UNHIT(0, 0), SETTLE, SAW("ran n0 on"))

/* TK-3, SC-5: callbacks and waiters in one order, of a task that is cancelled */
SCENARIO(callbacks_and_waiters,
	 TASK(FUTURE(0), END),
	 TASK(TRY, JOIN(0), EXCEPT, LOG("w1"), ENDTRY, END),
	 TASK(SLEEP(1), TRY, JOIN(0), EXCEPT, LOG("w2"), ENDTRY, END),
	 ON_DONE(0, "a"), SETTLE, ON_DONE(0, "b"), PASS(1), ON_DONE(0, "c"), HIT(0), TURN, SAW(""),
	 TURN, SAW("a w1 b w2 c"), ON_DONE(0, "d"), SAW(""), TURN, SAW("d"))

/* --- held back, repeatedly, or not at all --- */

/* SH-B2: held back in a section, delivered at the first suspension behind it */
SCENARIO(held_back,
	 TASK(SECTION(0, NEVER), SLEEP(5), LOG("in"), COUNT, ENDSECTION, LOG("out"), CALL(probe),
	      END),
	 SETTLE, HIT(0), HIT(0), PASS(5), SAW("in n2 out n2 armed"))

/* SH-B2, CX-16: taken back before the section ends */
SCENARIO(held_back_and_taken_back,
	 TASK(SECTION(0, NEVER), SLEEP(5), LOG("in"), ENDSECTION, CALL(probe), END),
	 SETTLE, HIT(0), UNHIT(0, 0), PASS(5), SAW("in n0 on"))

/* SH-B2, CX-10: nothing suspends behind the section: a value is lost */
SCENARIO(held_back_to_the_end,
	 TASK(SECTION(0, NEVER), SLEEP(5), ENDSECTION, RETURN(7)),
	 SETTLE, HIT(0), PASS(5), CANCELLED(0))

/* SH-B2: the section's own deadline acts, and the request comes behind it */
SCENARIO(held_back_and_timed_out,
	 TASK(TRY, SECTION(0, 5), SLEEP(50), ENDSECTION, EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, HIT(0), PASS(5), SAW("ETIMEDOUT n1 armed"))

/* SH-B2, TO-4: a timeout around the section expires during it */
SCENARIO(timeout_around_a_section,
	 TASK(TRY, TIMEOUT(0, 5), SECTION(0, NEVER), SLEEP(10), LOG("in"), ENDSECTION, LOG("out"),
	      YIELD, LOG("no"), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, PASS(5), EXPIRED(0), SAW(""), PASS(5), SAW("in out ETIMEDOUT n0 on"))

/* SH-B2, TG-9: a child fails while the body is in a section */
SCENARIO(child_fails_during_a_section,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), SPAWN(2, 0, loud), SECTION(0, NEVER), SLEEP(10),
	      LOG("in"), ENDSECTION, YIELD, LOG("no"), ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0),
	      CALL(probe), END),
	 SETTLE, PASS(5), SAW("c"), PASS(5), SAW("in E1 t1: E1 n0 on"))

/* SH-B2, CX-3: awaited by another task that is cancelled: it stays with the section */
SCENARIO(chain_ends_in_a_section,
	 PLAYS(joins1),
	 TASK(SECTION(0, NEVER), SLEEP(5), ENDSECTION, TRY, SLEEP(50), EXCEPT, LOG("c"), RERAISE,
	      ENDTRY, END),
	 SETTLE, HIT(0), SETTLE, PENDING(1), COUNT_IS(1, 1), PASS(5), SAW("c ECANCELED n1 on"))

/* CX-B1: in a cancelled scope each suspension fails, behind it none does */
SCENARIO(level_triggered,
	 TASK(SCOPE(0), TRY, SLEEP(50), EXCEPT, SHOW, ENDTRY, TRY, YIELD, EXCEPT, SHOW, ENDTRY, TRY,
	      FUTURE(0), EXCEPT, SHOW, ENDTRY, LOG("x"), YIELD, LOG("no"), ENDSCOPE, LOG("zero"),
	      CALL(probe), END),
	 TASK(SLEEP(5), CANCEL_SCOPE(0), CANCEL_SCOPE(0), END),
	 SETTLE, PASS(5), SAW("ECANCELED ECANCELED ECANCELED x zero n0 on"), FINISHED(0, 0))

/* CX-B1: a cancel from outside in addition is not absorbed */
SCENARIO(level_triggered_and_cancelled,
	 TASK(TRY, SCOPE(0), SLEEP(50), ENDSCOPE, LOG("no"), EXCEPT, SHOW, ENDTRY, CALL(probe),
	      END),
	 TASK(SLEEP(5), CANCEL_SCOPE(0), CANCEL(0), END),
	 SETTLE, PASS(5), SAW("ECANCELED n1 on"))

/* CX-B1, TO-B6: no more requests than at enter: what was not delivered is withdrawn */
SCENARIO(level_triggered_and_withdrawn,
	 TASK(TRY, SLEEP(50), EXCEPT, ENDTRY, SCOPE(0), UNCANCEL, CANCEL_SCOPE(0), CANCEL_SELF,
	      ENDSCOPE, CALL(probe), END),
	 SETTLE, HIT(0), HIT(0), SETTLE, SAW("n2 on"))

/* CX-B1, SH-B2: a section inside of it is not hit; behind the section all is as before */
SCENARIO(section_in_a_cancelled_scope,
	 TASK(SCOPE(0), TRY, SLEEP(50), EXCEPT, ENDTRY, SECTION(0, NEVER), SLEEP(5), LOG("in"),
	      ENDSECTION, TRY, YIELD, EXCEPT, SHOW, ENDTRY, ENDSCOPE, CALL(probe), END),
	 TASK(SLEEP(5), CANCEL_SCOPE(0), END),
	 SETTLE, PASS(5), PASS(5), SAW("in ECANCELED n0 on"))

#define CHILD(script, flags)	SCRIPT(SPAWN_FLAGS(1, ROOT, script, flags), END)

/* CX-B4: completion wins, the request is delivered at the next suspension */
SCENARIO(completion_wins,
	 PLAYS(CHILD(waits0, COTASK_SPAWN_COMPLETION_WINS)),
	 SETTLE, COMPLETE(0, 5), HIT(1), SETTLE, SAW("5 n1 armed"))

/* CX-B4, CX-16: ... unless it is taken back */
SCENARIO(completion_wins_and_taken_back,
	 PLAYS(CHILD(waits0, COTASK_SPAWN_COMPLETION_WINS)),
	 SETTLE, COMPLETE(0, 5), HIT(1), UNHIT(1, 0), SETTLE, SAW("5 n0 on"))

/* CX-B4, CX-3: a request that came first is handed on as ever */
SCENARIO(cancel_comes_before_the_completion,
	 PLAYS(CHILD(waits0, COTASK_SPAWN_COMPLETION_WINS)),
	 SETTLE, HIT(1), COMPLETE(0, 5), SETTLE, SAW("ECANCELED n1 on"), FUTURE_IS(0, -ECANCELED))

/* CX-B5: what was swallowed by the awaited task comes again */
SCENARIO(swallowed_request_comes_again,
	 TASK(SPAWN_FLAGS(2, ROOT, joins1, COTASK_SPAWN_KEEP_CANCEL), END),
	 PLAYS(swallows),
	 SETTLE, HIT(2), SETTLE, SAW("sw 3 n1 armed"))

/* CX-B6: the target swallows, fails, or ends CANCELLED: 0 all the same */
SCENARIO(cancel_and_wait,
	 TASK(YIELD, CANCEL_WAIT(1), SHOW, CANCEL_WAIT(2), SHOW, CANCEL_WAIT(3), SHOW, CALL(probe),
	      END),
	 PLAYS(takes_5),
	 PLAYS(bad),
	 PLAYS(loud),
	 SETTLE, PENDING(0), PASS(5), SAW("0 0 c 0 n0 on"), FINISHED(1, 3), FAILED(2, E2))

/* CX-B6: the caller is cancelled meanwhile; the target goes on with its one request */
SCENARIO(cancel_and_wait_is_cancelled,
	 TASK(YIELD, TRY, CANCEL_WAIT(1), EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 PLAYS(takes_5),
	 SETTLE, HIT(0), SETTLE, SAW("ECANCELED n1 on"), COUNT_IS(1, 1), PASS(5), FINISHED(1, 3))

static struct kunit_case cases[] = {
	KUNIT_CASE(chain_of_three),
	KUNIT_CASE(chain_is_cut_in_the_middle),
	KUNIT_CASE(chain_turns_into_an_error),
	KUNIT_CASE(end_of_the_chain_is_queued),
	KUNIT_CASE(end_of_the_chain_is_queued_and_swallows),
	KUNIT_CASE(awaited_task_has_ended),
	KUNIT_CASE(handed_on_then_armed),
	KUNIT_CASE(swallowed_then_armed),
	KUNIT_CASE(second_cancel_reaches_the_clean_up),
	KUNIT_CASE(two_waiters_one_is_cancelled),
	KUNIT_CASE(two_waiters_one_has_a_shield),
	KUNIT_CASE(completion_then_cancel),
	KUNIT_CASE(cancel_then_completion),
	KUNIT_CASE(failure_then_cancel),
	KUNIT_CASE(future_cancel_then_cancel),
	KUNIT_CASE(withdrawn_in_time),
	KUNIT_CASE(withdrawn_in_part),
	KUNIT_CASE(withdrawn_and_requested_again),
	KUNIT_CASE(handed_on_is_not_withdrawn),
	KUNIT_CASE(handed_on_and_swallowed),
	KUNIT_CASE(handed_on_armed_and_withdrawn),
	KUNIT_CASE(self_cancel_and_done_objects),
	KUNIT_CASE(self_cancel_is_swallowed),
	KUNIT_CASE(self_cancel_taken_back),
	KUNIT_CASE(self_cancel_and_a_shield),
	KUNIT_CASE(armed_at_the_end),
	KUNIT_CASE(ends_against_the_request),
	KUNIT_CASE(never_started),
	KUNIT_CASE(started_after_all),
	KUNIT_CASE(callbacks_and_waiters),
	KUNIT_CASE(held_back),
	KUNIT_CASE(held_back_and_taken_back),
	KUNIT_CASE(held_back_to_the_end),
	KUNIT_CASE(held_back_and_timed_out),
	KUNIT_CASE(timeout_around_a_section),
	KUNIT_CASE(child_fails_during_a_section),
	KUNIT_CASE(chain_ends_in_a_section),
	KUNIT_CASE(level_triggered),
	KUNIT_CASE(level_triggered_and_cancelled),
	KUNIT_CASE(level_triggered_and_withdrawn),
	KUNIT_CASE(section_in_a_cancelled_scope),
	KUNIT_CASE(completion_wins),
	KUNIT_CASE(completion_wins_and_taken_back),
	KUNIT_CASE(cancel_comes_before_the_completion),
	KUNIT_CASE(swallowed_request_comes_again),
	KUNIT_CASE(cancel_and_wait),
	KUNIT_CASE(cancel_and_wait_is_cancelled),
	{}
};

struct kunit_suite cotask_scenario_cancel_suite = {
	.name = "cotask_scenario_cancel",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
