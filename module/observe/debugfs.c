// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - all tasks in /sys/kernel/debug/cotask/: "tasks", and "json"; of a debug build "races"
 */
#include <linux/debugfs.h>

#include "dump.h"

static struct dentry *dir;

static const struct cotask_viewer root = { .all = true };

static int tasks_open(struct inode *inode, struct file *file)
{
	return cotask_report_open(file, inode->i_private, &root, 0);
}

static const struct file_operations tasks_fops = {
	.owner = THIS_MODULE,
	.open = tasks_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = cotask_report_release,
};

#ifdef CONFIG_COTASK_DEBUG
static int races_show(struct seq_file *m, void *unused)
{
	cotask_race_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(races);

static void add_races(void)
{
	debugfs_create_file("races", 0400, dir, NULL, &races_fops);
}
#else
static void add_races(void)
{
}
#endif

void cotask_debugfs_init(void)
{
	dir = debugfs_create_dir("cotask", NULL);
	debugfs_create_file("tasks", 0400, dir, (void *)&cotask_format_text, &tasks_fops);
	debugfs_create_file("json", 0400, dir, (void *)&cotask_format_json, &tasks_fops);
	add_races();
}

void cotask_debugfs_exit(void)
{
	debugfs_remove_recursive(dir);
}
