/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - turns: events for a process, delivered or pending
 *
 * One list has all of them in order, in three parts: turns that the process has begun,
 * which are tasks that run in it; turns that were delivered and may not be begun; and
 * pending turns.  So a turn is added once and removed once, and all delivered turns are
 * taken back by moving a mark.
 *
 * Only the owner of the loop calls these functions, some of them at each step: they are inline.
 * A part of device.h.
 */
#ifndef COTASK_TURN_H
#define COTASK_TURN_H

static inline void cotask_turns_init(struct cotask_file *f)
{
	INIT_LIST_HEAD(&f->turns);
	f->begun = &f->turns;
	f->given = &f->turns;
	f->batch = 1;
}

static inline void cotask_turn_add_behind(struct cotask_file *f, struct cotask_turn *turn,
					  u16 type, struct list_head *prev)
{
	turn->type = type;
	turn->begun = false;
	turn->at_once = false;
	turn->batch = 0;
	cotask_link_add(&turn->link, prev);
	WRITE_ONCE(f->n_turns, f->n_turns + 1);
	f->emitted++;
}

/**
 * cotask_turn_add - append a pending turn
 * @f: the file
 * @turn: not in the list
 * @type: of the event
 */
static inline void cotask_turn_add(struct cotask_file *f, struct cotask_turn *turn, u16 type)
{
	cotask_turn_add_behind(f, turn, type, f->turns.prev);
}

/* The same, before all pending turns, for a task that continues at once. No turn is delivered. */
static inline void cotask_turn_add_first(struct cotask_file *f, struct cotask_turn *turn, u16 type)
{
	cotask_turn_add_behind(f, turn, type, f->begun);
	turn->at_once = true;
}

/**
 * cotask_turn_del - take a turn out, if it is in the list
 * @f: the file
 * @turn: the turn; begun, or not delivered
 */
static inline void cotask_turn_del(struct cotask_file *f, struct cotask_turn *turn)
{
	if (list_empty(&turn->link))
		return;
	if (f->given == &turn->link)
		f->given = turn->link.prev;
	if (f->begun == &turn->link)
		f->begun = turn->link.prev;
	cotask_link_del(&turn->link);
	WRITE_ONCE(f->n_begun, f->n_begun - turn->begun);
	WRITE_ONCE(f->n_turns, f->n_turns - 1);
}

/* The next turn to be delivered, or NULL. */
static inline struct cotask_turn *cotask_turn_next(struct cotask_file *f)
{
	if (f->given->next == &f->turns)
		return NULL;
	return list_entry(f->given->next, struct cotask_turn, link);
}

/* It is delivered. */
static inline void cotask_turn_give(struct cotask_file *f)
{
	f->given = f->given->next;
	list_entry(f->given, struct cotask_turn, link)->batch = f->batch;
	WRITE_ONCE(f->n_given, f->n_given + 1);
}

/**
 * cotask_turn_begin - the process has begun the first delivered turn
 * @f: the file; a turn is delivered
 *
 * Return: Which; still in the list.
 */
static inline struct cotask_turn *cotask_turn_begin(struct cotask_file *f)
{
	struct cotask_turn *turn = list_entry(f->begun->next, struct cotask_turn, link);

	f->begun = &turn->link;
	turn->begun = true;
	WRITE_ONCE(f->n_begun, f->n_begun + 1);
	WRITE_ONCE(f->n_given, f->n_given - 1);
	return turn;
}

/* All delivered turns become pending again, in their old place. */
static inline void cotask_turns_take_back(struct cotask_file *f)
{
	f->given = f->begun;
	WRITE_ONCE(f->n_given, 0);
	if (!++f->batch)
		f->batch = 1;
}

/* The last @n delivered turns become pending again: they did not reach the process. */
static inline void cotask_turns_take_back_last(struct cotask_file *f, u32 n)
{
	WRITE_ONCE(f->n_given, f->n_given - n);
	while (n--) {
		list_entry(f->given, struct cotask_turn, link)->batch = 0;
		f->given = f->given->prev;
	}
}

/* Whether the process has a turn: it has begun it, or may begin it at any time. */
static inline bool cotask_turn_given(const struct cotask_file *f, const struct cotask_turn *turn)
{
	return turn->begun || turn->batch == f->batch;
}

/**
 * cotask_turns_pending - whether there are pending turns
 * @f: the file
 *
 * Context: Any.
 * Return: true if there is; a guess unless the caller is the owner.
 */
static inline bool cotask_turns_pending(const struct cotask_file *f)
{
	return READ_ONCE(f->n_turns) > READ_ONCE(f->n_begun) + READ_ONCE(f->n_given);
}

#endif /* COTASK_TURN_H */
