/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - where the time of a task goes, see account.c
 *
 * A part of core.h.
 */
#ifndef COTASK_ACCOUNT_H
#define COTASK_ACCOUNT_H

static inline bool cotask_accounts(const struct cotask_loop *loop)
{
	return loop->flags & COTASK_LOOP_ACCOUNT;
}

void cotask_times_to(struct cotask_times *times, enum cotask_phase phase, u64 now);
void cotask_times_add(struct cotask_times *times, u64 now);
void cotask_account_start(struct cotask *t, enum cotask_phase phase);
void cotask_account_woken(struct cotask *t);
void cotask_account_step(struct cotask *t, cotask_step_fn step, u64 begin);
void cotask_account_process(struct cotask *t, u64 since);
void cotask_account_issue(struct cotask *t);

#endif /* COTASK_ACCOUNT_H */
