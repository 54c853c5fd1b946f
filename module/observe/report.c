// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - all loops, groups and tasks as text, and as JSON for programs
 *
 * Read like a file; one record of seq_file is one chunk of a dump.  Code is shown by the name of
 * its function, never by an address.  Only readers that may inspect a process see the number that
 * the process has assigned to its task, which may be an address.  The permissions are those of
 * the process that has opened the report, even if another one reads it.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/ctype.h>
#include <linux/kallsyms.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "dump.h"

/**
 * struct cotask_format - a format of output
 * @loop: a loop; @trouble: the reason why it is shown without its tasks, or NULL
 * @group: a group
 * @task: a task
 */
struct cotask_format {
	void (*loop)(struct seq_file *m, const struct cotask_dump *d, const char *trouble);
	void (*group)(struct seq_file *m, const struct cotask_dump *d,
		      const struct cotask_group_record *g);
	void (*task)(struct seq_file *m, const struct cotask_dump *d,
		     const struct cotask_task_record *t);
};

/**
 * struct report - a file that is being read
 * @format: how to print
 * @viewer: the reader
 * @hidden: number of a loop that is left out, or 0
 * @last: number of the current loop
 * @pos: number of the chunk in @dump
 * @dump: of the current loop, or NULL
 * @patience: remaining time to wait for loops that do not answer
 * @ready: a chunk is there to be shown
 * @failed: there is one, or a loop, that is to be requested again; seq_file ignores errors of next
 * @trouble: the reason why the loop is shown without its tasks
 * @step: the function that @function is the name of, or NULL
 * @function: the last name that was looked up
 */
struct report {
	const struct cotask_format *format;
	struct cotask_viewer viewer;
	u32 hidden;
	u32 last;
	loff_t pos;
	struct cotask_dump *dump;
	unsigned int patience;
	bool ready;
	bool failed;
	const char *trouble;
	cotask_step_fn step;
	char function[KSYM_SYMBOL_LEN];
};

/* --- both ------------------------------------------------------------------------ */

static const char * const causes[] = {
	[COTASK_CAUSE_NONE]	= "none",
	[COTASK_CAUSE_USER]	= "user",
	[COTASK_CAUSE_DEADLINE]	= "deadline",
	[COTASK_CAUSE_SIBLING]	= "sibling",
	[COTASK_CAUSE_GROUP]	= "group",
	[COTASK_CAUSE_SHUTDOWN]	= "shutdown",
	[COTASK_CAUSE_OWNER]	= "owner",
	[COTASK_CAUSE_OPERATOR]	= "operator",
};

static const char *kind_of(const struct cotask_loop *loop)
{
	if (loop->pid)
		return "process";
	if (READ_ONCE(loop->flags) & COTASK_LOOP_SHARED)
		return "cpu";
	return loop->thread ? "thread" : "caller";
}

static const char *group_state(const struct cotask_group_record *g)
{
	if (g->flags & COTASK_G_ABORTING)
		return "aborting";
	return g->flags & COTASK_G_EXITING ? "exiting" : "open";
}

static const char *task_state(const struct cotask_task_record *t)
{
	if (t->host.running)
		return "running";
	return t->waits ? "waiting" : "ready";
}

/* Points in time are shown by the clock of the reader. */
static s64 here(s64 time)
{
	return cotask_time_from_host(time, COTASK_CLOCK_MONOTONIC);
}

/*
 * Processes are shown by their PID in the namespace of the reader; 0: no PID there.  A reason has
 * a PID of the initial namespace, and the process may have ended.
 */
static u64 process_here(u64 nr)
{
	if (task_active_pid_ns(current) == &init_pid_ns)
		return nr;
	rcu_read_lock();
	nr = pid_vnr(find_pid_ns(nr, &init_pid_ns));
	rcu_read_unlock();
	return nr;
}

static u64 by(const struct cotask_reason *why)
{
	switch (why->cause) {
	case COTASK_CAUSE_DEADLINE:
		return 0;
	case COTASK_CAUSE_OPERATOR:
		return process_here(why->by);
	default:
		return why->by;
	}
}

