// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - scenarios of groups in groups, eager children, and group cancel
 */
#include "../scenario.h"
#include "../suites.h"

/* --- groups in groups --- */

/* TG-24: the outer child fails: a cancel from outside for the inner group */
SCENARIO(outer_child_fails,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, GROUP(1), SPAWN(2, 1, loud), SLEEP(50),
	      ENDGROUP, LOG("zero"), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW,
	      ENDTRY, ERRORS(0), ERRORS(1), CALL(probe), END),
	 SETTLE, PASS(5), SAW("c ECANCELED n1 E1 t1: E1 n0 on"))

/* TG-24, TG-16: the same while the parent waits in the inner exit */
SCENARIO(outer_child_fails_during_inner_exit,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, GROUP(1), SPAWN(2, 1, slow), ENDGROUP,
	      LOG("zero"), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW, ENDTRY,
	      ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), PENDING(0), PASS(5), SAW("s ECANCELED n1 E1 t1: E1 n0 on"))

/* TG-24, TG-18: ... and the inner child fails in its clean-up: armed for the outer one */
SCENARIO(outer_child_fails_then_the_inner_one,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, GROUP(1), SPAWN(2, 1, bad), ENDGROUP,
	      LOG("zero"), EXCEPT, SHOW, CALL(probe), RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW,
	      ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("E2 n1 armed E1 t1: E1 body: E2 n0 on"))

/* TG-25: the inner child fails: an aggregate in an aggregate */
SCENARIO(inner_child_fails,
	 TASK(TRY, GROUP(0), SPAWN(2, 0, loud), TRY, GROUP(1), SPAWN(1, 1, fail5_e2), SLEEP(50),
	      ENDGROUP, LOG("zero"), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW,
	      ENDTRY, ERRORS(0), ERRORS(1), CALL(probe), END),
	 SETTLE, PASS(5), SAW("E2 n0 c E2 body: E2 t1: E2 n0 on"))

/* TG-25, TG-8: the outer body handles the inner aggregate: nothing is left of it */
SCENARIO(inner_error_is_handled,
	 TASK(GROUP(0), SPAWN(2, 0, SCRIPT(SLEEP(9), LOG("fin"), END)), TRY, GROUP(1),
	      SPAWN(1, 1, fail5), SLEEP(50), ENDGROUP, EXCEPT, SHOW, ENDTRY, CALL(probe), ENDGROUP,
	      LOG("zero"), CALL(probe), END),
	 SETTLE, PASS(5), PASS(4), SAW("E1 n0 on fin zero n0 on"))

#define BOTH_FAIL(first, second, between)						\
	SCRIPT(TRY, GROUP(0), SPAWN(1, 0, first),					\
	       TRY, GROUP(1), SPAWN(2, 1, second),					\
	       TRY, SLEEP(50), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDGROUP,		\
	       EXCEPT, SHOW, CALL(between), RERAISE, ENDTRY,				\
	       ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END)

static const struct line later5[] = { YIELD, SLEEP(5), RAISE(E1), END };
static const struct line count[] = { COUNT, END };

/* TG-26: both fail before the parent resumes, the outer one first; a suspension between */
SCENARIO(both_fail_outer_first,
	 PLAYS(BOTH_FAIL(fail5, fail5_e2, probe)),
	 SETTLE, PASS(5), SAW("ECANCELED n2 E2 n1 armed E1 t1: E1 body: E2 n0 on"))

/* TG-26: the inner one first */
SCENARIO(both_fail_inner_first,
	 PLAYS(BOTH_FAIL(later5, fail5_e2, probe)),
	 SETTLE, PASS(5), SAW("ECANCELED n2 E2 n1 armed E1 t1: E1 body: E2 n0 on"))

/* TG-26: no suspension between the two exits */
SCENARIO(both_fail_no_suspension_between,
	 PLAYS(BOTH_FAIL(fail5, fail5_e2, count)),
	 SETTLE, PASS(5), SAW("ECANCELED n2 E2 n1 E1 t1: E1 body: E2 n0 on"))

/* TG-26, TG-18: cancelled from outside as well: that is left at the end */
SCENARIO(both_fail_and_a_cancel,
	 PLAYS(BOTH_FAIL(fail5, fail5_e2, count)),
	 SETTLE, LATER(5), TURN, HIT(0), SETTLE,
	 SAW("ECANCELED n3 E2 n2 E1 t1: E1 body: E2 n1 armed"))

