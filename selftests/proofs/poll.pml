/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - poll against close: one wait for a file, of a process that closes the device
 *
 * The owner begins the wait inside of an ENTER, and later is woken or cancels it, looks again
 * and drops it.  A thread of the same process closes the last descriptor of the device at any
 * time.  The file wakes its queue at any time, or lets go of it (POLLFREE): then the queue goes
 * after a grace period.  Otherwise it goes with the file.
 *
 * Proved: the file is put once by the wait, and not used after that; the wait is freed once, and
 * not touched after that; its entry leaves the queue before either of them goes; the
 * process is known as long as a wait refers to it; after the close and the ENTER are over, the
 * wait holds no file, and the owner wakes up.
 *
 * BAD=1  the thread that closes takes no reference to the wait
 * BAD=2  the file is put before the entry has left the queue
 * BAD=3  POLLFREE says that the queue is gone before the entry has left it
 * BAD=4  ENTER does not look for a close at its end
 * BAD=5  the second look at the file takes it without the lock
 * BAD=6  a wait is taken out of the list, and keeps its file
 * BAD=7  the entry leaves the queue outside of an RCU section
 * BAD=8  the thread that closes does not complete the wait
 */
#ifndef BAD
#define BAD 0
#endif

#define OWNER		1		/* bits of @readers */
#define CLOSER		2

#define TOUCH		assert(refs)
#define TOUCH_FILE	assert(file_refs)
#define TOUCH_QUEUE	assert(gone -> !queue_freed : file_refs > 0)

byte refs = 1;				/* struct poll */
byte process = 1;			/* struct cotask_poller: waits and looks */
bool file = true;			/* poll->file is set, and a reference */
byte file_refs = 1;			/* those of waits; the process may have closed it */
bool listed;				/* in the list of the process */
bool polls_lock, queue_lock;
bool queued, head = true;		/* struct queue: in the wait queue; its head is known */
bool gone, queue_freed;			/* POLLFREE; the grace period is over */
byte readers, grace;			/* inside of RCU; those that a free waits for */
bool claimed, done, waited, posted;	/* poll->ready, see state.pml */
bool open = true;			/* there is a descriptor of the device */
byte over, ended;			/* ENTER and close; the owner and the other thread */

#define lock(l)		atomic { !l -> l = true }
#define unlock(l)	l = false

/* future.c, settle_outside() */
inline settle()
{
	d_step { TOUCH; won = !claimed; claimed = true };
	if
	:: won ->
		d_step { TOUCH; done = true; won = waited };
		if :: won -> TOUCH; posted = true :: else fi
	:: else
	fi
}

/* poll.c, poll_put(), poller_put() */
inline poll_put()
{
	d_step { TOUCH; refs--; won = !refs };
	if
	:: won -> d_step { assert(process && !queued && !listed && !file); process-- }
	:: else
	fi
}

/* poll.c, unregister() */
inline unregister(me)
{
	readers = (BAD != 7 -> readers | me : readers);
	TOUCH; won = head;
	if
	:: won ->
		TOUCH_QUEUE;
		atomic { !queue_lock -> TOUCH_QUEUE; queue_lock = true };
		queued = false; unlock(queue_lock)
	:: else
	fi;
	d_step { readers = readers & ~me; grace = grace & ~me }
}

/* poll.c, let_go() */
inline let_go(me)
{
	if :: BAD == 2 -> TOUCH_FILE; file_refs-- :: else fi;
	unregister(me);
	if :: BAD != 2 -> TOUCH_FILE; file_refs-- :: else fi
}

/* poll.c, cotask_polls_look(), end_waits(), end_all() */
inline look(me)
{
	lock(polls_lock);			/* poll.c, poller_find() */
	found = process > 0;
	process = process + found;
	unlock(polls_lock);
	if
	:: found && !open ->			/* poll.c, has_descriptor() */
		lock(polls_lock);
		if
		:: listed ->
			listed = false;
			d_step { TOUCH; refs = refs + (BAD != 1); file = (BAD == 6) };
			unlock(polls_lock);
			let_go(me);
			if :: BAD != 8 -> settle() :: else fi;
			if :: BAD != 1 -> poll_put() :: else fi
		:: else -> unlock(polls_lock)
		fi
	:: else
	fi;
	if
	:: found ->				/* poll.c, poller_put() */
		lock(polls_lock); assert(process); process--; unlock(polls_lock)
	:: else
	fi
}

active proctype owner()
{
	bool won, found, had, cancels;

	if :: cancels = true :: skip fi;
	/* poll.c, perform_poll(), enqueue() */
	d_step { TOUCH; TOUCH_FILE; queued = true };
	lock(polls_lock); listed = true; unlock(polls_lock);
	/* awaitable.c, cotask_awaitable_wait(); or the file is ready at once */
	if :: d_step { TOUCH; waited = !done } :: skip fi;
	/* enter.c, cotask_file_collect() */
	if :: BAD != 4 -> look(OWNER) :: else fi;
	over++;
	if
	:: !waited || posted
	:: waited && cancels ->			/* future.c, settle_inside() */
		d_step { TOUCH; won = !claimed; claimed = true };
		if
		:: won -> done = true
		:: else -> posted		/* awaitable.c, cotask_awaitable_detach() */
		fi
	fi;
	/* poll.c, look_again() */
	if :: BAD != 5 -> lock(polls_lock) :: else fi;
	TOUCH; had = file;
	if :: had -> TOUCH_FILE; file_refs++ :: else fi;
	if :: BAD != 5 -> unlock(polls_lock) :: else fi;
	if :: had -> TOUCH_FILE; file_refs-- :: else fi;
	/* poll.c, poll_drop(), take_file() */
	lock(polls_lock);
	TOUCH; had = file; file = false; listed = false;
	unlock(polls_lock);
	if :: had -> let_go(OWNER) :: else fi;
	poll_put();
	ended++
}

/* chrdev.c, cotask_flush() */
active proctype closer()
{
	bool won, found;

	open = false;
	look(CLOSER);
	over++; ended++
}

/* poll.c, woken(): the file wakes its queue, with the lock of that. */
active [2] proctype waker()
{
	bool won, frees;

	atomic { (queued || !refs) && !queue_lock -> queue_lock = true };
	if
	:: queued ->
		settle();
		if
		:: frees = true; gone = true;	/* POLLFREE */
			if :: BAD == 3 -> TOUCH; head = false :: else fi;
			TOUCH; queued = false;
			if :: BAD != 3 -> TOUCH; head = false :: else fi
		:: frees = false
		fi
	:: else
	fi;
	unlock(queue_lock);
	if :: frees -> grace = readers; !grace; queue_freed = true :: else fi
}

/* After both, the wait holds no file: its process may be what keeps that from going. */
active proctype user()
{
	over == 2;
	assert(!listed);
	ended == 2;
	assert(!refs && !file_refs && !process && !queued)
}
