// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - every spawn option, with every kind of wait, with every interruption
 *
 * The cases of module/tests/await/products_kunit.c with hosted tasks: a victim, and behind it a
 * rival, wait for the same object, which is granted in units or completes for both.  At the end
 * each unit belongs to one of the two tasks or is still available.
 */
#include <stdbool.h>
#include <stdio.h>
#include "kselftest_harness.h"
#include "cotask_test.h"

enum {
	VICTIM = 1, RIVAL, INNER, SIBLING, COLLECTOR,
	GROUP = 10, FUTURE, TROUBLE, SEM, LOCK, EVENT, COND, QUEUE, ITERATION, GATHER, RACE, SHIELD,
	SCOPE, PARENT, MEMBER = 30, MEMBERS = 4, PROVIDER = 40,
};

enum interruption {
	UNTOUCHED, CANCELLED, TIMED_OUT, SCOPE_CANCELLED, SIBLING_FAILED, GROUP_CANCELLED,
	ALL_CANCELLED, CLOSED, INTERRUPTIONS
};

enum moment { BEFORE, WAITING, GRANTED, AFTERWARDS, MOMENTS };

static const __u32 options[] = {
	0,
	COTASK_SPAWN_F_WINS,
	COTASK_SPAWN_F_EAGER | COTASK_SPAWN_F_KEEP_CANCEL | COTASK_SPAWN_F_APART,
	COTASK_SPAWN_F_SURE_START | COTASK_SPAWN_F_WINS | COTASK_SPAWN_F_KEEP_CANCEL,
};

/**
 * struct kind - a kind of wait
 * @name: name for messages
 * @op: the operation that waits
 * @provide: the operation that provides a unit; of members, the handle of the first one
 * @left: number of available units; NULL: completes for both
 * @locks: the waiter holds the lock; a unit without a waiter is lost
 * @shared: a cancel of one waiter reaches the object that both wait for (CX-15)
 */
struct kind {
	const char *name;
	struct cotask_op op;
	struct cotask_op provide;
	__s64 (*left)(int fd);
	bool locks;
	bool shared;
};

/* Position of a task of the process in its code. */
struct player {
	unsigned int step;
	__s64 rc;
	bool got;
	unsigned int ends;
};

static struct game {
	int fd;
	const struct kind *kind;
	enum interruption interruption;
	bool shielded;
	unsigned int provided;
	unsigned int collected;
	struct player player[COLLECTOR + 1];
} game;

static const __u32 one_future = FUTURE, one_task = INNER;

/* --- kinds ---------------------------------------------------------------------------------- */

static __s64 permits_left(int fd)
{
	return t_op(fd, OP(READ, .handle = SEM, .arg = COTASK_READ_FREE));
}

static __s64 items_left(int fd)
{
	return t_op(fd, OP(READ, .handle = QUEUE, .arg = COTASK_READ_COUNT));
}

/* The queue has room for one item. */
static __s64 room_left(int fd)
{
	return 1 - items_left(fd);
}

static __s64 none_left(int fd)
{
	return 0;
}

static void play_on(void);

/* Another task takes them. */
static __s64 members_left(int fd)
{
	t_op(fd, OP(SPAWN, .handle = COLLECTOR));
	play_on();
	return game.collected;
}

#define COMPLETE_IT	OP(COMPLETE, .handle = FUTURE, .value = 1)

static const struct kind kinds[] = {
	{ "yield", OP(SLEEP), OP(NOP) },
	{ "future", OP(AWAIT, .handle = FUTURE), COMPLETE_IT, .shared = true },
	{ "task", OP(AWAIT, .handle = INNER), COMPLETE_IT, .shared = true },
	{ "gather", OP(AWAIT, .handle = GATHER), COMPLETE_IT, .shared = true },
	{ "race", OP(AWAIT, .handle = RACE), COMPLETE_IT, .shared = true },
	{ "shield", OP(AWAIT, .handle = SHIELD), COMPLETE_IT, .shared = true },
	{ "wait", OP(WAIT, .len = 1, .value = COTASK_NEVER), COMPLETE_IT },
	{ "wait_for", OP(WAIT_FOR, .handle = FUTURE, .value = COTASK_NEVER), COMPLETE_IT,
	  .shared = true },
	{ "semaphore", OP(ACQUIRE, .handle = SEM), OP(RELEASE, .handle = SEM), permits_left },
	{ "event", OP(EVENT_WAIT, .handle = EVENT), OP(SET, .handle = EVENT) },
	{ "condition", OP(COND_WAIT, .handle = COND), OP(NOTIFY, .handle = COND, .len = 1),
	  none_left, .locks = true },
	{ "get", OP(GET, .handle = QUEUE), OP(PUT, .handle = QUEUE, .flags = COTASK_OP_F_TRY),
	  items_left },
	{ "put", OP(PUT, .handle = QUEUE), OP(GET, .handle = QUEUE, .flags = COTASK_OP_F_TRY),
	  room_left },
	{ "next", OP(NEXT, .handle = ITERATION), OP(COMPLETE, .handle = MEMBER, .value = 1),
	  members_left },
};

