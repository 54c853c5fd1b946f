// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - tasks and groups as file descriptors, which can be passed to other processes
 *
 * The holder of the descriptor can see whether the task or group is done, and cancel it.
 * The descriptor can be imported into another file of the device: then the tasks of that
 * loop can await the task, or be children of the group.
 *
 * A child of an imported group runs in its own loop.  In the loop of the group there is
 * a task in its place, which waits for it: so it keeps the rules of groups like any
 * other, and each of the two ends with the other one.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/poll.h>
#include <linux/seq_file.h>

#include "device.h"

/**
 * struct cotask_fd - the task or group of a descriptor
 * @refs: of the file, of imported objects, of @done
 * @kind: COTASK_FD_TASK or COTASK_FD_GROUP
 * @object: the task or group, a reference: so its file reports an error that was never
 *	retrieved when the last descriptor is closed
 * @task: the task, or NULL
 * @done: called when it is
 * @link: in cotask_file.fds as long as @done is registered
 * @wait: the pollers
 * @wake: wakes them; has the reference of @done, which has run
 */
struct cotask_fd {
	refcount_t		refs;
	u32			kind;
	struct cotask_object	*object;
	struct cotask		*task;
	struct cotask_callback	done;
	struct list_head	link;
	wait_queue_head_t	wait;
	struct work_struct	wake;
};

static struct cotask_awaitable *base_of(const struct cotask_fd *cf)
{
	return cf->task ? &cf->task->base : &cotask_object_group(cf->object)->base;
}

/* It counts as an object of its file, as it may stay until that is done. */
static void fd_put(struct cotask_fd *cf)
{
	struct cotask_object *o = cf->object;

	cotask_race_point(PUT_EXPORTED, cf);
	if (!refcount_dec_and_test(&cf->refs))
		return;
	cotask_host_free(&o->file->host, cf, 1);
	cotask_object_put(o);
}

/* --- the file ------------------------------------------------------------ */

static int fd_release(struct inode *inode, struct file *file)
{
	fd_put(file->private_data);
	return 0;
}

static __poll_t state_of(const struct cotask_fd *cf)
{
	if (cotask_awaitable_done(base_of(cf)))
		return EPOLLIN | EPOLLRDNORM;
	/* It will never be done. */
	return READ_ONCE(cf->object->file->dead) ? EPOLLHUP : 0;
}

static __poll_t fd_poll(struct file *file, poll_table *table)
{
	struct cotask_fd *cf = file->private_data;

	poll_wait(file, &cf->wait, table);
	smp_mb();	/* before looking; pairs with fd_over() */
	return state_of(cf);
}

static void task_status(const struct cotask *task, struct cotask_fd_status *s)
{
	s->id = cotask_id(task);
	s->cancelling = cotask_cancelling(task);
	s->state = cotask_awaitable_state(&task->base);
	s->result = s->state ? task->base.result : -EINPROGRESS;
}

/* Its first error, or that it was cancelled; neither changes once it is done. */
static void group_status(const struct cotask_group *g, struct cotask_fd_status *s)
{
	s->id = g->id;
	s->state = cotask_awaitable_state(&g->base);
	if (!s->state) {
		s->result = -EINPROGRESS;
	} else if (g->error) {
		s->state = COTASK_STATE_FAILED;
		s->result = g->error;
	} else if (g->flags & COTASK_G_ABORTING) {
		s->state = COTASK_STATE_CANCELLED;
		s->result = -ECANCELED;
	}
}

static void fill_status(const struct cotask_fd *cf, struct cotask_fd_status *s)
{
	s->kind = cf->kind;
	if (cf->task)
		task_status(cf->task, s);
	else
		group_status(cotask_object_group(cf->object), s);
}

static long fd_status(struct cotask_fd *cf, void __user *arg)
{
	struct cotask_fd_status s;
	u32 usize;
	int rc = cotask_copy_in(&s, sizeof(s), arg, &usize);

	if (rc)
		return rc;
	if (s.kind || s.id || s.result || s.state || s.cancelling)
		return -EINVAL;
	fill_status(cf, &s);
	return cotask_copy_out(arg, &s, sizeof(s));
}

static s64 fd_cancel(struct cotask_fd *cf)
{
	if (cf->task)
		return cotask_cancel_own(cf->task);
	if (cotask_awaitable_done(base_of(cf)))
		return 0;
	cotask_group_cancel_own(cotask_object_group(cf->object));
	return 1;
}

