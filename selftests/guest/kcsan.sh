#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a guest that reports data races: "kcsan.sh SCRIPT [ARGUMENT...]", one of the scripts here,
# with the reports on.
set -u
here=$(cd "$(dirname "$0")" && pwd)

echo on >/sys/kernel/debug/kcsan || exit 1
exec "$here/$1" "${@:2}"
