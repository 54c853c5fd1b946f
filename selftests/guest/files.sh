#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest, with a kernel that is no user-mode one: that kind does not stand it that mapped
# files shrink, and gdb does not read its core files. TAP on the standard output.
# "files.sh OUT TOOL"
set -u
here=$(cd "$(dirname "$0")" && pwd)
rc=0

"$here/shrinks.sh" "$@" || rc=1
"$here/gdb.sh" "$@" core || rc=1
exit $rc
