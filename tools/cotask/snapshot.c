// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - snapshots: the lines of COTASK_IOC_INSPECT as loops, groups and tasks
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/cotask.h>

#include "cotask.h"

/* --- the source ------------------------------------------------ */

/**
 * device_open - open the device, or report the error and exit
 *
 * Return: The file descriptor.
 */
int device_open(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	switch (errno) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		fail(DEVICE " does not exist; is the module loaded? (cotask doctor)");
	case EACCES:
	case EPERM:
		fail("no permission for " DEVICE " (cotask doctor)");
	case EMFILE:
		fail("too many open files of this user or process: see max_user_files, "
		     "ulimit -n");
	default:
		fail(DEVICE ": %s", strerror(errno));
	}
}

static FILE *open_kernel(void)
{
	struct cotask_inspect arg = { .size = sizeof(arg) };
	int fd = device_open();
	int look = ioctl(fd, COTASK_IOC_INSPECT, &arg);
	FILE *f;

	if (look < 0)
		fail("cannot list tasks: %s", strerror(errno));
	close(fd);
	f = fdopen(look, "r");
	if (!f)
		fail("out of memory");
	return f;
}

static FILE *open_source(void)
{
	FILE *f;

	if (!options.file)
		return open_kernel();
	if (!strcmp(options.file, "-"))
		return stdin;
	f = fopen(options.file, "r");
	if (!f)
		fail("%s: %s", options.file, strerror(errno));
	return f;
}

/* --- fields ------------------------------------------------------------- */

