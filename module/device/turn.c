// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - turns: what a process has, or is to have, an event for
 *
 * They stand in one list in their order, in three parts: those that the process has begun,
 * which are tasks that run in it; those that it was given and may not have begun; and the
 * others.  So a turn that goes its way is added once and taken out once, and all that were
 * given are taken back by moving a mark.
 *
 * All of it belongs to the owner of the loop.
 */
#include "device.h"

void cotask_turns_init(struct cotask_file *f)
{
	INIT_LIST_HEAD(&f->turns);
	f->begun = &f->turns;
	f->given = &f->turns;
}

static void add_behind(struct cotask_file *f, struct cotask_turn *turn, u16 type,
		       struct list_head *prev)
{
	turn->type = type;
	turn->begun = false;
	list_add(&turn->link, prev);
	WRITE_ONCE(f->n_turns, f->n_turns + 1);
	f->emitted++;
}

/**
 * cotask_turn_add - there is something that the process has a turn for
 * @f: the file
 * @turn: not in the list
 * @type: of the event
 */
void cotask_turn_add(struct cotask_file *f, struct cotask_turn *turn, u16 type)
{
	add_behind(f, turn, type, f->turns.prev);
}

/* The same, before all others.  Nothing is given. */
void cotask_turn_add_first(struct cotask_file *f, struct cotask_turn *turn, u16 type)
{
	add_behind(f, turn, type, f->begun);
}

/**
 * cotask_turn_del - take a turn out, if it is in the list
 * @f: the file
 * @turn: the turn; it was begun, or was not given
 */
void cotask_turn_del(struct cotask_file *f, struct cotask_turn *turn)
{
	if (list_empty(&turn->link))
		return;
	if (f->given == &turn->link)
		f->given = turn->link.prev;
	if (f->begun == &turn->link)
		f->begun = turn->link.prev;
	list_del_init(&turn->link);
	WRITE_ONCE(f->n_begun, f->n_begun - turn->begun);
	WRITE_ONCE(f->n_turns, f->n_turns - 1);
}

/* The next one that can be given, or NULL. */
struct cotask_turn *cotask_turn_next(struct cotask_file *f)
{
	if (f->given->next == &f->turns)
		return NULL;
	return list_entry(f->given->next, struct cotask_turn, link);
}

/* It is given. */
void cotask_turn_give(struct cotask_file *f)
{
	f->given = f->given->next;
	WRITE_ONCE(f->n_given, f->n_given + 1);
}

/**
 * cotask_turn_begin - the process has begun the first of those that it was given
 * @f: the file; something is given
 *
 * Return: Which; still in the list.
 */
struct cotask_turn *cotask_turn_begin(struct cotask_file *f)
{
	struct cotask_turn *turn = list_entry(f->begun->next, struct cotask_turn, link);

	f->begun = &turn->link;
	turn->begun = true;
	WRITE_ONCE(f->n_begun, f->n_begun + 1);
	WRITE_ONCE(f->n_given, f->n_given - 1);
	return turn;
}

/* All that were given come again, before all that were not. */
void cotask_turns_take_back(struct cotask_file *f)
{
	f->given = f->begun;
	WRITE_ONCE(f->n_given, 0);
}

/* The last @n that were given come again: they did not reach the process. */
void cotask_turns_take_back_last(struct cotask_file *f, u32 n)
{
	WRITE_ONCE(f->n_given, f->n_given - n);
	while (n--)
		f->given = f->given->prev;
}

/**
 * cotask_turns_pending - whether there is something to be given
 * @f: the file
 *
 * Context: Any.
 * Return: true if there is; a guess unless the caller is the owner.
 */
bool cotask_turns_pending(const struct cotask_file *f)
{
	return READ_ONCE(f->n_turns) > READ_ONCE(f->n_begun) + READ_ONCE(f->n_given);
}
