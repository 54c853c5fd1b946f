/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - interface of the interpreters script.c and scripts_stackless.c
 */
#ifndef COTASK_LIB_SCRIPTS_H
#define COTASK_LIB_SCRIPTS_H

#include "script.h"

/* Also if the tasks have never started. */
extern const bool scripts_are_released;

/* A task of the loop; NULL: it was refused. */
struct cotask *spawn_script(struct env *env, const struct line *script);

#endif /* COTASK_LIB_SCRIPTS_H */
