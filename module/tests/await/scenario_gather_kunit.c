// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - scenarios of gathers, waits and iterations: shared members, cancels
 */
#include "../scenario.h"
#include "../suites.h"

static const struct line waits0[] = { FUTURE(0), RETURN(1) };
static const struct line waits1[] = { FUTURE(1), RETURN(2) };
static const struct line takes_5[] = {
	TRY, SLEEP(99), EXCEPT, SLEEP(5), ENDTRY, RETURN(3)
};
static const struct line awaits_set0[] = {
	YIELD, TRY, AWAIT_SET(0), SHOW, EXCEPT, SHOW, ENDTRY, COUNT, END
};

#define GATHERS(set)									\
	SCRIPT(set, TRY, AWAIT_SET(0), SHOW, EXCEPT, SHOW, ENDTRY, CALL(probe), END)

/* --- one gather --- */

/* GA-4: the first error ends it; a later one of a member that goes on is not reported */
SCENARIO(first_error_ends_it,
	 PLAYS(GATHERS(GATHER(0, 0, C(fail5), C(SCRIPT(SLEEP(9), RAISE(E2), END)), F(0)))),
	 SETTLE, PASS(5), SAW("E1 n0 on"), FUTURE_IS(0, -EINPROGRESS), PASS(4), TOLD(0))

/* GA-4, GA-5: two members fail in one turn: the first one in order of ending counts */
SCENARIO(two_errors_in_one_turn,
	 PLAYS(GATHERS(GATHER(0, 0, F(0), F(1)))),
	 SETTLE, FAIL_FUTURE(1, E2), FAIL_FUTURE(0, E1), SETTLE, SAW("E2 n0 on"))

/* GA-6, AW-10: a member is cancelled: not CANCELLED, count 0, the others go on */
SCENARIO(a_member_is_cancelled,
	 PLAYS(GATHERS(GATHER(0, 0, T(1), T(2)))),
	 PLAYS(waits0),
	 PLAYS(waits1),
	 SETTLE, HIT(2), SETTLE, SAW("ECANCELED n0 on"), PENDING(1), COUNT_IS(1, 0))

/* GA-5, GA-6: when it collects, that is a result like any other */
SCENARIO(a_member_of_a_collecting_one_is_cancelled,
	 TASK(GATHER(0, COLLECT, T(1), T(2)), AWAIT_SET(0), SHOW, RESULTS(0), CALL(probe), END),
	 PLAYS(waits0),
	 PLAYS(waits1),
	 SETTLE, HIT(2), SETTLE, COMPLETE(0, 1), SETTLE, SAW("0 [ 1 ECANCELED ] n0 on"))

/* GA-7, GA-8: cancelled: over with the first member that ends CANCELLED */
SCENARIO(cancelled_with_a_slow_member,
	 PLAYS(GATHERS(GATHER(0, 0, T(1), T(2)))),
	 PLAYS(takes_5),
	 PLAYS(loud),
	 SETTLE, HIT(0), SETTLE, SAW("c ECANCELED n1 on"), PENDING(1), COUNT_IS(1, 1))

/* GA-8: a member fails in its clean-up before another one ends CANCELLED */
SCENARIO(cancelled_and_a_member_fails,
	 PLAYS(GATHERS(GATHER(0, 0, T(1), T(2)))),
	 PLAYS(bad),
	 PLAYS(loud),
	 SETTLE, HIT(0), SETTLE, SAW("c E2 n1 on"))

/* GA-9: cancelled when it collects: waits for all, -ECANCELED for any outcomes */
SCENARIO(cancelled_when_it_collects,
	 TASK(GATHER(0, COLLECT, T(1), T(2), T(3)), TRY, AWAIT_SET(0), EXCEPT, SHOW, ENDTRY,
	      RESULTS(0), CALL(probe), END),
	 PLAYS(takes_5),
	 PLAYS(loud),
	 PLAYS(bad),
	 SETTLE, HIT(0), SETTLE, SAW("c"), PENDING(0), PASS(5),
	 SAW("ECANCELED [ 3 ECANCELED E2 ] n1 on"))

/* GA-10: cancelled, and all members swallow it */
SCENARIO(cancelled_and_all_swallow,
	 PLAYS(GATHERS(GATHER(0, 0, T(1), T(2)))),
	 PLAYS(takes_5),
	 PLAYS(takes_5),
	 SETTLE, HIT(0), SETTLE, PENDING(0), PASS(5), SAW("ECANCELED n1 on"))

