#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sourced. Owns a private apt configuration in the cache directory that knows
# the machine's own suites and the suites that kernels and their sources come
# from. The mirror and the keyring are those of the machine. Nothing is installed:
# apt_version asks for a version, apt_fetch unpacks a package somewhere. A
# package is NAME, of the machine's suites if they have it, or NAME/SUITE;
# apt_bookworm is "/bookworm", but empty on Debian 12, which has updates of it.

: "${cotask_cache:=${XDG_CACHE_HOME:-$HOME/.cache}/cotask}"
apt_suites="bookworm-backports trixie trixie-backports"
apt_bookworm=""
if [ "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")" != bookworm ]; then
	apt_suites="bookworm $apt_suites"
	# shellcheck disable=SC2034 # kernel.sh uses it
	apt_bookworm=/bookworm
fi
apt_week=10080	# minutes

# An architecture from here on, with a configuration of its own.
apt_use()
{
	apt_dir=$cotask_cache/apt-$1
	apt_arch=$1
}
apt_use "$(dpkg --print-architecture)"

apt_private()
{
	local tool=$1

	shift
	"$tool" -q -o Dir::Etc::SourceList="$apt_dir/sources.list" \
		-o Dir::Etc::SourceParts="$apt_dir/sources.d" \
		-o Dir::Etc::Preferences="$apt_dir/preferences" \
		-o Dir::State::Lists="$apt_dir/lists" \
		-o Dir::Cache="$apt_dir/cache" \
		-o APT::Architecture="$apt_arch" -o APT::Architectures="$apt_arch" \
		-o APT::Sandbox::User="" "$@"
}

# Repository address of the machine's Debian archive (not -security).
apt_mirror()
{
	local codename

	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	# shellcheck disable=SC2016 # apt expands these
	apt_private apt-get indextargets --format \
		'$(ORIGIN) $(RELEASE) $(COMPONENT) $(REPO_URI)' 'Identifier: Packages' |
		awk -v name="$codename" \
		    '$1 == "Debian" && $2 == name && $3 == "main" { print $4; exit }'
}

# Keyring that the machine's sources name for archive $1, else the packaged one.
# Sourcesentry is "file:line" in the one-line format, "file:stanza" in deb822.
apt_keyring()
{
	local entry key

	# shellcheck disable=SC2016 # apt expands it
	entry=$(apt_private apt-get indextargets --format '$(SOURCESENTRY)' \
		'Identifier: Packages' "Repo-URI: $1" | head -n 1)
	case $entry in
	*.sources:*)	key=$(awk -v RS= -v n="${entry##*:}" 'NR == n' "${entry%:*}") ;;
	*)		key=$(sed -n "${entry##*:}p" "${entry%:*}") ;;
	esac
	key=$(grep -ioE '(signed-by: *|signed-by=)/[^] ]+' <<<"$key" |
		head -n 1 | sed 's/^[^\/]*//' || true)
	echo "${key:-/usr/share/keyrings/debian-archive-keyring.gpg}"
}

apt_update()
{
	apt_private apt-get update -q >"$apt_dir/update.log" 2>&1 || {
		cat "$apt_dir/update.log" >&2
		echo "apt: cannot update the package lists" >&2
		return 1
	}
}

apt_write_suites()
{
	local mirror keyring

	mirror=$(apt_mirror)
	if [ -z "$mirror" ]; then
		echo "apt: no Debian archive among the machine's sources" >&2
		return 1
	fi
	keyring=$(apt_keyring "$mirror")
	cat >"$apt_dir/sources.d/cotask.sources" <<-END
	Types: deb
	URIs: $mirror
	Suites: $apt_suites
	Components: main
	Signed-By: $keyring
	END
	apt_write_preferences
}

# A package without a suite is one of the machine's, if they have it.
apt_write_preferences()
{
	local suite own

	own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	for suite in $apt_suites; do
		[ "$suite" != "$own" ] || continue
		printf 'Package: *\nPin: release n=%s\nPin-Priority: 50\n\n' "$suite"
	done >"$apt_dir/preferences"
}

apt_refresh()
{
	rm -rf "$apt_dir/sources.d" "$apt_dir/sources.list" "$apt_dir/preferences"
	mkdir -p "$apt_dir/sources.d" "$apt_dir/lists/partial" \
		"$apt_dir/cache/archives/partial"
	cp /etc/apt/sources.list "$apt_dir/sources.list" 2>/dev/null ||
		: >"$apt_dir/sources.list"
	find /etc/apt/sources.list.d \( -name '*.list' -o -name '*.sources' \) \
		-exec cp -t "$apt_dir/sources.d" {} +
	apt_update && apt_write_suites && apt_update
}

# Package lists of these suites, not older than $1 minutes. A machine that
# has lost its network goes on with the lists it has.
apt_prepare()
{
	local max_age=$1

	mkdir -p "$apt_dir"
	(
		flock 9
		[ "$(cat "$apt_dir/stamp" 2>/dev/null)" != "$apt_suites" ] ||
			[ -z "$(find "$apt_dir/stamp" -mmin "-$max_age")" ] ||
			exit 0
		if apt_refresh; then
			echo "$apt_suites" >"$apt_dir/stamp"
		else
			[ -e "$apt_dir/stamp" ]
		fi
	) 9>"$apt_dir/lock"
}

# Candidate version of a package; says what was looked for when there is none.
apt_version()
{
	local version known=$apt_dir/version/${1/\//_}

	apt_prepare "$apt_week"
	if [ "$known" -nt "$apt_dir/stamp" ]; then
		cat "$known"
		return
	fi
	version=$(apt_private apt-cache show --no-all-versions "$1" 2>/dev/null |
		sed -n 's/^Version: //p' || true)
	if [ -z "$version" ]; then
		echo "apt: no package $1 in the machine's suites or $apt_suites" >&2
		return 1
	fi
	mkdir -p "$apt_dir/version"
	echo "$version" | tee "$known"
}

# Real packages that package $1 depends on and whose name matches regex $2.
apt_depends()
{
	apt_prepare "$apt_week"
	apt_private apt-cache show --no-all-versions "$1" |
		sed -n 's/^Depends: //p' | tr ',|' '\n' |
		sed 's/(.*//; s/[[:space:]]//g' | grep -E "^($2)\$" | sort -u || true
}

# Download the candidate of package $1 and unpack it below directory $2.
apt_fetch()
{
	local tmp

	apt_version "$1" >/dev/null
	mkdir -p "$2"
	tmp=$(mktemp -d "$apt_dir/fetch.XXXXXX")
	if ! (cd "$tmp" && apt_private apt-get download "$1") >&2; then
		rm -rf "$tmp"
		echo "apt: cannot download $1" >&2
		return 1
	fi
	dpkg-deb -x "$tmp"/*.deb "$2"
	rm -rf "$tmp"
}
