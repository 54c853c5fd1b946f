// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - floors: the cost of the parts that every scheduler needs
 */
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "bench.h"

struct step {
	struct list_head link;
	void (*fn)(struct step *step);
	unsigned long n;
};

static noinline void step_fn(struct step *step)
{
	step->n++;
}

#define STEPS	4000000

/* An indirect call, and a move from the head of a list to its tail. */
static u64 step_rotate(unsigned int tasks)
{
	struct step *steps = kvcalloc(tasks, sizeof(*steps), GFP_KERNEL);
	unsigned int i;
	LIST_HEAD(list);
	u64 begin;

	if (!steps)
		return 0;
	for (i = 0; i < tasks; i++) {
		steps[i].fn = step_fn;
		list_add_tail(&steps[i].link, &list);
	}
	begin = ktime_get_ns();
	for (i = 0; i < STEPS; i++) {
		struct step *s = list_first_entry(&list, struct step, link);

		list_move_tail(&s->link, &list);
		s->fn(s);
	}
	begin = ktime_get_ns() - begin;
	kvfree(steps);
	return bench_ps(begin, STEPS);
}

#define SLABS		4096
#define SLAB_ROUNDS	100

static u64 slab(unsigned int size)
{
	struct kmem_cache *cache = kmem_cache_create("cotask_bench", size, 0,
						     SLAB_HWCACHE_ALIGN, NULL);
	void **objects = kvcalloc(SLABS, sizeof(*objects), GFP_KERNEL);
	unsigned int i, r;
	u64 begin = ktime_get_ns();

	for (r = 0; cache && objects && r < SLAB_ROUNDS; r++) {
		for (i = 0; i < SLABS; i++)
			objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		for (i = 0; i < SLABS; i++)
			kmem_cache_free(cache, objects[i]);
	}
	begin = ktime_get_ns() - begin;
	kvfree(objects);
	kmem_cache_destroy(cache);
	return bench_ps(begin, SLAB_ROUNDS * SLABS);
}

static u64 read_clock(unsigned int n)
{
	u64 begin = ktime_get_ns(), sum = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		sum += ktime_get_ns();
	return bench_ps(ktime_get_ns() - begin + (sum == 1), n);
}

const struct bench_row bench_floors[] = {
	{ "floor.step_rotate_1", step_rotate, 1 },
	{ "floor.step_rotate_100", step_rotate, 100 },
	{ "floor.step_rotate_10k", step_rotate, 10000 },
	{ "floor.slab_alloc_free", slab, 192 },
	{ "floor.clock", read_clock, 1000000 },
	{}
};
