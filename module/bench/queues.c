// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - deadline queues in isolation: the queue of a loop, and its
 * alternatives.  See Documentation/deadlines.rst.  Runs only on request.
 *
 * Two rows for each queue, number of entries and distribution of delays.  "hold": the
 * time advances by 50 us, due entries are removed and added again with a new delay;
 * per due entry.  "cancel": an entry is removed from the middle and added again.
 * Entries have the size of a task and are in no particular order in memory, as tasks
 * are after a while.
 */
#include <linux/bitmap.h>
#include <linux/list_sort.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <linux/timerqueue.h>

#include "../core/core.h"
#include "bench.h"

struct heap_node {
	u64 deadline;
	unsigned int at;
};

/* Node of a pairing heap; @prev: the parent of a first child, otherwise a sibling. */
struct pairing_node {
	u64 deadline;
	struct item *child, *next, *prev;
};

struct item {
	union {
		struct cotask_entry entry;
		struct timerqueue_node tq;
		struct heap_node heap;
		struct pairing_node pairing;
	};
	u8 rest[sizeof(struct cotask) - sizeof(struct pairing_node) - 8];
} __aligned(64);

/**
 * struct queue_ops - one kind of queue
 * @start: make an empty queue for at most @n items; false: no memory
 * @add: add an item with a deadline
 * @del: remove an item of the queue
 * @pop: remove the earliest item if it is due at @now; or NULL
 * @end: free the queue
 */
struct queue_ops {
	bool (*start)(unsigned int n);
	void (*add)(struct item *item, u64 deadline);
	void (*del)(struct item *item);
	struct item *(*pop)(u64 now);
	void (*end)(void);
};

/* --- the queue of a loop -------------------------------------------------------- */

static struct cotask_dq *dq;
static LIST_HEAD(dq_due);

static bool dq_start(unsigned int n)
{
	dq = kvzalloc(sizeof(*dq), GFP_KERNEL);
	if (dq)
		cotask_dq_init(dq, 0);
	return dq;
}

static void dq_add(struct item *item, u64 deadline)
{
	item->entry.deadline = deadline;
	cotask_dq_add(dq, &item->entry);
}

static void dq_del(struct item *item)
{
	cotask_dq_del(dq, &item->entry);
}

static struct item *dq_pop(u64 now)
{
	struct cotask_entry *e;

	if (list_empty(&dq_due) && !cotask_dq_expire(dq, now, &dq_due))
		return NULL;
	e = list_first_entry(&dq_due, struct cotask_entry, link);
	list_del_init(&e->link);
	return container_of(e, struct item, entry);
}

static void dq_end(void)
{
	kvfree(dq);
}

static const struct queue_ops ops_dq = { dq_start, dq_add, dq_del, dq_pop, dq_end };

/* --- the same with one chain per slot, and digits of 6 or 8 bits ------------------ */

#define WHEEL_SLOTS	256
#define WHEEL_LEVELS	11

struct wheel {
	u64 base;
	unsigned int bits;
	u32 levels;
	DECLARE_BITMAP(used[WHEEL_LEVELS], WHEEL_SLOTS);
	u64 min[WHEEL_LEVELS][WHEEL_SLOTS];
	struct list_head slot[WHEEL_LEVELS][WHEEL_SLOTS];
};

static struct wheel *wheel;

static bool wheel_start(unsigned int bits)
{
	unsigned int i;

	wheel = kvzalloc(sizeof(*wheel), GFP_KERNEL);
	if (!wheel)
		return false;
	wheel->bits = bits;
	for (i = 0; i < WHEEL_LEVELS * WHEEL_SLOTS; i++)
		INIT_LIST_HEAD(&wheel->slot[0][0] + i);
	return true;
}

static bool wheel6_start(unsigned int n)
{
	return wheel_start(6);
}

static bool wheel8_start(unsigned int n)
{
	return wheel_start(8);
}

