/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - switch between stacks on x86-64
 *
 * void cotask_switch(void **save, void *to): see cotask_layout.h for what is kept
 * where.
 */
	.text
	.globl	cotask_switch
	.hidden	cotask_switch
	.type	cotask_switch, @function
	.p2align 4
cotask_switch:
	.cfi_startproc
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r12, 0
	pushq	%r13
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r13, 0
	pushq	%r14
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r14, 0
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r15, 0
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	stmxcsr	(%rsp)
	fnstcw	4(%rsp)
	movl	(%rsp), %eax
	movzwl	4(%rsp), %ecx
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	/* Loading them is slow, and they hardly ever differ; flags of exceptions are not kept. */
	xorl	(%rsp), %eax
	xorw	4(%rsp), %cx
	andl	$0xffc0, %eax
	orl	%eax, %ecx
	jz	1f
	ldmxcsr	(%rsp)
	fldcw	4(%rsp)
1:	addq	$8, %rsp
	.cfi_adjust_cfa_offset -8
	popq	%r15
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r15
	popq	%r14
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r14
	popq	%r13
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r13
	popq	%r12
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r12
	popq	%rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbx
	popq	%rbp
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbp
	ret
	.cfi_endproc
	.size	cotask_switch, . - cotask_switch

/* The bottom of a stack: r12 is a function, r13 its argument; it does not return. */
	.globl	cotask_switch_bottom
	.hidden	cotask_switch_bottom
	.type	cotask_switch_bottom, @function
cotask_switch_bottom:
	.cfi_startproc
	.cfi_undefined %rip
	movq	%r13, %rdi
	callq	*%r12
	ud2
	.cfi_endproc
	.size	cotask_switch_bottom, . - cotask_switch_bottom

	.section .note.GNU-stack, "", @progbits
