// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - loops whose turns a test runs one by one
 */
#include <linux/cotask_test.h>

#include "core.h"

/**
 * cotask_manual_create - make a loop for a test
 * @flags: COTASK_LOOP_*
 *
 * Its clocks begin at one second.
 *
 * Context: Process context; the caller becomes the owner.
 * Return: The loop, to be ended with cotask_loop_stop(), or an ERR_PTR().
 */
struct cotask_loop *cotask_manual_create(u32 flags)
{
	struct cotask_loop *loop = cotask_loop_create_here("manual", flags);
	int clock;

	if (IS_ERR(loop))
		return loop;
	loop->fake_clock = true;
	for (clock = 0; clock < COTASK_CLOCKS; clock++) {
		loop->fake_now[clock] = NSEC_PER_SEC;
		cotask_dq_init(&loop->deadlines[clock], NSEC_PER_SEC);
		loop->deadlines[clock].loop = loop;
	}
	return loop;
}
EXPORT_FOR_TESTS(cotask_manual_create);

/**
 * cotask_manual_adopt - the calling thread takes over a loop
 * @loop: a manual loop that its former owner does not use any more
 *
 * Context: Process context.
 */
void cotask_manual_adopt(struct cotask_loop *loop)
{
	WRITE_ONCE(loop->owner, current);
}
EXPORT_FOR_TESTS(cotask_manual_adopt);

/**
 * cotask_manual_leave - the calling thread does not own a loop any more
 * @loop: a manual loop of the calling thread
 *
 * Until the loop is adopted or a turn begins, calls of this thread are calls from outside.
 *
 * Context: Process context.
 */
void cotask_manual_leave(struct cotask_loop *loop)
{
	WRITE_ONCE(loop->owner, NULL);
}
EXPORT_FOR_TESTS(cotask_manual_leave);

/**
 * cotask_manual_turn - run one turn
 * @loop: a manual loop of the calling thread
 *
 * Context: Process context.
 * Return: Whether anything was run.
 */
bool cotask_manual_turn(struct cotask_loop *loop)
{
	bool any;

	cotask_pump_enter(loop);
	any = cotask_loop_turn(loop);
	cotask_pump_leave(loop);
	return any;
}
EXPORT_FOR_TESTS(cotask_manual_turn);

/**
 * cotask_manual_turns - run turns until there is nothing to do
 * @loop: a manual loop of the calling thread
 * @max: maximum number of turns
 *
 * Context: Process context.
 * Return: The number of turns that have run something.
 */
unsigned int cotask_manual_turns(struct cotask_loop *loop, unsigned int max)
{
	unsigned int n;

	for (n = 0; n < max && cotask_manual_turn(loop); n++)
		;
	return n;
}
EXPORT_FOR_TESTS(cotask_manual_turns);

/**
 * cotask_manual_advance - let time pass
 * @loop: a manual loop
 * @ns: for both clocks
 *
 * Nothing runs before the next turn.
 *
 * Context: Process context.
 */
void cotask_manual_advance(struct cotask_loop *loop, u64 ns)
{
	loop->fake_now[COTASK_CLOCK_MONOTONIC] += ns;
	loop->fake_now[COTASK_CLOCK_BOOTTIME] += ns;
}
EXPORT_FOR_TESTS(cotask_manual_advance);

/**
 * cotask_manual_suspend - let time pass as if the machine was suspended
 * @loop: a manual loop
 * @ns: for the boot clock only
 *
 * Context: Process context.
 */
void cotask_manual_suspend(struct cotask_loop *loop, u64 ns)
{
	loop->fake_now[COTASK_CLOCK_BOOTTIME] += ns;
}
EXPORT_FOR_TESTS(cotask_manual_suspend);
