// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - counters of loops, and the switches for those that have a cost
 *
 * A loop that has begun to time its steps does not stop: the counters of its tasks are
 * complete from then on.
 */
#include <linux/module.h>

#include "core.h"

bool cotask_account;
module_param_named(account, cotask_account, bool, 0644);
MODULE_PARM_DESC(account, "measure how long tasks are busy, are ready, and wait");

static unsigned int slow_step_us;

/* Slow steps can only be found if steps are timed. */
static int set_slow_step(const char *text, const struct kernel_param *param)
{
	int rc = param_set_uint(text, param);

	if (!rc && slow_step_us)
		WRITE_ONCE(cotask_account, true);
	return rc;
}

static const struct kernel_param_ops slow_step_ops = {
	.set = set_slow_step,
	.get = param_get_uint,
};

module_param_cb(slow_step_us, &slow_step_ops, &slow_step_us, 0644);
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

static void complain_of_step(struct cotask *t, const char *name, cotask_step_fn step, u64 ns)
{
	const char *loop = t->base.loop->name;

	if (step)
		pr_warn_ratelimited("%s: a step of %s took %llu us in %ps\n", loop, name,
				    ns / NSEC_PER_USEC, step);
	else
		pr_warn_ratelimited("%s: a step of %s took %llu us in its process\n", loop, name,
				    ns / NSEC_PER_USEC);
}

/*
 * @ns: how long a step of @t took, which has begun in @step, or in its process; 0: @t goes on in
 * spite of a cancel.
 */
void cotask_stats_complain(struct cotask *t, cotask_step_fn step, u64 ns)
{
	struct cotask_loop *loop = t->base.loop;
	char name[COTASK_NAME_MAX + 1];

	if (loop->watch.report) {
		loop->foreign++;
		loop->watch.report(t, ns);
		loop->foreign--;
		return;
	}
	cotask_printable_name(t, name, sizeof(name));
	if (ns)
		complain_of_step(t, name, step, ns);
	else
		pr_warn_ratelimited("%s: %s goes on in spite of a cancel\n", loop->name, name);
}

static bool is_slow(const struct cotask_loop *loop, u64 ns)
{
	u64 limit = loop->watch.step_ns ?:
		    (u64)READ_ONCE(slow_step_us) * NSEC_PER_USEC;

	return limit && ns > limit;
}

/*
 * A step was timed, and has ended possibly the task, which its record still holds.  @step: where
 * it has begun; NULL: in the process of the task.
 */
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
		cotask_get_name(t, s->slowest_name, sizeof(s->slowest_name));
	}
	if (is_slow(t->base.loop, ns)) {
		s->slow_steps++;
		cotask_stats_complain(t, step, ns);
	}
}
