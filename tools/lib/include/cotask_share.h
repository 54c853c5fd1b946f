/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - tasks and groups as file descriptors, for other processes
 *
 * Such a descriptor is readable (poll(2)) once the task or group is done, and can be
 * passed to another process, over a socket or by fork(2).
 */
#ifndef COTASK_SHARE_H
#define COTASK_SHARE_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * cotask_export - have a file descriptor for a task
 * @task: the task
 *
 * Return: A new one, close-on-exec; -EMFILE, -ENFILE.
 */
__cotask_must_check int cotask_export(struct cotask *task);

/**
 * cotask_group_export - have a file descriptor for a group
 * @g: the group, entered
 *
 * Return: As cotask_export().
 */
__cotask_must_check int cotask_group_export(struct cotask_group *g);

/**
 * struct cotask_import - a task or group of another process
 * @base: can be awaited and cancelled
 */
struct cotask_import {
	struct cotask_awaitable base;
};

/**
 * cotask_import - use a task or group of another process
 * @im: for it
 * @fd: its file descriptor, which is not needed any more
 *
 * cotask_import_fini() has to follow.
 *
 * Return: 0; -EBADF if it is no such descriptor.
 */
int cotask_import(struct cotask_import *im, int fd);

/**
 * cotask_import_fini - use it no more
 * @im: what was imported
 */
void cotask_import_fini(struct cotask_import *im);

/**
 * cotask_group_import - spawn into a group of another process
 * @g: the group here, for cotask_spawn(), cotask_group_cancel() and cotask_await()
 * @fd: its file descriptor, which is not needed any more
 *
 * Who has entered the group waits for the tasks of this process, too.
 * cotask_group_fini() has to follow.
 *
 * Return: 0; -EBADF if it is no such descriptor.
 */
int cotask_group_import(struct cotask_group *g, int fd);

/**
 * cotask_fd_result - the outcome of what a descriptor stands for
 * @fd: the descriptor
 *
 * Any thread.
 *
 * Return: The outcome; -EINPROGRESS.
 */
long cotask_fd_result(int fd);

/**
 * cotask_fd_cancel - cancel what a descriptor stands for
 * @fd: the descriptor
 *
 * Any thread.
 *
 * Return: 1; 0 if it is too late; a negative errno.
 */
int cotask_fd_cancel(int fd);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_SHARE_H */
