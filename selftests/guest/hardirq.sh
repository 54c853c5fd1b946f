#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the guest: what is allowed in hard interrupts. The module tells in the log, and does not
# stay.
set -u
out=$1

insmod "$out/module/cotask.ko" || exit 1
insmod "$out/module/tests/cotask_hardirq.ko" 2>&1 | grep -q 'No such device' || exit 1
rmmod cotask
