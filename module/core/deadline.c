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
 * Opening a slot is where the time goes once there are more entries than the cache
 * holds: a list says where the next entry is only after the last one has come from
 * memory.  Therefore a slot has several chains, which are walked at the same time.
 * Which chain an entry is in depends on nothing but its deadline, so that equal
 * deadlines stay in order.  See Documentation/deadlines.rst for what else was tried.
 *
 * Each slot keeps a lower bound of its deadlines, exact as long as the earliest
 * entry is not deleted.  At that time the timer has to fire; a bound that has
 * become too low costs one spurious timer and no search.
 *
 * Everything here belongs to the owner of the loop.
 */
#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/list_sort.h>
#include <linux/prefetch.h>

#include "core.h"

static struct list_head *chain_of(struct cotask_dq_slot *slot, u64 deadline)
{
	return &slot->chain[hash_64(deadline, COTASK_DQ_CHAIN_BITS)];
}

static void slot_init(struct cotask_dq_slot *slot)
{
	unsigned int c;

	slot->count = 0;
	for (c = 0; c < COTASK_DQ_CHAINS; c++)
		INIT_LIST_HEAD(&slot->chain[c]);
}

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
			slot_init(&q->slot[level][s]);
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

	if (!slot->count++) {
		q->levels |= BIT(level);
		q->used[level] |= BIT_ULL(s);
		slot->min = e->deadline;
	} else if (e->deadline < slot->min) {
		slot->min = e->deadline;
	}
	cotask_link_add(&e->link, chain_of(slot, e->deadline)->prev);
	e->level = level;
	e->slot = s;
}
EXPORT_FOR_TESTS(cotask_dq_add);

static void slot_emptied(struct cotask_dq *q, unsigned int level, unsigned int s)
{
	q->slot[level][s].count = 0;
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
	cotask_link_del(&e->link);
	if (!--q->slot[e->level][e->slot].count)
		slot_emptied(q, e->level, e->slot);
	e->level = COTASK_NO_DEADLINE;
}
EXPORT_FOR_TESTS(cotask_dq_del);

/**
 * cotask_dq_next - lower bound of all deadlines
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

/*
 * A walk along all chains of a slot at once, which empties it.  While one entry is
 * worked on, those that follow in the other chains are on their way from memory.
 */
struct walk {
	unsigned int chains;
	unsigned int turn;
	struct list_head *at[COTASK_DQ_CHAINS];
	struct list_head *end[COTASK_DQ_CHAINS];
};

static void walk_begin(struct walk *w, struct cotask_dq_slot *slot)
{
	unsigned int c;

	w->chains = 0;
	w->turn = 0;
	for (c = 0; c < COTASK_DQ_CHAINS; c++) {
		struct list_head *chain = &slot->chain[c];

		if (list_empty(chain))
			continue;
		prefetchw(chain->next);
		w->at[w->chains] = chain->next;
		w->end[w->chains] = chain;
		w->chains++;
	}
}

/* The next entry, whose link is free to be used; NULL at the end. */
static struct cotask_entry *walk_next(struct walk *w)
{
	while (w->chains) {
		struct list_head *link;

		if (w->turn >= w->chains)
			w->turn = 0;
		link = w->at[w->turn];
		if (link != w->end[w->turn]) {
			prefetchw(link->next);
			w->at[w->turn] = link->next;
			w->turn++;
			return list_entry(link, struct cotask_entry, link);
		}
		/* This chain has ended; the last one takes its place. */
		INIT_LIST_HEAD(link);
		w->chains--;
		w->at[w->turn] = w->at[w->chains];
		w->end[w->turn] = w->end[w->chains];
	}
	return NULL;
}

static void spend(const struct cotask_dq *q)
{
	if (q->loop)
		cotask_loop_spend(q->loop, 1);
}

/* Move the entries of the first slot to where they belong from its start. */
static void slot_open(struct cotask_dq *q, struct cotask_dq_slot *slot)
{
	struct cotask_entry *e;
	struct walk w;

	walk_begin(&w, slot);
	q->base = slot->min;
	while ((e = walk_next(&w))) {
		cotask_dq_add(q, e);
		spend(q);
	}
}

static int cmp_deadline(void *priv, const struct list_head *a, const struct list_head *b)
{
	spend(priv);
	return list_entry(a, struct cotask_entry, link)->deadline >
	       list_entry(b, struct cotask_entry, link)->deadline;
}

/* Whether all of the slot's range is past. */
static bool slot_is_past(const struct cotask_dq_slot *slot, unsigned int level, u64 now)
{
	u64 range = BIT_ULL(level * COTASK_DQ_BITS) - 1;

	return (slot->min | range) <= now;
}

/*
 * All entries of the slot are due: put them in order at once, instead of moving
 * them from level to level.  Stable, so equal deadlines stay as they were.  Those of tasks that
 * sleep until the same time, or have begun one after the other, mostly are in order.
 */
static void slot_take(struct cotask_dq *q, struct cotask_dq_slot *slot,
		      struct list_head *due)
{
	bool in_order = true;
	struct cotask_entry *e;
	LIST_HEAD(sorted);
	struct walk w;
	u64 last = 0;

	walk_begin(&w, slot);
	while ((e = walk_next(&w))) {
		e->level = COTASK_NO_DEADLINE;
		in_order &= last <= e->deadline;
		last = e->deadline;
		cotask_link_add(&e->link, sorted.prev);
		spend(q);
	}
	if (!in_order)
		list_sort(q, &sorted, cmp_deadline);
	q->base = list_last_entry(&sorted, struct cotask_entry, link)->deadline;
	list_splice_tail(&sorted, due);
}

/* The entry that is alone in the slot, and due; NULL if there is none such. */
static struct cotask_entry *slot_single(struct cotask_dq_slot *slot, u64 now)
{
	/* Where it is, unless the bound is that of an entry that was deleted. */
	struct list_head *chain = chain_of(slot, slot->min);
	struct cotask_entry *e;

	if (slot->count != 1 || list_empty(chain))
		return NULL;
	e = list_first_entry(chain, struct cotask_entry, link);
	return e->deadline <= now ? e : NULL;
}

static void single_take(struct cotask_dq *q, struct cotask_entry *e, struct list_head *due)
{
	e->level = COTASK_NO_DEADLINE;
	q->base = e->deadline;
	list_move_tail(&e->link, due);
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
		struct cotask_entry *single;

		if (slot->min > now)
			return any;
		single = slot_single(slot, now);
		slot_emptied(q, level, s);
		if (single) {
			single_take(q, single, due);
		} else if (slot_is_past(slot, level, now)) {
			slot_take(q, slot, due);
		} else {
			slot_open(q, slot);
			continue;
		}
		any = true;
	}
	q->base = now;
	return any;
}
EXPORT_FOR_TESTS(cotask_dq_expire);
