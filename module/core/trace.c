// SPDX-License-Identifier: GPL-2.0
/*
 * cotask - the bodies of the tracepoints, see trace/events/cotask.h
 */
#define CREATE_TRACE_POINTS
#include <trace/events/cotask.h>
