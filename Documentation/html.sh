#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "make docs": "html.sh KDIR OUT" makes HTML of these pages and of the comments in the
# sources. The script kernel-doc comes from KDIR, kernel headers or a source tree. A
# warning is an error.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
kdir=$1 out=$2

find_kernel_doc()
{
	local name

	for name in "$kdir"/{scripts,tools/docs,source/scripts,source/tools/docs}/kernel-doc; do
		if [ -e "$name" ]; then
			echo "$name"
			return
		fi
	done
	echo "no kernel-doc in $kdir: apt-get install linux-headers-amd64, or set KDIR=" >&2
	return 1
}

command -v sphinx-build >/dev/null || {
	echo "no sphinx-build: apt-get install python3-sphinx" >&2
	exit 1
}
script=$(find_kernel_doc)
sphinx-build -q -W --keep-going -b html -d "$out.doctrees" -D kernel_doc="$script" "$here" "$out"