/* The loop of a process has the name of the process. */
static const char *name_of(const struct cotask_loop *loop, char *buf, size_t size)
{
	if (!loop->pid)
		return loop->name;
	snprintf(buf, size, "pid-%d", pid_vnr(loop->pid));
	return buf;
}

/*
 * A symbol of a module that was unloaded would be printed as an address.  A look-up compares all
 * symbols of the module, and neighbours in a chunk often have the same function.
 */
static void show_function(struct seq_file *m, cotask_step_fn step)
{
	struct report *r = m->private;

	if (step != r->step)
		snprintf(r->function, sizeof(r->function), "%ps", step);
	r->step = step;
	seq_puts(m, strstarts(r->function, "0x") ? "?" : r->function);
}

/*
 * The object that a task waits on: the process's number of it; otherwise the name of a variable
 * of a module, or a number made from the address, which is the same for all tasks that wait
 * there.
 */
static void show_object(struct seq_file *m, const char *before, const struct cotask_task_record *t)
{
	char text[KSYM_SYMBOL_LEN];
	size_t len;

	if (!t->object || t->host.handle)
		return;
	snprintf(text, sizeof(text), "%ps", t->object);
	seq_puts(m, before);
	if (!strstarts(text, "0x")) {
		seq_puts(m, text);
		return;
	}
	len = snprintf(text, sizeof(text), "%p", t->object);
	seq_printf(m, "#%s", text + (len > 8 ? len - 8 : 0));
}

/* --- text ------------------------------------------------------------------- */

static void text_name(struct seq_file *m, const char *name)
{
	unsigned int n;

	for (; *name; name += n ?: 1) {
		n = cotask_name_char(name);
		seq_write(m, n ? name : "?", n ?: 1);
	}
}

static void text_loop(struct seq_file *m, const struct cotask_dump *d, const char *trouble)
{
	const struct cotask_loop *loop = d->loop;
	char name[16];

	seq_printf(m, "loop %u ", loop->id);
	text_name(m, name_of(loop, name, sizeof(name)));
	seq_printf(m, ": %s", kind_of(loop));
	if (loop->pid)
		seq_printf(m, " %d of user %u", pid_vnr(loop->pid),
			   from_kuid_munged(seq_user_ns(m), loop->uid));
	if (trouble)
		seq_printf(m, ", %s, %u tasks\n", trouble, READ_ONCE(loop->tasks));
	else
		seq_printf(m, ", %u tasks, %llu finished, %llu failed, %llu cancelled\n", d->tasks,
			   d->stats.finished, d->stats.failed, d->stats.cancelled);
}

static void text_why(struct seq_file *m, const struct cotask_reason *why)
{
	seq_printf(m, ", cancelled by %s", causes[why->cause]);
	if (by(why))
		seq_printf(m, " %llu", by(why));
}

static void text_group(struct seq_file *m, const struct cotask_dump *d,
		       const struct cotask_group_record *g)
{
	seq_printf(m, "  group %llu ", g->id);
	text_name(m, g->name);
	seq_printf(m, "%s: %s, %u children", g->root ? "root" : "", group_state(g), g->live);
	if (g->parent)
		seq_printf(m, ", of task %llu", g->parent);
	if (g->flags & COTASK_G_ABORTING)
		text_why(m, &g->why);
	seq_putc(m, '\n');
}

static s64 ms_left(const struct cotask_dump *d, s64 deadline)
{
	return (deadline - (s64)d->now) / NSEC_PER_MSEC;
}

static void text_wait(struct seq_file *m, const struct cotask_dump *d,
		      const struct cotask_task_record *t)
{
	unsigned int i;

	if (!t->waits)
		return;
	seq_printf(m, ", %s", t->info.waits_on);
	show_object(m, " ", t);
	if (t->group)
		seq_printf(m, " %llu", t->group);
	for (i = 0; i < t->n_waits_for; i++)
		seq_printf(m, " %llu", t->waits_for[i]);
	if (t->holder)
		seq_printf(m, " held by task %llu", t->holder);
	if (t->info.deadline != COTASK_FOREVER)
		seq_printf(m, " %lld ms", ms_left(d, t->info.deadline));
	if (t->info.times.since)
		seq_printf(m, " since %lld ms", -ms_left(d, t->info.times.since));
	if (t->timeout != COTASK_FOREVER)
		seq_printf(m, ", timeout in %lld ms", ms_left(d, t->timeout));
}

