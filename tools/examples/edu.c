// SPDX-License-Identifier: MIT
/*
 * Spawns a task of a driver by name: "edu N" computes N! on the device of the module
 * cotask_edu.
 */
#include <cotask.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static long compute(void *arg)
{
	uint32_t n = atoi(arg);
	struct cotask *task;
	long rc;

	task = cotask_spawn_native(NULL, "edu.factorial", &n, sizeof(n), NULL);
	if (!task) {
		rc = -errno;
		fprintf(stderr, "edu.factorial: %s\n", cotask_strerror(rc));
		return rc;
	}
	rc = cotask_join(task);
	cotask_put(task);
	if (rc >= 0)
		printf("%u! = %ld\n", n, rc);
	return rc;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: edu N\n");
		return 2;
	}
	return cotask_run(compute, argv[1]) < 0;
}