static void wheel_insert(struct cotask_entry *e)
{
	unsigned int level = (fls64((e->deadline ^ wheel->base) | 1) - 1) / wheel->bits;
	unsigned int s = (e->deadline >> (level * wheel->bits)) & (BIT(wheel->bits) - 1);

	if (list_empty(&wheel->slot[level][s]) || e->deadline < wheel->min[level][s])
		wheel->min[level][s] = e->deadline;
	wheel->levels |= BIT(level);
	__set_bit(s, wheel->used[level]);
	list_add_tail(&e->link, &wheel->slot[level][s]);
	e->level = level;
	e->slot = s;
}

static void wheel_add(struct item *item, u64 deadline)
{
	item->entry.deadline = deadline;
	wheel_insert(&item->entry);
}

static void wheel_emptied(unsigned int level, unsigned int s)
{
	__clear_bit(s, wheel->used[level]);
	if (bitmap_empty(wheel->used[level], WHEEL_SLOTS))
		wheel->levels &= ~BIT(level);
}

static void wheel_del(struct item *item)
{
	struct cotask_entry *e = &item->entry;

	list_del_init(&e->link);
	if (list_empty(&wheel->slot[e->level][e->slot]))
		wheel_emptied(e->level, e->slot);
}

static int cmp_deadline(void *priv, const struct list_head *a, const struct list_head *b)
{
	return list_entry(a, struct cotask_entry, link)->deadline >
	       list_entry(b, struct cotask_entry, link)->deadline;
}

/* Distribute the entries of the first slot, or remove all of them if they are due. */
static void wheel_turn(unsigned int level, unsigned int s, u64 now)
{
	u64 min = wheel->min[level][s];
	struct cotask_entry *e, *next;
	LIST_HEAD(moving);

	list_splice_init(&wheel->slot[level][s], &moving);
	wheel_emptied(level, s);
	if ((min | (BIT_ULL(level * wheel->bits) - 1)) <= now) {
		list_sort(NULL, &moving, cmp_deadline);
		wheel->base = list_last_entry(&moving, struct cotask_entry, link)->deadline;
		list_splice_tail(&moving, &dq_due);
		return;
	}
	wheel->base = min;
	list_for_each_entry_safe(e, next, &moving, link) {
		prefetchw(next);
		wheel_insert(e);
	}
}

static struct item *wheel_pop(u64 now)
{
	struct cotask_entry *e;

	while (list_empty(&dq_due)) {
		unsigned int level, s;

		if (!wheel->levels)
			return NULL;
		level = __ffs(wheel->levels);
		s = find_first_bit(wheel->used[level], WHEEL_SLOTS);
		if (wheel->min[level][s] > now)
			return NULL;
		wheel_turn(level, s, now);
	}
	e = list_first_entry(&dq_due, struct cotask_entry, link);
	list_del_init(&e->link);
	return container_of(e, struct item, entry);
}

static void wheel_end(void)
{
	kvfree(wheel);
}

static const struct queue_ops ops_wheel6 = {
	wheel6_start, wheel_add, wheel_del, wheel_pop, wheel_end
};

static const struct queue_ops ops_wheel8 = {
	wheel8_start, wheel_add, wheel_del, wheel_pop, wheel_end
};

/* --- the kernel's rbtree ----------------------------------------------------------- */

static struct timerqueue_head tq_head;

static bool tq_start(unsigned int n)
{
	timerqueue_init_head(&tq_head);
	return true;
}

static void tq_add(struct item *item, u64 deadline)
{
	timerqueue_init(&item->tq);
	item->tq.expires = deadline;
	timerqueue_add(&tq_head, &item->tq);
}

static void tq_del(struct item *item)
{
	timerqueue_del(&tq_head, &item->tq);
}

static struct item *tq_pop(u64 now)
{
	struct timerqueue_node *first = timerqueue_getnext(&tq_head);

	if (!first || first->expires > (s64)now)
		return NULL;
	timerqueue_del(&tq_head, first);
	return container_of(first, struct item, tq);
}

static void tq_end(void)
{
}

static const struct queue_ops ops_timerqueue = { tq_start, tq_add, tq_del, tq_pop, tq_end };

