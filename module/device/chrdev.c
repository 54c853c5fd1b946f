// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - /dev/cotask: open, ioctls, poll, release
 *
 * Closing the last reference to the file ends the loop: the code of hosted tasks is gone, so the
 * tasks are ended where they are suspended (CO-B3).
 */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "device.h"

/* --- open and release ---------------------------------------------------- */

/*
 * Report an error.  A hosted task has an event of its own.  Several errors of code in the kernel
 * are one event: tasks whose handle is gone, and callbacks.  If the caller is not the owner, the
 * loop has ended.  cotask_hosted_recorded() handles hosted tasks whose end is being recorded.
 */
static void note_error(struct cotask_loop *loop, struct cotask *task, int error)
{
	struct cotask_file *f;

	if (!cotask_loop_mine(loop) || (task && (task->entry.flags & COTASK_T_FAILED)))
		return;
	if (!loop->host)
		return;
	f = cotask_file_of(loop->host);
	if (f->dead)
		return;
	if (task && (task->entry.flags & COTASK_T_PLACED)) {
		cotask_hosted_unread(task);
		return;
	}
	f->error = error;
	if (list_empty(&f->failure.link))
		cotask_turn_add(f, &f->failure, COTASK_EVENT_ERROR);
}

/*
 * This workqueue wakes threads that poll descriptors.  There can be many of them, and they are
 * woken one after the other with interrupts disabled: in the thread that makes an event, or in an
 * interrupt, this would take too long.
 */
struct workqueue_struct *cotask_wakes;

static void queue_wakes(struct irq_work *work)
{
	struct cotask_file *f = container_of(work, struct cotask_file, wake);

	queue_work(cotask_wakes, &f->wakes);
}

static void wake_pollers(struct work_struct *work)
{
	struct cotask_file *f = container_of(work, struct cotask_file, wakes);

	wake_up_poll(&f->wait, EPOLLIN | EPOLLRDNORM);
}

/* Where they are freed: that may sleep. */
static struct workqueue_struct *closed_files;

/**
 * cotask_files_wait - wait until the memory of closed files is free
 *
 * Does not wait for files that are still referenced.  Context: Process context, sleeps.
 */
void cotask_files_wait(void)
{
	/* The last reference to a file may be that of a task, whose put was deferred. */
	cotask_defer_wait();
	flush_workqueue(cotask_wakes);
	rcu_barrier();
	flush_workqueue(closed_files);
}

/* A late post may still be about to wake the pollers, until the grace period has passed. */
static void file_free(struct work_struct *work)
{
	struct cotask_file *f = container_of(to_rcu_work(work), struct cotask_file, gone);

	irq_work_sync(&f->wake);
	cancel_work_sync(&f->wakes);
	cotask_user_put(f->user, f->kept);
	cotask_loop_put(f->loop);
	kfree(f);
}

static void file_init(struct cotask_file *f)
{
	refcount_set(&f->refs, 1);
	cotask_table_init(&f->objects);
	cotask_turns_init(f);
	INIT_LIST_HEAD(&f->dropped);
	INIT_LIST_HEAD(&f->calls);
	INIT_LIST_HEAD(&f->fds);
	INIT_LIST_HEAD(&f->failed);
	INIT_LIST_HEAD(&f->failure.link);
	spin_lock_init(&f->drop_lock);
	spin_lock_init(&f->polls_lock);
	INIT_DELAYED_WORK(&f->late, cotask_file_late);
	init_waitqueue_head(&f->wait);
	init_irq_work(&f->wake, queue_wakes);
	INIT_WORK(&f->wakes, wake_pollers);
	INIT_RCU_WORK(&f->gone, file_free);
	cotask_awaitable_init(&f->process, f->loop, &cotask_process_ops);
	f->host.ops = &cotask_file_host_ops;
	f->loop->host = &f->host;
	f->loop->payer = &f->host;
	cotask_loop_set_error_handler(f->loop, note_error);
}

static struct cotask_loop *make_loop(void)
{
	char name[16];

	snprintf(name, sizeof(name), "pid-%d", task_tgid_nr(current));
	return cotask_loop_alloc_lent(name);
}

