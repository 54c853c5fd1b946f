#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Owns the kernels of the test bed: "kernel.sh FLAVOUR" makes sure that one is
# in the cache and prints its directory as the last line. In that directory:
#   kernel   bootable file (UML program or vmlinuz)    arch     um, x86_64 or arm64
#   build    KDIR for "make -C"                        version  kernel release
#   source   path of the source tree (not stock)       modules/ lib/modules/V (stock only)
#   cc       the compiler                              suite    of the root to build in, or empty
# "source-..." has nothing but a source tree; "clang-..." is one that is prepared for modules,
# with Debian's configuration as far as it is possible with clang.
# A directory is keyed by flavour, package version and a hash of the config
# fragments; it is made under another name and renamed when complete.
set -euo pipefail
shopt -s inherit_errexit
unset MAKEFLAGS MFLAGS MAKELEVEL KBUILD_OUTPUT	# of a make that calls us

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=apt.sh
. "$here/apt.sh"

compiler=gcc-12
clang="clang-19"
started=$SECONDS

say()
{
	printf 'kernel: [%4ds] %s\n' "$((SECONDS - started))" "$*" >&2
}

die()
{
	say "$*"
	exit 1
}

usage()
{
	cat >&2 <<-END
	usage: kernel.sh FLAVOUR
	  uml-7.3        release, one CPU: benchmarks
	  uml-7.3-smp    two CPUs, lockdep, debug objects, fault injection
	  uml-7.3-tt     one CPU, simulated time
	  uml-7.3-gcov-smp  as uml-7.3-smp, and gcov
	  uml-7.3-net-smp  as uml-7.3-smp, and TCP/IP, pseudo-terminals
	  uml-6.1-debug  KASAN, kmemleak, lockdep, fault injection
	  uml-6.1-cover  the same, and KCOV
	  x86-7.3-kcsan  a small kernel for QEMU that reports data races
	  x86-7.3-dwarf  a small kernel for QEMU with debugging information
	  stock-6.1      Debian's own amd64 kernel, for QEMU; and others of Debian's:
	                 stock-6.1-rt, stock-6.1-cloud, stock-6.12, stock-6.12-rt,
	                 stock-6.12-cloud (backports of Debian 12), stock-6.12-trixie
	                 (Debian 13), stock-7.3 (backports of Debian 13)
	  stock-6.1-arm64, stock-6.12-arm64  headers only
	  source-6.1, source-6.12, source-7.3  source only
	  clang-6.1, clang-6.12, clang-7.3  source and Debian's configuration, for clang
	END
	exit 2
}

# Sets what a flavour consists of: series, fragments, package, and what compiles it.
describe()
{
	suite="" cc=$compiler arch=um fragments="" configured=""
	case $1 in
	stock-*)	describe_stock "$1" ;;
	source-*)	describe_source "${1#*-}" ;;
	clang-*)	describe_source "${1#*-}"
			arch=x86_64 cc=$clang configured=stock-$series ;;
	x86-7.3-kcsan)	series=7.3 package=linux-source-7.3 arch=x86_64
			fragments="base x86 trace preempt smp kcsan" ;;
	x86-7.3-dwarf)	series=7.3 package=linux-source-7.3 arch=x86_64
			fragments="base x86 trace preempt smp dwarf" ;;
	*)		describe_uml "$1" ;;
	esac
}

describe_uml()
{
	case $1 in
	uml-7.3)	series=7.3 fragments="base uml trace preempt" ;;
	uml-7.3-smp)	series=7.3 fragments="base uml preempt smp debug" ;;
	uml-7.3-tt)	series=7.3 fragments="base uml trace preempt timetravel" ;;
	uml-7.3-gcov-smp) series=7.3 fragments="base uml preempt smp debug gcov" ;;
	uml-7.3-net-smp) series=7.3 fragments="base uml preempt smp debug net" ;;
	uml-6.1-debug)	series=6.1 fragments="base uml series-6.1 debug memory" ;;
	uml-6.1-cover)	series=6.1 fragments="base uml series-6.1 debug memory coverage" ;;
	*)		usage ;;
	esac
	package=linux-source-$series
}

describe_source()
{
	series=$1
	case $series in
	6.1 | 7.3)	package=linux-source-$series ;;
	6.12)		package=linux-source-6.12/bookworm-backports ;;
	*)		usage ;;
	esac
}

