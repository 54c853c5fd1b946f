// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - dumps: chunks, concurrent changes, loops that do not answer
 */
#include <linux/slab.h>

#include "../helpers.h"
#include "../suites.h"
#include "../../observe/dump.h"

static const struct line sleeper[] = { SLEEP(1000), END };

static int ask(struct cotask_dump *d, unsigned int patience)
{
	return cotask_dump_next(d, &patience);
}

/* The chunk that comes next. */
static struct cotask_dump *next(struct kunit *test, struct cotask_dump *d)
{
	int rc;

	/* The thread of a loop may get no CPU for long. */
	do
		rc = ask(d, COTASK_DUMP_PATIENCE);
	while (rc == -ETIMEDOUT);
	KUNIT_EXPECT_EQ(test, rc, 0);
	return d;
}

static struct cotask_dump *begin(struct kunit *test, struct cotask_loop *loop)
{
	struct cotask_dump *d = cotask_dump_begin(loop);

	KUNIT_ASSERT_NOT_NULL(test, d);
	return next(test, d);
}

/* IN-B1: all fields of a task and of its group */
static void records(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GROUP(0), SPAWN(1, 0, sleeper), SPAWN(2, 0, sleeper), JOIN(1), ENDGROUP, END
	};
	struct cotask_task_record *t;
	struct cotask_dump *d;

	play_named(env, 0, p, "p");
	settle(env);
	d = begin(test, env->loop);
	KUNIT_EXPECT_TRUE(test, d->end);
	KUNIT_EXPECT_EQ(test, d->tasks, 3U);
	KUNIT_EXPECT_EQ(test, d->stats.spawned, 3ULL);
	KUNIT_ASSERT_EQ(test, d->n, 5U);
	KUNIT_EXPECT_TRUE(test, d->record[0].is_group && d->record[0].group.root);
	KUNIT_EXPECT_EQ(test, d->record[0].group.live, 1U);
	t = &d->record[1].task;
	KUNIT_EXPECT_STREQ(test, t->info.name, "p");
	KUNIT_EXPECT_EQ(test, t->info.group, d->record[0].group.id);
	KUNIT_EXPECT_STREQ(test, t->info.waits_on, "task");
	KUNIT_ASSERT_EQ(test, t->n_waits_for, 1U);
	KUNIT_EXPECT_EQ(test, t->waits_for[0], cotask_id(env->task[1]));
	KUNIT_EXPECT_EQ(test, t->n_frames, 1U);
	KUNIT_EXPECT_TRUE(test, d->record[2].is_group);
	KUNIT_EXPECT_EQ(test, d->record[2].group.parent, cotask_id(env->task[0]));
	KUNIT_EXPECT_EQ(test, d->record[3].task.info.id, cotask_id(env->task[1]));
	KUNIT_EXPECT_EQ(test, d->record[4].task.info.id, cotask_id(env->task[2]));
	cotask_dump_end(d);
}

/* IN-B1: the edges of a gather are the tasks that it waits for */
static void edges(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line quick[] = { END };
	static const struct line g[] = {
		GATHER(0, 0, T(1), T(2), F(0), T(3)), AWAIT_SET(0), END
	};
	struct cotask_task_record *t;
	struct cotask_dump *d;

	play(env, 1, sleeper);
	play(env, 2, sleeper);
	play(env, 3, quick);
	play(env, 0, g);
	settle(env);
	d = begin(test, env->loop);
	KUNIT_ASSERT_EQ(test, d->n, 4U);
	t = &d->record[3].task;
	KUNIT_EXPECT_STREQ(test, t->info.waits_on, "gather");
	KUNIT_ASSERT_EQ(test, t->n_waits_for, 2U);
	KUNIT_EXPECT_EQ(test, t->waits_for[0], cotask_id(env->task[1]));
	KUNIT_EXPECT_EQ(test, t->waits_for[1], cotask_id(env->task[2]));
	cotask_dump_end(d);
	cotask_future_complete(&env->future[0], 0);
}

