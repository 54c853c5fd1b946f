/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - primitives that are built on awaitables
 */
#ifndef COTASK_AWAIT_H
#define COTASK_AWAIT_H

#include <linux/cotask_thread.h>

#include "../core/core.h"

/* shield.c */
extern const struct cotask_awaitable_ops cotask_shield_ops;
void cotask_shield_run(struct cotask_loop *loop, struct cotask_entry *e);
struct cotask_awaitable *cotask_shield_waiter(struct cotask_entry *e);

/* set.c */
void cotask_set_member_run(struct cotask_loop *loop, struct cotask_entry *e);
void cotask_set_alarm_run(struct cotask_loop *loop, struct cotask_entry *e);
void cotask_set_woken(struct cotask_entry *e);

/* submit.c */
bool cotask_submission_cancel_own(struct cotask_submission *s);
struct cotask_submission *cotask_submit_paid(struct cotask_loop *loop,
					     struct cotask_frame *frame, const char *name);
struct cotask *cotask_submission_task(struct cotask_submission *s);
int cotask_submission_block(struct cotask_submission *s, s64 timeout_ns, bool ended);

/* offload.c */
extern struct workqueue_struct *cotask_workers;
int cotask_offload_init(void);
void cotask_offload_exit(void);

/* across.c */
struct cotask_across;
struct cotask_across *cotask_across_make(struct cotask_loop *loop, struct cotask *target,
					 struct cotask_loop_host *payer);
int cotask_across_begin(struct cotask_across *a);
struct cotask_across *cotask_across_new(struct cotask_loop *loop, struct cotask *target);
struct cotask_await cotask_across_await(struct cotask *task, struct cotask_across *a);
void cotask_across_put(struct cotask_across *a);

#endif /* COTASK_AWAIT_H */
