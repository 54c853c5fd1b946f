#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds libcotask and its tests for KERNEL-SOURCE, whose harness they use:
# "build.sh KERNEL-SOURCE OUTDIR". Static, so that they run in any guest; and once more
# with AddressSanitizer, and with ucontext in place of assembly.
set -euo pipefail
unset MAKEFLAGS MFLAGS MAKELEVEL

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$(dirname "$here")")
source=$1 out=$(realpath -m "$2")
flags=(-std=gnu11 -O1 -g -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare
	-Wno-missing-field-initializers -Werror -D_GNU_SOURCE -pthread
	-I"$top/tools/lib/include")

lib()
{
	make -s -C "$top/tools/lib" CC=gcc-12 CFLAGS="-O2 -g -Werror" OUT="$out/$1" "${@:2}"
}

# The library's insides, without what a static program would need the shared C library for.
insides()
{
	find "$out/plain" -maxdepth 1 -name '*.o' ! -name resolve.o
}

# The rules of the core; the library's insides stand in for the manual loop.
scenarios()
{
	local tests=$top/module/tests same
	local gcc=(gcc-12 "${flags[@]}" -static -I"$here/shim" -I"$here" -I"$top/tools/lib"
		-I"$top/uapi" -I"$tests")

	same=("$here/stage.c" "$here/scenario_test.c" "$tests/scenario.c"
		"$tests"/*/scenario_*_kunit.c)
	mapfile -t same < <(printf '%s\n' "${same[@]}" && insides)
	"${gcc[@]}" -o "$out/scenario_test" "${same[@]}" "$here/script.c" "$tests/course.c"
	stackless "${gcc[@]}" "$here/scripts_stackless.c" "$tests/script.c" "$tests/course.c"
	"${gcc[@]}" -o "$out/scenario_stackless_test" "${same[@]}" "$out"/stackless/*.o
	mapfile -t same < <(printf '%s\n' "$here"/{stage,player}.c "$tests/program.c" && insides)
	"${gcc[@]}" -o "$out/player" "${same[@]}" "$here/script.c" "$tests/course.c"
	"${gcc[@]}" -o "$out/player_stackless" "${same[@]}" "$out"/stackless/*.o
}

# Sources that call the functions of the kernel by their names there: "stackless GCC... SOURCE..."
stackless()
{
	rm -rf "$out/stackless"
	mkdir -p "$out/stackless"
	(cd "$out/stackless" && "$@" -DSTACKLESS -c)
}

api()
{
	local test name static more=(-I"$source/tools/testing/selftests")

	for test in "$here"/lib_*_test.c; do
		name=$out/$(basename "$test" .c)
		# Names are looked up by the shared C library.
		static=(-static)
		[[ $test != *_net_test.c ]] || static=()
		gcc-12 "${flags[@]}" "${more[@]}" "${static[@]}" -o "$name" "$test" \
			"$out/plain/libcotask.a"
		gcc-12 "${flags[@]}" "${more[@]}" "${static[@]}" -o "${name}_ucontext" "$test" \
			"$out/ucontext/libcotask.a"
		gcc-12 "${flags[@]}" "${more[@]}" -fsanitize=address,undefined \
			-o "${name}_asan" "$test" "$out/asan/libcotask.a"
	done
}

# Runs without the device, and here. A process that ends by a signal leaves no core.
without_device()
{
	# shellcheck disable=SC2046 # files
	gcc-12 "${flags[@]}" -static -I"$top/tools/lib" -I"$top/uapi" \
		-I"$source/tools/testing/selftests" -o "$out/switch_test" \
		"$here/switch_test.c" $(insides) -lm
	(ulimit -c 0 && "$out/switch_test" >"$out/switch_test.log" 2>&1) || {
		cat "$out/switch_test.log"
		return 1
	}
}

# Each header by itself, in each version of both languages.
headers()
{
	local header std warn=(-Wall -Wextra -Wpedantic -Wconversion -Werror -fsyntax-only
		-I"$top/tools/lib/include")

	for header in "$top"/tools/lib/include/*.h "$top"/tools/lib/include/linux/*.h; do
		for std in c99 c11 c17; do
			gcc-12 -std=$std "${warn[@]}" -x c "$header"
		done
		for std in c++11 c++14 c++17 c++20; do
			g++ -std=$std "${warn[@]}" -x c++ "$header"
		done
	done
	for std in c++17 c++20; do
		g++ -std=$std "${warn[@]}" -x c++ "$top/tools/lib/include/cotask.hpp"
	done
	g++ -std=c++20 "${warn[@]}" -x c++ "$top/tools/lib/include/cotask_co.hpp"
}

# What a user does with an installed library, in C and in C++.
installed()
{
	local root=$out/root pc test

	make -s -C "$top/tools/lib" CC=gcc-12 CFLAGS="-O2 -g" OUT="$out/plain" \
		DESTDIR="$root" PREFIX=/usr install
	pc=(env PKG_CONFIG_PATH="$root/usr/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
		pkg-config)
	# shellcheck disable=SC2046 # flags are words
	gcc-12 -Wall -Wextra -Werror -o "$out/hello_shared" "$top/tools/examples/hello.c" \
		$("${pc[@]}" --cflags --libs libcotask)
	# shellcheck disable=SC2046
	gcc-12 -Wall -Wextra -Werror -o "$out/link_shared" "$top/module/samples/link.c" \
		$("${pc[@]}" --cflags --libs libcotask)
	for test in cxx_test hpp_test; do
		# shellcheck disable=SC2046
		g++ -std=c++17 -Wall -Wextra -pedantic -Werror -o "$out/$test" "$here/$test.cc" \
			$("${pc[@]}" --cflags --libs libcotask)
	done
	# shellcheck disable=SC2046
	g++ -std=c++20 -Wall -Wextra -pedantic -Werror -o "$out/co_hpp_test" "$here/co_hpp_test.cc" \
		$("${pc[@]}" --cflags --libs libcotask)
	for test in hpp_test co_hpp_test; do
		g++ -std=c++20 -Wall -Wextra -pedantic -Werror -g -O1 \
			-fsanitize=address,undefined -I"$top/tools/lib/include" \
			-o "$out/${test}_asan" "$here/$test.cc" "$out/asan/libcotask.a" -pthread
	done
}

mkdir -p "$out"
lib plain
lib ucontext SWITCH=ucontext
lib asan SANITIZE=address,undefined
scenarios
api
headers
without_device
installed
make -s -C "$top/tools/examples" CC=gcc-12 OUT="$out/examples" LIB="$out/plain"
install -m 755 "$here/examples.sh" "$here/link.sh" "$here/link.txt" "$out/examples/link" "$out"
