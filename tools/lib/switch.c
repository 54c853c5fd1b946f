// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - switching stacks
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "switch.h"

/* Functions of AddressSanitizer; present if the program, not the library, is built with it. */
void __sanitizer_start_switch_fiber(void **fake, const void *low, size_t size)
	__attribute__((weak));
void __sanitizer_finish_switch_fiber(void *fake, const void **low, size_t *size)
	__attribute__((weak));

/*
 * The exceptions that the thread is handling, in the layout of the C++ ABI.  The function is
 * present if the program uses the C++ runtime.
 */
struct exceptions {
	void		*caught;
	unsigned int	uncaught;
};

struct exceptions *__cxa_get_globals(void) __attribute__((weak));

static void keep(struct fiber *self)
{
	self->error = errno;
	if (__cxa_get_globals) {
		self->caught = __cxa_get_globals()->caught;
		self->uncaught = __cxa_get_globals()->uncaught;
	}
}

static void bring_back(const struct fiber *self)
{
	errno = self->error;
	if (__cxa_get_globals) {
		__cxa_get_globals()->caught = self->caught;
		__cxa_get_globals()->uncaught = self->uncaught;
	}
}

static void before(struct fiber *from, struct fiber *to, bool ends)
{
	keep(from);
	if (__sanitizer_start_switch_fiber)
		__sanitizer_start_switch_fiber(ends ? NULL : &from->fake, to->low, to->size);
}

static void after(struct fiber *self)
{
	if (__sanitizer_finish_switch_fiber)
		__sanitizer_finish_switch_fiber(self->fake, NULL, NULL);
	bring_back(self);
}

void cotask_fiber_entered(struct fiber *from)
{
	static const struct fiber fresh;
	const void *low;
	size_t size;

	bring_back(&fresh);
	if (!__sanitizer_finish_switch_fiber)
		return;
	__sanitizer_finish_switch_fiber(NULL, &low, &size);
	if (!from->low) {
		from->low = low;
		from->size = size;
	}
}

#ifdef COTASK_USE_UCONTEXT

/* makecontext() passes only int arguments. */
static void bottom(unsigned int fn_high, unsigned int fn_low, unsigned int arg_high,
		   unsigned int arg_low)
{
	void (*fn)(void *arg) = (void (*)(void *))(uintptr_t)((uint64_t)fn_high << 32 | fn_low);

	fn((void *)(uintptr_t)((uint64_t)arg_high << 32 | arg_low));
	abort();
}

int cotask_fiber_init(struct fiber *f, void *low, void *high, void (*fn)(void *arg), void *arg)
{
	uint64_t code = (uintptr_t)fn, data = (uintptr_t)arg;

	f->low = low;
	f->size = (char *)high - (char *)low;
	f->fake = NULL;
	f->uc = calloc(1, sizeof(*f->uc));
	if (!f->uc)
		return -ENOMEM;
	getcontext(f->uc);
	f->uc->uc_stack.ss_sp = low;
	f->uc->uc_stack.ss_size = f->size;
	makecontext(f->uc, (void (*)(void))bottom, 4, (unsigned int)(code >> 32),
		    (unsigned int)code, (unsigned int)(data >> 32), (unsigned int)data);
	return 0;
}

void cotask_fiber_fini(struct fiber *f)
{
	free(f->uc);
	f->uc = NULL;
}

void cotask_fiber_switch(struct fiber *from, struct fiber *to, bool ends)
{
	before(from, to, ends);
	swapcontext(from->uc, to->uc);
	after(from);
}

#else

void cotask_switch(void **save, void *to);
void cotask_switch_bottom(void);

/* Prepare the stack in the layout that cotask_switch() leaves. */
int cotask_fiber_init(struct fiber *f, void *low, void *high, void (*fn)(void *arg), void *arg)
{
	uintptr_t *sp = (uintptr_t *)((uintptr_t)high & ~15ul);

	f->low = low;
	f->size = (char *)high - (char *)low;
	f->fake = NULL;
#ifdef __x86_64__
	sp -= 10;
	memset(sp, 0, 10 * sizeof(*sp));
	sp[0] = 0x1f80 | 0x037full << 32;	/* mxcsr and control word at process start */
	sp[4] = (uintptr_t)fn;			/* r12 */
	sp[3] = (uintptr_t)arg;			/* r13 */
	sp[7] = (uintptr_t)cotask_switch_bottom;
#else
	sp -= 22;
	memset(sp, 0, 22 * sizeof(*sp));
	sp[8] = (uintptr_t)fn;			/* x19 */
	sp[9] = (uintptr_t)arg;			/* x20 */
	sp[19] = (uintptr_t)cotask_switch_bottom;
#endif
	*f->sp = sp;
	return 0;
}

void cotask_fiber_fini(struct fiber *f)
{
	(void)f;
}

void cotask_fiber_switch(struct fiber *from, struct fiber *to, bool ends)
{
	void *sp = *to->sp;

	before(from, to, ends);
	*to->sp = NULL;
	cotask_switch(from->sp, sp);
	after(from);
}

#endif
