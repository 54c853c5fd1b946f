/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask tests - a log, and coroutines made of scripts
 *
 * Most rules define an order of events.  A test plays *scripts*: arrays of small
 * instructions that real tasks run on a manual loop.  Errors behave as
 * exceptions do in the language that the semantics come from: they leave block after
 * block until an EXCEPT stops them.
 *
 *	static const struct line child[] = { LOG("in"), SLEEP(10), LOG("out"), END };
 *	static const struct line parent[] = {
 *		GROUP(0),
 *			SPAWN(1, 0, child),
 *			RAISE(E1),
 *		ENDGROUP, END
 *	};
 *
 * The interpreter (script.c) uses the public API only.  It serves KUnit cases (see
 * helpers.h) and programs that come from user space (see play.c).
 */
#ifndef COTASK_TESTS_SCRIPT_H
#define COTASK_TESTS_SCRIPT_H

#include <linux/cotask_context.h>
#include <linux/cotask_gather.h>
#include <linux/cotask_inspect.h>
#include <linux/cotask_scope.h>
#include <linux/cotask_sync.h>
#include <linux/cotask_test.h>
#include <linux/cotask_wait.h>

struct kunit;

#define MS		((s64)NSEC_PER_MSEC)
#define E1		(-EIO)		/* two errors as good as any others */
#define E2		(-ENOSPC)

enum op {
	OP_END, OP_LOG, OP_SHOW, OP_SLEEP, OP_YIELD, OP_JOIN, OP_FUTURE, OP_SHIELD,
	OP_CALL, OP_SPAWN, OP_CANCEL, OP_CANCEL_SELF, OP_UNCANCEL, OP_COUNT, OP_SET,
	OP_FAIL, OP_CANCEL_FUTURE, OP_RAISE, OP_RERAISE, OP_RETURN, OP_TRY, OP_EXCEPT,
	OP_ENDTRY, OP_GROUP, OP_ENDGROUP, OP_CANCEL_GROUP, OP_TIMEOUT, OP_ENDTIMEOUT,
	OP_WAIT_FOR, OP_WAIT_FOR_FUTURE, OP_WAIT_FOR_CALL, OP_WAIT_FOR_SHIELD, OP_HOOK,
	OP_REPEAT, OP_ENDREPEAT, OP_ADVANCE, OP_ERRORS, OP_SET_GATHER, OP_AWAIT_SET,
	OP_CANCEL_SET, OP_RESULTS, OP_WAIT, OP_AS_COMPLETED, OP_NEXT, OP_END_ITERATION,
	OP_SHIELD_SET, OP_ACQUIRE, OP_RELEASE, OP_EVENT, OP_EVENT_SET, OP_COND_WAIT,
	OP_NOTIFY, OP_PUT, OP_GET, OP_CLOSE, OP_SECTION, OP_ENDSECTION, OP_SCOPE,
	OP_ENDSCOPE, OP_CANCEL_SCOPE, OP_START, OP_READY, OP_CANCEL_WAIT, OP_ENLIST,
	OP_ACROSS, OP_SPAWN_FAR, OP_SUBMIT, OP_CANCEL_SUBMISSION, OP_SUBMISSION, OP_POST,
	OP_CONFIGURE,
};

struct env;
struct line;

/**
 * struct arg - a member of a set
 * @kind: kind of the member
 * @i: number of the task, future, set or shield
 * @script: script of a coroutine
 */
struct arg {
	enum { ARG_LAST, ARG_TASK, ARG_FUTURE, ARG_SET, ARG_CORO, ARG_SHIELD, ARG_BAD } kind;
	int i;
	const struct line *script;
};

#define LINE_ARGS	6

/**
 * struct line - one instruction
 * @op: the instruction
 * @a: number of a task, future, group or timeout; or a flag
 * @b: value, error or milliseconds
 * @g: number of a group, ROOT; flags of a timeout, MADE; flags and limit of a group
 * @text: text to log
 * @script: script of a coroutine
 * @hook: any other code
 * @arg: members of a set, ended by LAST
 */
struct line {
	enum op op;
	int a;
	long b;
	int g;
	const char *text;
	const struct line *script;
	void (*hook)(struct env *env, struct cotask *task);
	struct arg arg[LINE_ARGS + 1];
};

