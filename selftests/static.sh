#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Static checks: "static.sh checkpatch|kernel-doc|shellcheck|man|version
# KERNEL-SOURCE". Silent when all is well.
set -uo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
source=$2
cd "$top" || exit 1
mapfile -t files < <(find module uapi selftests tools -name '*.[ch]' | sort)
mapfile -t code < <(printf '%s\n' "${files[@]}" | grep -v /trace/events/)
mapfile -t kernel < <(printf '%s\n' "${code[@]}" | grep -vE '^(tools|selftests/lib|selftests/hosted|selftests/search)/')
mapfile -t user < <(printf '%s\n' "${code[@]}" | grep -E '^(tools|selftests/lib|selftests/hosted|selftests/search)/')

# Out of tree there is no MAINTAINERS; the coroutine macros are control flow on
# purpose and have to be written with it; headers of trace events have a layout that
# it does not know.
checkpatch()
{
	# shellcheck disable=SC2054 # commas do not separate
	local pl=(perl "$source/scripts/checkpatch.pl" --no-tree --strict --no-summary --quiet
		--terse --max-line-length=100 --show-types
		--ignore FILE_PATH_CHANGES,MACRO_WITH_FLOW_CONTROL,MACRO_ARG_REUSE
		--ignore COMPLEX_MACRO,LINUX_VERSION_CODE,SPDX_LICENSE_TAG,CAMELCASE
		--ignore MACRO_ARG_PRECEDENCE,MULTISTATEMENT_MACRO_USE_DO_WHILE
		--ignore MACRO_ARG_UNUSED,TRAILING_SEMICOLON,ALLOC_WITH_SIZEOF,LINE_SPACING)

	# The uapi has to do without <linux/compiler_attributes.h>.
	"${pl[@]}" -f "${kernel[@]}" |
		grep -v '^uapi/.*PREFER_DEFINED_ATTRIBUTE_MACRO'
	# Programs have the types and attributes of C.
	"${pl[@]}" --ignore PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO,VOLATILE \
		--ignore AVOID_EXTERNS,EMBEDDED_FUNCTION_NAME,FUNCTION_ARGUMENTS,SPLIT_STRING \
		-f "${user[@]}"
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