/* TG-26, TG-16: armed between the exits, the outer one waits for a slow child */
SCENARIO(both_fail_outer_exit_waits,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), SPAWN(3, 0, slow), TRY, GROUP(1),
	      SPAWN(2, 1, fail5_e2), SLEEP(50), ENDGROUP, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY,
	      ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("E2 n1"), PASS(5), SAW("s E1 t1: E1 body: E2 n0 on"), COUNT_IS(3, 1))

/* TG-26, TG-20: the body of the inner one swallows the merged delivery */
SCENARIO(both_fail_and_are_swallowed,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, GROUP(1), SPAWN(2, 1, fail5_e2), TRY,
	      SLEEP(50), EXCEPT, ENDTRY, ENDGROUP, EXCEPT, SHOW, ENDTRY, CALL(probe), ENDGROUP,
	      EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("E2 n1 armed E1 t1: E1 n0 on"))

/* TG-26, TG-12: three levels fail in one turn */
SCENARIO(three_levels_fail,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, GROUP(1), SPAWN(2, 1, fail5_e2), TRY,
	      GROUP(2), SPAWN(3, 2, fail5), TRY, SLEEP(50), EXCEPT, COUNT, RERAISE, ENDTRY,
	      ENDGROUP, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW, COUNT,
	      RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("n3 E1 n2 E2 n1 E1 t1: E1 body: E2 n0 on"))

/* TG-24, CO-4: a child that is a parent itself: its children end before it does */
SCENARIO(grandchildren_end_first,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), SPAWN(2, 0,
						       SCRIPT(TRY, GROUP(1), SPAWN(3, 1, slow),
							      SLEEP(50), ENDGROUP, EXCEPT, SHOW,
							      RERAISE, ENDTRY, END)), ENDGROUP,
	      EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, PASS(5), PENDING(2), PASS(5), SAW("s ECANCELED E1 n0 on"), CANCELLED(2),
	 FINISHED(3, 0))

/* --- eager children --- */

/* TG-30: fails in its first step; the body goes on and spawns, up to its suspension */
SCENARIO(eager_child_fails,
	 TASK(TRY, GROUP(0), SPAWN_EAGER(1, 0, fail_now), LOG("b"), SPAWN(2, 0, quick), LOG("b"),
	      TRY, SLEEP(50), EXCEPT, SHOW, RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW, ENDTRY,
	      ERRORS(0), CALL(probe), END),
	 TURN, SAW("b b"), FAILED(1, E1), SETTLE, SAW("ECANCELED E1 t1: E1 n0 on"), CANCELLED(2))

/* TG-30: awaited at once and passed on it counts twice */
SCENARIO(eager_error_is_passed_on,
	 TASK(TRY, GROUP(0), SPAWN_EAGER(1, 0, fail_now), JOIN(1), ENDGROUP, EXCEPT, SHOW, ENDTRY,
	      ERRORS(0), CALL(probe), END),
	 SETTLE, SAW("E1 body: E1 t1: E1 n0 on"))

