/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - the saved state of a suspended task, for external tools
 *
 * The user_data of a task's COTASK_OP_SPAWN, which the kernel shows, is the address of a
 * &struct cotask_layout in the process.  A tool reads the struct and the task's stack with
 * process_vm_readv(), and unwinds the stack from the registers that are saved there.
 * The struct never changes.  New fields follow it, with a higher version.
 *
 * Registers of a suspended task, 8 bytes each, from @sp upwards:
 *
 *	COTASK_LAYOUT_X86_64	mxcsr and x87 control word, r15, r14, r13, r12, rbx, rbp,
 *				rip; its rsp is @sp + 64
 *	COTASK_LAYOUT_ARM64	d8 to d15, x19 to x28, x29, x30 (where it continues), fpcr,
 *				unused; its sp is @sp + 176
 *	COTASK_LAYOUT_UCONTEXT	none: swapcontext() saves them elsewhere
 *	COTASK_LAYOUT_FRAMES	none: the task has no stack, and @sp is the address of its innermost
 *				&struct cotask_frame; the fields behind @sp are not valid
 */
#ifndef COTASK_LAYOUT_H
#define COTASK_LAYOUT_H

#include <stdint.h>

#define COTASK_LAYOUT_MAGIC	UINT64_C(0x6b73615443323043)
#define COTASK_LAYOUT_VERSION	1

#define COTASK_LAYOUT_UCONTEXT	0
#define COTASK_LAYOUT_X86_64	1
#define COTASK_LAYOUT_ARM64	2
#define COTASK_LAYOUT_FRAMES	3

/**
 * struct cotask_layout - first part of a task
 * @magic: COTASK_LAYOUT_MAGIC; any other value: the address is not that of a task
 * @version: COTASK_LAYOUT_VERSION, or a later version
 * @arch: format of the saved registers, COTASK_LAYOUT_*
 * @sp: stack pointer of the suspended task; 0: the task runs, has not started or has ended
 * @stack_low: lowest address of the stack
 * @stack_high: first address above the stack
 * @fn: address of the function that the task runs
 * @handle: handle of the task in its loop
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
