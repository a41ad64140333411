#!/bin/sh
# daemon.sh - how the daemon begins, notices new generations and ends; many clients, slow ones, rude ones; what happens
# when things fail. Prints TAP.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
if [ "${PYTHON3:=python3}" = no ]; then
    echo "python3 is missing"
    exit 77
fi
failed=0
for test in life load faults; do
    "$PYTHON3" -B "$top_srcdir/tests/protocol/$test.py" --indexer "$top_builddir/verbatim-indexer" \
        --queryd "$top_builddir/verbatim-queryd" || failed=1
done
exit "$failed"