/* TG-30, TG-31: awaited at once and handled: the record comes all the same */
SCENARIO(eager_error_is_handled,
	 TASK(TRY, GROUP(0), SPAWN_EAGER(1, 0, fail_now), TRY, JOIN(1), EXCEPT, SHOW, ENDTRY,
	      ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, SAW("E1 E1 t1: E1 n0 on"))

/* TG-31, TG-12: several fail, the body does not suspend */
SCENARIO(eager_children_fail_body_ends,
	 TASK(TRY, GROUP(0), SPAWN_EAGER(1, 0, fail_now), SPAWN_EAGER(2, 0, SCRIPT(RAISE(E2), END)),
	      SPAWN(3, 0, quick), ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, SAW("E1 t1: E1 t2: E2 n0 on"), CANCELLED(3))

/* TG-31, TG-18: the body has cancelled itself before */
SCENARIO(eager_child_fails_body_is_armed,
	 TASK(TRY, GROUP(0), SPAWN_EAGER(1, 0, fail_now), CANCEL_SELF, ENDGROUP, EXCEPT, SHOW,
	      ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, SAW("E1 t1: E1 n1 armed"))

/* TG-31, TG-25: an eager grandchild fails in its first step, in a group of its own */
SCENARIO(eager_grandchild_fails,
	 TASK(TRY, GROUP(0), SPAWN_EAGER(1, 0, SCRIPT(GROUP(1), SPAWN_EAGER(2, 1, fail_now),
						      LOG("a"), ENDGROUP, LOG("no"), END)),
	      LOG("b"), ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), ERRORS(1), CALL(probe), END),
	 TURN, SAW("a b"), PENDING(1), SETTLE, SAW("E1 t1: E1 t2: E1 n0 on"), FAILED(1, E1))

/* TG-30, TG-26: eager children of both levels fail in their first steps */
SCENARIO(eager_children_of_both_levels_fail,
	 TASK(TRY, GROUP(0), SPAWN_EAGER(1, 0, fail_now), TRY, GROUP(1),
	      SPAWN_EAGER(2, 1, SCRIPT(RAISE(E2), END)), TRY, SLEEP(50), EXCEPT, COUNT, RERAISE,
	      ENDTRY, ENDGROUP, EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW,
	      ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, SAW("n2 E2 n1 E1 t1: E1 body: E2 n0 on"))

/* TG-32, TG-39: it cancels its group in its first step, and is cancelled when it joins */
SCENARIO(eager_child_cancels_its_group,
	 TASK(GROUP(0), SPAWN_EAGER(1, 0, SCRIPT(CANCEL_GROUP(0), LOG("in"), TRY, SLEEP(50), EXCEPT,
						 LOG("c"), RERAISE, ENDTRY, END)), LOG("b"), TRY,
	      YIELD, EXCEPT, SHOW, RERAISE, ENDTRY, ENDGROUP, LOG("zero"), CALL(probe), END),
	 TURN, SAW("in b"), COUNT_IS(1, 1), SETTLE, SAW("c ECANCELED zero n0 on"), CANCELLED(1))

/* TG-32: ... or ends before: then it is not; TG-39: a lazy one is armed, and its value lost */
SCENARIO(eager_child_cancels_its_group_and_ends,
	 TASK(GROUP(0), SPAWN_EAGER(1, 0, SCRIPT(CANCEL_GROUP(0), RETURN(7))), ENDGROUP,
	      LOG("zero"), GROUP(1), SPAWN(2, 1, SCRIPT(CANCEL_GROUP(1), RETURN(7))), ENDGROUP,
	      LOG("zero"), CALL(probe), END),
	 SETTLE, SAW("zero zero n0 on"), FINISHED(1, 7), COUNT_IS(1, 0), CANCELLED(2))

/* TG-32, TG-24: a grandchild cancels the outer group while both are in their first steps */
SCENARIO(eager_grandchild_cancels_the_outer_group,
	 TASK(GROUP(0), SPAWN_EAGER(1, 0, SCRIPT(GROUP(1),
						 SPAWN_EAGER(2, 1,
							     SCRIPT(CANCEL_GROUP(0), LOG("b"), TRY,
								    SLEEP(50), EXCEPT, LOG("x"),
								    RERAISE, ENDTRY, END)),
						 LOG("a"), ENDGROUP, LOG("no"), END)), LOG("p"),
	      YIELD, ENDGROUP, LOG("zero"), CALL(probe), END),
	 TURN, SAW("b a p"), COUNT_IS(2, 1), SETTLE, SAW("x zero n0 on"), CANCELLED(1),
	 CANCELLED(2))

/* EA-7, TG-8: it cancels itself in its first step and returns a value: no error */
SCENARIO(eager_child_cancels_itself,
	 TASK(GROUP(0), SPAWN_EAGER(1, 0, SCRIPT(CANCEL_SELF, RETURN(7))), SPAWN(2, 0, quick),
	      ENDGROUP, LOG("zero"), CALL(probe), END),
	 SETTLE, SAW("q zero n0 on"), CANCELLED(1))

/* EA-3, TG-29: queued by a sleep(0) ahead of the record of a sibling, it goes on */
SCENARIO(eager_sibling_is_queued_first,
	 TASK(TRY, GROUP(0), SPAWN_EAGER(1, 0, SCRIPT(YIELD, LOG("e"), YIELD, LOG("in"), YIELD,
						      LOG("no"), END)), SPAWN(2, 0, fail_now),
	      ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), END),
	 SETTLE, SAW("e in E1 t2: E1"), CANCELLED(1))

/* EA-2, TG-33: eager children that are done do not hold up a group cancel */
SCENARIO(group_cancel_behind_eager_children,
	 TASK(GROUP(0), SPAWN_EAGER(1, 0, SCRIPT(RETURN(1))), SPAWN_EAGER(2, 0, loud),
	      CANCEL_GROUP(0), ENDGROUP, LOG("zero"), CALL(probe), END),
	 SETTLE, SAW("c zero n0 on"), FINISHED(1, 1), COUNT_IS(1, 0), CANCELLED(2))

/* --- group cancel --- */

#define BODY_PASSES(child)								\
	SCRIPT(TRY, GROUP(0), SPAWN(1, 0, child),					\
	       TRY, SLEEP(50), EXCEPT, SHOW, RERAISE, ENDTRY, ENDGROUP, LOG("zero"),	\
	       EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END)
#define BODY_SWALLOWS(child)								\
	SCRIPT(TRY, GROUP(0), SPAWN(1, 0, child),					\
	       TRY, SLEEP(50), EXCEPT, ENDTRY, ENDGROUP, LOG("zero"),			\
	       EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END)

/* TG-33, TG-27: exit waits for a child that takes its time, and returns 0 */
SCENARIO(group_cancel_and_a_slow_child,
	 PLAYS(BODY_PASSES(slow)),
	 SETTLE, HIT_GROUP(0), SETTLE, PENDING(0), HIT_GROUP(0), PASS(5),
	 SAW("ECANCELED s zero n0 on"), COUNT_IS(1, 1))

/* TG-34: no effect while the group aborts because of an error */
SCENARIO(group_cancel_behind_an_error,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), SPAWN(2, 0, slow), ENDGROUP, LOG("zero"), EXCEPT,
	      SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), HIT_GROUP(0), COUNT_IS(0, 1), PASS(5), SAW("s E1 t1: E1 n0 on"))

