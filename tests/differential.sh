#!/bin/sh
# differential.sh - the engine against the oracle, on random documents and queries of fixed seeds: a fresh index, one
# with a history, one of several segments; how both read odd queries; text copied from corpus/; what stock Xapian finds.
# Prints TAP.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
checks=0 failed=0
if [ "${PYTHON3:=python3}" = no ]; then
    echo "python3 is missing"
    exit 77
fi

# compare WHAT SCRIPT OPTION...
compare() {
    what=$1 script=$2
    shift 2
    checks=$((checks + 1))
    if "$PYTHON3" -B "$top_srcdir/tests/oracle/$script" --indexer "$top_builddir/verbatim-indexer" \
        --queryd "$top_builddir/verbatim-queryd" "$@" 2>&1; then
        echo "ok $checks - $what"
    else
        echo "not ok $checks - $what"
        failed=1
    fi
}

compare 'fresh indexes' differential.py --cases "${VERBATIM_CASES:-2000}" --seed 1
compare 'indexes with a history' differential.py --cases 400 --seed 2 --churn
compare 'indexes of several segments' differential.py --cases 400 --seed 3 --segment-docs 7
compare 'odd queries' odd.py --cases 10000 --seed 4
compare 'copied text finds itself' copied.py --cuts 3000 "$top_srcdir/corpus"
compare 'a second opinion, stock Xapian' second.py --cases 2000 --seed 5 --peer "$top_builddir/bench/witness_xapian"

echo "1..$checks"
exit "$failed"
