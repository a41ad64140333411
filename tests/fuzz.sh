#!/bin/sh
# fuzz.sh - gives each fuzzer its seeds, and each seed again with bytes changed and cut off. Prints TAP.
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
seeds=$top_srcdir/tests/fuzz/seeds checks=0 failed=0

# replay FUZZER FOLDER...
replay() {
    fuzzer=$1
    shift
    checks=$((checks + 1))
    if "$top_builddir/tests/fuzz/$fuzzer" "$@" 2>&1; then
        echo "ok $checks - $fuzzer"
    else
        echo "not ok $checks - $fuzzer"
        failed=1
    fi
}

replay fuzz_token "$top_srcdir/corpus/languages" "$top_srcdir/corpus/notes"
replay fuzz_residual "$top_srcdir/corpus/languages" "$top_srcdir/corpus/notes"
replay fuzz_html "$seeds/html.lines"
replay fuzz_mail "$seeds/mail"
replay fuzz_query "$seeds/query.lines"
replay fuzz_match "$seeds/match.lines"

echo "1..$checks"
exit "$failed"
