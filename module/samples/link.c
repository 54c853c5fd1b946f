// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * cotask sample - one source: the same coroutines in the kernel and in a process
 *
 * Two programs of asyncio's tutorial; the training of a link, with a time limit, retries, pauses
 * and a clean-up when it is cancelled; sensors that are read concurrently.  Loading the module
 * cotask_link, or running the program link, runs one after the other, and prints each event with
 * the milliseconds since the start.
 *
 * Only the lines between #ifdef and #endif differ between kernel and process: the include files
 * and say() at the top, and the caller of run_all() at the bottom.
 */
#ifdef __KERNEL__
#include <linux/cotask_gather.h>
#include <linux/cotask_scope.h>
#include <linux/cotask_sync.h>
#include <linux/module.h>

#define now_ms()	ktime_to_ms(ktime_get())
#define print(...)	pr_info(__VA_ARGS__)
#else
#include <cotask_stackless.h>
#include <stdio.h>

#define now_ms()	(cotask_now() / COTASK_MSEC)
#define print(...)	printf(__VA_ARGS__)
#endif

static s64 began;

/* Rounds times to multiples of 5 ms, which hides the latency of wake-ups. */
static int elapsed(void)
{
	return ((int)(now_ms() - began) + 2) / 5 * 5;
}

#define say(fmt, ...)	print("link: %d ms: " fmt "\n", elapsed(), ##__VA_ARGS__)

#define MS	NSEC_PER_MSEC

/* --- the tutorial: tasks of a group, and a time limit ---------------------------------- */

struct after {
	struct cotask_frame frame;
	s64 delay;
	const char *what;
};

static long say_after(struct cotask *task, struct cotask_frame *frame)
{
	struct after *me = container_of(frame, struct after, frame);
	long rc;

	CO_BEGIN(task, frame, slept);

	CO_AWAIT(slept, rc, cotask_sleep(task, me->delay));
	if (rc)
		say("%s: cancelled", me->what);
	else
		say("%s", me->what);
	return rc;
}

static struct cotask_frame *after(struct after *me, s64 delay, const char *what)
{
	me->delay = delay;
	me->what = what;
	return cotask_frame_init(&me->frame, say_after, NULL);
}

struct tutorial {
	struct cotask_frame frame;
	struct after hello, world;
	struct cotask_group group;
	struct cotask_timeout timeout;
};

/* Run both coroutines concurrently: leaving the group waits for both. */
static long a_group(struct cotask *task, struct cotask_frame *frame)
{
	struct tutorial *me = container_of(frame, struct tutorial, frame);
	long rc;

	CO_BEGIN(task, frame, left);

	cotask_group_init(&me->group);
	rc = cotask_group_enter(task, &me->group);
	if (rc)
		return rc;
	rc = cotask_go(&me->group, after(&me->hello, 100 * MS, "hello"));
	if (!rc)
		rc = cotask_go(&me->group, after(&me->world, 200 * MS, "world"));
	CO_AWAIT(left, rc, cotask_group_exit(task, &me->group, rc));
	cotask_group_fini(&me->group);
	return rc;
}

/* The time limit cancels the second coroutine. */
static long a_timeout(struct cotask *task, struct cotask_frame *frame)
{
	struct tutorial *me = container_of(frame, struct tutorial, frame);
	long rc;

	CO_BEGIN(task, frame, hello, world);

	CO_TIMEOUT(&me->timeout, 150 * MS, rc) {
		CO_AWAIT(hello, rc, cotask_call(task, after(&me->hello, 100 * MS, "hello")));
		if (rc)
			continue;
		CO_AWAIT(world, rc, cotask_call(task, after(&me->world, 100 * MS, "world")));
	}
	say("%s", rc == -ETIMEDOUT ? "timed out" : "not timed out");
	return rc == -ETIMEDOUT ? 0 : rc;
}

/* --- a link: states, a time limit, retries ------------------------------------------------ */

#define TRIES	4

enum link_state { LINK_DOWN, LINK_TRAINS, LINK_WAITS, LINK_UP };

struct link {
	struct cotask_frame frame;
	enum link_state state;
	unsigned int tries;
	s64 pause;
	struct cotask_timeout timeout;
	struct cotask_event asked, answered;
};

