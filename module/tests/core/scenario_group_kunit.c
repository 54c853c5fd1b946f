// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - scenarios of groups: errors and cancels that meet
 */
#include "../scenario.h"
#include "../suites.h"

/* --- what each task sees when a child fails -------------------------------------------- */

/* TG-9, TG-19: siblings in spawn order, then the body; the group absorbs its cancel */
SCENARIO(a_child_fails,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), SPAWN(2, 0, loud), SPAWN(3, 0, loud), TRY,
	      SLEEP(50), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDGROUP, LOG("zero"), EXCEPT, SHOW,
	      ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("c c ECANCELED n1 E1 t1: E1 n0 on"), COUNT_IS(2, 1), COUNT_IS(3, 1))

/* TG-9, TG-27: in exit the parent waits on for a child that takes its time */
SCENARIO(a_child_fails_during_exit,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), SPAWN(2, 0, slow), ENDGROUP, LOG("zero"), EXCEPT,
	      SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), PENDING(0), COUNT_IS(0, 1), PASS(5), SAW("s E1 t1: E1 n0 on"),
	 FINISHED(2, 0))

/* TG-12, TG-11: three fail in one turn: three errors, one cancel of the parent */
SCENARIO(three_fail_at_once,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), SPAWN(2, 0, fail5_e2), SPAWN(3, 0, fail5), TRY,
	      SLEEP(50), EXCEPT, COUNT, RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0),
	      CALL(probe), END),
	 SETTLE, PASS(5), SAW("n1 E1 t1: E1 t2: E2 t3: E1 n0 on"))

/* TG-29: a sibling that is queued already ends with the outcome that was due */
SCENARIO(sibling_finishes_in_between,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), SPAWN(2, 0, SCRIPT(SLEEP(5), RETURN(3))), ENDGROUP,
	      EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("E1 t1: E1 n0 on"), FINISHED(2, 3))

/* TG-29, CX-4: a sibling that yields behind the record is armed by it */
SCENARIO(sibling_yields_behind_the_record,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5),
	      SPAWN(2, 0, SCRIPT(SLEEP(5), LOG("in"), YIELD, LOG("no"), END)), ENDGROUP, EXCEPT,
	      SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("in E1 t1: E1 n0 on"), CANCELLED(2))

/* TG-29: a sibling that yields before the child fails runs one more step */
SCENARIO(sibling_yields_before_the_record,
	 TASK(TRY, GROUP(0), SPAWN(2, 0, SCRIPT(SLEEP(5), YIELD, LOG("in"), YIELD, LOG("no"), END)),
	      SPAWN(1, 0, fail5), ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("in E1 t1: E1 n0 on"), CANCELLED(2))

/* TG-40: a body that awaits the failing child gets -ECANCELED, the error is there once */
SCENARIO(body_awaits_the_failing_child,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, JOIN(1), EXCEPT, SHOW, RERAISE, ENDTRY,
	      ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("ECANCELED E1 t1: E1 n0 on"))

/* TG-40: so does a sibling */
SCENARIO(sibling_awaits_the_failing_child,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5),
	      SPAWN(2, 0, SCRIPT(TRY, JOIN(1), EXCEPT, SHOW, RERAISE, ENDTRY, END)), ENDGROUP,
	      EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("ECANCELED E1 t1: E1 n0 on"), CANCELLED(2))

/* TG-13, TG-10: an error of the body aborts; those of the clean-up are added */
SCENARIO(body_fails,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, loud), SPAWN(2, 0, bad), SPAWN(3, 0, slow), YIELD,
	      RAISE(E1), ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, COUNT_IS(0, 0), PASS(5), SAW("c s E1 body: E1 t2: E2 n0 on"))

/* TG-13, CX-5: the body fails in the turn in which a child is due to fail: armed first */
SCENARIO(body_fails_before_a_child_does,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), SLEEP(5), RAISE(E2), ENDGROUP, EXCEPT, SHOW,
	      ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("E2 body: E2 n0 on"), CANCELLED(1))

/* TG-14, TG-29: the child failed first, but the body calls exit before the record */
SCENARIO(body_fails_before_the_record,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), YIELD, SLEEP(5), RAISE(E2), ENDGROUP, EXCEPT, SHOW,
	      ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("E2 body: E2 t1: E1 n0 on"))

/* TG-20: the body swallows the group's cancel */
SCENARIO(body_swallows_the_groups_cancel,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(50), EXCEPT, SHOW, ENDTRY, ENDGROUP,
	      EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("ECANCELED E1 t1: E1 n0 on"))

