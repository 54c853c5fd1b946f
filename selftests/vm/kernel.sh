#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Owns the kernels of the test bed: "kernel.sh FLAVOUR" makes sure that one is
# in the cache and prints its directory as the last line. In that directory:
#   kernel   bootable file (UML program or vmlinuz)    arch     um or x86_64
#   build    KDIR for "make -C"                        version  kernel release
#   source   path of the source tree (UML only)        modules/ lib/modules/V (stock only)
# A directory is keyed by flavour, package version and a hash of the config
# fragments; it is made under another name and renamed when complete.
set -euo pipefail
shopt -s inherit_errexit
unset MAKEFLAGS MFLAGS MAKELEVEL KBUILD_OUTPUT	# of a make that calls us

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=apt.sh
. "$here/apt.sh"

compiler=gcc-12
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
	  uml-6.1-debug  KASAN, kmemleak, lockdep, fault injection
	  stock-6.1      Debian's own amd64 kernel, for QEMU
	END
	exit 2
}

# Sets series, fragments and package, the three facts a flavour consists of.
describe()
{
	case $1 in
	uml-7.3)	series=7.3 fragments="base uml trace preempt" ;;
	uml-7.3-smp)	series=7.3 fragments="base uml preempt smp debug" ;;
	uml-7.3-tt)	series=7.3 fragments="base uml trace preempt timetravel" ;;
	uml-6.1-debug)	series=6.1 fragments="base uml series-6.1 debug memory" ;;
	stock-6.1)	series=6.1 fragments="" ;;
	*)		usage ;;
	esac
	case $1 in
	stock-*)	package=linux-image-amd64 ;;
	*)		package=linux-source-$series ;;
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

	version=$(apt_version "$package")
	hash=$(fragment_files | xargs -r cat | sha256sum | cut -c 1-10)
	echo "kernel/$1_${version//[^A-Za-z0-9.+-]/_}_$hash"
}

# Unpacked source tree of the series, one for all flavours; prints its path.
source_tree()
{
	local version dir tmp

	version=$(apt_version "$package")
	dir=$cotask_cache/source/$package-${version//[^A-Za-z0-9.+-]/_}
	if [ ! -d "$dir" ]; then
		say "unpacking $package $version"
		mkdir -p "$cotask_cache/source"
		tmp=$(mktemp -d "$cotask_cache/source/tmp.XXXXXX")
		apt_fetch "$package" "$tmp/deb"
		mkdir "$tmp/tree"
		tar -xf "$tmp/deb/usr/src/$package.tar.xz" -C "$tmp/tree" \
			--strip-components=1
		mv "$tmp/tree" "$dir"
		rm -rf "$tmp"
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
build_uml()
{
	local out=$1 obj=$1/build tree log=$1/build.log
	local -a make

	tree=$(source_tree)
	make=(make -s -C "$tree" ARCH=um O="$obj" CC="$compiler" HOSTCC="$compiler")
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
	ln -sf build/linux "$out/kernel"
	echo "$tree" >"$out/source"
	echo um >"$out/arch"
}

# The headers name each other by their place below /usr/src: make that relative.
relocate_headers()
{
	local root=$1 headers=$2 common=$3 release=${2#linux-headers-}

	# shellcheck disable=SC2016 # make expands it
	printf 'include $(dir $(lastword $(MAKEFILE_LIST)))../%s/Makefile\n' \
		"$common" >"$root/usr/src/$headers/Makefile"
	ln -sfn "../../../usr/src/$headers" "$root/lib/modules/$release/build"
	ln -sfn "../../../usr/src/$common" "$root/lib/modules/$release/source"
}

# Debian's image and headers, unpacked.
build_stock()
{
	local out=$1 root=$1/root image release headers name

	image=$(apt_depends linux-image-amd64 'linux-image-.*')
	release=${image#linux-image-}
	release=${release%-unsigned}
	headers=$(apt_depends "linux-headers-$release" 'linux-headers-.*|linux-kbuild-.*')
	for name in "$image" "linux-headers-$release" $headers; do
		say "unpacking $name"
		apt_fetch "$name" "$root"
	done
	relocate_headers "$root" "linux-headers-$release" \
		"$(grep -- '-common$' <<<"$headers")"
	ln -sfn "root/usr/src/linux-headers-$release" "$out/build"
	ln -sfn root "$out/modules"
	ln -sf "root/boot/vmlinuz-$release" "$out/kernel"
	depmod -b "$root" "$release"
	echo "$release" >"$out/version"
	echo x86_64 >"$out/arch"
}

# Runs in the lock of this flavour.
build()
{
	local final=$1 work=$cotask_cache/kernel/$flavour.building

	case $flavour in
	stock-*)
		rm -rf "$work"
		mkdir -p "$work"
		build_stock "$work"
		;;
	*)
		mkdir -p "$work"
		build_uml "$work"
		;;
	esac
	# An object directory knows its own path.
	[ ! -e "$work/source" ] ||
		sed -i "s|$work|$final|g" "$work/build/Makefile"
	mv "$work" "$final"
	say "$flavour is ready"
}

main()
{
	local dir

	[ $# -eq 1 ] || usage
	flavour=$1
	describe "$flavour"
	"$here/setup.sh"
	dir=$cotask_cache/$(key "$flavour")
	if [ ! -d "$dir" ]; then
		mkdir -p "$cotask_cache/kernel"
		exec 8>"$cotask_cache/kernel/lock"
		flock -n 8 || { say "another build is running"; flock 8; }
		apt_prepare 60
		dir=$cotask_cache/$(key "$flavour")
		[ -d "$dir" ] || build "$dir"
		exec 8>&-
	fi
	echo "$dir"
}

main "$@"
