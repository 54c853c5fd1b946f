#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Builds the program that reads tracepoints as trace-cmd does: "formats.sh OUTDIR".
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
read -ra flags <<< "$(pkg-config --cflags --libs libtracefs libtraceevent)"
mkdir -p "$1"
gcc-12 -std=gnu11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -o "$1/formats" "$here/formats.c" \
	"${flags[@]}"
