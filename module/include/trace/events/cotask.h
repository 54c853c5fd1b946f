/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - tracepoints: one per change of state
 *
 * Loops, tasks and groups are identified by their numbers; the name of a task comes with
 * its spawn, and when it changes: in each event it would be the largest part.  All
 * tracepoints run in the loop's owner, except for a cancel from outside, which is traced
 * where it is accepted.
 *
 * The texts are also read by programs, with libtraceevent: no quotes, numbers of an enum are
 * made known, and a name, which may contain blanks, is the last one of its line.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM cotask

#if !defined(_TRACE_COTASK_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_COTASK_H

#include <linux/cotask.h>
#include <linux/tracepoint.h>

u32 cotask_loop_id(const struct cotask_loop *loop);
char *cotask_printable_name(const struct cotask *task, char *buf, size_t size);

TRACE_DEFINE_ENUM(COTASK_CAUSE_NONE);
TRACE_DEFINE_ENUM(COTASK_CAUSE_USER);
TRACE_DEFINE_ENUM(COTASK_CAUSE_DEADLINE);
TRACE_DEFINE_ENUM(COTASK_CAUSE_SIBLING);
TRACE_DEFINE_ENUM(COTASK_CAUSE_GROUP);
TRACE_DEFINE_ENUM(COTASK_CAUSE_SHUTDOWN);
TRACE_DEFINE_ENUM(COTASK_CAUSE_OWNER);
TRACE_DEFINE_ENUM(COTASK_CAUSE_OPERATOR);

#define show_cotask_cause(cause)				\
	__print_symbolic(cause,					\
		{ COTASK_CAUSE_NONE,		"none" },	\
		{ COTASK_CAUSE_USER,		"user" },	\
		{ COTASK_CAUSE_DEADLINE,	"deadline" },	\
		{ COTASK_CAUSE_SIBLING,		"sibling" },	\
		{ COTASK_CAUSE_GROUP,		"group" },	\
		{ COTASK_CAUSE_SHUTDOWN,	"shutdown" },	\
		{ COTASK_CAUSE_OWNER,		"owner" },	\
		{ COTASK_CAUSE_OPERATOR,	"operator" })

TRACE_EVENT(cotask_spawn,
	TP_PROTO(const struct cotask *task),
	TP_ARGS(task),
	TP_STRUCT__entry(
		__field(u32, loop)
		__field(u64, task)
		__field(u64, group)
		__field(const void *, step)
		__array(char, name, COTASK_NAME_MAX + 1)
	),
	TP_fast_assign(
		__entry->loop = cotask_loop_id(task->base.loop);
		__entry->task = task->id;
		__entry->group = task->group->id;
		__entry->step = task->frame->step;
		cotask_printable_name(task, __entry->name, sizeof(__entry->name));
	),
	TP_printk("loop=%u task=%llu group=%llu coroutine=%ps name=%s",
		  __entry->loop, __entry->task, __entry->group, __entry->step,
		  __entry->name)
);

/* A task has a new name. */
TRACE_EVENT(cotask_name,
	TP_PROTO(const struct cotask *task),
	TP_ARGS(task),
	TP_STRUCT__entry(
		__field(u32, loop)
		__field(u64, task)
		__array(char, name, COTASK_NAME_MAX + 1)
	),
	TP_fast_assign(
		__entry->loop = cotask_loop_id(task->base.loop);
		__entry->task = task->id;
		cotask_printable_name(task, __entry->name, sizeof(__entry->name));
	),
	TP_printk("loop=%u task=%llu name=%s", __entry->loop, __entry->task, __entry->name)
);

DECLARE_EVENT_CLASS(cotask_task,
	TP_PROTO(const struct cotask *task),
	TP_ARGS(task),
	TP_STRUCT__entry(
		__field(u32, loop)
		__field(u64, task)
	),
	TP_fast_assign(
		__entry->loop = cotask_loop_id(task->base.loop);
		__entry->task = task->id;
	),
	TP_printk("loop=%u task=%llu", __entry->loop, __entry->task)
);

DEFINE_EVENT(cotask_task, cotask_step_begin,
	TP_PROTO(const struct cotask *task),
	TP_ARGS(task)
);

DEFINE_EVENT(cotask_task, cotask_step_end,
	TP_PROTO(const struct cotask *task),
	TP_ARGS(task)
);

/* The task waits: for what, and where in its code. */
TRACE_EVENT(cotask_suspend,
	TP_PROTO(const struct cotask *task, const char *kind),
	TP_ARGS(task, kind),
	TP_STRUCT__entry(
		__field(u32, loop)
		__field(u64, task)
		__array(char, kind, 24)
		__field(const void *, step)
		__field(u32, line)
	),
	TP_fast_assign(
		__entry->loop = cotask_loop_id(task->base.loop);
		__entry->task = task->id;
		strscpy(__entry->kind, kind, sizeof(__entry->kind));
		__entry->step = task->frame->step;
		__entry->line = task->frame->at >> 8;
	),
	TP_printk("loop=%u task=%llu on=%s at=%ps:%u", __entry->loop, __entry->task,
		  __entry->kind, __entry->step, __entry->line)
);