/* TG-20, CX-13: ... and goes on for a while */
SCENARIO(body_swallows_and_goes_on,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(50), EXCEPT, ENDTRY, SLEEP(5), LOG("b"),
	      COUNT, ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), PENDING(0), PASS(5), SAW("b n1 E1 t1: E1 n0 on"))

/* TG-21: the body replaces the group's cancel */
SCENARIO(body_replaces_the_groups_cancel,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(50), EXCEPT, RAISE(E2), ENDTRY,
	      ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("E1 t1: E1 body: E2 n0 on"))

/* TG-19, CX-19: a body that takes the group's cancel back itself changes nothing */
SCENARIO(body_uncancels_the_groups_cancel,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(50), EXCEPT, UNCANCEL, ENDTRY, ENDGROUP,
	      EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("E1 t1: E1 n0 on"))

/* --- cancels from outside --- */

/* TG-15: in the body: abort, wait for all, -ECANCELED; the count stays */
SCENARIO(cancelled_in_the_body,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, loud), SPAWN(2, 0, slow), TRY, SLEEP(50), EXCEPT, SHOW,
	      RERAISE, ENDTRY, ENDGROUP, LOG("zero"), EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe),
	      END),
	 SETTLE, HIT(0), SETTLE, PENDING(0), PASS(5), SAW("ECANCELED c s ECANCELED n1 on"))

/* TG-15, CX-11: the body awaits what was cancelled by hand: the same with count 0 */
SCENARIO(body_awaits_what_is_cancelled,
	 TASK(TRY, GROUP(0), SPAWN(2, 0, loud), TRY, JOIN(1), EXCEPT, SHOW, RERAISE, ENDTRY,
	      ENDGROUP, LOG("zero"), EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 TASK(SLEEP(50), END),
	 SETTLE, HIT(1), SETTLE, SAW("ECANCELED c ECANCELED n0 on"))

/* TG-8, TG-15: the body awaits its own child, which is cancelled by hand */
SCENARIO(body_awaits_its_cancelled_child,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, loud), SPAWN(2, 0, loud), JOIN(1), ENDGROUP, LOG("zero"),
	      EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, HIT(1), SETTLE, SAW("c c ECANCELED n0 on"), COUNT_IS(2, 1))

/* TG-16, TG-17: two cancels while the parent waits in exit: one for the child */
SCENARIO(cancelled_twice_in_exit,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, slow), ENDGROUP, LOG("zero"), EXCEPT, SHOW, ENDTRY,
	      CALL(probe), END),
	 SETTLE, HIT(0), SETTLE, HIT(0), SETTLE, COUNT_IS(1, 1), PENDING(0), PASS(5),
	 SAW("s ECANCELED n2 on"))

/* TG-16, CX-8: armed when exit begins to wait */
SCENARIO(armed_when_exit_begins,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, slow), YIELD, CANCEL_SELF, ENDGROUP, LOG("zero"), EXCEPT,
	      SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, COUNT_IS(1, 1), PASS(5), SAW("s ECANCELED n1 on"))

/* TG-6: armed, and no child is left: exit does not suspend, the request comes later */
SCENARIO(armed_and_no_child,
	 TASK(GROUP(0), SPAWN(1, 0, quick), YIELD, YIELD, CANCEL_SELF, ENDGROUP, LOG("zero"),
	      CALL(probe), END),
	 SETTLE, SAW("q zero n1 armed"))

/* TG-16, CX-16: cancelled in exit, taken back at once: the children are cancelled */
SCENARIO(cancelled_in_exit_and_taken_back,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, loud), ENDGROUP, LOG("zero"), EXCEPT, SHOW, ENDTRY,
	      CALL(probe), END),
	 SETTLE, HIT(0), UNHIT(0, 0), SETTLE, SAW("c ECANCELED n0 on"))

/* --- errors and cancels from outside --- */

/* TG-18: cancelled, then a child fails in its clean-up */
SCENARIO(cancel_then_error,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, bad), TRY, SLEEP(50), EXCEPT, SHOW, RERAISE, ENDTRY,
	      ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, HIT(0), SETTLE, SAW("ECANCELED E2 t1: E2 n1 armed"))

/* TG-18: the same while the parent waits in exit */
SCENARIO(cancel_in_exit_then_error,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, bad), ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0),
	      CALL(probe), END),
	 SETTLE, HIT(0), SETTLE, SAW("E2 t1: E2 n1 armed"))

