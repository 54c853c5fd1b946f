// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - counters of loops, and the switches for those that cost something
 *
 * A loop that was told to time its steps goes on with that: what it knows of a task
 * stays complete from then on.
 */
#include <linux/module.h>

#include "core.h"

bool cotask_account;
module_param_named(account, cotask_account, bool, 0644);
MODULE_PARM_DESC(account, "count and time the steps of all tasks, and since when they wait");

unsigned int cotask_slow_step_us;

/* A step cannot be too long without being timed. */
static int set_slow_step(const char *text, const struct kernel_param *param)
{
	int rc = param_set_uint(text, param);

	if (!rc && cotask_slow_step_us)
		WRITE_ONCE(cotask_account, true);
	return rc;
}

static const struct kernel_param_ops slow_step_ops = {
	.set = set_slow_step,
	.get = param_get_uint,
};

module_param_cb(slow_step_us, &slow_step_ops, &cotask_slow_step_us, 0644);
MODULE_PARM_DESC(slow_step_us, "report steps that take longer, on all loops; 0: none");

/* A task has its outcome. */
void cotask_stats_end(struct cotask *t)
{
	struct cotask_stats *s = &t->base.loop->stats;

	if (t->base.result >= 0)
		s->finished++;
	else if (cotask_cancelled(t))
		s->cancelled++;
	else
		s->failed++;
}

/* A step was timed. */
void cotask_stats_step(struct cotask *t, cotask_step_fn step, u64 ns)
{
	struct cotask_stats *s = &t->base.loop->stats;

	s->steps++;
	s->step_ns += ns;
	cotask_hist_add(&s->step, ns);
	if (ns > s->slowest_ns) {
		s->slowest_ns = ns;
		s->slowest_task = t->id;
		s->slowest = step;
	}
}
