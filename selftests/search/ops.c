// SPDX-License-Identifier: GPL-2.0
/*
 * cotask search - operations, generated from bytes
 *
 * The kernel refuses an operation that names no object of the right kind, or that sets a field
 * that it does not use, before it has an effect; few random operations would be valid.  So a byte
 * chooses among the handles that fit, and an operation that no object fits becomes one that
 * creates such an object.  Some bytes choose among all numbers, and some operations remain
 * unchanged.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "../uapi/op_fields.h"
#include "names.h"
#include "program.h"

#define ERRNOS		136	/* the last one counts all above it, too */
#define AS_IT_IS	0xf0	/* flags from here on */

/* Kind of object that the handle of an operation must name; a free handle to make an object. */
static const unsigned int wants[COTASK_OP_LAST] = {
	[COTASK_OP_SPAWN] = FREE,
	[COTASK_OP_SPAWN_NATIVE] = FREE,
	[COTASK_OP_SUBMIT] = FREE,
	[COTASK_OP_AWAIT] = AWAITABLES | IS(REMOTE),
	[COTASK_OP_WAIT_FOR] = AWAITABLES,
	[COTASK_OP_CANCEL_WAIT] = TASKS,
	[COTASK_OP_MAKE] = FREE,
	[COTASK_OP_SHIELD] = FREE,
	[COTASK_OP_GATHER] = FREE,
	[COTASK_OP_ITERATE] = FREE,
	[COTASK_OP_NEXT] = IS(ITERATION),
	[COTASK_OP_COMPLETE] = IS(COTASK_KIND_FUTURE),
	[COTASK_OP_CANCEL] = WITH_OUTCOME | IS(COTASK_KIND_SCOPE) | IS(COTASK_KIND_GROUP),
	[COTASK_OP_UNCANCEL] = IS(TASK),
	[COTASK_OP_CANCEL_ALL] = IS(TASK),
	[COTASK_OP_ENTER] = SCOPES,
	[COTASK_OP_LEAVE] = SCOPES,
	[COTASK_OP_MOVE] = IS(COTASK_KIND_TIMEOUT),
	[COTASK_OP_RESULT] = AWAITABLES | IS(SUBMISSION),
	[COTASK_OP_FORGET] = ANY,
	[COTASK_OP_ACQUIRE] = IS(COTASK_KIND_SEM),
	[COTASK_OP_RELEASE] = IS(COTASK_KIND_SEM),
	[COTASK_OP_SET] = IS(COTASK_KIND_EVENT),
	[COTASK_OP_EVENT_WAIT] = IS(COTASK_KIND_EVENT),
	[COTASK_OP_COND_WAIT] = IS(COTASK_KIND_COND),
	[COTASK_OP_NOTIFY] = IS(COTASK_KIND_COND),
	[COTASK_OP_PUT] = IS(COTASK_KIND_QUEUE),
	[COTASK_OP_GET] = IS(COTASK_KIND_QUEUE),
	[COTASK_OP_SHUTDOWN] = IS(COTASK_KIND_QUEUE),
	[COTASK_OP_ON_DONE] = AWAITABLES,
	[COTASK_OP_OFF_DONE] = AWAITABLES,
	[COTASK_OP_NAME] = TASKS,
	[COTASK_OP_GET_NAME] = TASKS,
	[COTASK_OP_EXPORT] = IS(TASK) | IS(COTASK_KIND_GROUP),
	[COTASK_OP_IMPORT] = FREE,
	[COTASK_OP_START] = IS(NEW),
	[COTASK_OP_FILE_READ] = IS(COTASK_KIND_FILE),
	[COTASK_OP_FILE_WRITE] = IS(COTASK_KIND_FILE),
	[COTASK_OP_RECV] = IS(COTASK_KIND_FILE),
	[COTASK_OP_SEND] = IS(COTASK_KIND_FILE),
};

