/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask - loops: they run tasks, in a thread of their own or in the calling one
 *
 * <linux/cotask.h> includes it.
 */
#ifndef _LINUX_COTASK_LOOP_H
#define _LINUX_COTASK_LOOP_H

#include <linux/cotask.h>

#define COTASK_LOOP_EAGER	BIT(0)	/* spawn eagerly by default */
#define COTASK_LOOP_ACCOUNT	BIT(1)	/* count and time the steps of tasks */
#define COTASK_LOOP_OWNERS	BIT(2)	/* a spawn names a group, or is detached */
#define COTASK_LOOP_HERE	BIT(3)	/* no thread: the calling one pumps it, by cotask_run() */
#define COTASK_LOOP_FIFO	BIT(4)	/* its thread is a real-time one: sched_set_fifo_low() */
#define COTASK_LOOP_ALL		(COTASK_LOOP_EAGER | COTASK_LOOP_ACCOUNT | COTASK_LOOP_OWNERS | \
				 COTASK_LOOP_HERE | COTASK_LOOP_FIFO)

/**
 * struct cotask_loop_options - how to make a loop
 * @name: of its thread, copied; or NULL
 * @flags: COTASK_LOOP_*
 * @nice: of its thread, MIN_NICE to MAX_NICE; 0 is the default of kernel threads
 * @cpus: affinity of its thread, while one of them is online; NULL: all CPUs
 */
struct cotask_loop_options {
	const char		*name;
	u32			flags;
	int			nice;
	const struct cpumask	*cpus;
};

/**
 * typedef cotask_error_fn - handler for errors that were never retrieved
 * @loop: the loop
 * @task: the task that failed, or NULL (a callback, a future)
 * @error: its code
 *
 * Context: Any: that of the call that dropped the last reference.
 */
typedef void (*cotask_error_fn)(struct cotask_loop *loop, struct cotask *task,
				int error);

struct cotask_loop *cotask_loop_create_with(const struct cotask_loop_options *options);

/**
 * cotask_loop_create - make a loop
 * @name: of its thread, or NULL
 * @flags: COTASK_LOOP_*
 *
 * Context: Process context, sleeps.
 * Return: As cotask_loop_create_with().
 */
static inline struct cotask_loop *cotask_loop_create(const char *name, u32 flags)
{
	struct cotask_loop_options options = { .name = name, .flags = flags };

	return cotask_loop_create_with(&options);
}

/**
 * cotask_loop_create_here - make a loop that the calling thread is going to pump
 * @name: shown in views and logs, or NULL
 * @flags: COTASK_LOOP_*
 *
 * Context: Process context.
 * Return: As cotask_loop_create_with().
 */
static inline struct cotask_loop *cotask_loop_create_here(const char *name, u32 flags)
{
	return cotask_loop_create(name, COTASK_LOOP_HERE | flags);
}

#define COTASK_THIS_CPU		UINT_MAX

struct cotask_loop *cotask_cpu_loop(unsigned int cpu);
int cotask_loop_stop(struct cotask_loop *loop, s64 grace_ns);
struct cotask_loop *cotask_loop_get(struct cotask_loop *loop);
void cotask_loop_put(struct cotask_loop *loop);
struct cotask_group *cotask_loop_root(struct cotask_loop *loop);
void cotask_loop_set_error_handler(struct cotask_loop *loop, cotask_error_fn fn);
u64 cotask_loop_now(struct cotask_loop *loop);
long cotask_run(struct cotask_loop *loop, struct cotask_frame *main);

#endif /* _LINUX_COTASK_LOOP_H */
