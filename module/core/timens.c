// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - conversion of points in time between time namespaces
 *
 * A process in a time namespace has clocks that are ahead of the host's, or behind.  The
 * core uses host time only: a time from a process is converted when an operation is applied,
 * and a time for a process when it is returned, both by the namespace of the caller.
 */
#include <linux/nsproxy.h>
#include <linux/time_namespace.h>

#include "core.h"

/* How far the caller's clock is ahead. */
static s64 offset_of(enum cotask_clock clock)
{
	struct timespec64 ahead = {};

	if (clock == COTASK_CLOCK_BOOTTIME)
		timens_add_boottime(&ahead);
	else
		timens_add_monotonic(&ahead);
	return timespec64_to_ns(&ahead);
}

/**
 * cotask_time_to_host - convert a time from the caller
 * @time: by its clock; COTASK_FOREVER
 * @clock: which one
 *
 * Return: The same by the host's, at least 1 where @time was; COTASK_FOREVER.
 */
s64 cotask_time_to_host(s64 time, enum cotask_clock clock)
{
	s64 ahead = offset_of(clock), host;

	if (likely(!ahead) || time == COTASK_FOREVER || time <= 0)
		return time;
	if (check_sub_overflow(time, ahead, &host))
		return COTASK_FOREVER;
	/* Before the host's clock has begun is past, and 0 may mean that there is none. */
	return max_t(s64, host, 1);
}

/**
 * cotask_time_from_host - convert a time for the caller
 * @time: by the host's clock; COTASK_FOREVER; 0: none
 * @clock: which one
 *
 * Return: The same by the caller's; COTASK_FOREVER; 0.
 */
s64 cotask_time_from_host(s64 time, enum cotask_clock clock)
{
	s64 ahead = offset_of(clock), here;

	if (likely(!ahead) || time == COTASK_FOREVER || !time)
		return time;
	return check_add_overflow(time, ahead, &here) ? COTASK_FOREVER : here;
}
