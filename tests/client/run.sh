#!/bin/sh
# run.sh - the terminal client as a program: the same bytes from an index and from a daemon, exit codes, what a terminal
# shows, hints, quoting, help and manual. Prints TAP. SPDX-License-Identifier: GPL-2.0-or-later
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
if [ "${PYTHON3:=python3}" = no ]; then
    echo "python3 is missing"
    exit 77
fi
failed=0
for test in same exits terminal hints quote manual tour completion; do
    "$PYTHON3" -B "$top_srcdir/tests/client/$test.py" --builddir "$top_builddir" --srcdir "$top_srcdir" || failed=1
done
exit "$failed"
