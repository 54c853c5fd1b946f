/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - loops whose turns a test runs one by one, and other functions for tests
 *
 * All of this is exported as COTASK_TEST, and only when tests or the benchmark are built.
 *
 * A manual loop has no thread: the test pumps it turn by turn, and its clock stands
 * still unless the test moves it.  Between two turns the test is the owner of the
 * loop, so that what it does to tasks and futures acts at once.
 */
#ifndef _LINUX_COTASK_TEST_H
#define _LINUX_COTASK_TEST_H

#include <linux/cotask.h>

struct cotask_loop *cotask_manual_create(u32 flags);
void cotask_manual_adopt(struct cotask_loop *loop);
void cotask_manual_leave(struct cotask_loop *loop);
bool cotask_manual_turn(struct cotask_loop *loop);
unsigned int cotask_manual_turns(struct cotask_loop *loop, unsigned int max);
void cotask_manual_advance(struct cotask_loop *loop, u64 ns);
void cotask_manual_suspend(struct cotask_loop *loop, u64 ns);

struct cotask *cotask_current(void);
struct cotask_awaitable *cotask_ensure(struct cotask_loop *loop, struct cotask_awaitable *x);
struct cotask_frame *cotask_get_coro(const struct cotask *task);
bool cotask_cancel_delivered(const struct cotask *task);
ktime_t cotask_effective_deadline(const struct cotask *task);
int cotask_set_name(struct cotask *task, const char *name);

#endif /* _LINUX_COTASK_TEST_H */
