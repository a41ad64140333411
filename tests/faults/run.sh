#!/bin/sh
# run.sh - faults.py on the programs of the build folder; in `make check` only some calls of each run go wrong.
# VERBATIM_FAULTS_EVERY: each so manieth call (default 24; 1: all, which takes a quarter of an hour).
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
if [ "${PYTHON3:=python3}" = no ]; then
    echo "python3 is missing"
    exit 77
fi
if ldd "$top_builddir/verbatim-indexer" 2> /dev/null | grep -q -e libasan -e libtsan; then
    echo "1..0 # SKIP a sanitizer has the calls that this stands in for"
    exit 0
fi
exec "$PYTHON3" -B "$top_srcdir/tests/faults/faults.py" --builddir "$top_builddir" \
    --every "${VERBATIM_FAULTS_EVERY:-24}"
