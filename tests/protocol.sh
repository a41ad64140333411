#!/bin/sh
# protocol.sh - replays the transcripts, and the examples in the texts for users, against a real daemon. Prints TAP.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
if [ "${PYTHON3:=python3}" = no ]; then
    echo "python3 is missing"
    exit 77
fi
exec "$PYTHON3" -B "$top_srcdir/tests/protocol/run.py" --indexer "$top_builddir/verbatim-indexer" \
    --queryd "$top_builddir/verbatim-queryd" "$top_srcdir"/tests/protocol/*.transcript "$top_srcdir/doc/protocol.md" \
    "$top_srcdir/doc/query.md" "$top_srcdir/README.md"
