// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - regular intervals
 */
#include <cotask_ticker.h>

#include "internal.h"

EXPORT int cotask_ticker_init(struct cotask_ticker *t, int64_t interval)
{
	if (interval <= 0)
		return -EINVAL;
	*t = (struct cotask_ticker){ .next = cotask_now() + interval, .interval = interval };
	return 0;
}

EXPORT long cotask_ticker_wait(struct cotask_ticker *t)
{
	int64_t n, now;
	long rc;

	if (t->interval <= 0)
		return -EINVAL;
	rc = cotask_sleep_until(t->next, CLOCK_MONOTONIC);
	if (rc < 0)
		return rc;
	now = cotask_now();
	n = now > t->next ? (now - t->next) / t->interval + 1 : 1;
	t->next += n * t->interval;
	return n;
}