static uint64_t num(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static size_t slot_of(const struct snapshot *s, const char *text)
{
	size_t hash = 5381, i;

	for (i = 0; text[i]; i++)
		hash = hash * 33 + (unsigned char)text[i];
	for (i = hash & (s->strings - 1); s->string[i] && strcmp(s->string[i], text);)
		i = (i + 1) & (s->strings - 1);
	return i;
}

static void make_room(struct snapshot *s)
{
	struct snapshot bigger = *s;
	size_t i;

	bigger.strings = s->strings ? 2 * s->strings : 1024;
	bigger.string = calloc(bigger.strings, sizeof(*bigger.string));
	if (!bigger.string)
		fail("out of memory");
	for (i = 0; i < s->strings; i++) {
		if (s->string[i])
			bigger.string[slot_of(&bigger, s->string[i])] = s->string[i];
	}
	free(s->string);
	*s = bigger;
}

/* The one copy of a text; thousands of tasks wait at the same place. */
static const char *keep(struct snapshot *s, const char *text)
{
	size_t i;

	if (2 * s->n_strings >= s->strings)
		make_room(s);
	i = slot_of(s, text);
	if (!s->string[i]) {
		s->string[i] = strdup(text);
		if (!s->string[i])
			fail("out of memory");
		s->n_strings++;
	}
	return s->string[i];
}

/* Names are printed to a terminal: replace characters that it cannot show. */
static const char *keep_clean(struct snapshot *s, const char *text)
{
	char clean[WORDS];

	term_clean(clean, sizeof(clean), text);
	return keep(s, clean);
}

static const char *text(struct snapshot *s, const json_t *o, const char *key)
{
	return keep_clean(s, json_string_value(json_object_get(o, key)) ?: "");
}

static const char *text_or_null(struct snapshot *s, const json_t *o, const char *key)
{
	return json_object_get(o, key) ? text(s, o, key) : NULL;
}

static void read_hist(struct hist *h, const json_t *o, const char *key)
{
	const json_t *a = json_object_get(o, key);
	size_t i;

	for (i = 0; i < json_array_size(a) && i < BUCKETS; i++)
		h->count[i] = json_integer_value(json_array_get(a, i));
}

/* --- one line ----------------------------------------------------------- */

static struct loop *find_loop(const struct snapshot *s, unsigned int id)
{
	unsigned int i;

	for (i = 0; i < s->n_loops; i++) {
		if (s->loop[i].id == id)
			return &s->loop[i];
	}
	return NULL;
}

/* A second line of a loop: the rest of its list is missing. */
static void cut_short(struct snapshot *s, struct loop *l, const json_t *o, const char *line)
{
	l->state = text(s, o, "state");
	l->trouble = "stopped answering";
	l->rest = line;
}

static void read_loop(struct snapshot *s, const json_t *o, const char *line)
{
	const json_t *slowest = json_object_get(o, "slowest");
	struct loop *l = find_loop(s, num(o, "id"));

	if (l) {
		cut_short(s, l, o, line);
		return;
	}
	s->loop = xgrow(s->loop, s->n_loops, sizeof(*l));
	l = &s->loop[s->n_loops++];
	*l = (struct loop){
		.line = line,
		.id = num(o, "id"),
		.name = text(s, o, "name"),
		.kind = text(s, o, "kind"),
		.state = text(s, o, "state"),
		.pid = num(o, "pid"),
		.uid = num(o, "uid"),
		.thread = num(o, "thread"),
		.now = num(o, "now"),
		.tasks = num(o, "tasks"),
		.account = json_is_true(json_object_get(o, "account")),
		.spawned = num(o, "spawned"),
		.finished = num(o, "finished"),
		.failed = num(o, "failed"),
		.cancelled = num(o, "cancelled"),
		.cancels = num(o, "cancels"),
		.timeouts = num(o, "timeouts"),
		.entries = num(o, "entries"),
		.steps = num(o, "steps"),
		.step_ns = num(o, "step_ns"),
		.busy_ns = num(o, "step_ns"),
		.slow_steps = num(o, "slow_steps"),
		.slowest_ns = num(slowest, "ns"),
		.slowest_task = num(slowest, "task"),
		.slowest = text(s, slowest, "in"),
		.slowest_name = text(s, slowest, "name"),
	};
	if (!strcmp(l->state, "busy"))
		l->trouble = "did not answer";
	/* Only the thread that pumps such a loop can list it. */
	else if (!strcmp(l->state, "idle") && !strcmp(l->kind, "caller"))
		l->trouble = "was not pumped";
	read_hist(&l->late, o, "late");
	read_hist(&l->step, o, "step");
	read_hist(&l->ready, o, "ready");
	read_hist(&l->queue, o, "queue");
}

static void read_group(struct snapshot *s, const json_t *o, const char *line)
{
	struct group *g;

	s->group = xgrow(s->group, s->n_groups, sizeof(*g));
	g = &s->group[s->n_groups++];
	*g = (struct group){
		.line = line,
		.id = num(o, "id"),
		.loop_id = num(o, "loop"),
		.parent = num(o, "parent"),
		.name = text(s, o, "name"),
		.state = text(s, o, "state"),
		.root = json_is_true(json_object_get(o, "root")),
		.children = num(o, "children"),
		.jobs = num(o, "jobs"),
		.outcome = num(o, "outcome"),
		.cause = text_or_null(s, o, "cause"),
		.by = num(o, "by"),
		.error = num(o, "error"),
	};
}

/* Add a frame, if there is room. */
void snapshot_add_frame(struct snapshot *s, struct task *t, const char *frame)
{
	if (t->n_frames < FRAMES)
		t->frame[t->n_frames++] = keep_clean(s, frame);
}

static void read_frames(struct snapshot *s, struct task *t, const json_t *frames)
{
	size_t i;

	for (i = 0; i < json_array_size(frames); i++)
		snapshot_add_frame(s, t, json_string_value(json_array_get(frames, i)) ?: "?");
}

static void read_times(struct task *t, const json_t *o)
{
	t->time[BUSY] = (struct times){ num(o, "busy_ns"), num(o, "busy_max") };
	t->time[READY] = (struct times){ num(o, "ready_ns"), num(o, "ready_max") };
	t->time[WAITING] = (struct times){ num(o, "waiting_ns"), num(o, "waiting_max") };
}

static void read_task(struct snapshot *s, const json_t *o, const char *line)
{
	const json_t *edges = json_object_get(o, "waits_for");
	struct task *t;
	size_t i;

	s->task = xgrow(s->task, s->n_tasks, sizeof(*t));
	t = &s->task[s->n_tasks++];
	*t = (struct task){
		.line = line,
		.id = num(o, "id"),
		.group_id = num(o, "group"),
		.parent = num(o, "parent"),
		.name = text(s, o, "name"),
		.state = text(s, o, "state"),
		.on = text_or_null(s, o, "waits_on"),
		.handle = num(o, "handle"),
		.object = text_or_null(s, o, "object"),
		.fd = json_object_get(o, "fd") ? (int)num(o, "fd") : -1,
		.events = num(o, "events"),
		.file = text_or_null(s, o, "file"),
		.leaves = num(o, "leaves"),
		.holder = num(o, "holder"),
		.timeout = num(o, "timeout"),
		.deadline = num(o, "deadline"),
		.since = num(o, "since"),
		.cancelling = num(o, "cancelling"),
		.armed = json_is_true(json_object_get(o, "armed")),
		.cause = text_or_null(s, o, "cause"),
		.by = num(o, "by"),
		.error = num(o, "error"),
		.steps = num(o, "steps"),
		.code = num(o, "code"),
	};
	for (i = 0; i < json_array_size(edges) && i < EDGES; i++)
		t->waits_for[t->n_waits_for++] = json_integer_value(json_array_get(edges, i));
	t->in_process = !strcmp(t->state, "running");
	read_times(t, o);
	read_frames(s, t, json_object_get(o, "frames"));
	read_frames(s, t, json_object_get(o, "user_frames"));
}

/* The file ends in the middle of a line: the last loop is not complete. */
static bool ends_early(struct snapshot *s, const char *line, size_t len)
{
	struct loop *last = s->n_loops ? &s->loop[s->n_loops - 1] : NULL;

	if (!last || line[len - 1] == '\n')
		return false;
	if (!last->trouble)
		last->trouble = "is cut off in the file";
	if (!last->rest)
		last->rest = last->line;
	return true;
}

/* No loop, group or task has the number 0: in other fields it means none. */
static void read_object(struct snapshot *s, const json_t *o, const char *type, const char *line)
{
	static const struct {
		const char *type;
		void (*read)(struct snapshot *s, const json_t *o, const char *line);
		uint64_t last;
	} types[] = {
		{ "loop", read_loop, UINT32_MAX },
		{ "group", read_group, UINT64_MAX },
		{ "task", read_task, UINT64_MAX },
	};
	uint64_t id = num(o, "id");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(type, types[i].type))
			continue;
		if (!id || id > types[i].last)
			fail("not a snapshot: no %s has the number %" PRIu64, type, id);
		types[i].read(s, o, line);
	}
}

