// SPDX-License-Identifier: GPL-2.0
/*
 * cotask cancel - cancel tasks or groups by their numbers
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/cotask.h>

#include "cotask.h"

static const char usage[] =
	"cancel [options] NUMBER...\n\n"
	"Requests that tasks end: the await of each task returns -ECANCELED, and the task can\n"
	"clean up. With --group, cancels all children of a group and the body of the group.\n\n"
	"  -g, --group       the numbers are those of groups\n"
	"  -r, --reason N    number that \"cotask ps\" shows as the reason\n"
	"  -q, --quiet       do not report tasks and groups that do not exist any more\n"
	"  -l, --loop N      number of the loop, which saves the search for it\n"
	"  -h, --help        print this text\n";

static bool quiet;

/* Return: an exit code. */
static int cancel(int fd, struct cotask_cancel_id *arg)
{
	const char *what = arg->kind == COTASK_CANCEL_GROUP ? "group" : "task";
	int rc = ioctl(fd, COTASK_IOC_CANCEL_ID, arg);

	if (rc > 0)
		return RC_OK;
	if (rc < 0 && errno != ENOENT) {
		fprintf(stderr, "cotask: %s %llu: %s\n", what, (unsigned long long)arg->id,
			errno == EAGAIN ? "its loop does not answer" : strerror(errno));
		return errno == EAGAIN ? RC_INCOMPLETE : RC_CANNOT;
	}
	if (!quiet)
		fprintf(stderr, "cotask: %s %llu: %s\n", what, (unsigned long long)arg->id,
			rc ? "not found, or you may not cancel it" :
			"too late, or the root group of a loop");
	return RC_NOTHING;
}

int cmd_cancel(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "group", no_argument, NULL, 'g' },
		{ "reason", required_argument, NULL, 'r' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "loop", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct cotask_cancel_id arg = { .size = sizeof(arg) };
	int c, fd, one, rc = RC_OK;

	while ((c = getopt_long(argc, argv, "gr:ql:h", longs, NULL)) != -1) {
		switch (c) {
		case 'g':
			arg.kind = COTASK_CANCEL_GROUP;
			break;
		case 'r':
			arg.reason = number_int(optarg, "--reason");
			break;
		case 'q':
			quiet = true;
			break;
		case 'l':
			arg.loop = number_int(optarg, "--loop");
			break;
		case 'h':
			printf("usage: cotask %s", usage);
			return RC_OK;
		default:
			usage_error(usage, NULL);
		}
	}
	if (optind == argc)
		usage_error(usage, "the number of a task or group is missing");
	fd = device_open();
	for (; optind < argc; optind++) {
		arg.id = number(argv[optind], "NUMBER");
		one = cancel(fd, &arg);
		rc = one > rc ? one : rc;
	}
	close(fd);
	return rc;
}
