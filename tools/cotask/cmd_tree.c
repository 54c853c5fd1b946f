// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tree - groups and tasks as they own each other, and what each task waits for
 *
 * Without --all, many tasks of one group that wait at the same place share a line.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cotask.h"

static const char usage[] =
	"tree [options] [TASK]\n\n"
	"Shows loops, groups and tasks as a tree of owners, with what each task waits for, and\n"
	"the functions and lines of its awaits, innermost first. With TASK, shows only this task\n"
	"and what it owns.\n\n"
	"  -a, --all         show each task in a line of its own, also if several do the same\n"
	"  -d, --depth N     show at most N levels\n"
	"  -F, --no-frames   omit the places in the code\n"
	"      --ascii       draw lines with ASCII characters\n";

static struct {
	bool all, no_frames, ascii;
	unsigned int depth;
} want = { .depth = 100 };

static const struct snapshot *s;

/* Groups that tasks have entered, by their parents. */
static struct group **entered;
static unsigned int n_entered;

#define ALIKE	3	/* as many tasks have a line each */

/* --- lines -------------------------------------------------------------- */

#define DEEP	64

/* Whether more items follow on a level. */
static bool more[DEEP + 1];

static const char *art(unsigned int i)
{
	static const char *const plain[] = { "|   ", "    ", "|-- ", "`-- " };
	static const char *const nice[] = { "│   ", "    ", "├── ", "└── " };

	return want.ascii || !term_utf8() ? plain[i] : nice[i];
}

/* Columns that are left in the line. */
static unsigned int room;

/* A mark stands for the rest of a text that does not fit: a number could be mistaken. */
__attribute__((format(printf, 2, 3)))
static void put(enum colour tint, const char *fmt, ...)
{
	unsigned int left = room;
	char words[4 * WORDS];
	bool cut;
	va_list args;
	size_t n;

	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	n = text_fit(words, &left);
	cut = words[n] && room;
	if (cut) {
		left = room - 1;
		n = text_fit(words, &left);
	}
	room = words[n] ? 0 : left;
	printf("%s%.*s%s%s", colour(tint), (int)n, words, cut ? term_cut() : "",
	       tint ? colour(PLAIN) : "");
}

static void line_end(void)
{
	putchar('\n');
}

static void indent(unsigned int depth, bool last)
{
	unsigned int i;

	room = term_width();
	for (i = 1; i < depth; i++)
		put(DIM, "%s", art(!more[i]));
	if (depth)
		put(DIM, "%s", art(last ? 3 : 2));
	more[depth] = !last;
}

static void cancelled(const char *cause, uint64_t by, int error)
{
	if (cause)
		put(RED, "  cancelled: %s", say_cancel(BUF, s, cause, by, error));
}

static void put_times(const struct task *t, unsigned int alike)
{
	const char *most = alike ? "up to " : "";

	if (t->since)
		put(PLAIN, " %s%s", most, say_time(BUF, t));
	if (t->deadline || t->timeout)
		put(PLAIN, ", %s%s left", most, say_left(BUF, t));
}

/* A name gets a part of the line, if the width is limited. */
static void put_name(const char *name)
{
	unsigned int left = 48;
	size_t n = text_fit(name, &left);

	if (name[n] && room < 1000)
		put(BOLD, "%.*s%s", (int)n, name, term_cut());
	else
		put(BOLD, "%s", name);
}

/* Whether many tasks wait on one object of this kind. */
static bool is_shared(const struct task *t)
{
	static const char *const kinds[] = { "lock", "semaphore", "queue", "event", "condition" };
	unsigned int i;

	for (i = 0; t->on && i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(t->on, kinds[i]))
			return true;
	}
	return false;
}

/* The wait of a task; for many tasks, the common part. */
static const char *wait_of(char *buf, const struct task *t, unsigned int alike)
{
	if (!alike || !t->on || is_shared(t))
		return say_wait(buf, s, t);
	return t->fd < 0 ? t->on : "fd";
}

/* A task; or all tasks like it on one line, with the longest wait. */
static void print_task(const struct task *t, unsigned int alike)
{
	char where[WORDS];

	put_name(t->name);
	if (alike)
		put(BOLD, " and %u like it", alike);
	else
		put(DIM, " %" PRIu64, t->id);
	put(PLAIN, "  ");
	put(colour_of_wait(t), "%s", wait_of(BUF, t, alike));
	put_times(t, alike);
	if (t->cancelling)
		cancelled(t->cause, t->by, t->error);
	if (!want.no_frames && strcmp(say_where(where, t), "-"))
		put(DIM, "  %s", where);
	line_end();
}

