// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - programs from user space
 *
 * /sys/kernel/debug/cotask_play takes a program in one write(), plays it on a manual
 * loop, and returns the trace to read().  selftests/model/ generates random programs and
 * compares the trace with that of a model of the semantics.
 *
 * A program is a list of scripts (see script.h); the first ones are spawned as tasks
 * with their own number.  The program has two loops, which have their turns one after the
 * other, so that the order of calls from one loop to the other is defined:
 *
 *	tasks 2
 *	script 0
 *	group 0
 *	spawn 2 0 2
 *	join 1
 *	endgroup 0
 *	end
 *	script 1
 *	...
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
#include "script.c"

#define SCRIPTS		ENV_OBJECTS
#define LINES		64
#define TEXT_SIZE	16384

#define HORIZON		60	/* milliseconds until tasks are cancelled */
#define ROUNDS		40	/* of cancelling them */
#define ROUND_MS	60

/**
 * struct play - the program
 * @lock: serialises programs
 * @loop: the loop of all programs
 * @far: the other loop
 * @env: environment of the scripts
 * @tasks: number of scripts that are tasks
 * @quiet: do not report leftovers
 * @line: the scripts
 * @text: the text that was written
 */
static struct play {
	struct mutex lock;	/* guards all fields */
	struct cotask_loop *loop, *far;
	struct env env;
	int tasks;
	bool quiet;
	struct line line[SCRIPTS][LINES];
	char text[TEXT_SIZE];
} *play;

/* --- parsing -------------------------------------------------------------- */

/*
 * Arguments: a, b, g: the fields of that name; i: field a, of what there is less of; e: error
 * 1, 2, or 3 for -ECANCELED; s: a script; m: members of a set, up to the end of the line.
 */
static const struct word {
	const char *name;
	enum op op;
	const char *args;
	long b;
} words[] = {
	{ "end", OP_END, "" },
	{ "sleep", OP_SLEEP, "b" },
	{ "yield", OP_YIELD, "" },
	{ "join", OP_JOIN, "a" },
	{ "future", OP_FUTURE, "a" },
	{ "shield", OP_SHIELD, "a" },
	{ "call", OP_CALL, "s" },
	{ "spawn", OP_SPAWN, "ags" },
	{ "spawn_eager", OP_SPAWN, "ags", COTASK_SPAWN_EAGER },
	{ "spawn_flags", OP_SPAWN, "agsb" },
	{ "cancel", OP_CANCEL, "a" },
	{ "cancel_self", OP_CANCEL_SELF, "" },
	{ "uncancel", OP_UNCANCEL, "" },
	{ "set", OP_SET, "ab" },
	{ "fail", OP_FAIL, "ae" },
	{ "cancel_future", OP_CANCEL_FUTURE, "a" },
	{ "raise", OP_RAISE, "e" },
	{ "reraise", OP_RERAISE, "" },
	{ "return", OP_RETURN, "b" },
	{ "try", OP_TRY, "" },
	{ "except", OP_EXCEPT, "" },
	{ "endtry", OP_ENDTRY, "" },
	{ "group", OP_GROUP, "a" },
	{ "endgroup", OP_ENDGROUP, "a" },
	{ "cancel_group", OP_CANCEL_GROUP, "a" },
	{ "timeout", OP_TIMEOUT, "ab" },
	{ "endtimeout", OP_ENDTIMEOUT, "a" },
	{ "wait_for", OP_WAIT_FOR, "ab" },
	{ "wait_for_future", OP_WAIT_FOR_FUTURE, "ab" },
	{ "wait_for_shield", OP_WAIT_FOR_SHIELD, "ab" },
	{ "wait_for_call", OP_WAIT_FOR_CALL, "sb" },
	{ "advance", OP_ADVANCE, "b" },
	{ "gather", OP_SET_GATHER, "im" },
	{ "collect", OP_SET_GATHER, "im", COLLECT },
	{ "fail_fast", OP_SET_GATHER, "im", FAIL_FAST },
	{ "race", OP_SET_GATHER, "im", RACE },
	{ "wait", OP_WAIT, "igbm" },
	{ "await_set", OP_AWAIT_SET, "i" },
	{ "shield_set", OP_SHIELD_SET, "i" },
	{ "cancel_set", OP_CANCEL_SET, "i" },
	{ "results", OP_RESULTS, "i" },
	{ "acquire", OP_ACQUIRE, "i" },
	{ "release", OP_RELEASE, "i" },
	{ "event", OP_EVENT, "i" },
	{ "event_set", OP_EVENT_SET, "i" },
	{ "cond", OP_COND_WAIT, "i" },
	{ "notify", OP_NOTIFY, "ib" },
	{ "put", OP_PUT, "ib" },
	{ "get", OP_GET, "i" },
	{ "close", OP_CLOSE, "i" },
	{ "section", OP_SECTION, "ib" },
	{ "endsection", OP_ENDSECTION, "i" },
	{ "scope", OP_SCOPE, "i" },
	{ "endscope", OP_ENDSCOPE, "i" },
	{ "cancel_scope", OP_CANCEL_SCOPE, "i" },
	{ "as_completed", OP_AS_COMPLETED, "ibm" },
	{ "next", OP_NEXT, "i" },
	{ "end_iteration", OP_END_ITERATION, "i" },
	{ "start", OP_START, "ags" },
	{ "ready", OP_READY, "ab" },
	{ "cancel_wait", OP_CANCEL_WAIT, "a" },
	{ "enlist", OP_ENLIST, "a" },
	{ "across", OP_ACROSS, "a" },
	{ "spawn_far", OP_SPAWN_FAR, "as" },
	{ "submit", OP_SUBMIT, "is" },
	{ "cancel_submission", OP_CANCEL_SUBMISSION, "i" },
	{ "submission", OP_SUBMISSION, "i" },
	{ "post", OP_POST, "i" },
};