/* Try until the other end answers; each try has a time limit, and each pause is longer. */
static long train(struct cotask *task, struct cotask_frame *frame)
{
	struct link *me = container_of(frame, struct link, frame);
	long rc;

	CO_BEGIN(task, frame, reset, answered, paused);

	while (me->state != LINK_UP) {
		switch (me->state) {
		case LINK_DOWN:
			CO_AWAIT(reset, rc, cotask_sleep(task, 10 * MS));
			me->state = LINK_TRAINS;
			break;
		case LINK_TRAINS:
			say("asks, try %u", me->tries);
			CO_TIMEOUT(&me->timeout, 50 * MS, rc) {
				cotask_event_set(&me->asked);
				CO_AWAIT(answered, rc, cotask_event_wait(task, &me->answered));
			}
			me->state = rc ? LINK_WAITS : LINK_UP;
			if (rc == -ETIMEDOUT && me->tries++ < TRIES)
				rc = 0;
			break;
		default:
			CO_AWAIT(paused, rc, cotask_sleep(task, me->pause));
			me->pause *= 2;
			me->state = LINK_DOWN;
		}
		if (rc)
			return rc;
	}
	return 0;
}

struct bring_up {
	struct cotask_frame frame;
	struct link link;
	struct cotask_section section;
	long rc;
};

/* After a failure the link is switched off; a cancel is delivered only after that. */
static long bring_up(struct cotask *task, struct cotask_frame *frame)
{
	struct bring_up *me = container_of(frame, struct bring_up, frame);
	long rc;

	CO_BEGIN(task, frame, trained, off);

	me->link.state = LINK_DOWN;
	me->link.tries = 1;
	me->link.pause = 20 * MS;
	cotask_frame_init(&me->link.frame, train, NULL);
	CO_AWAIT(trained, me->rc, cotask_call(task, &me->link.frame));
	if (!me->rc) {
		say("is up");
		return 0;
	}
	rc = cotask_shield_enter(task, &me->section, COTASK_FOREVER);
	if (rc)
		return rc;
	CO_AWAIT(off, rc, cotask_sleep(task, 5 * MS));
	say("is off: %s", me->rc == -ETIMEDOUT ? "no answer" : "cancelled");
	return cotask_shield_exit(&me->section, me->rc);
}

/* The other end, which ignores requests for some time. */
struct peer {
	struct cotask_frame frame;
	struct link *link;
	unsigned int deaf;
};

static long answer(struct cotask *task, struct cotask_frame *frame)
{
	struct peer *me = container_of(frame, struct peer, frame);
	long rc;

	CO_BEGIN(task, frame, asked, thought);

	for (;;) {
		CO_AWAIT(asked, rc, cotask_event_wait(task, &me->link->asked));
		if (rc)
			return rc;
		cotask_event_clear(&me->link->asked);
		if (me->deaf) {
			me->deaf--;
			continue;
		}
		CO_AWAIT(thought, rc, cotask_sleep(task, 5 * MS));
		if (rc)
			return rc;
		cotask_event_set(&me->link->answered);
	}
}

struct links {
	struct cotask_frame frame;
	struct bring_up up;
	struct peer peer;
	struct cotask_group group;
	struct cotask_timeout limit;
	long rc;
};

static int links_init(struct links *me, struct cotask_loop *loop, unsigned int deaf)
{
	me->peer.link = &me->up.link;
	me->peer.deaf = deaf;
	cotask_frame_init(&me->peer.frame, answer, NULL);
	cotask_frame_init(&me->up.frame, bring_up, NULL);
	cotask_group_init(&me->group);
	return cotask_event_init(&me->up.link.asked, loop) ?:
	       cotask_event_init(&me->up.link.answered, loop);
}

static void links_fini(struct links *me)
{
	cotask_group_fini(&me->group);
	cotask_event_fini(&me->up.link.asked);
	cotask_event_fini(&me->up.link.answered);
}

/*
 * A link and its other end are a group that ends with the link.  This function is the code of
 * three coroutines: they call it in each step, with the same arguments.
 */
static long a_link_with(struct cotask *task, struct cotask_frame *frame, unsigned int deaf,
			s64 limit)
{
	struct links *me = container_of(frame, struct links, frame);
	long rc;

	CO_BEGIN(task, frame, up, left);

	rc = links_init(me, cotask_get_loop(task), deaf);
	if (!rc)
		rc = cotask_group_enter(task, &me->group);
	if (rc)
		return rc;
	rc = cotask_go(&me->group, &me->peer.frame);
	if (!rc) {
		CO_TIMEOUT(&me->limit, limit, me->rc)
			CO_AWAIT(up, me->rc, cotask_call(task, &me->up.frame));
		rc = cotask_group_cancel(&me->group);
	}
	CO_AWAIT(left, rc, cotask_group_exit(task, &me->group, rc));
	links_fini(me);
	say("ends with %s", me->rc ? "-ETIMEDOUT" : "0");
	return rc ? rc : me->rc == -ETIMEDOUT ? 0 : me->rc;
}