/* IN-B1: the edge of a shield is the task that it shields */
static void edge_of_a_shield(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line shields[] = { SHIELD(1), END };
	struct cotask_task_record *t;
	struct cotask_dump *d;

	play(env, 1, sleeper);
	play(env, 0, shields);
	settle(env);
	d = begin(test, env->loop);
	KUNIT_ASSERT_EQ(test, d->n, 3U);
	t = &d->record[2].task;
	KUNIT_EXPECT_STREQ(test, t->info.waits_on, "shield");
	KUNIT_ASSERT_EQ(test, t->n_waits_for, 1U);
	KUNIT_EXPECT_EQ(test, t->waits_for[0], cotask_id(env->task[1]));
	cotask_dump_end(d);
}

#define MANY	(3 * COTASK_DUMP_CHUNK)

struct crowd {
	struct cotask_frame frame[MANY];
	struct cotask *task[MANY];
};

static long wait_forever(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, slept);

	CO_AWAIT(slept, rc, cotask_sleep(task, COTASK_FOREVER));
	return rc;
}

static struct crowd *crowd_new(struct kunit *test, struct cotask_loop *loop)
{
	struct crowd *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, c);
	for (i = 0; i < MANY; i++)
		c->task[i] = cotask_spawn(cotask_loop_root(loop),
					  cotask_frame_init(&c->frame[i], wait_forever, NULL),
					  NULL);
	return c;
}

static void crowd_cancel(struct crowd *c)
{
	int i;

	for (i = 0; i < MANY; i++)
		cotask_cancel(c->task[i]);
}

static void crowd_put(struct crowd *c)
{
	int i;

	for (i = 0; i < MANY; i++)
		cotask_put(c->task[i]);
}

/* IN-3: what goes away between two chunks moves the place where the next one begins */
static void cursor(struct kunit *test)
{
	struct env *env = env_of(test);
	struct crowd *c = crowd_new(test, env->loop);
	struct cotask_dump *d;
	int i;

	settle(env);
	d = begin(test, env->loop);
	KUNIT_EXPECT_FALSE(test, d->end);
	KUNIT_EXPECT_EQ(test, d->n, (unsigned int)COTASK_DUMP_CHUNK);
	KUNIT_EXPECT_EQ(test, d->record[COTASK_DUMP_CHUNK - 1].task.info.id,
			cotask_id(c->task[COTASK_DUMP_CHUNK - 2]));
	/* The next task to be listed, its neighbours, and one that was listed. */
	for (i = COTASK_DUMP_CHUNK - 3; i < COTASK_DUMP_CHUNK + 2; i++)
		cotask_cancel(c->task[i]);
	settle(env);
	next(test, d);
	KUNIT_EXPECT_EQ(test, d->record[0].task.info.id,
			cotask_id(c->task[COTASK_DUMP_CHUNK + 2]));
	crowd_cancel(c);
	settle(env);
	next(test, d);
	KUNIT_EXPECT_EQ(test, d->n, 0U);
	KUNIT_EXPECT_TRUE(test, d->end);
	cotask_dump_end(d);
	crowd_put(c);
}

/* IN-3: also if it is a whole group */
static void cursor_of_a_group(struct kunit *test)
{
	struct env *env = env_of(test);
	static const struct line p[] = {
		GROUP(0), SPAWN(1, 0, sleeper), SPAWN(2, 0, sleeper), ENDGROUP, END
	};
	struct crowd *c = crowd_new(test, env->loop);
	struct cotask_dump *d;
	unsigned int n = 0;

	play(env, 0, p);
	settle(env);
	d = begin(test, env->loop);
	while (n + d->n < MANY + 2) {
		n += d->n;
		next(test, d);
	}
	/* The root group and all its children were told, or are in this chunk. */
	cotask_cancel(env->task[0]);
	settle(env);
	if (!d->end) {
		next(test, d);
		KUNIT_EXPECT_EQ(test, d->n, 0U);
		KUNIT_EXPECT_TRUE(test, d->end);
	}
	cotask_dump_end(d);
	crowd_put(c);
}

/* How many tasks and groups the rest of a dump has. */
static unsigned int rest_of(struct kunit *test, struct cotask_dump *d)
{
	unsigned int n = d->n;

	while (!d->end)
		n += next(test, d)->n;
	return n;
}