static long fd_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct cotask_fd *cf = file->private_data;

	switch (cmd) {
	case COTASK_FD_IOC_STATUS:
		return fd_status(cf, (void __user *)arg);
	case COTASK_FD_IOC_CANCEL:
		return arg ? -EINVAL : fd_cancel(cf);
	default:
		return -ENOTTY;
	}
}

#ifdef CONFIG_PROC_FS
static void fd_show(struct seq_file *m, struct file *file)
{
	static const char *const states[] = {
		[COTASK_STATE_PENDING] = "pending",
		[COTASK_STATE_FINISHED] = "finished",
		[COTASK_STATE_FAILED] = "failed",
		[COTASK_STATE_CANCELLED] = "cancelled",
	};
	struct cotask_fd_status s = {};

	fill_status(file->private_data, &s);
	seq_printf(m, "cotask-%s:\t%llu\nstate:\t%s\ncancelling:\t%u\n",
		   s.kind == COTASK_FD_TASK ? "task" : "group", s.id, states[s.state],
		   s.cancelling);
	if (s.state)
		seq_printf(m, "result:\t%lld\n", s.result);
}
#endif

static const struct file_operations fd_fops = {
	.owner		= THIS_MODULE,
	.release	= fd_release,
	.poll		= fd_poll,
	.unlocked_ioctl	= fd_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
#ifdef CONFIG_PROC_FS
	.show_fdinfo	= fd_show,
#endif
	.llseek		= noop_llseek,
};

/* --- exporting ----------------------------------------------------------- */

static void wake_pollers(struct work_struct *work)
{
	struct cotask_fd *cf = container_of(work, struct cotask_fd, wake);

	wake_up_poll(&cf->wait, state_of(cf));
	fd_put(cf);
}

/* It is done, or the loop has ended.  A workqueue wakes the pollers, not the exporter. */
static void fd_over(struct cotask_fd *cf)
{
	list_del_init(&cf->link);
	/* Has a barrier, which pairs with fd_poll(). */
	if (wq_has_sleeper(&cf->wait))
		queue_work(cotask_wakes, &cf->wake);
	else
		fd_put(cf);
}

static int fd_done(struct cotask_callback *cb, struct cotask_awaitable *x)
{
	fd_over(container_of(cb, struct cotask_fd, done));
	return 0;
}

/* The loop has ended; a group in it that was never entered or opened is not done. */
void cotask_fds_drop(struct cotask_file *f)
{
	struct cotask_fd *cf, *next;

	list_for_each_entry_safe(cf, next, &f->fds, link) {
		list_del_init(&cf->done.entry.link);
		cotask_debug_dead(&cf->done);
		fd_over(cf);
		cotask_loop_spend(f->loop, 4);
	}
}

static struct cotask_fd *fd_new(struct cotask_object *o)
{
	struct cotask_fd *cf = cotask_host_alloc(&o->file->host, sizeof(*cf), 1);

	if (IS_ERR(cf))
		return cf;
	refcount_set(&cf->refs, 1);
	INIT_LIST_HEAD(&cf->link);
	init_waitqueue_head(&cf->wait);
	INIT_WORK(&cf->wake, wake_pollers);
	cf->object = cotask_object_get(o);
	cf->kind = o->kind == COTASK_KIND_GROUP ? COTASK_FD_GROUP : COTASK_FD_TASK;
	if (cf->kind == COTASK_FD_TASK)
		cf->task = cotask_object_task(o);
	return cf;
}

/* Register a callback for when it is done. */
static int follow(struct cotask_file *f, struct cotask_fd *cf)
{
	int rc;

	if (cotask_awaitable_done(base_of(cf)))
		return 0;
	refcount_inc(&cf->refs);
	rc = cotask_on_done_own(base_of(cf), &cf->done, fd_done);
	if (rc)
		fd_put(cf);
	else
		list_add_tail(&cf->link, &f->fds);
	return rc;
}

static struct file *open_file(struct cotask_object *o)
{
	struct cotask_fd *cf = fd_new(o);
	struct file *file;

	if (IS_ERR(cf))
		return ERR_CAST(cf);
	file = anon_inode_getfile(cf->task ? "[cotask-task]" : "[cotask-group]", &fd_fops, cf,
				  O_RDONLY | O_CLOEXEC);
	if (IS_ERR(file))
		fd_put(cf);
	return file;
}

