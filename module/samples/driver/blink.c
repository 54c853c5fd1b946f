// SPDX-License-Identifier: GPL-2.0
/*
 * blink - the smallest driver that uses cotask
 *
 * While the driver is loaded, a task prints "on" or "off" once a second.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cotask.h>
#include <linux/cotask_thread.h>
#include <linux/module.h>

static struct cotask_loop *loop;
static struct cotask_group group;

static struct blink {
	struct cotask_frame frame;
	bool on;
} blink;

static long blink_run(struct cotask *task, struct cotask_frame *frame)
{
	struct blink *me = container_of(frame, struct blink, frame);
	long rc;

	CO_BEGIN(task, frame, second);

	do {
		me->on = !me->on;
		pr_info("%s\n", me->on ? "on" : "off");
		CO_AWAIT(second, rc, cotask_sleep(task, NSEC_PER_SEC));
	} while (!rc);
	return rc;
}

static int __init blink_init(void)
{
	int rc;

	loop = cotask_cpu_loop(COTASK_THIS_CPU);
	if (IS_ERR(loop))
		return PTR_ERR(loop);
	cotask_group_init(&group);
	rc = cotask_group_open(&group, loop, 0);
	if (rc)
		goto put_loop;
	rc = cotask_go(&group, cotask_frame_init(&blink.frame, blink_run, NULL));
	if (rc)
		goto stop_group;
	return 0;

stop_group:
	cotask_group_stop(&group, COTASK_FOREVER);
	cotask_group_fini(&group);
put_loop:
	cotask_loop_put(loop);
	return rc;
}
module_init(blink_init);

static void __exit blink_exit(void)
{
	cotask_group_stop(&group, NSEC_PER_SEC);
	cotask_group_fini(&group);
	cotask_loop_put(loop);
}
module_exit(blink_exit);

MODULE_DESCRIPTION("The smallest driver that uses cotask");
MODULE_AUTHOR("The cotask authors");
MODULE_LICENSE("GPL");
COTASK_IMPORT(COTASK);