/* The kind of object that has the property. */
static const unsigned int has[COTASK_READ_LAST] = {
	[COTASK_READ_STATE] = AWAITABLES | IS(SUBMISSION),
	[COTASK_READ_ID] = TASKS | IS(COTASK_KIND_GROUP),
	[COTASK_READ_CANCELLING] = TASKS,
	[COTASK_READ_DELIVERED] = TASKS,
	[COTASK_READ_CAUSE] = TASKS,
	[COTASK_READ_BY] = TASKS,
	[COTASK_READ_DEADLINE] = TASKS,
	[COTASK_READ_WHEN] = IS(COTASK_KIND_TIMEOUT),
	[COTASK_READ_EXPIRED] = IS(COTASK_KIND_TIMEOUT),
	[COTASK_READ_ERRORS] = IS(COTASK_KIND_GROUP),
	[COTASK_READ_ERROR] = IS(COTASK_KIND_GROUP),
	[COTASK_READ_ERROR_TASK] = IS(COTASK_KIND_GROUP),
	[COTASK_READ_WINNER] = IS(GATHER),
	[COTASK_READ_FREE] = IS(COTASK_KIND_SEM) | IS(COTASK_KIND_EVENT),
	[COTASK_READ_COUNT] = IS(COTASK_KIND_QUEUE),
};

/* Operations that make objects of kinds, if not COTASK_OP_MAKE. */
static const unsigned char maker[KINDS] = {
	[COTASK_KIND_GROUP] = COTASK_OP_ENTER,
	[COTASK_KIND_TIMEOUT] = COTASK_OP_ENTER,
	[COTASK_KIND_SCOPE] = COTASK_OP_ENTER,
	[COTASK_KIND_SECTION] = COTASK_OP_ENTER,
	[TASK] = COTASK_OP_SPAWN,
	[NEW] = COTASK_OP_SPAWN,
	[AWAITED_START] = COTASK_OP_START,
	[OVER] = COTASK_OP_EXIT,
	[SHIELD] = COTASK_OP_SHIELD,
	[GATHER] = COTASK_OP_GATHER,
	[ITERATION] = COTASK_OP_ITERATE,
	[SUBMISSION] = COTASK_OP_SUBMIT,
	[REMOTE] = COTASK_OP_IMPORT,
};

/* Meaning of the fields of MAKE and ENTER, by kind. */
static const unsigned char kind_uses[COTASK_KIND_LAST] = {
	[COTASK_KIND_GROUP] = F_VALUE | F_LEN,
	[COTASK_KIND_TIMEOUT] = F_VALUE,
	[COTASK_KIND_SCOPE] = F_VALUE,
	[COTASK_KIND_SECTION] = F_VALUE,
	[COTASK_KIND_SEM] = F_VALUE | F_LEN,
	[COTASK_KIND_COND] = F_OTHER,
	[COTASK_KIND_QUEUE] = F_VALUE,
	[COTASK_KIND_FILE] = F_VALUE,
};

/* --- results --------------------------------------------------------------------------------- */

/* Number of results per operation and errno; [0] counts success; shared by all processes. */
static uint32_t (*results)[ERRNOS];

void ops_init(void)
{
	results = mmap(NULL, COTASK_OP_LAST * sizeof(*results), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED || op_fields_missing() >= 0)
		abort();
}

void ops_print(FILE *to)
{
	unsigned int i, e;

	for (i = 0; i < COTASK_OP_LAST; i++) {
		fprintf(to, "results %u", i);
		for (e = 0; e < ERRNOS; e++) {
			if (results[i][e])
				fprintf(to, " %u:%u", e, results[i][e]);
		}
		fprintf(to, "\n");
	}
}

static void count(const struct cotask_op *op)
{
	const uint64_t e = op->result >= 0 ? 0 : -op->result;

	if (op->opcode < COTASK_OP_LAST)
		__atomic_fetch_add(&results[op->opcode][e < ERRNOS ? e : ERRNOS - 1], 1,
				   __ATOMIC_RELAXED);
}

void ops_done(unsigned int file, const struct cotask_op *op, unsigned int n,
	      unsigned int applied)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (i < applied)
			count(&op[i]);
		names_result(file, &op[i], i < applied);
	}
}

/* --- the meaning of bytes -------------------------------------------------------------------- */

int64_t ops_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static uint32_t pick(unsigned int file, uint8_t h, unsigned int kinds)
{
	uint32_t match[HANDLES];
	unsigned int n;

	if (h >= 250)
		return 0x7fffffff - (255 - h);
	n = h < 240 ? names_find(file, kinds, match) : 0;
	return n ? match[h % n] : h % HANDLES;
}

uint32_t ops_submission(unsigned int file, uint8_t h)
{
	return pick(file, h, IS(SUBMISSION));
}

