# SPDX-License-Identifier: GPL-2.0
#
# Targets for people; the kernel build does the work.

KVER	?= $(shell uname -r)
KDIR	?= /lib/modules/$(KVER)/build
src	= $(DESTDIR)/usr/src/cotask-$(shell cat VERSION)

# A recipe that names $(MAKE) itself shares the jobs of "make -j".
modules: headers
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

modules_install: modules
	@! grep -qsx CONFIG_MODULE_COMPRESS_XZ=y $(KDIR)/.config || command -v xz >/dev/null || { \
		echo "modules of this kernel are compressed: apt-get install xz-utils" >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install

headers:
	@test -e $(KDIR)/Makefile || { \
		echo "no kernel headers in $(KDIR): apt-get install linux-headers-$(KVER)," \
			"or set KVER= or KDIR=" >&2; \
		exit 1; }

clean:
	@test ! -e $(KDIR)/Makefile || $(MAKE) -C $(KDIR) M=$(CURDIR) clean
	rm -rf .build

lib:
	$(MAKE) -C tools/lib

examples: lib
	$(MAKE) -C tools/examples

install-lib: lib

install-lib install-headers install-man uninstall-lib:
	$(MAKE) -C tools/lib $(@:-lib=)

tools:
	@$(MAKE) -C tools/cotask O=$(CURDIR)/.build/tool

install-tools: tools
	@$(MAKE) -C tools/cotask O=$(CURDIR)/.build/tool install

# The group "cotask" may open the device, and the module is loaded at boot.
install-udev:
	install -D -m 644 tools/udev/60-cotask.rules \
		$(DESTDIR)/usr/lib/udev/rules.d/60-cotask.rules
	install -D -m 644 tools/udev/cotask.sysusers $(DESTDIR)/usr/lib/sysusers.d/cotask.conf
	install -D -m 644 tools/udev/cotask.modules-load \
		$(DESTDIR)/usr/lib/modules-load.d/cotask.conf

# What "make modules" reads, for DKMS.
install-dkms:
	install -d $(src)
	cp -r --parents --no-preserve=mode,ownership Kbuild Makefile VERSION dkms.conf \
		module/Kbuild $(wildcard module/*.[ch] module/*/*.[ch]) module/include uapi $(src)
	install -D -m 755 tools/dkms/symvers.sh $(src)/tools/dkms/symvers.sh

# What a driver that uses the module is built with, see module/samples/driver.
install-driver: modules
	install -d $(src)
	cp -r --parents --no-preserve=mode,ownership module/include $(src)
	install -D -m 644 Module.symvers $(src)/symvers/$(KVER)/Module.symvers

deb:
	@debian/build.sh

docs:
	@Documentation/html.sh $(KDIR) .build/docs
	@echo ".build/docs/index.html"

demo:
	@selftests/demo.sh

check:
	@selftests/check.sh

check-fresh:
	@selftests/fresh.sh $(SUITES)

check-%:
	@selftests/check.sh $*

matrix:
	@selftests/matrix.sh $(KERNELS)

bench:
	@selftests/bench.sh $(if $(ROWS),rows=$(ROWS)) $(if $(REPEAT),repeat=$(REPEAT))

bench-hosted:
	@selftests/hosted.sh $(if $(ON),on=$(ON)) $(if $(SLEEPERS),sleepers=$(SLEEPERS))

kunit:
	@selftests/vm/overlay.sh $(KDIR) $(KUNIT_ARGS)

fuzz-semantics:
	@selftests/fuzz.sh $(or $(PROGRAMS),50000) $(SEED)

fuzz-uapi:
	@selftests/search.sh $(or $(SECONDS),60) $(SEED)

races:
	@selftests/races.sh $(SEED)

kcsan:
	@selftests/kcsan.sh $(SEED)

check-seeded:
	@selftests/seeded.sh $(BUGS)

analyse:
	@selftests/analyse.sh

coverage:
	@selftests/coverage.sh $(SUITES)

rules:
	@selftests/rules.py --table

help:
	@echo 'modules          build for the running kernel (the default)'
	@echo '                 KVER=<release> or KDIR=<headers>: for another one;'
	@echo '                 CONFIG_COTASK_SAMPLES=m: the samples, too'
	@echo 'modules_install  install the modules (INSTALL_MOD_PATH=<root>)'
	@echo 'clean            remove what was built'
	@echo 'lib, examples    the user-space library; programs that show how to use it'
	@echo 'install-lib      library, headers and manual pages (PREFIX= LIBDIR= DESTDIR=)'
	@echo 'install-headers, install-man, uninstall-lib'
	@echo 'tools            the tool "cotask", for people who operate a machine'
	@echo 'install-tools    install it (DESTDIR=<root> PREFIX=/usr/local)'
	@echo 'install-udev     group "cotask" may open the device; the module is loaded at boot'
	@echo 'install-dkms     source for DKMS: then "dkms install cotask/VERSION"'
	@echo 'install-driver   headers and symbols for drivers that use the module'
	@echo 'deb              Debian packages, in .build/deb'
	@echo 'docs             the documentation as HTML, in .build/docs'
	@echo 'demo             the tutorial in a stock kernel, booted in QEMU'
	@echo 'check            all tests; installs Debian packages that are missing'
	@echo 'check-PART       one part of them: static compile proofs kunit fuzz stress trace uapi'
	@echo '                 lib apps tool demo edu kernels fresh bounds budget search'
	@echo 'check-fresh      HEAD in pristine Debian 12 and 13: README, packages; each target alone'
	@echo '                 (SUITES=trixie, SUITES=machine: one of these)'
	@echo 'matrix           builds for every kernel of Debian, boots, overlays, in one table; takes'
	@echo '                 an hour or two (KERNELS="stock-6.12 overlay-7.3 ...": only these)'
	@echo 'kunit            the KUnit suites as part of the kernel source in KDIR, by its'
	@echo '                 own kunit.py in a copy (KUNIT_ARGS="--jobs=2 cotask_task.*")'
	@echo 'fuzz-semantics   random programs on the core and on a model (PROGRAMS= SEED=)'
	@echo 'fuzz-uapi        calls to the device at random, guided by coverage (SECONDS= SEED=)'
	@echo 'kcsan            data races, CPU hotplug and the freezer, in QEMU (SEED=)'
	@echo 'races            the stress test and those of the device with the race points on (SEED=)'
	@echo 'check-seeded     bugs that are put back into a copy of the tree have to be found (BUGS=)'
	@echo 'analyse          the module, by the kernel'"'"'s scripts for Coccinelle and by clang'
	@echo 'coverage         which lines and branches of the module the tests run, in a table; fails if'
	@echo '                 a line does not run and is not listed (SUITES="kunit uapi": only these)'
	@echo 'bench            the benchmark (ROWS=<part of a name> REPEAT=<n>)'
	@echo 'bench-hosted     hosted tasks beside io_uring, tokio, Go..., in instructions (ON=qemu|uml:'
	@echo '                 in nanoseconds; SLEEPERS=<n>)'
	@echo 'rules            which test shows which rule of the semantics'

.PHONY: modules modules_install headers clean tools install-tools lib examples install-lib \
	install-headers install-man uninstall-lib install-udev install-dkms \
	install-driver deb docs demo check check-fresh matrix bench bench-hosted kunit \
	fuzz-semantics fuzz-uapi races kcsan check-seeded analyse coverage rules help
