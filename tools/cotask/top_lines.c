// SPDX-License-Identifier: GPL-2.0
/*
 * cotask top - filter and order of tasks
 */
#include <stdlib.h>
#include <string.h>

#include "cotask.h"

static const struct order *order;

static int in_order(const void *a, const void *b)
{
	const struct line *la = a, *lb = b;
	int rc = 0;

	switch (order->key) {
	case 'b':
		rc = LESS(lb->ns[BUSY], la->ns[BUSY]);
		break;
	case 'r':
		rc = LESS(lb->ns[READY], la->ns[READY]);
		break;
	case 'w':
		rc = LESS(lb->wait_ns, la->wait_ns);
		break;
	case 's':
		rc = LESS(lb->steps, la->steps);
		break;
	case 'n':
		rc = strverscmp(la->t->name, lb->t->name);
		break;
	}
	return rc ?: LESS(la->t->id, lb->t->id);
}

/* Whether the row of a task contains the search text. */
static bool matches(const struct snapshot *s, const struct task *t)
{
	const char *find = order->find;

	return !*find || strstr(t->name, find) || strstr(t->loop->name, find) ||
	       strstr(say_owner(BUF, t->loop), find) || strstr(say_wait(BUF, s, t), find);
}

static uint64_t since(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

static void fill(struct line *l, struct task *t, const struct snapshot *before)
{
	const struct task *old = before ? snapshot_task(before, t->id) : NULL;
	int i;

	*l = (struct line){ .t = t, .steps = since(t->steps, old ? old->steps : 0) };
	for (i = 0; i < PHASES; i++)
		l->ns[i] = since(t->time[i].total, old ? old->time[i].total : 0);
	if (t->on && t->since)
		l->wait_ns = since(t->loop->now, t->since);
}

/* --- as a tree ------------------------------------------------------------- */

#define DEEP	64

/**
 * struct tree - lines that follow the line of their parent
 * @line: all lines, by parent
 * @n: how many
 * @to: where they go
 * @done: number of lines that were moved
 */
struct tree {
	struct line *line;
	unsigned int n;
	struct line *to;
	unsigned int done;
};

static int by_parent(const void *a, const void *b)
{
	const struct line *la = a, *lb = b;

	return LESS(la->parent, lb->parent) ?: in_order(a, b);
}

static unsigned int first_child(const struct tree *tree, uint64_t parent)
{
	unsigned int low = 0, high = tree->n;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (tree->line[middle].parent < parent)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void put_children(struct tree *tree, uint64_t parent, unsigned int depth);

/* A line, and those below it. Each goes there once, whatever the list says about parents. */
static void put_line(struct tree *tree, struct line *l, unsigned int depth)
{
	if (l->moved)
		return;
	l->moved = true;
	l->depth = depth;
	tree->to[tree->done++] = *l;
	if (depth < DEEP)
		put_children(tree, l->t->id, depth + 1);
}

static void put_children(struct tree *tree, uint64_t parent, unsigned int depth)
{
	unsigned int i = first_child(tree, parent);

	for (; i < tree->n && tree->line[i].parent == parent; i++)
		put_line(tree, &tree->line[i], depth);
}

/* Tasks without a parent first, then what is too deep for them, or has itself as a parent. */
static void put_all(struct tree *tree)
{
	unsigned int i;

	put_children(tree, 0, 0);
	for (i = 0; i < tree->n; i++)
		put_line(tree, &tree->line[i], 0);
}

static int by_task(const void *a, const void *b)
{
	return LESS(((const struct line *)a)->t->id, ((const struct line *)b)->t->id);
}

/* A task whose parent is not in the list has no parent. */
static void find_parents(struct line *lines, unsigned int n)
{
	unsigned int i;

	qsort(lines, n, sizeof(*lines), by_task);
	for (i = 0; i < n; i++) {
		struct task key_task = { .id = lines[i].t->parent };
		struct line key = { .t = &key_task };

		if (bsearch(&key, lines, n, sizeof(key), by_task))
			lines[i].parent = key_task.id;
	}
}

static unsigned int as_tree(struct line **lines, unsigned int n)
{
	struct tree tree = { .line = *lines, .n = n, .to = xrealloc(NULL, n, sizeof(**lines)) };

	find_parents(tree.line, n);
	qsort(tree.line, n, sizeof(*tree.line), by_parent);
	put_all(&tree);
	free(*lines);
	*lines = tree.to;
	return tree.done;
}

/**
 * top_lines - the lines of the tasks to be shown, in order
 * @s: what there is
 * @before: the previous snapshot, or NULL
 * @how: order and filter
 * @lines: memory for them, which is replaced
 *
 * Return: How many.
 */
unsigned int top_lines(const struct snapshot *s, const struct snapshot *before,
		       const struct order *how, struct line **lines)
{
	unsigned int i, n = 0;

	order = how;
	*lines = xrealloc(*lines, s->n_tasks, sizeof(**lines));
	for (i = 0; i < s->n_tasks; i++) {
		if (loop_wanted(s->task[i].loop) && matches(s, &s->task[i]))
			fill(&(*lines)[n++], &s->task[i], before);
	}
	if (how->tree)
		return as_tree(lines, n);
	qsort(*lines, n, sizeof(**lines), in_order);
	return n;
}
