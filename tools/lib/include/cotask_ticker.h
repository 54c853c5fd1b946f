/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - periodic wake-ups
 */
#ifndef COTASK_TICKER_H
#define COTASK_TICKER_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct cotask_ticker - points in time at a regular interval
 * @next: the next one on CLOCK_MONOTONIC; the caller may set it
 * @interval: nanoseconds between two points in time
 *
 * The points in time do not depend on how long the task runs between its waits: they do not
 * drift.
 */
struct cotask_ticker {
	int64_t	next;
	int64_t	interval;
};

/**
 * cotask_ticker_init - begin a sequence of points in time
 * @t: the ticker; the first point in time is one interval from now
 * @interval: nanoseconds
 *
 * Any thread.
 *
 * Return: 0; -EINVAL if @interval is not positive.
 */
int cotask_ticker_init(struct cotask_ticker *t, int64_t interval);

/**
 * cotask_ticker_wait - wait for the next point in time
 * @t: the ticker
 *
 * A point in time that has passed lets the other tasks that are ready run first.
 *
 * Return: The number of points in time that have passed since the last call, 1 or more: a
 *	late caller receives all missed points in time at once; -ECANCELED, and no point in time
 *	is lost.
 */
__cotask_must_check long cotask_ticker_wait(struct cotask_ticker *t);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_TICKER_H */
