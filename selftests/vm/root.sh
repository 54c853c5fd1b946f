#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Owns minimal roots of Debian: "root.sh SUITE [PACKAGE...]" makes sure that one
# with these packages is in the cache and prints its directory as the last line.
# Nothing runs in it but by inroot.sh, which leaves it as it is. A new point release
# of the suite gives a new root.
set -euo pipefail
shopt -s inherit_errexit

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=apt.sh
. "$here/apt.sh"

say()
{
	echo "root: $*" >&2
}

usage()
{
	echo "usage: root.sh SUITE [PACKAGE...]" >&2
	exit 2
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# Mirror, keyring and transport are those of the machine.
write_sources()
{
	local mirror

	mirror=$(apt_mirror)
	cat >"$1" <<-END
	Types: deb
	URIs: $mirror
	Suites: $suite $suite-updates
	Components: main
	Signed-By: $(apt_keyring "$mirror")
	END
}

# Runs in the lock.
build()
{
	local final=$1 work=$cotask_cache/root/$suite.building

	say "making a root of $suite${packages:+ with $packages}"
	as_root rm -rf "$work" "$work.sources" "$work.aptopt"
	write_sources "$work.sources"
	apt-config dump Acquire >"$work.aptopt"
	as_root mmdebstrap --quiet --mode=root --variant=minbase --aptopt="$work.aptopt" \
		${packages:+--include="$packages"} "$suite" "$work" "$work.sources" \
		>"$work.log" 2>&1 || {
		tail -n 20 "$work.log" >&2
		say "mmdebstrap failed: $work.log"
		return 1
	}
	rm "$work.sources" "$work.aptopt"
	mv "$work" "$final"
}

main()
{
	local hash dir

	[ $# -ge 1 ] || usage
	suite=$1
	shift
	packages=$(IFS=,; echo "$*")
	"$here/setup.sh" roots
	hash=$(sha256sum <<<"$packages" | cut -c 1-10)
	dir=$cotask_cache/root/${suite}_$(apt_version "base-files/$suite")_$hash
	if [ ! -d "$dir" ]; then
		mkdir -p "$cotask_cache/root"
		exec 7>"$cotask_cache/root/lock"
		flock 7
		[ -d "$dir" ] || build "$dir"
		exec 7>&-
	fi
	echo "$dir"
}

main "$@"
