/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - race points: where threads meet, see racepoint.c
 *
 * A point precedes a transition that other threads can observe.  Its object is the one that the
 * threads share.  Without CONFIG_COTASK_DEBUG it generates no code.
 */
#ifndef COTASK_RACEPOINT_H
#define COTASK_RACEPOINT_H

#include <linux/types.h>

/* State words: of tasks, futures, groups etc.  Gates are those of groups. */
#define COTASK_RACE_POINTS(P)			\
	P(TASK_DONE, "task: done")		\
	P(CANCEL_COUNT, "cancel: counted")	\
	P(CANCEL_POSTED, "cancel: posted")	\
	P(CANCEL_TAKEN, "cancel: taken in")	\
	P(UNCANCEL, "cancel: withdrawn")	\
	P(CLAIM, "future: claimed")		\
	P(DONE, "future: done")			\
	P(WAITED, "future: waited for")		\
	P(LEFT, "future: no waiter left")	\
	P(SETTLED, "awaitable: done")		\
	P(WATCHED, "thread: watches")		\
	P(BLOCK_ENTER, "thread: blocks")	\
	P(BLOCK_WAKE, "thread: woken")		\
	P(BLOCK_LEAVE, "thread: goes on")	\
	P(GROUP_CLAIM, "group: claimed")	\
	P(GROUP_REQUEST, "group: requested")	\
	P(GROUP_INBOX, "group: posted")		\
	P(GROUP_TAKEN, "group: taken in")	\
	P(GROUP_ACTIVE, "group: active")	\
	P(GATE_ENTER, "gate: entered")		\
	P(GATE_LEAVE, "gate: left")		\
	P(GATE_SHUT, "gate: shut")		\
	P(GATE_ABORT, "gate: shut by an abort")	\
	P(POST, "inbox: post")			\
	P(TAKE, "inbox: taken")			\
	P(CLOSE, "inbox: closed")		\
	P(TIMER_DUE, "timer: due")		\
	P(TIMER_TAKEN, "timer: taken")		\
	P(ARRIVED, "completion: arrived")	\
	P(ARRIVED_POSTED, "completion: posted")	\
	P(ARRIVED_TAKEN, "completion: taken")	\
	P(JOB_RUN, "job: runs")			\
	P(JOB_DROP, "job: dropped")		\
	P(JOB_DONE, "job: over")		\
	P(LOOK_POSTED, "dump: asked")		\
	P(LOOK_TAKEN, "dump: answered")		\
	P(POLL_WAKE, "poll: woken")		\
	P(POLL_FREED, "poll: queue goes")	\
	P(POLL_LEAVE, "poll: left")		\
	P(POLL_FILE, "poll: file taken")	\
	P(FILE_ENTER, "file: entered")		\
	P(FILE_LEAVE, "file: left")		\
	P(PUT_TASK, "put: task")		\
	P(PUT_LOOP, "put: loop")		\
	P(PUT_SUBMISSION, "put: submission")	\
	P(PUT_JOB, "put: job")			\
	P(PUT_ACROSS, "put: await across")	\
	P(PUT_FILE, "put: file")		\
	P(PUT_OBJECT, "put: object")		\
	P(PUT_POLL, "put: poll")		\
	P(PUT_EXPORTED, "put: exported")	\
	P(PUT_DUMP, "put: dump")

#define COTASK_RACE_NUMBER(name, text)	COTASK_RACE_##name,
enum cotask_race_point {
	COTASK_RACE_POINTS(COTASK_RACE_NUMBER)
	COTASK_RACE_LAST
};
#undef COTASK_RACE_NUMBER

struct seq_file;

#ifdef CONFIG_COTASK_DEBUG
void __cotask_race_point(enum cotask_race_point point, const void *object);
void cotask_race_show(struct seq_file *m);
#define cotask_race_point(point, object)	__cotask_race_point(COTASK_RACE_##point, object)
#else
#define cotask_race_point(point, object)	((void)(object))
#endif

#endif /* COTASK_RACEPOINT_H */