static const struct word *find_word(const char *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(words[i].name, name))
			return &words[i];
	}
	return NULL;
}

static int parse_number(char **rest, int min, int max, long *n)
{
	char *token = strsep(rest, " ");

	if (!token || kstrtol(token, 10, n) || *n < min || *n > max)
		return -EINVAL;
	return 0;
}

/* t1 f0 g2 s3: a task, a future, a gather, a task that is shielded */
static int parse_members(char **rest, struct line *l)
{
	static const char kinds[] = {
		[ARG_TASK] = 't', [ARG_FUTURE] = 'f', [ARG_SET] = 'g', [ARG_SHIELD] = 's',
	};
	struct arg *arg;
	char *token;
	int i, n = 0;

	while ((token = strsep(rest, " "))) {
		for (i = 0; i < ARRAY_SIZE(kinds) && (!kinds[i] || kinds[i] != *token); i++)
			;
		if (i == ARRAY_SIZE(kinds) || n == LINE_ARGS)
			return -EINVAL;
		arg = &l->arg[n++];
		arg->kind = i;
		if (kstrtoint(token + 1, 10, &arg->i) || arg->i < 0 ||
		    arg->i >= (i == ARG_SET ? ENV_SETS : ENV_OBJECTS))
			return -EINVAL;
	}
	return 0;
}

