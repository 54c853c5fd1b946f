// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - the deadline queue in isolation: exact order, compared with a simple model
 */
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/random.h>

#include "../../core/core.h"
#include "../helpers.h"
#include "../suites.h"

#define ITEMS	192

/* An entry, and what the model knows of it. */
struct item {
	struct cotask_entry entry;
	u64 order;
	bool pending;
};

/**
 * struct bench - a queue next to its model
 * @test: the case
 * @q: the queue
 * @item: the model: all items, in no order
 * @now: the time
 * @armed: how many items were armed so far
 */
struct bench {
	struct kunit *test;
	struct cotask_dq q;
	struct item item[ITEMS];
	u64 now;
	u64 armed;
};

static struct bench *bench(struct kunit *test, u64 now)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, b);
	b->test = test;
	b->now = now;
	cotask_dq_init(&b->q, now);
	for (i = 0; i < ITEMS; i++)
		cotask_entry_init(&b->item[i].entry, COTASK_ENTRY_TASK);
	return b;
}

static void add(struct bench *b, int i, u64 deadline)
{
	struct item *item = &b->item[i];

	item->entry.deadline = deadline;
	item->order = b->armed++;
	item->pending = true;
	cotask_dq_add(&b->q, &item->entry);
}

static void del(struct bench *b, int i)
{
	b->item[i].pending = false;
	cotask_dq_del(&b->q, &b->item[i].entry);
	KUNIT_EXPECT_EQ(b->test, (int)b->item[i].entry.level, COTASK_NO_DEADLINE);
}

/* The earliest item, of several the one that was armed first; NULL if there is none. */
static struct item *model_first(struct bench *b)
{
	struct item *first = NULL;
	int i;

	for (i = 0; i < ITEMS; i++) {
		struct item *item = &b->item[i];

		if (!item->pending)
			continue;
		if (!first || item->entry.deadline < first->entry.deadline ||
		    (item->entry.deadline == first->entry.deadline &&
		     item->order < first->order))
			first = item;
	}
	return first;
}

/* Move the time, and compare what comes due with the model; how many did. */
static unsigned int expire(struct bench *b, u64 now)
{
	struct cotask_entry *e, *next;
	unsigned int n = 0;
	struct item *first;
	LIST_HEAD(due);
	bool any;

	b->now = now;
	any = cotask_dq_expire(&b->q, now, &due);
	KUNIT_EXPECT_EQ(b->test, any, !list_empty(&due));
	list_for_each_entry_safe(e, next, &due, link) {
		first = model_first(b);
		KUNIT_ASSERT_NOT_NULL(b->test, first);
		KUNIT_ASSERT_PTR_EQ(b->test, &first->entry, e);
		KUNIT_ASSERT_LE(b->test, e->deadline, now);
		KUNIT_EXPECT_EQ(b->test, (int)e->level, COTASK_NO_DEADLINE);
		list_del_init(&e->link);
		first->pending = false;
		n++;
	}
	first = model_first(b);
	if (first) {
		KUNIT_ASSERT_GT(b->test, first->entry.deadline, now);
		KUNIT_ASSERT_LE(b->test, cotask_dq_next(&b->q), first->entry.deadline);
		/* A task that sleeps until then does not wake at once. */
		KUNIT_ASSERT_GT(b->test, cotask_dq_next(&b->q), now);
	} else {
		KUNIT_ASSERT_EQ(b->test, cotask_dq_next(&b->q), U64_MAX);
	}
	return n;
}

/* SC-4: an empty queue has no next deadline and expires nothing */
static void empty_queue_has_no_deadline(struct kunit *test)
{
	struct bench *b = bench(test, 1000);

	KUNIT_EXPECT_EQ(test, cotask_dq_next(&b->q), U64_MAX);
	KUNIT_EXPECT_EQ(test, expire(b, 1000), 0U);
	KUNIT_EXPECT_EQ(test, expire(b, S64_MAX), 0U);
}

/* SC-4, SL-1: an entry is due at its nanosecond and not one earlier, on every level */
static void due_at_the_nanosecond(struct kunit *test)
{
	struct bench *b = bench(test, 0);
	unsigned int bit;

	for (bit = 0; bit < 62; bit++) {
		u64 deadline = b->now + BIT_ULL(bit);

		if (deadline > S64_MAX)
			break;
		add(b, 0, deadline);
		KUNIT_EXPECT_EQ(test, cotask_dq_next(&b->q), deadline);
		KUNIT_EXPECT_EQ(test, expire(b, deadline - 1), 0U);
		KUNIT_EXPECT_EQ(test, expire(b, deadline), 1U);
	}
}