/* TG-34, TG-12: between a failure and its record it comes first; the error is recorded */
SCENARIO(group_cancel_before_the_record,
	 PLAYS(BODY_PASSES(fail5)),
	 SETTLE, LATER(5), TURN, HIT_GROUP(0), SETTLE, SAW("ECANCELED E1 t1: E1 n0 on"))

/* TG-37, TG-38: a child fails in its clean-up, and the parent is cancelled besides */
SCENARIO(group_cancel_error_and_outside_cancel,
	 PLAYS(BODY_PASSES(bad)),
	 SETTLE, HIT_GROUP(0), HIT(0), SETTLE, SAW("ECANCELED E2 t1: E2 n1 armed"))

/* TG-38: the outside cancel comes in exit */
SCENARIO(group_cancel_then_cancel_in_exit,
	 PLAYS(BODY_PASSES(slow)),
	 SETTLE, HIT_GROUP(0), SETTLE, HIT(0), PASS(5), SAW("ECANCELED s ECANCELED n1 on"))

/* TG-38: in exit, behind a body that has swallowed the group's cancel */
SCENARIO(group_cancel_swallowed_then_cancel_in_exit,
	 PLAYS(BODY_SWALLOWS(slow)),
	 SETTLE, HIT_GROUP(0), SETTLE, HIT(0), PASS(5), SAW("s ECANCELED n1 on"))

/* TG-38, CX-6: merged, outside first, and passed on */
SCENARIO(cancel_and_group_cancel_merged,
	 PLAYS(BODY_PASSES(slow)),
	 SETTLE, HIT(0), HIT_GROUP(0), COUNT_IS(0, 2), PASS(5), SAW("ECANCELED"), PASS(5),
	 SAW("s ECANCELED n1 on"))

/* TG-38, TG-B2: merged, outside first, and swallowed: not lost */
SCENARIO(cancel_and_group_cancel_swallowed,
	 PLAYS(BODY_SWALLOWS(loud)),
	 SETTLE, HIT(0), HIT_GROUP(0), SETTLE, SAW("c zero n1 armed"))

/* TG-B2: merged and swallowed, the group's first, and exit has to wait */
SCENARIO(group_cancel_and_cancel_swallowed,
	 PLAYS(BODY_SWALLOWS(slow)),
	 SETTLE, HIT_GROUP(0), HIT(0), SETTLE, PASS(5), SAW("s zero n1 armed"))