static int64_t value_of(uint8_t v)
{
	static const int64_t values[] = {
		0, 1, 2, 1000, 100000, -1, -EIO, -ECANCELED, -4095, -4096, 3, 16, 4096, 65536,
		1ll << 32, 1ll << 62, COTASK_NEVER, COTASK_NEVER - 1, -COTASK_NEVER - 1,
	};

	return v < 200 ? values[v % (sizeof(values) / sizeof(*values))] : ops_now() + v * 100;
}

static bool none_fits(unsigned int file, unsigned int kinds)
{
	uint32_t match[HANDLES];

	return kinds && !names_find(file, kinds, match);
}

/* The object that the operation acts on, in addition to a free handle. */
static unsigned int about(const struct cotask_op *op)
{
	if (op->opcode == COTASK_OP_READ && op->arg < COTASK_READ_LAST)
		return has[op->arg];
	if (op->opcode == COTASK_OP_ENTER && op->arg)
		return 0;
	if (op_fields[op->opcode] & F_MEMBERS || op->opcode == COTASK_OP_SHIELD)
		return AWAITABLES;
	return wants[op->opcode] & ~FREE;
}

/* An operation that makes an object of one of these kinds. */
static void make_one_of(struct cotask_op *to, unsigned int kinds, uint8_t which)
{
	unsigned int kind = which % KINDS;

	while (!(kinds & IS(kind)))
		kind = (kind + 1) % KINDS;
	to->opcode = maker[kind] ? maker[kind] : COTASK_OP_MAKE;
	if (kind < COTASK_KIND_LAST)
		to->arg = kind;
	else
		to->arg = kind == REMOTE ? machine_exported(which) : 0;
}

/* A condition has a lock. */
static bool lacks_lock(unsigned int file, const struct cotask_op *to)
{
	return to->opcode == COTASK_OP_MAKE && to->arg == COTASK_KIND_COND &&
	       none_fits(file, IS(COTASK_KIND_SEM));
}

/* If no object fits the operation, create one, or make room for it. */
static void choose_opcode(unsigned int file, struct cotask_op *to, const struct search_op *op)
{
	const uint32_t actor = names_actor(file, ANY, op->task >> 1);

	if (to->opcode == COTASK_OP_LEAVE && !names_inside(file, actor))
		make_one_of(to, SCOPES, op->handle);
	if (to->opcode == COTASK_OP_READY && !names_actor(file, IS(AWAITED_START), 0))
		to->opcode = COTASK_OP_START;
	if (to->opcode == COTASK_OP_IMPORT && machine_exported(op->arg) < 0)
		to->opcode = COTASK_OP_EXPORT;
	if (none_fits(file, about(to)))
		make_one_of(to, about(to), op->handle);
	if (lacks_lock(file, to))
		to->arg = COTASK_KIND_SEM;
	if (op_fields[to->opcode] & F_ACTS && !actor)
		to->opcode = COTASK_OP_SUBMIT;
	if (wants[to->opcode] == FREE && none_fits(file, FREE))
		to->opcode = op->handle & 1 ? COTASK_OP_FORGET : COTASK_OP_CANCEL;
}

static uint32_t arg_of(const struct cotask_op *to, const struct search_op *op)
{
	static const uint8_t gathers[] = {
		0, COTASK_GATHER_F_COLLECT, COTASK_GATHER_F_FAIL_FAST, COTASK_GATHER_F_RACE,
	};

	switch (to->opcode) {
	case COTASK_OP_ENTER:
		if (op->arg & 0x80)
			return 0;
		return COTASK_KIND_GROUP + op->arg % 4;
	case COTASK_OP_MAKE:
		return 1 + op->arg % (COTASK_KIND_LAST - 1);
	case COTASK_OP_POLL:
		return op->arg & 1 ? POLLIN : POLLOUT;
	case COTASK_OP_IMPORT:
		return machine_exported(op->arg);
	case COTASK_OP_SPAWN:
		return op->arg & 1 ? 0 : op->arg >> 1 & 0x3f;
	case COTASK_OP_GATHER:
		return gathers[op->arg % 4];
	case COTASK_OP_WAIT:
		return op->arg % 3;
	case COTASK_OP_SET:
	case COTASK_OP_SHUTDOWN:
		return op->arg & 1;
	case COTASK_OP_RECV:
	case COTASK_OP_SEND:
		return op->arg & 0x80 ? 1u << op->arg % 32 : 0;
	case COTASK_OP_READ:
		return op->arg % COTASK_READ_LAST;
	default:
		return op->arg;
	}
}