/* --- a heap in an array, of 4 children each; equal deadlines come in any order ------ */

static struct heap_slot {
	u64 deadline;
	struct item *item;
} *heap;
static unsigned int heap_n;

static bool heap_start(unsigned int n)
{
	heap = kvmalloc_array(n, sizeof(*heap), GFP_KERNEL);
	heap_n = 0;
	return heap;
}

static void heap_put(unsigned int at, struct heap_slot slot)
{
	heap[at] = slot;
	slot.item->heap.at = at;
}

static void heap_up(unsigned int at, struct heap_slot slot)
{
	while (at && slot.deadline < heap[(at - 1) / 4].deadline) {
		heap_put(at, heap[(at - 1) / 4]);
		at = (at - 1) / 4;
	}
	heap_put(at, slot);
}

static void heap_down(unsigned int at, struct heap_slot slot)
{
	for (;;) {
		unsigned int c = 4 * at + 1, end = min(c + 4, heap_n), least = c;

		if (c >= heap_n)
			break;
		for (c++; c < end; c++) {
			if (heap[c].deadline < heap[least].deadline)
				least = c;
		}
		if (heap[least].deadline >= slot.deadline)
			break;
		heap_put(at, heap[least]);
		at = least;
	}
	heap_put(at, slot);
}

static void heap_add(struct item *item, u64 deadline)
{
	heap_up(heap_n++, (struct heap_slot){ deadline, item });
}

static void heap_del(struct item *item)
{
	struct heap_slot last = heap[--heap_n];
	unsigned int at = item->heap.at;

	if (at == heap_n)
		return;
	if (at && last.deadline < heap[(at - 1) / 4].deadline)
		heap_up(at, last);
	else
		heap_down(at, last);
}

static struct item *heap_pop(u64 now)
{
	struct item *first = heap_n ? heap[0].item : NULL;

	if (!first || heap[0].deadline > now)
		return NULL;
	heap_del(first);
	return first;
}

static void heap_end(void)
{
	kvfree(heap);
}

static const struct queue_ops ops_heap = { heap_start, heap_add, heap_del, heap_pop, heap_end };

/* --- a pairing heap; equal deadlines come in any order ------------------------------ */

static struct item *pairing_root;

static bool pairing_start(unsigned int n)
{
	pairing_root = NULL;
	return true;
}

static struct item *meld(struct item *a, struct item *b)
{
	if (!a || !b)
		return a ?: b;
	if (b->pairing.deadline < a->pairing.deadline)
		swap(a, b);
	b->pairing.prev = a;
	b->pairing.next = a->pairing.child;
	if (b->pairing.next)
		b->pairing.next->pairing.prev = b;
	a->pairing.child = b;
	a->pairing.next = NULL;
	a->pairing.prev = NULL;
	return a;
}

/* Meld neighbours, then all pairs from last to first. */
static struct item *meld_children(struct item *parent)
{
	struct item *a = parent->pairing.child, *pairs = NULL, *root = NULL;

	while (a) {
		struct item *b = a->pairing.next;
		struct item *rest = b ? b->pairing.next : NULL;

		a = meld(a, b);
		a->pairing.next = pairs;
		pairs = a;
		a = rest;
	}
	while (pairs) {
		a = pairs;
		pairs = a->pairing.next;
		a->pairing.next = NULL;
		a->pairing.prev = NULL;
		root = meld(root, a);
	}
	return root;
}

static void pairing_add(struct item *item, u64 deadline)
{
	item->pairing = (struct pairing_node){ .deadline = deadline };
	pairing_root = meld(pairing_root, item);
}

static void pairing_del(struct item *item)
{
	struct item *prev = item->pairing.prev, *next = item->pairing.next;

	if (item == pairing_root) {
		pairing_root = meld_children(item);
		return;
	}
	if (prev->pairing.child == item)
		prev->pairing.child = next;
	else
		prev->pairing.next = next;
	if (next)
		next->pairing.prev = prev;
	pairing_root = meld(pairing_root, meld_children(item));
}