/* The callback stays until it is done, so nothing can fail after that. */
static s64 op_export(struct cotask_request *r)
{
	struct file *file;
	int rc, fd;

	if (r->object->kind != COTASK_KIND_GROUP && !cotask_object_task(r->object))
		return -ENOENT;
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	file = open_file(r->object);
	rc = PTR_ERR_OR_ZERO(file);
	if (rc)
		goto put_fd;
	rc = follow(r->f, file->private_data);
	if (rc)
		goto put_file;
	fd_install(fd, file);
	return fd;

put_file:
	fput(file);
put_fd:
	put_unused_fd(fd);
	return rc;
}

const struct cotask_op_row cotask_op_export = {
	.issue = op_export,
	.kinds = TASK_KINDS | BIT(COTASK_KIND_GROUP),
	.is = MAY_HAVE_TASK,
};

/* --- importing ----------------------------------------------------------- */

/**
 * struct remote_object - an imported task or group
 * @object: what its handle names
 * @cf: the task or group of the descriptor, a reference
 * @way: connection to the task for all waiters, made by the first one; or NULL
 */
struct remote_object {
	struct cotask_object	object;
	struct cotask_fd	*cf;
	struct cotask_across	*way;
};

static struct remote_object *remote_of(struct cotask_object *o)
{
	return container_of(o, struct remote_object, object);
}

static struct cotask_fd *fd_of(struct cotask_object *o)
{
	return remote_of(o)->cf;
}

static void remote_fini(struct cotask_object *o)
{
	cotask_across_put(remote_of(o)->way);
	fd_put(fd_of(o));
}

const struct cotask_object_ops cotask_remote_object = {
	.size = sizeof(struct remote_object),
	.fini = remote_fini,
};

static struct cotask_fd *fd_from(u32 fd)
{
	struct file *file = fget(fd);
	struct cotask_fd *cf = NULL;

	if (!file)
		return ERR_PTR(-EBADF);
	if (file->f_op == &fd_fops) {
		cf = file->private_data;
		refcount_inc(&cf->refs);
	}
	fput(file);
	return cf ?: ERR_PTR(-EBADF);
}

static s64 op_import(struct cotask_request *r)
{
	struct cotask_fd *cf = fd_from(r->op->arg);
	struct remote_object *o;

	if (IS_ERR(cf))
		return PTR_ERR(cf);
	o = cotask_object_new(r->f, r->op->handle, COTASK_OBJECT_REMOTE);
	if (IS_ERR(o)) {
		fd_put(cf);
		return PTR_ERR(o);
	}
	o->cf = cf;
	return cotask_object_finish(&o->object, r->op->handle, 0);
}

const struct cotask_op_row cotask_op_import = {
	.issue = op_import,
	.is = MAY_HAVE_TASK | NO_OBJECT | USES_ARG,
};

/*
 * An abandoned wait keeps its connection until the task ends, which depends on another process.
 * So each import has only one connection, however often it is awaited.
 *
 * Only the parent can await the outcome of a group; its descriptor can be polled.
 */
struct cotask_await cotask_remote_await(struct cotask *task, struct cotask_object *remote)
{
	struct remote_object *o = remote_of(remote);
	struct cotask *target = o->cf->task;
	struct cotask_across *way = o->way;

	if (!target)
		return cotask_refuse(task, -EINVAL);
	if (target->base.loop == task->base.loop || cotask_done(target))
		return cotask_await_across(task, target);
	if (!way)
		way = cotask_across_new(task->base.loop, target);
	if (IS_ERR(way)) {
		return cotask_refuse(task, cotask_done(target) ? cotask_result(target) :
								  PTR_ERR(way));
	}
	o->way = way;
	return cotask_across_await(task, way);
}

s64 cotask_remote_cancel(struct cotask_object *remote)
{
	return fd_cancel(fd_of(remote));
}

/* --- children of imported groups ----------------------------------------- */

/**
 * struct proxy - stands for a child in the loop of its group
 * @frame: its coroutine
 * @child: the child, a reference
 * @way: to the child.  The child's file is charged for it, because it stays until the child has
 *	ended, even if the group ends before
 * @file: the group's, which it counts as an object of
 * @cancelled: the child was cancelled by the wait for it
 */
struct proxy {
	struct cotask_frame frame;
	struct cotask *child;
	struct cotask_across *way;
	struct cotask_file *file;
	bool cancelled;
};

