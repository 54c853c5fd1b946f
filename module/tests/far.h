/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask tests - what scripts do to a loop that their task is not on
 */
#ifndef COTASK_TESTS_FAR_H
#define COTASK_TESTS_FAR_H

#include "script.h"

/* What does not suspend; what SHOW gives. */
long far_instant(struct env *env, struct cotask *task, const struct line *l);
struct cotask_await far_await(struct env *env, struct cotask *task, const struct line *l);

/* Drop all submissions. */
void far_empty(struct env *env);

#endif /* COTASK_TESTS_FAR_H */
