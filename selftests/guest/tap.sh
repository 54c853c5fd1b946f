# SPDX-License-Identifier: GPL-2.0
#
# Results of a test, as TAP on the standard output; the test sources this.
# shellcheck shell=bash disable=SC2034 # the test uses it
n=0 failed=0

# is NAME EXPECTED GOT
is()
{
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n $1"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $n $1"
	diff <(echo "$2") <(echo "$3") | sed 's/^/# /' || true
}
