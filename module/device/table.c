// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the table of handles
 *
 * A process chooses its handles, and most processes choose consecutive numbers.  So the table
 * consists of chunks of neighbouring handles, in a tree by their numbers, and remembers those that
 * were used last: making, finding and forgetting an object is usually an access to an array.
 *
 * Handles may also lie so far apart that each has a chunk of its own.  The thread that removes a
 * chunk frees it at once: after a grace period, one soft interrupt would have to free the memory
 * of a whole table.
 *
 * Any thread may call these functions.
 */
#include <linux/slab.h>

#include "device.h"

/* A power of two. */
#define CHUNK	64

/**
 * struct cotask_chunk - the objects of neighbouring handles
 * @node: in cotask_table.chunks, by @number
 * @number: of the chunk
 * @used: how many of @slot are
 * @slot: the objects; NULL: the handle is free
 */
struct cotask_chunk {
	struct rb_node		node;
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
	spin_lock_init(&t->lock);
	t->chunks = RB_ROOT;
}

/* All handles are free.  The chunks that were used last may still be there. */
void cotask_table_destroy(struct cotask_table *t)
{
	unsigned int i;

	for (i = 0; i < COTASK_RECENT; i++) {
		if (t->recent[i])
			kmem_cache_free(chunk_cache, t->recent[i]);
		t->recent[i] = NULL;
	}
	t->chunks = RB_ROOT;
}

static struct cotask_chunk **place_of(struct cotask_table *t, u32 number)
{
	return &t->recent[number % COTASK_RECENT];
}

/*
 * An empty chunk is freed when another chunk replaces it among those that were used last, and not
 * each time that it becomes empty.
 */
static void use(struct cotask_table *t, struct cotask_chunk *c)
{
	struct cotask_chunk **place = place_of(t, c->number), *old = *place;

	*place = c;
	if (old && !old->used) {
		rb_erase(&old->node, &t->chunks);
		kmem_cache_free(chunk_cache, old);
	}
}

static int compare(const void *number, const struct rb_node *node)
{
	const struct cotask_chunk *c = rb_entry(node, struct cotask_chunk, node);
	const u32 n = *(const u32 *)number;

	return n < c->number ? -1 : n > c->number;
}

static int compare_nodes(struct rb_node *node, const struct rb_node *other)
{
	return compare(&rb_entry(node, struct cotask_chunk, node)->number, other);
}

static noinline struct cotask_chunk *search(struct cotask_table *t, u32 number)
{
	struct rb_node *node = rb_find(&number, &t->chunks, compare);
	struct cotask_chunk *c = rb_entry_safe(node, struct cotask_chunk, node);

	if (c)
		use(t, c);
	return c;
}

/* With the lock.  NULL: there is none. */
static struct cotask_chunk *chunk_of(struct cotask_table *t, u32 handle)
{
	struct cotask_chunk *c = *place_of(t, handle / CHUNK);

	if (likely(c && c->number == handle / CHUNK))
		return c;
	return search(t, handle / CHUNK);
}

static int chunk_new(struct cotask_table *t, u32 number)
{
	struct cotask_chunk *c = kmem_cache_zalloc(chunk_cache, GFP_KERNEL_ACCOUNT);
	bool faster;

	if (!c)
		return -ENOMEM;
	c->number = number;
	cotask_table_lock(t);
	/* Another thread may have inserted the chunk first. */
	faster = rb_find_add(&c->node, &t->chunks, compare_nodes);
	cotask_table_unlock(t);
	if (faster)
		kmem_cache_free(chunk_cache, c);
	return 0;
}

/* 0; -EEXIST; -EAGAIN: there is no chunk. */
static int reserve(struct cotask_table *t, u32 handle)
{
	struct cotask_chunk *c;
	int rc = -EAGAIN;

	cotask_table_lock(t);
	c = chunk_of(t, handle);
	if (c)
		rc = c->slot[handle % CHUNK] ? -EEXIST : 0;
	if (!rc) {
		c->slot[handle % CHUNK] = &reserved;
		c->used++;
	}
	cotask_table_unlock(t);
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
 * cotask_table_publish - assign an object to a reserved handle
 * @t: the table
 * @handle: the handle
 * @o: the object
 */
void cotask_table_publish(struct cotask_table *t, u32 handle, struct cotask_object *o)
{
	cotask_table_lock(t);
	chunk_of(t, handle)->slot[handle % CHUNK] = o;
	cotask_table_unlock(t);
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

	cotask_table_lock(t);
	c = chunk_of(t, handle);
	names = c && c->slot[handle % CHUNK] == is;
	if (names) {
		c->slot[handle % CHUNK] = NULL;
		c->used--;
	}
	cotask_table_unlock(t);
	return names;
}

/**
 * cotask_table_find - the object of a handle
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

/* The first chunk from this one on.  With the lock. */
static struct cotask_chunk *chunk_from(struct cotask_table *t, u64 number)
{
	struct rb_node *node = t->chunks.rb_node;
	struct cotask_chunk *c = *place_of(t, number), *found = NULL;

	if (c && c->number == number)
		return c;
	while (node) {
		c = rb_entry(node, struct cotask_chunk, node);
		if (c->number >= number)
			found = c;
		node = c->number < number ? node->rb_right : node->rb_left;
	}
	return found;
}

static struct cotask_chunk *chunk_after(const struct cotask_chunk *c)
{
	return rb_entry_safe(rb_next(&c->node), struct cotask_chunk, node);
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
 * cotask_table_next - iterate over a table
 * @t: the table
 * @handle: where to begin; out: of the object
 *
 * Return: The first object from there on, which only the owner of the loop drops; NULL: there is
 *	none.
 */
struct cotask_object *cotask_table_next(struct cotask_table *t, u64 *handle)
{
	const u64 number = *handle / CHUNK;
	struct cotask_object *o = NULL;
	struct cotask_chunk *c;
	unsigned int i;

	cotask_table_lock(t);
	for (c = chunk_from(t, number); c; c = chunk_after(c)) {
		i = c->number == number ? *handle % CHUNK : 0;
		if (!find_in(c, &i))
			continue;
		o = c->slot[i];
		*handle = (u64)c->number * CHUNK + i;
		break;
	}
	cotask_table_unlock(t);
	return o;
}