# Headers of Debian 13 need its compiler and its libraries.
describe_stock()
{
	arch=x86_64
	case $1 in
	stock-6.1)		package=linux-image-amd64$apt_bookworm ;;
	stock-6.1-rt)		package=linux-image-rt-amd64$apt_bookworm ;;
	stock-6.1-cloud)	package=linux-image-cloud-amd64$apt_bookworm ;;
	stock-6.1-arm64)	package=linux-headers-arm64$apt_bookworm arch=arm64 ;;
	stock-6.12)		package=linux-image-amd64/bookworm-backports ;;
	stock-6.12-rt)		package=linux-image-rt-amd64/bookworm-backports ;;
	stock-6.12-cloud)	package=linux-image-cloud-amd64/bookworm-backports ;;
	stock-6.12-arm64)	package=linux-headers-arm64/bookworm-backports arch=arm64 ;;
	stock-6.12-trixie)	package=linux-image-amd64/trixie suite=trixie cc=gcc-14 ;;
	stock-7.3)		package=linux-image-amd64/trixie-backports suite=trixie cc=gcc-14 ;;
	*)			usage ;;
	esac
	[ "$arch" != arm64 ] || cc=aarch64-linux-gnu-$compiler
}

# apt_* of the architecture of the flavour.
of_arch()
{
	case $arch in
	arm64)	(apt_use arm64 && "$@") ;;
	*)	"$@" ;;
	esac
}

fragment_files()
{
	local name

	for name in $fragments; do
		echo "$here/config/$name.config"
	done
}

# Name of the flavour's directory below the cache.
key()
{
	local version hash

	version=$(of_arch apt_version "$package")
	hash=$(fragment_files | xargs -r cat | sha256sum | cut -c 1-10)
	echo "kernel/$1_${version//[^A-Za-z0-9.+-]/_}_$hash"
}

