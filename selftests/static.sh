#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Static checks: "static.sh checkpatch|kernel-doc|shellcheck KERNEL-SOURCE". Silent
# when all is well.
set -uo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
source=$2
cd "$top" || exit 1
mapfile -t files < <(find module uapi selftests -name '*.[ch]' | sort)
mapfile -t code < <(printf '%s\n' "${files[@]}" | grep -v /trace/events/)

# Out of tree there is no MAINTAINERS; the coroutine macros are control flow on
# purpose and have to be written with it; headers of trace events have a layout that
# it does not know.
checkpatch()
{
	perl "$source/scripts/checkpatch.pl" --no-tree --strict --no-summary --quiet \
		--terse --max-line-length=100 --show-types \
		--ignore FILE_PATH_CHANGES,MACRO_WITH_FLOW_CONTROL,MACRO_ARG_REUSE \
		--ignore COMPLEX_MACRO,LINUX_VERSION_CODE,SPDX_LICENSE_TAG,CAMELCASE \
		--ignore MACRO_ARG_PRECEDENCE,MULTISTATEMENT_MACRO_USE_DO_WHILE \
		--ignore MACRO_ARG_UNUSED,TRAILING_SEMICOLON,ALLOC_WITH_SIZEOF,LINE_SPACING \
		-f "${code[@]}"
}

kernel_doc()
{
	local tool=$source/tools/docs/kernel-doc

	[ -e "$tool" ] || tool=$source/scripts/kernel-doc
	"$tool" -none -Wall "${files[@]}" 2>&1
}

case $1 in
shellcheck) find selftests .ci -name '*.sh' -exec shellcheck -x .ci/run {} + ;;
checkpatch) checkpatch ;;
kernel-doc) kernel_doc ;;
esac
