#!/bin/sh
# run.sh - the plugins in the editors that are installed: real Vim, Neovim and Emacs on a real daemon, scripted, and
# with real keystrokes in a terminal. Prints TAP. SPDX-License-Identifier: GPL-2.0-or-later
set -u
: "${top_srcdir:=.}" "${top_builddir:=.}"
if [ "${PYTHON3:=python3}" = no ]; then
    echo "python3 is missing"
    exit 77
fi
failed=0
# run TEST ARGUMENTS...
run() {
    test=$1
    shift
    "$PYTHON3" -B "$top_srcdir/tests/editors/$test.py" "$@" --builddir "$top_builddir" --srcdir "$top_srcdir" ||
        failed=1
}
# skip WHAT WHY
skip() {
    echo "ok 1 - $1 # SKIP $2"
    echo "1..1"
}

if vim --version 2> /dev/null | grep -q '+channel'; then
    run vim --editor vim
else
    skip vim 'there is no vim with +channel'
fi
if command -v nvim > /dev/null; then
    run vim --editor nvim
else
    skip nvim 'nvim is missing'
fi
if command -v emacs > /dev/null; then
    run emacs
else
    skip emacs 'emacs is missing'
fi
if command -v tmux > /dev/null; then
    run keys
else
    skip keys 'tmux is missing'
fi
exit "$failed"
