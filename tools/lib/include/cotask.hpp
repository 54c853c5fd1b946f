/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libcotask - C++17 interface to <cotask.h>: lambdas as tasks, scopes that end by themselves
 *
 *	long main_task()
 *	{
 *		cotasks::channel<std::string> lines(16);
 *
 *		return cotasks::with_group([&](cotasks::group &group) {
 *			group.go([&] { lines.put("hello"); lines.close(); });
 *			while (auto line = lines.next())
 *				std::puts(line->c_str());
 *			return 0;
 *		});
 *	}
 *
 *	int main()
 *	{
 *		try {
 *			cotasks::run(main_task);
 *		} catch (const std::exception &e) {
 *			std::fprintf(stderr, "%s\n", e.what());
 *			return 1;
 *		}
 *	}
 *
 * Errors are exceptions: a call that fails throws cotasks::failure, a std::system_error whose
 * code is the errno; a cancel throws cotasks::cancelled, which code rethrows after its clean-up.
 * Overloads with a std::error_code do not throw.  All functions of the C headers can be used
 * as well; cotasks::check() converts their errors to exceptions.
 *
 * An exception that leaves the code of a task ends the task.  task::join() and the end of the
 * group rethrow it.  C functions return the errno of a failure, and -ENOTRECOVERABLE for any
 * other exception.
 *
 * The rules of <cotask.h> hold: call everything from the loop's thread, and do not move or
 * destroy an object that tasks use.
 */
#ifndef COTASK_HPP
#define COTASK_HPP

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include <cotask.h>
#include <cotask_loop.h>
#include <cotask_scope.h>
#include <cotask_sync.h>

namespace cotasks {

using duration = std::chrono::nanoseconds;

/** A time that is never reached. */
inline constexpr duration forever{COTASK_FOREVER};

/* --- errors ----------------------------------------------------------------------------- */

/** The exception of a call or a task that has failed with an errno. */
class failure : public std::system_error {
public:
	explicit failure(long outcome)
		: std::system_error(static_cast<int>(-outcome), std::generic_category()) {}

	/** The negative errno. */
	long outcome() const noexcept { return -static_cast<long>(code().value()); }
};

/** The task, or the object that it waited for, was cancelled.  Clean up, and rethrow. */
class cancelled : public failure {
public:
	cancelled() : failure(-ECANCELED) {}
};

/** Returns the outcome of a C function, or throws if the outcome is an error. */
inline long check(long outcome)
{
	if (outcome == -ECANCELED)
		throw cancelled();
	if (outcome < 0)
		throw failure(outcome);
	return outcome;
}

/** The same, but stores an error in @ec and returns -1 instead of throwing. */
inline long check(long outcome, std::error_code &ec) noexcept
{
	ec.clear();
	if (outcome >= 0)
		return outcome;
	ec.assign(static_cast<int>(-outcome), std::generic_category());
	return -1;
}

namespace detail {

/* The outcome in C for an exception that is not a failure. */
inline constexpr long foreign = -ENOTRECOVERABLE;

/* Calls @body.  Stores its exception, if any, in @thrown, and returns the outcome for C. */
template <class F>
long guarded(F &&body, std::exception_ptr &thrown) noexcept
{
	try {
		body();
		return 0;
	} catch (const failure &e) {
		thrown = std::current_exception();
		return e.outcome();
	} catch (...) {
		thrown = std::current_exception();
		return foreign;
	}
}

/* A body that returns nothing has the outcome 0. */
template <class F>
long value_of(F &body)
{
	if constexpr (std::is_void_v<std::invoke_result_t<F &>>) {
		body();
		return 0;
	} else {
		return static_cast<long>(body());
	}
}

template <class F>
long outcome_of(F &body, std::exception_ptr &thrown) noexcept
{
	long value = 0;
	const long error = guarded([&] { value = value_of(body); }, thrown);

	return error ? error : value;
}

/* The end of a scope: @left is its outcome, @error and @thrown are those of the body. */
inline void leave(long left, long error, const std::exception_ptr &thrown)
{
	if (thrown && left == error)
		std::rethrow_exception(thrown);
	check(left);
}

/* Runs a body inside of a scope; @exit leaves the scope with the error of the body, or 0. */
template <class F, class Exit>
std::invoke_result_t<F> inside(F &&body, Exit &&exit)
{
	std::exception_ptr thrown;

	if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
		const long error = guarded([&] { std::forward<F>(body)(); }, thrown);

		leave(exit(error), error, thrown);
	} else {
		std::optional<std::invoke_result_t<F>> result;
		const long error = guarded([&] { result.emplace(std::forward<F>(body)()); }, thrown);

		leave(exit(error), error, thrown);
		return std::move(*result);
	}
}

using shared_exception = std::shared_ptr<std::exception_ptr>;

/* The argument of a task: its code, and where to store its exception. */
template <class F>
struct closure {
	F body;
	shared_exception own, first;