/* GA-7, GA-10: cancelled by hand: only the members' counts rise */
SCENARIO(cancelled_by_hand,
	 PLAYS(GATHERS(GATHER(0, 0, T(1), T(2)))),
	 PLAYS(takes_5),
	 PLAYS(takes_5),
	 SETTLE, HIT_SET(0), HIT_SET(0), COUNT_IS(1, 2), SETTLE, PASS(5), SAW("ECANCELED n0 on"))

/* GA-11, CX-4: all members have ended, it has not: the waiter is armed, the result stands */
SCENARIO(all_members_have_ended,
	 PLAYS(GATHERS(GATHER(0, 0, F(0), F(1)))),
	 PLAYS(awaits_set0),
	 SETTLE, COMPLETE(0, 1), COMPLETE(1, 2), MISS_SET(0), HIT(0), SETTLE,
	 SAW("ECANCELED n1 0 n0 on"))

/* GA-7, GA-11: one member has ended, the other one accepts */
SCENARIO(one_member_has_ended,
	 PLAYS(GATHERS(GATHER(0, 0, T(1), F(1)))),
	 PLAYS(waits0),
	 SETTLE, COMPLETE(0, 1), TURN, HIT_SET(0), COUNT_IS(1, 0), SETTLE, SAW("ECANCELED n0 on"))

/* GA-3: an argument that is repeated is cancelled once */
SCENARIO(repeated_and_cancelled,
	 TASK(GATHER(0, COLLECT, T(1), F(0), T(1)), TRY, AWAIT_SET(0), EXCEPT, SHOW, ENDTRY,
	      RESULTS(0), END),
	 PLAYS(takes_5),
	 SETTLE, HIT(0), COUNT_IS(1, 1), SETTLE, PASS(5), SAW("ECANCELED [ 3 ECANCELED 3 ]"))

/* GA-12, AW-1: all done at the call: an armed task is not hit before it suspends */
SCENARIO(done_at_the_call,
	 TASK(SLEEP(1), CANCEL_SELF, GATHER(0, 0, F(0), T(1)), AWAIT_SET(0), SHOW, CALL(probe),
	      END),
	 TASK(RETURN(4)),
	 COMPLETE(0, 5), SETTLE, PASS(1), SAW("0 n1 armed"))

/* --- gathers that share members --- */

/* GA-7: a gather of gathers: depth first, a shared member gets one request per way to it */
SCENARIO(gather_of_gathers,
	 TASK(GATHER(0, 0, T(1), T(2)), GATHER(1, 0, S(0), T(2)), TRY, AWAIT_SET(1), EXCEPT, SHOW,
	      ENDTRY, CALL(probe), END),
	 PLAYS(loud),
	 PLAYS(loud),
	 SETTLE, HIT(0), COUNT_IS(1, 1), COUNT_IS(2, 2), SETTLE, SAW("c c ECANCELED n1 on"))

/* GA-4, GA-6: two gathers share a member that fails: both get it, no task is cancelled */
SCENARIO(shared_member_fails,
	 TASK(GATHER(0, 0, F(0), T(2)), TRY, AWAIT_SET(0), EXCEPT, SHOW, COUNT, ENDTRY, END),
	 TASK(GATHER(1, 0, F(0), T(3)), TRY, AWAIT_SET(1), EXCEPT, SHOW, COUNT, ENDTRY, END),
	 PLAYS(waits1),
	 PLAYS(waits1),
	 SETTLE, FAIL_FUTURE(0, E1), SETTLE, SAW("E1 n0 E1 n0"), PENDING(2), PENDING(3))

/* GA-6, GA-8: cancelling one of two that share a member ends the other one, too */
SCENARIO(one_of_two_is_cancelled,
	 TASK(GATHER(0, 0, T(2)), TRY, AWAIT_SET(0), EXCEPT, SHOW, COUNT, ENDTRY, END),
	 TASK(GATHER(1, 0, F(1), T(2)), TRY, AWAIT_SET(1), EXCEPT, SHOW, COUNT, ENDTRY, END),
	 PLAYS(waits0),
	 SETTLE, HIT(0), SETTLE, SAW("ECANCELED n1 ECANCELED n0"), FUTURE_IS(1, -EINPROGRESS))

