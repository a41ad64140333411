#!/bin/sh
# run.sh - laws of the query language, on random documents of fixed seeds. Prints TAP.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
if [ "${PYTHON3:=python3}" = no ]; then
    echo "python3 is missing"
    exit 77
fi
exec "$PYTHON3" -B "$top_srcdir/tests/laws/laws.py" --indexer "$top_builddir/verbatim-indexer" \
    --queryd "$top_builddir/verbatim-queryd" --rounds "${VERBATIM_ROUNDS:-4}"
