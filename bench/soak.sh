#!/bin/sh
# soak.sh - the daemon under many clients for a while: mixed queries, clients that vanish, generations that switch
# underneath. Ends with 0 when no answer was wrong and none was lost, and the daemon lives. BINARIES is a folder that
# `make all bench` built. The index is of PATH (tree of the user's), or of texts made here.
# Usage: bench/soak.sh BINARIES [SECONDS [CONNECTIONS [PATH]]]    SPDX-License-Identifier: GPL-2.0-or-later
set -eu
if [ $# -eq 0 ] || [ ! -x "$1/verbatim-indexer" ]; then
    echo 'usage: bench/soak.sh BINARIES [SECONDS [CONNECTIONS [PATH]]]' >&2
    exit 64
fi
binaries=$1 seconds=${2:-20} connections=${3:-1000} path=${4:-}
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/verbatim-soak.XXXXXX")
queryd='' rebuild=''
# shellcheck disable=SC2317 # the trap calls it
finish() {
    [ -z "$rebuild" ] || kill "$rebuild" 2> /dev/null || :
    [ -z "$queryd" ] || kill "$queryd" 2> /dev/null || :
    wait
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

mkdir "$scratch/texts"
if [ -n "$path" ]; then
    ln -s "$path" "$scratch/texts/given"
else
    cp -r "$here/../corpus" "$scratch/texts/corpus"
fi
cd "$scratch/texts"
sh -c "echo 'change 0 of the lamp' > change.txt"
"$binaries/verbatim-indexer" --quiet --follow --index "$scratch/index" . || [ $? -eq 1 ]

cat > "$scratch/queries" << 'QUERIES'
search "the ferry"
search lamp AND water
search "hungry or afraid"
search "change * of the"
docs bridge OR ferry
docs the NEAR/3 river
count "of the"
count a BEFORE/5 the
count ferr*
count ~negotiate OR lamp~1
search "in the ... of"
words fer
info
ping
explain ferr* NEAR/3 song
search "never closed
text change.txt
QUERIES

"$binaries/verbatim-queryd" --index "$scratch/index" --listen "unix:$scratch/socket" --max-clients 4096 \
    > "$scratch/ready" 2> "$scratch/log" &
queryd=$!
while ! grep -q ready "$scratch/ready"; do
    kill -0 "$queryd" || exit 1
    sleep 0.1
done

# A generation about every second.
(
    n=0
    while :; do
        n=$((n + 1))
        echo "change $n of the lamp" > change.txt
        "$binaries/verbatim-indexer" --quiet --follow --rebuild --index "$scratch/index" . || [ $? -eq 1 ] || exit
        sleep 1
    done
) &
rebuild=$!

status=0
"$binaries/bench/bench_load" --connect "unix:$scratch/socket" --queries "$scratch/queries" \
    --connections "$connections" --vanishing 20 --seconds "$seconds" --every 10 --pid "$queryd" || status=$?
kill -0 "$queryd" 2> /dev/null || status=1
printf 'stats\nquit\n' | nc -N -U "$scratch/socket" |
    grep -E '^(uptime|rss|generations|unread.max|clients.total|.*ms\.p99|bound|.*(internal|busy|timeout))' || :
kill "$rebuild"
rebuild=''
kill "$queryd"
wait "$queryd" || status=$?
queryd=''
grep -E 'level=(warn|error)|Sanitizer' "$scratch/log" && status=1
exit "$status"