static int cotask_open(struct inode *inode, struct file *file)
{
	struct cotask_file *f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	int rc;

	if (!f)
		return -ENOMEM;
	f->user = cotask_user_get(current_fsuid());
	rc = PTR_ERR_OR_ZERO(f->user);
	if (rc)
		goto free_file;
	f->loop = make_loop();
	rc = PTR_ERR_OR_ZERO(f->loop);
	if (rc)
		goto put_user;
	file_init(f);
	/* Last, as from here on other threads find the loop, and call its host. */
	rc = cotask_loops_add(f->loop);
	if (rc)
		goto put_loop;
	file->private_data = f;
	return stream_open(inode, file);

put_loop:
	cotask_loop_put(f->loop);
put_user:
	cotask_user_file_closed(f->user, false);
	cotask_user_put(f->user, false);
free_file:
	kfree(f);
	return rc;
}

/* Handles of tasks and exported groups may keep the memory of file and loop.  Any context. */
void cotask_file_put(struct cotask_file *f)
{
	cotask_race_point(PUT_FILE, f);
	if (!refcount_dec_and_test(&f->refs))
		return;
	/* The loop may exist for longer, and other threads read the field. */
	WRITE_ONCE(f->loop->payer, NULL);
	queue_rcu_work(closed_files, &f->gone);
}

static int cotask_release(struct inode *inode, struct file *file)
{
	struct cotask_file *f = file->private_data;

	cancel_delayed_work_sync(&f->late);
	mutex_lock(&f->loop->pump);
	cotask_file_enter(f);
	f->dead = true;
	cotask_fanouts_drop(f->loop);
	cotask_polls_end(f);
	cotask_turns_drop(f);
	cotask_loop_shutdown(f->loop, -1);
	cotask_calls_drop(f);
	cotask_fds_drop(f);
	WRITE_ONCE(f->loop->host, NULL);
	cotask_objects_drop(f);
	cotask_loop_shrink(f->loop);
	cotask_file_leave(f);
	mutex_unlock(&f->loop->pump);
	f->kept = refcount_read(&f->refs) > 1;
	cotask_user_file_closed(f->user, f->kept);
	cotask_file_put(f);
	return 0;
}

/* A process has closed a descriptor of the file, possibly its last one, see poller.c. */
static int cotask_flush(struct file *file, fl_owner_t owner)
{
	cotask_polls_look(file->private_data, file, owner);
	return 0;
}

/* --- ioctls -------------------------------------------------------------- */

/*
 * The process may use another version of a struct: a larger one with a non-zero tail is -E2BIG.
 */
int cotask_copy_in_other(void *to, size_t size, const void __user *from, u32 usize)
{
	if (usize < size)
		return -EINVAL;
	if (usize > PAGE_SIZE)
		return -E2BIG;
	return copy_struct_from_user(to, size, from, usize);
}

static int ioctl_query(struct cotask_file *f, void __user *arg)
{
	struct cotask_query q;
	u32 usize;
	int rc = cotask_copy_in(&q, sizeof(q), arg, &usize);

	if (rc)
		return rc;
	if (q.version || q.features || q.n_opcodes || q.max_objects)
		return -EINVAL;
	q.version = COTASK_VERSION;
	q.n_opcodes = COTASK_OP_LAST;
	q.max_objects = READ_ONCE(cotask_max_objects);
	return cotask_copy_out(arg, &q, sizeof(q));
}

static int ioctl_enter(struct file *file, void __user *arg)
{
	struct cotask_file *f = file->private_data;
	struct cotask_enter e;
	u32 usize;
	int rc = cotask_copy_in(&e, sizeof(e), arg, &usize);

	if (rc)
		return rc;
	if ((e.flags & ~COTASK_ENTER_DRAIN) || e.n_events || e.applied ||
	    e.min_events > e.max_events || e.deadline < 0)
		return -EINVAL;
	cotask_race_point(FILE_ENTER, f);
	if (atomic_xchg(&f->entered, 1))
		return -EBUSY;
	/* A borrower does not keep the loop for long. */
	rc = mutex_lock_killable(&f->loop->pump);
	if (!rc) {
		rc = cotask_file_collect(file, &e);
		mutex_unlock(&f->loop->pump);
	}
	cotask_race_point(FILE_LEAVE, f);
	atomic_set_release(&f->entered, 0);
	return cotask_copy_out(arg, &e, sizeof(e)) ?: rc;
}

static int ioctl_post(struct cotask_file *f, void __user *arg)
{
	struct cotask_post_ops p;
	u32 usize;
	int rc = cotask_copy_in(&p, sizeof(p), arg, &usize);

	if (rc)
		return rc;
	if (p.flags || p.applied)
		return -EINVAL;
	rc = cotask_file_post(f, &p);
	return cotask_copy_out(arg, &p, sizeof(p)) ?: rc;
}