/* Its await has an outcome; it is queued. */
TRACE_EVENT(cotask_wake,
	TP_PROTO(const struct cotask *task, long result),
	TP_ARGS(task, result),
	TP_STRUCT__entry(
		__field(u32, loop)
		__field(u64, task)
		__field(long, result)
	),
	TP_fast_assign(
		__entry->loop = cotask_loop_id(task->base.loop);
		__entry->task = task->id;
		__entry->result = result;
	),
	TP_printk("loop=%u task=%llu result=%ld", __entry->loop, __entry->task,
		  __entry->result)
);

/* Its process receives the event of a task, and runs the code up to the next operation. */
DEFINE_EVENT(cotask_task, cotask_give,
	TP_PROTO(const struct cotask *task),
	TP_ARGS(task)
);

TRACE_EVENT(cotask_cancel,
	TP_PROTO(const struct cotask *task, const struct cotask_reason *why),
	TP_ARGS(task, why),
	TP_STRUCT__entry(
		__field(u32, loop)
		__field(u64, task)
		__field(u64, by)
		__field(u32, cause)
		__field(s32, error)
	),
	TP_fast_assign(
		__entry->loop = cotask_loop_id(task->base.loop);
		__entry->task = task->id;
		__entry->by = why->cause == COTASK_CAUSE_DEADLINE ? 0 : why->by;
		__entry->cause = why->cause;
		__entry->error = why->error;
	),
	TP_printk("loop=%u task=%llu cause=%s by=%llu error=%d", __entry->loop,
		  __entry->task, show_cotask_cause(__entry->cause), __entry->by,
		  __entry->error)
);

TRACE_EVENT(cotask_done,
	TP_PROTO(const struct cotask *task, bool cancelled),
	TP_ARGS(task, cancelled),
	TP_STRUCT__entry(
		__field(u32, loop)
		__field(u64, task)
		__field(long, result)
		__field(bool, cancelled)
	),
	TP_fast_assign(
		__entry->loop = cotask_loop_id(task->base.loop);
		__entry->task = task->id;
		__entry->result = task->base.result;
		__entry->cancelled = cancelled;
	),
	TP_printk("loop=%u task=%llu result=%ld%s", __entry->loop, __entry->task,
		  __entry->result, __entry->cancelled ? " cancelled" : "")
);

/* A timeout has come due, and cancels its task. */
TRACE_EVENT(cotask_timeout,
	TP_PROTO(const struct cotask *task, s64 deadline),
	TP_ARGS(task, deadline),
	TP_STRUCT__entry(
		__field(u32, loop)
		__field(u64, task)
		__field(s64, deadline)
	),
	TP_fast_assign(
		__entry->loop = cotask_loop_id(task->base.loop);
		__entry->task = task->id;
		__entry->deadline = deadline;
	),
	TP_printk("loop=%u task=%llu deadline=%lld", __entry->loop, __entry->task,
		  __entry->deadline)
);

DECLARE_EVENT_CLASS(cotask_group,
	TP_PROTO(const struct cotask_group *group),
	TP_ARGS(group),
	TP_STRUCT__entry(
		__field(u32, loop)
		__field(u64, group)
		__field(u64, parent)
		__field(u32, live)
		__field(s32, error)
	),
	TP_fast_assign(
		__entry->loop = cotask_loop_id(group->base.loop);
		__entry->group = group->id;
		__entry->parent = group->scope.task ? group->scope.task->id : 0;
		__entry->live = group->live;
		__entry->error = group->error;
	),
	TP_printk("loop=%u group=%llu parent=%llu live=%u error=%d", __entry->loop,
		  __entry->group, __entry->parent, __entry->live, __entry->error)
);

DEFINE_EVENT(cotask_group, cotask_group_begin,
	TP_PROTO(const struct cotask_group *group),
	TP_ARGS(group)
);

DEFINE_EVENT(cotask_group, cotask_group_abort,
	TP_PROTO(const struct cotask_group *group),
	TP_ARGS(group)
);

DEFINE_EVENT(cotask_group, cotask_group_end,
	TP_PROTO(const struct cotask_group *group),
	TP_ARGS(group)
);

/* A turn is over. */
TRACE_EVENT(cotask_turn,
	TP_PROTO(const struct cotask_loop *loop, unsigned int entries),
	TP_ARGS(loop, entries),
	TP_STRUCT__entry(
		__field(u32, loop)
		__field(u32, entries)
	),
	TP_fast_assign(
		__entry->loop = cotask_loop_id(loop);
		__entry->entries = entries;
	),
	TP_printk("loop=%u entries=%u", __entry->loop, __entry->entries)
);

/* A process runs the code of tasks, and has not called ENTER for too long. */
TRACE_EVENT(cotask_late,
	TP_PROTO(const struct cotask_loop *loop, const char *name),
	TP_ARGS(loop, name),
	TP_STRUCT__entry(
		__field(u32, loop)
		__array(char, name, 32)
	),
	TP_fast_assign(
		__entry->loop = cotask_loop_id(loop);
		strscpy(__entry->name, name, sizeof(__entry->name));
	),
	TP_printk("loop=%u name=%s", __entry->loop, __entry->name)
);

#endif /* _TRACE_COTASK_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH trace/events
#define TRACE_INCLUDE_FILE cotask
#include <trace/define_trace.h>