/* TG-18: a child fails, then the parent is cancelled while it waits in exit */
SCENARIO(error_then_cancel_in_exit,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), SPAWN(2, 0, slow), ENDGROUP, EXCEPT, SHOW, ENDTRY,
	      ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), HIT(0), PASS(5), SAW("s E1 t1: E1 n1 armed"), COUNT_IS(2, 1))

/* TG-18, CX-6: the cancel comes between the failure and its record */
SCENARIO(cancel_before_the_record,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(50), EXCEPT, SHOW, COUNT, RERAISE,
	      ENDTRY, ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, LATER(5), TURN, HIT(0), SETTLE, SAW("ECANCELED n2 E1 t1: E1 n1 armed"))

/* TG-18, CX-6: the cancel comes behind the record, before the parent resumes */
SCENARIO(cancel_behind_the_record,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(50), EXCEPT, SHOW, COUNT, RERAISE,
	      ENDTRY, ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, LATER(5), TURN, TURN, HIT(0), SETTLE, SAW("ECANCELED n2 E1 t1: E1 n1 armed"))

/* TG-18, TG-20, CX-6: both merged, and the body swallows them */
SCENARIO(merged_and_swallowed,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(50), EXCEPT, COUNT, ENDTRY, ENDGROUP,
	      EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, LATER(5), TURN, HIT(0), SETTLE, SAW("n2 E1 t1: E1 n1 armed"))

/* TG-18, CX-19: ... and takes one back: nothing is left */
SCENARIO(merged_and_taken_back,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(50), EXCEPT, UNCANCEL, ENDTRY, ENDGROUP,
	      EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, LATER(5), TURN, HIT(0), SETTLE, SAW("E1 t1: E1 n0 on"))

/* TG-22: the body replaces an outside cancel by an error */
SCENARIO(body_replaces_an_outside_cancel,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, loud), TRY, SLEEP(50), EXCEPT, RAISE(E2), ENDTRY, ENDGROUP,
	      EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, HIT(0), SETTLE, SAW("c E2 body: E2 n1 armed"))

/* TG-23: cancelled, the clean-up awaits, a child fails: a second delivery */
SCENARIO(error_during_the_bodys_clean_up,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(50), EXCEPT, SHOW, COUNT, TRY,
	      SLEEP(50), EXCEPT, SHOW, COUNT, RERAISE, ENDTRY, ENDTRY, ENDGROUP, EXCEPT, SHOW,
	      ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, HIT(0), SETTLE, SAW("ECANCELED n1"), PASS(5),
	 SAW("ECANCELED n2 E1 t1: E1 n1 armed"))

/* TG-23, CX-19: the same, but the body has taken the first one back in time */
SCENARIO(error_after_the_cancel_was_taken_back,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, fail5), TRY, SLEEP(50), EXCEPT, UNCANCEL, ENDTRY,
	      SLEEP(50), ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, HIT(0), SETTLE, PASS(5), SAW("E1 t1: E1 n0 on"))

/* TG-41, TG-B8: an old request does not arm the parent behind an error */
SCENARIO(old_request_and_error,
	 TASK(CANCEL_SELF, TRY, YIELD, EXCEPT, ENDTRY, TRY, GROUP(0), SPAWN(1, 0, fail5), SLEEP(50),
	      ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("E1 t1: E1 n1 on"))

/* TG-B8, TG-18: a new one in addition to the old one does */
SCENARIO(old_and_new_request_and_error,
	 TASK(CANCEL_SELF, TRY, YIELD, EXCEPT, ENDTRY, TRY, GROUP(0), SPAWN(1, 0, bad), SLEEP(50),
	      ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, HIT(0), SETTLE, SAW("E2 t1: E2 n2 armed"))

/* --- spawns at odd moments --- */

/* TG-4: from the clean-up of a child */
SCENARIO(spawn_from_clean_up,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, SCRIPT(TRY, SLEEP(99), EXCEPT, TRY, SPAWN(2, 0, quick),
						EXCEPT, SHOW, ENDTRY, RERAISE, ENDTRY, END)),
	      ENDGROUP, EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, HIT(0), SETTLE, SAW("ESHUTDOWN ECANCELED n1 on"))

/* TG-4, TG-13: from a child, while the parent waits behind an error of the body */
SCENARIO(spawn_behind_a_failed_body,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, SCRIPT(TRY, SLEEP(99), EXCEPT, ENDTRY, SLEEP(5), TRY,
						SPAWN(2, 0, quick), EXCEPT, SHOW, ENDTRY, END)),
	      YIELD, RAISE(E1), ENDGROUP, EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, PASS(5), SAW("ESHUTDOWN E1 n0 on"))

