/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - native bodies: tasks of a module that processes spawn by name
 *
 * A module offers a coroutine to processes that have /dev/cotask open, without a device
 * of its own.  The task belongs to the loop of the process, and runs while the process is
 * inside of ENTER.  To run code on a loop of the module, it spawns a task there and
 * waits for it by cotask_await_across().
 */
#ifndef _LINUX_COTASK_BODY_H
#define _LINUX_COTASK_BODY_H

#include <linux/cotask.h>

struct module;

/**
 * struct cotask_body - a coroutine with a name
 * @name: up to 31 bytes, unique; by convention "driver.what"
 * @owner: THIS_MODULE; cannot be unloaded while a task of the body exists
 * @arg_size: size of the argument, up to 4096; the process has to pass exactly that size
 * @capability: that the process needs (CAP_SYS_ADMIN ...); negative: none, the open
 *	device is enough
 * @make: makes the coroutine object, by cotask_frame_init(), with a release function
 *	that frees it; @arg: the argument, untrusted, a copy that is valid during the call
 *	only.  ERR_PTR() refuses.  Process context, in the loop's owner.  A process causes it, as
 *	often as it likes: allocate with GFP_KERNEL_ACCOUNT, and hold no lock that processes share
 *	meanwhile; spawn further tasks by cotask_spawn_with() with that gfp, and, as the limits of
 *	files do not count them, into a group with a limit
 * @listed: in the list of bodies
 */
struct cotask_body {
	const char		*name;
	struct module		*owner;
	size_t			arg_size;
	int			capability;
	struct cotask_frame	*(*make)(const void *arg);
	struct list_head	listed;
};

int cotask_body_register(struct cotask_body *body);
void cotask_body_unregister(struct cotask_body *body);

#endif /* _LINUX_COTASK_BODY_H */
