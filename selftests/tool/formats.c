// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - the tracepoints as trace-cmd and perf see them
 *
 * Reads the formats of all tracepoints of cotask with libtraceevent, and prints the recorded
 * events, one "event: text" per line. The status is 1 if a format cannot be parsed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs.h>

static struct trace_seq seq;

static int print(struct tep_event *e, struct tep_record *record, int cpu, void *tep)
{
	(void)cpu;
	if (strcmp(e->system, "cotask"))
		return 0;
	trace_seq_reset(&seq);
	tep_print_event(tep, &seq, record, "%s: %s", TEP_PRINT_NAME, TEP_PRINT_INFO);
	trace_seq_terminate(&seq);
	puts(seq.buffer);
	return 0;
}

static int check_formats(struct tep_handle *tep)
{
	struct tep_event **events = tep_list_events(tep, TEP_EVENT_SORT_NAME);
	int rc = 0, n = 0;

	for (; events && *events; events++) {
		if (strcmp((*events)->system, "cotask"))
			continue;
		n++;
		if (!((*events)->flags & TEP_EVENT_FL_FAILED))
			continue;
		fprintf(stderr, "trace: %s cannot be parsed\n", (*events)->name);
		rc = 1;
	}
	fprintf(stderr, "trace: %d formats\n", n);
	return n ? rc : 1;
}

static void read_symbols(struct tep_handle *tep)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char *all = NULL;
	size_t room = 0;

	if (f && getdelim(&all, &room, '\0', f) > 0)
		tep_parse_kallsyms(tep, all);
	free(all);
	if (f)
		fclose(f);
}

int main(void)
{
	static const char *const systems[] = { "cotask", "ftrace", NULL };
	struct tep_handle *tep = tracefs_local_events_system(NULL, systems);
	int rc;

	if (!tep)
		return 1;
	tep_set_loglevel(TEP_LOG_NONE);
	rc = check_formats(tep);
	read_symbols(tep);
	trace_seq_init(&seq);
	if (tracefs_iterate_raw_events(tep, NULL, NULL, 0, print, tep))
		rc = 1;
	return fflush(stdout) ? 1 : rc;
}