/* Flags of objects of MAKE and ENTER. */
static uint32_t make_flags(uint32_t kind, uint8_t which)
{
	if (kind == COTASK_KIND_TIMEOUT)
		return which << 8 & (COTASK_MAKE_F_STRICT | COTASK_MAKE_F_QUIET);
	if (kind == COTASK_KIND_GROUP)
		return which << 8 & (COTASK_MAKE_F_RECANCEL | COTASK_MAKE_F_INDEPENDENT);
	return 0;
}

static uint16_t flags_of(const struct cotask_op *to, uint8_t which)
{
	const unsigned int fields = op_fields[to->opcode];
	const bool timed = to->opcode == COTASK_OP_SLEEP ||
			   (to->arg & 0xff) == COTASK_KIND_TIMEOUT;
	uint16_t flags = 0;

	if (fields & F_CLOCK && timed)
		flags |= which & COTASK_OP_F_ABSOLUTE ? which & 3 : 0;
	if (fields & F_AHEAD && flags)
		flags |= which & COTASK_OP_F_AHEAD;
	if (fields & F_TRY)
		flags |= which & COTASK_OP_F_TRY;
	if (fields & F_FORGET)
		flags |= which & COTASK_OP_F_FORGET;
	return flags;
}

static void choose_task(unsigned int file, struct cotask_op *to, const struct search_op *op)
{
	if (op->task >= 240)
		to->task = op->task % HANDLES;
	else if (to->opcode == COTASK_OP_READY)
		to->task = names_actor(file, IS(AWAITED_START), 0);
	else if (op_fields[to->opcode] & F_ACTS || op->task & 1)
		to->task = names_actor(file, ANY, op->task >> 1);
}

static void choose_handle(unsigned int file, struct cotask_op *to, const struct search_op *op)
{
	switch (to->opcode) {
	case COTASK_OP_POLL:
	case COTASK_OP_POLL_END:
		to->handle = machine_fd(op->handle);
		break;
	case COTASK_OP_ENTER:
		to->handle = pick(file, op->handle, to->arg ? FREE : SCOPES);
		break;
	case COTASK_OP_LEAVE:
		to->handle = op->handle < 200 ? names_inside(file, to->task) : op->handle;
		break;
	case COTASK_OP_FORGET:
		if (op->handle & 1 && !none_fits(file, IS(OVER)))
			to->handle = pick(file, op->handle >> 1, IS(OVER));
		else
			to->handle = pick(file, op->handle, ANY);
		break;
	case COTASK_OP_READ:
		to->handle = pick(file, op->handle, about(to));
		break;
	default:
		to->handle = pick(file, op->handle, wants[to->opcode]);
	}
}

static void choose_other(unsigned int file, struct cotask_op *to, const struct search_op *op)
{
	uint32_t match[HANDLES];

	switch (to->opcode) {
	case COTASK_OP_SHIELD:
		to->other = pick(file, op->other, AWAITABLES);
		break;
	case COTASK_OP_MAKE:
		to->other = pick(file, op->other, IS(COTASK_KIND_SEM));
		break;
	case COTASK_OP_SUBMIT:
		if (names_find(file, FREE, match) > 1)
			to->other = match[to->handle == match[0]];
		break;
	default:
		to->other = op->other ? pick(file, op->other, IS(COTASK_KIND_GROUP)) : 0;
	}
}

/* Semaphores and queues are small, most semaphores are locks, and files are open. */
static void choose_value(struct cotask_op *to, const struct search_op *op)
{
	to->value = value_of(op->value);
	to->len = op->len % 8;
	if (to->opcode == COTASK_OP_MAKE && to->arg == COTASK_KIND_SEM) {
		to->len = op->len % 4 ? 1 : op->len % 3;
		to->value = op->value % (to->len + 1);
	}
	if (to->opcode == COTASK_OP_MAKE && to->arg == COTASK_KIND_QUEUE)
		to->value = op->value % 4;
	if (to->opcode == COTASK_OP_MAKE && to->arg == COTASK_KIND_FILE)
		to->value = machine_fd(op->value);
	if (to->opcode == COTASK_OP_SLEEP && !to->flags && op->value < 250)
		to->value = op->value * 1000;
	if (to->opcode == COTASK_OP_READ)
		to->value = to->arg == COTASK_READ_ERROR || to->arg == COTASK_READ_ERROR_TASK ?
			    op->value % 3 : 0;
}

