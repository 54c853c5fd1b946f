/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - from one stack to another
 *
 * cotask_fiber_switch() is a function call that returns in another context.  It keeps
 * what the calling convention says a function keeps, and what the C and C++ runtimes keep
 * in the thread although it belongs to the code that runs: errno, and the exceptions that are
 * being handled.  The signal mask belongs to the thread.
 */
#ifndef COTASK_SWITCH_H
#define COTASK_SWITCH_H

#include <stdbool.h>
#include <stddef.h>

#if !defined(COTASK_USE_UCONTEXT) && !defined(__x86_64__) && !defined(__aarch64__)
#define COTASK_USE_UCONTEXT
#endif
#if defined(__x86_64__) && defined(__ILP32__) && !defined(COTASK_USE_UCONTEXT)
#define COTASK_USE_UCONTEXT
#endif

#ifdef COTASK_USE_UCONTEXT
#include <ucontext.h>
#endif

/**
 * struct fiber - a context that does not run
 * @sp: where its stack pointer is kept
 * @uc: in its place, where there is no assembly
 * @fake: the stack that AddressSanitizer keeps beside it
 * @low: its stack, for that tool
 * @size: of it
 * @caught: exceptions that C++ is handling in this context
 * @uncaught: how many are on their way
 * @error: errno
 */
struct fiber {
#ifdef COTASK_USE_UCONTEXT
	ucontext_t	*uc;
#else
	void		**sp;
#endif
	void		*fake;
	const void	*low;
	size_t		size;
	void		*caught;
	unsigned int	uncaught;
	int		error;
};

int cotask_fiber_init(struct fiber *f, void *low, void *high, void (*fn)(void *arg), void *arg);
void cotask_fiber_fini(struct fiber *f);
void cotask_fiber_switch(struct fiber *from, struct fiber *to, bool ends);
/* First thing in a new one. */
void cotask_fiber_entered(struct fiber *from);

#endif /* COTASK_SWITCH_H */
