// SPDX-License-Identifier: GPL-2.0
/*
 * cotask search - prints the calls of a program in readable form
 *
 * minimise.py replaces numbers of operations by names.
 */
#include <stdarg.h>
#include <unistd.h>

#include "program.h"

static FILE *out;

void trace_to(FILE *to)
{
	out = to;
}

void trace(const char *format, ...)
{
	va_list args;

	if (!out)
		return;
	fprintf(out, "trace %d: ", gettid());
	va_start(args, format);
	vfprintf(out, format, args);
	va_end(args);
	fputc('\n', out);
	fflush(out);
}

static void field(const char *name, long long value)
{
	if (value)
		fprintf(out, " %s %lld", name, value);
}

void trace_ops(const struct cotask_op *op, unsigned int n, unsigned int applied)
{
	unsigned int i;

	for (i = 0; out && i < n; i++) {
		fprintf(out, "trace %d:     op %u", gettid(), op[i].opcode);
		field("flags", op[i].flags);
		field("task", op[i].task);
		field("handle", op[i].handle);
		field("other", op[i].other);
		field("value", op[i].value);
		field("arg", op[i].arg);
		field("len", op[i].len);
		if (i < applied)
			fprintf(out, " = %lld\n", (long long)op[i].result);
		else
			fprintf(out, ", not applied\n");
	}
	if (out)
		fflush(out);
}

void trace_events(const struct cotask_event_info *e, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		trace("    event %u of %u: %lld", e[i].type, e[i].handle, (long long)e[i].result);
}
