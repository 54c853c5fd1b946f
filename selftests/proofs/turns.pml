/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - turns: what a process has an event for is begun once, or comes again
 *
 * A process has two hosted tasks.  It begins some of the events that it was given, in their
 * order; the tasks do operations that end their step now, later, or for good, or cancel the
 * other task; the next ENTER tells how many events were begun, or more than that.  A copy to the
 * process may fail, each chunk is one event, and an error may be reported at any time by a
 * thread that borrows the loop.  The process may be gone at any time.  The mutex of the loop
 * (chrdev.c, ioctl_enter()) makes what the owner does one step for the others.
 *
 * Proved: the kernel takes for begun what the process has begun; each event is begun once; one
 * that was given and not begun comes again; as long as a task has not ended, ENTER has an event;
 * the marks and the counts agree with the list; the end of the file leaves none of them.
 *
 * BAD=1  what was given and not begun is not taken back
 * BAD=2  the marks stay where they are when their turn is taken out
 * BAD=3  what could not be copied to the process counts as given
 * BAD=4  the number of events that a process has begun is not checked
 */
#ifndef BAD
#define BAD 0
#endif

#define HEAD		0
#define A		1
#define B		2
#define ERROR		3		/* cotask_file.failure */

mtype = { QUEUED, READY, RUNNING, OVER };	/* a task: to be run by the loop, ... */
mtype = { NONE, NOW, LATER, EXIT, CANCEL };	/* what it does at the next ENTER */

/* The kernel: the list, its two marks, its counts; tasks. */
byte next[4], prev[4], begun, given, n_turns, n_begun, n_given, running;
bool listed[4], was_begun[4];
mtype task[3] = QUEUED, op[3] = NONE;
bool started[3], at_once[3], armed[3];
/* The process: the events that it has, and how many of them it has begun. */
byte buf[3], n_buf, n_run;
bool runs[3];
bool owed[4];				/* an event that the process has not begun */
byte ops = 5, errors = 2;		/* so many more, besides the ends of tasks */

byte p, n;

/* turn.h, cotask_turn_add_behind() */
inline add(t, at)
{
	p = at; n = next[p];
	assert(!listed[t] && !owed[t]);
	listed[t] = true; owed[t] = true; was_begun[t] = false;
	next[t] = n; prev[t] = p; prev[n] = t; next[p] = t;
	n_turns++; p = 0; n = 0
}

/* turn.h, cotask_turn_del() */
inline del(t)
{
	if
	:: listed[t] ->
		given = (given == t && BAD != 2 -> prev[t] : given);
		begun = (begun == t && BAD != 2 -> prev[t] : begun);
		p = prev[t]; n = next[t];
		prev[n] = p; next[p] = n; p = 0; n = 0;
		next[t] = t; prev[t] = t;
		listed[t] = false;
		n_begun = n_begun - was_begun[t];
		n_turns--
	:: else
	fi
}

/* enter.c, begin(), and turn.h, cotask_turn_begin() */
inline begin()
{
	t = next[begun];
	assert(t != HEAD && t == buf[i]);
	begun = t; was_begun[t] = true; n_begun++; n_given--;
	if
	:: t != ERROR && task[t] == READY -> task[t] = RUNNING; started[t] = true; running++
	:: else -> del(t)			/* enter.c, consume() */
	fi
}

/* hosted.c, cotask_hosted_issue(), emit() */
inline issue(t)
{
	if
	:: op[t] == CANCEL && task[3 - t] == READY -> armed[3 - t] = !at_once[3 - t]
	:: op[t] == NOW || op[t] == LATER || op[t] == EXIT ->
		assert(task[t] == RUNNING);
		running--;
		del(t);
		if
		:: op[t] == NOW ->
			assert(given == begun);
			task[t] = READY; at_once[t] = true;
			add(t, begun)		/* turn.h, cotask_turn_add_first() */
		:: op[t] == LATER -> task[t] = QUEUED
		:: op[t] == EXIT -> task[t] = OVER
		fi
	:: else
	fi;
	op[t] = NONE
}

/* enter.c, may_tell() */
#define GOES_ON(t)	(t != ERROR && task[t] == READY && at_once[t])
#define REVISE(t)	(t != ERROR && task[t] == READY && armed[t])

/* enter.c, collect_events(): up to one; @got is how many. */
inline collect_one()
{
	got = 0;
	do
	:: next[given] == HEAD -> break
	:: next[given] != HEAD ->
		t = next[given];
		if
		:: (running && !GOES_ON(t)) || (n_given && REVISE(t)) -> break
		:: else
		fi;
		if
		:: REVISE(t) && !started[t] ->	/* hosted.c, cotask_hosted_revise(), tell_gone() */
			armed[t] = false; task[t] = OVER; owed[t] = false;
			del(t); add(t, prev[HEAD])
		:: else ->
			if :: t != ERROR -> armed[t] = false :: else fi;
			given = t; n_given++;	/* turn.h, cotask_turn_give() */
			got = 1; break
		fi
	od
}