/* --- the code of tasks ------------------------------------------------------------------------ */

static __s64 act(__u32 task, struct cotask_op op)
{
	if (op.opcode == COTASK_OP_WAIT)
		op.addr = (unsigned long)&one_future;
	op.task = task;
	return t_op(game.fd, op);
}

static void enter_scope(__u32 task)
{
	struct cotask_op op = OP(ENTER, .handle = SCOPE, .arg = COTASK_KIND_SCOPE,
				 .value = COTASK_NEVER);

	if (task != VICTIM)
		return;
	if (game.interruption == TIMED_OUT)
		op.arg = COTASK_KIND_TIMEOUT;
	if (game.shielded)
		op.arg = COTASK_KIND_SECTION;
	act(task, op);
}

/* Waits, yields so that a delayed request is delivered, releases the lock, ends. */
static void player_step(__u32 task, struct player *me, __s64 result)
{
	switch (me->step++) {
	case 0:
		if (game.kind->locks) {
			act(task, OP(ACQUIRE, .handle = LOCK));
			return;
		}
		me->step++;
		__attribute__((fallthrough));
	case 1:
		if (result < 0)
			break;
		enter_scope(task);
		act(task, game.kind->op);
		return;
	case 2:
		me->rc = result;
		me->got = result >= 0;
		if (task == VICTIM)
			act(task, OP(LEAVE, .handle = SCOPE, .value = result));
		if (game.kind->locks)
			act(task, OP(RELEASE, .handle = LOCK));
		act(task, OP(SLEEP));
		return;
	}
	me->ends++;
	act(task, OP(EXIT, .value = result));
}

static void other_step(__u32 task, struct player *me, __s64 result)
{
	static const struct cotask_op waits[] = {
		[INNER] = OP(AWAIT, .handle = FUTURE),
		[SIBLING] = OP(AWAIT, .handle = TROUBLE),
		[COLLECTOR] = OP(NEXT, .handle = ITERATION),
	};

	if (task == COLLECTOR && me->step && result > 0)
		game.collected++;
	if (!me->step++ || (task == COLLECTOR && result > 0))
		act(task, waits[task]);
	else
		act(task, OP(EXIT, .value = result));
}

static void take_event(const struct cotask_event_info *e)
{
	struct player *me = &game.player[e->handle <= COLLECTOR ? e->handle : 0];

	if (e->type == COTASK_EVENT_GONE)
		me->ends++;
	if (e->type != COTASK_EVENT_STEP)
		return;
	if (e->handle <= RIVAL)
		player_step(e->handle, me, e->result);
	else if (e->handle <= COLLECTOR)
		other_step(e->handle, me, e->result);
	else
		act(e->handle, OP(EXIT, .value = e->result));
}

/* Run until no work is left. */
static void play_on(void)
{
	struct turn t;

	if (game.fd < 0)
		return;
	do {
		t = t_enter_until(game.fd, NULL, 0, 1, t_now());
		if (t.n)
			take_event(&t.event[0]);
	} while (t.n);
}

/* --- a game -------------------------------------------------------------------------- */