/* IN-3: a loop that makes tasks and groups all the time does not keep a reader going */
static void makes_more(struct kunit *test)
{
	static const struct line enters[] = { GROUP(0), SPAWN(1, 0, sleeper), ENDGROUP, END };
	struct env *env = env_of(test);
	struct crowd *c = crowd_new(test, env->loop), *later;
	struct cotask_dump *d;

	settle(env);
	d = begin(test, env->loop);
	KUNIT_EXPECT_FALSE(test, d->end);
	later = crowd_new(test, env->loop);
	play(env, 0, enters);
	cotask_group_init(&env->group[1]);
	KUNIT_ASSERT_EQ(test, cotask_group_open(&env->group[1], env->loop, 0), 0);
	settle(env);
	/* The root group is one more. */
	KUNIT_EXPECT_EQ(test, rest_of(test, d), MANY + 1U);
	cotask_dump_end(d);
	d = begin(test, env->loop);
	KUNIT_EXPECT_EQ(test, rest_of(test, d), 2 * MANY + 2 + 3U);
	cotask_dump_end(d);
	stop(env, 0);
	cotask_group_stop(&env->group[1], 0);
	crowd_put(later);
	crowd_put(c);
}

/* IN-3: nor do loops that are made all the time */
static void loops_made_later(struct kunit *test)
{
	struct cotask_viewer viewer = { .all = true, .last = cotask_loops_last_nth() };
	struct cotask_loop *loop = cotask_loop_create("later", 0), *l;
	bool seen = false;
	u32 after = 0;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	while ((l = cotask_report_next_loop(&viewer, after))) {
		after = l->id;
		seen |= l == env_of(test)->loop;
		KUNIT_EXPECT_PTR_NE(test, l, loop);
		cotask_loop_put(l);
	}
	KUNIT_EXPECT_TRUE(test, seen);
	viewer.last = cotask_loops_last_nth();
	l = cotask_report_next_loop(&viewer, loop->id - 1);
	KUNIT_EXPECT_PTR_EQ(test, l, loop);
	cotask_loop_put(l);
	cotask_loop_stop(loop, 0);
}

/* A reader that stops in the middle leaves nothing behind. */
static void reader_goes(struct kunit *test)
{
	struct env *env = env_of(test);
	struct crowd *c = crowd_new(test, env->loop);

	settle(env);
	cotask_dump_end(begin(test, env->loop));
	KUNIT_EXPECT_TRUE(test, list_empty(&env->loop->cursors));
	crowd_put(c);
}

/* A loop that ends in the middle is reported as ended. */
static void loop_goes(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create("goes", 0);
	struct crowd *c;
	struct cotask_dump *d;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	c = crowd_new(test, loop);
	d = begin(test, loop);
	KUNIT_EXPECT_FALSE(test, d->end);
	cotask_loop_stop(loop, 0);
	KUNIT_EXPECT_EQ(test, ask(d, COTASK_DUMP_PATIENCE), -ESHUTDOWN);
	cotask_dump_end(d);
	crowd_put(c);
}

static void ask_idle(struct env *env)
{
	struct cotask_dump *d = cotask_dump_begin(env->loop);

	KUNIT_EXPECT_EQ(env->test, ask(d, COTASK_DUMP_PATIENCE), -EAGAIN);
	cotask_dump_end(d);
}

static void ask_busy(struct env *env)
{
	struct cotask_dump *d = cotask_dump_begin(env->loop);
	unsigned int patience = HZ / 10;

	WRITE_ONCE(env->loop->pumping, true);
	/* A loop of the kernel is not one of those that try its patience. */
	KUNIT_EXPECT_EQ(env->test, cotask_dump_next(d, &patience), -ETIMEDOUT);
	KUNIT_EXPECT_EQ(env->test, patience, HZ / 10U);
	WRITE_ONCE(env->loop->pumping, false);
	cotask_dump_end(d);
}