#define LAST			{ .kind = ARG_LAST }
#define T(n)			{ .kind = ARG_TASK, .i = (n) }
#define F(n)			{ .kind = ARG_FUTURE, .i = (n) }
#define S(n)			{ .kind = ARG_SET, .i = (n) }
#define C(s)			{ .kind = ARG_CORO, .script = (s) }
#define SHIELD_OF(t)		{ .kind = ARG_SHIELD, .i = (t) }
#define BAD			{ .kind = ARG_BAD }
#define ARGS(...)		.arg = { __VA_ARGS__, LAST }

#define ROOT			(-1)
#define END			{ .op = OP_END }
#define LOG(s)			{ .op = OP_LOG, .text = (s) }
/* Log the last outcome: a number, or the name of the error. */
#define SHOW			{ .op = OP_SHOW }
#define SLEEP(ms)		{ .op = OP_SLEEP, .b = (ms) }
#define YIELD			{ .op = OP_YIELD }
#define JOIN(t)			{ .op = OP_JOIN, .a = (t) }
#define FUTURE(f)		{ .op = OP_FUTURE, .a = (f) }
/* Await shield(task t). */
#define SHIELD(t)		{ .op = OP_SHIELD, .a = (t) }
#define CALL(s)			{ .op = OP_CALL, .script = (s) }
#define SPAWN(t, group, s)	{ .op = OP_SPAWN, .a = (t), .g = (group), .script = (s) }
#define SPAWN_EAGER(t, group, s) \
	{ .op = OP_SPAWN, .a = (t), .g = (group), .script = (s), .b = COTASK_SPAWN_EAGER }
/* Cancel task t; SHOW logs 1 or 0. */
#define CANCEL(t)		{ .op = OP_CANCEL, .a = (t) }
#define CANCEL_SELF		{ .op = OP_CANCEL_SELF }
/* SHOW logs the remaining count. */
#define UNCANCEL		{ .op = OP_UNCANCEL }
/* Log the current task's cancel count, as n0, n1 ... */
#define COUNT			{ .op = OP_COUNT }
#define SET(f, v)		{ .op = OP_SET, .a = (f), .b = (v) }
#define FAIL(f, e)		{ .op = OP_FAIL, .a = (f), .b = (e) }
#define CANCEL_FUTURE(f)	{ .op = OP_CANCEL_FUTURE, .a = (f) }
#define RAISE(e)		{ .op = OP_RAISE, .b = (e) }
#define RERAISE			{ .op = OP_RERAISE }
#define RETURN(v)		{ .op = OP_RETURN, .b = (v) }
/* TRY .. EXCEPT .. ENDTRY: any error, -ECANCELED included */
#define TRY			{ .op = OP_TRY }
#define EXCEPT			{ .op = OP_EXCEPT }
#define ENDTRY			{ .op = OP_ENDTRY }
#define GROUP(i)		{ .op = OP_GROUP, .a = (i) }
#define ENDGROUP		{ .op = OP_ENDGROUP }
/* Log the errors of a group: t1: E1 body: E2 .. */
#define ERRORS(i)		{ .op = OP_ERRORS, .a = (i) }
#define CANCEL_GROUP(i)		{ .op = OP_CANCEL_GROUP, .a = (i) }
#define TIMEOUT(i, ms)		{ .op = OP_TIMEOUT, .a = (i), .b = (ms) }
#define NEVER			(-1000000)	/* no deadline */
/* Enter timeout i as the case has made it. */
#define TIMEOUT_MADE(i)		{ .op = OP_TIMEOUT, .a = (i), .g = MADE }
#define MADE			(-1)
#define ENDTIMEOUT		{ .op = OP_ENDTIMEOUT }
#define WAIT_FOR(t, ms)		{ .op = OP_WAIT_FOR, .a = (t), .b = (ms) }
#define WAIT_FOR_FUTURE(f, ms)	{ .op = OP_WAIT_FOR_FUTURE, .a = (f), .b = (ms) }
#define WAIT_FOR_CALL(s, ms)	{ .op = OP_WAIT_FOR_CALL, .script = (s), .b = (ms) }
/* wait_for(shield(task t), ms) */
#define WAIT_FOR_SHIELD(t, ms)	{ .op = OP_WAIT_FOR_SHIELD, .a = (t), .b = (ms) }
#define HOOK(fn)		{ .op = OP_HOOK, .hook = (fn) }
#define REPEAT(n)		{ .op = OP_REPEAT, .b = (n) }
#define ENDREPEAT		{ .op = OP_ENDREPEAT }
/* Move the clock in the middle of a step: a step that takes long. */
#define ADVANCE(ms)		{ .op = OP_ADVANCE, .b = (ms) }