	static long call(void *arg) noexcept
	{
		auto *me = static_cast<closure *>(arg);
		std::exception_ptr thrown;
		const long rc = outcome_of(me->body, thrown);

		if (me->own)
			*me->own = thrown;
		if (me->first && thrown && rc != -ECANCELED && !*me->first)
			*me->first = thrown;
		return rc;
	}

	static void release(void *arg) noexcept { delete static_cast<closure *>(arg); }
};

} // namespace detail

/* --- tasks ------------------------------------------------------------------------------ */

/** A reference to a task.  Dropping the reference does not end the task. */
class task {
public:
	task() noexcept = default;
	task(task &&other) noexcept
		: task_(std::exchange(other.task_, nullptr)), thrown_(std::move(other.thrown_)) {}
	task &operator=(task &&other) noexcept
	{
		std::swap(task_, other.task_);
		std::swap(thrown_, other.thrown_);
		return *this;
	}
	~task() { cotask_put(task_); }

	/** Waits until the task has ended.  Throws the exception of the task, or cotasks::cancelled. */
	long join()
	{
		const long rc = cotask_join(task_);

		if (rc < 0 && cotask_done(task_) && thrown_ && *thrown_ &&
		    !cotask_cancel_delivered(cotask_current()))
			std::rethrow_exception(*thrown_);
		return check(rc);
	}

	long join(std::error_code &ec) noexcept { return check(cotask_join(task_), ec); }

	/** Requests that the task end.  Returns false if the task is already done. */
	bool cancel() noexcept { return cotask_cancel(task_); }
	bool done() const noexcept { return cotask_done(task_); }
	struct cotask *get() const noexcept { return task_; }

private:
	friend class group;
	task(struct cotask *t, detail::shared_exception thrown) noexcept
		: task_(t), thrown_(std::move(thrown)) {}

	struct cotask *task_ = nullptr;
	detail::shared_exception thrown_;
};

/**
 * A group of the calling task, which ends only when all of its tasks have ended.  The constructor
 * enters the group.  wait() leaves it.  Otherwise the destructor does: it waits for the children,
 * too, and cancels them while an exception unwinds the stack.  Only wait() and with_group() report
 * errors of children.
 */
class group {
public:
	group() : first_(std::make_shared<std::exception_ptr>())
	{
		cotask_group_init(&group_);
		check(cotask_group_enter(&group_));
	}
	group(const group &) = delete;
	group &operator=(const group &) = delete;
	~group()
	{
		if (open_)
			leave(std::uncaught_exceptions() > exceptions_ ? -ECANCELED : 0);
	}

	/** Starts a task.  When it has ended, the variables that @body has captured are destroyed. */
	template <class F>
	void go(F &&body)
	{
		start(std::forward<F>(body), nullptr, nullptr);
	}

	/** Starts a task, and returns a reference to it. */
	template <class F>
	task spawn(F &&body, const char *name = nullptr)
	{
		auto thrown = std::make_shared<std::exception_ptr>();
		struct cotask *t = start(std::forward<F>(body), name, thrown);

		return task(t, std::move(thrown));
	}

	/** Cancels all children. */
	void cancel() noexcept { cotask_group_cancel(&group_); }

	/** Waits for the children, and leaves the group.  Throws the first error. */
	void wait() { throw_first(leave(0)); }

	struct cotask_group *get() noexcept { return &group_; }

private:
	template <class F>
	friend auto with_group(F &&body) -> std::invoke_result_t<F, group &>;

	template <class F>
	struct cotask *start(F &&body, const char *name, detail::shared_exception own)
	{
		using code = detail::closure<std::decay_t<F>>;
		const bool keep = own != nullptr;
		auto c = std::make_unique<code>(code{std::forward<F>(body), std::move(own), first_});
		struct cotask_spawn_args args = {};
		struct cotask *t;

		args.name = name;
		args.release = code::release;
		/* From here on the library releases it, even if the spawn fails. */
		t = cotask_spawn_with(&group_, code::call, c.release(), &args);
		if (!t)
			throw failure(-static_cast<long>(errno));
		if (!keep)
			cotask_put(t);
		return t;
	}

	long leave(long rc) noexcept
	{
		open_ = false;
		rc = cotask_group_exit(&group_, rc);
		cotask_group_fini(&group_);
		return rc;
	}

	/* The exception of a child, if the error is one. */
	void throw_first(long left)
	{
		if (left < 0 && left != -ECANCELED && *first_)
			std::rethrow_exception(*first_);
		check(left);
	}

	struct cotask_group group_;
	detail::shared_exception first_;
	int exceptions_ = std::uncaught_exceptions();
	bool open_ = true;
};

