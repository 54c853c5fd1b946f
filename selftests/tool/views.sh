#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the tool does apart from its output, without the module: "views.sh TOOL". Full disks,
# marks that survive saving, parts of the tool alone, the version, and the kinds that "ps --on"
# knows. Silent if all is well.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$(dirname "$here")")
tool=$(realpath "$1")
rc=0
cd "$here/golden" || exit 1

# expect NAME WANTED GOT
expect()
{
	[ "$2" = "$3" ] && return
	printf '%s: expected "%s", got "%s"\n' "$1" "$2" "$3"
	rc=1
}

# Output that cannot be written is reported, whichever way the command ends.
full()
{
	local said

	said=$("$tool" "$@" 2>&1 >/dev/full)
	expect "$* to a full disk: status" 3 $?
	expect "$* to a full disk" "cotask: cannot write the output: No space left on device" "$said"
}

full ps -f snapshot.json
full ps -f snapshot.json --json
full tree -f snapshot.json
full tree -f snapshot.json --json
full stat -f snapshot.json
full stat -f snapshot.json --json
full stat -f snapshot.json 1
for command in ps tree top stat cancel trace bench doctor; do
	full help $command
	full $command --help
done
full help
full --help
full -V
full --version

# A saved part of a list stays one.
for name in torn stuck cut; do
	for view in ps tree; do
		"$tool" $view -f $name.json --json 2>/dev/null | "$tool" ps -f - >/dev/null 2>&1
		expect "$name.json, saved by $view" 4 $?
	done
	"$tool" stat -f $name.json 1 1 >/dev/null 2>&1
	expect "rates of $name.json" 4 $?
done

"$here/parts.sh" || rc=1

expect "the version" "cotask $(cat "$top/VERSION")" "$("$tool" -V)"
expect "the version, long" "$("$tool" -V)" "$("$tool" --version)"

# Names of awaitables in the module, except of those that no task waits on.
kinds=$(cd "$top/module" && cat core/*.c await/*.c device/*.c | awk '
	/struct cotask_awaitable_ops .*= {$/ { inside = 1 }
	inside && /\.name = / { gsub(/^.*= "|",$/, ""); print; inside = 0 }' |
	sed '/^callback$/d' | LC_ALL=C sort -u | sed 's/^/, /' | tr -d '\n')
expect "kinds" "nothing$kinds" "$("$tool" ps -f snapshot.json --on x 2>&1 | sed 's/^.*one of: //')"
# What the shell completes to. The tasks are those of the snapshot.
completes()
{
	(
		# shellcheck source=/dev/null
		. "$top/tools/cotask/cotask.bash"
		# shellcheck disable=SC2317 # called by the completion
		cotask() { cat snapshot.json; }
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_cotask
		printf '%s\n' "${COMPREPLY[@]}"
	) | paste -sd ' '
}

expect "completion of kinds" "$("$tool" ps -f snapshot.json --on x 2>&1 |
	sed 's/^.*one of: //; s/, /\n/g' | sed 's/ /\\ /g' | paste -sd ' ')" \
	"$(completes cotask ps --on "")"
expect "completion of a kind" "task task\\ of\\ another\\ loop" "$(completes cotask ps --on ta)"
expect "completion of tasks" "300 301" "$(completes cotask tree 30)"
expect "completion of groups" "10 11 12 13 14" "$(completes cotask cancel --group 1 | sed 's/^1 //')"
expect "completion of loops" "storage" "$(completes cotask top --loop st)"
expect "completion of options" "--times" "$(completes cotask ps --t)"
for option in $(completes cotask ps --); do
	"$tool" help ps | grep -qe "$option" || expect "an option of ps" "$option" "nothing"
done
exit $rc
