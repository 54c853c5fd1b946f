/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - one way to die: close against post against free, of a task and of its loop
 *
 * Two threads have a handle of a task, cancel it, and let go of it.  The task waits, for a
 * future that a third thread completes, which has no reference to anything, or for a cancel
 * alone.  The owner ends the task, records the end, and ends the loop, whose memory
 * goes after a grace period.
 *
 * Proved: what is posted before the inbox closes is acted on, and what comes later is refused;
 * a request that was accepted is delivered, or the outcome of the task is CANCELLED; task and
 * loop are freed once, by the last actor that lets go, and not touched afterwards; the owner
 * does not sleep while there is a post.
 *
 * BAD=1  the inbox is found empty first, and gets its mark later
 * BAD=2  a post is not inside of an RCU section
 * BAD=3  a post of a task has no reference to it
 * BAD=4  the end of a task looks at POSTED first, and sets CLAIMED later
 * BAD=5  the owner looks at the inbox first, and says later that it sleeps
 * BAD=6  a post that arrives looks at POSTED first, and clears INBOX later
 * BAD=7  a post that is refused keeps its reference
 * BAD=8  a task stays marked as posted when its post was refused
 *
 * Orders that the steps assume:
 * inbox.c, cotask_loop_post(): smp_load_acquire(), try_cmpxchg()
 * inbox.c, take(): llist_del_all()
 * inbox.c, cotask_inbox_close(): xchg()
 * inbox.c, cotask_inbox_close_empty(): try_cmpxchg()
 * loop.c, cotask_loop_wake(): rcuwait_wake_up()
 * loop.c, cotask_loop_sleep(): set_current_state()
 * cancel.c, count_up(): atomic_try_cmpxchg()
 * cancel.c, cotask_cancel_take_in(): atomic_fetch_andnot()
 * step.c, publish(): atomic_try_cmpxchg()
 */
#ifndef BAD
#define BAD 0
#endif

#define CLAIMED		1
#define DONE		2
#define CANCELLED	4
#define INBOX		32
#define POSTED		64

#define BIT(n)		(1 << (n))
#define TASK		1		/* in the inbox */
#define FUTURE		2
#define OTHERS_OVER	(actors == 1 && !unheard && empty(inbox))
#define TOUCH_TASK	assert(task_refs)
#define TOUCH_LOOP	assert(!loop_freed)

byte state;				/* of the task */
byte task_refs = 3;			/* its group, two handles */
byte loop_refs = 2;			/* its creator, the task */
bool loop_freed, running = true;	/* the owner does not sleep */
bool closed;				/* the mark is in the inbox */
chan inbox = [3] of { byte };
byte readers, grace;			/* inside of RCU; those that a free waits for */
byte claimed;				/* the future: 1: completed, 2: cancelled */
bool unheard;				/* a request was accepted, and not delivered */
bool dying;
byte actors = 3;			/* that have not come to their end */

/* loop.c, cotask_loop_put(): call_rcu() waits for those that are inside now. */
inline put_loop()
{
	d_step {
		TOUCH_LOOP;
		loop_refs--;
		if
		:: !loop_refs -> grace = readers; dying = true
		:: else
		fi
	}
}

/* task.c, cotask_put(), task_free() */
inline put_task()
{
	d_step { TOUCH_TASK; task_refs--; last = !task_refs };
	/* debug.c, cotask_debug_task_ends() */
	if :: last -> assert(!(state & INBOX)); put_loop() :: else fi
}

/* inbox.c, cotask_loop_post() */
inline post(what, me)
{
	if :: BAD != 2 -> readers = readers | BIT(me) :: else fi;
	atomic {
		TOUCH_LOOP;
		refused = closed;
		first = empty(inbox);
		if :: !refused -> inbox ! what :: else fi
	}
	if
	:: !refused && first -> TOUCH_LOOP; running = true	/* loop.c, cotask_loop_wake() */
	:: else
	fi;
	d_step { readers = readers & ~BIT(me); grace = grace & ~BIT(me) }
}

