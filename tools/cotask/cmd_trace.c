// SPDX-License-Identifier: GPL-2.0
/*
 * cotask trace - record events, and write a timeline
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cotask.h"

static const char usage[] =
	"trace [options] [SECONDS]\n\n"
	"Records all tasks for SECONDS (default: 2), and writes a timeline: cotask.json for\n"
	"https://ui.perfetto.dev and chrome://tracing, and the picture cotask.svg. ^C and SIGTERM\n"
	"end the recording early; the files are then complete. Requires root.\n\n"
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
	if (optind < argc)
		want.seconds = seconds(argv[optind], "SECONDS");
}

/**
 * struct output - one of the files
 * @path: its name
 * @f: the file
 */
struct output {
	char path[4096];
	FILE *f;
};

/* Before the recording, so that an error of the output comes first. */
static void open_output(struct output *o, const char *suffix)
{
	int n = snprintf(o->path, sizeof(o->path), "%s.%s", want.output, suffix);

	if (n >= (int)sizeof(o->path))
		usage_error(usage, "the name is too long");
	o->f = fopen(o->path, "we");
	if (!o->f)
		fail("%s: %s", o->path, strerror(errno));
}

static void close_output(struct output *o)
{
	bool failed = ferror(o->f);

	errno = EIO;
	if (fclose(o->f) || failed)
		fail("%s: %s", o->path, strerror(errno));
	printf("%s\n", o->path);
}

int cmd_trace(int argc, char **argv)
{
	static struct output json, svg;
	struct recording *r;
	struct timeline *t;
	int rc;

	parse(argc, argv);
	open_output(&json, "json");
	open_output(&svg, "svg");
	r = trace_record(want.seconds, want.most);
	t = timeline_make(r);
	fprintf(stderr, "%zu events of %zu tasks in %s\n", r->n, t->n,
		say_ns(BUF, r->end - r->begin));
	if (r->lost)
		fprintf(stderr, "%llu events were lost: record for a shorter time\n",
			(unsigned long long)r->lost);
	trace_write_json(t, json.f);
	close_output(&json);
	trace_write_svg(t, svg.f, want.lanes);
	close_output(&svg);
	rc = snapshot_status(r->before, t->n);
	return r->lost ? RC_INCOMPLETE : rc;
}
