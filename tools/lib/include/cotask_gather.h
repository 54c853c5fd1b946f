/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - several things at once: gather, race, wait, as_completed
 *
 * All of them take an array of *members*, each something to wait for, or a function that
 * becomes a task:
 *
 *	struct cotask_member part[] = {
 *		COTASK_MEMBER_CALL(fetch, &head), COTASK_MEMBER_CALL(fetch, &body),
 *	};
 *
 *	rc = cotask_gather_now(NULL, part, 2, COTASK_GATHER_FAIL_FAST);
 *
 *  - cotask_gather(): all outcomes, in the order of the arguments
 *  - cotask_race(): the first success; the others are cancelled
 *  - cotask_wait_members(): until something has happened; never cancels a member
 *  - cotask_as_completed(): one after the other, as they end
 *
 * The array stays as long as the set.  At most 65,536 members.
 */
#ifndef COTASK_GATHER_H
#define COTASK_GATHER_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct cotask_member - one of several
 * @x: what to wait for; or NULL, and @fn becomes a task
 * @fn: code of a task, or NULL
 * @arg: for @fn
 * @result: its outcome once the gather or race was awaited; -EINPROGRESS if it goes on
 * @done: whether it has ended, once the set was awaited
 * @task: the task that was made of @fn
 */
struct cotask_member {
	struct cotask_awaitable	*x;
	cotask_fn		fn;
	void			*arg;
	long			result;
	bool			done;
	struct cotask		*task;
};

#define COTASK_MEMBER(awaitable)	{ (awaitable), 0, 0, 0, false, 0 }
#define COTASK_MEMBER_TASK(task)	COTASK_MEMBER(cotask_base(task))
#define COTASK_MEMBER_CALL(fn, arg)	{ 0, (fn), (arg), 0, false, 0 }

/**
 * struct cotask_set - follows several members
 * @base: the awaitable: done when what is waited for has happened
 * @members: who is followed
 * @n: how many
 * @flags: COTASK_GATHER_*
 */
struct cotask_set {
	struct cotask_awaitable	base;
	struct cotask_member	*members;
	unsigned int		n;
	uint32_t		flags;
};

/* What gather does when a member ends with an error. */
#define COTASK_GATHER_COLLECT	0x1	/* go on; outcomes are for the reader */
#define COTASK_GATHER_FAIL_FAST	0x2	/* cancel the others, wait for them */

/**
 * cotask_gather - run several things, for all of their outcomes
 * @s: the set
 * @group: owner of the tasks that are made; NULL: the loop
 * @members: the members
 * @n: how many
 * @flags: one of COTASK_GATHER_*; 0: the first error ends it, the others go on
 *
 * Return: What to await, which gives 0 or the first error; an error here is what an
 *	await of it gives.  cotask_set_drop() has to follow.
 */
struct cotask_awaitable *cotask_gather(struct cotask_set *s, struct cotask_group *group,
				       struct cotask_member *members, unsigned int n,
				       uint32_t flags);

/**
 * cotask_race - run several things, for the first success
 * @s: the set
 * @group: owner of the tasks that are made; NULL: the loop
 * @members: the members
 * @n: how many
 *
 * The others are cancelled and waited for (WT-B3).
 *
 * Return: As cotask_gather(); the await gives the winner's value, or the first error.
 */
struct cotask_awaitable *cotask_race(struct cotask_set *s, struct cotask_group *group,
				     struct cotask_member *members, unsigned int n);

/**
 * cotask_race_winner - who has won
 * @s: the set
 *
 * Return: The winner's index; -ENOENT: nobody.
 */
int cotask_race_winner(const struct cotask_set *s);

/**
 * cotask_set_drop - the end of a set
 * @s: the set
 *
 * Members go on.
 */
void cotask_set_drop(struct cotask_set *s);

/**
 * cotask_gather_now - gather and await
 * @group: owner of the tasks that are made; NULL: the loop
 * @members: the members
 * @n: how many
 * @flags: as for cotask_gather()
 *
 * Return: 0 or the first error, -ECANCELED.  Results are in @members.
 */
__cotask_must_check long cotask_gather_now(struct cotask_group *group,
					   struct cotask_member *members, unsigned int n,
					   uint32_t flags);

/**
 * enum cotask_wait_mode - what to wait for
 * @COTASK_WAIT_ALL: every member has ended
 * @COTASK_WAIT_FIRST: one has, as cancelled, too
 * @COTASK_WAIT_FIRST_ERROR: one has failed, or every one has ended
 */
enum cotask_wait_mode {
	COTASK_WAIT_ALL,
	COTASK_WAIT_FIRST,
	COTASK_WAIT_FIRST_ERROR
};

/**
 * cotask_wait_members - wait until some of several have ended
 * @members: the members, no functions
 * @n: how many
 * @mode: which
 * @ns: for how long at most, or COTASK_FOREVER
 *
 * Suspends at least once (WT-2).  Errors of members are not read by this (WT-9), so
 * only @done of members is filled in.
 *
 * Return: How many distinct members have ended; never -ETIMEDOUT (WT-6); -ECANCELED.
 */
__cotask_must_check long cotask_wait_members(struct cotask_member *members, unsigned int n,
					     enum cotask_wait_mode mode, int64_t ns);

/**
 * struct cotask_as_completed - an iteration over members in the order of their end
 * @set: follows them
 * @index: finds a member by its handle
 */
struct cotask_as_completed {
	struct cotask_set	set;
	void			*index;
};

/**
 * cotask_as_completed - begin an iteration
 * @it: the iteration
 * @group: owner of the tasks that are made; NULL: the loop
 * @members: the members
 * @n: how many
 * @ns: for how long at most all of it, or COTASK_FOREVER
 *
 * cotask_as_completed_end() has to follow.
 *
 * Return: 0, or a negative errno.
 */
int cotask_as_completed(struct cotask_as_completed *it, struct cotask_group *group,
			struct cotask_member *members, unsigned int n, int64_t ns);

/**
 * cotask_as_completed_next - the next member that ends
 * @it: the iteration
 * @member: for the member, with its @result
 *
 * Return: 1; 0: there is none left, and @member is NULL; -ETIMEDOUT; -ECANCELED.
 */
__cotask_must_check long cotask_as_completed_next(struct cotask_as_completed *it,
						  struct cotask_member **member);

/**
 * cotask_as_completed_end - end an iteration
 * @it: the iteration, at any point of it
 *
 * Members go on.
 */
void cotask_as_completed_end(struct cotask_as_completed *it);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_GATHER_H */
