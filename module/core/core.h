/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - what the files of the core share
 *
 * Ownership instead of locks.  All state of a loop and of the tasks, groups,
 * timeouts and waits on it ([L] in the structs) belongs to the loop's owner: the
 * thread that pumps it.  All other contexts use exactly two interfaces:
 *
 *  - atomic words: base.state of every awaitable, the gate of a group.  They
 *    decide races (which caller completes, whether a cancel still counts, whether a
 *    spawn is still accepted) at the moment of the call, in any context;
 *  - the loop's inbox, a llist: what was decided is posted, and the owner acts on
 *    it at the start of its next turn.
 *
 * State word of an awaitable:
 *
 *	(pending) --CLAIMED--> (outcome being written) --DONE--> (done, for ever)
 *
 * The caller that sets CLAIMED writes the outcome and then sets DONE with release
 * semantics; readers test DONE with acquire semantics first.  Tasks and groups
 * are completed by the owner alone, which sets both bits at once.
 *
 * States of a task, with the place of its entry:
 *
 *	scheduled   in the ready queue (or in the batch of the current turn)
 *	running     nowhere; loop->current_task, or a spawner in an eager step
 *	waiting     in x->waiters or in the deadline queue; waits_on is set
 *	done        DONE; in the ready queue until its end is recorded (TG-29),
 *		    then nowhere
 *
 * A request to cancel a task is either *handed* to what the task waits on, or
 * leaves the task *armed*: its next resumption gives -ECANCELED (CX-3, CX-4).
 * A request from outside the owner is *posted* first: counted in the state word,
 * and armed or handed by the owner.
 *
 * One way to die.  Whatever the loop, a list or a post refers to ends in four steps, of which
 * the owner does all but the first:
 *
 *  1. closed   no new post, child or reference can be made: CLAIMED of a state word, the
 *		gate of a group, the mark in the inbox of a loop.  Any context, by one atomic
 *		operation; later requests are refused.
 *  2. drained  all pending arrivals have arrived: no INBOX bit, no spawn behind the gate, no
 *		job, no member that is being completed by another thread.  The owner does not
 *		wait for this: each arrival checks whether it was the last (be_done() of a
 *		set, cotask_group_check_over(), job_posted(), a put of a reference).
 *  3. unlinked out of queues, lists of waiters, lists of groups, the stack of fan-outs, and
 *		passed by cursors.
 *  4. freed	DONE is published, or the last reference is dropped.  Then the owner does not
 *		touch it.  Memory of counted objects is freed in any context, see defer.c.
 *
 *	object			closed by		drained when
 *	task			CLAIMED at its end	its record was run, references are gone
 *	future			CLAIMED			its post has arrived; no waiter without it
 *	completion		no caller is left	no INBOX or ARRIVING bit
 *	source			its file was taken	posts that have arrived drop their reference
 *	group			gate, CLAIMED		no child, spawn, job or post is left
 *	set, shield		SETTLED, no post	no member is on its way
 *	submission, job		CLAIMED			the callback or worker has arrived
 *	timeout, scope, section	never posted		the task has left it, or abandon.c has
 *	callback, call, dump	posted once		its function was entered
 *	loop			mark in the inbox	the last turn of cotask_loop_shutdown()
 *
 * A frame that is over while groups which it has entered are not stays until they are, see
 * abandon.c.  Only cotask_set_drop(), cotask_shield_drop() and cotask_completion_fini() sleep for
 * an arrival, as their memory goes at once.  A debug build proves all this at each free, see
 * debug.c.
 */
#ifndef COTASK_CORE_H
#define COTASK_CORE_H

#include <linux/cotask.h>
#include <linux/cotask_context.h>
#include <linux/cotask_inspect.h>
#include <linux/cotask_scope.h>
#include <linux/cotask_test.h>
#include <linux/cotask_wait.h>
#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcuwait.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>
#include <trace/events/cotask.h>

#include "../compat.h"
#include "debug.h"
#include "racepoint.h"
#include "stats.h"

/*
 * Warns the author of a driver in debug builds; the caller returns a clean error.  Tests of
 * wrong use announce that they expect it.
 */
