/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - the only place that knows kernel versions
 *
 * Defines the newest spelling on older kernels.  Kbuild probes the headers, as
 * stable kernels and distributions backport: a version number would lie.
 */
#ifndef COTASK_COMPAT_H
#define COTASK_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/workqueue.h>

#ifndef COTASK_HAVE_HRTIMER_SETUP
static inline void
hrtimer_setup(struct hrtimer *timer,
	      enum hrtimer_restart (*function)(struct hrtimer *),
	      clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#ifndef COTASK_HAVE_PERCPU_WQ
#define system_percpu_wq	system_wq
#endif

#endif /* COTASK_COMPAT_H */
