// SPDX-License-Identifier: GPL-2.0
/*
 * cotask search - coverage of the module by KCOV
 *
 * An edge is a pair of places that were executed in succession.  The maps are shared with
 * the processes that run programs.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "program.h"

#define KCOV_INIT_TRACE	_IOR('c', 1, unsigned long)
#define KCOV_ENABLE	_IO('c', 100)
#define KCOV_DISABLE	_IO('c', 101)
#define KCOV_TRACE_PC	0

#define PLACES		(256 << 10)
#define EDGES		(256 << 10)
#define SEEN		(32 << 10)

static struct shared {
	unsigned int n_edges;
	unsigned int n_seen;
	uint8_t edge[EDGES];
	unsigned long seen[SEEN];	/* an open hash table of places */
} *map;

static unsigned long *place;
static int kcov = -1;

bool cover_init(void)
{
	map = mmap(NULL, sizeof(*map), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		abort();
	kcov = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (kcov < 0 || ioctl(kcov, KCOV_INIT_TRACE, PLACES))
		return false;
	place = mmap(NULL, PLACES * sizeof(*place), PROT_READ | PROT_WRITE, MAP_SHARED, kcov, 0);
	return place != MAP_FAILED;
}

void cover_begin(void)
{
	static bool enabled;

	if (kcov < 0)
		return;
	if (!enabled && ioctl(kcov, KCOV_ENABLE, KCOV_TRACE_PC))
		return;
	enabled = true;
	__atomic_store_n(&place[0], 0, __ATOMIC_RELAXED);
}

static void see(unsigned long pc)
{
	unsigned int i = (pc * 0x9e3779b97f4a7c15ul) >> 49;

	while (map->seen[i % SEEN] && map->seen[i % SEEN] != pc)
		i++;
	if (!map->seen[i % SEEN] && map->n_seen < SEEN / 2) {
		map->seen[i % SEEN] = pc;
		map->n_seen++;
	}
}

unsigned int cover_end(void)
{
	unsigned long n, i, pc, before = 0;
	unsigned int edge, new = 0;

	if (kcov < 0)
		return 0;
	n = __atomic_load_n(&place[0], __ATOMIC_RELAXED);
	for (i = 1; i <= n && i < PLACES; i++) {
		pc = place[i];
		edge = ((pc ^ before) * 0x9e3779b97f4a7c15ul) >> 46;
		before = pc << 1;
		see(pc);
		if (map->edge[edge])
			continue;
		map->edge[edge] = 1;
		map->n_edges++;
		new++;
	}
	return new;
}

unsigned int cover_edges(void)
{
	return map->n_edges;
}

void cover_print(FILE *to)
{
	unsigned int i;

	for (i = 0; i < SEEN; i++) {
		if (map->seen[i])
			fprintf(to, "place %lx\n", map->seen[i]);
	}
}