#define SPAWN_FLAGS(t, group, s, flags) \
	{ .op = OP_SPAWN, .a = (t), .g = (group), .script = (s), .b = (flags) }
/* A shielded section, and a cancel scope. */
#define SECTION(i, ms)		{ .op = OP_SECTION, .a = (i), .b = (ms) }
#define ENDSECTION		{ .op = OP_ENDSECTION }
#define SCOPE(i)		{ .op = OP_SCOPE, .a = (i) }
#define ENDSCOPE		{ .op = OP_ENDSCOPE }
#define CANCEL_SCOPE(i)		{ .op = OP_CANCEL_SCOPE, .a = (i) }
/* Start task t in a group, wait until it is READY. */
#define START(t, group, s)	{ .op = OP_START, .a = (t), .g = (group), .script = (s) }
/* SHOW logs 0 or the error. */
#define READY(t, v)		{ .op = OP_READY, .a = (t), .b = (v) }
#define CANCEL_WAIT(t)		{ .op = OP_CANCEL_WAIT, .a = (t) }
/* The current task is task t from now on. */
#define ENLIST(t)		{ .op = OP_ENLIST, .a = (t) }

/* --- another loop --- */
/* Await task t of any loop. */
#define ACROSS(t)		{ .op = OP_ACROSS, .a = (t) }
/* Spawn task t, or make submission i of a task, on the loop that the current task is not on. */
#define SPAWN_FAR(t, s)		{ .op = OP_SPAWN_FAR, .a = (t), .script = (s) }
#define SUBMIT(i, s)		{ .op = OP_SUBMIT, .a = (i), .script = (s) }
/* SHOW logs 1 or 0. */
#define CANCEL_SUBMISSION(i)	{ .op = OP_CANCEL_SUBMISSION, .a = (i) }
/* SHOW logs its outcome. */
#define SUBMISSION(i)		{ .op = OP_SUBMISSION, .a = (i) }
/* Log p<i> in that loop; each i once. */
#define POST(i)			{ .op = OP_POST, .a = (i) }

/* --- sets and blocking primitives --- */
/* Make set i; SHOW logs 0 or the error.  RACE is a flag here. */
#define GATHER(i, flags, ...)	{ .op = OP_SET_GATHER, .a = (i), .b = (flags), ARGS(__VA_ARGS__) }
#define GATHER_NOTHING(i)	{ .op = OP_SET_GATHER, .a = (i) }
#define COLLECT			COTASK_GATHER_COLLECT
#define FAIL_FAST		COTASK_GATHER_FAIL_FAST
#define RACE			BIT(16)
#define AWAIT_SET(i)		{ .op = OP_AWAIT_SET, .a = (i) }
/* Await shield(set i). */
#define SHIELD_SET(i)		{ .op = OP_SHIELD_SET, .a = (i) }
#define CANCEL_SET(i)		{ .op = OP_CANCEL_SET, .a = (i) }
/* Log the results of the members of set i, as [..]; - is one that goes on. */
#define RESULTS(i)		{ .op = OP_RESULTS, .a = (i) }
/* wait(); then RESULTS(i) tells which members are done. */
#define WAIT(i, mode, ms, ...)	\
	{ .op = OP_WAIT, .a = (i), .g = (mode), .b = (ms), ARGS(__VA_ARGS__) }
#define WALL			COTASK_WAIT_ALL
#define WFIRST			COTASK_WAIT_FIRST
#define WERROR			COTASK_WAIT_FIRST_ERROR
#define AS_COMPLETED(i, ms, ...) \
	{ .op = OP_AS_COMPLETED, .a = (i), .b = (ms), ARGS(__VA_ARGS__) }
/* Log the next member as #number=result, or end. */
#define NEXT(i)			{ .op = OP_NEXT, .a = (i) }
#define END_ITERATION(i)	{ .op = OP_END_ITERATION, .a = (i) }
#define TAKE(i)		{ .op = OP_ACQUIRE, .a = (i) }
#define GIVE(i)		{ .op = OP_RELEASE, .a = (i) }
#define EVENT(i)		{ .op = OP_EVENT, .a = (i) }
#define EVENT_SET(i)		{ .op = OP_EVENT_SET, .a = (i) }
#define COND_WAIT(i)		{ .op = OP_COND_WAIT, .a = (i) }
/* SHOW logs the number of tasks that were woken. */
#define NOTIFY(i, n)		{ .op = OP_NOTIFY, .a = (i), .b = (n) }
#define PUT(i, v)		{ .op = OP_PUT, .a = (i), .b = (v) }
/* SHOW logs the item. */
#define GET(i)			{ .op = OP_GET, .a = (i) }
#define CLOSE(i)		{ .op = OP_CLOSE, .a = (i) }