/* GA-7, CX-15: of two tasks that await one gather, the other one gets it with count 0 */
SCENARIO(two_await_one_gather,
	 PLAYS(GATHERS(GATHER(0, 0, T(2), F(1)))),
	 PLAYS(awaits_set0),
	 PLAYS(waits0),
	 SETTLE, HIT(1), SETTLE, SAW("ECANCELED n0 ECANCELED n1 on"), COUNT_IS(2, 1))

/* SH-6, GA-8: shields as members: they are cancelled, what they follow goes on */
SCENARIO(shields_as_members,
	 PLAYS(GATHERS(GATHER(0, COLLECT, SHIELD_OF(1), SHIELD_OF(2)))),
	 PLAYS(waits0),
	 PLAYS(waits1),
	 SETTLE, HIT(0), SETTLE, SAW("ECANCELED n1 on"), PENDING(1), PENDING(2), COUNT_IS(1, 0))

/* SH-7: a shield around a gather: all goes on, and the list is delivered */
SCENARIO(shielded_gather,
	 TASK(GATHER(0, 0, T(1), T(2)), TRY, SHIELD_SET(0), EXCEPT, SHOW, ENDTRY, AWAIT_SET(0),
	      SHOW, RESULTS(0), CALL(probe), END),
	 PLAYS(waits0),
	 PLAYS(waits1),
	 SETTLE, HIT(0), SETTLE, COUNT_IS(1, 0), COMPLETE(0, 1), COMPLETE(1, 1), SETTLE,
	 SAW("ECANCELED 0 [ 1 2 ] n1 on"))

/* GA-7, GA-8, TG-40: of children in the body of their group: the gather has the error */
SCENARIO(gather_of_children,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), SPAWN(2, 0, loud), GATHER(0, 0, T(1), T(2)), TRY,
	      AWAIT_SET(0), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW, ENDTRY,
	      ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("c E1 n1 E1 t1: E1 body: E1 n0 on"), COUNT_IS(2, 2))

/* EA-11, GA-4: eager members: the first one fails in its first step: done at the call */
SCENARIO(member_fails_in_its_first_step,
	 TASK(SPAWN_EAGER(1, ROOT, fail_now), GATHER(0, 0, T(1), F(0)), TRY, AWAIT_SET(0), EXCEPT,
	      SHOW, ENDTRY, LOG("same step"), CALL(probe), END),
	 TURN, SAW("E1 same step n0"), SETTLE, SAW("on"), TOLD(0))

/* GA-B1: fail fast: an error cancels the others, all are awaited; a cancel besides */
SCENARIO(fail_fast_and_a_cancel,
	 PLAYS(GATHERS(GATHER(0, FAIL_FAST, T(1), T(2)))),
	 PLAYS(fail5),
	 PLAYS(takes_5),
	 SETTLE, PASS(5), PENDING(0), COUNT_IS(2, 1), HIT(0), PASS(5), SAW("E1 n1 on"))

/* WT-B3: a race: the winner's value, the others are cancelled and awaited */
SCENARIO(race,
	 PLAYS(GATHERS(GATHER(0, RACE, T(1), T(2), T(3)))),
	 PLAYS(fail5),
	 TASK(SLEEP(6), RETURN(7)),
	 PLAYS(takes_5),
	 SETTLE, PASS(5), PENDING(0), PASS(1), PENDING(0), COUNT_IS(3, 1), PASS(5), SAW("7 n0 on"))

/* --- wait --- */

/* WT-3, WT-5: the first one ends, a second one before the waiter resumes: both are done */
SCENARIO(wait_for_the_first,
	 TASK(WAIT(0, WFIRST, NEVER, F(0), F(1), F(2)), SHOW, RESULTS(0), END),
	 SETTLE, COMPLETE(1, 5), TURN, COMPLETE(0, 4), SETTLE, SAW("0 [ 4 5 - ]"))

/* WT-4, WT-9: an error ends it, a cancelled member does not; nothing counts as read */
SCENARIO(wait_for_an_error,
	 TASK(WAIT(0, WERROR, NEVER, T(1), T(2), F(1)), SHOW, RESULTS(0), END),
	 PLAYS(loud),
	 PLAYS(fail5),
	 SETTLE, HIT(1), SETTLE, SAW("c"), PENDING(0), PASS(5), SAW("0 [ ECANCELED E1 - ]"))

