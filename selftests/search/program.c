// SPDX-License-Identifier: GPL-2.0
/*
 * cotask search - programs: at random, changed, printed
 */
#include <stdlib.h>
#include <string.h>

#include "program.h"

static uint64_t state = 1;

/* xorshift64*; state is not 0. */
uint32_t rnd(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 2685821657736338717ull) >> 33) % below;
}

void rnd_seed(uint64_t seed)
{
	state = seed * 0x9e3779b97f4a7c15ull | 1;
}

/* Mostly small numbers, so that calls interact. */
static uint8_t small(void)
{
	return rnd(8) ? rnd(8) : rnd(256);
}

/* A program uses few operations often, so that related operations interact. */
static uint8_t favourites[8];

static void choose_favourites(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(favourites); i++)
		favourites[i] = rnd(COTASK_OP_LAST);
}

static void make_op(struct search_op *op)
{
	*op = (struct search_op){
		.opcode = rnd(4) ? favourites[rnd(sizeof(favourites))] : rnd(256),
		.flags = rnd(6) ? 0 : rnd(8) ? 1u << rnd(4) : rnd(256),
		.task = small(),
		.handle = small(),
		.other = rnd(4) ? 0 : small(),
		.value = small(),
		.len = small(),
		.arg = rnd(2) ? small() : rnd(256),
	};
}

/* Arguments of ENTER: mostly, all events have begun, and there is room for all events. */
static uint8_t all_begun(void)
{
	return rnd(4) ? 3 | rnd(2) << 4 : rnd(256);
}

static void make_call(struct search_call *c)
{
	unsigned int i;

	/* Half of all calls are ENTER. */
	c->what = rnd(2) ? DO_ENTER : rnd(DO_MAX);
	c->file = rnd(2) ? 0 : rnd(rnd(3) ? 2 : FILES);
	c->n_ops = 1 + rnd(OPS);
	c->a = c->what <= DO_ENTER_AGAIN ? all_begun() : rnd(256);
	for (i = 0; i < OPS; i++)
		make_op(&c->op[i]);
}

void program_make(struct search_program *p)
{
	unsigned int i;

	choose_favourites();
	p->n = 2 + rnd(8);
	for (i = 0; i < p->n; i++)
		make_call(&p->call[i]);
}

static void insert(struct search_program *p, const struct search_call *c)
{
	unsigned int at = rnd(p->n + 1);

	if (p->n == CALLS)
		return;
	memmove(&p->call[at + 1], &p->call[at], (p->n - at) * sizeof(p->call[0]));
	p->call[at] = *c;
	p->n++;
}

static void take_out(struct search_program *p)
{
	unsigned int at = rnd(p->n);

	if (p->n < 2)
		return;
	memmove(&p->call[at], &p->call[at + 1], (p->n - at - 1) * sizeof(p->call[0]));
	p->n--;
}

static void change_byte(struct search_program *p)
{
	struct search_call *c = &p->call[rnd(p->n)];
	uint8_t *byte = (uint8_t *)c + rnd(4 + sizeof(c->op[0]) * (c->n_ops % (OPS + 1)));

	switch (rnd(3)) {
	case 0:
		*byte = rnd(256);
		break;
	case 1:
		*byte += rnd(2) ? 1 : -1;
		break;
	default:
		*byte = small();
	}
}

/* The end of @other replaces the end of @p. */
static void splice_in(struct search_program *p, const struct search_program *other)
{
	unsigned int keep = rnd(p->n + 1), from = rnd(other->n);

	for (p->n = keep; p->n < CALLS && from < other->n; from++)
		p->call[p->n++] = other->call[from];
	if (!p->n)
		program_make(p);
}

void program_change(struct search_program *p, const struct search_program *other)
{
	struct search_call c;
	unsigned int n = 1 + rnd(6);

	choose_favourites();
	while (n--) {
		switch (rnd(8)) {
		case 0:
			make_call(&c);
			insert(p, &c);
			break;
		case 1:
			insert(p, &p->call[rnd(p->n)]);
			break;
		case 2:
			insert(p, &other->call[rnd(other->n)]);
			break;
		case 3:
			take_out(p);
			break;
		case 4:
			make_op(&p->call[rnd(p->n)].op[rnd(OPS)]);
			break;
		case 5:
			if (rnd(4))
				change_byte(p);
			else
				splice_in(p, other);
			break;
		default:
			change_byte(p);
		}
	}
}

/* One line of hexadecimal digits. */
void program_print(const struct search_program *p, FILE *to)
{
	const uint8_t *byte = (const uint8_t *)p->call;
	size_t i;

	for (i = 0; i < p->n * sizeof(p->call[0]); i++)
		fprintf(to, "%02x", byte[i]);
	fputc('\n', to);
}

bool program_parse(struct search_program *p, const char *text)
{
	const size_t digits = strspn(text, "0123456789abcdef");
	uint8_t *byte = (uint8_t *)p->call;
	char pair[3] = "";
	size_t i;

	p->n = digits / 2 / sizeof(p->call[0]);
	if (!p->n || p->n > CALLS || digits != p->n * sizeof(p->call[0]) * 2)
		return false;
	for (i = 0; i < digits / 2; i++) {
		memcpy(pair, text + 2 * i, 2);
		byte[i] = strtoul(pair, NULL, 16);
	}
	return true;
}
