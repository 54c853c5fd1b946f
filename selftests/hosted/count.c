// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - a plugin of QEMU that counts instructions and system calls of the guest
 *
 * "-plugin count.so,out=FILE" writes a line "b|e USER KERNEL CALLS" at each mark that a program
 * executes, see bench.h: the number of instructions that the guest has executed so far in
 * processes and in the kernel, and of SYSCALL instructions. "blocks=FILE" writes a line "row" at
 * the end mark of each row, followed by a line "ADDRESS INSTRUCTIONS" for each block of code that
 * was executed since the previous mark, for profile.py. The guest is not affected. Debian has no
 * header for plugins, so this file declares the parts of the interface (version 1) that it uses.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_info;
struct qemu_plugin_insn;
struct qemu_plugin_tb;

#define EXPORT		__attribute__((visibility("default")))
#define NO_REGISTERS	0	/* QEMU_PLUGIN_CB_NO_REGS */
#define ADD		0	/* QEMU_PLUGIN_INLINE_ADD_U64 */

uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*fn)(plugin_id id,
								    struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *counter,
					      uint64_t n);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int op,
						void *counter, uint64_t n);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*fn)(unsigned int cpu, void *data),
					    int registers, void *data);

EXPORT int qemu_plugin_version = 1;

static const unsigned char syscall_insn[] = { 0x0f, 0x05 };
static const unsigned char mark_insn[] = { 0x0f, 0x1f, 0x84, 0, 'c', 'o', 't' };

static uint64_t user, kernel, calls;
static FILE *out, *blocks;

/**
 * struct block - a block of code
 * @next: next block in the bucket
 * @address: start address
 * @n: number of instructions executed in the block
 * @begun: that number at the begin of the row
 */
struct block {
	struct block	*next;
	uint64_t	address;
	uint64_t	n;
	uint64_t	begun;
};

#define BUCKETS	65536

static struct block *buckets[BUCKETS];

static struct block *block_at(uint64_t address)
{
	struct block **bucket = &buckets[(address ^ address >> 16) % BUCKETS], *b;

	for (b = *bucket; b; b = b->next) {
		if (b->address == address)
			return b;
	}
	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	b->next = *bucket;
	b->address = address;
	*bucket = b;
	return b;
}

static void write_blocks(void)
{
	const struct block *b;
	unsigned int i;

	fputs("row\n", blocks);
	for (i = 0; i < BUCKETS; i++) {
		for (b = buckets[i]; b; b = b->next) {
			if (b->n != b->begun)
				fprintf(blocks, "%llx %llu\n", (unsigned long long)b->address,
					(unsigned long long)(b->n - b->begun));
		}
	}
	fflush(blocks);
}

static void begin_blocks(void)
{
	struct block *b;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++) {
		for (b = buckets[i]; b; b = b->next)
			b->begun = b->n;
	}
}

static void marked(unsigned int cpu, void *which)
{
	fprintf(out, "%c %llu %llu %llu\n", (char)(uintptr_t)which, (unsigned long long)user,
		(unsigned long long)kernel, (unsigned long long)calls);
	fflush(out);
	if (blocks && (uintptr_t)which == 'b')
		begin_blocks();
	else if (blocks)
		write_blocks();
}

static void look_at(struct qemu_plugin_insn *insn)
{
	const unsigned char *bytes = qemu_plugin_insn_data(insn);
	const size_t size = qemu_plugin_insn_size(insn);

	if (size == sizeof(syscall_insn) && !memcmp(bytes, syscall_insn, size))
		qemu_plugin_register_vcpu_insn_exec_inline(insn, ADD, &calls, 1);
	else if (size == sizeof(mark_insn) + 1 && !memcmp(bytes, mark_insn, sizeof(mark_insn)))
		qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, NO_REGISTERS,
						       (void *)(uintptr_t)bytes[size - 1]);
}

/* A block of instructions is translated; the kernel is in the upper half of the addresses. */
static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	const bool in_kernel = qemu_plugin_tb_vaddr(tb) >> 63;
	const size_t n = qemu_plugin_tb_n_insns(tb);
	size_t i;

	qemu_plugin_register_vcpu_tb_exec_inline(tb, ADD, in_kernel ? &kernel : &user, n);
	if (blocks)
		qemu_plugin_register_vcpu_tb_exec_inline(tb, ADD,
							 &block_at(qemu_plugin_tb_vaddr(tb))->n, n);
	for (i = 0; i < n && !in_kernel; i++)
		look_at(qemu_plugin_tb_get_insn(tb, i));
}

EXPORT int qemu_plugin_install(plugin_id id, const struct qemu_info *info, int argc, char **argv)
{
	if (argc < 1 || strncmp(argv[0], "out=", 4))
		return -1;
	out = fopen(argv[0] + 4, "w");
	if (argc > 1 && !strncmp(argv[1], "blocks=", 7))
		blocks = fopen(argv[1] + 7, "w");
	if (!out || (argc > 1 && !blocks))
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
