// SPDX-License-Identifier: GPL-2.0
/*
 * cotask tests - programs: their text, and the trace of it
 */
#include "program.h"

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
	{ "configure", OP_CONFIGURE, "agb" },
	{ "timeout", OP_TIMEOUT, "agb" },
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

static int parse_argument(struct program *p, char kind, char **rest, struct line *l)
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
		if (n >= ENV_OBJECTS || (n == ROOT && l->op != OP_SPAWN))
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

static int parse_line(struct program *p, char *text, struct line *l)
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
int program_parse(struct program *p, char *text)
{
	char *line;
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
			pr_err("program: \"%s\"\n", line);
			return -EINVAL;
		}
		p->line[script][++n] = (struct line)END;
	}
	return p->tasks < 0 || p->tasks > SCRIPTS ? -EINVAL : 0;
}

/* --- the trace ------------------------------------------------------------ */

void program_note(struct env *env, struct cotask *task, const struct line *l, long rc, long last)
{
	int at = l - &env->program->line[0][0];
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
	case OP_CONFIGURE:
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