static void choose_memory(unsigned int file, struct cotask_op *to, const struct search_op *op)
{
	static uint32_t nap[2];
	static struct cotask_native native[2] = {
		{ .name = "sample.nap", .arg = (uintptr_t)nap, .arg_size = sizeof(nap) },
		{ .name = "sample.errand", .arg = (uintptr_t)nap, .arg_size = sizeof(nap) },
	};
	static uint32_t members[FILES][HANDLES];
	static char name[64] = "a name", buffer[256];
	unsigned int n;

	if (op_fields[to->opcode] & F_NATIVE) {
		nap[0] = op->value % 20;
		nap[1] = op->len * 1000;
		to->addr = (uintptr_t)&native[op->arg & 1];
		to->len = sizeof(native[0]);
	} else if (op_fields[to->opcode] & F_MEMBERS) {
		n = names_find(file, op->other & 0x80 ? ANY : AWAITABLES, members[file]);
		to->addr = (uintptr_t)&members[file][op->other % 8];
		to->len = op->len & 0x80 ? op->len % 16 : n ? op->len % (n + 1) : 0;
	} else if (op_fields[to->opcode] & F_BUFFER) {
		to->addr = op->len < 250 ? (uintptr_t)buffer : op->len;
		to->len = op->len;
	} else if (op_fields[to->opcode] & F_NAME) {
		to->len = op->len & 0x20 ? op->len & 0x3f : 0;
		if (to->opcode == COTASK_OP_NAME)
			to->len = 1 + op->len % 31;
		if (to->opcode == COTASK_OP_GET_NAME)
			to->len = op->len < 200 ? sizeof(name) : op->len & 0x3f;
		to->addr = to->len ? (uintptr_t)name : 0;
	}
}

/* Clear the fields that the operation does not use. */
static void use_only(struct cotask_op *op, unsigned int use)
{
	const unsigned int kind = op->arg & 0xff;

	if (op->opcode == COTASK_OP_MAKE || op->opcode == COTASK_OP_ENTER)
		use &= ~(F_VALUE | F_LEN | F_OTHER) |
		       (kind < COTASK_KIND_LAST ? kind_uses[kind] : 0);
	if (!(use & F_TASK))
		op->task = 0;
	if (!(use & F_HANDLE))
		op->handle = 0;
	if (!(use & F_OTHER))
		op->other = 0;
	if (!(use & F_VALUE))
		op->value = 0;
	if (!(use & F_ARG))
		op->arg = 0;
	if (!(use & (F_LEN | F_MEMBERS | F_NAME | F_NATIVE | F_BUFFER)))
		op->len = 0;
	if (!(use & F_USER))
		op->user_data = 0;
}

struct cotask_op ops_make(unsigned int file, const struct search_op *op)
{
	const bool as_it_is = op->flags >= AS_IT_IS;
	struct cotask_op to = {
		.opcode = op->opcode % COTASK_OP_LAST,
		.user_data = op->handle,
	};

	to.arg = arg_of(&to, op);
	if (!as_it_is)
		choose_opcode(file, &to, op);
	if (to.opcode == COTASK_OP_MAKE || to.opcode == COTASK_OP_ENTER)
		to.arg |= make_flags(to.arg, op->len >> 4);
	to.flags = as_it_is ? op->flags & 0xf : flags_of(&to, op->flags);
	choose_task(file, &to, op);
	choose_handle(file, &to, op);
	choose_other(file, &to, op);
	choose_value(&to, op);
	choose_memory(file, &to, op);
	if (as_it_is)
		to.opcode += op->arg == 255 ? COTASK_OP_LAST : 0;
	else
		use_only(&to, op_fields[to.opcode]);
	names_request(file, &to);
	return to;
}

/* COTASK_IOC_POST accepts only a few operations. */
struct cotask_op ops_make_posted(unsigned int file, const struct search_op *op)
{
	struct search_op copy = *op;
	struct cotask_op to;

	while (op->flags < AS_IT_IS && !(op_fields[copy.opcode % COTASK_OP_LAST] & F_POST))
		copy.opcode++;
	to = ops_make(file, &copy);
	to.task = 0;
	return to;
}
