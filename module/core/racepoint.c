// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - race points of a debug build
 *
 * At one in race_rate points the thread is delayed, yields, or waits until another thread has
 * reached a certain point at the same object: one whose order with this point has been seen the
 * other way round only.  The pairs of points that were seen in this order, at one object by two
 * threads shortly after each other, are counted; debugfs shows them.
 *
 * The state here is racy by design: a lost count or an unnecessary wait does no harm.
 */
#include <linux/delay.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched/clock.h>
#include <linux/seq_file.h>

#include "core.h"

static unsigned int race_rate;
module_param(race_rate, uint, 0600);
MODULE_PARM_DESC(race_rate, "disturb one in this many race points; 0: none, and none is counted");

static unsigned int race_seed = 1;
module_param(race_seed, uint, 0600);
MODULE_PARM_DESC(race_seed, "seed of the random numbers that select the points");

#define SLOT_BITS	8
#define WINDOW_US	1000	/* what is further apart did not race */
#define PATIENCE_US	100	/* for another thread */

/*
 * The last point at the objects of each slot, in one word, so that it is exchanged at once:
 * 16 bits of the object's hash, 8 of the point, 16 of the thread, 24 of the time.
 */
static atomic64_t slots[1 << SLOT_BITS];

static unsigned int pairs[COTASK_RACE_LAST][COTASK_RACE_LAST];
static atomic_t hits;

#define HASH_SHIFT	48
#define POINT_SHIFT	40
#define THREAD_SHIFT	24
#define TIME_MASK	(BIT_ULL(THREAD_SHIFT) - 1)

static atomic64_t *slot_of(const void *object)
{
	return &slots[hash_ptr(object, SLOT_BITS)];
}

/* An interrupt is not the thread that it has interrupted. */
static u64 this_thread(void)
{
	return in_task() ? current->pid & 0x7fff : 0x8000 | raw_smp_processor_id();
}

static u64 now_us(void)
{
	return (local_clock() >> 10) & TIME_MASK;
}

static u64 word_of(enum cotask_race_point point, const void *object)
{
	return (u64)hash_ptr(object, 16) << HASH_SHIFT | (u64)point << POINT_SHIFT |
	       this_thread() << THREAD_SHIFT | now_us();
}

/* The point that another thread has reached before @word at the same object; or LAST. */
static enum cotask_race_point point_before(u64 before, u64 word)
{
	const u64 change = before ^ word;

	if (!before || change >> HASH_SHIFT || !((change >> THREAD_SHIFT) & 0xffff) ||
	    ((word - before) & TIME_MASK) > WINDOW_US)
		return COTASK_RACE_LAST;
	return (before >> POINT_SHIFT) & 0xff;
}

static void note(enum cotask_race_point point, const void *object)
{
	const u64 word = word_of(point, object);
	const enum cotask_race_point first =
		point_before(atomic64_xchg(slot_of(object), word), word);

	if (first < COTASK_RACE_LAST)
		WRITE_ONCE(pairs[first][point], READ_ONCE(pairs[first][point]) + 1);
}

/* The task state of a thread that is about to sleep is not changed. */
static bool may_sleep(void)
{
	return preemptible() && task_is_running(current) && !rcu_preempt_depth();
}

static void give_way(unsigned int us)
{
	if (may_sleep())
		usleep_range(us, 2 * us);
	else
		udelay(min(us, 20U));
}

/* A point that was seen after this one, and never before it; else any. */
static enum cotask_race_point rival(enum cotask_race_point point, u32 random)
{
	unsigned int i, other;

	for (i = 0; i < COTASK_RACE_LAST; i++) {
		other = (random + i) % COTASK_RACE_LAST;
		if (READ_ONCE(pairs[point][other]) && !READ_ONCE(pairs[other][point]))
			return other;
	}
	return random % COTASK_RACE_LAST;
}

static void wait_for_rival(enum cotask_race_point point, const void *object, u32 random)
{
	const enum cotask_race_point other = rival(point, random);
	unsigned int us;

	for (us = 0; us < PATIENCE_US; us += 5) {
		if (point_before(atomic64_read(slot_of(object)), word_of(point, object)) == other)
			return;
		give_way(5);
	}
}

static void disturb(enum cotask_race_point point, const void *object, u32 random)
{
	switch (random >> 30) {
	case 0:
		ndelay(random & 0x7ff);
		break;
	case 1:
		give_way(1 + (random & 0x3f));
		break;
	default:
		wait_for_rival(point, object, random & 0xffff);
	}
}

/**
 * __cotask_race_point - the thread is about to do something that other threads see
 * @point: what
 * @object: what they meet at; not accessed
 *
 * Context: Any.
 */
void __cotask_race_point(enum cotask_race_point point, const void *object)
{
	const unsigned int rate = READ_ONCE(race_rate);
	u32 random;

	if (!rate || !object || in_nmi())
		return;
	random = hash_64((u64)READ_ONCE(race_seed) << 32 | (u32)atomic_inc_return(&hits), 32);
	if (random % rate == 0)
		disturb(point, object, hash_32(random, 32));
	note(point, object);
}

/* A line for each pair that was seen: how often, the first and the second one. */
void cotask_race_show(struct seq_file *m)
{
#define TEXT(name, text)	text,
	static const char *const texts[] = { COTASK_RACE_POINTS(TEXT) };
#undef TEXT
	unsigned int i, j;

	for (i = 0; i < COTASK_RACE_LAST; i++) {
		for (j = 0; j < COTASK_RACE_LAST; j++) {
			if (pairs[i][j])
				seq_printf(m, "%u\t%s\t%s\n", pairs[i][j], texts[i], texts[j]);
		}
	}
}
