// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - /dev/cotask: open, ioctls, poll, release
 *
 * ENTER makes the calling thread the owner of the file's loop for as long as it is
 * inside.  Between two calls the loop has no owner, and nothing runs.  Closing the
 * last reference to the file ends the loop: the code of hosted tasks is gone, so they
 * are ended where they are (CO-B3).
 */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "device.h"

/* --- open and release -------------------------------------------------------------- */

/*
 * The calling thread is the owner from here to leave().  Not in the table of pump.c:
 * no code in the kernel asks where it is here, and a file goes from thread to thread at
 * a pace that readers of that table need not bear.
 */
static void enter(struct cotask_file *f)
{
	WRITE_ONCE(f->loop->owner, current);
	f->loop->pumping = true;
}

static void leave(struct cotask_file *f)
{
	f->loop->pumping = false;
	WRITE_ONCE(f->loop->owner, NULL);
	/* What was made ready meanwhile has woken nobody. */
	if (!list_empty(&f->events) || cotask_loop_has_work(f->loop))
		wake_up_poll(&f->wait, EPOLLIN | EPOLLRDNORM);
}

/* What tasks of a process fail with is no business of the kernel's log. */
static void ignore_error(struct cotask_loop *loop, struct cotask *task, int error)
{
}

static int cotask_open(struct inode *inode, struct file *file)
{
	struct cotask_file *f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	char name[16];

	if (!f)
		return -ENOMEM;
	snprintf(name, sizeof(name), "pid-%d", task_tgid_nr(current));
	f->loop = cotask_loop_alloc(name, 0);
	if (IS_ERR(f->loop)) {
		int rc = PTR_ERR(f->loop);

		kfree(f);
		return rc;
	}
	mutex_init(&f->pump);
	xa_init_flags(&f->objects, XA_FLAGS_ACCOUNT);
	INIT_LIST_HEAD(&f->events);
	init_waitqueue_head(&f->wait);
	f->loop->poll = &f->wait;
	cotask_loop_set_error_handler(f->loop, ignore_error);
	file->private_data = f;
	return stream_open(inode, file);
}

static int cotask_release(struct inode *inode, struct file *file)
{
	struct cotask_file *f = file->private_data;

	f->dead = true;
	f->loop->pause = false;
	f->budget = UINT_MAX;
	enter(f);
	cotask_loop_shutdown(f->loop, -1);
	leave(f);
	cotask_objects_drop(f);
	/* Handles of tasks may keep the loop's memory; nobody posts to it any more. */
	f->loop->poll = NULL;
	cotask_loop_put(f->loop);
	kfree(f);
	return 0;
}

/* --- arguments --------------------------------------------------------------------- */

/*
 * Copy in a struct that begins with its size; @least: the size of its first version.
 */
static int copy_in(void *to, size_t size, size_t least, void __user *from, u32 *usize)
{
	if (get_user(*usize, (u32 __user *)from))
		return -EFAULT;
	if (*usize < least)
		return -EINVAL;
	if (*usize > PAGE_SIZE)
		return -E2BIG;
	return copy_struct_from_user(to, size, from, *usize);
}

static int copy_out(void __user *to, const void *from, size_t size, u32 usize)
{
	return copy_to_user(to, from, min_t(size_t, size, usize)) ? -EFAULT : 0;
}

/* --- operations ---------------------------------------------------------------------- */

/*
 * Apply operations one after the other, and tell the result of each.  How many were
 * applied is told also if it ends early.
 */
