#!/bin/sh
# run.sh - words, folding, phrases and columns in many writings. Prints TAP.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
if [ "${PYTHON3:=python3}" = no ]; then
    echo "python3 is missing"
    exit 77
fi
exec "$PYTHON3" -B "$top_srcdir/tests/languages/languages.py" --indexer "$top_builddir/verbatim-indexer" \
    --queryd "$top_builddir/verbatim-queryd"