static void print_group(const struct group *g)
{
	const char *name = g->root ? "root" : g->name;

	put(CYAN, "group %s", name);
	put(DIM, "%s%" PRIu64, *name ? " " : "", g->id);
	put(PLAIN, "  %u %s", g->children, g->children == 1 ? "task" : "tasks");
	if (g->loop->trouble && g->n < g->children)
		put(RED, ", %u listed", g->n);
	if (strcmp(g->state, "open"))
		put(PLAIN, ", %s", g->state);
	if (g->jobs)
		put(PLAIN, ", %u jobs in threads", g->jobs);
	if (g->outcome)
		put(PLAIN, ", %s", strerrorname_np(-g->outcome) ?: "error");
	cancelled(g->cause, g->by, g->error);
	line_end();
}

static void print_loop(const struct loop *l)
{
	room = term_width();
	put(BOLD, "loop %s", l->name);
	put(PLAIN, " %u  %s", l->id, say_owner(BUF, l));
	if (l->pid)
		put(PLAIN, " of %s", say_user(BUF, l->uid));
	put(PLAIN, ", %u %s", l->tasks, l->tasks == 1 ? "task" : "tasks");
	if (l->trouble)
		put(RED, ", %s: %u listed", l->trouble, l->listed);
	line_end();
}

/* Select the tasks that match the options. Return: their number. */
static unsigned int choose(struct snapshot *all, struct task ***chosen)
{
	unsigned int i, n = 0;

	*chosen = xrealloc(NULL, all->n_tasks, sizeof(**chosen));
	for (i = 0; i < all->n_tasks; i++) {
		if (loop_wanted(all->task[i].loop))
			(*chosen)[n++] = &all->task[i];
	}
	return n;
}

/* --- ownership ----------------------------------------------- */

static int by_parent(const void *a, const void *b)
{
	const struct group *ga = *(const struct group **)a, *gb = *(const struct group **)b;

	if (ga->parent != gb->parent)
		return ga->parent < gb->parent ? -1 : 1;
	return (ga->id > gb->id) - (ga->id < gb->id);
}

static void index_groups(void)
{
	unsigned int i;

	entered = xrealloc(NULL, s->n_groups, sizeof(*entered));
	for (i = 0; i < s->n_groups; i++) {
		if (s->group[i].parent)
			entered[n_entered++] = &s->group[i];
	}
	qsort(entered, n_entered, sizeof(*entered), by_parent);
}

/* The groups that a task has entered. Return: their number. */
static unsigned int groups_of(const struct task *t, struct group ***first)
{
	unsigned int low = 0, high = n_entered, n = 0;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (entered[middle]->parent < t->id)
			low = middle + 1;
		else
			high = middle;
	}
	*first = entered + low;
	while (low + n < n_entered && entered[low + n]->parent == t->id)
		n++;
	return n;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool has_fd(const struct task *t)
{
	return t->fd >= 0;
}

/*
 * Whether they wait on the same object, if tasks share such objects.  Otherwise each has one of its
 * own: a future, a descriptor.
 */
static bool alike_objects(const struct task *a, const struct task *b)
{
	if (has_fd(a) != has_fd(b))
		return false;
	return !is_shared(a) || (a->handle == b->handle && same(a->object, b->object));
}

/* Whether two tasks without groups of their own do the same. */
static bool alike(const struct task *a, const struct task *b)
{
	struct group **first;
	unsigned int i;

	if (!same(a->on, b->on) || !same(a->state, b->state) || !alike_objects(a, b) ||
	    a->n_frames != b->n_frames || a->n_waits_for ||
	    b->n_waits_for || a->cancelling || b->cancelling || groups_of(b, &first))
		return false;
	for (i = 0; i < a->n_frames; i++) {
		if (strcmp(a->frame[i], b->frame[i]))
			return false;
	}
	return true;
}

static int by_likeness(const void *a, const void *b)
{
	const struct task *ta = *(const struct task **)a, *tb = *(const struct task **)b;
	int rc = strcmp(ta->on ?: ta->state, tb->on ?: tb->state);
	unsigned int i;

	for (i = 0; !rc && i < ta->n_frames && i < tb->n_frames; i++)
		rc = strcmp(ta->frame[i], tb->frame[i]);
	if (!rc)
		rc = (int)ta->n_frames - (int)tb->n_frames;
	if (!rc && is_shared(ta))
		rc = (ta->handle > tb->handle) - (ta->handle < tb->handle);
	if (!rc && is_shared(ta))
		rc = strcmp(ta->object ?: "", tb->object ?: "");
	if (!rc)
		rc = has_fd(tb) - has_fd(ta);
	if (rc)
		return rc;
	/* The task that has waited longest, or will wait longest. */
	if (ta->since != tb->since)
		return ta->since < tb->since ? -1 : 1;
	if (ta->deadline != tb->deadline)
		return ta->deadline > tb->deadline ? -1 : 1;
	return (ta->id > tb->id) - (ta->id < tb->id);
}

