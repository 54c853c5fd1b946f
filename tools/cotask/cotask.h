/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - the tool: shared declarations
 */
#ifndef COTASK_TOOL_H
#define COTASK_TOOL_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define DEVICE		"/dev/cotask"
#define NSEC_PER_USEC	1000ULL
#define NSEC_PER_MSEC	1000000ULL
#define NSEC_PER_SEC	1000000000ULL

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Exit codes, see cotask(8). */
enum {
	RC_OK,
	RC_NOTHING,	/* nothing matches the arguments, or a cancel was too late */
	RC_USAGE,
	RC_CANNOT,	/* no module, no permission, no memory ... */
	RC_INCOMPLETE,	/* a loop did not answer, or events were lost */
};

/* --- commands: cmd_*.c -------------------------------------------------- */

int cmd_bench(int argc, char **argv);
int cmd_cancel(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_ps(int argc, char **argv);
int cmd_stat(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_tree(int argc, char **argv);

/* --- options: options.c ------------------------------------------------- */

/**
 * struct options - options of several commands
 * @file: a saved snapshot in place of the kernel's, or NULL
 * @json: print JSON
 * @loop: name or number of the only loop to be shown, or NULL
 * @by_user: show only the loops of one user
 * @uid: number of that user
 * @pid: the only process, or 0
 */
struct options {
	const char *file;
	bool json;
	const char *loop;
	bool by_user;
	unsigned int uid;
	int pid;
};

extern struct options options;

/* Short and long options that options_common() handles. */
#define COMMON_SHORT	"f:hjl:p:u:"
#define COMMON_LONG						\
	{ "file", required_argument, NULL, 'f' },		\
	{ "help", no_argument, NULL, 'h' },			\
	{ "json", no_argument, NULL, 'j' },			\
	{ "loop", required_argument, NULL, 'l' },		\
	{ "pid", required_argument, NULL, 'p' },		\
	{ "user", required_argument, NULL, 'u' },		\
	{ "color", required_argument, NULL, 'C' }

void options_common(int c, const char *usage);
unsigned long long number(const char *text, const char *what);
double seconds(const char *text, const char *what);
unsigned int number_int(const char *text, const char *what);
bool is_number(const char *text);
void output_flush(void);
void output_end(void);
__attribute__((noreturn)) void usage_error(const char *usage, const char *what);
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *fmt, ...);
char *first_line(const char *path);

/* The parameter of the module that measures times. */
#define ACCOUNT		"/sys/module/cotask/parameters/account"

bool is_accounting(void);
uint64_t now_ns(void);

/* What has begun then has used some of the time that is left. */
static inline void spend(uint64_t *left_ns, uint64_t began)
{
	uint64_t took = now_ns() - began;

	*left_ns -= took < *left_ns ? took : *left_ns;
}

void *xrealloc(void *p, size_t n, size_t size);

/* Make room for element @n; the allocation doubles when @n is a power of two. */
void *xgrow(void *p, size_t n, size_t size);

/* The order of two numbers, for qsort(). */
#define LESS(a, b)	(((a) > (b)) - ((a) < (b)))

/* --- snapshots: snapshot.c ------------------------------------------ */

#define BUCKETS		40
#define EDGES		8
#define FRAMES		8

/**
 * struct hist - number of values in each order of magnitude
 * @count: 0: of zeros; n: from 2^(n-1) up to 2^n - 1
 */
struct hist {
	uint64_t count[BUCKETS];
};

struct loop {
	const char *line;	/* as it was read; NULL unless it is requested */
	const char *rest;	/* the second line, which reports that the rest is missing */
	const char *trouble;	/* why tasks of it are missing, or NULL */
	unsigned int listed;	/* number of its tasks that were read */
	unsigned int id;
	const char *name, *kind, *state;
	int pid, thread;
	unsigned int uid;
	uint64_t now;
	unsigned int tasks;
	bool account;
	uint64_t spawned, finished, failed, cancelled, cancels, timeouts, entries;
	uint64_t steps, step_ns, slow_steps;
	uint64_t busy_ns;	/* step_ns, and the time of the current step in its process */
	uint64_t slowest_ns, slowest_task;
	const char *slowest;	/* function of a driver, or "" */
	const char *slowest_name;
	struct hist late, step, ready, queue;
};

struct group {
	const char *line;	/* as it was read; NULL unless it is requested */
	struct loop *loop;
	unsigned int loop_id;
	uint64_t id, parent;
	const char *name, *state;
	bool root;
	unsigned int children, jobs;
	int outcome;
	const char *cause;	/* NULL: it was not cancelled */
	uint64_t by;
	int error;
	unsigned int n;		/* its tasks: snapshot.member[first], ... */
	unsigned int first;
};

/* Phases of a task. */
enum phase { BUSY, READY, WAITING, PHASES };

/**
 * struct times - the time that a task has spent in one phase
 * @total: in nanoseconds
 * @longest: the longest time without a break
 */
struct times {
	uint64_t total, longest;
};

struct task {
	const char *line;	/* as it was read; NULL unless it is requested */
	struct loop *loop;
	struct group *group;
	uint64_t id, group_id, parent;
	const char *name, *state;
	bool in_process;	/* its process runs its code, or is about to */
	const char *on;		/* kind of its awaitable; NULL: it does not wait */
	unsigned int handle;	/* the object's number in its process; 0: it has none */
	const char *object;	/* the object in the kernel; NULL: not known */
	int fd;			/* file descriptor that it waits for, or -1 */
	unsigned int events;	/* POLLIN etc. */
	const char *file;	/* the file of @fd, see files.c; NULL: not known */
	uint64_t leaves;	/* group whose end it waits for, or 0 */
	uint64_t holder;	/* task that holds the object, or 0 */
	uint64_t waits_for[EDGES];
	unsigned int n_waits_for;
	int64_t deadline;	/* of a sleep; 0: none */
	int64_t timeout;	/* of the scopes around it; 0: none */
	uint64_t since;		/* begin of its current phase; 0: not measured */
	unsigned int cancelling;
	bool armed;
	const char *cause;
	uint64_t by;
	int error;
	struct times time[PHASES];
	unsigned int steps;
	const char *frame[FRAMES];
	unsigned int n_frames;	/* there may be more */
	uint64_t code;		/* of a hosted task: address of its description in the process */
};

/**
 * struct snapshot - loops, groups and tasks, by number
 * @loop: loops
 * @group: groups, in order
 * @task: tasks, in order
 * @member: all tasks, those of a group together and in their order there
 * @string: all strings, each once, by a hash
 * @strings: room for them, a power of two
 * @n_strings: how many
 * @n_loops: how many loops
 * @n_groups: how many groups
 * @n_tasks: how many tasks
 */
struct snapshot {
	struct loop *loop;
	struct group *group;
	struct task *task;
	struct task **member;
	char **string;
	size_t strings, n_strings;
	unsigned int n_loops, n_groups, n_tasks;
};

int device_open(void);
struct snapshot *snapshot_load(void);
void snapshot_free(struct snapshot *s);
uint64_t loop_busy(const struct loop *now, const struct loop *before);
int snapshot_status(const struct snapshot *s, bool found);
unsigned int snapshot_print_loops(const struct snapshot *s);
unsigned int snapshot_print_json(const struct snapshot *s, struct task **t, unsigned int n);
struct task *snapshot_task(const struct snapshot *s, uint64_t id);
struct group *snapshot_group(const struct snapshot *s, uint64_t id);
bool loop_wanted(const struct loop *l);
void snapshot_add_frame(struct snapshot *s, struct task *t, const char *frame);
void snapshot_tell_frames(struct snapshot *s, struct task *t, unsigned int first);
void snapshot_tell_file(struct snapshot *s, struct task *t, const char *file);
bool snapshot_hides(void);

/* --- files of descriptors: files.c --------------------------------------- */

void files_find(struct snapshot *s, struct task **t, size_t n);
void files_forget(void);

/* --- the code of a process: frames.c, and apart.c, which runs it in a child -- */

#define WORDS	256	/* room for them in one text */

/* Innermost first; untrusted data. */
struct frames {
	unsigned int n;
	char at[FRAMES][WORDS];
};

bool frames_helper(int argc, char **argv, int *rc);
bool frames_open(int pid, int mem, int maps);
void frames_look(uint64_t code, struct frames *to);
void frames_find(struct snapshot *s, struct task **t, size_t n);
bool frames_refused(void);
void frames_forget(void);

/* --- words: words.c ----------------------------------------------------- */

/* A buffer for words that is used up by one expression. */
#define BUF	((char [WORDS]) { 0 })

char *say_ns(char *buf, uint64_t ns);
char *say_frame(char *buf, const char *frame);
char *say_where(char *buf, const struct task *t);
char *say_wait(char *buf, const struct snapshot *s, const struct task *t);
char *say_time(char *buf, const struct task *t);
char *say_left(char *buf, const struct task *t);
char *say_slowest(char *buf, const struct snapshot *s, const struct loop *l);
char *say_cancel(char *buf, const struct snapshot *s, const char *cause, uint64_t by, int error);
char *say_owner(char *buf, const struct loop *l);
char *say_user(char *buf, unsigned int uid);
uint64_t hist_total(const struct hist *h);
struct hist hist_since(const struct hist *now, const struct hist *before);
uint64_t hist_percentile(const struct hist *h, unsigned int percent);

/* --- terminal: term.c --------------------------------------------------- */

enum colour { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN };

void term_init(void);
void term_colours(const char *when);
const char *colour(enum colour c);
enum colour colour_of_wait(const struct task *t);
unsigned int term_width(void);
bool term_utf8(void);
bool term_char(const char *text, size_t *len);
void term_clean(char *to, size_t size, const char *text);
unsigned int text_width(const char *text);
size_t text_fit(const char *text, unsigned int *room);
void text_copy(char *to, size_t size, const char *text);
const char *term_cut(void);

/**
 * struct table - rows of cells; a column is as wide as its widest cell
 * @title: of each column; a "<" before it: the words begin at the left
 * @optional: titles of columns that are left out of a narrow terminal, the first one first; NULL
 *	behind the last one, or no list
 * @columns: how many
 * @cell: rows of @columns words
 * @tint: colour of each cell
 * @cells: how many there are
 */
struct table {
	const char *const *title;
	const char *const *optional;
	unsigned int columns;
	char **cell;
	enum colour *tint;
	unsigned int cells;
};

void table_cell(struct table *t, enum colour tint, const char *text);
void table_print(struct table *t, bool titles);

/* --- top: top_lines.c ---------------------------------------------------- */

/**
 * struct line - a task, and its activity since the last snapshot
 * @t: the task
 * @ns: how long it was busy, ready, and has waited
 * @steps: how many steps
 * @wait_ns: for how long it has been waiting
 * @parent: task that has entered its group, if that is in the list; or 0
 * @depth: how many parents it has
 * @moved: it has its place in the tree
 */
struct line {
	struct task *t;
	uint64_t ns[PHASES];
	uint64_t steps;
	uint64_t wait_ns;
	uint64_t parent;
	unsigned int depth;
	bool moved;
};

/**
 * struct order - order and filter of the tasks that are shown
 * @key: b, r, w, s or n: by busy or ready time, wait, steps, name
 * @tree: behind their parents
 * @find: only those whose row contains this
 */
struct order {
	char key;
	bool tree;
	char find[64];
};

unsigned int top_lines(const struct snapshot *s, const struct snapshot *before,
		       const struct order *how, struct line **lines);

/* --- trace: trace_*.c --------------------------------------------------- */

enum event_kind {
	EVENT_SPAWN, EVENT_BEGIN, EVENT_END, EVENT_SUSPEND, EVENT_WAKE, EVENT_GIVE,
	EVENT_NAME, EVENT_CANCEL, EVENT_DONE, EVENT_TIMEOUT, EVENT_GROUP_BEGIN, EVENT_GROUP_ABORT,
	EVENT_GROUP_END, EVENT_TURN, EVENT_KINDS
};

/**
 * struct event - an event of the trace
 * @ts: nanoseconds on CLOCK_MONOTONIC
 * @nr: number in order of arrival
 * @kind: what
 * @loop: on which loop
 * @task: to which task, or group
 * @value: its outcome, a group's parent, the canceller ...
 * @text: what it waits on, or its name; or the cause of a cancel
 * @where: function and line, or ""
 */
struct event {
	uint64_t ts;
	size_t nr;
	enum event_kind kind;
	unsigned int loop;
	uint64_t task;
	int64_t value;
	char text[64];
	char where[80];
};

/**
 * struct recording - the events of a period
 * @event: in order of time; the first ones may be from before @begin
 * @n: how many
 * @begin: when it began
 * @end: when it has ended
 * @lost: how many events are missing
 * @before: snapshot from the beginning
 */
struct recording {
	struct event *event;
	size_t n;
	uint64_t begin, end;
	uint64_t lost;
	struct snapshot *before;
};

/* A period in which a task does not change its state. */
enum slice_kind {
	SLICE_RUN, SLICE_PROCESS, SLICE_READY, SLICE_SLEEP, SLICE_TASK, SLICE_FUTURE, SLICE_GROUP,
	SLICE_OTHER, SLICE_KINDS
};

extern const char *const slice_name[SLICE_KINDS];

/* Its code runs: in the kernel, or in its process. */
static inline bool slice_is_busy(enum slice_kind kind)
{
	return kind == SLICE_RUN || kind == SLICE_PROCESS;
}

struct slice {
	uint64_t begin, end;
	enum slice_kind kind;
	char on[24];
	char where[80];
};

/**
 * struct lane - the recorded part of the life of a task
 * @task: its number
 * @loop: its loop's
 * @name: its name
 * @begin: when it was spawned, or the recording began
 * @end: when it was done, or the recording has ended
 * @outcome: what it has ended with, in words, or "" if it has not
 * @slice: its states, one after the other without gaps
 * @n: how many
 * @run_ns: how long it ran
 */
struct lane {
	uint64_t task;
	unsigned int loop;
	char name[64];
	uint64_t begin, end;
	char outcome[32];
	struct slice *slice;
	size_t n;
	uint64_t run_ns;
};

struct timeline {
	const struct recording *recording;
	struct lane *lane;
	size_t n;
};

struct recording *trace_record(double seconds, size_t most);
struct timeline *timeline_make(const struct recording *r);
const char *timeline_loop_name(const struct timeline *t, unsigned int loop, char *buf);
void trace_write_json(const struct timeline *t, FILE *f);
void trace_write_svg(const struct timeline *t, FILE *f, unsigned int lanes);

#endif /* COTASK_TOOL_H */
