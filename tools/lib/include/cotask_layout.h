/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - where a suspended task is, for tools that look from outside
 *
 * The user_data of a task's COTASK_OP_SPAWN, as the kernel shows it, is the address of
 * a &struct cotask_layout in the process.  With process_vm_readv() a tool reads it and
 * the stack that it tells of, and can unwind that from the registers saved there.
 * The struct stays as it is; what is added comes behind it, with another version.
 *
 * Registers of a suspended task, 8 bytes each, from @sp upwards:
 *
 *	COTASK_LAYOUT_X86_64	mxcsr and x87 control word, r15, r14, r13, r12, rbx, rbp,
 *				rip; its rsp is @sp + 64
 *	COTASK_LAYOUT_ARM64	d8 to d15, x19 to x28, x29, x30 (where it goes on), fpcr,
 *				unused; its sp is @sp + 176
 *	COTASK_LAYOUT_UCONTEXT	none: the switch was made by swapcontext()
 */
#ifndef COTASK_LAYOUT_H
#define COTASK_LAYOUT_H

#include <stdint.h>

#define COTASK_LAYOUT_MAGIC	UINT64_C(0x6b73615443323043)
#define COTASK_LAYOUT_VERSION	1

#define COTASK_LAYOUT_UCONTEXT	0
#define COTASK_LAYOUT_X86_64	1
#define COTASK_LAYOUT_ARM64	2

/**
 * struct cotask_layout - first part of a task
 * @magic: COTASK_LAYOUT_MAGIC; anything else: there is no task here
 * @version: COTASK_LAYOUT_VERSION, or a later one
 * @arch: how to find the registers, COTASK_LAYOUT_*
 * @sp: stack pointer while it is suspended; 0: it runs, has not begun or has ended
 * @stack_low: lowest address of its stack
 * @stack_high: end of its stack
 * @fn: address of the function that is its code
 * @handle: its handle in the loop
 * @__reserved: 0
 */
struct cotask_layout {
	uint64_t	magic;
	uint32_t	version;
	uint32_t	arch;
	uint64_t	sp;
	uint64_t	stack_low;
	uint64_t	stack_high;
	uint64_t	fn;
	uint32_t	handle;
	uint32_t	__reserved;
};

#endif /* COTASK_LAYOUT_H */
