/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - recording the groups and tasks of a loop, a chunk at a time (dump.c), and formatting
 * the records (report.c)
 */
#ifndef COTASK_DUMP_H
#define COTASK_DUMP_H

#include <linux/seq_file.h>
#include <linux/uidgid.h>
#include <linux/wait.h>

#include "observe.h"

/* Number of objects that a report counts as: a chunk, its text and the loop that it keeps. */
#define COTASK_REPORT_OBJECTS	256

/* Number of records that the loop writes between two of its entries. */
#define COTASK_DUMP_CHUNK	64

/* Total time that a reader waits for loops, in jiffies. */
#define COTASK_DUMP_PATIENCE	(2 * HZ)

#define COTASK_DUMP_FRAMES	8
#define COTASK_DUMP_EDGES	8

/**
 * struct cotask_task_record - a task
 * @info: its state
 * @waits_for: numbers of the tasks that it waits for, members of a set among them
 * @n_waits_for: how many
 * @frame: where it is suspended, innermost first
 * @n_frames: number of its frames; @frame holds the first ones
 * @waits: the task waits; false: it is ready, or its code runs
 * @timeout: deadline of the scopes around it, or COTASK_FOREVER
 * @group: number of the group whose end it waits for, or 0
 * @object: the kernel object that it waits on, if the object has an identity; or NULL
 * @holder: number of the task that holds @object, or 0
 * @host: the process's view of it
 */
struct cotask_task_record {
	struct cotask_info	info;
	u64			waits_for[COTASK_DUMP_EDGES];
	unsigned int		n_waits_for;
	struct cotask_location	frame[COTASK_DUMP_FRAMES];
	unsigned int		n_frames;
	bool			waits;
	s64			timeout;
	u64			group;
	const void		*object;
	u64			holder;
	struct cotask_host_view	host;
};

/**
 * struct cotask_group_record - a group
 * @id: its number
 * @parent: number of the task that has entered it, or 0
 * @deadline: on CLOCK_MONOTONIC, or 0
 * @why: the reason of its cancel
 * @live: number of its children
 * @jobs: number of its functions in worker threads
 * @limit: maximum number of children, or 0
 * @error: code of its first error
 * @flags: COTASK_G_*
 * @root: it is the root group of its loop
 * @name: its name, or ""
 */
struct cotask_group_record {
	u64			id;
	u64			parent;
	s64			deadline;
	struct cotask_reason	why;
	u32			live;
	u32			jobs;
	u32			limit;
	int			error;
	u32			flags;
	bool			root;
	char			name[COTASK_NAME_MAX + 1];
};

struct cotask_record {
	bool is_group;
	union {
		struct cotask_group_record group;
		struct cotask_task_record task;
	};
};

/**
 * struct cotask_target - a task or group to cancel, instead of recording
 * @id: its number; 0: nothing
 * @why: the reason
 * @is_group: it is a group
 * @found: it was found on the loop [L]
 * @too_late: it had already ended [L]
 */
struct cotask_target {
	u64			id;
	struct cotask_reason	why;
	bool			is_group;
	bool			found;
	bool			too_late;
};

/**
 * enum cotask_dump_state - owner of the chunk of a dump
 * @COTASK_DUMP_IDLE: with the reader
 * @COTASK_DUMP_ASKED: in the loop's list of readers, to be written
 * @COTASK_DUMP_SERVING: the owner writes it
 * @COTASK_DUMP_ANSWERED: written, and the reader has not taken it yet
 * @COTASK_DUMP_OVER: with the reader, and the last one
 *
 * The owner changes the state from ASKED to ANSWERED; the reader makes all other changes, while
 * it waits or when it returns after a signal.
 */
enum cotask_dump_state {
	COTASK_DUMP_IDLE,
	COTASK_DUMP_ASKED,
	COTASK_DUMP_SERVING,
	COTASK_DUMP_ANSWERED,
	COTASK_DUMP_OVER,
};

/**
 * struct cotask_dump - a reader and the loop that it reads
 * @link: in the loop's list of readers that wait for a chunk
 * @refs: the reader's, and the owner's while it serves
 * @loop: the loop, a reference
 * @state: owner of the chunk, and of all fields from @begun on
 * @quit: the reader has ended meanwhile
 * @wait: where the reader sleeps until its chunk is there
 * @cursor: begin of the next chunk [L]
 * @begun: the first one was begun
 * @first: this is the first one
 * @end: this is the last one
 * @thread: the thread that pumps the loop, a reference; or NULL
 * @now: time of the loop
 * @tasks: number of its tasks
 * @stats: its counters
 * @hides_code: the reader may not see the location of the code of tasks
 * @target: the task or group that the reader searches
 * @n: number of records
 * @record: the chunk
 */
struct cotask_dump {
	struct list_head	link;
	refcount_t		refs;
	struct cotask_loop	*loop;
	enum cotask_dump_state	state;		/* guarded by readers_lock */
	bool			quit;
	wait_queue_head_t	wait;
	struct cotask_cursor	cursor;
	bool			begun;
	bool			first;
	bool			end;
	struct pid		*thread;
	u64			now;
	unsigned int		tasks;
	struct cotask_stats	stats;
	bool			hides_code;
	struct cotask_target	target;
	unsigned int		n;
	struct cotask_record	record[COTASK_DUMP_CHUNK];
};

struct cotask_dump *cotask_dump_begin(struct cotask_loop *loop);
int cotask_dump_next(struct cotask_dump *d, unsigned int *patience);
void cotask_dump_end(struct cotask_dump *d);

/* --- report.c ------------------------------------------------------------------ */

/**
 * struct cotask_viewer - a reader, and the loops that it may see
 * @all: the loops of all users
 * @uid: otherwise those of processes of this user
 * @last: and none after this one, by @nth: loops that are made all the time do not keep it going
 * @payer: the process that is charged, or NULL
 */
struct cotask_viewer {
	bool			all;
	kuid_t			uid;
	u64			last;
	struct cotask_loop_host	*payer;
};

struct cotask_format;
extern const struct cotask_format cotask_format_text;
extern const struct cotask_format cotask_format_json;

struct cotask_loop *cotask_report_next_loop(const struct cotask_viewer *viewer, u32 after);
int cotask_report_open(struct file *file, const struct cotask_format *format,
		       const struct cotask_viewer *viewer, u32 hidden);
int cotask_report_release(struct inode *inode, struct file *file);

#endif /* COTASK_DUMP_H */
