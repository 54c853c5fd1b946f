// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - waiting for signals
 */
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cotask_signal.h>

#include "internal.h"

static void to_set(uint64_t bits, sigset_t *set)
{
	int sig;

	sigemptyset(set);
	for (sig = 1; sig <= 64; sig++) {
		if (bits & UINT64_C(1) << (sig - 1))
			sigaddset(set, sig);
	}
}

/* The signals of @bits that are not in @set. */
static uint64_t not_in(uint64_t bits, const sigset_t *set)
{
	int sig;

	for (sig = 1; sig <= 64; sig++) {
		if (sigismember(set, sig) == 1)
			bits &= ~(UINT64_C(1) << (sig - 1));
	}
	return bits;
}

EXPORT int cotask_signals_init(struct cotask_signals *s, const int *signals, unsigned int n)
{
	uint64_t bits = 0;
	sigset_t set, old;
	unsigned int i;

	*s = (struct cotask_signals){ .fd = -1 };
	for (i = 0; i < n; i++) {
		if (signals[i] < 1 || signals[i] > 64)
			return -EINVAL;
		bits |= UINT64_C(1) << (signals[i] - 1);
	}
	to_set(bits, &set);
	s->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (s->fd < 0)
		return -errno;
	pthread_sigmask(SIG_BLOCK, &set, &old);
	s->blocked = not_in(bits, &old);
	return 0;
}

EXPORT long cotask_signals_wait(struct cotask_signals *s, struct signalfd_siginfo *info)
{
	struct signalfd_siginfo own;
	ssize_t n;

	if (!info)
		info = &own;
	n = cotask_read(s->fd, info, sizeof(*info));
	if (n < 0)
		return n;
	return n == sizeof(*info) ? (long)info->ssi_signo : -EIO;
}

EXPORT void cotask_signals_fini(struct cotask_signals *s)
{
	sigset_t set;

	if (s->fd < 0)
		return;
	cotask_close(s->fd);
	s->fd = -1;
	to_set(s->blocked, &set);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}
