// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the deadline queue
 *
 * A hierarchical wheel in the form of a radix heap: every deadline has its
 * nanosecond, and nothing is rounded.  An entry lies on the level of the highest
 * digit (of COTASK_DQ_BITS bits) in which its deadline differs from @base, in the
 * slot that this digit names.  So
 *
 *  - all entries of a level are later than all of the levels below it, and the
 *    slots of a level are in order: the earliest entry is in the first used slot
 *    of the lowest used level;
 *  - on level 0 all entries of a slot have the same deadline;
 *  - entries with equal deadlines are always in the same slot, in the order in
 *    which they were added: a slot is opened as a whole and from its head.
 *
 * @base moves when the first slot comes due: to the earliest deadline in that
 * slot, and the entries of the slot move to lower levels, possibly several at
 * once; or are sorted, if all of the slot is past.  Insert and delete are O(1), each
 * entry moves at most COTASK_DQ_LEVELS times, nothing is ever searched or allocated.
 *
 * Each slot keeps a lower bound of its deadlines, exact as long as the earliest
 * entry is not deleted.  That is when the timer has to look again; a bound that
 * has become too low costs one look and no search.
 *
 * Everything here belongs to the owner of the loop.
 */
#include <linux/bitops.h>
#include <linux/list_sort.h>
#include <linux/prefetch.h>

#include "internal.h"

/**
 * cotask_dq_init - make a queue
 * @q: the queue
 * @now: nothing earlier will be added
 */
void cotask_dq_init(struct cotask_dq *q, u64 now)
{
	unsigned int level, s;

	q->base = now;
	q->levels = 0;
	for (level = 0; level < COTASK_DQ_LEVELS; level++) {
		q->used[level] = 0;
		for (s = 0; s < COTASK_DQ_SLOTS; s++)
			INIT_LIST_HEAD(&q->slot[level][s].entries);
	}
}
EXPORT_FOR_TESTS(cotask_dq_init);

/**
 * cotask_dq_add - add an entry
 * @q: the queue
 * @e: in no list; e->deadline is not before the last expiry and at most S64_MAX
 */
void cotask_dq_add(struct cotask_dq *q, struct cotask_entry *e)
{
	unsigned int level = (fls64((e->deadline ^ q->base) | 1) - 1) / COTASK_DQ_BITS;
	unsigned int s = (e->deadline >> (level * COTASK_DQ_BITS)) & (COTASK_DQ_SLOTS - 1);
	struct cotask_dq_slot *slot = &q->slot[level][s];

	if (list_empty(&slot->entries)) {
		q->levels |= BIT(level);
		q->used[level] |= BIT_ULL(s);
		slot->min = e->deadline;
	} else if (e->deadline < slot->min) {
		slot->min = e->deadline;
	}
	list_add_tail(&e->link, &slot->entries);
	e->level = level;
	e->slot = s;
}
EXPORT_FOR_TESTS(cotask_dq_add);

static void slot_emptied(struct cotask_dq *q, unsigned int level, unsigned int s)
{
	q->used[level] &= ~BIT_ULL(s);
	if (!q->used[level])
		q->levels &= ~BIT(level);
}

/**
 * cotask_dq_del - take an entry out
 * @q: the queue
 * @e: an entry of it
 */
void cotask_dq_del(struct cotask_dq *q, struct cotask_entry *e)
{
	list_del_init(&e->link);
	if (list_empty(&q->slot[e->level][e->slot].entries))
		slot_emptied(q, e->level, e->slot);
	e->level = COTASK_NO_DEADLINE;
}
EXPORT_FOR_TESTS(cotask_dq_del);

/**
 * cotask_dq_next - when to look again
 * @q: the queue
 *
 * Return: A time that no deadline is before; U64_MAX if there is none.
 */
u64 cotask_dq_next(const struct cotask_dq *q)
{
	unsigned int level;

	if (!q->levels)
		return U64_MAX;
	level = __ffs(q->levels);
	return q->slot[level][__ffs64(q->used[level])].min;
}
EXPORT_FOR_TESTS(cotask_dq_next);

/* Move the entries of the first slot to where they belong from its start. */
static void slot_open(struct cotask_dq *q, struct cotask_dq_slot *slot)
{
	struct cotask_entry *e, *next;
	LIST_HEAD(moving);

	list_splice_init(&slot->entries, &moving);
	q->base = slot->min;
	list_for_each_entry_safe(e, next, &moving, link) {
		prefetchw(next);
		cotask_dq_add(q, e);
	}
}

static int cmp_deadline(void *priv, const struct list_head *a, const struct list_head *b)
{
	return list_entry(a, struct cotask_entry, link)->deadline >
	       list_entry(b, struct cotask_entry, link)->deadline;
}

/*
 * All of the slot's range is past: put its entries in order at once, instead of
 * moving them from level to level.  Stable, so equal deadlines stay as they were.
 */
static bool slot_is_past(const struct cotask_dq_slot *slot, unsigned int level, u64 now)
{
	u64 range = BIT_ULL(level * COTASK_DQ_BITS) - 1;

	return (slot->min | range) <= now;
}

/* All entries of the slot are due, and in order. */
static void slot_take(struct cotask_dq *q, struct cotask_dq_slot *slot,
		      struct list_head *due)
{
	struct cotask_entry *e;

	list_for_each_entry(e, &slot->entries, link) {
		e->level = COTASK_NO_DEADLINE;
		q->base = e->deadline;
	}
	list_splice_tail_init(&slot->entries, due);
}

/* Whether nothing in the slot is left to be put in order or to be waited for. */
static bool slot_is_due(const struct cotask_dq_slot *slot, unsigned int level, u64 now)
{
	const struct cotask_entry *e;

	if (!level)
		return true;
	if (!list_is_singular(&slot->entries))
		return false;
	/* The bound may be that of an entry that was deleted. */
	e = list_first_entry(&slot->entries, struct cotask_entry, link);
	return e->deadline <= now;
}

/**
 * cotask_dq_expire - take out what is due
 * @q: the queue
 * @now: the time
 * @due: due entries are appended here, in order of deadline and arming
 *
 * Return: Whether there were any.
 */
bool cotask_dq_expire(struct cotask_dq *q, u64 now, struct list_head *due)
{
	bool any = false;

	while (q->levels) {
		unsigned int level = __ffs(q->levels);
		unsigned int s = __ffs64(q->used[level]);
		struct cotask_dq_slot *slot = &q->slot[level][s];

		if (slot->min > now)
			return any;
		slot_emptied(q, level, s);
		if (!slot_is_due(slot, level, now)) {
			if (!slot_is_past(slot, level, now)) {
				slot_open(q, slot);
				continue;
			}
			list_sort(NULL, &slot->entries, cmp_deadline);
		}
		slot_take(q, slot, due);
		any = true;
	}
	q->base = now;
	return any;
}
EXPORT_FOR_TESTS(cotask_dq_expire);
