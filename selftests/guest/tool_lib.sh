# SPDX-License-Identifier: GPL-2.0
#
# What the tests of the tool share; a test with the arguments "OUT TOOL" sources it.
# shellcheck shell=bash disable=SC2034,SC2154 # the tests use it, and set "here"
out=$1 tool=$2 programs=$(dirname "$2")
holder=$here/../tool/holder.py
export LC_ALL=C.UTF-8
# shellcheck source-path=SCRIPTDIR
. "$here/tap.sh"

# status NAME EXPECTED COMMAND...
status()
{
	local name=$1 expected=$2

	shift 2
	"$@" >/tmp/stdout 2>/tmp/stderr
	is "$name" "$expected" $?
}

# comes NAME EXPECTED COMMAND...: the same, once it does, or has not for a long time
comes()
{
	local i got

	for ((i = 0; i < 600; i++)); do
		got=$("${@:3}" 2>/dev/null)
		[ "$2" = "$got" ] && break
		sleep 0.1
	done
	is "$1" "$2" "$got"
}

# What the doctor finds bad.
complaints()
{
	"$tool" doctor | grep -c ^BAD
}

# A file for the machine outside, in a line of the log: "hand_out FILE"
hand_out()
{
	echo "# file: $(basename "$1") $(gzip -c "$1" | base64 -w 0)"
}

# The end of a test, which has no file of the device open.
end()
{
	# A loop that gets no CPU for seconds does not answer.
	comes "the doctor is content" 0 complaints
	"$here/cotask.sh" unload || exit 1
	echo "1..$n"
	"$here/../vm/kmemleak.sh" check || exit 1
	[ $failed -eq 0 ]
}