/* TG-5: during exit, by the last child; by a child of that one's */
SCENARIO(spawn_during_exit,
	 TASK(GROUP(0), SPAWN(1, 0, SCRIPT(SLEEP(5),
					   SPAWN(2, 0, SCRIPT(SLEEP(5), SPAWN(3, 0, quick), END)),
					   END)), ENDGROUP, LOG("zero"), CALL(probe), END),
	 SETTLE, PASS(5), PENDING(0), PASS(5), SAW("q zero n0 on"))

/* TG-5, TG-9: what was spawned during exit fails */
SCENARIO(spawn_during_exit_fails,
	 TASK(TRY, GROUP(0), SPAWN(1, 0, SCRIPT(SLEEP(5), SPAWN(2, 0, fail_now), SLEEP(50), END)),
	      ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("E1 t2: E1 n0 on"), CANCELLED(1))

/* TG-2, TG-3: before enter, and when it is over */
SCENARIO(spawn_too_early_and_too_late,
	 TASK(TRY, SPAWN(2, 0, quick), EXCEPT, SHOW, ENDTRY, GROUP(0), ENDGROUP, LOG("zero"), TRY,
	      SPAWN(2, 0, quick), EXCEPT, SHOW, ENDTRY, END),
	 TASK(SLEEP(5), TRY, SPAWN(2, 0, quick), EXCEPT, SHOW, ENDTRY, END),
	 SETTLE, PASS(5), SAW("EINVAL zero ESHUTDOWN ESHUTDOWN"))

/* TG-28, TG-8, CX-7: cancelled before the first step, by the body and by a sibling */
SCENARIO(cancelled_before_the_first_step,
	 TASK(GROUP(0), SPAWN(1, 0, SCRIPT(CANCEL(2), END)), SPAWN(2, 0, quick), SPAWN(3, 0, quick),
	      CANCEL(3), ENDGROUP, LOG("zero"), CALL(probe), END),
	 SETTLE, SAW("zero n0 on"), CANCELLED(2), CANCELLED(3), FINISHED(1, 0))

static struct kunit_case cases[] = {
	KUNIT_CASE(a_child_fails),
	KUNIT_CASE(a_child_fails_during_exit),
	KUNIT_CASE(three_fail_at_once),
	KUNIT_CASE(sibling_finishes_in_between),
	KUNIT_CASE(sibling_yields_behind_the_record),
	KUNIT_CASE(sibling_yields_before_the_record),
	KUNIT_CASE(body_awaits_the_failing_child),
	KUNIT_CASE(sibling_awaits_the_failing_child),
	KUNIT_CASE(body_fails),
	KUNIT_CASE(body_fails_before_a_child_does),
	KUNIT_CASE(body_fails_before_the_record),
	KUNIT_CASE(body_swallows_the_groups_cancel),
	KUNIT_CASE(body_swallows_and_goes_on),
	KUNIT_CASE(body_replaces_the_groups_cancel),
	KUNIT_CASE(body_uncancels_the_groups_cancel),
	KUNIT_CASE(cancelled_in_the_body),
	KUNIT_CASE(body_awaits_what_is_cancelled),
	KUNIT_CASE(body_awaits_its_cancelled_child),
	KUNIT_CASE(cancelled_twice_in_exit),
	KUNIT_CASE(armed_when_exit_begins),
	KUNIT_CASE(armed_and_no_child),
	KUNIT_CASE(cancelled_in_exit_and_taken_back),
	KUNIT_CASE(cancel_then_error),
	KUNIT_CASE(cancel_in_exit_then_error),
	KUNIT_CASE(error_then_cancel_in_exit),
	KUNIT_CASE(cancel_before_the_record),
	KUNIT_CASE(cancel_behind_the_record),
	KUNIT_CASE(merged_and_swallowed),
	KUNIT_CASE(merged_and_taken_back),
	KUNIT_CASE(body_replaces_an_outside_cancel),
	KUNIT_CASE(error_during_the_bodys_clean_up),
	KUNIT_CASE(error_after_the_cancel_was_taken_back),
	KUNIT_CASE(old_request_and_error),
	KUNIT_CASE(old_and_new_request_and_error),
	KUNIT_CASE(spawn_from_clean_up),
	KUNIT_CASE(spawn_behind_a_failed_body),
	KUNIT_CASE(spawn_during_exit),
	KUNIT_CASE(spawn_during_exit_fails),
	KUNIT_CASE(spawn_too_early_and_too_late),
	KUNIT_CASE(cancelled_before_the_first_step),
	{}
};

struct kunit_suite cotask_scenario_group_suite = {
	.name = "cotask_scenario_group",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