/* cancel.c, cotask_cancel() */
active [2] proctype canceller()
{
	byte old;
	bool first, refused, last;

	d_step {				/* cancel.c, count_up() */
		TOUCH_TASK;
		old = state;
		if
		:: old & CLAIMED
		:: else -> state = state | POSTED | INBOX; unheard = true
		fi
	}
	if
	:: old & (CLAIMED | INBOX)
	:: else ->				/* cancel.c, post_request() */
		if :: BAD != 3 -> task_refs++ :: else fi;
		post(TASK, _pid);
		if
		:: refused && BAD != 3 && BAD != 7 ->
			if :: BAD != 8 -> d_step { TOUCH_TASK; state = state & ~INBOX } :: else fi;
			put_task()
		:: else
		fi
	fi;
	put_task();				/* its handle */
	actors--
}

/* future.c, settle(): the task waits until the post is there. */
proctype completer()
{
	byte old;
	bool first, refused;

	d_step { old = claimed; claimed = (old -> old : 1) };
	if
	:: !old -> post(FUTURE, 2); assert(!refused)
	:: else
	fi;
	actors--
}

/* step.c, publish() */
inline publish()
{
	d_step {
		TOUCH_TASK;
		old = state;
		if :: BAD != 4 -> state = state | CLAIMED | DONE :: else fi;
		if :: old & POSTED -> state = state | CANCELLED; unheard = false :: else fi
	};
	if :: BAD == 4 -> state = state | CLAIMED | DONE :: else fi
}

/* inbox.c, cotask_inbox_take_in() */
inline take_in(what)
{
	if
	:: what == FUTURE -> woken = true	/* future.c, future_posted() */
	:: else ->				/* cancel.c, task_posted() */
		if :: BAD != 6 -> d_step { TOUCH_TASK; state = state & ~INBOX } :: else fi;
		d_step {			/* cancel.c, cotask_cancel_take_in() */
			TOUCH_TASK;
			old = state;
			if :: !(old & DONE) -> state = state & ~POSTED :: else fi
		}
		if
		:: !(old & DONE) && (old & POSTED) ->
			unheard = false;
			d_step { claimed = (claimed == 1 -> 1 : 2) };
			if
			:: claimed == 2 -> woken = true
			:: claimed == 2		/* it goes on, and waits again */
			:: claimed == 1		/* it is armed, as the post is on its way */
			fi
		:: else
		fi;
		if :: BAD == 6 -> state = state & ~INBOX :: else fi;
		if :: BAD != 3 -> put_task() :: else fi
	fi
}

active proctype owner()
{
	byte old, what;
	bool last, woken, recorded, none;

	if :: actors++; run completer() :: woken = false fi;
	do
	:: inbox ? what -> take_in(what)
	:: woken && !recorded ->
		publish();
		recorded = true;
		put_task()			/* group.c, cotask_group_child_ended() */
	:: atomic { recorded && empty(inbox) && BAD != 1 -> closed = true }; break
						/* inbox.c, cotask_inbox_close_empty() */
	:: recorded && empty(inbox) && BAD == 1 -> closed = true; break
	:: recorded && BAD != 1 -> closed = true; break	/* inbox.c, cotask_inbox_close() */
	:: empty(inbox) && !woken ->		/* loop.c, cotask_loop_sleep() */
		if :: BAD != 5 -> running = false :: else fi;
		none = empty(inbox);
		if :: BAD == 5 -> running = false :: else fi;
		if
		:: none -> running || OTHERS_OVER
		:: else
		fi;
		running = true
	:: !woken && OTHERS_OVER -> woken = true	/* it waits for nothing else */
	od;
	/* The last ones: loop.c, cotask_loop_shutdown() */
	do
	:: BAD != 1 && nempty(inbox) -> inbox ? what; take_in(what)
	:: BAD == 1 || empty(inbox) -> break
	od;
	put_loop();				/* thread.c, stop() */
	actors--
}

/* loop.c, loop_free_rcu() */
active proctype rcu()
{
	dying && !grace;
	loop_freed = true;
	!actors;
	assert(empty(inbox) && !task_refs && !unheard)
}
