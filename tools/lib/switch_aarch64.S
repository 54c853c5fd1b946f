/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - switch between stacks on arm64
 *
 * void cotask_switch(void **save, void *to): see cotask_layout.h for what is kept
 * where.
 */
	.text
	.globl	cotask_switch
	.hidden	cotask_switch
	.type	cotask_switch, %function
	.p2align 4
cotask_switch:
	.cfi_startproc
	sub	sp, sp, #176
	.cfi_def_cfa_offset 176
	stp	d8, d9, [sp]
	stp	d10, d11, [sp, #16]
	stp	d12, d13, [sp, #32]
	stp	d14, d15, [sp, #48]
	stp	x19, x20, [sp, #64]
	stp	x21, x22, [sp, #80]
	stp	x23, x24, [sp, #96]
	stp	x25, x26, [sp, #112]
	stp	x27, x28, [sp, #128]
	stp	x29, x30, [sp, #144]
	.cfi_offset 29, -32
	.cfi_offset 30, -24
	mrs	x9, fpcr
	str	x9, [sp, #160]
	mov	x9, sp
	str	x9, [x0]
	mov	sp, x1
	ldr	x9, [sp, #160]
	msr	fpcr, x9
	ldp	d8, d9, [sp]
	ldp	d10, d11, [sp, #16]
	ldp	d12, d13, [sp, #32]
	ldp	d14, d15, [sp, #48]
	ldp	x19, x20, [sp, #64]
	ldp	x21, x22, [sp, #80]
	ldp	x23, x24, [sp, #96]
	ldp	x25, x26, [sp, #112]
	ldp	x27, x28, [sp, #128]
	ldp	x29, x30, [sp, #144]
	.cfi_restore 29
	.cfi_restore 30
	add	sp, sp, #176
	.cfi_def_cfa_offset 0
	ret
	.cfi_endproc
	.size	cotask_switch, . - cotask_switch

/* The bottom of a stack: x19 is a function, x20 its argument; it does not return. */
	.globl	cotask_switch_bottom
	.hidden	cotask_switch_bottom
	.type	cotask_switch_bottom, %function
cotask_switch_bottom:
	.cfi_startproc
	.cfi_undefined 30
	mov	x0, x20
	blr	x19
	brk	#0
	.cfi_endproc
	.size	cotask_switch_bottom, . - cotask_switch_bottom

	.section .note.GNU-stack, "", %progbits
