/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask search - the state of a program's files
 *
 * Records the kind of object of each handle, the running tasks, and their scopes.  The state may
 * be wrong: threads of a program share it without a lock, and a call may be interrupted.  The
 * program then requests operations that the kernel refuses, which does no harm.
 */
#ifndef COTASK_SEARCH_NAMES_H
#define COTASK_SEARCH_NAMES_H

#include <linux/cotask.h>
#include <stdbool.h>
#include <stdint.h>

#define HANDLES		24	/* from 1; 0 is not a handle */

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

/* Collect the handles of these kinds.  Return: their number. */
unsigned int names_find(unsigned int file, unsigned int kinds, uint32_t handle[HANDLES]);

/* A running task of these kinds; 0: none. */
uint32_t names_actor(unsigned int file, unsigned int kinds, uint8_t which);

/* The innermost scope of the task; 0: none. */
uint32_t names_inside(unsigned int file, uint32_t task);

/* The kind of the object that the operation makes; COTASK_KIND_NONE: none. */
unsigned int names_made_by(const struct cotask_op *op);

/* Record an operation before it is requested, for the choice of later operations. */
void names_request(unsigned int file, const struct cotask_op *op);

/* Record the result of an operation that was applied. */
void names_result(unsigned int file, const struct cotask_op *op, bool applied);

/* Record an event that the kernel has delivered. */
void names_event(unsigned int file, const struct cotask_event_info *e);

#endif /* COTASK_SEARCH_NAMES_H */
