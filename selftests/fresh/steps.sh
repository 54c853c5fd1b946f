#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sourced, mostly in a pristine root. A step is a line of TAP; one that fails shows the
# end of what it has said.

n=0 failed=0
step_log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive

# step NAME COMMAND...
step()
{
	local name=$1

	shift
	n=$((n + 1))
	if "$@" >"$step_log" 2>&1 </dev/null; then
		echo "ok $n $name"
	else
		failed=$((failed + 1))
		echo "not ok $n $name"
		tail -n 15 "$step_log" | sed 's/^/# /'
	fi
}

install()
{
	apt-get install -y -q --no-install-recommends "$@"
}

# The command fails, and tells in one line what to install: "advises COMMAND..."
advises()
{
	local rc=0

	"$@" >/tmp/said 2>&1 || rc=$?
	cat /tmp/said
	[ $rc -ne 0 ] && [ "$(grep -c 'apt-get install' /tmp/said)" -eq 1 ] &&
		[ "$(wc -l </tmp/said)" -le 2 ]
}

# Releases of kernels that have headers here.
kernels()
{
	ls /lib/modules
}
