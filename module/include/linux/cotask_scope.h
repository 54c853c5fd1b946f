/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - more scopes: parts of a task that are not interrupted, or cancelled for good
 *
 * As timeouts and groups, they are left in the reverse order of entering.
 */
#ifndef _LINUX_COTASK_SCOPE_H
#define _LINUX_COTASK_SCOPE_H

#include <linux/cotask.h>

/**
 * struct cotask_section - a part of a task that is not interrupted from outside
 * @scope: the scope
 * @timeout: its own deadline, inside
 */
struct cotask_section {
	struct cotask_scope	scope;
	struct cotask_timeout	timeout;
};

int __must_check cotask_shield_enter(struct cotask *task, struct cotask_section *s, s64 ns);
long __must_check cotask_shield_exit(struct cotask_section *s, long rc);

/**
 * struct cotask_cancel_scope - a part of a task that can be cancelled for good
 * @scope: the scope
 * @entry: its place in the deadline queue [L]
 * @why: of the cancel [L]
 * @cancelled: it was [L]
 * @state: created, entered or left [L]
 */
struct cotask_cancel_scope {
	struct cotask_scope	scope;
	struct cotask_entry	entry;
	struct cotask_reason	why;
	bool			cancelled;
	u8			state;
};

void cotask_cancel_scope_init(struct cotask_cancel_scope *s, ktime_t deadline);
int __must_check cotask_cancel_scope_enter(struct cotask *task,
					   struct cotask_cancel_scope *s);
int cotask_cancel_scope_cancel(struct cotask_cancel_scope *s);
long __must_check cotask_cancel_scope_exit(struct cotask_cancel_scope *s, long rc);

#endif /* _LINUX_COTASK_SCOPE_H */
