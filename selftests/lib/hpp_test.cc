// SPDX-License-Identifier: GPL-2.0
/*
 * cotask selftests - cotask.hpp
 */
#include <cotask.hpp>

#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;

static int number, failed;

static void result(bool good, const char *what)
{
	std::printf("%sok %d %s\n", good ? "" : "not ", ++number, what);
	failed += !good;
}

template <class F>
static void test(const char *what, F &&body)
{
	bool good = false;

	try {
		good = cotasks::run(std::forward<F>(body)) == 1;
	} catch (const std::exception &e) {
		std::printf("# %s\n", e.what());
	}
	result(good, what);
}

struct counted {
	int *n;
	explicit counted(int *n) : n(n) { ++*n; }
	counted(counted &&other) noexcept : n(std::exchange(other.n, nullptr)) {}
	~counted()
	{
		if (n)
			--*n;
	}
};

/* TG-6: a group has the results of its tasks when it is left */
static bool group_of_lambdas()
{
	long sum = 0;

	return cotasks::with_group([&](cotasks::group &group) {
		for (int i = 1; i <= 3; i++)
			group.go([&sum, i] { cotasks::sleep(1us); sum += i; });
		auto task = group.spawn([] { cotasks::yield(); return 7; }, "seven");

		return task.join() == 7 && task.done();
	}) && sum == 6;
}

/* TG-9, TG-14: the exception of a child ends its siblings, and comes out of the group */
static bool exception_of_a_child()
{
	bool sibling = false;

	try {
		cotasks::with_group([&](cotasks::group &group) {
			group.go([&] {
				try {
					cotasks::sleep(cotasks::forever);
				} catch (const cotasks::cancelled &) {
					sibling = true;
					throw;
				}
			});
			group.go([] { cotasks::yield(); throw std::out_of_range("of a child"); });
			cotasks::sleep(cotasks::forever);
		});
	} catch (const std::out_of_range &e) {
		return sibling && e.what() == std::string("of a child");
	}
	return false;
}

/* TG-15: an exception of the body cancels the children, which have ended before it goes on */
static bool exception_of_the_body()
{
	int alive = 0;

	try {
		cotasks::group group;

		group.go([object = counted(&alive)] { cotasks::sleep(cotasks::forever); });
		cotasks::yield();
		throw std::runtime_error("of the body");
	} catch (const std::runtime_error &) {
		return alive == 0;
	}
}

/* CX-7: what a task has captured goes once, also if it never runs */
static bool captures_are_released()
{
	int alive = 0, refused = 0;

	try {
		cotasks::group group;

		for (int i = 0; i < 3; i++)
			group.go([object = counted(&alive)] { cotasks::sleep(cotasks::forever); });
		group.cancel();
		try {
			group.go([object = counted(&alive)] {});
		} catch (const cotasks::failure &e) {
			refused = e.code().value();
		}
		group.wait();
	} catch (const cotasks::cancelled &) {
		return false;
	}
	return alive == 0 && refused == ESHUTDOWN;
}

/* TO-8: the end of the time is an error; TO-6: a body in time is not */
static bool timeouts()
{
	int code = 0;

	try {
		cotasks::with_timeout(1ms, [] { cotasks::sleep(cotasks::forever); });
	} catch (const cotasks::failure &e) {
		code = e.code().value();
	}
	return code == ETIMEDOUT &&
	       cotasks::with_timeout(1h, [] { return std::string("in time"); }) == "in time";
}

/* SH-B2: a cancel waits until the section is over */
static bool sections()
{
	return cotasks::with_group([](cotasks::group &group) {
		bool cleaned = false;
		auto task = group.spawn([&] {
			cotasks::shielded([&] { cotasks::sleep(1us); cleaned = true; });
			cotasks::yield();
		});

		cotasks::yield();
		task.cancel();
		try {
			task.join();
		} catch (const cotasks::cancelled &) {
			return cleaned;
		}
		return false;
	});
}

/* SY-4: objects go through a channel, and none is left behind */
static bool channels()
{
	cotasks::channel<std::string> channel(1);
	int alive = 0;
	std::string got;

	cotasks::with_group([&](cotasks::group &group) {
		group.go([&] {
			channel.put("a");
			channel.put("b");
			channel.close();
		});
		while (auto item = channel.next())
			got += *item;
	});
	{
		cotasks::channel<counted> left;

		left.put(counted(&alive));
		left.put(counted(&alive));
		if (alive != 2 || left.size() != 2)
			return false;
	}
	return got == "ab" && alive == 0;
}

/* SY-1: a lock is what the standard library expects of one */
static bool locks()
{
	cotasks::mutex mutex;
	cotasks::event event;
	std::string order;

	cotasks::with_group([&](cotasks::group &group) {
		group.go([&] {
			std::lock_guard<cotasks::mutex> guard(mutex);

			event.set();
			cotasks::yield();
			order += "1";
		});
		group.go([&] {
			event.wait();
			std::lock_guard<cotasks::mutex> guard(mutex);

			order += "2";
		});
	});
	return order == "12";
}

/* Errors by choice, and in C. */
static bool error_codes()
{
	return cotasks::with_group([](cotasks::group &group) {
		std::error_code ec;
		auto fails = group.spawn([]() -> long { return 3; });

		cotasks::sleep(1us, ec);
		if (ec || fails.join(ec) != 3)
			return false;
		cotasks::check(-EPIPE, ec);
		return ec == std::errc::broken_pipe;
	});
}

int main()
{
	test("group of lambdas", group_of_lambdas);
	test("exception of a child", exception_of_a_child);
	test("exception of the body", exception_of_the_body);
	test("captures are released", captures_are_released);
	test("timeouts", timeouts);
	test("sections", sections);
	test("channels", channels);
	test("locks", locks);
	test("error codes", error_codes);
	try {
		cotasks::run([] { throw std::logic_error("of the main task"); });
		result(false, "exception of the main task");
	} catch (const std::logic_error &) {
		result(true, "exception of the main task");
	}
	return failed != 0;
}
