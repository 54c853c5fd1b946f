// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - /dev/cotask for operators of a machine: inspect tasks, cancel them
 *
 * A user may access the loops of their own processes.  Kernel loops, and the loops of
 * other users, need a capability.
 */
#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/sched.h>

#include "device.h"
#include "../observe/dump.h"

/* --- looking ------------------------------------------------------------------------ */

/*
 * Seek forward by reading, or back to the beginning; other positions would require a complete new
 * list.
 */
static loff_t inspect_llseek(struct file *file, loff_t offset, int whence)
{
	if (offset || whence != SEEK_SET)
		return -EINVAL;
	return seq_lseek(file, 0, SEEK_SET);
}

static const struct file_operations inspect_fops = {
	.owner		= THIS_MODULE,
	.read		= seq_read,
	.llseek		= inspect_llseek,
	.release	= cotask_report_release,
};

static int inspect_fd(const struct cotask_viewer *viewer, u32 hidden)
{
	struct file *file;
	int rc, fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd < 0)
		return fd;
	file = anon_inode_getfile("[cotask-inspect]", &inspect_fops, NULL, O_RDONLY);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	file->f_mode &= ~FMODE_PREAD;
	rc = cotask_report_open(file, &cotask_format_json, viewer, hidden);
	if (rc) {
		put_unused_fd(fd);
		fput(file);
		return rc;
	}
	fd_install(fd, file);
	return fd;
}

static long inspect(struct cotask_file *f, const struct cotask_inspect *arg)
{
	struct cotask_viewer viewer = {
		.all = perfmon_capable(),
		.uid = current_euid(),
		.payer = &f->host,
	};

	if (arg->flags || arg->__reserved)
		return -EINVAL;
	return inspect_fd(&viewer, f->loop->id);
}

/* --- cancelling ----------------------------------------------------------------------- */

/* 1, 0: it was here; -ENOENT: it was not; -EAGAIN, -EINTR, -ENOMEM. */
static long cancel_in(struct cotask_loop *loop, const struct cotask_target *target,
		      unsigned int *patience)
{
	struct cotask_dump *d = cotask_dump_begin(loop);
	long rc;

	if (!d)
		return -ENOMEM;
	d->target = *target;
	do {
		rc = cotask_dump_next(d, patience);
	} while (!rc && !d->end);
	if (!rc)
		rc = d->target.found ? !d->target.too_late : -ENOENT;
	else if (rc == -ETIMEDOUT || rc == -ESTALE)
		rc = -EAGAIN;
	else if (rc == -ESHUTDOWN)
		rc = -ENOENT;
	cotask_dump_end(d);
	return rc;
}

/* The target was not found; a loop that has not answered may contain it. */
static long cancel_somewhere(const struct cotask_viewer *viewer,
			     const struct cotask_target *target, u32 in)
{
	unsigned int patience = COTASK_DUMP_PATIENCE;
	long rc, result = -ENOENT;
	struct cotask_loop *loop;
	u32 after = in ? in - 1 : 0;

	while ((loop = cotask_report_next_loop(viewer, after))) {
		after = loop->id;
		rc = !in || after == in ? cancel_in(loop, target, &patience) : -ENOENT;
		cotask_loop_put(loop);
		if (in || (rc != -ENOENT && rc != -EAGAIN))
			return rc;
		if (rc == -EAGAIN)
			result = rc;
	}
	return result;
}

static long cancel_id(const struct cotask_cancel_id *arg)
{
	struct cotask_viewer viewer = {
		.all = capable(CAP_SYS_ADMIN),
		.uid = current_euid(),
		.last = cotask_loops_last_nth(),
	};
	struct cotask_target target = {
		.id = arg->id,
		.is_group = arg->kind == COTASK_CANCEL_GROUP,
		.why = {
			.by = task_tgid_nr(current),
			.error = arg->reason,
			.cause = COTASK_CAUSE_OPERATOR,
		},
	};

	if (arg->flags || arg->__reserved || arg->kind > COTASK_CANCEL_GROUP ||
	    arg->reason < 0 || arg->loop > INT_MAX || !arg->id)
		return -EINVAL;
	return cancel_somewhere(&viewer, &target, arg->loop);
}

/* --- ioctls --------------------------------------------------------------------------- */

/**
 * cotask_inspect_ioctl - COTASK_IOC_INSPECT and COTASK_IOC_CANCEL_ID
 * @f: the file
 * @cmd: which one
 * @arg: its struct
 *
 * Return: See <uapi/linux/cotask.h>.
 */
long cotask_inspect_ioctl(struct cotask_file *f, unsigned int cmd, void __user *arg)
{
	union {
		struct cotask_inspect inspect;
		struct cotask_cancel_id cancel;
	} u;
	u32 usize;
	long rc;

	if (cmd == COTASK_IOC_INSPECT) {
		rc = cotask_copy_in(&u.inspect, sizeof(u.inspect), arg, &usize);
		return rc ?: inspect(f, &u.inspect);
	}
	rc = cotask_copy_in(&u.cancel, sizeof(u.cancel), arg, &usize);
	return rc ?: cancel_id(&u.cancel);
}

/* --- /proc/<pid>/fdinfo/<fd> ------------------------------------------------------------- */

/**
 * cotask_show_fdinfo - the state of an open file, for /proc
 * @m: the file in /proc
 * @file: the file
 */
void cotask_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct cotask_file *f = file->private_data;
	struct cotask_loop *loop = f->loop;

	seq_printf(m, "cotask-loop:\t%u\n", loop->id);
	seq_printf(m, "cotask-owner:\t%d\n", pid_vnr(loop->pid));
	seq_printf(m, "cotask-entered:\t%d\n", atomic_read(&f->entered));
	seq_printf(m, "cotask-tasks:\t%u\n", READ_ONCE(loop->tasks));
	seq_printf(m, "cotask-objects:\t%d\n", atomic_read(&f->n_objects));
	seq_printf(m, "cotask-events:\t%d\n", cotask_turns_pending(f));
	seq_printf(m, "cotask-spawned:\t%llu\n", READ_ONCE(loop->stats.spawned));
}
