#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: the tutorial, then the tests of the device, of libcotask and of the
# tool, each of which loads the module and unloads it; TAP on the standard output.
# "matrix.sh OUT LIBDIR TOOL"
set -u
out=$1 lib=$2 tool=$3 rc=0
here=$(cd "$(dirname "$0")" && pwd)
tests=(lib_core_test lib_stack_test lib_scopes_test lib_errors_test lib_objects_test)

# One line of TAP for a script, after its own: "script NAME [ARGUMENTS...]"
script()
{
	local name=$1

	shift
	echo "# $name"
	if "$here/$name.sh" "$@" && ! [ -e /sys/module/cotask ]; then
		echo "ok 0 $name: all of it, and unloaded"
	else
		echo "not ok 0 $name: all of it, and unloaded"
		rc=1
	fi
}

script demo "$out"
script uapi "$out"
script lib "$out" "$lib" "${tests[@]}" examples.sh
script tool "$out" "$tool"
script tool_load "$out" "$tool"
exit $rc