static void make_objects(int fd)
{
	const bool put = game.kind->left == room_left;
	__u32 members[MEMBERS], i;

	t_op(fd, OP(MAKE, .handle = FUTURE, .arg = COTASK_KIND_FUTURE));
	t_op(fd, OP(MAKE, .handle = TROUBLE, .arg = COTASK_KIND_FUTURE));
	t_op(fd, OP(MAKE, .handle = SEM, .arg = COTASK_KIND_SEM));
	t_op(fd, OP(MAKE, .handle = LOCK, .arg = COTASK_KIND_SEM, .value = 1, .len = 1));
	t_op(fd, OP(MAKE, .handle = EVENT, .arg = COTASK_KIND_EVENT));
	t_op(fd, OP(MAKE, .handle = COND, .arg = COTASK_KIND_COND, .other = LOCK));
	t_op(fd, OP(MAKE, .handle = QUEUE, .arg = COTASK_KIND_QUEUE, .value = put));
	for (i = 0; i < MEMBERS; i++) {
		members[i] = MEMBER + i;
		t_op(fd, OP(MAKE, .handle = members[i], .arg = COTASK_KIND_FUTURE));
	}
	t_op(fd, OP(ITERATE, .handle = ITERATION, .addr = (unsigned long)members, .len = MEMBERS,
		    .value = COTASK_NEVER));
	t_op(fd, OP(SPAWN, .handle = INNER));
	t_op(fd, OP(GATHER, .handle = GATHER, .addr = (unsigned long)&one_future, .len = 1));
	t_op(fd, OP(GATHER, .handle = RACE, .addr = (unsigned long)&one_task, .len = 1,
		    .arg = COTASK_GATHER_F_RACE));
	t_op(fd, OP(SHIELD, .handle = SHIELD, .other = FUTURE));
}

/* The victim's parent waits in the exit of its group. */
static void make_group(int fd)
{
	t_op(fd, OP(SPAWN, .handle = PARENT));
	t_next(fd);
	t_op(fd, OP(ENTER, .task = PARENT, .handle = GROUP, .arg = COTASK_KIND_GROUP));
	t_op(fd, OP(SPAWN, .task = PARENT, .handle = SIBLING, .other = GROUP));
	/* The tasks wait for room: the queue is full. */
	if (game.kind->left == room_left)
		t_op(fd, OP(PUT, .task = PARENT, .handle = QUEUE, .flags = COTASK_OP_F_TRY));
	t_op(fd, OP(LEAVE, .task = PARENT, .handle = GROUP));
}

static void interrupt(void)
{
	int fd = game.fd;

	switch (game.interruption) {
	case CANCELLED:
		t_op(fd, OP(CANCEL, .handle = VICTIM));
		break;
	case TIMED_OUT:
		t_op(fd, OP(MOVE, .handle = SCOPE, .value = 0));
		break;
	case SCOPE_CANCELLED:
		t_op(fd, OP(CANCEL, .handle = SCOPE));
		break;
	case SIBLING_FAILED:
		t_op(fd, OP(COMPLETE, .handle = TROUBLE, .value = -EIO));
		break;
	case GROUP_CANCELLED:
		t_op(fd, OP(CANCEL, .handle = GROUP));
		break;
	case ALL_CANCELLED:
		t_op(fd, OP(CANCEL_ALL));
		break;
	case CLOSED:
		close(fd);
		game.fd = -1;
		break;
	default:
		break;
	}
}

/*
 * Provide one more unit, from a task, because some operations require one.  The operations that
 * follow precede the resumption of the waiter.
 */
static void provide(enum moment moment, bool first)
{
	const __u32 provider = first ? PROVIDER : PROVIDER + 1;
	struct cotask_op op = game.kind->provide;
	struct cotask_event_info e;
	bool locked = false;
	__s64 rc;

	if (game.fd < 0)
		return;
	t_op(game.fd, OP(SPAWN, .handle = provider));
	for (e = t_next(game.fd); e.handle != provider && e.handle != POISON; e = t_next(game.fd))
		take_event(&e);
	if (game.kind->locks)
		locked = !act(provider, OP(ACQUIRE, .handle = LOCK, .flags = COTASK_OP_F_TRY));
	if (op.handle == MEMBER)
		op.handle += game.provided;
	if (op.opcode == COTASK_OP_NOP)
		rc = 0;
	else if (op.opcode == COTASK_OP_PUT || op.opcode == COTASK_OP_GET)
		rc = act(provider, op);
	else
		rc = t_op(game.fd, op);
	/* Number of tasks that waited for a notification. */
	game.provided += game.kind->locks ? rc == 1 : rc >= 0;
	if (locked)
		t_op(game.fd, OP(RELEASE, .handle = LOCK));
	if (first && moment == GRANTED)
		interrupt();
	if (game.fd >= 0)
		act(provider, OP(EXIT));
}

