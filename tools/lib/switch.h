/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - switching stacks
 *
 * cotask_fiber_switch() is a function call that returns in another context.  It
 * preserves the registers that the calling convention requires, and the state that the C and C++
 * runtimes store per thread although it belongs to the running code: errno, and the exceptions
 * that are being handled.  The signal mask belongs to the thread.
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
 * struct fiber - a context that is not running
 * @sp: location of its stack pointer
 * @uc: used in place of @sp without assembly
 * @fake: fake stack of AddressSanitizer
 * @low: its stack, for AddressSanitizer
 * @size: size of the stack
 * @caught: exceptions that C++ is handling in this context
 * @uncaught: number of exceptions that are propagating
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
/* A new context calls this first. */
void cotask_fiber_entered(struct fiber *from);

#endif /* COTASK_SWITCH_H */