/* SC-4, SL-4: equal deadlines come in arming order, wherever they were armed from */
static void equal_deadlines_in_arming_order(struct kunit *test)
{
	struct bench *b = bench(test, 5);
	const u64 deadline = (3ULL << 30) + 77;
	int i;

	/* The nearer the deadline, the lower the level at which it is armed. */
	for (i = 0; i < 30; i++) {
		add(b, 2 * i, deadline);
		KUNIT_EXPECT_EQ(test, expire(b, deadline - (deadline >> (i + 1)) - 1), 0U);
		add(b, 2 * i + 1, deadline);
	}
	KUNIT_EXPECT_EQ(test, expire(b, deadline), 60U);
}

/* SC-4: equal deadlines keep their order when others of the slot are taken out */
static void order_survives_deletion(struct kunit *test)
{
	struct bench *b = bench(test, 0);
	int i;

	for (i = 0; i < 60; i++)
		add(b, i, 5000 + (i % 3));
	for (i = 0; i < 60; i += 7)
		del(b, i);
	KUNIT_EXPECT_EQ(test, expire(b, 4999), 0U);
	for (i = 0; i < 60; i += 7)
		add(b, i, 5001);
	KUNIT_EXPECT_EQ(test, expire(b, 5000), 17U);
	KUNIT_EXPECT_EQ(test, expire(b, 6000), 43U);
}

/* SC-4: both sides of each digit boundary are kept apart and in order */
static void digit_boundaries(struct kunit *test)
{
	unsigned int shift;

	for (shift = COTASK_DQ_BITS; shift < 63; shift += COTASK_DQ_BITS) {
		const u64 edge = BIT_ULL(shift);
		struct bench *b = bench(test, edge - 3);
		int i;

		/* From edge + 3 down to edge - 2. */
		for (i = 0; i < 6; i++)
			add(b, i, edge + 3 - i);
		for (i = 0; i < 6; i++) {
			KUNIT_EXPECT_EQ(test, cotask_dq_next(&b->q), edge - 2 + i);
			KUNIT_EXPECT_EQ(test, expire(b, edge - 2 + i), 1U);
		}
		kunit_kfree(test, b);
	}
}

/* SC-4: the first and the last deadline that there can be */
static void extreme_deadlines(struct kunit *test)
{
	struct bench *b = bench(test, 0);

	add(b, 0, S64_MAX);
	add(b, 1, S64_MAX - 1);
	add(b, 2, 1);
	add(b, 3, S64_MAX);
	KUNIT_EXPECT_EQ(test, cotask_dq_next(&b->q), 1ULL);
	KUNIT_EXPECT_EQ(test, expire(b, 1), 1U);
	KUNIT_EXPECT_EQ(test, expire(b, S64_MAX - 2), 0U);
	KUNIT_EXPECT_EQ(test, expire(b, S64_MAX - 1), 1U);
	KUNIT_EXPECT_EQ(test, expire(b, S64_MAX), 2U);
}

/* SC-4: a look that comes very late finds everything, in exact order */
static void late_expiry_of_many(struct kunit *test)
{
	struct bench *b = bench(test, NSEC_PER_SEC);
	int i;

	/* Each level has some; the order of arming is not that of the deadlines. */
	for (i = 0; i < ITEMS; i++)
		add(b, i, b->now + (1ULL << ((i * 37) % 60)) + (i * 41) % 5);
	KUNIT_EXPECT_EQ(test, expire(b, S64_MAX), (unsigned int)ITEMS);
}

/* SC-4, SC-7: with the earliest entry gone, later ones come neither late nor early */
static void earliest_is_deleted(struct kunit *test)
{
	struct bench *b = bench(test, 0);

	/* All in one slot of a high level, whose bound becomes too low. */
	add(b, 0, (1ULL << 36) + 5);
	add(b, 1, (1ULL << 36) + 70000);
	add(b, 2, (1ULL << 36) + 70001);
	del(b, 0);
	KUNIT_EXPECT_EQ(test, expire(b, (1ULL << 36) + 6), 0U);
	add(b, 0, (1ULL << 36) + 7);
	KUNIT_EXPECT_EQ(test, expire(b, (1ULL << 36) + 7), 1U);
	KUNIT_EXPECT_EQ(test, expire(b, (1ULL << 36) + 69999), 0U);
	KUNIT_EXPECT_EQ(test, expire(b, (1ULL << 36) + 70000), 1U);
	del(b, 2);
	KUNIT_EXPECT_EQ(test, cotask_dq_next(&b->q), U64_MAX);
}

/* SC-4, SC-7: an entry that is left alone in a slot behind a bound that is too low is found */
static void alone_behind_a_low_bound(struct kunit *test)
{
	const u64 edge = 1ULL << 40;
	unsigned int i;

	/* In whatever chain the bound and the entry are. */
	for (i = 1; i < 64; i++) {
		struct bench *b = bench(test, 0);

		add(b, 0, edge);
		add(b, 1, edge + i);
		del(b, 0);
		KUNIT_EXPECT_EQ(test, expire(b, edge + i - 1), 0U);
		KUNIT_EXPECT_EQ(test, expire(b, edge + i), 1U);
		kunit_kfree(test, b);
	}
}

