// SPDX-License-Identifier: GPL-2.0
/*
 * cotask sample - a simulated busy machine, for trying out the tool "cotask"
 *
 * Devices with queues, queues with requests: supervisors in nested groups, and workers that
 * sleep, wait with timeouts, call and end, and are replaced.  One request in a hundred waits for
 * an event that never comes, and occasionally a step is slow.  Unloading the module ends all
 * tasks.
 */
#include <linux/cotask.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>

static unsigned int tasks = 1000;
module_param(tasks, uint, 0444);
MODULE_PARM_DESC(tasks, "approximate number of tasks at a time");

static unsigned int loops = 2;
module_param(loops, uint, 0444);
MODULE_PARM_DESC(loops, "1 to 4");

static unsigned int slow_us = 2000;
module_param(slow_us, uint, 0644);
MODULE_PARM_DESC(slow_us, "duration of a slow step; 0: no slow steps");

static bool still;
module_param(still, bool, 0444);
MODULE_PARM_DESC(still, "nothing ever ends, so that each view shows the same");

#define LOOPS		4
#define DEVICES		4	/* per loop */
#define QUEUES		5	/* per device */
#define NAME		24

struct device {
	struct cotask_loop *loop;
	struct cotask_group group;
	struct cotask_future never;
	char name[NAME];
	u32 seed;
};

static struct cotask_loop *loop[LOOPS];
static struct device devices[LOOPS][DEVICES];

/* The same sequence in each run, so that a view can be reproduced. */
static unsigned int pick(struct device *d, unsigned int from, unsigned int below)
{
	d->seed = d->seed * 1664525 + 1013904223;
	return from + (d->seed >> 8) % (below - from);
}

/* --- a request --------------------------------------------------------------------- */

struct request {
	struct cotask_frame frame;
	struct cotask_frame poll;
	struct cotask_timeout timeout;
	struct device *device;
	struct cotask_group *queue;
	unsigned int number;
	unsigned int rounds;
};

static int submit(struct device *d, struct cotask_group *queue, unsigned int number);

static s64 some_time(struct request *me)
{
	if (still)
		return COTASK_FOREVER;
	return pick(me->device, 20, 1000) * NSEC_PER_MSEC;
}

static long poll_register(struct cotask *task, struct cotask_frame *frame)
{
	struct request *me = container_of(frame, struct request, poll);
	long rc;

	CO_BEGIN(task, frame, ready);

	CO_AWAIT(ready, rc, cotask_sleep(task, some_time(me)));
	if (slow_us && !still && pick(me->device, 0, 2000) == 0)
		udelay(min(slow_us, 20000U));
	return rc;
}

static long wait_for_interrupt(struct cotask *task, struct cotask_frame *frame)
{
	struct request *me = container_of(frame, struct request, poll);
	long rc;

	CO_BEGIN(task, frame, irq);

	rc = cotask_timeout_start(task, &me->timeout, some_time(me));
	if (rc)
		return rc;
	CO_AWAIT(irq, rc, cotask_await_shielded(task, &me->device->never.base));
	rc = cotask_timeout_exit(&me->timeout, rc);
	return rc == -ETIMEDOUT ? 0 : rc;
}

static long request(struct cotask *task, struct cotask_frame *frame)
{
	struct request *me = container_of(frame, struct request, frame);
	long rc;

	CO_BEGIN(task, frame, lost, polled, waited, yielded);

	if (me->number % 100 == 37) {
		CO_AWAIT(lost, rc, cotask_await_shielded(task, &me->device->never.base));
		return rc;
	}
	for (me->rounds = 0; me->rounds < 10; me->rounds++) {
		cotask_frame_init(&me->poll, poll_register, NULL);
		CO_AWAIT(polled, rc, cotask_call(task, &me->poll));
		if (rc)
			return rc;
		cotask_frame_init(&me->poll, wait_for_interrupt, NULL);
		CO_AWAIT(waited, rc, cotask_call(task, &me->poll));
		if (rc)
			return rc;
		CO_AWAIT(yielded, rc, cotask_yield(task));
		if (rc)
			return rc;
	}
	return submit(me->device, me->queue, me->number);
}

static int submit(struct device *d, struct cotask_group *queue, unsigned int number)
{
	struct request *r = kzalloc(sizeof(*r), GFP_KERNEL);
	struct cotask_spawn_args args = {};
	struct cotask *t;
	char name[NAME + 16];

	if (!r)
		return -ENOMEM;
	r->device = d;
	r->queue = queue;
	r->number = number;
	snprintf(name, sizeof(name), "%s.io%u", d->name, number);
	args.name = name;
	t = cotask_spawn_with(queue, cotask_frame_init(&r->frame, request, cotask_frame_kfree),
			      &args);
	if (IS_ERR(t))
		return PTR_ERR(t);
	cotask_put(t);
	return 0;
}

/* --- a queue, and a device ------------------------------------------------------------ */

struct queue {
	struct cotask_frame frame;
	struct device *device;
	struct cotask_group group;
	unsigned int number;
	unsigned int requests;
};

