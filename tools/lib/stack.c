// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - stacks
 *
 * A *slab* is a mapping of many stacks, each with a guard page below it.  Where the kernel
 * supports guard pages that do not split the mapping (MADV_GUARD_INSTALL), a million stacks need
 * few mappings.  The kernel allocates a page of a stack when the page is first touched.
 *
 * The tops of stacks have different offsets in their pages, and the distance between stacks is not
 * a power of two.  Otherwise the hot ends of all stacks would compete for the same few cache
 * lines.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef HAVE_VALGRIND
#include <valgrind/valgrind.h>
#else
#define VALGRIND_STACK_REGISTER(low, high)	0
#define VALGRIND_STACK_DEREGISTER(id)		((void)(id))
#endif

#include "stack.h"

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#endif

#define COLOURS		32	/* number of different offsets of stack tops */
#define COLOUR_SIZE	64
#define SLABS_UNUSED	64	/* unused slabs kept with their pages, per size */

/**
 * struct slab - stacks that are mapped together
 * @next: list of slabs with a free stack, or of full ones
 * @prev: likewise
 * @base: address of the mapping
 * @size: size of one stack with its guard
 * @ready: number of stacks made ready for use; the guard of the next stack is already installed
 * @n_free: number of entries in @free
 * @in_use: number of stacks in use
 * @kind: index of the size in the pool
 * @free: numbers of the stacks that are ready and not in use; the last entry is taken first
 * @id: valgrind's identifier of each stack
 */
struct slab {
	struct slab	*next;
	struct slab	*prev;
	char		*base;
	size_t		size;
	unsigned int	ready;
	unsigned int	n_free;
	unsigned int	in_use;
	unsigned int	kind;
	unsigned char	free[SLAB_STACKS];
	unsigned int	id[SLAB_STACKS];
};

static size_t page_size(void)
{
	static size_t size;

	if (!size)
		size = sysconf(_SC_PAGESIZE);
	return size;
}

size_t cotask_guard_size(void)
{
	return page_size();
}

static void list_add(struct slab **list, struct slab *s)
{
	s->prev = NULL;
	s->next = *list;
	if (s->next)
		s->next->prev = s;
	*list = s;
}

static void list_del(struct slab **list, struct slab *s)
{
	if (s->next)
		s->next->prev = s->prev;
	if (s->prev)
		s->prev->next = s->next;
	else
		*list = s->next;
}

/* An emulator of system calls, such as qemu-user, may accept any advice and ignore it. */
static bool takes_any_advice(char *low)
{
	return !madvise(low, page_size(), -1);
}

static int guard(char *low)
{
	static atomic_int guards;	/* 1: the kernel supports guards; -1: it does not */
	int has = atomic_load_explicit(&guards, memory_order_relaxed);

	if (!has) {
		has = takes_any_advice(low) ? -1 : 1;
		atomic_store_explicit(&guards, has, memory_order_relaxed);
	}
	if (has > 0) {
		if (!madvise(low, page_size(), MADV_GUARD_INSTALL))
			return 0;
		if (errno == EINVAL)
			atomic_store_explicit(&guards, -1, memory_order_relaxed);
	}
	return mprotect(low, page_size(), PROT_NONE) ? -ENOMEM : 0;
}

static struct slab *slab_new(size_t size, unsigned int kind)
{
	struct slab *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->size = size;
	s->kind = kind;
	s->base = mmap(NULL, size * SLAB_STACKS, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (s->base == MAP_FAILED) {
		free(s);
		return NULL;
	}
	/* Few stacks would benefit from a huge page. */
	madvise(s->base, size * SLAB_STACKS, MADV_NOHUGEPAGE);
	if (guard(s->base)) {
		munmap(s->base, size * SLAB_STACKS);
		free(s);
		return NULL;
	}
	return s;
}

static void slab_free(struct slab *s)
{
	unsigned int i;

	for (i = 0; i < s->ready; i++)
		VALGRIND_STACK_DEREGISTER(s->id[i]);
	munmap(s->base, s->size * SLAB_STACKS);
	free(s);
}

static char *top_of(const struct slab *s, unsigned int i)
{
	return s->base + (i + 1) * s->size - i % COLOURS * COLOUR_SIZE;
}

/*
 * Make one more stack of the slab ready.  Install the guard of the next stack first: a mapping is
 * cheaper to split while none of its pages was touched.
 */
static int slab_extend(struct slab *s)
{
	unsigned int i = s->ready;
	char *low = s->base + i * s->size;

	if (i + 1 < SLAB_STACKS && guard(low + s->size))
		return -ENOMEM;
	s->id[i] = VALGRIND_STACK_REGISTER(low + page_size(), top_of(s, i));
	s->free[s->n_free++] = i;
	s->ready++;
	return 0;
}

/* Index of a suitable size in the pool; adds the size if the pool has none. */
static int kind_of(struct stack_pool *pool, size_t size)
{
	int kind;

	for (kind = 0; kind < STACK_SIZES && pool->size[kind]; kind++) {
		if (pool->size[kind] >= size && pool->size[kind] <= 2 * size)
			return kind;
	}
	if (kind == STACK_SIZES)
		return -ENOMEM;
	pool->size[kind] = size;
	return kind;
}

/* Size of a stack with its guard: an odd number of pages. */
static size_t whole_size(size_t size)
{
	size_t pages = (size + page_size() - 1) / page_size() + 1;

	return (pages | 1) * page_size();
}

static struct slab *some_slab(struct stack_pool *pool, size_t size)
{
	int kind = kind_of(pool, whole_size(size));
	struct slab *s;

	if (kind < 0)
		return NULL;
	s = pool->some[kind];
	if (s)
		return s;
	s = slab_new(pool->size[kind], kind);
	if (s) {
		list_add(&pool->some[kind], s);
		pool->unused[kind]++;
	}
	return s;
}

int cotask_stack_get(struct stack_pool *pool, size_t size, struct stack *stack)
{
	struct slab *s = some_slab(pool, size);
	unsigned int i;

	if (!s || (!s->n_free && slab_extend(s)))
		return -ENOMEM;
	i = s->free[--s->n_free];
	if (!s->in_use++)
		pool->unused[s->kind]--;
	if (s->in_use == SLAB_STACKS) {
		list_del(&pool->some[s->kind], s);
		list_add(&pool->full[s->kind], s);
	}
	stack->low = s->base + i * s->size + page_size();
	stack->high = top_of(s, i);
	stack->slab = s;
	stack->id = i;
	return 0;
}

void cotask_stack_put(struct stack_pool *pool, const struct stack *stack)
{
	struct slab *s = stack->slab;
	unsigned int id = stack->id;

	if (s->in_use == SLAB_STACKS) {
		list_del(&pool->full[s->kind], s);
		list_add(&pool->some[s->kind], s);
	}
	s->free[s->n_free++] = id;
	if (--s->in_use)
		return;
	if (++pool->unused[s->kind] > SLABS_UNUSED) {
		pool->unused[s->kind]--;
		list_del(&pool->some[s->kind], s);
		slab_free(s);
	}
}

static void drop_list(struct slab **list)
{
	struct slab *s;

	while ((s = *list)) {
		list_del(list, s);
		slab_free(s);
	}
}

void cotask_stacks_drop(struct stack_pool *pool)
{
	int kind;

	for (kind = 0; kind < STACK_SIZES; kind++) {
		drop_list(&pool->some[kind]);
		drop_list(&pool->full[kind]);
	}
}
