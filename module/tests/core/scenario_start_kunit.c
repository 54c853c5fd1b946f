// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - scenarios of children that report that they are ready (TG-B7)
 */
#include "../scenario.h"
#include "../suites.h"

static const struct line fails[] = { SLEEP(5), RAISE(E1), END };

/* TG-B7: waits until the child is ready, then it is a child like any other */
SCENARIO(until_ready,
	 TASK(TRY, GROUP(0),
	      START(1, 0, SCRIPT(SLEEP(5), READY(1, 9), LOG("ready"), SLEEP(5), RAISE(E1), END)),
	      SHOW, SLEEP(50), ENDGROUP, EXCEPT, SHOW, ENDTRY, CALL(probe), END),
	 SETTLE, PENDING(0), PASS(5), SAW("ready 9"), PASS(5), SAW("E1 n0 on"))

/* TG-B7: a child that fails before it is ready fails the call, not the group */
SCENARIO(fails_before,
	 TASK(GROUP(0), TRY, START(1, 0, fails), EXCEPT, SHOW, ENDTRY, SLEEP(5), LOG("body"),
	      ENDGROUP, SHOW, CALL(probe), END),
	 SETTLE, PASS(5), SAW("E1"), PASS(5), SAW("body 0 n0 on"))

/* TG-B7: a child that ends without being ready */
SCENARIO(ends_before,
	 TASK(GROUP(0), TRY, START(1, 0, SCRIPT(SLEEP(5), RETURN(3))), EXCEPT, LOG("nodata"),
	      ENDTRY, ENDGROUP, SHOW, CALL(probe), END),
	 SETTLE, PASS(5), SAW("nodata 0 n0 on"))

/* TG-B7: cancelling the call cancels that child only, and waits for it */
SCENARIO(call_is_cancelled,
	 TASK(TRY, GROUP(0), SPAWN(2, 0, SCRIPT(SLEEP(5), LOG("q5"), END)), TRY, TIMEOUT(0, 2),
	      START(1, 0, SCRIPT(TRY, SLEEP(50), EXCEPT, SLEEP(2), LOG("child"), RERAISE, ENDTRY,
				 END)),
	      ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, ENDGROUP, EXCEPT, ENDTRY, LOG("out"), CALL(probe),
	      END),
	 SETTLE, PASS(2), SAW(""), PASS(2), SAW("child ETIMEDOUT"), PENDING(2), PASS(1),
	 SAW("q5 out n0 on"))

/* TG-B7: it is too late to be ready then; its error is returned, not lost */
SCENARIO(ready_after_the_cancel,
	 TASK(GROUP(0), TRY, TIMEOUT(0, 2),
	      START(1, 0, SCRIPT(TRY, SLEEP(50), EXCEPT, READY(1, 4), SHOW, RAISE(E1), ENDTRY,
				 END)),
	      ENDTIMEOUT, EXCEPT, SHOW, ENDTRY, SLEEP(1), ENDGROUP, LOG("zero"), CALL(probe), END),
	 SETTLE, PASS(2), SAW("EINVAL E1"), PASS(1), SAW("zero n0 on"))

/* TG-B7, TG-B6: no task waits for it any more, so it is a child like any other again */
SCENARIO(cancelled_twice,
	 TASK(TRY, GROUP(0),
	      TRY, START(1, 0, SCRIPT(TRY, SLEEP(50), EXCEPT, SLEEP(5), RAISE(E1), ENDTRY, END)),
	      EXCEPT, SHOW, ENDTRY, ENDGROUP, EXCEPT, SHOW, ENDTRY, END),
	 SETTLE, HIT(0), SETTLE, HIT(0), SETTLE, SAW("ECANCELED"), PASS(5), SAW("E1"))

/* TG-B7: it has failed when the cancel of the call arrives: the error is returned, not lost */
SCENARIO(fails_with_the_cancel,
	 TASK(GROUP(0), TRY, START(1, 0, SCRIPT(RAISE(E1), END)), EXCEPT, SHOW, ENDTRY, ENDGROUP,
	      LOG("zero"), COUNT, END),
	 TURN, HIT(0), SETTLE, SAW("E1 zero n1"), TOLD(0))

/* TG-B7: ready, and at its end before its starter has resumed */
SCENARIO(ready_and_ended,
	 TASK(GROUP(0), START(1, 0, SCRIPT(READY(1, 5), END)), SHOW, ENDGROUP, CALL(probe), END),
	 SETTLE, SAW("5 n0 on"))

/* TG-B7: ready once, and not with an error */
SCENARIO(ready_twice,
	 TASK(GROUP(0),
	      START(1, 0, SCRIPT(READY(1, -3), SHOW, READY(1, 5), READY(1, 6), SHOW, END)), SHOW,
	      ENDGROUP, CALL(probe), END),
	 SETTLE, SAW("EINVAL EINVAL 5 n0 on"))

/* TG-B7, TG-4: not into a group that aborts */
SCENARIO(group_aborts_before,
	 TASK(GROUP(0), CANCEL_GROUP(0), TRY, START(1, 0, SCRIPT(LOG("no"), END)), EXCEPT, SHOW,
	      ENDTRY, ENDGROUP, LOG("zero"), CALL(probe), END),
	 SETTLE, SAW("ESHUTDOWN zero n0 on"))

/* TG-B7, TG-9: a sibling fails meanwhile: child and call are cancelled with the group */
SCENARIO(group_aborts_meanwhile,
	 TASK(TRY, GROUP(0), SPAWN(2, 0, fails), TRY,
	      START(1, 0, SCRIPT(TRY, SLEEP(50), EXCEPT, LOG("c"), RERAISE, ENDTRY, END)), EXCEPT,
	      SHOW, RERAISE, ENDTRY, ENDGROUP, EXCEPT, SHOW, ENDTRY, ERRORS(0), CALL(probe), END),
	 SETTLE, PASS(5), SAW("c ECANCELED E1 t2: E1 n0 on"))

/* TG-B7, CX-7: the group is cancelled before the child's first step */
SCENARIO(cancelled_before_the_first_step,
	 TASK(GROUP(0), SPAWN(2, 0, SCRIPT(CANCEL_GROUP(0), END)), TRY,
	      START(1, 0, SCRIPT(LOG("no"), END)), EXCEPT, SHOW, RERAISE, ENDTRY, ENDGROUP,
	      LOG("zero"), CALL(probe), END),
	 SETTLE, SAW("ECANCELED zero n0 on"))

static struct kunit_case cases[] = {
	KUNIT_CASE(until_ready),
	KUNIT_CASE(fails_before),
	KUNIT_CASE(ends_before),
	KUNIT_CASE(call_is_cancelled),
	KUNIT_CASE(ready_after_the_cancel),
	KUNIT_CASE(cancelled_twice),
	KUNIT_CASE(fails_with_the_cancel),
	KUNIT_CASE(ready_and_ended),
	KUNIT_CASE(ready_twice),
	KUNIT_CASE(group_aborts_before),
	KUNIT_CASE(group_aborts_meanwhile),
	KUNIT_CASE(cancelled_before_the_first_step),
	{}
};

struct kunit_suite cotask_scenario_start_suite = {
	.name = "cotask_scenario_start",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
