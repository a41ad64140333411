#!/bin/sh
# signals.sh - a run that is asked to stop, or is killed, leaves the old generation and nothing else.
# Usage: sh tests/indexer/signals.sh [PROGRAM]. SPDX-License-Identifier: GPL-2.0-or-later
set -eu
# shellcheck source=tests/indexer/tap.sh
. "$(dirname "$0")/tap.sh"

mkdir few many
echo 'old text' > few/old.txt
run 0 'a first generation' --index i few
n=0
while [ $n -lt 60 ]; do
    n=$((n + 1))
    seq $((n * 1000)) $((n * 1000 + 60000)) > many/$n.txt
done

# interrupt SIGNAL: starts a run, waits for its scratch folder, sends the signal; its exit code is in $code.
interrupt() {
    "$program" --index i --jobs 2 many > "$work/out" 2> "$work/err" &
    child=$!
    tries=0
    while [ -z "$(find i -name 'scratch*' 2> /dev/null)" ] && [ $tries -lt 400 ]; do
        tries=$((tries + 1))
        sleep 0.01
    done
    kill -s "$1" $child 2> /dev/null || :
    code=0
    wait $child || code=$?
}

for signal in TERM HUP; do
    interrupt $signal
    is "SIG$signal ends it as a signal does" "$(kill -l "$code")" $signal
    silent err 'without a word'
    is 'the old generation stays' "$(info i generation) $(info i documents)" '1 1'
    is 'no scratch is left' "$(find i -name 'scratch*')" ''
    is 'no segment is left' "$(find i -name 'seg-*' | wc -l | tr -d ' ')" 1
done

interrupt KILL
is 'SIGKILL' "$code" 137
is 'the old generation stays' "$(info i generation) $(info i documents)" '1 1'
run 0 'it is whole' --index i --check
run 0 'the next run gets through' --index i many
is 'all is there' "$(info i documents)" 61
is 'no scratch is left' "$(find i -name 'scratch*')" ''
is 'one segment is left' "$(find i -name 'seg-*' | wc -l | tr -d ' ')" 1
run 0 'it is whole' --index i --check

done_testing