static void read_line(struct snapshot *s, char *line, size_t len)
{
	json_error_t error;
	json_t *o = json_loadb(line, len, 0, &error);
	const char *type = json_string_value(json_object_get(o, "type"));
	const char *kept;

	if (!o && ends_early(s, line, len))
		return;
	if (!type)
		fail("not a snapshot: %s", o ? "an object without type" : error.text);
	line[strcspn(line, "\n")] = '\0';
	kept = options.json ? keep(s, line) : NULL;
	read_object(s, o, type, kept);
	json_decref(o);
}

/* --- references between objects ------------------------------------------------ */

static int by_id_of_group(const void *a, const void *b)
{
	const struct group *ga = a, *gb = b;

	return (ga->id > gb->id) - (ga->id < gb->id);
}

static int by_id_of_task(const void *a, const void *b)
{
	const struct task *ta = a, *tb = b;

	return (ta->id > tb->id) - (ta->id < tb->id);
}

struct group *snapshot_group(const struct snapshot *s, uint64_t id)
{
	struct group key = { .id = id };

	if (!s->n_groups)
		return NULL;
	return bsearch(&key, s->group, s->n_groups, sizeof(key), by_id_of_group);
}

struct task *snapshot_task(const struct snapshot *s, uint64_t id)
{
	struct task key = { .id = id };