/* A loop without a pump is not waited for, one in a long step not for long. */
static void no_answer(struct kunit *test)
{
	struct env *env = env_of(test);

	unsigned int refs = refcount_read(&env->loop->refs);

	elsewhere(env, ask_idle);
	elsewhere(env, ask_busy);
	/* The question is still there, and nothing of the callers that have asked. */
	KUNIT_EXPECT_EQ(test, refcount_read(&env->loop->refs), refs);
	KUNIT_EXPECT_TRUE(test, list_empty(&env->loop->readers));
	settle(env);
	KUNIT_EXPECT_TRUE(test, list_empty(&env->loop->cursors));
}

/* --- a reader that was interrupted --------------------------------------------------- */

/* A look that a reader in another thread goes on with. */
static struct {
	struct cotask_dump *d;
	int rc;
} look;

/* As after a signal: what it has asked for is still to come. */
static void ask_and_leave(struct env *env)
{
	WRITE_ONCE(env->loop->pumping, true);
	look.rc = ask(look.d, 1);
	WRITE_ONCE(env->loop->pumping, false);
}

/* It waits for nothing. */
static void come_back(struct env *env)
{
	look.rc = ask(look.d, 0);
}

/* IN-3: what was answered meanwhile is taken, once, and nothing else is written over it */
static void comes_back(struct kunit *test)
{
	struct env *env = env_of(test);
	struct crowd *c = crowd_new(test, env->loop);
	unsigned int i;

	settle(env);
	look.d = cotask_dump_begin(env->loop);
	KUNIT_ASSERT_NOT_NULL(test, look.d);
	for (i = 0; i < 3; i++) {
		elsewhere(env, ask_and_leave);
		KUNIT_EXPECT_EQ(test, look.rc, -ETIMEDOUT);
		settle(env);
		KUNIT_EXPECT_TRUE(test, list_empty(&env->loop->readers));
		elsewhere(env, come_back);
		KUNIT_ASSERT_EQ(test, look.rc, 0);
		KUNIT_EXPECT_TRUE(test, list_empty(&env->loop->readers));
		KUNIT_EXPECT_EQ(test, look.d->first, !i);
		KUNIT_EXPECT_EQ(test, look.d->n, (unsigned int)COTASK_DUMP_CHUNK);
		KUNIT_EXPECT_EQ(test, look.d->record[COTASK_DUMP_CHUNK - 1].task.info.id,
				cotask_id(c->task[(i + 1) * COTASK_DUMP_CHUNK - 2]));
	}
	/* The last one is no less told than the others, and nothing comes after it. */
	elsewhere(env, ask_and_leave);
	settle(env);
	elsewhere(env, come_back);
	KUNIT_EXPECT_EQ(test, look.rc, 0);
	KUNIT_EXPECT_TRUE(test, look.d->end);
	elsewhere(env, come_back);
	KUNIT_EXPECT_EQ(test, look.rc, -ENOENT);
	cotask_dump_end(look.d);
	crowd_put(c);
}

/* --- under load --------------------------------------------------------------------- */

static long short_lived(struct cotask *task, struct cotask_frame *frame)
{
	long rc;

	CO_BEGIN(task, frame, once);

	CO_AWAIT(once, rc, cotask_yield(task));
	return rc;
}

static void spawn_some(struct cotask_loop *loop)
{
	int i;

	for (i = 0; i < MANY / 2; i++) {
		struct cotask_frame *frame = kzalloc(sizeof(*frame), GFP_KERNEL);

		if (frame)
			cotask_go(cotask_loop_root(loop),
				  cotask_frame_init(frame, short_lived, cotask_frame_kfree));
	}
}

static void count(struct crowd *c, const struct cotask_dump *d, unsigned int *times)
{
	unsigned int i, k;

	for (i = 0; i < d->n; i++) {
		if (d->record[i].is_group)
			continue;
		for (k = 0; k < MANY; k++)
			times[k] += d->record[i].task.info.id == cotask_id(c->task[k]);
	}
}

