#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Prints the code blocks of Documentation/guide.rst as one C file.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

awk '/^\.\. code-block:: c$/ { code = 1; next }
     code && /^[^\t ]/ { code = 0 }
     code { sub(/^\t/, ""); print }' "$here/../../Documentation/guide.rst"
