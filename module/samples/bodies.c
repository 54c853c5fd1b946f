// SPDX-License-Identifier: GPL-2.0
/*
 * cotask sample - native bodies: coroutines of this module that processes spawn by name
 *
 * "sample.nap" sleeps in the loop of the process.  "sample.errand" spawns a task that does the
 * same in a loop of this module, and awaits it; a cancel of the errand cancels that task.
 */
#include <linux/cotask.h>
#include <linux/cotask_body.h>
#include <linux/cotask_wait.h>
#include <linux/module.h>
#include <linux/slab.h>

#define NAPS_MAX	16

/**
 * struct nap_arg - the argument of both bodies, from the process
 * @naps: number of sleeps, up to 16
 * @ns: duration of each sleep in nanoseconds
 */
struct nap_arg {
	u32 naps;
	u32 ns;
};

/* --- sample.nap ------------------------------------------------------------- */

struct nap {
	struct cotask_frame frame;
	struct nap_arg arg;
	u32 i;
};

static long nap(struct cotask *task, struct cotask_frame *frame)
{
	struct nap *me = container_of(frame, struct nap, frame);
	long rc;

	CO_BEGIN(task, frame, slept);

	for (me->i = 0; me->i < me->arg.naps; me->i++) {
		CO_AWAIT(slept, rc, cotask_sleep(task, me->arg.ns));
		if (rc < 0)
			return rc;
	}
	return me->arg.naps ? (long)me->arg.naps : -ENODATA;
}

static struct cotask_frame *make_nap(const void *arg)
{
	struct nap *me;

	if (((const struct nap_arg *)arg)->naps > NAPS_MAX)
		return ERR_PTR(-ERANGE);
	me = kzalloc(sizeof(*me), GFP_KERNEL_ACCOUNT);
	if (!me)
		return ERR_PTR(-ENOMEM);
	me->arg = *(const struct nap_arg *)arg;
	return cotask_frame_init(&me->frame, nap, cotask_frame_kfree);
}

static struct cotask_body nap_body = {
	.name = "sample.nap",
	.owner = THIS_MODULE,
	.arg_size = sizeof(struct nap_arg),
	.capability = -1,
	.make = make_nap,
};

/* --- sample.errand ---------------------------------------------------------- */

/* Processes share it: the limits of their files do not count what is spawned here. */
#define ERRANDS_MAX	16384

static struct cotask_loop *loop;
static struct cotask_group errands;

/**
 * struct errand - the task that the process has spawned
 * @frame: its coroutine, in the loop of the process
 * @napper: reference to the task in the loop of this module
 */
struct errand {
	struct cotask_frame frame;
	struct cotask *napper;
};

static long errand(struct cotask *task, struct cotask_frame *frame)
{
	struct errand *me = container_of(frame, struct errand, frame);
	long rc;

	CO_BEGIN(task, frame, done);

	CO_AWAIT(done, rc, cotask_await_across(task, me->napper));
	return rc;
}

static void errand_release(struct cotask_frame *frame)
{
	struct errand *me = container_of(frame, struct errand, frame);

	cotask_cancel(me->napper);
	cotask_put(me->napper);
	kfree(me);
}

static struct cotask_frame *make_errand(const void *arg)
{
	struct cotask_frame *inner = make_nap(arg);
	struct errand *me;

	if (IS_ERR(inner))
		return inner;
	me = kzalloc(sizeof(*me), GFP_KERNEL_ACCOUNT);
	if (!me) {
		cotask_frame_kfree(inner);
		return ERR_PTR(-ENOMEM);
	}
	/* The process pays for it, which a loop of the kernel does not know. */
	me->napper = cotask_spawn_with(&errands, inner,
				       &(struct cotask_spawn_args) {
						.gfp = GFP_KERNEL_ACCOUNT,
						.name = "sample.napper",
				       });
	if (IS_ERR(me->napper)) {
		struct cotask_frame *error = ERR_CAST(me->napper);

		kfree(me);
		return error;
	}
	return cotask_frame_init(&me->frame, errand, errand_release);
}

static struct cotask_body errand_body = {
	.name = "sample.errand",
	.owner = THIS_MODULE,
	.arg_size = sizeof(struct nap_arg),
	.capability = -1,
	.make = make_errand,
};

/* --- the module ------------------------------------------------------------- */

static bool has_errand;

static int __init open_errands(void)
{
	const struct cotask_group_options options = {
		.name = "errands",
		.limit = ERRANDS_MAX,
		.flags = COTASK_GROUP_INDEPENDENT,
	};

	cotask_group_init(&errands);
	return cotask_group_configure(&errands, &options) ?: cotask_group_open(&errands, loop, 0);
}

static void close_errands(s64 grace_ns)
{
	cotask_group_stop(&errands, grace_ns);
	cotask_loop_stop(loop, grace_ns);
}

/* A process may run a body once it is registered, so after the first one this does not fail. */
static int __init bodies_init(void)
{
	int rc;

	loop = cotask_loop_create("bodies", 0);
	if (IS_ERR(loop))
		return PTR_ERR(loop);
	rc = open_errands();
	if (rc) {
		cotask_loop_stop(loop, 0);
		return rc;
	}
	rc = cotask_body_register(&nap_body);
	if (rc) {
		close_errands(0);
		return rc;
	}
	rc = cotask_body_register(&errand_body);
	has_errand = !rc;
	if (rc)
		pr_err("cotask_bodies: no %s: %d\n", errand_body.name, rc);
	return 0;
}
module_init(bodies_init);

static void __exit bodies_exit(void)
{
	if (has_errand)
		cotask_body_unregister(&errand_body);
	cotask_body_unregister(&nap_body);
	close_errands(NSEC_PER_SEC);
}
module_exit(bodies_exit);

MODULE_DESCRIPTION("Coroutines that processes spawn by name");
MODULE_AUTHOR("The cotask authors");
MODULE_LICENSE("GPL");
COTASK_IMPORT(COTASK);
COTASK_IMPORT(COTASK_AWAIT);
