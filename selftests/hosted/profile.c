// SPDX-License-Identifier: GPL-2.0
/*
 * cotask benchmark - a plugin for QEMU: counts the instructions of each block of code
 *
 * "-plugin profile.so,out=FILE": FILE gets a line "ADDRESS INSTRUCTIONS" for each block that was
 * executed. Debian has no package with the header of the interface (version 1), so what is used
 * of it is declared here.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_info_t;

#define QEMU_PLUGIN_INLINE_ADD_U64	0

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
					   void (*fn)(qemu_plugin_id_t id,
						      struct qemu_plugin_tb *tb));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*fn)(qemu_plugin_id_t id, void *p),
				    void *p);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op, void *counter,
					      uint64_t n);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);

#define PUBLIC	__attribute__((visibility("default")))

PUBLIC int qemu_plugin_version = 1;
PUBLIC int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc,
			       char **argv);

/**
 * struct block - code from one address on
 * @next: in a list of its bucket
 * @address: where it begins
 * @count: instructions that were executed in it
 */
struct block {
	struct block	*next;
	uint64_t	address;
	uint64_t	count;
};

#define BUCKETS	65536

static struct block *buckets[BUCKETS];
static const char *out;

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
	*b = (struct block){ .next = *bucket, .address = address };
	*bucket = b;
	return b;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	struct block *b = block_at(qemu_plugin_tb_vaddr(tb));

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &b->count,
						 qemu_plugin_tb_n_insns(tb));
}

static void end(qemu_plugin_id_t id, void *p)
{
	FILE *f = fopen(out, "w");
	const struct block *b;
	unsigned int i;

	(void)id;
	(void)p;
	if (!f)
		abort();
	for (i = 0; i < BUCKETS; i++) {
		for (b = buckets[i]; b; b = b->next)
			fprintf(f, "%llx %llu\n", (unsigned long long)b->address,
				(unsigned long long)b->count);
	}
	fclose(f);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return -1;
	out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, end, NULL);
	return 0;
}
