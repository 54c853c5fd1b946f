// SPDX-License-Identifier: GPL-2.0
/*
 * cotask search - the state of a program's files
 */
#include <errno.h>
#include <string.h>

#include "../uapi/op_fields.h"
#include "names.h"
#include "program.h"

/**
 * struct names - state of a file
 * @kind: kind of each handle
 * @running: tasks whose code runs, in order
 * @n_running: number of these tasks
 * @innermost: the scope that a task has entered last, or 0
 * @outer: the scope that encloses a scope, or 0
 */
static struct names {
	uint8_t kind[HANDLES];
	uint8_t running[HANDLES];
	unsigned int n_running;
	uint8_t innermost[HANDLES];
	uint8_t outer[HANDLES];
} names[FILES];

void names_forget(unsigned int file)
{
	memset(&names[file], 0, sizeof(names[file]));
}

unsigned int names_find(unsigned int file, unsigned int kinds, uint32_t handle[HANDLES])
{
	unsigned int i, n = 0;

	for (i = 1; i < HANDLES; i++) {
		if (IS(names[file].kind[i]) & kinds)
			handle[n++] = i;
	}
	return n;
}

uint32_t names_actor(unsigned int file, unsigned int kinds, uint8_t which)
{
	const struct names *n = &names[file];
	unsigned int i, running = n->n_running;
	uint32_t task;

	for (i = 0; i < running; i++) {
		task = n->running[(which + i) % running];
		if (IS(n->kind[task]) & kinds)
			return task;
	}
	return 0;
}

uint32_t names_inside(unsigned int file, uint32_t task)
{
	return task < HANDLES ? names[file].innermost[task] : 0;
}

unsigned int names_made_by(const struct cotask_op *op)
{
	switch (op->opcode) {
	case COTASK_OP_SPAWN:
		return NEW;
	case COTASK_OP_SPAWN_NATIVE:
		return TASK;
	case COTASK_OP_SUBMIT:
		return SUBMISSION;
	case COTASK_OP_SHIELD:
		return SHIELD;
	case COTASK_OP_GATHER:
		return GATHER;
	case COTASK_OP_ITERATE:
		return ITERATION;
	case COTASK_OP_IMPORT:
		return REMOTE;
	case COTASK_OP_MAKE:
	case COTASK_OP_ENTER:
		return (op->arg & 0xff) < COTASK_KIND_LAST ? op->arg & 0xff : COTASK_KIND_NONE;
	default:
		return COTASK_KIND_NONE;
	}
}

static void set_kind(unsigned int file, uint32_t handle, unsigned int kind)
{
	if (handle >= HANDLES)
		return;
	names[file].kind[handle] = kind;
	names[file].innermost[handle] = 0;
}

static void starts(unsigned int file, uint32_t task)
{
	struct names *n = &names[file];

	if (!task || task >= HANDLES || n->n_running == HANDLES)
		return;
	n->running[n->n_running++] = task;
	if (n->kind[task] == NEW)
		n->kind[task] = TASK;
}

static void stops(unsigned int file, uint32_t task)
{
	struct names *n = &names[file];
	unsigned int i, left = 0;

	for (i = 0; i < n->n_running && i < HANDLES; i++) {
		if (n->running[i] != task)
			n->running[left++] = n->running[i];
	}
	n->n_running = left;
}

static bool ends_step(unsigned int file, const struct cotask_op *op)
{
	if (op->opcode >= COTASK_OP_LAST || op->flags & COTASK_OP_F_TRY)
		return false;
	if (op->opcode == COTASK_OP_LEAVE && op->handle < HANDLES)
		return names[file].kind[op->handle] == COTASK_KIND_GROUP;
	return (op_fields[op->opcode] & F_ENDS) == F_ENDS;
}

void names_request(unsigned int file, const struct cotask_op *op)
{
	struct names *n = &names[file];

	if (names_made_by(op) != COTASK_KIND_NONE)
		set_kind(file, op->handle, names_made_by(op));
	if (op->opcode == COTASK_OP_SUBMIT)
		set_kind(file, op->other, NEW);
	if (ends_step(file, op))
		stops(file, op->task);
	if (op->task >= HANDLES || op->handle >= HANDLES)
		return;
	if (op->opcode == COTASK_OP_ENTER) {
		n->outer[op->handle] = n->innermost[op->task];
		n->innermost[op->task] = op->handle;
	} else if (op->opcode == COTASK_OP_LEAVE && op->handle == n->innermost[op->task]) {
		n->innermost[op->task] = n->outer[op->handle];
	}
}

static void was_refused(unsigned int file, const struct cotask_op *op)
{
	struct names *n = &names[file];

	if (ends_step(file, op))
		starts(file, op->task);
	if (op->opcode == COTASK_OP_ENTER && op->task < HANDLES && op->handle < HANDLES &&
	    n->innermost[op->task] == op->handle)
		n->innermost[op->task] = n->outer[op->handle];
	if (names_made_by(op) == COTASK_KIND_NONE)
		return;
	set_kind(file, op->handle, COTASK_KIND_NONE);
	if (op->opcode == COTASK_OP_SUBMIT)
		set_kind(file, op->other, COTASK_KIND_NONE);
}

void names_result(unsigned int file, const struct cotask_op *op, bool applied)
{
	if (!applied)
		was_refused(file, op);
	else if (op->result == -ESRCH || op->result == -ENOENT)
		stops(file, op->task);
	else if (op->result < 0)
		was_refused(file, op);
	else if (op->opcode == COTASK_OP_FORGET)
		set_kind(file, op->handle, COTASK_KIND_NONE);
	else if (op->opcode == COTASK_OP_START && op->handle < HANDLES)
		names[file].kind[op->handle] = AWAITED_START;
	else if (op->opcode == COTASK_OP_EXIT)
		set_kind(file, op->task,
			 op->flags & COTASK_OP_F_FORGET ? COTASK_KIND_NONE : OVER);
	else if (op->opcode == COTASK_OP_SPAWN && op->result == 1)
		starts(file, op->handle);
}

void names_event(unsigned int file, const struct cotask_event_info *e)
{
	if (e->type == COTASK_EVENT_STEP)
		starts(file, e->handle);
	else if (e->type == COTASK_EVENT_GONE)
		set_kind(file, e->handle, OVER);
}
