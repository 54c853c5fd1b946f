/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - the gate of a group: spawn against cancel, stop, exit and the end of the loop
 *
 * Two threads spawn into a group, and one cancels it.  The group is either opened, and a thread
 * stops it and frees it when stop returns, or entered, and the owner exits and frees it.  The
 * owner of the loop may end the loop at any time.  The user keeps the memory until each call has
 * been refused, or is on its way: from then on the group has to stay by itself.
 *
 * Proved: no child is taken in after the group is over; the memory is not touched after it is
 * freed; what is admitted or posted arrives; the loop stays open for it; the thread that stops
 * the group is woken.
 *
 * BAD=1  the end does not count the spawns behind the gate
 * BAD=2  the end does not look whether the group is in the inbox
 * BAD=3  a spawn looks at the gate first, and counts itself later
 * BAD=4  DONE is set before the owner has taken the group out of its lists
 * BAD=5  a thread that blocks looks at DONE first, and sets WATCHED later
 * BAD=6  a post that arrives does not look whether it was the last
 *
 * Orders that the steps assume:
 * group.c, cotask_group_admits(): atomic_try_cmpxchg()
 * group.c, gate_shut(): atomic_try_cmpxchg()
 * group.c, claim(): atomic_try_cmpxchg()
 * group.c, request(): atomic_try_cmpxchg()
 * group.c, group_posted(): atomic_fetch_andnot()
 * awaitable.c, cotask_block(): atomic_or(), smp_mb__after_atomic()
 * cotask.h, cotask_awaitable_done(): atomic_read_acquire()
 */
#ifndef BAD
#define BAD 0
#endif

#define CLAIMED		1
#define DONE		2
#define WATCHED		16
#define INBOX		32
#define POSTED		64
#define CLOSING		128
#define DOOM		0		/* here it is one more post */

#define CLOSED		128		/* COTASK_GATE_CLOSED */
#define GROUP		0		/* in the inbox; others are tasks */
#define TOUCH		assert(!freed)

byte state;
byte gate;
byte live;				/* children [L] */
bool opened, exiting, aborting, over, listed = true;
bool freed, woken, loop_closed;
byte calls = 3;				/* two spawns and a cancel that have not begun */
chan inbox = [3] of { byte };

/* inbox.c, cotask_loop_post(): the group keeps the loop open, so that it is not refused. */
inline post(what)
{
	atomic { assert(!loop_closed); inbox ! what }
}

/* task.c, post_task() */
proctype spawns(byte me)
{
	byte old;

	atomic {			/* group.c, cotask_group_admits() */
		TOUCH;
		old = gate;
		if
		:: (old & CLOSED) || BAD == 3
		:: else -> gate++
		fi;
		calls = calls - (BAD != 3 || (old & CLOSED))
	}
	if
	:: old & CLOSED
	:: else ->
		if :: BAD == 3 -> atomic { TOUCH; gate++; calls-- } :: else fi;
		post(me)
	fi
}

/* group.c, request() */
inline request(bits, call)
{
	atomic {
		TOUCH;
		old = state;
		if
		:: old & CLAIMED -> calls = calls - call
		:: else -> state = old | bits
		fi
	}
	if
	:: old & CLAIMED
	:: else ->
		atomic {
			TOUCH;
			old = state;
			state = (old & CLAIMED -> old : old | INBOX);
			calls = calls - call
		}
		if
		:: old & (CLAIMED | INBOX)
		:: else -> post(GROUP)
		fi
	fi
}

/* group.c, cotask_group_cancel() */
proctype cancels()
{
	byte old;

	request(POSTED, 1)
}

/* awaitable.c, cotask_block(), and block.c, cotask_block_on() */
inline block()
{
	if :: BAD == 5 -> TOUCH; old = state & DONE :: else fi;
	atomic { TOUCH; state = state | WATCHED };
	do
	:: BAD != 5 -> TOUCH; if :: state & DONE -> break :: else -> woken; woken = false fi
	:: BAD == 5 && old -> break
	:: BAD == 5 && !old -> woken; old = DONE
	od
}

/* group.c, cotask_group_stop(); the time may be up before its tasks have ended. */
proctype stops()
{
	byte old;

	request(POSTED | CLOSING, 0);
	if :: request(DOOM, 0) :: skip fi;
	block();
	calls == 0;
	atomic { assert(over && !live); freed = true }
}

/* group.c, cotask_group_check_over() */
inline check_over()
{
	d_step {				/* group.c, gate_shut() */
		TOUCH;
		won = exiting && !live && (gate == 0 || gate == CLOSED || BAD == 1);
		gate = (won && gate == 0 -> CLOSED : gate)
	};
	if
	:: won -> d_step {			/* group.c, claim() */
		TOUCH;
		won = !(state & CLAIMED) && (!(state & INBOX) || BAD == 2);
		state = (won -> state | CLAIMED : state) }
	:: else
	fi;
	if
	:: won ->
		if :: BAD == 4 -> publish() :: else fi;
		d_step { TOUCH; over = true; listed = false };	/* group.c, unlist() */
		if :: BAD != 4 -> publish() :: else fi;
		/* block.c, cotask_block_wake(), which takes an address */
		woken = woken || (old & WATCHED)
	:: else
	fi
}

inline publish()
{
	d_step { TOUCH; old = state; state = state | DONE }
}

/* abort.c, cotask_group_abort(): the children are cancelled, and end. */
inline abort()
{
	d_step { TOUCH; aborting = true; gate = gate | CLOSED }
}

active proctype owner()
{
	byte what;
	byte old;
	bool won, ends, own = true;

	if :: opened = true; run stops() :: skip fi;
	if :: ends = true :: skip fi;
	run spawns(1); run spawns(2); run cancels();
	do
	:: inbox ? what ->
		if
		:: what == GROUP ->		/* group.c, group_posted() */
			d_step {
				TOUCH;
				old = state;
				state = state & ~(INBOX | POSTED);
				exiting = exiting || (old & CLOSING)
			}
			if :: old & POSTED -> abort() :: else fi;
			if :: BAD != 6 -> check_over() :: else fi
		:: else ->			/* task.c, cotask_task_admit() */
			d_step { TOUCH; assert(!over); live++; gate-- }
		fi
	:: live -> d_step { TOUCH; live-- }; check_over()	/* group.c, cotask_group_child_ended() */
	:: own && !over && (!(gate & CLOSED) || aborting) ->
		d_step { own = false; live++ }	/* task.c, start_task(), COTASK_SPAWN_CANCELLED */
	:: !opened && !exiting ->		/* group.c, cotask_group_exit() */
		exiting = true;
		if :: abort() :: skip fi;
		check_over()
	:: opened && ends && listed ->		/* group.c, cotask_group_close() */
		exiting = true; abort(); check_over()
	:: !opened && over && !calls && !freed -> freed = true	/* its frame goes */
	:: atomic { ends && !listed && !loop_closed && empty(inbox) -> loop_closed = true }
						/* inbox.c, cotask_inbox_close_empty() */
	:: freed && (loop_closed || !ends) -> break
	od;
	assert(empty(inbox) && gate == CLOSED && !live && !listed)
}