/* --- the walk ----------------------------------------------------------- */

static void walk_group(const struct group *g, unsigned int depth, bool last);

static void walk_task(const struct task *t, unsigned int depth, bool last)
{
	struct group **first;
	unsigned int i, n;

	indent(depth, last);
	print_task(t, 0);
	n = depth < want.depth && depth < DEEP ? groups_of(t, &first) : 0;
	for (i = 0; i < n; i++)
		walk_group(first[i], depth + 1, i == n - 1);
}

/* How many tasks from here on are alike; 1 if the task needs a line of its own. */
static unsigned int run_of(struct task **member, unsigned int n)
{
	unsigned int k = 1;

	if (want.all || !alike(member[0], member[0]))
		return 1;
	while (k < n && alike(member[0], member[k]))
		k++;
	return k;
}

static void walk_members(struct task **member, unsigned int n, unsigned int depth)
{
	unsigned int i, k;

	for (i = 0; i < n; i += k) {
		k = run_of(member + i, n - i);
		if (k <= ALIKE) {
			k = 1;
			walk_task(member[i], depth, i + k == n);
			continue;
		}
		indent(depth, i + k == n);
		print_task(member[i], k - 1);
	}
}

static void walk_children(const struct group *g, unsigned int depth)
{
	struct task **member = s->member + g->first;

	if (depth > want.depth || depth >= DEEP)
		return;
	if (!want.all)
		qsort(member, g->n, sizeof(*member), by_likeness);
	walk_members(member, g->n, depth);
}

static void walk_group(const struct group *g, unsigned int depth, bool last)
{
	indent(depth, last);
	print_group(g);
	walk_children(g, depth + 1);
}

/*
 * An opened group, one whose task is missing in the list, or the root group with something in
 * it.
 */
static bool on_top(const struct group *g, const struct loop *l)
{
	if (g->loop != l || (g->parent && snapshot_task(s, g->parent)))
		return false;
	return !g->root || g->n;
}

static void walk_loop(const struct loop *l)
{
	unsigned int i, left = 0;

	for (i = 0; i < s->n_groups; i++)
		left += on_top(&s->group[i], l);
	print_loop(l);
	for (i = 0; want.depth && i < s->n_groups; i++) {
		if (!on_top(&s->group[i], l))
			continue;
		left--;
		/* Tasks without another owner belong to the loop. */
		if (s->group[i].root && !left)
			walk_children(&s->group[i], 1);
		else
			walk_group(&s->group[i], 1, !left);
	}
}

static unsigned int walk_all(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->n_loops; i++) {
		if (!loop_wanted(&s->loop[i]))
			continue;
		walk_loop(&s->loop[i]);
		n++;
	}
	return n;
}

static unsigned int walk_one(const char *id)
{
	const struct task *t = snapshot_task(s, number(id, "TASK"));

	if (!t)
		return 0;
	walk_task(t, 0, true);
	return 1;
}

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		COMMON_LONG,
		{ "all", no_argument, NULL, 'a' },
		{ "depth", required_argument, NULL, 'd' },
		{ "no-frames", no_argument, NULL, 'F' },
		{ "ascii", no_argument, NULL, 'A' },
		{}
	};
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "ad:F", longs, NULL)) != -1) {
		switch (c) {
		case 'a':
			want.all = true;
			break;
		case 'd':
			want.depth = number(optarg, "--depth");
			break;
		case 'F':
			want.no_frames = true;
			break;
		case 'A':
			want.ascii = true;
			break;
		default:
			options_common(c, usage);
		}
	}
	if (argc - optind > 1)
		usage_error(usage, "more than one task");
}

static unsigned int show(const char *id, struct task **chosen, unsigned int n)
{
	if (id)
		return walk_one(id);
	return options.json ? snapshot_print_json(s, chosen, n) : walk_all();
}

int cmd_tree(int argc, char **argv)
{
	struct snapshot *snapshot;
	struct task **chosen;
	unsigned int n;
	int rc;

	parse(argc, argv);
	snapshot = snapshot_load();
	s = snapshot;
	n = choose(snapshot, &chosen);
	/* Tasks at the same place may be alike. */
	if (!want.no_frames)
		frames_find(snapshot, chosen, n);
	files_find(snapshot, chosen, n);
	index_groups();
	rc = snapshot_status(snapshot, show(argv[optind], chosen, n));
	if (rc == RC_NOTHING && optind < argc)
		fprintf(stderr, "cotask: task %s does not exist\n", argv[optind]);
	free(entered);
	free(chosen);
	snapshot_free(snapshot);
	return rc;
}
