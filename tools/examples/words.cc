// SPDX-License-Identifier: MIT
/*
 * words - counts the words of files, a few files at a time, in C++
 *
 *	words [-t SECONDS] FILE...
 *
 * The program reports a file that cannot be read, and counts the remaining files.  When the
 * time expires, it abandons the files that are being read.
 */
#include <cotask.hpp>
#include <cotask_file.h>
#include <cotask_io.h>

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

#include <fcntl.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace {

constexpr int workers = 4;

/* Closes a descriptor; the destructor does not suspend. */
struct descriptor {
	int fd;

	explicit descriptor(long fd) : fd(static_cast<int>(cotasks::check(fd))) {}
	descriptor(const descriptor &) = delete;
	descriptor &operator=(const descriptor &) = delete;
	~descriptor() { close(fd); }
};

struct count {
	std::string file;
	long words;
	std::string error;
};

long words_of(const std::string &file)
{
	descriptor in(cotask_open(file.c_str(), O_RDONLY | O_CLOEXEC, 0));
	bool inside = false;
	char buf[4096];
	long n, words = 0;

	while ((n = cotasks::check(cotask_read(in.fd, buf, sizeof(buf)))) > 0) {
		for (long i = 0; i < n; i++) {
			const bool space = std::isspace(static_cast<unsigned char>(buf[i]));

			words += !space && !inside;
			inside = !space;
		}
	}
	return words;
}

/* An error of a file is a result; a cancel is passed on. */
count count_one(const std::string &file)
{
	try {
		return {file, words_of(file), ""};
	} catch (const cotasks::cancelled &) {
		throw;
	} catch (const cotasks::failure &e) {
		return {file, 0, e.code().message()};
	}
}

long count_all(char **files, int n)
{
	cotasks::channel<std::string> todo(workers);
	cotasks::channel<count> done(workers);
	int failed = 0;

	cotasks::with_group([&](cotasks::group &group) {
		group.go([&] {
			for (int i = 0; i < n; i++)
				todo.put(files[i]);
			todo.close();
		});
		for (int i = 0; i < workers; i++) {
			group.go([&] {
				while (auto file = todo.next())
					done.put(count_one(*file));
			});
		}
		for (int i = 0; i < n; i++) {
			const auto result = done.next();

			failed += !result->error.empty();
			if (result->error.empty())
				std::cout << result->words << ' ' << result->file << std::endl;
			else
				std::cerr << result->file << ": " << result->error << std::endl;
		}
	});
	return failed;
}

} // namespace

int main(int argc, char **argv)
{
	auto limit = cotasks::forever;
	int first = 1;

	if (argc > 2 && !std::strcmp(argv[1], "-t")) {
		limit = std::chrono::seconds(std::atoi(argv[2]));
		first = 3;
	}
	if (first >= argc) {
		std::cerr << "usage: words [-t SECONDS] FILE..." << std::endl;
		return 2;
	}
	try {
		return cotasks::run([&] {
			return cotasks::with_timeout(limit, [&] {
				return count_all(argv + first, argc - first);
			});
		}) > 0;
	} catch (const std::exception &e) {
		std::cerr << "words: " << e.what() << std::endl;
		return 1;
	}
}