static int parse_argument(struct play *p, char kind, char **rest, struct line *l)
{
	static const int errors[] = { 0, E1, E2, -ECANCELED };
	long n;

	if (kind == 'm')
		return parse_members(rest, l);
	if (parse_number(rest, kind == 'b' ? NEVER : ROOT, 1000000, &n))
		return -EINVAL;
	switch (kind) {
	case 'a':
	case 'i':
		if (n < 0 || n >= (kind == 'i' ? ENV_SETS : ENV_OBJECTS))
			return -EINVAL;
		l->a = n;
		return 0;
	case 'g':
		if (n >= ENV_OBJECTS || (n == ROOT && l->op == OP_START))
			return -EINVAL;
		l->g = n;
		return 0;
	case 'e':
		if (n < 1 || n >= ARRAY_SIZE(errors))
			return -EINVAL;
		l->b = errors[n];
		return 0;
	case 's':
		if (n < 0 || n >= SCRIPTS)
			return -EINVAL;
		l->script = p->line[n];
		return 0;
	default:
		l->b = n;
		return 0;
	}
}

static int parse_line(struct play *p, char *text, struct line *l)
{
	char *rest = text;
	const struct word *w = find_word(strsep(&rest, " "));
	const char *arg;
	int rc = 0;

	if (!w)
		return -EINVAL;
	*l = (struct line){ .op = w->op, .b = w->b };
	for (arg = w->args; *arg && !rc; arg++)
		rc = parse_argument(p, *arg, &rest, l);
	return rest ? -EINVAL : rc;
}

/* Blocks are not verified, except that a script has an end. */
static int parse(struct play *p)
{
	char *text = p->text, *line;
	int script = -1, n = 0, i;

	p->tasks = 0;
	for (i = 0; i < SCRIPTS; i++)
		p->line[i][0] = (struct line)END;
	while ((line = strsep(&text, "\n"))) {
		if (!*line)
			continue;
		if (sscanf(line, "tasks %d", &p->tasks) == 1)
			continue;
		if (sscanf(line, "script %d", &script) == 1) {
			n = 0;
			continue;
		}
		if (script < 0 || script >= SCRIPTS || n == LINES - 1 ||
		    parse_line(p, line, &p->line[script][n])) {
			pr_err("cotask_play: \"%s\"\n", line);
			return -EINVAL;
		}
		p->line[script][++n] = (struct line)END;
	}
	return p->tasks < 0 || p->tasks > SCRIPTS ? -EINVAL : 0;
}

/* --- playing -------------------------------------------------------------- */

/* <script>.<line>=<outcome>/<cancel count> */
static void note_line(struct env *env, struct cotask *task, const struct line *l,
		      long rc, long last)
{
	int at = l - &play->line[0][0];
	char number[24];

	switch (l->op) {
	case OP_TRY:
	case OP_EXCEPT:
	case OP_ENDTRY:
		return;
	case OP_CANCEL:
	case OP_CANCEL_SELF:
	case OP_UNCANCEL:
	case OP_SET:
	case OP_FAIL:
	case OP_CANCEL_FUTURE:
	case OP_SET_GATHER:
	case OP_CANCEL_SET:
	case OP_RELEASE:
	case OP_NOTIFY:
	case OP_READY:
	case OP_SPAWN_FAR:
	case OP_SUBMIT:
	case OP_CANCEL_SUBMISSION:
	case OP_SUBMISSION:
	case OP_POST:
		rc = last;
		break;
	default:
		break;
	}
	snprintf(number, sizeof(number), "%ld", rc);
	note(env, "%d.%d=%s/%u", at / LINES, at % LINES, error_name(rc) ?: number,
	     cotask_cancelling(task));
	if (l->op == OP_ENDGROUP)
		note_errors(env, l->a);
	if (l->op == OP_ENDTIMEOUT && cotask_timeout_expired(&env->timeout[l->a]))
		note(env, "expired");
}

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

	for (i = 0; i < p->tasks; i++)
		env->task[i] = cotask_spawn(cotask_loop_root(env->loop),
					    script_frame(env, p->line[i]), NULL);
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
	int i, rc = 0;

	memset(env, 0, sizeof(*env));
	env->loop = p->loop;
	env->far = p->far;
	env->trace = note_line;
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
	for (i = 0; i < ENV_OBJECTS; i++)
		cotask_future_fini(&env->future[i]);
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
		rc = parse(p);
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