/* IN-3: while tasks come and go, no task that stays is missed or doubled */
static void churn(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_create("churn", 0);
	unsigned int *times = kunit_kzalloc(test, MANY * sizeof(*times), GFP_KERNEL);
	struct cotask_dump *d;
	struct crowd *c;
	int round, i;

	KUNIT_ASSERT_NOT_NULL(test, times);
	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	spawn_some(loop);
	c = crowd_new(test, loop);
	for (round = 0; round < 20; round++) {
		memset(times, 0, MANY * sizeof(*times));
		spawn_some(loop);
		d = begin(test, loop);
		for (;;) {
			count(c, d, times);
			if (d->end)
				break;
			spawn_some(loop);
			next(test, d);
		}
		cotask_dump_end(d);
		for (i = 0; i < MANY; i++)
			KUNIT_EXPECT_EQ(test, times[i], 1U);
	}
	cotask_loop_stop(loop, 0);
	crowd_put(c);
}

/* Processes that do not answer take half of the patience each, and then none */
static void process_does_not_answer(struct kunit *test)
{
	struct cotask_loop *loop = cotask_loop_alloc_lent("lent");
	unsigned int patience, left;
	struct cotask_dump *d;

	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	d = cotask_dump_begin(loop);
	KUNIT_ASSERT_NOT_NULL(test, d);
	/* As if another thread were in ENTER. */
	mutex_lock(&loop->pump);
	for (patience = 8; patience; patience = left) {
		left = patience / 2;
		KUNIT_EXPECT_EQ(test, cotask_dump_next(d, &patience), -ETIMEDOUT);
		KUNIT_ASSERT_EQ(test, patience, left);
	}
	KUNIT_EXPECT_EQ(test, cotask_dump_next(d, &patience), -ETIMEDOUT);
	mutex_unlock(&loop->pump);
	KUNIT_EXPECT_EQ(test, cotask_dump_next(d, &patience), 0);
	cotask_dump_end(d);
	WRITE_ONCE(loop->owner, current);
	cotask_loop_stop(loop, 0);
}

/* The end of a task looks at few readers: one that is not served for long gives way */
static void many_readers(struct kunit *test)
{
	struct cotask_dump **d = kunit_kzalloc(test, (COTASK_CURSORS + 2) * sizeof(*d), GFP_KERNEL);
	struct cotask_loop *loop = cotask_loop_create("read", 0);
	unsigned int patience = COTASK_DUMP_PATIENCE, i;
	struct crowd *c;

	KUNIT_ASSERT_NOT_NULL(test, d);
	KUNIT_ASSERT_FALSE(test, IS_ERR(loop));
	c = crowd_new(test, loop);
	for (i = 0; i < COTASK_CURSORS; i++)
		d[i] = begin(test, loop);
	next(test, d[0]);
	d[i] = begin(test, loop);
	d[i + 1] = begin(test, loop);
	KUNIT_EXPECT_EQ(test, loop->n_cursors, COTASK_CURSORS);
	KUNIT_EXPECT_EQ(test, cotask_dump_next(d[1], &patience), -ESTALE);
	KUNIT_EXPECT_EQ(test, cotask_dump_next(d[2], &patience), -ESTALE);
	next(test, d[0]);
	next(test, d[3]);
	for (i = 0; i < COTASK_CURSORS + 2; i++)
		cotask_dump_end(d[i]);
	KUNIT_EXPECT_EQ(test, loop->n_cursors, 0U);
	cotask_loop_stop(loop, 0);
	crowd_put(c);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(records),
	KUNIT_CASE(edges),
	KUNIT_CASE(edge_of_a_shield),
	KUNIT_CASE(cursor),
	KUNIT_CASE(cursor_of_a_group),
	KUNIT_CASE(makes_more),
	KUNIT_CASE(loops_made_later),
	KUNIT_CASE(reader_goes),
	KUNIT_CASE(loop_goes),
	KUNIT_CASE(no_answer),
	KUNIT_CASE(comes_back),
	KUNIT_CASE(churn),
	KUNIT_CASE(many_readers),
	KUNIT_CASE(process_does_not_answer),
	{}
};

struct kunit_suite cotask_dump_suite = {
	.name = "cotask_dump",
	.init = env_init,
	.exit = env_exit,
	.test_cases = cases,
};