extern bool cotask_misuse_expected;
#define cotask_misuse(fmt, ...)						\
	WARN_ONCE(IS_ENABLED(CONFIG_COTASK_DEBUG) &&			\
		  !READ_ONCE(cotask_misuse_expected), fmt, ##__VA_ARGS__)

/* What only the modules in tests/ and bench/ call: internals, and <linux/cotask_test.h>. */
#if IS_ENABLED(CONFIG_COTASK_KUNIT_TEST) || IS_ENABLED(CONFIG_COTASK_BENCH)
#define EXPORT_FOR_TESTS(symbol)	EXPORT_SYMBOL_NS_GPL(symbol, COTASK_NAMESPACE(COTASK_TEST))
#else
#define EXPORT_FOR_TESTS(symbol)
#endif

/* --- state word of an awaitable --------------------------------------- */

#define COTASK_S_CLAIMED	BIT(0)	/* an outcome was chosen */
/* COTASK_S_DONE		BIT(1)	... and can be read: <linux/cotask.h> */
/* COTASK_S_CANCELLED	BIT(2)	the outcome is CANCELLED, not FAILED: there, too */
#define COTASK_S_READ		BIT(3)	/* the outcome was read (AW-11) */
#define COTASK_S_WATCHED	BIT(4)	/* a thread sleeps until DONE */
#define COTASK_S_INBOX		BIT(5)	/* base.post is in the inbox */
#define COTASK_S_POSTED		BIT(6)	/* task, group: cancel it */
#define COTASK_S_WAITED		BIT(7)	/* future: the owner has waiters for it */
#define COTASK_S_ARRIVING	BIT(7)	/* completion: its last post is being acted on */
#define COTASK_S_CLOSING	BIT(7)	/* opened group: over when empty */
#define COTASK_S_DOOM		BIT(8)	/* opened group: do not resume children */
#define COTASK_S_ARM		BIT(9)	/* opened group: has a deadline */
#define COTASK_S_MARKED		BIT(8)	/* other kinds: named by a set, see set.c */
/* COTASK_S_COUNT_SHIFT	9	task: its cancel count: there, too */
#define COTASK_S_COUNT_ONE	BIT(COTASK_S_COUNT_SHIFT)
#define COTASK_S_COUNT_MAX	((1U << (32 - COTASK_S_COUNT_SHIFT)) - 1)

/* --- flags of a task, in its entry -------------------------------------- */

#define COTASK_T_ARMED		BIT(0)	/* -ECANCELED is due at the next step */
#define COTASK_T_HANDED		BIT(1)	/* what it waits on was asked to cancel */
#define COTASK_T_DOOMED		BIT(2)	/* to be ended without another step */
#define COTASK_T_WATCH		BIT(3)	/* a cancel leaves waits_on alone */
#define COTASK_T_EAGER		BIT(4)	/* inside its eager first step */
#define COTASK_T_NEW		BIT(5)	/* posted, not yet taken in */
#define COTASK_T_LEFTOVER	BIT(6)	/* was cancelled at the end of a run */
#define COTASK_T_GRANTED	BIT(7)	/* was given something by waits_on */
#define COTASK_T_APART		BIT(8)	/* its failure is not one of its group */
#define COTASK_T_SUSPECT	BIT(9)	/* watchdog: had an open cancel last time */
#define COTASK_T_REPORTED	BIT(10)	/* watchdog: was reported */
#define COTASK_T_DELIVERED	BIT(11)	/* the last await has delivered a request */
#define COTASK_T_LATE		BIT(12)	/* was armed when its outcome was there */
#define COTASK_T_SHIELDED	BIT(13)	/* inside a shielded section */
#define COTASK_T_LEVEL		BIT(14)	/* inside a cancel scope, not shielded there */
#define COTASK_T_BORN_LEVEL	BIT(15)	/* spawned inside of one */
#define COTASK_T_WINS		BIT(16)	/* completion wins over a cancel */
#define COTASK_T_KEEPS		BIT(17)	/* a swallowed request comes again */
#define COTASK_T_SURE_START	BIT(18)	/* its first step runs in any case */
#define COTASK_T_STARTING	BIT(19)	/* its failure is that of the start which waits for it */
#define COTASK_T_FAILED		BIT(20)	/* hosted, and its file wants to know of the record */
#define COTASK_T_HOSTED		BIT(21)	/* all of its frames are cotask's own */
#define COTASK_T_ON_WAY		BIT(22)	/* a request stopped here, and goes on from the inbox */
#define COTASK_T_CHARGED	BIT(23)	/* it counts as an object of loop->payer */
#define COTASK_T_PLACED		BIT(24)	/* its memory is its host's, see host.h */
#define COTASK_T_PASSED		BIT(25)	/* the cancel of its group under way has dealt with it */
#define COTASK_T_SIGNALS	(COTASK_T_ARMED | COTASK_T_HANDED | COTASK_T_DOOMED | \
				 COTASK_T_GRANTED | COTASK_T_DELIVERED)

/* Spawn flags of the core: COTASK_T_APART; the task counts with its object, see handle.c. */
#define COTASK_SPAWN_APART	BIT(31)
#define COTASK_SPAWN_PAID	BIT(30)

/* --- flags of a group; the low bits are COTASK_GROUP_* ------------------- */

#define COTASK_G_ENTERED	BIT(8)	/* by a task */
#define COTASK_G_OPENED		BIT(9)	/* by a thread */
#define COTASK_G_ACTIVE		(COTASK_G_ENTERED | COTASK_G_OPENED)
#define COTASK_G_ABORTING	BIT(10)	/* its children were cancelled */
#define COTASK_G_EXITING	BIT(11)	/* the body has ended */
#define COTASK_G_OVER		BIT(12)	/* ... and no child is left */
#define COTASK_G_OUTSIDE	BIT(13)	/* cancelled from outside during exit */
#define COTASK_G_LEVEL		BIT(17)	/* inside of a cancelled scope */
#define COTASK_G_EXPIRED	BIT(16)	/* its deadline has come */
#define COTASK_G_DOOMED		BIT(15)	/* its children do not run again */
#define COTASK_G_ABORT_TASK	BIT(14)	/* the abort reaches the body, too */
#define COTASK_G_ASKS_TASK	BIT(18)	/* ... and is doing so */
#define COTASK_G_PAUSED		BIT(19)	/* its children do not run now, see pause.c */
#define COTASK_G_DELIVERED	BIT(20)	/* the body has ended by a request to its task */

#define COTASK_GATE_CLOSED	INT_MIN	/* no more spawns; the rest counts */

/* --- frames ------------------------------------------------------------- */

enum cotask_frame_state {
	COTASK_FRAME_FRESH = 0x6672,	/* not 0: a frame that was not initialised */
	COTASK_FRAME_TAKEN = 0x746b,
	COTASK_FRAME_REFUSED = 0x7266,	/* never to be run */
};

/* Flags of a loop. */
#define COTASK_LOOP_SHARED	BIT(31)	/* that of a CPU */
#define COTASK_LOOP_LENT	BIT(30)	/* the holder of @pump is the owner */

#include "entry.h"
#include "awaitable.h"
#include "deadline.h"
#include "host.h"
#include "loop.h"
#include "account.h"
#include "task.h"
#include "cancel.h"
#include "budget.h"
#include "cursor.h"
#include "group.h"

#endif /* COTASK_CORE_H */
