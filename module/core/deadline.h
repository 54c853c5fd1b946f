/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - the deadline queue, see deadline.c
 *
 * A part of core.h, which has the entries.
 */
#ifndef COTASK_DEADLINE_H
#define COTASK_DEADLINE_H

/* --- deadline queue: deadline.c ----------------------------------------- */

#define COTASK_DQ_BITS		6
#define COTASK_DQ_SLOTS		BIT(COTASK_DQ_BITS)
#define COTASK_DQ_LEVELS	DIV_ROUND_UP(63, COTASK_DQ_BITS)
#define COTASK_DQ_CHAIN_BITS	2
#define COTASK_DQ_CHAINS	BIT(COTASK_DQ_CHAIN_BITS)

/**
 * struct cotask_dq_slot - entries whose deadlines share their high digits
 * @chain: the entries; those with equal deadlines are in one chain
 * @min: no entry is earlier
 * @count: of entries
 */
struct cotask_dq_slot {
	struct list_head	chain[COTASK_DQ_CHAINS];
	u64			min;
	unsigned long		count;
};

/**
 * struct cotask_dq - deadlines in exact order
 * @base: no entry is earlier; moves on with the time
 * @levels: bit n: level n has an entry
 * @used: bit s of level n: the slot has an entry
 * @loop: pays for walks, see budget.c; or NULL
 * @slot: the slots
 */
struct cotask_dq {
	u64			base;
	u32			levels;
	u64			used[COTASK_DQ_LEVELS];
	struct cotask_loop	*loop;
	struct cotask_dq_slot	slot[COTASK_DQ_LEVELS][COTASK_DQ_SLOTS];
};

void cotask_dq_init(struct cotask_dq *q, u64 now);
void cotask_dq_add(struct cotask_dq *q, struct cotask_entry *e);
void cotask_dq_del(struct cotask_dq *q, struct cotask_entry *e);
u64 cotask_dq_next(const struct cotask_dq *q);
bool cotask_dq_expire(struct cotask_dq *q, u64 now, struct list_head *due);

#endif /* COTASK_DEADLINE_H */
