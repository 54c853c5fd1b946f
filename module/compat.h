/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - differences between kernel versions, all in this file
 *
 * Defines the newest names on older kernels.  Kbuild probes the headers, because stable kernels
 * and distributions backport interfaces: a version number does not identify them.
 */
#ifndef COTASK_COMPAT_H
#define COTASK_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/workqueue.h>
#ifdef COTASK_HAVE_EXEC_STATE
#include <linux/sched/exec_state.h>
#endif

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

/*
 * Before the thread runs.  The newer function also restores the affinity when one of its CPUs
 * comes online.
 */
#ifndef COTASK_HAVE_KTHREAD_AFFINE
static inline int kthread_affine_preferred(struct task_struct *thread, const struct cpumask *cpus)
{
	return set_cpus_allowed_ptr(thread, cpus);
}
#endif

/* The name of a namespace, as EXPORT_SYMBOL_NS_GPL() takes it. */
#ifdef COTASK_HAVE_BARE_NAMESPACES
#define COTASK_NAMESPACE(ns)	ns
#else
#define COTASK_NAMESPACE(ns)	#ns
#endif

#ifndef COTASK_HAVE_PERCPU_WQ
#define system_percpu_wq	system_wq
#endif

/*
 * Whether the user of the process may inspect its memory: not after exec of a program with other
 * credentials, or prctl().
 */
static inline bool cotask_is_dumpable(struct task_struct *task)
{
#ifdef COTASK_HAVE_EXEC_STATE
	bool is;

	rcu_read_lock();
	is = READ_ONCE(rcu_dereference(task->exec_state)->dumpable) == TASK_DUMPABLE_OWNER;
	rcu_read_unlock();
	return is;
#else
	struct mm_struct *mm = get_task_mm(task);
	bool is = mm && get_dumpable(mm) == SUID_DUMP_USER;

	if (mm)
		mmput(mm);
	return is;
#endif
}

#endif /* COTASK_COMPAT_H */
