// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the await graph
 *
 * Nodes are awaitables.  Upwards, edges lead from an awaitable to its waiters: tasks, shields and
 * sets, and from a task in a group to the task that has entered the group, which cannot continue
 * before it ends.  Downwards the same edges are followed in reverse.
 *
 * A walk is in pre-order, and keeps the path to the current node in an array of
 * COTASK_GRAPH_DEPTH elements, which bounds the walk and reveals cycles (IN-7).  A direction is a
 * function that returns the next edge of a node.
 */
#include <linux/cotask_inspect.h>
#include <linux/slab.h>

#include "../await/set.h"

/**
 * struct place - a node on the way to the current one
 * @x: the node
 * @pos: where in its list of edges the walk is
 * @scope: downwards: the group whose children come next
 * @n: number of edges that were followed
 */
struct place {
	struct cotask_awaitable *x;
	struct list_head *pos;
	struct cotask_scope *scope;
	unsigned int n;
};

/**
 * struct walk - a walk under way
 * @next: the next edge of a place, or NULL
 * @limit: maximum depth
 * @left: number of nodes that it may still visit
 * @visit: called for each node
 * @arg: for @visit
 * @way: from the beginning to the current node
 */
struct walk {
	struct cotask_awaitable *(*next)(struct place *p);
	unsigned int limit;
	unsigned int left;
	cotask_visit_fn visit;
	void *arg;
	struct place way[COTASK_GRAPH_DEPTH + 1];
};

/* --- upwards ---------------------------------------------------------------- */

/* The awaitable by which a set is awaited. */
static struct cotask_awaitable *waited_at(struct cotask_set *s)
{
	struct cotask_as_completed *it = container_of(s, struct cotask_as_completed, set);

	return s->base.post.ops == &cotask_as_completed_ops ? &it->permits.base : &s->base;
}

static struct cotask_awaitable *waiter(struct cotask_entry *e)
{
	switch (e->kind) {
	case COTASK_ENTRY_TASK:
		return &container_of(e, struct cotask, entry)->base;
	case COTASK_ENTRY_SHIELD:
		return &container_of(e, struct cotask_shield, entry)->base;
	case COTASK_ENTRY_MEMBER:
		return waited_at(container_of(e, struct cotask_member, entry)->set);
	default:
		return NULL;
	}
}

/* A child has one more edge, to the task that has entered its group (IN-5). */
static struct cotask_awaitable *parent(struct place *p)
{
	struct cotask *t;

	if (p->n++ || !cotask_is_task(p->x) || cotask_awaitable_done(p->x))
		return NULL;
	t = cotask_of(p->x)->group->scope.task;
	return t ? &t->base : NULL;
}

static struct cotask_awaitable *next_waiter(struct place *p)
{
	struct cotask_awaitable *x;

	if (!p->pos)
		p->pos = &p->x->waiters;
	while (p->pos->next != &p->x->waiters) {
		p->pos = p->pos->next;
		x = waiter(list_entry(p->pos, struct cotask_entry, link));
		if (x)
			return x;
	}
	return parent(p);
}

/* --- downwards -------------------------------------------------------------- */

static struct cotask_awaitable *next_member(struct place *p, struct cotask_set *s)
{
	while (p->n < s->n) {
		struct cotask_member *m = &s->members[p->n++];

		if (cotask_set_follows(m))
			return m->x;
	}
	return NULL;
}

/* The live children of the groups that a task has entered, wherever it waits (IN-5). */
static struct cotask_awaitable *next_child(struct place *p)
{
	struct cotask *t;

	for (; p->scope; p->scope = p->scope->outer, p->pos = NULL) {
		struct list_head *children;

		if (p->scope->kind != COTASK_SCOPE_GROUP)
			continue;
		children = &container_of(p->scope, struct cotask_group, scope)->children;
		for (p->pos = p->pos ?: children; p->pos->next != children; ) {
			p->pos = p->pos->next;
			t = list_entry(p->pos, struct cotask, sibling);
			if (!cotask_done(t))
				return &t->base;
		}
	}
	return NULL;
}

static struct cotask_awaitable *next_of_task(struct place *p)
{
	struct cotask *t = cotask_of(p->x);

	if (!p->n++) {
		struct cotask_awaitable *x = cotask_task_waits_on(t);

		p->scope = t->scopes;
		/* A group is shown as the edges to its children. */
		if (x && x->post.ops != &cotask_group_ops)
			return x;
	}
	return next_child(p);
}

static struct cotask_awaitable *next_awaited(struct place *p)
{
	struct cotask_awaitable *x = p->x;