static void text_task(struct seq_file *m, const struct cotask_dump *d,
		      const struct cotask_task_record *t)
{
	unsigned int i;

	seq_printf(m, "    task %llu ", t->info.id);
	text_name(m, t->info.name);
	seq_printf(m, ": %s", task_state(t));
	text_wait(m, d, t);
	if (t->info.cancelling)
		text_why(m, &t->info.reason);
	for (i = 0; i < min_t(unsigned int, t->n_frames, COTASK_DUMP_FRAMES); i++) {
		seq_puts(m, i ? " < " : ", in ");
		show_function(m, t->frame[i].step);
		seq_printf(m, ":%u", t->frame[i].line);
	}
	seq_putc(m, '\n');
}

const struct cotask_format cotask_format_text = { text_loop, text_group, text_task };

/* --- JSON: one object per line ------------------------------------------ */

static void json_string(struct seq_file *m, const char *key, const char *text)
{
	unsigned int n;

	seq_printf(m, ",\"%s\":\"", key);
	for (; *text; text += n ?: 1) {
		n = cotask_name_char(text);
		if (*text == '"' || *text == '\\')
			seq_putc(m, '\\');
		if (n)
			seq_write(m, text, n);
		else
			seq_printf(m, "\\u%04x", (unsigned char)*text);
	}
	seq_putc(m, '"');
}

static void json_hist(struct seq_file *m, const char *key, const struct cotask_hist *h)
{
	unsigned int i, n = COTASK_HIST_BUCKETS;

	while (n && !h->count[n - 1])
		n--;
	seq_printf(m, ",\"%s\":[", key);
	for (i = 0; i < n; i++)
		seq_printf(m, "%s%llu", i ? "," : "", h->count[i]);
	seq_putc(m, ']');
}

static void json_stats(struct seq_file *m, const struct cotask_stats *s)
{
	seq_printf(m, ",\"spawned\":%llu,\"finished\":%llu,\"failed\":%llu,\"cancelled\":%llu",
		   s->spawned, s->finished, s->failed, s->cancelled);
	seq_printf(m, ",\"cancels\":%llu,\"timeouts\":%llu,\"entries\":%llu", s->cancels,
		   s->timeouts, s->entries);
	seq_printf(m, ",\"steps\":%llu,\"step_ns\":%llu,\"slow_steps\":%llu", s->steps, s->step_ns,
		   s->slow_steps);
	json_hist(m, "late", &s->late);
	json_hist(m, "step", &s->step);
	json_hist(m, "ready", &s->ready);
	json_hist(m, "queue", &s->queue);
}

static void json_slowest(struct seq_file *m, const struct cotask_stats *s)
{
	if (!s->slowest_ns)
		return;
	seq_printf(m, ",\"slowest\":{\"ns\":%llu,\"task\":%llu", s->slowest_ns, s->slowest_task);
	json_string(m, "name", s->slowest_name);
	if (s->slowest) {
		seq_puts(m, ",\"in\":\"");
		show_function(m, s->slowest);
		seq_putc(m, '"');
	}
	seq_putc(m, '}');
}

static void json_loop(struct seq_file *m, const struct cotask_dump *d, const char *trouble)
{
	struct cotask_loop *loop = d->loop;
	char name[16];

	seq_printf(m, "{\"type\":\"loop\",\"id\":%u", loop->id);
	json_string(m, "name", name_of(loop, name, sizeof(name)));
	json_string(m, "kind", kind_of(loop));
	seq_printf(m, ",\"pid\":%d,\"uid\":%u", loop->pid ? pid_vnr(loop->pid) : 0,
		   loop->pid ? from_kuid_munged(seq_user_ns(m), loop->uid) : 0);
	json_string(m, "state", trouble ?: d->thread ? "running" : "idle");
	seq_printf(m, ",\"thread\":%d,\"now\":%llu,\"tasks\":%u,\"account\":%s", pid_vnr(d->thread),
		   here(trouble ? cotask_loop_now(loop) : d->now),
		   trouble ? READ_ONCE(loop->tasks) : d->tasks,
		   READ_ONCE(loop->flags) & COTASK_LOOP_ACCOUNT ? "true" : "false");
	/* If the loop has not answered: the counters, which can be read from outside. */
	json_stats(m, trouble ? &loop->stats : &d->stats);
	if (!trouble)
		json_slowest(m, &d->stats);
	seq_puts(m, "}\n");
}