/* WT-6, WT-7: the time has expired in the turn in which a member ends */
SCENARIO(wait_ends_with_a_member,
	 TASK(WAIT(0, WALL, 5, T(1), F(0)), SHOW, RESULTS(0), END),
	 TASK(SLEEP(5), RETURN(7)),
	 SETTLE, PASS(5), SAW("0 [ 7 - ]"), FUTURE_IS(0, -EINPROGRESS))

/* WT-2, WT-8: armed: delivered there, though all members are done */
SCENARIO(wait_delivers,
	 TASK(CANCEL_SELF, TRY, WAIT(0, WALL, NEVER, F(0)), EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 COMPLETE(0, 5), SETTLE, SAW("ECANCELED n1 on"))

/* WT-8, CX-5: complete, then cancelled before it resumes; the members are as they were */
SCENARIO(wait_is_over_and_cancelled,
	 TASK(TRY, WAIT(0, WFIRST, NEVER, F(0), T(1)), EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 PLAYS(waits1),
	 SETTLE, COMPLETE(0, 5), TURN, HIT(0), SETTLE, SAW("ECANCELED n1 on"), FUTURE_IS(0, 5),
	 PENDING(1), COUNT_IS(1, 0))

/* WT-8, TO-8: in a timeout: members go on */
SCENARIO(wait_in_a_timeout,
	 TASK(TRY, TIMEOUT(0, 5), WAIT(0, WALL, NEVER, T(1)), ENDTIMEOUT, EXCEPT, SHOW, ENDTRY,
	      CALL(probe), END),
	 PLAYS(waits0),
	 SETTLE, PASS(5), SAW("ETIMEDOUT n0 on"), PENDING(1), COUNT_IS(1, 0))

/* WT-6, TO-12: its time and a timeout around it end together, the timeout first */
SCENARIO(wait_and_timeout_end_together,
	 TASK(TRY, TIMEOUT(0, 5), WAIT(0, WALL, 5, F(0)), LOG("no"), ENDTIMEOUT, EXCEPT, SHOW,
	      ENDTRY, CALL(probe), END),
	 SETTLE, PASS(5), SAW("ETIMEDOUT n0 on"))

/* --- as_completed --- */

/* AC-2: what was done before, in the order of arguments; then as they end */
SCENARIO(in_order_of_ending,
	 TASK(AS_COMPLETED(0, NEVER, F(0), F(1), F(2), F(3)), NEXT(0), NEXT(0), NEXT(0), NEXT(0),
	      NEXT(0), END_ITERATION(0), END),
	 COMPLETE(3, 3), COMPLETE(1, 1), SETTLE, SAW("#1= 1 #3= 3"), COMPLETE(2, 2), COMPLETE(0, 0),
	 SETTLE, SAW("#2= 2 #0= 0 end"))

/* AC-4, AC-6: the time has expired: ended members come first; then once per pending member */
SCENARIO(iteration_times_out,
	 TASK(AS_COMPLETED(0, 5, F(0), F(1), F(2)), SLEEP(9), NEXT(0), TRY, NEXT(0), EXCEPT, SHOW,
	      ENDTRY, TRY, NEXT(0), EXCEPT, SHOW, ENDTRY, NEXT(0), END_ITERATION(0), END),
	 SETTLE, COMPLETE(1, 1), SETTLE, PASS(9), SAW("#1= 1 ETIMEDOUT ETIMEDOUT end"),
	 FUTURE_IS(0, -EINPROGRESS))

/* AC-7, CX-5: a task that is served and cancelled before it resumes consumes no item */
SCENARIO(cancelled_next_does_not_eat,
	 TASK(AS_COMPLETED(0, NEVER, F(0), F(1)), TRY, NEXT(0), EXCEPT, SHOW, ENDTRY, SLEEP(50),
	      END),
	 TASK(NEXT(0), NEXT(0), END_ITERATION(0), END),
	 SETTLE, COMPLETE(0, 5), TURN, HIT(0), SETTLE, SAW("ECANCELED #0= 5"), COMPLETE(1, 6),
	 SETTLE, SAW("#1= 6"))

/* AC-7, SY-1: a task that asks does not overtake one that was served and has not resumed */
SCENARIO(first_next_gets_the_first,
	 TASK(AS_COMPLETED(0, NEVER, F(0), F(1)), NEXT(0), END),
	 SETTLE, COMPLETE(0, 5), COMPLETE(1, 6), PLAY(1, SCRIPT(NEXT(0), NEXT(0), END)), SETTLE,
	 SAW("#1= 6 end #0= 5"))

/* AC-7, CX-5: the item that it does not consume still precedes the next one */
SCENARIO(lost_next_keeps_its_place,
	 TASK(AS_COMPLETED(0, NEVER, F(0), F(1), F(2)), TRY, NEXT(0), EXCEPT, SHOW, ENDTRY, END),
	 SETTLE, COMPLETE(0, 5), COMPLETE(1, 6), TURN, HIT(0), SETTLE, SAW("ECANCELED"),
	 PLAY(1, SCRIPT(NEXT(0), NEXT(0), NEXT(0), END_ITERATION(0), END)), SETTLE,
	 SAW("#0= 5 #1= 6"), COMPLETE(2, 7), SETTLE, SAW("#2= 7"))

/* CX-B4, AC-7: a task that keeps the member that it was served with has consumed it */
SCENARIO(kept_next_eats,
	 TASK(AS_COMPLETED(0, NEVER, F(0), F(1)),
	      SPAWN_FLAGS(2, ROOT, SCRIPT(TRY, NEXT(0), EXCEPT, SHOW, ENDTRY, END),
			  COTASK_SPAWN_COMPLETION_WINS), SLEEP(50), END),
	 SETTLE, COMPLETE(0, 5), TURN, HIT(2), SETTLE, SAW("#0= 5"),
	 PLAY(3, SCRIPT(NEXT(0), END_ITERATION(0), END)), SETTLE, PENDING(3), COMPLETE(1, 6),
	 SETTLE, SAW("#1= 6"))

/* WT-B3, GA-B1: members that have swallowed a cancel of the set, and one of them decides it */
SCENARIO(race_is_won_after_a_swallowed_cancel,
	 TASK(GATHER(0, RACE, T(1), T(2)), TRY, AWAIT_SET(0), SHOW, EXCEPT, SHOW, ENDTRY, END),
	 TASK(TRY, SLEEP(99), EXCEPT, SLEEP(5), ENDTRY, RETURN(7)),
	 TASK(TRY, SLEEP(99), EXCEPT, LOG("1st"), TRY, SLEEP(1000), LOG("slept"), EXCEPT,
	      LOG("2nd"), RERAISE, ENDTRY, ENDTRY, END),
	 SETTLE, HIT_SET(0), SETTLE, SAW("1st"), PASS(5), SAW("2nd ECANCELED"), PASS(1000))

SCENARIO(fail_fast_after_a_swallowed_cancel,
	 TASK(GATHER(0, FAIL_FAST, T(1), T(2)), TRY, AWAIT_SET(0), SHOW, EXCEPT, SHOW, ENDTRY, END),
	 TASK(TRY, SLEEP(99), EXCEPT, SLEEP(5), ENDTRY, RAISE(E1)),
	 TASK(TRY, SLEEP(99), EXCEPT, LOG("1st"), TRY, SLEEP(1000), LOG("slept"), EXCEPT,
	      LOG("2nd"), RERAISE, ENDTRY, ENDTRY, END),
	 SETTLE, HIT_SET(0), SETTLE, SAW("1st"), PASS(5), SAW("2nd E1"), PASS(1000))

/* GA-B1: a member that ends CANCELLED as it was asked to does not cancel the others again */
SCENARIO(fail_fast_cancels_once,
	 TASK(GATHER(0, FAIL_FAST, T(1), T(2)), TRY, AWAIT_SET(0), SHOW, EXCEPT, SHOW, ENDTRY, END),
	 TASK(SLEEP(99), END),
	 TASK(TRY, SLEEP(99), EXCEPT, LOG("1st"), SLEEP(5), LOG("slept"), RERAISE, ENDTRY, END),
	 SETTLE, HIT_SET(0), SETTLE, SAW("1st"), PASS(5), SAW("slept ECANCELED"))

/* AW-B2: a cycle through gathers ends with the first cancel, which comes back */
SCENARIO(mutual_gather_is_cancelled,
	 TASK(GATHER(0, COLLECT, T(1)), TRY, AWAIT_SET(0), EXCEPT, SHOW, RERAISE, ENDTRY, END),
	 TASK(GATHER(1, COLLECT, T(0)), TRY, AWAIT_SET(1), EXCEPT, SHOW, RERAISE, ENDTRY, END),
	 SETTLE, HIT(0), SETTLE, SAW("ECANCELED ECANCELED"))

/* ... but the other members of the gather are asked before, and one that goes on is waited for */
SCENARIO(mutual_gather_asks_all,
	 TASK(GATHER(0, COLLECT, T(1), T(2)), TRY, AWAIT_SET(0), EXCEPT, SHOW, RERAISE, ENDTRY,
	      END),
	 TASK(GATHER(1, COLLECT, T(0)), TRY, AWAIT_SET(1), EXCEPT, SHOW, RERAISE, ENDTRY, END),
	 TASK(TRY, SLEEP(99), EXCEPT, LOG("asked"), RERAISE, ENDTRY, END),
	 SETTLE, HIT(1), SETTLE, SAW("asked ECANCELED ECANCELED"))

/* AW-B2, TG-9: ... and one through a group, which cannot be left, at the gather */
SCENARIO(child_gathers_its_parent,
	 TASK(TRY, GROUP(0),
	      SPAWN(1, 0, SCRIPT(GATHER(0, COLLECT, T(0)), TRY, AWAIT_SET(0), EXCEPT, LOG("child"),
				 SHOW, RERAISE, ENDTRY, END)),
	      ENDGROUP, EXCEPT, LOG("parent"), SHOW, ENDTRY, END),
	 SETTLE, HIT(0), SETTLE, SAW("child ECANCELED parent ECANCELED"))

static struct kunit_case cases[] = {
	KUNIT_CASE(first_error_ends_it),
	KUNIT_CASE(two_errors_in_one_turn),
	KUNIT_CASE(a_member_is_cancelled),
	KUNIT_CASE(a_member_of_a_collecting_one_is_cancelled),
	KUNIT_CASE(cancelled_with_a_slow_member),
	KUNIT_CASE(cancelled_and_a_member_fails),
	KUNIT_CASE(cancelled_when_it_collects),
	KUNIT_CASE(cancelled_and_all_swallow),
	KUNIT_CASE(cancelled_by_hand),
	KUNIT_CASE(all_members_have_ended),
	KUNIT_CASE(one_member_has_ended),
	KUNIT_CASE(repeated_and_cancelled),
	KUNIT_CASE(done_at_the_call),
	KUNIT_CASE(gather_of_gathers),
	KUNIT_CASE(shared_member_fails),
	KUNIT_CASE(one_of_two_is_cancelled),
	KUNIT_CASE(two_await_one_gather),
	KUNIT_CASE(shields_as_members),
	KUNIT_CASE(shielded_gather),
	KUNIT_CASE(gather_of_children),
	KUNIT_CASE(member_fails_in_its_first_step),
	KUNIT_CASE(fail_fast_and_a_cancel),
	KUNIT_CASE(race),
	KUNIT_CASE(wait_for_the_first),
	KUNIT_CASE(wait_for_an_error),
	KUNIT_CASE(wait_ends_with_a_member),
	KUNIT_CASE(wait_delivers),
	KUNIT_CASE(wait_is_over_and_cancelled),
	KUNIT_CASE(wait_in_a_timeout),
	KUNIT_CASE(wait_and_timeout_end_together),
	KUNIT_CASE(in_order_of_ending),
	KUNIT_CASE(iteration_times_out),
	KUNIT_CASE(cancelled_next_does_not_eat),
	KUNIT_CASE(first_next_gets_the_first),
	KUNIT_CASE(lost_next_keeps_its_place),
	KUNIT_CASE(kept_next_eats),
	KUNIT_CASE(race_is_won_after_a_swallowed_cancel),
	KUNIT_CASE(fail_fast_after_a_swallowed_cancel),
	KUNIT_CASE(fail_fast_cancels_once),
	KUNIT_CASE(mutual_gather_is_cancelled),
	KUNIT_CASE(mutual_gather_asks_all),
	KUNIT_CASE(child_gathers_its_parent),
	{}
};

struct kunit_suite cotask_scenario_gather_suite = {
	.name = "cotask_scenario_gather",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
