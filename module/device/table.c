// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the table of handles
 *
 * A process chooses its handles, and most choose one after the other.  So the table consists
 * of chunks of neighbours, which an xarray finds, and remembers the chunk that was used last:
 * to make, find and forget an object is mostly an access to an array.
 *
 * The lock of the xarray is the one of the table.  Any thread may call these functions.
 */
#include <linux/slab.h>

#include "device.h"

/* A power of two, as many as a node of an xarray has. */
#define CHUNK	64

/**
 * struct cotask_chunk - the objects of neighbouring handles
 * @number: of the chunk
 * @used: how many of @slot are
 * @slot: the objects; NULL: the handle is free
 */
struct cotask_chunk {
	u32			number;
	u32			used;
	struct cotask_object	*slot[CHUNK];
};

static struct kmem_cache *chunk_cache;

int cotask_table_cache_init(void)
{
	chunk_cache = KMEM_CACHE(cotask_chunk, SLAB_ACCOUNT);
	return chunk_cache ? 0 : -ENOMEM;
}

void cotask_table_cache_exit(void)
{
	kmem_cache_destroy(chunk_cache);
}

/* In a slot: the handle is taken, and its object is not published yet. */
static struct cotask_object reserved;

void cotask_table_init(struct cotask_table *t)
{
	xa_init_flags(&t->chunks, XA_FLAGS_ACCOUNT);
}

void cotask_table_destroy(struct cotask_table *t)
{
	struct cotask_chunk *c;
	unsigned long number;

	xa_for_each(&t->chunks, number, c)
		kmem_cache_free(chunk_cache, c);
	xa_destroy(&t->chunks);
	t->last = NULL;
}

/* A chunk without objects goes when another one is used, so not each time that it has none. */
static void use(struct cotask_table *t, struct cotask_chunk *c)
{
	struct cotask_chunk *last = t->last;

	t->last = c;
	if (last && !last->used) {
		__xa_erase(&t->chunks, last->number);
		kmem_cache_free(chunk_cache, last);
	}
}

/* With the lock.  NULL: there is none. */
static struct cotask_chunk *chunk_of(struct cotask_table *t, u32 handle)
{
	struct cotask_chunk *c = t->last;

	if (likely(c && c->number == handle / CHUNK))
		return c;
	c = xa_load(&t->chunks, handle / CHUNK);
	if (c)
		use(t, c);
	return c;
}

static int chunk_new(struct cotask_table *t, u32 number)
{
	struct cotask_chunk *c = kmem_cache_zalloc(chunk_cache, GFP_KERNEL_ACCOUNT);
	int rc;

	if (!c)
		return -ENOMEM;
	c->number = number;
	rc = xa_insert(&t->chunks, number, c, GFP_KERNEL_ACCOUNT);
	if (rc)
		kmem_cache_free(chunk_cache, c);
	/* Another thread was faster. */
	return rc == -EBUSY ? 0 : rc;
}

/* 0; -EEXIST; -EAGAIN: there is no chunk. */
static int reserve(struct cotask_table *t, u32 handle)
{
	struct cotask_chunk *c;
	int rc = -EAGAIN;

	xa_lock(&t->chunks);
	c = chunk_of(t, handle);
	if (c)
		rc = c->slot[handle % CHUNK] ? -EEXIST : 0;
	if (!rc) {
		c->slot[handle % CHUNK] = &reserved;
		c->used++;
	}
	xa_unlock(&t->chunks);
	return rc;
}

/**
 * cotask_table_reserve - take a handle
 * @t: the table
 * @handle: the handle
 *
 * It cannot be found before cotask_table_publish(), which does not fail.
 *
 * Context: Process context, sleeps.
 * Return: 0; -EEXIST: it is taken; -ENOMEM.
 */
int cotask_table_reserve(struct cotask_table *t, u32 handle)
{
	int rc;

	while ((rc = reserve(t, handle)) == -EAGAIN) {
		rc = chunk_new(t, handle / CHUNK);
		if (rc)
			break;
	}
	return rc;
}

/**
 * cotask_table_publish - a handle that was reserved names an object
 * @t: the table
 * @handle: the handle
 * @o: the object
 */
void cotask_table_publish(struct cotask_table *t, u32 handle, struct cotask_object *o)
{
	xa_lock(&t->chunks);
	chunk_of(t, handle)->slot[handle % CHUNK] = o;
	xa_unlock(&t->chunks);
}

/**
 * cotask_table_remove - a handle is free again
 * @t: the table
 * @handle: the handle
 * @o: the object that it names; NULL: it is reserved
 *
 * Return: false: it does not name @o any more.
 */
bool cotask_table_remove(struct cotask_table *t, u32 handle, struct cotask_object *o)
{
	struct cotask_object *is = o ?: &reserved;
	struct cotask_chunk *c;
	bool names;

	xa_lock(&t->chunks);
	c = chunk_of(t, handle);
	names = c && c->slot[handle % CHUNK] == is;
	if (names) {
		c->slot[handle % CHUNK] = NULL;
		c->used--;
	}
	xa_unlock(&t->chunks);
	return names;
}

/**
 * cotask_table_find - what a handle names
 * @t: the table; the caller has its lock, until it has a reference
 * @handle: the handle
 *
 * Return: The object, or NULL.
 */
struct cotask_object *cotask_table_find(struct cotask_table *t, u32 handle)
{
	struct cotask_chunk *c = chunk_of(t, handle);
	struct cotask_object *o = c ? c->slot[handle % CHUNK] : NULL;

	return likely(o != &reserved) ? o : NULL;
}

static bool find_in(const struct cotask_chunk *c, unsigned int *i)
{
	for (; *i < CHUNK; ++*i) {
		if (c->slot[*i] && c->slot[*i] != &reserved)
			return true;
	}
	return false;
}

/**
 * cotask_table_next - go through a table
 * @t: the table
 * @handle: where to begin; out: of the object
 *
 * Return: The first object from there on, which only the owner of the loop lets go of; NULL:
 *	there is none.
 */
struct cotask_object *cotask_table_next(struct cotask_table *t, u64 *handle)
{
	unsigned long number = *handle / CHUNK, found = number;
	unsigned int i = *handle % CHUNK;
	struct cotask_object *o = NULL;
	struct cotask_chunk *c;

	xa_lock(&t->chunks);
	while (!o && (c = xa_find(&t->chunks, &found, ULONG_MAX, XA_PRESENT))) {
		if (found != number)
			i = 0;
		number = found;
		if (find_in(c, &i))
			o = c->slot[i];
		else
			found++;
	}
	xa_unlock(&t->chunks);
	*handle = (u64)number * CHUNK + i;
	return o;
}
