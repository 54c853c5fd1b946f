/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - the state word of a future: complete, cancel, wait, leave, block, free
 *
 * Either two threads complete and cancel a future, the owner may cancel it, too, and two tasks
 * wait, which may be cancelled; or one thread completes it, a task waits and two threads block,
 * while a thread that has completed what was at the same address before wakes at any time.
 *
 * The owner frees the memory as soon as future.c allows it: the future is done, no task is among
 * its waiters, no thread blocks, and each call has published the outcome, or has been told that
 * it came too late.
 *
 * Proved: one call chooses the outcome; an actor that sees DONE reads that outcome; each task
 * that waits is woken once; the memory is not touched after it is freed; no thread and no task
 * waits for ever.
 *
 * BAD=1  DONE is set before the outcome is written
 * BAD=2  a waiter leaves without a look at CLAIMED
 * BAD=3  CLAIMED is tested first, and set later
 * BAD=4  a waiter looks at DONE first, and sets WAITED later
 * BAD=5  a thread that was woken does not wake the next one
 * BAD=6  a thread that blocks looks at DONE first, and reads later whether it was woken
 * BAD=7  a thread that blocks reads the outcome first, and looks at DONE later
 *
 * Orders that the steps assume:
 * future.c, claim(): atomic_try_cmpxchg(), atomic_fetch_or()
 * awaitable.c, cotask_awaitable_wait(): atomic_fetch_or()
 * awaitable.c, cotask_awaitable_detach(): atomic_try_cmpxchg()
 * awaitable.c, cotask_block(): atomic_or(), smp_mb__after_atomic()
 * block.c, cotask_block_on(): set_current_state(), smp_load_acquire()
 * block.c, cotask_block_wake(): smp_store_release()
 * cotask.h, cotask_awaitable_done(): atomic_read_acquire()
 */
#ifndef BAD
#define BAD 0
#endif

#define CLAIMED		1
#define DONE		2
#define WATCHED		16
#define WAITED		128

#define BIT(n)		(1 << (n))
#define TOUCH		assert(!freed)

mtype = { NEW, WAITING, QUEUED, OVER };

byte state, result;		/* the future */
bool freed, inbox;
byte waiters;			/* a bit for each task */
byte ring;			/* threads that stand in it */
bool woken[2];
mtype task[2] = NEW;
byte wins, chosen;
byte calls = 1, blocking;	/* the user keeps the memory for these */
byte asked;			/* tasks that are to be cancelled */
bool cancels;			/* the owner is going to cancel the future */
bool ready;			/* init has chosen all that */

/* block.c, cotask_block_wake(): one of the ring, which is an address to it. */
inline block_wake()
{
	atomic {
		if
		:: ring & 1 -> ring = ring & ~1; woken[0] = true
		:: ring & 2 -> ring = ring & ~2; woken[1] = true
		:: ring == 0
		fi
	}
}

/* future.c, claim(); @call: 1 for a call that the user waits for. */
inline claim(outcome, call)
{
	atomic {
		TOUCH;
		old = state;
		if
		:: old & CLAIMED -> calls = calls - call
		:: else -> if :: BAD != 3 -> state = state | CLAIMED :: else fi
		fi
	}
	if
	:: old & CLAIMED
	:: else ->
		if :: BAD == 3 -> TOUCH; state = state | CLAIMED :: else fi;
		d_step { chosen = outcome; wins++; assert(wins == 1) }
		if :: BAD != 1 -> TOUCH; result = outcome :: else fi;
		/* From here on the memory may be gone, unless a task waits. */
		d_step { TOUCH; old = state; state = state | DONE; calls = calls - call }
		if :: BAD == 1 -> TOUCH; result = outcome :: else fi
	fi
}

/* future.c, settled() */
inline settled()
{
	if
	:: (old & (CLAIMED | WATCHED)) == (CLAIMED | WATCHED) && won -> block_wake()
	:: else
	fi
}

/* future.c, settle() */
proctype outside(byte value)
{
	byte old;
	bool won;

	claim(value, 1);
	won = (chosen == value);
	if
	:: won && (old & WAITED) -> TOUCH; inbox = true		/* inbox.c, cotask_loop_post() */
	:: else
	fi;
	settled()
}

