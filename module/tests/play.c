// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - programs from user space
 *
 * /sys/kernel/debug/cotask_play takes a program in one write(), plays it on a manual
 * loop, and returns the trace to read().  selftests/model/ generates random programs and
 * compares the trace with that of a model of the semantics.
 *
 * A program is a text, see program.h.  It has two loops, which have their turns one after the
 * other, so that the order of calls from one loop to the other is defined.
 *
 * The clock advances by one millisecond whenever the loops are idle.  After a long time,
 * all tasks that are not done are cancelled repeatedly.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "course.c"	/* an object can only be part of one module */
#include "env.c"
#include "far.c"
#include "program.c"
#include "script.c"

#define TEXT_SIZE	16384

/**
 * struct play - the program
 * @lock: serialises programs
 * @loop: the loop of all programs
 * @far: the other loop
 * @env: environment of the scripts
 * @quiet: do not report leftovers
 * @program: the scripts
 * @text: the text that was written
 */
static struct play {
	struct mutex lock;	/* guards all fields */
	struct cotask_loop *loop, *far;
	struct env env;
	bool quiet;
	struct program program;
	char text[TEXT_SIZE];
} *play;

/* --- playing -------------------------------------------------------------- */

static void on_error(struct cotask_loop *loop, struct cotask *task, int error)
{
	if (play->quiet)
		return;
	note(&play->env, "report");
	note(&play->env, "t%d", task ? number_of(&play->env, task) : -1);
	note_outcome(&play->env, error);
}

/* A call from one loop to the other is a call from outside. */
static bool turn(struct cotask_loop *loop)
{
	bool any = cotask_manual_turn(loop);

	cotask_manual_leave(loop);
	return any;
}

/* A turn without entries may have passed work to the other loop. */
static void run_turns(struct env *env, unsigned int ms)
{
	int idle = 0, n;

	for (n = 0; n < 1000 && idle < 2; n++) {
		idle++;
		if (turn(env->loop))
			idle = 0;
		if (turn(env->far))
			idle = 0;
	}
	if (n == 1000)
		env->broken = "no end of turns";
	cotask_manual_advance(env->loop, ms * MS);
	cotask_manual_advance(env->far, ms * MS);
}

static void adopt_loops(struct play *p)
{
	cotask_manual_adopt(p->loop);
	cotask_manual_adopt(p->far);
}

static void leave_loops(struct play *p)
{
	cotask_manual_leave(p->loop);
	cotask_manual_leave(p->far);
}

/* Reading a result would count as retrieving it (AW-11), so this accesses private fields. */
static void note_state(struct env *env, char kind, int i, const struct cotask_awaitable *x)
{
	const char *state = x->result < 0 ? "FAILED" : "FINISHED";

	if (!cotask_awaitable_done(x))
		state = "PENDING";
	else if (cotask_awaitable_cancelled(x))
		state = "CANCELLED";
	note(env, "%c%d=%s", kind, i, state);
	if (cotask_awaitable_done(x))
		note_outcome(env, x->result);
}

static void take_stock(struct env *env)
{
	int i;

	for (i = 0; i < ENV_OBJECTS; i++) {
		if (!env->task[i])
			continue;
		note_state(env, 't', i, &env->task[i]->base);
		note(env, "n%u", cotask_cancelling(env->task[i]));
	}
	for (i = 0; i < ENV_OBJECTS; i++) {
		if (cotask_awaitable_done(&env->future[i].base))
			note_state(env, 'f', i, &env->future[i].base);
	}
	/* Permits and items: none is lost or duplicated. */
	for (i = 0; i < ENV_SETS; i++)
		note(env, "l%d=%lu q%d=%lu/%lu/%lu", i, env->lock[i].sem.free, i,
		     env->queue[i].count, env->queue[i].items.free, env->queue[i].slots.free);
}

static int make_loop(struct cotask_loop **made)
{
	struct cotask_loop *loop = cotask_manual_create(0);

	if (IS_ERR(loop))
		return PTR_ERR(loop);
	cotask_loop_set_error_handler(loop, on_error);
	*made = loop;
	return 0;
}

static int make_loops(struct play *p)
{
	int rc = make_loop(&p->loop);

	if (rc)
		return rc;
	rc = make_loop(&p->far);
	if (rc)
		cotask_loop_stop(p->loop, 0);
	return rc;
}

