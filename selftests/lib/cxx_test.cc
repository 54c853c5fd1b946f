// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - the headers in C++
 */
#include <cotask.h>
#include <cotask_file.h>
#include <cotask_gather.h>
#include <cotask_io.h>
#include <cotask_layout.h>
#include <cotask_net.h>
#include <cotask_process.h>
#include <cotask_reader.h>
#include <cotask_scope.h>
#include <cotask_select.h>
#include <cotask_share.h>
#include <cotask_signal.h>
#include <cotask_sync.h>
#include <cotask_thread.h>
#include <cotask_ticker.h>
#include <cotask_wait.h>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

static long part(void *arg)
{
	return cotask_sleep(COTASK_MSEC) ? -1 : *static_cast<int *>(arg);
}

/* An exception that stays in its task unwinds its stack. */
static long throws(void *)
{
	try {
		if (cotask_yield() == 0)
			throw std::runtime_error("inside");
	} catch (const std::exception &) {
		return cotask_yield() ? -1 : 3;
	}
	return -1;
}

/* --- what the runtime keeps of exceptions belongs to the task that handles them --------- */

static long handles(void *arg)
{
	const int n = *static_cast<int *>(arg);
	const std::string mine = "exception " + std::to_string(n) + std::string(100, '.');

	try {
		throw std::runtime_error(mine);
	} catch (const std::exception &e) {
		/* The one that has begun first ends first. */
		if (cotask_sleep(n * COTASK_MSEC) < 0)
			return -1;
		return mine == e.what() ? n : -1;
	}
}

static long rethrows(void *arg)
{
	const int n = *static_cast<int *>(arg);

	try {
		try {
			throw n;
		} catch (...) {
			if (cotask_sleep(n * COTASK_MSEC) < 0)
				return -1;
			throw;
		}
	} catch (int caught) {
		return caught == n ? n : -1;
	}
}

struct counted {
	int &n;
	explicit counted(int &n) : n(n) {}
	~counted() { n += std::uncaught_exceptions() == 0 && cotask_yield() == 0; }
};

/* A destructor that suspends, of a task that is cancelled. */
static long unwinds(void *arg)
{
	counted object(*static_cast<int *>(arg));

	return cotask_sleep(COTASK_FOREVER);
}

static long noexcept_task(void *) noexcept
{
	return cotask_yield() ? -1 : 5;
}

static long exceptions(void *)
{
	int one = 1, two = 2, unwound = 0;
	struct cotask_member members[] = {
		COTASK_MEMBER_CALL(handles, &one),
		COTASK_MEMBER_CALL(handles, &two),
		COTASK_MEMBER_CALL(rethrows, &one),
		COTASK_MEMBER_CALL(rethrows, &two),
		COTASK_MEMBER_CALL(noexcept_task, nullptr),
	};
	struct cotask *task = cotask_spawn(nullptr, unwinds, &unwound, "unwinds");
	long rc = cotask_gather_now(nullptr, members, 5, 0), sum = 0;

	cotask_cancel(task);
	if (rc || cotask_join(task) != -ECANCELED || unwound != 1)
		return -1;
	cotask_put(task);
	for (const auto &member : members)
		sum += member.result;
	return sum;
}

static long selects(void *)
{
	struct cotask *task = cotask_spawn(nullptr, noexcept_task, nullptr, "task");
	struct cotask_queue queue;

	if (cotask_queue_init(&queue, 1) || cotask_queue_try_put(&queue, 4))
		return -1;
	struct cotask_choice choices[] = {
		COTASK_CHOICE_TASK(task),
		COTASK_CHOICE_PUT(&queue, 1),
		COTASK_CHOICE_FD(-1, 0),
		COTASK_CHOICE_GET(&queue),
	};
	int first = cotask_select(choices, 4, 0), second = -1;

	if (cotask_join(task) == 5)
		second = cotask_select(choices, 4, COTASK_FOREVER);
	cotask_put(task);
	cotask_queue_fini(&queue);
	return first == 3 && second == 0 ? choices[0].value + choices[3].value : -1;
}

static long all(void *)
{
	int one = 1, two = 2;
	struct cotask_member members[] = {
		COTASK_MEMBER_CALL(part, &one),
		COTASK_MEMBER_CALL(part, &two),
		COTASK_MEMBER_CALL(throws, nullptr),
	};
	long rc = cotask_gather_now(nullptr, members, 3, 0);

	return rc ? rc : members[0].result + members[1].result + members[2].result;
}

int main()
{
	long rc = cotask_run(all, nullptr);

	std::printf("%sok 1 cxx\n", rc == 6 ? "" : "not ");
	if (rc != 6)
		return 1;
	rc = cotask_run(exceptions, nullptr);
	std::printf("%sok 2 exceptions of tasks\n", rc == 11 ? "" : "not ");
	if (rc != 11)
		return 1;
	rc = cotask_run(selects, nullptr);
	std::printf("%sok 3 select\n", rc == 9 ? "" : "not ");
	return rc != 9;
}
