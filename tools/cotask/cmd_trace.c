// SPDX-License-Identifier: GPL-2.0
/*
 * cotask trace - record what happens, for a timeline
 */
#include <stdlib.h>
#include <string.h>

#include "cotask.h"

static const char usage[] =
	"trace [options] [SECONDS]\n\n"
	"Records all tasks for SECONDS (default: 2; ^C ends the recording), and writes a\n"
	"timeline: cotask.json for https://ui.perfetto.dev and chrome://tracing, and the picture\n"
	"cotask.svg. Requires root.\n\n"
	"  -o, --output NAME  write NAME.json and NAME.svg\n"
	"  -m, --most N       keep the first N events (default: 2,000,000)\n"
	"  -n, --lanes N      draw the N busiest tasks (default: 40)\n"
	"  -h, --help         print this text\n";

static struct {
	const char *output;
	size_t most;
	unsigned int lanes;
	double seconds;
} want = { .output = "cotask", .most = 2000000, .lanes = 40, .seconds = 2 };

static void parse(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "most", required_argument, NULL, 'm' },
		{ "lanes", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "o:m:n:h", longs, NULL)) != -1) {
		switch (c) {
		case 'o':
			want.output = optarg;
			break;
		case 'm':
			want.most = number(optarg, "--most");
			break;
		case 'n':
			want.lanes = number(optarg, "--lanes");
			break;
		case 'h':
			printf("usage: cotask %s", usage);
			exit(RC_OK);
		default:
			usage_error(usage, NULL);
		}
	}
	if (optind + 1 < argc)
		usage_error(usage, "too many arguments");
	if (optind < argc) {
		want.seconds = strtod(argv[optind], &end);
		if (*end || end == argv[optind] || !(want.seconds > 0 && want.seconds < 1e6))
			usage_error(usage, "SECONDS is out of range");
	}
}

static void write_file(const struct timeline *t, const char *suffix)
{
	char path[4096];
	int rc;

	if (snprintf(path, sizeof(path), "%s.%s", want.output, suffix) >= (int)sizeof(path))
		usage_error(usage, "the name is too long");
	if (!strcmp(suffix, "json"))
		rc = trace_write_json(t, path);
	else
		rc = trace_write_svg(t, path, want.lanes);
	if (rc)
		fail("%s: %s", path, strerror(-rc));
	printf("%s\n", path);
}

int cmd_trace(int argc, char **argv)
{
	struct recording *r;
	struct timeline *t;
	int rc;

	parse(argc, argv);
	r = trace_record(want.seconds, want.most);
	t = timeline_make(r);
	fprintf(stderr, "%zu events of %zu tasks in %s\n", r->n, t->n,
		say_ns(BUF, r->end - r->begin));
	if (r->lost)
		fprintf(stderr, "%llu events were lost: record for a shorter time\n",
			(unsigned long long)r->lost);
	write_file(t, "json");
	write_file(t, "svg");
	rc = snapshot_status(r->before, t->n);
	return r->lost ? RC_INCOMPLETE : rc;
}
