#!/usr/bin/env python3
"""run.py - replays transcripts of the protocol against a real daemon and prints TAP.

    run.py --indexer BIN --queryd BIN FILE...

A transcript (*.transcript) is an index, a daemon, and cases: connections with requests and the replies they must get.

    # a comment
    : options --max-line 100            of the daemon
    : document notes/a.txt              the lines up to `: end` are a file; in its name escapes are read, and ...
    : escaped notes/b.txt               ... here also in the lines, without the last line end
    : case what it shows                a new connection
    : modes whole lines                 of this case; without it all three
    > search "a phrase"                 a request; a line end is added
    >\\ ping\\r                           the same with escapes: \\xHH \\t \\r \\n \\\\, {x*70000} for a run, \\c at the end: no line end
    < OK 1 docs=1 size=*                a line of the reply; after = and ": a * stands for any value; ms= and absolute
                                        paths may always differ
    < OK *                              any number of rows
    <...                                any number of lines
    <END                                the daemon closes although the client has not

Each case is replayed whole (all at once, then the sending side is closed), in bytes (one at a time) and in lines (the
next request only when the reply to the one before is there). In a Markdown file the code blocks marked `session` are the
cases (`session whole`: only replayed so), and they run against corpus/.

It knows nothing of what a right answer is but what the files say. SPDX-License-Identifier: GPL-2.0-or-later
"""

import argparse
import os
import re
import shlex
import socket
import sys
import threading

from daemon import Daemon, Failure, Folder, Reader, Tap, make_index

MODES = ("whole", "bytes", "lines")
CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "corpus")


class Case:
    def __init__(self, title):
        self.title = title
        self.modes = MODES
        self.requests = []  # bytes, line ends included
        self.expected = []  # (kind, text), kind "line", "any" or "end"


class Transcript:
    def __init__(self, path):
        self.path = path
        self.options = []
        self.documents = []  # (path, bytes)
        self.cases = []
        self.on_corpus = path.endswith(".md")


def unescape(text):
    """Bytes of a text with escapes, and whether it ends in \\c."""
    ends_open = text.endswith("\\c")
    if ends_open:
        text = text[:-2]
    out = bytearray()
    pattern = re.compile(r"\\x([0-9A-Fa-f]{2})|\\([trn\\])|\{(.)\*(\d+)\}|(.)", re.S)
    for byte, letter, run, times, plain in pattern.findall(text):
        if byte:
            out.append(int(byte, 16))
        elif letter:
            out += {"t": b"\t", "r": b"\r", "n": b"\n", "\\": b"\\"}[letter]
        elif run:
            out += run.encode() * int(times)
        else:
            out += plain.encode()
    return bytes(out), ends_open


def add_exchange(case, line):
    """A line of requests or replies; False when it is neither."""
    if line.startswith(">\\ "):
        request, ends_open = unescape(line[3:])
        case.requests.append(request if ends_open else request + b"\n")
    elif line == ">" or line.startswith("> "):
        case.requests.append(line[2:].encode() + b"\n")
    elif line in ("<...", "< ..."):
        case.expected.append(("any", ""))
    elif line == "<END":
        case.expected.append(("end", ""))
    elif line == "<" or line.startswith("< "):
        case.expected.append(("line", line[2:]))
    else:
        return False
    return True


def read_document(lines, name, escaped):
    body = "".join(line + "\n" for line in iter(lambda: next(lines), ": end"))
    return unescape(name)[0], unescape(body[:-1])[0] if escaped else body.encode()


def read_directive(transcript, line, lines):
    word, _, rest = line[2:].partition(" ")
    if word == "options":
        transcript.options = shlex.split(rest)
    elif word in ("document", "escaped"):
        transcript.documents.append(read_document(lines, rest, word == "escaped"))
    elif word == "case":
        transcript.cases.append(Case(rest))
    elif word == "modes":
        transcript.cases[-1].modes = rest.split()
    else:
        raise Failure(f"{transcript.path}: what is this? {line}")


def read_transcript(path):
    transcript = Transcript(path)
    with open(path, encoding="utf-8", newline="\n") as file:
        lines = iter(file.read().split("\n"))
    for line in lines:
        if line.startswith("#") or line == "":
            continue
        if line.startswith(": "):
            read_directive(transcript, line, lines)
        elif not add_exchange(transcript.cases[-1], line):
            raise Failure(f"{path}: what is this? {line}")
    return transcript


def read_markdown(path):
    transcript = Transcript(path)
    heading, inside = "", False
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file.read().split("\n"), 1):
            if inside and line == "```":
                inside = False
            elif inside:
                if not add_exchange(transcript.cases[-1], line):
                    raise Failure(f"{path}:{number}: what is this? {line}")
            elif line.split(" ")[0] == "```session":
                inside = True
                transcript.cases.append(Case(f"{heading} (line {number})"))
                transcript.cases[-1].modes = line.split(" ")[1:] or MODES
            elif line.startswith("#"):
                heading = line.lstrip("# ")
    return transcript


