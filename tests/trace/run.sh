#!/bin/sh
# run.sh - tracing: the quotations of corpus/, generated reuse judged by an oracle, the client. Prints TAP.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
if [ "${PYTHON3:=python3}" = no ]; then
    echo "python3 is missing"
    exit 77
fi
failed=0
for test in quotations generated passages all; do
    "$PYTHON3" -B "$top_srcdir/tests/trace/$test.py" --builddir "$top_builddir" --srcdir "$top_srcdir" || failed=1
done
exit "$failed"
