#!/usr/bin/env python3
"""exits.py - exit codes, messages, and who answers, also when it answers badly; prints TAP.

    exits.py --builddir DIR --srcdir DIR

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import re
import signal
import socket
import subprocess
import threading

from client import TIMEOUT, check, equal, main


def found_or_not(client):
    """0 with matches, 1 without"""
    client.index_files(a_txt="one fish\n", empty_txt="")
    for code, *arguments in [
            (0, "search", "fish"), (1, "search", "bird"), (0, "docs", "fish"), (1, "docs", "bird"),
            (0, "count", "fish"), (1, "count", "bird"), (0, "words", "fi"), (1, "words", "bi"), (0, "text", "a.txt"),
            (1, "text", "a.txt", "5-6"), (0, "info"), (0, "explain", "bird"), (0, "search", "fish", "-n", "0"),
            (2, "text", "b.txt")]:
        equal((arguments, client.ask(*arguments).code), (arguments, code))
    equal(client.ask("count", "bird").out, b"0\t0\n")
    equal(client.ask("count", "fish").out, b"1\t1\n")


def usage(client):
    """2 for a command line that is wrong, with one sentence and where to look"""
    client.index_files(a_txt="one fish\n")
    for arguments in ([], ["frobnicate", "x"], ["search"], ["info", "x"], ["search", "x", "--frob"], ["search", "-x"],
                      ["search", "x", "-n", "many"], ["search", "x", "-n", "-1"], ["search", "x", "-C", "101"],
                      ["search", "x", "--color", "red"], ["search", "x", "--index"], ["search", "x", "--json=yes"],
                      ["search", "x", "--index", ""], ["search", "x", "--index", "a", "--socket", "b:1"],
                      ["search", "x", "--json", "--vimgrep"]):
        answer = client.run(*arguments)
        equal((arguments, answer.out, answer.code), (arguments, b"", 2))
        lines = answer.err.splitlines()
        check(len(lines) == 2 and lines[0].startswith(b"verbatim: ") and lines[1] == b"Try: verbatim --help", lines)
    check(b"put --" in client.run("search", "a", "-b").err)
    for option in ("--help", "-h", "--version", "-V"):
        answer = client.run(option)
        check(answer.code == 0 and answer.out.startswith(b"verbatim ") and answer.err == b"", option, answer.all())


# What to give each command and each option, those that are for trace alone apart.
COMMANDS = {"search": ["fish"], "docs": ["fish"], "count": ["fish"], "trace": ["one red fish swims"], "explain": ["fish"],
            "words": ["fi"], "text": ["a.txt"], "info": [], "quote": ["fish"]}
FOR_ALL = {"index": None, "socket": None, "json": [], "vimgrep": [], "limit": ["1"], "context": ["1"],
           "color": ["never"], "pager": []}
FOR_TRACE = {"run": ["2"], "tolerance": ["0"], "coverage": ["1"], "exclude": ["b.txt"], "all": [], "report": ["x.html"]}


def options_of_commands(client):
    """every option with every command: those for trace are refused by the others"""
    client.index_files(a_txt="one red fish swims\n")
    help_text = client.run("--help").out.decode()
    equal(re.findall(r"^ {2}([a-z]+) ", help_text, re.M), list(COMMANDS))
    equal(set(re.findall(r"^ {2}(?:-\w,| {3}) --([a-z-]+)", help_text, re.M)),
          {*FOR_ALL, *FOR_TRACE, "help", "version"})
    with client.daemon() as daemon:
        sources = {"index": client.index, "socket": daemon.addresses[0]}
        for command, arguments in COMMANDS.items():
            for option, value in FOR_ALL.items():
                source = option if option in sources else "index"
                asked = [command, *arguments, f"--{source}", sources[source]]
                asked += [f"--{option}", *value] if value is not None else []
                answer = client.run(*asked)
                equal((asked, answer.err, answer.code), (asked, b"", 0))
            for option, value in FOR_TRACE.items():
                asked = [command, *arguments, f"--{option}", *value]
                if command != "trace":
                    equal((asked, client.ask(*asked).all()),
                          (asked, (b"", f"verbatim: --{option} is for trace\nTry: verbatim --help\n".encode(), 2)))
                elif option not in ("all", "report"):  # these go together, without a text
                    equal((asked, client.ask(*asked).err, client.ask(*asked).code), (asked, b"", 0))


def nobody_there(client):
    """2 and what to do when there is no index and no daemon"""
    answer = client.run("search", "fish")
    equal((answer.out, answer.code), (b"", 2))
    for part in (b"no daemon answers", b"verbatim-indexer --index", b"verbatim-queryd --index", client.folder.encode()):
        check(part in answer.err, part, "is not in", answer.err)
    missing = os.path.join(client.folder, "missing")
    answer = client.run("search", "fish", "--index", missing)
    check(answer.code == 2 and f"verbatim-indexer --index {missing}".encode() in answer.err, answer.all())
    for address in (f"unix:{missing}", "127.0.0.1:1", "nonsense", "unix:", "::1:7000"):
        answer = client.run("search", "fish", "--socket", address)
        check(answer.code == 2 and answer.err.startswith(b"verbatim: ") and answer.out == b"", answer.all())


def damaged(client):
    """2 for a damaged index"""
    client.index_files(a_txt="one fish\n")
    with open(os.path.join(client.index, "current"), "w", encoding="utf-8") as file:
        file.write("nonsense\n")
    answer = client.ask("search", "fish")
    check(answer.code == 2 and b"current" in answer.err, answer.all())


def default_socket(client):
    """the daemon on the default socket is asked when nothing is named"""
    client.index_files(a_txt="one fish\n")
    for variable in ("XDG_RUNTIME_DIR", "TMPDIR"):
        process = subprocess.Popen([client.queryd, "--index", client.index], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, env={**client.env, variable: client.folder})
        try:
            check(process.stdout.readline().startswith(b"ready unix:"), "the daemon did not start")
            equal(client.run("search", "fish", **{variable: client.folder}).out, b"a.txt:1:5:one fish\n")
        finally:
            process.send_signal(signal.SIGTERM)
            equal(process.wait(TIMEOUT), 0)
            process.stdout.close()


def closed_pipe(client):
    """a reader that goes away ends it, without a word"""
    client.index_files(a_txt="one fish\n" * 9000)
    process = subprocess.Popen([client.program, "search", "fish", "--index", client.index], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env=client.env)
    process.stdout.readline()
    process.stdout.close()
    equal(process.stderr.read(), b"")
    process.stderr.close()
    check(process.wait(TIMEOUT) != 0)


def full_disk(client):
    """what cannot be written is an error"""
    client.index_files(a_txt="one fish\n")
    if not os.path.exists("/dev/full"):
        return
    index = ["--index", client.index]
    for arguments in (["search", "fish", *index], ["search", "fish", "--color", "always", *index],
                      ["count", "fish", *index], ["--help"], ["--version"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([client.program, *arguments], stdout=full, stderr=subprocess.PIPE, env=client.env,
                                  timeout=TIMEOUT, check=False)
        check(done.returncode == 2 and b"cannot write" in done.stderr, arguments, done)


class Impostor:
    """Something else on a socket: takes a connection, reads a line at a time, answers each with the same bytes."""

    def __init__(self, folder, *answers):
        self.path = os.path.join(folder, "impostor")
        self.answers = answers
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        sock, _ = self.listener.accept()
        with sock, sock.makefile("rb") as lines:
            for answer in self.answers:
                lines.readline()
                try:
                    sock.sendall(answer)
                except OSError:
                    return

    def __enter__(self):
        return f"unix:{self.path}"

    def __exit__(self, *what):
        self.thread.join(TIMEOUT)
        self.listener.close()
        os.unlink(self.path)


def impostors(client):
    """what is no daemon, or dies in a reply, is an error"""
    ok = b"OK 0\n"
    for answers in ([], [b"HTTP/1.1 400 Bad Request\r\n"], [b"\n"], [b"OK many\n"], [b"x" * 200000],
                    [ok, b"OK 2\nrow\n"], [ok, b"OK 1 docs=1"], [b"ERR\n"], [ok, b"ERR 503 busy try again\n"],
                    [ok, b"ERR 0 \n"]):
        with Impostor(client.folder, *answers) as address:
            answer = client.run("search", "fish", "--socket", address)
        equal((answer.code, answer.err[:10], answer.err.count(b"\n")), (2, b"verbatim: ", 1))


def controls_from_outside(client):
    """whatever a daemon sends, no control byte gets to a terminal"""
    evil = b"a\x1b]0;x\x07.txt:1:1:\xc2\x9b31m\x9b31m\x7f\r\n"
    row = (b'{"path":"a\\u001b[31m\\u009b","line":1,"column":1,"end_line":1,"text":"\\u001b[2J\xc2\x9b x\\n",'
           b'"spans":[[0,3]],"before":["\\u0007\\n"],"after":[]}\n')
    for arguments, answer in ((["--vimgrep"], evil), (["--json"], evil), ([], row), (["-C1"], row)):
        settings = {"--vimgrep": 1, "-C1": 3}.get("".join(arguments), 2)
        replies = [b"OK 0\n"] * settings + [b"OK 1 docs=1 matches=1 complete=yes\n" + answer]
        with Impostor(client.folder, *replies) as address:
            shown = client.on_terminal("search", "x", "--color", "never", *arguments, "--socket", address)
        equal((arguments, shown.code), (arguments, 0))
        check(not any(c < 0x20 and c != 0x0a or c == 0x7f for c in shown.out), arguments, shown.out)
        check("\x9b" not in shown.out.decode(), arguments, shown.out)


def broken_rows(client):
    """rows that are no rows are an error, not a crash"""
    good = b'{"path":"a","line":1,"column":1,"end_line":1,"text":"x","spans":[[0,1]]}'
    broken = [good[:i] for i in range(0, len(good), 3)] + [
        b'{"spans":[[0,9]],"text":"x"}', b'{"spans":[[1,0]],"text":"xx"}', b'{"line":-1}', b'{"line":99999999999}',
        b"[]", b'{"x":' + b"[" * 50 + b"]" * 50 + b"}", b'{"text":"\\u12"}', b'{"text":"\\q"}', b'{"text" "x"}']
    for row in broken:
        with Impostor(client.folder, b"OK 0\n", b"OK 0\n", b"OK 1 docs=1\n" + row + b"\n") as address:
            answer = client.run("search", "x", "--color", "always", "--socket", address)
        check(answer.code == 2 and answer.err.startswith(b"verbatim: "), row, answer.all())


if __name__ == "__main__":
    main("exits", [found_or_not, usage, options_of_commands, nobody_there, damaged, default_socket, closed_pipe, full_disk, impostors,
                   controls_from_outside, broken_rows])
