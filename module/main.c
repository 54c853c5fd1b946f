// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the module
 */
#include "device/device.h"

bool cotask_misuse_expected;
EXPORT_FOR_TESTS(cotask_misuse_expected);

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
	cotask_defer_exit();
	/* Frees loops and names that wait for a grace period, then the cache. */
	cotask_task_exit();
	cotask_name_exit();
}
module_exit(cotask_exit);

MODULE_DESCRIPTION("Structured concurrency: cooperative tasks, groups, timeouts");
MODULE_AUTHOR("The cotask authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(COTASK_MODULE_VERSION);
