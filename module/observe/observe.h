/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - inspection of loops and tasks, which changes nothing
 */
#ifndef COTASK_OBSERVE_H
#define COTASK_OBSERVE_H

#include "../core/core.h"

/* inspect.c */
void cotask_task_look(const struct cotask *t, struct cotask_info *info);

/* watch.c */
void cotask_watch_run(struct cotask_loop *loop, struct cotask_entry *e);

/* debugfs.c */
void cotask_debugfs_init(void);
void cotask_debugfs_exit(void);

#endif /* COTASK_OBSERVE_H */