/* SC-4: a slot is one, though its entries are in several chains */
static void slot_of_several_chains(struct kunit *test)
{
	const u64 start = 1ULL << 32;
	unsigned int late;
	int i;

	/* Opened while most is still to come; in the middle; when all is past. */
	for (late = 0; late <= 1024; late += 512) {
		struct bench *b = bench(test, 1000);
		unsigned int n = 0;

		for (i = 0; i < ITEMS; i++)
			add(b, i, start + (i * 89) % 23 * 40);
		/* Whole chains, and parts of them. */
		for (i = 0; i < ITEMS; i++) {
			if ((i * 89) % 23 < 5 || i % 8 == 3)
				del(b, i);
			else
				n++;
		}
		n -= expire(b, start + late);
		KUNIT_EXPECT_EQ(test, expire(b, start + 2048), n);
		KUNIT_EXPECT_EQ(test, cotask_dq_next(&b->q), U64_MAX);
		kunit_kfree(test, b);
	}
}

/* SC-4: a loop that looks only at the announced times sees each deadline in time */
static void following_next_reaches_all(struct kunit *test)
{
	struct bench *b = bench(test, 123456789);
	unsigned int looks = 0, found = 0;
	u64 next;
	int i;

	for (i = 0; i < ITEMS; i++)
		add(b, i, b->now + 1 + (u64)i * i * i * 1009);
	/* Bounds that are too low. */
	for (i = 0; i < ITEMS; i += 3)
		del(b, i);
	while ((next = cotask_dq_next(&b->q)) != U64_MAX) {
		found += expire(b, next);
		KUNIT_ASSERT_LT(test, looks++, 64U * ITEMS);
	}
	KUNIT_EXPECT_EQ(test, found, (unsigned int)(ITEMS - ITEMS / 3));
}

/* Short and long delays alike, with a good chance of equal deadlines. */
static u64 random_delay(struct rnd_state *rnd)
{
	u64 raw = (u64)prandom_u32_state(rnd) << 32 | prandom_u32_state(rnd);
	unsigned int bits = prandom_u32_state(rnd) % 62 + 1;

	return (raw & (BIT_ULL(bits) - 1)) & ~((1ULL << (bits / 2)) - 1);
}

static void random_operation(struct bench *b, struct rnd_state *rnd)
{
	int i = prandom_u32_state(rnd) % ITEMS;
	unsigned int what = prandom_u32_state(rnd) % 16;
	u64 left = S64_MAX - b->now;
	struct item *first;

	if (what < 11) {
		if (b->item[i].pending)
			del(b, i);
		else
			add(b, i, b->now + 1 + min(random_delay(rnd), left - 1));
		return;
	}
	if (what < 13) {
		expire(b, b->now + min(random_delay(rnd) >> 12, left / 4));
		return;
	}
	/* Just before, at, or just behind the earliest. */
	first = model_first(b);
	if (first && first->entry.deadline - 1 < S64_MAX - 4)
		expire(b, max(b->now, first->entry.deadline - 1 + what - 13));
}

/* SC-4, SC-7: random arming, disarming and passing of time, compared with a model */
static void random_operations(struct kunit *test)
{
	u32 seed = get_random_u32();
	struct rnd_state rnd;
	int round, op;

	kunit_info(test, "seed %u", seed);
	prandom_seed_state(&rnd, seed);
	for (round = 0; round < 20; round++) {
		struct bench *b = bench(test, random_delay(&rnd) >> 2);

		for (op = 0; op < 2000; op++)
			random_operation(b, &rnd);
		expire(b, S64_MAX);
		KUNIT_EXPECT_NULL(test, model_first(b));
		kunit_kfree(test, b);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(empty_queue_has_no_deadline),
	KUNIT_CASE(due_at_the_nanosecond),
	KUNIT_CASE(equal_deadlines_in_arming_order),
	KUNIT_CASE(order_survives_deletion),
	KUNIT_CASE(digit_boundaries),
	KUNIT_CASE(extreme_deadlines),
	KUNIT_CASE(late_expiry_of_many),
	KUNIT_CASE(earliest_is_deleted),
	KUNIT_CASE(alone_behind_a_low_bound),
	KUNIT_CASE(slot_of_several_chains),
	KUNIT_CASE(following_next_reaches_all),
	KUNIT_CASE(random_operations),
	{}
};

struct kunit_suite cotask_deadline_suite = {
	.name = "cotask_deadline",
	.test_cases = cases,
};
