#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# DKMS runs it after each build, in the directory of the build: keeps Module.symvers,
# which drivers that use the module are linked with, for as long as the module is there.
# "symvers.sh TREE NAME VERSION KERNEL ARCH"
set -e
install -D -m 644 Module.symvers "$1/$2/$3/$4/$5/Module.symvers"