	if (!s->n_tasks)
		return NULL;
	return bsearch(&key, s->task, s->n_tasks, sizeof(key), by_id_of_task);
}

/* The kernel adds a step to the sum when it ends; a step in a process may take long. */
static void add_current_step(struct loop *l, const struct task *t)
{
	if (t->in_process && t->since && l->now > t->since)
		l->busy_ns += l->now - t->since;
}

/* Tasks of a group that is listed, each once, in order. */
static void tidy(struct snapshot *s)
{
	unsigned int i, n = 0;

	qsort(s->group, s->n_groups, sizeof(*s->group), by_id_of_group);
	qsort(s->task, s->n_tasks, sizeof(*s->task), by_id_of_task);
	for (i = 0; i < s->n_groups; i++) {
		s->group[i].loop = find_loop(s, s->group[i].loop_id);
		if (s->group[i].loop)
			s->group[n++] = s->group[i];
	}
	s->n_groups = n;
	for (i = n = 0; i < s->n_tasks; i++) {
		struct group *g = snapshot_group(s, s->task[i].group_id);

		if (!g || (n && s->task[n - 1].id == s->task[i].id))
			continue;
		s->task[i].group = g;
		s->task[i].loop = g->loop;
		g->n++;
		g->loop->listed++;
		add_current_step(g->loop, &s->task[i]);
		s->task[n++] = s->task[i];
	}
	s->n_tasks = n;
}

static void fill_groups(struct snapshot *s)
{
	unsigned int i, first = 0;

	s->member = xrealloc(NULL, s->n_tasks, sizeof(*s->member));
	for (i = 0; i < s->n_groups; i++) {
		s->group[i].first = first;
		first += s->group[i].n;
		s->group[i].n = 0;
	}
	for (i = 0; i < s->n_tasks; i++) {
		struct group *g = s->task[i].group;

		s->member[g->first + g->n++] = &s->task[i];
	}
}

/**
 * snapshot_load - read all loops, groups and tasks
 *
 * An error ends the program.
 *
 * Return: The snapshot.
 */
struct snapshot *snapshot_load(void)
{
	struct snapshot *s = xrealloc(NULL, 1, sizeof(*s));
	FILE *f = open_source();
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	*s = (struct snapshot){};
	while ((len = getline(&line, &room, f)) > 0) {
		if (line[0] != '\n')
			read_line(s, line, len);
	}
	if (ferror(f))
		fail("cannot read: %s", strerror(errno));
	free(line);
	if (f != stdin)
		fclose(f);
	tidy(s);
	fill_groups(s);
	return s;
}

/* Add a field to the line of a task. */
static void tell(struct snapshot *s, struct task *t, const char *key, json_t *value)
{
	json_t *o = t->line ? json_loads(t->line, 0, NULL) : NULL;
	char *line;

	json_object_set_new(o, key, value);
	line = o ? json_dumps(o, JSON_COMPACT) : NULL;
	if (line)
		t->line = keep(s, line);
	free(line);
	json_decref(o);
}

/* The frames from @first on. */
void snapshot_tell_frames(struct snapshot *s, struct task *t, unsigned int first)
{
	json_t *frames = json_array();

	for (; first < t->n_frames; first++)
		json_array_append_new(frames, json_string(t->frame[first]));
	tell(s, t, "user_frames", frames);
}

/* Add the file of its descriptor. */
void snapshot_tell_file(struct snapshot *s, struct task *t, const char *file)
{
	t->file = keep_clean(s, file);
	tell(s, t, "file", json_string(t->file));
}

void snapshot_free(struct snapshot *s)
{
	size_t i;

	if (!s)
		return;
	frames_forget();
	files_forget();
	for (i = 0; i < s->strings; i++)
		free(s->string[i]);
	free(s->string);
	free(s->loop);
	free(s->group);
	free(s->task);
	free(s->member);
	free(s);
}