static long queue(struct cotask *task, struct cotask_frame *frame)
{
	struct queue *me = container_of(frame, struct queue, frame);
	static const struct cotask_group_options options = {
		.name = "requests", .flags = COTASK_GROUP_INDEPENDENT,
	};
	unsigned int i;
	long rc;

	CO_BEGIN(task, frame, left);

	cotask_group_init(&me->group);
	cotask_group_configure(&me->group, &options);
	rc = cotask_group_enter(task, &me->group);
	for (i = 0; !rc && i < me->requests; i++)
		rc = submit(me->device, &me->group, me->number * me->requests + i);
	CO_AWAIT(left, rc, cotask_group_exit(task, &me->group, rc));
	cotask_group_fini(&me->group);
	return rc;
}

struct supervisor {
	struct cotask_frame frame;
	struct device *device;
	struct cotask_group group;
	struct queue queue[QUEUES];
	struct cotask *last;
};

static int queue_start(struct supervisor *s, unsigned int i)
{
	struct queue *q = &s->queue[i];
	char name[NAME + 16];
	struct cotask *t;

	q->device = s->device;
	q->number = i;
	q->requests = tasks / (loops * DEVICES * QUEUES);
	snprintf(name, sizeof(name), "%s.q%u", s->device->name, i);
	t = cotask_spawn(&s->group, cotask_frame_init(&q->frame, queue, NULL), name);
	if (IS_ERR(t))
		return PTR_ERR(t);
	cotask_put(s->last);
	s->last = t;
	return 0;
}

static long supervise(struct cotask *task, struct cotask_frame *frame)
{
	struct supervisor *me = container_of(frame, struct supervisor, frame);
	static const struct cotask_group_options options = { .name = "queues" };
	unsigned int i;
	long rc;

	CO_BEGIN(task, frame, joined, left);

	cotask_group_init(&me->group);
	cotask_group_configure(&me->group, &options);
	rc = cotask_group_enter(task, &me->group);
	for (i = 0; !rc && i < QUEUES; i++)
		rc = queue_start(me, i);
	if (!rc)
		CO_AWAIT(joined, rc, cotask_join(task, me->last));
	CO_AWAIT(left, rc, cotask_group_exit(task, &me->group, rc));
	cotask_group_fini(&me->group);
	return rc;
}

static void supervisor_release(struct cotask_frame *frame)
{
	struct supervisor *me = container_of(frame, struct supervisor, frame);

	cotask_put(me->last);
	kfree(me);
}

static int device_start(struct device *d, struct cotask_loop *on, unsigned int i, unsigned int k)
{
	struct cotask_group_options options = { .name = d->name };
	struct supervisor *s = kzalloc(sizeof(*s), GFP_KERNEL);
	struct cotask *t;
	int rc;

	if (!s)
		return -ENOMEM;
	snprintf(d->name, sizeof(d->name), "%s%u", i % 2 ? "nic" : "nvme", k);
	d->seed = i * DEVICES + k;
	d->loop = on;
	cotask_future_init(&d->never, on);
	cotask_group_init(&d->group);
	cotask_group_configure(&d->group, &options);
	rc = cotask_group_open(&d->group, on, 0);
	if (rc) {
		kfree(s);
		return rc;
	}
	s->device = d;
	t = cotask_spawn(&d->group, cotask_frame_init(&s->frame, supervise, supervisor_release),
			 d->name);
	if (IS_ERR(t))
		return PTR_ERR(t);
	cotask_put(t);
	return 0;
}

static void stop_all(void)
{
	unsigned int i, k;

	for (i = 0; i < LOOPS; i++) {
		for (k = 0; k < DEVICES; k++) {
			if (devices[i][k].loop)
				cotask_group_stop(&devices[i][k].group, NSEC_PER_SEC);
			cotask_group_fini(&devices[i][k].group);
			cotask_future_fini(&devices[i][k].never);
		}
		cotask_loop_stop(loop[i], 0);
	}
}

static int __init busy_init(void)
{
	unsigned int i, k;
	int rc = 0;

	loops = clamp(loops, 1U, (unsigned int)LOOPS);
	for (i = 0; i < LOOPS; i++) {
		for (k = 0; k < DEVICES; k++)
			cotask_group_init(&devices[i][k].group);
	}
	for (i = 0; !rc && i < loops; i++) {
		struct cotask_loop *new = cotask_loop_create(i % 2 ? "net" : "storage", 0);

		if (IS_ERR(new)) {
			rc = PTR_ERR(new);
			break;
		}
		loop[i] = new;
		for (k = 0; !rc && k < DEVICES; k++)
			rc = device_start(&devices[i][k], new, i, k);
	}
	if (rc)
		stop_all();
	return rc;
}
module_init(busy_init);

static void __exit busy_exit(void)
{
	stop_all();
}
module_exit(busy_exit);

MODULE_DESCRIPTION("Many tasks of cotask that have something to do");
MODULE_LICENSE("GPL");
COTASK_IMPORT(COTASK);
