/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - poll against close: a source, of a process that closes the device
 *
 * The owner makes the source inside of an ENTER for one task, which waits and later is woken or
 * cancelled, looks again and lets go of it.  A thread of the same process closes the last descriptor of the device at any
 * time.  The file wakes its queue at any time, or lets go of it (POLLFREE): then the queue goes
 * after a grace period.  Otherwise it goes with the file.
 *
 * Proved: the file is put once by the source, and not used after that; the source is freed once, and
 * not touched after that; its entry leaves the queue before either of them goes; the
 * process is known as long as a source refers to it; after the close and the ENTER are over, the
 * source holds no file, and the task wakes up.
 *
 * BAD=1  the thread that closes takes no reference to the source
 * BAD=2  the file is put before the entry has left the queue
 * BAD=3  POLLFREE says that the queue is gone before the entry has left it
 * BAD=4  ENTER does not look for a close at its end
 * BAD=5  the second look at the file takes it without the lock
 * BAD=6  a source is taken from its process, and keeps its file
 * BAD=7  the entry leaves the queue outside of an RCU section
 * BAD=8  the thread that closes does not post the source
 * BAD=9  a post has no reference of its own
 * BAD=10  a source is added to a process that has left
 */
#ifndef BAD
#define BAD 0
#endif

#define OWNER		1		/* bits of @readers */
#define CLOSER		2

#define TOUCH		assert(refs)
#define TOUCH_FILE	assert(file_refs)
#define TOUCH_QUEUE	assert(gone -> !queue_freed : file_refs > 0)

byte refs = 1;				/* struct cotask_source */
byte process;				/* struct cotask_poller: sources and looks */
bool known;				/* among the pollers of the file */
bool file = true;			/* source->file is set, and a reference */
byte file_refs = 1;			/* those of the source; the process may have closed it */
bool listed;				/* among the sources of the process */
bool polls_lock, queue_lock;
bool queued, head = true;		/* struct cotask_place: in the wait queue; its head is known */
bool gone, queue_freed;			/* POLLFREE; the grace period is over */
byte readers, grace;			/* inside of RCU; those that a free waits for */
bool inbox, posted;			/* COTASK_S_INBOX; in the inbox of the loop */
bool happened, finished;		/* events have come; source->ended */
bool waiting;				/* the task is among the waiters */
bool open = true;			/* there is a descriptor of the device */
byte over, ended;			/* ENTER and close; the owner and the other thread */

#define lock(l)		atomic { !l -> l = true }
#define unlock(l)	l = false

/* source.c, post() */
inline post()
{
	d_step { TOUCH; won = !inbox; inbox = true };
	if :: won -> TOUCH; refs = refs + (BAD != 9); posted = true :: else fi
}

/* source.c, source_put(); poller.c, cotask_poller_put() */
inline source_put()
{
	d_step { TOUCH; refs--; won = !refs };
	if
	:: won -> d_step { assert(process && !queued && !listed && !file); process-- }
	:: else
	fi
}

/* source.c, source_posted() */
inline arrive()
{
	posted = false;
	TOUCH; inbox = false;
	d_step { TOUCH; won = happened; happened = false };
	waiting = waiting && !won && !finished;
	source_put()
}

/* source.c, unregister() */
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

/* source.c, let_go() */
inline let_go(me)
{
	if :: BAD == 2 -> TOUCH_FILE; file_refs-- :: else fi;
	unregister(me);
	if :: BAD != 2 -> TOUCH_FILE; file_refs-- :: else fi
}

/* poller.c, cotask_polls_look(), end_sources(); source.c, cotask_source_take(), cotask_source_end() */
inline look(me)
{
	lock(polls_lock);			/* poller.c, cotask_poller_find() */
	found = known && process > 0;
	process = process + found;
	unlock(polls_lock);
	if
	:: found && !open ->			/* poller.c, has_descriptor() */
		lock(polls_lock);
		known = false;			/* poller.c, forget() */
		if
		:: listed ->
			listed = false;
			d_step { TOUCH; refs = refs + (BAD != 1); file = (BAD == 6) };
			unlock(polls_lock);
			let_go(me);
			TOUCH; finished = true;
			if :: BAD != 8 -> post() :: else fi;
			if :: BAD != 1 -> source_put() :: else fi
		:: else -> unlock(polls_lock)
		fi
	:: else
	fi;
	if
	:: found ->				/* poller.c, cotask_poller_put() */
		lock(polls_lock); assert(process); process--; unlock(polls_lock)
	:: else
	fi
}

active proctype owner()
{
	bool won, found, had, cancels;

	if :: cancels = true :: skip fi;
	lock(polls_lock);			/* poller.c, cotask_poller_get() */
	known = true; process = 1;
	unlock(polls_lock);
	/* source.c, source_start(), enqueue() */
	d_step { TOUCH; TOUCH_FILE; queued = true };
	lock(polls_lock);			/* source.h, cotask_poller_is_there() */
	found = known || BAD == 10;
	listed = found; file = found;
	unlock(polls_lock);
	if
	:: !found -> let_go(OWNER); TOUCH; finished = true
	:: else
	fi;
	/* source.c, cotask_source_wait(); or the file is ready at once */
	if :: TOUCH; waiting = !finished :: skip fi;
	/* enter.c, cotask_file_collect() */
	if :: BAD != 4 -> look(OWNER) :: else fi;
	over++;
	do
	:: posted -> arrive()
	:: waiting && cancels -> waiting = false
	:: !waiting -> break
	od;
	/* source.c, cotask_source_file() */
	if :: BAD != 5 -> lock(polls_lock) :: else fi;
	TOUCH; had = file;
	if :: had -> TOUCH_FILE; file_refs++ :: else fi;
	if :: BAD != 5 -> unlock(polls_lock) :: else fi;
	if :: had -> TOUCH_FILE; file_refs-- :: else fi;
	/* source.c, cotask_source_unuse(), release_file(), take_file() */
	lock(polls_lock);
	TOUCH; had = file; file = false; listed = false;
	unlock(polls_lock);
	if :: had -> let_go(OWNER) :: else fi;
	source_put();
	ended++;
	do
	:: posted -> arrive()
	:: ended == 2 && !posted -> break
	od;
	ended++
}

/* chrdev.c, cotask_flush() */
active proctype closer()
{
	bool won, found;

	open = false;
	look(CLOSER);
	over++;
	ended++
}

/* source.c, woken(): the file wakes its queue, with the lock of that. */
active [2] proctype waker()
{
	bool won, frees;

	atomic { (queued || !refs) && !queue_lock -> queue_lock = true };
	if
	:: queued ->
		TOUCH; happened = true;
		post();
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

/* After both, the source holds no file: its process may be what keeps that from going. */
active proctype user()
{
	over == 2;
	assert(!listed);
	ended == 3;
	assert(!refs && !file_refs && !process && !queued)
}