static void json_why(struct seq_file *m, const struct cotask_reason *why)
{
	json_string(m, "cause", causes[why->cause]);
	seq_printf(m, ",\"by\":%llu,\"error\":%d", by(why), why->error);
}

static void json_group(struct seq_file *m, const struct cotask_dump *d,
		       const struct cotask_group_record *g)
{
	seq_printf(m, "{\"type\":\"group\",\"loop\":%u,\"id\":%llu", d->loop->id, g->id);
	json_string(m, "name", g->name);
	seq_printf(m, ",\"root\":%s,\"parent\":%llu", g->root ? "true" : "false", g->parent);
	json_string(m, "state", group_state(g));
	seq_printf(m, ",\"children\":%u,\"jobs\":%u,\"limit\":%u,\"outcome\":%d", g->live, g->jobs,
		   g->limit, g->error);
	if (g->deadline)
		seq_printf(m, ",\"deadline\":%lld", here(g->deadline));
	if (g->flags & COTASK_G_ABORTING)
		json_why(m, &g->why);
	seq_puts(m, "}\n");
}

static void json_frames(struct seq_file *m, const struct cotask_task_record *t)
{
	unsigned int i;

	seq_puts(m, ",\"frames\":[");
	for (i = 0; i < min_t(unsigned int, t->n_frames, COTASK_DUMP_FRAMES); i++) {
		seq_puts(m, i ? ",\"" : "\"");
		show_function(m, t->frame[i].step);
		seq_printf(m, ":%u\"", t->frame[i].line);
	}
	seq_printf(m, "],\"depth\":%u", t->n_frames);
}

/* The identity of the object. */
static void json_object(struct seq_file *m, const struct cotask_task_record *t)
{
	if (t->host.handle)
		seq_printf(m, ",\"handle\":%u", t->host.handle);
	if (t->object && !t->host.handle && t->host.fd < 0) {
		show_object(m, ",\"object\":\"", t);
		seq_putc(m, '"');
	}
	if (t->host.fd >= 0)
		seq_printf(m, ",\"fd\":%d,\"events\":%u", t->host.fd, t->host.events);
	if (t->group)
		seq_printf(m, ",\"leaves\":%llu", t->group);
	if (t->holder)
		seq_printf(m, ",\"holder\":%llu", t->holder);
}

static void json_wait(struct seq_file *m, const struct cotask_task_record *t)
{
	unsigned int i;

	json_string(m, "state", task_state(t));
	if (t->timeout != COTASK_FOREVER)
		seq_printf(m, ",\"timeout\":%lld", here(t->timeout));
	if (!t->waits)
		return;
	json_string(m, "waits_on", t->info.waits_on);
	json_object(m, t);
	seq_puts(m, ",\"waits_for\":[");
	for (i = 0; i < t->n_waits_for; i++)
		seq_printf(m, "%s%llu", i ? "," : "", t->waits_for[i]);
	seq_putc(m, ']');
	if (t->info.deadline != COTASK_FOREVER)
		seq_printf(m, ",\"deadline\":%lld", here(t->info.deadline));
}

static void json_times(struct seq_file *m, const struct cotask_times *times)
{
	static const char * const phases[] = { "busy", "ready", "waiting" };
	unsigned int i;

	if (!times->since)
		return;
	seq_printf(m, ",\"since\":%llu,\"steps\":%u", here(times->since), times->steps);
	for (i = 0; i < COTASK_PHASES; i++)
		seq_printf(m, ",\"%s_ns\":%llu,\"%s_max\":%llu", phases[i], times->total[i],
			   phases[i], times->longest[i]);
}

