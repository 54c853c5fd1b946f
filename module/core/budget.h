/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - what bounds work: the budget of a loop, and cancels that go to many
 *
 * A part of core.h, which has the loop.
 */
#ifndef COTASK_BUDGET_H
#define COTASK_BUDGET_H

/* --- budget.c ---------------------------------------------------------------- */

/* Steps between two breaths; one is worth 100 to 200 instructions. */
#define COTASK_BUDGET	4096

bool cotask_loop_breathe(struct cotask_loop *loop);
void cotask_loop_lend_budget(struct cotask_loop *loop);
void cotask_loop_settle_budget(struct cotask_loop *loop);
bool cotask_loop_must_stop(struct cotask_loop *loop);
bool cotask_loop_is_killed(const struct cotask_loop *loop);
bool cotask_turn_breathe(struct cotask_loop *loop);

/* Pay for @n steps of a walk that cannot be interrupted, but for a breath. */
static inline void cotask_loop_spend(struct cotask_loop *loop, int n)
{
	loop->budget -= n;
	if (unlikely(loop->budget < 0))
		cotask_loop_breathe(loop);
}

/*
 * The same for an operation of a process, which can be given up.  Return: true: it has to be, as
 * the process is being killed, and does not see the result any more.
 */
static inline bool cotask_loop_spend_or_stop(struct cotask_loop *loop, int n)
{
	loop->budget -= n;
	return unlikely(loop->budget < 0) && cotask_loop_must_stop(loop);
}

/* A post or an entry of a turn costs @n.  Return: true: the turn has to be left after it. */
static inline bool cotask_turn_spend(struct cotask_loop *loop, int n)
{
	loop->budget -= n;
	return unlikely(loop->budget < 0 || loop->breathed) && cotask_turn_breathe(loop);
}

/*
 * Code of another module has run, for an unknown time, in an entry of the loop.  Before the next
 * entry the loop breathes, and stops if the process is being killed.
 */
static inline void cotask_loop_exhaust(struct cotask_loop *loop)
{
	loop->budget = -1;
}

/*
 * A step of a walk over what users can have many of, by any thread: the owner pays @n for it,
 * and another caller, which may sleep, reschedules.  @loop: the loop; NULL: it is gone.
 */
static inline void cotask_walk_step(struct cotask_loop *loop, int n)
{
	if (loop && cotask_loop_mine(loop))
		cotask_loop_spend(loop, n);
	else
		cond_resched();
}

/* Sleep in the state that was set; that is a breath, too. */
void cotask_loop_schedule(struct cotask_loop *loop, long timeout);

#ifdef CONFIG_COTASK_DEBUG
void cotask_stretch_begin(struct cotask_loop *loop);
void cotask_stretch_end(struct cotask_loop *loop);
#else
static inline void cotask_stretch_begin(struct cotask_loop *loop) { }
static inline void cotask_stretch_end(struct cotask_loop *loop) { }
#endif

/* --- fanout.c ---------------------------------------------------------------- */

/**
 * struct cotask_fanout_ops - what cancels many
 * @next: cancels the next one; false: there is none left
 * @end_cut: all were asked, and a cycle of waits is to be cut here; NULL: it cannot be
 * @doom: ends the tasks that it owns where they are suspended, see doom.c; adds the fan-outs of
 *	what these own to @more
 */
struct cotask_fanout_ops {
	bool (*next)(struct cotask_fanout *f);
	void (*end_cut)(struct cotask_fanout *f);
	void (*doom)(struct cotask_fanout *f, struct list_head *more);
};

void cotask_fanout_init(struct cotask_fanout *f, const struct cotask_fanout_ops *ops);
void cotask_fanout_start(struct cotask_loop *loop, struct cotask_fanout *f);
bool cotask_fanout_came_back(struct cotask_loop *loop, struct cotask_fanout *f);
bool cotask_fanouts_run(struct cotask_loop *loop);
bool cotask_fanout_end(struct cotask_fanout *f);
void cotask_fanouts_drop(struct cotask_loop *loop);
u64 cotask_wave_mark(struct cotask_loop *loop);
void cotask_wave_begin(struct cotask_loop *loop);
void cotask_wave_end(struct cotask_loop *loop);
bool cotask_wave_may_pass(struct cotask_loop *loop, u64 mark);

/* A wave repeats a way, if it still may. */
static inline bool cotask_wave_repeats(struct cotask_loop *loop)
{
	if (!loop->again)
		return false;
	loop->again--;
	return true;
}

/* Whether a fan-out asks one more. */
static inline bool cotask_fanout_goes_on(struct cotask_loop *loop, const struct cotask_fanout *f)
{
	return likely(!f->repeats) || cotask_wave_repeats(loop);
}

#endif /* COTASK_BUDGET_H */
