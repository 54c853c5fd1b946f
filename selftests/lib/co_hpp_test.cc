// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - cotask_co.hpp
 */
#include <cotask_co.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
namespace co = cotasks::co;

static int number, failed;

static void result(bool good, const char *what)
{
	std::printf("%sok %d %s\n", good ? "" : "not ", ++number, what);
	failed += !good;
}

/* What a coroutine keeps is destroyed with it. */
struct kept {
	static inline int n;
	kept() { n++; }
	kept(const kept &) { n++; }
	~kept() { n--; }
};

static co::coroutine value(long n)
{
	kept k;

	co_await co::yield();
	co_return n;
}

static co::coroutine sum(int n)
{
	long total = 0;

	for (int i = 0; i < n; i++)
		total += co_await value(i);
	co_await co::sleep(1ms);
	co_return total;
}

static co::coroutine throws(bool foreign)
{
	kept k;

	co_await co::yield();
	if (foreign)
		throw std::runtime_error("foreign");
	throw cotasks::failure(-EIO);
	co_return 0;
}

/* The exception of the callee, and not its errno. */
static co::coroutine catches()
{
	long caught = 0;

	try {
		co_await throws(true);
	} catch (const std::runtime_error &e) {
		caught += std::string(e.what()) == "foreign";
	}
	try {
		co_await throws(false);
	} catch (const cotasks::failure &e) {
		caught += e.outcome() == -EIO;
	}
	co_return caught;
}

static long outcome_of(co::coroutine code)
{
	try {
		return co::run(std::move(code));
	} catch (const cotasks::failure &e) {
		return e.outcome();
	}
}

static co::coroutine forever(bool &cancelled)
{
	kept k;

	try {
		co_await co::sleep(cotasks::forever);
	} catch (const cotasks::cancelled &) {
		cancelled = true;
		throw;
	}
	co_return 0;
}

/* One is cancelled while it sleeps, one before it begins. */
static co::coroutine cancels()
{
	bool first = false, second = false;
	cotask *t = co::spawn(nullptr, forever(first)), *u;
	bool thrown = false;

	co_await co::sleep(1ms);
	u = co::spawn(nullptr, forever(second));
	cotask_cancel(t);
	cotask_cancel(u);
	try {
		co_await co::join(t);
	} catch (const cotasks::cancelled &) {
		thrown = true;
	}
	cotask_put(t);
	cotask_put(u);
	co_await co::yield();
	co_return thrown && first && !second;
}

static co::coroutine adds(long &to, long n)
{
	co_await co::sleep(1us);
	to += n;
	co_return 0;
}

static co::coroutine group(long &total)
{
	cotask_group g;

	cotask_group_init(&g);
	co_await co::enter(&g);
	for (int i = 1; i <= 3; i++)
		co::go(&g, adds(total, i));
	co_return co_await co::leave(&g);
}

/* A task with a stack waits for one without. */
static long joins()
{
	cotask *t = co::spawn(nullptr, sum(4), "sum");
	long rc = cotask_join(t);

	cotask_put(t);
	return rc;
}

int main()
{
	long total = 0;

	result(outcome_of(sum(4)) == 6, "coroutines await each other");
	result(outcome_of(catches()) == 2, "exceptions come out of an await");
	result(outcome_of(throws(false)) == -EIO, "a failure ends the task with its errno");
	result(outcome_of(throws(true)) == -ENOTRECOVERABLE, "so does any other exception");
	result(outcome_of(cancels()) == 1, "cancelled");
	result(!outcome_of(group(total)) && total == 6, "a group");
	result(cotasks::run(joins) == 6, "joined by a task with a stack");
	{
		co::coroutine unused = value(1);
	}
	result(!kept::n, "all is destroyed");
	std::printf("1..%d\n", number);
	return failed != 0;
}
