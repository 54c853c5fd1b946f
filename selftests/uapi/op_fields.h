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

#define H	0x01	/* handle */
#define O	0x02	/* other */
#define V	0x04	/* value */
#define A	0x08	/* arg */
#define M	0x10	/* addr, len: an array of handles */
#define L	0x20	/* len */
#define N	0x40	/* addr, len: a name */
#define U	0x80	/* user_data */
#define MAY	0x100	/* task, or none */
#define ACT	0x200	/* task: it needs one */
#define END	0x600	/* ... whose step it ends */
#define POST	0x800	/* COTASK_IOC_POST takes it, too */
#define ABS	0x1000	/* COTASK_OP_F_ABSOLUTE, _BOOTTIME */
#define AHEAD	0x2000	/* COTASK_OP_F_AHEAD */
#define TRY	0x4000	/* COTASK_OP_F_TRY */
#define T	(MAY | ACT)

static const unsigned short op_fields[COTASK_OP_LAST] = {
	[COTASK_OP_NOP] = MAY | POST,
	[COTASK_OP_SPAWN] = MAY | H | O | A | N | U,
	[COTASK_OP_SPAWN_NATIVE] = MAY | H | O,
	[COTASK_OP_SUBMIT] = POST | H | O | N | U,
	[COTASK_OP_EXIT] = END | V,
	[COTASK_OP_SLEEP] = END | V | ABS | AHEAD,
	[COTASK_OP_AWAIT] = END | H,
	[COTASK_OP_WAIT_FOR] = END | H | V,
	[COTASK_OP_CANCEL_WAIT] = END | H,
	[COTASK_OP_MAKE] = MAY | H | V | A | L | O | ABS,
	[COTASK_OP_SHIELD] = MAY | H | O,
	[COTASK_OP_GATHER] = MAY | H | M | A,
	[COTASK_OP_ITERATE] = MAY | H | M | V,
	[COTASK_OP_NEXT] = END | H,
	[COTASK_OP_WAIT] = END | M | A | V,
	[COTASK_OP_COMPLETE] = MAY | POST | H | V,
	[COTASK_OP_CANCEL] = MAY | POST | H,
	[COTASK_OP_UNCANCEL] = MAY | H,
	[COTASK_OP_CANCEL_ALL] = H,
	[COTASK_OP_ENTER] = ACT | H | V | A | L | ABS | AHEAD,
	[COTASK_OP_LEAVE] = ACT | H | V,
	[COTASK_OP_MOVE] = MAY | H | V,
	[COTASK_OP_RESULT] = MAY | POST | H,
	[COTASK_OP_READ] = MAY | POST | H | A | V,
	[COTASK_OP_FORGET] = MAY | POST | H,
	[COTASK_OP_ACQUIRE] = END | H | TRY,
	[COTASK_OP_RELEASE] = MAY | H,
	[COTASK_OP_SET] = MAY | H | A,
	[COTASK_OP_EVENT_WAIT] = END | H,
	[COTASK_OP_COND_WAIT] = END | H,
	[COTASK_OP_NOTIFY] = MAY | H | L,
	[COTASK_OP_PUT] = END | H | V | TRY,
	[COTASK_OP_GET] = END | H | TRY,
	[COTASK_OP_SHUTDOWN] = MAY | H | A,
	[COTASK_OP_POLL] = END | H | A,
	[COTASK_OP_CALL] = MAY | POST | U,
	[COTASK_OP_ON_DONE] = MAY | H | U,
	[COTASK_OP_OFF_DONE] = MAY | H | U,
	[COTASK_OP_NAME] = MAY | H | N,
	[COTASK_OP_GET_NAME] = MAY | H | N,
	[COTASK_OP_EXPORT] = MAY | H,
	[COTASK_OP_IMPORT] = MAY | H | A,
	[COTASK_OP_START] = END | H,
	[COTASK_OP_READY] = ACT | V,
	[COTASK_OP_POLL_END] = H,
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
