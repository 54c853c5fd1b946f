#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "consumer.sh FILE.json...": files of "cotask trace" in the trace engine of Chrome's DevTools, see
# consumer.mjs. npm installs the engine in the cache, once. Exit status 4: there is no npm, or it
# cannot install the engine.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
: "${cotask_cache:=${XDG_CACHE_HOME:-$HOME/.cache}/cotask}"
version=0.0.65
engine=$cotask_cache/npm/trace_engine-$version

install()
{
	rm -rf "$engine.new"
	mkdir -p "$engine.new"
	timeout 300 npm install --prefix "$engine.new" --silent --no-audit --no-fund \
		--ignore-scripts "@paulirish/trace_engine@$version"
	mv "$engine.new" "$engine"
}

files=()
for file in "$@"; do
	files+=("$(realpath "$file")")
done
if ! command -v npm >/dev/null; then
	echo "npm is not installed"
	exit 4
fi
[ -d "$engine" ] || install || { echo "npm cannot install the trace engine"; exit 4; }
cd "$engine"
timeout 300 node "$here/consumer.mjs" "${files[@]}"
