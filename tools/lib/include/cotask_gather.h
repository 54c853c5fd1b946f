/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - several awaitables at once: gather, race, wait, as_completed
 *
 * These functions take an array of *members*.  A member is an awaitable, or a function that
 * is started as a task:
 *
 *	struct cotask_member part[] = {
 *		COTASK_MEMBER_CALL(fetch, &head), COTASK_MEMBER_CALL(fetch, &body),
 *	};
 *
 *	rc = cotask_gather_now(NULL, part, 2, COTASK_GATHER_FAIL_FAST);
 *
 *  - cotask_gather() provides all outcomes, in the order of the members.
 *  - cotask_race() provides the first success, and cancels the other members.
 *  - cotask_wait_members() waits until some members have ended, and cancels none.
 *  - cotask_as_completed() provides one member after the other, as they end.
 *
 * The array must exist as long as the set.  It has at most 65,536 members.
 */
#ifndef COTASK_GATHER_H
#define COTASK_GATHER_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct cotask_member - a member of a set
 * @x: the awaitable; NULL: start @fn or @coro as a task
 * @fn: code of the task, or NULL
 * @arg: argument of @fn
 * @result: outcome of the member, once the gather or race was awaited; -EINPROGRESS if the
 *	member has not ended
 * @done: whether the member has ended, once the set was awaited
 * @task: the task that was started for @fn or @coro
 * @coro: coroutine of a task without a stack, or NULL; see <cotask_co.h>
 */
struct cotask_member {
	struct cotask_awaitable	*x;
	cotask_fn		fn;
	void			*arg;
	long			result;
	bool			done;
	struct cotask		*task;
	struct cotask_frame	*coro;
};

#define COTASK_MEMBER(awaitable)	{ (awaitable), 0, 0, 0, false, 0, 0 }
#define COTASK_MEMBER_TASK(task)	COTASK_MEMBER(cotask_base(task))
#define COTASK_MEMBER_CALL(fn, arg)	{ 0, (fn), (arg), 0, false, 0, 0 }

/**
 * struct cotask_set - waits for several members
 * @base: the awaitable, which is done when the condition of the set is met
 * @members: the members
 * @n: number of members
 * @flags: COTASK_GATHER_*
 */
struct cotask_set {
	struct cotask_awaitable	base;
	struct cotask_member	*members;
	unsigned int		n;
	uint32_t		flags;
};

/* What a gather does when a member ends with an error. */
#define COTASK_GATHER_COLLECT	0x1	/* wait for all; the caller checks the results */
#define COTASK_GATHER_FAIL_FAST	0x2	/* cancel the other members and wait for them */

/**
 * cotask_gather - wait for the outcomes of all members
 * @s: the set
 * @group: owner of the tasks that are started; NULL: the loop
 * @members: the members
 * @n: number of members
 * @flags: one of COTASK_GATHER_*; 0: the first error ends the gather, and the other members
 *	continue
 *
 * The caller destroys the set with cotask_set_drop().
 *
 * Return: The awaitable, whose outcome is 0 or the first error.  If the call fails, an await
 *	of it returns the error.
 */
struct cotask_awaitable *cotask_gather(struct cotask_set *s, struct cotask_group *group,
				       struct cotask_member *members, unsigned int n,
				       uint32_t flags);

/**
 * cotask_race - wait for the first member that succeeds
 * @s: the set
 * @group: owner of the tasks that are started; NULL: the loop
 * @members: the members
 * @n: number of members
 *
 * The race cancels the other members and waits for them (WT-B3).  A member that has ended in the
 * same turn keeps its outcome: of tasks that get from queues, more than one can have an item.
 * cotask_select() takes exactly one.
 *
 * Return: As cotask_gather(); the outcome is the winner's value, or the first error.
 */
struct cotask_awaitable *cotask_race(struct cotask_set *s, struct cotask_group *group,
				     struct cotask_member *members, unsigned int n);

/**
 * cotask_race_winner - the member that has won a race
 * @s: the set
 *
 * Return: The index of the winner; -ENOENT if there is none.
 */
int cotask_race_winner(const struct cotask_set *s);

/**
 * cotask_set_drop - destroy a set
 * @s: the set
 *
 * The members continue.
 */
void cotask_set_drop(struct cotask_set *s);

/**
 * cotask_gather_now - gather, await the gather, and destroy it
 * @group: owner of the tasks that are started; NULL: the loop
 * @members: the members; receive the results
 * @n: number of members
 * @flags: as for cotask_gather()
 *
 * Return: 0; the first error; -ECANCELED.
 */
__cotask_must_check long cotask_gather_now(struct cotask_group *group,
					   struct cotask_member *members, unsigned int n,
					   uint32_t flags);

/**
 * enum cotask_wait_mode - the condition of cotask_wait_members()
 * @COTASK_WAIT_ALL: all members have ended
 * @COTASK_WAIT_FIRST: one member has ended, with a value, an error, or as cancelled
 * @COTASK_WAIT_FIRST_ERROR: one member has failed, or all members have ended
 */
enum cotask_wait_mode {
	COTASK_WAIT_ALL,
	COTASK_WAIT_FIRST,
	COTASK_WAIT_FIRST_ERROR
};

/**
 * cotask_wait_members - wait until some members have ended
 * @members: the members, which must be awaitables
 * @n: number of members
 * @mode: the condition to wait for
 * @ns: maximum duration, or COTASK_FOREVER
 *
 * Always suspends (WT-2).  Does not retrieve errors of the members (WT-9), and sets only the
 * field @done of each member.
 *
 * Return: The number of distinct members that have ended, also when the time has expired (WT-6);
 *	-ECANCELED.
 */
__cotask_must_check long cotask_wait_members(struct cotask_member *members, unsigned int n,
					     enum cotask_wait_mode mode, int64_t ns);

/**
 * struct cotask_as_completed - an iteration over members in the order in which they end
 * @set: the members
 * @index: finds a member by its handle
 */
struct cotask_as_completed {
	struct cotask_set	set;
	void			*index;
};

/**
 * cotask_as_completed - begin an iteration
 * @it: the iteration
 * @group: owner of the tasks that are started; NULL: the loop
 * @members: the members
 * @n: number of members
 * @ns: maximum duration of the whole iteration, or COTASK_FOREVER
 *
 * The caller ends the iteration with cotask_as_completed_end().
 *
 * Return: 0, or a negative errno.
 */
int cotask_as_completed(struct cotask_as_completed *it, struct cotask_group *group,
			struct cotask_member *members, unsigned int n, int64_t ns);

/**
 * cotask_as_completed_next - wait for the next member that ends
 * @it: the iteration
 * @member: receives the member, whose field @result is set
 *
 * Return: 1; 0 if no member is left, and *@member is NULL; -ETIMEDOUT; -ECANCELED.
 */
__cotask_must_check long cotask_as_completed_next(struct cotask_as_completed *it,
						  struct cotask_member **member);

/**
 * cotask_as_completed_end - end an iteration
 * @it: the iteration, also before the last member
 *
 * The members continue.
 */
void cotask_as_completed_end(struct cotask_as_completed *it);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_GATHER_H */