static s64 time_left(s64 deadline)
{
	deadline = cotask_time_to_host(deadline, COTASK_CLOCK_MONOTONIC);
	return deadline == COTASK_NEVER ? COTASK_FOREVER : deadline - ktime_get_ns();
}

static int ioctl_wait(struct cotask_file *f, void __user *arg)
{
	struct cotask_wait_done w;
	struct cotask_object *o;
	u32 usize;
	int rc = cotask_copy_in(&w, sizeof(w), arg, &usize);

	if (rc)
		return rc;
	if ((w.flags & ~COTASK_WAIT_CANCEL) || w.result || w.__reserved || w.deadline < 0)
		return -EINVAL;
	o = cotask_object_find(f, w.handle, BIT(COTASK_OBJECT_SUBMISSION));
	if (IS_ERR(o))
		return PTR_ERR(o);
	if (w.flags & COTASK_WAIT_CANCEL)
		cotask_submission_cancel_own(cotask_object_submission(o));
	rc = cotask_submission_block(cotask_object_submission(o), time_left(w.deadline),
				     w.flags & COTASK_WAIT_CANCEL);
	if (rc == -EINTR)
		rc = -ERESTARTSYS;
	if (!rc)
		w.result = cotask_submission_result(cotask_object_submission(o));
	cotask_object_put(o);
	return cotask_copy_out(arg, &w, sizeof(w)) ?: rc;
}

static long cotask_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct cotask_file *f = file->private_data;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case COTASK_IOC_QUERY:
		return ioctl_query(f, user);
	case COTASK_IOC_ENTER:
		return ioctl_enter(file, user);
	case COTASK_IOC_POST:
		return ioctl_post(f, user);
	case COTASK_IOC_WAIT:
		return ioctl_wait(f, user);
	case COTASK_IOC_INSPECT:
	case COTASK_IOC_CANCEL_ID:
		return cotask_inspect_ioctl(f, cmd, user);
	default:
		return -ENOTTY;
	}
}

static __poll_t cotask_poll(struct file *file, poll_table *table)
{
	struct cotask_file *f = file->private_data;

	poll_wait(file, &f->wait, table);
	smp_mb();	/* before looking; pairs with cotask_file_wake() */
	/* A hint, as the caller is not the owner: after a spurious wake-up ENTER has no event. */
	if (cotask_file_is_ready(f))
		return EPOLLIN | EPOLLRDNORM;
	return 0;
}

static const struct file_operations cotask_fops = {
	.owner		= THIS_MODULE,
	.open		= cotask_open,
	.flush		= cotask_flush,
	.release	= cotask_release,
	.unlocked_ioctl	= cotask_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.poll		= cotask_poll,
	.show_fdinfo	= cotask_show_fdinfo,
};

/* Whether it is a file of this device. */
bool cotask_file_is_one(const struct file *file)
{
	return file->f_op == &cotask_fops;
}

static struct miscdevice cotask_misc = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "cotask",
	.fops	= &cotask_fops,
	.mode	= 0600,
};

int __init cotask_chrdev_init(void)
{
	int rc;

	cotask_ops_init();
	rc = cotask_hosted_cache_init();
	if (rc)
		return rc;
	rc = cotask_table_cache_init();
	if (rc)
		goto hosted_exit;
	rc = -ENOMEM;
	closed_files = alloc_workqueue("cotask_files", WQ_UNBOUND, 0);
	if (!closed_files)
		goto table_exit;
	/* Waiting readers are served first, so they do not wait for long. */
	cotask_wakes = alloc_workqueue("cotask_wakes", WQ_UNBOUND | WQ_HIGHPRI, 0);
	if (!cotask_wakes)
		goto destroy_files;
	rc = misc_register(&cotask_misc);
	if (rc)
		goto destroy_wakes;
	return 0;

destroy_wakes:
	destroy_workqueue(cotask_wakes);
destroy_files:
	destroy_workqueue(closed_files);
table_exit:
	cotask_table_cache_exit();
hosted_exit:
	cotask_hosted_cache_exit();
	return rc;
}

void cotask_chrdev_exit(void)
{
	misc_deregister(&cotask_misc);
	cotask_files_wait();
	destroy_workqueue(cotask_wakes);
	destroy_workqueue(closed_files);
	cotask_table_cache_exit();
	cotask_hosted_cache_exit();
}
