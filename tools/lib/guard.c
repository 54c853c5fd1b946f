// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * libcotask - report the task whose stack has overflowed, before the process is killed
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

#define ALT_SIZE	(64 * 1024)

static struct sigaction before;
static __thread stack_t alt_before;
static __thread void *alt;

/**
 * struct message - a line under construction
 * @text: the line
 * @len: length of the line in bytes
 */
struct message {
	char	text[160];
	size_t	len;
};

static void add(struct message *m, const char *text)
{
	while (*text && m->len < sizeof(m->text))
		m->text[m->len++] = *text++;
}

static void add_number(struct message *m, unsigned int n)
{
	char digits[12], *p = digits + sizeof(digits) - 1;

	*p = '\0';
	do {
		*--p = '0' + n % 10;
		n /= 10;
	} while (n);
	add(m, p);
}

/*
 * Rounded up to pages: less than one page is above slot.high, and the description of the task is
 * below it.
 */
static size_t stack_size(const struct cotask *task)
{
	const size_t page = cotask_guard_size(), used = task->slot.high - task->slot.low;

	return (used + page - 1) / page * page;
}

static void report(const struct cotask *task)
{
	struct message m = { .len = 0 };
	ssize_t rc;

	add(&m, "cotask: stack overflow in task ");
	if (task->name[0]) {
		add(&m, task->name);
	} else {
		add(&m, "with handle ");
		add_number(&m, task->base.handle);
	}
	add(&m, " (of ");
	add_number(&m, stack_size(task) / 1024);
	add(&m, " KiB)\n");
	rc = write(STDERR_FILENO, m.text, m.len);
	(void)rc;
}

static bool in_guard(const struct cotask *task, const char *at)
{
	return at < task->slot.low && at >= task->slot.low - cotask_guard_size();
}

/* Calls only async-signal-safe functions. */
static void on_sigsegv(int sig, siginfo_t *info, void *context)
{
	const struct cotask *task = cotask_here ? cotask_here->stack : NULL;

	if (task && in_guard(task, info->si_addr))
		report(task);
	if (before.sa_flags & SA_SIGINFO && before.sa_sigaction) {
		before.sa_sigaction(sig, info, context);
	} else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
		before.sa_handler(sig);
	} else {
		/* The fault occurs again, with the default action. */
		signal(sig, SIG_DFL);
	}
}

static void install(void)
{
	struct sigaction sa = {
		.sa_sigaction = on_sigsegv,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER,
	};

	sigaction(SIGSEGV, NULL, &before);
	sigaction(SIGSEGV, &sa, NULL);
}

void cotask_guard_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install);
}

/* The handler needs a stack of its own, unless the thread already has one. */
void cotask_guard_thread(bool on)
{
	stack_t ss = { .ss_size = ALT_SIZE };

	if (!on) {
		if (alt) {
			sigaltstack(&alt_before, NULL);
			munmap(alt, ALT_SIZE);
			alt = NULL;
		}
		return;
	}
	if (sigaltstack(NULL, &alt_before) || !(alt_before.ss_flags & SS_DISABLE))
		return;
	ss.ss_sp = mmap(NULL, ALT_SIZE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (ss.ss_sp == MAP_FAILED)
		return;
	if (sigaltstack(&ss, NULL)) {
		munmap(ss.ss_sp, ALT_SIZE);
		return;
	}
	alt = ss.ss_sp;
}
