/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask search - programs of calls to /dev/cotask
 *
 * A program is data: bytes that select calls, files and operations.  Every byte sequence is
 * valid, so that any change of a program is another program.
 */
#ifndef COTASK_SEARCH_PROGRAM_H
#define COTASK_SEARCH_PROGRAM_H

#include <linux/cotask.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define OPS		6
#define CALLS		24
#define FILES		4

/**
 * struct search_op - an operation; ops.c interprets the bytes
 * @opcode: COTASK_OP_*
 * @flags: COTASK_OP_F_*
 * @task: one of the tasks that run, or none
 * @handle: one of the handles that fit
 * @other: likewise
 * @value: which value
 * @len: how much
 * @arg: which argument
 */
struct search_op {
	uint8_t opcode, flags, task, handle, other, value, len, arg;
};

enum search_what {
	DO_ENTER, DO_ENTER_AGAIN, DO_ENTER_MANY, DO_POST, DO_WAIT, DO_QUERY, DO_INSPECT,
	DO_CANCEL_ID, DO_READ_INSPECT, DO_POLL, DO_EPOLL, DO_OPEN, DO_CLOSE, DO_DUP, DO_PASS,
	DO_THREAD, DO_FORK, DO_STATUS, DO_STOP, DO_CLOSE_EXPORTED, DO_MAKE_READY, DO_SLEEP,
	DO_LIMIT, DO_BAD_MEMORY, DO_LIST, DO_MAX
};

/**
 * struct search_call - a call
 * @what: one of enum search_what
 * @file: which file
 * @n_ops: number of operations
 * @a: further argument
 * @op: the operations
 */
struct search_call {
	uint8_t what, file, n_ops, a;
	struct search_op op[OPS];
};

struct search_program {
	uint32_t n;
	struct search_call call[CALLS];
};

/* --- program.c ----------------------------------------------------------------------------- */

uint32_t rnd(uint32_t below);
void rnd_seed(uint64_t seed);
void program_make(struct search_program *p);
void program_change(struct search_program *p, const struct search_program *other);
void program_print(const struct search_program *p, FILE *to);
bool program_parse(struct search_program *p, const char *text);

/* --- machine.c ----------------------------------------------------------------------------- */

/* Runs a program.  Return: the number of operations and calls. */
uint64_t machine_run(const struct search_program *p);
void machine_init(void);
int machine_fd(uint8_t which);
int machine_exported(uint8_t which);

/* --- ops.c --------------------------------------------------------------------------------- */

void ops_init(void);
int64_t ops_now(void);
/* From the bytes of a program; names.c then assumes that it succeeds. */
struct cotask_op ops_make(unsigned int file, const struct search_op *op);
struct cotask_op ops_make_posted(unsigned int file, const struct search_op *op);
/* Record operations that the kernel has applied, and their number. */
void ops_done(unsigned int file, const struct cotask_op *op, unsigned int n,
	      unsigned int applied);
uint32_t ops_submission(unsigned int file, uint8_t h);
/* Print the number of each result per operation. */
void ops_print(FILE *to);

/* --- trace.c -------------------------------------------------------------------------------- */

/* From here on all calls are printed. */
void trace_to(FILE *to);
__attribute__((format(printf, 1, 2))) void trace(const char *format, ...);
/* Operations that were given to the kernel, which has applied so many. */
void trace_ops(const struct cotask_op *op, unsigned int n, unsigned int applied);
void trace_events(const struct cotask_event_info *e, unsigned int n);

/* --- cover.c --------------------------------------------------------------------------------- */

/* Whether the kernel records the code that this thread runs. */
bool cover_init(void);
void cover_begin(void);
/* Evaluate the code that was run since then.  Return: the number of new edges. */
unsigned int cover_end(void);
unsigned int cover_edges(void);
void cover_print(FILE *to);

#endif /* COTASK_SEARCH_PROGRAM_H */