static int apply(struct cotask_file *f, u64 ops, u32 n, bool posted, u32 *applied)
{
	struct cotask_op __user *user = u64_to_user_ptr(ops);
	struct cotask_op op;

	for (*applied = 0; *applied < n; user++) {
		if (copy_from_user(&op, user, sizeof(op)))
			return -EFAULT;
		/* Before it is applied, so that nothing happens that cannot be told. */
		if (put_user(0, &user->result))
			return -EFAULT;
		op.result = cotask_op_apply(f, &op, posted);
		++*applied;
		if (put_user(op.result, &user->result))
			return -EFAULT;
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* --- events -------------------------------------------------------------------------- */

static int give_event(struct cotask_hosted *h, struct cotask_step_event __user *to)
{
	struct cotask_step_event e = {
		.user_data = h->user_data,
		.result = h->outcome,
		.task = h->handle,
		.flags = h->started ? 0 : COTASK_EVENT_F_START,
	};

	if (copy_to_user(to, &e, sizeof(e)))
		return -EFAULT;
	h->started = true;
	h->state = COTASK_HOSTED_RUNNING;
	h->object.file->running++;
	list_del_init(&h->ready);
	return 0;
}

/* Give events as long as there are any; one that cannot be given stays. */
static int give_events(struct cotask_file *f, struct cotask_enter *e, u32 max)
{
	struct cotask_step_event __user *user = u64_to_user_ptr(e->events);

	while (e->n_events < max && !list_empty(&f->events)) {
		struct cotask_hosted *h = list_first_entry(&f->events, struct cotask_hosted,
							   ready);
		int rc = give_event(h, &user[e->n_events]);

		if (rc)
			return rc;
		e->n_events++;
	}
	return 0;
}

/* Run what there is to run until there are @max events, or nothing more to do. */
static void run(struct cotask_file *f, u32 max)
{
	f->emitted = 0;
	f->budget = max;
	f->loop->pause = false;
	while (f->emitted < max && cotask_loop_turn(f->loop))
		cond_resched();
}

/* Sleep until there is something to do; false: the time is up, or a signal came. */
static bool sleep(struct cotask_loop *loop, s64 deadline)
{
	ktime_t until = ns_to_ktime(deadline);
	int left = 1;

	prepare_to_rcuwait(&loop->idle);
	/* Orders the state before the tests; pairs with rcuwait_wake_up(). */
	set_current_state(TASK_INTERRUPTIBLE);
	if (!cotask_loop_has_work(loop) && !signal_pending(current))
		left = schedule_hrtimeout(deadline == COTASK_NEVER ? NULL : &until,
					  HRTIMER_MODE_ABS);
	finish_rcuwait(&loop->idle);
	return left && !signal_pending(current);
}

static int collect(struct cotask_file *f, struct cotask_enter *e)
{
	bool batch = e->flags & COTASK_ENTER_BATCH;
	u32 max = batch ? e->max_events : min(e->max_events, 1U);
	u32 least = min(e->min_events, max);
	int rc;

	/* Nobody runs inside of somebody else's step (SC-1). */
	if (!batch && f->running)
		return 0;
	rc = give_events(f, e, max);
	while (!rc && e->n_events < max) {
		run(f, max - e->n_events);
		rc = give_events(f, e, max);
		if (rc || e->n_events >= least)
			break;
		if (!cotask_loop_has_work(f->loop) && !sleep(f->loop, e->deadline)) {
			rc = signal_pending(current) ? -EINTR : 0;
			break;
		}
	}
	f->loop->pause = false;
	return rc;
}

/* --- ioctls ---------------------------------------------------------------------------- */

static int ioctl_query(struct cotask_file *f, void __user *arg)
{
	struct cotask_query q;
	u32 usize;
	int rc = copy_in(&q, sizeof(q), sizeof(q), arg, &usize);

	if (rc)
		return rc;
	if (q.version || q.features || q.n_opcodes || q.max_objects)
		return -EINVAL;
	q.version = COTASK_VERSION;
	q.n_opcodes = COTASK_OP_LAST;
	q.max_objects = READ_ONCE(cotask_max_objects);
	return copy_out(arg, &q, sizeof(q), usize);
}

static int check_enter(const struct cotask_enter *e)
{
	if ((e->flags & ~COTASK_ENTER_BATCH) || e->n_events || e->applied || e->__reserved ||
	    e->min_events > e->max_events || e->deadline < 0)
		return -EINVAL;
	return 0;
}

static int do_enter(struct cotask_file *f, struct cotask_enter *e)
{
	int rc;

	enter(f);
	rc = apply(f, e->ops, e->n_ops, false, &e->applied);
	if (!rc)
		rc = collect(f, e);
	leave(f);
	/* Whatever ended it: what was done is told. */
	return e->applied || e->n_events ? 0 : rc;
}

static int ioctl_enter(struct cotask_file *f, void __user *arg)
{
	struct cotask_enter e;
	u32 usize;
	int rc = copy_in(&e, sizeof(e), sizeof(e), arg, &usize);

	if (!rc)
		rc = check_enter(&e);
	if (rc)
		return rc;
	if (!mutex_trylock(&f->pump))
		return -EBUSY;
	rc = do_enter(f, &e);
	mutex_unlock(&f->pump);
	return copy_out(arg, &e, sizeof(e), usize) ?: rc;
}

static int ioctl_post(struct cotask_file *f, void __user *arg)
{
	struct cotask_post_ops p;
	u32 usize;
	int rc = copy_in(&p, sizeof(p), sizeof(p), arg, &usize);

	if (rc)
		return rc;
	if (p.flags || p.applied)
		return -EINVAL;
	rc = apply(f, p.ops, p.n_ops, true, &p.applied);
	return copy_out(arg, &p, sizeof(p), usize) ?: (p.applied ? 0 : rc);
}

static long cotask_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct cotask_file *f = file->private_data;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case COTASK_IOC_QUERY:
		return ioctl_query(f, user);
	case COTASK_IOC_ENTER:
		return ioctl_enter(f, user);
	case COTASK_IOC_POST:
		return ioctl_post(f, user);
	default:
		return -ENOTTY;
	}
}

static __poll_t cotask_poll(struct file *file, poll_table *table)
{
	struct cotask_file *f = file->private_data;

	poll_wait(file, &f->wait, table);
	/* A look from outside: who is woken for nothing finds no event. */
	if (!list_empty(&f->events) || cotask_loop_has_work(f->loop))
		return EPOLLIN | EPOLLRDNORM;
	return 0;
}

static const struct file_operations cotask_fops = {
	.owner		= THIS_MODULE,
	.open		= cotask_open,
	.release	= cotask_release,
	.unlocked_ioctl	= cotask_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.poll		= cotask_poll,
};

static struct miscdevice cotask_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "cotask",
	.fops	= &cotask_fops,
	.mode	= 0600,
};

int cotask_chrdev_init(void)
{
	return misc_register(&cotask_misc);
}

void cotask_chrdev_exit(void)
{
	misc_deregister(&cotask_misc);
}