static void spawn(__u32 task, __u32 flags, __u32 group)
{
	__s64 running = t_op(game.fd, OP(SPAWN, .handle = task, .arg = flags, .other = group));

	/* An eager one is in its first step. */
	if (running == 1)
		player_step(task, &game.player[task], 0);
}

/* Check that each unit is accounted for. */
static bool units_are_right(void)
{
	const struct player *victim = &game.player[VICTIM], *rival = &game.player[RIVAL];
	unsigned int units = victim->got + rival->got;

	if (game.fd < 0)
		return true;
	if (!game.kind->left)
		return game.interruption == ALL_CANCELLED || game.kind->shared || rival->rc >= 0;
	units += game.kind->left(game.fd);
	/* A notification without a waiter is lost. */
	if (game.kind->locks && game.interruption == ALL_CANCELLED)
		return units <= game.provided;
	return units == game.provided;
}

static bool ended(void)
{
	if (game.fd < 0)
		return true;
	t_op(game.fd, OP(COMPLETE, .handle = FUTURE, .value = 1));
	t_op(game.fd, OP(COMPLETE, .handle = TROUBLE, .value = 1));
	t_op(game.fd, OP(CANCEL_ALL));
	play_on();
	return game.player[VICTIM].ends == 1 && game.player[RIVAL].ends == 1;
}

/* NULL, or a description of the failure. */
static const char *play(const struct kind *kind, __u32 flags, enum interruption interruption,
			enum moment moment, bool shielded)
{
	const char *wrong = NULL;

	game = (struct game){
		.fd = t_open(), .kind = kind, .interruption = interruption, .shielded = shielded,
	};
	if (game.fd < 0)
		return "open";
	make_objects(game.fd);
	play_on();
	make_group(game.fd);
	play_on();
	spawn(VICTIM, flags, GROUP);
	spawn(RIVAL, 0, 0);
	if (moment == BEFORE)
		interrupt();
	play_on();
	if (moment == WAITING)
		interrupt();
	provide(moment, true);
	play_on();
	if (moment == AFTERWARDS && game.fd >= 0)
		interrupt();
	provide(moment, false);
	play_on();
	if (!units_are_right())
		wrong = "units";
	else if (!ended())
		wrong = "ends";
	if (game.fd >= 0)
		close(game.fd);
	return wrong;
}

FIXTURE(products) {
};

FIXTURE_VARIANT(products) {
	unsigned int kind;
};

#define KIND(name, k)	FIXTURE_VARIANT_ADD(products, name) { .kind = (k) }

KIND(yield, 0);
KIND(future, 1);
KIND(task, 2);
KIND(gather, 3);
KIND(race, 4);
KIND(shield, 5);
KIND(wait, 6);
KIND(wait_for, 7);
KIND(semaphore, 8);
KIND(event, 9);
KIND(condition, 10);
KIND(get, 11);
KIND(put, 12);
KIND(next, 13);

FIXTURE_SETUP(products)
{
}

FIXTURE_TEARDOWN(products)
{
}

/* CX-3 .. CX-8, CX-B4, CX-B5, TG-B1, SY-1 .. SY-4, AC-7 */
TEST_F_TIMEOUT(products, all, T_LIMIT_MS / 1000)
{
	const struct kind *kind = &kinds[variant->kind];
	unsigned int o, i, m, shielded, n = 0;
	const char *wrong;

	for (o = 0; o < sizeof(options) / sizeof(*options); o++) {
		for (i = 0; i < INTERRUPTIONS; i++) {
			for (m = 0; m < MOMENTS; m++) {
				for (shielded = 0; shielded <= !options[o]; shielded++, n++) {
					wrong = play(kind, options[o], i, m, shielded);
					ASSERT_EQ(NULL, wrong)
						TH_LOG("%s: %s at %u %u %u %u", kind->name, wrong,
						       o, i, m, shielded);
				}
			}
		}
	}
	printf("# %s: %u combinations\n", kind->name, n);
}

TEST_HARNESS_MAIN
