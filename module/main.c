// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the module: initialisation, and tables that connect its wings
 */
#include "device/device.h"
#include "observe/observe.h"

bool cotask_misuse_expected;
EXPORT_FOR_TESTS(cotask_misuse_expected);

const struct cotask_entry_ops cotask_entry_table[COTASK_ENTRY_KINDS] = {
	[COTASK_ENTRY_TASK]	= { .run = cotask_task_run },
	[COTASK_ENTRY_RECORD]	= { .run = cotask_task_record },
	[COTASK_ENTRY_CALLBACK]	= { .run = cotask_callback_run },
	[COTASK_ENTRY_TIMEOUT]	= { .run = cotask_timeout_run },
	[COTASK_ENTRY_SHIELD]	= { .run = cotask_shield_run, .waiter = cotask_shield_waiter },
	[COTASK_ENTRY_MEMBER]	= { .run = cotask_set_member_run, .woken = cotask_set_woken },
	[COTASK_ENTRY_ALARM]	= { .run = cotask_set_alarm_run },
	[COTASK_ENTRY_GROUP]	= { .run = cotask_group_due_run },
	[COTASK_ENTRY_CANCEL_SCOPE] = { .run = cotask_cancel_scope_run },
	[COTASK_ENTRY_WATCH]	= { .run = cotask_watch_run },
};

static int __init cotask_init(void)
{
	int rc;

	cotask_block_init();
	rc = cotask_name_init();
	if (rc)
		return rc;
	rc = cotask_task_init();
	if (rc)
		goto name_exit;
	rc = cotask_offload_init();
	if (rc)
		goto task_exit;
	rc = cotask_chrdev_init();
	if (rc)
		goto offload_exit;
	cotask_debugfs_init();
	return 0;

offload_exit:
	cotask_offload_exit();
task_exit:
	cotask_task_exit();
name_exit:
	cotask_name_exit();
	return rc;
}
module_init(cotask_init);

static void __exit cotask_exit(void)
{
	cotask_debugfs_exit();
	cotask_chrdev_exit();
	cotask_cpu_loops_exit();
	cotask_offload_exit();
	cotask_defer_wait();
	/* Frees loops and names that wait for a grace period, then the cache. */
	cotask_task_exit();
	cotask_name_exit();
}
module_exit(cotask_exit);

MODULE_DESCRIPTION("Structured concurrency: cooperative tasks, groups, timeouts");
MODULE_AUTHOR("The cotask authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(COTASK_MODULE_VERSION);