static struct item *pairing_pop(u64 now)
{
	struct item *first = pairing_root;

	if (!first || first->pairing.deadline > now)
		return NULL;
	pairing_del(first);
	return first;
}

static const struct queue_ops ops_pairing = {
	pairing_start, pairing_add, pairing_del, pairing_pop, tq_end
};

/* --- measuring ------------------------------------------------------------------------ */

static struct rnd_state rnd;

static u64 uniform(void)
{
	return 1 + prandom_u32_state(&rnd) % NSEC_PER_SEC;
}

static u64 equal(void)
{
	return NSEC_PER_SEC;
}

/* Let time pass.  Return: the number of items that came due. */
static u64 hold(const struct queue_ops *ops, u64 (*delay)(void), u64 *now, u64 end)
{
	struct item *item;
	u64 n = 0;

	for (; *now < end; *now += 50 * NSEC_PER_USEC) {
		while ((item = ops->pop(*now))) {
			ops->add(item, *now + delay());
			n++;
		}
	}
	return n;
}

static u64 cancel(const struct queue_ops *ops, u64 (*delay)(void), struct item *items,
		  unsigned int n, u64 now)
{
	unsigned int i, rounds = 1000000 / n ?: 1;

	for (i = 0; i < rounds * n; i++) {
		struct item *item = &items[prandom_u32_state(&rnd) % n];

		ops->del(item);
		ops->add(item, now + delay());
	}
	return (u64)rounds * n;
}

static u64 queue_run(const struct queue_ops *ops, u64 (*delay)(void), bool cancels,
		     unsigned int n)
{
	struct item *items = kvcalloc(n, sizeof(*items), GFP_KERNEL);
	u64 seconds = n < 100000 ? 100 : 2;
	u64 now = 0, begin, done = 0;
	unsigned int i;

	if (!items)
		return 0;
	if (!ops->start(n))
		goto out;
	prandom_seed_state(&rnd, 1);
	/* Run for another second first, so that the order in memory follows the delays. */
	for (i = 0; i < n; i++)
		ops->add(&items[i], uniform());
	hold(ops, delay, &now, NSEC_PER_SEC);
	begin = ktime_get_ns();
	if (cancels)
		done = cancel(ops, delay, items, n, now);
	else
		done = hold(ops, delay, &now, now + seconds * NSEC_PER_SEC);
	begin = ktime_get_ns() - begin;
	for (i = 0; i < n; i++)
		ops->del(&items[i]);
	ops->end();
out:
	kvfree(items);
	return done ? bench_ps(begin, done) : 0;
}

#define QUEUE(_name)								\
static u64 _name##_hold_uniform(unsigned int n)					\
{										\
	return queue_run(&ops_##_name, uniform, false, n);			\
}										\
										\
static u64 _name##_hold_equal(unsigned int n)					\
{										\
	return queue_run(&ops_##_name, equal, false, n);			\
}										\
										\
static u64 _name##_cancel_uniform(unsigned int n)				\
{										\
	return queue_run(&ops_##_name, uniform, true, n);			\
}

QUEUE(dq)
QUEUE(wheel6)
QUEUE(wheel8)
QUEUE(timerqueue)
QUEUE(heap)
QUEUE(pairing)

#define ROWS(_name, _what)							\
	{ "queue." #_name "_" #_what "_1k", _name##_##_what, 1000 },		\
	{ "queue." #_name "_" #_what "_100k", _name##_##_what, 100000 },	\
	{ "queue." #_name "_" #_what "_1m", _name##_##_what, 1000000 }

#define QUEUE_ROWS(_name)							\
	ROWS(_name, hold_uniform), ROWS(_name, hold_equal), ROWS(_name, cancel_uniform)

const struct bench_row bench_queues[] = {
	QUEUE_ROWS(dq),
	QUEUE_ROWS(wheel6),
	QUEUE_ROWS(wheel8),
	QUEUE_ROWS(timerqueue),
	QUEUE_ROWS(heap),
	QUEUE_ROWS(pairing),
	{}
};
