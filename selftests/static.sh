#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Static checks: "static.sh checkpatch|kernel-doc|shellcheck|man|version
# KERNEL-SOURCE". Prints nothing if all checks pass.
set -uo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
source=$2
cd "$top" || exit 1
programs='^(tools|selftests/(lib|hosted|search|tool))/'
mapfile -t files < <(find module uapi selftests tools -name '*.[ch]' | sort)
mapfile -t code < <(printf '%s\n' "${files[@]}" | grep -v /trace/events/)
mapfile -t kernel < <(printf '%s\n' "${code[@]}" | grep -vE "$programs")
mapfile -t user < <(printf '%s\n' "${code[@]}" | grep -E "$programs")

# checkpatch takes minutes for all files: a file that was clean is not read again before it, or
# what it is checked with, changes.
clean=$top/.build/checkpatch

identity()
{
	cat "$1" "$source/scripts/checkpatch.pl" "$top/selftests/static.sh" | sha256sum | cut -c1-40
}

unknown()
{
	local file

	for file in "$@"; do
		[ -e "$clean/$(identity "$file")" ] || echo "$file"
	done
}

# Out of tree there is no MAINTAINERS; the coroutine macros are control flow on
# purpose and have to be written with it; headers of trace events have a layout that
# it does not know.
checkpatch_files()
{
	# shellcheck disable=SC2054 # commas do not separate
	local pl=(perl "$source/scripts/checkpatch.pl" --no-tree --strict --no-summary --quiet
		--terse --max-line-length=100 --show-types
		--ignore FILE_PATH_CHANGES,MACRO_WITH_FLOW_CONTROL,MACRO_ARG_REUSE
		--ignore COMPLEX_MACRO,LINUX_VERSION_CODE,SPDX_LICENSE_TAG,CAMELCASE
		--ignore MACRO_ARG_PRECEDENCE,MULTISTATEMENT_MACRO_USE_DO_WHILE
		--ignore MACRO_ARG_UNUSED,TRAILING_SEMICOLON,ALLOC_WITH_SIZEOF,LINE_SPACING)

	# The uapi has to do without <linux/compiler_attributes.h>.
	[ ${#kernel[@]} -eq 0 ] || "${pl[@]}" -f "${kernel[@]}" |
		grep -v '^uapi/.*PREFER_DEFINED_ATTRIBUTE_MACRO'
	# Programs have the types and attributes of C.
	[ ${#user[@]} -eq 0 ] || "${pl[@]}" --ignore PREFER_KERNEL_TYPES,VOLATILE,AVOID_EXTERNS \
		--ignore PREFER_DEFINED_ATTRIBUTE_MACRO,EMBEDDED_FUNCTION_NAME \
		--ignore FUNCTION_ARGUMENTS,SPLIT_STRING -f "${user[@]}"
}

checkpatch()
{
	local complaints

	mapfile -t kernel < <(unknown "${kernel[@]}")
	mapfile -t user < <(unknown "${user[@]}")
	complaints=$(checkpatch_files)
	[ -z "$complaints" ] || { echo "$complaints"; return; }
	mkdir -p "$clean"
	for file in ${kernel[@]+"${kernel[@]}"} ${user[@]+"${user[@]}"}; do
		: >"$clean/$(identity "$file")"
	done
}

kernel_doc()
{
	local tool=$source/tools/docs/kernel-doc

	[ -e "$tool" ] || tool=$source/scripts/kernel-doc
	"$tool" -none -Wall "${files[@]}" 2>&1
}

# The manual pages come from the headers.
man()
{
	tools/lib/man/make.py --check
	for page in tools/lib/man/*.[347]; do
		groff -man -Tutf8 -ww -z "$page" 2>&1
	done
	mandoc -T lint -W warning tools/lib/man/*.[347] tools/cotask/*.8
}

# Where a version has to stand in words, it is that of the file VERSION, and a date is that of
# debian/changelog.
version()
{
	local version date header=tools/lib/include/cotask.h

	version=$(cat VERSION)
	date=$(date -u -d "$(sed -n 's/^ -- .*>  //p' debian/changelog | head -n 1)" +%F)
	says()
	{
		grep -qxF -- "$2" "$1" || echo "$1: no line '$2'; VERSION is $version"
	}
	says dkms.conf "PACKAGE_VERSION=\"$version\""
	says debian/changelog "cotask ($version) unstable; urgency=medium"
	says tools/lib/man/cotask.4 ".TH COTASK 4 \"$date\" \"cotask\" \"cotask\""
	says tools/lib/man/cotask.7 ".TH COTASK 7 \"$date\" \"cotask\" \"cotask\""
	says $header $'#define COTASK_VERSION_MAJOR\t'"${version%%.*}"
	says $header $'#define COTASK_VERSION_MINOR\t'"${version##*.}"
	says $header $'#define COTASK_VERSION_STRING\t'"\"$version\""
}

case $1 in
shellcheck)
	find selftests tools debian .ci \( -name '*.sh' -o -name '*.bash' \) \
		-exec shellcheck -x .ci/run {} + ;;
checkpatch) checkpatch ;;
kernel-doc) kernel_doc ;;
man) man ;;
version) version ;;
esac
