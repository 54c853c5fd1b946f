/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask tests - programs: scripts that come as text
 *
 * The first scripts (see script.h) are spawned as tasks with their own number:
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
 * selftests/model/ makes programs at random, and compares their trace with that of a model of the
 * semantics.  Tasks of the kernel play them (play.c), and those of a process
 * (selftests/lib/player.c).
 */
#ifndef COTASK_TESTS_PROGRAM_H
#define COTASK_TESTS_PROGRAM_H

#include "script.h"

#define SCRIPTS		ENV_OBJECTS
#define LINES		64

#define HORIZON		60	/* milliseconds until the player cancels the tasks */
#define ROUNDS		40	/* of cancels */
#define ROUND_MS	60

/**
 * struct program - scripts
 * @tasks: number of scripts that are tasks
 * @line: the scripts
 */
struct program {
	int tasks;
	struct line line[SCRIPTS][LINES];
};

/* The text is changed.  0 or -EINVAL. */
int program_parse(struct program *p, char *text);

/* For env.trace: <script>.<line>=<outcome>/<cancel count> */
void program_note(struct env *env, struct cotask *task, const struct line *l, long rc, long last);

#endif /* COTASK_TESTS_PROGRAM_H */
