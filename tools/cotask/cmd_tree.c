// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tree - groups and tasks as they own each other, and what each task waits for
 *
 * Many tasks of one group that do the same are one line, unless all are wanted.
 */
#include <inttypes.h>
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

#define ALIKE	3	/* so many may be told one by one */

/* --- lines -------------------------------------------------------------- */

#define DEEP	64

/* Whether a level has more to come below. */
static bool more[DEEP + 1];

static const char *art(unsigned int i)
{
	static const char *const plain[] = { "|   ", "    ", "|-- ", "`-- " };
	static const char *const nice[] = { "│   ", "    ", "├── ", "└── " };

	return want.ascii || !term_utf8() ? plain[i] : nice[i];
}

static void indent(unsigned int depth, bool last)
{
	unsigned int i;

	fputs(colour(DIM), stdout);
	for (i = 1; i < depth; i++)
		fputs(art(!more[i]), stdout);
	if (depth)
		fputs(art(last ? 3 : 2), stdout);
	fputs(colour(PLAIN), stdout);
	more[depth] = !last;
}

static void cancelled(const char *cause, uint64_t by, int error)
{
	if (cause)
		printf("  %scancelled by %s%s", colour(RED), say_cancel(BUF, cause, by, error),
		       colour(PLAIN));
}

/* A task; or all tasks like it on one line, with the longest wait. */
static void print_task(const struct task *t, unsigned int alike)
{
	printf("%s%s%s", colour(BOLD), t->name, colour(PLAIN));
	if (alike)
		printf(" %sand %u like it%s", colour(BOLD), alike, colour(PLAIN));
	else
		printf(" %s%" PRIu64 "%s", colour(DIM), t->id, colour(PLAIN));
	printf("  %s%s%s", colour(colour_of_wait(t)), t->on ? say_wait(BUF, s, t) : t->state,
	       colour(PLAIN));
	if (t->on && (t->deadline || t->since))
		printf(" %s%s", alike ? "up to " : "", say_time(BUF, t));
	if (t->cancelling)
		cancelled(t->cause, t->by, t->error);
	if (!want.no_frames && t->n_frames)
		printf("  %s%s%s", colour(DIM), say_where(BUF, t), colour(PLAIN));
	putchar('\n');
}

static void print_group(const struct group *g)
{
	const char *name = g->root ? "root" : g->name;

	printf("%sgroup %s%s%s%s%" PRIu64 "%s  %u %s", colour(CYAN), name, colour(PLAIN),
	       *name ? " " : "", colour(DIM), g->id, colour(PLAIN), g->children,
	       g->children == 1 ? "task" : "tasks");
	if (g->loop->trouble && g->n < g->children)
		printf(", %s%u listed%s", colour(RED), g->n, colour(PLAIN));
	if (strcmp(g->state, "open"))
		printf(", %s", g->state);
	if (g->jobs)
		printf(", %u jobs in threads", g->jobs);
	if (g->outcome)
		printf(", %s", strerrorname_np(-g->outcome) ?: "error");
	cancelled(g->cause, g->by, g->error);
	putchar('\n');
}

static void print_loop(const struct loop *l)
{
	printf("%sloop %s%s %u  %s", colour(BOLD), l->name, colour(PLAIN), l->id,
	       say_owner(BUF, l));
	if (l->pid)
		printf(" of %s", say_user(BUF, l->uid));
	printf(", %u %s", l->tasks, l->tasks == 1 ? "task" : "tasks");
	if (l->trouble)
		printf(", %s%s: %u listed%s", colour(RED), l->trouble, l->listed, colour(PLAIN));
	putchar('\n');
}

/* The tasks that the options let through; how many. */
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

/* --- what belongs to what ----------------------------------------------- */

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

/* The groups that a task has entered; how many. */
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

/* Whether two tasks without groups of their own do the same. */
static bool alike(const struct task *a, const struct task *b)
{
	struct group **first;
	unsigned int i;

	if (!same(a->on, b->on) || a->n_frames != b->n_frames || a->n_waits_for ||
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
	int rc = strcmp(ta->on ? ta->on : "", tb->on ? tb->on : "");
	unsigned int i;

	for (i = 0; !rc && i < ta->n_frames && i < tb->n_frames; i++)
		rc = strcmp(ta->frame[i], tb->frame[i]);
	if (!rc)
		rc = (int)ta->n_frames - (int)tb->n_frames;
	if (rc)
		return rc;
	/* The task that has waited longest, or will. */
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
	/* Those that are at the same place may be alike. */
	if (!want.no_frames)
		frames_find(snapshot, chosen, n);
	index_groups();
	rc = snapshot_status(snapshot, show(argv[optind], chosen, n));
	if (rc == RC_NOTHING && optind < argc)
		fprintf(stderr, "cotask: task %s does not exist\n", argv[optind]);
	free(entered);
	free(chosen);
	snapshot_free(snapshot);
	return rc;
}
