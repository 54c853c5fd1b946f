/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - tasks and groups as file descriptors, for other processes
 *
 * A descriptor of a task or group is readable (poll(2)) once the task or group is done.  A
 * process can pass it to another process, over a Unix socket or by fork(2).
 */
#ifndef COTASK_SHARE_H
#define COTASK_SHARE_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * cotask_export - create a file descriptor for a task
 * @task: the task
 *
 * Return: A new descriptor, which is close-on-exec; -EMFILE; -ENFILE.
 */
__cotask_must_check int cotask_export(struct cotask *task);

/**
 * cotask_group_export - create a file descriptor for a group
 * @g: the group, which was entered
 *
 * Return: As cotask_export().
 */
__cotask_must_check int cotask_group_export(struct cotask_group *g);

/**
 * struct cotask_import - a task or group of another process
 * @base: the awaitable, which can be awaited and cancelled
 */
struct cotask_import {
	struct cotask_awaitable base;
};

/**
 * cotask_import - import a task or group of another process
 * @im: represents the task or group in this process
 * @fd: its file descriptor, which may be closed after the call
 *
 * The caller releases @im with cotask_import_fini().
 *
 * Return: 0; -EBADF if @fd does not come from cotask_export() or cotask_group_export().
 */
int cotask_import(struct cotask_import *im, int fd);

/**
 * cotask_import_fini - release an import
 * @im: the import
 */
void cotask_import_fini(struct cotask_import *im);

/**
 * cotask_group_import - import a group of another process, to spawn tasks into it
 * @g: represents the group in this process, for cotask_spawn(), cotask_group_cancel() and
 *	cotask_await()
 * @fd: its file descriptor, which may be closed after the call
 *
 * The task that has entered the group waits for the tasks of this process, too.  The caller
 * releases @g with cotask_group_fini().
 *
 * Return: 0; -EBADF if @fd does not come from cotask_group_export().
 */
int cotask_group_import(struct cotask_group *g, int fd);

/**
 * cotask_fd_result - the outcome of the task or group of a descriptor
 * @fd: the descriptor
 *
 * Any thread.
 *
 * Return: The outcome; -EINPROGRESS if the task or group is not done.
 */
long cotask_fd_result(int fd);

/**
 * cotask_fd_cancel - cancel the task or group of a descriptor
 * @fd: the descriptor
 *
 * Any thread.
 *
 * Return: 1; 0 if it was too late; a negative errno.
 */
int cotask_fd_cancel(int fd);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_SHARE_H */
