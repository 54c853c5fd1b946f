// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - a dump of all tasks: /sys/kernel/debug/cotask/tasks
 *
 * One line of key=value pairs per task (IN-B1).  The owner of each loop writes down
 * how its tasks are between two steps; a loop that does not answer within a second,
 * as it is in a long step or nobody pumps it, is listed as busy and not waited for:
 * the request belongs to whoever comes last, the reader or the loop.
 */
#include <linux/completion.h>
#include <linux/cotask_test.h>
#include <linux/cotask_thread.h>
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "internal.h"

static LIST_HEAD(loops);
static DEFINE_MUTEX(loops_lock);	/* guards loops; taken in process context */
static struct dentry *dir;

void cotask_debugfs_add(struct cotask_loop *loop)
{
	mutex_lock(&loops_lock);
	list_add_tail(&loop->listed, &loops);
	mutex_unlock(&loops_lock);
}

/* When the loop ends, while it still has a reference. */
void cotask_debugfs_del(struct cotask_loop *loop)
{
	mutex_lock(&loops_lock);
	list_del_init(&loop->listed);
	mutex_unlock(&loops_lock);
}

/**
 * struct dump - a request to a loop
 * @cb: its place in the loop
 * @refs: the reader's, and the loop's until it has answered
 * @answered: it has
 * @room: how many tasks can be written down
 * @found: how many there are
 * @info: the tasks
 */
struct dump {
	struct cotask_callback cb;
	refcount_t refs;
	struct completion answered;
	unsigned int room;
	unsigned int found;
	struct cotask_info info[];
};

static void dump_put(struct dump *d)
{
	if (refcount_dec_and_test(&d->refs))
		kvfree(d);
}

static void write_down(struct dump *d, const struct cotask_group *g)
{
	struct cotask *t;

	list_for_each_entry(t, &g->children, sibling) {
		if (cotask_done(t))
			continue;
		if (d->found < d->room)
			cotask_task_look(t, &d->info[d->found]);
		d->found++;
	}
}

static int answer(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	struct dump *d = container_of(cb, struct dump, cb);
	struct cotask_group *g = NULL;

	while ((g = cotask_loop_next_group(cb->loop, g)))
		write_down(d, g);
	complete(&d->answered);
	dump_put(d);
	return 0;
}

/* The loop's answer with room for @room tasks; ERR_PTR(-ETIMEDOUT): it is busy. */
static struct dump *ask(struct cotask_loop *loop, unsigned int room)
{
	struct dump *d = kvzalloc(struct_size(d, info, room), GFP_KERNEL);
	long rc;

	if (!d)
		return ERR_PTR(-ENOMEM);
	d->room = room;
	refcount_set(&d->refs, 2);
	init_completion(&d->answered);
	if (cotask_call_soon(loop, &d->cb, answer)) {
		kvfree(d);
		return ERR_PTR(-ESHUTDOWN);
	}
	rc = wait_for_completion_killable_timeout(&d->answered, HZ);
	if (rc > 0)
		return d;
	dump_put(d);
	return ERR_PTR(rc ?: -ETIMEDOUT);
}

static void show_task(struct seq_file *m, const struct cotask_loop *loop,
		      const struct cotask_info *t)
{
	seq_printf(m, "loop=\"%s\" id=%llu name=\"%s\" state=%s on=\"%s\"", loop->name, t->id,
		   t->name, t->state, t->waits_on);
	if (t->deadline != COTASK_FOREVER)
		seq_printf(m, " deadline=%lld", t->deadline);
	if (t->waits_for)
		seq_printf(m, " for=%llu", t->waits_for);
	seq_printf(m, " cancelling=%u armed=%d cause=%u group=%llu parent=%llu run_us=%llu steps=%u\n",
		   t->cancelling, t->armed, t->reason.cause, t->group, t->parent,
		   t->run_ns / NSEC_PER_USEC, t->steps);
}

/* What the file says about one loop. */
int cotask_debugfs_show(struct seq_file *m, struct cotask_loop *loop)
{
	unsigned int i, room = 64;
	struct dump *d;

	/* Of a process that is not inside of ENTER: nobody is going to answer. */
	if (!READ_ONCE(loop->owner)) {
		seq_printf(m, "# loop \"%s\" is not being run\n", loop->name);
		return 0;
	}
	/* Some more may be there when it is asked again. */
	while (!IS_ERR(d = ask(loop, room)) && d->found > d->room) {
		room = d->found + d->found / 4;
		dump_put(d);
	}
	if (IS_ERR(d)) {
		if (PTR_ERR(d) == -ETIMEDOUT)
			seq_printf(m, "# loop \"%s\" is busy\n", loop->name);
		return PTR_ERR(d) == -ETIMEDOUT || PTR_ERR(d) == -ESHUTDOWN ? 0 : PTR_ERR(d);
	}
	for (i = 0; i < d->found; i++)
		show_task(m, loop, &d->info[i]);
	dump_put(d);
	return 0;
}
EXPORT_FOR_TESTS(cotask_debugfs_show);

/* One loop per record, so that no lock is held while a loop is asked. */
static struct cotask_loop *nth_loop(loff_t n)
{
	struct cotask_loop *loop, *found = NULL;

	mutex_lock(&loops_lock);
	list_for_each_entry(loop, &loops, listed) {
		if (!n--) {
			found = cotask_loop_get(loop);
			break;
		}
	}
	mutex_unlock(&loops_lock);
	return found;
}

static void *tasks_start(struct seq_file *m, loff_t *pos)
{
	return nth_loop(*pos);
}

static void *tasks_next(struct seq_file *m, void *v, loff_t *pos)
{
	cotask_loop_put(v);
	return nth_loop(++*pos);
}

static void tasks_stop(struct seq_file *m, void *v)
{
	cotask_loop_put(v);
}

static int tasks_show(struct seq_file *m, void *v)
{
	return cotask_debugfs_show(m, v);
}

static const struct seq_operations tasks_sops = {
	.start = tasks_start,
	.next = tasks_next,
	.stop = tasks_stop,
	.show = tasks_show,
};
DEFINE_SEQ_ATTRIBUTE(tasks);

void cotask_debugfs_init(void)
{
	dir = debugfs_create_dir("cotask", NULL);
	debugfs_create_file("tasks", 0400, dir, NULL, &tasks_fops);
}

void cotask_debugfs_exit(void)
{
	debugfs_remove_recursive(dir);
}
