// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - names of tasks
 *
 * A name can be read in any context while another thread renames the task.
 */
#include <linux/slab.h>

#include "core.h"

/**
 * struct cotask_name - name of a task
 * @uses: how often the memory was a name; stays when it is freed
 * @text: the name
 *
 * The memory can be reused for another name before a grace period has passed, so that
 * short-lived names do not pile up: a reader checks that it is still the same name.
 */
struct cotask_name {
	u32 uses;
	char text[COTASK_NAME_MAX + 1];
};

static struct kmem_cache *name_cache;

static void name_ctor(void *memory)
{
	memset(memory, 0, sizeof(struct cotask_name));
}

int cotask_name_init(void)
{
	name_cache = kmem_cache_create("cotask_name", sizeof(struct cotask_name), 0,
				       SLAB_TYPESAFE_BY_RCU, name_ctor);
	return name_cache ? 0 : -ENOMEM;
}

void cotask_name_exit(void)
{
	kmem_cache_destroy(name_cache);
}

/* --- UTF-8 -------------------------------------------------------------------- */

/* Length of a character that begins with this byte; 0: no character does. */
static unsigned int length_of(u8 first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/*
 * Invisible characters, and those that change the direction of text or separate lines: what Unicode
 * calls Default_Ignorable_Code_Point, the bidirectional controls, U+2028, U+2029 and
 * U+FFF9-U+FFFB.  In order.  tools/cotask/term.c has the same ones.
 */
static const struct { u32 first; u32 last; } hidden[] = {
	{ 0x00ad, 0x00ad }, { 0x034f, 0x034f }, { 0x061c, 0x061c }, { 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
	{ 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 }, { 0xfff0, 0xfffb }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff },
};

static bool is_visible(u32 c)
{
	unsigned int i;

	if (c < 0xa0)
		return c >= 0x20 && c < 0x7f;
	for (i = 0; i < ARRAY_SIZE(hidden) && c >= hidden[i].first; i++) {
		if (c <= hidden[i].last)
			return false;
	}
	return true;
}

/**
 * cotask_name_char - the next character of a name, if it can be shown
 * @text: the rest of the name, not empty
 *
 * Return: Its length in bytes; 0: the first byte has to be escaped, as it is not valid UTF-8, or
 *	begins a character that is not visible.
 */
unsigned int cotask_name_char(const char *text)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const u8 *s = (const u8 *)text;
	unsigned int i, n = length_of(*s);
	u32 c = n > 1 ? *s & (0x7f >> n) : *s;

	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (!n || c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return is_visible(c) ? n : 0;
}

/* --- names -------------------------------------------------------------------- */

/**
 * cotask_name_new - make a name
 * @text: 1 to COTASK_NAME_MAX bytes; copied
 * @gfp: for its memory
 *
 * Return: The name, for cotask_name_free(); ERR_PTR() of -EINVAL, -ENOMEM.
 */
struct cotask_name *cotask_name_new(const char *text, gfp_t gfp)
{
	size_t len = strnlen(text, COTASK_NAME_MAX + 1);
	struct cotask_name *name;

	if (!len || len > COTASK_NAME_MAX)
		return ERR_PTR(-EINVAL);
	name = kmem_cache_alloc(name_cache, gfp);
	if (!name)
		return ERR_PTR(-ENOMEM);
	WRITE_ONCE(name->uses, name->uses + 1);
	smp_wmb();	/* before the text; pairs with read_name() */
	memcpy(name->text, text, len + 1);
	return name;
}

void cotask_name_free(struct cotask_name *name)
{
	if (name)
		kmem_cache_free(name_cache, name);
}

/**
 * cotask_set_name - name a task
 * @task: the task, done or not (TK-8)
 * @name: 1 to COTASK_NAME_MAX bytes, UTF-8 text; copied
 *
 * Bytes that are no visible UTF-8 text are accepted, and shown escaped.
 *
 * Context: Process context, one caller at a time.
 * Return: 0; -EINVAL if @name is empty or too long; -ENOMEM.  The old name stays then.
 */
int cotask_set_name(struct cotask *task, const char *name)
{
	struct cotask_name *new;

	if (!task || !name)
		return -EINVAL;
	new = cotask_name_new(name, cotask_loop_gfp(task->base.loop));
	if (IS_ERR(new))
		return PTR_ERR(new);
	cotask_name_free(rcu_replace_pointer(task->name, new, true));
	trace_cotask_name(task);
	return 0;
}
EXPORT_FOR_TESTS(cotask_set_name);

/* false: it was another one meanwhile. */
static bool read_name(const struct cotask *task, const struct cotask_name *name, char *buf,
		      size_t size)
{
	u32 uses = READ_ONCE(name->uses);

	smp_rmb();	/* it is this name since then, or not any more */
	if (name != rcu_access_pointer(task->name))
		return false;
	smp_rmb();	/* the text is not older, though its address is */
	/* What is torn is thrown away. */
	data_race(strscpy(buf, name->text, min(size, sizeof(name->text))));
	smp_rmb();	/* pairs with cotask_name_new() */
	return uses == READ_ONCE(name->uses);
}

/**
 * cotask_get_name - the name of a task
 * @task: the task
 * @buf: receives the name; Task-<id> if it has none (CT-3)
 * @size: of @buf, COTASK_NAME_MAX + 1 is enough
 *
 * Context: Any.
 * Return: @buf.
 */
char *cotask_get_name(const struct cotask *task, char *buf, size_t size)
{
	const struct cotask_name *name;

	rcu_read_lock();
	do {
		name = rcu_dereference(task->name);
	} while (name && !read_name(task, name, buf, size));
	if (!name)
		snprintf(buf, size, "Task-%llu", task->id);
	rcu_read_unlock();
	return buf;
}
EXPORT_SYMBOL_GPL(cotask_get_name);

/**
 * cotask_printable_name - the name of a task, for a log
 * @task: the task
 * @buf: receives the name; what cannot be shown is "?"
 * @size: of @buf
 *
 * Context: Any.
 * Return: @buf.
 */
char *cotask_printable_name(const struct cotask *task, char *buf, size_t size)
{
	unsigned int n;
	char *at;

	cotask_get_name(task, buf, size);
	for (at = buf; *at; at += n ?: 1) {
		n = cotask_name_char(at);
		if (!n)
			*at = '?';
	}
	return buf;
}
