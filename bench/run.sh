#!/bin/sh
# run.sh - the comparison with other engines, from nothing to a report: installs the peers, builds everything with
# optimization in build/bench, lays out the documents, measures. bench/README.md tells what and how.
# Usage: bench/run.sh [--no-install] [--build BUILD] [--out FOLDER] [OPTIONS] TEXT-FOLDER [FILE-OF-QUERIES...]
# With --build it measures that build (made with `make bench` in it). --help lists the options.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
install=yes build='' out="$top/build/bench/results"

# What is for this script is taken out of the arguments; the rest goes on as it is.
n=$#
while [ "$n" -gt 0 ]; do
    argument=$1
    shift
    n=$((n - 1))
    case $argument in
    --no-install) install=no ;;
    --build=*) build=${argument#*=} ;;
    --out=*) out=${argument#*=} ;;
    --build | --out)
        if [ "$n" -eq 0 ]; then
            echo "bench/run.sh: $argument wants a folder" >&2
            exit 64
        fi
        if [ "$argument" = --build ]; then build=$1; else out=$1; fi
        shift
        n=$((n - 1))
        ;;
    *) set -- "$@" "$argument" ;;
    esac
done

if [ -z "$build" ]; then
    build=$top/build/bench
    cd "$top"
    # A peer that cannot be had is left out, and named again in the report.
    if [ "$install" = no ] || ! script/bootstrap bench; then
        script/bootstrap
    fi
    script/build "$build" CFLAGS='-O2 -g'
    make -s -C "$build" bench > "$build/bench.log" 2>&1 || {
        tail -n 20 "$build/bench.log" >&2
        echo "bench/run.sh: make bench failed; the whole of it: $build/bench.log" >&2
        exit 1
    }
    cd "$OLDPWD"
fi
exec python3 -B "$top/bench/peers/main.py" --build "$build" --out "$out" "$@"
