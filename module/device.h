/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - what the files of /dev/cotask share
 *
 * An open file has a loop, which is pumped by the thread that is inside of ENTER.
 * Everything here belongs to that thread, too, but for what says otherwise.
 */
#ifndef COTASK_DEVICE_H
#define COTASK_DEVICE_H

#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/xarray.h>
#include <uapi/linux/cotask.h>

#include "internal.h"

/**
 * struct cotask_file - an open file
 * @loop: its loop
 * @pump: held by the thread that is inside of ENTER
 * @objects: by handle; its lock guards looking up and taking a reference
 * @n_objects: those that exist, forgotten ones included [A]
 * @events: hosted tasks whose turn it is, in order
 * @running: how many run in the process
 * @emitted: events of this ENTER
 * @budget: how many there may be
 * @dead: the code of hosted tasks is gone
 * @wait: who polls the file
 */
struct cotask_file {
	struct cotask_loop	*loop;
	struct mutex		pump;		/* who is inside of ENTER */
	struct xarray		objects;
	atomic_t		n_objects;
	struct list_head	events;
	unsigned int		running;
	unsigned int		emitted;
	unsigned int		budget;
	bool			dead;
	wait_queue_head_t	wait;
};

enum cotask_object_kind {
	COTASK_OBJECT_TASK,
	COTASK_OBJECT_FUTURE,
	COTASK_OBJECT_GROUP,
	COTASK_OBJECT_TIMEOUT,
	COTASK_OBJECT_KINDS
};

/**
 * struct cotask_object - what a handle names
 * @refs: one for the handle, one for the kernel as long as it uses the object
 * @kind: which
 * @file: whose
 * @outer: a group or timeout that a task has entered: the one around it
 * @user: the task that has entered it
 */
struct cotask_object {
	refcount_t		refs;
	enum cotask_object_kind	kind;
	struct cotask_file	*file;
	struct cotask_object	*outer;
	struct cotask_hosted	*user;
};

enum cotask_hosted_state {
	COTASK_HOSTED_KERNEL,	/* it waits, or is ready */
	COTASK_HOSTED_READY,	/* its event is in the list */
	COTASK_HOSTED_RUNNING,	/* the process has its event, and runs its code */
};

/**
 * struct cotask_hosted - a task whose code is in the process
 * @object: what its handle names
 * @frame: the coroutine that stands for the code
 * @turn: what it waits on while the process runs it
 * @task: the task, a reference
 * @state: where its code is
 * @started: it has had its first event
 * @handle: its handle, 0 once that is forgotten
 * @user_data: given back with each event
 * @ready: in the list of events
 * @outcome: of its last operation
 * @op: the operation that has ended its step
 * @awaited: what it waits for, a reference
 * @scopes: innermost group or timeout that it has entered
 * @depth: how many it has entered
 */
struct cotask_hosted {
	struct cotask_object	object;
	struct cotask_frame	frame;
	struct cotask_awaitable	turn;
	struct cotask		*task;
	enum cotask_hosted_state state;
	bool			started;
	u32			handle;
	u64			user_data;
	struct list_head	ready;
	long			outcome;
	struct cotask_op	op;
	struct cotask_object	*awaited;
	struct cotask_object	*scopes;
	unsigned int		depth;
};

/* handle.c */
#define COTASK_MAX_OBJECTS_DEFAULT	65536

/* How deep a task can be in groups and timeouts: each of them may look at the others. */
#define COTASK_MAX_DEPTH		64
extern unsigned int cotask_max_objects;
void *cotask_object_new(struct cotask_file *f, u32 handle, enum cotask_object_kind kind);
s64 cotask_object_finish(struct cotask_object *o, u32 handle, s64 rc);
struct cotask_object *cotask_object_find(struct cotask_file *f, u32 handle);
void cotask_object_put(struct cotask_object *o);
int cotask_object_forget(struct cotask_file *f, u32 handle);
void cotask_objects_drop(struct cotask_file *f);
struct cotask_future *cotask_object_future(struct cotask_object *o);
struct cotask_group *cotask_object_group(struct cotask_object *o);
struct cotask_timeout *cotask_object_timeout(struct cotask_object *o);

static inline struct cotask_hosted *cotask_object_hosted(struct cotask_object *o)
{
	return container_of(o, struct cotask_hosted, object);
}

/* hosted.c */
int cotask_hosted_spawn(struct cotask_file *f, struct cotask_hosted *h,
			struct cotask_group *group);
void cotask_hosted_issue(struct cotask_hosted *h, const struct cotask_op *op,
			 struct cotask_object *awaited);
void cotask_hosted_enter(struct cotask_hosted *h, struct cotask_object *scope);
void cotask_hosted_leave(struct cotask_hosted *h);

/* ops.c */
s64 cotask_op_apply(struct cotask_file *f, const struct cotask_op *op, bool posted);

/* chrdev.c */
int cotask_chrdev_init(void);
void cotask_chrdev_exit(void);

#endif /* COTASK_DEVICE_H */
