/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cotask selftests - what plays scripts: script.c or scripts_stackless.c
 */
#ifndef COTASK_LIB_SCRIPTS_H
#define COTASK_LIB_SCRIPTS_H

#include "script.h"

/* Also if they have never begun. */
extern const bool scripts_are_released;

/* A task of the loop; NULL: it was refused. */
struct cotask *spawn_script(struct env *env, const struct line *script);

#endif /* COTASK_LIB_SCRIPTS_H */