	if (cotask_is_task(x))
		return cotask_done(cotask_of(x)) ? NULL : next_of_task(p);
	if (x->post.ops->set)
		return next_member(p, x->post.ops->set(x));
	if (x->post.ops == &cotask_shield_ops && !p->n++)
		return container_of(x, struct cotask_shield, base)->inner;
	return NULL;
}

/* --- the walk ----------------------------------------------------------------- */

static bool on_the_way(const struct walk *w, unsigned int depth,
		       const struct cotask_awaitable *x)
{
	while (depth--) {
		if (w->way[depth].x == x)
			return true;
	}
	return false;
}

/* Whether the place has an edge at all. */
static bool has_edge(const struct walk *w, const struct place *p)
{
	struct place look = *p;

	return w->next(&look);
}

static void tell(struct walk *w, unsigned int depth)
{
	struct place *p = &w->way[depth];
	struct cotask_node node = {
		.kind = p->x->post.ops->name,
		.depth = depth,
		.cycle = on_the_way(w, depth, p->x),
	};

	if (cotask_is_task(p->x)) {
		node.task = cotask_of(p->x);
		cotask_get_name(node.task, node.name, sizeof(node.name));
	}
	if (!--w->left)
		w->limit = 0;
	node.cut = !node.cycle && depth >= w->limit && has_edge(w, p);
	w->visit(&node, w->arg);
}

static void walk(struct walk *w, struct cotask_awaitable *from)
{
	int depth = 0;

	w->way[0] = (struct place){ .x = from };
	tell(w, 0);
	while (depth >= 0) {
		struct cotask_awaitable *x = NULL;

		if (depth < w->limit)
			x = w->next(&w->way[depth]);
		if (!x) {
			depth--;
			continue;
		}
		w->way[depth + 1] = (struct place){ .x = x };
		tell(w, depth + 1);
		if (!on_the_way(w, depth + 1, x))
			depth++;
	}
}

struct request {
	struct cotask_awaitable *from;
	struct walk w;
};

static int walk_on_owner(struct cotask_loop *loop, void *arg)
{
	struct request *r = arg;

	walk(&r->w, r->from);
	return 0;
}

static int begin(struct cotask_awaitable *from, struct cotask_awaitable *(*next)(struct place *),
		 unsigned int depth, cotask_visit_fn visit, void *arg)
{
	struct request *r;
	int rc;

	if (!visit || !from || !from->loop)
		return -EINVAL;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	r->from = from;
	r->w.next = next;
	r->w.limit = min_t(unsigned int, depth, COTASK_GRAPH_DEPTH);
	r->w.left = COTASK_GRAPH_NODES;
	r->w.visit = visit;
	r->w.arg = arg;
	rc = cotask_loop_ask(from->loop, walk_on_owner, r);
	kfree(r);
	return rc;
}

/**
 * cotask_graph_waiters - walk from an awaitable to all its waiters
 * @x: task, future, shield or set; pinned by the caller
 * @depth: how many edges to follow, at most COTASK_GRAPH_DEPTH; a graph with more than
 *	COTASK_GRAPH_NODES paths is visited only partly
 * @visit: called for each node, in pre-order, @x itself first; may not sleep, spawn or
 *	cancel
 * @arg: for @visit
 *
 * The captured stack of a task is cotask_get_stack() (IN-6).
 *
 * Context: Process context, sleeps; in the loop or outside.
 * Return: 0; -EINVAL for a missing argument; -ENOMEM; -ESHUTDOWN if the loop has
 *	ended.
 */
int cotask_graph_waiters(struct cotask_awaitable *x, unsigned int depth,
			 cotask_visit_fn visit, void *arg)
{
	return begin(x, next_waiter, depth, visit, arg);
}
EXPORT_FOR_TESTS(cotask_graph_waiters);

/**
 * cotask_graph_waits - walk from a task to everything that it waits for
 * @task: the task; pinned by the caller
 * @depth: as for cotask_graph_waiters()
 * @visit: likewise
 * @arg: for @visit
 *
 * The awaitable of the task, the members of sets, shielded awaitables, and the live children of
 * groups that the task has entered (IN-5).
 *
 * Context: As cotask_graph_waiters().
 * Return: As cotask_graph_waiters().
 */
int cotask_graph_waits(struct cotask *task, unsigned int depth, cotask_visit_fn visit,
		       void *arg)
{
	return begin(task ? &task->base : NULL, next_awaited, depth, visit, arg);
}
EXPORT_FOR_TESTS(cotask_graph_waits);
