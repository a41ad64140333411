#!/bin/sh
# tap.sh - what the tests of the indexer share: a scratch folder, running the program, TAP. Sourced, not run.
#
#     . "$(dirname "$0")/tap.sh"
#     run 0 'what is expected' --index i docs      exit code, what, arguments; leaves $work/out and $work/err
#     says err 'pattern' 'what'                    the last run said so (a basic regular expression)
#     done_testing
#
# The program is the first argument of the test, or that of the build folder. SPDX-License-Identifier: GPL-2.0-or-later
program=${1:-${top_builddir:-.}/verbatim-indexer}
case $program in
/*) ;;
*) program=$PWD/$program ;;
esac
if ! [ -x "$program" ]; then
    echo "1..0 # SKIP $program is not there"
    exit 0
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/verbatim-test.XXXXXX")
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/in"
cd "$work/in" || exit
umask 022 # some tests read as another user what they wrote
n_tests=0 n_failed=0 code=0

# ok WHAT: a test that passed; not_ok WHAT: one that did not, with what the program said last.
ok() {
    n_tests=$((n_tests + 1))
    echo "ok $n_tests - $1"
}
not_ok() {
    n_tests=$((n_tests + 1)) n_failed=$((n_failed + 1))
    echo "not ok $n_tests - $1"
    sed 's/^/#   stdout: /' "$work/out"
    sed 's/^/#   stderr: /' "$work/err"
}

# is WHAT GOT WANTED
is() {
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        not_ok "$1"
        printf '%s\n' "got: $2" "wanted: $3" | sed 's/^/#   /'
    fi
}

# try ARGUMENT...: runs the program; its exit code is in $code.
try() {
    code=0
    "$program" "$@" > "$work/out" 2> "$work/err" || code=$?
}

# run CODE WHAT ARGUMENT...
run() {
    wanted=$1 what=$2
    shift 2
    try "$@"
    is "$what (exit $wanted)" "$code" "$wanted"
}

# says out|err PATTERN WHAT, and silent out|err WHAT
says() {
    if grep -q -e "$2" "$work/$1"; then
        ok "$3"
    else
        not_ok "$3"
    fi
}
silent() {
    if [ -s "$work/$1" ]; then
        not_ok "$2"
    else
        ok "$2"
    fi
}

# info INDEX NAME: a value of --info.
info() { "$program" --index "$1" --info 2> "$work/err" | awk -F '\t' -v name="$2" '$1 == name { print $2 }'; }

# would_read INDEX ARGUMENT...: the paths that a run would read, on one line.
would_read() {
    index=$1
    shift
    "$program" --index "$index" --dry-run --verbose "$@" 2> "$work/err" |
        sed -n 's/^[+~] //p' | tr '\n' ' ' | sed 's/ $//'
}

# n_read INDEX ARGUMENT...: how many those are.
n_read() {
    index=$1
    shift
    "$program" --index "$index" --dry-run --verbose "$@" 2> "$work/err" | grep -c '^[+~] ' || :
}

# skip WHAT WHY
skip() {
    n_tests=$((n_tests + 1))
    echo "ok $n_tests - $1 # SKIP $2"
}

done_testing() {
    echo "1..$n_tests"
    [ "$n_failed" -eq 0 ]
}
