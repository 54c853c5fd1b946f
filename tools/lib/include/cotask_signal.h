/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - waiting for signals
 *
 *	const int which[] = { SIGTERM, SIGHUP };
 *	struct cotask_signals s;
 *
 *	rc = cotask_signals_init(&s, which, 2);
 *	if (rc < 0)
 *		return rc;
 *	sig = cotask_signals_wait(&s, NULL);
 *	cotask_signals_fini(&s);
 */
#ifndef COTASK_SIGNAL_H
#define COTASK_SIGNAL_H

#include <cotask.h>

#ifdef __cplusplus
extern "C" {
#endif

struct signalfd_siginfo;

/**
 * struct cotask_signals - a set of signals that tasks wait for
 * @fd: a signalfd(2), which is readable when a signal has arrived
 * @blocked: bit mask of the signals that the thread had not blocked before
 */
struct cotask_signals {
	int		fd;
	uint64_t	blocked;
};

/**
 * cotask_signals_init - block signals, in order to wait for them
 * @s: the set
 * @signals: the signals
 * @n: number of signals
 *
 * Blocks the signals in the calling thread.  Every other thread must block them as well, so
 * call this function before the program creates a thread; threads of cotask_to_thread() block
 * all signals.  A process of cotask_process_start() blocks none.  The caller need not be a task.
 *
 * Return: 0; -EINVAL for an invalid signal; a negative errno.
 */
__cotask_must_check int cotask_signals_init(struct cotask_signals *s, const int *signals,
					    unsigned int n);

/**
 * cotask_signals_wait - wait for a signal
 * @s: the set
 * @info: receives the description of the signal, as of signalfd(2); or NULL
 *
 * Return: The number of the signal; -ECANCELED, and no signal is lost.
 */
__cotask_must_check long cotask_signals_wait(struct cotask_signals *s,
					     struct signalfd_siginfo *info);

/**
 * cotask_signals_fini - destroy a set
 * @s: the set, in the thread that has called cotask_signals_init()
 *
 * Unblocks the signals that were not blocked before.  A signal that has arrived and that no
 * task has received then takes its action.
 */
void cotask_signals_fini(struct cotask_signals *s);

#ifdef __cplusplus
}
#endif

#endif /* COTASK_SIGNAL_H */
