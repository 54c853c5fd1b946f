/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - coroutines that compile for the kernel and for a process
 *
 *	#ifdef __KERNEL__
 *	#include <linux/cotask.h>
 *	#else
 *	#include <cotask_stackless.h>
 *	#endif
 *
 * This header defines the kernel's names for the functions of <cotask_co.h>: cotask_sleep(task, ns)
 * is cotask_co_sleep(task, ns).  As functions for tasks with stacks have the same names and other
 * arguments, the names are macros.  A name in parentheses refers to the function for tasks with
 * stacks: (cotask_spawn)(group, fn, arg, name).
 *
 * It also defines those names of the kernel's headers that coroutines use: container_of(),
 * ERR_PTR(), NSEC_PER_MSEC, s64.  It is for C; C++ has <cotask_co.h>.
 */
#ifndef COTASK_STACKLESS_H
#define COTASK_STACKLESS_H

#include <cotask_co.h>

#ifndef __cplusplus

#include <errno.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef int64_t ktime_t;

#ifndef container_of
#define container_of(ptr, type, member) \
	((type *)(void *)((char *)(ptr) - offsetof(type, member)))
#endif

#ifndef NSEC_PER_SEC
#define NSEC_PER_USEC	1000L
#define NSEC_PER_MSEC	1000000L
#define NSEC_PER_SEC	1000000000L
#endif

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#endif

/* Pointers that are errors: the last 4095 addresses. */
static inline void *ERR_PTR(long error)
{
	return (void *)(intptr_t)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)(intptr_t)ptr;
}

static inline bool IS_ERR(const void *ptr)
{
	return (uintptr_t)ptr >= (uintptr_t)-4095;
}

static inline bool IS_ERR_OR_NULL(const void *ptr)
{
	return !ptr || IS_ERR(ptr);
}

static inline int PTR_ERR_OR_ZERO(const void *ptr)
{
	return IS_ERR(ptr) ? (int)PTR_ERR(ptr) : 0;
}

/* Members of sets, as values. */
#undef COTASK_MEMBER
#undef COTASK_MEMBER_CORO
#define COTASK_MEMBER(awaitable)	((struct cotask_member){ .x = (awaitable) })
#define COTASK_MEMBER_CORO(frame)	((struct cotask_member){ .coro = (frame) })

/* The functions of <cotask_co.h>. */
#define cotask_spawn_with(...)		cotask_co_spawn_with(__VA_ARGS__)
#define cotask_spawn(...)		cotask_co_spawn(__VA_ARGS__)
#define cotask_go(...)			cotask_co_go(__VA_ARGS__)
#define cotask_run(...)			cotask_co_run(__VA_ARGS__)
#define cotask_await(...)		cotask_co_await(__VA_ARGS__)
#define cotask_await_shielded(...)	cotask_co_await_shielded(__VA_ARGS__)
#define cotask_join(...)		cotask_co_join(__VA_ARGS__)
#define cotask_await_future(...)	cotask_co_await_future(__VA_ARGS__)
#define cotask_yield(...)		cotask_co_yield(__VA_ARGS__)
#define cotask_sleep(...)		cotask_co_sleep(__VA_ARGS__)
#define cotask_sleep_range(task, ns, slack_ns)	cotask_co_sleep(task, ns)
#define cotask_sleep_until(...)		cotask_co_sleep_until(__VA_ARGS__)
#define cotask_wait_for(...)		cotask_co_wait_for(__VA_ARGS__)
#define cotask_wait_for_call(...)	cotask_co_wait_for_call(__VA_ARGS__)
#define cotask_cancel_and_wait(...)	cotask_co_cancel_and_wait(__VA_ARGS__)
#define cotask_group_start(...)		cotask_co_group_start(__VA_ARGS__)
#define cotask_start_ready(...)		cotask_co_start_ready(__VA_ARGS__)
#define cotask_group_enter(...)		cotask_co_group_enter(__VA_ARGS__)
#define cotask_group_exit(...)		cotask_co_group_exit(__VA_ARGS__)
#define cotask_timeout_init(...)	cotask_co_timeout_init(__VA_ARGS__)
#define cotask_timeout_init_at(...)	cotask_co_timeout_init_at(__VA_ARGS__)
#define cotask_timeout_configure(...)	cotask_co_timeout_configure(__VA_ARGS__)
#define cotask_timeout_enter(...)	cotask_co_timeout_enter(__VA_ARGS__)
#define cotask_timeout_start(...)	cotask_co_timeout_start(__VA_ARGS__)
#define cotask_shield_enter(...)	cotask_co_shield_enter(__VA_ARGS__)
#define cotask_cancel_scope_enter(...)	cotask_co_cancel_scope_enter(__VA_ARGS__)
#define cotask_future_init(...)		cotask_co_future_init(__VA_ARGS__)
#define cotask_shield(...)		cotask_co_shield(__VA_ARGS__)
#define cotask_gather(...)		cotask_co_gather(__VA_ARGS__)
#define cotask_race(...)		cotask_co_race(__VA_ARGS__)
#define cotask_wait_members(...)	cotask_co_wait_members(__VA_ARGS__)
#define cotask_as_completed_next(...)	cotask_co_as_completed_next(__VA_ARGS__)
#define cotask_sem_init(...)		cotask_co_sem_init(__VA_ARGS__)
#define cotask_sem_acquire(...)		cotask_co_sem_acquire(__VA_ARGS__)
#define cotask_lock_init(...)		cotask_co_lock_init(__VA_ARGS__)
#define cotask_lock_acquire(...)	cotask_co_lock_acquire(__VA_ARGS__)
#define cotask_event_init(...)		cotask_co_event_init(__VA_ARGS__)
#define cotask_event_wait(...)		cotask_co_event_wait(__VA_ARGS__)
#define cotask_cond_wait(...)		cotask_co_cond_wait(__VA_ARGS__)
#define cotask_queue_init(...)		cotask_co_queue_init(__VA_ARGS__)
#define cotask_queue_put(...)		cotask_co_queue_put(__VA_ARGS__)
#define cotask_queue_get(...)		cotask_co_queue_get(__VA_ARGS__)
#define cotask_queue_try_put(...)	cotask_co_queue_try_put(__VA_ARGS__)
#define cotask_queue_try_get(...)	cotask_co_queue_try_get(__VA_ARGS__)

#endif /* __cplusplus */

#endif /* COTASK_STACKLESS_H */