# ---- comparing ----

def line_pattern(text):
    """A regular expression for one expected line."""
    pattern = re.escape(text)
    pattern = re.sub(r"\bms=[0-9]+\\\.[0-9]+", r"ms=\\*", pattern)
    pattern = re.sub(r"^(ms_\w+\\\t).*", r"\1[0-9.]+", pattern)
    pattern = re.sub(r'"abspath":"[^"]*"', r'"abspath":\\*', pattern)
    pattern = pattern.replace(r"=\*", r"=[^ ]+")
    pattern = re.sub(r"^OK\\ \\\*", "OK [0-9]+", pattern)
    return pattern.replace(r'":\*', r'":(?:"(?:[^"\\]|\\.)*"|[^][,}"]+|\[[^]]*\])')


def compare(expected, lines):
    parts = []
    for kind, text in expected:
        if kind == "any":
            parts.append(r"(?:[^\n]*\n)*?")
        elif kind == "line":
            parts.append(line_pattern(text) + r"\n")
    actual = "".join(line.decode("utf-8", "backslashreplace") + "\n" for line in lines)
    if re.fullmatch("".join(parts), actual) is None:
        wanted = "".join({"any": "...", "end": ""}.get(kind, text) + "\n" for kind, text in expected)
        raise Failure("expected:\n" + indent(wanted) + "got:\n" + indent(actual))


def indent(text):
    return "".join(f"    {line[:400]}\n" for line in text.split("\n")[:-1])


# ---- replaying ----

def send_all(sock, pieces):
    """Sends in a thread of its own, so that neither side waits for the other to read."""
    def send():
        try:
            for piece in pieces:
                sock.sendall(piece)
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the daemon may close first: the replies tell
    thread = threading.Thread(target=send)
    thread.start()
    return thread


def replay_stream(sock, pieces):
    thread = send_all(sock, pieces)
    lines = Reader(sock).rest()
    thread.join()
    return lines


def replay_lines(sock, requests):
    reader = Reader(sock)
    lines = []
    for request in requests:
        sock.sendall(request)
        if not request.endswith(b"\n"):
            sock.shutdown(socket.SHUT_WR)
        reply = reader.reply()
        if not reply:
            return lines
        lines += reply
    if requests and requests[-1].endswith(b"\n"):
        try:
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # closed by the daemon
    return lines + reader.rest()


def replay(daemon, case, mode):
    with daemon.connect() as sock:
        if mode == "lines":
            lines = replay_lines(sock, case.requests)
        elif mode == "bytes":
            everything = b"".join(case.requests)
            lines = replay_stream(sock, [everything[i:i + 1] for i in range(len(everything))])
        elif ("end", "") in case.expected:
            sock.sendall(b"".join(case.requests))
            lines = Reader(sock).rest()
        else:
            lines = replay_stream(sock, [b"".join(case.requests)])
        compare(case.expected, lines)


def write_documents(folder, documents):
    for path, content in documents:
        full = os.path.join(os.fsencode(folder), path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as file:
            file.write(content)


def prepare(arguments, transcript, folder):
    """The index that a transcript wants."""
    index = os.path.join(folder, "index")
    if transcript.on_corpus:
        corpus = os.path.abspath(arguments.corpus)
        make_index(arguments.indexer, index, [os.path.basename(corpus)], cwd=os.path.dirname(corpus))
        return index
    documents = os.path.join(folder, "documents")
    os.mkdir(documents)
    write_documents(documents, transcript.documents)
    make_index(arguments.indexer, index, ["."], cwd=documents)
    return index


def run_cases(arguments, transcript, tap):
    name = os.path.basename(transcript.path)
    with Folder() as folder:
        index = prepare(arguments, transcript, folder)
        with Daemon(arguments.queryd, index, folder, transcript.options) as daemon:
            for case in transcript.cases:
                for mode in case.modes:
                    tap.run(f"{name}: {case.title}, {mode}", lambda c=case, m=mode: replay(daemon, c, m))


def run_file(arguments, path, tap):
    transcript = read_markdown(path) if path.endswith(".md") else read_transcript(path)
    tap.run(f"{os.path.basename(path)}: has cases", lambda: transcript.cases[0])
    try:
        run_cases(arguments, transcript, tap)
    except Failure as failure:
        text = str(failure)

        def fail():
            raise Failure(text)
        tap.run(f"{os.path.basename(path)}: index and daemon", fail)


def main():
    parser = argparse.ArgumentParser(description="replays transcripts of the protocol")
    parser.add_argument("--indexer", required=True)
    parser.add_argument("--queryd", required=True)
    parser.add_argument("--corpus", default=CORPUS)
    parser.add_argument("files", nargs="+")
    arguments = parser.parse_args()
    arguments.indexer = os.path.abspath(arguments.indexer)
    arguments.queryd = os.path.abspath(arguments.queryd)
    tap = Tap()
    for path in arguments.files:
        run_file(arguments, path, tap)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
