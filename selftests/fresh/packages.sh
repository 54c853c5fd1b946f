#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In a pristine root: "packages.sh build TREE" builds the Debian packages there,
# "packages.sh use TREE" installs them, builds a driver for each kernel and a program,
# runs the tool, and purges them.
set -u
what=$1 tree=$2
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=steps.sh
. "$here/steps.sh"
debs=$tree/.build/deb

build()
{
	step "package lists" apt-get update -q
	step "make" install make
	step "make deb says what to do" advises make -C "$tree" deb --no-print-directory
	step "what packages are built with" eval \
		"install dpkg-dev lintian && cd $tree && apt-get build-dep -y -q ."
	step "make deb" make -C "$tree" deb
	step "lintian" eval "lintian --allow-root --fail-on error $debs/*.changes"
}

# The machine's suite, and what is backported to it.
suites()
{
	local name

	name=$(. /etc/os-release && echo "$VERSION_CODENAME")
	sed -i "s/^Suites: .*/& $name-backports/" /etc/apt/sources.list.d/*.sources
	apt-get update -q
	backports=$name-backports
}

driver()
{
	rm -rf /tmp/driver
	cp -r /usr/share/doc/cotask-dkms/examples/driver /tmp/driver
	make -C /tmp/driver KVER="$1" && modinfo /tmp/driver/blink.ko | grep -q '^depends: *cotask$'
}

program()
{
	# shellcheck disable=SC2046 # flags are words
	gcc -Wall -Werror -o /tmp/hello /usr/share/doc/libcotask-dev/examples/hello.c \
		$(pkg-config --cflags --libs libcotask)
}

# Each step of DKMS by hand, after the package's own.
dkms_again()
{
	dkms remove cotask/"$version" -k "$1" && [ -z "$(find "/lib/modules/$1" -name 'cotask.ko*')" ] &&
		dkms build cotask/"$version" -k "$1" && dkms install cotask/"$version" -k "$1" &&
		[ -n "$(find "/lib/modules/$1" -name 'cotask.ko*')" ]
}

snapshot()
{
	cotask tree --ascii --file "$tree/selftests/tool/golden/snapshot.json" | grep -q .
}

# Caches and logs of other programs do not count.
nothing_left()
{
	! find /etc /usr /var/lib /lib/modules -name '*cotask*' -not -path '/var/lib/dpkg/*' \
		-not -path '/var/lib/apt/*' | grep .
}

use()
{
	local kernel backports="" version

	version=$(cat "$tree/VERSION")
	step "package lists" suites
	step "headers" install linux-headers-amd64
	step "headers, backported" install -t "$backports" linux-headers-amd64
	step "install the packages" install "$debs"/cotask-dkms_*.deb "$debs"/libcotask1_*.deb \
		"$debs"/libcotask-dev_*.deb "$debs"/cotask-tools_*.deb gcc libc6-dev make pkg-config
	step "the group is there" getent group cotask
	for kernel in $(kernels); do
		step "DKMS for $kernel" eval \
			"dkms status -k $kernel | grep 'cotask/.*installed' || dkms install cotask/$version -k $kernel"
		step "DKMS for $kernel: remove, build, install" dkms_again "$kernel"
		step "a driver for $kernel" driver "$kernel"
	done
	step "a program" program
	step "cotask --version" eval "cotask --version | grep -x 'cotask $version'"
	step "cotask of a saved snapshot" snapshot
	step "purge" apt-get purge -y -q cotask-dkms libcotask1 libcotask-dev cotask-tools
	step "nothing is left" nothing_left
}

$what
[ $failed -eq 0 ]