/* The third try is answered. */
static long a_link(struct cotask *task, struct cotask_frame *frame)
{
	return a_link_with(task, frame, 2, COTASK_FOREVER);
}

/* No try is answered. */
static long a_dead_link(struct cotask *task, struct cotask_frame *frame)
{
	return a_link_with(task, frame, 1000, COTASK_FOREVER);
}

/* The time limit expires in the pause after the first try. */
static long a_slow_link(struct cotask *task, struct cotask_frame *frame)
{
	return a_link_with(task, frame, 1000, 75 * MS);
}

/* --- sensors: a gather --------------------------------------------------------------------- */

#define SENSORS	3

struct sensor {
	struct cotask_frame frame;
	s64 takes;
	long value;
};

static long measure(struct cotask *task, struct cotask_frame *frame)
{
	struct sensor *me = container_of(frame, struct sensor, frame);
	long rc;

	CO_BEGIN(task, frame, measured);

	CO_AWAIT(measured, rc, cotask_sleep(task, me->takes));
	return rc ? rc : me->value;
}

struct sensors {
	struct cotask_frame frame;
	struct sensor sensor[SENSORS];
	struct cotask_member member[SENSORS];
	struct cotask_set set;
};

/* Read all sensors concurrently; one of them fails, the other ones are read. */
static long a_gather(struct cotask *task, struct cotask_frame *frame)
{
	struct sensors *me = container_of(frame, struct sensors, frame);
	int i;
	long rc;

	CO_BEGIN(task, frame, gathered);

	for (i = 0; i < SENSORS; i++) {
		me->sensor[i].takes = (i + 1) * 10 * MS;
		me->sensor[i].value = i == 1 ? -EIO : 20 + i;
		cotask_frame_init(&me->sensor[i].frame, measure, NULL);
		me->member[i] = COTASK_MEMBER_CORO(&me->sensor[i].frame);
	}
	CO_AWAIT(gathered, rc, cotask_await(task, cotask_gather(&me->set, NULL, me->member,
								SENSORS, COTASK_GATHER_COLLECT)));
	for (i = 0; i < SENSORS; i++) {
		if (me->member[i].result < 0)
			say("sensor %d: no value", i);
		else
			say("sensor %d: %ld degrees", i, me->member[i].result);
	}
	cotask_set_drop(&me->set);
	return rc;
}

/* --- all programs ---------------------------------------------------------------------------- */

static const struct program {
	const char *title;
	cotask_step_fn step;
} programs[] = {
	{ "a group", a_group }, { "a timeout", a_timeout }, { "a link", a_link },
	{ "a dead link", a_dead_link }, { "a slow link", a_slow_link }, { "a gather", a_gather },
};

static struct everything {
	struct cotask_frame frame;
	union {
		struct cotask_frame program;	/* the first member of each program's struct */
		struct tutorial tutorial;
		struct links links;
		struct sensors sensors;
	};
	unsigned int i;
} everything;

static long run_all(struct cotask *task, struct cotask_frame *frame)
{
	struct everything *me = container_of(frame, struct everything, frame);
	long rc;

	CO_BEGIN(task, frame, program);

	for (me->i = 0; me->i < ARRAY_SIZE(programs); me->i++) {
		began = now_ms();
		say("--- %s", programs[me->i].title);
		cotask_frame_init(&me->program, programs[me->i].step, NULL);
		CO_AWAIT(program, rc, cotask_call(task, &me->program));
		if (rc)
			return rc;
	}
	say("--- end");
	return 0;
}

#ifdef __KERNEL__

static struct cotask_loop *loop;

static int __init link_init(void)
{
	int rc;

	loop = cotask_loop_create("link", 0);
	if (IS_ERR(loop))
		return PTR_ERR(loop);
	rc = cotask_go(cotask_loop_root(loop),
		       cotask_frame_init(&everything.frame, run_all, NULL));
	if (rc)
		cotask_loop_stop(loop, 0);
	return rc;
}
module_init(link_init);

static void __exit link_exit(void)
{
	cotask_loop_stop(loop, NSEC_PER_SEC);
}
module_exit(link_exit);

MODULE_DESCRIPTION("One source: the same coroutines in the kernel and in a process");
MODULE_AUTHOR("The cotask authors");
MODULE_LICENSE("Dual MIT/GPL");
COTASK_IMPORT(COTASK);
COTASK_IMPORT(COTASK_AWAIT);

#else

int main(void)
{
	return cotask_run(NULL, cotask_frame_init(&everything.frame, run_all, NULL)) ? 1 : 0;
}

#endif
