// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - the position in a script, and the log of scripts
 *
 * Contains the parts that are independent of the interpreter: script.c plays scripts with
 * tasks of the kernel, selftests/lib/script.c with tasks of a process.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "course.h"

/* --- the log -------------------------------------------------------------- */

void note(struct env *env, const char *fmt, ...)
{
	size_t len = strlen(env->log);
	va_list args;

	if (len && len < sizeof(env->log) - 1) {
		env->log[len++] = ' ';
		env->log[len] = '\0';
	}
	va_start(args, fmt);
	vsnprintf(env->log + len, sizeof(env->log) - len, fmt, args);
	va_end(args);
}

const char *error_name(long rc)
{
	switch (rc) {
	case -ECANCELED:
		return "ECANCELED";
	case -ETIMEDOUT:
		return "ETIMEDOUT";
	case -EDEADLK:
		return "EDEADLK";
	case -ESHUTDOWN:
		return "ESHUTDOWN";
	case -EALREADY:
		return "EALREADY";
	case -EINVAL:
		return "EINVAL";
	case -EXDEV:
		return "EXDEV";
	case -ENODATA:
		return "ENODATA";
	case -EINPROGRESS:
		return "EINPROGRESS";
	case -EAGAIN:
		return "EAGAIN";
	case E1:
		return "E1";
	case E2:
		return "E2";
	default:
		return NULL;
	}
}

void note_outcome(struct env *env, long rc)
{
	const char *name = error_name(rc);

	if (name)
		note(env, "%s", name);
	else
		note(env, "%ld", rc);
}

int number_of(struct env *env, const struct cotask *t)
{
	int i = ENV_OBJECTS;

	while (i-- && env->task[i] != t)
		;
	return i;
}

void note_errors(struct env *env, int g)
{
	struct cotask_group_error e[ENV_OBJECTS];
	unsigned int i, n = cotask_group_errors(&env->group[g], e, ENV_OBJECTS);

	for (i = 0; i < n; i++) {
		if (e[i].task)
			note(env, "t%d:", number_of(env, e[i].task));
		else
			note(env, "body:");
		note_outcome(env, e[i].error);
	}
}

/* --- sets ------------------------------------------------------------------ */

unsigned int members(struct env *env, int i, const struct arg *arg)
{
	unsigned int n = 0;

	for (; arg->kind != ARG_LAST && n < ENV_MEMBERS; arg++)
		env->member[i][n++] = member(env, arg);
	return n;
}

struct cotask_awaitable *make_set(struct env *env, int i, u32 flags, const struct arg *arg)
{
	unsigned int n = members(env, i, arg);

	if (flags & RACE)
		return cotask_race(&env->set[i], NULL, env->member[i], n);
	return cotask_gather(&env->set[i], NULL, env->member[i], n, flags);
}

int set_options(struct env *env, const struct line *l)
{
	struct cotask_group_options options = {
		.flags = l->g & (BIT(LIMIT_SHIFT) - 1),
		.limit = l->g >> LIMIT_SHIFT,
	};

	if (l->b != NEVER)
		options.deadline = cotask_loop_now(env->loop) + l->b * MS;
	return cotask_group_configure(&env->group[l->a], &options);
}

/* --- blocks --------------------------------------------------------------- */

static int nesting(const struct line *l)
{
	switch (l->op) {
	case OP_TRY:
	case OP_GROUP:
	case OP_TIMEOUT:
	case OP_SECTION:
	case OP_SCOPE:
	case OP_REPEAT:
		return 1;
	case OP_ENDTRY:
	case OP_ENDGROUP:
	case OP_ENDTIMEOUT:
	case OP_ENDSECTION:
	case OP_ENDSCOPE:
	case OP_ENDREPEAT:
		return -1;
	default:
		return 0;
	}
}

/* The EXCEPT or END.. of the block that begins at @l. */
static const struct line *block_end(const struct line *l, bool or_except)
{
	int depth = 0;

	for (;; l++) {
		depth += nesting(l);
		if (!depth || (or_except && depth == 1 && l->op == OP_EXCEPT))
			return l;
	}
}

/* The test itself is wrong. */
long broken(struct env *env, const char *why)
{
	env->broken = why;
	return -EOPNOTSUPP;
}

long course_push(struct course *c, const struct line *begin)
{
	if (c->depth == BLOCKS)
		return broken(c->env, "too many blocks");
	c->block[c->depth++] = (struct block){ .begin = begin };
	return 0;
}

static bool is_scope(const struct line *l)
{
	return l->op == OP_GROUP || l->op == OP_TIMEOUT || l->op == OP_SECTION ||
	       l->op == OP_SCOPE;
}

/**
 * course_unwind - an error, or a return, leaves the innermost block
 * @c: position in the script
 * @rc: the error
 *
 * Return: true if the script continues; false if it ends.
 */
bool course_unwind(struct course *c, long rc)
{
	struct block *b;

	while (c->depth) {
		b = &c->block[c->depth - 1];
		c->last = rc;
		c->pc = block_end(b->begin, b->begin->op == OP_TRY);
		if (is_scope(b->begin)) {
			c->raised = rc;
			return true;
		}
		if (b->begin->op == OP_TRY && !b->caught && rc < 0) {
			b->caught = rc;
			c->pc++;
			return true;
		}
		c->depth--;
	}
	return false;
}

/**
 * course_control - execute an instruction that affects only the position
 * @c: position in the script
 * @l: the instruction
 * @rc: out: 0, or an error that leaves the block
 *
 * Return: false if @l is no such instruction.
 */
bool course_control(struct course *c, const struct line *l, long *rc)
{
	*rc = 0;
	switch (l->op) {
	case OP_RAISE:
		*rc = l->b;
		return true;
	case OP_RERAISE:
		*rc = c->block[c->depth - 1].caught;
		return true;
	case OP_TRY:
	case OP_REPEAT:
		*rc = course_push(c, l);
		if (!*rc)
			c->block[c->depth - 1].left = l->b;
		return true;
	case OP_EXCEPT:		/* reached without an error: skip it */
		c->pc = block_end(c->block[--c->depth].begin, false) + 1;
		return true;
	case OP_ENDTRY:
		c->depth--;
		return true;
	case OP_ENDREPEAT:
		if (--c->block[c->depth - 1].left > 0)
			c->pc = c->block[c->depth - 1].begin + 1;
		else
			c->depth--;
		return true;
	default:
		return false;
	}
}