/* hosted.c, hosted_step(): the loop has run one of the tasks, which have waited. */
inline turn(t)
{
	if
	:: task[t] == QUEUED -> task[t] = READY; at_once[t] = false; add(t, prev[HEAD])
	:: else
	fi
}

#define SOUND(t)	((task[t] == RUNNING) == (listed[t] && was_begun[t])) && \
			(task[t] != READY || listed[t]) && (task[t] != QUEUED || !listed[t])

/* The marks are in the list, in order, and as far from its head as the counts say. */
inline check()
{
	t = HEAD; i = 0;
	do
	:: i < n_begun + n_given ->
		assert(next[t] != HEAD);
		if :: i == n_begun -> assert(begun == t) :: else fi;
		t = next[t]; i++
	:: else -> break
	od;
	assert(t == given && (n_given || t == begun));
	do :: next[t] != HEAD && i < 4 -> t = next[t]; i++ :: else -> break od;
	assert(i == n_turns && SOUND(A) && SOUND(B));
	assert(running == (task[A] == RUNNING) + (task[B] == RUNNING))
}

/* enter.c, cotask_file_collect(): as if the process had begun @told events. */
inline enter(told)
{
	if
	:: told > n_given && BAD != 4		/* enter.c, take_begun(): -EINVAL */
	:: else ->
		i = 0;
		do :: i < told -> begin(); i++ :: else -> break od;
		if
		:: BAD != 1 -> given = begun; n_given = 0	/* turn.h, cotask_turns_take_back() */
		:: else
		fi;
		n_buf = 0; n_run = 0;
		issue(A); issue(B);		/* enter.c, apply() */
		do				/* enter.c, collect(), give_events() */
		:: n_buf == max -> break
		:: else ->
			collect_one();
			if
			:: got && n_buf != fault -> buf[n_buf] = t; n_buf++
			:: got && n_buf == fault ->	/* -EFAULT */
				if
				:: BAD != 3 -> n_given--; given = prev[given]
				:: else
				fi;		/* turn.h, cotask_turns_take_back_last() */
				break
			:: !got && (n_buf || running) -> break
			:: !got && !n_buf && !running && task[A] != QUEUED && task[B] != QUEUED ->
				/* Nothing is left, so nothing may have been lost. */
				assert(task[A] == OVER && task[B] == OVER);
				assert(!owed[A] && !owed[B] && !owed[ERROR]); break
			:: else ->		/* enter.c, run() */
				if :: which != B || task[B] != QUEUED -> turn(A) :: else fi;
				if :: which != A || task[A] != QUEUED -> turn(B) :: else fi
			fi
		od
	fi;
	check();
	t = 0; i = 0; got = 0; max = 0; fault = 0; which = 0
}

/* The code of a task in the process: what it does at the next ENTER. */
inline act(t)
{
	if
	:: op[t] = EXIT; runs[t] = false
	:: ops -> ops--; op[t] = NOW; runs[t] = false
	:: ops -> ops--; op[t] = LATER; runs[t] = false
	:: ops -> ops--; op[t] = CANCEL
	fi
}

active proctype process()
{
	byte t, i, got, max, fault, which;

	do
	:: atomic { n_run < n_buf ->		/* the process begins an event */
		t = buf[n_run];
		assert(owed[t]);
		owed[t] = false; n_run++;
		if :: t != ERROR -> runs[t] = (task[t] != OVER) :: else fi;
		t = 0 }
	:: atomic { runs[A] && op[A] == NONE -> act(A) }
	:: atomic { runs[B] && op[B] == NONE -> act(B) }
	:: atomic {
		/* What it has room for, the chunk that cannot be copied, and tasks that wait. */
		select(max : 0 .. 2); select(fault : 0 .. max); select(which : 0 .. 2);
		if
		:: d_step { enter(n_run) }
		:: d_step { n_run == n_buf -> enter(n_run + 1) }
		fi }
	:: atomic { errors && !listed[ERROR] ->	/* chrdev.c, note_error() */
		errors--; add(ERROR, prev[HEAD]); check(); t = 0; i = 0 }
	:: true -> break			/* the process is gone */
	od;
	skip;
	d_step {				/* chrdev.c, cotask_release() */
		given = begun; n_given = 0;
		t = next[HEAD];
		do				/* enter.c, cotask_turns_drop() */
		:: t == HEAD -> break
		:: t != HEAD ->
			i = next[t];
			if :: t == ERROR || task[t] == OVER -> del(t) :: else fi;
			t = i
		od;
		i = A;
		do				/* hosted.c, leave_process() */
		:: i > B -> break
		:: i <= B ->
			if :: task[i] == RUNNING -> running-- :: else fi;
			del(i); task[i] = OVER; i++
		od;
		assert(next[HEAD] == HEAD && !n_turns && !n_begun && !n_given && !running)
	}
}
