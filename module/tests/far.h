/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask tests - operations of scripts on another loop than that of their task
 */
#ifndef COTASK_TESTS_FAR_H
#define COTASK_TESTS_FAR_H

#include "script.h"

/* Instructions that do not suspend; the value for SHOW. */
long far_instant(struct env *env, struct cotask *task, const struct line *l);
struct cotask_await far_await(struct env *env, struct cotask *task, const struct line *l);

/* Drop all submissions. */
void far_empty(struct env *env);

#endif /* COTASK_TESTS_FAR_H */
