#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: another script of this directory, and afterwards what the kernel has counted in
# the module, which it keeps when the module goes. "coverage.sh OUT DATA NAME [ARGUMENT...]": the
# files go to DATA, a directory of the host.
set -u
out=$1 data=$2 name=$3
here=$(cd "$(dirname "$0")" && pwd)
shift 3

"$here/$name.sh" "$@"
rc=$?
mount -t hostfs -o "$data" none /mnt || exit 1
cd "/sys/kernel/debug/gcov$out/module" || exit 1
find . -name '*.gcda' -exec cp --parents -t /mnt {} + || exit 1
exit $rc