static void json_task(struct seq_file *m, const struct cotask_dump *d,
		      const struct cotask_task_record *t)
{
	seq_printf(m, "{\"type\":\"task\",\"loop\":%u,\"id\":%llu", d->loop->id, t->info.id);
	json_string(m, "name", t->info.name);
	seq_printf(m, ",\"group\":%llu,\"parent\":%llu", t->info.group, t->info.parent);
	json_wait(m, t);
	seq_printf(m, ",\"cancelling\":%u,\"armed\":%s", t->info.cancelling,
		   t->info.armed ? "true" : "false");
	if (t->info.reason.cause)
		json_why(m, &t->info.reason);
	json_times(m, &t->info.times);
	json_frames(m, t);
	if (t->host.code && !d->hides_code)
		seq_printf(m, ",\"code\":%lld", t->host.code);
	seq_puts(m, "}\n");
}

const struct cotask_format cotask_format_json = { json_loop, json_group, json_task };

/* --- iterating -------------------------------------------------------- */

static bool may_see(const struct cotask_viewer *viewer, const struct cotask_loop *loop)
{
	return loop->nth <= viewer->last &&
	       (viewer->all || (loop->pid && uid_eq(loop->uid, viewer->uid)));
}

/**
 * cotask_report_next_loop - iterate over the loops that a reader may see
 * @viewer: the reader
 * @after: number of the previous one; 0: begin
 *
 * Users can have many loops, so it reschedules at each one if needed, and ends for a reader that
 * has been killed.
 *
 * Context: Process context, may sleep.
 * Return: The next one, with a reference; NULL at the end.
 */
struct cotask_loop *cotask_report_next_loop(const struct cotask_viewer *viewer, u32 after)
{
	struct cotask_loop *loop;

	while (!fatal_signal_pending(current) && (loop = cotask_loops_next(after))) {
		cond_resched();
		if (may_see(viewer, loop))
			return loop;
		after = loop->id;
		cotask_loop_put(loop);
	}
	return NULL;
}
EXPORT_FOR_TESTS(cotask_report_next_loop);

/* All ids of a process are those of @me, as for ptrace(). */
static bool same_ids(const struct cred *me, const struct task_struct *task)
{
	const struct cred *other;
	bool same;

	rcu_read_lock();
	other = __task_cred(task);
	same = uid_eq(me->fsuid, other->euid) && uid_eq(me->fsuid, other->suid) &&
	       uid_eq(me->fsuid, other->uid) && gid_eq(me->fsgid, other->egid) &&
	       gid_eq(me->fsgid, other->sgid) && gid_eq(me->fsgid, other->gid);
	rcu_read_unlock();
	return same;
}

/* Whether the process that has opened a report may know addresses of that which has a loop. */
static bool may_look_into(struct seq_file *m, const struct cotask_loop *loop)
{
	struct task_struct *task;
	bool may;

	if (!loop->pid)
		return true;
	task = get_pid_task(loop->pid, PIDTYPE_TGID);
	if (!task)
		return false;
	may = (same_ids(m->file->f_cred, task) && cotask_is_dumpable(task)) ||
	      file_ns_capable(m->file, &init_user_ns, CAP_SYS_PTRACE);
	put_task_struct(task);
	return may;
}

static void drop(struct report *r)
{
	cotask_dump_end(r->dump);
	r->dump = NULL;
}

static const char *trouble_name(int rc)
{
	return rc == -EAGAIN ? "idle" : "busy";
}

/* A chunk of the current loop; -ENOENT: it has no more. */
static int next_chunk(struct report *r)
{
	int rc;

	if (!r->dump || r->trouble)
		return -ENOENT;
	rc = cotask_dump_next(r->dump, &r->patience);
	if (!rc || rc == -EINTR || rc == -ENOENT)
		return rc;
	if (rc == -ESHUTDOWN)
		return -ENOENT;
	r->trouble = trouble_name(rc);
	return 0;
}