#define LIMIT_SHIFT	2	/* of the limit of a group, after its flags */

#define LOG_SIZE	8192
#define ENV_OBJECTS	16
#define ENV_SETS	4
#define ENV_MEMBERS	8

/* A number on its way through a queue. */
struct parcel {
	struct list_head link;
	long value;
};

/* A function that a loop is asked to run. */
struct posted {
	struct cotask_callback cb;
	struct env *env;
	int i;
};

/**
 * struct env - environment of a test
 * @test: the case, of KUnit
 * @loop: a manual loop
 * @far: another loop, see far.c; or NULL
 * @program: the program that is played, for @trace
 * @trace: receives each instruction, its outcome, and the value of SHOW; or NULL
 * @broken: why the test itself does not work, or NULL
 * @log: log of events, words separated by blanks
 * @task: handles, by number
 * @future: futures, pending at the beginning
 * @group: groups, not entered
 * @timeout: timeouts, not entered
 * @section: shielded sections
 * @scope: cancel scopes, made
 * @start: starts of tasks, by number
 * @set: gathers and races
 * @wait: waits, which use @member of the same number
 * @it: iterations, likewise
 * @member: members of sets
 * @shield: made for members
 * @shields: number of these shields
 * @lock: locks; semaphores with one permit
 * @event: events
 * @cond: conditions, each with the lock of its number
 * @queue: queues that hold as many items as their number says; 0: any number
 * @submission: submissions of tasks of any loop, or NULL
 * @posted: not in use at the beginning
 * @actors: live script frames
 * @errors: number of calls of the loop's error handler
 * @last_error: error of the last call
 * @last_task: id of the task of the last call, 0 if it was no task
 */
struct env {
	struct kunit *test;
	struct cotask_loop *loop;
	struct cotask_loop *far;
	const struct program *program;
	void (*trace)(struct env *env, struct cotask *task, const struct line *l,
		      long rc, long last);
	const char *broken;
	char log[LOG_SIZE];
	struct cotask *task[ENV_OBJECTS];
	struct cotask_future future[ENV_OBJECTS];
	struct cotask_group group[ENV_OBJECTS];
	struct cotask_timeout timeout[ENV_OBJECTS];
	struct cotask_section section[ENV_SETS];
	struct cotask_cancel_scope scope[ENV_SETS];
	struct cotask_start start[ENV_OBJECTS];
	struct cotask_set set[ENV_SETS];
	struct cotask_wait wait[ENV_SETS];
	struct cotask_as_completed it[ENV_SETS];
	struct cotask_member member[ENV_SETS][ENV_MEMBERS];
	struct cotask_shield shield[ENV_MEMBERS];
	unsigned int shields;
	struct cotask_lock lock[ENV_SETS];
	struct cotask_event event[ENV_SETS];
	struct cotask_cond cond[ENV_SETS];
	struct cotask_queue queue[ENV_SETS];
	struct cotask_submission *submission[ENV_SETS];
	struct posted posted[ENV_SETS];
	int actors;
	unsigned int errors;
	int last_error;
	u64 last_task;
};

/* Make futures, groups and so on for the loop of @env; drop them and all tasks. */
void env_fill(struct env *env);
void env_empty(struct env *env);

__printf(2, 3) void note(struct env *env, const char *fmt, ...);
/* NULL: it is a number. */
const char *error_name(long rc);
void note_outcome(struct env *env, long rc);
void note_errors(struct env *env, int g);
/* The number of a task, or -1. */
int number_of(struct env *env, const struct cotask *t);

/* Number of members of set @i, if it was made. */
unsigned int members_made(struct env *env, int i);
/* Set up the members of set @i.  Return: their number. */
unsigned int members(struct env *env, int i, const struct arg *arg);
/* Make set @i as GATHER() does. */
struct cotask_awaitable *make_set(struct env *env, int i, u32 flags, const struct arg *arg);
/* For OP_CONFIGURE. */
int set_options(struct env *env, const struct line *l);

/* A coroutine object that plays a script; NULL without memory. */
struct cotask_frame *script_frame(struct env *env, const struct line *script);

#endif /* COTASK_TESTS_SCRIPT_H */