# Runs in the lock of the source trees.
unpack()
{
	local dir=$1 tmp name=${package%/*}

	tmp=$(mktemp -d "$cotask_cache/source/tmp.XXXXXX")
	apt_fetch "$package" "$tmp/deb"
	mkdir "$tmp/tree"
	tar -xf "$tmp/deb/usr/src/$name.tar.xz" -C "$tmp/tree" --strip-components=1
	mv "$tmp/tree" "$dir"
	rm -rf "$tmp"
}

# Unpacked source tree of the series, one for all flavours; prints its path.
source_tree()
{
	local version dir name=${package%/*}

	version=$(apt_version "$package")
	dir=$cotask_cache/source/$name-${version//[^A-Za-z0-9.+-]/_}
	if [ ! -d "$dir" ]; then
		mkdir -p "$cotask_cache/source"
		exec 9>"$cotask_cache/source/lock"
		flock 9
		[ -d "$dir" ] || {
			say "unpacking $name $version"
			unpack "$dir"
		}
		exec 9>&-
	fi
	echo "$dir"
}

# Options a series does not have, or cannot give to this flavour.
excepted()
{
	grep -qE "^($series|$flavour)[[:space:]]+$1([[:space:]]|\$)" \
		"$here/config/exceptions"
}

# Every option of the fragments must have survived; a later fragment wins.
verify_config()
{
	local config=$1 option value got bad=0

	while IFS='=' read -r option value; do
		got=$(sed -n "s/^$option=//p" "$config")
		[ "${got:-n}" != "$value" ] || continue
		excepted "$option" && continue
		say "config: wanted $option=$value, got ${got:-n}"
		bad=1
	done < <(awk -F= '/^CONFIG_/ { v[$1] = $2 }
			  END { for (o in v) print o "=" v[o] }' "$config.wanted")
	return "$bad"
}

# A build that can be repeated where it stands: objects of a broken-off build
# in the same directory are used again.
build_configured()
{
	local out=$1 obj=$1/build tree log=$1/build.log
	local -a make

	tree=$(source_tree)
	make=(make -s -C "$tree" ARCH="$arch" O="$obj" CC="$compiler" HOSTCC="$compiler")
	mkdir -p "$obj"
	fragment_files | xargs cat >"$obj/.config.wanted"
	KCONFIG_ALLCONFIG=$obj/.config.wanted \
		"${make[@]}" allnoconfig >"$log" 2>&1 || die "configuration failed: $log"
	verify_config "$obj/.config" || die "options are missing"
	say "compiling $flavour ($(basename "$tree"))"
	nice -n 5 "${make[@]}" -j"$(nproc)" all >>"$log" 2>&1 || {
		tail -n 30 "$log" >&2
		die "build failed: $log"
	}
	"${make[@]}" kernelrelease >"$out/version"
	echo "$tree" >"$out/source"
}

build_uml()
{
	build_configured "$1"
	ln -sf build/linux "$1/kernel"
}

build_x86()
{
	build_configured "$1"
	ln -sf build/arch/x86/boot/bzImage "$1/kernel"
}

build_source()
{
	local tree

	tree=$(source_tree)
	echo "$tree" >"$1/source"
	make -s -C "$tree" kernelversion >"$1/version"
}

# Options of gcc go, those of clang get their defaults. The symbols are Debian's.
build_clang()
{
	local out=$1 obj=$1/build log=$1/build.log
	local -a make

	build_source "$out"
	make=(make -s -C "$(cat "$out/source")" ARCH=x86_64 O="$obj" LLVM="${cc#clang}")
	mkdir -p "$obj"
	cp "$configured/build/.config" "$obj/.config"
	say "preparing $flavour"
	nice -n 5 "${make[@]}" -j"$(nproc)" olddefconfig modules_prepare >"$log" 2>&1 || {
		tail -n 30 "$log" >&2
		die "build failed: $log"
	}
	cp "$configured/build/Module.symvers" "$obj"
	"${make[@]}" kernelrelease >"$out/version"
}

# The headers name each other by their place below /usr/src: make that relative.
relocate_headers()
{
	local root=$1 headers=$2 common=$3 release=${2#linux-headers-}

	# shellcheck disable=SC2016 # make expands it
	sed -i -e '1i cotask_src := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))..)' \
		-e 's|/usr/src/|$(cotask_src)/|' "$root/usr/src/$headers/Makefile"
	ln -sfnr "$root/usr/src/$headers" "$root/lib/modules/$release/build"
	ln -sfnr "$root/usr/src/$common" "$root/lib/modules/$release/source"
}

# Packages of a release: since 7.3 an image is in several.
stock_packages()
{
	local release=$1 image=$2

	echo "linux-headers-$release"
	apt_depends "linux-headers-$release" 'linux-headers-.*|linux-kbuild-.*'
	[ -n "$image" ] || return 0
	echo "$image"
	apt_depends "$image" 'linux-binary-.*|linux-modules-.*'
}

# The programs of a kernel build run here, whatever the headers are for.
fetch_stock()
{
	local name=$1 root=$2

	say "unpacking $name"
	case $name in
	linux-kbuild-*)	apt_fetch "$name" "$root" ;;
	*)		of_arch apt_fetch "$name" "$root" ;;
	esac
}

# Since 7.3 it is beside the modules.
stock_vmlinuz()
{
	local file=boot/vmlinuz-$2

	[ -e "$1/$file" ] || file=lib/modules/$2/vmlinuz
	echo "root/$file"
}

# Debian's image and headers, unpacked.
build_stock()
{
	local out=$1 root=$1/root image release name names

	image=$(of_arch apt_depends "$package" 'linux-image-.*')
	release=${image:-$(of_arch apt_depends "$package" 'linux-headers-.*')}
	release=${release#linux-*-}
	release=${release%-unsigned}
	names=$(of_arch stock_packages "$release" "$image")
	for name in $names; do
		fetch_stock "$name" "$root"
	done
	[ -e "$root/lib" ] || ln -s usr/lib "$root/lib"	# since Debian 13
	if [ -n "$image" ]; then
		ln -sf "$(stock_vmlinuz "$root" "$release")" "$out/kernel"
		ln -sfn root "$out/modules"
		depmod -b "$root" "$release"
	fi
	mkdir -p "$root/lib/modules/$release"
	relocate_headers "$root" "linux-headers-$release" \
		"$(grep -E -- '-common(-rt)?$' <<<"$names")"
	ln -sfn "root/usr/src/linux-headers-$release" "$out/build"
	echo "$release" >"$out/version"
}

# Runs in the lock of this flavour.
build()
{
	local final=$1 work=$cotask_cache/kernel/$flavour.building

	# What was compiled before it was broken off is used again.
	[[ $flavour == uml-* || $flavour == x86-* ]] || rm -rf "$work"
	mkdir -p "$work"
	"build_${flavour%%-*}" "$work"
	# An object directory knows its own path.
	[ "${flavour%%-*}" = stock ] || [ ! -e "$work/build" ] ||
		sed -i "s|$work|$final|g" "$work/build/Makefile"
	mv "$work" "$final"
	say "$flavour is ready"
}

# Facts that are not built. The last one that is written tells that all are there.
write_facts()
{
	echo "$arch" >"$1/arch"
	echo "$suite" >"$1/suite"
	echo "$cc" >"$1/cc"
}

main()
{
	local dir

	[ $# -eq 1 ] || usage
	flavour=$1
	describe "$flavour"
	"$here/setup.sh"
	[ "$arch" != arm64 ] || "$here/setup.sh" arm64
	[ -z "$configured" ] || {
		"$here/setup.sh" clang
		configured=$("$here/kernel.sh" "$configured" | tail -n 1)
	}
	dir=$cotask_cache/$(key "$flavour")
	if [ ! -d "$dir" ]; then
		mkdir -p "$cotask_cache/kernel"
		exec 8>"$cotask_cache/kernel/$flavour.lock"
		flock -n 8 || { say "$flavour is being built"; flock 8; }
		apt_prepare 60
		dir=$cotask_cache/$(key "$flavour")
		[ -d "$dir" ] || build "$dir"
		exec 8>&-
	fi
	[ -e "$dir/cc" ] || write_facts "$dir"
	echo "$dir"
}

main "$@"