static void stop_loops(struct play *p)
{
	adopt_loops(p);
	cotask_loop_stop(p->loop, 0);
	cotask_loop_stop(p->far, 0);
}

static void cancel_all(struct env *env)
{
	int i;

	for (i = 0; i < ENV_OBJECTS; i++) {
		if (env->task[i] && !cotask_done(env->task[i]))
			cotask_cancel(env->task[i]);
	}
}

static void run(struct play *p)
{
	struct env *env = &p->env;
	int i;

	for (i = 0; i < p->program.tasks; i++)
		env->task[i] = cotask_spawn(cotask_loop_root(env->loop),
					    script_frame(env, p->program.line[i]), NULL);
	for (i = 0; i < HORIZON && env->actors; i++)
		run_turns(env, 1);
	for (i = 0; i < ROUNDS && env->actors; i++) {
		note(env, "round");
		cancel_all(env);
		run_turns(env, ROUND_MS);
		run_turns(env, 0);
	}
	run_turns(env, 0);
}

/* A task that awaits a gather of itself cannot even be cancelled. */
static int part(struct play *p)
{
	struct env *env = &p->env;
	size_t len;
	int i, rc = 0;

	note(env, "stuck");
	len = strlen(env->log);
	env->trace = NULL;
	adopt_loops(p);
	for (i = 0; i < ENV_SETS; i++)
		cotask_set_drop(&env->set[i]);
	leave_loops(p);
	for (i = 0; i < ROUNDS && env->actors; i++) {
		cancel_all(env);
		run_turns(env, ROUND_MS);
		run_turns(env, 0);
	}
	if (env->actors) {
		stop_loops(p);
		rc = make_loops(p);
	}
	env->log[len] = '\0';
	return rc;
}

static int play_program(struct play *p)
{
	struct env *env = &p->env;
	int rc = 0;

	memset(env, 0, sizeof(*env));
	env->loop = p->loop;
	env->far = p->far;
	env->program = &p->program;
	env->trace = program_note;
	env_fill(env);
	leave_loops(p);
	run(p);
	take_stock(env);
	p->quiet = env->actors;
	if (p->quiet)
		rc = part(p);
	adopt_loops(p);
	far_empty(env);
	env_empty(env);
	if (env->actors)
		note(env, "LEAK");
	if (strlen(env->log) == LOG_SIZE - 1)
		env->broken = "log too small";
	if (env->broken)
		note(env, "BROKEN %s", env->broken);
	return rc;
}

static ssize_t play_write(struct file *file, const char __user *buf, size_t size,
			  loff_t *ppos)
{
	struct play *p = play;
	int rc;

	if (size >= TEXT_SIZE)
		return -EFBIG;
	mutex_lock(&p->lock);
	rc = copy_from_user(p->text, buf, size) ? -EFAULT : 0;
	p->text[size] = '\0';
	if (!rc)
		rc = program_parse(&p->program, p->text);
	if (!rc)
		rc = play_program(p);
	mutex_unlock(&p->lock);
	return rc ?: size;
}

static ssize_t play_read(struct file *file, char __user *buf, size_t size, loff_t *ppos)
{
	ssize_t n;

	mutex_lock(&play->lock);
	n = simple_read_from_buffer(buf, size, ppos, play->env.log, strlen(play->env.log));
	mutex_unlock(&play->lock);
	return n;
}

static const struct file_operations play_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = play_read,
	.write = play_write,
	.llseek = default_llseek,
};

static struct dentry *file;

static int __init play_init(void)
{
	int rc;

	play = kvzalloc(sizeof(*play), GFP_KERNEL);
	if (!play)
		return -ENOMEM;
	mutex_init(&play->lock);
	rc = make_loops(play);
	if (rc) {
		kvfree(play);
		return rc;
	}
	file = debugfs_create_file("cotask_play", 0600, NULL, NULL, &play_fops);
	return 0;
}
module_init(play_init);

static void __exit play_exit(void)
{
	debugfs_remove(file);
	stop_loops(play);
	kvfree(play);
}
module_exit(play_exit);

MODULE_DESCRIPTION("Programs for tasks of cotask, from user space");
MODULE_LICENSE("GPL");
COTASK_IMPORT(COTASK);
COTASK_IMPORT(COTASK_AWAIT);
COTASK_IMPORT(COTASK_TEST);