/* --- filters ----------------------------------------- */

/* Whether a loop matches the options. */
bool loop_wanted(const struct loop *l)
{
	if (options.pid && l->pid != options.pid)
		return false;
	if (options.by_user && (!l->pid || l->uid != options.uid))
		return false;
	if (!options.loop || !strcmp(options.loop, l->name))
		return true;
	return is_number(options.loop) && number(options.loop, "--loop") == l->id;
}

/* Capabilities that show the loops of drivers and of other users; as in <linux/capability.h>. */
#define SEES_ALL	0x4000200000ULL	/* CAP_SYS_ADMIN (21), CAP_PERFMON (38) */

/**
 * snapshot_hides - whether the kernel hides loops from this user
 *
 * Return: true if loops of drivers and of other users are not listed.
 */
bool snapshot_hides(void)
{
	unsigned long long caps = 0;
	char line[80];
	FILE *f;

	if (options.file)
		return false;
	f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "CapEff: %llx", &caps) == 1)
			break;
	}
	if (f)
		fclose(f);
	return !(caps & SEES_ALL);
}

/* --- the results of a view ---------------------------------------------- */

/**
 * snapshot_print_loops - print the lines of loops that were read
 * @s: the snapshot
 *
 * The line that reports that the rest of a loop is missing follows that of the loop.
 *
 * Return: The number of loops that match the options.
 */
unsigned int snapshot_print_loops(const struct snapshot *s)
{
	unsigned int i, n = 0;

	for (i = 0; i < s->n_loops; i++) {
		if (!loop_wanted(&s->loop[i]))
			continue;
		puts(s->loop[i].line);
		if (s->loop[i].rest)
			puts(s->loop[i].rest);
		n++;
	}
	return n;
}

/**
 * snapshot_print_json - print lines that were read
 * @s: the snapshot; its loops and groups are printed if the options let them through
 * @t: tasks of it
 * @n: how many
 *
 * Return: The number of loops that match the options.
 */
unsigned int snapshot_print_json(const struct snapshot *s, struct task **t, unsigned int n)
{
	unsigned int i, loops = snapshot_print_loops(s);

	for (i = 0; i < s->n_groups; i++) {
		if (loop_wanted(s->group[i].loop))
			puts(s->group[i].line);
	}
	for (i = 0; i < n; i++)
		puts(t[i]->line);
	return loops;
}

/**
 * loop_busy - the time in which a loop has run steps between two snapshots
 * @now: the loop
 * @before: the same in the snapshot before
 *
 * Return: Nanoseconds, including the elapsed part of the current step in its process.
 */
uint64_t loop_busy(const struct loop *now, const struct loop *before)
{
	return now->busy_ns > before->busy_ns ? now->busy_ns - before->busy_ns : 0;
}

/**
 * snapshot_status - report what is missing in a snapshot, and how the command ends
 * @s: the snapshot
 * @found: the command has found what it was asked for
 *
 * Return: An exit code.
 */
int snapshot_status(const struct snapshot *s, bool found)
{
	int rc = found ? RC_OK : RC_NOTHING;
	unsigned int i;

	output_flush();
	if (snapshot_hides())
		fputs("cotask: loops of drivers and of other users are hidden; root sees them\n",
		      stderr);
	if (frames_refused())
		fputs("cotask: places in processes are missing: a child that reads them does not "
		      "end\n", stderr);
	for (i = 0; i < s->n_loops; i++) {
		const struct loop *l = &s->loop[i];

		if (!l->trouble || !loop_wanted(l))
			continue;
		fprintf(stderr, "cotask: incomplete: loop %s %u %s; %u of its %u tasks were read\n",
			l->name, l->id, l->trouble, l->listed, l->tasks);
		rc = RC_INCOMPLETE;
	}
	return rc;
}
