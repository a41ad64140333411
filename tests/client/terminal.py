#!/usr/bin/env python3
"""terminal.py - what the client shows on a terminal: groups, colours, context; prints TAP.

    terminal.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

from client import check, equal, main, without_color

P, L, M, N = "\033[35m", "\033[32m", "\033[1;31m", "\033[0m"
TEXTS = {"a_txt": "one fish, two fish\n\nno bird\nred fish\n", "b_txt": "zero\nA Fish\nlast\n"}


def grouped(client):
    """a heading for each document, line and column, matched words; matches of one line in one"""
    client.index_files(**TEXTS)
    equal(client.on_terminal("search", "fish").out.decode(),
          f"{P}a.txt{N}\n"
          f"{L}1{N}:5:one {M}fish{N}, two {M}fish{N}\n"
          f"{L}4{N}:5:red {M}fish{N}\n"
          "\n"
          f"{P}b.txt{N}\n"
          f"{L}2{N}:3:A {M}Fish{N}\n")


def colors(client):
    """no colour with NO_COLOR, TERM=dumb or --color never; with --color always in a pipe, too"""
    client.index_files(**TEXTS)
    plain = "a.txt\n1:5:one fish, two fish\n4:5:red fish\n\nb.txt\n2:3:A Fish\n"
    equal(client.on_terminal("search", "fish", NO_COLOR="1").out.decode(), plain)
    equal(client.on_terminal("search", "fish", TERM="dumb").out.decode(), plain)
    equal(client.on_terminal("search", "fish", "--color=never").out.decode(), plain)
    equal(without_color(client.on_terminal("search", "fish", NO_COLOR="").out).decode(), plain)
    check(b"\033" in client.on_terminal("search", "fish", NO_COLOR="").out)
    check(b"\033" in client.on_terminal("search", "fish", "--color=always", NO_COLOR="1").out)
    check(b"\033" not in client.ask("search", "fish").out)
    equal(client.ask("search", "fish", "--color", "always", "-n", "1").out.decode(),
          f"{P}a.txt{N}:{L}1{N}:5:one {M}fish{N}, two fish\n")
    equal(without_color(client.ask("search", "fish", "--color=always").out), client.ask("search", "fish").out)
    equal(without_color(client.ask("docs", "fish", "--color=always").out), client.ask("docs", "fish").out)


def in_a_pipe(client):
    """in a pipe, and with --vimgrep on a terminal, a line for each match"""
    client.index_files(**TEXTS)
    rows = "a.txt:1:5:one fish, two fish\na.txt:1:15:one fish, two fish\na.txt:4:5:red fish\nb.txt:2:3:A Fish\n"
    equal(client.ask("search", "fish").out.decode(), rows)
    equal(client.ask("search", "fish", "--vimgrep").out.decode(), rows)
    equal(without_color(client.on_terminal("search", "fish", "--vimgrep").out).decode(), rows)
    equal(client.on_terminal("search", "fish", "--vimgrep", "--color=never", "-C1").out.decode(), rows)


def context(client):
    """context lines once, and -- where lines are left out"""
    client.index_files(a_txt="l1\nl2 fish\nl3\nl4 fish\nl5\nl6\nl7\nl8\nl9 fish\n", b_txt="fish bone\nend\n")
    equal(client.on_terminal("search", "fish", "-C1", "--color=never").out.decode(),
          "a.txt\n1-l1\n2:4:l2 fish\n3-l3\n4:4:l4 fish\n5-l5\n--\n8-l8\n9:4:l9 fish\n\nb.txt\n1:1:fish bone\n2-end\n")
    equal(client.ask("search", "fish", "-C1").out.decode(),
          "a.txt-1-l1\na.txt:2:4:l2 fish\na.txt-3-l3\na.txt:4:4:l4 fish\na.txt-5-l5\n--\na.txt-8-l8\n"
          "a.txt:9:4:l9 fish\n--\nb.txt:1:1:fish bone\nb.txt-2-end\n")


def over_lines(client):
    """a match that runs over lines is one line, and context follows its last"""
    client.index_files(a_txt="before\nthe red\nfish swims\nafter\n")
    equal(client.on_terminal("search", '"red fish"', "-C1").out.decode(),
          f"{P}a.txt{N}\n{L}1{N}-before\n{L}2{N}:5:the {M}red{N} {M}fish{N} swims\n{L}4{N}-after\n")


def long_context(client):
    """long context lines are cut"""
    client.index_files(a_txt="é" * 500 + "\nfish\n")
    lines = client.on_terminal("search", "fish", "-C1", "--color=never").lines
    equal(lines[1], "1-" + "é" * 120 + "…")


def controls(client):
    """no control character of a document or of a path reaches the terminal"""
    client.index_named({b"a\x1b[31m\xc2\x9bb.txt": "red \x1b[2J\u009b fish \u0085 \x7f\n\x07\u0090\n"})
    path = client.ask("docs", "fish").out.split(b"\t")[2].decode()
    for arguments in (["search", "fish"], ["search", "fish", "-C2"], ["search", "fish", "--vimgrep"],
                      ["docs", "fish"], ["search", "fish", "--json"], ["docs", "fish", "--json"], ["text", path],
                      ["search", "\x1b[2J\u009b"], ["explain", "fish\u009b"], ["search", "\x1b[31m\u009b\"x"],
                      ["text", "\x1b\u009b"], ["\x1b\u009b"]):
        for more in (["--color=never"], ["--color=always"]):
            out = without_color(client.on_terminal(*arguments, *more).out)
            check(out and not any(c < 0x20 and c not in b"\n\t" or c == 0x7f for c in out), arguments, out)
            check(not any(0x80 <= ord(c) <= 0x9f for c in out.decode()), arguments, out)


def the_rest(client):
    """the other commands print the same on a terminal and in a pipe"""
    client.index_files(**TEXTS)
    for arguments in (["count", "fish"], ["words", "f"], ["text", "a.txt"], ["info"], ["docs", "fish", "--color=never"],
                      ["search", "fish", "--json"], ["count", "fish", "--json"]):
        equal(client.on_terminal(*arguments).out, client.ask(*arguments).out)


if __name__ == "__main__":
    main("terminal", [grouped, colors, in_a_pipe, context, over_lines, long_context, controls, the_rest])