/* Unlike an await of the child, this leaves its error alone, see proxy_step(). */
static struct cotask_await proxy_await(struct cotask *task, struct proxy *p)
{
	int rc;

	if (cotask_done(p->child))
		return cotask_refuse(task, p->child->base.result);
	rc = cotask_across_begin(p->way);
	if (!rc)
		return cotask_across_await(task, p->way);
	/* It may have ended since the check, together with its loop. */
	return cotask_refuse(task, cotask_done(p->child) ? p->child->base.result : rc);
}

/* The child was spawned apart, or a START that waited for it has its error (TG-B7). */
static bool is_apart(const struct cotask *child)
{
	/* A child that is not done may still become ready, or lose the wait for that. */
	return cotask_done(child) && cotask_task_is_apart(child);
}

/* An error is one of the group, or stays with the child, to be reported in its process (CT-B3). */
static bool keeps_error(const struct cotask *task, const struct proxy *p)
{
	return (task->group->flags & COTASK_GROUP_INDEPENDENT) || is_apart(p->child);
}

static long proxy_step(struct cotask *task, struct cotask_frame *frame)
{
	struct proxy *p = container_of(frame, struct proxy, frame);
	long rc;

	CO_BEGIN(task, frame, ended);

	CO_AWAIT(ended, rc, proxy_await(task, p));
	p->cancelled = rc == -ECANCELED;
	if (rc >= 0 || p->cancelled)
		return rc;
	if (keeps_error(task, p))
		return 0;
	cotask_awaitable_mark_read(&p->child->base);
	return rc;
}

/*
 * Its loop may have ended before the child, or the proxy never ran.  The group cancels the child,
 * which keeps its error.  A proxy that was refused has a child that has not begun.
 */
static void proxy_release(struct cotask_frame *frame)
{
	struct proxy *p = container_of(frame, struct proxy, frame);

	if (!p->cancelled && frame->state != COTASK_FRAME_REFUSED)
		cotask_cancel_outside(p->child);
	cotask_across_put(p->way);
	cotask_put(p->child);
	cotask_host_free(&p->file->host, p, 1);
}

/**
 * cotask_remote_group - the group that an imported object is for a spawn
 * @remote: the object, a reference that is taken over
 *
 * Return: A group of the same file; otherwise @remote, for cotask_remote_spawn().
 */
struct cotask_object *cotask_remote_group(struct cotask_object *remote)
{
	struct cotask_object *o = fd_of(remote)->object;

	if (o->kind != COTASK_KIND_GROUP || o->file != remote->file)
		return remote;
	cotask_object_get(o);
	cotask_object_put(remote);
	return o;
}

/* In the loop of @f, for a child that belongs to @payer. */
static struct proxy *proxy_new(struct cotask_file *f, struct cotask *child,
			       struct cotask_file *payer)
{
	struct proxy *p = cotask_host_alloc(&f->host, sizeof(*p), 1);
	struct cotask_across *way;

	if (IS_ERR(p))
		return p;
	way = cotask_across_make(f->loop, child, &payer->host);
	if (IS_ERR(way)) {
		cotask_host_free(&f->host, p, 1);
		return ERR_CAST(way);
	}
	p->file = f;
	p->way = way;
	p->child = cotask_get(child);
	return p;
}

/**
 * cotask_remote_spawn - make a task a child of an imported group
 * @remote: the group
 * @task: the task, of the caller's loop; prepared, and to be started if this succeeds
 *
 * Return: 0; -EINVAL if @remote is not a group; -ESHUTDOWN if that is closed; -EAGAIN if it
 *	is full; -ENOSPC if its file is, or that of @task; -ENOMEM.
 */
int cotask_remote_spawn(struct cotask_object *remote, struct cotask *task)
{
	struct cotask_spawn_args args = { .gfp = GFP_KERNEL_ACCOUNT };
	struct cotask_fd *cf = fd_of(remote);
	struct cotask *t;
	struct proxy *p;

	if (cf->kind != COTASK_FD_GROUP)
		return -EINVAL;
	p = proxy_new(cf->object->file, task, remote->file);
	if (IS_ERR(p))
		return PTR_ERR(p);
	t = cotask_spawn_with(cotask_object_group(cf->object),
			      cotask_frame_init(&p->frame, proxy_step, proxy_release), &args);
	if (IS_ERR(t))
		return PTR_ERR(t);
	cotask_put(t);
	return 0;
}
