// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - the headers in C++
 */
#include <cotask.h>
#include <cotask_gather.h>
#include <cotask_io.h>
#include <cotask_layout.h>
#include <cotask_scope.h>
#include <cotask_share.h>
#include <cotask_sync.h>
#include <cotask_thread.h>
#include <cotask_wait.h>

#include <cstdio>
#include <stdexcept>

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
	return rc != 6;
}