/** Runs @body with a group, and waits for its tasks.  Returns the result, or throws the error. */
template <class F>
auto with_group(F &&body) -> std::invoke_result_t<F, group &>
{
	group g;

	return detail::inside([&] { return std::forward<F>(body)(g); }, [&](long error) {
		const long left = g.leave(error);

		/* An error of a child, which the body has not caused. */
		if (left != error)
			g.throw_first(left);
		return left;
	});
}

/** Runs @body as the main task of a new loop.  Returns its value; throws its exception or error. */
template <class F>
long run(F &&body)
{
	detail::closure<std::decay_t<F>> c{std::forward<F>(body),
					   std::make_shared<std::exception_ptr>(), nullptr};
	const long rc = cotask_run(c.call, &c);

	if (rc < 0 && *c.own)
		std::rethrow_exception(*c.own);
	return check(rc);
}

/* --- time and scopes -------------------------------------------------------------------- */

inline void yield() { check(cotask_yield()); }
inline void yield(std::error_code &ec) noexcept { check(cotask_yield(), ec); }
inline void sleep(duration d) { check(cotask_sleep(d.count())); }
inline void sleep(duration d, std::error_code &ec) noexcept { check(cotask_sleep(d.count()), ec); }

/** Runs @body for at most @d, and throws a failure with ETIMEDOUT when the time has expired. */
template <class F>
auto with_timeout(duration d, F &&body) -> std::invoke_result_t<F>
{
	struct cotask_timeout t;

	check(cotask_timeout_start(&t, d.count()));
	return detail::inside(std::forward<F>(body),
			      [&](long error) { return cotask_timeout_exit(&t, error); });
}

/** Runs @body, and delays cancels from outside until it has ended, but for at most @d. */
template <class F>
auto shielded(F &&body, duration d = forever) -> std::invoke_result_t<F>
{
	struct cotask_section s;

	check(cotask_shield_enter(&s, d.count()));
	return detail::inside(std::forward<F>(body),
			      [&](long error) { return cotask_shield_exit(&s, error); });
}

/* --- synchronization -------------------------------------------------------------------- */

/** A lock, for std::lock_guard and std::unique_lock. */
class mutex {
public:
	mutex() { check(cotask_lock_init(&lock_)); }
	mutex(const mutex &) = delete;
	mutex &operator=(const mutex &) = delete;
	~mutex() { cotask_lock_fini(&lock_); }

	void lock() { check(cotask_lock_acquire(&lock_)); }
	void unlock() noexcept { cotask_lock_release(&lock_); }

private:
	struct cotask_lock lock_;
};

/** An event flag, initially clear. */
class event {
public:
	event() { check(cotask_event_init(&event_)); }
	event(const event &) = delete;
	event &operator=(const event &) = delete;
	~event() { cotask_event_fini(&event_); }

	void set() { check(cotask_event_set(&event_)); }
	void clear() { check(cotask_event_clear(&event_)); }
	void wait() { check(cotask_event_wait(&event_)); }
	struct cotask_event *get() noexcept { return &event_; }

private:
	struct cotask_event event_;
};

/** A FIFO that owns its objects until a task removes them. */
template <class T>
class channel {
public:
	/** @most: maximum number of objects; 0: no limit. */
	explicit channel(std::uint32_t most = 0) { check(cotask_queue_init(&queue_, most)); }
	channel(const channel &) = delete;
	channel &operator=(const channel &) = delete;
	~channel()
	{
		long item;

		while ((item = cotask_queue_try_get(&queue_)) >= 0)
			delete pointer(item);
		cotask_queue_fini(&queue_);
	}

	/** Adds an object; waits while the channel is full. */
	void put(T value)
	{
		auto item = std::make_unique<T>(std::move(value));

		check(cotask_queue_put(&queue_, number(item.get())));
		item.release();
	}

	/** Removes the oldest object; waits for one.  Returns nullopt if closed and empty. */
	std::optional<T> next()
	{
		const long rc = cotask_queue_get(&queue_);

		if (rc == -ESHUTDOWN)
			return std::nullopt;
		std::unique_ptr<T> item(pointer(check(rc)));
		return std::move(*item);
	}

	/** Closes the channel: put() fails, and next() returns the remaining objects. */
	void close() { check(cotask_queue_shutdown(&queue_, false)); }

	long size() const noexcept { return cotask_queue_count(&queue_); }
	struct cotask_queue *get() noexcept { return &queue_; }

private:
	static T *pointer(long item) noexcept
	{
		return reinterpret_cast<T *>(static_cast<std::intptr_t>(item));
	}
	static std::int64_t number(T *item) noexcept { return reinterpret_cast<std::intptr_t>(item); }

	struct cotask_queue queue_;
};

} // namespace cotasks

#endif /* COTASK_HPP */