/* awaitable.c, cotask_awaitable_wake() */
inline wake()
{
	d_step {
		TOUCH;
		i = 0;
		do
		:: i < 2 && (waiters & BIT(i)) ->
			assert(task[i] == WAITING && result == chosen && result);
			waiters = waiters & ~BIT(i); task[i] = QUEUED; i++
		:: i < 2 && !(waiters & BIT(i)) -> i++
		:: i == 2 -> break
		od
	}
}

/* awaitable.c, cotask_awaitable_wait() */
inline await(t)
{
	d_step { TOUCH; old = state; if :: BAD != 4 -> state = state | WAITED :: else fi };
	if
	:: old & DONE -> TOUCH; assert(result == chosen && result); task[t] = OVER
	:: else ->
		if :: BAD == 4 -> state = state | WAITED :: else fi;
		waiters = waiters | BIT(t); task[t] = WAITING
	fi
}

/* awaitable.c, cotask_awaitable_detach() */
inline detach(t)
{
	atomic {
		TOUCH; asked = asked & ~BIT(t); old = state;
		if
		:: BAD != 2 && (old & CLAIMED)
		:: (BAD == 2 || !(old & CLAIMED)) && waiters == BIT(t) -> state = state & ~WAITED
		:: (BAD == 2 || !(old & CLAIMED)) && waiters != BIT(t)
		fi
	}
	if
	:: BAD != 2 && (old & CLAIMED)
	:: else -> waiters = waiters & ~BIT(t); task[t] = OVER
	fi
}

active proctype owner()
{
	byte old, i;
	bool won;

	ready;
	do
	:: !freed && task[0] == NEW -> await(0)
	:: !freed && task[1] == NEW -> await(1)
	:: task[0] == WAITING && (asked & 1) -> detach(0)
	:: task[1] == WAITING && (asked & 2) -> detach(1)
	:: task[0] == QUEUED -> task[0] = OVER
	:: task[1] == QUEUED -> task[1] = OVER
	:: inbox -> inbox = false; wake()		/* future.c, future_posted() */
	:: cancels && !freed ->				/* future.c, settle() */
		cancels = false;
		claim(9, 0);
		won = (chosen == 9);
		if :: won && (old & WAITED) -> wake() :: else fi;
		settled()
	:: (state & DONE) && !waiters && !calls && !blocking && !freed -> freed = true
	:: freed && !inbox && task[0] != QUEUED && task[1] != QUEUED -> break
	od
}

/* awaitable.c, cotask_block() */
proctype blocks(byte me; bool patient)
{
	byte seen;
	bool was, done;

	TOUCH; done = (state & DONE) != 0;
	if :: done -> goto out :: else fi;
	d_step { TOUCH; state = state | WATCHED };
	ring = ring | BIT(me);				/* block.c, enter() */
again:	/* block.c, cotask_block_on() */
	if :: BAD == 6 -> done = (state & DONE) != 0 :: else fi;
	was = woken[me];
	TOUCH;
	if :: BAD == 7 -> seen = result :: else fi;
	/* cotask.h, cotask_awaitable_done() */
	if :: BAD != 6 -> done = (state & DONE) != 0 :: else fi;
	if :: BAD != 7 -> seen = result :: else fi;
	if
	:: done -> assert(seen == chosen && seen)
	:: !done && was -> d_step { woken[me] = false; ring = ring | BIT(me) }; goto again
						/* block.c, stand_again() */
	:: !done && !was ->
		if
		:: woken[me] -> goto again
		:: !patient				/* the time is up, or a signal */
		fi
	fi;
	ring = ring & ~BIT(me);				/* block.c, leave() */
	if :: woken[me] && BAD != 5 -> block_wake() :: else fi;
out:	blocking--
}

/* The completer of what was there before. */
proctype former()
{
	block_wake()
}

init
{
	atomic {
		if
		:: select(asked : 0..3); calls = 2; run outside(2);
			if :: cancels = true :: skip fi
		:: task[1] = OVER; blocking = 2; run former(); run blocks(1, true);
			if :: run blocks(0, true) :: run blocks(0, false) fi
		fi;
		run outside(1);
		ready = true
	}
}
