/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - C++20 coroutines as tasks without stacks, on <cotask_co.h>
 *
 *	namespace co = cotasks::co;
 *
 *	co::coroutine say_after(cotasks::duration delay, std::string text)
 *	{
 *		co_await co::sleep(delay);
 *		std::puts(text.c_str());
 *		co_return 0;
 *	}
 *
 *	co::coroutine both(cotask_group &group)
 *	{
 *		cotask_group_init(&group);
 *		co_await co::enter(&group);
 *		co::go(&group, say_after(1s, "hello"));
 *		co::go(&group, say_after(2s, "world"));
 *		co_return co_await co::leave(&group);	// waits for both
 *	}
 *
 *	int main()
 *	{
 *		cotask_group group;
 *
 *		co::run(both(group));
 *	}
 *
 * A coroutine returns a value >= 0, or throws.  Errors are the exceptions of <cotask.hpp>: an
 * await that fails throws cotasks::failure, a cancel throws cotasks::cancelled.  An exception
 * that leaves a coroutine is rethrown in the coroutine that awaits it, and ends a task with the
 * errno of the failure, or with -ENOTRECOVERABLE.
 *
 * The object of a coroutine can be awaited, spawned or run once, by std::move() or as a
 * temporary.  None of its code runs earlier.
 */
#ifndef COTASK_CO_HPP
#define COTASK_CO_HPP

#include <coroutine>

#include <cotask.hpp>
#include <cotask_co.h>

namespace cotasks {
namespace co {

/** The object that a coroutine returns to its caller; its code has not started. */
class [[nodiscard]] coroutine {
public:
	struct promise_type;
	using handle = std::coroutine_handle<promise_type>;

	explicit coroutine(handle h) noexcept : h(h) {}
	coroutine(coroutine &&other) noexcept : h(std::exchange(other.h, nullptr)) {}
	coroutine &operator=(coroutine &&) = delete;
	~coroutine()
	{
		if (h)
			h.destroy();
	}

	/** The frame, for functions of <cotask_co.h>; its release function frees the coroutine. */
	cotask_frame *release() noexcept;

	/** Awaits the coroutine in the calling coroutine, and returns its value. */
	auto operator co_await() && noexcept;

private:
	handle h;
};

namespace detail {

/* A type of its own, so that the frame leads to the promise. */
struct frame {
	cotask_frame c;
};

} // namespace detail

struct coroutine::promise_type : detail::frame {
	cotask *task = nullptr;
	long outcome = 0;
	std::exception_ptr thrown;

	static promise_type &of(cotask_frame *c) noexcept
	{
		return *static_cast<promise_type *>(reinterpret_cast<detail::frame *>(c));
	}

	static long step(cotask *task, cotask_frame *c) noexcept
	{
		promise_type &me = of(c);

		me.task = task;
		handle::from_promise(me).resume();
		return handle::from_promise(me).done() ? me.outcome : COTASK_SUSPENDED;
	}

	static void destroy(cotask_frame *c) noexcept { handle::from_promise(of(c)).destroy(); }

	coroutine get_return_object() noexcept
	{
		cotask_frame_init(&c, step, nullptr);
		return coroutine(handle::from_promise(*this));
	}

	std::suspend_always initial_suspend() const noexcept { return {}; }
	std::suspend_always final_suspend() const noexcept { return {}; }
	void return_value(long value) noexcept { outcome = value; }
	void unhandled_exception() noexcept
	{
		outcome = cotasks::detail::guarded([] { throw; }, thrown);
	}
};

inline cotask_frame *coroutine::release() noexcept
{
	cotask_frame *c = &h.promise().c;

	c->release = promise_type::destroy;
	h = nullptr;
	return c;
}

/** An await: @begin is called with the task, and returns what a function of <cotask_co.h> does. */
template <class F>
class [[nodiscard]] operation {
public:
	explicit operation(F begin) : begin(std::move(begin)) {}

	bool await_ready() const noexcept { return false; }
	bool await_suspend(coroutine::handle caller)
	{
		task = caller.promise().task;
		return begin(task).pending;
	}
	long await_resume() const { return check(__cotask_outcome(task)); }

private:
	F begin;
	cotask *task = nullptr;
};

inline auto coroutine::operator co_await() && noexcept
{
	struct call {
		coroutine callee;
		cotask *task = nullptr;

		bool await_ready() const noexcept { return false; }
		bool await_suspend(handle caller) noexcept
		{
			task = caller.promise().task;
			return cotask_call(task, &callee.h.promise().c).pending;
		}
		long await_resume() const
		{
			if (callee.h.promise().thrown)
				std::rethrow_exception(callee.h.promise().thrown);
			return check(__cotask_outcome(task));
		}
	};

	return call{std::move(*this)};
}

/* --- waiting ----------------------------------------------------------------------------- */

/** Sleeps. */
inline auto sleep(duration d)
{
	return operation([d](cotask *task) { return cotask_co_sleep(task, d.count()); });
}

/** Lets other tasks run. */
inline auto yield()
{
	return operation([](cotask *task) { return cotask_co_yield(task); });
}

/** Waits until @x is done, and returns its value. */
inline auto wait(cotask_awaitable *x)
{
	return operation([x](cotask *task) { return cotask_co_await(task, x); });
}

/** Waits until @child has ended, and returns its value. */
inline auto join(cotask *child)
{
	return wait(cotask_base(child));
}

/** Enters @group; does not suspend. */
inline auto enter(cotask_group *group)
{
	struct entry {
		cotask_group *group;
		cotask *task = nullptr;

		bool await_ready() const noexcept { return false; }
		bool await_suspend(coroutine::handle caller) noexcept
		{
			task = caller.promise().task;
			return false;
		}
		void await_resume() const { check(cotask_co_group_enter(task, group)); }
	};

	return entry{group};
}

/** Leaves @group, whose body has ended with @rc: waits for all children. */
inline auto leave(cotask_group *group, long rc = 0)
{
	return operation([=](cotask *task) { return cotask_co_group_exit(task, group, rc); });
}

/* --- tasks ------------------------------------------------------------------------------- */

/** Starts a task; the caller drops the reference with cotask_put(). */
[[nodiscard]] inline cotask *spawn(cotask_group *group, coroutine code, const char *name = nullptr)
{
	cotask *task = cotask_co_spawn(group, code.release(), name);
	const auto value = reinterpret_cast<std::intptr_t>(task);

	if (value < 0 && value >= -4095)
		check(static_cast<long>(value));
	return task;
}

/** Starts a task without taking a reference. */
inline void go(cotask_group *group, coroutine code)
{
	check(cotask_co_go(group, code.release()));
}

/** Runs a new loop whose main task is @code, and returns the value of @code. */
inline long run(coroutine code)
{
	return check(cotask_co_run(nullptr, code.release()));
}

} // namespace co
} // namespace cotasks

#endif /* COTASK_CO_HPP */
