/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask tests - the position in a script: its next line, and the blocks around it
 */
#ifndef COTASK_TESTS_COURSE_H
#define COTASK_TESTS_COURSE_H

#include "script.h"

#define BLOCKS	12	/* nesting of TRY, GROUP, TIMEOUT and REPEAT */

/* An open block: its first line, and the error that an EXCEPT has caught. */
struct block {
	const struct line *begin;
	long caught;
	long left;
};

/**
 * struct course - position of one activation of a script
 * @env: the test
 * @pc: the next line
 * @block: open blocks, innermost last
 * @depth: number of open blocks
 * @last: last outcome, for SHOW
 * @raised: the error that is leaving the innermost block
 */
struct course {
	struct env *env;
	const struct line *pc;
	struct block block[BLOCKS];
	unsigned int depth;
	long last;
	long raised;
};

long broken(struct env *env, const char *why);
long course_push(struct course *c, const struct line *begin);
bool course_unwind(struct course *c, long rc);
bool course_control(struct course *c, const struct line *l, long *rc);

/* The object that an argument names, for the interpreter of scripts. */
struct cotask_member member(struct env *env, const struct arg *arg);

#endif /* COTASK_TESTS_COURSE_H */