/* -ENOMEM: the next call tries the same loop. */
static int next_loop(struct seq_file *m)
{
	struct report *r = m->private;
	struct cotask_loop *loop;

	drop(r);
	r->trouble = NULL;
	while ((loop = cotask_report_next_loop(&r->viewer, r->last)) && loop->id == r->hidden) {
		r->last = loop->id;
		cotask_loop_put(loop);
	}
	if (!loop)
		return -ENOENT;
	r->dump = cotask_dump_begin(loop);
	if (r->dump) {
		r->last = loop->id;
		r->dump->hides_code = !may_look_into(m, loop);
	}
	cotask_loop_put(loop);
	return r->dump ? 0 : -ENOMEM;
}

static int next_record(struct seq_file *m)
{
	int rc;

	while ((rc = next_chunk(m->private)) == -ENOENT) {
		rc = next_loop(m);
		if (rc)
			break;
	}
	return rc;
}

static void *advance(struct seq_file *m)
{
	struct report *r = m->private;
	int rc = next_record(m);

	r->ready = !rc;
	r->failed = rc && rc != -ENOENT;
	if (r->failed)
		return ERR_PTR(rc);
	return r->ready ? r : NULL;
}

static void *report_start(struct seq_file *m, loff_t *pos)
{
	struct report *r = m->private;

	/* A record that did not fit into the buffer, or was not there, is requested again. */
	if ((r->dump || r->failed) && *pos == r->pos)
		return r->ready ? r : advance(m);
	if (*pos)
		return NULL;
	drop(r);
	r->last = 0;
	r->pos = 0;
	r->viewer.last = cotask_loops_last_nth();
	r->patience = COTASK_DUMP_PATIENCE;
	return advance(m);
}

static void *report_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct report *r = m->private;

	r->pos = ++*pos;
	return advance(m);
}

static void report_stop(struct seq_file *m, void *v)
{
}

static int report_show(struct seq_file *m, void *v)
{
	struct report *r = m->private;
	unsigned int i;

	/* Since the last chunk a module may have been loaded where another one was. */
	r->step = NULL;
	if (r->trouble || r->dump->first)
		r->format->loop(m, r->dump, r->trouble);
	for (i = 0; !r->trouble && i < r->dump->n; i++) {
		struct cotask_record *record = &r->dump->record[i];

		/* Each name of a function is a search.  Only the mutex of the file is held. */
		cond_resched();
		if (record->is_group)
			r->format->group(m, r->dump, &record->group);
		else
			r->format->task(m, r->dump, &record->task);
	}
	return 0;
}

static const struct seq_operations report_sops = {
	.start = report_start,
	.next = report_next,
	.stop = report_stop,
	.show = report_show,
};

static int charge(struct cotask_loop_host *payer)
{
	return payer ? payer->ops->charge(payer, COTASK_REPORT_OBJECTS) : 0;
}

static void uncharge(struct cotask_loop_host *payer)
{
	if (payer)
		payer->ops->uncharge(payer, COTASK_REPORT_OBJECTS);
}

/**
 * cotask_report_open - prepare a file to be read as a report
 * @file: the file
 * @format: how to print
 * @viewer: the reader
 * @hidden: number of a loop to leave out, or 0
 *
 * Return: 0; -ENOSPC: the limit of the charged file is reached; -ENOMEM.
 */
int cotask_report_open(struct file *file, const struct cotask_format *format,
		       const struct cotask_viewer *viewer, u32 hidden)
{
	struct report *r;
	int rc = charge(viewer->payer);

	if (rc)
		return rc;
	r = __seq_open_private(file, &report_sops, sizeof(*r));
	if (!r) {
		uncharge(viewer->payer);
		return -ENOMEM;
	}
	r->format = format;
	r->viewer = *viewer;
	r->hidden = hidden;
	return 0;
}

int cotask_report_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;
	struct cotask_loop_host *payer;
	struct report *r;

	/* Opening it has failed. */
	if (!m)
		return 0;
	r = m->private;
	payer = r->viewer.payer;
	drop(r);
	seq_release_private(inode, file);
	uncharge(payer);
	return 0;
}
