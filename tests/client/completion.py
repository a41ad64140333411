#!/usr/bin/env python3
"""completion.py - completion by real keys in bash, zsh and fish, and the pager, in a terminal (tmux); prints TAP.

    completion.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "editors"))
from client import check, equal, main  # noqa: E402
from keys import with_screen  # noqa: E402

# What is typed, and the line after Tab. {s} is the daemon's address, {f} the folder.
LINES = [
    ("verbatim sear", "verbatim search "),
    ("verbatim search --vim", "verbatim search --vimgrep "),
    ("verbatim search --color al", "verbatim search --color always "),
    ("verbatim words --socket {s} ferrym", "verbatim words --socket {s} ferryman"),
    ("verbatim words --socket={s} ferrym", "verbatim words --socket={s} ferryman"),
    ("verbatim words --index {f}/index ferrym", "verbatim words --index {f}/index ferryman"),
    ("verbatim search --socket {s} '\"the old ferrym", "verbatim search --socket {s} '\"the old ferryman"),
    ("verbatim count --socket {s} title:negot", "verbatim count --socket {s} title:negotiate"),
    ("verbatim text --socket {s} deep/fold", "verbatim text --socket {s} deep/folder/naive.txt "),
    ("verbatim words --index {f}/ind", "verbatim words --index {f}/index/"),
]
# The same of the other programs.
PROGRAM_LINES = [
    ("verbatim-indexer --reb", "verbatim-indexer --rebuild "),
    ("verbatim-indexer --index {f}/ind", "verbatim-indexer --index {f}/index/"),
    ("verbatim-indexer --config {f}/docum", "verbatim-indexer --config {f}/documents/"),
    ("verbatim-indexer --index {f}/index {f}/documents/deep/fold",
     "verbatim-indexer --index {f}/index {f}/documents/deep/folder/"),
    ("verbatim-queryd --query-t", "verbatim-queryd --query-timeout "),
    ("verbatim-queryd --index={f}/ind", "verbatim-queryd --index={f}/index/"),
    ("verbatim-queryd --log deb", "verbatim-queryd --log debug "),
    ("verbatim-queryd --listen uni", "verbatim-queryd --listen unix:"),
    ("verbatim-queryd --listen unix:{f}/docum", "verbatim-queryd --listen unix:{f}/documents/"),
]
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], ". {c}/verbatim.bash; . {c}/programs.bash; PS1='$ '"),
    "zsh": (["zsh", "-f"], "PS1='$ '; fpath=({c} $fpath); autoload -U compinit; compinit -D -u"),
    "fish": (["fish", "--no-config"], "cp {c}/programs.fish verbatim-indexer.fish; cp {c}/programs.fish verbatim-queryd.fish; for f in {c}/verbatim.fish "
             "verbatim-indexer.fish verbatim-queryd.fish; source $f; end; function fish_prompt; echo '$ '; end"),
}

PROMPTS = {"bash": "$", "zsh": "%", "fish": ">"}


def completes(screen, shell):
    screen.index_named({"a.txt": "the old ferryman\n", "deep/folder/naive.txt": "negotiate\n"})
    screen.env["PATH"] = os.path.dirname(screen.program) + ":" + screen.env["PATH"]
    command, setup = SHELLS[shell]
    names = {"s": screen.socket, "f": screen.folder, "c": os.path.join(screen.srcdir, "completions")}
    with screen.daemon():
        screen.start(*command)
        screen.see(PROMPTS[shell] if os.geteuid() else "#")
        screen.keys(setup.format(**names), "Enter", "clear", "Enter")
        screen.see("$")
        for typed, wanted in LINES + PROGRAM_LINES:
            screen.keys("C-u", "C-l")
            screen.keys(typed.format(**names), "Tab")
            screen.see("$ " + wanted.format(**names).rstrip())
            if shell == "fish":
                continue  # it puts a blank behind each word that is the only one
            # A blank behind it, or none.
            screen.keys("x")
            screen.see("$ " + wanted.format(**names) + "x")


def in_bash(screen):
    """bash completes commands, options, words and paths; options and files for the other programs"""
    completes(screen, "bash")


def in_zsh(screen):
    """zsh completes the same"""
    completes(screen, "zsh")


def in_fish(screen):
    """fish completes the same"""
    completes(screen, "fish")


def all_options(client):
    """every option of --help that takes a value is known to the scripts that look for the command"""
    with_values = re.findall(r"^  (?:-.,|   ) (--[a-z-]+) [A-Z]", client.run("--help").out.decode(), re.M)
    check(len(with_values) >= 5, with_values)
    for name in ("verbatim.bash", "_verbatim"):
        with open(os.path.join(client.srcdir, "completions", name), encoding="utf-8") as file:
            text = file.read()
        equal([option for option in with_values if not re.search(rf"{option}\b[^)]*\)", text)], [])


def paged(screen):
    """--pager: pages on a terminal, $VERBATIM_PAGER before $PAGER, the exit code stays, a pipe is left alone"""
    screen.index_named({"a.txt": "red fish\n" * 100})
    screen.env["PATH"] = os.path.dirname(screen.program) + ":" + screen.env["PATH"]
    screen.env["PS1"] = "$ "
    screen.start("bash", "--norc", "--noprofile", "-i")
    screen.see("$")
    ask = f"verbatim search --index {screen.index} --pager"
    screen.keys(f"PAGER=false VERBATIM_PAGER='sed s/^/paged:/' {ask} fish -n 2; echo code $?", "Enter")
    screen.see("paged:", "1:5:red", "code 0")
    screen.keys("clear", "Enter", f"PAGER='sed s/^/paged:/' {ask} bird; echo code $?", "Enter")
    screen.see("paged:nothing found", "code 1")
    screen.keys("clear", "Enter", f"PAGER='sed s/^/paged:/' {ask} fish -n 1 | cat; echo code", "Enter")
    screen.see("a.txt:1:5:red fish", "code")
    check("paged:a" not in screen.shown(), screen.shown())
    if shutil.which("less"):
        screen.keys("clear", "Enter", f"{ask} fish; echo code $?", "Enter")
        screen.see("1:5:red fish", "20:5:red fish")
        check("99:5" not in screen.shown(), screen.shown())
        screen.keys("G")
        screen.see("100:5:red fish")
        # Ctrl-C throws away what was typed and not read yet: the next key may be lost, so it is pressed till it acts.
        screen.keys("C-c")
        screen.press("g", "a.txt")
        screen.press("q", "code 0")


if __name__ == "__main__":
    TESTS = [all_options]
    SHOWN = {"bash": in_bash, "zsh": in_zsh, "fish": in_fish, "tmux": paged}
    for program, one in SHOWN.items():
        if shutil.which(program) and shutil.which("tmux"):
            TESTS.append(with_screen(one))
        else:
            print(f"# {program if shutil.which('tmux') else 'tmux'} is missing: not tested: {one.__doc__}")
    main("completion", TESTS)