/* TG-38, CX-19: an outside cancel was swallowed for good before the group's */
SCENARIO(swallowed_cancel_then_group_cancel,
	 TASK(TRY, GROUP(0), TRY, SLEEP(50), EXCEPT, LOG("sw"), ENDTRY, SLEEP(50), ENDGROUP,
	      LOG("zero"), EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, HIT(0), SETTLE, HIT_GROUP(0), SETTLE, SAW("sw ECANCELED n1 on"))

/* TG-33, CX-19: ... and taken back: exit returns 0 */
SCENARIO(cancel_taken_back_then_group_cancel,
	 TASK(TRY, GROUP(0), TRY, SLEEP(50), EXCEPT, UNCANCEL, ENDTRY, SLEEP(50), ENDGROUP,
	      LOG("zero"), EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, HIT(0), SETTLE, HIT_GROUP(0), SETTLE, SAW("zero n0 on"))

/* TG-41, TG-B8: an old request, and a group cancel: exit returns 0 */
SCENARIO(old_request_and_group_cancel,
	 TASK(CANCEL_SELF, TRY, YIELD, EXCEPT, ENDTRY, TRY, GROUP(0), SLEEP(50), ENDGROUP,
	      LOG("zero"), EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, HIT_GROUP(0), SETTLE, SAW("zero n1 on"))

/* TG-B8, TG-38: ... and a new one */
SCENARIO(old_and_new_request_and_group_cancel,
	 TASK(CANCEL_SELF, TRY, YIELD, EXCEPT, ENDTRY, TRY, GROUP(0), SLEEP(50), ENDGROUP,
	      LOG("zero"), EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, HIT_GROUP(0), HIT(0), SETTLE, SAW("ECANCELED n2 on"))

/* TG-35, TG-38: cancelled before enter, by a parent that is armed itself */
SCENARIO(group_cancelled_before_enter_parent_armed,
	 TASK(CANCEL_GROUP(0), CANCEL_SELF, TRY, GROUP(0), TRY, YIELD, EXCEPT, SHOW, COUNT, RERAISE,
	      ENDTRY, ENDGROUP, LOG("zero"), EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, SAW("ECANCELED n2 ECANCELED n1 on"))

/* TG-35, TG-36: cancelled before enter, nothing suspends */
SCENARIO(group_cancelled_before_enter_no_suspension,
	 TASK(CANCEL_GROUP(0), GROUP(0), COUNT, ENDGROUP, LOG("zero"), CALL(probe), END),
	 SETTLE, SAW("n1 zero n0 on"))

/* TG-36: cancelled by the body, which ends at once; a child takes its time */
SCENARIO(group_cancel_by_the_body,
	 TASK(GROUP(0), SPAWN(1, 0, slow), YIELD, CANCEL_GROUP(0), ENDGROUP, LOG("zero"),
	      CALL(probe), END),
	 SETTLE, PENDING(0), PASS(5), SAW("s zero n0 on"))

/* TG-39, CX-10: by a child that then fails: an error like any other */
SCENARIO(group_cancel_by_a_child_that_fails,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, SCRIPT(CANCEL_GROUP(0), RAISE(E1), END)), TRY, SLEEP(50),
	      EXCEPT, SHOW, RERAISE, ENDTRY, ENDGROUP, LOG("zero"), EXCEPT, SHOW, ENDTRY, ERRORS(0),
	      CALL(probe), END),
	 SETTLE, SAW("ECANCELED E1 t1: E1 n0 on"))

#define NESTED_PASSES									\
	SCRIPT(TRY, GROUP(0), TRY, GROUP(1), SPAWN(1, 1, loud),				\
	       TRY, SLEEP(50), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDGROUP,		\
	       LOG("inner"), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY,			\
	       ENDGROUP, LOG("zero"), EXCEPT, SHOW, ENDTRY, CALL(probe), END)

/* TG-33, TG-15: the outer group is cancelled: a cancel from outside for the inner one */
SCENARIO(outer_group_cancel,
	 PLAYS(NESTED_PASSES),
	 SETTLE, HIT_GROUP(0), SETTLE, SAW("ECANCELED n1 c ECANCELED n1 zero n0 on"))

/* TG-33, TG-38: both are cancelled before the parent resumes */
SCENARIO(both_group_cancels,
	 PLAYS(NESTED_PASSES),
	 SETTLE, HIT_GROUP(0), HIT_GROUP(1), SETTLE, SAW("ECANCELED n2 c ECANCELED n1 zero n0 on"))

/* TG-33, TG-38: the inner one first */
SCENARIO(both_group_cancels_inner_first,
	 PLAYS(NESTED_PASSES),
	 SETTLE, HIT_GROUP(1), HIT_GROUP(0), SETTLE, SAW("c ECANCELED n2 ECANCELED n1 zero n0 on"))

/* TG-B2: both merged, swallowed in the inner body: the outer one's comes again */
SCENARIO(both_group_cancels_swallowed,
	 TASK(GROUP(0), GROUP(1), TRY, SLEEP(50), EXCEPT, ENDTRY, ENDGROUP, LOG("i"), COUNT, TRY,
	      YIELD, LOG("on"), EXCEPT, LOG("armed"), RERAISE, ENDTRY, ENDGROUP, LOG("zero"),
	      CALL(probe), END),
	 SETTLE, HIT_GROUP(0), HIT_GROUP(1), SETTLE, SAW("i n1 armed zero n0 on"))

static struct kunit_case cases[] = {
	KUNIT_CASE(outer_child_fails),
	KUNIT_CASE(outer_child_fails_during_inner_exit),
	KUNIT_CASE(outer_child_fails_then_the_inner_one),
	KUNIT_CASE(inner_child_fails),
	KUNIT_CASE(inner_error_is_handled),
	KUNIT_CASE(both_fail_outer_first),
	KUNIT_CASE(both_fail_inner_first),
	KUNIT_CASE(both_fail_no_suspension_between),
	KUNIT_CASE(both_fail_and_a_cancel),
	KUNIT_CASE(both_fail_outer_exit_waits),
	KUNIT_CASE(both_fail_and_are_swallowed),
	KUNIT_CASE(three_levels_fail),
	KUNIT_CASE(grandchildren_end_first),
	KUNIT_CASE(eager_child_fails),
	KUNIT_CASE(eager_error_is_passed_on),
	KUNIT_CASE(eager_error_is_handled),
	KUNIT_CASE(eager_children_fail_body_ends),
	KUNIT_CASE(eager_child_fails_body_is_armed),
	KUNIT_CASE(eager_grandchild_fails),
	KUNIT_CASE(eager_children_of_both_levels_fail),
	KUNIT_CASE(eager_child_cancels_its_group),
	KUNIT_CASE(eager_child_cancels_its_group_and_ends),
	KUNIT_CASE(eager_grandchild_cancels_the_outer_group),
	KUNIT_CASE(eager_child_cancels_itself),
	KUNIT_CASE(eager_sibling_is_queued_first),
	KUNIT_CASE(group_cancel_behind_eager_children),
	KUNIT_CASE(group_cancel_and_a_slow_child),
	KUNIT_CASE(group_cancel_behind_an_error),
	KUNIT_CASE(group_cancel_before_the_record),
	KUNIT_CASE(group_cancel_error_and_outside_cancel),
	KUNIT_CASE(group_cancel_then_cancel_in_exit),
	KUNIT_CASE(group_cancel_swallowed_then_cancel_in_exit),
	KUNIT_CASE(cancel_and_group_cancel_merged),
	KUNIT_CASE(cancel_and_group_cancel_swallowed),
	KUNIT_CASE(group_cancel_and_cancel_swallowed),
	KUNIT_CASE(swallowed_cancel_then_group_cancel),
	KUNIT_CASE(cancel_taken_back_then_group_cancel),
	KUNIT_CASE(old_request_and_group_cancel),
	KUNIT_CASE(old_and_new_request_and_group_cancel),
	KUNIT_CASE(group_cancelled_before_enter_parent_armed),
	KUNIT_CASE(group_cancelled_before_enter_no_suspension),
	KUNIT_CASE(group_cancel_by_the_body),
	KUNIT_CASE(group_cancel_by_a_child_that_fails),
	KUNIT_CASE(outer_group_cancel),
	KUNIT_CASE(both_group_cancels),
	KUNIT_CASE(both_group_cancels_inner_first),
	KUNIT_CASE(both_group_cancels_swallowed),
	{}
};

struct kunit_suite cotask_scenario_nested_suite = {
	.name = "cotask_scenario_nested",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
