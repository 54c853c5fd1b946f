// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the end of a loop
 *
 * Every task is cancelled once and has some time to clean up.  Then every further await of
 * the remaining tasks fails (CX-B1), so that their clean-up ends without waiting.  A task
 * that still does not end is listed, and ended where it is suspended, without being
 * resumed again (CO-B2).
 */
#include "core.h"

/* How many more turns there are without the end of a task when the time of a stage is over. */
#define LATE_TURNS	64

/* Time limit for held tasks that cannot end before another thread or loop releases them. */
#define HELD_NS		(100 * NSEC_PER_MSEC)

/* Maximum number of tasks that are listed by name. */
#define LISTED		16

enum end_stage {
	STAGE_GRACE,	/* tasks clean up */
	STAGE_HELD,	/* without waiting */
	STAGE_DOOMED,	/* they do not run any more */
};

/* Cancel what is there; true while there is something. */
static bool cancel_groups(struct cotask_loop *loop, enum end_stage stage)
{
	struct cotask_group *g, *next;

	spin_lock(&loop->opened_lock);
	loop->shut = true;
	spin_unlock(&loop->opened_lock);
	/* Nothing is added any more, and only the owner takes groups out. */
	list_for_each_entry_safe(g, next, &loop->opened, all) {
		if (stage == STAGE_DOOMED && !(g->flags & COTASK_G_DOOMED))
			cotask_group_doom(g);
		cotask_group_close(g);
	}
	return !list_empty(&loop->opened);
}

static void hold_all(struct cotask_loop *loop)
{
	static const struct cotask_reason why = { .cause = COTASK_CAUSE_SHUTDOWN };
	struct cotask_group *g;
	struct cotask *t;

	cotask_wave_begin(loop);
	cotask_loop_for_each_task(loop, g, t) {
		if (cotask_done(t))
			continue;
		cotask_task_born_level(t);
		cotask_cancel_for(t, &why);
	}
	cotask_wave_end(loop);
}

/* It waits for the tasks of its own group, and is not the one. */
static bool waits_for_children(const struct cotask *t)
{
	struct cotask_awaitable *x = cotask_task_waits_on(t);

	return x && x->post.ops == &cotask_group_ops &&
	       container_of(x, struct cotask_group, base)->scope.task == t;
}

static void list_one(const struct cotask_loop *loop, const struct cotask *t)
{
	struct cotask_location at = {};
	char name[COTASK_NAME_MAX + 1];

	cotask_printable_name(t, name, sizeof(name));
	cotask_get_stack(t, &at, 1);
	pr_warn("%s: %s does not end; it is ended in %ps, line %u\n", loop->name, name, at.step,
		at.line);
}

static void list_all(struct cotask_loop *loop)
{
	struct cotask_group *g;
	unsigned int n = 0;
	struct cotask *t;

	cotask_loop_for_each_task(loop, g, t) {
		if (!cotask_done(t) && !waits_for_children(t) && n++ < LISTED)
			list_one(loop, t);
	}
	if (n > LISTED)
		pr_warn("%s: and %u more\n", loop->name, n - LISTED);
}

/**
 * struct ending - progress of the end of a loop
 * @loop: the loop
 * @stage: what its tasks may do
 * @begin: when the stage began
 * @span: how long it may take, nanoseconds
 * @least: how few tasks there have been
 * @turns: how many turns there were since then, when the time was over
 */
struct ending {
	struct cotask_loop	*loop;
	enum end_stage		stage;
	u64			begin;
	s64			span;
	unsigned int		least;
	unsigned int		turns;
};

static void begin_stage(struct ending *e, enum end_stage stage, s64 span)
{
	e->stage = stage;
	e->begin = ktime_get_ns();
	e->span = span;
	e->least = UINT_MAX;
	e->turns = 0;
}

static bool is_over(struct ending *e, bool ran)
{
	if (e->stage == STAGE_DOOMED || (s64)(ktime_get_ns() - e->begin) <= e->span)
		return false;
	if (e->loop->tasks < e->least) {
		e->least = e->loop->tasks;
		e->turns = 0;
	}
	/* What runs goes on as long as tasks end. */
	return !ran || ++e->turns > LATE_TURNS;
}

static void next_stage(struct ending *e)
{
	if (e->stage == STAGE_GRACE) {
		hold_all(e->loop);
		begin_stage(e, STAGE_HELD, HELD_NS);
	} else {
		list_all(e->loop);
		begin_stage(e, STAGE_DOOMED, 0);
	}
}

/* Until there is something to run, or the next check is due. */
static void wait_a_bit(struct cotask_loop *loop)
{
	prepare_to_rcuwait(&loop->idle);
	set_current_state(TASK_IDLE);
	if (!cotask_loop_can_turn(loop))
		cotask_loop_schedule(loop, HZ / 10 + 1);
	finish_rcuwait(&loop->idle);
}

/**
 * cotask_loop_end_tasks - end all tasks, and admit no more
 * @loop: the loop; the caller owns it
 * @grace_ns: how long tasks may take; negative: they are ended where they are, without a
 *	cancel before
 *
 * Every task gets one cancel, including those that are spawned by leftovers
 * (CO-8, CO-B1, CO-B2).
 */
void cotask_loop_end_tasks(struct cotask_loop *loop, s64 grace_ns)
{
	struct ending e = { .loop = loop };
	bool ran;

	begin_stage(&e, grace_ns < 0 ? STAGE_DOOMED : STAGE_GRACE, grace_ns);
	while (cancel_groups(loop, e.stage)) {
		cond_resched_tasks_rcu_qs();
		ran = cotask_loop_turn(loop);
		if (is_over(&e, ran))
			next_stage(&e);
		else if (!ran)
			wait_a_bit(loop);
	}
}
