#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Installs the Debian packages that the test bed needs and that are missing:
# a compiler and the tools of a kernel build, QEMU, busybox, static checkers, libraries;
# "setup.sh roots" those for roots of Debian, "setup.sh arm64" those for arm64, "setup.sh
# clang" those for clang, "setup.sh analysers" Coccinelle, "setup.sh proofs" those for
# models, "setup.sh gdb" and "setup.sh drgn" the debuggers, "setup.sh apps" clients of the
# examples, and event loops that they are embedded in.
# Owns nothing else; silent when there is nothing to do.
set -euo pipefail

packages=(
	bc binutils bison busybox-static ca-certificates coreutils cpio
	debian-archive-keyring dwarves flex g++ gcc gcc-12 gcc-12-multilib git
	groff-base gzip kmod libc6-dev libdw-dev libelf-dev libjansson-dev
	libncurses-dev libssl-dev libtraceevent-dev libtracefs-dev make mandoc perl
	pkg-config procps python3 python3-sphinx qemu-system-x86 rsync shellcheck sparse util-linux
	xz-utils
)
case ${1:-} in
roots)	packages=(debian-archive-keyring mmdebstrap util-linux) ;;
arm64)	packages=(g++-12-aarch64-linux-gnu gcc-12-aarch64-linux-gnu libc6-dev-arm64-cross
		qemu-user-static) ;;
clang)	packages=(clang-19 lld-19 llvm-19) ;;
analysers) packages=(coccinelle) ;;
proofs)	packages=(gcc libc6-dev spin) ;;
apps)	packages=(apache2-utils curl libglib2.0-dev libuv1-dev netcat-openbsd pkg-config python3) ;;
gdb)	packages=(gdb) ;;
drgn)	packages=(python3-drgn) ;;
esac

missing()
{
	local name

	dpkg-query -W -f='${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null |
		awk '$2 == "installed" { print $1 }' | sort -u |
		comm -13 - <(printf '%s\n' "${packages[@]}" | sort -u) |
		while read -r name; do printf '%s ' "$name"; done
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

apt_install()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		-o Dpkg::Use-Pty=0 --no-install-recommends "$@" >/dev/null
}

main()
{
	local want

	read -ra want <<< "$(missing)"
	[ ${#want[@]} -gt 0 ] || return 0
	# Parts of the check run side by side.
	exec 6>"${TMPDIR:-/tmp}/cotask-setup.lock"
	flock 6
	read -ra want <<< "$(missing)"
	[ ${#want[@]} -gt 0 ] || return 0
	echo "setup: installing ${want[*]}" >&2
	if ! apt_install "${want[@]}" 2>/dev/null; then
		as_root apt-get update -qq
		apt_install "${want[@]}"
	fi
}

export LC_ALL=C
main
