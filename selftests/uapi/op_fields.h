/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - the fields that each operation uses
 *
 * For programs that make operations at random: with random values in the other fields, the
 * kernel would refuse most operations before they do anything.
 */
#ifndef COTASK_OP_FIELDS_H
#define COTASK_OP_FIELDS_H

#include <linux/cotask.h>

#define F_HANDLE	0x01	/* handle */
#define F_OTHER		0x02	/* other */
#define F_VALUE		0x04	/* value */
#define F_ARG		0x08	/* arg */
#define F_MEMBERS	0x10	/* addr, len: an array of handles */
#define F_LEN		0x20	/* len */
#define F_NAME		0x40	/* addr, len: a name */
#define F_USER		0x80	/* user_data */
#define F_MAY_ACT	0x100	/* task, or none */
#define F_ACTS		0x200	/* task: it needs one */
#define F_ENDS		0x600	/* ... whose step it ends */
#define F_POST		0x800	/* COTASK_IOC_POST takes it, too */
#define F_CLOCK		0x1000	/* COTASK_OP_F_ABSOLUTE, _BOOTTIME */
#define F_AHEAD		0x2000	/* COTASK_OP_F_AHEAD */
#define F_TRY		0x4000	/* COTASK_OP_F_TRY */
#define F_NATIVE	0x8000	/* addr, len: a struct cotask_native */
#define F_BUFFER	0x10000	/* addr, len: memory that data moves to or from */
#define F_FORGET	0x20000	/* COTASK_OP_F_FORGET */
#define F_TASK		(F_MAY_ACT | F_ACTS)

static const unsigned int op_fields[COTASK_OP_LAST] = {
	[COTASK_OP_NOP] = F_MAY_ACT | F_POST,
	[COTASK_OP_SPAWN] = F_MAY_ACT | F_HANDLE | F_OTHER | F_ARG | F_NAME | F_USER,
	[COTASK_OP_SPAWN_NATIVE] = F_MAY_ACT | F_HANDLE | F_OTHER | F_NATIVE,
	[COTASK_OP_SUBMIT] = F_POST | F_HANDLE | F_OTHER | F_NAME | F_USER,
	[COTASK_OP_EXIT] = F_ENDS | F_VALUE | F_FORGET,
	[COTASK_OP_SLEEP] = F_ENDS | F_VALUE | F_CLOCK | F_AHEAD,
	[COTASK_OP_AWAIT] = F_ENDS | F_HANDLE,
	[COTASK_OP_WAIT_FOR] = F_ENDS | F_HANDLE | F_VALUE,
	[COTASK_OP_CANCEL_WAIT] = F_ENDS | F_HANDLE,
	[COTASK_OP_MAKE] = F_MAY_ACT | F_HANDLE | F_VALUE | F_ARG | F_LEN | F_OTHER | F_CLOCK,
	[COTASK_OP_SHIELD] = F_MAY_ACT | F_HANDLE | F_OTHER,
	[COTASK_OP_GATHER] = F_MAY_ACT | F_HANDLE | F_MEMBERS | F_ARG,
	[COTASK_OP_ITERATE] = F_MAY_ACT | F_HANDLE | F_MEMBERS | F_VALUE,
	[COTASK_OP_NEXT] = F_ENDS | F_HANDLE,
	[COTASK_OP_WAIT] = F_ENDS | F_MEMBERS | F_ARG | F_VALUE,
	[COTASK_OP_COMPLETE] = F_MAY_ACT | F_POST | F_HANDLE | F_VALUE,
	[COTASK_OP_CANCEL] = F_MAY_ACT | F_POST | F_HANDLE,
	[COTASK_OP_UNCANCEL] = F_MAY_ACT | F_HANDLE,
	[COTASK_OP_CANCEL_ALL] = F_HANDLE,
	[COTASK_OP_ENTER] = F_ACTS | F_HANDLE | F_VALUE | F_ARG | F_LEN | F_CLOCK | F_AHEAD,
	[COTASK_OP_LEAVE] = F_ACTS | F_HANDLE | F_VALUE,
	[COTASK_OP_MOVE] = F_MAY_ACT | F_HANDLE | F_VALUE,
	[COTASK_OP_RESULT] = F_MAY_ACT | F_POST | F_HANDLE,
	[COTASK_OP_READ] = F_MAY_ACT | F_POST | F_HANDLE | F_ARG | F_VALUE,
	[COTASK_OP_FORGET] = F_MAY_ACT | F_POST | F_HANDLE,
	[COTASK_OP_ACQUIRE] = F_ENDS | F_HANDLE | F_TRY,
	[COTASK_OP_RELEASE] = F_MAY_ACT | F_HANDLE,
	[COTASK_OP_SET] = F_MAY_ACT | F_HANDLE | F_ARG,
	[COTASK_OP_EVENT_WAIT] = F_ENDS | F_HANDLE,
	[COTASK_OP_COND_WAIT] = F_ENDS | F_HANDLE,
	[COTASK_OP_NOTIFY] = F_MAY_ACT | F_HANDLE | F_LEN,
	[COTASK_OP_PUT] = F_ENDS | F_HANDLE | F_VALUE | F_TRY,
	[COTASK_OP_GET] = F_ENDS | F_HANDLE | F_TRY,
	[COTASK_OP_SHUTDOWN] = F_MAY_ACT | F_HANDLE | F_ARG,
	[COTASK_OP_POLL] = F_ENDS | F_HANDLE | F_ARG,
	[COTASK_OP_CALL] = F_MAY_ACT | F_POST | F_USER,
	[COTASK_OP_ON_DONE] = F_MAY_ACT | F_HANDLE | F_USER,
	[COTASK_OP_OFF_DONE] = F_MAY_ACT | F_HANDLE | F_USER,
	[COTASK_OP_NAME] = F_MAY_ACT | F_HANDLE | F_NAME,
	[COTASK_OP_GET_NAME] = F_MAY_ACT | F_HANDLE | F_NAME,
	[COTASK_OP_EXPORT] = F_MAY_ACT | F_HANDLE,
	[COTASK_OP_IMPORT] = F_MAY_ACT | F_HANDLE | F_ARG,
	[COTASK_OP_START] = F_ENDS | F_HANDLE,
	[COTASK_OP_READY] = F_ACTS | F_VALUE,
	[COTASK_OP_FILE_READ] = F_ENDS | F_HANDLE | F_BUFFER,
	[COTASK_OP_FILE_WRITE] = F_ENDS | F_HANDLE | F_BUFFER,
	[COTASK_OP_RECV] = F_ENDS | F_HANDLE | F_BUFFER | F_ARG,
	[COTASK_OP_SEND] = F_ENDS | F_HANDLE | F_BUFFER | F_ARG,
	[COTASK_OP_POLL_END] = F_HANDLE,
};

/* The first operation that the table has no entry for, or -1. */
static inline int op_fields_missing(void)
{
	int i;

	for (i = 0; i < COTASK_OP_LAST; i++) {
		if (!op_fields[i])
			return i;
	}
	return -1;
}

#endif /* COTASK_OP_FIELDS_H */
