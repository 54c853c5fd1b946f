/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask search - what a program knows of its files
 *
 * Which kind of object each handle names, which tasks run, and what they are inside of.  It may
 * be wrong: threads of a program share it without a lock, and a call may end half done.  A
 * program then makes operations that the kernel refuses, which does no harm.
 */
#ifndef COTASK_SEARCH_NAMES_H
#define COTASK_SEARCH_NAMES_H

#include <linux/cotask.h>
#include <stdbool.h>
#include <stdint.h>

#define HANDLES		24	/* from 1; 0 is no handle */

/*
 * Kinds of handles, beside COTASK_KIND_*.  NEW is a task before its first step, AWAITED_START
 * one that COTASK_OP_START waits for, OVER one that has ended.  NONE is a free handle.
 */
enum {
	TASK = COTASK_KIND_LAST, NEW, AWAITED_START, OVER, SHIELD, GATHER, ITERATION, SUBMISSION,
	REMOTE, KINDS
};

#define IS(kind)	(1u << (kind))
#define FREE		IS(COTASK_KIND_NONE)
#define ANY		(((1u << KINDS) - 1) & ~FREE)
#define SCOPES		(IS(COTASK_KIND_GROUP) | IS(COTASK_KIND_TIMEOUT) |		\
			 IS(COTASK_KIND_SCOPE) | IS(COTASK_KIND_SECTION))
#define TASKS		(IS(TASK) | IS(NEW) | IS(AWAITED_START) | IS(OVER))
#define AWAITABLES	(TASKS | IS(COTASK_KIND_FUTURE) | IS(SHIELD) | IS(GATHER))
#define WITH_OUTCOME	(AWAITABLES | IS(REMOTE) | IS(SUBMISSION))

/* A new file: no handles. */
void names_forget(unsigned int file);

/* The handles of these kinds; how many. */
unsigned int names_find(unsigned int file, unsigned int kinds, uint32_t handle[HANDLES]);

/* A task of these kinds that runs; 0: none does. */
uint32_t names_actor(unsigned int file, unsigned int kinds, uint8_t which);

/* What the task is inside of, the innermost; 0: nothing. */
uint32_t names_inside(unsigned int file, uint32_t task);

/* The kind of the object that the operation makes; COTASK_KIND_NONE: none. */
unsigned int names_made_by(const struct cotask_op *op);

/* The program is about to request the operation, for those that it requests after it. */
void names_request(unsigned int file, const struct cotask_op *op);

/* The operation has its result, if it was applied. */
void names_result(unsigned int file, const struct cotask_op *op, bool applied);

/* The kernel has delivered it. */
void names_event(unsigned int file, const struct cotask_event_info *e);

#endif /* COTASK_SEARCH_NAMES_H */
