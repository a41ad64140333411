#!/bin/sh
# driver.sh - runs one test for automake and writes its result. A test that prints a TAP plan ("1..N", more than one is
# fine) counts each "ok" and "not ok", one that prints "Ran N tests" as Python's unittest does counts those; any other
# counts once, by exit status: 0 passed, 77 skipped, 99 broken.
# Usage: as automake calls it (Automake manual, "Command-line arguments for test drivers").
# SPDX-License-Identifier: GPL-2.0-or-later
set -u

expect_failure=no color=no
while [ $# -gt 0 ]; do
    case $1 in
    --test-name) name=$2; shift ;;
    --log-file) log=$2; shift ;;
    --trs-file) trs=$2; shift ;;
    --expect-failure) expect_failure=$2; shift ;;
    --color-tests) color=$2; shift ;;
    --enable-hard-errors | --collect-skipped-logs) shift ;;
    --) shift; break ;;
    *) echo "driver.sh: unknown option $1" >&2; exit 2 ;;
    esac
    shift
done

# A test that hangs is a test that fails.
limit=${VERBATIM_TEST_SECONDS:-1800}
if command -v timeout > /dev/null; then
    timeout -k 5 "$limit" "$@" > "$log" 2>&1 < /dev/null
else
    "$@" > "$log" 2>&1 < /dev/null
fi
status=$?
[ "$status" -eq 124 ] && echo "driver.sh: ended after $limit seconds" >> "$log"

LC_ALL=C awk -v name="$name" -v status="$status" -v xfail="$expect_failure" '
    function result(word, what) {
        if (xfail == "yes" && word == "FAIL") word = "XFAIL"
        n[word]++
        print ":test-result: " word " " what
    }
    # The number in "(failures=2, errors=1)".
    function number(of,    at) {
        at = index($0, of "=")
        return at ? substr($0, at + length(of) + 1) + 0 : 0
    }
    function overall(    i, words, m) {
        m = split("ERROR FAIL XFAIL PASS", words, " ")
        for (i = 1; i <= m; i++)
            if (n[words[i]]) return words[i]
        return "SKIP"
    }
    /^1\.\.[0-9]+/ { plans++; planned += substr($1, 4) }
    /^Ran [0-9]+ tests? in/ { ran += $2 }
    /^FAILED \(|^OK \(/ { unlucky += number("failures") + number("errors"); skipped += number("skipped") }
    /^(not )?ok( |$)/ { line[++lines] = $0 }
    END {
        if (plans) {
            for (i = 1; i <= lines; i++)
                if (line[i] ~ /# *(SKIP|TODO|skip|todo)/) result("SKIP", line[i])
                else if (line[i] ~ /^ok/) result("PASS", line[i])
                else result("FAIL", line[i])
            if (lines != planned) result("ERROR", name ": planned " planned " checks and made " lines)
            if (status != 0 && status != 77 && !n["FAIL"] && !n["XFAIL"]) result("FAIL", name ": exit status " status)
            if (!lines && !planned) result("SKIP", name)
        }
        else if (ran) {
            for (i = 1; i <= ran - unlucky - skipped; i++) result("PASS", name " " i)
            for (i = 1; i <= skipped; i++) result("SKIP", name)
            for (i = 1; i <= unlucky; i++) result("FAIL", name)
            if (status != 0 && !unlucky) result("FAIL", name ": exit status " status)
        }
        else if (status == 0) result("PASS", name)
        else if (status == 77) result("SKIP", name)
        else if (status == 99) result("ERROR", name)
        else result("FAIL", name ": exit status " status)
        bad = n["FAIL"] + n["ERROR"]
        print ":recheck: " (bad ? "yes" : "no")
        print ":copy-in-global-log: " (bad ? "yes" : "no")
        print ":global-test-result: " overall()
    }' "$log" > "$trs"

word=$(sed -n 's/^:global-test-result: //p' "$trs")
checks=$(grep -c '^:test-result:' "$trs")
begin='' end=''
if [ "$color" = yes ]; then
    end=$(printf '\033[m')
    case $word in
    PASS) begin=$(printf '\033[0;32m') ;;
    SKIP) begin=$(printf '\033[1;34m') ;;
    *) begin=$(printf '\033[0;31m') ;;
    esac
fi
case $checks in
1) echo "$begin$word$end: $name" ;;
*) echo "$begin$word$end: $name ($checks checks)" ;;
esac
# The reason of a skip and the first complaint belong on the screen; the rest is in the log.
case $word in
SKIP) sed -n 's/^/    /p;q' "$log" ;;
ERROR | FAIL) grep -a -m 5 -i -E '^not ok|error|fail|assert|expected' "$log" | sed 's/^/    /' ;;
esac
exit 0
