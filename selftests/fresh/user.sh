#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a pristine root: what README.md says, as a user types it, with the packages that
# README.md names. "user.sh TREE [TARGET...]": then these targets, too.
set -u
tree=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=steps.sh
. "$here/steps.sh"
root=/tmp/installed

# Packages of the line of README.md that begins with this one.
readme()
{
	sed -n "s/^    apt-get install \($1\( .*\)\?\)$/\1/p" "$tree/README.md"
}

# Targets of fresh/targets that are run there: "targets PLACE".
targets()
{
	awk -v place="$1" '/^[a-z]/ && $2 == place { print $1 }' "$here/targets"
}

# Each target in a tree of its own.
alone()
{
	rm -rf /tmp/alone "$root"
	cp -r "$tree" /tmp/alone
	make -C /tmp/alone "$@"
}

plain()
{
	alone "$1" -j2 KVER="$kernel" DESTDIR="$root" INSTALL_MOD_PATH="$root"
}

# shellcheck disable=SC2046 # packages are words
{
step "package lists" apt-get update -q
step "make alone" install make
step "make without headers says what to do" advises make -C "$tree" KVER=0 --no-print-directory
step "packages of the module and the library" install $(readme make)
step "tools without libraries says what to do" \
	advises make -C "$tree" tools --no-print-directory
step "packages of the tool" install $(readme pkg-config)
step "docs without Sphinx says what to do" \
	advises make -C "$tree" docs --no-print-directory
step "packages of the documentation" install $(readme python3-sphinx)
}
kernel=$(kernels | tail -n 1)
for target in $(targets root) help; do
	step "make $target, alone" plain "$target"
done
cd "$tree" || exit 1
for target in modules install-driver lib tools examples install-lib uninstall-lib clean lib; do
	step "make $target, one after the other" make -j2 $target KVER="$kernel" DESTDIR="$root"
done
for target; do
	step "make $target, alone" alone "$target"
done
[ $failed -eq 0 ]
